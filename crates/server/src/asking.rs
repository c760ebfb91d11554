//! For whom, and when, facts are gathered: by a command inside its transaction, or by a page that
//! says what may be done.

use std::sync::Arc;

use domain::identity::Permission;
use kernel::{Actor, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Who, Work, who_is};
use crate::http::{App, Signed};
use crate::policy::Models;

/// For whom, and when.
#[derive(Clone)]
pub struct Asking {
    /// Now.
    pub now: Timestamp,
    /// Who asks.
    pub who: Who,
    /// As whom: in person, or by a token.
    pub actor: Actor,
    /// The models in force.
    pub models: Arc<Models>,
}

impl Asking {
    /// For a command.
    pub fn of(work: &Work<'_>) -> Self {
        Self {
            now: work.now,
            who: work.who.clone(),
            actor: work.actor.clone(),
            models: work.models_shared(),
        }
    }

    /// Whether a permission is held, as a guard.
    pub fn permit(&self, needed: Permission) -> Result<(), domain::Refusal> {
        self.who.permit(needed, &self.actor).map_err(Into::into)
    }
}

/// A page's question before it has found out who asks.
#[derive(Clone)]
pub struct Reader {
    now: Timestamp,
    actor: Actor,
    models: Arc<Models>,
}

impl Reader {
    /// The reader of a request.
    pub fn of(app: &App, signed: &Signed) -> Self {
        let world = app.bus.world();
        let (now, models) = (world.clock.now(), Arc::clone(&world.models));
        Self { now, actor: signed.actor.clone(), models }
    }

    /// Finds out who asks.
    pub fn ask(&self, db: &mut dyn Query) -> Result<Asking, Fault> {
        let who = who_is(db, &self.actor, self.now)?;
        let (actor, models) = (self.actor.clone(), Arc::clone(&self.models));
        Ok(Asking { now: self.now, who, actor, models })
    }
}

//! For whom, and when, facts are gathered: by a command inside its transaction, or by a page that
//! says what may be done.

use domain::Stamp;
use domain::identity::Permission;
use kernel::{Actor, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Who, Work, who_is};
use crate::http::{App, Signed};

/// For whom, and when.
#[derive(Clone)]
pub struct Asking {
    /// Now.
    pub now: Timestamp,
    /// Who asks.
    pub who: Who,
    /// As whom: in person, or by a token.
    pub actor: Actor,
}

impl Asking {
    /// For a command.
    pub fn of(work: &Work<'_>) -> Self {
        Self { now: work.now, who: work.who.clone(), actor: work.actor.clone() }
    }

    /// What an event decided for them would bear.
    pub fn stamp(&self) -> Stamp {
        Stamp { at: self.now, by: self.actor.clone() }
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
}

impl Reader {
    /// The reader of a request.
    pub fn of(app: &App, signed: &Signed) -> Self {
        Self { now: app.bus.world().clock.now(), actor: signed.actor.clone() }
    }

    /// Finds out who asks.
    pub fn ask(&self, db: &mut dyn Query) -> Result<Asking, Fault> {
        let who = who_is(db, &self.actor, self.now)?;
        Ok(Asking { now: self.now, who, actor: self.actor.clone() })
    }
}

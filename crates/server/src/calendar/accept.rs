//! Answering for a conflict.

use api::calendar::Accept;
use api::common::Written;
use domain::calendar::{Conflict, Side, accept};
use domain::identity::Permission;
use domain::{Aggregate, General};
use kernel::{ConflictId, PersonId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::follow::timers;
use crate::names::Resolver;

/// The command.
pub struct AcceptConflict {
    /// The conflict.
    pub conflict: String,
    /// Why, and until when.
    pub body: Accept,
}

impl Command for AcceptConflict {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "conflict.accept"
    }

    fn permission(&self) -> Permission {
        Permission::ConflictAccept
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(self.conflict.parse().ok().map(Conflict::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.lock(Lock::calendar())?;
        let unknown = || General::Unknown { kind: "conflict", name: self.conflict.clone() };
        let id: ConflictId = self.conflict.parse().map_err(|_| unknown())?;
        let mut conflict: Loaded<Conflict> = work.load_subject(id)?;
        let mut resolver = Resolver::default();
        let until: Option<Timestamp> = resolver.parse("/until", self.body.until.as_deref());
        resolver.end()?;
        let own = whose(work.tx, &conflict.state)?;
        let (person, now) = (work.person(), work.now);
        let events = accept(&conflict.state, &self.body.reason, until, person, &own, now)?;
        work.append(&mut conflict, events)?;
        if let Some(until) = until {
            let stream = Conflict::stream(id);
            timers::set(work, until, &stream, "conflict.acceptance_ends", "{}")?;
        }
        Ok(Written { id: id.to_string(), number: None, version: conflict.version.0 })
    }
}

/// The people whose work a conflict is about.
pub(super) fn whose(db: &mut dyn Query, conflict: &Conflict) -> Result<Vec<PersonId>, Fault> {
    let Some((subject, with)) = conflict.sides() else { return Ok(Vec::new()) };
    let mut own = people_of(db, subject)?;
    own.extend(people_of(db, with)?);
    Ok(own)
}

/// The people whose work a record is: who asked for it or carries it out, for a release its owner
/// too, and those of its changes. Nobody accepts a conflict of their own work, or lets it pass.
pub fn people_of(db: &mut dyn Query, side: Side) -> Result<Vec<PersonId>, Fault> {
    let sql = match side {
        Side::Change(_) => "SELECT requester, implementer FROM changes WHERE id = $1",
        Side::Release(_) => {
            "SELECT changes.requester, changes.implementer FROM release_changes \
            JOIN changes ON changes.id = release_changes.change \
            WHERE release_changes.release = $1 \
            UNION SELECT requester, owner FROM releases WHERE id = $1 \
            UNION SELECT release_manager, release_manager FROM releases WHERE id = $1"
        }
        Side::Period(_) => return Ok(Vec::new()),
    };
    let mut people = Vec::new();
    for row in db.query(sql, &[side.id().into()])? {
        for column in [0, 1] {
            people.extend(row.opt_text(column)?.and_then(|id| id.parse::<PersonId>().ok()));
        }
    }
    Ok(people)
}

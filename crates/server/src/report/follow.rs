//! Keeps the figures in step with the log: every record that moved, and every one that rests on it,
//! is asked again, and the days are corrected by the difference.

use std::collections::BTreeSet;

use domain::identity::Permission;
use ports::{Fault, Lane, Query};

use crate::bus::{Bus, Command, Envelope, Failure, Lock, Stop, Work};
use crate::follow::followers::{Follower, Seen};
use crate::report::keep::{Days, Kept, link};
use crate::report::told::told;

/// Under what name it keeps its place in the log.
pub(super) const NAME: &str = "report";

/// Keeps the figures.
pub struct Figures;

impl Follower for Figures {
    fn name(&self) -> &'static str {
        NAME
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        let ids = events.iter().filter_map(|seen| {
            let (kind, id) = seen.stream.split_once(':')?;
            matches!(kind, "change" | "release" | "incident" | "review" | "survey")
                .then(|| id.to_owned())
        });
        let moved: BTreeSet<String> = ids.collect();
        if moved.is_empty() {
            return Ok(());
        }
        let envelope = Envelope { lane: Lane::Bulk, ..Envelope::system(NAME) };
        bus.call(envelope, Count { moved }).map(|_| ())
    }
}

/// Asks some records again.
struct Count {
    moved: BTreeSet<String>,
}

impl Command for Count {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "report.count"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        work.lock(Lock::name("follower", NAME))?;
        let mut asked = BTreeSet::new();
        for id in &self.moved {
            concerned(work.tx, id, &mut asked)?;
        }
        let mut days = Days::default();
        for id in &asked {
            let Some(told) = told(work.tx, id)? else { continue };
            let (before, after) = (Kept::load(work.tx, id)?, Kept::of(&told));
            link(work.tx, id, &told.rests_on)?;
            if before != after {
                before.add_to(&mut days, -1);
                after.add_to(&mut days, 1);
                after.write(work.tx, id, before == Kept::default())?;
            }
        }
        days.write(work.tx)?;
        work.touched();
        Ok(())
    }
}

/// The records whose facts may have moved with a record.
fn concerned(db: &mut dyn Query, id: &str, asked: &mut BTreeSet<String>) -> Result<(), Fault> {
    let more: &[&str] = match id.split('_').next() {
        // A release is told apart by the services of its changes.
        Some("chg") => &["SELECT release FROM changes WHERE id = $1"],
        Some("inc") => &[
            "SELECT caused_by FROM incidents WHERE id = $1",
            "SELECT changes.release FROM incidents \
            JOIN changes ON changes.id = incidents.caused_by WHERE incidents.id = $1",
        ],
        Some("rev") => &["SELECT subject FROM reviews WHERE id = $1"],
        _ => &[],
    };
    for sql in ["SELECT subject FROM report_links WHERE other = $1"].iter().chain(more) {
        for row in db.query(sql, &[id.into()])? {
            asked.extend(row.opt_text(0)?.map(str::to_owned));
        }
    }
    asked.insert(id.to_owned());
    Ok(())
}

//! What moves rounds of approval by itself: their time limits, by a timer, and someone who leaves
//! or loses a role, by following the log. Each record that waits for them, or rests on their vote,
//! is held against the voters that are left.

use std::collections::BTreeSet;

use domain::identity::{Permission, PersonEvent, Role};
use kernel::{ChangeId, PersonId, ReleaseId};
use ports::{Fault, Lane, Query, Value};

use crate::approval::{CHANGE_ROUNDS, RELEASE_ROUNDS};
use crate::bus::{Bus, Command, Envelope, Failure, Stop, Work};
use crate::follow::followers::{Follower, Seen};

/// The most records that are asked for at once.
const SLICE: i64 = 200;

/// Reminds, escalates or ends the round of a subject, as its time limits say; called by its timer.
pub fn due(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let Some((_, id)) = stream.split_once(':') else { return Ok(()) };
    match (id.parse(), id.parse()) {
        (Ok(change), _) => crate::change::approval_due(work, change),
        (_, Ok(release)) => crate::release::approval_due(work, release),
        _ => Ok(()),
    }
}

/// Follows the log for people who leave or lose a role.
pub struct Leavers;

impl Follower for Leavers {
    fn name(&self) -> &'static str {
        "leavers"
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        for person in events.iter().filter_map(leaver) {
            for subject in subjects(bus, person)? {
                let envelope = Envelope { lane: Lane::Bulk, ..Envelope::system("leavers") };
                let lapse = Lapse { subject: subject.clone(), person };
                match bus.call(envelope, lapse) {
                    Ok(_) => {}
                    // The world may be better in a moment: the slice is taken again.
                    Err(Failure::Fault(fault)) if fault.is_passing() => {
                        return Err(Failure::Fault(fault));
                    }
                    // Trying again changes nothing, and those who left later must not wait for it.
                    Err(failure) => {
                        let person = person.to_string();
                        tracing::error!(?failure, subject, person, "a round kept its votes");
                    }
                }
            }
        }
        Ok(())
    }
}

/// The person of an event that may take a vote away.
fn leaver(seen: &Seen) -> Option<PersonId> {
    if seen.name != "person.edited.v1" {
        return None;
    }
    let text = format!("{{\"type\":\"{}\",\"data\":{}}}", seen.name, seen.payload);
    let event: PersonEvent = serde_json::from_str(&text).ok()?;
    let PersonEvent::Edited { edit } = event else { return None };
    let takes = edit.roles.is_some() || edit.inactive == Some(true);
    seen.stream.strip_prefix("person:").filter(|_| takes)?.parse().ok()
}

/// The records whose open round asks any role, or rests on the person's vote.
fn subjects(bus: &Bus, person: PersonId) -> Result<BTreeSet<String>, Failure> {
    let mut found = BTreeSet::new();
    for (tables, live) in [
        (
            CHANGE_ROUNDS,
            "JOIN changes AS live ON live.id = rows.subject \
            WHERE live.phase IN ('authorise', 'scheduled')",
        ),
        (
            RELEASE_ROUNDS,
            "JOIN releases AS live ON live.id = rows.subject \
            WHERE live.phase = 'approval'",
        ),
    ] {
        let mut sources = vec![(tables.votes, "person", person.to_string())];
        sources.extend(Role::ALL.iter().map(|role| (tables.seats, "role", role.to_string())));
        for (table, column, value) in sources {
            let sql = format!(
                "SELECT DISTINCT rows.subject FROM {table} AS rows {live} \
                AND rows.{column} = $1 AND rows.subject > $2 ORDER BY rows.subject LIMIT $3"
            );
            let slice = |after: String| {
                let (sql, value) = (sql.clone(), value.clone());
                crate::read::wait(&*bus.world().store, move |db| slice(db, &sql, &value, &after))
                    .map_err(Failure::Fault)
            };
            let mut after = String::new();
            loop {
                let rows = slice(after)?;
                let Some(last) = rows.last().cloned() else { break };
                found.extend(rows);
                after = last;
            }
        }
    }
    Ok(found)
}

fn slice(db: &mut dyn Query, sql: &str, value: &str, after: &str) -> Result<Vec<String>, Fault> {
    let rows = db.query(sql, &[value.into(), after.into(), Value::from(SLICE)])?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Holds one record against the voters that are left.
struct Lapse {
    subject: String,
    person: PersonId,
}

impl Command for Lapse {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "approval.lapse"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let sql = "SELECT inactive FROM people WHERE id = $1";
        let row = work.tx.query_one(sql, &[self.person.to_string().into()])?;
        let active = row.map(|row| row.bool(0)).transpose()?.is_some_and(|inactive| !inactive);
        match (self.subject.parse::<ChangeId>(), self.subject.parse::<ReleaseId>()) {
            (Ok(id), _) => crate::change::approval_lapses(work, id, self.person, active),
            (_, Ok(id)) => crate::release::approval_lapses(work, id, self.person, active),
            _ => Ok(()),
        }
    }
}

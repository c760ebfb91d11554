//! The rows that subjects keep of their rounds: where each round stands, which roles an open one
//! asks now, and who answered in it or may not. Each kind of subject has tables of its own, which
//! its projection makes.

use domain::approval::{Answer, Round, RoundState, due_at};
use kernel::Timestamp;
use ports::{Fault, Tx, Value};

use crate::follow::timers;

/// The timer of a round's reminders and limits.
pub const DUE: &str = "approval.due";

/// What stands instead of an answer for those who may not vote.
pub(super) const BARRED: &str = "barred";

/// The tables of a kind of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundTables {
    /// The kind.
    pub kind: &'static str,
    /// Rounds: `subject`, `round`, `state`, `at`.
    pub rounds: &'static str,
    /// Roles asked now: `subject`, `role`, `round`, `since`.
    pub seats: &'static str,
    /// Answers that count, and those who are barred: `subject`, `round`, `person`, `answer`, `at`.
    pub votes: &'static str,
}

/// The tables of changes.
pub const CHANGE_ROUNDS: RoundTables = RoundTables {
    kind: "change",
    rounds: "change_rounds",
    seats: "change_seats",
    votes: "change_votes",
};

/// The tables of releases.
pub const RELEASE_ROUNDS: RoundTables = RoundTables {
    kind: "release",
    rounds: "release_rounds",
    seats: "release_seats",
    votes: "release_votes",
};

/// Writes the rows of a subject's newest round; those of the rounds before it stay as they are. A
/// subject that never had a round has no rows.
pub fn project_newest(
    tx: &mut dyn Tx,
    tables: RoundTables,
    subject: &str,
    round: Option<&Round>,
) -> Result<(), Fault> {
    let Some(round) = round else { return Ok(()) };
    let seats = format!("DELETE FROM {} WHERE subject = $1", tables.seats);
    tx.execute(&seats, &[subject.into()])?;
    project_round(tx, tables, subject, round)?;
    // The timer follows from the round, as its rows do: each subject has one at most.
    let stream = format!("{}:{subject}", tables.kind);
    timers::keep(tx, &stream, DUE, due_at(round))?;
    project_seats(tx, tables, subject, round)
}

/// Writes what is kept of a round for ever: where it stands, and who answered.
pub fn project_round(
    tx: &mut dyn Tx,
    tables: RoundTables,
    subject: &str,
    round: &Round,
) -> Result<(), Fault> {
    let number = i64::from(round.number);
    for table in [tables.rounds, tables.votes] {
        let sql = format!("DELETE FROM {table} WHERE subject = $1 AND round = $2");
        tx.execute(&sql, &[subject.into(), number.into()])?;
    }
    let at = match round.state {
        RoundState::Open => waits_since(round),
        _ => last_said(round),
    };
    let sql = format!(
        "INSERT INTO {} (subject, round, state, at) VALUES ($1, $2, $3, $4)",
        tables.rounds
    );
    tx.execute(&sql, &[subject.into(), number.into(), round.state.word().into(), at.into()])?;
    project_votes(tx, tables, subject, round)
}

fn project_votes(
    tx: &mut dyn Tx,
    tables: RoundTables,
    subject: &str,
    round: &Round,
) -> Result<(), Fault> {
    let sql = format!(
        "INSERT INTO {} (subject, round, person, answer, at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (subject, round, person) DO NOTHING",
        tables.votes
    );
    let number = Value::from(i64::from(round.number));
    let votes = round.votes.iter().filter(|vote| vote.counts());
    let votes = votes.flat_map(|vote| {
        [vote.person, vote.holder()].map(|person| (person, vote.answer.word(), vote.at))
    });
    let barred = round.barred.iter().map(|barred| (barred.person, BARRED, round.opened_at));
    for (person, answer, at) in votes.chain(barred) {
        let person = person.to_string().into();
        tx.execute(&sql, &[subject.into(), number.clone(), person, answer.into(), at.into()])?;
    }
    Ok(())
}

fn project_seats(
    tx: &mut dyn Tx,
    tables: RoundTables,
    subject: &str,
    round: &Round,
) -> Result<(), Fault> {
    let Some(stage) = round.stage().filter(|_| round.state == RoundState::Open) else {
        return Ok(());
    };
    let sql = format!(
        "INSERT INTO {} (subject, role, round, since) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (subject, role) DO NOTHING",
        tables.seats
    );
    let groups = round.plan.stages[stage].groups.iter().enumerate();
    let open = groups.filter(|(index, _)| !round.approved.contains(&(stage, *index)));
    for role in open.flat_map(|(index, _)| round.roles(stage, index)) {
        let number = i64::from(round.number);
        let since = waits_since(round);
        tx.execute(&sql, &[subject.into(), role.word().into(), number.into(), since.into()])?;
    }
    Ok(())
}

/// Since when the stage whose turn it is waits: since the stage before it said yes.
pub(super) fn waits_since(round: &Round) -> Timestamp {
    let stage = round.stage().unwrap_or(0);
    let before = round.votes.iter().filter(|vote| vote.counts() && vote.stage < stage);
    let yes = before.filter(|vote| vote.answer == Answer::Approve).map(|vote| vote.at);
    yes.max().unwrap_or(round.opened_at)
}

/// When the last vote was cast.
pub(super) fn last_said(round: &Round) -> Timestamp {
    round.votes.iter().map(|vote| vote.at).max().unwrap_or(round.opened_at)
}

//! What an agenda is made of, and what became of its items.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::{Answer, Round, RoundState};
use crate::cab::{AgendaItem, ITEM_MINUTES, Meeting, Subject};
use crate::edit::is_default;
use crate::identity::Role;
use crate::vocabulary::{Tier, words};

/// The most items of an agenda.
pub const AGENDA_MAX: usize = 100;

words! {
    /// What became of an item.
    Decision {
        /// The board said yes.
        Approved = "approved",
        /// Somebody's no ended the round.
        Rejected = "rejected",
        /// It was put off.
        Deferred = "deferred",
        /// It was cancelled or taken back, so that there is nothing to decide.
        Withdrawn = "withdrawn",
        /// The votes did not suffice.
        Undecided = "undecided",
        /// It was decided before the meeting began.
        Earlier = "decided_earlier",
    }
}

/// A change or release with the number that people call it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Which.
    pub subject: Subject,
    /// `CHG-…` or `REL-…`.
    pub number: String,
}

/// Something that could stand on an agenda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What.
    pub subject: Subject,
    /// Since when it waits for the board's vote; nothing when it does not wait for it.
    pub since: Option<Timestamp>,
    /// Whether its approval has yet to hear the board.
    pub awaits: bool,
    /// Its recorded tier.
    pub tier: Option<Tier>,
    /// When its window begins.
    pub starts_at: Option<Timestamp>,
}

/// The agenda of a planned meeting: what waited for the board before the cut-off and was not put
/// off, and what someone put on, as long as the board has yet to decide it. First what was put in
/// order, then by risk, then by date.
pub fn compose(meeting: &Meeting, mut candidates: Vec<Candidate>) -> Vec<AgendaItem> {
    let in_time = |since: Timestamp| meeting.cut_off.is_none_or(|cut_off| since < cut_off);
    let by_hand = |subject| meeting.added.contains(&subject);
    candidates.retain(|candidate| {
        let waits = candidate.since.is_some_and(in_time);
        let wanted = waits || by_hand(candidate.subject);
        candidate.awaits && wanted && meeting.deferral(candidate.subject).is_none()
    });
    let place = |subject| meeting.order.iter().position(|placed| *placed == subject);
    let last = usize::MAX;
    candidates.sort_by_key(|candidate| {
        let date = candidate.starts_at.map_or(i64::MAX, Timestamp::micros);
        let tier = std::cmp::Reverse(candidate.tier);
        (place(candidate.subject).unwrap_or(last), tier, date, candidate.subject)
    });
    candidates.dedup_by_key(|candidate| candidate.subject);
    candidates.truncate(AGENDA_MAX);
    let item = |candidate: Candidate| AgendaItem {
        subject: candidate.subject,
        by_hand: by_hand(candidate.subject) && !candidate.since.is_some_and(in_time),
        minutes: ITEM_MINUTES,
    };
    candidates.into_iter().map(item).collect()
}

/// A vote as the minutes keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinuteVote {
    /// Who.
    pub person: PersonId,
    /// In whose place, where a deputy voted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_behalf_of: Option<PersonId>,
    /// What.
    pub answer: Answer,
    /// Why.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What became of an item, with the votes that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which.
    pub subject: Subject,
    /// What became of it.
    pub decision: Decision,
    /// The board's votes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub votes: Vec<MinuteVote>,
}

/// Whether a round has yet to hear a board: it is open, and a group that asks for one of the
/// board's roles has not said yes.
pub fn awaits(round: Option<&Round>, roles: &BTreeSet<Role>) -> bool {
    round.is_some_and(|round| {
        let open = seats(round, roles).into_iter().any(|seat| !round.approved.contains(&seat));
        round.state == RoundState::Open && open
    })
}

/// What became of an item, read from the last round of its subject: what the groups said that ask
/// for the board's roles. A round that a no ended is rejected, whoever said it. What was decided
/// before the meeting began is not its decision. A round that was taken back waits for nothing,
/// put off or not.
pub fn outcome(
    meeting: &Meeting,
    subject: Subject,
    round: Option<&Round>,
    roles: &BTreeSet<Role>,
) -> Outcome {
    let seats = round.map(|round| seats(round, roles)).unwrap_or_default();
    let decided = round.and_then(|round| decided(round, &seats));
    let held = |at: &Timestamp| meeting.started_at.is_some_and(|start| start <= *at);
    let decision = match decided {
        Some((decision, at)) if held(&at) => decision,
        None if round.is_some_and(|round| round.state == RoundState::Withdrawn) => {
            Decision::Withdrawn
        }
        _ if meeting.deferral(subject).is_some() => Decision::Deferred,
        Some(_) => Decision::Earlier,
        None => Decision::Undecided,
    };
    let votes = round.into_iter().flat_map(|round| &round.votes);
    let ours = votes.filter(|vote| vote.counts() && seats.contains(&(vote.stage, vote.group)));
    let votes = ours.map(|vote| MinuteVote {
        person: vote.person,
        on_behalf_of: vote.on_behalf_of,
        answer: vote.answer,
        reason: vote.reason.clone(),
        at: vote.at,
    });
    Outcome { subject, decision, votes: votes.collect() }
}

/// What some groups of a round decided, and when the last word was said.
fn decided(round: &Round, seats: &[(usize, usize)]) -> Option<(Decision, Timestamp)> {
    let votes = round.votes.iter().filter(|vote| vote.counts());
    if round.state == RoundState::Rejected {
        let said = votes.map(|vote| vote.at).chain(round.calls.iter().map(|call| call.at));
        return Some((Decision::Rejected, said.max().unwrap_or(round.opened_at)));
    }
    let said_yes = |seat: &(usize, usize)| round.approved.contains(seat);
    if seats.is_empty() || !seats.iter().all(said_yes) {
        return None;
    }
    let ours = votes.filter(|vote| seats.contains(&(vote.stage, vote.group)));
    Some((Decision::Approved, ours.map(|vote| vote.at).max().unwrap_or(round.opened_at)))
}

/// The groups of a round that ask for one of some roles, by stage and group.
fn seats(round: &Round, roles: &BTreeSet<Role>) -> Vec<(usize, usize)> {
    let stages = round.plan.stages.iter().enumerate();
    let seats =
        stages.flat_map(|(stage, plan)| (0..plan.groups.len()).map(move |group| (stage, group)));
    seats.filter(|(stage, group)| !round.roles(*stage, *group).is_disjoint(roles)).collect()
}

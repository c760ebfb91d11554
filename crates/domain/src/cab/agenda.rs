//! What an agenda is made of, and what became of its items.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::{Answer, GroupState, Round, RoundState};
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
        /// The votes did not suffice.
        Undecided = "undecided",
    }
}

/// Something that could stand on an agenda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What.
    pub subject: Subject,
    /// Since when it waits for the board's vote; nothing when it does not wait for it.
    pub since: Option<Timestamp>,
    /// Its recorded tier.
    pub tier: Option<Tier>,
    /// When its window begins.
    pub starts_at: Option<Timestamp>,
}

/// The agenda of a planned meeting: what waited for the board before the cut-off and was not put
/// off, and what someone put on. First what was put in order, then by risk, then by date.
pub fn compose(meeting: &Meeting, mut candidates: Vec<Candidate>) -> Vec<AgendaItem> {
    let in_time = |since: Timestamp| meeting.cut_off.is_none_or(|cut_off| since < cut_off);
    let by_hand = |subject| meeting.added.contains(&subject);
    candidates.retain(|candidate| {
        let waits = candidate.since.is_some_and(in_time);
        meeting.deferral(candidate.subject).is_none() && (waits || by_hand(candidate.subject))
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

/// What became of an item, read from the last round of its subject: what the groups said that ask
/// for the board's roles. A round that a no ended is rejected, whoever said it.
pub fn outcome(
    meeting: &Meeting,
    subject: Subject,
    round: Option<&Round>,
    roles: &BTreeSet<Role>,
) -> Outcome {
    let seats = round.map(|round| seats(round, roles)).unwrap_or_default();
    let approved = |round: &Round| {
        let said_yes =
            |seat: &(usize, usize)| round.group_state(seat.0, seat.1) == GroupState::Approved;
        !seats.is_empty() && seats.iter().all(said_yes)
    };
    let decision = match round {
        Some(round) if round.state == RoundState::Rejected => Decision::Rejected,
        Some(round) if approved(round) => Decision::Approved,
        _ if meeting.deferral(subject).is_some() => Decision::Deferred,
        _ => Decision::Undecided,
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

/// The groups of a round that ask for one of some roles, by stage and group.
fn seats(round: &Round, roles: &BTreeSet<Role>) -> Vec<(usize, usize)> {
    let stages = round.plan.stages.iter().enumerate();
    let groups = stages.flat_map(|(stage, plan)| {
        plan.groups.iter().enumerate().map(move |(group, plan)| ((stage, group), plan))
    });
    let ours = groups.filter(|(_, plan)| !plan.roles.is_disjoint(roles));
    ours.map(|(seat, _)| seat).collect()
}

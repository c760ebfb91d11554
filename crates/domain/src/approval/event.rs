//! What happens to a round. Its subject embeds each under a name of its own.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::{
    Answer, Barred, Call, Condition, Content, Lapse, Met, OnLimit, PartName, Plan, Round,
    RoundState, Vote,
};
use crate::edit::is_default;
use crate::identity::Role;

/// A round was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Its number.
    pub number: u32,
    /// What policy asked for.
    pub plan: Plan,
    /// What is approved.
    pub content: Content,
    /// Who may not vote.
    pub barred: Vec<Barred>,
}

/// An event of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundEvent {
    /// It was opened.
    Opened(Box<Opened>),
    /// Someone voted.
    VoteCast {
        /// The round.
        round: u32,
        /// Who.
        person: PersonId,
        /// In whose place, where a deputy voted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
        /// The stage.
        stage: usize,
        /// The group.
        group: usize,
        /// What.
        answer: Answer,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What the yes holds under.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        condition: Option<Condition>,
        /// The hash of what was seen.
        content_hash: String,
    },
    /// The condition of a vote was marked met.
    ConditionMet {
        /// The round.
        round: u32,
        /// Who voted.
        person: PersonId,
        /// Who marked it.
        by: PersonId,
        /// A word to it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// A group's quorum said yes.
    GroupApproved {
        /// The round.
        round: u32,
        /// The stage.
        stage: usize,
        /// The group.
        group: usize,
    },
    /// The content was edited; the votes that covered it no longer count.
    ContentEdited {
        /// The round.
        round: u32,
        /// What is approved now.
        content: Content,
        /// The parts that were edited.
        touched: Vec<PartName>,
        /// Whose votes no longer count.
        voided: Vec<PersonId>,
        /// The groups that must say yes again.
        reopened: Vec<(usize, usize)>,
        /// Who may not vote now, where the edit altered that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        barred: Option<Vec<Barred>>,
    },
    /// Those asked in a group were reminded.
    Reminded {
        /// The round.
        round: u32,
        /// The stage.
        stage: usize,
        /// The group.
        group: usize,
    },
    /// The time of a group ran out.
    LimitReached {
        /// The round.
        round: u32,
        /// The stage.
        stage: usize,
        /// The group.
        group: usize,
        /// What that means.
        then: OnLimit,
        /// The roles that may answer too from here on.
        #[serde(default, skip_serializing_if = "is_default")]
        roles: BTreeSet<Role>,
    },
    /// Someone left or lost a role; the vote that they cast, or that was cast for them, no longer
    /// counts.
    VoteLapsed {
        /// The round.
        round: u32,
        /// Who.
        person: PersonId,
        /// Why.
        why: Lapse,
        /// The groups that must say yes again.
        reopened: Vec<(usize, usize)>,
    },
    /// It ended.
    Closed {
        /// The round.
        round: u32,
        /// How.
        state: RoundState,
    },
}

/// The newest round of a subject after an event. While it is on hold, time limits stand still,
/// those of a round that the event opens too.
pub fn evolve_held(
    round: Option<Round>,
    event: &RoundEvent,
    held: bool,
    at: Timestamp,
) -> Option<Round> {
    let round = evolve(round, event, at);
    if held { pause(round, true, at) } else { round }
}

/// The newest round after an event. One that is opened takes the place of the one before, which is
/// over and which no rule asks any more: it stays in its events.
pub fn evolve(round: Option<Round>, event: &RoundEvent, at: Timestamp) -> Option<Round> {
    if let RoundEvent::Opened(opened) = event {
        return Some(Round {
            number: opened.number,
            state: RoundState::Open,
            plan: opened.plan.clone(),
            content: opened.content.clone(),
            barred: opened.barred.clone(),
            votes: Vec::new(),
            approved: BTreeSet::new(),
            opened_at: at,
            asked_since: Some(at),
            paused_at: None,
            calls: Vec::new(),
        });
    }
    let mut round = round?;
    let before = round.stage();
    let asked_again = round.take(event, at);
    if round.stage() != before || asked_again {
        round.ask_anew(at);
    }
    Some(round)
}

/// The subject was put on hold, or goes on: time limits stand still meanwhile.
pub fn pause(round: Option<Round>, held: bool, at: Timestamp) -> Option<Round> {
    let mut round = round?;
    match round.paused_at {
        None if held && round.state == RoundState::Open => round.paused_at = Some(at),
        Some(since) if !held => {
            let stood = at.micros() - since.micros();
            let on = |asked: Timestamp| Timestamp::from_micros(asked.micros() + stood);
            round.asked_since = round.asked_since.map(on);
            round.paused_at = None;
        }
        _ => {}
    }
    Some(round)
}

impl Round {
    /// What becomes of it by some events of its own, for those who only ask where it would stand.
    pub(super) fn after(&self, events: &[RoundEvent]) -> Self {
        let mut after = self.clone();
        for event in events {
            after = evolve(Some(after.clone()), event, self.opened_at).unwrap_or(after);
        }
        after
    }

    /// Takes an event in; answers whether people must look at the open stage again.
    fn take(&mut self, event: &RoundEvent, at: Timestamp) -> bool {
        match event {
            RoundEvent::Opened(_) => {}
            RoundEvent::VoteCast {
                person,
                on_behalf_of,
                stage,
                group,
                answer,
                reason,
                condition,
                content_hash,
                ..
            } => self.votes.push(Vote {
                person: *person,
                on_behalf_of: *on_behalf_of,
                stage: *stage,
                group: *group,
                answer: *answer,
                reason: reason.clone(),
                condition: condition.clone(),
                at,
                content_hash: content_hash.clone(),
                voided: Vec::new(),
                lapsed: None,
            }),
            RoundEvent::ConditionMet { person, by, note, .. } => {
                let mut votes = self.votes.iter_mut().filter(|vote| vote.counts());
                let vote = votes.find(|vote| vote.person == *person);
                if let Some(condition) = vote.and_then(|vote| vote.condition.as_mut()) {
                    condition.met = Some(Met { by: *by, at, note: note.clone() });
                }
            }
            RoundEvent::GroupApproved { stage, group, .. } => {
                self.approved.insert((*stage, *group));
            }
            RoundEvent::ContentEdited { content, touched, voided, reopened, barred, .. } => {
                self.content.clone_from(content);
                if let Some(barred) = barred {
                    self.barred.clone_from(barred);
                }
                for vote in self.votes.iter_mut().filter(|vote| vote.counts()) {
                    if voided.contains(&vote.person) && touched.is_empty() {
                        vote.lapsed = Some(Lapse::OwnWork);
                    } else if voided.contains(&vote.person) {
                        vote.voided.clone_from(touched);
                    }
                }
                self.reopen(reopened);
                return !voided.is_empty() || !reopened.is_empty();
            }
            RoundEvent::Reminded { stage, group, .. } => {
                let (stage, group) = (*stage, *group);
                self.calls.push(Call { stage, group, at, limit: None, roles: BTreeSet::new() });
            }
            RoundEvent::LimitReached { stage, group, then, roles, .. } => {
                let (stage, group, roles) = (*stage, *group, roles.clone());
                self.calls.push(Call { stage, group, at, limit: Some(*then), roles });
            }
            RoundEvent::VoteLapsed { person, why, reopened, .. } => {
                let mut votes = self.votes.iter_mut().filter(|vote| vote.counts());
                if let Some(vote) = votes.find(|vote| vote.uses_up(*person)) {
                    vote.lapsed = Some(*why);
                }
                self.reopen(reopened);
                return !reopened.is_empty();
            }
            RoundEvent::Closed { state, .. } => self.state = *state,
        }
        false
    }

    fn reopen(&mut self, groups: &[(usize, usize)]) {
        self.approved.retain(|group| !groups.contains(group));
        if !groups.is_empty() {
            self.state = RoundState::Open;
        }
    }

    /// The stage whose turn it is has its whole time before it.
    fn ask_anew(&mut self, at: Timestamp) {
        self.asked_since = Some(at);
        self.paused_at = self.paused_at.map(|_| at);
        let stage = self.stage();
        self.calls.retain(|call| Some(call.stage) != stage);
    }
}

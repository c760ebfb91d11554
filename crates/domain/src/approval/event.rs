//! What happens to a round. Its subject embeds each under a name of its own.

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::{Answer, Barred, Content, PartName, Plan, Round, RoundState, Vote};

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
        /// The stage.
        stage: usize,
        /// The group.
        group: usize,
        /// What.
        answer: Answer,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The hash of what was seen.
        content_hash: String,
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
    /// It ended.
    Closed {
        /// The round.
        round: u32,
        /// How.
        state: RoundState,
    },
}

/// The rounds after an event.
pub fn evolve(mut rounds: Vec<Round>, event: &RoundEvent, at: Timestamp) -> Vec<Round> {
    if let RoundEvent::Opened(opened) = event {
        rounds.push(Round {
            number: opened.number,
            state: RoundState::Open,
            plan: opened.plan.clone(),
            content: opened.content.clone(),
            barred: opened.barred.clone(),
            votes: Vec::new(),
            approved: std::collections::BTreeSet::new(),
            opened_at: at,
        });
        return rounds;
    }
    let Some(round) = rounds.last_mut() else { return rounds };
    match event {
        RoundEvent::Opened(_) => {}
        RoundEvent::VoteCast { person, stage, group, answer, reason, content_hash, .. } => {
            round.votes.push(Vote {
                person: *person,
                stage: *stage,
                group: *group,
                answer: *answer,
                reason: reason.clone(),
                at,
                content_hash: content_hash.clone(),
                voided: Vec::new(),
            });
        }
        RoundEvent::GroupApproved { stage, group, .. } => {
            round.approved.insert((*stage, *group));
        }
        RoundEvent::ContentEdited { content, touched, voided, reopened, barred, .. } => {
            round.content.clone_from(content);
            if let Some(barred) = barred {
                round.barred.clone_from(barred);
            }
            for vote in round.votes.iter_mut().filter(|vote| vote.counts()) {
                if voided.contains(&vote.person) {
                    vote.voided.clone_from(touched);
                }
            }
            round.approved.retain(|group| !reopened.contains(group));
            if !reopened.is_empty() {
                round.state = RoundState::Open;
            }
        }
        RoundEvent::Closed { state, .. } => round.state = *state,
    }
    rounds
}

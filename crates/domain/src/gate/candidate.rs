//! A record that ships an artifact to an environment, as the gate sees it.

use kernel::{Interval, Timestamp};

use crate::approval::{Round, RoundState};
use crate::calendar::ConflictKind;
use crate::change::{self, Change};
use crate::deployment::DeploymentState;
use crate::policy::{ChangeType, ReleasePhase};
use crate::release::Release;

/// How far a record is on its way to the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody asked for its approval yet.
    Draft,
    /// Its approval ended with a no.
    Rejected,
    /// Its approval is awaited.
    Asked {
        /// The groups whose turn it is.
        waits_for: Vec<String>,
        /// Whether a yes that it had does not count any more.
        lapsed: bool,
    },
    /// Approved, without a window that is committed.
    Approved,
    /// Approved, and its window is committed.
    Committed,
    /// An approved emergency, which need not wait for a window.
    Urgent,
    /// Work is under way.
    UnderWay,
    /// It is being taken back, or was.
    TakenBack,
    /// It is over.
    Over,
    /// It was given up.
    Cancelled,
}

/// A change within a release that is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// `CHG-…`.
    pub number: String,
    /// What is wrong with it.
    pub lacks: &'static str,
}

/// A conflict that blocks and is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What kind.
    pub kind: ConflictKind,
    /// What it is, in words.
    pub words: String,
    /// Until when it lasts; absent where it has no end of its own.
    pub until: Option<Timestamp>,
}

/// A newer candidate of the same artifact that the gate let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// The id of its record.
    pub id: String,
    /// Its record, `REL-…` or `CHG-…`.
    pub number: String,
    /// Which bytes.
    pub digest: String,
}

/// A record that ships the artifact to the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// `REL-…` or `CHG-…`.
    pub number: String,
    /// How far it is.
    pub standing: Standing,
    /// Why it is on hold.
    pub held: Option<String>,
    /// Its window.
    pub window: Option<Interval>,
    /// Whether it was carried out, so that going back to it restores what ran.
    pub ran: bool,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What else must be done before.
    pub lacks: Vec<String>,
    /// The conflicts that block it.
    pub blocks: Vec<Block>,
    /// The newer candidate that took its place.
    pub newer: Option<Newer>,
}

impl Candidate {
    fn new(id: String, number: &str) -> Self {
        Self {
            id,
            number: number.to_owned(),
            standing: Standing::Draft,
            held: None,
            window: None,
            ran: false,
            owner: None,
            lacks: Vec::new(),
            blocks: Vec::new(),
            newer: None,
        }
    }

    /// A release, with what its changes lack.
    pub fn of_release(id: String, release: &Release, changes: &[Changed]) -> Self {
        let tasks = release.extras.tasks_missing().into_iter();
        let mut lacks: Vec<String> =
            tasks.map(|(number, task)| format!("task {number}, {}", task.title)).collect();
        lacks.extend(changes.iter().map(|change| format!("{} {}", change.number, change.lacks)));
        let ran = |deployment: &crate::deployment::Deployment| {
            deployment.state == DeploymentState::Verified
        };
        Self {
            standing: of_release(release),
            held: release.held.as_ref().map(|held| held.reason.clone()),
            window: release.content.window.as_ref().map(|window| window.interval),
            ran: release.deployment.as_ref().is_some_and(ran),
            lacks,
            ..Self::new(id, &release.number)
        }
    }

    /// As it stood at an instant in the past: work that is over was under way in its window.
    pub fn as_of(&mut self, at: Timestamp) {
        let within = self.window.is_some_and(|window| window.includes(at));
        if self.standing == Standing::Over && within {
            self.standing = Standing::UnderWay;
        }
    }

    /// Whether it takes the place of older candidates once it was let through.
    pub fn takes_the_place(&self) -> bool {
        match self.standing {
            Standing::Committed | Standing::Urgent | Standing::UnderWay => true,
            Standing::Over => self.ran,
            _ => false,
        }
    }

    /// A change that travels alone.
    pub fn of_change(id: String, change: &Change) -> Self {
        Self {
            standing: of_change(change),
            held: change.held.as_ref().map(|held| held.reason.clone()),
            window: change.content.window.as_ref().map(|window| window.interval),
            ran: change.outcome.is_some_and(change::Outcome::is_success),
            ..Self::new(id, &change.number)
        }
    }
}

fn of_release(release: &Release) -> Standing {
    use ReleasePhase as P;
    match release.phase {
        P::Cancelled => Standing::Cancelled,
        P::Review | P::Closed => Standing::Over,
        P::Deployment | P::Verification => {
            let state = release.deployment.as_ref().map(|deployment| deployment.state);
            match state {
                Some(DeploymentState::RollingBack | DeploymentState::RolledBack) => {
                    Standing::TakenBack
                }
                // Votes can lapse while the work is under way.
                _ if release.is_approved() => Standing::UnderWay,
                _ => asked(release.round()),
            }
        }
        P::Approval if release.is_approved() && release.scheduled => Standing::Committed,
        P::Approval if release.is_approved() => Standing::Approved,
        P::Approval => asked(release.round()),
        P::Planning | P::Build | P::Test => before(release.round()),
    }
}

fn of_change(change: &Change) -> Standing {
    use change::Phase as P;
    let emergency = change.change_type() == ChangeType::Emergency;
    match change.phase {
        P::Cancelled => Standing::Cancelled,
        P::Review | P::Closed => Standing::Over,
        P::Draft | P::Assess => before(change.round()),
        _ if !change.is_approved() => asked(change.round()),
        P::Implement => Standing::UnderWay,
        P::Scheduled => Standing::Committed,
        P::Authorise if emergency => Standing::Urgent,
        P::Authorise => Standing::Approved,
    }
}

fn before(round: Option<&Round>) -> Standing {
    match round {
        Some(round) if round.state == RoundState::Rejected => Standing::Rejected,
        _ => Standing::Draft,
    }
}

/// An approval that is awaited: the groups whose turn it is, and whether a vote was lost.
fn asked(round: Option<&Round>) -> Standing {
    let Some(round) = round else { return Standing::Draft };
    if round.state == RoundState::Rejected {
        return Standing::Rejected;
    }
    let name = |(stage, group): (usize, usize)| {
        let stage = &round.plan.stages[stage];
        format!("{} (stage {})", stage.groups[group].name, stage.name)
    };
    let waits_for = round.open_groups().into_iter().map(name).collect();
    let lapsed = round.votes.iter().any(|vote| !vote.counts());
    Standing::Asked { waits_for, lapsed }
}

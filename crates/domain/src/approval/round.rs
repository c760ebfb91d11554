//! A round: its plan, its votes, and where it stands.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::approval::{Condition, Content, PartName, Refusal};
use crate::edit::is_default;
use crate::identity::Role;
use crate::refusal::Missing;
use crate::vocabulary::words;

words! {
    /// Where a round stands.
    RoundState {
        /// Votes are awaited.
        Open = "open",
        /// Every stage said yes.
        Approved = "approved",
        /// A group said no.
        Rejected = "rejected",
        /// Its subject took it back.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What a vote says.
    Answer {
        /// Yes.
        Approve = "approve",
        /// No, with a reason.
        Reject = "reject",
        /// Neither; it counts for no quorum.
        Abstain = "abstain",
    }
}

words! {
    /// Why someone may not vote.
    Why {
        /// They asked for it.
        Requested = "requested it",
        /// They carry it out.
        Implements = "implements it",
        /// They answer for it.
        Owns = "answers for it",
        /// They wrote what is approved, or handed it in.
        Wrote = "wrote or submitted it",
    }
}

words! {
    /// What happens when a group's time runs out.
    OnLimit {
        /// Those asked are reminded once more.
        Remind = "remind",
        /// Further roles may answer too.
        Escalate = "escalate",
        /// The round ends with a no.
        Reject = "reject",
    }
}

words! {
    /// Why a vote lapsed without an edit.
    Lapse {
        /// Whoever cast it, or for whom it was cast, left.
        Left = "left",
        /// The role that it rested on was taken away.
        RoleLost = "no longer holds the role",
        /// Whoever cast it came to have a part in the work.
        OwnWork = "has a part in the work now",
    }
}

words! {
    /// Where a group stands.
    GroupState {
        /// Its stage is not reached.
        Waiting = "waiting",
        /// Votes are awaited.
        Open = "open",
        /// Its quorum said yes.
        Approved = "approved",
        /// It said no.
        Rejected = "rejected",
    }
}

/// How many approvals a group needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quorum {
    /// One.
    #[default]
    First,
    /// A fixed number.
    Count(u32),
    /// More than half of those who may vote.
    Majority,
    /// A share of those who may vote, rounded up.
    Percent(u32),
    /// Everyone who may vote.
    All,
}

impl Quorum {
    /// The approvals needed when `voters` may vote; never none.
    pub fn needed(self, voters: usize) -> usize {
        match self {
            Self::First => 1,
            Self::Count(count) => count as usize,
            Self::Majority => voters / 2 + 1,
            Self::Percent(share) => (voters * share as usize).div_ceil(100).max(1),
            Self::All => voters.max(1),
        }
    }

    /// The rule in words.
    pub fn words(self, voters: usize) -> String {
        match self {
            Self::First => "first to answer".to_owned(),
            Self::Count(count) => format!("{count} of {voters}"),
            Self::Majority => format!("majority, {} of {voters}", self.needed(voters)),
            Self::Percent(share) => format!("{share} %, {} of {voters}", self.needed(voters)),
            Self::All => format!("all {voters}"),
        }
    }
}

/// A group of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupPlan {
    /// What it is called.
    pub name: String,
    /// The roles that may answer.
    pub roles: BTreeSet<Role>,
    /// How many must say yes.
    pub quorum: Quorum,
    /// Whether one no is enough.
    #[serde(default, skip_serializing_if = "is_default")]
    pub veto: bool,
    /// The parts its votes cover; all when empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub covers: BTreeSet<PartName>,
    /// After how many hours those asked are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder_hours: Option<u32>,
    /// After how many hours its time runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_hours: Option<u32>,
    /// What happens then; a reminder when it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_limit: Option<OnLimit>,
    /// The roles that may answer too once it is escalated.
    #[serde(default, skip_serializing_if = "is_default")]
    pub escalate_to: BTreeSet<Role>,
}

/// A stage of a plan: its groups answer in parallel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagePlan {
    /// What it is called.
    pub name: String,
    /// The groups.
    pub groups: Vec<GroupPlan>,
}

/// The approval that policy asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Where it comes from: the model and its version.
    pub policy: String,
    /// The stages in order; none means approved at once.
    pub stages: Vec<StagePlan>,
    /// The stages that would be asked for and are only observed, by name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub observed: Vec<String>,
}

impl Plan {
    /// Every role that may come to answer.
    pub fn roles(&self) -> BTreeSet<Role> {
        let groups = self.stages.iter().flat_map(|stage| &stage.groups);
        groups.flat_map(|group| group.roles.union(&group.escalate_to).copied()).collect()
    }
}

/// Someone who may not vote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Barred {
    /// Who.
    pub person: PersonId,
    /// Why.
    pub why: Why,
}

impl Barred {
    /// Each person once, for the first reason that is given.
    pub fn each(all: impl IntoIterator<Item = (PersonId, Why)>) -> Vec<Self> {
        let mut barred: BTreeMap<PersonId, Why> = BTreeMap::new();
        for (person, why) in all {
            barred.entry(person).or_insert(why);
        }
        barred.into_iter().map(|(person, why)| Self { person, why }).collect()
    }
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Who.
    pub person: PersonId,
    /// In whose place, where a deputy voted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// The index of the stage.
    pub stage: usize,
    /// The index of the group within it.
    pub group: usize,
    /// What.
    pub answer: Answer,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the yes holds under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// When.
    pub at: Timestamp,
    /// The hash of what was seen.
    pub content_hash: String,
    /// The edited parts that made it void.
    #[serde(default, skip_serializing_if = "is_default")]
    pub voided: Vec<PartName>,
    /// Why it lapsed, where a person left or lost a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapsed: Option<Lapse>,
}

impl Vote {
    /// Whether it counts.
    pub fn counts(&self) -> bool {
        self.voided.is_empty() && self.lapsed.is_none()
    }

    /// Whose answer it is: the absent person's, where a deputy voted.
    pub fn holder(&self) -> PersonId {
        self.on_behalf_of.unwrap_or(self.person)
    }

    /// Whether it uses up a person: as who cast it, or as for whom.
    pub fn uses_up(&self, person: PersonId) -> bool {
        self.person == person || self.holder() == person
    }
}

/// That a group was called upon: reminded, or its time ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The index of the stage.
    pub stage: usize,
    /// The index of the group within it.
    pub group: usize,
    /// When.
    pub at: Timestamp,
    /// What happened at the limit; a reminder before it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<OnLimit>,
    /// The roles that may answer too from here on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub roles: BTreeSet<Role>,
}

/// A round of approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Its number on the record, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: RoundState,
    /// What policy asked for when it was opened.
    pub plan: Plan,
    /// What is approved.
    pub content: Content,
    /// Who may not vote.
    #[serde(default, skip_serializing_if = "is_default")]
    pub barred: Vec<Barred>,
    /// The votes, voided ones included.
    #[serde(default, skip_serializing_if = "is_default")]
    pub votes: Vec<Vote>,
    /// The groups that said yes, by stage and group.
    #[serde(default, skip_serializing_if = "is_default")]
    pub approved: BTreeSet<(usize, usize)>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Since when the stage whose turn it is has been asked, without the time it was on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_since: Option<Timestamp>,
    /// Since when its subject is on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// The reminders and limits of the stages, since each was last asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calls: Vec<Call>,
}

impl Round {
    /// The index of the stage whose turn it is: the first with a group that has not said yes.
    pub fn stage(&self) -> Option<usize> {
        let open = |stage: usize| {
            (0..self.plan.stages[stage].groups.len())
                .any(|group| !self.approved.contains(&(stage, group)))
        };
        (0..self.plan.stages.len()).find(|stage| open(*stage))
    }

    /// Where a group stands.
    pub fn group_state(&self, stage: usize, group: usize) -> GroupState {
        if self.approved.contains(&(stage, group)) {
            return GroupState::Approved;
        }
        let rejected = |vote: &Vote| vote.answer == Answer::Reject && vote.counts();
        let mine = |vote: &&Vote| vote.stage == stage && vote.group == group;
        match self.state {
            RoundState::Rejected if self.votes.iter().filter(mine).any(rejected) => {
                GroupState::Rejected
            }
            RoundState::Open if self.stage() == Some(stage) => GroupState::Open,
            _ => GroupState::Waiting,
        }
    }

    /// The votes that count in a group, by what they say.
    pub fn tally(&self, stage: usize, group: usize) -> BTreeMap<Answer, usize> {
        let mut tally = BTreeMap::new();
        for vote in self.votes.iter().filter(|vote| vote.counts()) {
            if (vote.stage, vote.group) == (stage, group) {
                *tally.entry(vote.answer).or_default() += 1;
            }
        }
        tally
    }

    /// Why someone may not vote, if so.
    pub fn barred(&self, person: PersonId) -> Option<Why> {
        self.barred.iter().find(|barred| barred.person == person).map(|barred| barred.why)
    }

    /// Refuses when someone's yes counts, or one that was given in their place: who approves a
    /// piece of work does not carry it out.
    pub fn not_by_its_approver(&self, person: Option<PersonId>) -> Result<(), Refusal> {
        let said_yes = person.is_some_and(|person| self.approvers().contains(&person));
        if said_yes { Err(Refusal::ApprovedByYou) } else { Ok(()) }
    }

    /// Whose yes counts, and for whom it was given.
    pub fn approvers(&self) -> BTreeSet<PersonId> {
        let yes = |vote: &&Vote| vote.answer == Answer::Approve && vote.counts();
        self.votes.iter().filter(yes).flat_map(|vote| [vote.person, vote.holder()]).collect()
    }

    /// How many votes count.
    pub fn votes_counted(&self) -> usize {
        self.votes.iter().filter(|vote| vote.counts()).count()
    }

    /// By whom a yes is missing: each group that is asked now; none once the round is over.
    pub fn awaits(&self) -> Vec<Missing> {
        let missing = self.open_groups().into_iter().map(|(stage, group)| {
            let plan = &self.plan.stages[stage];
            let roles: Vec<String> =
                self.roles(stage, group).iter().map(|role| role.word().replace('_', " ")).collect();
            let (name, roles) = (&plan.groups[group].name, roles.join(" or "));
            // Rounds are shown with the newest first.
            let pointer = format!("/rounds/0/stages/{stage}/groups/{group}");
            Missing::new(pointer, format!("stage \"{}\" waits for {name} ({roles})", plan.name))
        });
        missing.collect()
    }

    /// Whether someone is used up: their vote counts, or one that was cast in their place.
    pub fn has_voted(&self, person: PersonId) -> bool {
        self.votes.iter().any(|vote| vote.counts() && vote.uses_up(person))
    }

    /// The roles that may answer in a group: its own, and those it was escalated to.
    pub fn roles(&self, stage: usize, group: usize) -> BTreeSet<Role> {
        let mut roles = self.plan.stages[stage].groups[group].roles.clone();
        let calls = self.calls.iter().filter(|call| (call.stage, call.group) == (stage, group));
        roles.extend(calls.flat_map(|call| call.roles.iter().copied()));
        roles
    }

    /// The groups whose turn it is.
    pub fn open_groups(&self) -> Vec<(usize, usize)> {
        let Some(stage) = self.stage().filter(|_| self.state == RoundState::Open) else {
            return Vec::new();
        };
        let groups = (0..self.plan.stages[stage].groups.len()).map(|group| (stage, group));
        groups.filter(|seat| !self.approved.contains(seat)).collect()
    }
}

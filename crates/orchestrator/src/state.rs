//! A run, and the fold of its events. It decides nothing and accepts every stored event.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::{RunEvent, Scope, Why};
use crate::plan::{Act, Choice, IfLost, Plan, Step, Undo};
use crate::trigger::Watched;

/// Where a run stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It has not begun.
    #[default]
    New,
    /// Steps are carried out.
    Running,
    /// Every step is done or skipped.
    Finished,
    /// It was aborted: what was reached stands.
    Stopped,
    /// It is being taken back.
    RollingBack,
    /// It was taken back.
    RolledBack,
    /// Taking it back was given up: what was not taken back stands.
    GivenUp,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "not begun",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::RollingBack => "rolling back",
            Self::RolledBack => "rolled back",
            Self::GivenUp => "given up",
        })
    }
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Carrying it out.
    Forward,
    /// Taking it back.
    Back,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forward => "forward",
            Self::Back => "back",
        })
    }
}

/// One attempt at a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attempt {
    /// The step.
    pub step: String,
    /// Which way.
    pub way: Way,
    /// Counted from 1. An attempt that was lost is repeated under its own number.
    #[serde(rename = "attempt")]
    pub number: u32,
}

impl Attempt {
    /// What a call carries, so that its effect happens once: unique within the run.
    pub fn key(&self) -> String {
        format!("{}:{}:{}", self.step, self.way, self.number)
    }
}

/// Where a step stands, one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegState {
    /// Not begun.
    #[default]
    Waiting,
    /// In flight.
    Running {
        /// When it counts as lost; of a wait, when it is over.
        until: Timestamp,
    },
    /// Nobody knows what became of it.
    Uncertain {
        /// When the world is asked. Without it is repeated, or a person says.
        ask_at: Option<Timestamp>,
    },
    /// It failed and is tried again.
    Retrying {
        /// When.
        at: Timestamp,
    },
    /// It succeeded.
    Done,
    /// It failed.
    Failed,
    /// It was left out.
    Skipped,
    /// On the way back: it turned out that there is nothing to take back.
    NotBegun,
}

/// A step, one way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Where it stands.
    pub state: LegState,
    /// How many attempts were begun.
    pub attempts: u32,
    /// How often it was retried by itself since a person last said so.
    pub retried: u32,
    /// How often the present attempt exceeded its time.
    pub late: u32,
    /// How often the world did not know of the present attempt.
    pub asked: u32,
    /// When the last attempt began.
    pub started_at: Option<Timestamp>,
    /// When it came to where it stands.
    pub at: Option<Timestamp>,
    /// What came of it, or why.
    pub note: Option<String>,
}

impl Leg {
    /// Whether it needs nothing more.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, LegState::Done | LegState::Skipped | LegState::NotBegun)
    }

    /// Whether something is in flight.
    pub fn is_running(&self) -> bool {
        matches!(self.state, LegState::Running { .. })
    }

    /// Whether nobody knows what became of it.
    pub fn is_uncertain(&self) -> bool {
        matches!(self.state, LegState::Uncertain { .. })
    }

    /// Whether a lost call is repeated under its key: not once the world did not know of it.
    pub(crate) fn is_repeated(&self, step: &Step) -> bool {
        self.state == (LegState::Uncertain { ask_at: None })
            && step.act == Act::Call
            && step.if_lost == IfLost::Repeat
            && self.late <= crate::REPEATS_MAX
            && self.asked == 0
    }

    /// Whether it may have had an effect.
    pub fn was_begun(&self) -> bool {
        self.attempts > 0
    }
}

/// A decision that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Why, each reason once.
    pub why: BTreeSet<Why>,
    /// Since when.
    pub asked_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// What happens then.
    pub default: Choice,
}

/// A way back that was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollback {
    /// How far.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: Timestamp,
    /// What was reached and stands, and why.
    pub stands: BTreeMap<String, String>,
}

/// A run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What is carried out.
    pub plan: Plan,
    /// Where it stands.
    pub phase: Phase,
    /// Nothing new is begun.
    pub is_paused: bool,
    /// Why it ends before its time: aborted, or the way back given up.
    pub ending: Option<String>,
    /// What is asked for.
    pub decision: Option<Decision>,
    /// Every step, on the way forward.
    pub forward: BTreeMap<String, Leg>,
    /// What is taken back.
    pub back: BTreeMap<String, Leg>,
    /// The way back, once decided.
    pub rollback: Option<Rollback>,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it came to its end; a way back begins it anew.
    pub ended_at: Option<Timestamp>,
    /// What is known of its triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub watched: BTreeMap<String, Watched>,
    /// Whether nobody watches any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watch_ended: bool,
}

impl Run {
    /// Whether nothing more happens unless someone wants something new.
    pub fn has_ended(&self) -> bool {
        let at_end = matches!(
            self.phase,
            Phase::Finished | Phase::Stopped | Phase::RolledBack | Phase::GivenUp
        );
        at_end && self.decision.is_none()
    }

    /// A step, one way.
    pub fn leg(&self, step: &str, way: Way) -> Option<&Leg> {
        match way {
            Way::Forward => self.forward.get(step),
            Way::Back => self.back.get(step),
        }
    }

    /// The steps that may have had an effect, uncertain and failed ones included.
    pub fn reached(&self) -> BTreeSet<&str> {
        let begun = self.forward.iter().filter(|(_, leg)| leg.was_begun());
        begun.map(|(key, _)| key.as_str()).collect()
    }

    /// The step's last attempt, one way.
    pub fn attempt(&self, step: &str, way: Way) -> Option<Attempt> {
        let number = self.leg(step, way)?.attempts;
        (number > 0).then(|| Attempt { step: step.to_owned(), way, number })
    }

    /// Each step of the plan with its leg, one way, in the plan's order.
    pub fn legs(&self, way: Way) -> impl Iterator<Item = (&Step, &Leg)> {
        self.plan.steps.iter().filter_map(move |step| Some((step, self.leg(&step.key, way)?)))
    }

    /// Which way it goes now.
    pub fn way(&self) -> Way {
        if self.rollback.is_some() { Way::Back } else { Way::Forward }
    }

    /// Whether it has to be known what became of this step before the run can end: it may have had
    /// an effect that is to be taken back, or that stands.
    pub(crate) fn has_to_be_known(&self, step: &Step) -> bool {
        let uncertain = self.forward.get(&step.key).is_some_and(Leg::is_uncertain);
        uncertain && step.undo != Undo::Nothing
    }

    /// Whether a forward attempt goes on although nobody wants it any more.
    pub fn is_unwanted(&self, attempt: &Attempt) -> bool {
        attempt.way == Way::Forward && (self.way() == Way::Back || self.ending.is_some())
    }

    /// The run after an event.
    #[must_use]
    pub fn evolve(mut self, event: &RunEvent, at: Timestamp) -> Self {
        self.apply(event, at);
        self
    }

    fn apply(&mut self, event: &RunEvent, at: Timestamp) {
        match event {
            RunEvent::Began { plan } => {
                let legs = plan.steps.iter().map(|step| (step.key.clone(), Leg::default()));
                let (phase, forward) = (Phase::Running, legs.collect());
                let plan = plan.clone();
                *self = Self { plan, phase, forward, began_at: Some(at), ..Self::default() };
            }
            RunEvent::StepStarted { attempt, until } => self.started(attempt, *until, at),
            RunEvent::StepSucceeded { attempt, note } => {
                self.set(attempt, LegState::Done, note.as_deref(), at);
                self.settle_failure(&attempt.step);
            }
            RunEvent::StepFailed { attempt, reason, retry_at } => {
                let state = retry_at.map_or(LegState::Failed, |at| LegState::Retrying { at });
                self.set(attempt, state, Some(reason), at);
                if let Some(leg) = self.leg_mut(attempt).filter(|_| retry_at.is_some()) {
                    leg.retried += 1;
                }
            }
            RunEvent::StepLost { attempt, late, ask_at } => {
                self.set(attempt, LegState::Uncertain { ask_at: *ask_at }, None, at);
                if let Some(leg) = self.leg_mut(attempt) {
                    leg.late += u32::from(*late);
                }
            }
            RunEvent::StepUnknown { attempt, ask_at } => {
                self.set(attempt, LegState::Uncertain { ask_at: *ask_at }, None, at);
                if let Some(leg) = self.leg_mut(attempt) {
                    leg.asked += 1;
                }
            }
            RunEvent::StepNotBegun { attempt } => self.not_begun(attempt, at),
            RunEvent::StepRetried { step, way } => {
                let attempt = Attempt { step: step.clone(), way: *way, number: 0 };
                if let Some(leg) = self.leg_mut(&attempt) {
                    leg.state = LegState::Retrying { at };
                    (leg.retried, leg.at) = (0, Some(at));
                }
                self.settle_failure(step);
            }
            RunEvent::StepSkipped { step, way, reason } => {
                let attempt = Attempt { step: step.clone(), way: *way, number: 0 };
                self.set(&attempt, LegState::Skipped, Some(reason), at);
                self.settle_failure(step);
            }
            RunEvent::Paused {} => self.is_paused = true,
            RunEvent::Resumed {} => self.is_paused = false,
            RunEvent::DecisionAsked { why, until, default } => {
                let new = || Decision {
                    why: BTreeSet::new(),
                    asked_at: at,
                    until: *until,
                    default: *default,
                };
                self.decision.get_or_insert_with(new).why.insert(why.clone());
            }
            RunEvent::DecisionTaken { .. } => self.decision = None,
            RunEvent::AbortAsked { reason } => {
                self.end_early(reason);
                self.decision = None;
            }
            RunEvent::GiveUpAsked { reason } => self.end_early(reason),
            RunEvent::RollbackDecided { scope, reason, steps, stands } => {
                let before = self.rollback.take().map(|rollback| rollback.stands);
                let mut stands: BTreeMap<String, String> = stands.clone();
                stands.extend(before.into_iter().flatten());
                stands.retain(|step, _| !steps.contains(step));
                let (scope, reason) = (scope.clone(), reason.clone());
                self.rollback = Some(Rollback { scope, reason, decided_at: at, stands });
                self.turn(steps);
            }
            RunEvent::TriggerTurned { trigger, value, note } => {
                let watched =
                    Watched { value: *value, since: at, note: note.clone(), fired: false };
                self.watched.insert(trigger.clone(), watched);
            }
            RunEvent::TriggerFired { trigger, .. } => {
                if let Some(watched) = self.watched.get_mut(trigger) {
                    watched.fired = true;
                }
            }
            RunEvent::WatchEnded {} => self.watch_ended = true,
            RunEvent::Finished {} => self.end(Phase::Finished, at),
            RunEvent::Stopped {} => self.end(Phase::Stopped, at),
            RunEvent::RolledBack {} => self.end(Phase::RolledBack, at),
            RunEvent::GivenUp {} => self.end(Phase::GivenUp, at),
        }
    }

    fn leg_mut(&mut self, attempt: &Attempt) -> Option<&mut Leg> {
        match attempt.way {
            Way::Forward => self.forward.get_mut(&attempt.step),
            Way::Back => self.back.get_mut(&attempt.step),
        }
    }

    fn set(&mut self, attempt: &Attempt, state: LegState, note: Option<&str>, at: Timestamp) {
        if let Some(leg) = self.leg_mut(attempt) {
            (leg.state, leg.at) = (state, Some(at));
            leg.note = note.map(str::to_owned);
        }
    }

    /// A lost attempt that is repeated keeps its number, and with it its key.
    fn started(&mut self, attempt: &Attempt, until: Timestamp, at: Timestamp) {
        let Some(leg) = self.leg_mut(attempt) else { return };
        if leg.attempts != attempt.number {
            (leg.late, leg.asked) = (0, 0);
        }
        leg.attempts = attempt.number;
        leg.state = LegState::Running { until };
        (leg.started_at, leg.at, leg.note) = (Some(at), Some(at), None);
    }

    /// The attempt is taken back, so that the next one has its number and its key again: should it
    /// begin late after all, it has no second effect.
    fn not_begun(&mut self, attempt: &Attempt, at: Timestamp) {
        self.set(attempt, LegState::Waiting, None, at);
        let Some(leg) = self.leg_mut(attempt) else { return };
        leg.attempts = attempt.number.saturating_sub(1);
        if attempt.way == Way::Back || leg.was_begun() {
            return;
        }
        let back = self.back.get_mut(&attempt.step);
        if let Some(back) = back.filter(|back| !back.was_begun()) {
            (back.state, back.at) = (LegState::NotBegun, Some(at));
        }
        if let Some(rollback) = &mut self.rollback {
            rollback.stands.remove(&attempt.step);
        }
    }

    /// A failure that was dealt with is no reason to ask any more.
    fn settle_failure(&mut self, step: &str) {
        let Some(decision) = &mut self.decision else { return };
        decision.why.remove(&Why::Failed { step: step.to_owned() });
        if decision.why.is_empty() {
            self.decision = None;
        }
    }

    /// Turns round, or goes back further than before.
    fn turn(&mut self, steps: &BTreeSet<String>) {
        self.phase = Phase::RollingBack;
        (self.is_paused, self.ending, self.decision, self.ended_at) = (false, None, None, None);
        self.drop_retries();
        for step in steps {
            self.back.entry(step.clone()).or_default();
        }
    }

    fn end_early(&mut self, reason: &str) {
        self.ending = Some(reason.to_owned());
        self.drop_retries();
    }

    /// What failed is not tried again any more.
    fn drop_retries(&mut self) {
        for leg in self.forward.values_mut().chain(self.back.values_mut()) {
            if matches!(leg.state, LegState::Retrying { .. }) {
                leg.state = LegState::Failed;
            }
        }
    }

    fn end(&mut self, phase: Phase, at: Timestamp) {
        self.phase = phase;
        (self.is_paused, self.ended_at) = (false, Some(at));
    }
}

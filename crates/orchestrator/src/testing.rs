//! What the tests of the inputs share: small plans, and a run that is told one thing after another.

use kernel::Timestamp;

use crate::plan::{Act, Ask, IfLost, OnFailure, Plan, Retries, Step, Undo};
use crate::{Attempt, Input, LegState, Refusal, Run, RunEvent, Trigger, Way, decide};

/// A call that can be undone, needing others.
pub(crate) fn step(key: &str, needs: &[&str]) -> Step {
    Step {
        key: key.to_owned(),
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        group: None,
        act: Act::Call,
        undo: Undo::Reversible,
        minutes: 10,
        undo_minutes: 5,
        retries: Retries::NONE,
        time_limit_seconds: 60,
        on_failure: OnFailure::Ask,
        on_no_data: None,
        if_lost: IfLost::Ask,
    }
}

/// The same step with something else about it.
pub(crate) fn but(mut step: Step, change: impl FnOnce(&mut Step)) -> Step {
    change(&mut step);
    step
}

pub(crate) fn irreversible(key: &str, needs: &[&str]) -> Step {
    but(step(key, needs), |step| step.undo = Undo::Irreversible { reason: "mails go out".into() })
}

pub(crate) fn point(key: &str, needs: &[&str]) -> Step {
    let reason = "the old column is dropped".to_owned();
    but(step(key, needs), |step| step.undo = Undo::PointOfNoReturn { reason })
}

pub(crate) fn forward(step: &str) -> Attempt {
    Attempt { step: step.to_owned(), way: Way::Forward, number: 1 }
}

pub(crate) fn back(step: &str) -> Attempt {
    Attempt { step: step.to_owned(), way: Way::Back, number: 1 }
}

/// The second attempt of what was the first.
pub(crate) fn second(attempt: Attempt) -> Attempt {
    Attempt { number: 2, ..attempt }
}

pub(crate) fn ok(attempt: Attempt) -> Input {
    Input::Succeeded { attempt, note: None }
}

pub(crate) fn failed(attempt: Attempt) -> Input {
    Input::Failed { attempt, reason: "500".to_owned() }
}

/// A reason.
pub(crate) fn why() -> String {
    "errors rise".to_owned()
}

/// A run that is told one thing after another.
pub(crate) struct Story {
    pub(crate) run: Run,
    seconds: i64,
}

impl Story {
    /// A run on these steps; a decision may take 600 seconds.
    pub(crate) fn of(steps: Vec<Step>) -> Self {
        Self::watching(steps, Vec::new())
    }

    /// The same, with triggers.
    pub(crate) fn watching(steps: Vec<Step>, triggers: Vec<Trigger>) -> Self {
        let ask = Ask { seconds: 600, ..Ask::default() };
        Self::on(Plan { steps, ask, triggers })
    }

    /// A run on this plan.
    pub(crate) fn on(plan: Plan) -> Self {
        let mut story = Self { run: Run::default(), seconds: 0 };
        story.tell(Input::Begin(plan));
        story
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(self.seconds)
    }

    pub(crate) fn wait(&mut self, seconds: i64) -> &mut Self {
        self.seconds += seconds;
        self
    }

    /// The events that follow.
    pub(crate) fn tell(&mut self, input: Input) -> Vec<RunEvent> {
        let events = decide(&self.run, &input, self.now());
        let events = events.unwrap_or_else(|refusal| panic!("{input:?}: {refusal}"));
        for event in &events {
            self.run = std::mem::take(&mut self.run).evolve(event, self.now());
        }
        events
    }

    /// Each of them is taken.
    pub(crate) fn after(mut self, inputs: impl IntoIterator<Item = Input>) -> Self {
        for input in inputs {
            self.tell(input);
        }
        self
    }

    /// Why an input is not taken.
    pub(crate) fn refusal(&self, input: Input) -> Refusal {
        decide(&self.run, &input, self.now()).expect_err("it is taken")
    }

    pub(crate) fn state(&self, step: &str, way: Way) -> LegState {
        self.run.leg(step, way).expect("a step").state
    }

    /// The attempts that these events begin, by key.
    pub(crate) fn begun(events: &[RunEvent]) -> Vec<String> {
        let begun = events.iter().filter_map(|event| match event {
            RunEvent::StepStarted { attempt, .. } => Some(attempt.key()),
            _ => None,
        });
        begun.collect()
    }
}

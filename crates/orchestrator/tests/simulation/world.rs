//! A model of the world and of a driver: what a call does follows from the seed and its key.

use std::collections::{BTreeMap, BTreeSet};

use interlock_orchestrator::{
    Answer, Attempt, Choice, IfLost, Input, Leg, LegState, Phase, Plan, Refusal, Report, Run,
    RunEvent, SECONDS_MAX, Step, Waits, Way, Work, decide, waits, work,
};
use kernel::Timestamp;

use crate::{Dice, drawn};

/// How much goes wrong.
#[derive(Clone, Copy)]
pub(crate) struct Trouble {
    /// How often, in percent, the driver dies between two of its acts.
    pub(crate) crash: usize,
    /// How often an answer comes twice.
    pub(crate) twice: usize,
    /// How often the world cannot tell.
    pub(crate) unknown: usize,
    /// How often time passes although there is something to do.
    pub(crate) hurry: usize,
    /// How often nobody can say what a call came to, although it ended.
    pub(crate) astray: usize,
}

const HOUR: i64 = 60 * 60;

pub(crate) const CALM: Trouble = Trouble { crash: 0, twice: 0, unknown: 0, hurry: 0, astray: 0 };

/// A run, its driver, and the world around them.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) run: Run,
    pub(crate) events: Vec<RunEvent>,
    pub(crate) now: Timestamp,
    pub(crate) dice: Dice,
    trouble: Trouble,
    /// Effects in the order in which they happened, by key.
    pub(crate) effects: Vec<Attempt>,
    /// The driver's memory: the calls that it has made itself.
    made: BTreeSet<Attempt>,
    /// Answers on their way.
    answers: Vec<Attempt>,
}

impl World {
    pub(crate) fn begin(seed: u64, plan: Plan, trouble: Trouble) -> Self {
        let mut world = Self {
            seed,
            run: Run::default(),
            events: Vec::new(),
            now: Timestamp::from_micros(0),
            dice: Dice::of(seed ^ 0x5EED),
            trouble,
            effects: Vec::new(),
            made: BTreeSet::new(),
            answers: Vec::new(),
        };
        world.tell(&Input::Begin(plan)).expect("a plan without flaws");
        world
    }

    /// Tells the run something and commits what follows.
    pub(crate) fn tell(&mut self, input: &Input) -> Result<(), Refusal> {
        let events = decide(&self.run, input, self.now)?;
        for event in &events {
            self.check_order(event);
            self.run = std::mem::take(&mut self.run).evolve(event, self.now);
        }
        self.events.extend(events);
        let lives = !work(&self.run).is_empty() || !waits(&self.run).is_empty();
        assert!(self.run.has_ended() || lives, "stranded after {input:?}: {:#?}", self.run);
        Ok(())
    }

    /// Nothing begins before its time, whichever way.
    fn check_order(&self, event: &RunEvent) {
        let RunEvent::StepStarted { attempt, .. } = event else { return };
        let step = self.run.plan.step(&attempt.step).expect("a step");
        match attempt.way {
            Way::Forward => {
                assert!(self.run.rollback.is_none(), "{attempt:?} goes forward on the way back");
                let is_done = |need: &String| self.run.forward[need].is_settled();
                assert!(step.needs.iter().all(is_done), "{attempt:?} begins before its needs");
            }
            Way::Back => {
                let is_gone = |key: &String| self.run.back.get(key).is_none_or(Leg::is_settled);
                let after = after(&self.run, &attempt.step);
                assert!(after.iter().all(is_gone), "{attempt:?} goes before what needed it");
                let leg = &self.run.forward[&attempt.step];
                assert!(leg.was_begun(), "{attempt:?} was never reached");
                assert!(!leg.is_running() && !leg.is_uncertain(), "{attempt:?} is not known");
            }
        }
        assert!(!self.run.is_paused && self.run.decision.is_none() && self.run.ending.is_none());
    }

    /// One act of the driver, of the world, or of a person. False once there is nothing to do.
    pub(crate) fn act(&mut self) -> bool {
        if self.dice.chance(self.trouble.crash) {
            self.crash();
        }
        let hurries = self.dice.chance(self.trouble.hurry);
        (hurries && self.pass_time(HOUR))
            || self.drive()
            || self.people()
            || self.pass_time(i64::from(SECONDS_MAX))
    }

    /// The driver dies, and another begins: nobody waits for the answers any more.
    pub(crate) fn crash(&mut self) {
        self.made.clear();
        self.answers.clear();
        for piece in work(&self.run) {
            if let Work::Start(attempt) | Work::Cancel(attempt) = piece {
                self.tell(&Input::Lost(attempt)).expect("a loss is always taken");
            }
        }
    }

    fn drive(&mut self) -> bool {
        let mut todo: Vec<Work> = work(&self.run).into_iter().filter(|w| self.is_due(w)).collect();
        let pending = self.answers.len();
        if todo.is_empty() && pending == 0 {
            return false;
        }
        let at = self.dice.roll(todo.len() + pending);
        if at >= todo.len() {
            self.deliver(at - todo.len());
            return true;
        }
        match todo.swap_remove(at) {
            Work::Start(attempt) => {
                self.made.insert(attempt.clone());
                self.call(&attempt);
                self.answers.push(attempt);
            }
            Work::Cancel(attempt) => {
                self.made.insert(attempt.clone());
                self.tell(&Input::Lost(attempt)).expect("a loss is always taken");
            }
            Work::Ask { attempt, .. } => {
                let answer = self.answer(&attempt);
                self.tell(&Input::Answered { attempt, answer }).expect("an answer is always taken");
            }
            Work::Wake(_) => {}
        }
        true
    }

    fn is_due(&self, work: &Work) -> bool {
        match work {
            Work::Start(attempt) => !self.made.contains(attempt) || !self.has_arrived(attempt),
            Work::Cancel(attempt) => !self.answers.contains(attempt),
            Work::Ask { at, .. } => *at <= self.now,
            Work::Wake(_) => false,
        }
    }

    /// A target that is called twice under one key acts once only where the plan says so.
    fn call(&mut self, attempt: &Attempt) {
        let step = self.run.plan.step(&attempt.step).expect("a step");
        let happened = self.has_arrived(attempt);
        if !happened || step.if_lost != IfLost::Repeat {
            self.effects.push(attempt.clone());
        }
    }

    fn has_arrived(&self, attempt: &Attempt) -> bool {
        self.effects.contains(attempt)
    }

    /// Whether an attempt succeeds: always the same for the same key.
    fn succeeds(&self, attempt: &Attempt) -> bool {
        drawn(self.seed, &attempt.key(), 100) < 75
    }

    fn deliver(&mut self, at: usize) {
        let attempt = self.answers[at].clone();
        if !self.dice.chance(self.trouble.twice) {
            self.answers.swap_remove(at);
        }
        let outcome = if self.dice.chance(self.trouble.astray) {
            Input::Unknown(attempt)
        } else if self.succeeds(&attempt) {
            Input::Succeeded { attempt, note: None }
        } else {
            Input::Failed { attempt, reason: "the target said 500".to_owned() }
        };
        self.tell(&outcome).expect("an outcome is always taken");
    }

    fn answer(&mut self, attempt: &Attempt) -> Answer {
        if self.dice.chance(self.trouble.unknown) {
            return Answer::Unknown;
        }
        match (self.has_arrived(attempt), self.succeeds(attempt)) {
            (false, _) => Answer::NeverBegun,
            (true, true) => Answer::Succeeded(None),
            (true, false) => Answer::Failed("the target said 500".to_owned()),
        }
    }

    /// One person does one thing that the run waits for.
    fn people(&mut self) -> bool {
        let waits = waits(&self.run);
        let Some(wait) = (!waits.is_empty()).then(|| self.dice.pick(&waits).clone()) else {
            return false;
        };
        let input = match wait {
            Waits::Decision => self.decision(),
            Waits::Resume => Input::Resume,
            Waits::Act(attempt)
                if self.run.is_unwanted(&attempt) && !self.has_arrived(&attempt) =>
            {
                Input::Reported { attempt, report: Report::NotBegun }
            }
            Waits::Act(attempt) => {
                if !self.has_arrived(&attempt) {
                    self.effects.push(attempt.clone());
                }
                let report = self.told(&attempt);
                Input::Reported { attempt, report }
            }
            Waits::Tell(attempt) => {
                let report = self.told(&attempt);
                Input::Reported { attempt, report }
            }
            Waits::Mend(attempt) if attempt.number < 4 => Input::Retry { step: attempt.step },
            Waits::Mend(attempt) => {
                Input::Skip { step: attempt.step, reason: "the backup is gone".to_owned() }
            }
        };
        self.tell(&input).expect("what it waits for is taken");
        true
    }

    /// What was asked for is answered; a failed step is tried again a few times first.
    fn decision(&mut self) -> Input {
        let failed = |(key, leg): (&String, &Leg)| {
            (leg.state == LegState::Failed).then(|| (key.clone(), leg.attempts))
        };
        let first = self.run.forward.iter().find_map(failed);
        let reason = "it is known and harmless".to_owned();
        let goes_on = self.run.phase == Phase::Running && self.run.ending.is_none();
        match first.filter(|_| goes_on) {
            Some((step, attempts)) if attempts < 4 => Input::Retry { step },
            Some((step, _)) => Input::Skip { step, reason },
            None => Input::Decide { choice: Choice::Continue, reason },
        }
    }

    fn told(&self, attempt: &Attempt) -> Report {
        match (self.has_arrived(attempt), self.succeeds(attempt)) {
            (false, _) => Report::NotBegun,
            (true, true) => Report::Done(None),
            (true, false) => Report::Failed("it does not answer".to_owned()),
        }
    }

    /// Time passes until something happens by itself, unless that is further away.
    fn pass_time(&mut self, seconds: i64) -> bool {
        let next = work(&self.run).into_iter().filter_map(|piece| match piece {
            Work::Wake(at) | Work::Ask { at, .. } => Some(at),
            _ => None,
        });
        let soon = self.now.plus_seconds(seconds);
        let Some(next) = next.min().filter(|next| *next <= soon) else { return false };
        self.now = self.now.max(next);
        self.tell(&Input::Tick).expect("time passes");
        true
    }

    /// Goes on until the run has ended.
    pub(crate) fn carry_on(&mut self) {
        for _ in 0..5_000 {
            if self.run.has_ended() {
                return;
            }
            assert!(self.act(), "nothing to do: {:#?}", self.run);
        }
        panic!("it never ends: {:#?}", self.run);
    }

    /// How often each key had an effect: never twice.
    pub(crate) fn check_effects(&self) {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for attempt in &self.effects {
            *counts.entry(attempt.key()).or_default() += 1;
        }
        assert!(counts.values().all(|count| *count == 1), "twice: {counts:?}");
    }

    /// What was taken back is what had an effect, each after what needed it.
    pub(crate) fn check_way_back(&self) {
        let had = |step: &str, way| {
            self.effects.iter().position(|one| one.step == step && one.way == way)
        };
        for (step, leg) in &self.run.back {
            if leg.state == LegState::NotBegun {
                let began = had(step, Way::Forward).is_some();
                assert!(!began, "{step} stands and is told not to be there");
            }
            let Some(back) = had(step, Way::Back) else { continue };
            for later in after(&self.run, step) {
                let order = had(&later, Way::Back).filter(|_| self.run.back.contains_key(&later));
                assert!(order.is_none_or(|order| order < back), "{later} goes before {step}");
            }
        }
    }
}

/// Everything that needs a step, found the plain way.
pub(crate) fn after(run: &Run, step: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let is_after =
            |other: &&Step| other.needs.iter().any(|need| need == step || found.contains(need));
        let more: BTreeSet<String> =
            run.plan.steps.iter().filter(is_after).map(|other| other.key.clone()).collect();
        if more == found {
            return found;
        }
        found = more;
    }
}

//! Triggers: what is watched in the background for as long as a run may have to be taken back, and
//! what follows from what is seen. Each look is good, bad or no data, and each of these has a
//! stated consequence: good has none.

use std::collections::BTreeSet;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::{RunEvent, Why};
use crate::input::ask;
use crate::plan::SECONDS_MAX;
use crate::settle::Draft;
use crate::state::{Phase, Run};
use crate::way_back::turn_back;

/// The most triggers of a plan.
pub const TRIGGERS_MAX: usize = 20;

/// Something that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name within the plan.
    pub key: String,
    /// For how long it has to be bad without a break.
    pub bad_seconds: u32,
    /// What happens then.
    pub on_bad: Consequence,
    /// For how long nothing has to be known of it.
    pub no_data_seconds: u32,
    /// What happens then.
    pub on_no_data: Consequence,
}

/// What follows from a look that is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// It is taken back at once. Where nothing can be taken back, a decision is asked for.
    Rollback,
    /// A decision is asked for.
    Ask,
    /// It is shown.
    Note,
}

/// What a look says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// All is well.
    Good,
    /// It is not.
    Bad,
    /// Nobody can tell.
    NoData,
}

/// What is known of a trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// What the last look said.
    pub value: Value,
    /// Since when.
    pub since: Timestamp,
    /// What was seen then.
    pub note: String,
    /// Whether its consequence was drawn.
    pub fired: bool,
}

impl Trigger {
    /// What follows from a value, and after how long; nothing from a good one.
    pub fn consequence(&self, value: Value) -> Option<(u32, Consequence)> {
        match value {
            Value::Good => None,
            Value::Bad => Some((self.bad_seconds, self.on_bad)),
            Value::NoData => Some((self.no_data_seconds, self.on_no_data)),
        }
    }

    /// When it fires, if nothing changes and it has not.
    pub fn fires_at(&self, watched: &Watched) -> Option<Timestamp> {
        let (seconds, _) = self.consequence(watched.value).filter(|_| !watched.fired)?;
        Some(watched.since.plus_seconds(i64::from(seconds)))
    }

    pub(crate) fn flaws(&self) -> Vec<(&'static str, String)> {
        let bounds = [("for_seconds", self.bad_seconds), ("no_data_seconds", self.no_data_seconds)];
        let over = bounds.into_iter().filter(|(_, seconds)| *seconds > SECONDS_MAX);
        over.map(|(field, seconds)| {
            (field, format!("`{field}` is {seconds}: write 0 to {SECONDS_MAX}"))
        })
        .collect()
    }
}

impl Run {
    /// Whether its triggers are watched: from its beginning until it is taken back, or until its
    /// effect was verified.
    pub fn is_watched(&self) -> bool {
        let may_go_back = matches!(self.phase, Phase::Running | Phase::Finished | Phase::Stopped);
        may_go_back && !self.watch_ended && !self.plan.triggers.is_empty()
    }

    /// The next trigger that fires by itself, and when.
    fn next_to_fire(&self) -> Option<(&Trigger, Timestamp)> {
        let triggers = self.plan.triggers.iter().filter(|_| self.is_watched());
        let firing = triggers
            .filter_map(|one| Some((one, one.fires_at(self.watched.get(one.key.as_str())?)?)));
        firing.min_by_key(|(_, at)| *at)
    }

    pub(crate) fn fires_at(&self) -> Option<Timestamp> {
        self.next_to_fire().map(|(_, at)| at)
    }
}

/// Draws the consequences that are due, each once for each time that it came to this.
pub(crate) fn fire(draft: &mut Draft) {
    loop {
        let due = draft.run.next_to_fire().filter(|(_, at)| *at <= draft.now);
        let Some((trigger, _)) = due else { return };
        let watched = &draft.run.watched[&trigger.key];
        let Some((_, then)) = trigger.consequence(watched.value) else { return };
        let key = trigger.key.clone();
        let reason = format!("trigger `{key}`: {}", watched.note);
        draft.push(RunEvent::TriggerFired { trigger: key, then });
        let back = (then == Consequence::Rollback).then(|| turn_back(&draft.run, &reason));
        match back.flatten() {
            Some(back) => draft.push(back),
            None if then == Consequence::Note => {}
            None => ask(draft, Why::Alarm { reason }),
        }
    }
}

/// The keys that stand more than once.
pub(crate) fn repeated(triggers: &[Trigger]) -> impl Iterator<Item = usize> {
    let mut seen = BTreeSet::new();
    let places = triggers.iter().enumerate();
    places.filter_map(move |(at, trigger)| (!seen.insert(&trigger.key)).then_some(at))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Story, but, forward, ok, point, step, why};
    use crate::{Choice, Consequence, Input, Phase, Refusal, Scope, Step, Trigger, Value};
    use crate::{RunEvent, Waits, waits};

    fn watching(steps: Vec<Step>, on_bad: Consequence) -> Story {
        let (on_no_data, key) = (Consequence::Ask, "errors".to_owned());
        let trigger = Trigger { key, bad_seconds: 60, on_bad, no_data_seconds: 300, on_no_data };
        Story::watching(steps, vec![trigger])
    }

    /// A step that takes its time.
    fn long(step: Step) -> Step {
        but(step, |step| step.time_limit_seconds = 100_000)
    }

    fn chain() -> Vec<Step> {
        vec![long(step("a", &[])), long(step("b", &["a"]))]
    }

    fn sees(value: Value) -> Input {
        let note = format!("{value:?}");
        Input::Observed { trigger: "errors".to_owned(), value, note }
    }

    #[test]
    fn bad_for_long_enough_turns_back_by_itself() {
        let mut story = watching(chain(), Consequence::Rollback);
        assert_eq!(story.tell(sees(Value::Good)).len(), 1);
        assert_eq!(story.tell(sees(Value::Good)), [], "nothing new");
        story.wait(10).tell(sees(Value::Bad));
        assert_eq!(story.wait(59).tell(Input::Tick), []);
        let events = story.wait(1).tell(Input::Tick);
        assert!(matches!(&events[0], RunEvent::TriggerFired { .. }), "{events:?}");
        assert_eq!(story.run.phase, Phase::RollingBack);
        let rollback = story.run.rollback.as_ref().expect("decided");
        assert_eq!(rollback.reason, "trigger `errors`: Bad");
        assert!(!story.run.is_watched());
        assert_eq!(story.tell(sees(Value::Good)), [], "on the way back nobody watches");
    }

    #[test]
    fn what_gets_better_in_time_begins_anew() {
        let mut story = watching(chain(), Consequence::Rollback);
        story.tell(sees(Value::Bad));
        story.wait(59).tell(sees(Value::Good));
        story.wait(1).tell(sees(Value::Bad));
        assert_eq!(story.wait(59).tell(Input::Tick), []);
        story.wait(1).tell(Input::Tick);
        assert_eq!(story.run.phase, Phase::RollingBack);
    }

    #[test]
    fn silence_has_a_consequence_of_its_own_which_is_drawn_once() {
        let mut story = watching(chain(), Consequence::Rollback);
        story.tell(sees(Value::NoData));
        story.wait(299).tell(Input::Tick);
        assert_eq!(waits(&story.run), []);
        story.wait(1).tell(Input::Tick);
        assert_eq!(waits(&story.run), [Waits::Decision]);
        story.tell(Input::Decide { choice: Choice::Continue, reason: why() });
        story.wait(900).tell(Input::Tick);
        assert_eq!(waits(&story.run), [], "it was decided to go on");
        story.tell(sees(Value::Good));
        story.tell(sees(Value::NoData));
        story.wait(300).tell(Input::Tick);
        assert_eq!(waits(&story.run), [Waits::Decision], "another time");
    }

    #[test]
    fn what_is_only_noted_holds_nothing_up() {
        let mut story = watching(chain(), Consequence::Note);
        story.tell(sees(Value::Bad));
        let events = story.wait(60).tell(Input::Tick);
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(waits(&story.run), []);
    }

    #[test]
    fn it_is_watched_until_its_effect_is_verified() {
        let story = watching(chain(), Consequence::Rollback);
        let mut story = story.after([ok(forward("a")), ok(forward("b")), sees(Value::Good)]);
        assert_eq!((story.run.phase, story.run.is_watched()), (Phase::Finished, true));
        story.tell(sees(Value::Bad));
        story.wait(60).tell(Input::Tick);
        assert_eq!(story.run.phase, Phase::RollingBack);
        let story = watching(chain(), Consequence::Rollback);
        let end = [ok(forward("a")), ok(forward("b")), sees(Value::Bad), Input::EndWatch];
        let mut story = story.after(end);
        assert_eq!(story.tell(Input::EndWatch), []);
        assert_eq!(story.wait(600).tell(Input::Tick), []);
        assert!(!story.run.is_watched() && story.run.has_ended());
    }

    #[test]
    fn where_nothing_can_be_taken_back_it_asks() {
        let steps = vec![long(point("a", &[])), step("b", &["a"])];
        let mut story = watching(steps, Consequence::Rollback);
        story.tell(sees(Value::Bad));
        story.wait(60).tell(Input::Tick);
        assert_eq!(waits(&story.run), [Waits::Decision]);
    }

    #[test]
    fn what_is_not_watched_is_no_trigger() {
        let story = watching(chain(), Consequence::Ask);
        let strange = Input::Observed { trigger: "z".to_owned(), value: Value::Bad, note: why() };
        assert_eq!(story.refusal(strange), Refusal::UnknownTrigger("z".to_owned()));
        let whole = Input::Rollback { scope: Scope::Whole, reason: why() };
        let story = story.after([whole]);
        assert!(!story.run.is_watched());
    }
}

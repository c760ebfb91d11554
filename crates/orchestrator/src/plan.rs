//! A plan: what is to be done, in which order, and how each part is taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kernel::NOTE_MAX;
use serde::{Deserialize, Serialize};

use crate::graph::Graph;
use crate::trigger::{TRIGGERS_MAX, Trigger, repeated};

/// The most steps of a plan.
pub const STEPS_MAX: usize = 200;
/// The longest key of a step or a group, in characters.
pub const KEY_MAX: usize = 80;
/// The longest time limit, wait or delay: 30 days.
pub const SECONDS_MAX: u32 = 30 * 24 * 60 * 60;
/// The longest duration that can be stated for a step: a week.
pub const MINUTES_MAX: u32 = 7 * 24 * 60;
/// The most automatic retries of a step.
pub const RETRIES_MAX: u32 = 20;
/// The most by which the delay between retries grows.
pub const FACTOR_MAX: u32 = 10;

/// What is to be done, and who is asked in what time when it does not go by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its steps, in the order in which they are shown.
    pub steps: Vec<Step>,
    /// How a decision is asked for.
    pub ask: Ask,
    /// What is watched meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
}

/// How a decision is asked for. Who is asked is the caller's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// How long the answer may take.
    pub seconds: u32,
    /// What happens when none comes.
    pub default: Choice,
}

impl Default for Ask {
    fn default() -> Self {
        Self { seconds: 15 * 60, default: Choice::Rollback }
    }
}

/// What can be decided when a step failed or an alarm went off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Go on; what failed is skipped.
    Continue,
    /// Take it back.
    Rollback,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name within the plan.
    pub key: String,
    /// The steps that must be done before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub needs: BTreeSet<String>,
    /// The part of the plan that it belongs to and is taken back with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Who does it.
    pub act: Act,
    /// How it is taken back.
    pub undo: Undo,
    /// How long it takes.
    pub minutes: u32,
    /// How long it takes to take it back.
    pub undo_minutes: u32,
    /// How often it is tried again by itself, each way.
    pub retries: Retries,
    /// After how long an attempt, each way, counts as lost.
    pub time_limit_seconds: u32,
    /// What happens once no retry is left.
    pub on_failure: OnFailure,
    /// What happens when it comes to no verdict; as after a failure when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_no_data: Option<OnFailure>,
    /// What happens when nobody knows what became of an attempt.
    pub if_lost: IfLost,
}

/// Who does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The driver calls something.
    Call,
    /// Nobody: it is done once the time has passed.
    Wait {
        /// How long.
        seconds: u32,
    },
    /// A person, who reports it.
    Person,
}

/// How a step is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// It changes nothing: there is nothing to take back.
    Nothing,
    /// What it did can be undone.
    Reversible,
    /// Something else makes up for it.
    Compensating,
    /// It stands.
    Irreversible {
        /// Why.
        reason: String,
    },
    /// It stands, and so does everything before it.
    PointOfNoReturn {
        /// Why.
        reason: String,
    },
}

/// How often a failed step is tried again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retries {
    /// How often.
    pub limit: u32,
    /// After how long the first time.
    pub delay_seconds: u32,
    /// By how much the delay grows each time.
    pub factor: u32,
}

impl Retries {
    /// None.
    pub const NONE: Self = Self { limit: 0, delay_seconds: 0, factor: 1 };

    /// The delay before the given retry, counted from 1.
    pub fn delay_seconds(self, retry: u32) -> u32 {
        let growth = self.factor.max(1).saturating_pow(retry.saturating_sub(1));
        self.delay_seconds.saturating_mul(growth).min(SECONDS_MAX)
    }
}

/// What happens once no retry is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// A decision is asked for.
    Ask,
    /// It is taken back at once.
    Rollback,
    /// Nothing more is begun.
    Stop,
}

/// What happens when nobody knows what became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfLost {
    /// The world can be asked under the attempt's key.
    Ask,
    /// It can be repeated under the same key without a second effect.
    Repeat,
    /// A person looks, and says.
    Person,
}

/// Something that a plan cannot have: where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The step's place in the plan, if it is about one.
    pub step: Option<usize>,
    /// The trigger's place in the plan, if it is about one.
    pub trigger: Option<usize>,
    /// The field, as it is written.
    pub field: &'static str,
    /// What is wrong.
    pub detail: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl Step {
    /// How long it takes: a wait takes its own time, in whole minutes begun.
    pub fn minutes(&self) -> u32 {
        match self.act {
            Act::Wait { seconds } => seconds.div_ceil(60),
            Act::Call | Act::Person => self.minutes,
        }
    }

    /// Whether all that it asks for is someone's word: a sign-off. It changes nothing.
    pub fn is_word(&self) -> bool {
        self.act == Act::Person && self.undo == Undo::Nothing
    }

    /// Whether something is done in order to take it back.
    pub fn has_way_back(&self) -> bool {
        matches!(self.undo, Undo::Reversible | Undo::Compensating)
    }

    /// Whether what was before it stands once it was reached.
    pub fn is_point_of_no_return(&self) -> bool {
        matches!(self.undo, Undo::PointOfNoReturn { .. })
    }

    fn flaws(&self) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        if !is_key(&self.key) {
            flaws.push(("key", key_rule("the key of a step", &self.key)));
        }
        if let Some(group) = self.group.as_deref().filter(|group| !is_key(group)) {
            flaws.push(("group", key_rule("the name of a group", group)));
        }
        let mut bound = |field, value: u32, least: u32, most: u32| {
            if value < least || value > most {
                let detail = format!("`{field}` is {value}: write {least} to {most}");
                flaws.push((field, detail));
            }
        };
        bound("minutes", self.minutes, 0, MINUTES_MAX);
        bound("undo_minutes", self.undo_minutes, 0, MINUTES_MAX);
        bound("time_limit_seconds", self.time_limit_seconds, 1, SECONDS_MAX);
        bound("retries.limit", self.retries.limit, 0, RETRIES_MAX);
        bound("retries.delay_seconds", self.retries.delay_seconds, 0, SECONDS_MAX);
        bound("retries.factor", self.retries.factor, 1, FACTOR_MAX);
        if let Act::Wait { seconds } = self.act {
            bound("seconds", seconds, 1, SECONDS_MAX);
            if self.undo != Undo::Nothing {
                flaws.push(("undo", "a wait changes nothing: take `undo` away".to_owned()));
            }
        }
        if let Undo::Irreversible { reason } | Undo::PointOfNoReturn { reason } = &self.undo
            && (reason.trim().is_empty() || reason.chars().count() > NOTE_MAX)
        {
            let detail =
                format!("say why it cannot be taken back, in at most {NOTE_MAX} characters");
            flaws.push(("reason", detail));
        }
        flaws
    }
}

/// Keys become part of what a call carries, so they are plain.
fn is_key(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.len() <= KEY_MAX && text.chars().all(plain)
}

fn key_rule(what: &str, text: &str) -> String {
    format!("{what} is `{text}`: write 1 to {KEY_MAX} letters, digits, `-`, `_` or `.`")
}

impl Plan {
    /// A step by its key.
    pub fn step(&self, key: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == key)
    }

    /// Everything that is wrong with it; a run begins only on a plan without flaws.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut flaw =
            |step, field, detail| flaws.push(Flaw { step, trigger: None, field, detail });
        if self.steps.is_empty() {
            flaw(None, "steps", "the plan has no step: write at least one".to_owned());
        }
        if self.steps.len() > STEPS_MAX {
            let many = self.steps.len();
            flaw(None, "steps", format!("the plan has {many} steps and may have {STEPS_MAX}"));
        }
        if self.ask.seconds == 0 || self.ask.seconds > SECONDS_MAX {
            let detail = format!("a decision may take 1 to {SECONDS_MAX} seconds");
            flaw(None, "ask.seconds", detail);
        }
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, step) in self.steps.iter().enumerate() {
            for (field, detail) in step.flaws() {
                flaw(Some(at), field, detail);
            }
            if let Some(before) = first.get(step.key.as_str()) {
                let key = &step.key;
                let detail =
                    format!("step {} is called `{key}` already: use another key", before + 1);
                flaw(Some(at), "key", detail);
            } else {
                first.insert(&step.key, at);
            }
        }
        for (at, step) in self.steps.iter().enumerate() {
            for need in step.needs.iter().filter(|need| !first.contains_key(need.as_str())) {
                let detail = format!("`{}` needs `{need}`, which is not a step", step.key);
                flaw(Some(at), "needs", detail);
            }
        }
        if let Some(cycle) = Graph::of(self).cycle() {
            let at = self.steps.iter().position(|step| step.key == cycle[0]);
            let path = cycle.join("` needs `");
            flaw(at, "needs", format!("`{path}` needs `{}`: take one of them away", cycle[0]));
        }
        flaws.extend(self.trigger_flaws());
        flaws
    }
}

impl Plan {
    fn trigger_flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut flaw =
            |trigger, field, detail| flaws.push(Flaw { step: None, trigger, field, detail });
        if self.triggers.len() > TRIGGERS_MAX {
            let many = self.triggers.len();
            let detail = format!("the plan has {many} triggers and may have {TRIGGERS_MAX}");
            flaw(Some(TRIGGERS_MAX), "key", detail);
        }
        for (at, trigger) in self.triggers.iter().enumerate() {
            if !is_key(&trigger.key) {
                flaw(Some(at), "key", key_rule("the key of a trigger", &trigger.key));
            }
            for (field, detail) in trigger.flaws() {
                flaw(Some(at), field, detail);
            }
        }
        for at in repeated(&self.triggers) {
            let key = &self.triggers[at].key;
            flaw(Some(at), "key", format!("another trigger is called `{key}`: use another key"));
        }
        flaws
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Consequence;
    use crate::testing::{but, step};

    fn flaws(steps: Vec<Step>) -> Vec<(Option<usize>, &'static str)> {
        let plan = Plan { steps, ..Plan::default() };
        plan.flaws().into_iter().map(|flaw| (flaw.step, flaw.field)).collect()
    }

    #[test]
    fn each_flaw_is_told_by_step_and_field() {
        assert_eq!(flaws(vec![]), [(None, "steps")]);
        assert_eq!(flaws(vec![step("a", &[]), step("a", &[])]), [(Some(1), "key")]);
        assert_eq!(flaws(vec![step("a b", &[])]), [(Some(0), "key")]);
        assert_eq!(flaws(vec![step("a", &[]), step("b", &["z"])]), [(Some(1), "needs")]);
        let bare = Undo::Irreversible { reason: " ".to_owned() };
        assert_eq!(flaws(vec![but(step("a", &[]), |a| a.undo = bare)]), [(Some(0), "reason")]);
        let long = but(step("a", &[]), |a| a.minutes = MINUTES_MAX + 1);
        assert_eq!(flaws(vec![long]), [(Some(0), "minutes")]);
        let never = but(step("a", &[]), |a| a.time_limit_seconds = 0);
        assert_eq!(flaws(vec![never]), [(Some(0), "time_limit_seconds")]);
        let wait = but(step("a", &[]), |a| a.act = Act::Wait { seconds: 5 });
        assert_eq!(flaws(vec![wait]), [(Some(0), "undo")]);
    }

    #[test]
    fn each_flaw_of_a_trigger_is_told_by_trigger_and_field() {
        let then = Consequence::Ask;
        let trigger = |key: &str, seconds| Trigger {
            key: key.to_owned(),
            bad_seconds: seconds,
            on_bad: then,
            no_data_seconds: 60,
            on_no_data: then,
        };
        let flaws = |triggers| {
            let plan = Plan { steps: vec![step("a", &[])], triggers, ..Plan::default() };
            let flaws = plan.flaws().into_iter();
            flaws.map(|flaw| (flaw.trigger, flaw.field)).collect::<Vec<_>>()
        };
        assert_eq!(flaws(vec![trigger("errors", 60), trigger("latency", 0)]), []);
        assert_eq!(flaws(vec![trigger("a b", 60)]), [(Some(0), "key")]);
        assert_eq!(flaws(vec![trigger("a", 60), trigger("a", 60)]), [(Some(1), "key")]);
        assert_eq!(flaws(vec![trigger("a", SECONDS_MAX + 1)]), [(Some(0), "for_seconds")]);
        let many = (0..=TRIGGERS_MAX).map(|at| trigger(&format!("t{at}"), 60)).collect();
        assert_eq!(flaws(many), [(Some(TRIGGERS_MAX), "key")]);
    }

    #[test]
    fn a_cycle_is_named_whole() {
        let steps =
            vec![step("a", &[]), step("b", &["a", "d"]), step("c", &["b"]), step("d", &["c"])];
        let plan = Plan { steps, ..Plan::default() };
        let told = plan.flaws()[0].to_string();
        assert_eq!(told, "`b` needs `d` needs `c` needs `b`: take one of them away");
    }

    #[test]
    fn a_plan_may_be_as_long_as_the_bound_says() {
        let chain = |many: usize| -> Vec<Step> {
            let key = |at: usize| format!("s{at}");
            let of = |at: usize| {
                let before: Vec<String> = (at > 0).then(|| key(at - 1)).into_iter().collect();
                let needs: Vec<&str> = before.iter().map(String::as_str).collect();
                step(&key(at), &needs)
            };
            (0..many).map(of).collect()
        };
        assert_eq!(flaws(chain(STEPS_MAX)), []);
        assert_eq!(flaws(chain(STEPS_MAX + 1)), [(None, "steps")]);
    }

    #[test]
    fn the_delay_between_retries_grows_up_to_its_bound() {
        let retries = Retries { limit: 20, delay_seconds: 10, factor: 10 };
        assert_eq!(
            [1, 2, 3, 20].map(|at| retries.delay_seconds(at)),
            [10, 100, 1_000, SECONDS_MAX]
        );
    }

    proptest! {
        /// Steps that need only earlier ones have no cycle; a way back from a later one to an
        /// earlier one that it needs is one, and what is named leads round.
        #[test]
        fn a_cycle_is_found_exactly_where_there_is_one(
            needs in proptest::collection::vec(proptest::collection::vec(0_usize..20, 0..3), 1..20),
            (from, to) in (0_usize..20, 0_usize..20),
        ) {
            let key = |at: usize| format!("s{at:02}");
            let mut steps: Vec<Step> = needs.iter().enumerate().map(|(at, needs)| {
                let keys: Vec<String> =
                    needs.iter().filter(|need| **need < at).map(|need| key(*need)).collect();
                step(&key(at), &keys.iter().map(String::as_str).collect::<Vec<_>>())
            }).collect();
            prop_assert_eq!(flaws(steps.clone()), []);
            let many = steps.len();
            let (from, to) = ((from % many).min(to % many), (from % many).max(to % many));
            let plan = Plan { steps: steps.clone(), ..Plan::default() };
            let before = Graph::of(&plan).before(&key(to));
            let leads = from == to || before.contains(key(from).as_str());
            steps[from].needs.insert(key(to));
            let plan = Plan { steps, ..Plan::default() };
            let cycle = Graph::of(&plan).cycle();
            prop_assert_eq!(cycle.is_some(), leads);
            let Some(cycle) = cycle else { return Ok(()) };
            for (at, one) in cycle.iter().enumerate() {
                let next = cycle[(at + 1) % cycle.len()];
                prop_assert!(plan.step(one).is_some_and(|step| step.needs.contains(next)));
            }
        }
    }
}

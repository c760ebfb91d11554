//! Random plans without flaws.

use std::collections::BTreeSet;

use interlock_orchestrator::{
    Act, Ask, Choice, Consequence, IfLost, OnFailure, Plan, Retries, SECONDS_MAX, Step, Trigger,
    Undo,
};

use crate::Dice;

/// What a plan may hold.
pub(crate) struct Kind {
    /// Each step needs the one before, so that what was reached does not depend on who is faster.
    pub(crate) is_chain: bool,
    /// A failure may stop the run or turn it back without anyone being asked.
    pub(crate) acts_on_failure: bool,
    /// What changes nothing may fail for taking too long.
    pub(crate) fails_late: bool,
    /// How long a decision may take.
    pub(crate) ask_seconds: u32,
}

pub(crate) fn plan(dice: &mut Dice, kind: &Kind) -> Plan {
    let many = 1 + dice.roll(8);
    let steps: Vec<Step> = (0..many).map(|at| step(dice, kind, at)).collect();
    let default = *dice.pick(&[Choice::Continue, Choice::Rollback]);
    let ask = Ask { seconds: kind.ask_seconds, default };
    let triggers = if kind.acts_on_failure { vec![trigger(dice)] } else { Vec::new() };
    let plan = Plan { steps, ask, triggers };
    assert_eq!(plan.flaws(), []);
    plan
}

fn trigger(dice: &mut Dice) -> Trigger {
    let then = [Consequence::Rollback, Consequence::Ask, Consequence::Note];
    Trigger {
        key: "errors".to_owned(),
        bad_seconds: u32::try_from(dice.roll(300)).expect("small"),
        on_bad: *dice.pick(&then),
        no_data_seconds: u32::try_from(dice.roll(300)).expect("small"),
        on_no_data: *dice.pick(&then),
    }
}

fn step(dice: &mut Dice, kind: &Kind, at: usize) -> Step {
    let needs: BTreeSet<String> = match at {
        0 => BTreeSet::new(),
        _ if kind.is_chain => BTreeSet::from([name(at - 1)]),
        _ => (0..dice.roll(3)).map(|_| name(dice.roll(at))).collect(),
    };
    let act = match dice.roll(8) {
        0 => Act::Wait { seconds: 1 + u32::try_from(dice.roll(500)).expect("small") },
        1 => Act::Person,
        _ => Act::Call,
    };
    let reason = || "messages were sent".to_owned();
    let undo = match dice.roll(12) {
        _ if matches!(act, Act::Wait { .. }) => Undo::Nothing,
        0 => Undo::PointOfNoReturn { reason: reason() },
        1 => Undo::Irreversible { reason: reason() },
        2 => Undo::Nothing,
        3 => Undo::Compensating,
        _ => Undo::Reversible,
    };
    let on_failure = match dice.roll(4) {
        0 if kind.acts_on_failure => OnFailure::Rollback,
        1 if kind.acts_on_failure => OnFailure::Stop,
        _ => OnFailure::Ask,
    };
    let mut step = Step {
        key: name(at),
        needs,
        group: dice.pick(&[None, Some("a"), Some("b"), Some("c")]).map(str::to_owned),
        act,
        undo,
        minutes: u32::try_from(dice.roll(30)).expect("small"),
        undo_minutes: u32::try_from(dice.roll(30)).expect("small"),
        retries: Retries {
            limit: u32::try_from(dice.roll(3)).expect("small"),
            delay_seconds: u32::try_from(dice.roll(60)).expect("small"),
            factor: 2,
        },
        // People take as long as they like.
        time_limit_seconds: if act == Act::Person { SECONDS_MAX } else { 60 },
        on_failure,
        on_no_data: None,
        if_lost: *dice.pick(&[IfLost::Ask, IfLost::Repeat, IfLost::Person]),
    };
    if !kind.fails_late && step.undo == Undo::Nothing && step.if_lost == IfLost::Repeat {
        step.time_limit_seconds = SECONDS_MAX;
    }
    step
}

fn name(at: usize) -> String {
    format!("s{at}")
}

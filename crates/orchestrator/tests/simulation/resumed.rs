//! A run whose driver dies at any point comes to the same end as one that is not interrupted.

use std::collections::BTreeMap;

use interlock_orchestrator::{Input, LegState, Phase, Run, SECONDS_MAX, Scope, Way};

use crate::plans::{Kind, plan};
use crate::world::{CALM, Trouble, World};
use crate::{Dice, for_each_seed};

const SEEDS: u64 = 1_000;
/// For so many the driver dies before each of its acts in turn.
const EACH_ACT_SEEDS: u64 = 200;

#[test]
fn a_resumed_run_ends_as_one_that_was_not_interrupted() {
    for_each_seed(SEEDS, |seed| {
        let mut dice = Dice::of(seed);
        let is_chain = seed % 2 == 0;
        let kind = kind(is_chain);
        let plan = plan(&mut dice, &kind);
        let (crash, hurry) = (5 + dice.roll(30), 5 * dice.roll(4));
        let trouble = Trouble { crash, twice: 20, unknown: 20, hurry, astray: 10 };
        let mut calm = World::begin(seed, plan.clone(), CALM);
        let mut troubled = World::begin(seed, plan, trouble);
        same_end(&mut calm, &mut troubled);
        if calm.run.phase == Phase::RolledBack {
            return;
        }
        assert_eq!(calm.tell(&back()), troubled.tell(&back()));
        same_end(&mut calm, &mut troubled);
    });
}

#[test]
fn a_driver_may_die_before_any_act_of_a_run_and_its_way_back() {
    for_each_seed(EACH_ACT_SEEDS, |seed| {
        let mut dice = Dice::of(seed);
        let is_chain = seed % 2 == 0;
        let kind = kind(is_chain);
        let plan = plan(&mut dice, &kind);
        let mut calm = World::begin(seed, plan, CALM);
        let mut before = Vec::new();
        for goes_back in [false, true] {
            while !calm.run.has_ended() {
                before.push((goes_back, calm.clone()));
                assert!(calm.act(), "nothing to do: {:#?}", calm.run);
            }
            if !goes_back {
                // Where nothing is left to be taken back, it stays as it is.
                let _ = calm.tell(&back());
            }
        }
        for (at, (goes_back, mut cut)) in before.into_iter().enumerate() {
            cut.crash();
            cut.carry_on();
            if !goes_back {
                let _ = cut.tell(&back());
                cut.carry_on();
            }
            assert_eq!(told(&calm.run), told(&cut.run), "it died before act {at}");
            cut.check_effects();
            cut.check_way_back();
        }
    });
}

/// Where branches run side by side, what a failure finds reached depends on who is faster; and so
/// does whether a call comes to its end in time.
fn kind(is_chain: bool) -> Kind {
    let ask_seconds = SECONDS_MAX;
    Kind { is_chain, acts_on_failure: is_chain, fails_late: false, ask_seconds }
}

fn back() -> Input {
    let reason = "it is slower than before".to_owned();
    Input::Rollback { scope: Scope::AsFarAsPossible, reason }
}

fn same_end(calm: &mut World, troubled: &mut World) {
    calm.carry_on();
    troubled.carry_on();
    assert_eq!(told(&calm.run), told(&troubled.run));
    for world in [calm, troubled] {
        world.check_effects();
        world.check_way_back();
    }
}

/// Where a run stands, without its times.
fn told(run: &Run) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    for way in [Way::Forward, Way::Back] {
        for (step, leg) in run.legs(way) {
            let state = match leg.state {
                LegState::Uncertain { .. } => "uncertain".to_owned(),
                other => format!("{other:?}"),
            };
            told.insert(format!("{} {way}", step.key), format!("{state} after {}", leg.attempts));
        }
    }
    let stands = run.rollback.as_ref().map(|rollback| format!("{:?}", rollback.stands));
    told.insert("phase".to_owned(), run.phase.to_string());
    told.insert("stands".to_owned(), stands.unwrap_or_default());
    told
}

//! Whatever people decide, and whenever: no run is stranded, no key has two effects, and what is
//! taken back is what was reached, in reverse.

use std::collections::BTreeSet;
use std::sync::Mutex;

use interlock_orchestrator::{Attempt, Choice, Input, Phase, Scope, Step, Undo, Value, Way};

use crate::plans::{Kind, plan};
use crate::world::{Trouble, World};
use crate::{Dice, for_each_seed};

const SEEDS: u64 = 1_500;

#[test]
fn nothing_that_people_decide_strands_a_run() {
    let ends = Mutex::new(BTreeSet::new());
    for_each_seed(SEEDS, |seed| {
        let mut dice = Dice::of(seed);
        let kind =
            Kind { is_chain: false, acts_on_failure: true, fails_late: true, ask_seconds: 600 };
        let plan = plan(&mut dice, &kind);
        let trouble = Trouble { crash: 8, twice: 10, unknown: 20, hurry: 20, astray: 15 };
        let mut world = World::begin(seed, plan, trouble);
        for _ in 0..dice.roll(120) {
            if dice.chance(30) {
                let input = whim(&mut dice, &world);
                // Much of it is refused, which changes nothing.
                let _ = world.tell(&input);
            } else {
                world.act();
            }
        }
        world.carry_on();
        check(&world);
        let scope = world.run.rollback.as_ref().map(|rollback| &rollback.scope);
        if scope == Some(&Scope::Whole) && world.run.phase == Phase::RolledBack {
            // It was decided while things were in flight.
            covers_what_was_reached(&world);
        }
        ends.lock().expect("one thread").insert(world.run.phase.to_string());
        let whole = Input::Rollback { scope: Scope::Whole, reason: "it is slow".to_owned() };
        if world.tell(&whole).is_ok() {
            world.carry_on();
            assert_eq!(world.run.phase, Phase::RolledBack);
            check(&world);
            covers_what_was_reached(&world);
        }
    });
    let ends = ends.into_inner().expect("one thread");
    let every = ["finished", "given up", "rolled back", "stopped"].map(str::to_owned);
    assert!(std::env::var("SEED").is_ok() || ends == BTreeSet::from(every), "only {ends:?}");
}

fn whim(dice: &mut Dice, world: &World) -> Input {
    let step = dice.pick(&world.run.plan.steps).key.clone();
    let reason = "someone wants it".to_owned();
    let way = *dice.pick(&[Way::Forward, Way::Back]);
    let begun = world.run.leg(&step, way).map_or(0, |leg| leg.attempts);
    // An answer to something that is long over, or never was.
    let off = if dice.chance(50) { begun + 1 } else { begun.saturating_sub(1) };
    let stale = Attempt { step: step.clone(), way, number: off };
    let group = dice.pick(&["a", "b", "c"]).to_string();
    match dice.roll(17) {
        0 => Input::Pause,
        1 => Input::Resume,
        2 => Input::Abort { reason },
        3 => Input::Alarm { reason },
        4 => Input::Alarm { reason: format!("errors on {step}") },
        5 => Input::Decide { choice: Choice::Continue, reason },
        6 => Input::Decide { choice: Choice::Rollback, reason },
        7 => Input::Rollback { scope: Scope::Groups(BTreeSet::from([group])), reason },
        8 => Input::Rollback { scope: Scope::Whole, reason },
        9 => Input::Retry { step },
        10 => Input::Skip { step, reason },
        11 => Input::GiveUp { reason },
        12 => Input::EndWatch,
        13 | 14 => {
            let value = *dice.pick(&[Value::Good, Value::Bad, Value::NoData]);
            Input::Observed { trigger: "errors".to_owned(), value, note: reason }
        }
        15 => Input::Succeeded { attempt: stale, note: None },
        _ => Input::Failed { attempt: stale, reason },
    }
}

fn check(world: &World) {
    world.check_effects();
    world.check_way_back();
    // Unless it was given up, it is known what every effect came to.
    let is_unknown =
        |step: &&Step| step.undo != Undo::Nothing && world.run.forward[&step.key].is_uncertain();
    let unknown = world.run.plan.steps.iter().find(is_unknown);
    assert!(world.run.phase == Phase::GivenUp || unknown.is_none(), "{unknown:?}");
}

/// After a whole way back every effect is taken back, unless the plan says that it stands.
fn covers_what_was_reached(world: &World) {
    for attempt in world.effects.iter().filter(|effect| effect.way == Way::Forward) {
        let step = world.run.plan.step(&attempt.step).expect("a step");
        assert_eq!(step.has_way_back(), world.run.back.contains_key(&attempt.step), "{attempt:?}");
    }
}

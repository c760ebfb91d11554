//! The next free slots: case by case, and against every start of the grid.

use proptest::prelude::*;

use super::*;

const STEP: i64 = STEP_MINUTES;
const DAYS: i64 = 3;

fn placed(length: i64, emergency: bool) -> Placed {
    Placed {
        subject: change(1),
        interval: minutes(7, 7 + length),
        cis: [ci(1), ci(2)].into(),
        services: [service(1), service(2)].into(),
        environment: Environment::Production,
        emergency,
        blocking: Blocking::of_tests(emergency),
    }
}

fn wanted(length: i64, emergency: bool) -> Wanted {
    let until = minute(DAYS * 24 * 60);
    Wanted { placed: placed(length, emergency), until, zone: Zone::utc(), limit: 5 }
}

fn claim(number: u128, on: u128, interval: Interval, committed: bool) -> Neighbour {
    Neighbour { subject: change(number), ci: ci(on), interval, committed }
}

fn reach(from: u128, path: &[u128]) -> Reach {
    let step = |to: &u128| PathStep { relation: "uses".to_owned(), ci: ci(*to) };
    let path: Vec<PathStep> = path.iter().map(step).collect();
    let last = path.last().expect("a step").ci;
    Reach { from: ci(from), ci: last, direction: Direction::Upstream, path }
}

fn period(
    number: u128,
    kind: PeriodKind,
    services: &[u128],
    occurrences: Vec<Interval>,
    ends: Option<Timestamp>,
) -> PeriodAhead {
    let last = occurrences.iter().map(|at| at.end).max().unwrap_or(minute(0));
    let services = services.iter().copied().map(service).collect();
    let id = PeriodId::from_uuid(uuid(number));
    let fact = PeriodFact { id, kind, services, environment: None, occurrences };
    PeriodAhead { fact, ends: ends.unwrap_or(last) }
}

/// What scheduling would find, by detection over all facts.
fn blocked(wanted: &Wanted, ahead: &Ahead, interval: Interval) -> bool {
    let holding = ahead.periods.iter().filter(|period| period.ends > interval.start);
    let periods: Vec<PeriodFact> = holding.map(|period| period.fact.clone()).collect();
    let placed = Placed { interval, ..wanted.placed.clone() };
    let found = detect(&placed, &ahead.neighbours, &ahead.reaches, &periods);
    found.iter().any(|found| found.blocking)
}

/// Every start of the grid within the horizon.
fn grid(wanted: &Wanted) -> Vec<Interval> {
    let asked = wanted.placed.interval;
    let first = (asked.start.minutes_since(minute(0)) + STEP - 1) / STEP * STEP;
    let last = wanted.until.minutes_since(minute(0)) - asked.minutes();
    (first..=last)
        .step_by(usize::try_from(STEP).expect("a step"))
        .map(|start| minutes(start, start + asked.minutes()))
        .collect()
}

fn interval() -> impl Strategy<Value = Interval> {
    (0_i64..DAYS * 24 * 60, 1_i64..600).prop_map(|(start, length)| minutes(start, start + length))
}

fn neighbours() -> impl Strategy<Value = Vec<Neighbour>> {
    let one = (2_u128..12, 1_u128..6, interval(), any::<bool>());
    let one = one.prop_map(|(number, on, at, committed)| claim(number, on, at, committed));
    proptest::collection::vec(one, 0..40)
}

fn periods() -> impl Strategy<Value = Vec<PeriodAhead>> {
    let kind = proptest::sample::select(PeriodKind::ALL);
    let services = proptest::collection::vec(1_u128..4, 1..3);
    let occurrences = proptest::collection::vec(interval(), 0..8);
    let one = (kind, services, occurrences, any::<bool>());
    proptest::collection::vec(one, 0..4).prop_map(|all| {
        let numbered = (70_u128..).zip(all);
        let of = |(number, (kind, services, mut occurrences, for_ever)): (
            u128,
            (_, Vec<u128>, Vec<Interval>, bool),
        )| {
            occurrences.sort();
            let ends = for_ever.then(|| minute(1_000_000));
            period(number, kind, &services, occurrences, ends)
        };
        numbered.map(of).collect()
    })
}

fn ahead() -> impl Strategy<Value = Ahead> {
    let reaches = vec![reach(1, &[3]), reach(2, &[4]), reach(1, &[3, 5])];
    (neighbours(), periods()).prop_map(move |(neighbours, periods)| Ahead {
        neighbours,
        reaches: reaches.clone(),
        periods,
        ..Ahead::default()
    })
}

proptest! {
    #[test]
    fn a_slot_is_free_by_detection_and_nothing_before_it_was(
        ahead in ahead(), length in 1_i64..500, emergency in any::<bool>(),
    ) {
        let wanted = wanted(length, emergency);
        let found = slots(&wanted, &ahead);
        for slot in &found.slots {
            prop_assert!(!blocked(&wanted, &ahead, slot.interval), "{slot:?}");
        }
        let earliest = found.slots.iter().find(|slot| slot.earliest).map(|slot| slot.interval);
        let first = grid(&wanted).into_iter().find(|at| !blocked(&wanted, &ahead, *at));
        prop_assert_eq!(earliest, first);
        prop_assert_eq!(found.slots.is_empty(), first.is_none());
    }

    #[test]
    fn what_was_refused_is_blocked_from_its_first_start_to_its_last(
        ahead in ahead(), length in 1_i64..500,
    ) {
        let wanted = wanted(length, false);
        for refused in slots(&wanted, &ahead).refused {
            prop_assert!(!refused.why.is_empty() && refused.why.iter().all(|why| why.blocking));
            let (from, until) = (refused.first.start, refused.until);
            let within = |at: &Interval| at.start >= from && at.start < until;
            for at in grid(&wanted).into_iter().filter(within) {
                prop_assert!(blocked(&wanted, &ahead, at), "{at:?} in {refused:?}");
            }
        }
    }
}

#[test]
fn the_same_time_is_offered_once_a_day() {
    let found = slots(&wanted(60, false), &Ahead::default());
    let starts: Vec<i64> =
        found.slots.iter().map(|slot| slot.interval.start.minutes_since(minute(0))).collect();
    assert_eq!(starts, [15, 15 + 24 * 60, 15 + 48 * 60]);
    assert!(found.slots[0].earliest && !found.slots[1].earliest);
    assert_eq!(found.until, minute(DAYS * 24 * 60));
}

#[test]
fn a_refused_stretch_names_what_blocks_it() {
    let busy = claim(9, 3, minutes(0, 100), true);
    let ahead = Ahead { neighbours: vec![busy], reaches: vec![reach(1, &[3])], ..Ahead::default() };
    let found = slots(&wanted(60, false), &ahead);
    let refused = &found.refused[0];
    assert_eq!((refused.first.start, refused.until), (minute(15), minute(105)));
    assert_eq!(refused.why[0].kind, ConflictKind::UpstreamCi);
    assert_eq!(refused.why[0].hits[0].path.len(), 1);
    assert_eq!(found.slots[0].interval, minutes(105, 165));
}

#[test]
fn a_slot_beside_somebodys_plan_ranks_behind_a_quiet_one() {
    let ahead = Ahead { neighbours: vec![claim(9, 1, minutes(0, 240), false)], ..Ahead::default() };
    let found = slots(&wanted(60, false), &ahead);
    let order: Vec<(i64, usize, usize)> = found
        .slots
        .iter()
        .map(|slot| (slot.later_minutes, slot.warnings.len(), slot.near.len()))
        .collect();
    // Rather a day later, but not two.
    assert_eq!(order, [(8 + 24 * 60, 0, 0), (8, 1, 0), (8 + 48 * 60, 0, 0)]);
    assert!(found.slots[1].earliest);
}

#[test]
fn a_window_that_is_over_for_good_binds_nobody_any_more() {
    let window = |ends| period(70, PeriodKind::MaintenanceWindow, &[1], vec![minutes(0, 45)], ends);
    let of = |ends| {
        slots(&wanted(60, false), &Ahead { periods: vec![window(ends)], ..Ahead::default() })
    };
    assert_eq!(of(None).slots[0].interval, minutes(45, 105));
    let later = of(Some(minute(1_000_000)));
    assert_eq!((later.slots.len(), later.refused.len()), (0, 1));
    assert_eq!(later.refused[0].why[0].kind, ConflictKind::OutsideWindow);
}

#[test]
fn a_slot_names_the_maintenance_window_it_lies_in() {
    let nights = vec![minutes(60, 240), minutes(60 + 24 * 60, 240 + 24 * 60)];
    let window = period(70, PeriodKind::MaintenanceWindow, &[1], nights, Some(minute(1_000_000)));
    let id = window.fact.id;
    let found = slots(&wanted(120, false), &Ahead { periods: vec![window], ..Ahead::default() });
    let starts: Vec<Interval> = found.slots.iter().map(|slot| slot.interval).collect();
    assert_eq!(starts, [minutes(60, 180), minutes(60 + 24 * 60, 180 + 24 * 60)]);
    assert!(found.slots.iter().all(|slot| slot.inside == Some(id)));
}

#[test]
fn a_release_waits_for_those_it_depends_on() {
    let release = |number| ReleaseId::from_uuid(uuid(number));
    let mut wanted = wanted(60, false);
    wanted.placed.subject = Side::Release(release(50));
    let of = |planned| {
        slots(&wanted, &Ahead { before: vec![(release(51), planned)], ..Ahead::default() })
    };
    let found = of(Some(minutes(0, 400)));
    assert_eq!(found.slots[0].interval, minutes(405, 465));
    assert_eq!(found.refused[0].why[0].kind, ConflictKind::ReleaseOrder);
    let nowhere = of(None);
    assert_eq!((nowhere.slots.len(), nowhere.refused.len()), (0, 1));
}

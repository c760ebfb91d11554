//! A plan for a backlog: nothing in it collides, and what depends on another comes after it.

use proptest::prelude::*;

use super::*;

const DAYS: i64 = 4;

/// What waits, as a test draws it.
#[derive(Debug, Clone)]
struct Drawn {
    cis: BTreeSet<u128>,
    length: i64,
    /// Whether its own rules let nothing block it.
    lax: bool,
    /// Those that it depends on, by their place before it.
    after: BTreeSet<usize>,
}

fn release(place: usize) -> ReleaseId {
    ReleaseId::from_uuid(uuid(500 + u128::try_from(place).expect("small")))
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let cis = proptest::collection::btree_set(1_u128..6, 1..3);
    let after = proptest::collection::btree_set(0_usize..8, 0..3);
    let one = (cis, 30_i64..500, any::<bool>(), after);
    let one = one.prop_map(|(cis, length, lax, after)| Drawn { cis, length, lax, after });
    proptest::collection::vec(one, 1..8)
}

fn standing() -> impl Strategy<Value = Vec<Neighbour>> {
    let one = (2_u128..12, 1_u128..6, 0_i64..DAYS * 24 * 60, 1_i64..600, any::<bool>());
    let one = one.prop_map(|(number, on, start, length, committed)| Neighbour {
        subject: change(number),
        ci: ci(on),
        interval: minutes(start, start + length),
        committed,
    });
    proptest::collection::vec(one, 0..20)
}

/// The CIs stand in a row, each connected to the next.
fn reaches(cis: &BTreeSet<u128>) -> Vec<Reach> {
    let step = |from: u128, to: u128, direction| {
        let path = vec![PathStep { relation: "uses".to_owned(), ci: ci(to) }];
        Reach { from: ci(from), ci: ci(to), direction, path }
    };
    let up = cis.iter().map(|one| step(*one, one + 1, Direction::Upstream));
    let down = cis.iter().filter(|one| **one > 1);
    up.chain(down.map(|one| step(*one, one - 1, Direction::Downstream))).collect()
}

/// The backlog. The numbers of places run against the order, so that what is depended on stands
/// behind what depends on it.
fn waiting(drawn: &[Drawn], standing: &[Neighbour], blackout: Interval) -> Vec<Waiting> {
    let of = |(place, one): (usize, &Drawn)| {
        let after = one.after.iter().filter(|after| **after > place && **after < drawn.len());
        let id = PeriodId::from_uuid(uuid(70));
        let (kind, services) = (PeriodKind::Blackout, BTreeSet::new());
        let occurrences = vec![blackout];
        let fact = PeriodFact { id, kind, services, environment: None, occurrences };
        Waiting {
            wanted: Wanted {
                placed: Placed {
                    subject: Side::Release(release(place)),
                    interval: minutes(0, one.length),
                    cis: one.cis.iter().copied().map(ci).collect(),
                    services: BTreeSet::new(),
                    environment: Environment::Production,
                    emergency: false,
                    blocking: blocking(one),
                },
                until: minute(DAYS * 24 * 60),
                zone: Zone::utc(),
                limit: 1,
            },
            ahead: Ahead {
                neighbours: standing.to_vec(),
                reaches: reaches(&one.cis),
                periods: vec![PeriodAhead { fact, ends: blackout.end }],
                before: after.map(|after| (release(*after), None)).collect(),
                ..Ahead::default()
            },
        }
    };
    drawn.iter().enumerate().map(of).collect()
}

fn blocking(one: &Drawn) -> Blocking {
    if one.lax { Blocking::default() } else { Blocking::of_tests(false) }
}

/// Whether two places collide by the rules of one of them, nearer than two relations.
fn collide(one: (&BTreeSet<u128>, Interval), other: (&BTreeSet<u128>, Interval)) -> bool {
    let near = |a: &u128| other.0.iter().any(|b| a.abs_diff(*b) <= 1);
    one.1.overlap(other.1).is_some() && one.0.iter().any(near)
}

proptest! {
    #[test]
    fn nothing_in_a_plan_collides_and_the_order_holds(
        drawn in drawn(), standing in standing(), start in 0_i64..3_000, length in 1_i64..900,
    ) {
        let blackout = minutes(start, start + length);
        let waiting = waiting(&drawn, &standing, blackout);
        let plan = plan_backlog(&waiting);
        prop_assert_eq!(&plan, &plan_backlog(&waiting));
        let mut subjects: Vec<Side> = plan.iter().map(|placing| placing.subject).collect();
        subjects.sort();
        let all: Vec<Side> = (0..drawn.len()).map(|place| Side::Release(release(place))).collect();
        prop_assert_eq!(subjects, all);
        let slot_of = |place: usize| {
            let is = |placing: &&Placing| placing.subject == Side::Release(release(place));
            plan.iter().find(is).and_then(|placing| placing.slot.as_ref())
        };
        for (place, one) in drawn.iter().enumerate() {
            let Some(slot) = slot_of(place) else { continue };
            let at = slot.interval;
            for (other_place, other) in drawn.iter().enumerate().skip(place + 1) {
                let Some(other_slot) = slot_of(other_place) else { continue };
                let both = (&one.cis, at);
                let met = collide(both, (&other.cis, other_slot.interval));
                prop_assert!((one.lax && other.lax) || !met, "{place} and {other_place}");
            }
            if !one.lax {
                prop_assert!(blackout.overlap(at).is_none());
                for other in &standing {
                    let on = (1..7).filter(|number| ci(*number) == other.ci).collect();
                    prop_assert!(!collide((&one.cis, at), (&on, other.interval)), "{other:?}");
                }
            }
            for after in one.after.iter().filter(|after| **after > place) {
                if *after < drawn.len() {
                    let before = slot_of(*after);
                    prop_assert!(before.is_some_and(|before| before.interval.end <= at.start));
                }
            }
        }
    }
}

fn plain(cis: &[u128], after: &[usize]) -> Drawn {
    let (cis, after) = (cis.iter().copied().collect(), after.iter().copied().collect());
    Drawn { cis, length: 60, lax: false, after }
}

fn never() -> Interval {
    minutes(900_000, 900_001)
}

#[test]
fn what_a_release_depends_on_is_placed_before_it() {
    let waiting = waiting(&[plain(&[1], &[1]), plain(&[4], &[])], &[], never());
    let plan = plan_backlog(&waiting);
    let subjects: Vec<Side> = plan.iter().map(|placing| placing.subject).collect();
    assert_eq!(subjects, [1, 0].map(|place| Side::Release(release(place))));
    let slots: Vec<Interval> =
        plan.iter().map(|placing| placing.slot.as_ref().expect("a slot").interval).collect();
    assert_eq!(slots, [minutes(0, 60), minutes(60, 120)]);
    assert_eq!(plan[1].refused[0].why[0].kind, ConflictKind::ReleaseOrder);
}

#[test]
fn what_is_only_planned_is_kept_clear() {
    let planned =
        Neighbour { subject: change(9), ci: ci(1), interval: minutes(0, 90), committed: false };
    let plan = plan_backlog(&waiting(&[plain(&[1], &[])], &[planned], never()));
    assert_eq!(plan[0].slot.as_ref().expect("a slot").interval, minutes(90, 150));
    assert_eq!(plan[0].refused[0].why[0].with, change(9));
}

#[test]
fn nothing_is_offered_over_a_follower_that_keeps_its_window() {
    let mut waiting = waiting(&[plain(&[1], &[])], &[], never());
    waiting[0].ahead.followers = vec![(release(7), minutes(120, 180))];
    let plan = plan_backlog(&waiting);
    assert_eq!(plan[0].slot.as_ref().expect("a slot").interval, minutes(0, 60));
    waiting[0].ahead.followers = vec![(release(7), minutes(30, 180))];
    let plan = plan_backlog(&waiting);
    assert_eq!(plan[0].slot, None);
    assert_eq!(plan[0].refused[0].why[0].with, Side::Release(release(7)));
}

#[test]
fn a_release_without_a_slot_holds_up_those_that_depend_on_it() {
    let busy = Neighbour {
        subject: change(9),
        ci: ci(4),
        interval: minutes(0, DAYS * 24 * 60),
        committed: true,
    };
    let waiting = waiting(&[plain(&[1], &[1]), plain(&[4], &[])], &[busy], never());
    let plan = plan_backlog(&waiting);
    assert!(plan.iter().all(|placing| placing.slot.is_none()));
    assert_eq!(plan[1].refused[0].why[0].with, Side::Release(release(1)));
}

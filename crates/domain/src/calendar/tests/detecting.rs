//! Finding collisions, over random claims.

use proptest::prelude::*;

use super::*;

/// One record as both sides of the other see it.
#[derive(Debug, Clone)]
struct Claims {
    subject: Side,
    interval: Interval,
    cis: BTreeSet<u128>,
    committed: bool,
}

impl Claims {
    fn placed(&self) -> Placed {
        Placed {
            subject: self.subject,
            interval: self.interval,
            cis: self.cis.iter().copied().map(ci).collect(),
            services: BTreeSet::new(),
            environment: Environment::Production,
            emergency: false,
            blocking: Blocking::of_tests(false),
        }
    }

    fn neighbours(&self) -> Vec<Neighbour> {
        let claim = |number: &u128| Neighbour {
            subject: self.subject,
            ci: ci(*number),
            interval: self.interval,
            committed: self.committed,
        };
        self.cis.iter().map(claim).collect()
    }
}

fn claims(subject: Side) -> impl Strategy<Value = Claims> {
    let cis = proptest::collection::btree_set(1_u128..8, 1..4);
    (0_i64..20, 1_i64..10, cis, any::<bool>()).prop_map(move |(start, length, cis, committed)| {
        Claims { subject, interval: minutes(start, start + length), cis, committed }
    })
}

/// Which CI needs which.
type Needs = BTreeSet<(u128, u128)>;

fn needs() -> impl Strategy<Value = Needs> {
    proptest::collection::btree_set((1_u128..8, 1_u128..8), 0..6)
}

/// What a record reaches by one step, either way.
fn reaches(claims: &Claims, needs: &Needs) -> Vec<Reach> {
    let step = |from: u128, to: u128, direction| {
        let path = vec![PathStep { relation: "uses".to_owned(), ci: ci(to) }];
        Reach { from: ci(from), ci: ci(to), direction, path }
    };
    let touching = needs.iter().filter(|(one, other)| one != other);
    let both = touching.flat_map(|(one, other)| {
        [step(*one, *other, Direction::Upstream), step(*other, *one, Direction::Downstream)]
    });
    let own: BTreeSet<CiId> = claims.cis.iter().copied().map(ci).collect();
    both.filter(|reach| own.contains(&reach.from)).collect()
}

fn seen_by(one: &Claims, other: &Claims, needs: &Needs) -> Vec<Found> {
    detect(&one.placed(), &other.neighbours(), &reaches(one, needs), &[])
}

proptest! {
    #[test]
    fn both_sides_see_the_same_conflicts(
        one in claims(change(1)), other in claims(change(2)), needs in needs(),
    ) {
        let both = Claims { committed: one.committed, ..other };
        let name = |found: &Found| {
            let name = key(found.kind, found.subject, found.with);
            (name, found.fingerprint.clone(), found.overlap, found.blocking)
        };
        let mine: BTreeSet<_> = seen_by(&one, &both, &needs).iter().map(name).collect();
        let theirs: BTreeSet<_> = seen_by(&both, &one, &needs).iter().map(name).collect();
        prop_assert_eq!(mine, theirs);
    }

    #[test]
    fn they_collide_exactly_where_times_overlap_and_things_touch(
        one in claims(change(1)), other in claims(change(2)), needs in needs(),
    ) {
        let found = seen_by(&one, &other, &needs);
        let touch = |a: u128, b: u128| {
            a == b || needs.contains(&(a, b)) || needs.contains(&(b, a))
        };
        let things = one.cis.iter().any(|a| other.cis.iter().any(|b| touch(*a, *b)));
        let times = one.interval.start < other.interval.end
            && other.interval.start < one.interval.end;
        prop_assert_eq!(!found.is_empty(), things && times);
        prop_assert!(found.iter().all(|found| found.blocking == other.committed));
    }

    #[test]
    fn every_ci_that_is_hit_is_listed(
        one in claims(change(1)), other in claims(change(2)), needs in needs(),
    ) {
        let found = seen_by(&one, &other, &needs);
        let same = found.iter().filter(|found| found.kind == ConflictKind::SameCi);
        let hits: BTreeSet<CiId> = same.flat_map(|found| &found.hits).map(|hit| hit.ci).collect();
        let shared: BTreeSet<CiId> = one.cis.intersection(&other.cis).copied().map(ci).collect();
        prop_assert!(found.is_empty() || hits == shared, "{hits:?} and not {shared:?}");
    }

    #[test]
    fn a_fingerprint_moves_with_either_window(
        one in claims(change(1)), other in claims(change(2)), later in 1_i64..5,
    ) {
        let moved = Claims {
            interval: Interval { end: other.interval.end.plus_minutes(later), ..other.interval },
            ..other.clone()
        };
        let none = Needs::new();
        let before = seen_by(&one, &other, &none);
        let after = seen_by(&one, &moved, &none);
        for found in before {
            let same = after.iter().any(|again| again.fingerprint == found.fingerprint);
            prop_assert!(!same, "an acceptance would outlive the move");
        }
    }
}

#[test]
fn nobody_collides_with_themselves() {
    let subject = Side::Release(ReleaseId::from_uuid(uuid(51)));
    let cis = [1].into();
    let mine = Claims { subject, interval: minutes(0, 9), cis, committed: true };
    assert_eq!(seen_by(&mine, &mine, &Needs::new()), []);
}

#[test]
fn what_is_two_steps_away_warns_and_does_not_block() {
    let one =
        Claims { subject: change(1), interval: minutes(0, 9), cis: [1].into(), committed: true };
    let other = Claims { subject: change(2), cis: [3].into(), ..one.clone() };
    let relation = "uses".to_owned();
    let path =
        vec![PathStep { relation: relation.clone(), ci: ci(2) }, PathStep { relation, ci: ci(3) }];
    let far = Reach { from: ci(1), ci: ci(3), direction: Direction::Upstream, path };
    let found = detect(&one.placed(), &other.neighbours(), &[far], &[]);
    assert_eq!((found.len(), found[0].blocking), (1, false));
}

#[test]
fn a_blackout_of_another_service_is_none_of_ours() {
    let placed = Placed {
        subject: change(1),
        interval: minutes(0, 9),
        cis: BTreeSet::new(),
        services: [service(1)].into(),
        environment: Environment::Production,
        emergency: false,
        blocking: Blocking::of_tests(false),
    };
    let blackout = |services: &[u128]| PeriodFact {
        id: PeriodId::from_uuid(uuid(71)),
        kind: PeriodKind::Blackout,
        services: services.iter().copied().map(service).collect(),
        environment: None,
        occurrences: vec![minutes(5, 20)],
    };
    assert_eq!(detect(&placed, &[], &[], &[blackout(&[2])]), []);
    assert_eq!(detect(&placed, &[], &[], &[blackout(&[1, 2])]).len(), 1);
    let everyone = detect(&placed, &[], &[], &[blackout(&[])]);
    assert_eq!((everyone[0].overlap, everyone[0].blocking), (minutes(5, 9), true));
}

//! Detection against a finder that knows nothing but ten-minute steps: a thousand random calendars
//! with CI graphs, environments, windows, peak hours, blackouts, business events and sprints.

use super::*;

const CALENDARS: u64 = 1_000;
/// Ten-minute steps of the days that are looked at.
const DAYS: i64 = 10;
const STEPS_A_DAY: i64 = 144;
const CIS: u128 = 7;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % u64::try_from(bound).expect("a bound")).expect("below the bound")
    }

    fn one_in(&mut self, bound: i64) -> bool {
        self.below(bound) == 0
    }

    fn some(&mut self, bound: u128, most: i64) -> BTreeSet<u128> {
        let most = 1 + self.below(most);
        let bound = i64::try_from(bound).expect("small");
        (0..most).map(|_| u128::try_from(1 + self.below(bound)).expect("positive")).collect()
    }
}

/// A half-open run of steps.
type Steps = (i64, i64);

struct Record {
    side: Side,
    at: Steps,
    cis: BTreeSet<u128>,
    services: BTreeSet<u128>,
    /// Where, as it states.
    environment: Environment,
    committed: bool,
    emergency: bool,
}

struct Rule {
    id: PeriodId,
    kind: PeriodKind,
    services: BTreeSet<u128>,
    /// Where, when only there.
    environment: Option<Environment>,
    /// The first occurrence.
    first: Steps,
    repeats: &'static str,
    /// The day that is left out, counted from the first of the calendar.
    except: Option<i64>,
}

struct World {
    records: Vec<Record>,
    rules: Vec<Rule>,
    /// Where each CI stands.
    stands: BTreeMap<u128, Environment>,
    needs: BTreeSet<(u128, u128)>,
}

fn environment(random: &mut Random) -> Environment {
    if random.one_in(3) { Environment::Production } else { Environment::Test }
}

fn world(random: &mut Random) -> World {
    let record = |random: &mut Random, number: u128| {
        let begin = random.below(DAYS * STEPS_A_DAY);
        Record {
            side: Side::Change(ChangeId::from_uuid(uuid(number))),
            at: (begin, begin + 1 + random.below(40)),
            cis: random.some(CIS, 3),
            services: random.some(3, 2),
            environment: environment(random),
            committed: random.one_in(2),
            emergency: random.one_in(4),
        }
    };
    let rule = |random: &mut Random, number: u128| {
        let begin = random.below(DAYS * STEPS_A_DAY / 2);
        let kinds = PeriodKind::ALL;
        let rules = ["none", "daily", "FREQ=DAILY;INTERVAL=2", "weekly", "FREQ=DAILY;COUNT=3"];
        let pick = |random: &mut Random, count: usize| {
            usize::try_from(random.below(i64::try_from(count).expect("few"))).expect("small")
        };
        let kind = kinds[pick(random, kinds.len())];
        let repeats = rules[pick(random, rules.len())];
        let everyone = kind == PeriodKind::Blackout && random.one_in(3);
        let leaves_out = repeats != "none" && random.one_in(2);
        Rule {
            id: PeriodId::from_uuid(uuid(number)),
            kind,
            services: if everyone { BTreeSet::new() } else { random.some(3, 2) },
            environment: random.one_in(4).then(|| environment(random)),
            // Longer than a day at times, so that occurrences overlap each other.
            first: (begin, begin + 1 + random.below(STEPS_A_DAY + 40)),
            repeats,
            except: leaves_out.then(|| random.below(DAYS)),
        }
    };
    let records = (1..=6).map(|number| record(random, number)).collect();
    let rules = (100..104).map(|number| rule(random, number)).collect();
    let edges = (0..random.below(8)).map(|_| {
        let end = |random: &mut Random| u128::try_from(1 + random.below(7)).expect("positive");
        (end(random), end(random))
    });
    let needs = edges.filter(|(from, to)| from != to).collect();
    let stands = (1..=CIS).map(|number| (number, environment(random))).collect();
    World { records, rules, stands, needs }
}

fn instant(step: i64) -> Timestamp {
    let origin: Timestamp = "2026-03-01T00:00:00Z".parse().expect("a time");
    origin.plus_minutes(step * 10)
}

fn interval((from, to): Steps) -> Interval {
    Interval { start: instant(from), end: instant(to) }
}

/// What collides: its class, with whom, whether it blocks.
type Collision = (String, Side, bool);

/// The occurrences of a rule, day by day.
fn walked(rule: &Rule) -> Vec<Steps> {
    let mut found = Vec::new();
    let mut times = 0;
    for days in 0..60 {
        let names = match rule.repeats {
            "none" => days == 0,
            "FREQ=DAILY;INTERVAL=2" => days % 2 == 0,
            "weekly" => days % 7 == 0,
            "FREQ=DAILY;COUNT=3" => times < 3,
            _ => true,
        };
        if !names {
            continue;
        }
        times += 1;
        let (from, to) = (rule.first.0 + days * STEPS_A_DAY, rule.first.1 + days * STEPS_A_DAY);
        if rule.except != Some(from.div_euclid(STEPS_A_DAY)) {
            found.push((from, to));
        }
    }
    found
}

/// Whether a rule is for where a record happens: in production, once it states so or one of its CIs
/// stands there.
fn is_here(world: &World, mine: &Record, rule: &Rule) -> bool {
    let live = Environment::Production;
    let production =
        mine.environment == live || mine.cis.iter().any(|number| world.stands[number] == live);
    rule.environment.is_none_or(|only| (only == live) == production)
}

/// Every collision of a record, found step by step and pair by pair.
fn brute(world: &World, mine: &Record) -> BTreeSet<Collision> {
    let mut found = BTreeSet::new();
    let within = |step: i64, (from, to): Steps| from <= step && step < to;
    let meets = |other: Steps| (mine.at.0..mine.at.1).any(|step| within(step, other));
    let needs = |from: u128, to: u128| world.needs.contains(&(from, to));
    let apart = |from: u128, to: u128| {
        let direct = needs(from, to) || needs(to, from);
        let over = |middle: u128| {
            (needs(from, middle) && needs(middle, to)) || (needs(to, middle) && needs(middle, from))
        };
        if direct { Some(1) } else { (1..=CIS).any(over).then_some(2) }
    };
    for other in world.records.iter().filter(|other| other.side != mine.side) {
        if !meets(other.at) {
            continue;
        }
        if !mine.cis.is_disjoint(&other.cis) {
            found.insert(("same_ci".to_owned(), other.side, other.committed));
        }
        let pairs = mine.cis.iter().flat_map(|one| other.cis.iter().map(|two| (*one, *two)));
        let ways = pairs.filter(|(one, two)| one != two).filter_map(|(one, two)| apart(one, two));
        if let Some(nearest) = ways.min() {
            let blocks = other.committed && nearest == 1;
            found.insert(("dependency".to_owned(), other.side, blocks));
        }
    }
    for rule in world.rules.iter().filter(|rule| is_here(world, mine, rule)) {
        let concerns = rule.services.is_empty() || !rule.services.is_disjoint(&mine.services);
        let hit = concerns && walked(rule).into_iter().any(meets);
        match rule.kind {
            PeriodKind::Blackout if hit => {
                found.insert(("blackout".to_owned(), Side::Period(rule.id), true));
            }
            PeriodKind::PeakHours if hit => {
                found.insert(("peak_hours".to_owned(), Side::Period(rule.id), false));
            }
            PeriodKind::BusinessEvent if hit => {
                found.insert(("business_event".to_owned(), Side::Period(rule.id), false));
            }
            _ => {}
        }
    }
    for service in &mine.services {
        let windows = world.rules.iter().filter(|rule| {
            let own = rule.kind == PeriodKind::MaintenanceWindow && rule.services.contains(service);
            own && is_here(world, mine, rule)
        });
        let windows: Vec<&Rule> = windows.collect();
        let inside = windows
            .iter()
            .flat_map(|rule| walked(rule))
            .any(|at| (mine.at.0..mine.at.1).all(|step| within(step, at)));
        if let Some(first) = windows.first().filter(|_| !inside) {
            let side = Side::Period(first.id);
            found.insert(("outside_window".to_owned(), side, !mine.emergency));
        }
    }
    found
}

/// The CIs that one reaches over one relation or two, either way.
fn reached(world: &World, from: u128) -> Vec<Reach> {
    let mut found = Vec::new();
    for direction in [Direction::Upstream, Direction::Downstream] {
        let next = |at: u128| {
            let step = move |(one, two): &(u128, u128)| match direction {
                Direction::Upstream => (*one == at).then_some(*two),
                Direction::Downstream => (*two == at).then_some(*one),
            };
            world.needs.iter().filter_map(step).collect::<BTreeSet<u128>>()
        };
        let step = |to: u128| PathStep { relation: "uses".to_owned(), ci: ci(to) };
        let near = next(from);
        for one in &near {
            let path = vec![step(*one)];
            found.push(Reach { from: ci(from), ci: ci(*one), direction, path: path.clone() });
            for two in next(*one).into_iter().filter(|two| *two != from && !near.contains(two)) {
                let path = [path.clone(), vec![step(two)]].concat();
                found.push(Reach { from: ci(from), ci: ci(two), direction, path });
            }
        }
    }
    found
}

fn product(world: &World, mine: &Record) -> BTreeSet<Collision> {
    let service = |number: &u128| ServiceId::from_uuid(uuid(*number));
    let placed = Placed {
        subject: mine.side,
        interval: interval(mine.at),
        cis: mine.cis.iter().map(|number| ci(*number)).collect(),
        services: mine.services.iter().map(service).collect(),
        environment: mine.environment.counting(mine.cis.iter().map(|number| world.stands[number])),
        emergency: mine.emergency,
        blocking: Blocking::of_tests(mine.emergency),
    };
    let neighbours: Vec<Neighbour> = world
        .records
        .iter()
        .flat_map(|other| {
            other.cis.iter().map(|number| Neighbour {
                subject: other.side,
                ci: ci(*number),
                interval: interval(other.at),
                committed: other.committed,
            })
        })
        .collect();
    let reaches: Vec<Reach> = mine.cis.iter().flat_map(|from| reached(world, *from)).collect();
    let facts = world.rules.iter().map(|rule| {
        let day = |day: i64| Occasion::Day(Zone::utc().civil(instant(day * STEPS_A_DAY)).date());
        let schedule = Schedule {
            repeats: rule.repeats.parse().expect("a rule"),
            except: rule.except.map(day).into_iter().collect(),
            ..Schedule::once(Window { interval: interval(rule.first), zone: Zone::utc() })
        };
        PeriodFact {
            id: rule.id,
            kind: rule.kind,
            services: rule.services.iter().map(service).collect(),
            environment: rule.environment,
            occurrences: schedule.occurrences(placed.interval),
        }
    });
    let facts: Vec<PeriodFact> = facts.collect();
    let found = detect(&placed, &neighbours, &reaches, &facts).into_iter();
    let class = |kind| {
        let key = key(kind, mine.side, mine.side);
        key.split(' ').next().unwrap_or_default().to_owned()
    };
    found.map(|found| (class(found.kind), found.with, found.blocking)).collect()
}

#[test]
fn a_finder_of_steps_and_pairs_agrees_on_a_thousand_calendars() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut found = BTreeSet::new();
    let mut collisions = 0;
    for number in 0..CALENDARS {
        let world = world(&mut random);
        for mine in &world.records {
            let expected = brute(&world, mine);
            assert_eq!(product(&world, mine), expected, "calendar {number}, {:?}", mine.side);
            collisions += expected.len();
            found.extend(expected.into_iter().map(|(class, ..)| class));
        }
    }
    assert_eq!(found.len(), 6, "every kind was met: {found:?}");
    assert!(collisions > 4_000, "only {collisions} collisions were compared");
}

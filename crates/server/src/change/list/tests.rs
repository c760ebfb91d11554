//! Every page of a list, under random filters and orders, is what filtering and sorting all changes
//! by hand gives – whichever index leads, on both engines.

use std::collections::BTreeSet;

use domain::change::{Change, Origin};
use domain::record::Standing;
use domain::release::Release;
use domain::risk::{Assessment, CustomerImpact};
use domain::vocabulary::Window as DomainWindow;
use kernel::{Actor, ChangeId, CiId, Id, ReleaseId, ServiceId, TeamId, Timestamp, Version, Zone};
use ports::{Store, Tx};
use uuid::Uuid;

use super::*;
use crate::bus::Record;
use crate::read_models::{prepare, write};

const CHANGES: u128 = 240;
const PEOPLE: u128 = 3;
const TEAMS: u128 = 3;
const SERVICES: u128 = 3;
const CIS: u128 = 6;
const RELEASES: u128 = 4;

/// A stream of numbers that is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u128) -> u128 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u128::from(self.0) % bound
    }

    fn sometimes<T>(&mut self, value: T) -> Option<T> {
        (self.below(3) > 0).then_some(value)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u128)).unwrap()]
    }
}

fn id<I: Id>(number: u128) -> I {
    I::from_uuid(Uuid::from_u128(number + 1))
}

fn at(hours: u128) -> Timestamp {
    Timestamp::from_micros(0).plus_minutes(i64::try_from(hours).unwrap() * 60)
}

fn window(start: u128) -> DomainWindow {
    DomainWindow::try_new(at(start), at(start + 2), Zone::utc()).unwrap()
}

/// A change with the time it was last written.
#[derive(Debug, Clone)]
struct Written {
    id: ChangeId,
    state: Change,
    at: Timestamp,
}

struct World {
    changes: Vec<Written>,
    releases: Vec<Release>,
}

impl World {
    /// The window in force.
    fn window<'a>(&'a self, one: &'a Written) -> Option<&'a DomainWindow> {
        let Some(release) = one.state.release else { return one.state.content.window.as_ref() };
        let mut releases = (0..).zip(&self.releases);
        let (_, found) = releases.find(|(number, _)| id::<ReleaseId>(*number) == release)?;
        found.content.window.as_ref()
    }
}

fn world(dice: &mut Dice) -> World {
    let changes: Vec<Written> = (0..CHANGES).map(|number| a_change(dice, number)).collect();
    let releases = (0..RELEASES).map(|number| {
        let own = changes.iter().filter(|one| one.state.release == Some(id(number)));
        let mut release = Release { number: format!("REL-{number}"), ..Release::default() };
        release.changes = own.map(|one| one.id).collect();
        release.content.title = format!("release {number}");
        release.content.window = (number > 0).then(|| window(number * 7));
        release
    });
    World { releases: releases.collect(), changes }
}

fn a_change(dice: &mut Dice, number: u128) -> Written {
    let mut change = Change { number: format!("CHG-{}", 990 + number), ..Change::default() };
    change.phase = dice.one(Phase::ALL);
    change.held = (dice.below(9) == 0).then(on_hold);
    change.overdue_since = (dice.below(5) == 0).then(|| at(1));
    change.requester = Some(id(dice.below(PEOPLE)));
    change.release = (dice.below(4) == 0).then(|| id(dice.below(RELEASES)));
    let tier = dice.one(Tier::ALL);
    change.risk = dice.sometimes(Assessment { tier, points: 1, factors: vec![] });
    let number_there = format!("RFC {number}");
    let origin = Origin { source: "old".to_owned(), number: number_there, zone: Zone::utc() };
    change.origin = (dice.below(2) == 0).then_some(origin);
    let content = &mut change.content;
    content.title = format!("change {number}");
    content.customer_impact = dice.sometimes(CustomerImpact::Degraded);
    content.change_type = Some(dice.one(ChangeType::ALL));
    content.environment = dice.one(Environment::ALL);
    let (implementer, team) = (dice.below(PEOPLE), dice.below(TEAMS));
    content.implementer = dice.sometimes(id(implementer));
    content.team = dice.sometimes(id(team));
    // Few starts for many changes, so that ties are met.
    let start = dice.below(12);
    content.window = dice.sometimes(window(start));
    let touched: BTreeSet<CiId> = (0..dice.below(4)).map(|_| id(dice.below(CIS))).collect();
    content.cis = touched.into_iter().collect();
    content.services = (0..dice.below(3)).map(|_| id(dice.below(SERVICES))).collect();
    change.extras.watchers = (0..dice.below(2)).map(|_| id(dice.below(PEOPLE))).collect();
    Written { id: id(number), state: change, at: at(dice.below(40)) }
}

fn store(world: &World, store: &dyn Store) {
    prepare(store).unwrap();
    let changes = world.changes.clone();
    let releases = world.releases.clone();
    write(store, move |tx| {
        names(tx)?;
        for one in &changes {
            one.state.project(one.id, Version(1), one.at, tx)?;
        }
        for (number, release) in (0..).zip(&releases) {
            release.project(id(number), Version(1), at(0), tx)?;
        }
        Ok(())
    })
    .unwrap();
}

/// What filters may name.
fn names(tx: &mut dyn Tx) -> Result<(), Fault> {
    for number in 0..PEOPLE {
        let person: PersonId = id(number);
        let sql = "INSERT INTO people (id, version, login, name, name_key, email, roles, zone, \
            inactive) VALUES ($1, 1, $2, '', '', '', '', 'UTC', 0)";
        tx.execute(sql, &[person.to_string().into(), format!("p{number}").into()])?;
    }
    for number in 0..SERVICES {
        let service: ServiceId = id(number);
        let sql = "INSERT INTO services (id, version, name, name_key, description, criticality, \
            known_limits, region, region_key, version_running, rank_key) \
            VALUES ($1, 1, '', $2, '', 1, '', '', '', '', $2)";
        tx.execute(sql, &[service.to_string().into(), format!("s{number}").into()])?;
    }
    for number in 0..CIS {
        let ci: CiId = id(number);
        let sql = "INSERT INTO cis (id, version, name, name_key, kind, criticality, environment, \
            region, region_key, version_running) \
            VALUES ($1, 1, $2, $3, '', 1, 'production', '', '', '')";
        let name = format!("c{number}");
        tx.execute(sql, &[ci.to_string().into(), (&name).into(), (&name).into()])?;
    }
    Ok(())
}

/// A question, and what it means of a change.
struct Question {
    query: Vec<(&'static str, String)>,
    fits: Vec<Fits>,
    me: PersonId,
}

type Fits = Box<dyn Fn(&Written) -> bool>;

fn question(dice: &mut Dice) -> Question {
    let me: PersonId = id(dice.below(PEOPLE));
    let mut question = Question { query: vec![], fits: vec![], me };
    for _ in 0..dice.below(4) {
        let (name, value, fits) = a_filter(dice, me);
        if !question.query.iter().any(|(known, _)| *known == name) {
            question.query.push((name, value));
            question.fits.push(fits);
        }
    }
    question
}

type Filter = (&'static str, String, Fits);

fn a_filter(dice: &mut Dice, me: PersonId) -> Filter {
    let person: PersonId = id(dice.below(PEOPLE));
    let yes = || "true".to_owned();
    match dice.below(17) {
        0 => {
            let wanted = dice.one(Phase::ALL);
            ("phase", wanted.to_string(), Box::new(move |one| one.state.phase == wanted))
        }
        1 => {
            let wanted = dice.one(ChangeType::ALL);
            ("type", wanted.to_string(), Box::new(move |one| one.state.change_type() == wanted))
        }
        2 => {
            let wanted = dice.one(Tier::ALL);
            let fits =
                move |one: &Written| one.state.risk.as_ref().is_some_and(|r| r.tier == wanted);
            ("tier", wanted.to_string(), Box::new(fits))
        }
        3 => {
            let wanted = dice.one(Environment::ALL);
            let fits = move |one: &Written| one.state.content.environment == wanted;
            ("environment", wanted.to_string(), Box::new(fits))
        }
        4 => {
            let wanted: TeamId = id(dice.below(TEAMS));
            let fits = move |one: &Written| one.state.content.team == Some(wanted);
            ("team", wanted.to_string(), Box::new(fits))
        }
        5 => {
            let wanted: ServiceId = id(dice.below(SERVICES));
            let fits = move |one: &Written| one.state.content.services.contains(&wanted);
            ("service", wanted.to_string(), Box::new(fits))
        }
        6 => {
            let wanted: CiId = id(dice.below(CIS));
            let fits = move |one: &Written| one.state.content.cis.contains(&wanted);
            ("ci", wanted.to_string(), Box::new(fits))
        }
        7 => {
            let wanted: ReleaseId = id(dice.below(RELEASES));
            let fits = move |one: &Written| one.state.release == Some(wanted);
            ("release", wanted.to_string(), Box::new(fits))
        }
        8 => {
            ("requester", person.to_string(), Box::new(move |o| o.state.requester == Some(person)))
        }
        9 => {
            let fits = move |one: &Written| one.state.content.implementer == Some(person);
            ("implementer", person.to_string(), Box::new(fits))
        }
        10 => {
            let fits = move |one: &Written| {
                [one.state.requester, one.state.content.implementer].contains(&Some(me))
            };
            ("mine", yes(), Box::new(fits))
        }
        11 => {
            let fits = move |one: &Written| one.state.extras.watchers.contains(&me);
            ("watched", yes(), Box::new(fits))
        }
        12 => ("held", yes(), Box::new(|one| one.state.held.is_some())),
        15 => ("overdue", yes(), Box::new(|one| one.state.overdue_since.is_some())),
        14 => {
            let fits = |one: &Written| one.state.hits_customers() && one.state.release.is_none();
            ("outside_release", yes(), Box::new(fits))
        }
        13 => ("imported", yes(), Box::new(|one| one.state.origin.is_some())),
        _ => ("imported", "false".to_owned(), Box::new(|one| one.state.origin.is_none())),
    }
}

/// The same by hand.
fn by_hand(world: &World, question: &Question, sort: &str, descending: bool) -> Vec<String> {
    let key = |one: &Written| {
        let in_force = world.window(one);
        match sort {
            "number" => i128::from(crate::listing::serial(&one.state.number)),
            "window" => match (in_force, descending) {
                (Some(window), _) => i128::from(window.interval.start.micros()),
                (None, false) => i128::MAX,
                (None, true) => i128::MIN,
            },
            _ => i128::from(one.at.micros()),
        }
    };
    let passing = world.changes.iter().filter(|one| question.fits.iter().all(|fits| fits(one)));
    let mut found: Vec<(i128, String)> =
        passing.map(|one| (key(one), one.id.to_string())).collect();
    found.sort();
    if descending {
        found.reverse();
    }
    found.into_iter().map(|(_, id)| id).collect()
}

/// All pages, one after the other.
fn pages(
    db: &mut dyn Query,
    question: &Question,
    sort: String,
    limit: u32,
    gather_max: i64,
) -> Vec<ChangeRow> {
    let mut rows = Vec::new();
    let mut query = question.query.clone();
    query.push(("sort", sort));
    loop {
        let asked = ListQuery::of(query.clone());
        let page = page(db, &asked, limit, Some(question.me), gather_max).unwrap();
        assert!(page.items.len() <= limit as usize);
        rows.extend(page.items);
        let Some(next) = page.next else { return rows };
        query.retain(|(name, _)| *name != "cursor");
        query.push(("cursor", next));
    }
}

fn on_both(story: impl Fn(&dyn Store)) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("list.db").display());
    let addresses = [Some(address), store::testing::postgres_database()];
    for address in addresses.into_iter().flatten() {
        let store = ::store::open(&address, ::store::OpenOptions::default()).unwrap();
        story(&*store);
        store.close();
    }
}

#[test]
fn every_list_is_what_filtering_and_sorting_by_hand_gives() {
    on_both(|database| {
        let mut dice = Dice(0x5EED_0F11);
        let world = std::sync::Arc::new(world(&mut dice));
        store(&world, database);
        let known = std::sync::Arc::clone(&world);
        crate::read::wait(database, move |db| {
            for _ in 0..150 {
                let question = question(&mut dice);
                let (sort, descending) =
                    (dice.one(&["updated_at", "window", "number"]), dice.below(2) == 0);
                let gather_max = dice.one(&[0, 20, GATHER_MAX]);
                let limit = dice.one(&[3, 20, 200]);
                let expected = by_hand(&known, &question, sort, descending);
                let named = format!("{}{sort}", if descending { "-" } else { "" });
                let rows = pages(db, &question, named.clone(), limit, gather_max);
                let found: Vec<String> = rows.into_iter().map(|row| row.id).collect();
                assert_eq!(found, expected, "{:?} {named} {limit} {gather_max}", question.query);
            }
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn a_change_in_a_release_shows_the_window_of_the_release() {
    on_both(|database| {
        let world = std::sync::Arc::new(world(&mut Dice(7)));
        store(&world, database);
        let known = std::sync::Arc::clone(&world);
        crate::read::wait(database, move |db| {
            let ids: Vec<String> = known.changes.iter().map(|one| one.id.to_string()).collect();
            let rows = rows(db, &ids)?;
            assert_eq!(rows.len(), known.changes.len());
            for (row, one) in rows.iter().zip(&known.changes) {
                assert_eq!(row.id, one.id.to_string());
                assert_eq!(row.window, known.window(one).map(shown_window));
            }
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn the_cis_of_a_change_come_in_the_order_they_were_listed() {
    on_both(|database| {
        let mut change = Change { number: "CHG-1".to_owned(), ..Change::default() };
        change.content.cis = [4, 1, 3, 0].map(id).to_vec();
        prepare(database).unwrap();
        write(database, move |tx| {
            names(tx)?;
            change.project(id(0), Version(1), at(0), tx)
        })
        .unwrap();
        crate::read::wait(database, |db| {
            let own = id::<ChangeId>(0).to_string();
            let first = cis(db, &own, 3, None)?;
            let rest = cis(db, &own, 3, first.next.as_deref())?;
            let all = first.items.iter().chain(&rest.items).map(|ci| ci.name.as_str());
            assert_eq!(all.collect::<Vec<_>>(), ["c4", "c1", "c3", "c0"]);
            assert_eq!(rest.next, None);
            Ok(())
        })
        .unwrap();
    });
}

fn on_hold() -> Standing {
    let by = Actor::Operator { name: "root".to_owned() };
    Standing { by, at: Timestamp::from_micros(0), reason: "it waits".to_owned() }
}

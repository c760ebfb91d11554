//! Lists of releases, the board and the deployments, on both engines.

use domain::deployment::{Deployment, Step, StepState};
use domain::record::Standing;
use domain::release::Release;
use domain::vocabulary::Window as DomainWindow;
use kernel::{Actor, ChangeId, Id, ReleaseId, TeamId, Timestamp, Version, Zone};
use ports::Store;
use uuid::Uuid;

use super::*;
use crate::bus::Record;
use crate::read_models::{prepare, write};

const RELEASES: u128 = 60;

fn id<I: Id>(number: u128) -> I {
    I::from_uuid(Uuid::from_u128(number + 1))
}

fn at(hours: u128) -> Timestamp {
    Timestamp::from_micros(0).plus_minutes(i64::try_from(hours).unwrap() * 60)
}

/// All but a few in planning, every third of one team, every second with a window.
fn release(number: u128) -> Release {
    let mut release = Release { number: format!("REL-{}", 90 + number), ..Release::default() };
    release.phase = if number < 55 { Phase::Planning } else { Phase::Closed };
    release.model = if number.is_multiple_of(2) { "minor" } else { "major" }.to_owned();
    release.held = (number == 7).then(on_hold);
    release.requester = Some(id(number % 4));
    let content = &mut release.content;
    content.title = format!("release {number}");
    content.team = number.is_multiple_of(3).then(|| id(0));
    let planned = || DomainWindow::try_new(at(number), at(number + 1), Zone::utc()).unwrap();
    content.window = number.is_multiple_of(2).then(planned);
    release
}

fn under_way(number: u128, state: DeploymentState) -> Release {
    let step = |number, state| Step { change: id(number), state, at: None, by: None, note: None };
    let steps =
        vec![step(1, StepState::Done), step(2, StepState::Failed), step(3, StepState::Waiting)];
    let changes: Vec<ChangeId> = steps.iter().map(|step| step.change).collect();
    let started_by = Actor::Operator { name: "root".to_owned() };
    let deployment = Deployment {
        state,
        started_at: at(number),
        started_by,
        finished_at: None,
        steps,
        rollback: None,
        updates: Vec::new(),
        update_reminded_at: None,
    };
    Release { deployment: Some(deployment), changes, ..release(number) }
}

fn over(releases: Vec<Release>, question: impl Fn(&mut dyn Query) + Send + Sync + 'static) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("list.db").display());
    let question = std::sync::Arc::new(question);
    for address in [Some(address), store::testing::postgres_database()].into_iter().flatten() {
        let store = store::open(&address, store::OpenOptions::default()).unwrap();
        fill(&*store, releases.clone());
        let question = std::sync::Arc::clone(&question);
        crate::read::wait(&*store, move |db| {
            question(db);
            Ok(())
        })
        .unwrap();
        store.close();
    }
}

fn fill(store: &dyn Store, releases: Vec<Release>) {
    prepare(store).unwrap();
    write(store, move |tx| {
        for (number, release) in (0..).zip(&releases) {
            let id: ReleaseId = id(number);
            release.project(id, Version(1), at(number), tx)?;
        }
        Ok(())
    })
    .unwrap();
}

fn numbers(db: &mut dyn Query, query: &[(&'static str, &str)]) -> Vec<String> {
    let mut pairs: Vec<(&'static str, String)> =
        query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let mut found = Vec::new();
    loop {
        let page = list(db, &ListQuery::of(pairs.clone()), 7, Some(id(1))).unwrap();
        found.extend(page.items.into_iter().map(|row| row.number));
        let Some(next) = page.next else { return found };
        pairs.retain(|(name, _)| *name != "cursor");
        pairs.push(("cursor", next));
    }
}

fn expected(fits: impl Fn(u128, &Release) -> bool) -> Vec<String> {
    let all = (0..RELEASES).map(|number| (number, release(number)));
    all.filter(|(number, release)| fits(*number, release)).map(|(_, r)| r.number).collect()
}

#[test]
fn releases_are_filtered_and_sorted_page_by_page() {
    over((0..RELEASES).map(release).collect(), |db| {
        let team: TeamId = id(0);
        let mut newest = expected(|_, _| true);
        newest.reverse();
        assert_eq!(numbers(db, &[]), newest);
        assert_eq!(numbers(db, &[("sort", "number")]), expected(|_, _| true), "REL-99, REL-100");
        let mine = expected(|number, _| number % 4 == 1);
        assert_eq!(numbers(db, &[("mine", "true"), ("sort", "updated_at")]), mine);
        let of_team = expected(|number, _| number.is_multiple_of(3));
        let team = team.to_string();
        assert_eq!(numbers(db, &[("team", &team), ("sort", "number")]), of_team);
        assert_eq!(numbers(db, &[("held", "true")]), expected(|number, _| number == 7));
        let mut by_window = expected(|number, _| number.is_multiple_of(2));
        by_window.extend(expected(|number, _| !number.is_multiple_of(2)));
        assert_eq!(numbers(db, &[("sort", "window")]), by_window, "those without one come last");
        let minor = expected(|number, _| number.is_multiple_of(2));
        assert_eq!(numbers(db, &[("type", "minor"), ("sort", "window")]), minor);
        let wrong = list(db, &ListQuery::of([("sort", "colour".to_owned())]), 7, None);
        let Err(Stop::Refused(refusal)) = wrong else { panic!("it was taken") };
        assert_eq!(refusal.missing[0].pointer, "/sort");
    });
}

#[test]
fn a_column_of_the_board_holds_fifty_and_says_when_there_are_more() {
    over((0..RELEASES).map(release).collect(), |db| {
        let board = board(db, None).unwrap();
        let phases: Vec<&str> = board.columns.iter().map(|column| column.phase.as_str()).collect();
        let order = "planning build test approval deployment verification review closed";
        assert_eq!(phases.join(" "), order);
        let (planning, closed) = (&board.columns[0], &board.columns[7]);
        assert_eq!((planning.releases.len(), planning.more), (50, true));
        assert_eq!((closed.releases.len(), closed.more), (5, false));
        assert_eq!(closed.releases[0].number, "REL-149", "the last one written comes first");
        let team: TeamId = id(0);
        let own = super::board(db, Some(&team.to_string())).unwrap();
        assert_eq!(own.columns[0].releases.len(), 19);
    });
}

#[test]
fn deployments_are_listed_by_their_beginning_and_by_state() {
    let states = [DeploymentState::Verified, DeploymentState::Running, DeploymentState::Running];
    let begun = (0..).zip(states).map(|(number, state)| under_way(number, state));
    over(begun.chain([release(3)]).collect(), |db| {
        let page = deployments(db, &ListQuery::default(), 2, None).unwrap();
        let row = &page.items[0];
        assert_eq!(row.release.number.as_deref(), Some("REL-92"));
        assert_eq!((row.done, row.failed, row.total), (1, 1, 3));
        assert_eq!(row.started_at, "1970-01-01T02:00:00Z");
        let next = ListQuery::of([("cursor", page.next.unwrap())]);
        let rest = deployments(db, &next, 2, None).unwrap();
        assert_eq!((rest.items.len(), rest.items[0].state.as_str()), (1, "verified"));
        let running = ListQuery::of([("state", "running".to_owned())]);
        assert_eq!(deployments(db, &running, 9, None).unwrap().items.len(), 2);
        let under_way = ListQuery::of([("under_way", "true".to_owned())]);
        assert_eq!(deployments(db, &under_way, 9, None).unwrap().items.len(), 2);
    });
}

fn on_hold() -> Standing {
    let by = Actor::Operator { name: "root".to_owned() };
    Standing { by, at: Timestamp::from_micros(0), reason: "it waits".to_owned() }
}

//! The tables that lists are read from are filled in slices: one that is cut off goes on where it
//! was, its tables are of no version until it is over, and no two versions make them in turn.

use std::ops::ControlFlow;
use std::sync::Arc;

use domain::change::{Change, Imported, Origin};
use domain::policy::ChangeType;
use interlock_server::bus::Envelope;
use interlock_server::import::{Import, TAKEN_MAX};
use interlock_server::read::wait;
use interlock_server::read_models::{Filled, SLICE_MAX, is_prepared, prepare_telling};
use kernel::{Actor, Zone};
use ports::Fault;

use crate::support::{Stage, on_both};

/// A little more than a slice.
const MANY: i64 = SLICE_MAX + 20;

async fn imported(stage: &Stage) {
    let change = |number: i64| Imported {
        number: String::new(),
        origin: Origin {
            source: "old".to_owned(),
            number: format!("O{number}"),
            zone: Zone::utc(),
        },
        title: format!("Change {number}"),
        description: String::new(),
        change_type: ChangeType::Normal,
        environment: domain::vocabulary::Environment::Production,
        artifacts: vec![],
        cis: vec![],
        window: None,
        started_at: None,
        finished_at: None,
        created_at: Some(stage.now()),
        outcome: None,
        incidents: None,
        scheduled: false,
    };
    let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
    let all: Vec<i64> = (0..MANY).collect();
    for slice in all.chunks(TAKEN_MAX) {
        let command = Import::<Change>::new(slice.iter().map(|number| change(*number)));
        stage.bus.send(operator.clone(), command).await.unwrap();
    }
}

/// Fills, until `until` says to break off; answers how it ended and what was told.
async fn filled(
    stage: &Stage,
    until: fn(Filled) -> bool,
) -> (Result<bool, Fault>, Vec<(&'static str, i64)>) {
    let store = Arc::clone(&stage.store);
    let filled = tokio::task::spawn_blocking(move || {
        let mut told = Vec::new();
        let end = prepare_telling(&*store, &mut |filled| {
            told.push((filled.kind, filled.done));
            if until(filled) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (end, told)
    });
    filled.await.unwrap()
}

async fn prepared(stage: &Stage) -> bool {
    let store = Arc::clone(&stage.store);
    tokio::task::spawn_blocking(move || wait(&*store, is_prepared).unwrap()).await.unwrap()
}

fn of_changes(told: &[(&'static str, i64)]) -> Vec<i64> {
    told.iter().filter(|(kind, _)| *kind == "change").map(|(_, done)| *done).collect()
}

#[test]
fn a_fill_that_is_cut_off_goes_on_where_it_was_and_ends_in_the_same_rows() {
    on_both(async |stage| {
        imported(&stage).await;
        let kept = stage.rows().await;
        stage.touch("DELETE FROM read_models").await;
        let (end, told) = filled(&stage, |filled| filled.kind == "change").await;
        assert!(!end.unwrap());
        assert_eq!(of_changes(&told), [SLICE_MAX]);
        assert!(!prepared(&stage).await, "what is half filled is of no version");
        assert_eq!(stage.count("SELECT COUNT(*) FROM changes").await, SLICE_MAX);

        let (end, told) = filled(&stage, |_| false).await;
        assert!(end.unwrap() && prepared(&stage).await);
        assert_eq!(of_changes(&told), [MANY], "the first slice is not written again");
        assert_eq!(stage.rows().await, kept);
        let left = "SELECT COUNT(*) FROM settings WHERE name LIKE 'filling.%'";
        assert_eq!(stage.count(left).await, 0);
        let (end, told) = filled(&stage, |_| true).await;
        assert!(end.unwrap() && told.is_empty(), "there is nothing left to do");
    });
}

#[test]
fn a_fill_of_another_version_begins_anew() {
    on_both(async |stage| {
        imported(&stage).await;
        let kept = stage.rows().await;
        stage.touch("DELETE FROM read_models").await;
        filled(&stage, |filled| filled.kind == "change").await.0.unwrap();
        let other = "UPDATE settings SET value = REPLACE(value, '\"model\":', '\"model\":9') \
            WHERE name = 'filling.change'";
        assert_eq!(stage.touch(other).await, 1);
        let (end, told) = filled(&stage, |_| false).await;
        assert!(end.unwrap());
        assert_eq!(of_changes(&told), [SLICE_MAX, MANY]);
        assert_eq!(stage.rows().await, kept);
    });
}

#[test]
fn nothing_is_made_anew_while_another_version_has_the_database_open() {
    on_both(async |stage| {
        let Some(beside) = stage.beside().await else { return };
        let agree = move || {
            beside.agree(1).unwrap();
            beside
        };
        let beside = tokio::task::spawn_blocking(agree).await.unwrap();
        // The tables are right for this version: it may go on.
        assert!(filled(&stage, |_| false).await.0.unwrap());
        stage.touch("UPDATE read_models SET version = 0 WHERE name = 'change'").await;
        let (end, told) = filled(&stage, |_| false).await;
        assert!(matches!(end, Err(Fault::Held(why)) if why.contains("another version")));
        assert_eq!(told, []);
        tokio::task::spawn_blocking(move || beside.close()).await.unwrap();
        // The server lets go of its connections a moment later.
        for _ in 0..500 {
            if filled(&stage, |_| false).await.0.is_ok() {
                return;
            }
        }
        panic!("who is gone is in the way");
    });
}

//! Many at once: nothing is lost, nothing is seen too early, nothing is counted twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use kernel::Version;

use super::{append_next, count, event, read, write};
use crate::{Fault, Query, Store};

const THREADS: usize = 16;
const PATIENCE: Duration = Duration::from_mins(1);

fn log(reader: &mut dyn Query) -> Result<Vec<(i64, String)>, Fault> {
    let rows = reader.query("SELECT position, event_id FROM log ORDER BY position", &[])?;
    rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?.to_owned()))).collect()
}

fn wait_until(store: &Arc<dyn Store>, length: i64) {
    let mut head = store.log_head().expect("the head is known");
    while head < length {
        let grown = store.wait_for_log(head, PATIENCE).expect("the log is read");
        assert!(grown > head, "the log stands at {head}, {length} were appended");
        head = grown;
    }
}

pub(super) fn the_log_is_dense(store: &Arc<dyn Store>) {
    const EACH: usize = 25;
    let mut appended = BTreeSet::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                scope.spawn(move || {
                    (0..EACH)
                        .map(|round| {
                            write(store, move |tx| {
                                append_next(tx, &format!("s:{number}"), &round.to_string())
                            })
                            .expect("the event is appended")
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        // A follower that reads along sees each position once, without a gap.
        let follower = scope.spawn(move || {
            let (mut seen, total) = (Vec::new(), i64::try_from(THREADS * EACH).expect("few"));
            while i64::try_from(seen.len()).expect("few") < total {
                let after = i64::try_from(seen.len()).expect("few");
                store.wait_for_log(after, PATIENCE).expect("the log is read");
                let rows = read(store, move |reader| log(reader)).expect("the log is read");
                assert_eq!(rows[..seen.len()], seen, "a position changed after it was read");
                assert!(rows.len() > seen.len(), "the log stopped at {after} of {total}");
                seen = rows;
            }
        });
        for thread in threads {
            appended.extend(thread.join().expect("no thread panics"));
        }
        follower.join().expect("the follower reads all");
    });
    let rows = read(store, |reader| log(reader)).expect("the log is read");
    let positions: Vec<_> = rows.iter().map(|(position, _)| *position).collect();
    let expected: Vec<_> = (1..=i64::try_from(THREADS * EACH).expect("few")).collect();
    assert_eq!(positions, expected);
    assert_eq!(rows.into_iter().map(|(_, id)| id).collect::<BTreeSet<_>>(), appended);
    assert_eq!(count(store, "SELECT count(*) FROM unnumbered"), 0);
    // Within a stream, the log keeps the order of versions.
    let disordered = "SELECT count(*) FROM log a JOIN events ea ON ea.id = a.event_id \
         JOIN events eb ON eb.stream = ea.stream AND eb.version = ea.version + 1 \
         JOIN log b ON b.event_id = eb.id WHERE b.position < a.position";
    assert_eq!(count(store, disordered), 0);
}

pub(super) fn waiting_ends_when_the_log_grows(store: &Arc<dyn Store>) {
    assert_eq!(store.log_head().expect("the head is known"), 0);
    let head = store.wait_for_log(0, Duration::from_millis(20)).expect("the wait ends");
    assert_eq!(head, 0, "patience ends a wait in vain");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| store.wait_for_log(0, PATIENCE).expect("the wait ends"));
        write(store, |tx| append_next(tx, "s", "1")).expect("the event is appended");
        assert_eq!(waiting.join().expect("the wait ends"), 1);
    });
    assert_eq!(store.wait_for_log(0, PATIENCE).expect("no wait"), 1);
    assert_eq!(store.log_head().expect("the head is known"), 1);
}

pub(super) fn numbers_are_unique_and_rising(store: &Arc<dyn Store>) {
    const EACH: usize = 20;
    let drawn: Vec<Vec<i64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    (0..EACH)
                        .map(|_| write(store, |tx| tx.next_number("CHG")).expect("a number"))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    for numbers in &drawn {
        assert!(numbers.is_sorted_by(|a, b| a < b), "not rising: {numbers:?}");
    }
    let distinct: BTreeSet<_> = drawn.iter().flatten().collect();
    assert_eq!(distinct.len(), THREADS * EACH);
    assert!(distinct.iter().all(|number| **number > 0));
    // Names of series are data, never SQL, and differ when they differ.
    for hostile in ["chg", "CHG'; DROP TABLE events; --", "CHG\"", "größe", &"x".repeat(200)] {
        let series = hostile.to_owned();
        let first = write(store, move |tx| tx.next_number(&series)).expect("a number");
        assert_eq!(first, 1, "the series {hostile} is not its own");
    }
}

pub(super) fn a_lock_serialises(store: &Arc<dyn Store>) {
    const EACH: usize = 10;
    write(store, |tx| {
        tx.execute("INSERT INTO settings (name, value) VALUES ('counter', '0')", &[])
    })
    .expect("the counter is written");
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    write(store, |tx| {
                        tx.lock(&["calendar".to_owned()])?;
                        let sql = "SELECT value FROM settings WHERE name = 'counter'";
                        let row = tx.query_one(sql, &[])?.expect("the counter is there");
                        let value: i64 = row.parsed(0)?;
                        thread::yield_now();
                        tx.execute(
                            "UPDATE settings SET value = $1 WHERE name = 'counter'",
                            &[(value + 1).to_string().into()],
                        )
                    })
                    .expect("the counter is raised");
                }
            });
        }
    });
    let sql = "SELECT CAST(value AS BIGINT) FROM settings WHERE name = 'counter'";
    assert_eq!(count(store, sql), i64::try_from(THREADS * EACH).expect("few"));
}

/// Locks taken in opposite orders deadlock on PostgreSQL; the losers run again.
pub(super) fn locks_in_any_order_end(store: &Arc<dyn Store>) {
    const EACH: usize = 3;
    thread::scope(|scope| {
        for number in 0..4_usize {
            scope.spawn(move || {
                for _ in 0..EACH {
                    write(store, move |tx| {
                        let (first, second) = if number % 2 == 0 { ("a", "b") } else { ("b", "a") };
                        tx.lock(&[first.to_owned()])?;
                        thread::yield_now();
                        tx.lock(&[second.to_owned()])?;
                        append_next(tx, "shared", "1")
                    })
                    .expect("a deadlock is resolved by running again");
                }
            });
        }
    });
    assert_eq!(count(store, "SELECT count(*) FROM events"), 12);
}

/// Two who append at the version they loaded: the later one runs again on what is there.
pub(super) fn one_of_two_appends_wins(store: &Arc<dyn Store>) {
    let won = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| write(store, |tx| tx.append("s", Version::NONE, &[event("1")])))
            })
            .collect();
        let ends = threads.into_iter().map(|thread| thread.join().expect("no thread panics"));
        ends.filter(|end| match end {
            Ok(()) => true,
            Err(Fault::WrongVersion { .. }) => false,
            Err(other) => panic!("an append ended with {other:?}"),
        })
        .count()
    });
    assert_eq!(won, 1);
    assert_eq!(count(store, "SELECT count(*) FROM events"), 1);
    wait_until(store, 1);
}

pub(super) fn readers_see_what_is_committed(store: &Arc<dyn Store>) {
    let (written, seen) = channel();
    let (go, gone) = channel::<()>();
    let ended = super::submit(store, crate::Lane::Command, move |tx| {
        append_next(tx, "s", "1")?;
        let _ = written.send(());
        let _ = gone.recv_timeout(PATIENCE);
        Ok(crate::Flow::Commit)
    });
    seen.recv().expect("the event is written");
    assert_eq!(count(store, "SELECT count(*) FROM events"), 0, "seen before it was committed");
    let _ = go.send(());
    ended.recv().expect("every job ends").expect("the event is kept");
    assert_eq!(count(store, "SELECT count(*) FROM events"), 1, "not seen after it was answered");
}

pub(super) fn a_snapshot_stands_still(store: &Arc<dyn Store>) {
    const SQL: &str = "SELECT count(*) FROM events";
    let inner = Arc::clone(store);
    let (before, during) = read(store, move |reader| {
        let before = reader.query_one(SQL, &[])?.expect("one row").int(0)?;
        write(&inner, |tx| append_next(tx, "s", "1"))?;
        Ok((before, reader.query_one(SQL, &[])?.expect("one row").int(0)?))
    })
    .expect("the snapshot is read");
    assert_eq!((before, during), (0, 0));
    assert_eq!(count(store, SQL), 1);
    let end = read(store, |reader| {
        reader.query("INSERT INTO settings (name, value) VALUES ('a', 'b') RETURNING name", &[])
    });
    assert!(end.is_err(), "a reader wrote");
}

pub(super) fn a_store_agrees_with_itself(store: &Arc<dyn Store>) {
    assert!(store.agree(5).expect("an answer"), "nobody else has it open");
    assert!(store.agree(5).expect("an answer"), "nor when it says so again");
}

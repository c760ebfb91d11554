//! Jobs: each ends exactly once, and none harms another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use kernel::Version;

use super::{append_next, count, event, read, submit, write};
use crate::{Fault, Flow, Lane, Row, Store, Tx};

const PUT: &str = "INSERT INTO settings (name, value) VALUES ($1, $2)";

fn put(tx: &mut dyn Tx, name: &str) -> Result<(), Fault> {
    tx.execute(PUT, &[name.into(), "x".into()]).map(drop)
}

fn names(store: &Arc<dyn Store>) -> Vec<String> {
    let rows = read(store, |reader| reader.query("SELECT name FROM settings ORDER BY name", &[]));
    let rows = rows.expect("settings are read");
    rows.iter().map(|row| row.text(0).expect("text").to_owned()).collect()
}

/// Keeps the writers busy until it is opened, so that what is queued meanwhile meets in a group.
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn shut() -> Self {
        Self(Arc::new((Mutex::new(false), Condvar::new())))
    }

    fn hold(&self, store: &Arc<dyn Store>) -> Receiver<Result<(), Fault>> {
        let gate = Arc::clone(&self.0);
        submit(store, Lane::Command, move |_| {
            let open = gate.0.lock().expect("no panic at the gate");
            drop(gate.1.wait_while(open, |open| !*open).expect("no panic at the gate"));
            Ok(Flow::Commit)
        })
    }

    fn open(&self) {
        *self.0.0.lock().expect("no panic at the gate") = true;
        self.0.1.notify_all();
    }
}

fn end_of(ended: &Receiver<Result<(), Fault>>) -> Result<(), Fault> {
    let end = ended.recv_timeout(Duration::from_mins(1)).expect("every job ends");
    assert_eq!(ended.recv().ok().map(|_| "a second end"), None, "a job ends once");
    end
}

pub(super) fn one_bad_job_leaves_the_others_alone(store: &Arc<dyn Store>) {
    let gate = Gate::shut();
    let held = gate.hold(store);
    let good = |number: usize| {
        submit(store, Lane::Command, move |tx| {
            append_next(tx, &format!("good:{number}"), "kept")?;
            put(tx, &format!("good-{number}"))?;
            Ok(Flow::Commit)
        })
    };
    let mut kept: Vec<_> = (0..3).map(good).collect();
    let bad = |name: &'static str, end: fn() -> Result<Flow, Fault>| {
        submit(store, Lane::Command, move |tx| {
            append_next(tx, "bad:1", "lost")?;
            put(tx, name)?;
            tx.savepoint()?;
            put(tx, &format!("{name}-nested"))?;
            end()
        })
    };
    let refused = bad("refused", || Ok(Flow::Rollback));
    let faulted = bad("faulted", || Err(Fault::permanent("telling", "a fault")));
    let panicked = bad("panicked", || panic!("told to"));
    kept.extend((3..6).map(good));
    gate.open();
    assert!(end_of(&held).is_ok());
    assert!(end_of(&refused).is_ok());
    assert!(matches!(end_of(&faulted), Err(Fault::Permanent { .. })));
    assert!(matches!(end_of(&panicked), Err(Fault::Panicked(why)) if why == "told to"));
    for ended in kept {
        end_of(&ended).expect("good work is kept");
    }
    assert_eq!(names(store), ["good-0", "good-1", "good-2", "good-3", "good-4", "good-5"]);
    assert_eq!(count(store, "SELECT count(*) FROM events"), 6);
    store.wait_for_log(5, Duration::from_mins(1)).expect("the log is read");
    assert_eq!(count(store, "SELECT count(*) FROM log"), 6);
    assert_eq!(count(store, "SELECT count(*) FROM unnumbered"), 0);
}

pub(super) fn a_panic_leaves_the_writer_alive(store: &Arc<dyn Store>) {
    // More often than there are writers, so that a lost thread would be missed.
    for _ in 0..40 {
        let end = write(store, |_| -> Result<(), Fault> { panic!("told to") });
        assert!(matches!(end, Err(Fault::Panicked(_))), "a panic ended with {end:?}");
    }
    for _ in 0..40 {
        store.read(Box::new(|_| panic!("told to")));
    }
    write(store, |tx| put(tx, "after")).expect("the writer lives");
    assert_eq!(names(store), ["after"]);
}

pub(super) fn a_rollback_leaves_nothing(store: &Arc<dyn Store>) {
    let ended = submit(store, Lane::Command, |tx| {
        append_next(tx, "s", "lost")?;
        put(tx, "lost")?;
        tx.index_text("s", "lost")?;
        Ok(Flow::Rollback)
    });
    end_of(&ended).expect("a rollback that was asked for is no fault");
    assert!(names(store).is_empty());
    assert_eq!(count(store, "SELECT count(*) FROM events"), 0);
    let found = read(store, |reader| reader.search(None, "lost", 10));
    assert_eq!(found.expect("the search runs"), Vec::<String>::new());
}

pub(super) fn savepoints_nest(store: &Arc<dyn Store>) {
    write(store, |tx| {
        put(tx, "a")?;
        tx.savepoint()?;
        put(tx, "b")?;
        tx.savepoint()?;
        put(tx, "c")?;
        tx.append("s", Version::NONE, &[event("lost")])?;
        tx.rollback_to_savepoint()?;
        tx.savepoint()?;
        put(tx, "d")?;
        tx.release_savepoint()?;
        tx.release_savepoint()?;
        tx.savepoint()?;
        put(tx, "e")?;
        tx.savepoint()?;
        put(tx, "f")?;
        tx.release_savepoint()?;
        tx.rollback_to_savepoint()?;
        assert!(tx.release_savepoint().is_err(), "no savepoint is open");
        Ok(())
    })
    .expect("the work is kept");
    assert_eq!(names(store), ["a", "b", "d"]);
    assert_eq!(count(store, "SELECT count(*) FROM events"), 0);
}

pub(super) fn a_failed_statement_spoils_its_job(store: &Arc<dyn Store>) {
    write(store, |tx| put(tx, "there")).expect("the first row is written");
    let end = write(store, |tx| {
        put(tx, "before")?;
        assert!(put(tx, "there").is_err(), "the name is taken");
        // The fault is swallowed: half of the work must not be kept.
        assert!(put(tx, "after").is_err(), "the transaction is spoilt");
        Ok(())
    });
    assert!(matches!(end, Err(Fault::Permanent { .. })), "a spoilt transaction: {end:?}");
    assert_eq!(names(store), ["there"]);
}

pub(super) fn a_savepoint_heals(store: &Arc<dyn Store>) {
    write(store, |tx| put(tx, "there")).expect("the first row is written");
    write(store, |tx| {
        put(tx, "before")?;
        tx.savepoint()?;
        put(tx, "lost")?;
        assert!(put(tx, "there").is_err(), "the name is taken");
        tx.rollback_to_savepoint()?;
        put(tx, "after")
    })
    .expect("the work goes on after the savepoint");
    assert_eq!(names(store), ["after", "before", "there"]);
}

pub(super) fn an_open_savepoint_spoils_its_job(store: &Arc<dyn Store>) {
    let end = write(store, |tx| {
        tx.savepoint()?;
        put(tx, "lost")
    });
    assert!(matches!(end, Err(Fault::Permanent { .. })), "it ended with {end:?}");
    assert!(names(store).is_empty());
}

pub(super) fn again_runs_again(store: &Arc<dyn Store>) {
    let mut runs = 0;
    let ended = submit(store, Lane::Command, move |tx| {
        runs += 1;
        let names: Vec<_> = (0..runs).map(|number| format!("lock-{number}")).collect();
        tx.lock(&names)?;
        put(tx, &format!("run-{runs}"))?;
        Ok(if runs < 4 { Flow::Again } else { Flow::Commit })
    });
    end_of(&ended).expect("the last run is kept");
    assert_eq!(names(store), ["run-4"]);
}

pub(super) fn again_forever_is_ended(store: &Arc<dyn Store>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let ended = submit(store, Lane::Command, move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        put(tx, "lost")?;
        Ok(Flow::Again)
    });
    assert!(matches!(end_of(&ended), Err(Fault::Transient { .. })));
    assert!(runs.load(Ordering::SeqCst) < 100);
    assert!(names(store).is_empty());
}

pub(super) fn a_full_queue_refuses(store: &Arc<dyn Store>) {
    let gate = Gate::shut();
    let mut waiting = Vec::new();
    let refused = loop {
        assert!(waiting.len() < 100_000, "the queue is not bounded");
        let ended = gate.hold(store);
        match ended.try_recv() {
            Ok(end) => break end,
            Err(TryRecvError::Empty) => waiting.push(ended),
            Err(TryRecvError::Disconnected) => panic!("a job was dropped without an end"),
        }
    };
    assert!(matches!(refused, Err(Fault::Busy)), "a full queue answered {refused:?}");
    gate.open();
    for ended in waiting {
        end_of(&ended).expect("what was queued is served");
    }
    write(store, |tx| put(tx, "after")).expect("the queue takes work again");
}

pub(super) fn a_closed_store_finishes_and_refuses(store: &Arc<dyn Store>) {
    let gate = Gate::shut();
    let held = gate.hold(store);
    let queued: Vec<_> = (0..20)
        .map(|number| {
            submit(store, Lane::Command, move |tx| {
                put(tx, &format!("queued-{number}"))?;
                Ok(Flow::Commit)
            })
        })
        .collect();
    std::thread::scope(|scope| {
        let closing = scope.spawn(|| store.close());
        gate.open();
        closing.join().expect("the store closes");
    });
    assert!(end_of(&held).is_ok());
    for ended in queued {
        end_of(&ended).expect("what was queued is finished");
    }
    assert!(write(store, |tx| put(tx, "late")).is_err());
    assert!(read(store, |reader| reader.query("SELECT 1", &[])).is_err());
    // To close twice is harmless.
    store.close();
}

pub(super) fn bulk_and_commands_all_end(store: &Arc<dyn Store>) {
    let (end, ended) = channel();
    for number in 0..300_usize {
        let lane = if number % 3 == 0 { Lane::Command } else { Lane::Bulk };
        let receiver = submit(store, lane, move |tx| {
            append_next(tx, &format!("s:{number}"), "kept")?;
            Ok(Flow::Commit)
        });
        let _ = end.send(receiver);
    }
    drop(end);
    for receiver in ended {
        end_of(&receiver).expect("all work is kept");
    }
    store.wait_for_log(299, Duration::from_mins(1)).expect("the log is read");
    assert_eq!(count(store, "SELECT count(*) FROM log"), 300);
}

/// Policy expressions recurse by their length, in writers and in readers.
pub(super) fn deep_work_fits_the_stack(store: &Arc<dyn Store>) {
    fn deep(levels: u64) -> u64 {
        let frame = [levels; 256];
        std::hint::black_box(&frame);
        if levels == 0 { 0 } else { deep(levels - 1) + frame[0] - levels + 1 }
    }
    // About 32 MiB of frames.
    const LEVELS: u64 = 15_000;
    assert_eq!(write(store, |_| Ok(deep(LEVELS))).expect("the work ends"), LEVELS);
    assert_eq!(read(store, |_| Ok(deep(LEVELS))).expect("the work ends"), LEVELS);
}

/// The rows of all tables that hold facts, for comparing one store with another.
///
/// # Panics
/// When a table cannot be read.
pub fn contents(store: &Arc<dyn Store>) -> Vec<(&'static str, Vec<Row>)> {
    const QUERIES: [(&str, &str); 9] = [
        ("events", "SELECT id, stream, version, payload, digest FROM events ORDER BY id"),
        ("log", "SELECT position, event_id FROM log ORDER BY position"),
        ("states", "SELECT stream, version, format, state FROM states ORDER BY stream"),
        ("idempotency", "SELECT actor, key, status, body FROM idempotency ORDER BY actor, key"),
        ("timers", "SELECT id, due_at, stream, kind, payload FROM timers ORDER BY id"),
        ("followers", "SELECT name, position FROM followers ORDER BY name"),
        ("sessions", "SELECT hash, person, expires_at FROM sessions ORDER BY hash"),
        ("secrets", "SELECT subject, hash FROM secrets ORDER BY subject"),
        ("settings", "SELECT name, value FROM settings ORDER BY name"),
    ];
    QUERIES
        .into_iter()
        .map(|(table, sql)| {
            let rows = read(store, move |reader| reader.query(sql, &[]));
            (table, rows.expect("the table is read"))
        })
        .collect()
}

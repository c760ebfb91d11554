//! The story of a store, told by SQLite, and what only SQLite has: groups, a lock file, one file.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod shared;

use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use interlock_store::{OpenOptions, Recorder, backup, open, restore};
use kernel::Version;
use ports::conformance::{self, contents, event, read, submit, write};
use ports::{Fault, Flow, GROUP_JOBS_MAX, Job, Lane, Query, Store, Tx, Value};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_mins(1);

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("store.db")
}

fn address(folder: &TempDir) -> String {
    format!("sqlite:{}", file(folder).display())
}

fn options() -> OpenOptions {
    OpenOptions { readers: 2, queue_max: 512, ..OpenOptions::default() }
}

fn opened(folder: &TempDir) -> Arc<dyn Store> {
    open(&address(folder), options()).unwrap()
}

fn count(store: &Arc<dyn Store>, sql: &'static str) -> i64 {
    read(store, move |reader| reader.query_one(sql, &[])?.unwrap().int(0)).unwrap()
}

/// Holds the writer until the sender is dropped.
fn hold(store: &Arc<dyn Store>) -> std::sync::mpsc::Sender<()> {
    let (release, released) = channel::<()>();
    let (held, holds) = channel();
    drop(submit(store, Lane::Command, move |_| {
        let _ = held.send(());
        let _ = released.recv_timeout(PATIENCE);
        Ok(Flow::Commit)
    }));
    holds.recv().unwrap();
    release
}

#[test]
fn sqlite_tells_the_whole_story() {
    let folder = tempfile::tempdir().unwrap();
    let number = Cell::new(0);
    conformance::run(&|| {
        number.set(number.get() + 1);
        let path = folder.path().join(format!("{}.db", number.get()));
        open(&format!("sqlite:{}", path.display()), options()).unwrap()
    });
}

#[test]
fn sqlite_survives_naughty_strings() {
    let folder = tempfile::tempdir().unwrap();
    shared::survives_naughty_strings(&opened(&folder));
}

/// Bulk work waits in its own queue and is taken in slices of 64 at most.
#[test]
fn a_command_waits_for_one_slice_of_bulk_work_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    let done = Arc::new(AtomicUsize::new(0));
    let bulk = |_| {
        let done = Arc::clone(&done);
        submit(&store, Lane::Bulk, move |_| {
            done.fetch_add(1, Ordering::SeqCst);
            Ok(Flow::Commit)
        })
    };
    let release = hold(&store);
    let waiting: Vec<_> = (0..500).map(bulk).collect();
    let mut before = Vec::new();
    for _ in 0..5 {
        let done = Arc::clone(&done);
        before.push(submit(&store, Lane::Command, move |_| {
            assert_eq!(done.load(Ordering::SeqCst), 0, "the commands that wait go first");
            Ok(Flow::Commit)
        }));
    }
    drop(release);
    for end in before {
        end.recv().unwrap().unwrap();
    }
    // Commands that come while bulk work runs meet one slice each.
    while done.load(Ordering::SeqCst) < 500 {
        let met = Arc::clone(&done);
        let (told, tells) = channel();
        let end = submit(&store, Lane::Command, move |_| {
            let _ = told.send(met.load(Ordering::SeqCst));
            Ok(Flow::Commit)
        });
        // Counted once the command waits: however long that took, one slice at most is under way.
        let seen = done.load(Ordering::SeqCst);
        end.recv().unwrap().unwrap();
        assert!(tells.recv().unwrap().saturating_sub(seen) <= 64, "bulk work held up a command");
    }
    for end in waiting {
        end.recv().unwrap().unwrap();
    }
}

#[test]
fn reopening_finds_everything_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    shared::fill(&store);
    let before = contents(&store);
    store.close();
    drop(store);
    let wal = folder.path().join("store.db-wal");
    assert!(std::fs::metadata(wal).map_or(0, |file| file.len()) == 0, "the log was not moved in");
    let store = opened(&folder);
    assert_eq!(contents(&store), before);
    shared::goes_on(&store);
}

#[test]
fn a_second_writer_is_kept_out_until_the_first_lets_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    let Err(Fault::Held(why)) = open(&address(&folder), options()) else {
        panic!("two writers share a database")
    };
    assert!(why.contains(&format!("process {}", std::process::id())), "{why}");
    assert!(why.contains("store.db.lock") && why.contains("stop it"), "{why}");
    let refused = restore(&file(&folder), &address(&folder));
    assert!(matches!(refused, Err(Fault::Held(_))), "{refused:?}");
    store.close();
    opened(&folder);
}

#[test]
fn one_who_only_reads_sees_the_log_grow_beside_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let missing = open(&address(&folder), OpenOptions { read_only: true, ..options() });
    assert!(missing.is_err(), "there is nothing to read yet");
    let writer = opened(&folder);
    let reader = open(&address(&folder), OpenOptions { read_only: true, ..options() }).unwrap();
    assert_eq!(reader.log_head().unwrap(), 0);
    shared::append(&writer, Lane::Command, "s".to_owned()).recv().unwrap().unwrap();
    assert_eq!(reader.wait_for_log(0, PATIENCE).unwrap(), 1);
    assert_eq!(count(&reader, "SELECT count(*) FROM log"), 1);
    let refused = shared::append(&reader, Lane::Command, "t".to_owned()).recv().unwrap();
    assert!(matches!(refused, Err(Fault::Permanent { .. })), "{refused:?}");
}

/// Counts the jobs of each committed group.
#[derive(Default)]
struct Groups(Mutex<(usize, Vec<usize>)>);

impl Recorder for Groups {
    fn statement(&self, sql: &str, _params: &[Value]) {
        let mut groups = self.0.lock().unwrap();
        match sql {
            "SAVEPOINT job" => groups.0 += 1,
            "COMMIT" => {
                let jobs = std::mem::take(&mut groups.0);
                groups.1.push(jobs);
            }
            _ => {}
        }
    }
}

#[test]
fn what_waits_is_committed_in_groups_of_bounded_size() {
    let folder = tempfile::tempdir().unwrap();
    let groups = Arc::new(Groups::default());
    let record: Arc<dyn Recorder> = Arc::clone(&groups) as _;
    let options = OpenOptions { record: Some(record), ..options() };
    let store = open(&address(&folder), options).unwrap();
    let release = hold(&store);
    let ends: Vec<_> = (0..150)
        .map(|number| shared::append(&store, Lane::Command, format!("s:{number}")))
        .collect();
    drop(release);
    for end in ends {
        end.recv().unwrap().unwrap();
    }
    let sizes = groups.0.lock().unwrap().1.clone();
    assert_eq!(sizes.iter().sum::<usize>(), 151);
    assert!(sizes.iter().all(|size| *size <= GROUP_JOBS_MAX), "{sizes:?}");
    // By jobs alone three groups would do; a slow machine closes some of them by time.
    assert!(sizes.len() < 100, "hardly any group was formed: {sizes:?}");
    assert_eq!(count(&store, "SELECT max(position) FROM log"), 150);
}

/// Runs good work around bad work in one group; all of the good work must be kept.
fn poisoned_by(bad: &'static [&'static str]) -> Result<(), Fault> {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    write(&store, |tx| {
        tx.execute("INSERT INTO settings (name, value) VALUES ('taken', '')", &[])?;
        tx.execute("CREATE TABLE parents (id BIGINT PRIMARY KEY)", &[])?;
        tx.execute(
            "CREATE TABLE children (id BIGINT REFERENCES parents (id) \
             DEFERRABLE INITIALLY DEFERRED)",
            &[],
        )
    })
    .unwrap();
    let release = hold(&store);
    let good = |number: usize| shared::append(&store, Lane::Command, format!("good:{number}"));
    let mut kept: Vec<_> = (0..5).map(good).collect();
    let poison = submit(&store, Lane::Command, move |tx| {
        tx.append("bad", Version::NONE, &[event("lost")])?;
        for sql in bad {
            tx.execute(sql, &[])?;
        }
        Ok(Flow::Commit)
    });
    kept.extend((5..10).map(good));
    drop(release);
    for end in kept {
        end.recv_timeout(PATIENCE).unwrap().expect("good work is kept");
        assert!(end.recv().is_err(), "a job was answered twice");
    }
    let end = poison.recv_timeout(PATIENCE).unwrap();
    assert_eq!(count(&store, "SELECT count(*) FROM events WHERE stream = 'bad'"), 0);
    assert_eq!(count(&store, "SELECT count(*) FROM events"), 10);
    assert_eq!(count(&store, "SELECT max(position) FROM log"), 10);
    assert_eq!(count(&store, "SELECT count(*) FROM unnumbered"), 0);
    write(&store, |tx| tx.append("after", Version::NONE, &[event("")])).unwrap();
    end
}

#[test]
fn a_statement_that_ends_the_transaction_poisons_nobody_else() {
    let end = poisoned_by(&["INSERT OR ROLLBACK INTO settings (name, value) VALUES ('taken', '')"]);
    assert!(matches!(end, Err(Fault::Permanent { .. })), "{end:?}");
    let end = poisoned_by(&["ROLLBACK"]);
    assert!(matches!(end, Err(Fault::Permanent { .. })), "{end:?}");
}

#[test]
fn a_commit_that_is_refused_spares_the_others() {
    let end = poisoned_by(&["INSERT INTO children (id) VALUES (7)"]);
    assert!(matches!(end, Err(Fault::Permanent { .. })), "{end:?}");
}

#[test]
fn a_full_disk_ends_the_work_and_not_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    let limit = |pages: i64| {
        write(&store, move |tx| {
            let used = tx.query_one("PRAGMA page_count", &[])?.unwrap().int(0)?;
            tx.query(&format!("PRAGMA max_page_count = {}", used + pages), &[]).map(drop)
        })
        .unwrap();
    };
    limit(3);
    let ends: Vec<_> = (0..20)
        .map(|number| {
            submit(&store, Lane::Command, move |tx| {
                let payload = "x".repeat(3_000);
                tx.append(&format!("s:{number}"), Version::NONE, &[event(&payload)])?;
                Ok(Flow::Commit)
            })
        })
        .collect();
    let kept = ends.into_iter().filter(|end| end.recv_timeout(PATIENCE).unwrap().is_ok()).count();
    assert!(kept < 20, "the disk was never full");
    let kept = i64::try_from(kept).unwrap();
    assert_eq!(count(&store, "SELECT count(*) FROM events"), kept);
    assert_eq!(count(&store, "SELECT count(*) FROM log"), kept);
    limit(1_000_000);
    shared::append(&store, Lane::Command, "after".to_owned()).recv().unwrap().unwrap();
    assert_eq!(count(&store, "SELECT max(position) FROM log"), kept + 1);
}

#[test]
fn a_backup_taken_while_writing_restores_to_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    shared::fill(&store);
    let copy = folder.path().join("copy");
    backup(&address(&folder), &copy).unwrap();
    let before = contents(&store);
    let restored = tempfile::tempdir().unwrap();
    restore(&copy, &address(&restored)).unwrap();
    let other = opened(&restored);
    assert_eq!(contents(&other), before);
    shared::goes_on(&other);
    // A second one, beside a writer that never rests, over the first one.
    std::thread::scope(|scope| {
        let (stop, stopped) = channel::<()>();
        let busy = Arc::clone(&store);
        scope.spawn(move || {
            let mut number = 0;
            while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                number += 1;
                let end = shared::append(&busy, Lane::Command, format!("busy:{number}"));
                end.recv().unwrap().unwrap();
            }
        });
        backup(&address(&folder), &copy).unwrap();
        drop(stop);
    });
    let third = tempfile::tempdir().unwrap();
    restore(&copy, &address(&third)).unwrap();
    let third = opened(&third);
    let events = count(&third, "SELECT count(*) FROM events");
    assert!(events >= 80);
    assert_eq!(count(&third, "SELECT max(position) FROM log"), events);
}

#[test]
fn a_restore_refuses_what_it_would_harm_and_what_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    shared::fill(&store);
    let copy = folder.path().join("copy");
    backup(&address(&folder), &copy).unwrap();
    store.close();
    let refused = restore(&copy, &address(&folder)).unwrap_err().to_string();
    assert!(refused.contains("already exists"), "{refused}");
    let target = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 3_000].fill(0xAA);
    let damaged = folder.path().join("damaged");
    std::fs::write(&damaged, &bytes).unwrap();
    assert!(restore(&damaged, &address(&target)).is_err());
    std::fs::write(&damaged, "no database").unwrap();
    assert!(restore(&damaged, &address(&target)).is_err());
    let left = std::fs::read_dir(target.path()).unwrap().count();
    assert_eq!(left, 0, "a damaged backup left something behind");
    restore(&copy, &address(&target)).unwrap();
}

#[test]
fn a_restore_refuses_what_a_crash_left_beside_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    shared::fill(&store);
    let copy = folder.path().join("copy");
    backup(&address(&folder), &copy).unwrap();
    // A busy database whose file alone was taken away.
    let wal = std::fs::read(folder.path().join("store.db-wal")).unwrap();
    let before = contents(&store);
    assert!(!wal.is_empty());
    for suffix in ["-wal", "-shm", "-journal"] {
        let target = tempfile::tempdir().unwrap();
        let left = target.path().join(format!("store.db{suffix}"));
        std::fs::write(&left, &wal).unwrap();
        let refused = restore(&copy, &address(&target)).unwrap_err().to_string();
        assert!(refused.contains(&left.display().to_string()), "{refused}");
        assert!(refused.contains("move it"), "{refused}");
        assert!(!file(&target).exists() && left.exists());
        std::fs::remove_file(&left).unwrap();
        restore(&copy, &address(&target)).unwrap();
        assert_eq!(contents(&opened(&target)), before);
    }
}

#[test]
fn a_backup_of_an_older_version_is_taken_and_restored() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    shared::fill(&store);
    // As if the newest migration were not known yet when it was written.
    write(&store, |tx| tx.execute("DELETE FROM migrations", &[])).unwrap();
    store.close();
    let copy = folder.path().join("copy");
    backup(&address(&folder), &copy).unwrap();
    let target = tempfile::tempdir().unwrap();
    restore(&copy, &address(&target)).unwrap();
    let reader = open(&address(&target), OpenOptions { read_only: true, ..options() });
    let refused = reader.err().unwrap().to_string();
    assert!(refused.contains("older version"), "{refused}");
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    write(&store, |tx| {
        tx.execute("INSERT INTO migrations (number, name, checksum) VALUES (999, 'x', 'x')", &[])
    })
    .unwrap();
    store.close();
    let refused = open(&address(&folder), options()).err().unwrap().to_string();
    assert!(refused.contains("newer version"), "{refused}");
}

#[test]
fn readers_that_overlap_without_end_do_not_let_the_write_ahead_log_grow_without_end() {
    const MIB: u64 = 1 << 20;
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    let (stop, stopped) = channel::<()>();
    let longest = std::thread::scope(|scope| {
        // Two take turns: each holds its snapshot until the other one has taken a newer one.
        let store = &store;
        scope.spawn(move || {
            let hold = |until: std::sync::mpsc::Receiver<()>| {
                let (taken, takes) = channel();
                store.read(Box::new(move |reader| {
                    reader.unwrap().query("SELECT count(*) FROM log", &[]).unwrap();
                    let _ = taken.send(());
                    let _ = until.recv_timeout(PATIENCE);
                }));
                takes.recv().unwrap();
            };
            let (mut release, until) = channel::<()>();
            hold(until);
            while stopped
                .recv_timeout(Duration::from_millis(5))
                .is_err_and(|end| end == std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                let (next, until) = channel::<()>();
                hold(until);
                drop(std::mem::replace(&mut release, next));
            }
        });
        let wal = folder.path().join("store.db-wal");
        let mut longest = 0;
        for number in 0..300 {
            let end = submit(store, Lane::Command, move |tx| {
                let payload = "x".repeat(1 << 20);
                tx.append(&format!("s:{number}"), Version::NONE, &[event(&payload)])?;
                Ok(Flow::Commit)
            });
            end.recv_timeout(PATIENCE).unwrap().unwrap();
            longest = longest.max(std::fs::metadata(&wal).unwrap().len());
        }
        drop(stop);
        longest
    });
    assert!(longest < 150 * MIB, "the log grew to {} MiB", longest / MIB);
}

/// The last handle is dropped on the writer's thread, by the end of a job.
#[test]
fn a_store_may_be_dropped_by_its_own_writer() {
    struct Last(Option<Arc<dyn Store>>, std::sync::mpsc::Sender<()>);
    impl Job for Last {
        fn run(&mut self, _tx: &mut dyn Tx) -> Result<Flow, Fault> {
            Ok(Flow::Commit)
        }
        fn settled(&mut self, _tx: &mut dyn Query) -> Result<bool, Fault> {
            Ok(true)
        }
        fn done(mut self: Box<Self>, end: Result<(), Fault>) {
            end.unwrap();
            let store = self.0.take().unwrap();
            // Until the test has let go of its own handle.
            while Arc::strong_count(&store) > 1 {
                std::thread::yield_now();
            }
            drop(store);
            self.1.send(()).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder);
    let (done, ended) = channel();
    store.submit(Lane::Command, Box::new(Last(Some(Arc::clone(&store)), done)));
    drop(store);
    ended.recv_timeout(PATIENCE).unwrap();
}

const CHILD: &str = "INTERLOCK_TEST_CHILD";

/// The child of the test below: appends until it is killed, and says what was acknowledged.
#[test]
fn child_that_appends_until_it_is_killed() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let store = open(&path, options()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for number in 0_i64.. {
                    let end = submit(store, Lane::Command, move |tx| {
                        tx.append(&format!("s:{thread}"), Version(number), &[event("kept")])?;
                        Ok(Flow::Commit)
                    });
                    end.recv().unwrap().unwrap();
                    println!("kept {thread} {}", number + 1);
                }
            });
        }
    });
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let rounds: i64 =
        std::env::var("INTERLOCK_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    for round in 0..rounds {
        let path = format!("sqlite:{}", folder.path().join(format!("{round}.db")).display());
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_appends_until_it_is_killed", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut kept = [0_i64; 8];
        let mut take = |line: &str| {
            let words: Vec<_> = line.split(' ').collect();
            let ["kept", thread, number] = words[..] else { return };
            // The last line may be cut off by the kill.
            if let (Ok(thread), Ok(number)) = (thread.parse::<usize>(), number.parse()) {
                kept[thread] = kept[thread].max(number);
            }
        };
        for line in lines.by_ref().take(200 + 150 * usize::try_from(round).unwrap()) {
            take(&line.unwrap());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let rest: Vec<_> = lines.map_while(Result::ok).collect();
        // A number that was cut off at the end is smaller than the true one, which is harmless.
        for line in &rest {
            take(line);
        }
        let store = open(&path, options()).unwrap();
        for (thread, kept) in kept.into_iter().enumerate() {
            let stream = format!("s:{thread}");
            let found = write(&store, move |tx| tx.events(&stream, Version::NONE)).unwrap();
            let found = i64::try_from(found.len()).unwrap();
            assert!(
                found >= kept,
                "{kept} were acknowledged to thread {thread}, {found} are there"
            );
        }
        let events = count(&store, "SELECT count(*) FROM events");
        assert!(events > 100, "the child was killed too early to prove anything");
        assert_eq!(count(&store, "SELECT count(*) FROM log"), events);
        assert_eq!(store.log_head().unwrap(), events);
    }
}

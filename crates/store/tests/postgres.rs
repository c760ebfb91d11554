//! The story of a store, told by PostgreSQL, and what only a server brings: deadlocks, lost
//! connections, several nodes. Runs under `scripts/with-postgres`.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod proxy;
mod shared;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use interlock_store::testing::{empty_postgres_database, postgres_database};
use interlock_store::{OpenOptions, backup, open, restore};
use kernel::Version;
use ports::conformance::{self, contents, event, read, submit, write};
use ports::{Fault, Flow, Job, Lane, Query, Store, Tx};
use postgres::{Client, NoTls};
use proxy::{Cut, Proxy};

const PATIENCE: Duration = Duration::from_mins(1);
const PUT: &str = "INSERT INTO settings (name, value) VALUES ($1, 'x')";

fn options() -> OpenOptions {
    OpenOptions { readers: 3, writers: 6, queue_max: 512, ..OpenOptions::default() }
}

fn opened(url: &str) -> Arc<dyn Store> {
    open(url, options()).unwrap()
}

fn count(store: &Arc<dyn Store>, sql: &'static str) -> i64 {
    read(store, move |reader| reader.query_one(sql, &[])?.unwrap().int(0)).unwrap()
}

#[test]
fn postgres_tells_the_whole_story() {
    if postgres_database().is_none() {
        return;
    }
    conformance::run(&|| opened(&postgres_database().unwrap()));
}

#[test]
fn postgres_survives_naughty_strings() {
    let Some(url) = postgres_database() else { return };
    shared::survives_naughty_strings(&opened(&url));
}

#[test]
fn reopening_finds_everything() {
    let Some(url) = empty_postgres_database() else { return };
    let store = opened(&url);
    shared::fill(&store);
    let before = contents(&store);
    store.close();
    let store = opened(&url);
    assert_eq!(contents(&store), before);
    shared::goes_on(&store);
}

#[test]
fn nodes_that_start_at_once_migrate_once() {
    let Some(url) = empty_postgres_database() else { return };
    let stores: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| opened(&url))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let listed = i64::try_from(std::fs::read_dir(files).unwrap().count()).unwrap();
    let dense = "SELECT count(*) FROM migrations WHERE number BETWEEN 1 AND \
         (SELECT count(*) FROM migrations)";
    assert_eq!(count(&stores[0], dense), listed, "each has its number, once");
}

#[test]
fn nodes_of_another_shape_are_seen_as_long_as_they_live() {
    let Some(url) = postgres_database() else { return };
    let (first, second) = (opened(&url), opened(&url));
    assert!(first.agree(u32::MAX).unwrap());
    assert!(second.agree(u32::MAX).unwrap(), "they say the same");
    let other = opened(&url);
    assert!(!other.agree(7).unwrap());
    assert!(!first.agree(u32::MAX).unwrap(), "each sees the other");
    other.close();
    // The server ends a connection a moment after it was let go.
    let is_alone = (0..500).any(|_| first.agree(u32::MAX).unwrap());
    assert!(is_alone, "who is gone says nothing");
    // Connections that are made anew say it again.
    let all = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    Client::connect(&url, NoTls).unwrap().batch_execute(all).unwrap();
    write(&second, |tx| tx.execute(PUT, &["after".into()]).map(|_| ())).unwrap();
    let other = opened(&url);
    assert!(!other.agree(7).unwrap());
}

#[test]
fn several_nodes_share_one_dense_log() {
    const EACH: i64 = 60;
    let Some(url) = postgres_database() else { return };
    let nodes: Vec<_> = (0..3).map(|_| opened(&url)).collect();
    let reader = open(&url, OpenOptions { read_only: true, ..options() }).unwrap();
    std::thread::scope(|scope| {
        for (number, node) in nodes.iter().enumerate() {
            for thread in 0..4 {
                scope.spawn(move || {
                    for round in 0..EACH {
                        let stream = format!("s:{number}:{thread}:{round}");
                        shared::append(node, Lane::Command, stream).recv().unwrap().unwrap();
                    }
                });
            }
        }
    });
    let total = EACH * 12;
    for node in nodes.iter().chain([&reader]) {
        // Each node learns of the others' events.
        while node.log_head().unwrap() < total {
            let head = node.log_head().unwrap();
            assert!(node.wait_for_log(head, PATIENCE).unwrap() > head, "the log stands still");
        }
    }
    let dense = "SELECT count(*) FROM log WHERE position BETWEEN 1 AND 720";
    assert_eq!(count(&nodes[0], dense), total);
    assert_eq!(count(&nodes[1], "SELECT count(DISTINCT event_id) FROM log"), total);
    assert_eq!(count(&reader, "SELECT count(*) FROM unnumbered"), 0);
    let refused = shared::append(&reader, Lane::Command, "s".to_owned()).recv().unwrap();
    assert!(matches!(refused, Err(Fault::Permanent { .. })), "{refused:?}");
}

#[test]
fn a_node_that_hangs_while_numbering_only_delays_the_log() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let mut hung = Client::connect(&url, NoTls).unwrap();
    hung.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(1229870923, 1)").unwrap();
    for number in 0..5 {
        let end = shared::append(&store, Lane::Command, format!("s:{number}"));
        end.recv_timeout(PATIENCE).unwrap().unwrap();
    }
    assert_eq!(store.wait_for_log(0, Duration::from_millis(150)).unwrap(), 0);
    assert_eq!(count(&store, "SELECT count(*) FROM unnumbered"), 5);
    drop(hung);
    while store.log_head().unwrap() < 5 {
        let head = store.log_head().unwrap();
        assert!(store.wait_for_log(head, PATIENCE).unwrap() > head, "the log stands still");
    }
    assert_eq!(count(&store, "SELECT max(position) FROM log"), 5);
}

/// An event whose transaction began earlier, and commits after later ones have been numbered.
#[test]
fn an_event_that_commits_late_is_numbered_late_and_not_lost() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let (appended, has_appended) = channel();
    let (go, gone) = channel::<()>();
    let late = submit(&store, Lane::Command, move |tx| {
        tx.append("late", Version::NONE, &[event("late")])?;
        let _ = appended.send(());
        let _ = gone.recv_timeout(PATIENCE);
        Ok(Flow::Commit)
    });
    has_appended.recv().unwrap();
    shared::append(&store, Lane::Command, "early".to_owned()).recv().unwrap().unwrap();
    assert_eq!(store.wait_for_log(0, PATIENCE).unwrap(), 1);
    go.send(()).unwrap();
    late.recv().unwrap().unwrap();
    assert_eq!(store.wait_for_log(1, PATIENCE).unwrap(), 2);
    let streams = read(&store, |reader| {
        let sql = "SELECT e.stream FROM log l JOIN events e ON e.id = l.event_id \
             ORDER BY l.position";
        reader.query(sql, &[])?.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    });
    let streams: Vec<String> = streams.unwrap();
    assert_eq!(streams, ["early", "late"]);
}

#[test]
fn a_deadlock_is_run_again_and_takes_effect_once() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let runs = Arc::new(AtomicUsize::new(0));
    let met = Arc::new(Barrier::new(2));
    let ends: Vec<_> = [["a", "b"], ["b", "a"]]
        .into_iter()
        .map(|names| {
            let (runs, met) = (Arc::clone(&runs), Arc::clone(&met));
            let mut first = true;
            submit(&store, Lane::Command, move |tx| {
                runs.fetch_add(1, Ordering::SeqCst);
                tx.lock(&[names[0].to_owned()])?;
                if std::mem::take(&mut first) {
                    met.wait();
                }
                // What the job makes of the fault does not matter: it is run again.
                if tx.lock(&[names[1].to_owned()]).is_err() {
                    return Ok(Flow::Rollback);
                }
                tx.execute(PUT, &[names[0].into()])?;
                Ok(Flow::Commit)
            })
        })
        .collect();
    for end in ends {
        end.recv_timeout(PATIENCE).unwrap().unwrap();
        assert!(end.recv().is_err(), "a job was answered twice");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert_eq!(count(&store, "SELECT count(*) FROM settings"), 2);
}

#[test]
fn a_passing_fault_is_run_again_six_times_at_most() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let end = submit(&store, Lane::Command, move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Err(Fault::transient("telling", "a passing fault"))
    });
    let end = end.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(end, Err(Fault::Transient { .. })), "{end:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 6);
}

/// What a run does besides; it is told how many came before it.
type Step = Box<dyn FnMut(&mut dyn Tx, usize) -> Result<(), Fault> + Send>;

/// Writes one row and looks for it when it is asked.
struct Recognisable {
    runs: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
    run: Step,
    end: std::sync::mpsc::Sender<Result<(), Fault>>,
}

struct Told {
    runs: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
    end: Receiver<Result<(), Fault>>,
}

impl Told {
    fn runs_and_questions(&self) -> (usize, usize) {
        (self.runs.load(Ordering::SeqCst), self.asked.load(Ordering::SeqCst))
    }

    fn end(&self) -> Result<(), Fault> {
        let end = self.end.recv_timeout(PATIENCE).unwrap();
        assert!(self.end.recv().is_err(), "a job was answered twice");
        end
    }
}

impl Job for Recognisable {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        tx.lock(&["calendar".to_owned()])?;
        tx.execute(PUT, &["mine".into()])?;
        tx.append("s", Version::NONE, &[event("mine")])?;
        (self.run)(tx, run)?;
        Ok(Flow::Commit)
    }

    fn settled(&mut self, tx: &mut dyn Query) -> Result<bool, Fault> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let row = tx.query_one("SELECT value FROM settings WHERE name = $1", &["mine".into()])?;
        Ok(row.is_some())
    }

    fn done(self: Box<Self>, end: Result<(), Fault>) {
        let _ = self.end.send(end);
    }
}

fn recognisable<F>(store: &Arc<dyn Store>, run: F) -> Told
where
    F: FnMut(&mut dyn Tx, usize) -> Result<(), Fault> + Send + 'static,
{
    let (sender, end) = channel();
    let told = Told { runs: Arc::default(), asked: Arc::default(), end };
    let (runs, asked) = (Arc::clone(&told.runs), Arc::clone(&told.asked));
    let job = Recognisable { runs, asked, run: Box::new(run), end: sender };
    store.submit(Lane::Command, Box::new(job));
    told
}

fn assert_written_once(store: &Arc<dyn Store>) {
    assert_eq!(count(store, "SELECT count(*) FROM settings"), 1);
    assert_eq!(count(store, "SELECT count(*) FROM events"), 1);
    assert_eq!(store.wait_for_log(0, PATIENCE).unwrap(), 1);
    assert_eq!(count(store, "SELECT count(*) FROM log"), 1);
}

#[test]
fn a_connection_killed_during_the_work_is_replaced_and_the_work_run_again() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let told = recognisable(&store, |tx, run| {
        if run < 2 {
            tx.query("SELECT pg_terminate_backend(pg_backend_pid())", &[])?;
        }
        Ok(())
    });
    told.end().unwrap();
    assert_eq!(told.runs_and_questions(), (3, 0));
    assert_written_once(&store);
}

#[test]
fn a_connection_killed_just_before_commit_is_settled_by_asking() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let aside = url.clone();
    let told = recognisable(&store, move |tx, run| {
        if run == 0 {
            let pid = tx.query_one("SELECT pg_backend_pid()", &[])?.unwrap().int(0)?;
            let mut killer = Client::connect(&aside, NoTls).unwrap();
            killer.batch_execute(&format!("SELECT pg_terminate_backend({pid}, 5000)")).unwrap();
        }
        Ok(())
    });
    told.end().unwrap();
    assert_eq!(told.runs_and_questions(), (2, 1));
    assert_written_once(&store);
}

fn commit_cut(cut: Cut, expected: (usize, usize)) {
    let Some(url) = postgres_database() else { return };
    let (proxy, address) = Proxy::before(&url);
    // Opened directly: only the commits of its writers may meet the cut.
    opened(&url).close();
    let store = open(&address, OpenOptions { readers: 1, writers: 1, ..options() }).unwrap();
    write(&store, |_| Ok(())).unwrap();
    proxy.cut_next(cut);
    let told = recognisable(&store, |_, _| Ok(()));
    told.end().unwrap();
    assert!(proxy.has_cut(), "no COMMIT passed the proxy");
    assert_eq!(told.runs_and_questions(), expected);
    assert_written_once(&store);
}

#[test]
fn a_commit_that_never_reached_the_server_is_run_again() {
    commit_cut(Cut::BeforeTheServer, (2, 1));
}

#[test]
fn a_commit_whose_answer_was_lost_is_found_and_not_repeated() {
    commit_cut(Cut::AfterTheServer, (1, 1));
}

#[test]
fn a_lost_commit_is_asked_after_until_the_server_can_be_reached() {
    commit_cut(Cut::AfterTheServerAndRefuse, (1, 1));
}

/// To ask at once would find nothing, and to run again would meet the same work half done.
#[test]
fn a_commit_that_is_still_under_way_is_not_taken_for_lost() {
    let Some(url) = postgres_database() else { return };
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END'; \
         CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON settings DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION slow()";
    Client::connect(&url, NoTls).unwrap().batch_execute(slow).unwrap();
    let (proxy, address) = Proxy::before(&url);
    let store = open(&address, OpenOptions { readers: 1, writers: 1, ..options() }).unwrap();
    write(&store, |_| Ok(())).unwrap();
    proxy.cut_next(Cut::WhileTheServer);
    let told = recognisable(&store, |_, _| Ok(()));
    told.end().unwrap();
    assert!(proxy.has_cut(), "no COMMIT passed the proxy");
    assert_eq!(told.runs_and_questions().1, 1);
    assert_written_once(&store);
}

/// Few of the writers take bulk work, so that the others are there for those who wait.
#[test]
fn bulk_work_that_hangs_holds_up_no_command() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let (release, released) = channel::<()>();
    let released = Arc::new(std::sync::Mutex::new(released));
    let hanging: Vec<_> = (0..options().writers)
        .map(|_| {
            let released = Arc::clone(&released);
            submit(&store, Lane::Bulk, move |_| {
                let _ = released.lock().unwrap().recv_timeout(PATIENCE);
                Ok(Flow::Commit)
            })
        })
        .collect();
    for number in 0..20 {
        let end = shared::append(&store, Lane::Command, format!("s:{number}"));
        end.recv_timeout(PATIENCE / 2).expect("a command is served meanwhile").unwrap();
    }
    drop(release);
    for end in hanging {
        end.recv().unwrap().unwrap();
    }
}

#[test]
fn all_threads_find_back_after_every_connection_was_killed() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let mut killer = Client::connect(&url, NoTls).unwrap();
    for round in 0..3 {
        let kill = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()";
        killer.batch_execute(kill).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..12 {
                let store = &store;
                scope.spawn(move || {
                    let stream = format!("s:{round}:{thread}");
                    shared::append(store, Lane::Command, stream).recv().unwrap().unwrap();
                    assert!(count(store, "SELECT count(*) FROM events") > 0);
                });
            }
        });
        let expected = (round + 1) * 12;
        while store.log_head().unwrap() < expected {
            let head = store.log_head().unwrap();
            assert!(store.wait_for_log(head, PATIENCE).unwrap() > head, "the log stands still");
        }
    }
}

#[test]
fn appends_survive_killed_connections_exactly_once() {
    let Some(url) = postgres_database() else { return };
    let store = opened(&url);
    let (stop, stopped) = channel::<()>();
    let acknowledged: BTreeSet<String> = std::thread::scope(|scope| {
        let killer_url = url.clone();
        scope.spawn(move || {
            let mut killer = Client::connect(&killer_url, NoTls).unwrap();
            let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \
                 current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1";
            while stopped
                .recv_timeout(Duration::from_millis(20))
                .is_err_and(|end| end == std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                killer.batch_execute(kill).unwrap();
            }
        });
        let threads: Vec<_> = (0..6)
            .map(|thread| {
                let store = &store;
                scope.spawn(move || {
                    let kept = (0..50).filter_map(|round| {
                        let name = format!("s:{thread}:{round}");
                        let told = settled_by_name(store, name.clone());
                        told.recv_timeout(PATIENCE).unwrap().is_ok().then_some(name)
                    });
                    kept.collect::<Vec<_>>()
                })
            })
            .collect();
        let kept = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        drop(stop);
        kept
    });
    assert!(acknowledged.len() > 200, "too few survived: {}", acknowledged.len());
    let streams = write(&store, |tx| {
        let rows = tx.query("SELECT stream, version FROM events", &[])?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).collect()
    });
    let streams: Vec<(String, i64)> = streams.unwrap();
    let written: BTreeSet<_> = streams.iter().map(|(stream, _)| stream.clone()).collect();
    assert_eq!(written.len(), streams.len(), "an append took effect twice");
    assert!(written.is_superset(&acknowledged), "an acknowledged append was lost");
}

/// Appends one event to a stream of its own; the stream itself tells whether it is there.
fn settled_by_name(store: &Arc<dyn Store>, name: String) -> Receiver<Result<(), Fault>> {
    struct Named(String, std::sync::mpsc::Sender<Result<(), Fault>>);
    impl Job for Named {
        fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault> {
            tx.append(&self.0, Version::NONE, &[event("kept")])?;
            Ok(Flow::Commit)
        }
        fn settled(&mut self, tx: &mut dyn Query) -> Result<bool, Fault> {
            let sql = "SELECT id FROM events WHERE stream = $1";
            Ok(tx.query_one(sql, &[self.0.as_str().into()])?.is_some())
        }
        fn done(self: Box<Self>, end: Result<(), Fault>) {
            let _ = self.1.send(end);
        }
    }
    let (end, ended) = channel();
    store.submit(Lane::Command, Box::new(Named(name, end)));
    ended
}

#[test]
fn a_table_made_anew_is_read_again_after_one_fault() {
    let Some(url) = postgres_database() else { return };
    let store = open(&url, OpenOptions { readers: 1, writers: 1, ..options() }).unwrap();
    let select = "SELECT * FROM shelf";
    write(&store, |tx| tx.execute("CREATE TABLE shelf (id BIGINT)", &[])).unwrap();
    write(&store, move |tx| tx.query(select, &[])).unwrap();
    read(&store, move |reader| reader.query(select, &[])).unwrap();
    write(&store, |tx| tx.execute("ALTER TABLE shelf ADD COLUMN label TEXT", &[])).unwrap();
    // A writer runs again by itself; a reader cannot, but its next job finds a fresh connection.
    write(&store, move |tx| tx.query(select, &[])).unwrap();
    let _ = read(&store, move |reader| reader.query(select, &[]));
    read(&store, move |reader| reader.query(select, &[])).unwrap();
}

#[test]
fn a_backup_restores_to_an_equal_database() {
    let Some(url) = postgres_database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&url);
    shared::fill(&store);
    let archive = folder.path().join("archive");
    backup(&url, &archive).unwrap();
    let before = contents(&store);
    let full = restore(&archive, &url).unwrap_err().to_string();
    assert!(full.contains("already holds") && full.contains("new, empty"), "{full}");
    assert_eq!(contents(&store), before);
    let target = empty_postgres_database().unwrap();
    restore(&archive, &target).unwrap();
    let other = opened(&target);
    assert_eq!(contents(&other), before);
    // The archive of the copy says the same, so nothing of the schema was lost either.
    let again = folder.path().join("again");
    backup(&target, &again).unwrap();
    assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&archive).unwrap());
    shared::goes_on(&other);
}

#[test]
fn an_archive_of_an_older_version_is_taken_and_of_a_newer_one_refused() {
    let Some(url) = postgres_database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&url);
    shared::fill(&store);
    // As if the newest migration were not known yet when it was written.
    write(&store, |tx| tx.execute("DELETE FROM migrations", &[])).unwrap();
    let archive = folder.path().join("archive");
    backup(&url, &archive).unwrap();
    let target = empty_postgres_database().unwrap();
    restore(&archive, &target).unwrap();
    write(&store, |tx| {
        tx.execute("INSERT INTO migrations (number, name, checksum) VALUES (999, 'x', 'x')", &[])
    })
    .unwrap();
    let newer = folder.path().join("newer");
    let refused = backup(&url, &newer).unwrap_err().to_string();
    assert!(refused.contains("newer version"), "{refused}");
    assert!(!newer.exists());
}

#[test]
fn a_damaged_archive_is_refused_before_anything_is_written() {
    let Some(url) = postgres_database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&url);
    shared::fill(&store);
    let archive = folder.path().join("archive");
    backup(&url, &archive).unwrap();
    let whole = std::fs::read(&archive).unwrap();
    let target = empty_postgres_database().unwrap();
    let last_line = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap();
    let mut changed = whole.clone();
    let place = whole.windows(6).position(|window| window == b"word7 " || window == b"backsl");
    changed[place.unwrap()] ^= 1;
    let longer = [whole.as_slice(), b"more\n"].concat();
    let damaged: [&[u8]; 6] =
        [b"", b"no archive\n", &changed, &whole[..whole.len() / 2], &whole[..=last_line], &longer];
    for bytes in damaged {
        let path = folder.path().join("damaged");
        std::fs::write(&path, bytes).unwrap();
        let refused = restore(&path, &target);
        assert!(refused.is_err(), "{} of {} bytes were restored", bytes.len(), whole.len());
    }
    // Still empty: the whole archive is taken.
    restore(&archive, &target).unwrap();
}

#[test]
fn no_fault_repeats_a_password() {
    let addresses = [
        "postgres://me:hunter2@127.0.0.1:1/nowhere",
        "postgres://me:hunter2@nowhere.invalid/db?connect_timeout=1",
        "postgres://me:hunter2@host:port/db",
        "postgres://me:hunter2@host/db?hunter2=1",
        "postgres://me:hunter2@host/db?sslmode=require",
        "mysql://me:hunter2@host/db",
    ];
    for address in addresses {
        let fault = open(address, options()).err().unwrap();
        let words = format!("{fault} {fault:?}");
        assert!(!words.contains("hunter2"), "{words}");
    }
}

/// The driver brings an asynchronous runtime of its own, which must not be entered from another.
#[test]
fn the_store_may_be_called_inside_an_asynchronous_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let Some(url) = postgres_database() else { return };
        let folder = tempfile::tempdir().unwrap();
        let store = opened(&url);
        write(&store, |tx| tx.append("s", Version::NONE, &[event("1")])).unwrap();
        store.wait_for_log(0, PATIENCE).unwrap();
        let archive = folder.path().join("archive");
        backup(&url, &archive).unwrap();
        drop(store);
        let target = empty_postgres_database().unwrap();
        restore(&archive, &target).unwrap();
        assert_eq!(count(&opened(&target), "SELECT count(*) FROM log"), 1);
    });
}

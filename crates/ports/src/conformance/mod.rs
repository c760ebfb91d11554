//! The story that every store must tell alike, called by the tests of both. Each chapter takes a
//! fresh store; it panics where the store departs from the story.

mod concurrency;
mod jobs;
mod streams;
mod words;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use kernel::{Id, Timestamp, Version};

use crate::{Fault, Flow, Job, Lane, NewEvent, Query, ReadJob, Store, SystemChance, Tx};

pub use jobs::contents;

/// One chapter of the story.
pub type Chapter = fn(&Arc<dyn Store>);

/// All chapters by name.
pub const STORY: &[(&str, Chapter)] = &[
    ("events_are_read_back_as_they_were_appended", streams::events_are_read_back),
    ("an_append_at_another_version_is_refused", streams::wrong_version_is_refused),
    ("a_state_is_replaced_as_a_whole", streams::a_state_is_replaced),
    ("values_are_read_back_as_they_were_written", streams::values_are_read_back),
    ("text_is_ordered_by_its_bytes", streams::text_is_ordered_by_bytes),
    ("statements_must_be_portable", streams::statements_must_be_portable),
    ("one_bad_job_leaves_the_others_alone", jobs::one_bad_job_leaves_the_others_alone),
    ("a_job_that_panics_leaves_the_writer_alive", jobs::a_panic_leaves_the_writer_alive),
    ("a_job_rolled_back_leaves_nothing", jobs::a_rollback_leaves_nothing),
    ("savepoints_nest", jobs::savepoints_nest),
    ("a_failed_statement_spoils_its_job", jobs::a_failed_statement_spoils_its_job),
    ("a_failed_statement_is_undone_by_its_savepoint", jobs::a_savepoint_heals),
    ("a_savepoint_left_open_spoils_its_job", jobs::an_open_savepoint_spoils_its_job),
    ("a_job_that_asks_again_runs_again", jobs::again_runs_again),
    ("a_job_that_always_asks_again_is_ended", jobs::again_forever_is_ended),
    ("a_full_queue_refuses", jobs::a_full_queue_refuses),
    ("a_closed_store_finishes_and_refuses", jobs::a_closed_store_finishes_and_refuses),
    ("bulk_work_and_commands_all_end", jobs::bulk_and_commands_all_end),
    ("deep_work_fits_the_stack", jobs::deep_work_fits_the_stack),
    ("the_log_is_dense_and_nothing_is_lost", concurrency::the_log_is_dense),
    ("waiting_for_the_log_ends_when_it_grows", concurrency::waiting_ends_when_the_log_grows),
    ("numbers_are_unique_and_rising", concurrency::numbers_are_unique_and_rising),
    ("a_lock_serialises_read_modify_write", concurrency::a_lock_serialises),
    ("locks_in_any_order_end", concurrency::locks_in_any_order_end),
    ("one_of_two_appends_at_a_version_wins", concurrency::one_of_two_appends_wins),
    ("a_store_agrees_with_itself", concurrency::a_store_agrees_with_itself),
    ("readers_see_what_is_committed", concurrency::readers_see_what_is_committed),
    ("a_snapshot_stands_still", concurrency::a_snapshot_stands_still),
    ("text_is_found_by_its_words", words::text_is_found_by_its_words),
    ("what_people_type_is_never_syntax", words::what_people_type_is_never_syntax),
];

/// Tells the whole story; `open` gives a fresh store each time.
pub fn run(open: &dyn Fn() -> Arc<dyn Store>) {
    for (name, chapter) in STORY {
        eprintln!("chapter: {name}");
        let store = open();
        chapter(&store);
        store.close();
    }
}

/// A job made of a closure; its end is sent to whoever holds the receiver.
struct ClosureJob<F> {
    run: F,
    end: std::sync::mpsc::Sender<Result<(), Fault>>,
}

impl<F: FnMut(&mut dyn Tx) -> Result<Flow, Fault> + Send> Job for ClosureJob<F> {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault> {
        (self.run)(tx)
    }

    fn settled(&mut self, _tx: &mut dyn Query) -> Result<bool, Fault> {
        Err(Fault::permanent("settling", "no chapter loses its connection"))
    }

    fn done(self: Box<Self>, end: Result<(), Fault>) {
        let _ = self.end.send(end);
    }
}

/// Queues work and answers where its end will arrive. A second end would stay in the channel.
pub fn submit<F>(store: &Arc<dyn Store>, lane: Lane, run: F) -> Receiver<Result<(), Fault>>
where
    F: FnMut(&mut dyn Tx) -> Result<Flow, Fault> + Send + 'static,
{
    let (end, ended) = channel();
    store.submit(lane, Box::new(ClosureJob { run, end }));
    ended
}

/// Runs work that answers a value, and waits for its end.
///
/// # Panics
/// When the store drops the job without an end.
pub fn write<T, F>(store: &Arc<dyn Store>, mut work: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: FnMut(&mut dyn Tx) -> Result<T, Fault> + Send + 'static,
{
    let (answer, answered) = channel();
    let ended = submit(store, Lane::Command, move |tx| {
        let value = work(tx)?;
        let _ = answer.send(value);
        Ok(Flow::Commit)
    });
    ended.recv().expect("every job ends")?;
    Ok(answered.try_iter().last().expect("a job that was kept has answered"))
}

/// Reads in one snapshot, and waits for the answer.
///
/// # Panics
/// When the store drops the job without calling it.
pub fn read<T, F>(store: &Arc<dyn Store>, work: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Query) -> Result<T, Fault> + Send + 'static,
{
    let (answer, answered) = channel();
    let job: ReadJob = Box::new(move |reader| {
        let _ = answer.send(reader.and_then(work));
    });
    store.read(job);
    answered.recv().expect("every read job is called")
}

/// An event with a fresh id and the given payload.
pub fn event(payload: &str) -> NewEvent {
    let chance: &dyn crate::Chance = &SystemChance;
    let (salt, digest) = NewEvent::seal(chance.bytes16(), payload);
    NewEvent {
        id: kernel::EventId::from_uuid(chance.uuid()),
        name: "story.told.v1".to_owned(),
        payload: payload.to_owned(),
        actor: "story".to_owned(),
        at: Timestamp::from_micros(1_700_000_000_000_000),
        correlation: "one".to_owned(),
        salt,
        digest,
    }
}

/// Appends one event to a stream, wherever it stands.
fn append_next(tx: &mut dyn Tx, stream: &str, payload: &str) -> Result<String, Fault> {
    let version = Version(i64::try_from(tx.events(stream, Version::NONE)?.len()).expect("few"));
    let event = event(payload);
    tx.append(stream, version, std::slice::from_ref(&event))?;
    Ok(event.id.to_string())
}

/// The number that a query answers in its only row.
fn count(store: &Arc<dyn Store>, sql: &'static str) -> i64 {
    read(store, move |reader| reader.query_one(sql, &[])?.expect("one row").int(0))
        .expect("the query runs")
}

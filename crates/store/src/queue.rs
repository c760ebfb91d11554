//! Bounded queues in front of the store's threads, and the threads themselves.

use std::sync::{Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use ports::{Fault, Job, Lane, ReadJob};

/// Policy expressions recurse by their length; this much makes them safe. It is address space,
/// not memory.
const STACK_BYTES: usize = 64 << 20;

type Write = Box<dyn Job>;

/// The receiving ends, for the threads that serve.
#[derive(Clone)]
pub(crate) struct Receivers {
    pub(crate) commands: Receiver<Write>,
    pub(crate) bulk: Receiver<Write>,
    pub(crate) reads: Receiver<ReadJob>,
}

struct Senders {
    commands: Sender<Write>,
    bulk: Sender<Write>,
    reads: Sender<ReadJob>,
}

/// The queues of a store; closed, they refuse.
pub(crate) struct Queues {
    senders: RwLock<Option<Senders>>,
    read_only: bool,
}

impl Queues {
    pub(crate) fn new(queue_max: usize, read_only: bool) -> (Self, Receivers) {
        let (commands, commands_out) = bounded(queue_max.max(1));
        let (bulk, bulk_out) = bounded(queue_max.max(1));
        let (reads, reads_out) = bounded(queue_max.max(1));
        let senders = RwLock::new(Some(Senders { commands, bulk, reads }));
        let receivers = Receivers { commands: commands_out, bulk: bulk_out, reads: reads_out };
        (Self { senders, read_only }, receivers)
    }

    pub(crate) fn submit(&self, lane: Lane, job: Write) {
        if self.read_only {
            let why = "the database is open for reading only";
            return job.done(Err(Fault::permanent("queueing work", why)));
        }
        if let Err((job, fault)) = self.try_submit(lane, job) {
            job.done(Err(fault));
        }
    }

    pub(crate) fn read(&self, job: ReadJob) {
        if let Err((job, fault)) = self.try_read(job) {
            job(Err(fault));
        }
    }

    /// From here on everything is refused; what waits is still served.
    pub(crate) fn close(&self) {
        drop(self.senders.write().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn try_submit(&self, lane: Lane, job: Write) -> Result<(), (Write, Fault)> {
        let senders = self.senders.read().unwrap_or_else(PoisonError::into_inner);
        let Some(senders) = senders.as_ref() else { return Err((job, closed())) };
        let queue = match lane {
            Lane::Command => &senders.commands,
            Lane::Bulk => &senders.bulk,
        };
        queue.try_send(job).map_err(refused)
    }

    fn try_read(&self, job: ReadJob) -> Result<(), (ReadJob, Fault)> {
        let senders = self.senders.read().unwrap_or_else(PoisonError::into_inner);
        let Some(senders) = senders.as_ref() else { return Err((job, closed())) };
        senders.reads.try_send(job).map_err(refused)
    }
}

fn refused<T>(error: TrySendError<T>) -> (T, Fault) {
    match error {
        TrySendError::Full(job) => (job, Fault::Busy),
        TrySendError::Disconnected(job) => (job, closed()),
    }
}

fn closed() -> Fault {
    Fault::permanent("queueing work", "the store is closed")
}

/// The threads of a store.
#[derive(Default)]
pub(crate) struct Threads(Mutex<Vec<JoinHandle<()>>>);

impl Threads {
    pub(crate) fn spawn(
        &self,
        name: String,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<(), Fault> {
        let thread = std::thread::Builder::new()
            .name(name)
            .stack_size(STACK_BYTES)
            .spawn(work)
            .map_err(|error| Fault::permanent("starting a thread of the store", error))?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// Waits for all threads but the calling one: the last handle of a store may be dropped by
    /// one of its own jobs.
    pub(crate) fn join(&self) {
        let threads = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("a thread of the store ended by a panic");
            }
        }
    }
}

//! A store that counts: how long its work took and how it ended.

use std::sync::Arc;
use std::time::Duration;

use kernel::Timestamp;
use ports::{Clock, Engine, Fault, Flow, Job, Lane, Query, ReadJob, Store, Tx};

use crate::health::Metrics;

/// Another store, with everything it does counted.
pub struct Measured {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
}

impl Measured {
    /// Counts what `store` does.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Self {
        Self { store, clock, metrics }
    }

    fn watch(&self, queue: &'static str) -> Watch {
        let (clock, metrics) = (Arc::clone(&self.clock), Arc::clone(&self.metrics));
        Watch { since: clock.now(), queue, clock, metrics }
    }
}

impl Store for Measured {
    fn submit(&self, lane: Lane, job: Box<dyn Job>) {
        let queue = match lane {
            Lane::Command => "command",
            Lane::Bulk => "bulk",
        };
        let watch = self.watch(queue);
        self.store.submit(lane, Box::new(Watched { job, watch }));
    }

    fn read(&self, job: ReadJob) {
        let watch = self.watch("read");
        self.store.read(Box::new(move |db| {
            let end = db.as_ref().err().map_or("done", |fault| word(fault));
            job(db);
            watch.stop(end);
        }));
    }

    fn engine(&self) -> Engine {
        self.store.engine()
    }

    fn commits(&self) -> Option<u64> {
        self.store.commits()
    }

    fn log_head(&self) -> Result<i64, Fault> {
        self.store.log_head()
    }

    fn wait_for_log(&self, after: i64, patience: Duration) -> Result<i64, Fault> {
        self.store.wait_for_log(after, patience)
    }

    fn agree(&self, shape: u32) -> Result<bool, Fault> {
        self.store.agree(shape)
    }

    fn close(&self) {
        self.store.close();
    }
}

/// When a piece of work was handed over.
struct Watch {
    since: Timestamp,
    queue: &'static str,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
}

impl Watch {
    fn stop(&self, end: &'static str) {
        let micros = self.clock.now().micros() - self.since.micros();
        self.metrics.work(self.queue, end, micros);
    }
}

struct Watched {
    job: Box<dyn Job>,
    watch: Watch,
}

impl Job for Watched {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault> {
        self.job.run(tx)
    }

    fn settled(&mut self, tx: &mut dyn Query) -> Result<bool, Fault> {
        self.job.settled(tx)
    }

    fn done(self: Box<Self>, end: Result<(), Fault>) {
        self.watch.stop(end.as_ref().err().map_or("done", word));
        self.job.done(end);
    }
}

fn word(fault: &Fault) -> &'static str {
    match fault {
        Fault::Busy => "busy",
        Fault::Panicked(_) => "panicked",
        Fault::Transient { .. } | Fault::WrongVersion { .. } => "transient",
        Fault::Permanent { .. } | Fault::Held(_) => "permanent",
    }
}

//! How jobs are called: a panic in one ends that job alone.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ports::{Fault, Flow, Job, Query, ReadJob, Tx};

/// How often a job may ask to be run again with more locks.
pub(crate) const AGAIN_MAX: usize = 20;

/// Runs a job; a panic becomes a fault.
pub(crate) fn run(job: &mut dyn Job, tx: &mut dyn Tx) -> Result<Flow, Fault> {
    caught(|| job.run(tx))
}

/// Asks a job whether its last run is there.
pub(crate) fn settled(job: &mut dyn Job, tx: &mut dyn Query) -> Result<bool, Fault> {
    caught(|| job.settled(tx))
}

/// Tells a job its end.
pub(crate) fn done(job: Box<dyn Job>, end: Result<(), Fault>) {
    if let Err(fault) = caught(|| {
        job.done(end);
        Ok(())
    }) {
        tracing::error!(%fault, "a job failed to take its answer");
    }
}

/// Calls a read job.
pub(crate) fn read(job: ReadJob, reader: Result<&mut dyn Query, Fault>) {
    if let Err(fault) = caught(|| {
        job(reader);
        Ok(())
    }) {
        tracing::error!(%fault, "a read job panicked");
    }
}

/// The fault of a job that keeps asking for more locks.
pub(crate) fn again_too_often() -> Fault {
    Fault::transient("taking locks", "the work kept needing other locks than it took")
}

fn caught<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Fault::Panicked(message(panic.as_ref()))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

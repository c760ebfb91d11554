//! The server engine.

use std::path::Path;
use std::time::Duration;

use ports::{Engine, Fault, Job, Lane, ReadJob, Store};

use crate::OpenOptions;

pub(crate) struct PostgresStore;

impl PostgresStore {
    pub(crate) fn open(_url: &str, _options: OpenOptions) -> Result<Self, Fault> {
        Err(Fault::permanent("opening the database", "PostgreSQL is not served yet"))
    }
}

impl Store for PostgresStore {
    fn submit(&self, _lane: Lane, _job: Box<dyn Job>) {}
    fn read(&self, _job: ReadJob) {}
    fn engine(&self) -> Engine {
        Engine::Postgres
    }
    fn log_head(&self) -> Result<i64, Fault> {
        Ok(0)
    }
    fn wait_for_log(&self, _after: i64, _patience: Duration) -> Result<i64, Fault> {
        Ok(0)
    }
    fn backup(&self, _to: &Path) -> Result<(), Fault> {
        Ok(())
    }
    fn close(&self) {}
}

//! The read models of runners and jobs: a row each, by which a runner is found by its name, and by
//! which it finds its work.

use domain::runner::{Job, Runner, State, Target};
use kernel::{JobId, RunnerId, Timestamp, Version};
use ports::{Fault, Tx};

use crate::bus::Record;

impl Record for Runner {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["runners"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE runners (id TEXT PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL, \
            name_key TEXT NOT NULL, revoked BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX runners_by_name ON runners (name_key)",
    ];

    fn project(
        &self,
        id: RunnerId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO runners (id, version, name, name_key, revoked) \
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, name = excluded.name, name_key = excluded.name_key, \
            revoked = excluded.revoked";
        let row = [
            id.to_string().into(),
            version.into(),
            (&self.name).into(),
            self.name.to_lowercase().into(),
            self.revoked.is_some().into(),
        ];
        tx.execute(sql, &row).map(|_| ())
    }
}

/// A target as the table has it.
pub(super) fn target_text(target: &Target) -> String {
    match target {
        Target::Runner(name) => format!("runner:{}", name.to_lowercase()),
        Target::Label(label) => format!("label:{label}"),
    }
}

impl Record for Job {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["jobs"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, version BIGINT NOT NULL, key TEXT NOT NULL, \
            state TEXT NOT NULL, target TEXT NOT NULL, runner TEXT)",
        "CREATE UNIQUE INDEX jobs_by_key ON jobs (key)",
        "CREATE INDEX jobs_by_target ON jobs (state, target, id)",
        "CREATE INDEX jobs_by_runner ON jobs (runner, state, id)",
    ];

    fn project(
        &self,
        id: JobId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO jobs (id, version, key, state, target, runner) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, state = excluded.state, runner = excluded.runner";
        let row = [
            id.to_string().into(),
            version.into(),
            (&self.key).into(),
            self.state.map_or("", State::word).into(),
            self.target.as_ref().map_or_else(String::new, target_text).into(),
            self.runner.map(|runner| runner.to_string()).into(),
        ];
        tx.execute(sql, &row).map(|_| ())
    }
}

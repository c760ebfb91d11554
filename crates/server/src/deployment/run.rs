//! The run of a release's deployment, as a record: the engine's state, folded from its events. It
//! goes by the id of its release, which has one deployment.

use domain::{Aggregate, Stamp};
use kernel::{ReleaseId, Timestamp, Version};
use orchestrator::{RunEvent, Work, work};
use ports::{Fault, Tx};
use serde::{Deserialize, Serialize};

use crate::bus::Record;
use crate::follow::timers;

/// The timer by which a run goes on when time has passed.
pub(crate) const WAKES: &str = "run.wakes";

/// A run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Run(pub(crate) orchestrator::Run);

impl Aggregate for Run {
    type Id = ReleaseId;
    type Event = RunEvent;
    const KIND: &'static str = "run";
    const FORMAT: i64 = 2;

    fn evolve(self, event: &RunEvent, stamp: &Stamp) -> Self {
        Self(self.0.evolve(event, stamp.at))
    }
}

impl Record for Run {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["runs"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE runs (release TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            open BIGINT NOT NULL)",
        "CREATE INDEX runs_open ON runs (release) WHERE open = 1",
    ];

    fn project(
        &self,
        id: ReleaseId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let wake = work(&self.0).into_iter().find_map(|work| match work {
            Work::Wake(at) => Some(at),
            _ => None,
        });
        timers::keep(tx, &Self::stream(id), WAKES, wake)?;
        let sql = "INSERT INTO runs (release, version, open) VALUES ($1, $2, $3) \
            ON CONFLICT (release) DO UPDATE SET version = excluded.version, open = excluded.open";
        let open = !self.0.has_ended() || self.0.is_watched();
        tx.execute(sql, &[id.to_string().into(), version.into(), open.into()]).map(|_| ())
    }
}

//! The read models of conflicts and periods.

use domain::calendar::{Conflict, Period, Repeats};
use domain::vocabulary::Environment;
use kernel::{ConflictId, PeriodId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;

impl Record for Conflict {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["conflicts", "conflict_sides"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE conflicts (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            conflict_key TEXT NOT NULL, state TEXT NOT NULL, kind TEXT NOT NULL, \
            start_at BIGINT NOT NULL, end_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX conflicts_by_key ON conflicts (conflict_key)",
        "CREATE INDEX conflicts_by_state ON conflicts (state, updated_at, id)",
        "CREATE INDEX conflicts_by_end ON conflicts (end_at) WHERE state <> 'resolved'",
        "CREATE TABLE conflict_sides (side TEXT NOT NULL, conflict TEXT NOT NULL, \
            state TEXT NOT NULL, PRIMARY KEY (side, conflict))",
        "CREATE INDEX conflict_sides_by_state ON conflict_sides (side, state)",
        "CREATE INDEX conflict_sides_by_conflict ON conflict_sides (conflict)",
    ];

    fn project(
        &self,
        id: ConflictId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let Some(found) = &self.found else { return Ok(()) };
        let (id, state) = (id.to_string(), self.state().word());
        let key = self.key().unwrap_or_default();
        tx.execute(
            "INSERT INTO conflicts (id, version, conflict_key, state, kind, start_at, end_at, \
            updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state, \
            kind = excluded.kind, start_at = excluded.start_at, end_at = excluded.end_at, \
            updated_at = excluded.updated_at",
            &[
                (&id).into(),
                version.into(),
                key.into(),
                state.into(),
                found.kind.word().into(),
                found.overlap.start.into(),
                found.overlap.end.into(),
                at.into(),
            ],
        )?;
        for side in [found.subject, found.with] {
            let sql = "INSERT INTO conflict_sides (side, conflict, state) VALUES ($1, $2, $3) \
                ON CONFLICT (side, conflict) DO UPDATE SET state = excluded.state";
            tx.execute(sql, &[side.id().into(), (&id).into(), state.into()])?;
        }
        Ok(())
    }
}

impl Record for Period {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["periods"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE periods (id TEXT PRIMARY KEY, version BIGINT NOT NULL, kind TEXT NOT NULL, \
            name TEXT NOT NULL, reason TEXT NOT NULL, services TEXT NOT NULL, environment TEXT, \
            start_at BIGINT NOT NULL, end_at BIGINT NOT NULL, zone TEXT NOT NULL, \
            repeats TEXT NOT NULL, last_end BIGINT NOT NULL)",
        "CREATE INDEX periods_by_last_end ON periods (last_end, id)",
        "CREATE INDEX periods_by_kind ON periods (kind, start_at, id)",
    ];

    fn project(
        &self,
        id: PeriodId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let (content, id) = (&self.content, id.to_string());
        let (Some(kind), Some(window), false) = (self.kind, &content.window, self.removed) else {
            return tx.execute("DELETE FROM periods WHERE id = $1", &[id.into()]).map(|_| ());
        };
        let services: Vec<String> = content.services.iter().map(ToString::to_string).collect();
        let last_end = match content.repeats {
            Repeats::Never => window.interval.end.micros(),
            Repeats::Daily | Repeats::Weekly => i64::MAX,
        };
        tx.execute(
            "INSERT INTO periods (id, version, kind, name, reason, services, environment, \
            start_at, end_at, zone, repeats, last_end) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, \
            reason = excluded.reason, services = excluded.services, \
            environment = excluded.environment, start_at = excluded.start_at, \
            end_at = excluded.end_at, zone = excluded.zone, repeats = excluded.repeats, \
            last_end = excluded.last_end",
            &[
                id.into(),
                version.into(),
                kind.word().into(),
                (&content.name).into(),
                (&content.reason).into(),
                services.join(" ").into(),
                content.environment.map(Environment::word).into(),
                window.interval.start.into(),
                window.interval.end.into(),
                window.zone.name().into(),
                content.repeats.word().into(),
                Value::from(last_end),
            ],
        )
        .map(|_| ())
    }
}

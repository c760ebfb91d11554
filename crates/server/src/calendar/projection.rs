//! The read models of conflicts, periods, feeds and external calendars.

use std::collections::BTreeSet;

use domain::calendar::{Conflict, External, Feed, FeedKind, Occasion, Period, Schedule};
use domain::vocabulary::Environment;
use kernel::{ConflictId, ExternalId, FeedId, PeriodId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;
use crate::calendar::conflict::turn;

impl Record for Conflict {
    const MODEL: i64 = 4;
    const TABLE_NAMES: &'static [&'static str] = &["conflicts", "conflict_sides"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE conflicts (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            conflict_key TEXT NOT NULL, state TEXT NOT NULL, kind TEXT NOT NULL, \
            start_at BIGINT NOT NULL, end_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX conflicts_by_key ON conflicts (conflict_key)",
        "CREATE INDEX conflicts_by_state ON conflicts (state, updated_at, id)",
        "CREATE INDEX conflicts_by_start ON conflicts (state, start_at, id)",
        "CREATE INDEX conflicts_by_end ON conflicts (end_at) WHERE state <> 'resolved'",
        "CREATE TABLE conflict_sides (side TEXT NOT NULL, conflict TEXT NOT NULL, \
            other TEXT NOT NULL, state TEXT NOT NULL, start_at BIGINT NOT NULL, \
            end_at BIGINT NOT NULL, kind TEXT NOT NULL, relations BIGINT NOT NULL, \
            blocks BIGINT NOT NULL, PRIMARY KEY (side, conflict))",
        "CREATE INDEX conflict_sides_by_state ON conflict_sides \
            (side, state, end_at, start_at, other, conflict)",
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
        let relations = i64::try_from(found.relations()).unwrap_or(i64::MAX);
        for seen in [found, &turn(found)] {
            tx.execute(
                "INSERT INTO conflict_sides (side, conflict, other, state, start_at, end_at, \
                kind, relations, blocks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                ON CONFLICT (side, conflict) DO UPDATE SET state = excluded.state, \
                start_at = excluded.start_at, end_at = excluded.end_at, kind = excluded.kind, \
                relations = excluded.relations, blocks = excluded.blocks",
                &[
                    seen.subject.id().into(),
                    (&id).into(),
                    seen.with.id().into(),
                    state.into(),
                    found.overlap.start.into(),
                    found.overlap.end.into(),
                    seen.kind.word().into(),
                    relations.into(),
                    i64::from(seen.blocking).into(),
                ],
            )?;
        }
        Ok(())
    }
}

impl Record for Period {
    const MODEL: i64 = 2;
    const TABLE_NAMES: &'static [&'static str] = &["periods"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE periods (id TEXT PRIMARY KEY, version BIGINT NOT NULL, kind TEXT NOT NULL, \
            name TEXT NOT NULL, reason TEXT NOT NULL, services TEXT NOT NULL, environment TEXT, \
            start_at BIGINT NOT NULL, end_at BIGINT NOT NULL, zone TEXT NOT NULL, \
            repeats TEXT NOT NULL, except_on TEXT NOT NULL, also_on TEXT NOT NULL, \
            last_end BIGINT NOT NULL)",
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
        let last_end = content.schedule().map_or(i64::MAX, |schedule| last_end(&schedule));
        tx.execute(
            "INSERT INTO periods (id, version, kind, name, reason, services, environment, \
            start_at, end_at, zone, repeats, except_on, also_on, last_end) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, \
            reason = excluded.reason, services = excluded.services, \
            environment = excluded.environment, start_at = excluded.start_at, \
            end_at = excluded.end_at, zone = excluded.zone, repeats = excluded.repeats, \
            except_on = excluded.except_on, also_on = excluded.also_on, last_end = excluded.last_end",
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
                content.repeats.to_string().into(),
                days(&content.except).into(),
                days(&content.also).into(),
                Value::from(last_end),
            ],
        )
        .map(|_| ())
    }
}

/// The end of the last occurrence as a column.
pub(super) fn last_end(schedule: &Schedule) -> i64 {
    schedule.last_end().map_or(i64::MAX, Timestamp::micros)
}

/// Days as a column.
fn days(days: &BTreeSet<Occasion>) -> String {
    days.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl Record for Feed {
    const MODEL: i64 = 2;
    const TABLE_NAMES: &'static [&'static str] = &["feeds"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE feeds (id TEXT PRIMARY KEY, version BIGINT NOT NULL, person TEXT NOT NULL, \
            name TEXT NOT NULL, service TEXT, team TEXT, environment TEXT, kind TEXT, \
            board TEXT)",
        "CREATE INDEX feeds_by_person ON feeds (person, id)",
    ];

    fn project(
        &self,
        id: FeedId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let (id, filter) = (id.to_string(), &self.filter);
        let (Some(person), false) = (self.person, self.revoked) else {
            return tx.execute("DELETE FROM feeds WHERE id = $1", &[id.into()]).map(|_| ());
        };
        tx.execute(
            "INSERT INTO feeds (id, version, person, name, service, team, environment, kind, \
            board) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version",
            &[
                id.into(),
                version.into(),
                person.to_string().into(),
                (&self.name).into(),
                filter.service.map(|service| service.to_string()).into(),
                filter.team.map(|team| team.to_string()).into(),
                filter.environment.map(Environment::word).into(),
                filter.kind.map(FeedKind::word).into(),
                filter.board.map(|board| board.to_string()).into(),
            ],
        )
        .map(|_| ())
    }
}

impl Record for External {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["externals", "external_entries"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE externals (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            name TEXT NOT NULL, entries BIGINT NOT NULL, read_at BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX externals_by_name ON externals (name)",
        "CREATE TABLE external_entries (external TEXT NOT NULL, uid TEXT NOT NULL, \
            title TEXT NOT NULL, start_at BIGINT NOT NULL, end_at BIGINT NOT NULL, \
            zone TEXT NOT NULL, repeats TEXT NOT NULL, except_on TEXT NOT NULL, \
            also_on TEXT NOT NULL, last_end BIGINT NOT NULL, PRIMARY KEY (external, uid))",
        "CREATE INDEX external_entries_by_last_end ON external_entries (last_end, external, uid)",
    ];

    fn project(
        &self,
        id: ExternalId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let id = id.to_string();
        tx.execute("DELETE FROM external_entries WHERE external = $1", &[(&id).into()])?;
        if self.removed {
            return tx.execute("DELETE FROM externals WHERE id = $1", &[id.into()]).map(|_| ());
        }
        let count = i64::try_from(self.entries.len()).unwrap_or(i64::MAX);
        tx.execute(
            "INSERT INTO externals (id, version, name, entries, read_at) \
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, entries = excluded.entries, read_at = excluded.read_at",
            &[(&id).into(), version.into(), (&self.name).into(), count.into(), at.into()],
        )?;
        for (uid, entry) in &self.entries {
            tx.execute(
                "INSERT INTO external_entries (external, uid, title, start_at, end_at, zone, \
                repeats, except_on, also_on, last_end) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                &[
                    (&id).into(),
                    uid.into(),
                    (&entry.title).into(),
                    entry.window.interval.start.into(),
                    entry.window.interval.end.into(),
                    entry.window.zone.name().into(),
                    entry.repeats.to_string().into(),
                    days(&entry.except).into(),
                    days(&entry.also).into(),
                    last_end(&entry.schedule()).into(),
                ],
            )?;
        }
        Ok(())
    }
}

//! The read models of gates: a row each, by which the last answer is found, and a row for each
//! record behind it; and of requests that are answered by calling back.

use domain::gate::{Gate, GateRequest};
use kernel::{GateId, GateRequestId, Timestamp, Version};
use ports::{Fault, Tx};

use crate::bus::Record;

impl Record for Gate {
    const MODEL: i64 = 2;
    const TABLE_NAMES: &'static [&'static str] = &["gates", "gate_records"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE gates (id TEXT PRIMARY KEY, version BIGINT NOT NULL, digest TEXT NOT NULL, \
            environment TEXT NOT NULL, purpose TEXT NOT NULL, verdict TEXT, \
            allowed_at BIGINT, unauthorised TEXT, updated_at BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX gates_by_artifact ON gates (digest, environment, purpose)",
        "CREATE INDEX gates_by_update ON gates (updated_at, id)",
        "CREATE INDEX gates_unauthorised ON gates (updated_at, id) \
            WHERE unauthorised IS NOT NULL",
        "CREATE TABLE gate_records (record TEXT NOT NULL, gate TEXT NOT NULL, \
            updated_at BIGINT NOT NULL, PRIMARY KEY (record, gate))",
        "CREATE INDEX gate_records_by_gate ON gate_records (gate)",
        "CREATE INDEX gate_records_by_update ON gate_records (record, updated_at, gate)",
    ];

    fn project(
        &self,
        id: GateId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let id = id.to_string();
        let digest = self.artifact.as_ref().map_or("", |artifact| artifact.digest.as_str());
        let answered = self.answered.as_ref();
        let seen = self.shown().and_then(|seen| seen.unauthorised);
        tx.execute(
            "INSERT INTO gates (id, version, digest, environment, purpose, verdict, allowed_at, \
            unauthorised, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
            verdict = excluded.verdict, allowed_at = excluded.allowed_at, \
            unauthorised = excluded.unauthorised, updated_at = excluded.updated_at",
            &[
                (&id).into(),
                version.into(),
                digest.into(),
                self.environment.word().into(),
                self.purpose.word().into(),
                answered.map(|answered| answered.answer.word()).into(),
                self.allowed_at.into(),
                seen.map(|change| change.to_string()).into(),
                at.into(),
            ],
        )?;
        tx.execute("DELETE FROM gate_records WHERE gate = $1", &[(&id).into()])?;
        let releases = answered.iter().flat_map(|one| one.releases.iter().map(ToString::to_string));
        let changes = answered.iter().flat_map(|one| one.changes.iter().map(ToString::to_string));
        let opened = self.last.values().filter_map(|seen| seen.unauthorised);
        for record in releases.chain(changes).chain(opened.map(|change| change.to_string())) {
            let sql = "INSERT INTO gate_records (record, gate, updated_at) VALUES ($1, $2, $3) \
                ON CONFLICT (record, gate) DO NOTHING";
            tx.execute(sql, &[record.into(), (&id).into(), at.into()])?;
        }
        Ok(())
    }
}

impl Record for GateRequest {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["gate_requests"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE gate_requests (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            delivery TEXT NOT NULL, state TEXT NOT NULL)",
        "CREATE UNIQUE INDEX gate_requests_by_delivery ON gate_requests (delivery)",
        "CREATE INDEX gate_requests_waiting ON gate_requests (id) WHERE state = 'waiting'",
    ];

    fn project(
        &self,
        id: GateRequestId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO gate_requests (id, version, delivery, state) \
            VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, state = excluded.state";
        let params = [
            id.to_string().into(),
            version.into(),
            (&self.delivery).into(),
            self.state.word().into(),
        ];
        tx.execute(sql, &params).map(|_| ())
    }
}

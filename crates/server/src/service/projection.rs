//! The read models of services and CIs: a row per service, per CI, and per relation of a CI.

use domain::service::{Ci, Content, Service};
use kernel::{CiId, ServiceId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;
use crate::service::name_key;

impl Record for Service {
    const MODEL: i64 = 4;
    const TABLE_NAMES: &'static [&'static str] = &["services"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE services (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            name TEXT NOT NULL, name_key TEXT NOT NULL, description TEXT NOT NULL, \
            criticality BIGINT NOT NULL, owner TEXT, team TEXT, data_loss_minutes BIGINT, \
            known_limits TEXT NOT NULL, region TEXT NOT NULL, region_key TEXT NOT NULL, \
            version_running TEXT NOT NULL, version_by TEXT, rank_key TEXT NOT NULL)",
        "CREATE UNIQUE INDEX services_by_name ON services (name_key)",
        "CREATE INDEX services_by_rank ON services (rank_key)",
        "CREATE INDEX services_by_team_and_rank ON services (team, rank_key)",
        "CREATE INDEX services_by_owner_and_rank ON services (owner, rank_key)",
        "CREATE INDEX services_by_team ON services (team, name_key)",
        "CREATE INDEX services_by_owner ON services (owner, name_key)",
        "CREATE INDEX services_by_region ON services (region_key, region)",
    ];

    fn project(
        &self,
        id: ServiceId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let content = &self.content;
        tx.execute(
            "INSERT INTO services (id, version, name, name_key, description, criticality, \
            owner, team, data_loss_minutes, known_limits, region, region_key, version_running, \
            version_by, rank_key) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
            ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, name = excluded.name, name_key = excluded.name_key, \
            description = excluded.description, criticality = excluded.criticality, \
            owner = excluded.owner, team = excluded.team, \
            data_loss_minutes = excluded.data_loss_minutes, \
            known_limits = excluded.known_limits, \
            region = excluded.region, region_key = excluded.region_key, \
            version_running = excluded.version_running, version_by = excluded.version_by",
            &[
                id.to_string().into(),
                version.into(),
                (&content.name).into(),
                name_key(&content.name).into(),
                (&content.description).into(),
                i64::from(content.criticality.number()).into(),
                content.owner.map(|owner| owner.to_string()).into(),
                content.team.map(|team| team.to_string()).into(),
                content.data_loss_minutes.map(i64::from).into(),
                (&content.known_limits).into(),
                (&content.region).into(),
                name_key(&content.region).into(),
                (&self.version_running).into(),
                self.version_by.map(|release| release.to_string()).into(),
                rank_key(content).into(),
            ],
        )
        .map(|_| ())
    }

    fn search_text(&self) -> String {
        let Content { name, description, known_limits, region, .. } = &self.content;
        format!("{name} {description} {known_limits} {region}")
    }
}

/// By what the most critical come first, then by name.
fn rank_key(content: &Content) -> String {
    format!("{}{}", content.criticality.number(), name_key(&content.name))
}

impl Record for Ci {
    const MODEL: i64 = 3;
    const TABLE_NAMES: &'static [&'static str] = &["cis", "ci_relations"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE cis (id TEXT PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL, \
            name_key TEXT NOT NULL, kind TEXT NOT NULL, criticality BIGINT NOT NULL, \
            environment TEXT NOT NULL, region TEXT NOT NULL, region_key TEXT NOT NULL, \
            version_running TEXT NOT NULL, service TEXT, version_by TEXT)",
        "CREATE UNIQUE INDEX cis_by_name ON cis (name_key)",
        "CREATE INDEX cis_by_service ON cis (service, name_key)",
        "CREATE INDEX cis_by_both ON cis (service, kind, name_key)",
        "CREATE INDEX cis_by_kind ON cis (kind, name_key)",
        "CREATE INDEX cis_by_environment ON cis (environment, name_key)",
        "CREATE INDEX cis_by_region ON cis (region_key, service, region)",
        "CREATE TABLE ci_relations (from_ci TEXT NOT NULL, to_ci TEXT NOT NULL, \
            kind TEXT NOT NULL, PRIMARY KEY (from_ci, to_ci, kind))",
        "CREATE INDEX ci_relations_to ON ci_relations (to_ci, from_ci)",
    ];

    fn project(
        &self,
        id: CiId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let content = &self.content;
        let id = id.to_string();
        tx.execute(
            "INSERT INTO cis (id, version, name, name_key, kind, criticality, environment, \
            region, region_key, version_running, service, version_by) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
            ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, name = excluded.name, name_key = excluded.name_key, \
            kind = excluded.kind, criticality = excluded.criticality, \
            environment = excluded.environment, region = excluded.region, \
            region_key = excluded.region_key, \
            version_running = excluded.version_running, service = excluded.service, \
            version_by = excluded.version_by",
            &[
                (&id).into(),
                version.into(),
                (&content.name).into(),
                name_key(&content.name).into(),
                (&content.kind).into(),
                i64::from(content.criticality.number()).into(),
                content.environment.word().into(),
                (&content.region).into(),
                name_key(&content.region).into(),
                (&content.version_running).into(),
                content.service.map(|service| service.to_string()).into(),
                self.version_by.map(|release| release.to_string()).into(),
            ],
        )?;
        if version.0 > 1 {
            tx.execute("DELETE FROM ci_relations WHERE from_ci = $1", &[(&id).into()])?;
        }
        for relation in &self.relations {
            let sql = "INSERT INTO ci_relations (from_ci, to_ci, kind) VALUES ($1, $2, $3)";
            let to = Value::from(relation.to.to_string());
            tx.execute(sql, &[(&id).into(), to, relation.kind.word().into()])?;
        }
        Ok(())
    }

    fn search_text(&self) -> String {
        let content = &self.content;
        format!("{} {} {}", content.name, content.kind, content.region)
    }
}

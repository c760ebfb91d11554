//! The read model of incidents: a row per incident, and a row per CI and service hit.

use domain::incident::Incident;
use kernel::{IncidentId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;
use crate::read_models::insert_rows;

impl Record for Incident {
    const MODEL: i64 = 2;
    const TABLE_NAMES: &'static [&'static str] =
        &["incidents", "incident_cis", "incident_services", "incident_alerts"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE incidents (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            number TEXT NOT NULL, title TEXT NOT NULL, priority BIGINT NOT NULL, \
            state TEXT NOT NULL, opened_at BIGINT NOT NULL, resolved_at BIGINT, ci TEXT, \
            assignee TEXT, caused_by TEXT, source TEXT, source_number TEXT, \
            updated_at BIGINT NOT NULL, urgency BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX incidents_by_number ON incidents (number)",
        "CREATE UNIQUE INDEX incidents_by_source ON incidents (source, source_number)",
        "CREATE INDEX incidents_by_source_number ON incidents (source_number)",
        "CREATE INDEX incidents_by_time ON incidents (opened_at, id)",
        "CREATE INDEX incidents_by_state ON incidents (state, opened_at, id)",
        "CREATE INDEX incidents_by_priority ON incidents (priority, opened_at, id)",
        "CREATE INDEX incidents_by_both ON incidents (state, priority, opened_at, id)",
        "CREATE INDEX incidents_by_urgency ON incidents (urgency, id)",
        "CREATE INDEX incidents_by_state_and_urgency ON incidents (state, urgency, id)",
        "CREATE INDEX incidents_by_assignee_and_urgency ON incidents (assignee, urgency, id)",
        "CREATE INDEX incidents_by_cause ON incidents (caused_by, opened_at, id)",
        "CREATE INDEX incidents_by_assignee ON incidents (assignee, opened_at, id)",
        "CREATE TABLE incident_alerts (incident TEXT PRIMARY KEY, group_hash TEXT NOT NULL, \
            opened_at BIGINT NOT NULL)",
        "CREATE INDEX incident_alerts_by_group ON incident_alerts (group_hash, opened_at)",
        "CREATE TABLE incident_cis (incident TEXT NOT NULL, ci TEXT NOT NULL, \
            opened_at BIGINT NOT NULL, urgency BIGINT NOT NULL, PRIMARY KEY (incident, ci))",
        "CREATE INDEX incident_cis_by_ci ON incident_cis (ci, opened_at, incident)",
        "CREATE INDEX incident_cis_by_urgency ON incident_cis (ci, urgency, incident)",
        "CREATE TABLE incident_services (incident TEXT NOT NULL, service TEXT NOT NULL, \
            opened_at BIGINT NOT NULL, urgency BIGINT NOT NULL, \
            PRIMARY KEY (incident, service))",
        "CREATE INDEX incident_services_by_service \
            ON incident_services (service, opened_at, incident)",
        "CREATE INDEX incident_services_by_urgency \
            ON incident_services (service, urgency, incident)",
    ];

    fn project(
        &self,
        id: IncidentId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let id = id.to_string();
        let opened_at = self.content.opened_at.unwrap_or(at);
        let urgency = urgency(self, opened_at);
        write_row(self, (&id, version), (opened_at, at), tx)?;
        if version.0 > 1 {
            tx.execute("DELETE FROM incident_cis WHERE incident = $1", &[(&id).into()])?;
            tx.execute("DELETE FROM incident_services WHERE incident = $1", &[(&id).into()])?;
        }
        if let Some(alerts) = &self.alerts {
            let sql = "INSERT INTO incident_alerts (incident, group_hash, opened_at) \
                VALUES ($1, $2, $3) ON CONFLICT (incident) DO NOTHING";
            let group = domain::canonical::hash(&alerts.group);
            tx.execute(sql, &[(&id).into(), group.into(), opened_at.into()])?;
        }
        let row = |hit: String| vec![(&id).into(), hit.into(), opened_at.into(), urgency.into()];
        let cis = self.content.cis.iter().map(|ci| row(ci.to_string()));
        insert_rows(tx, "incident_cis (incident, ci, opened_at, urgency)", cis)?;
        let services = self.content.services.iter().map(|service| row(service.to_string()));
        insert_rows(tx, "incident_services (incident, service, opened_at, urgency)", services)
    }

    fn search_text(&self) -> String {
        let source_number = self.origin.as_ref().map_or("", |origin| &origin.number);
        let content = &self.content;
        format!("{} {source_number} {} {}", self.number, content.title, content.description)
    }
}

/// By what the most urgent come first: those of the highest priority, the oldest of them first.
fn urgency(incident: &Incident, opened_at: Timestamp) -> i64 {
    /// More than any time has microseconds.
    const STEP: i64 = 1_000_000_000_000_000_000;
    i64::from(incident.content.priority.number()) * STEP + opened_at.micros()
}

fn write_row(
    incident: &Incident,
    (id, version): (&str, Version),
    (opened_at, updated_at): (Timestamp, Timestamp),
    tx: &mut dyn Tx,
) -> Result<(), Fault> {
    let content = &incident.content;
    let origin = incident.origin.as_ref();
    let params: [Value; 15] = [
        id.into(),
        version.into(),
        (&incident.number).into(),
        (&content.title).into(),
        i64::from(content.priority.number()).into(),
        incident.state.word().into(),
        opened_at.into(),
        incident.resolved_at.into(),
        content.cis.first().map(ToString::to_string).into(),
        content.assignee.map(|person| person.to_string()).into(),
        content.caused_by.map(|change| change.to_string()).into(),
        origin.map(|origin| origin.source.clone()).into(),
        origin.map(|origin| origin.number.clone()).into(),
        updated_at.into(),
        urgency(incident, opened_at).into(),
    ];
    tx.execute(
        "INSERT INTO incidents (id, version, number, title, priority, state, opened_at, \
        resolved_at, ci, assignee, caused_by, source, source_number, updated_at, urgency) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
        ON CONFLICT (id) DO UPDATE SET \
        version = excluded.version, number = excluded.number, title = excluded.title, \
        priority = excluded.priority, state = excluded.state, \
        opened_at = excluded.opened_at, resolved_at = excluded.resolved_at, \
        ci = excluded.ci, assignee = excluded.assignee, caused_by = excluded.caused_by, \
        source = excluded.source, source_number = excluded.source_number, \
        updated_at = excluded.updated_at, urgency = excluded.urgency",
        &params,
    )
    .map(|_| ())
}

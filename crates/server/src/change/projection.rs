//! The read model of changes: a row per change, what it touches, what it claims on the calendar
//! while it travels alone, who watches it, and its rounds.

use std::collections::BTreeMap;

use domain::Aggregate;
use domain::change::{Change, Outcome, Phase};
use domain::risk::CustomerImpact;
use kernel::{ChangeId, ServiceId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::approval::{CHANGE_ROUNDS, past_rounds, project_newest, project_round};
use crate::bus::Record;
use crate::calendar::LONG_MINUTES;
use crate::follow::overrun::OVERRUN;
use crate::follow::timers;
use crate::listing::serial;
use crate::read_models::insert_rows;

const UPSERT: &str = "INSERT INTO changes (id, version, number, serial, title, change_type, phase, \
    held, tier, environment, team, requester, implementer, release, start_at, end_at, zone, long, \
    live, committed, outage_minutes, outcome, started_at, finished_at, source, source_number, \
    source_zone, created_at, updated_at, impact, met_at, extension_at, overdue_at, \
    gone_start_at, gone_end_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
    $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35) \
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, \
    change_type = excluded.change_type, phase = excluded.phase, held = excluded.held, \
    tier = excluded.tier, environment = excluded.environment, team = excluded.team, \
    requester = excluded.requester, implementer = excluded.implementer, \
    release = excluded.release, start_at = excluded.start_at, end_at = excluded.end_at, \
    zone = excluded.zone, long = excluded.long, live = excluded.live, \
    committed = excluded.committed, outage_minutes = excluded.outage_minutes, \
    outcome = excluded.outcome, started_at = excluded.started_at, \
    finished_at = excluded.finished_at, updated_at = excluded.updated_at, \
    impact = excluded.impact, met_at = excluded.met_at, \
    extension_at = excluded.extension_at, overdue_at = excluded.overdue_at, \
    gone_start_at = excluded.gone_start_at, gone_end_at = excluded.gone_end_at";

/// The end of work that goes on: after every time.
pub const STILL: i64 = i64::MAX;

impl Record for Change {
    const MODEL: i64 = 9;
    const TABLE_NAMES: &'static [&'static str] = &[
        "changes",
        "change_cis",
        "change_services",
        "change_outages",
        "change_work",
        "change_claims",
        "change_artifacts",
        "change_watchers",
        "change_rounds",
        "change_seats",
        "change_votes",
    ];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE changes (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            number TEXT NOT NULL, serial BIGINT NOT NULL, title TEXT NOT NULL, \
            change_type TEXT NOT NULL, \
            phase TEXT NOT NULL, held BIGINT NOT NULL, tier TEXT, environment TEXT NOT NULL, \
            team TEXT, requester TEXT, implementer TEXT, release TEXT, start_at BIGINT, \
            end_at BIGINT, zone TEXT, long BIGINT NOT NULL, live BIGINT NOT NULL, \
            committed BIGINT NOT NULL, outage_minutes BIGINT NOT NULL, outcome TEXT, \
            started_at BIGINT, finished_at BIGINT, source TEXT, source_number TEXT, \
            source_zone TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, \
            impact TEXT, met_at BIGINT, extension_at BIGINT, overdue_at BIGINT, \
            gone_start_at BIGINT, gone_end_at BIGINT)",
        "CREATE INDEX changes_gone ON changes (gone_start_at, id) \
            WHERE gone_start_at IS NOT NULL",
        "CREATE INDEX changes_extension ON changes (extension_at, id) \
            WHERE extension_at IS NOT NULL",
        "CREATE INDEX changes_overdue ON changes (updated_at, id) WHERE overdue_at IS NOT NULL",
        "CREATE UNIQUE INDEX changes_by_number ON changes (number)",
        "CREATE INDEX changes_by_serial ON changes (serial, id)",
        "CREATE INDEX changes_by_update ON changes (updated_at, id)",
        "CREATE INDEX changes_by_phase ON changes (phase, updated_at, id)",
        "CREATE INDEX changes_by_type ON changes (change_type, updated_at, id)",
        "CREATE INDEX changes_by_environment ON changes (environment, updated_at, id) \
            WHERE environment <> 'production'",
        "CREATE INDEX changes_by_tier ON changes (tier, updated_at, id) WHERE tier IS NOT NULL",
        "CREATE INDEX changes_by_team ON changes (team, updated_at, id) WHERE team IS NOT NULL",
        "CREATE INDEX changes_by_requester ON changes (requester, updated_at, id) \
            WHERE requester IS NOT NULL",
        "CREATE INDEX changes_by_implementer ON changes (implementer, updated_at, id) \
            WHERE implementer IS NOT NULL",
        "CREATE INDEX changes_by_release ON changes (release, updated_at, id) \
            WHERE release IS NOT NULL",
        "CREATE INDEX changes_outside_release ON changes (updated_at, id) \
            WHERE impact IS NOT NULL AND release IS NULL",
        "CREATE INDEX changes_met_alone ON changes (met_at, id) \
            WHERE impact IS NOT NULL AND release IS NULL",
        "CREATE INDEX changes_on_hold ON changes (updated_at, id) WHERE held = 1",
        "CREATE INDEX changes_raised_here ON changes (updated_at, id) WHERE source IS NULL",
        "CREATE INDEX changes_imported ON changes (updated_at, id) WHERE source IS NOT NULL",
        "CREATE INDEX changes_by_creation ON changes (created_at, id)",
        "CREATE INDEX changes_by_start ON changes (start_at, id) WHERE start_at IS NOT NULL",
        "CREATE INDEX changes_without_start ON changes (id) \
            WHERE start_at IS NULL AND release IS NULL",
        "CREATE INDEX changes_by_long_end ON changes (end_at, id) WHERE long = 1",
        "CREATE INDEX changes_still_to_come ON changes (end_at, id) WHERE live = 1",
        "CREATE UNIQUE INDEX changes_by_source ON changes (source, source_number) \
            WHERE source IS NOT NULL",
        "CREATE TABLE change_cis (change TEXT NOT NULL, ci TEXT NOT NULL, place BIGINT NOT NULL, \
            PRIMARY KEY (change, ci))",
        "CREATE INDEX change_cis_by_ci ON change_cis (ci, change)",
        "CREATE TABLE change_services (change TEXT NOT NULL, service TEXT NOT NULL, \
            updated_at BIGINT NOT NULL, PRIMARY KEY (change, service))",
        "CREATE INDEX change_services_by_service ON change_services (service, updated_at, change)",
        "CREATE TABLE change_outages (change TEXT NOT NULL, service TEXT NOT NULL, \
            minutes BIGINT NOT NULL, PRIMARY KEY (change, service))",
        "CREATE TABLE change_work (change TEXT NOT NULL, hit TEXT NOT NULL, \
            began_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, PRIMARY KEY (change, hit))",
        "CREATE INDEX change_work_by_hit ON change_work (hit, began_at, change, ended_at)",
        "CREATE TABLE change_claims (subject TEXT NOT NULL, ci TEXT NOT NULL, \
            start_at BIGINT NOT NULL, end_at BIGINT NOT NULL, \
            committed BIGINT NOT NULL, PRIMARY KEY (subject, ci))",
        "CREATE INDEX change_claims_by_ci ON change_claims \
            (ci, end_at, subject, start_at, committed)",
        "CREATE TABLE change_artifacts (change TEXT NOT NULL, place BIGINT NOT NULL, \
            digest TEXT NOT NULL, name_key TEXT NOT NULL, environment TEXT NOT NULL, \
            created_at BIGINT NOT NULL, PRIMARY KEY (change, place))",
        "CREATE INDEX change_artifacts_by_digest ON change_artifacts (digest, created_at)",
        "CREATE INDEX change_artifacts_by_name ON change_artifacts \
            (name_key, environment, created_at)",
        "CREATE TABLE change_watchers (person TEXT NOT NULL, change TEXT NOT NULL, \
            PRIMARY KEY (person, change))",
        "CREATE INDEX change_watchers_by_change ON change_watchers (change)",
        "CREATE TABLE change_rounds (subject TEXT NOT NULL, round BIGINT NOT NULL, \
            state TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (subject, round))",
        "CREATE INDEX change_rounds_by_state ON change_rounds (state, at, subject)",
        "CREATE TABLE change_seats (subject TEXT NOT NULL, role TEXT NOT NULL, \
            round BIGINT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (subject, role))",
        "CREATE INDEX change_seats_by_role ON change_seats (role, since, subject)",
        "CREATE TABLE change_votes (subject TEXT NOT NULL, round BIGINT NOT NULL, \
            person TEXT NOT NULL, answer TEXT NOT NULL, at BIGINT NOT NULL, \
            PRIMARY KEY (subject, round, person))",
        "CREATE INDEX change_votes_by_person ON change_votes (person, at, subject) \
            WHERE answer <> 'barred'",
    ];

    fn project(
        &self,
        id: ChangeId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        if self.release.is_none() && matches!(self.phase, Phase::Implement | Phase::Review) {
            timers::keep(tx, &Self::stream(id), OVERRUN, self.runs_until())?;
        }
        let id = id.to_string();
        tx.execute(UPSERT, &self.row(&id, version, at))?;
        let first = version.0 == 1;
        self.project_scope(&id, at, first, tx)?;
        self.project_work(&id, first, tx)?;
        self.project_artifacts(&id, at, first, tx)?;
        self.project_claims(&id, first, tx)?;
        self.project_watchers(&id, first, tx)?;
        project_newest(tx, CHANGE_ROUNDS, &id, self.round())
    }

    fn project_past(&self, id: ChangeId, tx: &mut dyn Tx) -> Result<(), Fault> {
        for round in past_rounds(tx, id, self)? {
            project_round(tx, CHANGE_ROUNDS, &id.to_string(), &round)?;
        }
        Ok(())
    }

    fn search_text(&self) -> String {
        let content = &self.content;
        let source = self.origin.as_ref().map_or("", |origin| &origin.number);
        let comments: Vec<&str> =
            self.extras.comments.iter().map(|comment| comment.text.as_str()).collect();
        let tasks: Vec<&str> = self.extras.tasks.values().map(|task| task.title.as_str()).collect();
        let tags: Vec<&str> = content.tags.iter().map(String::as_str).collect();
        [
            self.number.as_str(),
            source,
            &content.title,
            &content.description,
            &content.reason,
            &content.implementation_plan,
            &content.test_plan,
            &content.backout_plan,
            &tags.join(" "),
            &comments.join(" "),
            &tasks.join(" "),
        ]
        .join(" ")
    }
}

/// The parts of the read model.
trait Rows {
    fn row(&self, id: &str, version: Version, at: Timestamp) -> Vec<Value>;
    fn project_scope(
        &self,
        id: &str,
        at: Timestamp,
        first: bool,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault>;
    fn project_artifacts(
        &self,
        id: &str,
        at: Timestamp,
        first: bool,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault>;
    fn project_work(&self, id: &str, first: bool, tx: &mut dyn Tx) -> Result<(), Fault>;
    fn project_claims(&self, id: &str, first: bool, tx: &mut dyn Tx) -> Result<(), Fault>;
    fn project_watchers(&self, id: &str, first: bool, tx: &mut dyn Tx) -> Result<(), Fault>;
    fn is_live(&self) -> bool;
}

impl Rows for Change {
    /// Whether it claims its window itself: it is not over and travels in no release.
    fn is_live(&self) -> bool {
        self.phase <= Phase::Implement && self.release.is_none() && self.content.window.is_some()
    }

    fn row(&self, id: &str, version: Version, at: Timestamp) -> Vec<Value> {
        let content = &self.content;
        let window = content.window.as_ref();
        let gone = self.last_window.as_ref().filter(|_| window.is_none());
        let long = window.is_some_and(|window| window.interval.minutes() > LONG_MINUTES);
        let outage = content.outages.iter().map(|outage| i64::from(outage.minutes)).max();
        let origin = self.origin.as_ref();
        let met = self.hits_customers();
        let tier = self.risk.as_ref().map(|risk| risk.tier.word());
        vec![
            id.into(),
            version.into(),
            (&self.number).into(),
            serial(&self.number).into(),
            (&content.title).into(),
            self.change_type().word().into(),
            self.phase.word().into(),
            self.held.is_some().into(),
            tier.into(),
            content.environment.word().into(),
            content.team.map(|team| team.to_string()).into(),
            self.requester.map(|person| person.to_string()).into(),
            content.implementer.map(|person| person.to_string()).into(),
            self.release.map(|release| release.to_string()).into(),
            window.map(|window| window.interval.start).into(),
            window.map(|window| window.interval.end).into(),
            window.map(|window| window.zone.name()).into(),
            long.into(),
            self.is_live().into(),
            self.is_certain().into(),
            outage.unwrap_or(0).into(),
            self.outcome.map(Outcome::word).into(),
            self.started_at.into(),
            self.finished_at.into(),
            origin.map(|origin| &origin.source).into(),
            origin.map(|origin| &origin.number).into(),
            origin.map(|origin| origin.zone.name()).into(),
            self.created_at.unwrap_or(at).into(),
            at.into(),
            met.then(|| content.customer_impact.map(CustomerImpact::word)).flatten().into(),
            // When customers meet one that travels alone: its window, or when work began.
            met.then(|| window.map(|window| window.interval.start).or(self.started_at))
                .flatten()
                .into(),
            self.extension.as_ref().map(|asked| asked.asked_at).into(),
            self.overdue_since.into(),
            gone.map(|window| window.interval.start).into(),
            gone.map(|window| window.interval.end).into(),
        ]
    }

    fn project_scope(
        &self,
        id: &str,
        at: Timestamp,
        first: bool,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        if !first {
            tx.execute("DELETE FROM change_cis WHERE change = $1", &[id.into()])?;
            tx.execute("DELETE FROM change_services WHERE change = $1", &[id.into()])?;
            tx.execute("DELETE FROM change_outages WHERE change = $1", &[id.into()])?;
        }
        let cis = (0_i64..).zip(&self.content.cis);
        let rows = cis.map(|(place, ci)| vec![id.into(), ci.to_string().into(), place.into()]);
        insert_rows(tx, "change_cis (change, ci, place)", rows)?;
        for service in &self.content.services {
            let sql = "INSERT INTO change_services (change, service, updated_at) \
                VALUES ($1, $2, $3)";
            tx.execute(sql, &[id.into(), service.to_string().into(), at.into()])?;
        }
        let mut outages: BTreeMap<ServiceId, u32> = BTreeMap::new();
        for outage in &self.content.outages {
            let longest = outages.entry(outage.service).or_default();
            *longest = outage.minutes.max(*longest);
        }
        let outages = outages.into_iter().filter(|(_, minutes)| *minutes > 0);
        let rows = outages.map(|(service, minutes)| {
            vec![id.into(), service.to_string().into(), i64::from(minutes).into()]
        });
        insert_rows(tx, "change_outages (change, service, minutes)", rows)
    }

    fn project_artifacts(
        &self,
        id: &str,
        at: Timestamp,
        first: bool,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        if !first {
            tx.execute("DELETE FROM change_artifacts WHERE change = $1", &[id.into()])?;
        }
        let created_at = self.created_at.unwrap_or(at);
        let environment = self.content.environment.word();
        let rows = (0_i64..).zip(&self.content.artifacts).map(|(place, artifact)| {
            let name = artifact.name.as_deref().unwrap_or_default().trim().to_lowercase();
            let digest = artifact.digest.as_str();
            let row: Vec<Value> = vec![
                id.into(),
                place.into(),
                digest.into(),
                name.into(),
                environment.into(),
                created_at.into(),
            ];
            row
        });
        let into = "change_artifacts (change, place, digest, name_key, environment, created_at)";
        insert_rows(tx, into, rows)
    }

    /// What was worked on when, by which an incident finds what was changed before it.
    fn project_work(&self, id: &str, first: bool, tx: &mut dyn Tx) -> Result<(), Fault> {
        if !first {
            tx.execute("DELETE FROM change_work WHERE change = $1", &[id.into()])?;
        }
        let Some((began, ended)) = self.worked() else { return Ok(()) };
        let ended = ended.map_or(STILL, Timestamp::micros);
        let cis = self.content.cis.iter().map(ToString::to_string);
        let hits = cis.chain(self.content.services.iter().map(ToString::to_string));
        let rows = hits.map(|hit| vec![id.into(), hit.into(), began.into(), ended.into()]);
        insert_rows(tx, "change_work (change, hit, began_at, ended_at)", rows)
    }

    fn project_claims(&self, id: &str, first: bool, tx: &mut dyn Tx) -> Result<(), Fault> {
        if !first {
            tx.execute("DELETE FROM change_claims WHERE subject = $1", &[id.into()])?;
        }
        let Some(window) = self.content.window.as_ref().filter(|_| self.is_live()) else {
            return Ok(());
        };
        let rows = self.content.cis.iter().map(|ci| {
            vec![
                id.into(),
                ci.to_string().into(),
                window.interval.start.into(),
                window.interval.end.into(),
                self.is_committed().into(),
            ]
        });
        let into = "change_claims (subject, ci, start_at, end_at, committed)";
        insert_rows(tx, into, rows)
    }

    fn project_watchers(&self, id: &str, first: bool, tx: &mut dyn Tx) -> Result<(), Fault> {
        if !first {
            tx.execute("DELETE FROM change_watchers WHERE change = $1", &[id.into()])?;
        }
        for person in &self.extras.watchers {
            let sql = "INSERT INTO change_watchers (person, change) VALUES ($1, $2)";
            tx.execute(sql, &[person.to_string().into(), id.into()])?;
        }
        Ok(())
    }
}

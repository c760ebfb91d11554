//! The read model of releases: a row per release, its changes in order, and what they claim on the
//! calendar in its window.

use domain::deployment::StepState;
use domain::policy::ReleasePhase as Phase;
use domain::release::{Outcome, Release, WindowAsk};
use domain::vocabulary::Tier;
use domain::{Aggregate, Digest};
use kernel::{ReleaseId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::approval::{RELEASE_ROUNDS, past_rounds, project_newest, project_round};
use crate::bus::Record;
use crate::calendar::LONG_MINUTES;
use crate::follow::overrun::OVERRUN;
use crate::follow::timers;
use crate::listing::serial;
use crate::read_models::insert_rows;
use crate::release::update::UPDATE_DUE;

const UPSERT: &str = "INSERT INTO releases (id, version, number, serial, title, model, phase, \
    state, held, approved, scheduled, tier, environment, owner, team, release_manager, requester, \
    start_at, end_at, zone, long, live, committed, changes, outcome, deployment_state, \
    deployed_at, steps_done, steps_failed, created_at, updated_at, extension_at, overdue_at, \
    gone_start_at, gone_end_at, deployment_ended_at, occurrence_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
    $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, \
    $37) \
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, \
    phase = excluded.phase, state = excluded.state, held = excluded.held, \
    approved = excluded.approved, scheduled = excluded.scheduled, tier = excluded.tier, \
    environment = excluded.environment, owner = excluded.owner, team = excluded.team, \
    release_manager = excluded.release_manager, start_at = excluded.start_at, \
    end_at = excluded.end_at, zone = excluded.zone, long = excluded.long, live = excluded.live, \
    committed = excluded.committed, changes = excluded.changes, outcome = excluded.outcome, \
    deployment_state = excluded.deployment_state, deployed_at = excluded.deployed_at, \
    steps_done = excluded.steps_done, steps_failed = excluded.steps_failed, \
    updated_at = excluded.updated_at, extension_at = excluded.extension_at, \
    overdue_at = excluded.overdue_at, gone_start_at = excluded.gone_start_at, \
    gone_end_at = excluded.gone_end_at, deployment_ended_at = excluded.deployment_ended_at";

impl Record for Release {
    const MODEL: i64 = 9;
    const TABLE_NAMES: &'static [&'static str] = &[
        "releases",
        "release_changes",
        "release_after",
        "release_asks",
        "release_artifacts",
        "release_claims",
        "release_watchers",
        "release_rounds",
        "release_seats",
        "release_votes",
    ];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE releases (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            number TEXT NOT NULL, serial BIGINT NOT NULL, title TEXT NOT NULL, \
            model TEXT NOT NULL, phase TEXT NOT NULL, \
            state TEXT NOT NULL, held BIGINT NOT NULL, approved BIGINT NOT NULL, \
            scheduled BIGINT NOT NULL, tier TEXT, environment TEXT NOT NULL, owner TEXT, \
            team TEXT, release_manager TEXT, requester TEXT, start_at BIGINT, end_at BIGINT, \
            zone TEXT, long BIGINT NOT NULL, live BIGINT NOT NULL, committed BIGINT NOT NULL, \
            changes BIGINT NOT NULL, outcome TEXT, deployment_state TEXT, deployed_at BIGINT, \
            steps_done BIGINT NOT NULL, steps_failed BIGINT NOT NULL, \
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, \
            extension_at BIGINT, overdue_at BIGINT, \
            gone_start_at BIGINT, gone_end_at BIGINT, deployment_ended_at BIGINT, \
            occurrence_at BIGINT)",
        "CREATE INDEX releases_gone ON releases (gone_start_at, id) \
            WHERE gone_start_at IS NOT NULL",
        "CREATE INDEX releases_extension ON releases (extension_at, id) \
            WHERE extension_at IS NOT NULL",
        "CREATE INDEX releases_overdue ON releases (updated_at, id) WHERE overdue_at IS NOT NULL",
        "CREATE UNIQUE INDEX releases_by_occurrence ON releases (model, occurrence_at) \
            WHERE occurrence_at IS NOT NULL",
        "CREATE UNIQUE INDEX releases_by_number ON releases (number)",
        "CREATE INDEX releases_by_serial ON releases (serial, id)",
        "CREATE INDEX releases_by_update ON releases (updated_at, id)",
        "CREATE INDEX releases_by_phase ON releases (phase, updated_at, id)",
        "CREATE INDEX releases_by_model ON releases (model, updated_at, id)",
        "CREATE INDEX releases_by_team ON releases (team, updated_at, id) WHERE team IS NOT NULL",
        "CREATE INDEX releases_by_owner ON releases (owner, updated_at, id) \
            WHERE owner IS NOT NULL",
        "CREATE INDEX releases_by_manager ON releases (release_manager, updated_at, id) \
            WHERE release_manager IS NOT NULL",
        "CREATE INDEX releases_by_requester ON releases (requester, updated_at, id) \
            WHERE requester IS NOT NULL",
        "CREATE INDEX releases_on_hold ON releases (updated_at, id) WHERE held = 1",
        "CREATE INDEX releases_by_creation ON releases (created_at, id)",
        "CREATE INDEX releases_by_start ON releases (start_at, id) WHERE start_at IS NOT NULL",
        "CREATE INDEX releases_without_start ON releases (id) WHERE start_at IS NULL",
        "CREATE INDEX releases_by_long_end ON releases (end_at, id) WHERE long = 1",
        "CREATE INDEX releases_still_to_come ON releases (end_at, id) WHERE live = 1",
        "CREATE INDEX releases_by_deployment ON releases (deployed_at, id) \
            WHERE deployed_at IS NOT NULL",
        "CREATE INDEX releases_by_deployment_state ON releases (deployment_state, deployed_at, id) \
            WHERE deployment_state IS NOT NULL",
        "CREATE TABLE release_changes (release TEXT NOT NULL, change TEXT NOT NULL, \
            place BIGINT NOT NULL, start_at BIGINT, PRIMARY KEY (release, change))",
        "CREATE INDEX release_changes_by_start ON release_changes (start_at, change)",
        "CREATE INDEX release_changes_by_change ON release_changes (change)",
        "CREATE TABLE release_after (release TEXT NOT NULL, predecessor TEXT NOT NULL, \
            PRIMARY KEY (release, predecessor))",
        "CREATE INDEX release_after_by_predecessor ON release_after (predecessor, release)",
        "CREATE TABLE release_asks (release TEXT NOT NULL, team TEXT NOT NULL, \
            start_at BIGINT NOT NULL, PRIMARY KEY (release, team))",
        "CREATE INDEX release_asks_by_team ON release_asks (team, start_at, release)",
        "CREATE TABLE release_artifacts (release TEXT NOT NULL, place BIGINT NOT NULL, \
            digest TEXT NOT NULL, name_key TEXT NOT NULL, environment TEXT NOT NULL, \
            created_at BIGINT NOT NULL, PRIMARY KEY (release, place))",
        "CREATE INDEX release_artifacts_by_digest ON release_artifacts (digest, created_at)",
        "CREATE INDEX release_artifacts_by_name ON release_artifacts \
            (name_key, environment, created_at)",
        "CREATE TABLE release_claims (subject TEXT NOT NULL, change TEXT NOT NULL, \
            ci TEXT NOT NULL, start_at BIGINT NOT NULL, \
            end_at BIGINT NOT NULL, committed BIGINT NOT NULL, PRIMARY KEY (subject, change, ci))",
        "CREATE INDEX release_claims_by_ci ON release_claims \
            (ci, end_at, subject, start_at, committed)",
        "CREATE TABLE release_watchers (person TEXT NOT NULL, release TEXT NOT NULL, \
            PRIMARY KEY (person, release))",
        "CREATE INDEX release_watchers_by_release ON release_watchers (release)",
        "CREATE TABLE release_rounds (subject TEXT NOT NULL, round BIGINT NOT NULL, \
            state TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (subject, round))",
        "CREATE INDEX release_rounds_by_state ON release_rounds (state, at, subject)",
        "CREATE TABLE release_seats (subject TEXT NOT NULL, role TEXT NOT NULL, \
            round BIGINT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (subject, role))",
        "CREATE INDEX release_seats_by_role ON release_seats (role, since, subject)",
        "CREATE TABLE release_votes (subject TEXT NOT NULL, round BIGINT NOT NULL, \
            person TEXT NOT NULL, answer TEXT NOT NULL, at BIGINT NOT NULL, \
            PRIMARY KEY (subject, round, person))",
        "CREATE INDEX release_votes_by_person ON release_votes (person, at, subject) \
            WHERE answer <> 'barred'",
    ];

    fn project(
        &self,
        id: ReleaseId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        if matches!(self.phase, Phase::Deployment | Phase::Verification | Phase::Review) {
            timers::keep(tx, &Self::stream(id), OVERRUN, self.runs_until())?;
            timers::keep(tx, &Self::stream(id), UPDATE_DUE, self.update_due())?;
        }
        let id = id.to_string();
        tx.execute(UPSERT, &row(self, &id, version, at))?;
        project_changes(self, &id, tx)?;
        project_claims(self, &id, tx)?;
        project_artifacts(self, &id, at, tx)?;
        project_order(self, &id, tx)?;
        project_asks(self, &id, tx)?;
        tx.execute("DELETE FROM release_watchers WHERE release = $1", &[(&id).into()])?;
        for person in &self.extras.watchers {
            let sql = "INSERT INTO release_watchers (person, release) VALUES ($1, $2)";
            tx.execute(sql, &[person.to_string().into(), (&id).into()])?;
        }
        project_newest(tx, RELEASE_ROUNDS, &id, self.round())
    }

    fn project_past(&self, id: ReleaseId, tx: &mut dyn Tx) -> Result<(), Fault> {
        for round in past_rounds(tx, id, self)? {
            project_round(tx, RELEASE_ROUNDS, &id.to_string(), &round)?;
        }
        Ok(())
    }

    fn search_text(&self) -> String {
        let content = &self.content;
        let comments: Vec<&str> =
            self.extras.comments.iter().map(|comment| comment.text.as_str()).collect();
        let tasks: Vec<&str> = self.extras.tasks.values().map(|task| task.title.as_str()).collect();
        let package: Vec<String> = content
            .package
            .iter()
            .map(|item| {
                format!("{} {} {}", item.name, item.version, item.digest.as_deref().unwrap_or(""))
            })
            .collect();
        [
            self.number.as_str(),
            &content.title,
            &content.description,
            &content.objectives.join(" "),
            &content.rollout,
            &package.join(" "),
            &comments.join(" "),
            &tasks.join(" "),
        ]
        .join(" ")
    }
}

fn is_live(release: &Release) -> bool {
    release.phase <= Phase::Verification && release.content.window.is_some()
}

fn row(release: &Release, id: &str, version: Version, at: Timestamp) -> Vec<Value> {
    let content = &release.content;
    let window = content.window.as_ref();
    let gone = release.last_window.as_ref().filter(|_| window.is_none());
    let long = window.is_some_and(|window| window.interval.minutes() > LONG_MINUTES);
    let deployment = release.deployment.as_ref();
    let steps = |state: StepState| {
        let steps = deployment.map_or(&[][..], |deployment| &deployment.steps);
        i64::try_from(steps.iter().filter(|step| step.state == state).count()).unwrap_or(0)
    };
    vec![
        id.into(),
        version.into(),
        (&release.number).into(),
        serial(&release.number).into(),
        (&content.title).into(),
        (&release.model).into(),
        release.phase.word().into(),
        (&release.state).into(),
        release.held.is_some().into(),
        release.is_approved().into(),
        release.scheduled.into(),
        release.tier.map(Tier::word).into(),
        content.environment.word().into(),
        content.owner.map(|person| person.to_string()).into(),
        content.team.map(|team| team.to_string()).into(),
        content.release_manager.map(|person| person.to_string()).into(),
        release.requester.map(|person| person.to_string()).into(),
        window.map(|window| window.interval.start).into(),
        window.map(|window| window.interval.end).into(),
        window.map(|window| window.zone.name()).into(),
        long.into(),
        is_live(release).into(),
        release.is_certain().into(),
        i64::try_from(release.changes.len()).unwrap_or(0).into(),
        release.outcome.map(Outcome::word).into(),
        deployment.map(|deployment| deployment.state.word()).into(),
        deployment.map(|deployment| deployment.started_at).into(),
        steps(StepState::Done).into(),
        steps(StepState::Failed).into(),
        release.created_at.unwrap_or(at).into(),
        at.into(),
        release.extension.as_ref().map(|asked| asked.asked_at).into(),
        release.overdue_since.into(),
        gone.map(|window| window.interval.start).into(),
        gone.map(|window| window.interval.end).into(),
        deployment.and_then(|deployment| deployment.finished_at).into(),
        release.occurrence.into(),
    ]
}

fn project_changes(release: &Release, id: &str, tx: &mut dyn Tx) -> Result<(), Fault> {
    tx.execute("DELETE FROM release_changes WHERE release = $1", &[id.into()])?;
    let start = release.content.window.as_ref().map(|window| window.interval.start);
    for (place, change) in (0_i64..).zip(&release.changes) {
        let sql = "INSERT INTO release_changes (release, change, place, start_at) \
            VALUES ($1, $2, $3, $4)";
        tx.execute(sql, &[id.into(), change.to_string().into(), place.into(), start.into()])?;
    }
    Ok(())
}

fn project_order(release: &Release, id: &str, tx: &mut dyn Tx) -> Result<(), Fault> {
    tx.execute("DELETE FROM release_after WHERE release = $1", &[id.into()])?;
    for before in &release.after {
        let sql = "INSERT INTO release_after (release, predecessor) VALUES ($1, $2)";
        tx.execute(sql, &[id.into(), before.to_string().into()])?;
    }
    Ok(())
}

/// The teams whose answer about a window is awaited.
fn project_asks(release: &Release, id: &str, tx: &mut dyn Tx) -> Result<(), Fault> {
    tx.execute("DELETE FROM release_asks WHERE release = $1", &[id.into()])?;
    let waits = |ask: &WindowAsk| ask.answer.is_none() && !ask.lapsed;
    let asked = release.asked.iter().filter(|(_, ask)| waits(ask) && !release.is_under_way());
    for (team, ask) in asked {
        let sql = "INSERT INTO release_asks (release, team, start_at) VALUES ($1, $2, $3)";
        tx.execute(sql, &[id.into(), team.to_string().into(), ask.window.interval.start.into()])?;
    }
    Ok(())
}

/// The items of the package that say which bytes exactly, by digest and by name.
fn project_artifacts(
    release: &Release,
    id: &str,
    at: Timestamp,
    tx: &mut dyn Tx,
) -> Result<(), Fault> {
    tx.execute("DELETE FROM release_artifacts WHERE release = $1", &[id.into()])?;
    let environment = release.content.environment.word();
    let created_at = release.created_at.unwrap_or(at);
    let rows = (0_i64..).zip(&release.content.package).filter_map(|(place, item)| {
        let row: Vec<Value> = vec![
            id.into(),
            place.into(),
            Digest::key(item.digest.as_ref()?).into(),
            item.name.trim().to_lowercase().into(),
            environment.into(),
            created_at.into(),
        ];
        Some(row)
    });
    let into = "release_artifacts (release, place, digest, name_key, environment, created_at)";
    insert_rows(tx, into, rows)
}

/// What the changes claim in the release's window. Written anew whenever the release or the scope
/// of one of its changes is.
fn project_claims(release: &Release, id: &str, tx: &mut dyn Tx) -> Result<(), Fault> {
    tx.execute("DELETE FROM release_claims WHERE subject = $1", &[id.into()])?;
    let Some(window) = release.content.window.as_ref().filter(|_| is_live(release)) else {
        return Ok(());
    };
    for change in &release.changes {
        let change = change.to_string();
        let rows = tx.query("SELECT ci FROM change_cis WHERE change = $1", &[(&change).into()])?;
        for row in rows {
            let sql = "INSERT INTO release_claims (subject, change, ci, start_at, end_at, \
                committed) VALUES ($1, $2, $3, $4, $5, $6)";
            let params = [
                id.into(),
                (&change).into(),
                row.text(0)?.into(),
                window.interval.start.into(),
                window.interval.end.into(),
                release.is_committed().into(),
            ];
            tx.execute(sql, &params)?;
        }
    }
    Ok(())
}

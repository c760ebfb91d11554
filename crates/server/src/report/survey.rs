//! The question after a release: who is asked, asking, answering, and what is shown of it.

use std::collections::BTreeSet;

use api::common::{Page, Written};
use api::report::{Survey as Shown, SurveyAnswer, SurveyRow};
use axum::Json;
use axum::extract::{Path, State};
use domain::deployment::DeploymentState;
use domain::identity::Permission;
use domain::release::Release;
use domain::report::{ASKED_MAX, Given, SURVEY_DAYS, Survey, may_answer, open, respond};
use domain::{Aggregate as _, General};
use kernel::{PersonId, ReleaseId, SurveyId, Timestamp, Version};
use ports::{Fault, Lane, Query, Tx};

use crate::bus::{Bus, Command, Envelope, Failure, Loaded, Record, Stop, Work, find_state};
use crate::follow::followers::{Follower, Seen};
use crate::http::{App, ListQuery, Signed, Write};
use crate::names::{Names, find_release};
use crate::problem::Answer;
use crate::read::{action, ask, of_any, refused};
use crate::read_models::insert_rows;

impl Record for Survey {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["surveys", "survey_asked"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE surveys (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            release TEXT NOT NULL, until BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX surveys_by_release ON surveys (release)",
        "CREATE TABLE survey_asked (survey TEXT NOT NULL, person TEXT NOT NULL, \
            until BIGINT NOT NULL, PRIMARY KEY (survey, person))",
        "CREATE INDEX survey_asked_by_person ON survey_asked (person, until, survey)",
    ];

    fn project(
        &self,
        id: SurveyId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let (Some(release), Some(until)) = (self.release, self.until) else { return Ok(()) };
        let id = id.to_string();
        let sql = "INSERT INTO surveys (id, version, release, until) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version";
        let params = [(&id).into(), version.into(), release.to_string().into(), until.into()];
        tx.execute(sql, &params)?;
        // Those who have still to answer.
        tx.execute("DELETE FROM survey_asked WHERE survey = $1", &[(&id).into()])?;
        let waits = self.asked.iter().filter(|person| !self.answers.contains_key(*person));
        let rows = waits.map(|person| vec![(&id).into(), person.to_string().into(), until.into()]);
        insert_rows(tx, "survey_asked (survey, person, until)", rows)
    }
}

/// Asks about each release once it is verified.
pub struct Surveys;

impl Follower for Surveys {
    fn name(&self) -> &'static str {
        "surveys"
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        let verified = |seen: &&Seen| {
            seen.name == "release.deployment_moved.v1" && seen.payload.contains("\"verified\":")
        };
        for seen in events.iter().filter(verified) {
            let id = seen.stream.strip_prefix("release:").and_then(|id| id.parse().ok());
            if let Some(release) = id {
                let envelope = Envelope { lane: Lane::Bulk, ..Envelope::system("surveys") };
                bus.call(envelope, Ask { release })?;
            }
        }
        Ok(())
    }
}

/// Asks about a release.
struct Ask {
    release: ReleaseId,
}

impl Command for Ask {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "survey.open"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let release: Loaded<Release> = work.load(self.release)?;
        if survey_of(work.tx, &release.id.to_string())?.is_some() {
            return Ok(());
        }
        let deployment = release.state.deployment.as_ref();
        let ended = deployment
            .filter(|deployment| deployment.state == DeploymentState::Verified)
            .and_then(|deployment| deployment.finished_at);
        // Of what was long ago, nobody is asked: they would not remember.
        let recent = ended.is_some_and(|at| at.plus_minutes(SURVEY_DAYS * 24 * 60) > work.now);
        if recent {
            let asked = asked(work.tx, &release)?;
            let mut survey: Loaded<Survey> = work.fresh();
            let events = open(&survey.state, self.release, asked, work.now);
            work.append(&mut survey, events)?;
        }
        Ok(())
    }
}

/// Who is asked about a release: who owns or runs a service that it touches, who asked for one of
/// its changes, and who watches it. People who left are not.
fn asked(db: &mut dyn Query, release: &Loaded<Release>) -> Result<BTreeSet<PersonId>, Fault> {
    let of_services = "SELECT change_services.service FROM release_changes \
        JOIN change_services ON change_services.change = release_changes.change \
        WHERE release_changes.release = $1 \
        UNION SELECT cis.service FROM release_changes \
        JOIN change_cis ON change_cis.change = release_changes.change \
        JOIN cis ON cis.id = change_cis.ci WHERE release_changes.release = $2";
    let services = format!("services WHERE services.id IN ({of_services})");
    let members = format!(
        "SELECT team_members.person FROM team_members WHERE team_members.team IN \
        (SELECT services.team FROM {services})"
    );
    let sources = [
        format!("SELECT services.owner FROM {services}"),
        members,
        "SELECT changes.requester FROM release_changes \
        JOIN changes ON changes.id = release_changes.change \
        WHERE release_changes.release = $1 AND release_changes.release = $2"
            .to_owned(),
    ];
    let id = release.id.to_string();
    let mut people: BTreeSet<PersonId> = release.state.extras.watchers.iter().copied().collect();
    for sql in sources {
        for row in db.query(&sql, &[(&id).into(), (&id).into()])? {
            people.extend(row.opt_text(0)?.and_then(|person| person.parse::<PersonId>().ok()));
        }
    }
    let people = people.into_iter().take(ASKED_MAX).map(|person| person.to_string().into());
    let here = of_any(db, "SELECT id FROM people WHERE inactive = 0 AND ", "id", people)?;
    here.iter().map(|row| row.parsed(0)).collect()
}

/// The survey of a release, by the release's id.
pub(super) fn survey_of(db: &mut dyn Query, release: &str) -> Result<Option<SurveyId>, Fault> {
    let row = db.query_one("SELECT id FROM surveys WHERE release = $1", &[release.into()])?;
    row.map(|row| row.parsed(0)).transpose()
}

/// The same, for a release as people name it.
fn named(db: &mut dyn Query, release: &str) -> Result<SurveyId, Stop> {
    let id = find_release(db, release)?;
    let found = survey_of(db, &id.to_string())?;
    let unknown = || General::Unknown { kind: "survey", name: release.to_owned() };
    Ok(found.ok_or_else(unknown)?)
}

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(release): Path<String>,
) -> Result<Json<Shown>, Answer> {
    let (now, person) = (app.bus.world().clock.now(), signed.person());
    let store = &*app.bus.world().store;
    let found = ask(store, move |db| refused(shown(db, &release, person, now))).await??;
    Ok(Json(found))
}

fn shown(
    db: &mut dyn Query,
    release: &str,
    person: Option<PersonId>,
    now: Timestamp,
) -> Result<Shown, Stop> {
    let id = named(db, release)?;
    let unknown = || General::Unknown { kind: "survey", name: release.to_owned() };
    let survey = find_state::<Survey>(db, id)?.ok_or_else(unknown)?.state;
    let release = Names::default().opt(db, survey.release)?.ok_or_else(unknown)?;
    let told =
        |given: &Given| SurveyAnswer { score: given.score.number(), words: given.words.clone() };
    let mut given: Vec<&Given> = survey.answers.values().collect();
    given.sort_by_key(|given| std::cmp::Reverse(given.at));
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let sum: u32 = given.iter().map(|given| u32::from(given.score.number())).sum();
    let answered = count(given.len());
    let mine = person.and_then(|person| survey.answers.get(&person)).map(told);
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    Ok(Shown {
        release,
        asked: count(survey.asked.len()),
        answered,
        mean: (answered > 0).then(|| f64::from(sum) / f64::from(answered)),
        opened_at: time(survey.opened_at),
        until: time(survey.until),
        answers: given.into_iter().map(told).collect(),
        mine,
        actions: vec![action("answer", may_answer(&survey, person, now).map(|_| ()))],
    })
}

pub(super) async fn mine(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<SurveyRow>>, Answer> {
    let (limit, now, person) = (query.limit()?, app.bus.world().clock.now(), signed.person());
    let rows = ask(&*app.bus.world().store, move |db| waiting(db, person, now, limit));
    Ok(Json(Page { items: rows.await?, next: None }))
}

/// The releases that someone is asked about and has not answered, the first to end first.
fn waiting(
    db: &mut dyn Query,
    person: Option<PersonId>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<SurveyRow>, Fault> {
    let Some(person) = person else { return Ok(Vec::new()) };
    let sql = "SELECT surveys.release, survey_asked.until FROM survey_asked \
        JOIN surveys ON surveys.id = survey_asked.survey \
        WHERE survey_asked.person = $1 AND survey_asked.until > $2 \
        ORDER BY survey_asked.until, survey_asked.survey LIMIT $3";
    let params = [person.to_string().into(), now.into(), i64::from(limit).into()];
    let (rows, mut names) = (db.query(sql, &params)?, Names::default());
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(release) = names.get(db, row.text(0)?)? {
            found.push(SurveyRow { release, until: row.time(1)?.to_string() });
        }
    }
    Ok(found)
}

pub(super) async fn post(
    State(app): State<App>,
    Path(release): Path<String>,
    write: Write<SurveyAnswer>,
) -> Result<Json<Written>, Answer> {
    let command = AnswerSurvey { release, answer: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct AnswerSurvey {
    /// The release, by id or number.
    pub release: String,
    /// What is said.
    pub answer: SurveyAnswer,
}

impl Command for AnswerSurvey {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "survey.answer"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Survey::stream(named(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        // Whoever is asked answers for themselves; a program of theirs needs to be trusted with it.
        work.permit_program(Permission::ReviewWrite)?;
        let id = named(work.tx, &self.release)?;
        let mut survey: Loaded<Survey> = work.load_subject(id)?;
        let SurveyAnswer { score, words } = &self.answer;
        let events = respond(&survey.state, work.person(), (*score, words), work.now)?;
        work.append(&mut survey, events)?;
        let number = Names::default().opt(work.tx, survey.state.release)?;
        Ok(Written {
            id: survey.id.to_string(),
            number: number.and_then(|release| release.number),
            version: survey.version.0,
        })
    }
}

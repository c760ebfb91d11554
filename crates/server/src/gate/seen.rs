//! A deployment that was seen. Where no approved change or release covers it, a change is opened
//! that says so, and stands before those who answer for the service.

use api::gate::{DeploymentSeen, GateQuestion, SeenAnswer};
use axum::Json;
use axum::extract::State;
use domain::change::{Change, Edit, raise_unauthorised};
use domain::gate::{Purpose, Seen, Word, judge, seen};
use domain::identity::Permission;
use domain::policy::ChangeType;
use kernel::{ChangeId, TeamId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Stop, Work};
use crate::gate::answer::{load, shown_reason};
use crate::gate::facts::{As, Asked, gather};
use crate::http::{App, Write};
use crate::names::{Names, Resolver};
use crate::problem::Answer;

pub(super) async fn see(
    State(app): State<App>,
    write: Write<DeploymentSeen>,
) -> Result<Json<SeenAnswer>, Answer> {
    let command = SeeDeployment { told: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// Takes note of a deployment.
pub struct SeeDeployment {
    /// What was told.
    pub told: DeploymentSeen,
}

impl Command for SeeDeployment {
    type Answer = SeenAnswer;

    fn verb(&self) -> &'static str {
        "gate.see"
    }

    fn permission(&self) -> Permission {
        Permission::GateAsk
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<SeenAnswer, Stop> {
        let told = &self.told;
        let question = GateQuestion {
            artifact: told.artifact.clone(),
            environment: told.environment.clone(),
            purpose: None,
            ci: told.ci.clone(),
            service: told.service.clone(),
            record: None,
        };
        let asked = Asked::of(work.tx, &question)?;
        let at = self.at(work.now)?;
        let mut gate = load(work, &asked.artifact, asked.environment, Purpose::Deploy)?;
        let verdict = judged_then(work.tx, &asked, at)?;
        let reasons = verdict.reasons.iter().map(shown_reason).collect();
        let note = |unauthorised| Seen {
            ci: told.ci.clone(),
            deployed_by: told.by.clone(),
            deployed_at: at,
            unauthorised,
        };
        let of = (&asked.artifact, asked.environment);
        if verdict.word == Word::Allow {
            let events = seen(&gate.state, of, note(None));
            work.append(&mut gate, events)?;
            return Ok(SeenAnswer { authorised: true, reasons, change: None });
        }
        // Told again, or late: it stands as it was found first.
        if seen(&gate.state, of, note(None)).is_empty() {
            let before = gate.state.seen_on(told.ci.as_deref());
            let known = before.and_then(|seen| seen.unauthorised);
            let same = before.is_some_and(|seen| seen.deployed_at == at);
            let change = Names::default().opt(work.tx, known)?;
            let authorised = same && known.is_none();
            return Ok(SeenAnswer { authorised, reasons, change });
        }
        let why: Vec<&str> =
            verdict.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
        let opened = self.open(work, &asked, at, &why.join(". "))?;
        let events = seen(&gate.state, of, note(Some(opened)));
        work.append(&mut gate, events)?;
        let change = Names::default().opt(work.tx, Some(opened))?;
        Ok(SeenAnswer { authorised: false, reasons, change })
    }
}

impl SeeDeployment {
    /// When it was deployed; not after now.
    fn at(&self, now: Timestamp) -> Result<Timestamp, Stop> {
        let mut resolver = Resolver::default();
        let at: Option<Timestamp> = resolver.parse("/at", self.told.at.as_deref());
        let at = at.unwrap_or(now);
        if at > now {
            resolver.wrong("/at", "is in the future: say when it was deployed");
        }
        resolver.end()?;
        Ok(at)
    }

    /// Opens the change, owned by the team of the service.
    fn open(
        &self,
        work: &mut Work<'_>,
        asked: &Asked,
        at: Timestamp,
        why: &str,
    ) -> Result<ChangeId, Stop> {
        let by = self.told.by.as_deref().unwrap_or("someone who was not named");
        let reason = format!(
            "{} was deployed to {} at {at} by {by}, and nothing authorised it: {why}",
            asked.artifact, asked.environment
        );
        let name = asked.artifact.name.as_deref().unwrap_or(asked.artifact.digest.as_str());
        let edit = Edit {
            title: Some(format!("Unauthorised: {name} in {}", asked.environment)),
            change_type: Some(Some(ChangeType::Normal)),
            description: Some(reason.clone()),
            environment: Some(asked.environment),
            services: Some(asked.service.into_iter().collect()),
            cis: Some(asked.ci.into_iter().collect()),
            team: Some(team_of(work.tx, asked)?),
            artifacts: Some(vec![asked.artifact.clone()]),
            ..Edit::default()
        };
        let number = format!("CHG-{}", work.tx.next_number("CHG")?);
        let events = raise_unauthorised(number, &edit, reason)?;
        let mut change: Loaded<Change> = work.fresh();
        work.append(&mut change, events)?;
        Ok(change.id)
    }
}

/// The verdict that held when it was deployed, by the records as they were: to go forward, or back
/// to what ran. What was approved since covers nothing, and the rest of its window counts where the
/// work was told to be over.
fn judged_then(
    db: &mut dyn Query,
    asked: &Asked,
    at: Timestamp,
) -> Result<domain::gate::Verdict, Fault> {
    let mut facts = gather(db, asked, (As::Then, at))?.facts;
    for candidate in &mut facts.candidates {
        candidate.as_of(at);
    }
    let forward = judge(&facts);
    if forward.word == Word::Allow {
        return Ok(forward);
    }
    facts.purpose = Purpose::Rollback;
    let back = judge(&facts);
    Ok(if back.word == Word::Allow { back } else { forward })
}

/// The team that runs the service, or the service of the CI.
fn team_of(db: &mut dyn Query, asked: &Asked) -> Result<Option<TeamId>, Fault> {
    let (sql, id) = match (asked.service, asked.ci) {
        (Some(service), _) => ("SELECT team FROM services WHERE id = $1", service.to_string()),
        (None, Some(ci)) => (
            "SELECT services.team FROM cis JOIN services ON services.id = cis.service \
            WHERE cis.id = $1",
            ci.to_string(),
        ),
        (None, None) => return Ok(None),
    };
    let row = db.query_one(sql, &[id.into()])?;
    row.map(|row| row.opt_text(0)?.map(|_| row.parsed(0)).transpose())
        .transpose()
        .map(Option::flatten)
}

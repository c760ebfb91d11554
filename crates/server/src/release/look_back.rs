//! What is set and known for the review of a release when it is opened.

use domain::policy::ReviewForm;
use domain::release::Release;
use domain::review::{Kpi, Planned, Short, Why};
use kernel::ReleaseId;
use orchestrator::{Leg, LegState, Way};
use ports::{Fault, Query, Value};

use crate::bus::find_state;
use crate::deployment::{Run, is_run};
use crate::policy::in_force;
use crate::read::of_any;

/// The most incidents that a review names.
const NAMED_MAX: usize = 20;

/// The measures and the date that were set at planning; and where the model of a release that was
/// asked no approval for wants it, what the record says. A failure is looked back on by people.
pub(super) fn planned(
    db: &mut dyn Query,
    id: ReleaseId,
    release: &Release,
    why: Why,
) -> Result<Planned, Fault> {
    let kpis = release.content.kpis.iter().map(|kpi| Kpi {
        name: kpi.name.clone(),
        target: kpi.target.clone(),
        reached: String::new(),
        met: None,
    });
    let went_straight = went_straight(db, id, release)?;
    let asked_nobody = release.round().is_some_and(|round| round.plan.stages.is_empty());
    let short = if why == Why::Release && asked_nobody && went_straight {
        short(db, release)?
    } else {
        None
    };
    Ok(Planned { due_on: release.review_due_on, kpis: kpis.collect(), short })
}

/// Whether every step was done at the first try.
fn went_straight(db: &mut dyn Query, id: ReleaseId, release: &Release) -> Result<bool, Fault> {
    if !is_run(release) {
        return Ok(true);
    }
    let Some(run) = find_state::<Run>(db, id)? else { return Ok(false) };
    let is_straight = |leg: &Leg| leg.state == LegState::Done && leg.attempts == 1;
    let run = run.state.0;
    let went_straight = run.legs(Way::Forward).all(|(_, leg)| is_straight(leg));
    Ok(went_straight)
}

fn short(db: &mut dyn Query, release: &Release) -> Result<Option<Short>, Fault> {
    let policy = in_force(db)?;
    let is_short =
        policy.set.release(&release.model).is_some_and(|model| model.review == ReviewForm::Short);
    let Some(owner) = release.content.owner.filter(|_| is_short) else { return Ok(None) };
    let changes = release.changes.iter().map(|change| Value::from(change.to_string()));
    let sql = "SELECT number FROM incidents WHERE ";
    let mut incidents = Vec::new();
    for row in of_any(db, sql, "caused_by", changes)? {
        incidents.push(row.text(0)?.to_owned());
    }
    incidents.sort();
    Ok(Some(Short { owner, went_well: went_well(release), went_wrong: went_wrong(&incidents) }))
}

fn went_well(release: &Release) -> String {
    let mut told = vec![match release.changes.len() {
        1 => "Its change was carried out and verified.".to_owned(),
        count => format!("All {count} changes were carried out and verified."),
    }];
    let window = release.content.window.as_ref().map(|window| window.interval);
    let work =
        release.deployment.as_ref().and_then(|work| Some((work.started_at, work.finished_at?)));
    if let Some(((began, ended), window)) = work.zip(window) {
        let minutes = ended.minutes_since(began);
        let over = ended.minutes_since(window.end);
        told.push(if ended <= window.end {
            format!("The work took {minutes} of the {} minutes of its window.", window.minutes())
        } else {
            format!("The work took {minutes} minutes, and ended {over} after its window.")
        });
    }
    told.join(" ")
}

fn went_wrong(incidents: &[String]) -> String {
    if incidents.is_empty() {
        return "Nothing that the record told of when the release was verified: no step failed or \
            was left out, nothing was taken back, and no incident named a change as its cause."
            .to_owned();
    }
    let named = incidents.iter().take(NAMED_MAX).map(String::as_str);
    let named: Vec<&str> = named.collect();
    let more = incidents.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("Incidents name its changes as their cause: {}{more}.", named.join(", "))
}

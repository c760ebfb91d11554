//! Status updates of a release while it is carried out: how they are given, giving one, what the
//! next would say, and reminding its owner of one that was not given.

use std::collections::BTreeMap;

use api::common::Written;
use api::deployment::{StatusUpdate, UpdatePlan as Wire, Updates};
use domain::deployment::UpdatePlan;
use domain::identity::Permission;
use domain::release::{self, Facts, Release};
use domain::{Aggregate as _, deployment};
use kernel::{ReleaseId, Timestamp};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Stop, Work};
use crate::names::{Names, find_release};
use crate::release::facts::gather;
use crate::release::save::written;

/// The timer by which the owner of an update is reminded.
pub const UPDATE_DUE: &str = "release.update_due";

/// Says how updates are given.
pub struct PlanUpdates {
    /// The release.
    pub release: String,
    /// How; none to give none.
    pub plan: Option<Wire>,
}

impl Command for PlanUpdates {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.plan_updates"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let (mut loaded, facts) = subject(work, &self.release)?;
        let plan = self.plan.clone().map(|plan| UpdatePlan {
            every_minutes: plan.every_minutes,
            place: plan.place,
            audience: plan.audience,
            template: plan.template,
        });
        let events = release::plan_updates(&loaded.state, plan, &facts)?;
        work.append(&mut loaded, events)?;
        Ok(written(&loaded))
    }
}

/// Gives an update.
pub struct SendUpdate {
    /// The release.
    pub release: String,
    /// What it says; what the template says now when absent.
    pub text: Option<String>,
}

impl Command for SendUpdate {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.send_update"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseDeploy
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let (mut loaded, facts) = subject(work, &self.release)?;
        let text = self.text.clone().unwrap_or_else(|| draft(&loaded.state, &facts));
        let events = release::send_update(&loaded.state, &text, &facts)?;
        work.append(&mut loaded, events)?;
        Ok(written(&loaded))
    }
}

fn subject(work: &mut Work<'_>, name: &str) -> Result<(Loaded<Release>, Facts), Stop> {
    let id = find_release(work.tx, name)?;
    let loaded: Loaded<Release> = work.load_subject(id)?;
    let asking = Asking::of(work);
    let facts = gather(work.tx, &asking, id, &loaded.state, None)?;
    Ok((loaded, facts))
}

/// Reminds the owner of an update that is due; called by its timer.
pub fn update_overdue(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id: Option<ReleaseId> = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    let Some(id) = id else { return Ok(()) };
    let mut loaded: Loaded<Release> = work.load(id)?;
    let events = release::remind_of_update(&loaded.state, work.now);
    work.append(&mut loaded, events)
}

/// What the template says now; nothing where there is none.
fn draft(release: &Release, facts: &Facts) -> String {
    let Some(plan) = &release.updates else { return String::new() };
    let window = release.content.window.as_ref();
    let wall = |at: Timestamp| match window {
        Some(window) => {
            let wall = window.zone.civil(at).strftime("%Y-%m-%d %H:%M");
            format!("{wall} {}", window.zone.name())
        }
        None => at.to_string(),
    };
    let running = release.deployment.as_ref();
    let state = running.map_or("not begun", |running| running.state.word());
    let steps = running.map_or(&[][..], |running| &running.steps);
    let is_done = |step: &&deployment::Step| step.state == deployment::StepState::Done;
    let known: BTreeMap<&str, String> = [
        ("release", release.number.clone()),
        ("title", release.content.title.clone()),
        ("state", state.replace('_', " ")),
        ("done", steps.iter().filter(is_done).count().to_string()),
        ("total", steps.len().to_string()),
        ("now", wall(facts.now)),
        ("minutes_back", facts.minutes_back().to_string()),
        (
            "window_end",
            window.map_or_else(|| "no window".to_owned(), |window| wall(window.interval.end)),
        ),
    ]
    .into();
    plan.filled(&known)
}

/// How updates are given, on the wire.
pub(super) fn shown_plan(release: &Release) -> Option<Wire> {
    release.updates.as_ref().map(|plan| Wire {
        every_minutes: plan.every_minutes,
        place: plan.place.clone(),
        audience: plan.audience.clone(),
        template: plan.template.clone(),
    })
}

/// The updates of a deployment, the newest first.
pub(super) fn shown_updates(
    db: &mut dyn Query,
    names: &mut Names,
    release: &Release,
    facts: &Facts,
) -> Result<Updates, Fault> {
    let running = release.deployment.as_ref();
    let mut sent = Vec::new();
    for update in running.iter().flat_map(|running| running.updates.iter().rev()) {
        let by = names.actor(db, &update.by)?;
        sent.push(StatusUpdate { at: update.at.to_string(), by, text: update.text.clone() });
    }
    Ok(Updates {
        plan: shown_plan(release),
        owner: names.opt(db, release.content.owner)?,
        due_at: release.update_due().map(|at| at.to_string()),
        overdue: running.is_some_and(deployment::Deployment::is_update_overdue),
        draft: draft(release, facts),
        sent,
    })
}

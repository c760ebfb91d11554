//! The story of a release: planned, filled, given its go, deployed step by step in its window,
//! verified or taken back, looked back on, closed.

use anyhow::{Context as _, anyhow, bail};
use api::change::Schedule;
use api::common::Reason;
use api::deployment::StepReport;
use api::release::{Close, Milestone, ReleaseFields, Verify};
use domain::approval::Answer;
use jiff::civil::{Time, time};
use kernel::Timestamp;
use server::release::{
    AnnotateRelease, AttachChange, CreateRelease, MoveRelease, SetDependencies, StateScope,
    Stating, Verb,
};
use server::review::{SaveReview, Which};
use toml::Value;

use crate::demo::files::{ChangePlan, Deed, ReleasePlan, RollbackPlan};
use crate::demo::replay::{Replay, Subject, Turn};
use crate::demo::{change, marks, votes};

/// When the boards meet on a release.
const MEETING: Time = time(10, 30, 0, 0);
/// When people write reviews.
const REVIEW: Time = time(15, 0, 0, 0);
/// When a release is closed.
const CLOSE: Time = time(10, 0, 0, 0);
/// Minutes between a change and its place in the release.
const ATTACH: i64 = 3;
/// Minutes into the window at which the deployment begins.
const DEPLOY: i64 = 2;
/// Minutes from the last step to the end of the deployment, and on to its verification.
const VERIFY: i64 = 8;

/// Plans its course and that of its changes.
pub(super) fn plan<'a>(replay: &mut Replay<'a>, release: &'a ReleasePlan) -> anyhow::Result<()> {
    let on = Subject::Release(release);
    let created = release.created.instant(&replay.today);
    replay.at(created, &release.by, on, Deed::Begin);
    if !release.links.is_empty() {
        replay.at(created.plus_minutes(2), &release.by, on, Deed::Links);
    }
    for member in &release.change {
        change::plan(replay, member, Some(release))?;
        let ready = member.raised.instant(&replay.today).max(created);
        let deed = Deed::Attach(member.key.clone());
        replay.at(ready.plus_minutes(ATTACH), &release.by, on, deed);
    }
    for state in [release.build, release.test].into_iter().flatten() {
        replay.at(state.instant(&replay.today), &release.by, on, Deed::Advance);
    }
    for also in &release.also {
        replay.at(also.at.instant(&replay.today), &also.by, on, also.deed.clone());
    }
    plan_go(replay, release);
    if release.scheduled.is_some() {
        plan_deployment(replay, release)?;
    }
    Ok(())
}

fn plan_go<'a>(replay: &mut Replay<'a>, release: &'a ReleasePlan) {
    let on = Subject::Release(release);
    let Some(submitted) = release.submitted else { return };
    let submitted = submitted.instant(&replay.today);
    replay.at(submitted, &release.by, on, Deed::Submit(serde::de::IgnoredAny));
    let meeting = replay.today.after(submitted, 1, MEETING);
    let voted = release.voted.map_or(meeting, |voted| voted.instant(&replay.today));
    let left = release.votes.unwrap_or(u32::MAX);
    replay.at(
        voted,
        "the first",
        on,
        Deed::Votes(left, if is_emergency(release) { 5 } else { 30 }),
    );
    if let Some(scheduled) = release.scheduled {
        replay.at(scheduled.instant(&replay.today), &release.by, on, Deed::Schedule);
    }
}

fn is_emergency(release: &ReleasePlan) -> bool {
    release.fields.get("type").and_then(Value::as_str) == Some("emergency")
}

fn plan_deployment<'a>(replay: &mut Replay<'a>, release: &'a ReleasePlan) -> anyhow::Result<()> {
    let on = Subject::Release(release);
    let window = release.window.as_ref().ok_or_else(|| anyhow!("`{}`: no window", release.key))?;
    let mut at = window.window(&replay.today).start.plus_minutes(DEPLOY);
    replay.at(at, deployer(release)?, on, Deed::Start);
    let mut reached = Vec::new();
    for member in &release.change {
        at = at.plus_minutes(member.took.unwrap_or(15));
        let implementer = change::implementer(replay, member)?;
        let step = Deed::Step(member.key.clone(), member.failed.clone());
        replay.at(at, &implementer, on, step);
        reached.push(member);
        if member.failed.is_some() {
            break;
        }
    }
    let ended = match &release.rollback {
        Some(rollback) => plan_rollback(replay, release, rollback, &reached, at)?,
        None => plan_verification(replay, release, at)?,
    };
    if release.review.is_some() {
        let by = release.review.as_ref().map_or(&release.by, |review| &review.by);
        replay.at(replay.today.after(ended, 1, REVIEW), by, on, Deed::Review);
        replay.at(replay.today.after(ended, 2, CLOSE), &release.by, on, Deed::Close);
    }
    Ok(())
}

/// The end of the deployment, then of its verification: the same verb twice.
fn plan_verification<'a>(
    replay: &mut Replay<'a>,
    release: &'a ReleasePlan,
    at: Timestamp,
) -> anyhow::Result<Timestamp> {
    let (finished, verified) = (at.plus_minutes(2), at.plus_minutes(2 + VERIFY));
    let on = Subject::Release(release);
    replay.at(finished, deployer(release)?, on, Deed::Complete);
    replay.at(verified, deployer(release)?, on, Deed::Verify);
    Ok(verified)
}

fn plan_rollback<'a>(
    replay: &mut Replay<'a>,
    release: &'a ReleasePlan,
    rollback: &'a RollbackPlan,
    reached: &[&'a ChangePlan],
    at: Timestamp,
) -> anyhow::Result<Timestamp> {
    let on = Subject::Release(release);
    let mut at = at.plus_minutes(rollback.after);
    replay.at(at, &rollback.by, on, Deed::Rollback);
    for member in reached.iter().rev() {
        let minutes = member.fields.get("backout_minutes").and_then(Value::as_integer);
        at = at.plus_minutes(minutes.unwrap_or(10));
        let implementer = change::implementer(replay, member)?;
        replay.at(at, &implementer, on, Deed::StepBack(member.key.clone()));
    }
    Ok(at)
}

fn deployer(release: &ReleasePlan) -> anyhow::Result<&str> {
    let deployer = release.deployer.as_deref();
    deployer.ok_or_else(|| anyhow!("`{}` names no deployer", release.key))
}

/// Does one deed of it.
pub(super) fn act<'a>(
    replay: &mut Replay<'a>,
    plan: &'a ReleasePlan,
    turn: &Turn<'a>,
) -> anyhow::Result<()> {
    let verb = match &turn.deed {
        Deed::Begin => {
            let fields = fields(replay, plan)?;
            let written = replay.act(&turn.by, CreateRelease { fields })?;
            return replay.keep(&plan.key, written);
        }
        Deed::Attach(key) => {
            let change = replay.record(key)?.id.clone();
            let release = replay.record(&plan.key)?.id.clone();
            return replay.act(&turn.by, AttachChange { release, change }).map(|_| ());
        }
        Deed::Votes(left, gap) => return votes::next(replay, turn.on, turn.at, (*left, *gap)),
        Deed::Approve(reason) => {
            return votes::cast(replay, turn.on, &turn.by, Answer::Approve, Some(reason));
        }
        Deed::Review => return review(replay, plan, &turn.by),
        Deed::Scope(_) | Deed::Freeze(_) | Deed::After(_) => {
            return planning(replay, plan, &turn.by, &turn.deed);
        }
        deed => verb(replay, plan, deed)?,
    };
    let release = replay.record(&plan.key)?.id.clone();
    if let Some(verb) = verb {
        replay.act(&turn.by, MoveRelease { release, verb }).map(|_| ())
    } else {
        let extra = marks::mark(replay, &turn.deed, &plan.links)?;
        let extra = extra.ok_or_else(|| anyhow!("{:?} is not done to it", turn.deed))?;
        replay.act(&turn.by, AnnotateRelease { release, extra }).map(|_| ())
    }
}

/// States or freezes the scope, or lets the release wait for others.
fn planning(replay: &Replay<'_>, plan: &ReleasePlan, by: &str, deed: &Deed) -> anyhow::Result<()> {
    let release = replay.record(&plan.key)?.id.clone();
    let stating = match deed {
        Deed::After(keys) => {
            let id = |key: &String| replay.record(key).map(|record| record.id.clone());
            let after = keys.iter().map(id).collect::<anyhow::Result<_>>()?;
            return replay.act(by, SetDependencies { release, after }).map(|_| ());
        }
        Deed::Scope(table) => {
            let fields = table.clone().try_into().context("reading the scope of a release")?;
            Stating::State(fields)
        }
        Deed::Freeze(reason) => Stating::Freeze(Some(reason.clone())),
        _ => bail!("{deed:?} is not planning"),
    };
    replay.act(by, StateScope { release, stating }).map(|_| ())
}

/// The verb of a deed, if it is one.
fn verb(replay: &Replay<'_>, plan: &ReleasePlan, deed: &Deed) -> anyhow::Result<Option<Verb>> {
    Ok(Some(match deed {
        Deed::Advance => Verb::Advance,
        Deed::Submit(_) => Verb::Submit,
        Deed::Schedule => Verb::Schedule(Schedule::default()),
        Deed::Start => Verb::Deploy,
        Deed::Step(key, failed) => {
            let (result, note) = match failed {
                Some(why) => ("failed", Some(replay.named(why)?)),
                None => ("done", None),
            };
            Verb::Step(replay.record(key)?.id.clone(), report(result, note))
        }
        Deed::Complete => Verb::Verify(Verify::default()),
        Deed::Verify => {
            Verb::Verify(Verify { passed: Some(true), note: replay.named_opt(plan.note.as_ref())? })
        }
        Deed::Rollback => {
            let reason = plan.rollback.as_ref().map(|rollback| rollback.reason.clone());
            Verb::Rollback(Reason { reason })
        }
        Deed::StepBack(key) => Verb::StepBack(replay.record(key)?.id.clone(), report("done", None)),
        Deed::Close => Verb::Close(Close {
            outcome: plan.outcome.clone(),
            note: replay.named_opt(plan.note.as_ref())?,
        }),
        Deed::Hold(reason) => Verb::Hold(Reason { reason: Some(reason.clone()) }),
        Deed::Cancel(reason) => Verb::Cancel(Reason { reason: Some(reason.clone()) }),
        _ => return Ok(None),
    }))
}

fn report(result: &str, note: Option<String>) -> StepReport {
    StepReport { result: result.to_owned(), note }
}

fn fields(replay: &Replay<'_>, plan: &ReleasePlan) -> anyhow::Result<ReleaseFields> {
    let table = replay.named_table(plan.fields.clone())?;
    let mut fields: ReleaseFields = table.try_into().context("reading the fields of a release")?;
    let window = plan.window.as_ref().map(|window| window.window(&replay.today));
    fields.window = window.map(|window| Some(window.on_the_wire().into()));
    let milestone = |milestone: &crate::demo::files::MilestonePlan| Milestone {
        name: milestone.name.clone(),
        at: Some(milestone.at.instant(&replay.today).to_string()),
        hours_before_start: None,
        hours_after_end: None,
        reached: false,
    };
    fields.milestones = Some(plan.milestones.iter().map(milestone).collect());
    Ok(fields)
}

fn review(replay: &Replay<'_>, plan: &ReleasePlan, by: &str) -> anyhow::Result<()> {
    let Some(review) = &plan.review else { bail!("the files hold no review of it") };
    let which = Which::OfRelease(replay.record(&plan.key)?.id.clone());
    let fields = change::review_fields(replay, review)?;
    replay.act(by, SaveReview { review: which, fields }).map(|_| ())
}

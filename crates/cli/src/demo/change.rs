//! The story of a change: raised, handed in, assessed, voted on, carried out in its window,
//! looked back on, closed. One that travels in a release ends with its approval; the release does
//! the rest.

use anyhow::{Context as _, anyhow, bail};
use api::calendar::Accept;
use api::change::{ChangeFields, Complete, Schedule};
use api::common::Reason;
use domain::approval::Answer;
use domain::calendar::Side;
use jiff::civil::{Time, time};
use kernel::Timestamp;
use server::calendar::{AcceptConflict, conflicts_of};
use server::change::{AnnotateChange, EditChange, MoveChange, RaiseChange, Verb};
use server::read::wait;
use server::review::{SaveReview, Which};
use toml::{Table, Value};

use crate::demo::files::{AcceptPlan, ChangePlan, Deed, ReleasePlan, ReviewPlan, Until};
use crate::demo::replay::{Replay, Subject, Turn};
use crate::demo::{marks, votes};

/// When the boards meet.
const MEETING: Time = time(10, 15, 0, 0);
/// When people write reviews.
const REVIEW: Time = time(15, 0, 0, 0);
/// When the release manager closes what is over.
const CLOSE: Time = time(10, 30, 0, 0);
/// The most conflicts of a record that are looked through for the one that is accepted.
const CONFLICTS_MAX: u32 = 50;

/// How long after it was raised a change is handed in and assessed, and how votes follow.
struct Pace {
    submit: i64,
    assess: Option<i64>,
    vote_gap: i64,
}

impl Pace {
    fn of(change_type: &str) -> Self {
        match change_type {
            "emergency" => Self { submit: 4, assess: None, vote_gap: 5 },
            "standard" => Self { submit: 20, assess: None, vote_gap: 35 },
            _ => Self { submit: 20, assess: Some(140), vote_gap: 35 },
        }
    }

    /// When the first vote is cast: an emergency at once, a standard change in the afternoon, all
    /// others in the next morning's meeting.
    fn first_vote(&self, replay: &Replay<'_>, raised: Timestamp) -> Timestamp {
        match (self.assess, self.vote_gap) {
            (Some(_), _) => replay.today.after(raised, 1, MEETING),
            (None, 5) => raised.plus_minutes(10),
            (None, _) => raised.plus_minutes(180),
        }
    }
}

/// Plans its course, alone or in a release.
pub(super) fn plan<'a>(
    replay: &mut Replay<'a>,
    change: &'a ChangePlan,
    release: Option<&'a ReleasePlan>,
) -> anyhow::Result<()> {
    let on = Subject::Change(change);
    for also in &change.also {
        replay.at(also.at.instant(&replay.today), &also.by, on, also.deed.clone());
    }
    let raised = change.raised.instant(&replay.today);
    replay.at(raised, &change.requester, on, Deed::Begin);
    if !change.links.is_empty() {
        replay.at(raised.plus_minutes(2), &change.requester, on, Deed::Links);
    }
    let approved = plan_approval(replay, change, raised)?;
    if approved && change.votes.is_none() && release.is_none() {
        plan_work(replay, change)?;
    }
    Ok(())
}

/// Up to the last vote; answers whether it goes that far.
fn plan_approval<'a>(
    replay: &mut Replay<'a>,
    change: &'a ChangePlan,
    raised: Timestamp,
) -> anyhow::Result<bool> {
    let on = Subject::Change(change);
    let fields = replay.story.fields(change)?;
    let pace = Pace::of(fields.get("type").and_then(Value::as_str).unwrap_or_default());
    if change.until == Until::Draft {
        return Ok(false);
    }
    let submit = Deed::Submit(serde::de::IgnoredAny);
    replay.at(raised.plus_minutes(pace.submit), &change.requester, on, submit);
    if change.until == Until::Assess {
        return Ok(false);
    }
    if let Some(minutes) = pace.assess {
        let manager = replay.story.people.release_manager()?;
        let assess = Deed::Assess(serde::de::IgnoredAny);
        replay.at(raised.plus_minutes(minutes), manager, on, assess);
    }
    if change.until == Until::Authorise {
        return Ok(false);
    }
    let first = pace.first_vote(replay, raised);
    let first = change.voted.map_or(first, |voted| voted.instant(&replay.today));
    let left = change.votes.unwrap_or(u32::MAX);
    if left > 0 {
        replay.at(first, "the first", on, Deed::Votes(left, pace.vote_gap));
    }
    Ok(true)
}

/// From its window to its end.
fn plan_work<'a>(replay: &mut Replay<'a>, change: &'a ChangePlan) -> anyhow::Result<()> {
    let on = Subject::Change(change);
    let window = change.window.as_ref().ok_or_else(|| anyhow!("`{}`: no window", change.key))?;
    let window = window.window(&replay.today);
    let implementer = implementer(replay, change)?;
    // People begin a few minutes into the window, not all after the same number of them.
    let started = window.start.plus_minutes(2 + i64::try_from(change.key.len() % 7)?);
    replay.at(started, &implementer, on, Deed::Start);
    let took = change.took.unwrap_or(window.end.minutes_since(window.start) / 2);
    let ended = started.plus_minutes(took);
    replay.at(ended, &implementer, on, Deed::Complete);
    if change.until == Until::Review {
        return Ok(());
    }
    if let Some(review) = &change.review {
        let at = replay.today.after(ended, 1, REVIEW);
        replay.at(at, &review.by, on, Deed::Review);
    }
    let days = if change.review.is_some() { 2 } else { 1 };
    let manager = replay.story.people.release_manager()?;
    replay.at(replay.today.after(ended, days, CLOSE), manager, on, Deed::Close);
    Ok(())
}

/// Who carries it out.
pub(super) fn implementer(replay: &Replay<'_>, change: &ChangePlan) -> anyhow::Result<String> {
    let fields = replay.story.fields(change)?;
    let found = fields.get("implementer").and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| anyhow!("`{}` names no implementer", change.key))
}

/// Does one deed of it.
pub(super) fn act<'a>(
    replay: &mut Replay<'a>,
    plan: &'a ChangePlan,
    turn: &Turn<'a>,
) -> anyhow::Result<()> {
    let verb = match &turn.deed {
        Deed::Begin => {
            let fields = fields(replay, plan)?;
            let written = replay.act(&turn.by, RaiseChange { fields })?;
            return replay.keep(&plan.key, written);
        }
        Deed::Votes(left, gap) => return votes::next(replay, turn.on, turn.at, (*left, *gap)),
        Deed::Approve(reason) => {
            return votes::cast(replay, turn.on, &turn.by, Answer::Approve, Some(reason));
        }
        Deed::Reject(reason) => {
            return votes::cast(replay, turn.on, &turn.by, Answer::Reject, Some(reason));
        }
        Deed::Refused(code) => return votes::refused(replay, turn.on, &turn.by, code),
        Deed::Accept(accept) => return accept_conflict(replay, plan, &turn.by, accept),
        Deed::Edit(table) => return edit(replay, plan, &turn.by, table),
        Deed::Review => return review(replay, plan, &turn.by),
        Deed::Submit(_) => Verb::Submit,
        Deed::Assess(_) => Verb::Assess,
        Deed::Schedule => Verb::Schedule(Schedule::default()),
        Deed::Start => Verb::Start,
        Deed::Complete => Verb::Complete(Complete {
            outcome: plan.outcome.clone().unwrap_or_else(|| "successful".to_owned()),
            note: replay.named_opt(plan.note.as_ref())?,
        }),
        Deed::Close => Verb::Close,
        Deed::Hold(reason) => Verb::Hold(Reason { reason: Some(replay.named(reason)?) }),
        Deed::Cancel(reason) => Verb::Cancel(Reason { reason: Some(replay.named(reason)?) }),
        deed => {
            let extra = marks::mark(replay, deed, &plan.links)?;
            let extra = extra.ok_or_else(|| anyhow!("{deed:?} is not done to a change"))?;
            let change = replay.record(&plan.key)?.id.clone();
            return replay.act(&turn.by, AnnotateChange { change, extra }).map(|_| ());
        }
    };
    let change = replay.record(&plan.key)?.id.clone();
    replay.act(&turn.by, MoveChange { change, verb }).map(|_| ())
}

fn fields(replay: &Replay<'_>, plan: &ChangePlan) -> anyhow::Result<ChangeFields> {
    let mut fields = on_the_wire(replay, replay.story.fields(plan)?)?;
    let window = plan.window.as_ref().map(|window| window.window(&replay.today));
    fields.window = window.map(|window| Some(window.on_the_wire()));
    Ok(fields)
}

fn on_the_wire(replay: &Replay<'_>, table: Table) -> anyhow::Result<ChangeFields> {
    replay.named_table(table)?.try_into().context("reading the fields of a change")
}

fn edit(replay: &Replay<'_>, plan: &ChangePlan, by: &str, table: &Table) -> anyhow::Result<()> {
    let fields = on_the_wire(replay, table.clone())?;
    let change = replay.record(&plan.key)?.id.clone();
    replay.act(by, EditChange { change, fields }).map(|_| ())
}

fn review(replay: &Replay<'_>, plan: &ChangePlan, by: &str) -> anyhow::Result<()> {
    let Some(review) = &plan.review else { bail!("the files hold no review of it") };
    let which = Which::OfChange(replay.record(&plan.key)?.id.clone());
    replay.act(by, SaveReview { review: which, fields: review_fields(replay, review)? }).map(|_| ())
}

/// A review, written and completed at once.
pub(super) fn review_fields(
    replay: &Replay<'_>,
    review: &ReviewPlan,
) -> anyhow::Result<api::review::ReviewFields> {
    let actions = review.actions.iter().map(|action| api::review::ReviewAction {
        title: action.title.clone(),
        owner: Some(action.owner.clone()),
        due_on: Some(replay.today.date(action.due)),
        done: action.done,
        owner_name: None,
    });
    Ok(api::review::ReviewFields {
        went_well: Some(replay.named(&review.went_well)?),
        went_wrong: Some(replay.named(&review.went_wrong)?),
        root_cause: Some(replay.named(&review.root_cause)?),
        objectives_met: Some(replay.named(&review.objectives_met)?),
        kpis: Some(review.kpis.clone()),
        user_feedback: Some(review.user_feedback.clone()),
        business_value: Some(review.business_value.clone()),
        actions: Some(actions.collect()),
        complete: Some(true),
    })
}

fn accept_conflict(
    replay: &Replay<'_>,
    plan: &ChangePlan,
    by: &str,
    accept: &AcceptPlan,
) -> anyhow::Result<()> {
    let side = Side::Change(replay.record(&plan.key)?.id.parse()?);
    let other = &replay.record(&accept.other)?.id;
    let store = &*replay.bus().world().store;
    let conflicts = wait(store, move |db| conflicts_of(db, side, CONFLICTS_MAX))?;
    let found = conflicts.into_iter().find(|conflict| conflict.with.id == *other);
    let conflict = found.and_then(|conflict| conflict.id);
    let conflict = conflict.ok_or_else(|| anyhow!("it does not collide with {}", accept.other))?;
    let body = Accept { reason: accept.reason.clone(), until: None };
    replay.act(by, AcceptConflict { conflict, body }).map(|_| ())
}

//! Asking for the go, voting on it, and what an edit of anything it covers does to it.

use jiff::Span;
use jiff::civil::Date;
use kernel::{PersonId, Zone};
use serde_json::json;

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::approval::{
    self, Answer, Barred, Cast, Content, PartName, Round, RoundEvent, RoundState, Why,
};
use crate::policy::ReleasePhase;
use crate::release::{ChangeFact, Facts, Release, ReleaseEvent, Verb, guard};
use crate::risk;
use crate::vocabulary::Tier;

/// Asks for the go: the tier is recorded, a round opened.
pub fn submit(release: &Release, facts: &Facts, stamp: &Stamp) -> Decision<ReleaseEvent> {
    guard(Verb::Submit, release, facts)?;
    let review_due_on = Some(review_due_on(release, facts));
    let submitted = ReleaseEvent::Submitted { tier: tier(facts), review_due_on };
    let after = release.clone().evolve(&submitted, stamp);
    let round = approval::open(
        release.round(),
        facts.plan.clone(),
        bundle_content(&after, facts),
        barred(&after, facts),
        &facts.electorate,
    )?;
    Ok(std::iter::once(submitted).chain(round.into_iter().map(ReleaseEvent::Round)).collect())
}

/// The model's days after its window has ended, as its people read it; after today while there is
/// no window.
fn review_due_on(release: &Release, facts: &Facts) -> Date {
    let window = release.content.window.as_ref();
    let zone = window.map_or_else(Zone::utc, |window| window.zone.clone());
    let end = window.map_or(facts.now, |window| window.interval.end.max(facts.now));
    let day = zone.civil(end).date();
    day.saturating_add(Span::new().days(i64::from(facts.review_days)))
}

fn tier(facts: &Facts) -> Tier {
    let risks: Vec<_> = facts.changes.iter().map(|change| change.risk.clone()).collect();
    risk::combine(&risks, &facts.scale).tier
}

/// What is approved of a bundle.
pub fn bundle_content(release: &Release, facts: &Facts) -> Content {
    let bundle: Vec<_> = facts.changes.iter().map(bundled).collect();
    let plans: serde_json::Map<_, _> =
        facts.changes.iter().map(|change| (change.number.clone(), change.plans.clone())).collect();
    let content = &release.content;
    let mut plans = json!({
        "changes": plans,
        "rollout": content.rollout,
        "contingency": content.contingency,
        "rollback": content.rollback_note,
    });
    // A release that is carried out by hand says what it always said.
    if let Some(plan) = &release.plan {
        plans["deployment"] = json!(plan);
    }
    Content::new([
        (
            PartName::Bundle,
            json!({
                "title": content.title,
                "description": content.description,
                "changes": bundle,
                "environment": content.environment,
                "tags": content.tags,
                "after": release.after,
                "independent": release.statement.independent,
                "excluded": release.statement.excluded,
            }),
        ),
        (PartName::Plans, plans),
        (PartName::Package, json!(content.package)),
        (PartName::Risk, json!(release.tier)),
        (PartName::Window, json!(content.window)),
    ])
}

fn bundled(change: &ChangeFact) -> serde_json::Value {
    json!({ "number": change.number, "scope": change.scope })
}

/// Who may not vote on a bundle: who created it, answers for it, wrote it or handed it in, and who
/// asked for or carries out any of its changes.
fn barred(release: &Release, facts: &Facts) -> Vec<Barred> {
    let changes = || facts.changes.iter();
    let requested = release.requester.into_iter().chain(changes().filter_map(|c| c.requester));
    let implements = changes().filter_map(|change| change.implementer);
    let owns = release.content.owner.into_iter().chain(release.content.release_manager);
    Barred::each(
        requested
            .map(|person| (person, Why::Requested))
            .chain(implements.map(|person| (person, Why::Implements)))
            .chain(owns.map(|person| (person, Why::Owns)))
            .chain(release.authors.iter().map(|person| (*person, Why::Wrote))),
    )
}

/// Takes a vote. A no that ends the round sends the release back to planning.
pub fn cast(release: &Release, cast: &Cast, facts: &Facts) -> Decision<ReleaseEvent> {
    let verb = match cast.answer {
        Answer::Approve => Verb::Approve,
        Answer::Reject => Verb::Reject,
        Answer::Abstain => Verb::Abstain,
    };
    guard(verb, release, facts)?;
    let voted = approval::vote(release.round(), cast, &facts.roles, &facts.electorate)?;
    let reason = cast.reason.clone().unwrap_or_else(|| "the quorum is out of reach".to_owned());
    Ok(follow_round(voted, reason))
}

/// Marks the condition of an approval met: that of `voter`, where there are several.
pub fn meet_condition(
    release: &Release,
    voter: Option<PersonId>,
    note: &str,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::MeetCondition, release, facts)?;
    let met = approval::meet(release.round(), facts.person, voter, note)?;
    Ok(met.into_iter().map(ReleaseEvent::Round).collect())
}

/// What is due by the time limits of its round: reminders, escalations, its end.
pub fn call(release: &Release, facts: &Facts) -> Vec<ReleaseEvent> {
    let due = release.round().map(|round| approval::call(round, facts.now)).unwrap_or_default();
    follow_round(due, "nobody answered in time".to_owned())
}

/// Someone left or lost a role: what that does to the approval of a release that is not under way.
pub fn lapse(
    release: &Release,
    person: PersonId,
    active: bool,
    facts: &Facts,
) -> Vec<ReleaseEvent> {
    if release.phase != ReleasePhase::Approval {
        return Vec::new();
    }
    let lapsed = approval::lapse(release.round(), person, active, &facts.electorate);
    follow_round(lapsed, "the quorum is out of reach".to_owned())
}

/// A no that ends the round sends the release back to planning.
fn follow_round(rounds: Vec<RoundEvent>, reason: String) -> Vec<ReleaseEvent> {
    let ended = |event: &RoundEvent| {
        matches!(event, RoundEvent::Closed { state: RoundState::Rejected, .. })
    };
    let rejected = rounds.iter().any(ended);
    let mut events: Vec<ReleaseEvent> = rounds.into_iter().map(ReleaseEvent::Round).collect();
    if rejected {
        events.push(ReleaseEvent::ReturnedToPlanning { reason });
    }
    events
}

/// Holds a release that was edited, or whose changes were, against its approval: the tier is
/// recorded anew, the votes whose parts were touched are voided. `facts` are those after the edit.
pub fn reapprove(release: &Release, facts: &Facts) -> Decision<ReleaseEvent> {
    if release.phase != ReleasePhase::Approval {
        return Ok(Vec::new());
    }
    let mut events = Vec::new();
    let mut after = release.clone();
    let tier = tier(facts);
    if release.tier != Some(tier) {
        after.tier = Some(tier);
        events.push(ReleaseEvent::TierRecorded { tier });
    }
    let (content, barred) = (bundle_content(&after, facts), barred(&after, facts));
    let rounds = approval::edit(after.round(), content, barred, &facts.electorate)?;
    events.extend(rounds.into_iter().map(ReleaseEvent::Round));
    Ok(events)
}

/// Asks for another approval where an edit led to one: the round that was held against the edit is
/// taken back, and one of the plan that its policy asks for now is opened. `facts` are those after
/// the edit.
pub fn reroute(release: &Release, facts: &Facts, stamp: &Stamp) -> Decision<ReleaseEvent> {
    let live = |round: &&Round| matches!(round.state, RoundState::Open | RoundState::Approved);
    let round = release.round().filter(live).filter(|_| release.phase == ReleasePhase::Approval);
    if round.is_none_or(|round| round.plan.stages == facts.plan.stages) {
        return Ok(Vec::new());
    }
    let withdrawn = approval::withdraw(release.round()).into_iter().map(ReleaseEvent::Round);
    let mut events: Vec<ReleaseEvent> = withdrawn.collect();
    let after = events.iter().fold(release.clone(), |state, event| state.evolve(event, stamp));
    let (content, barred) = (bundle_content(&after, facts), barred(&after, facts));
    let plan = facts.plan.clone();
    let opened = approval::open(after.round(), plan, content, barred, &facts.electorate)?;
    events.extend(opened.into_iter().map(ReleaseEvent::Round));
    Ok(events)
}

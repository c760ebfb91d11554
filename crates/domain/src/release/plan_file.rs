//! How a release is carried out by itself: a file that belongs to what is approved. What stands in
//! it is read by whoever carries it out; here it is a text.

use crate::aggregate::Decision;
use crate::refusal::Check;
use crate::release::{Facts, Release, ReleaseEvent, Verb, guard};

/// The longest plan file, in characters.
pub const PLAN_MAX: usize = 100_000;

/// Sets the plan, or takes it away: then the release is carried out by hand.
pub fn set_plan(release: &Release, text: Option<&str>, facts: &Facts) -> Decision<ReleaseEvent> {
    guard(Verb::SetPlan, release, facts)?;
    let mut check = Check::default();
    check.text("/text", text.unwrap_or_default(), PLAN_MAX);
    check.end()?;
    let text = text.filter(|text| !text.trim().is_empty());
    if text == release.plan.as_deref() {
        return Ok(vec![]);
    }
    Ok(vec![ReleaseEvent::PlanSet { text: text.map(str::to_owned) }])
}

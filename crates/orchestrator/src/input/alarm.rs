//! A trigger fired: whoever decides is asked, with a clock. On the way back it tells nothing new.

use crate::event::{RunEvent, Why};
use crate::input::Decided;
use crate::settle::Draft;
use crate::state::Phase;

/// The most alarms that one decision holds; more would tell nothing new.
const ALARMS_MAX: usize = 50;

/// An alarm that is known already changes nothing, and none moves the clock.
pub(super) fn alarm(draft: &mut Draft, reason: &str) -> Decided {
    if matches!(draft.run.phase, Phase::Running | Phase::Finished | Phase::Stopped) {
        ask(draft, Why::Alarm { reason: reason.to_owned() });
    }
    Ok(())
}

/// Asks for a decision, or adds a reason to the one that is asked for.
pub(crate) fn ask(draft: &mut Draft, why: Why) {
    let is_alarm = |why: &&Why| matches!(why, Why::Alarm { .. });
    let asked = draft.run.decision.as_ref();
    let known = asked.map_or(0, |asked| asked.why.iter().filter(is_alarm).count());
    let is_one_too_many = is_alarm(&&why) && known >= ALARMS_MAX;
    if is_one_too_many || asked.is_some_and(|asked| asked.why.contains(&why)) {
        return;
    }
    let ask = draft.run.plan.ask;
    let soon = draft.now.plus_seconds(i64::from(ask.seconds));
    let until = asked.map_or(soon, |asked| asked.until);
    draft.push(RunEvent::DecisionAsked { why, until, default: ask.default });
}

#[cfg(test)]
mod tests {
    use crate::testing::{Story, forward, ok, step, why};
    use crate::{Input, Phase, Scope, Waits, waits};

    fn alarm() -> Input {
        Input::Alarm { reason: why() }
    }

    #[test]
    fn an_alarm_asks_once_and_the_clock_does_not_move() {
        let mut story = Story::of(vec![step("a", &[])]);
        assert_eq!(story.tell(alarm()).len(), 1);
        let until = story.run.decision.as_ref().map(|decision| decision.until);
        assert_eq!(story.wait(10).tell(alarm()), []);
        story.tell(Input::Alarm { reason: "latency too".to_owned() });
        assert_eq!(story.run.decision.as_ref().map(|decision| decision.until), until);
        assert_eq!(story.run.decision.as_ref().map(|decision| decision.why.len()), Some(2));
    }

    #[test]
    fn an_alarm_after_the_last_step_asks_too() {
        let story = Story::of(vec![step("a", &[])]).after([ok(forward("a")), alarm()]);
        assert_eq!(story.run.phase, Phase::Finished);
        assert_eq!(waits(&story.run), [Waits::Decision]);
        assert!(!story.run.has_ended());
    }

    #[test]
    fn on_the_way_back_it_tells_nothing_new() {
        let rollback = Input::Rollback { scope: Scope::Whole, reason: why() };
        let mut story = Story::of(vec![step("a", &[])]).after([ok(forward("a")), rollback]);
        assert_eq!(story.tell(alarm()), []);
    }
}

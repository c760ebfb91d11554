//! A call came to an end of which nobody can say what it was. It is not made again, whatever the
//! plan says of a lost one: the world is asked a few times, and then a person says.

use crate::event::RunEvent;
use crate::input::answered::ask_again;
use crate::input::{Decided, open};
use crate::plan::{Act, IfLost};
use crate::settle::Draft;
use crate::state::Attempt;

pub(super) fn unknown(draft: &mut Draft, attempt: &Attempt) -> Decided {
    let Some((step, leg)) = open(draft, attempt)? else { return Ok(()) };
    let is_made = (leg.is_running() && step.act == Act::Call) || leg.is_repeated(&step);
    if is_made {
        let ask_at = ask_again(draft.now, &leg).filter(|_| step.if_lost != IfLost::Person);
        draft.push(RunEvent::StepUnknown { attempt: attempt.clone(), ask_at });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::plan::IfLost;
    use crate::testing::{Story, back, but, failed, forward, ok, step, why};
    use crate::{ASK_AGAIN_SECONDS, ASKS_MAX, Answer, Attempt, Input, Phase, Report, Scope};
    use crate::{Waits, Work, waits, work};

    fn ending(if_lost: IfLost) -> Story {
        let steps = vec![but(step("a", &[]), |step| step.if_lost = if_lost)];
        Story::of(steps).after([Input::Unknown(forward("a"))])
    }

    fn cannot_tell(attempt: Attempt) -> Input {
        Input::Answered { attempt, answer: Answer::Unknown }
    }

    #[test]
    fn what_nobody_knows_is_not_repeated_but_asked_about_until_a_person_says() {
        for if_lost in [IfLost::Repeat, IfLost::Ask] {
            let mut story = ending(if_lost);
            for _ in 1..ASKS_MAX {
                assert_eq!(waits(&story.run), []);
                let at = story.now().plus_seconds(ASK_AGAIN_SECONDS);
                assert_eq!(work(&story.run), [Work::Ask { attempt: forward("a"), at }]);
                assert_eq!(story.tell(Input::Unknown(forward("a"))), [], "it is told once");
                let events = story.wait(ASK_AGAIN_SECONDS).tell(cannot_tell(forward("a")));
                assert_eq!(Story::begun(&events), [""; 0]);
            }
            assert_eq!(waits(&story.run), [Waits::Tell(forward("a"))]);
            assert_eq!(story.wait(3_600).tell(Input::Tick), []);
            let story = story.after([ok(forward("a"))]);
            assert!(story.run.has_ended(), "what is told late counts");
        }
    }

    #[test]
    fn where_nobody_can_be_asked_a_person_says_at_once() {
        assert_eq!(waits(&ending(IfLost::Person).run), [Waits::Tell(forward("a"))]);
    }

    #[test]
    fn a_person_may_say_before_all_questions_were_asked_and_the_next_attempt_is_a_new_one() {
        let report = Report::Failed("the machine burnt".to_owned());
        let mut story = ending(IfLost::Repeat);
        story.tell(Input::Reported { attempt: forward("a"), report });
        let retry = Input::Retry { step: "a".to_owned() };
        assert_eq!(Story::begun(&story.tell(retry)), ["a:forward:2"]);
        let again = crate::testing::second(forward("a"));
        story.tell(Input::Lost(again));
        assert!(story.run.forward["a"].is_running(), "one that is only lost is repeated");
    }

    #[test]
    fn on_the_way_back_it_is_the_same() {
        let steps = vec![but(step("a", &[]), |step| step.if_lost = IfLost::Repeat)];
        let rollback = Input::Rollback { scope: Scope::Whole, reason: why() };
        let mut story = Story::of(steps).after([ok(forward("a")), rollback]);
        assert_eq!(Story::begun(&story.tell(Input::Unknown(back("a")))), [""; 0]);
        for _ in 1..ASKS_MAX {
            story.wait(ASK_AGAIN_SECONDS).tell(cannot_tell(back("a")));
        }
        assert_eq!(waits(&story.run), [Waits::Tell(back("a"))]);
        story.tell(failed(back("a")));
        assert_eq!(waits(&story.run), [Waits::Mend(back("a"))]);
        assert_eq!(story.run.phase, Phase::RollingBack);
    }
}

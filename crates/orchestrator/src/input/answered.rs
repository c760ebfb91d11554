//! The world was asked about a call that was lost.

use kernel::Timestamp;

use crate::event::RunEvent;
use crate::input::{Answer, Decided, fail, open};
use crate::settle::Draft;
use crate::state::{Attempt, Leg, LegState};

pub(super) fn answered(draft: &mut Draft, attempt: &Attempt, answer: &Answer) -> Decided {
    let Some((_, leg)) = open(draft, attempt)?.filter(|(_, leg)| leg.is_uncertain()) else {
        return Ok(());
    };
    let attempt = attempt.clone();
    match answer {
        Answer::Succeeded(note) => {
            draft.push(RunEvent::StepSucceeded { attempt, note: note.clone() });
        }
        Answer::Failed(reason) => fail(draft, attempt, reason),
        Answer::NeverBegun => draft.push(RunEvent::StepNotBegun { attempt }),
        Answer::Unknown => {
            let LegState::Uncertain { ask_at: Some(asked_at) } = leg.state else { return Ok(()) };
            if asked_at > draft.now {
                return Ok(());
            }
            let ask_at = ask_again(draft.now, &leg);
            draft.push(RunEvent::StepUnknown { attempt, ask_at });
        }
    }
    Ok(())
}

/// When the world is asked again after it did not know; never once it was asked often enough.
pub(super) fn ask_again(now: Timestamp, leg: &Leg) -> Option<Timestamp> {
    let again = now.plus_seconds(crate::ASK_AGAIN_SECONDS);
    (leg.asked + 1 < crate::ASKS_MAX).then_some(again)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, forward, ok, step};
    use crate::{Input, Waits, waits};

    fn asked() -> Story {
        Story::of(vec![step("a", &[])]).after([Input::Lost(forward("a"))])
    }

    fn answers(answer: Answer) -> Input {
        Input::Answered { attempt: forward("a"), answer }
    }

    #[test]
    fn what_happened_is_taken_as_it_happened() {
        assert!(asked().after([answers(Answer::Succeeded(None))]).run.has_ended());
        let failed = asked().after([answers(Answer::Failed("500".to_owned()))]);
        assert_eq!(waits(&failed.run), [Waits::Decision]);
    }

    #[test]
    fn what_never_began_begins_under_the_same_key() {
        let mut story = asked();
        assert_eq!(Story::begun(&story.tell(answers(Answer::NeverBegun))), ["a:forward:1"]);
    }

    #[test]
    fn after_some_asking_a_person_says() {
        let mut story = asked();
        for _ in 0..crate::ASKS_MAX {
            assert_eq!(waits(&story.run), []);
            story.tell(answers(Answer::Unknown));
            assert_eq!(story.tell(answers(Answer::Unknown)), [], "it was asked once");
            story.wait(crate::ASK_AGAIN_SECONDS);
        }
        assert_eq!(waits(&story.run), [Waits::Tell(forward("a"))]);
    }

    #[test]
    fn nobody_asks_about_what_is_in_flight_or_over() {
        let mut story = Story::of(vec![step("a", &[])]);
        assert_eq!(story.tell(answers(Answer::NeverBegun)), []);
        let mut story = story.after([ok(forward("a"))]);
        assert_eq!(story.tell(answers(Answer::NeverBegun)), []);
    }
}

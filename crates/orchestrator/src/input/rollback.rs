//! It is taken back, whole or in part; or further than was decided before.

use std::collections::BTreeSet;

use crate::event::{RunEvent, Scope};
use crate::input::{Decided, need_reason};
use crate::refusal::Refusal;
use crate::settle::Draft;
use crate::state::Phase;
use crate::way_back::compile;

pub(super) fn rollback(draft: &mut Draft, scope: &Scope, reason: &str) -> Decided {
    need_reason(reason)?;
    let run = &draft.run;
    if run.phase == Phase::New {
        return Err(Refusal::WrongPhase(run.phase));
    }
    let compiled = compile(run, scope)?;
    let is_new = |step: &String| !run.back.contains_key(step);
    let steps: BTreeSet<String> = compiled.steps.into_iter().filter(is_new).collect();
    // A run that did nothing can be turned back too: that ends it.
    let is_open = matches!(run.phase, Phase::Running | Phase::Stopped);
    let ends_it = is_open && compiled.stands.is_empty();
    if steps.is_empty() && !ends_it {
        return Err(Refusal::NothingToTakeBack);
    }
    let (scope, reason, stands) = (scope.clone(), reason.to_owned(), compiled.stands);
    draft.push(RunEvent::RollbackDecided { scope, reason, steps, stands });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, back, but, forward, irreversible, ok, point, step, why};
    use crate::{Answer, Input, Step, compile, drag_along};

    fn take(scope: Scope) -> Input {
        Input::Rollback { scope, reason: why() }
    }

    fn groups(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn of(group: &str, step: Step) -> Step {
        but(step, |step| step.group = Some(group.to_owned()))
    }

    fn done(story: Story) -> Story {
        let keys: Vec<String> = story.run.plan.steps.iter().map(|step| step.key.clone()).collect();
        story.after(keys.iter().map(|key| ok(forward(key))))
    }

    #[test]
    fn it_goes_back_in_reverse_with_branches_side_by_side() {
        let steps = vec![step("a", &[]), step("b", &["a"]), step("c", &["a"]), step("d", &["b"])];
        let mut story = done(Story::of(steps));
        assert_eq!(Story::begun(&story.tell(take(Scope::Whole))), ["c:back:1", "d:back:1"]);
        assert_eq!(Story::begun(&story.tell(ok(back("d")))), ["b:back:1"]);
        assert_eq!(Story::begun(&story.tell(ok(back("b")))), [""; 0]);
        assert_eq!(Story::begun(&story.tell(ok(back("c")))), ["a:back:1"]);
        assert_eq!(story.tell(ok(back("a"))).last(), Some(&RunEvent::RolledBack {}));
    }

    #[test]
    fn where_nothing_was_reached_there_is_nothing_left_to_do() {
        let abort = Input::Abort { reason: why() };
        let never = Input::Answered { attempt: forward("a"), answer: Answer::NeverBegun };
        let inputs = [abort, Input::Lost(forward("a")), never, take(Scope::Whole)];
        let story = Story::of(vec![step("a", &[])]).after(inputs);
        assert_eq!(story.run.phase, Phase::RolledBack);
        assert_eq!(story.refusal(take(Scope::Whole)), Refusal::NothingToTakeBack);
    }

    #[test]
    fn what_was_not_reached_is_left_alone() {
        let steps = vec![step("a", &[]), step("b", &["a"])];
        let mut story = Story::of(steps);
        story.tell(take(Scope::Whole));
        assert_eq!(story.run.back.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(Story::begun(&story.tell(ok(forward("a")))), ["a:back:1"]);
    }

    #[test]
    fn a_part_drags_along_what_needs_it_whole() {
        let steps = vec![
            of("base", step("a", &[])),
            of("shop", step("b", &["a"])),
            of("shop", step("c", &[])),
            of("mail", step("d", &[])),
        ];
        let mut story = done(Story::of(steps));
        assert_eq!(drag_along(&story.run.plan, &groups(&["base"])), groups(&["shop"]));
        assert_eq!(drag_along(&story.run.plan, &groups(&["mail"])), groups(&[]));
        story.tell(take(Scope::Groups(groups(&["base"]))));
        assert_eq!(story.run.back.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        let again = story.refusal(take(Scope::Groups(groups(&["shop"]))));
        assert_eq!(again, Refusal::NothingToTakeBack);
        story.tell(take(Scope::Whole));
        assert_eq!(story.run.back.len(), 4, "it goes back further than before");
        let unknown = story.refusal(take(Scope::Groups(groups(&["z"]))));
        assert_eq!(unknown, Refusal::UnknownGroup("z".to_owned()));
    }

    #[test]
    fn a_point_of_no_return_holds_what_lies_before_it() {
        let steps =
            vec![of("base", step("a", &[])), point("b", &["a"]), of("shop", step("c", &["b"]))];
        let story = Story::of(steps).after([ok(forward("a"))]);
        for scope in [Scope::Whole, Scope::Groups(groups(&["base"]))] {
            let refusal = story.refusal(take(scope));
            assert!(matches!(refusal, Refusal::PointOfNoReturn { .. }), "{refusal}");
        }
        let story = story.after([ok(forward("b")), take(Scope::AsFarAsPossible)]);
        assert_eq!(story.run.back.keys().collect::<Vec<_>>(), ["c"]);
        let stands = &story.run.rollback.as_ref().expect("decided").stands;
        assert_eq!(stands["a"], "it lies before `b`");
        assert_eq!(stands["b"], "the old column is dropped");
    }

    #[test]
    fn a_point_that_was_not_reached_holds_nothing() {
        let steps = vec![step("a", &[]), step("b", &["a"]), point("c", &["b"])];
        let story = Story::of(steps).after([ok(forward("a"))]);
        let compiled = compile(&story.run, &Scope::Whole).expect("not reached");
        assert_eq!(compiled.steps, groups(&["a", "b"]));
    }

    #[test]
    fn what_is_irreversible_stands_and_says_why() {
        let steps = vec![step("a", &[]), irreversible("b", &["a"])];
        let story = done(Story::of(steps)).after([take(Scope::Whole)]);
        assert_eq!(story.run.back.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(story.run.rollback.expect("decided").stands["b"], "mails go out");
    }
}

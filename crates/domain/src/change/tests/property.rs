//! Whatever is asked of a change, in whatever order and whatever the world is like: nothing panics,
//! no invariant breaks, and its events give it back.

use proptest::prelude::*;

use super::*;
use crate::approval::RoundState;
use crate::record::{ExtraCommand, TaskEdit};

#[derive(Debug, Clone)]
enum Asked {
    Edit(u8),
    Submit,
    Assess,
    Vote { voter: u128, answer: Answer, stale: bool },
    Schedule(Option<u8>),
    Start,
    Extend(i64),
    Complete(Outcome),
    Close,
    Hold,
    Resume,
    Cancel,
    Attach,
    Detach,
    Follow(Step),
    Extra(u8),
}

/// The world at the moment of a command.
#[derive(Debug, Clone)]
struct World {
    now: i64,
    blocked: bool,
    plan: u8,
    tier: Tier,
    absent: Option<u128>,
    review_completed: bool,
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop::sample::select(Outcome::ALL)
}

fn asked() -> impl Strategy<Value = Asked> {
    let step = prop_oneof![
        Just(Step::Scheduled),
        Just(Step::Unscheduled),
        Just(Step::Deployed),
        outcomes().prop_map(Step::Ended),
        Just(Step::Closed),
    ];
    let vote = (REQUESTER..=NOBODY, prop::sample::select(Answer::ALL), prop::bool::weighted(0.1))
        .prop_map(|(voter, answer, stale)| Asked::Vote { voter, answer, stale });
    let approve = (OWNER..=ECAB[1]).prop_map(|voter| Asked::Vote {
        voter,
        answer: Answer::Approve,
        stale: false,
    });
    prop_oneof![
        3 => (0_u8..9).prop_map(Asked::Edit),
        4 => Just(Asked::Submit),
        4 => Just(Asked::Assess),
        2 => vote,
        12 => approve,
        3 => prop::option::of(0_u8..3).prop_map(Asked::Schedule),
        3 => Just(Asked::Start),
        1 => (0_i64..400).prop_map(Asked::Extend),
        2 => outcomes().prop_map(Asked::Complete),
        2 => Just(Asked::Close),
        1 => Just(Asked::Hold),
        2 => Just(Asked::Resume),
        1 => Just(Asked::Cancel),
        1 => Just(Asked::Attach),
        1 => Just(Asked::Detach),
        2 => step.prop_map(Asked::Follow),
        1 => (0_u8..4).prop_map(Asked::Extra),
    ]
}

fn world() -> impl Strategy<Value = World> {
    let tier = prop::sample::select(Tier::ALL);
    let absent = prop::option::weighted(0.2, OWNER..=ECAB[1]);
    (0_i64..150, prop::bool::weighted(0.2), 0_u8..8, tier, absent, any::<bool>()).prop_map(
        |(now, blocked, plan, tier, absent, review_completed)| World {
            now,
            blocked,
            plan,
            tier,
            absent,
            review_completed,
        },
    )
}

impl World {
    fn facts(&self, change: &Change) -> Facts {
        let mut facts = at(self.now);
        facts.risk = risk(self.tier);
        facts.review_completed = self.review_completed;
        facts.plan = match self.plan {
            0 => Plan::default(),
            1 | 2 => with_cab(),
            3 => emergency_board(),
            _ => technical(),
        };
        if let Some(absent) = self.absent {
            facts.electorate.holders.remove(&person(absent));
        }
        if self.blocked {
            facts = blocked(facts);
        }
        if change.release.is_some() {
            facts = travelling(facts);
        }
        facts
    }
}

fn edit_of(kind: u8) -> Edit {
    let edit = Edit::default();
    match kind {
        0 => Edit { title: Some("Another title".to_owned()), ..edit },
        1 => Edit { test_plan: Some("Look twice.".to_owned()), ..edit },
        2 => Edit { implementer: Some(Some(person(CAB[0]))), ..edit },
        3 => Edit { implementer: Some(Some(person(IMPLEMENTER))), ..edit },
        4 => Edit { window: Some(Some(window(80, 140))), ..edit },
        5 => Edit { window: Some(None), ..edit },
        6 => Edit { backout_plan: Some(String::new()), ..edit },
        7 => Edit { change_type: Some(Some(ChangeType::Emergency)), ..edit },
        _ => Edit { people_needed: Some(Some(2)), ..edit },
    }
}

fn extra_of(kind: u8) -> ExtraCommand {
    let title = Some("Tell the shops".to_owned());
    match kind {
        0 => ExtraCommand::Comment { text: "So far so good.".to_owned() },
        1 => {
            let edit = TaskEdit { title, required: Some(true), ..TaskEdit::default() };
            ExtraCommand::AddTask { edit }
        }
        2 => {
            let edit = TaskEdit { done_at: Some(Some(minute(1))), ..TaskEdit::default() };
            ExtraCommand::EditTask { number: 1, edit }
        }
        _ => ExtraCommand::Watch { person: person(NOBODY), on: true },
    }
}

fn vote_of(change: &Change, voter: u128, answer: Answer, stale: bool) -> Cast {
    let reason = (answer == Answer::Reject).then(|| "not now".to_owned());
    let round = change.round();
    let content_hash = match round {
        Some(round) if !stale => round.content.hash(),
        _ => "of another content".to_owned(),
    };
    let round = round.map_or(1, |round| round.number);
    Cast { person: person(voter), answer, round, content_hash, reason, condition: None }
}

fn decide(change: &Change, asked: &Asked, facts: &Facts) -> Decision<ChangeEvent> {
    let stamp = &stamp();
    match asked {
        Asked::Edit(kind) => {
            super::edit(change, &edit_of(*kind), facts, stamp).map(|edited| edited.events)
        }
        Asked::Submit => submit(change, facts, stamp),
        Asked::Assess => assess(change, facts, stamp),
        Asked::Vote { voter, answer, stale } => {
            let vote = vote_of(change, *voter, *answer, *stale);
            cast(change, &vote, &as_voter(*voter, facts.clone()), stamp)
        }
        Asked::Schedule(kind) => {
            let wanted = kind.map(|kind| window(80 + i64::from(kind), 140));
            super::schedule(change, wanted.as_ref(), facts, stamp)
        }
        Asked::Start => start(change, facts),
        Asked::Extend(end) => lengthened(change, minute(*end), facts),
        Asked::Complete(outcome) => complete(change, *outcome, Some("as noted"), facts),
        Asked::Close => close(change, facts),
        Asked::Hold => hold(change, "wait", facts),
        Asked::Resume => resume(change, facts),
        Asked::Cancel => cancel(change, "no", facts),
        // A release takes a change up before its work begins, and keeps it from then on.
        Asked::Attach if change.phase < Phase::Implement => Ok(attach(change, release(51))),
        Asked::Detach if change.phase < Phase::Implement => Ok(detach(change, &facts.plan)),
        Asked::Follow(step) if change.release.is_some() => Ok(follow(change, *step)),
        Asked::Attach | Asked::Detach | Asked::Follow(_) => Ok(vec![]),
        Asked::Extra(kind) => extra(change, &extra_of(*kind)),
    }
}

/// Asked for, and where it is asked for already granted by another.
fn lengthened(change: &Change, end: Timestamp, facts: &Facts) -> Decision<ChangeEvent> {
    let Some(asked) = &change.extension else {
        return extend(change, end, "it is slow", facts);
    };
    let manager = Facts {
        person: Some(person(NOBODY)),
        roles: [Role::ReleaseManager].into(),
        ..facts.clone()
    };
    grant_extension(change, asked.end, &manager)
}

/// The guard that the page asks for a command without parameters that could be wrong by themselves.
fn verb_of(asked: &Asked) -> Option<Verb> {
    Some(match asked {
        Asked::Submit => Verb::Submit,
        Asked::Assess => Verb::Assess,
        Asked::Schedule(None) => Verb::Schedule,
        Asked::Start => Verb::Start,
        Asked::Complete(_) => Verb::Complete,
        Asked::Close => Verb::Close,
        Asked::Hold => Verb::Hold,
        Asked::Resume => Verb::Resume,
        Asked::Cancel => Verb::Cancel,
        _ => return None,
    })
}

fn check_rounds(change: &Change) -> Result<(), TestCaseError> {
    if let Some(round) = change.round() {
        let counting: Vec<_> = round.votes.iter().filter(|vote| vote.counts()).collect();
        let people: BTreeSet<_> = counting.iter().map(|vote| vote.person).collect();
        prop_assert_eq!(people.len(), counting.len(), "someone counts twice");
        prop_assert!(people.iter().all(|person| round.barred(*person).is_none()), "{:?}", round);
    }
    let live = |state| matches!(state, RoundState::Open | RoundState::Approved);
    if let Some(round) = change.round().filter(|round| live(round.state)) {
        let own: BTreeSet<_> =
            change.requester.into_iter().chain(change.content.implementer).collect();
        for person in own {
            prop_assert!(!round.has_voted(person), "{person} approves their own work");
        }
        if matches!(change.phase, Phase::Authorise | Phase::Scheduled) {
            let there = change.approval_content();
            prop_assert_eq!(round.content.hash(), there.hash(), "approved is something else");
        }
    }
    Ok(())
}

fn check_places(change: &Change) -> Result<(), TestCaseError> {
    prop_assert_eq!(change.broken_invariant(), None);
    let scheduled = change.phase == Phase::Scheduled;
    prop_assert!(!scheduled || change.is_approved(), "scheduled without its approval");
    let ended = matches!(change.phase, Phase::Review | Phase::Closed);
    prop_assert_eq!(change.outcome.is_some(), ended, "{:?}", change.phase);
    prop_assert_eq!(change.started_at.is_some(), change.phase == Phase::Implement || ended);
    Ok(())
}

/// Events as they are stored, read back and folded.
fn replayed(events: &[ChangeEvent]) -> Change {
    let stored: Vec<String> = events.iter().map(crate::canonical::text).collect();
    stored.iter().fold(Change::default(), |change, text| {
        let event: ChangeEvent = serde_json::from_str(text).expect("readable");
        change.evolve(&event, &stamp())
    })
}

fn types() -> impl Strategy<Value = ChangeType> {
    prop_oneof![
        3 => Just(ChangeType::Normal),
        1 => Just(ChangeType::Standard),
        1 => Just(ChangeType::Emergency),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_order_of_commands_breaks_a_change(
        change_type in types(),
        windowless in prop::bool::weighted(0.2),
        story in proptest::collection::vec((asked(), world()), 1..60),
    ) {
        let mut content = content(change_type);
        if windowless {
            content.window = None;
        }
        let requester = Some(person(REQUESTER));
        let number = "CHG-1".to_owned();
        let mut log = vec![ChangeEvent::Raised { number, content: Box::new(content), requester }];
        let mut change = replayed(&log);
        for (asked, world) in story {
            let facts = world.facts(&change);
            let decided = decide(&change, &asked, &facts);
            if let Some(Err(refusal)) = verb_of(&asked).map(|verb| guard(verb, &change, &facts)) {
                let refused = decided.as_ref().expect_err("its guard refuses");
                prop_assert_eq!(refused.code, refusal.code);
            }
            for event in decided.unwrap_or_default() {
                change = change.evolve(&event, &stamp());
                log.push(event);
            }
            check_places(&change)?;
            check_rounds(&change)?;
        }
        let again = replayed(&log);
        prop_assert_eq!(crate::canonical::text(&again), crate::canonical::text(&change));
        let kept: Change = serde_json::from_str(&crate::canonical::text(&change)).expect("readable");
        prop_assert_eq!(kept, change);
    }
}

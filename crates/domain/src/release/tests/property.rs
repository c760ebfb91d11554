//! Whatever is asked of a release and its changes, in whatever order and whatever the world is
//! like: nothing panics, no invariant breaks, what is approved is what is there, and its events
//! give it back.

use proptest::prelude::*;

use super::*;
use crate::approval::RoundState;
use crate::deployment::Step;
use crate::record::{ExtraCommand, TaskEdit};

const CHANGES: std::ops::Range<u128> = 41..45;

#[derive(Debug, Clone)]
enum Asked {
    Edit(u8),
    Attach(u128),
    Detach(u128),
    Turn,
    /// A change was edited by its own people.
    ChangeEdited(u128, u8),
    Advance,
    Submit,
    Vote {
        voter: u128,
        answer: Answer,
        stale: bool,
    },
    Schedule(Option<u8>),
    Deploy,
    Step(u128, StepState),
    Extend(i64),
    Verify(Option<bool>),
    Rollback,
    StepBack(u128, StepState),
    Close(Outcome),
    Hold,
    Resume,
    Cancel,
    Extra(u8),
}

/// The world at the moment of a command.
#[derive(Debug, Clone)]
struct World {
    now: i64,
    blocked: bool,
    absent: Option<u128>,
    review_completed: bool,
}

fn answers() -> impl Strategy<Value = Answer> {
    prop::sample::select(Answer::ALL)
}

fn states() -> impl Strategy<Value = StepState> {
    prop_oneof![4 => Just(StepState::Done), 1 => prop::sample::select(StepState::ALL)]
}

fn planning() -> impl Strategy<Value = Asked> {
    prop_oneof![
        2 => (0_u8..7).prop_map(Asked::Edit),
        5 => CHANGES.prop_map(Asked::Attach),
        1 => CHANGES.prop_map(Asked::Detach),
        1 => Just(Asked::Turn),
        2 => (CHANGES, 0_u8..6).prop_map(|(number, kind)| Asked::ChangeEdited(number, kind)),
        1 => Just(Asked::Advance),
        4 => Just(Asked::Submit),
        1 => Just(Asked::Hold),
        2 => Just(Asked::Resume),
        1 => (0_u8..3).prop_map(Asked::Extra),
    ]
}

fn carrying_out() -> impl Strategy<Value = Asked> {
    let stale = prop::bool::weighted(0.1);
    let vote = (CREATOR..=NOBODY, answers(), stale)
        .prop_map(|(voter, answer, stale)| Asked::Vote { voter, answer, stale });
    let approve = (MANAGERS[0]..=CAB[2]).prop_map(|voter| Asked::Vote {
        voter,
        answer: Answer::Approve,
        stale: false,
    });
    prop_oneof![
        1 => vote,
        14 => approve,
        4 => prop::option::of(0_u8..2).prop_map(Asked::Schedule),
        4 => Just(Asked::Deploy),
        8 => (CHANGES, states()).prop_map(|(number, state)| Asked::Step(number, state)),
        1 => (0_i64..400).prop_map(Asked::Extend),
        4 => prop::option::weighted(0.8, prop::bool::weighted(0.9)).prop_map(Asked::Verify),
        1 => Just(Asked::Rollback),
        4 => (CHANGES, states()).prop_map(|(number, state)| Asked::StepBack(number, state)),
        2 => prop::sample::select(Outcome::ALL).prop_map(Asked::Close),
    ]
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![20 => planning(), 40 => carrying_out(), 1 => Just(Asked::Cancel)]
}

fn world() -> impl Strategy<Value = World> {
    let absent = prop::option::weighted(0.1, MANAGERS[0]..=CAB[2]);
    (0_i64..140, prop::bool::weighted(0.1), absent, any::<bool>()).prop_map(
        |(now, blocked, absent, review_completed)| World { now, blocked, absent, review_completed },
    )
}

/// A release together with its changes, which live on their own streams.
#[derive(Debug, Clone)]
struct Bundle {
    release: Release,
    changes: BTreeMap<ChangeId, ChangeFact>,
}

impl Bundle {
    fn facts(&self, world: &World) -> Facts {
        let mut facts = at(world.now, &self.release);
        facts.changes = self.release.changes.iter().map(|id| self.changes[id].clone()).collect();
        facts.review_completed = world.review_completed;
        if let Some(absent) = world.absent {
            facts.electorate.holders.remove(&person(absent));
        }
        if world.blocked { blocked(facts) } else { facts }
    }
}

fn edit_of(kind: u8) -> Edit {
    let edit = Edit::default();
    let artifact = PackageItem {
        kind: ItemKind::Artifact,
        name: "checkout".to_owned(),
        version: "4.2".to_owned(),
        digest: Some("sha256:0".to_owned()),
        service: None,
        ci: None,
    };
    match kind {
        0 => Edit { description: Some("A new database.".to_owned()), ..edit },
        1 => Edit { rollout: Some("All at once.".to_owned()), ..edit },
        2 => Edit { package: Some(vec![artifact]), ..edit },
        3 => Edit { package: Some(vec![PackageItem { digest: None, ..artifact }]), ..edit },
        4 => Edit { window: Some(Some(window(50, 130))), ..edit },
        5 => Edit { window: Some(None), ..edit },
        _ => Edit { owner: Some(None), ..edit },
    }
}

fn edit_change(fact: &mut ChangeFact, kind: u8) {
    match kind {
        0 => fact.plans = json!({ "implementation": "do it otherwise" }),
        1 => fact.approved = !fact.approved,
        2 => fact.way_back.minutes = fact.way_back.minutes.xor(Some(10)),
        3 => {
            fact.implementer = Some(person(CAB[0]));
            fact.plans = json!({ "implementer": CAB[0].to_string() });
        }
        4 => {
            fact.implementer = Some(person(IMPLEMENTER));
            fact.plans = json!({ "implementation": "do it" });
        }
        _ => fact.risk.tier = Tier::VeryHigh,
    }
}

fn extra_of(kind: u8) -> ExtraCommand {
    match kind {
        0 => ExtraCommand::Comment { text: "So far so good.".to_owned() },
        1 => {
            let (title, required) = (Some("Tell the shops".to_owned()), Some(true));
            ExtraCommand::AddTask { edit: TaskEdit { title, required, ..TaskEdit::default() } }
        }
        _ => {
            let done_at = Some(Some(minute(1)));
            let edit = TaskEdit { done_at, ..TaskEdit::default() };
            ExtraCommand::EditTask { number: 1, edit }
        }
    }
}

fn vote_of(release: &Release, voter: u128, answer: Answer, stale: bool) -> Cast {
    let reason = (answer == Answer::Reject).then(|| "not now".to_owned());
    let round = release.round();
    let content_hash = match round {
        Some(round) if !stale => round.content.hash(),
        _ => "of another content".to_owned(),
    };
    let round = round.map_or(1, |round| round.number);
    Cast { person: person(voter), answer, round, content_hash, reason, condition: None }
}

fn decide(bundle: &mut Bundle, asked: &Asked, world: &World) -> Decision<ReleaseEvent> {
    let facts = &bundle.facts(world);
    let (release, stamp) = (&bundle.release, &stamp());
    match asked {
        Asked::Edit(kind) => super::edit(release, &edit_of(*kind), None, facts, stamp),
        Asked::Attach(number) => {
            let fact = bundle.changes[&change(*number)].clone();
            attach(release, joining(&fact, change::Phase::Authorise), facts, stamp)
        }
        Asked::Detach(number) => detach(release, change(*number), facts, stamp),
        Asked::Turn => {
            let turned: Vec<ChangeId> = release.changes.iter().rev().copied().collect();
            reorder(release, &turned, facts, stamp)
        }
        Asked::ChangeEdited(number, kind) => change_edited(bundle, *number, *kind, world),
        Asked::Advance => advance(release, facts),
        Asked::Submit => submit(release, facts, stamp),
        Asked::Vote { voter, answer, stale } => {
            let vote = vote_of(release, *voter, *answer, *stale);
            cast(release, &vote, &as_voter(*voter, facts.clone()))
        }
        Asked::Schedule(kind) => {
            let wanted = kind.map(|kind| window(50 + i64::from(kind), 140));
            super::schedule(release, wanted.as_ref(), facts, stamp)
        }
        Asked::Deploy => deploy(release, facts),
        Asked::Step(number, state) => {
            step(release, named(change(*number)), *state, Some("x"), facts)
        }
        Asked::Extend(end) => lengthened(release, minute(*end), facts),
        Asked::Verify(passed) => verify(release, *passed, None, facts),
        Asked::Rollback => roll_back(release, "errors", facts),
        Asked::StepBack(number, state) => {
            back(release, named(change(*number)), *state, Some("x"), facts)
        }
        Asked::Close(outcome) => close(release, Some(*outcome), None, facts),
        Asked::Hold => hold(release, "wait", facts),
        Asked::Resume => resume(release, facts),
        Asked::Cancel => cancel(release, "no", facts),
        Asked::Extra(kind) => extra(release, &extra_of(*kind)),
    }
}

/// Asked for, and where it is asked for already granted by another.
fn lengthened(release: &Release, end: Timestamp, facts: &Facts) -> Decision<ReleaseEvent> {
    let Some(asked) = &release.extension else {
        return extend(release, end, "it is slow", facts);
    };
    let manager = Facts {
        person: Some(person(NOBODY)),
        roles: [Role::ReleaseManager].into(),
        ..facts.clone()
    };
    grant_extension(release, asked.end, &manager)
}

/// The edit of a change and what it does to the release are one transaction: both, or none. Once
/// work on it began, a change is not edited.
fn change_edited(
    bundle: &mut Bundle,
    number: u128,
    kind: u8,
    world: &World,
) -> Decision<ReleaseEvent> {
    let id = change(number);
    if bundle.release.is_under_way() && bundle.release.changes.contains(&id) {
        return Ok(vec![]);
    }
    let mut after = bundle.clone();
    if let Some(fact) = after.changes.get_mut(&id) {
        edit_change(fact, kind);
    }
    let events = reapprove(&after.release, &after.facts(world))?;
    bundle.changes = after.changes;
    Ok(events)
}

fn check_rounds(bundle: &Bundle) -> Result<(), TestCaseError> {
    let release = &bundle.release;
    if let Some(round) = release.round() {
        let counting: Vec<_> = round.votes.iter().filter(|vote| vote.counts()).collect();
        let people: BTreeSet<_> = counting.iter().map(|vote| vote.person).collect();
        prop_assert_eq!(people.len(), counting.len(), "someone counts twice");
        prop_assert!(people.iter().all(|person| round.barred(*person).is_none()), "{:?}", round);
    }
    let live = |state| matches!(state, RoundState::Open | RoundState::Approved);
    let Some(round) = release.round().filter(|round| live(round.state)) else { return Ok(()) };
    if release.is_over() {
        return Ok(());
    }
    let changes = release.changes.iter().map(|id| &bundle.changes[id]);
    let own = changes.flat_map(|change| [change.requester, change.implementer]).flatten();
    for person in own.chain(release.requester) {
        prop_assert!(!round.has_voted(person), "{person} approves their own work");
    }
    if release.phase == P::Approval {
        let world = World { now: 0, blocked: false, absent: None, review_completed: false };
        let there = bundle_content(release, &bundle.facts(&world));
        prop_assert_eq!(round.content.hash(), there.hash(), "approved is something else");
    }
    Ok(())
}

fn check_places(release: &Release) -> Result<(), TestCaseError> {
    prop_assert_eq!(release.broken_invariant(), None);
    let ended = release.phase == P::Closed;
    prop_assert_eq!(release.outcome.is_some(), ended, "{:?}", release.phase);
    let under_way = release.is_under_way() && release.phase != P::Cancelled;
    prop_assert_eq!(release.deployment.is_some(), under_way);
    prop_assert!(!under_way || release.is_approved(), "carried out without its go");
    if let Some(deployment) = &release.deployment {
        prop_assert!(!release.changes.is_empty(), "nothing is carried out");
        let steps: Vec<ChangeId> = deployment.steps.iter().map(|step| step.change).collect();
        prop_assert_eq!(&steps, &release.changes);
        let back = deployment.rollback.iter().map(|rollback| &rollback.steps);
        for steps in back.chain([&deployment.steps]) {
            prop_assert!(steps.is_sorted_by_key(|step| !step.is_reported()), "{steps:?}");
        }
        let steps = deployment.rollback.iter().flat_map(|rollback| &rollback.steps);
        let mut back: Vec<ChangeId> = steps.map(|step| step.change).collect();
        back.reverse();
        prop_assert!(deployment.rollback.is_none() || back == deployment.reached());
        let unreached = deployment.steps.iter().filter(|step| !step.is_reported());
        let unreached: Vec<&Step> = unreached.collect();
        let verified = release.phase >= P::Verification && deployment.rollback.is_none();
        prop_assert!(!verified || unreached.is_empty(), "{unreached:?}");
    }
    Ok(())
}

/// The guard that the page asks for a command without parameters that could be wrong by themselves.
fn verb_of(asked: &Asked) -> Option<Verb> {
    Some(match asked {
        Asked::Advance => Verb::Advance,
        Asked::Submit => Verb::Submit,
        Asked::Schedule(None) => Verb::Schedule,
        Asked::Deploy => Verb::Deploy,
        Asked::Verify(Some(true)) => Verb::Verify,
        Asked::Rollback => Verb::Rollback,
        Asked::Hold => Verb::Hold,
        Asked::Resume => Verb::Resume,
        Asked::Cancel => Verb::Cancel,
        _ => return None,
    })
}

/// Events as they are stored, read back and folded.
fn replayed(events: &[ReleaseEvent]) -> Release {
    let stored: Vec<String> = events.iter().map(crate::canonical::text).collect();
    stored.iter().fold(Release::default(), |release, text| {
        let event: ReleaseEvent = serde_json::from_str(text).expect("readable");
        release.evolve(&event, &stamp())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_order_of_commands_breaks_a_release(
        story in proptest::collection::vec((asked(), world()), 1..90),
    ) {
        let created =
            create("REL-1".to_owned(), &model(), &titled(), Some(person(CREATOR)), vec![]);
        let mut log = created.expect("created");
        let changes = CHANGES.map(|number| (change(number), fact(number))).collect();
        let mut bundle = Bundle { release: replayed(&log), changes };
        for (asked, world) in story {
            let facts = bundle.facts(&world);
            let guarded = verb_of(&asked).map(|verb| guard(verb, &bundle.release, &facts));
            let decided = decide(&mut bundle, &asked, &world);
            match guarded {
                Some(Err(refusal)) => {
                    let refused = decided.as_ref().expect_err("its guard refuses");
                    prop_assert_eq!(refused.code, refusal.code);
                }
                Some(Ok(())) if !matches!(asked, Asked::Submit | Asked::Schedule(_)) => {
                    prop_assert!(decided.is_ok(), "its guard allows it: {decided:?}");
                }
                _ => {}
            }
            for event in decided.unwrap_or_default() {
                bundle.release = bundle.release.evolve(&event, &stamp());
                log.push(event);
            }
            check_places(&bundle.release)?;
            check_rounds(&bundle)?;
        }
        let again = replayed(&log);
        let text = crate::canonical::text(&bundle.release);
        prop_assert_eq!(crate::canonical::text(&again), text.clone());
        let kept: Release = serde_json::from_str(&text).expect("readable");
        prop_assert_eq!(kept, bundle.release);
    }
}

//! The rule, case by case, and what follows from its answers.

use kernel::{Actor, Interval, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::aggregate::{Aggregate, Stamp};
use crate::artifact::Artifact;
use crate::calendar::ConflictKind;
use crate::vocabulary::Environment;

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_minutes(minute)
}

fn window(start: i64, end: i64) -> Interval {
    Interval::try_new(minute(start), minute(end)).expect("an interval")
}

/// Approved, committed, its window from 60 to 120.
fn ready(number: &str) -> Candidate {
    Candidate {
        id: format!("id-{number}"),
        number: number.to_owned(),
        standing: Standing::Committed,
        held: None,
        window: Some(window(60, 120)),
        ran: false,
        owner: Some("Rosa".to_owned()),
        lacks: Vec::new(),
        blocks: Vec::new(),
        newer: None,
    }
}

fn facts(now: i64, candidates: Vec<Candidate>) -> GateFacts {
    GateFacts {
        now: minute(now),
        artifact: Artifact {
            name: Some("shop".to_owned()),
            digest: "sha256:aa".parse().expect("a digest"),
        },
        environment: Environment::Production,
        purpose: Purpose::Deploy,
        candidates,
        elsewhere: None,
        other: None,
    }
}

fn rollback(now: i64, candidates: Vec<Candidate>) -> GateFacts {
    GateFacts { purpose: Purpose::Rollback, ..facts(now, candidates) }
}

fn codes(verdict: &Verdict) -> Vec<ReasonCode> {
    verdict.reasons.iter().map(|reason| reason.code).collect()
}

#[track_caller]
fn check(facts: &GateFacts, word: Word, why: &[ReasonCode]) -> Verdict {
    let verdict = judge(facts);
    assert_eq!((verdict.word, codes(&verdict)), (word, why.to_vec()), "{verdict:#?}");
    verdict
}

fn standing(standing: Standing) -> Candidate {
    Candidate { standing, ..ready("REL-1") }
}

fn asked(lapsed: bool) -> Standing {
    Standing::Asked { waits_for: vec!["CAB (stage Board)".to_owned()], lapsed }
}

fn blackout(until: i64) -> Block {
    Block {
        kind: ConflictKind::Blackout,
        words: "the blackout \"Year end\" allows nothing".to_owned(),
        until: Some(minute(until)),
    }
}

fn newer() -> Newer {
    Newer { id: "id-2".to_owned(), number: "REL-2".to_owned(), digest: "sha256:bb".to_owned() }
}

#[test]
fn an_unknown_artifact_is_denied() {
    let verdict = check(&facts(90, vec![]), Word::Deny, &[ReasonCode::UnknownArtifact]);
    assert_eq!(verdict.records, Vec::<String>::new());
    assert_eq!(verdict.valid_until, minute(95));
    check(&rollback(90, vec![]), Word::Deny, &[ReasonCode::UnknownArtifact]);
}

#[test]
fn other_bytes_than_the_approved_ones_are_denied_and_those_are_named() {
    let other = Other {
        number: "REL-1".to_owned(),
        digest: "sha256:bb".to_owned(),
        environment: Environment::Production,
    };
    let facts = GateFacts { other: Some(other), ..facts(90, vec![]) };
    let verdict = check(&facts, Word::Deny, &[ReasonCode::OtherDigest]);
    assert!(verdict.reasons[0].sentence.contains("sha256:bb"), "{verdict:?}");
    assert_eq!(verdict.records, ["REL-1"]);
}

#[test]
fn what_is_planned_for_another_environment_is_denied() {
    let elsewhere = Other {
        number: "REL-1".to_owned(),
        digest: "sha256:aa".to_owned(),
        environment: Environment::Staging,
    };
    let facts = GateFacts { elsewhere: Some(elsewhere), ..facts(90, vec![]) };
    let verdict = check(&facts, Word::Deny, &[ReasonCode::OtherEnvironment]);
    assert!(verdict.reasons[0].sentence.contains("to staging, not to production"));
}

#[test]
fn an_approval_that_is_awaited_is_waited_for_by_name() {
    let verdict =
        check(&facts(90, vec![standing(asked(false))]), Word::Wait, &[ReasonCode::ApprovalPending]);
    assert_eq!(verdict.reasons[0].waits_for, ["CAB (stage Board)"]);
    let words = "the approval of REL-1 is awaited. It waits for CAB (stage Board)";
    assert_eq!(verdict.in_words(), words);
    assert_eq!(verdict.until, None, "nobody knows when people decide");
    check(&facts(90, vec![standing(asked(true))]), Word::Wait, &[ReasonCode::ApprovalLapsed]);
    check(&facts(90, vec![standing(Standing::Draft)]), Word::Wait, &[ReasonCode::NotSubmitted]);
    check(&facts(90, vec![standing(Standing::Approved)]), Word::Wait, &[ReasonCode::NotScheduled]);
}

#[test]
fn a_window_opens_and_closes_the_gate_to_the_minute() {
    let at = |now| facts(now, vec![ready("REL-1")]);
    let verdict = check(&at(59), Word::Wait, &[ReasonCode::WindowAhead]);
    assert_eq!((verdict.until, verdict.valid_until), (Some(minute(60)), minute(60)));
    let verdict = check(&at(60), Word::Allow, &[ReasonCode::Allowed]);
    assert_eq!(verdict.valid_until, minute(65));
    let verdict = check(&at(118), Word::Allow, &[ReasonCode::Allowed]);
    assert_eq!(verdict.valid_until, minute(120), "no longer than the window");
    let verdict = check(&at(120), Word::Wait, &[ReasonCode::WindowOver]);
    assert_eq!(
        (verdict.until, &verdict.reasons[0].waits_for[..]),
        (None, &["Rosa".to_owned()][..])
    );
    let far = check(&facts(0, vec![ready("REL-1")]), Word::Wait, &[ReasonCode::WindowAhead]);
    assert_eq!(far.valid_until, minute(VERDICT_MINUTES), "no verdict lasts longer");
    let under_way = standing(Standing::UnderWay);
    check(&facts(90, vec![under_way.clone()]), Word::Allow, &[ReasonCode::Allowed]);
    check(&facts(121, vec![under_way]), Word::Wait, &[ReasonCode::WindowOver]);
    let windowless = Candidate { window: None, ..ready("REL-1") };
    check(&facts(90, vec![windowless]), Word::Wait, &[ReasonCode::NotScheduled]);
}

#[test]
fn an_approved_emergency_waits_for_no_window() {
    let urgent = Candidate { window: None, ..standing(Standing::Urgent) };
    check(&facts(5, vec![urgent.clone()]), Word::Allow, &[ReasonCode::Emergency]);
    let held = Candidate { held: Some("wrong fix".to_owned()), ..urgent };
    check(&facts(5, vec![held]), Word::Wait, &[ReasonCode::OnHold]);
}

#[test]
fn a_blackout_is_waited_out_and_ends_at_its_end() {
    let shut = |until| Candidate { blocks: vec![blackout(until)], ..ready("REL-1") };
    let verdict = check(&facts(90, vec![shut(100)]), Word::Wait, &[ReasonCode::Blackout]);
    assert_eq!(verdict.until, Some(minute(100)));
    check(&facts(100, vec![shut(100)]), Word::Allow, &[ReasonCode::Allowed]);
    let ahead = check(
        &facts(30, vec![shut(100)]),
        Word::Wait,
        &[ReasonCode::WindowAhead, ReasonCode::Blackout],
    );
    assert_eq!(ahead.until, Some(minute(100)), "the later of the two");
}

#[test]
fn what_blocks_or_is_on_hold_or_not_ready_is_waited_for() {
    let conflict = Block {
        kind: ConflictKind::SameCi,
        words: "CHG-9 works on web-01 too".to_owned(),
        until: Some(minute(110)),
    };
    let collides = Candidate { blocks: vec![conflict], ..ready("REL-1") };
    check(&facts(90, vec![collides]), Word::Wait, &[ReasonCode::Conflict]);
    let held = Candidate { held: Some("a defect".to_owned()), ..ready("REL-1") };
    let verdict = check(&facts(90, vec![held]), Word::Wait, &[ReasonCode::OnHold]);
    assert!(verdict.reasons[0].sentence.ends_with("a defect"));
    let lacks = Candidate { lacks: vec!["task 2, back up".to_owned()], ..ready("REL-1") };
    check(&facts(90, vec![lacks.clone()]), Word::Wait, &[ReasonCode::Unfinished]);
    let both =
        Candidate { held: Some("a defect".to_owned()), blocks: vec![blackout(100)], ..lacks };
    let all = [ReasonCode::OnHold, ReasonCode::Unfinished, ReasonCode::Blackout];
    let verdict = check(&facts(90, vec![both]), Word::Wait, &all);
    assert_eq!(verdict.until, None, "one of them has no end of its own");
}

#[test]
fn what_ended_badly_or_is_over_is_denied() {
    for (state, code) in [
        (Standing::Rejected, ReasonCode::Rejected),
        (Standing::Cancelled, ReasonCode::Cancelled),
        (Standing::Over, ReasonCode::Over),
        (Standing::TakenBack, ReasonCode::TakenBack),
    ] {
        check(&facts(90, vec![standing(state.clone())]), Word::Deny, &[code]);
        check(&rollback(90, vec![standing(state)]), Word::Deny, &[code]);
    }
}

#[test]
fn a_newer_candidate_leaves_the_older_one_behind() {
    let left = Candidate { newer: Some(newer()), ..ready("REL-1") };
    let verdict = check(&facts(90, vec![left.clone()]), Word::Deny, &[ReasonCode::Superseded]);
    assert!(verdict.reasons[0].sentence.starts_with("REL-2 ships sha256:bb"), "{verdict:?}");
    let ran = Candidate { ran: true, standing: Standing::Over, ..left };
    check(&rollback(90, vec![ran]), Word::Allow, &[ReasonCode::Restores]);
}

#[test]
fn going_back_passes_windows_and_blackouts_where_it_restores_what_ran() {
    let ran = Candidate {
        ran: true,
        standing: Standing::Over,
        blocks: vec![blackout(300)],
        ..ready("REL-1")
    };
    check(&rollback(200, vec![ran.clone()]), Word::Allow, &[ReasonCode::Restores]);
    check(&facts(200, vec![ran.clone()]), Word::Deny, &[ReasonCode::Over]);
    // What never ran is no way back, whatever it is called.
    let new = Candidate { ran: false, standing: Standing::Committed, ..ran };
    let both = [ReasonCode::WindowOver, ReasonCode::Blackout];
    check(&rollback(200, vec![new]), Word::Wait, &both);
}

#[test]
fn the_best_of_several_records_counts_and_the_newest_of_equals() {
    let over = Candidate { standing: Standing::Over, ..ready("REL-3") };
    let waits = Candidate { standing: asked(false), ..ready("REL-2") };
    let open = ready("REL-1");
    let verdict = judge(&facts(90, vec![over.clone(), waits.clone(), open]));
    assert_eq!((verdict.word, verdict.records), (Word::Allow, vec!["REL-1".to_owned()]));
    let verdict = judge(&facts(90, vec![over.clone(), waits]));
    assert_eq!((verdict.word, verdict.records), (Word::Wait, vec!["REL-2".to_owned()]));
    let older = Candidate { standing: Standing::Over, ..ready("REL-1") };
    assert_eq!(judge(&facts(90, vec![over, older])).records, ["REL-3"]);
}

fn folded(gate: Gate, events: &[GateEvent]) -> Gate {
    let stamp = Stamp { at: minute(7), by: Actor::System { part: "test".to_owned() } };
    events.iter().fold(gate, |gate, event| gate.evolve(event, &stamp))
}

fn answered(gate: &Gate, facts: &GateFacts) -> Vec<GateEvent> {
    let asked = (&facts.artifact, facts.environment, facts.purpose);
    answer(gate, asked, &judge(facts), 3, (Vec::new(), Vec::new()))
}

#[test]
fn an_answer_is_kept_when_it_changes_and_not_each_time() {
    let first = answered(&Gate::default(), &facts(30, vec![ready("REL-1")]));
    assert_eq!(first.len(), 1);
    let gate = folded(Gate::default(), &first);
    assert_eq!(gate.allowed_at, None);
    assert_eq!(answered(&gate, &facts(45, vec![ready("REL-1")])), Vec::new());
    let opened = answered(&gate, &facts(60, vec![ready("REL-1")]));
    let gate = folded(gate, &opened);
    assert_eq!(gate.allowed_at, Some(minute(7)));
    assert_eq!(answered(&gate, &facts(119, vec![ready("REL-1")])), Vec::new());
    // The same word for another reason, or by another record, is another answer.
    assert_eq!(answered(&gate, &facts(90, vec![ready("REL-2")])).len(), 1);
    assert_eq!(answered(&gate, &facts(120, vec![ready("REL-1")])).len(), 1);
}

#[test]
fn a_deployment_that_was_told_before_or_is_older_changes_nothing() {
    let (artifact, at) = (facts(0, vec![]).artifact, Environment::Production);
    let on = |ci: &str, minutes| Seen {
        ci: Some(ci.to_owned()),
        deployed_by: None,
        deployed_at: minute(minutes),
        unauthorised: None,
    };
    let told = |minutes| on("web-01", minutes);
    let first = seen(&Gate::default(), (&artifact, at), told(5));
    assert_eq!(first.len(), 1);
    let gate = folded(Gate::default(), &first);
    assert_eq!(seen(&gate, (&artifact, at), told(5)), Vec::new());
    assert_eq!(seen(&gate, (&artifact, at), told(4)), Vec::new(), "it comes late");
    assert_eq!(seen(&gate, (&artifact, at), told(6)).len(), 1);
    // Each CI has a last one of its own.
    let other = seen(&gate, (&artifact, at), on("web-02", 6));
    let gate = folded(gate, &other);
    assert_eq!((other.len(), seen(&gate, (&artifact, at), told(5))), (1, Vec::new()));
    let many = (0..SEEN_MAX).map(|place| on(&format!("web-{place}"), 7));
    let gate = many.fold(gate, |gate, told| {
        let events = seen(&gate, (&artifact, at), told);
        folded(gate, &events)
    });
    assert_eq!((gate.last.len(), gate.seen_on(Some("web-01"))), (SEEN_MAX, None), "the oldest");
}

fn any_standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        Just(Standing::Draft),
        Just(Standing::Rejected),
        any::<bool>().prop_map(asked),
        Just(Standing::Approved),
        Just(Standing::Committed),
        Just(Standing::Urgent),
        Just(Standing::UnderWay),
        Just(Standing::TakenBack),
        Just(Standing::Over),
        Just(Standing::Cancelled),
    ]
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let times = (0..200_i64, 1..200_i64, prop::option::of(0..200_i64));
    (any_standing(), flags, times).prop_map(|(standing, flags, (start, length, shut))| {
        let (held, ran, lacks, left) = flags;
        Candidate {
            standing,
            held: held.then(|| "why".to_owned()),
            window: Some(window(start, start + length)),
            ran,
            lacks: if lacks { vec!["a task".to_owned()] } else { Vec::new() },
            blocks: shut.map(blackout).into_iter().collect(),
            newer: left.then(newer),
            ..ready("REL-1")
        }
    })
}

proptest! {
    #[test]
    fn it_allows_nothing_that_is_not_approved_in_its_window_and_free(
        candidate in any_candidate(),
        now in 0..400_i64,
        back in any::<bool>(),
    ) {
        let mut facts = facts(now, vec![candidate.clone()]);
        if back {
            facts.purpose = Purpose::Rollback;
        }
        let verdict = judge(&facts);
        prop_assert!(!verdict.reasons.is_empty());
        prop_assert!(verdict.valid_until > facts.now);
        prop_assert!(verdict.valid_until <= minute(now + VERDICT_MINUTES));
        let restores = back && candidate.ran;
        let may = matches!(
            candidate.standing,
            Standing::Committed | Standing::UnderWay | Standing::Urgent
        );
        let timely = candidate.standing == Standing::Urgent
            || candidate.window.is_some_and(|window| window.includes(minute(now)));
        let free = candidate.held.is_none()
            && candidate.lacks.is_empty()
            && candidate.newer.is_none()
            && candidate.blocks.iter().all(|block| block.until <= Some(minute(now)));
        prop_assert_eq!(verdict.word == Word::Allow, restores || (may && timely && free));
        let until = verdict.until.is_none_or(|until| until > facts.now);
        prop_assert!(until, "what it waits for is still to come");
    }
}

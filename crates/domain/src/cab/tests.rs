//! Meetings: given, when, then.

use kernel::{Actor, BoardId, Id, Interval, PersonId, ReleaseId, Timestamp, Zone};
use uuid::Uuid;

use crate::aggregate::{Aggregate, Stamp};
use crate::approval::{
    Answer, Content, GroupPlan, Plan, Quorum, Round, RoundState, StagePlan, Vote,
};
use crate::cab::*;
use crate::identity::Role;
use crate::vocabulary::{Tier, Window};

/// Minutes from the beginning of these stories; the cut-off is at 60, the meeting from 120 to 180.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_minutes(minutes)
}

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(number))
}

fn release(number: u128) -> Subject {
    Subject::Release(ReleaseId::from_uuid(Uuid::from_u128(number)))
}

fn named(subject: Subject) -> Named {
    Named { subject, number: "REL-9".to_owned() }
}

fn occurrence(cut_off: i64) -> Occurrence {
    let interval = Interval::try_new(at(120), at(180)).expect("an hour");
    Occurrence { window: Window { interval, zone: Zone::utc() }, cut_off: at(cut_off) }
}

fn fold(meeting: Meeting, events: &[MeetingEvent], now: i64) -> Meeting {
    let by = Actor::Person { id: person(1) };
    let stamp = Stamp { at: at(now), by };
    let after = events.iter().fold(meeting, |meeting, event| meeting.evolve(event, &stamp));
    assert_eq!(after.broken_invariant(), None);
    after
}

fn planned() -> Meeting {
    let board = BoardId::from_uuid(Uuid::from_u128(9));
    let events = plan("CAB-1".to_owned(), board, occurrence(60), true, at(0)).expect("planned");
    fold(Meeting::default(), &events, 0)
}

fn waiting(subject: Subject, since: i64, tier: Tier, starts_at: i64) -> Candidate {
    let (since, starts_at) = (Some(at(since)), Some(at(starts_at)));
    Candidate { subject, since, awaits: true, tier: Some(tier), starts_at }
}

fn frozen(items: &[Subject]) -> Meeting {
    let candidates = items.iter().map(|subject| waiting(*subject, 1, Tier::High, 500)).collect();
    let meeting = planned();
    let events = freeze(&meeting, compose(&meeting, candidates), at(60));
    fold(meeting, &events, 60)
}

fn chair(now: i64) -> Facts {
    Facts { now: at(now), person: Some(person(1)), leads: true, sits: true }
}

fn member(now: i64) -> Facts {
    Facts { leads: false, person: Some(person(2)), ..chair(now) }
}

fn in_session(items: &[Subject]) -> Meeting {
    let meeting = frozen(items);
    let events = start(&meeting, &chair(120)).expect("it begins");
    fold(meeting, &events, 120)
}

fn subjects(items: &[AgendaItem]) -> Vec<Subject> {
    items.iter().map(|item| item.subject).collect()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(end: Result<T, crate::Refusal>, code: &str) {
    assert_eq!(end.expect_err("refused").code, code);
}

#[test]
fn an_agenda_is_ordered_by_risk_and_date_and_leaves_out_what_came_at_the_cut_off() {
    let candidates = vec![
        waiting(release(1), 10, Tier::Moderate, 300),
        waiting(release(2), 10, Tier::VeryHigh, 500),
        waiting(release(3), 10, Tier::VeryHigh, 400),
        waiting(release(4), 60, Tier::VeryHigh, 200),
        Candidate { since: None, ..waiting(release(5), 0, Tier::Low, 100) },
    ];
    let agenda = compose(&planned(), candidates);
    assert_eq!(subjects(&agenda), [release(3), release(2), release(1)]);
}

#[test]
fn what_was_put_in_order_comes_first_and_what_was_put_off_not_at_all() {
    let candidates: Vec<Candidate> =
        (1..=3).map(|number| waiting(release(number), 1, Tier::High, 500)).collect();
    let meeting = planned();
    let events = arrange(&meeting, &[release(3)], &chair(5)).expect("in order");
    let meeting = fold(meeting, &events, 5);
    let agenda = compose(&meeting, candidates.clone());
    assert_eq!(subjects(&agenda), [release(3), release(1), release(2)]);
    let events = defer(&meeting, &named(release(1)), "the owner is away", &agenda, &chair(6));
    let meeting = fold(meeting, &events.expect("put off"), 6);
    assert_eq!(subjects(&compose(&meeting, candidates)), [release(3), release(2)]);
    assert_eq!(meeting.deferral(release(1)), Some("the owner is away"));
}

#[test]
fn what_the_board_has_yet_to_decide_comes_on_by_hand_and_nothing_else() {
    let meeting = planned();
    let events = add(&meeting, &named(release(7)), true, &[], &chair(5)).expect("on it");
    let meeting = fold(meeting, &events, 5);
    let early = Candidate { since: None, ..waiting(release(7), 0, Tier::Low, 900) };
    let agenda = compose(&meeting, vec![early.clone()]);
    let decided = Candidate { awaits: false, ..early };
    assert!(compose(&meeting, vec![decided]).is_empty(), "it was decided or called off meanwhile");
    assert_eq!((agenda[0].subject, agenda[0].by_hand), (release(7), true));
    let over = add(&meeting, &named(release(8)), false, &agenda, &chair(6));
    assert!(over.clone().expect_err("refused").detail.contains("REL-9"));
    refused(over, "cab.nothing_waits");
    refused(add(&meeting, &named(release(7)), true, &agenda, &chair(6)), "cab.on_agenda");
    refused(defer(&meeting, &named(release(8)), "why", &agenda, &chair(6)), "cab.not_on_agenda");
    refused(defer(&meeting, &named(release(7)), " ", &agenda, &chair(6)), "cab.reason_missing");
}

#[test]
fn the_agenda_does_not_move_after_the_cut_off() {
    let written_down = frozen(&[release(1)]);
    // The clock alone closes it, before anybody wrote it down.
    for meeting in [planned(), written_down] {
        refused(arrange(&meeting, &[release(1)], &chair(60)), "cab.agenda_frozen");
        refused(add(&meeting, &named(release(2)), true, &[], &chair(60)), "cab.agenda_frozen");
        let agenda = [AgendaItem { subject: release(1), by_hand: false, minutes: 10 }];
        refused(
            defer(&meeting, &named(release(1)), "late", &agenda, &chair(61)),
            "cab.agenda_frozen",
        );
    }
    assert!(freeze(&planned(), vec![], at(59)).is_empty());
    assert!(freeze(&frozen(&[]), vec![], at(61)).is_empty(), "it is closed once");
}

#[test]
fn a_meeting_begins_after_its_cut_off_and_is_led_by_its_chair() {
    refused(start(&planned(), &chair(59)), "cab.wrong_state");
    let meeting = frozen(&[release(1), release(2)]);
    refused(start(&meeting, &member(120)), "cab.not_the_chair");
    let meeting = in_session(&[release(1), release(2)]);
    assert_eq!(meeting.current, Some(release(1)));
    refused(start(&meeting, &chair(121)), "cab.wrong_state");
    refused(cancel(&meeting, "nobody came", &chair(121)), "cab.wrong_state");
    refused(open_item(&meeting, Some(&named(release(3))), &chair(121)), "cab.not_on_agenda");
    let meeting =
        fold(meeting.clone(), &open_item(&meeting, None, &chair(125)).expect("next"), 125);
    assert_eq!(meeting.current, Some(release(2)));
    let first = meeting.item(release(1)).expect("an item");
    assert_eq!((first.opened_at, first.closed_at), (Some(at(120)), Some(at(125))));
    refused(open_item(&meeting, None, &chair(126)), "cab.wrong_state");
    refused(set_time(&meeting, &named(release(2)), 0, &chair(126)), "request.invalid");
}

#[test]
fn members_come_and_go_and_strangers_stay_outside() {
    let meeting = in_session(&[release(1)]);
    let events = attend(&meeting, person(2), true, &member(121)).expect("there");
    let meeting = fold(meeting, &events, 121);
    assert_eq!(attend(&meeting, person(2), true, &member(122)), Ok(vec![]));
    refused(attend(&meeting, person(3), true, &member(122)), "cab.not_the_chair");
    let stranger = Facts { sits: false, ..member(122) };
    refused(attend(&meeting, person(2), false, &stranger), "cab.not_a_member");
    refused(remark(&meeting, None, "hello", &stranger), "cab.not_a_member");
    let events = attend(&meeting, person(2), false, &member(130)).expect("gone");
    let meeting = fold(meeting, &events, 130);
    assert_eq!(meeting.present().collect::<Vec<_>>(), [person(1)], "who began it is still there");
    assert_eq!(meeting.attendance[1].until, Some(at(130)));
}

#[test]
fn the_minutes_of_an_ended_meeting_are_fixed() {
    let meeting = in_session(&[release(1)]);
    let noted = remark(&meeting, Some(&named(release(1))), "ask for the test", &chair(121));
    let meeting = fold(meeting, &noted.expect("noted"), 121);
    let roles = [Role::CabMember].into();
    let outcomes = vec![outcome(&meeting, release(1), None, &roles)];
    let events = end(&meeting, outcomes, &chair(150)).expect("it ends");
    let meeting = fold(meeting, &events, 150);
    let item = meeting.item(release(1)).expect("an item");
    assert_eq!(item.closed_at, Some(at(150)));
    assert_eq!(item.outcome.as_ref().map(|end| end.decision), Some(Decision::Undecided));
    for verb in Verb::ALL {
        refused(guard(*verb, &meeting, &chair(151)), "cab.wrong_state");
    }
}

#[test]
fn who_begins_a_meeting_and_who_votes_in_it_was_there() {
    let meeting = in_session(&[release(1)]);
    let vote = |number, minute| MinuteVote {
        person: person(number),
        on_behalf_of: None,
        answer: Answer::Approve,
        reason: None,
        at: at(minute),
    };
    // One voted the day before, one twice.
    let votes = vec![vote(2, 100), vote(3, 125), vote(3, 126)];
    let outcome = Outcome { subject: release(1), decision: Decision::Approved, votes };
    let events = end(&meeting, vec![outcome], &chair(150)).expect("it ends");
    let meeting = fold(meeting, &events, 150);
    let there = |each: &Attendance| (each.person, each.from, each.until);
    let told: Vec<_> = meeting.attendance.iter().map(there).collect();
    let until = Some(at(150));
    assert_eq!(told, [(person(1), at(120), until), (person(3), at(125), until)]);
}

fn round(state: RoundState, votes: &[(u128, usize, Answer)], approved: &[(usize, usize)]) -> Round {
    let group = |name: &str, role| GroupPlan {
        name: name.to_owned(),
        roles: [role].into(),
        quorum: Quorum::Majority,
        ..GroupPlan::default()
    };
    let stage =
        |name: &str, role| StagePlan { name: name.to_owned(), groups: vec![group(name, role)] };
    let stages = vec![stage("board", Role::CabMember), stage("go", Role::ReleaseAuthority)];
    let vote = |(number, stage, answer): &(u128, usize, Answer)| Vote {
        person: person(*number),
        on_behalf_of: None,
        stage: *stage,
        group: 0,
        answer: *answer,
        reason: Some("because".to_owned()),
        condition: None,
        at: at(130),
        content_hash: String::new(),
        voided: vec![],
        lapsed: None,
    };
    Round {
        number: 1,
        state,
        plan: Plan { policy: "major 1".to_owned(), stages, observed: vec![] },
        content: Content::default(),
        barred: vec![],
        votes: votes.iter().map(vote).collect(),
        approved: approved.iter().copied().collect(),
        opened_at: at(0),
        asked_since: None,
        paused_at: None,
        calls: vec![],
    }
}

#[test]
fn what_became_of_an_item_is_read_from_its_round() {
    let meeting = in_session(&[release(1)]);
    let roles = [Role::CabMember].into();
    let decided =
        |meeting: &Meeting, round: &Round| outcome(meeting, release(1), Some(round), &roles);
    let yes = (2, 0, Answer::Approve);
    let open = round(RoundState::Open, &[yes], &[]);
    assert_eq!(decided(&meeting, &open).decision, Decision::Undecided);
    // The board said yes; the release authority, who is another stage, has yet to speak.
    let board = round(RoundState::Open, &[yes, (9, 1, Answer::Approve)], &[(0, 0)]);
    let found = decided(&meeting, &board);
    assert_eq!(found.decision, Decision::Approved);
    assert_eq!(found.votes.len(), 1, "votes of other groups are not the board's");
    let no = round(RoundState::Rejected, &[(3, 0, Answer::Reject)], &[]);
    assert_eq!(decided(&meeting, &no).decision, Decision::Rejected);
    let agenda = [AgendaItem { subject: release(1), by_hand: false, minutes: 10 }];
    let events = defer(&meeting, &named(release(1)), "no test result", &agenda, &chair(131));
    let meeting = fold(meeting, &events.expect("put off"), 131);
    assert_eq!(decided(&meeting, &open).decision, Decision::Deferred);
    assert_eq!(decided(&meeting, &board).decision, Decision::Approved);
}

#[test]
fn what_was_taken_back_is_withdrawn_unless_the_board_decided_it() {
    let roles = [Role::CabMember].into();
    let decided = |meeting: &Meeting, votes: &[_], approved: &[_]| {
        let round = round(RoundState::Withdrawn, votes, approved);
        outcome(meeting, release(1), Some(&round), &roles).decision
    };
    let meeting = in_session(&[release(1)]);
    let yes = (2, 0, Answer::Approve);
    assert_eq!(decided(&meeting, &[], &[]), Decision::Withdrawn);
    assert_eq!(decided(&meeting, &[yes], &[]), Decision::Withdrawn);
    assert_eq!(decided(&meeting, &[yes], &[(0, 0)]), Decision::Approved);
    let later = fold(frozen(&[release(1)]), &[MeetingEvent::Started {}], 131);
    assert_eq!(decided(&later, &[yes], &[(0, 0)]), Decision::Earlier);
    let agenda = [AgendaItem { subject: release(1), by_hand: false, minutes: 10 }];
    let events = defer(&meeting, &named(release(1)), "no test result", &agenda, &chair(131));
    let meeting = fold(meeting, &events.expect("put off"), 131);
    assert_eq!(decided(&meeting, &[], &[]), Decision::Withdrawn, "it waits for no next meeting");
}

#[test]
fn what_was_decided_before_the_meeting_is_not_its_decision() {
    let roles = [Role::CabMember].into();
    let yes = (2, 0, Answer::Approve);
    let approved = round(RoundState::Approved, &[yes], &[(0, 0), (1, 0)]);
    let rejected = round(RoundState::Rejected, &[(3, 0, Answer::Reject)], &[]);
    let later = fold(frozen(&[release(1)]), &[MeetingEvent::Started {}], 131);
    for decided in [&approved, &rejected] {
        let found = outcome(&later, release(1), Some(decided), &roles);
        assert_eq!(found.decision, Decision::Earlier, "the vote was cast a minute before");
        assert_eq!(found.votes.len(), 1);
    }
    assert!(!awaits(Some(&approved), &roles) && !awaits(Some(&rejected), &roles));
    assert!(!awaits(None, &roles));
    let open = round(RoundState::Open, &[], &[]);
    assert!(awaits(Some(&open), &roles));
    let board = round(RoundState::Open, &[yes], &[(0, 0)]);
    assert!(!awaits(Some(&board), &roles), "only the release authority has yet to speak");
    let withdrawn = round(RoundState::Withdrawn, &[], &[]);
    assert!(!awaits(Some(&withdrawn), &roles));
}

#[test]
fn a_meeting_that_nobody_begins_lapses_at_its_end() {
    let meeting = frozen(&[release(1)]);
    assert_eq!(meeting.runs_out_at(), Some(at(180)));
    assert!(run_out(&meeting, vec![], at(179)).is_empty());
    // The clock alone lets it lapse, before anybody wrote it down.
    refused(start(&meeting, &chair(180)), "cab.wrong_state");
    refused(cancel(&meeting, "nobody came", &chair(180)), "cab.wrong_state");
    let events = run_out(&meeting, vec![], at(180));
    assert_eq!(events, [MeetingEvent::Lapsed {}]);
    let meeting = fold(meeting, &events, 180);
    assert_eq!(meeting.state, Some(MeetingState::Lapsed));
    assert!(run_out(&meeting, vec![], at(999)).is_empty(), "it lapses once");
}

#[test]
fn a_meeting_that_nobody_ends_is_ended_four_hours_past_its_end() {
    let meeting = in_session(&[release(1)]);
    let last = 180 + OVERRUN_MINUTES;
    assert_eq!(meeting.runs_out_at(), Some(at(last)));
    assert!(run_out(&meeting, vec![], at(last - 1)).is_empty());
    let outcomes = vec![outcome(&meeting, release(1), None, &[Role::CabMember].into())];
    let meeting = fold(meeting.clone(), &run_out(&meeting, outcomes, at(last)), last);
    assert_eq!((meeting.state, meeting.overrun), (Some(MeetingState::Ended), true));
    assert_eq!((meeting.ended_at, meeting.current), (Some(at(last)), None));
    assert!(run_out(&meeting, vec![], at(9_999)).is_empty(), "it ends once");
}

#[test]
fn a_meeting_whose_cut_off_passed_is_not_planned() {
    let board = BoardId::from_uuid(Uuid::from_u128(9));
    let planned =
        |cut_off, now| plan("CAB-2".to_owned(), board, occurrence(cut_off), false, at(now));
    refused(planned(60, 60), "request.invalid");
    refused(planned(121, 0), "request.invalid");
    assert!(planned(120, 0).is_ok());
}

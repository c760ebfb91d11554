//! Given, when, then of runners and jobs.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Actor, Id, JobId, PersonId, RunnerId, Timestamp, TokenId};

use crate::aggregate::{Aggregate, Stamp};
use crate::refusal::Check;
use crate::runner::*;

/// Knows `digits` and nothing else.
struct Digits;

impl Patterns for Digits {
    fn flaw(&self, pattern: &str) -> Option<String> {
        (pattern != "digits").then(|| "it is unknown".to_owned())
    }

    fn matches(&self, _: &str, value: &str) -> bool {
        !value.is_empty() && value.bytes().all(|letter| letter.is_ascii_digit())
    }
}

fn token(number: u128) -> Actor {
    let id = TokenId::from_uuid(uuid::Uuid::from_u128(number));
    Actor::Token { id, person: PersonId::from_uuid(uuid::Uuid::from_u128(1)) }
}

fn runner_id(number: u128) -> RunnerId {
    RunnerId::from_uuid(uuid::Uuid::from_u128(number))
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(word, value)| ((*word).to_owned(), (*value).to_owned())).collect()
}

fn deploy() -> Allowed {
    Allowed {
        name: "deploy".to_owned(),
        program: "/usr/local/bin/deploy".to_owned(),
        args: vec!["--to".to_owned(), "v{version}".to_owned()],
        patterns: values(&[("version", "digits")]),
        time_limit_seconds: 60,
        has_status: true,
    }
}

fn told(instance: &str, holder: Actor) -> Told {
    Told {
        name: "web-01".to_owned(),
        labels: ["web".to_owned()].into(),
        commands: vec![deploy()],
        program: "1.0".to_owned(),
        instance: instance.to_owned(),
        holder,
    }
}

const QUIET: Standing = Standing { is_heard: false, holder_ended: false };
const HEARD: Standing = Standing { is_heard: true, holder_ended: false };

fn after<A: Aggregate>(state: &A, events: &[A::Event]) -> A {
    let stamp = Stamp { at: second(0), by: Actor::System { part: "test".to_owned() } };
    let after = events.iter().fold(state.clone(), |state, event| state.evolve(event, &stamp));
    assert_eq!(after.broken_invariant(), None);
    after
}

fn registered() -> Runner {
    let events = register(&Runner::default(), told("a", token(1)), QUIET, &Digits);
    after(&Runner::default(), &events.expect("allowed"))
}

fn asked() -> Ask {
    Ask {
        key: "run-1/step-2".to_owned(),
        target: Target::Label("web".to_owned()),
        command: "deploy".to_owned(),
        arguments: values(&[("version", "42")]),
        time_limit_seconds: None,
    }
}

fn queued() -> Job {
    after(&Job::default(), &ask(&Job::default(), asked()).expect("allowed"))
}

fn claimed() -> Job {
    let job = queued();
    after(&job, &claim(&job, runner_id(1), &registered()).expect("allowed"))
}

fn ended(exit: i32) -> Report {
    Report::Ended {
        how: How::Exited,
        exit,
        began_at: Some(second(1)),
        ended_at: Some(second(2)),
        output_bytes: 3,
        tail: "ok\n".to_owned(),
    }
}

fn unknown() -> Report {
    Report::Unknown { reason: "its end was not seen".to_owned() }
}

fn not_begun() -> Report {
    Report::NotBegun { reason: "it is not on the list".to_owned() }
}

fn code<T: std::fmt::Debug>(end: Result<T, crate::Refusal>) -> &'static str {
    end.expect_err("a refusal").code
}

#[test]
fn a_value_must_match_as_it_is_declared_and_stays_one_argument() {
    let command = deploy();
    assert_eq!(permits(&command, &values(&[("version", "42")]), &Digits), Ok(()));
    for wrong in [
        values(&[]),
        values(&[("version", "42; rm -rf /")]),
        values(&[("version", "4\n2")]),
        values(&[("version", &"4".repeat(ARGUMENT_MAX + 1))]),
        values(&[("version", "42"), ("other", "1")]),
    ] {
        assert!(permits(&command, &wrong, &Digits).is_err(), "{wrong:?}");
    }
    let hostile = values(&[("version", "1 $(id) {version}")]);
    assert_eq!(filled(&command.args, &hostile), ["--to", "v1 $(id) {version}"]);
}

#[test]
fn braces_around_no_word_are_only_braces() {
    let args =
        ["{}", "{ x }", "a{version", "{version}{version}", "{é}{version}"].map(str::to_owned);
    let filled = filled(&args, &values(&[("version", "7")]));
    assert_eq!(filled, ["{}", "{ x }", "a{version", "77", "{é}7"]);
}

#[test]
fn a_list_of_commands_is_checked_whole() {
    let pointers = |commands: &[Allowed]| -> Vec<String> {
        let mut check = Check::default();
        check_allowed(&mut check, commands, &Digits);
        check.found().into_iter().map(|missing| missing.pointer).collect()
    };
    assert_eq!(pointers(&[deploy()]), Vec::<String>::new());
    let relative = Allowed { program: "deploy".to_owned(), ..deploy() };
    assert_eq!(pointers(&[relative]), ["/commands/0/program"]);
    assert_eq!(pointers(&[deploy(), deploy()]), ["/commands/1/name"]);
    let endless = Allowed { time_limit_seconds: 0, ..deploy() };
    assert_eq!(pointers(&[endless]), ["/commands/0/time_limit_seconds"]);
    let undeclared = Allowed { patterns: BTreeMap::new(), ..deploy() };
    assert_eq!(pointers(&[undeclared]), ["/commands/0/patterns/version"]);
    let unused = Allowed { args: vec![], ..deploy() };
    assert_eq!(pointers(&[unused]), ["/commands/0/patterns/version"]);
    let broken = Allowed { patterns: values(&[("version", "(")]), ..deploy() };
    assert_eq!(pointers(&[broken]), ["/commands/0/patterns/version"]);
}

#[test]
fn registering_again_with_the_same_words_is_nothing_new() {
    let runner = registered();
    let again = register(&runner, told("a", token(1)), HEARD, &Digits);
    assert_eq!(again.expect("allowed"), []);
    let more = Told { labels: BTreeSet::new(), ..told("a", token(1)) };
    assert_eq!(register(&runner, more, HEARD, &Digits).expect("allowed").len(), 1);
}

#[test]
fn a_name_is_taken_while_its_journal_is_heard_and_belongs_to_its_token() {
    let runner = registered();
    let other = register(&runner, told("b", token(1)), HEARD, &Digits);
    assert_eq!(code(other), "runner.name_taken");
    assert!(register(&runner, told("b", token(1)), QUIET, &Digits).is_ok());
    let stranger = register(&runner, told("a", token(2)), HEARD, &Digits);
    assert_eq!(code(stranger), "runner.other_token");
    let renewed = Standing { holder_ended: true, ..HEARD };
    assert!(register(&runner, told("a", token(2)), renewed, &Digits).is_ok());
}

#[test]
fn a_revoked_runner_comes_back_with_another_token_only() {
    let runner = registered();
    let revoked = after(&runner, &revoke(&runner, "the disk was stolen").expect("allowed"));
    assert_eq!(revoke(&revoked, "again").expect("allowed"), []);
    assert_eq!(code(holds(&revoked, &token(1), "a")), "runner.revoked");
    let same = register(&revoked, told("a", token(1)), QUIET, &Digits);
    assert_eq!(code(same), "runner.revoked");
    let fresh = register(&revoked, told("b", token(2)), HEARD, &Digits).expect("allowed");
    let fresh = after(&revoked, &fresh);
    assert_eq!(holds(&fresh, &token(2), "b").expect("allowed"), []);
    assert_eq!(code(holds(&fresh, &token(1), "a")), "runner.revoked");
    assert_eq!(code(revoke(&runner, " ")), "request.invalid");
}

#[test]
fn it_falls_silent_once_and_comes_back() {
    let runner = registered();
    let silent = after(&runner, &fall_silent(&runner, second(9)));
    assert_eq!(silent.silent_since, Some(second(9)));
    assert_eq!(fall_silent(&silent, second(10)), []);
    let back = holds(&silent, &token(1), "a").expect("allowed");
    assert_eq!(back, [RunnerEvent::CameBack {}]);
    assert_eq!(holds(&after(&silent, &back), &token(1), "a").expect("allowed"), []);
    assert_eq!(code(holds(&runner, &token(1), "b")), "runner.not_registered");
}

#[test]
fn a_key_is_one_job() {
    let job = queued();
    assert_eq!(ask(&job, asked()).expect("allowed"), []);
    let other = Ask { arguments: values(&[("version", "43")]), ..asked() };
    assert_eq!(code(ask(&job, other)), "runner.key_reused");
    for key in ["", "a b", "é", &"k".repeat(KEY_MAX + 1)] {
        let wrong = Ask { key: key.to_owned(), ..asked() };
        assert_eq!(code(ask(&Job::default(), wrong)), "request.invalid", "{key}");
    }
}

#[test]
fn a_job_is_claimed_by_one_and_given_again_only_to_the_same_journal() {
    let (job, runner) = (claimed(), registered());
    assert_eq!((job.state, job.fence), (Some(State::Claimed), 1));
    assert_eq!(code(claim(&job, runner_id(2), &runner)), "runner.fenced");
    let replaced = Runner { instance: "b".to_owned(), ..runner.clone() };
    assert_eq!(code(claim(&job, runner_id(1), &replaced)), "runner.fenced");
    assert_eq!(claim(&job, runner_id(1), &runner).expect("allowed"), []);
    assert_eq!(code(report(&job, (runner_id(1), &runner), 2, ended(0))), "runner.fenced");
    assert_eq!(code(report(&job, (runner_id(1), &replaced), 1, ended(0))), "runner.fenced");
    let elsewhere = Runner { labels: BTreeSet::new(), ..runner };
    assert_eq!(code(claim(&queued(), runner_id(1), &elsewhere)), "runner.fenced");
}

#[test]
fn what_is_reported_counts_once_and_even_when_it_comes_late() {
    let (job, runner) = (claimed(), registered());
    let from = (runner_id(1), &runner);
    let lost = after(&job, &report(&job, from, 1, unknown()).expect("allowed"));
    assert_eq!(lost.state, Some(State::Lost));
    let done = after(&lost, &report(&lost, from, 1, ended(3)).expect("allowed"));
    assert_eq!((done.state, done.exit, done.reason.as_str()), (Some(State::Ended), Some(3), ""));
    // (where it stands, what is reported, how many events or why not)
    let never = after(&job, &report(&job, from, 1, not_begun()).expect("allowed"));
    let table = [
        (&done, ended(3), Ok(0)),
        (&done, unknown(), Ok(0)),
        (&done, not_begun(), Err("runner.job_over")),
        (&never, not_begun(), Ok(0)),
        (&never, unknown(), Ok(0)),
        (&never, ended(0), Err("runner.job_over")),
        (&lost, unknown(), Ok(0)),
        (&lost, not_begun(), Ok(1)),
        (&job, ended(0), Ok(1)),
    ];
    for (job, found, expected) in table {
        let end = report(job, from, 1, found.clone());
        let end = end.map(|events| events.len()).map_err(|refusal| refusal.code);
        assert_eq!(end, expected, "{:?} {found:?}", job.state);
    }
}

#[test]
fn cancelling_ends_what_waits_and_asks_what_runs_to_stop_once() {
    let waits = queued();
    let cancelled = after(&waits, &cancel(&waits, "not needed"));
    assert_eq!(cancelled.state, Some(State::NotBegun));
    assert_eq!(code(claim(&cancelled, runner_id(1), &registered())), "runner.fenced");
    let runs = claimed();
    let asked = after(&runs, &cancel(&runs, "not needed"));
    assert!(asked.stop_asked && asked.state == Some(State::Claimed));
    assert_eq!(cancel(&asked, "again"), []);
    assert_eq!(cancel(&cancelled, "again"), []);
}

#[test]
fn the_jobs_of_a_silent_runner_are_lost_and_those_that_wait_are_not() {
    assert_eq!(fall_silent_with(&queued(), "silence"), []);
    let job = claimed();
    let lost = after(&job, &fall_silent_with(&job, "silence"));
    assert_eq!(lost.state, Some(State::Lost));
    assert_eq!(Job::stream(JobId::from_uuid(uuid::Uuid::nil())).split(':').next(), Some("job"));
}

//! Every event that was ever written must stay readable: each golden file is decoded into its event
//! and encoded again, without loss.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use interlock_orchestrator::{
    Act, Ask, Attempt, By, Choice, Consequence, IfLost, OnFailure, Plan, Retries, RunEvent, Scope,
    Step, Trigger, Undo, Value, Way, Why,
};
use kernel::Timestamp;
use serde_json::Value as Json;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_795_000_000_000_000).plus_seconds(seconds)
}

fn step(key: &str, act: Act, undo: Undo) -> Step {
    Step {
        key: key.to_owned(),
        needs: BTreeSet::new(),
        group: None,
        act,
        undo,
        minutes: 5,
        undo_minutes: 3,
        retries: Retries { limit: 2, delay_seconds: 10, factor: 2 },
        time_limit_seconds: 300,
        on_failure: OnFailure::Ask,
        on_no_data: None,
        if_lost: IfLost::Ask,
    }
}

fn plan() -> Plan {
    let reason = || "mails cannot be called back".to_owned();
    let mut shop = step("shop", Act::Call, Undo::Compensating);
    (shop.group, shop.on_failure) = (Some("CHG-12".to_owned()), OnFailure::Rollback);
    (shop.needs, shop.if_lost) = (BTreeSet::from(["look".to_owned()]), IfLost::Repeat);
    let mut mail = step("mail", Act::Call, Undo::Irreversible { reason: reason() });
    (mail.on_failure, mail.if_lost) = (OnFailure::Stop, IfLost::Person);
    let steps = vec![
        step("look", Act::Wait { seconds: 60 }, Undo::Nothing),
        shop,
        step("sign", Act::Person, Undo::Reversible),
        mail,
        step("drop", Act::Call, Undo::PointOfNoReturn { reason: reason() }),
    ];
    Plan { steps, ask: Ask { seconds: 900, default: Choice::Continue }, triggers: Vec::new() }
}

/// A plan that watches, with a step that states what no verdict leads to.
fn watching() -> Plan {
    let mut check = step("check", Act::Call, Undo::Nothing);
    check.on_no_data = Some(OnFailure::Rollback);
    let trigger = Trigger {
        key: "errors".to_owned(),
        bad_seconds: 60,
        on_bad: Consequence::Rollback,
        no_data_seconds: 300,
        on_no_data: Consequence::Ask,
    };
    Plan { steps: vec![check], triggers: vec![trigger], ..plan() }
}

/// Each event by the name of its file.
fn events() -> Vec<(&'static str, RunEvent)> {
    let attempt = || Attempt { step: "shop".to_owned(), way: Way::Forward, number: 1 };
    let back = || Attempt { way: Way::Back, ..attempt() };
    let reason = || "errors rise".to_owned();
    let skipped = |way| RunEvent::StepSkipped { step: "shop".to_owned(), way, reason: reason() };
    let note = Some("202 Accepted".to_owned());
    let asked = |why| RunEvent::DecisionAsked { why, until: at(900), default: Choice::Rollback };
    let rollback = |scope| RunEvent::RollbackDecided {
        scope,
        reason: reason(),
        steps: BTreeSet::from(["shop".to_owned()]),
        stands: BTreeMap::from([("mail".to_owned(), "mails cannot be called back".to_owned())]),
    };
    vec![
        ("began.v1", RunEvent::Began { plan: plan() }),
        ("began.v1.watching", RunEvent::Began { plan: watching() }),
        ("step_started.v1", RunEvent::StepStarted { attempt: attempt(), until: at(300) }),
        ("step_started.v1.back", RunEvent::StepStarted { attempt: back(), until: at(300) }),
        ("step_succeeded.v1", RunEvent::StepSucceeded { attempt: attempt(), note }),
        (
            "step_failed.v1",
            RunEvent::StepFailed { attempt: back(), reason: reason(), retry_at: Some(at(10)) },
        ),
        (
            "step_lost.v1",
            RunEvent::StepLost { attempt: attempt(), late: true, ask_at: Some(at(0)) },
        ),
        ("step_unknown.v1", RunEvent::StepUnknown { attempt: attempt(), ask_at: Some(at(30)) }),
        ("step_not_begun.v1", RunEvent::StepNotBegun { attempt: attempt() }),
        ("step_retried.v1", RunEvent::StepRetried { step: "shop".to_owned(), way: Way::Forward }),
        ("step_skipped.v1", skipped(Way::Back)),
        ("paused.v1", RunEvent::Paused {}),
        ("resumed.v1", RunEvent::Resumed {}),
        ("decision_asked.v1.alarm", asked(Why::Alarm { reason: reason() })),
        ("decision_asked.v1.failed", asked(Why::Failed { step: "shop".to_owned() })),
        (
            "decision_taken.v1",
            RunEvent::DecisionTaken {
                choice: Choice::Continue,
                by: By::Owner,
                reason: Some(reason()),
            },
        ),
        (
            "decision_taken.v1.clock",
            RunEvent::DecisionTaken { choice: Choice::Rollback, by: By::Clock, reason: None },
        ),
        ("abort_asked.v1", RunEvent::AbortAsked { reason: reason() }),
        ("rollback_decided.v1.far", rollback(Scope::AsFarAsPossible)),
        ("rollback_decided.v1.groups", rollback(Scope::Groups(BTreeSet::from(["CHG-12".into()])))),
        ("rollback_decided.v1.whole", rollback(Scope::Whole)),
        ("give_up_asked.v1", RunEvent::GiveUpAsked { reason: reason() }),
        (
            "trigger_turned.v1",
            RunEvent::TriggerTurned {
                trigger: "errors".to_owned(),
                value: Value::NoData,
                note: "no data for errors".to_owned(),
            },
        ),
        (
            "trigger_fired.v1",
            RunEvent::TriggerFired { trigger: "errors".to_owned(), then: Consequence::Rollback },
        ),
        ("watch_ended.v1", RunEvent::WatchEnded {}),
        ("finished.v1", RunEvent::Finished {}),
        ("stopped.v1", RunEvent::Stopped {}),
        ("rolled_back.v1", RunEvent::RolledBack {}),
        ("given_up.v1", RunEvent::GivenUp {}),
    ]
}

/// A file that is missing is written once, when `BLESS` is set; one that is there is never edited.
#[test]
fn every_event_stays_readable() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let events = events();
    for (name, event) in &events {
        let path = folder.join(format!("run.{name}.json"));
        if !path.exists() && std::env::var("BLESS").is_ok() {
            let text = serde_json::to_string_pretty(event).expect("JSON");
            fs::write(&path, format!("{text}\n")).expect("written");
        }
        let text = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{name}: {error}; run again with BLESS=1"));
        let golden: Json = serde_json::from_str(&text).expect("JSON");
        let kind = golden["type"].as_str().expect("a type");
        assert!(format!("run.{name}").starts_with(kind), "{name} holds {kind}");
        let read: RunEvent = serde_json::from_value(golden.clone())
            .unwrap_or_else(|error| panic!("{name} cannot be read any more: {error}"));
        assert_eq!(&read, event, "{name} is read as something else");
        assert_eq!(serde_json::to_value(&read).expect("JSON"), golden, "{name} lost something");
    }
    let files = fs::read_dir(folder).expect("the golden folder").count();
    assert_eq!(files, events.len(), "a golden file has no event here");
}

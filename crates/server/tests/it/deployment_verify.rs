//! A release with a run is verified once the run is over, and not before: not while a step still
//! works, not while a decision is asked for, and not while a trigger is about to act.

use serde_json::{Value as Json, json};

use crate::deployment_run::{Drive, begun, run};
use crate::support::{at, on_both};

/// Two steps of no change: one that a person signs, and one that goes on for ten minutes.
const CHECKS: &str = "[[step]]\nkey = \"look\"\nneeds = [\"shop\", \"mail\"]\nkind = \"signoff\"\n\
    role = \"release_manager\"\ntext = \"Is it well?\"\non_failure = \"rollback\"\n\n\
    [[step]]\nkey = \"settle\"\nneeds = [\"shop\"]\nkind = \"wait\"\nseconds = 600\n";
/// Errors that take it back when they last for a minute.
const WATCH: &str = "[[trigger]]\nkey = \"errors\"\nurl = \"http://prometheus.test\"\n\
    query = \"rate(errors[1m])\"\nat_most = 0.01\nevery_seconds = 10\nfor_seconds = 60\n\
    on_bad = \"rollback\"\nno_data_seconds = 120\non_no_data = \"ask\"\n";

/// What a refusal says is still open.
fn open(problem: &Json) -> Vec<&str> {
    let errors = problem["errors"].as_array().expect("errors").iter();
    errors.filter_map(|one| one["pointer"].as_str()).collect()
}

#[test]
fn steps_of_no_change_are_waited_for_and_may_still_turn_it_back() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let (release, _) = begun(&stage, &story, CHECKS).await;
        let mut drive = Drive::of(&stage);
        drive.on().await;
        let path = format!("/releases/{release}");
        let record = story.ivan.get(&path).await.ok();
        let steps = record["deployment"]["steps"].as_array().expect("steps");
        assert!(steps.iter().all(|step| step["state"] == "done"), "its changes are: {steps:#?}");
        let verify = format!("{path}/verify");
        for body in [json!({}), json!({"passed": true})] {
            let refused = story.ivan.post(&verify, body).await.refused(409, "release.run_open");
            assert_eq!(open(&refused), ["/run/steps/look", "/run/steps/settle"]);
            let detail = refused["detail"].as_str().expect("why");
            assert!(detail.contains("step `look` waits for a person: report it"), "{detail}");
        }
        let actions = record["actions"].as_array().expect("actions");
        let shown = actions.iter().find(|action| action["name"] == "verify").expect("verify");
        assert_eq!(shown["refusal"]["code"], "release.run_open", "the page says so before");

        stage.wait_until(at("2026-11-21T14:15:00Z")).await;
        let refused = story.ivan.post(&verify, json!({})).await.refused(409, "release.run_open");
        assert_eq!(open(&refused), ["/run/steps/look"]);
        let no = json!({"step": "look", "result": "failed", "note": "the totals differ"});
        story.rosa.post(&format!("/deployments/{release}/report"), no).await.ok();
        drive.on().await;
        assert_eq!(run(&story, &release).await["phase"], "rolled_back");
        let record = story.ivan.get(&path).await.ok();
        assert_eq!(record["deployment"]["state"], "rolled_back");
        drive.witness.check_effects();
    });
}

#[test]
fn a_decision_is_waited_for_and_none_is_asked_once_it_is_verified() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let (release, _) = begun(&stage, &story, "").await;
        let mut drive = Drive::of(&stage);
        drive.on().await;
        let verify = format!("/releases/{release}/verify");
        story.ivan.post(&verify, json!({})).await.ok();
        let path = format!("/deployments/{release}");
        let alarm = json!({"reason": "customers complain"});
        story.ivan.post(&format!("{path}/alarm"), alarm.clone()).await.ok();
        let passed = json!({"passed": true});
        let refused = story.ivan.post(&verify, passed.clone()).await;
        let refused = refused.refused(409, "release.run_open");
        assert_eq!(open(&refused), ["/run/decision"]);
        let go_on = json!({"choice": "continue", "reason": "it is another matter"});
        story.rosa.post(&format!("{path}/decide"), go_on).await.ok();
        story.ivan.post(&verify, passed).await.ok();

        // It is over: nobody is asked whether what was verified is taken back.
        let late = story.ivan.post(&format!("{path}/alarm"), alarm.clone()).await;
        late.refused(409, "release.wrong_phase");
        let late = story.rosa.post(&format!("{path}/rollback"), alarm).await;
        late.refused(409, "release.wrong_phase");
        let timers = "SELECT COUNT(*) FROM timers WHERE kind = 'run.wakes'";
        assert_eq!(stage.count(timers).await, 0);
    });
}

#[test]
fn a_trigger_that_is_bad_is_waited_for_and_not_verified_away() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let (release, _) = begun(&stage, &story, WATCH).await;
        let mut drive = Drive::of(&stage);
        drive.sees(Some("0.001"), &[]);
        drive.on().await;
        let verify = format!("/releases/{release}/verify");
        story.ivan.post(&verify, json!({})).await.ok();
        stage.clock.set(at("2026-11-21T14:10:00Z"));
        drive.sees(Some("0.25"), &[]);
        drive.on().await;
        assert_eq!(stage.wait_until(at("2026-11-21T14:10:59Z")).await, 0);
        let passed = json!({"passed": true});
        let refused = story.ivan.post(&verify, passed.clone()).await;
        let refused = refused.refused(409, "release.run_open");
        assert_eq!(open(&refused), ["/run/triggers/errors"]);
        drive.sees(Some("0.001"), &[]);
        drive.on().await;
        story.ivan.post(&verify, passed).await.ok();
        assert_eq!(run(&story, &release).await["watched"], false);
    });
}

//! What is watched in the background of a run: triggers that take it back by themselves or ask, a
//! canary with its verdict, what may be done as the run itself says, and what a way back would do.

use serde_json::{Value as Json, json};

use crate::deployment_run::{Drive, begun, run, states, waits};
use crate::support::{at, on_both};

/// A trigger on errors, and one on an alert.
const WATCH: &str = "[[trigger]]\nkey = \"errors\"\nurl = \"http://prometheus.test\"\n\
    query = \"rate(errors[1m])\"\nat_most = 0.01\nevery_seconds = 10\nfor_seconds = 60\n\
    on_bad = \"rollback\"\nno_data_seconds = 120\non_no_data = \"ask\"\n\n\
    [[trigger]]\nkey = \"slow\"\nkind = \"alert\"\nurl = \"http://alertmanager.test\"\n\
    alert = \"ShopSlow\"\nlabels = { service = \"shop\" }\nevery_seconds = 10\n\
    on_bad = \"ask\"\non_no_data = \"note\"\n";
/// A step that goes on for an hour.
const LONG: &str = "[[step]]\nkey = \"settle\"\nneeds = [\"shop\"]\nkind = \"wait\"\n\
    seconds = 3600\n\n";

fn triggers(run: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
    let shown = run["triggers"].as_array().expect("triggers").iter();
    shown.map(|one| (text(&one["key"]), text(&one["value"]))).collect()
}

fn values(errors: &str, slow: &str) -> Vec<(String, String)> {
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    vec![pair("errors", errors), pair("slow", slow)]
}

/// What may be done, by name: true, or the code of the refusal.
fn may(actions: &Json, name: &str) -> Json {
    let all = actions.as_array().expect("actions");
    let found = all.iter().find(|action| action["name"] == name);
    let found = found.unwrap_or_else(|| panic!("no {name} in {actions:#}"));
    if found["allowed"] == true { json!(true) } else { found["refusal"]["code"].clone() }
}

#[test]
fn bad_for_long_enough_is_taken_back_by_itself_also_while_it_is_verified() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let (release, _) = begun(&stage, &story, WATCH).await;
        let mut drive = Drive::of(&stage);
        drive.sees(Some("0.001"), &[]);
        drive.on().await;
        let done = run(&story, &release).await;
        assert_eq!((&done["phase"], &done["watched"]), (&json!("finished"), &json!(true)));
        assert_eq!(triggers(&done), values("good", "good"));
        story.ivan.post(&format!("/releases/{release}/verify"), json!({})).await.ok();

        stage.clock.set(at("2026-11-21T14:10:00Z"));
        drive.sees(Some("0.25"), &[]);
        drive.on().await;
        let bad = run(&story, &release).await;
        assert_eq!(triggers(&bad), values("bad", "good"));
        let trigger = &bad["triggers"][0];
        assert_eq!(trigger["note"], "rate(errors[1m]) is 0.25");
        assert_eq!(trigger["what"], "rate(errors[1m]) is at most 0.01");
        assert_eq!(trigger["fires_at"], "2026-11-21T14:11:00Z");
        assert_eq!(stage.wait_until(at("2026-11-21T14:10:59Z")).await, 0);
        assert_eq!(stage.wait_until(at("2026-11-21T14:11:00Z")).await, 1);
        drive.on().await;
        let back = run(&story, &release).await;
        assert_eq!((&back["phase"], &back["watched"]), (&json!("rolled_back"), &json!(false)));
        drive.witness.check_effects();
        let record = story.rosa.get(&format!("/releases/{release}")).await.ok();
        assert_eq!(record["deployment"]["state"], "rolled_back");
        let why = record["deployment"]["rollback"]["reason"].as_str().expect("why");
        assert!(why.contains("trigger `errors`: rate(errors[1m]) is 0.25"), "{why}");
        let log = story.rosa.get(&format!("/audit/events?subject={release}&limit=200")).await.ok();
        let told = log["items"].as_array().expect("rows").iter();
        let told: Vec<&str> = told.filter_map(|row| row["what"].as_str()).collect();
        assert!(told.contains(&"trigger errors fired: rollback"), "{told:#?}");
    });
}

#[test]
fn an_alert_and_silence_ask_the_owner_and_what_gets_better_in_time_asks_nobody() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let (release, _) = begun(&stage, &story, &format!("{LONG}{WATCH}")).await;
        let mut drive = Drive::of(&stage);
        drive.sees(Some("0.5"), &[]);
        drive.on().await;
        assert_eq!(triggers(&run(&story, &release).await), values("bad", "good"));
        stage.clock.set(at("2026-11-21T14:05:50Z"));
        drive.sees(Some("0.001"), &["ShopSlow"]);
        drive.on().await;
        let asked = run(&story, &release).await;
        assert_eq!(triggers(&asked), values("good", "bad"), "it was bad for less than a minute");
        assert_eq!(waits(&asked), ["decision"]);
        let decision = &asked["decision"];
        assert_eq!(decision["owner"]["name"], "rosa_release_manager Example");
        assert_eq!(decision["default"], "rollback");
        let why = decision["why"][0].as_str().expect("why");
        assert!(why.contains("trigger `slow`: ShopSlow fires: it is slow"), "{why}");
        let listed = story.rosa.get("/deployments?under_way=true").await.ok();
        let row = &listed["items"][0];
        assert_eq!((&row["yours"], &row["decision"]), (&json!(true), decision), "for Home");
        let go_on = json!({"choice": "continue", "reason": "it is known"});
        story.rosa.post(&format!("/deployments/{release}/decide"), go_on).await.ok();
        let listed = story.rosa.get("/deployments?under_way=true").await.ok();
        assert_eq!(listed["items"][0]["decision"], Json::Null);

        // Another server takes over, and remembers what was seen.
        drive.restart(&stage);
        stage.clock.set(at("2026-11-21T14:06:30Z"));
        drive.sees(None, &["ShopSlow"]);
        drive.on().await;
        let silent = run(&story, &release).await;
        assert_eq!(triggers(&silent), values("no_data", "bad"));
        assert_eq!(waits(&silent), [""; 0], "it was decided to go on");
        assert_eq!(stage.wait_until(at("2026-11-21T14:08:30Z")).await, 1);
        let asked = run(&story, &release).await;
        assert_eq!(waits(&asked), ["decision"]);
        let why = asked["decision"]["why"][0].as_str().expect("why");
        assert!(why.contains("no data for rate(errors[1m])"), "{why}");
        // Nobody answers.
        stage.wait_until(at("2026-11-21T14:23:30Z")).await;
        drive.on().await;
        assert_eq!(run(&story, &release).await["phase"], "rolled_back");
        drive.witness.check_effects();
    });
}

#[test]
fn nobody_watches_once_the_effect_is_verified() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let (release, _) = begun(&stage, &story, WATCH).await;
        let mut drive = Drive::of(&stage);
        drive.sees(Some("0.001"), &[]);
        drive.on().await;
        let verify = format!("/releases/{release}/verify");
        story.ivan.post(&verify, json!({})).await.ok();
        story.ivan.post(&verify, json!({"passed": true})).await.ok();
        assert_eq!(run(&story, &release).await["watched"], false);
        assert_eq!(stage.count("SELECT COUNT(*) FROM runs WHERE open = 1").await, 0);
        stage.clock.set(at("2026-11-21T14:30:00Z"));
        drive.sees(Some("1"), &["ShopSlow"]);
        drive.on().await;
        assert_eq!(triggers(&run(&story, &release).await), values("good", "good"));
        let rows = stage.rows().await;
        stage.rebuild().await;
        assert_eq!(stage.rows().await, rows);
    });
}

/// Half of the traffic, watched at once, on at least 100 requests.
const CANARY: &str = "[[step]]\nkey = \"canary\"\nneeds = [\"shop\", \"mail\"]\nkind = \"canary\"\n\
    url = \"http://world.test/weight\"\nweights = [50]\nidempotent = true\n\
    prometheus = \"http://prometheus.test\"\nquery = \"rate(errors[1m])\"\nat_most = 0.01\n\
    sample = \"requests\"\nsample_min = 100\n";

#[test]
fn a_canary_goes_on_goes_back_or_asks_by_its_verdict() {
    for (errors, requests, phase, asks) in [
        ("0.001", "250", "finished", vec![]),
        ("0.2", "250", "rolled_back", vec![]),
        ("0.2", "99", "running", vec!["decision"]),
    ] {
        on_both(async |stage| {
            let story = crate::release::cast(&stage).await;
            let (release, _) = begun(&stage, &story, CANARY).await;
            let mut drive = Drive::of(&stage);
            drive.sees(Some(errors), &[]);
            drive.witness.seen(|seen| seen.requests = requests.to_owned());
            drive.on().await;
            let ended = run(&story, &release).await;
            assert_eq!(
                (&ended["phase"], waits(&ended)),
                (
                    &json!(phase),
                    asks.iter().map(|word: &&str| (*word).to_owned()).collect::<Vec<_>>()
                )
            );
            drive.witness.check_effects();
            if phase == "running" {
                let note = ended["steps"][4]["forward"]["note"].as_str().expect("a note");
                assert_eq!(note, "no data: a verdict rests on 100, and 99 came");
            }
        });
    }
}

#[test]
fn a_run_says_what_may_be_done_and_what_a_way_back_would_do() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let signing = "[[step]]\nkey = \"look\"\nneeds = [\"shop\", \"mail\"]\nkind = \"signoff\"\n\
            role = \"release_manager\"\ntext = \"Is it well?\"\n";
        let (release, changes) = begun(&stage, &story, signing).await;
        let path = format!("/deployments/{release}");
        let seen =
            async |who: &crate::support::Client<'_>| who.get(&path).await.ok()["run"].clone();
        let early = seen(&story.ivan).await;
        for (name, expected) in [
            ("pause", json!(true)),
            ("resume", json!("deployment.not_now")),
            ("abort", json!(true)),
            ("decide", json!("deployment.not_now")),
            ("give_up", json!("deployment.not_now")),
        ] {
            assert_eq!(may(&early["actions"], name), expected, "{name}");
        }
        assert_eq!(may(&seen(&story.anna).await["actions"], "pause"), "request.not_permitted");
        assert_eq!(may(&seen(&story.rosa).await["actions"], "rollback"), true);
        assert_eq!(early["way_back"]["steps"], json!(["database"]), "it was begun");
        let mut drive = Drive::of(&stage);
        drive.witness.seen(|seen| seen.failing.insert("shop:forward".to_owned()));
        drive.on().await;
        let failed = seen(&story.ivan).await;
        assert_eq!(states(&failed, "forward")[..3], ["done", "failed", "done"]);
        let answers = |run: &Json, step: usize| -> Vec<String> {
            let actions = run["steps"][step]["actions"].as_array().expect("actions").iter();
            let allowed = actions.filter(|action| action["allowed"] == true);
            allowed.filter_map(|action| Some(action["name"].as_str()?.to_owned())).collect()
        };
        assert_eq!(answers(&failed, 0), [""; 0], "it is done");
        assert_eq!(answers(&failed, 1), ["done", "retry", "skip"]);
        assert_eq!(may(&failed["steps"][3]["actions"], "skip"), "deployment.signs_off");
        let without = json!({"step": "look", "reason": "it is late"});
        let skipped = story.ivan.post(&format!("{path}/skip"), without).await;
        skipped.refused(403, "deployment.signs_off");
        assert_eq!(answers(&seen(&story.rosa).await, 3), ["skip"], "it has not begun");
        drive.witness.seen(|seen| seen.failing.clear());
        let retry = json!({"step": "shop"});
        story.ivan.post(&format!("{path}/retry"), retry).await.ok();
        drive.on().await;
        let signing = seen(&story.ivan).await;
        assert_eq!(may(&signing["steps"][3]["actions"], "done"), "deployment.signs_off");
        assert_eq!(answers(&seen(&story.rosa).await, 3), ["done", "failed"]);

        let preview = format!("{path}/rollback/preview");
        let part = json!({"changes": [changes[0]]});
        let would = story.ivan.post(&preview, part).await.ok();
        assert_eq!(would["steps"], json!(["mail", "shop", "database"]));
        assert_eq!((&would["dragged"], &would["minutes"]), (&json!([changes[1]]), &json!(10)));
        assert_eq!(would.get("refusal"), None);
        let alone = story.ivan.post(&preview, json!({"changes": [changes[1]]})).await.ok();
        assert_eq!((&alone["steps"], &alone["minutes"]), (&json!(["mail", "shop"]), &json!(5)));
        let strange = story.ivan.post(&preview, json!({"changes": ["CHG-999"]})).await;
        strange.refused(404, "request.unknown_record");
        assert_eq!(seen(&story.rosa).await["phase"], "running", "nothing was decided");

        let no = json!({"step": "look", "result": "failed", "note": "the totals differ"});
        story.rosa.post(&format!("{path}/report"), no).await.ok();
        assert_eq!(may(&seen(&story.ivan).await["actions"], "decide"), "deployment.signs_off");
        let go_on = json!({"choice": "continue", "reason": "it is late"});
        let decided = story.ivan.post(&format!("{path}/decide"), go_on.clone()).await;
        decided.refused(403, "deployment.signs_off");
        story.rosa.post(&format!("{path}/decide"), go_on).await.ok();
        let back = json!({"reason": "enough"});
        story.rosa.post(&format!("{path}/rollback"), back).await.ok();
        drive.on().await;
        let over = seen(&story.rosa).await;
        assert_eq!(over["phase"], "rolled_back");
        assert_eq!(may(&over["actions"], "rollback"), "deployment.nothing_to_take_back");
    });
}

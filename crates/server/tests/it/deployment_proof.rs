//! What stands around a deployment: a plan that is refused where it is wrong, rehearsals of the way
//! back that a model may ask for, and status updates with a reminder, on both engines.

use interlock_server::notice::MovesReactor;
use serde_json::{Value as Json, json};

use crate::deployment_run::begun;
use crate::notice_moves::told_under;
use crate::release::{Cast, approved, cast, number, vote, window};
use crate::runner::{fields, token};
use crate::support::{Stage, at, on_both};

/// A release of one approved change, not submitted yet.
async fn planned(story: &Cast<'_>) -> (String, String) {
    let created = json!({"title": "Patch", "type": "minor", "owner": "rosa_release_manager",
        "window": window("2026-11-21T14:00:00Z", "2026-11-21T17:00:00Z")});
    let release = number(&story.rosa.post("/releases", created).await.ok());
    let change = approved(story, "Web", "web-01", 10).await;
    let path = format!("/releases/{release}/changes/{change}");
    story.rosa.put(&path, "*", json!({})).await.ok();
    (release, change)
}

/// Puts the built-in policy in force with something more in the model of minor releases.
async fn with_minor(story: &Cast<'_>, more: &str) {
    let mut files = story.rosa.get("/policy?version=0").await.ok()["files"].clone();
    let minor = files["releases/minor.toml"].as_str().expect("a file");
    files["releases/minor.toml"] = json!(minor.replacen("review_days", more, 1));
    story.rosa.put("/policy", "0", json!({"files": files, "note": "more"})).await.ok();
}

/// What is wrong with a plan, as the refusal of saving it says.
async fn flaws(story: &Cast<'_>, release: &str, text: &str) -> Vec<String> {
    let put = format!("/releases/{release}/plan");
    let refused = story.rosa.put(&put, "*", json!({"text": text})).await;
    let refused = refused.refused(422, "deployment.plan_flawed");
    let errors = refused["errors"].as_array().expect("errors").iter();
    let flaws = errors.map(|error| error["detail"].as_str().expect("why").to_owned()).collect();
    assert_eq!(story.rosa.get(&put).await.ok()["text"], Json::Null, "nothing was saved");
    flaws
}

async fn registered(stage: &Stage) {
    let secret = token(stage, "ada_keeper", &["runner"]).await;
    let runner = stage.program(&secret);
    runner.post("/runners/web-01/register", fields("a")).await.ok();
}

#[test]
#[expect(clippy::too_many_lines, reason = "a plan after another")]
fn every_kind_of_bad_plan_is_refused_when_it_is_saved_with_the_line() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        registered(&stage).await;
        let (release, change) = planned(&story).await;
        let step = |key: &str, more: &str| {
            format!("[[step]]\nkey = \"{key}\"\nchange = \"{change}\"\n{more}\n")
        };
        let wait = |key: &str, needs: &str| {
            step(key, &format!("needs = [{needs}]\nkind = \"wait\"\nseconds = 5"))
        };
        let command = |target: &str, name: &str, version: &str| {
            let what = format!(
                "{target}\ncommand = \"{name}\"\narguments = {{ version = \"{version}\" }}"
            );
            let undo = "[step.undo]\nrunner = \"web-01\"\ncommand = \"deploy\"\n\
                arguments = { version = \"1\" }";
            step("deploy", &format!("kind = \"command\"\n{what}\n{undo}"))
        };
        let on = "runner = \"web-01\"";
        let cases = [
            (
                "a cycle",
                format!("{}{}", wait("a", "\"b\""), wait("b", "\"a\"")),
                "line 4, column 1: `a` needs `b` needs `a`: take one of them away",
            ),
            (
                "an unknown step",
                wait("a", "\"z\""),
                "line 4, column 1: `a` needs `z`, which is not a step",
            ),
            (
                "an unknown change",
                wait("a", "").replace(&change, "CHG-999"),
                "line 3, column 1: CHG-999 is not a change of this release",
            ),
            (
                "an unknown runner",
                command("runner = \"web-02\"", "deploy", "2"),
                "line 6, column 1: there is no runner `web-02`: start it once, so that it tells what it does",
            ),
            (
                "an unknown label",
                command("label = \"db\"", "deploy", "2"),
                "line 6, column 1: no runner has the label `db`",
            ),
            ("a command that is not on the list", command(on, "reboot", "2"), "line 6, column 1: "),
            (
                "a value that the list does not take",
                command(on, "deploy", "2; reboot"),
                "line 6, column 1: ",
            ),
            (
                "an effect without its inverse",
                step("a", "kind = \"http\"\nurl = \"http://world.test\""),
                "line 1, column 1: a `http` step has an effect",
            ),
            (
                "no reason",
                step(
                    "a",
                    "kind = \"http\"\nurl = \"http://world.test\"\nundo = { how = \"irreversible\" }",
                ),
                "line 6, column 1: say why it cannot be taken back",
            ),
            (
                "no address",
                step("a", "kind = \"probe\"\nurl = \"world.test\""),
                "line 5, column 1: `world.test` is not an address",
            ),
            (
                "an unknown role",
                step("a", "kind = \"signoff\"\nrole = \"boss\"\ntext = \"Well?\""),
                "line 5, column 1: ",
            ),
            (
                "an unknown kind",
                step("a", "kind = \"magic\""),
                "line 4, column 8: unknown variant `magic`",
            ),
            (
                "a trigger without a consequence",
                format!(
                    "{}[[trigger]]\nkey = \"t\"\nurl = \"http://p.test\"\nquery = \"up\"\nat_least = 1\non_bad = \"ask\"\n",
                    wait("a", "")
                ),
                "line 7, column 1: a trigger needs `on_no_data`",
            ),
        ];
        for (what, text, expected) in cases {
            let told = flaws(&story, &release, &text).await;
            assert!(told.iter().any(|told| told.starts_with(expected)), "{what}: {told:#?}");
        }

        // What stands for ever is said with a reason, unless the policy refuses it.
        let stands = step(
            "a",
            "kind = \"http\"\nurl = \"http://world.test\"\n\n[step.undo]\n\
            how = \"point_of_no_return\"\nreason = \"mails go out\"",
        );
        let put = format!("/releases/{release}/plan");
        story.rosa.put(&put, "*", json!({"text": stands})).await.ok();
        story.rosa.put(&put, "*", json!({"text": null})).await.ok();
        with_minor(&story, "irreversible_steps = \"refused\"\nreview_days").await;
        assert_eq!(
            flaws(&story, &release, &stands).await,
            [
                "line 8, column 1: the policy lets a release of the type minor do nothing that cannot \
              be taken back: write what takes it back"
            ]
        );
        let good = command(on, "deploy", "2");
        story.rosa.put(&put, "*", json!({"text": good})).await.ok();
    });
}

/// What refuses the go of a release whose way back was not rehearsed for long. Its sentence names
/// a fact that no condition reads.
const STALE: &str = "[[refuse]]\nwhen = \"release.rehearsal_days > 90\"\n\
    sentence = \"the way back of {release.changes} change was not rehearsed in the last 90 days: \
    rehearse it, and write that down\"\n";

#[test]
fn a_model_may_ask_for_a_fresh_rehearsal_which_is_shown_where_it_is_needed() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (release, change) = planned(&story).await;
        let path = format!("/releases/{release}");
        // The tables of a file come after its values.
        let mut files = story.rosa.get("/policy?version=0").await.ok()["files"].clone();
        let minor = files["releases/minor.toml"].as_str().expect("a file");
        files["releases/minor.toml"] = json!(format!("{minor}\n{STALE}"));
        story.rosa.put("/policy", "0", json!({"files": files, "note": "proof"})).await.ok();

        let submit = format!("{path}/submit");
        let refused = story.rosa.post(&submit, json!({})).await;
        let refused = refused.refused(409, "release.incomplete");
        let why = refused["errors"][0]["detail"].as_str().expect("why");
        assert!(
            why.starts_with("the way back of 1 change was not rehearsed in the last 90 days"),
            "{why}"
        );
        let rehearsal = json!({"environment": "staging", "minutes": 12, "at": "2026-08-01T10:00:00Z",
            "covers": ["data_migration", "configuration"], "note": "the copy of last week"});
        let post = format!("{path}/rehearsals");
        story.rosa.post(&post, rehearsal.clone()).await.ok();
        let shown = story.rosa.get(&path).await.ok()["rehearsals"].clone();
        assert_eq!((&shown["days"], &shown["items"][0]["minutes"]), (&json!(111), &json!(12)));
        assert_eq!(shown["items"][0]["covers"], rehearsal["covers"]);
        story.rosa.post(&submit, json!({})).await.refused(409, "release.incomplete");
        let failed = json!({"environment": "staging", "minutes": 30, "passed": false,
            "note": "the backup was cut"});
        story.rosa.post(&post, failed).await.ok();
        story.rosa.post(&submit, json!({})).await.refused(409, "release.incomplete");

        let wrong =
            json!({"environment": "production", "minutes": 0, "at": "2027-01-01T00:00:00Z"});
        let wrong = story.rosa.post(&post, wrong).await;
        let wrong = wrong.refused(422, "request.invalid");
        let pointers: Vec<&str> = wrong["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .filter_map(|one| one["pointer"].as_str())
            .collect();
        assert_eq!(pointers, ["/environment", "/at", "/minutes"]);
        let fresh = json!({"environment": "staging", "minutes": 9, "at": "2026-11-19T08:00:00Z"});
        let denied = story.cab[0].post(&post, fresh.clone()).await;
        denied.refused(403, "request.not_permitted");

        // Of its one change it is enough: the release is as fresh as that.
        let of_change = format!("/changes/{change}/rehearsals");
        story.sara.post(&of_change, fresh).await.ok();
        assert_eq!(story.rosa.get(&path).await.ok()["rehearsals"]["days"], 2);
        assert_eq!(
            story.rosa.get(&format!("/changes/{change}")).await.ok()["rehearsals"]["days"],
            2
        );
        story.rosa.post(&submit, json!({})).await.ok();
        vote(&story.rita, &path, "approve", "").await.ok();
        story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
        stage.clock.set(at("2026-11-21T14:05:00Z"));
        story.ivan.post(&format!("{path}/deploy"), json!({})).await.ok();
        let carried = story.ivan.get(&format!("/deployments/{release}")).await.ok();
        assert_eq!(carried["rehearsals"]["days"], 2, "the page for the night");
        let log = story.rosa.get(&format!("/audit/events?subject={release}&limit=200")).await.ok();
        let told = log["items"].as_array().expect("rows").iter();
        let told: Vec<&str> = told.filter_map(|row| row["what"].as_str()).collect();
        let line = "wrote down a rehearsal of the way back in staging, 12 minutes";
        assert!(told.iter().any(|told| told.starts_with(line)), "{told:#?}");
    });
}

#[test]
fn status_updates_come_from_one_template_and_an_overdue_one_reminds_its_owner() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let (release, _) = begun(&stage, &story, "").await;
        let path = format!("/deployments/{release}");
        let updates = async || story.rosa.get(&path).await.ok()["updates"].clone();
        assert_eq!(
            (&updates().await["plan"], &updates().await["due_at"]),
            (&Json::Null, &Json::Null)
        );
        let plan = json!({"every_minutes": 30, "place": "#shop-releases", "audience": "Support",
            "template": "{release} {title}: {state}, {done} of {total}. Until {window_end}."});
        let put = format!("/releases/{release}/updates");
        let mut wrong = plan.clone();
        (wrong["every_minutes"], wrong["template"]) = (json!(0), json!("{number}"));
        let wrong = story.rosa.put(&put, "*", json!({"plan": wrong})).await;
        let wrong = wrong.refused(422, "request.invalid");
        assert_eq!(wrong["errors"].as_array().map(Vec::len), Some(2));
        story
            .ivan
            .put(&put, "*", json!({"plan": plan}))
            .await
            .refused(403, "request.not_permitted");
        story.rosa.put(&put, "*", json!({"plan": plan})).await.ok();
        let first = updates().await;
        assert_eq!(first["due_at"], "2026-11-21T14:35:00Z");
        assert_eq!(first["owner"]["name"], "rosa_release_manager Example");
        let until = "2026-11-21 18:00 Europe/Amsterdam";
        let says = format!("{release} Patch: running, 0 of 2. Until {until}.");
        assert_eq!(first["draft"], json!(says));
        stage.clock.set(at("2026-11-21T14:20:00Z"));
        let post = format!("{path}/updates");
        story.ivan.post(&post, json!({})).await.ok();
        let given = updates().await;
        assert_eq!(
            (&given["sent"][0]["text"], &given["due_at"]),
            (&json!(says), &json!("2026-11-21T14:50:00Z"))
        );

        stage.follow(MovesReactor).await;
        let told = told_under(&story.rosa, &format!("{release} under way: Patch")).await;
        assert!(told.ends_with(&says), "{told}");

        // Nobody gives the next one: its owner is reminded, once an interval, restarts included.
        let reminded = "SELECT COUNT(*) FROM events WHERE payload LIKE '%update_overdue%'";
        stage.wait_until(at("2026-11-21T14:49:59Z")).await;
        assert_eq!(stage.count(reminded).await, 0);
        stage.wait_until(at("2026-11-21T14:50:00Z")).await;
        assert_eq!(stage.count(reminded).await, 1);
        let overdue = updates().await;
        assert_eq!(
            (&overdue["overdue"], &overdue["due_at"]),
            (&json!(true), &json!("2026-11-21T15:20:00Z"))
        );
        let row = story.rosa.get("/deployments?under_way=true").await.ok()["items"][0].clone();
        assert_eq!((&row["update_overdue"], &row["yours"]), (&json!(true), &json!(true)));
        stage.wait_until(at("2026-11-21T15:19:59Z")).await;
        assert_eq!(stage.count(reminded).await, 1);
        stage.wait_until(at("2026-11-21T15:20:00Z")).await;
        assert_eq!(stage.count(reminded).await, 2);
        story.ivan.post(&post, json!({"text": "The mails wait."})).await.ok();
        let again = updates().await;
        assert_eq!(
            (&again["overdue"], &again["sent"][0]["text"]),
            (&json!(false), &json!("The mails wait."))
        );
        let log = story.rosa.get(&format!("/audit/events?subject={release}&limit=200")).await.ok();
        let told = log["items"].as_array().expect("rows").iter();
        let told: Vec<&str> = told.filter_map(|row| row["what"].as_str()).collect();
        assert!(told.contains(&"gave a status update: The mails wait."), "{told:#?}");
        assert!(
            told.iter().any(|told| told.starts_with("a status update is overdue since")),
            "{told:#?}"
        );
        let rows = stage.rows().await;
        stage.rebuild().await;
        assert_eq!(stage.rows().await, rows);
    });
}

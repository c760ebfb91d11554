//! Steering the run of a release as people type it: its plan, pauses, steps that fail, decisions,
//! and the ways back. Its steps are done by people, so that nothing else is called.

use domain::identity::Role;
use serde_json::{Value as Json, json};

use crate::shared::Database;
use crate::terminal::{Person, approved, items, played, window};

/// A step that someone does.
fn step(key: &str, change: &str, needs: &str) -> String {
    format!(
        "[[step]]\nkey = \"{key}\"\nchange = \"{change}\"\nneeds = [{needs}]\nkind = \"manual\"\n\
        text = \"Do it.\"\nundo = {{ text = \"Go back.\", minutes = 5 }}\n\n"
    )
}

/// A plan as a file.
fn file(database: &Database, name: &str, plan: &str) -> String {
    let path = database.folder.path().join(name);
    std::fs::write(&path, plan).unwrap();
    path.display().to_string()
}

/// The run of a release.
fn run(person: &Person<'_>, release: &str) -> Json {
    person.does(&format!("release deployment {release}"))["run"].clone()
}

fn states(run: &Json, way: &str) -> Vec<String> {
    let steps = run["steps"].as_array().expect("steps").iter();
    steps.map(|step| step[way]["state"].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn a_run_is_planned_steered_decided_about_and_taken_back() {
    let people = [
        ("anna", Role::Requester),
        ("ivan", Role::Implementer),
        ("sara", Role::ServiceOwner),
        ("rosa", Role::ReleaseManager),
        ("rita", Role::ReleaseManager),
    ];
    played(people, |people, database| {
        let [anna, ivan, sara, rosa, _] = people;
        let changes = ["pay-db", "pay-app"].map(|ci| approved(anna, sara, ci, ""));
        let plan = step("database", &changes[0], "") + &step("shop", &changes[1], "\"database\"");
        let release = planned(people, database, &changes, &plan);

        ivan.does(&format!("deployment pause {release}"));
        ivan.does(&format!("deployment report {release} database done"));
        let paused = run(rosa, &release);
        assert_eq!(
            (&paused["paused"], states(&paused, "forward")),
            (&json!(true), words("done waiting"))
        );
        ivan.does(&format!("deployment resume {release}"));
        let failed = format!("deployment report {release} shop failed");
        ivan.may_not(&failed, 2, "--note");
        ivan.does(&format!("{failed} --note 'the disk is full'"));
        assert_eq!(run(rosa, &release)["decision"]["owner"]["name"], "rosa");
        anna.may_not(&format!("deployment retry {release} shop"), 3, "release.deploy");
        ivan.does(&format!("deployment retry {release} shop"));
        ivan.does(&format!("{failed} --note 'it is still full'"));
        ivan.may_not(&format!("deployment skip {release} shop"), 2, "--reason");
        ivan.does(&format!("deployment skip {release} shop --reason 'it was done by hand'"));
        assert_eq!(run(rosa, &release)["phase"], "finished");

        ivan.does(&format!("deployment alarm {release} --reason 'customers complain'"));
        let go_on = format!("deployment decide {release} continue --reason 'another matter'");
        anna.may_not(&go_on, 3, "release.rollback");
        rosa.does(&go_on);
        rosa.may_not(&go_on, 1, "deployment.not_now");
        let would = rosa.does(&format!("deployment preview {release}"));
        assert_eq!(would["steps"], json!(["shop", "database"]), "{would:#}");
        rosa.does(&format!("deployment rollback {release} --reason 'errors doubled'"));
        for key in ["shop", "database"] {
            ivan.does(&format!("deployment report {release} {key} done"));
        }
        assert_eq!(run(rosa, &release)["phase"], "rolled_back");
        given_up(people, database);
    });
}

fn words(states: &str) -> Vec<String> {
    states.split(' ').map(str::to_owned).collect()
}

/// A release whose plan was refused first, with the place of its flaw, and whose run has begun.
fn planned(
    [anna, ivan, _, rosa, rita]: &[Person<'_>; 5],
    database: &Database,
    changes: &[String],
    plan: &str,
) -> String {
    let release = rosa.makes(&format!(
        "release create --type minor --title Steered --owner rosa {}",
        window(-5, 120)
    ));
    rosa.does(&format!("release attach {release} {}", changes.join(" ")));
    let bad =
        file(database, "bad.toml", &plan.replacen("kind = \"manual\"", "kind = \"magic\"", 1));
    let found = rosa.finds(&format!("release plan check {release} --file {bad}"));
    assert_eq!(items(&found)[0]["line"], 5, "{found:#}");
    rosa.may_not(&format!("release plan set {release} --file {bad}"), 2, "line 5");
    let good = file(database, "good.toml", plan);
    anna.may_not(&format!("release plan set {release} --file {good}"), 3, "release.write");
    rosa.does(&format!("release plan set {release} --file {good}"));
    assert_eq!(rosa.prints(&format!("release plan show {release}")), plan);
    rosa.does(&format!("release plan check {release}"));
    rosa.does(&format!("release submit {release}"));
    rita.does(&format!("approve vote {release}"));
    rosa.does(&format!("release schedule {release}"));
    ivan.does(&format!("release deploy {release}"));
    release
}

/// An aborted run whose way back fails for good; and what gates answered about it.
fn given_up(people: &[Person<'_>; 5], database: &Database) {
    let [anna, ivan, sara, rosa, _] = people;
    sara.does("ci create --name mail");
    let change = approved(anna, sara, "mail", "");
    let plan = step("database", &change, "") + &step("shop", &change, "\"database\"");
    let release = planned(people, database, &[change], &plan);
    ivan.may_not(&format!("deployment give-up {release} --reason why"), 1, "deployment.");
    ivan.does(&format!("deployment abort {release} --reason 'the wrong night'"));
    ivan.does(&format!("deployment report {release} database done"));
    assert_eq!(run(rosa, &release)["phase"], "stopped");
    rosa.does(&format!("deployment rollback {release} --reason 'the wrong night'"));
    let lost = "--note 'the backup cannot be read'";
    ivan.does(&format!("deployment report {release} database failed {lost}"));
    rosa.does(&format!("deployment give-up {release} --reason 'nothing is left of it'"));
    let shown = rosa.does(&format!("release deployment {release}"));
    assert_eq!(shown["deployment"]["state"], "rollback_failed", "{shown:#}");

    let asked = anna.finds("gate check --digest sha256:9f2e14 --environment production");
    assert_eq!(asked["verdict"], "deny");
    let listed = anna.does("gate list --verdict deny");
    assert_eq!(items(&listed)[0]["artifact"]["digest"], "sha256:9f2e14", "{listed:#}");
}

//! The release path as people type it: from draft to closed by commands against a running server,
//! each by someone with a token of their own.

use std::process::Command;

use domain::identity::Role;
use serde_json::Value as Json;

use crate::shared::{Database, Server, on_both, program};
use crate::terminal::{Person, minutes_from_now, raised, tokens};

#[test]
fn a_release_goes_from_draft_to_closed_by_commands() {
    let Some(program) = program() else { return };
    on_both(|database| walked(&program, database));
}

fn walked(program: &Command, database: &Database) {
    let tokens = tokens(
        program,
        database,
        [
            ("ada", Role::Administrator),
            ("anna", Role::Requester),
            ("ivan", Role::Implementer),
            ("sara", Role::ServiceOwner),
            ("rosa", Role::ReleaseManager),
            ("rita", Role::ReleaseManager),
        ],
    );
    let server = Server::start(program, &database.address);
    let [ada, anna, ivan, sara, rosa, rita] =
        tokens.map(|token| Person { program, url: &server.url, token });
    ada.does("service create --name Payments --criticality 2");
    ada.does("ci create --name pay-db --kind server --service Payments");
    ada.does("ci create --name pay-app --kind server --service Payments");

    let changes = ["pay-db", "pay-app"].map(|ci| {
        let change = raised(&anna, ci, "--environment test");
        anna.does(&format!("change submit {change}"));
        anna.does(&format!("change assess {change}"));
        anna.may_not(&format!("change approve {change}"), 3, "approve");
        sara.does(&format!("approve vote {change}"));
        change
    });
    let [first, second] = &changes;

    let release = rosa.makes("release create --type minor --title Autumn --environment test");
    rosa.may_not(&format!("release submit {release}"), 1, "no change is attached");
    rosa.does(&format!("release attach {release} {first} {second}"));
    rosa.does(&format!("release order {release} {second} {first}"));
    let (start, end) = (minutes_from_now(-10), minutes_from_now(180));
    rosa.does(&format!("release edit {release} --owner rosa --start {start} --end {end}"));
    rosa.does(&format!("release submit {release}"));
    rosa.may_not(&format!("approve vote {release}"), 3, "own work");
    rita.does(&format!("release reject {release} --reason 'Not tonight.'"));
    rosa.does(&format!("release submit {release}"));
    let waiting = rita.does("approve list");
    let numbers: Vec<&Json> = waiting["items"]
        .as_array()
        .or(waiting.as_array())
        .expect("a list")
        .iter()
        .map(|row| &row["subject"]["number"])
        .collect();
    assert_eq!(numbers, [&Json::from(release.as_str())]);
    rita.does(&format!("approve vote {release}"));

    rosa.does(&format!("release schedule {release}"));
    let shown = rosa.does(&format!("release show {release}"));
    for task in shown["tasks"].as_array().expect("tasks") {
        rosa.does(&format!("release task {release} --number {} --done", task["number"]));
    }
    let rehearse = format!("release rehearse {release} --environment staging --minutes 12");
    rosa.does(&format!("{rehearse} --covers configuration"));
    rosa.may_not(&format!("{rehearse} --failed"), 2, "--note");
    anna.does(&format!("change rehearse {first} --environment test --minutes 3"));
    rosa.does(&format!("release updates {release} --every 30 --place #shop --audience Support"));
    rita.may_not(&format!("release deploy {release}"), 3, "approved");
    ivan.does(&format!("release deploy {release}"));
    ivan.does(&format!("deployment update {release}"));
    ivan.does(&format!("deployment update {release} --text 'The mails wait.'"));
    let told = ivan.does(&format!("release deployment {release}"));
    let sent = |at: usize| told["updates"]["sent"][at]["text"].as_str().expect("a text");
    assert_eq!(sent(0), "The mails wait.");
    let begins = format!("{release} Autumn: running, 0 of 2 changes done.");
    assert!(sent(1).starts_with(&begins), "{}", sent(1));
    assert_eq!(told["rehearsals"]["days"], 0);
    let shown = ivan.ran(&format!("release deployment {release}"));
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("rehearsed 0 days ago") && shown.contains("every 30 min"), "{shown}");
    ivan.does(&format!("release step {release} {second} done"));
    ivan.may_not(&format!("release step {release} {first} failed"), 2, "note");
    ivan.does(&format!("release step {release} {first} done"));
    ivan.does(&format!("release verify {release}"));
    ivan.does(&format!("release verify {release} --passed true --note Looked."));

    let close = format!("release close {release} --outcome successful");
    rosa.may_not(&close, 1, "review");
    rosa.does(&format!(
        "release review {release} --went-well 'In time.' --went-wrong Nothing. --objectives-met yes \
         --complete"
    ));
    rosa.does(&close);
    let shown = rosa.does(&format!("release show {release}"));
    assert_eq!((&shown["phase"], &shown["outcome"]), (&"closed".into(), &"successful".into()));
    for change in &changes {
        let shown = anna.does(&format!("change show {change}"));
        assert_eq!((&shown["phase"], &shown["outcome"]), (&"closed".into(), &"successful".into()));
    }
}

//! A run that waits for a person tells whoever has to act, and stands on their Home: a step by
//! hand, a sign-off, a step of which nobody knows, and a step back that failed, on both engines.

use interlock_server::notice::MovesReactor;
use serde_json::{Value as Json, json};

use crate::deployment_run::{Drive, begun, run, waits};
use crate::support::{Client, on_both};

/// A call by hand, and then a sign-off.
const BY_HAND: &str = "[[step]]\nkey = \"ring\"\nneeds = [\"shop\", \"mail\"]\nkind = \"manual\"\n\
    text = \"Ring the shop.\"\nundo = { text = \"Ring it again.\" }\n\n\
    [[step]]\nkey = \"look\"\nneeds = [\"ring\"]\nkind = \"signoff\"\n\
    role = \"release_manager\"\ntext = \"Is it well?\"\n";
/// A call that is neither asked about nor repeated.
const ONCE: &str = "[[step]]\nkey = \"pay\"\nneeds = [\"shop\", \"mail\"]\nkind = \"http\"\n\
    url = \"http://world.test/pay\"\nundo = { url = \"http://world.test/pay/back\" }\n";

/// What someone was told that a run waits for, in the order of the alphabet.
async fn asked(reader: &Client<'_>, release: &str) -> Vec<String> {
    let subject = format!("{release} waiting for a person: Patch");
    let inbox = reader.get("/inbox").await.ok();
    let items = inbox["items"].as_array().expect("items").iter();
    let told = items.filter(|item| item["subject"] == subject.as_str());
    let mut told: Vec<String> =
        told.map(|item| item["body"].as_str().expect("a text").to_owned()).collect();
    told.sort();
    told
}

/// What stands on someone's Home about the one deployment that is under way.
async fn at_home(reader: &Client<'_>) -> (Json, Json) {
    let listed = reader.get("/deployments?under_way=true").await.ok();
    let row = &listed["items"][0];
    (row["waits"].clone(), row["yours"].clone())
}

#[test]
fn a_step_by_hand_asks_the_owner_and_a_sign_off_those_with_its_role() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let (release, _) = begun(&stage, &story, BY_HAND).await;
        let mut drive = Drive::of(&stage);
        stage.follow(MovesReactor).await;
        assert_eq!(asked(&story.rosa, &release).await, [""; 0], "a call waits for nobody");
        drive.on().await;
        assert_eq!(waits(&run(&story, &release).await), ["act"]);
        stage.follow(MovesReactor).await;
        let rosas = asked(&story.rosa, &release).await;
        assert_eq!(rosas.len(), 1, "{rosas:?}");
        let by_hand = "Step ring is to be done and reported: Ring the shop.";
        assert!(rosas[0].contains(by_hand), "{rosas:?}");
        assert_eq!(at_home(&story.rosa).await, (json!([by_hand]), json!(true)));
        assert_eq!(asked(&story.rita, &release).await, [""; 0]);
        assert_eq!(at_home(&story.rita).await, (json!([]), json!(false)));

        let report = format!("/deployments/{release}/report");
        let rung = json!({"step": "ring", "result": "done"});
        story.ivan.post(&report, rung).await.ok();
        stage.follow(MovesReactor).await;
        let signs = "Step look waits for the sign-off of a release_manager: Is it well?";
        let ritas = asked(&story.rita, &release).await;
        assert_eq!(ritas.len(), 1, "{ritas:?}");
        assert!(ritas[0].contains(signs), "{ritas:?}");
        assert_eq!(asked(&story.rosa, &release).await.len(), 2);
        assert_eq!(at_home(&story.rita).await, (json!([signs]), json!(true)));
        assert_eq!(at_home(&story.ivan).await.0, json!([]), "who began it does not sign");

        // Looked at again, nobody is told twice; nor is anyone of what was settled meanwhile.
        stage.touch("DELETE FROM followers WHERE name = 'notices.moves'").await;
        stage.follow(MovesReactor).await;
        assert_eq!(asked(&story.rita, &release).await.len(), 1);
        assert_eq!(asked(&story.rosa, &release).await.len(), 2);
        let signed = json!({"step": "look", "result": "done"});
        story.rita.post(&report, signed).await.ok();
        assert_eq!(at_home(&story.rita).await, (json!([]), json!(false)));
    });
}

#[test]
fn what_nobody_knows_and_a_step_back_that_failed_ask_the_owner() {
    on_both(async |stage| {
        let story = crate::release::cast(&stage).await;
        let (release, _) = begun(&stage, &story, ONCE).await;
        let mut drive = Drive::of(&stage);
        drive.witness.seen(|seen| seen.mute.insert("pay:forward".to_owned()));
        drive.on().await;
        assert_eq!(waits(&run(&story, &release).await), ["tell"]);
        stage.follow(MovesReactor).await;
        let told = asked(&story.rosa, &release).await;
        assert_eq!(told.len(), 1, "{told:?}");
        let lost = "Nobody knows what became of step pay, forward: look, and report it";
        assert!(told[0].contains(lost), "{told:?}");
        let home = at_home(&story.rosa).await.0;
        assert!(home[0].as_str().is_some_and(|words| words.starts_with(lost)), "{home}");

        let path = format!("/deployments/{release}");
        let done = json!({"step": "pay", "result": "done"});
        story.ivan.post(&format!("{path}/report"), done).await.ok();
        drive.witness.seen(|seen| seen.failing.insert("pay:back".to_owned()));
        let back = json!({"reason": "errors rise"});
        story.rosa.post(&format!("{path}/rollback"), back).await.ok();
        drive.on().await;
        assert_eq!(waits(&run(&story, &release).await), ["mend"]);
        stage.follow(MovesReactor).await;
        let told = asked(&story.rosa, &release).await;
        assert_eq!(told.len(), 2, "{told:?}");
        let failed = |words: &str| words.contains("Step pay could not be taken back: ");
        assert!(told.iter().any(|body| failed(body)), "{told:?}");
        let home = at_home(&story.rosa).await.0;
        assert!(home[0].as_str().is_some_and(failed), "{home}");
        drive.witness.check_effects();
    });
}

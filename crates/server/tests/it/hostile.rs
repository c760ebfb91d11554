//! Texts that have broken other programs (the Big List of Naughty Strings): each is taken and comes
//! back byte for byte, is found again, or is refused with what is wrong with it.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::support::{Client, on_both};

const TITLE_MAX: usize = 200;

/// The strings, where the folder of real records is.
pub(crate) fn strings() -> Option<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("INTERLOCK_DATA").map_or(root, PathBuf::from);
    let path = folder.join("hostile/blns.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!in_ci, "{} is missing, and with CI=true nothing is skipped", path.display());
        eprintln!("!! SKIPPED without {}: name its folder in INTERLOCK_DATA", path.display());
        return None;
    };
    let strings: Vec<String> = serde_json::from_str(&text).unwrap();
    assert!(strings.len() > 500, "the list is whole");
    Some(strings)
}

/// Percent-encodes a parameter.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |all, byte| format!("{all}%{byte:02X}"))
}

async fn change(client: &Client<'_>) -> Json {
    client.get("/changes/CHG-1").await.ok()
}

#[test]
fn every_hostile_text_comes_back_byte_for_byte() {
    let Some(strings) = strings() else { return };
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        anna.post("/changes", json!({"title": "Plain", "type": "normal"})).await.ok();
        let (mut title, mut remarks) = ("Plain".to_owned(), Vec::new());
        for text in &strings {
            let remark = anna.post("/changes/CHG-1/comments", json!({"text": text})).await;
            let named = anna.patch("/changes/CHG-1", "*", json!({"title": text})).await;
            if text.trim().is_empty() {
                // A name is there to be seen.
                remark.refused(422, "request.invalid");
                named.refused(422, "request.invalid");
            } else if text.chars().count() > TITLE_MAX {
                remark.ok();
                remarks.push(text.clone());
                let problem = named.refused(422, "request.invalid");
                assert_eq!(problem["errors"][0]["pointer"], "/title", "{text:?}");
            } else {
                remark.ok();
                remarks.push(text.clone());
                named.ok();
                title.clone_from(text);
            }
            // A list shows it without the hundreds of remarks.
            let row = anna.get("/changes?limit=1").await.ok();
            assert_eq!(row["items"][0]["title"], title.as_str());
        }
        let shown = change(&anna).await;
        let comments = shown["comments"].as_array().expect("a list").iter();
        let texts: Vec<&str> = comments.map(|one| one["text"].as_str().expect("a text")).collect();
        assert_eq!(texts, remarks);
    });
}

#[test]
fn every_hostile_text_is_kept_by_each_field_and_may_be_searched_for() {
    let Some(strings) = strings() else { return };
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        anna.post("/changes", json!({"title": "Plain", "type": "normal"})).await.ok();
        for text in &strings {
            let fields = json!({"description": text, "reason": text, "backout_plan": text});
            anna.patch("/changes/CHG-1", "*", fields.clone()).await.ok();
            let shown = change(&anna).await;
            for (name, value) in fields.as_object().expect("fields") {
                assert_eq!(&shown[name], value, "{name}");
            }
            // Words to look for are no language of the database's either.
            let found = anna.get(&format!("/search?q={}", escaped(text))).await;
            assert!(found.status.is_success(), "{text:?}: {:#}", found.body);
            let listed = anna.get(&format!("/changes?q={}", escaped(text))).await;
            assert!(listed.status.is_success(), "{text:?}: {:#}", listed.body);
        }
        stage.index().await;
        anna.patch("/changes/CHG-1", "*", json!({"title": "Plain again"})).await.ok();
        stage.index().await;
        let found = anna.get("/search?q=plain%20again").await.ok();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn the_one_character_that_no_database_keeps_is_refused_by_name() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        anna.post("/changes", json!({"title": "Plain", "type": "normal"})).await.ok();
        for field in ["title", "description"] {
            let answer = anna.patch("/changes/CHG-1", "*", json!({field: "a\0b"})).await;
            let problem = answer.refused(422, "request.invalid");
            assert!(problem["detail"].as_str().unwrap().contains("NUL"), "{problem}");
        }
        let remark = anna.post("/changes/CHG-1/comments", json!({"text": "a\0b"})).await;
        remark.refused(422, "request.invalid");
        anna.get("/search?q=a%00b").await.refused(422, "request.invalid");
    });
}

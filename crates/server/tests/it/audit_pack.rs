//! The evidence of a release: all that the log holds of it, proved without the database.

use std::collections::BTreeSet;

use api::audit::Pack;
use interlock_server::audit::{Tree, Verifier, check_pack};
use serde_json::{Value as Json, json};

use crate::audit::numbered;
use crate::support::on_both;

fn read(text: &str) -> Pack {
    serde_json::from_str(text).unwrap()
}

/// What is wrong with a pack after a change of its JSON.
fn altered(text: &str, alter: impl FnOnce(&mut Json)) -> Option<String> {
    let mut pack: Json = serde_json::from_str(text).unwrap();
    alter(&mut pack);
    check_pack(&serde_json::from_value(pack).unwrap(), None).wrong
}

#[test]
fn a_pack_holds_all_of_a_release_and_proves_itself() {
    on_both(async |stage| {
        crate::release::everything(&stage).await;
        let eve = stage.person("eve", &["auditor"]).await;
        numbered(&stage).await;
        stage.follow(Tree).await;
        let text = eve.text("/releases/REL-1/evidence").await;
        let pack = read(&text);
        let checked = check_pack(&pack, None);
        assert_eq!(checked.wrong, None);
        assert_eq!(checked.release, "REL-1");
        assert_eq!(usize::try_from(checked.events).unwrap(), pack.events.len());
        assert_eq!(usize::try_from(checked.records).unwrap(), pack.records.len());
        let sections: BTreeSet<&str> = pack.events.iter().map(|one| one.section.as_str()).collect();
        for section in ["approvals", "deployments", "reviews", "refusals", "history"] {
            assert!(sections.contains(section), "{section}: {sections:?}");
        }
        let kinds: BTreeSet<&str> = pack.records.iter().map(|one| one.kind.as_str()).collect();
        assert!(kinds.is_superset(&BTreeSet::from(["change", "release", "review"])), "{kinds:?}");
        // Whoever voted is named, with the time.
        let voted = pack.events.iter().find(|one| one.told.what.contains("approved"));
        assert!(voted.is_some_and(|one| one.section == "approvals" && !one.told.who.is_empty()));

        // The same checkpoint serves as long as nothing of the release is younger.
        let count = "SELECT COUNT(*) FROM checkpoints";
        let before = stage.count(count).await;
        eve.text("/releases/rel-1/evidence").await;
        assert_eq!(stage.count(count).await, before);

        eve.get("/releases/REL-99/evidence").await.refused(404, "request.unknown_record");
        eve.get("/releases/CHG-1/evidence").await.refused(404, "request.unknown_record");
        let answer = eve.get("/releases/REL-1/evidence?format=pdf").await;
        answer.refused(422, "request.invalid");
        let stranger = stage.stranger().get("/releases/REL-1/evidence").await;
        stranger.refused(401, "identity.sign_in_required");

        let page = eve.text("/releases/REL-1/evidence?format=html").await;
        for part in ["<h2>Approvals (", "<h2>Records</h2>", "No notice was sent.", "REL-1"] {
            assert!(page.contains(part), "{part}");
        }
        for digest in pack.events.iter().map(|one| &one.event.digest) {
            assert!(page.contains(digest.as_str()), "{digest}");
        }
        assert!(!page.contains("<script") && !page.contains("http://"), "it needs nothing else");
    });
}

#[test]
fn whatever_is_altered_in_a_pack_is_found() {
    on_both(async |stage| {
        crate::release::everything(&stage).await;
        let eve = stage.person("eve", &["auditor"]).await;
        numbered(&stage).await;
        stage.follow(Tree).await;
        let text = eve.text("/releases/REL-1/evidence").await;
        let pack = read(&text);
        assert_eq!(altered(&text, |_| {}), None);
        for at in 0..pack.events.len() {
            for field in ["id", "stream", "name", "at", "actor", "correlation", "salt", "digest"] {
                let wrong = altered(&text, |pack| {
                    let value = &mut pack["events"][at]["event"][field];
                    let said = value.as_str().unwrap().to_owned();
                    *value = (said + "0").into();
                });
                let wrong = wrong.unwrap_or_else(|| panic!("{field} of event {at} is not found"));
                let id = &pack.events[at].event.id;
                assert!(wrong.contains(id.as_str()), "{field} of event {at}: {wrong}");
            }
            let wrong = altered(&text, |pack| {
                pack["events"][at]["event"]["payload"]["more"] = 1.into();
            });
            assert!(wrong.is_some_and(|wrong| wrong.contains("payload")), "event {at}");
            let wrong = altered(&text, |pack| {
                pack["events"].as_array_mut().unwrap().remove(at);
            });
            assert!(wrong.is_some(), "event {at} was dropped");
        }
        let wrong = altered(&text, |pack| pack["events"][0]["event"]["payload"] = json!(0.5));
        assert!(wrong.unwrap().contains("payload"));
        let wrong = altered(&text, |pack| {
            let events = pack["events"].as_array_mut().unwrap();
            events.swap(1, 2);
        });
        assert!(wrong.is_some(), "two events changed places");
        for at in 0..pack.records.len() {
            let wrong = altered(&text, |pack| pack["records"][at]["state"]["more"] = true.into());
            assert!(wrong.unwrap().contains("not what its events lead to"));
        }
        let wrong = altered(&text, |pack| pack["release"]["number"] = "REL-2".into());
        assert!(wrong.unwrap().contains("another release"));
        let wrong = altered(&text, |pack| {
            let records = pack["records"].as_array_mut().unwrap();
            records.retain(|record| record["kind"] != "release");
        });
        assert!(wrong.unwrap().contains("the release itself"));
        let note = pack.note.replace('A', "B");
        let wrong = altered(&text, |pack| pack["note"] = note.into());
        assert!(wrong.unwrap().contains("checkpoint"));

        // The server checks it against its own key and tree.
        let told = eve.post("/audit/packs/verify", serde_json::from_str(&text).unwrap()).await.ok();
        assert!(told["wrong"].is_null(), "{told}");
        assert_eq!(told["events"], pack.events.len());
        let bad = json!({"format": "x"});
        eve.post("/audit/packs/verify", bad).await.refused(422, "request.invalid");
        let other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let wrong = check_pack(&pack, Verifier::parse(other).as_ref()).wrong.unwrap();
        assert!(wrong.contains("another log"), "{wrong}");
        stage.touch("UPDATE tree SET hash = REPLACE(hash, 'a', 'b') WHERE level > 3").await;
        let told = eve.post("/audit/packs/verify", serde_json::from_str(&text).unwrap()).await.ok();
        assert!(told["wrong"].as_str().unwrap().contains("not those"), "{told}");
    });
}

#[test]
fn a_stream_that_was_left_out_with_all_that_tells_of_it_is_missed() {
    on_both(async |stage| {
        crate::release::everything(&stage).await;
        let eve = stage.person("eve", &["auditor"]).await;
        numbered(&stage).await;
        stage.follow(Tree).await;
        let text = eve.text("/releases/REL-1/evidence").await;
        let pack = read(&text);
        let without = |stream: &str| {
            let (kind, id) = stream.split_once(':').unwrap();
            let mut pack: Json = serde_json::from_str(&text).unwrap();
            pack["streams"].as_object_mut().unwrap().remove(stream);
            let events = pack["events"].as_array_mut().unwrap();
            events.retain(|one| one["event"]["stream"] != stream);
            let records = pack["records"].as_array_mut().unwrap();
            records.retain(|record| record["kind"] != kind || record["id"] != id);
            pack
        };
        let kinds: BTreeSet<&str> =
            pack.streams.keys().map(|stream| stream.split(':').next().unwrap()).collect();
        assert!(kinds.is_superset(&["attempt", "change", "release", "review"].into()));
        for stream in pack.streams.keys() {
            let less = without(stream);
            let alone = check_pack(&serde_json::from_value(less.clone()).unwrap(), None).wrong;
            let is_named = ["change:", "release:"].iter().any(|kind| stream.starts_with(kind));
            assert_eq!(alone.is_some(), is_named, "{stream}: {alone:?}");
            let told = eve.post("/audit/packs/verify", less).await.ok();
            let kept = ["conflict:", "gate:", "incident:", "article:"];
            let is_missed = !kept.iter().any(|kind| stream.starts_with(kind));
            assert_eq!(told["wrong"].is_string(), is_missed, "{stream}: {told}");
        }
        // The end of a stream was left out, and is not counted.
        let last = pack.events.iter().rfind(|one| one.event.stream.starts_with("attempt:"));
        let last = &last.expect("something was refused").event;
        let mut less: Json = serde_json::from_str(&text).unwrap();
        less["events"].as_array_mut().unwrap().retain(|one| one["event"]["id"] != last.id);
        less["streams"][&last.stream] = json!(last.version - 1);
        let told = eve.post("/audit/packs/verify", less).await.ok();
        assert!(told["wrong"].as_str().unwrap().contains("this log held"), "{told}");
        // What happens later is no part of it.
        let greta = stage.person("greta", &["release_manager"]).await;
        greta.post("/releases/REL-1/comments", json!({"text": "And on."})).await.ok();
        let again = greta.post("/releases/REL-1/submit", json!({})).await;
        assert!(again.status.is_client_error());
        numbered(&stage).await;
        stage.follow(Tree).await;
        let told = eve.post("/audit/packs/verify", serde_json::from_str(&text).unwrap()).await.ok();
        assert!(told["wrong"].is_null(), "{told}");
    });
}

#[test]
fn what_people_wrote_is_shown_as_it_is_and_nothing_of_it_runs() {
    on_both(async |stage| {
        let rita = stage.person("rita", &["release_manager"]).await;
        let title = "<script>alert(1)</script> & \"quotes\"";
        rita.post("/releases", json!({"title": title, "type": "minor"})).await.ok();
        numbered(&stage).await;
        let page = rita.text("/releases/REL-1/evidence?format=html").await;
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;"));
        assert!(!page.contains("<script"));
    });
}

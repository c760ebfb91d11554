//! Reading the log, and finding what was touched behind the application's back.

use interlock_server::audit::{VerifyReport, verify};
use serde_json::{Value as Json, json};

use crate::support::{Stage, on_both};

fn whats(page: &Json) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect()
}

/// Waits until everything has its place in the log.
pub(crate) async fn numbered(stage: &Stage) {
    for _ in 0..500 {
        let waiting = interlock_server::read::ask(&*stage.store, |db| {
            Ok(db.query_one("SELECT 1 FROM unnumbered LIMIT 1", &[])?.is_some())
        });
        if !waiting.await.unwrap() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the sequencer does not number events");
}

#[test]
fn a_records_events_are_told_in_words_the_latest_first_with_what_was_refused() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["service_owner", "administrator"]).await;
        let eve = stage.person("eve", &["auditor"]).await;
        anna.post("/services", json!({"name": "Shop"})).await.ok();
        stage.clock.advance_minutes(1);
        eve.patch("/services/shop", "*", json!({"criticality": 1}))
            .await
            .refused(403, "request.not_permitted");
        stage.clock.advance_minutes(1);
        anna.patch("/services/shop", "*", json!({"criticality": 1})).await.ok();
        anna.post("/incidents", json!({"title": "x"})).await.ok();
        let path = "/incidents/INC-1";
        let resolve = json!({"state": "resolved", "resolved_at": "2026-11-21T08:02:00Z"});
        anna.patch(path, "*", resolve.clone()).await.ok();
        anna.patch(path, "*", json!({"state": "closed"})).await.ok();
        stage.clock.advance_minutes(1);
        anna.patch(path, "*", resolve).await.refused(409, "incident.wrong_state");
        stage.clock.advance_minutes(1);
        anna.patch(path, "*", json!({"state": "open"})).await.ok();
        numbered(&stage).await;
        let events = anna.get("/audit/events?subject=inc-1").await.ok();
        let expected = ["reopened", "tried, and was refused", "closed", "resolved", "reported"];
        assert_eq!(whats(&events), expected);
        let attempt = &events["items"][1];
        assert_eq!(attempt["who"], "anna Example");
        assert_eq!(attempt["payload"]["code"], "incident.wrong_state");
        assert!(events["items"][0]["position"].is_i64());
        let shop = anna.get("/audit/events?subject=SHOP").await.ok();
        assert_eq!(whats(&shop), ["edited", "tried, and was refused", "set up"]);
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/audit/events?subject=INC-1&limit=2{cursor}");
            let page = anna.get(&path).await.ok();
            all.extend(whats(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(all, expected);
        let answer = anna.get("/audit/events?subject=nothing").await;
        answer.refused(404, "request.unknown_record");
    });
}

#[test]
fn the_whole_log_is_read_by_position_page_by_page() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["administrator"]).await;
        for name in ["one", "two", "three"] {
            anna.post("/teams", json!({"name": name})).await.ok();
        }
        numbered(&stage).await;
        let (mut positions, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = anna.get(&format!("/audit/events?limit=2{cursor}")).await.ok();
            for event in page["items"].as_array().unwrap() {
                positions.push(event["position"].as_i64().unwrap());
            }
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(positions, [5, 4, 3, 2, 1]);
        stage.stranger().get("/audit/events").await.refused(401, "identity.sign_in_required");
    });
}

async fn verified(stage: &Stage) -> VerifyReport {
    numbered(stage).await;
    let report = interlock_server::read::ask(&*stage.store, |db| {
        let mut seen = 0;
        let report = verify(db, &mut |count| seen = count)?;
        assert!(report.wrong.is_some() || seen == report.events + report.streams);
        Ok(report)
    });
    report.await.unwrap()
}

async fn some_history(stage: &Stage) {
    let anna = stage.person("anna", &["service_owner", "administrator"]).await;
    anna.post("/services", json!({"name": "Shop"})).await.ok();
    anna.patch("/services/shop", "*", json!({"criticality": 1})).await.ok();
    anna.post("/incidents", json!({"title": "Checkout fails"})).await.ok();
    anna.post("/incidents/INC-1/comments", json!({"text": "looking"})).await.ok();
}

#[test]
fn an_untouched_database_is_found_to_be_whole() {
    on_both(async |stage| {
        assert_eq!(verified(&stage).await, VerifyReport::default());
        some_history(&stage).await;
        let report = verified(&stage).await;
        assert_eq!(report.wrong, None);
        assert_eq!((report.events, report.streams, report.head), (6, 4, 6));
    });
}

#[test]
fn whatever_is_touched_is_found_and_named() {
    let touches: [(&str, &str); 8] = [
        (
            "UPDATE events SET payload = '{\"text\":\"nothing\"}' \
                WHERE name = 'incident.comment_added.v1'",
            "its payload is not what was written",
        ),
        (
            "UPDATE events SET digest = '00' WHERE name = 'service.edited.v1'",
            "its payload is not what was written",
        ),
        (
            "UPDATE states SET state = REPLACE(state, 'Checkout', 'Nothing') \
                WHERE stream LIKE 'incident:%'",
            "is not the fold of its events",
        ),
        ("DELETE FROM states WHERE stream LIKE 'service:%'", "there is no cached state"),
        ("DELETE FROM events WHERE name = 'service.edited.v1'", "is gone"),
        ("DELETE FROM log WHERE position = 3", "the log has no position 3"),
        ("DELETE FROM log WHERE position = 6", "it is not in the log"),
        (
            "INSERT INTO states (stream, version, format, state) \
                VALUES ('team:tem_00000000000000000000000000000001', 1, 1, '{}')",
            "a state is cached that no event led to",
        ),
    ];
    for (sql, expected) in touches {
        on_both(async |stage| {
            some_history(&stage).await;
            assert_eq!(verified(&stage).await.wrong, None);
            assert_eq!(stage.touch(sql).await, 1, "{sql} touches one row");
            let wrong =
                verified(&stage).await.wrong.unwrap_or_else(|| panic!("{sql} is not found"));
            assert!(wrong.what.contains(expected), "{sql}: {wrong:?}");
            assert!(!wrong.place.is_empty());
        });
    }
}

//! Reading the log, and finding what was touched behind the application's back.

use interlock_server::audit::{Known, VerifyReport, verify};
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

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
        let expected = [
            "opened it again",
            "tried to save, and was refused",
            "closed it",
            "service was restored at 2026-11-21T08:02:00Z",
            "reported it",
        ];
        assert_eq!(whats(&events), expected);
        let attempt = &events["items"][1];
        assert_eq!(attempt["who"], "anna Example");
        assert_eq!(attempt["payload"]["code"], "incident.wrong_state");
        assert_eq!(attempt["record"]["number"], "INC-1");
        assert!(attempt["why"].as_str().is_some_and(|why| !why.is_empty()));
        assert!(events["items"][0]["position"].is_i64());
        let shop = anna.get("/audit/events?subject=SHOP").await.ok();
        assert_eq!(
            whats(&shop),
            ["edited criticality", "tried to save, and was refused", "created it"]
        );
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

/// An event as a line: who did what to what, why, and what each field was before and after.
fn line(event: &Json) -> String {
    let text = |value: &Json| value.as_str().unwrap_or("–").to_owned();
    let record = event["record"]["number"].as_str().or(event["record"]["name"].as_str());
    let mut line = format!(
        "{} {}: {} {}",
        text(&event["kind"]),
        record.unwrap_or("–"),
        text(&event["who"]),
        text(&event["what"])
    );
    if let Some(why) = event["why"].as_str() {
        line.push_str(&format!(" | why: {why}"));
    }
    for field in event["fields"].as_array().into_iter().flatten() {
        let (before, after) = (text(&field["before"]), text(&field["after"]));
        line.push_str(&format!(" | {}: {before} → {after}", text(&field["field"])));
    }
    line
}

/// Whether a text holds an id of a record.
fn holds_id(text: &str) -> bool {
    let parts = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    parts
        .filter_map(|part| part.split_once('_'))
        .any(|(_, hex)| hex.len() == 32 && hex.bytes().all(|letter| letter.is_ascii_hexdigit()))
}

async fn all(client: &Client<'_>, query: &str) -> Vec<Json> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/audit/events?limit=100&{query}{cursor}")).await.ok();
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn every_event_of_the_stories_is_told_in_words_and_names() {
    on_both(async |stage| {
        let max = crate::release::everything(&stage).await;
        numbered(&stage).await;
        let events = all(&max, "").await;
        // Both records tell of it, page by page as at once.
        let accepted = events.iter().find(|event| event["name"] == "conflict.accepted.v1").unwrap();
        let sides: Vec<&str> =
            accepted["record"]["name"].as_str().unwrap().split(" with ").collect();
        assert_eq!(sides.len(), 2);
        for side in sides {
            let subject = side.split(' ').next().unwrap();
            let whole = all(&max, &format!("subject={subject}")).await;
            let told = whole.iter().filter(|event| event["id"] == accepted["id"]).count();
            assert_eq!(told, 1, "{subject}");
            let (mut paged, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/audit/events?subject={subject}&limit=3{cursor}");
                let page = max.get(&path).await.ok();
                paged.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].clone()));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            let ids: Vec<Json> = whole.iter().map(|one| one["id"].clone()).collect();
            assert_eq!(paged, ids, "{subject}");
        }
        let mut lines: Vec<String> = events.iter().map(line).collect();
        for line in &lines {
            assert!(!holds_id(line), "{line}");
        }
        lines.sort();
        lines.dedup();
        insta::assert_snapshot!("the_stories_told", lines.join("\n"));
    });
}

#[test]
fn a_record_tells_who_did_what_when_why_and_what_it_was_before() {
    on_both(async |stage| {
        let admin = stage.person("ada", &["administrator", "service_owner"]).await;
        let anna = stage.person("anna", &["requester"]).await;
        let _ivan = stage.person("ivan", &["implementer"]).await;
        for name in ["web-01", "web-02"] {
            admin.post("/cis", json!({"name": name, "kind": "server"})).await.ok();
        }
        let window = |from: &str, to: &str| {
            json!({"start": format!("2026-11-28T{from}:00Z"), "end": format!("2026-11-28T{to}:00Z"),
                "zone": "Europe/Amsterdam"})
        };
        let raised = json!({"title": "Renew", "type": "normal", "cis": ["web-01"],
                "window": window("20:00", "21:00")});
        anna.post("/changes", raised).await.ok();
        let path = "/changes/CHG-1";
        let edit = json!({"cis": ["web-02", "web-01"], "implementer": "ivan", "environment": "test",
            "window": window("22:00", "23:30")});
        anna.patch(path, "*", edit).await.ok();
        anna.patch(path, "*", json!({"implementer": null, "title": "Renew both"})).await.ok();
        anna.post("/changes/CHG-1/cancel", json!({"reason": "the supplier does it"})).await.ok();
        let told = anna.get("/audit/events?subject=CHG-1").await.ok();
        let lines: Vec<String> = told["items"].as_array().unwrap().iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "change CHG-1: anna Example cancelled it | why: the supplier does it",
                "change CHG-1: anna Example edited implementer, title \
                | implementer: ivan Example → – | title: Renew → Renew both",
                "change CHG-1: anna Example edited CIs, environment, implementer, window \
                | CIs: web-01 → web-02, web-01 | environment: production → test \
                | implementer: – → ivan Example \
                | window: Sat 28 Nov 2026 21:00 – 22:00 Europe/Amsterdam → \
                Sat 28 Nov 2026 23:00 – Sun 29 Nov 2026 00:30 Europe/Amsterdam",
                "change CHG-1: anna Example raised it | type: – → normal | CIs: – → web-01 \
                | title: – → Renew | window: – → Sat 28 Nov 2026 21:00 – 22:00 Europe/Amsterdam",
            ]
        );
        // A page in the middle knows what was before it.
        let page = anna.get("/audit/events?subject=CHG-1&limit=1&event=change.edited").await.ok();
        assert_eq!(line(&page["items"][0]), lines[1]);

        let incident = json!({"title": "Slow"});
        admin.post("/incidents", incident).await.ok();
        admin.patch("/incidents/INC-1", "*", json!({"priority": 1})).await.ok();
        admin.post("/services", json!({"name": "Shop"})).await.ok();
        admin.patch("/services/Shop", "*", json!({"criticality": 1})).await.ok();
        for subject in ["INC-1", "Shop"] {
            let told = admin.get(&format!("/audit/events?subject={subject}")).await.ok();
            assert_eq!(told["items"][0]["fields"][0]["before"], "3", "{told:#}");
        }
    });
}

#[test]
fn the_log_is_asked_by_kind_of_record_person_kind_of_event_and_time() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["administrator", "requester"]).await;
        let ben = stage.person("ben", &["administrator"]).await;
        let eve = stage.person("eve", &["auditor"]).await;
        let noon = stage.now();
        anna.post("/teams", json!({"name": "Payments"})).await.ok();
        ben.post("/teams", json!({"name": "Networks"})).await.ok();
        stage.clock.advance_minutes(5);
        anna.post("/changes", json!({"title": "Renew", "type": "normal"})).await.ok();
        ben.post("/changes/CHG-1/submit", json!({})).await.refused(403, "request.not_permitted");
        let token = json!({"name": "shell", "scopes": ["read", "team.write"],
            "expires_at": "2027-01-01T00:00:00Z"});
        let secret = anna.post("/tokens", token).await.ok()["secret"].as_str().unwrap().to_owned();
        stage.clock.advance_minutes(5);
        let shell = stage.program(&secret);
        shell.patch("/teams/payments", "*", json!({"description": "Cards"})).await.ok();
        numbered(&stage).await;
        let asked = async |query: &str| {
            let events = all(&eve, query).await;
            let told = events.iter().map(|event| {
                let record = event["record"]["number"].as_str();
                let record = record.or(event["record"]["name"].as_str()).unwrap_or("–");
                format!("{} {record}", event["name"].as_str().unwrap())
            });
            told.collect::<Vec<_>>()
        };
        let edited = "team.edited.v1 Payments";
        assert_eq!(asked("kind=team").await.len(), 3);
        assert_eq!(
            asked("kind=change").await,
            ["attempt.refused.v1 CHG-1", "change.raised.v1 CHG-1"]
        );
        assert_eq!(asked("kind=change&event=refused").await, ["attempt.refused.v1 CHG-1"]);
        assert_eq!(asked("event=team.edited").await, [edited]);
        assert_eq!(asked("kind=team&person=anna").await, [edited, "team.created.v1 Payments"]);
        assert_eq!(asked("kind=team&person=ben").await, ["team.created.v1 Networks"]);
        let signed_in =
            ["eve", "ben", "anna"].map(|one| format!("person.signed_in.v1 {one} Example"));
        assert_eq!(asked("event=sign_in").await, signed_in);
        assert_eq!(asked("event=sign_in&kind=team").await, [] as [&str; 0]);
        let (from, to) = (noon.plus_minutes(5), noon.plus_minutes(10));
        assert_eq!(asked(&format!("kind=team&from={to}")).await, [edited]);
        assert_eq!(asked(&format!("event=record&from={from}&to={to}")).await.len(), 1);
        assert_eq!(asked(&format!("event=account&person=anna&from={from}&to={to}")).await.len(), 1);
        assert_eq!(asked("subject=Payments&person=ben").await, [] as [&str; 0]);
        assert_eq!(asked("subject=Payments&person=anna&event=team.edited").await, [edited]);
        let (whole, governance) = (asked("").await, asked("event=governance").await);
        assert_eq!(whole.len(), governance.len() + 3);
        assert!(!governance.iter().any(|event| event.starts_with("person.signed")));

        // The same page by page, one at a time.
        for query in ["event=governance", "kind=team", "person=anna"] {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = eve.get(&format!("/audit/events?{query}&limit=1{cursor}")).await.ok();
                found.extend(page["items"].as_array().unwrap().iter().map(line));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            let whole: Vec<String> = all(&eve, query).await.iter().map(line).collect();
            assert_eq!(found, whole, "{query}");
        }
        for (query, pointer) in [
            ("kind=ticket", "/kind"),
            ("event=everything", "/event"),
            ("person=nobody", "/person"),
            ("from=yesterday", "/from"),
            ("cursor=x", "/cursor"),
        ] {
            let refused = eve.get(&format!("/audit/events?{query}")).await;
            let problem = refused.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
    });
}

#[test]
fn an_auditor_reads_by_a_token_of_their_own_and_writes_nothing_with_it() {
    on_both(async |stage| {
        let eve = stage.person("eve", &["auditor"]).await;
        let token = |scopes: Json| {
            let expires_at = "2027-01-01T00:00:00Z";
            json!({"name": "report", "scopes": scopes, "expires_at": expires_at})
        };
        let made = eve.post("/tokens", token(json!(["read"]))).await.ok();
        let report = stage.program(made["secret"].as_str().unwrap());
        report.get("/audit/events").await.ok();
        let raised = report.post("/changes", json!({"title": "Mine"})).await;
        raised.refused(403, "request.not_permitted");
        let more = eve.post("/tokens", token(json!(["read", "change.write"]))).await;
        more.refused(422, "request.invalid");
        eve.delete(&format!("/tokens/{}", made["id"].as_str().unwrap()), "*").await.ok();
        report.get("/audit/events").await.refused(401, "identity.token_ended");
    });
}

#[test]
fn a_mistyped_name_is_told_what_was_meant() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["administrator", "service_owner", "requester"]).await;
        anna.post("/services", json!({"name": "Online payments"})).await.ok();
        for name in ["web-01", "web-02", "db-01"] {
            anna.post("/cis", json!({"name": name, "kind": "server"})).await.ok();
        }
        for (path, meant) in [
            ("/cis/wbe-02", "there is no CI `wbe-02`: did you mean `web-02`?"),
            ("/cis/web", "there is no CI `web`: did you mean `web-01` or `web-02`?"),
            ("/cis/mainframe", "there is no CI `mainframe`"),
            ("/services/online-payment", "did you mean `Online payments`?"),
            ("/audit/events?person=ana", "did you mean `anna`?"),
        ] {
            let problem = anna.get(path).await.body;
            let told = problem["errors"][0]["detail"].as_str().or(problem["detail"].as_str());
            assert!(told.unwrap_or_default().ends_with(meant), "{path}: {problem:#}");
        }
        let mut cis = vec!["web-1".to_owned(); 30];
        cis[0] = "web-01".to_owned();
        let change = json!({"title": "Renew", "cis": cis, "implementer": "anni"});
        let refused = anna.post("/changes", change).await.refused(422, "request.invalid");
        let errors = refused["errors"].as_array().unwrap();
        let meant = |text: &str| {
            errors.iter().filter(|error| error["detail"].as_str().unwrap().contains(text)).count()
        };
        assert_eq!(meant("there is no CI `web-1`"), 29);
        assert!((1..=20).contains(&meant("did you mean `web-01`?")), "no more than a few");
    });
}

async fn verified(stage: &Stage) -> VerifyReport {
    numbered(stage).await;
    let report = interlock_server::read::ask(&*stage.store, |db| {
        let mut seen = 0;
        let report = verify(db, &Known::default(), &mut |count| seen = count)?;
        assert!(report.wrong.is_some() || seen == report.events + report.streams);
        Ok(report)
    });
    report.await.unwrap()
}

pub(crate) async fn some_history(stage: &Stage) {
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

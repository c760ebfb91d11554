//! Lists in another order than their usual one, page by page, on both engines.

use serde_json::{Value as Json, json};

use crate::release::{Cast, approved, cast, number, vote, window};
use crate::support::{Client, Stage, at, on_both};

/// What a list says of its records in an order, read two at a time.
async fn listed(client: &Client<'_>, path: &str, sort: &str, says: &[&str]) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}sort={sort}&limit=2{next}")).await.ok();
        for row in page["items"].as_array().expect("a list") {
            let said = says.iter().fold(row, |value, field| &value[*field]);
            found.push(said.as_str().expect("a text").to_owned());
        }
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return found,
        }
    }
}

/// Both ways, and that there is no third.
async fn sorts(client: &Client<'_>, path: &str, sort: &str, says: &[&str], expected: &[&str]) {
    assert_eq!(listed(client, path, sort, says).await, expected, "{path}{sort}");
    let turned = listed(client, path, &format!("-{sort}"), says).await;
    assert!(turned.iter().eq(expected.iter().rev()), "{path}-{sort}: {turned:?}");
    let wrong = client.get(&format!("{path}sort=luck")).await.refused(422, "request.invalid");
    assert_eq!(wrong["errors"][0]["pointer"], "/sort");
}

#[test]
fn incidents_come_by_their_time_or_the_most_urgent_first() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["service_owner"]).await;
        anna.post("/services", json!({"name": "Shop"})).await.ok();
        anna.post("/cis", json!({"name": "web-01", "service": "Shop"})).await.ok();
        for (title, priority, hour) in [("d", 3, 7), ("b", 1, 6), ("c", 2, 3), ("a", 1, 4)] {
            let fields = json!({"title": title, "priority": priority, "cis": ["web-01"],
                "services": ["Shop"], "assignee": "anna",
                "opened_at": format!("2026-11-21T0{hour}:00:00Z")});
            anna.post("/incidents", fields).await.ok();
        }
        for filter in ["", "state=open&", "ci=web-01&", "service=Shop&", "assignee=anna&"] {
            let path = format!("/incidents?{filter}");
            sorts(&anna, &path, "opened_at", &["title"], &["c", "a", "b", "d"]).await;
            sorts(&anna, &path, "priority", &["title"], &["a", "b", "c", "d"]).await;
        }
        sorts(&anna, "/incidents?priority=1&", "priority", &["title"], &["a", "b"]).await;
        let usual = anna.get("/incidents").await.ok();
        assert_eq!(usual["items"][0]["title"], "d", "the latest first");
    });
}

#[test]
fn services_come_by_name_or_the_most_critical_first() {
    on_both(async |stage| {
        let ada = stage.person("ada", &["administrator", "service_owner"]).await;
        for (name, criticality) in [("Shop", 1), ("Archive", 4), ("Search", 2), ("Pay", 1)] {
            let fields = json!({"name": name, "criticality": criticality, "owner": "ada"});
            ada.post("/services", fields).await.ok();
        }
        for path in ["/services?", "/services?owner=ada&"] {
            sorts(&ada, path, "name", &["name"], &["Archive", "Pay", "Search", "Shop"]).await;
            sorts(&ada, path, "criticality", &["name"], &["Pay", "Shop", "Search", "Archive"])
                .await;
        }
    });
}

/// A release of one change, carried out and verified, so that its review is open.
async fn reviewed(stage: &Stage, story: &Cast<'_>, title: &str, start: &str, end: &str) {
    let created = json!({"title": title, "type": "minor", "owner": "rosa_release_manager",
        "window": window(start, end)});
    let release = number(&story.rosa.post("/releases", created).await.ok());
    let path = format!("/releases/{release}");
    let change = approved(story, title, "web-01", 10).await;
    story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
    story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
    vote(&story.rita, &path, "approve", "").await.ok();
    story.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
    stage.clock.set(at(start));
    story.ivan.post(&format!("{path}/deploy"), json!({})).await.ok();
    let step = format!("{path}/deployment/steps/{change}");
    story.ivan.post(&step, json!({"result": "done"})).await.ok();
    for body in [json!({}), json!({"passed": true})] {
        story.ivan.post(&format!("{path}/verify"), body).await.ok();
    }
}

#[test]
fn reviews_come_by_their_opening_or_by_when_they_are_due() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let long = ("2026-11-21T14:00:00Z", "2026-11-22T14:00:00Z");
        reviewed(&stage, &story, "Long", long.0, long.1).await;
        let short = ("2026-11-21T15:00:00Z", "2026-11-21T16:00:00Z");
        reviewed(&stage, &story, "Short", short.0, short.1).await;
        let subject = ["subject", "name"];
        for filter in ["", "state=open&", "kind=release&", "state=open&kind=release&"] {
            let path = format!("/reviews?{filter}");
            sorts(&story.rosa, &path, "opened_at", &subject, &["Long", "Short"]).await;
            sorts(&story.rosa, &path, "due_on", &subject, &["Short", "Long"]).await;
        }
    });
}

#[test]
fn conflicts_come_by_when_they_moved_or_by_when_they_begin() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        for (title, ci, day) in [("Late", "web-01", 25), ("Late too", "web-01", 25)] {
            planned(&story.anna, title, ci, day).await;
        }
        stage.clock.set(at("2026-11-21T09:00:00Z"));
        for (title, ci, day) in [("Early", "pay-db", 23), ("Early too", "pay-db", 23)] {
            planned(&story.anna, title, ci, day).await;
        }
        let begins = ["overlap", "start"];
        let (early, late) = ("2026-11-23T20:00:00Z", "2026-11-25T20:00:00Z");
        sorts(&story.anna, "/conflicts?", "start_at", &begins, &[early, late]).await;
        sorts(&story.anna, "/conflicts?", "updated_at", &begins, &[late, early]).await;
        sorts(&story.anna, "/conflicts?subject=CHG-1&", "start_at", &begins, &[late]).await;
    });
}

async fn planned(client: &Client<'_>, title: &str, ci: &str, day: u32) -> Json {
    let at = |hour: u32| format!("2026-11-{day}T{hour}:00:00Z");
    let fields = json!({"title": title, "type": "normal", "cis": [ci],
        "window": window(&at(20), &at(22))});
    client.post("/changes", fields).await.ok()
}

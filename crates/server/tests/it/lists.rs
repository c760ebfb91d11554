//! Every list takes every parameter that the description names, and fails on no two of them, so
//! that each statement that is put together from them is one that both engines understand.

use std::fmt::Write as _;

use domain::identity::Role;
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

/// Values that some parameter takes: names of records here, words, instants, days, numbers.
const VALUES: &[&str] = &[
    "shop",
    "crew",
    "db-1",
    "anna",
    "CHG-1",
    "REL-1",
    "INC-1",
    "2026-11-20T00:00:00Z",
    "2026-11-20",
    "true",
    "production",
    "minor",
    "normal",
    "1",
    "north",
    "0",
];

/// Lines that come for as long as someone listens; and what only goes together.
const OTHERS: &[&str] = &["/events", "/slots", "/audit/consistency", "/audit/inclusion"];

async fn world(stage: &Stage) -> Client<'_> {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let anna = stage.person("anna", &roles).await;
    stage.account("ben", &["requester"]).await;
    let window = json!({"start": "2026-11-24T20:00:00Z", "end": "2026-11-24T22:00:00Z"});
    let change = |title, team| json!({"title": title, "type": "normal", "cis": ["db-1"], "team": team, "window": window});
    let period = |name| json!({"name": name, "reason": "Books.", "window": window});
    for (path, bodies) in [
        ("/teams", [json!({"name": "crew"}), json!({"name": "other"})]),
        (
            "/services",
            [json!({"name": "shop", "team": "crew", "region": "north"}), json!({"name": "mail"})],
        ),
        ("/cis", [json!({"name": "db-1", "service": "shop"}), json!({"name": "db-2"})]),
        ("/changes", [change("A", "crew"), change("B", "other")]),
        (
            "/releases",
            ["R", "S"].map(|title| json!({"title": title, "type": "minor", "window": window})),
        ),
        ("/incidents", ["I", "J"].map(|title| json!({"title": title, "cis": ["db-1"]}))),
        ("/boards", ["B", "C"].map(|name| json!({"name": name, "roles": ["cab_member"]}))),
        ("/blackouts", ["D", "E"].map(period)),
        ("/knowledge", ["K", "L"].map(|title| json!({"title": title, "kind": "guide"}))),
        ("/user-groups", ["G", "H"].map(|name| json!({"name": name}))),
    ] {
        for body in bodies {
            anna.post(path, body).await.ok();
        }
    }
    anna.put("/releases/REL-1/changes/CHG-2", "*", json!({})).await.ok();
    anna
}

/// The lists with the parameters of each.
async fn lists(stage: &Stage) -> Vec<(String, Vec<String>)> {
    let document = stage.stranger().get("/openapi.json").await.ok();
    let mut lists = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let path = path.strip_prefix("/api/v1").expect("the prefix");
        let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
        let asked = parameters.filter(|one| one["in"] == "query");
        let asked = asked.map(|one| one["name"].as_str().expect("a name").to_owned());
        let asked: Vec<String> = asked.collect();
        if !path.contains('{') && !asked.is_empty() && !OTHERS.contains(&path) {
            lists.push((path.to_owned(), asked));
        }
    }
    lists
}

/// What a list answers; it never fails on its own account.
async fn asked(client: &Client<'_>, path: &str, query: &str) -> Option<Json> {
    let answer = client.get(&format!("{path}?{query}")).await;
    assert!(!answer.status.is_server_error(), "{path}?{query}: {answer:?}");
    answer.status.is_success().then_some(answer.body)
}

/// A parameter with a value that the list takes: one of those that are known here, or a word that
/// the list names itself when it refuses another one.
async fn taken(client: &Client<'_>, path: &str, name: &str) -> Option<String> {
    if name == "cursor" {
        let page = asked(client, path, "limit=1").await?;
        let mut cursor = "cursor=".to_owned();
        for byte in page["next"].as_str()?.bytes() {
            let _ = write!(cursor, "%{byte:02x}");
        }
        return Some(cursor);
    }
    let refused = client.get(&format!("{path}?{name}=no-such-word")).await;
    let words = refused.body["errors"][0]["detail"].as_str().unwrap_or_default().to_owned();
    let words = words.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let words: Vec<String> = words.map(str::to_owned).collect();
    let known = VALUES.iter().map(|value| (*value).to_owned());
    for value in known.chain(words) {
        let query = format!("{name}={value}");
        if asked(client, path, &query).await.is_some() {
            return Some(query);
        }
    }
    None
}

#[test]
fn every_list_takes_every_parameter_that_it_names_and_fails_on_no_two() {
    on_both(async |stage| {
        let anna = world(&stage).await;
        let mut untaken = Vec::new();
        let (mut pages, mut pairs) = (0, 0);
        for (path, parameters) in lists(&stage).await {
            let mut queries = Vec::new();
            for name in &parameters {
                match taken(&anna, &path, name).await {
                    Some(query) => {
                        pages += usize::from(name == "cursor");
                        queries.push(query);
                    }
                    None => untaken.push(format!("{path} {name}")),
                }
            }
            for (place, one) in queries.iter().enumerate() {
                for other in &queries[..place] {
                    asked(&anna, &path, &format!("{one}&{other}")).await;
                    pairs += 1;
                }
            }
        }
        // A list of which nobody has two rows here has no next page.
        untaken.retain(|one| !one.ends_with(" cursor"));
        assert_eq!(untaken, [""; 0]);
        assert!(pages > 10, "{pages} lists are turned by the page");
        assert!(pairs > 300, "{pairs} pairs");
        let together = "services=shop&cis=db-1&duration=60&after=2026-11-24T00:00:00Z\
            &environment=production&zone=UTC&limit=3";
        anna.get(&format!("/slots?{together}")).await.ok();
        let month = "from=2026-11-20T00:00:00Z&to=2026-11-30T00:00:00Z";
        for (team, found) in [("crew", 1), ("other", 0)] {
            let calendar = anna.get(&format!("/calendar?{month}&team={team}")).await.ok();
            let entries = calendar["entries"].as_array().expect("entries").iter();
            let changes = entries.filter(|entry| entry["kind"] == "change");
            assert_eq!(changes.count(), found, "{team}: {calendar:#}");
        }
    });
}

//! Everything out: each record with all that is kept of it, the log in its order, and no secret.

use serde_json::{Value as Json, json};

use crate::support::{Client, PASSWORD, Stage, on_both};

async fn lines(client: &Client<'_>, path: &str) -> Vec<Json> {
    let text = client.text(path).await;
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of<'a>(lines: &'a [Json], line: &str, kind: Option<&str>) -> Vec<&'a Json> {
    let fits =
        |found: &&Json| found["line"] == line && kind.is_none_or(|kind| found["kind"] == kind);
    lines.iter().filter(fits).collect()
}

/// More changes than one slice holds, and one record of most kinds.
async fn furnish(stage: &Stage) {
    let rita = stage.person("rita", &["release_manager", "service_owner", "administrator"]).await;
    rita.post("/teams", json!({"name": "Payments"})).await.ok();
    rita.post("/services", json!({"name": "Shop", "known_limits": "Mails stay sent."})).await.ok();
    rita.post("/cis", json!({"name": "db-1", "kind": "database", "service": "Shop"})).await.ok();
    rita.post("/incidents", json!({"title": "Slow"})).await.ok();
    let long = "Drain, upgrade, \"fail over\".\nThen the other one.";
    for number in 1..=120 {
        let change = json!({
            "title": format!("Change {number}"), "type": "normal", "services": ["Shop"],
            "cis": ["db-1"], "implementation_plan": long,
        });
        rita.post("/changes", change).await.ok();
    }
    rita.post("/releases", json!({"title": "Spring", "type": "minor"})).await.ok();
    rita.post("/changes/CHG-7/comments", json!({"text": "Seen; see \u{1F680}."})).await.ok();
    let ends = "2026-12-01T00:00:00Z";
    let token = json!({"name": "nightly", "scopes": ["read"], "expires_at": ends});
    rita.post("/tokens", token).await.ok();
    let filter = json!({"list": "changes", "name": "mine", "query": "mine=true"});
    rita.put("/filters", "*", json!({"filters": [filter]})).await.ok();
}

#[test]
fn an_export_holds_every_record_as_the_interface_shows_it() {
    on_both(async |stage| {
        furnish(&stage).await;
        let eve = stage.person("eve", &["auditor"]).await;
        let all = lines(&eve, "/export").await;
        assert_eq!(all[0]["line"], "export");
        let end = all.last().unwrap();
        assert_eq!(end["line"], "end");
        let counts = &end["records"];
        assert_eq!(of(&all, "record", None).len(), all.len() - 2);
        for (kind, path) in [
            ("change", "/changes"),
            ("release", "/releases"),
            ("incident", "/incidents"),
            ("service", "/services"),
            ("ci", "/cis"),
            ("team", "/teams"),
            ("person", "/people"),
        ] {
            let listed = eve.get(&format!("{path}?limit=200")).await.ok();
            let listed: Vec<&str> = listed["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].as_str().unwrap())
                .collect();
            let mut exported: Vec<&str> = of(&all, "record", Some(kind))
                .iter()
                .map(|row| row["id"].as_str().unwrap())
                .collect();
            assert_eq!(counts[kind], listed.len(), "{kind}");
            assert!(exported.is_sorted(), "{kind}");
            let mut sorted = listed;
            sorted.sort_unstable();
            exported.sort_unstable();
            assert_eq!(exported, sorted, "{kind}");
        }
        for line in of(&all, "record", Some("change")) {
            let shown = eve.get(&format!("/changes/{}", line["id"].as_str().unwrap())).await.ok();
            assert_eq!(line["version"], shown["version"]);
            assert_eq!(line["written_at"], shown["updated_at"]);
            let content = &line["state"]["content"];
            assert_eq!(line["state"]["number"], shown["number"]);
            assert_eq!(content["title"], shown["title"]);
            assert_eq!(content["implementation_plan"], shown["implementation_plan"]);
            assert_eq!(content["cis"][0], shown["cis"][0]["id"]);
            let comments = shown["comments"].as_array().unwrap().len();
            let kept = line["state"]["extras"]["comments"].as_array().map_or(0, Vec::len);
            assert_eq!(kept, comments);
        }
    });
}

#[test]
fn a_reader_gets_no_secret_and_nothing_that_is_of_others_alone() {
    on_both(async |stage| {
        furnish(&stage).await;
        let eve = stage.person("eve", &["auditor"]).await;
        let text = eve.text("/export?log=true").await;
        for secret in [PASSWORD, "argon2", "session-of-", "\"hash\""] {
            assert!(!text.contains(secret), "{secret} is in the export");
        }
        let all = lines(&eve, "/export?kind=token,person").await;
        assert!(of(&all, "record", Some("token")).is_empty());
        assert_eq!(all.last().unwrap()["withheld"], 1);
        assert!(
            of(&all, "record", Some("person")).iter().all(|one| one["state"]["filters"].is_null())
        );
        let rita = stage.browser("session-of-rita");
        let own = lines(&rita, "/export?kind=token,person").await;
        let kept = of(&own, "record", Some("person"));
        assert!(kept.iter().any(|one| one["state"]["filters"][0]["name"] == "mine"));
        assert_eq!(of(&own, "record", Some("token"))[0]["state"]["name"], "nightly");
        stage.stranger().get("/export").await.refused(401, "identity.sign_in_required");
    });
}

#[test]
fn the_log_tells_nobody_what_is_of_others_alone_but_auditors() {
    on_both(async |stage| {
        furnish(&stage).await;
        let rita = stage.browser("session-of-rita");
        rita.post("/feeds", json!({"name": "Phone"})).await.ok();
        let rob = stage.person("rob", &["requester"]).await;
        let eve = stage.person("eve", &["auditor"]).await;
        crate::audit::numbered(&stage).await;
        let own = ["feed.created.v1", "person.filters_saved.v1", "token.created.v1"];
        let told = async |client: &Client<'_>| {
            let all = lines(client, "/export?kind=team&log=true").await;
            let end = all.last().unwrap().clone();
            let events = of(&all, "event", None);
            assert_eq!(end["events"], events.len());
            let exported: Vec<String> =
                events.iter().map(|event| event["name"].as_str().unwrap().to_owned()).collect();
            let (mut listed, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/audit/events?limit=50{cursor}");
                let page = client.get(&path).await.ok();
                let items = page["items"].as_array().unwrap().iter();
                listed.extend(items.map(|event| event["name"].as_str().unwrap().to_owned()));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            listed.reverse();
            assert_eq!(listed, exported, "both keep back the same");
            let found = own.iter().filter(|name| exported.contains(&(**name).to_owned()));
            (found.count(), end["withheld"].as_i64().unwrap())
        };
        assert_eq!(told(&rob).await, (0, 3));
        assert_eq!(told(&rita).await, (3, 0));
        assert_eq!(told(&eve).await, (3, 0));
        let token = lines(&rita, "/export?kind=token").await[1]["id"].clone();
        let path = format!("/audit/events?subject={}", token.as_str().unwrap());
        assert_eq!(rob.get(&path).await.ok()["items"], json!([]));
        assert_eq!(rita.get(&path).await.ok()["items"][0]["name"], own[2]);
    });
}

#[test]
fn the_log_follows_in_its_order_when_it_is_asked_for() {
    on_both(async |stage| {
        furnish(&stage).await;
        let eve = stage.person("eve", &["auditor"]).await;
        crate::audit::numbered(&stage).await;
        let all = lines(&eve, "/export?kind=change&log=true").await;
        let events = of(&all, "event", None);
        let positions: Vec<i64> =
            events.iter().map(|event| event["position"].as_i64().unwrap()).collect();
        let dense: Vec<i64> = (1..=i64::try_from(events.len()).unwrap()).collect();
        assert_eq!(positions, dense);
        let page = eve.get("/audit/events?limit=1").await.ok();
        assert_eq!(page["items"][0]["position"], events.len());
        assert_eq!(page["items"][0]["payload"], events[events.len() - 1]["payload"]);
        assert_eq!(all.last().unwrap()["events"], events.len());
        let raised = events.iter().filter(|event| event["name"] == "change.raised.v1").count();
        assert_eq!(raised, of(&all, "record", Some("change")).len());
    });
}

#[test]
fn one_kind_comes_as_csv_with_all_of_it_in_the_last_column() {
    on_both(async |stage| {
        furnish(&stage).await;
        let eve = stage.person("eve", &["auditor"]).await;
        let text = eve.text("/export?kind=change&format=csv").await;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head = reader.headers().unwrap().clone();
        let at = |name: &str| head.iter().position(|known| known == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 120);
        let numbers: Vec<&str> = rows.iter().map(|row| &row[at("number")]).collect();
        assert!(numbers.contains(&"CHG-1") && numbers.contains(&"CHG-120"));
        let row = &rows[0];
        let state: Json = serde_json::from_str(&row[at("state")]).unwrap();
        assert_eq!(state["content"]["title"], row[at("title")]);
        assert_eq!(state["requester"], row[at("requester")]);
        assert!(!row[at("requester_login")].is_empty());
        assert_eq!((&row[at("type")], &row[at("environment")]), ("normal", "production"));
        assert!(state["content"]["implementation_plan"].as_str().unwrap().contains('\n'));
        for path in ["/export?format=csv", "/export?kind=x", "/export?format=xml"] {
            eve.get(path).await.refused(422, "request.invalid");
        }
        let log = "/export?kind=change&format=csv&log=true";
        eve.get(log).await.refused(422, "request.invalid");
    });
}

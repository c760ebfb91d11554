//! Incidents: reporting, moving, listing, remarks, and taking them over from another system.

use domain::change::{Origin, Outcome};
use domain::incident::{Imported, Incident, Priority, State};
use interlock_server::bus::Envelope;
use interlock_server::import::{Import, Taken};
use kernel::{Actor, CiId};
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, at, on_both};

async fn report(client: &Client<'_>, title: &str, opened_at: &str) -> String {
    let fields = json!({"title": title, "opened_at": opened_at});
    let written = client.post("/incidents", fields).await.ok();
    written["number"].as_str().unwrap().to_owned()
}

fn titles(page: &Json) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect()
}

#[test]
fn an_incident_is_reported_with_a_number_and_found_by_it() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["service_owner"]).await;
        anna.post("/services", json!({"name": "Shop"})).await.ok();
        for name in ["web-01", "db-1"] {
            anna.post("/cis", json!({"name": name})).await.ok();
        }
        let fields = json!({
            "title": "Checkout fails", "description": "Every second one.", "priority": 1,
            "cis": ["WEB-01", "db-1", "web-01"], "services": ["shop"], "assignee": "anna",
            "links": [{"kind": "problem", "target": "PRB-1", "url": "https://example.org/1"}],
        });
        let written = anna.post("/incidents", fields).await.ok();
        assert_eq!(written["number"], "INC-1");
        let incident = anna.get("/incidents/inc-1").await.ok();
        assert_eq!(incident["id"], written["id"]);
        assert_eq!(crate::support::names(&incident["cis"]), ["web-01", "db-1"]);
        assert_eq!(crate::support::names(&incident["services"]), ["Shop"]);
        assert_eq!(incident["assignee"]["name"], "anna Example");
        assert_eq!(incident["links"][0]["target"], "PRB-1");
        assert_eq!(incident["opened_at"], "2026-11-21T08:00:00Z");
        assert_eq!(incident["state"], "open");
        let row = &anna.get("/incidents").await.ok()["items"][0];
        assert_eq!(row["ci"]["name"], "web-01");
        anna.get("/incidents/INC-2").await.refused(404, "request.unknown_record");
    });
}

#[test]
fn it_is_resolved_closed_and_reopened_and_says_what_may_come_next() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        report(&anna, "Checkout fails", "2026-11-21T07:00:00Z").await;
        let path = "/incidents/INC-1";
        let allowed = async || {
            let incident = anna.get(path).await.ok();
            let actions = incident["actions"].as_array().unwrap().iter();
            let allowed = actions.filter(|action| action["allowed"] == true);
            allowed.map(|action| action["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(allowed().await, ["edit", "resolve", "close", "comments"]);
        let refused = anna.patch(path, "1", json!({"state": "resolved"})).await;
        let refused = refused.refused(422, "request.invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/resolved_at");
        let resolve = json!({"state": "resolved", "resolved_at": "2026-11-21T07:30:00Z"});
        anna.patch(path, "1", resolve.clone()).await.ok();
        assert_eq!(allowed().await, ["edit", "close", "reopen", "comments"]);
        anna.patch(path, "2", json!({"state": "closed"})).await.ok();
        assert_eq!(allowed().await, ["edit", "reopen", "comments"]);
        anna.patch(path, "3", resolve.clone()).await.refused(409, "incident.wrong_state");
        anna.patch(path, "3", json!({"state": "open"})).await.ok();
        let incident = anna.get(path).await.ok();
        assert_eq!((&incident["state"], &incident["resolved_at"]), (&json!("open"), &Json::Null));
        anna.patch(path, "3", resolve).await.refused(412, "request.stale");
    });
}

#[test]
fn remarks_carry_their_author_and_time() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        let reader = stage.person("reader", &["auditor"]).await;
        report(&anna, "Checkout fails", "2026-11-21T07:00:00Z").await;
        let path = "/incidents/INC-1/comments";
        anna.post(path, json!({"text": "rolled back"})).await.ok();
        reader.post(path, json!({"text": "x"})).await.refused(403, "request.not_permitted");
        anna.post(path, json!({"text": " "})).await.refused(422, "request.invalid");
        let comments = reader.get("/incidents/INC-1").await.ok()["comments"].clone();
        let expected = json!([{
            "author": "anna Example", "at": "2026-11-21T08:00:00Z", "text": "rolled back",
        }]);
        assert_eq!(comments, expected);
    });
}

#[test]
fn the_list_shows_the_latest_first_and_combines_its_filters() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["service_owner"]).await;
        anna.post("/services", json!({"name": "Shop"})).await.ok();
        anna.post("/cis", json!({"name": "web-01"})).await.ok();
        for (hour, priority) in [(1, 1), (2, 2), (3, 1), (4, 2), (5, 1)] {
            let mut fields = json!({"title": format!("i{hour}"), "priority": priority,
                "opened_at": format!("2026-11-21T0{hour}:00:00Z")});
            if hour != 2 {
                fields["cis"] = json!(["web-01"]);
                fields["services"] = json!(["shop"]);
            }
            if hour > 3 {
                fields["assignee"] = json!("anna");
            }
            anna.post("/incidents", fields).await.ok();
        }
        let resolve = json!({"state": "resolved", "resolved_at": "2026-11-21T07:00:00Z"});
        anna.patch("/incidents/INC-5", "*", resolve).await.ok();
        let listed = async |query: &str| {
            let page = anna.get(&format!("/incidents?{query}")).await.ok();
            titles(&page).join(" ")
        };
        assert_eq!(listed("").await, "i5 i4 i3 i2 i1");
        assert_eq!(listed("state=open").await, "i4 i3 i2 i1");
        assert_eq!(listed("state=open&priority=1").await, "i3 i1");
        assert_eq!(listed("ci=WEB-01&priority=2").await, "i4");
        assert_eq!(listed("service=shop&state=resolved").await, "i5");
        assert_eq!(listed("ci=web-01&service=shop&assignee=anna").await, "i5 i4");
        let range = "from=2026-11-21T02:00:00Z&to=2026-11-21T04:00:00Z";
        assert_eq!(listed(range).await, "i3 i2");
        assert_eq!(listed(&format!("ci=web-01&{range}")).await, "i3");
        assert_eq!(listed("q=inc-2").await, "i2");
        anna.get("/incidents?ci=nothing").await.refused(422, "request.invalid");
        for filter in ["", "&ci=web-01", "&service=shop"] {
            let (mut all, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = anna.get(&format!("/incidents?limit=2{filter}{cursor}")).await.ok();
                all.extend(titles(&page).into_iter().map(str::to_owned));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(all.join(" "), listed(filter).await);
        }
    });
}

#[test]
fn what_cannot_be_taken_is_named_field_by_field() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        let fields = json!({"title": "x", "cis": ["no"], "state": "gone", "priority": 9,
            "caused_by": "CHG-1"});
        let refused = anna.post("/incidents", fields).await.refused(422, "request.invalid");
        let pointers: Vec<&str> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].as_str().unwrap())
            .collect();
        assert_eq!(pointers, ["/priority", "/cis/0", "/caused_by", "/state"]);
    });
}

#[test]
fn the_change_that_caused_it_is_named_by_number_and_found_again() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["requester"]).await;
        let change = json!({"title": "Raise the limit", "type": "normal"});
        let change = anna.post("/changes", change).await.ok();
        let cause = json!({"title": "Limit reached", "caused_by": change["number"]});
        anna.post("/incidents", cause).await.ok();
        anna.post("/incidents", json!({"title": "Something else"})).await.ok();
        let incident = anna.get("/incidents/INC-1").await.ok();
        assert_eq!(incident["caused_by"]["name"], "Raise the limit");
        assert_eq!(incident["caused_by"]["id"], change["id"]);
        let number = change["number"].as_str().unwrap();
        let page = anna.get(&format!("/incidents?caused_by={number}")).await.ok();
        assert_eq!(titles(&page), ["Limit reached"]);
        anna.patch("/incidents/INC-1", "*", json!({"caused_by": null})).await.ok();
        let incident = anna.get("/incidents/INC-1").await.ok();
        assert_eq!(incident["caused_by"], Json::Null);
    });
}

fn im1224(cis: Vec<CiId>) -> Import<Incident> {
    let origin = Origin {
        source: "service manager".to_owned(),
        number: "IM0001224".to_owned(),
        zone: "Europe/Amsterdam".parse().unwrap(),
    };
    Import::new([Imported {
        number: String::new(),
        origin,
        title: "Citrix is slow".to_owned(),
        description: String::new(),
        priority: Priority::try_from(4).unwrap(),
        state: State::Closed,
        opened_at: at("2013-10-01T05:33:21Z"),
        resolved_at: None,
        cis,
        services: vec![],
        caused_by: None,
        links: vec![],
    }])
}

async fn import(stage: &Stage, command: Import<Incident>) -> Taken {
    let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
    stage.bus.send(operator, command).await.unwrap().answer.remove(0)
}

#[test]
fn an_imported_incident_keeps_its_number_there_and_comes_once() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["service_owner"]).await;
        let ci = anna.post("/cis", json!({"name": "APP000005"})).await.ok();
        let ci: CiId = ci["id"].as_str().unwrap().parse().unwrap();
        let first = import(&stage, im1224(vec![ci])).await;
        let Taken::Created(written) = first else { panic!("{first:?}") };
        assert_eq!(import(&stage, im1224(vec![ci])).await, Taken::There(written));
        let incident = anna.get("/incidents/INC-1").await.ok();
        assert_eq!(incident["imported"]["number"], "IM0001224");
        assert_eq!(incident["imported"]["zone"], "Europe/Amsterdam");
        assert_eq!((&incident["state"], &incident["resolved_at"]), (&json!("closed"), &Json::Null));
        let page = anna.get("/incidents?ci=app000005").await.ok();
        assert_eq!(page["items"][0]["source_number"], "IM0001224");
        let found = anna.get("/incidents?q=IM0001224").await.ok();
        assert_eq!(titles(&found), ["Citrix is slow"]);
        let events = anna.get("/audit/events?subject=INC-1").await.ok();
        assert_eq!(events["items"].as_array().unwrap().len(), 1, "one event carries it all");
        anna.patch("/incidents/INC-1", "*", json!({"description": "seen again"})).await.ok();
    });
}

#[test]
fn who_may_not_import_imports_nothing() {
    on_both(async |stage| {
        let person = stage.account("anna", &["service_owner"]).await;
        let envelope = Envelope::new(Actor::Person { id: person });
        let end = stage.bus.send(envelope, im1224(vec![])).await;
        let refused = interlock_server::problem::of_failure(end.unwrap_err());
        assert_eq!(refused.code, "request.not_permitted");
    });
}

/// A change of another system that was carried out on a CI between two times of the stage's day.
async fn carried_out(stage: &Stage, title: &str, ci: &Json, times: (&str, &str), end: Outcome) {
    bring(stage, [past(title, ci, times, end)]).await;
}

async fn bring(stage: &Stage, changes: impl IntoIterator<Item = domain::change::Imported>) {
    let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
    let command: Import<domain::change::Change> = Import::new(changes);
    stage.bus.send(operator, command).await.unwrap();
}

fn past(title: &str, ci: &Json, times: (&str, &str), end: Outcome) -> domain::change::Imported {
    let origin =
        Origin { source: "old".to_owned(), number: title.to_owned(), zone: kernel::Zone::utc() };
    domain::change::Imported {
        number: String::new(),
        origin,
        title: title.to_owned(),
        description: String::new(),
        change_type: domain::policy::ChangeType::Normal,
        environment: domain::vocabulary::Environment::Production,
        cis: vec![ci["id"].as_str().unwrap().parse().unwrap()],
        artifacts: vec![],
        window: None,
        started_at: Some(at(times.0)),
        finished_at: Some(at(times.1)),
        created_at: None,
        outcome: Some(end),
        incidents: None,
        scheduled: false,
    }
}

#[test]
fn what_was_changed_lately_near_it_is_told_the_likely_cause_first() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["service_owner"]).await;
        anna.post("/services", json!({"name": "Shop"})).await.ok();
        let web = json!({"name": "web-01", "service": "Shop"});
        let web = anna.post("/cis", web).await.ok();
        let db = anna.post("/cis", json!({"name": "db-01"})).await.ok();
        let far = anna.post("/cis", json!({"name": "far"})).await.ok();
        let needs = json!({"relations": [{"kind": "runs_on", "to": "db-01"}]});
        anna.put("/cis/web-01/relations", "*", needs).await.ok();
        let good = Outcome::Successful;
        let day = |time: &str| format!("2026-11-21T{time}:00Z");
        for (title, ci, from, to, end) in [
            ("half an hour", &web, day("06:00"), day("06:30"), good),
            ("below it", &db, day("06:40"), day("06:50"), good),
            ("taken back", &db, day("06:55"), day("07:20"), Outcome::FailedBackedOut),
            ("elsewhere", &far, day("06:58"), day("06:59"), good),
            ("after it", &web, day("07:01"), day("07:02"), good),
            ("the day before", &web, "2026-11-20T00:00:00Z".to_owned(), day("01:00"), good),
            (
                "long ago",
                &web,
                "2026-11-19T00:00:00Z".to_owned(),
                "2026-11-19T01:00:00Z".to_owned(),
                good,
            ),
        ] {
            carried_out(&stage, title, ci, (&from, &to), end).await;
        }
        let fields = json!({"title": "Shop is down", "cis": ["web-01"], "services": ["Shop"],
            "opened_at": "2026-11-21T07:00:00Z"});
        anna.post("/incidents", fields).await.ok();
        let near = async |query: &str| {
            let near = anna.get(&format!("/incidents/INC-1/near{query}")).await.ok();
            let items = near["items"].as_array().unwrap().iter();
            let told = items.map(|one| {
                format!(
                    "{} [{}]",
                    one["change"]["name"].as_str().unwrap(),
                    one["causality"].as_str().unwrap()
                )
            });
            (told.collect::<Vec<_>>().join(", "), near)
        };
        let (told, near_24) = near("").await;
        assert_eq!(
            told,
            "taken back [rollback], half an hour [inferred], below it [inferred], \
            the day before [inferred]"
        );
        assert_eq!((&near_24["hours"], &near_24["truncated"]), (&json!(24), &json!(false)));
        assert_eq!(near_24["from"], "2026-11-20T07:00:00Z");
        assert_eq!(
            near_24["items"][0]["why"],
            "worked on db-01, which is needed: web-01 runs on db-01; \
            was under way when it began; failed backed out"
        );
        assert_eq!(near_24["items"][1]["minutes_before"], 30);
        assert_eq!(near_24["items"][1]["nearness"], "same_ci");
        assert_eq!(
            near("?hours=1").await.0,
            "taken back [rollback], half an hour [inferred], \
            below it [inferred]"
        );
        assert!(near("?hours=72").await.0.ends_with(", long ago [inferred]"));
        anna.get("/incidents/INC-1/near?hours=0").await.refused(422, "request.invalid");
        anna.get("/incidents/INC-9/near").await.refused(404, "request.unknown_record");
        let below = near_24["items"][2]["change"]["id"].clone();
        anna.patch("/incidents/INC-1", "*", json!({"caused_by": below})).await.ok();
        assert!(near("").await.0.starts_with("below it [explicit], taken back [rollback]"));
        // Whatever is named as the cause is told, wherever and whenever it was worked on.
        stage.index().await;
        let changes = anna.get("/changes?q=elsewhere").await.ok();
        let cause = json!({"caused_by": changes["items"][0]["number"]});
        anna.patch("/incidents/INC-1", "*", cause).await.ok();
        let (told, near_24) = near("").await;
        assert!(told.starts_with("elsewhere [explicit], taken back [rollback]"), "{told}");
        let cause = &near_24["items"][0];
        assert_eq!((&cause["nearness"], &cause["hit"]), (&json!("elsewhere"), &Json::Null));
        let why = "is named as the cause, and was not found near; \
            ended 1 min before it began; successful";
        assert_eq!(cause["why"], why);
    });
}

#[test]
fn what_an_incident_links_to_leads_however_many_changes_were_near() {
    on_both(async |stage| {
        let anna = stage.person("anna", &["service_owner"]).await;
        let web = anna.post("/cis", json!({"name": "web-01"})).await.ok();
        let of = |number: i64| {
            let ended = at("2026-11-21T06:59:00Z").plus_minutes(-number);
            let times = (ended.plus_minutes(-1).to_string(), ended.to_string());
            past(&format!("c{number}"), &web, (&times.0, &times.1), Outcome::Successful)
        };
        for slice in (0..220).collect::<Vec<_>>().chunks(32) {
            bring(&stage, slice.iter().map(|number| of(*number))).await;
        }
        // The youngest record of the one that lies farthest back.
        let fields = json!({"title": "Down", "cis": ["web-01"], "opened_at": "2026-11-21T07:00:00Z",
            "links": [{"kind": "change", "target": "CHG-220"}]});
        anna.post("/incidents", fields).await.ok();
        let near = anna.get("/incidents/INC-1/near").await.ok();
        let told = |at: usize| {
            let one = &near["items"][at];
            (one["change"]["name"].as_str().unwrap(), one["causality"].as_str().unwrap())
        };
        assert_eq!((told(0), told(1)), (("c219", "explicit"), ("c0", "inferred")));
        assert_eq!(near["truncated"], true);
    });
}

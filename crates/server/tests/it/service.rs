//! Services, configuration items, relations, maps and what lies around a CI.

use std::collections::BTreeSet;

use interlock_server::bus::Envelope;
use interlock_server::service::{Direction, ImportCis, Reach, find_ci, find_cis, neighbourhood};
use kernel::{Actor, CiId};
use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, names, on_both};

async fn ci(client: &Client<'_>, name: &str) -> CiId {
    let written = client.post("/cis", json!({"name": name, "kind": "server"})).await.ok();
    written["id"].as_str().unwrap().parse().unwrap()
}

/// Sets what a CI needs: pairs of kind and name.
async fn needs(client: &Client<'_>, name: &str, relations: &[(&str, &str)]) {
    let list: Vec<Json> =
        relations.iter().map(|(kind, to)| json!({"kind": kind, "to": to})).collect();
    let path = format!("/cis/{name}/relations");
    client.put(&path, "*", json!({"relations": list})).await.ok();
}

/// web-01 runs on vm-7, which uses db-2; app-1 and app-2 use web-01.
async fn topology(client: &Client<'_>) {
    for name in ["web-01", "vm-7", "db-2", "app-1", "app-2"] {
        ci(client, name).await;
    }
    needs(client, "web-01", &[("runs_on", "vm-7")]).await;
    needs(client, "vm-7", &[("uses", "DB-2")]).await;
    needs(client, "app-1", &[("uses", "web-01")]).await;
    needs(client, "app-2", &[("uses", "web-01"), ("connects_to", "db-2")]).await;
}

async fn around(stage: &Stage, from: &[&str], depth: u32, cap: usize) -> Vec<Reach> {
    let from: Vec<String> = from.iter().map(ToString::to_string).collect();
    let found = interlock_server::read::ask(&*stage.store, move |db| {
        let known = find_cis(db, &from)?;
        let ids: Vec<CiId> = known.into_values().collect();
        neighbourhood(db, &ids, depth, cap)
    });
    found.await.unwrap().reaches
}

/// `upstream runs_on vm-7 uses db-2`.
fn sentence(reach: &Reach) -> String {
    let mut text = match reach.direction {
        Direction::Upstream => "upstream".to_owned(),
        Direction::Downstream => "downstream".to_owned(),
    };
    for step in &reach.path {
        text.push_str(&format!(" {} {}", step.kind, step.name));
    }
    assert_eq!(reach.path.last().unwrap().ci, reach.ci);
    text
}

fn sentences(reaches: &[Reach]) -> Vec<String> {
    let mut all: Vec<String> = reaches.iter().map(sentence).collect();
    all.sort();
    all
}

#[test]
fn a_service_is_read_by_id_and_by_name_whatever_its_case() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner", "administrator"]).await;
        owner.post("/teams", json!({"name": "Payments"})).await.ok();
        let fields = json!({"name": "Online Payments", "team": "payments", "owner": "OWNER",
            "data_loss_minutes": 5, "known_limits": "one region", "region": "Amsterdam"});
        let written = owner.post("/services", fields).await.ok();
        let service = owner.get("/services/ONLINE%20payments").await.ok();
        assert_eq!(service["id"], written["id"]);
        assert_eq!(service["name"], "Online Payments");
        assert_eq!(service["criticality"], 3);
        assert_eq!(service["team"]["name"], "Payments");
        assert_eq!(service["owner"]["name"], "owner Example");
        assert_eq!(service["actions"][0], json!({"name": "edit", "allowed": true}));
        let path = format!("/services/{}", written["id"].as_str().unwrap());
        assert_eq!(service["region"], "Amsterdam");
        let edit = json!({"owner": null, "criticality": 1, "data_loss_minutes": null,
            "region": "Utrecht"});
        owner.patch(&path, "1", edit).await.ok();
        let service = owner.get(&path).await.ok();
        assert_eq!((&service["owner"], &service["criticality"]), (&Json::Null, &json!(1)));
        assert_eq!(service["known_limits"], "one region");
        assert_eq!(service["region"], "Utrecht");
        let long = json!({"region": "x".repeat(201)});
        owner.patch(&path, "2", long).await.refused(422, "request.invalid");
        assert_eq!(service["version"], 2);
    });
}

#[test]
fn what_cannot_be_taken_is_named_field_by_field() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        let fields = json!({"name": "S", "team": "none", "owner": "nobody", "criticality": 5});
        let refused = owner.post("/services", fields).await.refused(422, "request.invalid");
        let pointers: BTreeSet<&str> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].as_str().unwrap())
            .collect();
        assert_eq!(pointers, ["/criticality", "/owner", "/team"].into());
        owner.post("/services", json!({"name": "Shop"})).await.ok();
        let taken = owner.post("/services", json!({"name": " SHOP "})).await;
        taken.refused(409, "request.name_taken");
        owner.get("/services/nothing").await.refused(404, "request.unknown_record");
        owner.get("/services?team=nobody").await.refused(422, "request.invalid");
    });
}

#[test]
fn who_does_not_keep_services_reads_them_and_sees_why_not() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        let reader = stage.person("reader", &["auditor"]).await;
        ci(&owner, "web-01").await;
        let shown = reader.get("/cis/web-01").await.ok();
        let names: Vec<&Json> =
            shown["actions"].as_array().unwrap().iter().map(|a| &a["name"]).collect();
        assert_eq!(names, ["edit", "set_relations"]);
        assert_eq!(shown["actions"][0]["allowed"], false);
        assert_eq!(shown["actions"][0]["refusal"]["code"], "request.not_permitted");
        let answer = reader.patch("/cis/web-01", "*", json!({"region": "x"})).await;
        answer.refused(403, "request.not_permitted");
        let answer = reader.put("/cis/web-01/relations", "*", json!({"relations": []})).await;
        answer.refused(403, "request.not_permitted");
    });
}

#[test]
fn cis_are_listed_by_name_and_filtered() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        owner.post("/services", json!({"name": "Shop"})).await.ok();
        for (name, kind, environment, service) in [
            ("Web-02", "server", "production", Some("shop")),
            ("web-01", "server", "test", Some("shop")),
            ("db-1", "database", "production", Some("Shop")),
            ("db-2", "database", "production", None),
        ] {
            let fields = json!({"name": name, "kind": kind, "environment": environment,
                "service": service});
            owner.post("/cis", fields).await.ok();
        }
        let listed = async |query: &str| {
            let page = owner.get(&format!("/cis?{query}")).await.ok();
            names(&page["items"]).join(" ")
        };
        assert_eq!(listed("").await, "db-1 db-2 web-01 Web-02");
        assert_eq!(listed("service=shop").await, "db-1 web-01 Web-02");
        assert_eq!(listed("service=shop&kind=server&environment=production").await, "Web-02");
        assert_eq!(listed("kind=database").await, "db-1 db-2");
        assert_eq!(listed("q=WEB-").await, "web-01 Web-02");
        let first = owner.get("/cis?limit=3").await.ok();
        assert_eq!(names(&first["items"]).len(), 3);
        let rest = format!("limit=3&cursor={}", first["next"].as_str().unwrap());
        assert_eq!(listed(&rest).await, "Web-02");
        stage.index().await;
        assert_eq!(listed("q=database").await.split(' ').count(), 2, "found by its kind");
        assert_eq!(listed("q=database&service=shop").await, "db-1");
        let service = owner.get("/services/shop").await.ok();
        assert_eq!(names(&service["cis"]), ["db-1", "web-01", "Web-02"]);
        assert_eq!(service["cis_total"], 3);
        assert_eq!(owner.get("/services").await.ok()["items"][0]["cis_total"], 3);
    });
}

#[test]
fn relations_show_on_both_sides_and_may_lead_in_a_circle() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        topology(&owner).await;
        let web = owner.get("/cis/WEB-01").await.ok();
        let shown = |list: &Json| {
            let one = |r: &Json| format!("{} {}", r["kind"], r["ci"]["name"]).replace('"', "");
            list.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(shown(&web["relations"]), ["runs_on vm-7"]);
        assert_eq!(shown(&web["dependants"]), ["uses app-1", "uses app-2"]);
        needs(&owner, "db-2", &[("connects_to", "web-01")]).await;
        let itself = json!({"relations": [{"kind": "uses", "to": "db-2"}]});
        let answer = owner.put("/cis/db-2/relations", "*", itself).await;
        answer.refused(422, "request.invalid");
        let wrong = json!({"relations": [{"kind": "likes", "to": "db-2"},
            {"kind": "uses", "to": "nothing"}]});
        let refused = owner.put("/cis/vm-7/relations", "*", wrong).await;
        let refused = refused.refused(422, "request.invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/relations/0/kind");
        assert_eq!(refused["errors"][1]["pointer"], "/relations/1/to");
    });
}

#[test]
fn a_ci_shows_the_latest_changes_on_it() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        ci(&owner, "web-01").await;
        ci(&owner, "web-02").await;
        for (title, on) in [("first", "web-01"), ("second", "web-02"), ("third", "WEB-01")] {
            let change = json!({"title": title, "type": "normal", "cis": [on]});
            owner.post("/changes", change).await.ok();
            stage.clock.advance_minutes(1);
        }
        let changes = owner.get("/cis/web-01").await.ok()["changes"].clone();
        let titles: Vec<&Json> =
            changes.as_array().unwrap().iter().map(|change| &change["title"]).collect();
        assert_eq!(titles, ["third", "first"]);
        assert!(owner.get("/cis").await.ok()["items"][0].get("changes").is_none());
    });
}

#[test]
fn a_map_reaches_as_far_as_it_is_asked_both_ways() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        topology(&owner).await;
        let nodes = async |path: &str| {
            let map = owner.get(path).await.ok();
            assert_eq!(map["truncated"], false);
            let ids: BTreeSet<&str> = map["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node["ci"]["id"].as_str().unwrap())
                .collect();
            for edge in map["edges"].as_array().unwrap() {
                assert!(ids.contains(edge["from"].as_str().unwrap()));
                assert!(ids.contains(edge["to"].as_str().unwrap()));
            }
            let names = map["nodes"].as_array().unwrap().iter();
            let names: Vec<String> =
                names.map(|node| node["ci"]["name"].as_str().unwrap().to_owned()).collect();
            (names.join(" "), map["edges"].as_array().unwrap().len())
        };
        assert_eq!(nodes("/cis/db-2/map?depth=0").await, ("db-2".to_owned(), 0));
        assert_eq!(nodes("/cis/db-2/map?depth=1").await, ("app-2 db-2 vm-7".to_owned(), 2));
        let all = ("app-1 app-2 db-2 vm-7 web-01".to_owned(), 5);
        assert_eq!(nodes("/cis/web-01/map").await, all);
        owner.post("/services", json!({"name": "Shop"})).await.ok();
        for name in ["app-1", "app-2"] {
            owner.patch(&format!("/cis/{name}"), "*", json!({"service": "shop"})).await.ok();
        }
        let around = ("app-1 app-2 db-2 web-01".to_owned(), 3);
        assert_eq!(nodes("/services/shop/map").await, around);
        owner.get("/cis/db-2/map?depth=7").await.refused(422, "request.invalid");
    });
}

#[test]
fn a_map_says_when_it_does_not_show_all() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        let names: Vec<String> = (0..310).map(|number| format!("host-{number:03}")).collect();
        let cis = names.iter().map(|name| (name.clone(), "server".to_owned())).collect();
        let import = Envelope::new(Actor::Operator { name: "root".to_owned() });
        let made = stage.bus.send(import, ImportCis { cis }).await.unwrap().answer;
        assert_eq!(made, 310);
        ci(&owner, "switch").await;
        let relations: Vec<(&str, &str)> =
            names.iter().map(|name| ("connects_to", name.as_str())).collect();
        needs(&owner, "switch", &relations).await;
        let map = owner.get("/cis/switch/map?depth=1").await.ok();
        assert_eq!(map["truncated"], true);
        assert_eq!(map["nodes"].as_array().unwrap().len(), 300);
        assert_eq!(map["edges"].as_array().unwrap().len(), 299);
    });
}

#[test]
fn the_neighbourhood_tells_the_shortest_way_to_each_ci_upstream_and_downstream() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        topology(&owner).await;
        let far = around(&stage, &["web-01"], 5, 1_000).await;
        let expected = [
            "downstream uses app-1",
            "downstream uses app-2",
            "upstream runs_on vm-7",
            "upstream runs_on vm-7 uses db-2",
        ];
        assert_eq!(sentences(&far), expected);
        let near = around(&stage, &["web-01"], 1, 1_000).await;
        assert_eq!(sentences(&near), expected[..3]);
        let shortest = around(&stage, &["app-2"], 5, 1_000).await;
        let expected = [
            "upstream connects_to db-2",
            "upstream uses web-01",
            "upstream uses web-01 runs_on vm-7",
        ];
        assert_eq!(sentences(&shortest), expected, "db-2 is one step away, not three");
    });
}

#[test]
fn each_ci_of_a_record_has_its_own_way() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        topology(&owner).await;
        let found = around(&stage, &["app-1", "app-2"], 1, 1_000).await;
        let both = found.iter().filter(|reach| sentence(reach) == "upstream uses web-01").count();
        assert_eq!(both, 2, "{found:?}");
        assert!(around(&stage, &["app-1"], 0, 1_000).await.is_empty());
    });
}

#[test]
fn a_circle_of_relations_ends() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        for name in ["a", "b", "c"] {
            ci(&owner, name).await;
        }
        needs(&owner, "a", &[("uses", "b")]).await;
        needs(&owner, "b", &[("uses", "c")]).await;
        needs(&owner, "c", &[("uses", "a"), ("part_of", "a")]).await;
        let found = sentences(&around(&stage, &["a"], 50, 1_000).await);
        let expected = [
            "downstream part_of c",
            "downstream part_of c uses b",
            "upstream uses b",
            "upstream uses b uses c",
        ];
        assert_eq!(found, expected);
    });
}

#[test]
fn what_the_cap_cuts_off_is_the_farthest() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        topology(&owner).await;
        let found = around(&stage, &["web-01"], 5, 3).await;
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|reach| reach.path.len() == 1), "{found:?}");
    });
}

#[test]
fn an_import_makes_each_ci_once_and_takes_any_name() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        ci(&owner, "WBS000072").await;
        let odd = [
            "wbs000072",
            "#1 / ä '; --",
            "  padded ",
            "padded",
            "WBS000073",
            "ci_00000000000000000000000000000001",
        ];
        let cis: Vec<(String, String)> =
            odd.iter().map(|name| ((*name).to_owned(), "unknown".to_owned())).collect();
        let send = async || {
            let import = Envelope::new(Actor::Operator { name: "root".to_owned() });
            stage.bus.send(import, ImportCis { cis: cis.clone() }).await.unwrap().answer
        };
        assert_eq!(send().await, 4);
        assert_eq!(send().await, 0);
        let kept = owner.get("/cis/PADDED").await.ok();
        assert_eq!(kept["name"], "  padded ", "it is kept as it was first written");
        let like_an_id = "ci_00000000000000000000000000000001";
        let found = owner.get(&format!("/cis/{like_an_id}")).await.ok();
        assert_eq!(found["name"], like_an_id);
        let found =
            interlock_server::read::ask(
                &*stage.store,
                |db| Ok(find_ci(db, "#1 / Ä '; --").is_ok()),
            );
        assert!(found.await.unwrap());
        let import = Envelope::new(Actor::Operator { name: "root".to_owned() });
        let cis = vec![("x".repeat(201), String::new())];
        assert!(stage.bus.send(import, ImportCis { cis }).await.is_err());
    });
}

#[test]
fn imports_that_run_at_once_make_each_ci_once() {
    on_both(async |stage| {
        let owner = stage.person("owner", &["service_owner"]).await;
        let send = async |turn: usize| {
            let mut cis: Vec<(String, String)> =
                (0..40).map(|number| (format!("ci-{number}"), String::new())).collect();
            cis.rotate_left(turn * 7);
            let import = Envelope::new(Actor::Operator { name: "root".to_owned() });
            stage.bus.send(import, ImportCis { cis }).await.unwrap().answer
        };
        let (a, b, c, d) = tokio::join!(send(0), send(1), send(2), send(3));
        assert_eq!(a + b + c + d, 40);
        let page = owner.get("/cis?limit=200").await.ok();
        assert_eq!(names(&page["items"]).len(), 40);
    });
}

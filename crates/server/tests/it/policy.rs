//! The policy, from its files to the approval that a record needs: checked, put in force by
//! version, explained and replayed, with named people, on both engines.

use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

/// The people of the story.
struct Cast<'a> {
    anna: Client<'a>,
    sara: Client<'a>,
    rosa: Client<'a>,
    ada: Client<'a>,
}

async fn cast(stage: &Stage) -> Cast<'_> {
    let ada = stage.person("ada_administrator", &["administrator"]).await;
    let story = Cast {
        anna: stage.person("anna_requester", &["requester"]).await,
        sara: stage.person("sara_service_owner", &["service_owner"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
        ada,
    };
    for (login, role) in [
        ("ivan_implementer", "implementer"),
        ("carl_cab", "cab_member"),
        ("cora_cab", "cab_member"),
        ("paula_product_owner", "product_owner"),
        ("adam_authority", "release_authority"),
        ("rita_release_manager", "release_manager"),
        ("emma_ecab", "ecab_member"),
        ("emil_ecab", "ecab_member"),
    ] {
        stage.account(login, &[role]).await;
    }
    story.ada.post("/services", json!({"name": "Payments", "criticality": 1})).await.ok();
    for (name, criticality) in [("pay-db", 1), ("print-01", 4)] {
        let ci = json!({"name": name, "kind": "server", "criticality": criticality});
        story.ada.post("/cis", ci).await.ok();
    }
    story
}

/// The set of the test: the built-in one with other rules for normal changes and two further
/// release types.
async fn further(client: &Client<'_>) -> Json {
    let mut files = client.get("/policy?version=0").await.ok()["files"].clone();
    for (path, text) in [
        ("changes/normal.toml", include_str!("../policy/changes/normal.toml")),
        ("releases/hotfix.toml", include_str!("../policy/releases/hotfix.toml")),
        ("releases/train.toml", include_str!("../policy/releases/train.toml")),
    ] {
        files[path] = json!(text);
    }
    files
}

fn change(title: &str, ci: &str) -> Json {
    json!({
        "title": title, "type": "normal", "description": "Replace the package.",
        "reason": "A defect is mended.", "category": "application", "cis": [ci],
        "customer_impact": "none", "implementer": "ivan_implementer",
        "implementation_plan": "Install, restart.", "test_plan": "Ask for the version.",
        "backout_plan": "Install the version before.", "backout_minutes": 10,
    })
}

fn number(written: &Json) -> String {
    written["number"].as_str().expect("a number").to_owned()
}

/// Raises a change and hands it in; its number.
async fn assessed(story: &Cast<'_>, title: &str, ci: &str) -> String {
    let change = number(&story.anna.post("/changes", change(title, ci)).await.ok());
    for verb in ["submit", "assess"] {
        story.anna.post(&format!("/changes/{change}/{verb}"), json!({})).await.ok();
    }
    change
}

/// The stages of a record's newest round, each as the policy names it.
fn round(record: &Json) -> Vec<String> {
    let stages = record["rounds"][0]["stages"].as_array().expect("stages").iter();
    stages.map(|stage| stage["name"].as_str().expect("a name").to_owned()).collect()
}

/// The stages that an explanation asks for.
fn asked(explained: &Json) -> Vec<String> {
    let stages = explained["approval"].as_array().expect("stages").iter();
    let name = |stage: &Json| {
        let words = stage.as_str().expect("words");
        words.split(": ").next().expect("a name").to_owned()
    };
    stages.map(name).collect()
}

fn rule<'a>(explained: &'a Json, about: &str, name: &str) -> &'a Json {
    let rules = explained["rules"].as_array().expect("rules").iter();
    let mut found = rules.filter(|rule| {
        rule["about"] == about && rule["name"].as_str().expect("a name").starts_with(name)
    });
    found.next().unwrap_or_else(|| panic!("no {about} {name}: {explained:#}"))
}

#[test]
fn a_policy_is_checked_put_in_force_by_version_and_never_broken() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let first = story.anna.get("/policy").await.ok();
        assert_eq!(
            (&first["version"], first["files"].as_object().map(serde_json::Map::len)),
            (&json!(0), Some(17))
        );

        let mut files = further(&story.rosa).await;
        let broken = files["changes/normal.toml"]
            .as_str()
            .expect("a text")
            .replace("change.tags", "change.tag");
        let good = std::mem::replace(&mut files["changes/normal.toml"], json!(broken));
        let checked = story.rosa.post("/policy/check", json!({"files": files})).await.ok();
        let finding = &checked["findings"][0];
        assert_eq!(
            (&finding["file"], &finding["line"], &finding["column"], &finding["suggestion"]),
            (&json!("changes/normal.toml"), &json!(26), &json!(6), &json!("change.tags")),
        );
        let changed = json!(["changes/normal.toml", "releases/hotfix.toml", "releases/train.toml"]);
        assert_eq!(checked["changed"], changed);

        let body = json!({"files": files, "note": "More eyes"});
        let refused = story.rosa.put("/policy", "0", body).await.refused(422, "policy.broken");
        let pointer = &refused["errors"][0]["pointer"];
        assert_eq!(pointer, "/files/changes~1normal.toml");
        let detail = refused["errors"][0]["detail"].as_str().expect("a detail");
        assert!(detail.starts_with("line 26, column 6: there is no fact `change.tag`"), "{detail}");
        assert_eq!(story.anna.get("/policy").await.ok()["version"], 0, "the good one stays");

        files["changes/normal.toml"] = good;
        let body = json!({"files": files, "note": "More eyes where customers notice"});
        story.anna.put("/policy", "0", body.clone()).await.refused(403, "request.not_permitted");
        story.sara.put("/policy", "0", body.clone()).await.refused(403, "request.not_permitted");
        story.rosa.put("/policy", "7", body.clone()).await.refused(412, "request.stale");
        assert_eq!(story.rosa.put("/policy", "0", body.clone()).await.ok()["version"], 1);
        story.ada.put("/policy", "0", body.clone()).await.refused(412, "request.stale");
        assert_eq!(story.ada.put("/policy", "1", body).await.ok()["version"], 1, "nothing is new");

        let now = story.anna.get("/policy").await.ok();
        assert_eq!(
            (&now["version"], &now["by"]),
            (&json!(1), &json!("rosa_release_manager Example"))
        );
        assert_eq!(now["files"], files);
        let versions = story.anna.get("/policy/versions").await.ok();
        let numbers: Vec<i64> = versions["items"]
            .as_array()
            .expect("versions")
            .iter()
            .filter_map(|v| v["version"].as_i64())
            .collect();
        assert_eq!(numbers, [1, 0]);
        assert_eq!(story.anna.get("/policy?version=0").await.ok()["files"], first["files"]);
        story.anna.get("/policy?version=9").await.refused(404, "request.unknown_record");
    });
}

#[test]
fn a_command_is_decided_by_the_policy_in_force_and_the_round_keeps_it() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let before = assessed(&story, "Under the built-in rules", "pay-db").await;
        let files = further(&story.rosa).await;
        story.rosa.put("/policy", "0", json!({"files": files})).await.ok();
        let after = assessed(&story, "Under the new rules", "pay-db").await;

        let record = story.anna.get(&format!("/changes/{before}")).await.ok();
        assert_eq!(record["rounds"][0]["policy"], "normal 3, policy 0");
        let record = story.anna.get(&format!("/changes/{after}")).await.ok();
        assert_eq!(record["rounds"][0]["policy"], "normal 4, policy 1");
        let whole: Vec<String> = round(&record);
        assert_eq!(whole, ["Technical approval", "CAB"]);
        assert_eq!(record["rounds"][0]["stages"][1]["groups"].as_array().map(Vec::len), Some(2));

        // What decided is explained: each by the version that it was decided with.
        let old = story.anna.get(&format!("/changes/{before}/policy")).await.ok();
        assert_eq!(
            (&old["policy"], &old["in_force"], &old["decided"]),
            (&json!(0), &json!(1), &json!(true))
        );
        let new = story.anna.get(&format!("/changes/{after}/policy")).await.ok();
        assert_eq!((asked(&new), &new["policy"]), (whole, &json!(1)));
    });
}

#[test]
fn an_explanation_names_rule_facts_and_what_would_turn_it() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let files = further(&story.rosa).await;
        story.rosa.put("/policy", "0", json!({"files": files})).await.ok();
        for ci in ["pay-db", "print-01"] {
            let draft = number(&story.anna.post("/changes", change("A change", ci)).await.ok());
            let path = format!("/changes/{draft}");
            let promised = story.anna.get(&format!("{path}/policy")).await.ok();
            assert_eq!(promised["decided"], false);
            story.anna.post(&format!("{path}/submit"), json!({})).await.ok();
            story.anna.post(&format!("{path}/assess"), json!({})).await.ok();
            let record = story.anna.get(&path).await.ok();
            assert_eq!(asked(&promised), round(&record), "explained as the round was opened");
            assert_eq!(
                (&promised["tier"], &promised["points"]),
                (&record["risk"]["tier"], &record["risk"]["points"])
            );
        }
        let why = story.anna.get("/changes/CHG-2/policy").await.ok();
        let board = rule(&why, "stage", "CAB");
        assert_eq!(
            (&board["matched"], &board["line"], &board["file"]),
            (&json!(false), &json!(22), &json!("changes/normal.toml"))
        );
        let turns = |name: &str| {
            let facts = board["facts"].as_array().expect("facts");
            let fact = facts.iter().find(|fact| fact["name"] == name).expect("a fact");
            let turns = fact["turns"].as_array().expect("turns").iter();
            turns
                .map(|turn| turn["value"].as_str().expect("a value").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(turns("change.tier"), ["high", "very_high"]);
        assert_eq!(turns("change.criticality"), ["1"]);
        assert_eq!(turns("change.tags"), ["pci"]);
        assert_eq!(turns("change.in_release"), [] as [&str; 0]);
        let factor = rule(&why, "factor", "criticality");
        assert_eq!(
            factor["outcome"],
            "0 of 35 points: the most critical CI or service touched is of level 4"
        );
        let nearest = &factor["facts"][0]["turns"][0];
        assert_eq!(
            (&nearest["value"], &nearest["outcome"]),
            (&json!("3"), &json!("10 points, tier low"))
        );
        story.anna.get("/changes/CHG-99/policy").await.refused(404, "request.unknown_record");
    });
}

#[test]
fn own_release_types_have_their_own_states_from_end_to_end() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let files = further(&story.rosa).await;
        story.rosa.put("/policy", "0", json!({"files": files})).await.ok();
        let models = story.anna.get("/models").await.ok();
        let names: Vec<&str> = models["items"]
            .as_array()
            .expect("models")
            .iter()
            .filter(|model| model["kind"] == "release")
            .filter_map(|model| model["name"].as_str())
            .collect();
        assert_eq!(names, ["emergency", "hotfix", "major", "minor", "train"]);

        let created = json!({"title": "Thursday", "type": "train", "owner": "paula_product_owner"});
        let release = number(&story.rosa.post("/releases", created).await.ok());
        let path = format!("/releases/{release}");
        assert_eq!(story.rosa.get(&path).await.ok()["state"], "boarding");
        story.rosa.post(&format!("{path}/advance"), json!({})).await.ok();
        let record = story.rosa.get(&path).await.ok();
        assert_eq!(
            (&record["state"], &record["phase"]),
            (&json!("doors closing"), &json!("build"))
        );
        let board = story.rosa.get("/releases/board").await.ok();
        assert!(board.to_string().contains("doors closing"), "{board:#}");
        let why = story.rosa.get(&format!("{path}/policy")).await.ok();
        assert_eq!(asked(&why), ["Product", "Go or no-go"]);

        // A type that is under way cannot be taken away.
        let mut without = files.clone();
        without.as_object_mut().expect("files").remove("releases/train.toml");
        let refused = story.rosa.put("/policy", "1", json!({"files": without})).await;
        let detail = refused.refused(422, "policy.broken")["errors"][0]["detail"].to_string();
        assert!(detail.contains(&release), "{detail}");
        story.rosa.post(&format!("{path}/cancel"), json!({"reason": "no passengers"})).await.ok();
        story.rosa.put("/policy", "1", json!({"files": without})).await.ok();
        story.rosa.get(&path).await.ok();
        let gone = json!({"title": "Friday", "type": "train"});
        story.rosa.post("/releases", gone).await.refused(422, "request.invalid");
    });
}

#[test]
fn a_release_is_routed_by_what_travels_in_it() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let files = further(&story.rosa).await;
        story.rosa.put("/policy", "0", json!({"files": files})).await.ok();
        for (ci, stages) in [("print-01", vec!["Go"]), ("pay-db", vec!["Go", "Emergency board"])] {
            let change = assessed(&story, "Mend", ci).await;
            let record = story.sara.get(&format!("/changes/{change}")).await.ok();
            let vote = json!({"round": 1, "content_hash": record["rounds"][0]["content_hash"]});
            story.sara.post(&format!("/changes/{change}/approve"), vote).await.ok();
            let created =
                json!({"title": "Hotfix", "type": "hotfix", "owner": "paula_product_owner"});
            let release = number(&story.rosa.post("/releases", created).await.ok());
            let path = format!("/releases/{release}");
            let attached =
                story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await;
            if ci == "pay-db" {
                // The board of the change has not decided yet; the release waits for it.
                attached.ok();
                let why = story.rosa.get(&format!("{path}/policy")).await.ok();
                assert_eq!(asked(&why), stages);
                let rule = rule(&why, "stage", "Emergency board");
                assert_eq!(rule["facts"][1]["value"], "1", "{rule:#}");
                // The factors are those of the riskiest change, and what the others add.
                let factor = self::rule(&why, "factor", &format!("criticality of {change}"));
                let said = "35 of 35 points: the most critical CI or service touched is of level 1";
                assert_eq!(
                    (&factor["outcome"], &factor["file"]),
                    (&json!(said), &json!("risk.toml"))
                );
                let bundle = self::rule(&why, "factor", "bundle");
                assert_eq!(bundle["outcome"], "0 of 20 points: 1 changes travel together");
                let points = why["rules"].as_array().expect("rules").iter().filter_map(|rule| {
                    let outcome = rule["outcome"].as_str()?;
                    outcome.split_once(" of ")?.0.parse::<i64>().ok()
                });
                assert_eq!(json!(points.sum::<i64>()), why["points"], "{why:#}");
                continue;
            }
            attached.ok();
            let why = story.rosa.get(&format!("{path}/policy")).await.ok();
            story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
            let record = story.rosa.get(&path).await.ok();
            assert_eq!(
                (round(&record), asked(&why)),
                (stages.iter().map(ToString::to_string).collect(), round(&record))
            );
            assert_eq!(record["rounds"][0]["policy"], "hotfix 2, policy 1");
        }
    });
}

#[test]
fn a_replay_tells_who_would_have_decided() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        assessed(&story, "Ledger", "pay-db").await;
        assessed(&story, "Printer", "print-01").await;
        let files = further(&story.rosa).await;
        let tried = json!({"days": 30, "files": files});
        let replay = story.rosa.post("/policy/replay", tried).await.ok();
        assert_eq!(
            (&replay["changes"], &replay["different"], &replay["complete"]),
            (&json!(2), &json!(1), &json!(true))
        );
        let difference = &replay["differences"][0];
        assert_eq!(
            (&difference["record"]["number"], &difference["decided"]),
            (&json!("CHG-1"), &json!(true))
        );
        assert_eq!(
            difference["was"]["approval"],
            json!(["Technical approval: Service owners (first to answer)"])
        );
        assert_eq!(difference["would"]["approval"].as_array().map(Vec::len), Some(2));
        assert_eq!(replay["groups"][0]["count"], 1);

        let same = story.rosa.post("/policy/replay", json!({"days": 30})).await.ok();
        assert_eq!(same["different"], 0, "under the policy that decided");
        story.rosa.post("/policy/replay", json!({"days": 0})).await.refused(422, "request.invalid");
        let broken = json!({"days": 1, "files": {"risk.toml": "version = 1"}});
        story.rosa.post("/policy/replay", broken).await.refused(422, "policy.broken");
    });
}

#[test]
fn rules_for_conflicts_are_policy_too() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let window = |start: &str, end: &str| json!({"start": start, "end": end});
        let first = assessed(&story, "Committed", "print-01").await;
        let record = story.sara.get(&format!("/changes/{first}")).await.ok();
        let vote = json!({"round": 1, "content_hash": record["rounds"][0]["content_hash"]});
        story.sara.post(&format!("/changes/{first}/approve"), vote).await.ok();
        let schedule = json!({"window": window("2026-11-22T10:00:00Z", "2026-11-22T12:00:00Z")});
        story.anna.post(&format!("/changes/{first}/schedule"), schedule).await.ok();
        let overlapping = window("2026-11-22T11:00:00Z", "2026-11-22T13:00:00Z");
        let draft = json!({"cis": ["print-01"], "window": overlapping});
        let checked = story.anna.post("/conflicts/check", draft.clone()).await.ok();
        assert_eq!(checked["blocking"], 1);
        // What is found names the rule that stops it, where it stands and what would turn it.
        let ruled = |conflict: &Json| {
            let rule = &conflict["rule"];
            (rule["name"].clone(), rule["file"].clone(), rule["blocks"].clone())
        };
        let (committed, file) = (json!("Two committed records on one CI"), json!("conflicts.toml"));
        let stops = (committed, file.clone(), json!(true));
        assert_eq!(ruled(&checked["conflicts"][0]), stops);
        let mut fields = change("Overlapping", "print-01");
        fields["window"] = overlapping.clone();
        let second = number(&story.anna.post("/changes", fields).await.ok());
        let listed = story.anna.get(&format!("/conflicts?subject={second}")).await.ok();
        assert_eq!(ruled(&listed["items"][0]), stops);
        assert_eq!(listed["items"][0]["severity"], "blocking");
        let planned = (json!("What is only planned blocks nobody"), file, json!(false));
        let of_first = story.anna.get(&format!("/conflicts?subject={first}")).await.ok();
        assert_eq!(ruled(&of_first["items"][0]), planned, "the other side is not committed");
        let why = story.anna.get(&format!("/changes/{second}/policy")).await.ok();
        let why = rule(&why, "conflict", "same ci with");
        assert_eq!(why["outcome"], "it blocks: Two committed records on one CI");
        assert_eq!(why["line"], listed["items"][0]["rule"]["line"]);
        let facts = why["facts"].as_array().expect("facts").iter();
        let turn = facts.filter(|fact| fact["name"] == "conflict.committed");
        let turns: Vec<&Json> = turn.map(|fact| &fact["turns"]).collect();
        assert_eq!(turns, [&json!([{"value": "no", "outcome": "it warns"}])]);

        let mut files = story.rosa.get("/policy").await.ok()["files"].clone();
        let text = files["conflicts.toml"].as_str().expect("a text").to_owned();
        files["conflicts.toml"] = json!(text.replacen(
            "conflict.kind == 'same_ci'",
            "conflict.kind == 'same_ci' && conflict.environment != 'production'",
            1
        ));
        story.rosa.put("/policy", "0", json!({"files": files})).await.ok();
        let checked = story.anna.post("/conflicts/check", draft).await.ok();
        assert_eq!(checked["blocking"], 0);
        let found = checked["conflicts"].as_array().expect("conflicts").iter();
        let with_first: Vec<&Json> = found.filter(|one| one["with"]["number"] == first).collect();
        assert_eq!(with_first.len(), 1);
        assert_eq!(with_first[0].get("rule"), None, "no rule speaks of it now");

        // By what the record is: how critical, of which type, whose, and for which services.
        let path = format!("/changes/{second}");
        let version = async || story.anna.get(&path).await.ok()["version"].to_string();
        story.ada.post("/teams", json!({"name": "Printing"})).await.ok();
        for (when, mends) in [
            ("conflict.criticality in [1, 2]", json!({"cis": ["print-01", "pay-db"]})),
            ("'Payments' in conflict.services", json!({"services": ["Payments"]})),
            ("conflict.team == 'Printing'", json!({"team": "Printing"})),
            ("conflict.type == 'emergency'", json!({"type": "emergency"})),
        ] {
            files["conflicts.toml"] = json!(text.replacen(
                "conflict.kind == 'same_ci'",
                &format!("conflict.kind == 'same_ci' && {when}"),
                1
            ));
            story.ada.put("/policy", "*", json!({"files": files})).await.ok();
            let severity = async || {
                let of = format!("/conflicts?subject={second}");
                let listed = story.anna.get(&of).await.ok()["items"][0]["severity"].clone();
                let line = story.anna.get("/changes?limit=50").await.ok()["items"].clone();
                let lines = line.as_array().expect("changes").iter();
                let mut mine = lines.filter(|line| line["number"] == second);
                let counted = mine.next().expect("a line")["conflicts_blocking"].clone();
                let why = story.anna.get(&format!("{path}/policy")).await.ok();
                let why = rule(&why, "conflict", "same ci with")["matched"].clone();
                let asked = json!({"subject": second, "window": overlapping});
                let checked = story.anna.post("/conflicts/check", asked).await.ok();
                json!([listed, counted, why, checked["blocking"]])
            };
            assert_eq!(severity().await, json!(["warning", 0, false, 0]), "{when}");
            story.anna.patch(&path, &version().await, mends).await.ok();
            assert_eq!(severity().await, json!(["blocking", 1, true, 1]), "{when}");
        }
    });
}

#[test]
fn a_stage_is_observed_before_it_is_enforced_and_a_model_has_an_owner() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let mut files = story.rosa.get("/policy?version=0").await.ok()["files"].clone();
        let normal = files["changes/normal.toml"].as_str().expect("a file").to_owned();
        let owned = "version = 9\nowner = \"Change management\"\nreview_on = \"2027-03-01\"";
        let watched = "[[approval]]\nname = \"Legal\"\nobserve = true\n\
            groups = [{ name = \"Lawyers\", roles = [\"product_owner\"] , quorum = \"first\" }]\n";
        let edited = format!("{}\n{watched}", normal.replace("version = 3", owned));
        let broken = edited.replace("2027-03-01", "in spring");
        files["changes/normal.toml"] = json!(broken);
        let checked = story.rosa.put("/policy", "0", json!({"files": files, "note": "x"})).await;
        let problem = checked.refused(422, "policy.broken");
        assert!(problem.to_string().contains("review_on"), "{problem:#}");

        files["changes/normal.toml"] = json!(edited);
        story.rosa.put("/policy", "0", json!({"files": files, "note": "observe"})).await.ok();
        let models = story.anna.get("/models").await.ok();
        let mut models = models["items"].as_array().expect("models").iter();
        let model = models.find(|model| model["name"] == "normal").expect("the model");
        assert_eq!(
            (&model["owner"], &model["review_on"]),
            (&json!("Change management"), &json!("2027-03-01"))
        );
        let change = assessed(&story, "Watched", "print-01").await;
        let record = story.anna.get(&format!("/changes/{change}")).await.ok();
        assert_eq!(record["rounds"][0]["observed"], json!(["Legal"]), "it is recorded");
        assert!(!round(&record).contains(&"Legal".to_owned()), "and nobody is asked");
        let explained = story.anna.get(&format!("/changes/{change}/policy")).await.ok();
        let legal = rule(&explained, "stage", "Legal");
        assert_eq!(legal["outcome"], "only observed: it would be asked for");
    });
}

#[test]
fn only_an_administrator_frees_a_type_of_record_from_all_approval() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let mut files = story.rosa.get("/policy?version=0").await.ok()["files"].clone();
        let minor = files["releases/minor.toml"].as_str().expect("a file").to_owned();
        let (head, go) = minor.split_once("[[approval]]").expect("a stage");
        let observed = format!("{head}[[approval]]\nobserve = true{go}");
        let on_condition = format!("{head}[[approval]]\nwhen = \"release.changes > 1\"{go}");
        for freed in [format!("{head}approval = []"), observed, on_condition] {
            files["releases/minor.toml"] = json!(freed);
            let body = json!({"files": files, "note": "faster"});
            let refused = story.rosa.put("/policy", "0", body).await.refused(422, "policy.broken");
            let detail = refused["errors"][0]["detail"].as_str().expect("a detail");
            assert!(detail.starts_with("`minor` could be approved by nobody"), "{detail}");
        }
        let body = json!({"files": files, "note": "faster"});
        assert_eq!(story.ada.put("/policy", "0", body).await.ok()["version"], 1);
        // What is free already stays so in whoever's hands.
        let major = files["releases/major.toml"].as_str().expect("a file").to_owned();
        files["releases/major.toml"] = json!(format!("{major}\n"));
        let body = json!({"files": files, "note": "a line"});
        assert_eq!(story.rosa.put("/policy", "1", body).await.ok()["version"], 2);
    });
}

#[test]
fn only_an_administrator_lets_records_pass_a_blackout() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let mut files = story.rosa.get("/policy?version=0").await.ok()["files"].clone();
        let text = files["conflicts.toml"].as_str().expect("a text").to_owned();
        let rule = "when = \"conflict.kind == 'blackout'\"\nblocks = ";
        assert!(text.contains(&format!("{rule}true")));
        let never = text.replace(&format!("{rule}true"), &format!("{rule}false"));
        let first = format!("[[rules]]\nname = \"Emergencies go\"\n{rule}false\n\n[[rules]]")
            .replace("'blackout'", "'blackout' && conflict.emergency");
        let emergencies = text.replacen("[[rules]]", &first, 1);
        for (freed, who, places) in [(never, "a record that is no", 8), (emergencies, "an", 4)] {
            files["conflicts.toml"] = json!(freed);
            let checked = story.rosa.post("/policy/check", json!({"files": files})).await.ok();
            let findings = checked["findings"].as_array().expect("findings");
            assert_eq!(findings.len(), places, "{checked:#}");
            let said = format!("a blackout would not stop {who} emergency in production");
            let detail = findings[0]["detail"].as_str().expect("a detail");
            assert!(detail.starts_with(&said), "{detail}");
            let body = json!({"files": files, "note": "faster"});
            story.rosa.put("/policy", "0", body).await.refused(422, "policy.broken");
        }
        let checked = story.ada.post("/policy/check", json!({"files": files})).await.ok();
        assert_eq!(checked["findings"], json!([]), "an administrator may");
        let body = json!({"files": files, "note": "faster"});
        assert_eq!(story.ada.put("/policy", "0", body).await.ok()["version"], 1);
        // What passes already stays so in whoever's hands.
        files["conflicts.toml"] =
            json!(format!("{}\n", files["conflicts.toml"].as_str().expect("a text")));
        let body = json!({"files": files, "note": "a line"});
        assert_eq!(story.rosa.put("/policy", "1", body).await.ok()["version"], 2);
    });
}

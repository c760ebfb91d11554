//! Figures: what a release with its review and incidents says, how figures are asked for, and that
//! what is kept of days is what the records say, whatever happened to them.

use interlock_server::read::ask;
use interlock_server::report::{Figures, Surveys, recomputed};
use serde_json::{Value as Json, json};

use crate::release::vote;
use crate::support::{Client, Random, Stage, at, on_both};

pub(crate) struct Cast<'a> {
    stage: &'a Stage,
    anna: Client<'a>,
    ivan: Client<'a>,
    sara: Client<'a>,
    rosa: Client<'a>,
    rita: Client<'a>,
    ecab: [Client<'a>; 2],
    otto: Client<'a>,
}

pub(crate) async fn cast(stage: &Stage) -> Cast<'_> {
    let cast = Cast {
        stage,
        anna: stage.person("anna_requester", &["requester"]).await,
        ivan: stage.person("ivan_implementer", &["implementer"]).await,
        sara: stage.person("sara_service_owner", &["service_owner"]).await,
        rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
        rita: stage.person("rita_release_manager", &["release_manager"]).await,
        ecab: [
            stage.person("emil_ecab", &["ecab_member"]).await,
            stage.person("elsa_ecab", &["ecab_member"]).await,
        ],
        otto: stage.person("otto_auditor", &["auditor"]).await,
    };
    let ada = stage.person("ada_administrator", &["administrator"]).await;
    ada.post("/teams", json!({"name": "Money"})).await.ok();
    cast.sara.post("/services", json!({"name": "Payments"})).await.ok();
    let ci = json!({"name": "pay-db", "kind": "database", "criticality": 3, "service": "Payments"});
    cast.sara.post("/cis", ci).await.ok();
    cast
}

impl Cast<'_> {
    /// A report, once every event is counted.
    async fn told(&self, path: &str) -> Json {
        self.stage.follow(Figures).await;
        let report = self.otto.get(path).await.ok();
        assert_eq!(report["asked"]["behind"], 0);
        report
    }

    /// The value of a figure in the default time.
    async fn value(&self, name: &str) -> Json {
        self.told(&format!("/reports/{name}")).await["items"][0]["value"].clone()
    }

    /// The numbers of the records behind a figure.
    async fn records(&self, name: &str, query: &str) -> Vec<String> {
        self.stage.follow(Figures).await;
        let page = self.otto.get(&format!("/reports/{name}/records?{query}")).await.ok();
        page["items"].as_array().unwrap().iter().map(|row| number(&row["record"])).collect()
    }

    async fn incident(&self, cause: &str, opened: &str, resolved: Option<&str>) -> String {
        let fields = json!({"title": "Payments fail", "priority": 2, "opened_at": opened,
            "caused_by": cause});
        let incident = number(&self.anna.post("/incidents", fields).await.ok());
        if let Some(resolved) = resolved {
            let end = json!({"state": "resolved", "resolved_at": resolved});
            self.anna.patch(&format!("/incidents/{incident}"), "1", end).await.ok();
        }
        incident
    }
}

fn number(record: &Json) -> String {
    record["number"].as_str().expect("a number").to_owned()
}

fn planned(kind: &str) -> Json {
    json!({
        "title": "Mend the database", "type": kind, "description": "Replace the package.",
        "reason": "It corrupts rows.", "category": "application", "cis": ["pay-db"],
        "customer_impact": "none", "implementer": "ivan_implementer", "team": "Money",
        "implementation_plan": "Install, restart.", "test_plan": "Ask for the version.",
        "backout_plan": "Install the version before.", "backout_minutes": 10,
    })
}

async fn act(client: &Client<'_>, path: &str, verb: &str) -> Json {
    client.post(&format!("{path}/{verb}"), json!({})).await.ok()
}

async fn approve(client: &Client<'_>, path: &str) {
    let record = client.get(path).await.ok();
    let round = &record["rounds"][0];
    let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
    client.post(&format!("{path}/approve"), vote).await.ok();
}

/// A release with a change, carried out on 21 November from 14:05 to 14:25 and verified.
pub(crate) async fn release(cast: &Cast<'_>) -> (String, String) {
    let change = number(&cast.anna.post("/changes", planned("normal")).await.ok());
    let change_path = format!("/changes/{change}");
    act(&cast.anna, &change_path, "submit").await;
    act(&cast.anna, &change_path, "assess").await;
    cast.stage.clock.set(at("2026-11-21T09:00:00Z"));
    approve(&cast.sara, &change_path).await;
    let window = json!({"start": "2026-11-21T14:00:00Z", "end": "2026-11-21T17:00:00Z"});
    let fields = json!({"title": "Spring", "type": "minor", "owner": "rosa_release_manager",
        "window": window, "team": "Money"});
    let release = number(&cast.rosa.post("/releases", fields).await.ok());
    let path = format!("/releases/{release}");
    cast.rosa.put(&format!("{path}{change_path}"), "*", json!({})).await.ok();
    act(&cast.rosa, &path, "submit").await;
    cast.stage.clock.set(at("2026-11-21T11:00:00Z"));
    approve(&cast.rita, &path).await;
    act(&cast.rosa, &path, "schedule").await;
    cast.stage.clock.set(at("2026-11-21T14:05:00Z"));
    act(&cast.ivan, &path, "deploy").await;
    cast.stage.clock.set(at("2026-11-21T14:25:00Z"));
    let step = format!("{path}/deployment/steps/{change}");
    cast.ivan.post(&step, json!({"result": "done"})).await.ok();
    act(&cast.ivan, &path, "verify").await;
    cast.ivan.post(&format!("{path}/verify"), json!({"passed": true})).await.ok();
    (release, change)
}

#[test]
fn a_release_its_review_and_its_incidents_make_figures() {
    on_both(async |stage| {
        let cast = cast(&stage).await;
        let (release, change) = release(&cast).await;
        stage.clock.set(at("2026-11-21T16:00:00Z"));
        let before = cast.incident(&change, "2026-11-21T14:04:00Z", None).await;
        assert_eq!(cast.value("change_failure_rate").await["counted"], 0);
        assert_eq!(cast.value("deployment_frequency").await["n"], 1);
        assert_eq!(cast.value("release_success_rate").await["value"], 1.0);
        assert_eq!(cast.value("incidents_from_releases").await["counted"], 0);

        let resolved = Some("2026-11-21T15:20:00Z");
        let after = cast.incident(&change, "2026-11-21T14:50:00Z", resolved).await;
        for (name, counted) in [("change_failure_rate", 1), ("incidents_from_releases", 1)] {
            assert_eq!(cast.value(name).await["counted"], counted, "{name}");
        }
        assert_eq!(cast.value("release_success_rate").await["value"], 0.0);
        assert_eq!(cast.value("release_defect_rate").await["value"], 1.0);
        let recovery = cast.value("failed_deployment_recovery_time").await;
        assert_eq!((&recovery["n"], &recovery["value"]), (&json!(1), &json!(1_800.0)));
        let behind = cast.otto.get("/reports/change_failure_rate/records").await.ok();
        let behind = &behind["items"][0];
        assert_eq!(
            (number(&behind["record"]), &behind["counted"]),
            (release.clone(), &json!(true))
        );
        assert_eq!(behind["because"].as_array().unwrap().len(), 1);
        assert_eq!(number(&behind["because"][0]), after);

        let unblamed = json!({"caused_by": null});
        cast.anna.patch(&format!("/incidents/{after}"), "2", unblamed).await.ok();
        assert_eq!(cast.value("change_failure_rate").await["counted"], 0);
        assert_eq!(cast.value("failed_deployment_recovery_time").await["value"], Json::Null);
        assert_eq!(cast.records("time_to_restore", "").await, [after]);
        assert_eq!(cast.records("incidents_from_releases", "counted=false").await.len(), 2);
        let incident = json!({"opened_at": "2026-11-21T14:05:00Z"});
        cast.anna.patch(&format!("/incidents/{before}"), "1", incident).await.ok();
        assert_eq!(cast.value("change_failure_rate").await["counted"], 1, "as it began");
    });
}

#[test]
fn a_report_lists_the_releases_of_the_quarter_that_lack_their_review() {
    on_both(async |stage| {
        let cast = cast(&stage).await;
        let (release, change) = release(&cast).await;
        let quarter = "from=2026-10-01&to=2027-01-01&by=quarter";
        let report = cast.told(&format!("/reports/pir_completion?{quarter}")).await;
        let point = &report["items"][0]["history"][0];
        assert_eq!((&point["from"], &point["to"]), (&json!("2026-10-01"), &json!("2027-01-01")));
        assert_eq!((&point["value"]["n"], &point["value"]["counted"]), (&json!(1), &json!(0)));
        let lacking = async || cast.records("pir_completion", "counted=false").await;
        assert_eq!(lacking().await, std::slice::from_ref(&release));
        let whole = json!({"went_well": "All.", "went_wrong": "Nothing.", "complete": true});
        cast.rosa.put(&format!("/releases/{release}/review"), "1", whole).await.ok();
        assert!(lacking().await.is_empty());
        assert_eq!(cast.value("pir_completion").await["value"], 1.0);

        assert_eq!(cast.value("schedule_adherence").await["value"], 1.0);
        let waits = cast.records("approval_wait", "sort=-value").await;
        assert_eq!(waits, [release.clone(), change.clone()]);
        // The change waited an hour for its approval, the release two.
        assert_eq!(cast.value("approval_wait").await["mean"], 5_400.0);
        let close = json!({"outcome": "successful"});
        cast.rosa.post(&format!("/releases/{release}/close"), close).await.ok();
        assert_eq!(cast.value("change_success_rate").await["value"], 1.0);
        let lead = cast.value("request_lead_time").await;
        assert_eq!(lead["p50"], f64::from(6 * 3_600 + 25 * 60));
        let stage = cast.records("time_in_implement", "").await;
        assert_eq!(stage, [change]);
        let collected = cast.value("change_lead_time").await;
        assert_eq!((&collected["n"], &collected["value"]), (&json!(0), &Json::Null));
    });
}

#[test]
fn figures_are_asked_for_by_time_team_service_type_and_size() {
    on_both(async |stage| {
        let cast = cast(&stage).await;
        release(&cast).await;
        let all = cast.told("/reports").await;
        assert_eq!(
            (&all["asked"]["from"], &all["asked"]["by"]),
            (&json!("2025-12-01"), &json!("month"))
        );
        let known = all["items"].as_array().unwrap();
        assert_eq!(known.len(), domain::report::Figure::ALL.len());
        assert!(known.iter().all(|figure| figure["history"].as_array().unwrap().len() == 12));
        assert_eq!(all["types"], json!(["minor release", "normal change"]));

        let frequency = "/reports/deployment_frequency?from=2026-11-15&to=2026-11-22";
        let groups = async |by: &str| {
            let report = cast.told(&format!("{frequency}&by={by}")).await;
            let groups = report["items"][0]["groups"].as_array().unwrap().clone();
            groups.iter().map(|group| group["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(groups("type").await, ["minor release"]);
        assert_eq!(groups("size").await, ["1 change"]);
        assert_eq!((groups("team").await.len(), groups("service").await.len()), (1, 1));
        let of = async |filter: &str| {
            let report = cast.told(&format!("{frequency}&{filter}")).await;
            report["items"][0]["value"]["value"].clone()
        };
        assert_eq!(of("team=money").await, 1.0);
        assert_eq!(of("service=payments&type=minor+release&team=Money").await, 1.0);
        assert_eq!(of("type=normal+change").await, Json::Null);
        assert_eq!(of("size=1+change").await, 1.0);
        assert_eq!(of("size=1+change&type=minor+release").await, 1.0);
        assert_eq!(of("size=2+to+5+changes").await, Json::Null);
        assert_eq!(cast.records("approval_wait", "size=1+change").await, ["REL-1"]);
        let waits = cast.told("/reports/approval_wait?by=size").await["items"][0].clone();
        assert_eq!(waits["value"]["n"], 2, "of a change and of its release");
        assert_eq!(waits["groups"][0]["value"]["p50"], 7_200.0, "a change has no size");
        assert_eq!(cast.records("approval_wait", "type=normal+change").await, ["CHG-1"]);
        let mut found = Vec::new();
        let mut path = "/reports/approval_wait/records?limit=1".to_owned();
        loop {
            let page = cast.otto.get(&path).await.ok();
            found.push(number(&page["items"][0]["record"]));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/reports/approval_wait/records?limit=1&cursor={next}");
        }
        assert_eq!(found, ["REL-1", "CHG-1"]);
    });
}

#[test]
fn what_is_asked_wrongly_is_named() {
    on_both(async |stage| {
        let cast = cast(&stage).await;
        cast.otto.get("/reports/velocity").await.refused(404, "request.unknown_record");
        for (query, pointer) in [
            ("by=year", "/by"),
            ("from=yesterday", "/from"),
            ("from=2026-11-02&to=2026-11-02", "/to"),
            ("from=2001-01-01", "/from"),
            ("team=Nobody", "/team"),
            ("service=Nothing", "/service"),
            ("type=large", "/type"),
            ("size=large", "/size"),
            ("format=xml", "/format"),
            ("from=2017-01-01&by=day", "/by"),
        ] {
            let answer = cast.otto.get(&format!("/reports?{query}")).await;
            let problem = answer.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
        for (query, pointer) in [("sort=-value", "/sort"), ("counted=perhaps", "/counted")] {
            let path = format!("/reports/rollback_rate/records?{query}");
            let problem = cast.otto.get(&path).await.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
        stage.stranger().get("/reports").await.refused(401, "identity.sign_in_required");
    });
}

#[test]
fn a_sheet_holds_the_values_and_their_records() {
    on_both(async |stage| {
        let cast = cast(&stage).await;
        release(&cast).await;
        cast.stage.follow(Figures).await;
        let sheet = cast.otto.text("/reports/rollback_rate?format=csv&from=2026-11-01").await;
        let lines: Vec<&str> = sheet.lines().collect();
        assert!(lines[0].starts_with("figure,unit,of,from,to,n,counted,value,low,high"));
        assert!(lines[1].starts_with("rollback_rate,share,all,2026-11-01,2026-11-22,1,0,0,0,0.79"));
        assert_eq!(lines[2], "rollback_rate,share,before,,2026-11-01,0,,,,,,,");
        let records = cast.otto.text("/reports/rollback_rate/records?format=csv").await;
        let expected = "release,REL-1,Spring,2026-11-21T14:05:00Z,false,,minor release,Money,";
        assert_eq!(records.lines().nth(1), Some(expected));
    });
}

/// An emergency that was carried out, by its path.
async fn emergency(cast: &Cast<'_>) -> String {
    let change = number(&cast.anna.post("/changes", planned("emergency")).await.ok());
    let path = format!("/changes/{change}");
    act(&cast.anna, &path, "submit").await;
    for member in &cast.ecab {
        approve(member, &path).await;
    }
    act(&cast.ivan, &path, "start").await;
    path
}

/// What is kept of days, what the facts add up to, and what is kept once all was counted anew.
async fn check(cast: &Cast<'_>) {
    let both = async || {
        cast.stage.follow(Figures).await;
        ask(&*cast.stage.store, recomputed).await.unwrap()
    };
    let (kept, facts) = both().await;
    assert_eq!(kept, facts);
    cast.stage.touch("DELETE FROM read_models WHERE name = 'report'").await;
    let store = std::sync::Arc::clone(&cast.stage.store);
    let prepare = move || interlock_server::read_models::prepare(&*store);
    tokio::task::spawn_blocking(prepare).await.unwrap().unwrap();
    let (anew, _) = both().await;
    assert_eq!(kept, anew);
    assert!(!kept.is_empty());
}

/// A release on its way, with its change.
struct Way {
    path: String,
    change: String,
    next: Next,
}

enum Next {
    Vote,
    Deploy,
    End,
    Survey,
    Close,
    Nothing,
}

/// A release whose change is attached and that asks for its go, later than any emergency lasts.
async fn set_out(cast: &Cast<'_>) -> Way {
    let change = number(&cast.anna.post("/changes", planned("normal")).await.ok());
    let change_path = format!("/changes/{change}");
    act(&cast.anna, &change_path, "submit").await;
    act(&cast.anna, &change_path, "assess").await;
    approve(&cast.sara, &change_path).await;
    let start = cast.stage.now().plus_minutes(420);
    let window = json!({"start": start.to_string(), "end": start.plus_minutes(90).to_string()});
    let fields = json!({"title": "Spring", "type": "minor", "owner": "rosa_release_manager",
        "window": window, "team": "Money"});
    let release = number(&cast.rosa.post("/releases", fields).await.ok());
    let path = format!("/releases/{release}");
    cast.rosa.put(&format!("{path}{change_path}"), "*", json!({})).await.ok();
    act(&cast.rosa, &path, "submit").await;
    Way { path, change, next: Next::Vote }
}

/// Takes a release one step on. Of three in a row one is refused, one is taken back, and one goes
/// well.
async fn goes_on(cast: &Cast<'_>, way: &mut Way, place: usize, random: &mut Random) {
    let path = &way.path;
    way.next = match way.next {
        Next::Vote if place % 3 == 2 => {
            vote(&cast.rita, path, "reject", "not now").await.ok();
            let reason = json!({"reason": "not now"});
            cast.rosa.post(&format!("{path}/cancel"), reason).await.ok();
            Next::Nothing
        }
        Next::Vote => {
            vote(&cast.rita, path, "approve", "").await.ok();
            act(&cast.rosa, path, "schedule").await;
            Next::Deploy
        }
        Next::Deploy => {
            let record = cast.otto.get(path).await.ok();
            let start = at(record["window"]["start"].as_str().unwrap());
            cast.stage.clock.set(start.plus_minutes(5).max(cast.stage.now()));
            act(&cast.ivan, path, "deploy").await;
            Next::End
        }
        Next::End => {
            let done = json!({"result": "done"});
            let step = format!("{path}/deployment/steps/{}", way.change);
            cast.ivan.post(&step, done.clone()).await.ok();
            if place.is_multiple_of(3) {
                let reason = json!({"reason": "errors"});
                cast.rosa.post(&format!("{path}/rollback"), reason).await.ok();
                let back = format!("{path}/rollback/steps/{}", way.change);
                cast.ivan.post(&back, done).await.ok();
                Next::Close
            } else {
                act(&cast.ivan, path, "verify").await;
                cast.ivan.post(&format!("{path}/verify"), json!({"passed": true})).await.ok();
                Next::Survey
            }
        }
        Next::Survey => {
            cast.stage.follow(Surveys).await;
            let answer = json!({"score": 1 + random.below(5)});
            cast.sara.post(&format!("{path}/survey"), answer).await.ok();
            Next::Close
        }
        Next::Close => {
            let text = json!({"went_well": "a", "went_wrong": "b", "root_cause": "c",
                "complete": true});
            cast.rosa.put(&format!("{path}/review"), "*", text).await.ok();
            Next::Nothing
        }
        Next::Nothing => Next::Nothing,
    };
}

/// What happens in one step, chosen by chance.
async fn happens(cast: &Cast<'_>, random: &mut Random, known: &mut Known) {
    let later = cast.stage.now().plus_minutes(random.below(12));
    cast.stage.clock.set(later);
    let change = random.pick(&known.changes).clone();
    let cause = change.trim_start_matches("/changes/").to_owned();
    let opened = later.plus_minutes(-random.below(6_000)).to_string();
    match random.below(10) {
        0 => known.changes.push(emergency(cast).await),
        1 => {
            let outcome = *random.pick(&["successful", "failed_backed_out"]);
            let body = json!({"outcome": outcome, "note": "as it went"});
            cast.ivan.post(&format!("{change}/complete"), body).await;
        }
        2 => {
            let text = json!({"went_well": "a", "went_wrong": "b", "root_cause": "c",
                "complete": true});
            cast.anna.put(&format!("{change}/review"), "*", text).await;
            cast.ivan.post(&format!("{change}/close"), json!({})).await;
        }
        3 => known.incidents.push(cast.incident(&cause, &opened, None).await),
        4 if !known.incidents.is_empty() => {
            let incident = random.pick(&known.incidents);
            let edit = json!({"caused_by": cause, "opened_at": opened});
            cast.anna.patch(&format!("/incidents/{incident}"), "*", edit).await;
        }
        5 => {
            let draft = number(&cast.anna.post("/changes", planned("normal")).await.ok());
            cast.anna.patch(&format!("/changes/{draft}"), "*", json!({"team": null})).await;
        }
        6..=8 if known.is_under_way() => {
            let place = known.ways.len() - 1;
            goes_on(cast, &mut known.ways[place], place, random).await;
        }
        6..=8 => {
            let way = set_out(cast).await;
            known.changes.push(format!("/changes/{}", way.change));
            known.ways.push(way);
        }
        _ => cast.stage.follow(Figures).await,
    }
}

/// What there is to act on.
struct Known {
    changes: Vec<String>,
    incidents: Vec<String>,
    ways: Vec<Way>,
}

impl Known {
    /// Whether the last release goes on.
    fn is_under_way(&self) -> bool {
        self.ways.last().is_some_and(|way| !matches!(way.next, Next::Nothing))
    }
}

#[test]
fn kept_figures_are_those_that_are_counted_anew_whatever_happened() {
    for seed in [20, 7, 2_026] {
        on_both(async |stage| {
            let cast = cast(&stage).await;
            let owner = json!({"owner": "sara_service_owner"});
            cast.sara.patch("/services/payments", "1", owner).await.ok();
            stage.stay_signed_in().await;
            let mut random = Random::new(seed);
            let changes = vec![emergency(&cast).await];
            let mut known = Known { changes, incidents: Vec::new(), ways: Vec::new() };
            for _ in 0..60 {
                happens(&cast, &mut random, &mut known).await;
            }
            check(&cast).await;
            assert!(known.ways.len() > 2, "seed {seed}: no release went every way");
        });
    }
}

#[test]
fn those_who_run_what_a_release_changed_say_once_how_it_was() {
    on_both(async |stage| {
        let cast = cast(&stage).await;
        let service = json!({"owner": "sara_service_owner", "team": "Money"});
        cast.sara.patch("/services/payments", "1", service).await.ok();
        let (release, _) = release(&cast).await;
        let path = format!("/releases/{release}/survey");
        cast.otto.get(&path).await.refused(404, "request.unknown_record");
        stage.follow(Surveys).await;
        // The owner of the service, and who asked for the change; the team has no members.
        let survey = cast.otto.get(&path).await.ok();
        assert_eq!((&survey["asked"], &survey["answered"]), (&json!(2), &json!(0)));
        assert_eq!(survey["actions"][0]["refusal"]["code"], "survey.not_asked");
        let waiting = cast.sara.get("/surveys").await.ok();
        assert_eq!(waiting["items"][0]["release"]["number"], release.as_str());
        let answer = |score: u8| json!({"score": score, "words": "Faster."});
        cast.otto.post(&path, answer(5)).await.refused(403, "survey.not_asked");
        let wrong = cast.sara.post(&path, answer(6)).await.refused(422, "request.invalid");
        assert_eq!(wrong["errors"][0]["pointer"], "/score");
        cast.sara.post(&path, answer(4)).await.ok();
        cast.sara.post(&path, answer(1)).await.refused(409, "survey.answered");
        cast.anna.post(&path, json!({"score": 1})).await.ok();
        let survey = cast.sara.get(&path).await.ok();
        assert_eq!((&survey["mean"], &survey["mine"]["score"]), (&json!(2.5), &json!(4)));
        assert_eq!(cast.sara.get("/surveys").await.ok()["items"], json!([]));

        let told = cast.value("release_satisfaction").await;
        assert_eq!((&told["n"], &told["value"]), (&json!(2), &json!(2.5)));
        let behind = cast.records("release_satisfaction", "sort=-value").await;
        assert_eq!(behind, [release.clone(), release.clone()]);
        let of = cast.told("/reports/release_satisfaction?type=minor+release&team=money").await;
        assert_eq!(of["items"][0]["value"]["n"], 2);
        stage.follow(Surveys).await;
        assert_eq!(cast.otto.get(&path).await.ok()["asked"], 2, "a release is asked about once");
    });
}

//! Calendar feeds with their secret addresses, and calendars that are kept elsewhere.

use serde_json::{Value as Json, json};

use crate::support::{Client, Stage, on_both};

fn window(start: &str, end: &str) -> Json {
    json!({"start": start, "end": end, "zone": "Europe/Amsterdam"})
}

async fn planned(client: &Client<'_>, title: &str, fields: Json) -> String {
    let mut all = json!({"title": title, "type": "normal",
        "window": window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")});
    for (name, value) in fields.as_object().expect("fields") {
        all[name] = value.clone();
    }
    let raised = client.post("/changes", all).await.ok();
    raised["number"].as_str().expect("a number").to_owned()
}

/// The lines of each event in a feed, unfolded.
fn events(text: &str) -> Vec<Vec<String>> {
    let text = text.replace("\r\n ", "");
    let blocks = text.split("BEGIN:VEVENT\r\n").skip(1);
    blocks.map(|block| block.lines().map(str::to_owned).collect()).collect()
}

fn value<'a>(event: &'a [String], name: &str) -> &'a str {
    let prefix = format!("{name}:");
    event.iter().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_default()
}

async fn address(client: &Client<'_>, feed: Json) -> (Json, String) {
    let made = client.post("/feeds", feed).await.ok();
    let address = made["address"].as_str().expect("an address").to_owned();
    (made, address)
}

async fn read(stage: &Stage, address: &str) -> Vec<Vec<String>> {
    let (status, text) = stage.file(address).await;
    assert_eq!(status, 200, "{text}");
    events(&text)
}

async fn ended(stage: &Stage, address: &str) {
    let (status, text) = stage.file(address).await;
    assert_eq!(status, 404, "{text}");
    assert!(text.contains("calendar.feed_ended"), "{text}");
}

#[test]
fn a_feed_follows_what_is_planned_until_it_is_taken_back() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        let change = planned(&anna, "Database; faster", json!({})).await;
        planned(&anna, "Elsewhere", json!({"environment": "test"})).await;
        let new = json!({"name": "Production", "environment": "production", "kind": "change"});
        let (made, secret) = address(&anna, new).await;
        let first = read(&stage, &secret).await;
        let [event] = &first[..] else { panic!("one event: {first:?}") };
        assert_eq!(value(event, "SUMMARY"), format!("{change} Database\\; faster"));
        assert_eq!(value(event, "DTSTART"), "20261205T200000Z");
        assert_eq!(value(event, "STATUS"), "TENTATIVE");
        let (uid, sequence) = (value(event, "UID").to_owned(), value(event, "SEQUENCE").to_owned());
        assert!(uid.starts_with("chg_") && uid.ends_with("@interlock"));

        let later = json!({"window": window("2026-12-06T20:00:00Z", "2026-12-06T22:00:00Z")});
        anna.patch(&format!("/changes/{change}"), "*", later).await.ok();
        let second = read(&stage, &secret).await;
        assert_eq!(value(&second[0], "UID"), uid, "the same event");
        assert_eq!(value(&second[0], "DTSTART"), "20261206T200000Z");
        let number = |text: &str| text.parse::<i64>().expect("a number");
        assert!(number(value(&second[0], "SEQUENCE")) > number(&sequence));

        // A window that is taken away is cancelled, and the same event again once there is one.
        let before = number(value(&second[0], "SEQUENCE"));
        anna.patch(&format!("/changes/{change}"), "*", json!({"window": null})).await.ok();
        let gone = read(&stage, &secret).await;
        let [event] = &gone[..] else { panic!("one event: {gone:?}") };
        assert_eq!((value(event, "UID"), value(event, "STATUS")), (uid.as_str(), "CANCELLED"));
        assert_eq!(value(event, "DTSTART"), "20261206T200000Z");
        assert!(number(value(event, "SEQUENCE")) > before);
        let again = json!({"window": window("2026-12-06T20:00:00Z", "2026-12-06T22:00:00Z")});
        anna.patch(&format!("/changes/{change}"), "*", again).await.ok();
        let back = read(&stage, &secret).await;
        assert_eq!((back.len(), value(&back[0], "STATUS")), (1, "TENTATIVE"));

        anna.post(&format!("/changes/{change}/cancel"), json!({"reason": "no"})).await.ok();
        let third = read(&stage, &secret).await;
        assert_eq!(value(&third[0], "STATUS"), "CANCELLED");
        // It stays for thirty days after the end of its window.
        stage.clock.set("2027-01-05T21:59:00Z".parse().unwrap());
        assert_eq!(read(&stage, &secret).await.len(), 1);
        stage.clock.set("2027-01-05T22:00:00Z".parse().unwrap());
        assert_eq!(read(&stage, &secret).await.len(), 0);

        let anna = stage.person("anna_again", &["administrator"]).await;
        let path = format!("/feeds/{}", made["id"].as_str().expect("an id"));
        anna.delete(&path, "1").await.ok();
        ended(&stage, &secret).await;
    });
}

#[test]
fn the_window_of_a_release_that_is_taken_away_is_cancelled_in_a_feed() {
    on_both(async |stage| {
        let rosa = stage.person("rosa_release_manager", &["release_manager"]).await;
        let (_, secret) = address(&rosa, json!({"name": "All", "environment": "production"})).await;
        let fields = json!({"title": "Spring", "type": "minor",
            "window": window("2026-12-05T20:00:00Z", "2026-12-05T22:00:00Z")});
        let release = rosa.post("/releases", fields).await.ok();
        let path = format!("/releases/{}", release["number"].as_str().expect("a number"));
        rosa.patch(&path, "*", json!({"window": null})).await.ok();
        let told = read(&stage, &secret).await;
        let [event] = &told[..] else { panic!("one event: {told:?}") };
        assert_eq!(value(event, "STATUS"), "CANCELLED");
        assert_eq!(value(event, "DTSTART"), "20261205T200000Z");
        stage.clock.set("2027-01-05T22:00:00Z".parse().unwrap());
        assert_eq!(read(&stage, &secret).await.len(), 0, "thirty days after its end");
    });
}

#[test]
fn a_feed_is_its_owners_and_its_address_is_shown_once() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        let bert = stage.person("bert_requester", &["requester"]).await;
        let ada = stage.person("ada_administrator", &["administrator"]).await;
        let (made, secret) = address(&anna, json!({"name": "Mine"})).await;
        let listed = anna.get("/feeds").await.ok();
        assert_eq!(listed["items"][0]["name"], "Mine");
        assert_eq!(listed["items"][0].get("address"), None);
        assert_eq!(bert.get("/feeds").await.ok()["items"], json!([]));
        let path = format!("/feeds/{}", made["id"].as_str().expect("an id"));
        bert.delete(&path, "1").await.refused(403, "request.not_permitted");
        let wrong = json!({"name": "", "service": "Nowhere", "kind": "incident"});
        let problem = anna.post("/feeds", wrong).await;
        let problem = problem.refused(422, "request.invalid");
        assert_eq!(problem["errors"].as_array().map(Vec::len), Some(2), "{problem:#}");
        ended(&stage, "/calendar.ics").await;
        ended(&stage, "/calendar.ics?token=ilf_x").await;

        // Who has left reads nothing more, and neither does whoever was given the address.
        let people = ada.get("/people?q=anna").await.ok();
        let person = people["items"][0]["id"].as_str().expect("an id");
        ada.patch(&format!("/people/{person}"), "*", json!({"active": false})).await.ok();
        ended(&stage, &secret).await;
    });
}

#[test]
fn a_feed_of_more_windows_than_it_holds_keeps_the_long_ones_and_says_so() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        planned(&anna, "Short", json!({})).await;
        let long = window("2026-11-25T00:00:00Z", "2026-12-24T00:00:00Z");
        planned(&anna, "Long", json!({"window": long})).await;
        let (_, secret) = address(&anna, json!({"name": "All"})).await;
        assert_eq!(read(&stage, &secret).await.len(), 2);
        assert!(!stage.file(&secret).await.1.contains("X-WR-CALDESC"));
        let many = "INSERT INTO changes (id, version, number, serial, title, change_type, phase, \
            held, environment, start_at, end_at, zone, long, live, committed, outage_minutes, \
            created_at, updated_at) \
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
            SELECT 'copy_' || i, version, 'COPY-' || i, serial, title, change_type, phase, held, \
            environment, start_at, end_at, zone, long, live, committed, outage_minutes, \
            created_at, updated_at FROM changes CROSS JOIN n WHERE title = 'Short'";
        assert_eq!(stage.touch(many).await, 2000);
        let (_, text) = stage.file(&secret).await;
        let all = events(&text);
        assert_eq!(all.len(), 2000);
        assert!(value(&all[0], "SUMMARY").ends_with(" Long"), "by their start");
        let text = text.replace("\r\n ", "");
        let told = text.lines().find(|line| line.starts_with("X-WR-CALDESC")).expect("a word");
        assert!(told.contains("first 2000") && told.contains("2026-12-05T20:00:00Z"), "{told}");
    });
}

fn file(events: &[&str]) -> Json {
    let events = events.iter().fold(String::new(), |file, event| {
        file + "BEGIN:VEVENT\r\n" + event + "\r\nEND:VEVENT\r\n"
    });
    json!({"name": "Audits", "file": format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n")})
}

#[test]
fn an_external_calendar_is_shown_and_the_next_file_replaces_it() {
    on_both(async |stage| {
        let anna = stage.person("anna_requester", &["requester"]).await;
        let rosa = stage.person("rosa_release_manager", &["release_manager"]).await;
        let audit = "UID:a\r\nSUMMARY:Audit\r\nDTSTART;VALUE=DATE:20261207";
        let patch = "UID:b\r\nSUMMARY:Patch day\r\nDTSTART:20261208T100000Z\r\n\
            DTEND:20261208T120000Z\r\nRRULE:FREQ=WEEKLY;COUNT=3";
        let broken = "UID:c\r\nSUMMARY:Broken\r\nDTSTART:soon";
        let path = "/calendar/external";
        anna.post(path, file(&[audit])).await.refused(403, "request.not_permitted");
        let read = rosa.post(path, file(&[audit, patch, broken])).await.ok();
        assert_eq!((&read["entries"], &read["set"]), (&json!(2), &json!(2)));
        assert_eq!(read["skipped"][0]["line"], 14);
        let detail = read["skipped"][0]["detail"].as_str().expect("words");
        assert!(detail.contains("DTSTART `soon` is no time"), "{detail}");

        let range = "/calendar?from=2026-12-01T00:00:00Z&to=2027-01-01T00:00:00Z";
        let shown = anna.get(range).await.ok();
        let names = |shown: &Json| -> Vec<String> {
            let bands = shown["external"].as_array().expect("a list").iter();
            bands.map(|band| band["name"].as_str().expect("a name").to_owned()).collect()
        };
        assert_eq!(names(&shown), ["Audit", "Patch day", "Patch day", "Patch day"]);
        assert_eq!(shown["external"][0]["reason"], "Audits");

        let moved = "UID:a\r\nSUMMARY:Audit, moved\r\nDTSTART;VALUE=DATE:20261214";
        let again = rosa.post(path, file(&[moved])).await.ok();
        assert_eq!((&again["set"], &again["gone"]), (&json!(1), &json!(1)));
        assert_eq!(again["id"], read["id"]);
        assert_eq!(names(&anna.get(range).await.ok()), ["Audit, moved"]);
        let same = rosa.post(path, file(&[moved])).await.ok();
        assert_eq!((&same["set"], &same["version"]), (&json!(0), &again["version"]));

        let nothing = json!({"name": "Audits", "file": "hello"});
        let problem = rosa.post(path, nothing).await;
        let problem = problem.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/file");

        let listed = anna.get(path).await.ok();
        assert_eq!(listed["items"][0]["entries"], 1);
        let one = format!("{path}/{}", read["id"].as_str().expect("an id"));
        rosa.delete(&one, "2").await.ok();
        assert_eq!(anna.get(path).await.ok()["items"], json!([]));
        assert_eq!(names(&anna.get(range).await.ok()), [] as [&str; 0]);
    });
}

#[test]
fn a_feed_of_a_board_tells_of_its_meetings_and_of_those_that_do_not_take_place() {
    on_both(async |stage| {
        let rosa = stage.person("rosa_release_manager", &["release_manager"]).await;
        planned(&rosa, "Not a meeting", json!({})).await;
        let board = |name: &str, role: &str| json!({"name": name, "chair": "rosa_release_manager", "roles": [role]});
        let cab = rosa.post("/boards", board("Change advisory board", "cab_member")).await.ok();
        let other = rosa.post("/boards", board("Another board", "ecab_member")).await.ok();
        let meeting = |board: &Json, start: &str, end: &str| {
            let held = window(start, end);
            json!({"board": board["id"], "window": held})
        };
        let of_cab = meeting(&cab, "2026-12-02T13:00:00Z", "2026-12-02T14:00:00Z");
        let of_cab = rosa.post("/meetings", of_cab).await.ok();
        let elsewhere = meeting(&other, "2026-12-03T13:00:00Z", "2026-12-03T14:00:00Z");
        rosa.post("/meetings", elsewhere).await.ok();

        let new = json!({"name": "CAB", "board": "change advisory board"});
        let (made, secret) = address(&rosa, new).await;
        let listed = &rosa.get("/feeds").await.ok()["items"][0];
        assert_eq!(listed["board"]["name"], "Change advisory board", "{made:#}");
        let first = read(&stage, &secret).await;
        let [event] = &first[..] else { panic!("one meeting: {first:?}") };
        let number = of_cab["number"].as_str().expect("a number");
        assert_eq!(value(event, "SUMMARY"), format!("{number} Change advisory board"));
        assert_eq!(value(event, "DTSTART"), "20261202T130000Z");
        assert_eq!(value(event, "STATUS"), "CONFIRMED");
        let (uid, sequence) = (value(event, "UID").to_owned(), value(event, "SEQUENCE").to_owned());

        let reason = json!({"reason": "a holiday"});
        rosa.post(&format!("/meetings/{number}/cancel"), reason).await.ok();
        let second = read(&stage, &secret).await;
        assert_eq!((value(&second[0], "UID"), value(&second[0], "STATUS")), (&*uid, "CANCELLED"));
        let whole = |text: &str| text.parse::<i64>().expect("a number");
        assert!(whole(value(&second[0], "SEQUENCE")) > whole(&sequence));

        let both = json!({"name": "Both", "board": "Change advisory board", "kind": "release"});
        let problem = rosa.post("/feeds", both).await.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/board");
        let unknown = json!({"name": "None", "board": "No board"});
        rosa.post("/feeds", unknown).await.refused(422, "request.invalid");
    });
}

//! What leads to a window, as people type it: the calendar with its periods, exceptions, boards and
//! their meetings, deputies, the order and the scope of releases, and the policy behind it all.

use domain::identity::Role;
use serde_json::{Value as Json, json};

use crate::terminal::{
    Person, approved, items, minutes_from_now, played, raised, said, seconds_from_now, window,
};

const DAY: i64 = 24 * 60;

#[test]
fn what_a_blackout_forbids_is_found_beforehand_and_let_pass_by_an_exception() {
    let people = [
        ("anna", Role::Requester),
        ("ivan", Role::Implementer),
        ("sara", Role::ServiceOwner),
        ("rosa", Role::ReleaseManager),
    ];
    played(people, |[anna, _, sara, rosa], _| {
        let first = approved(anna, sara, "pay-db", "--outage Payments=15");
        anna.does(&format!("change schedule {first} {}", window(DAY, DAY + 60)));
        let (opens, closes) = (minutes_from_now(DAY - 60), minutes_from_now(DAY + 300));
        let period = format!(
            "--name 'Year end' --reason 'closing the books' --start {opens} --end {closes}"
        );
        let hits = rosa.finds(&format!("calendar preview blackout {period}"));
        assert_eq!(hits["hits"][0]["subject"]["number"], first.as_str(), "{hits:#}");
        anna.may_not(&format!("calendar blackout add {period}"), 3, "calendar.write");
        rosa.does(&format!("calendar blackout add {period}"));

        let second = approved(anna, sara, "pay-app", "");
        let inside = window(DAY + 120, DAY + 180);
        let check = format!("calendar check --subject {second}");
        let found = anna.finds(&format!("{check} {inside}"));
        assert_eq!(found["conflicts"][0]["kind"], "blackout", "{found:#}");
        assert_eq!(anna.does(&format!("{check} {}", window(2 * DAY, 2 * DAY + 60)))["blocking"], 0);
        let after = minutes_from_now(DAY + 120);
        let free = anna.does(&format!(
            "calendar slots --subject {second} --minutes 60 --after {after} --limit 1"
        ));
        let start = free["slots"][0]["window"]["start"].as_str().expect("a slot");
        assert!(start >= closes.to_string().as_str(), "{free:#}");

        let schedule = format!("change schedule {second} {inside}");
        anna.may_not(&schedule, 1, "Year end");
        let exception = anna.makes(&format!(
            "exception request --rule blackout --subject {second} --with 'Year end' \
             --until {} --reason 'the supplier leaves'",
            minutes_from_now(DAY + 181)
        ));
        anna.may_not(&schedule, 1, "Year end");
        anna.may_not(&format!("exception grant {exception}"), 3, "exception.decide");
        rosa.does(&format!("exception grant {exception}"));
        assert_eq!(items(&anna.does("exception list --state granted")).len(), 1);
        anna.does(&schedule);
        shown(anna, sara, rosa, [&first, &second]);
    });
}

/// What was committed stands in the schedule and in the projected outages; what waits for a date
/// gets one; periods and feeds come and go.
fn shown(anna: &Person<'_>, sara: &Person<'_>, rosa: &Person<'_>, committed: [&str; 2]) {
    let range = format!("--from {} --to {}", minutes_from_now(0), minutes_from_now(5 * DAY));
    let schedule = anna.does(&format!("calendar fsc {range}"));
    let entries = schedule["entries"].as_array().expect("entries").iter();
    let numbers: Vec<&Json> = entries.map(|entry| &entry["subject"]["number"]).collect();
    assert_eq!(numbers, committed);
    let outages = anna.does(&format!("calendar pso {range} --committed"));
    assert_eq!(items(&outages)[0]["change"]["number"], committed[0], "{outages:#}");
    assert_eq!(items(&outages)[0]["minutes"], 15);

    let third = approved(anna, sara, "pay-db", "");
    let plan = anna.does(&format!("calendar plan {third} --only"));
    assert_eq!(items(&plan)[0]["subject"]["number"], third.as_str(), "{plan:#}");
    anna.does(&format!("calendar plan {third} --only --accept {third}"));
    let taken = anna.does(&format!("change show {third}"))["window"].clone();
    assert_eq!(taken["start"], items(&plan)[0]["slot"]["window"]["start"], "{taken}");

    let nights = window(5 * DAY, 5 * DAY + 120);
    rosa.does(&format!("calendar window add --name Nights --service Payments {nights}"));
    let by_day = format!("calendar check --ci pay-db {}", window(4 * DAY, 4 * DAY + 60));
    assert_eq!(anna.finds(&by_day)["conflicts"][0]["kind"], "outside_window");
    rosa.does("calendar window remove Nights");
    anna.does(&by_day);
    let busy = window(4 * DAY, 4 * DAY + 120);
    rosa.does(&format!("calendar peak add --name 'Month end' --service Payments {busy}"));
    rosa.does("calendar peak edit 'Month end' --name 'Last day'");
    assert_eq!(items(&anna.does("calendar peak list"))[0]["name"], "Last day");
    let warned = anna.does(&by_day);
    assert_eq!(
        (&warned["conflicts"][0]["kind"], &warned["blocking"]),
        (&json!("peak_hours"), &json!(0))
    );

    let feed = anna.does("calendar feed add --name Everything");
    let address = feed["address"].as_str().expect("an address");
    let read = || crate::shared::client().get(address).send().unwrap();
    assert!(read().text().unwrap().contains(committed[1]));
    assert_eq!(items(&anna.does("calendar feed list"))[0]["address"], Json::Null);
    anna.does(&format!("calendar feed revoke {}", feed["id"].as_str().expect("an id")));
    assert!(!read().status().is_success(), "its address stopped working");
}

#[test]
fn a_board_meets_over_what_waits_for_it_and_its_minutes_are_fixed() {
    let people = [
        ("anna", Role::Requester),
        ("ivan", Role::Implementer),
        ("sara", Role::ServiceOwner),
        ("rosa", Role::ReleaseManager),
        ("rita", Role::ReleaseManager),
        ("cleo", Role::CabMember),
        ("adam", Role::ReleaseAuthority),
    ];
    played(people, |[anna, ivan, sara, rosa, rita, cleo, _], _| {
        let create = "cab board create --name Board --chair cleo --role cab_member";
        anna.may_not(create, 3, "cab.write");
        rosa.does(create);
        let releases = ["pay-db", "pay-app"].map(|ci| {
            let change = approved(anna, sara, ci, "");
            let release = rosa.makes(&format!(
                "release create --type major --title {ci} --owner anna {}",
                window(DAY, DAY + 60)
            ));
            rosa.does(&format!("release attach {release} {change}"));
            rosa.does(&format!("release submit {release}"));
            rita.does(&format!("approve vote {release}"));
            release
        });
        let (start, end) = (seconds_from_now(8), minutes_from_now(60));
        let meeting = rosa.makes(&format!("cab plan --board Board --start {start} --end {end}"));
        ivan.may_not(&format!("cab start {meeting}"), 3, "cab.not_the_chair");
        cleo.waits_to(&format!("cab start {meeting}"));
        assert_eq!(items(&cleo.does("cab list --state in_session"))[0]["items"], 2);
        let agenda = cleo.does(&format!("cab show {meeting}"))["agenda"].clone();
        let on: Vec<&str> =
            [0, 1].map(|at| agenda[at]["subject"]["number"].as_str().expect("an item")).into();
        assert!(releases.iter().all(|release| on.contains(&release.as_str())), "{agenda:#}");

        // Its owner answers for what is on the table, and decides nothing.
        ivan.may_not(&format!("cab attend {meeting}"), 3, "cab.not_a_member");
        anna.does(&format!("cab attend {meeting}"));
        anna.does(&format!("cab remark {meeting} 'The desk is told.' --on {}", on[0]));
        anna.may_not(&format!("cab next {meeting}"), 3, "cab.not_the_chair");
        anna.may_not(&format!("approve vote {}", on[0]), 3, "approve");
        cleo.does(&format!("approve vote {}", on[0]));
        cleo.does(&format!("cab next {meeting}"));
        cleo.may_not(&format!("approve vote {} --reject", on[1]), 2, "--reason");
        cleo.does(&format!("approve vote {} --reject --reason 'No way back.'", on[1]));
        cleo.may_not(&format!("cab next {meeting}"), 1, "end the meeting");
        cleo.does(&format!("cab end {meeting}"));
        cleo.may_not(&format!("cab remark {meeting} Late"), 1, "its minutes are fixed");

        let minutes = anna.prints(&format!("cab minutes {meeting}"));
        for words in ["**approved**", "The desk is told.", "No way back."] {
            assert!(minutes.contains(words), "{words}: {minutes}");
        }
        let shown = anna.does(&format!("cab show {meeting}"))["agenda"].clone();
        assert_eq!(
            (&shown[0]["decision"], &shown[1]["decision"]),
            (&json!("approved"), &json!("rejected"))
        );
    });
}

#[test]
fn a_deputy_votes_an_edit_shows_and_running_work_gets_a_longer_window_from_another() {
    let people = [
        ("anna", Role::Requester),
        ("ivan", Role::Implementer),
        ("sara", Role::ServiceOwner),
        ("rosa", Role::ReleaseManager),
    ];
    played(people, |[anna, ivan, sara, rosa], _| {
        let change = raised(anna, "pay-db", &window(-5, 60));
        anna.does(&format!("change submit {change}"));
        anna.does(&format!("change assess {change}"));
        let vote = format!("approve vote {change}");
        rosa.may_not(&vote, 3, "is decided by");
        anna.may_not("approve delegate rosa --reason ill", 3, "delegat");
        let delegation = sara.does("approve delegate rosa --reason 'on leave'");
        let absent = rosa.does("approve absences --deputy me");
        assert_eq!(items(&absent)[0]["person"]["name"], "sara", "{absent:#}");
        let waiting = rosa.does("approve list");
        assert_eq!(items(&waiting)[0]["on_behalf_of"]["name"], "sara", "{waiting:#}");
        rosa.does(&vote);

        let difference = format!("approve difference {change}");
        assert_eq!(items(&anna.does(&difference)), [] as [Json; 0]);
        anna.does(&format!("change edit {change} --backout-plan 'Install the old one.'"));
        let edited = anna.does(&difference);
        let field = &items(&edited)[0]["fields"][0];
        assert_eq!(field["after"], "Install the old one.", "{edited:#}");
        anna.may_not(&format!("change schedule {change}"), 1, "change.not_approved");
        sara.does(&format!("approve revoke {}", delegation["id"].as_str().expect("an id")));
        rosa.may_not(&vote, 3, "is decided by");
        sara.does(&vote);
        anna.does(&format!("change schedule {change}"));

        ivan.does(&format!("change start {change}"));
        let end = minutes_from_now(120);
        let extend = format!("change extend {change} --end {end} --reason 'the copy is slow'");
        anna.may_not(&extend, 3, "window.extend");
        ivan.does(&extend);
        let asked = rosa.does("approve extensions");
        assert_eq!(items(&asked)[0]["subject"]["number"], change.as_str(), "{asked:#}");
        rosa.does(&format!("change grant-extension {change}"));
        let shown = ivan.does(&format!("change show {change}"));
        assert_eq!(shown["window"]["end"], end.to_string());
        assert_eq!(items(&rosa.does("approve extensions")), [] as [Json; 0]);
    });
}

#[test]
fn releases_stand_in_an_order_their_scope_freezes_and_what_blocks_them_is_told() {
    let people = [
        ("anna", Role::Requester),
        ("ivan", Role::Implementer),
        ("sara", Role::ServiceOwner),
        ("rosa", Role::ReleaseManager),
        ("rita", Role::ReleaseManager),
    ];
    played(people, |[anna, _, sara, rosa, _], _| {
        let changes = ["pay-db", "pay-app"].map(|ci| approved(anna, sara, ci, ""));
        let planned = |title: &str, from: i64| {
            rosa.makes(&format!(
                "release create --type minor --title {title} --owner rosa {}",
                window(from, from + 120)
            ))
        };
        let (first, second) = (planned("First", DAY), planned("Second", 2 * DAY));
        rosa.does(&format!("release depend {second} {first}"));
        rosa.may_not(&format!("release depend {first} {second}"), 1, "release.cycle");
        let move_it = window(3 * DAY, 3 * DAY + 120);
        let would = rosa.does(&format!("release preview {first} {move_it}"));
        let slips = would["effect"]["slips"].as_array().expect("slips");
        assert_eq!(slips[0]["release"]["number"], second.as_str(), "{would:#}");

        rosa.does(&format!("release attach {first} {}", changes[0]));
        anna.may_not(&format!("release freeze {first} --reason now"), 3, "release.write");
        rosa.does(&format!("release freeze {first} --reason 'the rehearsal begins'"));
        let join = format!("release attach {first} {}", changes[1]);
        let refused = rosa.finds(&join);
        assert_eq!(refused[0]["refusal"]["code"], "release.scope_frozen", "{refused:#}");
        rosa.does(&format!("release unfreeze {first} --reason 'it is put off'"));
        rosa.does(&join);
        rosa.does(&format!(
            "release state-scope {first} --exclude 'Mobile app=its store takes two weeks'"
        ));
        let scope = anna.does(&format!("release scope {first}"));
        let included = scope["included"].as_array().expect("changes").iter();
        let included: Vec<&Json> = included.map(|one| &one["change"]["number"]).collect();
        assert_eq!(included, [&changes[0], &changes[1]]);
        assert_eq!(scope["excluded"][0]["what"], "Mobile app");

        rosa.does(&format!("release attach {first} {}", raised(anna, "pay-db", "")));
        let board = rosa.finds(&format!("release readiness {first}"));
        assert_eq!((&board["blocked"], &board["items"][0]["kind"]), (&json!(1), &json!("change")));
        let output = rosa.ran(&format!("release readiness {first}"));
        assert!(said(&output).contains("the date"), "{}", said(&output));
    });
}

#[test]
fn the_policy_is_written_out_checked_put_in_force_and_asked() {
    let people = [
        ("anna", Role::Requester),
        ("ivan", Role::Implementer),
        ("sara", Role::ServiceOwner),
        ("rosa", Role::ReleaseManager),
    ];
    played(people, |[anna, _, sara, rosa], database| {
        let folder = database.folder.path().join("rules");
        let rules = folder.display();
        rosa.prints(&format!("policy show --into {rules}"));
        assert_eq!(rosa.does(&format!("policy check {rules}"))["changed"], json!([]));
        let file = folder.join("changes/normal.toml");
        let before = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, before.replace("change.tier", "change.tire")).unwrap();
        let found = rosa.finds(&format!("policy check {rules}"));
        assert_eq!(found["findings"][0]["suggestion"], "change.tier", "{found:#}");
        rosa.may_not(&format!("policy activate {rules}"), 2, "change.tire");
        let observed = before.replacen("name = \"CAB\"", "name = \"CAB\"\nobserve = true", 1);
        std::fs::write(&file, observed).unwrap();
        anna.may_not(&format!("policy activate {rules}"), 3, "policy.write");
        rosa.does(&format!("policy activate {rules} --note 'the board looks on'"));
        let versions = rosa.does("policy versions");
        assert_eq!(items(&versions)[0]["note"], "the board looks on", "{versions:#}");

        // One of high risk, which the board would see.
        sara.does("ci create --name core --criticality 1");
        let change = raised(anna, "core", "");
        anna.does(&format!("change edit {change} --customer-impact outage"));
        anna.does(&format!("change submit {change}"));
        anna.does(&format!("change assess {change}"));
        let seen = rosa.does("policy observed");
        assert_eq!(items(&seen)[0]["subject"]["number"], change.as_str(), "{seen:#}");
        let proposed = rosa.does(&format!("policy propose --change {change}"));
        assert_eq!(proposed["proposed"], "major", "{proposed:#}");
        let explained = anna.prints(&format!("policy explain {change}"));
        assert!(explained.contains("change.tier"), "{explained}");
    });
}

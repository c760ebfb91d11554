//! What becomes of good rows and of every kind of dirt.

use super::*;
use crate::import::{Mapping, Sheet};

const CHANGES: &str = r#"
    about = "test"
    record = "change"
    source = "test"
    zone = "Europe/Amsterdam"
    [file]
    delimiter = ";"
    decimal = ","
    empty = ["-"]
    times = ["%d-%m-%Y %H:%M"]
    [fields]
    number = "Id"
    title = "{Title}"
    created_at = "Opened"
    keep = ["Origin", { column = "Hours", number = true }]
    [fields.change_type]
    rules = [{ column = "Urgent", is = "Y", gives = "emergency" }]
    otherwise = "normal"
    [fields.planned]
    start = "From"
    end = "To"
    [fields.actual]
    start = "Began"
    end = "Ended"
    [ci]
    name = "CI"
    kind = "Kind"
    unknown = "create"
"#;
const CHANGE_HEADER: &str = "Id;Title;Opened;Urgent;From;To;Began;Ended;CI;Kind;Origin;Hours";

const INCIDENTS: &str = r#"
    about = "test"
    record = "incident"
    source = "test"
    zone = "UTC"
    [file]
    delimiter = ";"
    several = ["*MANY"]
    times = ["%Y-%m-%d %H:%M"]
    [fields]
    number = "Id"
    title = "{Kind}: {CI}"
    priority = "Priority"
    opened_at = "Opened"
    resolved_at = "Resolved"
    related_change = "Change"
    [fields.state]
    rules = [{ column = "Status", is = "Done", gives = "closed" }]
    [ci]
    name = "CI"
"#;
const INCIDENT_HEADER: &str = "Id;Kind;CI;Priority;Opened;Resolved;Change;Status";

type Found = Vec<(u64, Kind, Code)>;

fn drafts(mapping: &str, header: &str, rows: &[&str]) -> (Vec<Draft>, Found) {
    let mapping = Mapping::parse("test", mapping).unwrap();
    let text = format!("{header}\r\n{}\r\n", rows.join("\r\n"));
    let sheet = Sheet::check(text.into_bytes(), &mapping).unwrap();
    let mut drafter = Drafter::new(&sheet.plan, &mapping.zone);
    let (mut drafts, mut found) = (Vec::new(), Vec::new());
    for rows in sheet.records() {
        let (draft, findings) = drafter.draft(&rows);
        drafts.extend(draft);
        found.extend(findings.into_iter().map(|one| (one.line, one.kind, one.code)));
    }
    (drafts, found)
}

fn changes(rows: &[&str]) -> (Vec<Draft>, Found) {
    drafts(CHANGES, CHANGE_HEADER, rows)
}

fn incidents(rows: &[&str]) -> (Vec<Draft>, Found) {
    drafts(INCIDENTS, INCIDENT_HEADER, rows)
}

fn change(draft: &Draft) -> &ChangeBody {
    match &draft.body {
        Body::Change(body) => body,
        Body::Incident(_) => panic!("an incident"),
    }
}

fn incident(draft: &Draft) -> &IncidentBody {
    match &draft.body {
        Body::Incident(body) => body,
        Body::Change(_) => panic!("a change"),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const GOOD: &str = "1;Patch;1-10-2013 8:00;N;4-10-2013 9:00;4-10-2013 10:00;\
    4-10-2013 9:05;4-10-2013 9:55;web-1;server;Problem;1,5";

#[test]
fn a_good_row_becomes_a_change_and_nothing_is_found() {
    let (drafts, found) = changes(&[GOOD]);
    assert_eq!(found, []);
    let draft = &drafts[0];
    assert_eq!((draft.line, draft.number.as_str(), draft.title.as_str()), (2, "1", "Patch"));
    assert_eq!(draft.description, "Origin: Problem\nHours: 1.5");
    assert_eq!(draft.cis, [CiName { name: "web-1".to_owned(), kind: "server".to_owned() }]);
    let body = change(draft);
    assert_eq!(body.change_type, ChangeType::Normal);
    let window = body.window.as_ref().unwrap();
    assert_eq!(window.interval.start, at("2013-10-04T07:00:00Z"));
    assert_eq!(window.zone.name(), "Europe/Amsterdam");
    assert_eq!(body.started_at, Some(at("2013-10-04T07:05:00Z")));
    assert_eq!(body.created_at, Some(at("2013-10-01T06:00:00Z")));
    assert!(!body.scheduled);
}

#[test]
fn rows_of_one_change_become_its_cis_each_once() {
    let again = GOOD.replace("web-1", "web-2");
    let (drafts, found) = changes(&[GOOD, &again, &GOOD.replace("web-1", "WEB-1")]);
    assert_eq!(drafts.len(), 1);
    let names: Vec<&str> = drafts[0].cis.iter().map(|ci| ci.name.as_str()).collect();
    assert_eq!(names, ["web-1", "web-2"]);
    assert_eq!(found, [(4, Kind::Repaired, Code::RowRepeated)]);
}

#[test]
fn the_first_row_wins_where_rows_disagree() {
    let other = GOOD.replace("Patch", "Upgrade").replace("web-1", "web-2");
    let (drafts, found) = changes(&[GOOD, &other]);
    assert_eq!(drafts[0].title, "Patch");
    assert_eq!(drafts[0].cis.len(), 2);
    assert_eq!(found, [(3, Kind::Repaired, Code::RowDisagrees)]);
}

#[test]
fn a_ci_is_what_its_first_row_says() {
    let other = GOOD.replace("1;Patch", "2;Patch").replace("server", "database");
    let (drafts, found) = changes(&[GOOD, &other]);
    assert_eq!(drafts.len(), 2);
    assert_eq!(found, [(3, Kind::Repaired, Code::CiDisagrees)]);
}

#[test]
fn a_row_without_a_ci_is_noted() {
    let (drafts, found) = changes(&[&GOOD.replace("web-1", " - ")]);
    assert_eq!(drafts[0].cis, []);
    assert_eq!(found, [(2, Kind::Noted, Code::CiMissing)]);
}

#[test]
fn an_empty_window_is_left_out_and_kept_as_text() {
    let (drafts, found) = changes(&[&GOOD.replace("4-10-2013 10:00", "4-10-2013 9:00")]);
    assert_eq!(change(&drafts[0]).window, None);
    assert!(drafts[0].description.contains("From: 4-10-2013 9:00\nTo: 4-10-2013 9:00"));
    assert_eq!(found, [(2, Kind::Repaired, Code::WindowEmpty)]);
}

#[test]
fn windows_that_are_backwards_half_or_missing_are_told_apart() {
    let found = |from: &str, to: &str| changes(&[&GOOD.replace(from, to)]).1;
    let repaired = |code| vec![(2, Kind::Repaired, code)];
    assert_eq!(found(";4-10-2013 10:00", ";3-10-2013 9:00"), repaired(Code::EndBeforeStart));
    assert_eq!(found(";4-10-2013 10:00", ";"), repaired(Code::WindowIncomplete));
    assert_eq!(found(";4-10-2013 10:00", ";4-10-2063 10:00"), repaired(Code::WindowTooLong));
    let none = found("4-10-2013 9:00;4-10-2013 10:00", ";");
    assert_eq!(none, [(2, Kind::Noted, Code::WindowMissing)]);
}

#[test]
fn work_that_took_no_time_is_kept_and_work_that_ends_before_it_starts_is_not() {
    let (drafts, found) = changes(&[&GOOD.replace("4-10-2013 9:55", "4-10-2013 9:05")]);
    assert_eq!(change(&drafts[0]).finished_at, change(&drafts[0]).started_at);
    assert!(change(&drafts[0]).started_at.is_some());
    assert_eq!(found, [(2, Kind::Noted, Code::WindowEmpty)]);
    let (drafts, found) = changes(&[&GOOD.replace("4-10-2013 9:55", "4-10-2013 9:04")]);
    assert_eq!((change(&drafts[0]).started_at, change(&drafts[0]).finished_at), (None, None));
    assert!(drafts[0].description.contains("Ended: 4-10-2013 9:04"));
    assert_eq!(found, [(2, Kind::Repaired, Code::EndBeforeStart)]);
}

#[test]
fn a_start_before_the_record_was_made_is_noted() {
    let (drafts, found) = changes(&[&GOOD.replace("1-10-2013 8:00", "4-10-2013 9:06")]);
    assert!(change(&drafts[0]).started_at < change(&drafts[0]).created_at);
    assert_eq!(found, [(2, Kind::Noted, Code::StartedBeforeRecorded)]);
}

#[test]
fn a_date_that_cannot_be_read_is_left_out_and_kept_as_text() {
    let (drafts, found) = changes(&[&GOOD.replace("1-10-2013 8:00", "31-9-2013 8:00")]);
    assert_eq!(change(&drafts[0]).created_at, None);
    assert!(drafts[0].description.ends_with("Opened: 31-9-2013 8:00"));
    assert_eq!(found, [(2, Kind::Repaired, Code::DateUnreadable)]);
}

#[test]
fn doubled_and_missing_wall_times_are_reported() {
    let doubled = GOOD.replace("4-10-2013 9:00;4-10-2013 10:00", "27-10-2013 2:00;27-10-2013 3:00");
    let (drafts, found) = changes(&[&doubled]);
    let window = change(&drafts[0]).window.as_ref().unwrap();
    assert_eq!(window.interval.start, at("2013-10-27T00:00:00Z"));
    assert_eq!(window.interval.end, at("2013-10-27T02:00:00Z"));
    assert_eq!(found, [(2, Kind::Repaired, Code::TimeDoubled)]);
    let gap = GOOD.replace("1-10-2013 8:00", "31-3-2013 2:30");
    assert_eq!(changes(&[&gap]).1, [(2, Kind::Repaired, Code::TimeInGap)]);
}

#[test]
fn a_row_without_a_number_and_one_without_a_title_are_rejected() {
    let rows = [GOOD.replacen('1', "", 1), GOOD.replace("Patch", "")];
    let (drafts, found) = changes(&[&rows[0], &rows[1]]);
    assert_eq!(drafts, []);
    let expected =
        [(2, Kind::Rejected, Code::NumberMissing), (3, Kind::Rejected, Code::FieldMissing)];
    assert_eq!(found, expected);
}

#[test]
fn what_is_too_long_is_cut_and_kept_whole_in_the_description() {
    let long = "x".repeat(201);
    let (drafts, found) = changes(&[&GOOD.replace("Patch", &long)]);
    assert_eq!(drafts[0].title.len(), 200);
    assert!(drafts[0].description.contains(&long));
    assert_eq!(found, [(2, Kind::Repaired, Code::TextCut)]);
    let (drafts, found) = changes(&[&GOOD.replace("web-1", &long)]);
    assert_eq!((drafts[0].cis.len(), found[0].2), (0, Code::TextCut));
    assert!(drafts[0].description.contains(&long));
}

#[test]
fn a_number_that_cannot_be_read_stays_text() {
    let (drafts, found) = changes(&[&GOOD.replace("1,5", "about 2")]);
    assert!(drafts[0].description.ends_with("Hours: about 2"));
    assert_eq!(found, [(2, Kind::Repaired, Code::NumberUnreadable)]);
}

const TICKET: &str = "I1;Slow;web-1;2;2013-10-01 07:33;2013-10-01 08:36;C7;Done";

#[test]
fn a_good_row_becomes_an_incident() {
    let (drafts, found) = incidents(&[TICKET]);
    assert_eq!(found, []);
    assert_eq!(drafts[0].title, "Slow: web-1");
    let body = incident(&drafts[0]);
    assert_eq!((body.priority.number(), body.state), (2, State::Closed));
    assert_eq!(body.opened_at, at("2013-10-01T07:33:00Z"));
    assert_eq!(body.related_change.as_deref(), Some("C7"));
}

#[test]
fn several_changes_in_one_field_link_none_of_them() {
    let (drafts, found) = incidents(&[&TICKET.replace("C7", "*MANY")]);
    assert_eq!(incident(&drafts[0]).related_change, None);
    assert_eq!(found, [(2, Kind::Repaired, Code::ValueSeveral)]);
}

#[test]
fn an_unknown_word_is_left_out() {
    let (drafts, found) = incidents(&[&TICKET.replace(";2;", ";9;").replace("Done", "Gone")]);
    assert_eq!(incident(&drafts[0]).priority, Priority::default());
    assert_eq!(found, [(2, Kind::Repaired, Code::ValueUnknown); 2]);
}

#[test]
fn an_incident_without_a_beginning_is_rejected() {
    let (drafts, found) = incidents(&[&TICKET.replace("2013-10-01 07:33", "yesterday")]);
    assert_eq!(drafts, []);
    let expected =
        [(2, Kind::Repaired, Code::DateUnreadable), (2, Kind::Rejected, Code::FieldMissing)];
    assert_eq!(found, expected);
}

#[test]
fn an_end_before_the_beginning_is_noted() {
    let (drafts, found) = incidents(&[&TICKET.replace("08:36", "07:32")]);
    assert!(incident(&drafts[0]).resolved_at.is_some());
    assert_eq!(found, [(2, Kind::Noted, Code::EndBeforeStart)]);
}

#[test]
fn an_incident_that_comes_twice_is_taken_once() {
    let (drafts, found) = incidents(&[TICKET, TICKET]);
    assert_eq!(drafts.len(), 1);
    assert_eq!(found, [(3, Kind::Repaired, Code::RowRepeated)]);
}

#[test]
fn what_is_kept_never_outgrows_the_description() {
    let (mut drafts, _) = incidents(&[TICKET]);
    drafts[0].keep("CI", &"x".repeat(LONG_TEXT_MAX));
    assert_eq!(drafts[0].description, "");
    drafts[0].keep("CI", "web-9");
    drafts[0].keep("CI", "web-8");
    assert_eq!(drafts[0].description, "CI: web-9\nCI: web-8");
}

proptest::proptest! {
    #[test]
    fn no_text_in_any_field_makes_it_panic(
        cells in proptest::collection::vec("[^;\"\\r\\n\0]{0,30}", 12)
    ) {
        let (drafts, found) = changes(&[&cells.join(";")]);
        let rejected = found.iter().any(|(_, kind, _)| *kind == Kind::Rejected);
        // A row of nothing is a blank line.
        let blank = cells.iter().all(String::is_empty);
        proptest::prop_assert_eq!(drafts.len(), usize::from(!rejected && !blank));
    }
}

//! The cadence of a model: windows and openings across clock changes, and what someone opens who
//! comes late.

use jiff::civil::date;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn cadence(rule: &str, start: &str, lead_days: u16) -> Cadence {
    Cadence {
        rule: rule.parse().expect("a rule"),
        from: None,
        start: start.parse().expect("a time of day"),
        zone: "Europe/Amsterdam".parse().expect("a zone"),
        lead_days,
        title: "Payments {year}-{month}-{day}".to_owned(),
    }
}

/// The next openings and starts after an instant.
fn next(cadence: &Cadence, mut after: Timestamp, count: usize) -> Vec<[String; 2]> {
    let mut found = Vec::new();
    while let Some(next) = cadence.next(60, after).filter(|_| found.len() < count) {
        found.push([next.opens_at.to_string(), next.window.interval.start.to_string()]);
        after = next.opens_at;
    }
    found
}

#[test]
fn windows_and_openings_keep_their_wall_time_across_clock_changes() {
    let monthly = cadence("FREQ=MONTHLY;BYDAY=2TU", "20:00", 28);
    assert_eq!(
        next(&monthly, at("2027-01-13T00:00:00Z"), 3),
        [
            ["2027-02-09T19:00:00Z", "2027-03-09T19:00:00Z"],
            ["2027-03-16T19:00:00Z", "2027-04-13T18:00:00Z"],
            ["2027-04-13T18:00:00Z", "2027-05-11T18:00:00Z"],
        ]
    );
    assert_eq!(
        next(&monthly, at("2027-10-12T17:59:59Z"), 1),
        [["2027-10-12T18:00:00Z", "2027-11-09T19:00:00Z"]],
        "and back"
    );
}

#[test]
fn a_start_that_does_not_happen_moves_forward_and_one_that_happens_twice_is_the_first() {
    let nightly = cadence("FREQ=DAILY", "02:30", 1);
    let start = |after: &str| nightly.next(90, at(after)).expect("one").window.interval;
    let gap = start("2027-03-27T01:00:00Z");
    assert_eq!(gap.start, at("2027-03-28T01:30:00Z"), "03:30 in summer time");
    let doubled = start("2027-10-30T00:00:00Z");
    assert_eq!(doubled.start, at("2027-10-31T00:30:00Z"));
    assert_eq!((gap.minutes(), doubled.minutes()), (90, 90), "as long as the model says");
}

#[test]
fn who_comes_late_opens_the_last_one_unless_its_window_has_begun() {
    let monthly = cadence("FREQ=MONTHLY;BYDAY=2TU", "20:00", 28);
    let due = |since: &str, now: &str| {
        let due = monthly.due(60, at(since), at(now));
        due.map(|due| due.window.interval.start.to_string())
    };
    let since = "2026-12-20T00:00:00Z";
    assert_eq!(due(since, "2027-01-12T18:59:59Z"), None, "not yet");
    assert_eq!(due(since, "2027-01-12T19:00:00Z").as_deref(), Some("2027-02-09T19:00:00Z"));
    assert_eq!(due(since, "2027-06-01T00:00:00Z").as_deref(), Some("2027-06-08T18:00:00Z"));
    assert_eq!(due("2027-01-12T19:00:00Z", "2027-02-01T00:00:00Z"), None, "it opened before that");
    assert_eq!(due("2028-01-01T00:00:00Z", "2027-06-01T00:00:00Z"), None, "the clock went back");
    let short = cadence("FREQ=MONTHLY;BYDAY=2TU", "20:00", 2);
    assert_eq!(short.due(60, at(since), at("2027-01-13T00:00:00Z")), None, "its window has begun");
}

#[test]
fn a_rule_ends_and_counts_from_its_first_day() {
    let every_second = Cadence {
        from: Some(date(2027, 1, 7)),
        ..cadence("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;UNTIL=20270205", "20:00", 7)
    };
    assert!(every_second.rule.leans_on_its_first_day());
    let starts = next(&every_second, at("2026-01-01T00:00:00Z"), 9);
    let starts: Vec<&str> = starts.iter().map(|[_, start]| &start[..10]).collect();
    assert_eq!(starts, ["2027-01-07", "2027-01-21", "2027-02-04"]);
    for (rule, leans) in [
        ("FREQ=MONTHLY", true),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", true),
        ("FREQ=DAILY", false),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", false),
    ] {
        let cadence = cadence(rule, "20:00", 7);
        assert_eq!(cadence.rule.leans_on_its_first_day(), leans, "{rule}");
        assert!(cadence.occurs());
    }
    assert!(!cadence("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "20:00", 7).occurs());
}

#[test]
fn a_release_that_is_opened_by_its_cadence_says_so_and_is_asked_for_by_nobody() {
    let monthly = cadence("FREQ=MONTHLY;BYDAY=2TU", "20:00", 28);
    let next = monthly.next(60, at("2027-01-13T00:00:00Z")).expect("one");
    let start = next.window.interval.start;
    let release = after(&Release::default(), open("REL-1".to_owned(), &model(), next, vec![]));
    assert_eq!((release.occurrence, release.requester), (Some(start), None));
    assert_eq!(
        (release.phase, release.content.title.as_str()),
        (P::Planning, "Payments 2027-03-09")
    );
}

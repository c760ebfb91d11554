//! The periods of the calendar, and when they occur.

use jiff::ToSpan;
use jiff::civil::DateTime;
use proptest::prelude::*;

use super::*;

fn facts(kind: PeriodKind, exists: bool) -> SaveFacts {
    SaveFacts { exists, kind }
}

fn repeats(rule: &str) -> Repeats {
    rule.parse().expect("a rule")
}

fn night() -> Window {
    window("2026-11-22T01:00:00Z", "2026-11-22T05:00:00Z", "Europe/Amsterdam")
}

fn blackout() -> Edit {
    Edit {
        name: Some("Payroll".to_owned()),
        reason: Some("Salaries are paid.".to_owned()),
        window: Some(Some(night())),
        repeats: Some(repeats("weekly")),
        ..Edit::default()
    }
}

fn saved(period: &Period, edit: &Edit, facts: &SaveFacts) -> Period {
    let events = save(period, edit, facts).expect("allowed");
    events.iter().fold(period.clone(), |period, event| period.evolve(event, &stamp()))
}

fn kept() -> Period {
    saved(&Period::default(), &blackout(), &facts(PeriodKind::Blackout, false))
}

#[test]
fn a_period_is_set_and_edited() {
    let period = kept();
    assert_eq!(
        (period.kind, period.content.repeats.clone()),
        (Some(PeriodKind::Blackout), repeats("weekly"))
    );
    let edit = Edit { name: Some("Pay day".to_owned()), ..Edit::default() };
    let period = saved(&period, &edit, &facts(PeriodKind::Blackout, true));
    assert_eq!(period.content.name, "Pay day");
}

#[test]
fn saving_the_same_again_is_no_event() {
    assert_eq!(save(&kept(), &blackout(), &facts(PeriodKind::Blackout, true)), Ok(vec![]));
}

#[test]
fn a_blackout_says_why_and_a_window_for_whom() {
    let nothing = |kind| pointers(save(&Period::default(), &Edit::default(), &facts(kind, false)));
    assert_eq!(nothing(PeriodKind::Blackout), ["/name", "/reason", "/window"]);
    assert_eq!(nothing(PeriodKind::MaintenanceWindow), ["/name", "/services", "/window"]);
    assert_eq!(nothing(PeriodKind::BusinessEvent), ["/name", "/window"]);
    assert_eq!(nothing(PeriodKind::Sprint), ["/name", "/window"]);
}

#[test]
fn what_repeats_lasts_a_month_at_most_and_may_overlap_itself() {
    let long = |end: &str, rule: &str| {
        let window = window("2026-11-22T01:00:00Z", end, "UTC");
        let edit = Edit { window: Some(Some(window)), repeats: Some(repeats(rule)), ..blackout() };
        save(&Period::default(), &edit, &facts(PeriodKind::Blackout, false))
    };
    assert!(long("2026-12-23T01:00:00Z", "daily").is_ok());
    assert_eq!(pointers(long("2026-12-23T01:01:00Z", "daily")), ["/window"]);
    assert!(long("2027-11-29T01:00:00Z", "none").is_ok());
}

#[test]
fn the_first_window_stands_on_the_rule() {
    let set = |rule: &str| {
        let edit = Edit { repeats: Some(repeats(rule)), ..blackout() };
        save(&Period::default(), &edit, &facts(PeriodKind::Blackout, false))
    };
    // The night of 22 November 2026 is a Sunday's.
    assert!(set("FREQ=WEEKLY;BYDAY=SU").is_ok());
    let refusal = set("FREQ=MONTHLY;BYDAY=1SU").expect_err("refused");
    assert_eq!(refusal.missing[0].pointer, "/window");
    assert!(refusal.missing[0].detail.contains("begin at 2026-12-06T02:00:00"), "{refusal:?}");
    assert_eq!(pointers(set("FREQ=DAILY;UNTIL=20200101")), ["/repeats"]);
    assert_eq!(pointers(set("FREQ=HOURLY")), ["/repeats"]);
    assert_eq!(pointers(set("FREQ=DAILY;BYHOUR=2,3,4;BYMINUTE=0,1,2,3,4,5,6,7,8")), ["/repeats"]);
}

#[test]
fn days_are_left_out_of_a_rule_only_and_added_after_the_first() {
    let set = |rule: &str, except: &str, also: &str| {
        let one = |day: &str| {
            let days = day.split_whitespace();
            Some(days.map(|day| day.parse().expect("a day")).collect())
        };
        let repeats = Some(repeats(rule));
        let edit = Edit { repeats, except: one(except), also: one(also), ..blackout() };
        save(&Period::default(), &edit, &facts(PeriodKind::Blackout, false))
    };
    assert!(set("daily", "2026-12-25", "2026-12-26T12:00").is_ok());
    assert_eq!(pointers(set("none", "2026-12-25", "")), ["/except"]);
    assert_eq!(pointers(set("daily", "", "2026-11-01")), ["/also"]);
}

#[test]
fn a_period_is_taken_away_once() {
    let period = kept();
    assert_eq!(remove(&period), Ok(vec![PeriodEvent::Removed {}]));
    let removed = period.evolve(&PeriodEvent::Removed {}, &stamp());
    assert_eq!(remove(&removed), Ok(vec![]));
}

fn nightly(start: &str, end: &str, zone: &str, rule: &str) -> Schedule {
    let once = Schedule::once(window(start, end, zone));
    Schedule { repeats: repeats(rule), ..once }
}

fn starts(schedule: &Schedule, from: &str, to: &str) -> Vec<String> {
    let at = |text: &str| text.parse().expect("a time");
    let found = schedule.occurrences(Interval { start: at(from), end: at(to) });
    found.iter().map(|at| at.start.to_string()).collect()
}

#[test]
fn an_occurrence_lasts_up_to_its_end_and_not_at_it() {
    let schedule = kept().content.schedule().expect("a window");
    let found = |from: &str, to: &str| starts(&schedule, from, to).len();
    assert_eq!(found("2026-11-29T04:59:59Z", "2026-11-29T05:00:00Z"), 1);
    assert_eq!(found("2026-11-29T05:00:00Z", "2026-11-29T05:00:01Z"), 0);
    assert_eq!(found("2026-11-15T00:00:00Z", "2026-11-16T00:00:00Z"), 0, "before its first time");
}

#[test]
fn a_weekly_window_keeps_its_wall_time_across_the_end_of_summer_time() {
    let sundays =
        nightly("2013-10-20T00:00:00Z", "2013-10-20T02:00:00Z", "Europe/Amsterdam", "weekly");
    assert_eq!(
        starts(&sundays, "2013-10-19T00:00:00Z", "2013-11-05T00:00:00Z"),
        ["2013-10-20T00:00:00Z", "2013-10-27T00:00:00Z", "2013-11-03T01:00:00Z"]
    );
}

#[test]
fn a_range_far_in_the_future_is_found_without_walking_there() {
    let daily = nightly("2000-01-01T22:00:00Z", "2000-01-01T23:00:00Z", "UTC", "daily");
    assert_eq!(
        starts(&daily, "9000-11-21T22:30:00Z", "9000-11-22T00:00:00Z"),
        ["9000-11-21T22:00:00Z"]
    );
}

#[test]
fn no_range_is_so_long_that_a_rule_is_walked_without_end() {
    let (from, to) = ("2026-01-01T00:00:00Z", "9999-01-01T00:00:00Z");
    let yearly = nightly("2020-05-05T22:00:00Z", "2020-05-05T23:00:00Z", "UTC", "FREQ=YEARLY");
    let found = starts(&yearly, from, to);
    assert_eq!(found.first().map(String::as_str), Some("2026-05-05T22:00:00Z"));
    assert!((40..=42).contains(&found.len()), "{}", found.len());
    // One that names no day at all is not looked for until the last year.
    let never = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30";
    let never = nightly("2020-05-05T22:00:00Z", "2020-05-05T23:00:00Z", "UTC", never);
    assert_eq!(starts(&never, from, to), [] as [String; 0]);
    // Steps that are longer than that are still taken.
    let rare = "FREQ=YEARLY;INTERVAL=100";
    let rare = nightly("2020-05-05T22:00:00Z", "2020-05-05T23:00:00Z", "UTC", rare);
    assert_eq!(starts(&rare, "2119-01-01T00:00:00Z", to), ["2120-05-05T22:00:00Z"]);
}

#[test]
fn a_window_within_the_hour_that_summer_time_takes_does_not_occur_that_day() {
    let nights =
        nightly("2026-03-27T01:30:00Z", "2026-03-27T02:00:00Z", "Europe/Amsterdam", "daily");
    // 02:30 is at 01:30Z in winter and at 00:30Z in summer; on the 29th it does not exist.
    assert_eq!(
        starts(&nights, "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z"),
        ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]
    );
}

#[test]
fn days_are_left_out_and_added() {
    let mut nights = nightly("2026-12-23T22:00:00Z", "2026-12-24T02:00:00Z", "UTC", "daily");
    nights.except = ["2026-12-25", "2026-12-26T22:00"].map(|day| day.parse().unwrap()).into();
    nights.also =
        ["2026-12-25T12:00", "2027-02-01", "2026-12-27"].map(|d| d.parse().unwrap()).into();
    nights.repeats = repeats("FREQ=DAILY;UNTIL=20261228");
    assert_eq!(
        starts(&nights, "2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z"),
        [
            "2026-12-23T22:00:00Z",
            "2026-12-24T22:00:00Z",
            "2026-12-25T12:00:00Z",
            "2026-12-27T22:00:00Z",
            "2026-12-28T22:00:00Z",
            "2027-02-01T22:00:00Z"
        ]
    );
    assert_eq!(nights.last_end().unwrap().to_string(), "2027-02-02T02:00:00Z");
}

#[test]
fn the_last_end_is_known_when_there_is_one() {
    let last = |rule: &str| {
        let nights = nightly("2026-11-22T01:00:00Z", "2026-11-22T05:00:00Z", "UTC", rule);
        nights.last_end().map(|at| at.to_string())
    };
    assert_eq!(last("none").as_deref(), Some("2026-11-22T05:00:00Z"));
    assert_eq!(last("FREQ=DAILY;COUNT=3").as_deref(), Some("2026-11-24T05:00:00Z"));
    // A bound: nothing begins after it.
    let until = "FREQ=DAILY;UNTIL=20261125T010000";
    assert_eq!(last(until).as_deref(), Some("2026-11-25T05:00:00Z"));
    assert_eq!(last("FREQ=YEARLY;UNTIL=20991231").as_deref(), Some("2100-01-01T03:59:59Z"));
    // Beyond the last time there is, it is as good as without an end.
    assert_eq!(last("FREQ=YEARLY;UNTIL=99991231"), None);
    assert_eq!(last("weekly"), None);
}

#[test]
fn occurrences_that_overlap_each_other_are_all_found() {
    let days = nightly("2026-11-01T00:00:00Z", "2026-11-04T00:00:00Z", "UTC", "daily");
    assert_eq!(
        starts(&days, "2026-12-10T12:00:00Z", "2026-12-10T13:00:00Z"),
        ["2026-12-08T00:00:00Z", "2026-12-09T00:00:00Z", "2026-12-10T00:00:00Z"]
    );
}

#[test]
fn the_next_occurrences_follow_an_instant() {
    let leap = nightly("2024-02-29T01:00:00Z", "2024-02-29T02:00:00Z", "UTC", "FREQ=YEARLY");
    let next = leap.next("2026-01-01T00:00:00Z".parse().unwrap(), 2);
    let next: Vec<String> = next.iter().map(|at| at.start.to_string()).collect();
    assert_eq!(next, ["2028-02-29T01:00:00Z", "2032-02-29T01:00:00Z"]);
}

#[test]
fn a_night_on_which_the_clock_changes_is_known() {
    let zone: Zone = "Europe/Amsterdam".parse().unwrap();
    let night = |start: &str, end: &str| clock_change(window(start, end, "UTC").interval, &zone);
    assert_eq!(night("2026-03-28T23:00:00Z", "2026-03-29T04:00:00Z"), Some(60));
    assert_eq!(night("2026-10-24T22:00:00Z", "2026-10-25T04:00:00Z"), Some(-60));
    assert_eq!(night("2026-10-25T22:00:00Z", "2026-10-26T04:00:00Z"), None);
}

#[test]
fn a_wrong_rule_is_answered_with_the_place_and_the_way_out() {
    for (text, at, words) in [
        ("", 1, "is not a part"),
        ("sometimes", 1, "is not a part"),
        ("BYDAY=MO", 1, "FREQ is missing"),
        ("FREQ=FORTNIGHTLY", 1, "is not a frequency"),
        ("FREQ=SECONDLY", 1, "is not a frequency"),
        ("FREQ=WEEKLY;BYDAY=MO,XX", 13, "`XX` is not a day"),
        ("FREQ=WEEKLY;BYDAY=é", 13, "is not a day"),
        ("FREQ=WEEKLY;BYDAY=1MO", 13, "MONTHLY or YEARLY"),
        ("FREQ=MONTHLY;BYDAY=0MO", 14, "not 0"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", 14, "from -31 to 31"),
        ("FREQ=DAILY;COUNT=0", 12, "from 1 to 1000"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", 20, "exclude each other"),
        ("FREQ=DAILY;UNTIL=20271301", 12, "is not a day or time"),
        ("FREQ=DAILY;FREQ=DAILY", 12, "twice"),
        ("FREQ=DAILY;BYSECOND=3", 12, "is not a part of a rule"),
        ("FREQ=YEARLY;BYWEEKNO=20", 13, "BYDAY"),
        ("FREQ=DAILY;BYSETPOS=1", 12, "another BY part"),
    ] {
        let error = text.parse::<Rule>().expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.detail.contains(words), "{text}: {error}");
    }
    assert_eq!(repeats("rrule:freq=daily;").to_string(), "daily");
}

/// Every occurrence from the first one on, each computed alone.
fn walked(window: &Window, step: i64, range: Interval) -> Vec<Interval> {
    let zone = &window.zone;
    let (start, end) = (zone.civil(window.interval.start), zone.civil(window.interval.end));
    let at = |wall: DateTime, index: i64| {
        zone.instant(wall.checked_add((index * step).days()).expect("a day"))
    };
    let all = (0..900).filter_map(|index| Interval::try_new(at(start, index), at(end, index)).ok());
    all.filter(|at| at.overlap(range).is_some()).collect()
}

proptest! {
    #[test]
    fn occurrences_are_those_that_walking_there_finds(
        zone in prop::sample::select(vec!["UTC", "Europe/Amsterdam", "America/New_York",
            "Australia/Lord_Howe", "Asia/Kathmandu"]),
        begin in 0_i64..60 * 24 * 400, length in 1_i64..60 * 24,
        from in -60 * 24 * 30_i64..60 * 24 * 800, span in 1_i64..60 * 24 * 60,
        weekly: bool,
    ) {
        let zone: Zone = zone.parse().expect("a zone");
        let window = Window { interval: minutes(begin, begin + length), zone };
        let range = minutes(from, from + span);
        let (rule, step) = if weekly { ("weekly", 7) } else { ("daily", 1) };
        let schedule = Schedule { repeats: repeats(rule), ..Schedule::once(window.clone()) };
        prop_assert_eq!(schedule.occurrences(range), walked(&window, step, range));
    }
}

//! Maintenance windows and blackouts, and when they occur.

use jiff::ToSpan;
use jiff::civil::DateTime;
use proptest::prelude::*;

use super::*;

fn facts(kind: PeriodKind, exists: bool) -> SaveFacts {
    SaveFacts { exists, kind }
}

fn night() -> Window {
    window("2026-11-22T01:00:00Z", "2026-11-22T05:00:00Z", "Europe/Amsterdam")
}

fn blackout() -> Edit {
    Edit {
        name: Some("Payroll".to_owned()),
        reason: Some("Salaries are paid.".to_owned()),
        window: Some(Some(night())),
        repeats: Some(Repeats::Weekly),
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
        (period.kind, period.content.repeats),
        (Some(PeriodKind::Blackout), Repeats::Weekly)
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
}

#[test]
fn a_period_ends_before_it_begins_again() {
    let long = |end: &str, repeats| {
        let window = window("2026-11-22T01:00:00Z", end, "UTC");
        let edit = Edit { window: Some(Some(window)), repeats: Some(repeats), ..blackout() };
        save(&Period::default(), &edit, &facts(PeriodKind::Blackout, false))
    };
    assert!(long("2026-11-23T01:00:00Z", Repeats::Daily).is_ok());
    assert_eq!(pointers(long("2026-11-23T01:01:00Z", Repeats::Daily)), ["/window"]);
    assert!(long("2026-11-29T01:00:00Z", Repeats::Weekly).is_ok());
    assert_eq!(pointers(long("2026-11-29T01:01:00Z", Repeats::Weekly)), ["/window"]);
    assert!(long("2027-11-29T01:00:00Z", Repeats::Never).is_ok());
}

#[test]
fn a_period_is_taken_away_once() {
    let period = kept();
    assert_eq!(remove(&period), Ok(vec![PeriodEvent::Removed {}]));
    let removed = period.evolve(&PeriodEvent::Removed {}, &stamp());
    assert_eq!(remove(&removed), Ok(vec![]));
}

#[test]
fn an_instant_lies_in_a_period_up_to_its_end_and_not_at_it() {
    let content = kept().content;
    let at = |text: &str| covers(&content, text.parse().expect("a time"));
    assert!(at("2026-11-29T01:00:00Z"));
    assert!(at("2026-11-29T04:59:59Z"));
    assert!(!at("2026-11-29T05:00:00Z"));
    assert!(!at("2026-11-15T02:00:00Z"), "before its first time");
}

#[test]
fn a_window_within_the_hour_that_summer_time_takes_does_not_occur_that_day() {
    let nightly = window("2026-03-27T01:30:00Z", "2026-03-27T02:00:00Z", "Europe/Amsterdam");
    let march = Interval {
        start: "2026-03-28T00:00:00Z".parse().expect("a time"),
        end: "2026-03-31T00:00:00Z".parse().expect("a time"),
    };
    let starts = occurrences(&nightly, Repeats::Daily, march);
    let starts: Vec<String> = starts.iter().map(|at| at.start.to_string()).collect();
    // 02:30 is at 01:30Z in winter and at 00:30Z in summer; on the 29th it does not exist.
    assert_eq!(starts, ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]);
}

/// Every occurrence from the first one on, each computed alone.
fn walked(window: &Window, step: i64, range: Interval) -> Vec<Interval> {
    let zone = &window.zone;
    let (start, end) = (zone.civil(window.interval.start), zone.civil(window.interval.end));
    let at = |wall: DateTime, index: i64| {
        zone.instant(wall.checked_add((index * step).days()).expect("a day"))
    };
    let all = (0..900).filter_map(|index| Interval::try_new(at(start, index), at(end, index)).ok());
    all.filter(|at| at.overlap(range).is_some()).take(400).collect()
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
        let (repeats, step) = if weekly { (Repeats::Weekly, 7) } else { (Repeats::Daily, 1) };
        prop_assert_eq!(occurrences(&window, repeats, range), walked(&window, step, range));
    }
}

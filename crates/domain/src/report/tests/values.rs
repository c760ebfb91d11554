//! Values, how certain they are, their history and the days they are of.

use std::convert::Infallible;

use jiff::civil::date;

use crate::report::{Days, Definition, Figure, POINTS_MIN, Said, Shape, Span, Sums, Value, limits};
use crate::report::{Deployed, Merged, lead_time};

fn value(figure: Figure, said: &[Said], days: i64) -> Value {
    let mut sums = Sums::default();
    said.iter().for_each(|said| sums.add(figure, *said, 1));
    let mut values: Vec<i64> = Vec::new();
    for said in said {
        if let Said::Value(value) = said {
            values.push(*value);
        }
    }
    values.sort_unstable();
    let ranked = |rank: i64| Ok::<_, Infallible>(values[usize::try_from(rank).expect("small")]);
    let Ok(value) = Value::of(&figure.definition(), sums.of(figure), days, ranked);
    value
}

fn near(found: Option<f64>, expected: f64) {
    let found = found.expect("a value");
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn every_figure_says_what_it_counts_and_where_that_comes_from() {
    for figure in Figure::ALL {
        let Definition { title, says, counts, placed, source, .. } = figure.definition();
        for text in [title, says, counts, placed, source] {
            assert!(!text.is_empty(), "{figure}");
        }
        assert!(figure.place() < 63, "a set of figures is 63 bits wide");
    }
}

#[test]
fn what_nobody_said_anything_to_is_not_zero() {
    let value = value(Figure::ChangeSuccessRate, &[], 30);
    assert_eq!((value.n, value.value), (0, None));
}

#[test]
fn a_share_has_the_interval_of_wilson() {
    let mut said = vec![Said::No; 90];
    said.extend([Said::Yes; 10]);
    let value = value(Figure::FailedChangeRate, &said, 30);
    assert_eq!((value.n, value.counted), (100, Some(10)));
    near(value.value, 0.1);
    // As statsmodels' proportion_confint(10, 100, method="wilson") has it.
    near(value.interval.map(|(low, _)| low), 0.055_229_137_06);
    near(value.interval.map(|(_, high)| high), 0.174_365_661_5);
}

#[test]
fn none_of_a_few_is_not_certain() {
    let value = value(Figure::RollbackRate, &[Said::No; 3], 30);
    let (low, high) = value.interval.expect("an interval");
    assert!(low.abs() < 1e-9 && high > 0.5, "{low} to {high}");
}

#[test]
fn the_middle_of_an_even_number_lies_between_two() {
    let said = [10, 20, 30, 1_000].map(Said::Value);
    let value = value(Figure::TimeToRestore, &said, 30);
    near(value.p50, 25.0);
    near(value.p90, 709.0);
    near(value.mean, 265.0);
    near(value.value, 25.0);
}

#[test]
fn a_frequency_is_told_a_week() {
    near(value(Figure::DeploymentFrequency, &[Said::Yes; 6], 21).value, 2.0);
}

#[test]
fn what_is_closed_is_told_for_each_that_was_opened() {
    let said = [Said::No, Said::No, Said::Closed];
    let throughput = value(Figure::BacklogThroughput, &said, 30);
    near(throughput.value, 0.5);
    let closed = value(Figure::BacklogThroughput, &[Said::Closed], 30);
    assert_eq!(closed.value, None, "nothing was opened");
}

#[test]
fn a_time_is_divided_at_the_beginnings_of_weeks_months_and_quarters() {
    let days = Days::between(date(2026, 11, 28), date(2027, 2, 3));
    let starts = |span| {
        let parts = days.split(span);
        assert_eq!(parts.iter().map(|part| part.count()).sum::<i64>(), days.count());
        parts.into_iter().map(|part| part.dates().0.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(starts(Span::Quarter), ["2026-11-28", "2027-01-01"]);
    assert_eq!(starts(Span::Month), ["2026-11-28", "2026-12-01", "2027-01-01", "2027-02-01"]);
    let weeks = starts(Span::Week);
    assert_eq!(weeks[..3], ["2026-11-28", "2026-11-30", "2026-12-07"]);
    assert_eq!(days.before().dates().1, date(2026, 11, 28));
    assert_eq!(days.before().count(), days.count());
}

#[expect(clippy::cast_precision_loss, reason = "they are small")]
fn month(at: i64, counted: i64, n: i64) -> (Days, Value) {
    let days = Days { from: at * 30, to: at * 30 + 30 };
    let share = if n == 0 { None } else { Some(counted as f64 / n as f64) };
    (days, Value { n, counted: Some(counted), value: share, ..Value::default() })
}

#[test]
fn limits_need_points_and_narrow_with_what_was_asked() {
    let definition = Figure::FailedChangeRate.definition();
    let mut points: Vec<(Days, Value)> = (0..8).map(|at| month(at, 10, 100)).collect();
    points.push(month(8, 0, 0));
    let few: Vec<_> = points[..POINTS_MIN - 1].to_vec();
    assert!(limits(&definition, &few).iter().all(Option::is_none));
    points[3] = month(3, 40, 400);
    let found = limits(&definition, &points);
    let at = |place: usize| found[place].expect("limits");
    assert!((at(0).middle - 0.1).abs() < 1e-9);
    assert!((at(0).high - 0.19).abs() < 1e-9, "{:?}", at(0));
    assert!(at(3).high < at(0).high);
    assert_eq!(found[8], None, "nothing was collected");
}

#[test]
fn limits_of_times_follow_how_much_one_point_differs_from_the_next() {
    let definition = Figure::RequestLeadTime.definition();
    assert_eq!(definition.shape, Shape::Spread);
    let point = |at: i64, value: f64| {
        (Days { from: at, to: at + 1 }, Value { n: 1, value: Some(value), ..Value::default() })
    };
    let points: Vec<_> =
        [10.0, 12.0, 10.0, 12.0, 10.0, 12.0].iter().zip(0..).map(|(v, at)| point(at, *v)).collect();
    let found = limits(&definition, &points)[0].expect("limits");
    assert!((found.middle - 11.0).abs() < 1e-9 && (found.high - 16.32).abs() < 1e-9, "{found:?}");
}

fn minute(minute: i64) -> kernel::Timestamp {
    kernel::Timestamp::from_micros(0).plus_minutes(minute)
}

#[test]
fn a_lead_time_below_zero_is_unknown_and_minutes_are_rounded_up() {
    let merged = Merged {
        id: "pr3".to_owned(),
        author: "a".to_owned(),
        created_at: minute(100),
        merged_at: minute(160),
        merge_commit: "m".to_owned(),
        commits: vec![minute(50).plus_seconds(1), minute(120)],
        remarks: vec![("a".to_owned(), minute(101)), ("b".to_owned(), minute(90))],
    };
    let brings = |id: &str, at: i64| Deployed {
        id: id.to_owned(),
        finished_at: minute(at),
        brought: vec!["m".to_owned()],
    };
    let found = lead_time(&merged, &[brings("late", 400), brings("early", 150)]);
    assert_eq!((found.coding, found.pickup, found.review), (Some(50), None, Some(70)));
    assert_eq!((found.deployment.as_deref(), found.deploy), (Some("early"), None));
    assert_eq!(found.cycle, 50 + 60);
}

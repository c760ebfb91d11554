//! Figures and their records as CSV, one line a value.

use api::report::{Figure as Shown, FigureValue, Report, ReportRecord};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use domain::report::Figure;

use crate::csv::csv_line;

const FIGURES: &[&str] = &[
    "figure", "unit", "of", "from", "to", "n", "counted", "value", "low", "high", "p50", "p90",
    "mean",
];
const RECORDS: &[&str] =
    &["kind", "number", "title", "at", "counted", "value", "type", "team", "because"];

/// Every value of a report: of the whole time, of the time before, of each point and each group.
pub(super) fn figures(report: &Report) -> impl IntoResponse + use<> {
    let mut text = csv_line(FIGURES.iter().map(ToString::to_string));
    let (from, to) = (&report.asked.from, &report.asked.to);
    for figure in &report.items {
        text.push_str(&value(figure, "all", (from, to), &figure.value));
        text.push_str(&value(figure, "before", ("", from), &figure.before));
        for point in &figure.history {
            text.push_str(&value(figure, "history", (&point.from, &point.to), &point.value));
        }
        for group in &figure.groups {
            let name = group.record.as_ref().map_or(&group.key, |record| &record.name);
            text.push_str(&value(figure, name, (from, to), &group.value));
        }
    }
    file("figures.csv", text)
}

/// The records behind a figure.
pub(super) fn records(figure: Figure, records: &[ReportRecord]) -> impl IntoResponse + use<> {
    let mut text = csv_line(RECORDS.iter().map(ToString::to_string));
    for record in records {
        let because = record.because.iter().map(|one| one.number.as_ref().unwrap_or(&one.name));
        let because: Vec<&str> = because.map(String::as_str).collect();
        text.push_str(&csv_line([
            record.kind.clone(),
            record.record.number.clone().unwrap_or_default(),
            record.record.name.clone(),
            record.at.clone(),
            record.counted.map(|counted| counted.to_string()).unwrap_or_default(),
            record.value.map(|value| value.to_string()).unwrap_or_default(),
            record.record_type.clone(),
            record.team.as_ref().map(|team| team.name.clone()).unwrap_or_default(),
            because.join(" "),
        ]));
    }
    file(&format!("{}.csv", figure.word()), text)
}

fn value(figure: &Shown, of: &str, (from, to): (&str, &str), value: &FigureValue) -> String {
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    csv_line([
        figure.name.clone(),
        figure.definition.unit.clone(),
        of.to_owned(),
        from.to_owned(),
        to.to_owned(),
        value.n.to_string(),
        value.counted.map(|counted| counted.to_string()).unwrap_or_default(),
        number(value.value),
        number(value.low),
        number(value.high),
        number(value.p50),
        number(value.p90),
        number(value.mean),
    ])
}

/// A file of that name.
fn file(name: &str, text: String) -> impl IntoResponse + use<> {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, "text/csv".to_owned()), (CONTENT_DISPOSITION, disposition)], text)
}

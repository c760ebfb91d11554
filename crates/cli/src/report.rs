//! `interlock report`: figures of a time, and the records behind them.

use std::path::PathBuf;

use api::common::{Page, Ref};
use api::report::{Figure, FigureValue, Report, ReportRecord, Survey, SurveyAnswer, SurveyRow};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::client::{Client, Expect, Listed, Query, segment};
use crate::context::{Direct, Global, Paging};
use crate::database::Access;
use crate::devlake::lead_times;
use crate::failure::{Failure, Result};
use crate::output::{Columns, say};

const FIGURES: Columns = Columns {
    people: &["figure", "value", "spread", "n", "before"],
    all: &[
        "name", "unit", "of", "from", "to", "n", "counted", "exact", "low", "high", "p50", "p90",
        "mean",
    ],
};
const ONE: Columns = Columns { people: &["of", "value", "spread", "n"], all: FIGURES.all };
const RECORDS: Columns = Columns {
    people: &["record.number", "record.name", "at", "measured", "type", "team.name", "rests_on"],
    all: &[
        "kind",
        "record.number",
        "record.name",
        "at",
        "counted",
        "value",
        "type",
        "team.name",
        "rests_on",
    ],
};

const LEAD_TIMES: &[&str] = &["id", "coding", "pickup", "review", "deploy", "cycle", "deployment"];

/// Which figures, of what time and of whom.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    verb: Option<ReportVerb>,
    /// The figure, such as `change_failure_rate`; all when absent.
    figure: Option<String>,
    /// The records behind the figure.
    #[arg(long, requires = "figure")]
    records: bool,
    /// What the figure means.
    #[arg(long, requires = "figure", conflicts_with = "records")]
    definition: bool,
    /// The first day, such as 2026-01-01; eleven whole months before this one when absent.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The first day after; tomorrow when absent. Days begin at midnight UTC.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Over `week`, `month` (when absent) or `quarter`; or by `team`, `service`, `type` or `size`.
    #[arg(long)]
    by: Option<String>,
    /// Of this team.
    #[arg(long)]
    team: Option<String>,
    /// Of this service.
    #[arg(long)]
    service: Option<String>,
    /// Of this type of record, such as `"normal change"`.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Of releases with so many changes, such as `"2 to 5 changes"`.
    #[arg(long)]
    size: Option<String>,
    /// Only the records that count, or only those that do not.
    #[arg(long, requires = "records", value_name = "BOOL")]
    counted: Option<bool>,
    /// The records with the highest value first.
    #[arg(long, requires = "records")]
    highest: bool,
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    direct: Direct,
}

/// The question after a release, which makes the figure `release_satisfaction`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportVerb {
    /// Says how content you are with a release, 1 (not at all) to 5 (entirely), once.
    #[command(after_help = "Example:\n  \
        interlock report answer REL-17 4 --words \"Faster than before\"")]
    Answer {
        /// The release.
        release: String,
        /// 1 to 5.
        score: u8,
        /// In words.
        #[arg(long, default_value = "")]
        words: String,
    },
    /// Shows what was answered about a release.
    #[command(after_help = "Example:\n  interlock report survey REL-17")]
    Survey {
        /// The release.
        release: String,
    },
    /// Computes change lead time from the tables of Apache `DevLake`, as it does, in minutes.
    #[command(after_help = "Example:\n  \
        interlock report devlake exported-tables --project project1 --format csv")]
    Devlake {
        /// The folder with the tables as CSV: `pull_requests.csv`, `commits_diffs.csv` and so on.
        folder: PathBuf,
        /// The project of `project_mapping.csv`.
        #[arg(long)]
        project: String,
    },
    /// Lists the releases that you are asked about.
    #[command(after_help = "Example:\n  interlock report asked")]
    Asked,
}

impl ReportArgs {
    fn query(&self) -> Query {
        Query::default()
            .maybe("from", self.from.as_ref())
            .maybe("to", self.to.as_ref())
            .maybe("team", self.team.as_ref())
            .maybe("service", self.service.as_ref())
            .maybe("type", self.kind.as_ref())
            .maybe("size", self.size.as_ref())
    }
}

/// One value, for people and for programs.
#[derive(Debug, Serialize)]
struct Line<'a> {
    figure: &'a str,
    name: &'a str,
    unit: &'a str,
    of: &'a str,
    from: &'a str,
    to: &'a str,
    n: i64,
    counted: Option<i64>,
    value: String,
    spread: String,
    before: String,
    exact: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    p50: Option<f64>,
    p90: Option<f64>,
    mean: Option<f64>,
}

impl<'a> Line<'a> {
    fn new(
        figure: &'a Figure,
        (of, from, to): (&'a str, &'a str, &'a str),
        value: &FigureValue,
    ) -> Self {
        let unit = figure.definition.unit.as_str();
        Self {
            figure: &figure.definition.title,
            name: &figure.name,
            unit,
            of,
            from,
            to,
            n: value.n,
            counted: value.counted,
            value: told(value.value, unit),
            spread: spread(value, unit),
            before: told(figure.before.value, unit),
            exact: value.value,
            low: value.low,
            high: value.high,
            p50: value.p50,
            p90: value.p90,
            mean: value.mean,
        }
    }
}

/// A record, with what people read of it.
#[derive(Debug, Serialize)]
struct RecordLine<'a> {
    #[serde(flatten)]
    record: &'a ReportRecord,
    measured: String,
    rests_on: String,
}

/// A value as people read it; what was not collected is no number.
fn told(value: Option<f64>, unit: &str) -> String {
    let Some(value) = value else { return "not collected".to_owned() };
    match unit {
        "share" => format!("{:.1} %", value * 100.0),
        "seconds" => duration(value),
        unit => format!("{value:.2} {unit}"),
    }
}

fn spread(value: &FigureValue, unit: &str) -> String {
    match (value.low, value.high, value.p50, value.p90) {
        (Some(low), Some(high), ..) => {
            format!("{} to {} (95 %)", told(Some(low), unit), told(Some(high), unit))
        }
        (.., Some(_), Some(_)) => format!("90 % below {}", told(value.p90, unit)),
        _ => String::new(),
    }
}

/// Seconds in the two largest units that say something.
fn duration(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let minutes = (seconds.abs() / 60.0).round();
    if minutes >= 1_440.0 {
        let hours = (minutes / 60.0).round();
        return format!("{sign}{} d {} h", (hours / 24.0).floor(), hours % 24.0);
    }
    let (hours, minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    if hours > 0.0 {
        format!("{sign}{hours} h {minutes} min")
    } else {
        format!("{sign}{minutes} min")
    }
}

/// Runs it.
pub(crate) fn run(args: &ReportArgs, global: &Global) -> Result {
    match &args.verb {
        Some(ReportVerb::Devlake { folder, project }) => {
            return global.out().list(&lead_times(folder, project)?, LEAD_TIMES);
        }
        Some(verb) => return survey(verb, &global.client()?, global),
        None => {}
    }
    let client = global.client_or(&args.direct, Access::Read)?;
    match &args.figure {
        Some(figure) if args.records => records(&client, figure, args, global),
        Some(figure) => one(&client, figure, args, global),
        None => all(&client, args, global),
    }
}

/// The question after a release.
fn survey(verb: &ReportVerb, client: &Client, global: &Global) -> Result {
    let path = |release: &str| format!("/releases/{}/survey", segment(release));
    match verb {
        ReportVerb::Answer { release, score, words } => {
            let answer = SurveyAnswer { score: *score, words: words.clone() };
            global.out().written(&client.post(&path(release), Expect::Any, &answer)?)
        }
        ReportVerb::Survey { release } => {
            let survey: Survey = client.get(&path(release), &Query::default())?;
            let fields = ["release.number", "asked", "answered", "mean", "opened_at", "until"];
            let line = |answer: &SurveyAnswer| format!("{} {}", answer.score, answer.words);
            let answers = survey.answers.iter().map(line).collect();
            global.out().record(&survey, &fields, &[("answers", answers)])
        }
        // It needs no server.
        ReportVerb::Devlake { .. } => Ok(()),
        ReportVerb::Asked => {
            let page: Page<SurveyRow> = client.get("/surveys", &Query::default())?;
            global.out().list(&page.items, &["release.number", "release.name", "until"])
        }
    }
}

fn read(client: &Client, path: &str, args: &ReportArgs) -> Result<Report> {
    let report: Report = client.get(path, &args.query().maybe("by", args.by.as_ref()))?;
    if report.asked.behind > 0 {
        say(format!(
            "{} events of the log are not counted yet: ask again in a moment; a server counts them",
            report.asked.behind
        ));
    }
    Ok(report)
}

fn all(client: &Client, args: &ReportArgs, global: &Global) -> Result {
    let report = read(client, "/reports", args)?;
    let (from, to) = (report.asked.from.as_str(), report.asked.to.as_str());
    let line = |figure| Line::new(figure, ("all", from, to), &figure.value);
    let lines: Vec<Line<'_>> = report.items.iter().map(line).collect();
    global.out().answer(&report, &lines, FIGURES)
}

fn one(client: &Client, figure: &str, args: &ReportArgs, global: &Global) -> Result {
    let report = read(client, &format!("/reports/{}", segment(figure)), args)?;
    let Some(figure) = report.items.first() else {
        return Err(Failure::usage("the server told no figure"));
    };
    if args.definition {
        let fields =
            ["title", "says", "counts", "placed", "zone", "unit", "shape", "causes", "source"];
        return global.out().record(&figure.definition, &fields, &[]);
    }
    let (from, to) = (report.asked.from.as_str(), report.asked.to.as_str());
    let mut lines = vec![Line::new(figure, ("all", from, to), &figure.value)];
    lines.push(Line::new(figure, ("the time before", "", from), &figure.before));
    for group in &figure.groups {
        let name = group.record.as_ref().map_or(&group.key, |record| &record.name);
        lines.push(Line::new(figure, (name, from, to), &group.value));
    }
    for point in figure.history.iter().filter(|_| figure.groups.is_empty()) {
        lines.push(Line::new(figure, (&point.from, &point.from, &point.to), &point.value));
    }
    global.out().answer(&report, &lines, ONE)
}

fn records(client: &Client, figure: &str, args: &ReportArgs, global: &Global) -> Result {
    let report = read(client, &format!("/reports/{}", segment(figure)), args)?;
    let unit = report.items.first().map_or("", |figure| figure.definition.unit.as_str());
    let query = args.query().maybe("counted", args.counted.as_ref());
    let query = query.maybe("sort", args.highest.then_some(&"-value"));
    let path = format!("/reports/{}/records", segment(figure));
    let listed = client.list::<ReportRecord>(&path, &query, &args.paging.wanted())?;
    let number = |one: &Ref| one.number.clone().unwrap_or_else(|| one.name.clone());
    let line = |record: &ReportRecord| {
        let rests_on: Vec<String> = record.because.iter().map(number).collect();
        (measured(record, unit), rests_on.join(" "))
    };
    let mut items = Vec::with_capacity(listed.items.len());
    for record in &listed.items {
        let (measured, rests_on) = line(record);
        items.push(RecordLine { record, measured, rests_on });
    }
    global.out().listed(&Listed { items, next: listed.next.clone() }, RECORDS)
}

/// What a record says, for people.
fn measured(record: &ReportRecord, unit: &str) -> String {
    match (record.counted, record.value) {
        (Some(true), _) => "counts".to_owned(),
        (Some(false), _) => "does not count".to_owned(),
        (None, Some(value)) if unit == "seconds" => duration(seconds(value)),
        (None, Some(value)) => value.to_string(),
        (None, None) => String::new(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a record stay far below 2^52")]
fn seconds(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_two_largest_units() {
        assert_eq!(duration(244_380.0), "2 d 20 h");
        assert_eq!(duration(5_400.0), "1 h 30 min");
        assert_eq!(duration(-90.0), "-2 min");
        assert_eq!(duration(0.0), "0 min");
    }

    #[test]
    fn what_was_not_collected_is_no_zero() {
        assert_eq!(told(None, "share"), "not collected");
        assert_eq!(told(Some(0.0), "share"), "0.0 %");
        assert_eq!(told(Some(1.5), "per week"), "1.50 per week");
    }
}

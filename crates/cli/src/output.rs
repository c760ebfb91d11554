//! What a verb prints: its data on stdout or into a file, as a table, JSON or CSV; everything else
//! on stderr. People read a few columns and wall time, programs every column and exact instants.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use api::common::Written;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

use crate::client::Listed;
use crate::failure::Result;
use crate::{table, wall};

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: aligned, long cells but no reasons shortened, control characters shown as dots.
    Table,
    /// The API's own shapes.
    Json,
    /// One line a record, values exact.
    Csv,
}

/// Where data goes and how.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// How.
    pub(crate) format: Format,
    /// Into this file instead of stdout.
    pub(crate) file: Option<PathBuf>,
    /// The zone in which people read all of it; each window in its own when absent.
    pub(crate) zone: Option<String>,
}

/// The columns of a list, named by their paths (`window.start`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    /// What fits a screen. The ends and the zone of a window are one column there.
    pub(crate) people: &'static [&'static str],
    /// What CSV holds.
    pub(crate) all: &'static [&'static str],
}

impl From<&'static [&'static str]> for Columns {
    fn from(all: &'static [&'static str]) -> Self {
        Self { people: all, all }
    }
}

impl<const N: usize> From<&'static [&'static str; N]> for Columns {
    fn from(all: &'static [&'static str; N]) -> Self {
        Self::from(all.as_slice())
    }
}

/// A list as the API answers one.
#[derive(Serialize)]
struct Page<'a, T> {
    items: &'a [T],
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
}

impl Output {
    /// Prints a list that is all there is.
    pub(crate) fn list<T: Serialize>(&self, items: &[T], columns: impl Into<Columns>) -> Result {
        self.answer(&Page { items, next: None }, items, columns)
    }

    /// Prints a page of a list and says on stderr when there is more.
    pub(crate) fn listed<T: Serialize>(
        &self,
        listed: &Listed<T>,
        columns: impl Into<Columns>,
    ) -> Result {
        let (items, next) = (listed.items.as_slice(), listed.next.as_deref());
        self.answer(&Page { items, next }, items, columns)?;
        if let Some(next) = next {
            say(format!("there are more: go on with --cursor {next}, or take --all"));
        }
        Ok(())
    }

    /// Prints an answer of the API: whole as JSON, else some records of it, one a line.
    pub(crate) fn answer<A: Serialize + ?Sized, T: Serialize>(
        &self,
        answer: &A,
        items: &[T],
        columns: impl Into<Columns>,
    ) -> Result {
        let columns = columns.into();
        let columns = match self.format {
            Format::Json => return self.json(answer),
            Format::Csv => columns.all.to_vec(),
            Format::Table => folded(columns.people),
        };
        let mut rows = vec![columns.iter().map(|column| (*column).to_owned()).collect()];
        for item in items {
            rows.push(self.cells(&value(item)?, &columns));
        }
        self.rows(&rows)
    }

    /// Records as lines that may go on for ever, each as soon as it is there: JSON is one object a
    /// line, the names of the columns stand before the `first`.
    pub(crate) fn lines<T: Serialize>(
        &self,
        items: &[T],
        columns: &[&str],
        first: bool,
    ) -> Result<Vec<u8>> {
        if self.format == Format::Json {
            let mut text = Vec::new();
            for item in items {
                serde_json::to_writer(&mut text, item).context("writing JSON")?;
                text.push(b'\n');
            }
            return Ok(text);
        }
        let head = columns.iter().map(|column| (*column).to_owned()).collect();
        let mut rows: Vec<Vec<String>> = Vec::from_iter(first.then_some(head));
        for item in items {
            rows.push(cells(&value(item)?, columns));
        }
        self.text(&rows)
    }

    /// The cells of a record at some paths.
    fn cells(&self, record: &Value, paths: &[&str]) -> Vec<String> {
        match self.format {
            Format::Table => paths.iter().map(|path| self.read(record, path)).collect(),
            Format::Csv | Format::Json => cells(record, paths),
        }
    }

    /// A cell for people. An instant is told in the zone that stands beside it, else in that of
    /// the record's window.
    fn read(&self, record: &Value, path: &str) -> String {
        let Some(found) = at(record, path) else { return String::new() };
        let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let around = path.rsplit_once('.').and_then(|(around, _)| at(record, around));
        let near = || around.and_then(|near| text(near, "zone"));
        let own = || {
            let of = |name: &str| record.get(name).and_then(|window| text(window, "zone"));
            of("window").or_else(|| of("overlap"))
        };
        if let (Some(start), Some(end)) = (text(found, "start"), text(found, "end")) {
            let zone = self.zone.clone().or_else(|| text(found, "zone"));
            return wall::span(&start, &end, zone.as_deref().unwrap_or("UTC"));
        }
        let zone = || {
            let zone = self.zone.clone().or_else(near).or_else(own);
            zone.unwrap_or_else(|| "UTC".to_owned())
        };
        match found.as_str() {
            Some(instant) if wall::is_instant(instant) => wall::moment(instant, &zone()),
            // What the server says in words; what people wrote stays as it is.
            Some(detail) if path.ends_with("detail") => wall::sentence(detail, &zone()),
            _ => plain(found),
        }
    }

    /// Prints one record: these fields, then `more` for people only.
    pub(crate) fn record<T: Serialize>(
        &self,
        record: &T,
        fields: &[&str],
        more: &[(&str, Vec<String>)],
    ) -> Result {
        let found = value(record)?;
        match self.format {
            Format::Json => self.json(record),
            Format::Csv => {
                let head = vec!["field".to_owned(), "value".to_owned()];
                let named = fields.iter().zip(self.cells(&found, fields));
                let rows = named.map(|(field, cell)| vec![(*field).to_owned(), cell]);
                self.rows(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
            }
            Format::Table => {
                let named = fields.iter().copied().zip(self.cells(&found, fields));
                self.write(table::sheet(named, more).as_bytes())
            }
        }
    }

    /// Prints where a write left its record.
    pub(crate) fn written(&self, written: &Written) -> Result {
        self.answer(written, std::slice::from_ref(written), &["number", "id", "version"])
    }

    /// Prints rows, the first of which is the header.
    pub(crate) fn rows(&self, rows: &[Vec<String>]) -> Result {
        self.write(&self.text(rows)?)
    }

    fn text(&self, rows: &[Vec<String>]) -> Result<Vec<u8>> {
        if self.format == Format::Csv {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in rows {
                writer.write_record(row).context("writing CSV")?;
            }
            return Ok(writer.into_inner().context("writing CSV")?);
        }
        Ok(table::aligned(rows).into_bytes())
    }

    /// Prints any value as JSON.
    pub(crate) fn json<T: Serialize + ?Sized>(&self, value: &T) -> Result {
        let mut text = serde_json::to_string_pretty(value).context("writing JSON")?;
        text.push('\n');
        self.write(text.as_bytes())
    }

    /// Writes data as it is. A reader that has seen enough and left is no failure.
    pub(crate) fn write(&self, data: &[u8]) -> Result {
        if let Some(file) = &self.file {
            fs::write(file, data).with_context(|| format!("writing {}", file.display()))?;
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(data).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Says something beside the data. It may name what came from anyone.
pub(crate) fn say(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr(), "{}", said(text.as_ref()));
}

fn said(text: &str) -> String {
    text.split('\n').map(table::visible).collect::<Vec<_>>().join("\n")
}

fn value<T: Serialize>(item: &T) -> Result<Value> {
    Ok(serde_json::to_value(item).context("reading an answer")?)
}

/// The columns with the ends and the zone of each window as one.
fn folded<'a>(columns: &[&'a str]) -> Vec<&'a str> {
    let mut folded: Vec<&str> = Vec::new();
    for column in columns {
        let (window, part) = column.rsplit_once('.').unwrap_or((column, ""));
        let has = |part: &str| columns.iter().any(|one| one.strip_prefix(window) == Some(part));
        match part {
            "start" if has(".end") => folded.push(window),
            "end" | "zone" if has(".start") && has(".end") => {}
            _ => folded.push(column),
        }
    }
    folded
}

/// What is at a path, such as `window.start`.
fn at<'a>(record: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(record, |inner, name| inner.get(name))
}

/// The cells of a record at some paths, exact.
fn cells(record: &Value, paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| at(record, path).map_or_else(String::new, plain)).collect()
}

/// A value as one text: a record by its number or name, a window by its bounds, a field by what it
/// was and is, a list by its members.
fn plain(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(string) => string.clone(),
        Value::Array(members) => members.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(_) if text("field").is_some() => {
            let side = |name| text(name).unwrap_or("–");
            format!("{}: {} → {}", side("field"), side("before"), side("after"))
        }
        Value::Object(_) => match (text("number").or(text("name")), text("start"), text("end")) {
            (Some(name), _, _) => name.to_owned(),
            (None, Some(start), Some(end)) => {
                format!("{start}/{end} {}", text("zone").unwrap_or("UTC"))
            }
            _ => value.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_is_found_by_its_path() {
        let record = json!({
            "number": "CHG-1",
            "team": {"id": "tem_1", "name": "Payments"},
            "window": {"start": "a", "end": "b", "zone": "UTC"},
            "held": false,
            "outcome": null,
            "fields": [{"field": "team", "after": "Payments"}],
        });
        let found = cells(&record, &["number", "team", "window.end", "window", "held", "outcome"]);
        assert_eq!(found, ["CHG-1", "Payments", "b", "a/b UTC", "no", ""]);
        assert_eq!(cells(&record, &["fields"]), ["team: – → Payments"]);
    }

    fn output(format: Format, name: &str) -> (Output, PathBuf) {
        let file = std::env::temp_dir().join(format!("interlock-{name}-{}", std::process::id()));
        (Output { format, file: Some(file.clone()), zone: None }, file)
    }

    #[test]
    fn people_read_a_window_in_its_zone_and_programs_exactly() {
        let record = json!({
            "number": "CHG-1",
            "window": {
                "start": "2026-12-05T21:00:00Z",
                "end": "2026-12-05T22:00:00Z",
                "zone": "Europe/Amsterdam",
            },
            "updated_at": "2026-12-01T08:00:00Z",
        });
        let columns: &'static [&str] =
            &["number", "window.start", "window.end", "window.zone", "updated_at"];
        let printed = |format, name, zone: Option<&str>| {
            let (mut output, file) = output(format, name);
            output.zone = zone.map(str::to_owned);
            output.list(std::slice::from_ref(&record), columns).unwrap();
            let text = fs::read_to_string(&file).unwrap();
            fs::remove_file(&file).unwrap();
            text
        };
        let table = printed(Format::Table, "table", None);
        assert!(table.starts_with("number  window  "), "{table}");
        let night = "2026-12-05 22:00+01:00 – 23:00+01:00 Europe/Amsterdam";
        assert!(table.contains(night), "{table}");
        assert!(table.contains("2026-12-01 09:00+01:00 Europe/Amsterdam"), "{table}");
        let table = printed(Format::Table, "zoned", Some("America/New_York"));
        assert!(table.contains("2026-12-05 16:00-05:00 – 17:00-05:00 America/New_York"), "{table}");
        let csv = printed(Format::Csv, "exact", None);
        assert!(
            csv.starts_with("number,window.start,window.end,window.zone,updated_at\n"),
            "{csv}"
        );
        assert!(csv.contains("2026-12-05T21:00:00Z,2026-12-05T22:00:00Z,Europe/Amsterdam"));
    }

    #[test]
    fn a_list_is_printed_as_the_api_answers_it() {
        let (output, file) = output(Format::Json, "json");
        let listed = Listed { items: vec![json!({"number": "CHG-1"})], next: Some("c".to_owned()) };
        let columns: &'static [&str] = &["number"];
        output.listed(&listed, columns).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(found, json!({"items": [{"number": "CHG-1"}], "next": "c"}));
    }

    #[test]
    fn what_is_said_cannot_steer_the_terminal() {
        assert_eq!(
            said("there is no `\u{1b}]0;x\u{7}`\n  (\r404)"),
            "there is no `·]0;x·`\n  (·404)"
        );
    }

    #[test]
    fn csv_keeps_a_value_exactly() {
        let (output, file) = output(Format::Csv, "csv");
        let rows = ["name".to_owned(), "=1+1, \"x\"\nß\u{7}".to_owned()].map(|cell| vec![cell]);
        output.rows(&rows).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(text, "name\n\"=1+1, \"\"x\"\"\nß\u{7}\"\n");
    }
}

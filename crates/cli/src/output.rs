//! What a verb prints: its data on stdout or into a file, as a table, JSON or CSV; everything else
//! on stderr.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use api::common::Written;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

use crate::failure::Result;
use crate::table;

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
}

impl Output {
    /// Prints records, one a line, with the columns named by their paths (`window.start`).
    pub(crate) fn list<T: Serialize>(&self, items: &[T], columns: &[&str]) -> Result {
        if self.format == Format::Json {
            return self.json(&items);
        }
        let mut rows = vec![columns.iter().map(|column| (*column).to_owned()).collect()];
        for item in items {
            rows.push(cells(&value(item)?, columns));
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
                let named = fields.iter().zip(cells(&found, fields));
                let rows = named.map(|(field, cell)| vec![(*field).to_owned(), cell]);
                self.rows(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
            }
            Format::Table => {
                let named = fields.iter().copied().zip(cells(&found, fields));
                self.write(table::sheet(named, more).as_bytes())
            }
        }
    }

    /// Prints where a write left its record.
    pub(crate) fn written(&self, written: &Written) -> Result {
        self.list(std::slice::from_ref(written), &["number", "id", "version"])
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

/// The cells of a record at some paths, such as `window.start`.
fn cells(record: &Value, paths: &[&str]) -> Vec<String> {
    let at = |path: &&str| path.split('.').try_fold(record, |inner, name| inner.get(name));
    paths.iter().map(|path| at(path).map_or_else(String::new, plain)).collect()
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

    #[test]
    fn what_is_said_cannot_steer_the_terminal() {
        assert_eq!(
            said("there is no `\u{1b}]0;x\u{7}`\n  (\r404)"),
            "there is no `·]0;x·`\n  (·404)"
        );
    }

    #[test]
    fn csv_keeps_a_value_exactly() {
        let file = std::env::temp_dir().join(format!("interlock-csv-{}", std::process::id()));
        let output = Output { format: Format::Csv, file: Some(file.clone()) };
        let rows = ["name".to_owned(), "=1+1, \"x\"\nß\u{7}".to_owned()].map(|cell| vec![cell]);
        output.rows(&rows).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(text, "name\n\"=1+1, \"\"x\"\"\nß\u{7}\"\n");
    }
}

//! A PostgreSQL database as one file of lines: a header, the statements that make the tables, the
//! rows of each table as COPY writes them, a manifest with a checksum for each table, and one for
//! the whole. It is read under one snapshot, and verified whole before anything is restored.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use ports::{Fault, hex};
use postgres::{Client, Transaction};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BACKING_UP, PARTIAL, RESTORING, VERIFYING, catalogue};
use crate::files;
use crate::migrate;
use crate::postgres::fault;

const FORMAT: &str = "interlock-archive-1";
/// How COPY ends its rows; no row looks like this.
const END: &str = "\\.\n";
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL statement_timeout = 0";

/// Writes the archive of a database that may be in use.
pub(crate) fn write(mut client: Client, to: &Path) -> Result<(), Fault> {
    client.batch_execute(SNAPSHOT).map_err(|error| fault(BACKING_UP, &error))?;
    let partial = files::with_suffix(to, PARTIAL);
    files::remove(&partial);
    let written = files::create(&partial)
        .map_err(|error| Fault::permanent(BACKING_UP, error))
        .and_then(|file| write_lines(&mut client, Lines::new(BufWriter::new(file))));
    written.inspect_err(|_| files::remove(&partial))?;
    files::settle(&partial, to).map_err(|error| Fault::permanent(BACKING_UP, error))
}

fn write_lines(client: &mut Client, mut lines: Lines<BufWriter<File>>) -> Result<(), Fault> {
    let applied = client.query(migrate::APPLIED, &[]).map_err(|error| fault(BACKING_UP, &error))?;
    let applied: Vec<_> = applied.iter().map(|row| (row.get(0), row.get(1))).collect();
    let schema = migrate::known(&applied, migrate::POSTGRES)?;
    lines.json(&json!({ "format": FORMAT, "schema": schema }))?;
    let tables = catalogue::tables(client)?;
    let mut made = catalogue::sequences(client)?;
    made.extend(tables.iter().map(|table| table.definition.clone()));
    lines.json(&catalogue::listed(&made))?;
    let mut manifest = Vec::new();
    for table in &tables {
        lines.json(&json!({ "table": table.name, "target": table.target }))?;
        let rows = client
            .copy_out(&format!("COPY {} TO STDOUT", table.target))
            .map_err(|error| fault(BACKING_UP, &error))?;
        let (rows, sum) = copy_lines(BufReader::new(rows), &mut lines)?;
        manifest.push(json!({ "table": table.name, "rows": rows, "sha256": sum }));
    }
    lines.json(&catalogue::listed(&catalogue::finish(client)?))?;
    lines.json(&json!({ "manifest": manifest }))?;
    lines.finish()
}

/// Copies the rows of one table; answers their number and their checksum.
fn copy_lines(
    mut rows: impl BufRead,
    lines: &mut Lines<BufWriter<File>>,
) -> Result<(u64, String), Fault> {
    let (mut count, mut sum, mut line) = (0, Sha256::new(), Vec::new());
    loop {
        line.clear();
        let read = rows.read_until(b'\n', &mut line);
        if read.map_err(|error| Fault::permanent(BACKING_UP, error))? == 0 {
            break;
        }
        sum.update(&line);
        lines.write(&line)?;
        count += 1;
    }
    lines.write(END.as_bytes())?;
    Ok((count, hex(&sum.finalize())))
}

/// Lines of the archive on their way to the disk, summed up as they go.
struct Lines<W> {
    out: W,
    sum: Sha256,
}

impl<W: Write> Lines<W> {
    fn new(out: W) -> Self {
        Self { out, sum: Sha256::new() }
    }

    fn json(&mut self, value: &Value) -> Result<(), Fault> {
        self.write(format!("{value}\n").as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.sum.update(bytes);
        self.out.write_all(bytes).map_err(|error| Fault::permanent(BACKING_UP, error))
    }

    fn finish(mut self) -> Result<(), Fault> {
        let sum = hex(&self.sum.clone().finalize());
        self.json(&json!({ "sha256": sum }))?;
        self.out.flush().map_err(|error| Fault::permanent(BACKING_UP, error))
    }
}

/// Restores an archive into a database that holds nothing, in one transaction.
pub(crate) fn restore(from: &Path, mut client: Client) -> Result<(), Fault> {
    verify(from)?;
    let mut tx = client.transaction().map_err(|error| fault(RESTORING, &error))?;
    run(&mut tx, "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")?;
    let objects = catalogue::objects(&mut tx)?;
    if objects > 0 {
        let why = format!(
            "the database already holds {objects} tables and sequences: create a new, empty \
             database and restore into that"
        );
        return Err(Fault::permanent(RESTORING, why));
    }
    let mut archive = Archive::open(from)?;
    archive.json()?;
    while let Some(entry) = archive.json()? {
        match entry {
            Entry::Run(statements) => {
                for statement in statements {
                    run(&mut tx, &statement)?;
                }
            }
            Entry::Table { target, .. } => fill(&mut tx, &target, &mut archive)?,
            Entry::Header { .. } | Entry::Manifest(_) | Entry::Sum(_) => {}
        }
    }
    tx.commit().map_err(|error| fault(RESTORING, &error))
}

fn fill(tx: &mut Transaction<'_>, target: &str, archive: &mut Archive) -> Result<(), Fault> {
    let copy = format!("COPY {target} FROM STDIN");
    let mut rows = tx.copy_in(&copy).map_err(|error| fault(RESTORING, &error))?;
    archive.rows(|row| rows.write_all(row).map_err(|error| Fault::permanent(RESTORING, error)))?;
    rows.finish().map(drop).map_err(|error| fault(RESTORING, &error))
}

fn run(tx: &mut Transaction<'_>, sql: &str) -> Result<(), Fault> {
    tx.batch_execute(sql).map_err(|error| fault(RESTORING, &error))
}

/// The archive is whole: its checksums hold, and its version is known here.
fn verify(from: &Path) -> Result<(), Fault> {
    let mut archive = Archive::open(from)?;
    let Some(Entry::Header { format, schema }) = archive.json()? else {
        return Err(damaged("it is no archive of Interlock"));
    };
    let newest = migrate::POSTGRES.last().map_or(0, |step| step.number);
    if format != FORMAT || schema > newest {
        return Err(damaged("it was written by a newer version of Interlock"));
    }
    let (mut found, mut listed) = (Vec::new(), None);
    loop {
        let before = hex(&archive.sum.clone().finalize());
        match archive.json()? {
            Some(Entry::Run(_) | Entry::Header { .. }) => {}
            Some(Entry::Table { name, .. }) => {
                let (mut rows, mut sum) = (0_u64, Sha256::new());
                archive.rows(|row| {
                    sum.update(row);
                    rows += 1;
                    Ok(())
                })?;
                let sum = hex(&sum.finalize());
                found.push(json!({ "table": name, "rows": rows, "sha256": sum }));
            }
            Some(Entry::Manifest(manifest)) => listed = Some(manifest),
            Some(Entry::Sum(sum)) if sum == before && listed == Some(Value::Array(found)) => {
                return archive.end();
            }
            Some(Entry::Sum(_)) => return Err(damaged("a checksum does not hold")),
            None => return Err(damaged("its end is missing")),
        }
    }
}

/// What a line outside of rows says.
enum Entry {
    Header { format: String, schema: i64 },
    Run(Vec<String>),
    Table { name: String, target: String },
    Manifest(Value),
    Sum(String),
}

/// An archive that is being read.
struct Archive {
    lines: BufReader<File>,
    sum: Sha256,
    line: Vec<u8>,
}

impl Archive {
    fn open(from: &Path) -> Result<Self, Fault> {
        let file = File::open(from).map_err(|error| Fault::permanent(VERIFYING, error))?;
        Ok(Self { lines: BufReader::new(file), sum: Sha256::new(), line: Vec::new() })
    }

    /// The next line outside of rows.
    fn json(&mut self) -> Result<Option<Entry>, Fault> {
        if !self.next_line()? {
            return Ok(None);
        }
        let value = serde_json::from_slice(&self.line).map_err(|_| damaged("a line is broken"))?;
        entry(&value).map(Some).ok_or_else(|| damaged("a line is not known"))
    }

    /// The rows of a table, each with its line feed.
    fn rows(&mut self, mut take: impl FnMut(&[u8]) -> Result<(), Fault>) -> Result<(), Fault> {
        while self.next_line()? {
            if self.line == END.as_bytes() {
                return Ok(());
            }
            take(&self.line)?;
        }
        Err(damaged("its end is missing"))
    }

    fn next_line(&mut self) -> Result<bool, Fault> {
        self.line.clear();
        let read = self.lines.read_until(b'\n', &mut self.line);
        read.map_err(|error| Fault::permanent(VERIFYING, error))?;
        self.sum.update(&self.line);
        Ok(!self.line.is_empty())
    }

    fn end(mut self) -> Result<(), Fault> {
        let mut rest = [0];
        match self.lines.read(&mut rest) {
            Ok(0) => Ok(()),
            Ok(_) => Err(damaged("something follows its end")),
            Err(error) => Err(Fault::permanent(VERIFYING, error)),
        }
    }
}

fn entry(value: &Value) -> Option<Entry> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(statements) = value.get("run").and_then(Value::as_array) {
        let statements = statements.iter().map(|one| one.as_str().map(str::to_owned));
        return statements.collect::<Option<_>>().map(Entry::Run);
    }
    if let Some(manifest) = value.get("manifest") {
        return Some(Entry::Manifest(manifest.clone()));
    }
    if let (Some(name), Some(target)) = (text("table"), text("target")) {
        return Some(Entry::Table { name, target });
    }
    if let (Some(format), Some(schema)) = (text("format"), value.get("schema")) {
        return Some(Entry::Header { format, schema: schema.as_i64()? });
    }
    text("sha256").map(Entry::Sum)
}

fn damaged(why: &'static str) -> Fault {
    Fault::permanent(VERIFYING, format!("the archive cannot be used: {why}"))
}

//! `interlock import`: the records of another system, from its CSV export into a database or to a
//! server.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Write as _, stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use api::import::{ImportLine, ImportReport};
use api::problem::Problem;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::Timestamp;
use ports::{Clock as _, Store, SystemClock};
use server::import::{FILE_BYTES_MAX, Finding, Malformed, Mapping, Sheet, Target, Watch, run};

use crate::client::Query;
use crate::context::Global;
use crate::database::{Access, DatabaseArgs, bus, operator};
use crate::failure::{Failure, Result};
use crate::output::{Format, Output, say};

/// How often a line says how far it is where no bar is drawn, in seconds.
const LINE_EVERY_SECONDS: i64 = 3;
/// How often the bar is drawn anew.
const DRAWN_EVERY: Duration = Duration::from_millis(200);

const EARLY: &str = "it ended early; what was taken over stays: run it again, and it does the rest";

/// What is imported, and how it is read. Without a database it goes to the server, when one or a
/// token for it is named, and into the default database otherwise.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The CSV file.
    #[arg(long, value_name = "FILE", required_unless_present = "list_mappings")]
    source: Option<PathBuf>,
    /// How its columns are read: the name of a built-in mapping, or a mapping file.
    #[arg(long, value_name = "NAME|FILE", required_unless_present = "list_mappings")]
    mapping: Option<String>,
    /// Reads and checks everything, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Writes every finding with its line into this file: JSON when its name ends in `.json`, CSV
    /// otherwise.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Lists the built-in mappings.
    #[arg(long, conflicts_with_all = ["source", "mapping", "dry_run", "report"])]
    list_mappings: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Imports, or lists the mappings.
pub(crate) fn import(import: &Import, global: &Global) -> Result {
    let (Some(source), Some(mapping)) = (&import.source, &import.mapping) else {
        return list(&global.out());
    };
    // A database that is named goes before a server that could be asked.
    let names_server = global.secret().is_some() || global.server().is_some();
    let report = if import.database.database.is_none() && names_server {
        by_server(import, source, mapping, global)?
    } else {
        directly(import, source, mapping)?
    };
    print(&report, &global.out())?;
    let found: u64 = report.findings.iter().map(|found| found.count).sum();
    if let Some(file) = &import.report {
        say(format!("{found} findings are in {}", file.display()));
    } else if found > 0 {
        say(format!("{found} findings: see each with its line with --report FILE"));
    }
    match report.rejected {
        0 => Ok(()),
        1 => Err(Failure::Found("one record was rejected".to_owned())),
        many => Err(Failure::Found(format!("{many} records were rejected"))),
    }
}

fn directly(import: &Import, source: &Path, mapping: &str) -> Result<ImportReport> {
    let began = SystemClock.now();
    let mapping = find_mapping(mapping)?;
    say(format!("checking {}", source.display()));
    let sheet = read(source, &mapping)?;
    let mut watch = Watcher::new(sheet.rows, import.report.as_deref())?;
    let end = carry_out(import, &mapping, &sheet, &mut watch);
    watch.end()?;
    Ok(end?.timed(SystemClock.now().micros() - began.micros()))
}

/// Sends the file, and the mapping as its text when it is one of the user's own.
fn by_server(
    import: &Import,
    source: &Path,
    mapping: &str,
    global: &Global,
) -> Result<ImportReport> {
    let known = Mapping::find(mapping).map(|_| mapping.to_owned());
    let mapping = match known {
        Some(name) => name,
        None => own_mapping(mapping)?.1,
    };
    let query = Query::default().with("mapping", &mapping).with("dry_run", &import.dry_run);
    let file = fs::read(source).map_err(|error| unreadable(source, &error))?;
    say(format!("sending {}", source.display()));
    let watch = Watcher::new(0, import.report.as_deref())?;
    let mut told = Told { watch, line: Vec::new(), end: None };
    let sent = global.client()?.upload("/imports", &query, file, &mut told);
    told.watch.end()?;
    match (sent, told.end) {
        (Ok(()), Some(end)) => end,
        (Ok(()), None) => Err(Failure::Other(anyhow::anyhow!(
            "the server was lost, and may still be importing: send it again, and it does the rest"
        ))),
        (Err(failure), _) => Err(failure),
    }
}

/// What a server tells of an import, line by line.
struct Told {
    watch: Watcher,
    line: Vec<u8>,
    end: Option<Result<ImportReport>>,
}

impl Told {
    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        match serde_json::from_slice(line)? {
            ImportLine::Progress(progress) => {
                self.watch.progress.reach(progress.done, progress.rows);
            }
            ImportLine::Finding(finding) => self.watch.keep(&finding),
            ImportLine::Report(report) => self.end = Some(Ok(report)),
            ImportLine::Problem(problem) => self.end = Some(Err(ended_early(problem))),
        }
        Ok(())
    }
}

impl io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.line(&line)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn ended_early(problem: Problem) -> Failure {
    say(EARLY);
    Failure::Problem(Box::new(problem))
}

fn list(out: &Output) -> Result {
    let head = vec!["mapping".to_owned(), "reads".to_owned()];
    let known = Mapping::built_in();
    if out.format == Format::Json {
        return out.json(&known);
    }
    let known = known.into_iter().map(|one| vec![one.mapping, one.reads]);
    out.rows(&std::iter::once(head).chain(known).collect::<Vec<_>>())
}

fn find_mapping(name: &str) -> Result<Mapping> {
    match Mapping::find(name) {
        Some(mapping) => Ok(mapping),
        None => Ok(own_mapping(name)?.0),
    }
}

/// A mapping of the user's own, and its text.
fn own_mapping(name: &str) -> Result<(Mapping, String)> {
    let text = fs::read_to_string(name).map_err(|error| {
        Failure::usage(format!(
            "`{name}` is no built-in mapping, and cannot be read as a file ({error}): see \
             `interlock import --list-mappings`"
        ))
    })?;
    let mapping = Mapping::parse(name, &text);
    let mapping = mapping.map_err(|malformed| wrong(Path::new(name), &malformed))?;
    Ok((mapping, text))
}

fn unreadable(source: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("{} cannot be read: {error}", source.display()))
}

/// Reads the file and checks its structure from end to end.
fn read(source: &Path, mapping: &Mapping) -> Result<Sheet> {
    let cannot = |error: io::Error| unreadable(source, &error);
    let length = fs::metadata(source).map_err(cannot)?.len();
    if length > FILE_BYTES_MAX as u64 {
        let what =
            format!("it is {length} bytes long, and at most {FILE_BYTES_MAX} fit: divide it");
        return Err(wrong(source, &Malformed { line: None, what }));
    }
    let bytes = fs::read(source).map_err(cannot)?;
    Sheet::check(bytes, mapping).map_err(|malformed| wrong(source, &malformed))
}

fn wrong(file: &Path, malformed: &Malformed) -> Failure {
    Failure::usage(format!("{}: {malformed}; nothing was written", file.display()))
}

fn carry_out(
    import: &Import,
    mapping: &Mapping,
    sheet: &Sheet,
    watch: &mut Watcher,
) -> Result<ImportReport> {
    if import.dry_run {
        let store = there(&import.database)?;
        return Ok(run(&Target::Nowhere(store.as_deref()), mapping, sheet, watch)?);
    }
    let store = import.database.open(Access::Write)?;
    let end = run(&Target::Bus(&bus(store.clone()), operator()), mapping, sheet, watch);
    store.close();
    Ok(end.inspect_err(|_| {
        say(EARLY);
    })?)
}

/// The database, when there is one: a trial makes none.
fn there(database: &DatabaseArgs) -> Result<Option<Arc<dyn Store>>> {
    let address = database.address()?;
    let is_missing = address.strip_prefix("sqlite:").is_some_and(|path| !Path::new(path).exists());
    if is_missing { Ok(None) } else { database.open(Access::Read).map(Some) }
}

fn print(report: &ImportReport, out: &Output) -> Result {
    if out.format == Format::Json {
        return out.json(report);
    }
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        row("field", "value".to_owned()),
        row("mapping", report.mapping.clone()),
        row("dry_run", if report.dry_run { "yes" } else { "no" }.to_owned()),
        row("encoding", report.encoding.clone()),
        row("rows", report.rows.to_string()),
        row("records", report.records.to_string()),
        row("created", report.created.to_string()),
        row("unchanged", report.unchanged.to_string()),
        row("rejected", report.rejected.to_string()),
        row("cis_created", report.cis_created.to_string()),
        row("took_ms", report.took_ms.to_string()),
        row("rows_per_second", report.rows_per_second.to_string()),
    ];
    for found in &report.findings {
        rows.push(row(&format!("{} ({})", found.code, found.kind), found.count.to_string()));
    }
    out.rows(&rows)
}

/// How far it is: a bar on a terminal, elsewhere a line every few seconds.
enum Progress {
    Bar(ProgressBar),
    Lines(Lines),
}

/// How far it is, and when that was said last.
struct Lines {
    rows: u64,
    done: u64,
    said_at: Timestamp,
}

impl Lines {
    /// The next line, when it is time for one.
    fn add(&mut self, more: u64, now: Timestamp) -> Option<String> {
        self.done += more;
        if now.micros() - self.said_at.micros() < LINE_EVERY_SECONDS * 1_000_000 {
            return None;
        }
        self.said_at = now;
        Some(format!("{} of {} rows", self.done, self.rows))
    }
}

impl Progress {
    fn begin(rows: u64) -> Result<Self> {
        if !stderr().is_terminal() {
            if rows > 0 {
                say(format!("0 of {rows} rows"));
            }
            return Ok(Self::Lines(Lines { rows, done: 0, said_at: SystemClock.now() }));
        }
        let bar = ProgressBar::new(rows);
        let style = "{bar:30} {human_pos} of {human_len} rows, {per_sec}, {eta} left";
        bar.set_style(ProgressStyle::with_template(style).context("drawing progress")?);
        bar.enable_steady_tick(DRAWN_EVERY);
        Ok(Self::Bar(bar))
    }

    /// How far it is, as a server tells it.
    fn reach(&mut self, done: u64, of: u64) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(of);
                bar.set_position(done);
            }
            Self::Lines(lines) => {
                lines.rows = of;
                let more = done.saturating_sub(lines.done);
                lines.add(more, SystemClock.now()).into_iter().for_each(say);
            }
        }
    }

    fn add(&mut self, more: u64) {
        match self {
            Self::Bar(bar) => bar.inc(more),
            Self::Lines(lines) => {
                lines.add(more, SystemClock.now()).into_iter().for_each(say);
            }
        }
    }
}

/// Shows progress and keeps the findings.
struct Watcher {
    progress: Progress,
    report: Option<Report>,
    failed: Option<anyhow::Error>,
}

impl Watcher {
    fn new(rows: u64, report: Option<&Path>) -> Result<Self> {
        let report = report.map(Report::create).transpose()?;
        Ok(Self { progress: Progress::begin(rows)?, report, failed: None })
    }

    fn keep(&mut self, finding: &api::import::Finding) {
        let Some(report) = &mut self.report else { return };
        if let Err(error) = report.write(finding) {
            self.failed.get_or_insert(error);
        }
    }

    fn end(self) -> Result {
        if let Progress::Bar(bar) = &self.progress {
            bar.finish_and_clear();
        }
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        Ok(self.report.map_or(Ok(()), Report::end)?)
    }
}

impl Watch for Watcher {
    fn rows(&mut self, done: u64) {
        self.progress.add(done);
    }

    fn finding(&mut self, finding: &Finding) {
        self.keep(&finding.into());
    }
}

/// The file of findings, written as they come.
enum Report {
    Csv(Box<csv::Writer<File>>),
    Json { file: BufWriter<File>, any: bool },
}

impl Report {
    fn create(path: &Path) -> Result<Self> {
        let made = File::create(path);
        let mut file = made.with_context(|| format!("writing {}", path.display()))?;
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            file.write_all(b"[")?;
            return Ok(Self::Json { file: BufWriter::new(file), any: false });
        }
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        let head = ["line", "record", "kind", "code", "detail"];
        writer.write_record(head).context("writing the report")?;
        Ok(Self::Csv(Box::new(writer)))
    }

    fn write(&mut self, finding: &api::import::Finding) -> anyhow::Result<()> {
        match self {
            Self::Csv(writer) => writer.serialize(finding).context("writing the report"),
            Self::Json { file, any } => {
                let between = if std::mem::replace(any, true) { ",\n" } else { "\n" };
                file.write_all(between.as_bytes())?;
                serde_json::to_writer(file, finding).context("writing the report")
            }
        }
    }

    fn end(self) -> anyhow::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush().context("writing the report"),
            Self::Json { mut file, .. } => {
                file.write_all(b"\n]\n").and_then(|()| file.flush()).context("writing the report")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_bar_is_drawn_a_line_comes_every_few_seconds() {
        let second = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let mut lines = Lines { rows: 900, done: 0, said_at: second(0) };
        assert_eq!(lines.add(100, second(2)), None);
        assert_eq!(lines.add(100, second(3)).as_deref(), Some("200 of 900 rows"));
        assert_eq!(lines.add(100, second(5)), None);
        assert_eq!(lines.add(600, second(6)).as_deref(), Some("900 of 900 rows"));
    }
}

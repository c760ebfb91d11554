//! `interlock export`: everything out, as JSON lines, or one kind as CSV.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use anyhow::Context as _;
use clap::Args;
use ports::{Clock as _, SystemClock};
use server::export::{Form, Walk, Wanted};
use server::withheld::LogReader;

use crate::client::Query;
use crate::context::{Direct, Global};
use crate::database::{Access, DatabaseArgs};
use crate::failure::{Failure, Result};
use crate::output::{Format, Output};

/// How the last line of an export in lines begins.
const END: &[u8] = br#"{"line":"end""#;

/// What is taken out.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Only this kind of record, such as `change`; may be given several times.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// The log as well, in its order.
    #[arg(long)]
    log: bool,
    #[command(flatten)]
    direct: Direct,
}

/// Takes it out, from a server or straight from a database.
pub(crate) fn export(export: &Export, global: &Global) -> Result {
    let out = global.out();
    let form = if out.format == Format::Csv { Form::Csv } else { Form::Lines };
    let mut sink = Sink::open(&out)?;
    let end = match &export.direct.database {
        Some(database) => from_database(export, form, database, &mut sink),
        None => from_server(export, form, global, &mut sink),
    };
    // A reader that has seen enough and left is no failure.
    if sink.left {
        return Ok(());
    }
    end?;
    sink.flush().context("writing the export")?;
    if form == Form::Lines && !sink.ended {
        return Err(Failure::Other(anyhow::anyhow!(
            "the export was cut off before its end: take it again"
        )));
    }
    Ok(())
}

fn from_server(export: &Export, form: Form, global: &Global, sink: &mut Sink) -> Result {
    let kinds = (!export.kinds.is_empty()).then(|| export.kinds.join(","));
    let query = Query::default()
        .with("format", &if form == Form::Csv { "csv" } else { "jsonl" })
        .with("log", &export.log)
        .maybe("kind", kinds.as_ref());
    global.client()?.fetch("/export", &query, sink)
}

fn from_database(export: &Export, form: Form, database: &str, sink: &mut Sink) -> Result {
    let kinds: Vec<&str> = export.kinds.iter().map(String::as_str).collect();
    let wanted = Wanted::new(&kinds, form, export.log)
        .map_err(|wrong| Failure::usage(format!("--{} {}", wrong.parameter, wrong.what)))?;
    let store = DatabaseArgs { database: Some(database.to_owned()) }.open(Access::Read)?;
    // Someone with a shell beside the database reads all of it.
    let mut walk = Walk::new(wanted, LogReader::OF_ALL, SystemClock.now());
    loop {
        let (text, next) = server::read::wait(&*store, move |db| Ok((walk.read(db)?, walk)))?;
        walk = next;
        let Some(text) = text else { return Ok(()) };
        sink.write_all(text.as_bytes()).context("writing the export")?;
    }
}

/// Where an export goes, with an eye on how it ends.
struct Sink {
    to: Box<dyn Write>,
    /// Whether the reader left.
    left: bool,
    /// Whether the line that was begun last is the end.
    ended: bool,
    /// The beginning of the line that is being written.
    line: Vec<u8>,
}

impl Sink {
    fn open(out: &Output) -> Result<Self> {
        let to: Box<dyn Write> = match &out.file {
            Some(file) => {
                let made = File::create(file);
                Box::new(BufWriter::new(
                    made.with_context(|| format!("writing {}", file.display()))?,
                ))
            }
            None => Box::new(BufWriter::new(io::stdout())),
        };
        Ok(Self { to, left: false, ended: false, line: Vec::new() })
    }

    fn watch(&mut self, bytes: &[u8]) {
        let last = bytes.trim_ascii_end().iter().rposition(|byte| *byte == b'\n');
        if let Some(at) = last {
            self.line.clear();
            self.line.extend(bytes[at + 1..].iter().take(END.len()));
        } else {
            let room = END.len().saturating_sub(self.line.len());
            self.line.extend(bytes.iter().take(room));
        }
        self.ended = self.line == END;
        if bytes.ends_with(b"\n") && !self.ended {
            self.line.clear();
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes);
        self.left |= matches!(&written, Err(error) if error.kind() == io::ErrorKind::BrokenPipe);
        if let Ok(count) = written {
            self.watch(&bytes[..count]);
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sink() -> Sink {
        Sink { to: Box::new(io::sink()), left: false, ended: false, line: Vec::new() }
    }

    #[test]
    fn an_end_is_seen_however_the_bytes_are_cut() {
        let text = b"{\"line\":\"record\"}\n{\"line\":\"end\",\"events\":1}\n";
        for size in 1..text.len() {
            let mut whole = sink();
            text.chunks(size).for_each(|piece| whole.write_all(piece).unwrap());
            assert!(whole.ended, "in pieces of {size}");
            let mut cut = sink();
            text[..20].chunks(size).for_each(|piece| cut.write_all(piece).unwrap());
            assert!(!cut.ended, "in pieces of {size}");
        }
    }
}

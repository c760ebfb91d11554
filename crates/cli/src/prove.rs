//! `interlock audit verify`: the proof that nothing was touched, of a database, or of a file that
//! needs none.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use api::audit::Pack;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use server::audit::{Known, Verifier, Wrong, check_pack, verify_export};

use crate::context::{Direct, Global};
use crate::database::{Access, DatabaseArgs};
use crate::failure::{Failure, Result};
use crate::output::{Output, say};

/// How the first line of an export begins.
const EXPORT: &[u8] = br#"{"line":"export""#;

/// What is proved, and what is known from elsewhere.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The evidence of a release (`interlock audit pack`), or an export with the log (`interlock
    /// export --log`); a database when absent.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The public key of the log, as it was written down elsewhere.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A checkpoint that was kept elsewhere (`interlock audit checkpoint --note`).
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

/// Proves it.
pub(crate) fn verify(args: &Verify, direct: &Direct, global: &Global) -> Result {
    let known = known(args)?;
    let Some(file) = &args.file else {
        return database(&direct.needed(global, "audit verify")?, known, &global.out());
    };
    if direct.database.is_some() {
        let wrong = "a file is proved without a database: leave out --database, or the file";
        return Err(Failure::usage(wrong));
    }
    let mut text = BufReader::new(read(file)?);
    let begins = text.fill_buf().with_context(|| format!("reading {}", file.display()))?;
    if begins.starts_with(EXPORT) {
        return export(text, &known, &global.out());
    }
    text.rewind().with_context(|| format!("reading {}", file.display()))?;
    let pack: Pack = serde_json::from_reader(text).map_err(|error| {
        let file = file.display();
        Failure::usage(format!(
            "{file} is neither the evidence of a release as JSON nor an export: {error}"
        ))
    })?;
    if known.checkpoint.is_some() {
        let wrong = "--checkpoint proves a database or an export: a pack holds the one it was made \
            under";
        return Err(Failure::usage(wrong));
    }
    self::pack(&pack, &known, &global.out())
}

fn read(file: &Path) -> Result<File> {
    File::open(file)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display())))
}

fn known(args: &Verify) -> Result<Known> {
    let parse = |key: &String| {
        let wrong = "--key is no key of a log: it is written NAME+HASH+KEY, as `interlock audit \
            checkpoint` shows it";
        Verifier::parse(key).ok_or_else(|| Failure::usage(wrong))
    };
    let kept = |file: &PathBuf| {
        std::fs::read_to_string(file)
            .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display())))
    };
    Ok(Known {
        key: args.key.as_ref().map(parse).transpose()?,
        checkpoint: args.checkpoint.as_ref().map(kept).transpose()?,
    })
}

/// Shown while it is looked.
fn bar(what: &'static str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{human_pos} {msg}, {elapsed}");
    let style = style.map_err(|error| Failure::Other(error.into()))?;
    Ok(ProgressBar::new_spinner().with_message(what).with_style(style))
}

/// What was looked at in a database.
#[derive(Serialize)]
struct DatabaseVerified {
    events: u64,
    streams: u64,
    waiting: u64,
    head: i64,
    tree: u64,
    checkpoints: u64,
    key: Option<String>,
    wrong: Option<String>,
}

fn database(database: &DatabaseArgs, known: Known, output: &Output) -> Result {
    let store = database.open(Access::Read)?;
    let is_known = known.key.is_some() || known.checkpoint.is_some();
    let shown = bar("events and streams looked at")?;
    let told = shown.clone();
    let report = server::read::wait(&*store, move |db| {
        server::audit::verify(db, &known, &mut |count| told.set_position(count))
    });
    shown.finish_and_clear();
    let report = report?;
    let verified = DatabaseVerified {
        events: report.events,
        streams: report.streams,
        waiting: report.waiting,
        head: report.head,
        tree: report.tree,
        checkpoints: report.checkpoints,
        key: report.key,
        wrong: report.wrong.map(told_of),
    };
    let columns = ["events", "streams", "waiting", "head", "tree", "checkpoints", "key", "wrong"];
    output.record(&verified, &columns, &[])?;
    end(verified.wrong, "the log")?;
    say("the log is whole: every event is the leaf of the tree, and every state is its fold");
    let behind = report.events - report.tree;
    if behind > 0 {
        say(format!("{behind} events are not in the tree yet: a running server puts them there"));
    }
    if !is_known {
        say("nothing was given from elsewhere: see --checkpoint and --key");
    }
    Ok(())
}

/// What was looked at in an export.
#[derive(Serialize)]
struct ExportVerified {
    events: u64,
    withheld: u64,
    checkpoints: u64,
    unsigned: u64,
    key: Option<String>,
    wrong: Option<String>,
}

fn export(text: BufReader<File>, known: &Known, output: &Output) -> Result {
    let shown = bar("events looked at")?;
    let report = verify_export(text, known, &mut |count| shown.set_position(count));
    shown.finish_and_clear();
    let report = report.context("reading the export")?;
    let verified = ExportVerified {
        events: report.events,
        withheld: report.withheld,
        checkpoints: report.checkpoints,
        unsigned: report.unsigned,
        key: report.key,
        wrong: report.wrong.map(told_of),
    };
    let columns = ["events", "withheld", "checkpoints", "unsigned", "key", "wrong"];
    output.record(&verified, &columns, &[])?;
    end(verified.wrong, "this log")?;
    say("the log in it is whole: every event is the leaf of the tree that was signed");
    if verified.unsigned > 0 {
        say(format!("{} events behind the last checkpoint are not signed", verified.unsigned));
    }
    say_key(known);
    Ok(())
}

fn pack(pack: &Pack, known: &Known, output: &Output) -> Result {
    let checked = check_pack(pack, known.key.as_ref());
    let columns = ["release", "at", "events", "records", "size", "key", "wrong"];
    output.record(&checked, &columns, &[])?;
    end(checked.wrong, "this pack")?;
    say("every event is in the signed tree, and every record is what its events lead to");
    say_key(known);
    Ok(())
}

fn told_of(wrong: Wrong) -> String {
    format!("{}: {}", wrong.place, wrong.what)
}

fn end(wrong: Option<String>, what: &str) -> Result {
    let Some(wrong) = wrong else { return Ok(()) };
    Err(Failure::Found(format!("{what} is not whole: {wrong}")))
}

fn say_key(known: &Known) {
    if known.key.is_none() {
        say("the key is the one that stands in the file: compare it, or give it with --key");
    }
}

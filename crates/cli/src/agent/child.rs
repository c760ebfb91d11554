//! One job in a process of its own, in a session of its own: it outlives the runner that began it,
//! and leaves behind how it ended. It is started with exactly the environment of its command.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use domain::runner::How;
use ports::{Clock as _, SystemClock};
use rustix::process::{Pid, Signal, kill_process_group, setsid};

use crate::agent::journal::{Begun, Entry, Found, Intent};
use crate::agent::output::{OUTPUT_BYTES_MAX, Said};
use crate::agent::process::Process;
use crate::failure::Result;

/// How often it looks whether its program ended, or is to be ended.
const TICK: Duration = Duration::from_millis(20);
/// How long a program may take to end when it is asked to, before it is made to.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long is read on after the end: a program that it left behind may hold the line.
const LISTEN_ON: Duration = Duration::from_secs(2);

/// Carries out the job of a folder, unless it was begun before.
pub(super) fn run(folder: &Path) -> Result {
    // It leads a group only where somebody started it by hand; then it stays in that session.
    let _ = setsid();
    let entry = Entry { folder: folder.to_owned() };
    let intent = entry.intent()?.context("there is no job in this folder")?;
    let began_at = now();
    let begun = Begun { child: Process::find(std::process::id()), at: began_at.clone() };
    if !entry.begin(&begun)? {
        return Ok(());
    }
    let found = match start(&intent) {
        Ok((child, said)) => see_through(&entry, &intent, began_at, child, said)?,
        Err(error) => {
            Found::NotBegun { reason: format!("{} cannot be started: {error}", intent.program) }
        }
    };
    Ok(entry.find(&found)?)
}

fn now() -> String {
    SystemClock.now().to_string()
}

/// Starts the program, both of whose outputs are one line.
fn start(intent: &Intent) -> io::Result<(Child, io::PipeReader)> {
    let (said, say) = io::pipe()?;
    let child = Command::new(&intent.program)
        .args(&intent.args)
        .current_dir(&intent.directory)
        .stdin(Stdio::null())
        .stdout(say.try_clone()?)
        .stderr(say)
        .process_group(0)
        .spawn()?;
    Ok((child, said))
}

/// Stays with a program until its end.
fn see_through(
    entry: &Entry,
    intent: &Intent,
    began_at: String,
    mut child: Child,
    said: io::PipeReader,
) -> io::Result<Found> {
    if let Some(process) = Process::find(child.id()) {
        entry.runs(&process)?;
    }
    let written = write_down(entry, intent, said)?;
    let (how, status) = wait(entry, intent, &mut child)?;
    let ended_at = now();
    // What cannot be written is told as an end all the same: the program did run.
    let _ = written.recv_timeout(LISTEN_ON);
    let exit = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    Ok(Found::Ended { how, exit, began_at: Some(began_at), ended_at: Some(ended_at) })
}

/// Writes what is said into the entry's file, on a thread of its own; tells when that is done.
fn write_down(
    entry: &Entry,
    intent: &Intent,
    mut said: io::PipeReader,
) -> io::Result<Receiver<io::Result<()>>> {
    let file = OpenOptions::new().create(true).append(true).open(entry.output())?;
    let secrets = intent.secrets.iter().filter_map(|name| std::env::var(name).ok()).collect();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut into = Said::new(file, secrets, OUTPUT_BYTES_MAX);
        let mut piece = vec![0; 16 * 1024];
        let end = loop {
            match said.read(&mut piece) {
                Ok(0) => break into.end().and_then(|file| file.sync_all()),
                // Reading goes on when the disk is full: the program must not stand still.
                Ok(count) => drop(into.take(&piece[..count])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        let _ = sender.send(end);
    });
    Ok(receiver)
}

/// Waits for the end, which comes by itself, by the time limit, or because somebody asked for it.
fn wait(entry: &Entry, intent: &Intent, child: &mut Child) -> io::Result<(How, ExitStatus)> {
    let limit = Duration::from_secs(u64::from(intent.time_limit_seconds));
    let (mut ran, mut ending): (Duration, Option<(How, Duration)>) = (Duration::ZERO, None);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((ending.map_or(How::Exited, |(how, _)| how), status));
        }
        match ending {
            None if ran >= limit => ending = Some((How::TimedOut, ran)),
            None if entry.is_stopped() => ending = Some((How::Stopped, ran)),
            _ => {}
        }
        if let Some((_, since)) = ending {
            let made = ran.saturating_sub(since) >= PATIENCE;
            signal(child, if made { Signal::KILL } else { Signal::TERM });
        }
        thread::sleep(TICK);
        ran += TICK;
    }
}

/// Tells the program and what it started to end.
fn signal(child: &Child, signal: Signal) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, signal);
    }
}

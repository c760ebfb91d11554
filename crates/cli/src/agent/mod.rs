//! A runner at work. Two threads share its journal: one asks the server for work and begins it, the
//! other tells the server what the jobs say and how they end. Either may find the server gone; then
//! it tries again, ever more seldom. The runner itself may end at any moment: jobs go on without
//! it, and the next one finds them in the journal.

#[cfg(unix)]
mod child;
mod config;
mod journal;
mod output;
mod process;
mod talk;
mod tend;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use domain::runner::is_name;
use ports::{Chance, SystemChance};

use crate::agent::config::Config;
use crate::agent::journal::Journal;
use crate::agent::tend::Held;
use crate::client::Client;
use crate::database::data_folder;
use crate::failure::{Failure, Result};
use crate::output::say;

/// How long it rests after a failure at first, and at most; each time it is twice as long.
const REST: Duration = Duration::from_millis(200);
const REST_MAX: Duration = Duration::from_secs(10);

/// How a runner is started.
#[derive(Debug)]
pub(crate) struct Start {
    /// Its name.
    pub(crate) name: String,
    /// The list of what it may do.
    pub(crate) config: PathBuf,
    /// Where it writes down what it begins.
    pub(crate) journal: Option<PathBuf>,
}

/// A runner.
struct Agent {
    name: String,
    config: Config,
    client: Client,
    journal: Journal,
    /// This program, which carries each job out beside the runner.
    program: PathBuf,
    /// What is in the journal and not yet reported, by key.
    held: Mutex<BTreeMap<String, Held>>,
}

/// Works until it is ended, or the server will not have it.
pub(crate) fn run(client: Client, start: &Start) -> Result {
    if !is_name(&start.name) {
        return Err(Failure::usage("a runner's name is a word of letters, digits, `-`, `_`, `.`"));
    }
    let config = Config::read(&start.config, |name| std::env::var(name).ok())?;
    let folder = match &start.journal {
        Some(folder) => folder.clone(),
        None => data_folder()?.join("runner").join(&start.name),
    };
    let chance: &dyn Chance = &SystemChance;
    let journal = Journal::open(&folder, &chance.uuid().simple().to_string())
        .with_context(|| format!("opening the journal {}", folder.display()))?;
    let program = std::env::current_exe().context("finding this program")?;
    let (name, held) = (start.name.clone(), Mutex::default());
    let agent = Arc::new(Agent { name, config, client, journal, program, held });
    agent.take_up()?;
    agent.persist(Agent::register)?;
    say(format!("{} waits for work; its journal is {}", agent.name, folder.display()));
    let (teller, (ended, end)) = (Arc::clone(&agent), std::sync::mpsc::channel());
    let also = ended.clone();
    thread::spawn(move || {
        let _ = ended.send(teller.tell_for_ever());
    });
    thread::spawn(move || {
        let _ = also.send(agent.claim_for_ever());
    });
    end.recv().unwrap_or(Ok(()))
}

/// Carries one job out, in a process of its own.
#[cfg(unix)]
pub(crate) fn child(folder: &Path) -> Result {
    child::run(folder)
}

/// Carries one job out, in a process of its own.
#[cfg(not(unix))]
pub(crate) fn child(_: &Path) -> Result {
    Err(Failure::usage("a runner carries out commands on Unix systems only"))
}

impl Agent {
    fn held(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something until it is done. What the server refuses for good ends the runner; where it
    /// does not know the runner any more, that registers anew.
    fn persist<T>(&self, mut attempt: impl FnMut(&Self) -> Result<T>) -> Result<T> {
        let (mut rest, mut is_told) = (REST, false);
        loop {
            let failure = match attempt(self) {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            match verdict(&failure) {
                Verdict::Over => return Err(failure),
                Verdict::Unknown if self.register().is_ok() => continue,
                Verdict::Unknown | Verdict::Later => {}
            }
            if !is_told {
                say(format!("{}: {}; trying again", self.name, failure.plain()));
                is_told = true;
            }
            thread::sleep(rest);
            rest = (rest * 2).min(REST_MAX);
        }
    }
}

/// What a failure means for a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It may pass.
    Later,
    /// The server does not know this runner.
    Unknown,
    /// Trying again changes nothing.
    Over,
}

fn verdict(failure: &Failure) -> Verdict {
    match failure {
        Failure::Problem(problem) => match problem.code.as_str() {
            "runner.not_registered" => Verdict::Unknown,
            "runner.name_taken" => Verdict::Later,
            _ if problem.status >= 500 || problem.status == 429 => Verdict::Later,
            _ => Verdict::Over,
        },
        Failure::Usage(_) | Failure::Found(_) | Failure::Gate(..) => Verdict::Later,
        Failure::Fault(_) | Failure::Unreachable { .. } | Failure::Other(_) => Verdict::Later,
    }
}

//! A runner says who it is, falls silent, comes back, and is revoked.

use std::collections::BTreeSet;

use kernel::{Actor, NAME_MAX, Timestamp};

use crate::aggregate::Decision;
use crate::refusal::{Check, reasoned};
use crate::runner::{Allowed, Patterns, Refusal, Runner, RunnerEvent, check_allowed, is_name};

/// The most labels of a runner.
pub const LABELS_MAX: usize = 20;

/// What a runner tells of itself.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// By what it can be chosen.
    pub labels: BTreeSet<String>,
    /// What it may do.
    pub commands: Vec<Allowed>,
    /// The version of its program.
    pub program: String,
    /// Whose journal it keeps.
    pub instance: String,
    /// Who speaks for it.
    pub holder: Actor,
}

/// What else counts when a runner registers.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Whether the runner of this name was heard within its lease.
    pub is_heard: bool,
    /// Whether the token that registered it has ended.
    pub holder_ended: bool,
}

/// Registers a runner, or takes up what it tells anew.
pub fn register(
    runner: &Runner,
    told: Told,
    standing: Standing,
    patterns: &dyn Patterns,
) -> Decision<RunnerEvent> {
    check(&told, patterns)?;
    let name = || told.name.clone();
    if runner.barred.contains(&told.holder) {
        return Err(Refusal::Revoked(name()).into());
    }
    if let Some(holder) = runner.holder.as_ref().filter(|_| runner.revoked.is_none()) {
        if *holder != told.holder && !standing.holder_ended {
            return Err(Refusal::OtherToken(name()).into());
        }
        if runner.instance != told.instance && standing.is_heard {
            return Err(Refusal::NameTaken(name()).into());
        }
    }
    let same = runner.revoked.is_none()
        && runner.holder.as_ref() == Some(&told.holder)
        && runner.instance == told.instance
        && runner.labels == told.labels
        && runner.commands == told.commands
        && runner.program == told.program;
    if same {
        return Ok(heard(runner));
    }
    let Told { name, labels, commands, program, instance, holder } = told;
    Ok(vec![RunnerEvent::Registered { name, labels, commands, program, instance, holder }])
}

fn check(told: &Told, patterns: &dyn Patterns) -> Result<(), crate::Refusal> {
    const WORD: &str = "is a word of letters, digits, `-`, `_` and `.`, at most 63 long";
    let mut check = Check::default();
    if !is_name(&told.name) {
        check.wrong("/name", WORD);
    }
    check.count("/labels", told.labels.len(), LABELS_MAX);
    if !told.labels.iter().all(|label| is_name(label)) {
        check.wrong("/labels", format!("holds something else: a label {WORD}"));
    }
    check.name("/program", &told.program, NAME_MAX);
    check.name("/instance", &told.instance, NAME_MAX);
    check_allowed(&mut check, &told.commands, patterns);
    check.end()
}

/// What follows when a runner is heard: that it is back, if it was silent.
fn heard(runner: &Runner) -> Vec<RunnerEvent> {
    runner.silent_since.map(|_| RunnerEvent::CameBack {}).into_iter().collect()
}

/// Refuses whoever does not speak for a runner; else what follows when it is heard.
pub fn holds(runner: &Runner, holder: &Actor, instance: &str) -> Decision<RunnerEvent> {
    let name = || runner.name.clone();
    if runner.revoked.is_some() || runner.barred.contains(holder) {
        return Err(Refusal::Revoked(name()).into());
    }
    if runner.holder.as_ref() != Some(holder) || runner.instance != instance {
        return Err(Refusal::NotRegistered(name()).into());
    }
    Ok(heard(runner))
}

/// What follows when nothing was heard of a runner for too long.
pub fn fall_silent(runner: &Runner, seen_at: Timestamp) -> Vec<RunnerEvent> {
    let heard = runner.silent_since.is_none() && runner.revoked.is_none();
    heard.then_some(RunnerEvent::FellSilent { seen_at }).into_iter().collect()
}

/// Takes a runner out of work, with a reason.
pub fn revoke(runner: &Runner, reason: &str) -> Decision<RunnerEvent> {
    reasoned(reason)?;
    let working = runner.revoked.is_none();
    Ok(working.then(|| RunnerEvent::Revoked { reason: reason.to_owned() }).into_iter().collect())
}

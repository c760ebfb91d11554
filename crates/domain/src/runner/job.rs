//! A job is asked for, claimed, reported on, and cancelled.

use std::collections::BTreeMap;

use kernel::{NOTE_MAX, RunnerId, Timestamp};

use crate::aggregate::Decision;
use crate::refusal::Check;
use crate::runner::{
    ARGUMENT_MAX, ARGUMENTS_MAX, How, Job, JobEvent, Refusal, Runner, State, TIME_LIMIT_MAX,
    Target, is_name,
};

/// The longest key, in characters.
pub const KEY_MAX: usize = 200;
/// How much of the end of what a command said is kept with its end, in bytes.
pub const TAIL_MAX: usize = 2_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The key: the same one twice is one job.
    pub key: String,
    /// Who is to do it.
    pub target: Target,
    /// The name of the command.
    pub command: String,
    /// Values for its placeholders.
    pub arguments: BTreeMap<String, String>,
    /// How long it may run, where that is shorter than what the command allows.
    pub time_limit_seconds: Option<u32>,
}

/// What a runner found out about a job that it claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// It ended.
    Ended {
        /// How.
        how: How,
        /// The exit code.
        exit: i32,
        /// When it began.
        began_at: Option<Timestamp>,
        /// When it ended.
        ended_at: Option<Timestamp>,
        /// How much it said, in bytes.
        output_bytes: i64,
        /// The last of it.
        tail: String,
    },
    /// It is certain that it was not begun.
    NotBegun {
        /// Why.
        reason: String,
    },
    /// Nobody can say.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// Asks for a job; the same one again is nothing new.
pub fn ask(job: &Job, ask: Ask) -> Decision<JobEvent> {
    let mut check = Check::default();
    let fits = ask.key.bytes().all(|letter| letter.is_ascii_graphic());
    if ask.key.is_empty() || ask.key.len() > KEY_MAX || !fits {
        check.wrong("/key", format!("is 1 to {KEY_MAX} visible characters without spaces"));
    }
    check_target(&mut check, &ask.target);
    if !is_name(&ask.command) {
        check.wrong("/command", "is the name of a command of the runner");
    }
    check.count("/arguments", ask.arguments.len(), ARGUMENTS_MAX);
    for (word, value) in &ask.arguments {
        check.text(&format!("/arguments/{word}"), value, ARGUMENT_MAX);
    }
    if ask.time_limit_seconds.is_some_and(|limit| !(1..=TIME_LIMIT_MAX).contains(&limit)) {
        check.wrong("/time_limit_seconds", format!("is from 1 to {TIME_LIMIT_MAX}"));
    }
    check.end()?;
    let Ask { key, target, command, arguments, time_limit_seconds } = ask;
    if job.state.is_some() {
        let same = job.target.as_ref() == Some(&target)
            && job.command == command
            && job.arguments == arguments
            && job.time_limit_seconds == time_limit_seconds;
        return if same { Ok(vec![]) } else { Err(Refusal::KeyReused(key).into()) };
    }
    Ok(vec![JobEvent::Queued { key, target, command, arguments, time_limit_seconds }])
}

/// Gathers what is wrong with the name of a runner or a label.
pub fn check_target(check: &mut Check, target: &Target) {
    let (Target::Runner(name) | Target::Label(name)) = target;
    if !is_name(name) {
        check.wrong("/target", "is the name of a runner, or a label");
    }
}

/// Gives a job to a runner: one that waits, or again one whose claim the same journal never saw,
/// which is nothing new.
pub fn claim(job: &Job, id: RunnerId, runner: &Runner) -> Decision<JobEvent> {
    let meant = job.target.as_ref().is_some_and(|target| runner.is_meant(target));
    let again = job.runner == Some(id) && job.instance == runner.instance;
    match job.state {
        Some(State::Queued) if meant => {
            let (instance, fence) = (runner.instance.clone(), job.fence + 1);
            Ok(vec![JobEvent::Claimed { runner: id, instance, fence }])
        }
        Some(State::Claimed) if again => Ok(vec![]),
        _ => Err(Refusal::Fenced(job.key.clone()).into()),
    }
}

/// Takes up what a runner found out. The same report again is nothing new, and one that comes
/// after the job was given up still counts.
pub fn report(
    job: &Job,
    reporter: (RunnerId, &Runner),
    fence: i64,
    report: Report,
) -> Decision<JobEvent> {
    let (id, runner) = reporter;
    if job.runner != Some(id) || job.instance != runner.instance || job.fence != fence {
        return Err(Refusal::Fenced(job.key.clone()).into());
    }
    let key = job.key.clone();
    let cut = |reason: String| reason.chars().take(NOTE_MAX).collect();
    Ok(match (job.state, report) {
        (Some(State::Ended), Report::Ended { .. } | Report::Unknown { .. }) => vec![],
        (Some(State::NotBegun), Report::NotBegun { .. } | Report::Unknown { .. }) => vec![],
        (Some(State::Lost), Report::Unknown { .. }) => vec![],
        (Some(State::Claimed | State::Lost), found) => vec![match found {
            Report::Ended { how, exit, began_at, ended_at, output_bytes, tail } => {
                JobEvent::Ended { key, how, exit, began_at, ended_at, output_bytes, tail }
            }
            Report::NotBegun { reason } => JobEvent::NotBegun { key, reason: cut(reason) },
            Report::Unknown { reason } => JobEvent::Lost { key, reason: cut(reason) },
        }],
        _ => return Err(Refusal::Over(key).into()),
    })
}

/// Cancels a job: one that waits is not begun, one that runs is to be ended by its runner.
pub fn cancel(job: &Job, reason: &str) -> Vec<JobEvent> {
    match job.state {
        Some(State::Queued) => {
            vec![JobEvent::NotBegun { key: job.key.clone(), reason: reason.to_owned() }]
        }
        Some(State::Claimed | State::Lost) if !job.stop_asked => vec![JobEvent::StopAsked {}],
        _ => vec![],
    }
}

/// What follows for a job when its runner is not heard any more, or was replaced.
pub fn fall_silent_with(job: &Job, reason: &str) -> Vec<JobEvent> {
    let held = job.state == Some(State::Claimed);
    let lost = || JobEvent::Lost { key: job.key.clone(), reason: reason.to_owned() };
    held.then(lost).into_iter().collect()
}

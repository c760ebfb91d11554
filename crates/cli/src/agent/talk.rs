//! What a runner says to the server: who it is, and that it wants work.

use std::thread;

use api::common::Written;
use api::runner::{AllowedCommand, ClaimFields, ClaimedJob, Claims, HeldJob, RunnerFields};
use domain::runner::{filled, permits};
use server::runner::{HOLDING_MAX, Regexes, WAIT_SECONDS_MAX};

use crate::agent::journal::{Begun, Found, Intent, Standing};
use crate::agent::tend::Held;
use crate::agent::{Agent, REST_MAX};
use crate::client::segment;
use crate::failure::Result;
use crate::output::say;

/// How long it waits for an answer while it takes no more work, in seconds: it hears then what it
/// is to stop.
const WAIT_SECONDS_FULL: u32 = 2;

impl Agent {
    /// Says who it is and what it may do.
    pub(super) fn register(&self) -> Result {
        let commands = self.config.commands.iter().map(|command| {
            let allowed = command.allowed();
            AllowedCommand {
                name: allowed.name,
                program: allowed.program,
                args: allowed.args,
                patterns: allowed.patterns,
                time_limit_seconds: allowed.time_limit_seconds,
                has_status: allowed.has_status,
            }
        });
        let fields = RunnerFields {
            instance: self.journal.instance.clone(),
            labels: self.config.labels.iter().cloned().collect(),
            commands: commands.collect(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let path = format!("/runners/{}/register", segment(&self.name));
        self.client.tell::<_, Written>(&path, &fields).map(|_| ())
    }

    /// Asks for work, and begins it, until the server will not have it any more.
    pub(super) fn claim_for_ever(&self) -> Result {
        loop {
            let claims = self.persist(Self::claim)?;
            for key in &claims.stop {
                if let Err(error) = self.stop(key) {
                    say(format!("{key} cannot be stopped: {error}"));
                }
            }
            for job in &claims.jobs {
                // It is asked for again: what is not in the journal is given once more.
                if let Err(error) = self.accept(job) {
                    say(format!("{} cannot be written down: {error}", job.key));
                    thread::sleep(REST_MAX);
                }
            }
        }
    }

    fn claim(&self) -> Result<Claims> {
        let holding: Vec<HeldJob> = {
            let held = self.held();
            let job =
                |(key, one): (&String, &Held)| HeldJob { key: key.clone(), stopping: one.stopping };
            held.iter().map(job).collect()
        };
        let room =
            self.config.room.saturating_sub(u32::try_from(holding.len()).unwrap_or(u32::MAX));
        let room = if holding.len() >= HOLDING_MAX { 0 } else { room };
        let wait_seconds = if room == 0 { WAIT_SECONDS_FULL } else { WAIT_SECONDS_MAX };
        let instance = self.journal.instance.clone();
        let fields = ClaimFields { instance, holding, room, wait_seconds };
        self.client.tell(&format!("/runners/{}/claim", segment(&self.name)), &fields)
    }

    /// Writes a job down and begins it, unless the journal has it or the list does not.
    fn accept(&self, job: &ClaimedJob) -> std::io::Result<()> {
        let entry = self.journal.entry(&job.key);
        if let Some(known) = entry.intent()? {
            // It was begun before, whatever the server remembers: it is told again.
            entry.intend(&Intent { fence: job.fence, ..known })?;
            entry.unreported()?;
            self.held().insert(job.key.clone(), Held::new(entry, job.fence));
            return Ok(());
        }
        match self.intent(job) {
            Ok(intent) => {
                entry.intend(&intent)?;
                let mut held = Held::new(entry, job.fence);
                held.spawn(self, &intent)?;
                self.held().insert(job.key.clone(), held);
            }
            Err(reason) => {
                entry.intend(&unlisted(job))?;
                entry.find(&Found::NotBegun { reason })?;
                self.held().insert(job.key.clone(), Held::new(entry, job.fence));
            }
        }
        Ok(())
    }

    /// What a job means on this machine, by this machine's own list.
    fn intent(&self, job: &ClaimedJob) -> std::result::Result<Intent, String> {
        let Some(command) = self.config.command(&job.command) else {
            return Err(format!("`{}` is not on the list of this runner", job.command));
        };
        permits(&command.allowed(), &job.arguments, &Regexes)?;
        let limit = job.time_limit_seconds.unwrap_or(u32::MAX).min(command.time_limit_seconds);
        let status = command.status.clone().map(|mut status| {
            status.args = filled(&status.args, &job.arguments);
            status
        });
        Ok(Intent {
            key: job.key.clone(),
            fence: job.fence,
            program: command.program.clone(),
            args: filled(&command.args, &job.arguments),
            directory: command.directory.clone().unwrap_or_else(|| "/".into()),
            env: command.env.clone(),
            secrets: command.secrets.clone(),
            time_limit_seconds: limit,
            status,
        })
    }

    /// Ends a job, or sees to it that it does not begin.
    fn stop(&self, key: &str) -> std::io::Result<()> {
        let mut held = self.held();
        let Some(one) = held.get_mut(key) else { return Ok(()) };
        one.stopping = true;
        let at = String::new();
        if one.entry.standing()? == Standing::Intended
            && one.entry.begin(&Begun { child: None, at })?
        {
            return Ok(());
        }
        one.entry.stop()
    }
}

/// What is written down of a job that is not on the list.
fn unlisted(job: &ClaimedJob) -> Intent {
    Intent {
        key: job.key.clone(),
        fence: job.fence,
        program: String::new(),
        args: Vec::new(),
        directory: "/".into(),
        env: std::collections::BTreeMap::new(),
        secrets: Vec::new(),
        time_limit_seconds: 0,
        status: None,
    }
}

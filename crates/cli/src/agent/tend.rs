//! The jobs of a runner: started in processes of their own, watched through the journal, and told
//! to the server until it knows all of them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use api::common::Written;
use api::runner::{JobReport, OutputPiece, OutputTaken};
use domain::runner::How;

use crate::agent::journal::{Entry, Found, Intent, Standing};
use crate::agent::{Agent, Verdict, verdict};
use crate::client::segment;
use crate::failure::{Failure, Result};
use crate::output::say;

/// How often the jobs are looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How much of what a job said is sent at once, in bytes.
const PIECE_BYTES: usize = 32 * 1024;
/// How long the program may take that is asked whether something happened.
const STATUS_MAX: Duration = Duration::from_mins(1);
/// How often the surplus of the journal is looked at, in looks at the jobs.
const PRUNE_EVERY: u32 = 3_000;
/// Where programs look for others; nothing else of the runner's environment reaches a job.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A job that the server does not know the end of.
pub(super) struct Held {
    pub(super) entry: Entry,
    pub(super) fence: i64,
    /// Whether it was told to stop.
    pub(super) stopping: bool,
    /// Its child, where this very process started it.
    child: Option<Child>,
    /// How much of what it said the server has.
    sent: u64,
    /// Whether the server takes no more of what it said.
    is_refused: bool,
}

/// What tending needs of a job while the others go on.
struct Tended {
    key: String,
    entry: Entry,
    fence: i64,
    sent: u64,
    is_refused: bool,
}

impl Held {
    pub(super) fn new(entry: Entry, fence: i64) -> Self {
        let stopping = entry.is_stopped();
        Self { entry, fence, stopping, child: None, sent: 0, is_refused: false }
    }

    /// Starts the child, with exactly the environment that its command has.
    pub(super) fn spawn(&mut self, agent: &Agent, intent: &Intent) -> io::Result<()> {
        let mut command = Command::new(&agent.program);
        command.arg("runner-child").arg(&self.entry.folder);
        dress(&mut command, intent);
        self.child = Some(command.spawn()?);
        Ok(())
    }

    /// Buries a child that ended; true while none of ours runs.
    fn is_alone(&mut self) -> bool {
        let ended = self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
        if ended {
            self.child = None;
        }
        ended
    }
}

/// Gives a process the environment of a command, and nothing to read or to say.
fn dress(command: &mut Command, intent: &Intent) {
    command.env_clear().env("PATH", PATH).envs(&intent.env).env("INTERLOCK_KEY", &intent.key);
    for name in &intent.secrets {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
}

impl Agent {
    /// Takes up what an earlier runner left in the journal.
    pub(super) fn take_up(&self) -> Result {
        for (entry, intent) in self.journal.open_entries()? {
            say(format!("{}: taken up again", intent.key));
            let held = Held::new(entry, intent.fence);
            self.held().insert(intent.key, held);
        }
        Ok(())
    }

    /// Tells the server of the jobs until it will not have it any more.
    pub(super) fn tell_for_ever(&self) -> Result {
        let mut told = BTreeSet::new();
        for look in 1_u32.. {
            if look % PRUNE_EVERY == 0 {
                self.journal.prune()?;
            }
            let keys: Vec<String> = self.held().keys().cloned().collect();
            for key in keys {
                match self.tend(&key) {
                    Ok(()) => {}
                    // Something on this machine, such as a full disk: the others go on.
                    Err(Failure::Other(error)) => {
                        if told.insert(key.clone()) {
                            say(format!("{key}: {error:#}"));
                        }
                    }
                    Err(_) => self.persist(|agent| agent.tend(&key))?,
                }
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Looks at a job, and tells what is new.
    fn tend(&self, key: &str) -> Result {
        let Some(mut job) = self.look(key)? else { return Ok(()) };
        let standing = job.entry.standing()?;
        if standing == Standing::Intended {
            return Ok(());
        }
        let all = self.send_output(&mut job)?;
        let found = match standing {
            Standing::Over(found) if all => found,
            Standing::Unseen if all => {
                let found = settle(&job)?;
                job.entry.find(&found)?;
                found
            }
            _ => return Ok(()),
        };
        self.report(&job, found)?;
        job.entry.reported()?;
        self.held().remove(key);
        Ok(())
    }

    /// What is known of a job; one whose child was lost before it began gets another.
    fn look(&self, key: &str) -> io::Result<Option<Tended>> {
        let mut held = self.held();
        let Some(one) = held.get_mut(key) else { return Ok(None) };
        if one.is_alone()
            && one.entry.standing()? == Standing::Intended
            && let Some(intent) = one.entry.intent()?
        {
            one.spawn(self, &intent)?;
        }
        let (entry, key) = (one.entry.clone(), key.to_owned());
        let Held { fence, sent, is_refused, .. } = *one;
        Ok(Some(Tended { key, entry, fence, sent, is_refused }))
    }

    /// Sends what the job said since; true when the server has all of it.
    fn send_output(&self, job: &mut Tended) -> Result<bool> {
        while !job.is_refused {
            let text = piece(&job.entry, job.sent)?;
            if text.is_empty() {
                return Ok(true);
            }
            let piece = OutputPiece {
                runner: self.name.clone(),
                instance: self.journal.instance.clone(),
                fence: job.fence,
                start: i64::try_from(job.sent).unwrap_or(i64::MAX),
                text,
            };
            let path = format!("/jobs/{}/output", segment(&job.key));
            match self.client.tell::<_, OutputTaken>(&path, &piece) {
                Ok(taken) => job.sent = u64::try_from(taken.next).unwrap_or_default(),
                Err(failure) if is_final(&failure) => {
                    say(format!("{}: {}", job.key, failure.plain()));
                    job.is_refused = true;
                }
                Err(failure) => return Err(failure),
            }
            if let Some(one) = self.held().get_mut(&job.key) {
                (one.sent, one.is_refused) = (job.sent, job.is_refused);
            }
        }
        Ok(true)
    }

    /// Says what became of a job. What the server will not hear does not keep the runner busy.
    fn report(&self, job: &Tended, found: Found) -> Result {
        let (word, reason, end) = match found {
            Found::Ended { how, exit, began_at, ended_at } => {
                ("ended", None, Some((how.word().to_owned(), exit, began_at, ended_at)))
            }
            Found::NotBegun { reason } => ("not_begun", Some(reason), None),
            Found::Unknown { reason } => ("unknown", Some(reason), None),
        };
        let (how, exit, began_at, ended_at) = match end {
            Some((how, exit, began_at, ended_at)) => (Some(how), Some(exit), began_at, ended_at),
            None => (None, None, None, None),
        };
        let report = JobReport {
            runner: self.name.clone(),
            instance: self.journal.instance.clone(),
            fence: job.fence,
            found: word.to_owned(),
            how,
            exit,
            began_at,
            ended_at,
            reason,
        };
        let path = format!("/jobs/{}/report", segment(&job.key));
        match self.client.tell::<_, Written>(&path, &report) {
            Err(failure) if is_final(&failure) => {
                say(format!("{}: {}", job.key, failure.plain()));
                Ok(())
            }
            end => end.map(|_| ()),
        }
    }
}

/// Asks the program that the list names whether a job happened whose end nobody saw.
fn settle(job: &Tended) -> io::Result<Found> {
    const UNSEEN: &str = "it was begun, and its end was not seen";
    let unknown = |why: &str| Found::Unknown { reason: format!("{UNSEEN}; {why}") };
    let Some(intent) = job.entry.intent()? else { return Ok(unknown("its entry is gone")) };
    let Some(status) = &intent.status else {
        return Ok(unknown("its command names no program that could be asked"));
    };
    let mut command = Command::new(&status.program);
    command.args(&status.args).current_dir(&intent.directory);
    dress(&mut command, &intent);
    let began_at = job.entry.begun()?.map(|begun| begun.at);
    Ok(match asked(command) {
        Ok(Some(0)) => Found::Ended { how: How::Settled, exit: 0, began_at, ended_at: None },
        Ok(Some(1)) => Found::NotBegun {
            reason: format!("{UNSEEN}; {} says that it did not happen", status.program),
        },
        Ok(code) => {
            let code = code.map_or_else(|| "nothing".to_owned(), |code| code.to_string());
            unknown(&format!("{} answers {code}", status.program))
        }
        Err(error) => unknown(&format!("{} cannot be asked: {error}", status.program)),
    })
}

/// Whether the server refuses what is told of one job, for good.
fn is_final(failure: &Failure) -> bool {
    let about_job = ["runner.fenced", "runner.job_over", "request.unknown_record"];
    match failure {
        Failure::Problem(problem) => {
            about_job.contains(&problem.code.as_str())
                || verdict(failure) == Verdict::Over && problem.status == 422
        }
        _ => false,
    }
}

/// The next piece of what a job said, in whole characters.
fn piece(entry: &Entry, from: u64) -> io::Result<String> {
    let mut file = match File::open(entry.output()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        opened => opened?,
    };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(PIECE_BYTES as u64).read_to_end(&mut bytes)?;
    let whole = match std::str::from_utf8(&bytes) {
        Ok(_) => bytes.len(),
        Err(error) => error.valid_up_to(),
    };
    bytes.truncate(whole);
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// The exit code of a program that must not take long; nothing when it does.
fn asked(mut command: Command) -> io::Result<Option<i32>> {
    const TICK: Duration = Duration::from_millis(20);
    let mut child = command.spawn()?;
    let mut ran = Duration::ZERO;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if ran >= STATUS_MAX {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(TICK);
        ran += TICK;
    }
}

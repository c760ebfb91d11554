//! The driver of runs. After each commit it does what the runs ask for, on threads of their own,
//! and tells each run what came of it. It remembers only which calls it has made itself; when it
//! begins, everything that is in flight was made by another, and is told to be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::release::Release;
use kernel::{ReleaseId, Timestamp};
use orchestrator::{Answer, Attempt, Input, Value, Waits, Way, Work as Piece, waits, work};
use ports::{Fault, HttpClient, Query};

use crate::bus::{Bus, Envelope, Failure, find_state};
use crate::deployment::call::{Caller, end_of_job};
use crate::deployment::file::{self, Call, PlanFile};
use crate::deployment::run::Run;
use crate::deployment::tell::{TellRun, Told, numbers};
use crate::deployment::trigger::Watch;
use crate::follow::lead::Leader;

/// The most calls in flight at once; others wait for their turn.
const CALLS_MAX: usize = 32;
/// With how much in flight nothing is looked at in the background.
const LOOKS_MAX: usize = 24;
/// How long the driver waits for something to move before it looks again.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long an outcome rests that could not be committed.
const REST: Duration = Duration::from_millis(200);
/// Under which name it is remembered which one drives, and until when.
const LEADER: &str = "runs.driver";

/// What is in flight.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Flight {
    release: ReleaseId,
    what: What,
}

/// An attempt, a question about one, or a look at what a trigger watches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Attempt(Attempt),
    Question(Attempt),
    Look(String),
}

/// What a flight does.
enum Task {
    Call(Option<Call>),
    Look(Watch),
}

/// The driver.
pub struct Driver {
    bus: Bus,
    http: Arc<dyn HttpClient>,
    stop: Arc<AtomicBool>,
    /// What is in flight, with how to call it off.
    flights: BTreeMap<Flight, Arc<AtomicBool>>,
    /// What has ended since the last turn: its outcome is committed.
    ended: Arc<Mutex<Vec<Flight>>>,
    /// Whether what others left in flight was told to be lost.
    has_begun: bool,
    /// The attempts that another may have made before it began.
    inherited: BTreeSet<Flight>,
    /// Of several, one drives.
    leader: Leader,
    /// When the triggers of runs are looked at next.
    looks: BTreeMap<(ReleaseId, String), Timestamp>,
}

/// A run that is open, with its plan file, which is read once something is called.
struct Open {
    id: ReleaseId,
    run: orchestrator::Run,
    plan: String,
    changes: Vec<String>,
}

impl Driver {
    /// A driver that ends when it is told to stop.
    pub fn new(bus: &Bus, http: Arc<dyn HttpClient>, stop: Arc<AtomicBool>) -> Self {
        Self {
            bus: bus.clone(),
            http,
            stop,
            flights: BTreeMap::new(),
            ended: Arc::default(),
            has_begun: false,
            inherited: BTreeSet::new(),
            leader: Leader::new(bus, LEADER),
            looks: BTreeMap::new(),
        }
    }

    /// Drives until told to stop.
    pub fn run(mut self) {
        let mut head = 0;
        while !self.stop.load(Ordering::SeqCst) {
            if let Err(failure) = self.turn() {
                tracing::error!(?failure, "the driver of runs must wait");
                std::thread::sleep(PATIENCE);
            }
            match self.bus.world().store.wait_for_log(head, PATIENCE) {
                Ok(reached) => head = reached,
                Err(_) => std::thread::sleep(PATIENCE),
            }
        }
    }

    /// Does what the runs ask for now; answers how much is in flight.
    pub fn turn(&mut self) -> Result<usize, Failure> {
        if !self.leader.leads()? {
            // Another drives; should it end, what it left is told to be lost.
            self.has_begun = false;
            return Ok(0);
        }
        // What ended is forgotten only after the state was read that holds its outcome: else it
        // would look as if it had never been made.
        let ended = std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner));
        let open = crate::read::wait(&*self.bus.world().store, open_runs);
        let open = open.map_err(Failure::Fault)?;
        for flight in ended {
            self.flights.remove(&flight);
        }
        self.drop_settled(&open);
        if !self.has_begun {
            self.take_over(&open)?;
            self.has_begun = true;
            return Ok(self.flights.len());
        }
        let now = self.bus.world().clock.now();
        self.looks.retain(|(release, _), _| open.iter().any(|one| one.id == *release));
        for one in &open {
            for piece in work(&one.run) {
                match piece {
                    Piece::Start(attempt) => self.fly(one, What::Attempt(attempt)),
                    Piece::Ask { attempt, at } if at <= now => {
                        self.fly(one, What::Question(attempt));
                    }
                    Piece::Cancel(attempt) => self.call_off(one.id, attempt)?,
                    Piece::Ask { .. } | Piece::Wake(_) => {}
                }
            }
            self.hear_late(one)?;
        }
        // What is watched waits for what is called, never the other way round.
        open.iter().for_each(|one| self.watch(one, now));
        Ok(self.flights.len())
    }

    /// Whoever drove before is gone: what was in flight then may have happened or not.
    fn take_over(&mut self, open: &[Open]) -> Result<(), Failure> {
        self.inherited.clear();
        for one in open {
            self.inherited.extend(open_attempts(one));
            for piece in work(&one.run) {
                if let Piece::Start(attempt) | Piece::Cancel(attempt) = piece {
                    self.lose(one.id, attempt)?;
                }
            }
        }
        Ok(())
    }

    fn call_off(&mut self, release: ReleaseId, attempt: Attempt) -> Result<(), Failure> {
        let flight = Flight { release, what: What::Attempt(attempt.clone()) };
        match self.flights.get(&flight) {
            Some(cancel) => cancel.store(true, Ordering::SeqCst),
            None => self.lose(release, attempt)?,
        }
        Ok(())
    }

    /// What a runner tells of a job after a person was asked what became of it counts as well.
    fn hear_late(&self, one: &Open) -> Result<(), Failure> {
        for wait in waits(&one.run) {
            let Waits::Tell(attempt) = wait else { continue };
            let key = format!("{}:{}", one.id, attempt.key());
            let end = crate::read::wait(&*self.bus.world().store, move |db| end_of_job(db, &key));
            let answer = match end.map_err(Failure::Fault)? {
                Answer::Unknown => continue,
                // A key under which nothing was asked for was never begun either.
                Answer::NeverBegun if !is_job(one, &attempt) => continue,
                // Asked for again it would be the same job.
                Answer::NeverBegun if !one.run.is_unwanted(&attempt) => {
                    Answer::Failed("no runner began it".to_owned())
                }
                answer => answer,
            };
            match tell(&self.bus, one.id, Input::Answered { attempt, answer }) {
                Err(failure @ Failure::Fault(_)) => return Err(failure),
                Err(failure) => tracing::error!(?failure, "the end of a job was refused"),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Tells an attempt to be lost. Where even that is refused it counts as in flight, so that it
    /// is not made again, and the other runs go on.
    fn lose(&mut self, release: ReleaseId, attempt: Attempt) -> Result<(), Failure> {
        let Err(failure) = tell(&self.bus, release, Input::Lost(attempt.clone())) else {
            return Ok(());
        };
        if matches!(failure, Failure::Fault(_)) {
            return Err(failure);
        }
        tracing::error!(?failure, "that an attempt is lost was refused");
        self.flights.insert(Flight { release, what: What::Attempt(attempt) }, Arc::default());
        Ok(())
    }

    /// Calls off what nobody waits for any more, and forgets it once its thread is gone.
    fn drop_settled(&mut self, open: &[Open]) {
        self.flights.retain(|flight, cancel| {
            let run = || open.iter().find(|one| one.id == flight.release).map(|one| &one.run);
            let is_wanted = match &flight.what {
                What::Attempt(attempt) | What::Question(attempt) => {
                    run().is_some_and(|run| is_open(run, attempt))
                }
                What::Look(_) => true,
            };
            if !is_wanted {
                cancel.store(true, Ordering::SeqCst);
            }
            is_wanted || Arc::strong_count(cancel) > 1
        });
    }

    /// Looks at the triggers whose time has come.
    fn watch(&mut self, open: &Open, now: Timestamp) {
        if !open.run.is_watched() {
            return;
        }
        let due = |looks: &BTreeMap<(ReleaseId, String), Timestamp>, key: &String| {
            looks.get(&(open.id, key.clone())).is_none_or(|at| *at <= now)
        };
        let keys = open.run.plan.triggers.iter().map(|trigger| &trigger.key);
        let keys: Vec<String> = keys.filter(|key| due(&self.looks, key)).cloned().collect();
        for key in keys {
            if self.flights.len() < LOOKS_MAX {
                self.fly(open, What::Look(key));
            }
        }
    }

    /// Does something on a thread of its own, unless that is being done.
    fn fly(&mut self, open: &Open, what: What) {
        let flight = Flight { release: open.id, what };
        if self.flights.contains_key(&flight) || self.flights.len() >= CALLS_MAX {
            return;
        }
        let file = file::read(&open.plan, &open.changes).ok();
        let Some(task) = self.task(file.as_ref(), &flight) else { return };
        let cancel = Arc::new(AtomicBool::new(false));
        let thread = Thread {
            bus: self.bus.clone(),
            http: Arc::clone(&self.http),
            stop: Arc::clone(&self.stop),
            cancel: Arc::clone(&cancel),
            ended: Arc::clone(&self.ended),
            flight: flight.clone(),
            task,
            limit: limit_of(&open.run, &flight.what),
            is_first: !self.inherited.contains(&flight),
            last: last_seen(&open.run, &flight.what),
        };
        let name = format!("run {}", open.id);
        match std::thread::Builder::new().name(name).spawn(move || thread.fly()) {
            Ok(_) => drop(self.flights.insert(flight, cancel)),
            Err(error) => tracing::error!(%error, "a call must wait: no thread is to be had"),
        }
    }

    /// What a flight does, and when a trigger is looked at next.
    fn task(&mut self, file: Option<&PlanFile>, flight: &Flight) -> Option<Task> {
        match &flight.what {
            What::Attempt(attempt) | What::Question(attempt) => {
                let key = format!("{}:{}", flight.release, attempt.key());
                Some(Task::Call(file.and_then(|file| file.call(attempt, &key))))
            }
            What::Look(trigger) => {
                let (watch, seconds) = file?.watch(trigger)?;
                let next = self.bus.world().clock.now().plus_seconds(i64::from(seconds));
                self.looks.insert((flight.release, trigger.clone()), next);
                Some(Task::Look(watch))
            }
        }
    }
}

/// Whether an attempt is a job of a runner.
fn is_job(open: &Open, attempt: &Attempt) -> bool {
    let file = file::read(&open.plan, &open.changes);
    file.is_ok_and(|file| file.is_job(attempt))
}

/// Whether it is not known yet what became of an attempt.
fn is_open(run: &orchestrator::Run, attempt: &Attempt) -> bool {
    let leg = run.leg(&attempt.step, attempt.way);
    leg.filter(|leg| leg.attempts == attempt.number)
        .is_some_and(|leg| leg.is_running() || leg.is_uncertain())
}

/// The attempts of a run of which it is not known yet what became of them.
fn open_attempts(open: &Open) -> impl Iterator<Item = Flight> {
    let (run, release) = (&open.run, open.id);
    let legs = [Way::Forward, Way::Back]
        .into_iter()
        .flat_map(move |way| run.legs(way).map(move |(step, _)| (way, step)));
    let attempts = legs.filter_map(move |(way, step)| run.attempt(&step.key, way));
    let attempts = attempts.filter(move |attempt| is_open(run, attempt));
    attempts.map(move |attempt| Flight { release, what: What::Attempt(attempt) })
}

/// How long an attempt may take.
fn limit_of(run: &orchestrator::Run, what: &What) -> Duration {
    let step = match what {
        What::Attempt(attempt) | What::Question(attempt) => run.plan.step(&attempt.step),
        What::Look(_) => None,
    };
    step.map_or(Duration::ZERO, |step| Duration::from_secs(step.time_limit_seconds.into()))
}

/// What is told of an attempt whose outcome the run refuses: that nobody knows.
fn instead(what: &What) -> Option<Input> {
    match what {
        What::Attempt(attempt) => Some(Input::Unknown(attempt.clone())),
        What::Question(attempt) => {
            Some(Input::Answered { attempt: attempt.clone(), answer: Answer::Unknown })
        }
        What::Look(_) => None,
    }
}

/// What is known of the trigger that is looked at.
fn last_seen(run: &orchestrator::Run, what: &What) -> Option<Value> {
    let What::Look(trigger) = what else { return None };
    run.watched.get(trigger).map(|watched| watched.value)
}

/// What one thread needs.
struct Thread {
    bus: Bus,
    http: Arc<dyn HttpClient>,
    stop: Arc<AtomicBool>,
    cancel: Arc<AtomicBool>,
    ended: Arc<Mutex<Vec<Flight>>>,
    flight: Flight,
    task: Task,
    /// How long the attempt may take.
    limit: Duration,
    /// No other driver may have made it.
    is_first: bool,
    /// What the last look said.
    last: Option<Value>,
}

impl Thread {
    fn fly(self) {
        let is_look = matches!(self.flight.what, What::Look(_));
        let is_told = self.outcome().is_some_and(|outcome| self.settle(&outcome));
        if !is_told && !is_look {
            // It stays in flight, so that it is not made again.
            return;
        }
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).push(self.flight);
    }

    /// Tells what came of it, or where that is refused that nobody knows; whether it was taken.
    fn settle(&self, outcome: &Input) -> bool {
        self.tell(outcome) || instead(&self.flight.what).is_some_and(|other| self.tell(&other))
    }

    fn tell(&self, outcome: &Input) -> bool {
        while let Err(failure) = tell(&self.bus, self.flight.release, outcome.clone()) {
            if !matches!(failure, Failure::Fault(_)) {
                tracing::error!(?failure, "what came of a call was refused");
                return false;
            }
            if self.stop.load(Ordering::SeqCst) {
                return false;
            }
            std::thread::sleep(REST);
        }
        true
    }

    /// What came of it; nothing when the driver ends first, or a look saw nothing new.
    fn outcome(&self) -> Option<Input> {
        let (http, bus) = (&*self.http, Some(&self.bus));
        let (limit, is_first) = (self.limit, self.is_first);
        let caller = Caller { http, bus, stop: &self.stop, cancel: &self.cancel, limit, is_first };
        match (&self.flight.what, &self.task) {
            (What::Attempt(attempt), Task::Call(Some(call))) => caller.make(attempt, call),
            (What::Question(attempt), Task::Call(Some(call))) => Some(caller.ask(attempt, call)),
            (What::Attempt(attempt) | What::Question(attempt), _) => Some(Input::Failed {
                attempt: attempt.clone(),
                reason: "its plan does not say what is called".to_owned(),
            }),
            (What::Look(trigger), Task::Look(watch)) => {
                let (value, note) = caller.look(watch);
                let trigger = trigger.clone();
                (self.last != Some(value)).then_some(Input::Observed { trigger, value, note })
            }
            (What::Look(_), Task::Call(_)) => None,
        }
    }
}

fn tell(bus: &Bus, release: ReleaseId, input: Input) -> Result<(), Failure> {
    let command = TellRun { release: release.to_string(), told: Told::Input(input) };
    bus.call(Envelope::system("run"), command).map(|_| ())
}

fn open_runs(db: &mut dyn Query) -> Result<Vec<Open>, Fault> {
    let rows = db.query("SELECT release FROM runs WHERE open = 1 ORDER BY release", &[])?;
    let mut open = Vec::with_capacity(rows.len());
    for row in rows {
        let id: ReleaseId = row.parsed(0)?;
        let found = find_state::<Run>(db, id)?.zip(find_state::<Release>(db, id)?);
        let Some((run, release)) = found else { continue };
        let changes = numbers(db, &release.state.changes)?;
        let plan = release.state.plan.unwrap_or_default();
        open.push(Open { id, run: run.state.0, plan, changes });
    }
    Ok(open)
}

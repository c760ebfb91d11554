//! A command as a job of the store: idempotency first, then the run inside a savepoint, so that a
//! refusal can leave its attempt behind and nothing else.

use std::collections::BTreeSet;

use domain::identity::Person;
use domain::{Aggregate as _, Refusal};
use kernel::{EventId, Timestamp};
use ports::{Fault, Flow, Job, Query, Tx, Value};

use crate::bus::command::{Command, Envelope, Failure, Reply, Stop};
use crate::bus::work::{Who, Work};
use crate::bus::{IDEMPOTENCY_MINUTES, Lock, World, attempt};
use crate::problem;

type Done<A> = Box<dyn FnOnce(Result<Reply<A>, Failure>) + Send>;

/// A command on its way through the store.
pub(super) struct CommandJob<C: Command> {
    world: World,
    envelope: Envelope,
    command: C,
    locks: BTreeSet<Lock>,
    first_event: Option<EventId>,
    wrote: bool,
    result: Option<Result<Reply<C::Answer>, Failure>>,
    done: Done<C::Answer>,
}

impl<C: Command> CommandJob<C> {
    pub(super) fn new(world: World, envelope: Envelope, command: C, done: Done<C::Answer>) -> Self {
        let locks = BTreeSet::new();
        Self {
            world,
            envelope,
            command,
            locks,
            first_event: None,
            wrote: false,
            result: None,
            done,
        }
    }

    fn ended(&mut self, end: Result<Reply<C::Answer>, Failure>, flow: Flow) -> Flow {
        self.result = Some(end);
        flow
    }

    /// Answers from an earlier sending with the same key, if there was one.
    fn replay(&mut self, tx: &mut dyn Tx, now: Timestamp) -> Result<Option<Flow>, Fault> {
        let Some(key) = self.envelope.key.clone() else { return Ok(None) };
        let actor = self.envelope.actor.label();
        let row = claim_key(tx, &actor, &key.key, &key.request_hash, now)?;
        let Some((hash, status, body)) = row else { return Ok(None) };
        let end = if hash != key.request_hash {
            Err(Failure::KeyReused)
        } else if status == 200 {
            let answer = serde_json::from_str(&body)
                .map_err(|error| Fault::permanent("reading a kept answer", error))?;
            Ok(Reply { answer, replayed: true })
        } else {
            let problem = serde_json::from_str(&body)
                .map_err(|error| Fault::permanent("reading a kept answer", error))?;
            Err(Failure::ReplayedRefusal(problem))
        };
        Ok(Some(self.ended(end, Flow::Rollback)))
    }

    fn keep(&self, tx: &mut dyn Tx, status: i64, body: &str) -> Result<(), Fault> {
        let Some(key) = &self.envelope.key else { return Ok(()) };
        let params = [
            Value::from(status),
            Value::from(body),
            Value::from(self.envelope.actor.label()),
            Value::from(&key.key),
        ];
        let sql = "UPDATE idempotency SET status = $1, body = $2 WHERE actor = $3 AND key = $4";
        tx.execute(sql, &params).map(|_| ())
    }

    fn accept(&mut self, tx: &mut dyn Tx, answer: C::Answer) -> Result<Flow, Fault> {
        tx.release_savepoint()?;
        let body = serde_json::to_string(&answer)
            .map_err(|error| Fault::permanent("writing an answer", error))?;
        self.keep(tx, 200, &body)?;
        let keep = self.wrote || self.envelope.key.is_some();
        let flow = if keep { Flow::Commit } else { Flow::Rollback };
        Ok(self.ended(Ok(Reply { answer, replayed: false }), flow))
    }

    fn refuse(
        &mut self,
        tx: &mut dyn Tx,
        now: Timestamp,
        subject: Option<String>,
        refusal: Refusal,
    ) -> Result<Flow, Fault> {
        tx.rollback_to_savepoint()?;
        self.first_event = None;
        let Some(subject) = subject.filter(|_| attempt::is_governance(&refusal)) else {
            return Ok(self.ended(Err(Failure::Refused(refusal)), Flow::Rollback));
        };
        let mut work = self.work(tx, now);
        match attempt::record(&mut work, &subject, self.command.verb(), &refusal) {
            Ok(()) => {}
            Err(Stop::Fault(fault)) => return Err(fault),
            Err(_) => unreachable!("recording an attempt takes one lock, the last in order"),
        }
        self.first_event = work.first_event;
        let problem = problem::of_refusal(&refusal);
        let body = serde_json::to_string(&problem).unwrap_or_default();
        self.keep(tx, i64::from(problem.status), &body)?;
        Ok(self.ended(Err(Failure::Refused(refusal)), Flow::Commit))
    }

    fn work<'a>(&'a self, tx: &'a mut dyn Tx, now: Timestamp) -> Work<'a> {
        Work {
            tx,
            actor: self.envelope.actor.clone(),
            who: Who::default(),
            now,
            held: BTreeSet::new(),
            world: &self.world,
            expected: self.envelope.expected,
            subject: None,
            first_event: None,
            wrote: false,
            correlation: self.world.chance.uuid().simple().to_string(),
            policy: None,
        }
    }
}

impl<C: Command> Job for CommandJob<C> {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<Flow, Fault> {
        let now = self.world.clock.now();
        if let Some(flow) = self.replay(tx, now)? {
            return Ok(flow);
        }
        let names: Vec<String> = self.locks.iter().map(|lock| lock.as_str().to_owned()).collect();
        tx.lock(&names)?;
        tx.savepoint()?;
        let mut work = self.work(tx, now);
        work.held.clone_from(&self.locks);
        let end = match work.authorise(self.command.permission()) {
            Ok(()) => self.command.run(&mut work),
            // Evidence, beside the record where it is known; a wrong name is no reason to say more.
            Err(stop) => match self.command.subject(work.tx) {
                Ok(subject) => {
                    work.subject = subject;
                    Err(stop)
                }
                Err(Stop::Refused(_)) => Err(stop),
                Err(other) => Err(other),
            },
        };
        let own = work.person().map(Person::stream);
        let subject = work.subject.take().or(own);
        let (first_event, wrote) = (work.first_event, work.wrote);
        (self.first_event, self.wrote) = (first_event, wrote);
        match end {
            Ok(answer) => self.accept(tx, answer),
            Err(Stop::Refused(refusal)) => self.refuse(tx, now, subject, refusal),
            Err(Stop::Fault(fault)) => Err(fault),
            Err(Stop::Again(lock)) => {
                self.locks.insert(lock);
                Ok(Flow::Again)
            }
        }
    }

    fn settled(&mut self, tx: &mut dyn Query) -> Result<bool, Fault> {
        let row = match (&self.first_event, &self.envelope.key) {
            (Some(event), _) => tx.query_one(
                "SELECT 1 FROM events WHERE id = $1",
                &[Value::from(event.to_string())],
            )?,
            (None, Some(key)) => tx.query_one(
                "SELECT 1 FROM idempotency WHERE actor = $1 AND key = $2",
                &[Value::from(self.envelope.actor.label()), Value::from(&key.key)],
            )?,
            (None, None) => None,
        };
        Ok(row.is_some())
    }

    fn done(self: Box<Self>, end: Result<(), Fault>) {
        let missing = || Err(Failure::Fault(Fault::permanent("running a command", "no answer")));
        let result = match end {
            Ok(()) => self.result.unwrap_or_else(missing),
            Err(fault) => Err(Failure::Fault(fault)),
        };
        (self.done)(result);
    }
}

/// Claims a key for an actor. Nothing when it was free; else the hash it was sent with, and what
/// was answered.
fn claim_key(
    tx: &mut dyn Tx,
    actor: &str,
    key: &str,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(String, i64, String)>, Fault> {
    const CLAIM: &str = "INSERT INTO idempotency (actor, key, request_hash, at) \
        VALUES ($1, $2, $3, $4) \
        ON CONFLICT (actor, key) DO UPDATE \
        SET request_hash = excluded.request_hash, at = excluded.at, status = NULL, body = NULL \
        WHERE idempotency.at < $5";
    const READ: &str =
        "SELECT request_hash, status, body FROM idempotency WHERE actor = $1 AND key = $2";
    let forgotten = now.plus_minutes(-IDEMPOTENCY_MINUTES);
    let claim =
        [Value::from(actor), Value::from(key), Value::from(hash), now.into(), forgotten.into()];
    if tx.execute(CLAIM, &claim)? > 0 {
        return Ok(None);
    }
    let row = tx.query_one(READ, &[Value::from(actor), Value::from(key)])?;
    let Some(row) = row else { return Ok(None) };
    let status = row.opt_int(1)?.unwrap_or(500);
    Ok(Some((row.text(0)?.to_owned(), status, row.opt_text(2)?.unwrap_or_default().to_owned())))
}

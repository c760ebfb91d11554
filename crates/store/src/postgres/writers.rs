//! Threads that write in parallel. A job is run again from the start after a deadlock, a lost
//! race or a lost connection; when the connection broke during COMMIT, the job is asked first
//! whether its work is there.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, never, select_biased};
use ports::{Fault, Flow, Job};

use super::session::{Backend, Connector, Session};
use super::trouble::{Remedy, Trouble};
use super::tx::PgTx;
use crate::queue::Receivers;
use crate::{Recorder, job};

/// How often a job is run again after its first run.
const RERUNS_MAX: u32 = 5;
/// How often a lost COMMIT is asked after, with growing pauses: about half a minute.
const SETTLE_TRIES: u32 = 12;
const PAUSE_MILLIS: u64 = 5;
/// After a lost connection the pauses are longer: a server takes a moment to come back.
const RECONNECT_PAUSE_MILLIS: u64 = 50;
const PAUSE_MILLIS_MAX: u64 = 4_000;

type Work = Box<dyn Job>;

/// How one run of a job ended.
enum Run {
    Ended(Result<(), Fault>),
    Again,
    Rerun(Fault, Remedy),
    CommitLost(Fault),
}

/// One thread with its connection.
pub(super) struct Writer {
    connector: Arc<Connector>,
    session: Option<Session>,
    /// The server process of a connection that was lost.
    lost: Option<Backend>,
    /// Rings the sequencer.
    bell: Sender<()>,
    record: Option<Arc<dyn Recorder>>,
    /// State of the generator that spreads pauses.
    spread: u64,
}

impl Writer {
    pub(super) fn new(
        connector: Arc<Connector>,
        bell: Sender<()>,
        record: Option<Arc<dyn Recorder>>,
        number: usize,
    ) -> Self {
        let spread = u64::from(std::process::id()) << 16 | (number as u64 + 1);
        Self { connector, session: None, lost: None, bell, record, spread }
    }

    /// Serves until the queues are closed and empty. `takes_bulk` is true for few of the threads,
    /// so that long work never holds all of them.
    pub(super) fn serve(mut self, receivers: &Receivers, takes_bulk: bool) {
        let mut commands = receivers.commands.clone();
        let mut bulk: Receiver<Work> = if takes_bulk { receivers.bulk.clone() } else { never() };
        let mut open = if takes_bulk { 2 } else { 1 };
        while open > 0 {
            select_biased! {
                recv(commands) -> work => if let Ok(work) = work {
                    self.work(work);
                    if let Ok(work) = bulk.try_recv() {
                        self.work(work);
                    }
                } else {
                    commands = never();
                    open -= 1;
                },
                recv(bulk) -> work => if let Ok(work) = work {
                    self.work(work);
                } else {
                    bulk = never();
                    open -= 1;
                },
            }
        }
    }

    fn work(&mut self, mut work: Work) {
        let end = self.until_ended(work.as_mut());
        job::done(work, end);
    }

    fn until_ended(&mut self, work: &mut dyn Job) -> Result<(), Fault> {
        let (mut reruns, mut again) = (0, 0);
        loop {
            match self.run(work) {
                Run::Ended(end) => return end,
                Run::Again => {
                    again += 1;
                    if again > job::AGAIN_MAX {
                        return Err(job::again_too_often());
                    }
                }
                Run::Rerun(fault, remedy) => {
                    if reruns >= RERUNS_MAX {
                        return Err(fault);
                    }
                    self.pause(reruns, remedy);
                    reruns += 1;
                }
                Run::CommitLost(fault) => {
                    tracing::warn!(%fault, "the connection broke during COMMIT");
                    if self.settle(work)? {
                        return Ok(());
                    }
                    if reruns >= RERUNS_MAX {
                        return Err(fault);
                    }
                    reruns += 1;
                }
            }
        }
    }

    fn run(&mut self, work: &mut dyn Job) -> Run {
        if let Err(fault) = self.connect() {
            return Run::Rerun(fault, Remedy::Reconnect);
        }
        if let Err(trouble) = self.control("BEGIN") {
            self.lose();
            return Run::Rerun(trouble.fault, Remedy::Reconnect);
        }
        let Some(session) = self.session.as_mut() else { unreachable!("connected above") };
        let mut tx = PgTx::new(session, &self.connector, self.record.as_deref());
        let flow = job::run(work, &mut tx);
        let (remedy, appended) = (tx.remedy(), tx.has_appended());
        let flow = match flow {
            Ok(Flow::Commit) => tx.check_whole().map(|()| Flow::Commit),
            other => other,
        };
        if let Ok(Flow::Commit) = flow {
            return self.commit(appended);
        }
        self.roll_back();
        if remedy == Some(Remedy::Reconnect) {
            self.lose();
        }
        after_rollback(flow, remedy)
    }

    fn commit(&mut self, appended: bool) -> Run {
        match self.control("COMMIT") {
            Ok(()) => {
                if appended {
                    // A full channel means that the sequencer is awake already.
                    let _ = self.bell.try_send(());
                }
                Run::Ended(Ok(()))
            }
            Err(trouble) if self.is_lost(&trouble) => {
                self.lose();
                Run::CommitLost(trouble.fault)
            }
            Err(trouble) => {
                self.roll_back();
                after_rollback(Err(trouble.fault), Some(trouble.remedy))
            }
        }
    }

    /// Is what the last run wrote there? The lost connection's server process is gone by now, so
    /// the answer is final.
    fn settle(&mut self, work: &mut dyn Job) -> Result<bool, Fault> {
        let mut last = None;
        for attempt in 0..SETTLE_TRIES {
            match self.ask_settled(work) {
                Ok(kept) => return Ok(kept),
                Err(fault @ Fault::Transient { .. }) => last = Some(fault),
                Err(fault) => return Err(fault),
            }
            self.pause(attempt, Remedy::Reconnect);
        }
        let why = last.map_or_else(String::new, |fault| fault.to_string());
        Err(Fault::transient("finding out whether the work was committed", why))
    }

    fn ask_settled(&mut self, work: &mut dyn Job) -> Result<bool, Fault> {
        self.connect()?;
        if let Err(trouble) = self.control("BEGIN READ ONLY") {
            self.lose();
            return Err(trouble.fault);
        }
        let Some(session) = self.session.as_mut() else { unreachable!("connected above") };
        let kept = job::settled(work, &mut PgTx::new(session, &self.connector, None));
        self.roll_back();
        kept
    }

    fn connect(&mut self) -> Result<(), Fault> {
        if self.session.as_ref().is_some_and(|session| session.client.is_closed()) {
            self.lose();
        }
        if self.session.is_none() {
            let session = match &self.lost {
                Some(lost) => self.connector.successor(lost)?,
                None => self.connector.session()?,
            };
            self.lost = None;
            self.session = Some(session);
        }
        Ok(())
    }

    /// Lets go of a connection that is, or may be, broken.
    fn lose(&mut self) {
        if let Some(session) = self.session.take() {
            self.lost = Some(session.backend.clone());
        }
    }

    fn is_lost(&self, trouble: &Trouble) -> bool {
        let closed = self.session.as_ref().is_none_or(|session| session.client.is_closed());
        closed || trouble.remedy == Remedy::Reconnect
    }

    fn roll_back(&mut self) {
        if self.control("ROLLBACK").is_err() {
            self.lose();
        }
    }

    fn control(&mut self, sql: &str) -> Result<(), Trouble> {
        if let Some(record) = &self.record {
            record.statement(sql, &[]);
        }
        match self.session.as_mut() {
            Some(session) => session.control(sql),
            None => Err(Trouble::misuse("controlling the transaction", "no connection".into())),
        }
    }

    /// Doubling, and spread, so that those who met once do not meet again.
    fn pause(&mut self, attempt: u32, remedy: Remedy) {
        let first = if remedy == Remedy::Reconnect { RECONNECT_PAUSE_MILLIS } else { PAUSE_MILLIS };
        let whole = first.saturating_mul(1 << attempt.min(16)).min(PAUSE_MILLIS_MAX);
        self.spread ^= self.spread << 13;
        self.spread ^= self.spread >> 7;
        self.spread ^= self.spread << 17;
        std::thread::sleep(Duration::from_millis(whole / 2 + self.spread % (whole / 2 + 1)));
    }
}

/// A spoilt transaction is run again when that can help, whatever the job made of its fault: what
/// it decided may rest on a statement that failed.
fn after_rollback(flow: Result<Flow, Fault>, remedy: Option<Remedy>) -> Run {
    match (flow, remedy) {
        (flow, Some(remedy @ (Remedy::Rerun | Remedy::Reconnect))) => {
            let why = "a statement met a passing fault";
            let fault = flow.err().unwrap_or_else(|| Fault::transient("running the work", why));
            Run::Rerun(fault, remedy)
        }
        (Err(fault), None) if fault.is_transient() => Run::Rerun(fault, Remedy::Rerun),
        (Err(fault), _) => Run::Ended(Err(fault)),
        (Ok(Flow::Again), _) => Run::Again,
        (Ok(Flow::Commit | Flow::Rollback), _) => Run::Ended(Ok(())),
    }
}

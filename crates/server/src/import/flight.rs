//! The commands of an import that are on their way: many at once, so that they share commits, and
//! never more than fit beside the work of others.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use kernel::Actor;
use ports::{Fault, Lane};

use super::take::{Import, Takeable, Taken};
use super::{BUSY_TRIES_MAX, BUSY_WAIT, CIS_MAX, IN_FLIGHT_MAX};
use crate::bus::{Bus, Envelope, Failure, Reply};
use crate::service::ImportCis;

/// What a report says of a record.
#[derive(Debug, Clone)]
pub(super) struct About {
    /// The line of its first row.
    pub(super) line: u64,
    /// Its number in the source.
    pub(super) number: String,
    pub(super) rows: u64,
}

/// A command on its way, so that it can be sent again and spoken of.
struct Sent<R: Takeable> {
    about: Vec<About>,
    command: Import<R>,
}

type Ended = (u64, Result<Reply<Vec<Taken>>, Failure>);

/// What is on its way.
pub(super) struct Flight<'a, R: Takeable> {
    bus: &'a Bus,
    actor: &'a Actor,
    waiting: HashMap<u64, Sent<R>>,
    /// Commands that the store was too busy for.
    delayed: Vec<Sent<R>>,
    tries: u32,
    next: u64,
    sender: Sender<Ended>,
    ended: Receiver<Ended>,
}

/// What became of the records that landed.
pub(super) type Landed = Vec<(About, Taken)>;

impl<'a, R: Takeable + 'static> Flight<'a, R> {
    pub(super) fn new(bus: &'a Bus, actor: &'a Actor) -> Self {
        let (sender, ended) = channel();
        let (waiting, delayed) = (HashMap::new(), Vec::new());
        Self { bus, actor, waiting, delayed, tries: 0, next: 0, sender, ended }
    }

    fn envelope(&self) -> Envelope {
        Envelope { lane: Lane::Bulk, ..Envelope::new(self.actor.clone()) }
    }

    /// Writes CIs down, by name and kind, and waits for all of them; answers how many were made.
    pub(super) fn write_cis(&self, cis: &[(String, String)]) -> Result<u64, Fault> {
        let (sender, ended) = channel();
        for slice in cis.chunks(CIS_MAX) {
            let (slice, sender) = (slice.to_vec(), sender.clone());
            let command = ImportCis { cis: slice.clone() };
            self.bus.submit(self.envelope(), command, move |end| {
                let _ = sender.send((slice, end));
            });
        }
        drop(sender);
        let mut made = 0;
        for (slice, end) in ended {
            made += match end {
                Err(Failure::Fault(Fault::Busy)) => self.write_patiently(&slice)?,
                end => end.map_err(fault)?.answer,
            };
        }
        Ok(made)
    }

    fn write_patiently(&self, cis: &[(String, String)]) -> Result<u64, Fault> {
        for _ in 0..BUSY_TRIES_MAX {
            std::thread::sleep(BUSY_WAIT);
            match self.bus.call(self.envelope(), ImportCis { cis: cis.to_vec() }) {
                Err(Failure::Fault(Fault::Busy)) => {}
                end => return Ok(end.map_err(fault)?.answer),
            }
        }
        Err(Fault::Busy)
    }

    /// Sends a command as soon as there is room; answers what landed meanwhile.
    pub(super) fn send(&mut self, about: Vec<About>, command: Import<R>) -> Result<Landed, Fault> {
        let landed = self.land(IN_FLIGHT_MAX - 1)?;
        self.submit(Sent { about, command });
        Ok(landed)
    }

    fn submit(&mut self, sent: Sent<R>) {
        let place = self.next;
        self.next += 1;
        let sender = self.sender.clone();
        self.bus.submit(self.envelope(), sent.command.clone(), move |end| {
            let _ = sender.send((place, end));
        });
        self.waiting.insert(place, sent);
    }

    /// Waits until at most so many are on their way.
    pub(super) fn land(&mut self, most: usize) -> Result<Landed, Fault> {
        let mut landed = Vec::new();
        while self.waiting.len() + self.delayed.len() > most {
            if self.waiting.is_empty() {
                self.try_again()?;
            }
            let (place, end) = self.ended.recv().map_err(|_| Fault::Busy)?;
            let Some(sent) = self.waiting.remove(&place) else { continue };
            if let Err(Failure::Fault(Fault::Busy)) = end {
                self.delayed.push(sent);
                continue;
            }
            self.tries = 0;
            landed.extend(sent.about.into_iter().zip(end.map_err(fault)?.answer));
            if let Some(delayed) = self.delayed.pop() {
                self.submit(delayed);
            }
        }
        Ok(landed)
    }

    /// The store is full of other people's work, and nothing of ours will end and tell.
    fn try_again(&mut self) -> Result<(), Fault> {
        self.tries += 1;
        if self.tries > BUSY_TRIES_MAX {
            return Err(Fault::Busy);
        }
        std::thread::sleep(BUSY_WAIT);
        if let Some(delayed) = self.delayed.pop() {
            self.submit(delayed);
        }
        Ok(())
    }
}

/// What ends an import, as a fault.
pub(super) fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::Fault(fault) => fault,
        Failure::Refused(refusal) => Fault::permanent("importing", refusal.detail),
        Failure::ReplayedRefusal(problem) => Fault::permanent("importing", problem.detail),
        Failure::KeyReused => Fault::permanent("importing", "the key was used before"),
    }
}

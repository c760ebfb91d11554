//! The one follower, and those who listen to it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ports::Fault;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::bus::Bus;
use crate::live::read::{Told, slice};

/// The most connections of one server.
pub const CONNECTIONS_MAX: u32 = 2_000;
/// The most connections of one person or token: tabs, and pages that were not closed cleanly.
pub const PER_ACTOR_MAX: u32 = 50;
/// The most events that wait for a slow reader before it is cut off.
pub const QUEUE_MAX: usize = 1_024;
const PATIENCE: Duration = Duration::from_millis(500);

/// Who listens.
#[derive(Debug)]
pub struct Live {
    /// Absent once the server stops.
    sender: Mutex<Option<Sender<Arc<Told>>>>,
    /// The last position that was told.
    position: AtomicI64,
    seats: Mutex<BTreeMap<String, u32>>,
    open: Gauge,
    cut_off: Counter,
    sent: Counter,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            sender: Mutex::new(Some(channel(QUEUE_MAX).0)),
            position: AtomicI64::new(0),
            seats: Mutex::default(),
            open: Gauge::default(),
            cut_off: Counter::default(),
            sent: Counter::default(),
        }
    }
}

impl Live {
    /// Follows the log until told to stop.
    pub fn run(&self, bus: &Bus, stop: &Arc<AtomicBool>) {
        // Begun again after a panic, it goes on where it was.
        let mut is_placed = self.position() > 0;
        while !stop.load(Ordering::SeqCst) {
            let end = if is_placed { self.step(bus).map(|_| ()) } else { self.place(bus) };
            is_placed |= end.is_ok();
            if let Err(fault) = end {
                tracing::error!(error = %fault, "what moves cannot be told: {fault}");
                std::thread::sleep(PATIENCE);
            }
        }
        self.close();
    }

    /// Begins at the end of the log: what is older is read by those who come back.
    pub fn place(&self, bus: &Bus) -> Result<(), Fault> {
        self.position.store(bus.world().store.log_head()?, Ordering::SeqCst);
        Ok(())
    }

    /// Waits for the log to grow, and tells what it gained; answers whether it did.
    pub fn step(&self, bus: &Bus) -> Result<bool, Fault> {
        let (store, position) = (&bus.world().store, self.position());
        if store.wait_for_log(position, PATIENCE)? <= position {
            return Ok(false);
        }
        let (told, last) = crate::read::wait(&**store, move |db| slice(db, position))?;
        let guard = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*guard {
            for one in told {
                // Nobody listens: nothing is lost, a reader that comes later begins later.
                let _ = sender.send(Arc::new(one));
            }
        }
        self.position.store(last, Ordering::SeqCst);
        Ok(true)
    }

    /// Ends all connections, so that a server which stops need not wait for them.
    pub fn close(&self) {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// The last position that was told.
    pub(super) fn position(&self) -> i64 {
        self.position.load(Ordering::SeqCst)
    }

    /// A place to listen from, with the position up to which all was told before; nothing when
    /// the server stops.
    pub(super) fn listen(&self) -> Option<(Receiver<Arc<Told>>, i64)> {
        let guard = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        guard.as_ref().map(|sender| (sender.subscribe(), self.position()))
    }

    /// An ear for what moves, for a request that waits for something.
    pub(crate) fn ear(&self) -> Ear {
        Ear(self.listen().map(|(receiver, _)| receiver))
    }

    /// A seat for an actor, until it is dropped; nothing when all are taken.
    pub(super) fn sit(self: &Arc<Self>, actor: String) -> Option<Seat> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: u32 = seats.values().sum();
        let mine = seats.get(&actor).copied().unwrap_or(0);
        if taken >= CONNECTIONS_MAX || mine >= PER_ACTOR_MAX {
            return None;
        }
        seats.insert(actor.clone(), mine + 1);
        self.open.inc();
        Some(Seat { live: Arc::clone(self), actor })
    }

    pub(super) fn count_sent(&self) {
        self.sent.inc();
    }

    pub(super) fn count_cut_off(&self) {
        self.cut_off.inc();
    }

    /// Connections now, those cut off, and what was sent.
    pub(crate) fn figures(&self) -> (Gauge, Counter, Counter) {
        (self.open.clone(), self.cut_off.clone(), self.sent.clone())
    }
}

/// Hears what moves from now on.
pub(crate) struct Ear(Option<Receiver<Arc<Told>>>);

impl Ear {
    /// Waits until a record of a kind may have moved; false when the server stops.
    pub(crate) async fn hears(&mut self, kind: &str) -> bool {
        let Some(receiver) = &mut self.0 else { return false };
        loop {
            match receiver.recv().await {
                Ok(told) if told.moved.kind == kind => return true,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return true,
                Err(RecvError::Closed) => return false,
            }
        }
    }
}

/// A connection's claim.
#[derive(Debug)]
pub(super) struct Seat {
    live: Arc<Live>,
    actor: String,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.live.seats.lock().unwrap_or_else(PoisonError::into_inner);
        match seats.get_mut(&self.actor) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(seats.remove(&self.actor)),
        }
        self.live.open.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_actor_takes_so_many_seats_and_gives_them_back() {
        let live = Arc::new(Live::default());
        let mut seats: Vec<Seat> =
            (0..PER_ACTOR_MAX).map(|_| live.sit("person:1".to_owned()).expect("free")).collect();
        assert!(live.sit("person:1".to_owned()).is_none());
        assert!(live.sit("person:2".to_owned()).is_some());
        seats.pop();
        assert!(live.sit("person:1".to_owned()).is_some());
        drop(seats);
        assert_eq!(live.open.get(), 0);
    }

    #[test]
    fn a_closed_hub_lets_nobody_in() {
        let live = Live::default();
        assert!(live.listen().is_some());
        live.close();
        assert!(live.listen().is_none());
    }
}

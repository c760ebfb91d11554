//! The only way in for a write: it opens the transaction, takes locks, authorises, lets a command
//! gather facts and decide, appends the events and projects them, and answers after the commit.

mod attempt;
mod command;
mod job;
mod lock;
mod pin;
mod record;
mod work;

use std::sync::Arc;
use std::sync::mpsc;

use kernel::Actor;
use ports::{Chance, Clock, Fault, Lane, Store};
use serde::de::DeserializeOwned;

pub(crate) use attempt::forget_keys;
pub use attempt::{ATTEMPT_WINDOW_MINUTES, AttemptEvent, flush_attempts};
pub use command::{Command, Envelope, Failure, IdempotencyKey, Reply, Stop};
pub use lock::Lock;
pub use pin::pinned;
pub(crate) use record::decode;
pub use record::{Record, find_state, fold, fold_until, fold_watched};
pub(crate) use work::words;
pub use work::{Loaded, Who, Work, who_is};

use crate::bus::job::CommandJob;

/// How long an idempotency key is kept, in minutes (24 h).
pub const IDEMPOTENCY_MINUTES: i64 = 24 * 60;

/// What the bus needs of the world, shared by every command.
#[derive(Clone)]
pub struct World {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ids, salts, secrets.
    pub chance: Arc<dyn Chance>,
}

/// The bus.
#[derive(Clone)]
pub struct Bus {
    world: World,
}

impl Bus {
    /// A bus over a world.
    pub fn new(world: World) -> Self {
        Self { world }
    }

    /// The world it works on.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Carries a command out and waits for the commit; for handlers.
    pub async fn send<C: Command>(
        &self,
        envelope: Envelope,
        command: C,
    ) -> Result<Reply<C::Answer>, Failure> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.submit(envelope, command, move |end| {
            let _ = sender.send(end);
        });
        receiver.await.unwrap_or(Err(Failure::Fault(Fault::Busy)))
    }

    /// Carries a command out and waits for the commit; for threads of our own.
    pub fn call<C: Command>(
        &self,
        envelope: Envelope,
        command: C,
    ) -> Result<Reply<C::Answer>, Failure> {
        let (sender, receiver) = mpsc::channel();
        self.submit(envelope, command, move |end| {
            let _ = sender.send(end);
        });
        receiver.recv().unwrap_or(Err(Failure::Fault(Fault::Busy)))
    }

    /// Carries a command out; `done` is called once, after the commit or the refusal.
    pub fn submit<C: Command>(
        &self,
        envelope: Envelope,
        command: C,
        done: impl FnOnce(Result<Reply<C::Answer>, Failure>) + Send + 'static,
    ) where
        C::Answer: DeserializeOwned,
    {
        let lane = envelope.lane;
        let job = CommandJob::new(self.world.clone(), envelope, command, Box::new(done));
        self.world.store.submit(lane, Box::new(job));
    }
}

impl Envelope {
    /// An envelope for the product's own parts, without a key.
    pub fn system(part: &str) -> Self {
        Self::new(Actor::System { part: part.to_owned() })
    }

    /// An envelope without key or expectation.
    pub fn new(actor: Actor) -> Self {
        Self { actor, key: None, expected: None, lane: Lane::Command }
    }
}

//! The only places that read a clock or draw chance, each with a fake for tests.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{Id, Timestamp};
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Draws ids, salts and secrets.
pub trait Chance: Send + Sync {
    /// Sixteen random bytes.
    fn bytes16(&self) -> [u8; 16];

    /// Thirty-two random bytes, fit for a secret.
    fn bytes32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.bytes16());
        bytes[16..].copy_from_slice(&self.bytes16());
        bytes
    }
}

impl dyn Chance + '_ {
    /// A new id whose order follows time (UUIDv7, RFC 9562).
    pub fn id<I: Id>(&self, now: Timestamp) -> I {
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        let bytes = self.bytes16();
        let mut random = [0; 10];
        random.copy_from_slice(&bytes[..10]);
        I::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// A random UUID (version 4).
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes16()).into_uuid()
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        let now = std::time::SystemTime::now();
        let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.micros()))
    }

    /// Moves the clock forward.
    pub fn advance_minutes(&self, minutes: i64) {
        self.0.fetch_add(minutes * kernel::MICROS_PER_MINUTE, Ordering::SeqCst);
    }

    /// Sets the clock.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn bytes16(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }
}

/// Chance that repeats itself by seed.
#[derive(Debug)]
pub struct SeededChance(Mutex<StdRng>);

impl SeededChance {
    /// Chance drawn from a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Chance for SeededChance {
    fn bytes16(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.0.lock().expect("no panic while drawing").fill_bytes(&mut bytes);
        bytes
    }
}

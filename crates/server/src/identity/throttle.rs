//! Guessing passwords is slow: after some failures a login from one address must wait, and after
//! more of them the address; a login that is guessed from everywhere is only answered more slowly,
//! so that nobody keeps its owner out. Kept in memory and bounded; a restart forgets it.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel::Timestamp;

/// How long failures are counted together, in minutes.
const WINDOW_MINUTES: i64 = 15;
/// The most failures of one login from one address within the window.
const LOGIN_FAILURES_MAX: u32 = 10;
/// The most failures from one address within the window: many people may share one.
const ADDRESS_FAILURES_MAX: u32 = 100;
/// The failures of one login, wherever from, after which each further attempt waits longer.
const UNHURRIED_AFTER: u32 = 10;
/// How much longer each one waits.
const STEP: Duration = Duration::from_millis(100);
/// The longest that an attempt waits.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// The most counts that are kept at once; the oldest are forgotten first.
const KEYS_MAX: usize = 10_000;

/// Counts attempts that are not known to be good.
#[derive(Debug, Default)]
pub struct Throttle {
    seen: Mutex<Seen>,
}

/// Who and where, of bounded length: a login is checked before it comes here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Login(String),
    LoginFrom(String, Option<IpAddr>),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    since: Timestamp,
}

#[derive(Debug, Default)]
struct Seen {
    counts: HashMap<Key, Count>,
    /// Each count by when it began. One that was forgiven meanwhile stands here alone.
    begun: VecDeque<(Timestamp, Key)>,
}

impl Throttle {
    /// Counts an attempt before it is tried, so that many at once are counted too. Nothing when it
    /// must not be tried now, and is not counted; else how long it is to wait before it is tried.
    #[must_use]
    pub fn admit(&self, login: &str, address: Option<IpAddr>, now: Timestamp) -> Option<Duration> {
        let mut seen = self.seen();
        seen.forget(now);
        let keys = keys(login, address);
        let failures = |seen: &Seen, key| seen.counts.get(key).map_or(0, |count| count.failures);
        if keys.iter().any(|key| most(key).is_some_and(|most| failures(&seen, key) >= most)) {
            return None;
        }
        let before = failures(&seen, &Key::Login(login.to_lowercase()));
        for key in keys {
            seen.count(key, now);
        }
        let pause = STEP * before.saturating_sub(UNHURRIED_AFTER - 1).min(1_000);
        Some(pause.min(PAUSE_MAX))
    }

    /// Takes an admitted attempt back that turned out to be good.
    pub fn forgive(&self, login: &str, address: Option<IpAddr>) {
        let mut seen = self.seen();
        for key in keys(login, address) {
            if !matches!(key, Key::Address(_)) {
                seen.counts.remove(&key);
            } else if let Some(count) = seen.counts.get_mut(&key) {
                count.failures = count.failures.saturating_sub(1);
            }
        }
    }

    /// Counts are whole after each step, so a panic elsewhere does not spoil them.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Forgets what is past its time.
    fn forget(&mut self, now: Timestamp) {
        let is_past = |since: &Timestamp| now >= since.plus_minutes(WINDOW_MINUTES);
        while self.begun.front().is_some_and(|(since, _)| is_past(since)) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((since, key)) = self.begun.pop_front()
            && self.counts.get(&key).is_some_and(|count| count.since == since)
        {
            self.counts.remove(&key);
        }
    }

    fn count(&mut self, key: Key, now: Timestamp) {
        if let Some(count) = self.counts.get_mut(&key) {
            count.failures += 1;
            return;
        }
        if self.begun.len() >= KEYS_MAX {
            self.forget_oldest();
        }
        self.begun.push_back((now, key.clone()));
        self.counts.insert(key, Count { failures: 1, since: now });
    }
}

fn keys(login: &str, address: Option<IpAddr>) -> Vec<Key> {
    let (login, address) = (login.to_lowercase(), address.map(neighbourhood));
    let logins = [Key::Login(login.clone()), Key::LoginFrom(login, address)];
    logins.into_iter().chain(address.map(Key::Address)).collect()
}

/// One customer of a provider has a whole /64 of IPv6 addresses.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

fn most(key: &Key) -> Option<u32> {
    match key {
        Key::Login(_) => None,
        Key::LoginFrom(..) => Some(LOGIN_FAILURES_MAX),
        Key::Address(_) => Some(ADDRESS_FAILURES_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    fn from(throttle: &Throttle, login: &str, address: &str, minute: i64) -> Option<Duration> {
        throttle.admit(login, Some(address.parse().unwrap()), at(minute))
    }

    #[test]
    fn a_login_waits_after_ten_failures_from_one_place_whatever_its_case() {
        let throttle = Throttle::default();
        for _ in 0..LOGIN_FAILURES_MAX {
            assert_eq!(throttle.admit("anna", None, at(0)), Some(Duration::ZERO));
        }
        assert_eq!(throttle.admit("ANNA", None, at(14)), None);
        assert_eq!(throttle.admit("ben", None, at(14)), Some(Duration::ZERO));
        assert_eq!(throttle.admit("anna", None, at(15)), Some(Duration::ZERO));
    }

    #[test]
    fn a_login_that_is_guessed_from_everywhere_is_slow_and_never_shut() {
        let throttle = Throttle::default();
        let mut before = Duration::ZERO;
        for number in 0..250 {
            let pause = from(&throttle, "anna", &format!("192.0.2.{number}"), 0).unwrap();
            assert!(pause >= before && pause <= PAUSE_MAX);
            assert_eq!(pause.is_zero(), number < UNHURRIED_AFTER);
            before = pause;
        }
        assert_eq!(before, PAUSE_MAX);
        // Its owner comes in, and is quick again.
        assert!(from(&throttle, "anna", "198.51.100.1", 0).is_some());
        throttle.forgive("anna", "198.51.100.1".parse().ok());
        assert_eq!(from(&throttle, "anna", "198.51.100.1", 0), Some(Duration::ZERO));
    }

    #[test]
    fn an_address_waits_whatever_logins_it_tries() {
        let throttle = Throttle::default();
        for number in 0..ADDRESS_FAILURES_MAX {
            assert!(from(&throttle, &format!("p{number}"), "2001:db8::1", 0).is_some());
        }
        assert_eq!(from(&throttle, "other", "2001:db8::ffff", 1), None, "the same /64");
        assert!(from(&throttle, "other", "2001:db8:0:1::1", 1).is_some());
    }

    #[test]
    fn a_good_attempt_is_forgiven() {
        let throttle = Throttle::default();
        for _ in 0..5 * ADDRESS_FAILURES_MAX {
            assert_eq!(from(&throttle, "anna", "192.0.2.1", 0), Some(Duration::ZERO));
            throttle.forgive("anna", "192.0.2.1".parse().ok());
        }
    }

    #[test]
    fn what_is_watched_is_bounded_and_forgotten_in_time() {
        let throttle = Throttle::default();
        for number in 0..KEYS_MAX + 10 {
            assert!(throttle.admit(&format!("p{number}"), None, at(0)).is_some());
        }
        let lengths = || {
            let seen = throttle.seen.lock().unwrap();
            (seen.counts.len(), seen.begun.len())
        };
        assert_eq!(lengths(), (KEYS_MAX, KEYS_MAX));
        assert!(throttle.admit("anna", None, at(15)).is_some());
        assert_eq!(lengths(), (2, 2));
    }
}

//! Guessing passwords must not pay: after some failures a login, and after more of them a client's
//! address, must wait. Kept in memory and bounded; a restart forgets it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kernel::Timestamp;

/// How long failures are counted together, in minutes.
const WINDOW_MINUTES: i64 = 15;
/// The most failures of one login within the window.
const LOGIN_FAILURES_MAX: u32 = 10;
/// The most failures from one address within the window: many people may share one.
const ADDRESS_FAILURES_MAX: u32 = 100;
/// The most logins and addresses that are watched at once; the oldest are forgotten first.
const KEYS_MAX: usize = 10_000;

/// Counts attempts that are not known to be good.
#[derive(Debug, Default)]
pub struct Throttle {
    seen: Mutex<HashMap<Key, Count>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Login(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    since: Timestamp,
}

impl Throttle {
    /// Counts an attempt before it is tried, so that many at once are counted too. False when it
    /// must not be tried now; such an attempt is not counted.
    #[must_use]
    pub fn admit(&self, login: &str, address: Option<IpAddr>, now: Timestamp) -> bool {
        let mut seen = self.counts();
        let keys = keys(login, address);
        let full = keys.iter().any(|key| {
            let count = seen.get(key).filter(|count| is_current(count, now));
            count.is_some_and(|count| count.failures >= most(key))
        });
        if full {
            return false;
        }
        for key in keys {
            make_room(&mut seen, &key, now);
            let count = seen.entry(key).or_insert(Count { failures: 0, since: now });
            if !is_current(count, now) {
                *count = Count { failures: 0, since: now };
            }
            count.failures += 1;
        }
        true
    }

    /// Takes an admitted attempt back that turned out to be good.
    pub fn forgive(&self, login: &str, address: Option<IpAddr>) {
        let mut seen = self.counts();
        for key in keys(login, address) {
            if matches!(key, Key::Login(_)) {
                seen.remove(&key);
            } else if let Some(count) = seen.get_mut(&key) {
                count.failures = count.failures.saturating_sub(1);
            }
        }
    }
}

impl Throttle {
    /// Counts are whole after each step, so a panic elsewhere does not spoil them.
    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keys(login: &str, address: Option<IpAddr>) -> Vec<Key> {
    let login = Key::Login(login.to_lowercase());
    [login].into_iter().chain(address.map(|address| Key::Address(neighbourhood(address)))).collect()
}

/// One customer of a provider has a whole /64 of IPv6 addresses.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

fn most(key: &Key) -> u32 {
    match key {
        Key::Login(_) => LOGIN_FAILURES_MAX,
        Key::Address(_) => ADDRESS_FAILURES_MAX,
    }
}

fn is_current(count: &Count, now: Timestamp) -> bool {
    now < count.since.plus_minutes(WINDOW_MINUTES)
}

fn make_room(seen: &mut HashMap<Key, Count>, key: &Key, now: Timestamp) {
    if seen.len() < KEYS_MAX || seen.contains_key(key) {
        return;
    }
    seen.retain(|_, count| is_current(count, now));
    if seen.len() >= KEYS_MAX {
        let oldest = seen.iter().min_by_key(|(_, count)| count.since).map(|(key, _)| key.clone());
        oldest.map(|key| seen.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    fn admit_from(throttle: &Throttle, login: &str, address: &str, minute: i64) -> bool {
        throttle.admit(login, address.parse().ok(), at(minute))
    }

    #[test]
    fn a_login_waits_after_ten_failures_whatever_its_case() {
        let throttle = Throttle::default();
        for _ in 0..LOGIN_FAILURES_MAX {
            assert!(throttle.admit("anna", None, at(0)));
        }
        assert!(!throttle.admit("ANNA", None, at(14)));
        assert!(throttle.admit("ben", None, at(14)));
        assert!(throttle.admit("anna", None, at(15)));
    }

    #[test]
    fn an_address_waits_whatever_logins_it_tries() {
        let throttle = Throttle::default();
        for number in 0..ADDRESS_FAILURES_MAX {
            assert!(admit_from(&throttle, &format!("p{number}"), "2001:db8::1", 0));
        }
        assert!(!admit_from(&throttle, "other", "2001:db8::ffff", 1), "the same /64");
        assert!(admit_from(&throttle, "other", "2001:db8:0:1::1", 1));
    }

    #[test]
    fn a_good_attempt_is_forgiven() {
        let throttle = Throttle::default();
        for _ in 0..5 * ADDRESS_FAILURES_MAX {
            assert!(admit_from(&throttle, "anna", "192.0.2.1", 0));
            throttle.forgive("anna", "192.0.2.1".parse().ok());
        }
    }

    #[test]
    fn what_is_watched_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..KEYS_MAX + 10 {
            assert!(throttle.admit(&format!("p{number}"), None, at(0)));
        }
        assert_eq!(throttle.seen.lock().unwrap().len(), KEYS_MAX);
    }
}

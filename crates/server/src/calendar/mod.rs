//! The calendar: where records stand, what collides with what, maintenance windows and blackouts.
//! Conflicts are records kept in step with it; rules never rest on them but on the calendar itself.

mod accept;
mod bands;
mod check;
mod conflict;
mod find;
mod open;
mod overlap;
mod period;
mod placement;
mod projection;
mod read;
mod refresh;
mod routes;

pub use accept::AcceptConflict;
pub use conflict::conflicts_of;
pub use find::blocking;
pub use open::conflicts_open;
pub use period::{RemovePeriod, SavePeriod};
pub use placement::{LONG_MINUTES, Placement, placement, window};
pub use refresh::{CalendarReactor, acceptance_ends, refresh};
pub use routes::routes;

/// The longest range of one calendar, in days.
pub const RANGE_DAYS_MAX: i64 = 400;
/// The range when no end is named, in days.
pub const RANGE_DAYS_DEFAULT: i64 = 31;
#[cfg(test)]
pub fn scale(store: &dyn ports::Store) {
    crate::read::wait(store, |db| {
        for days in [7, 31, 365] {
            for service in [None, Some("svc_00000000000000000000000000000002".parse().unwrap())] {
                let start = kernel::Timestamp::from_micros(1_660_000_000_000_000);
                let range = kernel::Interval { start, end: start.plus_minutes(days * 1440) };
                let asked =
                    overlap::Asked { range, service, team: None, environment: None, kind: None };
                let mut best = std::time::Duration::MAX;
                let mut n = 0;
                for _ in 0..3 {
                    let t = std::time::Instant::now();
                    n = read::calendar(db, &asked)?.entries.len();
                    best = best.min(t.elapsed());
                }
                println!(
                    "{:>8.1} ms calendar {days} days {service:?} {n}",
                    best.as_secs_f64() * 1e3
                );
            }
        }
        Ok(())
    })
    .unwrap();
}

//! The calendar: where records stand, what collides with what, maintenance windows and blackouts.
//! Conflicts are records kept in step with it; rules never rest on them but on the calendar itself.

mod accept;
mod find;
mod open;
mod period;
mod placement;
mod projection;
mod refresh;

pub use accept::AcceptConflict;
pub use find::blocking;
pub use open::conflicts_open;
pub use period::{RemovePeriod, SavePeriod};
pub use placement::{LONG_MINUTES, Placement, placement, window};
pub use refresh::{CalendarReactor, acceptance_ends, refresh};

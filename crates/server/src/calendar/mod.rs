//! The calendar: where records stand, what collides with what, and the periods that say when work
//! belongs or does not: maintenance windows, peak hours, blackouts, business events and sprints.
//! Conflicts are records kept in step with it; rules never rest on them but on the calendar itself.

mod accept;
mod backlog;
mod bands;
mod check;
mod conflict;
mod exempt;
mod external;
mod feed;
mod find;
mod ical;
mod meetings;
mod open;
mod order;
mod outages;
mod overlap;
mod period;
mod preview;
mod projection;
mod reactor;
mod read;
mod refresh;
mod routes;
mod slots;

pub use crate::placement::{LONG_MINUTES, Placement, change_cis, environments, placement, window};
pub use accept::{AcceptConflict, people_of};
pub use check::added;
pub use conflict::{conflicts_of, find_side};
pub use exempt::{Exemption, exemption};
pub use feed::{OpenFeed, calendar_file, feed_ended, open_feed};
pub use find::{Blocked, blackouts, blocking, blocking_without, side_ref, still_fits};
pub use open::{Open, conflicts_open};
pub(crate) use period::days;
pub use period::{RemovePeriod, SavePeriod};
pub use reactor::CalendarReactor;
pub use refresh::{acceptance_ends, refresh};
pub use routes::routes;
pub use slots::next_slot;

/// The longest range of one calendar, in days.
pub const RANGE_DAYS_MAX: i64 = 400;
/// The range when no end is named, in days.
pub const RANGE_DAYS_DEFAULT: i64 = 31;

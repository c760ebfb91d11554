//! The words every crate shares: typed ids, time, actor, version and bounded text.
//! It knows no feature: a word such as "change" appears here only as an id prefix.

mod actor;
mod ids;
mod text;
mod time;
mod version;

pub use actor::Actor;
pub use ids::*;
pub use text::{LONG_TEXT_MAX, NAME_MAX, NOTE_MAX};
pub use time::{Interval, MICROS_PER_MINUTE, TimeError, Timestamp, Zone};
pub use version::Version;

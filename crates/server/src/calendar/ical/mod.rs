//! iCalendar (RFC 5545): the format in which calendar programs exchange what they hold.

mod read;
mod write;

pub(super) use read::{File, read};
pub(super) use write::{Event, Writer};

//! The product from end to end, on both engines.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod feed;
mod fuzz;
mod import;
mod kill;
mod policy;
mod race;
mod recurrence;
mod runner;
mod shared;

//! The product from end to end, on both engines.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod audit;
mod decide;
mod deployment;
mod feed;
mod fuzz;
mod gate;
mod import;
mod kill;
mod notice;
mod policy;
mod race;
mod recurrence;
mod release;
mod report;
mod runner;
mod shared;
mod steer;
mod terminal;

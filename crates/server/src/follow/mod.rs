//! What runs by itself: durable timers, followers of the log, and what both do to rounds.

pub mod followers;
pub mod rounds;
pub mod timers;

//! What runs by itself: durable timers, and followers of the log.

pub mod followers;
pub mod timers;

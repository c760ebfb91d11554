//! What runs by itself: durable timers, followers of the log, and what both do to rounds and to
//! windows.

pub mod followers;
pub mod lead;
pub mod overrun;
pub mod rounds;
pub mod timers;
pub mod watch;

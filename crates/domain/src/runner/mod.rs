//! Runners, which carry commands out on target machines, and the jobs that are given to them.
//!
//! ```text
//! queued ─claim─► claimed ─report─► ended
//!    │               │  └─silence─► lost ─report─► ended, not begun
//!    └───cancel──► not begun ◄──report──┘
//! ```
//!
//! Invariants: 1. a key is one job, and a job is started at most once: what was claimed goes to no
//! other runner, and to the same one again only while it does not know of it; 2. a report counts
//! from the runner that holds the claim, by the claim's number; 3. a runner carries out only what
//! its own list allows, and no shell ever reads an argument; 4. a name belongs to the token that
//! registered it until that token ends or the runner is revoked.

mod allowed;
mod event;
mod job;
mod refusal;
mod register;
mod state;
#[cfg(test)]
mod tests;

pub use allowed::{
    ARGUMENT_MAX, ARGUMENTS_MAX, Allowed, COMMANDS_MAX, PATTERN_MAX, Patterns, TIME_LIMIT_MAX,
    check_allowed, filled, is_name, permits,
};
pub use event::{JobEvent, RunnerEvent};
pub use job::{
    Ask, KEY_MAX, Report, TAIL_MAX, ask, cancel, check_target, claim, fall_silent_with, report,
};
pub use refusal::Refusal;
pub use register::{LABELS_MAX, Standing, Told, fall_silent, holds, register, revoke};
pub use state::{How, Job, Revoked, Runner, State, Target};

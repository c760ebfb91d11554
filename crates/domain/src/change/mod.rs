//! A change: what is to be altered, how, when, and how it is taken back.
//!
//! ```text
//! draft ─submit─► assess ─assess─► authorise ─approved, window set─► scheduled ─start─► implement
//!   ▲  └─submit (emergency, standard)──▲ │                              │                  │
//!   └──────────── rejected ──────────────┘      review ◄────complete────┼──────────────────┘
//!                                                 └─close─► closed      └─cancel─► cancelled
//! ```
//!
//! Invariants: 1. a change past `draft` has what its type asks for; 2. a change is scheduled only
//! while its approval stands; 3. a change in a release is scheduled, started, completed and closed
//! by the release alone; 4. an outcome is set once, when work ends.

mod advice;
mod approve;
mod complete;
mod edit;
mod event;
mod facts;
mod follow;
mod import;
mod refusal;
mod schedule;
mod state;
mod submit;
mod suspend;

pub use advice::{APART_MAX_MINUTES, Advised, Candidate, Fit, NIGHT_MINUTES, Tied, advise};
pub use approve::{assess, call, cast, lapse, meet_condition};
pub use complete::{close, complete, owes_review};
pub use edit::{Edited, edit, edited, extra, gains, raise, raise_unauthorised};
pub use event::ChangeEvent;
pub use facts::{Facts, ReleaseFact, Verb, guard, outside_release};
pub use follow::{Step, attach, detach, follow};
pub use import::{Imported, Origin, check_import, import};
pub use refusal::Refusal;
pub use schedule::{
    extend, grant_extension, overrun, refuse_extension, schedule, start, window_from_now,
};
pub use state::{
    ARTIFACTS_MAX, CIS_MAX, Category, Change, Content, Edit, MINUTES_MAX, Outage, Outcome, Phase,
    SERVICES_MAX, TAGS_MAX,
};
pub use submit::submit;
pub use suspend::{cancel, hold, resume};

#[cfg(test)]
mod tests;

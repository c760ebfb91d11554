//! A release: changes with one window, one go or no-go, and one rollback decision.
//!
//! ```text
//! planning ─► build ─► test ─submit─► approval ─go, scheduled, deploy─► deployment
//!    ▲   (states of the model: advance)   │                  rollback │       │ verify
//!    └───────────── rejected ─────────────┘                           ▼       ▼
//!                                           closed ◄─close─ review ◄─verify─ verification
//! ```
//!
//! Invariants: 1. membership and window are facts of the release alone; 2. what is approved is the
//! bundle, its plans, its package, its tier and its window, by hash; 3. it is deployed only with
//! the go given and the window committed; 4. it is closed only with its review completed; 5. it
//! waits for the releases it depends on, and none waits for itself.

mod agree;
mod approve;
mod cadence;
mod carry_out;
mod event;
mod facts;
mod order;
mod parts;
mod plan;
mod plan_file;
mod ready;
mod refusal;
mod schedule;
mod scope;
mod state;
mod statement;
mod suspend;
mod update;

pub use agree::{
    Agreement, Answering, AskedTeam, OwningTeam, TeamAnswer, WindowAnswer, WindowAsk, agreement,
    answer_window, answerable, ask_window, countered, standing, take_window,
};
pub use approve::{bundle_content, call, cast, lapse, meet_condition, reapprove, reroute, submit};
pub use cadence::{Cadence, LEAD_DAYS_MAX, Occurrence, TITLE_PARTS, open};
pub use carry_out::{back, close, deploy, give_up, possible_outcomes, roll_back, step, verify};
pub use event::ReleaseEvent;
pub use facts::{Before, ChangeFact, Facts, Verb, guard, ready_to_submit};
pub use order::{AFTER_MAX, REACH_MAX, Slip, Waits, depend, slips};
pub use parts::{PartFact, SignOff, sign_off, signable, signed};
pub use plan::{advance, create, edit, extra};
pub use plan_file::{PLAN_MAX, set_plan};
pub use ready::{About, Point, Stand, points};
pub use refusal::Refusal;
pub use schedule::{extend, grant_extension, overrun, refuse_extension, schedule};
pub use scope::{Joining, attach, detach, grow, reorder};
pub use state::{
    CHANGES_MAX, Content, Contribution, Edit, ItemKind, Kpi, Member, Milestone, Outcome, Outside,
    PackageItem, Release, Statement, StatementEdit,
};
pub use statement::{OUTSIDE_MAX, TEAMS_MAX, freeze, state_scope, unfreeze};
pub use suspend::{cancel, hold, resume};
pub use update::{plan_updates, remind_of_update, send_update};

#[cfg(test)]
mod tests;

//! Articles of the knowledge base: release notes, workarounds, known limitations and guides, for
//! people inside or for customers.
//!
//! ```text
//! draft ── approve ──► approved ── publish ──► published as version n ── retire ──► retired
//!   ▲                     │                        │
//!   └─────── edit ────────┴────────────────────────┘
//! ```
//! What was published stays readable while the next version is written. Invariants: 1. nobody
//! approves a draft that they wrote in; 2. what is published is what was approved; 3. versions are
//! numbered from 1 and never changed.

mod difference;
mod event;
mod moves;
mod notes;
mod refusal;
mod state;
mod write;

pub use difference::{Line, Mark, difference};
pub use event::ArticleEvent;
pub use moves::{Verb, approve, guard, publish, retire};
pub use notes::{Bundle, BundledChange, Known, compose};
pub use refusal::Refusal;
pub use state::{Approved, Article, Audience, Content, Edit, Kind, Published, State};
pub use write::{edit, may_edit, write};

/// The most services that one article is about.
pub const SERVICES_MAX: usize = 50;
/// The longest text of one article, in bytes.
pub const BODY_MAX: usize = 60_000;
/// The most versions of one article.
pub const VERSIONS_MAX: usize = 50;

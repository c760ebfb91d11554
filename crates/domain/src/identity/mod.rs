//! People, their roles, and what the roles permit; tokens that machines carry.
//!
//! Invariants: 1. a login is unique; 2. a token never permits more than its owner's roles;
//! 3. passwords and token secrets are in no event: only their hashes exist, outside the log;
//! 4. at least one active administrator remains.

mod digest;
mod event;
mod permission;
mod person;
mod quiet;
mod refusal;
mod token;

pub use digest::{DIGEST_TYPES_MAX, ReleaseDigest};
pub use event::{PersonEvent, TokenEvent};
pub use permission::{Permission, Role, permissions};
pub use person::{
    Content, Edit, FILTERS_MAX, LOGIN_MAX, PASSWORD_MAX, PASSWORD_MIN, Person, SaveFacts,
    SavedFilter, check_password, faults, save, save_filters,
};
pub use quiet::QuietHours;
pub use refusal::IdentityRefusal;
pub use token::{SCOPES_MAX, TOKEN_DAYS_MAX, Token, create_token, revoke_token};

//! Notices: what is told about a release, to whom, and when.
//!
//! User groups say who has to do with a service; channels are how they are reached. A release has
//! a communication, which is what its people plan to tell, and for each moment that came a notice:
//! the texts as they were sent, in the words of each audience and the zone of its readers.
//!
//! Invariants: 1. a name is unique among user groups, and among channels (kept by the read model,
//! asked as a fact); 2. a moment is told once for each window, and one that stands behind a window
//! is told of it once; 3. a window that moved, was taken away or passed without a start, and a
//! release that is put on hold or given up, are told to exactly those who were told before; 4. the
//! secrets of a channel are in no event; 5. a notice is never edited.

mod audience;
mod channel;
mod communication;
mod due;
mod event;
mod group;
mod pressing;
mod refusal;
mod state;

pub use audience::{Reached, once};
pub use channel::{
    Channel, ChannelContent, ChannelEdit, ChannelFacts, ChannelKind, Security, save_channel,
};
pub use communication::{Communication, PlanContent, PlanEdit, plan};
pub use due::{Ended, Facts, LATE_MINUTES, Lead, Next, Telling, To, Told, believed, next};
pub use event::{ChannelEvent, CommunicationEvent, NoticeEvent, UserGroupEvent};
pub use group::{GroupContent, GroupEdit, GroupFacts, UserGroup, address_of, save_group};
pub use pressing::{NEAR_HOURS, Tidings};
pub use refusal::Refusal;
pub use state::{DIGEST, Notice, Text, Waiting};

/// The most people and addresses of a user group.
pub const MEMBERS_MAX: usize = 10_000;
/// The most services of a user group, and of a channel.
pub const SERVICES_MAX: usize = 500;
/// The most user groups that a release adds to those of its services.
pub const GROUPS_MAX: usize = 50;
/// The longest address of a person or of a receiver, in characters.
pub const ADDRESS_MAX: usize = 2_000;
/// The most texts of a notice: audiences times zones. Further zones read in that of the window.
pub const TEXTS_MAX: usize = 300;
/// The longest subject of a text, in characters.
pub const SUBJECT_MAX: usize = 300;

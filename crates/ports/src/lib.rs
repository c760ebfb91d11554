//! What Interlock asks of the world, as traits: a store, a clock, chance, an HTTP client, a mailer.
//! It holds no driver and no rule. Clock and chance have fakes here, the store a conformance suite.

mod clock;
pub mod conformance;
mod fault;
mod http;
mod mail;
mod row;
mod store;

pub use clock::{Chance, Clock, ManualClock, SeededChance, SystemChance, SystemClock};
pub use fault::Fault;
pub use http::{CONNECTING, HttpClient, HttpRequest, HttpResponse, Method, is_link_local};
pub use mail::{Mail, MailConnection, MailSecurity, MailServer, Mailer, Undelivered};
pub use row::{Row, Value};
pub use store::{
    Engine, Flow, GROUP_JOBS_MAX, GROUP_WAIT_MICROS_MAX, Job, Lane, LoggedEvent, NewEvent, Query,
    ReadJob, Store, StoredState, Tx, from_hex, hex,
};

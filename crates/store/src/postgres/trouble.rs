//! What an error of the server means for the work that met it.

use ports::Fault;
use postgres::Error;
use postgres::error::SqlState;

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Nothing: the same work would fail again.
    None,
    /// Run the work again from the start.
    Rerun,
    /// The connection is gone: connect, then run the work again.
    Reconnect,
}

/// An error, its meaning, and the words for it. It never holds an address or a password.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) fault: Fault,
    pub(super) remedy: Remedy,
}

impl Trouble {
    pub(super) fn new(attempted: &'static str, error: &Error) -> Self {
        let remedy = remedy(error);
        let words = describe(error);
        let passing = remedy != Remedy::None || is_passing(error);
        let fault = if passing {
            Fault::transient(attempted, words)
        } else {
            Fault::permanent(attempted, words)
        };
        Self { fault, remedy }
    }

    /// A misuse that the server never saw.
    pub(super) fn misuse(attempted: &'static str, why: String) -> Self {
        Self { fault: Fault::permanent(attempted, why), remedy: Remedy::None }
    }
}

/// A fault of an error for which nothing is run again.
pub(crate) fn fault(attempted: &'static str, error: &Error) -> Fault {
    Trouble::new(attempted, error).fault
}

fn remedy(error: &Error) -> Remedy {
    let Some(code) = error.code() else {
        return if is_of_the_wire(error) { Remedy::Reconnect } else { Remedy::None };
    };
    if *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE {
        return Remedy::Rerun;
    }
    // A prepared statement outlived the table it was prepared for.
    if *code == SqlState::FEATURE_NOT_SUPPORTED && describe(error).contains("cached plan") {
        return Remedy::Reconnect;
    }
    // Shutdowns, failovers, full connection slots, a limit on idle transactions; class 08 is the
    // connection itself, 25006 a primary that has become a standby.
    let lost = ["57P01", "57P02", "57P03", "57P05", "53300", "25P03", "25P04", "25006"];
    if lost.contains(&code.code()) || code.code().starts_with("08") {
        return Remedy::Reconnect;
    }
    Remedy::None
}

/// Errors that the client met while talking, not while encoding a parameter or reading a column.
fn is_of_the_wire(error: &Error) -> bool {
    let words = error.to_string();
    error.is_closed()
        || words.starts_with("error communicating")
        || words.starts_with("error connecting")
        || words.starts_with("unexpected message")
        || words.starts_with("timeout")
}

/// Limits of time: worth another try later, but not at once.
fn is_passing(error: &Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::QUERY_CANCELED || *code == SqlState::LOCK_NOT_AVAILABLE
    })
}

/// The message and its code; not the detail, which may quote the row.
fn describe(error: &Error) -> String {
    if let Some(db) = error.as_db_error() {
        return format!("{} ({})", db.message(), db.code().code());
    }
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

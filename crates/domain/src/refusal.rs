//! How a rule says no. Each feature has its own enumeration with stable codes; here they become
//! one shape, so that a command may pass through several features.

use std::fmt;

use kernel::NOTE_MAX;

/// One thing that is wrong or missing, by JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// RFC 6901.
    pub pointer: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

impl Missing {
    /// A new one.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// What a feature's own refusals tell.
pub trait Refuse: fmt::Display {
    /// The stable code, such as `change.window_not_open`.
    fn code(&self) -> &'static str;

    /// What is wrong, field by field.
    fn missing(&self) -> Vec<Missing> {
        Vec::new()
    }
}

/// A rule's no: its code, a sentence that says how to mend it, and the fields it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// One sentence.
    pub detail: String,
    /// Field by field.
    pub missing: Vec<Missing>,
}

impl<R: Refuse> From<R> for Refusal {
    fn from(refusal: R) -> Self {
        Self { code: refusal.code(), detail: refusal.to_string(), missing: refusal.missing() }
    }
}

/// Refusals that any record can give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum General {
    /// Nothing has this id or number.
    #[error("there is no {kind} `{name}`")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// As it was named.
        name: String,
    },
    /// Nothing has this name, but something has one that is much like it.
    #[error("there is no {kind} `{name}`: did you mean {near}?")]
    Misspelt {
        /// What was looked for.
        kind: &'static str,
        /// As it was named.
        name: String,
        /// What may have been meant.
        near: String,
    },
    /// A field holds what it may not hold.
    #[error("{} of the request cannot be taken; each is named in `errors`", fields(.0.len()))]
    Invalid(Vec<Missing>),
    /// Someone else wrote the record in between.
    #[error("this record is at version {is}, not {expected}: read it again and repeat the edit")]
    Stale {
        /// The version the sender had seen.
        expected: i64,
        /// The version it is at.
        is: i64,
    },
    /// The actor's roles or scopes do not allow it.
    #[error("this needs the permission `{permission}`: {who} does not have it")]
    NotPermitted {
        /// The permission.
        permission: &'static str,
        /// Whose.
        who: String,
    },
    /// A dependency leads back to where it began.
    #[error("{0} would depend on itself: take one of its dependencies away")]
    Cycle(String),
    /// Another record has this name.
    #[error("there is a {kind} named `{name}` already")]
    NameTaken {
        /// What it is.
        kind: &'static str,
        /// The name.
        name: String,
    },
}

fn fields(count: usize) -> String {
    if count == 1 { "one field".to_owned() } else { format!("{count} fields") }
}

impl General {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] = &[
        "request.unknown_record",
        "request.invalid",
        "request.stale",
        "request.not_permitted",
        "request.cycle",
        "request.name_taken",
    ];
}

impl Refuse for General {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } | Self::Misspelt { .. } => "request.unknown_record",
            Self::Invalid(_) => "request.invalid",
            Self::Stale { .. } => "request.stale",
            Self::NotPermitted { .. } => "request.not_permitted",
            Self::Cycle(_) => "request.cycle",
            Self::NameTaken { .. } => "request.name_taken",
        }
    }

    fn missing(&self) -> Vec<Missing> {
        match self {
            Self::Invalid(missing) => missing.clone(),
            _ => Vec::new(),
        }
    }
}

/// Behind a sentence, what is missing: nothing, or a colon and each.
pub(crate) fn told(missing: &[Missing]) -> String {
    let details: Vec<&str> = missing.iter().map(|one| one.detail.as_str()).collect();
    if details.is_empty() { String::new() } else { format!(": {}", details.join("; ")) }
}

/// How many required tasks are open, for a sentence.
pub(crate) fn count_tasks(missing: &[Missing]) -> String {
    match missing.len() {
        1 => "one required task is".to_owned(),
        count => format!("{count} required tasks are"),
    }
}

/// Refuses a reason that is missing.
pub(crate) fn reasoned(reason: &str) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.name("/reason", reason, NOTE_MAX);
    check.end()
}

/// Gathers what is wrong with the fields of a record.
#[derive(Debug, Default)]
pub struct Check(Vec<Missing>);

impl Check {
    /// Text that must be at most `max` characters and hold no NUL, which no database keeps.
    pub fn text(&mut self, pointer: &str, text: &str, max: usize) {
        let length = text.chars().count();
        if length > max {
            self.wrong(pointer, format!("is {length} characters long; at most {max} fit"));
        }
        if text.contains('\0') {
            self.wrong(pointer, "holds a NUL character; take it out");
        }
    }

    /// Text that must be there, and at most `max` characters.
    pub fn name(&mut self, pointer: &str, text: &str, max: usize) {
        if text.trim().is_empty() {
            self.wrong(pointer, "is missing");
        }
        self.text(pointer, text, max);
    }

    /// A list of at most `max`.
    pub fn count(&mut self, pointer: &str, length: usize, max: usize) {
        if length > max {
            self.wrong(pointer, format!("lists {length}; at most {max} fit"));
        }
    }

    /// Something else.
    pub fn wrong(&mut self, pointer: &str, detail: impl Into<String>) {
        self.0.push(Missing::new(pointer, detail));
    }

    /// Fine, or the refusal that names everything.
    pub fn end(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(General::Invalid(self.0).into()) }
    }

    /// What was found.
    pub fn found(self) -> Vec<Missing> {
        self.0
    }
}

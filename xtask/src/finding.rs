//! What a rule of the house reports: where, what is wrong, and how to mend it.

use std::fmt;

/// One broken rule at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Path from the root of the repository.
    pub(crate) path: String,
    /// Line from 1; 0 when the finding is about the file or its absence.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) wrong: String,
    /// What to do about it.
    pub(crate) mend: String,
}

impl Finding {
    pub(crate) fn at(path: &str, line: usize, wrong: String, mend: &str) -> Self {
        Self { path: path.to_owned(), line, wrong, mend: mend.to_owned() }
    }

    pub(crate) fn on(path: &str, wrong: String, mend: &str) -> Self {
        Self::at(path, 0, wrong, mend)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    mend: {}", self.path, self.line.max(1), self.wrong, self.mend)
    }
}

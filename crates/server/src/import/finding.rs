//! What an import says of the rows it read: a code, what was wrong, and what was done about it.

use std::collections::BTreeMap;
use std::fmt;

/// What became of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It was taken as it is; someone should know.
    Noted,
    /// It was taken without what could not be, or with one of two readings.
    Repaired,
    /// It was not taken.
    Rejected,
}

impl Kind {
    /// How a report writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Noted => "noted",
            Self::Repaired => "repaired",
            Self::Rejected => "rejected",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $word:literal,)*) => {
        /// What was found. Each is explained in `docs/features/import.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// How a report writes it.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$code => concat!("import.", $word),)*
                }
            }
        }
    };
}

codes! {
    /// One CI is described in two ways.
    CiDisagrees = "ci_disagrees",
    /// A row names no CI.
    CiMissing = "ci_missing",
    /// A date and time cannot be read.
    DateUnreadable = "date_unreadable",
    /// An interval ends before it starts.
    EndBeforeStart = "end_before_start",
    /// A field that the record needs is empty.
    FieldMissing = "field_missing",
    /// A row does not say which record it belongs to.
    NumberMissing = "number_missing",
    /// A number cannot be read.
    NumberUnreadable = "number_unreadable",
    /// A record or a CI is named that is not there.
    ReferenceDangling = "reference_dangling",
    /// A rule of the product does not take the record.
    Refused = "refused",
    /// The rows of one record disagree.
    RowDisagrees = "row_disagrees",
    /// A row says again what an earlier one said.
    RowRepeated = "row_repeated",
    /// Work began before the record was made.
    StartedBeforeRecorded = "started_before_recorded",
    /// A text is longer than what fits.
    TextCut = "text_cut",
    /// A wall time that happened twice.
    TimeDoubled = "time_doubled",
    /// A wall time that never happened.
    TimeInGap = "time_in_gap",
    /// A value stands for several that the file does not list.
    ValueSeveral = "value_several",
    /// A value that the mapping does not know.
    ValueUnknown = "value_unknown",
    /// An interval that ends where it starts.
    WindowEmpty = "window_empty",
    /// An interval with a start or an end alone.
    WindowIncomplete = "window_incomplete",
    /// An interval that is not there.
    WindowMissing = "window_missing",
    /// An interval that is longer than a window may be.
    WindowTooLong = "window_too_long",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line of the file on which the row begins; the header is line 1.
    pub line: u64,
    /// The record's number in the source; empty when the row names none.
    pub record: String,
    /// What became of it.
    pub kind: Kind,
    /// What was found.
    pub code: Code,
    /// The same in words, with what was done about it.
    pub detail: String,
}

impl From<&Finding> for api::import::Finding {
    fn from(finding: &Finding) -> Self {
        Self {
            line: finding.line,
            record: finding.record.clone(),
            kind: finding.kind.word().to_owned(),
            code: finding.code.word().to_owned(),
            detail: finding.detail.clone(),
        }
    }
}

/// How often each thing was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<(Code, Kind), u64>);

impl Tally {
    /// One more.
    pub fn count(&mut self, finding: &Finding) {
        *self.0.entry((finding.code, finding.kind)).or_default() += 1;
    }

    /// For the report.
    pub fn counts(&self) -> Vec<api::import::FindingCount> {
        let counts = self.0.iter().map(|((code, kind), count)| api::import::FindingCount {
            code: code.word().to_owned(),
            kind: kind.word().to_owned(),
            count: *count,
        });
        counts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_explains_every_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/features/import.md");
        let manual = std::fs::read_to_string(path).unwrap();
        for code in Code::ALL {
            assert!(manual.contains(&format!("| `{code}` |")), "{code} is not explained");
        }
    }
}

//! The words that several features share, each fixed in `docs/glossary.md`.

use kernel::{Interval, TimeError, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// Defines an enumeration whose values have one spelling everywhere.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$value_doc])* #[serde(rename = $word)] $value,)*
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$value,)*];

            /// Its one spelling.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$value),)*
                    _ => Err(format!(
                        "`{text}` is not one of {}",
                        [$($word),*].join(", ")
                    )),
                }
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Where something serves.
    Environment {
        /// Live, for customers.
        Production = "production",
        /// Like production, for rehearsal.
        Staging = "staging",
        /// For tests.
        Test = "test",
        /// For building.
        Development = "development",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Environment {
    fn default() -> Self {
        Self::Production
    }
}

words! {
    /// How risky, in four steps.
    Tier {
        /// Little can go wrong.
        Low = "low",
        /// Some can.
        Moderate = "moderate",
        /// Much can.
        High = "high",
        /// Nearly everything can.
        VeryHigh = "very_high",
    }
}

/// A window: an interval, and the zone its people read it in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Window {
    /// When.
    #[serde(flatten)]
    pub interval: Interval,
    /// How it is read.
    pub zone: Zone,
}

impl Window {
    /// A window whose end is after its start.
    pub fn try_new(start: Timestamp, end: Timestamp, zone: Zone) -> Result<Self, TimeError> {
        Ok(Self { interval: Interval::try_new(start, end)?, zone })
    }
}

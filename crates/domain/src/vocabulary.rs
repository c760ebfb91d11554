//! The words that several features share, each fixed in `docs/glossary.md`.

use kernel::{Interval, TimeError, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::refusal::{General, Missing};

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
    /// Where something serves, the most critical first.
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

impl Environment {
    /// What counts for a record that states this: the most critical of it and of its CIs. Whoever
    /// works on a CI works where that stands, whatever is written.
    #[must_use]
    pub fn counting(self, of_cis: impl IntoIterator<Item = Self>) -> Self {
        of_cis.into_iter().fold(self, Self::min)
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Environment {
    fn default() -> Self {
        Self::Production
    }
}

words! {
    /// A day of the week, which begins on Monday.
    Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
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

words! {
    /// When something is told about a release.
    Moment {
        /// A time before its window begins.
        Before = "before",
        /// Its date has moved after it was told, or was taken away.
        Moved = "moved",
        /// It has begun.
        Start = "start",
        /// It was carried out and verified.
        Success = "success",
        /// It was taken back.
        Rollback = "rollback",
        /// It was given up after it was told.
        Cancelled = "cancelled",
    }
}

words! {
    /// Whom a text is written for. Who belongs to several is told in the words of the first.
    Audience {
        /// Those who carry it out, and who watch it.
        Team = "team",
        /// Those who help users.
        Support = "support",
        /// Those who run the services.
        Operations = "operations",
        /// Those who use them.
        Customers = "customers",
        /// Those who build on them.
        Partners = "partners",
        /// Those who speak of them.
        Marketing = "marketing",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Audience {
    fn default() -> Self {
        Self::Customers
    }
}

/// The longest window that is taken, in days. One that was stored before stays as it is.
pub const WINDOW_DAYS_MAX: i64 = 400;

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
    /// A window whose end is after its start, and no more than [`WINDOW_DAYS_MAX`] after it.
    pub fn try_new(start: Timestamp, end: Timestamp, zone: Zone) -> Result<Self, TimeError> {
        let interval = Interval::try_new(start, end)?;
        if end > start.plus_minutes(WINDOW_DAYS_MAX * 24 * 60) {
            let days = interval.minutes() / (24 * 60) + 1;
            return Err(TimeError::TooLong { days, most: WINDOW_DAYS_MAX });
        }
        Ok(Self { interval, zone })
    }

    /// The same window with a later end.
    pub fn until(self, end: Timestamp) -> Result<Self, General> {
        let longer = Self::try_new(self.interval.start, end, self.zone);
        longer.map_err(|error| General::Invalid(vec![Missing::new("/end", error.to_string())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_a_longest_length_and_a_stored_one_is_read_whatever_it_is() {
        let start: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let longest = start.plus_minutes(WINDOW_DAYS_MAX * 24 * 60);
        let window = Window::try_new(start, longest, Zone::utc()).unwrap();
        let too_long = longest.plus_minutes(1);
        let error = Window::try_new(start, too_long, Zone::utc()).unwrap_err().to_string();
        assert!(error.contains("401 days") && error.contains("earlier end"), "{error}");
        assert!(window.until(too_long).is_err());
        let forever = "9999-01-01T00:00:00Z".parse().unwrap();
        assert!(Window::try_new(start, forever, Zone::utc()).is_err());
        let stored =
            r#"{"start":"2026-12-01T00:00:00Z","end":"9999-01-01T00:00:00Z","zone":"UTC"}"#;
        assert_eq!(serde_json::from_str::<Window>(stored).unwrap().interval.end, forever);
    }
}

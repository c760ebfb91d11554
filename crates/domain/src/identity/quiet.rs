//! Quiet hours: the time of each day in which a person's mails wait, in the zone that they live in.

use jiff::ToSpan as _;
use jiff::civil::Time;
use kernel::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::edit::is_default;

/// The time of each day in which mails wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// From which wall time.
    pub from: Time,
    /// Until which; of the next day where it is not later than the first.
    pub to: Time,
    /// Whether what waited comes in one mail.
    #[serde(default, skip_serializing_if = "is_default")]
    pub digest: bool,
}

impl QuietHours {
    /// When those end that an instant lies in; nothing where it lies in none.
    pub fn end(&self, zone: &Zone, at: Timestamp) -> Option<Timestamp> {
        let today = zone.civil(at).date();
        // Those of yesterday may last until today.
        (-1..=0).find_map(|days| {
            let first = today.checked_add(days.days()).ok()?;
            let last = if self.to <= self.from { first.tomorrow().ok()? } else { first };
            let start = zone.instant(first.to_datetime(self.from));
            let end = zone.instant(last.to_datetime(self.to));
            (start <= at && at < end).then_some(end)
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    fn quiet(from: i8, to: i8) -> QuietHours {
        QuietHours { from: time(from, 0, 0, 0), to: time(to, 0, 0, 0), digest: false }
    }

    /// When the quiet hours end in Amsterdam that an instant lies in.
    fn ends(quiet: QuietHours, at: &str) -> Option<String> {
        let zone = "Europe/Amsterdam".parse().expect("a zone");
        let end = quiet.end(&zone, at.parse().expect("an instant"));
        end.map(|end| end.to_string())
    }

    #[test]
    fn they_are_half_open_and_may_pass_midnight() {
        let night = quiet(22, 7);
        let morning = || Some("2026-11-24T06:00:00Z".to_owned());
        assert_eq!(ends(night, "2026-11-23T20:59:59Z"), None);
        assert_eq!(ends(night, "2026-11-23T21:00:00Z"), morning());
        assert_eq!(ends(night, "2026-11-24T02:00:00Z"), morning());
        assert_eq!(ends(night, "2026-11-24T05:59:59Z"), morning());
        assert_eq!(ends(night, "2026-11-24T06:00:00Z"), None);
        let noon = quiet(12, 14);
        assert_eq!(ends(noon, "2026-11-24T11:00:00Z").as_deref(), Some("2026-11-24T13:00:00Z"));
        assert_eq!(ends(noon, "2026-11-24T13:00:00Z"), None);
        assert_eq!(ends(noon, "2026-11-24T23:30:00Z"), None);
    }

    /// On 28 March 2027 there is no 02:00 to 03:00; on 25 October 2026 there are two.
    #[test]
    fn an_end_that_does_not_exist_moves_on_and_of_two_the_earlier_counts() {
        let half = |hour| time(hour, 30, 0, 0);
        let early = QuietHours { from: half(0), to: half(2), digest: false };
        assert_eq!(ends(early, "2027-03-28T01:00:00Z").as_deref(), Some("2027-03-28T01:30:00Z"));
        assert_eq!(ends(early, "2027-03-28T01:30:00Z"), None);
        assert_eq!(ends(early, "2026-10-25T00:00:00Z").as_deref(), Some("2026-10-25T00:30:00Z"));
        assert_eq!(ends(early, "2026-10-25T01:00:00Z"), None);
        // The night is an hour shorter or longer, and ends by the clock all the same.
        let night = quiet(22, 7);
        assert_eq!(ends(night, "2027-03-27T22:00:00Z").as_deref(), Some("2027-03-28T05:00:00Z"));
        assert_eq!(ends(night, "2026-10-24T21:00:00Z").as_deref(), Some("2026-10-25T06:00:00Z"));
    }
}

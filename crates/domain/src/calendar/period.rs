//! Maintenance windows and blackouts: periods of the calendar, once or repeated at the same wall
//! time in their own zone.

use std::collections::BTreeSet;

use jiff::ToSpan;
use kernel::{Interval, NAME_MAX, NOTE_MAX, PeriodId, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::calendar::PeriodEvent;
use crate::edit::{editable, is_default};
use crate::refusal::Check;
use crate::vocabulary::{Environment, Window, words};

/// The most occurrences that one question is answered with.
pub(super) const OCCURRENCES_MAX: usize = 400;

words! {
    /// What a period says.
    PeriodKind {
        /// Work belongs into it.
        MaintenanceWindow = "window",
        /// Nothing may ship in it.
        Blackout = "blackout",
    }
}

words! {
    /// How a period repeats.
    Repeats {
        /// Once.
        Never = "none",
        /// Every day.
        Daily = "daily",
        /// Every week.
        Weekly = "weekly",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Repeats {
    fn default() -> Self {
        Self::Never
    }
}

editable! {
    /// What is known of a period.
    Content, Edit {
        /// What it is called.
        name: String,
        /// Why.
        reason: String,
        /// The services it is for; empty for all.
        services: BTreeSet<ServiceId>,
        /// The environment it is for; all when absent.
        environment: Option<Environment>,
        /// The first occurrence.
        window: Option<Window>,
        /// How it repeats.
        repeats: Repeats,
    }
}

/// A period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// What it is.
    pub kind: Option<PeriodKind>,
    /// What is known of it.
    pub content: Content,
    /// Whether it was taken away.
    #[serde(default, skip_serializing_if = "is_default")]
    pub removed: bool,
}

impl Aggregate for Period {
    type Id = PeriodId;
    type Event = PeriodEvent;
    const KIND: &'static str = "period";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &PeriodEvent, _: &Stamp) -> Self {
        match event {
            PeriodEvent::Created { kind, content } => {
                self.kind = Some(*kind);
                self.content = content.clone();
            }
            PeriodEvent::Edited { edit } => self.content.apply(edit),
            PeriodEvent::Removed {} => self.removed = true,
        }
        self
    }
}

/// What saving needs to know of the world.
#[derive(Debug, Clone)]
pub struct SaveFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// What it is or is to be.
    pub kind: PeriodKind,
}

/// Sets a period when it is new, edits it otherwise.
pub fn save(period: &Period, edit: &Edit, facts: &SaveFacts) -> Decision<PeriodEvent> {
    let edit = if facts.exists { edit.clone().against(&period.content) } else { edit.clone() };
    let mut content = period.content.clone();
    content.apply(&edit);
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.text("/reason", &content.reason, NOTE_MAX);
    if facts.kind == PeriodKind::Blackout && content.reason.trim().is_empty() {
        check.wrong("/reason", "says why nothing may ship then");
    }
    if facts.kind == PeriodKind::MaintenanceWindow && content.services.is_empty() {
        check.wrong("/services", "names the services whose work belongs into it");
    }
    check.count("/services", content.services.len(), 200);
    match &content.window {
        None => check.wrong("/window", "is missing"),
        Some(window) if too_long(window, content.repeats) => {
            check.wrong("/window", "is longer than the time until it repeats");
        }
        Some(_) => {}
    }
    check.end()?;
    let kind = facts.kind;
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![PeriodEvent::Created { kind, content }],
        (true, true) => vec![],
        (true, false) => vec![PeriodEvent::Edited { edit }],
    })
}

fn too_long(window: &Window, repeats: Repeats) -> bool {
    match repeats {
        Repeats::Never => false,
        Repeats::Daily => window.interval.minutes() > 24 * 60,
        Repeats::Weekly => window.interval.minutes() > 7 * 24 * 60,
    }
}

/// Takes a period away.
pub fn remove(period: &Period) -> Decision<PeriodEvent> {
    Ok(if period.removed { vec![] } else { vec![PeriodEvent::Removed {}] })
}

/// The occurrences that touch a range, in order, at most `OCCURRENCES_MAX`. Each begins and ends
/// at the first one's wall times; a wall time in a daylight-saving gap moves forward, a doubled one
/// means the earlier instant.
pub fn occurrences(window: &Window, repeats: Repeats, range: Interval) -> Vec<Interval> {
    let first = window.interval;
    let step = match repeats {
        Repeats::Never => {
            return if first.overlap(range).is_some() { vec![first] } else { vec![] };
        }
        Repeats::Daily => 1,
        Repeats::Weekly => 7,
    };
    let zone = &window.zone;
    let (start, end) = (zone.civil(first.start), zone.civil(first.end));
    let day_minutes = 24 * 60;
    let from = range.start.minutes_since(first.start) / (step * day_minutes) - 2;
    let mut found = Vec::new();
    for index in from.max(0).. {
        let days = (index * step).days();
        let (Ok(begin), Ok(finish)) = (start.checked_add(days), end.checked_add(days)) else {
            break;
        };
        let occurrence = Interval::try_new(zone.instant(begin), zone.instant(finish));
        let Ok(occurrence) = occurrence else { continue };
        if occurrence.start >= range.end || found.len() >= OCCURRENCES_MAX {
            break;
        }
        if occurrence.overlap(range).is_some() {
            found.push(occurrence);
        }
    }
    found
}

/// Whether an instant lies in a period.
pub fn covers(content: &Content, at: Timestamp) -> bool {
    let range = Interval { start: at, end: Timestamp::from_micros(at.micros() + 1) };
    let window = content.window.as_ref();
    window.is_some_and(|window| !occurrences(window, content.repeats, range).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(start: &str, end: &str, zone: &str) -> Window {
        let at = |text: &str| text.parse().expect("a time");
        Window::try_new(at(start), at(end), zone.parse().expect("a zone")).expect("a window")
    }

    fn starts(window: &Window, repeats: Repeats, from: &str, to: &str) -> Vec<String> {
        let range =
            Interval { start: from.parse().expect("a time"), end: to.parse().expect("a time") };
        let found = occurrences(window, repeats, range);
        found.into_iter().map(|at| at.start.to_string()).collect()
    }

    #[test]
    fn a_weekly_window_keeps_its_wall_time_across_the_end_of_summer_time() {
        let sundays = window("2013-10-20T00:00:00Z", "2013-10-20T02:00:00Z", "Europe/Amsterdam");
        assert_eq!(
            starts(&sundays, Repeats::Weekly, "2013-10-19T00:00:00Z", "2013-11-05T00:00:00Z"),
            ["2013-10-20T00:00:00Z", "2013-10-27T00:00:00Z", "2013-11-03T01:00:00Z"]
        );
    }

    #[test]
    fn a_range_far_in_the_future_is_found_without_walking_there() {
        let daily = window("2000-01-01T22:00:00Z", "2000-01-01T23:00:00Z", "UTC");
        assert_eq!(
            starts(&daily, Repeats::Daily, "2026-11-21T22:30:00Z", "2026-11-22T00:00:00Z"),
            ["2026-11-21T22:00:00Z"]
        );
    }

    #[test]
    fn it_never_occurs_before_its_first_time() {
        let daily = window("2026-01-05T22:00:00Z", "2026-01-05T23:00:00Z", "UTC");
        let found = starts(&daily, Repeats::Daily, "2026-01-01T00:00:00Z", "2026-01-06T00:00:00Z");
        assert_eq!(found, ["2026-01-05T22:00:00Z"]);
    }
}

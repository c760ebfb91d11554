//! The cadence of a model: when its releases have their windows, and when the next one is opened as
//! a draft. A window begins at the same wall time in its own zone, right across clock changes.

use std::ops::ControlFlow;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use kernel::{Interval, Timestamp, Zone};

use crate::aggregate::Decision;
use crate::calendar::Rule;
use crate::policy::ReleaseModel;
use crate::record::ExtraEvent;
use crate::release::{Edit, ReleaseEvent, create};
use crate::vocabulary::Window;

/// How long before its window a release is opened at most, in days.
pub const LEAD_DAYS_MAX: u16 = 366;
/// What a title may hold in braces: parts of the day on which the window begins.
pub const TITLE_PARTS: [&str; 3] = ["year", "month", "day"];
/// The day from which a rule is walked that means the same from any day on.
const FIRST: Date = Date::constant(2000, 1, 1);

/// How a model opens its releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cadence {
    /// On which days a window begins.
    pub rule: Rule,
    /// The day from which the rule counts; left out where it means the same from any day on.
    pub from: Option<Date>,
    /// The wall time at which it begins.
    pub start: Time,
    /// How that is read.
    pub zone: Zone,
    /// How many days before its window a release is opened.
    pub lead_days: u16,
    /// What it is called, with [`TITLE_PARTS`] in braces.
    pub title: String,
}

/// A release that a cadence opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Its window.
    pub window: Window,
    /// When its draft is opened.
    pub opens_at: Timestamp,
    /// Its title.
    pub title: String,
}

impl Cadence {
    /// The first release that opens after an instant. Windows last so many minutes.
    pub fn next(&self, minutes: u32, after: Timestamp) -> Option<Occurrence> {
        let lead = i64::from(self.lead_days);
        // A day to spare: wall times and instants differ by up to the zone's offset.
        let near = self.zone.civil(after).checked_add((lead - 1).days()).ok()?;
        let mut found = None;
        self.visit(minutes, (near, DateTime::MAX), &mut |occurrence| {
            if occurrence.opens_at <= after {
                return ControlFlow::Continue(());
            }
            found = Some(occurrence);
            ControlFlow::Break(())
        });
        found
    }

    /// The release that is to be opened now: the last that opened after one instant and up to
    /// another, as long as its window has not begun. Those before it came and went unopened.
    pub fn due(&self, minutes: u32, since: Timestamp, now: Timestamp) -> Option<Occurrence> {
        let here = self.zone.civil(now);
        let ahead = i64::from(self.lead_days) + 1;
        let range = (here.checked_sub(1.day()).ok()?, here.checked_add(ahead.days()).ok()?);
        let mut found = None;
        self.visit(minutes, range, &mut |occurrence| {
            let opened = since < occurrence.opens_at && occurrence.opens_at <= now;
            if opened && occurrence.window.interval.start > now {
                found = Some(occurrence);
            }
            ControlFlow::Continue(())
        });
        found
    }

    /// Whether it names a day at all, as far as a rule is walked.
    pub fn occurs(&self) -> bool {
        let first = self.first();
        let mut occurs = false;
        self.rule.visit(first, &self.zone, (first, DateTime::MAX), &mut |_| {
            occurs = true;
            ControlFlow::Break(())
        });
        occurs
    }

    fn first(&self) -> DateTime {
        self.from.unwrap_or(FIRST).to_datetime(self.start)
    }

    fn visit(
        &self,
        minutes: u32,
        range: (DateTime, DateTime),
        visit: &mut dyn FnMut(Occurrence) -> ControlFlow<()>,
    ) {
        self.rule.visit(self.first(), &self.zone, range, &mut |wall| {
            self.at(wall, minutes).map_or(ControlFlow::Continue(()), &mut *visit)
        });
    }

    fn at(&self, wall: DateTime, minutes: u32) -> Option<Occurrence> {
        let start = self.zone.instant(wall);
        let interval = Interval::try_new(start, start.plus_minutes(i64::from(minutes))).ok()?;
        let opens = wall.checked_sub(i64::from(self.lead_days).days()).ok()?;
        let window = Window { interval, zone: self.zone.clone() };
        let opens_at = self.zone.instant(opens);
        Some(Occurrence { window, opens_at, title: self.title_on(wall.date()) })
    }

    fn title_on(&self, day: Date) -> String {
        let parts = [i64::from(day.year()), i64::from(day.month()), i64::from(day.day())];
        let filled = TITLE_PARTS.iter().zip(parts);
        filled.fold(self.title.clone(), |title, (part, value)| {
            title.replace(&format!("{{{part}}}"), &format!("{value:02}"))
        })
    }
}

/// Opens a release of a model for an occurrence of its cadence: with the model's timeline and
/// tasks, asked for by nobody.
pub fn open(
    number: String,
    model: &ReleaseModel,
    occurrence: Occurrence,
    tasks: Vec<ExtraEvent>,
) -> Decision<ReleaseEvent> {
    let start = occurrence.window.interval.start;
    let edit = Edit {
        title: Some(occurrence.title),
        window: Some(Some(occurrence.window)),
        ..Edit::default()
    };
    let mut events = create(number, model, &edit, None, tasks)?;
    if let Some(ReleaseEvent::Created { occurrence, .. }) = events.first_mut() {
        *occurrence = Some(start);
    }
    Ok(events)
}

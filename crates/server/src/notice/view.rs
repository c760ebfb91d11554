//! What the texts of a notice may name, out of a release and what its people plan to tell.

use domain::notice::PlanContent;
use domain::release::Release;
use domain::vocabulary::{Moment, Window};
use kernel::{PersonId, ReleaseId, ServiceId, Timestamp, Zone};
use ports::{Fault, Query};
use serde::Deserialize;

use crate::names::Names;
use crate::policy::View;

/// How a time is written, in front of its zone: `Sun 20 Dec 2026, 21:00`.
const TIME: &str = "%a %-d %b %Y, %H:%M";

/// What is the same for all readers of a notice.
pub(super) struct Story {
    view: View,
    window: Option<Window>,
    earlier: Option<Timestamp>,
}

/// What is told, and what was told before.
pub(super) struct Telling<'a> {
    pub(super) id: ReleaseId,
    pub(super) release: &'a Release,
    pub(super) plan: &'a PlanContent,
    pub(super) moment: Moment,
    /// The window that it tells of.
    pub(super) window: Option<&'a Window>,
    /// The window that those believe in who were told before.
    pub(super) believed: Option<&'a Window>,
}

impl Story {
    /// Reads what is to be named.
    pub(super) fn of(
        db: &mut dyn Query,
        telling: &Telling<'_>,
        services: impl IntoIterator<Item = ServiceId>,
    ) -> Result<Self, Fault> {
        let Telling { id, release, plan, moment, window, believed } = *telling;
        let content = &release.content;
        let mut names = Names::default();
        let mut name = |db: &mut dyn Query, id: Option<PersonId>| {
            Ok::<_, Fault>(names.opt(db, id)?.map(|found| found.name).unwrap_or_default())
        };
        let answers = responsible(plan, moment, release);
        let view = View {
            number: release.number.clone(),
            title: content.title.clone(),
            release_type: release.model.clone(),
            description: content.description.clone(),
            objectives: content.objectives.clone(),
            environment: content.environment.word().to_owned(),
            owner: name(db, content.owner)?,
            manager: name(db, content.release_manager)?,
            responsible: name(db, answers)?,
            services: Vec::new(),
            start: String::new(),
            end: String::new(),
            earlier: String::new(),
            impact: plan.impact.clone(),
            action: plan.action.clone(),
            downtime: plan.downtime_minutes.map(spoken).unwrap_or_default(),
            contact: plan.contact.clone(),
            rollback: rollback(release),
            measures: measures(release),
            reason: match moment {
                Moment::Cancelled => why_cancelled(db, id)?,
                Moment::Rollback => why_taken_back(release),
                Moment::Moved if window.is_none() => why_put_off(release),
                _ => String::new(),
            },
        };
        let mut services: Vec<String> =
            names.all(db, services)?.into_iter().map(|found| found.name).collect();
        services.sort();
        let believed = believed.filter(|believed| Some(*believed) != window);
        Ok(Self {
            view: View { services, ..view },
            window: window.cloned(),
            earlier: believed.map(|window| window.interval.start),
        })
    }

    /// As a reader in a zone is told it.
    pub(super) fn in_zone(&self, zone: &Zone) -> View {
        let time = |at: Timestamp| written(at, zone);
        let interval = self.window.as_ref().map(|window| window.interval);
        View {
            start: interval.map(|interval| time(interval.start)).unwrap_or_default(),
            end: interval.map(|interval| time(interval.end)).unwrap_or_default(),
            earlier: self.earlier.map(time).unwrap_or_default(),
            ..self.view.clone()
        }
    }
}

/// A time with its zone, as a sentence says it.
pub(super) fn written(at: Timestamp, zone: &Zone) -> String {
    let wall = at.jiff().to_zoned(zone.rules());
    if *zone == Zone::utc() {
        return format!("{} (UTC)", wall.strftime(TIME));
    }
    format!("{} ({}, UTC{})", wall.strftime(TIME), zone.name(), wall.strftime("%:z"))
}

/// Minutes as they are spoken.
fn spoken(minutes: u32) -> String {
    let of = |count: u32, word: &str| {
        if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
    };
    match (minutes / 60, minutes % 60) {
        (0, minutes) => of(minutes, "minute"),
        (hours, 0) => of(hours, "hour"),
        (hours, minutes) => format!("{} {}", of(hours, "hour"), of(minutes, "minute")),
    }
}

/// Who is responsible that a moment is told: who is named, else who answers for the release.
pub(super) fn responsible(
    plan: &PlanContent,
    moment: Moment,
    release: &Release,
) -> Option<PersonId> {
    let content = &release.content;
    plan.responsible.get(&moment).copied().or(content.owner).or(content.release_manager)
}

/// How a release is taken back, in words.
pub(super) fn rollback(release: &Release) -> String {
    let note = release.content.rollback_note.trim();
    if note.is_empty() {
        return "its changes are taken back in reverse order".to_owned();
    }
    note.to_owned()
}

/// By what its success is measured.
pub(super) fn measures(release: &Release) -> Vec<String> {
    let kpi = |kpi: &domain::release::Kpi| format!("{}: {}", kpi.name, kpi.target);
    release.content.kpis.iter().map(kpi).collect()
}

fn why_taken_back(release: &Release) -> String {
    let deployment = release.deployment.as_ref();
    let rollback = deployment.and_then(|deployment| deployment.rollback.as_ref());
    rollback.map(|rollback| rollback.reason.clone()).unwrap_or_default()
}

/// Why a release has no date any more: it is on hold, its window passed, or was taken away.
fn why_put_off(release: &Release) -> String {
    match &release.held {
        Some(held) => held.reason.clone(),
        None if release.is_committed() => "its window passed, and work did not begin".to_owned(),
        None => String::new(),
    }
}

/// Why a release was given up, which its state does not hold.
fn why_cancelled(db: &mut dyn Query, id: ReleaseId) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Cancelled {
        #[serde(default)]
        reason: String,
    }
    let sql = "SELECT payload FROM events WHERE stream = $1 AND name = 'release.cancelled.v1' \
        ORDER BY version DESC LIMIT 1";
    let row = db.query_one(sql, &[format!("release:{id}").into()])?;
    let Some(row) = row else { return Ok(String::new()) };
    let read: Result<Cancelled, _> = serde_json::from_str(row.text(0)?);
    Ok(read.map(|cancelled| cancelled.reason).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_zone_of_the_reader_on_both_sides_of_a_change_of_clocks() {
        let zone: Zone = "Europe/Amsterdam".parse().expect("a zone");
        let told = |at: &str| written(at.parse().expect("an instant"), &zone);
        let summer = "Sun 25 Oct 2026, 02:30 (Europe/Amsterdam, UTC+02:00)";
        let winter = "Sun 25 Oct 2026, 02:30 (Europe/Amsterdam, UTC+01:00)";
        assert_eq!(told("2026-10-25T00:30:00Z"), summer);
        assert_eq!(told("2026-10-25T01:30:00Z"), winter);
    }

    #[test]
    fn minutes_are_spoken() {
        assert_eq!(spoken(1), "1 minute");
        assert_eq!(spoken(45), "45 minutes");
        assert_eq!(spoken(60), "1 hour");
        assert_eq!(spoken(150), "2 hours 30 minutes");
    }
}

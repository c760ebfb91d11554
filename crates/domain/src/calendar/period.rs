//! Maintenance windows, peak hours, blackouts, business events and development sprints: periods of
//! the calendar, once or repeated.

use std::collections::BTreeSet;

use kernel::{NAME_MAX, NOTE_MAX, PeriodId, ServiceId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::calendar::{Occasion, PeriodEvent, Repeats, Schedule};
use crate::edit::{editable, is_default};
use crate::refusal::{Check, General, Missing, Refusal as Refused};
use crate::vocabulary::{Environment, Window, words};

words! {
    /// What a period says.
    PeriodKind {
        /// Work belongs into it.
        MaintenanceWindow = "window",
        /// Nothing may ship in it.
        Blackout = "blackout",
        /// The services are busiest in it.
        PeakHours = "peak",
        /// The business counts on the services in it.
        BusinessEvent = "event",
        /// A team develops towards its end.
        Sprint = "sprint",
    }
}

impl PeriodKind {
    /// Whether work can collide with one; a sprint only tells.
    pub const fn collides(self) -> bool {
        !matches!(self, Self::Sprint)
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
        /// The days left out of the rule.
        except: BTreeSet<Occasion>,
        /// The days added to it.
        also: BTreeSet<Occasion>,
    }
}

impl Content {
    /// When it occurs.
    pub fn schedule(&self) -> Option<Schedule> {
        let (repeats, except, also) =
            (self.repeats.clone(), self.except.clone(), self.also.clone());
        let window = self.window.clone()?;
        Some(Schedule { window, repeats, except, also })
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
    const FORMAT: i64 = 2;

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
        check.wrong("/reason", "say why nothing may ship then");
    }
    timed(&content, facts.kind, &mut check);
    check.end()?;
    let kind = facts.kind;
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![PeriodEvent::Created { kind, content }],
        (true, true) => vec![],
        (true, false) => vec![PeriodEvent::Edited { edit }],
    })
}

/// What a draft and what is saved have to tell alike: for whom, and when.
fn timed(content: &Content, kind: PeriodKind, check: &mut Check) -> Option<Schedule> {
    let for_whom = match kind {
        PeriodKind::MaintenanceWindow => "names the services whose work belongs into it",
        PeriodKind::PeakHours => "names the services that are busiest then",
        PeriodKind::Blackout | PeriodKind::BusinessEvent | PeriodKind::Sprint => "",
    };
    if content.services.is_empty() && !for_whom.is_empty() {
        check.wrong("/services", for_whom);
    }
    check.count("/services", content.services.len(), 200);
    let schedule = content.schedule();
    match &schedule {
        None => check.wrong("/window", "is missing"),
        Some(schedule) => schedule.check(check),
    }
    schedule
}

/// When a draft occurs; refused when it cannot be told. A name and a reason are not asked for.
pub fn drafted(content: &Content, kind: PeriodKind) -> Result<Schedule, Refused> {
    let mut check = Check::default();
    let schedule = timed(content, kind, &mut check);
    check.end()?;
    schedule.ok_or_else(|| General::Invalid(vec![Missing::new("/window", "is missing")]).into())
}

/// Takes a period away.
pub fn remove(period: &Period) -> Decision<PeriodEvent> {
    Ok(if period.removed { vec![] } else { vec![PeriodEvent::Removed {}] })
}

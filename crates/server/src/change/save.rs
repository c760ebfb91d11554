//! Raising a change, cloning one, editing one.

use api::change::ChangeFields;
use api::common::Written;
use domain::approval::RoundEvent;
use domain::calendar::Side;
use domain::change::{self, Change, ChangeEvent, Edit};
use domain::identity::Permission;
use domain::policy::{Assign, ChangeType, tasks};
use domain::{Aggregate as _, Stamp};
use ports::Query;

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::calendar::{refresh, still_fits};
use crate::change::facts::{gather, judge_again};
use crate::change::fields;
use crate::names::find_change;
use crate::policy::in_force;
use crate::reactions;

/// The series of numbers.
pub const SERIES: &str = "CHG";

pub(super) fn written(change: &Loaded<Change>) -> Written {
    Written {
        id: change.id.to_string(),
        number: Some(change.state.number.clone()),
        version: change.version.0,
    }
}

pub(super) fn stamp(work: &Work<'_>) -> Stamp {
    Stamp { at: work.now, by: work.actor.clone() }
}

/// Raises a change.
pub struct RaiseChange {
    /// What is known of it so far.
    pub fields: ChangeFields,
}

impl Command for RaiseChange {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "change.raise"
    }

    fn permission(&self) -> Permission {
        Permission::ChangeWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let edit = fields::edit(work.tx, &self.fields)?;
        raise(work, &edit)
    }
}

fn raise(work: &mut Work<'_>, edit: &Edit) -> Result<Written, Stop> {
    let placed = matches!(edit.window, Some(Some(_)));
    if placed {
        work.lock(Lock::calendar())?;
    }
    let requester = work.person();
    let change_type = edit.change_type.flatten().unwrap_or(ChangeType::Normal);
    let policy = in_force(work.tx)?.set;
    let templates = &policy.change(change_type).tasks;
    let tasks = tasks(templates, edit.team.flatten(), |assign| match assign {
        Assign::Requester | Assign::Owner => requester,
        Assign::Implementer => edit.implementer.flatten(),
        Assign::Nobody | Assign::ReleaseManager | Assign::Team => None,
    });
    let number = format!("{SERIES}-{}", work.tx.next_number(SERIES)?);
    let mut change: Loaded<Change> = work.fresh();
    let events = change::raise(number, edit, requester, tasks)?;
    work.append(&mut change, events)?;
    if placed {
        refresh(work, Side::Change(change.id))?;
    }
    Ok(written(&change))
}

/// Raises a draft with the content of another change, without its window.
pub struct CloneChange {
    /// The change to clone.
    pub change: String,
}

impl Command for CloneChange {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "change.clone"
    }

    fn permission(&self) -> Permission {
        Permission::ChangeWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Change::stream(find_change(db, &self.change)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_change(work.tx, &self.change)?;
        let original: Loaded<Change> = work.peek(id)?;
        let content = original.state.content;
        let edit = Edit {
            title: Some(content.title),
            change_type: Some(content.change_type),
            description: Some(content.description),
            reason: Some(content.reason),
            category: Some(content.category),
            services: Some(content.services),
            cis: Some(content.cis),
            environment: Some(content.environment),
            customer_impact: Some(content.customer_impact),
            outages: Some(content.outages),
            people_needed: Some(content.people_needed),
            effort_minutes: Some(content.effort_minutes),
            implementer: Some(content.implementer),
            team: Some(content.team),
            implementation_plan: Some(content.implementation_plan),
            test_plan: Some(content.test_plan),
            backout_plan: Some(content.backout_plan),
            backout_minutes: Some(content.backout_minutes),
            cannot_be_undone: Some(content.cannot_be_undone),
            tags: Some(content.tags),
            artifacts: None,
            window: None,
        };
        raise(work, &edit)
    }
}

/// Edits a change.
pub struct EditChange {
    /// The change.
    pub change: String,
    /// The new values.
    pub fields: ChangeFields,
}

impl Command for EditChange {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "change.edit"
    }

    fn permission(&self) -> Permission {
        Permission::ChangeWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Change::stream(find_change(db, &self.change)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_change(work.tx, &self.change)?;
        if self.fields.window.is_some() || self.fields.cis.is_some() {
            work.lock(Lock::calendar())?;
        }
        let mut change: Loaded<Change> = work.load_subject(id)?;
        let edit = fields::edit(work.tx, &self.fields)?;
        let stamp = stamp(work);
        let asking = Asking::of(work);
        let mut facts = gather(work.tx, &asking, id, &change.state, None)?;
        let after = change::edited(&change.state, &edit, &stamp);
        judge_again(work.tx, &after, &mut facts)?;
        let edited = change::edit(&change.state, &edit, &facts, &stamp)?;
        let release = change.state.release;
        if edited.events.is_empty() {
            return Ok(written(&change));
        }
        if let Some(release) = release {
            work.lock(Lock::stream(&format!("release:{release}")))?;
        }
        let moved = edited.moved || unscheduled(&edited.events);
        if moved {
            work.lock(Lock::calendar())?;
        }
        if let Some(release) = release.filter(|_| change::gains(&change.state, &after)) {
            reactions::change_grows(work, release, (id, &change.state.number))?;
        }
        work.append(&mut change, edited.events)?;
        if let Some(release) = release {
            reactions::change_edited(work, release, moved)?;
        } else if moved && change.state.is_committed() {
            still_fits(work, Side::Change(id))?;
        }
        if moved {
            let side = release.map_or(Side::Change(id), Side::Release);
            refresh(work, side)?;
        }
        Ok(written(&change))
    }
}

/// Whether an approval that was voided ended a commitment.
fn unscheduled(events: &[ChangeEvent]) -> bool {
    events.iter().any(|event| {
        matches!(event, ChangeEvent::Unscheduled { .. })
            || matches!(event, ChangeEvent::Round(RoundEvent::Closed { .. }))
    })
}

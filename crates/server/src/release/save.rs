//! Creating a release, cloning one, editing one, and what hangs on it.

use api::common::Written;
use api::release::ReleaseFields;
use domain::calendar::Side;
use domain::identity::Permission;
use domain::policy::{Assign, tasks};
use domain::release::{self, Edit, Release};
use domain::{Aggregate as _, General, Missing, Stamp};
use ports::Query;

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::calendar::refresh;
use crate::extras::{Extra, ExtraKind, parse_extra};
use crate::names::find_release;
use crate::policy::in_force;
use crate::release::facts::gather;
use crate::release::fields;
use crate::release::scope::{fits, from_freeze, write};

/// The series of numbers.
pub const SERIES: &str = "REL";

pub(super) fn written(release: &Loaded<Release>) -> Written {
    Written {
        id: release.id.to_string(),
        number: Some(release.state.number.clone()),
        version: release.version.0,
    }
}

pub(super) fn stamp(work: &Work<'_>) -> Stamp {
    Stamp { at: work.now, by: work.actor.clone() }
}

/// Creates a release.
pub struct CreateRelease {
    /// What is known of it so far.
    pub fields: ReleaseFields,
}

impl Command for CreateRelease {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.create"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let model = self.fields.release_type.as_deref();
        let edit = fields::edit(work.tx, &self.fields, model)?;
        create(work, model, &edit)
    }
}

fn create(work: &mut Work<'_>, model: Option<&str>, edit: &Edit) -> Result<Written, Stop> {
    let placed = matches!(edit.window, Some(Some(_)));
    if placed {
        work.lock(Lock::calendar())?;
    }
    let policy = in_force(work.tx)?.set;
    let model = model.and_then(|name| policy.release(name)).ok_or_else(|| {
        General::Invalid(vec![Missing::new("/type", fields::one_of_types(&policy))])
    })?;
    let requester = work.person();
    let tasks = tasks(&model.tasks, edit.team.flatten(), |assign| match assign {
        Assign::Requester => requester,
        Assign::Owner => edit.owner.flatten(),
        Assign::ReleaseManager => edit.release_manager.flatten(),
        Assign::Nobody | Assign::Implementer | Assign::Team => None,
    });
    let number = format!("{SERIES}-{}", work.tx.next_number(SERIES)?);
    let mut release: Loaded<Release> = work.fresh();
    let events = release::create(number, model, edit, requester, tasks)?;
    work.append(&mut release, events)?;
    if placed {
        refresh(work, Side::Release(release.id))?;
    }
    Ok(written(&release))
}

/// Creates a release with the content of another, without its changes and window.
pub struct CloneRelease {
    /// The release to clone.
    pub release: String,
}

impl Command for CloneRelease {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.clone"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_release(work.tx, &self.release)?;
        let original: Loaded<Release> = work.peek(id)?;
        let content = original.state.content;
        let edit = Edit {
            title: Some(content.title),
            description: Some(content.description),
            objectives: Some(content.objectives),
            kpis: Some(content.kpis),
            milestones: None,
            resources: Some(content.resources),
            rollout: Some(content.rollout),
            contingency: Some(content.contingency),
            rollback_note: Some(content.rollback_note),
            environment: Some(content.environment),
            owner: Some(content.owner),
            release_manager: Some(content.release_manager),
            team: Some(content.team),
            members: Some(content.members),
            package: None,
            tags: Some(content.tags),
            window: None,
        };
        create(work, Some(&original.state.model), &edit)
    }
}

/// Edits a release.
pub struct EditRelease {
    /// The release.
    pub release: String,
    /// The new values.
    pub fields: ReleaseFields,
}

impl Command for EditRelease {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.edit"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let given = &self.fields;
        // Rules about conflicts read the team.
        let moves = given.window.is_some() || given.environment.is_some() || given.team.is_some();
        if moves {
            work.lock(Lock::calendar())?;
        }
        let id = find_release(work.tx, &self.release)?;
        let mut release: Loaded<Release> = work.load_subject(id)?;
        if given.release_type.as_ref().is_some_and(|wanted| *wanted != release.state.model) {
            let fixed = Missing::new("/type", "is fixed at creation: clone the release instead");
            return Err(General::Invalid(vec![fixed]).into());
        }
        // A model that is gone says nothing of the window, and another cannot be chosen any more.
        let policy = in_force(work.tx)?.set;
        let model = Some(release.state.model.as_str());
        let model = model.filter(|name| policy.release(name).is_some());
        let edit = fields::edit(work.tx, given, model)?;
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, id, &release.state, None)?;
        let exception = from_freeze(work.tx, Side::Release(id), id, work.now)?;
        let events = release::edit(&release.state, &edit, exception, &facts, &stamp(work))?;
        write(work, &mut release, events)?;
        if moves {
            fits(work, &release)?;
            refresh(work, Side::Release(id))?;
        }
        Ok(written(&release))
    }
}

/// Tasks, remarks, watchers and links of a release.
pub struct AnnotateRelease {
    /// The release.
    pub release: String,
    /// What is added or edited.
    pub extra: Extra,
}

/// What hanging something on a release asks for.
pub(super) fn hangs(kind: ExtraKind) -> Permission {
    match kind {
        ExtraKind::EditTask | ExtraKind::Rehearse => Permission::ReleaseDeploy,
        _ => Permission::ReleaseWrite,
    }
}

impl Command for AnnotateRelease {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.annotate"
    }

    fn permission(&self) -> Permission {
        // Who may do what is asked of the extra itself.
        Permission::Read
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_release(work.tx, &self.release)?;
        let mut release: Loaded<Release> = work.load_subject(id)?;
        self.extra.permit(work, hangs)?;
        let (me, now) = (work.person(), work.now);
        let command = parse_extra(work.tx, &self.extra, &release.state.extras, me, now)?;
        let events = release::extra(&release.state, &command)?;
        work.append(&mut release, events)?;
        Ok(written(&release))
    }
}

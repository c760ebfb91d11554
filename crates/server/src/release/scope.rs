//! Which changes travel: attaching, detaching, ordering. Both sides are written in one transaction.

use api::common::Written;
use domain::approval::Plan;
use domain::calendar::Side;
use domain::change::{self, Change};
use domain::exception::Rule;
use domain::identity::Permission;
use domain::policy::ReleasePhase;
use domain::release::{self, Facts, Joining, Release, ReleaseEvent};
use domain::{Aggregate as _, General, Missing, Stamp};
use kernel::{ChangeId, ReleaseId, Timestamp};
use ports::Query;

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Lock, Stop, Work, find_state};
use crate::calendar::{exemption, refresh, still_fits};
use crate::names::{Resolver, find_change, find_release};
use crate::policy::in_force;
use crate::release::facts::{change_fact, gather};
use crate::release::save::{stamp, written};

/// Attaches a change.
pub struct AttachChange {
    /// The release.
    pub release: String,
    /// The change.
    pub change: String,
}

impl Command for AttachChange {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.attach"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.lock(Lock::calendar())?;
        let id = find_release(work.tx, &self.release)?;
        let change_id = find_change(work.tx, &self.change)?;
        let mut release: Loaded<Release> = work.load_subject(id)?;
        let mut change: Loaded<Change> = work.load(change_id)?;
        let asking = Asking::of(work);
        let events = attaching(work.tx, &asking, &release, &change)?;
        if events.is_empty() {
            return Ok(written(&release));
        }
        let attached = change::attach(&change.state, id);
        work.append(&mut change, attached)?;
        write(work, &mut release, events)?;
        fits(work, &release)?;
        follow_scheduled(work, &release, &mut change)?;
        refresh(work, Side::Change(change_id))?;
        refresh(work, Side::Release(id))?;
        Ok(written(&release))
    }
}

/// What attaching a change would mean for a release, decided and not written.
fn attaching(
    db: &mut dyn Query,
    asking: &Asking,
    release: &Loaded<Release>,
    change: &Loaded<Change>,
) -> Result<Vec<ReleaseEvent>, Stop> {
    let id = release.id;
    let facts = gather(db, asking, id, &release.state, None)?;
    let fact = change_fact(db, change)?;
    let elsewhere = match change.state.release.filter(|other| *other != id) {
        Some(other) => Some(number(db, other)?),
        None => None,
    };
    let phase = change.state.phase;
    let exception = from_freeze(db, Side::Change(change.id), id, asking.now)?;
    let joining = Joining { fact: &fact, phase, elsewhere, exception };
    let stamp = Stamp { at: asking.now, by: asking.actor.clone() };
    Ok(release::attach(&release.state, joining, &facts, &stamp)?)
}

/// Whether the reader may attach a change to a release.
pub fn may_attach(
    db: &mut dyn Query,
    release: ReleaseId,
    change: &Loaded<Change>,
    asking: &Asking,
) -> Result<Result<(), domain::Refusal>, Stop> {
    if let Err(refusal) = asking.permit(Permission::ReleaseWrite) {
        return Ok(Err(refusal));
    }
    let Some(loaded) = find_state::<Release>(db, release)? else {
        let unknown = General::Unknown { kind: "release", name: release.to_string() };
        return Ok(Err(unknown.into()));
    };
    match attaching(db, asking, &loaded, change) {
        Ok(_) => Ok(Ok(())),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(stop) => Err(stop),
    }
}

fn number(db: &mut dyn Query, release: ReleaseId) -> Result<String, Stop> {
    let sql = "SELECT number FROM releases WHERE id = $1";
    let row = db.query_one(sql, &[release.to_string().into()])?;
    Ok(row.map(|row| row.text(0).map(str::to_owned)).transpose()?.unwrap_or_default())
}

/// The exception by which a side joins the frozen scope of a release, or grows in it.
pub(super) fn from_freeze(
    db: &mut dyn Query,
    side: Side,
    release: ReleaseId,
    now: Timestamp,
) -> Result<Option<String>, Stop> {
    let sides = (side, Side::Release(release));
    let found = exemption(db, Rule::ScopeFreeze.word(), sides, now)?;
    Ok(found.map(|exempt| exempt.number))
}

/// A change of a release is to gain CIs or services. The release's stream is locked.
pub fn change_grows(
    work: &mut Work<'_>,
    id: ReleaseId,
    change: (ChangeId, &str),
) -> Result<(), Stop> {
    let mut release: Loaded<Release> = work.load(id)?;
    let exception = from_freeze(work.tx, Side::Change(change.0), id, work.now)?;
    let events = release::grow(&release.state, change, exception, work.now)?;
    work.append(&mut release, events)
}

/// Whether a release whose scope grew still fits where it is committed.
pub(super) fn fits(work: &mut Work<'_>, release: &Loaded<Release>) -> Result<(), Stop> {
    if !release.state.is_committed() {
        return Ok(());
    }
    still_fits(work, Side::Release(release.id))
}

/// A change that joins a scheduled release takes its window, once it is approved.
fn follow_scheduled(
    work: &mut Work<'_>,
    release: &Loaded<Release>,
    change: &mut Loaded<Change>,
) -> Result<(), Stop> {
    if release.state.scheduled && change.state.is_approved() {
        let events = change::follow(&change.state, change::Step::Scheduled);
        work.append(change, events)?;
    }
    Ok(())
}

/// Detaches a change.
pub struct DetachChange {
    /// The release.
    pub release: String,
    /// The change.
    pub change: String,
}

impl Command for DetachChange {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.detach"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.lock(Lock::calendar())?;
        let id = find_release(work.tx, &self.release)?;
        let change_id = find_change(work.tx, &self.change)?;
        let mut release: Loaded<Release> = work.load_subject(id)?;
        let mut change: Loaded<Change> = work.load(change_id)?;
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, id, &release.state, None)?;
        let events = release::detach(&release.state, change_id, &facts, &stamp(work))?;
        if events.is_empty() {
            return Ok(written(&release));
        }
        let left = change::detach(&change.state, &plan_alone(work, &change.state)?);
        work.append(&mut change, left)?;
        write(work, &mut release, events)?;
        refresh(work, Side::Change(change_id))?;
        refresh(work, Side::Release(id))?;
        Ok(written(&release))
    }
}

/// The approval that a change needs outside any release.
pub(super) fn plan_alone(work: &mut Work<'_>, change: &Change) -> Result<Plan, Stop> {
    let policy = in_force(work.tx)?;
    let facts = policy.facts(work.tx, change, change.risk.is_none())?;
    let risk = change.risk.clone().unwrap_or_else(|| policy.set.assess(&facts));
    Ok(policy.change_plan(change.change_type(), facts, &risk, false))
}

/// Sets the deploy order.
pub struct OrderChanges {
    /// The release.
    pub release: String,
    /// Every change of it, first to deploy first.
    pub changes: Vec<String>,
}

impl Command for OrderChanges {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.order"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_release(work.tx, &self.release)?;
        let mut release: Loaded<Release> = work.load_subject(id)?;
        let mut resolver = Resolver::default();
        let changes = resolver.many(work.tx, "/changes", &self.changes, find_change)?;
        resolver.end()?;
        if changes.len() > release::CHANGES_MAX {
            let many = Missing::new("/changes", "names at most 200 changes");
            return Err(General::Invalid(vec![many]).into());
        }
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, id, &release.state, None)?;
        let events = release::reorder(&release.state, &changes, &facts, &stamp(work))?;
        write(work, &mut release, events)?;
        Ok(written(&release))
    }
}

/// Writes what was done to a release and holds it against its approval: the votes that covered it
/// are voided, and where policy asks for another approval now, that one is asked for.
pub(super) fn write(
    work: &mut Work<'_>,
    release: &mut Loaded<Release>,
    events: Vec<ReleaseEvent>,
) -> Result<(), Stop> {
    if events.is_empty() {
        return Ok(());
    }
    work.append(release, events)?;
    if release.state.phase == ReleasePhase::Approval {
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, release.id, &release.state, None)?;
        hold_against_approval(work, release, &facts)?;
    }
    Ok(())
}

fn hold_against_approval(
    work: &mut Work<'_>,
    release: &mut Loaded<Release>,
    facts: &Facts,
) -> Result<(), Stop> {
    let events = release::reapprove(&release.state, facts)?;
    work.append(release, events)?;
    let events = release::reroute(&release.state, facts, &stamp(work))?;
    work.append(release, events)
}

/// A change of a release was edited: its claims are written anew, its votes held against it, and
/// where the edit `moved` what it claims, it must still fit. The release's stream is locked.
pub fn change_edited(work: &mut Work<'_>, id: ReleaseId, moved: bool) -> Result<(), Stop> {
    let mut release: Loaded<Release> = work.load(id)?;
    let before = release.version;
    let asking = Asking::of(work);
    let facts = gather(work.tx, &asking, id, &release.state, None)?;
    hold_against_approval(work, &mut release, &facts)?;
    if release.version == before {
        work.project(&release)?;
    }
    if moved { fits(work, &release) } else { Ok(()) }
}

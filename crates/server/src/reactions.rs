//! What one record's command does to another record in the same transaction, where the other
//! feature must not be known to the first.

use domain::change::Change;
use domain::release::Release;
use kernel::{ChangeId, ReleaseId};
use ports::Query;

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, Work};

/// A change that travels in a release was edited, or its approval moved: the release's claims are
/// written anew, and the votes on it that covered what was edited are voided. `moved` says whether
/// it claims something else now, which must fit.
pub fn change_edited(work: &mut Work<'_>, release: ReleaseId, moved: bool) -> Result<(), Stop> {
    crate::release::change_edited(work, release, moved)
}

/// A change that travels in a release is to gain CIs or services, which the release's scope must
/// admit. The change is named with its number.
pub fn change_grows(
    work: &mut Work<'_>,
    release: ReleaseId,
    change: (ChangeId, &str),
) -> Result<(), Stop> {
    crate::release::change_grows(work, release, change)
}

/// Whether the reader may attach a change to a release.
pub fn may_attach(
    db: &mut dyn Query,
    release: ReleaseId,
    change: &Loaded<Change>,
    asking: &Asking,
) -> Result<Result<(), domain::Refusal>, Stop> {
    crate::release::may_attach(db, release, change, asking)
}

/// A run moved the deployment of a release: its changes, its review and its people follow.
pub fn deployment_moved(
    work: &mut Work<'_>,
    id: ReleaseId,
    before: &Release,
    after: &Release,
) -> Result<(), Stop> {
    crate::release::follow(work, id, before, after)
}

//! What one record's command does to another record in the same transaction, where the other
//! feature must not be known to the first.

use kernel::{ChangeId, ReleaseId};

use crate::bus::{Stop, Work};

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

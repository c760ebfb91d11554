//! The versions that a release makes available: written when it is verified, in its transaction.

use std::collections::BTreeSet;

use domain::Aggregate;
use domain::service::{Ci, Service, set_ci_version, set_version};
use kernel::{CiId, ReleaseId, ServiceId};

use crate::bus::{Loaded, Lock, Stop, Work};

/// A version, and what runs it now.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The version.
    pub version: &'a str,
    /// The service, and the CI.
    pub on: (Option<ServiceId>, Option<CiId>),
}

/// Says of each service and CI which version it runs. Where a package names one twice, the last
/// word counts.
pub fn make_available<'a>(
    work: &mut Work<'_>,
    release: ReleaseId,
    made: impl Iterator<Item = Made<'a>>,
) -> Result<(), Stop> {
    let made: Vec<Made<'a>> = made.collect();
    let services = made.iter().filter_map(|made| made.on.0).map(Service::stream);
    let cis = made.iter().filter_map(|made| made.on.1).map(Ci::stream);
    let locks: BTreeSet<Lock> = services.chain(cis).map(|stream| Lock::stream(&stream)).collect();
    work.lock_all(locks)?;
    for Made { version, on: (service, ci) } in made {
        if let Some(id) = service {
            let mut service: Loaded<Service> = work.load(id)?;
            let events = set_version(&service.state, version, release);
            work.append(&mut service, events)?;
        }
        if let Some(id) = ci {
            let mut ci: Loaded<Ci> = work.load(id)?;
            let events = set_ci_version(&ci.state, version, release);
            work.append(&mut ci, events)?;
        }
    }
    Ok(())
}

//! What an incident says.

use kernel::{ReleaseId, Timestamp};

use crate::incident::Incident;
use crate::report::fact::counts_against;
use crate::report::{Fact, Figure};

/// The change that an incident names as its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blamed {
    /// When its work began.
    pub started_at: Option<Timestamp>,
    /// The release that it travels in.
    pub release: Option<ReleaseId>,
}

/// An incident as figures see it.
#[derive(Debug)]
pub struct IncidentSeen<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// The change that it names as its cause.
    pub cause: Option<Blamed>,
}

impl IncidentSeen<'_> {
    /// All that it says.
    pub fn facts(&self) -> Vec<Fact> {
        let Some(opened) = self.incident.content.opened_at else { return Vec::new() };
        let brought_by = self.cause.and_then(|cause| {
            let began = cause.started_at?;
            cause.release.filter(|_| counts_against(opened, began))
        });
        let because = brought_by.iter().map(ToString::to_string).collect();
        let figure = Figure::IncidentsFromReleases;
        let mut facts = vec![Fact::whether(figure, opened, brought_by.is_some()).because(because)];
        if let Some(resolved) = self.incident.resolved_at {
            facts.push(Fact::time(Figure::TimeToRestore, opened, opened, resolved));
        }
        facts
    }
}

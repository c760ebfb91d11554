//! A change of another system, taken over as history: closed, with its dates and outcome, without
//! passing today's approval, and marked as imported.

use kernel::{CiId, LONG_TEXT_MAX, NAME_MAX, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::aggregate::Decision;
use crate::artifact::Artifact;
use crate::change::{ARTIFACTS_MAX, CIS_MAX, Change, ChangeEvent, Content, Outcome, Phase};
use crate::edit::is_default;
use crate::policy::ChangeType;
use crate::refusal::Check;
use crate::vocabulary::{Environment, Window};

/// Where a record came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The system, as the mapping names it.
    pub source: String,
    /// The record's number there.
    pub number: String,
    /// The zone of its wall times.
    pub zone: Zone,
}

/// All that is taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// `CHG-…`, its number here.
    pub number: String,
    /// Where it came from.
    pub origin: Origin,
    /// What, in one line.
    pub title: String,
    /// What else the source says of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Its type.
    pub change_type: ChangeType,
    /// Where.
    #[serde(default, skip_serializing_if = "is_default")]
    pub environment: Environment,
    /// CIs touched.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cis: Vec<CiId>,
    /// What it ships.
    #[serde(default, skip_serializing_if = "is_default")]
    pub artifacts: Vec<Artifact>,
    /// The planned window.
    #[serde(default, skip_serializing_if = "is_default")]
    pub window: Option<Window>,
    /// When work began.
    #[serde(default, skip_serializing_if = "is_default")]
    pub started_at: Option<Timestamp>,
    /// When work ended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub finished_at: Option<Timestamp>,
    /// When it was raised there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub created_at: Option<Timestamp>,
    /// How it ended, where the source says so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outcome: Option<Outcome>,
    /// How many incidents the source counted as brought by it, where it counts them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub incidents: Option<u32>,
    /// True for work that is still to come: it is taken over as scheduled.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scheduled: bool,
}

impl Imported {
    /// The change that it is.
    pub(super) fn into_change(self) -> Change {
        let content = Content {
            title: self.title,
            description: self.description,
            change_type: Some(self.change_type),
            cis: self.cis,
            environment: self.environment,
            artifacts: self.artifacts,
            window: self.window,
            ..Content::default()
        };
        Change {
            number: self.number,
            phase: if self.scheduled { Phase::Scheduled } else { Phase::Closed },
            content,
            started_at: self.started_at,
            finished_at: self.finished_at,
            outcome: self.outcome,
            incidents: self.incidents,
            created_at: self.created_at,
            origin: Some(self.origin),
            ..Change::default()
        }
    }
}

/// What an import may hold.
pub fn check_import(imported: &Imported) -> Result<(), crate::Refusal> {
    let mut check = Check::default();
    check.name("/title", &imported.title, NAME_MAX);
    check.text("/description", &imported.description, LONG_TEXT_MAX);
    check.name("/number", &imported.origin.number, NAME_MAX);
    check.name("/source", &imported.origin.source, NAME_MAX);
    check.count("/cis", imported.cis.len(), CIS_MAX);
    check.count("/artifacts", imported.artifacts.len(), ARTIFACTS_MAX);
    if imported.scheduled && imported.outcome.is_some() {
        check.wrong("/outcome", "belongs to work that has ended; this is still to come");
    }
    check.end()
}

/// Takes a change over.
pub fn import(imported: Imported) -> Decision<ChangeEvent> {
    check_import(&imported)?;
    Ok(vec![ChangeEvent::Imported(Box::new(imported))])
}

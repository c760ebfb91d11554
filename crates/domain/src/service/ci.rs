//! A configuration item, the fold of its events, and the rules for saving it and its relations.

use std::collections::BTreeSet;

use kernel::{CiId, NAME_MAX, ReleaseId, ServiceId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::edit::{editable, is_default};
use crate::refusal::{Check, General, Refusal};
use crate::service::{CiEvent, Criticality, RELATIONS_MAX, Relation};
use crate::vocabulary::Environment;

editable! {
    /// What is known of a CI.
    CiContent, CiEdit {
        /// Unique; any text, as other systems have odd names.
        name: String,
        /// A word such as `application`, `database`, `server` or `network`.
        kind: String,
        /// How much hangs on it.
        criticality: Criticality,
        /// Where it serves.
        environment: Environment,
        /// Where it stands.
        region: String,
        /// The version it runs.
        version_running: String,
        /// The service it belongs to.
        service: Option<ServiceId>,
    }
}

/// A configuration item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ci {
    /// What is known of it.
    pub content: CiContent,
    /// What it needs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub relations: BTreeSet<Relation>,
    /// The release that made the version it runs available; none for one that people wrote down.
    #[serde(default, skip_serializing_if = "is_default")]
    pub version_by: Option<ReleaseId>,
}

impl Aggregate for Ci {
    type Id = CiId;
    type Event = CiEvent;
    const KIND: &'static str = "ci";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &CiEvent, _: &Stamp) -> Self {
        match event {
            CiEvent::Created { content } => self.content = content.clone(),
            CiEvent::Edited { edit } => {
                self.content.apply(edit);
                if edit.version_running.is_some() {
                    self.version_by = None;
                }
            }
            CiEvent::VersionSet { version, release } => {
                self.content.version_running.clone_from(version);
                self.version_by = Some(*release);
            }
            CiEvent::RelationsSet { relations } => self.relations.clone_from(relations),
        }
        self
    }
}

/// What saving needs to know of the world.
#[derive(Debug, Clone, Default)]
pub struct CiFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// Whether another CI has the name.
    pub name_taken: bool,
}

/// Writes a CI down when it is new, edits it otherwise.
pub fn save_ci(ci: &Ci, edit: &CiEdit, facts: &CiFacts) -> Decision<CiEvent> {
    let edit = if facts.exists { edit.clone().against(&ci.content) } else { edit.clone() };
    let mut content = ci.content.clone();
    content.apply(&edit);
    check(&content)?;
    if facts.name_taken {
        return Err(General::NameTaken { kind: "CI", name: content.name }.into());
    }
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![CiEvent::Created { content }],
        (true, true) => vec![],
        (true, false) => vec![CiEvent::Edited { edit }],
    })
}

/// Writes a CI down that another system names: its name, and what kind it is said to be.
pub fn import_ci(name: &str, kind: &str) -> Decision<CiEvent> {
    let edit =
        CiEdit { name: Some(name.to_owned()), kind: Some(kind.to_owned()), ..CiEdit::default() };
    save_ci(&Ci::default(), &edit, &CiFacts::default())
}

/// Replaces what a CI needs.
pub fn set_relations((id, ci): (CiId, &Ci), relations: &BTreeSet<Relation>) -> Decision<CiEvent> {
    let mut check = Check::default();
    check.count("/relations", relations.len(), RELATIONS_MAX);
    if relations.iter().any(|relation| relation.to == id) {
        check.wrong("/relations", "lead to the CI itself; a CI does not need itself");
    }
    check.end()?;
    let unchanged = ci.relations == *relations;
    let set = CiEvent::RelationsSet { relations: relations.clone() };
    Ok(if unchanged { vec![] } else { vec![set] })
}

/// Says which version runs, once the release that makes it available is verified.
pub fn set_ci_version(ci: &Ci, version: &str, release: ReleaseId) -> Vec<CiEvent> {
    if ci.content.version_running == version && ci.version_by == Some(release) {
        return vec![];
    }
    vec![CiEvent::VersionSet { version: version.to_owned(), release }]
}

fn check(content: &CiContent) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.text("/kind", &content.kind, NAME_MAX);
    check.text("/region", &content.region, NAME_MAX);
    check.text("/version_running", &content.version_running, NAME_MAX);
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::RelationKind;
    use kernel::Id;

    fn id(number: u128) -> CiId {
        CiId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn uses(number: u128) -> Relation {
        Relation { kind: RelationKind::Uses, to: id(number) }
    }

    #[test]
    fn a_ci_may_have_any_odd_name() {
        for name in ["web #1 / ä", "WBS000072", "\u{1F5A5} -- '; DROP", &"x".repeat(NAME_MAX)] {
            assert!(import_ci(name, "subapplication").is_ok(), "{name}");
        }
        assert!(import_ci(&"x".repeat(NAME_MAX + 1), "").is_err());
        assert!(import_ci("", "").is_err());
    }

    #[test]
    fn two_cis_cannot_have_one_name() {
        let edit = CiEdit { name: Some("db-1".to_owned()), ..CiEdit::default() };
        let facts = CiFacts { name_taken: true, exists: false };
        let refusal = save_ci(&Ci::default(), &edit, &facts).expect_err("taken");
        assert_eq!(refusal.code, "request.name_taken");
    }

    #[test]
    fn a_ci_does_not_need_itself() {
        let refusal = set_relations((id(1), &Ci::default()), &[uses(2), uses(1)].into());
        assert_eq!(refusal.expect_err("itself").missing[0].pointer, "/relations");
    }

    #[test]
    fn the_number_of_relations_is_bounded() {
        let many = (2..=RELATIONS_MAX as u128 + 2).map(uses).collect();
        assert!(set_relations((id(1), &Ci::default()), &many).is_err());
        let most = (2..=RELATIONS_MAX as u128 + 1).map(uses).collect();
        assert!(set_relations((id(1), &Ci::default()), &most).is_ok());
    }

    #[test]
    fn setting_the_same_relations_again_is_no_event() {
        let relations: BTreeSet<Relation> = [uses(2)].into();
        let ci = Ci { relations: relations.clone(), ..Ci::default() };
        assert_eq!(set_relations((id(1), &ci), &relations), Ok(vec![]));
        let set = CiEvent::RelationsSet { relations: [].into() };
        assert_eq!(set_relations((id(1), &ci), &[].into()), Ok(vec![set]));
    }
}

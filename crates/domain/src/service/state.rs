//! A service, the fold of its events, and the rule for saving one.

use kernel::{LONG_TEXT_MAX, NAME_MAX, NOTE_MAX, PersonId, ReleaseId, ServiceId, TeamId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::edit::{editable, is_default};
use crate::refusal::{Check, General, Refusal};
use crate::service::{Criticality, DATA_LOSS_MINUTES_MAX, ServiceEvent};

editable! {
    /// What is known of a service.
    Content, Edit {
        /// Unique.
        name: String,
        /// What it does for its users.
        description: String,
        /// How much hangs on it.
        criticality: Criticality,
        /// Who answers for it.
        owner: Option<PersonId>,
        /// The team that runs it.
        team: Option<TeamId>,
        /// Minutes of data that may be lost (recovery point objective).
        data_loss_minutes: Option<u32>,
        /// Known limits, copied into rollback plans.
        known_limits: String,
        /// Where it stands, for those of its CIs that say nothing of their own.
        region: String,
    }
}

/// A service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What is known of it.
    pub content: Content,
    /// The version it runs, as the last verified release made it available.
    #[serde(default, skip_serializing_if = "is_default")]
    pub version_running: String,
    /// That release.
    #[serde(default, skip_serializing_if = "is_default")]
    pub version_by: Option<ReleaseId>,
}

impl Aggregate for Service {
    type Id = ServiceId;
    type Event = ServiceEvent;
    const KIND: &'static str = "service";
    const FORMAT: i64 = 2;

    fn evolve(mut self, event: &ServiceEvent, _: &Stamp) -> Self {
        match event {
            ServiceEvent::Created { content } => self.content = content.clone(),
            ServiceEvent::Edited { edit } => self.content.apply(edit),
            ServiceEvent::VersionSet { version, release } => {
                self.version_running.clone_from(version);
                self.version_by = Some(*release);
            }
        }
        self
    }
}

/// What saving needs to know of the world.
#[derive(Debug, Clone, Default)]
pub struct SaveFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// Whether another service has the name.
    pub name_taken: bool,
}

/// Sets a service up when it is new, edits it otherwise.
pub fn save(service: &Service, edit: &Edit, facts: &SaveFacts) -> Decision<ServiceEvent> {
    let edit = if facts.exists { edit.clone().against(&service.content) } else { edit.clone() };
    let mut content = service.content.clone();
    content.apply(&edit);
    check(&content)?;
    if facts.name_taken {
        return Err(General::NameTaken { kind: "service", name: content.name }.into());
    }
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![ServiceEvent::Created { content }],
        (true, true) => vec![],
        (true, false) => vec![ServiceEvent::Edited { edit }],
    })
}

/// Says which version runs, once the release that makes it available is verified. Nothing else says
/// so.
pub fn set_version(service: &Service, version: &str, release: ReleaseId) -> Vec<ServiceEvent> {
    if service.version_running == version && service.version_by == Some(release) {
        return vec![];
    }
    vec![ServiceEvent::VersionSet { version: version.to_owned(), release }]
}

fn check(content: &Content) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.text("/description", &content.description, LONG_TEXT_MAX);
    check.text("/known_limits", &content.known_limits, NOTE_MAX);
    check.text("/region", &content.region, NAME_MAX);
    if content.data_loss_minutes.is_some_and(|minutes| minutes > DATA_LOSS_MINUTES_MAX) {
        check.wrong("/data_loss_minutes", format!("is more than {DATA_LOSS_MINUTES_MAX}"));
    }
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Edit {
        Edit { name: Some(name.to_owned()), ..Edit::default() }
    }

    #[test]
    fn a_service_needs_a_name() {
        let refusal = save(&Service::default(), &named("  "), &SaveFacts::default());
        assert_eq!(refusal.expect_err("no name").missing[0].pointer, "/name");
    }

    #[test]
    fn two_services_cannot_have_one_name() {
        let facts = SaveFacts { name_taken: true, ..SaveFacts::default() };
        let refusal = save(&Service::default(), &named("Payments"), &facts);
        assert_eq!(refusal.expect_err("taken").code, "request.name_taken");
    }

    #[test]
    fn a_new_service_is_of_criticality_three() {
        let events = save(&Service::default(), &named("Payments"), &SaveFacts::default());
        let [ServiceEvent::Created { content }] = &events.expect("fine")[..] else { panic!() };
        assert_eq!(content.criticality.number(), 3);
    }

    #[test]
    fn a_version_is_of_the_release_that_made_it_available() {
        use kernel::{Actor, Id, Timestamp};
        let release = ReleaseId::from_uuid(uuid::Uuid::from_u128(51));
        let stamp =
            Stamp { at: Timestamp::from_micros(0), by: Actor::System { part: "test".to_owned() } };
        let events = set_version(&Service::default(), "4.2", release);
        let after =
            events.iter().fold(Service::default(), |state, event| state.evolve(event, &stamp));
        assert_eq!((after.version_running.as_str(), after.version_by), ("4.2", Some(release)));
        assert_eq!(set_version(&after, "4.2", release), vec![]);
    }

    #[test]
    fn an_edit_keeps_only_what_differs() {
        let mut service = Service::default();
        service.content.name = "Payments".to_owned();
        let facts = SaveFacts { exists: true, name_taken: false };
        assert_eq!(save(&service, &named("Payments"), &facts), Ok(vec![]));
        let edit = Edit { known_limits: Some("one region".to_owned()), ..named("Payments") };
        let kept = Edit { known_limits: Some("one region".to_owned()), ..Edit::default() };
        let events = save(&service, &edit, &facts);
        assert_eq!(events, Ok(vec![ServiceEvent::Edited { edit: kept }]));
    }
}

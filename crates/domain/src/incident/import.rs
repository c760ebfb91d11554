//! An incident of another system, taken over as history.

use kernel::{ChangeId, CiId, LONG_TEXT_MAX, NAME_MAX, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::Decision;
use crate::change::Origin;
use crate::edit::is_default;
use crate::incident::{CIS_MAX, Content, Incident, IncidentEvent, Priority, SERVICES_MAX, State};
use crate::record::{ExtraCommand, Extras, Link};
use crate::refusal::Check;

/// All that is taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// `INC-…`, its number here.
    pub number: String,
    /// Where it came from.
    pub origin: Origin,
    /// What happened, in one line.
    pub title: String,
    /// What is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// How bad.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: Priority,
    /// Where it stood.
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: State,
    /// When it began.
    pub opened_at: Timestamp,
    /// When service was restored, where the source says so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resolved_at: Option<Timestamp>,
    /// CIs hit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cis: Vec<CiId>,
    /// Services hit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub services: Vec<ServiceId>,
    /// The change that caused it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub caused_by: Option<ChangeId>,
    /// Records that have to do with it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub links: Vec<Link>,
}

impl Imported {
    /// The incident that it is.
    pub(super) fn into_incident(self) -> Incident {
        let content = Content {
            title: self.title,
            description: self.description,
            priority: self.priority,
            opened_at: Some(self.opened_at),
            cis: self.cis,
            services: self.services,
            assignee: None,
            caused_by: self.caused_by,
        };
        Incident {
            number: self.number,
            content,
            state: self.state,
            resolved_at: self.resolved_at,
            origin: Some(self.origin),
            alerts: None,
            extras: Extras { links: self.links, ..Extras::default() },
        }
    }
}

/// Takes an incident over.
pub fn import(imported: Imported) -> Decision<IncidentEvent> {
    let mut check = Check::default();
    check.name("/title", &imported.title, NAME_MAX);
    check.text("/description", &imported.description, LONG_TEXT_MAX);
    check.name("/number", &imported.origin.number, NAME_MAX);
    check.name("/source", &imported.origin.source, NAME_MAX);
    check.count("/cis", imported.cis.len(), CIS_MAX);
    check.count("/services", imported.services.len(), SERVICES_MAX);
    check.end()?;
    Extras::default().decide(&ExtraCommand::SetLinks { links: imported.links.clone() })?;
    Ok(vec![IncidentEvent::Imported(Box::new(imported))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Aggregate, Stamp};
    use crate::record::LinkKind;
    use kernel::{Actor, Zone};

    fn imported() -> Imported {
        let source = "service manager".to_owned();
        let origin = Origin { source, number: "IM0001224".to_owned(), zone: Zone::utc() };
        Imported {
            number: "INC-1".to_owned(),
            origin,
            title: "Citrix is slow".to_owned(),
            description: String::new(),
            priority: Priority::default(),
            state: State::Closed,
            opened_at: Timestamp::from_micros(5),
            resolved_at: None,
            cis: vec![],
            services: vec![],
            caused_by: None,
            links: vec![],
        }
    }

    #[test]
    fn what_the_source_did_not_know_stays_unknown() {
        let events = import(imported()).expect("fine");
        let stamp = Stamp {
            at: Timestamp::from_micros(9),
            by: Actor::System { part: "import".to_owned() },
        };
        let incident = Incident::default().evolve(&events[0], &stamp);
        assert_eq!((incident.state, incident.resolved_at), (State::Closed, None));
        assert_eq!(incident.origin.expect("an origin").number, "IM0001224");
        assert_eq!(events.len(), 1);
    }

    #[test]
    fn an_imported_link_is_held_to_the_same_rules_as_any() {
        let mut linked = imported();
        let url = Some("javascript:alert(1)".to_owned());
        linked.links = vec![Link { url, ..Link::new(LinkKind::Ticket, "T-1") }];
        let refusal = import(linked).expect_err("not an address");
        assert_eq!(refusal.missing[0].pointer, "/links/0/url");
    }

    #[test]
    fn an_import_without_a_number_is_refused() {
        let mut nameless = imported();
        nameless.origin.number = String::new();
        assert_eq!(import(nameless).expect_err("no number").missing[0].pointer, "/number");
    }
}

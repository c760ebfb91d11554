//! Takes an incident over from another system, once: the same number of the same system again
//! changes nothing.

use api::common::Written;
use domain::Refusal;
use domain::change::Origin;
use domain::identity::Permission;
use domain::incident::{Imported as Taken, Incident, Priority, State, import};
use domain::record::Link;
use kernel::{ChangeId, CiId, ServiceId, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::incident::find::find_imported;
use crate::incident::save::written;

/// The command, with everything resolved.
#[derive(Debug, Clone)]
pub struct ImportIncident {
    /// The system, as the mapping names it.
    pub source: String,
    /// The record's number there.
    pub source_number: String,
    /// The zone of the source's wall times.
    pub zone: Zone,
    /// What happened, in one line.
    pub title: String,
    /// What is known.
    pub description: String,
    /// How bad.
    pub priority: Priority,
    /// Where it stood.
    pub state: State,
    /// When it began.
    pub opened_at: Timestamp,
    /// When service was restored, where the source says so.
    pub resolved_at: Option<Timestamp>,
    /// CIs hit.
    pub cis: Vec<CiId>,
    /// Services hit.
    pub services: Vec<ServiceId>,
    /// The change that caused it.
    pub caused_by: Option<ChangeId>,
    /// Records that have to do with it.
    pub links: Vec<Link>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Where it is now.
    pub written: Written,
    /// False when it had been there already.
    pub created: bool,
}

impl Command for ImportIncident {
    type Answer = Imported;

    fn verb(&self) -> &'static str {
        "incident.import"
    }

    fn permission(&self) -> Permission {
        Permission::ImportRun
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Imported, Stop> {
        work.lock(Lock::name("imported incident", &format!("{}/{}", self.source, self.source_number)))?;
        let known = find_imported(work.tx, &self.source, &self.source_number)?;
        if let Some((id, number, version)) = known {
            let written = Written { id: id.to_string(), number: Some(number), version };
            return Ok(Imported { written, created: false });
        }
        let mut incident: Loaded<Incident> = work.fresh();
        let number = format!("INC-{}", work.tx.next_number("INC")?);
        let events = import(self.taken(number))?;
        work.append(&mut incident, events)?;
        Ok(Imported { written: written(&incident), created: true })
    }
}

impl ImportIncident {
    /// Whether the rules take it, without taking it.
    pub fn check(&self) -> Result<(), Refusal> {
        import(self.taken(String::new())).map(|_| ())
    }

    fn taken(&self, number: String) -> Taken {
        let source = self.source.clone();
        let origin = Origin { source, number: self.source_number.clone(), zone: self.zone.clone() };
        Taken {
            number,
            origin,
            title: self.title.clone(),
            description: self.description.clone(),
            priority: self.priority,
            state: self.state,
            opened_at: self.opened_at,
            resolved_at: self.resolved_at,
            cis: self.cis.clone(),
            services: self.services.clone(),
            caused_by: self.caused_by,
            links: self.links.clone(),
        }
    }
}

//! Sets a team up, or edits it.

use std::collections::BTreeSet;

use api::common::Written;
use api::team::TeamFields;
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::team::{Edit, SaveFacts, Team, save};
use kernel::{PersonId, TeamId};
use ports::Query;

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::names::{Resolver, find_person};
use crate::team::find_team;
use crate::team::read::name_taken;

/// The command.
pub struct SaveTeam {
    /// The team to edit, by id or name; a new one when absent.
    pub team: Option<String>,
    /// The new values.
    pub fields: TeamFields,
}

impl Command for SaveTeam {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "team.save"
    }

    fn permission(&self) -> Permission {
        Permission::TeamWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.team else { return Ok(None) };
        Ok(Some(Team::stream(find_team(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let edit = self.edit(work)?;
        let mut team: Loaded<Team> = match &self.team {
            Some(name) => {
                let id: TeamId = find_team(work.tx, name)?;
                work.load_subject(id)?
            }
            None => work.fresh(),
        };
        let name = edit.name.as_ref().unwrap_or(&team.state.content.name).clone();
        work.lock(Lock::name("team", &name))?;
        let exists = self.team.is_some();
        let name_taken = name_taken(work.tx, &name, team.id)?;
        let events = save(&team.state, &edit, &SaveFacts { exists, name_taken })?;
        work.append(&mut team, events)?;
        Ok(Written { id: team.id.to_string(), number: None, version: team.version.0 })
    }
}

impl SaveTeam {
    fn edit(&self, work: &mut Work<'_>) -> Result<Edit, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let members = match &fields.members {
            Some(names) => Some(resolver.many(work.tx, "/members", names, find_person)?),
            None => None,
        };
        resolver.end()?;
        Ok(Edit {
            name: fields.name.clone(),
            description: fields.description.clone(),
            members: members.map(|found: Vec<PersonId>| found.into_iter().collect::<BTreeSet<_>>()),
        })
    }
}

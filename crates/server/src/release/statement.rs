//! Stating the scope, freezing it, opening it again.

use api::common::Written;
use api::release::{ContributionFields, OutsideFields, ScopeFields, SignOff};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::release::{self, Contribution, Outside, Release, StatementEdit};
use kernel::{Actor, PersonId};
use ports::Query;

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Stop, Work};
use crate::names::find_change;
use crate::names::{Resolver, find_person, find_release};
use crate::release::facts::gather;
use crate::release::save::written;
use crate::release::scope::write;
use crate::team::find_team;

/// What is done to the scope.
pub enum Stating {
    /// State it.
    State(ScopeFields),
    /// Sign off the part of a team.
    SignOff(SignOff),
    /// Let nothing join any more.
    Freeze(Option<String>),
    /// Let changes join again.
    Unfreeze(Option<String>),
}

/// The command.
pub struct StateScope {
    /// The release.
    pub release: String,
    /// What is done.
    pub stating: Stating,
}

impl Command for StateScope {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        match self.stating {
            Stating::State(_) => "release.state_scope",
            Stating::SignOff(_) => "release.sign_off",
            Stating::Freeze(_) => "release.freeze",
            Stating::Unfreeze(_) => "release.unfreeze",
        }
    }

    fn permission(&self) -> Permission {
        // The scope owner needs no other; whoever else it is, is asked below.
        Permission::Read
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_release(work.tx, &self.release)?;
        let mut loaded: Loaded<Release> = work.load_subject(id)?;
        if matches!(self.stating, Stating::SignOff(_)) {
            // Whoever belongs to the team signs off, whatever their roles.
            work.permit_program(Permission::Approve)?;
        } else if !owns_scope(&loaded.state, work.person(), &work.actor) {
            work.permit(Permission::ReleaseWrite)?;
        }
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, id, &loaded.state, None)?;
        let events = match &self.stating {
            Stating::State(fields) => {
                let edit = edit(work.tx, fields)?;
                release::state_scope(&loaded.state, &edit, &facts)?
            }
            Stating::SignOff(body) => {
                let mut resolver = Resolver::default();
                let team = match &body.team {
                    Some(name) => resolver.one(work.tx, "/team", name, find_team)?,
                    None => None,
                };
                resolver.end()?;
                release::sign_off(&loaded.state, team, &body.note, &facts)?
            }
            Stating::Freeze(reason) => {
                release::freeze(&loaded.state, reason.as_deref().unwrap_or_default(), &facts)?
            }
            Stating::Unfreeze(reason) => {
                release::unfreeze(&loaded.state, reason.as_deref().unwrap_or_default(), &facts)?
            }
        };
        write(work, &mut loaded, events)?;
        Ok(written(&loaded))
    }
}

/// Whether the scope owner asks, in person: a program that acts for them needs its own scope.
pub(super) fn owns_scope(release: &Release, person: Option<PersonId>, actor: &Actor) -> bool {
    let owner = release.statement.owner;
    owner.is_some() && owner == person && matches!(actor, Actor::Person { .. })
}

fn edit(db: &mut dyn Query, fields: &ScopeFields) -> Result<StatementEdit, Stop> {
    let mut resolver = Resolver::default();
    let r = &mut resolver;
    let freeze_at = match &fields.freeze_at {
        None => None,
        Some(None) => Some(None),
        Some(Some(at)) => Some(r.parse("/freeze_at", Some(at))),
    };
    let edit = StatementEdit {
        owner: r.patch(db, "/owner", fields.owner.as_ref(), find_person)?,
        independent: outside(db, r, "/independent", fields.independent.as_deref())?,
        excluded: outside(db, r, "/excluded", fields.excluded.as_deref())?,
        teams: teams(db, r, fields.teams.as_deref())?,
        freeze_at,
    };
    resolver.end()?;
    Ok(edit)
}

fn outside(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    pointer: &str,
    given: Option<&[OutsideFields]>,
) -> Result<Option<Vec<Outside>>, Stop> {
    let Some(given) = given else { return Ok(None) };
    let mut found = Vec::with_capacity(given.len());
    for (index, one) in given.iter().take(release::OUTSIDE_MAX + 1).enumerate() {
        let change = match &one.change {
            Some(name) => {
                resolver.one(db, &format!("{pointer}/{index}/change"), name, find_change)?
            }
            None => None,
        };
        found.push(Outside { change, what: one.what.clone(), reason: one.reason.clone() });
    }
    Ok(Some(found))
}

fn teams(
    db: &mut dyn Query,
    resolver: &mut Resolver,
    given: Option<&[ContributionFields]>,
) -> Result<Option<Vec<Contribution>>, Stop> {
    let Some(given) = given else { return Ok(None) };
    let mut found = Vec::with_capacity(given.len());
    for (index, one) in given.iter().take(release::TEAMS_MAX + 1).enumerate() {
        let team = resolver.one(db, &format!("/teams/{index}/team"), &one.team, find_team)?;
        let (owns, signs_off) = (one.owns.clone(), one.signs_off.clone());
        found.extend(team.map(|team| Contribution { team, owns, signs_off }));
    }
    Ok(Some(found))
}

//! Who may answer: who holds which role, and who stands in for whom while they are absent.

use std::collections::{BTreeMap, BTreeSet};

use kernel::PersonId;

use crate::approval::{Barred, GroupPlan, Round};
use crate::identity::Role;

/// Who holds which of the roles that a plan names, and the deputies of those who are absent now;
/// only people who may sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Electorate {
    /// The roles held in person.
    pub holders: BTreeMap<PersonId, BTreeSet<Role>>,
    /// The deputy of each who is absent.
    pub deputies: BTreeMap<PersonId, PersonId>,
}

impl Electorate {
    /// Those who hold roles, none of them absent.
    pub fn of(holders: BTreeMap<PersonId, BTreeSet<Role>>) -> Self {
        Self { holders, deputies: BTreeMap::new() }
    }

    /// Who may vote in a group: those with its roles, without those who are barred.
    pub fn voters(&self, group: &GroupPlan, barred: &[Barred]) -> Vec<PersonId> {
        let is_barred = |person: &PersonId| barred.iter().any(|b| b.person == *person);
        self.holding(&group.roles).filter(|person| !is_barred(person)).collect()
    }

    /// Those whose answer a group counts: not barred, and not used up by another group.
    pub fn counted(&self, round: &Round, (stage, group): (usize, usize)) -> Vec<PersonId> {
        let here = |person: PersonId| {
            let mut votes = round.votes.iter().filter(|vote| vote.counts());
            votes.any(|vote| (vote.stage, vote.group) == (stage, group) && vote.holder() == person)
        };
        let mut voters = self.voters(&round.plan.stages[stage].groups[group], &round.barred);
        voters.retain(|person| !round.has_voted(*person) || here(*person));
        voters
    }

    /// Those who may still answer in a group, escalation included.
    pub fn silent(&self, round: &Round, (stage, group): (usize, usize)) -> Vec<PersonId> {
        let free = |person: &PersonId| round.barred(*person).is_none() && !round.has_voted(*person);
        self.holding(&round.roles(stage, group)).filter(free).collect()
    }

    /// Those in whose place someone may vote.
    pub fn absent_for(&self, deputy: PersonId) -> impl Iterator<Item = PersonId> + '_ {
        let theirs = move |(_, known): &(&PersonId, &PersonId)| **known == deputy;
        self.deputies.iter().filter(theirs).map(|(absent, _)| *absent)
    }

    /// Whether someone holds one of some roles.
    pub fn holds(&self, person: PersonId, roles: &BTreeSet<Role>) -> bool {
        self.holders.get(&person).is_some_and(|held| !held.is_disjoint(roles))
    }

    fn holding<'a>(&'a self, roles: &BTreeSet<Role>) -> impl Iterator<Item = PersonId> + 'a {
        let roles = roles.clone();
        let holders = self.holders.iter();
        holders.filter(move |(_, held)| !held.is_disjoint(&roles)).map(|(person, _)| *person)
    }
}

//! Which conflicts block: the rules of `conflicts.toml`, of which the first that holds decides. One
//! that is only observed decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{Blocking, ConflictKind};
use domain::vocabulary::Environment;

use crate::policy::document::{Reader, Rule};
use crate::policy::facts::{CONFLICT, Facts, RELATIONS_MAX, conflict_kinds};

/// The file.
pub(super) const FILE: &str = "conflicts.toml";
/// The most rules.
const RULES_MAX: usize = super::set::RULES_MAX;

/// A rule.
#[derive(Debug)]
pub struct ConflictRule {
    /// What it is called.
    pub name: String,
    /// Whether conflicts for which it holds block.
    pub blocks: bool,
    /// Whether it is only observed: what it would decide is told, and it decides nothing.
    pub observe: bool,
    pub(super) when: Rule,
}

impl ConflictRule {
    /// The line of its expression.
    pub fn line(&self) -> usize {
        self.when.line
    }

    /// Its expression.
    pub fn expression(&self) -> &str {
        self.when.expression.source()
    }
}

/// What the rules are told of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConflictCase {
    /// What collides.
    pub kind: ConflictKind,
    /// Whether the other side is committed.
    pub committed: bool,
    /// How many relations lie between the two sides.
    pub relations: usize,
    /// Where the record happens.
    pub environment: Environment,
    /// Whether it is an emergency.
    pub emergency: bool,
}

impl ConflictCase {
    /// As the expressions read it.
    pub(super) fn facts(&self) -> Facts {
        let relations = u8::try_from(self.relations).unwrap_or(RELATIONS_MAX).min(RELATIONS_MAX);
        Facts::default()
            .with("conflict.kind", self.kind.word())
            .with("conflict.committed", self.committed)
            .with("conflict.relations", i64::from(relations))
            .with("conflict.emergency", self.emergency)
            .with("conflict.environment", self.environment.word())
    }
}

/// The rule that decides about some facts.
pub(super) fn deciding<'a>(rules: &'a [ConflictRule], facts: &Facts) -> Option<&'a ConflictRule> {
    let context = facts.context();
    rules.iter().filter(|rule| !rule.observe).find(|rule| rule.when.expression.holds(&context))
}

/// The observed rule that would decide about some facts if it were in force.
pub(super) fn observing<'a>(rules: &'a [ConflictRule], facts: &Facts) -> Option<&'a ConflictRule> {
    let context = facts.context();
    let first = rules.iter().find(|rule| rule.when.expression.holds(&context));
    first.filter(|rule| rule.observe)
}

/// Reads the file.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Vec<ConflictRule>> {
    let mut table = reader.document()?;
    table.keys(reader, &["version", "rules"], &[]);
    let _: Option<u32> = table.find(reader, "version");
    table.list(reader, "rules", RULES_MAX, |reader, mut table| {
        table.keys(reader, &["name", "when", "blocks"], &["observe"]);
        let name: Option<String> = table.find(reader, "name");
        let when = table.expression(reader, "when", CONFLICT);
        let blocks = table.find(reader, "blocks");
        let observe = table.find(reader, "observe").unwrap_or_default();
        let name = name.unwrap_or_default();
        Some(ConflictRule { name, when: when?, blocks: blocks?, observe })
    })
}

/// What the rules come to for every conflict there can be: so finding conflicts evaluates nothing.
pub(super) fn blocking(rules: &[ConflictRule]) -> BTreeMap<(Environment, bool), Blocking> {
    let mut table: BTreeMap<(Environment, bool), Blocking> = BTreeMap::new();
    for environment in Environment::ALL.iter().copied() {
        for emergency in [false, true] {
            let mut says = BTreeSet::new();
            for kind in conflict_kinds() {
                for (committed, relations) in
                    (0..=RELATIONS_MAX).flat_map(|n| [(false, n), (true, n)])
                {
                    let relations = usize::from(relations);
                    let case = ConflictCase { kind, committed, relations, environment, emergency };
                    if deciding(rules, &case.facts()).is_some_and(|rule| rule.blocks) {
                        says.insert((kind, committed, relations));
                    }
                }
            }
            table.insert((environment, emergency), Blocking(says));
        }
    }
    table
}

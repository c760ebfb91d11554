//! Which conflicts block: the rules of `conflicts.toml`, of which the first that holds decides. One
//! that is only observed decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{Blocking, ConflictKind};
use domain::vocabulary::Environment;

use crate::policy::document::{Reader, Rule};
use crate::policy::expression::Expression;
use crate::policy::facts::{
    CONFLICT, Fact, FactValue, Facts, Kind, OF_RECORD, RELATIONS_MAX, conflict_kinds,
};

/// The file.
pub(super) const FILE: &str = "conflicts.toml";
/// The most rules.
const RULES_MAX: usize = super::set::RULES_MAX;
/// The most records that are tried out to learn what may pass.
const TRIED_MAX: usize = 5_000;
/// The most texts of which all lists are made for that.
const NAMED_MAX: usize = 6;
/// The most rules of which nobody knows for which records they hold, for that.
const HIDDEN_MAX: usize = 8;

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

/// The record that a conflict is looked at from, as the rules read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConflictRecord {
    /// Where it happens.
    pub environment: Environment,
    /// Whether it is an emergency.
    pub emergency: bool,
    /// Its type; like all that follows only filled in where a rule reads it.
    pub record_type: String,
    /// The most critical of what it touches, 1 to 4; 0 when nothing is named.
    pub criticality: i64,
    /// The names of the services that it touches.
    pub services: Vec<String>,
    /// The name of the team that owns it.
    pub team: String,
}

impl ConflictRecord {
    /// One of which no more is known.
    pub fn at(environment: Environment, emergency: bool) -> Self {
        Self { environment, emergency, ..Self::default() }
    }
}

/// What the rules are told of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictCase {
    /// What collides.
    pub kind: ConflictKind,
    /// Whether the other side is committed.
    pub committed: bool,
    /// How many relations lie between the two sides.
    pub relations: usize,
    /// The record that is looked from.
    pub record: ConflictRecord,
}

impl ConflictCase {
    /// As the expressions read it.
    pub(super) fn facts(&self) -> Facts {
        let relations = u8::try_from(self.relations).unwrap_or(RELATIONS_MAX).min(RELATIONS_MAX);
        let record = &self.record;
        Facts::default()
            .with("conflict.kind", self.kind.word())
            .with("conflict.committed", self.committed)
            .with("conflict.relations", i64::from(relations))
            .with("conflict.emergency", record.emergency)
            .with("conflict.environment", record.environment.word())
            .with("conflict.type", record.record_type.as_str())
            .with("conflict.criticality", record.criticality)
            .with("conflict.services", record.services.clone())
            .with("conflict.team", record.team.as_str())
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

/// Which facts of a record, that only the database tells, some rules read.
pub(super) fn read_of_record<'a>(
    rules: impl IntoIterator<Item = &'a ConflictRule>,
) -> impl Iterator<Item = &'static str> {
    let read = rules.into_iter().flat_map(|rule| rule.when.expression.reads());
    read.map(|fact| fact.name).filter(|name| OF_RECORD.contains(name))
}

/// What the rules come to for every conflict that a record can have.
pub(super) fn blocking(rules: &[ConflictRule], record: &ConflictRecord) -> Blocking {
    let mut says = BTreeSet::new();
    for kind in conflict_kinds() {
        for (committed, relations) in (0..=RELATIONS_MAX).flat_map(|n| [(false, n), (true, n)]) {
            let (relations, record) = (usize::from(relations), record.clone());
            let case = ConflictCase { kind, committed, relations, record };
            if deciding(rules, &case.facts()).is_some_and(|rule| rule.blocks) {
                says.insert((kind, committed, relations));
            }
        }
    }
    Blocking(says)
}

/// The same for every record of which the rules read no more than where it happens and whether it
/// is an emergency: so finding conflicts evaluates nothing.
pub(super) fn table(rules: &[ConflictRule]) -> BTreeMap<(Environment, bool), Blocking> {
    let places = Environment::ALL.iter().flat_map(|place| [(*place, false), (*place, true)]);
    let says = |(place, emergency)| blocking(rules, &ConflictRecord::at(place, emergency));
    places.map(|record| (record, says(record))).collect()
}

/// Rules, and those that are to follow them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Succession<'a> {
    pub(super) before: &'a [ConflictRule],
    pub(super) after: &'a [ConflictRule],
}

impl Succession<'_> {
    /// Whether some record that happens there may pass a conflict by the rules that follow, and
    /// may not by those before, whatever else it is. Where there is too much to try out, it may,
    /// unless both say the same.
    pub(super) fn frees(&self, case: &ConflictCase) -> bool {
        let (before, after) = (deciders(self.before), deciders(self.after));
        let same = |one: &ConflictRule, other: &ConflictRule| {
            one.blocks == other.blocks && one.expression() == other.expression()
        };
        let mut pairs = before.iter().zip(&after);
        if before.len() == after.len() && pairs.all(|(one, other)| same(one, other)) {
            return false;
        }
        let both: Vec<&ConflictRule> = before.iter().chain(&after).copied().collect();
        let hidden = both.iter().filter(|rule| is_hidden(rule)).map(|rule| rule.expression());
        let hidden: BTreeSet<&str> = hidden.collect();
        if hidden.len() > HIDDEN_MAX {
            return true;
        }
        let guesses = 1_usize << hidden.len();
        let Some(tried) = tried(&both, case).filter(|tried| tried.len() * guesses <= TRIED_MAX)
        else {
            return true;
        };
        tried.iter().any(|facts| {
            let context = facts.context();
            (0..guesses).any(|guess| {
                let holds = |rule: &ConflictRule| {
                    let place = hidden.iter().position(|one| *one == rule.expression());
                    match place {
                        Some(place) => (guess >> place) & 1 == 1,
                        None => rule.when.expression.holds(&context),
                    }
                };
                passes(&after, holds) && !passes(&before, holds)
            })
        })
    }
}

/// The rules that decide.
fn deciders(rules: &[ConflictRule]) -> Vec<&ConflictRule> {
    rules.iter().filter(|rule| !rule.observe).collect()
}

/// Whether a rule does more than compare what only the record tells: nobody knows for which records
/// it holds, so both are tried, for all rules with this expression alike.
fn is_hidden(rule: &ConflictRule) -> bool {
    !rule.when.expression.is_plain() && read_of_record([rule]).next().is_some()
}

/// Whether the first rule that holds lets a record pass, or none holds.
fn passes(rules: &[&ConflictRule], holds: impl Fn(&ConflictRule) -> bool) -> bool {
    rules.iter().find(|rule| holds(rule)).is_none_or(|rule| !rule.blocks)
}

/// A conflict as records see it that stand for all others, as far as rules tell them apart; nothing
/// where that is too much to try out.
fn tried(rules: &[&ConflictRule], case: &ConflictCase) -> Option<Vec<Facts>> {
    let read: BTreeSet<&str> = read_of_record(rules.iter().copied()).collect();
    let mut tried = vec![case.facts()];
    for fact in CONFLICT.iter().filter(|fact| read.contains(fact.name)) {
        let values = telling(rules, fact)?;
        if tried.len() * values.len() > TRIED_MAX {
            return None;
        }
        let with = |facts: &Facts| {
            let each = values.iter().map(|value| facts.clone().with(fact.name, value.clone()));
            each.collect::<Vec<_>>()
        };
        tried = tried.iter().flat_map(with).collect();
    }
    Some(tried)
}

/// Values of a fact that stand for all others, as far as rules compare it: those that are named,
/// and one beside each of them; of lists all that can be made of what is named.
fn telling(rules: &[&ConflictRule], fact: &Fact) -> Option<BTreeSet<FactValue>> {
    let expressions = rules.iter().map(|rule| &rule.when.expression);
    let reading = expressions.filter(|one| one.reads().any(|read| read.name == fact.name));
    let named: BTreeSet<&str> = reading.flat_map(Expression::texts).collect();
    let beside = |text: &str| format!("{text}\u{1}");
    match fact.kind {
        Kind::Number(least, most) => Some((least..=most).map(FactValue::from).collect()),
        Kind::Text => {
            let values = named.into_iter().chain([""]);
            Some(values.flat_map(|text| [text.into(), beside(text).as_str().into()]).collect())
        }
        Kind::Texts if named.len() <= NAMED_MAX => {
            let mut lists = vec![Vec::new()];
            for text in named.into_iter().map(str::to_owned).chain([beside("")]) {
                let with = |list: &Vec<String>| [&list[..], std::slice::from_ref(&text)].concat();
                lists.extend(lists.iter().map(with).collect::<Vec<_>>());
            }
            Some(lists.into_iter().map(FactValue::from).collect())
        }
        Kind::Texts | Kind::Word(_) | Kind::Flag => None,
    }
}

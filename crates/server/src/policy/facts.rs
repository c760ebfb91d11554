//! The facts that expressions read: the small documented set of what a rule may look at. What does
//! not stand here, no file of a policy can ask for.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use cel::{Context, Value};
use domain::calendar::ConflictKind;
use domain::change::Category;
use domain::policy::ChangeType;
use domain::risk::CustomerImpact;
use domain::vocabulary::{Environment, Tier};

use crate::policy::expression::ENV;

/// What a fact can be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// One of some words.
    Word(fn() -> Vec<&'static str>),
    /// Any text.
    Text,
    /// Yes or no.
    Flag,
    /// A number within bounds.
    Number(i64, i64),
    /// Any texts.
    Texts,
}

/// Something that an expression may read.
#[derive(Debug)]
pub(super) struct Fact {
    /// As it is written, such as `change.tier`.
    pub(super) name: &'static str,
    /// What it can be.
    pub(super) kind: Kind,
    /// What it means.
    pub(super) about: &'static str,
}

const fn fact(name: &'static str, kind: Kind, about: &'static str) -> Fact {
    Fact { name, kind, about }
}

/// The word for what nobody has said.
pub(super) const UNKNOWN: &str = "unknown";

fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| word(*one)).collect()
}

fn and_unknown(mut words: Vec<&'static str>) -> Vec<&'static str> {
    words.push(UNKNOWN);
    words
}

fn types() -> Vec<&'static str> {
    words(ChangeType::ALL, ChangeType::word)
}

fn tiers() -> Vec<&'static str> {
    words(Tier::ALL, Tier::word)
}

fn environments() -> Vec<&'static str> {
    words(Environment::ALL, Environment::word)
}

fn impacts() -> Vec<&'static str> {
    and_unknown(words(CustomerImpact::ALL, CustomerImpact::word))
}

fn categories() -> Vec<&'static str> {
    and_unknown(words(Category::ALL, Category::word))
}

/// That a release waits for those it depends on is no matter of policy.
pub(super) fn conflict_kinds() -> impl Iterator<Item = ConflictKind> {
    ConflictKind::ALL.iter().copied().filter(|kind| *kind != ConflictKind::ReleaseOrder)
}

fn conflicts() -> Vec<&'static str> {
    conflict_kinds().map(ConflictKind::word).collect()
}

/// How long ago it is that something happened which never did.
pub(super) const NEVER_DAYS: i64 = 36_500;
const COUNT: Kind = Kind::Number(0, 1_000_000);
/// The most relations that are followed between two sides of a conflict.
pub(super) const RELATIONS_MAX: u8 = 2;

/// What is known of a change. The first three follow from its risk and its release, so factors of
/// risk cannot read them.
pub(super) const CHANGE: &[Fact] = &[
    fact("change.tier", Kind::Word(tiers), "the tier of its risk"),
    fact("change.points", Kind::Number(0, 100), "the points of its risk"),
    fact("change.in_release", Kind::Flag, "whether it travels in a release"),
    fact("change.type", Kind::Word(types), "its type"),
    fact(
        "change.environment",
        Kind::Word(environments),
        "where it happens: the most critical of what it states and of its CIs",
    ),
    fact("change.customer_impact", Kind::Word(impacts), "what customers meet"),
    fact("change.category", Kind::Word(categories), "what it alters"),
    fact(
        "change.criticality",
        Kind::Number(0, 4),
        "the most critical CI or service touched, 1 to 4; 0 when none is named",
    ),
    fact("change.dependants", Kind::Number(0, 200), "how many CIs depend on those touched"),
    fact("change.has_backout", Kind::Flag, "whether it has a backout plan"),
    fact("change.backout_timed", Kind::Flag, "whether the minutes of its backout are known"),
    fact("change.irreversible", Kind::Flag, "whether something cannot be undone"),
    fact("change.outage_minutes", COUNT, "the longest expected outage of a service"),
    fact("change.tags", Kind::Texts, "its tags"),
    fact("change.services", Kind::Texts, "the names of the services it touches"),
    fact("change.team", Kind::Text, "the name of the team that owns it; empty for none"),
];

/// What factors of risk can read.
pub(super) fn evidence() -> &'static [Fact] {
    &CHANGE[3..]
}

/// What is known of a release.
pub(super) const RELEASE: &[Fact] = &[
    fact("release.type", Kind::Text, "its type"),
    fact("release.tier", Kind::Word(tiers), "the tier of the bundle"),
    fact("release.points", Kind::Number(0, 100), "the points of the bundle's risk"),
    fact(
        "release.environment",
        Kind::Word(environments),
        "where it is deployed: the most critical of what it states and of its changes' CIs",
    ),
    fact("release.changes", Kind::Number(0, 200), "how many changes travel in it"),
    fact(
        "release.criticality",
        Kind::Number(0, 4),
        "the most critical CI or service that its changes touch, 1 to 4; 0 when none is named",
    ),
    fact(
        "release.dependants",
        Kind::Number(0, 200),
        "how many CIs depend on those that its changes touch",
    ),
    fact("release.customer_impact", Kind::Word(impacts), "the worst that customers meet"),
    fact("release.emergency", Kind::Flag, "whether a change in it is an emergency"),
    fact("release.irreversible", Kind::Flag, "whether something in it cannot be undone"),
    fact(
        "release.rehearsal_days",
        Kind::Number(0, NEVER_DAYS),
        "whole days since its way back was rehearsed and passed; 36500 when it never was",
    ),
    fact("release.tags", Kind::Texts, "its tags and those of its changes"),
    fact("release.services", Kind::Texts, "the names of the services its changes touch"),
    fact("release.team", Kind::Text, "the name of the team that owns it; empty for none"),
];

/// What is known of a conflict.
pub(super) const CONFLICT: &[Fact] = &[
    fact("conflict.kind", Kind::Word(conflicts), "what collides"),
    fact("conflict.committed", Kind::Flag, "whether the other side is committed"),
    fact(
        "conflict.relations",
        Kind::Number(0, 2),
        "how many relations lie between the CIs of both sides; 0 for the same CI",
    ),
    fact("conflict.emergency", Kind::Flag, "whether the record is an emergency"),
    fact(
        "conflict.environment",
        Kind::Word(environments),
        "where the record happens: the most critical of what it states and of its CIs",
    ),
    fact("conflict.type", Kind::Text, "the record's type, of a change or of a release"),
    fact(
        "conflict.criticality",
        Kind::Number(0, 4),
        "the most critical CI or service that the record touches, 1 to 4; 0 when none is named",
    ),
    fact(
        "conflict.services",
        Kind::Texts,
        "the names of the services that the record touches, by name or through its CIs",
    ),
    fact("conflict.team", Kind::Text, "the name of the team that owns the record; empty for none"),
];

/// What only asking the database tells of the record of a conflict.
pub(super) const OF_RECORD: [&str; 4] =
    ["conflict.type", "conflict.criticality", "conflict.services", "conflict.team"];

/// What a fact is, for one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FactValue {
    Text(String),
    Flag(bool),
    Number(i64),
    Texts(Vec<String>),
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if text.is_empty() => f.write_str("nothing"),
            Self::Text(text) => f.write_str(text),
            Self::Flag(true) => f.write_str("yes"),
            Self::Flag(false) => f.write_str("no"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Texts(texts) if texts.is_empty() => f.write_str("none"),
            Self::Texts(texts) => f.write_str(&texts.join(", ")),
        }
    }
}

impl From<&FactValue> for Value {
    fn from(value: &FactValue) -> Self {
        match value {
            FactValue::Text(text) => text.as_str().into(),
            FactValue::Flag(flag) => Self::Bool(*flag),
            FactValue::Number(number) => Self::Int(*number),
            FactValue::Texts(texts) => texts.clone().into(),
        }
    }
}

impl From<&str> for FactValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for FactValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for FactValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<String>> for FactValue {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

/// The facts of one record, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<&'static str, FactValue>);

/// Which of these facts a sentence names in braces.
pub(super) fn facts_in(
    sentence: &str,
    facts: &'static [Fact],
) -> impl Iterator<Item = &'static str> {
    let named = |name: &str| facts.iter().find(|fact| fact.name == name);
    sentence.split('{').skip(1).filter_map(move |rest| {
        rest.split_once('}').and_then(|(name, _)| named(name)).map(|fact| fact.name)
    })
}

impl Facts {
    /// The same with one more, or with another value.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<FactValue>) -> Self {
        self.0.insert(name, value.into());
        self
    }

    /// What a fact is.
    pub(super) fn get(&self, name: &str) -> Option<&FactValue> {
        self.0.get(name)
    }

    /// A sentence with the facts it names in braces filled in.
    pub(super) fn fill(&self, sentence: &str) -> String {
        let filled = |text: String, (name, value): (&&str, &FactValue)| {
            text.replace(&format!("{{{name}}}"), &value.to_string())
        };
        self.0.iter().fold(sentence.to_owned(), filled)
    }

    /// The facts as expressions read them.
    pub(super) fn context(&self) -> Context<'static, 'static> {
        let mut roots: BTreeMap<&str, HashMap<&str, Value>> = BTreeMap::new();
        for (name, value) in &self.0 {
            if let Some((root, field)) = name.split_once('.') {
                roots.entry(root).or_default().insert(field, value.into());
            }
        }
        let mut context = Context::with_env(ENV.clone());
        for (root, fields) in roots {
            context.add_variable_from_value(root, fields);
        }
        context
    }
}

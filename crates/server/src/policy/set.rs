//! A whole policy, read: its models, its factors of risk, and which conflicts block.

use std::collections::{BTreeMap, BTreeSet};

use cel::Context;
use domain::approval::Plan;
use domain::calendar::Blocking;
use domain::policy::{
    ChangeModel, ChangeType, ConditionalStage, FILES_MAX, Files, ReleaseModel, plan, reference,
};
use domain::risk::{Assessment, BUNDLE, Factor, POINTS_MAX, Scale, assess};
use domain::vocabulary::{Environment, Tier};
use kernel::NAME_MAX;

use crate::policy::facts::{
    CHANGE, CONFLICT, Facts, RELATIONS_MAX, RELEASE, conflict_kinds, evidence,
};
use crate::policy::files::{
    ChangeFile, ConflictFile, FactorFile, Finding, Reader, ReleaseFile, RiskFile, Rule, Ruled,
};

/// The most factors of risk, and rules for conflicts.
const RULES_MAX: usize = 50;
pub(super) const RISK: &str = "risk.toml";
const CONFLICTS: &str = "conflicts.toml";

/// The files that the program brings along.
const BUILT_IN: [(&str, &str); 8] = [
    ("changes/emergency.toml", include_str!("built_in/changes/emergency.toml")),
    ("changes/normal.toml", include_str!("built_in/changes/normal.toml")),
    ("changes/standard.toml", include_str!("built_in/changes/standard.toml")),
    (CONFLICTS, include_str!("built_in/conflicts.toml")),
    ("releases/emergency.toml", include_str!("built_in/releases/emergency.toml")),
    ("releases/major.toml", include_str!("built_in/releases/major.toml")),
    ("releases/minor.toml", include_str!("built_in/releases/minor.toml")),
    (RISK, include_str!("built_in/risk.toml")),
];

/// The files that rule before anything else is put in force: version 0.
pub fn built_in() -> Files {
    BUILT_IN.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// A factor of risk.
#[derive(Debug)]
pub(super) struct FactorRule {
    pub(super) name: String,
    points_max: u32,
    pub(super) steps: Vec<StepRule>,
}

/// What a factor adds under a condition.
#[derive(Debug)]
pub(super) struct StepRule {
    pub(super) when: Option<Rule>,
    points: u32,
    evidence: String,
}

impl FactorRule {
    /// The step that counts: the first whose condition holds.
    pub(super) fn step(&self, facts: &Facts) -> Option<&StepRule> {
        self.first(&facts.context())
    }

    /// What it adds.
    pub(super) fn added(&self, facts: &Facts) -> Factor {
        self.add(facts, &facts.context())
    }

    fn first(&self, context: &Context<'_, '_>) -> Option<&StepRule> {
        let holds =
            |step: &&StepRule| step.when.as_ref().is_none_or(|when| when.expression.holds(context));
        self.steps.iter().find(holds)
    }

    fn add(&self, facts: &Facts, context: &Context<'_, '_>) -> Factor {
        let step = self.first(context);
        Factor {
            name: self.name.clone(),
            points: step.map_or(0, |step| step.points),
            points_max: self.points_max,
            evidence: step.map_or_else(String::new, |step| facts.fill(&step.evidence)),
        }
    }
}

/// A policy.
#[derive(Debug)]
pub struct PolicySet {
    files: Files,
    pub(super) releases: BTreeMap<String, Ruled<ReleaseModel>>,
    pub(super) changes: BTreeMap<ChangeType, Ruled<ChangeModel>>,
    pub(super) factors: Vec<FactorRule>,
    scale: Scale,
    /// By environment, and for emergencies or not.
    blocking: BTreeMap<(Environment, bool), Blocking>,
}

impl PolicySet {
    /// Reads a set of files; answers everything that is wrong with them.
    pub fn read(files: &Files) -> Result<Self, Vec<Finding>> {
        let mut reading = Reading::default();
        if files.len() > FILES_MAX {
            reading.whole(format!("{} files are given; at most {FILES_MAX} fit", files.len()));
            return Err(reading.findings);
        }
        for (path, text) in files {
            reading.file(path, text);
        }
        reading.end(files)
    }

    /// Its files.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The model of a release type.
    pub fn release(&self, name: &str) -> Option<&ReleaseModel> {
        self.releases.get(name).map(|ruled| &ruled.model)
    }

    /// The model of a change type.
    pub fn change(&self, change_type: ChangeType) -> &ChangeModel {
        &self.change_ruled(change_type).model
    }

    pub(super) fn change_ruled(&self, change_type: ChangeType) -> &Ruled<ChangeModel> {
        self.changes.get(&change_type).expect("reading asks for a model of every type")
    }

    /// The names of the release types.
    pub fn release_types(&self) -> Vec<&str> {
        self.releases.keys().map(String::as_str).collect()
    }

    /// How points become a tier.
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// Which conflicts of a record block.
    pub fn blocking(&self, environment: Environment, emergency: bool) -> &Blocking {
        self.blocking.get(&(environment, emergency)).expect("reading fills in every pair")
    }

    /// The risk of a change with some facts.
    pub fn assess(&self, facts: &Facts) -> Assessment {
        let context = facts.context();
        let factors = self.factors.iter().map(|factor| factor.add(facts, &context));
        assess(factors.collect(), &self.scale)
    }

    /// Every fact that the conditions of a model read, or with `factors` those of the risk too.
    pub(super) fn reads<M>(&self, ruled: &Ruled<M>, factors: bool) -> BTreeSet<&'static str> {
        let steps = self.factors.iter().filter(|_| factors).flat_map(|factor| &factor.steps);
        let rules = steps.filter_map(|step| step.when.as_ref());
        let rules = rules.chain(ruled.conditions.iter().flatten());
        let named = self.factors.iter().filter(|_| factors).flat_map(|factor| &factor.steps);
        let named = named.flat_map(|step| facts_in(&step.evidence));
        rules.flat_map(|rule| rule.expression.reads()).map(|fact| fact.name).chain(named).collect()
    }
}

/// The plan of a model for some facts.
pub(super) fn route(ruled: &Ruled<impl Model>, facts: &Facts, version: i64) -> Plan {
    // Most models ask for the same whatever the facts: no context is made for them.
    let context = ruled.conditions.iter().any(Option::is_some).then(|| facts.context());
    let holds = |rule: &Rule| context.as_ref().is_none_or(|context| rule.expression.holds(context));
    let asked: Vec<bool> =
        ruled.conditions.iter().map(|rule| rule.as_ref().is_none_or(holds)).collect();
    let model = &ruled.model;
    plan(reference(model.word(), model.version(), version), model.stages(), &asked)
}

/// What the models of changes and of releases have in common.
pub(super) trait Model {
    fn word(&self) -> &str;
    fn version(&self) -> u32;
    fn stages(&self) -> &[ConditionalStage];
}

impl Model for ReleaseModel {
    fn word(&self) -> &str {
        &self.name
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn stages(&self) -> &[ConditionalStage] {
        &self.approval
    }
}

impl Model for ChangeModel {
    fn word(&self) -> &str {
        self.name.word()
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn stages(&self) -> &[ConditionalStage] {
        &self.approval
    }
}

/// The facts that a sentence names in braces.
fn facts_in(sentence: &str) -> impl Iterator<Item = &'static str> {
    let named = |name: &str| evidence().iter().find(|fact| fact.name == name);
    sentence.split('{').skip(1).filter_map(move |rest| {
        rest.split_once('}').and_then(|(name, _)| named(name)).map(|fact| fact.name)
    })
}

/// A policy while it is read.
#[derive(Default)]
struct Reading {
    findings: Vec<Finding>,
    releases: BTreeMap<String, Ruled<ReleaseModel>>,
    changes: BTreeMap<ChangeType, Ruled<ChangeModel>>,
    risk: Option<(Vec<FactorRule>, Scale)>,
    conflicts: Option<Vec<(Rule, bool)>>,
    broken: bool,
}

impl Reading {
    /// Something that is wrong with the set and not with a file of it.
    fn whole(&mut self, detail: String) {
        self.of_file("", detail);
    }

    fn of_file(&mut self, file: &str, detail: String) {
        let file = file.to_owned();
        self.findings.push(Finding { file, line: 1, column: 1, detail, suggestion: None });
    }

    fn file(&mut self, path: &str, text: &str) {
        let mut reader = Reader::new(path, text);
        match path.split_once('/') {
            Some(("releases", name)) if is_toml(name) => self.release(&mut reader),
            Some(("changes", name)) if is_toml(name) => self.change(&mut reader),
            None if path == RISK => self.risk = risk(&mut reader),
            None if path == CONFLICTS => self.conflicts = conflicts(&mut reader),
            _ => reader.wrong(
                0,
                format!(
                    "a policy has no such file: it has `{RISK}`, `{CONFLICTS}`, \
                    `releases/….toml` and `changes/….toml`"
                ),
            ),
        }
        self.broken |= !reader.findings.is_empty();
        self.findings.append(&mut reader.findings);
    }

    fn release(&mut self, reader: &mut Reader<'_>) {
        let Some(file) = reader.read::<ReleaseFile>() else { return };
        let at = file.name.span().start;
        let ruled = file.check(reader, RELEASE);
        if let Some(other) = self.releases.get(&ruled.model.name) {
            let other = format!("`{}` has this name already", other.file);
            reader.wrong(at, other);
        } else {
            self.releases.insert(ruled.model.name.clone(), ruled);
        }
    }

    fn change(&mut self, reader: &mut Reader<'_>) {
        let Some(file) = reader.read::<ChangeFile>() else { return };
        let at = file.name.span().start;
        let ruled = file.check(reader, CHANGE);
        if let Some(other) = self.changes.get(&ruled.model.name) {
            let other = format!("`{}` is for this type already", other.file);
            reader.wrong(at, other);
        } else {
            self.changes.insert(ruled.model.name, ruled);
        }
    }

    /// What is missing is only told where every file that is there could be read.
    fn end(mut self, files: &Files) -> Result<PolicySet, Vec<Finding>> {
        if !self.broken {
            for change_type in ChangeType::ALL {
                if !self.changes.contains_key(change_type) {
                    let file = format!("changes/{change_type}.toml");
                    self.of_file(&file, format!("the model of {change_type} changes is missing"));
                }
            }
            if self.releases.is_empty() {
                self.of_file("releases/", "there is no release model: add at least one".to_owned());
            }
            for (file, there) in
                [(RISK, self.risk.is_some()), (CONFLICTS, self.conflicts.is_some())]
            {
                if !there {
                    self.of_file(file, "the file is missing".to_owned());
                }
            }
        }
        let (Some((factors, scale)), Some(conflicts), []) =
            (self.risk, self.conflicts, self.findings.as_slice())
        else {
            return Err(self.findings);
        };
        let blocking = blocking(&conflicts);
        let files = files.clone();
        Ok(PolicySet {
            files,
            releases: self.releases,
            changes: self.changes,
            factors,
            scale,
            blocking,
        })
    }
}

fn is_toml(name: &str) -> bool {
    let stem = name.strip_suffix(".toml").unwrap_or_default();
    let fits = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    !stem.is_empty() && stem.len() <= NAME_MAX && stem.chars().all(fits)
}

fn risk(reader: &mut Reader<'_>) -> Option<(Vec<FactorRule>, Scale)> {
    let file: RiskFile = reader.read()?;
    let at = file.tiers.span().start;
    let mut tiers = Vec::new();
    for (name, from) in file.tiers.into_inner() {
        match name.parse::<Tier>() {
            Ok(tier) => tiers.push((from, tier)),
            Err(wrong) => reader.wrong(at, wrong),
        }
    }
    tiers.sort_by_key(|(_, tier)| *tier);
    let (bundle_points, bundle_points_max) = (file.bundle.points, file.bundle.points_max);
    let scale = Scale { tiers, bundle_points, bundle_points_max };
    if let Some(flaw) = scale.flaw() {
        reader.wrong(at, flaw);
    }
    if file.factors.len() > RULES_MAX {
        reader.wrong(
            0,
            format!("{} factors are listed; at most {RULES_MAX} fit", file.factors.len()),
        );
    }
    let mut factors: Vec<FactorRule> = Vec::new();
    let mut all = u32::from(bundle_points_max > POINTS_MAX) * (POINTS_MAX + 1);
    for factor in file.factors {
        let at = factor.name.span().start;
        all = all.saturating_add(factor.points_max);
        let taken = factor.name.get_ref() == BUNDLE
            || factors.iter().any(|before| before.name == *factor.name.get_ref());
        if taken {
            reader.wrong(at, "another factor has this name");
        }
        factors.push(self::factor(reader, factor));
    }
    if all > POINTS_MAX {
        reader.wrong(
            0,
            format!("all factors can add {all} points, past the {POINTS_MAX} of the scale"),
        );
    }
    Some((factors, scale))
}

fn factor(reader: &mut Reader<'_>, file: FactorFile) -> FactorRule {
    let at = file.name.span().start;
    let name = file.name.into_inner();
    if name.trim().is_empty() || name.chars().count() > NAME_MAX {
        reader.wrong(at, format!("a factor has a name of 1 to {NAME_MAX} characters"));
    }
    if file.steps.last().is_none_or(|last| last.when.is_some()) {
        reader.wrong(at, "the last step of a factor has no `when`, so that one always counts");
    }
    if file.steps.len() > RULES_MAX {
        reader.wrong(at, format!("a factor has at most {RULES_MAX} steps"));
    }
    let mut steps = Vec::new();
    for step in file.steps {
        let points = *step.points.get_ref();
        if points > file.points_max {
            let most = format!("a step of this factor adds at most {} points", file.points_max);
            reader.wrong(step.points.span().start, most);
        }
        let evidence_text = step.evidence.get_ref();
        let named = evidence_text.matches('{').count();
        if facts_in(evidence_text).count() != named {
            let wrong = "the sentence names in braces what is no fact here";
            reader.wrong(step.evidence.span().start, wrong);
        }
        let when = step.when.as_ref().and_then(|when| reader.expression(when, evidence()));
        steps.push(StepRule { when, points, evidence: step.evidence.into_inner() });
    }
    FactorRule { name, points_max: file.points_max, steps }
}

fn conflicts(reader: &mut Reader<'_>) -> Option<Vec<(Rule, bool)>> {
    let file: ConflictFile = reader.read()?;
    if file.rules.len() > RULES_MAX {
        reader.wrong(0, format!("{} rules are listed; at most {RULES_MAX} fit", file.rules.len()));
    }
    let mut rules = Vec::new();
    for rule in file.rules {
        rules.extend(reader.expression(&rule.when, CONFLICT).map(|when| (when, rule.blocks)));
    }
    Some(rules)
}

/// What the rules come to for every conflict there can be: so finding conflicts evaluates nothing.
fn blocking(rules: &[(Rule, bool)]) -> BTreeMap<(Environment, bool), Blocking> {
    let mut table: BTreeMap<(Environment, bool), Blocking> = BTreeMap::new();
    for environment in Environment::ALL {
        for emergency in [false, true] {
            let mut says = BTreeSet::new();
            for kind in conflict_kinds() {
                for (committed, relations) in
                    (0..=RELATIONS_MAX).flat_map(|n| [(false, n), (true, n)])
                {
                    let facts = Facts::default()
                        .with("conflict.kind", kind.word())
                        .with("conflict.committed", committed)
                        .with("conflict.relations", i64::from(relations))
                        .with("conflict.emergency", emergency)
                        .with("conflict.environment", environment.word());
                    let context = facts.context();
                    let rule = rules.iter().find(|(when, _)| when.expression.holds(&context));
                    if rule.is_some_and(|(_, blocks)| *blocks) {
                        says.insert((kind, committed, usize::from(relations)));
                    }
                }
            }
            table.insert((*environment, emergency), Blocking(says));
        }
    }
    table
}

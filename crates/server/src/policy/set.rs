//! A whole policy, read: its models, its factors of risk, and which conflicts block.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use cel::Context;
use domain::approval::Plan;
use domain::calendar::Blocking;
use domain::policy::{
    ChangeModel, ChangeType, ConditionalStage, FILES_MAX, Files, Refuses, ReleaseModel, plan,
    reference,
};
use domain::risk::{Assessment, BUNDLE, Factor, POINTS_MAX, Scale, assess};
use domain::vocabulary::{Environment, Tier};
use kernel::NAME_MAX;

use crate::nearest::nearest;
use crate::policy::conflicts::{self, ConflictCase, ConflictRecord, ConflictRule};
use crate::policy::document::{Finding, Reader, Rule, Table};
use crate::policy::expression::Origin;
use crate::policy::facts::{Facts, RELEASE, evidence, facts_in};
use crate::policy::files::{Ruled, change, release};
use crate::policy::notices::{self, NoticeRules};

/// The most factors of risk, and rules for conflicts.
pub(super) const RULES_MAX: usize = 50;
pub(super) const RISK: &str = "risk.toml";
/// The file of the rules about conflicts.
pub const CONFLICTS: &str = conflicts::FILE;
const RELEASES: &str = "releases";
const CHANGES: &str = "changes";
/// The most findings that are told at once.
const FINDINGS_MAX: usize = 50;

/// The files that the program brings along.
const BUILT_IN: [(&str, &str); 17] = [
    ("changes/emergency.toml", include_str!("built_in/changes/emergency.toml")),
    ("changes/normal.toml", include_str!("built_in/changes/normal.toml")),
    ("changes/standard.toml", include_str!("built_in/changes/standard.toml")),
    (CONFLICTS, include_str!("built_in/conflicts.toml")),
    (notices::FILE, include_str!("built_in/notices.toml")),
    ("notices/before.toml", include_str!("built_in/notices/before.toml")),
    ("notices/cancelled.toml", include_str!("built_in/notices/cancelled.toml")),
    (notices::DIGEST, include_str!("built_in/notices/digest.toml")),
    ("notices/moved.toml", include_str!("built_in/notices/moved.toml")),
    (notices::MOVED_ON, include_str!("built_in/notices/moved_on.toml")),
    ("notices/rollback.toml", include_str!("built_in/notices/rollback.toml")),
    ("notices/start.toml", include_str!("built_in/notices/start.toml")),
    ("notices/success.toml", include_str!("built_in/notices/success.toml")),
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
    conflicts_read: BTreeSet<&'static str>,
    pub(super) conflicts: Vec<ConflictRule>,
    notices: NoticeRules,
}

impl PolicySet {
    /// Reads a set of files; answers everything that is wrong with them.
    pub fn read(files: &Files) -> Result<Self, Vec<Finding>> {
        Self::from(files, Origin::New)
    }

    /// Reads a set of files that was in force.
    pub(super) fn stored(files: &Files) -> Result<Self, Vec<Finding>> {
        Self::from(files, Origin::Stored)
    }

    fn from(files: &Files, origin: Origin) -> Result<Self, Vec<Finding>> {
        let mut reading = Reading::new(origin);
        if files.len() > FILES_MAX {
            let many = format!("{} files are given; at most {FILES_MAX} fit", files.len());
            return Err(vec![Finding::of_file("", many)]);
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
    pub fn blocking(&self, record: &ConflictRecord) -> Cow<'_, Blocking> {
        if !self.conflicts_read.is_empty() {
            return Cow::Owned(conflicts::blocking(&self.conflicts, record));
        }
        let pair = (record.environment, record.emergency);
        Cow::Borrowed(self.blocking.get(&pair).expect("reading fills in every pair"))
    }

    /// Whether one conflict blocks.
    pub fn blocks(&self, case: &ConflictCase) -> bool {
        if !self.conflicts_read.is_empty() {
            return self.conflict_rule(case).is_some_and(|rule| rule.blocks);
        }
        self.blocking(&case.record).says(case.kind, case.committed, case.relations)
    }

    /// Which facts of the record of a conflict, that only the database tells, its rules read.
    pub(crate) fn conflicts_read(&self) -> &BTreeSet<&'static str> {
        &self.conflicts_read
    }

    /// When a release is told, and in which words.
    pub fn notices(&self) -> &NoticeRules {
        &self.notices
    }

    /// The rule that decides whether a conflict blocks: the first that holds for it.
    pub fn conflict_rule(&self, case: &ConflictCase) -> Option<&ConflictRule> {
        conflicts::deciding(&self.conflicts, &case.facts())
    }

    /// The risk of a change with some facts.
    pub fn assess(&self, facts: &Facts) -> Assessment {
        let context = facts.context();
        let factors = self.factors.iter().map(|factor| factor.add(facts, &context));
        assess(factors.collect(), &self.scale)
    }

    /// Every fact that the conditions of a model read, or with `factors` those of the risk too.
    pub(super) fn reads(&self, ruled: &Ruled<impl Model>, factors: bool) -> BTreeSet<&'static str> {
        let steps: Vec<_> =
            self.factors.iter().filter(|_| factors).flat_map(|factor| &factor.steps).collect();
        let rules = steps.iter().filter_map(|step| step.when.as_ref());
        let rules = rules.chain(ruled.conditions.iter().flatten()).chain(&ruled.refusals);
        let named = steps.iter().flat_map(|step| facts_in(&step.evidence, evidence()));
        let refuses = ruled.model.refuses().iter();
        let named = named.chain(refuses.flat_map(|one| facts_in(&one.sentence, RELEASE)));
        let read = rules.flat_map(|rule| rule.expression.reads()).map(|fact| fact.name);
        read.chain(named).collect()
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

    /// What refuses the go; nothing refuses that of a change by itself.
    fn refuses(&self) -> &[Refuses] {
        &[]
    }
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

    fn refuses(&self) -> &[Refuses] {
        &self.refuses
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

/// A policy while it is read.
struct Reading {
    origin: Origin,
    findings: Vec<Finding>,
    releases: BTreeMap<String, Ruled<ReleaseModel>>,
    changes: BTreeMap<ChangeType, Ruled<ChangeModel>>,
    risk: Option<(Vec<FactorRule>, Scale)>,
    conflicts: Option<Vec<ConflictRule>>,
    notices: NoticeRules,
}

impl Reading {
    fn new(origin: Origin) -> Self {
        Self {
            origin,
            findings: Vec::new(),
            releases: BTreeMap::new(),
            changes: BTreeMap::new(),
            risk: None,
            conflicts: None,
            notices: NoticeRules::default(),
        }
    }

    fn file(&mut self, path: &str, text: &str) {
        let mut reader = Reader::new(path, text, self.origin);
        match path.split_once('/') {
            Some((RELEASES, name)) if is_toml(name) => self.release(&mut reader),
            Some((CHANGES, name)) if is_toml(name) => self.change(&mut reader),
            Some((notices::FOLDER, name)) if is_toml(name) => self.notices.read_texts(&mut reader),
            None if path == notices::FILE => self.notices.read_before(&mut reader),
            None if path == RISK => self.risk = risk(&mut reader),
            None if path == CONFLICTS => self.conflicts = conflicts::read(&mut reader),
            _ => reader.misplaced(
                format!(
                    "a policy has no such file: it has `{RISK}`, `{CONFLICTS}`, `{}`, \
                    `{RELEASES}/….toml`, `{CHANGES}/….toml` and `{}/….toml`",
                    notices::FILE,
                    notices::FOLDER
                ),
                meant(path, text),
            ),
        }
        self.findings.extend(reader.end());
    }

    fn release(&mut self, reader: &mut Reader<'_>) {
        let Some(ruled) = release(reader) else { return };
        if let Some(other) = self.releases.get(&ruled.model.name) {
            reader.wrong("/name", format!("`{}` has this name already", other.file));
        } else {
            self.releases.insert(ruled.model.name.clone(), ruled);
        }
    }

    fn change(&mut self, reader: &mut Reader<'_>) {
        let Some(ruled) = change(reader) else { return };
        if let Some(other) = self.changes.get(&ruled.model.name) {
            reader.wrong("/name", format!("`{}` is for this type already", other.file));
        } else {
            self.changes.insert(ruled.model.name, ruled);
        }
    }

    /// What is missing is only told where every file that is there could be read.
    fn end(mut self, files: &Files) -> Result<PolicySet, Vec<Finding>> {
        if self.findings.is_empty() {
            self.missing();
        }
        let (Some((factors, scale)), Some(conflicts), []) =
            (self.risk, self.conflicts, self.findings.as_slice())
        else {
            return Err(first(self.findings));
        };
        let blocking = conflicts::table(&conflicts);
        let conflicts_read = conflicts::read_of_record(&conflicts).collect();
        let files = files.clone();
        Ok(PolicySet {
            files,
            releases: self.releases,
            changes: self.changes,
            factors,
            scale,
            blocking,
            conflicts_read,
            conflicts,
            notices: self.notices.filled(&BUILT_IN),
        })
    }

    fn missing(&mut self) {
        let mut missing = |file: &str, detail: String| {
            self.findings.push(Finding::of_file(file, detail));
        };
        for change_type in ChangeType::ALL {
            if !self.changes.contains_key(change_type) {
                let file = format!("{CHANGES}/{change_type}.toml");
                missing(&file, format!("the model of {change_type} changes is missing"));
            }
        }
        if self.releases.is_empty() {
            let detail = "there is no release model: add at least one";
            missing(&format!("{RELEASES}/"), detail.to_owned());
        }
        for (file, there) in [(RISK, self.risk.is_some()), (CONFLICTS, self.conflicts.is_some())] {
            if !there {
                missing(file, "the file is missing".to_owned());
            }
        }
    }
}

/// As many findings as are told at once.
fn first(mut findings: Vec<Finding>) -> Vec<Finding> {
    let more = findings.len().saturating_sub(FINDINGS_MAX);
    findings.truncate(FINDINGS_MAX);
    if more > 0 {
        let detail = format!("{more} more flaws are not listed: mend these and check again");
        findings.push(Finding::of_file("", detail));
    }
    findings
}

/// What a file that is no file of a policy was meant to be: by its own name or by the folder's,
/// else by what stands in it.
fn meant(path: &str, text: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or_default();
    let within = |folder: &str| {
        Some(format!("{folder}/{stem}.toml")).filter(|_| is_toml(&format!("{stem}.toml")))
    };
    if folder.is_empty()
        && let Some(file) = nearest(name, [RISK, CONFLICTS].into_iter())
    {
        return Some(file.to_owned());
    }
    let folder = folder.split('/').next().unwrap_or_default();
    if let Some(folder) = nearest(folder, [RELEASES, CHANGES].into_iter()) {
        return within(folder);
    }
    let document: toml::Table = text.parse().ok()?;
    let holds = |key: &str| document.contains_key(key);
    if holds("states") {
        within(RELEASES)
    } else if holds("approval") {
        within(CHANGES)
    } else if holds("factors") {
        Some(RISK.to_owned())
    } else {
        holds("rules").then(|| CONFLICTS.to_owned())
    }
}

fn is_toml(name: &str) -> bool {
    let stem = name.strip_suffix(".toml").unwrap_or_default();
    let fits = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    !stem.is_empty() && stem.len() <= NAME_MAX && stem.chars().all(fits)
}

fn risk(reader: &mut Reader<'_>) -> Option<(Vec<FactorRule>, Scale)> {
    let mut table = reader.document()?;
    table.keys(reader, &["version", "tiers", "bundle", "factors"], &[]);
    let _: Option<u32> = table.find(reader, "version");
    let tiers = table.find(reader, "tiers").and_then(|named| tiers(reader, named));
    let bundle = table.table(reader, "bundle").and_then(|bundle| self::bundle(reader, bundle));
    let factors = table.list(reader, "factors", RULES_MAX, factor);
    let (bundle_points, bundle_points_max) = bundle?;
    let (scale, factors) = (Scale { tiers: tiers?, bundle_points, bundle_points_max }, factors?);
    if let Some(flaw) = scale.flaw() {
        reader.wrong("/tiers", flaw);
    }
    if bundle_points_max > POINTS_MAX {
        reader.wrong("/bundle/points_max", format!("at most {POINTS_MAX} points fit the scale"));
    }
    for (number, factor) in factors.iter().enumerate() {
        let mut before = factors[..number].iter().map(|before| before.name.as_str());
        if factor.name == BUNDLE || before.any(|name| name == factor.name) {
            reader.wrong(&format!("/factors/{number}/name"), "another factor has this name");
        }
    }
    let points = factors.iter().map(|factor| factor.points_max);
    let all = points.fold(0, u32::saturating_add);
    if all > POINTS_MAX {
        let many = format!("all factors can add {all} points, past the {POINTS_MAX} of the scale");
        reader.wrong("/factors", many);
    }
    Some((factors, scale))
}

fn tiers(reader: &mut Reader<'_>, named: BTreeMap<String, u32>) -> Option<Vec<(u32, Tier)>> {
    let mut tiers = Vec::new();
    for (name, from) in named {
        match name.parse::<Tier>() {
            Ok(tier) => tiers.push(Some((from, tier))),
            Err(wrong) => {
                reader.wrong(&format!("/tiers/{name}"), wrong);
                tiers.push(None);
            }
        }
    }
    let mut tiers = tiers.into_iter().collect::<Option<Vec<_>>>()?;
    tiers.sort_by_key(|(_, tier)| *tier);
    Some(tiers)
}

/// The points of each further change of a bundle, and the most that all of them add.
fn bundle<'a>(reader: &mut Reader<'a>, mut table: Table<'a>) -> Option<(u32, u32)> {
    table.keys(reader, &["points", "points_max"], &[]);
    let (points, most) = (table.find(reader, "points"), table.find(reader, "points_max"));
    Some((points?, most?))
}

fn factor<'a>(reader: &mut Reader<'a>, mut table: Table<'a>) -> Option<FactorRule> {
    table.keys(reader, &["name", "points_max", "steps"], &[]);
    let name: Option<String> = table.find(reader, "name");
    let points_max = table.find(reader, "points_max");
    let steps =
        table.list(reader, "steps", RULES_MAX, |reader, table| step(reader, table, points_max));
    let name = name?;
    if name.trim().is_empty() || name.chars().count() > NAME_MAX {
        reader
            .wrong(&table.at("name"), format!("a factor has a name of 1 to {NAME_MAX} characters"));
    }
    let steps = steps?;
    if steps.last().is_none_or(|(conditional, _)| *conditional) {
        let wrong = "the last step of a factor has no `when`, so that one always counts";
        reader.wrong(&table.at("steps"), wrong);
    }
    let steps = steps.into_iter().map(|(_, step)| step).collect();
    Some(FactorRule { name, points_max: points_max?, steps })
}

/// A step of a factor, and whether it has a condition.
fn step<'a>(
    reader: &mut Reader<'a>,
    mut table: Table<'a>,
    points_max: Option<u32>,
) -> Option<(bool, StepRule)> {
    table.keys(reader, &["points", "evidence"], &["when"]);
    let conditional = table.holds("when");
    let when = table.expression(reader, "when", evidence());
    let points: Option<u32> = table.find(reader, "points");
    let sentence: Option<String> = table.find(reader, "evidence");
    let (points, sentence) = (points?, sentence?);
    if let Some(most) = points_max.filter(|most| points > *most) {
        let most = format!("a step of this factor adds at most {most} points");
        reader.wrong(&table.at("points"), most);
    }
    if facts_in(&sentence, evidence()).count() != sentence.matches('{').count() {
        reader.wrong(&table.at("evidence"), "the sentence names in braces what is no fact here");
    }
    Some((conditional, StepRule { when, points, evidence: sentence }))
}

//! Reading the files of a policy: their shapes, and everything that is wrong with them, each with
//! its file, line and column.

use std::fmt;
use std::ops::Range;

use domain::Missing;
use domain::approval::{EXTENSION_ROLES, ExtensionRoles, GroupPlan, StagePlan};
use domain::policy::{
    ChangeModel, ChangeType, ConditionalStage, FILE_MAX, ModelState, OutsideRelease, Refusal,
    ReleaseModel, TaskTemplate,
};
use jiff::civil::Date;
use kernel::{NAME_MAX, NOTE_MAX};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::nearest::nearest;
use crate::policy::expression::Expression;
use crate::policy::facts::Fact;

/// The most stages of a model, groups of a stage, tasks and states of a model.
const PARTS_MAX: usize = 30;

/// Something that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub detail: String,
    /// What was meant, perhaps.
    pub suggestion: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.detail)?;
        match &self.suggestion {
            Some(meant) => write!(f, "; did you mean `{meant}`?"),
            None => Ok(()),
        }
    }
}

impl From<&Finding> for Missing {
    fn from(finding: &Finding) -> Self {
        let file = finding.file.replace('~', "~0").replace('/', "~1");
        Self::new(format!("/files/{file}"), finding.to_string())
    }
}

/// The refusal of a set with flaws.
pub(super) fn broken(findings: &[Finding]) -> domain::Refusal {
    Refusal::Broken(findings.iter().map(Missing::from).collect()).into()
}

/// A file, and what was found in it so far.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    text: &'a str,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, findings: Vec::new() }
    }

    /// The file in a shape, if it has it.
    pub(super) fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        let length = self.text.chars().count();
        if length > FILE_MAX {
            self.wrong(0, format!("the file is {length} characters long; at most {FILE_MAX} fit"));
            return None;
        }
        match toml::from_str(self.text) {
            Ok(read) => Some(read),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let (detail, suggestion) = of_toml(error.message());
                self.add(at, detail, suggestion);
                None
            }
        }
    }

    pub(super) fn wrong(&mut self, at: usize, detail: impl Into<String>) {
        self.add(at, detail.into(), None);
    }

    fn add(&mut self, at: usize, detail: String, suggestion: Option<String>) {
        let (line, column) = self.place(at);
        let file = self.file.to_owned();
        self.findings.push(Finding { file, line, column, detail, suggestion });
    }

    /// Line and column of an offset, both from 1.
    fn place(&self, at: usize) -> (usize, usize) {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// An expression of the file, with the line it stands on.
    pub(super) fn expression(
        &mut self,
        source: &Spanned<String>,
        facts: &'static [Fact],
    ) -> Option<Rule> {
        match Expression::read(source.get_ref(), facts) {
            Ok(expression) => Some(Rule { expression, line: self.place(source.span().start).0 }),
            Err(flaws) => {
                for flaw in flaws {
                    let at = self.inside(source.span(), source.get_ref(), flaw.at);
                    self.add(at, flaw.detail, flaw.suggestion);
                }
                None
            }
        }
    }

    /// Where an offset of a text stands in the file; the start of the text where it holds escapes.
    fn inside(&self, span: Range<usize>, text: &str, offset: usize) -> usize {
        let written = self.text.get(span.clone()).unwrap_or_default();
        written
            .find(text)
            .filter(|_| !text.is_empty())
            .map_or(span.start, |quotes| span.start + quotes + offset)
    }

    fn named(&mut self, what: &str, at: usize, name: &str, max: usize) {
        let length = name.chars().count();
        if name.trim().is_empty() {
            self.wrong(at, format!("{what} is empty"));
        } else if length > max {
            self.wrong(at, format!("{what} is {length} characters long; at most {max} fit"));
        }
    }

    fn counted(&mut self, what: &str, count: usize) {
        if count > PARTS_MAX {
            self.wrong(0, format!("the file lists {count} {what}; at most {PARTS_MAX} fit"));
        }
    }
}

/// A misspelt key is told with the right one beside.
fn of_toml(message: &str) -> (String, Option<String>) {
    let detail = message.lines().next().unwrap_or_default().to_owned();
    let mut quoted = detail.split('`').skip(1).step_by(2);
    let unknown = quoted.next().unwrap_or_default();
    let starts = ["unknown field", "unknown variant"].iter().any(|kind| detail.starts_with(kind));
    let suggestion = if starts { nearest(unknown, quoted).map(str::to_owned) } else { None };
    (detail, suggestion)
}

/// An expression with the line of its file.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) expression: Expression,
    pub(super) line: usize,
}

/// A value that events keep too, where unknown keys are let pass; in a file they are mistakes.
#[derive(Debug)]
struct Strict<T>(T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = toml::Table::deserialize(deserializer)?;
        let fields = fields_of::<T>();
        if let Some(key) = table.keys().find(|key| !fields.contains(&key.as_str())) {
            return Err(D::Error::unknown_field(key, fields));
        }
        table
            .try_into()
            .map(Self)
            .map_err(|error: toml::de::Error| D::Error::custom(error.message()))
    }
}

/// The names of a struct's fields, asked of its own way of being read.
fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Ask<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Ask<'_> {
        type Error = serde::de::value::Error;

        fn deserialize_struct<V: serde::de::Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            Err(Self::Error::custom("asked"))
        }

        fn deserialize_any<V: serde::de::Visitor<'de>>(
            self,
            _: V,
        ) -> Result<V::Value, Self::Error> {
            Err(Self::Error::custom("no struct"))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
            option unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier
            ignored_any
        }
    }
    let mut fields: &'static [&'static str] = &[];
    let _ = T::deserialize(Ask(&mut fields));
    fields
}

/// A file of `releases/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseFile {
    pub(super) name: Spanned<String>,
    title: String,
    #[serde(default)]
    description: String,
    version: u32,
    #[serde(default)]
    owner: Option<Spanned<String>>,
    #[serde(default)]
    review_on: Option<Spanned<String>>,
    window_minutes: u32,
    #[serde(default = "review_days")]
    review_days: u16,
    states: Vec<Strict<ModelState>>,
    approval: Vec<StageFile>,
    #[serde(default = "extension_roles")]
    extension: ExtensionRoles,
    #[serde(default)]
    tasks: Vec<TaskTemplate>,
}

/// A file of `changes/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeFile {
    pub(super) name: Spanned<ChangeType>,
    title: String,
    #[serde(default)]
    description: String,
    version: u32,
    #[serde(default)]
    owner: Option<Spanned<String>>,
    #[serde(default)]
    review_on: Option<Spanned<String>>,
    #[serde(default)]
    outside_release_when_customers_are_hit: OutsideRelease,
    approval: Vec<StageFile>,
    #[serde(default = "extension_roles")]
    extension: ExtensionRoles,
    #[serde(default)]
    tasks: Vec<TaskTemplate>,
}

/// What a release model that says nothing means: two weeks.
fn review_days() -> u16 {
    14
}

/// Who decides about a longer window where a model says nothing.
fn extension_roles() -> ExtensionRoles {
    EXTENSION_ROLES.into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageFile {
    name: String,
    #[serde(default)]
    when: Option<Spanned<String>>,
    #[serde(default)]
    observe: bool,
    groups: Vec<Strict<GroupPlan>>,
}

/// The file `risk.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RiskFile {
    #[serde(rename = "version")]
    _version: u32,
    pub(super) tiers: Spanned<std::collections::BTreeMap<String, u32>>,
    pub(super) bundle: BundleFile,
    pub(super) factors: Vec<FactorFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BundleFile {
    pub(super) points: u32,
    pub(super) points_max: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactorFile {
    pub(super) name: Spanned<String>,
    pub(super) points_max: u32,
    pub(super) steps: Vec<StepFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepFile {
    #[serde(default)]
    pub(super) when: Option<Spanned<String>>,
    pub(super) points: Spanned<u32>,
    pub(super) evidence: Spanned<String>,
}

/// The file `conflicts.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConflictFile {
    #[serde(rename = "version")]
    _version: u32,
    pub(super) rules: Vec<ConflictRuleFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConflictRuleFile {
    #[serde(rename = "name")]
    _name: String,
    pub(super) when: Spanned<String>,
    pub(super) blocks: bool,
}

/// A model with its conditions, stage by stage.
#[derive(Debug)]
pub(super) struct Ruled<M> {
    pub(super) model: M,
    pub(super) file: String,
    pub(super) conditions: Vec<Option<Rule>>,
}

impl ReleaseFile {
    pub(super) fn check(
        self,
        reader: &mut Reader<'_>,
        facts: &'static [Fact],
    ) -> Ruled<ReleaseModel> {
        let at = self.name.span().start;
        let name = self.name.into_inner();
        reader.named("the name", at, &name, NAME_MAX);
        let word = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
        if !name.chars().all(|character| word(character) || "_- ".contains(character)) {
            reader.wrong(
                at,
                "people write this name: use small letters, digits, spaces, `_` and `-`",
            );
        }
        if self.window_minutes == 0 {
            reader.wrong(0, "`window_minutes` is at least 1");
        }
        reader.counted("states", self.states.len());
        for state in &self.states {
            reader.named("the name of a state", 0, &state.0.name, NAME_MAX);
        }
        let (approval, conditions) = stages(reader, self.approval, facts);
        check_texts(reader, at, &self.title, &self.description, &self.tasks);
        let model = ReleaseModel {
            name,
            title: self.title,
            description: self.description,
            version: self.version,
            owner: owner(reader, self.owner),
            review_on: review_on(reader, self.review_on),
            window_minutes: self.window_minutes,
            review_days: self.review_days,
            states: self.states.into_iter().map(|state| state.0).collect(),
            approval,
            extension: self.extension,
            tasks: self.tasks,
        };
        model.check().iter().for_each(|wrong| reader.wrong(at, wrong.to_string()));
        Ruled { model, file: reader.file.to_owned(), conditions }
    }
}

impl ChangeFile {
    pub(super) fn check(
        self,
        reader: &mut Reader<'_>,
        facts: &'static [Fact],
    ) -> Ruled<ChangeModel> {
        let at = self.name.span().start;
        let (approval, conditions) = stages(reader, self.approval, facts);
        check_texts(reader, at, &self.title, &self.description, &self.tasks);
        let model = ChangeModel {
            name: self.name.into_inner(),
            title: self.title,
            description: self.description,
            version: self.version,
            owner: owner(reader, self.owner),
            review_on: review_on(reader, self.review_on),
            outside_release_when_customers_are_hit: self.outside_release_when_customers_are_hit,
            approval,
            extension: self.extension,
            tasks: self.tasks,
        };
        model.check().iter().for_each(|wrong| reader.wrong(at, wrong.to_string()));
        Ruled { model, file: reader.file.to_owned(), conditions }
    }
}

/// Who answers for a model.
fn owner(reader: &mut Reader<'_>, owner: Option<Spanned<String>>) -> Option<String> {
    let owner = owner?;
    reader.named("the owner", owner.span().start, owner.get_ref(), NAME_MAX);
    Some(owner.into_inner())
}

/// The day on which a model is to be looked at again.
fn review_on(reader: &mut Reader<'_>, day: Option<Spanned<String>>) -> Option<Date> {
    let day = day?;
    let read = day.get_ref().parse().ok();
    if read.is_none() {
        reader.wrong(day.span().start, "`review_on` is a day, such as \"2027-03-01\"");
    }
    read
}

fn check_texts(
    reader: &mut Reader<'_>,
    at: usize,
    title: &str,
    about: &str,
    tasks: &[TaskTemplate],
) {
    reader.named("the title", at, title, NAME_MAX);
    if about.chars().count() > NOTE_MAX {
        reader.wrong(at, format!("the description has more than {NOTE_MAX} characters"));
    }
    reader.counted("tasks", tasks.len());
    for task in tasks {
        reader.named("the title of a task", at, &task.title, NAME_MAX);
    }
}

fn stages(
    reader: &mut Reader<'_>,
    files: Vec<StageFile>,
    facts: &'static [Fact],
) -> (Vec<ConditionalStage>, Vec<Option<Rule>>) {
    reader.counted("stages", files.len());
    let (mut stages, mut conditions) = (Vec::new(), Vec::new());
    for file in files {
        let at = file.when.as_ref().map_or(0, |when| when.span().start);
        reader.named("the name of a stage", at, &file.name, NAME_MAX);
        reader.counted("groups in a stage", file.groups.len());
        let condition = file.when.as_ref().and_then(|when| reader.expression(when, facts));
        conditions.push(condition);
        let groups = file.groups.into_iter().map(|group| group.0).collect();
        let stage = StagePlan { name: file.name, groups };
        let (when, observe) = (file.when.map(Spanned::into_inner), file.observe);
        stages.push(ConditionalStage { when, observe, stage });
    }
    (stages, conditions)
}

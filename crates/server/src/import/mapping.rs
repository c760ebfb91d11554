//! A mapping: a readable file that says which column of an export becomes which field of a record.
//! The built-in ones lie beside this file; a user's own is named by its path.

use std::fmt::Display;
use std::str::FromStr;

use api::import::BuiltInMapping;
use domain::change::Outcome;
use domain::incident::{Priority, State};
use domain::policy::ChangeType;
use domain::vocabulary::Environment;
use kernel::Zone;
use serde::Deserialize;

use super::Malformed;
use super::rows::Marks;

/// The built-in mappings: name and text.
const BUILT_IN: &[(&str, &str)] = &[
    ("bpi2014-changes", include_str!("mappings/bpi2014-changes.toml")),
    ("bpi2014-incidents", include_str!("mappings/bpi2014-incidents.toml")),
];

/// The encodings a mapping may name.
const ENCODINGS: &[&str] = &["utf-8", "windows-1252"];

/// What a row becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A change.
    Change,
    /// An incident.
    Incident,
}

/// A mapping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Its name, or the path of its file.
    #[serde(skip)]
    pub name: String,
    /// What it reads, in one line.
    pub about: String,
    /// What a row becomes.
    pub record: RecordKind,
    /// The system the records come from. Their numbers are kept under this name.
    pub source: String,
    /// The zone of wall times.
    pub zone: Zone,
    /// How the file is written.
    #[serde(default)]
    pub(super) file: FileShape,
    /// Which column becomes what.
    pub(super) fields: Fields,
    /// Where the CIs are named.
    pub(super) ci: Option<CiColumns>,
}

/// How the file is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileShape {
    pub(super) delimiter: char,
    /// The quote mark; empty when the file quotes nothing.
    pub(super) quote: String,
    /// `utf-8` is always tried first.
    pub(super) encodings: Vec<String>,
    /// What sets the fraction of a number apart.
    pub(super) decimal: char,
    /// Texts that mean nothing, beside no text at all.
    pub(super) empty: Vec<String>,
    /// Texts that stand for several values which the file does not list.
    pub(super) several: Vec<String>,
    /// How dates and times are written, each as strftime has it; tried in order.
    pub(super) times: Vec<String>,
}

impl Default for FileShape {
    fn default() -> Self {
        Self {
            delimiter: ',',
            quote: "\"".to_owned(),
            encodings: vec!["utf-8".to_owned()],
            decimal: '.',
            empty: Vec::new(),
            several: Vec::new(),
            times: Vec::new(),
        }
    }
}

impl FileShape {
    pub(super) fn marks(&self) -> Marks {
        let delimiter = u8::try_from(self.delimiter).unwrap_or(b',');
        Marks { delimiter, quote: self.quote.bytes().next() }
    }
}

/// Which column becomes what. A text may be put together of columns: `"{Category}: {CI}"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    /// The column of the record's number in the source.
    pub(super) number: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) created_at: Option<String>,
    #[serde(default)]
    pub(super) change_type: Option<Choice>,
    #[serde(default)]
    pub(super) environment: Option<Choice>,
    #[serde(default)]
    pub(super) phase: Option<Choice>,
    #[serde(default)]
    pub(super) outcome: Option<Choice>,
    /// The column that counts the incidents which a change brought.
    #[serde(default)]
    pub(super) incidents: Option<String>,
    #[serde(default)]
    pub(super) planned: Option<Span>,
    #[serde(default)]
    pub(super) actual: Option<Span>,
    #[serde(default)]
    pub(super) priority: Option<Choice>,
    #[serde(default)]
    pub(super) state: Option<Choice>,
    #[serde(default)]
    pub(super) opened_at: Option<String>,
    #[serde(default)]
    pub(super) resolved_at: Option<String>,
    /// The column that names a change of the same source.
    #[serde(default)]
    pub(super) related_change: Option<String>,
    /// Columns without a field of their own, kept in the description.
    #[serde(default)]
    pub(super) keep: Vec<Kept>,
}

/// A word, found by rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Choice {
    /// The column holds the word itself.
    Column(String),
    /// The first rule that fits decides.
    Rules(Rules),
}

/// Rules that give a word.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    /// When no rule fits. Without it the value is not known.
    #[serde(default)]
    pub(super) otherwise: Option<String>,
}

/// A word, when a column holds a text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) column: String,
    /// The whole text.
    #[serde(default)]
    pub(super) is: Option<String>,
    /// Its beginning.
    #[serde(default)]
    pub(super) starts: Option<String>,
    pub(super) gives: String,
}

/// The columns of an interval.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Span {
    pub(super) start: String,
    pub(super) end: String,
}

/// A column kept in the description.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Kept {
    /// As it is.
    Column(String),
    /// As a number, with a decimal point.
    Typed(KeptAs),
}

/// How a column is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptAs {
    pub(super) column: String,
    #[serde(default)]
    pub(super) number: bool,
}

/// Where CIs are named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CiColumns {
    pub(super) name: String,
    #[serde(default)]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) unknown: Unknown,
}

/// What is done about a CI that is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unknown {
    /// It is written down.
    Create,
    /// It is reported, and its name kept in the description.
    #[default]
    Report,
}

impl Mapping {
    /// The built-in mappings.
    pub fn built_in() -> Vec<BuiltInMapping> {
        let known = BUILT_IN.iter().map(|(name, text)| {
            let about = Self::parse(name, text).map(|mapping| mapping.about);
            BuiltInMapping { mapping: (*name).to_owned(), reads: about.unwrap_or_default() }
        });
        known.collect()
    }

    /// A built-in mapping.
    pub fn find(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Self::parse(name, text).ok()
    }

    /// A mapping from the text of its file.
    pub fn parse(name: &str, text: &str) -> Result<Self, Malformed> {
        let mut mapping: Self =
            toml::from_str(text).map_err(|error| Malformed::whole(error.to_string()))?;
        name.clone_into(&mut mapping.name);
        match mapping.wrong().first() {
            None => Ok(mapping),
            Some(wrong) => Err(Malformed::whole(wrong)),
        }
    }

    /// What the file says that cannot be done.
    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        self.check_file(&mut wrong);
        self.check_fields(&mut wrong);
        let fields = &self.fields;
        check_words::<ChangeType>("change_type", fields.change_type.as_ref(), &mut wrong);
        check_words::<Environment>("environment", fields.environment.as_ref(), &mut wrong);
        check_words::<Outcome>("outcome", fields.outcome.as_ref(), &mut wrong);
        check_words::<Phase>("phase", fields.phase.as_ref(), &mut wrong);
        check_words::<Grade>("priority", fields.priority.as_ref(), &mut wrong);
        check_words::<State>("state", fields.state.as_ref(), &mut wrong);
        wrong
    }

    fn check_file(&self, wrong: &mut Vec<String>) {
        let file = &self.file;
        let is_mark = |mark: char| mark.is_ascii() && !matches!(mark, '\n' | '\r' | '\0');
        if !is_mark(file.delimiter) {
            wrong.push("file.delimiter must be one ASCII character".to_owned());
        }
        let quote = file.quote.chars().collect::<Vec<_>>();
        if quote.len() > 1 || quote.iter().any(|mark| !is_mark(*mark) || *mark == file.delimiter) {
            wrong.push("file.quote must be one ASCII character that is not the delimiter".into());
        }
        for name in file.encodings.iter().filter(|name| !ENCODINGS.contains(&name.as_str())) {
            let known = ENCODINGS.join(", ");
            wrong.push(format!("file.encodings: `{name}` is not one of {known}"));
        }
        if file.times.is_empty() {
            wrong.push("file.times must say how dates are written".to_owned());
        }
    }

    /// Each kind of record has fields that the other one has not.
    fn check_fields(&self, wrong: &mut Vec<String>) {
        let fields = &self.fields;
        let of_change = [
            ("created_at", fields.created_at.is_some()),
            ("change_type", fields.change_type.is_some()),
            ("environment", fields.environment.is_some()),
            ("phase", fields.phase.is_some()),
            ("outcome", fields.outcome.is_some()),
            ("incidents", fields.incidents.is_some()),
            ("planned", fields.planned.is_some()),
            ("actual", fields.actual.is_some()),
        ];
        let of_incident = [
            ("priority", fields.priority.is_some()),
            ("state", fields.state.is_some()),
            ("opened_at", fields.opened_at.is_some()),
            ("resolved_at", fields.resolved_at.is_some()),
            ("related_change", fields.related_change.is_some()),
        ];
        let (foreign, kind): (&[_], _) = match self.record {
            RecordKind::Change => (&of_incident, "a change"),
            RecordKind::Incident => (&of_change, "an incident"),
        };
        for (name, _) in foreign.iter().filter(|(_, set)| *set) {
            wrong.push(format!("fields.{name} is not a field of {kind}"));
        }
        if self.record == RecordKind::Incident && fields.opened_at.is_none() {
            wrong.push("fields.opened_at is missing: an incident has a beginning".to_owned());
        }
        if self.source.trim().is_empty() {
            wrong.push("source is missing".to_owned());
        }
    }
}

/// What a rule gives must be a word of the vocabulary.
fn check_words<T: FromStr<Err: Display>>(
    field: &str,
    choice: Option<&Choice>,
    wrong: &mut Vec<String>,
) {
    let Some(Choice::Rules(rules)) = choice else { return };
    let given = rules.rules.iter().map(|rule| &rule.gives).chain(&rules.otherwise);
    for error in given.filter_map(|word| word.parse::<T>().err()) {
        wrong.push(format!("fields.{field}: {error}"));
    }
    for rule in &rules.rules {
        if rule.is.is_some() == rule.starts.is_some() {
            let column = &rule.column;
            wrong.push(format!("fields.{field}: say `is` or `starts` for `{column}`"));
        }
    }
}

/// Whether a change is history or still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Closed,
    Scheduled,
}

impl FromStr for Phase {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "closed" => Ok(Self::Closed),
            "scheduled" => Ok(Self::Scheduled),
            _ => Err(format!("`{text}` is not one of closed, scheduled")),
        }
    }
}

/// A priority as it is written, from 1 (worst) to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grade(pub(super) Priority);

impl FromStr for Grade {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.parse::<u8>().ok();
        let priority = number.and_then(|number| Priority::try_from(number).ok());
        priority.map(Self).ok_or_else(|| format!("`{text}` is not a priority from 1 to 5"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#"
        about = "test"
        record = "change"
        source = "test"
        zone = "Europe/Amsterdam"
        [file]
        times = ["%Y-%m-%d"]
        [fields]
        number = "Id"
        title = "{Title}"
    "#;

    fn refused(from: &str, to: &str) -> String {
        let text = LEAST.replace(from, to);
        assert_ne!(text, LEAST);
        Mapping::parse("test", &text).expect_err("wrong").to_string()
    }

    #[test]
    fn every_built_in_mapping_can_be_read() {
        for (name, text) in BUILT_IN {
            let mapping = Mapping::parse(name, text);
            assert!(mapping.is_ok(), "{name}: {:?}", mapping.err());
        }
        assert!(Mapping::find("bpi2014-changes").is_some());
        assert!(Mapping::find("nothing").is_none());
        assert!(Mapping::built_in().iter().all(|known| !known.reads.is_empty()));
    }

    #[test]
    fn the_least_mapping_is_enough() {
        assert!(Mapping::parse("test", LEAST).is_ok());
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        assert!(refused("title =", "titel =").contains("titel"));
        assert!(refused("Europe/Amsterdam", "Europe/Nowhere").contains("not a time zone"));
        assert!(refused("[file]", "[file]\ndelimiter = \"ß\"").contains("delimiter"));
        assert!(refused("[file]", "[file]\nquote = \",\"").contains("quote"));
        assert!(refused("[file]", "[file]\nencodings = [\"ebcdic\"]").contains("ebcdic"));
        assert!(refused("\"%Y-%m-%d\"", "").contains("times"));
        assert!(refused("\"change\"", "\"problem\"").contains("problem"));
    }

    #[test]
    fn a_field_of_another_kind_of_record_is_refused() {
        assert!(refused("[fields]", "[fields]\nopened_at = \"X\"").contains("of a change"));
        assert!(refused("\"change\"", "\"incident\"").contains("opened_at is missing"));
    }

    #[test]
    fn a_rule_gives_a_word_of_the_vocabulary_and_asks_one_thing() {
        let rule = |rule: &str| {
            let to = format!("[fields]\nchange_type = {{ rules = [{{ {rule} }}] }}");
            refused("[fields]", &to)
        };
        assert!(rule("column = \"A\", is = \"x\", gives = \"urgent\"").contains("urgent"));
        assert!(rule("column = \"A\", gives = \"normal\"").contains("`is` or `starts`"));
    }
}

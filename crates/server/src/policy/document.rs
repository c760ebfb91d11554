//! One file of a policy while it is read: its tables are asked key by key, so that everything that
//! is wrong is found in one go, each flaw where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use domain::Missing;
use domain::policy::{FILE_MAX, Refusal};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::nearest::nearest;
use crate::policy::expression::{Expression, Origin};
use crate::policy::facts::Fact;

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

impl Finding {
    /// Something that is wrong with a file as a whole.
    pub(super) fn of_file(file: &str, detail: String) -> Self {
        Self { file: file.to_owned(), line: 1, column: 1, detail, suggestion: None }
    }
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
        if finding.file.is_empty() {
            return Self::new("/files", finding.detail.clone());
        }
        let file = finding.file.replace('~', "~0").replace('/', "~1");
        Self::new(format!("/files/{file}"), finding.to_string())
    }
}

/// The refusal of a set with flaws.
pub(super) fn broken(findings: &[Finding]) -> domain::Refusal {
    Refusal::Broken(findings.iter().map(Missing::from).collect()).into()
}

/// An expression with the line of its file.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) expression: Expression,
    pub(super) line: usize,
}

/// A file, and what was found in it so far.
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    text: &'a str,
    origin: Origin,
    /// Where each value stands, by its JSON pointer; a text in a list is named by itself.
    places: BTreeMap<String, usize>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: &'a str, origin: Origin) -> Self {
        Self { file, text, origin, places: BTreeMap::new(), findings: Vec::new() }
    }

    /// The table that the file is, if it is one.
    pub(super) fn document(&mut self) -> Option<Table<'a>> {
        let length = self.text.chars().count();
        if length > FILE_MAX {
            let long = format!("the file is {length} characters long; at most {FILE_MAX} fit");
            self.wrong("", long);
            return None;
        }
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.add(at, first_line(error.message()), None);
        }
        if !errors.is_empty() {
            return None;
        }
        let entries = document.into_inner();
        for (key, value) in &entries {
            places(format!("/{}", key.get_ref()), value, &mut self.places);
        }
        Some(Table { pointer: String::new(), entries })
    }

    /// Everything that is wrong, in the order of the file.
    pub(super) fn end(mut self) -> Vec<Finding> {
        self.findings.sort_by(|one, other| {
            (one.line, one.column, &one.detail).cmp(&(other.line, other.column, &other.detail))
        });
        self.findings.dedup();
        self.findings
    }

    /// Something that is wrong with a value, or with the table it is missing from.
    pub(super) fn wrong(&mut self, pointer: &str, detail: impl Into<String>) {
        self.add(self.at(pointer), detail.into(), None);
    }

    /// Something that is wrong with the whole file, and what it should be called perhaps.
    pub(super) fn misplaced(&mut self, detail: String, suggestion: Option<String>) {
        self.add(0, detail, suggestion);
    }

    /// The length of a name.
    pub(super) fn named(&mut self, what: &str, pointer: &str, name: &str, max: usize) {
        let length = name.chars().count();
        if name.trim().is_empty() {
            self.wrong(pointer, format!("{what} is empty"));
        } else if length > max {
            self.wrong(pointer, format!("{what} is {length} characters long; at most {max} fit"));
        }
    }

    fn add(&mut self, at: usize, detail: String, suggestion: Option<String>) {
        let (line, column) = self.place(at);
        let file = self.file.to_owned();
        self.findings.push(Finding { file, line, column, detail, suggestion });
    }

    fn at(&self, mut pointer: &str) -> usize {
        loop {
            if let Some(at) = self.places.get(pointer) {
                return *at;
            }
            match pointer.rsplit_once('/') {
                Some((around, _)) => pointer = around,
                None => return 0,
            }
        }
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

    /// A value in a shape, if it has it.
    fn value<T: DeserializeOwned>(&mut self, value: Spanned<DeValue<'a>>) -> Option<T> {
        let start = value.span().start;
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(read) => Some(read),
            Err(error) => {
                let at = error.span().map_or(start, |span| span.start);
                let (detail, suggestion) = of_toml(error.message());
                self.add(at, detail, suggestion);
                None
            }
        }
    }

    fn expression(&mut self, source: &Spanned<String>, facts: &'static [Fact]) -> Option<Rule> {
        match Expression::read(source.get_ref(), facts, self.origin) {
            Ok(expression) => Some(Rule { expression, line: self.place(source.span().start).0 }),
            Err(flaws) => {
                for flaw in flaws {
                    self.within(source, flaw.at, flaw.detail, flaw.suggestion);
                }
                None
            }
        }
    }

    /// Something that is wrong within a text, from an offset of it on, and what was meant perhaps.
    pub(super) fn within(
        &mut self,
        text: &Spanned<String>,
        offset: usize,
        detail: String,
        suggestion: Option<String>,
    ) {
        let at = self.inside(text.span(), text.get_ref(), offset);
        self.add(at, detail, suggestion);
    }

    /// Where an offset of a text stands in the file; the start of the text where it holds escapes.
    fn inside(&self, span: Range<usize>, text: &str, offset: usize) -> usize {
        let written = self.text.get(span.clone()).unwrap_or_default();
        written
            .find(text)
            .filter(|_| !text.is_empty())
            .map_or(span.start, |quotes| span.start + quotes + offset)
    }
}

/// A table of a file.
pub(super) struct Table<'a> {
    pointer: String,
    entries: DeTable<'a>,
}

impl<'a> Table<'a> {
    /// The pointer of a value in it.
    pub(super) fn at(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }

    /// Whether it has a value.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Tells which keys are missing, and which are unknown. A misspelt one is told and its value is
    /// read all the same, so that what is wrong with that is told too.
    pub(super) fn keys(
        &mut self,
        reader: &mut Reader<'a>,
        needed: &[&'static str],
        more: &[&'static str],
    ) {
        let known = || needed.iter().chain(more).copied();
        let keys = self.entries.keys().map(|key| key.get_ref().clone());
        let unknown: Vec<_> = keys.filter(|key| known().all(|one| one != &**key)).collect();
        for name in unknown {
            let Some((key, value)) = self.entries.remove_entry(&*name) else { continue };
            let meant = nearest(&name, known());
            let names: Vec<String> = known().map(|key| format!("`{key}`")).collect();
            let detail = format!("unknown field `{name}`, expected one of {}", names.join(", "));
            reader.add(key.span().start, detail, meant.map(str::to_owned));
            if let Some(meant) = meant.filter(|meant| !self.holds(meant)) {
                places(self.at(meant), &value, &mut reader.places);
                self.entries.insert(Spanned::new(key.span(), meant.into()), value);
            }
        }
        for key in needed.iter().filter(|key| !self.holds(key)) {
            reader.wrong(&self.pointer, format!("missing field `{key}`"));
        }
    }

    /// A value, if it is there and has the shape.
    pub(super) fn find<T: DeserializeOwned>(
        &mut self,
        reader: &mut Reader<'a>,
        key: &str,
    ) -> Option<T> {
        let value = self.entries.remove(key)?;
        reader.value(value)
    }

    /// An expression over some facts, if it is there and sound.
    pub(super) fn expression(
        &mut self,
        reader: &mut Reader<'a>,
        key: &str,
        facts: &'static [Fact],
    ) -> Option<Rule> {
        let source = self.find::<Spanned<String>>(reader, key)?;
        reader.expression(&source, facts)
    }

    /// A list of words, if it is there and every word is known.
    pub(super) fn words<T: DeserializeOwned + Ord>(
        &mut self,
        reader: &mut Reader<'a>,
        key: &str,
    ) -> Option<BTreeSet<T>> {
        let words: Vec<Option<T>> =
            self.items(reader, key)?.into_iter().map(|word| reader.value(word)).collect();
        words.into_iter().collect()
    }

    /// A list of tables, if it is there and each of them could be read.
    pub(super) fn list<T>(
        &mut self,
        reader: &mut Reader<'a>,
        key: &str,
        count_max: usize,
        mut each: impl FnMut(&mut Reader<'a>, Table<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.items(reader, key)?;
        if items.len() > count_max {
            let many = format!("`{key}` lists {}; at most {count_max} fit", items.len());
            reader.wrong(&self.at(key), many);
        }
        let mut read = Vec::with_capacity(items.len());
        for (number, item) in items.into_iter().enumerate() {
            let pointer = self.at(&format!("{key}/{number}"));
            if let DeValue::Table(entries) = item.into_inner() {
                read.push(each(reader, Table { pointer, entries }));
            } else {
                reader.wrong(&pointer, format!("each of `{key}` is a table, as in `{{ … }}`"));
                read.push(None);
            }
        }
        read.into_iter().collect()
    }

    /// A table in it, if it is there and is one.
    pub(super) fn table(&mut self, reader: &mut Reader<'a>, key: &str) -> Option<Self> {
        let pointer = self.at(key);
        let DeValue::Table(entries) = self.entries.remove(key)?.into_inner() else {
            reader.wrong(&pointer, format!("`{key}` is a table"));
            return None;
        };
        Some(Self { pointer, entries })
    }

    fn items(&mut self, reader: &mut Reader<'a>, key: &str) -> Option<Vec<Spanned<DeValue<'a>>>> {
        let DeValue::Array(items) = self.entries.remove(key)?.into_inner() else {
            reader.wrong(&self.at(key), format!("`{key}` is a list"));
            return None;
        };
        Some(items.into_iter().collect())
    }
}

fn places(pointer: String, value: &Spanned<DeValue<'_>>, into: &mut BTreeMap<String, usize>) {
    match value.get_ref() {
        DeValue::Table(entries) => {
            for (key, inner) in entries {
                places(format!("{pointer}/{}", key.get_ref()), inner, into);
            }
        }
        DeValue::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                let name = inner.get_ref().as_str().map_or(number.to_string(), str::to_owned);
                places(format!("{pointer}/{name}"), inner, into);
            }
        }
        _ => {}
    }
    into.insert(pointer, value.span().start);
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// A word that is not known is told with the right one beside.
fn of_toml(message: &str) -> (String, Option<String>) {
    let detail = first_line(message);
    let mut quoted = detail.split('`').skip(1).step_by(2);
    let unknown = quoted.next().unwrap_or_default();
    let starts = detail.starts_with("unknown variant");
    let suggestion = if starts { nearest(unknown, quoted).map(str::to_owned) } else { None };
    (detail, suggestion)
}

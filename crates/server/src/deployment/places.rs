//! Where everything stands in a plan file, so that each flaw is told with its line and column.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::look::LOOK_FIELDS;
use super::trigger::TRIGGER_FIELDS;

const REQUEST_FIELDS: &[&str] = &[
    "url",
    "method",
    "headers",
    "body",
    "expect",
    "status_url",
    "weight",
    "runner",
    "label",
    "command",
    "arguments",
];
const STEP_FIELDS: &[&str] = &[
    "key",
    "needs",
    "change",
    "kind",
    "text",
    "role",
    "seconds",
    "contains",
    "for_seconds",
    "every_seconds",
    "weights",
    "settle_seconds",
    "prometheus",
    "minutes",
    "time_limit_seconds",
    "retries",
    "on_failure",
    "on_no_data",
    "idempotent",
    "undo",
];
const UNDO_FIELDS: &[&str] = &["how", "reason", "text", "minutes"];

/// Something that a plan file cannot have, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) detail: String,
}

/// Where everything stands in the text.
pub(super) struct Places<'a> {
    text: &'a str,
    table: Option<DeTable<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, table: DeTable::parse(text).ok().map(toml::Spanned::into_inner) }
    }

    pub(super) fn flaw(&self, at: Range<usize>, detail: String) -> Flaw {
        let before = self.text.get(..at.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Flaw { line, column, detail }
    }

    /// The tables of a list.
    fn tables(&self, list: &str) -> impl Iterator<Item = (Range<usize>, &DeTable<'a>)> {
        let found = self.table.as_ref().and_then(|table| get(table, list));
        let found = found.and_then(|(_, found)| match found {
            DeValue::Array(found) => Some(found),
            _ => None,
        });
        found.into_iter().flat_map(|found| found.iter()).filter_map(|one| match one.get_ref() {
            DeValue::Table(table) => Some((one.span(), table)),
            _ => None,
        })
    }

    /// Where a field of a table of a list stands, or as much of the way there as is written.
    pub(super) fn field(&self, list: &str, index: usize, path: &str) -> Range<usize> {
        let Some((at, table)) = self.tables(list).nth(index) else { return 0..0 };
        walk(at, table, path)
    }

    /// The same for a path from the top of the file.
    pub(super) fn path(&self, path: &str) -> Range<usize> {
        self.table.as_ref().map_or(0..0, |table| walk(0..0, table, path))
    }

    /// Fields that nothing reads: most likely mistyped.
    pub(super) fn unknown_fields(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut look = |table: &DeTable<'a>, what: &str, known: &[&[&str]]| {
            for name in table.keys() {
                let field = name.get_ref().as_ref();
                if !known.iter().any(|fields| fields.contains(&field)) {
                    let detail = format!("{what} has no field `{field}`");
                    flaws.push(self.flaw(name.span(), detail));
                }
            }
        };
        for (_, trigger) in self.tables("trigger") {
            look(trigger, "a trigger", &[TRIGGER_FIELDS, LOOK_FIELDS]);
        }
        for (_, step) in self.tables("step") {
            look(step, "a step", &[STEP_FIELDS, REQUEST_FIELDS, LOOK_FIELDS]);
            if let Some((_, DeValue::Table(undo))) = get(step, "undo") {
                look(undo, "`undo`", &[UNDO_FIELDS, REQUEST_FIELDS]);
            }
        }
        flaws
    }
}

fn walk(mut at: Range<usize>, mut table: &DeTable<'_>, path: &str) -> Range<usize> {
    for name in path.split('.') {
        let Some((span, value)) = get(table, name) else { return at };
        at = span;
        match value {
            DeValue::Table(inner) => table = inner,
            _ => return at,
        }
    }
    at
}

fn get<'t, 'a>(table: &'t DeTable<'a>, name: &str) -> Option<(Range<usize>, &'t DeValue<'a>)> {
    let found = table.iter().find(|(key, _)| key.get_ref().as_ref() == name)?;
    Some((found.0.span(), found.1.get_ref()))
}

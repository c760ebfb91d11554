//! A mapping held against the header of a file: every column that it names, found.

use std::collections::BTreeMap;

use super::Malformed;
use super::mapping::{Choice, Fields, Kept, Mapping, RecordKind, Span};
use super::rows::Row;
use super::value::{Cell, Column, Reader, Template, Words};

/// The names of the columns. What is asked for and not there is gathered.
pub(super) struct Header<'a> {
    places: BTreeMap<&'a str, usize>,
    used: BTreeMap<usize, Column>,
    missing: Vec<String>,
}

impl<'a> Header<'a> {
    fn of(row: &'a Row<'_>) -> Result<Self, Malformed> {
        let mut places = BTreeMap::new();
        let mut doubled = Vec::new();
        for (index, name) in row.fields.iter().enumerate() {
            let name = name.trim();
            if !name.is_empty() && places.insert(name, index).is_some() {
                doubled.push(format!("`{name}` twice"));
            }
        }
        if !doubled.is_empty() {
            let what = format!("the header names {}: name each column once", doubled.join(", "));
            return Err(Malformed::at(row.line, what));
        }
        Ok(Self { places, used: BTreeMap::new(), missing: Vec::new() })
    }

    pub(super) fn find(&mut self, name: &str) -> Option<Column> {
        let Some(index) = self.places.get(name).copied() else {
            let name = format!("`{name}`");
            if !self.missing.contains(&name) {
                self.missing.push(name);
            }
            return None;
        };
        let column = Column { index, name: name.to_owned() };
        self.used.insert(index, column.clone());
        Some(column)
    }

    fn find_opt(&mut self, name: Option<&String>) -> Option<Column> {
        name.and_then(|name| self.find(name))
    }

    fn words(&mut self, choice: Option<&Choice>) -> Option<Words> {
        choice.map(|choice| Words::of(choice, self))
    }

    fn span(&mut self, span: Option<&Span>) -> Option<(Column, Column)> {
        let span = span?;
        let (start, end) = (self.find(&span.start), self.find(&span.end));
        start.zip(end)
    }

    fn end(self, line: u64) -> Result<BTreeMap<usize, Column>, Malformed> {
        if self.missing.is_empty() {
            return Ok(self.used);
        }
        let names = self.missing.join(", ");
        let what = format!("the mapping reads columns that the header does not name: {names}");
        Err(Malformed::at(line, what))
    }
}

/// The columns of a mapping, found.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) record: RecordKind,
    pub(super) reader: Reader,
    number: Column,
    pub(super) title: Template,
    pub(super) created_at: Option<Column>,
    pub(super) change_type: Option<Words>,
    pub(super) environment: Option<Words>,
    pub(super) phase: Option<Words>,
    pub(super) outcome: Option<Words>,
    pub(super) incidents: Option<Column>,
    pub(super) planned: Option<(Column, Column)>,
    pub(super) actual: Option<(Column, Column)>,
    pub(super) priority: Option<Words>,
    pub(super) state: Option<Words>,
    pub(super) opened_at: Option<Column>,
    pub(super) resolved_at: Option<Column>,
    pub(super) related_change: Option<Column>,
    pub(super) keep: Vec<(Column, bool)>,
    pub(super) ci: Option<CiPlan>,
    /// The columns that must say the same on every row of one record.
    pub(super) shared: Vec<Column>,
}

/// The columns of a CI, found.
#[derive(Debug)]
pub(super) struct CiPlan {
    pub(super) name: Column,
    pub(super) kind: Option<Column>,
}

impl Plan {
    pub(super) fn of(mapping: &Mapping, row: &Row<'_>) -> Result<Self, Malformed> {
        let mut header = Header::of(row)?;
        let fields = &mapping.fields;
        let number = header.find(&fields.number);
        let title = Template::of(&fields.title, &mut header)?;
        let keep = kept(fields, &mut header);
        let mut plan = Self {
            record: mapping.record,
            reader: Reader::new(&mapping.file, &mapping.zone),
            number: number.unwrap_or(Column { index: 0, name: String::new() }),
            title,
            created_at: header.find_opt(fields.created_at.as_ref()),
            change_type: header.words(fields.change_type.as_ref()),
            environment: header.words(fields.environment.as_ref()),
            phase: header.words(fields.phase.as_ref()),
            outcome: header.words(fields.outcome.as_ref()),
            incidents: header.find_opt(fields.incidents.as_ref()),
            planned: header.span(fields.planned.as_ref()),
            actual: header.span(fields.actual.as_ref()),
            priority: header.words(fields.priority.as_ref()),
            state: header.words(fields.state.as_ref()),
            opened_at: header.find_opt(fields.opened_at.as_ref()),
            resolved_at: header.find_opt(fields.resolved_at.as_ref()),
            related_change: header.find_opt(fields.related_change.as_ref()),
            keep,
            ci: None,
            shared: Vec::new(),
        };
        // The columns of a CI differ from row to row: that is what the rows are for.
        let shared = header.used.clone();
        plan.ci = mapping.ci.as_ref().and_then(|ci| {
            let (name, kind) = (header.find(&ci.name), header.find_opt(ci.kind.as_ref()));
            Some(CiPlan { name: name?, kind })
        });
        header.end(row.line)?;
        let of_ci = |index: usize| {
            plan.ci.as_ref().is_some_and(|ci| {
                ci.name.index == index || ci.kind.as_ref().is_some_and(|kind| kind.index == index)
            })
        };
        plan.shared = shared.into_values().filter(|column| !of_ci(column.index)).collect();
        Ok(plan)
    }

    /// The number of the record that a row belongs to; empty when it does not say.
    pub(super) fn number<'r>(&self, row: &'r Row<'_>) -> &'r str {
        match self.reader.cell(row, &self.number) {
            Cell::Text(number) => number,
            Cell::Empty | Cell::Several => "",
        }
    }
}

fn kept(fields: &Fields, header: &mut Header<'_>) -> Vec<(Column, bool)> {
    let columns = fields.keep.iter().filter_map(|kept| {
        let (name, number) = match kept {
            Kept::Column(name) => (name, false),
            Kept::Typed(typed) => (&typed.column, typed.number),
        };
        Some((header.find(name)?, number))
    });
    columns.collect()
}

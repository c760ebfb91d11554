//! Reads one record, field by field, from its first row. Whatever cannot be taken is named with its
//! line and kept as text.

use std::fmt::{Display, Write as _};
use std::str::FromStr;

use domain::incident::{Priority, State};
use domain::policy::ChangeType;
use domain::vocabulary::Window;
use kernel::{LONG_TEXT_MAX, NAME_MAX, TimeError, Timestamp, Zone};

use super::draft::{Body, ChangeBody, CiName, IncidentBody};
use super::finding::{Code, Finding, Kind};
use super::mapping::{Grade, Phase, RecordKind};
use super::plan::{CiPlan, Plan};
use super::rows::Row;
use super::value::{Cell, Column, Wall, Words};

/// One record, while it is read from its first row.
pub(super) struct Reading<'a, 'r> {
    plan: &'a Plan,
    zone: &'a Zone,
    row: &'r Row<'r>,
    number: String,
    findings: Vec<Finding>,
    /// Columns whose text could not be taken.
    left: Vec<String>,
    rejected: bool,
}

impl<'a, 'r> Reading<'a, 'r> {
    pub(super) fn new(plan: &'a Plan, zone: &'a Zone, row: &'r Row<'r>) -> Self {
        let number = plan.number(row).to_owned();
        let (findings, left) = (Vec::new(), Vec::new());
        Self { plan, zone, row, number, findings, left, rejected: false }
    }

    pub(super) fn is_rejected(&self) -> bool {
        self.rejected
    }

    /// What was found.
    pub(super) fn end(self) -> Vec<Finding> {
        self.findings
    }

    pub(super) fn note(&mut self, line: u64, kind: Kind, code: Code, detail: impl Into<String>) {
        let (record, detail) = (self.number.clone(), detail.into());
        self.findings.push(Finding { line, record, kind, code, detail });
    }

    fn repair(&mut self, code: Code, detail: impl Into<String>) {
        self.note(self.row.line, Kind::Repaired, code, detail);
    }

    pub(super) fn reject(&mut self, code: Code, detail: impl Into<String>) {
        self.rejected = true;
        self.note(self.row.line, Kind::Rejected, code, detail);
    }

    fn leave_out(&mut self, column: &Column, text: &str) {
        let left = format!("{}: {text}", column.name);
        if !self.left.contains(&left) {
            self.left.push(left);
        }
    }

    /// Names the later rows that disagree with the first.
    pub(super) fn compare(&mut self, rows: &[Row<'_>]) {
        let plan = self.plan;
        for row in rows.iter().skip(1) {
            let differ = plan.shared.iter().filter(|column| {
                plan.reader.cell(row, column) != plan.reader.cell(self.row, column)
            });
            let names: Vec<&str> = differ.map(|column| column.name.as_str()).collect();
            if !names.is_empty() {
                let (names, first) = (names.join(", "), self.row.line);
                let detail = format!("{names} say otherwise on line {first}: the first is taken");
                self.note(row.line, Kind::Repaired, Code::RowDisagrees, detail);
            } else if plan.ci.is_none() {
                let detail = "an earlier row says the same: it is taken once";
                self.note(row.line, Kind::Repaired, Code::RowRepeated, detail);
            }
        }
    }

    pub(super) fn ci(&mut self, plan: &CiPlan, row: &Row<'_>) -> Option<CiName> {
        let reader = &self.plan.reader;
        let Cell::Text(name) = reader.cell(row, &plan.name) else {
            let detail = format!("{} is empty: the row adds no CI", plan.name.name);
            self.note(row.line, Kind::Noted, Code::CiMissing, detail);
            return None;
        };
        let length = name.chars().count();
        if length > NAME_MAX {
            let detail = format!(
                "the name of the CI is {length} characters long, and at most {NAME_MAX} fit: the \
                 CI is left out"
            );
            self.note(row.line, Kind::Repaired, Code::TextCut, detail);
            self.leave_out(&plan.name, name);
            return None;
        }
        let kind = plan.kind.as_ref().map(|column| reader.cell(row, column));
        let kind = match kind {
            Some(Cell::Text(text)) => text.chars().take(NAME_MAX).collect(),
            _ => String::new(),
        };
        Some(CiName { name: name.to_owned(), kind })
    }

    pub(super) fn title(&mut self) -> String {
        let title = self.plan.title.fill(self.row, &self.plan.reader);
        if title.is_empty() {
            self.reject(Code::FieldMissing, "there is no title: the record is not taken");
        }
        let length = title.chars().count();
        if length <= NAME_MAX {
            return title;
        }
        self.repair(
            Code::TextCut,
            format!("the title is {length} characters long: it is cut after {NAME_MAX}"),
        );
        self.left.push(format!("Title: {title}"));
        title.chars().take(NAME_MAX).collect()
    }

    pub(super) fn body(&mut self) -> Option<Body> {
        match self.plan.record {
            RecordKind::Change => Some(Body::Change(self.change())),
            RecordKind::Incident => self.incident().map(Body::Incident),
        }
    }

    fn change(&mut self) -> ChangeBody {
        let plan = self.plan;
        let created_at = self.time(plan.created_at.as_ref());
        let window = self.window();
        let (started_at, finished_at) = self.actual();
        if let (Some(started), Some(created)) = (started_at, created_at)
            && started < created
        {
            let detail = "work began before the record was made: both times are kept";
            self.note(self.row.line, Kind::Noted, Code::StartedBeforeRecorded, detail);
        }
        let phase = plan.phase.as_ref().map(|words| words.find(self.row, &plan.reader));
        if let Some(Err(error)) = &phase {
            // History and work still to come are not told apart by a guess.
            let detail = format!("the phase is not known ({error}): the record is not taken");
            self.reject(Code::ValueUnknown, detail);
        }
        let phase = phase.and_then(Result::ok).flatten();
        ChangeBody {
            change_type: self.word(plan.change_type.as_ref(), "type").unwrap_or(ChangeType::Normal),
            environment: self.word(plan.environment.as_ref(), "environment").unwrap_or_default(),
            scheduled: phase == Some(Phase::Scheduled),
            outcome: self.word(plan.outcome.as_ref(), "outcome"),
            incidents: self.count(plan.incidents.as_ref()),
            window,
            started_at,
            finished_at,
            created_at,
        }
    }

    /// The whole number in a column. What is none is left out.
    fn count(&mut self, column: Option<&Column>) -> Option<u32> {
        let column = column?;
        let Cell::Text(text) = self.plan.reader.cell(self.row, column) else { return None };
        let count = text.parse().ok();
        if count.is_none() {
            let detail = format!("{} `{text}` is no whole number: it is left out", column.name);
            self.repair(Code::ValueUnknown, detail);
            self.leave_out(column, text);
        }
        count
    }

    fn incident(&mut self) -> Option<IncidentBody> {
        let plan = self.plan;
        let grade: Option<Grade> = self.word(plan.priority.as_ref(), "priority");
        let state = self.word(plan.state.as_ref(), "state").unwrap_or(State::Closed);
        let related_change = self.related_change();
        let opened_at = self.time(plan.opened_at.as_ref());
        let resolved_at = self.time(plan.resolved_at.as_ref());
        let Some(opened_at) = opened_at else {
            let detail = "it does not say when it began: the record is not taken";
            self.reject(Code::FieldMissing, detail);
            return None;
        };
        if resolved_at.is_some_and(|resolved| resolved < opened_at) {
            let detail = "it was resolved before it began: both times are kept";
            self.note(self.row.line, Kind::Noted, Code::EndBeforeStart, detail);
        }
        let priority = grade.map_or_else(Priority::default, |grade| grade.0);
        Some(IncidentBody { priority, state, opened_at, resolved_at, related_change })
    }

    fn related_change(&mut self) -> Option<String> {
        let column = self.plan.related_change.as_ref()?;
        match self.plan.reader.cell(self.row, column) {
            Cell::Empty => None,
            Cell::Text(number) => Some(number.to_owned()),
            Cell::Several => {
                let detail = format!(
                    "{} stands for several that the file does not list: none is linked",
                    column.name
                );
                self.repair(Code::ValueSeveral, detail);
                None
            }
        }
    }

    /// The time in a column. What cannot be read is left out.
    fn time(&mut self, column: Option<&Column>) -> Option<Timestamp> {
        let column = column?;
        let Cell::Text(text) = self.plan.reader.cell(self.row, column) else { return None };
        let name = &column.name;
        let Some(instant) = self.plan.reader.time(text) else {
            self.repair(
                Code::DateUnreadable,
                format!("{name} `{text}` is no time: it is left out"),
            );
            self.leave_out(column, text);
            return None;
        };
        match instant.wall {
            Wall::Plain => {}
            Wall::Doubled => self.repair(
                Code::TimeDoubled,
                format!("{name} {text} happened twice: the earlier instant is taken"),
            ),
            Wall::InGap => self.repair(
                Code::TimeInGap,
                format!("{name} {text} never happened: it is moved past the gap"),
            ),
        }
        Some(instant.at)
    }

    /// The planned window, when it has a length.
    fn window(&mut self) -> Option<Window> {
        let (from, to) = self.plan.planned.as_ref()?;
        let (start, end) = (self.time(Some(from)), self.time(Some(to)));
        let fault = match (start, end) {
            (Some(start), Some(end)) => match Window::try_new(start, end, self.zone.clone()) {
                Ok(window) => return Some(window),
                Err(TimeError::TooLong { .. }) => {
                    (Code::WindowTooLong, "lasts longer than a window may: it is left out")
                }
                Err(_) if start == end => {
                    (Code::WindowEmpty, "ends where it starts: it is left out")
                }
                Err(_) => (Code::EndBeforeStart, "ends before it starts: it is left out"),
            },
            (None, None) => {
                let detail = "there is no planned window";
                self.note(self.row.line, Kind::Noted, Code::WindowMissing, detail);
                return None;
            }
            _ => (Code::WindowIncomplete, "has a start or an end alone: it is left out"),
        };
        self.repair(fault.0, format!("the planned window {}", fault.1));
        for column in [from, to] {
            if let Cell::Text(text) = self.plan.reader.cell(self.row, column) {
                self.leave_out(column, text);
            }
        }
        None
    }

    /// When work began and ended. Times that contradict each other are both left out.
    fn actual(&mut self) -> (Option<Timestamp>, Option<Timestamp>) {
        let Some((from, to)) = &self.plan.actual else { return (None, None) };
        let (start, end) = (self.time(Some(from)), self.time(Some(to)));
        let line = self.row.line;
        match (start, end) {
            (Some(start), Some(end)) if end < start => {
                let detail = "the work ends before it starts: both times are left out";
                self.repair(Code::EndBeforeStart, detail);
                for column in [from, to] {
                    if let Cell::Text(text) = self.plan.reader.cell(self.row, column) {
                        self.leave_out(column, text);
                    }
                }
                return (None, None);
            }
            (Some(start), Some(end)) if end == start => {
                let detail = "the work ends where it starts: both times are kept";
                self.note(line, Kind::Noted, Code::WindowEmpty, detail);
            }
            (None, None) => {
                let detail = "it does not say when work began and ended";
                self.note(line, Kind::Noted, Code::WindowMissing, detail);
            }
            (Some(_), None) | (None, Some(_)) => {
                let detail = "the work has a start or an end alone: it is kept";
                self.note(line, Kind::Noted, Code::WindowIncomplete, detail);
            }
            (Some(_), Some(_)) => {}
        }
        (start, end)
    }

    fn word<T: FromStr<Err: Display>>(&mut self, words: Option<&Words>, what: &str) -> Option<T> {
        match words?.find(self.row, &self.plan.reader) {
            Ok(value) => value,
            Err(error) => {
                self.repair(Code::ValueUnknown, format!("the {what} is left out: {error}"));
                None
            }
        }
    }

    /// What has no field of its own, and what could not be taken.
    pub(super) fn description(&mut self) -> String {
        let mut text = String::new();
        let plan = self.plan;
        for (column, number) in &plan.keep {
            let kept = match plan.reader.cell(self.row, column) {
                Cell::Empty => continue,
                Cell::Several => "several, not listed".to_owned(),
                Cell::Text(cell) if *number => self.number_text(column, cell),
                Cell::Text(cell) => cell.to_owned(),
            };
            let _ = writeln!(text, "{}: {kept}", column.name);
        }
        if !self.left.is_empty() {
            let _ = writeln!(text, "As the source has it, and not taken over:");
        }
        for left in &self.left {
            let _ = writeln!(text, "{left}");
        }
        text.truncate(text.trim_end().len());
        let length = text.chars().count();
        if length > LONG_TEXT_MAX {
            let detail = format!("the kept columns are {length} characters long: they are cut");
            self.repair(Code::TextCut, detail);
            text = text.chars().take(LONG_TEXT_MAX).collect();
        }
        text
    }

    fn number_text(&mut self, column: &Column, text: &str) -> String {
        self.plan.reader.number(text).unwrap_or_else(|| {
            let detail = format!("{} `{text}` is no number: it is kept as text", column.name);
            self.repair(Code::NumberUnreadable, detail);
            text.to_owned()
        })
    }
}

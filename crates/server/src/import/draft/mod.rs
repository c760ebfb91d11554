//! From the rows of one record to a draft of it. What cannot be taken is reported, and kept as text
//! in the description, so that nothing of the source is lost.

use std::collections::{BTreeSet, HashMap};

use domain::change::{self, Outcome};
use domain::incident::{self, Priority, State};
use domain::policy::ChangeType;
use domain::vocabulary::{Environment, Window};
use kernel::{LONG_TEXT_MAX, Timestamp, Zone};

use super::finding::{Code, Finding, Kind};
use super::mapping::RecordKind;
use super::plan::Plan;
use super::reading::Reading;
use super::rows::Row;
use crate::service::name_key;

/// A record as the file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// The line of its first row.
    pub(super) line: u64,
    /// Its number in the source.
    pub(super) number: String,
    pub(super) title: String,
    pub(super) description: String,
    /// Its CIs, each once, in the order of the rows.
    pub(super) cis: Vec<CiName>,
    pub(super) body: Body,
}

impl Draft {
    /// Keeps in the description what has no place elsewhere, while it fits.
    pub(super) fn keep(&mut self, label: &str, text: &str) {
        let line = format!("{label}: {text}");
        let length = self.description.chars().count() + line.chars().count() + 1;
        if length <= LONG_TEXT_MAX {
            if !self.description.is_empty() {
                self.description.push('\n');
            }
            self.description.push_str(&line);
        }
    }
}

/// What only one kind of record has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    Change(ChangeBody),
    Incident(IncidentBody),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangeBody {
    pub(super) change_type: ChangeType,
    pub(super) environment: Environment,
    pub(super) scheduled: bool,
    pub(super) outcome: Option<Outcome>,
    pub(super) incidents: Option<u32>,
    pub(super) window: Option<Window>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) finished_at: Option<Timestamp>,
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IncidentBody {
    pub(super) priority: Priority,
    pub(super) state: State,
    pub(super) opened_at: Timestamp,
    pub(super) resolved_at: Option<Timestamp>,
    /// The number of a change in the source.
    pub(super) related_change: Option<String>,
}

/// A CI as a row names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CiName {
    pub(super) name: String,
    pub(super) kind: String,
}

/// Makes drafts.
pub(super) struct Drafter<'a> {
    plan: &'a Plan,
    zone: &'a Zone,
    /// What each CI was first said to be, and on which line.
    kinds: HashMap<String, (String, u64)>,
}

impl<'a> Drafter<'a> {
    pub(super) fn new(plan: &'a Plan, zone: &'a Zone) -> Self {
        Self { plan, zone, kinds: HashMap::new() }
    }

    /// The draft of a record, when it can be taken, and what was found about it.
    pub(super) fn draft(&mut self, rows: &[Row<'_>]) -> (Option<Draft>, Vec<Finding>) {
        let Some(first) = rows.first() else { return (None, Vec::new()) };
        let number = self.plan.number(first).to_owned();
        let mut record = Reading::new(self.plan, self.zone, first);
        if number.is_empty() {
            let detail = "the row does not say which record it belongs to: it is not taken";
            record.reject(Code::NumberMissing, detail);
            return (None, record.end());
        }
        record.compare(rows);
        let cis = self.cis(rows, &mut record);
        let (title, body) = (record.title(), record.body());
        let description = record.description();
        let draft = body.filter(|_| !record.is_rejected()).map(|body| {
            let line = first.line;
            Draft { line, number, title, description, cis, body }
        });
        (draft, record.end())
    }

    /// The CIs that the rows name, each once.
    fn cis(&mut self, rows: &[Row<'_>], record: &mut Reading<'_, '_>) -> Vec<CiName> {
        let Some(plan) = &self.plan.ci else { return Vec::new() };
        let mut seen = BTreeSet::new();
        let mut cis = Vec::new();
        for row in rows {
            let Some(ci) = record.ci(plan, row) else { continue };
            let key = name_key(&ci.name);
            if !seen.insert(key.clone()) {
                let detail = format!("an earlier row names {} too: it is taken once", ci.name);
                record.note(row.line, Kind::Repaired, Code::RowRepeated, detail);
                continue;
            }
            if plan.kind.is_some() {
                self.compare_kind(key, &ci, row.line, record);
            }
            cis.push(ci);
        }
        let most = match self.plan.record {
            RecordKind::Change => change::CIS_MAX,
            RecordKind::Incident => incident::CIS_MAX,
        };
        if cis.len() > most {
            let detail = format!("it names {} CIs, and at most {most} fit", cis.len());
            record.reject(Code::Refused, detail);
        }
        cis
    }

    fn compare_kind(&mut self, key: String, ci: &CiName, line: u64, record: &mut Reading<'_, '_>) {
        let (kind, first) = self.kinds.entry(key).or_insert_with(|| (ci.kind.clone(), line));
        if *kind != ci.kind {
            let detail = format!(
                "{} is `{}` here and `{kind}` on line {first}: the first is kept",
                ci.name, ci.kind
            );
            record.note(line, Kind::Repaired, Code::CiDisagrees, detail);
        }
    }
}

#[cfg(test)]
mod tests;

//! Which imported changes were carried out, or planned, on one CI at the same time: found in the
//! stored records, CI by CI, by a sweep along their starts.

use std::collections::{BTreeMap, HashMap};

use api::import::ImportedConflict;
use jiff::tz::TimeZone;
use kernel::Timestamp;
use ports::{Fault, Query, Row, Value};

use crate::read::of_any;

/// How many rows one question reads.
const PAGE: i64 = 5_000;

/// Which intervals are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The planned windows.
    Planned,
    /// When work began and ended.
    Actual,
}

impl Basis {
    /// The rows of one source after a CI and a change, those without a length left out. The join
    /// is written so that it follows the index by CI.
    const fn page(self) -> &'static str {
        match self {
            Self::Planned => {
                "SELECT change_cis.ci, change_cis.change, changes.source_number, \
                changes.start_at, changes.end_at, changes.source_zone \
                FROM change_cis CROSS JOIN changes \
                WHERE changes.id = change_cis.change AND changes.source = $1 \
                AND changes.start_at < changes.end_at \
                AND (change_cis.ci, change_cis.change) > ($2, $3) \
                ORDER BY change_cis.ci, change_cis.change LIMIT $4"
            }
            Self::Actual => {
                "SELECT change_cis.ci, change_cis.change, changes.source_number, \
                changes.started_at, changes.finished_at, changes.source_zone \
                FROM change_cis CROSS JOIN changes \
                WHERE changes.id = change_cis.change AND changes.source = $1 \
                AND changes.started_at < changes.finished_at \
                AND (change_cis.ci, change_cis.change) > ($2, $3) \
                ORDER BY change_cis.ci, change_cis.change LIMIT $4"
            }
        }
    }
}

/// The sources that changes were imported from.
pub fn sources(db: &mut dyn Query) -> Result<Vec<String>, Fault> {
    let sql = "SELECT source FROM changes WHERE source > $1 ORDER BY source LIMIT 1";
    let mut sources: Vec<String> = Vec::new();
    loop {
        let after = sources.last().map_or("", String::as_str);
        match db.query_one(sql, &[after.into()])? {
            Some(row) => sources.push(row.text(0)?.to_owned()),
            None => return Ok(sources),
        }
    }
}

/// The conflicts of one source, by the numbers of their changes and the name of their CI.
pub fn conflicts(
    db: &mut dyn Query,
    source: &str,
    basis: Basis,
) -> Result<Vec<ImportedConflict>, Fault> {
    let mut sweep = Sweep::default();
    let mut after = (String::new(), String::new());
    loop {
        let params = [source.into(), (&after.0).into(), (&after.1).into(), Value::from(PAGE)];
        let rows = db.query(basis.page(), &params)?;
        for row in &rows {
            sweep.take(row)?;
        }
        let Some(last) = rows.last() else { break };
        after = (last.text(0)?.to_owned(), last.text(1)?.to_owned());
    }
    sweep.end_ci();
    let names = ci_names(db, &sweep.cis)?;
    Ok(sweep.show(&names))
}

/// A change's interval on one CI.
#[derive(Debug, Clone, Copy)]
struct Entry {
    change: usize,
    start: i64,
    end: i64,
}

/// Two changes that overlap, by their places in the sweep's lists.
#[derive(Debug)]
struct Pair {
    changes: [usize; 2],
    ci: usize,
    start: i64,
    end: i64,
}

#[derive(Debug, Default)]
struct Sweep {
    /// Number in the source and zone of each change met.
    changes: Vec<(String, String)>,
    places: HashMap<String, usize>,
    /// The CIs that have a pair.
    cis: Vec<String>,
    /// The CI whose rows are being read, and its entries.
    ci: String,
    entries: Vec<Entry>,
    pairs: Vec<Pair>,
}

impl Sweep {
    fn take(&mut self, row: &Row) -> Result<(), Fault> {
        let ci = row.text(0)?;
        if ci != self.ci {
            self.end_ci();
            ci.clone_into(&mut self.ci);
        }
        let change = match self.places.get(row.text(1)?) {
            Some(place) => *place,
            None => {
                let zone = row.opt_text(5)?.unwrap_or("UTC").to_owned();
                self.changes.push((row.text(2)?.to_owned(), zone));
                self.places.insert(row.text(1)?.to_owned(), self.changes.len() - 1);
                self.changes.len() - 1
            }
        };
        self.entries.push(Entry { change, start: row.int(3)?, end: row.int(4)? });
        Ok(())
    }

    /// Compares the entries of a CI, each with those that are still open when it starts: what the
    /// list of open ones holds is a conflict, so that the work is as long as the answer.
    fn end_ci(&mut self) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_unstable_by_key(|entry| (entry.start, entry.end));
        let before = self.pairs.len();
        let mut open: Vec<Entry> = Vec::new();
        for entry in entries {
            open.retain(|earlier| earlier.end > entry.start);
            for earlier in &open {
                let mut changes = [earlier.change, entry.change];
                changes.sort_unstable_by_key(|place| &self.changes[*place].0);
                let end = earlier.end.min(entry.end);
                self.pairs.push(Pair { changes, ci: self.cis.len(), start: entry.start, end });
            }
            open.push(entry);
        }
        if self.pairs.len() > before {
            self.cis.push(self.ci.clone());
        }
    }

    fn show(mut self, names: &BTreeMap<String, String>) -> Vec<ImportedConflict> {
        let unnamed = String::new();
        let names: Vec<&String> =
            self.cis.iter().map(|id| names.get(id).unwrap_or(&unnamed)).collect();
        let (changes, mut pairs) = (&self.changes, std::mem::take(&mut self.pairs));
        let key = |pair: &Pair| {
            let [first, second] = pair.changes;
            (&changes[first].0, &changes[second].0, names[pair.ci])
        };
        pairs.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        let mut clocks = Clocks::default();
        let shown = pairs.iter().map(|pair| {
            let (change_a, change_b, ci) = key(pair);
            let zone = &changes[pair.changes[0]].1;
            ImportedConflict {
                change_a: change_a.clone(),
                change_b: change_b.clone(),
                ci: ci.clone(),
                overlap_start_local: clocks.wall(zone, pair.start),
                overlap_end_local: clocks.wall(zone, pair.end),
            }
        });
        shown.collect()
    }
}

/// The rules of the zones met.
#[derive(Debug, Default)]
struct Clocks(HashMap<String, TimeZone>);

impl Clocks {
    /// What a clock in the zone shows.
    fn wall(&mut self, zone: &str, micros: i64) -> String {
        if !self.0.contains_key(zone) {
            let rules = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
            self.0.insert(zone.to_owned(), rules);
        }
        let at = Timestamp::from_micros(micros).jiff().to_zoned(self.0[zone].clone());
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

fn ci_names(db: &mut dyn Query, ids: &[String]) -> Result<BTreeMap<String, String>, Fault> {
    let mut names = BTreeMap::new();
    for row in of_any(db, "SELECT id, name FROM cis WHERE ", "id", ids.iter().map(Value::from))? {
        names.insert(row.text(0)?.to_owned(), row.text(1)?.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as the question answers them: CI, change, start, end.
    fn swept(rows: &[(&str, &str, i64, i64)]) -> Vec<(String, String, String)> {
        let mut sweep = Sweep::default();
        for (ci, change, start, end) in rows {
            let texts = [*ci, *change, *change].map(Value::from);
            let [ci, id, number] = texts;
            let row = vec![ci, id, number, (*start).into(), (*end).into(), "UTC".into()];
            sweep.take(&Row(row)).unwrap();
        }
        sweep.end_ci();
        let names = sweep.cis.iter().map(|ci| (ci.clone(), ci.clone())).collect();
        let shown = sweep.show(&names).into_iter();
        shown.map(|pair| (pair.change_a, pair.change_b, pair.ci)).collect()
    }

    fn triple(a: &str, b: &str, ci: &str) -> (String, String, String) {
        (a.to_owned(), b.to_owned(), ci.to_owned())
    }

    #[test]
    fn touching_intervals_are_no_conflict() {
        assert_eq!(swept(&[("x", "A", 0, 5), ("x", "B", 5, 9)]), []);
        assert_eq!(swept(&[("x", "A", 0, 6), ("x", "B", 5, 9)]), [triple("A", "B", "x")]);
    }

    #[test]
    fn other_cis_do_not_matter_and_the_smaller_number_comes_first() {
        let rows = [("x", "B", 0, 9), ("y", "A", 0, 9), ("y", "B", 0, 9), ("y", "C", 8, 9)];
        let expected = [triple("A", "B", "y"), triple("A", "C", "y"), triple("B", "C", "y")];
        assert_eq!(swept(&rows), expected);
    }

    proptest::proptest! {
        #[test]
        fn the_sweep_finds_what_comparing_all_finds(
            intervals in proptest::collection::vec((0_i64..30, 1_i64..10), 0..25)
        ) {
            let names: Vec<String> = (0..intervals.len()).map(|n| format!("C{n:02}")).collect();
            let rows: Vec<(&str, &str, i64, i64)> = intervals
                .iter()
                .zip(&names)
                .map(|((start, length), name)| ("x", name.as_str(), *start, start + length))
                .collect();
            let mut expected = Vec::new();
            for (place, one) in rows.iter().enumerate() {
                for other in &rows[place + 1..] {
                    if one.2 < other.3 && other.2 < one.3 {
                        expected.push(triple(one.1, other.1, "x"));
                    }
                }
            }
            proptest::prop_assert_eq!(swept(&rows), expected);
        }
    }
}

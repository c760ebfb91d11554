//! What is kept: the facts of each record, so that they can be listed and taken back, and the sums
//! of each day. Facts of one record and one instant share a row: a set of figures that it is asked
//! by, and a set of those that it counts for. Values have rows of their own, found by bucket.

use std::collections::{BTreeMap, BTreeSet};

use domain::report::{Fact, Figure, Said, Sums, bucket, day_of};
use kernel::Timestamp;
use ports::{Fault, Query, Tx, Value};

use crate::read_models::insert_rows;
use crate::report::told::{Facets, Told};

pub(super) const TABLE_NAMES: &[&str] =
    &["report_facts", "report_values", "report_days", "report_links"];
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE report_facts (subject TEXT NOT NULL, at BIGINT NOT NULL, day BIGINT NOT NULL, \
        team TEXT, kind TEXT NOT NULL, services TEXT NOT NULL, size TEXT, \
        asked BIGINT NOT NULL, counted BIGINT NOT NULL, PRIMARY KEY (subject, at))",
    "CREATE INDEX report_facts_by_time ON report_facts (at, subject)",
    "CREATE TABLE report_values (subject TEXT NOT NULL, figure BIGINT NOT NULL, \
        part BIGINT NOT NULL, at BIGINT NOT NULL, day BIGINT NOT NULL, team TEXT, \
        kind TEXT NOT NULL, services TEXT NOT NULL, size TEXT, bucket BIGINT NOT NULL, \
        value BIGINT NOT NULL, PRIMARY KEY (subject, figure, part))",
    "CREATE INDEX report_values_by_bucket ON report_values (figure, bucket, day, value)",
    "CREATE INDEX report_values_by_time ON report_values (figure, at, subject, part)",
    "CREATE TABLE report_days (facet TEXT NOT NULL, key TEXT NOT NULL, day BIGINT NOT NULL, \
        sums TEXT NOT NULL, PRIMARY KEY (facet, key, day))",
    "CREATE TABLE report_links (subject TEXT NOT NULL, other TEXT NOT NULL, \
        PRIMARY KEY (subject, other))",
    "CREATE INDEX report_links_by_other ON report_links (other, subject)",
];

/// What days are summed by.
pub(super) const ALL: &str = "all";
pub(super) const TEAM: &str = "team";
pub(super) const SERVICE: &str = "service";
pub(super) const KIND: &str = "type";
pub(super) const SIZE: &str = "size";

/// The figures that a record is asked by at an instant, and those that it counts for, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) asked: i64,
    pub(super) counted: i64,
}

impl Marks {
    fn mark(&mut self, figure: Figure, said: Said) {
        let bit = figure.bit();
        match said {
            Said::No => self.asked |= bit,
            Said::Yes => {
                self.asked |= bit;
                self.counted |= bit;
            }
            Said::Closed => self.counted |= bit,
            Said::Value(_) => {}
        }
    }

    /// What is said to each figure.
    pub(super) fn said(self) -> impl Iterator<Item = (Figure, Said)> {
        Figure::ALL.iter().filter_map(move |figure| {
            let bit = figure.bit();
            let said = match (self.asked & bit != 0, self.counted & bit != 0) {
                (true, false) => Said::No,
                (true, true) => Said::Yes,
                (false, true) => Said::Closed,
                (false, false) => return None,
            };
            Some((*figure, said))
        })
    }
}

/// The facts of a record as they are kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    facets: Facets,
    marks: BTreeMap<Timestamp, Marks>,
    /// By figure and its place among those of the figure.
    values: BTreeMap<(usize, i64), (Timestamp, i64)>,
}

impl Kept {
    /// What a record says, as it is kept.
    pub(super) fn of(told: &Told) -> Self {
        let mut kept = Self { facets: told.facets.clone(), ..Self::default() };
        for Fact { figure, at, said, .. } in &told.facts {
            if let Said::Value(value) = said {
                let place = figure.place();
                let parts = kept.values.range((place, 0)..(place + 1, 0)).count();
                let part = i64::try_from(parts).unwrap_or(i64::MAX);
                kept.values.insert((place, part), (*at, *value));
            } else {
                kept.marks.entry(*at).or_default().mark(*figure, *said);
            }
        }
        if kept.marks.is_empty() && kept.values.is_empty() {
            return Self::default();
        }
        kept
    }

    /// What is kept of a record.
    pub(super) fn load(db: &mut dyn Query, subject: &str) -> Result<Self, Fault> {
        let mut kept = Self::default();
        let sql = "SELECT team, kind, services, size, at, asked, counted FROM report_facts \
            WHERE subject = $1";
        for row in db.query(sql, &[subject.into()])? {
            kept.facets = facets(&row)?;
            let marks = Marks { asked: row.int(5)?, counted: row.int(6)? };
            kept.marks.insert(row.time(4)?, marks);
        }
        let sql = "SELECT team, kind, services, size, figure, part, at, value FROM report_values \
            WHERE subject = $1";
        for row in db.query(sql, &[subject.into()])? {
            kept.facets = facets(&row)?;
            let figure = usize::try_from(row.int(4)?).unwrap_or(usize::MAX);
            kept.values.insert((figure, row.int(5)?), (row.time(6)?, row.int(7)?));
        }
        Ok(kept)
    }

    /// Writes the rows in the place of those that are there.
    pub(super) fn write(&self, tx: &mut dyn Tx, subject: &str, fresh: bool) -> Result<(), Fault> {
        if !fresh {
            tx.execute("DELETE FROM report_facts WHERE subject = $1", &[subject.into()])?;
            tx.execute("DELETE FROM report_values WHERE subject = $1", &[subject.into()])?;
        }
        let Facets { team, kind, services, size } = &self.facets;
        let size = size.as_deref();
        let services = services.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let marks = self.marks.iter().map(|(at, marks)| {
            vec![
                subject.into(),
                (*at).into(),
                day_of(*at).into(),
                team.as_ref().map(String::as_str).into(),
                kind.into(),
                (&services).into(),
                size.into(),
                marks.asked.into(),
                marks.counted.into(),
            ]
        });
        let into = "report_facts (subject, at, day, team, kind, services, size, asked, counted)";
        insert_rows(tx, into, marks)?;
        let values = self.values.iter().map(|((figure, part), (at, value))| {
            vec![
                subject.into(),
                i64::try_from(*figure).unwrap_or(i64::MAX).into(),
                (*part).into(),
                (*at).into(),
                day_of(*at).into(),
                team.as_ref().map(String::as_str).into(),
                kind.into(),
                (&services).into(),
                size.into(),
                bucket(*value).into(),
                (*value).into(),
            ]
        });
        let into = "report_values (subject, figure, part, at, day, team, kind, services, size, \
            bucket, value)";
        insert_rows(tx, into, values)
    }

    /// Adds all that it says to the days, so many times; minus one takes it away.
    pub(super) fn add_to(&self, days: &mut Days, times: i64) {
        for (at, marks) in &self.marks {
            for (figure, said) in marks.said() {
                days.add(&self.facets, *at, figure, said, times);
            }
        }
        for ((figure, _), (at, value)) in &self.values {
            if let Some(figure) = Figure::ALL.get(*figure) {
                days.add(&self.facets, *at, *figure, Said::Value(*value), times);
            }
        }
    }
}

fn facets(row: &ports::Row) -> Result<Facets, Fault> {
    Ok(Facets {
        team: row.opt_text(0)?.map(str::to_owned),
        kind: row.text(1)?.to_owned(),
        services: row.text(2)?.split(' ').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        size: row.opt_text(3)?.map(str::to_owned),
    })
}

/// Sums of days on their way, by facet, key and day.
#[derive(Debug, Default)]
pub(super) struct Days(BTreeMap<(&'static str, String, i64), Sums>);

impl Days {
    fn add(&mut self, facets: &Facets, at: Timestamp, figure: Figure, said: Said, times: i64) {
        let day = day_of(at);
        let mut add = |facet, key: &str| {
            let sums = self.0.entry((facet, key.to_owned(), day)).or_default();
            sums.add(figure, said, times);
        };
        add(ALL, "");
        add(KIND, &facets.kind);
        if let Some(team) = &facets.team {
            add(TEAM, team);
        }
        for service in &facets.services {
            add(SERVICE, service);
        }
        if let Some(size) = &facets.size {
            add(SIZE, size);
        }
    }

    /// Adds them to what is kept of their days.
    pub(super) fn write(self, tx: &mut dyn Tx) -> Result<(), Fault> {
        for ((facet, key, day), moved) in self.0.into_iter().filter(|(_, sums)| !sums.is_empty()) {
            let place: [Value; 3] = [facet.into(), (&key).into(), day.into()];
            let sql = "SELECT sums FROM report_days WHERE facet = $1 AND key = $2 AND day = $3";
            let kept = tx.query_one(sql, &place)?;
            let mut sums = kept.map_or_else(|| Ok(Sums::default()), |row| sums_of(row.text(0)?))?;
            sums.merge(&moved);
            if sums.is_empty() {
                let sql = "DELETE FROM report_days WHERE facet = $1 AND key = $2 AND day = $3";
                tx.execute(sql, &place)?;
                continue;
            }
            let text = serde_json::to_string(&sums)
                .map_err(|error| Fault::permanent("writing the sums of a day", error))?;
            let [facet, key, day] = place;
            let sql = "INSERT INTO report_days (facet, key, day, sums) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (facet, key, day) DO UPDATE SET sums = excluded.sums";
            tx.execute(sql, &[facet, key, day, text.into()])?;
        }
        Ok(())
    }
}

/// The sums of a day, read back.
pub(super) fn sums_of(text: &str) -> Result<Sums, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::permanent("reading the sums of a day", error))
}

/// Writes after which other records' moves a record is to be asked again.
pub(super) fn link(
    tx: &mut dyn Tx,
    subject: &str,
    rests_on: &BTreeSet<String>,
) -> Result<(), Fault> {
    let sql = "SELECT other FROM report_links WHERE subject = $1";
    let rows = tx.query(sql, &[subject.into()])?;
    let known: BTreeSet<String> =
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect::<Result<_, Fault>>()?;
    if known == *rests_on {
        return Ok(());
    }
    tx.execute("DELETE FROM report_links WHERE subject = $1", &[subject.into()])?;
    let rows = rests_on.iter().map(|other| vec![subject.into(), other.into()]);
    insert_rows(tx, "report_links (subject, other)", rows)
}

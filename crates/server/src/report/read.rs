//! Sums and values out of what is kept. One facet is answered from its days; several together, and
//! the values of a rank, from the facts.

use std::collections::BTreeMap;

use domain::report::{Days, Figure, Place, Said, Sum, Sums, Value as Told};
use ports::{Fault, Query, Value};

use crate::read::Statement;
use crate::report::keep::{Marks, sums_of};
use crate::report::scope::Filter;

/// The sums of days, by day.
pub(super) type ByDay = BTreeMap<i64, Sums>;

/// What is kept of days.
pub(super) fn by_day(db: &mut dyn Query, filter: &Filter, days: Days) -> Result<ByDay, Fault> {
    let Some((facet, key)) = filter.facet() else { return counted(db, filter, days) };
    let sql = "SELECT day, sums FROM report_days \
        WHERE facet = $1 AND key = $2 AND day >= $3 AND day < $4";
    let params: [Value; 4] = [facet.into(), key.into(), days.from.into(), days.to.into()];
    let rows = db.query(sql, &params)?;
    rows.iter().map(|row| Ok((row.int(0)?, sums_of(row.text(1)?)?))).collect()
}

/// The same, counted from the facts.
fn counted(db: &mut dyn Query, filter: &Filter, days: Days) -> Result<ByDay, Fault> {
    let bounds = || days.instants().map(Value::from);
    let mut found = ByDay::new();
    let columns = "SELECT day, asked, counted, COUNT(*) FROM report_facts";
    let mut statement = Statement::new(columns);
    statement.bind(" WHERE at >= ? AND at < ?", bounds());
    filter.apply(&mut statement);
    statement.push(" GROUP BY day, asked, counted");
    for row in statement.query(db)? {
        let marks = Marks { asked: row.int(1)?, counted: row.int(2)? };
        let sums = found.entry(row.int(0)?).or_default();
        for (figure, said) in marks.said() {
            sums.add(figure, said, row.int(3)?);
        }
    }
    let columns = "SELECT day, figure, value, COUNT(*) FROM report_values";
    let mut statement = Statement::new(columns);
    statement.bind(" WHERE at >= ? AND at < ?", bounds());
    filter.apply(&mut statement);
    statement.push(" GROUP BY day, figure, value");
    for row in statement.query(db)? {
        let figure = usize::try_from(row.int(1)?).ok().and_then(|place| Figure::ALL.get(place));
        if let Some(figure) = figure {
            let sums = found.entry(row.int(0)?).or_default();
            sums.add(*figure, Said::Value(row.int(2)?), row.int(3)?);
        }
    }
    Ok(found)
}

/// The sums of days.
pub(super) type DaySums = Vec<(i64, Sums)>;

/// The sums of all days, as they are kept and as they come out of the facts: they are the same.
pub fn recomputed(db: &mut dyn Query) -> Result<(DaySums, DaySums), Fault> {
    let (all, days) = (Filter::default(), Days { from: i64::MIN / 2, to: i64::MAX / 2 });
    let kept = by_day(db, &all, days)?.into_iter().collect();
    let facts = counted(db, &all, days)?;
    Ok((kept, facts.into_iter().filter(|(_, sums)| !sums.is_empty()).collect()))
}

/// The value of a figure in some days.
pub(super) fn value(
    db: &mut dyn Query,
    figure: Figure,
    (by_day, filter): (&ByDay, &Filter),
    days: Days,
    until: Days,
) -> Result<Told, Fault> {
    let mut sum = Sum::default();
    for (_, day) in by_day.range(days.from..days.to) {
        if let Some(one) = day.of(figure) {
            sum.merge(one);
        }
    }
    if sum == Sum::default() {
        return Ok(Told::default());
    }
    let mut ranks = Ranks { figure, filter, days, last: None };
    let ranked = |rank| match sum.place(rank) {
        Some(place) => ranks.at(db, place),
        None => Err(Fault::permanent("reading a figure", "a rank beyond the last")),
    };
    Told::of(&figure.definition(), Some(&sum), until.count(), ranked)
}

/// Values by their rank; the one after the last that was asked for is known already.
struct Ranks<'a> {
    figure: Figure,
    filter: &'a Filter,
    days: Days,
    last: Option<(Place, Vec<i64>)>,
}

impl Ranks<'_> {
    fn at(&mut self, db: &mut dyn Query, place: Place) -> Result<i64, Fault> {
        if let Some((last, values)) = &self.last
            && last.bucket == place.bucket
            && let Ok(at) = usize::try_from(place.offset - last.offset)
            && let Some(value) = values.get(at)
        {
            return Ok(*value);
        }
        let mut statement = Statement::new("SELECT value FROM report_values");
        let figure = i64::try_from(self.figure.place()).unwrap_or(i64::MAX);
        statement.bind(" WHERE figure = ? AND bucket = ?", [figure.into(), place.bucket.into()]);
        statement.bind(" AND day >= ? AND day < ?", [self.days.from.into(), self.days.to.into()]);
        self.filter.apply(&mut statement);
        statement.bind(" ORDER BY value LIMIT 2 OFFSET ?", [place.offset.into()]);
        let rows = statement.query(db)?;
        let values = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>, _>>()?;
        let first = values.first().copied();
        self.last = Some((place, values));
        first.ok_or_else(|| Fault::permanent("reading a figure", "a day counts a value too many"))
    }
}

//! Proves that nothing stored was touched: the log is dense, every event is in it, every payload
//! has its digest, no stream has a gap, and every cached state is the fold of its events. It reads
//! in slices and stops at the first thing that is wrong.

use ports::{Fault, NewEvent, Query, Row, Value};

use crate::records;

/// How many rows are looked at by one statement.
pub const SLICE_MAX: i64 = 500;

/// What was looked at, and what was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many events.
    pub events: u64,
    /// How many streams.
    pub streams: u64,
    /// How many events still wait for their place in the log.
    pub waiting: u64,
    /// The last position of the log.
    pub head: i64,
    /// The first thing that is wrong; nothing when all is well.
    pub wrong: Option<Wrong>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where: a position of the log, an event, a stream.
    pub place: String,
    /// What.
    pub what: String,
}

impl Wrong {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// Looks at everything. `progress` is told how many events and streams were looked at so far.
pub fn verify(db: &mut dyn Query, progress: &mut dyn FnMut(u64)) -> Result<VerifyReport, Fault> {
    let mut report = VerifyReport::default();
    report.wrong = check_log(db, &mut report, progress)?;
    if report.wrong.is_none() {
        report.wrong = check_numbered(db, &mut report)?;
    }
    if report.wrong.is_none() {
        report.wrong = check_streams(db, &mut report, progress)?;
    }
    if report.wrong.is_none() {
        report.wrong = check_states(db)?;
    }
    Ok(report)
}

/// Every position from 1 holds an event whose payload has its digest.
fn check_log(
    db: &mut dyn Query,
    report: &mut VerifyReport,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Wrong>, Fault> {
    let sql = "SELECT log.position, log.event_id, events.salt, events.digest, events.payload \
        FROM log LEFT JOIN events ON events.id = log.event_id \
        WHERE log.position > $1 ORDER BY log.position LIMIT $2";
    loop {
        let rows = db.query(sql, &[report.head.into(), SLICE_MAX.into()])?;
        for row in &rows {
            if row.int(0)? != report.head + 1 {
                let what = format!("the log has no position {}", report.head + 1);
                return Ok(Some(Wrong::new(format!("position {}", row.int(0)?), what)));
            }
            if let Some(wrong) = check_event(row)? {
                return Ok(Some(wrong));
            }
            report.head += 1;
            report.events += 1;
        }
        progress(report.events);
        if rows.is_empty() {
            return Ok(None);
        }
    }
}

/// A row of position, event, salt, digest, payload.
fn check_event(row: &Row) -> Result<Option<Wrong>, Fault> {
    let event = row.text(1)?;
    let Some(payload) = row.opt_text(4)? else {
        let what = format!("event {event} is gone");
        return Ok(Some(Wrong::new(format!("position {}", row.int(0)?), what)));
    };
    let digest = salt_of(row.text(2)?).map(|salt| NewEvent::seal(salt, payload).1);
    let fits = digest.as_deref() == Some(row.text(3)?);
    Ok((!fits).then(|| Wrong::new(format!("event {event}"), "its payload is not what was written")))
}

fn salt_of(hex: &str) -> Option<[u8; 16]> {
    let mut salt = [0; 16];
    if hex.len() != 32 || !hex.is_ascii() {
        return None;
    }
    for (index, byte) in salt.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(salt)
}

/// Every event is in the log, or waits for its place there.
fn check_numbered(db: &mut dyn Query, report: &mut VerifyReport) -> Result<Option<Wrong>, Fault> {
    let sql = "SELECT events.id, log.position FROM events \
        LEFT JOIN log ON log.event_id = events.id \
        WHERE events.id > $1 ORDER BY events.id LIMIT $2";
    let waits = "SELECT 1 FROM unnumbered WHERE event_id = $1";
    let mut after = String::new();
    loop {
        let rows = db.query(sql, &[(&after).into(), SLICE_MAX.into()])?;
        let Some(last) = rows.last() else { return Ok(None) };
        last.text(0)?.clone_into(&mut after);
        for row in &rows {
            if row.opt_int(1)?.is_some() {
                continue;
            }
            let id = row.text(0)?;
            if db.query_one(waits, &[id.into()])?.is_none() {
                return Ok(Some(Wrong::new(format!("event {id}"), "it is not in the log")));
            }
            report.waiting += 1;
        }
    }
}

/// No stream has a gap, and what is cached of it is the fold of its events.
fn check_streams(
    db: &mut dyn Query,
    report: &mut VerifyReport,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Wrong>, Fault> {
    let sql = "SELECT stream, MAX(version), COUNT(*), MIN(version) FROM events \
        WHERE stream > $1 GROUP BY stream ORDER BY stream LIMIT $2";
    let mut after = String::new();
    loop {
        let rows = db.query(sql, &[(&after).into(), SLICE_MAX.into()])?;
        let Some(last) = rows.last() else { return Ok(None) };
        last.text(0)?.clone_into(&mut after);
        for row in &rows {
            let stream = row.text(0)?;
            if row.int(1)? != row.int(2)? || row.int(3)? != 1 {
                return Ok(Some(Wrong::new(stream, "an event is missing in the stream")));
            }
            if let Some(what) = records::compare(db, stream)? {
                return Ok(Some(Wrong::new(stream, what)));
            }
            report.streams += 1;
        }
        progress(report.events + report.streams);
    }
}

/// Nothing is cached that no event led to.
fn check_states(db: &mut dyn Query) -> Result<Option<Wrong>, Fault> {
    let sql = "SELECT states.stream, events.id FROM states \
        LEFT JOIN events ON events.stream = states.stream AND events.version = states.version \
        WHERE states.stream > $1 ORDER BY states.stream LIMIT $2";
    let mut after = String::new();
    loop {
        let rows = db.query(sql, &[(&after).into(), Value::from(SLICE_MAX)])?;
        let Some(last) = rows.last() else { return Ok(None) };
        last.text(0)?.clone_into(&mut after);
        for row in &rows {
            if row.opt_text(1)?.is_none() {
                let what = "a state is cached that no event led to";
                return Ok(Some(Wrong::new(row.text(0)?, what)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_reads_back() {
        let (hex, _) = NewEvent::seal([7; 16], "{}");
        assert_eq!(salt_of(&hex), Some([7; 16]));
        assert_eq!(salt_of("xy"), None);
        assert_eq!(salt_of(&"zz".repeat(16)), None);
    }
}

//! From what people call a record to its stream.

use domain::General;
use ports::Query;

use crate::bus::Stop;

/// Ids by their prefix, and the kind of record each belongs to.
const PREFIXES: &[(&str, &str)] = &[
    ("chg_", "change"),
    ("rel_", "release"),
    ("inc_", "incident"),
    ("rev_", "review"),
    ("srv_", "survey"),
    ("brd_", "board"),
    ("mtg_", "meeting"),
    ("cfl_", "conflict"),
    ("dlg_", "delegation"),
    ("exc_", "exception"),
    ("ext_", "external"),
    ("fed_", "feed"),
    ("gat_", "gate"),
    ("gtr_", "gate_request"),
    ("pol_", "policy"),
    ("prd_", "period"),
    ("per_", "person"),
    ("tok_", "token"),
    ("tem_", "team"),
    ("svc_", "service"),
    ("ugr_", "user_group"),
    ("chn_", "channel"),
    ("ntc_", "notice"),
    ("ci_", "ci"),
    ("art_", "article"),
    ("rnr_", "runner"),
    ("job_", "job"),
];

/// Numbers by their beginning: the kind, and where its numbers are.
const NUMBERS: &[(&str, &str, &str)] = &[
    ("CHG-", "change", "SELECT id FROM changes WHERE number = $1"),
    ("REL-", "release", "SELECT id FROM releases WHERE number = $1"),
    ("INC-", "incident", "SELECT id FROM incidents WHERE number = $1"),
    ("PIR-", "review", "SELECT id FROM reviews WHERE number = $1"),
    ("EXC-", "exception", "SELECT id FROM exceptions WHERE number = $1"),
    ("KB-", "article", "SELECT id FROM articles WHERE number = $1"),
    ("CAB-", "meeting", "SELECT id FROM meetings WHERE number = $1"),
];

/// Names: the kind, and where its names are.
const NAMES: &[(&str, &str)] = &[
    ("service", "SELECT id FROM services WHERE name_key = $1"),
    ("ci", "SELECT id FROM cis WHERE name_key = $1"),
    ("team", "SELECT id FROM teams WHERE name_key = $1"),
    ("board", "SELECT id FROM boards WHERE name_key = $1"),
    ("person", "SELECT id FROM people WHERE login = $1"),
    ("runner", "SELECT id FROM runners WHERE name_key = $1"),
];

/// The kind of record that an id belongs to, as people call it; nothing for other texts.
pub(super) fn kind_of_id(text: &str) -> Option<&'static str> {
    let (prefix, kind) = PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix))?;
    let hex = &text[prefix.len()..];
    let is_id = hex.len() == 32 && hex.bytes().all(|letter| letter.is_ascii_hexdigit());
    is_id.then_some(if *kind == "ci" { "CI" } else { kind })
}

/// The stream of a record by id, number, name or login, or the stream itself.
pub(super) fn find_stream(db: &mut dyn Query, name: &str) -> Result<String, Stop> {
    let is_stream = |(prefix, kind): &(&str, &str)| {
        name.split_once(':').is_some_and(|(of, id)| of == *kind && id.starts_with(prefix))
    };
    if PREFIXES.iter().any(is_stream) {
        return Ok(name.to_owned());
    }
    if let Some((_, kind)) = PREFIXES.iter().find(|(prefix, _)| name.starts_with(prefix)) {
        let stream = format!("{kind}:{name}");
        let sql = "SELECT 1 FROM events WHERE stream = $1 LIMIT 1";
        if db.query_one(sql, &[(&stream).into()])?.is_some() {
            return Ok(stream);
        }
    }
    let number = name.to_uppercase();
    if let Some((_, kind, sql)) = NUMBERS.iter().find(|(start, ..)| number.starts_with(start))
        && let Some(row) = db.query_one(sql, &[number.into()])?
    {
        return Ok(format!("{kind}:{}", row.text(0)?));
    }
    for (kind, sql) in NAMES {
        if let Some(row) = db.query_one(sql, &[name.trim().to_lowercase().into()])? {
            return Ok(format!("{kind}:{}", row.text(0)?));
        }
    }
    Err(General::Unknown { kind: "record", name: name.to_owned() }.into())
}

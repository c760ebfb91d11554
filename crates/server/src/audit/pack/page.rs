//! A pack as a page for people: one file, without a script, that reads on a screen and on paper.

use api::audit::{Evidence, Pack};
use api::common::Ref;

use super::section::SECTIONS;
use crate::audit::tree::merkle;
use crate::audit::tree::note::{Head, Verifier};
use crate::html::escaped;

const STYLE: &str = "\
    :root{color-scheme:light dark}\
    body{font:14px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}\
    h1{font-size:20px;margin:0}h2{font-size:16px;margin:2rem 0 .5rem}\
    p{margin:.25rem 0}code{font:12px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\
    table{border-collapse:collapse;width:100%}\
    th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;\
    border-bottom:1px solid #8886}\
    th{font-weight:600}td:first-child{white-space:nowrap;font-variant-numeric:tabular-nums}\
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:1rem 0}\
    dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}\
    ul{margin:.25rem 0;padding-left:1.25rem}.quiet{opacity:.75}\
    @media print{body{margin:0;max-width:none}tr,dl{break-inside:avoid}h2{break-after:avoid}\
    thead{display:table-header-group}}\
    @media (max-width:40rem){thead{position:absolute;clip-path:inset(50%)}\
    tr,td{display:block}tr{padding:.5rem 0;border-bottom:1px solid #8886}td{border:0;padding:0}}";

/// The page.
pub fn page(pack: &Pack) -> String {
    let name = name_of(&pack.release);
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width\">\
        <title>Evidence of {0}</title><style>{STYLE}</style></head><body><main>\n\
        <h1>Evidence of {0}</h1>\n<p class=\"quiet\">Made at {1} from the log of everything that \
        happened. All times are UTC.</p>\n",
        escaped(&name),
        time(&pack.at),
    );
    text.push_str(&facts(pack));
    text.push_str(&records(pack));
    for (section, title, nothing) in SECTIONS {
        let events: Vec<&Evidence> =
            pack.events.iter().filter(|one| one.section == *section).collect();
        text.push_str(&self::section(title, nothing, &events));
    }
    text.push_str(&how(pack));
    text.push_str("</main></body></html>\n");
    text
}

/// Which tree the events are proved in, and who signed it.
fn facts(pack: &Pack) -> String {
    let head = Verifier::parse(&pack.key).and_then(|key| Head::open(&pack.note, &key).ok());
    let (size, root) = head
        .map_or_else(Default::default, |head| (head.size.to_string(), merkle::text(&head.root)));
    format!(
        "<dl><dt>Events</dt><dd>{}</dd><dt>Checkpoint</dt><dd>{} events, root <code>{}</code></dd>\
        <dt>Key</dt><dd><code>{}</code></dd></dl>\n",
        pack.events.len(),
        escaped(&size),
        escaped(&root),
        escaped(&pack.key),
    )
}

/// What the pack is of, and how it stands.
fn records(pack: &Pack) -> String {
    let mut rows = String::new();
    for record in &pack.records {
        let state = &record.state;
        let Some(number) = state["number"].as_str() else { continue };
        let place = |name: &str| state.pointer(name).and_then(serde_json::Value::as_str);
        let title = place("/content/title").unwrap_or_default();
        let phase = place("/phase").or_else(|| place("/state")).unwrap_or_default();
        let outcome = place("/outcome").unwrap_or_default();
        let stands = format!("{phase} {outcome}").replace('_', " ");
        rows.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escaped(number),
            escaped(title),
            escaped(stands.trim()),
            time(&record.written_at),
        ));
    }
    format!(
        "<h2>Records</h2>\n<table><thead><tr><th>Number</th><th>Title</th><th>State</th>\
        <th>Last written</th></tr></thead><tbody>\n{rows}</tbody></table>\n"
    )
}

fn section(title: &str, nothing: &str, events: &[&Evidence]) -> String {
    let title = escaped(title);
    if events.is_empty() {
        return format!("<h2>{title}</h2>\n<p class=\"quiet\">{}</p>\n", escaped(nothing));
    }
    let rows: String = events.iter().map(|one| row(one)).collect();
    format!(
        "<h2>{title} ({})</h2>\n<table><thead><tr><th>When</th><th>What happened</th>\
        <th>Record</th><th>In the log</th></tr></thead><tbody>\n{rows}</tbody></table>\n",
        events.len()
    )
}

fn row(one: &Evidence) -> String {
    let (told, event) = (&one.told, &one.event);
    let mut what = format!("<b>{}</b> {}", escaped(&told.who), escaped(&told.what));
    if let Some(why) = &told.why {
        what.push_str(&format!("<p>“{}”</p>", escaped(why)));
    }
    if !told.fields.is_empty() {
        let line = |field: &api::audit::FieldChange| {
            let side = |value: &Option<String>| escaped(value.as_deref().unwrap_or("nothing"));
            let (before, after) = (side(&field.before), side(&field.after));
            format!("<li>{}: {before} → {after}</li>", escaped(&field.field))
        };
        let lines: String = told.fields.iter().map(line).collect();
        what.push_str(&format!("<ul>{lines}</ul>"));
    }
    format!(
        "<tr><td>{}</td><td>{what}</td><td>{}</td><td>{} <code>{}</code></td></tr>\n",
        time(&event.at),
        escaped(&told.record.as_ref().map(name_of).unwrap_or_default()),
        event.position,
        escaped(&event.digest),
    )
}

/// How someone checks what they read.
fn how(pack: &Pack) -> String {
    let number = escaped(pack.release.number.as_deref().unwrap_or(&pack.release.id));
    format!(
        "<h2>How to check this</h2>\n<p>This page is for reading. The same pack as JSON proves \
        each event: <code>interlock audit pack {number} --output {number}.json</code>, then, on \
        any machine, <code>interlock audit verify {number}.json --key KEY</code> with the key as \
        you know it from elsewhere. The checkpoint, to be compared with one that was kept:</p>\n\
        <pre><code>{}</code></pre>\n",
        escaped(&pack.note)
    )
}

fn name_of(record: &Ref) -> String {
    match &record.number {
        Some(number) => format!("{number} {}", record.name),
        None => record.name.clone(),
    }
}

/// A time without the letters that RFC 3339 puts between.
fn time(text: &str) -> String {
    let text = text.trim_end_matches('Z').replace('T', " ");
    escaped(text.split('.').next().unwrap_or_default())
}

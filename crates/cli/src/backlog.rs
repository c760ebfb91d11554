//! `interlock calendar plan`: slots for what waits for a date, and taking them.

use api::calendar::{Backlog, BacklogItem, BacklogPlan};
use api::change::Schedule;
use api::common::{Window, Written};
use clap::Args;
use ports::Method;
use serde::Serialize;

use crate::approval::folder_of;
use crate::calendar::{reasons, refused_line};
use crate::client::{Client, Expect, segment};
use crate::context::Global;
use crate::failure::{Failure, Result};
use crate::given::ZoneArg;
use crate::output::{Columns, say};

const PLAN: Columns = Columns {
    people: &["number", "name", "window", "why", "rank"],
    all: &["number", "name", "window.start", "window.end", "window.zone", "why", "rank", "after"],
};
const ALL: &str = "all";

/// What is planned, and what of it is taken.
#[derive(Debug, Args)]
pub(crate) struct Planned {
    /// Changes and releases that come first, in this order.
    #[arg(value_name = "RECORD")]
    order: Vec<String>,
    /// Plans those that are named alone.
    #[arg(long, requires = "order")]
    only: bool,
    /// Not before this time; now when absent.
    #[arg(long, value_name = "TIME")]
    after: Option<String>,
    /// How long a change is planned for that never had a window, in minutes; an hour when absent.
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<i64>,
    #[command(flatten)]
    zone: ZoneArg,
    /// Takes the slot of this record, or of `all`; give it again for more.
    #[arg(long, value_name = "RECORD")]
    accept: Vec<String>,
}

/// An item in a line.
#[derive(Serialize)]
struct Line<'a> {
    number: &'a str,
    name: &'a str,
    window: Option<&'a Window>,
    why: String,
    rank: &'a str,
    after: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn of(item: &'a BacklogItem) -> Self {
        let slot = item.slot.as_ref();
        Self {
            number: number(item),
            name: &item.subject.name,
            window: slot.map(|slot| &slot.window),
            why: slot.map_or_else(|| item.why.clone().unwrap_or_default(), reasons),
            rank: &item.rank,
            after: item.after.iter().filter_map(|one| one.number.as_deref()).collect(),
        }
    }
}

fn number(item: &BacklogItem) -> &str {
    item.subject.number.as_deref().unwrap_or(&item.subject.id)
}

/// Plans, tells, and takes what is to be taken.
pub(crate) fn plan(client: &Client, planned: &Planned, global: &Global) -> Result {
    let clock = planned.zone.clock(client);
    let zone = clock.zone()?;
    let body = Backlog {
        order: planned.order.clone(),
        only: planned.only,
        after: clock.maybe(planned.after.as_ref())?,
        minutes: planned.minutes,
        zone: Some(zone.to_owned()),
    };
    let found: BacklogPlan = client.post("/plans", Expect::Any, &body)?;
    for item in &found.items {
        for refused in &item.refused {
            say(format!("{}: {}", number(item), refused_line(refused, zone)));
        }
    }
    if found.truncated {
        say("more wait for a date than one plan holds: take these, and plan again");
    }
    if planned.accept.is_empty() {
        let lines: Vec<Line<'_>> = found.items.iter().map(Line::of).collect();
        return global.out().answer(&found, &lines, PLAN);
    }
    let taken = taken(&found, &planned.accept)?;
    let mut written = Vec::with_capacity(taken.len());
    for item in taken {
        written.extend(take(client, item)?);
    }
    global.out().list(&written, &["number", "id", "version"])
}

/// The items whose slots are to be taken. All that are named have one.
fn taken<'a>(found: &'a BacklogPlan, accept: &[String]) -> Result<Vec<&'a BacklogItem>> {
    let mut taken = Vec::new();
    for name in accept {
        let all = name == ALL;
        let is = |item: &&BacklogItem| {
            all && item.slot.is_some()
                || number(item).eq_ignore_ascii_case(name)
                || item.subject.id == *name
        };
        let mut items = found.items.iter().filter(is).peekable();
        if items.peek().is_none() && !all {
            return Err(Failure::usage(format!("`{name}` is not in the plan")));
        }
        for item in items {
            if item.slot.is_none() {
                let why = item.why.as_deref().unwrap_or("it has no slot");
                return Err(Failure::Found(format!("{} has no slot: {why}", number(item))));
            }
            taken.push(item);
        }
    }
    Ok(taken)
}

fn take(client: &Client, item: &BacklogItem) -> Result<Option<Written>> {
    let Some(slot) = &item.slot else { return Ok(None) };
    let path = format!("{}/{}", folder_of(number(item))?, segment(number(item)));
    let (version, body) =
        (Expect::Version(item.version), Schedule { window: Some(slot.window.clone()) });
    let written = if item.committed {
        client.post(&format!("{path}/schedule"), version, &body)?
    } else {
        client.write(Method::Patch, &path, version, &body)?
    };
    Ok(Some(written))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::tests::{answer, script};

    fn plan() -> BacklogPlan {
        let item = |number: &str, committed: bool, slot: bool| {
            let (start, end) = ("2026-12-05T20:00:00Z", "2026-12-05T21:00:00Z");
            let window = json!({"start": start, "end": end, "zone": "UTC"});
            let slot = slot.then(
                || json!({"window": window, "earliest": true, "reasons": [], "warnings": []}),
            );
            json!({"subject": {"id": number, "number": number, "name": "Work"}, "kind": "change",
                "version": 3, "committed": committed, "rank": "an emergency", "after": [],
                "slot": slot, "refused": [], "why": "no slot is free"})
        };
        let items =
            [item("CHG-1", false, true), item("CHG-2", false, false), item("REL-3", true, true)];
        serde_json::from_value(json!({"items": items, "truncated": false})).unwrap()
    }

    #[test]
    fn all_takes_what_has_a_slot_and_a_name_asks_for_one() {
        let plan = plan();
        let taken = |accept: &[&str]| {
            let accept: Vec<String> = accept.iter().map(|name| (*name).to_owned()).collect();
            let taken = super::taken(&plan, &accept);
            taken.map(|items| items.into_iter().map(number).collect::<Vec<_>>())
        };
        assert_eq!(taken(&["all"]).unwrap(), ["CHG-1", "REL-3"]);
        assert_eq!(taken(&["rel-3"]).unwrap(), ["REL-3"]);
        let none = taken(&["CHG-2"]).unwrap_err();
        assert!(
            matches!(&none, Failure::Found(why) if why.contains("no slot is free")),
            "{none:?}"
        );
        assert!(matches!(taken(&["CHG-9"]).unwrap_err(), Failure::Usage(_)));
    }

    #[test]
    fn a_slot_is_taken_by_an_edit_or_where_a_window_is_committed_by_the_verb() {
        let written = || answer(200, r#"{"id":"x","number":"CHG-1","version":4}"#);
        let (script, client) = script(vec![written(), written()]);
        let plan = plan();
        for item in [&plan.items[0], &plan.items[2]] {
            take(&client, item).unwrap();
        }
        let sent = script.sent.lock().unwrap();
        let urls: Vec<&str> = sent.iter().map(|one| one.url.as_str()).collect();
        assert!(urls[0].ends_with("/changes/CHG-1"), "{urls:?}");
        assert!(urls[1].ends_with("/releases/REL-3/schedule"), "{urls:?}");
    }
}

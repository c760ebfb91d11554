//! The cadence of a release model: read from its file, shown with its model, and the timer that is
//! kept for what the cadences of a policy open next.

use api::policy::{Cadence as Shown, Opening};
use domain::Aggregate as _;
use domain::calendar::Rule;
use domain::policy::{Policy, ReleaseModel};
use domain::release::{Cadence, LEAD_DAYS_MAX, Occurrence, TITLE_PARTS};
use jiff::civil::{Date, Time};
use kernel::{NAME_MAX, Timestamp, Zone};
use ports::{Fault, Query, Tx};
use toml::Spanned;

use crate::follow::timers;
use crate::nearest::nearest;
use crate::policy::document::{Reader, Table};
use crate::policy::force::policy_id;
use crate::policy::set::PolicySet;

/// The table of a model's file.
pub(super) fn read<'a>(reader: &mut Reader<'a>, mut table: Table<'a>) -> Option<Cadence> {
    table.keys(reader, &["rule", "start", "zone", "lead_days", "title"], &["from"]);
    let text = table.find::<Spanned<String>>(reader, "rule");
    let rule = text.and_then(|text| rule(reader, &text));
    let from = table.find::<String>(reader, "from");
    let from = from.and_then(|day| {
        let wrong = "`from` is a day, such as \"2027-01-05\"";
        read_as(reader, &table.at("from"), day.parse::<Date>().ok(), wrong)
    });
    let start = table.find::<String>(reader, "start").and_then(|time| {
        let wrong = "`start` is a time of day, such as \"20:00\"";
        read_as(reader, &table.at("start"), Time::strptime("%H:%M", time).ok(), wrong)
    });
    let zone = table.find::<Spanned<String>>(reader, "zone");
    let zone = zone.and_then(|name| zone_of(reader, &name));
    let lead_days: Option<u16> = table.find(reader, "lead_days");
    let title = table.find::<Spanned<String>>(reader, "title");
    let title = title.map(|title| title_of(reader, &table.at("title"), title));
    if lead_days.is_some_and(|days| !(1..=LEAD_DAYS_MAX).contains(&days)) {
        let wrong = format!("`lead_days` is from 1 to {LEAD_DAYS_MAX}");
        reader.wrong(&table.at("lead_days"), wrong);
    }
    let rule = rule?;
    if rule.leans_on_its_first_day() && from.is_none() {
        let wrong = "the rule counts, or takes its day, from its first one: say which with `from`";
        reader.wrong(&table.at("rule"), wrong);
    }
    let (start, zone, lead_days, title) = (start?, zone?, lead_days?, title?);
    let cadence = Cadence { rule, from, start, zone, lead_days, title };
    if !cadence.occurs() {
        reader.wrong(&table.at("rule"), "the rule names no day");
    }
    Some(cadence)
}

fn read_as<T>(reader: &mut Reader<'_>, pointer: &str, read: Option<T>, wrong: &str) -> Option<T> {
    if read.is_none() {
        reader.wrong(pointer, wrong);
    }
    read
}

fn rule(reader: &mut Reader<'_>, text: &Spanned<String>) -> Option<Rule> {
    let rule: Rule = match text.get_ref().parse() {
        Ok(rule) => rule,
        Err(error) => {
            reader.within(text, error.at - 1, error.detail, None);
            return None;
        }
    };
    if !rule.is_daily_or_rarer() || rule.names_times() {
        let detail = "a release begins at `start` on the days of the rule: leave out BYHOUR and \
            BYMINUTE, and repeat by the day, week, month or year";
        reader.within(text, 0, detail.to_owned(), None);
    }
    Some(rule)
}

fn zone_of(reader: &mut Reader<'_>, name: &Spanned<String>) -> Option<Zone> {
    match name.get_ref().parse::<Zone>() {
        Ok(zone) => Some(zone),
        Err(error) => {
            let known: Vec<String> =
                jiff::tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
            let meant = nearest(name.get_ref(), known.iter().map(String::as_str));
            reader.within(name, 0, error.to_string(), meant.map(str::to_owned));
            None
        }
    }
}

fn title_of(reader: &mut Reader<'_>, pointer: &str, title: Spanned<String>) -> String {
    reader.named("the title", pointer, title.get_ref(), NAME_MAX);
    let mut at = 0;
    for piece in title.get_ref().split('{').skip(1) {
        at += title.get_ref()[at..].find('{').unwrap_or_default() + 1;
        let name = piece.split_once('}').map_or(piece, |(name, _)| name);
        if piece.contains('}') && TITLE_PARTS.contains(&name) {
            continue;
        }
        let detail = "a title names `{year}`, `{month}` and `{day}` in braces, and nothing else";
        let meant = nearest(name, TITLE_PARTS.into_iter());
        let meant = meant.map(|part| format!("{{{part}}}"));
        reader.within(&title, at - 1, detail.to_owned(), meant);
    }
    title.into_inner()
}

impl PolicySet {
    /// The models that open releases by themselves, with how.
    pub fn cadences(&self) -> impl Iterator<Item = (&ReleaseModel, &Cadence)> {
        let ruled = self.releases.values();
        ruled.filter_map(|ruled| Some((&ruled.model, ruled.cadence.as_ref()?)))
    }
}

/// When the policy in force was put in force; `None` for what the program brings along, which has
/// no cadence.
pub fn in_force_since(db: &mut dyn Query, version: i64) -> Result<Option<Timestamp>, Fault> {
    let sql = "SELECT at FROM events WHERE stream = $1 AND version = $2";
    let row = db.query_one(sql, &[Policy::stream(policy_id()).into(), version.into()])?;
    row.map(|row| row.time(0)).transpose()
}

/// Sets the timer for what a policy opens next after an instant; takes it away where that is
/// nothing.
pub fn arm(tx: &mut dyn Tx, set: &PolicySet, after: Timestamp) -> Result<(), Fault> {
    let next = set.cadences().filter_map(|(model, cadence)| {
        cadence.next(model.window_minutes, after).map(|next| next.opens_at)
    });
    timers::keep(tx, &Policy::stream(policy_id()), timers::CADENCE, next.min())
}

/// Whether a release was opened for an occurrence already, whatever became of it.
pub fn is_opened(
    db: &mut dyn Query,
    model: &ReleaseModel,
    occurrence: &Occurrence,
) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM releases WHERE model = $1 AND occurrence_at = $2";
    let params = [(&model.name).into(), occurrence.window.interval.start.into()];
    Ok(db.query_one(sql, &params)?.is_some())
}

/// A cadence as pages show it, with the next release that it opens after an instant.
pub(super) fn shown(
    db: &mut dyn Query,
    (model, cadence): (&ReleaseModel, &Cadence),
    mut after: Timestamp,
) -> Result<Shown, Fault> {
    let next = loop {
        let Some(next) = cadence.next(model.window_minutes, after) else { break None };
        if !is_opened(db, model, &next)? {
            break Some(next);
        }
        after = next.opens_at;
    };
    Ok(Shown {
        rule: cadence.rule.text().to_owned(),
        from: cadence.from.map(|day| day.to_string()),
        start: cadence.start.strftime("%H:%M").to_string(),
        zone: cadence.zone.name().to_owned(),
        lead_days: cadence.lead_days,
        next: next.map(|next| Opening {
            title: next.title,
            opens_at: next.opens_at.to_string(),
            starts_at: next.window.interval.start.to_string(),
        }),
    })
}

//! What was told: the notices of a record with what became of them, each with its texts and its
//! readers; and the notices in the page of whoever reads.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use api::common::{Page, Reason, Ref};
use api::notice::{Delivery, Inbox, InboxItem, Notice as Shown, NoticeText, ReadNotices, Retried};
use axum::Json;
use axum::extract::{Path, State};
use domain::General;
use domain::identity::Permission;
use domain::notice::Notice;
use domain::vocabulary::Audience;
use kernel::{NoticeId, PersonId};
use ports::{Fault, Query, Row, Value};

use crate::asking::{Asking, Reader};
use crate::bus::{Stop, find_state};
use crate::http::{App, ListQuery, Signed, Write};
use crate::identity::people_only;
use crate::names::{Names, find_change, find_release, shown_window};
use crate::notice::communication::shown_counts;
use crate::notice::outbox::{ReadInbox, Retry};
use crate::notice::{NO_CHANNEL, NOTICES_SHOWN, PAGE};
use crate::placement::window;
use crate::problem::Answer;
use crate::read::{
    ANY_MAX, Statement, action, ask, cursor_parts, cursor_text, present, refused, wrong_name,
};

const COLUMNS: &str = "notices.id, notices.release, notices.place, notices.moment, \
    notices.window_start, notices.window_end, notices.zone, notices.people, notices.reached, \
    notices.at";

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Shown>>, Answer> {
    let limit = query.limit()?;
    let page = ask(&*app.bus.world().store, move |db| refused(page(db, &query, limit))).await?;
    Ok(Json(page?))
}

fn page(db: &mut dyn Query, query: &ListQuery, limit: u32) -> Result<Page<Shown>, Stop> {
    let mut statement = Statement::new(&format!("SELECT {COLUMNS} FROM notices WHERE 1 = 1"));
    if let Some(release) = query.get("release") {
        let release = wrong_name("release", find_release(db, release))?;
        statement.bind(" AND record = ?", [release.to_string().into()]);
    }
    if let Some(change) = query.get("change") {
        let change = wrong_name("change", find_change(db, change))?;
        statement.bind(" AND record = ?", [change.to_string().into()]);
    }
    if query.flag("dead") {
        statement.push(" AND id IN (SELECT notice FROM deliveries WHERE state = 'dead')");
    }
    if let Some((at, id)) = query.get("cursor").and_then(cursor_parts) {
        statement.bind(" AND (at < ? OR (at = ? AND id < ?))", [at.into(), at.into(), id.into()]);
    }
    statement.push(" ORDER BY at DESC, id DESC");
    let page = statement.page(db, limit, |row| Ok(cursor_text(row.int(9)?, row.text(0)?)))?;
    let items = shown(db, &page.items)?;
    Ok(Page { items, next: page.next })
}

/// The notices of a release, the latest first: those of its moments, and what else was told of it.
/// However much that is, it leaves the moments where they are: by them the plan stands.
pub(super) fn notices_of(db: &mut dyn Query, release: &str) -> Result<Vec<Shown>, Fault> {
    let mut found = Vec::new();
    for is in ["=", "<>"] {
        let sql = format!(
            "SELECT {COLUMNS} FROM notices WHERE record = $1 AND release {is} $1 \
            ORDER BY at DESC, place DESC LIMIT $2"
        );
        for row in db.query(&sql, &[release.into(), NOTICES_SHOWN.into()])? {
            found.push((row.int(9)?, row));
        }
    }
    found.sort_by_key(|(at, _)| Reverse(*at));
    let rows: Vec<Row> = found.into_iter().map(|(_, row)| row).collect();
    shown(db, &rows)
}

/// How many deliveries of a release wait, and how many were given up.
pub(super) fn counts_of(db: &mut dyn Query, release: &str) -> Result<(u32, u32), Fault> {
    let sql = "SELECT state, COUNT(*) FROM deliveries \
        WHERE release IN (SELECT release FROM notices WHERE record = $1) \
        AND state IN ('waiting', 'sending', 'dead') GROUP BY state";
    let (mut waiting, mut dead) = (0, 0);
    for row in db.query(sql, &[release.into()])? {
        let count = u32::try_from(row.int(1)?).unwrap_or(u32::MAX);
        *(if row.text(0)? == "dead" { &mut dead } else { &mut waiting }) += count;
    }
    Ok((waiting, dead))
}

fn shown(db: &mut dyn Query, rows: &[Row]) -> Result<Vec<Shown>, Fault> {
    let mut counts: BTreeMap<(String, String), u32> = BTreeMap::new();
    for slice in rows.chunks(ANY_MAX) {
        let mut statement = Statement::new(
            "SELECT notice, CASE WHEN in_doubt = 1 AND state <> 'dead' THEN 'in_doubt' \
            ELSE state END AS stands, COUNT(*) FROM deliveries WHERE ",
        );
        statement.bind_any("notice", slice.iter().map(|row| row.0[0].clone()));
        statement.push(" GROUP BY 1, 2");
        for row in statement.query(db)? {
            let key = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
            counts.insert(key, u32::try_from(row.int(2)?).unwrap_or(u32::MAX));
        }
    }
    let mut names = Names::default();
    names.load(db, &records_of(rows)?)?;
    rows.iter().map(|row| one(db, &mut names, row, &counts)).collect()
}

fn one(
    db: &mut dyn Query,
    names: &mut Names,
    row: &Row,
    counts: &BTreeMap<(String, String), u32>,
) -> Result<Shown, Fault> {
    let id = row.text(0)?.to_owned();
    let count =
        |state: &str| counts.get(&(id.clone(), state.to_owned())).copied().unwrap_or_default();
    let people: BTreeMap<Audience, u32> = serde_json::from_str(row.text(7)?)
        .map_err(|error| Fault::permanent("reading a notice", error))?;
    Ok(Shown {
        record: record_of(db, names, row.text(1)?)?,
        place: u32::try_from(row.int(2)?).unwrap_or(u32::MAX),
        moment: row.text(3)?.to_owned(),
        window: window(row, 4)?.as_ref().map(shown_window),
        at: row.time(9)?.to_string(),
        audience: shown_counts(&people),
        people: u32::try_from(row.int(8)?).unwrap_or(u32::MAX),
        sent: count("sent"),
        waiting: count("waiting") + count("sending"),
        in_doubt: count("in_doubt"),
        dead: count("dead"),
        superseded: count("superseded"),
        texts: None,
        actions: None,
        id,
    })
}

/// What a notice is about, by the key that it stands under.
fn record_of(db: &mut dyn Query, names: &mut Names, key: &str) -> Result<Ref, Fault> {
    let id = id_of(key);
    let unnamed = || Ref { id: id.to_owned(), number: None, name: id.to_owned() };
    Ok(names.get(db, id)?.unwrap_or_else(unnamed))
}

/// The id of the record that a notice is kept under.
fn id_of(key: &str) -> &str {
    key.rsplit(':').next().unwrap_or(key)
}

fn records_of(rows: &[Row]) -> Result<Vec<String>, Fault> {
    rows.iter().map(|row| Ok(id_of(row.text(1)?).to_owned())).collect()
}

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(whole(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

pub(super) fn find_notice(name: &str) -> Result<NoticeId, Stop> {
    name.parse().map_err(|_| General::Unknown { kind: "notice", name: name.to_owned() }.into())
}

fn whole(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<Shown, Stop> {
    let id = find_notice(name)?;
    let unknown = || General::Unknown { kind: "notice", name: name.to_owned() };
    let notice = find_state::<Notice>(db, id)?.ok_or_else(unknown)?.state;
    let sql = format!("SELECT {COLUMNS} FROM notices WHERE id = $1");
    let rows = db.query(&sql, &[id.to_string().into()])?;
    let text = |text: &domain::notice::Text| NoticeText {
        audience: text.audience.word().to_owned(),
        zone: text.zone.name().to_owned(),
        subject: text.subject.clone(),
        body: text.body.clone(),
    };
    let shown = shown(db, &rows)?.pop().ok_or_else(unknown)?;
    let may_retry = asking.permit(Permission::NoticeWrite);
    Ok(Shown {
        texts: Some(notice.texts.iter().map(text).collect()),
        actions: Some(vec![action("retry", may_retry)]),
        ..shown
    })
}

/// Lists what became of a notice, reader by reader.
pub(super) async fn deliveries(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<Page<Delivery>>, Answer> {
    let (reader, limit) = (Reader::of(&app, &signed), query.limit()?);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(delivered(db, &id, &asking, &query, limit))
    });
    Ok(Json(found.await??))
}

fn delivered(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
    query: &ListQuery,
    limit: u32,
) -> Result<Page<Delivery>, Stop> {
    asking.permit(Permission::NoticeWrite)?;
    let id = find_notice(name)?.to_string();
    let mut statement = Statement::new(
        "SELECT deliveries.notice, deliveries.channel, deliveries.recipient, deliveries.person, \
        deliveries.audience, deliveries.zone, deliveries.state, deliveries.in_doubt, \
        deliveries.attempts, deliveries.sent_at, deliveries.next_at, deliveries.reason, \
        channels.name, channels.kind, deliveries.held FROM deliveries \
        LEFT JOIN channels ON channels.id = deliveries.channel WHERE ",
    );
    statement.bind("deliveries.notice = ?", [id.into()]);
    if let Some(state) = query.get("state") {
        statement.bind(" AND deliveries.state = ?", [state.into()]);
    }
    if let Some((channel, recipient)) = query.get("cursor").and_then(|at| at.split_once('|')) {
        let params: [Value; 3] = [channel.into(), channel.into(), recipient.into()];
        statement.bind(
            " AND (deliveries.channel > ? OR (deliveries.channel = ? \
            AND deliveries.recipient > ?))",
            params,
        );
    }
    statement.push(" ORDER BY deliveries.channel, deliveries.recipient");
    let page = statement.page(db, limit, |row| Ok(format!("{}|{}", row.text(1)?, row.text(2)?)))?;
    let mut names = Names::default();
    names.load_named(db, &page.items, &[3])?;
    Ok(present(page, |row| delivery(db, &mut names, &row))?)
}

fn delivery(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<Delivery, Fault> {
    let channel = row.text(1)?;
    let by = match channel {
        PAGE => "page",
        NO_CHANNEL => "none",
        _ => row.opt_text(13)?.unwrap_or("none"),
    };
    let named = row.opt_text(12)?.map(|name| Ref {
        id: channel.to_owned(),
        number: None,
        name: name.to_owned(),
    });
    let state = row.text(6)?;
    let is_address = matches!(by, "email" | "none");
    let waits = state == "waiting";
    Ok(Delivery {
        notice: row.text(0)?.to_owned(),
        channel: named,
        by: by.to_owned(),
        address: is_address.then(|| row.text(2).map(str::to_owned)).transpose()?,
        person: names.opt(db, row.opt_text(3)?)?,
        audience: row.text(4)?.to_owned(),
        zone: row.text(5)?.to_owned(),
        state: state.to_owned(),
        in_doubt: row.bool(7)?,
        attempts: u32::try_from(row.int(8)?).unwrap_or(u32::MAX),
        sent_at: row.opt_time(9)?.map(|at| at.to_string()),
        next_at: waits.then(|| row.time(10).map(|at| at.to_string())).transpose()?,
        quiet: waits && row.bool(14)?,
        reason: row.opt_text(11)?.map(str::to_owned),
    })
}

pub(super) async fn retry(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<Reason>,
) -> Result<Json<Retried>, Answer> {
    let deliveries = app.bus.send(write.envelope, Retry { notice: id }).await?.answer;
    Ok(Json(Retried { deliveries }))
}

/// The notices in the page of whoever reads.
pub(super) async fn inbox(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Inbox>, Answer> {
    let limit = query.limit()?;
    let Some(person) = signed.person() else {
        return Ok(Json(Inbox { items: Vec::new(), unread: 0, next: None }));
    };
    let found =
        ask(&*app.bus.world().store, move |db| in_page(db, person, query.get("cursor"), limit));
    Ok(Json(found.await?))
}

pub(super) fn in_page(
    db: &mut dyn Query,
    person: PersonId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Inbox, Fault> {
    let person = person.to_string();
    let sql = format!(
        "SELECT COUNT(*) FROM deliveries WHERE person = $1 AND channel = '{PAGE}' \
        AND read_at IS NULL"
    );
    let row = db.query_one(&sql, &[(&person).into()])?;
    let unread = row.map_or(Ok(0), |row| row.int(0))?;
    let mut statement = Statement::new(
        "SELECT notice, release, audience, zone, sent_at, read_at FROM deliveries WHERE ",
    );
    statement.bind("person = ?", [(&person).into()]);
    statement.push(&format!(" AND channel = '{PAGE}' AND sent_at IS NOT NULL"));
    if let Some((at, notice)) = cursor.and_then(cursor_parts) {
        let params = [at.into(), at.into(), notice.into()];
        statement.bind(" AND (sent_at < ? OR (sent_at = ? AND notice < ?))", params);
    }
    statement.push(" ORDER BY sent_at DESC, notice DESC");
    let page = statement.page(db, limit, |row| Ok(cursor_text(row.int(4)?, row.text(0)?)))?;
    let mut names = Names::default();
    names.load(db, &records_of(&page.items)?)?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in &page.items {
        items.extend(item(db, &mut names, row)?);
    }
    Ok(Inbox { items, unread: u32::try_from(unread).unwrap_or(u32::MAX), next: page.next })
}

fn item(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<Option<InboxItem>, Fault> {
    let id: NoticeId = row.parsed(0)?;
    let Some(notice) = find_state::<Notice>(db, id)?.map(|found| found.state) else {
        return Ok(None);
    };
    let (audience, zone) = (row.parsed(2)?, row.parsed(3)?);
    let Some(text) = notice.text(audience, &zone) else { return Ok(None) };
    Ok(Some(InboxItem {
        id: id.to_string(),
        record: record_of(db, names, row.text(1)?)?,
        moment: notice.word().to_owned(),
        subject: text.subject.clone(),
        body: text.body.clone(),
        at: row.time(4)?.to_string(),
        read: row.opt_time(5)?.is_some(),
    }))
}

pub(super) async fn read(
    State(app): State<App>,
    write: Write<ReadNotices>,
) -> Result<Json<Inbox>, Answer> {
    let person = write.signed.person().ok_or_else(people_only)?;
    let command = ReadInbox { person, notices: write.body.notices };
    app.bus.send(write.envelope, command).await?;
    let limit = crate::read::LIMIT_DEFAULT;
    Ok(Json(ask(&*app.bus.world().store, move |db| in_page(db, person, None, limit)).await?))
}

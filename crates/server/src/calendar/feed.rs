//! Feeds: the address under which a calendar program reads what is planned, or a news reader what
//! was told. Whoever has the address sees what its owner may see, and nothing once the owner has
//! left or taken it back.

use api::calendar::{Feed, NewFeed};
use api::common::{Page, Written};
use api::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::calendar::{FEEDS_MAX, FeedFilter, FeedKind, create_feed, revoke_feed};
use domain::identity::Permission;
use domain::{Aggregate as _, General};
use kernel::{Actor, FeedId, Interval, PersonId, Timestamp};
use ports::{Fault, Query, Row};

use crate::bus::{Command, Loaded, Lock, Stop, Work, find_state, who_is};
use crate::calendar::ical::{Event, Writer};
use crate::calendar::meetings::write_meetings;
use crate::calendar::overlap::{Asked, GONE, Kind, Line, gone, lines};
use crate::calendar::window;
use crate::http::{App, ListQuery, Signed, Write, session_hash};
use crate::identity::{keep_secret, people_only};
use crate::names::{Names, Resolver, find_board};
use crate::problem::Answer;
use crate::read::{Statement, ask, present, refused};
use crate::service::find_service;
use crate::team::find_team;

/// What the secret of every feed starts with.
const PREFIX: &str = "ilf_";
/// Where calendar programs read, and where news readers do.
const CALENDAR: &str = "/calendar.ics";
const ATOM: &str = "/notices.atom";
/// How long a window that is over, or was cancelled, stays in a feed, in days after its end.
const PAST_DAYS: i64 = 30;
/// How far ahead a feed tells, in days.
const AHEAD_DAYS: i64 = 366;
const DAY_MINUTES: i64 = 24 * 60;
/// How often a calendar program should ask again (RFC 7986).
const REFRESH: &str = "PT15M";

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<Feed>>, Answer> {
    let limit = query.limit()?;
    let Some(person) = signed.person() else { return Err(people_only().into()) };
    let found = ask(&*app.bus.world().store, move |db| {
        refused(feeds(db, person, query.get("cursor"), limit))
    });
    Ok(Json(found.await??))
}

pub(super) async fn create(
    State(app): State<App>,
    write: Write<NewFeed>,
) -> Result<Json<Feed>, Answer> {
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(app.bus.world().chance.bytes32()));
    let command = CreateFeed { feed: write.body, hash: session_hash(&secret) };
    let reply = app.bus.send(write.envelope, command).await?;
    let id = reply.answer.id;
    let found = ask(&*app.bus.world().store, {
        let id = id.clone();
        move |db| {
            let row = db.query_one(&format!("{FEED} WHERE id = $1"), &[id.into()])?;
            row.map(|row| shown(db, &mut Names::default(), &row)).transpose()
        }
    });
    let feed = found.await?.ok_or(General::Unknown { kind: "feed", name: id })?;
    let file = if feed.kind.as_deref() == Some(FeedKind::Notice.word()) { ATOM } else { CALENDAR };
    let address = (!reply.replayed).then(|| format!("{file}?token={secret}"));
    Ok(Json(Feed { address, ..feed }))
}

pub(super) async fn revoke(
    State(app): State<App>,
    Path(feed): Path<String>,
    write: Write<serde::de::IgnoredAny>,
) -> Result<Json<Written>, Answer> {
    Ok(Json(app.bus.send(write.envelope, RevokeFeed { feed }).await?.answer))
}

/// `/calendar.ics?token=…`: what calendar programs ask, without a sign-in.
pub async fn calendar_file(State(app): State<App>, query: ListQuery) -> Result<Response, Answer> {
    let token = query.get("token").unwrap_or_default().to_owned();
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| {
        let open = open_feed(db, &token, now)?;
        let open = open.filter(|open| open.feed.filter.kind != Some(FeedKind::Notice));
        open.map(|open| file(db, &open.feed, now)).transpose()
    });
    let text = found.await?.ok_or_else(feed_ended)?;
    let headers =
        [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (CACHE_CONTROL, "private, no-cache")];
    Ok((headers, text).into_response())
}

/// What is answered at an address that is no feed, or none any more.
pub fn feed_ended() -> Answer {
    let detail = "this address is unknown or was revoked: make a new feed in Settings";
    Answer(Problem::new("calendar.feed_ended", detail))
}

/// Makes a feed for the person who is signed in.
struct CreateFeed {
    feed: NewFeed,
    hash: String,
}

impl Command for CreateFeed {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "feed.create"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.permit_program(Permission::FeedWrite)?;
        let person = work.person().ok_or_else(people_only)?;
        // Two made at once are counted one after the other.
        work.lock(Lock::stream(&format!("feeds:{person}")))?;
        let filter = filter(work.tx, &self.feed)?;
        let has = work.tx.query(
            "SELECT id FROM feeds WHERE person = $1 LIMIT $2",
            &[person.to_string().into(), i64::try_from(FEEDS_MAX).unwrap_or(i64::MAX).into()],
        )?;
        let events = create_feed(&self.feed.name, person, &filter, has.len())?;
        let mut feed: Loaded<domain::calendar::Feed> = work.fresh();
        work.append(&mut feed, events)?;
        keep_secret(work, &feed.id.to_string(), &self.hash)?;
        Ok(Written { id: feed.id.to_string(), number: None, version: feed.version.0 })
    }
}

fn filter(db: &mut dyn Query, feed: &NewFeed) -> Result<FeedFilter, Stop> {
    let mut resolver = Resolver::default();
    let service = resolver.patch(db, "/service", Some(&feed.service), find_service)?.flatten();
    let team = resolver.patch(db, "/team", Some(&feed.team), find_team)?.flatten();
    let environment = resolver.parse("/environment", feed.environment.as_deref());
    let kind = resolver.parse("/kind", feed.kind.as_deref());
    let board = resolver.patch(db, "/board", Some(&feed.board), find_board)?.flatten();
    resolver.end()?;
    Ok(FeedFilter { service, team, environment, kind, board })
}

/// Takes a feed back: one's own, or any by a keeper of accounts.
struct RevokeFeed {
    feed: String,
}

impl Command for RevokeFeed {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "feed.revoke"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(self.feed.parse().ok().map(domain::calendar::Feed::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.permit_program(Permission::FeedWrite)?;
        let unknown = || General::Unknown { kind: "feed", name: self.feed.clone() };
        let id: FeedId = self.feed.parse().map_err(|_| unknown())?;
        let mut feed: Loaded<domain::calendar::Feed> = work.load_subject(id)?;
        let own = feed.state.person.is_some() && work.person() == feed.state.person;
        if !own {
            work.permit(Permission::IdentityWrite)?;
        }
        let events = revoke_feed(&feed.state)?;
        if !events.is_empty() {
            let sql = "DELETE FROM secrets WHERE subject = $1";
            work.tx.execute(sql, &[id.to_string().into()])?;
        }
        work.append(&mut feed, events)?;
        Ok(Written { id: id.to_string(), number: None, version: feed.version.0 })
    }
}

const FEED: &str = "SELECT id, version, name, service, team, environment, kind, board FROM feeds";

/// A page of a person's feeds, newest first.
fn feeds(
    db: &mut dyn Query,
    person: PersonId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Feed>, Stop> {
    let mut statement = Statement::new(FEED);
    statement.bind(" WHERE person = ?", [person.to_string().into()]);
    if let Some(after) = cursor {
        statement.bind(" AND id < ?", [after.into()]);
    }
    statement.push(" ORDER BY id DESC");
    let page = statement.page(db, limit, |row| row.text(0).map(str::to_owned))?;
    let mut names = Names::default();
    Ok(present(page, |row| shown(db, &mut names, &row))?)
}

fn shown(db: &mut dyn Query, names: &mut Names, row: &Row) -> Result<Feed, Fault> {
    Ok(Feed {
        id: row.text(0)?.to_owned(),
        version: row.int(1)?,
        name: row.text(2)?.to_owned(),
        service: names.opt(db, row.opt_text(3)?)?,
        team: names.opt(db, row.opt_text(4)?)?,
        environment: row.opt_text(5)?.map(str::to_owned),
        kind: row.opt_text(6)?.map(str::to_owned),
        board: names.opt(db, row.opt_text(7)?)?,
        address: None,
    })
}

/// A feed whose address was called.
pub struct OpenFeed {
    /// Its id.
    pub id: FeedId,
    /// Whose it is.
    pub person: PersonId,
    /// What it holds.
    pub feed: domain::calendar::Feed,
}

/// The feed with a secret, as long as its owner may read.
pub fn open_feed(
    db: &mut dyn Query,
    token: &str,
    now: Timestamp,
) -> Result<Option<OpenFeed>, Fault> {
    let hash = session_hash(token);
    let sql = "SELECT feeds.id, feeds.person FROM secrets \
        JOIN feeds ON feeds.id = secrets.subject WHERE secrets.hash = $1";
    let Some(row) = db.query_one(sql, &[hash.into()])? else { return Ok(None) };
    let (id, person) = (row.parsed(0)?, row.parsed(1)?);
    if !who_is(db, &Actor::Person { id: person }, now)?.permissions.contains(&Permission::Read) {
        return Ok(None);
    }
    let found = find_state::<domain::calendar::Feed>(db, id)?.map(|found| found.state);
    let feed = found.filter(|feed| !feed.revoked);
    Ok(feed.map(|feed| OpenFeed { id, person, feed }))
}

fn file(
    db: &mut dyn Query,
    feed: &domain::calendar::Feed,
    now: Timestamp,
) -> Result<String, Fault> {
    let range = Interval {
        start: now.plus_minutes(-PAST_DAYS * DAY_MINUTES),
        end: now.plus_minutes(AHEAD_DAYS * DAY_MINUTES),
    };
    let FeedFilter { service, team, environment, kind, board } = feed.filter.clone();
    let kind = kind.and_then(|kind| match kind {
        FeedKind::Change => Some(Kind::Change),
        FeedKind::Release => Some(Kind::Release),
        FeedKind::Notice => None,
    });
    let asked = Asked {
        region: None,
        range,
        service,
        team,
        environment,
        kind,
        committed: false,
        interrupting: false,
        cancelled: true,
    };
    let mut writer = Writer::default();
    for (name, value) in [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Interlock//Calendar//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("REFRESH-INTERVAL;VALUE=DURATION", REFRESH),
        ("X-PUBLISHED-TTL", REFRESH),
    ] {
        writer.line(name, value);
    }
    writer.text("X-WR-CALNAME", &feed.name);
    if let Some(board) = board {
        write_meetings(db, &mut writer, board, range)?;
    } else {
        write_records(db, &mut writer, &asked)?;
    }
    writer.line("END", "VCALENDAR");
    Ok(writer.end())
}

/// Those that begin first, and a word where that is not all of them.
fn write_records(db: &mut dyn Query, writer: &mut Writer, asked: &Asked) -> Result<(), Fault> {
    let (lines, truncated) = lines(db, asked)?;
    if let Some(last) = lines.last().filter(|_| truncated) {
        let detail = format!(
            "Only the first {} windows are told, those that begin until {}. Make a feed of one \
            service, team, environment or kind to see the others.",
            lines.len(),
            last.row.time(5)?,
        );
        writer.text("X-WR-CALDESC", &detail);
    }
    for Line { kind, row } in &lines {
        event(writer, *kind, row)?;
    }
    for kind in [Kind::Change, Kind::Release] {
        if asked.kind.is_none_or(|wanted| wanted == kind) {
            for row in gone(db, asked, kind)? {
                event(writer, kind, &row)?;
            }
        }
    }
    Ok(())
}

/// A record as an event. Its version rises with each edit, and so with each move.
fn event(writer: &mut Writer, kind: Kind, row: &Row) -> Result<(), Fault> {
    let Some(window) = window(row, 5)? else { return Ok(()) };
    let phase = row.text(4)?;
    let status = match (phase, row.bool(8)?) {
        ("cancelled" | GONE, _) => "CANCELLED",
        (_, true) => "CONFIRMED",
        (_, false) => "TENTATIVE",
    };
    let mut told = vec![format!("{} {}", row.text(3)?, kind.word()), format!("phase: {phase}")];
    told.push(format!("environment: {}", row.text(9)?));
    let outage = row.int(12)?;
    if outage > 0 {
        told.push(format!("expected outage: {outage} minutes"));
    }
    writer.event(&Event {
        id: row.text(0)?,
        updated: row.time(15)?,
        version: row.int(14)?,
        interval: window.interval,
        summary: format!("{} {}", row.text(1)?, row.text(2)?),
        description: told.join("\n"),
        category: kind.word(),
        status,
        // Work on a service keeps nobody who subscribed from being free.
        keeps_busy: false,
    });
    Ok(())
}

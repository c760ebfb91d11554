//! Telling those who wait for work that it is done: a link to a problem or a request says whom.
//! Once the work of the record succeeded they are told by a notice, and the link is ticked off by
//! what became of that. Whom nothing reaches stays on the link, with why.

use std::collections::{BTreeMap, BTreeSet};

use domain::Stamp;
use domain::change::{self, Change, ChangeEvent};
use domain::identity::Permission;
use domain::notice::{
    LATE_MINUTES, Notice, NoticeEvent, Reached, SUBJECT_MAX, Text, Tidings, Waiting, address_of,
};
use domain::record::{Awaited, ExtraCommand, ExtraEvent, Extras, LinkKind, Untold};
use domain::release::{self, Release, ReleaseEvent};
use domain::vocabulary::Audience;
use kernel::{ChangeId, NoticeId, ReleaseId, Timestamp, Zone};
use ports::{Fault, Query};

use crate::bus::{
    Bus, Command, Envelope, Failure, Loaded, Lock, Stop, Work, find_state, fold_watched,
};
use crate::follow::followers::{Follower, Seen};
use crate::notice::audience::{by_person, mail_in_force};
use crate::notice::tell::hand_out;
use crate::policy::{MoveView, in_force};

/// The events after which someone may be told that work is done.
const MOVES: &[&str] = &["change.completed.v1", "release.closed.v1"];
/// Whom to tell may be said, or mended, later.
const ANNOTATED: &[&str] = &["change.annotated.v1", "release.annotated.v1"];
const LINKS: &str = "links_set";

/// Whoever follows the log for work that is done.
pub struct WaitingReactor;

impl Follower for WaitingReactor {
    fn name(&self) -> &'static str {
        "notices.waiting"
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        let now = bus.world().clock.now();
        // A log that is followed from its beginning is no news.
        let fresh = events.iter().filter(|seen| now < seen.at.plus_minutes(LATE_MINUTES));
        let mut records: BTreeMap<String, bool> = BTreeMap::new();
        for seen in fresh.filter(|seen| is_move(seen) || sets_links(seen)) {
            let Some((_, id)) = seen.stream.split_once(':') else { continue };
            *records.entry(id.to_owned()).or_default() |= is_move(seen);
        }
        for (record, moved) in records {
            bus.call(Envelope::system("notice"), TellWaiting { record, moved })?;
        }
        Ok(())
    }
}

fn is_move(seen: &Seen) -> bool {
    MOVES.contains(&seen.name.as_str())
}

fn sets_links(seen: &Seen) -> bool {
    ANNOTATED.contains(&seen.name.as_str()) && seen.payload.contains(LINKS)
}

/// Tells those who wait for a record, and for the changes that a release carries.
struct TellWaiting {
    /// The id of a change or of a release.
    record: String,
    /// Whether its work was done just now. Where it was not, whoever was named before is left: they
    /// may have been told by hand long ago.
    moved: bool,
}

impl Command for TellWaiting {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "notice.tell_waiting"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        if let Ok(id) = self.record.parse::<ChangeId>() {
            return of_change(work, id, self.moved);
        }
        let Ok(id) = self.record.parse::<ReleaseId>() else { return Ok(()) };
        let Some(release) = find_state::<Release>(work.tx, id)? else { return Ok(()) };
        if !release.state.succeeded() {
            return Ok(());
        }
        of_release(work, id, self.moved)?;
        if !self.moved {
            return Ok(());
        }
        let changes: BTreeSet<ChangeId> = release.state.changes.into_iter().collect();
        changes.into_iter().try_for_each(|change| of_change(work, change, true))
    }
}

fn of_release(work: &mut Work<'_>, id: ReleaseId, moved: bool) -> Result<(), Stop> {
    let mut release = work.load::<Release>(id)?;
    let mut links = release.state.extras.awaited();
    if !moved {
        let mut lately = Lately { now: work.now, named: Vec::new() };
        fold_watched::<Release>(work.tx, id, |before, event, stamp| {
            if let ReleaseEvent::Annotated(event) = event {
                lately.see(&before.extras, event, stamp);
            }
        })?;
        links = lately.among(&release.state.extras);
    }
    for link in links {
        let about =
            About::new(&id.to_string(), &release.state.number, &release.state.content.title);
        let Some(end) = tell(work, &about, &link)? else { continue };
        let events = release::extra(&release.state, &end)?;
        work.append(&mut release, events)?;
    }
    Ok(())
}

/// Work that travels in a release is done when that is: until then it may be taken back with it.
fn of_change(work: &mut Work<'_>, id: ChangeId, moved: bool) -> Result<(), Stop> {
    let Some(found) = find_state::<Change>(work.tx, id)? else { return Ok(()) };
    if found.state.extras.awaited().is_empty() {
        return Ok(());
    }
    if let Some(release) = found.state.release {
        let release = find_state::<Release>(work.tx, release)?;
        if !release.is_some_and(|release| release.state.succeeded()) {
            return Ok(());
        }
    }
    let mut change = work.load::<Change>(id)?;
    if !change.state.succeeded() {
        return Ok(());
    }
    let mut links = change.state.extras.awaited();
    if !moved {
        let mut lately = Lately { now: work.now, named: Vec::new() };
        fold_watched::<Change>(work.tx, id, |before, event, stamp| {
            if let ChangeEvent::Annotated(event) = event {
                lately.see(&before.extras, event, stamp);
            }
        })?;
        links = lately.among(&change.state.extras);
    }
    for link in links {
        let about = About::new(&id.to_string(), &change.state.number, &change.state.content.title);
        let Some(end) = tell(work, &about, &link)? else { continue };
        let events = change::extra(&change.state, &end)?;
        work.append(&mut change, events)?;
    }
    Ok(())
}

/// Who was named lately, of a record whose work was done before.
struct Lately {
    now: Timestamp,
    named: Vec<Awaited>,
}

impl Lately {
    /// Looks at an event, and at what hung on the record before it.
    fn see(&mut self, before: &Extras, event: &ExtraEvent, stamp: &Stamp) {
        let ExtraEvent::LinksSet { links } = event else { return };
        if self.now < stamp.at.plus_minutes(LATE_MINUTES) {
            self.named.extend(before.named_afresh(links));
        }
    }

    /// Those among whom the record waits to tell, with those whom no notice reached.
    fn among(&self, extras: &Extras) -> Vec<Awaited> {
        let unreached = extras.unreached();
        let is_news = |link: &Awaited| self.named.contains(link) || unreached.contains(link);
        extras.awaited().into_iter().filter(is_news).collect()
    }
}

/// A record whose work is done.
struct About {
    id: String,
    number: String,
    title: String,
}

impl About {
    fn new(id: &str, number: &str, title: &str) -> Self {
        Self { id: id.to_owned(), number: number.to_owned(), title: title.to_owned() }
    }
}

/// Writes the notice for one who waits, once; answers what is known by now of what became of it.
fn tell(work: &mut Work<'_>, about: &About, link: &Awaited) -> Result<Option<ExtraCommand>, Stop> {
    let (whom, reached) = match found(work.tx, &link.tell)? {
        Ok(found) => found,
        Err(reason) => return Ok(Some(untold(link.clone(), reason, None))),
    };
    let key = Notice::key_of_wait(&about.id, link);
    let sql = "SELECT id FROM notices WHERE release = $1";
    if let Some(row) = work.tx.query_one(sql, &[(&key).into()])? {
        // The link was taken away, and came back: it says again what it said.
        let waiting = Waiting { link: link.clone(), whom };
        return Ok(became_of(work.tx, row.parsed(0)?, waiting)?);
    }
    let texts = vec![text(work.tx, about, link, &reached.zone)?];
    let to = by_person(&[reached], mail_in_force(work.tx)?.as_ref());
    let mut notice: Loaded<Notice> = work.fresh();
    let event = NoticeEvent::WorkDone {
        record: about.id.clone(),
        link: link.clone(),
        whom: whom.clone(),
        texts,
        people: BTreeMap::from([(Audience::Team, 1)]),
    };
    work.append(&mut notice, vec![event])?;
    hand_out(work, (&notice.id.to_string(), &Tidings::default()), (&key, 1), &to)?;
    Ok(became_of(work.tx, notice.id, Waiting { link: link.clone(), whom })?)
}

/// What became of a notice for one who waits; nothing as long as it is on its way: a mail is told
/// when the mail server took it.
fn became_of(
    db: &mut dyn Query,
    notice: NoticeId,
    waiting: Waiting,
) -> Result<Option<ExtraCommand>, Fault> {
    let sql = "SELECT state, reason FROM deliveries WHERE notice = $1";
    let Waiting { link, whom } = waiting;
    let mut given_up = None;
    for row in db.query(sql, &[notice.to_string().into()])? {
        match row.text(0)? {
            "sent" => return Ok(Some(ExtraCommand::Told { link, whom })),
            "dead" => given_up = row.opt_text(1)?.map(str::to_owned),
            _ => {}
        }
    }
    Ok(given_up.map(|reason| untold(link, reason, Some(notice))))
}

fn untold(link: Awaited, reason: String, notice: Option<NoticeId>) -> ExtraCommand {
    ExtraCommand::Untold { link, untold: Untold { reason, notice } }
}

/// Who someone is by their login or an address, and how they are reached; else why they are not.
fn found(db: &mut dyn Query, tell: &str) -> Result<Result<(String, Reached), String>, Fault> {
    let sql = "SELECT id, name, email, zone, inactive FROM people WHERE id = $1 OR login = $2";
    let login = tell.trim().to_lowercase();
    if let Some(row) = db.query_one(sql, &[tell.trim().into(), login.into()])? {
        let name = row.text(1)?.to_owned();
        if row.bool(4)? {
            return Ok(Err(format!("{name} has left: name whoever waits for it now")));
        }
        let reached = Reached {
            person: Some(row.parsed(0)?),
            address: address_of(row.text(2)?),
            audience: Audience::Team,
            zone: row.text(3)?.parse().unwrap_or(Zone::utc()),
        };
        return Ok(Ok((name, reached)));
    }
    let Some(address) = address_of(tell) else {
        let reason = "neither a login here nor an e-mail address: name one, or tell them and tick \
            it off";
        return Ok(Err(format!("{tell} is {reason}")));
    };
    let zone = Zone::utc();
    let to = Some(address.clone());
    Ok(Ok((address, Reached { person: None, address: to, audience: Audience::Team, zone })))
}

fn text(db: &mut dyn Query, about: &About, link: &Awaited, zone: &Zone) -> Result<Text, Stop> {
    let what = match link.kind {
        LinkKind::Problem => "the fix of problem",
        _ => "request",
    };
    let view = MoveView {
        number: about.number.clone(),
        title: about.title.clone(),
        state: format!("delivered, and with it {what} {}", link.target),
        ..MoveView::default()
    };
    let (subject, body) = in_force(db)?.set.notices().moved_on(&view);
    let subject = subject.chars().take(SUBJECT_MAX).collect();
    Ok(Text { audience: Audience::Team, zone: zone.clone(), subject, body })
}

/// A notice for one who waits for the work of a record.
pub(super) struct Awaiting {
    notice: NoticeId,
    record: String,
    waiting: Waiting,
}

impl Awaiting {
    /// Those among some notices.
    pub(super) fn among(
        db: &mut dyn Query,
        notices: impl IntoIterator<Item = NoticeId>,
    ) -> Result<Vec<Self>, Fault> {
        let mut found = Vec::new();
        for notice in notices.into_iter().collect::<BTreeSet<_>>() {
            let sql = "SELECT 1 FROM notices WHERE id = $1 AND moment = 'work_done'";
            // What many are told is no link's: it is not read for each batch of its readers.
            if db.query_one(sql, &[notice.to_string().into()])?.is_none() {
                continue;
            }
            let Some(Loaded { state, .. }) = find_state::<Notice>(db, notice)? else { continue };
            let known = state.record.zip(state.waiting);
            found.extend(known.map(|(record, waiting)| Self { notice, record, waiting }));
        }
        Ok(found)
    }

    /// The lock of its record.
    pub(super) fn lock(&self) -> Lock {
        let kind = if self.record.parse::<ChangeId>().is_ok() { "change" } else { "release" };
        Lock::stream(&format!("{kind}:{}", self.record))
    }

    /// Writes on the link what became of it; nothing as long as it is on its way.
    pub(super) fn settle(self, work: &mut Work<'_>) -> Result<(), Stop> {
        let Some(end) = became_of(work.tx, self.notice, self.waiting)? else { return Ok(()) };
        write_on(work, &self.record, &end)
    }
}

/// What no longer fits its record is left: whoever ticked the link off, or took it away, was first.
fn write_on(work: &mut Work<'_>, record: &str, end: &ExtraCommand) -> Result<(), Stop> {
    if let Ok(id) = record.parse::<ChangeId>() {
        let mut change = work.load::<Change>(id)?;
        let events = change::extra(&change.state, end).unwrap_or_default();
        return work.append(&mut change, events);
    }
    let Ok(id) = record.parse::<ReleaseId>() else { return Ok(()) };
    let mut release = work.load::<Release>(id)?;
    let events = release::extra(&release.state, end).unwrap_or_default();
    work.append(&mut release, events)
}

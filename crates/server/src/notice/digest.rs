//! The digest of releases: once a week, whoever asked for it is told where the releases of some
//! types stand, in one notice. A timer of each person says when; one that was due while the server
//! was down tells once.

use std::collections::{BTreeMap, BTreeSet};

use domain::identity::{Content, Person, ReleaseDigest};
use domain::notice::{Notice, NoticeEvent, SUBJECT_MAX, Text, Tidings, once};
use domain::vocabulary::Audience;
use kernel::{ChangeId, Interval, PersonId, ReleaseId, Timestamp, Zone};
use ports::{Fault, Query, Row, Value};

use crate::bus::{Loaded, Stop, Work, find_state};
use crate::calendar::conflicts_open;
use crate::identity::keep_digest;
use crate::notice::audience::{accounts, by_person, mail_in_force};
use crate::notice::tell::hand_out;
use crate::notice::view::written;
use crate::placement::window;
use crate::policy::{DigestLine, DigestView, in_force};
use crate::read::Statement;
use crate::release::changes_ready;

/// How far ahead a window begins at most, in days.
const AHEAD_DAYS: i64 = 90;
/// How long ago a release ended at most, in days.
const ENDED_DAYS: i64 = 7;
const DAY_MINUTES: i64 = 24 * 60;
/// The most releases that one digest lists; of others it says how many there are.
const LISTED_MAX: usize = 50;
/// The most releases of each sort that are looked at.
const LOOKED_AT_MAX: usize = 200;
/// How the day is written on which it is told.
const DAY: &str = "%a %-d %b %Y";

const COLUMNS: &str = "SELECT id, number, title, model, state, held, tier, approved, start_at, \
    end_at, zone, COALESCE((SELECT opened_at FROM reviews WHERE reviews.subject = releases.id), \
    deployment_ended_at) FROM releases WHERE ";

/// What a timer asks for: the digest of a person is due.
pub fn digest_due(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id = stream.split_once(':').and_then(|(_, id)| id.parse::<PersonId>().ok());
    let Some(id) = id else { return Ok(()) };
    let Some(found) = find_state::<Person>(work.tx, id)? else { return Ok(()) };
    let content = found.state.content;
    let Some(digest) = content.digest.as_ref().filter(|_| !content.inactive) else {
        return Ok(());
    };
    keep_digest(work, id, &content)?;
    tell(work, id, &content, digest)
}

/// Writes the digest down, unless there is nothing to say.
fn tell(
    work: &mut Work<'_>,
    id: PersonId,
    content: &Content,
    digest: &ReleaseDigest,
) -> Result<(), Stop> {
    let mut found = Found::of(work.tx, digest, work.now)?;
    let more = found.more();
    found.releases.truncate(LISTED_MAX);
    let reached = once(accounts(work.tx, &BTreeSet::from([id]))?);
    if found.releases.is_empty() || reached.is_empty() {
        return Ok(());
    }
    let zone = content.zone.clone().unwrap_or_else(Zone::utc);
    let day = work.now.jiff().to_zoned(zone.rules()).strftime(DAY).to_string();
    let view = DigestView { day, releases: lines(work.tx, &found.releases, &zone)?, more };
    let (subject, body) = in_force(work.tx)?.set.notices().digest(&view);
    let subject = subject.chars().take(SUBJECT_MAX).collect();
    let key = Notice::key_of_digests(&id.to_string());
    let sql = "SELECT MAX(place) FROM notices WHERE release = $1";
    let row = work.tx.query_one(sql, &[(&key).into()])?;
    let place = row.map(|row| row.opt_int(0)).transpose()?.flatten().unwrap_or(0) + 1;
    let mut notice: Loaded<Notice> = work.fresh();
    let event = NoticeEvent::DigestWritten {
        person: id,
        place: u32::try_from(place).unwrap_or(u32::MAX),
        releases: found.releases.iter().map(|release| release.id).collect(),
        texts: vec![Text { audience: Audience::Team, zone, subject, body }],
        people: BTreeMap::from([(Audience::Team, 1)]),
    };
    work.append(&mut notice, vec![event])?;
    let to = by_person(&reached, mail_in_force(work.tx)?.as_ref());
    hand_out(work, (&notice.id.to_string(), &Tidings::default()), (&key, place), &to)
}

/// Why a release belongs into a digest, in the order in which it lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    UnderWay,
    ToCome,
    Ended,
}

impl Stands {
    const ALL: [Self; 3] = [Self::UnderWay, Self::ToCome, Self::Ended];

    fn word(self) -> &'static str {
        match self {
            Self::UnderWay => "under way",
            Self::ToCome => "to come",
            Self::Ended => "ended",
        }
    }

    /// Its condition, with an index behind each. That of what ended lets in what was touched since.
    fn narrow(self, statement: &mut Statement, now: Timestamp) {
        match self {
            Self::UnderWay => statement.push("phase IN ('deployment', 'verification')"),
            Self::ToCome => {
                let until = now.plus_minutes(AHEAD_DAYS * DAY_MINUTES);
                statement.bind(
                    "live = 1 AND end_at > ? AND start_at <= ? \
                    AND phase NOT IN ('deployment', 'verification')",
                    [Value::from(now), Value::from(until)],
                );
            }
            Self::Ended => statement.bind(
                "phase IN ('review', 'closed', 'cancelled') AND updated_at >= ?",
                [Value::from(ended_since(now))],
            ),
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::ToCome => " ORDER BY end_at, id",
            Self::UnderWay => " ORDER BY updated_at, id",
            Self::Ended => " ORDER BY updated_at DESC, id DESC",
        }
    }
}

fn ended_since(now: Timestamp) -> Timestamp {
    now.plus_minutes(-ENDED_DAYS * DAY_MINUTES)
}

/// A release that belongs into a digest.
struct Listed {
    id: ReleaseId,
    stands: Stands,
    interval: Option<Interval>,
    row: Row,
}

/// The releases that belong into a digest.
struct Found {
    releases: Vec<Listed>,
    /// Whether all of them were looked at.
    is_whole: bool,
}

impl Found {
    fn of(db: &mut dyn Query, digest: &ReleaseDigest, now: Timestamp) -> Result<Self, Fault> {
        let mut found = Self { releases: Vec::new(), is_whole: true };
        for stands in Stands::ALL {
            let mut statement = Statement::new(COLUMNS);
            stands.narrow(&mut statement, now);
            statement.push(" AND ");
            statement.bind_any("model", digest.types.iter().map(Value::from));
            statement.push(stands.order());
            let most = i64::try_from(LOOKED_AT_MAX).unwrap_or(i64::MAX);
            statement.bind(" LIMIT ?", [Value::from(most)]);
            let rows = statement.query(db)?;
            found.is_whole &= rows.len() < LOOKED_AT_MAX;
            let mut releases = Vec::with_capacity(rows.len());
            for row in rows {
                let id: ReleaseId = row.parsed(0)?;
                if stands == Stands::Ended && !ended_lately(db, id, &row, now)? {
                    continue;
                }
                let interval = window(&row, 8)?.map(|window| window.interval);
                releases.push(Listed { id, stands, interval, row });
            }
            releases.sort_by_key(|one| one.interval);
            found.releases.extend(releases);
        }
        Ok(found)
    }

    /// How many there are beyond those that are listed, in words; empty where there are none.
    fn more(&self) -> String {
        match self.releases.len().saturating_sub(LISTED_MAX) {
            0 if self.is_whole => String::new(),
            0 => "perhaps some".to_owned(),
            more if self.is_whole => more.to_string(),
            more => format!("at least {more}"),
        }
    }
}

/// Whether a release ended within the last days: it was verified or taken back, which opened its
/// review, else closed or given up. It may have been touched since.
fn ended_lately(
    db: &mut dyn Query,
    id: ReleaseId,
    row: &Row,
    now: Timestamp,
) -> Result<bool, Fault> {
    let since = ended_since(now);
    if let Some(at) = row.opt_time(11)? {
        return Ok(at >= since);
    }
    let sql = "SELECT at FROM events WHERE stream = $1 \
        AND name IN ('release.cancelled.v1', 'release.closed.v1') ORDER BY version DESC LIMIT 1";
    let ended = db.query_one(sql, &[format!("release:{id}").into()])?;
    let at = ended.map(|row| row.time(0)).transpose()?;
    Ok(at.is_some_and(|at| at >= since))
}

fn lines(db: &mut dyn Query, releases: &[Listed], zone: &Zone) -> Result<Vec<DigestLine>, Fault> {
    let ids: Vec<String> = releases.iter().map(|release| release.id.to_string()).collect();
    let open = conflicts_open(db, &ids)?;
    let mut lines = Vec::with_capacity(releases.len());
    for (release, id) in releases.iter().zip(&ids) {
        let conflicts = open.get(id).map_or(0, |open| open.all);
        let line = line(db, release, zone)?;
        lines.push(DigestLine { conflicts, ..line });
    }
    Ok(lines)
}

fn line(db: &mut dyn Query, release: &Listed, zone: &Zone) -> Result<DigestLine, Fault> {
    let Listed { id, stands, interval, row } = release;
    let sql = "SELECT change FROM release_changes WHERE release = $1 ORDER BY place";
    let rows = db.query(sql, &[id.to_string().into()])?;
    let changes: Vec<ChangeId> = rows.iter().map(|row| row.parsed(0)).collect::<Result<_, _>>()?;
    let ready = match stands {
        // Nothing is asked of them any more.
        Stands::Ended => 0,
        Stands::UnderWay | Stands::ToCome => changes_ready(db, &changes)?,
    };
    let (number, state) = (row.text(1)?.to_owned(), row.text(4)?);
    let time = |at: Timestamp| written(at, zone);
    Ok(DigestLine {
        // In one line, whatever it holds.
        title: row.text(2)?.split_whitespace().collect::<Vec<_>>().join(" "),
        release_type: row.text(3)?.to_owned(),
        stands: stands.word().to_owned(),
        state: if row.bool(5)? { format!("{state}, on hold") } else { state.to_owned() },
        start: interval.map(|interval| time(interval.start)).unwrap_or_default(),
        end: interval.map(|interval| time(interval.end)).unwrap_or_default(),
        go: row.bool(7)?,
        tier: row.opt_text(6)?.unwrap_or_default().replace('_', " "),
        changes: u32::try_from(changes.len()).unwrap_or(u32::MAX),
        ready,
        conflicts: 0,
        link: format!("/releases/{number}/summary"),
        number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many releases, of which some were not looked at.
    fn found(count: usize, is_whole: bool) -> Found {
        let id: ReleaseId = "rel_01930f5c6a0070008000000000000051".parse().expect("an id");
        let one = || Listed { id, stands: Stands::ToCome, interval: None, row: Row(Vec::new()) };
        Found { releases: std::iter::repeat_with(one).take(count).collect(), is_whole }
    }

    #[test]
    fn what_is_not_listed_is_counted_as_far_as_it_was_looked_at() {
        assert_eq!(found(0, true).more(), "");
        assert_eq!(found(LISTED_MAX, true).more(), "");
        assert_eq!(found(LISTED_MAX + 12, true).more(), "12");
        assert_eq!(found(LOOKED_AT_MAX, false).more(), "at least 150");
    }
}

//! Taking deliveries on: they are claimed in one transaction before they are made. What comes to a
//! person in quiet hours waits for their end, and goes out with the others that did, in one mail
//! for those who want that.

use domain::identity::{Permission, QuietHours};
use kernel::{ChannelId, NoticeId, Timestamp, Zone};
use ports::{Fault, Query, Row, Tx, Value};
use sha2::{Digest as _, Sha256};

use crate::bus::{Command, Lock, Stop, Work};
use crate::identity::quiet_hours;

/// The most deliveries that are claimed at once by one channel, those of its last digest apart.
pub const CLAIM_MAX: i64 = 20;
/// The most notices that one mail tells together.
const DIGEST_MAX: i64 = 100;
/// How often it is looked for something to claim where all that was found has to wait.
const LOOKS_MAX: usize = 50;

/// The deliveries to the same reader, by the same channel and of the same story, that come before
/// one.
const BEFORE: &str = "FROM deliveries AS earlier WHERE earlier.release = deliveries.release \
    AND earlier.channel = deliveries.channel AND earlier.recipient = deliveries.recipient \
    AND earlier.place < deliveries.place";

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Piece {
    /// The notice.
    pub notice: NoticeId,
    /// To whom: an address, or the channel itself.
    pub recipient: String,
    /// In whose words.
    pub audience: String,
    /// In which zone.
    pub zone: String,
    /// The id of the mail that it goes out in with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Piece {
    /// From the columns notice, recipient, audience, zone and digest.
    fn of(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            notice: row.parsed(0)?,
            recipient: row.text(1)?.to_owned(),
            audience: row.text(2)?.to_owned(),
            zone: row.text(3)?.to_owned(),
            digest: row.opt_text(4)?.map(str::to_owned),
        })
    }
}

/// Takes deliveries of a channel on, the oldest first. To one reader the notices of a release go
/// in their order: a later one waits for those before it.
pub(super) struct Claim {
    pub(super) channel: ChannelId,
}

impl Command for Claim {
    type Answer = Vec<Piece>;

    fn verb(&self) -> &'static str {
        "notice.claim"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Vec<Piece>, Stop> {
        let channel = self.channel.to_string();
        work.lock(Lock::name("outbox", &channel))?;
        let mut claimed = Vec::new();
        for _ in 0..LOOKS_MAX {
            let mut held = false;
            for one in due(work.tx, &channel, work.now)? {
                if let Some(end) = one.waits_until(work.now) {
                    held |= hold(work.tx, &channel, &one.piece, end)?;
                    work.touched();
                    continue;
                }
                for piece in together(work.tx, &channel, one, work.now)? {
                    claimed.extend(take(work, &channel, piece)?);
                }
            }
            if !held || !claimed.is_empty() {
                break;
            }
        }
        if claimed.is_empty() && put_off(work.tx, &channel, work.now)? {
            work.touched();
        }
        Ok(claimed)
    }
}

/// A delivery that is due.
struct Due {
    piece: Piece,
    /// Whether it cannot wait.
    is_urgent: bool,
    /// Whether it waited for the end of quiet hours, and nobody else has seen it yet.
    is_fresh: bool,
    /// Whose it is, with their zone and quiet hours, where they have some.
    quiet: Option<(String, Zone, QuietHours)>,
}

impl Due {
    fn of(row: &Row) -> Result<Self, Fault> {
        let piece = Piece::of(row)?;
        let quiet = match (row.opt_text(8)?, row.opt_text(9)?) {
            (Some(person), Some(quiet)) => {
                let zone = row.text(10)?.parse().unwrap_or(Zone::utc());
                Some((person.to_owned(), zone, quiet_hours(quiet)?))
            }
            _ => None,
        };
        let is_fresh = row.bool(6)? && !row.bool(7)?;
        Ok(Self { piece, is_urgent: row.bool(5)?, is_fresh, quiet })
    }

    /// Until when it waits; nothing where it goes out now.
    fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        let (_, zone, hours) = self.quiet.as_ref().filter(|_| !self.is_urgent)?;
        hours.end(zone, now)
    }

    /// Who has in one mail what waited for them with this.
    fn digested_for(&self) -> Option<&str> {
        let (person, _, hours) = self.quiet.as_ref()?;
        (self.is_fresh && hours.digest).then_some(person)
    }
}

fn due(db: &mut dyn Query, channel: &str, now: Timestamp) -> Result<Vec<Due>, Fault> {
    let sql = format!(
        "SELECT deliveries.notice, deliveries.recipient, deliveries.audience, \
        deliveries.zone, deliveries.digest, deliveries.urgent, deliveries.held, \
        deliveries.in_doubt, people.id, people.quiet, people.zone \
        FROM deliveries LEFT JOIN people ON people.id = deliveries.person \
        WHERE deliveries.channel = $1 AND state = 'waiting' AND next_at <= $2 \
        AND EXISTS (SELECT 1 FROM channels WHERE id = $1 AND is_off = 0) \
        AND NOT EXISTS (SELECT 1 {BEFORE} AND earlier.state IN ('waiting', 'sending')) \
        ORDER BY next_at, place LIMIT $3"
    );
    let rows = db.query(&sql, &[channel.into(), now.into(), CLAIM_MAX.into()])?;
    rows.iter().map(Due::of).collect()
}

/// Lets a delivery wait for the end of quiet hours.
fn hold(tx: &mut dyn Tx, channel: &str, piece: &Piece, end: Timestamp) -> Result<bool, Fault> {
    let sql = "UPDATE deliveries SET held = 1, next_at = $1 \
        WHERE notice = $2 AND channel = $3 AND recipient = $4 AND state = 'waiting' \
        AND urgent = 0";
    let notice = piece.notice.to_string();
    let params = [end.into(), notice.into(), channel.into(), (&piece.recipient).into()];
    Ok(tx.execute(sql, &params)? == 1)
}

/// Lets what waits behind another be due with it: else its channel would be looked at all the time.
fn put_off(tx: &mut dyn Tx, channel: &str, now: Timestamp) -> Result<bool, Fault> {
    let before = format!("{BEFORE} AND earlier.state = 'waiting' AND earlier.next_at > $1");
    let sql = format!(
        "UPDATE deliveries SET (next_at, held) = \
        (SELECT MAX(earlier.next_at), MAX(earlier.held) {before}) \
        WHERE channel = $2 AND state = 'waiting' AND next_at <= $1 AND urgent = 0 \
        AND EXISTS (SELECT 1 {before})"
    );
    Ok(tx.execute(&sql, &[now.into(), channel.into()])? > 0)
}

/// What goes out in one mail with a delivery: what did before, where that is tried again, and else
/// all that waited for the same reader.
fn together(
    db: &mut dyn Query,
    channel: &str,
    one: Due,
    now: Timestamp,
) -> Result<Vec<Piece>, Fault> {
    if let Some(digest) = &one.piece.digest {
        let sql = "SELECT deliveries.notice, recipient, audience, deliveries.zone, digest \
            FROM deliveries JOIN notices ON notices.id = deliveries.notice \
            WHERE digest = $1 AND channel = $2 AND state = 'waiting' \
            ORDER BY notices.at, deliveries.place";
        let rows = db.query(sql, &[digest.into(), channel.into()])?;
        return rows.iter().map(Piece::of).collect();
    }
    let Some(person) = one.digested_for() else { return Ok(vec![one.piece]) };
    // What came later was not held itself: it waited for what was. What is in doubt goes out again
    // by itself, under its id, and all that comes after it waits.
    let fresh = |table: &str| {
        format!(
            "{table}.state = 'waiting' AND {table}.urgent = 0 AND {table}.in_doubt = 0 \
            AND {table}.digest IS NULL AND {table}.next_at <= $4"
        )
    };
    let sql = format!(
        "SELECT deliveries.notice, deliveries.recipient, deliveries.audience, deliveries.zone, \
        deliveries.digest FROM deliveries JOIN notices ON notices.id = deliveries.notice \
        WHERE deliveries.person = $1 AND deliveries.channel = $2 AND deliveries.recipient = $3 \
        AND {} AND NOT EXISTS \
            (SELECT 1 {BEFORE} AND earlier.state IN ('waiting', 'sending') AND NOT ({})) \
        ORDER BY notices.at, deliveries.place LIMIT $5",
        fresh("deliveries"),
        fresh("earlier"),
    );
    let to = (&one.piece.recipient).into();
    let params: [Value; 5] = [person.into(), channel.into(), to, now.into(), DIGEST_MAX.into()];
    let rows = db.query(&sql, &params)?;
    let mut pieces = rows.iter().map(Piece::of).collect::<Result<Vec<_>, _>>()?;
    if pieces.len() > 1 {
        let id = digest_id(&pieces);
        pieces.iter_mut().for_each(|piece| piece.digest = Some(id.clone()));
    }
    Ok(pieces)
}

/// The id of a mail that tells several: the same for the same ones.
fn digest_id(pieces: &[Piece]) -> String {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(format!("{} {}\n", piece.notice, piece.recipient));
    }
    format!("digest.{}", &ports::hex(&hash.finalize())[..32])
}

/// Claims a delivery, unless a correction superseded it since it was read.
fn take(work: &mut Work<'_>, channel: &str, piece: Piece) -> Result<Option<Piece>, Fault> {
    // Those that go out together are tried equally often.
    let sql = "UPDATE deliveries SET state = 'sending', held = 0, digest = $1, \
        attempts = CASE WHEN digest IS NULL AND CAST($1 AS TEXT) IS NOT NULL THEN 1 \
        ELSE attempts + 1 END \
        WHERE notice = $2 AND channel = $3 AND recipient = $4 AND state = 'waiting'";
    let digest = piece.digest.as_deref().map_or(Value::Null, Value::from);
    let notice = piece.notice.to_string();
    let params = [digest, notice.into(), channel.into(), (&piece.recipient).into()];
    if work.tx.execute(sql, &params)? == 0 {
        return Ok(None);
    }
    work.touched();
    Ok(Some(piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_one_id_for_the_same_notices_to_the_same_reader() {
        let piece = |last: u32, recipient: &str| Piece {
            notice: format!("ntc_01930f5c6a00700080000000000000{last:02}").parse().expect("an id"),
            recipient: recipient.to_owned(),
            audience: "team".to_owned(),
            zone: "UTC".to_owned(),
            digest: None,
        };
        let of = |parts: &[(u32, &str)]| {
            digest_id(&parts.iter().map(|(last, to)| piece(*last, to)).collect::<Vec<_>>())
        };
        let first = of(&[(1, "eve@example.org"), (2, "eve@example.org")]);
        assert_eq!(first, of(&[(1, "eve@example.org"), (2, "eve@example.org")]));
        assert_ne!(first, of(&[(1, "bob@example.org"), (2, "bob@example.org")]));
        assert_ne!(first, of(&[(1, "eve@example.org"), (3, "eve@example.org")]));
        assert!(!first.contains("eve"), "an id gives nobody away");
    }
}

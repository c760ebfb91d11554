//! What is on its way: deliveries are claimed in one transaction before they are made, and settled
//! in another one after. Whoever dies in between leaves them claimed; then nobody knows whether
//! they arrived, and they are made again under the same id.

use domain::identity::Permission;
use domain::notice::Refusal;
use kernel::{ChannelId, NoticeId, Timestamp};
use ports::{Fault, Query, Row, Tx, Undelivered, Value};

use crate::bus::{Command, Lock, Stop, Work};
use crate::notice::{NO_CHANNEL, PAGE};

/// The most deliveries that are claimed at once by one channel.
pub const CLAIM_MAX: i64 = 20;
/// How often a delivery is tried before it is given up.
pub const ATTEMPTS_MAX: i64 = 8;
/// How long a delivery rests after it failed, in seconds, and how often that is doubled.
const REST_SECONDS: i64 = 60;
const REST_DOUBLED_MAX: i64 = 7;
/// The most characters of a reason.
const REASON_MAX: usize = 500;

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
}

/// The channels that have something to send now.
pub(super) fn waiting(db: &mut dyn Query, now: Timestamp) -> Result<Vec<ChannelId>, Fault> {
    let sql = "SELECT id FROM channels WHERE is_off = 0 AND EXISTS (SELECT 1 FROM deliveries \
        WHERE deliveries.channel = channels.id AND state = 'waiting' AND next_at <= $1)";
    let rows = db.query(sql, &[now.into()])?;
    rows.iter().map(|row| row.parsed(0)).collect()
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
        let sql = "SELECT notice, recipient, audience, zone FROM deliveries \
            WHERE channel = $1 AND state = 'waiting' AND next_at <= $2 \
            AND NOT EXISTS (SELECT 1 FROM deliveries AS earlier \
                WHERE earlier.release = deliveries.release \
                AND earlier.channel = deliveries.channel \
                AND earlier.recipient = deliveries.recipient \
                AND earlier.place < deliveries.place \
                AND earlier.state IN ('waiting', 'sending')) \
            ORDER BY next_at, place LIMIT $3";
        let params = [(&channel).into(), work.now.into(), CLAIM_MAX.into()];
        let rows = work.tx.query(sql, &params)?;
        let pieces = rows.iter().map(piece).collect::<Result<Vec<_>, _>>()?;
        for piece in &pieces {
            let sql = "UPDATE deliveries SET state = 'sending', attempts = attempts + 1 \
                WHERE notice = $1 AND channel = $2 AND recipient = $3";
            let notice = piece.notice.to_string();
            let params = [notice.into(), (&channel).into(), (&piece.recipient).into()];
            work.tx.execute(sql, &params)?;
            work.touched();
        }
        Ok(pieces)
    }
}

fn piece(row: &Row) -> Result<Piece, Fault> {
    Ok(Piece {
        notice: row.parsed(0)?,
        recipient: row.text(1)?.to_owned(),
        audience: row.text(2)?.to_owned(),
        zone: row.text(3)?.to_owned(),
    })
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken.
    Sent,
    /// It was not, as far as is known.
    Failed(Undelivered),
    /// It was not tried: the one before it found nobody there.
    Untried,
}

/// Writes down what became of deliveries.
pub(super) struct Settle {
    pub(super) channel: ChannelId,
    pub(super) outcomes: Vec<(Piece, Outcome)>,
}

impl Command for Settle {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "notice.settle"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        work.lock(Lock::name("outbox", &self.channel.to_string()))?;
        for (piece, outcome) in &self.outcomes {
            settle(work.tx, self.channel, piece, outcome, work.now)?;
            work.touched();
        }
        Ok(())
    }
}

fn settle(
    tx: &mut dyn Tx,
    channel: ChannelId,
    piece: &Piece,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<(), Fault> {
    let channel = channel.to_string();
    let key = || [piece.notice.to_string().into(), (&channel).into(), (&piece.recipient).into()];
    let failure = match outcome {
        Outcome::Sent => {
            let sql = "UPDATE deliveries SET state = 'sent', in_doubt = 0, sent_at = $1, \
                reason = NULL \
                WHERE notice = $2 AND channel = $3 AND recipient = $4 AND state = 'sending'";
            let params: Vec<Value> = [now.into()].into_iter().chain(key()).collect();
            return tx.execute(sql, &params).map(|_| ());
        }
        Outcome::Untried => {
            let sql = "UPDATE deliveries SET state = 'waiting', attempts = attempts - 1, \
                next_at = $1 \
                WHERE notice = $2 AND channel = $3 AND recipient = $4 AND state = 'sending'";
            let next = now.plus_seconds(REST_SECONDS);
            let params: Vec<Value> = [next.into()].into_iter().chain(key()).collect();
            tx.execute(sql, &params)?;
            return leave_what_misleads(tx, &channel, piece);
        }
        Outcome::Failed(failure) => failure,
    };
    let sql = "SELECT attempts FROM deliveries \
        WHERE notice = $1 AND channel = $2 AND recipient = $3 AND state = 'sending'";
    let Some(row) = tx.query_one(sql, &key())? else { return Ok(()) };
    let attempts = row.int(0)?;
    let (state, doubt) = match failure {
        Undelivered::Refused(_) => ("dead", false),
        Undelivered::Later(_) if attempts >= ATTEMPTS_MAX => ("dead", false),
        Undelivered::Unknown(_) if attempts >= ATTEMPTS_MAX => ("dead", true),
        Undelivered::Later(_) => ("waiting", false),
        Undelivered::Unknown(_) => ("waiting", true),
    };
    let reason: String = failure.to_string().chars().take(REASON_MAX).collect();
    // Once in doubt it stays so until it is known to have been taken.
    let sql = "UPDATE deliveries SET state = $1, in_doubt = CASE WHEN $2 = 1 THEN 1 ELSE in_doubt \
        END, next_at = $3, reason = $4 WHERE notice = $5 AND channel = $6 AND recipient = $7";
    let params = [state.into(), doubt.into(), rested(now, attempts).into(), reason.into()];
    let params: Vec<Value> = params.into_iter().chain(key()).collect();
    tx.execute(sql, &params)?;
    leave_what_misleads(tx, &channel, piece)
}

/// When a delivery is tried again that was tried so often.
fn rested(now: Timestamp, attempts: i64) -> Timestamp {
    let doubled = (attempts - 1).clamp(0, REST_DOUBLED_MAX);
    now.plus_seconds(REST_SECONDS << doubled)
}

/// A notice that surely did not arrive is left where a later one corrects it, and so is that
/// correction for whoever was told nothing: nobody hears that something moved of which they never
/// knew.
fn leave_what_misleads(tx: &mut dyn Tx, channel: &str, piece: &Piece) -> Result<(), Fault> {
    let notice = piece.notice.to_string();
    let sql = "SELECT release, place FROM deliveries \
        WHERE notice = $1 AND channel = $2 AND recipient = $3 \
        AND state = 'waiting' AND in_doubt = 0";
    let params = [(&notice).into(), channel.into(), (&piece.recipient).into()];
    let Some(row) = tx.query_one(sql, &params)? else { return Ok(()) };
    let (release, place) = (row.text(0)?.to_owned(), row.int(1)?);
    if correction_after(tx, &release, place)?.is_none() {
        return Ok(());
    }
    let sql = "UPDATE deliveries SET state = 'superseded' \
        WHERE notice = $1 AND channel = $2 AND recipient = $3";
    tx.execute(sql, &params)?;
    let sql = "UPDATE deliveries SET state = 'superseded' WHERE release = $1 AND channel = $2 \
        AND recipient = $3 AND place > $4 AND state = 'waiting' AND in_doubt = 0 \
        AND EXISTS (SELECT 1 FROM notices WHERE notices.id = deliveries.notice \
            AND notices.moment IN ('moved', 'cancelled')) \
        AND NOT EXISTS (SELECT 1 FROM deliveries AS other \
            WHERE other.release = deliveries.release AND other.channel = deliveries.channel \
            AND other.recipient = deliveries.recipient AND other.place < deliveries.place \
            AND (other.state IN ('sent', 'sending') OR other.in_doubt = 1))";
    let recipient = (&piece.recipient).into();
    tx.execute(sql, &[release.into(), channel.into(), recipient, place.into()]).map(|_| ())
}

/// The place of the first notice after one that tells of another date, or that it is cancelled.
fn correction_after(db: &mut dyn Query, release: &str, place: i64) -> Result<Option<i64>, Fault> {
    let sql = "SELECT place FROM notices WHERE release = $1 AND place > $2 \
        AND moment IN ('moved', 'cancelled') ORDER BY place LIMIT 1";
    let row = db.query_one(sql, &[release.into(), place.into()])?;
    row.map(|row| row.int(0)).transpose()
}

/// What was claimed by one who is gone: nobody knows whether it was sent.
pub(super) struct TakeOver;

impl Command for TakeOver {
    type Answer = u64;

    fn verb(&self) -> &'static str {
        "notice.take_over"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<u64, Stop> {
        let sql = "UPDATE deliveries SET state = 'waiting', in_doubt = 1, next_at = $1 \
            WHERE state = 'sending'";
        let taken = work.tx.execute(sql, &[work.now.into()])?;
        if taken > 0 {
            work.touched();
        }
        Ok(taken)
    }
}

/// Sends what was given up again: of a notice, all of it or to one reader.
pub struct Retry {
    /// The notice.
    pub notice: NoticeId,
}

impl Command for Retry {
    type Answer = u32;

    fn verb(&self) -> &'static str {
        "notice.retry"
    }

    fn permission(&self) -> Permission {
        Permission::NoticeWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(format!("notice:{}", self.notice)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<u32, Stop> {
        work.about::<domain::notice::Notice>(self.notice);
        let notice = work.peek::<domain::notice::Notice>(self.notice)?.state;
        let id = self.notice.to_string();
        let sql = "SELECT channel, COUNT(*) FROM deliveries \
            WHERE notice = $1 AND state = 'dead' GROUP BY channel ORDER BY channel";
        let dead = work.tx.query(sql, &[(&id).into()])?;
        if dead.is_empty() {
            return Err(Stop::Refused(
                Refusal::NotDead { state: "delivered or on its way" }.into(),
            ));
        }
        if let Some(release) = notice.release {
            let place = i64::from(notice.place);
            if let Some(later) = correction_after(work.tx, &release.to_string(), place)? {
                return Err(Stop::Refused(Refusal::Outdated { later }.into()));
            }
        }
        let mut count = 0;
        for row in dead {
            let channel = row.text(0)?.to_owned();
            work.lock(Lock::name("outbox", &channel))?;
            let by = if channel == NO_CHANNEL { mail(work.tx)? } else { channel.clone() };
            let sql = "UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = $1, \
                channel = $2 WHERE notice = $3 AND channel = $4 AND state = 'dead'";
            let params = [work.now.into(), by.into(), (&id).into(), channel.into()];
            count += work.tx.execute(sql, &params)?;
            work.touched();
        }
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

/// The mail server by which is sent what had none.
fn mail(db: &mut dyn Query) -> Result<String, Stop> {
    let sql = "SELECT id FROM channels WHERE kind = 'email' AND is_off = 0 \
        ORDER BY name_key LIMIT 1";
    let Some(row) = db.query_one(sql, &[])? else {
        let why = "there is still no mail server: set up a channel of kind email first";
        return Err(Stop::Refused(Refusal::NoChannel(why.to_owned()).into()));
    };
    Ok(row.text(0)?.to_owned())
}

/// Marks notices in the page as read by one person; all of theirs where none is named.
pub struct ReadInbox {
    /// Who.
    pub person: kernel::PersonId,
    /// Which.
    pub notices: Option<Vec<String>>,
}

impl Command for ReadInbox {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "inbox.read"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let person = self.person.to_string();
        let read = "UPDATE deliveries SET read_at = $1 WHERE person = $2 AND read_at IS NULL";
        let Some(notices) = &self.notices else {
            let sql = format!("{read} AND channel = '{PAGE}'");
            work.tx.execute(&sql, &[work.now.into(), person.into()])?;
            work.touched();
            return Ok(());
        };
        for notice in notices {
            let sql = format!("{read} AND notice = $3 AND channel = '{PAGE}'");
            work.tx.execute(&sql, &[work.now.into(), (&person).into(), notice.into()])?;
            work.touched();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_rests_longer_each_time_and_is_given_up_within_hours() {
        let now = Timestamp::from_micros(0);
        let minutes = |attempts| rested(now, attempts).minutes_since(now);
        assert_eq!((1..=4).map(minutes).collect::<Vec<_>>(), [1, 2, 4, 8]);
        assert_eq!(minutes(100), minutes(8));
        let all: i64 = (1..ATTEMPTS_MAX).map(minutes).sum();
        assert_eq!(all, 127);
    }
}

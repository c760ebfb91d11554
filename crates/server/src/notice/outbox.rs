//! What is on its way: what was claimed before it was made is settled in another transaction after.
//! Whoever dies in between leaves it claimed; then nobody knows whether it arrived, and it is made
//! again under the same id.

use domain::identity::Permission;
use domain::notice::Refusal;
use domain::vocabulary::Moment;
use kernel::{ChannelId, NoticeId, PersonId, Timestamp};
use ports::{Fault, Query, Tx, Undelivered, Value};

use crate::bus::{Command, Lock, Stop, Work};
use crate::notice::archive::find_notice;
use crate::notice::audience::mail_in_force;
use crate::notice::claim::Piece;
use crate::notice::waiting::Awaiting;
use crate::notice::{NO_CHANNEL, PAGE};

/// How often a delivery is tried before it is given up.
pub const ATTEMPTS_MAX: i64 = 8;
/// How long a delivery rests after it failed, in seconds, and how often that is doubled.
const REST_SECONDS: i64 = 60;
const REST_DOUBLED_MAX: i64 = 7;
/// Why something was given up that was begun again and again, and never came to an end.
const BROKE_OFF: &str = "sending it broke off each time: the log of the server says why";
/// The most characters of a reason.
const REASON_MAX: usize = 500;

/// The channels that have something to send now, or something claimed, which is left over where
/// nobody is sending by them.
pub(super) fn waiting(db: &mut dyn Query, now: Timestamp) -> Result<Vec<ChannelId>, Fault> {
    let sql = "SELECT id FROM channels WHERE (is_off = 0 AND EXISTS (SELECT 1 FROM deliveries \
        WHERE deliveries.channel = channels.id AND state = 'waiting' AND next_at <= $1)) \
        OR EXISTS (SELECT 1 FROM deliveries \
        WHERE deliveries.channel = channels.id AND state = 'sending')";
    let rows = db.query(sql, &[now.into()])?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken.
    Sent,
    /// It was not, as far as is known.
    Failed(Undelivered),
    /// It was not tried: the one before it found nobody there, or its text could not be read.
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
        let tried = self.outcomes.iter().filter(|(_, outcome)| *outcome != Outcome::Untried);
        let awaiting = Awaiting::among(work.tx, tried.map(|(piece, _)| piece.notice))?;
        let outbox = Lock::name("outbox", &self.channel.to_string());
        work.lock_all(awaiting.iter().map(Awaiting::lock).chain([outbox]).collect())?;
        for (piece, outcome) in &self.outcomes {
            settle(work.tx, self.channel, piece, outcome, work.now)?;
            work.touched();
        }
        if self.outcomes.iter().any(|(_, outcome)| *outcome != Outcome::Sent) {
            rehome(work)?;
        }
        awaiting.into_iter().try_for_each(|one| one.settle(work))
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
        Undelivered::Later(_) | Undelivered::Nobody(_) if attempts >= ATTEMPTS_MAX => {
            ("dead", false)
        }
        Undelivered::Unknown(_) if attempts >= ATTEMPTS_MAX => ("dead", true),
        Undelivered::Later(_) | Undelivered::Nobody(_) => ("waiting", false),
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
/// knew. Where the new date was told beside the correction, to all but those who were being told
/// the old one, the correction is all that they hear of it, and stays.
fn leave_what_misleads(tx: &mut dyn Tx, channel: &str, piece: &Piece) -> Result<(), Fault> {
    let notice = piece.notice.to_string();
    let sql = "SELECT release, place FROM deliveries \
        WHERE notice = $1 AND channel = $2 AND recipient = $3 \
        AND state IN ('waiting', 'dead') AND in_doubt = 0";
    let params = [(&notice).into(), channel.into(), (&piece.recipient).into()];
    let Some(row) = tx.query_one(sql, &params)? else { return Ok(()) };
    let (release, place) = (row.text(0)?.to_owned(), row.int(1)?);
    if correction_after(tx, &release, place)?.is_none() {
        return Ok(());
    }
    let sql = "UPDATE deliveries SET state = 'superseded' \
        WHERE notice = $1 AND channel = $2 AND recipient = $3 AND state = 'waiting'";
    tx.execute(sql, &params)?;
    let sql = "UPDATE deliveries SET state = 'superseded' WHERE release = $1 AND channel = $2 \
        AND recipient = $3 AND place > $4 AND state = 'waiting' AND in_doubt = 0 \
        AND EXISTS (SELECT 1 FROM notices WHERE notices.id = deliveries.notice \
            AND notices.moment IN ('moved', 'cancelled') \
            AND NOT EXISTS (SELECT 1 FROM notices AS later \
                WHERE later.release = notices.release AND later.moment = 'before' \
                AND later.place > notices.place AND later.window_start = notices.window_start \
                AND later.window_end = notices.window_end)) \
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

/// The place of the first notice after one beside which that one would mislead: of a release any
/// but one that tells the same window, of a record one to whoever was not reached.
fn outdated_by(db: &mut dyn Query, notice: &domain::notice::Notice) -> Result<Option<i64>, Fault> {
    let Some(key) = notice.key() else { return Ok(None) };
    if notice.release.is_none() {
        return later_to_the_same(db, &key, notice.place);
    }
    let start = notice.window.as_ref().map(|window| window.interval.start);
    let sql = "SELECT place, moment, window_start FROM notices \
        WHERE release = $1 AND place > $2 ORDER BY place";
    let rows = db.query(sql, &[key.into(), i64::from(notice.place).into()])?;
    for row in rows {
        if row.text(1)? != Moment::Before.word() || row.opt_time(2)? != start {
            return Ok(Some(row.int(0)?));
        }
    }
    Ok(None)
}

/// The place of the first notice that came later to someone whom one of a record did not reach.
fn later_to_the_same(db: &mut dyn Query, key: &str, place: u32) -> Result<Option<i64>, Fault> {
    let sql = "SELECT later.place FROM deliveries AS dead JOIN deliveries AS later \
        ON later.release = dead.release AND later.channel = dead.channel \
        AND later.recipient = dead.recipient AND later.place > dead.place \
        WHERE dead.release = $1 AND dead.place = $2 AND dead.state = 'dead' \
        ORDER BY later.place LIMIT 1";
    let row = db.query_one(sql, &[key.into(), i64::from(place).into()])?;
    row.map(|row| row.int(0)).transpose()
}

/// Hands what waits for a mail server that is turned off to the one that is in force: to its
/// readers it is the same mail.
pub(super) fn rehome(work: &mut Work<'_>) -> Result<(), Fault> {
    let Some(mail) = mail_in_force(work.tx)? else { return Ok(()) };
    let sql = "UPDATE deliveries SET channel = $1, next_at = $2 WHERE state = 'waiting' \
        AND channel IN (SELECT id FROM channels WHERE kind = 'email' AND is_off = 1)";
    if work.tx.execute(sql, &[mail.into(), work.now.into()])? > 0 {
        work.touched();
    }
    Ok(())
}

/// What was claimed by one who is gone: nobody knows whether it was sent.
pub(super) struct TakeOver {
    pub(super) channel: ChannelId,
}

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
        let channel = self.channel.to_string();
        let sql = "SELECT DISTINCT notice FROM deliveries WHERE channel = $1 AND state = 'sending'";
        let rows = work.tx.query(sql, &[(&channel).into()])?;
        let claimed: Result<Vec<NoticeId>, Fault> = rows.iter().map(|row| row.parsed(0)).collect();
        let awaiting = Awaiting::among(work.tx, claimed?)?;
        let outbox = Lock::name("outbox", &channel);
        work.lock_all(awaiting.iter().map(Awaiting::lock).chain([outbox]).collect())?;
        let sql = "UPDATE deliveries SET in_doubt = 1, next_at = $1, \
            state = CASE WHEN attempts >= $2 THEN 'dead' ELSE 'waiting' END, \
            reason = CASE WHEN attempts >= $2 THEN $3 ELSE reason END \
            WHERE channel = $4 AND state = 'sending'";
        let params = [work.now.into(), ATTEMPTS_MAX.into(), BROKE_OFF.into(), channel.into()];
        let taken = work.tx.execute(sql, &params)?;
        if taken > 0 {
            work.touched();
            rehome(work)?;
            awaiting.into_iter().try_for_each(|one| one.settle(work))?;
        }
        Ok(taken)
    }
}

/// Sends what was given up of a notice again.
pub struct Retry {
    /// Its id.
    pub notice: String,
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
        let notice = find_notice(&self.notice)?;
        work.about::<domain::notice::Notice>(notice);
        let notice = work.peek::<domain::notice::Notice>(notice)?;
        let (id, notice) = (notice.id.to_string(), notice.state);
        let sql = "SELECT channel, COUNT(*) FROM deliveries \
            WHERE notice = $1 AND state = 'dead' GROUP BY channel ORDER BY channel";
        let dead = work.tx.query(sql, &[(&id).into()])?;
        if dead.is_empty() {
            return Err(Stop::Refused(Refusal::NotDead.into()));
        }
        if let Some(later) = outdated_by(work.tx, &notice)? {
            return Err(Stop::Refused(Refusal::Outdated { later }.into()));
        }
        let mut count = 0;
        for row in dead {
            let channel = row.text(0)?.to_owned();
            work.lock(Lock::name("outbox", &channel))?;
            let by = if channel == NO_CHANNEL { mail(work.tx)? } else { channel.clone() };
            // Of a mail that told several, each goes by itself.
            let sql = "UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = $1, \
                channel = $2, digest = NULL WHERE notice = $3 AND channel = $4 AND state = 'dead'";
            let params = [work.now.into(), by.into(), (&id).into(), channel.into()];
            count += work.tx.execute(sql, &params)?;
            work.touched();
        }
        rehome(work)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

/// The mail server by which is sent what had none.
fn mail(db: &mut dyn Query) -> Result<String, Stop> {
    mail_in_force(db)?.ok_or_else(|| Stop::Refused(Refusal::NoChannel.into()))
}

/// Looks again at what waits for the end of a person's quiet hours, which may be others by now.
pub(super) struct LookAgain {
    pub(super) person: PersonId,
}

impl Command for LookAgain {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "notice.look_again"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        // What is being claimed is held by the old hours, or found again by the new ones.
        let sql = "SELECT DISTINCT channel FROM deliveries WHERE person = $1 AND state = 'waiting'";
        let rows = work.tx.query(sql, &[self.person.to_string().into()])?;
        let channels = rows.iter().map(|row| Ok(Lock::name("outbox", row.text(0)?)));
        work.lock_all(channels.collect::<Result<_, Fault>>()?)?;
        let sql = "UPDATE deliveries SET next_at = $1 \
            WHERE person = $2 AND held = 1 AND state = 'waiting'";
        if work.tx.execute(sql, &[work.now.into(), self.person.to_string().into()])? > 0 {
            work.touched();
        }
        Ok(())
    }
}

/// Marks notices in the page as read by one person; all of theirs where none is named.
pub struct ReadInbox {
    /// Who.
    pub person: PersonId,
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
        // A program that only reads leaves no trace, not even in what its owner has read.
        if work.who.only_reads() {
            work.permit_program(Permission::ChangeWrite)?;
        }
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

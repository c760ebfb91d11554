//! Sessions: a row each, keyed by the hash of what the cookie holds. They end after hours without
//! use, and after days at the latest.

use api::identity::Me;
use axum::Json;
use axum::extract::State;
use domain::Aggregate as _;
use domain::identity::{Permission, Person};
use kernel::{PersonId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Command, Stop, Work};
use crate::http::{App, Signed};
use crate::identity::{SESSION_IDLE_MINUTES, SESSION_MINUTES_MAX, SESSIONS_MAX, read};
use crate::problem::Answer;
use crate::read::ask;

/// How long a session is used before that is written down, in minutes.
pub const SESSION_REFRESH_MINUTES: i64 = 5;

pub(super) async fn get(State(app): State<App>, signed: Signed) -> Result<Json<Me>, Answer> {
    Ok(Json(me(&app, signed).await?))
}

/// Who sends a request, as they are shown themselves.
pub(super) async fn me(app: &App, signed: Signed) -> Result<Me, Answer> {
    let now = app.bus.world().clock.now();
    let found = ask(&*app.bus.world().store, move |db| read::me(db, &signed.actor, now)).await?;
    found.ok_or_else(|| {
        let detail = "sign in, or send `Authorization: Bearer` with a token";
        api::problem::Problem::new("identity.sign_in_required", detail).into()
    })
}

/// Begins a session, and ends what is over.
pub(super) fn begin(work: &mut Work<'_>, person: PersonId, hash: &str) -> Result<(), Fault> {
    let person = person.to_string();
    work.tx.execute("DELETE FROM sessions WHERE expires_at <= $1", &[work.now.into()])?;
    work.tx.execute(
        "DELETE FROM sessions WHERE person = $1 AND hash NOT IN \
        (SELECT hash FROM sessions WHERE person = $1 ORDER BY seen_at DESC LIMIT $2)",
        &[(&person).into(), (SESSIONS_MAX - 1).into()],
    )?;
    let sql = "INSERT INTO sessions (hash, person, created_at, seen_at, expires_at) \
        VALUES ($1, $2, $3, $3, $4)";
    let end = end(work.now, work.now);
    work.tx.execute(sql, &[hash.into(), person.into(), work.now.into(), end.into()])?;
    work.touched();
    Ok(())
}

/// When a session ends that began and was last used at these times.
fn end(created_at: Timestamp, seen_at: Timestamp) -> Timestamp {
    created_at.plus_minutes(SESSION_MINUTES_MAX).min(seen_at.plus_minutes(SESSION_IDLE_MINUTES))
}

/// Ends the sessions of a person, all but one.
pub(super) fn end_sessions(
    work: &mut Work<'_>,
    person: PersonId,
    but: Option<&str>,
) -> Result<(), Fault> {
    let sql = "DELETE FROM sessions WHERE person = $1 AND hash <> $2";
    let params = [person.to_string().into(), but.unwrap_or_default().into()];
    if work.tx.execute(sql, &params)? > 0 {
        work.touched();
    }
    Ok(())
}

/// Ends the sessions of a person; for operators.
pub struct EndSessions {
    /// Whose.
    pub person: PersonId,
}

impl Command for EndSessions {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "session.end_all"
    }

    fn permission(&self) -> Permission {
        Permission::IdentityWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Person::stream(self.person)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        Ok(end_sessions(work, self.person, None)?)
    }
}

/// Writes down that a session is in use, and so puts its end off.
pub struct RefreshSession {
    /// The hash of what the cookie holds.
    pub hash: String,
}

impl RefreshSession {
    /// Whether a session that was last seen then needs this.
    pub fn is_due(seen_at: Timestamp, now: Timestamp) -> bool {
        now >= seen_at.plus_minutes(SESSION_REFRESH_MINUTES)
    }
}

impl Command for RefreshSession {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "session.refresh"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let sql = "SELECT created_at, seen_at FROM sessions WHERE hash = $1 AND expires_at > $2";
        let row = work.tx.query_one(sql, &[(&self.hash).into(), work.now.into()])?;
        let Some(row) = row else { return Ok(()) };
        if Self::is_due(row.time(1)?, work.now) {
            let sql = "UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE hash = $3";
            let end = end(row.time(0)?, work.now);
            work.tx.execute(sql, &[work.now.into(), end.into(), (&self.hash).into()])?;
            work.touched();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(hour * 60)
    }

    #[test]
    fn a_session_ends_twelve_hours_after_its_use_and_after_seven_days() {
        assert_eq!(end(at(0), at(0)), at(12));
        assert_eq!(end(at(0), at(100)), at(112));
        assert_eq!(end(at(0), at(167)), at(168));
    }
}

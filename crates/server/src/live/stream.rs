//! One connection: what it missed, then what moves, with a sign of life in between.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use api::live::Moved;
use api::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{Stream, unfold};
use kernel::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::http::{App, ListQuery, Signed, wrong_parameter};
use crate::live::hub::Seat;
use crate::live::read::{Told, slice};
use crate::live::{Live, RESUME_MAX};
use crate::problem::Answer;
use crate::read::ask;

/// How long a line may be silent before it gives a sign of life.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client waits before it comes back.
const RETRY: Duration = Duration::from_secs(2);
/// The most kinds and subjects that one connection names, each.
const FILTER_MAX: usize = 20;

pub(super) async fn listen(
    State(app): State<App>,
    signed: Signed,
    headers: HeaderMap,
    query: ListQuery,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Answer> {
    let after = after(&headers, &query)?;
    let filter = Filter { kinds: list(&query, "kind")?, subjects: list(&query, "subject")? };
    let seat = app.live.sit(signed.actor.label()).ok_or_else(too_many)?;
    let (receiver, begin) = app.live.listen().ok_or_else(too_many)?;
    let (ids, expires_at) = (ids(&signed), signed.expires_at);
    let line = Line { receiver, filter, seat, ids, expires_at, app, last: begin };
    let (line, first) = line.resume(after).await?;
    Ok(Sse::new(unfold((line, first), next)))
}

fn too_many() -> Answer {
    let detail = "this server tells no more pages what moves: close some, or come back in a minute";
    Problem::new("live.too_many", detail).into()
}

/// Where a client was; nothing when it begins.
fn after(headers: &HeaderMap, query: &ListQuery) -> Result<Option<i64>, Answer> {
    let what = "is a position of the log: the id of the last event that arrived";
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    match header.filter(|text| !text.is_empty()) {
        Some(text) => text.parse().map(Some).map_err(|_| wrong_parameter("Last-Event-ID", what)),
        None => query.parsed("after", what),
    }
}

fn list(query: &ListQuery, name: &str) -> Result<BTreeSet<String>, Answer> {
    let named = query.get(name).into_iter().flat_map(|text| text.split(','));
    let found: BTreeSet<String> =
        named.map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).collect();
    if found.len() > FILTER_MAX {
        return Err(wrong_parameter(name, "names more than twenty"));
    }
    Ok(found)
}

/// Whose connection it is: the person, and the token if it is one's.
fn ids(signed: &Signed) -> Vec<String> {
    let token = match &signed.actor {
        kernel::Actor::Token { id, .. } => Some(id.to_string()),
        _ => None,
    };
    signed.person().map(|person| person.to_string()).into_iter().chain(token).collect()
}

/// What a connection asks for.
#[derive(Debug)]
struct Filter {
    kinds: BTreeSet<String>,
    subjects: BTreeSet<String>,
}

impl Filter {
    fn takes(&self, moved: &Moved) -> bool {
        let number = moved.number.as_ref().map(|number| number.to_lowercase());
        let named = self.subjects.contains(&moved.id)
            || number.is_some_and(|number| self.subjects.contains(&number));
        (self.kinds.is_empty() || self.kinds.contains(&moved.kind))
            && (self.subjects.is_empty() || named)
    }
}

/// A connection.
struct Line {
    receiver: Receiver<Arc<Told>>,
    filter: Filter,
    #[expect(dead_code, reason = "it is given back when the connection ends")]
    seat: Seat,
    ids: Vec<String>,
    /// When whoever listens must prove anew who they are. A session that was lengthened since is
    /// taken up by a new connection.
    expires_at: Option<Timestamp>,
    app: App,
    /// The last position that this connection has dealt with.
    last: i64,
}

impl Line {
    /// Greets, and tells what was missed. Who was away too long reads everything anew.
    async fn resume(mut self, after: Option<i64>) -> Result<(Self, VecDeque<Event>), Answer> {
        let begin = self.last;
        let mut first = VecDeque::new();
        let hello = |position: i64| mark("hello", position).retry(RETRY);
        let Some(after) = after.filter(|after| *after != begin) else {
            first.push_back(hello(begin));
            return Ok((self, first));
        };
        // A position that the log has not reached is one of another log, such as before a restore.
        if after > begin || begin - after > RESUME_MAX || after < 0 {
            first.push_back(hello(begin));
            first.push_back(mark("reset", begin));
            return Ok((self, first));
        }
        self.last = after;
        first.push_back(hello(after));
        while self.last < begin {
            let from = self.last;
            let (told, last) = ask(&*self.app.bus.world().store, move |db| slice(db, from)).await?;
            first.extend(told.iter().filter_map(|one| self.shown(one)));
            if last == from {
                break;
            }
            self.last = last;
        }
        Ok((self, first))
    }

    /// What is sent of an event, if anything.
    fn shown(&self, told: &Told) -> Option<Event> {
        let moved = &told.moved;
        if !told.open || !self.filter.takes(moved) {
            return None;
        }
        self.live().count_sent();
        mark("moved", moved.position).json_data(moved).ok()
    }

    fn live(&self) -> &Live {
        &self.app.live
    }

    /// How long the session or token still lasts; without an end, longer than any silence.
    fn left(&self) -> Duration {
        let Some(expires_at) = self.expires_at else { return Duration::MAX };
        let now = self.app.bus.world().clock.now();
        let left = expires_at.micros().saturating_sub(now.micros());
        Duration::from_micros(u64::try_from(left).unwrap_or(0))
    }

    /// The next that is to be sent; nothing when the connection ends.
    async fn wait(&mut self) -> Option<Event> {
        loop {
            let silence = HEARTBEAT.min(self.left());
            let heard = tokio::time::timeout(silence, self.receiver.recv()).await;
            if self.left().is_zero() {
                return None;
            }
            match heard {
                Err(_) => return Some(mark("heartbeat", self.last)),
                Ok(Err(RecvError::Closed)) => return None,
                Ok(Err(RecvError::Lagged(_))) => {
                    self.live().count_cut_off();
                    return None;
                }
                Ok(Ok(told)) if told.moved.position <= self.last => {}
                Ok(Ok(told)) => {
                    self.last = told.moved.position;
                    if told.questions(&self.ids) {
                        return None;
                    }
                    if let Some(event) = self.shown(&told) {
                        return Some(event);
                    }
                }
            }
        }
    }
}

type Step = Option<(Result<Event, Infallible>, (Line, VecDeque<Event>))>;

async fn next((mut line, mut first): (Line, VecDeque<Event>)) -> Step {
    let event = match first.pop_front() {
        Some(event) => event,
        None => line.wait().await?,
    };
    Some((Ok(event), (line, first)))
}

/// An event that says where the log is. An id with it keeps the client's place.
fn mark(name: &str, position: i64) -> Event {
    let event = Event::default().event(name).id(position.to_string());
    if name == "moved" { event } else { event.data(position.to_string()) }
}

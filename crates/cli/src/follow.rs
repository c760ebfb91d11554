//! `interlock audit events --follow`: the log as it grows. The server's stream says that something
//! moved; what it was is read from the log, so that it is shown and narrowed down as in a list.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use api::audit::Event;

use crate::client::{Client, Query, Wanted};
use crate::failure::{Failure, Result};
use crate::output::{Output, say};

/// How often in a row a line that was cut is taken up in vain.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_secs(1);
/// The longest name of an event with what belongs to it.
const HEARD_MAX: usize = 1 << 20;

/// Prints what comes to the log from now on, until nobody reads it.
pub(crate) fn follow(client: &Client, query: &Query, columns: &[&str], output: &Output) -> Result {
    let mut following = Following { client, query, columns, output, position: None, first: true };
    let mut tries = 0;
    loop {
        let mut ear = Ear { following: &mut following, heard: Vec::new(), end: None, alive: false };
        let cut = client.fetch("/events", &Query::default(), &mut ear);
        let (end, alive) = (ear.end.take(), ear.alive);
        match end {
            Some(End::Left) => return Ok(()),
            Some(End::Failed(failure)) => return Err(failure),
            None if !alive && (following.position.is_none() || tries == TRIES) => {
                return cut.and(Err(Failure::Found("the server ended the line".to_owned())));
            }
            None => {}
        }
        tries = if alive { 0 } else { tries + 1 };
        if alive {
            say("the line was cut, and is taken up again");
        }
        thread::sleep(PAUSE);
    }
}

/// Why no more is printed.
enum End {
    /// Whoever read it has gone.
    Left,
    /// It cannot go on.
    Failed(Failure),
}

/// How far the log was printed.
struct Following<'a> {
    client: &'a Client,
    query: &'a Query,
    columns: &'a [&'a str],
    output: &'a Output,
    position: Option<i64>,
    first: bool,
}

impl Following<'_> {
    /// Prints what came since.
    fn go_on(&mut self, at: i64) -> std::result::Result<(), End> {
        let Some(after) = self.position else {
            self.position = Some(at);
            return Ok(());
        };
        let events = self.since(after).map_err(End::Failed)?;
        let Some(last) = events.last().and_then(|event| event.position) else { return Ok(()) };
        let text = self.output.lines(&events, self.columns, self.first).map_err(End::Failed)?;
        let mut stdout = io::stdout().lock();
        match stdout.write_all(&text).and_then(|()| stdout.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Err(End::Left),
            Err(error) => return Err(End::Failed(Failure::Other(error.into()))),
        }
        (self.position, self.first) = (Some(last), false);
        Ok(())
    }

    /// The events after a position, the oldest first.
    fn since(&self, after: i64) -> Result<Vec<Event>> {
        let mut events: Vec<Event> = Vec::new();
        let mut wanted = Wanted { limit: 50, cursor: None };
        loop {
            let listed = self.client.list::<Event>("/audit/events", self.query, &wanted)?;
            // The latest come first: with one that was printed already, all that are new are here.
            let met = listed.items.iter().filter_map(|event| event.position).any(|at| at <= after);
            events.extend(listed.items.into_iter().filter(|event| event.position > Some(after)));
            wanted.cursor = listed.next;
            if met || wanted.cursor.is_none() {
                events.reverse();
                return Ok(events);
            }
        }
    }
}

/// Takes the stream in, event by event.
struct Ear<'a, 'b> {
    following: &'a mut Following<'b>,
    heard: Vec<u8>,
    end: Option<End>,
    /// Whether the server has said anything.
    alive: bool,
}

impl Write for Ear<'_, '_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.heard.extend_from_slice(piece);
        let mut at = None;
        while let Some(end) = self.heard.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = self.heard.drain(..end + 2).collect();
            at = at.max(place(&event));
        }
        if self.heard.len() > HEARD_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if let Some(at) = at {
            self.alive = true;
            if let Err(end) = self.following.go_on(at) {
                self.end = Some(end);
                return Err(io::ErrorKind::Other.into());
            }
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The place in the log that an event of the stream names.
fn place(event: &[u8]) -> Option<i64> {
    let text = str::from_utf8(event).ok()?;
    let id = text.lines().find_map(|line| line.strip_prefix("id:"))?;
    id.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_the_stream_names_its_place() {
        assert_eq!(place(b"event: moved\nid: 42\ndata: {}\n\n"), Some(42));
        assert_eq!(place(b"event: hello\ndata: 7\nid:7\n\n"), Some(7));
        assert_eq!(place(b": nothing\n\n"), None);
    }
}

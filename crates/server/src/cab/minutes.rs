//! The minutes as a text: Markdown that is read as it is.

use std::fmt::Write as _;

use api::cab::{AgendaItem, Meeting, Minutes, Remark};
use kernel::{Timestamp, Zone};

/// The minutes of a meeting, so far or for good.
pub(super) fn minutes(meeting: &Meeting) -> Minutes {
    let mut text = String::new();
    let _ = writeln!(text, "# {} · {}\n", meeting.number, plain(&meeting.board.name));
    let clock = Clock::of(&meeting.window.zone);
    head(&mut text, meeting, &clock);
    let _ = writeln!(text, "\n## Present\n");
    present(&mut text, meeting, &clock);
    let _ = writeln!(text, "\n## Items\n");
    if meeting.agenda.is_empty() {
        let _ = writeln!(text, "Nothing was on the agenda.");
    }
    for (index, item) in meeting.agenda.iter().enumerate() {
        item_text(&mut text, meeting, index + 1, item, &clock);
    }
    let general = meeting.remarks.iter().filter(|remark| remark.subject.is_none());
    let general: Vec<&Remark> = general.collect();
    if !general.is_empty() {
        let _ = writeln!(text, "## Remarks\n");
        general.iter().for_each(|remark| note(&mut text, remark, &clock));
    }
    let fixed = meeting.ended_at.is_some() || meeting.state == "lapsed";
    Minutes { number: meeting.number.clone(), fixed, markdown: text }
}

fn head(text: &mut String, meeting: &Meeting, clock: &Clock) {
    let window = &meeting.window;
    let (start, end) = (clock.day(&window.start), clock.time(&window.end));
    let _ = writeln!(text, "- Times: on the clock of {}", window.zone);
    let _ = writeln!(text, "- Planned: {start} – {end}");
    let _ = writeln!(text, "- Agenda closed: {}", clock.day(&meeting.cut_off));
    if let Some(chair) = &meeting.chair {
        let _ = writeln!(text, "- Chair: {}", plain(&chair.name));
    }
    match (&meeting.started_at, &meeting.ended_at) {
        (Some(start), Some(end)) => {
            let _ = writeln!(text, "- Held: {} – {}", clock.day(start), clock.time(end));
            if meeting.overrun {
                let _ = writeln!(text, "- Nobody ended it: it was closed by the clock");
            }
        }
        (Some(start), None) => {
            let _ = writeln!(text, "- Began: {}; it is still held", clock.day(start));
        }
        (None, _) if meeting.state == "lapsed" => {
            let _ = writeln!(text, "- It was not held: nobody began it before its planned end");
        }
        (None, _) => {
            let _ = writeln!(text, "- State: {}", meeting.state.replace('_', " "));
        }
    }
    if let Some(reason) = &meeting.cancelled {
        let _ = writeln!(text, "- Called off: {}", plain(reason));
    }
}

fn present(text: &mut String, meeting: &Meeting, clock: &Clock) {
    if meeting.attendance.is_empty() {
        let _ = writeln!(text, "Nobody was noted as present.");
    }
    for each in &meeting.attendance {
        let until = each.until.as_ref().map_or_else(|| "…".to_owned(), |at| clock.time(at));
        let _ =
            writeln!(text, "- {}, {} – {until}", plain(&each.person.name), clock.time(&each.from));
    }
}

fn item_text(text: &mut String, meeting: &Meeting, place: usize, item: &AgendaItem, clock: &Clock) {
    let number = item.subject.number.as_deref().unwrap_or_default();
    let _ = writeln!(text, "### {place}. {number} {}\n", plain(&item.subject.name));
    if let Some(decision) = &item.decision {
        let _ = writeln!(text, "Decision: **{}**\n", decision.replace('_', " "));
    }
    if let Some(opened) = &item.opened_at {
        let closed = item.closed_at.as_ref().map_or_else(|| "…".to_owned(), |at| clock.time(at));
        let _ = writeln!(text, "- On the table: {} – {closed}", clock.time(opened));
    }
    if let Some(tier) = &item.tier {
        let _ = writeln!(text, "- Risk: {}", tier.replace('_', " "));
    }
    for vote in &item.votes {
        let why = vote.reason.as_ref().map_or_else(String::new, |why| format!(": {}", plain(why)));
        let absent = vote.on_behalf_of.as_ref().map(|absent| plain(&absent.name));
        let place = absent.map_or_else(String::new, |absent| format!(" in place of {absent}"));
        let day = meeting.started_at.as_ref().unwrap_or(&meeting.window.start);
        let (who, when) = (plain(&vote.person.name), clock.near(&vote.at, day));
        let _ = writeln!(text, "- {who}{place}, {}, {when}{why}", vote.answer);
    }
    let deferral = meeting.deferred.iter().find(|one| one.subject.id == item.subject.id);
    if let Some(deferral) = deferral {
        let _ = writeln!(text, "- Put off: {}", plain(&deferral.reason));
    }
    let mine = |remark: &&Remark| remark.subject.as_ref() == Some(&item.subject.id);
    meeting.remarks.iter().filter(mine).for_each(|remark| note(text, remark, clock));
    text.push('\n');
}

fn note(text: &mut String, remark: &Remark, clock: &Clock) {
    let (who, when) = (plain(&remark.author), clock.time(&remark.at));
    let _ = writeln!(text, "- Remark of {who}, {when}: {}", plain(&remark.text));
}

/// Text of people in one line, in which nothing is taken for a mark.
fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('<', "&lt;").replace(['*', '`', '|'], "")
}

/// Times as they are read where the board meets.
struct Clock(Zone);

impl Clock {
    fn of(zone: &str) -> Self {
        Self(zone.parse().unwrap_or_else(|_| Zone::utc()))
    }

    fn day(&self, at: &str) -> String {
        self.at(at, "%Y-%m-%d %H:%M")
    }

    fn time(&self, at: &str) -> String {
        self.at(at, "%H:%M")
    }

    /// The time alone on the day of another instant, else the day too.
    fn near(&self, at: &str, other: &str) -> String {
        let date = |at: &str| self.at(at, "%Y-%m-%d");
        if date(at) == date(other) { self.time(at) } else { self.day(at) }
    }

    fn at(&self, at: &str, format: &str) -> String {
        let parsed = at.parse::<Timestamp>();
        parsed.map_or_else(|_| at.to_owned(), |at| self.0.civil(at).strftime(format).to_string())
    }
}

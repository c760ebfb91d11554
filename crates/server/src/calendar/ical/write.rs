//! Writing iCalendar (RFC 5545): lines of at most 75 octets, texts escaped, instants in UTC.

use kernel::{Interval, Timestamp};

/// The longest line, in octets.
const LINE_MAX: usize = 75;

/// A calendar being written.
#[derive(Debug, Default)]
pub(in crate::calendar) struct Writer {
    text: String,
}

/// An event of it.
pub(in crate::calendar) struct Event<'a> {
    /// What it is known by in every calendar for good.
    pub(in crate::calendar) id: &'a str,
    pub(in crate::calendar) updated: Timestamp,
    /// It rises with each edit.
    pub(in crate::calendar) version: i64,
    pub(in crate::calendar) interval: Interval,
    pub(in crate::calendar) summary: String,
    pub(in crate::calendar) description: String,
    pub(in crate::calendar) category: &'a str,
    /// `CONFIRMED`, `TENTATIVE` or `CANCELLED`.
    pub(in crate::calendar) status: &'a str,
    /// Whether those who keep it in their calendar are busy then.
    pub(in crate::calendar) keeps_busy: bool,
}

impl Writer {
    /// What was written.
    pub(in crate::calendar) fn end(self) -> String {
        self.text
    }

    /// A line whose value needs no escape.
    pub(in crate::calendar) fn line(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut length = 0;
        for letter in line.chars() {
            let size = letter.len_utf8();
            if length + size > LINE_MAX {
                self.text.push_str("\r\n ");
                length = 1;
            }
            self.text.push(letter);
            length += size;
        }
        self.text.push_str("\r\n");
    }

    /// A line of text.
    pub(in crate::calendar) fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for letter in value.replace("\r\n", "\n").chars() {
            match letter {
                '\\' | ';' | ',' => escaped.extend(['\\', letter]),
                '\n' => escaped.push_str("\\n"),
                control if control.is_control() => escaped.push(' '),
                letter => escaped.push(letter),
            }
        }
        self.line(name, &escaped);
    }

    /// An event.
    pub(in crate::calendar) fn event(&mut self, event: &Event<'_>) {
        self.line("BEGIN", "VEVENT");
        self.line("UID", &format!("{}@interlock", event.id));
        self.instant("DTSTAMP", event.updated);
        self.instant("LAST-MODIFIED", event.updated);
        self.line("SEQUENCE", &event.version.to_string());
        self.instant("DTSTART", event.interval.start);
        self.instant("DTEND", event.interval.end);
        self.text("SUMMARY", &event.summary);
        self.text("DESCRIPTION", &event.description);
        self.text("CATEGORIES", event.category);
        self.line("STATUS", event.status);
        self.line("TRANSP", if event.keeps_busy { "OPAQUE" } else { "TRANSPARENT" });
        self.line("END", "VEVENT");
    }

    /// A line with an instant.
    pub(in crate::calendar) fn instant(&mut self, name: &str, at: Timestamp) {
        let whole = Timestamp::from_micros(at.micros().div_euclid(1_000_000) * 1_000_000);
        let digits: String =
            whole.to_string().chars().filter(|letter| !"-:".contains(*letter)).collect();
        self.line(name, &digits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters() {
        let mut writer = Writer::default();
        writer.text("SUMMARY", &"é".repeat(80));
        let text = writer.end();
        assert!(text.lines().all(|line| line.len() <= LINE_MAX));
        assert_eq!(text.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "é".repeat(80)));
    }

    #[test]
    fn texts_are_escaped() {
        let mut writer = Writer::default();
        writer.text("SUMMARY", "a, b; c\\d\r\ne\u{7}");
        assert_eq!(writer.end(), "SUMMARY:a\\, b\\; c\\\\d\\ne \r\n");
    }

    #[test]
    fn an_instant_is_written_without_parts_of_a_second() {
        let mut writer = Writer::default();
        writer.instant("DTSTAMP", "2026-11-24T15:12:01.5Z".parse().unwrap());
        assert_eq!(writer.end(), "DTSTAMP:20261124T151201Z\r\n");
    }
}

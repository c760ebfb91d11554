//! Writing iCalendar (RFC 5545): lines of at most 75 octets, texts escaped, instants in UTC.

use kernel::Timestamp;

/// The longest line, in octets.
const LINE_MAX: usize = 75;

/// A calendar being written.
#[derive(Debug, Default)]
pub(in crate::calendar) struct Writer {
    text: String,
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

//! What a command says, on its way into a file: secrets hidden, no more than a bound, and always
//! readable text.

use std::io::{self, Write};

/// The most that is kept of what one command says, in bytes.
pub(super) const OUTPUT_BYTES_MAX: usize = 1024 * 1024;

const HIDDEN: &[u8] = b"***";
const CUT: &str = "\n[the rest is left out]\n";

/// Writes what a command says.
pub(super) struct Said<W: Write> {
    into: W,
    /// The longest first: one that begins with another one is hidden whole.
    secrets: Vec<Vec<u8>>,
    /// What may be the beginning of a secret.
    pending: Vec<u8>,
    /// What is free of secrets, and may end within a character.
    ready: Vec<u8>,
    written: usize,
    most: usize,
}

impl<W: Write> Said<W> {
    pub(super) fn new(into: W, secrets: Vec<String>, most: usize) -> Self {
        let mut secrets: Vec<Vec<u8>> = secrets.into_iter().map(String::into_bytes).collect();
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { into, secrets, pending: Vec::new(), ready: Vec::new(), written: 0, most }
    }

    /// Takes what was said next.
    pub(super) fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        self.hide(false);
        let whole = self.ready.len() - unfinished(&self.ready);
        self.write(whole)
    }

    /// Takes the end; answers what it was written into.
    pub(super) fn end(mut self) -> io::Result<W> {
        self.hide(true);
        self.write(self.ready.len())?;
        self.into.flush()?;
        Ok(self.into)
    }

    /// Moves what is certain on, secrets hidden. Before the end, what may yet become one stays.
    fn hide(&mut self, at_end: bool) {
        let mut from = 0;
        while from < self.pending.len() {
            let rest = &self.pending[from..];
            let becomes = |secret: &Vec<u8>| secret.len() > rest.len() && secret.starts_with(rest);
            if !at_end && self.secrets.iter().any(becomes) {
                break;
            }
            if let Some(secret) = self.secrets.iter().find(|secret| rest.starts_with(secret)) {
                self.ready.extend_from_slice(HIDDEN);
                from += secret.len();
            } else {
                self.ready.push(rest[0]);
                from += 1;
            }
        }
        self.pending.drain(..from);
    }

    fn write(&mut self, whole: usize) -> io::Result<()> {
        let bytes: Vec<u8> = self.ready.drain(..whole).collect();
        if self.written >= self.most || bytes.is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}");
        let room = self.most - self.written;
        if text.len() <= room {
            self.written += text.len();
            return self.into.write_all(text.as_bytes());
        }
        self.written = self.most;
        self.into.write_all(&text.as_bytes()[..text.floor_char_boundary(room)])?;
        self.into.write_all(CUT.as_bytes())
    }
}

/// How many bytes at the end are the beginning of a character that is not whole yet.
fn unfinished(bytes: &[u8]) -> usize {
    for count in 1..=bytes.len().min(3) {
        let end = &bytes[bytes.len() - count..];
        let length = match end[0] {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
            0x80..=0xBF => continue,
            _ => return 0,
        };
        return if length > count { count } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pieces: &[&[u8]], secrets: &[&str], most: usize) -> String {
        let secrets = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        let mut said = Said::new(Vec::new(), secrets, most);
        for piece in pieces {
            said.take(piece).unwrap();
        }
        String::from_utf8(said.end().unwrap()).unwrap()
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_cut() {
        let text = b"key=hunter22 and hunter2 again";
        for cut in 0..text.len() {
            let found = said(&[&text[..cut], &text[cut..]], &["hunter2", "hunter22"], 1_000);
            assert_eq!(found, "key=*** and *** again", "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(said(&bytes, &["hunter22"], 1_000), "key=*** and hunter2 again");
    }

    #[test]
    fn characters_stay_whole_and_what_is_none_is_marked() {
        let text = "größe 🚦\0end".as_bytes();
        for cut in 0..text.len() {
            let found = said(&[&text[..cut], &text[cut..]], &[], 1_000);
            assert_eq!(found, "größe 🚦\u{fffd}end", "cut at {cut}");
        }
        assert_eq!(said(&[b"a\xff\xfeb\xf0\x9f"], &[], 100), "a\u{fffd}\u{fffd}b\u{fffd}");
    }

    #[test]
    fn what_is_too_much_is_left_out_and_said() {
        let found = said(&[b"12345", b"67890", b"abc"], &[], 7);
        assert_eq!(found, format!("1234567{CUT}"));
        assert_eq!(said(&["aé".as_bytes()], &[], 2), format!("a{CUT}"));
        assert_eq!(said(&[b"1234567"], &[], 7), "1234567");
    }
}

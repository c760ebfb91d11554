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
    secrets: Vec<Vec<u8>>,
    pending: Vec<u8>,
    written: usize,
    most: usize,
}

impl<W: Write> Said<W> {
    pub(super) fn new(into: W, secrets: Vec<String>, most: usize) -> Self {
        let mut secrets: Vec<Vec<u8>> = secrets.into_iter().map(String::into_bytes).collect();
        secrets.retain(|secret| !secret.is_empty());
        // A secret that begins with another one is hidden whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { into, secrets, pending: Vec::new(), written: 0, most }
    }

    /// Takes what was said next.
    pub(super) fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        self.hide();
        let ready = self.pending.len() - self.held_back();
        self.write(ready)
    }

    /// Takes the end; answers what it was written into.
    pub(super) fn end(mut self) -> io::Result<W> {
        self.write(self.pending.len())?;
        self.into.flush()?;
        Ok(self.into)
    }

    fn hide(&mut self) {
        for secret in &self.secrets {
            let mut from = 0;
            let found = |bytes: &[u8]| bytes.windows(secret.len()).position(|part| part == secret);
            while let Some(at) = self.pending.get(from..).and_then(found) {
                let at = from + at;
                self.pending.splice(at..at + secret.len(), HIDDEN.iter().copied());
                from = at + HIDDEN.len();
            }
        }
    }

    /// How much of the end may be the beginning of a secret, or of a character.
    fn held_back(&self) -> usize {
        let begins = |count: &usize| {
            let end = &self.pending[self.pending.len() - count..];
            self.secrets.iter().any(|secret| secret.len() > *count && secret.starts_with(end))
        };
        let longest = self.secrets.first().map_or(0, |secret| secret.len() - 1);
        let secret = (1..=longest.min(self.pending.len())).rev().find(begins).unwrap_or(0);
        secret.max(unfinished(&self.pending))
    }

    fn write(&mut self, ready: usize) -> io::Result<()> {
        let bytes: Vec<u8> = self.pending.drain(..ready).collect();
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

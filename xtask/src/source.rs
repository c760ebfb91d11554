//! A Rust text split into code, comments and string literals, so that a rule about code is not
//! misled by prose. A small lexer, not a parser: it knows where strings and comments end.

/// A string literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// The line where it starts, from 1.
    pub(crate) line: usize,
    /// What stands between the quotes, escapes as written.
    pub(crate) text: String,
}

/// A Rust text, split.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The text with comments and the insides of literals blanked out; lines stay where they are.
    pub(crate) code: String,
    /// The text with everything but comments blanked out; lines stay where they are.
    pub(crate) comments: String,
    /// The string literals in order.
    pub(crate) literals: Vec<Literal>,
}

impl Source {
    /// Splits a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut lexer = Lexer {
            characters: text.chars().collect(),
            place: 0,
            line: 1,
            source: Self::default(),
        };
        while lexer.place < lexer.characters.len() {
            lexer.step();
        }
        lexer.source
    }

    /// The line, from 1, of a byte offset in `code`.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.code[..offset].matches('\n').count() + 1
    }
}

enum Kind {
    Code,
    Comment,
    Inside,
}

struct Lexer {
    characters: Vec<char>,
    place: usize,
    line: usize,
    source: Source,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.characters.get(self.place + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self, kind: &Kind) {
        let character = self.peek(0);
        let (code, comment) = match (character, kind) {
            ('\n', _) => ('\n', '\n'),
            (other, Kind::Code) => (other, ' '),
            (other, Kind::Comment) => (' ', other),
            (_, Kind::Inside) => (' ', ' '),
        };
        self.source.code.push(code);
        self.source.comments.push(comment);
        self.line += usize::from(character == '\n');
        self.place += 1;
    }

    fn take_many(&mut self, count: usize, kind: &Kind) {
        for _ in 0..count {
            self.take(kind);
        }
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(None),
            ('\'', _) => self.quote(),
            (first, _) if is_word_character(first) => self.word(),
            _ => self.take(&Kind::Code),
        }
    }

    fn line_comment(&mut self) {
        while self.place < self.characters.len() && self.peek(0) != '\n' {
            self.take(&Kind::Comment);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.place < self.characters.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.take_many(2, &Kind::Comment);
                }
                ('*', '/') => {
                    depth -= 1;
                    self.take_many(2, &Kind::Comment);
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.take(&Kind::Comment),
            }
        }
    }

    /// A word, and the raw string that may begin with it (`r"…"`, `br#"…"#`).
    fn word(&mut self) {
        let from = self.place;
        while is_word_character(self.peek(0)) {
            self.take(&Kind::Code);
        }
        let word: String = self.characters[from..self.place].iter().collect();
        if !matches!(word.as_str(), "r" | "br" | "cr") {
            return;
        }
        let left = self.characters.len() - self.place;
        let hashes = (0..left).take_while(|&ahead| self.peek(ahead) == '#').count();
        if self.peek(hashes) == '"' {
            self.take_many(hashes, &Kind::Code);
            self.string(Some(hashes));
        }
    }

    /// A string from its opening quote to its closing one; `hashes` for a raw one.
    fn string(&mut self, hashes: Option<usize>) {
        let line = self.line;
        self.take(&Kind::Code);
        let from = self.place;
        while self.place < self.characters.len() && !self.closes(hashes) {
            let escape = hashes.is_none() && self.peek(0) == '\\';
            self.take_many(1 + usize::from(escape), &Kind::Inside);
        }
        let end = self.place.min(self.characters.len());
        let text = self.characters[from..end].iter().collect();
        self.source.literals.push(Literal { line, text });
        if self.place < self.characters.len() {
            self.take_many(1 + hashes.unwrap_or(0), &Kind::Code);
        }
    }

    fn closes(&self, hashes: Option<usize>) -> bool {
        self.peek(0) == '"' && (1..=hashes.unwrap_or(0)).all(|ahead| self.peek(ahead) == '#')
    }

    /// A character literal or the tick of a lifetime.
    fn quote(&mut self) {
        if self.peek(1) == '\\' {
            self.take_many(3, &Kind::Inside);
            while self.place < self.characters.len() && self.peek(0) != '\'' {
                self.take(&Kind::Inside);
            }
            self.take(&Kind::Inside);
        } else if self.peek(2) == '\'' {
            self.take_many(3, &Kind::Inside);
        } else {
            self.take(&Kind::Code);
        }
    }
}

/// Whether a character can be part of a Rust name.
pub(crate) fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Byte offsets in `code` at which `needle` stands as a whole word or path.
pub(crate) fn offsets_of(code: &str, needle: &str) -> Vec<usize> {
    code.match_indices(needle)
        .map(|(offset, _)| offset)
        .filter(|&offset| {
            let before = code[..offset].chars().next_back();
            let after = code[offset + needle.len()..].chars().next();
            let open_end = needle.ends_with(|last| !is_word_character(last));
            !before.is_some_and(is_word_character)
                && (open_end || !after.is_some_and(is_word_character))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_taken_out_of_the_code() {
        let source = Source::of("let a = \"crate::x\"; // crate::y\n/* crate::z */ let b = 1;\n");
        assert!(!source.code.contains("crate"));
        assert!(source.code.contains("let b = 1;"));
        assert!(source.comments.contains("crate::y"));
        assert!(source.comments.contains("crate::z"));
        assert_eq!(source.literals, [Literal { line: 1, text: "crate::x".to_owned() }]);
        assert_eq!(source.code.lines().count(), 2);
    }

    #[test]
    fn raw_strings_escapes_and_nested_comments_end_where_they_end() {
        let source = Source::of("r#\"a \" b\"# + \"c \\\" d\" /* e /* f */ g */ + h");
        let texts: Vec<&str> =
            source.literals.iter().map(|literal| literal.text.as_str()).collect();
        assert_eq!(texts, ["a \" b", "c \\\" d"]);
        assert!(source.code.contains("+ h"));
        assert!(!source.code.contains('g'));
    }

    #[test]
    fn a_lifetime_is_not_a_character() {
        let source = Source::of("fn f<'a>(x: &'a str) { let q = '\"'; let e = '\\''; g() } // end");
        assert!(source.code.contains("g() }"));
        assert!(source.literals.is_empty());
        assert!(source.comments.contains("// end"));
    }

    #[test]
    fn a_needle_is_found_as_a_whole_word_only() {
        assert_eq!(offsets_of("async asynchronous my_async", "async"), [0]);
        assert_eq!(offsets_of("crate::a my_crate::b", "crate::"), [0]);
    }
}

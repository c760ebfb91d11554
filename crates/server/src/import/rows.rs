//! Splits a text into rows and fields by the strict rules of RFC 4180, and names the line of
//! whatever breaks them: a lenient reader would take one forgotten quote for half a file.

use std::borrow::Cow;

use super::{COLUMNS_MAX, FIELD_BYTES_MAX, Malformed};

/// How fields are set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    /// Between two fields.
    pub(super) delimiter: u8,
    /// Around a field that holds a delimiter or a line end; none when the file quotes nothing.
    pub(super) quote: Option<u8>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row<'a> {
    /// The line on which it begins.
    pub(super) line: u64,
    /// Its fields.
    pub(super) fields: Vec<Cow<'a, str>>,
}

/// The rows of a text, blank lines left out.
pub(super) struct Rows<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    marks: Marks,
}

/// What follows a field.
enum After {
    Field,
    Row,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str, marks: Marks) -> Self {
        Self { text, at: 0, line: 1, marks }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn malformed<T>(&self, what: impl Into<String>) -> Result<T, Malformed> {
        Err(Malformed::at(self.line, what))
    }

    fn skip_blank_lines(&mut self) {
        loop {
            match (self.byte(self.at), self.byte(self.at + 1)) {
                (Some(b'\n'), _) => self.at += 1,
                (Some(b'\r'), Some(b'\n')) => self.at += 2,
                _ => return,
            }
            self.line += 1;
        }
    }

    fn row(&mut self) -> Result<Row<'a>, Malformed> {
        let mut row = Row { line: self.line, fields: Vec::new() };
        loop {
            let start = self.at;
            let quoted = self.marks.quote.is_some() && self.byte(start) == self.marks.quote;
            let field = if quoted { self.quoted()? } else { self.plain()? };
            if field.len() > FIELD_BYTES_MAX {
                return Err(Malformed::at(
                    row.line,
                    format!(
                        "a field is {} bytes long, and at most {FIELD_BYTES_MAX} fit: is a quote \
                         missing?",
                        field.len()
                    ),
                ));
            }
            row.fields.push(field);
            if row.fields.len() > COLUMNS_MAX {
                return self.malformed(format!("more than {COLUMNS_MAX} fields in one row"));
            }
            match self.after()? {
                After::Field => {}
                After::Row => return Ok(row),
            }
        }
    }

    /// A field without quotes, up to the next delimiter or line end.
    fn plain(&mut self) -> Result<Cow<'a, str>, Malformed> {
        let rest = &self.text.as_bytes()[self.at..];
        let ends = |byte: &u8| *byte == self.marks.delimiter || matches!(byte, b'\n' | b'\r');
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let field = &self.text[self.at..self.at + length];
        if self.marks.quote.is_some_and(|quote| field.as_bytes().contains(&quote)) {
            return self.malformed(
                "a quote inside a field that does not begin with one: put the field in quotes and \
                 write the quote twice",
            );
        }
        self.at += length;
        Ok(Cow::Borrowed(field))
    }

    /// A field in quotes; a quote inside it is written twice.
    fn quoted(&mut self) -> Result<Cow<'a, str>, Malformed> {
        let quote = self.marks.quote.unwrap_or_default();
        let opened = self.line;
        let mut from = self.at + 1;
        let mut field = Cow::Borrowed("");
        loop {
            let rest = &self.text.as_bytes()[from..];
            let Some(length) = rest.iter().position(|byte| *byte == quote) else {
                return Err(Malformed::at(opened, "a quote is opened here and never closed"));
            };
            let part = &self.text[from..from + length];
            let ends = part.bytes().filter(|byte| *byte == b'\n').count();
            self.line += u64::try_from(ends).unwrap_or(u64::MAX);
            field += part;
            let after = from + length + 1;
            if self.byte(after) != Some(quote) {
                self.at = after;
                return Ok(field);
            }
            field += &self.text[after..=after];
            from = after + 1;
        }
    }

    fn after(&mut self) -> Result<After, Malformed> {
        match (self.byte(self.at), self.byte(self.at + 1)) {
            (None, _) => Ok(After::Row),
            (Some(byte), _) if byte == self.marks.delimiter => {
                self.at += 1;
                Ok(After::Field)
            }
            (Some(b'\n'), _) => self.end_line(1),
            (Some(b'\r'), Some(b'\n')) => self.end_line(2),
            (Some(b'\r'), _) => self.malformed(
                "a carriage return stands alone: end lines with CR LF or LF, and put fields that \
                 hold one in quotes",
            ),
            (Some(_), _) => self.malformed("there is text after the closing quote of a field"),
        }
    }

    fn end_line(&mut self, length: usize) -> Result<After, Malformed> {
        self.at += length;
        self.line += 1;
        Ok(After::Row)
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, Malformed>;

    /// The next row. After a malformed one there is nothing to go on from.
    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blank_lines();
        if self.at >= self.text.len() {
            return None;
        }
        let row = self.row();
        if row.is_err() {
            self.at = self.text.len();
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: Marks = Marks { delimiter: b';', quote: Some(b'"') };

    fn split(text: &str) -> Result<Vec<(u64, Vec<String>)>, Malformed> {
        let rows = Rows::new(text, MARKS);
        rows.map(|row| {
            let row = row?;
            Ok((row.line, row.fields.iter().map(ToString::to_string).collect()))
        })
        .collect()
    }

    fn refused(text: &str) -> (Option<u64>, String) {
        let malformed = split(text).expect_err("malformed");
        (malformed.line, malformed.what)
    }

    #[test]
    fn both_line_ends_may_mix_and_blank_lines_are_left_out() {
        let rows = split("a;b\r\n1;2\n\r\n\n3;\r\n;\n").unwrap();
        let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 5, 6]);
        assert_eq!(rows[2].1, ["3", ""]);
        assert_eq!(rows[3].1, ["", ""]);
    }

    #[test]
    fn a_field_in_quotes_may_hold_anything() {
        let rows = split("x;\"a;\"\"b\"\"\r\nc\"\ny;z").unwrap();
        assert_eq!(rows[0].1, ["x", "a;\"b\"\r\nc"]);
        assert_eq!(rows[1], (3, vec!["y".to_owned(), "z".to_owned()]));
        assert_eq!(split("\"\";\"\"\"\"").unwrap()[0].1, ["", "\""]);
    }

    #[test]
    fn an_unclosed_quote_is_named_by_the_line_that_opens_it() {
        let (line, what) = refused("a;b\n1;\"2\n3;4\n5;6\n");
        assert_eq!(line, Some(2));
        assert!(what.contains("never closed"), "{what}");
    }

    #[test]
    fn stray_quotes_and_lone_carriage_returns_are_named_by_their_line() {
        assert_eq!(refused("a\nb 24\" c\n").0, Some(2));
        assert_eq!(refused("a;b\n\"x\ny\"z;1\n").0, Some(3));
        assert_eq!(refused("a\r\nb\rc\r\n").0, Some(2));
    }

    #[test]
    fn a_huge_field_is_refused_where_its_row_begins() {
        let fits = format!("a\n{}\n", "x".repeat(FIELD_BYTES_MAX));
        assert!(split(&fits).is_ok());
        let huge = format!("a\n\"{}\n{}\"\n", "x".repeat(FIELD_BYTES_MAX), "y");
        let (line, what) = refused(&huge);
        assert_eq!(line, Some(2));
        assert!(what.contains("is a quote missing?"), "{what}");
    }

    #[test]
    fn a_row_of_too_many_fields_is_refused() {
        assert!(split(&";".repeat(COLUMNS_MAX - 1)).is_ok());
        assert_eq!(refused(&";".repeat(COLUMNS_MAX)).0, Some(1));
    }

    #[test]
    fn without_a_quote_mark_quotes_are_text() {
        let marks = Marks { delimiter: b'\t', quote: None };
        let mut rows = Rows::new("24\" rack\t\"x\n", marks);
        assert_eq!(rows.next().unwrap().unwrap().fields, ["24\" rack", "\"x"]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_quoted_reads_back(
            table in proptest::collection::vec(
                proptest::collection::vec("[a-z;\"\\r\\n é]{0,6}", 1..4),
                1..5,
            )
        ) {
            let line = |row: &Vec<String>| {
                let cells = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
                cells.collect::<Vec<_>>().join(";")
            };
            let text = table.iter().map(line).collect::<Vec<_>>().join("\r\n");
            let rows: Vec<_> = split(&text).unwrap().into_iter().map(|(_, row)| row).collect();
            proptest::prop_assert_eq!(rows, table);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a;\"\\r\\n]{0,40}") {
            let _ = split(&text);
        }
    }
}

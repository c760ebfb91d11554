//! A file whose structure was checked from end to end: its encoding, its header, its quoting, the
//! width of its rows. Nothing is written before that.

use std::borrow::Cow;
use std::collections::HashMap;

use super::plan::Plan;
use super::rows::{Marks, Row, Rows};
use super::{FILE_BYTES_MAX, Malformed, Mapping};

/// A checked file.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    marks: Marks,
    pub(super) plan: Plan,
    /// How many rows each number has, so that the rows of one record may stand apart.
    counts: HashMap<String, u32>,
    /// How the bytes were read.
    pub encoding: &'static str,
    /// Rows, the header left out.
    pub rows: u64,
}

impl Sheet {
    /// Checks a file.
    pub fn check(bytes: Vec<u8>, mapping: &Mapping) -> Result<Self, Malformed> {
        if bytes.len() > FILE_BYTES_MAX {
            let what = format!(
                "the file is {} bytes long, and at most {FILE_BYTES_MAX} fit: divide it",
                bytes.len()
            );
            return Err(Malformed::whole(what));
        }
        let (text, encoding) = decode(bytes, &mapping.file.encodings)?;
        let marks = mapping.file.marks();
        let mut rows = Rows::new(&text, marks);
        let header = rows
            .next()
            .unwrap_or_else(|| Err(Malformed::at(1, "the file is empty: there is no header")))?;
        let plan = Plan::of(mapping, &header)?;
        let (named, width) = (named(&header), header.fields.len());
        let mut counts: HashMap<String, u32> = HashMap::new();
        let mut total = 0;
        for row in rows {
            let row = fitted(row?, named, width)?;
            let number = plan.number(&row);
            match counts.get_mut(number) {
                Some(count) => *count += 1,
                None => _ = counts.insert(number.to_owned(), 1),
            }
            total += 1;
        }
        Ok(Self { text, marks, plan, counts, encoding, rows: total })
    }

    /// The rows, gathered by record, each record at its last row.
    pub(super) fn records(&self) -> Records<'_> {
        let mut rows = Rows::new(&self.text, self.marks);
        let header = rows.next().and_then(Result::ok);
        let width = header.map_or(0, |header| header.fields.len());
        Records { sheet: self, rows, width, open: HashMap::new() }
    }
}

/// How many columns there are up to the last one with a name.
fn named(header: &Row<'_>) -> usize {
    let last = header.fields.iter().rposition(|name| !name.trim().is_empty());
    last.map_or(0, |last| last + 1)
}

/// The row when it is as wide as the header. Columns without a name at the end may be left out.
fn fitted(mut row: Row<'_>, named: usize, width: usize) -> Result<Row<'_>, Malformed> {
    let fields = row.fields.len();
    if fields < named || fields > width {
        let what = format!("the row has {fields} fields, and the header names {named}");
        return Err(Malformed::at(row.line, what));
    }
    row.fields.resize(width, Cow::Borrowed(""));
    Ok(row)
}

/// The rows of one record, gathered.
pub(super) struct Records<'a> {
    sheet: &'a Sheet,
    rows: Rows<'a>,
    width: usize,
    open: HashMap<&'a str, Vec<Row<'a>>>,
}

impl<'a> Iterator for Records<'a> {
    type Item = Vec<Row<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // The check has read every row, so that none is malformed now.
            let mut row = self.rows.next()?.ok()?;
            row.fields.resize(self.width, Cow::Borrowed(""));
            let known = self.sheet.counts.get_key_value(self.sheet.plan.number(&row));
            let (number, count) = known?;
            // Rows without a number belong to no record: each stands for itself.
            if *count == 1 || number.is_empty() {
                return Some(vec![row]);
            }
            let rows = self.open.entry(number).or_default();
            rows.push(row);
            if rows.len() == *count as usize {
                return self.open.remove(number.as_str());
            }
        }
    }
}

/// The bytes as text, by the first of the encodings that fits.
fn decode(bytes: Vec<u8>, encodings: &[String]) -> Result<(String, &'static str), Malformed> {
    let line_of = |bytes: &[u8], at: usize| {
        let ends = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        u64::try_from(ends).unwrap_or(u64::MAX) + 1
    };
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Malformed::at(1, "the file is UTF-16: save it as UTF-8"));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let what = "there is a NUL byte: this is no text file, or it is UTF-16; save it as UTF-8";
        return Err(Malformed::at(line_of(&bytes, at), what));
    }
    let wants = |name: &str| encodings.iter().any(|wanted| wanted == name);
    match String::from_utf8(bytes) {
        Ok(text) => Ok((without_mark(text), "utf-8")),
        Err(error) if wants("windows-1252") => {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(error.as_bytes());
            Ok((text.into_owned(), "windows-1252"))
        }
        Err(error) => {
            let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
            let what = "a byte is not UTF-8: save the file as UTF-8, or let the mapping name \
                windows-1252 among its encodings";
            Err(Malformed::at(line, what))
        }
    }
}

/// Without the byte order mark that some programs put first.
fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = r#"
        about = "test"
        record = "change"
        source = "test"
        zone = "UTC"
        [file]
        delimiter = ";"
        encodings = ["utf-8", "windows-1252"]
        times = ["%Y-%m-%d %H:%M"]
        [fields]
        number = "Id"
        title = "{Title}"
    "#;

    fn mapping() -> Mapping {
        Mapping::parse("test", MAPPING).unwrap()
    }

    fn check(bytes: &[u8]) -> Result<Sheet, Malformed> {
        Sheet::check(bytes.to_vec(), &mapping())
    }

    fn refused(bytes: &[u8]) -> String {
        check(bytes).expect_err("malformed").to_string()
    }

    fn titles(sheet: &Sheet) -> Vec<String> {
        let records = sheet.records();
        records.map(|rows| rows[0].fields[1].to_string()).collect()
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_name() {
        let sheet = check("\u{feff}Id;Title\n1;A\n".as_bytes()).unwrap();
        assert_eq!((sheet.rows, titles(&sheet)), (1, vec!["A".to_owned()]));
    }

    #[test]
    fn what_is_not_utf_8_is_read_as_windows_1252_when_the_mapping_allows_it() {
        let bytes = b"Id;Title\n1;caf\xe9 \x80\n";
        let sheet = check(bytes).unwrap();
        assert_eq!(sheet.encoding, "windows-1252");
        assert_eq!(titles(&sheet), ["café €"]);
        let strict = MAPPING.replace(", \"windows-1252\"", "");
        let strict = Mapping::parse("test", &strict).unwrap();
        let error = Sheet::check(bytes.to_vec(), &strict).expect_err("not UTF-8");
        assert!(error.to_string().starts_with("line 2: a byte is not UTF-8"), "{error}");
    }

    #[test]
    fn utf_16_and_nul_are_refused() {
        assert!(refused(b"\xff\xfeI\0d\0").contains("UTF-16"));
        assert!(refused(b"Id;Title\n1;A\n2;\0\n").starts_with("line 3: there is a NUL"));
    }

    #[test]
    fn an_empty_file_has_no_header() {
        assert!(refused(b"").contains("no header"));
        assert!(refused(b"\r\n\n").contains("no header"));
    }

    #[test]
    fn missing_and_doubled_columns_are_named() {
        let error = refused(b"Number;Name\n1;A\n");
        assert!(error.contains("`Id`") && error.contains("`Title`"), "{error}");
        let error = refused(b"Id;Title;Other;Other\n1;A;;\n");
        assert!(error.starts_with("line 1: ") && error.contains("`Other` twice"), "{error}");
    }

    #[test]
    fn a_row_of_another_width_is_named_by_its_line() {
        assert!(refused(b"Id;Title\n1;A\n2\n").starts_with("line 3: the row has 1 field"));
        assert!(refused(b"Id;Title\n1;A;B\n").starts_with("line 2: the row has 3 fields"));
    }

    #[test]
    fn columns_without_a_name_at_the_end_may_be_left_out() {
        let sheet = check(b"Id;Title;;\n1;A\n2;B;\n3;C;;\n").unwrap();
        assert_eq!(titles(&sheet), ["A", "B", "C"]);
    }

    #[test]
    fn rows_of_one_record_are_gathered_even_when_they_stand_apart() {
        let sheet = check(b"Id;Title\n1;A\n2;B\n1;C\n;D\n;E\n").unwrap();
        let sizes: Vec<usize> = sheet.records().map(|rows| rows.len()).collect();
        assert_eq!(sizes, [1, 2, 1, 1]);
    }

    #[test]
    fn a_broken_last_line_stops_the_whole_file() {
        let error = refused(b"Id;Title\n1;A\n2;\"B\n");
        assert!(error.starts_with("line 3: a quote is opened"), "{error}");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(0_u8.., 0..60)) {
            let mut file = b"Id;Title\n".to_vec();
            file.extend(&bytes);
            if let Ok(sheet) = check(&file) {
                let rows: usize = sheet.records().map(|rows| rows.len()).sum();
                proptest::prop_assert_eq!(rows as u64, sheet.rows);
            }
            let _ = check(&bytes);
        }
    }
}

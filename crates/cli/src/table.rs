//! Text for people: aligned columns, and one record as a sheet. What a record holds may come from
//! anyone, so nothing in it reaches the terminal as a control character.

use std::fmt::Write as _;

/// The widest cell of a table; longer ones are cut with an ellipsis, reasons go on below.
const CELL_MAX: usize = 60;
/// The columns that say why, or who decides. Nothing of them is cut.
const WHOLE: [&str; 12] = [
    "approval",
    "detail",
    "expression",
    "outcome",
    "reason",
    "records",
    "refusal.detail",
    "was",
    "was.approval",
    "why",
    "would",
    "would.approval",
];

/// The columns that say when. They stay in one line, whole: half a window is none.
const TIMES: [&str; 3] = ["next_free", "overlap", "window"];

/// Rows under each other, two blanks between columns. The first names the columns.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let names = rows.first().map_or(&[][..], Vec::as_slice);
    let lines = |(column, cell): (usize, &String)| match names.get(column).map(String::as_str) {
        Some(name) if WHOLE.contains(&name) => wrapped(cell),
        Some(name) if TIMES.contains(&name) => vec![visible(cell)],
        _ => vec![short(cell)],
    };
    let rows: Vec<Vec<Vec<String>>> =
        rows.iter().map(|row| row.iter().enumerate().map(lines).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(move |row| row.get(column)).flatten();
        cells.map(|line| wide(line)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        for number in 0..row.iter().map(Vec::len).max().unwrap_or(0) {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let part = cell.get(number).map_or("", String::as_str);
                let _ = write!(line, "{part}{}", " ".repeat(width - wide(part) + 2));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

/// A cell in lines, broken between words; a word that is too long has a line of its own.
fn wrapped(cell: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in visible(cell).split(' ') {
        let last = lines.last_mut().expect("there is a line from the start");
        if last.is_empty() {
            last.push_str(word);
        } else if wide(last) + 1 + wide(word) <= CELL_MAX {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Names and values, empty ones left out, then sections of lines.
pub(crate) fn sheet<'a>(
    fields: impl Iterator<Item = (&'a str, String)>,
    sections: &[(&str, Vec<String>)],
) -> String {
    let fields: Vec<(&str, String)> = fields.filter(|(_, value)| !value.is_empty()).collect();
    let width = fields.iter().map(|(name, _)| wide(name)).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in &fields {
        let mut lines = value.lines().map(visible);
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(text, "{name}{}  {first}", " ".repeat(width - wide(name)));
        for line in lines {
            let _ = writeln!(text, "{}  {line}", " ".repeat(width));
        }
    }
    for (title, lines) in sections.iter().filter(|(_, lines)| !lines.is_empty()) {
        let _ = writeln!(text, "\n{title}");
        for line in lines {
            let _ = writeln!(text, "  {}", visible(line));
        }
    }
    text
}

fn wide(text: &str) -> usize {
    text.chars().count()
}

fn short(cell: &str) -> String {
    if wide(cell) <= CELL_MAX {
        return visible(cell);
    }
    let kept: String = cell.chars().take(CELL_MAX - 1).collect();
    format!("{}…", visible(&kept))
}

/// The text with each character that could steer a terminal or turn the line round as a dot.
pub(crate) fn visible(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
            || matches!(c, '\u{2066}'..='\u{2069}' | '\u{2028}'..='\u{2029}')
    };
    text.chars().map(|c| if steers(c) { '·' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let text = aligned(&[row(&["number", "title"]), row(&["CHG-1042", "Grüße"])]);
        assert_eq!(text, "number    title\nCHG-1042  Grüße\n");
    }

    #[test]
    fn a_reason_is_never_cut_and_goes_on_below() {
        let reason = "the release type `minor` is missing, and REL-17 and 3 more are still under \
            way with it: keep its model until they are closed";
        let title = "A title of which the end is not needed to tell it from another";
        let text = aligned(&[row(&["title", "detail", "state"]), row(&[title, reason, "open"])]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines[1].contains('…') && lines[1].ends_with("  open"), "{text}");
        let said: Vec<&str> = text.split_whitespace().collect();
        let words: Vec<&str> = reason.split(' ').collect();
        let places = words.iter().map(|word| said.iter().filter(|one| *one == word).count());
        assert!(places.min() > Some(0), "{text}");
        assert!(lines[1..].iter().all(|line| line.chars().count() <= 60 + 2 + 60 + 2 + 4));
    }

    #[test]
    fn a_window_is_never_cut() {
        let window = "2026-12-06 23:00+01:00 – 2026-12-07 03:00+01:00 America/Argentina/La_Rioja";
        let text = aligned(&[row(&["window", "title"]), row(&[window, "Move"])]);
        assert!(text.contains(&format!("{window}  Move")), "{text}");
    }

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        let text = aligned(&[row(&["\u{1b}[2Jgone\nline", "\u{202E}"])]);
        assert_eq!(text, "·[2Jgone·line  ·\n");
        let fields = [("title", "\u{1b}]0;owned\u{7}\r\u{9b}31m".to_owned())];
        let text = sheet(fields.into_iter(), &[("tasks", vec!["1 \u{8}\u{85}test".to_owned()])]);
        assert_eq!(text, "title  ·]0;owned···31m\n\ntasks\n  1 ··test\n");
        // Of a reason, which is not cut, no line either.
        let text = aligned(&[row(&["reason"]), row(&["\u{1b}[31mred \u{2066}turned"])]);
        assert_eq!(text, "reason\n·[31mred ·turned\n");
    }

    #[test]
    fn a_sheet_leaves_out_what_is_empty() {
        let fields = [("title", "Fix".to_owned()), ("team", String::new())];
        let text = sheet(fields.into_iter(), &[("tasks", vec!["1 test".to_owned()])]);
        assert_eq!(text, "title  Fix\n\ntasks\n  1 test\n");
    }
}

//! Release notes from the record: what a release brings, for people inside with numbers and links,
//! for customers with what they meet. The text is a draft: people go on from it.

use kernel::NAME_MAX;

use crate::knowledge::{Audience, BODY_MAX, Kind};
use crate::record::Link;

/// How much of the reason of a change is told.
const REASON_MAX: usize = 600;

/// What is known of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// `REL-…`.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub objectives: Vec<String>,
    /// The services that it touches.
    pub services: Vec<String>,
    /// Its changes in deploy order.
    pub changes: Vec<BundledChange>,
    /// What is known of those services.
    pub known: Vec<Known>,
}

/// A change that a release carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundledChange {
    /// `CHG-…`.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// Why it is made.
    pub reason: String,
    /// What customers meet, as a word; absent where they meet nothing or nobody said.
    pub impact: Option<String>,
    /// Its links.
    pub links: Vec<Link>,
}

/// A published workaround or known limitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// `KB-…`.
    pub number: String,
    /// What it is.
    pub kind: Kind,
    /// For whom.
    pub audience: Audience,
    /// What it is called.
    pub title: String,
}

/// The title and the text of the notes of a release.
pub fn compose(bundle: &Bundle, audience: Audience) -> (String, String) {
    let (title, text) = match audience {
        Audience::Internal => (format!("Release notes of {}", bundle.number), internal(bundle)),
        Audience::Customers => (format!("What is new: {}", bundle.title), customers(bundle)),
    };
    (title.chars().take(NAME_MAX).collect(), whole_lines(text))
}

/// As many lines as an article holds.
fn whole_lines(mut text: String) -> String {
    const MORE: &str = "\n…\n";
    if text.len() > BODY_MAX {
        let room = text.floor_char_boundary(BODY_MAX - MORE.len());
        text.truncate(text[..room].rfind('\n').unwrap_or(room));
        text.push_str(MORE);
    }
    text
}

fn internal(bundle: &Bundle) -> String {
    let mut text = format!("# {} ({})\n", plain(&bundle.title), bundle.number);
    section(&mut text, "Objectives", bundle.objectives.iter().map(|one| plain(one)));
    section(&mut text, "Services", bundle.services.iter().map(|one| plain(one)));
    text.push_str("\n## Changes\n");
    for change in &bundle.changes {
        text.push_str(&format!("\n### {} {}\n", change.number, plain(&change.title)));
        paragraph(&mut text, &change.reason);
        let impact = change.impact.as_deref().unwrap_or("none known").replace('_', " ");
        text.push_str(&format!("\nCustomer impact: {impact}\n"));
        let links: Vec<String> = change.links.iter().map(link).collect();
        if !links.is_empty() {
            text.push_str(&format!("\nLinks: {}\n", links.join(", ")));
        }
    }
    known(&mut text, bundle, |_| true, |one| format!("{} {}", one.number, plain(&one.title)));
    text
}

fn customers(bundle: &Bundle) -> String {
    let mut text = format!("# {}\n", plain(&bundle.title));
    let (met, beside): (Vec<_>, Vec<_>) =
        bundle.changes.iter().partition(|change| change.impact.is_some());
    for change in met {
        text.push_str(&format!("\n## {}\n", plain(&change.title)));
        paragraph(&mut text, &change.reason);
        let impact = change.impact.as_deref().unwrap_or_default().replace('_', " ");
        text.push_str(&format!("\nWhat you may notice: {impact}\n"));
    }
    section(&mut text, "Also in this release", beside.iter().map(|one| plain(&one.title)));
    let told = |one: &Known| one.audience == Audience::Customers;
    known(&mut text, bundle, told, |one| plain(&one.title));
    text
}

fn known(
    text: &mut String,
    bundle: &Bundle,
    told: impl Fn(&Known) -> bool,
    words: impl Fn(&Known) -> String,
) {
    for (kind, title) in
        [(Kind::KnownLimitation, "Known limitations"), (Kind::Workaround, "Workarounds")]
    {
        let of_kind = bundle.known.iter().filter(|one| one.kind == kind && told(one));
        section(text, title, of_kind.map(&words));
    }
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("- {line}\n")).collect();
    if !lines.is_empty() {
        text.push_str(&format!("\n## {title}\n\n{}", lines.concat()));
    }
}

/// The first paragraph of what people wrote.
fn paragraph(text: &mut String, words: &str) {
    let first = words.trim().split("\n\n").next().unwrap_or_default();
    if !first.is_empty() {
        let told: String = first.chars().take(REASON_MAX).collect();
        let more = if told.len() < first.len() { "…" } else { "" };
        text.push_str(&format!("\n{}{more}\n", plain(&told)));
    }
}

fn link(link: &Link) -> String {
    let name = format!("{} {}", link.kind.word().replace('_', " "), plain(&link.target));
    let safe = |url: &&String| {
        let web = url.starts_with("https://") || url.starts_with("http://");
        // A backslash would end the address somewhere else, or nowhere.
        web && !url.contains(['<', '>', '\\', ' ']) && !url.contains(char::is_control)
    };
    match link.url.as_ref().filter(safe) {
        Some(url) => format!("[{name}](<{url}>)"),
        None => name,
    }
}

/// Words that mean nothing in Markdown, in one line: what people wrote into a record may hold
/// anything. At the beginning of a line a dash or a number begins a list or a rule, and an address
/// anywhere becomes a link to it.
fn plain(words: &str) -> String {
    let line: String =
        words.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let line = line.trim();
    let digits = line.len() - line.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let mut plain = String::with_capacity(line.len());
    for (at, letter) in line.char_indices() {
        let rest = &line[at..];
        let means = match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '&' | '~' | '@' => {
                true
            }
            '-' | '+' | '=' => at == 0,
            '.' | ')' if digits > 0 && at == digits => true,
            '.' => ends_with(&line[..at], "www"),
            ':' => rest.starts_with("://") || ends_with(&line[..at], "mailto"),
            _ => false,
        };
        if means {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}

fn ends_with(text: &str, end: &str) -> bool {
    let from = text.len().checked_sub(end.len());
    from.and_then(|from| text.get(from..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::LinkKind;

    fn bundle() -> Bundle {
        let url = Some("https://example.org/REQ-7".to_owned());
        let link = Link { url, ..Link::new(LinkKind::Request, "REQ-7") };
        Bundle {
            number: "REL-17".to_owned(),
            title: "Payments 4.2".to_owned(),
            objectives: vec!["Faster checkout".to_owned()],
            services: vec!["Payments".to_owned()],
            changes: vec![
                BundledChange {
                    number: "CHG-1".to_owned(),
                    title: "New checkout".to_owned(),
                    reason: "Half the clicks.".to_owned(),
                    impact: Some("minor".to_owned()),
                    links: vec![link],
                },
                BundledChange {
                    number: "CHG-2".to_owned(),
                    title: "Larger disk".to_owned(),
                    ..BundledChange::default()
                },
            ],
            known: vec![
                Known {
                    number: "KB-3".to_owned(),
                    kind: Kind::Workaround,
                    audience: Audience::Internal,
                    title: "Restart the queue".to_owned(),
                },
                Known {
                    number: "KB-4".to_owned(),
                    kind: Kind::KnownLimitation,
                    audience: Audience::Customers,
                    title: "No refunds on Sundays".to_owned(),
                },
            ],
        }
    }

    #[test]
    fn people_inside_read_numbers_links_and_all_that_is_known() {
        let (title, text) = compose(&bundle(), Audience::Internal);
        assert_eq!(title, "Release notes of REL-17");
        let expected = "# Payments 4.2 (REL-17)\n\n## Objectives\n\n- Faster checkout\n\n\
            ## Services\n\n- Payments\n\n## Changes\n\n### CHG-1 New checkout\n\n\
            Half the clicks.\n\nCustomer impact: minor\n\n\
            Links: [request REQ-7](<https://example.org/REQ-7>)\n\n### CHG-2 Larger disk\n\n\
            Customer impact: none known\n\n## Known limitations\n\n- KB-4 No refunds on Sundays\n\n\
            ## Workarounds\n\n- KB-3 Restart the queue\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn customers_read_what_they_meet_and_nothing_internal() {
        let (title, text) = compose(&bundle(), Audience::Customers);
        assert_eq!(title, "What is new: Payments 4.2");
        let expected = "# Payments 4.2\n\n## New checkout\n\nHalf the clicks.\n\n\
            What you may notice: minor\n\n## Also in this release\n\n- Larger disk\n\n\
            ## Known limitations\n\n- No refunds on Sundays\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_large_release_is_told_as_far_as_an_article_goes() {
        let change = BundledChange {
            title: "x".to_owned(),
            reason: "é".repeat(1_000),
            ..BundledChange::default()
        };
        let many = Bundle { changes: vec![change; 200], ..bundle() };
        let (_, text) = compose(&many, Audience::Internal);
        assert!(text.len() <= BODY_MAX && text.ends_with("\n…\n"), "{}", text.len());
    }

    #[test]
    fn what_people_wrote_means_nothing_in_markdown() {
        let wild = "<script>alert(1)</script> [x](javascript:y)\n# big & `code`";
        let said = "\\<script\\>alert(1)\\</script\\> \\[x\\](javascript:y) \\# big \\& \\`code\\`";
        assert_eq!(plain(wild), said);
        let url = |url: &str| Link { url: Some(url.to_owned()), ..Link::new(LinkKind::Build, "9") };
        assert_eq!(link(&url("javascript:alert(1)")), "build 9");
        assert_eq!(link(&url("https://x.example/> [y](z)")), "build 9");
        assert_eq!(link(&url("https://x.example/\\")), "build 9");
    }

    #[test]
    fn a_line_begins_no_list_and_an_address_becomes_no_link() {
        for (wild, said) in [
            ("- one", "\\- one"),
            ("+ one", "\\+ one"),
            ("---", "\\---"),
            ("===", "\\==="),
            ("\u{1}- one", "\\- one"),
            ("1. one", "1\\. one"),
            ("12) one", "12\\) one"),
            ("see https://evil.example/x", "see https\\://evil.example/x"),
            ("WWW.evil.example", "WWW\\.evil.example"),
            ("mailto:eve@evil.example", "mailto\\:eve\\@evil.example"),
            // What means nothing there stays as it is.
            ("Version 4.2 - at 10:30, é. 1) x", "Version 4.2 - at 10:30, é. 1) x"),
            ("", ""),
        ] {
            assert_eq!(plain(wild), said);
        }
    }
}

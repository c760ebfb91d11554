//! Notices as the policy's files say them: how long before a release is told (`notices.toml`), and
//! the texts of each moment (`notices/….toml`). A text is written out over what is known of a
//! release, into plain text; what a channel makes of that is not written here.

use std::collections::{BTreeMap, BTreeSet};

use domain::vocabulary::{Audience, Moment};
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior};
use serde::Serialize;

use crate::policy::document::{Reader, Table};

/// The file of the times.
pub(super) const FILE: &str = "notices.toml";
/// The file of what is told when a record moves on.
pub(super) const MOVED_ON: &str = "notices/moved_on.toml";
/// The file of what is told once a week of where releases stand.
pub(super) const DIGEST: &str = "notices/digest.toml";
/// The folder of the texts.
pub(super) const FOLDER: &str = "notices";
/// The most entries of a file.
const RULES_MAX: usize = super::set::RULES_MAX;
/// The longest time before a window, in hours: ninety days.
const HOURS_MAX: u32 = 90 * 24;
/// How many steps writing a text out may take.
const FUEL: u64 = 100_000;
/// The longest text that is written out, in characters.
pub const TEXT_MAX: usize = 20_000;

/// What a text may name: everything in words, in the reader's zone. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct View {
    /// `REL-…`.
    pub number: String,
    /// The title.
    pub title: String,
    /// `major`, `minor`, …
    #[serde(rename = "type")]
    pub release_type: String,
    /// What it is for.
    pub description: String,
    /// Its objectives.
    pub objectives: Vec<String>,
    /// Where it happens.
    pub environment: String,
    /// The services that it touches.
    pub services: Vec<String>,
    /// When its window begins.
    pub start: String,
    /// When its window ends.
    pub end: String,
    /// When the window began that was told before.
    pub earlier: String,
    /// What users notice.
    pub impact: String,
    /// What users are asked to do.
    pub action: String,
    /// How long they cannot use it.
    pub downtime: String,
    /// Whom users ask.
    pub contact: String,
    /// Who answers for it.
    pub owner: String,
    /// Who leads it.
    pub manager: String,
    /// Who is responsible that this moment is told.
    pub responsible: String,
    /// How it is taken back.
    pub rollback: String,
    /// By what success is measured.
    pub measures: Vec<String>,
    /// Why it was taken back or given up.
    pub reason: String,
}

impl View {
    /// One of which everything is known, to try a text with.
    fn example() -> Self {
        let text = || "example".to_owned();
        Self {
            number: text(),
            title: text(),
            release_type: text(),
            description: text(),
            objectives: vec![text()],
            environment: text(),
            services: vec![text()],
            start: text(),
            end: text(),
            earlier: text(),
            impact: text(),
            action: text(),
            downtime: text(),
            contact: text(),
            owner: text(),
            manager: text(),
            responsible: text(),
            rollback: text(),
            measures: vec![text()],
            reason: text(),
        }
    }
}

/// What a text may name that tells that a record moved on. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MoveView {
    /// `CHG-…` or `REL-…`.
    pub number: String,
    /// The title.
    pub title: String,
    /// Where it stands now.
    pub state: String,
    /// Who moved it.
    pub actor: String,
    /// Why.
    pub reason: String,
}

impl MoveView {
    /// One of which everything is known, to try a text with.
    fn example() -> Self {
        let text = || "example".to_owned();
        Self { number: text(), title: text(), state: text(), actor: text(), reason: text() }
    }
}

/// What a text may name that tells once a week where releases stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DigestView {
    /// The day on which it is told, by the reader's clock.
    pub day: String,
    /// The releases: those under way, those to come, and those that ended.
    pub releases: Vec<DigestLine>,
    /// How many more there are than it lists; empty where it lists all.
    pub more: String,
}

/// What such a text may name of a release. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DigestLine {
    /// `REL-…`.
    pub number: String,
    /// The title.
    pub title: String,
    /// `major`, `minor`, …
    #[serde(rename = "type")]
    pub release_type: String,
    /// `under way`, `to come` or `ended`.
    pub stands: String,
    /// The state of its model in which it is, and whether it is on hold.
    pub state: String,
    /// When its window begins, in the reader's zone.
    pub start: String,
    /// When its window ends.
    pub end: String,
    /// Whether the go is given.
    pub go: bool,
    /// How risky it is.
    pub tier: String,
    /// How many changes it carries.
    pub changes: u32,
    /// How many of them lack nothing.
    pub ready: u32,
    /// How many conflicts are open.
    pub conflicts: u32,
    /// Where its summary is. On a line of its own it becomes a link.
    pub link: String,
}

impl DigestView {
    /// One of which everything is known, to try a text with.
    fn example() -> Self {
        let text = || "example".to_owned();
        let line = DigestLine {
            number: text(),
            title: text(),
            release_type: text(),
            stands: text(),
            state: text(),
            start: text(),
            end: text(),
            go: true,
            tier: text(),
            changes: 2,
            ready: 1,
            conflicts: 1,
            link: text(),
        };
        Self { day: text(), releases: vec![line], more: "1".to_owned() }
    }
}

/// A text for some audiences and types of release; for all where none is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeText {
    audiences: BTreeSet<Audience>,
    types: BTreeSet<String>,
    subject: String,
    body: String,
}

impl NoticeText {
    fn fits(&self, audience: Audience, release_type: &str) -> bool {
        (self.audiences.is_empty() || self.audiences.contains(&audience))
            && (self.types.is_empty() || self.types.contains(release_type))
    }

    /// Subject and body, written out. The subject is one line.
    pub fn write(&self, view: &impl Serialize) -> Result<(String, String), String> {
        let subject = write(&self.subject, view).map_err(|error| told(&error))?;
        let body = write(&self.body, view).map_err(|error| told(&error))?;
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok((subject, body.trim().to_owned()))
    }
}

/// What a policy says about notices.
#[derive(Debug, Default)]
pub struct NoticeRules {
    before: Option<Vec<(Option<String>, Option<u32>)>>,
    texts: BTreeMap<Moment, Vec<NoticeText>>,
    moved_on: Option<NoticeText>,
    digest: Option<NoticeText>,
}

impl NoticeRules {
    /// How many hours before its window a release of a type is told; at once where there are none.
    pub fn hours_before(&self, release_type: &str) -> Option<u32> {
        let before = self.before.as_deref().unwrap_or_default();
        let of = |(named, _): &&(Option<String>, Option<u32>)| {
            named.as_ref().is_none_or(|named| named == release_type)
        };
        before.iter().find(of).and_then(|(_, hours)| *hours)
    }

    /// The text of a moment for an audience.
    pub fn text(&self, moment: Moment, audience: Audience, release_type: &str) -> &NoticeText {
        let texts = self.texts.get(&moment).map(Vec::as_slice).unwrap_or_default();
        let found = texts.iter().find(|text| text.fits(audience, release_type));
        found.expect("reading asks for a text for all at the end of each moment")
    }

    /// Subject and body of what is told when a record moves on. Where the text fails over what the
    /// record says, it is named all the same.
    pub fn moved_on(&self, view: &MoveView) -> (String, String) {
        let text = self.moved_on.as_ref().expect("reading asks for a text");
        text.write(view).unwrap_or_else(|error| {
            tracing::error!(view.number, error, "a text of a notice could not be written");
            let subject = format!("{} {}: {}", view.number, view.state, view.title);
            (subject.clone(), subject)
        })
    }

    /// Subject and body of a digest of releases. Where the text fails over what they say, they are
    /// named all the same.
    pub fn digest(&self, view: &DigestView) -> (String, String) {
        let text = self.digest.as_ref().expect("reading asks for a text");
        text.write(view).unwrap_or_else(|error| {
            tracing::error!(error, "a digest of releases could not be written");
            let subject = format!("Digest of releases, {}", view.day);
            let line = |one: &DigestLine| format!("{} {}\n{}", one.number, one.title, one.link);
            let lines: Vec<String> = view.releases.iter().map(line).collect();
            (subject, lines.join("\n\n"))
        })
    }

    /// What a set that does not speak of something is given: what the program brings along.
    pub(super) fn filled(mut self, built_in: &[(&str, &str)]) -> Self {
        for (path, text) in built_in {
            let mut reader = Reader::new(path, text, super::expression::Origin::Stored);
            if *path == FILE {
                if self.before.is_none() {
                    self.before = before(&mut reader);
                }
            } else if *path == MOVED_ON {
                if self.moved_on.is_none() {
                    self.moved_on = moved_on(&mut reader);
                }
            } else if *path == DIGEST {
                if self.digest.is_none() {
                    self.digest = digest(&mut reader);
                }
            } else if let Some(moment) = moment_of(path)
                && !self.texts.contains_key(&moment)
                && let Some(read) = texts(&mut reader, &View::example())
            {
                self.texts.insert(moment, read);
            }
        }
        self
    }

    /// Reads the file of the times.
    pub(super) fn read_before(&mut self, reader: &mut Reader<'_>) {
        self.before = before(reader);
    }

    /// Reads a file of texts.
    pub(super) fn read_texts(&mut self, reader: &mut Reader<'_>) {
        if reader.file == MOVED_ON {
            self.moved_on = moved_on(reader);
            return;
        }
        if reader.file == DIGEST {
            self.digest = digest(reader);
            return;
        }
        let Some(moment) = moment_of(reader.file) else {
            let known = Moment::ALL.iter().map(|moment| format!("`{FOLDER}/{moment}.toml`"));
            let others = [MOVED_ON, DIGEST].map(|file| format!("`{file}`"));
            let known: Vec<String> = known.chain(others).collect();
            let wrong = format!("there is no such moment: texts stand in {}", known.join(", "));
            reader.misplaced(wrong, None);
            return;
        };
        if let Some(read) = texts(reader, &View::example()) {
            self.texts.insert(moment, read);
        }
    }
}

/// The moment that a file is about.
fn moment_of(path: &str) -> Option<Moment> {
    path.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(".toml")?.parse().ok()
}

fn before(reader: &mut Reader<'_>) -> Option<Vec<(Option<String>, Option<u32>)>> {
    let mut table = reader.document()?;
    table.keys(reader, &["version", "before"], &[]);
    let _: Option<u32> = table.find(reader, "version");
    let entries = table.list(reader, "before", RULES_MAX, |reader, mut table| {
        table.keys(reader, &[], &["type", "hours", "at_once"]);
        let named: Option<String> = table.find(reader, "type");
        let hours: Option<u32> = table.find(reader, "hours");
        let at_once: bool = table.find(reader, "at_once").unwrap_or_default();
        if hours.is_some() == at_once {
            let both = "an entry has `hours`, or `at_once = true`, and not both";
            reader.wrong(&table.at("hours"), both);
        }
        if hours.is_some_and(|hours| hours > HOURS_MAX) {
            reader.wrong(&table.at("hours"), format!("`hours` is at most {HOURS_MAX}"));
        }
        Some((named, hours))
    })?;
    if entries.last().is_none_or(|(named, _)| named.is_some()) {
        let wrong = "the last entry has no `type`, so that every release has a time";
        reader.wrong("/before", wrong);
    }
    Some(entries)
}

/// The one text of what moved on: its readers are the people of the record.
fn moved_on(reader: &mut Reader<'_>) -> Option<NoticeText> {
    only_text(reader, "what moved on", &MoveView::example())
}

/// The one text of a digest: its readers are those who asked for it.
fn digest(reader: &mut Reader<'_>) -> Option<NoticeText> {
    only_text(reader, "a digest", &DigestView::example())
}

fn only_text(reader: &mut Reader<'_>, what: &str, example: &impl Serialize) -> Option<NoticeText> {
    let mut read = texts(reader, example)?;
    if read.len() > 1 {
        reader.wrong("/texts", format!("{what} has one text, which is for everyone"));
    }
    read.pop()
}

fn texts(reader: &mut Reader<'_>, example: &impl Serialize) -> Option<Vec<NoticeText>> {
    let mut table = reader.document()?;
    table.keys(reader, &["version", "texts"], &[]);
    let _: Option<u32> = table.find(reader, "version");
    let texts =
        table.list(reader, "texts", RULES_MAX, |reader, table| text(reader, table, example))?;
    let is_for_all = |text: &NoticeText| text.audiences.is_empty() && text.types.is_empty();
    if !texts.last().is_some_and(is_for_all) {
        let wrong = "the last text has neither `audiences` nor `types`, so that everyone has one";
        reader.wrong("/texts", wrong);
    }
    Some(texts)
}

fn text<'a>(
    reader: &mut Reader<'a>,
    mut table: Table<'a>,
    example: &impl Serialize,
) -> Option<NoticeText> {
    table.keys(reader, &["subject", "body"], &["audiences", "types"]);
    let audiences = table.words(reader, "audiences").unwrap_or_default();
    let types = table.words(reader, "types").unwrap_or_default();
    let subject: Option<String> = table.find(reader, "subject");
    let body: Option<String> = table.find(reader, "body");
    for (key, source) in [("subject", &subject), ("body", &body)] {
        let Some(source) = source else { continue };
        if source.trim().is_empty() {
            reader.wrong(&table.at(key), format!("`{key}` is empty"));
        } else if let Err(error) = write(source, example) {
            reader.wrong(&table.at(key), format!("in `{key}`: {}", told(&error)));
        }
    }
    Some(NoticeText { audiences, types, subject: subject?, body: body? })
}

/// Writes a template out. It can name nothing but what stands in the view, reaches no file, and
/// ends after so many steps.
fn write(source: &str, view: &impl Serialize) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    let text = environment.render_str(source, Serde(view))?;
    Ok(text.chars().filter(|letter| *letter != '\0').take(TEXT_MAX).collect())
}

fn told(error: &Error) -> String {
    let line = error.line().map(|line| format!(", line {line} of it")).unwrap_or_default();
    let kind = error.kind();
    match error.detail() {
        Some(detail) => format!("{kind}{line}: {detail}"),
        None => format!("{kind}{line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::set::{PolicySet, built_in};

    fn rules(change: impl Fn(&mut domain::policy::Files)) -> Result<PolicySet, Vec<String>> {
        let mut files = built_in();
        change(&mut files);
        PolicySet::read(&files)
            .map_err(|found| found.iter().map(|one| format!("{}: {one}", one.file)).collect())
    }

    #[test]
    fn the_built_in_texts_can_be_written_of_everything_and_of_nothing() {
        let set = rules(|_| {}).expect("sound");
        for moment in Moment::ALL {
            for audience in Audience::ALL {
                for release_type in ["major", "minor", "emergency", "other"] {
                    let text = set.notices().text(*moment, *audience, release_type);
                    let (subject, body) = text.write(&View::example()).expect("it is written");
                    assert!(subject.contains("example") && body.contains("example"), "{subject}");
                    text.write(&View::default()).expect("it is written of nothing");
                }
            }
        }
    }

    #[test]
    fn a_major_release_is_told_a_week_before_and_an_emergency_at_once() {
        let set = rules(|_| {}).expect("sound");
        let hours = |name| set.notices().hours_before(name);
        assert_eq!(hours("major"), Some(168));
        assert_eq!(hours("minor"), Some(24));
        assert_eq!(hours("emergency"), None);
        assert_eq!(hours("train"), Some(24));
    }

    #[test]
    fn a_set_that_says_nothing_of_notices_has_the_built_in_ones() {
        let set = rules(|files| files.retain(|path, _| !path.starts_with(FOLDER)));
        let set = set.expect("sound without them");
        assert_eq!(set.notices().hours_before("major"), Some(168));
        let text = set.notices().text(Moment::Start, Audience::Support, "minor");
        assert!(text.write(&View::example()).is_ok());
    }

    #[test]
    fn what_moved_on_has_one_text_that_names_what_is_known_of_it() {
        let set = rules(|_| {}).expect("sound");
        let title = "<b>\r\nBcc: all@example.org {{ number }}".to_owned();
        let number = "CHG-7".to_owned();
        let view = MoveView { number, title, state: "approved".to_owned(), ..MoveView::default() };
        let (subject, body) = set.notices().moved_on(&view);
        assert_eq!(subject, "CHG-7 approved: <b> Bcc: all@example.org {{ number }}");
        assert!(body.ends_with("is approved."), "{body}");
        let with = |text: &'static str| {
            rules(move |files| {
                files.insert(MOVED_ON.to_owned(), text.to_owned());
            })
            .expect_err("it is wrong")
            .join("\n")
        };
        let window = "version = 1\n[[texts]]\nsubject = \"a\"\nbody = \"{{ start }}\"";
        assert!(with(window).contains("in `body`"), "a move has no window");
        let two = "version = 1\n[[texts]]\naudiences = [\"team\"]\nsubject = \"a\"\n\
            body = \"b\"\n[[texts]]\nsubject = \"a\"\nbody = \"b\"";
        assert!(with(two).contains("one text"));
    }

    #[test]
    fn a_digest_lists_each_release_and_says_how_many_more_there_are() {
        let set = rules(|_| {}).expect("sound");
        let one = DigestLine {
            number: "REL-7".to_owned(),
            title: "<b>\r\nSpring {{ number }}".to_owned(),
            release_type: "major".to_owned(),
            stands: "to come".to_owned(),
            state: "build".to_owned(),
            link: "/releases/REL-7/summary".to_owned(),
            changes: 3,
            ready: 2,
            ..DigestLine::default()
        };
        let ended = DigestLine { stands: "ended".to_owned(), go: true, ..one.clone() };
        let day = "Mon 23 Nov 2026".to_owned();
        let view = DigestView { day, releases: vec![one, ended], more: String::new() };
        let (subject, body) = set.notices().digest(&view);
        assert_eq!(subject, "Digest of releases, Mon 23 Nov 2026");
        assert!(body.contains("Spring {{ number }} (major, to come)"), "{body}");
        assert!(body.contains("2 of 3 changes ready, 0 conflicts open"), "{body}");
        assert_eq!(body.matches("changes ready").count(), 1, "that is over: {body}");
        let links = body.lines().filter(|line| *line == "/releases/REL-7/summary");
        assert_eq!(links.count(), 2, "each on a line of its own: {body}");
        assert!(!body.contains("more"), "{body}");
        let (_, body) = set.notices().digest(&DigestView { more: "12".to_owned(), ..view });
        assert!(body.ends_with("And 12 more."), "{body}");
        let wrong = rules(|files| {
            let text = "version = 1\n[[texts]]\nsubject = \"a\"\nbody = \"{{ number }}\"";
            files.insert(DIGEST.to_owned(), text.to_owned());
        });
        let wrong = wrong.expect_err("a digest has no number").join("\n");
        assert!(wrong.contains("in `body`"), "{wrong}");
    }

    #[test]
    fn what_is_wrong_with_a_text_is_told_where_it_stands() {
        let with = |text: &str| {
            let text = text.to_owned();
            rules(move |files| {
                files.insert("notices/start.toml".to_owned(), text.clone());
            })
            .expect_err("it is wrong")
            .join("\n")
        };
        let one =
            |body: &str| format!("version = 1\n[[texts]]\nsubject = \"a\"\nbody = \"{body}\"");
        let unknown = with(&one("{{ nubmer }}"));
        assert!(unknown.contains("notices/start.toml: line 4"), "{unknown}");
        assert!(with(&one("{% if title %}")).contains("in `body`"));
        assert!(with(&one(" ")).contains("`body` is empty"));
        assert!(with(&one("{% include 'x' %}")).contains("in `body`"));
        let endless =
            one("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}");
        assert!(with(&endless).contains("in `body`"));
        let never =
            "version = 1\n[[texts]]\naudiences = [\"support\"]\nsubject = \"a\"\nbody = \"b\"";
        assert!(with(never).contains("everyone has one"));
        assert!(with(&never.replace("support", "suport")).contains("support"));
    }

    #[test]
    fn a_file_of_no_moment_and_a_time_without_end_are_told() {
        let put = |path: &'static str, text: &'static str| {
            rules(move |files| {
                files.insert(path.to_owned(), text.to_owned());
            })
            .expect_err("it is wrong")
            .join("\n")
        };
        assert!(put("notices/after.toml", "version = 1").contains("no such moment"));
        let typed = "version = 1\n[[before]]\ntype = \"major\"\nhours = 1";
        assert!(put(FILE, typed).contains("every release has a time"));
        let both = "version = 1\n[[before]]\nhours = 1\nat_once = true";
        assert!(put(FILE, both).contains("not both"));
    }

    #[test]
    fn a_subject_is_one_line_whatever_is_in_it() {
        let text = NoticeText {
            audiences: BTreeSet::new(),
            types: BTreeSet::new(),
            subject: "About {{ title }}".to_owned(),
            body: "{{ title }}".to_owned(),
        };
        let title = "a\r\nBcc: all@example.org\u{2028}b {{ number }}".to_owned();
        let (subject, body) = text.write(&View { title, ..View::default() }).expect("written");
        assert_eq!(subject, "About a Bcc: all@example.org b {{ number }}");
        assert!(body.contains("{{ number }}"), "what a record says is not read as a template");
    }
}

//! The forms of a text: a mail, a message of Slack, a card of Microsoft Teams, what a program is
//! sent. A text is plain; whatever stands in it is shown as it is written, and nothing of it is
//! markup, a link or a mention in any form.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::html::escaped;

/// The most characters of one part of a chat message: Slack takes 3,000.
const CHAT_MAX: usize = 2_900;
/// The most characters of a headline of a chat message: Slack takes 150.
const HEADLINE_MAX: usize = 150;

/// A text on its way out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter<'a> {
    pub(super) subject: &'a str,
    pub(super) body: &'a str,
    /// Where the release can be read, where the address of this server is known.
    pub(super) link: Option<&'a str>,
    /// The address of this server, where the text leads to summaries of releases.
    pub(super) address: Option<&'a str>,
}

impl Letter<'_> {
    /// Its subject, as it is shown.
    pub(super) fn title(&self) -> String {
        visible(self.subject)
    }

    /// As a mail.
    pub(super) fn mail(&self) -> Form {
        Form { subject: self.title(), text: self.plain(), html: self.html() }
    }

    /// As plain text.
    pub(super) fn plain(&self) -> String {
        let body = addressed(&visible(self.body), self.address);
        match self.link {
            Some(link) => format!("{body}\n\n{link}\n"),
            None => format!("{body}\n"),
        }
    }

    /// As the body of a mail.
    pub(super) fn html(&self) -> String {
        let paragraph = |text: &str| {
            let lines: Vec<String> = text.lines().map(|line| self.line(line)).collect();
            format!("<p>{}</p>\n", lines.join("<br>\n"))
        };
        let body: String = paragraphs(self.body).map(paragraph).collect();
        let link = self.link.map(|link| format!("<p>{}</p>\n", anchor(link)));
        page(&self.title(), &format!("{body}{}", link.unwrap_or_default()))
    }

    fn line(&self, line: &str) -> String {
        match (self.address, summary_path(line)) {
            (Some(address), Some(path)) => anchor(&format!("{address}{path}")),
            _ => escaped(&visible(line)),
        }
    }

    /// As Slack is sent it. The parts are plain text, in which nothing is read as markup; the line
    /// that notifications show is escaped as Slack asks.
    pub(super) fn slack(&self) -> Json {
        let plain = |text: &str, most| json!({"type": "plain_text", "text": short(&visible(text), most), "emoji": false});
        let mut blocks = vec![json!({"type": "header", "text": plain(self.subject, HEADLINE_MAX)})];
        if !self.body.trim().is_empty() {
            blocks.push(json!({"type": "section", "text": plain(self.body, CHAT_MAX)}));
        }
        if let Some(link) = self.link {
            let text = json!({"type": "plain_text", "text": "Read the release", "emoji": false});
            let button = json!({"type": "button", "text": text, "url": link});
            blocks.push(json!({"type": "actions", "elements": [button]}));
        }
        json!({
            "text": for_slack(&short(&self.title(), CHAT_MAX)),
            "blocks": blocks,
            "unfurl_links": false,
            "unfurl_media": false,
        })
    }

    /// As Microsoft Teams is sent it: an adaptive card of runs of text, which read no markdown.
    pub(super) fn teams(&self) -> Json {
        let block = |text: &str, headline: bool| {
            let size = if headline { "large" } else { "default" };
            let weight = if headline { "bolder" } else { "default" };
            let run = json!({"type": "TextRun", "text": text, "size": size, "weight": weight});
            json!({"type": "RichTextBlock", "inlines": [run]})
        };
        let mut body = vec![block(&self.title(), true)];
        let text = short(&visible(self.body), CHAT_MAX);
        body.extend(paragraphs(&text).map(|paragraph| block(paragraph, false)));
        let actions: Vec<Json> = self
            .link
            .iter()
            .map(|link| json!({"type": "Action.OpenUrl", "title": "Read the release", "url": link}))
            .collect();
        let card = json!({
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": body,
            "actions": actions,
        });
        let kind = "application/vnd.microsoft.card.adaptive";
        json!({
            "type": "message",
            "attachments": [{"contentType": kind, "content": card}],
        })
    }
}

/// A mail as it is written.
pub(super) struct Form {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// What waited for the end of somebody's quiet hours, in one mail.
#[derive(Debug, Clone)]
pub(super) struct Digest<'a> {
    /// Each with its subject, and where it is read more about.
    pub(super) entries: Vec<(&'a str, Option<String>)>,
    /// Where all notices are read in full.
    pub(super) home: Option<String>,
}

const WAITED: &str = "This waited for the end of your quiet hours:";
const IN_FULL: &str = "In full:";

impl Digest<'_> {
    /// As a mail.
    pub(super) fn mail(&self) -> Form {
        let subject = match self.entries.len() {
            1 => "1 notice from your quiet hours".to_owned(),
            count => format!("{count} notices from your quiet hours"),
        };
        let (mut text, mut list) = (format!("{WAITED}\n"), String::new());
        for (subject, link) in &self.entries {
            let subject = visible(subject);
            let below = link.as_ref().map(|link| format!("\n  {link}")).unwrap_or_default();
            let _ = writeln!(text, "\n- {subject}{below}");
            let below = link.as_ref().map(|link| format!("<br>\n{}", anchor(link)));
            let _ = writeln!(list, "<li>{}{}</li>", escaped(&subject), below.unwrap_or_default());
        }
        let mut body = format!("<p>{WAITED}</p>\n<ul>\n{list}</ul>\n");
        if let Some(home) = &self.home {
            let _ = writeln!(text, "\n{IN_FULL} {home}");
            let _ = writeln!(body, "<p>{IN_FULL} {}</p>", anchor(home));
        }
        let html = page(&subject, &body);
        Form { subject, text, html }
    }
}

/// A text with the address of this server before each line that leads to a summary.
pub(super) fn addressed(text: &str, address: Option<&str>) -> String {
    let Some(address) = address else { return text.to_owned() };
    let line = |line: &str| match summary_path(line) {
        Some(path) => format!("{address}{path}"),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Where a line leads that is nothing but the path of the summary of a release.
fn summary_path(line: &str) -> Option<&str> {
    let path = line.trim();
    let number = path.strip_prefix("/releases/")?.strip_suffix("/summary")?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    (!number.is_empty() && number.chars().all(fits)).then_some(path)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"></head>\
        <body style=\"font-family: sans-serif\">\n<h1 style=\"font-size: 1.2em\">{}</h1>\n\
        {body}</body></html>\n",
        escaped(title)
    )
}

fn anchor(link: &str) -> String {
    let link = escaped(link);
    format!("<a href=\"{link}\">{link}</a>")
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}\u{2026}")
}

/// Without signs that are not seen and change how others are read: control characters, and those
/// that turn the direction of writing round (Unicode TR 36).
fn visible(text: &str) -> String {
    let is_odd = |letter: char| {
        (letter.is_control() && letter != '\n' && letter != '\t')
            || matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|letter| if is_odd(letter) { '\u{FFFD}' } else { letter }).collect()
}

/// What Slack reads as markup becomes text: `<!channel>` calls nobody, and signs of emphasis stand
/// for themselves.
fn for_slack(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '*' | '_' | '~' | '`' => {
                out.push('\u{200B}');
                out.push(letter);
            }
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://interlock.example/releases/REL-7";
    const HOSTILE: &[&str] = &[
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><a href=\"javascript:alert(1)\">x</a>",
        "[click](javascript:alert(1))",
        "<!channel> <@U123> <https://evil.example|bank>",
        "*bold* _it_ ~no~ `code`",
        "a\r\nBcc: all@example.org\r\n\r\n<b>",
        "\u{202E}gnp.exe",
        "{{ number }} {% raw %}",
        "&lt;b&gt;",
    ];

    fn all_texts(json: &Json, found: &mut Vec<(String, Json)>) {
        match json {
            Json::Object(map) => {
                found.push((map["type"].as_str().unwrap_or_default().to_owned(), json.clone()));
                map.values().for_each(|inner| all_texts(inner, found));
            }
            Json::Array(list) => list.iter().for_each(|inner| all_texts(inner, found)),
            _ => {}
        }
    }

    #[test]
    fn nothing_that_is_said_becomes_an_element_of_a_mail() {
        for said in HOSTILE {
            let letter = Letter { subject: said, body: said, link: Some(LINK), address: None };
            let html = letter.html();
            let elements: Vec<&str> = html.split('<').skip(1).collect();
            let known = |element: &&str| {
                ["!doctype html>", "html>", "head>", "meta charset=\"utf-8\">", "/head>"]
                    .iter()
                    .chain(&["body style=\"font-family: sans-serif\">", "/body>", "/html>"])
                    .chain(&["h1 style=\"font-size: 1.2em\">", "/h1>", "p>", "/p>", "br>", "/a>"])
                    .any(|known| element.starts_with(known))
                    || element.starts_with(&format!("a href=\"{LINK}\">"))
            };
            let odd: Vec<&&str> = elements.iter().filter(|element| !known(element)).collect();
            assert!(odd.is_empty(), "{said}: {odd:?}");
            assert_eq!(html.matches("<a ").count(), 1);
        }
    }

    #[test]
    fn a_digest_lists_each_notice_and_nothing_of_them_becomes_an_element() {
        let link = || Some(LINK.to_owned());
        let entries = HOSTILE.iter().map(|said| (*said, link())).collect();
        let home = Some("https://interlock.example/inbox".to_owned());
        let Form { subject, text, html } = Digest { entries, home }.mail();
        assert_eq!(subject, "10 notices from your quiet hours");
        assert_eq!(html.matches("<a ").count(), HOSTILE.len() + 1);
        assert_eq!((html.matches("<li>").count(), html.matches("<br>").count()), (10, 10));
        for odd in ["<script", "<img", "<b>", "<!channel", "<@U", "\u{202E}", "\r"] {
            assert!(!html.contains(odd), "{odd}: {html}");
        }
        assert!(text.contains("- {{ number }} {% raw %}\n  https://interlock.example/releases"));
        assert_eq!(text.matches(LINK).count(), HOSTILE.len());
        let one = Digest { entries: vec![("A & B", None)], home: None }.mail();
        assert_eq!(one.subject, "1 notice from your quiet hours");
        assert_eq!(one.text, format!("{WAITED}\n\n- A & B\n"));
        assert!(one.html.contains("<li>A &amp; B</li>"));
    }

    #[test]
    fn nothing_that_is_said_is_read_by_a_chat() {
        for said in HOSTILE {
            let letter = Letter { subject: said, body: said, link: Some(LINK), address: None };
            let slack = letter.slack();
            let line = slack["text"].as_str().expect("a line");
            assert!(!line.contains(['<', '>']), "{line}");
            let mut parts = Vec::new();
            all_texts(&slack["blocks"], &mut parts);
            assert!(!slack.to_string().contains("mrkdwn"));
            let urls = parts.iter().filter(|(_, part)| part.get("url").is_some());
            assert!(urls.into_iter().all(|(_, part)| part["url"] == LINK));
            let mut parts = Vec::new();
            all_texts(&letter.teams()["attachments"][0]["content"], &mut parts);
            // A block of text reads markdown, and a run of text does not.
            assert!(parts.iter().all(|(kind, _)| kind != "TextBlock"), "{parts:?}");
            let urls = parts.iter().filter(|(_, part)| part.get("url").is_some());
            assert!(urls.into_iter().all(|(_, part)| part["url"] == LINK));
        }
    }

    #[test]
    fn a_text_is_shown_as_it_is_written_and_no_longer_than_a_chat_takes() {
        let letter =
            Letter { subject: "A & B", body: "One\nline\n\n- two", link: None, address: None };
        assert_eq!(letter.plain(), "One\nline\n\n- two\n");
        assert!(letter.html().contains("<p>One<br>\nline</p>\n<p>- two</p>"));
        let long = "x".repeat(10_000);
        let letter = Letter { subject: &long, body: &long, link: None, address: None };
        let slack = letter.slack();
        let length = |text: &Json| text.as_str().expect("a text").chars().count();
        assert_eq!(length(&slack["blocks"][0]["text"]["text"]), HEADLINE_MAX);
        assert_eq!(length(&slack["blocks"][1]["text"]["text"]), CHAT_MAX);
    }

    #[test]
    fn a_line_that_is_the_path_of_a_summary_leads_there_and_no_other_does() {
        let body = "REL-7 Spring\n/releases/REL-7/summary\n\nsee /releases/REL-7/summary\n\
            /releases/../summary\n/releases//summary";
        let at = Some("https://interlock.example");
        let letter = Letter { subject: "Digest", body, link: None, address: at };
        let whole = "https://interlock.example/releases/REL-7/summary";
        assert!(letter.plain().starts_with(&format!("REL-7 Spring\n{whole}\n\nsee /releases")));
        assert_eq!(letter.plain().matches("https:").count(), 1);
        assert!(letter.html().contains(&format!("<br>\n<a href=\"{whole}\">{whole}</a></p>")));
        assert_eq!(letter.html().matches("<a ").count(), 1);
        let letter = Letter { address: None, ..letter };
        assert_eq!(letter.plain(), format!("{body}\n"));
        assert_eq!(letter.html().matches("<a ").count(), 0);
    }

    #[test]
    fn a_subject_is_shown_as_it_is_written() {
        let letter =
            Letter { subject: "Done \u{202E}no\u{7}", body: "", link: None, address: None };
        assert_eq!(letter.title(), "Done \u{FFFD}no\u{FFFD}");
    }
}

//! One's own notices as an Atom feed (RFC 4287), under a secret address as those of calendars are.
//! Everything in it is text: nothing that a record says is an element, an attribute or markup.

use api::notice::InboxItem;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::calendar::FeedKind;
use domain::notice::DIGEST;
use domain::vocabulary::Moment;
use kernel::{Id as _, NoticeId, Timestamp};
use ports::{Fault, Query};
use sha2::{Digest as _, Sha256};

use crate::calendar::{OpenFeed, feed_ended, open_feed};
use crate::html::escaped;
use crate::http::{App, ListQuery};
use crate::notice::archive::in_page;
use crate::notice::format::addressed;
use crate::notice::sender::path_of;
use crate::problem::Answer;
use crate::read::ask;

/// The most notices that a feed holds.
const ENTRIES_MAX: u32 = 50;

/// `/notices.atom?token=…`: what news readers ask, without a sign-in.
pub async fn notices_file(
    State(app): State<App>,
    headers: HeaderMap,
    query: ListQuery,
) -> Result<Response, Answer> {
    let token = query.get("token").unwrap_or_default().to_owned();
    let (now, address) = (app.bus.world().clock.now(), app.address.clone());
    let found = ask(&*app.bus.world().store, move |db| {
        let open = open_feed(db, &token, now)?;
        let open = open.filter(|open| open.feed.filter.kind == Some(FeedKind::Notice));
        open.map(|open| file(db, &open, address.as_deref())).transpose()
    });
    let text = found.await?.ok_or_else(feed_ended)?;
    let tag = tag(&text);
    let about = [(ETAG, tag.clone()), (CACHE_CONTROL, "private, no-cache".to_owned())];
    let seen = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if seen.is_some_and(|seen| seen.split(',').any(|one| one.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let kind = [(CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((about, kind, text).into_response())
}

/// A weak tag: the same feed is sent compressed or plain.
fn tag(text: &str) -> String {
    format!("W/\"{}\"", &ports::hex(&Sha256::digest(text.as_bytes()))[..32])
}

/// The feed. It names no address of its own: that is a secret, which readers pass on with entries.
fn file(db: &mut dyn Query, open: &OpenFeed, address: Option<&str>) -> Result<String, Fault> {
    let items = in_page(db, open.person, None, ENTRIES_MAX)?.items;
    // Before there is anything to tell, it is as old as nothing: the same each time it is read.
    let never = Timestamp::from_micros(0).to_string();
    let updated = items.first().map_or(never.as_str(), |item| &item.at);
    let mut xml = Xml::default();
    xml.open("feed xmlns=\"http://www.w3.org/2005/Atom\"");
    xml.text("id", &open.id.uuid().urn().to_string());
    xml.text("title", &open.feed.name);
    xml.text("updated", updated);
    xml.open("author");
    xml.text("name", "Interlock");
    xml.close("author");
    for item in &items {
        entry(&mut xml, item, address);
    }
    xml.close("feed");
    Ok(xml.0)
}

fn entry(xml: &mut Xml, item: &InboxItem, address: Option<&str>) {
    let Ok(id) = item.id.parse::<NoticeId>() else { return };
    xml.open("entry");
    xml.text("id", &id.uuid().urn().to_string());
    xml.typed("title", &item.subject);
    xml.text("updated", &item.at);
    xml.text("published", &item.at);
    if let (Some(address), Some(number)) = (address, &item.record.number) {
        let is_moment = item.moment.parse::<Moment>().is_ok();
        xml.link(&format!("{address}/{}", path_of(&item.record.id, number, is_moment)));
    }
    let address = address.filter(|_| item.moment == DIGEST);
    xml.typed("content", &addressed(&item.body, address));
    xml.close("entry");
}

/// A document in the making.
struct Xml(String);

impl Default for Xml {
    fn default() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned())
    }
}

impl Xml {
    fn open(&mut self, element: &str) {
        self.0 += &format!("<{element}>\n");
    }

    fn close(&mut self, element: &str) {
        self.0 += &format!("</{element}>\n");
    }

    fn text(&mut self, element: &str, said: &str) {
        self.0 += &format!("<{element}>{}</{element}>\n", plain(said));
    }

    /// Text of which it is said that it is no markup.
    fn typed(&mut self, element: &str, said: &str) {
        self.0 += &format!("<{element} type=\"text\">{}</{element}>\n", plain(said));
    }

    fn link(&mut self, address: &str) {
        self.0 += &format!("<link rel=\"alternate\" href=\"{}\"/>\n", plain(address));
    }
}

/// Text that a parser of XML reads as it was written. What no document may hold (XML 1.0 §2.2)
/// becomes a sign that something was there; a carriage return is named, for else it would be read
/// as the end of a line (§2.11).
fn plain(said: &str) -> String {
    let is_barred = |letter: char| {
        let is_control = letter < ' ' && !matches!(letter, '\t' | '\n' | '\r');
        is_control || matches!(letter, '\u{FFFE}' | '\u{FFFF}')
    };
    let said: String =
        said.chars().map(|letter| if is_barred(letter) { '\u{FFFD}' } else { letter }).collect();
    escaped(&said).replace('\r', "&#13;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_ends_an_element_and_what_no_document_holds_is_marked() {
        assert_eq!(plain("</title><script>&amp;"), "&lt;/title&gt;&lt;script&gt;&amp;amp;");
        assert_eq!(plain("]]>\" '"), "]]&gt;&quot; &#39;");
        assert_eq!(plain("a\rb\nc\td"), "a&#13;b\nc\td");
        assert_eq!(plain("\0\u{7}\u{FFFE}\u{FFFF}"), "\u{FFFD}".repeat(4));
        assert_eq!(plain("\u{202E}\u{1F600}"), "\u{202E}\u{1F600}", "all else is kept");
    }
}

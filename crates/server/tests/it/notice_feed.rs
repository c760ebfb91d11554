//! One's own notices as a feed, read by a parser of XML that is not ours, on both engines.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::notice::{Story, announced};
use crate::support::{Client, Stage, on_both};

/// Prints a feed as JSON: what stands in each element, and every element that there is.
const READER: &str = r#"
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
TEXTS = ("title", "content")
name = lambda one: one.tag.removeprefix("{http://www.w3.org/2005/Atom}")
def told(one):
    return {name(part): part.text or "" for part in one if len(part) == 0}
json.dump({
    "root": root.tag,
    "feed": told(root),
    "entries": [told(one) for one in root if name(one) == "entry"],
    "elements": sorted({name(one) for one in root.iter()}),
    "types": sorted({one.get("type", "") for one in root.iter() if name(one) in TEXTS}),
}, sys.stdout)
"#;

fn parsed(text: &str) -> Json {
    let mut python = Command::new("python3");
    let python = python.args(["-c", READER]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().expect("python3 is there");
    child.stdin.take().expect("its input").write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "it is XML: {text}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Makes a feed of notices; answers it with its address.
pub(crate) async fn made(reader: &Client<'_>, name: &str) -> (Json, String) {
    let made = reader.post("/feeds", json!({"name": name, "kind": "notice"})).await.ok();
    let address = made["address"].as_str().expect("an address").to_owned();
    (made, address)
}

/// What stands in the feed at an address.
pub(crate) async fn read(stage: &Stage, address: &str) -> Json {
    let (status, headers, text) = stage.fetched(address, None).await;
    assert_eq!(status, 200, "{text}");
    assert_eq!(headers["content-type"], "application/atom+xml; charset=utf-8");
    parsed(&text)
}

/// An id as it stands in a feed.
fn urn(id: &Json) -> String {
    let (_, hex) = id.as_str().expect("an id").split_once('_').expect("a prefix");
    let part = |from: usize, to: usize| &hex[from..to];
    let parts = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)];
    format!("urn:uuid:{}", parts.join("-"))
}

#[test]
fn a_feed_tells_the_notices_of_its_owner_until_it_is_taken_back() {
    on_both(async |stage| {
        let story = Story::by(&stage, []).await;
        let rosa = &story.cast.rosa;
        let (feed, address) = made(rosa, "Rosa & <b>notices</b>").await;
        assert!(address.starts_with("/notices.atom?token=ilf_"), "{address}");
        let empty = read(&stage, &address).await;
        assert_eq!(empty["root"], "{http://www.w3.org/2005/Atom}feed");
        assert_eq!(empty["feed"]["title"], "Rosa & <b>notices</b>");
        assert_eq!(empty["feed"]["id"], urn(&feed["id"]));
        assert_eq!(empty["entries"], json!([]));

        announced(&story).await;
        let told = read(&stage, &address).await;
        let item = rosa.get("/inbox").await.ok()["items"][0].clone();
        let entry = json!({"id": urn(&item["id"]), "title": item["subject"], "updated": item["at"],
            "published": item["at"], "content": item["body"]});
        assert_eq!(told["entries"], json!([entry]));
        assert_eq!(told["feed"]["updated"], item["at"]);

        // What was seen is not sent again, until there is more.
        let (_, headers, _) = stage.fetched(&address, None).await;
        let tag = headers["etag"].to_str().expect("a tag").to_owned();
        let again = stage.fetched(&address, Some(&tag)).await;
        assert_eq!(
            (again.0, again.1["etag"].to_str().ok(), again.2),
            (304, Some(&*tag), String::new())
        );
        rosa.post("/inbox/read", json!({})).await.ok();
        assert_eq!(stage.fetched(&address, Some(&tag)).await.0, 304, "reading changes nothing");
        let reason = json!({"reason": "The supplier failed."});
        rosa.post(&format!("{}/cancel", story.path), reason).await.ok();
        story.written().await;
        assert_eq!(stage.fetched(&address, Some(&tag)).await.0, 200);
        assert_eq!(read(&stage, &address).await["entries"].as_array().map(Vec::len), Some(2));

        // Each address is of its kind alone.
        let ended = async |address: &str| {
            let (status, text) = stage.file(address).await;
            assert_eq!(status, 404, "{text}");
            assert!(text.contains("calendar.feed_ended"), "{text}");
        };
        ended(&address.replace("notices.atom", "calendar.ics")).await;
        let calendar = rosa.post("/feeds", json!({"name": "All"})).await.ok();
        let calendar = calendar["address"].as_str().expect("an address");
        ended(&calendar.replace("calendar.ics", "notices.atom")).await;
        ended("/notices.atom").await;
        let both = json!({"name": "Both", "kind": "notice", "environment": "test"});
        let problem = rosa.post("/feeds", both).await.refused(422, "request.invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/kind");

        rosa.delete(&format!("/feeds/{}", feed["id"].as_str().expect("an id")), "1").await.ok();
        ended(&address).await;
    });
}

//! What the tests of both stores share: a little history to compare, and strings that hurt.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use kernel::Version;
use ports::conformance::{event, read, submit, write};
use ports::{Fault, Flow, Lane, Store, StoredState};

/// Writes something into every table that a backup must bring back.
pub(crate) fn fill(store: &Arc<dyn Store>) {
    for number in 0..40_i64 {
        write(store, move |tx| {
            let stream = format!("change:{number}");
            let text = "tab\t newline\n backslash \\. \\N quote ' größe 漢字";
            tx.append(&stream, Version::NONE, &[event("{}"), event(text)])?;
            let state = StoredState { version: Version(2), format: 1, text: text.to_owned() };
            tx.save_state(&stream, &state)?;
            tx.index_text(&stream, &format!("word{number} common"))?;
            assert_eq!(tx.next_number("CHG")?, number + 1);
            Ok(())
        })
        .unwrap();
    }
    write(store, |tx| {
        for sql in [
            "INSERT INTO idempotency (actor, key, request_hash, at) VALUES ('a', 'k', 'h', 1)",
            "INSERT INTO timers (id, due_at, stream, kind, payload) VALUES ('t', 5, 's', 'k', '')",
            "INSERT INTO followers (name, position) VALUES ('f', 12)",
            "INSERT INTO sessions (hash, person, created_at, seen_at, expires_at) \
             VALUES ('h', 'p', 1, 2, 3)",
            "INSERT INTO secrets (subject, hash) VALUES ('s', 'h')",
            "INSERT INTO settings (name, value) VALUES ('n', '\\.')",
            "CREATE TABLE shelf (id BIGINT NOT NULL PRIMARY KEY, label TEXT)",
            "CREATE INDEX shelf_label ON shelf (label)",
            "INSERT INTO shelf (id, label) VALUES (1, NULL), (2, 'b')",
        ] {
            tx.execute(sql, &[])?;
        }
        Ok(())
    })
    .unwrap();
    let head = store.wait_for_log(79, std::time::Duration::from_mins(1)).unwrap();
    assert_eq!(head, 80);
}

/// Asserts that a restored store goes on where [`fill`] stopped.
pub(crate) fn goes_on(store: &Arc<dyn Store>) {
    assert_eq!(store.log_head().unwrap(), 80);
    let next = write(store, |tx| {
        tx.append("change:0", Version(2), &[event("after")])?;
        tx.next_number("CHG")
    });
    assert!(next.unwrap() > 40, "a number was given twice");
    assert_eq!(store.wait_for_log(80, std::time::Duration::from_mins(1)).unwrap(), 81);
    let found = read(store, |reader| reader.search(None, "word7", 5)).unwrap();
    assert_eq!(found, ["change:7"]);
    let twice =
        write(store, |tx| tx.execute("INSERT INTO shelf (id, label) VALUES (1, 'again')", &[]));
    assert!(twice.is_err(), "the key of a table was lost");
}

/// Queues a job that appends one event and keeps it.
pub(crate) fn append(
    store: &Arc<dyn Store>,
    lane: Lane,
    stream: String,
) -> Receiver<Result<(), Fault>> {
    submit(store, lane, move |tx| {
        tx.append(&stream, Version::NONE, &[event("kept")])?;
        Ok(Flow::Commit)
    })
}

/// Stores, finds and indexes each of the naughty strings. Without the file the test is skipped by
/// hand and loudly; with `CI=true` that is a failure.
pub(crate) fn survives_naughty_strings(store: &Arc<dyn Store>) {
    let Some(strings) = naughty_strings() else { return };
    assert!(strings.len() > 100, "the list is too short to be the list");
    for (number, string) in strings.into_iter().enumerate() {
        let found = write(store, move |tx| {
            let stream = format!("change:{number}");
            tx.append(&stream, Version::NONE, &[event(&string)])?;
            tx.index_text(&stream, &format!("{string} mark{number}"))?;
            let name = format!("{number} {string}");
            tx.execute(
                "INSERT INTO settings (name, value) VALUES ($1, $2)",
                &[name.as_str().into(), string.as_str().into()],
            )?;
            tx.lock(std::slice::from_ref(&string))?;
            assert_eq!(tx.next_number(&format!("{number} {string}"))?, 1);
            let sql = "SELECT value FROM settings WHERE name = $1";
            let row = tx.query_one(sql, &[name.into()])?.expect("the row is there");
            assert_eq!(row.text(0)?, string);
            assert_eq!(tx.events(&stream, Version::NONE)?[0].event.payload, string);
            tx.search(None, &string, 5)?;
            tx.search(Some(&string), &format!("mark{number}"), 5)?;
            tx.search(None, &format!("mark{number}"), 5)
        });
        assert!(found.unwrap().contains(&format!("change:{number}")));
    }
}

fn naughty_strings() -> Option<Vec<String>> {
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let data = std::env::var("INTERLOCK_DATA")
        .map_or_else(|_| PathBuf::from(repository).join("../shared/data"), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(data.join("hostile/blns.json")) else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", data.display());
        eprintln!("!! SKIPPED: the naughty strings are missing: set INTERLOCK_DATA");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

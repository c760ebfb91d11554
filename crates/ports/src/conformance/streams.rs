//! Streams, states and values: what is written is what is read.

use std::sync::Arc;

use kernel::Version;

use super::{append_next, event, read, write};
use crate::{Fault, LoggedEvent, Row, Store, StoredState, Value};

pub(super) fn events_are_read_back(store: &Arc<dyn Store>) {
    let (first, second, third) = (event("{\"a\":1}"), event("\u{1F600}"), event(""));
    let appended = [first.clone(), second.clone(), third.clone()];
    write(store, move |tx| {
        tx.append("change:1", Version::NONE, &appended[..2])?;
        tx.append("change:1", Version(2), &appended[2..])?;
        tx.append("change:2", Version::NONE, &[event("other")])
    })
    .expect("the events are appended");
    let (all, tail) = write(store, |tx| {
        Ok((tx.events("change:1", Version::NONE)?, tx.events("change:1", Version(2))?))
    })
    .expect("the events are read");
    let expected: Vec<_> = [first, second, third]
        .into_iter()
        .zip(1..)
        .map(|(event, version)| LoggedEvent {
            stream: "change:1".to_owned(),
            version: Version(version),
            event,
        })
        .collect();
    assert_eq!(all, expected);
    assert_eq!(tail, expected[2..]);
}

pub(super) fn wrong_version_is_refused(store: &Arc<dyn Store>) {
    write(store, |tx| append_next(tx, "s", "1")).expect("the first event is appended");
    for wrong in [0, 2, 7] {
        let end = write(store, move |tx| tx.append("s", Version(wrong), &[event("x")]));
        let Err(Fault::WrongVersion { stream }) = end else {
            panic!("an append at version {wrong} ended with {end:?}")
        };
        assert_eq!(stream, "s");
    }
    // A refused append spoils nothing: the work may go on.
    write(store, |tx| {
        let refused = tx.append("s", Version(9), &[event("x")]);
        assert!(matches!(refused, Err(Fault::WrongVersion { .. })));
        tx.append("s", Version(1), &[event("2")])
    })
    .expect("the work goes on");
    let events = write(store, |tx| tx.events("s", Version::NONE)).expect("the events are read");
    let payloads: Vec<_> = events.iter().map(|logged| logged.event.payload.as_str()).collect();
    assert_eq!(payloads, ["1", "2"]);
}

pub(super) fn a_state_is_replaced(store: &Arc<dyn Store>) {
    let state = |version, format, text: &str| StoredState {
        version: Version(version),
        format,
        text: text.to_owned(),
    };
    let (old, new) = (state(1, 1, "{}"), state(2, 3, "{\"b\":2}"));
    let expected = new.clone();
    let found = write(store, move |tx| {
        assert_eq!(tx.load_state("s")?, None);
        tx.save_state("s", &old)?;
        assert_eq!(tx.load_state("s")?, Some(old.clone()));
        tx.save_state("s", &new)?;
        tx.load_state("s")
    });
    assert_eq!(found.expect("the state is kept"), Some(expected));
}

pub(super) fn values_are_read_back(store: &Arc<dyn Store>) {
    let rows =
        [(i64::MAX, "größe 漢字 \u{1F600} ' \" \\ % $1"), (i64::MIN, ""), (0, "line\nline\ttab\r")];
    write(store, move |tx| {
        tx.execute("CREATE TABLE shelf (id BIGINT PRIMARY KEY, label TEXT, size BIGINT)", &[])?;
        for (id, label) in rows {
            let touched = tx.execute(
                "INSERT INTO shelf (id, label, size) VALUES ($1, $2, $3)",
                &[id.into(), label.into(), Value::Null],
            )?;
            assert_eq!(touched, 1);
        }
        Ok(())
    })
    .expect("rows are written");
    let found = read(store, |reader| {
        reader.query("SELECT id, label, size, size IS NULL FROM shelf ORDER BY id DESC", &[])
    });
    let expected = [rows[0], rows[2], rows[1]]
        .map(|(id, label)| Row(vec![id.into(), label.into(), Value::Null, Value::Int(1)]));
    assert_eq!(found.expect("rows are read"), expected);
    let sums = read(store, |reader| {
        reader.query("SELECT sum(id), count(*), max(label) FROM shelf WHERE id <= $1", &[0.into()])
    });
    assert!(sums.is_ok(), "sums of whole numbers are numbers: {sums:?}");
    let touched =
        write(store, |tx| tx.execute("UPDATE shelf SET size = 1 WHERE id >= $1", &[0.into()]));
    assert_eq!(touched.expect("rows are updated"), 2);
    let missing = read(store, |reader| {
        reader.query_one("SELECT label FROM shelf WHERE id = $1", &[5.into()])
    });
    assert_eq!(missing.expect("the query runs"), None);
}

pub(super) fn text_is_ordered_by_bytes(store: &Arc<dyn Store>) {
    let words = ["b", "B", "a", "Z", "_", "é", "aa", "a-b", "a b"];
    write(store, move |tx| {
        tx.execute("CREATE TABLE pile (word TEXT NOT NULL PRIMARY KEY)", &[])?;
        for word in words {
            tx.execute("INSERT INTO pile (word) VALUES ($1)", &[word.into()])?;
        }
        Ok(())
    })
    .expect("words are written");
    let found = read(store, |reader| {
        reader.query("SELECT word FROM pile WHERE word > $1 ORDER BY word", &["A".into()])
    });
    let found: Vec<_> = found.expect("words are read").into_iter().map(|row| row.0).collect();
    let mut expected: Vec<_> = words.iter().filter(|word| **word > "A").collect();
    expected.sort_unstable();
    let expected: Vec<_> = expected.into_iter().map(|word| vec![Value::from(*word)]).collect();
    assert_eq!(found, expected);
}

pub(super) fn statements_must_be_portable(store: &Arc<dyn Store>) {
    let refused: [(&str, Vec<Value>); 4] = [
        ("SELECT name FROM settings WHERE value = $2 AND name = $1", vec!["a".into(), "b".into()]),
        ("SELECT name FROM settings WHERE value = $1", vec![]),
        ("SELECT name FROM settings WHERE value = $1", vec!["nul \0".into()]),
        ("SELECT nothing FROM nowhere", vec![]),
    ];
    for (sql, params) in refused {
        let end = read(store, move |reader| reader.query(sql, &params));
        assert!(matches!(end, Err(Fault::Permanent { .. })), "{sql} ended with {end:?}");
    }
    let repeated = read(store, |reader| {
        reader.query(
            "SELECT name FROM settings WHERE value = $1 OR name = $2 OR value = $1",
            &["a".into(), "b".into()],
        )
    });
    assert_eq!(repeated.expect("a parameter may repeat"), []);
}

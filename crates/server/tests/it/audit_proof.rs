//! The tree over the log, its signed checkpoints and its proofs; and that whatever is changed,
//! dropped or swapped in the stored log is found, and the first bad event named.

use std::io::Cursor;
use std::sync::mpsc;

use api::audit::{Checkpoint, Consistency, Inclusion};
use interlock_server::audit::{
    AGAIN_SECONDS, CHECKPOINT_MINUTES, Known, Tree, Verifier, Wrong, holds_consistency,
    holds_inclusion, verify, verify_export, write_due,
};
use interlock_server::read::ask;
use interlock_server::read_models::write;
use ports::{Fault, Query, Tx, Value};
use serde_json::{Value as Json, json};

use crate::audit::numbered;
use crate::support::{Client, Stage, on_both};

/// How many changes, drops, swaps and forgeries are tried on each database.
const SAMPLES: usize = 1_000;

/// A small generator, so that a failure can be told by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// Some history of several kinds of record, with the tree grown over all of it.
async fn history(stage: &Stage) -> Client<'_> {
    let ada = stage.person("ada", &["administrator", "service_owner", "release_manager"]).await;
    for number in 0..8 {
        ada.post("/teams", json!({"name": format!("Team {number} – é")})).await.ok();
        ada.post("/incidents", json!({"title": format!("Slow {number}")})).await.ok();
        let change = json!({"title": format!("Change {number}"), "type": "normal"});
        ada.post("/changes", change).await.ok();
        let path = format!("/changes/CHG-{}", number + 1);
        ada.patch(&path, "*", json!({"description": "\u{1F680} \"quoted\""})).await.ok();
        stage.clock.advance_minutes(1);
    }
    numbered(stage).await;
    stage.follow(Tree).await;
    ada
}

async fn checkpoint(client: &Client<'_>) -> Checkpoint {
    serde_json::from_value(client.post("/audit/checkpoint", json!({})).await.ok()).unwrap()
}

#[test]
fn the_tree_holds_the_log_and_a_checkpoint_signs_it() {
    on_both(async |stage| {
        let ada = history(&stage).await;
        let before = ada.get("/audit/checkpoint").await.ok();
        assert_eq!(before["size"], before["head"]);
        assert!(before["checkpoint"].is_null() && before["key"].is_null(), "{before}");
        let events = before["head"].as_i64().unwrap();
        ada.get("/audit/inclusion?event=1").await.refused(409, "audit.no_checkpoint");

        let first = checkpoint(&ada).await;
        assert_eq!((first.size, &first.root), (events, &before["root"].as_str().unwrap().into()));
        assert_eq!(checkpoint(&ada).await, first, "nothing happened in between");
        let standing = ada.get("/audit/checkpoint").await.ok();
        assert_eq!(standing["checkpoint"], json!(first));
        let key = Verifier::parse(standing["key"].as_str().unwrap()).unwrap();
        assert!(first.note.starts_with(&format!("{}\n{events}\n{}\n\n", key.name(), first.root)));

        // Signing is no event, and the log goes on.
        ada.post("/teams", json!({"name": "Another"})).await.ok();
        numbered(&stage).await;
        assert_eq!(checkpoint(&ada).await, first, "one of a moment ago is given again");
        stage.clock.set(stage.now().plus_seconds(AGAIN_SECONDS - 1));
        assert_eq!(checkpoint(&ada).await, first);
        stage.clock.set(stage.now().plus_seconds(1));
        let second = checkpoint(&ada).await;
        assert_eq!(second.size, events + 1);
        let listed = ada.get("/audit/checkpoints?limit=1").await.ok();
        assert_eq!(listed["items"], json!([second]));
        let next = format!("/audit/checkpoints?cursor={}", listed["next"].as_str().unwrap());
        assert_eq!(ada.get(&next).await.ok()["items"], json!([first]));

        for position in 1..=second.size {
            let path = format!("/audit/inclusion?event={position}");
            let proof: Inclusion = serde_json::from_value(ada.get(&path).await.ok()).unwrap();
            let held = if position <= first.size { &first } else { &second };
            assert_eq!((proof.size, &proof.root), (held.size, &held.root));
            assert_eq!(proof.note.as_ref(), Some(&held.note));
            assert!(holds_inclusion(&proof), "{position}");
            let path = format!("/audit/inclusion?event={}&size={}", proof.event, second.size);
            let larger: Inclusion = serde_json::from_value(ada.get(&path).await.ok()).unwrap();
            assert!(holds_inclusion(&larger) && larger.root == second.root);
            let path = format!("/audit/consistency?from={position}&to={}", second.size);
            let proof: Consistency = serde_json::from_value(ada.get(&path).await.ok()).unwrap();
            assert!(holds_consistency(&proof) && proof.to_root == second.root);
        }
        for (path, pointer) in [
            ("/audit/inclusion", "/event"),
            ("/audit/inclusion?event=9&size=8", "/size"),
            ("/audit/inclusion?event=1&size=9999", "/size"),
            ("/audit/inclusion?event=1&size=-1", "/size"),
            ("/audit/consistency?to=1", "/from"),
            ("/audit/consistency?from=9999", "/from"),
            ("/audit/consistency?from=0&to=9999", "/to"),
            ("/audit/checkpoints?cursor=x", "/cursor"),
        ] {
            let problem = ada.get(path).await.refused(422, "request.invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{path}");
        }
        ada.get("/audit/inclusion?event=9999").await.refused(404, "request.unknown_record");
    });
}

#[test]
fn an_auditor_proves_by_a_reading_token_and_nobody_what_they_may_not_read() {
    on_both(async |stage| {
        let ada = history(&stage).await;
        let token = |scopes: Json| {
            let ends = "2027-01-01T00:00:00Z";
            json!({"name": "report", "scopes": scopes, "expires_at": ends})
        };
        ada.post("/tokens", token(json!(["read", "team.write"]))).await.ok();
        let eve = stage.person("eve", &["auditor"]).await;
        let made = eve.post("/tokens", token(json!(["read"]))).await.ok();
        let report = stage.program(made["secret"].as_str().unwrap());
        numbered(&stage).await;
        let signed = checkpoint(&report).await;
        let of_token = "SELECT MIN(log.position) FROM log JOIN events ON events.id = log.event_id \
            WHERE events.name = 'token.created.v1'";
        let path = format!("/audit/inclusion?event={}", stage.count(of_token).await);
        report.get(&path).await.ok();
        let rick = stage.person("rick", &["requester"]).await;
        rick.get(&path).await.refused(404, "request.unknown_record");
        rick.get("/audit/inclusion?event=1").await.ok();
        let stranger = stage.stranger();
        for path in ["/audit/checkpoint", "/audit/checkpoints", "/audit/consistency?from=0"] {
            stranger.get(path).await.refused(401, "identity.sign_in_required");
        }
        let written = stranger.post("/audit/checkpoint", json!({})).await;
        written.refused(401, "identity.sign_in_required");

        // What a reader may not see stands in their export as a leaf, and the whole is proved.
        for reader in [&rick, &report] {
            let text = reader.text("/export?log=true").await;
            let known = Known { checkpoint: Some(signed.note.clone()), ..Known::default() };
            let proved = verify_export(Cursor::new(&text), &known, &mut |_| {}).unwrap();
            assert_eq!(proved.wrong, None);
            assert_eq!(proved.checkpoints, 1);
            assert_eq!(proved.withheld > 0, text.contains("\"line\":\"withheld\""));
            // The last line tells of no fewer than stand there.
            if proved.withheld > 0 {
                let (start, end) = text.trim_end().rsplit_once('\n').unwrap();
                let mut end: Json = serde_json::from_str(end).unwrap();
                end["withheld"] = (proved.withheld - 1).into();
                let fewer = Cursor::new(format!("{start}\n{end}\n"));
                let wrong = verify_export(fewer, &known, &mut |_| {}).unwrap().wrong.unwrap();
                assert!(wrong.place.ends_with("the end"), "{wrong:?}");
            }
        }
    });
}

#[test]
fn a_checkpoint_is_written_when_its_interval_has_passed_and_something_happened() {
    on_both(async |stage| {
        let due = async || {
            let bus = stage.bus.clone();
            tokio::task::spawn_blocking(move || write_due(&bus).unwrap()).await.unwrap();
            stage.count("SELECT COUNT(*) FROM checkpoints").await
        };
        assert_eq!(due().await, 0, "nothing happened yet");
        let ada = history(&stage).await;
        assert_eq!(due().await, 1, "the first is written at once");
        stage.clock.advance_minutes(CHECKPOINT_MINUTES);
        assert_eq!(due().await, 1, "nothing happened since");
        ada.post("/teams", json!({"name": "Another"})).await.ok();
        numbered(&stage).await;
        stage.follow(Tree).await;
        assert_eq!(due().await, 2);
        ada.post("/teams", json!({"name": "One more"})).await.ok();
        numbered(&stage).await;
        stage.follow(Tree).await;
        stage.clock.advance_minutes(CHECKPOINT_MINUTES - 1);
        assert_eq!(due().await, 2, "it is too early");
        stage.clock.advance_minutes(1);
        assert_eq!(due().await, 3);
    });
}

#[test]
fn a_tree_that_grew_bit_by_bit_is_the_one_that_is_made_at_once() {
    on_both(async |stage| {
        let ada = stage.person("ada", &["administrator"]).await;
        for number in 0..70 {
            ada.post("/teams", json!({"name": format!("Team {number}")})).await.ok();
            if number % 3 == 0 {
                numbered(&stage).await;
                stage.follow(Tree).await;
            }
        }
        numbered(&stage).await;
        stage.follow(Tree).await;
        let rows = async || {
            let sql = "SELECT level, place, hash FROM tree ORDER BY level, place";
            ask(&*stage.store, move |db| db.query(sql, &[])).await.unwrap()
        };
        let grown = rows().await;
        assert!(grown.len() > 130, "{} subtrees", grown.len());
        stage.touch("DELETE FROM tree").await;
        stage.touch("DELETE FROM followers WHERE name = 'tree'").await;
        stage.follow(Tree).await;
        assert_eq!(rows().await, grown);
    });
}

/// What is wrong with the log as a transaction leaves it, which is then taken back.
fn tried(
    stage: &Stage,
    touch: impl Fn(&mut dyn Tx) -> Result<(), Fault> + Send + 'static,
) -> Option<Wrong> {
    let (sender, receiver) = mpsc::channel();
    let end = write(&*stage.store, move |tx| {
        touch(tx)?;
        let report = verify(tx, &Known::default(), &mut |_| {})?;
        let _ = sender.send(report.wrong);
        Err::<(), _>(Fault::permanent("trying", "nothing of it is kept"))
    });
    assert!(end.is_err());
    receiver.recv().expect("the touch could be made")
}

/// A change of the stored log, and the place of the first event that it makes wrong.
struct Touch {
    what: String,
    statements: Vec<(String, Vec<Value>)>,
    place: String,
}

fn place(position: i64) -> String {
    format!("position {position}")
}

const TEXTS: [&str; 8] =
    ["id", "stream", "name", "payload", "actor", "correlation", "salt", "digest"];

/// One letter of a text, changed into another one.
fn changed(random: &mut Random, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = random.below(letters.len());
    let old = letters[at];
    let swapped = |letter: char| {
        let other = letter.to_ascii_uppercase();
        if other == letter { letter.to_ascii_lowercase() } else { other }
    };
    letters[at] = match random.below(3) {
        0 if old.is_ascii_alphabetic() => swapped(old),
        _ => {
            let other = char::from(b'0' + u8::try_from(random.below(75)).unwrap());
            if other == old { '!' } else { other }
        }
    };
    letters.into_iter().collect()
}

/// An event that nobody caused, sealed as it should be, on a stream that is there: before the log,
/// at its end, or beyond.
fn forged(random: &mut Random, events: &[Vec<Value>]) -> Touch {
    let head = i64::try_from(events.len()).unwrap();
    let id = format!("evt_{:032x}", 1 + random.below(1 << 30));
    let like = &events[random.below(events.len())];
    let Value::Text(stream) = &like[1] else { panic!("a text") };
    let (position, place) = match random.below(4) {
        0 => (0, format!("event {id}")),
        1 => (-1, format!("event {id}")),
        // It may wait for the tree there, but its stream leads elsewhere.
        2 => (head + 1, stream.clone()),
        _ => (head + 2, format!("position {}", head + 1)),
    };
    let event = "INSERT INTO events (id, stream, version, name, payload, actor, correlation, at, \
        salt, digest) SELECT $1, stream, (SELECT MAX(version) + 1 FROM events WHERE stream = $2), \
        name, payload, actor, correlation, at, salt, digest FROM events WHERE id = $3";
    let statements = vec![
        (event.to_owned(), vec![id.clone().into(), stream.clone().into(), like[0].clone()]),
        (
            "INSERT INTO log (position, event_id) VALUES ($1, $2)".to_owned(),
            vec![position.into(), id.clone().into()],
        ),
    ];
    Touch { what: format!("forged {id} at {position}"), statements, place }
}

fn touch(random: &mut Random, events: &[Vec<Value>]) -> Touch {
    let head = i64::try_from(events.len()).unwrap();
    let one = random.below(events.len());
    let position = i64::try_from(one).unwrap() + 1;
    let id = events[one][0].clone();
    let said = |sql: &str, values: &[Value]| (sql.to_owned(), values.to_vec());
    match random.below(22) {
        20 | 21 => forged(random, events),
        0..=10 => {
            let column = random.below(TEXTS.len());
            let Value::Text(old) = &events[one][column] else { panic!("a text") };
            let new = changed(random, old);
            let sql = format!("UPDATE events SET {} = $1 WHERE id = $2", TEXTS[column]);
            let what = format!("{} {old} → {new} at {position}", TEXTS[column]);
            Touch { what, statements: vec![(sql, vec![new.into(), id])], place: place(position) }
        }
        11 | 12 => {
            let column = ["version", "at"][random.below(2)];
            let by = i64::try_from(random.below(1 << 20)).unwrap() + 1;
            let sql = format!("UPDATE events SET {column} = {column} + $1 WHERE id = $2");
            let what = format!("{column} + {by} at {position}");
            Touch { what, statements: vec![(sql, vec![by.into(), id])], place: place(position) }
        }
        13 => {
            let Value::Text(old) = &id else { panic!("a text") };
            let new = changed(random, old);
            let sql = "UPDATE log SET event_id = $1 WHERE position = $2";
            let what = format!("log at {position}: {old} → {new}");
            let statements = vec![said(sql, &[new.into(), position.into()])];
            Touch { what, statements, place: place(position) }
        }
        14 | 15 => {
            let drop_event = said("DELETE FROM events WHERE id = $1", &[id]);
            let drop_place = said("DELETE FROM log WHERE position = $1", &[position.into()]);
            let statements = match random.below(3) {
                0 => vec![drop_event],
                1 => vec![drop_place],
                _ => vec![drop_place, drop_event],
            };
            Touch { what: format!("dropped {position}"), statements, place: place(position) }
        }
        16 | 17 => {
            // Dropped, and what follows moved up.
            let statements = vec![
                said("DELETE FROM log WHERE position = $1", &[position.into()]),
                said("DELETE FROM events WHERE id = $1", &[id]),
                said(
                    "UPDATE log SET position = 1 - position WHERE position > $1",
                    &[position.into()],
                ),
                said("UPDATE log SET position = -position WHERE position < 0", &[]),
            ];
            let what = format!("dropped {position} of {head} and closed up");
            Touch { what, statements, place: place(position) }
        }
        kind => {
            let mut other = random.below(events.len() - 1);
            other += usize::from(other >= one);
            let there = i64::try_from(other).unwrap() + 1;
            let first = position.min(there);
            let beside = events[other][0].clone();
            let what = format!("swapped {position} and {there}");
            if kind == 18 {
                let set = "UPDATE log SET event_id = $1 WHERE position = $2";
                let statements = vec![
                    said(set, &["between".into(), position.into()]),
                    said(set, &[id, there.into()]),
                    said(set, &[beside, position.into()]),
                ];
                return Touch { what, statements, place: place(first) };
            }
            let set = "UPDATE events SET payload = $1, salt = $2, digest = $3 WHERE id = $4";
            let sealed = |at: usize| [3, 6, 7].map(|column| events[at][column].clone());
            let with = |at: usize, id: Value| [&sealed(at)[..], &[id]].concat();
            let statements = vec![said(set, &with(other, id)), said(set, &with(one, beside))];
            Touch { what: format!("payloads: {what}"), statements, place: place(first) }
        }
    }
}

#[test]
fn every_sampled_change_drop_swap_and_forgery_is_found_and_the_first_bad_event_named() {
    on_both(async |stage| {
        history(&stage).await;
        let sql = format!(
            "SELECT {} FROM log JOIN events ON events.id = log.event_id ORDER BY log.position",
            TEXTS.map(|column| format!("events.{column}")).join(", ")
        );
        let events = ask(&*stage.store, move |db| db.query(&sql, &[])).await.unwrap();
        let events: Vec<Vec<Value>> = events.into_iter().map(|row| row.0).collect();
        assert_eq!(tried(&stage, |_| Ok(())), None, "untouched, it is whole");
        let mut random = Random(0x0DDB_1A5E_5BAD_5EED);
        for _ in 0..SAMPLES {
            let Touch { what, statements, place } = touch(&mut random, &events);
            let found = tried(&stage, move |tx| {
                for (sql, values) in &statements {
                    tx.execute(sql, values)?;
                }
                Ok(())
            });
            let wrong = found.unwrap_or_else(|| panic!("{what} is not found"));
            assert_eq!(wrong.place.split(',').next(), Some(&*place), "{what}: {wrong:?}");
        }
        assert_eq!(tried(&stage, |_| Ok(())), None, "nothing of it was kept");
    });
}

#[test]
fn a_tree_or_a_checkpoint_that_was_touched_is_found() {
    let touches: [(&str, &str); 8] = [
        ("UPDATE tree SET hash = REPLACE(hash, 'a', 'b') WHERE level = 3 AND place = 1", "level 3"),
        ("UPDATE tree SET hash = UPPER(hash) WHERE level = 0 AND place = 3", "position 4, event"),
        ("DELETE FROM tree WHERE level = 1 AND place = 2", "level 1 place 2"),
        ("DELETE FROM tree WHERE level = 0 AND place = 2", "position 3, event"),
        ("UPDATE followers SET position = position - 1 WHERE name = 'tree'", "level 0"),
        ("UPDATE followers SET position = position + 1 WHERE name = 'tree'", "position"),
        ("UPDATE checkpoints SET size = size - 1", "the checkpoint of"),
        ("UPDATE checkpoints SET note = REPLACE(note, '— ', '—  ')", "the checkpoint of"),
    ];
    on_both(async |stage| {
        let ada = history(&stage).await;
        checkpoint(&ada).await;
        for (sql, expected) in touches {
            let found = tried(&stage, move |tx| {
                assert_eq!(tx.execute(sql, &[])?, 1, "{sql}");
                Ok(())
            });
            let wrong = found.unwrap_or_else(|| panic!("{sql} is not found"));
            assert!(wrong.place.starts_with(expected), "{sql}: {wrong:?}");
        }
    });
}

async fn proved(stage: &Stage, known: &Known) -> Option<Wrong> {
    let known = known.clone();
    let report = ask(&*stage.store, move |db: &mut dyn Query| verify(db, &known, &mut |_| {}));
    report.await.unwrap().wrong
}

#[test]
fn a_log_that_was_made_anew_with_its_tree_is_found_by_what_was_kept_elsewhere() {
    on_both(async |stage| {
        let ada = history(&stage).await;
        let kept = checkpoint(&ada).await;
        let key = ada.get("/audit/checkpoint").await.ok()["key"].as_str().unwrap().to_owned();
        let known = Known { key: Verifier::parse(&key), checkpoint: Some(kept.note.clone()) };
        assert_eq!(proved(&stage, &known).await, None);

        // Someone who can write everything forgets the last event, and signs what is left.
        let last = kept.size;
        stage.touch("DELETE FROM checkpoints").await;
        stage.touch("DELETE FROM tree").await;
        stage.touch("DELETE FROM followers WHERE name = 'tree'").await;
        let sql = "DELETE FROM states WHERE stream = (SELECT stream FROM events WHERE id = \
            (SELECT event_id FROM log WHERE position = (SELECT MAX(position) FROM log)))";
        stage.touch(sql).await;
        let sql = "DELETE FROM events WHERE stream = (SELECT stream FROM events WHERE id = \
            (SELECT event_id FROM log WHERE position = (SELECT MAX(position) FROM log))) \
            AND version = 2";
        assert_eq!(stage.touch(sql).await, 1);
        assert_eq!(
            stage.touch("DELETE FROM log WHERE position = (SELECT MAX(position) FROM log)").await,
            1
        );
        stage.follow(Tree).await;
        let made = checkpoint(&ada).await;
        assert_eq!(made.size, last - 1);
        let within = proved(&stage, &Known::default()).await;
        assert!(
            within.is_some_and(|wrong| wrong.what.contains("no cached state")),
            "no tree tells"
        );
        let wrong = proved(&stage, &known).await.expect("the kept one tells");
        assert_eq!(wrong.place, format!("position {last}"));

        // Another key is another log.
        stage.touch("DELETE FROM checkpoints").await;
        stage.touch("DELETE FROM settings WHERE name = 'audit.key'").await;
        checkpoint(&ada).await;
        let wrong = proved(&stage, &known).await.expect("the key tells");
        assert_eq!(wrong.place, "the key of the log");
    });
}

#[test]
fn an_export_is_proved_without_a_database_and_what_was_altered_in_it_is_found() {
    on_both(async |stage| {
        let ada = history(&stage).await;
        checkpoint(&ada).await;
        ada.post("/teams", json!({"name": "Not signed yet"})).await.ok();
        numbered(&stage).await;
        let text = ada.text("/export?log=true").await;
        let prove = |text: &str, known: &Known| {
            verify_export(Cursor::new(text), known, &mut |_| {}).unwrap()
        };
        let whole = prove(&text, &Known::default());
        assert_eq!((whole.wrong, whole.checkpoints, whole.unsigned), (None, 1, 1));
        let lines: Vec<&str> = text.lines().collect();
        let events: Vec<usize> =
            (0..lines.len()).filter(|at| lines[*at].starts_with("{\"line\":\"event\"")).collect();
        assert_eq!(events.len() as u64, whole.events);
        let signed = &events[..events.len() - 1];

        let mut random = Random(0xFEED_5EED);
        for _ in 0..200 {
            let place = random.below(signed.len());
            let at = signed[place];
            let mut altered: Vec<String> = lines.iter().map(ToString::to_string).collect();
            let what = match random.below(3) {
                0 => {
                    let other = random.below(signed.len());
                    if other == place {
                        continue;
                    }
                    altered.swap(at, signed[other]);
                    "swapped"
                }
                1 => {
                    altered.remove(at);
                    "dropped"
                }
                _ => {
                    let mut event: Json = serde_json::from_str(lines[at]).unwrap();
                    let fields = ["id", "stream", "name", "actor", "correlation", "salt", "digest"];
                    let field = fields[random.below(fields.len())];
                    event[field] = changed(&mut random, event[field].as_str().unwrap()).into();
                    altered[at] = event.to_string();
                    "changed"
                }
            };
            let wrong = prove(&(altered.join("\n") + "\n"), &Known::default()).wrong;
            let wrong = wrong.unwrap_or_else(|| panic!("{what} at line {at} is not found"));
            assert!(wrong.place.contains("position"), "{wrong:?}");
        }
        // A leaf that was made to fit is found by the checkpoint.
        let mut altered = lines.clone();
        let mut event: Json = serde_json::from_str(lines[signed[3]]).unwrap();
        event["actor"] = "operator:nobody".into();
        event.as_object_mut().unwrap().remove("leaf");
        let event = event.to_string();
        altered[signed[3]] = &event;
        let wrong = prove(&(altered.join("\n") + "\n"), &Known::default()).wrong.unwrap();
        assert!(wrong.what.contains("a position from 1 to"), "{wrong:?}");

        for (end, expected) in
            [(lines.len() - 1, "cut off"), (events[5], "cut off"), (0, "the first line")]
        {
            let wrong = prove(&lines[..end].join("\n"), &Known::default()).wrong.unwrap();
            assert!(wrong.what.contains(expected), "{wrong:?}");
        }
        let without = ada.text("/export").await;
        assert!(prove(&without, &Known::default()).wrong.unwrap().what.contains("--log"));
        let unsigned: Vec<&str> = lines
            .iter()
            .filter(|line| !line.contains("\"line\":\"checkpoint\""))
            .copied()
            .collect();
        let wrong = prove(&(unsigned.join("\n") + "\n"), &Known::default()).wrong.unwrap();
        assert!(wrong.what.contains("nothing in it is signed"), "{wrong:?}");
    });
}

//! What the log signs and proves, as the program hands it out, checked by a program that shares
//! nothing with it (`tests/audit/verify.py`), and by the command line without the database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

use crate::shared::{Database, Server, client, on_both, operator, program, python, token};

/// The program, as a reader of the server.
struct Auditor<'a> {
    program: &'a Command,
    url: String,
    token: String,
    folder: &'a Path,
}

impl Auditor<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(self.program.get_program())
            .args(arguments)
            .env("INTERLOCK_URL", &self.url)
            .env("INTERLOCK_TOKEN", &self.token)
            .output()
            .unwrap()
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a verb answers, kept as a file.
    fn kept(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let path = self.folder.join(name);
        self.done(&[arguments, &["--output", path.to_str().unwrap()]].concat());
        path
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The other program.
fn checked(python: &Path, arguments: &[&str]) -> Output {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/audit/verify.py");
    Command::new(python).arg("-B").arg(script).args(arguments).output().unwrap()
}

fn history(url: &str, token: &str) {
    let send = |method: reqwest::Method, path: &str, body: &Json| {
        let request = client().request(method, format!("{url}/api/v1{path}")).bearer_auth(token);
        let answer = request.header("if-match", "*").json(body).send().unwrap();
        let (status, answer) = (answer.status(), answer.text().unwrap());
        assert!(status.is_success(), "{path}: {status} {answer}");
    };
    let post = |path: &str, body: Json| send(reqwest::Method::POST, path, &body);
    let title = "Frühling \u{1F680} \"quoted\" \\ \u{7f}\u{1}\n<b>";
    post("/releases", json!({"title": title, "type": "minor", "owner": "anna"}));
    for number in 1..=3 {
        post("/changes", json!({"title": format!("Part {number}"), "type": "normal"}));
        let path = format!("/releases/REL-1/changes/CHG-{number}");
        send(reqwest::Method::PUT, &path, &json!({}));
        post(&format!("/changes/CHG-{number}/comments"), json!({"text": "Seen:\t\u{FB33} €"}));
    }
    let refused = client().post(format!("{url}/api/v1/releases/REL-1/submit")).bearer_auth(token);
    assert_eq!(refused.json(&json!({})).send().unwrap().status(), 409);
}

#[test]
fn another_program_and_the_command_line_prove_what_the_log_hands_out() {
    let (Some(program), Some(python)) = (program(), python("hashlib")) else { return };
    on_both(|database| proved(&program, &python, database));
}

fn proved(program: &Command, python: &Path, database: &Database) {
    let scopes = ["read", "change.write", "release.write"];
    let token = token(program, &database.address, &["release_manager", "auditor"], &scopes);
    let server = Server::start(program, &database.address);
    let folder = database.folder.path();
    let auditor = Auditor { program, url: server.url.clone(), token, folder };
    history(&auditor.url, &auditor.token);

    let old = auditor.kept("old.txt", &["audit", "checkpoint", "--write", "--note"]);
    let standing = auditor.done(&["audit", "checkpoint", "--format", "json"]);
    let standing: Json = serde_json::from_str(&standing).unwrap();
    let key = standing["key"].as_str().unwrap();
    let size = standing["checkpoint"]["size"].as_i64().unwrap();
    history_goes_on(&auditor);
    // What the pack needs is signed for it, however young the last checkpoint is.
    let pack = auditor.kept("pack.json", &["audit", "pack", "REL-1"]);
    let new = auditor.kept("new.txt", &["audit", "checkpoint", "--note"]);

    let json = ["--format", "json"];
    let from = size.to_string();
    let files = [
        ("pack", pack),
        ("export", auditor.kept("all.jsonl", &["export", "--log"])),
        ("inclusion", auditor.kept("in.json", &[&["audit", "inclusion", "3"], &json[..]].concat())),
        (
            "consistency",
            auditor.kept("grew.json", &[&["audit", "consistency", &from], &json[..]].concat()),
        ),
    ];
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    for (what, file) in &files {
        let name = file.to_str().unwrap();
        let notes: &[&str] = match *what {
            "consistency" => &[old, new],
            "export" => &[old],
            _ => &[],
        };
        let arguments = [&[*what, name, key], notes].concat();
        let output = checked(python, &arguments);
        assert!(output.status.success(), "{what}: {}", told(&output));
        let text = fs::read_to_string(file).unwrap();
        for (at, altered) in alterations(&text).into_iter().enumerate() {
            fs::write(file, altered).unwrap();
            let output = checked(python, &arguments);
            assert_eq!(output.status.code(), Some(1), "{what} {at}: it proves what was altered");
        }
        fs::write(file, text).unwrap();
    }
    drop(server);

    // The same by the command line, which needs no server and no database.
    for (what, file) in &files[..2] {
        let name = file.to_str().unwrap();
        let known: &[&str] = if *what == "export" { &["--checkpoint", old] } else { &[] };
        let verify = [&["audit", "verify", name, "--key", key], known].concat();
        auditor.done(&verify);
        let text = fs::read_to_string(file).unwrap();
        for altered in alterations(&text) {
            fs::write(file, altered).unwrap();
            let output = auditor.run(&verify);
            assert_eq!(output.status.code(), Some(1), "{what}: {}", told(&output));
            assert!(told(&output).contains("is not whole"), "{}", told(&output));
        }
        fs::write(file, "{}").unwrap();
        assert_eq!(auditor.run(&verify[..4]).status.code(), Some(2));
        assert_eq!(auditor.run(&["audit", "verify", name, "--key", "x"]).status.code(), Some(2));
    }
    operator(program, &database.address, &["audit", "verify", "--key", key, "--checkpoint", new]);
    operator(program, &database.address, &["audit", "pack", "REL-1"]);
}

fn history_goes_on(auditor: &Auditor<'_>) {
    let path = format!("{}/api/v1/releases/REL-1/comments", auditor.url);
    let sent = client().post(path).bearer_auth(&auditor.token);
    let sent = sent.header("if-match", "*").json(&json!({"text": "And on."})).send().unwrap();
    assert!(sent.status().is_success());
}

/// A file with one thing altered that is proved, in several ways.
fn alterations(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (old, new) in [
        ("\"payload\": {", "\"payload\": {\"more\": 1, "),
        ("\"correlation\": \"", "\"correlation\": \"0"),
        ("\"digest\": \"", "\"digest\": \"0"),
        ("\"salt\": \"", "\"salt\": \"0"),
        ("\"hashes\": [", "\"hashes\": [\"AAAA\", "),
        ("\"root\": \"", "\"root\": \"A"),
    ] {
        let close = |part: &str| part.replace(": ", ":");
        for (old, new) in [(old.to_owned(), new.to_owned()), (close(old), close(new))] {
            if text.contains(&old) {
                all.push(text.replacen(&old, &new, 1));
                break;
            }
        }
    }
    assert!(!all.is_empty(), "nothing of it was altered");
    all
}

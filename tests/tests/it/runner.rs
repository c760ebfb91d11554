//! The runner as a real program beside a real server, both killed at random: every job happens
//! exactly once, and nothing that it said is lost. `INTERLOCK_KILLS` says how often on each engine.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kernel::Actor;
use serde_json::Value as Json;
use server::bus::Envelope;
use server::read::wait;
use server::runner::{Ask, AskForJob, CancelJob, Status, Target, status};

use crate::shared::{Database, Server, bus, client, free_address, on_both, program, token_of};

/// What a runner finds in its environment and nobody else may see.
const SECRET: &str = "hunter2hunter2";
const JOBS_MIN: u64 = 20;
const LINES: usize = 400;
const PATIENCE: Duration = Duration::from_millis(100);
const TRIES: u32 = 1_200;

fn kills() -> u64 {
    std::env::var("INTERLOCK_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(5)
}

/// A script that leaves its key in the witness, says a good deal, and ends with a code.
const WORK: &str = r#"#!/bin/sh
echo "$INTERLOCK_KEY" >> "$WITNESS"
i=0
while [ $i -lt 400 ]; do echo "$INTERLOCK_KEY says line $i"; i=$((i + 1)); done
echo "with $DEPLOY_KEY, without [$INTERLOCK_TOKEN]" >&2
sleep "$1"
echo "over"
exit "$2"
"#;
/// A script that says whether a key is in the witness.
const ASKED: &str = r#"#!/bin/sh
grep -qx "$INTERLOCK_KEY" "$WITNESS"
"#;

/// A machine with a runner's list, its scripts, its journal and its witness.
struct Machine<'a> {
    program: &'a Command,
    folder: &'a Path,
    token: String,
    /// Where the server listens.
    listen: String,
}

impl<'a> Machine<'a> {
    fn new(program: &'a Command, database: &'a Database) -> Self {
        let folder = database.folder.path();
        let scopes = ["runner", "read"];
        let token = token_of(program, &database.address, "ada", &["administrator"], &scopes);
        let machine = Self { program, folder, token, listen: free_address() };
        machine.script("work", WORK);
        machine.script("asked", ASKED);
        let path = |name: &str| machine.path(name).display().to_string();
        let witness = path("witness");
        let list = format!(
            r#"
labels = ["web"]
room = 4

[[command]]
name = "work"
program = "{work}"
args = ["{{seconds}}", "{{code}}"]
patterns = {{ seconds = '[0-9.]{{1,4}}', code = '[0-9]{{1,2}}' }}
time_limit_seconds = 300
directory = "{folder}"
env = {{ WITNESS = "{witness}" }}
secrets = ["DEPLOY_KEY"]
status = {{ program = "{asked}" }}
"#,
            work = path("work"),
            asked = path("asked"),
            folder = folder.display(),
        );
        fs::write(machine.path("runner.toml"), list).unwrap();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn script(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn runner(&self) -> Runner {
        let mut command = self.verb(&["runner", "--name", "web-01", "--config"]);
        command.arg(self.path("runner.toml")).arg("--journal").arg(self.path("journal"));
        command.env("DEPLOY_KEY", SECRET);
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("log")).unwrap();
        Runner(command.stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    fn verb(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program.get_program());
        command.args(arguments).env("INTERLOCK_URL", format!("http://{}", self.listen));
        command.env("INTERLOCK_TOKEN", &self.token);
        command
    }

    fn get(&self, path: &str) -> Option<Json> {
        let url = format!("http://{}/api/v1{path}", self.listen);
        client().get(url).bearer_auth(&self.token).send().ok()?.json().ok()
    }

    /// A job once it has reached its end, one way or another.
    fn ended(&self, key: &str) -> Json {
        for _ in 0..TRIES {
            let job = self.get(&format!("/jobs/{}", key.replace('/', "%2F")));
            match job {
                Some(job) if ["ended", "not_begun", "lost"].contains(&word(&job, "state")) => {
                    return job;
                }
                _ => std::thread::sleep(PATIENCE),
            }
        }
        let log = fs::read_to_string(self.path("log")).unwrap_or_default();
        panic!("{key} did not end: {:?}\n{log}", self.get("/jobs"));
    }

    fn said(&self, key: &str) -> String {
        let (mut text, mut next) = (String::new(), 0);
        loop {
            let path = format!("/jobs/{}/output?after={next}", key.replace('/', "%2F"));
            let part = self.get(&path).expect("a part");
            text.push_str(part["text"].as_str().expect("text"));
            if part["more"] != true {
                return text;
            }
            next = part["next"].as_i64().expect("a number");
        }
    }

    /// How often each key is in the witness.
    fn witness(&self) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(self.path("witness")).unwrap_or_default();
        text.lines().fold(BTreeMap::new(), |mut counts, key| {
            *counts.entry(key.to_owned()).or_default() += 1;
            counts
        })
    }
}

fn word<'a>(job: &'a Json, field: &str) -> &'a str {
    job[field].as_str().unwrap_or_default()
}

/// A running runner, killed when it is dropped.
struct Runner(Child);

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn asked(key: &str, seconds: &str, code: &str) -> Ask {
    let arguments = [("seconds", seconds), ("code", code)];
    let arguments = arguments.map(|(word, value)| (word.to_owned(), value.to_owned()));
    Ask {
        key: key.to_owned(),
        target: Target::Label("web".to_owned()),
        command: "work".to_owned(),
        arguments: arguments.into(),
        time_limit_seconds: None,
    }
}

/// Asks for jobs straight on the database, as a part of the server does.
fn ask_for(database: &Database, jobs: impl IntoIterator<Item = Ask>) {
    let store = database.open();
    let operator = || Envelope::new(Actor::Operator { name: "root".to_owned() });
    for ask in jobs {
        bus(&store).call(operator(), AskForJob { ask }).unwrap();
    }
    store.close();
}

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
fn kill_of_server_and_runner_lets_each_job_happen_once_and_loses_no_word() {
    let Some(program) = program() else { return };
    on_both(|database| drill(&program, database));
}

fn drill(program: &Command, database: &Database) {
    let machine = Machine::new(program, database);
    let count = JOBS_MIN.max(kills() * 2);
    let keys: Vec<String> = (0..count).map(|number| format!("run-1/step-{number}")).collect();
    let code = |number: usize| (number % 3).to_string();
    let seconds = |number: usize| format!("0.{}", number % 10);
    let jobs = keys.iter().enumerate();
    ask_for(database, jobs.map(|(number, key)| asked(key, &seconds(number), &code(number))));
    let by_name = Target::Runner("web-01".to_owned());
    ask_for(database, [Ask { target: by_name, ..asked("wrong", "1; reboot", "0") }]);

    let serve = || Server::start_at(program, &database.address, &machine.listen);
    let (mut server, mut runner) = (Some(serve()), Some(machine.runner()));
    let mut dice = Dice(0x1e35_a7bd ^ kills());
    for _ in 0..kills() {
        std::thread::sleep(Duration::from_millis(dice.roll(700)));
        let (kill_server, kill_runner) =
            [(true, false), (false, true), (true, true)][usize::try_from(dice.roll(3)).unwrap()];
        if kill_server {
            drop(server.take());
        }
        if kill_runner {
            drop(runner.take());
        }
        std::thread::sleep(Duration::from_millis(dice.roll(300)));
        runner.get_or_insert_with(|| machine.runner());
        server.get_or_insert_with(serve);
    }
    for (number, key) in keys.iter().enumerate() {
        let job = machine.ended(key);
        let end = (word(&job, "state"), word(&job, "how"), job["exit"].to_string());
        assert_eq!(end, ("ended", "exited", code(number)), "{job:#}");
        let mut expected: Vec<String> =
            (0..LINES).map(|line| format!("{key} says line {line}")).collect();
        expected.push("with ***, without []".to_owned());
        expected.push("over".to_owned());
        let said = machine.said(key);
        assert!(said.lines().eq(expected.iter().map(String::as_str)), "{key}: {said}");
    }
    let once: BTreeMap<String, usize> = keys.iter().map(|key| (key.clone(), 1)).collect();
    assert_eq!(machine.witness(), once);
    let wrong = machine.ended("wrong");
    assert_eq!(word(&wrong, "state"), "not_begun", "{wrong:#}");
    assert!(word(&wrong, "reason").contains("must match"), "{wrong:#}");

    let shown = machine.verb(&["job", "show", &keys[0]]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("says line 399") && !shown.contains(SECRET), "{shown}");
    let listed = machine.verb(&["runner", "list", "--format", "csv"]).output().unwrap();
    assert!(String::from_utf8(listed.stdout).unwrap().contains("web-01,working"));
    let log = fs::read_to_string(machine.path("log")).unwrap();
    assert!(!log.contains(SECRET) && !log.contains(&machine.token), "{log}");
}

#[test]
fn what_ran_too_long_was_stopped_or_ended_unseen_is_told_as_such() {
    let Some(program) = program() else { return };
    on_both(|database| ends(&program, database));
}

fn ends(program: &Command, database: &Database) {
    let machine = Machine::new(program, database);
    let long = Ask { time_limit_seconds: Some(1), ..asked("long", "60", "0") };
    ask_for(database, [long, asked("unseen", "60", "7"), asked("stopped", "60", "0")]);
    let _server = Server::start_at(program, &database.address, &machine.listen);
    let runner = machine.runner();
    let timed_out = machine.ended("long");
    assert_eq!((word(&timed_out, "how"), &timed_out["exit"]), ("timed_out", &143.into()));

    // The child of one job dies with its program, while no runner looks.
    let pids = |key: &str| pids_of(&machine, key);
    let [child, work] = pids("unseen");
    drop(runner);
    for pid in [child, work] {
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    }
    let _runner = machine.runner();
    let unseen = machine.ended("unseen");
    assert_eq!((word(&unseen, "how"), &unseen["exit"]), ("settled", &0.into()), "{unseen:#}");

    // Beside a server, only PostgreSQL lets another process write.
    if database.address.starts_with("postgres") {
        let store = database.open();
        let operator = Envelope::new(Actor::Operator { name: "root".to_owned() });
        let (key, reason) = ("stopped".to_owned(), "aborted".to_owned());
        let cancel = CancelJob { key, reason, if_queued: true };
        bus(&store).call(operator.clone(), cancel.clone()).unwrap();
        assert_eq!(wait(&*store, |db| status(db, "stopped")).unwrap(), Status::Running);
        let cancel = CancelJob { if_queued: false, ..cancel };
        bus(&store).call(operator, cancel).unwrap();
        let stopped = machine.ended("stopped");
        assert_eq!((word(&stopped, "how"), &stopped["exit"]), ("stopped", &143.into()));
        let found = wait(&*store, |db| status(db, "stopped")).unwrap();
        assert_eq!(found, Status::Ended { exit: 143 });
        store.close();
    } else {
        // It would go on without us.
        let [child, work] = pids("stopped");
        let _ = Command::new("kill").args(["-9", &child, &work]).status();
    }
    let expected = ["long", "stopped", "unseen"].map(|key| (key.to_owned(), 1));
    assert_eq!(machine.witness(), BTreeMap::from(expected));
}

/// The processes of a job, as the journal names them: its child, and its program.
fn pids_of(machine: &Machine<'_>, key: &str) -> [String; 2] {
    let read =
        |path: PathBuf| -> Option<Json> { serde_json::from_slice(&fs::read(path).ok()?).ok() };
    for _ in 0..TRIES {
        for folder in fs::read_dir(machine.path("journal/jobs")).unwrap() {
            let folder = folder.unwrap().path();
            let is_meant = read(folder.join("intent.json")).is_some_and(|it| it["key"] == key);
            if let (true, Some(begun), Some(program)) =
                (is_meant, read(folder.join("begun.json")), read(folder.join("program.json")))
            {
                return [begun["child"]["pid"].to_string(), program["pid"].to_string()];
            }
        }
        std::thread::sleep(PATIENCE);
    }
    panic!("{key} did not begin")
}

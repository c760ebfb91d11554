//! The program itself, as a script meets it: its server, its exit codes, its lock and its end.
#![expect(clippy::unwrap_used, reason = "a test may end where it is surprised")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use ports::{Clock as _, SystemClock};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a database in which `admin` keeps the accounts.
struct House {
    folder: TempDir,
    token: String,
}

/// A server that is stopped when the test ends.
struct Served {
    child: Child,
    url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// Asks it to stop, as a service manager does, and waits.
    fn stop(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

fn interlock(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_interlock"));
    for name in ["INTERLOCK_URL", "INTERLOCK_TOKEN", "INTERLOCK_DATABASE", "INTERLOCK_LOG"] {
        command.env_remove(name);
    }
    command.env("XDG_DATA_HOME", folder).current_dir(folder);
    command
}

fn done(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

impl House {
    fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let direct = ["--database", "sqlite:data/i.db"];
        let mut add = interlock(folder.path());
        done(
            add.args(["user", "add", "admin", "--name", "Ada", "--role", "administrator"])
                .args(direct),
        );
        let mut create = interlock(folder.path());
        let scopes = ["--scope", "read", "--scope", "team.write"];
        create.args(["token", "create", "--for", "admin", "--name", "test", "--format", "json"]);
        let token: Value = serde_json::from_str(&done(create.args(scopes).args(direct))).unwrap();
        Self { folder, token: token["secret"].as_str().unwrap().to_owned() }
    }

    fn serve(&self) -> Served {
        let mut command = interlock(self.folder.path());
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", "sqlite:data/i.db"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let url = first.strip_prefix("listening on ").expect(&first).to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Served { child, url }
    }

    /// A verb that talks to a server.
    fn ask(&self, server: &Served, words: &[&str]) -> Output {
        let mut command = interlock(self.folder.path());
        command.env("INTERLOCK_URL", &server.url).env("INTERLOCK_TOKEN", &self.token);
        command.args(words).output().unwrap()
    }

    /// A token of a new release manager in Tokyo.
    fn token(&self, login: &str, scopes: &[&str]) -> String {
        let direct = ["--database", "sqlite:data/i.db"];
        let mut add = interlock(self.folder.path());
        add.args(["user", "add", login, "--name", login, "--role", "release_manager"]);
        done(add.args(["--zone", "Asia/Tokyo"]).args(direct));
        let mut create = interlock(self.folder.path());
        create.args(["token", "create", "--for", login, "--name", "t", "--format", "json"]);
        for scope in scopes {
            create.args(["--scope", scope]);
        }
        let token: Value = serde_json::from_str(&done(create.args(direct))).unwrap();
        token["secret"].as_str().unwrap().to_owned()
    }

    /// A verb that works on the database.
    fn direct(&self, words: &[&str]) -> Output {
        let mut command = interlock(self.folder.path());
        command.args(words).args(["--database", "sqlite:data/i.db"]).output().unwrap()
    }
}

#[test]
fn a_server_serves_the_command_line_until_it_is_told_to_stop() {
    let house = House::build();
    let server = house.serve();
    let made = house.ask(&server, &["team", "create", "--name", "Payments / A"]);
    assert!(made.status.success(), "{}", said(&made));
    let shown = house.ask(&server, &["team", "show", "Payments / A", "--format", "json"]);
    let team: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!((team["name"].as_str(), team["version"].as_i64()), (Some("Payments / A"), Some(1)));
    assert!(server.stop().success());
    let listed = house.direct(&["team", "list", "--format", "csv"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("Payments / A"));
}

#[test]
fn the_exit_code_says_what_kind_of_no_it_was() {
    let house = House::build();
    let server = house.serve();
    let code = |words: &[&str]| house.ask(&server, words).status.code();
    assert_eq!(code(&["team", "create", "--name", "A"]), Some(0));
    assert_eq!(code(&["team", "create", "--name", "A"]), Some(1));
    assert_eq!(code(&["team", "create", "--name", "B", "--member", "nobody"]), Some(2));
    assert_eq!(code(&["team", "frobnicate"]), Some(2));
    assert_eq!(code(&["team", "list", "--token", "wrong"]), Some(3));
    assert_eq!(code(&["user", "add", "ben", "--name", "Ben"]), Some(3));
    assert_eq!(code(&["team", "show", "C"]), Some(4));
    assert_eq!(code(&["team", "list", "--url", "http://127.0.0.1:1"]), Some(5));
    let stale = ["team", "edit", "A", "--description", "x", "--if-version", "9"];
    assert_eq!(code(&stale), Some(6));
}

#[test]
fn what_is_wrong_is_said_field_by_field_beside_the_data() {
    let house = House::build();
    let server = house.serve();
    let refused = house.ask(&server, &["team", "create", "--name", "B", "--member", "nobody"]);
    assert!(refused.stdout.is_empty());
    assert!(
        said(&refused).contains("--member (members/0): there is no person `nobody`"),
        "{}",
        said(&refused)
    );
}

#[test]
fn the_log_is_narrowed_down_and_says_what_a_field_was_before() {
    let house = House::build();
    let server = house.serve();
    let created = ["team", "create", "--name", "A", "--description", "Cards"];
    let edited = ["team", "edit", "A", "--description", "Cards and cash"];
    for words in [&created[..], &edited[..]] {
        let done = house.ask(&server, words);
        assert!(done.status.success(), "{}", said(&done));
    }
    let asked = ["--kind", "team", "--event", "governance", "--person", "admin"];
    let listed =
        house.ask(&server, &[&["audit", "events", "--format", "csv"], &asked[..]].concat());
    let text = String::from_utf8_lossy(&listed.stdout);
    assert_eq!(text.lines().count(), 3, "a head and two events: {text}");
    assert!(text.contains("edited description"), "{text}");
    assert!(text.contains("description: Cards → Cards and cash"), "{text}");
    let refused = house.ask(&server, &["audit", "events", "--person", "admn"]);
    assert!(said(&refused).contains("there is no person `admn`: did you mean `admin`?"));
}

#[test]
fn the_log_is_followed_as_it_grows() {
    let house = House::build();
    let server = house.serve();
    let refused = house.ask(&server, &["audit", "events", "--follow", "--output", "log.json"]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    let mut command = interlock(house.folder.path());
    command.env("INTERLOCK_URL", &server.url).env("INTERLOCK_TOKEN", &house.token);
    command.args(["audit", "events", "--follow", "--kind", "team", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let (sender, heard) = mpsc::channel();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| _ = sender.send(line)));
    // Teams are made until the first is heard of: from then on none is left out.
    let mut made = 0;
    let mut first = None;
    while first.is_none() {
        made += 1;
        assert!(made < 100, "nothing was heard");
        let team = format!("Team {made}");
        assert!(house.ask(&server, &["team", "create", "--name", &team]).status.success());
        first = heard.recv_timeout(Duration::from_millis(200)).ok();
    }
    let name = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["kind"], "team");
        event["record"]["name"].as_str().unwrap().to_owned()
    };
    let first = name(&first.unwrap());
    let number: usize = first.trim_start_matches("Team ").parse().unwrap();
    for next in number + 1..=made + 3 {
        let team = format!("Team {next}");
        if next > made {
            assert!(house.ask(&server, &["team", "create", "--name", &team]).status.success());
        }
        let line = heard.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(name(&line), team, "each once, in their order");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_server_that_is_no_demonstration_shows_no_sign_ins() {
    let house = House::build();
    let server = house.serve();
    let host = server.url.trim_start_matches("http://");
    let mut line = TcpStream::connect(host).unwrap();
    let head = format!("GET /api/v1/about HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    line.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(body.contains("\"version\""), "it is what the sign-in page reads: {body}");
    assert!(!body.contains("demonstration") && !body.contains("lena"), "{body}");
}

#[test]
fn a_repeated_write_with_its_key_is_done_once() {
    let house = House::build();
    let server = house.serve();
    let create = ["team", "create", "--name", "A", "--key", "k1", "--format", "json"];
    let (first, second) = (house.ask(&server, &create), house.ask(&server, &create));
    assert!(second.status.success(), "{}", said(&second));
    assert_eq!(first.stdout, second.stdout);
    let other = ["team", "create", "--name", "B", "--key", "k1"];
    assert_eq!(house.ask(&server, &other).status.code(), Some(6));
}

#[test]
fn a_writing_verb_waits_for_no_server_and_a_reading_one_runs_beside_it() {
    let house = House::build();
    let server = house.serve();
    let writing = house.direct(&["team", "create", "--name", "A"]);
    assert_eq!(writing.status.code(), Some(5));
    assert!(said(&writing).contains("is in use by process"), "{}", said(&writing));
    assert!(house.direct(&["user", "list"]).status.success());
    assert!(house.direct(&["audit", "verify"]).status.success());
    let backup = house.direct(&["backup", "copy.db"]);
    assert!(backup.status.success(), "{}", said(&backup));
    assert!(server.stop().success());
    let mut restore = interlock(house.folder.path());
    done(restore.args(["restore", "copy.db", "--database", "sqlite:other/i.db"]));
    let mut list = interlock(house.folder.path());
    let people = done(list.args(["user", "list", "--database", "sqlite:other/i.db"]));
    assert!(people.contains("Ada"), "{people}");
}

#[test]
fn a_first_token_is_had_by_signing_in_while_the_server_runs() {
    use std::io::Write as _;
    let house = House::build();
    let server = house.serve();
    let sign_in = |password: &str, server: &Served| {
        let mut command = interlock(house.folder.path());
        command.args(["token", "create", "--login", "ben", "--password-stdin", "--name", "shell"]);
        command.args(["--scope", "read", "--format", "json", "--url", &server.url]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        child.wait_with_output().unwrap()
    };
    let admin = ["--scope", "identity.write", "--scope", "read", "--for", "admin", "--name", "k"];
    let refused = house.direct(&[&["token", "create"], &admin[..]].concat());
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(server.stop().success());
    let mut add = interlock(house.folder.path());
    add.args(["user", "add", "ben", "--name", "Ben", "--role", "requester", "--password-stdin"]);
    add.args(["--database", "sqlite:data/i.db"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = add.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "a long password").unwrap();
    assert!(child.wait().unwrap().success());
    let server = house.serve();
    let wrong = sign_in("another password", &server);
    assert_eq!(wrong.status.code(), Some(3), "{}", said(&wrong));
    let made = sign_in("a long password", &server);
    assert!(made.status.success(), "{}", said(&made));
    let token: Value = serde_json::from_slice(&made.stdout).unwrap();
    let secret = token["secret"].as_str().unwrap();
    let list = ["team", "list", "--token", secret, "--format", "json"];
    let listed = house.ask(&server, &list);
    assert!(listed.status.success(), "{}", said(&listed));
    assert_eq!(listed.stdout, b"{\n  \"items\": []\n}\n");
}

#[test]
fn a_verb_that_needs_a_database_says_so_where_only_a_server_is_named() {
    let house = House::build();
    let server = house.serve();
    for verb in [&["audit", "verify"][..], &["calendar", "conflicts", "--imported"]] {
        let asked = house.ask(&server, verb);
        assert_eq!(asked.status.code(), Some(2));
        let line = format!("interlock {} --database", verb.join(" "));
        assert!(said(&asked).contains(&line), "{}", said(&asked));
    }
}

#[test]
fn what_is_missing_is_asked_for_without_the_servers_options() {
    let house = House::build();
    let mut command = interlock(house.folder.path());
    command.env("INTERLOCK_URL", "http://127.0.0.1:1").env("INTERLOCK_TOKEN", "x");
    let asked = command.args(["user", "add"]).output().unwrap();
    let said = said(&asked);
    assert!(said.contains("Usage: interlock user add <LOGIN>"), "{said}");
    let mut command = interlock(house.folder.path());
    let server = house.serve();
    let unsigned = command.args(["team", "list", "--url", &server.url]).output().unwrap();
    let text = String::from_utf8_lossy(&unsigned.stderr).into_owned();
    assert!(text.contains("INTERLOCK_TOKEN or --token"), "{text}");
}

/// The journey of a change and a release, as an engineer types it.
#[test]
fn writes_say_where_the_record_is_and_times_are_wall_time() {
    let house = House::build();
    let lena = house.token("lena", &["read", "change.write", "release.write"]);
    let server = house.serve();
    let ask = |words: &[&str]| house.ask(&server, &[words, &["--token", &lena]].concat());
    let window = |zone: &[&str], day: &str| {
        let (start, end) = (format!("{day}T22:00"), format!("{day}T23:00"));
        let words = ["change", "create", "--type", "normal", "--title", "A"];
        let created = ask(&[&words[..], &["--start", &start, "--end", &end], zone].concat());
        assert!(created.status.success(), "{}", said(&created));
        String::from_utf8(created.stdout).unwrap()
    };
    let created = window(&["--zone", "Europe/Amsterdam"], "2030-12-05");
    assert!(created.contains("phase") && created.contains("draft"), "{created}");
    window(&[], "2030-12-06");
    let show = |number: &str| String::from_utf8(ask(&["change", "show", number]).stdout).unwrap();
    let shown = show("CHG-1");
    assert!(shown.contains("2030-12-05 22:00+01:00 – 23:00+01:00 Europe/Amsterdam"), "{shown}");
    assert!(show("CHG-2").contains("2030-12-06 22:00+09:00 – 23:00+09:00 Asia/Tokyo"));
    let edit =
        ["change", "edit", "CHG-1", "--start", "2030-12-07T20:00", "--end", "2030-12-07T21:00"];
    assert!(ask(&edit).status.success());
    let shown = show("CHG-1");
    assert!(shown.contains("2030-12-07 20:00+01:00 – 21:00+01:00 Europe/Amsterdam"), "{shown}");
    let preview = ["change", "preview", "CHG-1", "--start", "2030-12-08T20:00"];
    let told = ask(&[&preview[..], &["--end", "2030-12-08T21:00"]].concat());
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(text.contains("2030-12-08 20:00+01:00"), "{text}{}", said(&told));
    let plan = ["release", "create", "--type", "minor", "--title", "R", "--owner", "lena"];
    let kpi = ["--kpi", "Errors=under 1 %", "--milestone", "Code complete=2030-12-01T17:00"];
    let item = ["--package", "name=a,version=1,digest=sha256:ab", "--member", "lena=lead"];
    let begins = ["--start", "2030-12-09T20:00"];
    let made = ask(&[&plan[..], &kpi[..], &item[..], &begins[..]].concat());
    assert!(made.status.success(), "{}", said(&made));
    let release: Value =
        serde_json::from_slice(&ask(&["release", "show", "REL-1", "--format", "json"]).stdout)
            .unwrap();
    assert_eq!(release["window"]["start"], "2030-12-09T11:00:00Z");
    assert_eq!(release["window"]["end"], "2030-12-09T13:00:00Z", "as long as its model has it");
    assert_eq!(release["kpis"][0]["target"], "under 1 %");
    assert_eq!(release["milestones"][0]["at"], "2030-12-01T08:00:00Z");
    assert_eq!(release["package"][0]["digest"], "sha256:ab");
    assert_eq!(release["members"][0]["role"], "lead");
    let some = ask(&["release", "attach", "REL-1", "CHG-1", "CHG-99"]);
    assert_eq!(some.status.code(), Some(4), "{}", said(&some));
    assert!(!show("CHG-1").contains("REL-1"), "nothing was attached");
    let both = ask(&["release", "attach", "REL-1", "CHG-1", "CHG-2", "--format", "csv"]);
    let text = String::from_utf8_lossy(&both.stdout).into_owned();
    assert!(both.status.success(), "{text}{}", said(&both));
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn the_calendar_shows_periods_on_one_clock_and_an_exception_names_one() {
    let house = House::build();
    let scopes = ["read", "change.write", "calendar.write", "exception.request"];
    let lena = house.token("lena", &scopes);
    let server = house.serve();
    let ask = |words: &[&str]| {
        let asked = house.ask(&server, &[words, &["--token", &lena]].concat());
        assert!(asked.status.success(), "{words:?}: {}", said(&asked));
        String::from_utf8(asked.stdout).unwrap()
    };
    let blackout = ["calendar", "blackout", "add", "--name", "Year end", "--reason", "the books"];
    ask(&[&blackout[..], &["--start", "2030-12-28T00:00", "--end", "2030-12-29T00:00"]].concat());
    let raise = ["change", "create", "--type", "normal", "--title", "A"];
    let during = ["--start", "2030-12-28T10:00", "--end", "2030-12-28T11:00"];
    ask(&[&raise[..], &during].concat());
    let show = ["calendar", "show", "--from", "2030-12-27T00:00", "--to", "2030-12-30T00:00"];
    let text = ask(&[&show[..], &["--zone", "Europe/Amsterdam"]].concat());
    let period = "blackout  2030-12-27 16:00+01:00 – 2030-12-28 16:00+01:00 Europe/Amsterdam";
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].starts_with(period), "{text}");
    assert!(lines[2].starts_with("change    2030-12-28 02:00+01:00"), "{text}");
    let asked = ["exception", "request", "--rule", "blackout", "--subject", "CHG-1", "--with"];
    let tomorrow = SystemClock.now().plus_minutes(24 * 60).to_string();
    let why = ["Year end", "--until", &tomorrow, "--reason", "it cannot wait"];
    ask(&[&asked[..], &why].concat());
    let listed = ask(&["exception", "list", "--format", "csv"]);
    assert!(listed.contains("blackout,CHG-1,Year end,"), "{listed}");
    assert!(ask(&["policy", "models"]).contains("emergency"));
}

#[test]
fn the_description_needs_no_server_and_goes_into_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let printed = done(interlock(folder.path()).args(["openapi", "--output", "openapi.json"]));
    assert_eq!(printed, "");
    let text = std::fs::read_to_string(folder.path().join("openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn without_a_database_named_the_data_folder_holds_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = interlock(folder.path());
    let mut child =
        serve.args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut first).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.starts_with("listening on "), "{first}");
    assert!(folder.path().join("interlock/interlock.db").exists());
}

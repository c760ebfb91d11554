//! What the end-to-end tests share: databases of both engines, the folder of real records, and the
//! program itself. What is missing is skipped by hand, loudly, and fails with `CI=true`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ports::{Store, SystemChance, SystemClock};
use serde_json::Value as Json;
use server::bus::{Bus, World};
use server::read_models::prepare;
use store::OpenOptions;
use tempfile::TempDir;

/// A fresh database of one engine.
pub(crate) struct Database {
    /// Its address.
    pub(crate) address: String,
    /// Where files may be put beside it.
    pub(crate) folder: TempDir,
}

impl Database {
    /// Opens it for writing.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        let store = store::open(&self.address, OpenOptions::default()).unwrap();
        prepare(&*store).unwrap();
        store
    }
}

/// A bus over a store.
pub(crate) fn bus(store: &Arc<dyn Store>) -> Bus {
    Bus::new(World {
        store: Arc::clone(store),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    })
}

/// Plays a story on SQLite, and on PostgreSQL where there is a cluster.
pub(crate) fn on_both(story: impl Fn(&Database)) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("interlock.db").display());
    story(&Database { address, folder });
    if let Some(address) = store::testing::postgres_database() {
        story(&Database { address, folder: tempfile::tempdir().unwrap() });
    }
}

/// A file of the folder of real records.
pub(crate) fn data(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("INTERLOCK_DATA").map_or(root, PathBuf::from);
    found(folder.join(path), "the real records: name their folder in INTERLOCK_DATA")
}

/// The program: the one named in `INTERLOCK_BIN`, else the one built beside this test.
pub(crate) fn program() -> Option<Command> {
    let beside = || {
        let test = std::env::current_exe().ok()?;
        Some(test.parent()?.parent()?.join("interlock"))
    };
    let path = std::env::var_os("INTERLOCK_BIN").map(PathBuf::from).or_else(beside)?;
    found(path, "the program: build it, or name it in INTERLOCK_BIN").map(Command::new)
}

const READY_TRIES: u32 = 600;

/// A running server, killed when it is dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Server {
    /// A server that is ready.
    pub(crate) fn start(program: &Command, address: &str) -> Self {
        let server = Self::spawn(program, address);
        server.wait_until_ready();
        server
    }

    /// The same, with more options.
    pub(crate) fn start_with(program: &Command, address: &str, more: &[&str]) -> Self {
        let server = Self::spawn_with(program, address, &free_address(), more);
        server.wait_until_ready();
        server
    }

    /// A server that is ready, at an address that others know.
    pub(crate) fn start_at(program: &Command, address: &str, listen: &str) -> Self {
        let server = Self::spawn_with(program, address, listen, &[]);
        server.wait_until_ready();
        server
    }

    /// A server that may still be at its beginnings.
    pub(crate) fn spawn(program: &Command, address: &str) -> Self {
        Self::spawn_with(program, address, &free_address(), &[])
    }

    fn spawn_with(program: &Command, address: &str, listen: &str, more: &[&str]) -> Self {
        let mut child = Command::new(program.get_program())
            .args(["serve", "--listen", listen, "--database", address])
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = child.stderr.take().expect("its words");
        std::thread::spawn(move || BufReader::new(said).lines().map_while(Result::ok).count());
        let url = format!("http://{listen}");
        Self { child, url }
    }

    fn wait_until_ready(&self) {
        let client = client();
        for _ in 0..READY_TRIES {
            let ready = client.get(format!("{}/readyz", self.url)).send();
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server did not start again by itself");
    }
}

/// An address on which nobody listens yet.
pub(crate) fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that waits for no answer for ever.
pub(crate) fn client() -> reqwest::blocking::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::blocking::Client::builder().timeout(Duration::from_secs(10)).build().unwrap()
}

/// What an operator's verb says, straight on a database.
pub(crate) fn operator(program: &Command, address: &str, arguments: &[&str]) -> String {
    let output = Command::new(program.get_program())
        .args(arguments)
        .args(["--database", address, "--format", "json"])
        .output()
        .unwrap();
    let (said, told) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {}", told.unwrap_or_default());
    said.unwrap()
}

/// The secret of a token for a new account.
pub(crate) fn token(program: &Command, address: &str, roles: &[&str], scopes: &[&str]) -> String {
    token_of(program, address, "anna", roles, scopes)
}

/// The same, for an account of a name.
pub(crate) fn token_of(
    program: &Command,
    address: &str,
    login: &str,
    roles: &[&str],
    scopes: &[&str],
) -> String {
    let mut add = Command::new(program.get_program())
        .args(["user", "add", login, "--name", login])
        .args(roles.iter().flat_map(|role| ["--role", *role]))
        .args(["--password-stdin", "--database", address])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = add.stdin.take().expect("its input");
    std::io::Write::write_all(&mut input, b"correct horse battery\n").unwrap();
    drop(input);
    assert!(add.wait().unwrap().success());
    let mut made = vec!["token", "create", "--for", login, "--name", "test"];
    made.extend(scopes.iter().flat_map(|scope| ["--scope", *scope]));
    let token: Json = serde_json::from_str(&operator(program, address, &made)).unwrap();
    token["secret"].as_str().expect("a secret").to_owned()
}

/// The Python on the path, when it has a module of `scripts/python-requirements.txt`.
pub(crate) fn python(module: &str) -> Option<PathBuf> {
    let python = on_path("python3");
    let tried = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    let has = tried.is_ok_and(|tried| tried.status.success());
    let python = if has { python } else { PathBuf::from(format!("python3 with {module}")) };
    found(python, "the Python tools that scripts/python-env installs")
}

/// Where a program is that is found by its name.
pub(crate) fn on_path(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let files = std::env::split_paths(&path).map(|folder| folder.join(name));
    files.into_iter().find(|file| file.exists()).unwrap_or_else(|| name.into())
}

/// A part that a test needs, if it is there.
pub(crate) fn found(path: PathBuf, what: &str) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!in_ci, "{} is missing, and with CI=true nothing is skipped", path.display());
    eprintln!("!! SKIPPED without {what} ({} is missing)", path.display());
    None
}

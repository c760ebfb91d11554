//! The real program: how long until it answers, how much memory it holds, and commands over HTTP.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};

use crate::load::THREADS;
use crate::report::{Aim, Report, median, seconds};
use crate::seed::Seeded;

const ROUNDS: usize = 3;
const MEMORY_MIB_MAX: f64 = 300.0;

/// A running server, killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    ready_after: f64,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Result<String> {
    std::env::var("INTERLOCK_BIN").context("INTERLOCK_BIN names the program that is measured")
}

fn client() -> Result<reqwest::blocking::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::blocking::Client::builder().timeout(Duration::from_secs(30)).build()?)
}

/// A server that is ready.
pub(crate) fn start(address: &str) -> Result<Server> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let listen = format!("127.0.0.1:{port}");
    let client = client()?;
    let url = format!("http://{listen}");
    let (ready_after, child) = seconds(|| -> Result<Child> {
        let mut child = Command::new(program()?)
            .args(["serve", "--listen", &listen, "--database", address])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        for _ in 0..60_000 {
            let ready = client.get(format!("{url}/readyz")).send();
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(child);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        bail!("the server did not become ready")
    });
    Ok(Server { child: child?, url, ready_after })
}

/// What a server holds in memory of its own, and what it has mapped of files, in MiB. The system
/// takes mapped pages back when it needs them, and counts them as its cache however they are read.
fn memory_mib(server: &Server) -> Result<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id()))?;
    let mib = |name: &str| -> Result<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("memory")?;
        let kib: f64 = line.split_whitespace().next().context("a number")?.parse()?;
        Ok(kib / 1024.0)
    };
    Ok((mib("RssAnon:")? + mib("RssShmem:")?, mib("RssFile:")?))
}

/// Makes a token that may read, and some things more.
pub(crate) fn token(address: &str, scopes: &[&str]) -> Result<String> {
    let run = |arguments: &[&str], input: Option<&str>| -> Result<String> {
        let mut child = Command::new(program()?)
            .args(arguments)
            .args(["--database", address, "--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(input) = input {
            use std::io::Write as _;
            child.stdin.take().context("its input")?.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        Ok(String::from_utf8(output.stdout)?)
    };
    let add =
        ["user", "add", "bench", "--name", "Bench", "--role", "requester", "--password-stdin"];
    run(&add, Some("correct horse battery\n"))?;
    let make = ["token", "create", "--for", "bench", "--name", "bench", "--scope", "read"];
    let scopes = scopes.iter().flat_map(|scope| ["--scope", *scope]);
    let said = run(&make.into_iter().chain(scopes).collect::<Vec<_>>(), None)?;
    let token: Json = serde_json::from_str(&said)?;
    Ok(token["secret"].as_str().context("a secret")?.to_owned())
}

/// Start-up and memory with many changes, against an empty database.
pub(crate) fn measure(folder: &Path, large: &Seeded, report: &mut Report) -> Result<()> {
    let path = folder.join("empty.db");
    let empty = format!("sqlite:{}", path.display());
    let (mut few, mut many) = (Vec::new(), Vec::new());
    let (mut own, mut mapped) = (0.0_f64, 0.0_f64);
    let secret = token(&large.address(), &["change.write"])?;
    start(&empty)?;
    for _ in 0..ROUNDS {
        few.push(start(&empty)?.ready_after);
        let server = start(&large.address())?;
        many.push(server.ready_after);
        ask(&server, &secret)?;
        let memory = memory_mib(&server)?;
        (own, mapped) = (own.max(memory.0), mapped.max(memory.1));
    }
    let (few, many) = (median(&mut few), median(&mut many));
    let shown = |took: f64| format!("{:.0} ms", took * 1e3);
    report.ratio("start", &shown(many), &shown(few), many / few, Aim::AtMost(2.0));
    let aim = Aim::AtMost(1.0);
    let (what, ratio) = ("memory of its own after 200 requests", own / MEMORY_MIB_MAX);
    report.ratio(what, &format!("{own:.0} MiB"), "300 MiB", ratio, aim);
    report.figure("pages of files mapped beside it", &format!("{mapped:.0} MiB"));
    Ok(())
}

fn ask(server: &Server, secret: &str) -> Result<()> {
    let client = client()?;
    for n in 0..200 {
        let path = match n % 4 {
            0 => "/api/v1/changes?limit=200".to_owned(),
            1 => format!("/api/v1/changes/CHG-{}", 1 + n * 37),
            2 => format!("/api/v1/changes?ci=ci-{n}"),
            _ => "/api/v1/changes?phase=scheduled&limit=200".to_owned(),
        };
        let answer = client.get(format!("{}{path}", server.url)).bearer_auth(secret).send()?;
        answer.error_for_status()?;
    }
    Ok(())
}

/// Raises changes over HTTP by as many senders as the bus is measured with.
pub(crate) fn http_commands(folder: &Path, changes: usize, report: &mut Report) -> Result<()> {
    let path = folder.join("http.db");
    for end in ["", "-wal", "-shm", ".lock"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    let address = format!("sqlite:{}", path.display());
    let secret = token(&address, &["change.write"])?;
    let server = start(&address)?;
    let next = AtomicUsize::new(0);
    let (took, ends) = seconds(|| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| scope.spawn(|| sender(&server.url, &secret, changes, &next)))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        })
    });
    ends.into_iter().collect::<Result<Vec<()>>>()?;
    let rate = format!("{:.0}/s", changes as f64 / took);
    report.figure("changes raised over HTTP, SQLite", &rate);
    Ok(())
}

fn sender(url: &str, secret: &str, changes: usize, next: &AtomicUsize) -> Result<()> {
    let client = client()?;
    loop {
        let number = next.fetch_add(1, Ordering::SeqCst);
        if number >= changes {
            return Ok(());
        }
        let body = json!({"title": format!("Over HTTP {number}"), "type": "normal"});
        let sent = client.post(format!("{url}/api/v1/changes")).bearer_auth(secret).json(&body);
        sent.send()?.error_for_status()?;
    }
}

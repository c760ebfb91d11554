//! `interlock serve` and `interlock demo`: the server, in the foreground until it is told to stop.

use std::io::IsTerminal as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use api::identity::SignInHint;
use clap::Args;
use connectors::{Post, Web};
use server::bus::Bus;
use server::gate::{GitHub, GitHubSetUp, WebhookSecret};
use server::serve::Options;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::database::{Access, DatabaseArgs, bus, data_folder, open};
use crate::demo;
use crate::failure::{Failure, Result};
use crate::output::{Output, say};

const LISTEN: &str = "127.0.0.1:7420";

/// How a server is started.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address and port it listens on; port 0 takes a free one.
    #[arg(long, default_value = LISTEN, value_name = "ADDRESS:PORT", env = "INTERLOCK_LISTEN")]
    listen: SocketAddr,
    #[command(flatten)]
    database: DatabaseArgs,
    /// Sends cookies over HTTPS only; set it wherever a proxy in front speaks HTTPS.
    #[arg(long)]
    secure_cookies: bool,
    /// The address of a proxy in front, as it connects: it is believed when it names the client in
    /// `X-Forwarded-For`. Repeat it for several. Without it all who come through a proxy count as
    /// one when sign-ins fail.
    #[arg(long, value_name = "ADDRESS")]
    trusted_proxy: Vec<IpAddr>,
    /// Where readers of notices reach this server, such as <https://interlock.example.org>: links in
    /// mails and chats begin with it. Without it they hold none.
    #[arg(long, value_name = "ADDRESS", env = "INTERLOCK_PUBLIC_ADDRESS")]
    public_address: Option<String>,
    /// A file with the secret that deliveries to `/hooks/webhook` are signed with, as Standard
    /// Webhooks writes it: `whsec_` and base64; without it nothing is taken there.
    #[arg(long, value_name = "FILE", env = "INTERLOCK_WEBHOOK_SECRET_FILE")]
    webhook_secret_file: Option<PathBuf>,
    #[command(flatten)]
    github: GitHubArgs,
}

impl Serve {
    /// What deliveries are signed with, where a secret was given.
    fn webhook(&self) -> Result<Option<WebhookSecret>> {
        let Some(file) = &self.webhook_secret_file else { return Ok(None) };
        Ok(Some(WebhookSecret::try_new(&secret_of(file)?).map_err(Failure::usage)?))
    }
}

/// How GitHub is spoken with, for its deployment protection rules.
#[derive(Debug, Args)]
#[command(next_help_heading = "GitHub")]
struct GitHubArgs {
    /// A file with the secret of the webhook; without it `/hooks/github` takes nothing.
    #[arg(long, value_name = "FILE", env = "INTERLOCK_GITHUB_SECRET_FILE")]
    github_secret_file: Option<PathBuf>,
    /// The id of the GitHub App that answers.
    #[arg(long, value_name = "ID", env = "INTERLOCK_GITHUB_APP_ID", requires = "github_key_file")]
    github_app_id: Option<String>,
    /// A file with the private key of that app, as GitHub hands it out.
    #[arg(
        long,
        value_name = "FILE",
        env = "INTERLOCK_GITHUB_KEY_FILE",
        requires = "github_app_id"
    )]
    github_key_file: Option<PathBuf>,
    /// A file with a token to answer with, in place of an app.
    #[arg(
        long,
        value_name = "FILE",
        env = "INTERLOCK_GITHUB_TOKEN_FILE",
        conflicts_with = "github_app_id"
    )]
    github_token_file: Option<PathBuf>,
    /// Where its interface is; answers go to no other place.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "INTERLOCK_GITHUB_API",
        default_value = "https://api.github.com"
    )]
    github_api: String,
}

impl GitHubArgs {
    /// How it is spoken with, where a secret was given.
    fn set_up(&self) -> Result<Option<GitHub>> {
        let Some(secret) = &self.github_secret_file else { return Ok(None) };
        let app = match (&self.github_app_id, &self.github_key_file) {
            (Some(id), Some(key)) => Some((id.clone(), secret_of(key)?)),
            _ => None,
        };
        let set_up = GitHubSetUp {
            secret: secret_of(secret)?,
            api: self.github_api.clone(),
            token: self.github_token_file.as_deref().map(secret_of).transpose()?,
            app,
        };
        Ok(Some(GitHub::try_new(set_up).map_err(Failure::usage)?))
    }
}

fn secret_of(file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file);
    Ok(text.with_context(|| format!("reading {}", file.display()))?)
}

/// How a demonstration is started.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The address and port it listens on; port 0 takes a free one.
    #[arg(long, default_value = LISTEN, value_name = "ADDRESS:PORT", env = "INTERLOCK_LISTEN")]
    listen: SocketAddr,
    /// Throws the old demonstration away and builds a new one around today.
    #[arg(long, conflicts_with = "database")]
    fresh: bool,
    /// Opens no browser.
    #[arg(long)]
    no_browser: bool,
    /// Keeps the demonstration's database in this folder; in your data folder when absent.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Keeps it in this database instead: built when the database is empty, refused when it holds
    /// anything else. The environment is not asked, so that no demonstration ends up among records.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "folder")]
    database: Option<String>,
}

/// Serves a database.
pub(crate) fn serve(serve: &Serve) -> Result {
    let bus = bus(serve.database.open(Access::Serve)?);
    let options = Options {
        demonstration: None,
        secure_cookies: serve.secure_cookies,
        trusted_proxies: serve.trusted_proxy.clone(),
        github: serve.github.set_up()?,
        webhook: serve.webhook()?,
        web: Some(Arc::new(Web::guarded())),
        mailer: Some(Arc::new(Post::new())),
        address: serve.public_address.clone(),
    };
    run(bus, serve.listen, &options, |address| {
        say(format!("listening on http://{address}"));
        Ok(())
    })
}

/// Serves the demonstration, after building it where there is none.
pub(crate) fn demo(demo: &Demo, output: &Output) -> Result {
    let own = match &demo.database {
        Some(address) => address.clone(),
        None => own_file(demo)?,
    };
    let bus = bus(open(&own, Access::Write)?);
    if demo.database.is_some() {
        fill(&bus)?;
    }
    tell_age(&bus)?;
    let sign_ins = demo::sign_ins()?;
    let demonstration = Some(sign_ins.clone());
    let options = Options {
        demonstration,
        web: Some(Arc::new(Web::guarded())),
        mailer: Some(Arc::new(Post::new())),
        ..Options::default()
    };
    run(bus, demo.listen, &options, |address| {
        let address = format!("http://{address}");
        let mut text = welcome(&address, &sign_ins);
        text.push_str(&first_token(&address, &sign_ins));
        output.write(text.as_bytes())?;
        if !demo.no_browser {
            show(&address);
        }
        Ok(())
    })
}

/// The address of a file of the demonstration's own, built where there is none.
fn own_file(demo: &Demo) -> Result<String> {
    let folder = match &demo.folder {
        Some(folder) => folder.clone(),
        None => data_folder()?.join("demo"),
    };
    let file = folder.join("demo.db");
    if demo.fresh {
        remove(&file)?;
    }
    if !file.exists() {
        build(&file)?;
    }
    Ok(address_of(&file))
}

/// Fills a database that someone named.
fn fill(bus: &Bus) -> Result {
    if demo::held(&*bus.world().store)? == demo::Held::Nothing {
        say("building the demonstration, once");
    }
    Ok(demo::build(bus)?)
}

/// Builds the demonstration under another name, so that one that was interrupted is never served.
fn build(file: &Path) -> Result {
    let partial = file.with_extension("building");
    remove(&partial)?;
    say("building the demonstration, once");
    let store = open(&address_of(&partial), Access::Write)?;
    demo::build(&bus(store.clone()))?;
    store.close();
    drop(store);
    let renamed = std::fs::rename(&partial, file);
    renamed.with_context(|| format!("keeping the demonstration as {}", file.display()))?;
    remove(&partial)
}

/// Says so when the demonstration's today is no longer ours.
fn tell_age(bus: &Bus) -> Result {
    let world = bus.world();
    let age = demo::age_days(&*world.store, world.clock.now())?.unwrap_or(0);
    if age > 0 {
        let days = if age == 1 { "a day".to_owned() } else { format!("{age} days") };
        say(format!("this demonstration is {days} old: --fresh builds it anew around today"));
    }
    Ok(())
}

fn address_of(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// Removes a database and what stands beside it.
fn remove(file: &Path) -> Result {
    for ending in ["", "-wal", "-shm", ".lock"] {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let path = Path::new(&path).display();
                return Err(anyhow::Error::from(error).context(format!("removing {path}")).into());
            }
            _ => {}
        }
    }
    Ok(())
}

fn welcome(address: &str, sign_ins: &[SignInHint]) -> String {
    let mut text = format!("Interlock runs at {address}\nSign in as one of:\n");
    let rows: Vec<Vec<String>> = sign_ins
        .iter()
        .map(|hint| {
            let (login, password) = (hint.login.clone(), hint.password.clone());
            vec![format!("  {login}"), password, hint.name.clone(), hint.title.clone()]
        })
        .collect();
    text.push_str(&crate::table::aligned(&rows));
    text
}

/// How a first token for the command line is had: on the page, or by signing in from a shell.
fn first_token(address: &str, sign_ins: &[SignInHint]) -> String {
    let known = sign_ins.first().map(|hint| (hint.login.as_str(), hint.password.as_str()));
    let (login, password) = known.unwrap_or(("LOGIN", "PASSWORD"));
    format!(
        "For the command line, make a token at {address}/settings/tokens, or in another terminal:\n  \
        export INTERLOCK_URL={address}\n  \
        echo {password} | interlock token create --login {login} --password-stdin \
        --name shell --scope read\n  \
        export INTERLOCK_TOKEN=ilk_…\n"
    )
}

/// Serves until a signal, then ends what is under way and lets go of the database.
fn run(
    bus: Bus,
    listen: SocketAddr,
    options: &Options,
    ready: impl FnOnce(SocketAddr) -> Result,
) -> Result {
    let runtime = Runtime::new().context("starting the threads of the server")?;
    let store = bus.world().store.clone();
    let app = options.app(bus);
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("listening on {listen}: is another server there? --listen takes another port")
        })?;
        let stop = stopped().context("listening for signals")?;
        let address = listener.local_addr().context("asking for the address")?;
        let (filled, is_filled) = oneshot::channel();
        let serving =
            async { Ok(server::serve::run(app, listener, filled, stop).await.context("serving")?) };
        let telling = async {
            // One that is stopped before it is filled has nothing to tell.
            if is_filled.await.is_ok() { ready(address) } else { Ok(()) }
        };
        tokio::try_join!(serving, telling).map(|_| ())
    });
    drop(runtime);
    store.close();
    served
}

/// Ends at the first signal that asks to stop.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ends at the first signal that asks to stop.
#[cfg(not(unix))]
fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Opens the page where someone sits at a screen; without one the printed address is enough.
fn show(address: &str) {
    let has_screen = cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if !has_screen || !std::io::stdout().is_terminal() {
        return;
    }
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet =
        Command::new(program).arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if quiet.is_err() {
        say("open that address in a browser");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_first_token_is_a_line_that_the_command_line_takes() {
        let told = first_token("http://127.0.0.1:7420", &[]);
        assert!(told.contains("http://127.0.0.1:7420/settings/tokens"), "{told}");
        let line = told.lines().find_map(|line| line.trim().split_once("| ")).unwrap().1;
        let words = line.split_whitespace();
        assert!(<crate::verbs::Cli as clap::Parser>::try_parse_from(words).is_ok(), "{line}");
    }
}

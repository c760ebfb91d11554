//! What every verb gets: the options that stand before or behind any of them.

use std::path::PathBuf;

use clap::Args;
use connectors::Web;
use server::bus::Bus;
use server::serve::Inside;

use crate::client::{Client, Wanted};
use crate::database::{Access, DATABASE, DatabaseArgs, bus, operator};
use crate::failure::{Failure, Result};
use crate::output::{Format, Output, say};

/// Where a server is looked for when nothing is said.
const URL_DEFAULT: &str = "http://127.0.0.1:7420";

/// Options of every verb.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// How data is printed.
    #[arg(long, global = true, value_enum, default_value = "table", help_heading = "Output")]
    pub(crate) format: Format,
    /// Prints data into a file instead of stdout.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// The server: `INTERLOCK_URL`, else `http://127.0.0.1:7420`, when absent.
    #[arg(long, global = true, value_name = "URL", help_heading = "Server")]
    url: Option<String>,
    /// A token of that server, made with `interlock token create`; best given in the environment
    /// as `INTERLOCK_TOKEN`, where other users of the machine do not see it.
    #[arg(long, global = true, value_name = "TOKEN", help_heading = "Server")]
    token: Option<String>,
    /// Names a write, so that repeating it with the same key does it once. A fresh one is drawn
    /// when absent.
    #[arg(long, global = true, value_name = "KEY", help_heading = "Server")]
    pub(crate) key: Option<String>,
}

/// A database in place of the server.
#[derive(Debug, Clone, Args)]
pub(crate) struct Direct {
    /// Works straight on a database, without a server, as the operator: `sqlite:PATH` or
    /// `postgres://USER@HOST/NAME`.
    #[arg(long, value_name = "ADDRESS", global = true, help_heading = "Server")]
    pub(crate) database: Option<String>,
}

impl Direct {
    /// The database of a verb that needs one: the one named, else `INTERLOCK_DATABASE`, else the
    /// default. Where only a server is named, it says so instead of opening another database.
    pub(crate) fn needed(&self, global: &Global, verb: &str) -> Result<DatabaseArgs> {
        let database = self.database.clone().or_else(|| environment(DATABASE));
        DatabaseArgs { database }.needed(global, verb)
    }
}

impl DatabaseArgs {
    /// The same of a verb that always takes a database.
    pub(crate) fn needed(&self, global: &Global, verb: &str) -> Result<Self> {
        match global.server() {
            Some(url) if self.database.is_none() => Err(Failure::usage(format!(
                "this needs --database: it works straight on a database, and {url} is a server; \
                 write, where that database is,\n  \
                 interlock {verb} --database sqlite:interlock.db"
            ))),
            _ => Ok(self.clone()),
        }
    }
}

/// What a variable of the environment says, if anything. It is not read as a flag: a usage would
/// name it among what a verb asks for.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Global {
    /// The server, where one is named.
    pub(crate) fn server(&self) -> Option<String> {
        self.url.clone().or_else(|| environment("INTERLOCK_URL"))
    }

    /// The token, where there is one.
    pub(crate) fn secret(&self) -> Option<String> {
        self.token.clone().or_else(|| environment("INTERLOCK_TOKEN"))
    }

    /// Where data goes.
    pub(crate) fn out(&self) -> Output {
        Output { format: self.format, file: self.output.clone(), zone: None }
    }

    /// A client of the server.
    pub(crate) fn client(&self) -> Result<Client> {
        let url = self.server().unwrap_or_else(|| URL_DEFAULT.to_owned());
        let is_here = ["http://127.", "http://localhost", "http://[::1]"]
            .iter()
            .any(|prefix| url.starts_with(prefix));
        if !url.starts_with("https://") && !is_here {
            if !url.starts_with("http://") {
                let wrong = format!("`{url}` is no address: write https://HOST[:PORT]");
                return Err(Failure::usage(wrong));
            }
            say("warning: the token is sent unencrypted; use https");
        }
        let client = Client::new(Box::new(Web::new()), &url, self.secret());
        Ok(client.with_key(self.key.clone()))
    }

    /// A client of the server, or of a database when one is named.
    pub(crate) fn client_or(&self, direct: &Direct, access: Access) -> Result<Client> {
        let Some(database) = &direct.database else { return self.client() };
        let store = DatabaseArgs { database: Some(database.clone()) }.open(access)?;
        Ok(within(&bus(store))?.with_key(self.key.clone()))
    }
}

/// A client without a network, which acts as the operator.
pub(crate) fn within(bus: &Bus) -> Result<Client> {
    Ok(Client::new(Box::new(Inside::new(bus.clone(), operator())?), "", None))
}

/// A command's bad end as this program's.
pub(crate) fn refused(failure: server::bus::Failure) -> Failure {
    match failure {
        server::bus::Failure::Fault(fault) => Failure::Fault(fault),
        other => Failure::Problem(Box::new(server::problem::of_failure(other))),
    }
}

/// How much of a list is shown.
#[derive(Debug, Clone, Args)]
pub(crate) struct Paging {
    /// At most so many records.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// All records.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Goes on where an earlier list ended.
    #[arg(long)]
    cursor: Option<String>,
}

impl Paging {
    /// For the client.
    pub(crate) fn wanted(&self) -> Wanted {
        let limit = if self.all { usize::MAX } else { self.limit as usize };
        Wanted { limit, cursor: self.cursor.clone() }
    }
}

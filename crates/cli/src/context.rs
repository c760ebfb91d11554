//! What every verb gets: the options that stand before or behind any of them.

use std::path::PathBuf;

use clap::Args;
use connectors::Web;
use server::bus::Bus;
use server::serve::Inside;

use crate::client::{Client, Listed, Wanted};
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
    /// The server.
    #[arg(
        long,
        global = true,
        env = "INTERLOCK_URL",
        default_value = URL_DEFAULT,
        help_heading = "Server"
    )]
    pub(crate) url: String,
    /// A token of that server, made with `interlock token create`; best given in the environment,
    /// where other users of the machine do not see it.
    #[arg(
        long,
        global = true,
        env = "INTERLOCK_TOKEN",
        hide_env_values = true,
        help_heading = "Server"
    )]
    pub(crate) token: Option<String>,
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
    /// default.
    pub(crate) fn or_environment(&self) -> DatabaseArgs {
        let known = || std::env::var(DATABASE).ok().filter(|address| !address.is_empty());
        DatabaseArgs { database: self.database.clone().or_else(known) }
    }
}

impl Global {
    /// Where data goes.
    pub(crate) fn out(&self) -> Output {
        Output { format: self.format, file: self.output.clone() }
    }

    /// A client of the server.
    pub(crate) fn client(&self) -> Result<Client> {
        let is_here = ["http://127.", "http://localhost", "http://[::1]"]
            .iter()
            .any(|prefix| self.url.starts_with(prefix));
        if !self.url.starts_with("https://") && !is_here {
            if !self.url.starts_with("http://") {
                let wrong = format!("`{}` is no address: write https://HOST[:PORT]", self.url);
                return Err(Failure::usage(wrong));
            }
            say("warning: the token is sent unencrypted; use https");
        }
        let client = Client::new(Box::new(Web::new()), &self.url, self.token.clone());
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

impl Output {
    /// Prints a list and says on stderr when there is more.
    pub(crate) fn listed<T: serde::Serialize>(
        &self,
        listed: &Listed<T>,
        columns: &[&str],
    ) -> Result {
        self.list(&listed.items, columns)?;
        if let Some(next) = &listed.next {
            say(format!("there are more: go on with --cursor {next}, or take --all"));
        }
        Ok(())
    }
}

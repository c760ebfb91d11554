//! The list of what a runner may do, as a file on its own machine: nobody changes it from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use domain::Check;
use domain::runner::{Allowed, check_allowed, is_name};
use serde::{Deserialize, Serialize};
use server::runner::{ROOM_MAX, Regexes};

use crate::failure::{Failure, Result};

/// The shortest secret, in bytes: hiding a shorter one would hide half of what is said.
const SECRET_MIN: usize = 4;
/// How many jobs run at once when nothing is said.
const ROOM_DEFAULT: u32 = 4;

/// A runner's list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// By what it can be chosen.
    #[serde(default)]
    pub(super) labels: BTreeSet<String>,
    /// How many jobs it carries out at once.
    #[serde(default = "room_default")]
    pub(super) room: u32,
    /// What it may do.
    #[serde(default, rename = "command")]
    pub(super) commands: Vec<CommandConfig>,
}

fn room_default() -> u32 {
    ROOM_DEFAULT
}

/// A command of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommandConfig {
    pub(super) name: String,
    pub(super) program: String,
    #[serde(default)]
    pub(super) args: Vec<String>,
    /// Each placeholder and the pattern that its values match as a whole.
    #[serde(default)]
    pub(super) patterns: BTreeMap<String, String>,
    pub(super) time_limit_seconds: u32,
    /// Asked afterwards where the end was not seen: 0 it happened, 1 it did not, else unknown.
    #[serde(default)]
    pub(super) status: Option<Asked>,
    /// Where it runs; `/` when absent.
    #[serde(default)]
    pub(super) directory: Option<PathBuf>,
    /// Its environment, beside a plain `PATH`.
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    /// Names that it gets from the runner's own environment; their values are never shown.
    #[serde(default)]
    pub(super) secrets: Vec<String>,
}

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) program: String,
    #[serde(default)]
    pub(super) args: Vec<String>,
}

impl CommandConfig {
    /// What the server is told of it.
    pub(super) fn allowed(&self) -> Allowed {
        Allowed {
            name: self.name.clone(),
            program: self.program.clone(),
            args: self.args.clone(),
            patterns: self.patterns.clone(),
            time_limit_seconds: self.time_limit_seconds,
            has_status: self.status.is_some(),
        }
    }
}

impl Config {
    /// Reads and checks a file, with the environment that secrets are taken from.
    pub(super) fn read(path: &Path, has: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("reading the list {}", path.display()))?;
        let config: Self = toml::from_str(&text)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        let wrong = config.wrong(has);
        if wrong.is_empty() {
            return Ok(config);
        }
        let lines = wrong.join("\n  ");
        Err(Failure::usage(format!("{} cannot be taken:\n  {lines}", path.display())))
    }

    /// The command of a name.
    pub(super) fn command(&self, name: &str) -> Option<&CommandConfig> {
        self.commands.iter().find(|command| command.name == name)
    }

    fn wrong(&self, has: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let mut check = Check::default();
        let allowed: Vec<Allowed> = self.commands.iter().map(CommandConfig::allowed).collect();
        check_allowed(&mut check, &allowed, &Regexes);
        for label in self.labels.iter().filter(|label| !is_name(label)) {
            check.wrong("/labels", format!("`{label}` is no word of letters, digits, - _ and ."));
        }
        if !(1..=ROOM_MAX).contains(&self.room) {
            check.wrong("/room", format!("is from 1 to {ROOM_MAX}"));
        }
        for (index, command) in self.commands.iter().enumerate() {
            let at = |field: &str| format!("/commands/{index}/{field}");
            if !Path::new(&command.program).is_file() {
                check.wrong(&at("program"), format!("{} is not there", command.program));
            }
            if command.status.as_ref().is_some_and(|status| !Path::new(&status.program).is_file()) {
                check.wrong(&at("status"), "the program is not there, or its path is not absolute");
            }
            if command.status.as_ref().is_some_and(|status| !status.program.starts_with('/')) {
                check.wrong(&at("status"), "is the absolute path of a program");
            }
            for secret in &command.secrets {
                match has(secret) {
                    None => check.wrong(
                        &at("secrets"),
                        format!("`{secret}` is not in the environment of this runner"),
                    ),
                    Some(value) if value.len() < SECRET_MIN => check.wrong(
                        &at("secrets"),
                        format!("`{secret}` is shorter than {SECRET_MIN} bytes"),
                    ),
                    Some(_) => {}
                }
            }
        }
        let found = check.found().into_iter();
        found.map(|missing| format!("{}: {}", missing.pointer, missing.detail)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
labels = ["web"]
[[command]]
name = "deploy"
program = "/bin/sh"
args = ["{version}"]
patterns = { version = '\d+' }
time_limit_seconds = 5
secrets = ["DEPLOY_KEY"]
"#;

    fn wrong(text: &str) -> Vec<String> {
        let has = |name: &str| (name == "DEPLOY_KEY").then(|| "secret".to_owned());
        toml::from_str::<Config>(text).unwrap().wrong(has)
    }

    #[test]
    fn a_list_is_taken_or_told_what_is_wrong() {
        assert_eq!(wrong(GOOD), Vec::<String>::new());
        let relative = GOOD.replace("/bin/sh", "sh");
        assert!(wrong(&relative)[0].contains("absolute path"), "{:?}", wrong(&relative));
        let missing = GOOD.replace("DEPLOY_KEY", "OTHER");
        assert!(wrong(&missing)[0].contains("not in the environment"));
        let undeclared = GOOD.replace("patterns", "env");
        assert!(wrong(&undeclared)[0].contains("declares"));
        assert!(toml::from_str::<Config>(&GOOD.replace("args", "arguments")).is_err());
    }
}

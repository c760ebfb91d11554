//! What people write on a command line, as the wire types want it: times, windows, fields from a
//! file, values that an empty text clears.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use api::common::Window;
use clap::Args;
use jiff::civil::DateTime;
use kernel::{Timestamp, Zone};
use serde::de::DeserializeOwned;

use crate::failure::{Failure, Result};

/// A window.
#[derive(Debug, Clone, Args)]
pub(crate) struct WindowArgs {
    /// The start: RFC 3339 (2026-12-05T21:00:00Z), or wall time of --zone (2026-12-05T22:00).
    #[arg(long, requires = "end", value_name = "TIME")]
    pub(crate) start: Option<String>,
    /// The end, written like the start.
    #[arg(long, requires = "start", value_name = "TIME")]
    pub(crate) end: Option<String>,
    /// The zone its people read it in, such as Europe/Amsterdam.
    #[arg(long, default_value = "UTC", requires = "start")]
    pub(crate) zone: String,
}

impl WindowArgs {
    /// The window, if one was given.
    pub(crate) fn window(&self) -> Result<Option<Window>> {
        let (Some(start), Some(end)) = (&self.start, &self.end) else { return Ok(None) };
        let (start, end) = (instant(start, &self.zone)?, instant(end, &self.zone)?);
        Ok(Some(Window { start, end, zone: self.zone.clone() }))
    }
}

/// An instant as RFC 3339; without an offset it is wall time of a zone.
pub(crate) fn instant(text: &str, zone: &str) -> Result<String> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant.to_string());
    }
    let zone: Zone = zone.parse().map_err(|error| Failure::usage(format!("{error}")))?;
    let wall: DateTime = text.parse().map_err(|_| {
        Failure::usage(format!(
            "`{text}` is no time: write 2026-12-05T21:00:00Z, or wall time such as \
             2026-12-05T22:00 with --zone"
        ))
    })?;
    Ok(zone.instant(wall).to_string())
}

/// Fields from a file, which flags beside it overrule.
#[derive(Debug, Clone, Args)]
pub(crate) struct FromFile {
    /// Takes fields from a JSON file in the API's shape; `-` reads stdin.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
}

impl FromFile {
    /// What the file says; nothing without a file.
    pub(crate) fn fields<T: DeserializeOwned + Default>(&self) -> Result<T> {
        let Some(file) = &self.from else { return Ok(T::default()) };
        let text = read_text(file)?;
        serde_json::from_str(&text)
            .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))
    }

    /// What the file says, when there is one.
    pub(crate) fn optional<T: DeserializeOwned + Default>(&self) -> Result<Option<T>> {
        self.from.is_some().then(|| self.fields()).transpose()
    }
}

/// What a file says; `-` is stdin.
pub(crate) fn read_text(file: &Path) -> Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("reading stdin")?;
    } else {
        text = std::fs::read_to_string(file)
            .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    }
    Ok(text)
}

/// A list in place of the one that is there; not given, that one stays.
pub(crate) fn replaces(given: &[String]) -> Option<Vec<String>> {
    if given.is_empty() { None } else { Some(kept(given)) }
}

/// A list written with a single empty text is an empty one.
fn kept(given: &[String]) -> Vec<String> {
    given.iter().filter(|text| !text.is_empty()).cloned().collect()
}

/// A value that an empty text clears.
#[expect(clippy::option_option, reason = "absent, null and set are three things on the wire")]
pub(crate) fn cleared(given: Option<&String>) -> Option<Option<String>> {
    given.map(|text| if text.is_empty() { None } else { Some(text.clone()) })
}

/// Sets a field when a flag gives it.
pub(crate) fn set<T>(field: &mut Option<T>, given: Option<T>) {
    if given.is_some() {
        *field = given;
    }
}

/// Two words joined by `=`, such as `payments=15`.
pub(crate) fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (left, right) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_time_is_read_in_its_zone() {
        let at = instant("2026-12-05T22:00", "Europe/Amsterdam").unwrap();
        assert_eq!(at, "2026-12-05T21:00:00Z");
        assert_eq!(instant("2026-12-05T22:00:00+02:00", "UTC").unwrap(), "2026-12-05T20:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_a_usage_error() {
        assert!(matches!(instant("tomorrow", "UTC"), Err(Failure::Usage(_))));
        assert!(matches!(instant("2026-12-05T22:00", "Mars"), Err(Failure::Usage(_))));
    }

    #[test]
    fn an_empty_text_clears_and_an_absent_one_keeps() {
        assert_eq!(cleared(None), None);
        assert_eq!(cleared(Some(&String::new())), Some(None));
        assert_eq!(replaces(&[String::new()]), Some(vec![]));
        assert_eq!(replaces(&[]), None);
    }
}

//! What people write on a command line, as the wire types want it: times, windows, fields from a
//! file, values that an empty text clears.

use std::cell::OnceCell;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use api::common::Window;
use api::identity::Me;
use api::release::PlannedWindow;
use clap::Args;
use jiff::civil::DateTime;
use kernel::{Timestamp, Zone};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::{Client, Query};
use crate::failure::{Failure, Result};
use crate::output::say;

/// A window.
#[derive(Debug, Clone, Args)]
pub(crate) struct WindowArgs {
    /// The start: RFC 3339 (2026-12-05T21:00:00Z), or wall time of --zone (2026-12-05T22:00).
    #[arg(long, requires = "end", value_name = "TIME")]
    pub(crate) start: Option<String>,
    /// The end, written like the start.
    #[arg(long, requires = "start", value_name = "TIME")]
    pub(crate) end: Option<String>,
    #[command(flatten)]
    pub(crate) zone: ZoneArg,
}

impl WindowArgs {
    /// The window, if one was given.
    pub(crate) fn window(&self, clock: &Clock<'_>) -> Result<Option<Window>> {
        let (Some(start), Some(end)) = (&self.start, &self.end) else { return Ok(None) };
        let (start, end) = (clock.instant(start)?, clock.instant(end)?);
        Ok(Some(Window { start, end, zone: clock.zone()?.to_owned() }))
    }
}

/// The planned window of a release.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlannedArgs {
    /// The start: RFC 3339 (2026-12-05T21:00:00Z), or wall time of --zone (2026-12-05T22:00).
    #[arg(long, value_name = "TIME")]
    start: Option<String>,
    /// The end, written like the start; as long after it as the model has it when absent.
    #[arg(long, requires = "start", value_name = "TIME")]
    end: Option<String>,
    #[command(flatten)]
    pub(crate) zone: ZoneArg,
}

impl PlannedArgs {
    /// The window, if one was given.
    pub(crate) fn window(&self, clock: &Clock<'_>) -> Result<Option<PlannedWindow>> {
        let Some(start) = &self.start else { return Ok(None) };
        let start = clock.instant(start)?;
        let end = self.end.as_ref().map(|end| clock.instant(end)).transpose()?;
        Ok(Some(PlannedWindow { start, end, zone: clock.zone()?.to_owned() }))
    }
}

/// The zone of times.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ZoneArg {
    /// The zone of times without an offset, such as Europe/Amsterdam; that of the record when
    /// absent, else your own.
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
}

impl ZoneArg {
    /// The clock by which times are read where no record has a zone.
    pub(crate) fn clock<'a>(&'a self, client: &'a Client) -> Clock<'a> {
        Clock::new(client, self.zone.as_deref())
    }
}

/// Which clock a time without an offset is read from: that of the zone that was said, else the
/// record's, else the reader's own.
pub(crate) struct Clock<'a> {
    client: &'a Client,
    said: Option<&'a str>,
    /// Where the record is.
    path: Option<String>,
    /// The record's zone, where it is known already.
    known: Option<String>,
    found: OnceCell<Found>,
}

/// A zone, and whether someone chose it for this record.
struct Found {
    zone: String,
    chosen: bool,
}

impl<'a> Clock<'a> {
    /// A clock that no record has a say in.
    pub(crate) fn new(client: &'a Client, said: Option<&'a str>) -> Self {
        Self { client, said, path: None, known: None, found: OnceCell::new() }
    }

    /// The same beside the record at a path.
    #[must_use]
    pub(crate) fn of(self, path: String) -> Self {
        Self { path: Some(path), ..self }
    }

    /// The same beside a record with a zone.
    #[must_use]
    pub(crate) fn known(self, zone: Option<String>) -> Self {
        Self { known: zone, ..self }
    }

    /// An instant as RFC 3339.
    pub(crate) fn instant(&self, text: &str) -> Result<String> {
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(instant.to_string());
        }
        let wall: DateTime = text.parse().map_err(|_| {
            Failure::usage(format!(
                "`{text}` is no time: write 2026-12-05T21:00:00Z, or wall time such as \
                 2026-12-05T22:00 with --zone"
            ))
        })?;
        let found = self.found()?;
        if !found.chosen && found.zone == "UTC" {
            say(format!("{text} is read as UTC: --zone names another zone"));
        }
        let zone: Zone = found.zone.parse().map_err(not_a_zone)?;
        Ok(zone.instant(wall).to_string())
    }

    /// An instant, when one is given.
    pub(crate) fn maybe(&self, text: Option<&String>) -> Result<Option<String>> {
        text.map(|text| self.instant(text)).transpose()
    }

    /// The zone.
    pub(crate) fn zone(&self) -> Result<&str> {
        Ok(&self.found()?.zone)
    }

    fn found(&self) -> Result<&Found> {
        if self.found.get().is_none() {
            let found = self.find()?;
            let _ = self.found.set(found);
        }
        Ok(self.found.get().expect("it was set"))
    }

    fn find(&self) -> Result<Found> {
        if let Some(said) = self.said {
            let zone: Zone = said.parse().map_err(not_a_zone)?;
            return Ok(Found { zone: zone.name().to_owned(), chosen: true });
        }
        if let Some(zone) = self.known.clone().or_else(|| self.of_record()) {
            return Ok(Found { zone, chosen: true });
        }
        // Nobody is signed in beside a database, and a server that is not there is told of by the
        // write itself.
        let me = self.client.get::<Me>("/session", &Query::default()).ok();
        Ok(Found { zone: me.map_or_else(|| "UTC".to_owned(), |me| me.zone), chosen: false })
    }

    /// The zone of the record's window. One that cannot be read is refused by the write itself.
    fn of_record(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Windowed {
            window: Option<Window>,
        }
        let found: Windowed = self.client.get(self.path.as_ref()?, &Query::default()).ok()?;
        Some(found.window?.zone)
    }
}

fn not_a_zone(error: impl std::fmt::Display) -> Failure {
    Failure::usage(error.to_string())
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
    use crate::client::tests::{answer, script};

    const NIGHT: &str = "2026-12-05T22:00";

    fn in_utc(text: &str, clock: &Clock<'_>) -> String {
        clock.instant(text).unwrap()
    }

    #[test]
    fn the_zone_that_is_said_comes_before_the_records_and_that_before_the_readers() {
        let record = || answer(200, r#"{"window":{"start":"","end":"","zone":"Asia/Tokyo"}}"#);
        let unplanned = || answer(200, r#"{"window":null}"#);
        let me = || {
            answer(
                200,
                r#"{"person":{"id":"per_1","name":"A"},"login":"a","roles":[],"permissions":[],
                "teams":[],"zone":"America/New_York"}"#,
            )
        };
        let (_, client) = script(vec![]);
        let said = Clock::new(&client, Some("Europe/Amsterdam")).of("/changes/CHG-1".to_owned());
        assert_eq!(in_utc(NIGHT, &said), "2026-12-05T21:00:00Z");
        let (sent, client) = script(vec![record()]);
        let clock = Clock::new(&client, None).of("/changes/CHG-1".to_owned());
        assert_eq!(in_utc(NIGHT, &clock), "2026-12-05T13:00:00Z");
        assert_eq!(clock.zone().unwrap(), "Asia/Tokyo");
        assert_eq!(sent.sent.lock().unwrap().len(), 1);
        let (_, client) = script(vec![unplanned(), me()]);
        let clock = Clock::new(&client, None).of("/changes/CHG-1".to_owned());
        assert_eq!(in_utc(NIGHT, &clock), "2026-12-06T03:00:00Z");
        let (_, client) = script(vec![answer(401, "{}")]);
        assert_eq!(in_utc(NIGHT, &Clock::new(&client, None)), "2026-12-05T22:00:00Z");
    }

    #[test]
    fn a_time_with_an_offset_asks_nobody() {
        let (_, client) = script(vec![]);
        let clock = Clock::new(&client, None);
        assert_eq!(in_utc("2026-12-05T22:00:00+02:00", &clock), "2026-12-05T20:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_a_usage_error() {
        let (_, client) = script(vec![]);
        let clock = Clock::new(&client, Some("UTC"));
        assert!(matches!(clock.instant("tomorrow"), Err(Failure::Usage(_))));
        let mars = Clock::new(&client, Some("Mars"));
        assert!(matches!(mars.instant(NIGHT), Err(Failure::Usage(_))));
    }

    #[test]
    fn an_empty_text_clears_and_an_absent_one_keeps() {
        assert_eq!(cleared(None), None);
        assert_eq!(cleared(Some(&String::new())), Some(None));
        assert_eq!(replaces(&[String::new()]), Some(vec![]));
        assert_eq!(replaces(&[]), None);
    }
}

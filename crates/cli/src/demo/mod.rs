//! The demonstration organisation, built through the same commands as a user's own records: its
//! files are in `demo/`, its history is played on a clock that walks from a quarter ago to today.
//! It knows no rule; a story that breaks one does not build.

mod article;
mod change;
mod exception;
mod files;
mod incident;
mod marks;
mod meeting;
mod release;
mod replay;
mod setup;
mod times;
mod votes;

use anyhow::Context as _;
use api::identity::SignInHint;
use domain::incident::Incident;
use kernel::Timestamp;
use ports::Store;
use server::bus::{Bus, find_state};
use server::incident::find_incident;
use server::read::{refused, wait};
use server::settings::{set, setting};

use crate::demo::files::Story;
use crate::demo::replay::Replay;
use crate::demo::times::Today;

/// The sign-ins of the demonstration, for its sign-in page and the terminal.
pub fn sign_ins() -> anyhow::Result<Vec<SignInHint>> {
    let people = Story::people()?;
    let hint = |person: &files::PersonPlan| SignInHint {
        login: person.login.clone(),
        password: people.password.clone(),
        name: person.name.clone(),
        title: person.title.clone(),
    };
    Ok(people.person.iter().map(hint).collect())
}

/// Under what name a database remembers that it holds the whole demonstration.
const MARK: &str = "demonstration";

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// No record at all.
    Nothing,
    /// The demonstration, whole.
    Demonstration,
    /// Records of someone's own, or a demonstration whose building was interrupted.
    Other,
}

/// What a database holds.
pub fn held(store: &dyn Store) -> anyhow::Result<Held> {
    let mark = wait(store, |db| setting(db, MARK)).context("asking what the database holds")?;
    if mark.is_some() {
        return Ok(Held::Demonstration);
    }
    let is_empty = store.log_head().context("asking what the database holds")? == 0;
    Ok(if is_empty { Held::Nothing } else { Held::Other })
}

/// Fills an empty database with the demonstration, relative to the bus's clock. One that holds it
/// already is left as it is.
pub fn build(bus: &Bus) -> anyhow::Result<()> {
    let store = &*bus.world().store;
    match held(store)? {
        Held::Nothing => {}
        Held::Demonstration => return Ok(()),
        Held::Other => anyhow::bail!(
            "this database holds records already, or a demonstration whose building was \
             interrupted: name an empty one"
        ),
    }
    let story = Story::read()?;
    let today = Today::of(bus.world().clock.now());
    let mut replay = Replay::new(bus, &story, today);
    setup::build(&mut replay)?;
    for change in &story.changes {
        change::plan(&mut replay, change, None)?;
    }
    for release in &story.releases {
        release::plan(&mut replay, release)?;
    }
    for incident in &story.incidents {
        incident::plan(&mut replay, incident)?;
    }
    for meeting in &story.meetings {
        meeting::plan(&mut replay, meeting);
    }
    for exception in &story.exceptions {
        exception::plan(&mut replay, exception);
    }
    for article in &story.articles {
        article::plan(&mut replay, article);
    }
    replay.run()?;
    set(store, MARK, "whole").context("remembering that the demonstration is whole")
}

/// How many days ago the demonstration in a database was built; nothing when it holds none.
pub fn age_days(store: &dyn Store, now: Timestamp) -> anyhow::Result<Option<i64>> {
    let story = Story::read()?;
    let first =
        story.incidents.iter().map(|incident| incident.opened.instant(&Today::of(now))).min();
    let opened = wait(store, |db| {
        let Ok(id) = refused(find_incident(db, "INC-1"))? else { return Ok(None) };
        Ok(find_state::<Incident>(db, id)?.and_then(|incident| incident.state.content.opened_at))
    });
    let opened = opened.context("asking how old the demonstration is")?;
    Ok(first.zip(opened).map(|(first, opened)| first.minutes_since(opened) / (24 * 60)))
}

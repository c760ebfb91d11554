//! Writes the notes of a release from its record: its changes and their links, and what is known of
//! the services that it touches.

use std::collections::{BTreeMap, BTreeSet};

use api::common::Written;
use api::knowledge::NotesFields;
use axum::Json;
use axum::extract::{Path, State};
use domain::change::Change;
use domain::identity::Permission;
use domain::knowledge::{
    self, Article, Audience, Bundle, BundledChange, Edit, Kind, Known, SERVICES_MAX, compose,
};
use domain::release::Release;
use domain::risk::CustomerImpact;
use kernel::{ArticleId, ReleaseId, ServiceId};
use ports::{Fault, Query, Value};

use crate::bus::{Command, Loaded, Stop, Work, find_state};
use crate::http::{App, Write};
use crate::knowledge::list::applying;
use crate::knowledge::write::{SERIES, written};
use crate::names::{Names, Resolver, find_release};
use crate::placement::touched;
use crate::problem::Answer;
use crate::read::of_any;

pub(super) async fn post(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<NotesFields>,
) -> Result<Json<Written>, Answer> {
    let command = WriteNotes { release: id, audience: write.body.audience };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct WriteNotes {
    /// Of which release, by id or number.
    pub release: String,
    /// For whom.
    pub audience: String,
}

impl Command for WriteNotes {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "knowledge.write_notes"
    }

    fn permission(&self) -> Permission {
        Permission::KnowledgeWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let mut resolver = Resolver::default();
        let audience: Option<Audience> = resolver.parse("/audience", Some(&self.audience));
        resolver.end()?;
        let audience = audience.unwrap_or_default();
        let id = find_release(work.tx, &self.release)?;
        let (bundle, services) = bundle(work.tx, id, &self.release)?;
        let (title, body) = compose(&bundle, audience);
        let edit = Edit {
            kind: Some(Kind::ReleaseNotes),
            audience: Some(audience),
            title: Some(title),
            body: Some(body),
            services: Some(services.into_iter().take(SERVICES_MAX).collect()),
            release: Some(Some(id)),
        };
        let number = format!("{SERIES}-{}", work.tx.next_number(SERIES)?);
        let events = knowledge::write(number, &edit)?;
        let mut article: Loaded<Article> = work.fresh();
        work.append(&mut article, events)?;
        Ok(written(&article))
    }
}

fn bundle(
    db: &mut dyn Query,
    id: ReleaseId,
    name: &str,
) -> Result<(Bundle, BTreeSet<ServiceId>), Stop> {
    let found: Option<Loaded<Release>> = find_state(db, id)?;
    let unknown = || domain::General::Unknown { kind: "release", name: name.to_owned() };
    let release = found.ok_or_else(unknown)?.state;
    let services = touched(db, release.changes.iter().copied())?;
    let mut changes = Vec::with_capacity(release.changes.len());
    for id in &release.changes {
        let change: Option<Loaded<Change>> = find_state(db, *id)?;
        changes.extend(change.map(|change| bundled(change.state)));
    }
    let names = Names::default().all(db, &services)?;
    let bundle = Bundle {
        number: release.number,
        title: release.content.title,
        objectives: release.content.objectives,
        services: names.into_iter().map(|service| service.name).collect(),
        changes,
        known: known(db, &services)?,
    };
    Ok((bundle, services))
}

fn bundled(change: Change) -> BundledChange {
    let impact = change.content.customer_impact.filter(|impact| *impact != CustomerImpact::None);
    BundledChange {
        number: change.number,
        title: change.content.title,
        reason: change.content.reason,
        impact: impact.map(|impact| impact.word().to_owned()),
        links: change.extras.links,
    }
}

/// What is known of some services. The row of an article tells of the version in force.
fn known(db: &mut dyn Query, services: &BTreeSet<ServiceId>) -> Result<Vec<Known>, Fault> {
    let ids = applying(db, services)?;
    let mut rows = BTreeMap::new();
    let sql = "SELECT id, number, kind, audience, title FROM articles WHERE ";
    for row in of_any(db, sql, "id", ids.iter().map(|id| Value::from(id.to_string())))? {
        let id: ArticleId = row.parsed(0)?;
        rows.insert(id, row);
    }
    let known = ids.iter().filter_map(|id| rows.get(id)).map(|row| {
        Ok(Known {
            number: row.text(1)?.to_owned(),
            kind: row.parsed(2)?,
            audience: row.parsed(3)?,
            title: row.text(4)?.to_owned(),
        })
    });
    known.collect()
}

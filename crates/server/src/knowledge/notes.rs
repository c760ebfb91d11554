//! Writes the notes of a release from its record: its changes and their links, and what is known of
//! the services that it touches.

use std::collections::BTreeSet;

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
use kernel::{ReleaseId, ServiceId};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Stop, Work, find_state};
use crate::http::{App, Write};
use crate::knowledge::list::applying;
use crate::knowledge::write::{SERIES, written};
use crate::names::{Names, Resolver, find_release};
use crate::problem::Answer;

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
    let mut changes = Vec::with_capacity(release.changes.len());
    for id in &release.changes {
        let change: Option<Loaded<Change>> = find_state(db, *id)?;
        changes.extend(change.map(|change| bundled(change.state)));
    }
    let services = touched(db, &id.to_string())?;
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

/// The services that a release touches: those that its changes name, and those of their CIs.
pub(super) fn touched(db: &mut dyn Query, release: &str) -> Result<BTreeSet<ServiceId>, Fault> {
    let mut services = BTreeSet::new();
    for sql in [
        "SELECT DISTINCT change_services.service FROM release_changes \
        JOIN change_services ON change_services.change = release_changes.change \
        WHERE release_changes.release = $1",
        "SELECT DISTINCT cis.service FROM release_changes \
        JOIN change_cis ON change_cis.change = release_changes.change \
        JOIN cis ON cis.id = change_cis.ci \
        WHERE release_changes.release = $1 AND cis.service IS NOT NULL",
    ] {
        for row in db.query(sql, &[release.into()])? {
            services.insert(row.parsed(0)?);
        }
    }
    Ok(services)
}

fn known(db: &mut dyn Query, services: &BTreeSet<ServiceId>) -> Result<Vec<Known>, Fault> {
    let mut known = Vec::new();
    for id in applying(db, services)? {
        let article: Option<Loaded<Article>> = find_state(db, id)?;
        let Some(article) = article.map(|article| article.state) else { continue };
        let Some(published) = article.in_force() else { continue };
        known.push(Known {
            number: article.number.clone(),
            kind: published.content.kind,
            audience: published.content.audience,
            title: published.content.title.clone(),
        });
    }
    Ok(known)
}

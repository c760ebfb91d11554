//! Calendars that are kept elsewhere: reading a file, listing them, taking one away.

use api::calendar::{ExternalCalendar, ExternalRead, NewExternal, SkippedEvent};
use api::common::{Page, Written};
use axum::Json;
use axum::extract::{Path, State};
use domain::calendar::{EXTERNAL_MAX, External, ExternalEvent, import, remove_external};
use domain::identity::Permission;
use domain::{Aggregate as _, Check, General, Missing, Refusal};
use kernel::{ExternalId, NAME_MAX, Zone};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::calendar::ical::{File, read};
use crate::http::{App, ListQuery, Signed, Write};
use crate::problem::Answer;
use crate::read::{Statement, ask, present, refused};

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<ExternalCalendar>>, Answer> {
    let limit = query.limit()?;
    let found =
        ask(&*app.bus.world().store, move |db| refused(calendars(db, query.get("cursor"), limit)));
    Ok(Json(found.await??))
}

pub(super) async fn import_file(
    State(app): State<App>,
    write: Write<NewExternal>,
) -> Result<Json<ExternalRead>, Answer> {
    // Reading a file takes a while: only for those who may send one, and outside the transaction.
    write.signed.permit_write(&app, "external.import", Permission::CalendarWrite).await?;
    let body = write.body;
    let read = tokio::task::spawn_blocking(move || ImportExternal::of(&body)).await;
    let command = read.map_err(|panic| Fault::Panicked(panic.to_string()))??;
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn remove(
    State(app): State<App>,
    Path(external): Path<String>,
    write: Write<serde::de::IgnoredAny>,
) -> Result<Json<Written>, Answer> {
    Ok(Json(app.bus.send(write.envelope, RemoveExternal { external }).await?.answer))
}

/// A page of calendars, by name.
fn calendars(
    db: &mut dyn Query,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<ExternalCalendar>, Stop> {
    let mut statement = Statement::new("SELECT name, id, version, entries, read_at FROM externals");
    if let Some(after) = cursor {
        statement.bind(" WHERE name > ?", [after.into()]);
    }
    statement.push(" ORDER BY name");
    let page = statement.page(db, limit, |row| row.text(0).map(str::to_owned))?;
    Ok(present(page, |row| {
        Ok(ExternalCalendar {
            name: row.text(0)?.to_owned(),
            id: row.text(1)?.to_owned(),
            version: row.int(2)?,
            entries: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
            read_at: row.time(4)?.to_string(),
        })
    })?)
}

/// Takes over what a file says.
struct ImportExternal {
    name: String,
    file: File,
}

impl Command for ImportExternal {
    type Answer = ExternalRead;

    fn verb(&self) -> &'static str {
        "external.import"
    }

    fn permission(&self) -> Permission {
        Permission::CalendarWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<ExternalRead, Stop> {
        let Self { name, file } = self;
        work.lock(Lock::name("external", "any"))?;
        let sql = "SELECT id FROM externals WHERE name = $1";
        let there = work.tx.query_one(sql, &[name.into()])?;
        let mut external: Loaded<External> = match there {
            Some(row) => work.load(row.parsed(0)?)?,
            None => {
                has_room(work.tx)?;
                work.fresh()
            }
        };
        let events = import(&external.state, name, &file.entries)?;
        let (set, gone) = match events.first() {
            Some(ExternalEvent::Imported { set, gone, .. }) => (set.len(), gone.len()),
            _ => (0, 0),
        };
        work.append(&mut external, events)?;
        let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        let skipped = file
            .skipped
            .iter()
            .map(|one| SkippedEvent { line: count(one.line), detail: one.detail.clone() });
        Ok(ExternalRead {
            id: external.id.to_string(),
            version: external.version.0,
            entries: count(file.entries.len()),
            set: count(set),
            gone: count(gone),
            cancelled: count(file.cancelled),
            skipped: skipped.collect(),
        })
    }
}

impl ImportExternal {
    fn of(body: &NewExternal) -> Result<Self, Refusal> {
        let name = body.name.trim().to_owned();
        let mut check = Check::default();
        check.name("/name", &name, NAME_MAX);
        check.end()?;
        let wrong = |pointer: &str, detail: String| {
            Refusal::from(General::Invalid(vec![Missing::new(pointer, detail)]))
        };
        let zone = body.zone.as_deref().map(str::parse::<Zone>).transpose();
        let zone = zone.map_err(|error| wrong("/zone", error.to_string()))?;
        let zone = zone.unwrap_or_else(Zone::utc);
        let file = read(&body.file, &zone)
            .map_err(|one| wrong("/file", format!("line {}: {}", one.line, one.detail)))?;
        Ok(Self { name, file })
    }
}

fn has_room(db: &mut dyn Query) -> Result<(), Stop> {
    let most = i64::try_from(EXTERNAL_MAX).unwrap_or(i64::MAX);
    let rows = db.query("SELECT id FROM externals LIMIT $1", &[most.into()])?;
    if rows.len() < EXTERNAL_MAX {
        return Ok(());
    }
    let detail = format!("would be one more than {EXTERNAL_MAX} calendars: take one away first");
    Err(General::Invalid(vec![Missing::new("/name", detail)]).into())
}

/// Takes an external calendar away.
struct RemoveExternal {
    external: String,
}

impl Command for RemoveExternal {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "external.remove"
    }

    fn permission(&self) -> Permission {
        Permission::CalendarWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(self.external.parse().ok().map(External::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let name = self.external.clone();
        let unknown = || General::Unknown { kind: "external calendar", name };
        let id: ExternalId = self.external.parse().map_err(|_| unknown())?;
        let mut external: Loaded<External> = work.load_subject(id)?;
        let events = remove_external(&external.state)?;
        work.append(&mut external, events)?;
        Ok(Written { id: id.to_string(), number: None, version: external.version.0 })
    }
}

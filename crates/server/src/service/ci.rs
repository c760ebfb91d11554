//! Writes a configuration item down, or edits it; and what an import does when a record names CIs
//! that are not known.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use api::common::Written;
use api::service::CiFields;
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::service::{Ci, CiEdit, CiFacts, import_ci, save_ci};
use kernel::CiId;
use ports::Query;

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::http::{App, Write};
use crate::names::Resolver;
use crate::problem::Answer;
use crate::service::IMPORT_CIS_MAX;
use crate::service::find::{ci_name_taken, find_ci, find_cis, find_service, name_key};
use crate::service::save::criticality;

pub(super) async fn create(
    State(app): State<App>,
    write: Write<CiFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveCi { ci: None, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<CiFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveCi { ci: Some(id), fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct SaveCi {
    /// The CI to edit, by id or name; a new one when absent.
    pub ci: Option<String>,
    /// The new values.
    pub fields: CiFields,
}

impl Command for SaveCi {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "ci.save"
    }

    fn permission(&self) -> Permission {
        Permission::ServiceWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.ci else { return Ok(None) };
        Ok(Some(Ci::stream(find_ci(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let moves = self.fields.environment.is_some() || self.fields.service.is_some();
        if self.ci.is_some() && moves {
            // Where a CI serves and what it belongs to are facts of conflicts (ADR 0004).
            work.lock(Lock::calendar())?;
        }
        let edit = self.edit(work)?;
        let mut ci: Loaded<Ci> = match &self.ci {
            Some(name) => {
                let id = find_ci(work.tx, name)?;
                work.load_subject(id)?
            }
            None => work.fresh(),
        };
        let name = edit.name.as_ref().unwrap_or(&ci.state.content.name).clone();
        work.lock(Lock::name("ci", &name_key(&name)))?;
        let exists = self.ci.is_some();
        let name_taken = ci_name_taken(work.tx, &name, ci.id)?;
        let events = save_ci(&ci.state, &edit, &CiFacts { exists, name_taken })?;
        work.append(&mut ci, events)?;
        Ok(Written { id: ci.id.to_string(), number: None, version: ci.version.0 })
    }
}

impl SaveCi {
    fn edit(&self, work: &mut Work<'_>) -> Result<CiEdit, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let service = resolver.patch(work.tx, "/service", fields.service.as_ref(), find_service)?;
        let criticality = criticality(&mut resolver, fields.criticality);
        let environment = resolver.parse("/environment", fields.environment.as_deref());
        resolver.end()?;
        Ok(CiEdit {
            name: fields.name.clone(),
            kind: fields.kind.clone(),
            criticality,
            environment,
            region: fields.region.clone(),
            version_running: fields.version_running.clone(),
            service,
        })
    }
}

/// Writes down the CIs that an import names, where they are not known.
pub struct ImportCis {
    /// Name and kind of each, at most [`IMPORT_CIS_MAX`].
    pub cis: Vec<(String, String)>,
}

impl Command for ImportCis {
    /// How many were made.
    type Answer = u64;

    fn verb(&self) -> &'static str {
        "ci.import"
    }

    fn permission(&self) -> Permission {
        Permission::ImportRun
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<u64, Stop> {
        Ok(ensure_cis(work, &self.cis)?.1)
    }
}

/// The CIs of some names, in the same order, and how many of them had to be made. For imports
/// inside another command; it takes locks of names, which come after those of records.
pub fn ensure_cis(work: &mut Work<'_>, cis: &[(String, String)]) -> Result<(Vec<CiId>, u64), Stop> {
    if cis.len() > IMPORT_CIS_MAX {
        let wrong = format!("names {}; at most {IMPORT_CIS_MAX} fit", cis.len());
        return Err(domain::General::Invalid(vec![domain::Missing::new("/cis", wrong)]).into());
    }
    // By key: two spellings of one name are one CI, and locks are taken in one order.
    let wanted: BTreeMap<String, &(String, String)> =
        cis.iter().rev().map(|named| (name_key(&named.0), named)).collect();
    let names: Vec<String> = wanted.keys().cloned().collect();
    let mut known = known(work, &names)?;
    let missing: Vec<String> = names.into_iter().filter(|key| !known.contains_key(key)).collect();
    work.lock_all(missing.iter().map(|key| Lock::name("ci", key)).collect())?;
    known.extend(self::known(work, &missing)?);
    let mut made = 0;
    for key in missing {
        let (name, kind) = wanted[&key];
        if let Entry::Vacant(place) = known.entry(key) {
            let events = import_ci(name, kind)?;
            let mut ci: Loaded<Ci> = work.fresh();
            work.append(&mut ci, events)?;
            place.insert(ci.id);
            made += 1;
        }
    }
    let ids = cis.iter().filter_map(|(name, _)| known.get(&name_key(name)).copied()).collect();
    Ok((ids, made))
}

fn known(work: &mut Work<'_>, names: &[String]) -> Result<BTreeMap<String, CiId>, Stop> {
    let found = find_cis(work.tx, names)?;
    Ok(found.into_iter().map(|(key, id)| (key.to_owned(), id)).collect())
}

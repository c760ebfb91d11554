//! Replaces what a CI needs.

use std::collections::BTreeSet;

use api::common::Written;
use api::service::Relations;
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::service::{Ci, Relation, RelationKind, set_relations};
use kernel::CiId;
use ports::Query;

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::http::{App, Write};
use crate::names::Resolver;
use crate::problem::Answer;
use crate::service::find::{CIS, find_ci, find_cis};

pub(super) async fn put(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<Relations>,
) -> Result<Json<Written>, Answer> {
    let command = SetRelations { ci: id, relations: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct SetRelations {
    /// The CI, by id or name.
    pub ci: String,
    /// All that it needs.
    pub relations: Relations,
}

impl Command for SetRelations {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "ci.set_relations"
    }

    fn permission(&self) -> Permission {
        Permission::ServiceWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Ci::stream(find_ci(db, &self.ci)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        // Relations are facts of conflicts (ADR 0004).
        work.lock(Lock::calendar())?;
        let id = find_ci(work.tx, &self.ci)?;
        let mut ci: Loaded<Ci> = work.load_subject::<Ci>(id)?;
        let relations = self.resolved(work)?;
        let events = set_relations((id, &ci.state), &relations)?;
        work.append(&mut ci, events)?;
        Ok(Written { id: id.to_string(), number: None, version: ci.version.0 })
    }
}

impl SetRelations {
    fn resolved(&self, work: &mut Work<'_>) -> Result<BTreeSet<Relation>, Stop> {
        let fields = &self.relations.relations;
        let names: Vec<String> = fields.iter().map(|relation| relation.to.clone()).collect();
        let known = find_cis(work.tx, &names)?;
        let mut resolver = Resolver::default();
        let mut relations = BTreeSet::new();
        for (index, field) in fields.iter().enumerate() {
            let pointer = format!("/relations/{index}");
            let kind: Option<RelationKind> =
                resolver.parse(&format!("{pointer}/kind"), Some(&field.kind));
            let to: Option<CiId> = known.get(field.to.as_str()).copied();
            if to.is_none() {
                resolver.unknown(work.tx, &format!("{pointer}/to"), &CIS, &field.to)?;
            }
            relations.extend(kind.zip(to).map(|(kind, to)| Relation { kind, to }));
        }
        resolver.end()?;
        Ok(relations)
    }
}

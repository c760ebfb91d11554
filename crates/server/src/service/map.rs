//! Maps: CIs and what connects them, found by going along relations both ways, level by level, up
//! to a depth and a number of CIs.

use std::collections::BTreeSet;

use api::common::Ref;
use api::service::{Map, MapEdge, MapNode};
use axum::Json;
use axum::extract::{Path, State};
use ports::{Fault, Query, Value};

use crate::bus::Stop;
use crate::http::{App, ListQuery, Signed, wrong_parameter};
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{ANY_MAX, Statement, ask, refused};
use crate::service::find::{find_ci, find_service};
use crate::service::{MAP_DEPTH_MAX, MAP_EDGES_MAX, MAP_NODES_MAX};

/// How far a CI's map reaches when nothing is said.
const CI_DEPTH: u32 = 2;
/// How far a service's map reaches beyond its own CIs when nothing is said.
const SERVICE_DEPTH: u32 = 1;

pub(super) async fn of_ci(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<Map>, Answer> {
    let depth = depth(&query, CI_DEPTH)?;
    let map = ask(&*app.bus.world().store, move |db| refused(ci_map(db, &id, depth))).await?;
    Ok(Json(map?))
}

pub(super) async fn of_service(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<Map>, Answer> {
    let depth = depth(&query, SERVICE_DEPTH)?;
    let map = ask(&*app.bus.world().store, move |db| refused(service_map(db, &id, depth))).await?;
    Ok(Json(map?))
}

fn depth(query: &ListQuery, default: u32) -> Result<u32, Answer> {
    let what = "is a number from 0 to 6";
    let depth = query.parsed("depth", what)?.unwrap_or(default);
    if depth > MAP_DEPTH_MAX { Err(wrong_parameter("depth", what)) } else { Ok(depth) }
}

fn ci_map(db: &mut dyn Query, name: &str, depth: u32) -> Result<Map, Stop> {
    let id = find_ci(db, name)?.to_string();
    Ok(Walk::from([id]).to(db, depth)?)
}

fn service_map(db: &mut dyn Query, name: &str, depth: u32) -> Result<Map, Stop> {
    let service = find_service(db, name)?.to_string();
    let sql = "SELECT id FROM cis WHERE service = $1 ORDER BY name_key LIMIT $2";
    let most = i64::try_from(MAP_NODES_MAX).unwrap_or(i64::MAX) + 1;
    let rows = db.query(sql, &[service.into(), most.into()])?;
    let ids: Result<Vec<String>, Fault> =
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect();
    Ok(Walk::from(ids?).to(db, depth)?)
}

/// What was found so far.
struct Walk {
    nodes: BTreeSet<String>,
    frontier: Vec<String>,
    truncated: bool,
}

impl Walk {
    fn from(start: impl IntoIterator<Item = String>) -> Self {
        let mut walk = Self { nodes: BTreeSet::new(), frontier: Vec::new(), truncated: false };
        for id in start {
            walk.reach(id);
        }
        walk
    }

    fn reach(&mut self, id: String) {
        if self.nodes.contains(&id) {
            return;
        }
        if self.nodes.len() >= MAP_NODES_MAX {
            self.truncated = true;
            return;
        }
        self.nodes.insert(id.clone());
        self.frontier.push(id);
    }

    fn to(mut self, db: &mut dyn Query, depth: u32) -> Result<Map, Fault> {
        for _ in 0..depth {
            for slice in std::mem::take(&mut self.frontier).chunks(ANY_MAX) {
                for (here, there) in [("from_ci", "to_ci"), ("to_ci", "from_ci")] {
                    self.step(db, here, there, slice)?;
                }
            }
        }
        let edges = self.edges(db)?;
        Ok(Map { nodes: self.nodes(db)?, edges, truncated: self.truncated })
    }

    fn step(
        &mut self,
        db: &mut dyn Query,
        here: &str,
        there: &str,
        slice: &[String],
    ) -> Result<(), Fault> {
        let mut statement =
            Statement::new(&format!("SELECT DISTINCT {there} FROM ci_relations WHERE "));
        statement.bind_any(here, slice.iter().map(Value::from));
        statement.push(&format!(" ORDER BY {there}"));
        statement.bind(" LIMIT ?", [limit(2 * MAP_NODES_MAX)]);
        for row in statement.query(db)? {
            self.reach(row.text(0)?.to_owned());
        }
        Ok(())
    }

    /// The relations between the CIs on the map.
    fn edges(&mut self, db: &mut dyn Query) -> Result<Vec<MapEdge>, Fault> {
        let ids: Vec<&String> = self.nodes.iter().collect();
        let mut edges = Vec::new();
        for from in ids.chunks(ANY_MAX) {
            for to in ids.chunks(ANY_MAX) {
                let sql = "SELECT from_ci, to_ci, kind FROM ci_relations WHERE ";
                let mut statement = Statement::new(sql);
                statement.bind_any("from_ci", from.iter().map(|id| Value::from(*id)));
                statement.push(" AND ");
                statement.bind_any("to_ci", to.iter().map(|id| Value::from(*id)));
                statement.push(" ORDER BY from_ci, to_ci, kind");
                statement.bind(" LIMIT ?", [limit(MAP_EDGES_MAX + 1)]);
                for row in statement.query(db)? {
                    let text = |column| row.text(column).map(str::to_owned);
                    edges.push(MapEdge { from: text(0)?, to: text(1)?, kind: text(2)? });
                }
            }
        }
        if edges.len() > MAP_EDGES_MAX {
            edges.truncate(MAP_EDGES_MAX);
            self.truncated = true;
        }
        Ok(edges)
    }

    fn nodes(&self, db: &mut dyn Query) -> Result<Vec<MapNode>, Fault> {
        let ids: Vec<&String> = self.nodes.iter().collect();
        let mut names = Names::default();
        let mut nodes = Vec::new();
        for slice in ids.chunks(ANY_MAX) {
            let mut statement =
                Statement::new("SELECT id, name, kind, criticality, service FROM cis WHERE ");
            statement.bind_any("id", slice.iter().map(|id| Value::from(*id)));
            statement.push(" ORDER BY name_key");
            for row in statement.query(db)? {
                let text = |column| row.text(column).map(str::to_owned);
                nodes.push(MapNode {
                    ci: Ref { id: text(0)?, number: None, name: text(1)? },
                    kind: text(2)?,
                    criticality: u8::try_from(row.int(3)?).unwrap_or(u8::MAX),
                    service: names.opt(db, row.opt_text(4)?)?,
                });
            }
        }
        Ok(nodes)
    }
}

fn limit(most: usize) -> Value {
    Value::from(i64::try_from(most).unwrap_or(i64::MAX))
}

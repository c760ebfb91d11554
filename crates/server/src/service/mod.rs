//! Services, configuration items and their relations: routes, read models, maps.

mod ci;
mod ci_read;
mod counted;
mod find;
mod map;
mod projection;
mod reach;
mod read;
mod region;
mod relations;
mod save;
mod version;

use api::common::{Page, Written};
use api::service::{Ci, CiFields, Map, Region, Relations, Service, ServiceFields};
use utoipa::openapi::path::HttpMethod;

use crate::http::Routes;

pub use ci::{ImportCis, SaveCi, ensure_cis};
pub use counted::counted;
pub use find::{find_ci, find_cis, find_service, known_cis, name_key};
pub use reach::{Direction, NEAREST_MAX, Neighbourhood, Reach, Step, neighbourhood};
pub use region::{find_region, region_services};
pub use relations::SetRelations;
pub use save::SaveService;
pub use version::{Made, make_available};

/// The most CIs on a map.
pub const MAP_NODES_MAX: usize = 300;
/// The most relations on a map.
pub const MAP_EDGES_MAX: usize = 2_000;
/// How far a map reaches at most.
pub const MAP_DEPTH_MAX: u32 = 6;
/// The most relations shown with a CI, each way.
pub const SHOWN_MAX: i64 = 500;
/// The most changes shown with a CI.
pub const CI_CHANGES_MAX: u32 = 20;
/// The most CIs shown with a service.
pub const SERVICE_CIS_MAX: i64 = 100;
/// The most CIs that one import command makes.
pub const IMPORT_CIS_MAX: usize = 500;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get::<Page<Service>, _, _>(
            "/services",
            "Lists services",
            "q,team,owner,sort,limit,cursor",
            read::list,
        )
        .write::<ServiceFields, Written, _, _>(
            HttpMethod::Post,
            "/services",
            "Sets a service up",
            save::create,
        )
        .get::<Service, _, _>("/services/{id}", "Reads a service", "", read::get)
        .write::<ServiceFields, Written, _, _>(
            HttpMethod::Patch,
            "/services/{id}",
            "Edits a service",
            save::edit,
        )
        .get::<Map, _, _>(
            "/services/{id}/map",
            "Draws the CIs of a service and what they are connected to",
            "depth",
            map::of_service,
        );
    routes
        .get::<Page<Region>, _, _>(
            "/regions",
            "Lists the regions in which services and configuration items stand",
            "limit,cursor",
            region::list,
        )
        .get::<Page<Ci>, _, _>(
            "/cis",
            "Lists configuration items",
            "q,service,kind,environment,limit,cursor",
            ci_read::list,
        )
        .write::<CiFields, Written, _, _>(
            HttpMethod::Post,
            "/cis",
            "Writes a configuration item down",
            ci::create,
        )
        .get::<Ci, _, _>("/cis/{id}", "Reads a configuration item", "", ci_read::get)
        .write::<CiFields, Written, _, _>(
            HttpMethod::Patch,
            "/cis/{id}",
            "Edits a configuration item",
            ci::edit,
        )
        .write::<Relations, Written, _, _>(
            HttpMethod::Put,
            "/cis/{id}/relations",
            "Replaces what a configuration item needs",
            relations::put,
        )
        .get::<Map, _, _>(
            "/cis/{id}/map",
            "Draws what a configuration item is connected to",
            "depth",
            map::of_ci,
        )
}

//! Incidents: routes and read model. Taking them over from another system is the `import` feature.

mod alert;
mod blast;
mod comment;
mod find;
mod get;
mod list;
mod near;
mod places;
mod projection;
mod save;

use api::common::{NewComment, Page, Taken, Written};
use api::incident::{AlertGroup, BlastRadius, Incident, IncidentFields, IncidentRow, Near};
use utoipa::openapi::path::HttpMethod;

use crate::http::Routes;

pub use alert::AlertIncident;
pub use comment::CommentIncident;
pub use find::{find_change, find_incident};
pub use save::SaveIncident;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get::<Page<IncidentRow>, _, _>(
            "/incidents",
            "Lists incidents, the latest first",
            "q,state,priority,ci,service,caused_by,assignee,from,to,sort,limit,cursor",
            list::list,
        )
        .write::<IncidentFields, Written, _, _>(
            HttpMethod::Post,
            "/incidents",
            "Reports an incident",
            save::create,
        )
        .get::<Incident, _, _>("/incidents/{id}", "Reads an incident", "", get::get)
        .write::<IncidentFields, Written, _, _>(
            HttpMethod::Patch,
            "/incidents/{id}",
            "Edits an incident: resolves, closes and reopens it too",
            save::edit,
        )
        .write::<NewComment, Written, _, _>(
            HttpMethod::Post,
            "/incidents/{id}/comments",
            "Remarks on an incident",
            comment::post,
        )
        .write::<AlertGroup, Taken, _, _>(
            HttpMethod::Post,
            "/hooks/alertmanager",
            "Takes a notification of an Alertmanager: a group of alerts is one incident",
            alert::post,
        )
        .get::<Near, _, _>(
            "/incidents/{id}/near",
            "What was changed lately near an incident, the likely cause first",
            "hours",
            near::get,
        )
        .get::<BlastRadius, _, _>(
            "/releases/{id}/blast",
            "What a release reaches, and the incidents there since it began",
            "",
            blast::get,
        )
}

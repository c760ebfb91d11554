//! Figures: a follower keeps what each record says to them and what every day adds up to; pages
//! and exports are answered from that. What a figure counts is the domain's.

mod answer;
mod csv;
mod follow;
mod keep;
mod page;
mod read;
mod scope;
mod survey;
mod told;

use api::common::{Page, Written};
use api::report::{Report, ReportRecord, Survey, SurveyAnswer, SurveyRow};
use utoipa::openapi::path::HttpMethod;

use crate::http::Routes;
use crate::records::Followed;

pub use follow::Figures;
pub use read::recomputed;
pub use survey::{AnswerSurvey, Surveys};

/// The tables of the figures.
pub const KEPT: Followed =
    Followed { name: follow::NAME, model: 2, tables: keep::TABLES, table_names: keep::TABLE_NAMES };

/// The most teams, services, types or sizes that a figure is told of at once.
pub const GROUPS_MAX: usize = 500;
/// The most points of a history.
pub const POINTS_MAX: usize = 600;

/// The routes.
pub fn routes(routes: Routes) -> Routes {
    let kinds = "application/json,text/csv";
    routes
        .file::<Report, _, _>(
            kinds,
            "/reports",
            "Tells all figures of a time, each with its definition and the time before",
            "from,to,by,team,service,type,size,format",
            answer::all,
        )
        .file::<Report, _, _>(
            kinds,
            "/reports/{name}",
            "Tells one figure: over time, or by team, service, type or size",
            "from,to,by,team,service,type,size,format",
            answer::one,
        )
        .file::<Page<ReportRecord>, _, _>(
            kinds,
            "/reports/{name}/records",
            "Lists the records behind a figure: the latest first, or the highest value first",
            "from,to,team,service,type,size,counted,sort,format,limit,cursor",
            page::list,
        )
        .get::<Page<SurveyRow>, _, _>(
            "/surveys",
            "Lists the releases that the reader is asked about and has not answered",
            "limit",
            survey::mine,
        )
        .get::<Survey, _, _>(
            "/releases/{id}/survey",
            "Reads what was answered to the question after a release",
            "",
            survey::get,
        )
        .write::<SurveyAnswer, Written, _, _>(
            HttpMethod::Post,
            "/releases/{id}/survey",
            "Answers the question after a release, once",
            survey::post,
        )
}

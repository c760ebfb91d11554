//! Gates: the question that pipelines ask, the signed answer, what was answered last, and what was
//! seen to be deployed.

mod answer;
mod calling;
mod check;
mod facts;
mod github;
mod hook;
mod key;
mod projection;
mod read;
mod seen;

use api::common::Page;
use api::gate::{DeploymentSeen, Gate, GateKey, GateQuestion, GateVerdict, SeenAnswer};
use utoipa::openapi::path::HttpMethod as M;

use crate::http::Routes;

pub use answer::AnswerGate;
pub use calling::Caller;
pub use github::{GitHub, GitHubSetUp, github_hook};
pub use hook::{Delivery, WebhookSecret, webhook};
pub use key::{SigningKey, verify};
pub use seen::SeeDeployment;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    routes
        .write::<GateQuestion, GateVerdict, _, _>(
            M::Post,
            "/gates/check",
            "Asks whether an artifact may go to an environment now",
            check::check,
        )
        .get::<Page<Gate>, _, _>(
            "/gates",
            "Lists the last answers of gates, the latest first",
            "record,environment,verdict,unauthorised,limit,cursor",
            read::list,
        )
        .get::<GateKey, _, _>(
            "/gates/key",
            "Reads the public key that verdicts are signed with",
            "",
            key::get,
        )
        .get::<Gate, _, _>("/gates/{id}", "Reads the last answer of a gate", "", read::get)
        .write::<DeploymentSeen, SeenAnswer, _, _>(
            M::Post,
            "/deployments/seen",
            "Tells that an artifact was deployed; opens a change where nothing authorised it",
            seen::see,
        )
}

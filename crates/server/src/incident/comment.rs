//! Remarks on an incident.

use api::common::{NewComment, Written};
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::incident::{Incident, comment};
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::http::{App, Write};
use crate::incident::find::find_incident;
use crate::incident::save::written;
use crate::problem::Answer;

pub(super) async fn post(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<NewComment>,
) -> Result<Json<Written>, Answer> {
    let command = CommentIncident { incident: id, text: write.body.text };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct CommentIncident {
    /// The incident, by id or number.
    pub incident: String,
    /// What it says.
    pub text: String,
}

impl Command for CommentIncident {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "incident.comment"
    }

    fn permission(&self) -> Permission {
        Permission::IncidentWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Incident::stream(find_incident(db, &self.incident)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_incident(work.tx, &self.incident)?;
        let mut incident: Loaded<Incident> = work.load_subject(id)?;
        let events = comment(&incident.state, &self.text)?;
        work.append(&mut incident, events)?;
        Ok(written(&incident))
    }
}

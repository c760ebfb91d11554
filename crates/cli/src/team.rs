//! `interlock team`: the people who own services and changes together.

use api::team::{Team, TeamFields};
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Expect, Query};
use crate::context::{Direct, Global, Paging};
use crate::database::Access;
use crate::failure::Result;
use crate::given::replaces;
use crate::record::{IfVersion, Named, Records};

const COLUMNS: &[&str] = &["name", "description", "members", "id"];
const FIELDS: &[&str] = &["name", "id", "version", "description", "members"];

/// What is done with teams.
#[derive(Debug, Subcommand)]
pub(crate) enum TeamVerb {
    /// Lists teams.
    #[command(after_help = "Example:\n  interlock team list")]
    List(List),
    /// Shows a team.
    #[command(after_help = "Example:\n  interlock team show \"Team Payments\"")]
    Show(Named),
    /// Sets a team up.
    #[command(after_help = "Example:\n  interlock team create --name \"Team Payments\" \
        --member anna --member ben")]
    Create(Fields),
    /// Edits a team; members replace the list.
    #[command(after_help = "Example:\n  interlock team edit \"Team Payments\" --member anna")]
    Edit(Edit),
}

/// Which teams are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Whose name begins so.
    #[arg(long, short, value_name = "WORDS")]
    query: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// New values for a team.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Its name or id.
    team: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a team.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// Unique.
    #[arg(long)]
    name: Option<String>,
    /// What it does.
    #[arg(long)]
    description: Option<String>,
    /// A member, by login; give it again for more.
    #[arg(long = "member", value_name = "LOGIN")]
    members: Vec<String>,
}

impl Fields {
    fn body(&self) -> TeamFields {
        TeamFields {
            name: self.name.clone(),
            description: self.description.clone(),
            members: replaces(&self.members),
        }
    }
}

/// Runs a verb.
pub(crate) fn run(verb: TeamVerb, direct: &Direct, global: &Global) -> Result {
    let reads = matches!(verb, TeamVerb::List(_) | TeamVerb::Show(_));
    let client = global.client_or(direct, if reads { Access::Read } else { Access::Write })?;
    let teams = Records { client: &client, folder: "/teams" };
    let written = match verb {
        TeamVerb::List(list) => {
            let query = Query::default().maybe("q", list.query.as_ref());
            let listed = client.list::<Team>("/teams", &query, &list.paging.wanted())?;
            return global.out().listed(&listed, COLUMNS);
        }
        TeamVerb::Show(named) => {
            let team: Team = client.get(&teams.path(&named.record), &Query::default())?;
            return global.out().record(&team, FIELDS, &[]);
        }
        TeamVerb::Create(fields) => client.post("/teams", Expect::Any, &fields.body()),
        TeamVerb::Edit(edit) => {
            let path = teams.path(&edit.team);
            let expect = edit.version.or_read(&client, &path)?;
            client.write(Method::Patch, &path, expect, &edit.fields.body())
        }
    };
    global.out().written(&written?)
}

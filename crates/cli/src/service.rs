//! `interlock service` and `interlock ci`: services, the configuration items behind them, and what
//! those need of each other.

use api::service::{
    Ci, CiFields, Map, Region, Relation, RelationFields, Relations, Service, ServiceFields,
};
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Expect, Query};
use crate::context::{Global, Paging};
use crate::failure::Result;
use crate::given::{FromFile, cleared, pair, set};
use crate::record::{IfVersion, Named, Records, action_lines};

const SERVICES: &[&str] = &["name", "criticality", "owner", "team", "region", "cis_total", "id"];
const SERVICE: &[&str] = &[
    "name",
    "id",
    "version",
    "criticality",
    "description",
    "owner",
    "team",
    "data_loss_minutes",
    "known_limits",
    "region",
    "version_running",
    "version_release",
    "cis",
    "cis_total",
];
const CIS: &[&str] =
    &["name", "kind", "criticality", "environment", "region", "version_running", "service", "id"];
const CI: &[&str] = &[
    "name",
    "id",
    "version",
    "kind",
    "criticality",
    "environment",
    "region",
    "version_running",
    "service",
];

/// What is done with services.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceVerb {
    /// Lists services.
    #[command(after_help = "Example:\n  interlock service list --sort criticality")]
    List(Services),
    /// Shows a service.
    #[command(after_help = "Example:\n  interlock service show Payments")]
    Show(Named),
    /// Sets a service up.
    #[command(after_help = "Example:\n  interlock service create --name Payments \
        --criticality 1 --owner anna --team \"Team Payments\"")]
    Create(ServiceArgs),
    /// Edits a service.
    #[command(after_help = "Example:\n  interlock service edit Payments --criticality 2")]
    Edit(ServiceEdit),
    /// Lists the regions in which services and CIs stand.
    #[command(after_help = "Example:\n  interlock service regions")]
    Regions(Paging),
    /// Shows the CIs of a service and what connects them.
    #[command(after_help = "Example:\n  interlock service map Payments --format json")]
    Map(Named),
}

/// What is done with configuration items.
#[derive(Debug, Subcommand)]
pub(crate) enum CiVerb {
    /// Lists CIs.
    #[command(after_help = "Example:\n  interlock ci list --query web")]
    List(List),
    /// Shows a CI, what it needs and what needs it.
    #[command(after_help = "Example:\n  interlock ci show web-01")]
    Show(Named),
    /// Adds a CI.
    #[command(after_help = "Example:\n  interlock ci create --name web-01 --kind server \
        --criticality 2 --environment production --service Payments")]
    Create(CiArgs),
    /// Edits a CI.
    #[command(after_help = "Example:\n  interlock ci edit web-01 --version-running 4.2.1")]
    Edit(CiEdit),
    /// Says what a CI needs; replaces what was said before.
    #[command(after_help = "Example:\n  \
        interlock ci relate web-01 --needs runs_on=vm-7 --needs uses=db-2")]
    Relate(Relate),
    /// Shows what is connected to a CI.
    #[command(after_help = "Example:\n  interlock ci map web-01 --depth 3")]
    Map(CiMap),
}

/// Which services are listed.
#[derive(Debug, Args)]
pub(crate) struct Services {
    /// Whose name begins so.
    #[arg(long, short, value_name = "WORDS")]
    query: Option<String>,
    /// In this order: `name` or `criticality`; turned round with a `-` before it.
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// Which are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Whose name begins so.
    #[arg(long, short, value_name = "WORDS")]
    query: Option<String>,
    /// CIs of this service.
    #[arg(long)]
    service: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// New values for a service.
#[derive(Debug, Args)]
pub(crate) struct ServiceEdit {
    /// Its name or id.
    service: String,
    #[command(flatten)]
    fields: ServiceArgs,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a service. An empty text clears a field.
#[derive(Debug, Args)]
pub(crate) struct ServiceArgs {
    #[command(flatten)]
    from: FromFile,
    /// Unique.
    #[arg(long)]
    name: Option<String>,
    /// What it does for its users.
    #[arg(long)]
    description: Option<String>,
    /// 1 (most critical) to 4.
    #[arg(long)]
    criticality: Option<u8>,
    /// Who answers for it, by login.
    #[arg(long, value_name = "LOGIN")]
    owner: Option<String>,
    /// The team that runs it.
    #[arg(long)]
    team: Option<String>,
    /// How much data may be lost (recovery point objective).
    #[arg(long, value_name = "MINUTES")]
    data_loss_minutes: Option<u32>,
    /// Known limits, copied into rollback plans.
    #[arg(long)]
    known_limits: Option<String>,
    /// Where it stands; a CI of it may say otherwise.
    #[arg(long)]
    region: Option<String>,
}

impl ServiceArgs {
    fn body(&self) -> Result<ServiceFields> {
        let mut body: ServiceFields = self.from.fields()?;
        set(&mut body.name, self.name.clone());
        set(&mut body.description, self.description.clone());
        set(&mut body.criticality, self.criticality);
        set(&mut body.owner, cleared(self.owner.as_ref()));
        set(&mut body.team, cleared(self.team.as_ref()));
        set(&mut body.data_loss_minutes, self.data_loss_minutes.map(Some));
        set(&mut body.known_limits, self.known_limits.clone());
        set(&mut body.region, self.region.clone());
        Ok(body)
    }
}

/// New values for a CI.
#[derive(Debug, Args)]
pub(crate) struct CiEdit {
    /// Its name or id.
    ci: String,
    #[command(flatten)]
    fields: CiArgs,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a CI. An empty text clears a field.
#[derive(Debug, Args)]
pub(crate) struct CiArgs {
    #[command(flatten)]
    from: FromFile,
    /// Unique.
    #[arg(long)]
    name: Option<String>,
    /// `application`, `database`, `server`, `network`, or any word of yours.
    #[arg(long)]
    kind: Option<String>,
    /// 1 (most critical) to 4.
    #[arg(long)]
    criticality: Option<u8>,
    /// `production`, `staging`, `test` or `development`.
    #[arg(long)]
    environment: Option<String>,
    /// Where it stands; where its service does when absent.
    #[arg(long)]
    region: Option<String>,
    /// The version it runs.
    #[arg(long)]
    version_running: Option<String>,
    /// The service it belongs to.
    #[arg(long)]
    service: Option<String>,
}

impl CiArgs {
    fn body(&self) -> Result<CiFields> {
        let mut body: CiFields = self.from.fields()?;
        set(&mut body.name, self.name.clone());
        set(&mut body.kind, self.kind.clone());
        set(&mut body.criticality, self.criticality);
        set(&mut body.environment, self.environment.clone());
        set(&mut body.region, self.region.clone());
        set(&mut body.version_running, self.version_running.clone());
        set(&mut body.service, cleared(self.service.as_ref()));
        Ok(body)
    }
}

/// What a CI needs.
#[derive(Debug, Args)]
pub(crate) struct Relate {
    /// Its name or id.
    ci: String,
    /// A CI that it needs, and how: `runs_on`, `uses`, `part_of` or `connects_to`. Nothing when
    /// absent.
    #[arg(long, value_name = "KIND=CI", value_parser = pair)]
    needs: Vec<(String, String)>,
    #[command(flatten)]
    version: IfVersion,
}

/// What is connected to a CI.
#[derive(Debug, Args)]
pub(crate) struct CiMap {
    /// Its name or id.
    ci: String,
    /// How many relations away.
    #[arg(long)]
    depth: Option<u32>,
}

/// Runs a verb of services.
pub(crate) fn run(verb: ServiceVerb, global: &Global) -> Result {
    let client = global.client()?;
    let services = Records { client: &client, folder: "/services" };
    let written = match verb {
        ServiceVerb::List(list) => {
            let query =
                Query::default().maybe("q", list.query.as_ref()).maybe("sort", list.sort.as_ref());
            let listed = client.list::<Service>("/services", &query, &list.paging.wanted())?;
            return global.out().listed(&listed, SERVICES);
        }
        ServiceVerb::Show(named) => {
            let path = services.path(&named.record);
            let service: Service = client.get(&path, &Query::default())?;
            let actions = action_lines(service.actions.as_deref().unwrap_or_default(), "UTC");
            return global.out().record(&service, SERVICE, &[("you may", actions)]);
        }
        ServiceVerb::Regions(paging) => {
            let wanted = paging.wanted();
            let listed = client.list::<Region>("/regions", &Query::default(), &wanted)?;
            return global.out().listed(&listed, &["name"]);
        }
        ServiceVerb::Map(named) => {
            let path = format!("{}/map", services.path(&named.record));
            return show_map(&client.get(&path, &Query::default())?, global);
        }
        ServiceVerb::Create(fields) => client.post("/services", Expect::Any, &fields.body()?),
        ServiceVerb::Edit(edit) => {
            let path = services.path(&edit.service);
            let expect = edit.version.or_read(&client, &path)?;
            client.write(Method::Patch, &path, expect, &edit.fields.body()?)
        }
    };
    global.out().written(&written?)
}

/// Runs a verb of configuration items.
pub(crate) fn run_ci(verb: CiVerb, global: &Global) -> Result {
    let client = global.client()?;
    let cis = Records { client: &client, folder: "/cis" };
    let written = match verb {
        CiVerb::List(list) => {
            let query = Query::default()
                .maybe("q", list.query.as_ref())
                .maybe("service", list.service.as_ref());
            let listed = client.list::<Ci>("/cis", &query, &list.paging.wanted())?;
            return global.out().listed(&listed, CIS);
        }
        CiVerb::Show(named) => {
            let ci: Ci = client.get(&cis.path(&named.record), &Query::default())?;
            return show_ci(&ci, global);
        }
        CiVerb::Map(wanted) => {
            let query = Query::default().maybe("depth", wanted.depth.as_ref());
            let path = format!("{}/map", cis.path(&wanted.ci));
            return show_map(&client.get(&path, &query)?, global);
        }
        CiVerb::Create(fields) => client.post("/cis", Expect::Any, &fields.body()?),
        CiVerb::Edit(edit) => {
            let path = cis.path(&edit.ci);
            let expect = edit.version.or_read(&client, &path)?;
            client.write(Method::Patch, &path, expect, &edit.fields.body()?)
        }
        CiVerb::Relate(relate) => {
            let path = cis.path(&relate.ci);
            let expect = relate.version.or_read(&client, &path)?;
            let relations = relate.needs.into_iter().map(|(kind, to)| RelationFields { kind, to });
            let body = Relations { relations: relations.collect() };
            client.write(Method::Put, &format!("{path}/relations"), expect, &body)
        }
    };
    global.out().written(&written?)
}

fn show_ci(ci: &Ci, global: &Global) -> Result {
    let lines = |relations: &Option<Vec<Relation>>| -> Vec<String> {
        let relations = relations.iter().flatten();
        relations.map(|one| format!("{} {}", one.kind, one.ci.name)).collect()
    };
    let changes = ci.changes.iter().flatten();
    let changes = changes.map(|one| format!("{} {} ({})", one.number, one.title, one.phase));
    let sections = [
        ("needs", lines(&ci.relations)),
        ("is needed by", lines(&ci.dependants)),
        ("latest changes", changes.collect()),
        ("you may", action_lines(ci.actions.as_deref().unwrap_or_default(), "UTC")),
    ];
    global.out().record(ci, CI, &sections)
}

/// A map as its relations, by name; CIs without any stand alone.
fn show_map(map: &Map, global: &Global) -> Result {
    if global.format == crate::output::Format::Json {
        return global.out().json(map);
    }
    let name = |id: &str| {
        let node = map.nodes.iter().find(|node| node.ci.id == id);
        node.map_or_else(|| id.to_owned(), |node| node.ci.name.clone())
    };
    let alone = |id: &str| !map.edges.iter().any(|edge| edge.from == id || edge.to == id);
    let mut rows = vec![["ci", "relation", "needs"].map(str::to_owned).to_vec()];
    rows.extend(
        map.edges.iter().map(|edge| vec![name(&edge.from), edge.kind.clone(), name(&edge.to)]),
    );
    let single = map.nodes.iter().filter(|node| alone(&node.ci.id));
    rows.extend(single.map(|node| vec![node.ci.name.clone(), String::new(), String::new()]));
    if map.truncated {
        crate::output::say("there is more than one map carries");
    }
    global.out().rows(&rows)
}

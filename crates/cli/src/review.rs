//! `interlock review`: reviews owed and written. They are written by the verbs of their records.

use api::common::Written;
use api::review::{Review, ReviewAction, ReviewFields, ReviewKpi, ReviewRow};
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Client, Expect, Query, segment};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::{FromFile, set};
use crate::record::{Records, action_lines};

const COLUMNS: &[&str] = &[
    "number",
    "subject.number",
    "subject.name",
    "why",
    "state",
    "due_on",
    "actions_open",
    "opened_at",
];
const FIELDS: &[&str] = &[
    "number",
    "id",
    "version",
    "subject",
    "why",
    "state",
    "due_on",
    "went_well",
    "went_wrong",
    "root_cause",
    "objectives_met",
    "user_feedback",
    "business_value",
    "opened_at",
    "completed_at",
    "completed_by",
];

/// What is done with reviews.
#[derive(Debug, Subcommand)]
pub(crate) enum ReviewVerb {
    /// Lists reviews, the newest first.
    #[command(after_help = "Example:\n  interlock review list --state open")]
    List(List),
    /// Shows a review with its measures, action items and timeline.
    #[command(after_help = "Example:\n  interlock review show PIR-7")]
    Show {
        /// Its number or id.
        review: String,
    },
}

/// Which reviews are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// `open` or `completed`.
    #[arg(long)]
    state: Option<String>,
    /// Of this kind of record: `release` or `change`.
    #[arg(long)]
    kind: Option<String>,
    /// In this order: `opened_at` or `due_on`; turned round with a `-` before it.
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// What is written into the review of a record.
#[derive(Debug, Args)]
pub(crate) struct WrittenReview {
    /// The number or id of the record.
    record: String,
    #[command(flatten)]
    from: FromFile,
    /// What went well.
    #[arg(long)]
    went_well: Option<String>,
    /// What went wrong.
    #[arg(long)]
    went_wrong: Option<String>,
    /// The root cause; required after a rollback or a failure.
    #[arg(long)]
    root_cause: Option<String>,
    /// Whether the objectives were met.
    #[arg(long)]
    objectives_met: Option<String>,
    /// A measure that met its target, with the value reached; give it again for more.
    #[arg(long = "met", value_name = "NAME=VALUE")]
    met: Vec<String>,
    /// A measure that missed its target, with the value reached; give it again for more.
    #[arg(long = "missed", value_name = "NAME=VALUE")]
    missed: Vec<String>,
    /// What users say.
    #[arg(long)]
    user_feedback: Option<String>,
    /// The value for the business that was reached.
    #[arg(long)]
    business_value: Option<String>,
    /// Completes the review in the same write.
    #[arg(long)]
    complete: bool,
    /// Refuses unless the review is still at this version.
    #[arg(long, value_name = "VERSION")]
    if_version: Option<i64>,
}

impl WrittenReview {
    /// Writes it.
    pub(crate) fn send(&self, records: &Records<'_>) -> Result<Written> {
        let mut body: ReviewFields = self.from.fields()?;
        set(&mut body.went_well, self.went_well.clone());
        set(&mut body.went_wrong, self.went_wrong.clone());
        set(&mut body.root_cause, self.root_cause.clone());
        set(&mut body.objectives_met, self.objectives_met.clone());
        set(&mut body.kpis, self.kpis()?);
        set(&mut body.user_feedback, self.user_feedback.clone());
        set(&mut body.business_value, self.business_value.clone());
        set(&mut body.complete, self.complete.then_some(true));
        let expect = self.if_version.map_or(Expect::Any, Expect::Version);
        let path = format!("{}/review", records.path(&self.record));
        records.client.write(Method::Put, &path, expect, &body)
    }

    fn kpis(&self) -> Result<Option<Vec<ReviewKpi>>> {
        let met = self.met.iter().map(|text| (text, true));
        let all = met.chain(self.missed.iter().map(|text| (text, false)));
        let mut kpis = Vec::new();
        for (text, met) in all {
            let (name, reached) = text.split_once('=').ok_or_else(|| {
                Failure::usage(format!("`{text}` is no measure: write NAME=VALUE"))
            })?;
            let (name, reached) = (name.trim().to_owned(), reached.trim().to_owned());
            kpis.push(ReviewKpi { name, target: None, reached, met: Some(met) });
        }
        Ok((!kpis.is_empty()).then_some(kpis))
    }
}

/// Runs a verb.
pub(crate) fn run(verb: ReviewVerb, global: &Global) -> Result {
    let client = global.client()?;
    match verb {
        ReviewVerb::List(list) => show_list(&client, &list, global),
        ReviewVerb::Show { review } => show(&client, &review, global),
    }
}

fn show_list(client: &Client, list: &List, global: &Global) -> Result {
    let query = Query::default()
        .maybe("state", list.state.as_ref())
        .maybe("kind", list.kind.as_ref())
        .maybe("sort", list.sort.as_ref());
    let listed = client.list::<ReviewRow>("/reviews", &query, &list.paging.wanted())?;
    global.out().listed(&listed, COLUMNS)
}

fn show(client: &Client, review: &str, global: &Global) -> Result {
    let review: Review = client.get(&format!("/reviews/{}", segment(review)), &Query::default())?;
    let timeline = review.timeline.iter();
    let sections = [
        ("measures", review.kpis.iter().map(kpi_line).collect()),
        ("action items", review.actions.iter().map(action_line).collect()),
        ("what happened", timeline.map(|m| format!("{} {} ({})", m.at, m.what, m.who)).collect()),
        ("you may", action_lines(&review.allowed)),
    ];
    global.out().record(&review, FIELDS, &sections)
}

fn kpi_line(kpi: &ReviewKpi) -> String {
    let target = kpi.target.as_deref().unwrap_or_default();
    let judged = match kpi.met {
        Some(true) => format!("met, {}", kpi.reached),
        Some(false) => format!("missed, {}", kpi.reached),
        None => "not judged yet".to_owned(),
    };
    format!("{}: {target} ({judged})", kpi.name)
}

fn action_line(action: &ReviewAction) -> String {
    let mark = if action.done { "x" } else { " " };
    let owner = action.owner_name.as_deref().unwrap_or("nobody yet");
    let due = action.due_on.as_deref().unwrap_or("no date");
    format!("[{mark}] {} ({owner}, {due})", action.title)
}

//! `interlock review`: reviews owed and written. They are written by the verbs of their records.

use api::common::Written;
use api::review::{
    ActionRow, Annotation, Moment, Review, ReviewAction, ReviewFields, ReviewKpi, ReviewRow,
};
use clap::{Args, Subcommand};
use ports::Method;

use crate::client::{Client, Expect, Query, segment};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::{FromFile, ZoneArg, cleared, set};
use crate::record::{IfVersion, Records, action_lines};
use crate::wall;

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

const ACTIONS: &[&str] = &[
    "due_on",
    "overdue",
    "done",
    "review.number",
    "item",
    "title",
    "owner.name",
    "subject.number",
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
    /// Ticks an action item off, opens it again, or writes a new one.
    #[command(after_help = "Examples:\n  \
        interlock review action PIR-7 2 --done\n  \
        interlock review action PIR-7 --title \"Test the backup\" --owner anna --due 2026-12-24")]
    Action(ActionArgs),
    /// Lists the action items of all reviews, what is due first first.
    #[command(after_help = "Examples:\n  interlock review actions --mine --state open\n  \
        interlock review actions --state overdue")]
    Actions(Actions),
    /// Remarks on an instant of the timeline.
    #[command(after_help = "Example:\n  interlock review remark PIR-7 \
        --at 2026-11-14T22:17 --zone Europe/Amsterdam \"the pager was off\"")]
    Remark(Remarked),
}

/// Which action items are listed.
#[derive(Debug, Args)]
pub(crate) struct Actions {
    /// Yours.
    #[arg(long, conflicts_with = "owner")]
    mine: bool,
    /// Of this person, by login.
    #[arg(long, value_name = "LOGIN")]
    owner: Option<String>,
    /// `open`, `overdue` or `done`.
    #[arg(long)]
    state: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// A remark on an instant.
#[derive(Debug, Args)]
pub(crate) struct Remarked {
    /// The number or id of the review.
    review: String,
    /// What is to be known.
    text: String,
    /// The instant: RFC 3339, or wall time of --zone.
    #[arg(long, value_name = "TIME")]
    at: String,
    #[command(flatten)]
    zone: ZoneArg,
}

/// An action item: the one with a number, or a new one.
#[derive(Debug, Args)]
pub(crate) struct ActionArgs {
    /// The number or id of the review.
    review: String,
    /// The item's number, as `show` tells it; a new one when absent.
    #[arg(required_unless_present = "title")]
    item: Option<usize>,
    /// What is to be done.
    #[arg(long)]
    title: Option<String>,
    /// Who does it, by login; an empty text for nobody.
    #[arg(long, value_name = "LOGIN")]
    owner: Option<String>,
    /// By when, a date such as 2026-12-24; an empty text for no date.
    #[arg(long, value_name = "DAY")]
    due: Option<String>,
    /// Whether it is done.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    done: Option<bool>,
    #[command(flatten)]
    version: IfVersion,
}

impl ActionArgs {
    /// The items with this one as it is to be.
    fn applied(&self, mut items: Vec<ReviewAction>) -> Result<Vec<ReviewAction>> {
        let (title, owner, due_on) = (String::new(), None, None);
        let new = ReviewAction { title, owner, due_on, done: false, owner_name: None };
        let at = self.item.unwrap_or_else(|| {
            items.push(new);
            items.len()
        });
        let count = items.len();
        let item = at.checked_sub(1).and_then(|at| items.get_mut(at)).ok_or_else(|| {
            Failure::usage(format!("there is no item {at}: `show` numbers {count} of them"))
        })?;
        if let Some(title) = &self.title {
            item.title.clone_from(title);
        }
        if let Some(owner) = cleared(self.owner.as_ref()) {
            item.owner = owner;
        }
        if let Some(due_on) = cleared(self.due.as_ref()) {
            item.due_on = due_on;
        }
        item.done = self.done.unwrap_or(item.done);
        Ok(items)
    }
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
        ReviewVerb::Actions(wanted) => {
            let owner = if wanted.mine { Some("me".to_owned()) } else { wanted.owner };
            let query = Query::default()
                .maybe("owner", owner.as_ref())
                .maybe("state", wanted.state.as_ref());
            let paging = wanted.paging.wanted();
            let listed = client.list::<ActionRow>("/reviews/actions", &query, &paging)?;
            global.out().listed(&listed, ACTIONS)
        }
        ReviewVerb::Remark(said) => {
            let path = format!("/reviews/{}/annotations", segment(&said.review));
            let at = said.zone.clock(&client).instant(&said.at)?;
            let body = Annotation { at, text: said.text };
            let written: Written = client.post(&path, Expect::Any, &body)?;
            global.out().written(&written)
        }
        ReviewVerb::Action(args) => {
            let path = format!("/reviews/{}", segment(&args.review));
            let there: Review = client.get(&path, &Query::default())?;
            let expect = args.version.or(|| Ok(there.version))?;
            let actions = Some(args.applied(there.actions)?);
            let body = ReviewFields { actions, ..ReviewFields::default() };
            let written: Written = client.write(Method::Put, &path, expect, &body)?;
            global.out().written(&written)
        }
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
        ("action items", review.actions.iter().enumerate().map(action_line).collect()),
        ("what happened", timeline.map(moment_line).collect()),
        ("you may", action_lines(&review.allowed, "UTC")),
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

fn moment_line(moment: &Moment) -> String {
    let mark = if moment.remark { "remark: " } else { "" };
    format!("{} {mark}{} ({})", wall::moment(&moment.at, "UTC"), moment.what, moment.who)
}

fn action_line((index, action): (usize, &ReviewAction)) -> String {
    let mark = if action.done { "x" } else { " " };
    let owner = action.owner_name.as_deref().unwrap_or("nobody yet");
    let due = action.due_on.as_deref().unwrap_or("no date");
    format!("{} [{mark}] {} ({owner}, {due})", index + 1, action.title)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        action: ActionArgs,
    }

    fn applied(words: &[&str]) -> Result<Vec<String>> {
        let line = Line::try_parse_from([&["action", "PIR-7"], words].concat()).unwrap();
        let there = ["Test the backup", "Tell the desk"].map(|title| ReviewAction {
            title: title.to_owned(),
            owner: Some("per_1".to_owned()),
            due_on: None,
            done: false,
            owner_name: Some("Anna".to_owned()),
        });
        let items = line.action.applied(there.to_vec())?;
        Ok(items.iter().enumerate().map(action_line).collect())
    }

    #[test]
    fn an_item_is_ticked_off_by_its_number_and_the_others_stay() {
        let lines = applied(&["2", "--done", "--due", "2026-12-24"]).unwrap();
        let expected =
            ["1 [ ] Test the backup (Anna, no date)", "2 [x] Tell the desk (Anna, 2026-12-24)"];
        assert_eq!(lines, expected);
    }

    #[test]
    fn without_a_number_an_item_is_added_and_a_wrong_number_is_refused() {
        let lines = applied(&["--title", "Ask the vendor"]).unwrap();
        assert_eq!(lines[2], "3 [ ] Ask the vendor (nobody yet, no date)");
        assert!(matches!(applied(&["3", "--done"]), Err(Failure::Usage(_))));
        assert!(matches!(applied(&["0", "--done"]), Err(Failure::Usage(_))));
    }
}

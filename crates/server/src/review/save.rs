//! Writes into a review, and completes it in the same write when asked to.

use api::common::Written;
use api::review::{ReviewAction, ReviewFields, ReviewKpi};
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::review::{ActionItem, Edit, Kpi, Review, complete, edit};
use jiff::civil::Date;
use kernel::ReviewId;
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::http::{App, Write};
use crate::names::{Resolver, find_person};
use crate::problem::Answer;
use crate::review::find::{find_review, review_of_change, review_of_release};

pub(super) async fn put(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<ReviewFields>,
) -> Result<Json<Written>, Answer> {
    save(app, Which::Review(id), write).await
}

pub(super) async fn put_of_release(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<ReviewFields>,
) -> Result<Json<Written>, Answer> {
    save(app, Which::OfRelease(id), write).await
}

pub(super) async fn put_of_change(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<ReviewFields>,
) -> Result<Json<Written>, Answer> {
    save(app, Which::OfChange(id), write).await
}

async fn save(
    app: App,
    review: Which,
    write: Write<ReviewFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveReview { review, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// Which review, by an id or a number.
#[derive(Debug, Clone)]
pub enum Which {
    /// By its own.
    Review(String),
    /// By that of the release it looks back on.
    OfRelease(String),
    /// By that of the change it looks back on.
    OfChange(String),
}

impl Which {
    fn find(&self, db: &mut dyn Query) -> Result<ReviewId, Stop> {
        match self {
            Self::Review(name) => find_review(db, name),
            Self::OfRelease(name) => review_of_release(db, name),
            Self::OfChange(name) => review_of_change(db, name),
        }
    }
}

/// The command.
pub struct SaveReview {
    /// Which review.
    pub review: Which,
    /// The new values.
    pub fields: ReviewFields,
}

impl Command for SaveReview {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "review.save"
    }

    fn permission(&self) -> Permission {
        Permission::ReviewWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Review::stream(self.review.find(db)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = self.review.find(work.tx)?;
        let mut review: Loaded<Review> = work.load_subject(id)?;
        let wanted = self.edit(work, &review.state.content.kpis)?;
        let events = edit(&review.state, &wanted)?;
        work.append(&mut review, events)?;
        if self.fields.complete == Some(true) {
            let events = complete(&review.state, work.who.person)?;
            work.append(&mut review, events)?;
        }
        Ok(written(&review))
    }
}

impl SaveReview {
    fn edit(&self, work: &mut Work<'_>, planned: &[Kpi]) -> Result<Edit, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let actions = match &fields.actions {
            Some(actions) => Some(items(work, &mut resolver, actions)?),
            None => None,
        };
        let kpis = fields.kpis.as_ref().map(|given| judged(&mut resolver, planned, given));
        resolver.end()?;
        Ok(Edit {
            went_well: fields.went_well.clone(),
            went_wrong: fields.went_wrong.clone(),
            root_cause: fields.root_cause.clone(),
            objectives_met: fields.objectives_met.clone(),
            kpis,
            user_feedback: fields.user_feedback.clone(),
            business_value: fields.business_value.clone(),
            actions,
        })
    }
}

/// The measures set at planning with what is said of some of them; the others stay as they are.
fn judged(resolver: &mut Resolver, planned: &[Kpi], given: &[ReviewKpi]) -> Vec<Kpi> {
    let mut kpis = planned.to_vec();
    for (index, said) in given.iter().enumerate() {
        let Some(kpi) = kpis.iter_mut().find(|kpi| kpi.name == said.name) else {
            let what = format!("names `{}`, which was not set at planning", said.name);
            resolver.wrong(&format!("/kpis/{index}/name"), what);
            continue;
        };
        kpi.reached.clone_from(&said.reached);
        kpi.met = said.met;
    }
    kpis
}

fn items(
    work: &mut Work<'_>,
    resolver: &mut Resolver,
    actions: &[ReviewAction],
) -> Result<Vec<ActionItem>, Stop> {
    let mut items = Vec::with_capacity(actions.len());
    for (index, action) in actions.iter().enumerate() {
        let pointer = format!("/actions/{index}");
        let owner = match &action.owner {
            Some(name) => resolver.one(work.tx, &format!("{pointer}/owner"), name, find_person)?,
            None => None,
        };
        let due_on = action.due_on.as_deref().and_then(|text| {
            let date: Option<Date> = text.parse().ok();
            if date.is_none() {
                resolver.wrong(&format!("{pointer}/due_on"), "is a date such as 2026-12-24");
            }
            date
        });
        items.push(ActionItem { title: action.title.clone(), owner, due_on, done: action.done });
    }
    Ok(items)
}

pub(super) fn written(review: &Loaded<Review>) -> Written {
    Written {
        id: review.id.to_string(),
        number: Some(review.state.number.clone()),
        version: review.version.0,
    }
}

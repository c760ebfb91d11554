//! The story of an article: written, or written from the record of its release; approved, and
//! published.

use anyhow::bail;
use api::knowledge::ArticleFields;
use domain::knowledge::Verb;
use server::knowledge::{MoveArticle, SaveArticle, WriteNotes};

use crate::demo::files::{ArticlePlan, Deed};
use crate::demo::replay::{Replay, Subject, Turn};

/// Plans its course.
pub(super) fn plan<'a>(replay: &mut Replay<'a>, plan: &'a ArticlePlan) {
    let on = Subject::Article(plan);
    replay.at(plan.written.instant(&replay.today), &plan.by, on, Deed::Begin);
    if let (Some(approved), Some(by)) = (plan.approved, &plan.approved_by) {
        let yes = Deed::Approve(String::new());
        replay.at(approved.instant(&replay.today), by, on, yes);
    }
    if let Some(published) = plan.published {
        replay.at(published.instant(&replay.today), &plan.by, on, Deed::Publish);
    }
}

/// Does one deed of it.
pub(super) fn act(
    replay: &mut Replay<'_>,
    plan: &ArticlePlan,
    turn: &Turn<'_>,
) -> anyhow::Result<()> {
    let verb = match &turn.deed {
        Deed::Begin => return write(replay, plan, &turn.by),
        Deed::Approve(_) => Verb::Approve,
        Deed::Publish => Verb::Publish,
        deed => bail!("{deed:?} is not done to it"),
    };
    let article = replay.record(&plan.key)?.id.clone();
    replay.act(&turn.by, MoveArticle { article, verb, reason: None }).map(|_| ())
}

fn write(replay: &mut Replay<'_>, plan: &ArticlePlan, by: &str) -> anyhow::Result<()> {
    let release = plan.release.as_ref().map(|key| replay.record(key)).transpose()?;
    let release = release.map(|release| release.id.clone());
    let written = match (&plan.notes, release) {
        (Some(audience), Some(release)) => {
            replay.act(by, WriteNotes { release, audience: audience.clone() })?
        }
        (_, release) => {
            let fields = ArticleFields {
                kind: plan.kind.clone(),
                audience: plan.audience.clone(),
                title: plan.title.clone(),
                body: plan.body.as_ref().map(|body| body.trim().to_owned()),
                services: Some(plan.services.clone()),
                release: release.map(Some),
            };
            replay.act(by, SaveArticle { article: None, fields })?
        }
    };
    replay.keep(&plan.key, written)
}

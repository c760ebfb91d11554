//! Writes an article down, or writes in it.

use std::collections::BTreeSet;

use api::common::Written;
use api::knowledge::ArticleFields;
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::knowledge::{self, Article, Edit};
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::http::{App, Write};
use crate::knowledge::find::find_article;
use crate::names::{Resolver, find_release};
use crate::problem::Answer;
use crate::service::find_service;

/// The series of numbers.
pub const SERIES: &str = "KB";

pub(super) async fn create(
    State(app): State<App>,
    write: Write<ArticleFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveArticle { article: None, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<ArticleFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveArticle { article: Some(id), fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The command.
pub struct SaveArticle {
    /// The article to write in, by id or number; a new one when absent.
    pub article: Option<String>,
    /// The new values.
    pub fields: ArticleFields,
}

impl Command for SaveArticle {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "knowledge.save"
    }

    fn permission(&self) -> Permission {
        Permission::KnowledgeWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.article else { return Ok(None) };
        Ok(Some(Article::stream(find_article(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let edit = parsed(work.tx, &self.fields)?;
        let (mut article, events) = match &self.article {
            Some(name) => {
                let id = find_article(work.tx, name)?;
                let article: Loaded<Article> = work.load_subject(id)?;
                let events = knowledge::edit(&article.state, &edit)?;
                (article, events)
            }
            None => {
                let number = format!("{SERIES}-{}", work.tx.next_number(SERIES)?);
                (work.fresh(), knowledge::write(number, &edit)?)
            }
        };
        work.append(&mut article, events)?;
        Ok(written(&article))
    }
}

fn parsed(db: &mut dyn Query, fields: &ArticleFields) -> Result<Edit, Stop> {
    let mut resolver = Resolver::default();
    let kind = resolver.parse("/kind", fields.kind.as_deref());
    let audience = resolver.parse("/audience", fields.audience.as_deref());
    let services = match &fields.services {
        Some(names) => {
            let found = resolver.many(db, "/services", names, find_service)?;
            Some(found.into_iter().collect::<BTreeSet<_>>())
        }
        None => None,
    };
    let release = resolver.patch(db, "/release", fields.release.as_ref(), find_release)?;
    resolver.end()?;
    let (title, body) = (fields.title.clone(), fields.body.clone());
    Ok(Edit { kind, audience, title, body, services, release })
}

pub(super) fn written(article: &Loaded<Article>) -> Written {
    Written {
        id: article.id.to_string(),
        number: Some(article.state.number.clone()),
        version: article.version.0,
    }
}

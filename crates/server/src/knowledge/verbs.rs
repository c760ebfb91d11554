//! Approves an article, publishes it, or takes it out of force.

use api::common::{Reason, Written};
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::knowledge::{self, Article, Verb};
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::http::{App, Write};
use crate::knowledge::find::find_article;
use crate::knowledge::write::written;
use crate::problem::Answer;

/// The command.
pub struct MoveArticle {
    /// Which, by id or number.
    pub article: String,
    /// What is done.
    pub verb: Verb,
    /// Why; needed to take it out of force.
    pub reason: Option<String>,
}

/// What a verb asks for.
pub(super) fn permission(verb: Verb) -> Permission {
    match verb {
        Verb::Publish => Permission::KnowledgeWrite,
        Verb::Approve | Verb::Retire => Permission::KnowledgeApprove,
    }
}

impl Command for MoveArticle {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        match self.verb {
            Verb::Approve => "knowledge.approve",
            Verb::Publish => "knowledge.publish",
            Verb::Retire => "knowledge.retire",
        }
    }

    fn permission(&self) -> Permission {
        permission(self.verb)
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Article::stream(find_article(db, &self.article)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_article(work.tx, &self.article)?;
        let mut article: Loaded<Article> = work.load_subject(id)?;
        let reason = self.reason.as_deref().unwrap_or_default();
        let events = match self.verb {
            Verb::Approve => knowledge::approve(&article.state, work.person())?,
            Verb::Publish => knowledge::publish(&article.state)?,
            Verb::Retire => knowledge::retire(&article.state, reason)?,
        };
        work.append(&mut article, events)?;
        Ok(written(&article))
    }
}

/// A handler of a verb: parse, one bus call, present.
macro_rules! verb {
    ($name:ident, $verb:expr) => {
        pub(super) async fn $name(
            State(app): State<App>,
            Path(article): Path<String>,
            write: Write<Reason>,
        ) -> Result<Json<Written>, Answer> {
            let command = MoveArticle { article, verb: $verb, reason: write.body.reason };
            Ok(Json(app.bus.send(write.envelope, command).await?.answer))
        }
    };
}

verb!(approve, Verb::Approve);
verb!(publish, Verb::Publish);
verb!(retire, Verb::Retire);

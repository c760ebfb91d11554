//! The knowledge base: routes, commands and read model.

mod find;
mod list;
mod notes;
mod projection;
mod read;
mod verbs;
mod write;

use api::common::{Page, Reason, Written};
use api::knowledge::{
    Article, ArticleDifference, ArticleFields, ArticleRow, NotesFields, PublishedVersion,
};
use utoipa::openapi::path::HttpMethod as M;

use crate::http::Routes;

pub use find::find_article;
pub use notes::WriteNotes;
pub use verbs::MoveArticle;
pub use write::{SERIES, SaveArticle};

/// The most articles that are told to apply to a record.
pub const APPLIES_MAX: i64 = 50;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get::<Page<ArticleRow>, _, _>(
            "/knowledge",
            "Lists articles, the newest first",
            "q,kind,audience,state,in_force,service,release,applies_to,limit,cursor",
            list::list,
        )
        .write::<ArticleFields, Written, _, _>(
            M::Post,
            "/knowledge",
            "Writes an article down, as a draft",
            write::create,
        )
        .get::<Article, _, _>("/knowledge/{id}", "Reads an article", "", read::get)
        .write::<ArticleFields, Written, _, _>(
            M::Patch,
            "/knowledge/{id}",
            "Writes in an article: it is a draft again",
            write::edit,
        )
        .get::<PublishedVersion, _, _>(
            "/knowledge/{id}/versions/{version}",
            "Reads a version that was published",
            "",
            read::version,
        )
        .get::<ArticleDifference, _, _>(
            "/knowledge/{id}/difference",
            "What differs between two versions; from the one in force to the newest text",
            "from,to",
            read::difference,
        )
        .file::<String, _, _>(
            "text/markdown",
            "/knowledge/{id}/markdown",
            "An article as a Markdown file: the version in force, or another",
            "version",
            read::markdown,
        );
    routes
        .write::<Reason, Written, _, _>(
            M::Post,
            "/knowledge/{id}/approve",
            "Says that it may be published",
            verbs::approve,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/knowledge/{id}/publish",
            "Lets its audience read it",
            verbs::publish,
        )
        .write::<Reason, Written, _, _>(
            M::Post,
            "/knowledge/{id}/retire",
            "Takes it out of force",
            verbs::retire,
        )
        .write::<NotesFields, Written, _, _>(
            M::Post,
            "/releases/{id}/notes",
            "Writes the notes of a release from its record, as a draft",
            notes::post,
        )
}

//! The knowledge base on the wire. `POST/GET /knowledge`, `GET/PATCH /knowledge/{id}`,
//! `POST /knowledge/{id}/{approve|publish|retire}`, `GET /knowledge/{id}/versions/{version}`,
//! `GET /knowledge/{id}/difference`, `GET /knowledge/{id}/markdown`, `POST /releases/{id}/notes`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::common::{Action, Ref, patch};

/// The fields of an article. A new one needs `title`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ArticleFields {
    /// `guide`, `release_notes`, `workaround` or `known_limitation`.
    pub kind: Option<String>,
    /// `internal` or `customers`.
    pub audience: Option<String>,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// What it says, in Markdown.
    #[schema(max_length = 60000)]
    pub body: Option<String>,
    /// The services that it is about, by id or name.
    #[schema(max_items = 50)]
    pub services: Option<Vec<String>>,
    /// The release that it is about, by number or id; release notes need one.
    #[serde(deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub release: Option<Option<String>>,
}

/// For whom release notes are written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotesFields {
    /// `internal` or `customers`.
    pub audience: String,
}

/// One line of the list of articles.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ArticleRow {
    /// Its id.
    pub id: String,
    /// `KB-…`.
    pub number: String,
    /// `guide`, `release_notes`, `workaround` or `known_limitation`.
    pub kind: String,
    /// `internal` or `customers`.
    pub audience: String,
    /// What it is called: the version in force where one is, else the newest text.
    pub title: String,
    /// Where the newest text stands: `draft`, `approved`, `published` or `retired`.
    pub state: String,
    /// The version that its audience reads.
    pub in_force: Option<u32>,
    /// The release that it is about.
    pub release: Option<Ref>,
    /// When something last happened to it, RFC 3339.
    pub updated_at: String,
}

/// An article: its newest text, and the versions that were published.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Article {
    /// Its id.
    pub id: String,
    /// `KB-…`.
    pub number: String,
    /// Its version as a record, for `If-Match`.
    pub version: i64,
    /// `guide`, `release_notes`, `workaround` or `known_limitation`.
    pub kind: String,
    /// `internal` or `customers`.
    pub audience: String,
    /// What it is called.
    pub title: String,
    /// What it says, in Markdown.
    pub body: String,
    /// The services that it is about.
    pub services: Vec<Ref>,
    /// The release that it is about.
    pub release: Option<Ref>,
    /// Where the newest text stands: `draft`, `approved`, `published` or `retired`.
    pub state: String,
    /// Who wrote in it since it was last published.
    pub authors: Vec<Ref>,
    /// Who approved the newest text.
    pub approved_by: Option<Ref>,
    /// When, RFC 3339.
    pub approved_at: Option<String>,
    /// The version that its audience reads; none before the first, and none of a retired one.
    pub in_force: Option<u32>,
    /// What was published, the newest version first.
    pub versions: Vec<PublishedVersion>,
    /// Why it does not hold any more.
    pub retired: Option<Retired>,
    /// What may be done now.
    pub actions: Vec<Action>,
}

/// A version that was published.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublishedVersion {
    /// Which, from 1.
    pub version: u32,
    /// What it is called.
    pub title: String,
    /// `internal` or `customers`.
    pub audience: String,
    /// What it says, in Markdown; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
    /// Who approved it.
    pub approved_by: Option<Ref>,
    /// Who published it.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
}

/// Why an article does not hold any more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Retired {
    /// Who took it out of force.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// Why.
    pub reason: String,
}

/// What differs between two texts of an article.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ArticleDifference {
    /// The older version; absent where there is none.
    pub from: Option<u32>,
    /// The newer version; absent for the newest text.
    pub to: Option<u32>,
    /// The title of the older one.
    pub title_before: String,
    /// The title of the newer one.
    pub title: String,
    /// The lines of both in order.
    pub lines: Vec<DifferenceLine>,
}

/// A line of a difference.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DifferenceLine {
    /// `same`, `removed` or `added`.
    pub mark: String,
    /// What it says.
    pub text: String,
}

//! What happens to an article. Version 1 of each; golden files under `crates/domain/golden/`.

use kernel::PersonId;
use serde::{Deserialize, Serialize};

use crate::knowledge::{Content, Edit};

/// An event of an article's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ArticleEvent {
    /// It was written down.
    #[serde(rename = "article.written.v1")]
    Written {
        /// `KB-…`.
        number: String,
        /// What it says.
        content: Box<Content>,
    },
    /// Some of it was edited: it is a draft again.
    #[serde(rename = "article.edited.v1")]
    Edited {
        /// The new values.
        edit: Box<Edit>,
    },
    /// Somebody else found that it may be published.
    #[serde(rename = "article.approved.v1")]
    Approved {
        /// Who answers for it.
        by: PersonId,
    },
    /// It can be read by its audience.
    #[serde(rename = "article.published.v1")]
    Published {
        /// Which version that is, from 1.
        version: u32,
    },
    /// It does not hold any more.
    #[serde(rename = "article.retired.v1")]
    Retired {
        /// Why.
        reason: String,
    },
}

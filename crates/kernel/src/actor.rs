//! Who does something.

use serde::{Deserialize, Serialize};

use crate::{PersonId, TokenId};

/// Who sent a command. Separation of duties is computed over the person behind it, whatever the
/// way in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A person, signed in.
    Person {
        /// The person.
        id: PersonId,
    },
    /// A machine with a token; it acts for the person who made the token.
    Token {
        /// The token.
        id: TokenId,
        /// The person the token belongs to.
        person: PersonId,
    },
    /// Someone with a shell on the machine that holds the database.
    Operator {
        /// The name of the operating system's user.
        name: String,
    },
    /// The product itself: a timer or a reactor.
    System {
        /// Which part of it.
        part: String,
    },
}

impl Actor {
    /// The person who answers for what this actor does, if there is one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person { id } => Some(*id),
            Self::Token { person, .. } => Some(*person),
            Self::Operator { .. } | Self::System { .. } => None,
        }
    }

    /// One line that names the actor everywhere it is stored as text: `person:per_…`,
    /// `token:tok_…`, `operator:root`, `system:timer`.
    pub fn label(&self) -> String {
        match self {
            Self::Person { id } => format!("person:{id}"),
            Self::Token { id, .. } => format!("token:{id}"),
            Self::Operator { name } => format!("operator:{name}"),
            Self::System { part } => format!("system:{part}"),
        }
    }
}

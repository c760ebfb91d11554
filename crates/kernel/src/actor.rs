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
    /// `token:tok_…:per_…`, `operator:root`, `system:timer`.
    pub fn label(&self) -> String {
        match self {
            Self::Person { id } => format!("person:{id}"),
            Self::Token { id, person } => format!("token:{id}:{person}"),
            Self::Operator { name } => format!("operator:{name}"),
            Self::System { part } => format!("system:{part}"),
        }
    }

    /// The actor of a label; what cannot be read is the system's own `unknown`.
    pub fn of_label(label: &str) -> Self {
        let (kind, rest) = label.split_once(':').unwrap_or(("", label));
        let known = match kind {
            "person" => rest.parse().ok().map(|id| Self::Person { id }),
            "token" => rest.split_once(':').and_then(|(id, person)| {
                Some(Self::Token { id: id.parse().ok()?, person: person.parse().ok()? })
            }),
            "operator" => Some(Self::Operator { name: rest.to_owned() }),
            "system" => Some(Self::System { part: rest.to_owned() }),
            _ => None,
        };
        known.unwrap_or_else(|| Self::System { part: "unknown".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use uuid::Uuid;

    #[test]
    fn a_label_reads_back() {
        let person = PersonId::from_uuid(Uuid::from_u128(1));
        let token = TokenId::from_uuid(Uuid::from_u128(2));
        for actor in [
            Actor::Person { id: person },
            Actor::Token { id: token, person },
            Actor::Operator { name: "root".to_owned() },
            Actor::System { part: "timer".to_owned() },
        ] {
            assert_eq!(Actor::of_label(&actor.label()), actor);
        }
    }
}

//! The parameters in the query of an address. One that the route does not know is refused with the
//! one that was probably meant, and one that is said twice: a filter that is silently ignored shows
//! too much.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::problem::Problem;
use axum::extract::Query;
use axum::http::request::Parts;

use crate::http::wrong_parameter;
use crate::nearest::nearest;
use crate::problem::Answer;

/// How much of an unknown parameter's name is repeated in the answer, in characters.
const NAME_MAX: usize = 60;

/// The parameters that a route was registered with.
#[derive(Debug, Clone)]
pub(super) struct Known(Arc<Vec<String>>);

impl Known {
    /// Of names separated by commas.
    pub(super) fn of(query: &str) -> Self {
        let names = query.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self(Arc::new(names.map(str::to_owned).collect()))
    }

    /// The names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// What is wrong with a name, if it is none of them.
    fn wrong(&self, name: &str) -> Option<String> {
        if self.names().any(|known| known == name) {
            return None;
        }
        let names = || self.names().collect::<Vec<_>>().join(", ");
        Some(match nearest(name, self.names()) {
            Some(meant) => format!("is not known here: did you mean `{meant}`?"),
            None if self.0.is_empty() => "is not known here: this address takes none".to_owned(),
            None => format!("is not known here: this address takes {}", names()),
        })
    }
}

/// The names and values of a query.
pub(super) fn pairs(parts: &Parts) -> Result<Vec<(String, String)>, Answer> {
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    query.map(|Query(pairs)| pairs).map_err(|_| {
        Answer(Problem::new("request.malformed", "the query of the address cannot be read"))
    })
}

/// Refuses a parameter that the route was not registered with, and one that is there twice.
pub(super) fn check_query(parts: &Parts) -> Result<(), Answer> {
    let Some(known) = parts.extensions.get::<Known>() else { return Ok(()) };
    let mut seen = BTreeSet::new();
    for (name, _) in pairs(parts)? {
        if let Some(wrong) = known.wrong(&name) {
            let name: String = name.chars().take(NAME_MAX).collect();
            return Err(wrong_parameter(&name, &wrong));
        }
        if seen.contains(&name) {
            return Err(wrong_parameter(&name, "is there more than once: one value is taken"));
        }
        seen.insert(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_parameter_is_told_what_was_meant_or_what_there_is() {
        let known = Known::of("phase, team,limit");
        assert_eq!(known.wrong("team"), None);
        let meant = "is not known here: did you mean `team`?";
        assert_eq!(known.wrong("teams").as_deref(), Some(meant));
        let takes = "is not known here: this address takes phase, team, limit";
        assert_eq!(known.wrong("colour").as_deref(), Some(takes));
        let none = "is not known here: this address takes none";
        assert_eq!(Known::of("").wrong("limit").as_deref(), Some(none));
    }
}

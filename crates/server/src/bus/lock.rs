//! Named locks and the one order in which they are taken: the calendar, then releases, their runs,
//! changes, then the rest, each by id. Taking them out of order starts the command again with the
//! larger set, so that no two commands can wait for each other.

/// A lock of the transaction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lock {
    rank: u8,
    name: String,
}

impl Lock {
    /// Everything that places or moves something on the calendar (ADR 0004).
    pub fn calendar() -> Self {
        Self { rank: 0, name: "calendar".to_owned() }
    }

    /// A record's stream.
    pub fn stream(stream: &str) -> Self {
        let kind = stream.split_once(':').map_or(stream, |(kind, _)| kind);
        let rank = match kind {
            // A run is told of together with its release, and before its changes.
            "release" | "run" => 1,
            "change" => 2,
            "attempt" => 9,
            _ => 3,
        };
        Self { rank, name: stream.to_owned() }
    }

    /// A name that two records may not share.
    pub fn name(kind: &str, name: &str) -> Self {
        Self { rank: 4, name: format!("name:{kind}:{}", name.to_lowercase()) }
    }

    /// How the store knows it.
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_comes_first_then_releases_then_changes() {
        let mut locks = [
            Lock::stream("change:chg_1"),
            Lock::name("team", "A"),
            Lock::stream("release:rel_9"),
            Lock::calendar(),
        ];
        locks.sort();
        let names: Vec<_> = locks.iter().map(Lock::as_str).collect();
        assert_eq!(names, ["calendar", "release:rel_9", "change:chg_1", "name:team:a"]);
    }
}

//! What of the log is somebody's own. The lists and the export of records leave out others' tokens,
//! feeds and saved filters; whoever reads the log is given no more than that, save those who audit
//! and those who keep accounts.

use domain::identity::{Permission, Role};
use kernel::{Actor, PersonId, Timestamp};
use ports::{Fault, Query};

use crate::bus::who_is;

/// Kinds of record that only their owner sees.
pub const OWN_KINDS: &[&str] = &["token", "feed"];
/// A kind of record that holds the addresses of people outside, whom only those are told who keep
/// them; its events are theirs who did them.
pub const ADDRESSED: &str = "user_group";
/// Events of other kinds that only tell what their actor keeps for themselves.
const OWN_EVENTS: &[&str] = &["person.filters_saved.v1"];

/// Whom the log, or everything, is read for.
#[derive(Debug, Clone, Copy)]
pub struct LogReader {
    /// The person.
    pub person: Option<PersonId>,
    /// Whether they keep accounts, and so see what belongs to others, in records and in the log.
    pub keeps_accounts: bool,
    /// Whether they audit, and so see it in the log.
    pub audits: bool,
}

impl LogReader {
    /// Someone from whom nothing is kept back.
    pub const OF_ALL: Self = Self { person: None, keeps_accounts: true, audits: true };

    /// Who that is, as their roles are now.
    pub fn of(db: &mut dyn Query, actor: &Actor, now: Timestamp) -> Result<Self, Fault> {
        let who = who_is(db, actor, now)?;
        Ok(Self {
            person: who.person,
            keeps_accounts: who.permissions.contains(&Permission::IdentityWrite),
            audits: who.roles.contains(&Role::Auditor),
        })
    }

    /// Whether they see an event: what is somebody's own, those who did it. What was refused on a
    /// record stands on a stream of its own and is as open as the record.
    pub fn sees(&self, stream: &str, name: &str, actor: &str) -> bool {
        let record = stream.strip_prefix("attempt:").unwrap_or(stream);
        let kind = record.split(':').next().unwrap_or_default();
        let whole = self.keeps_accounts || self.audits;
        let is_own = OWN_KINDS.contains(&kind) || kind == ADDRESSED || OWN_EVENTS.contains(&name);
        if whole || !is_own {
            return true;
        }
        let by = Actor::of_label(actor).person();
        by.is_some() && by == self.person
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: &str = "person:per_00000000000000000000000000000001";
    const BEN: &str = "person:per_00000000000000000000000000000002";

    #[test]
    fn what_is_somebodys_own_is_seen_by_them_and_by_who_sees_all() {
        let anna = Actor::of_label(ANNA).person();
        assert!(anna.is_some(), "this is how a person is written");
        let reader = LogReader { person: anna, keeps_accounts: false, audits: false };
        let auditor = LogReader { audits: true, person: None, ..reader };
        let keeper = LogReader { keeps_accounts: true, ..reader };
        for (stream, name) in [
            ("token:tok_1", "token.created.v1"),
            ("feed:fed_1", "feed.revoked.v1"),
            ("attempt:token:tok_1", "attempt.refused.v1"),
            ("user_group:usg_1", "user_group.edited.v1"),
            (ANNA, "person.filters_saved.v1"),
        ] {
            assert!(reader.sees(stream, name, ANNA), "{stream}");
            assert!(!reader.sees(stream, name, BEN), "{stream}");
            assert!(!reader.sees(stream, name, "operator:root"), "{stream}");
            assert!(auditor.sees(stream, name, BEN), "{stream}");
            assert!(keeper.sees(stream, name, BEN), "{stream}");
        }
        assert!(reader.sees(BEN, "person.edited.v1", BEN));
        assert!(reader.sees("change:chg_1", "change.raised.v1", BEN));
    }
}

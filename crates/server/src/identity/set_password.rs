//! Sets a password: one's own with the old one, anybody's by a keeper of accounts. Sessions
//! elsewhere end.

use api::common::Written;
use domain::Aggregate as _;
use domain::identity::{IdentityRefusal, Permission, Person, PersonEvent};
use kernel::{Actor, PersonId};
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::identity::read::secret_of;
use crate::identity::save::keep_secret;
use crate::identity::session::end_sessions;

/// The command. The old password was compared and the new one hashed before.
pub struct SetPassword {
    /// Whose.
    pub person: PersonId,
    /// The kept hash that the old password was found to match.
    pub proven: Option<String>,
    /// The hash of the new password.
    pub hash: String,
    /// The session that stays signed in.
    pub session: Option<String>,
}

impl Command for SetPassword {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "person.set_password"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Person::stream(self.person)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let mut person: Loaded<Person> = work.load_subject(self.person)?;
        let subject = person.id.to_string();
        if matches!(work.actor, Actor::Person { id } if id == person.id) {
            let kept = secret_of(work.tx, &subject)?;
            if kept.is_none() || kept != self.proven {
                return Err(Stop::Refused(IdentityRefusal::WrongCredentials.into()));
            }
        } else {
            work.permit(Permission::IdentityWrite)?;
        }
        work.append(&mut person, vec![PersonEvent::PasswordSet {}])?;
        keep_secret(work, &subject, &self.hash)?;
        end_sessions(work, person.id, self.session.as_deref())?;
        Ok(Written { id: subject, number: None, version: person.version.0 })
    }
}

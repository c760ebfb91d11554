//! Why accounts and tokens say no.

use crate::refusal::Refuse;

/// A no of this feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityRefusal {
    /// Nobody could keep accounts any more.
    #[error("`{0}` is the last active administrator: make another one first")]
    LastAdministrator(String),
    /// The password does not fit.
    #[error("login or password is wrong")]
    WrongCredentials,
    /// A machine asked for what only someone who is signed in may do.
    #[error("a token cannot do this: sign in as a person")]
    PeopleOnly,
}

impl IdentityRefusal {
    /// Every code of this enumeration.
    pub const CODES: &'static [&'static str] =
        &["identity.last_administrator", "identity.wrong_credentials", "identity.people_only"];
}

impl Refuse for IdentityRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::LastAdministrator(_) => "identity.last_administrator",
            Self::WrongCredentials => "identity.wrong_credentials",
            Self::PeopleOnly => "identity.people_only",
        }
    }
}

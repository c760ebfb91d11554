//! People with accounts, their sessions, and tokens for programs: routes, read model, sign-in.
//! Secrets are hashed before a command is sent, so that the store's writer never waits for it.

mod about;
mod filters;
mod password;
mod people;
mod projection;
mod read;
mod save;
mod session;
mod set_password;
mod sign_in;
mod throttle;
mod token;

use api::common::{Page, Written};
use api::identity::{
    About, Filters, Me, NewToken, PasswordChange, Person, PersonFields, SavedFilters, SignIn, Token,
};
use utoipa::openapi::path::HttpMethod;

use crate::http::Routes;

pub use filters::people_only;
pub use password::{hash_password, password_matches};
pub use read::{holders_of, logins_exist, quiet_hours};
pub use save::{SavePerson, first_administrator, keep_digest, keep_secret};
pub use session::{EndSessions, RefreshSession, SESSION_REFRESH_MINUTES};
pub use set_password::SetPassword;
pub use sign_in::{SignInAs, SignOut};
pub use throttle::Throttle;
pub use token::{CreateToken, RevokeToken, new_secret};

/// The timer that a person's digest of releases is due.
pub const DIGEST_DUE: &str = "person.digest_due";
/// How long a session lives without being used, in minutes (12 h).
pub const SESSION_IDLE_MINUTES: i64 = 12 * 60;
/// How long a session lives at most, in minutes (7 days).
pub const SESSION_MINUTES_MAX: i64 = 7 * 24 * 60;
/// The most sessions of one person; the ones unused longest end first.
pub const SESSIONS_MAX: i64 = 50;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get::<About, _, _>("/about", "Tells what this server is", "", about::get)
        .write::<SignIn, Me, _, _>(HttpMethod::Post, "/session", "Signs in", sign_in::sign_in)
        .get::<Me, _, _>("/session", "Tells who is signed in", "", session::get)
        .bare::<(), _, _>(HttpMethod::Delete, "/session", "Signs out", sign_in::sign_out);
    let routes = routes
        .get::<Page<Person>, _, _>(
            "/people",
            "Lists people",
            "q,role,active,limit,cursor",
            people::list,
        )
        .write::<PersonFields, Written, _, _>(
            HttpMethod::Post,
            "/people",
            "Makes an account",
            people::create,
        )
        .get::<Person, _, _>("/people/{id}", "Reads a person", "", people::get)
        .write::<PersonFields, Written, _, _>(
            HttpMethod::Patch,
            "/people/{id}",
            "Edits a person",
            people::edit,
        )
        .write::<PasswordChange, Written, _, _>(
            HttpMethod::Put,
            "/people/{id}/password",
            "Sets a password; other sessions end",
            people::set_password,
        );
    routes
        .get::<Page<Token>, _, _>("/tokens", "Lists tokens", "person,limit,cursor", token::list)
        .write::<NewToken, Token, _, _>(
            HttpMethod::Post,
            "/tokens",
            "Makes a token; its secret is shown once",
            token::create,
        )
        .bare::<Written, _, _>(
            HttpMethod::Delete,
            "/tokens/{id}",
            "Takes a token back",
            token::revoke,
        )
        .get::<SavedFilters, _, _>("/filters", "Reads one's saved filters", "", filters::get)
        .write::<Filters, Written, _, _>(
            HttpMethod::Put,
            "/filters",
            "Replaces one's saved filters",
            filters::put,
        )
}

//! Hashing and checking passwords with Argon2id, at the cost that OWASP asks for (19 MiB, 2
//! passes). It takes tens of milliseconds and much memory, so it runs on threads of its own, a few
//! at a time, and never on the store's.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use ports::Fault;
use tokio::sync::Semaphore;

/// How many passwords are worked on at once: each takes 19 MiB while it is.
const AT_ONCE_MAX: usize = 4;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE_MAX);

/// What the password of an unknown login is compared with, so that knowing a login cannot be told
/// from the time an answer takes.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_password("nobody has this").unwrap_or_default());

/// The salted hash of a password, as a PHC string.
pub fn hash_password(password: &str) -> Result<String, Fault> {
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| Fault::permanent("hashing a password", error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a password is the one of a hash. Without a hash the same work is done for nothing.
pub fn password_matches(password: &str, hash: Option<&str>) -> bool {
    let kept = hash.unwrap_or(&NOBODY);
    let Ok(parsed) = PasswordHash::new(kept) else { return false };
    let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    fits && hash.is_some()
}

/// [`hash_password`], from async code.
pub(super) async fn hash(password: String) -> Result<String, Fault> {
    aside(move || hash_password(&password)).await?
}

/// [`password_matches`], from async code.
pub(super) async fn matches(password: String, hash: Option<String>) -> Result<bool, Fault> {
    aside(move || password_matches(&password, hash.as_deref())).await
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let place = PLACES.acquire().await.map_err(|_| Fault::Busy)?;
    let done = tokio::task::spawn_blocking(work).await;
    drop(place);
    done.map_err(|error| Fault::permanent("working on a password", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let hash = hash_password("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(password_matches("correct horse battery", Some(&hash)));
        assert!(!password_matches("correct horse batterY", Some(&hash)));
        assert_ne!(hash, hash_password("correct horse battery").unwrap(), "the salt is random");
    }

    #[test]
    fn nobody_and_nonsense_match_nothing() {
        assert!(!password_matches("nobody has this", None));
        assert!(!password_matches("x", Some("not a hash")));
    }
}

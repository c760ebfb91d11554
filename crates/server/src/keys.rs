//! Ed25519 keys of a database (RFC 8032): each is drawn once and kept in it, so that a backup holds
//! it. They are never logged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ports::Fault;
use ring::signature::Ed25519KeyPair;

use crate::bus::{Lock, Stop, Work};
use crate::settings::{remember, setting};

/// The seed of the key that is kept under a name, drawn where there is none.
pub(crate) fn seed(work: &mut Work<'_>, name: &str) -> Result<String, Stop> {
    work.lock(Lock::name("key", name))?;
    if let Some(kept) = setting(work.tx, name)? {
        return Ok(kept);
    }
    let seed = URL_SAFE_NO_PAD.encode(work.chance().bytes32());
    remember(work.tx, name, &seed)?;
    work.touched();
    Ok(seed)
}

/// The key pair of a seed.
pub(crate) fn pair(seed: &str) -> Result<Ed25519KeyPair, Fault> {
    let broken = || Fault::permanent("reading a key of the database", "it is damaged");
    let bytes = URL_SAFE_NO_PAD.decode(seed).map_err(|_| broken())?;
    Ed25519KeyPair::from_seed_unchecked(&bytes).map_err(|_| broken())
}

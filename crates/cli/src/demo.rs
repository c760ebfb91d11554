//! The demonstration organisation, built through the same commands as a user's own records.

use anyhow::anyhow;
use api::identity::SignInHint;
use server::bus::{Bus, Envelope};
use server::identity::first_administrator;

use crate::database::operator;

/// The password of everyone in the demonstration.
const PASSWORD: &str = "points-and-signals";

/// The sign-ins of the demonstration, for its sign-in page and the terminal.
pub fn sign_ins() -> Vec<SignInHint> {
    vec![SignInHint {
        login: "admin".to_owned(),
        password: PASSWORD.to_owned(),
        name: "Administrator".to_owned(),
        title: "keeps the accounts".to_owned(),
    }]
}

/// Fills an empty database with the demonstration, relative to today.
pub fn build(bus: &Bus) -> anyhow::Result<()> {
    for hint in sign_ins() {
        let account = first_administrator(&hint.login, &hint.name, &hint.password);
        let account =
            account.map_err(|stop| anyhow!("an account of the demonstration: {stop:?}"))?;
        let made = bus.call(Envelope::new(operator()), account);
        made.map_err(|failure| anyhow!("making an account of the demonstration: {failure:?}"))?;
    }
    Ok(())
}

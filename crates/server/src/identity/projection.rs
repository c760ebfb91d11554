//! The read models of people and tokens: a row per person, a row per role held, a row per token.

use domain::identity::{Person, Token};
use kernel::{PersonId, Timestamp, TokenId, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;

impl Record for Person {
    const MODEL: i64 = 3;
    const TABLE_NAMES: &'static [&'static str] = &["people", "people_roles"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE people (id TEXT PRIMARY KEY, version BIGINT NOT NULL, login TEXT NOT NULL, \
            name TEXT NOT NULL, name_key TEXT NOT NULL, email TEXT NOT NULL, roles TEXT NOT NULL, \
            zone TEXT NOT NULL, inactive BIGINT NOT NULL, quiet TEXT, \
            digest TEXT)",
        "CREATE UNIQUE INDEX people_by_login ON people (login)",
        "CREATE INDEX people_by_name ON people (name_key, id)",
        "CREATE INDEX people_by_activity ON people (inactive, name_key, id)",
        "CREATE TABLE people_roles (role TEXT NOT NULL, person TEXT NOT NULL, \
            name_key TEXT NOT NULL, PRIMARY KEY (role, person))",
        "CREATE INDEX people_roles_by_person ON people_roles (person)",
        "CREATE INDEX people_roles_by_name ON people_roles (role, name_key, person)",
    ];

    fn project(
        &self,
        id: PersonId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let content = &self.content;
        let (id, name_key) = (id.to_string(), content.name.to_lowercase());
        let zone = content.zone.as_ref().map_or("UTC", |zone| zone.name());
        tx.execute(
            "INSERT INTO people \
            (id, version, login, name, name_key, email, roles, zone, inactive, quiet, digest) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, login = excluded.login, name = excluded.name, \
            name_key = excluded.name_key, email = excluded.email, roles = excluded.roles, \
            zone = excluded.zone, inactive = excluded.inactive, quiet = excluded.quiet, \
            digest = excluded.digest",
            &[
                (&id).into(),
                version.into(),
                (&content.login).into(),
                (&content.name).into(),
                (&name_key).into(),
                (&content.email).into(),
                words(&content.roles).into(),
                zone.into(),
                content.inactive.into(),
                content.quiet.as_ref().map(domain::canonical::text).into(),
                content.digest.as_ref().map(domain::canonical::text).into(),
            ],
        )?;
        tx.execute("DELETE FROM people_roles WHERE person = $1", &[(&id).into()])?;
        for role in &content.roles {
            let sql = "INSERT INTO people_roles (role, person, name_key) VALUES ($1, $2, $3)";
            tx.execute(sql, &[role.word().into(), (&id).into(), (&name_key).into()])?;
        }
        Ok(())
    }

    fn search_text(&self) -> String {
        format!("{} {} {}", self.content.name, self.content.login, self.content.email)
    }
}

impl Record for Token {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["tokens"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE tokens (id TEXT PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL, \
            person TEXT NOT NULL, scopes TEXT NOT NULL, expires_at BIGINT NOT NULL, \
            revoked BIGINT NOT NULL)",
        "CREATE INDEX tokens_by_person ON tokens (person, id)",
    ];

    fn project(
        &self,
        id: TokenId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let person = self.person.map(|person| person.to_string()).unwrap_or_default();
        tx.execute(
            "INSERT INTO tokens (id, version, name, person, scopes, expires_at, revoked) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, name = excluded.name, person = excluded.person, \
            scopes = excluded.scopes, expires_at = excluded.expires_at, \
            revoked = excluded.revoked",
            &[
                id.to_string().into(),
                version.into(),
                (&self.name).into(),
                person.into(),
                words(&self.scopes).into(),
                self.expires_at.map_or(Value::from(0), Into::into),
                self.revoked.into(),
            ],
        )
        .map(|_| ())
    }
}

/// A set as words separated by spaces.
fn words<'a, T: std::fmt::Display + 'a>(set: impl IntoIterator<Item = &'a T>) -> String {
    set.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

//! Tokens: what a program carries to act for the person who made it. The secret is shown once and
//! is neither in the log nor in what an idempotency key keeps.

use api::common::{Page, Written};
use api::identity::{NewToken, Token};
use axum::Json;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::identity::{IdentityRefusal, Permission, create_token, revoke_token};
use domain::{Aggregate as _, General};
use kernel::{Actor, PersonId, Timestamp};
use ports::{Chance, Query};

use crate::bus::{Command, Loaded, Stop, Work, who_is};
use crate::http::{App, ListQuery, Signed, Write, session_hash};
use crate::identity::read;
use crate::identity::save::keep_secret;
use crate::names::{Resolver, find_person};
use crate::problem::Answer;
use crate::read::ask;

/// What every token starts with, so that scanners of source code know one when they see it.
const PREFIX: &str = "ilk_";

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<Token>>, Answer> {
    let (limit, now) = (query.limit()?, app.bus.world().clock.now());
    let own = signed.person();
    if own.is_none() && query.get("person").is_none() {
        return Err(domain::Refusal::from(IdentityRefusal::PeopleOnly).into());
    }
    let found = ask(&*app.bus.world().store, move |db| {
        let person = match (query.get("person"), own) {
            (None, Some(own)) => own,
            (name, _) => match find_person(db, name.unwrap_or_default()) {
                Ok(person) => person,
                Err(Stop::Fault(fault)) => return Err(fault),
                Err(_) => return Ok(Err(unknown(name.unwrap_or_default()))),
            },
        };
        let keeper = who_is(db, &signed.actor, now)?.permissions;
        if Some(person) != own && !keeper.contains(&Permission::IdentityWrite) {
            return Ok(Err(not_permitted()));
        }
        read::tokens(db, person, query.get("cursor"), limit).map(Ok)
    });
    Ok(Json(found.await?.map_err(Answer::from)?))
}

fn unknown(name: &str) -> General {
    General::Unknown { kind: "person", name: name.to_owned() }
}

fn not_permitted() -> General {
    let permission = Permission::IdentityWrite.word();
    General::NotPermitted { permission, who: "your account".to_owned() }
}

pub(super) async fn create(
    State(app): State<App>,
    write: Write<NewToken>,
) -> Result<Json<Token>, Answer> {
    let secret = new_secret(&*app.bus.world().chance);
    let hash = session_hash(&secret);
    let command = CreateToken { owner: None, token: write.body, hash };
    let reply = app.bus.send(write.envelope, command).await?;
    let id = reply.answer.id;
    let found = ask(&*app.bus.world().store, {
        let id = id.clone();
        move |db| read::get_token(db, &id)
    });
    let token = found.await?.ok_or(General::Unknown { kind: "token", name: id })?;
    let secret = (!reply.replayed).then_some(secret);
    Ok(Json(Token { secret, ..token }))
}

pub(super) async fn revoke(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<serde::de::IgnoredAny>,
) -> Result<Json<Written>, Answer> {
    Ok(Json(app.bus.send(write.envelope, RevokeToken { token: id }).await?.answer))
}

/// A fresh secret of a token: 256 random bits.
pub fn new_secret(chance: &dyn Chance) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(chance.bytes32()))
}

/// Makes a token for the person who is signed in; an operator names the owner.
pub struct CreateToken {
    /// Whose, by id or login, when an operator makes it.
    pub owner: Option<String>,
    /// What it is for, what it may do, when it ends.
    pub token: NewToken,
    /// The hash of its secret.
    pub hash: String,
}

impl Command for CreateToken {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "token.create"
    }

    fn permission(&self) -> Permission {
        Permission::TokenWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let owner = self.owner(work)?;
        let mut resolver = Resolver::default();
        let scopes = self.token.scopes.iter().enumerate();
        let scopes = scopes
            .filter_map(|(index, word)| resolver.parse(&format!("/scopes/{index}"), Some(word)))
            .collect();
        let expires_at: Option<Timestamp> =
            resolver.parse("/expires_at", Some(&self.token.expires_at));
        resolver.end()?;
        let times = (work.now, expires_at.unwrap_or(work.now));
        let held = who_is(work.tx, &Actor::Person { id: owner }, work.now)?.permissions;
        let events = create_token(&self.token.name, owner, &scopes, &held, times)?;
        let mut token: Loaded<domain::identity::Token> = work.fresh();
        work.append(&mut token, events)?;
        keep_secret(work, &token.id.to_string(), &self.hash)?;
        Ok(Written { id: token.id.to_string(), number: None, version: token.version.0 })
    }
}

impl CreateToken {
    fn owner(&self, work: &mut Work<'_>) -> Result<PersonId, Stop> {
        match (&work.actor, &self.owner) {
            (Actor::Person { id }, None) => Ok(*id),
            (Actor::Operator { .. }, Some(name)) => find_person(work.tx, name),
            _ => Err(Stop::Refused(IdentityRefusal::PeopleOnly.into())),
        }
    }
}

/// Takes a token back: one's own, or any by a keeper of accounts.
pub struct RevokeToken {
    /// Its id.
    pub token: String,
}

impl Command for RevokeToken {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "token.revoke"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(domain::identity::Token::stream(read::find_token(db, &self.token)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.permit_program(Permission::TokenWrite)?;
        let id = read::find_token(work.tx, &self.token)?;
        let mut token: Loaded<domain::identity::Token> = work.load_subject(id)?;
        let own = matches!(work.actor, Actor::Person { id } if Some(id) == token.state.person);
        if !own {
            work.permit(Permission::IdentityWrite)?;
        }
        let events = revoke_token(&token.state)?;
        if !events.is_empty() {
            let sql = "DELETE FROM secrets WHERE subject = $1";
            work.tx.execute(sql, &[id.to_string().into()])?;
        }
        work.append(&mut token, events)?;
        Ok(Written { id: id.to_string(), number: None, version: token.version.0 })
    }
}

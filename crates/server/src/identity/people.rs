//! The requests about people.

use api::common::{Page, Written};
use api::identity::{PasswordChange, Person, PersonFields};
use axum::Json;
use axum::extract::{Path, State};
use domain::identity::{IdentityRefusal, Permission, check_password};
use kernel::{Actor, PersonId};

use crate::http::{App, ListQuery, Signed, Write, session_hash};
use crate::identity::read::{PeopleFilter, secret_of};
use crate::identity::save::{SavePerson, account_faults, password_missing, valid};
use crate::identity::set_password::SetPassword;
use crate::identity::sign_in::admitted;
use crate::identity::{password, read};
use crate::problem::Answer;
use crate::read::ask;

pub(super) async fn list(
    State(app): State<App>,
    _: Signed,
    query: ListQuery,
) -> Result<Json<Page<Person>>, Answer> {
    let (limit, filter) = (query.limit()?, PeopleFilter::of(&query)?);
    Ok(Json(ask(&*app.bus.world().store, move |db| read::list(db, &filter, limit)).await?))
}

pub(super) async fn get(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
) -> Result<Json<Person>, Answer> {
    let found = ask(&*app.bus.world().store, move |db| read::get(db, &id)).await?;
    Ok(Json(found.map_err(Answer::from)?))
}

pub(super) async fn create(
    State(app): State<App>,
    mut write: Write<PersonFields>,
) -> Result<Json<Written>, Answer> {
    write.signed.permit_write(&app, "person.save", Permission::IdentityWrite).await?;
    keep_secrets_out(&mut write, "POST /people", |fields| fields.password = None);
    let mut wrong = account_faults(&write.body);
    wrong.extend(write.body.password.is_none().then(password_missing));
    valid(wrong)?;
    let given = write.body.password.take().unwrap_or_default();
    let hash = Some(password::hash(given).await?);
    let command = SavePerson { person: None, fields: write.body, hash };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    mut write: Write<PersonFields>,
) -> Result<Json<Written>, Answer> {
    keep_secrets_out(&mut write, "PATCH /people", |fields| fields.password = None);
    let command = SavePerson { person: Some(id), fields: write.body, hash: None };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn set_password(
    State(app): State<App>,
    Path(id): Path<String>,
    mut write: Write<PasswordChange>,
) -> Result<Json<Written>, Answer> {
    keep_secrets_out(&mut write, &format!("PUT /people/{id}/password"), |change| {
        *change = PasswordChange { old: None, new: String::new() };
    });
    write.signed.permit_write(&app, "person.set_password", Permission::Read).await?;
    let found = ask(&*app.bus.world().store, move |db| read::get(db, &id)).await?;
    let found = found.map_err(Answer::from)?;
    let PasswordChange { old, new } = write.body;
    check_password("/new", &new, &found.login)?;
    let person: PersonId = found
        .id
        .parse()
        .map_err(|_| Answer::from(ports::Fault::permanent("reading a person", "this is no id")))?;
    let own = matches!(write.signed.actor, Actor::Person { id } if id == person);
    let proven = match old {
        Some(old) if own => prove(&app, person, &found.login, old).await?,
        _ => None,
    };
    let session = write.signed.session.filter(|_| own);
    let hash = password::hash(new).await?;
    let command = SetPassword { person, proven, hash, session };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// The kept hash, if the old password matches it. Guessing it from a stolen session is throttled
/// like signing in.
async fn prove(
    app: &App,
    person: PersonId,
    login: &str,
    old: String,
) -> Result<Option<String>, Answer> {
    admitted(app, login, None).await?;
    let kept = ask(&*app.bus.world().store, move |db| secret_of(db, &person.to_string())).await?;
    if !password::matches(old, kept.clone()).await? {
        return Err(domain::Refusal::from(IdentityRefusal::WrongCredentials).into());
    }
    app.throttle.forgive(login, None);
    Ok(kept)
}

/// An idempotency key is kept with a hash of the request. A password must not be in it: an
/// unsalted hash of a short text can be guessed.
fn keep_secrets_out<T: serde::Serialize + Clone>(
    write: &mut Write<T>,
    request: &str,
    blank: impl FnOnce(&mut T),
) {
    let Some(key) = &mut write.envelope.key else { return };
    let mut shown = write.body.clone();
    blank(&mut shown);
    let text = serde_json::to_string(&shown).unwrap_or_default();
    key.request_hash = session_hash(&format!("{request}\n{text}"));
}

//! `interlock user` and `interlock token`: people with accounts, and what programs carry to act
//! for them. Both also work on a database without a server: that is how the first account is made.

use std::io::BufRead as _;

use anyhow::Context as _;
use api::common::Written;
use api::identity::{
    NewToken, PasswordChange, Person, PersonFields, QuietHours, ReleaseDigest, Token,
};
use clap::{Args, Subcommand};
use kernel::Timestamp;
use ports::{Chance as _, Clock as _, Method, SystemChance, SystemClock};
use serde::Serialize;
use server::bus::Envelope;
use server::http::session_hash;
use server::identity::{CreateToken, new_secret};

use crate::client::{Client, Expect, Query};
use crate::context::{Direct, Global, Paging, refused, within};
use crate::database::{Access, DatabaseArgs, bus, operator};
use crate::failure::{Failure, Result};
use crate::given::{ZoneArg, cleared, replaces};
use crate::output::say;
use crate::record::{IfVersion, Named, Records};

const PEOPLE: &[&str] = &["login", "name", "roles", "teams", "active", "email", "zone", "id"];
const PERSON: &[&str] = &[
    "login", "id", "version", "name", "email", "roles", "teams", "zone", "active", "quiet",
    "digest",
];
const TOKENS: &[&str] = &["id", "name", "person", "scopes", "expires_at", "revoked"];
const TOKEN: &[&str] = &["id", "name", "person", "scopes", "expires_at", "secret"];
/// Letters and digits that are not taken for one another.
const PASSWORD_LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const PASSWORD_LENGTH: usize = 20;

/// What is done with people.
#[derive(Debug, Subcommand)]
pub(crate) enum UserVerb {
    /// Lists people.
    #[command(after_help = "Example:\n  interlock user list --role cab_member")]
    List(List),
    /// Shows a person.
    #[command(after_help = "Example:\n  interlock user show anna")]
    Show(Named),
    /// Makes an account. A password is drawn and printed unless one comes on stdin.
    #[command(after_help = "Examples:\n  \
        interlock user add admin --name \"Ada Lovelace\" --role administrator \
        --database sqlite:interlock.db\n  \
        interlock user add anna --name \"Anna Berg\" --role requester --password-stdin")]
    Add(Add),
    /// Edits a person; roles replace what is there.
    #[command(after_help = "Examples:\n  \
            interlock user edit anna --role requester --role implementer\n  \
            interlock user edit anna --quiet-hours 22:00-07:00 --digest\n  \
            interlock user edit anna --release-digest \"monday 8\" --digest-type major")]
    Edit(Edit),
    /// Sets a password and ends the person's sessions.
    #[command(after_help = "Example:\n  interlock user password anna --password-stdin")]
    Password(Password),
}

/// What is done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Makes a token and prints its secret, once.
    #[command(after_help = "Examples:\n  \
        interlock token create --name ci --scope read --scope change.write --days 90\n  \
        interlock token create --login anna --password-stdin --name shell --scope read\n  \
        interlock token create --for anna --name ci --scope read --database sqlite:interlock.db")]
    Create(Create),
    /// Lists tokens, without their secrets.
    #[command(after_help = "Example:\n  interlock token list --of anna")]
    List(Tokens),
    /// Takes a token back.
    #[command(after_help = "Example:\n  \
        interlock token revoke tok_0190a1b2c3d47e8f9a0b1c2d3e4f5a6b")]
    Revoke(Named),
}

/// Which people are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Who hold this role.
    #[arg(long)]
    role: Option<String>,
    /// Whose name or login begins so.
    #[arg(long, short, value_name = "WORDS")]
    query: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// What is known of a person.
#[derive(Debug, Args)]
pub(crate) struct About {
    /// The full name.
    #[arg(long)]
    name: Option<String>,
    /// An e-mail address.
    #[arg(long)]
    email: Option<String>,
    /// A role, such as `requester`, `implementer`, `release_manager`, `cab_member`, `auditor` or
    /// `administrator`; give it again for more. docs/features/identity.md says what each permits.
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// The zone they read times in, such as Europe/Amsterdam.
    #[arg(long)]
    zone: Option<String>,
    /// When mails of notices wait, by the clock of that zone, such as 22:00-07:00; an empty text
    /// for never. Emergencies, failures and what moves or cancels a window of the next 24 hours
    /// do not wait.
    #[arg(long, value_name = "FROM-TO")]
    quiet_hours: Option<String>,
    /// What waited comes in one mail.
    #[arg(long, requires = "quiet_hours")]
    digest: bool,
    /// When a digest of releases comes each week, by the clock of that zone, such as "monday 8"; an
    /// empty text for never. It lists those under way, those that begin within 90 days, and those
    /// that ended within 7.
    #[arg(long, value_name = "DAY HOUR")]
    release_digest: Option<String>,
    /// A type of release that it lists; give it again for more. It is `major` when absent.
    #[arg(long = "digest-type", value_name = "TYPE", requires = "release_digest")]
    digest_types: Vec<String>,
}

impl About {
    fn fields(&self) -> Result<PersonFields> {
        Ok(PersonFields {
            name: self.name.clone(),
            email: self.email.clone(),
            roles: replaces(&self.roles),
            zone: self.zone.clone(),
            quiet: match cleared(self.quiet_hours.as_ref()) {
                Some(Some(hours)) => Some(Some(quiet(&hours, self.digest)?)),
                None => None,
                Some(None) => Some(None),
            },
            digest: match cleared(self.release_digest.as_ref()) {
                Some(Some(when)) => Some(Some(release_digest(&when, &self.digest_types)?)),
                None => None,
                Some(None) => Some(None),
            },
            ..PersonFields::default()
        })
    }
}

fn quiet(hours: &str, digest: bool) -> Result<QuietHours> {
    let (from, to) = hours.split_once('-').ok_or_else(|| {
        Failure::usage(format!("`{hours}` are no quiet hours: write them like 22:00-07:00"))
    })?;
    Ok(QuietHours { from: from.trim().to_owned(), to: to.trim().to_owned(), digest })
}

fn release_digest(when: &str, types: &[String]) -> Result<ReleaseDigest> {
    let wrong =
        || Failure::usage(format!("`{when}` is no day with an hour: write them like \"monday 8\""));
    let (weekday, hour) = when.trim().split_once(' ').ok_or_else(wrong)?;
    let hour = hour.trim().parse().map_err(|_| wrong())?;
    let types = replaces(types).unwrap_or_else(|| vec!["major".to_owned()]);
    Ok(ReleaseDigest { types, weekday: weekday.to_lowercase(), hour })
}

/// A new person.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// What they sign in with.
    login: String,
    #[command(flatten)]
    about: About,
    /// Reads the password from the first line of stdin.
    #[arg(long)]
    password_stdin: bool,
}

/// New values for a person.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Their login or id.
    login: String,
    #[command(flatten)]
    about: About,
    /// False for someone who left: no sign-in, no vote.
    #[arg(long, value_name = "BOOL")]
    active: Option<bool>,
    #[command(flatten)]
    version: IfVersion,
}

/// A new password.
#[derive(Debug, Args)]
pub(crate) struct Password {
    /// Their login or id.
    login: String,
    /// Reads the password from the first line of stdin; one is drawn and printed otherwise.
    #[arg(long)]
    password_stdin: bool,
}

/// A new token.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What it is for.
    #[arg(long)]
    name: String,
    /// What it may do: a permission such as `change.write`, or `read`; give it again for more.
    #[arg(long = "scope", value_name = "PERMISSION", required = true)]
    scopes: Vec<String>,
    /// How many days it lives.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// When it ends, in place of a number of days: RFC 3339, or wall time of --zone.
    #[arg(long, value_name = "TIME", conflicts_with = "days")]
    expires: Option<String>,
    #[command(flatten)]
    zone: ZoneArg,
    /// Signs in at the server as this person, whose token it will be; for the first one, with
    /// which a next one is made without a password.
    #[arg(long, value_name = "LOGIN", requires = "password_stdin", conflicts_with = "owner")]
    login: Option<String>,
    /// Reads that person's password from the first line of stdin.
    #[arg(long, requires = "login")]
    password_stdin: bool,
    /// Whose it is, by login; only with --database, where nobody is signed in.
    #[arg(long = "for", value_name = "LOGIN")]
    owner: Option<String>,
}

/// Which tokens are listed.
#[derive(Debug, Args)]
pub(crate) struct Tokens {
    /// Of this person, by login; your own when absent.
    #[arg(long, value_name = "LOGIN")]
    of: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// A password that was drawn, shown once.
#[derive(Serialize)]
struct Drawn {
    login: String,
    password: String,
}

/// Runs a verb of people.
pub(crate) fn run(verb: UserVerb, direct: &Direct, global: &Global) -> Result {
    let reads = matches!(verb, UserVerb::List(_) | UserVerb::Show(_));
    let client = global.client_or(direct, if reads { Access::Read } else { Access::Write })?;
    let people = Records { client: &client, folder: "/people" };
    match verb {
        UserVerb::List(list) => {
            let query =
                Query::default().maybe("role", list.role.as_ref()).maybe("q", list.query.as_ref());
            let listed = client.list::<Person>("/people", &query, &list.paging.wanted())?;
            global.out().listed(&listed, PEOPLE)
        }
        UserVerb::Show(named) => {
            let person: Person = client.get(&people.path(&named.record), &Query::default())?;
            global.out().record(&person, PERSON, &[])
        }
        UserVerb::Add(add) => {
            let (password, drawn) = password(add.password_stdin)?;
            let fields = add.about.fields()?;
            let (login, password) = (Some(add.login.clone()), Some(password));
            let fields = PersonFields { login, password: password.clone(), ..fields };
            let written: Written = client.post("/people", Expect::Any, &fields)?;
            shown(global, &written, add.login, password.filter(|_| drawn))
        }
        UserVerb::Edit(edit) => {
            let path = people.path(&edit.login);
            let expect = edit.version.or_read(&client, &path)?;
            let fields = PersonFields { active: edit.active, ..edit.about.fields()? };
            let written: Written = client.write(Method::Patch, &path, expect, &fields)?;
            global.out().written(&written)
        }
        UserVerb::Password(change) => {
            let (new, drawn) = password(change.password_stdin)?;
            let path = format!("{}/password", people.path(&change.login));
            let body = PasswordChange { old: None, new: new.clone() };
            let written: Written = client.write(Method::Put, &path, Expect::Any, &body)?;
            shown(global, &written, change.login, drawn.then_some(new))
        }
    }
}

/// Where the write left the person, or the password that was drawn.
fn shown(global: &Global, written: &Written, login: String, drawn: Option<String>) -> Result {
    match drawn {
        None => global.out().written(written),
        Some(password) => {
            say("this password is shown once; let them change it after the first sign-in");
            global.out().record(&Drawn { login, password }, &["login", "password"], &[])
        }
    }
}

/// A password and whether it was drawn here.
fn password(stdin: bool) -> Result<(String, bool)> {
    if !stdin {
        return Ok((drawn(), true));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("reading the password from stdin")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        return Err(Failure::usage("the first line of stdin holds no password"));
    }
    Ok((password, false))
}

/// Twenty letters of about five bits each. A byte beyond the last whole round of the alphabet is
/// drawn again, so that each letter is as likely as any other.
fn drawn() -> String {
    let letters = PASSWORD_LETTERS.len();
    let fair = 256 / letters * letters;
    let bytes = std::iter::repeat_with(|| SystemChance.bytes32()).flatten();
    let bytes = bytes.map(usize::from).filter(|byte| *byte < fair);
    bytes.take(PASSWORD_LENGTH).map(|byte| char::from(PASSWORD_LETTERS[byte % letters])).collect()
}

/// Runs a verb of tokens.
pub(crate) fn run_token(verb: TokenVerb, direct: &Direct, global: &Global) -> Result {
    let written: Written = match verb {
        TokenVerb::Create(create) => {
            let token = create_token(&create, direct, global)?;
            say("the secret is shown once");
            return global.out().record(&token, TOKEN, &[]);
        }
        TokenVerb::List(tokens) => {
            let client = global.client_or(direct, Access::Read)?;
            let query = Query::default().maybe("person", tokens.of.as_ref());
            let listed = client.list::<Token>("/tokens", &query, &tokens.paging.wanted())?;
            return global.out().listed(&listed, TOKENS);
        }
        TokenVerb::Revoke(named) => {
            let client = global.client_or(direct, Access::Write)?;
            let tokens = Records { client: &client, folder: "/tokens" };
            client.bare(Method::Delete, &tokens.path(&named.record), Expect::Any)?
        }
    };
    global.out().written(&written)
}

fn create_token(create: &Create, direct: &Direct, global: &Global) -> Result<Token> {
    match (&direct.database, &create.owner, &create.login) {
        (None, None, None) => made(create, &global.client()?),
        (None, None, Some(login)) => {
            let (password, _) = password(true)?;
            let client = global.client()?.signed_in(login, &password)?;
            let token = made(create, &client);
            client.sign_out();
            token
        }
        (Some(database), Some(owner), _) => create_directly(database, owner, create),
        (None, Some(owner), _) => Err(Failure::usage(format!(
            "a token is its owner's: sign in as them with --login {owner} --password-stdin, or \
             name the database with --database while no server runs on it"
        ))),
        (Some(_), None, _) => Err(Failure::usage("say whose it is, with --for LOGIN")),
    }
}

/// Makes a token of whoever is signed in.
fn made(create: &Create, client: &Client) -> Result<Token> {
    client.post("/tokens", Expect::Any, &wanted(create, client)?)
}

fn wanted(create: &Create, client: &Client) -> Result<NewToken> {
    let expires_at = match &create.expires {
        Some(at) => create.zone.clock(client).instant(at)?,
        None => in_days(SystemClock.now(), create.days).to_string(),
    };
    let (name, scopes) = (create.name.clone(), create.scopes.clone());
    Ok(NewToken { name, scopes, expires_at })
}

/// Makes a token as the operator, who names its owner.
fn create_directly(database: &str, owner: &str, create: &Create) -> Result<Token> {
    let database = DatabaseArgs { database: Some(database.to_owned()) };
    let bus = bus(database.open(Access::Write)?);
    let client: Client = within(&bus)?;
    let token = wanted(create, &client)?;
    let people = Records { client: &client, folder: "/people" };
    let person: Person = client.get(&people.path(owner), &Query::default())?;
    let secret = new_secret(&SystemChance);
    let hash = session_hash(&secret);
    let command = CreateToken { owner: Some(person.id.clone()), token: token.clone(), hash };
    let written = bus.call(Envelope::new(operator()), command).map_err(refused)?.answer;
    Ok(Token {
        id: written.id,
        version: written.version,
        name: token.name,
        person: api::common::Ref { id: person.id, number: None, name: person.name },
        scopes: token.scopes,
        expires_at: token.expires_at,
        revoked: false,
        secret: Some(secret),
    })
}

fn in_days(now: Timestamp, days: u32) -> Timestamp {
    now.plus_minutes(i64::from(days) * 24 * 60)
}

#[cfg(test)]
mod tests {
    use domain::identity::{Permission, Role, permissions};

    use super::*;

    #[test]
    fn a_drawn_password_is_long_and_never_the_same() {
        let (one, other) = (drawn(), drawn());
        assert_eq!(one.len(), PASSWORD_LENGTH);
        assert_ne!(one, other);
        assert!(one.bytes().all(|letter| PASSWORD_LETTERS.contains(&letter)));
    }

    #[test]
    fn a_digest_comes_on_a_day_at_an_hour() {
        let digest = release_digest("Monday  8", &[]).expect("a day with an hour");
        assert_eq!((digest.weekday.as_str(), digest.hour), ("monday", 8));
        assert_eq!(digest.types, ["major"]);
        let types = ["minor".to_owned(), "train".to_owned()];
        assert_eq!(release_digest("friday 16", &types).expect("the same").types, types);
        for wrong in ["monday", "monday eight", "monday 8:30", "8 monday"] {
            assert!(release_digest(wrong, &[]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_manual_tells_what_each_role_permits_and_every_permission() {
        let manual = include_str!("../../../docs/features/identity.md");
        let line = |word: &str| {
            let begins = format!("| `{word}` |");
            let found = manual.lines().find(|line| line.starts_with(&begins));
            found.unwrap_or_else(|| panic!("`{word}` is not in the manual"))
        };
        for permission in Permission::ALL {
            line(permission.word());
        }
        let of_everyone = [Permission::Read, Permission::TokenWrite];
        for role in Role::ALL {
            let own = permissions(*role).into_iter().filter(|one| !of_everyone.contains(one));
            let own: Vec<String> = own.map(|one| format!("`{}`", one.word())).collect();
            let own = if own.is_empty() { "–".to_owned() } else { own.join(", ") };
            let told = line(role.word()).trim_end_matches(" |").rsplit(" | ").next();
            assert_eq!(told, Some(own.as_str()), "{}", role.word());
        }
    }
}

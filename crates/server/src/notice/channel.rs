//! Channels: setting one up, editing and reading it, and a test message. What is secret goes into a
//! table of its own, and out of it only to whom it is for.

use std::collections::BTreeMap;
use std::net::IpAddr;

use api::common::{Page, Written};
use api::notice::{Channel as Shown, ChannelFields, ChannelTested, TestChannel};
use axum::Json;
use axum::extract::{Path, State};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::notice::{ADDRESS_MAX, Channel, ChannelEdit, ChannelFacts, ChannelKind, save_channel};
use kernel::ChannelId;
use ports::{Fault, Query, Tx, is_link_local};
use url::{Host, Url};

use crate::asking::{Asking, Reader};
use crate::bus::{Command, Loaded, Lock, Stop, Work, find_state};
use crate::http::{App, ListQuery, Signed, Write};
use crate::names::{Named, Names, Resolver};
use crate::notice::outbox::rehome;
use crate::notice::sender::{Outlet, Way};
use crate::problem::Answer;
use crate::read::{Statement, action, ask, present, refused};
use crate::service::{find_service, name_key};

const CHANNELS: Named =
    Named { kind: "channel", table: "channels", key: "name_key", shown: "name" };
/// The longest secret, in characters.
const SECRET_MAX: usize = 1_000;

/// The channel of an id or a name.
pub(super) fn find_channel(db: &mut dyn Query, name: &str) -> Result<ChannelId, Stop> {
    let sql = "SELECT id FROM channels WHERE id = $1 OR name_key = $2";
    match db.query_one(sql, &[name.into(), name_key(name).into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(CHANNELS.unknown(db, name)?.into()),
    }
}

/// What is secret of a channel: its address, and its password or key; empty where there is none.
#[derive(Clone, Default)]
pub(super) struct Secrets {
    pub(super) url: String,
    pub(super) secret: String,
}

pub(super) fn secrets(db: &mut dyn Query, id: ChannelId) -> Result<Secrets, Fault> {
    let sql = "SELECT url, secret FROM channel_secrets WHERE channel = $1";
    let row = db.query_one(sql, &[id.to_string().into()])?;
    let read = |row: ports::Row| {
        Ok(Secrets { url: row.text(0)?.to_owned(), secret: row.text(1)?.to_owned() })
    };
    row.map_or_else(|| Ok(Secrets::default()), read)
}

fn keep(tx: &mut dyn Tx, id: ChannelId, secrets: &Secrets) -> Result<(), Fault> {
    let sql = "INSERT INTO channel_secrets (channel, url, secret) VALUES ($1, $2, $3) \
        ON CONFLICT (channel) DO UPDATE SET url = excluded.url, secret = excluded.secret";
    let params = [id.to_string().into(), (&secrets.url).into(), (&secrets.secret).into()];
    tx.execute(sql, &params).map(|_| ())
}

pub(super) async fn create(
    State(app): State<App>,
    write: Write<ChannelFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveChannel { channel: None, fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

pub(super) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<ChannelFields>,
) -> Result<Json<Written>, Answer> {
    let command = SaveChannel { channel: Some(id), fields: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// Sets a channel up, or edits it.
pub struct SaveChannel {
    /// The channel to edit, by id or name; a new one when absent.
    pub channel: Option<String>,
    /// The new values.
    pub fields: ChannelFields,
}

impl Command for SaveChannel {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "channel.save"
    }

    fn permission(&self) -> Permission {
        Permission::ChannelWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.channel else { return Ok(None) };
        Ok(Some(Channel::stream(find_channel(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let edit = self.edit(work)?;
        let mut channel: Loaded<Channel> = match &self.channel {
            Some(name) => {
                let id = find_channel(work.tx, name)?;
                work.load_subject(id)?
            }
            None => work.fresh(),
        };
        let name = edit.name.as_ref().unwrap_or(&channel.state.content.name).clone();
        work.lock(Lock::name("channel", &name_key(&name)))?;
        let sql = "SELECT 1 FROM channels WHERE name_key = $1 AND id <> $2";
        let params = [name_key(&name).into(), channel.id.to_string().into()];
        let name_taken = work.tx.query_one(sql, &params)?.is_some();
        let before = secrets(work.tx, channel.id)?;
        let after = self.given(&before);
        let facts = ChannelFacts {
            exists: self.channel.is_some(),
            name_taken,
            has_address: !after.url.is_empty(),
            has_key: !after.secret.is_empty(),
            names_host: self.fields.host.is_some() && self.fields.url.is_none(),
            gives_secret: before.url != after.url || before.secret != after.secret,
        };
        let events = save_channel(&channel.state, &edit, &facts)?;
        if facts.gives_secret {
            keep(work.tx, channel.id, &after)?;
        }
        work.append(&mut channel, events)?;
        rehome(work)?;
        Ok(Written { id: channel.id.to_string(), number: None, version: channel.version.0 })
    }
}

impl SaveChannel {
    fn given(&self, before: &Secrets) -> Secrets {
        let fields = &self.fields;
        let secret = fields.password.as_ref().or(fields.secret.as_ref());
        Secrets {
            url: fields.url.as_ref().unwrap_or(&before.url).trim().to_owned(),
            secret: secret.unwrap_or(&before.secret).trim().to_owned(),
        }
    }

    fn edit(&self, work: &mut Work<'_>) -> Result<ChannelEdit, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let r = &mut resolver;
        let kind = r.parse("/kind", fields.kind.as_deref());
        let security = r.parse("/security", fields.security.as_deref());
        let audience = r.parse("/audience", fields.audience.as_deref());
        let zone = r.parse_patch("/zone", fields.zone.as_ref());
        let services = match &fields.services {
            Some(names) => Some(r.many(work.tx, "/services", names, find_service)?),
            None => None,
        };
        let host = match fields.url.as_deref().map(str::trim) {
            Some(url) => match host_of(url) {
                Ok(host) => Some(host),
                Err(wrong) => {
                    r.wrong("/url", wrong);
                    None
                }
            },
            None => fields.host.clone(),
        };
        for (pointer, secret) in [("/password", &fields.password), ("/secret", &fields.secret)] {
            let Some(secret) = secret else { continue };
            if secret.chars().count() > SECRET_MAX {
                r.wrong(pointer, format!("is longer than {SECRET_MAX} characters"));
            }
        }
        resolver.end()?;
        Ok(ChannelEdit {
            name: fields.name.clone(),
            kind,
            host,
            port: fields.port,
            security,
            user: fields.user.clone(),
            from: fields.from.clone(),
            audience,
            zone,
            services: services.map(|found| found.into_iter().collect()),
            off: fields.off,
        })
    }
}

/// The host of an address that requests may go to; why not, for others. An address of the local
/// link, where machines in a cloud find what they are, is none.
fn host_of(url: &str) -> Result<String, String> {
    if url.chars().count() > ADDRESS_MAX {
        return Err(format!("is longer than {ADDRESS_MAX} characters"));
    }
    if url.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err("holds a blank: paste the address alone".to_owned());
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or("begins with neither https:// nor http://")?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let place = &rest[..end];
    if place.is_empty() || place.contains('@') {
        return Err("names no host, or a user with it".to_owned());
    }
    let parsed = Url::parse(url).map_err(|wrong| format!("cannot be read: {wrong}"))?;
    // As whoever calls it reads it: `2852039166` is an address too.
    let (host, address) = match parsed.host().ok_or("names no host")? {
        Host::Domain(name) => (name.to_owned(), None),
        Host::Ipv4(address) => (address.to_string(), Some(IpAddr::V4(address))),
        Host::Ipv6(address) => (address.to_string(), Some(IpAddr::V6(address))),
    };
    if address.is_some_and(is_link_local) {
        return Err("is an address of the local link, which nothing is sent to".to_owned());
    }
    Ok(host)
}

pub(super) async fn list(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
) -> Result<Json<Page<Shown>>, Answer> {
    let (reader, limit) = (Reader::of(&app, &signed), query.limit()?);
    let page = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(page(db, &asking, query.get("cursor"), limit))
    });
    Ok(Json(page.await??))
}

fn page(
    db: &mut dyn Query,
    asking: &Asking,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Shown>, Stop> {
    asking.permit(Permission::ChannelWrite)?;
    let mut statement = Statement::new("SELECT id, name_key FROM channels WHERE 1 = 1");
    if let Some(cursor) = cursor {
        statement.bind(" AND name_key > ?", [cursor.into()]);
    }
    statement.push(" ORDER BY name_key");
    let page = statement.page(db, limit, |row| row.text(1).map(str::to_owned))?;
    let counts = counts(db)?;
    let mut names = Names::default();
    Ok(present(page, |row| shown(db, &mut names, row.parsed(0)?, &counts))?)
}

/// How many deliveries of each channel wait, and how many were given up.
fn counts(db: &mut dyn Query) -> Result<BTreeMap<String, (u32, u32)>, Fault> {
    let mut found: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for state in ["waiting", "dead"] {
        let sql = format!(
            "SELECT channel, COUNT(*) FROM deliveries WHERE state = '{state}' GROUP BY channel"
        );
        for row in db.query(&sql, &[])? {
            let count = u32::try_from(row.int(1)?).unwrap_or(u32::MAX);
            let of = found.entry(row.text(0)?.to_owned()).or_default();
            *(if state == "dead" { &mut of.1 } else { &mut of.0 }) = count;
        }
    }
    Ok(found)
}

fn shown(
    db: &mut dyn Query,
    names: &mut Names,
    id: ChannelId,
    counts: &BTreeMap<String, (u32, u32)>,
) -> Result<Shown, Fault> {
    let gone = || Fault::permanent("reading a channel", "its state is gone");
    let channel: Loaded<Channel> = find_state(db, id)?.ok_or_else(gone)?;
    let content = channel.state.content;
    let is_mail = content.kind == ChannelKind::Email;
    let id = id.to_string();
    let (waiting, dead) = counts.get(&id).copied().unwrap_or_default();
    let has_secret = !secrets(db, channel.id)?.secret.is_empty();
    Ok(Shown {
        id,
        version: channel.version.0,
        name: content.name,
        kind: content.kind.word().to_owned(),
        host: content.host,
        port: is_mail.then_some(content.port),
        security: is_mail.then(|| content.security.word().to_owned()),
        user: is_mail.then_some(content.user),
        from: is_mail.then_some(content.from),
        audience: (!is_mail).then(|| content.audience.word().to_owned()),
        zone: content.zone.map(|zone| zone.name().to_owned()),
        services: names.all(db, content.services)?,
        has_secret,
        off: content.off,
        waiting,
        dead,
        actions: None,
    })
}

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(whole(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

fn whole(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<Shown, Stop> {
    asking.permit(Permission::ChannelWrite)?;
    let id = find_channel(db, name)?;
    let counts = counts(db)?;
    let shown = shown(db, &mut Names::default(), id, &counts)?;
    let may = || asking.permit(Permission::ChannelWrite);
    Ok(Shown { actions: Some(vec![action("edit", may()), action("test", may())]), ..shown })
}

/// Sends a test message at once, and waits for what becomes of it.
pub(super) async fn test(
    State(app): State<App>,
    Path(id): Path<String>,
    write: Write<TestChannel>,
) -> Result<Json<ChannelTested>, Answer> {
    write.signed.permit_write(&app, "channel.test", Permission::ChannelWrite).await?;
    let (to, person) = (write.body.to, write.signed.person());
    let found = ask(&*app.bus.world().store, move |db| {
        refused((|| {
            let id = find_channel(db, &id)?;
            let to = match (to, person) {
                (Some(to), _) => Some(to),
                (None, Some(person)) => email_of(db, &person.to_string())?,
                (None, None) => None,
            };
            Ok((Outlet::of(db, id)?, to.unwrap_or_default()))
        })())
    });
    let (outlet, to) = found.await??;
    let (way, now) = (Way::of(&app), app.bus.world().clock.now());
    let tested = tokio::task::spawn_blocking(move || outlet.test(&way, &to, now)).await;
    let detail = match tested {
        Ok(Ok(detail)) => return Ok(Json(ChannelTested { delivered: true, detail })),
        Ok(Err(detail)) => detail,
        Err(_) => "the test broke off".to_owned(),
    };
    Ok(Json(ChannelTested { delivered: false, detail }))
}

fn email_of(db: &mut dyn Query, person: &str) -> Result<Option<String>, Fault> {
    let row = db.query_one("SELECT email FROM people WHERE id = $1", &[person.into()])?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_host_and_nothing_secret_of_it_is_shown() {
        let slack = "https://hooks.slack.com/services/T0/B0/secret";
        assert_eq!(host_of(slack).as_deref(), Ok("hooks.slack.com"));
        assert_eq!(host_of("http://127.0.0.1:8080/x?key=1").as_deref(), Ok("127.0.0.1"));
        assert_eq!(host_of("https://Hooks.Example.ORG/x").as_deref(), Ok("hooks.example.org"));
        assert_eq!(host_of("https://[::1]:8080/").as_deref(), Ok("::1"));
        for wrong in [
            "",
            "ftp://example.org",
            "https://",
            "https:///x",
            "https://user:key@example.org/",
            "https://example.org/a b",
            "https://@example.org/",
            "http://169.254.169.254/latest/meta-data",
            "http://2852039166/",
            "http://0xa9.254.43518/",
            "http://[fe80::1]/",
            "http://[::ffff:169.254.169.254]/",
            "file:///etc/passwd",
        ] {
            assert!(host_of(wrong).is_err(), "{wrong}");
        }
    }
}

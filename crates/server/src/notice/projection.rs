//! The read models of user groups, channels, plans and notices.

use domain::notice::{Channel, Communication, Notice, UserGroup};
use kernel::{ChannelId, NoticeId, ReleaseId, Timestamp, UserGroupId, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;
use crate::read_models::insert_rows;
use crate::service::name_key;

impl Record for UserGroup {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] =
        &["user_groups", "user_group_services", "user_group_members"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE user_groups (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            name TEXT NOT NULL, name_key TEXT NOT NULL, audience TEXT NOT NULL, zone TEXT, \
            members BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX user_groups_by_name ON user_groups (name_key)",
        "CREATE TABLE user_group_services (user_group TEXT NOT NULL, service TEXT NOT NULL, \
            PRIMARY KEY (user_group, service))",
        "CREATE INDEX user_group_services_by_service ON user_group_services (service, user_group)",
        "CREATE TABLE user_group_members (user_group TEXT NOT NULL, member TEXT NOT NULL, \
            person TEXT, PRIMARY KEY (user_group, member))",
    ];

    fn project(
        &self,
        id: UserGroupId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let content = &self.content;
        let id = id.to_string();
        let members = content.people.len() + content.addresses.len();
        tx.execute(
            "INSERT INTO user_groups (id, version, name, name_key, audience, zone, members) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, name = excluded.name, name_key = excluded.name_key, \
            audience = excluded.audience, zone = excluded.zone, members = excluded.members",
            &[
                (&id).into(),
                version.into(),
                (&content.name).into(),
                name_key(&content.name).into(),
                content.audience.word().into(),
                content.zone.as_ref().map(kernel::Zone::name).into(),
                i64::try_from(members).unwrap_or(i64::MAX).into(),
            ],
        )?;
        if version.0 > 1 {
            for table in ["user_group_services", "user_group_members"] {
                let sql = format!("DELETE FROM {table} WHERE user_group = $1");
                tx.execute(&sql, &[(&id).into()])?;
            }
        }
        let row = |service: &kernel::ServiceId| vec![(&id).into(), service.to_string().into()];
        let services = content.services.iter().map(row);
        insert_rows(tx, "user_group_services (user_group, service)", services)?;
        let person = |person: &kernel::PersonId| {
            let person = person.to_string();
            vec![(&id).into(), (&person).into(), (&person).into()]
        };
        let address = |address: &String| vec![(&id).into(), address.into(), Value::Null];
        let members = content.people.iter().map(person);
        let members = members.chain(content.addresses.iter().map(address));
        insert_rows(tx, "user_group_members (user_group, member, person)", members)
    }
}

impl Record for Channel {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["channels"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE channels (id TEXT PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL, \
            name_key TEXT NOT NULL, kind TEXT NOT NULL, is_off BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX channels_by_name ON channels (name_key)",
    ];

    fn project(
        &self,
        id: ChannelId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let content = &self.content;
        tx.execute(
            "INSERT INTO channels (id, version, name, name_key, kind, is_off) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, name = excluded.name, name_key = excluded.name_key, \
            kind = excluded.kind, is_off = excluded.is_off",
            &[
                id.to_string().into(),
                version.into(),
                (&content.name).into(),
                name_key(&content.name).into(),
                content.kind.word().into(),
                content.off.into(),
            ],
        )
        .map(|_| ())
    }
}

/// A plan is read from its state.
impl Record for Communication {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &[];
    const TABLES: &'static [&'static str] = &[];

    fn project(&self, _: ReleaseId, _: Version, _: Timestamp, _: &mut dyn Tx) -> Result<(), Fault> {
        Ok(())
    }
}

impl Record for Notice {
    const MODEL: i64 = 2;
    const TABLE_NAMES: &'static [&'static str] = &["notices"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE notices (id TEXT PRIMARY KEY, release TEXT NOT NULL, place BIGINT NOT NULL, \
            moment TEXT NOT NULL, window_start BIGINT, window_end BIGINT, zone TEXT, \
            people TEXT NOT NULL, reached BIGINT NOT NULL, at BIGINT NOT NULL, \
            record TEXT NOT NULL)",
        "CREATE UNIQUE INDEX notices_by_release ON notices (release, place)",
        "CREATE INDEX notices_by_record ON notices (record, at, id)",
        "CREATE INDEX notices_by_time ON notices (at, id)",
    ];

    fn project(
        &self,
        id: NoticeId,
        _: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let (Some(key), Some(at)) = (self.key(), self.prepared_at) else { return Ok(()) };
        let record = self.about();
        let interval = self.window.as_ref().map(|window| window.interval);
        let reached: u32 = self.people.values().sum();
        tx.execute(
            "INSERT INTO notices (id, release, place, moment, window_start, window_end, zone, \
            people, reached, at, record) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
            ON CONFLICT (id) DO NOTHING",
            &[
                id.to_string().into(),
                key.into(),
                i64::from(self.place).into(),
                self.word().into(),
                interval.map(|interval| interval.start).into(),
                interval.map(|interval| interval.end).into(),
                self.window.as_ref().map(|window| window.zone.name()).into(),
                domain::canonical::text(&self.people).into(),
                i64::from(reached).into(),
                at.into(),
                record.into(),
            ],
        )
        .map(|_| ())
    }
}

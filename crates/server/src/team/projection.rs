//! The read model of teams: a row per team, a row per member.

use domain::team::Team;
use kernel::{TeamId, Timestamp, Version};
use ports::{Fault, Tx};

use crate::bus::Record;

impl Record for Team {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["teams", "team_members"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE teams (id TEXT PRIMARY KEY, version BIGINT NOT NULL, name TEXT NOT NULL, \
            name_key TEXT NOT NULL, description TEXT NOT NULL)",
        "CREATE UNIQUE INDEX teams_by_name ON teams (name_key)",
        "CREATE TABLE team_members (team TEXT NOT NULL, person TEXT NOT NULL, \
            PRIMARY KEY (team, person))",
        "CREATE INDEX team_members_by_person ON team_members (person, team)",
    ];

    fn project(
        &self,
        id: TeamId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let content = &self.content;
        let id = id.to_string();
        tx.execute(
            "INSERT INTO teams (id, version, name, name_key, description) \
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, name = excluded.name, name_key = excluded.name_key, \
            description = excluded.description",
            &[
                (&id).into(),
                version.into(),
                (&content.name).into(),
                content.name.to_lowercase().into(),
                (&content.description).into(),
            ],
        )?;
        tx.execute("DELETE FROM team_members WHERE team = $1", &[(&id).into()])?;
        for person in &content.members {
            let sql = "INSERT INTO team_members (team, person) VALUES ($1, $2)";
            tx.execute(sql, &[(&id).into(), person.to_string().into()])?;
        }
        Ok(())
    }

    fn search_text(&self) -> String {
        format!("{} {}", self.content.name, self.content.description)
    }
}

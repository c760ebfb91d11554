//! The read model of articles: a row each, and a row for each service that one is about. While a
//! version is in force the row tells of it; the newest text is told by the state alone.

use domain::knowledge::{Article, Content};
use kernel::{ArticleId, Timestamp, Version};
use ports::{Fault, Tx};

use crate::bus::Record;
use crate::listing::serial;
use crate::read_models::insert_rows;

impl Record for Article {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["articles", "article_services"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE articles (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            number TEXT NOT NULL, serial BIGINT NOT NULL, title TEXT NOT NULL, \
            kind TEXT NOT NULL, audience TEXT NOT NULL, state TEXT NOT NULL, release TEXT, \
            in_force BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX articles_by_number ON articles (number)",
        "CREATE INDEX articles_by_serial ON articles (serial)",
        "CREATE INDEX articles_by_kind ON articles (kind, serial)",
        "CREATE INDEX articles_by_state ON articles (state, serial)",
        "CREATE INDEX articles_by_release ON articles (release, kind, in_force)",
        "CREATE TABLE article_services (service TEXT NOT NULL, serial BIGINT NOT NULL, \
            article TEXT NOT NULL, PRIMARY KEY (service, serial))",
        "CREATE INDEX article_services_by_article ON article_services (article)",
    ];

    fn project(
        &self,
        id: ArticleId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let id = id.to_string();
        let content = told(self);
        let in_force = self.in_force().map_or(0, |published| i64::from(published.version));
        tx.execute(
            "INSERT INTO articles (id, version, number, serial, title, kind, audience, state, \
            release, in_force, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, \
            kind = excluded.kind, audience = excluded.audience, state = excluded.state, \
            release = excluded.release, in_force = excluded.in_force, \
            updated_at = excluded.updated_at",
            &[
                (&id).into(),
                version.into(),
                (&self.number).into(),
                serial(&self.number).into(),
                (&content.title).into(),
                content.kind.word().into(),
                content.audience.word().into(),
                self.state.word().into(),
                content.release.map(|release| release.to_string()).into(),
                in_force.into(),
                at.into(),
            ],
        )?;
        if version.0 > 1 {
            tx.execute("DELETE FROM article_services WHERE article = $1", &[(&id).into()])?;
        }
        let number = serial(&self.number);
        let rows = content
            .services
            .iter()
            .map(|service| vec![service.to_string().into(), number.into(), (&id).into()]);
        insert_rows(tx, "article_services (service, serial, article)", rows)
    }

    fn search_text(&self) -> String {
        let content = told(self);
        format!("{} {} {}", self.number, content.title, content.body)
    }
}

/// What is told of an article where others look for it.
fn told(article: &Article) -> &Content {
    article.in_force().map_or(&article.content, |published| &published.content)
}

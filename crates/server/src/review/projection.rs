//! The read model of reviews: a row per review.

use domain::review::Review;
use kernel::{ReviewId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;

impl Record for Review {
    const MODEL: i64 = 2;
    const TABLE_NAMES: &'static [&'static str] = &["reviews"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE reviews (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            number TEXT NOT NULL, subject TEXT NOT NULL, subject_kind TEXT NOT NULL, \
            why TEXT NOT NULL, state TEXT NOT NULL, actions_open BIGINT NOT NULL, \
            opened_at BIGINT NOT NULL, completed_at BIGINT, due_on TEXT)",
        "CREATE UNIQUE INDEX reviews_by_number ON reviews (number)",
        "CREATE UNIQUE INDEX reviews_by_subject ON reviews (subject)",
        "CREATE INDEX reviews_by_time ON reviews (opened_at, id)",
        "CREATE INDEX reviews_by_state ON reviews (state, opened_at, id)",
        "CREATE INDEX reviews_by_kind ON reviews (subject_kind, opened_at, id)",
        "CREATE INDEX reviews_by_kind_and_state ON reviews (subject_kind, state, opened_at, id)",
    ];

    fn project(
        &self,
        id: ReviewId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let (Some(subject), Some(why)) = (self.subject, self.why) else { return Ok(()) };
        tx.execute(
            "INSERT INTO reviews (id, version, number, subject, subject_kind, why, state, \
            actions_open, opened_at, completed_at, due_on) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET \
            version = excluded.version, state = excluded.state, \
            actions_open = excluded.actions_open, completed_at = excluded.completed_at",
            &[
                id.to_string().into(),
                version.into(),
                (&self.number).into(),
                subject.id().into(),
                subject.kind().into(),
                why.word().into(),
                self.state().into(),
                Value::from(i64::try_from(self.actions_open()).unwrap_or(i64::MAX)),
                self.opened_at.unwrap_or(at).into(),
                self.completed_at.into(),
                self.due_on.map(|date| date.to_string()).into(),
            ],
        )
        .map(|_| ())
    }

    fn search_text(&self) -> String {
        let content = &self.content;
        let actions = content.actions.iter().map(|action| action.title.as_str());
        let texts = [
            self.number.as_str(),
            &content.went_well,
            &content.went_wrong,
            &content.root_cause,
            &content.objectives_met,
            &content.user_feedback,
            &content.business_value,
        ];
        texts.into_iter().chain(actions).collect::<Vec<_>>().join(" ")
    }
}

//! The read model of reviews: a row per review.

use domain::Aggregate as _;
use domain::review::{ActionItem, Review};
use jiff::civil::Date;
use kernel::{ReviewId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;
use crate::follow::timers;
use crate::read_models::insert_rows;
use crate::review::actions::ACTIONS_DUE;

impl Record for Review {
    const MODEL: i64 = 4;
    const TABLE_NAMES: &'static [&'static str] = &["reviews", "review_actions"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE reviews (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            number TEXT NOT NULL, subject TEXT NOT NULL, subject_kind TEXT NOT NULL, \
            why TEXT NOT NULL, state TEXT NOT NULL, actions_open BIGINT NOT NULL, \
            opened_at BIGINT NOT NULL, completed_at BIGINT, due_on TEXT, \
            due_key BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX reviews_by_number ON reviews (number)",
        "CREATE UNIQUE INDEX reviews_by_subject ON reviews (subject)",
        "CREATE INDEX reviews_by_time ON reviews (opened_at, id)",
        "CREATE INDEX reviews_by_state ON reviews (state, opened_at, id)",
        "CREATE INDEX reviews_by_kind ON reviews (subject_kind, opened_at, id)",
        "CREATE INDEX reviews_by_kind_and_state ON reviews (subject_kind, state, opened_at, id)",
        "CREATE INDEX reviews_due ON reviews (due_key, id)",
        "CREATE INDEX reviews_due_by_state ON reviews (state, due_key, id)",
        "CREATE INDEX reviews_due_by_kind ON reviews (subject_kind, due_key, id)",
        "CREATE INDEX reviews_due_by_both ON reviews (subject_kind, state, due_key, id)",
        "CREATE TABLE review_actions (review TEXT NOT NULL, item BIGINT NOT NULL, \
            title TEXT NOT NULL, owner TEXT, due_key BIGINT NOT NULL, due_on TEXT, \
            done BIGINT NOT NULL, PRIMARY KEY (review, item))",
        "CREATE INDEX review_actions_due ON review_actions (due_key, review, item)",
        "CREATE INDEX review_actions_by_done ON review_actions (done, due_key, review, item)",
        "CREATE INDEX review_actions_by_owner ON review_actions (owner, due_key, review, item)",
        "CREATE INDEX review_actions_by_both ON review_actions \
            (owner, done, due_key, review, item)",
    ];

    fn project(
        &self,
        id: ReviewId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let (Some(subject), Some(why)) = (self.subject, self.why) else { return Ok(()) };
        timers::keep(tx, &Self::stream(id), ACTIONS_DUE, self.reminds_at())?;
        if version.0 > 1 {
            let sql = "DELETE FROM review_actions WHERE review = $1";
            tx.execute(sql, &[id.to_string().into()])?;
        }
        let rows = (1_i64..).zip(&self.content.actions).map(|(item, action)| row(id, item, action));
        let into = "review_actions (review, item, title, owner, due_key, due_on, done)";
        insert_rows(tx, into, rows)?;
        tx.execute(
            "INSERT INTO reviews (id, version, number, subject, subject_kind, why, state, \
            actions_open, opened_at, completed_at, due_on, due_key) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
            ON CONFLICT (id) DO UPDATE SET \
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
                due_key(self.due_on).into(),
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

fn row(review: ReviewId, item: i64, action: &ActionItem) -> Vec<Value> {
    vec![
        review.to_string().into(),
        item.into(),
        (&action.title).into(),
        action.owner.map(|owner| owner.to_string()).into(),
        due_key(action.due_on).into(),
        action.due_on.map(|date| date.to_string()).into(),
        action.done.into(),
    ]
}

/// By what those that are due first come first, and those without a date last.
pub(super) fn due_key(due_on: Option<Date>) -> i64 {
    due_on.map_or(99_999_999, |date| {
        i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
    })
}

//! What a report is asked for: days, what they are divided by, and of whom.

use api::report::ReportAsked;
use domain::report::{DAYS_MAX, Days, SIZES, Span, ZONE};
use domain::{General, Missing};
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{ServiceId, TeamId, Timestamp, Zone};
use ports::{Fault, Query, Value};

use crate::bus::Stop;
use crate::http::ListQuery;
use crate::names::{Names, find_team};
use crate::read::{Statement, wrong_name};
use crate::report::keep::{ALL, KIND, SERVICE, SIZE, TEAM};
use crate::report::{GROUPS_MAX, POINTS_MAX};
use crate::service::find_service;

/// How many whole months before this one a report begins when nothing is said.
const MONTHS: i64 = 11;

/// What a figure is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Time.
    Span(Span),
    /// A facet.
    Facet(&'static str),
}

impl By {
    fn parse(word: &str) -> Option<Self> {
        let facet = [TEAM, SERVICE, KIND, SIZE].into_iter().find(|facet| *facet == word);
        facet.map(Self::Facet).or_else(|| word.parse().ok().map(Self::Span))
    }

    fn word(self) -> &'static str {
        match self {
            Self::Span(span) => span.word(),
            Self::Facet(facet) => facet,
        }
    }

    /// What the history is told by.
    pub(super) fn span(self) -> Span {
        match self {
            Self::Span(span) => span,
            Self::Facet(_) => Span::Month,
        }
    }
}

/// Of whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) team: Option<TeamId>,
    pub(super) service: Option<ServiceId>,
    pub(super) kind: Option<String>,
    /// How many changes travel in a release, in steps.
    pub(super) size: Option<String>,
}

impl Filter {
    /// The one facet and key whose days say all of it; none when several filters are set.
    pub(super) fn facet(&self) -> Option<(&'static str, String)> {
        let set = [
            self.team.map(|team| (TEAM, team.to_string())),
            self.service.map(|service| (SERVICE, service.to_string())),
            self.kind.clone().map(|kind| (KIND, kind)),
            self.size.clone().map(|size| (SIZE, size)),
        ];
        let mut set = set.into_iter().flatten();
        match (set.next(), set.next()) {
            (None, _) => Some((ALL, String::new())),
            (one, None) => one,
            _ => None,
        }
    }

    /// The conditions on rows of facts or values.
    pub(super) fn apply(&self, statement: &mut Statement) {
        if let Some(team) = self.team {
            statement.bind(" AND team = ?", [team.to_string().into()]);
        }
        if let Some(service) = self.service {
            let like = format!("%{service}%");
            statement.bind(" AND services LIKE ?", [like.into()]);
        }
        if let Some(kind) = &self.kind {
            statement.bind(" AND kind = ?", [kind.into()]);
        }
        if let Some(size) = &self.size {
            statement.bind(" AND size = ?", [size.into()]);
        }
    }

    /// The same, of one team, service, type or size.
    pub(super) fn with(&self, facet: &str, key: &str) -> Self {
        let mut filter = self.clone();
        match facet {
            TEAM => filter.team = key.parse().ok(),
            SERVICE => filter.service = key.parse().ok(),
            SIZE => filter.size = Some(key.to_owned()),
            _ => filter.kind = Some(key.to_owned()),
        }
        filter
    }
}

/// What a report is asked for.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) days: Days,
    pub(super) by: By,
    pub(super) filter: Filter,
    pub(super) now: Timestamp,
}

impl Scope {
    /// Reads the parameters of a query; names are looked up.
    pub(super) fn of(db: &mut dyn Query, query: &ListQuery, now: Timestamp) -> Result<Self, Stop> {
        let days = days(query, now)?;
        let by = match query.get("by") {
            None => By::Span(Span::Month),
            Some(word) => {
                let what = "is week, month, quarter, team, service, type or size";
                By::parse(word).ok_or_else(|| wrong("by", what))?
            }
        };
        if days.split(by.span()).len() > POINTS_MAX {
            let most = format!("gives more than {POINTS_MAX} points: take a longer step");
            return Err(wrong("by", &most).into());
        }
        let team = query.get("team").map(|name| wrong_name("team", find_team(db, name)));
        let service = query.get("service");
        let service = service.map(|name| wrong_name("service", find_service(db, name)));
        let filter = Filter {
            team: team.transpose()?,
            service: service.transpose()?,
            kind: query.get("type").map(str::to_owned),
            size: query.get("size").map(str::to_owned),
        };
        if let Some(size) = &filter.size
            && !SIZES.contains(&size.as_str())
        {
            return Err(wrong("size", &format!("is one of: {}", SIZES.join(", "))).into());
        }
        if let Some(kind) = &filter.kind {
            let known = kinds(db)?;
            if !known.contains(kind) {
                let known = known.join(", ");
                let detail = format!("`{kind}` is no type that a record has: {known}");
                return Err(wrong("type", &detail).into());
            }
        }
        Ok(Self { days, by, filter, now })
    }

    /// What was asked, as it is told.
    pub(super) fn told(&self, db: &mut dyn Query) -> Result<ReportAsked, Fault> {
        let mut names = Names::default();
        let (from, to) = self.days.dates();
        Ok(ReportAsked {
            from: from.to_string(),
            to: to.to_string(),
            zone: ZONE.to_owned(),
            by: self.by.word().to_owned(),
            team: names.opt(db, self.filter.team)?,
            service: names.opt(db, self.filter.service)?,
            kind: self.filter.kind.clone(),
            size: self.filter.size.clone(),
            behind: behind(db)?,
        })
    }

    /// The keys of a facet that anything was said of in the time or before it.
    pub(super) fn keys(&self, db: &mut dyn Query, facet: &str) -> Result<Vec<String>, Fault> {
        let sql = "SELECT DISTINCT key FROM report_days \
            WHERE facet = $1 AND day >= $2 AND day < $3 ORDER BY key LIMIT $4";
        let most = i64::try_from(GROUPS_MAX).unwrap_or(i64::MAX);
        let params: [Value; 4] =
            [facet.into(), self.days.before().from.into(), self.days.to.into(), most.into()];
        texts(&db.query(sql, &params)?)
    }
}

/// The types that records have.
pub(super) fn kinds(db: &mut dyn Query) -> Result<Vec<String>, Fault> {
    // From key to key, so that the days of each are not gone through.
    let mut kinds: Vec<String> = Vec::new();
    let sql = "SELECT key FROM report_days WHERE facet = $1 AND key > $2 ORDER BY key LIMIT 1";
    while kinds.len() < GROUPS_MAX {
        let last = kinds.last().map_or("", String::as_str);
        let Some(row) = db.query_one(sql, &[KIND.into(), last.into()])? else { break };
        kinds.push(row.text(0)?.to_owned());
    }
    Ok(kinds)
}

/// How many events of the log are not counted yet.
fn behind(db: &mut dyn Query) -> Result<i64, Fault> {
    let sql = "SELECT (SELECT COALESCE(MAX(position), 0) FROM log), \
        (SELECT COALESCE(MAX(position), 0) FROM followers WHERE name = $1)";
    let row = db.query_one(sql, &[super::follow::NAME.into()])?;
    row.map_or(Ok(0), |row| Ok((row.int(0)? - row.int(1)?).max(0)))
}

fn texts(rows: &[ports::Row]) -> Result<Vec<String>, Fault> {
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// The days that are asked for: the last twelve months, this one included, when nothing is said.
fn days(query: &ListQuery, now: Timestamp) -> Result<Days, General> {
    let date = |name: &str| {
        let parse = |text: &str| {
            let what = "is a day such as 2026-11-01";
            text.parse::<Date>().map_err(|_| wrong(name, what))
        };
        query.get(name).map(parse).transpose()
    };
    let today = ZONE.parse().unwrap_or_else(|_| Zone::utc()).civil(now).date();
    let to = date("to")?.unwrap_or_else(|| today.saturating_add(1.day()));
    let from = date("from")?;
    let from = from.unwrap_or_else(|| {
        let last = to.saturating_sub(1.day());
        last.first_of_month().saturating_sub(MONTHS.months())
    });
    let days = Days::between(from, to);
    if days.count() == 0 {
        return Err(wrong("to", "must be after `from`"));
    }
    if days.count() > DAYS_MAX {
        return Err(wrong("from", "is more than ten years before `to`: ask for less"));
    }
    Ok(days)
}

fn wrong(name: &str, detail: &str) -> General {
    General::Invalid(vec![Missing::new(format!("/{name}"), detail)])
}

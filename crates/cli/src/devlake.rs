//! The tables of Apache `DevLake`, as it exports them, for its change lead time.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use domain::report::{Deployed, LeadTime, Merged, lead_time};
use jiff::civil::DateTime;
use kernel::{Timestamp, Zone};

use crate::failure::Result;

type Row = BTreeMap<String, String>;

/// The lead time of each merged pull request of a project, in the order of the table.
pub(crate) fn lead_times(folder: &Path, project: &str) -> Result<Vec<LeadTime>> {
    let mapping = rows(folder, "project_mapping")?;
    let of = |table: &str, id: &str| {
        mapping.iter().any(|row| {
            row["project_name"] == project && row["table"] == table && row["row_id"] == id
        })
    };
    let deployed = deployments(folder, |scope| of("cicd_scopes", scope))?;
    let commits = rows(folder, "pull_request_commits")?;
    let remarks = rows(folder, "pull_request_comments")?;
    let mut found = Vec::new();
    for request in rows(folder, "pull_requests")? {
        let merged_at = time(&request["merged_date"])?;
        let (Some(merged_at), true) = (merged_at, of("repos", &request["base_repo_id"])) else {
            continue;
        };
        let id = request["id"].clone();
        let mine = |row: &&Row| row["pull_request_id"] == id;
        let mut merged = Merged {
            id: id.clone(),
            author: request["author_id"].clone(),
            created_at: needed(&request["created_date"])?,
            merged_at,
            merge_commit: request["merge_commit_sha"].clone(),
            commits: Vec::new(),
            remarks: Vec::new(),
        };
        for row in commits.iter().filter(mine) {
            merged.commits.push(needed(&row["commit_authored_date"])?);
        }
        for row in remarks.iter().filter(mine) {
            merged.remarks.push((row["account_id"].clone(), needed(&row["created_date"])?));
        }
        found.push(lead_time(&merged, &deployed));
    }
    Ok(found)
}

/// The deployments to production that succeeded after another one did, with what each brought.
fn deployments(folder: &Path, of_project: impl Fn(&str) -> bool) -> Result<Vec<Deployed>> {
    let all = rows(folder, "cicd_deployment_commits")?;
    let differences = rows(folder, "commits_diffs")?;
    let mut found = Vec::new();
    for row in &all {
        let good = row["result"] == "SUCCESS" && row["environment"] == "PRODUCTION";
        let before =
            all.iter().find(|other| other["id"] == row["prev_success_deployment_commit_id"]);
        let (Some(before), Some(finished_at)) = (before, time(&row["finished_date"])?) else {
            continue;
        };
        if !good || !of_project(&row["cicd_scope_id"]) {
            continue;
        }
        let between = differences.iter().filter(|difference| {
            difference["new_commit_sha"] == row["commit_sha"]
                && difference["old_commit_sha"] == before["commit_sha"]
        });
        let brought = between.map(|difference| difference["commit_sha"].clone()).collect();
        found.push(Deployed { id: row["id"].clone(), finished_at, brought });
    }
    Ok(found)
}

fn rows(folder: &Path, table: &str) -> Result<Vec<Row>> {
    let path = folder.join(format!("{table}.csv"));
    let read = || format!("reading {}", path.display());
    let mut reader = csv::Reader::from_path(&path).with_context(read)?;
    Ok(reader.deserialize().collect::<std::result::Result<_, _>>().with_context(read)?)
}

/// A time of the tables, in UTC: `2023-4-11 4:51:47`, or RFC 3339.
fn time(text: &str) -> Result<Option<Timestamp>> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(instant) = text.parse() {
        return Ok(Some(instant));
    }
    let wall = DateTime::strptime("%Y-%m-%d %H:%M:%S", text);
    let wall = wall.with_context(|| format!("reading the time `{text}`"))?;
    Ok(Some(Zone::utc().instant(wall)))
}

fn needed(text: &str) -> Result<Timestamp> {
    Ok(time(text)?.context("a time is missing where the tables always have one")?)
}

//! Change lead time as Apache `DevLake` computes it, for those who compare: from the first commit
//! of a pull request to the deployment that brought it, in parts, each in minutes rounded up. A
//! part that would be below zero is unknown, and counts as nothing in the whole.

use kernel::{MICROS_PER_MINUTE, Timestamp};
use serde::Serialize;

/// A pull request that was merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Its id.
    pub id: String,
    /// Who opened it; a remark of theirs is no review.
    pub author: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was merged.
    pub merged_at: Timestamp,
    /// The commit of the merge.
    pub merge_commit: String,
    /// When each of its commits was written.
    pub commits: Vec<Timestamp>,
    /// Who remarked on it, and when.
    pub remarks: Vec<(String, Timestamp)>,
}

/// A deployment of a repository that succeeded in production, after another one did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// Its id.
    pub id: String,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The commits that it brought and the one before it did not.
    pub brought: Vec<String>,
}

/// The lead time of a pull request, in minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeadTime {
    /// The pull request.
    pub id: String,
    /// From its first commit to being opened.
    pub coding: Option<i64>,
    /// From there to the first remark of somebody else.
    pub pickup: Option<i64>,
    /// From there to the merge.
    pub review: Option<i64>,
    /// From the merge to the end of the deployment.
    pub deploy: Option<i64>,
    /// From its first commit to the deployment, or to the merge while there is none.
    pub cycle: i64,
    /// The deployment that brought it.
    pub deployment: Option<String>,
}

/// The lead time of a pull request, among the deployments of its project.
pub fn lead_time(merged: &Merged, deployments: &[Deployed]) -> LeadTime {
    let brings = |deployed: &&Deployed| deployed.brought.contains(&merged.merge_commit);
    let deployed = deployments.iter().filter(brings).min_by_key(|deployed| deployed.finished_at);
    let others = merged.remarks.iter().filter(|(by, _)| *by != merged.author);
    let first_review = others.map(|(_, at)| *at).min();
    let first_commit = merged.commits.iter().min();
    let coding = first_commit.and_then(|at| minutes(*at, merged.created_at));
    let waited = minutes(merged.created_at, merged.merged_at);
    let deploy = deployed.and_then(|to| minutes(merged.merged_at, to.finished_at));
    LeadTime {
        id: merged.id.clone(),
        coding,
        pickup: first_review.and_then(|at| minutes(merged.created_at, at)),
        review: first_review.and_then(|at| minutes(at, merged.merged_at)),
        deploy,
        deployment: deployed.map(|deployed| deployed.id.clone()),
        cycle: [coding, waited, deploy].into_iter().flatten().sum(),
    }
}

/// Minutes rounded up; unknown when the end is before the beginning.
fn minutes(from: Timestamp, to: Timestamp) -> Option<i64> {
    let micros = to.micros() - from.micros();
    (micros >= 0).then(|| (micros + MICROS_PER_MINUTE - 1) / MICROS_PER_MINUTE)
}

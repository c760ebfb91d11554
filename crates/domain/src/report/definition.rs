//! What each figure means: the one place that says it. Pages, exports and the manual show it.

use crate::report::Figure;
use crate::vocabulary::words;

/// The zone in which days, weeks and months begin.
pub const ZONE: &str = "UTC";
/// For so many days after work began an incident that names it as its cause counts against it.
pub const CAUSE_DAYS: i64 = 30;

words! {
    /// What a value is.
    Shape {
        /// Some of all.
        Share = "share",
        /// How many a week.
        Frequency = "frequency",
        /// One count for each of another.
        Ratio = "ratio",
        /// Many values, told by their middle.
        Spread = "spread",
        /// Many values, told by their mean.
        Mean = "mean",
    }
}

words! {
    /// What a value is measured in.
    Unit {
        /// Of one.
        Share = "share",
        /// A week.
        PerWeek = "per week",
        /// Closed for each that was opened.
        ClosedPerOpened = "closed per opened",
        /// Seconds.
        Seconds = "seconds",
        /// Incidents a deployment.
        IncidentsPerDeployment = "incidents per deployment",
        /// Points of risk, 0 to 100.
        Points = "points",
        /// 1 to 5.
        Score = "score",
    }
}

words! {
    /// How it is known that one thing led to another.
    Cause {
        /// Someone named the cause.
        Link = "explicit link",
        /// It was taken back.
        Rollback = "rollback",
        /// The system that a record came from counted it.
        Source = "counted by its source",
    }
}

words! {
    /// Which way is good.
    Better {
        /// More.
        Higher = "higher",
        /// Less.
        Lower = "lower",
        /// Neither.
        Neither = "neither",
    }
}

/// What a figure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// Its name for people.
    pub title: &'static str,
    /// What it says, in a sentence.
    pub says: &'static str,
    /// What its value is.
    pub shape: Shape,
    /// What it is measured in.
    pub unit: Unit,
    /// What is counted, and what is left out.
    pub counts: &'static str,
    /// The instant that places a record in a period.
    pub placed: &'static str,
    /// How it is known that one thing led to another, where that matters.
    pub causes: &'static [Cause],
    /// Where the definition comes from.
    pub source: &'static str,
    /// Which way is good.
    pub better: Better,
}

const STAGE: &str = "Changes that were raised here and are closed. Time on hold counts.";
const CLOSED: &str = "the end of work; where an imported change does not say it, the end of its \
    window, else when it was raised";
const BEGUN: &str = "the beginning of the deployment";

impl Figure {
    /// What it means.
    #[expect(clippy::too_many_lines, reason = "a table reads best in one piece")]
    pub fn definition(self) -> Definition {
        use Better::{Higher, Neither};
        match self {
            Self::ChangeSuccessRate => Definition {
                counts: "Closed changes with an outcome. Successful, and successful with issues, \
                    count as success. Cancelled changes are left out.",
                placed: CLOSED,
                better: Higher,
                ..share("Change success rate", "Closed changes that do what they were meant to.")
            },
            Self::FailedChangeRate => Definition {
                counts: "Closed changes with an outcome. Failed and backed out, and failed and not \
                    backed out, count as failure.",
                placed: CLOSED,
                ..share("Failed change rate", "Closed changes whose outcome is a failure.")
            },
            Self::DegradingChangeRate => Definition {
                counts: "Closed changes. One counts when an incident names it as its cause that \
                    was opened at or after the beginning of its work and within 30 days, or when \
                    the system that it came from counted incidents of it.",
                placed: CLOSED,
                causes: &[Cause::Link, Cause::Source],
                ..share("Degrading change rate", "Closed changes that degraded a service.")
            },
            Self::EmergencyShare => Definition {
                counts: "Every change, whatever became of it.",
                placed: "when it was raised",
                ..share("Emergency share", "Changes that were raised as an emergency.")
            },
            Self::UnauthorisedShare => Definition {
                counts: "Changes whose work began, and those that were found done.",
                placed: "the beginning of work, or when it was found",
                ..share("Unauthorised share", "Changes that nothing had authorised.")
            },
            Self::ScheduleAdherence => Definition {
                counts: "Changes that travel alone and releases that had a window, once their work \
                    ended. Work counts as on schedule when it began and ended within its window \
                    and no longer window was granted.",
                placed: "the beginning of work",
                better: Higher,
                ..share("Adherence to schedule", "Work that stayed within its window.")
            },
            Self::CollisionRate => Definition {
                counts: "Changes that travel alone and releases whose work began here. Work counts \
                    when, as it began, a conflict with other work stood, accepted or not.",
                placed: "the beginning of work",
                ..share("Collision rate", "Work that collided with other work.")
            },
            Self::BacklogThroughput => Definition {
                shape: Shape::Ratio,
                unit: Unit::ClosedPerOpened,
                counts: "Changes that were closed or cancelled, for each that was raised. Above \
                    one, the backlog shrinks.",
                placed: "when it was raised; when it was closed or cancelled",
                better: Higher,
                ..share("Backlog throughput", "Changes closed for each that was raised.")
            },
            Self::ReleaseSuccessRate => Definition {
                counts: "Releases whose deployment is over. One counts as success when it is \
                    verified, no rollback was decided, and no incident of priority 1 or 2 names \
                    one of its changes as its cause that was opened at or after the beginning of \
                    the deployment and within 30 days.",
                placed: "the end of the deployment",
                causes: &[Cause::Link, Cause::Rollback],
                better: Higher,
                ..share("Release success rate", "Releases without rollback and major incident.")
            },
            Self::DeploymentFrequency => Definition {
                shape: Shape::Frequency,
                unit: Unit::PerWeek,
                counts: "Deployments of releases to production that were begun.",
                placed: BEGUN,
                source: DORA,
                better: Neither,
                ..share("Deployment frequency", "How often releases are deployed to production.")
            },
            Self::ChangeFailureRate => Definition {
                counts: "Deployments of releases to production. One counts when a rollback was \
                    decided, or when an incident names one of its changes as its cause that was \
                    opened at or after the beginning of the deployment and within 30 days.",
                placed: BEGUN,
                causes: &[Cause::Link, Cause::Rollback],
                source: DORA,
                ..share("Change failure rate", "Deployments to production that needed a remedy.")
            },
            Self::RollbackRate => Definition {
                counts: "Deployments of releases to production. One counts when a rollback was \
                    decided, of all or of a part, whatever came of it.",
                placed: BEGUN,
                causes: &[Cause::Rollback],
                ..share("Rollback rate", "Deployments to production that were taken back.")
            },
            Self::PirCompletion => Definition {
                counts: "Releases whose deployment is over. The target is every one.",
                placed: "the end of the deployment",
                better: Higher,
                ..share("Reviews completed", "Releases whose review (PIR) is completed.")
            },
            Self::IncidentsFromReleases => Definition {
                counts: "Every incident. One counts when it names as its cause a change that \
                    travels in a release, and was opened at or after the beginning of that \
                    change's work and within 30 days.",
                placed: "when it was opened",
                causes: &[Cause::Link],
                ..share("Incidents related to releases", "Incidents that a release brought.")
            },
            Self::RequestLeadTime => Definition {
                counts: "Changes whose work ended. One that was recorded after its work has a time \
                    below zero, and is kept as it is.",
                placed: "the end of work",
                ..spread("Lead time of requests", "From a change being raised to its work done.")
            },
            Self::ChangeLeadTime => Definition {
                counts: "Commits that reached production. It needs the times of commits, which no \
                    connection tells yet; figures of Apache DevLake are computed from its tables.",
                placed: "the end of the deployment",
                source: DORA,
                ..spread("Change lead time", "From a commit to that commit running in production.")
            },
            Self::ApprovalWait => Definition {
                counts: "Rounds of changes and releases that were approved or rejected. Time on \
                    hold counts.",
                placed: "the decision",
                ..spread("Approval wait", "From a round being opened to its decision.")
            },
            Self::TimeInDraft => stage("Time in draft", "Time that changes spent being written."),
            Self::TimeInAssess => stage("Time in assessment", "Time until risk was recorded."),
            Self::TimeInAuthorise => {
                stage("Time in authorisation", "Time until changes were approved and scheduled.")
            }
            Self::TimeInScheduled => stage("Time scheduled", "Time that changes waited for work."),
            Self::TimeInImplement => stage("Time in work", "Time that work on changes took."),
            Self::TimeInReview => stage("Time in review", "Time from the end of work to closing."),
            Self::FailedDeploymentRecoveryTime => Definition {
                counts: "Deployments to production that count as failed, once all is restored: \
                    from the first rollback decision or incident to the end of the rollback and \
                    the last of those incidents resolved. A rollback that was given up restores \
                    nothing.",
                placed: BEGUN,
                causes: &[Cause::Link, Cause::Rollback],
                source: DORA,
                ..spread("Failed deployment recovery time", "From a failure noticed to its end.")
            },
            Self::TimeToRestore => Definition {
                counts: "Incidents that say when service was restored.",
                placed: "when it was opened",
                ..spread(
                    "Time to restore service (median)",
                    "From an incident's beginning to its end.",
                )
            },
            Self::ReleaseDefectRate => Definition {
                shape: Shape::Mean,
                unit: Unit::IncidentsPerDeployment,
                counts: "Deployments of releases to production. Incidents that name one of its \
                    changes as their cause, opened at or after its beginning and within 30 days.",
                placed: BEGUN,
                causes: &[Cause::Link],
                ..spread("Release defect rate", "Incidents that a deployment brought.")
            },
            Self::ChangeRisk => Definition {
                shape: Shape::Mean,
                unit: Unit::Points,
                counts: "Changes with a recorded risk whose work began or that have a window.",
                placed: "the beginning of work, else of the window",
                ..spread("Risk of changes", "The points of the risk of changes, 0 to 100.")
            },
            Self::ReleaseSatisfaction => Definition {
                shape: Shape::Mean,
                unit: Unit::Score,
                counts: "Answers to the question after a release, 1 to 5, one for each person.",
                placed: "the answer",
                source: "ITIL 4: release management, satisfaction; by survey",
                better: Higher,
                ..spread("Satisfaction with releases", "How content people are with a release.")
            },
        }
    }
}

const ITIL: &str = "ITIL 4";
const DORA: &str = "DORA, dora.dev";

fn share(title: &'static str, says: &'static str) -> Definition {
    Definition {
        title,
        says,
        shape: Shape::Share,
        unit: Unit::Share,
        counts: "",
        placed: "",
        causes: &[],
        source: ITIL,
        better: Better::Lower,
    }
}

fn spread(title: &'static str, says: &'static str) -> Definition {
    Definition { shape: Shape::Spread, unit: Unit::Seconds, ..share(title, says) }
}

fn stage(title: &'static str, says: &'static str) -> Definition {
    let placed = "when it was closed";
    Definition { counts: STAGE, placed, ..spread(title, says) }
}

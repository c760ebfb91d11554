//! The names of the figures. Append only: what is kept of a record says which of them by place.

use crate::vocabulary::words;

words! {
    /// A figure.
    Figure {
        /// Of the changes that were closed, those that do what they were meant to.
        ChangeSuccessRate = "change_success_rate",
        /// Of the changes that were closed, those that failed.
        FailedChangeRate = "failed_change_rate",
        /// Of the changes that were closed, those that degraded a service.
        DegradingChangeRate = "degrading_change_rate",
        /// Of the changes that were raised, the emergencies.
        EmergencyShare = "emergency_share",
        /// Of the changes that were carried out, those that nothing had authorised.
        UnauthorisedShare = "unauthorised_share",
        /// Of the work that had a window, what stayed within it.
        ScheduleAdherence = "schedule_adherence",
        /// Of the work that was carried out, what collided with other work.
        CollisionRate = "collision_rate",
        /// Changes closed for each change that was raised.
        BacklogThroughput = "backlog_throughput",
        /// Of the releases that were deployed, those without rollback and major incident.
        ReleaseSuccessRate = "release_success_rate",
        /// Deployments to production a week.
        DeploymentFrequency = "deployment_frequency",
        /// Of the deployments to production, those that degraded a service.
        ChangeFailureRate = "change_failure_rate",
        /// Of the deployments to production, those that were taken back.
        RollbackRate = "rollback_rate",
        /// Of the releases that were deployed, those whose review is completed.
        PirCompletion = "pir_completion",
        /// Of the incidents, those that a release brought.
        IncidentsFromReleases = "incidents_from_releases",
        /// From a change being raised to its work being done.
        RequestLeadTime = "request_lead_time",
        /// From a commit to that commit running in production.
        ChangeLeadTime = "change_lead_time",
        /// From a round being opened to its decision.
        ApprovalWait = "approval_wait",
        /// Time that changes spent being written.
        TimeInDraft = "time_in_draft",
        /// Time until their risk was recorded.
        TimeInAssess = "time_in_assess",
        /// Time until they were authorised and scheduled.
        TimeInAuthorise = "time_in_authorise",
        /// Time until work began.
        TimeInScheduled = "time_in_scheduled",
        /// Time that work took.
        TimeInImplement = "time_in_implement",
        /// Time until they were closed.
        TimeInReview = "time_in_review",
        /// From a failed deployment being noticed to service restored.
        FailedDeploymentRecoveryTime = "failed_deployment_recovery_time",
        /// From an incident's beginning to service restored.
        TimeToRestore = "time_to_restore",
        /// Incidents that a deployment brought.
        ReleaseDefectRate = "release_defect_rate",
        /// The points of the risk of changes.
        ChangeRisk = "change_risk",
        /// How content people are with a release.
        ReleaseSatisfaction = "release_satisfaction",
    }
}

impl Figure {
    /// Its place, by which kept facts name it.
    pub fn place(self) -> usize {
        Self::ALL.iter().position(|figure| *figure == self).unwrap_or_default()
    }

    /// Whether a fact of it may rest on other records.
    pub fn rests_on_others(self) -> bool {
        matches!(
            self,
            Self::ChangeFailureRate
                | Self::DegradingChangeRate
                | Self::FailedDeploymentRecoveryTime
                | Self::IncidentsFromReleases
                | Self::PirCompletion
                | Self::ReleaseDefectRate
                | Self::ReleaseSuccessRate
        )
    }

    /// Its bit in a set of figures.
    pub fn bit(self) -> i64 {
        1 << self.place()
    }
}

//! Roles, permissions, and the table that joins them: the one place that says who may do what.

use std::collections::BTreeSet;

use crate::vocabulary::words;

words! {
    /// What a person is trusted with.
    Role {
        /// Raises changes.
        Requester = "requester",
        /// Carries changes out.
        Implementer = "implementer",
        /// Plans releases, keeps models and schedule.
        ReleaseManager = "release_manager",
        /// Sits on the change advisory board.
        CabMember = "cab_member",
        /// Sits on the emergency board.
        EcabMember = "ecab_member",
        /// Gives the go or no-go of a major release.
        ReleaseAuthority = "release_authority",
        /// Answers for a product.
        ProductOwner = "product_owner",
        /// Answers for a service.
        ServiceOwner = "service_owner",
        /// Reads everything, also by a program, and changes nothing.
        Auditor = "auditor",
        /// Keeps people, roles and the platform.
        Administrator = "administrator",
    }
}

words! {
    /// What a command asks for before it runs.
    Permission {
        /// Read records.
        Read = "read",
        /// Raise, edit and submit changes.
        ChangeWrite = "change.write",
        /// Start, complete and close changes.
        ChangeImplement = "change.implement",
        /// Plan releases and their scope.
        ReleaseWrite = "release.write",
        /// Deploy, verify and roll back releases.
        ReleaseDeploy = "release.deploy",
        /// Decide that a release is taken back.
        ReleaseRollback = "release.rollback",
        /// Vote, where a group asks for the person's role.
        Approve = "approve",
        /// Name a deputy for oneself, by a program.
        DelegationWrite = "delegation.write",
        /// Take part in meetings of a board; who chairs one leads it.
        CabAttend = "cab.attend",
        /// Keep boards, and lead any meeting.
        CabWrite = "cab.write",
        /// Keep windows and blackouts.
        CalendarWrite = "calendar.write",
        /// Make calendar feeds of one's own, by a program.
        FeedWrite = "feed.write",
        /// Accept a conflict.
        ConflictAccept = "conflict.accept",
        /// Ask for exceptions, and take one's own back.
        ExceptionRequest = "exception.request",
        /// Let a record pass a rule until an instant.
        ExceptionDecide = "exception.decide",
        /// Ask whether an artifact may go to an environment, and tell what was deployed.
        GateAsk = "gate.ask",
        /// Ask for a longer window of running work.
        WindowExtend = "window.extend",
        /// Keep services and configuration items.
        ServiceWrite = "service.write",
        /// Keep incidents.
        IncidentWrite = "incident.write",
        /// Keep user groups, plan what is told of releases, and send again what was given up.
        NoticeWrite = "notice.write",
        /// Keep the channels by which notices go out.
        ChannelWrite = "channel.write",
        /// Write reviews.
        ReviewWrite = "review.write",
        /// Write articles, and publish what was approved.
        KnowledgeWrite = "knowledge.write",
        /// Approve articles of others, and take them out of force.
        KnowledgeApprove = "knowledge.approve",
        /// Keep teams.
        TeamWrite = "team.write",
        /// Keep people and their roles.
        IdentityWrite = "identity.write",
        /// Make tokens of one's own.
        TokenWrite = "token.write",
        /// Import records of other systems.
        ImportRun = "import.run",
        /// Put a policy in force.
        PolicyWrite = "policy.write",
        /// Carry out jobs on a target machine, by a program.
        Runner = "runner",
        /// Take a runner out of work.
        RunnerWrite = "runner.write",
    }
}

use Permission as P;

/// What a role permits. Everyone reads, and makes tokens of their own.
#[expect(clippy::too_many_lines, reason = "a table reads best in one piece")]
pub fn permissions(role: Role) -> BTreeSet<Permission> {
    let granted: &[P] = match role {
        Role::Requester => &[
            P::ChangeWrite,
            P::CabAttend,
            P::FeedWrite,
            P::ExceptionRequest,
            P::GateAsk,
            P::IncidentWrite,
            P::ReviewWrite,
            P::KnowledgeWrite,
        ],
        Role::Implementer => &[
            P::ChangeWrite,
            P::ChangeImplement,
            P::ReleaseDeploy,
            P::ReleaseRollback,
            P::CabAttend,
            P::FeedWrite,
            P::ExceptionRequest,
            P::GateAsk,
            P::WindowExtend,
            P::IncidentWrite,
            P::ReviewWrite,
            P::KnowledgeWrite,
        ],
        Role::ReleaseManager => &[
            P::ChangeWrite,
            P::ChangeImplement,
            P::ReleaseWrite,
            P::ReleaseDeploy,
            P::ReleaseRollback,
            P::Approve,
            P::DelegationWrite,
            P::CabAttend,
            P::CabWrite,
            P::CalendarWrite,
            P::FeedWrite,
            P::ConflictAccept,
            P::ExceptionRequest,
            P::ExceptionDecide,
            P::GateAsk,
            P::WindowExtend,
            P::IncidentWrite,
            P::NoticeWrite,
            P::ReviewWrite,
            P::KnowledgeWrite,
            P::KnowledgeApprove,
            P::PolicyWrite,
        ],
        Role::CabMember | Role::EcabMember => {
            &[P::Approve, P::DelegationWrite, P::CabAttend, P::FeedWrite, P::ReviewWrite]
        }
        Role::ReleaseAuthority => &[
            P::Approve,
            P::DelegationWrite,
            P::CabAttend,
            P::FeedWrite,
            P::ConflictAccept,
            P::ExceptionRequest,
            P::ExceptionDecide,
            P::WindowExtend,
        ],
        Role::ProductOwner => &[
            P::ChangeWrite,
            P::ReleaseWrite,
            P::ReleaseRollback,
            P::Approve,
            P::DelegationWrite,
            P::CabAttend,
            P::FeedWrite,
            P::ExceptionRequest,
            P::GateAsk,
            P::NoticeWrite,
            P::ReviewWrite,
            P::KnowledgeWrite,
            P::KnowledgeApprove,
        ],
        Role::ServiceOwner => &[
            P::ChangeWrite,
            P::ReleaseRollback,
            P::Approve,
            P::DelegationWrite,
            P::CabAttend,
            P::CalendarWrite,
            P::FeedWrite,
            P::ConflictAccept,
            P::ExceptionRequest,
            P::GateAsk,
            P::ServiceWrite,
            P::IncidentWrite,
            P::NoticeWrite,
            P::ReviewWrite,
            P::KnowledgeWrite,
            P::KnowledgeApprove,
        ],
        Role::Auditor => &[],
        Role::Administrator => &[
            P::DelegationWrite,
            P::CalendarWrite,
            P::FeedWrite,
            P::GateAsk,
            P::ServiceWrite,
            P::NoticeWrite,
            P::ChannelWrite,
            P::TeamWrite,
            P::IdentityWrite,
            P::ImportRun,
            P::PolicyWrite,
            P::Runner,
            P::RunnerWrite,
        ],
    };
    granted.iter().copied().chain([P::Read, P::TokenWrite]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_changes_nothing_but_tokens_to_read_with() {
        let own = [Permission::Read, Permission::TokenWrite];
        assert_eq!(permissions(Role::Auditor), own.into());
    }

    #[test]
    fn whoever_approves_may_work_from_the_command_line() {
        for role in Role::ALL {
            let granted = permissions(*role);
            let approves = granted.contains(&Permission::Approve);
            assert!(!approves || granted.contains(&Permission::TokenWrite), "{role:?}");
        }
    }

    #[test]
    fn an_administrator_cannot_vote() {
        assert!(!permissions(Role::Administrator).contains(&Permission::Approve));
    }
}

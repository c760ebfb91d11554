//! Notices: what is told about releases, to whom, by which channels, and what became of it.

mod archive;
mod asked;
mod atom;
mod audience;
mod channel;
mod claim;
mod communication;
mod digest;
mod follow;
mod format;
mod group;
mod moves;
mod outbox;
mod projection;
mod sender;
mod tell;
mod view;
mod waiting;

use api::common::{Page, Written};
use api::notice::{
    Channel, ChannelFields, ChannelTested, Communication, CommunicationFields, Delivery, Inbox,
    Notice, NoticePreview, PreviewNotice, ReadNotices, Reader, Retried, TestChannel, UserGroup,
    UserGroupFields,
};
use utoipa::openapi::path::HttpMethod as M;

use crate::http::Routes;

pub use atom::notices_file;
pub use channel::SaveChannel;
pub use claim::CLAIM_MAX;
pub use communication::PlanCommunication;
pub use digest::digest_due;
pub use follow::NoticeReactor;
pub use group::SaveUserGroup;
pub use moves::MovesReactor;
pub use outbox::{ATTEMPTS_MAX, ReadInbox, Retry};
pub use sender::{Sender, Way};
pub use tell::{TellRelease, due};
pub use waiting::WaitingReactor;

/// The timer that something is to be told.
pub const DUE: &str = "notice.due";
/// The channel of what is shown in the page: it needs nobody to send it.
const PAGE: &str = "page";
/// The channel of what there was none for.
const NO_CHANNEL: &str = "none";
/// The most notices shown with a release: of its moments, and as many of what else was told of it.
const NOTICES_SHOWN: i64 = 50;

/// The routes, in reading order.
pub fn routes(routes: Routes) -> Routes {
    set_up(routes)
        .get::<Communication, _, _>(
            "/releases/{id}/communication",
            "Reads what is planned to be told about a release, to whom, and what was told",
            "",
            communication::get,
        )
        .write::<CommunicationFields, Written, _, _>(
            M::Patch,
            "/releases/{id}/communication",
            "Plans what is told about a release",
            communication::edit,
        )
        .get::<Page<Reader>, _, _>(
            "/releases/{id}/communication/audience",
            "Lists who is told of a release, each once",
            "audience,limit,cursor",
            communication::readers,
        )
        .write::<PreviewNotice, NoticePreview, _, _>(
            M::Post,
            "/releases/{id}/communication/preview",
            "Writes a text out as it would be sent now, and sends nothing",
            communication::preview,
        )
        .get::<Page<Notice>, _, _>(
            "/notices",
            "Lists notices, the latest first",
            "release,change,dead,limit,cursor",
            archive::list,
        )
        .get::<Notice, _, _>(
            "/notices/{id}",
            "Reads a notice with its texts as they were sent",
            "",
            archive::get,
        )
        .get::<Page<Delivery>, _, _>(
            "/notices/{id}/deliveries",
            "Lists what became of a notice, reader by reader",
            "state,limit,cursor",
            archive::deliveries,
        )
        .bare::<Retried, _, _>(
            M::Post,
            "/notices/{id}/retry",
            "Sends again what could not be delivered of a notice",
            archive::retry,
        )
        .get::<Inbox, _, _>(
            "/inbox",
            "Lists the notices of whoever reads, the latest first",
            "limit,cursor",
            archive::inbox,
        )
        .write::<ReadNotices, Inbox, _, _>(
            M::Post,
            "/inbox/read",
            "Marks one's own notices as read",
            archive::read,
        )
}

fn set_up(routes: Routes) -> Routes {
    routes
        .get::<Page<UserGroup>, _, _>(
            "/user-groups",
            "Lists user groups by name",
            "q,service,limit,cursor",
            group::list,
        )
        .write::<UserGroupFields, Written, _, _>(
            M::Post,
            "/user-groups",
            "Sets a user group up",
            group::create,
        )
        .get::<UserGroup, _, _>("/user-groups/{id}", "Reads a user group", "", group::get)
        .write::<UserGroupFields, Written, _, _>(
            M::Patch,
            "/user-groups/{id}",
            "Edits a user group",
            group::edit,
        )
        .get::<Page<Channel>, _, _>(
            "/channels",
            "Lists the channels by which notices go out",
            "limit,cursor",
            channel::list,
        )
        .write::<ChannelFields, Written, _, _>(
            M::Post,
            "/channels",
            "Sets a channel up",
            channel::create,
        )
        .get::<Channel, _, _>("/channels/{id}", "Reads a channel", "", channel::get)
        .write::<ChannelFields, Written, _, _>(
            M::Patch,
            "/channels/{id}",
            "Edits a channel",
            channel::edit,
        )
        .write::<TestChannel, ChannelTested, _, _>(
            M::Post,
            "/channels/{id}/test",
            "Sends a test message by a channel, and says what became of it",
            channel::test,
        )
}

//! `interlock notice`: what is told about releases, to whom, by which channels, and what became of
//! it. Secrets are read from files, so that they stand in no history of a shell.

use std::path::PathBuf;

use api::notice::{
    Channel, ChannelFields, ChannelTested, Communication, CommunicationFields, Delivery, Inbox,
    Notice, NoticePreview, PreviewNotice, ReadNotices, Reader, ResponsibleField, Retried,
    TestChannel, UserGroup, UserGroupFields,
};
use clap::{Args, Subcommand, ValueEnum};
use ports::Method;

use crate::client::{Expect, Query, segment};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::{cleared, pair, read_text, replaces};
use crate::output::{Format, say};
use crate::record::{IfVersion, Named, Records, action_lines};
use crate::{policy, table, wall};

const LIST: &[&str] =
    &["at", "record.number", "moment", "people", "sent", "waiting", "in_doubt", "dead", "id"];
const DELIVERIES: &[&str] = &[
    "by",
    "address",
    "person.name",
    "audience",
    "zone",
    "state",
    "in_doubt",
    "attempts",
    "sent_at",
    "next_at",
    "quiet",
    "reason",
];
const INBOX: &[&str] = &["at", "record.number", "moment", "subject", "read", "id"];
const READERS: &[&str] = &["person.name", "address", "audience", "zone"];
const PLAN: &[&str] = &[
    "release.number",
    "version",
    "what",
    "window",
    "committed",
    "why",
    "impact",
    "action",
    "downtime_minutes",
    "contact",
    "rollback",
    "measures",
    "services",
    "people",
    "waiting",
    "dead",
];
const NOTICE: &[&str] = &[
    "record.number",
    "id",
    "place",
    "moment",
    "window",
    "at",
    "people",
    "sent",
    "waiting",
    "in_doubt",
    "dead",
    "superseded",
];
const GROUPS: &[&str] = &["name", "audience", "zone", "services", "members", "id"];
const GROUP: &[&str] =
    &["name", "id", "version", "audience", "zone", "services", "members", "people", "addresses"];
const CHANNELS: &[&str] = &["name", "kind", "host", "audience", "off", "waiting", "dead", "id"];
const CHANNEL: &[&str] = &[
    "name",
    "id",
    "version",
    "kind",
    "host",
    "port",
    "security",
    "user",
    "from",
    "audience",
    "zone",
    "services",
    "has_secret",
    "off",
    "waiting",
    "dead",
];

/// What is done with notices.
#[derive(Debug, Subcommand)]
pub(crate) enum NoticeVerb {
    /// Shows what is planned to be told about a release, to how many, and what was told.
    #[command(after_help = "Example:\n  interlock notice plan REL-17")]
    Plan(Named),
    /// Plans what is told about a release, beside what its record says.
    #[command(after_help = "Example:\n  interlock notice edit REL-17 \
        --impact \"Payments pause for a moment.\" --downtime-minutes 15 \
        --contact \"service desk\" --responsible rollback=ben --off success")]
    Edit(Box<Edit>),
    /// Lists who is told of a release, each once.
    #[command(after_help = "Example:\n  interlock notice audience REL-17 --audience customers")]
    Audience(Audience),
    /// Writes a text out as it would be sent now; nothing is sent.
    #[command(after_help = "Examples:\n  \
        interlock notice preview REL-17 --audience customers\n  \
        interlock notice preview REL-17 --moment moved --zone Asia/Tokyo --form html\n  \
        interlock notice preview REL-17 --moment start --policy rules/")]
    Preview(Preview),
    /// Lists notices, the latest first.
    #[command(after_help = "Example:\n  interlock notice list --release REL-17\n  \
        interlock notice list --dead")]
    List(List),
    /// Shows a notice with its texts as they were sent.
    #[command(after_help = "Example:\n  \
        interlock notice show ntc_01930f5c6a0070008000000000000001")]
    Show(Named),
    /// Lists what became of a notice, reader by reader.
    #[command(after_help = "Example:\n  \
        interlock notice deliveries ntc_01930f5c6a0070008000000000000001 --state dead")]
    Deliveries(Deliveries),
    /// Sends again what could not be delivered of a notice.
    #[command(after_help = "Example:\n  \
        interlock notice retry ntc_01930f5c6a0070008000000000000001")]
    Retry(Named),
    /// Lists your own notices; --read marks them as read.
    #[command(after_help = "Example:\n  interlock notice inbox --read")]
    Inbox(Mine),
    /// User groups: who has to do with which services.
    #[command(subcommand)]
    Group(GroupVerb),
    /// Channels: the mail server, chats and programs by which notices go out.
    #[command(subcommand)]
    Channel(ChannelVerb),
}

/// New values for a plan. An empty text clears a field; lists replace what is there.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The release, by number or id.
    release: String,
    /// What users will notice.
    #[arg(long)]
    impact: Option<String>,
    /// What users are asked to do.
    #[arg(long)]
    action: Option<String>,
    /// For how many minutes they cannot use it; 0 for none.
    #[arg(long, value_name = "MINUTES")]
    downtime_minutes: Option<u32>,
    /// Whom they ask.
    #[arg(long)]
    contact: Option<String>,
    /// Who is responsible for a moment, by login; give it again for more.
    #[arg(long, value_name = "MOMENT=LOGIN", value_parser = pair)]
    responsible: Vec<(String, String)>,
    /// A moment that nothing is told at: `before`, `start` or `success`; give it again for more.
    #[arg(long, value_name = "MOMENT")]
    off: Vec<String>,
    /// A user group that is told in addition, by name; give it again for more.
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    #[command(flatten)]
    version: IfVersion,
}

impl Edit {
    fn body(&self) -> CommunicationFields {
        let named = |(moment, person): &(String, String)| ResponsibleField {
            moment: moment.clone(),
            person: person.clone(),
        };
        CommunicationFields {
            impact: self.impact.clone(),
            action: self.action.clone(),
            downtime_minutes: self.downtime_minutes.map(|minutes| Some(minutes).filter(|m| *m > 0)),
            contact: self.contact.clone(),
            responsible: (!self.responsible.is_empty())
                .then(|| self.responsible.iter().map(named).collect()),
            off: replaces(&self.off),
            groups: replaces(&self.groups),
        }
    }
}

/// Who is listed.
#[derive(Debug, Args)]
pub(crate) struct Audience {
    /// The release, by number or id.
    release: String,
    /// `team`, `support`, `operations`, `customers`, `partners` or `marketing`.
    #[arg(long)]
    audience: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// Which text is looked at.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// The release, by number or id.
    release: String,
    /// `before`, `moved`, `start`, `success`, `rollback` or `cancelled`.
    #[arg(long)]
    moment: Option<String>,
    /// `team`, `support`, `operations`, `customers`, `partners` or `marketing`.
    #[arg(long)]
    audience: Option<String>,
    /// The zone of its times; that of the window when absent.
    #[arg(long)]
    zone: Option<String>,
    /// The folder of a policy whose text is tried; the one in force when absent.
    #[arg(long, value_name = "FOLDER")]
    policy: Option<PathBuf>,
    /// In which form.
    #[arg(long, value_enum, default_value = "text")]
    form: Form,
}

/// The form of a text.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Form {
    /// Plain.
    Text,
    /// The body of a mail.
    Html,
    /// As Slack is sent it.
    Slack,
    /// As Microsoft Teams is sent it.
    Teams,
}

/// Which notices are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this release.
    #[arg(long)]
    release: Option<String>,
    /// Of this change.
    #[arg(long, conflicts_with = "release")]
    change: Option<String>,
    /// Of which something could not be delivered.
    #[arg(long)]
    dead: bool,
    #[command(flatten)]
    paging: Paging,
}

/// Which deliveries are listed.
#[derive(Debug, Args)]
pub(crate) struct Deliveries {
    /// The notice, by id.
    notice: String,
    /// `waiting`, `sending`, `sent`, `dead` or `superseded`.
    #[arg(long)]
    state: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// What is done with one's own notices.
#[derive(Debug, Args)]
pub(crate) struct Mine {
    /// Marks all of them as read.
    #[arg(long)]
    read: bool,
}

/// What is done with user groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupVerb {
    /// Lists user groups.
    #[command(after_help = "Example:\n  interlock notice group list --service \"Online payments\"")]
    List(GroupList),
    /// Shows a user group with everyone in it.
    #[command(after_help = "Example:\n  interlock notice group show \"Shop owners\"")]
    Show(Named),
    /// Sets a user group up.
    #[command(after_help = "Example:\n  interlock notice group create --name \"Shop owners\" \
        --audience customers --zone Europe/Amsterdam --service \"Online payments\" \
        --addresses-file owners.txt")]
    Create(GroupFields),
    /// Edits a user group; lists replace what is there.
    #[command(after_help = "Example:\n  \
        interlock notice group edit \"Shop owners\" --person anna --person ben")]
    Edit(GroupEdit),
}

/// Which user groups are listed.
#[derive(Debug, Args)]
pub(crate) struct GroupList {
    /// Whose name begins so.
    #[arg(long, short, value_name = "WORDS")]
    query: Option<String>,
    /// That have to do with this service.
    #[arg(long)]
    service: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// New values for a user group.
#[derive(Debug, Args)]
pub(crate) struct GroupEdit {
    /// Its name or id.
    group: String,
    #[command(flatten)]
    fields: GroupFields,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a user group.
#[derive(Debug, Args)]
pub(crate) struct GroupFields {
    /// Unique.
    #[arg(long)]
    name: Option<String>,
    /// `team`, `support`, `operations`, `customers`, `partners` or `marketing`.
    #[arg(long)]
    audience: Option<String>,
    /// The zone of those who have no account.
    #[arg(long)]
    zone: Option<String>,
    /// A service that they have to do with, by name; give it again for more.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// Someone with an account, by login; give it again for more.
    #[arg(long = "person", value_name = "LOGIN")]
    people: Vec<String>,
    /// An e-mail address; give it again for more.
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// A file with an e-mail address a line; `-` reads stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "addresses")]
    addresses_file: Option<PathBuf>,
}

impl GroupFields {
    fn body(&self) -> Result<UserGroupFields> {
        let addresses = match &self.addresses_file {
            Some(file) => {
                let text = read_text(file)?;
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                Some(lines.map(str::to_owned).collect())
            }
            None => replaces(&self.addresses),
        };
        Ok(UserGroupFields {
            name: self.name.clone(),
            audience: self.audience.clone(),
            zone: cleared(self.zone.as_ref()),
            services: replaces(&self.services),
            people: replaces(&self.people),
            addresses,
        })
    }
}

/// What is done with channels.
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelVerb {
    /// Lists channels.
    #[command(after_help = "Example:\n  interlock notice channel list")]
    List(Paging),
    /// Shows a channel; what is secret is never shown.
    #[command(after_help = "Example:\n  interlock notice channel show Mail")]
    Show(Named),
    /// Sets a channel up.
    #[command(after_help = "Examples:\n  \
        interlock notice channel create --name Mail --kind email --host mail.example.org \
        --port 587 --from changes@example.org --user interlock --password-file password.txt\n  \
        interlock notice channel create --name Ops --kind slack --url-file slack.txt \
        --audience operations")]
    Create(Box<ChannelGiven>),
    /// Edits a channel; lists replace what is there.
    #[command(after_help = "Example:\n  interlock notice channel edit Ops --off true")]
    Edit(Box<ChannelEdit>),
    /// Sends a test message, and says what became of it. Exit code 1 when it was not taken.
    #[command(after_help = "Example:\n  interlock notice channel test Mail --to me@example.org")]
    Test(Test),
}

/// New values for a channel.
#[derive(Debug, Args)]
pub(crate) struct ChannelEdit {
    /// Its name or id.
    channel: String,
    #[command(flatten)]
    fields: ChannelGiven,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a channel.
#[derive(Debug, Args)]
pub(crate) struct ChannelGiven {
    /// Unique.
    #[arg(long)]
    name: Option<String>,
    /// `email`, `slack`, `teams` or `webhook`.
    #[arg(long)]
    kind: Option<String>,
    /// The host of a mail server.
    #[arg(long)]
    host: Option<String>,
    /// The port of a mail server.
    #[arg(long)]
    port: Option<u16>,
    /// How a mail server is spoken with: `starttls`, `tls` or `none`.
    #[arg(long)]
    security: Option<String>,
    /// Whom a mail server knows us as.
    #[arg(long)]
    user: Option<String>,
    /// A file with the password of that user; `-` reads stdin.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The address that mails are from.
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// A file with the address that a chat or a program is reached at; `-` reads stdin.
    #[arg(long, value_name = "FILE")]
    url_file: Option<PathBuf>,
    /// A file with the key that requests to a program are signed with; `-` reads stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "password_file")]
    secret_file: Option<PathBuf>,
    /// In whose words a chat or a program is told.
    #[arg(long)]
    audience: Option<String>,
    /// The zone that a chat or a program is told times in.
    #[arg(long)]
    zone: Option<String>,
    /// A service whose releases it is told of, by name; give it again for more.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// Whether nothing goes out by it.
    #[arg(long, value_name = "TRUE|FALSE")]
    off: Option<bool>,
}

impl ChannelGiven {
    fn body(&self) -> Result<ChannelFields> {
        let read = |file: &Option<PathBuf>| {
            let text = file.as_deref().map(read_text).transpose()?;
            Ok::<_, Failure>(text.map(|text| text.trim().to_owned()))
        };
        Ok(ChannelFields {
            name: self.name.clone(),
            kind: self.kind.clone(),
            host: self.host.clone(),
            port: self.port,
            security: self.security.clone(),
            user: self.user.clone(),
            password: read(&self.password_file)?,
            from: self.from.clone(),
            url: read(&self.url_file)?,
            secret: read(&self.secret_file)?,
            audience: self.audience.clone(),
            zone: cleared(self.zone.as_ref()),
            services: replaces(&self.services),
            off: self.off,
        })
    }
}

/// What is tested.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Its name or id.
    channel: String,
    /// Whom a test mail is for; your own address when absent.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
}

fn path_of(release: &str) -> String {
    format!("/releases/{}/communication", segment(release))
}

/// Runs a verb.
pub(crate) fn run(verb: NoticeVerb, global: &Global) -> Result {
    let client = global.client()?;
    let notices = Records { client: &client, folder: "/notices" };
    match verb {
        NoticeVerb::Plan(named) => {
            let plan: Communication = client.get(&path_of(&named.record), &Query::default())?;
            global.out().record(&plan, PLAN, &plan_lines(&plan))
        }
        NoticeVerb::Edit(edit) => {
            let path = path_of(&edit.release);
            let expect = edit.version.or_read(&client, &path)?;
            let written = client.write(Method::Patch, &path, expect, &edit.body())?;
            global.out().written(&written)
        }
        NoticeVerb::Audience(wanted) => {
            let path = format!("{}/audience", path_of(&wanted.release));
            let query = Query::default().maybe("audience", wanted.audience.as_ref());
            let listed = client.list::<Reader>(&path, &query, &wanted.paging.wanted())?;
            global.out().listed(&listed, READERS)
        }
        NoticeVerb::Preview(preview) => {
            let path = format!("{}/preview", path_of(&preview.release));
            let body = PreviewNotice {
                moment: preview.moment,
                audience: preview.audience,
                zone: preview.zone,
                files: preview.policy.as_deref().map(policy::read).transpose()?,
            };
            let shown: NoticePreview = client.post(&path, Expect::Any, &body)?;
            let text = match preview.form {
                Form::Text => format!("{}\n\n{}", shown.subject, shown.text),
                Form::Html => shown.html.clone(),
                Form::Slack => format!("{}\n", shown.slack),
                Form::Teams => format!("{}\n", shown.teams),
            };
            let out = global.out();
            match out.format {
                Format::Json => out.json(&shown),
                Format::Table | Format::Csv => {
                    let lines = text.lines().map(|line| format!("{}\n", table::visible(line)));
                    out.write(lines.collect::<String>().as_bytes())
                }
            }
        }
        NoticeVerb::List(list) => {
            let dead = list.dead.then_some("true");
            let query = Query::default()
                .maybe("release", list.release.as_ref())
                .maybe("change", list.change.as_ref())
                .maybe("dead", dead.as_ref());
            let listed = client.list::<Notice>("/notices", &query, &list.paging.wanted())?;
            global.out().listed(&listed, LIST)
        }
        NoticeVerb::Show(named) => {
            let notice: Notice = client.get(&notices.path(&named.record), &Query::default())?;
            global.out().record(&notice, NOTICE, &[("texts", text_lines(&notice))])
        }
        NoticeVerb::Deliveries(wanted) => {
            let path = format!("{}/deliveries", notices.path(&wanted.notice));
            let query = Query::default().maybe("state", wanted.state.as_ref());
            let listed = client.list::<Delivery>(&path, &query, &wanted.paging.wanted())?;
            global.out().listed(&listed, DELIVERIES)
        }
        NoticeVerb::Retry(named) => {
            let path = format!("{}/retry", notices.path(&named.record));
            let retried: Retried = client.bare(Method::Post, &path, Expect::Any)?;
            global.out().record(&retried, &["deliveries"], &[])
        }
        NoticeVerb::Inbox(mine) => {
            let inbox: Inbox = if mine.read {
                client.post("/inbox/read", Expect::Any, &ReadNotices::default())?
            } else {
                client.get("/inbox", &Query::default())?
            };
            say(format!("{} not read", inbox.unread));
            global.out().list(&inbox.items, INBOX)
        }
        NoticeVerb::Group(verb) => group(verb, global),
        NoticeVerb::Channel(verb) => channel(verb, global),
    }
}

fn group(verb: GroupVerb, global: &Global) -> Result {
    let client = global.client()?;
    let groups = Records { client: &client, folder: "/user-groups" };
    let written = match verb {
        GroupVerb::List(list) => {
            let query = Query::default()
                .maybe("q", list.query.as_ref())
                .maybe("service", list.service.as_ref());
            let listed = client.list::<UserGroup>("/user-groups", &query, &list.paging.wanted())?;
            return global.out().listed(&listed, GROUPS);
        }
        GroupVerb::Show(named) => {
            let group: UserGroup = client.get(&groups.path(&named.record), &Query::default())?;
            return global.out().record(&group, GROUP, &[]);
        }
        GroupVerb::Create(fields) => client.post("/user-groups", Expect::Any, &fields.body()?),
        GroupVerb::Edit(edit) => {
            let path = groups.path(&edit.group);
            let expect = edit.version.or_read(&client, &path)?;
            client.write(Method::Patch, &path, expect, &edit.fields.body()?)
        }
    };
    global.out().written(&written?)
}

fn channel(verb: ChannelVerb, global: &Global) -> Result {
    let client = global.client()?;
    let channels = Records { client: &client, folder: "/channels" };
    let written = match verb {
        ChannelVerb::List(paging) => {
            let listed =
                client.list::<Channel>("/channels", &Query::default(), &paging.wanted())?;
            return global.out().listed(&listed, CHANNELS);
        }
        ChannelVerb::Show(named) => {
            let channel: Channel = client.get(&channels.path(&named.record), &Query::default())?;
            return global.out().record(&channel, CHANNEL, &[]);
        }
        ChannelVerb::Create(fields) => client.post("/channels", Expect::Any, &fields.body()?),
        ChannelVerb::Edit(edit) => {
            let path = channels.path(&edit.channel);
            let expect = edit.version.or_read(&client, &path)?;
            client.write(Method::Patch, &path, expect, &edit.fields.body()?)
        }
        ChannelVerb::Test(test) => {
            let path = format!("{}/test", channels.path(&test.channel));
            let body = TestChannel { to: test.to };
            let tested: ChannelTested = client.post(&path, Expect::Any, &body)?;
            global.out().record(&tested, &["delivered", "detail"], &[])?;
            let failed = || Failure::from(anyhow::anyhow!("the test message was not taken"));
            return if tested.delivered { Ok(()) } else { Err(failed()) };
        }
    };
    global.out().written(&written?)
}

/// The sections of a plan, for people.
fn plan_lines(plan: &Communication) -> Vec<(&'static str, Vec<String>)> {
    let zone = wall::zone_of(plan.window.as_ref());
    let moment = |moment: &api::notice::MomentPlan| {
        let at = moment.told_at.as_ref().or(moment.due_at.as_ref());
        let at = at.map(|at| format!(", {}", wall::moment(at, zone))).unwrap_or_default();
        let who = moment.responsible.as_ref();
        let who = who.map(|who| format!(" ({})", who.name)).unwrap_or_default();
        format!("{}: {}{at}{who}", moment.moment, moment.state.replace('_', " "))
    };
    let group = |group: &api::notice::GroupReached| {
        let added = if group.added { ", added" } else { "" };
        format!("{} ({}, {}{added})", group.group.name, group.audience, group.members)
    };
    let count =
        |count: &api::notice::AudienceCount| format!("{}: {}", count.audience, count.people);
    let notice = |notice: &Notice| {
        let at = wall::moment(&notice.at, zone);
        format!("{at} {}: {} told, {} given up", notice.moment, notice.sent, notice.dead)
    };
    vec![
        ("moments", plan.moments.iter().map(moment).collect()),
        ("groups", plan.groups.iter().map(group).collect()),
        ("audience", plan.audience.iter().map(count).collect()),
        ("told", plan.notices.iter().map(notice).collect()),
        ("you may", action_lines(&plan.actions, zone)),
    ]
}

fn text_lines(notice: &Notice) -> Vec<String> {
    let texts = notice.texts.iter().flatten();
    texts
        .flat_map(|text| {
            let head = format!("[{}, {}] {}", text.audience, text.zone, text.subject);
            std::iter::once(head).chain(text.body.lines().map(|line| format!("  {line}")))
        })
        .collect()
}

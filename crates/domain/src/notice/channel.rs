//! A channel: a mail server, a chat or another program by which notices go out. Its secrets, and
//! whole addresses that are secrets, are kept elsewhere and in no event.

use std::collections::BTreeSet;

use kernel::{ChannelId, NAME_MAX, ServiceId, Zone};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::edit::editable;
use crate::notice::{ChannelEvent, SERVICES_MAX, address_of};
use crate::refusal::{Check, General, Refusal};
use crate::vocabulary::{Audience, words};

words! {
    /// What a channel is.
    ChannelKind {
        /// A mail server (SMTP), to each person.
        Email = "email",
        /// An incoming webhook of Slack.
        Slack = "slack",
        /// An incoming webhook of Microsoft Teams.
        Teams = "teams",
        /// A program that takes signed requests (Standard Webhooks).
        Webhook = "webhook",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for ChannelKind {
    fn default() -> Self {
        Self::Email
    }
}

words! {
    /// How a mail server is spoken with.
    Security {
        /// In the open; for a server on this machine.
        None = "none",
        /// Begun in the open and refused unless it turns to TLS.
        StartTls = "starttls",
        /// Over TLS from the first byte.
        Tls = "tls",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that defines it derives no default")]
impl Default for Security {
    fn default() -> Self {
        Self::StartTls
    }
}

editable! {
    /// What is known of a channel.
    ChannelContent, ChannelEdit {
        /// Unique.
        name: String,
        /// What it is.
        kind: ChannelKind,
        /// The host that it reaches.
        host: String,
        /// The port of a mail server.
        port: u16,
        /// How a mail server is spoken with.
        security: Security,
        /// Whom a mail server knows us as, with a password that is kept elsewhere.
        user: String,
        /// Whom mails are from: an address.
        from: String,
        /// In whose words a chat or a program is told.
        audience: Audience,
        /// The zone that a chat or a program is told times in; UTC when absent.
        zone: Option<Zone>,
        /// The services whose releases a chat or a program is told of; all when none is named.
        services: BTreeSet<ServiceId>,
        /// Whether nothing goes out by it.
        off: bool,
    }
}

/// A channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// What is known of it.
    pub content: ChannelContent,
}

impl Aggregate for Channel {
    type Id = ChannelId;
    type Event = ChannelEvent;
    const KIND: &'static str = "channel";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &ChannelEvent, _: &Stamp) -> Self {
        match event {
            ChannelEvent::Created { content } => self.content = content.clone(),
            ChannelEvent::Edited { edit } => self.content.apply(edit),
            ChannelEvent::SecretSet {} => {}
        }
        self
    }
}

/// What saving needs to know of the world.
#[derive(Debug, Clone, Default)]
pub struct ChannelFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// Whether another channel has the name.
    pub name_taken: bool,
    /// Whether it has an address to send to, from before or given now.
    pub has_address: bool,
    /// Whether it has a key to sign with, from before or given now.
    pub has_key: bool,
    /// Whether a host is given without an address that names it.
    pub names_host: bool,
    /// Whether a secret was given now.
    pub gives_secret: bool,
}

/// Sets a channel up when it is new, edits it otherwise.
pub fn save_channel(
    channel: &Channel,
    edit: &ChannelEdit,
    facts: &ChannelFacts,
) -> Decision<ChannelEvent> {
    let mut edit = edit.clone();
    // It is kept as it is checked; what is no address stays as it was given, and is refused.
    edit.from = edit.from.map(|from| address_of(&from).unwrap_or(from));
    let edit = if facts.exists { edit.against(&channel.content) } else { edit };
    let mut content = channel.content.clone();
    content.apply(&edit);
    check(&content, facts, facts.exists && edit.kind.is_some())?;
    if facts.name_taken {
        return Err(General::NameTaken { kind: "channel", name: content.name }.into());
    }
    let mut events = match (facts.exists, edit.is_empty()) {
        (false, _) => vec![ChannelEvent::Created { content }],
        (true, true) => vec![],
        (true, false) => vec![ChannelEvent::Edited { edit }],
    };
    if facts.gives_secret {
        events.push(ChannelEvent::SecretSet {});
    }
    Ok(events)
}

fn check(content: &ChannelContent, facts: &ChannelFacts, turns: bool) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.count("/services", content.services.len(), SERVICES_MAX);
    check.text("/user", &content.user, NAME_MAX);
    if turns {
        check.wrong("/kind", "stays as it is: set another channel up and turn this one off");
    }
    if content.kind == ChannelKind::Email {
        check.name("/host", &content.host, NAME_MAX);
        if content.port == 0 {
            check.wrong("/port", "is missing: 587 for most mail servers, 25 for some");
        }
        if address_of(&content.from).is_none() {
            check.wrong("/from", "is no e-mail address: say whom the mails are from");
        }
    } else {
        if !facts.has_address {
            check.wrong("/url", "is missing: paste the address that the receiver gives you");
        }
        if facts.names_host {
            check.wrong("/host", "is the one of the address: give that as `url` instead");
        }
    }
    if content.kind == ChannelKind::Webhook && !facts.has_key {
        check.wrong("/secret", "is missing: requests are signed with it");
    }
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> ChannelEdit {
        ChannelEdit {
            name: Some("Mail".to_owned()),
            host: Some("mail.example.org".to_owned()),
            port: Some(587),
            from: Some("changes@example.org".to_owned()),
            ..ChannelEdit::default()
        }
    }

    fn wrong(edit: &ChannelEdit, facts: &ChannelFacts) -> Vec<String> {
        let refusal = save_channel(&Channel::default(), edit, facts).expect_err("it is wrong");
        refusal.missing.into_iter().map(|missing| missing.pointer).collect()
    }

    #[test]
    fn a_mail_server_needs_a_host_a_port_and_a_sender() {
        let facts = ChannelFacts::default();
        assert!(save_channel(&Channel::default(), &mail(), &facts).is_ok());
        let bare = ChannelEdit { name: Some("Mail".to_owned()), ..ChannelEdit::default() };
        assert_eq!(wrong(&bare, &facts), ["/host", "/port", "/from"]);
    }

    #[test]
    fn the_sender_is_kept_as_an_address_is_written() {
        let edit = ChannelEdit { from: Some(" Changes@Example.ORG\n".to_owned()), ..mail() };
        let events = save_channel(&Channel::default(), &edit, &ChannelFacts::default());
        let Ok([ChannelEvent::Created { content }]) = events.as_deref() else { panic!("saved") };
        assert_eq!(content.from, "changes@example.org");
    }

    #[test]
    fn a_chat_needs_an_address_and_a_program_a_key_too() {
        let of = |kind| ChannelEdit {
            name: Some("Ops".to_owned()),
            kind: Some(kind),
            ..ChannelEdit::default()
        };
        let nothing = ChannelFacts::default();
        assert_eq!(wrong(&of(ChannelKind::Slack), &nothing), ["/url"]);
        assert_eq!(wrong(&of(ChannelKind::Webhook), &nothing), ["/url", "/secret"]);
        let all = ChannelFacts { has_address: true, has_key: true, ..nothing };
        let posing = ChannelFacts { names_host: true, ..all.clone() };
        assert_eq!(wrong(&of(ChannelKind::Slack), &posing), ["/host"]);
        assert!(save_channel(&Channel::default(), &of(ChannelKind::Webhook), &all).is_ok());
    }

    #[test]
    fn a_secret_leaves_its_trace_and_nothing_more() {
        let facts = ChannelFacts { exists: true, gives_secret: true, ..ChannelFacts::default() };
        let mut channel = Channel::default();
        channel.content.apply(&mail());
        let events = save_channel(&channel, &mail(), &facts);
        assert_eq!(events, Ok(vec![ChannelEvent::SecretSet {}]));
    }

    #[test]
    fn a_channel_does_not_become_another_kind() {
        let mut channel = Channel::default();
        channel.content.apply(&mail());
        let edit = ChannelEdit { kind: Some(ChannelKind::Slack), ..ChannelEdit::default() };
        let facts = ChannelFacts { exists: true, has_address: true, ..ChannelFacts::default() };
        let refusal = save_channel(&channel, &edit, &facts).expect_err("it turns");
        assert_eq!(refusal.missing[0].pointer, "/kind");
    }
}

//! Links of a record to what is kept here or elsewhere, and who waits there for the work to be
//! done.

use kernel::{NAME_MAX, NoticeId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ExtraCommand, ExtraEvent, Extras, LINKS_MAX};
use crate::edit::is_default;
use crate::refusal::{Check, General, Missing, Refusal};

/// A link to a record here or elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is.
    pub kind: LinkKind,
    /// A number here or the name elsewhere.
    pub target: String,
    /// An http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// To whom it is told that the work is done: who asked, or who keeps the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tell: Option<String>,
    /// Whether they were told, or the problem moved on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub done: bool,
    /// Who was told by a notice, and when.
    #[serde(default, skip_serializing_if = "is_default")]
    pub told: Option<Told>,
    /// Why no notice reached them, as long as nobody ticked it off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub untold: Option<Untold>,
}

impl Link {
    /// A link to something, without more.
    pub fn new(kind: LinkKind, target: impl Into<String>) -> Self {
        let target = target.into();
        Self { kind, target, url: None, tell: None, done: false, told: None, untold: None }
    }

    /// Whom it waits to be told, and about what; nothing where nobody is named, or it is done.
    fn awaited(&self) -> Option<Awaited> {
        let (kind, target) = (self.kind, self.target.clone());
        let tell = self.tell.clone().filter(|_| kind.waits() && !self.done)?;
        Some(Awaited { kind, target, tell })
    }

    /// What is known of it stays known when the links are replaced: nobody writes by hand who was
    /// told by a notice.
    fn carried_over(&self, before: &[Self]) -> Self {
        let same = |one: &&Self| (one.kind, &one.target, &one.tell) == self.names();
        let known = before.iter().find(same);
        let told = known.and_then(|one| one.told.clone()).filter(|_| self.done);
        let untold = known.and_then(|one| one.untold.clone()).filter(|_| !self.done);
        Self { told, untold, ..self.clone() }
    }

    fn names(&self) -> (LinkKind, &String, &Option<String>) {
        (self.kind, &self.target, &self.tell)
    }
}

/// Who was told that what they waited for is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Their name, or their address.
    pub whom: String,
    /// When.
    pub at: Timestamp,
}

/// That no notice reached someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// Why.
    pub reason: String,
    /// What was written for them, and can be sent again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub notice: Option<NoticeId>,
}

/// A problem or a request that waits for the work, with whom to tell when it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// What it is.
    pub kind: LinkKind,
    /// Its number or its name elsewhere.
    pub target: String,
    /// To whom it is told.
    pub tell: String,
}

crate::vocabulary::words! {
    /// What a link points to.
    LinkKind {
        /// A change that has to do with it; no cause is claimed.
        Change = "change",
        /// An incident.
        Incident = "incident",
        /// A problem.
        Problem = "problem",
        /// A service request.
        Request = "request",
        /// A knowledge article.
        Knowledge = "knowledge",
        /// A commit.
        Commit = "commit",
        /// A pull request.
        PullRequest = "pull_request",
        /// A build.
        Build = "build",
        /// An artifact.
        Artifact = "artifact",
        /// A ticket in another tracker.
        Ticket = "ticket",
    }
}

impl LinkKind {
    /// Whether somebody waits there for the work to be done.
    pub fn waits(self) -> bool {
        matches!(self, Self::Problem | Self::Request)
    }
}

/// Refuses to say that those who wait were told, before there is something to tell.
pub fn settle(succeeded: bool) -> Result<(), Refusal> {
    if succeeded {
        return Ok(());
    }
    let detail = "is ticked off once the work has been completed successfully";
    Err(General::Invalid(vec![Missing::new("/links", detail)]).into())
}

impl Extras {
    /// Whether a command says of a link that those who wait were told, which nobody said before.
    pub fn settles(&self, command: &ExtraCommand) -> bool {
        let ExtraCommand::SetLinks { links } = command else {
            return matches!(command, ExtraCommand::Told { .. });
        };
        let was = |link: &&Link| {
            let same = |one: &Link| one.kind == link.kind && one.target == link.target && one.done;
            self.links.iter().any(same)
        };
        links.iter().any(|link| link.done && !was(&link))
    }

    /// Whom it waits to be told that the work is done, each once.
    pub fn awaited(&self) -> Vec<Awaited> {
        let mut found: Vec<Awaited> = Vec::new();
        for link in self.links.iter().filter_map(Link::awaited) {
            if !found.contains(&link) {
                found.push(link);
            }
        }
        found
    }

    /// Whom links that replace these wait to tell, and did not name for the same before.
    pub fn named_afresh(&self, links: &[Link]) -> Vec<Awaited> {
        let new = |link: &&Link| self.links.iter().all(|one| one.names() != link.names());
        links.iter().filter(new).filter_map(Link::awaited).collect()
    }

    /// Whom it waits to be told, and no notice reached.
    pub fn unreached(&self) -> Vec<Awaited> {
        let unreached = self.links.iter().filter(|link| link.untold.is_some());
        unreached.filter_map(Link::awaited).collect()
    }

    pub(super) fn open_links(&mut self, link: &Awaited) -> impl Iterator<Item = &mut Link> {
        self.links.iter_mut().filter(|one| one.awaited().as_ref() == Some(link))
    }

    pub(super) fn untold(&self, link: &Awaited, untold: &Untold) -> Vec<ExtraEvent> {
        let is_news = |one: &Link| {
            one.awaited().as_ref() == Some(link) && one.untold.as_ref() != Some(untold)
        };
        let event = ExtraEvent::LinkUntold { link: link.clone(), untold: untold.clone() };
        if self.links.iter().any(is_news) { vec![event] } else { vec![] }
    }

    pub(super) fn set_links(&self, links: &[Link]) -> Result<Vec<ExtraEvent>, Refusal> {
        let mut check = Check::default();
        check.count("/links", links.len(), LINKS_MAX);
        for (index, link) in links.iter().enumerate() {
            check.name(&format!("/links/{index}/target"), &link.target, NAME_MAX);
            if let Some(tell) = &link.tell {
                check.text(&format!("/links/{index}/tell"), tell, NAME_MAX);
            }
            if link.done && !link.kind.waits() {
                let detail = "only problems and requests are ticked off";
                check.wrong(&format!("/links/{index}/done"), detail);
            }
            if let Some(url) = &link.url {
                let pointer = format!("/links/{index}/url");
                check.text(&pointer, url, 2_000);
                if !url.starts_with("https://") && !url.starts_with("http://") {
                    check.wrong(&pointer, "must start with https:// or http://");
                }
            }
        }
        check.end()?;
        let links: Vec<Link> = links.iter().map(|one| one.carried_over(&self.links)).collect();
        let unchanged = self.links == links;
        Ok(if unchanged { vec![] } else { vec![ExtraEvent::LinksSet { links }] })
    }
}

#[cfg(test)]
mod tests {
    use kernel::Actor;

    use super::*;
    use crate::aggregate::Stamp;

    #[test]
    fn only_those_who_wait_are_told_and_only_once_there_is_something_to_tell() {
        let request = Link { tell: Some("Anna".to_owned()), ..Link::new(LinkKind::Request, "R-7") };
        let told = Link { done: true, ..request.clone() };
        let set = |links: &[Link]| ExtraCommand::SetLinks { links: links.to_vec() };
        let waiting = Extras { links: vec![request.clone()], ..Extras::default() };
        assert!(waiting.settles(&set(std::slice::from_ref(&told))));
        assert!(!waiting.settles(&set(&[request, Link::new(LinkKind::Build, "9")])));
        let settled = Extras { links: vec![told.clone()], ..Extras::default() };
        assert!(!settled.settles(&set(&[told.clone(), Link::new(LinkKind::Build, "9")])));
        assert_eq!(settle(true), Ok(()));
        assert_eq!(settle(false).expect_err("too early").missing[0].pointer, "/links");
        let build = Link { done: true, ..Link::new(LinkKind::Build, "9") };
        let refusal = waiting.decide(&set(&[told, build])).expect_err("nobody waits");
        assert_eq!(refusal.missing[0].pointer, "/links/1/done");
    }

    #[test]
    fn a_link_is_ticked_off_by_whoever_told_and_stays_so_when_the_links_are_replaced() {
        let by = Actor::System { part: "test".to_owned() };
        let stamp = Stamp { at: Timestamp::from_micros(7), by };
        let request = Link { tell: Some("anna".to_owned()), ..Link::new(LinkKind::Request, "R-7") };
        let nobody = Link::new(LinkKind::Problem, "P-1");
        let named = Link { tell: Some("anna".to_owned()), ..Link::new(LinkKind::Ticket, "T-1") };
        let links = vec![request.clone(), nobody.clone(), named];
        let mut extras = Extras { links, ..Extras::default() };
        let waits = extras.awaited();
        let [link] = &waits[..] else { panic!("one has a name and waits: {waits:?}") };
        let does = |extras: &mut Extras, command: &ExtraCommand| {
            let events = extras.decide(command).expect("allowed");
            *extras = events.iter().fold(extras.clone(), |now, event| now.evolve(event, &stamp));
            events.len()
        };
        let why = Untold { reason: "no server".to_owned(), notice: None };
        let untold = ExtraCommand::Untold { link: link.clone(), untold: why.clone() };
        assert_eq!([does(&mut extras, &untold), does(&mut extras, &untold)], [1, 0]);
        let again = ExtraCommand::SetLinks { links: vec![request.clone(), nobody.clone()] };
        assert_eq!(does(&mut extras, &again), 1);
        assert_eq!(extras.links[0].untold, Some(why), "it is known still");
        assert_eq!(extras.unreached(), waits);

        let told = ExtraCommand::Told { link: link.clone(), whom: "Anna".to_owned() };
        assert!(extras.settles(&told));
        assert_eq!([does(&mut extras, &told), does(&mut extras, &told)], [1, 0]);
        assert_eq!(does(&mut extras, &untold), 0, "it is done");
        let known = Some(Told { whom: "Anna".to_owned(), at: stamp.at });
        let shown = (extras.links[0].done, &extras.links[0].told, &extras.links[0].untold);
        assert_eq!(shown, (true, &known, &None));
        assert_eq!(extras.awaited(), []);

        let done = Link { done: true, ..request.clone() };
        let forged = Some(Told { whom: "Eve".to_owned(), at: Timestamp::from_micros(0) });
        let problem = Link { done: true, told: forged, ..nobody };
        let replaced = ExtraCommand::SetLinks { links: vec![done, problem] };
        assert_eq!(does(&mut extras, &replaced), 1);
        assert_eq!((&extras.links[0].told, &extras.links[1].told), (&known, &None));
        let other = Link { tell: Some("ben".to_owned()), ..request };
        let links = [Link::new(LinkKind::Problem, "P-2"), other.clone()];
        assert_eq!(extras.named_afresh(&links).len(), 1);
        assert_eq!(extras.named_afresh(&extras.links), [], "they were named before");
        assert_eq!(does(&mut extras, &ExtraCommand::SetLinks { links: vec![other] }), 1);
        assert_eq!((&extras.links[0].told, extras.awaited().len()), (&None, 1), "he waits now");
    }
}

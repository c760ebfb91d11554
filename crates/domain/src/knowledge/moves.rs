//! Approving an article, publishing it, and taking it out of force.

use kernel::PersonId;

use crate::aggregate::Decision;
use crate::knowledge::{Article, ArticleEvent, Refusal, State, VERSIONS_MAX, may_edit};
use crate::refusal::{Check, reasoned};
use crate::vocabulary::words;

words! {
    /// What can be done to an article.
    Verb {
        /// Say that it may be published.
        Approve = "approve",
        /// Let its audience read it.
        Publish = "publish",
        /// Take it out of force.
        Retire = "retire",
    }
}

/// Whether a verb may be done now, by this person where it is one.
pub fn guard(
    verb: Verb,
    article: &Article,
    person: Option<PersonId>,
) -> Result<(), crate::Refusal> {
    let wrong = |mend: &'static str| Refusal::WrongState { is: article.state, mend };
    may_edit(article)?;
    match (verb, article.state) {
        (Verb::Approve, State::Draft) => approves(article, person).map(|_| ()),
        (Verb::Approve, _) => Err(wrong("it is approved; edit it to write the next one").into()),
        (Verb::Publish, State::Draft) => Err(wrong("someone else approves it first").into()),
        (Verb::Publish, State::Published) => Err(wrong("its newest text is out already").into()),
        (Verb::Publish, State::Approved) if article.versions.len() >= VERSIONS_MAX => {
            Err(Refusal::TooManyVersions.into())
        }
        (Verb::Publish | Verb::Retire, _) => Ok(()),
    }
}

fn approves(article: &Article, person: Option<PersonId>) -> Result<PersonId, crate::Refusal> {
    let mut check = Check::default();
    if article.content.body.trim().is_empty() {
        check.wrong("/body", "is missing: there is nothing to publish");
    }
    check.end()?;
    let person = person.ok_or(Refusal::NoPerson)?;
    if article.authors.contains(&person) {
        return Err(Refusal::OwnDraft.into());
    }
    Ok(person)
}

/// Says that it may be published.
pub fn approve(article: &Article, person: Option<PersonId>) -> Decision<ArticleEvent> {
    guard(Verb::Approve, article, person)?;
    let by = approves(article, person)?;
    Ok(vec![ArticleEvent::Approved { by }])
}

/// Publishes what was approved, as the next version.
pub fn publish(article: &Article) -> Decision<ArticleEvent> {
    guard(Verb::Publish, article, None)?;
    let version = article.versions.last().map_or(1, |last| last.version + 1);
    Ok(vec![ArticleEvent::Published { version }])
}

/// Takes it out of force, with a reason.
pub fn retire(article: &Article, reason: &str) -> Decision<ArticleEvent> {
    guard(Verb::Retire, article, None)?;
    reasoned(reason)?;
    Ok(vec![ArticleEvent::Retired { reason: reason.to_owned() }])
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Id, Timestamp};

    use super::*;
    use crate::aggregate::{Aggregate, Stamp};
    use crate::knowledge::{Edit, edit, write};

    const ANNA: u128 = 1;
    const ROSA: u128 = 2;

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn after(article: Article, by: u128, events: &[ArticleEvent]) -> Article {
        let by = Actor::Person { id: person(by) };
        let stamp = Stamp { at: Timestamp::from_micros(7), by };
        let article = events.iter().fold(article, |article, event| article.evolve(event, &stamp));
        assert_eq!(article.broken_invariant(), None);
        article
    }

    fn body(text: &str) -> Edit {
        Edit { body: Some(text.to_owned()), ..Edit::default() }
    }

    fn draft() -> Article {
        let fields = Edit { title: Some("Restart it".to_owned()), ..body("Turn it off and on.") };
        after(Article::default(), ANNA, &write("KB-1".to_owned(), &fields).expect("fine"))
    }

    fn published() -> Article {
        let draft = draft();
        let approved =
            after(draft.clone(), ROSA, &approve(&draft, Some(person(ROSA))).expect("fine"));
        after(approved.clone(), ANNA, &publish(&approved).expect("fine"))
    }

    fn code<T: std::fmt::Debug>(end: Result<T, crate::Refusal>) -> &'static str {
        end.expect_err("a refusal").code
    }

    #[test]
    fn nobody_approves_what_they_wrote_in() {
        let draft = draft();
        assert_eq!(code(approve(&draft, Some(person(ANNA)))), "knowledge.own_draft");
        assert_eq!(code(approve(&draft, None)), "knowledge.no_person");
        let helped =
            after(draft.clone(), ROSA, &edit(&draft, &body("Off, then on.")).expect("fine"));
        assert_eq!(code(approve(&helped, Some(person(ROSA)))), "knowledge.own_draft");
        assert_eq!(code(approve(&helped, Some(person(ANNA)))), "knowledge.own_draft");
        let empty = after(draft.clone(), ANNA, &edit(&draft, &body(" ")).expect("fine"));
        assert_eq!(code(approve(&empty, Some(person(ROSA)))), "request.invalid");
    }

    #[test]
    fn what_is_published_was_approved_and_stays_while_the_next_is_written() {
        assert_eq!(code(publish(&draft())), "knowledge.wrong_state");
        let first = published();
        assert_eq!(first.in_force().map(|one| one.version), Some(1));
        assert_eq!(code(publish(&first)), "knowledge.wrong_state");
        let edited = after(first.clone(), ROSA, &edit(&first, &body("Call us.")).expect("fine"));
        assert_eq!((edited.state, edited.approved.clone()), (State::Draft, None));
        let still = edited.in_force().expect("the first version");
        assert_eq!((still.version, still.content.body.as_str()), (1, "Turn it off and on."));
        assert_eq!(code(approve(&edited, Some(person(ROSA)))), "knowledge.own_draft");
        // Who wrote the first version has not written in the second.
        let again =
            after(edited.clone(), ANNA, &approve(&edited, Some(person(ANNA))).expect("fine"));
        let second = after(again.clone(), ANNA, &publish(&again).expect("fine"));
        assert_eq!(second.versions.iter().map(|one| one.version).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(second.versions[0], first.versions[0]);
    }

    #[test]
    fn an_edit_takes_the_approval_away() {
        let draft = draft();
        let approved =
            after(draft.clone(), ROSA, &approve(&draft, Some(person(ROSA))).expect("fine"));
        let edited = after(approved.clone(), ANNA, &edit(&approved, &body("No.")).expect("fine"));
        assert_eq!(code(publish(&edited)), "knowledge.wrong_state");
    }

    #[test]
    fn a_retired_article_is_in_force_no_more() {
        let article = published();
        assert_eq!(code(retire(&article, " ")), "request.invalid");
        let events = retire(&article, "mended in 4.3").expect("fine");
        let retired = after(article, ANNA, &events);
        assert_eq!(retired.in_force(), None);
        assert_eq!(code(may_edit(&retired)), "knowledge.wrong_state");
        for verb in Verb::ALL {
            assert_eq!(code(guard(*verb, &retired, Some(person(ROSA)))), "knowledge.wrong_state");
        }
    }
}

//! Writing an article, and writing in it again.

use kernel::NAME_MAX;

use crate::aggregate::Decision;
use crate::knowledge::{
    Article, ArticleEvent, BODY_MAX, Content, Edit, Kind, Refusal, SERVICES_MAX, State,
};
use crate::refusal::Check;

/// Writes an article down, as a draft.
pub fn write(number: String, edit: &Edit) -> Decision<ArticleEvent> {
    let mut content = Content::default();
    content.apply(edit);
    check(&content)?;
    Ok(vec![ArticleEvent::Written { number, content: Box::new(content) }])
}

/// Writes in it: it is a draft again, and what was published stays as it is.
pub fn edit(article: &Article, edit: &Edit) -> Decision<ArticleEvent> {
    let edit = edit.clone().against(&article.content);
    if edit.is_empty() {
        return Ok(vec![]);
    }
    may_edit(article)?;
    let mut content = article.content.clone();
    content.apply(&edit);
    check(&content)?;
    Ok(vec![ArticleEvent::Edited { edit: Box::new(edit) }])
}

/// Whether it may be written in: whatever is in force or is to come, nothing that was retired.
pub fn may_edit(article: &Article) -> Result<(), crate::Refusal> {
    if article.state == State::Retired {
        let mend = "write another one";
        return Err(Refusal::WrongState { is: article.state, mend }.into());
    }
    Ok(())
}

fn check(content: &Content) -> Result<(), crate::Refusal> {
    let mut check = Check::default();
    check.name("/title", &content.title, NAME_MAX);
    check.text("/body", &content.body, BODY_MAX);
    check.count("/services", content.services.len(), SERVICES_MAX);
    if content.kind == Kind::ReleaseNotes && content.release.is_none() {
        check.wrong("/release", "is missing: release notes name their release");
    }
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Audience;

    fn named(title: &str) -> Edit {
        Edit { title: Some(title.to_owned()), ..Edit::default() }
    }

    #[test]
    fn an_article_has_a_title_and_release_notes_have_a_release() {
        assert!(write("KB-1".to_owned(), &named("Restart it")).is_ok());
        let wrong = Edit { kind: Some(Kind::ReleaseNotes), ..named(" ") };
        let refusal = write("KB-1".to_owned(), &wrong).expect_err("wrong");
        let pointers: Vec<&str> = refusal.missing.iter().map(|m| m.pointer.as_str()).collect();
        assert_eq!(pointers, ["/title", "/release"]);
    }

    #[test]
    fn an_edit_that_changes_nothing_is_no_event_and_a_retired_article_is_not_edited() {
        let content = Content { title: "Restart it".to_owned(), ..Content::default() };
        let article = Article { content, ..Article::default() };
        assert_eq!(edit(&article, &named("Restart it")), Ok(vec![]));
        let retired = Article { state: State::Retired, ..article };
        let other = Edit { audience: Some(Audience::Customers), ..Edit::default() };
        assert_eq!(edit(&retired, &other).expect_err("retired").code, "knowledge.wrong_state");
    }
}

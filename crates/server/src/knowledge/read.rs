//! Reading one article: its newest text, a version, what differs between two, and as a file.

use api::common::Action;
use api::knowledge as wire;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use domain::identity::Permission;
use domain::knowledge::{
    Article, Content, Line, Published, Verb, difference as lines, guard, may_edit,
};
use domain::{General, Missing};
use ports::{Fault, Query};

use crate::asking::{Asking, Reader};
use crate::bus::{Loaded, Stop, find_state};
use crate::http::{App, ListQuery, Signed};
use crate::knowledge::find::find_article;
use crate::knowledge::verbs::permission;
use crate::names::Names;
use crate::problem::Answer;
use crate::read::{action, ask, refused};

pub(super) async fn get(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<wire::Article>, Answer> {
    let reader = Reader::of(&app, &signed);
    let found = ask(&*app.bus.world().store, move |db| {
        let asking = reader.ask(db)?;
        refused(whole(db, &id, &asking))
    });
    Ok(Json(found.await??))
}

pub(super) async fn version(
    State(app): State<App>,
    _: Signed,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<wire::PublishedVersion>, Answer> {
    let found = ask(&*app.bus.world().store, move |db| {
        refused(loaded(db, &id).and_then(|article| {
            let published = published(&article.state, &version)?;
            let body = Some(published.content.body.clone());
            let shown = told(db, &mut Names::default(), published)?;
            Ok(wire::PublishedVersion { body, ..shown })
        }))
    });
    Ok(Json(found.await??))
}

pub(super) async fn difference(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Json<wire::ArticleDifference>, Answer> {
    let found = ask(&*app.bus.world().store, move |db| {
        refused(loaded(db, &id).and_then(|article| differs(&article.state, &query)))
    });
    Ok(Json(found.await??))
}

pub(super) async fn markdown(
    State(app): State<App>,
    _: Signed,
    Path(id): Path<String>,
    query: ListQuery,
) -> Result<Response, Answer> {
    let found = ask(&*app.bus.world().store, move |db| {
        refused(loaded(db, &id).and_then(|article| {
            let article = article.state;
            let content = match query.get("version") {
                Some(version) => &published(&article, version)?.content,
                None => article.in_force().map_or(&article.content, |one| &one.content),
            };
            Ok((article.number.clone(), as_file(content)))
        }))
    });
    let (number, text) = found.await??;
    let headers = [
        (CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{number}.md\"")),
    ];
    Ok((headers, text).into_response())
}

/// The text with its title on top, where it does not begin with one.
fn as_file(content: &Content) -> String {
    let body = content.body.trim_end();
    if body.starts_with("# ") {
        format!("{body}\n")
    } else {
        format!("# {}\n\n{body}\n", content.title)
    }
}

fn loaded(db: &mut dyn Query, name: &str) -> Result<Loaded<Article>, Stop> {
    let id = find_article(db, name)?;
    let found: Option<Loaded<Article>> = find_state(db, id)?;
    let unknown = || General::Unknown { kind: "article", name: name.to_owned() };
    found.ok_or_else(|| unknown().into())
}

/// A version by its number.
fn published<'a>(article: &'a Article, version: &str) -> Result<&'a Published, Stop> {
    let number: Option<u32> = version.parse().ok();
    let found = article.versions.iter().find(|one| Some(one.version) == number);
    let unknown = || General::Unknown { kind: "version", name: version.to_owned() };
    found.ok_or_else(|| unknown().into())
}

fn differs(article: &Article, query: &ListQuery) -> Result<wire::ArticleDifference, Stop> {
    let named = |name: &str| query.get(name).map(|version| published(article, version)).transpose();
    let to = named("to")?;
    let before = |to: &Published| article.versions.iter().rfind(|one| one.version < to.version);
    let from = match (named("from")?, to) {
        (Some(from), _) => Some(from),
        (None, Some(to)) => before(to),
        (None, None) => article.versions.last(),
    };
    if let (Some(from), Some(to)) = (from, to)
        && from.version > to.version
    {
        let wrong = Missing::new("/from", "comes after the version it is compared with");
        return Err(General::Invalid(vec![wrong]).into());
    }
    let newer = to.map_or(&article.content, |to| &to.content);
    let (title, body) =
        from.map_or(("", ""), |one| (one.content.title.as_str(), one.content.body.as_str()));
    let line =
        |line: Line| wire::DifferenceLine { mark: line.mark.word().to_owned(), text: line.text };
    Ok(wire::ArticleDifference {
        from: from.map(|one| one.version),
        to: to.map(|one| one.version),
        title_before: title.to_owned(),
        title: newer.title.clone(),
        lines: lines(body, &newer.body).into_iter().map(line).collect(),
    })
}

fn whole(db: &mut dyn Query, name: &str, asking: &Asking) -> Result<wire::Article, Stop> {
    let Loaded { id, version, state: article, .. } = loaded(db, name)?;
    let actions = actions(&article, asking);
    let mut names = Names::default();
    let n = &mut names;
    let versions = article.versions.iter().rev().map(|one| told(db, n, one));
    let versions = versions.collect::<Result<_, Fault>>()?;
    let retired = match &article.retired {
        Some(retired) => Some(wire::Retired {
            by: n.actor(db, &retired.by)?,
            at: retired.at.to_string(),
            reason: retired.reason.clone(),
        }),
        None => None,
    };
    let content = &article.content;
    let approved = article.approved.as_ref();
    Ok(wire::Article {
        id: id.to_string(),
        number: article.number.clone(),
        version: version.0,
        kind: content.kind.word().to_owned(),
        audience: content.audience.word().to_owned(),
        title: content.title.clone(),
        body: content.body.clone(),
        services: n.all(db, &content.services)?,
        release: n.opt(db, content.release)?,
        state: article.state.word().to_owned(),
        authors: n.all(db, &article.authors)?,
        approved_by: n.opt(db, approved.map(|one| one.by))?,
        approved_at: approved.map(|one| one.at.to_string()),
        in_force: article.in_force().map(|one| one.version),
        versions,
        retired,
        actions,
    })
}

fn told(
    db: &mut dyn Query,
    names: &mut Names,
    published: &Published,
) -> Result<wire::PublishedVersion, Fault> {
    Ok(wire::PublishedVersion {
        version: published.version,
        title: published.content.title.clone(),
        audience: published.content.audience.word().to_owned(),
        body: None,
        approved_by: names.opt(db, published.approved_by)?,
        by: names.actor(db, &published.by)?,
        at: published.at.to_string(),
    })
}

fn actions(article: &Article, asking: &Asking) -> Vec<Action> {
    let edits = may_edit(article).and_then(|()| asking.permit(Permission::KnowledgeWrite));
    let shown = Verb::ALL.iter().map(|verb| {
        let guarded = guard(*verb, article, asking.who.person);
        action(verb.word(), guarded.and_then(|()| asking.permit(permission(*verb))))
    });
    [action("edit", edits)].into_iter().chain(shown).collect()
}

//! A person with an account: who they are, which roles they hold, how they like their lists.

use std::collections::BTreeSet;

use kernel::{NAME_MAX, PersonId, Zone};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::edit::{editable, is_default};
use crate::identity::{IdentityRefusal, PersonEvent, QuietHours, ReleaseDigest, Role};
use crate::refusal::{Check, General, Missing, Refusal};

/// The fewest characters of a password (NIST SP 800-63B asks for at least 8).
pub const PASSWORD_MIN: usize = 10;
/// The longest login, in characters.
pub const LOGIN_MAX: usize = 100;
/// The most characters of a password (NIST SP 800-63B asks for at least 64).
pub const PASSWORD_MAX: usize = 200;
/// The most saved filters of a person.
pub const FILTERS_MAX: usize = 100;
/// The lists whose filters are saved, as their addresses name them.
const FILTERED: &[&str] = &["changes", "incidents", "releases"];

editable! {
    /// What is known of a person.
    Content, Edit {
        /// Unique; what they sign in with.
        login: String,
        /// The full name.
        name: String,
        /// An e-mail address.
        email: String,
        /// The roles held.
        roles: BTreeSet<Role>,
        /// The zone they read times in; UTC when absent.
        zone: Option<Zone>,
        /// True for someone who left.
        inactive: bool,
        /// When their mails wait; never when absent.
        quiet: Option<QuietHours>,
        /// The digest of releases that they get once a week; none when absent.
        digest: Option<ReleaseDigest>,
    }
}

/// A saved filter of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFilter {
    /// The list it is for.
    pub list: String,
    /// What it is called.
    pub name: String,
    /// The query of the address.
    pub query: String,
}

/// A person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What is known of them.
    pub content: Content,
    /// Their saved filters.
    #[serde(default, skip_serializing_if = "is_default")]
    pub filters: Vec<SavedFilter>,
}

impl Aggregate for Person {
    type Id = PersonId;
    type Event = PersonEvent;
    const KIND: &'static str = "person";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &PersonEvent, _: &Stamp) -> Self {
        match event {
            PersonEvent::Created { content } => self.content = content.clone(),
            PersonEvent::Edited { edit } => self.content.apply(edit),
            PersonEvent::FiltersSaved { filters } => self.filters.clone_from(filters),
            PersonEvent::PasswordSet {} | PersonEvent::SignedIn {} | PersonEvent::SignedOut {} => {}
        }
        self
    }
}

/// What saving a person needs to know of the world.
#[derive(Debug, Clone, Default)]
pub struct SaveFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// Whether another person has the login.
    pub login_taken: bool,
    /// Whether someone else is an active administrator; asked only when this one ceases to be.
    pub other_administrator: bool,
}

impl Content {
    /// Whether this person keeps accounts.
    pub fn is_administrator(&self) -> bool {
        !self.inactive && self.roles.contains(&Role::Administrator)
    }
}

impl Edit {
    /// With the login as it is kept and compared: in lower case.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        self.login = self.login.map(|login| login.to_lowercase());
        self
    }

    /// Whether it changes what only a keeper of accounts may change: login, roles, activity.
    pub fn needs_keeper(&self, content: &Content) -> bool {
        let edit = self.clone().against(content);
        edit.login.is_some() || edit.roles.is_some() || edit.inactive.is_some()
    }

    /// Whether it takes an administrator away.
    pub fn removes_administrator(&self, content: &Content) -> bool {
        let mut after = content.clone();
        after.apply(self);
        content.is_administrator() && !after.is_administrator()
    }
}

/// Makes an account when it is new, edits it otherwise.
pub fn save(person: &Person, edit: &Edit, facts: &SaveFacts) -> Decision<PersonEvent> {
    let edit = edit.clone().normalised();
    let edit = if facts.exists { edit.against(&person.content) } else { edit };
    let mut content = person.content.clone();
    content.apply(&edit);
    check(&content)?;
    if facts.login_taken {
        return Err(General::NameTaken { kind: "person", name: content.login }.into());
    }
    if edit.removes_administrator(&person.content) && !facts.other_administrator {
        return Err(IdentityRefusal::LastAdministrator(person.content.login.clone()).into());
    }
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![PersonEvent::Created { content }],
        (true, true) => vec![],
        (true, false) => vec![PersonEvent::Edited { edit }],
    })
}

/// What a password must be: long enough, and no repetition of the login (NIST SP 800-63B).
pub fn check_password(pointer: &str, password: &str, login: &str) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.text(pointer, password, PASSWORD_MAX);
    if password.chars().count() < PASSWORD_MIN {
        check.wrong(pointer, format!("is shorter than {PASSWORD_MIN} characters"));
    }
    if !login.is_empty() && password.to_lowercase().replace(&login.to_lowercase(), "").len() < 4 {
        check.wrong(pointer, "is little more than the login");
    }
    check.end()
}

fn check(content: &Content) -> Result<(), Refusal> {
    let faults = faults(content);
    if faults.is_empty() { Ok(()) } else { Err(General::Invalid(faults).into()) }
}

/// Everything that is wrong with the fields of a person.
pub fn faults(content: &Content) -> Vec<Missing> {
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.name("/login", &content.login, LOGIN_MAX);
    if !content.login.chars().all(|c| c.is_ascii_alphanumeric() || ".-_@".contains(c)) {
        check.wrong("/login", "may hold letters, digits, `.`, `-`, `_` and `@` only");
    }
    check.text("/email", &content.email, 320);
    if !content.email.is_empty() && !content.email.contains('@') {
        check.wrong("/email", "is not an e-mail address");
    }
    if content.quiet.is_some_and(|quiet| quiet.from == quiet.to) {
        check.wrong("/quiet/to", "is when they begin: quiet hours end before the day is over");
    }
    if let Some(digest) = &content.digest {
        digest.check(&mut check);
    }
    check.found()
}

/// Replaces the saved filters.
pub fn save_filters(person: &Person, filters: &[SavedFilter]) -> Decision<PersonEvent> {
    let mut check = Check::default();
    check.count("/filters", filters.len(), FILTERS_MAX);
    for (index, filter) in filters.iter().enumerate() {
        if !FILTERED.contains(&filter.list.as_str()) {
            let known = FILTERED.join(", ");
            let detail = format!("is none of the lists whose filters are saved: {known}");
            check.wrong(&format!("/filters/{index}/list"), detail);
        }
        check.name(&format!("/filters/{index}/name"), &filter.name, NAME_MAX);
        check.text(&format!("/filters/{index}/query"), &filter.query, 2_000);
    }
    check.end()?;
    let unchanged = person.filters == filters;
    let saved = PersonEvent::FiltersSaved { filters: filters.to_vec() };
    Ok(if unchanged { vec![] } else { vec![saved] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::DIGEST_TYPES_MAX;
    use crate::vocabulary::Weekday;

    fn anna() -> Person {
        let content = Content {
            login: "anna".to_owned(),
            name: "Anna".to_owned(),
            roles: [Role::Administrator].into(),
            ..Content::default()
        };
        Person { content, ..Person::default() }
    }

    fn known() -> SaveFacts {
        SaveFacts { exists: true, ..SaveFacts::default() }
    }

    #[test]
    fn a_login_with_spaces_is_refused() {
        let edit = Edit {
            login: Some("anna smith".to_owned()),
            name: Some("Anna".to_owned()),
            ..Edit::default()
        };
        let refusal = save(&Person::default(), &edit, &SaveFacts::default());
        assert_eq!(refusal.expect_err("spaces").missing[0].pointer, "/login");
    }

    #[test]
    fn a_login_is_kept_in_lower_case() {
        let edit = Edit {
            login: Some("Anna".to_owned()),
            name: Some("Anna".to_owned()),
            ..Edit::default()
        };
        let events = save(&Person::default(), &edit, &SaveFacts::default()).expect("fine");
        let [PersonEvent::Created { content }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(content.login, "anna");
    }

    #[test]
    fn a_taken_login_is_refused() {
        let facts = SaveFacts { login_taken: true, ..known() };
        let refusal = save(&anna(), &Edit::default(), &facts);
        assert_eq!(refusal.expect_err("taken").code, "request.name_taken");
    }

    #[test]
    fn the_last_administrator_stays() {
        let gone = Edit { inactive: Some(true), ..Edit::default() };
        let plain = Edit { roles: Some([Role::Requester].into()), ..Edit::default() };
        for edit in [gone, plain] {
            let refusal = save(&anna(), &edit, &known()).expect_err("the last one");
            assert_eq!(refusal.code, "identity.last_administrator");
            let facts = SaveFacts { other_administrator: true, ..known() };
            assert_eq!(save(&anna(), &edit, &facts), Ok(vec![PersonEvent::Edited { edit }]));
        }
    }

    #[test]
    fn only_a_keeper_changes_login_roles_and_activity() {
        let content = anna().content;
        let name = Edit { name: Some("Anna S.".to_owned()), ..Edit::default() };
        assert!(!name.needs_keeper(&content));
        let same = Edit { roles: Some(content.roles.clone()), ..Edit::default() };
        assert!(!same.needs_keeper(&content));
        let roles = Edit { roles: Some([Role::Auditor].into()), ..Edit::default() };
        assert!(roles.needs_keeper(&content));
        assert!(Edit { inactive: Some(true), ..Edit::default() }.needs_keeper(&content));
    }

    #[test]
    fn quiet_hours_are_ones_own_and_end_some_time() {
        let hours = |from, to| {
            let at = |hour| jiff::civil::time(hour, 0, 0, 0);
            Some(Some(QuietHours { from: at(from), to: at(to), digest: true }))
        };
        let night = Edit { quiet: hours(22, 7), ..Edit::default() };
        assert!(!night.needs_keeper(&anna().content));
        let events = save(&anna(), &night, &known()).expect("fine");
        assert_eq!(events, vec![PersonEvent::Edited { edit: night.clone() }]);
        let content = Content { quiet: night.quiet.flatten(), ..anna().content };
        let quiet = Person { content, ..Person::default() };
        assert_eq!(save(&quiet, &night, &known()), Ok(vec![]));
        let text = serde_json::to_string(&Edit { quiet: Some(None), ..Edit::default() });
        let none: Edit = serde_json::from_str(&text.expect("JSON")).expect("an edit");
        assert_eq!(none.quiet, Some(None), "taken away is not left as it was");
        let endless = Edit { quiet: hours(7, 7), ..Edit::default() };
        let refusal = save(&anna(), &endless, &known()).expect_err("a whole day");
        assert_eq!(refusal.missing[0].pointer, "/quiet/to");
    }

    #[test]
    fn a_digest_is_ones_own_and_names_types_and_an_hour() {
        let digest = |types: &[&str], hour| {
            let types = types.iter().map(|name| (*name).to_owned()).collect();
            Some(Some(ReleaseDigest { types, weekday: Weekday::Monday, hour }))
        };
        let weekly = Edit { digest: digest(&["major"], 8), ..Edit::default() };
        assert!(!weekly.needs_keeper(&anna().content));
        let events = save(&anna(), &weekly, &known()).expect("fine");
        assert_eq!(events, vec![PersonEvent::Edited { edit: weekly }]);
        for (wrong, pointer) in [
            (digest(&[], 8), "/digest/types"),
            (digest(&[" "], 8), "/digest/types"),
            (digest(&["major"], 24), "/digest/hour"),
        ] {
            let edit = Edit { digest: wrong, ..Edit::default() };
            let refusal = save(&anna(), &edit, &known()).expect_err("it is wrong");
            assert_eq!(refusal.missing[0].pointer, pointer);
        }
        let many: Vec<String> = (0..=DIGEST_TYPES_MAX).map(|count| format!("t{count}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let edit = Edit { digest: digest(&many, 8), ..Edit::default() };
        assert!(save(&anna(), &edit, &known()).is_err(), "too many");
    }

    #[test]
    fn a_password_is_long_and_not_the_login() {
        assert!(check_password("/new", "correct horse", "anna").is_ok());
        assert!(check_password("/new", "too short", "anna").is_err());
        assert!(check_password("/new", "annabelle.anna", "annabelle.").is_ok());
        assert!(check_password("/new", "Annabelle.1", "annabelle.").is_err());
        assert!(check_password("/new", &"x".repeat(PASSWORD_MAX + 1), "anna").is_err());
    }

    fn filter(list: &str) -> SavedFilter {
        let (list, name) = (list.to_owned(), "mine".to_owned());
        SavedFilter { list, name, query: "phase=draft".to_owned() }
    }

    #[test]
    fn a_filter_is_one_of_a_list() {
        let both = [filter("changes"), filter("nope")];
        let refused = save_filters(&Person::default(), &both).expect_err("no list");
        assert_eq!(refused.missing.len(), 1);
        assert_eq!(refused.missing[0].pointer, "/filters/1/list");
    }

    #[test]
    fn saving_the_same_filters_again_is_no_event() {
        let filters = vec![filter("changes")];
        let events = save_filters(&Person::default(), &filters).expect("fine");
        assert_eq!(events, vec![PersonEvent::FiltersSaved { filters: filters.clone() }]);
        let person = Person { filters: filters.clone(), ..Person::default() };
        assert_eq!(save_filters(&person, &filters), Ok(vec![]));
    }
}

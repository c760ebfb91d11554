//! People at terminals: commands against a running server, each by someone with a token of their
//! own.

use std::process::{Command, Output};
use std::time::Duration;

use domain::identity::{Role, permissions};
use kernel::Timestamp;
use ports::{Clock as _, SystemClock};
use serde_json::Value as Json;

use crate::shared::{Database, Server, on_both, program, token_of};

/// How often something is tried that a clock has to allow first.
const TRIES: u32 = 200;

/// Someone at a terminal. Arguments of several words stand between single quotes.
pub(crate) struct Person<'a> {
    pub(crate) program: &'a Command,
    pub(crate) url: &'a str,
    pub(crate) token: String,
}

impl Person<'_> {
    pub(crate) fn ran(&self, words: &str) -> Output {
        let mut command = Command::new(self.program.get_program());
        command.env("INTERLOCK_URL", self.url).env("INTERLOCK_TOKEN", &self.token);
        command.args(arguments(words)).output().unwrap()
    }

    /// What a command answers with.
    pub(crate) fn does(&self, words: &str) -> Json {
        self.ends(words, 0)
    }

    /// What a check answers with that finds something.
    pub(crate) fn finds(&self, words: &str) -> Json {
        self.ends(words, 1)
    }

    fn ends(&self, words: &str, code: i32) -> Json {
        let output = self.ran(&format!("{words} --format json"));
        assert_eq!(output.status.code(), Some(code), "{words}: {}", said(&output));
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{words}: {error}: {}", said(&output)))
    }

    /// The number of a record that a command makes.
    pub(crate) fn makes(&self, words: &str) -> String {
        self.does(words)["number"].as_str().expect("a number").to_owned()
    }

    /// What a command prints for people.
    pub(crate) fn prints(&self, words: &str) -> String {
        let output = self.ran(words);
        assert!(output.status.success(), "{words}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A command that is refused with an exit code, in words that say why.
    pub(crate) fn may_not(&self, words: &str, code: i32, why: &str) {
        let output = self.ran(words);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{words}: {said}");
        assert!(said.contains(why) && output.stdout.is_empty(), "{words}: {said}");
    }

    /// Tries a command until the clock lets it pass.
    pub(crate) fn waits_to(&self, words: &str) {
        for _ in 0..TRIES {
            if self.ran(words).status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{words}: {}", said(&self.ran(words)));
    }
}

fn arguments(words: &str) -> Vec<&str> {
    let parts = words.split('\'').enumerate();
    let split = parts.map(|(place, part)| match place % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    split.flatten().collect()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Tokens of people with a role each, that permit all it permits.
pub(crate) fn tokens<const N: usize>(
    program: &Command,
    database: &Database,
    people: [(&str, Role); N],
) -> [String; N] {
    people.map(|(login, role)| {
        let permissions = permissions(role);
        let scopes: Vec<&str> = permissions.iter().map(|scope| scope.word()).collect();
        token_of(program, &database.address, login, &[role.word()], &scopes)
    })
}

/// Plays a story of some people, beside an administrator who set up a service with two CIs.
pub(crate) fn played<const N: usize>(
    people: [(&str, Role); N],
    story: impl Fn(&[Person<'_>; N], &Database),
) {
    let Some(program) = program() else { return };
    on_both(|database| {
        let [ada] = tokens(&program, database, [("ada", Role::Administrator)]);
        let tokens = tokens(&program, database, people);
        let server = Server::start(&program, &database.address);
        let person = |token| Person { program: &program, url: &server.url, token };
        let ada = person(ada);
        ada.does("service create --name Payments --criticality 2");
        ada.does("ci create --name pay-db --kind server --service Payments");
        ada.does("ci create --name pay-app --kind server --service Payments");
        story(&tokens.map(person), database);
    });
}

/// The items of a list.
pub(crate) fn items(list: &Json) -> &[Json] {
    list["items"].as_array().expect("a list")
}

/// A time that lies some seconds from now.
pub(crate) fn seconds_from_now(seconds: i64) -> Timestamp {
    let now = SystemClock.now().micros() / 1_000_000;
    Timestamp::from_micros((now + seconds) * 1_000_000)
}

/// A time that lies some minutes from now.
pub(crate) fn minutes_from_now(minutes: i64) -> Timestamp {
    seconds_from_now(minutes * 60)
}

/// A window by minutes from now, as flags.
pub(crate) fn window(from: i64, to: i64) -> String {
    format!("--start {} --end {}", minutes_from_now(from), minutes_from_now(to))
}

/// A change on a CI that nobody approved yet.
pub(crate) fn raised(anna: &Person<'_>, ci: &str, more: &str) -> String {
    anna.makes(&format!(
        "change create --type normal --title 'Renew {ci}' --ci {ci} --description 'Replace it.' \
         --reason 'A defect.' --category application --customer-impact none --implementer ivan \
         --implementation-plan Install. --test-plan Look. --backout-plan 'Go back.' \
         --backout-minutes 5 {more}"
    ))
}

/// The same, approved by the owner of its service.
pub(crate) fn approved(anna: &Person<'_>, sara: &Person<'_>, ci: &str, more: &str) -> String {
    let change = raised(anna, ci, more);
    anna.does(&format!("change submit {change}"));
    anna.does(&format!("change assess {change}"));
    sara.does(&format!("approve vote {change}"));
    change
}

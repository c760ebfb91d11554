//! How a verb can fail, what it says on stderr then, and its exit code.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;

use api::problem::Problem;
use ports::Fault;

/// What a verb answers.
pub(crate) type Result<T = ()> = std::result::Result<T, Failure>;

/// The exit codes, for `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused by a rule, or a check that found something
  2  the command line or the input cannot be taken
  3  not signed in, or not permitted
  4  there is no such record
  5  the server or the database cannot be used
  6  the record moved on in between, or the key was used before";

/// Why a verb failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line or a file it names cannot be taken.
    Usage(String),
    /// The server answered with a problem.
    Problem(Box<Problem>),
    /// A check found something; what it found is printed already.
    Found(String),
    /// A gate does not let something through, or cannot tell; with an exit code of its own.
    Gate(u8, String),
    /// The database or the server failed.
    Fault(Fault),
    /// No server answered at an address.
    Unreachable {
        /// The address.
        url: String,
        /// Why not.
        fault: Fault,
    },
    /// Anything else, such as a file that cannot be written.
    Other(anyhow::Error),
}

impl Failure {
    /// A command line that cannot be taken.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::Usage(what.into())
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.number())
    }

    fn number(&self) -> u8 {
        match self {
            Self::Found(_) => 1,
            Self::Gate(code, _) => *code,
            Self::Usage(_) => 2,
            Self::Problem(problem) => of_problem(problem),
            Self::Fault(_) | Self::Unreachable { .. } | Self::Other(_) => 5,
        }
    }

    /// What is said where no flag has a part in it.
    pub(crate) fn plain(&self) -> String {
        self.message(&BTreeSet::new())
    }

    /// What is said on stderr, several lines long for a problem with fields.
    ///
    /// `flags` are those of the verb and its neighbours: a field is named by its flag.
    pub(crate) fn message(&self, flags: &BTreeSet<String>) -> String {
        match self {
            Self::Usage(what) | Self::Found(what) | Self::Gate(_, what) => what.clone(),
            Self::Problem(problem) => in_words(problem, flags),
            Self::Fault(fault) => fault.to_string(),
            Self::Unreachable { url, fault } => format!(
                "no server answers at {url}: start one with `interlock serve`, or name it with \
                 --url or INTERLOCK_URL ({})",
                chain(fault)
            ),
            Self::Other(error) => format!("{error:#}"),
        }
    }
}

fn of_problem(problem: &Problem) -> u8 {
    if problem.code == "request.key_reused" {
        return 6;
    }
    match problem.status {
        401 | 403 => 3,
        404 | 405 => 4,
        409 => 1,
        412 | 428 => 6,
        429 | 500.. => 5,
        _ => 2,
    }
}

fn in_words(problem: &Problem, flags: &BTreeSet<String>) -> String {
    let detail = match problem.code.as_str() {
        "identity.sign_in_required" => NO_TOKEN.to_owned(),
        _ => without_errors(&problem.detail),
    };
    let mut text = headline(&problem.title, &detail);
    for error in &problem.errors {
        let _ = write!(text, "\n  {}: {}", named(&error.pointer, flags), error.detail);
    }
    let _ = write!(text, "\n  ({})", problem.code);
    text
}

/// What is said to who shows no token.
const NO_TOKEN: &str = "give a token with INTERLOCK_TOKEN or --token; \
    `interlock token create --login YOU` makes one";

/// What a refusal says without pointing to the fields that stand below it.
pub(crate) fn without_errors(detail: &str) -> String {
    detail.replace("; each is named in `errors`", "").replace("; see `errors`", "")
}

/// A field as the command line has it: by its flag where there is one, else as the API does.
fn named(pointer: &str, flags: &BTreeSet<String>) -> String {
    let field = pointer.trim_start_matches('/');
    let Some(head) = field.split('/').next().filter(|head| !head.is_empty()) else {
        return "the request".to_owned();
    };
    let known = FLAGS.iter().find(|(name, _)| [field, head].contains(name));
    let flag = known.map_or_else(|| head.replace('_', "-"), |(_, flag)| (*flag).to_owned());
    let single = flag.strip_suffix('s').unwrap_or(&flag);
    let flag = [flag.as_str(), single].into_iter().find(|flag| flags.contains(*flag));
    match flag {
        Some(flag) if field.contains('/') && !field.starts_with("window/") => {
            format!("--{flag} ({field})")
        }
        Some(flag) => format!("--{flag}"),
        None => field.to_owned(),
    }
}

/// Fields whose flag is called otherwise.
const FLAGS: [(&str, &str); 8] = [
    ("window/start", "start"),
    ("window/end", "end"),
    ("window/zone", "zone"),
    ("window", "start"),
    ("duration", "minutes"),
    ("due_at", "due"),
    ("expires_at", "expires"),
    ("content_hash", "hash"),
];

/// The title and the detail; a detail that begins with the words of the title says it alone.
fn headline(title: &str, detail: &str) -> String {
    if detail.to_lowercase().starts_with(&title.to_lowercase()) {
        let mut letters = detail.chars();
        let first = letters.next().map(char::to_uppercase).into_iter().flatten();
        return first.chain(letters).collect();
    }
    format!("{title}: {detail}")
}

/// A fault with its causes: the outer one alone rarely says what to mend.
fn chain(fault: &Fault) -> String {
    let mut text = fault.to_string();
    let mut cause = std::error::Error::source(fault).and_then(std::error::Error::source);
    while let Some(inner) = cause {
        let _ = write!(text, ": {inner}");
        cause = inner.source();
    }
    text
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.into())
    }
}

#[cfg(test)]
mod tests {
    use api::common::FieldError;

    use super::*;

    fn code_of(code: &str) -> u8 {
        Failure::Problem(Box::new(Problem::new(code, "because"))).number()
    }

    #[test]
    fn the_exit_code_tells_a_rule_from_bad_input_and_a_stale_version() {
        assert_eq!(code_of("change.incomplete"), 1);
        assert_eq!(code_of("request.invalid"), 2);
        assert_eq!(code_of("identity.sign_in_required"), 3);
        assert_eq!(code_of("approval.own_work"), 3);
        assert_eq!(code_of("request.unknown_record"), 4);
        assert_eq!(code_of("server.busy"), 5);
        assert_eq!(code_of("request.stale"), 6);
        assert_eq!(code_of("request.key_reused"), 6);
    }

    #[test]
    fn a_detail_that_repeats_its_title_is_said_once() {
        let own = Problem::new(
            "calendar.own_conflict",
            "nobody accepts a conflict of their own work: ask another release manager",
        );
        let text = in_words(&own, &BTreeSet::new());
        assert_eq!(
            text,
            "Nobody accepts a conflict of their own work: ask another release manager\n  \
            (calendar.own_conflict)"
        );
    }

    #[test]
    fn every_field_of_a_problem_is_named() {
        let error = FieldError { pointer: "/title".to_owned(), detail: "is missing".to_owned() };
        let problem = Problem { errors: vec![error], ..Problem::new("request.invalid", "mend it") };
        let text = in_words(&problem, &BTreeSet::new());
        assert_eq!(
            text,
            "Fields cannot be taken: mend it\n  title: is missing\n  (request.invalid)"
        );
    }

    #[test]
    fn a_field_is_named_by_its_flag_where_the_verb_has_one() {
        let flags = ["title", "minutes", "member", "start", "implementation-plan"];
        let flags: BTreeSet<String> = flags.map(str::to_owned).into();
        let told = |pointer: &str| named(pointer, &flags);
        assert_eq!(told("/title"), "--title");
        assert_eq!(told("/duration"), "--minutes");
        assert_eq!(told("/implementation_plan"), "--implementation-plan");
        assert_eq!(told("/members/0"), "--member (members/0)");
        assert_eq!(told("/window/start"), "--start");
        assert_eq!(told("/kpis/0/target"), "kpis/0/target");
        assert_eq!(told(""), "the request");
    }

    #[test]
    fn nothing_points_to_fields_that_do_not_follow_and_a_missing_token_says_where_it_goes() {
        let incomplete =
            Problem::new("review.incomplete", "this review is not complete; see `errors`");
        assert!(!in_words(&incomplete, &BTreeSet::new()).contains("errors"));
        let unsigned = Problem::new("identity.sign_in_required", "send `Authorization: Bearer`");
        let text = in_words(&unsigned, &BTreeSet::new());
        assert!(text.contains("INTERLOCK_TOKEN or --token"), "{text}");
        assert!(!text.contains("Bearer"), "{text}");
    }
}

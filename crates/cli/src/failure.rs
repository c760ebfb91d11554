//! How a verb can fail, what it says on stderr then, and its exit code.

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

    /// What is said on stderr, several lines long for a problem with fields.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Usage(what) | Self::Found(what) | Self::Gate(_, what) => what.clone(),
            Self::Problem(problem) => in_words(problem),
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

fn in_words(problem: &Problem) -> String {
    let mut text = headline(&problem.title, &problem.detail);
    for error in &problem.errors {
        let field = error.pointer.trim_start_matches('/');
        let field = if field.is_empty() { "the request" } else { field };
        let _ = write!(text, "\n  {field}: {}", error.detail);
    }
    let _ = write!(text, "\n  ({})", problem.code);
    text
}

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
        let text = in_words(&own);
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
        let text = in_words(&problem);
        assert_eq!(
            text,
            "Fields cannot be taken: mend it\n  title: is missing\n  (request.invalid)"
        );
    }
}

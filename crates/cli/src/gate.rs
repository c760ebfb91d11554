//! `interlock gate`: whether an artifact may go to an environment now, for pipelines.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use api::common::Artifact;
use api::gate::{Gate, GateClaims, GateKey, GateQuestion, GateReason, GateVerdict};
use clap::{Args, Subcommand, ValueEnum};
use ports::{Clock as _, SystemClock};

use crate::client::{Client, Expect, Query};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::output::{Output, say};

const COLUMNS: &[&str] =
    &["artifact.name", "artifact.digest", "environment", "purpose", "verdict", "since", "id"];
const FIELDS: &[&str] = &[
    "verdict",
    "artifact.name",
    "artifact.digest",
    "environment",
    "purpose",
    "until",
    "valid_until",
    "policy",
];
const CLAIMS: &[&str] = &[
    "verdict",
    "artifact.name",
    "artifact.digest",
    "environment",
    "purpose",
    "records",
    "reasons",
    "policy",
];

/// The exit codes of these verbs, for their help.
const CODES: &str = "\
Exit codes:
  0  allow
  1  deny
  2  wait, also when the time to wait is over; or a command line that cannot be taken
  3  cannot tell: no answer, not signed in, not permitted, or a verdict that proves nothing";

const DENY: u8 = 1;
const WAIT: u8 = 2;
const CANNOT_TELL: u8 = 3;

/// What a gate is asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum GateVerb {
    /// Asks once: exit code 0 is allow, 1 deny, 2 wait, 3 cannot tell.
    #[command(
        after_help = format!("{CODES}\n\nExample:\n  interlock gate check \
            --digest sha256:9f2e14 --name booking-api --environment production")
    )]
    Check(Asked),
    /// Asks until it is allowed or denied, or the time is over.
    #[command(
        after_help = format!("{CODES}\n\nExample:\n  interlock gate wait --timeout 45m \
            --digest sha256:9f2e14 --environment production")
    )]
    Wait(Waited),
    /// Proves a signed verdict without a server.
    #[command(
        after_help = format!("{CODES}\n\nExample:\n  interlock gate verify eyJhbGci.eyJpc3M.c2ln \
            --public-key gate-key.json --digest sha256:9f2e14 --environment production")
    )]
    Verify(Verified),
    /// Prints the public key that verdicts are signed with.
    #[command(after_help = "Example:\n  interlock gate key --output gate-key.json")]
    Key,
    /// Lists what gates answered last, the latest first.
    #[command(after_help = "Example:\n  interlock gate list --record REL-17")]
    List(List),
}

/// What a gate is asked about.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// Which bytes: the digest of the artifact, or `gitCommit:` and the commit.
    #[arg(long, env = "INTERLOCK_DIGEST")]
    digest: String,
    /// What the artifact is called.
    #[arg(long)]
    name: Option<String>,
    /// Where it is to go: `production`, `staging`, `test` or `development`.
    #[arg(long)]
    environment: String,
    /// What for.
    #[arg(long, value_enum, default_value = "deploy")]
    purpose: For,
    /// The CI that it goes to.
    #[arg(long)]
    ci: Option<String>,
    /// The service that it goes to.
    #[arg(long)]
    service: Option<String>,
    /// The change or release that is meant; any that ships it when absent.
    #[arg(long)]
    record: Option<String>,
}

/// What an artifact is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum For {
    /// To go forward.
    Deploy,
    /// To restore what ran before.
    Rollback,
}

/// A question that is asked again.
#[derive(Debug, Args)]
pub(crate) struct Waited {
    #[command(flatten)]
    asked: Asked,
    /// How long at most, such as 90s, 45m or 2h.
    #[arg(long, default_value = "1h", value_parser = span)]
    timeout: Duration,
    /// How long between two questions.
    #[arg(long, default_value = "5s", value_parser = span)]
    every: Duration,
}

/// A verdict that is to prove itself.
#[derive(Debug, Args)]
pub(crate) struct Verified {
    /// The signed verdict, the field `signed` of an answer.
    verdict: String,
    /// The public key, as `interlock gate key --format json` prints it.
    #[arg(long, value_name = "FILE")]
    public_key: PathBuf,
    /// Refuses one about another artifact.
    #[arg(long)]
    digest: String,
    /// Refuses one about another environment.
    #[arg(long)]
    environment: String,
}

/// Which answers are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// That this change or release is behind.
    #[arg(long)]
    record: Option<String>,
    /// At this environment.
    #[arg(long)]
    environment: Option<String>,
    /// `allow`, `wait` or `deny`.
    #[arg(long)]
    verdict: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// A span of time: a number and `s`, `m` or `h`.
fn span(text: &str) -> std::result::Result<Duration, String> {
    let wrong = || format!("`{text}` is no span of time: write 90s, 45m or 2h");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(number.checked_mul(seconds).ok_or_else(wrong)?))
}

impl Asked {
    fn question(&self) -> GateQuestion {
        let purpose = match self.purpose {
            For::Deploy => "deploy",
            For::Rollback => "rollback",
        };
        GateQuestion {
            artifact: Artifact { name: self.name.clone(), digest: self.digest.clone() },
            environment: self.environment.clone(),
            purpose: Some(purpose.to_owned()),
            ci: self.ci.clone(),
            service: self.service.clone(),
            record: self.record.clone(),
        }
    }
}

/// Runs a verb.
pub(crate) fn run(verb: GateVerb, global: &Global) -> Result {
    match verb {
        GateVerb::Check(asked) => {
            let verdict = ask(&global.client()?, &asked.question()).map_err(cannot_tell)?;
            print(&global.out(), &verdict)?;
            end(&verdict.verdict, &verdict.reasons)
        }
        GateVerb::Wait(waited) => wait(&waited, global),
        GateVerb::Verify(verified) => verify(&verified, global),
        GateVerb::Key => {
            let key: GateKey = global.client()?.get("/gates/key", &Query::default())?;
            global.out().json(&key)
        }
        GateVerb::List(list) => {
            let query = Query::default()
                .maybe("record", list.record.as_ref())
                .maybe("environment", list.environment.as_ref())
                .maybe("verdict", list.verdict.as_ref());
            let client = global.client()?;
            let listed = client.list::<Gate>("/gates", &query, &list.paging.wanted())?;
            global.out().listed(&listed, COLUMNS)
        }
    }
}

fn ask(client: &Client, question: &GateQuestion) -> Result<GateVerdict> {
    client.post("/gates/check", Expect::Any, question)
}

/// Whatever else goes wrong, the gate did not say allow.
fn cannot_tell(failure: Failure) -> Failure {
    Failure::Gate(CANNOT_TELL, failure.plain())
}

fn print(output: &Output, verdict: &GateVerdict) -> Result {
    let sections = [("because", verdict.reasons.iter().map(line).collect())];
    output.record(verdict, FIELDS, &sections)
}

fn line(reason: &GateReason) -> String {
    let waits = if reason.waits_for.is_empty() {
        String::new()
    } else {
        format!("; it waits for {}", reason.waits_for.join(", "))
    };
    format!("{} ({}){waits}", reason.sentence, reason.code)
}

/// The end that a word leads to.
fn end(word: &str, reasons: &[GateReason]) -> Result {
    let why = || reasons.iter().map(line).collect::<Vec<_>>().join("\n  ");
    match word {
        "allow" => Ok(()),
        "deny" => Err(Failure::Gate(DENY, format!("denied:\n  {}", why()))),
        "wait" => Err(Failure::Gate(WAIT, format!("not yet:\n  {}", why()))),
        other => Err(Failure::Gate(CANNOT_TELL, format!("the answer `{other}` is not known"))),
    }
}

/// Asks again and again. A server that does not answer meanwhile may come back; nothing is allowed
/// before it says so.
#[expect(clippy::disallowed_methods, reason = "a program that waits looks at its own clock")]
fn wait(waited: &Waited, global: &Global) -> Result {
    let (client, question) = (global.client()?, waited.asked.question());
    let since = Instant::now();
    let mut told = Vec::new();
    loop {
        let asked = ask(&client, &question);
        let is_over = since.elapsed() + waited.every > waited.timeout;
        match asked {
            Ok(verdict) if verdict.verdict != "wait" || is_over => {
                print(&global.out(), &verdict)?;
                return end(&verdict.verdict, &verdict.reasons);
            }
            Ok(verdict) => {
                let lines: Vec<String> = verdict.reasons.iter().map(line).collect();
                if lines != told {
                    say(format!("not yet:\n  {}", lines.join("\n  ")));
                    told = lines;
                }
            }
            Err(failure) if is_over || !is_passing(&failure) => {
                return Err(cannot_tell(failure));
            }
            Err(failure) => say(format!("no answer: {}", failure.plain())),
        }
        thread::sleep(waited.every);
    }
}

/// Whether asking again may help.
fn is_passing(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable { .. } | Failure::Fault(_) => true,
        Failure::Problem(problem) => problem.status >= 500 || problem.status == 429,
        _ => false,
    }
}

fn verify(verified: &Verified, global: &Global) -> Result {
    let text = std::fs::read_to_string(&verified.public_key)
        .with_context(|| format!("reading {}", verified.public_key.display()));
    let key = text.map_err(|error| cannot_tell(error.into()))?;
    let key: GateKey = serde_json::from_str(&key).map_err(|error| {
        Failure::Gate(CANNOT_TELL, format!("{} is no key: {error}", verified.public_key.display()))
    })?;
    let proven = server::gate::verify(&verified.verdict, &key, SystemClock.now());
    let said = proven.map_err(|wrong| Failure::Gate(CANNOT_TELL, wrong))?;
    about(&said, verified)?;
    global.out().record(&said, CLAIMS, &[])?;
    let reason = |code: &String| GateReason {
        code: code.clone(),
        sentence: said.records.join(", "),
        record: None,
        until: None,
        waits_for: Vec::new(),
    };
    end(&said.verdict, &said.reasons.iter().map(reason).collect::<Vec<_>>())
}

/// A verdict proves nothing about another artifact or another place.
fn about(said: &GateClaims, verified: &Verified) -> Result {
    for (is, wanted) in
        [(&said.artifact.digest, &verified.digest), (&said.environment, &verified.environment)]
    {
        if !is.eq_ignore_ascii_case(wanted.trim()) {
            let wrong = format!("this verdict is about {is}, not about {wanted}");
            return Err(Failure::Gate(CANNOT_TELL, wrong));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_time_is_a_number_with_its_unit() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("45m"), Ok(Duration::from_mins(45)));
        assert_eq!(span("2h"), Ok(Duration::from_hours(2)));
        for wrong in ["", "m", "5", "1d", "-1s", "1.5h", "99999999999999999999h"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_allow_ends_well() {
        let code = |word: &str| match end(word, &[]) {
            Ok(()) => 0,
            Err(Failure::Gate(code, _)) => code,
            Err(other) => panic!("{other:?}"),
        };
        let codes: Vec<u8> = ["allow", "deny", "wait", "", "ALLOW"].map(code).to_vec();
        assert_eq!(codes, [0, 1, 2, 3, 3]);
    }
}

//! `interlock audit`: the log of everything that happened, its signed checkpoints, and the evidence
//! of a release. The proof that nothing was touched is `prove.rs`.

use api::audit::{Checkpoint, Consistency, Event, Inclusion, Standing};
use clap::{Args, Subcommand};
use ports::Method;
use server::audit::{holds_consistency, holds_inclusion};

use crate::client::{Expect, Query, segment};
use crate::context::{Direct, Global, Paging};
use crate::database::Access;
use crate::failure::{Failure, Result};
use crate::follow::follow;
use crate::given::ZoneArg;
use crate::output::{Columns, say};
use crate::prove::{Verify, verify};

const LIST: Columns =
    Columns { people: &["at", "who", "what", "why", "fields", "record.number"], all: COLUMNS };
const COLUMNS: &[&str] = &[
    "at",
    "who",
    "what",
    "why",
    "policy",
    "fields",
    "record.number",
    "record.name",
    "kind",
    "position",
    "version",
    "name",
    "id",
];

/// What is asked of the log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Lists events, of one record or of all.
    #[command(after_help = "Examples:\n  interlock audit events --subject CHG-1042 --all\n  \
        interlock audit events --event governance --person anna --from 2026-11-01T00:00:00Z\n  \
        interlock audit events --kind change --event approval\n  \
        interlock audit events --follow --kind release --format json")]
    Events(Box<Events>),
    /// Shows how the tree over the log stands, and its latest signed checkpoint.
    #[command(
        after_help = "Keep a checkpoint where nobody who can write the database can: what is \
        proved is proved against it.\n\nExamples:\n  interlock audit checkpoint\n  \
        interlock audit checkpoint --write --note --output kept.txt"
    )]
    Checkpoint(CheckpointArgs),
    /// Proves that an event is in the signed tree, and where.
    #[command(after_help = "Examples:\n  interlock audit inclusion 1042 --format json\n  \
        interlock audit inclusion evt_0193… --size 20000")]
    Inclusion {
        /// The event, by its id or its position in the log.
        event: String,
        /// In the tree of this size; in the earliest checkpoint that holds it when absent.
        #[arg(long)]
        size: Option<u64>,
    },
    /// Proves that the log of one size is the beginning of the log of another: that nothing was
    /// changed or dropped in between.
    #[command(after_help = "Example:\n  interlock audit consistency 1042 20000 --format json")]
    Consistency {
        /// The smaller size, such as that of a checkpoint that was kept.
        from: u64,
        /// The larger size; the tree as it is now when absent.
        to: Option<u64>,
    },
    /// Takes the evidence of a release: approvals, exceptions, accepted conflicts, tests,
    /// communications, deployments, reviews and refused attempts, as JSON with the proof of each
    /// event, or as a page to read and print.
    #[command(after_help = "Examples:\n  interlock audit pack REL-17 --output REL-17.json\n  \
        interlock audit pack REL-17 --html --output REL-17.html")]
    Pack {
        /// The release, by number or id.
        release: String,
        /// The page for people, without the proofs.
        #[arg(long)]
        html: bool,
    },
    /// Proves that nothing was touched: of a database, or of a file without any database: the
    /// evidence of a release, or an export with the log.
    #[command(
        after_help = "Of a database it proves that the payload of every event is the one its \
        digest was made of, that every event is the leaf that the tree has for it, that the tree \
        is that of the log and its checkpoints are signed and hold, that no stream has a gap, and \
        that every cached state is the fold of its events. It names the first event that is \
        wrong.\n\n\
        Someone who can write all of the database can also make a tree and a key of their own. \
        Against them stand a checkpoint and the key that were kept elsewhere: give them.\n\n\
        Exit codes: 0 all is well, 1 something is wrong, 2 the command line or the file cannot be \
        read, 5 the database cannot be used.\n\n\
        Examples:\n  interlock audit verify --database sqlite:interlock.db\n  \
        interlock audit verify --checkpoint kept.txt --key interlock/log/…+…+…\n  \
        interlock audit verify all.jsonl\n  \
        interlock audit verify REL-17.json --key interlock/log/…+…+…"
    )]
    Verify(Verify),
}

/// Which checkpoint, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct CheckpointArgs {
    /// Signs the tree as it is now first; one of the last ten seconds is given again.
    #[arg(long)]
    write: bool,
    /// Prints the signed note alone, as it is kept elsewhere.
    #[arg(long)]
    note: bool,
}

/// Which events are listed.
#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Of this record, by number or id.
    #[arg(long, value_name = "RECORD")]
    subject: Option<String>,
    /// On this kind of record, such as `change`, `release` or `person`.
    #[arg(long)]
    kind: Option<String>,
    /// Of this theme: `governance` (all but sign-ins), `approval`, `record`, `calendar`, `work`,
    /// `meeting`, `account`, `policy`, `refused`, `sign_in`; or one event, such as
    /// `change.submitted`.
    #[arg(long, value_name = "THEME")]
    event: Option<String>,
    /// By this person, by login, also with their tokens.
    #[arg(long, value_name = "LOGIN")]
    person: Option<String>,
    /// At or after this time.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Prints what happens from now on, as it happens, until it is stopped; JSON as one object a
    /// line. It asks a server.
    #[arg(long, conflicts_with_all = ["from", "to", "limit", "all", "cursor"])]
    follow: bool,
    #[command(flatten)]
    zone: ZoneArg,
    #[command(flatten)]
    paging: Paging,
}

/// Runs a verb.
pub(crate) fn run(verb: AuditVerb, direct: &Direct, global: &Global) -> Result {
    match verb {
        AuditVerb::Events(events) => {
            let client = global.client_or(direct, Access::Read)?;
            let clock = events.zone.clock(&client);
            let query = Query::default()
                .maybe("subject", events.subject.as_ref())
                .maybe("kind", events.kind.as_ref())
                .maybe("event", events.event.as_ref())
                .maybe("person", events.person.as_ref())
                .maybe("from", clock.maybe(events.from.as_ref())?.as_ref())
                .maybe("to", clock.maybe(events.to.as_ref())?.as_ref());
            if events.follow {
                if direct.database.is_some() || global.output.is_some() {
                    let wrong = "--follow asks a server and prints to stdout: leave out \
                        --database and --output";
                    return Err(Failure::usage(wrong));
                }
                return follow(&client, &query, COLUMNS, &global.out());
            }
            let wanted = events.paging.wanted();
            let listed = client.list::<Event>("/audit/events", &query, &wanted)?;
            global.out().listed(&listed, LIST)
        }
        AuditVerb::Checkpoint(args) => checkpoint(&args, direct, global),
        AuditVerb::Inclusion { event, size } => {
            let client = global.client_or(direct, Access::Read)?;
            let query = Query::default().with("event", &event).maybe("size", size.as_ref());
            let proof: Inclusion = client.get("/audit/inclusion", &query)?;
            let columns = ["event", "position", "size", "leaf", "root", "hashes", "note"];
            global.out().record(&proof, &columns, &[])?;
            proved(holds_inclusion(&proof))
        }
        AuditVerb::Consistency { from, to } => {
            let client = global.client_or(direct, Access::Read)?;
            let query = Query::default().with("from", &from).maybe("to", to.as_ref());
            let proof: Consistency = client.get("/audit/consistency", &query)?;
            let columns = ["from", "to", "from_root", "to_root", "hashes"];
            global.out().record(&proof, &columns, &[])?;
            proved(holds_consistency(&proof))
        }
        AuditVerb::Pack { release, html } => {
            // What is younger than the latest checkpoint is signed first, which is a write.
            let client = global.client_or(direct, Access::Write)?;
            let format = if html { "html" } else { "json" };
            let mut pack = Vec::new();
            let path = format!("/releases/{}/evidence", segment(&release));
            client.fetch(&path, &Query::default().with("format", &format), &mut pack)?;
            global.out().write(&pack)
        }
        AuditVerb::Verify(args) => verify(&args, direct, global),
    }
}

/// What was asked of a server is computed again here.
fn proved(holds: bool) -> Result {
    if holds {
        say("the proof holds: compare its root with the checkpoint that you keep");
        return Ok(());
    }
    Err(Failure::Found("the proof does not lead to its root".to_owned()))
}

fn checkpoint(args: &CheckpointArgs, direct: &Direct, global: &Global) -> Result {
    let access = if args.write { Access::Write } else { Access::Read };
    let client = global.client_or(direct, access)?;
    if args.write {
        client.bare::<Checkpoint>(Method::Post, "/audit/checkpoint", Expect::Any)?;
    }
    let standing: Standing = client.get("/audit/checkpoint", &Query::default())?;
    if !args.note {
        let columns = [
            "head",
            "size",
            "root",
            "key",
            "checkpoint.size",
            "checkpoint.root",
            "checkpoint.at",
            "checkpoint.note",
        ];
        return global.out().record(&standing, &columns, &[]);
    }
    let Some(checkpoint) = standing.checkpoint else {
        let none = "nothing is signed yet: add --write";
        return Err(Failure::Found(none.to_owned()));
    };
    if let Some(key) = standing.key {
        say(format!("signed with {key}"));
    }
    global.out().write(checkpoint.note.as_bytes())
}

//! What a runner began, in a folder for each key: written down before it begins, so that after any
//! end of the runner it is known what was begun, and nothing is begun twice.
//!
//! `intent.json` is written by the runner before it starts the child. `begun.json` is made once, by
//! whoever makes it first: the child that may begin, or the runner that cancels. `program.json`
//! names the running program, `output` holds what it said, `exit.json` how it ended or what else
//! was found out, `stop` asks the child to end it, `reported` says that the server knows.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use domain::runner::How;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::agent::config::Asked;
use crate::agent::process::Process;

/// How many reported jobs are kept, so that none of them is begun again.
const REPORTED_MAX: usize = 2_000;

/// What is to be done, before it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) key: String,
    pub(super) fence: i64,
    pub(super) program: String,
    pub(super) args: Vec<String>,
    pub(super) directory: PathBuf,
    pub(super) env: BTreeMap<String, String>,
    /// Names alone: their values are in no file.
    pub(super) secrets: Vec<String>,
    pub(super) time_limit_seconds: u32,
    pub(super) status: Option<Asked>,
}

/// That it was begun, and by whom; or that it is not to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// The child; nothing where the runner cancelled it.
    pub(super) child: Option<Process>,
    /// When, RFC 3339.
    pub(super) at: String,
}

/// What was found out in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub(super) enum Found {
    /// It ended.
    Ended { how: How, exit: i32, began_at: Option<String>, ended_at: Option<String> },
    /// It was certainly not begun.
    NotBegun { reason: String },
    /// Nobody can say.
    Unknown { reason: String },
}

/// Where a job stands, as far as its folder tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may still be begun.
    Intended,
    /// It runs.
    Running,
    /// It was begun, runs no more, and nobody saw its end.
    Unseen,
    /// This was found out.
    Over(Found),
}

/// The journal of a runner.
#[derive(Debug)]
pub(super) struct Journal {
    jobs: PathBuf,
    /// Whose journal it is.
    pub(super) instance: String,
    #[expect(dead_code, reason = "held as long as the runner lives: no two share a journal")]
    lock: File,
}

impl Journal {
    /// Opens the journal in a folder, or begins one. `fresh` names a new one.
    pub(super) fn open(folder: &Path, fresh: &str) -> anyhow::Result<Self> {
        let jobs = folder.join("jobs");
        fs::create_dir_all(&jobs)?;
        only_for_us(folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|_| {
            anyhow::anyhow!("another runner writes the journal {}", folder.display())
        })?;
        let name = folder.join("instance");
        if !name.exists() {
            write_whole(&name, fresh.as_bytes())?;
        }
        let instance = fs::read_to_string(&name)?.trim().to_owned();
        Ok(Self { jobs, instance, lock })
    }

    /// The entry of a key.
    pub(super) fn entry(&self, key: &str) -> Entry {
        Entry { folder: self.jobs.join(server::http::session_hash(key)) }
    }

    /// Every entry that is not reported, with its intent.
    pub(super) fn open_entries(&self) -> io::Result<Vec<(Entry, Intent)>> {
        let mut found = Vec::new();
        for folder in fs::read_dir(&self.jobs)? {
            let entry = Entry { folder: folder?.path() };
            // One without an intent was not written to its end, and so not begun.
            if let (false, Some(intent)) = (entry.is_reported(), entry.intent()?) {
                found.push((entry, intent));
            }
        }
        Ok(found)
    }

    /// Forgets the oldest of what is reported.
    pub(super) fn prune(&self) -> io::Result<()> {
        let mut reported = Vec::new();
        for folder in fs::read_dir(&self.jobs)? {
            let entry = Entry { folder: folder?.path() };
            if let Ok(told) = fs::metadata(entry.file("reported")) {
                reported.push((told.modified()?, entry.folder));
            }
        }
        reported.sort();
        let surplus = reported.len().saturating_sub(REPORTED_MAX);
        reported.into_iter().take(surplus).try_for_each(|(_, folder)| fs::remove_dir_all(folder))
    }
}

/// The folder of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) folder: PathBuf,
}

impl Entry {
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(super) fn output(&self) -> PathBuf {
        self.file("output")
    }

    /// What is to be done, where that was written down.
    pub(super) fn intent(&self) -> io::Result<Option<Intent>> {
        read(&self.file("intent.json"))
    }

    /// Writes down what is to be done, durably.
    pub(super) fn intend(&self, intent: &Intent) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        write_json(&self.file("intent.json"), intent)?;
        // The folder's own name, in the one above it.
        self.folder.parent().map_or(Ok(()), sync)
    }

    /// Takes the one right to begin, or to say that it is never begun. False when it was taken.
    pub(super) fn begin(&self, begun: &Begun) -> io::Result<bool> {
        let (draft, taken) =
            (self.file(&format!("begun.{}", std::process::id())), self.file("begun.json"));
        write_json(&draft, begun)?;
        let end = fs::hard_link(&draft, &taken);
        fs::remove_file(&draft)?;
        match end {
            Ok(()) => sync(&self.folder).map(|()| true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Who began it, if somebody did.
    pub(super) fn begun(&self) -> io::Result<Option<Begun>> {
        read(&self.file("begun.json"))
    }

    /// Writes down which process does the work.
    pub(super) fn runs(&self, program: &Process) -> io::Result<()> {
        write_json(&self.file("program.json"), program)
    }

    /// Writes down what was found out.
    pub(super) fn find(&self, found: &Found) -> io::Result<()> {
        write_json(&self.file("exit.json"), found)
    }

    /// Asks the child to end it.
    pub(super) fn stop(&self) -> io::Result<()> {
        write_whole(&self.file("stop"), b"")
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.file("stop").exists()
    }

    /// Says that the server knows, and lets go of what it has.
    pub(super) fn reported(&self) -> io::Result<()> {
        write_whole(&self.file("reported"), b"")?;
        match fs::remove_file(self.output()) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn is_reported(&self) -> bool {
        self.file("reported").exists()
    }

    /// Says that the server has to be told again.
    pub(super) fn unreported(&self) -> io::Result<()> {
        match fs::remove_file(self.file("reported")) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Where it stands.
    pub(super) fn standing(&self) -> io::Result<Standing> {
        if let Some(found) = self.found()? {
            return Ok(Standing::Over(found));
        }
        let Some(begun) = self.begun()? else { return Ok(Standing::Intended) };
        let Some(child) = begun.child else {
            let reason = "it was cancelled before it began".to_owned();
            return Ok(Standing::Over(Found::NotBegun { reason }));
        };
        let program: Option<Process> = read(&self.file("program.json"))?;
        if child.is_alive() || program.is_some_and(|program| program.is_alive()) {
            return Ok(Standing::Running);
        }
        // The child may have ended between the two looks, with its last word written.
        Ok(self.found()?.map_or(Standing::Unseen, Standing::Over))
    }

    fn found(&self) -> io::Result<Option<Found>> {
        read(&self.file("exit.json"))
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::other),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    write_whole(path, &serde_json::to_vec(value).map_err(io::Error::other)?)
}

/// Writes a file that is either there whole or not at all, also after a power failure.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(format!("draft.{}", std::process::id()));
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&draft, path)?;
    path.parent().map_or(Ok(()), sync)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// What commands say is for whoever runs them.
#[cfg(unix)]
fn only_for_us(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// What commands say is for whoever runs them.
#[cfg(not(unix))]
fn only_for_us(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(key: &str) -> Intent {
        Intent {
            key: key.to_owned(),
            fence: 1,
            program: "/bin/true".to_owned(),
            args: Vec::new(),
            directory: "/".into(),
            env: BTreeMap::new(),
            secrets: Vec::new(),
            time_limit_seconds: 5,
            status: None,
        }
    }

    fn begun(child: Option<Process>) -> Begun {
        Begun { child, at: "2026-11-21T20:00:00Z".to_owned() }
    }

    #[test]
    fn the_right_to_begin_is_given_once() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), "one").unwrap();
        let entry = journal.entry("a/b");
        entry.intend(&intent("a/b")).unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Intended);
        let us = Process::find(std::process::id());
        assert!(entry.begin(&begun(us.clone())).unwrap());
        assert!(!entry.begin(&begun(None)).unwrap());
        assert_eq!(entry.begun().unwrap(), Some(begun(us)));
        assert_eq!(entry.standing().unwrap(), Standing::Running);
    }

    #[test]
    fn what_ended_unseen_is_told_from_what_was_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), "one").unwrap();
        let entry = journal.entry("k");
        entry.intend(&intent("k")).unwrap();
        let mut child = std::process::Command::new("/bin/sleep").arg("60").spawn().unwrap();
        let process = Process::find(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        entry.begin(&begun(process)).unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Unseen);
        entry.runs(&Process::find(std::process::id()).unwrap()).unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Running, "its program outlived the child");
        let found = Found::NotBegun { reason: "why".to_owned() };
        entry.find(&found).unwrap();
        assert_eq!(entry.standing().unwrap(), Standing::Over(found));
    }

    #[test]
    fn a_journal_is_one_runners_and_keeps_its_name_and_what_is_not_reported() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), "one").unwrap();
        assert!(Journal::open(folder.path(), "two").is_err());
        for key in ["a", "b"] {
            journal.entry(key).intend(&intent(key)).unwrap();
        }
        fs::create_dir_all(journal.entry("torn").folder).unwrap();
        journal.entry("a").reported().unwrap();
        drop(journal);
        let journal = Journal::open(folder.path(), "two").unwrap();
        assert_eq!(journal.instance, "one");
        let open = journal.open_entries().unwrap();
        assert_eq!(open, [(journal.entry("b"), intent("b"))]);
    }
}

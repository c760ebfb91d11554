//! Proves an export of the log by itself: each payload has its digest, each event is the leaf that
//! stands beside it, and the tree of these leaves is the one that the checkpoints in it, and one
//! kept elsewhere, are signed for. It reads line by line.

use std::io::BufRead;

use api::export::{Line, Logged, Withheld};

use super::pack::leaf_of;
use super::tree::merkle::{self, Edge, Hash};
use super::tree::note::Verifier;
use super::verify::{Known, Signed, Wrong};

/// What was looked at, and what was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// How many events it holds.
    pub events: u64,
    /// How many more it holds by their leaf alone, because who took it may not see them.
    pub withheld: u64,
    /// How many checkpoints are signed and hold.
    pub checkpoints: u64,
    /// How many events stand behind the last of them, which nobody signed yet.
    pub unsigned: u64,
    /// The public key that they are signed with.
    pub key: Option<String>,
    /// The first thing that is wrong; nothing when all is well.
    pub wrong: Option<Wrong>,
}

/// Looks at every line. `progress` is told how many events were looked at so far.
pub fn verify_export(
    lines: impl BufRead,
    known: &Known,
    progress: &mut dyn FnMut(u64),
) -> std::io::Result<ExportReport> {
    let mut walk = Walk::default();
    for (number, line) in lines.lines().enumerate() {
        let line = line?;
        if let Err(wrong) = walk.take(&line, known) {
            let at = |wrong: Wrong| {
                Wrong::new(format!("line {}, {}", number + 1, wrong.place), wrong.what)
            };
            walk.report.wrong = Some(at(wrong));
            return Ok(walk.report);
        }
        progress(walk.edge.size());
    }
    walk.report.wrong = walk.end().err();
    Ok(walk.report)
}

#[derive(Default)]
struct Walk {
    edge: Edge,
    signed: Option<Signed>,
    is_over: bool,
    report: ExportReport,
}

impl Walk {
    fn take(&mut self, text: &str, known: &Known) -> Result<(), Wrong> {
        let line = serde_json::from_str::<Line>(text)
            .map_err(|error| Wrong::new("what it says", format!("it cannot be read: {error}")))?;
        if self.is_over {
            return Err(Wrong::new("the end", "something follows it"));
        }
        match line {
            Line::Export(head) => {
                if self.signed.is_some() {
                    return Err(Wrong::new("the head", "it stands there twice"));
                }
                if !head.log {
                    let what = "it holds no log: take it with `interlock export --log`";
                    return Err(Wrong::new("the head", what));
                }
                let key = head.key.as_deref().map(|key| {
                    let wrong = || Wrong::new("the head", "its key cannot be read");
                    Verifier::parse(key).ok_or_else(wrong)
                });
                let signed = Signed::by(key.transpose()?, known)?;
                self.report.key = signed.key.as_ref().map(Verifier::text);
                self.signed = Some(signed);
            }
            Line::Record(_) => {}
            Line::Event(event) => {
                self.report.events += 1;
                let leaf = leaf(&event)?;
                self.push(event.position, &event.id, leaf)?;
            }
            Line::Withheld(Withheld { position, leaf }) => {
                self.report.withheld += 1;
                let wrong = || Wrong::with_event(position, "withheld", "its leaf cannot be read");
                let leaf = merkle::hash_of(&leaf).ok_or_else(wrong)?;
                self.push(position, "withheld", leaf)?;
            }
            Line::Checkpoint(checkpoint) => {
                let Some(signed) = &mut self.signed else { return Err(headless()) };
                signed.take(checkpoint, &self.edge).map_or(Ok(()), Err)?;
                self.report.checkpoints = signed.held;
                self.report.unsigned = 0;
            }
            Line::End(end) => {
                self.is_over = true;
                if end.events != self.report.events {
                    let what =
                        format!("it tells of {} events, not of {}", end.events, self.report.events);
                    return Err(Wrong::new("the end", what));
                }
                // Records are withheld too, of which nothing stands in the export.
                if end.withheld < self.report.withheld {
                    let what = format!(
                        "it tells of {} withheld, and {} events stand there as leaves",
                        end.withheld, self.report.withheld
                    );
                    return Err(Wrong::new("the end", what));
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, position: i64, event: &str, leaf: Hash) -> Result<(), Wrong> {
        let next = i64::try_from(self.edge.size()).unwrap_or(i64::MAX).saturating_add(1);
        if position != next {
            let what = format!("position {next} of the log is missing, or stands elsewhere");
            return Err(Wrong::with_event(position, event, what));
        }
        let Some(signed) = &mut self.signed else { return Err(headless()) };
        self.edge.push(leaf, &mut |_, _| {});
        self.report.unsigned += 1;
        signed.check(&self.edge).map_or(Ok(()), Err)
    }

    fn end(&self) -> Result<(), Wrong> {
        let Some(signed) = &self.signed else { return Err(headless()) };
        if !self.is_over {
            return Err(Wrong::new("the end", "it was cut off: the last line is missing"));
        }
        signed.check_end(&self.edge).map_or(Ok(()), Err)?;
        if self.report.checkpoints == 0 && !signed.has_kept() {
            let what = "nothing in it is signed: write a checkpoint with `interlock audit \
                checkpoint --write` and take it again, or give one that was kept";
            return Err(Wrong::new("the end", what));
        }
        Ok(())
    }
}

fn headless() -> Wrong {
    Wrong::new("the head", "the first line, which says what follows, is missing")
}

/// The leaf of an event, which must be the one beside it where there is one.
fn leaf(event: &Logged) -> Result<Hash, Wrong> {
    let wrong = |what: String| Wrong::with_event(event.position, &event.id, what);
    let leaf = leaf_of(event).map_err(wrong)?;
    match &event.leaf {
        Some(kept) if *kept != merkle::text(&leaf) => {
            Err(wrong("it is not the event that was written here".to_owned()))
        }
        _ => Ok(leaf),
    }
}

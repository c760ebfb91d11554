//! Processes by their number and when they began: a number alone is given again.

use serde::{Deserialize, Serialize};

/// A process of this machine, since it was last started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    pid: u32,
    /// In ticks since the machine was started (`proc(5)`, `starttime`).
    began: String,
    /// Which start of the machine that was.
    boot: String,
}

impl Process {
    /// The process of a number, if it is there. One that ended and is not yet buried is not.
    pub(super) fn find(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is a name in brackets that may hold anything.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?;
        let began = fields.nth(18)?.to_owned();
        (state != "Z" && state != "X").then(|| Self { pid, began, boot: boot() })
    }

    /// Whether it still runs.
    pub(super) fn is_alive(&self) -> bool {
        Self::find(self.pid).as_ref() == Some(self)
    }
}

fn boot() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    read.unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_itself_and_no_other_of_its_number() {
        let mut child = std::process::Command::new("/bin/sleep").arg("60").spawn().unwrap();
        let found = Process::find(child.id()).expect("it runs");
        assert!(found.is_alive());
        let earlier = Process { began: "1".to_owned(), ..found.clone() };
        let other_boot = Process { boot: String::new(), ..found.clone() };
        assert!(!earlier.is_alive() && !other_boot.is_alive());
        child.kill().unwrap();
        // Not yet buried: its number is still taken.
        while found.is_alive() {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert!(!found.is_alive());
    }
}

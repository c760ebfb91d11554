//! The golden files of the rules and of the engine, which hold every event that was ever written,
//! for tests.

use serde_json::Value as Json;

/// Each file: its name, the event's name, and what the event says.
pub(super) fn all() -> Vec<(String, String, Json)> {
    let folders = ["domain", "orchestrator"];
    let folders = folders.map(|part| format!("{}/../{part}/golden", env!("CARGO_MANIFEST_DIR")));
    let mut files: Vec<_> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("the folder of golden files"))
        .map(|entry| entry.expect("a golden file").path())
        .collect();
    files.sort();
    assert!(files.len() > 100, "the golden files are not where they were");
    let read = |path: std::path::PathBuf| {
        let file = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a golden file");
        let event: Json = serde_json::from_str(&text).expect("a golden file is JSON");
        let name = event["type"].as_str().expect("an event has a name").to_owned();
        (file, name, event["data"].clone())
    };
    files.into_iter().map(read).collect()
}

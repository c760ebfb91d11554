//! A month of a bank's real changes and incidents comes in whole, with its dirt reported, and the
//! conflicts in it are found exactly. The figures are those of the data set's own description.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use api::import::{ImportLine, ImportReport, ImportedConflict};
use kernel::Actor;
use ports::{Clock as _, Store, SystemClock, Value};
use serde_json::Value as Json;
use server::import::{Basis, Finding, Mapping, Sheet, Target, Watch, conflicts, run, sources};
use server::policy::{REPLAY_DAYS_MAX, Replaying, built_in};
use server::read::{refused, wait};

use crate::shared::{Database, Server, bus, client, data, on_both, program, token};

const CHANGES: (&str, &str) = ("bpi2014-changes", "bpi2014/Detail_Change_closed_2013-10.csv");
const INCIDENTS: (&str, &str) = ("bpi2014-incidents", "bpi2014/Detail_Incident_opened_2013-10.csv");

/// Keeps what is found; lets go of the store after some rows, as a lost machine would.
#[derive(Default)]
struct Watcher {
    findings: Vec<Finding>,
    rows: u64,
    lost_after: Option<(u64, Arc<dyn Store>)>,
}

impl Watch for Watcher {
    fn rows(&mut self, done: u64) {
        self.rows += done;
        if let Some((_, store)) = self.lost_after.take_if(|(rows, _)| self.rows >= *rows) {
            store.close();
        }
    }

    fn finding(&mut self, finding: &Finding) {
        self.findings.push(finding.clone());
    }
}

/// The hour of the month that happened twice.
const DOUBLED_HOUR: &str = "27-10-2013 2:";

struct File {
    mapping: Mapping,
    sheet: Sheet,
}

/// A file of the data set, checked. Nothing when the data set is not there.
fn file((mapping, path): (&str, &str)) -> Option<File> {
    let bytes = fs::read(data(path)?).unwrap();
    let mapping = Mapping::find(mapping).unwrap();
    let sheet = Sheet::check(bytes, &mapping).unwrap();
    Some(File { mapping, sheet })
}

fn operator() -> Actor {
    Actor::Operator { name: "root".to_owned() }
}

fn import(store: &Arc<dyn Store>, file: &File) -> (ImportReport, Vec<Finding>) {
    let mut watch = Watcher::default();
    let began = SystemClock.now();
    let bus = bus(store);
    let target = Target::Bus(&bus, operator());
    let report = run(&target, &file.mapping, &file.sheet, &mut watch).unwrap();
    let took = SystemClock.now().micros() - began.micros();
    let rate = report.rows * 1_000_000 / u64::try_from(took).unwrap().max(1);
    eprintln!("{} on {:?}: {rate} rows per second", file.mapping.name, store.engine());
    assert_eq!(watch.rows, report.rows, "progress counts every row");
    (report, watch.findings)
}

fn number(store: &Arc<dyn Store>, sql: &'static str) -> i64 {
    wait(&**store, move |db| db.query_one(sql, &[])?.expect("a row").int(0)).unwrap()
}

fn found(report: &ImportReport, code: &str, kind: &str) -> u64 {
    let all = report.findings.iter();
    all.filter(|found| found.code == code && found.kind == kind).map(|found| found.count).sum()
}

fn expected() -> Json {
    let path = data("bpi2014/EXPECTED.json").unwrap();
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn listed(store: &Arc<dyn Store>, basis: Basis) -> Vec<ImportedConflict> {
    wait(&**store, move |db| conflicts(db, "bpi2014", basis)).unwrap()
}

/// The pairs that the data set's description expects.
fn pairs(path: &str) -> Vec<ImportedConflict> {
    let mut reader = csv::Reader::from_path(data(path).unwrap()).unwrap();
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_month_of_a_bank_comes_in_whole_and_its_conflicts_are_found() {
    let (Some(changes), Some(incidents)) = (file(CHANGES), file(INCIDENTS)) else { return };
    on_both(|database| {
        let store = database.open();
        let (report, findings) = import(&store, &changes);
        check_changes(&store, &report);
        check_lines(&findings);
        for (basis, path) in [
            (Basis::Planned, "bpi2014/EXPECTED_conflicts_planned.csv"),
            (Basis::Actual, "bpi2014/EXPECTED_conflicts_actual.csv"),
        ] {
            assert_eq!(listed(&store, basis), pairs(path), "{basis:?}");
        }
        assert_eq!(wait(&*store, sources).unwrap(), ["bpi2014"]);
        check_replay(&store);
        let (report, _) = import(&store, &incidents);
        check_incidents(&store, &report);
        check_nothing_changes(&store, &changes, &incidents);
        check_states(&store);
        store.close();
    });
}

fn check_changes(store: &Arc<dyn Store>, report: &ImportReport) {
    let expected = expected();
    assert_eq!(report.rows, expected["change_rows"]);
    assert_eq!((report.created, report.unchanged, report.rejected), (report.records, 0, 0));
    assert_eq!(report.created, expected["changes"]);
    assert_eq!(report.cis_created, expected["cis"]);
    assert_eq!(number(store, "SELECT COUNT(*) FROM changes"), expected["changes"]);
    assert_eq!(number(store, "SELECT COUNT(DISTINCT source_number) FROM changes"), 3181);
    assert_eq!(number(store, "SELECT COUNT(*) FROM cis"), expected["cis"]);
    assert_eq!(number(store, "SELECT COUNT(*) FROM change_cis"), expected["change_rows"]);
    let most = "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM change_cis GROUP BY change) AS each";
    assert_eq!(number(store, most), expected["cis_per_change_max"]);
    let closed = "SELECT COUNT(*) FROM changes WHERE phase = 'closed' AND source = 'bpi2014' \
        AND source_zone = 'Europe/Amsterdam'";
    assert_eq!(number(store, closed), expected["changes"]);
    let emergency = "SELECT COUNT(*) FROM changes WHERE change_type = 'emergency'";
    assert_eq!(number(store, emergency), expected["emergency"]["Y"]);
    let unfinished = "SELECT COUNT(*) FROM changes WHERE finished_at IS NULL";
    assert_eq!(number(store, unfinished), expected["actual_end_missing"]);
    let (empty, repaired) = ("import.window_empty", "repaired");
    assert_eq!(found(report, empty, repaired), expected["planned_end_eq_start"]);
    assert_eq!(found(report, "import.window_incomplete", repaired), 3);
    assert_eq!(found(report, "import.window_missing", "noted"), expected["actual_end_missing"]);
    assert_eq!(found(report, empty, "noted"), 1029);
    assert_eq!(found(report, "import.started_before_recorded", "noted"), 117);
    assert_eq!(found(report, "import.ci_disagrees", repaired), 1);
    for (tier, count) in expected["risk"].as_object().unwrap() {
        assert_eq!(kept(store, &format!("Risk Assessment: {tier}")), *count, "{tier}");
    }
    assert_eq!(kept(store, "CAB-approval needed: Y"), expected["cab"]["Y"]);
}

/// How many changes keep a line in their description.
fn kept(store: &Arc<dyn Store>, line: &str) -> i64 {
    let like = Value::from(format!("%{line}\\n%"));
    let sql =
        "SELECT COUNT(*) FROM states WHERE stream LIKE 'change:%' AND state LIKE $1 ESCAPE '~'";
    wait(&**store, move |db| db.query_one(sql, &[like])?.expect("a row").int(0)).unwrap()
}

/// Findings name the line of the file, the header being line 1.
fn check_lines(findings: &[Finding]) {
    let text = fs::read_to_string(data(CHANGES.1).unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(!findings.is_empty());
    for finding in findings {
        let line = lines[usize::try_from(finding.line).unwrap() - 1];
        assert!(line.contains(&format!(";{};", finding.record)), "{finding:?}: {line}");
    }
    let of = |lines: &[&str]| -> BTreeSet<String> {
        let record = |line: &&str| line.split(';').nth(4).unwrap().to_owned();
        lines.iter().map(record).collect()
    };
    let reported: Vec<&Finding> =
        findings.iter().filter(|one| one.code.word() == "import.time_doubled").collect();
    let told: Vec<&str> =
        reported.iter().map(|one| lines[usize::try_from(one.line).unwrap() - 1]).collect();
    let doubled: Vec<&str> =
        lines.iter().copied().filter(|line| line.contains(DOUBLED_HOUR)).collect();
    assert!(told.iter().all(|line| line.contains(DOUBLED_HOUR)), "{told:?}");
    // The lines of a change repeat its times: each is reported once for the change.
    assert_eq!((doubled.len(), reported.len()), (35, 8));
    assert_eq!((of(&told), of(&told).len()), (of(&doubled), 6));
}

/// What a policy would have meant for the month, held against the one that rules: the built-in set
/// changes nothing, and an edit differs for just the changes of the type that it is about.
fn check_replay(store: &Arc<dyn Store>) {
    let same = replay(store, built_in());
    assert_eq!(u64::from(same.changes), expected()["changes"]);
    assert_eq!((same.releases, same.different, same.complete), (0, 0, true));
    assert_eq!((same.groups.len(), same.differences.len()), (0, 0));

    let mut edited = built_in();
    for (file, from, to) in [
        ("changes/emergency.toml", "{ count = 2 }", "{ count = 3 }"),
        ("changes/standard.toml", "quorum = \"first\"", "quorum = \"all\""),
    ] {
        let text = edited.get_mut(file).unwrap();
        assert!(text.contains(from), "{file} holds {from}");
        *text = text.replacen(from, to, 1);
    }
    let other = replay(store, edited);
    let mut by_kind: BTreeMap<&str, i64> = BTreeMap::new();
    for group in &other.groups {
        assert_eq!(group.was.len(), group.would.len(), "only who decides differs: {group:?}");
        *by_kind.entry(group.kind.as_str()).or_default() += i64::from(group.count);
    }
    let standard = number(store, "SELECT COUNT(*) FROM changes WHERE change_type = 'standard'");
    assert!(standard > 200, "so many that not all are listed");
    assert_eq!(by_kind.remove("standard change"), Some(standard));
    assert_eq!(by_kind.remove("emergency change"), expected()["emergency"]["Y"].as_i64());
    assert_eq!(by_kind, BTreeMap::new());
    assert_eq!((i64::from(other.different), other.differences.len()), (standard + 5, 200));
}

fn replay(store: &Arc<dyn Store>, files: domain::policy::Files) -> api::policy::Replay {
    let now = SystemClock.now();
    let mut replaying = Replaying::new(REPLAY_DAYS_MAX, Some(files), now).unwrap();
    loop {
        let slice = wait(&**store, move |db| {
            let more = refused(replaying.slice(db))?;
            Ok(more.map(|more| (replaying, more)))
        });
        let (after, more) = slice.unwrap().unwrap();
        replaying = after;
        if !more {
            return replaying.end();
        }
    }
}

fn check_incidents(store: &Arc<dyn Store>, report: &ImportReport) {
    let expected = expected();
    assert_eq!((report.created, report.rejected), (report.rows, 0));
    assert_eq!(report.created, expected["incidents"]);
    assert_eq!(number(store, "SELECT COUNT(*) FROM incidents"), expected["incidents"]);
    // An incident that names a CI which no change named does not add it.
    assert_eq!(number(store, "SELECT COUNT(*) FROM cis"), expected["cis"]);
    let rows = wait(&**store, |db| {
        let sql = "SELECT priority, opened_at, resolved_at FROM incidents";
        let rows = db.query(sql, &[])?;
        rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?, row.opt_int(2)?))).collect()
    });
    let rows: Vec<(i64, i64, Option<i64>)> = rows.unwrap();
    let mut by_priority: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (priority, count) in expected["incident_priority"].as_object().unwrap() {
        let these = rows.iter().filter(|row| row.0.to_string() == *priority);
        assert_eq!(these.clone().count(), *count);
        let times = these.filter_map(|row| Some(row.2? - row.1)).collect();
        by_priority.insert(priority.clone(), times);
    }
    let unresolved = rows.iter().filter(|row| row.2.is_none()).count();
    assert_eq!(unresolved, expected["incident_resolved_missing"]);
    for (priority, hours) in expected["mttr_h_median_by_priority"].as_object().unwrap() {
        let median = median_hours(by_priority.remove(priority).unwrap());
        assert!((median - hours.as_f64().unwrap()).abs() < 0.0001, "{priority}: {median}");
    }
    let linked = "SELECT COUNT(*) FROM states WHERE stream LIKE 'incident:%' \
        AND state LIKE '%\"kind\":\"change\"%'";
    let dangling = "SELECT COUNT(*) FROM states WHERE stream LIKE 'incident:%' \
        AND state LIKE '%Related change: C%'";
    let several = found(report, "import.value_several", "repaired");
    let references = number(store, linked) + number(store, dangling);
    assert_eq!(references + i64::try_from(several).unwrap(), expected["related_change_refs"]);
}

fn median_hours(mut micros: Vec<i64>) -> f64 {
    micros.sort_unstable();
    let middle = micros.len() / 2;
    let twice = micros[middle] + micros[(micros.len() - 1) / 2];
    // The medians of a month fit a double exactly.
    let halves = i32::try_from(twice / 1_000_000).map(f64::from).unwrap();
    halves / 2.0 / 3600.0
}

fn check_nothing_changes(store: &Arc<dyn Store>, changes: &File, incidents: &File) {
    let events = "SELECT COUNT(*) FROM events";
    let before = number(store, events);
    assert_eq!(before, 3181 + 3984 + 8606, "one event for each record and each CI");
    for file in [changes, incidents] {
        let (report, _) = import(store, file);
        let done = (report.created, report.unchanged, report.rejected, report.cis_created);
        assert_eq!(done, (0, report.records, 0, 0), "{}", file.mapping.name);
    }
    assert_eq!(number(store, events), before);
}

/// Stored states are the folds of their events: every hundredth, and the largest.
fn check_states(store: &Arc<dyn Store>) {
    let wrong = wait(&**store, |db| {
        let sql = "SELECT stream FROM states ORDER BY stream";
        let streams = db.query(sql, &[])?;
        let sql = "SELECT change FROM change_cis GROUP BY change ORDER BY COUNT(*) DESC LIMIT 1";
        let largest = db.query(sql, &[])?[0].text(0)?.to_owned();
        let mut wrong = Vec::new();
        for (place, row) in streams.iter().enumerate() {
            let stream = row.text(0)?;
            if place % 100 == 0 || stream.ends_with(&largest) {
                wrong.extend(server::records::compare(db, stream)?);
            }
        }
        Ok(wrong)
    });
    assert_eq!(wrong.unwrap(), Vec::<String>::new());
}

#[test]
fn a_trial_finds_the_same_and_writes_nothing() {
    let (Some(changes), Some(incidents)) = (file(CHANGES), file(INCIDENTS)) else { return };
    on_both(|database| {
        let store = database.open();
        let mut tried = Watcher::default();
        let target = Target::Nowhere(Some(&*store));
        let report = run(&target, &changes.mapping, &changes.sheet, &mut tried).unwrap();
        assert!(report.dry_run);
        assert_eq!((report.created, report.cis_created), (3181, 3984));
        assert_eq!(number(&store, "SELECT COUNT(*) FROM events"), 0);
        let (done, findings) = import(&store, &changes);
        assert_eq!((done.findings, findings), (report.findings, tried.findings));
        let mut tried = Watcher::default();
        let report = run(&target, &incidents.mapping, &incidents.sheet, &mut tried).unwrap();
        assert_eq!((report.created, report.rejected), (8606, 0));
        assert_eq!(number(&store, "SELECT COUNT(*) FROM incidents"), 0);
        store.close();
    });
}

#[test]
fn an_import_that_loses_its_store_is_completed_by_a_repetition() {
    let Some(changes) = file(CHANGES) else { return };
    on_both(|database| {
        let store = database.open();
        let lost_after = Some((2_000, Arc::clone(&store)));
        let mut watch = Watcher { lost_after, ..Watcher::default() };
        let bus = bus(&store);
        let target = Target::Bus(&bus, operator());
        let end = run(&target, &changes.mapping, &changes.sheet, &mut watch);
        assert!(end.is_err(), "the store is gone");
        let store = database.open();
        let there = number(&store, "SELECT COUNT(*) FROM changes");
        assert!((1..3181).contains(&there), "{there}");
        let (report, _) = import(&store, &changes);
        assert_eq!(i64::try_from(report.unchanged).unwrap(), there);
        assert_eq!(report.created + report.unchanged, 3181);
        assert_eq!(number(&store, "SELECT COUNT(*) FROM cis"), 3984);
        let expected = pairs("bpi2014/EXPECTED_conflicts_actual.csv");
        assert_eq!(listed(&store, Basis::Actual), expected);
        store.close();
    });
}

#[test]
fn a_killed_import_is_completed_by_a_repetition() {
    let Some(file) = data(CHANGES.1) else { return };
    on_both(|database| {
        let import = |database: &Database| {
            let mut command = program()?;
            command.arg("import").arg("--source").arg(&file).args(["--mapping", CHANGES.0]);
            command.args(["--database", &database.address, "--format", "json"]);
            Some(command)
        };
        // Its tables are made first, so that the number of changes can be asked all the time.
        database.open().close();
        let Some(mut command) = import(database) else { return };
        let mut killed = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let options = store::OpenOptions { read_only: true, ..store::OpenOptions::default() };
        let reader = store::open(&database.address, options).unwrap();
        let there = || number(&reader, "SELECT COUNT(*) FROM changes");
        let begun = (0..3_000).any(|_| {
            std::thread::park_timeout(Duration::from_millis(10));
            there() > 100
        });
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert!(begun, "the import writes something");
        let there = there();
        reader.close();
        let output = import(database).unwrap().output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: ImportReport = serde_json::from_slice(&output.stdout).unwrap();
        assert!(there < 3181 && i64::try_from(report.unchanged).unwrap() >= there);
        assert!(report.took_ms > 0 && report.rows_per_second > 0, "it states its rate: {report:?}");
        assert_eq!(report.created + report.unchanged, 3181);
        let store = database.open();
        assert_eq!(number(&store, "SELECT COUNT(*) FROM changes"), 3181);
        assert_eq!(number(&store, "SELECT COUNT(*) FROM cis"), 3984);
        store.close();
    });
}

/// Runs the program on a database.
fn ran(mut command: Command, database: &Database, arguments: &[&str]) -> Output {
    command.args(arguments).args(["--database", &database.address]).output().unwrap()
}

#[test]
fn the_command_line_imports_reports_and_lists_conflicts() {
    let Some(path) = data(CHANGES.1) else { return };
    let path = path.display().to_string();
    on_both(|database| {
        let Some(command) = program() else { return };
        let found = database.folder.path().join("found.csv").display().to_string();
        let arguments = ["import", "--source", &path, "--mapping", CHANGES.0, "--report", &found];
        let output = ran(command, database, &arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let summary = String::from_utf8(output.stdout).unwrap();
        assert!(summary.contains("import.window_empty (repaired)"), "{summary}");
        let mut reader = csv::Reader::from_path(&found).unwrap();
        let findings: Vec<api::import::Finding> =
            reader.deserialize().collect::<Result<_, _>>().unwrap();
        let empty = findings.iter().filter(|one| one.code == "import.window_empty");
        assert_eq!(empty.filter(|one| one.kind == "repaired").count(), 268);
        for basis in ["planned", "actual"] {
            let arguments =
                ["calendar", "conflicts", "--imported", "--basis", basis, "--format", "csv"];
            let output = ran(program().unwrap(), database, &arguments);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let mut reader = csv::Reader::from_reader(&output.stdout[..]);
            let listed: Vec<ImportedConflict> =
                reader.deserialize().collect::<Result<_, _>>().unwrap();
            assert_eq!(listed, pairs(&format!("bpi2014/EXPECTED_conflicts_{basis}.csv")));
        }
        replayed(database);
    });
}

/// The whole month under another policy, by a command. That it ends within seconds is promised; the
/// bound is so wide that only another order of growth passes it.
fn replayed(database: &Database) {
    let rules = database.folder.path().join("rules");
    let shown = ["policy", "show", "--into", rules.to_str().unwrap()];
    assert!(ran(program().unwrap(), database, &shown).status.success());
    let file = rules.join("changes/emergency.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("{ count = 2 }"));
    fs::write(&file, text.replacen("{ count = 2 }", "{ count = 3 }", 1)).unwrap();
    let days = REPLAY_DAYS_MAX.to_string();
    let replay = ["policy", "replay", "--days", &days, "--policy", rules.to_str().unwrap()];
    let began = SystemClock.now();
    let output =
        ran(program().unwrap(), database, &[&replay[..], &["--format", "json"][..]].concat());
    let took = (SystemClock.now().micros() - began.micros()) / 1_000;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let replay: api::policy::Replay = serde_json::from_slice(&output.stdout).unwrap();
    let found = (replay.changes, replay.different, replay.complete);
    assert_eq!(found, (3181, 5, true), "the emergency changes are routed otherwise");
    eprintln!("policy replay of {} changes took {took} ms", replay.changes);
    assert!(took < 60_000, "it took {took} ms");
}

#[test]
fn a_file_whose_structure_does_not_hold_is_refused_before_the_first_write() {
    let folder = tempfile::tempdir().unwrap();
    let good = "CI Name (aff);CI Type (aff);Change ID";
    let ours = folder.path().join("ours.toml");
    fs::write(&ours, OURS).unwrap();
    let mut bad_byte = format!("{good}\nweb-1;server;C1\nweb-").into_bytes();
    bad_byte.extend(b"\xfc;server;C2\n");
    for (text, mapping, line) in [
        (
            format!("{good}\nweb-1;server;C1\nweb-2;\"server;C2\n").into_bytes(),
            &ours,
            "line 3: a quote is opened",
        ),
        (bad_byte, &ours, "line 3: a byte is not UTF-8"),
        (
            format!("{good}\nweb-1;server;C1\n").into_bytes(),
            &CHANGES.0.into(),
            "line 1: the mapping reads columns",
        ),
        (Vec::new(), &CHANGES.0.into(), "line 1: the file is empty"),
    ] {
        let Some(mut command) = program() else { return };
        let file = folder.path().join("changes.csv");
        fs::write(&file, text).unwrap();
        let database = folder.path().join("none.db");
        command.arg("import").arg("--source").arg(&file).arg("--mapping").arg(mapping);
        let address = format!("sqlite:{}", database.display());
        let output = command.args(["--database", &address]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(line) && said.contains("nothing was written"), "{said}");
        assert!(!database.exists(), "nothing was written");
    }
}

/// A mapping of one's own.
const OURS: &str = r#"
    about = "Ours"
    record = "change"
    source = "ours"
    zone = "UTC"
    [file]
    delimiter = ";"
    times = ["%Y-%m-%d"]
    [fields]
    number = "Change ID"
    title = "Work on {CI Name (aff)}"
    [ci]
    name = "CI Name (aff)"
    unknown = "create"
"#;

#[test]
fn one_bad_record_is_rejected_and_the_others_come_in() {
    let long = "9".repeat(201);
    let text =
        format!("CI Name (aff);Change ID\nweb-1;1\nweb-1;\n;2\nweb-2;{long}\nweb-3;3\nweb-3;3\n");
    let mapping = Mapping::parse("ours", OURS).unwrap();
    on_both(|database| {
        let store = database.open();
        let sheet = Sheet::check(text.clone().into_bytes(), &mapping).unwrap();
        let file = File { mapping: mapping.clone(), sheet };
        let (report, findings) = import(&store, &file);
        assert_eq!((report.records, report.created, report.rejected), (5, 2, 3));
        let found: Vec<_> =
            findings.iter().map(|one| (one.line, one.kind.word(), one.code.word())).collect();
        let expected = [
            (3, "rejected", "import.number_missing"),
            (4, "noted", "import.ci_missing"),
            (4, "rejected", "import.field_missing"),
            (5, "rejected", "import.refused"),
            (7, "repaired", "import.row_repeated"),
        ];
        let mut sorted = found;
        sorted.sort_unstable();
        assert_eq!(sorted, expected);
        assert_eq!(number(&store, "SELECT COUNT(*) FROM changes"), 2);
        store.close();
    });
}

#[test]
fn only_those_who_may_import_do() {
    let mapping = Mapping::parse("ours", OURS).unwrap();
    on_both(|database| {
        let store = database.open();
        let bytes = b"CI Name (aff);Change ID\nweb-1;1\n".to_vec();
        let sheet = Sheet::check(bytes, &mapping).unwrap();
        let bus = bus(&store);
        let nobody = Actor::Person { id: kernel::Id::from_uuid(uuid::Uuid::from_u128(1)) };
        let target = Target::Bus(&bus, nobody);
        let end = run(&target, &mapping, &sheet, &mut Watcher::default());
        assert!(end.expect_err("not permitted").to_string().contains("import.run"));
        assert_eq!(number(&store, "SELECT COUNT(*) FROM changes"), 0);
        store.close();
    });
}

/// A file sent to a server: the status, and the lines or the problem.
fn sent(server: &Server, secret: &str, query: &[(&str, &str)], file: &str) -> (u16, Vec<Json>) {
    let address = format!("{}/api/v1/imports", server.url);
    let address = reqwest::Url::parse_with_params(&address, query).unwrap();
    let request = client().post(address).bearer_auth(secret).header("content-type", "text/csv");
    let answer = request.body(file.to_owned()).send().unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().unwrap();
    (status, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn last(lines: &[Json]) -> ImportReport {
    match serde_json::from_value(lines.last().expect("a line").clone()).unwrap() {
        ImportLine::Report(report) => report,
        other => panic!("the last line is the report: {other:?}"),
    }
}

#[test]
fn a_server_takes_a_file_over_and_tells_of_it_line_by_line() {
    let Some(path) = data(CHANGES.1) else { return };
    on_both(|database| {
        let Some(command) = program() else { return };
        database.open().close();
        let scopes = ["read", "import.run"];
        let secret = token(&command, &database.address, &["administrator"], &scopes);
        let server = Server::start(&command, &database.address);
        let found = database.folder.path().join("found.csv");
        let output = Command::new(command.get_program())
            .args(["import", "--mapping", CHANGES.0, "--format", "json", "--url", &server.url])
            .arg("--source")
            .arg(&path)
            .arg("--report")
            .arg(&found)
            .env("INTERLOCK_TOKEN", &secret)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: ImportReport = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((report.created, report.cis_created, report.dry_run), (3181, 3984, false));
        assert!(report.took_ms > 0 && report.rows_per_second > 0, "it states its rate: {report:?}");
        let counted: u64 = report.findings.iter().map(|found| found.count).sum();
        let written = csv::Reader::from_path(&found).unwrap().into_records().count();
        assert_eq!(u64::try_from(written).unwrap(), counted, "each finding has its line");
        let text = fs::read_to_string(&path).unwrap();
        let (status, lines) = sent(&server, &secret, &[("mapping", CHANGES.0)], &text);
        assert_eq!((status, last(&lines).unchanged), (200, 3181));
        assert!(lines.iter().filter(|line| line["told"] == "progress").count() > 5);
    });
}

#[test]
fn a_server_takes_ones_own_mapping_tries_out_and_says_what_it_cannot_take() {
    on_both(|database| {
        let Some(command) = program() else { return };
        database.open().close();
        let scopes = ["read", "import.run"];
        let secret = token(&command, &database.address, &["administrator"], &scopes);
        let server = Server::start(&command, &database.address);
        let file = "CI Name (aff);Change ID\nweb-1;1\nweb-1;2\n";
        let trial = [("mapping", OURS), ("dry_run", "true")];
        let (status, lines) = sent(&server, &secret, &trial, file);
        let report = last(&lines);
        assert_eq!((status, report.created, report.dry_run), (200, 2, true));
        let (_, lines) = sent(&server, &secret, &[("mapping", OURS)], file);
        assert_eq!((last(&lines).created, last(&lines).unchanged), (2, 0), "it was a trial");
        for (query, file, code, says) in [
            (vec![], file, "request.invalid", "names a built-in mapping"),
            (vec![("mapping", "bpi")], file, "request.invalid", "is no built-in mapping"),
            (vec![("mapping", "about = 1")], file, "request.invalid", "is no mapping: "),
            (vec![("mapping", OURS)], "a;b\n1;2\n", "import.malformed", "line 1: "),
            (vec![("mapping", OURS)], "", "import.malformed", "the file is empty"),
        ] {
            let (status, lines) = sent(&server, &secret, &query, file);
            assert_eq!((status, lines[0]["code"].as_str()), (422, Some(code)), "{lines:?}");
            assert!(lines[0]["detail"].as_str().unwrap().contains(says), "{lines:?}");
        }
    });
}

#[test]
fn one_import_is_taken_at_a_time_and_an_abandoned_one_makes_room() {
    let Some(command) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("interlock.db").display());
    let secret = token(&command, &address, &["administrator"], &["read", "import.run"]);
    let server = Server::start(&command, &address);
    let host = server.url.trim_start_matches("http://").to_owned();
    let mut slow = std::net::TcpStream::connect(&host).unwrap();
    let head = format!(
        "POST /api/v1/imports?mapping={} HTTP/1.1\r\nhost: {host}\r\n\
         authorization: Bearer {secret}\r\ncontent-type: text/csv\r\n\
         content-length: 100\r\n\r\nCI Name",
        CHANGES.0
    );
    std::io::Write::write_all(&mut slow, head.as_bytes()).unwrap();
    let status_becomes = |wanted: u16| {
        (0..200).any(|_| {
            std::thread::park_timeout(Duration::from_millis(50));
            sent(&server, &secret, &[("mapping", OURS)], "CI Name (aff);Change ID\n").0 == wanted
        })
    };
    assert!(status_becomes(503), "the second one waits for its turn");
    drop(slow);
    assert!(status_becomes(200), "whoever goes away before the file is whole makes room");
}

/// A mapping whose records are still to come when the file says so.
const AHEAD: &str = r#"
    about = "What is to come"
    record = "change"
    source = "ours"
    zone = "Europe/Amsterdam"
    [file]
    times = ["%Y-%m-%d %H:%M"]
    [fields]
    number = "Id"
    title = "{Title}"
    [fields.phase]
    rules = [{ column = "State", is = "planned", gives = "scheduled" }]
    otherwise = "closed"
    [fields.planned]
    start = "From"
    end = "To"
    [ci]
    name = "CI"
    unknown = "create"
"#;

#[test]
fn work_still_to_come_claims_its_window_and_history_does_not() {
    let text = "Id,Title,State,From,To,CI\n\
        1,Upgrade,planned,2031-03-01 20:00,2031-03-01 22:00,db-1\n\
        2,Patch,done,2031-03-01 21:00,2031-03-01 23:00,db-1\n";
    let mapping = Mapping::parse("ahead", AHEAD).unwrap();
    on_both(|database| {
        let store = database.open();
        let sheet = Sheet::check(text.as_bytes().to_vec(), &mapping).unwrap();
        let file = File { mapping: mapping.clone(), sheet };
        let (report, findings) = import(&store, &file);
        assert_eq!((report.created, findings), (2, Vec::new()));
        let sql = "SELECT changes.source_number, changes.phase, change_claims.start_at \
            FROM changes LEFT JOIN change_claims ON change_claims.subject = changes.id \
            ORDER BY changes.source_number";
        let rows = wait(&*store, move |db| db.query(sql, &[])).unwrap();
        let start: kernel::Timestamp = "2031-03-01T19:00:00Z".parse().unwrap();
        let expected = [("1", "scheduled", Some(start)), ("2", "closed", None)];
        for (row, (number, phase, claimed)) in rows.iter().zip(expected) {
            assert_eq!((row.text(0).unwrap(), row.text(1).unwrap()), (number, phase));
            assert_eq!(row.opt_time(2).unwrap(), claimed);
        }
        assert_eq!(rows.len(), 2);
        store.close();
    });
}

#[test]
fn a_record_of_an_unknown_phase_is_told_and_not_taken() {
    let text = "Id,Title,State,From,To,CI\n\
        1,Upgrade,planned,2031-03-01 20:00,2031-03-01 22:00,db-1\n\
        2,Patch,pending,2031-03-01 21:00,2031-03-01 23:00,db-1\n";
    let strict = AHEAD.replace("otherwise = \"closed\"\n", "");
    let mapping = Mapping::parse("ahead", &strict).unwrap();
    on_both(|database| {
        let store = database.open();
        let sheet = Sheet::check(text.as_bytes().to_vec(), &mapping).unwrap();
        let (report, findings) = import(&store, &File { mapping: mapping.clone(), sheet });
        assert_eq!((report.created, report.rejected), (1, 1));
        let told = format!("{findings:?}");
        assert!(told.contains("value_unknown") || told.contains("ValueUnknown"), "{told}");
        assert!(told.contains("pending"), "{told}");
        store.close();
    });
}

#[test]
fn hostile_texts_come_in_unchanged() {
    let Some(path) = data("hostile/blns.json") else { return };
    let texts: Vec<String> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // Space around a field does not count, nor do texts that are longer than a title.
    let fits = |text: &&String| !text.trim().is_empty() && text.trim().chars().count() <= 200;
    let texts: Vec<&String> = texts.iter().filter(fits).collect();
    assert!(texts.len() > 400, "{}", texts.len());
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(["Id", "Title", "State", "From", "To", "CI"]).unwrap();
    for (place, text) in texts.iter().enumerate() {
        let number = place.to_string();
        writer.write_record([&number, text.as_str(), text, "", "", ""]).unwrap();
    }
    let bytes = writer.into_inner().unwrap();
    let mapping = Mapping::parse("ahead", AHEAD).unwrap();
    on_both(|database| {
        let store = database.open();
        let sheet = Sheet::check(bytes.clone(), &mapping).unwrap();
        let file = File { mapping: mapping.clone(), sheet };
        let (report, _) = import(&store, &file);
        assert_eq!((report.created, report.rejected), (texts.len() as u64, 0));
        let sql = "SELECT source_number, title FROM changes";
        for row in wait(&*store, move |db| db.query(sql, &[])).unwrap() {
            let place: usize = row.text(0).unwrap().parse().unwrap();
            assert_eq!(row.text(1).unwrap(), texts[place].trim());
        }
        store.close();
    });
}

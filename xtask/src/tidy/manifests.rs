//! The walls between crates: who may import whom, who may touch what outside, and that every
//! package takes part in the workspace's lints. The table is the architecture in short.

use toml::{Table, Value};

use crate::finding::Finding;
use crate::house::House;
use crate::source::{Source, offsets_of};

/// What a crate may import of the workspace.
struct Wall {
    name: &'static str,
    may: &'static [&'static str],
}

/// A new edge here is the rarest kind of change and needs an ADR.
const WALLS: &[Wall] = &[
    Wall { name: "kernel", may: &[] },
    Wall { name: "domain", may: &["kernel"] },
    Wall { name: "orchestrator", may: &["kernel"] },
    Wall { name: "ports", may: &["kernel", "orchestrator"] },
    Wall { name: "store", may: &["kernel", "ports"] },
    Wall { name: "connectors", may: &["kernel", "ports"] },
    Wall { name: "api", may: &["kernel"] },
    Wall { name: "server", may: &["kernel", "domain", "orchestrator", "ports", "api"] },
    Wall {
        name: "cli",
        may: &["kernel", "domain", "orchestrator", "ports", "store", "connectors", "api", "server"],
    },
];

/// Outside crates that only some packages may touch.
struct Keep {
    what: &'static str,
    crates: &'static [&'static str],
    only: &'static [&'static str],
}

const KEEPS: &[Keep] = &[
    Keep {
        what: "an SQL driver",
        crates: &["rusqlite", "libsqlite3-sys", "postgres", "tokio-postgres", "sqlx", "diesel"],
        only: &["store", "tests", "benches"],
    },
    Keep {
        what: "an HTTP client",
        crates: &["reqwest", "ureq", "isahc", "curl", "attohttpc", "hyper", "hyper-util"],
        only: &["connectors", "tests", "benches"],
    },
    Keep { what: "a mail client", crates: &["lettre"], only: &["connectors"] },
    Keep {
        what: "errors without a type",
        crates: &["anyhow", "eyre"],
        only: &["cli", "xtask", "tests", "benches"],
    },
];

/// What pure crates may import from outside; everything else needs an ADR.
const PURE: &[(&str, &[&str])] = &[
    ("kernel", &["jiff", "serde", "thiserror", "uuid"]),
    // serde_json by ADR 0003: canonical JSON of what is approved.
    ("domain", &["jiff", "serde", "serde_json", "sha2", "thiserror"]),
    ("orchestrator", &["jiff", "serde", "serde_json", "sha2", "thiserror"]),
];

/// A package of the workspace.
struct Package<'a> {
    path: &'a str,
    text: &'a str,
    /// Its folder: `store`, `tests`, …
    name: &'a str,
    manifest: Table,
}

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in house.tree.under("").filter(|(path, _)| path.ends_with("/Cargo.toml")) {
        let folder = path.trim_end_matches("/Cargo.toml");
        let name = folder.strip_prefix("crates/").unwrap_or(folder);
        match text.parse::<Table>() {
            Ok(manifest) => {
                let package = Package { path, text, name, manifest };
                findings.extend(identity(&package));
                findings.extend(imports(&package));
                findings.extend(unused(house, &package));
            }
            Err(error) => findings.push(Finding::on(
                path,
                format!("it is not TOML: {}", error.message()),
                "correct the file",
            )),
        }
    }
    findings
}

/// The parts that every manifest states the same way.
fn identity(package: &Package) -> Vec<Finding> {
    let read = |keys: [&str; 2]| package.manifest.get(keys[0]).and_then(|table| table.get(keys[1]));
    let inherits = |value: Option<&Value>| {
        value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
    };
    let mut findings = Vec::new();
    if read(["lints", "workspace"]).and_then(Value::as_bool) != Some(true) {
        findings.push(Finding::on(
            package.path,
            "the package leaves the workspace's lints".to_owned(),
            "add `[lints]` with `workspace = true`",
        ));
    }
    for key in ["version", "edition", "license", "publish"] {
        if !inherits(read(["package", key])) {
            findings.push(Finding::on(
                package.path,
                format!("`{key}` is not the workspace's"),
                "write `<key>.workspace = true` under [package]",
            ));
        }
    }
    let name = read(["package", "name"]).and_then(Value::as_str).unwrap_or_default();
    if name.strip_prefix("interlock-").unwrap_or(name) != package.name {
        findings.push(Finding::on(
            package.path,
            format!("package `{name}` is not named after its folder"),
            "name it `interlock-<folder>`",
        ));
    }
    findings
}

/// The dependencies that ship with the package. What only its tests need is free.
fn imports(package: &Package) -> Vec<Finding> {
    let shipped = shipped(package).into_iter().flat_map(Table::iter);
    shipped.filter_map(|(key, value)| judge(package, key, value)).collect()
}

fn shipped<'a>(package: &'a Package) -> Vec<&'a Table> {
    let mut tables: Vec<&Value> = ["dependencies", "build-dependencies"]
        .iter()
        .filter_map(|key| package.manifest.get(*key))
        .collect();
    let targets = package.manifest.get("target").and_then(Value::as_table);
    for target in targets.into_iter().flat_map(Table::values) {
        tables.extend(target.get("dependencies"));
        tables.extend(target.get("build-dependencies"));
    }
    tables.into_iter().filter_map(Value::as_table).collect()
}

/// Dependencies that no line of the package names.
fn unused(house: &House, package: &Package) -> Vec<Finding> {
    let folder = package.path.trim_end_matches("Cargo.toml");
    let sources: Vec<Source> =
        house.tree.rust_under(folder).map(|(_, text)| Source::of(text)).collect();
    let is_used =
        |name: &str| sources.iter().any(|source| !offsets_of(&source.code, name).is_empty());
    let keys = ["dependencies", "build-dependencies", "dev-dependencies"];
    keys.iter()
        .filter_map(|key| package.manifest.get(*key)?.as_table())
        .flat_map(Table::keys)
        .filter(|key| !is_used(&key.replace('-', "_")))
        .map(|key| {
            Finding::at(
                package.path,
                line_of(package, key),
                format!("`{}` never uses `{key}`", package.name),
                "remove the dependency",
            )
        })
        .collect()
}

fn line_of(package: &Package, key: &str) -> usize {
    let is_key =
        |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    package.text.lines().position(is_key).map_or(0, |index| index + 1)
}

fn judge(package: &Package, key: &str, value: &Value) -> Option<Finding> {
    let outside = value.get("package").and_then(Value::as_str).unwrap_or(key);
    let name = outside.strip_prefix("interlock-").unwrap_or(outside);
    let line = line_of(package, key);
    let wall = WALLS.iter().find(|wall| wall.name == package.name);
    if WALLS.iter().any(|wall| wall.name == name) {
        let wall = wall?;
        return (!wall.may.contains(&name)).then(|| {
            Finding::at(
                package.path,
                line,
                format!("`{}` may not import `{name}`", package.name),
                "go through a port, or move the code to where it may; a new edge needs an ADR \
                 and a line in xtask/src/tidy/manifests.rs",
            )
        });
    }
    for keep in KEEPS {
        if keep.crates.contains(&name) && !keep.only.contains(&package.name) {
            return Some(Finding::at(
                package.path,
                line,
                format!("`{}` may not use {}: `{name}`", package.name, keep.what),
                "ask for what you need through a port",
            ));
        }
    }
    let (_, allowed) = PURE.iter().find(|(pure, _)| *pure == package.name)?;
    (!allowed.contains(&name)).then(|| {
        Finding::at(
            package.path,
            line,
            format!("`{}` is pure and may not import `{name}`", package.name),
            "let the value arrive as an argument; an exception needs an ADR",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "version.workspace = true\nedition.workspace = true\n\
        license.workspace = true\npublish.workspace = true\n[lints]\nworkspace = true\n";

    fn wrongs(folder: &str, dependencies: &str) -> Vec<String> {
        let name = folder.trim_start_matches("crates/");
        let text = format!("[package]\nname = \"interlock-{name}\"\n{HEAD}{dependencies}");
        let path = format!("{folder}/Cargo.toml");
        let code = format!("{folder}/src/lib.rs");
        let uses = "use {anyhow, kernel, ports, db, store, rusqlite, reqwest, tokio};";
        let house = House::of("", &[(&path, &text), (&code, uses)]);
        check(&house).into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn a_dependency_that_nothing_uses_is_found() {
        let found = wrongs("crates/store", "[dev-dependencies]\ntempfile.workspace = true\n");
        assert_eq!(found, ["`store` never uses `tempfile`"]);
    }

    #[test]
    fn an_edge_of_the_table_passes() {
        let text = "[dependencies]\nkernel.workspace = true\nports.workspace = true\n\
                    rusqlite.workspace = true\n";
        assert!(wrongs("crates/store", text).is_empty());
    }

    #[test]
    fn an_edge_outside_the_table_is_found() {
        let found = wrongs("crates/server", "[dependencies]\nstore.workspace = true\n");
        assert_eq!(found, ["`server` may not import `store`"]);
    }

    #[test]
    fn an_edge_under_another_name_is_found() {
        let text = "[target.'cfg(unix)'.dependencies]\n\
                    db = { package = \"interlock-store\", path = \"../store\" }\n";
        assert_eq!(wrongs("crates/server", text), ["`server` may not import `store`"]);
    }

    #[test]
    fn what_only_tests_need_is_free() {
        assert!(wrongs("crates/server", "[dev-dependencies]\nstore.workspace = true\n").is_empty());
    }

    #[test]
    fn a_driver_outside_the_store_is_found() {
        let found = wrongs("crates/cli", "[dependencies]\nrusqlite = \"0.41\"\n");
        assert_eq!(found, ["`cli` may not use an SQL driver: `rusqlite`"]);
        assert!(wrongs("benches", "[dependencies]\nrusqlite = \"0.41\"\n").is_empty());
    }

    #[test]
    fn a_client_outside_the_connectors_is_found() {
        let found = wrongs("crates/server", "[dependencies]\nreqwest.workspace = true\n");
        assert_eq!(found, ["`server` may not use an HTTP client: `reqwest`"]);
    }

    #[test]
    fn an_impure_import_of_the_domain_is_found() {
        let found = wrongs("crates/domain", "[dependencies]\ntokio.workspace = true\n");
        assert_eq!(found, ["`domain` is pure and may not import `tokio`"]);
    }

    #[test]
    fn a_package_without_the_lints_is_found() {
        let text = format!("[package]\nname = \"xtask\"\n{}", HEAD.replace("[lints]", "[lint]"));
        let house = House::of("", &[("xtask/Cargo.toml", text.as_str())]);
        let found = check(&house);
        assert_eq!(found.len(), 1);
        assert!(found[0].wrong.contains("lints"));
    }

    #[test]
    fn a_package_with_another_name_than_its_folder_is_found() {
        let text = format!("[package]\nname = \"interlock-shop\"\n{HEAD}");
        let house = House::of("", &[("crates/store/Cargo.toml", text.as_str())]);
        assert!(check(&house)[0].wrong.contains("not named after its folder"));
    }
}

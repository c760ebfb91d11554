//! What one feature may see of another inside the domain and the server: only what the register
//! says it knows, and never in a circle. Cargo walls off crates; this walls off folders.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::house::House;
use crate::register::Feature;
use crate::source::{Source, is_word_character, offsets_of};

/// Feature → features.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// The crates whose folders are features.
const CRATES: &[&str] = &["domain", "server"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used = Graph::new();
    for name in CRATES {
        let seen = walls_of(house, name, &mut findings);
        if *name == "server" {
            findings.extend(circle(&seen.inside, "the server's modules use each other"));
        }
        for graph in [seen.inside, seen.across] {
            for (from, to) in graph {
                used.entry(from).or_default().extend(to);
            }
        }
    }
    findings.extend(circle(&declared(house), "features.toml lets features know each other"));
    findings.extend(unused(house, &used));
    findings
}

/// The edges found in one crate, between its own features and towards the domain.
#[derive(Default)]
struct Seen {
    inside: Graph,
    across: Graph,
}

fn walls_of(house: &House, crate_name: &str, findings: &mut Vec<Finding>) -> Seen {
    let mut seen = Seen::default();
    let folder = format!("crates/{crate_name}/src/");
    for (path, text) in house.tree.rust_under(&folder) {
        let source = Source::of(text);
        let rest = path.strip_prefix(&folder).unwrap_or(path);
        if rest == "lib.rs" {
            findings.extend(re_exports(house, path, &source));
            continue;
        }
        let from = rest.split(['/', '.']).next().unwrap_or_default();
        for edge in edges_of(house, &folder, from, &source) {
            if let Some(finding) = judge(house, crate_name, path, from, &edge) {
                findings.push(finding);
            } else if edge.to != from && house.register.has(from) && house.register.has(&edge.to) {
                let graph = if edge.inside { &mut seen.inside } else { &mut seen.across };
                graph.entry(from.to_owned()).or_default().insert(edge.to);
            }
        }
    }
    seen
}

/// A path from one module to another at the top of its crate or of the domain.
struct Edge {
    to: String,
    line: usize,
    /// Whether both ends are in the same crate.
    inside: bool,
}

fn edges_of(house: &House, folder: &str, from: &str, source: &Source) -> Vec<Edge> {
    let code = &source.code;
    let mut edges = Vec::new();
    for (start, inside) in [("crate::", true), ("domain::", false)] {
        for offset in offsets_of(code, start) {
            // `domain::` deep inside a path is some other module of that name.
            let outermost = !code[..offset].ends_with("::") || inside;
            for to in outermost.then(|| heads(&code[offset + start.len()..])).into_iter().flatten()
            {
                edges.push(Edge { to, line: source.line_of(offset), inside });
            }
        }
    }
    for offset in offsets_of(code, "super::") {
        let rest = code[offset..].trim_start_matches("super::");
        for to in heads(rest) {
            // `super::x` leaves the feature when x is a feature and no module of this one.
            let own = format!("{folder}{from}/{to}");
            let is_own = house.tree.has(&own) || house.tree.has(&format!("{own}.rs"));
            if house.register.has(&to) && !is_own {
                edges.push(Edge { to, line: source.line_of(offset), inside: true });
            }
        }
    }
    edges
}

/// The first names of a path or of a `{…}` group of paths.
fn heads(rest: &str) -> Vec<String> {
    let rest = rest.trim_start();
    let Some(group) = rest.strip_prefix('{') else {
        return vec![head(rest)];
    };
    let mut depth = 0_usize;
    let mut names = Vec::new();
    let mut from = 0;
    for (offset, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(head(&group[from..offset]));
                from = offset + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty() && name != "self");
    names
}

fn head(path: &str) -> String {
    let path = path.trim_start();
    if path.starts_with('*') {
        return "*".to_owned();
    }
    let path = path.strip_prefix("r#").unwrap_or(path);
    path.chars().take_while(|character| is_word_character(*character)).collect()
}

fn judge(house: &House, crate_name: &str, path: &str, from: &str, edge: &Edge) -> Option<Finding> {
    let to = &edge.to;
    let register = &house.register;
    let (target, key) = if edge.inside { (crate_name, crate_name) } else { ("domain", "domain") };
    if to == "*" {
        let wrong = format!("everything of `{target}` is imported at once");
        return Some(Finding::at(path, edge.line, wrong, "name what is used, so edges are seen"));
    }
    // A type, function or macro at the root of a crate comes from infrastructure: see re_exports.
    let is_module = to.starts_with(|first: char| first.is_ascii_lowercase())
        && [format!("crates/{target}/src/{to}/"), format!("crates/{target}/src/{to}.rs")]
            .iter()
            .any(|module| house.tree.has(module));
    if to == from || !is_module || register.infrastructure(key, to).is_some() {
        return None;
    }
    if !register.has(to) {
        // Unregistered modules are found by the rule of addresses.
        return None;
    }
    let (allowed, place) = match register.find(from) {
        Some(feature) => (may_see(feature, crate_name, to), format!("feature `{from}`")),
        None => (
            register.infrastructure(crate_name, from).is_some_and(|module| module.may_know(to)),
            format!("infrastructure `{crate_name}.{from}`"),
        ),
    };
    (!allowed).then(|| {
        Finding::at(
            path,
            edge.line,
            format!("{place} uses feature `{to}`, which it is not registered to know"),
            "turn the dependency round, pass a fact instead, or add the edge to features.toml \
             (`knows`; `reads` for the server side alone) with an ADR",
        )
    })
}

fn may_see(feature: &Feature, crate_name: &str, to: &str) -> bool {
    let knows = feature.knows.iter().any(|name| name == to);
    knows || (crate_name == "server" && feature.reads.iter().any(|name| name == to))
}

/// `pub use feature::…` at the root would let others use a feature without naming it.
fn re_exports(house: &House, path: &str, source: &Source) -> Vec<Finding> {
    let code = &source.code;
    offsets_of(code, "pub use")
        .into_iter()
        .chain(offsets_of(code, "pub(crate) use"))
        .flat_map(|offset| {
            let rest = code[offset..].split_once("use").map_or("", |(_, rest)| rest).trim_start();
            let rest = rest.trim_start_matches("crate::").trim_start_matches("self::");
            heads(rest).into_iter().map(move |name| (offset, name))
        })
        .filter(|(_, name)| house.register.has(name))
        .map(|(offset, name)| {
            Finding::at(
                path,
                source.line_of(offset),
                format!("the root of the crate re-exports feature `{name}`"),
                "let users write the feature's name in the path",
            )
        })
        .collect()
}

fn declared(house: &House) -> Graph {
    let features = &house.register.features;
    features
        .iter()
        .map(|feature| (feature.name.clone(), feature.knows.iter().cloned().collect()))
        .collect()
}

/// One circle of the graph, if there is any.
fn circle(graph: &Graph, what: &str) -> Option<Finding> {
    let round = graph.keys().find_map(|start| way_back(graph, start))?;
    Some(Finding::on(
        "features.toml",
        format!("{what} in a circle: {}", round.join(" → ")),
        "let one of them pass a fact instead of being asked, or move what both need below both",
    ))
}

/// The shortest way from a feature back to itself.
fn way_back(graph: &Graph, start: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut visited = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in way.last().and_then(|last| graph.get(last)).into_iter().flatten() {
                let mut way = way.clone();
                way.push(next.clone());
                if next == start {
                    return Some(way);
                }
                if visited.insert(next.clone()) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

/// Registered edges that nothing uses, of features whose rules exist.
fn unused(house: &House, used: &Graph) -> Vec<Finding> {
    let built =
        |name: &str| CRATES.iter().all(|at| house.tree.has(&format!("crates/{at}/src/{name}/")));
    let none = BTreeSet::new();
    house
        .register
        .features
        .iter()
        .filter(|feature| built(&feature.name))
        .flat_map(|feature| {
            let used = used.get(&feature.name).unwrap_or(&none);
            feature.knows.iter().chain(&feature.reads).filter(|other| !used.contains(*other)).map(
                |other| {
                    Finding::on(
                        "features.toml",
                        format!(
                            "`{}` is registered to know `{other}`, but never does",
                            feature.name
                        ),
                        "remove it: an edge that is not used is not allowed either",
                    )
                },
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: &str = "\
        [[feature]]\nname = \"change\"\ndoes = \"A change is here.\"\n\
        [[feature]]\nname = \"release\"\ndoes = \"A release is here.\"\nknows = [\"change\"]\n\
        [[feature]]\nname = \"risk\"\ndoes = \"A risk is here.\"\n\
        [infrastructure.domain]\ncanonical = \"Writes canonical JSON text.\"\n\
        [infrastructure.server]\nbus = \"The only writer there is.\"\n\
        http = { does = \"Mounts all the routes.\", knows = [\"*\"] }\n";

    fn wrongs(path: &str, text: &str) -> Vec<String> {
        let files = [
            ("crates/domain/src/change/mod.rs", ""),
            ("crates/domain/src/change/risk.rs", ""),
            ("crates/domain/src/release/mod.rs", ""),
            ("crates/domain/src/risk/mod.rs", ""),
            ("crates/domain/src/canonical.rs", ""),
            ("crates/server/src/change/list.rs", ""),
            ("crates/server/src/risk/list.rs", ""),
            ("crates/server/src/bus.rs", ""),
            ("crates/server/src/http.rs", ""),
            (path, text),
        ];
        check(&House::of(REGISTER, &files)).into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn a_known_feature_may_be_used() {
        let text = "use crate::change::Phase;\nuse crate::canonical::text;\n";
        assert!(wrongs("crates/domain/src/release/submit.rs", text).is_empty());
    }

    #[test]
    fn an_unknown_feature_may_not_be_used() {
        let found = wrongs("crates/domain/src/change/submit.rs", "use crate::release::Phase;\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("feature `change` uses feature `release`"));
    }

    #[test]
    fn a_group_of_imports_is_taken_apart() {
        let text = "use crate::{canonical, change::{self, risk::Tier}, risk::Risk};\n";
        let found = wrongs("crates/domain/src/release/submit.rs", text);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("uses feature `risk`"));
    }

    #[test]
    fn a_way_round_by_super_is_found() {
        let found = wrongs("crates/domain/src/risk/mod.rs", "use super::release::Phase;\n");
        assert_eq!(found.len(), 1);
        let own = wrongs("crates/domain/src/change/submit.rs", "use super::risk::Tier;\n");
        assert!(own.is_empty());
    }

    #[test]
    fn the_server_side_is_held_to_the_same_edges() {
        let found = wrongs("crates/server/src/risk/get.rs", "use domain::release::Release;\n");
        assert_eq!(found.len(), 1);
        let allowed = wrongs("crates/server/src/release/get.rs", "use domain::change::Change;\n");
        assert!(allowed.is_empty());
    }

    #[test]
    fn comments_and_strings_are_no_edges() {
        let text = "//! See crate::release.\nconst A: &str = \"crate::release\";\n";
        assert!(wrongs("crates/domain/src/change/submit.rs", text).is_empty());
    }

    #[test]
    fn infrastructure_knows_no_feature_unless_registered() {
        let found = wrongs("crates/server/src/bus.rs", "use crate::change::list;\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("infrastructure `server.bus`"));
        assert!(wrongs("crates/server/src/http.rs", "use crate::change::list;\n").is_empty());
    }

    #[test]
    fn importing_everything_is_found() {
        let found = wrongs("crates/domain/src/change/submit.rs", "use crate::*;\n");
        assert_eq!(found, ["everything of `domain` is imported at once"]);
    }

    #[test]
    fn a_re_export_of_a_feature_at_the_root_is_found() {
        let found =
            wrongs("crates/domain/src/lib.rs", "pub mod change;\npub use change::Change;\n");
        assert_eq!(found, ["the root of the crate re-exports feature `change`"]);
    }

    #[test]
    fn a_circle_in_the_register_is_found() {
        let register = REGISTER
            .replace("A change is here.\"\n", "A change is here.\"\nknows = [\"release\"]\n");
        let found = check(&House::of(&register, &[]));
        assert!(found[0].wrong.contains("change → release → change"), "{found:?}");
    }

    #[test]
    fn a_circle_among_the_servers_modules_is_found() {
        let register = REGISTER
            .replace("A change is here.\"\n", "A change is here.\"\nreads = [\"release\"]\n");
        let files = [
            ("crates/server/src/change/get.rs", "use crate::release::row;\n"),
            ("crates/server/src/release/get.rs", "use crate::change::row;\n"),
        ];
        let found = check(&House::of(&register, &files));
        assert!(found.iter().any(|one| one.wrong.contains("the server's modules")), "{found:?}");
    }

    #[test]
    fn a_registered_edge_that_nothing_uses_is_found() {
        let found = wrongs("crates/server/src/release/list.rs", "");
        assert_eq!(found, ["`release` is registered to know `change`, but never does"]);
    }
}

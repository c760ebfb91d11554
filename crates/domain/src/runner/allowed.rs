//! What a runner may do: named programs with fixed arguments and placeholders, each of which has a
//! pattern that a value must match as a whole. An argument stays one argument, whatever it holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::refusal::Check;

/// The most commands of a runner.
pub const COMMANDS_MAX: usize = 200;
/// The most fixed arguments and placeholders of a command, each.
pub const ARGUMENTS_MAX: usize = 50;
/// The longest argument, in characters.
pub const ARGUMENT_MAX: usize = 1_000;
/// The longest pattern, in characters.
pub const PATTERN_MAX: usize = 500;
/// The longest that a command may run, in seconds (a day).
pub const TIME_LIMIT_MAX: u32 = 24 * 60 * 60;
/// The longest name of a runner, a label, a command or a placeholder.
const WORD_MAX: usize = 63;

/// Regular expressions, which the rules ask for and do not know.
pub trait Patterns {
    /// What is wrong with a pattern, if it is none.
    fn flaw(&self, pattern: &str) -> Option<String>;

    /// Whether a value matches a pattern from its first character to its last.
    fn matches(&self, pattern: &str, value: &str) -> bool;
}

/// A command that a runner carries out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// Its name.
    pub name: String,
    /// The program, by an absolute path.
    pub program: String,
    /// Its arguments; `{word}` stands for a value.
    pub args: Vec<String>,
    /// Each placeholder and the pattern of its values.
    pub patterns: BTreeMap<String, String>,
    /// How long it may run.
    pub time_limit_seconds: u32,
    /// Whether the runner can ask afterwards if it happened.
    pub has_status: bool,
}

/// Whether a word can be the name of a runner, a label, a command or a placeholder.
pub fn is_name(word: &str) -> bool {
    let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
    word.len() <= WORD_MAX
        && word.bytes().all(fits)
        && word.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

/// Gathers what is wrong with a list of commands.
pub fn check_allowed(check: &mut Check, commands: &[Allowed], patterns: &dyn Patterns) {
    check.count("/commands", commands.len(), COMMANDS_MAX);
    let mut names = BTreeSet::new();
    for (index, command) in commands.iter().take(COMMANDS_MAX).enumerate() {
        let at = |field: &str| format!("/commands/{index}/{field}");
        if !is_name(&command.name) {
            check.wrong(&at("name"), "is a word of letters, digits, `-`, `_` and `.`");
        }
        if !names.insert(&command.name) {
            check.wrong(&at("name"), format!("`{}` is listed twice", command.name));
        }
        if !command.program.starts_with('/') {
            check.wrong(&at("program"), "is the absolute path of a program: no shell looks for it");
        }
        check.text(&at("program"), &command.program, ARGUMENT_MAX);
        check.count(&at("args"), command.args.len(), ARGUMENTS_MAX);
        for (place, argument) in command.args.iter().enumerate() {
            check.text(&at(&format!("args/{place}")), argument, ARGUMENT_MAX);
        }
        if !(1..=TIME_LIMIT_MAX).contains(&command.time_limit_seconds) {
            check.wrong(&at("time_limit_seconds"), format!("is from 1 to {TIME_LIMIT_MAX}"));
        }
        check_placeholders(check, index, command, patterns);
    }
}

fn check_placeholders(check: &mut Check, index: usize, command: &Allowed, patterns: &dyn Patterns) {
    let at = |word: &str| format!("/commands/{index}/patterns/{word}");
    check.count(&at("").replace("/patterns/", "/patterns"), command.patterns.len(), ARGUMENTS_MAX);
    let used: BTreeSet<&str> = command.args.iter().flat_map(|text| placeholders(text)).collect();
    for word in used.iter().filter(|word| !command.patterns.contains_key(**word)) {
        check.wrong(&at(word), "is missing: every placeholder declares what it takes");
    }
    for (word, pattern) in &command.patterns {
        if !used.contains(word.as_str()) {
            check.wrong(&at(word), "is declared, but no argument holds it");
        }
        check.name(&at(word), pattern, PATTERN_MAX);
        if let Some(flaw) = patterns.flaw(pattern) {
            check.wrong(&at(word), format!("is no regular expression: {flaw}"));
        }
    }
}

/// Why a command may not be carried out with such values, if it may not.
pub fn permits(
    command: &Allowed,
    values: &BTreeMap<String, String>,
    patterns: &dyn Patterns,
) -> Result<(), String> {
    let name = &command.name;
    for (word, pattern) in &command.patterns {
        let Some(value) = values.get(word) else {
            return Err(format!("`{name}` needs a value for `{word}`"));
        };
        if value.chars().count() > ARGUMENT_MAX || value.chars().any(char::is_control) {
            return Err(format!(
                "the value of `{word}` for `{name}` is too long or holds control characters"
            ));
        }
        if !patterns.matches(pattern, value) {
            return Err(format!("the value of `{word}` for `{name}` must match `{pattern}`"));
        }
    }
    match values.keys().find(|word| !command.patterns.contains_key(*word)) {
        Some(word) => Err(format!("`{name}` takes no value `{word}`")),
        None => Ok(()),
    }
}

/// The arguments with values in place of their placeholders, each value within its argument.
pub fn filled(args: &[String], values: &BTreeMap<String, String>) -> Vec<String> {
    args.iter().map(|argument| fill(argument, values)).collect()
}

fn fill(argument: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = argument;
    while let Some((before, word, after)) = next_placeholder(rest) {
        text.push_str(before);
        text.push_str(values.get(word).map_or("", String::as_str));
        rest = after;
    }
    text + rest
}

fn placeholders(argument: &str) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), argument);
    while let Some((_, word, after)) = next_placeholder(rest) {
        found.push(word);
        rest = after;
    }
    found
}

/// What stands before the first placeholder, its word, and what stands behind it. Braces around
/// anything but a word are only braces.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let inside = &text[open + 1..];
        match inside.find('}') {
            Some(close) if is_name(&inside[..close]) => {
                return Some((&text[..open], &inside[..close], &inside[close + 1..]));
            }
            _ => from = open + 1,
        }
    }
    None
}

//! Patterns as regular expressions that take linear time, whatever the value (crate `regex`).

use domain::runner::Patterns;
use regex::{Regex, RegexBuilder};

/// The largest compiled pattern, in bytes.
const COMPILED_MAX: usize = 256 * 1024;

/// Regular expressions that match a value as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Regexes;

fn compiled(pattern: &str) -> Result<Regex, String> {
    // On its own first: `a)|(b` would break out of the group.
    let build = |text: &str| RegexBuilder::new(text).size_limit(COMPILED_MAX).build();
    build(pattern).and_then(|_| build(&format!(r"\A(?:{pattern})\z"))).map_err(|error| {
        let said = error.to_string();
        said.lines().last().unwrap_or_default().trim().to_owned()
    })
}

impl Patterns for Regexes {
    fn flaw(&self, pattern: &str) -> Option<String> {
        compiled(pattern).err()
    }

    fn matches(&self, pattern: &str, value: &str) -> bool {
        compiled(pattern).is_ok_and(|regex| regex.is_match(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_matches_from_its_first_character_to_its_last() {
        let matches = |pattern, value| Regexes.matches(pattern, value);
        assert!(matches(r"\d+", "42"));
        assert!(!matches(r"\d+", "42\n"));
        assert!(!matches(r"\d+", "x42"));
        assert!(!matches(r"a|b", "ab"));
        assert!(!matches(r"(?m)^a$", "a\nb"));
        assert!(!matches(r"a)|(?:.*", "anything"));
        assert!(!matches(r"(?x) a # remark", "b"));
    }

    #[test]
    fn a_pattern_that_is_none_or_too_large_is_told() {
        assert_eq!(Regexes.flaw(r"v\d+\.\d+"), None);
        assert!(Regexes.flaw("(").is_some());
        assert!(Regexes.flaw("a)|(?:.*").is_some());
        assert!(Regexes.flaw(r"(\w{1000}){1000}").is_some());
    }
}

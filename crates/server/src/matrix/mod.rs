//! The permission matrix as text, for review: made from the code, so that a permission that is
//! given or taken shows as a difference.

use domain::identity::{Permission, Role, permissions};

/// Who may do what: each verb with the permission it asks for, a column for each role. What the
/// state of the record says is in the tables of the guards, beside the rules.
pub(crate) fn of(verbs: impl Iterator<Item = (&'static str, Permission)>) -> String {
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let mut lines = vec![format!("{:<20} {:<18} {}", "verb", "permission", names.join(" "))];
    for (verb, permission) in verbs {
        let may = |role: &Role| permissions(*role).contains(&permission);
        let mark = |role: &Role| if may(role) { "x" } else { "." };
        let marks: Vec<String> = Role::ALL
            .iter()
            .map(|role| format!("{:<width$}", mark(role), width = role.word().len()))
            .collect();
        let line = format!("{verb:<20} {:<18} {}", permission.word(), marks.join(" "));
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_which_permission() {
        insta::assert_snapshot!(of(Permission::ALL.iter().map(|p| (p.word(), *p))));
    }
}

//! What differs between two contents, field by field, for those who approved the first.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::approval::{Content, PartName};

/// A field that was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The part of the content.
    pub part: PartName,
    /// The way to the field within it, outermost first; empty for a part that is one value.
    pub field: Vec<String>,
    /// What it said, ids unresolved; of a list what was taken out.
    pub before: Vec<String>,
    /// What it says; of a list what was added.
    pub after: Vec<String>,
}

/// Every field that differs, in the order of the parts.
pub fn differences(before: &Content, after: &Content) -> Vec<Edited> {
    let says = |content: &Content, part| {
        content.parts.get(&part).map_or(Value::Null, |part| part.says.clone())
    };
    let mut edited = Vec::new();
    for part in before.touched(after) {
        compare(part, &mut Vec::new(), &says(before, part), &says(after, part), &mut edited);
    }
    edited
}

fn compare(
    part: PartName,
    field: &mut Vec<String>,
    before: &Value,
    after: &Value,
    edited: &mut Vec<Edited>,
) {
    if before == after {
        return;
    }
    let (old, new) = (fields(before), fields(after));
    if old.is_none() && new.is_none() {
        let (before, after) = (words(before), words(after));
        let (gone, come) = (without(&before, &after), without(&after, &before));
        // A list whose order alone differs is told whole.
        let (before, after) =
            if gone.is_empty() && come.is_empty() { (before, after) } else { (gone, come) };
        edited.push(Edited { part, field: field.clone(), before, after });
        return;
    }
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let told = edited.len();
    for name in names {
        field.push(name.clone());
        let of = |fields: &BTreeMap<String, Value>| fields.get(name).cloned().unwrap_or_default();
        compare(part, field, &of(&old), &of(&new), edited);
        field.pop();
    }
    if edited.len() == told {
        // The same items in another order.
        let names = |value: &Value| items(value).into_iter().map(|(name, _)| name).collect();
        let (before, after) = (names(before), names(after));
        edited.push(Edited { part, field: field.clone(), before, after });
    }
}

/// The fields of an object, or the items of a list of objects by what names them.
fn fields(value: &Value) -> Option<BTreeMap<String, Value>> {
    match value {
        Value::Object(fields) => {
            Some(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            Some(items(value).into_iter().collect())
        }
        _ => None,
    }
}

fn items(value: &Value) -> Vec<(String, Value)> {
    let list = value.as_array().into_iter().flatten();
    let named = |(place, item): (usize, &Value)| {
        let mut name = ["number", "id", "change", "service", "name"].iter();
        let name = name.find_map(|key| item.get(key).and_then(Value::as_str));
        (name.map_or_else(|| (place + 1).to_string(), str::to_owned), item.clone())
    };
    list.enumerate().map(named).collect()
}

/// What a value says: nothing when it is empty, each item of a list.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(words).collect(),
        other => vec![other.to_string()],
    }
}

fn without(list: &[String], other: &[String]) -> Vec<String> {
    list.iter().filter(|item| !other.contains(item)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Value, after: Value) -> Vec<String> {
        let content = |says| Content::new([(PartName::Plans, says)]);
        let edited = differences(&content(before), &content(after));
        let line = |one: &Edited| {
            format!("{}: {} > {}", one.field.join("."), one.before.join(","), one.after.join(","))
        };
        edited.iter().map(line).collect()
    }

    #[test]
    fn each_field_is_told_with_before_and_after() {
        let before = json!({"test": "ask", "backout_minutes": 5, "implementer": null});
        let after = json!({"test": "ask twice", "backout_minutes": 5, "implementer": "per_1"});
        assert_eq!(told(before, after), ["implementer:  > per_1", "test: ask > ask twice"]);
    }

    #[test]
    fn of_a_list_what_came_and_what_went_is_told() {
        let (before, after) = (json!({"cis": ["a", "b"]}), json!({"cis": ["b", "c"]}));
        assert_eq!(told(before, after), ["cis: a > c"]);
        let turned = told(json!({"cis": ["a", "b"]}), json!({"cis": ["b", "a"]}));
        assert_eq!(turned, ["cis: a,b > b,a"]);
    }

    #[test]
    fn items_are_known_by_their_number_whatever_their_place() {
        let one = |title: &str| json!({"number": "CHG-1", "scope": {"title": title}});
        let other = json!({"number": "CHG-2", "scope": {"title": "Other"}});
        let before = json!({"changes": [one("One"), other]});
        let after = json!({"changes": [other, one("Two")]});
        assert_eq!(told(before.clone(), after), ["changes.CHG-1.scope.title: One > Two"]);
        let turned = json!({"changes": [other, one("One")]});
        assert_eq!(told(before, turned), ["changes: CHG-1,CHG-2 > CHG-2,CHG-1"]);
    }

    #[test]
    fn a_part_that_is_one_value_has_no_field() {
        assert_eq!(told(json!("low"), json!("high")), [": low > high"]);
        assert_eq!(told(json!(null), json!({"start": "x"})), ["start:  > x"]);
    }
}

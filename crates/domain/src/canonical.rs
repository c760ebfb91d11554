//! Canonical JSON (RFC 8785) and its SHA-256: what an approval is bound to, and how cached states
//! are compared. Only integers appear in what is hashed; fractions are refused by assertion.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The canonical JSON text of a value.
///
/// # Panics
///
/// On a fraction, and on a map whose keys are no text: neither is in any record.
pub fn text<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).expect("records hold only what JSON can say");
    let mut out = String::new();
    write(&value, &mut out);
    out
}

/// The same of what came from elsewhere; nothing where a fraction is in it.
pub fn checked_text(value: &Value) -> Option<String> {
    (!holds_fraction(value)).then(|| text(value))
}

fn holds_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(holds_fraction),
        Value::Object(fields) => fields.values().any(holds_fraction),
        _ => false,
    }
}

/// The SHA-256 of a value's canonical JSON, hexadecimal.
pub fn hash<T: Serialize>(value: &T) -> String {
    Sha256::digest(text(value).as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_by(|left, right| left.encode_utf16().cmp(right.encode_utf16()));
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(&Value::String(key.clone()), out);
                out.push(':');
                write(&fields[key], out);
            }
            out.push('}');
        }
        Value::Number(number) => {
            assert!(!number.is_f64(), "a fraction has no place in canonical content: {number}");
            let _ = write!(out, "{number}");
        }
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_by_utf16_and_controls_escaped() {
        let value =
            json!({"b": [1, true, null], "a": "x\u{0007}\n\"é", "\u{1F600}": 1, "\u{FB33}": 2});
        let expected =
            "{\"a\":\"x\\u0007\\n\\\"é\",\"b\":[1,true,null],\"\u{1F600}\":1,\"\u{FB33}\":2}";
        assert_eq!(text(&value), expected);
    }

    #[test]
    fn equal_content_has_equal_hashes_whatever_the_order() {
        assert_eq!(hash(&json!({"a": 1, "b": 2})), hash(&json!({"b": 2, "a": 1})));
        assert_ne!(hash(&json!({"a": 1})), hash(&json!({"a": 2})));
    }
}

//! How text becomes words for searching, the same on both engines. Words hold letters and digits
//! only, so that what people type is never read as the syntax of a query.

/// The most words of one record that are indexed.
const WORDS_MAX: usize = 20_000;
/// The most words of one question.
pub(crate) const QUESTION_WORDS_MAX: usize = 16;
/// The most bytes of them together: PostgreSQL keeps a megabyte of words for a record.
const BYTES_MAX: usize = 500_000;
/// The most characters of a word; the rest is cut off.
const WORD_CHARS_MAX: usize = 64;
/// How many of the matching records are ranked.
pub(crate) const RANKED_MAX: usize = 2_000;

/// The words of a text in order: runs of letters and digits in lower case. Ideographs and kana
/// are written without spaces, so each is a word.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut length = 0;
    for (place, character) in text.char_indices() {
        if found.len() >= WORDS_MAX || place >= BYTES_MAX {
            break;
        }
        if stands_alone(character) {
            end(&mut word, &mut found);
            length = 0;
            found.push(character.to_string());
        } else if character.is_alphanumeric() {
            if length < WORD_CHARS_MAX {
                word.extend(character.to_lowercase().filter(|lower| lower.is_alphanumeric()));
                length += 1;
            }
        } else {
            end(&mut word, &mut found);
            length = 0;
        }
    }
    end(&mut word, &mut found);
    found
}

/// The words of a question.
pub(crate) fn question(text: &str) -> Vec<String> {
    let mut found = words(text);
    found.truncate(QUESTION_WORDS_MAX);
    found
}

fn end(word: &mut String, found: &mut Vec<String>) {
    if !word.is_empty() {
        found.push(std::mem::take(word));
    }
}

fn stands_alone(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits_in_lower_case() {
        assert_eq!(words("CHG-1042: \"Größe\" OR (x*)"), ["chg", "1042", "größe", "or", "x"]);
        assert_eq!(words("漢字kana"), ["漢", "字", "kana"]);
        assert!(words("' -- % \" * ( ) : & | ! <->").is_empty());
    }

    #[test]
    fn long_words_and_long_texts_are_cut() {
        assert_eq!(words(&"a".repeat(500))[0].len(), WORD_CHARS_MAX);
        assert_eq!(words(&"a ".repeat(WORDS_MAX + 5)).len(), WORDS_MAX);
    }
}

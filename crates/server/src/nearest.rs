//! The known word that is most like a mistyped one, for refusals that help.

/// The known word that is most like another, if any is.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (away, near) = known.map(|one| (distance(word, one), one)).min()?;
    (away <= 1 + word.len() / 4).then_some(near)
}

/// How many letters are to be added, taken away or exchanged (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in (1..).zip(one.chars()) {
        let mut diagonal = std::mem::replace(&mut row[0], line);
        for (column, against) in other.iter().enumerate() {
            let exchanged = diagonal + usize::from(letter != *against);
            diagonal = row[column + 1];
            row[column + 1] = exchanged.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let known = || ["phase", "type", "tier", "limit"].into_iter();
        assert_eq!(nearest("tpye", known()), Some("type"));
        assert_eq!(nearest("typ", known()), Some("type"));
        assert_eq!(nearest("phase_", known()), Some("phase"));
        assert_eq!(nearest("limits", known()), Some("limit"));
        assert_eq!(nearest("colour", known()), None);
        assert_eq!(nearest("colour", std::iter::empty()), None);
    }
}

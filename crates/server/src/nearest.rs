//! The known word that is most like a mistyped one, for refusals that help.

/// The known word that is most like another, if any is.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (away, near) = known.map(|one| (distance(word, one), one)).min()?;
    (away <= 1 + word.len() / 4).then_some(near)
}

/// How many letters are to be added, taken away, exchanged or swapped with the next (Damerau).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, against) in other.iter().enumerate() {
            let exchanged = rows[i][j] + usize::from(letter != against);
            let mut least = exchanged.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == other[j - 1] && one[i - 1] == *against {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
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

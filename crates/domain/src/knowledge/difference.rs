//! What differs between two texts, line by line.

use crate::vocabulary::words;

/// The most lines whose order is compared; of longer texts the middle is told as replaced.
const LINES_MAX: usize = 1_000;

words! {
    /// How a line stands in a difference.
    Mark {
        /// It is in both.
        Same = "same",
        /// It is only in the older one.
        Removed = "removed",
        /// It is only in the newer one.
        Added = "added",
    }
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How it stands.
    pub mark: Mark,
    /// What it says.
    pub text: String,
}

/// The lines of both texts in order, each with how it stands: the fewest that are not in both.
pub fn difference(older: &str, newer: &str) -> Vec<Line> {
    let (older, newer): (Vec<&str>, Vec<&str>) = (older.lines().collect(), newer.lines().collect());
    let head = older.iter().zip(&newer).take_while(|(one, other)| one == other).count();
    let tail = older[head..]
        .iter()
        .rev()
        .zip(newer[head..].iter().rev())
        .take_while(|(one, other)| one == other)
        .count();
    let line = |mark: Mark| move |text: &&str| Line { mark, text: (*text).to_owned() };
    let mut lines: Vec<Line> = older[..head].iter().map(line(Mark::Same)).collect();
    middle(&older[head..older.len() - tail], &newer[head..newer.len() - tail], &mut lines);
    lines.extend(older[older.len() - tail..].iter().map(line(Mark::Same)));
    lines
}

fn middle(older: &[&str], newer: &[&str], lines: &mut Vec<Line>) {
    let mut tell = |mark: Mark, text: &str| lines.push(Line { mark, text: text.to_owned() });
    if older.len() > LINES_MAX || newer.len() > LINES_MAX {
        older.iter().for_each(|text| tell(Mark::Removed, text));
        newer.iter().for_each(|text| tell(Mark::Added, text));
        return;
    }
    // How many lines both have from here on: the longest sequence in common.
    let width = newer.len() + 1;
    let mut common = vec![0_u32; (older.len() + 1) * width];
    for one in (0..older.len()).rev() {
        for other in (0..newer.len()).rev() {
            common[one * width + other] = if older[one] == newer[other] {
                common[(one + 1) * width + other + 1] + 1
            } else {
                common[(one + 1) * width + other].max(common[one * width + other + 1])
            };
        }
    }
    let (mut one, mut other) = (0, 0);
    while one < older.len() || other < newer.len() {
        let both = one < older.len() && other < newer.len();
        if both && older[one] == newer[other] {
            tell(Mark::Same, older[one]);
            (one, other) = (one + 1, other + 1);
        } else if other == newer.len()
            || one < older.len()
                && common[(one + 1) * width + other] >= common[one * width + other + 1]
        {
            tell(Mark::Removed, older[one]);
            one += 1;
        } else {
            tell(Mark::Added, newer[other]);
            other += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(older: &str, newer: &str) -> String {
        let sign = |line: &Line| match line.mark {
            Mark::Same => ' ',
            Mark::Removed => '-',
            Mark::Added => '+',
        };
        let lines = difference(older, newer);
        lines
            .iter()
            .map(|line| format!("{}{}", sign(line), line.text))
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn lines_that_stay_are_told_once() {
        assert_eq!(told("a\nb\nc", "a\nx\nc\nd"), " a|-b|+x| c|+d");
        assert_eq!(told("", "a"), "+a");
        assert_eq!(told("a", ""), "-a");
        assert_eq!(told("a\nb", "b\na"), "-a| b|+a");
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_out_of_their_difference(
            older in prop::collection::vec("[abc]", 0..12),
            newer in prop::collection::vec("[abc]", 0..12),
        ) {
            let lines = difference(&older.join("\n"), &newer.join("\n"));
            let without = |gone: Mark| -> Vec<String> {
                let kept = lines.iter().filter(|line| line.mark != gone);
                kept.map(|line| line.text.clone()).collect()
            };
            prop_assert_eq!(without(Mark::Added), older);
            prop_assert_eq!(without(Mark::Removed), newer);
        }
    }
}

//! Asking, and answering.

use std::collections::BTreeSet;

use kernel::{NOTE_MAX, PersonId, ReleaseId, Timestamp};

use crate::aggregate::Decision;
use crate::refusal::Check;
use crate::report::{
    ASKED_MAX, Fact, Figure, SURVEY_DAYS, Said, Score, Survey, SurveyEvent, SurveyRefusal,
};

/// Asks people about a release, once; nobody when there is nobody to ask.
pub fn open(
    survey: &Survey,
    release: ReleaseId,
    asked: BTreeSet<PersonId>,
    now: Timestamp,
) -> Vec<SurveyEvent> {
    if survey.release.is_some() || asked.is_empty() {
        return Vec::new();
    }
    let asked = asked.into_iter().take(ASKED_MAX).collect();
    let until = now.plus_minutes(SURVEY_DAYS * 24 * 60);
    vec![SurveyEvent::Opened { release, asked, until }]
}

/// Whether someone may answer: asked by `actions` too.
pub fn may_answer(
    survey: &Survey,
    person: Option<PersonId>,
    now: Timestamp,
) -> Result<PersonId, crate::Refusal> {
    let asked = person.filter(|person| survey.asked.contains(person));
    let person = asked.ok_or(SurveyRefusal::NotAsked)?;
    if survey.answers.contains_key(&person) {
        return Err(SurveyRefusal::Answered.into());
    }
    match survey.until {
        Some(until) if until <= now => Err(SurveyRefusal::Over { until }.into()),
        _ => Ok(person),
    }
}

/// Answers.
pub fn respond(
    survey: &Survey,
    person: Option<PersonId>,
    (score, words): (u8, &str),
    now: Timestamp,
) -> Decision<SurveyEvent> {
    let person = may_answer(survey, person, now)?;
    let mut check = Check::default();
    let score = Score::try_from(score);
    if let Err(wrong) = &score {
        check.wrong("/score", wrong.clone());
    }
    check.text("/words", words, NOTE_MAX);
    check.end()?;
    let words = words.trim().to_owned();
    Ok(score
        .into_iter()
        .map(|score| SurveyEvent::Answered { person, score, words: words.clone() })
        .collect())
}

impl Survey {
    /// What it says to the figures: each answer, when it was given.
    pub fn facts(&self) -> Vec<Fact> {
        let fact = |given: &super::Given| {
            let said = Said::Value(i64::from(given.score.number()));
            Fact::new(Figure::ReleaseSatisfaction, given.at, said)
        };
        self.answers.values().map(fact).collect()
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Id};

    use super::*;
    use crate::aggregate::{Aggregate, Stamp};

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(day * 24 * 60)
    }

    fn after(survey: &Survey, events: &[SurveyEvent], at: Timestamp) -> Survey {
        let stamp = Stamp { at, by: Actor::Person { id: person(1) } };
        events.iter().fold(survey.clone(), |survey, event| survey.evolve(event, &stamp))
    }

    fn asked() -> Survey {
        let release = ReleaseId::from_uuid(uuid::Uuid::from_u128(7));
        let events = open(&Survey::default(), release, [person(1), person(2)].into(), day(0));
        after(&Survey::default(), &events, day(0))
    }

    fn code(decision: Decision<SurveyEvent>) -> &'static str {
        decision.expect_err("a refusal").code
    }

    #[test]
    fn who_was_asked_answers_once_and_in_time() {
        let survey = asked();
        let events = respond(&survey, Some(person(1)), (4, " fine "), day(1)).expect("fine");
        let survey = after(&survey, &events, day(1));
        let given = &survey.answers[&person(1)];
        assert_eq!((given.score.number(), given.words.as_str()), (4, "fine"));
        assert_eq!(code(respond(&survey, Some(person(1)), (5, ""), day(1))), "survey.answered");
        assert_eq!(code(respond(&survey, Some(person(3)), (5, ""), day(1))), "survey.not_asked");
        assert_eq!(code(respond(&survey, None, (5, ""), day(1))), "survey.not_asked");
        let late = respond(&survey, Some(person(2)), (5, ""), day(SURVEY_DAYS));
        assert_eq!(code(late), "survey.over");
        assert_eq!(survey.facts().len(), 1);
        assert_eq!(survey.facts()[0].said, Said::Value(4));
    }

    #[test]
    fn a_score_goes_from_one_to_five() {
        for score in [0, 6] {
            let refusal = respond(&asked(), Some(person(1)), (score, ""), day(1));
            assert_eq!(refusal.expect_err("out of range").missing[0].pointer, "/score");
        }
    }

    #[test]
    fn a_release_is_asked_about_once_and_never_nobody() {
        let release = ReleaseId::from_uuid(uuid::Uuid::from_u128(7));
        assert!(open(&asked(), release, [person(3)].into(), day(2)).is_empty());
        assert!(open(&Survey::default(), release, BTreeSet::new(), day(2)).is_empty());
    }
}

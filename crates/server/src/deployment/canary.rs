//! A canary of a plan file: one table that stands for a weight after the other, each watched before
//! the next. It becomes plain steps, so that a run knows nothing of it: `KEY-10`, where
//! `settle_seconds` is given `KEY-10-settle`, and `KEY-10-watch`. Each weight is taken back to the
//! one before.

use std::collections::{BTreeMap, BTreeSet};

use orchestrator::OnFailure;

use super::file::{How, Kind, RequestText, StepText, UndoText};

/// The most weights of a canary.
pub(super) const WEIGHTS_MAX: usize = 20;

/// The steps that the steps of a file stand for, each with the place of its table.
pub(super) fn spelled_out(steps: &[StepText]) -> Vec<(usize, StepText)> {
    let canaries = steps.iter().filter(|step| is_canary(step));
    let last: BTreeMap<&str, String> = canaries
        .filter_map(|one| Some((&*one.key, watch(&one.key, *one.weights.last()?))))
        .collect();
    let mut all = Vec::with_capacity(steps.len());
    for (at, step) in steps.iter().enumerate() {
        let needs = |needs: &BTreeSet<String>| -> BTreeSet<String> {
            needs.iter().map(|need| last.get(&**need).unwrap_or(need).clone()).collect()
        };
        let step = StepText { needs: needs(&step.needs), ..step.clone() };
        if is_canary(&step) && !step.weights.is_empty() {
            all.extend(weights(&step).into_iter().map(|step| (at, step)));
        } else {
            all.push((at, step));
        }
    }
    all
}

/// What a canary itself lacks.
pub(super) fn flaws(step: &StepText) -> Vec<(&'static str, String)> {
    let mut flaws = Vec::new();
    let rises = step.weights.windows(2).all(|pair| pair[0] < pair[1]);
    let fits = |weight: &u32| (1..=100).contains(weight);
    if step.weights.is_empty() || step.weights.len() > WEIGHTS_MAX {
        let detail = format!("a `canary` step needs `weights`: 1 to {WEIGHTS_MAX} shares");
        flaws.push(("weights", detail));
    } else if !rises || !step.weights.iter().all(fits) {
        let detail = "each of `weights` is more than the one before, from 1 to 100";
        flaws.push(("weights", detail.to_owned()));
    }
    if step.prometheus.is_none() {
        let detail = "a `canary` step needs `prometheus`: where its `query` is asked";
        flaws.push(("prometheus", detail.to_owned()));
    }
    if step.undo.is_some() {
        let detail = "each weight goes back to the one before: take `undo` away";
        flaws.push(("undo", detail.to_owned()));
    }
    flaws
}

fn is_canary(step: &StepText) -> bool {
    step.kind == Kind::Canary
}

fn watch(key: &str, weight: u32) -> String {
    format!("{key}-{weight}-watch")
}

fn weights(canary: &StepText) -> Vec<StepText> {
    let mut all = Vec::new();
    let (mut before, mut needs) = (0, canary.needs.clone());
    for weight in &canary.weights {
        let key = format!("{}-{weight}", canary.key);
        let with = |weight: u32| RequestText { weight: Some(weight), ..canary.request.clone() };
        let undo = UndoText {
            how: How::Reversible,
            reason: None,
            text: None,
            minutes: canary.minutes,
            request: with(before),
        };
        all.push(StepText {
            key: key.clone(),
            needs,
            kind: Kind::Weight,
            request: with(*weight),
            undo: Some(undo),
            minutes: canary.minutes,
            ..bare(canary)
        });
        needs = [key.clone()].into();
        if let Some(seconds) = canary.settle_seconds {
            let settle = format!("{key}-settle");
            let (kind, seconds) = (Kind::Wait, Some(seconds));
            all.push(StepText { key: settle.clone(), needs, kind, seconds, ..bare(canary) });
            needs = [settle].into();
        }
        let key = watch(&canary.key, *weight);
        all.push(StepText {
            key: key.clone(),
            needs,
            kind: Kind::Query,
            request: RequestText { url: canary.prometheus.clone(), ..RequestText::default() },
            look: canary.look.clone(),
            for_seconds: canary.for_seconds,
            every_seconds: canary.every_seconds,
            on_failure: canary.on_failure.or(Some(OnFailure::Rollback)),
            on_no_data: canary.on_no_data.or(Some(OnFailure::Ask)),
            minutes: canary.for_seconds.unwrap_or(0).div_ceil(60),
            ..bare(canary)
        });
        (before, needs) = (*weight, [key].into());
    }
    all
}

/// What all steps of a canary have of it.
fn bare(canary: &StepText) -> StepText {
    let StepText { change, idempotent, retries, .. } = canary.clone();
    StepText { change, retries, idempotent, ..StepText::default() }
}

#[cfg(test)]
mod tests {
    use orchestrator::{OnFailure, Undo, Way};

    use crate::deployment::file::{Call, read};

    const CANARY: &str = r#"
[[step]]
key = "canary"
change = "CHG-1"
kind = "canary"
url = "http://lb.test/weight"
weights = [10, 100]
idempotent = true
settle_seconds = 30
for_seconds = 120
prometheus = "http://prometheus.test"
query = "rate(errors[1m])"
at_most = 0.01
sample = "sum(increase(requests[1m]))"
sample_min = 50

[[step]]
key = "tell"
needs = ["canary"]
kind = "notice"
url = "http://chat.test"
"#;

    fn flaws(text: &str) -> Vec<String> {
        let flaws = read(text, &["CHG-1".to_owned()]).expect_err("flaws");
        flaws.iter().map(|flaw| format!("{}:{} {}", flaw.line, flaw.column, flaw.detail)).collect()
    }

    #[test]
    fn it_stands_for_a_weight_after_the_other_each_watched() {
        let file = read(CANARY, &["CHG-1".to_owned()]).expect("a plan");
        let steps = &file.plan.steps;
        let keys: Vec<&str> = steps.iter().map(|step| step.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "canary-10",
                "canary-10-settle",
                "canary-10-watch",
                "canary-100",
                "canary-100-settle",
                "canary-100-watch",
                "tell",
            ]
        );
        let needs = |at: usize| steps[at].needs.iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(needs(0), [""; 0]);
        for at in 1..7 {
            assert_eq!(needs(at), [keys[at - 1]], "{}", keys[at]);
        }
        assert!(steps[..6].iter().all(|step| step.group.as_deref() == Some("CHG-1")));
        assert_eq!((&steps[0].undo, &steps[2].undo), (&Undo::Reversible, &Undo::Nothing));
        let verdict = (steps[2].on_failure, steps[2].on_no_data);
        assert_eq!(verdict, (OnFailure::Rollback, Some(OnFailure::Ask)));
        let weight = |step: &str, way| {
            let attempt = orchestrator::Attempt { step: step.to_owned(), way, number: 1 };
            let Some(Call::Http(call)) = file.call(&attempt, "k") else { panic!("a call") };
            (call.body, call.is_repeated)
        };
        let body = |weight: u32| (format!("{{\"weight\": {weight}}}"), true);
        assert_eq!(weight("canary-10", Way::Forward), body(10));
        assert_eq!(weight("canary-100", Way::Forward), body(100));
        assert_eq!(weight("canary-100", Way::Back), body(10), "back to the weight before");
        assert_eq!(weight("canary-10", Way::Back), body(0));
        let key = "canary-10-watch".to_owned();
        let attempt = orchestrator::Attempt { step: key, way: Way::Forward, number: 1 };
        let Some(Call::Query(query)) = file.call(&attempt, "k") else { panic!("a query") };
        assert_eq!(query.url, "http://prometheus.test");
        assert_eq!(query.sample, Some(("sum(increase(requests[1m]))".to_owned(), 50.0)));
    }

    #[test]
    fn what_it_lacks_is_told_where_it_stands() {
        let falling = flaws(&CANARY.replace("[10, 100]", "[50, 10]"));
        assert_eq!(falling, ["7:1 each of `weights` is more than the one before, from 1 to 100"]);
        let none = flaws(&CANARY.replace("weights = [10, 100]\n", ""));
        assert_eq!(none, ["2:1 a `canary` step needs `weights`: 1 to 20 shares"]);
        let blind = flaws(&CANARY.replace("query = \"rate(errors[1m])\"\n", ""));
        assert_eq!(blind, ["2:1 a `canary` step needs `query`: what Prometheus is asked"]);
        let alone = flaws(&CANARY.replace("sample_min = 50\n", ""));
        assert!(alone[0].starts_with("14:1 `sample` and `sample_min` go together"), "{alone:?}");
        let circle = CANARY.replace("kind = \"canary\"", "kind = \"canary\"\nneeds = [\"tell\"]");
        assert!(flaws(&circle)[0].contains("`canary-10` needs `tell` needs"), "{circle}");
    }
}

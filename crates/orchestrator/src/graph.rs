//! The order of a plan: what needs what, directly and by way of others.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Plan, Step};

/// Each step with what it needs and what needs it. Needs that are no steps are left out.
pub(crate) struct Graph<'a> {
    needs: BTreeMap<&'a str, BTreeSet<&'a str>>,
    needed_by: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Graph<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let keys: BTreeSet<&str> = plan.steps.iter().map(|step| step.key.as_str()).collect();
        let mut graph = Self { needs: BTreeMap::new(), needed_by: BTreeMap::new() };
        for step in &plan.steps {
            let key = step.key.as_str();
            graph.needed_by.entry(key).or_default();
            let needs = graph.needs.entry(key).or_default();
            for need in step.needs.iter().filter_map(|need| keys.get(need.as_str())) {
                needs.insert(need);
                graph.needed_by.entry(need).or_default().insert(key);
            }
        }
        graph
    }

    /// Everything that needs a step, by whatever way.
    pub(crate) fn after(&self, key: &str) -> BTreeSet<&'a str> {
        reach(&self.needed_by, key)
    }

    /// Everything that a step needs, by whatever way.
    pub(crate) fn before(&self, key: &str) -> BTreeSet<&'a str> {
        reach(&self.needs, key)
    }

    /// One way that leads back to where it began, each step needing the next.
    pub(crate) fn cycle(&self) -> Option<Vec<&'a str>> {
        let mut free = BTreeSet::new();
        self.needs.keys().find_map(|key| self.walk(key, &mut Vec::new(), &mut free))
    }

    /// Follows the needs of a step. Its depth is bounded by the number of steps.
    fn walk(
        &self,
        key: &'a str,
        path: &mut Vec<&'a str>,
        free: &mut BTreeSet<&'a str>,
    ) -> Option<Vec<&'a str>> {
        if let Some(at) = path.iter().position(|before| *before == key) {
            return Some(path[at..].to_vec());
        }
        if free.contains(key) {
            return None;
        }
        path.push(key);
        let found = self.needs[key].iter().find_map(|need| self.walk(need, path, free));
        path.pop();
        free.insert(key);
        found
    }

    /// For each step the longest way to its end through what it needs, each step weighing what is
    /// told. Only for plans without a cycle.
    pub(crate) fn longest(&self, weigh: &dyn Fn(&str) -> i64) -> BTreeMap<&'a str, i64> {
        let mut longest = BTreeMap::new();
        for key in self.needs.keys() {
            self.measure(key, weigh, &mut longest);
        }
        longest
    }

    fn measure(
        &self,
        key: &'a str,
        weigh: &dyn Fn(&str) -> i64,
        known: &mut BTreeMap<&'a str, i64>,
    ) -> i64 {
        if let Some(minutes) = known.get(key) {
            return *minutes;
        }
        let before = self.needs[key].iter().map(|need| self.measure(need, weigh, known)).max();
        let minutes = before.unwrap_or(0) + weigh(key);
        known.insert(key, minutes);
        minutes
    }
}

/// The keys of a plan in the order of the way back: what needs a step goes before it.
pub fn backwards(plan: &Plan) -> Vec<&str> {
    let depth = Graph::of(plan).longest(&|_| 1);
    let mut keys: Vec<&str> = plan.steps.iter().map(|step| step.key.as_str()).collect();
    keys.reverse();
    keys.sort_by_key(|key| std::cmp::Reverse(depth[key]));
    keys
}

fn reach<'a>(edges: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = edges.get(from).into_iter().flatten().copied().collect();
    while let Some(key) = open.pop() {
        if found.insert(key) {
            open.extend(edges.get(key).into_iter().flatten());
        }
    }
    found
}

/// The groups that some groups drag along when they are taken back, because a part of them needs
/// what is withdrawn. A group is taken back whole.
pub fn drag_along(plan: &Plan, groups: &BTreeSet<String>) -> BTreeSet<String> {
    let of = |key: &&str| plan.step(key).and_then(|step| step.group.clone());
    let steps = withdrawn(plan, groups);
    steps.iter().filter_map(of).filter(|group| !groups.contains(group)).collect()
}

/// Every step that goes when some groups are taken back: theirs, what needs them, and the rest of
/// the groups that are dragged along.
pub(crate) fn withdrawn<'a>(plan: &'a Plan, groups: &BTreeSet<String>) -> BTreeSet<&'a str> {
    let graph = Graph::of(plan);
    let mut groups = groups.clone();
    loop {
        let is_in = |step: &&Step| step.group.as_ref().is_some_and(|group| groups.contains(group));
        let own = plan.steps.iter().filter(is_in).map(|step| step.key.as_str());
        let steps: BTreeSet<&str> =
            own.flat_map(|key| graph.after(key).into_iter().chain([key])).collect();
        let dragged = steps.iter().filter_map(|key| plan.step(key)?.group.clone());
        let larger: BTreeSet<String> = groups.iter().cloned().chain(dragged).collect();
        if larger == groups {
            return steps;
        }
        groups = larger;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::step;

    #[test]
    fn the_way_back_is_the_reverse_of_the_needs() {
        let steps = vec![
            step("a", &[]),
            step("b", &["a"]),
            step("c", &["a"]),
            step("d", &["c", "b"]),
            step("e", &[]),
        ];
        let plan = Plan { steps, ..Plan::default() };
        assert_eq!(backwards(&plan), ["d", "c", "b", "e", "a"]);
    }
}

//! One expression of a policy (CEL): read and checked once, evaluated often, and asked what would
//! turn it.
//!
//! Reading and evaluating recurse with the length of an expression, so both happen on the store's
//! own threads alone, whose stacks are large, and an expression has a length that fits them.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::{Context, Env, Program, Value};

use crate::nearest::nearest;
use crate::policy::facts::{CHANGE, Fact, FactValue, Facts, Kind};

/// The most characters of an expression.
pub const EXPRESSION_MAX: usize = 1_000;
/// The most loops (`exists`, `all`, `exists_one`) of an expression. None stands inside another, and
/// none makes a list: the cost then grows with the length of a list and no faster, whatever the
/// record holds.
pub const LOOPS_MAX: usize = 4;
/// The most combinations of facts that an expression is tried with before it is taken.
const TRIALS_MAX: usize = 64;

/// What every expression is read and evaluated with.
pub(super) static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// What an expression may call, beside the operators.
const FUNCTIONS: &[&str] = &[
    "contains",
    "double",
    "endsWith",
    "int",
    "max",
    "min",
    "matches",
    "size",
    "startsWith",
    "string",
];

/// An expression that was read.
#[derive(Debug)]
pub(super) struct Expression {
    source: String,
    program: Program,
    reads: BTreeSet<usize>,
    facts: &'static [Fact],
    literals: Vec<FactValue>,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Where, in bytes from its start.
    pub(super) at: usize,
    pub(super) detail: String,
    pub(super) suggestion: Option<String>,
}

impl Flaw {
    fn new(at: usize, detail: impl Into<String>) -> Self {
        Self { at, detail: detail.into(), suggestion: None }
    }
}

impl Expression {
    /// Reads an expression over some facts; answers everything that is wrong with it.
    pub(super) fn read(source: &str, facts: &'static [Fact]) -> Result<Self, Vec<Flaw>> {
        let length = source.chars().count();
        if length > EXPRESSION_MAX {
            let long =
                format!("the expression is {length} characters long; at most {EXPRESSION_MAX} fit");
            return Err(vec![Flaw::new(0, long)]);
        }
        let program = ENV.compile(source).map_err(|errors| of_parser(source, &errors))?;
        let mut walk = Walk::new(&program, facts);
        walk.visit(program.expression());
        let Walk { reads, literals, flaws, .. } = walk;
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let read = Self { source: source.to_owned(), program, reads, facts, literals };
        read.try_out().map_err(|flaw| vec![flaw])?;
        Ok(read)
    }

    /// As it is written.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// The facts it reads.
    pub(super) fn reads(&self) -> impl Iterator<Item = &'static Fact> {
        let facts = self.facts;
        self.reads.iter().map(move |index| &facts[*index])
    }

    /// Whether it holds. One that fails, which the check before activation makes unlikely, counts
    /// as if it held: the rule then asks for more, never for less.
    pub(super) fn holds(&self, context: &Context<'_, '_>) -> bool {
        self.evaluate(context).unwrap_or(true)
    }

    fn evaluate(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        match self.program.execute(context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!("it comes to {other:?}, not to true or false")),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The other values of a fact that are worth trying: every word, the other answer, the numbers
    /// beside those that the expression names, and lists with and without the texts it names.
    pub(super) fn others(&self, fact: &Fact, now: &FactValue) -> Vec<FactValue> {
        let texts = self.literals.iter().filter_map(|literal| match literal {
            FactValue::Text(text) => Some(text.clone()),
            _ => None,
        });
        let mut others: Vec<FactValue> = match (fact.kind, now) {
            (Kind::Word(words), _) => words().into_iter().map(FactValue::from).collect(),
            (Kind::Flag, _) => vec![false.into(), true.into()],
            (Kind::Number(min, max), _) => {
                self.numbers(min, max).into_iter().map(FactValue::from).collect()
            }
            (Kind::Text, _) => texts.map(FactValue::Text).chain(["".into()]).collect(),
            (Kind::Texts, FactValue::Texts(held)) => {
                texts.map(|text| toggled(held, text)).collect()
            }
            (Kind::Texts, _) => vec![],
        };
        others.retain(|other| other != now);
        others.sort();
        others.dedup();
        others
    }

    fn numbers(&self, min: i64, max: i64) -> BTreeSet<i64> {
        let named = self.literals.iter().filter_map(|literal| match literal {
            FactValue::Number(number) => Some(*number),
            _ => None,
        });
        let beside = named.flat_map(|n| [n.saturating_sub(1), n, n.saturating_add(1)]);
        beside.chain([min, max]).filter(|number| (min..=max).contains(number)).collect()
    }

    /// Evaluates it with many combinations of facts, so that what cannot be compared is found now.
    fn try_out(&self) -> Result<(), Flaw> {
        let nothing = FactValue::Texts(Vec::new());
        let choices: Vec<(&'static Fact, Vec<FactValue>)> = self
            .reads()
            .map(|fact| {
                let mut values = self.others(fact, &nothing);
                values.extend(matches!(fact.kind, Kind::Texts).then(|| nothing.clone()));
                (fact, values)
            })
            .collect();
        let combinations: usize = choices.iter().map(|(_, values)| values.len().max(1)).product();
        // A stride that shares no factor with small sizes visits all kinds of combinations.
        let stride = if combinations > TRIALS_MAX { (combinations / TRIALS_MAX) | 1 } else { 1 };
        for trial in 0..combinations.min(TRIALS_MAX) {
            let mut place = trial * stride % combinations;
            let mut facts = Facts::default();
            for (fact, values) in &choices {
                facts = facts.with(fact.name, values[place % values.len()].clone());
                place /= values.len();
            }
            self.evaluate(&facts.context()).map_err(|error| {
                let with: Vec<String> = choices
                    .iter()
                    .filter_map(|(fact, _)| {
                        Some(format!("{} {}", fact.name, facts.get(fact.name)?))
                    })
                    .collect();
                let with = if with.is_empty() {
                    String::new()
                } else {
                    format!(" with {}", with.join(", "))
                };
                Flaw::new(0, format!("the expression cannot be answered{with}: {error}"))
            })?;
        }
        Ok(())
    }
}

fn toggled(held: &[String], text: String) -> FactValue {
    let without: Vec<String> = held.iter().filter(|one| **one != text).cloned().collect();
    if without.len() < held.len() {
        return without.into();
    }
    held.iter().cloned().chain([text]).collect::<Vec<_>>().into()
}

/// The parser tells line and column; the first complaint is the one to mend.
fn of_parser(source: &str, errors: &cel::ParseErrors) -> Vec<Flaw> {
    let flaws = errors.errors.iter().take(1).map(|error| {
        let line = usize::try_from(error.pos.0 - 1).unwrap_or(0);
        let column = usize::try_from(error.pos.1 - 1).unwrap_or(0);
        let before: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
        let at = (before + column).min(source.len());
        let said = error.msg.trim().trim_start_matches("Syntax error:").trim();
        Flaw::new(at, format!("the expression cannot be read: {said}"))
    });
    let mut flaws: Vec<Flaw> = flaws.collect();
    if flaws.is_empty() {
        flaws.push(Flaw::new(0, "the expression cannot be read"));
    }
    flaws
}

/// Looks at every part of an expression.
struct Walk<'a> {
    program: &'a Program,
    facts: &'static [Fact],
    bound: Vec<&'a str>,
    loops: usize,
    reads: BTreeSet<usize>,
    literals: Vec<FactValue>,
    flaws: Vec<Flaw>,
}

impl<'a> Walk<'a> {
    fn new(program: &'a Program, facts: &'static [Fact]) -> Self {
        Self {
            program,
            facts,
            bound: Vec::new(),
            loops: 0,
            reads: BTreeSet::new(),
            literals: Vec::new(),
            flaws: Vec::new(),
        }
    }

    fn at(&self, expr: &IdedExpr) -> usize {
        self.program.source_info().offset_for(expr.id).map_or(0, |(start, _)| start as usize)
    }

    fn visit(&mut self, expr: &'a IdedExpr) {
        match &expr.expr {
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(root) if !self.is_bound(root) => {
                    let at = self.at(&select.operand);
                    self.fact(&format!("{root}.{}", select.field), at);
                }
                _ => self.visit(&select.operand),
            },
            Expr::Ident(name) if self.is_bound(name) => {}
            Expr::Ident(name) => {
                let at = self.at(expr);
                self.fact(name, at);
            }
            Expr::Call(call) => {
                let known = call.func_name.starts_with(|first: char| !first.is_alphabetic())
                    || FUNCTIONS.contains(&call.func_name.as_str());
                if !known {
                    let detail = format!("there is no function `{}`", call.func_name);
                    let known = FUNCTIONS.iter().copied();
                    let suggestion = nearest(&call.func_name, known).map(str::to_owned);
                    self.flaws.push(Flaw { at: self.at(expr), detail, suggestion });
                }
                call.target.iter().for_each(|target| self.visit(target));
                call.args.iter().for_each(|arg| self.visit(arg));
            }
            Expr::Comprehension(each) => {
                self.loops += 1;
                let wrong = if matches!(each.accu_init.expr, Expr::List(_)) {
                    Some("`map` and `filter` are not known here: ask with `exists` or `all`".into())
                } else if !self.bound.is_empty() {
                    Some("no loop fits inside another: ask with two, joined by `&&`".into())
                } else if self.loops > LOOPS_MAX {
                    Some(format!("at most {LOOPS_MAX} of `exists`, `all`, `exists_one` fit"))
                } else {
                    None
                };
                if let Some(wrong) = wrong {
                    self.flaws.push(Flaw::new(self.at(expr), wrong));
                }
                self.visit(&each.iter_range);
                self.visit(&each.accu_init);
                let before = self.bound.len();
                self.bound.extend([each.iter_var.as_str(), each.accu_var.as_str()]);
                self.bound.extend(each.iter_var2.as_deref());
                for part in [&each.loop_cond, &each.loop_step, &each.result] {
                    self.visit(part);
                }
                self.bound.truncate(before);
            }
            Expr::List(list) => list.elements.iter().for_each(|element| self.visit(element)),
            Expr::Map(map) => map.entries.iter().for_each(|entry| self.entry(&entry.expr)),
            Expr::Struct(of) => of.entries.iter().for_each(|entry| self.entry(&entry.expr)),
            Expr::Literal(LiteralValue::String(text)) => self.literals.push(text.inner().into()),
            Expr::Literal(LiteralValue::Int(number)) => {
                self.literals.push((*number.inner()).into());
            }
            Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn entry(&mut self, entry: &'a EntryExpr) {
        match entry {
            EntryExpr::StructField(field) => self.visit(&field.value),
            EntryExpr::MapEntry(entry) => {
                self.visit(&entry.key);
                self.visit(&entry.value);
            }
        }
    }

    fn is_bound(&self, name: &str) -> bool {
        name.starts_with('@') || self.bound.contains(&name)
    }

    fn fact(&mut self, name: &str, at: usize) {
        if let Some(index) = self.facts.iter().position(|fact| fact.name == name) {
            self.reads.insert(index);
            return;
        }
        if CHANGE.iter().any(|fact| fact.name == name) && self.facts[0].name.starts_with("change.")
        {
            let detail = format!("`{name}` follows from the risk, so no factor of it can read it");
            self.flaws.push(Flaw::new(at, detail));
            return;
        }
        let known = self.facts.iter().map(|fact| fact.name);
        let suggestion = nearest(name, known).map(str::to_owned);
        let detail = format!("there is no fact `{name}` here");
        self.flaws.push(Flaw { at, detail, suggestion });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Result<Expression, Vec<Flaw>> {
        Expression::read(source, CHANGE)
    }

    fn flaw(source: &str) -> Flaw {
        read(source).expect_err("a flaw").remove(0)
    }

    /// As the store does it: hostile expressions take stack.
    fn on_a_large_stack(work: impl FnOnce() + Send + 'static) {
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work);
        thread.expect("a thread").join().expect("no panic");
    }

    #[test]
    fn a_misspelt_fact_is_found_where_it_stands_with_the_right_one_beside() {
        let found = flaw("change.in_release || change.tyer == 'high'");
        assert_eq!((found.at, found.suggestion.as_deref()), (21, Some("change.tier")));
        assert_eq!(flaw("chang.tier == 'high'").suggestion.as_deref(), Some("change.tier"));
        assert_eq!(flaw("change.tags.exist(t, t == 'pci')").detail, "there is no function `exist`");
    }

    #[test]
    fn an_expression_answers_yes_or_no_whatever_the_facts() {
        assert!(flaw("change.points").detail.contains("not to true or false"));
        assert!(flaw("change.in_release || change.tier > 3").detail.contains("cannot be answered"));
        assert!(flaw("10 / change.points > 1").detail.contains("cannot be answered"));
        assert!(flaw("change.points > ").detail.contains("cannot be read"));
        assert!(read("change.tags.exists(tag, tag.startsWith('pci'))").is_ok());
        assert!(read("'pci' in change.tags && size(change.services) > 2").is_ok());
    }

    #[test]
    fn hostile_expressions_are_refused_or_answered_and_never_end_the_process() {
        on_a_large_stack(|| {
            let shapes = [
                format!("{} > 0", vec!["1"; 498].join("+")),
                format!("{}1 > 0{}", "(".repeat(90), ")".repeat(90)),
                format!("{}1 > 0{}", "(".repeat(490), ")".repeat(490)),
                format!("{}change.in_release", "!".repeat(980)),
                format!("{}1 > 0", "-".repeat(990)),
                format!("[{}] == []", vec!["[]"; 300].join(",")),
                format!("{}1{} == []", "[".repeat(480), "]".repeat(480)),
                vec!["change.in_release"; 45].join(" || "),
                "true ? ".repeat(100) + "true" + &" : false".repeat(30),
                format!("change{}", ".a".repeat(490)),
                "'a'.matches('(a{1000}){1000}')".to_owned(),
                format!("['aaaaaaaa']{} == []", ".map(x, x + x)".repeat(60)),
                format!("['a']{} == []", ".filter(x, true)".repeat(50)),
                format!("change.tags{}", ".exists(x, x + x == x)".repeat(40)),
                "9223372036854775807 + change.points > 0".to_owned(),
            ];
            for shape in shapes {
                assert!(shape.len() <= EXPRESSION_MAX, "{}", shape.len());
                let _ = read(&shape);
            }
            assert!(read(&"1+".repeat(600)).is_err());
        });
    }

    #[test]
    fn loops_are_few_stand_beside_each_other_and_make_no_lists() {
        let one = "change.tags.exists(tag, tag in change.services)";
        assert!(read(one).is_ok());
        assert!(read(&[one; LOOPS_MAX].join(" && ")).is_ok());
        assert!(flaw(&[one; LOOPS_MAX + 1].join(" && ")).detail.contains("at most 4"));
        let inside = "change.tags.exists(a, change.services.exists(b, a == b))";
        assert!(flaw(inside).detail.contains("inside another"));
        for list in ["map(x, x + x)", "filter(x, true)", "map(x, true, x)"] {
            assert!(flaw(&format!("change.tags.{list} == []")).detail.contains("not known here"));
        }
    }

    #[test]
    fn what_is_worth_trying_lies_beside_the_numbers_that_are_named() {
        let expression = read("change.points >= 55").expect("sound");
        let fact = expression.reads().next().expect("a fact");
        let tried = expression.others(fact, &60.into());
        assert_eq!(tried, [0, 54, 55, 56, 100].map(FactValue::from));
    }
}

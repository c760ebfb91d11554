//! One expression of a policy (CEL): read and checked once, evaluated often, and asked what would
//! turn it.
//!
//! Reading and evaluating recurse with the length of an expression, so both happen on the store's
//! own threads alone, whose stacks are large, and an expression has a length that fits them.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use cel::common::ast::operators as op;
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
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

/// The operators that compare, and join what was compared.
const COMPARES: &[&str] = &[
    op::CONDITIONAL,
    op::EQUALS,
    op::GREATER,
    op::GREATER_EQUALS,
    op::IN,
    op::LESS,
    op::LESS_EQUALS,
    op::LOGICAL_AND,
    op::LOGICAL_NOT,
    op::LOGICAL_OR,
    op::NOT_EQUALS,
];

/// Where the files of a policy come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// They are to be put in force: what they compare facts with is checked.
    New,
    /// They were in force: what was taken once is read again, whatever the words are today.
    Stored,
}

/// An expression that was read.
#[derive(Debug)]
pub(super) struct Expression {
    source: String,
    program: Program,
    reads: BTreeSet<usize>,
    facts: &'static [Fact],
    literals: Vec<FactValue>,
    plain: bool,
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
    pub(super) fn read(
        source: &str,
        facts: &'static [Fact],
        origin: Origin,
    ) -> Result<Self, Vec<Flaw>> {
        let length = source.chars().count();
        if length > EXPRESSION_MAX {
            let long =
                format!("the expression is {length} characters long; at most {EXPRESSION_MAX} fit");
            return Err(vec![Flaw::new(0, long)]);
        }
        let program = ENV.compile(source).map_err(|errors| of_parser(source, &errors))?;
        let mut walk = Walk::new(&program, facts, origin);
        walk.visit(program.expression());
        let Walk { reads, literals, flaws, plain, .. } = walk;
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let read = Self { source: source.to_owned(), program, reads, facts, literals, plain };
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

    /// The texts it names.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.literals.iter().filter_map(|literal| match literal {
            FactValue::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether it does no more than compare facts with what it names.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
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
        let texts = self.texts().map(str::to_owned);
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
    origin: Origin,
    /// The variables of the loop around, with the list that they go through.
    bound: Vec<(&'a str, Option<&'a IdedExpr>)>,
    loops: usize,
    reads: BTreeSet<usize>,
    literals: Vec<FactValue>,
    flaws: Vec<Flaw>,
    plain: bool,
}

impl<'a> Walk<'a> {
    fn new(program: &'a Program, facts: &'static [Fact], origin: Origin) -> Self {
        Self {
            program,
            facts,
            origin,
            bound: Vec::new(),
            loops: 0,
            reads: BTreeSet::new(),
            literals: Vec::new(),
            flaws: Vec::new(),
            plain: true,
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
                self.plain &= COMPARES.contains(&call.func_name.as_str());
                self.compared(call);
                call.target.iter().for_each(|target| self.visit(target));
                call.args.iter().for_each(|arg| self.visit(arg));
            }
            Expr::Comprehension(each) => {
                self.plain = false;
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
                self.bound.push((&each.iter_var, Some(&each.iter_range)));
                self.bound.push((&each.accu_var, None));
                self.bound.extend(each.iter_var2.as_deref().map(|name| (name, None)));
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
        name.starts_with('@') || self.bound.iter().any(|(bound, _)| *bound == name)
    }

    /// What a fact is compared with is something that it can be.
    fn compared(&mut self, call: &'a CallExpr) {
        let [left, right] = call.args.as_slice() else { return };
        if self.origin == Origin::Stored {
            return;
        }
        let operator = call.func_name.as_str();
        if operator == op::IN {
            for list in self.leaves(right) {
                if let Expr::List(list) = &list.expr {
                    list.elements.iter().for_each(|one| self.against(left, op::EQUALS, one));
                }
            }
        } else if let Some(turned) = turned(operator) {
            self.against(left, operator, right);
            self.against(right, turned, left);
        }
    }

    /// What an expression comes to: either branch of a choice, and for the variable of a loop each
    /// member of the list that it goes through.
    fn leaves(&self, expr: &'a IdedExpr) -> Vec<&'a IdedExpr> {
        match &expr.expr {
            Expr::Call(call) if call.func_name == op::CONDITIONAL => {
                call.args.iter().skip(1).flat_map(|branch| self.leaves(branch)).collect()
            }
            Expr::Ident(name) => {
                let range = self.bound.iter().find(|(bound, _)| bound == name);
                match range.and_then(|(_, range)| *range).map(|range| &range.expr) {
                    Some(Expr::List(list)) => list.elements.iter().collect(),
                    _ => vec![expr],
                }
            }
            _ => vec![expr],
        }
    }

    fn against(&mut self, fact: &'a IdedExpr, operator: &str, with: &'a IdedExpr) {
        for fact in self.leaves(fact) {
            let Some(fact) = self.fact_of(fact) else { continue };
            for literal in self.leaves(with) {
                let wrong = Literal::of(literal).and_then(|value| value.flaw(fact, operator));
                if let Some((detail, suggestion)) = wrong {
                    self.flaws.push(Flaw { at: self.at(literal), detail, suggestion });
                }
            }
        }
    }

    fn fact_of(&self, expr: &IdedExpr) -> Option<&'static Fact> {
        let Expr::Select(select) = &expr.expr else { return None };
        let Expr::Ident(root) = &select.operand.expr else { return None };
        let name = format!("{root}.{}", select.field);
        self.facts.iter().find(|fact| fact.name == name && !self.is_bound(root))
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

/// A comparison with its sides exchanged.
fn turned(operator: &str) -> Option<&'static str> {
    Some(match operator {
        op::EQUALS => op::EQUALS,
        op::NOT_EQUALS => op::NOT_EQUALS,
        op::GREATER => op::LESS,
        op::GREATER_EQUALS => op::LESS_EQUALS,
        op::LESS => op::GREATER,
        op::LESS_EQUALS => op::GREATER_EQUALS,
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "facts are small, and larger numbers stay larger")]
fn real(number: i64) -> f64 {
    number as f64
}

/// A value that is written in an expression.
enum Literal<'a> {
    Text(&'a str),
    Number(f64),
    Flag,
}

impl<'a> Literal<'a> {
    fn of(expr: &'a IdedExpr) -> Option<Self> {
        match &expr.expr {
            Expr::Literal(LiteralValue::String(text)) => Some(Self::Text(text.inner())),
            Expr::Literal(LiteralValue::Boolean(_)) => Some(Self::Flag),
            Expr::Literal(LiteralValue::Double(number)) => Some(Self::Number(*number.inner())),
            Expr::Literal(LiteralValue::Int(number)) => Some(Self::Number(real(*number.inner()))),
            Expr::Literal(LiteralValue::UInt(number)) => {
                let number = i64::try_from(*number.inner()).unwrap_or(i64::MAX);
                Some(Self::Number(real(number)))
            }
            Expr::Call(call) if call.func_name == op::NEGATE => match call.args.as_slice() {
                [inner] => match Self::of(inner)? {
                    Self::Number(number) => Some(Self::Number(-number)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Why a fact is not compared with it, and what was meant perhaps. Kinds that cannot be ordered
    /// against each other are found when the expression is tried out.
    fn flaw(&self, fact: &Fact, operator: &str) -> Option<(String, Option<String>)> {
        let equal = [op::EQUALS, op::NOT_EQUALS].contains(&operator);
        let name = fact.name;
        let detail = match (fact.kind, self) {
            (Kind::Word(words), Self::Text(text)) => {
                let words = words();
                if !words.contains(text) {
                    let known = words.join(", ");
                    let detail = format!("`{name}` is never '{text}': it is one of {known}");
                    return Some((detail, nearest(text, words.into_iter()).map(str::to_owned)));
                }
                if equal {
                    return None;
                }
                format!("the words of `{name}` have no order: name those that are meant, with `in`")
            }
            (Kind::Number(min, max), Self::Number(number)) => {
                let (least, most) = (real(min), real(max));
                let outside = !(least..=most).contains(number);
                let never = (operator == op::GREATER && *number >= most)
                    || (operator == op::LESS && *number <= least);
                if !outside && !never {
                    return None;
                }
                format!("`{name}` is a number from {min} to {max}: this is so always or never")
            }
            (Kind::Flag, Self::Flag) | (Kind::Text, Self::Text(_)) => return None,
            _ if !equal => return None,
            (Kind::Word(_) | Kind::Text, _) => format!("`{name}` is a word in quotes, such as 'a'"),
            (Kind::Number(min, max), _) => format!("`{name}` is a number from {min} to {max}"),
            (Kind::Flag, _) => format!("`{name}` is true or false, without quotes"),
            (Kind::Texts, _) => format!("`{name}` is a list: ask with `in`, as in `'a' in {name}`"),
        };
        Some((detail, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Result<Expression, Vec<Flaw>> {
        Expression::read(source, CHANGE, Origin::New)
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

    /// What is wrong with the values of an expression: each as it is written, and what was meant.
    fn wrong_values(source: &str) -> Vec<(String, Option<String>)> {
        let flaws = read(source).err().unwrap_or_default().into_iter();
        let written = |flaw: &Flaw| {
            let rest = &source[flaw.at..];
            let end = rest.find([' ', ']', ')', ',']).unwrap_or(rest.len());
            rest[..end].to_owned()
        };
        flaws.map(|flaw| (written(&flaw), flaw.suggestion)).collect()
    }

    #[test]
    fn a_fact_is_compared_with_what_it_can_be_wherever_the_comparison_stands() {
        let high = [("'hihg'".to_owned(), Some("high".to_owned()))];
        for source in [
            "change.tier == 'hihg'",
            "'hihg' == change.tier",
            "change.tier != 'hihg'",
            "change.tier in ['low', 'hihg', 'very_high']",
            "!(change.tier in ['hihg'])",
            "change.in_release && change.tier == 'hihg'",
            "change.tier == 'hihg' || change.in_release",
            "change.in_release ? change.tier == 'hihg' : true",
            "change.tier == (change.in_release ? 'low' : 'hihg')",
            "change.tier in (change.in_release ? ['low'] : ['hihg'])",
            "(change.in_release ? change.tier : 'low') == 'hihg'",
            "['low', 'hihg'].exists(one, one == change.tier)",
            "change.tags.all(tag, tag == 'x' || change.tier == 'hihg')",
            "'grün' in change.tags && change.tier == 'hihg'",
        ] {
            assert_eq!(wrong_values(source), high, "{source}");
        }
        let both =
            wrong_values("change.environment == 'prod' || change.customer_impact == 'outge'");
        let words: Vec<&str> = both.iter().map(|(written, _)| written.as_str()).collect();
        assert_eq!(words, ["'prod'", "'outge'"]);
        assert_eq!(both[1].1.as_deref(), Some("outage"));
        assert!(flaw("change.tier >= 'high'").detail.contains("no order"));
        for mixed in ["change.tier == 3", "change.points == '3'", "change.in_release == 'yes'"] {
            assert_eq!(wrong_values(mixed).len(), 1, "{mixed}");
        }
        assert!(flaw("change.tags == 'pci'").detail.contains("'a' in change.tags"));
    }

    #[test]
    fn a_number_is_compared_with_what_lies_in_its_range() {
        for never in [
            "change.criticality > 7",
            "7 < change.criticality",
            "change.criticality == 5",
            "change.criticality in [1, 5]",
            "change.criticality > 4",
            "change.criticality < 0",
            "change.criticality >= -1",
            "change.points <= 100.5",
        ] {
            assert_eq!(wrong_values(never).len(), 1, "{never}");
        }
        for sound in [
            "change.criticality >= 4 || change.criticality == 0",
            "change.points < 55 && change.points > 0",
            "size(change.tags) > 300 || change.dependants * 10 > 900",
            "change.team == 'anything' && 'any' in change.services",
            "change.customer_impact in ['outage', 'unknown'] && change.in_release == true",
        ] {
            assert!(read(sound).is_ok(), "{sound}: {:?}", read(sound).err());
        }
    }

    #[test]
    fn what_was_in_force_is_read_again_whatever_its_words_are_today() {
        let once = "change.tier == 'hihg' || change.criticality > 7";
        assert_eq!(read(once).err().map(|flaws| flaws.len()), Some(2));
        assert!(Expression::read(once, CHANGE, Origin::Stored).is_ok());
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

//! Folds once more, by hand: what the elements give, joined here by the rule of the lattice, in an order of our own.
//!
//! ```text
//! let given = s.map(x => (x, x.price))          elements with what the function makes of them
//! let folded = s.fold(into: max<int>, x => x.price)
//!
//! folded == the greatest second part of given
//! ```
//!
//! The checker writes folds out in other operations, and dataflow and evaluator run those; a rule that is wrong there
//! is wrong in both. So a [`Probe`] is a pair of views whose second has to follow from the first by a few lines of
//! Rust, and the elements are taken in a random order, which for folds with a function also tests the proof that order
//! cannot matter.
//!
//! [`reordered`] does that last with every fold in an expression.
//!
//! Neighbours: `folds` has folds in any place of an expression; `run` compares.

use std::collections::{BTreeMap, BTreeSet};

use lasp_plan::parts::parts;
use lasp_plan::{CollOp, Expr, ExprKind, Pattern, Value};

use super::eager::free;
use super::exp::Exp;
use super::generator::Gen;
use super::rng::Rng;
use super::ty::Ty;

/// How a result follows from what the elements give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    Max,
    Min,
    Flag,
    Gset,
    /// The drawn lattice of every program.
    Status,
    /// A `gmap` of `max`, from pairs.
    MaxByKey,
    /// A record of `max` and `flag`, from pairs.
    Record,
    /// `(acc, x) => if x > acc then x else acc`, from 0.
    Greater,
    /// `(acc, x) => acc + x`, from 0.
    Added,
    /// `(acc, x) => if acc >= 3 then acc else acc + 1`, from 0.
    Counted,
    /// `(acc, x) => (acc.0 + 1, if x < acc.1 then x else acc.1)`, from `(0, 2)`.
    Pair,
    /// `(acc, x) => if x % 2 == 0 then acc + 3 else acc`, from 0.
    Even,
    /// `(acc, x) => if x > 2 or acc >= x then acc else x`, from 0.
    Bounded,
    /// `(acc, x) => match x { 0 => acc, 1 => acc + 2, x => if x > 1 then acc + 1 else acc }`, from 0.
    Arms,
    /// `(acc, x) => { all: acc.all and x > 0, n: acc.n + 1 }`, from `{ all: true, n: 0 }`.
    Both,
    /// `(acc, x) => acc or x`, from false.
    Either,
}

const RULES: [Rule; 16] = [
    Rule::Max,
    Rule::Min,
    Rule::Flag,
    Rule::Gset,
    Rule::Status,
    Rule::MaxByKey,
    Rule::Record,
    Rule::Greater,
    Rule::Added,
    Rule::Counted,
    Rule::Pair,
    Rule::Even,
    Rule::Bounded,
    Rule::Arms,
    Rule::Both,
    Rule::Either,
];

/// Two views: what the elements give, and the fold of it.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    pub(super) rule: Rule,
    pub(super) given: (String, String),
    pub(super) folded: (String, String),
}

/// A probe, and its two views, given first.
pub(super) fn probe(g: &mut Gen) -> (Probe, [Exp; 2]) {
    let rule = *g.rng.pick(&RULES);
    let fits = |(source, element): &(Exp, Ty)| !matches!(source.ty, Ty::List(_)) && !element.has_total();
    let found = (0..8).map(|_| g.collection(2)).find(fits);
    let (source, element) = found.unwrap_or_else(|| (g.literal(&Ty::set(Ty::Int)), Ty::Int));
    let wanted = match rule {
        Rule::Flag | Rule::Either => Ty::Bool,
        Rule::Gset => Ty::set(Ty::Text),
        Rule::Status => Ty::Status,
        Rule::MaxByKey => Ty::pair(Ty::Text, Ty::Int),
        Rule::Record => Ty::pair(Ty::Int, Ty::Bool),
        _ => Ty::Int,
    };
    let name = g.fresh();
    let bound = [(name.as_str(), &element, source.size)];
    let mut about = |ty: &Ty| g.with(&bound, |g| g.exp(ty, 1)).text();
    // Both parts of a pair are used, by their own texts.
    let parts: Vec<String> = match &wanted {
        Ty::Tuple(types) => types.iter().map(&mut about).collect(),
        ty => vec![about(ty)],
    };
    let one = &parts[0];
    let other = parts.last().unwrap_or(one);
    let (ty, fold) = match rule {
        Rule::Max => (Ty::opt(Ty::Int), format!("into: max<int>, {name} => {one}")),
        Rule::Min => (Ty::opt(Ty::Int), format!("into: min<int>, {name} => {one}")),
        Rule::Flag => (Ty::Bool, format!("into: flag, {name} => {one}")),
        Rule::Gset => (wanted, format!("into: gset<text>, {name} => {one}")),
        Rule::Status => (Ty::Status, format!("into: Status, {name} => {one}")),
        Rule::MaxByKey => (
            Ty::map(Ty::Text, Ty::opt(Ty::Int), true),
            format!("into: gmap<text, max<int>>, {name} => [{one}: {other}]"),
        ),
        Rule::Record => (
            Ty::Record(vec![("a".into(), Ty::opt(Ty::Int)), ("b".into(), Ty::Bool)]),
            format!("into: {{ a: max<int>, b: flag }}, {name} => {{ a: {one}, b: {other} }}"),
        ),
        Rule::Greater => (Ty::Int, format!("0, (acc, {name}) => match {one} {{ x => if x > acc then x else acc }}")),
        Rule::Added => (Ty::Int, format!("0, (acc, {name}) => acc + {one}")),
        Rule::Counted => (Ty::Int, format!("0, (acc, {name}) => if acc >= 3 then acc else acc + 1")),
        Rule::Pair => {
            let least = format!("match {one} {{ x => if x < acc.1 then x else acc.1 }}");
            (Ty::pair(Ty::Int, Ty::Int), format!("(0, 2), (acc, {name}) => (acc.0 + 1, {least})"))
        }
        Rule::Even => {
            (Ty::Int, format!("0, (acc, {name}) => match {one} {{ x => if x % 2 == 0 then acc + 3 else acc }}"))
        }
        Rule::Bounded => {
            (Ty::Int, format!("0, (acc, {name}) => match {one} {{ x => if x > 2 or acc >= x then acc else x }}"))
        }
        Rule::Arms => {
            let rest = "x => if x > 1 then acc + 1 else acc";
            (Ty::Int, format!("0, (acc, {name}) => match {one} {{ 0 => acc, 1 => acc + 2, {rest} }}"))
        }
        Rule::Both => {
            let both = format!("match {one} {{ x => {{ all: acc.all and x > 0, n: acc.n + 1 }} }}");
            let ty = Ty::Record(vec![("all".into(), Ty::Bool), ("n".into(), Ty::Int)]);
            (ty, format!("{{ all: true, n: 0 }}, (acc, {name}) => {both}"))
        }
        Rule::Either => (Ty::Bool, format!("false, (acc, {name}) => acc or {one}")),
    };
    let text = source.text();
    let whole = if parts.len() == 1 { one.clone() } else { format!("({one}, {other})") };
    let given = Exp::leaf(Ty::set(Ty::Int), format!("{text}.map({name} => ({name}, {whole}))"));
    let folded = Exp::leaf(ty, format!("{text}.fold({fold})"));
    let named = |exp: &Exp| (String::new(), exp.text());
    (Probe { rule, given: named(&given), folded: named(&folded) }, [given, folded])
}

/// What the fold is, from what was given; none if that is out of range.
pub(super) fn by_hand(rule: Rule, given: &Value, rng: &mut Rng) -> Option<Value> {
    let mut values: Vec<Value> = given.elements()?.iter().map(|pair| part(pair, 1)).collect();
    shuffle(&mut values, rng);
    let ints = || values.iter().map(int);
    let greatest = |all: &mut dyn Iterator<Item = i64>| {
        all.fold(None, |best: Option<i64>, n| Some(best.map_or(n, |best| if n > best { n } else { best })))
    };
    let option = |n: Option<i64>| n.map_or(Value::None, |n| Value::some(Value::Int(n)));
    Some(match rule {
        Rule::Max => option(greatest(&mut ints())),
        Rule::Min => option(ints().fold(None, |least, n| Some(least.map_or(n, |least: i64| least.min(n))))),
        Rule::Flag | Rule::Either => Value::Bool(values.contains(&Value::Bool(true))),
        Rule::Gset => {
            let all: BTreeSet<Value> = values.iter().filter_map(Value::elements).flatten().collect();
            Value::set(all.into_iter().collect())
        }
        Rule::Status => Value::Variant(values.iter().fold(0, |all, value| least_above(all, tag(value))), [].into()),
        Rule::MaxByKey => {
            let mut best: BTreeMap<Value, i64> = BTreeMap::new();
            for pair in &values {
                let n = int(&part(pair, 1));
                let entry = best.entry(part(pair, 0)).or_insert(n);
                *entry = n.max(*entry);
            }
            Value::map(best.into_iter().map(|(key, n)| (key, option(Some(n)))).collect())
        }
        Rule::Record => {
            let best = greatest(&mut values.iter().map(|pair| int(&part(pair, 0))));
            let any = values.iter().any(|pair| part(pair, 1) == Value::Bool(true));
            Value::tuple([option(best), Value::Bool(any)])
        }
        Rule::Greater => Value::Int(greatest(&mut ints().chain([0]))?),
        Rule::Added => Value::Int(i64::try_from(ints().map(i128::from).sum::<i128>()).ok()?),
        Rule::Counted => Value::Int(i64::try_from(values.len().min(3)).ok()?),
        Rule::Pair => Value::tuple([
            Value::Int(i64::try_from(values.len()).ok()?),
            Value::Int(ints().fold(2, |least, n| least.min(n))),
        ]),
        Rule::Even => Value::Int(3 * i64::try_from(ints().filter(|n| n % 2 == 0).count()).ok()?),
        Rule::Bounded => Value::Int(ints().filter(|n| (0..=2).contains(n)).max().unwrap_or(0)),
        Rule::Arms => Value::Int(ints().map(|n| if n == 1 { 2 } else { i64::from(n > 1) }).sum()),
        Rule::Both => Value::tuple([Value::Bool(ints().all(|n| n > 0)), Value::Int(i64::try_from(values.len()).ok()?)]),
    })
}

/// A fold with a function in this expression that gives something else in another order: both results.
pub(super) fn reordered(
    expr: &Expr,
    eval: &mut dyn FnMut(&Expr) -> Option<Value>,
    rng: &mut Rng,
) -> Option<(Value, Value)> {
    if let ExprKind::Coll(CollOp::Fold, source, args, Some(lambda)) = &expr.kind
        && free(expr).is_empty()
        && let Some(kept) = eval(expr)
        && let Some(source) = eval(source).filter(|source| !matches!(source, Value::List(_)))
    {
        let mut elements = source.elements().unwrap_or_default();
        shuffle(&mut elements, rng);
        let start = args.first().and_then(&mut *eval);
        let made = |kind| Expr { kind, place: expr.place };
        let mut step = |gathered: Value, element: Value| {
            let pair = made(ExprKind::Const(Value::tuple([gathered, element])));
            eval(&made(ExprKind::Let(Pattern::Bind(lambda.slot), Box::new(pair), lambda.body.clone())))
        };
        let found = start.and_then(|start| elements.into_iter().try_fold(start, &mut step));
        // In another order a sum may leave the range on its way: that is a failure, and no other value.
        if found.as_ref().is_some_and(|found| *found != kept) {
            return found.map(|found| (kept, found));
        }
    }
    parts(expr).into_iter().find_map(|part| reordered(part, eval, rng))
}

fn shuffle<T>(items: &mut [T], rng: &mut Rng) {
    for at in (1..items.len()).rev() {
        items.swap(at, rng.below(at + 1));
    }
}

/// The least element above two of the lattice `placed < paid < shipped < returned, placed < cancelled < returned`,
/// which are numbered as written: placed, paid, shipped, returned, cancelled.
fn least_above(a: u32, b: u32) -> u32 {
    const ABOVE: [[u32; 5]; 5] = [[0, 1, 2, 3, 4], [1, 1, 2, 3, 3], [2, 2, 2, 3, 3], [3, 3, 3, 3, 3], [4, 3, 3, 3, 4]];
    ABOVE[a as usize][b as usize]
}

fn part(value: &Value, at: usize) -> Value {
    match value {
        Value::Tuple(parts) => parts[at].clone(),
        other => panic!("a pair was given, not {other:?}"),
    }
}

fn int(value: &Value) -> i64 {
    match value {
        Value::Int(n) => *n,
        other => panic!("a number was given, not {other:?}"),
    }
}

fn tag(value: &Value) -> u32 {
    match value {
        Value::Variant(tag, _) => *tag,
        other => panic!("a status was given, not {other:?}"),
    }
}

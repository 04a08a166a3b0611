//! Combinators over sets, lists and maps.
//!
//! `ads.filter(a => a.limit > 3).count()`: one arm per [`CollOp`]. A map is seen as its entries, pairs of key and
//! value; only what the operator says stays a map.
//!
//! Invariants: results are canonical (sets sorted without duplicates, maps by key) whatever the source was. A failing
//! element fails the whole, also in `any` and `all`: like in the dataflow, it cannot matter which element comes first.

use std::collections::BTreeMap;
use std::sync::Arc;

use lasp_plan::{CollOp, Expr, Float, Lambda, Place, Value};

use super::arith::outside;
use super::{Frame, World, eval, mismatch, read, truth};
use crate::Failure;
use crate::exact::{ExactSum, mean_of_ints};
use crate::sketch::Sketch;

/// Most pairs a product or join may look at: beyond it, an answer would take minutes and gigabytes.
const PAIRS_MAX: usize = 20_000_000;

pub(super) fn collect(
    op: CollOp,
    source: &Expr,
    args: &[Expr],
    lambda: Option<&Lambda>,
    place: Place,
    frame: &mut Frame<'_>,
    world: &dyn World,
) -> Result<Value, Failure> {
    // These look into a variable or view without building it.
    match op {
        CollOp::Count | CollOp::IsEmpty => {
            let len = read::read(source, frame, world)?.len(place, world)?;
            return Ok(match op {
                CollOp::Count => Value::Int(i64::try_from(len).unwrap_or(i64::MAX)),
                _ => Value::Bool(len == 0),
            });
        }
        CollOp::Contains => {
            let source = read::read(source, frame, world)?;
            let item = eval(arg(args), frame, world)?;
            return source.contains(&item, place, world).map(Value::Bool);
        }
        CollOp::Keys => return read::read(source, frame, world)?.keys(place, world),
        _ => {}
    }
    let source = eval(source, frame, world)?;
    let mut run = Run { lambda, place, frame, world };
    match op {
        CollOp::Union | CollOp::Intersect | CollOp::Minus | CollOp::Product | CollOp::Join => {
            let other = eval(arg(args), run.frame, world)?;
            run.with_other(op, source, other)
        }
        CollOp::Sum => {
            let zero = eval(arg(args), run.frame, world)?;
            run.sum(&source, zero)
        }
        CollOp::Map | CollOp::Filter | CollOp::FlatMap | CollOp::Each | CollOp::Group => run.rebuild(op, source),
        CollOp::Avg => run.avg(&source),
        CollOp::Min | CollOp::Max => {
            let keyed = run.results(&source)?;
            let best = if op == CollOp::Min { keyed.into_iter().min() } else { keyed.into_iter().max() };
            Ok(best.map_or(Value::None, Value::some))
        }
        CollOp::Any => Ok(Value::Bool(run.results(&source)?.iter().any(truth))),
        CollOp::All => Ok(Value::Bool(run.results(&source)?.iter().all(truth))),
        CollOp::Values => Ok(Value::set(entries_of(&source).iter().map(|(_, value)| value.clone()).collect())),
        CollOp::ToSet => Ok(Value::Set(set_of(source))),
        CollOp::Top => {
            let most = eval(arg(args), run.frame, world)?;
            run.top(&source, &most)
        }
        CollOp::ApproxCount => {
            let mut sketch = Sketch::default();
            match &source {
                // Entries differ in their keys, and their values are replaced.
                Value::Map(entries) => entries.iter().for_each(|(key, _)| sketch.put(key)),
                _ => items(&source).for_each(|item| sketch.put(&item)),
            }
            Ok(Value::Int(sketch.estimate()))
        }
        CollOp::Fold => {
            let init = eval(arg(args), run.frame, world)?;
            items(&source).try_fold(init, |gathered, item| run.call(pair(gathered, item)))
        }
        CollOp::Count | CollOp::IsEmpty | CollOp::Contains | CollOp::Keys => unreachable!("answered above"),
    }
}

/// A combinator at work: its function and where that runs.
struct Run<'r, 'a> {
    lambda: Option<&'r Lambda>,
    place: Place,
    frame: &'r mut Frame<'a>,
    world: &'r dyn World,
}

impl Run<'_, '_> {
    /// The function's result for an element; the element itself without a function.
    fn call(&mut self, item: Value) -> Result<Value, Failure> {
        match self.lambda {
            None => Ok(item),
            Some(lambda) => {
                self.frame.set(lambda.slot, item);
                eval(&lambda.body, self.frame, self.world)
            }
        }
    }

    /// The results for all elements, in their order.
    fn results(&mut self, source: &Value) -> Result<Vec<Value>, Failure> {
        items(source).map(|item| self.call(item)).collect()
    }

    /// Collections made from one collection.
    fn rebuild(&mut self, op: CollOp, source: Value) -> Result<Value, Failure> {
        match (op, &source) {
            (CollOp::Map, _) => self.results(&source).map(Value::set),
            (CollOp::FlatMap, _) => {
                let mut all = Vec::new();
                for part in self.results(&source)? {
                    all.extend(items(&part));
                }
                Ok(Value::set(all))
            }
            (CollOp::Group, _) => {
                let mut groups: BTreeMap<Value, Vec<Value>> = BTreeMap::new();
                for item in items(&source) {
                    groups.entry(self.call(item.clone())?).or_default().push(item);
                }
                Ok(Value::Map(groups.into_iter().map(|(key, items)| (key, Value::set(items))).collect()))
            }
            (CollOp::Filter, Value::Map(entries)) => {
                let mut kept = Vec::new();
                for entry in entries.iter() {
                    if truth(&self.call(pair(entry.0.clone(), entry.1.clone()))?) {
                        kept.push(entry.clone());
                    }
                }
                Ok(Value::Map(kept.into()))
            }
            (CollOp::Filter, _) => {
                let mut kept = Vec::new();
                for item in items(&source) {
                    if truth(&self.call(item.clone())?) {
                        kept.push(item);
                    }
                }
                Ok(if matches!(source, Value::List(_)) { Value::List(kept.into()) } else { Value::Set(kept.into()) })
            }
            (CollOp::Each, Value::Map(entries)) => {
                let mut mapped = Vec::with_capacity(entries.len());
                for (key, value) in entries.iter() {
                    mapped.push((key.clone(), self.call(value.clone())?));
                }
                Ok(Value::Map(mapped.into()))
            }
            (op, other) => panic!("the evaluator has no {op:?} of {other:?}"),
        }
    }

    /// Sets made from two sets.
    fn with_other(&mut self, op: CollOp, source: Value, other: Value) -> Result<Value, Failure> {
        let (left, right) = (set_of(source), set_of(other));
        if matches!(op, CollOp::Product | CollOp::Join) {
            if left.len().saturating_mul(right.len()) > PAIRS_MAX {
                let message =
                    format!("a product of {} by {} elements is over {PAIRS_MAX} pairs", left.len(), right.len());
                return Err(Failure::new("R0705", message, self.place));
            }
            let mut pairs = Vec::new();
            for a in left.iter() {
                for b in right.iter() {
                    let both = pair(a.clone(), b.clone());
                    if op == CollOp::Product || truth(&self.call(both.clone())?) {
                        pairs.push(both);
                    }
                }
            }
            // Both sides are sorted, so the pairs came in order.
            return Ok(Value::Set(pairs.into()));
        }
        let in_right = |x: &&Value| right.binary_search(x).is_ok();
        Ok(match op {
            CollOp::Intersect => Value::Set(left.iter().filter(in_right).cloned().collect()),
            CollOp::Minus => Value::Set(left.iter().filter(|x| !in_right(x)).cloned().collect()),
            _ => Value::set(left.iter().chain(right.iter()).cloned().collect()),
        })
    }

    /// In 128 bits or exactly; its type is that of `zero`.
    fn sum(&mut self, source: &Value, zero: Value) -> Result<Value, Failure> {
        let terms = self.results(source)?;
        let whole = || terms.iter().map(whole_of).sum::<i128>();
        let in_range = |ty: &str| {
            let sum = whole();
            i64::try_from(sum).map_err(|_| outside(&format!("the sum {sum}"), ty, self.place))
        };
        match zero {
            Value::Int(_) => in_range("int").map(Value::Int),
            Value::Duration(_) => in_range("duration").map(Value::Duration),
            Value::Float(_) => Ok(Value::Float(Float::new(exact(&terms).sum()))),
            other => mismatch("the zero of a number", &other),
        }
    }

    /// The elements with the greatest keys; of equal keys the greater element first.
    fn top(&mut self, source: &Value, most: &Value) -> Result<Value, Failure> {
        let Value::Int(most) = most else { mismatch("a number", most) };
        let mut keyed = Vec::new();
        for item in items(source) {
            // Without a function the elements themselves decide.
            let key = if self.lambda.is_some() { self.call(item.clone())? } else { Value::None };
            keyed.push((key, item));
        }
        keyed.sort_unstable_by(|a, b| b.cmp(a));
        keyed.truncate(usize::try_from(*most).unwrap_or(usize::MAX));
        Ok(Value::List(keyed.into_iter().map(|(_, item)| item).collect()))
    }

    fn avg(&mut self, source: &Value) -> Result<Value, Failure> {
        let terms = self.results(source)?;
        let count = terms.len() as u64;
        let mean = match terms.first() {
            None => return Ok(Value::None),
            Some(Value::Float(_)) => exact(&terms).mean(count),
            Some(_) => mean_of_ints(terms.iter().map(whole_of).sum(), count),
        };
        Ok(Value::some(Value::Float(Float::new(mean))))
    }
}

fn arg(args: &[Expr]) -> &Expr {
    args.first().expect("the checker counts arguments")
}

fn pair(a: Value, b: Value) -> Value {
    Value::tuple([a, b])
}

/// The elements; of a map, its entries as pairs.
fn items(source: &Value) -> Box<dyn Iterator<Item = Value> + '_> {
    match source {
        Value::Set(items) | Value::List(items) => Box::new(items.iter().cloned()),
        Value::Map(entries) => Box::new(entries.iter().map(|(key, value)| pair(key.clone(), value.clone()))),
        other => mismatch("a collection", other),
    }
}

/// The elements as those of a set.
fn set_of(source: Value) -> Arc<[Value]> {
    match source {
        Value::Set(items) => items,
        Value::List(items) => match Value::set(items.to_vec()) {
            Value::Set(items) => items,
            other => mismatch("a set", &other),
        },
        // Entries come by key, and keys are distinct: already the order of a set of pairs.
        Value::Map(_) => items(&source).collect(),
        other => mismatch("a collection", &other),
    }
}

fn entries_of(source: &Value) -> &[(Value, Value)] {
    match source {
        Value::Map(entries) => entries,
        other => mismatch("a map", other),
    }
}

fn whole_of(term: &Value) -> i128 {
    match term {
        Value::Int(n) | Value::Duration(n) => i128::from(*n),
        other => mismatch("a whole number", other),
    }
}

fn exact(terms: &[Value]) -> ExactSum {
    let mut sum = ExactSum::new();
    for term in terms {
        match term {
            Value::Float(x) => sum.add(x.get()),
            other => mismatch("a float", other),
        }
    }
    sum
}

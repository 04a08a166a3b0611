//! The oracle: every operator computed from scratch, by the definition in `graph.rs` and nothing else.
//!
//! A relation is a map from row to weight; a join is two nested loops; a group is a filter. Expressions have an
//! evaluator of their own for the forms that `generate` makes. Floats are summed as whole numbers of 2⁻⁶⁰, which all of
//! the generator's are. Nothing here knows the engine.

use std::collections::{BTreeMap, BTreeSet};

use crate::definitions;
use lasp_plan::{Agg, BinaryOp, Expr, ExprKind, Float, Graph, Op, Row, Stage, UnaryOp, Value};

/// The rows of a source, by variable.
pub type Sources = BTreeMap<u32, BTreeSet<Row>>;

/// What an operator's relation is, and with which codes it or anything it reads fails.
#[derive(Clone, Debug, Default)]
pub struct Relation {
    pub rows: BTreeMap<Row, i64>,
    pub codes: BTreeSet<&'static str>,
}

impl Relation {
    fn add(&mut self, row: impl Into<Row>, weight: i64) {
        let row = row.into();
        let sum = self.rows.entry(row.clone()).or_insert(0);
        *sum += weight;
        assert!(*sum > 0, "the generator lets only sets flow in");
    }

    fn fail<T>(&mut self, result: Result<T, &'static str>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(code) => {
                self.codes.insert(code);
                None
            }
        }
    }
}

/// All relations of a graph.
pub fn recompute(graph: &Graph, sources: &Sources) -> Vec<Relation> {
    let mut done: Vec<Relation> = Vec::new();
    for node in &graph.nodes {
        let inputs: Vec<Relation> = node.inputs.iter().map(|input| done[input.0 as usize].clone()).collect();
        let mut out = Relation::default();
        out.codes.extend(inputs.iter().flat_map(|input| &input.codes));
        operator(&node.op, &inputs, sources, &mut out);
        assert!(out.rows.keys().all(|row| row.len() == node.columns as usize), "{node:?}");
        done.push(out);
    }
    done
}

fn operator(op: &Op, inputs: &[Relation], sources: &Sources, out: &mut Relation) {
    let rows = |port: usize| inputs[port].rows.iter().map(|(row, weight)| (row, *weight));
    match op {
        Op::Source(var, _) => sources[&var.0].iter().for_each(|row| out.add(row.clone(), 1)),
        Op::Rows(rows) => {
            let mut distinct = BTreeSet::new();
            for row in rows {
                let row = out.fail(eval_all(row, &[]));
                distinct.extend(row);
            }
            distinct.into_iter().for_each(|row| out.add(row, 1));
        }
        Op::Fused(stages) => rows(0).for_each(|(row, weight)| walk(stages, row.to_vec(), weight, out)),
        Op::Distinct => rows(0).for_each(|(row, _)| out.add(row.clone(), 1)),
        Op::Concat => (0..inputs.len()).for_each(|port| rows(port).for_each(|(row, w)| out.add(row.clone(), w))),
        Op::Join { left, right } => {
            let left = keyed(&inputs[0], left, out);
            let right = keyed(&inputs[1], right, out);
            for (left_key, left_row, left_weight) in &left {
                for (right_key, right_row, right_weight) in &right {
                    if left_key == right_key {
                        out.add([&left_row[..], &right_row[..]].concat(), left_weight * right_weight);
                    }
                }
            }
        }
        Op::LeftJoin { left, right_key, default } => {
            let right_key = *right_key as usize;
            for (key, row, weight) in keyed(&inputs[0], left, out) {
                // Rows are in order: the least one is found first.
                let right = rows(1).find(|(right, _)| right[..right_key] == key[..]);
                let appended = right.map_or(&default[..], |(right, _)| &right[right_key..]);
                out.add([&row[..], appended].concat(), weight);
            }
        }
        Op::Semi { left, right, keep } => {
            let right = keyed(&inputs[1], right, out);
            for (key, row, weight) in keyed(&inputs[0], left, out) {
                if right.iter().any(|(other, _, _)| *other == key) == *keep {
                    out.add(row, weight);
                }
            }
        }
        Op::Fix { .. } | Op::Port(_) => unreachable!("`fixed` tests fixed points on graphs of its own"),
        Op::Reduce { key, agg, arg } => {
            let mut groups: BTreeMap<&[Value], Vec<(Value, i64)>> = BTreeMap::new();
            for (row, weight) in rows(0) {
                let value = if *agg == Agg::Count { Some(Value::None) } else { out.fail(eval(arg, row)) };
                if let Some(value) = value {
                    groups.entry(&row[..*key as usize]).or_default().push((value, weight));
                }
            }
            for (key, values) in groups {
                if let Some(value) = out.fail(aggregate(*agg, &values)) {
                    out.add([key, &[value]].concat(), 1);
                }
            }
        }
    }
}

/// Rows with their keys, without those whose key fails.
fn keyed(input: &Relation, key: &[Expr], out: &mut Relation) -> Vec<(Vec<Value>, Row, i64)> {
    let mut keyed = Vec::new();
    for (row, weight) in &input.rows {
        if let Some(key) = out.fail(eval_all(key, row)) {
            keyed.push((key, row.clone(), *weight));
        }
    }
    keyed
}

fn walk(stages: &[Stage], row: Vec<Value>, weight: i64, out: &mut Relation) {
    let Some((stage, rest)) = stages.split_first() else {
        return out.add(row, weight);
    };
    match stage {
        Stage::Filter(condition) => {
            if out.fail(eval(condition, &row)) == Some(Value::Bool(true)) {
                walk(rest, row, weight, out);
            }
        }
        Stage::Map(exprs) => {
            if let Some(row) = out.fail(eval_all(exprs, &row)) {
                walk(rest, row, weight, out);
            }
        }
        Stage::Extend(added) => {
            if let Some(value) = out.fail(eval(added, &row)) {
                walk(rest, [row, vec![value]].concat(), weight, out);
            }
        }
        Stage::Unnest(collection) => {
            let collection = out.fail(eval(collection, &row));
            for element in collection.and_then(|collection| collection.elements()).unwrap_or_default() {
                walk(rest, [row.clone(), vec![element]].concat(), weight, out);
            }
        }
    }
}

pub fn eval_all(exprs: &[Expr], row: &[Value]) -> Result<Vec<Value>, &'static str> {
    exprs.iter().map(|expr| eval(expr, row)).collect()
}

pub fn eval(expr: &Expr, row: &[Value]) -> Result<Value, &'static str> {
    Ok(match &expr.kind {
        ExprKind::Const(value) => value.clone(),
        ExprKind::Local(slot) => row[*slot as usize].clone(),
        ExprKind::Field(of, slot) => match eval(of, row)? {
            Value::Tuple(slots) => slots[*slot as usize].clone(),
            other => panic!("{other:?}"),
        },
        ExprKind::Tuple(parts) => Value::tuple(eval_all(parts, row)?),
        ExprKind::Set(parts) => Value::set(eval_all(parts, row)?),
        ExprKind::List(parts) => Value::List(eval_all(parts, row)?.into()),
        ExprKind::If(condition, yes, no) => {
            return eval(if eval(condition, row)? == Value::Bool(true) { yes } else { no }, row);
        }
        ExprKind::Unary(UnaryOp::Not, of) => Value::Bool(eval(of, row)? != Value::Bool(true)),
        ExprKind::Binary(BinaryOp::And, left, right) => {
            if eval(left, row)? == Value::Bool(false) {
                return Ok(Value::Bool(false));
            }
            eval(right, row)?
        }
        ExprKind::Binary(op, left, right) => return binary(*op, &eval(left, row)?, &eval(right, row)?),
        _ => return definitions::of(expr, row),
    })
}

fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, &'static str> {
    let truth = match op {
        BinaryOp::Eq => left == right,
        BinaryOp::Ne => left != right,
        BinaryOp::Lt => left < right,
        _ => {
            return match (left, right) {
                (Value::Int(a), Value::Int(b)) => Ok(Value::Int(whole(op, *a, *b)?)),
                (Value::Duration(a), Value::Duration(b)) => Ok(Value::Duration(whole(op, *a, *b)?)),
                (Value::Float(a), Value::Float(b)) if op == BinaryOp::Add => {
                    Ok(Value::Float((a.get() + b.get()).into()))
                }
                other => panic!("the generator does not make {op:?} of {other:?}"),
            };
        }
    };
    Ok(Value::Bool(truth))
}

fn whole(op: BinaryOp, a: i64, b: i64) -> Result<i64, &'static str> {
    let (a, b) = (i128::from(a), i128::from(b));
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div if b == 0 => return Err("R0702"),
        BinaryOp::Div => a / b,
        other => panic!("the generator does not make {other:?}"),
    };
    i64::try_from(result).map_err(|_| "R0701")
}

fn aggregate(agg: Agg, values: &[(Value, i64)]) -> Result<Value, &'static str> {
    let all = || values.iter().map(|(value, _)| value.clone());
    Ok(match agg {
        Agg::Count => Value::Int(values.iter().map(|(_, weight)| weight).sum()),
        Agg::Sum => return sum(values),
        Agg::Avg => Value::Float(mean(values).into()),
        Agg::Min => all().min().expect("a group has rows"),
        Agg::Max => all().max().expect("a group has rows"),
        Agg::Any => Value::Bool(all().any(|value| value == Value::Bool(true))),
        Agg::All => Value::Bool(all().all(|value| value == Value::Bool(true))),
        Agg::Set => Value::set(all().collect()),
        Agg::Map => {
            let mut pairs: Vec<Value> = all().collect();
            pairs.sort();
            let entry = |pair: Value| match pair {
                Value::Tuple(pair) => (pair[0].clone(), pair[1].clone()),
                other => panic!("{other:?}"),
            };
            // Of equal keys the greatest pair comes last and wins.
            let entries: BTreeMap<Value, Value> = pairs.into_iter().map(entry).collect();
            Value::Map(entries.into_iter().collect::<Vec<_>>().into())
        }
        Agg::Top(most) => {
            let mut pairs: Vec<Value> = Vec::new();
            for (pair, weight) in values {
                pairs.extend((0..*weight).map(|_| pair.clone()));
            }
            pairs.sort_by(|a, b| b.cmp(a));
            let element = |pair: Value| match pair {
                Value::Tuple(pair) => pair[1].clone(),
                other => panic!("{other:?}"),
            };
            Value::List(pairs.into_iter().take(most as usize).map(element).collect())
        }
        // The sketch itself has its own tests; here it is made anew.
        Agg::ApproxCount => {
            let place = lasp_plan::Place::default();
            let all = Expr { kind: ExprKind::Const(Value::set(all().collect())), place };
            let kind = ExprKind::Coll(lasp_plan::CollOp::ApproxCount, Box::new(all), Vec::new(), None);
            let mut frame = lasp_vm::eval::Frame::new(&[]);
            lasp_vm::eval::eval(&Expr { kind, place }, &mut frame, &lasp_vm::eval::NoWorld).expect("a count")
        }
    })
}

fn sum(values: &[(Value, i64)]) -> Result<Value, &'static str> {
    match &values[0].0 {
        Value::Int(_) => i64::try_from(units(values)).map(Value::Int).map_err(|_| "R0701"),
        Value::Duration(_) => i64::try_from(units(values)).map(Value::Duration).map_err(|_| "R0701"),
        _ => Ok(Value::Float(special(values).unwrap_or_else(|| units(values) as f64 / UNIT).into())),
    }
}

/// Units in one: 2⁶⁰. Division by it is exact.
const UNIT: f64 = (1u64 << 60) as f64;

/// The exact sum: of whole numbers as it is, of floats in units of 2⁻⁶⁰.
fn units(values: &[(Value, i64)]) -> i128 {
    let unit = |value: &Value| match value {
        Value::Int(n) | Value::Duration(n) => i128::from(*n),
        Value::Float(x) => {
            let scaled = x.get() * UNIT;
            assert!(scaled.fract() == 0.0 && scaled.abs() < 2f64.powi(120), "{x:?}");
            scaled as i128
        }
        other => panic!("{other:?}"),
    };
    values.iter().map(|(value, weight)| unit(value) * i128::from(*weight)).sum()
}

/// The sum if a term is not finite.
fn special(values: &[(Value, i64)]) -> Option<f64> {
    let floats = values.iter().filter_map(|(value, _)| match value {
        Value::Float(x) => Some(Float::get(*x)),
        _ => None,
    });
    let odd: Vec<f64> = floats.filter(|x| !x.is_finite()).collect();
    // IEEE addition of infinities and NaN is what is wanted.
    odd.iter().copied().reduce(|a, b| a + b)
}

fn mean(values: &[(Value, i64)]) -> f64 {
    if let Some(odd) = special(values) {
        return odd;
    }
    let count = values.iter().map(|(_, weight)| i128::from(*weight)).sum::<i128>();
    let float = matches!(values[0].0, Value::Float(_));
    let sum = units(values);
    // Shifted so far that the quotient has more bits than a double, and one more for what is left over: the conversion
    // then rounds once.
    let shift = sum.unsigned_abs().leading_zeros().saturating_sub(2);
    let dividend = sum.unsigned_abs() << shift;
    let rest = dividend % count as u128;
    let quotient = (dividend / count as u128) << 1 | rest.min(1);
    let magnitude = quotient as f64 / 2f64.powi(shift as i32 + 1) / if float { UNIT } else { 1.0 };
    if sum < 0 { -magnitude } else { magnitude }
}

//! Combinators: each against what it says in the plan, on sets, lists and maps.

use lasp_plan::{BinaryOp, CollOp, Expr, ExprKind, Float, Value};
use lasp_vm::Failure;
use lasp_vm::eval::{Frame, NoWorld, eval};

use crate::build::{binary, coll, coll_by, expr, field, int, ints, local, text, value};

fn try_run(of: &Expr) -> Result<Value, Failure> {
    eval(of, &mut Frame::new(&[]), &NoWorld)
}

fn run(of: &Expr) -> Value {
    try_run(of).unwrap()
}

fn set(items: &[i64]) -> Expr {
    value(ints(items))
}

fn list(items: &[i64]) -> Expr {
    value(Value::List(items.iter().copied().map(Value::Int).collect()))
}

fn map(entries: &[(i64, i64)]) -> Expr {
    value(map_value(entries))
}

fn map_value(entries: &[(i64, i64)]) -> Value {
    Value::map(entries.iter().map(|(k, v)| (Value::Int(*k), Value::Int(*v))).collect())
}

fn pairs(items: &[(i64, i64)]) -> Value {
    Value::set(items.iter().map(|(a, b)| Value::tuple([Value::Int(*a), Value::Int(*b)])).collect())
}

fn float(x: f64) -> Value {
    Value::Float(Float::new(x))
}

fn floats(items: &[f64]) -> Expr {
    value(Value::List(items.iter().copied().map(float).collect()))
}

/// Slot 50 is the element.
fn x() -> Expr {
    local(50)
}

fn half() -> Expr {
    binary(BinaryOp::Div, x(), int(2))
}

fn above(n: i64) -> Expr {
    binary(BinaryOp::Gt, x(), int(n))
}

#[test]
fn from_elements_to_elements() {
    assert_eq!(run(&coll_by(CollOp::Map, set(&[1, 2, 3, 4]), vec![], half())), ints(&[0, 1, 2]), "no duplicates");
    assert_eq!(run(&coll_by(CollOp::Map, list(&[3, 1, 3]), vec![], x())), ints(&[1, 3]));
    assert_eq!(run(&coll_by(CollOp::Map, map(&[(1, 5), (2, 5)]), vec![], field(x(), 1))), ints(&[5]));
    assert_eq!(run(&coll_by(CollOp::Filter, set(&[1, 2, 3]), vec![], above(1))), ints(&[2, 3]));
    let kept = Value::List([Value::Int(3), Value::Int(3)].into());
    assert_eq!(run(&coll_by(CollOp::Filter, list(&[3, 1, 3]), vec![], above(1))), kept, "a list stays one");
    let by_value = binary(BinaryOp::Gt, field(x(), 1), int(5));
    let kept = run(&coll_by(CollOp::Filter, map(&[(1, 5), (2, 6)]), vec![], by_value));
    assert_eq!(kept, map_value(&[(2, 6)]), "a map stays one");
    let both = expr(ExprKind::List(vec![x(), half()]));
    assert_eq!(run(&coll_by(CollOp::FlatMap, set(&[2, 4]), vec![], both)), ints(&[1, 2, 4]));
    let doubled = binary(BinaryOp::Mul, x(), int(2));
    assert_eq!(run(&coll_by(CollOp::Each, map(&[(1, 5), (2, 6)]), vec![], doubled)), map_value(&[(1, 10), (2, 12)]));
    assert_eq!(run(&coll(CollOp::Keys, map(&[(2, 5), (1, 5)]), vec![])), ints(&[1, 2]));
    assert_eq!(run(&coll(CollOp::Values, map(&[(2, 5), (1, 5)]), vec![])), ints(&[5]));
    assert_eq!(run(&coll(CollOp::ToSet, list(&[2, 1, 2]), vec![])), ints(&[1, 2]));
    assert_eq!(run(&coll(CollOp::ToSet, map(&[(2, 5), (1, 6)]), vec![])), pairs(&[(1, 6), (2, 5)]));
}

#[test]
fn two_collections() {
    let (a, b) = (|| set(&[1, 2, 3]), || set(&[2, 3, 4]));
    assert_eq!(run(&coll(CollOp::Union, a(), vec![b()])), ints(&[1, 2, 3, 4]));
    assert_eq!(run(&coll(CollOp::Intersect, a(), vec![b()])), ints(&[2, 3]));
    assert_eq!(run(&coll(CollOp::Minus, a(), vec![b()])), ints(&[1]));
    assert_eq!(run(&coll(CollOp::Union, list(&[5, 1, 5]), vec![a()])), ints(&[1, 2, 3, 5]));
    let product = run(&coll(CollOp::Product, set(&[2, 1]), vec![set(&[8, 9])]));
    assert_eq!(product, pairs(&[(1, 8), (1, 9), (2, 8), (2, 9)]));
    let next = binary(BinaryOp::Eq, field(x(), 1), binary(BinaryOp::Add, field(x(), 0), int(1)));
    assert_eq!(run(&coll_by(CollOp::Join, a(), vec![b()], next)), pairs(&[(1, 2), (2, 3), (3, 4)]));
    let wide: Vec<i64> = (0..6000).collect();
    let failure = try_run(&coll(CollOp::Product, set(&wide), vec![set(&wide)])).unwrap_err();
    assert_eq!(failure.code, "R0705", "36 million pairs are refused, not built");
}

#[test]
fn groups() {
    let odd = binary(BinaryOp::Rem, x(), int(2));
    let groups = run(&coll_by(CollOp::Group, list(&[4, 1, 3, 4]), vec![], odd));
    assert_eq!(groups, Value::map(vec![(Value::Int(0), ints(&[4])), (Value::Int(1), ints(&[1, 3]))]));
}

#[test]
fn counts_and_questions() {
    for (of, count) in [(set(&[1, 2]), 2), (list(&[1, 1, 1]), 3), (map(&[(1, 1)]), 1), (set(&[]), 0)] {
        assert_eq!(run(&coll(CollOp::Count, of.clone(), vec![])), Value::Int(count));
        assert_eq!(run(&coll(CollOp::IsEmpty, of, vec![])), Value::Bool(count == 0));
    }
    let contains = |of, x| run(&coll(CollOp::Contains, of, vec![int(x)])) == Value::Bool(true);
    assert!(contains(set(&[1, 2]), 2) && !contains(set(&[1, 2]), 3));
    assert!(contains(list(&[2, 1]), 1) && !contains(list(&[2, 1]), 3));
    assert!(contains(map(&[(1, 7)]), 1) && !contains(map(&[(1, 7)]), 7), "of a map: a key");
    let ask = |op, bound| run(&coll_by(op, set(&[1, 2]), vec![], above(bound))) == Value::Bool(true);
    assert_eq!(
        [ask(CollOp::Any, 1), ask(CollOp::Any, 2), ask(CollOp::All, 0), ask(CollOp::All, 1)],
        [true, false, true, false]
    );
    let empty = |op| run(&coll_by(op, set(&[]), vec![], above(0)));
    assert_eq!([empty(CollOp::Any), empty(CollOp::All)], [Value::Bool(false), Value::Bool(true)]);
    // 1 already decides, but which element comes first must not: 0 fails it.
    let inverse = binary(BinaryOp::Gt, binary(BinaryOp::Div, int(1), x()), int(0));
    assert_eq!(try_run(&coll_by(CollOp::Any, list(&[1, 0]), vec![], inverse)).unwrap_err().code, "R0702");
}

#[test]
fn sums_are_exact() {
    let sum = |of, zero| try_run(&coll(CollOp::Sum, of, vec![value(zero)]));
    assert_eq!(sum(set(&[1, 2, 3]), Value::Int(0)), Ok(Value::Int(6)));
    assert_eq!(sum(set(&[]), Value::Int(0)), Ok(Value::Int(0)));
    assert_eq!(sum(set(&[]), Value::Duration(0)), Ok(Value::Duration(0)));
    assert_eq!(sum(floats(&[]), float(0.0)), Ok(float(0.0)));
    let over = list(&[i64::MAX, i64::MAX, -i64::MAX]);
    assert_eq!(sum(over, Value::Int(0)), Ok(Value::Int(i64::MAX)), "what lies in between does not count");
    let failure = sum(list(&[i64::MAX, 1]), Value::Int(0)).unwrap_err();
    assert_eq!((failure.code, &*failure.message), ("R0701", "the sum 9223372036854775808 is outside int"));
    assert_eq!(sum(floats(&[1e100, 1.0, -1e100]), float(0.0)), Ok(float(1.0)));
    assert_eq!(sum(floats(&[0.1; 10]), float(0.0)), Ok(float(1.0)));
    let durations = value(Value::List([Value::Duration(2), Value::Duration(3)].into()));
    assert_eq!(sum(durations, Value::Duration(0)), Ok(Value::Duration(5)));
    // Over a set, the function's equal results still all count.
    let by = coll_by(CollOp::Sum, set(&[1, 2, 3]), vec![int(0)], int(5));
    assert_eq!(run(&by), Value::Int(15));
}

#[test]
fn averages_and_extremes() {
    let avg = |of| run(&coll(CollOp::Avg, of, vec![]));
    assert_eq!(avg(set(&[])), Value::None);
    assert_eq!(avg(list(&[1, 2, 2])), Value::some(float(5.0 / 3.0)));
    assert_eq!(avg(list(&[i64::MAX, i64::MAX])), Value::some(float(i64::MAX as f64)));
    assert_eq!(avg(floats(&[0.1, 0.1, 0.1])), Value::some(float(0.1)), "rounded once");
    let last = binary(BinaryOp::Rem, x(), int(10));
    let best = |op| run(&coll_by(op, set(&[19, 25, 31]), vec![], last.clone()));
    assert_eq!([best(CollOp::Min), best(CollOp::Max)], [Value::some(Value::Int(1)), Value::some(Value::Int(9))]);
    assert_eq!(run(&coll(CollOp::Min, set(&[]), vec![])), Value::None);
    let texts = expr(ExprKind::Set(vec![text("b"), text("a")]));
    assert_eq!(run(&coll(CollOp::Max, texts, vec![])), Value::some(Value::text("b")));
}

#[test]
fn the_greatest_few_and_about_how_many() {
    let numbers = |items: &[i64]| Value::List(items.iter().copied().map(Value::Int).collect());
    let last = binary(BinaryOp::Rem, x(), int(10));
    let top = |of, most| run(&coll_by(CollOp::Top, of, vec![int(most)], last.clone()));
    assert_eq!(top(set(&[19, 25, 31, 45]), 3), numbers(&[19, 45, 25]), "of equal keys the greater element first");
    assert_eq!(top(list(&[5, 9, 9]), 2), numbers(&[9, 9]));
    assert_eq!(top(set(&[]), 2), numbers(&[]));
    assert_eq!(run(&coll(CollOp::Top, set(&[3, 1, 2]), vec![int(2)])), numbers(&[3, 2]));
    let about = |of| run(&coll(CollOp::ApproxCount, of, vec![]));
    assert_eq!(about(list(&[4, 4, 5])), Value::Int(2));
    assert_eq!(about(map(&[(1, 7), (2, 7)])), about(set(&[1, 2])));
    assert_eq!(about(set(&[])), Value::Int(0));
}

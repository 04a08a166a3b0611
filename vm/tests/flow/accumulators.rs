//! Each accumulator by example: values come and go, and what is shown is what a fresh start would show.

use lasp_plan::{Agg, NodeId, Row, Value};

use crate::program::{Program, Running, binary, int, ints, local};

/// A group per first column, the second reduced.
fn by_key(agg: Agg) -> (Running, NodeId) {
    let mut program = Program::new();
    let source = program.source(0, 2);
    let reduced = program.reduce(source, 1, agg, local(1));
    (program.flow(&[reduced]), reduced)
}

/// The aggregate over all rows, whose first column tells equal values apart.
fn over_all(agg: Agg) -> (Running, NodeId) {
    let mut program = Program::new();
    let source = program.source(0, 2);
    let reduced = program.reduce(source, 0, agg, local(1));
    (program.flow(&[reduced]), reduced)
}

/// The float shown by a global aggregate.
fn float(flow: &Running, sink: NodeId) -> f64 {
    match &flow.flow.rows(sink).first().expect("the group has rows")[0] {
        Value::Float(x) => x.get(),
        other => panic!("{other:?}"),
    }
}

fn numbered(number: i64, x: f64) -> Row {
    [Value::Int(number), Value::Float(x.into())].into()
}

#[test]
fn count() {
    let (mut flow, count) = by_key(Agg::Count);
    flow.add(0, ints([1, 10]));
    flow.add(0, ints([1, 11]));
    flow.add(0, ints([2, 10]));
    assert_eq!(flow.step(count), ["+(1, 2)", "+(2, 1)"]);
    flow.remove(0, ints([1, 10]));
    flow.remove(0, ints([2, 10]));
    assert_eq!(flow.step(count), ["+(1, 1)", "-(1, 2)", "-(2, 1)"], "an empty group has no row");
    flow.add(0, ints([1, 10]));
    flow.remove(0, ints([1, 11]));
    assert!(flow.step(count).is_empty(), "a swap changes no count");
}

#[test]
fn sum_of_ints_is_withheld_while_outside_int() {
    let (mut flow, sum) = by_key(Agg::Sum);
    flow.add(0, ints([1, i64::MAX]));
    flow.add(0, ints([1, -5]));
    flow.add(0, ints([2, 4]));
    assert_eq!(flow.step(sum), [format!("+(1, {})", i64::MAX - 5), "+(2, 4)".to_string()]);
    flow.add(0, ints([1, 10]));
    assert_eq!(flow.step(sum), [format!("-(1, {})", i64::MAX - 5)], "other groups stay");
    assert_eq!(flow.failure(sum).unwrap(), "R0701: the sum 9223372036854775812 is outside int (row 1)");
    flow.add(0, ints([1, 20]));
    assert!(flow.step(sum).is_empty());
    assert_eq!(flow.failure(sum).unwrap(), "R0701: the sum 9223372036854775832 is outside int (row 1)");
    flow.remove(0, ints([1, i64::MAX]));
    assert_eq!(flow.step(sum), ["+(1, 25)"]);
    assert_eq!(flow.failure(sum), None);
}

#[test]
fn sum_of_durations() {
    let (mut flow, sum) = over_all(Agg::Sum);
    let row = |number, micros| Row::from([Value::Int(number), Value::Duration(micros)]);
    flow.add(0, row(1, 1_000_000));
    flow.add(0, row(2, 500_000));
    assert_eq!(flow.step(sum), ["+(1s500ms)"]);
    flow.add(0, row(3, i64::MAX));
    assert_eq!(flow.step(sum), ["-(1s500ms)"]);
    assert!(flow.failure(sum).unwrap().contains("outside duration"));
    flow.remove(0, row(3, i64::MAX));
    assert_eq!(flow.step(sum), ["+(1s500ms)"]);
}

#[test]
fn sum_of_floats_is_exact() {
    let (mut flow, sum) = over_all(Agg::Sum);
    (0..10).for_each(|number| flow.add(0, numbered(number, 0.1)));
    flow.flow.step();
    // The ten doubles nearest to 0.1 sum to one and a bit less than half a unit in the last place.
    assert_eq!(float(&flow, sum), 1.0);
    flow.add(0, numbered(100, 1e300));
    flow.flow.step();
    flow.remove(0, numbered(100, 1e300));
    (3..10).for_each(|number| flow.remove(0, numbered(number, 0.1)));
    flow.flow.step();
    assert_eq!(float(&flow, sum), 0.30000000000000004, "as if the others had never been there");
}

#[test]
fn sum_of_floats_survives_what_would_overflow_on_the_way() {
    let (mut flow, sum) = over_all(Agg::Sum);
    for (number, x) in [1e308, 1e308, -1e308].into_iter().enumerate() {
        flow.add(0, numbered(number as i64, x));
    }
    flow.flow.step();
    assert_eq!(float(&flow, sum), 1e308);
    flow.remove(0, numbered(2, -1e308));
    flow.flow.step();
    assert_eq!(float(&flow, sum), f64::INFINITY, "too large for a float is infinite, as everywhere");
    assert_eq!(flow.failure(sum), None);
    flow.remove(0, numbered(1, 1e308));
    flow.flow.step();
    assert_eq!(float(&flow, sum), 1e308);
}

#[test]
fn nan_and_infinities_can_be_taken_back() {
    let (mut flow, sum) = over_all(Agg::Sum);
    flow.add(0, numbered(1, 2.5));
    flow.add(0, numbered(2, f64::INFINITY));
    flow.flow.step();
    assert_eq!(float(&flow, sum), f64::INFINITY);
    flow.add(0, numbered(3, f64::NEG_INFINITY));
    flow.flow.step();
    assert!(float(&flow, sum).is_nan());
    flow.remove(0, numbered(2, f64::INFINITY));
    flow.flow.step();
    assert_eq!(float(&flow, sum), f64::NEG_INFINITY);
    flow.add(0, numbered(4, f64::NAN));
    flow.remove(0, numbered(3, f64::NEG_INFINITY));
    flow.flow.step();
    assert!(float(&flow, sum).is_nan());
    flow.remove(0, numbered(4, f64::NAN));
    flow.flow.step();
    assert_eq!(float(&flow, sum), 2.5);
}

#[test]
fn avg() {
    let (mut flow, avg) = over_all(Agg::Avg);
    flow.add(0, ints([1, 1]));
    flow.add(0, ints([2, 2]));
    flow.flow.step();
    assert_eq!(float(&flow, avg), 1.5);
    // The sum leaves 64 bits, the mean does not.
    flow.add(0, ints([3, i64::MAX]));
    flow.add(0, ints([4, i64::MAX - 3]));
    flow.flow.step();
    assert_eq!(float(&flow, avg), (i64::MAX as f64) / 2.0);
    (1..=4).zip([1, 2, i64::MAX, i64::MAX - 3]).for_each(|(number, n)| flow.remove(0, ints([number, n])));
    assert_eq!(flow.step(avg).len(), 1);
    assert!(flow.flow.is_empty(avg));

    let (mut flow, avg) = over_all(Agg::Avg);
    (0..3).for_each(|number| flow.add(0, numbered(number, 0.1)));
    flow.flow.step();
    assert_eq!(float(&flow, avg), 0.1, "rounded once: 0.30000000000000004 / 3 would be more");
}

#[test]
fn min_and_max_know_the_next() {
    let (mut flow, min) = by_key(Agg::Min);
    [[1, 8], [1, 3], [1, 5]].into_iter().for_each(|row| flow.add(0, ints(row)));
    assert_eq!(flow.step(min), ["+(1, 3)"]);
    flow.remove(0, ints([1, 3]));
    assert_eq!(flow.step(min), ["-(1, 3)", "+(1, 5)"]);
    flow.remove(0, ints([1, 8]));
    assert!(flow.step(min).is_empty());

    let (mut flow, max) = by_key(Agg::Max);
    [[1, 8], [1, 3], [1, 5]].into_iter().for_each(|row| flow.add(0, ints(row)));
    assert_eq!(flow.step(max), ["+(1, 8)"]);
    flow.remove(0, ints([1, 8]));
    assert_eq!(flow.step(max), ["+(1, 5)", "-(1, 8)"]);
}

#[test]
fn the_greatest_few_know_who_moves_up() {
    let mut program = Program::new();
    let source = program.source(0, 3);
    let pair = lasp_plan::ExprKind::Tuple(vec![local(1), local(2)]);
    let top = program.reduce(source, 1, Agg::Top(2), crate::program::expr(pair));
    let mut flow = program.flow(&[top]);
    [[1, 3, 10], [1, 8, 11], [1, 8, 12]].into_iter().for_each(|row| flow.add(0, ints(row)));
    assert_eq!(flow.step(top), ["+(1, [12, 11])"], "of equal keys the greater element first");
    flow.remove(0, ints([1, 8, 12]));
    assert_eq!(flow.step(top), ["+(1, [11, 10])", "-(1, [12, 11])"]);
    flow.add(0, ints([1, 1, 99]));
    assert!(flow.step(top).is_empty(), "nobody sees who comes third");
    [[1, 3, 10], [1, 8, 11]].into_iter().for_each(|row| flow.remove(0, ints(row)));
    assert_eq!(flow.step(top), ["-(1, [11, 10])", "+(1, [99])"]);
    flow.remove(0, ints([1, 1, 99]));
    assert_eq!(flow.step(top), ["-(1, [99])"]);
}

#[test]
fn what_comes_several_times_is_several_of_the_greatest() {
    let mut program = Program::new();
    let source = program.source(0, 2);
    let pair = lasp_plan::ExprKind::Tuple(vec![local(1), local(1)]);
    let top = program.reduce(source, 0, Agg::Top(3), crate::program::expr(pair));
    let mut flow = program.flow(&[top]);
    [[1, 5], [2, 5], [3, 4], [4, 1]].into_iter().for_each(|row| flow.add(0, ints(row)));
    assert_eq!(flow.step(top), ["+([5, 5, 4])"]);
    flow.remove(0, ints([2, 5]));
    assert_eq!(flow.step(top), ["+([5, 4, 1])", "-([5, 5, 4])"]);
}

#[test]
fn a_sketch_counts_what_is_there() {
    let (mut flow, about) = by_key(Agg::ApproxCount);
    [[1, 8], [1, 3], [1, 5]].into_iter().for_each(|row| flow.add(0, ints(row)));
    assert_eq!(flow.step(about), ["+(1, 3)"]);
    flow.remove(0, ints([1, 3]));
    assert_eq!(flow.step(about), ["+(1, 2)", "-(1, 3)"]);
}

#[test]
fn any_and_all() {
    for (agg, first, second) in [(Agg::Any, "true", "false"), (Agg::All, "false", "true")] {
        let (mut flow, sink) = over_all(agg);
        let row = |number, truth| Row::from([Value::Int(number), Value::Bool(truth)]);
        flow.add(0, row(1, true));
        flow.add(0, row(2, false));
        assert_eq!(flow.step(sink), [format!("+({first})")]);
        // Any: without the true one. All: without the false one.
        flow.remove(0, if agg == Agg::Any { row(1, true) } else { row(2, false) });
        let mut changes = flow.step(sink);
        changes.sort();
        assert_eq!(changes, [format!("+({second})"), format!("-({first})")]);
    }
}

#[test]
fn set_and_map() {
    let mut program = Program::new();
    let source = program.source(0, 3);
    let set = program.reduce(source, 1, Agg::Set, local(2));
    let pair = lasp_plan::ExprKind::Tuple(vec![local(1), local(2)]);
    let map = program.reduce(source, 1, Agg::Map, crate::program::expr(pair));
    let mut flow = program.flow(&[set, map]);
    [[1, 10, 7], [1, 11, 7], [1, 12, 5]].into_iter().for_each(|row| flow.add(0, ints(row)));
    assert_eq!(flow.step(set), ["+(1, {5, 7})"]);
    assert_eq!(flow.changes(map), ["+(1, [10: 7, 11: 7, 12: 5])"]);
    flow.remove(0, ints([1, 10, 7]));
    assert!(flow.step(set).is_empty(), "7 is there by another row");
    assert_eq!(flow.changes(map), ["-(1, [10: 7, 11: 7, 12: 5])", "+(1, [11: 7, 12: 5])"]);
    flow.remove(0, ints([1, 11, 7]));
    assert_eq!(flow.step(set), ["+(1, {5})", "-(1, {5, 7})"]);
}

#[test]
fn a_failing_argument_is_withheld_and_comes_back() {
    let mut program = Program::new();
    let source = program.source(0, 2);
    let ratio = binary(lasp_plan::BinaryOp::Div, int(12), local(1));
    let sum = program.reduce(source, 1, Agg::Sum, ratio);
    let mut flow = program.flow(&[sum]);
    flow.add(0, ints([1, 4]));
    flow.add(0, ints([1, 0]));
    assert_eq!(flow.step(sum), ["+(1, 3)"]);
    assert_eq!(flow.failure(sum).unwrap(), "R0702: 12 / 0 divides by zero (row (1, 0))");
    flow.remove(0, ints([1, 0]));
    assert!(flow.step(sum).is_empty());
    assert_eq!(flow.failure(sum), None);
}

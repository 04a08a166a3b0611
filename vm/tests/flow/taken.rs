//! Branches by example: what is not taken must not fail, what is taken fails with its row, with and without types.

use lasp_plan::{Arm, BinaryOp, Expr, ExprKind, Func, Pattern, Row, Stage, TextPart, Type, Value, VarId};
use lasp_vm::flow::{Flow, Limits};

use crate::branches::shape;
use crate::program::{Program, Running, binary, expr, int, ints, local};

/// A map over rows of one column, in batches of many and of one, with the type of the column and without.
fn check(of: &Expr, ty: &Type, rows: &[Value], gives: &[&str], fails: Option<&str>) {
    for alone in [false, true] {
        for types in [vec![], vec![ty.clone()]] {
            let mut program = Program::new();
            let source = program.source(0, 1);
            let map = program.fused(source, vec![Stage::Map(vec![of.clone()])], 1);
            let types = |_: VarId, _: u32| types.clone();
            let mut running = Running { flow: Flow::typed(&program.into_graph(), &[map], Limits::default(), &types) };
            let row = |value: &Value| Row::from([value.clone()]);
            let mut given = Vec::new();
            for value in rows {
                running.add(0, row(value));
                if alone {
                    given.extend(running.step(map));
                }
            }
            if !alone {
                given = running.step(map);
            }
            // In one batch equal rows come as one.
            let mut given: Vec<String> = given.iter().flat_map(|change| apart(change)).collect();
            given.sort();
            assert_eq!(given, gives);
            assert_eq!(running.failure(map).as_deref(), fails);
            // Each is taken back as it came.
            rows.iter().for_each(|value| running.remove(0, row(value)));
            assert_eq!(running.step(map).iter().flat_map(|change| apart(change)).count(), gives.len());
            assert_eq!(running.failure(map), None);
        }
    }
}

/// A change of a row as often as its weight says.
fn apart(change: &str) -> Vec<String> {
    let (row, times) = change.rsplit_once('*').unwrap_or((change, "1"));
    vec![row.to_string(); times.parse().expect("a number of times")]
}

fn either(condition: Expr, yes: Expr, no: Expr) -> Expr {
    expr(ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)))
}

fn arm(pattern: Pattern, body: Expr) -> Arm {
    Arm { pattern, guard: None, body }
}

fn matched(arms: Vec<Arm>) -> Expr {
    expr(ExprKind::Match(Box::new(local(0)), arms))
}

fn all(numbers: &[i64]) -> Vec<Value> {
    numbers.iter().map(|n| Value::Int(*n)).collect()
}

#[test]
fn a_sum_that_is_not_taken_does_not_overflow() {
    let negated = || binary(BinaryOp::Sub, int(0), local(0));
    let below = || binary(BinaryOp::Lt, local(0), int(0));
    // 0 - x of the least int is outside int: not taken here …
    let safe = either(below(), local(0), negated());
    check(&safe, &Type::Int, &all(&[i64::MIN, 3]), &["+(-3)", "+(-9223372036854775808)"], None);
    // … and taken here.
    let unsafe_one = either(below(), negated(), local(0));
    let fails = "R0701: 0 - -9223372036854775808 is outside int (row -9223372036854775808)";
    check(&unsafe_one, &Type::Int, &all(&[i64::MIN, 3, -4]), &["+(3)", "+(4)"], Some(fails));
    // Within a branch of a branch only both conditions together count.
    let outer = either(binary(BinaryOp::Lt, local(0), int(5)), safe, binary(BinaryOp::Add, local(0), int(1)));
    let rows = all(&[i64::MIN, 3, i64::MAX]);
    let fails = "R0701: 9223372036854775807 + 1 is outside int (row 9223372036854775807)";
    check(&outer, &Type::Int, &rows, &["+(-3)", "+(-9223372036854775808)"], Some(fails));
}

#[test]
fn a_division_fails_only_in_the_arm_of_its_variant() {
    let line = Pattern::Variant(1, vec![Pattern::Bind(1)]);
    let boxed = Pattern::Variant(2, vec![Pattern::Const(Value::Int(0)), Pattern::Bind(1)]);
    let length = expr(ExprKind::Call(Func::Length, vec![local(1)]));
    let divided = matched(vec![
        arm(line, binary(BinaryOp::Div, int(10), local(1))),
        arm(boxed, length),
        arm(Pattern::Wildcard, int(-1)),
    ]);
    let line = |n| Value::Variant(1, [Value::Int(n)].into());
    let boxed = |n, text| Value::Variant(2, [Value::Int(n), Value::text(text)].into());
    let rows = [line(5), line(0), boxed(0, "äb"), boxed(1, ""), Value::Variant(0, [].into())];
    let fails = "R0702: 10 / 0 divides by zero (row #1(0))";
    check(&divided, &shape(), &rows, &["+(-1)", "+(-1)", "+(2)", "+(2)"], Some(fails));
}

#[test]
fn a_variant_made_in_a_branch_is_widened_to_those_of_the_others() {
    let variant = |number, fields| expr(ExprKind::Variant(number, fields));
    // line(x) where x is known to be an int, box(x, text), dot: three representations meet.
    let text = expr(ExprKind::Text(vec![TextPart::Hole(local(0), Type::Int), TextPart::Literal("!".into())]));
    let made = either(
        binary(BinaryOp::Lt, local(0), int(2)),
        either(binary(BinaryOp::Lt, local(0), int(1)), variant(0, vec![]), variant(1, vec![local(0)])),
        variant(2, vec![local(0), text]),
    );
    check(&made, &Type::Int, &all(&[0, 1, 2]), &["+(#0)", "+(#1(1))", "+(#2(2, \"2!\"))"], None);
}

#[test]
fn a_text_too_large_is_a_failure_of_its_row() {
    let mut program = Program::new();
    let source = program.source(0, 1);
    let twice = TextPart::Hole(local(0), Type::Text);
    let doubled = || expr(ExprKind::Text(vec![twice.clone(), twice.clone()]));
    let mut stages: Vec<Stage> = vec![Stage::Map(vec![expr(ExprKind::Const(Value::text(&"ab".repeat(1 << 20))))])];
    stages.extend((0..4).map(|_| Stage::Map(vec![doubled()])));
    let large = program.fused(source, stages, 1);
    let mut flow = program.flow(&[large]);
    flow.add(0, ints([1]));
    assert!(flow.step(large).is_empty());
    assert!(flow.failure(large).unwrap().starts_with("R0705: a text of more than 16777216 bytes (row \"abab"));
}

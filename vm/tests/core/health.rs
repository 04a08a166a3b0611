//! Views that fail and recover: told once, acted on never.

use lasp_lattice::Kind;
use lasp_plan::{BinaryOp, Op, Stage, Stmt, Type, Value};

use crate::build::{Program, add_to, binary, emit, event, int, lines, local, update, var};

fn inverse() -> Stage {
    Stage::Map(vec![binary(BinaryOp::Div, int(12), local(0))])
}

#[test]
fn failure_and_recovery_are_told_once_each() {
    let mut p = Program::default();
    let s = p.set("s");
    let parts = p.elements("parts", s, vec![inverse()]);
    p.show(parts);
    let put = p.on("put", vec![add_to(s, local(0))]);
    let drop = p.on("drop", vec![Stmt::Update(update(s, vec![], "remove", vec![local(0)]))]);
    let (mut node, _) = p.start();
    let mut told = |which, x| {
        let mut outs = node.handle(0, event(which, x));
        outs.extend(node.flush());
        lines(&outs)
    };
    assert_eq!(told(put, 3), [""; 0]);
    assert_eq!(told(put, 0), ["view 0 failed: R0702: 12 / 0 divides by zero (row 0)"]);
    assert_eq!(told(put, 4), [""; 0]);
    assert_eq!(told(drop, 0), ["view 0 recovered"]);
    assert_eq!(told(drop, 3), [""; 0]);
}

#[test]
fn nobody_acts_on_a_failed_view() {
    let mut p = Program::default();
    let s = p.set("s");
    let parts = p.elements("parts", s, vec![inverse()]);
    let node = p.plan.view(parts).node;
    p.watch(parts, vec![emit("added", local(0))], vec![emit("removed", local(0))]);
    p.when("part", node, vec![emit("fired", local(0))]);
    let put = p.on("put", vec![add_to(s, local(0))]);
    let drop = p.on("drop", vec![Stmt::Update(update(s, vec![], "remove", vec![local(0)]))]);
    let (mut node, _) = p.start();
    node.subscribe(parts);
    assert_eq!(lines(&node.handle(0, event(put, 12))), ["view 0: +[1] -[]", "fired { x: 1 }", "added { x: 1 }"]);
    assert_eq!(
        lines(&node.handle(0, event(put, 0))),
        [
            "view 0 failed: R0702: 12 / 0 divides by zero (row 0)",
            "R0702: `when part` cannot be decided: 12 / 0 divides by zero (row 0)",
        ]
    );
    assert_eq!(lines(&node.handle(0, event(put, 6))), [""; 0]);
    assert_eq!(lines(&node.handle(0, event(put, 4))), [""; 0]);
    assert_eq!(lines(&node.handle(0, event(drop, 6))), [""; 0]);
    assert_eq!(lines(&node.handle(0, event(drop, 12))), [""; 0]);
    // What is left when it has recovered follows now: 1 is gone, 3 is new, 2 came and went unseen.
    assert_eq!(
        lines(&node.handle(0, event(drop, 0))),
        ["view 0 recovered", "view 0: +[3] -[1]", "fired { x: 3 }", "removed { x: 1 }", "added { x: 3 }",]
    );
}

#[test]
fn a_count_outside_int_fails_its_readers_until_it_fits() {
    let mut p = Program::default();
    // Two slots, of genesis and of the node: together more than an int.
    let n = p.var("n", Kind::PnCounter, Type::Int, Some(int(i64::MAX)));
    let other = p.counter("other");
    let total = p.number("total", n);
    let fine = p.number("fine", other);
    p.show(total);
    let inc = p.on("inc", vec![Stmt::Update(update(n, vec![], "inc", vec![local(0)]))]);
    let dec = p.on("dec", vec![Stmt::Update(update(n, vec![], "dec", vec![local(0)]))]);
    let (mut node, _) = p.start();
    assert_eq!(node.value(total), Ok(Value::Int(i64::MAX)));
    node.handle(0, event(inc, 1));
    let message = "view 0 failed: R0701: `n` counts 9223372036854775808, which is outside int";
    assert_eq!(lines(&node.flush()), [message]);
    assert_eq!(node.value(total).unwrap_err().code, "R0701");
    assert_eq!(node.eval(&var(n)).unwrap_err().code, "R0701");
    assert_eq!(node.value(fine), Ok(Value::Int(0)), "others go on");
    node.handle(0, event(dec, 3));
    assert_eq!(lines(&node.flush()), ["view 0 recovered"]);
    assert_eq!(node.value(total), Ok(Value::Int(i64::MAX - 2)));
}

#[test]
fn constants_that_fail_are_told_at_the_start() {
    let mut p = Program::default();
    let row = vec![vec![binary(BinaryOp::Div, int(1), int(0))]];
    let node = p.operator(Op::Rows(row), vec![], 1);
    let one = p.view("one", Type::Int, lasp_plan::Shape::Scalar, node, int(1));
    p.show(one);
    let (mut node, outs) = p.start();
    assert_eq!(lines(&outs), ["view 0 failed: R0702: 1 / 0 divides by zero"]);
    assert_eq!(node.value(one).unwrap_err().code, "R0702");
}

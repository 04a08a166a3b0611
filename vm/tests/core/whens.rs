//! `when`: once for each row that its condition ever holds for.

use lasp_lattice::Kind;
use lasp_plan::{BinaryOp, Pattern, Stage, Stmt, Type, Value};
use lasp_vm::{Node, Out};

use crate::build::{Program, add_to, binary, emit, event, int, ints, lines, local, update, value};

fn ids(outs: &[Out]) -> Vec<&str> {
    outs.iter()
        .filter_map(|out| match out {
            Out::Emit { id, .. } => Some(&**id),
            _ => None,
        })
        .collect()
}

fn at_least(n: i64) -> Stage {
    Stage::Filter(binary(BinaryOp::Ge, local(0), int(n)))
}

/// for x in s when x >= 10 { emit big { x } }
fn big(init: &[i64]) -> (Program, u32, u32) {
    let mut p = Program::default();
    let s = p.var("s", Kind::OrSet, Type::Set(Type::Int.into()), Some(value(ints(init))));
    let source = p.source(s, 1);
    let node = p.fused(source, vec![at_least(10)]);
    p.when("x >= 10", node, vec![emit("big", local(0))]);
    let put = p.on("put", vec![add_to(s, local(0))]);
    let drop = p.on("drop", vec![Stmt::Update(update(s, vec![], "remove", vec![local(0)]))]);
    (p, put, drop)
}

#[test]
fn fires_once_per_row_for_ever() {
    let (p, put, drop) = big(&[]);
    let (mut node, outs) = p.start();
    assert_eq!(outs, vec![]);
    let put_in = |node: &mut Node, x| lines(&node.handle(0, event(put, x)));
    assert_eq!(put_in(&mut node, 3), [""; 0]);
    assert_eq!(put_in(&mut node, 12), ["big { x: 12 }"]);
    assert_eq!(put_in(&mut node, 12), [""; 0]);
    assert_eq!(lines(&node.handle(0, event(drop, 12))), [""; 0]);
    assert_eq!(put_in(&mut node, 12), [""; 0], "it flickered");
    assert_eq!(put_in(&mut node, 11), ["big { x: 11 }"]);
}

#[test]
fn fires_at_the_start_in_the_order_of_rows() {
    let (p, ..) = big(&[20, 1, 10, 15]);
    let (_, outs) = p.start();
    assert_eq!(lines(&outs), ["big { x: 10 }", "big { x: 15 }", "big { x: 20 }"]);
}

#[test]
fn ids_are_the_same_in_every_run_and_differ_by_binding() {
    let at_start = big(&[10, 11]).0.start().1;
    let (p, put, _) = big(&[]);
    let (mut node, _) = p.start();
    node.handle(0, event(put, 1));
    let mut later = node.handle(0, event(put, 11));
    later.extend(node.handle(0, event(put, 10)));
    let (at_start, later) = (ids(&at_start), ids(&later));
    assert_eq!(at_start, [later[1], later[0]]);
    assert_ne!(at_start[0], at_start[1]);
}

/// for x in s when … { s.add(x + 1) } goes up to a bound by itself.
fn climbing(bound: i64) -> (Program, u32, lasp_plan::VarId) {
    let mut p = Program::default();
    let s = p.set("s");
    let source = p.source(s, 1);
    let node = p.fused(source, vec![Stage::Filter(binary(BinaryOp::Lt, local(0), int(bound)))]);
    p.when("x < bound", node, vec![add_to(s, binary(BinaryOp::Add, local(0), int(1))), emit("step", local(0))]);
    let put = p.on("put", vec![add_to(s, local(0))]);
    (p, put, s)
}

#[test]
fn its_updates_make_further_steps() {
    let (p, put, s) = climbing(4);
    let (mut node, _) = p.start();
    let outs = node.handle(0, event(put, 1));
    assert_eq!(lines(&outs), ["step { x: 1 }", "step { x: 2 }", "step { x: 3 }"]);
    assert_eq!(node.variable(s), Ok(ints(&[1, 2, 3, 4])));
}

#[test]
fn one_that_never_ends_is_stopped() {
    let (p, put, s) = climbing(i64::MAX);
    let (mut node, _) = p.start();
    let outs = node.handle(0, event(put, 1));
    let failed: Vec<String> = lines(&outs).into_iter().filter(|line| line.starts_with('R')).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].starts_with("R0705: `when x < bound` has fired 100000 times"), "{failed:?}");
    let Ok(Value::Set(before)) = node.variable(s) else { panic!() };
    assert_eq!(lines(&node.handle(0, event(put, -7))), [""; 0], "and stays stopped, while the node goes on");
    let Ok(Value::Set(after)) = node.variable(s) else { panic!() };
    assert_eq!(after.len(), before.len() + 1);
}

#[test]
fn many_at_once_are_no_endless_chain() {
    let (mut p, ..) = big(&[]);
    let s = p.set("many");
    let all: Vec<i64> = (0..150_000).collect();
    p.plan.vars[s.0 as usize].init = Some(value(ints(&all)));
    let node = p.source(s, 1);
    p.when("many", node, vec![emit("one", local(0))]);
    let (_, outs) = p.start();
    assert_eq!(outs.len(), 150_000);
    assert!(outs.iter().all(|out| matches!(out, Out::Emit { .. })));
}

#[test]
fn a_failing_body_is_undone_and_the_others_fire() {
    let mut p = Program::default();
    let s = p.set("s");
    let seen = p.set("seen");
    let node = p.source(s, 1);
    let divide = Stmt::Let(Pattern::Wildcard, binary(BinaryOp::Div, int(1), local(0)));
    p.when("true", node, vec![add_to(seen, local(0)), emit("saw", local(0)), divide]);
    let put = p.on("put", vec![Stmt::Update(update(s, vec![], "add_all", vec![value(ints(&[-1, 0, 1]))]))]);
    let (mut node, _) = p.start();
    let outs = node.handle(0, event(put, 0));
    assert_eq!(lines(&outs), ["saw { x: -1 }", "R0702: 1 / 0 divides by zero (row 0)", "saw { x: 1 }"]);
    assert_eq!(node.variable(seen), Ok(ints(&[-1, 1])));
}

#[test]
fn a_pattern_takes_the_element_apart() {
    let mut p = Program::default();
    let ty = Type::Set(Type::Tuple(vec![Type::Int, Type::Int]).into());
    let pair = |a, b| Value::tuple([Value::Int(a), Value::Int(b)]);
    let s = p.var("s", Kind::GSet, ty, Some(value(Value::set(vec![pair(1, 2), pair(3, 4)]))));
    let node = p.source(s, 1);
    p.when("true", node, vec![emit("second", local(2))]);
    p.plan.whens[0].pattern = Some(Pattern::Slots(vec![(0, Pattern::Bind(1)), (1, Pattern::Bind(2))]));
    let (_, outs) = p.start();
    assert_eq!(lines(&outs), ["second { x: 2 }", "second { x: 4 }"]);
}

//! Events that handlers, `when`s and watches emit to their own node.

use lasp_plan::{BinaryOp, CollOp, Pattern, Stmt, Type, Value};

use crate::build::{
    Program, add_to, binary, coll, emit, emit_event, event, expr, int, ints, lines, local, update, value, var, view,
};

#[test]
fn an_emitted_event_comes_after_the_op_that_emits_it() {
    let mut p = Program::default();
    let s = p.set("s");
    let size = || coll(CollOp::Count, var(s), vec![]);
    let second = p.on("second", vec![emit("second", size())]);
    let first =
        p.on("first", vec![emit_event("second", Some(second), local(0)), add_to(s, local(0)), emit("first", size())]);
    let (mut node, _) = p.start();
    assert_eq!(lines(&node.handle(0, event(first, 1))), ["first { x: 1 }", "second { x: 1 }"]);
}

#[test]
fn reactions_to_an_op_come_before_the_events_it_emits() {
    let mut p = Program::default();
    let s = p.set("s");
    let all = p.elements("all", s, vec![]);
    let second = p.on("second", vec![emit("second", coll(CollOp::Count, view(all), vec![]))]);
    let first = p.on("first", vec![emit_event("second", Some(second), local(0)), add_to(s, local(0))]);
    p.watch(all, vec![emit("watch", local(0)), emit_event("second", Some(second), local(0))], vec![]);
    let (mut node, _) = p.start();
    assert_eq!(lines(&node.handle(0, event(first, 4))), ["watch { x: 4 }", "second { x: 1 }", "second { x: 1 }"]);
}

#[test]
fn a_failing_cascade_undoes_only_itself() {
    let mut p = Program::default();
    let s = p.set("s");
    let divide = Stmt::Let(Pattern::Wildcard, binary(BinaryOp::Div, int(1), local(0)));
    let second = p.on("second", vec![add_to(s, int(99)), divide]);
    let first = p.on("first", vec![emit_event("second", Some(second), int(0)), add_to(s, local(0))]);
    let (mut node, _) = p.start();
    assert_eq!(lines(&node.handle(0, event(first, 1))), ["R0702: 1 / 0 divides by zero (row second { x: 0 })"]);
    assert_eq!(node.variable(s), Ok(ints(&[1])));
}

#[test]
fn an_emitted_event_happened_when_its_cause_did() {
    let mut p = Program::default();
    let second = p.event("second", vec![("x".into(), Type::Int)]);
    let micros = binary(BinaryOp::Sub, local(0), value(Value::Time(0)));
    let is = |n| binary(BinaryOp::Eq, micros.clone(), value(Value::Duration(n)));
    let at = Pattern::Slots(vec![(0, Pattern::Bind(0))]);
    p.handle(second, at, vec![Stmt::If(is(5), vec![emit("then", int(5))], vec![emit("now", int(0))])]);
    let first = p.on("first", vec![emit_event("second", Some(second), local(0))]);
    let (mut node, _) = p.start();
    let outs = node.handle(100, lasp_vm::InEvent { at_us: Some(5), ..event(first, 1) });
    assert_eq!(lines(&outs), ["then { x: 5 }"]);
}

#[test]
fn a_chain_that_ends_is_let_go_on() {
    let mut p = Program::default();
    let n = p.counter("n");
    let again = emit_event("down", Some(0), binary(BinaryOp::Sub, local(0), int(1)));
    let more = binary(BinaryOp::Gt, local(0), int(0));
    let down = p.on("down", vec![Stmt::Update(update(n, vec![], "inc", vec![])), Stmt::If(more, vec![again], vec![])]);
    let (mut node, _) = p.start();
    assert_eq!(lines(&node.handle(0, event(down, 50_000))), [""; 0]);
    assert_eq!(node.variable(n), Ok(Value::Int(50_001)));
    // Depth is counted from each event anew, also where nothing makes a step.
    assert_eq!(lines(&node.handle(0, event(down, 60_000))), [""; 0]);
}

#[test]
fn a_chain_without_end_is_cut() {
    let mut p = Program::default();
    let n = p.counter("n");
    let again = emit_event("up", Some(0), local(0));
    let up = p.on("up", vec![Stmt::Update(update(n, vec![], "inc", vec![])), again]);
    let (mut node, _) = p.start();
    let message = "R0705: `up` has led to itself 100000 times over; what was left is dropped (row up { x: 1 })";
    assert_eq!(lines(&node.handle(0, event(up, 1))), [message]);
    assert_eq!(node.variable(n), Ok(Value::Int(100_001)), "what was done stays done");
}

#[test]
fn a_chain_that_doubles_is_cut_before_memory_is() {
    let mut p = Program::default();
    let again = || emit_event("up", Some(0), local(0));
    let up = p.on("up", vec![again(), again()]);
    let (mut node, _) = p.start();
    let outs = lines(&node.handle(0, event(up, 1)));
    assert!(outs[0].starts_with("R0705: `up` was emitted while 1000000 events waited"), "{outs:?}");
}

#[test]
fn a_watch_that_feeds_itself_is_cut() {
    let mut p = Program::default();
    let n = p.counter("n");
    let total = p.number("total", n);
    let up = p.on("up", vec![Stmt::Update(update(n, vec![], "inc", vec![]))]);
    p.watch(total, vec![emit_event("up", Some(up), local(0))], vec![]);
    let (mut node, _) = p.start();
    let outs = lines(&node.handle(0, event(up, 1)));
    assert_eq!(outs.len(), 1);
    assert!(outs[0].starts_with("R0705: ") && outs[0].contains("led to itself 100000 times"), "{outs:?}");
}

#[test]
fn fields_are_matched_by_name() {
    let mut p = Program::default();
    let fields = vec![("z".into(), Type::Int), ("a".into(), Type::Int)];
    let pair = p.event("pair", fields);
    // The record is (a, at, z).
    let bind = Pattern::Slots(vec![(0, Pattern::Bind(0)), (2, Pattern::Bind(1))]);
    p.handle(pair, bind, vec![emit("a", local(0)), emit("z", local(1))]);
    let ty = Type::Record(vec![("a".into(), Type::Int), ("z".into(), Type::Int)]);
    let record = expr(lasp_plan::ExprKind::Tuple(vec![int(1), int(26)]));
    let send = lasp_plan::Emit { name: "pair".into(), event: Some(pair), value: record, ty, place: Default::default() };
    let go = p.on("go", vec![Stmt::Emit(send)]);
    let (mut node, _) = p.start();
    assert_eq!(lines(&node.handle(0, event(go, 1))), ["a { x: 1 }", "z { x: 26 }"]);
}

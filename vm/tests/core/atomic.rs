//! Handlers are atomic: all of it or nothing; own writes are seen, views are those of the start.

use lasp_lattice::{Kind, ReplicaId};
use lasp_plan::{BinaryOp, CollOp, ExprKind, Pattern, Shape, Stage, Stmt, Type, Value};
use lasp_vm::{InEvent, Out};

use crate::build::{
    Program, add_to, at, binary, coll, emit, emit_event, event, expr, int, ints, lines, local, lookup, text, update,
    value, var, view,
};

fn fail() -> Stmt {
    Stmt::Let(Pattern::Wildcard, at(77, binary(BinaryOp::Div, int(1), binary(BinaryOp::Sub, local(0), local(0)))))
}

/// Many kinds of variables are written; then the handler fails, if its event is 13.
#[test]
fn a_failure_undoes_updates_emits_and_events() {
    let mut p = Program::default();
    let s = p.var("s", Kind::OrSet, Type::Set(Type::Int.into()), Some(value(ints(&[1, 2]))));
    let n = p.counter("n");
    let last = p.var("last", Kind::Lww, Type::Option(Type::Int.into()), None);
    let by = p.var(
        "by",
        Kind::GMap(Box::new(Kind::OrSet)),
        Type::Map(Type::Int.into(), Type::Set(Type::Int.into()).into()),
        None,
    );
    let tens = p.elements("tens", s, vec![Stage::Map(vec![binary(BinaryOp::Mul, local(0), int(10))])]);
    let seen = p.on("seen", vec![]);
    let x = local(0);
    let is_13 = binary(BinaryOp::Eq, x.clone(), int(13));
    let body = vec![
        add_to(s, x.clone()),
        Stmt::Update(update(s, vec![], "remove", vec![int(1)])),
        Stmt::Update(update(n, vec![], "inc", vec![int(3)])),
        Stmt::Update(update(n, vec![], "dec", vec![int(1)])),
        Stmt::Update(update(last, vec![], "set", vec![x.clone()])),
        Stmt::Update(update(by, vec![int(7)], "add", vec![x.clone()])),
        Stmt::Update(update(by, vec![x.clone()], "add", vec![int(1)])),
        emit("told", x.clone()),
        emit_event("seen", Some(seen), x.clone()),
        Stmt::Update(update(s, vec![], "clear", vec![])),
        Stmt::If(is_13, vec![fail()], vec![]),
        add_to(s, int(5)),
    ];
    let put = p.on("put", body);
    // What the second handler of the event did goes too, and what the first did when the second fails.
    let m = p.counter("m");
    p.handle(put, Pattern::Wildcard, vec![Stmt::Update(update(m, vec![], "inc", vec![]))]);
    let (mut node, outs) = p.start();
    assert_eq!(outs, vec![]);

    let vars = [s, n, last, by, m];
    let before: Vec<Value> = vars.iter().map(|id| node.variable(*id).unwrap()).collect();
    let outs = node.handle(0, event(put, 13));
    assert_eq!(lines(&outs), ["R0702: 1 / 0 divides by zero (row put { x: 13 })"]);
    let [Out::Failed { failure }] = &outs[..] else { panic!("{outs:?}") };
    assert_eq!(failure.place.start, 77);
    let after: Vec<Value> = vars.iter().map(|id| node.variable(*id).unwrap()).collect();
    assert_eq!(after, before);
    assert_eq!(node.value(tens), Ok(ints(&[10, 20])), "the views never heard of it");

    // And the same handler goes on as if nothing had been.
    let outs = node.handle(1, event(put, 4));
    assert_eq!(lines(&outs), ["told { x: 4 }"]);
    assert_eq!(node.variable(s), Ok(ints(&[5])));
    assert_eq!(node.variable(n), Ok(Value::Int(2)));
    assert_eq!(node.variable(m), Ok(Value::Int(1)));
    assert_eq!(node.value(tens), Ok(ints(&[50])));
}

#[test]
fn a_failure_in_the_second_handler_undoes_the_first() {
    let mut p = Program::default();
    let s = p.set("s");
    let put = p.on("put", vec![add_to(s, local(0)), emit("told", local(0))]);
    p.handle(put, Pattern::Slots(vec![(1, Pattern::Bind(0))]), vec![fail()]);
    let (mut node, _) = p.start();
    let outs = node.handle(0, event(put, 1));
    assert_eq!(lines(&outs), ["R0702: 1 / 0 divides by zero (row put { x: 1 })"]);
    assert_eq!(node.variable(s), Ok(ints(&[])));
}

#[test]
fn variables_show_own_writes_and_views_the_start() {
    let mut p = Program::default();
    let s = p.set("s");
    let all = p.elements("all", s, vec![]);
    let count = |of| coll(CollOp::Count, of, vec![]);
    let put = p.on(
        "put",
        vec![
            add_to(s, local(0)),
            emit("var", count(var(s))),
            emit("view", count(view(all))),
            emit("in_view", lookup_bool(coll(CollOp::Contains, view(all), vec![local(0)]))),
        ],
    );
    let (mut node, _) = p.start();
    for (x, expected) in [(1, ["1", "0", "0"]), (2, ["2", "1", "0"]), (1, ["2", "2", "1"])] {
        let [var, view, in_view] = expected;
        let lines = lines(&node.handle(0, event(put, x)));
        assert_eq!(
            lines,
            [format!("var {{ x: {var} }}"), format!("view {{ x: {view} }}"), format!("in_view {{ x: {in_view} }}")]
        );
    }
}

/// A truth value as 0 or 1.
fn lookup_bool(of: lasp_plan::Expr) -> lasp_plan::Expr {
    crate::build::expr(lasp_plan::ExprKind::If(of.into(), int(1).into(), int(0).into()))
}

#[test]
fn updates_that_answer() {
    let mut p = Program::default();
    let quota = p.var(
        "quota",
        Kind::GMap(Box::new(Kind::BCounter)),
        Type::Map(Type::Text.into(), Type::Nat.into()),
        Some(value(Value::map(vec![(Value::text("a"), Value::Int(5))]))),
    );
    let spend = |n| update(quota, vec![text("a")], "spend", vec![n]);
    let take = p.on(
        "take",
        vec![Stmt::IfUpdate(spend(local(0)), vec![emit("took", local(0))], vec![emit("refused", local(0))])],
    );
    let ask = p.on(
        "ask",
        vec![
            Stmt::LetUpdate(Pattern::Bind(1), spend(local(0))),
            Stmt::If(local(1), vec![emit("took", local(0))], vec![emit("refused", local(0))]),
        ],
    );
    let (mut node, _) = p.start();
    assert_eq!(lines(&node.handle(0, event(take, 3))), ["took { x: 3 }"]);
    assert_eq!(lines(&node.handle(0, event(take, 3))), ["refused { x: 3 }"]);
    assert_eq!(lines(&node.handle(0, event(ask, 2))), ["took { x: 2 }"]);
    assert_eq!(lines(&node.handle(0, event(ask, 1))), ["refused { x: 1 }"]);
    let left = lookup(var(quota), text("a"), Some(Value::Int(0)));
    assert_eq!(node.eval(&left), Ok(Value::Int(0)));
    // The REPL hears the answer of the last update.
    assert_eq!(node.update(0, &[Stmt::Update(spend(int(1)))]), (vec![], Some(Value::Bool(false))));
    let inc = update(quota, vec![text("a")], "inc", vec![int(1)]);
    let both = [Stmt::Update(inc), Stmt::Update(spend(int(1)))];
    assert_eq!(node.update(0, &both), (vec![], Some(Value::Bool(true))));
}

#[test]
fn refused_updates_fail_the_handler() {
    let mut p = Program::default();
    let n = p.var("n", Kind::GCounter, Type::Nat, None);
    let quota = p.var("quota", Kind::BCounter, Type::Nat, None);
    let s = p.set("s");
    let inc = p.on("inc", vec![add_to(s, local(0)), Stmt::Update(update(n, vec![], "inc", vec![local(0)]))]);
    let give = p.on(
        "give",
        vec![add_to(s, local(0)), Stmt::Update(update(quota, vec![], "transfer", vec![local(0), text("b")]))],
    );
    let (mut node, _) = p.start();
    let outs = node.handle(0, event(inc, -1));
    assert_eq!(lines(&outs), ["R0703: `n.inc(-1)` was refused: -1 is negative (row inc { x: -1 })"]);
    assert_eq!(lines(&node.handle(0, event(inc, i64::MAX))), [""; 0]);
    let outs = node.handle(0, event(inc, 1));
    let message =
        "R0701: `n.inc(1)` was refused: the count of this node would pass the greatest int (row inc { x: 1 })";
    assert_eq!(lines(&outs), [message]);
    let outs = node.handle(0, event(give, 3));
    let message =
        "R0703: `quota.transfer(3, \"b\")` was refused: this node knows no node `b`, only `local` (row give { x: 3 })";
    assert_eq!(lines(&outs), [message]);
    assert_eq!(node.variable(s), Ok(ints(&[i64::MAX])), "only the op that held");
}

#[test]
fn rights_go_to_nodes_by_name() {
    let mut p = Program::default();
    let quota = p.var("quota", Kind::BCounter, Type::Nat, None);
    let give = p.on("give", vec![Stmt::Update(update(quota, vec![], "transfer", vec![local(0), text("b")]))]);
    let keep = p.on("keep", vec![Stmt::Update(update(quota, vec![], "transfer", vec![local(0), text("local")]))]);
    let (mut node, _) = p.start();
    node.update(0, &[Stmt::Update(update(quota, vec![], "inc", vec![int(5)]))]);
    node.name_node("b", ReplicaId { node: 2, incarnation: 0 });
    let rights = expr(ExprKind::Rights(var(quota).into()));
    assert_eq!(lines(&node.handle(0, event(keep, 2))), [""; 0]);
    assert_eq!(node.eval(&rights), Ok(Value::Int(5)), "to itself");
    assert_eq!(lines(&node.handle(0, event(give, 2))), [""; 0]);
    assert_eq!(node.eval(&rights), Ok(Value::Int(3)), "to another");
    assert_eq!(node.variable(quota), Ok(Value::Int(5)), "what is there has not changed");
}

#[test]
fn statements_run_in_order_and_loops_over_a_snapshot() {
    let mut p = Program::default();
    let s = p.set("s");
    // for y in s { s.add(y + 10); emit at y }: the elements added do not come round.
    let grow = Stmt::For(
        Pattern::Bind(1),
        var(s),
        vec![add_to(s, binary(BinaryOp::Add, local(1), int(10))), emit("round", local(1))],
    );
    let go = p.on("go", vec![add_to(s, local(0)), Stmt::Update(update(s, vec![], "remove", vec![int(2)])), grow]);
    let (mut node, _) = p.start();
    node.update(0, &[Stmt::Update(update(s, vec![], "add_all", vec![value(ints(&[2, 3]))]))]);
    assert_eq!(lines(&node.handle(0, event(go, 1))), ["round { x: 1 }", "round { x: 3 }"]);
    assert_eq!(node.variable(s), Ok(ints(&[1, 3, 11, 13])));
}

#[test]
fn a_pattern_chooses_its_events_and_at_is_their_time() {
    let mut p = Program::default();
    let tick = p.event("tick", vec![("who".into(), Type::Text), ("n".into(), Type::Int)]);
    // The record is (at, n, who), whatever the order declared.
    let slots = |who: Pattern| Pattern::Slots(vec![(0, Pattern::Bind(0)), (1, Pattern::Bind(1)), (2, who)]);
    let since = binary(BinaryOp::Sub, local(0), value(Value::Time(0)));
    let is_five = binary(BinaryOp::Eq, since, value(Value::Duration(5)));
    p.handle(
        tick,
        slots(Pattern::Const(Value::text("a"))),
        vec![emit("a", local(1)), Stmt::If(is_five, vec![emit("at_five", local(1))], vec![])],
    );
    p.handle(tick, slots(Pattern::Bind(2)), vec![emit("any", local(1))]);
    let (mut node, _) = p.start();
    let fields = |who| vec![Value::text(who), Value::Int(3)];
    let own = node.handle(9, InEvent { event: tick, at_us: Some(5), fields: fields("a") });
    assert_eq!(lines(&own), ["a { x: 3 }", "at_five { x: 3 }", "any { x: 3 }"]);
    let now = node.handle(5, InEvent { event: tick, at_us: None, fields: fields("a") });
    assert_eq!(lines(&now), ["a { x: 3 }", "at_five { x: 3 }", "any { x: 3 }"]);
    let other = node.handle(9, InEvent { event: tick, at_us: None, fields: fields("b") });
    assert_eq!(lines(&other), ["any { x: 3 }"]);
}

#[test]
fn ids_differ_by_op_and_by_emit_but_not_by_run() {
    let ids = || {
        let mut p = Program::default();
        let go = p.on("go", vec![emit("o", local(0)), emit("o", local(0))]);
        let (mut node, _) = p.start();
        let mut outs = node.handle(0, event(go, 1));
        outs.extend(node.handle(0, event(go, 1)));
        let ids: Vec<String> = outs
            .into_iter()
            .map(|out| match out {
                Out::Emit { id, .. } => id,
                other => panic!("{other:?}"),
            })
            .collect();
        ids
    };
    let first = ids();
    assert_eq!(first, ids(), "the same run, the same ids");
    let distinct: std::collections::BTreeSet<&String> = first.iter().collect();
    assert_eq!(distinct.len(), 4, "{first:?}");
    assert!(first.iter().all(|id| id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit())));
}

#[test]
fn malformed_events_are_refused() {
    let mut p = Program::default();
    let go = p.on("go", vec![emit("o", local(0))]);
    let (mut node, _) = p.start();
    let short = InEvent { event: go, at_us: None, fields: vec![] };
    assert_eq!(lines(&node.handle(0, short)), ["R0703: `go` has 1 fields, and 0 came"]);
    assert_eq!(lines(&node.handle(0, event(9, 1))), ["R0703: there is no event number 9"]);
    assert_eq!(lines(&node.handle(0, event(go, 1))), ["o { x: 1 }"]);
}

#[test]
fn a_failed_view_cannot_be_read() {
    let mut p = Program::default();
    let s = p.set("s");
    let inverse = Stage::Map(vec![binary(BinaryOp::Div, int(12), local(0))]);
    let parts = p.elements("parts", s, vec![inverse]);
    let put = p.on("put", vec![add_to(s, local(0))]);
    let ask = p.on(
        "ask",
        vec![
            add_to(s, int(100)),
            emit("there", at(5, lookup_bool(at(6, coll(CollOp::Contains, view(parts), vec![local(0)]))))),
        ],
    );
    let (mut node, _) = p.start();
    node.handle(0, event(put, 4));
    assert_eq!(lines(&node.handle(0, event(ask, 3))), ["there { x: 1 }"]);
    node.handle(0, event(put, 0));
    let outs = node.handle(0, event(ask, 3));
    let [Out::Failed { failure }] = &outs[..] else { panic!("{outs:?}") };
    assert_eq!((failure.code, failure.place.start), ("R0706", 6));
    assert!(failure.message.starts_with("`parts` has failed: 12 / 0 divides by zero"), "{failure}");
    assert_eq!(node.value(parts).unwrap_err().code, "R0702", "the view itself says why");
    assert_eq!(node.eval(&view(parts)).unwrap_err().code, "R0706");
    let _ = node.update(0, &[Stmt::Update(update(s, vec![], "remove", vec![int(0)]))]);
    assert_eq!(lines(&node.handle(0, event(ask, 3))), ["there { x: 1 }"]);
}

#[test]
fn scalars_have_a_shape_of_one_row() {
    let mut p = Program::default();
    let n = p.counter("n");
    let source = p.source(n, 1);
    let doubled = p.fused(source, vec![Stage::Map(vec![binary(BinaryOp::Mul, local(0), int(2))])]);
    let twice = p.view("twice", Type::Int, Shape::Scalar, doubled, var(n));
    let (mut node, _) = p.start();
    assert_eq!(node.value(twice), Ok(Value::Int(0)));
    node.update(0, &[Stmt::Update(update(n, vec![], "inc", vec![int(21)]))]);
    assert_eq!(node.value(twice), Ok(Value::Int(42)));
}

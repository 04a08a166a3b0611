//! Three ways to bring events to a program: one at a time by deltas, one at a time in place, and in batches. All say
//! and show the same.
//!
//! Somebody who takes commits needs the deltas, so a node that keeps commits goes the way of deltas. Programs are
//! drawn: a handful of variables of every kind that has a way in place (and one that has none), handlers of several
//! statements with branches on answers, failures and emits, and sometimes a `when` on a condition that never goes back,
//! or on one that does.

use std::sync::Arc;

use lasp_lattice::Kind;
use lasp_plan::{BinaryOp, Op, Pattern, Plan, Shape, Stability, Stage, Stmt, Type, Value, VarId, ViewId};
use lasp_vm::node::{LOCAL, Start};
use lasp_vm::{EventRow, Node, Out};

use crate::build::{HERE, Program, binary, coll, emit, event, int, ints, lines, local, lookup, update, var};

const PROGRAMS: u64 = 400;

/// A small stream of numbers.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64) as usize]
    }
}

/// A variable, what can be done to it, and whether that is done under its keys.
type Variable = (VarId, &'static [&'static str], bool);

/// Name, kind, type, initial value, methods.
type Declared<'t> = (&'static str, Kind, &'t Type, Option<i64>, &'static [&'static str]);

/// The variables of a drawn program.
fn variables(p: &mut Program) -> Vec<Variable> {
    let map = |of: &Type| Type::Map(Type::Int.into(), of.clone().into());
    let (int_ty, set, option) = (Type::Int, Type::Set(Type::Int.into()), Type::Option(Type::Int.into()));
    let plain: [Declared<'_>; 7] = [
        ("up", Kind::GCounter, &int_ty, None, &["inc"]),
        ("both", Kind::PnCounter, &int_ty, Some(-3), &["inc", "dec"]),
        ("stock", Kind::BCounter, &int_ty, Some(40), &["spend", "inc", "spend"]),
        ("most", Kind::Max, &option, None, &["set"]),
        ("least", Kind::Min, &option, None, &["set"]),
        ("seen", Kind::GSet, &set, None, &["add"]),
        ("some", Kind::OrSet, &set, None, &["add", "remove"]),
    ];
    let mut vars = Vec::new();
    for (name, kind, ty, init, methods) in plain {
        let of_init = init.map(int);
        vars.push((p.var(name, kind.clone(), ty.clone(), of_init), methods, false));
        if !matches!(kind, Kind::OrSet) {
            let by = p.var(&format!("{name} by"), Kind::GMap(Box::new(kind)), map(ty), None);
            vars.push((by, methods, true));
        }
    }
    vars
}

/// An update of a variable with something of the event, which is slot 0; now and then one that is refused.
fn drawn_update(rng: &mut Rng, of: &Variable) -> lasp_plan::Update {
    let (id, methods, keyed) = of;
    let rem = |n| binary(BinaryOp::Rem, local(0), int(n));
    let way = if *keyed { vec![rng.pick(&[local(0), rem(3), int(1)]).clone()] } else { vec![] };
    let method = *rng.pick(methods);
    let amount = ["inc", "dec", "spend"].contains(&method);
    let huge = int(i64::MAX);
    let args = match rng.below(12) {
        0 if amount && method != "spend" => vec![],
        1 if amount => vec![huge],
        2 if amount => vec![binary(BinaryOp::Sub, local(0), int(2))],
        _ => vec![rng.pick(&[local(0), rem(5), int(2)]).clone()],
    };
    update(*id, way, method, args)
}

fn body(rng: &mut Rng, vars: &[Variable], depth: u64) -> Vec<Stmt> {
    let answers: Vec<_> = vars.iter().filter(|(_, methods, _)| methods.contains(&"spend")).collect();
    (0..1 + rng.below(3))
        .map(|_| match rng.below(9) {
            0 if depth > 0 => {
                let (yes, no) = (body(rng, vars, depth - 1), body(rng, vars, depth - 1));
                Stmt::If(binary(BinaryOp::Lt, local(0), int(4)), yes, no)
            }
            1 | 2 if depth > 0 && !answers.is_empty() => {
                let (yes, no) = (body(rng, vars, depth - 1), body(rng, vars, depth - 1));
                let id = *rng.pick(&answers);
                let way = if id.2 { vec![local(0)] } else { vec![] };
                Stmt::IfUpdate(update(id.0, way, "spend", vec![int(1 + rng.below(3) as i64)]), yes, no)
            }
            3 => emit("told", local(0)),
            4 if rng.below(3) == 0 => {
                Stmt::Let(Pattern::Wildcard, binary(BinaryOp::Div, int(1), binary(BinaryOp::Sub, local(0), int(6))))
            }
            _ => {
                let of = rng.pick(vars);
                Stmt::Update(drawn_update(rng, of))
            }
        })
        .collect()
}

/// A condition over a map of counters, as the compiler lowers it: it never goes back, if the counters only grow.
fn when(p: &mut Program, of: VarId, bound: i64, stable: bool, body: Vec<Stmt>) {
    when_reached(p, of, local(1), bound, stable, body);
}

/// The same on what grows with the counter in slot 1.
fn when_reached(p: &mut Program, of: VarId, count: lasp_plan::Expr, bound: i64, stable: bool, body: Vec<Stmt>) {
    let source = p.source(of, 2);
    let reached = binary(BinaryOp::Ge, count, int(bound));
    let node = p.fused(source, vec![Stage::Filter(reached), Stage::Map(vec![local(0)])]);
    if stable {
        for node in [source, node] {
            p.plan.graph.nodes[node.0 as usize].stability = Stability::Up;
        }
    }
    p.when("by[k] >= n", node, body);
}

/// A program: its plan, its events, its views.
fn drawn(rng: &mut Rng) -> (Plan, u32, Vec<ViewId>) {
    let mut p = Program::default();
    let vars = variables(&mut p);
    let chosen: Vec<_> = (0..2 + rng.below(5)).map(|_| *rng.pick(&vars)).collect();
    let mut views = Vec::new();
    for (id, _, keyed) in &chosen {
        let ty = p.plan.var(*id).ty.clone();
        // Some are read, some not; a map of sets has a relation of keys in front.
        if rng.below(4) > 0 {
            let port = u32::from(*keyed && p.plan.var(*id).kind.inner() == [&Kind::GSet]);
            let node = p.operator(Op::Source(*id, port), vec![], 1 + u32::from(*keyed));
            let shape = match (keyed, &ty) {
                (true, _) if port == 0 => Shape::Map,
                (true, _) => continue,
                (false, Type::Set(_)) => Shape::Set,
                (false, _) => Shape::Scalar,
            };
            views.push(p.view("v", ty, shape, node, var(*id)));
        }
    }
    let events = 1 + rng.below(3) as u32;
    for at in 0..events {
        let body = body(rng, &chosen, 2);
        let of = p.on(&format!("e{at}"), body);
        if rng.below(4) == 0 {
            // A second handler of the event, which binds the moment too.
            let slots = vec![(0, Pattern::Bind(1)), (1, Pattern::Bind(0))];
            p.handle(of, Pattern::Slots(slots), vec![Stmt::Update(drawn_update(rng, &chosen[0]))]);
        }
    }
    let (up_by, both_by) = (vars[1].0, vars[3].0);
    let bound = 1 + rng.below(30) as i64;
    match rng.below(8) {
        4 | 5 => {
            let shift = *rng.pick(&[1, 55, 57, 58, 59, 60]);
            let count = binary(BinaryOp::Mul, local(1), int(1 << shift));
            let counts = [
                binary(BinaryOp::Add, count.clone(), int(1)),
                binary(BinaryOp::Div, count, int(1 << shift)),
                binary(BinaryOp::Add, local(1), int(i64::MAX - 40)),
            ];
            let count = rng.pick(&counts).clone();
            let bound = if shift > 1 { *rng.pick(&[bound.saturating_mul(1 << shift), bound]) } else { bound };
            when_reached(&mut p, up_by, count, bound, true, vec![emit("full", local(0))]);
        }
        0 => when(&mut p, up_by, bound, true, vec![emit("full", local(0))]),
        1 => {
            let more = drawn_update(rng, &chosen[0]);
            when(&mut p, up_by, bound, true, vec![emit("full", local(0)), Stmt::Update(more)]);
        }
        2 => when(&mut p, both_by, 2, false, vec![emit("over", local(0))]),
        _ => {}
    }
    views.iter().take(1).for_each(|view| p.show(*view));
    (p.plan, events, views)
}

/// Everything that can be seen of a node.
fn seen(node: &mut Node, views: &[ViewId]) -> Vec<Result<Value, lasp_vm::Failure>> {
    let vars: Vec<_> = (0..node.plan().vars.len()).map(|id| node.variable(VarId(id as u32))).collect();
    vars.into_iter().chain(views.iter().map(|view| node.value(*view)).collect::<Vec<_>>()).collect()
}

fn by_deltas(plan: &Arc<Plan>) -> (Node, Vec<Out>) {
    let start =
        Start { replica: HERE, name: LOCAL, role: None, heir: &|_| Some(HERE), memory: None, keeps_commits: true };
    Node::start_as(plan.clone(), start, 0)
}

#[test]
fn in_place_and_in_batches_as_by_deltas() {
    let (mut failures, mut fired, mut tried) = (0, 0, 0);
    for seed in 0..PROGRAMS {
        let mut rng = Rng(seed);
        let (plan, events, views) = drawn(&mut rng);
        let plan = Arc::new(plan);
        let trace: Vec<(u32, i64)> = (0..150)
            .map(|at| (if at % 40 < 30 { 0 } else { rng.below(events.into()) as u32 }, rng.below(9) as i64))
            .collect();
        let fields: Vec<[Value; 1]> = trace.iter().map(|(_, x)| [Value::Int(*x)]).collect();
        let ((mut model, first), (mut single, second)) = (by_deltas(&plan), Node::start(plan.clone(), HERE, 0));
        let (mut batched, third) = Node::start(plan.clone(), HERE, 0);
        assert_eq!((&first, &first), (&second, &third), "seed {seed}");
        let mut at = 0;
        while at < trace.len() {
            let id = trace[at].0;
            let same = trace[at..].iter().take_while(|(event, _)| *event == id).count();
            let upto = at + same.min(1 + rng.below(40) as usize);
            let mut expected: Vec<(usize, Out)> = Vec::new();
            for (row, (_, x)) in trace[at..upto].iter().enumerate() {
                let outs = model.handle(7, event(id, *x));
                assert_eq!(single.handle(7, event(id, *x)), outs, "seed {seed}, event {}", at + row);
                expected.extend(outs.into_iter().map(|out| (row, out)));
            }
            let rows = fields[at..upto].iter().map(|fields| EventRow { at_us: None, fields });
            let told = batched.handle_all(7, batched.event_at(id).expect("declared"), rows);
            assert_eq!(told, expected, "seed {seed}, events {at}..{upto}");
            failures += lines(&expected.iter().map(|(_, out)| out.clone()).collect::<Vec<_>>())
                .iter()
                .filter(|line| line.starts_with("R070"))
                .count();
            fired += expected.iter().filter(|(_, out)| matches!(out, Out::Emit { name, .. } if name == "full")).count();
            tried += usize::from(upto - at > 2 && !plan.whens.is_empty());
            if rng.below(6) == 0 {
                // Statements by hand, in between.
                let put = [Stmt::Update(update(VarId(1), vec![int(1)], "inc", vec![int(5)]))];
                let expected = model.update(8, &put);
                assert_eq!(single.update(8, &put), expected, "seed {seed}");
                assert_eq!(batched.update(8, &put), expected, "seed {seed}");
            }
            if rng.below(3) == 0 {
                let expected = seen(&mut model, &views);
                assert_eq!(seen(&mut single, &views), expected, "seed {seed}, before event {upto}");
                assert_eq!(seen(&mut batched, &views), expected, "seed {seed}, before event {upto}");
            }
            at = upto;
        }
        for id in (0..plan.vars.len()).map(|id| VarId(id as u32)) {
            assert_eq!(single.state(id), model.state(id), "seed {seed}");
            assert_eq!(batched.state(id), model.state(id), "seed {seed}");
        }
        assert_eq!(seen(&mut batched, &views), seen(&mut model, &views), "seed {seed}");
    }
    assert!(failures > 1_000 && fired > 50 && tried > 500, "{failures} failures, {fired} fired, {tried} tried");
}

/// The very event that fills a counter is the one that its `when` follows from, wherever it stands in a batch.
#[test]
fn a_when_fires_at_its_event() {
    let mut p = Program::default();
    let map = Type::Map(Type::Int.into(), Type::Int.into());
    let by = p.var("by", Kind::GMap(Box::new(Kind::GCounter)), map, None);
    let on = p.on(
        "go",
        vec![
            Stmt::Update(update(by, vec![local(0)], "inc", vec![])),
            emit("now", lookup(var(by), local(0), Some(Value::Int(0)))),
        ],
    );
    when(
        &mut p,
        by,
        700,
        true,
        vec![emit("full", local(0)), Stmt::Update(update(by, vec![local(0)], "inc", vec![int(1000)]))],
    );
    let (mut node, _) = p.start();
    let fields: Vec<[Value; 1]> = (0..3_000).map(|at| [Value::Int(at % 3)]).collect();
    let go = node.event("go").expect("declared");
    assert_eq!(go, node.event_at(on).expect("declared"));
    let outs = node.handle_all(0, go, fields.iter().map(|fields| EventRow { at_us: None, fields }));
    let full: Vec<usize> = outs
        .iter()
        .filter(|(_, out)| lines(std::slice::from_ref(out))[0].starts_with("full"))
        .map(|(row, _)| *row)
        .collect();
    assert_eq!(full, [3 * 699, 3 * 699 + 1, 3 * 699 + 2]);
    let last =
        |of: usize| lines(&outs.iter().filter(|(row, _)| *row == of).map(|(_, out)| out.clone()).collect::<Vec<_>>());
    assert_eq!(last(3 * 699), ["now { x: 700 }", "full { x: 0 }"]);
    assert_eq!(last(3 * 700), ["now { x: 1701 }"], "and what it does is there for the next");
}

/// How many rounds of the views it takes to bring a counter from `from` to `from` + 2,000, one event each, under a
/// `when` on this; whether anything was told.
fn steps_of(count: lasp_plan::Expr, kind: Kind, from: i64) -> (u64, Vec<String>) {
    let mut p = Program::default();
    let map = Type::Map(Type::Int.into(), Type::Int.into());
    let by = p.var("by", Kind::GMap(Box::new(kind)), map, None);
    p.on("go", vec![Stmt::Update(update(by, vec![int(0)], "inc", vec![local(0)]))]);
    when_reached(&mut p, by, count, i64::MAX, true, vec![emit("full", local(0))]);
    let (mut node, _) = p.start();
    let go = node.event_at(0).expect("declared");
    let (first, one) = ([Value::Int(from)], [Value::Int(1)]);
    let rows = std::iter::once(&first).chain(std::iter::repeat_n(&one, 2_000));
    let outs: Vec<Out> = node
        .handle_all(0, go, rows.map(|fields| EventRow { at_us: None, fields }))
        .into_iter()
        .map(|(_, out)| out)
        .collect();
    (node.profile().iter().map(|of| of.effort.batches).max().unwrap_or(0), lines(&outs))
}

/// What might overflow goes in batches as long as it cannot, and one by one from there.
#[test]
fn small_numbers_do_not_overflow() {
    let double = || binary(BinaryOp::Add, binary(BinaryOp::Mul, local(1), int(2)), int(1));
    for (from, most) in [(0, 100), (1 << 60, 100)] {
        let (steps, told) = steps_of(double(), Kind::GCounter, from);
        assert!(steps < most && told.is_empty(), "{steps} steps from {from}: {told:?}");
    }
    // Past the bound that is watched each event is looked at by itself; what is wrong is told from 2⁶² on.
    let (steps, told) = steps_of(double(), Kind::GCounter, (1 << 62) - 1_900);
    assert!(steps > 2_000, "{steps} steps");
    assert_eq!((told.len(), &*told[0]), (102, "full { x: 0 }"), "{told:?}");
    assert!(told[1..].iter().all(|line| line.starts_with("R0701")), "{told:?}");
    // A counter that is counted down too may have been anywhere in between.
    assert!(steps_of(double(), Kind::PnCounter, 0).0 > 2_000);
    // A divisor that may be 0, and one that may not.
    assert!(steps_of(binary(BinaryOp::Div, int(10), local(1)), Kind::GCounter, 1).0 > 2_000);
    assert!(steps_of(binary(BinaryOp::Rem, local(1), int(10)), Kind::GCounter, 1).0 < 100);
}

/// An element goes if it is there, and comes if it is not.
fn flipped(s: VarId) -> Vec<Stmt> {
    let is_there = coll(lasp_plan::CollOp::Contains, var(s), vec![local(0)]);
    let way = |method: &str| vec![Stmt::Update(update(s, vec![], method, vec![local(0)]))];
    vec![Stmt::If(is_there, way("remove"), way("add"))]
}

/// A number that is there for a moment only, and too large, is told of all the same; what follows goes in batches
/// again.
#[test]
fn a_failure_for_a_moment_is_told() {
    let mut p = Program::default();
    let s = p.set("s");
    let source = p.source(s, 1);
    let full = binary(BinaryOp::Ge, binary(BinaryOp::Mul, local(0), int(2)), int(i64::MAX));
    let node = p.fused(source, vec![Stage::Filter(full)]);
    p.plan.graph.nodes[node.0 as usize].stability = Stability::Up;
    p.when("x * 2 >= most", node, vec![emit("there", local(0))]);
    p.on("flip", flipped(s));
    let (mut node, _) = p.start();
    let flip = node.event("flip").expect("declared");
    let flips: Vec<[Value; 1]> = (0..2_000).map(|at| [Value::Int([at, 1 << 62][usize::from(at / 2 == 400)])]).collect();
    let outs = node.handle_all(0, flip, flips.iter().map(|fields| EventRow { at_us: None, fields }));
    let outs: Vec<(usize, String)> = outs.into_iter().map(|(row, out)| (row, lines(&[out]).remove(0))).collect();
    assert_eq!(outs.len(), 1, "{outs:?}");
    assert!(outs[0].0 == 800 && outs[0].1.starts_with("R0701"), "{outs:?}");
    let steps = node.profile().iter().map(|of| of.effort.batches).max().unwrap_or(0);
    assert!(steps < 200, "{steps} steps");
}

/// A condition that can be true for a moment is asked after every event.
#[test]
fn what_goes_back_is_seen_while_it_is_there() {
    let mut p = Program::default();
    let s = p.set("s");
    let all = p.elements("all", s, vec![]);
    let node = p.plan.view(all).node;
    p.when("s.contains(x)", node, vec![emit("there", local(0))]);
    p.on("flip", flipped(s));
    let (mut node, _) = p.start();
    let flip = node.event("flip").expect("declared");
    let one = [Value::Int(5)];
    let outs = node.handle_all(0, flip, [EventRow { at_us: None, fields: &one }; 4]);
    let outs: Vec<Out> = outs.into_iter().map(|(_, out)| out).collect();
    assert_eq!(lines(&outs), ["there { x: 5 }"]);
    assert_eq!(node.variable(s), Ok(ints(&[])));
}

/// Rows that fit no event fail by themselves.
#[test]
fn a_row_without_its_fields_fails_alone() {
    let mut p = Program::default();
    let s = p.set("s");
    let go = p.on("go", vec![crate::build::add_to(s, local(0))]);
    let (mut node, _) = p.start();
    let go = node.event_at(go).expect("declared");
    assert_eq!((node.event("nothing"), node.event_at(9)), (None, None));
    let (one, two) = ([Value::Int(1)], [Value::Int(2)]);
    let rows = [&one[..], &[], &two[..]].map(|fields| EventRow { at_us: Some(3), fields });
    let outs = node.handle_all(0, go, rows);
    let outs: Vec<(usize, String)> = outs.into_iter().map(|(row, out)| (row, lines(&[out]).remove(0))).collect();
    assert_eq!(outs, [(1, "R0703: `go` has 1 fields, and 0 came".to_string())]);
    assert_eq!(node.variable(s), Ok(ints(&[1, 2])));
}

//! The programs that are measured, and their events.
//!
//! Neighbours: `events` runs them; `../tests/core/build.rs` is how they are written.

use std::hint::black_box;

use lasp_gauge::{Watch, mix};
use lasp_lattice::Kind;
use lasp_plan::{BinaryOp, Expr, ExprKind, Op, Pattern, Shape, Stage, Stmt, Type, Value, ViewId};
use lasp_vm::{EventRow, InEvent, Node, Out};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::build::{self, add_to, binary, expr, field, int, local, lookup, update, value, var};

/// How many rows a caller hands over at once.
const ROWS_PER_CALL: usize = 4_096;

/// A way to bring a program its events.
type Drive = fn(&Program, &mut Node) -> Vec<Out>;

/// A program with its events and what it has to show after them.
pub struct Program {
    pub name: &'static str,
    build: fn() -> (build::Program, ViewId),
    /// Events that come first and are not measured.
    before: Vec<(u32, Vec<Value>)>,
    /// By event, one field each.
    events: Vec<(u32, Value)>,
    by_hand: fn(&Program) -> u64,
    count: usize,
}

/// One of `0..below`, by chance that is fixed by `at`.
fn draw(at: usize, below: u64) -> i64 {
    (mix(at as u64) % below).cast_signed()
}

/// All programs with so many events.
pub fn programs(count: usize) -> Vec<Program> {
    vec![
        ad_counter("ad counter: spend, count, live view, when", count, 1, || ads_program(true, true)),
        ad_counter("ad counter, its limits ten times higher", count, 10, || ads_program(true, true)),
        ad_counter("ad counter without its when", count, 1, || ads_program(true, false)),
        ad_counter("ad counter without its live view", count, 1, || ads_program(false, false)),
        ints("grow-only set of ints, filtered and mapped", count, gset, |at, n| (0, draw(at, n * 4))),
        ints("set with removal, filtered and mapped", count, orset, |at, n| (u32::from(at % 4 == 3), draw(at, n / 4))),
        ints("maximum", count, maximum, |at, n| (0, draw(at, n * 4))),
        ints("spend and count, two statements", count, stock, |at, _| (0, draw(at, 3))),
    ]
}

fn ints(
    name: &'static str,
    count: usize,
    build: fn() -> (build::Program, ViewId),
    event: fn(usize, u64) -> (u32, i64),
) -> Program {
    let events = (0..count).map(|at| {
        let (event, x) = event(at, count as u64);
        (event, Value::Int(x))
    });
    Program { name, build, before: vec![], events: events.collect(), by_hand: ints_by_hand, count }
}

/// A hundred ads, each of which can be shown so many times its share.
fn ad_counter(name: &'static str, count: usize, shares: usize, build: fn() -> (build::Program, ViewId)) -> Program {
    let ads: Vec<Value> = (0..100).map(|ad| Value::text(&format!("ad {ad:03}"))).collect();
    let limit = Value::Int((count / 100 * shares) as i64);
    let before = ads.iter().map(|ad| (0, vec![ad.clone(), Value::text("somebody"), limit.clone()])).collect();
    let events = (0..count).map(|at| (1, ads[draw(at, 100) as usize].clone())).collect();
    Program { name, build, before, events, by_hand: ads_by_hand, count }
}

impl Program {
    pub fn len(&self) -> usize {
        self.count
    }

    /// The same with fewer events: one by one they take long, and each costs the same.
    pub fn few(&self) -> Program {
        let count = self.count / 20;
        let (before, events) = (self.before.clone(), self.events[..count].to_vec());
        Program { name: self.name, build: self.build, before, events, by_hand: self.by_hand, count }
    }

    fn start(&self) -> (Node, ViewId) {
        let (program, view) = (self.build)();
        let (mut node, _) = program.start();
        for (event, fields) in &self.before {
            node.handle(0, InEvent { event: *event, at_us: None, fields: fields.clone() });
        }
        (node, view)
    }

    /// Nanoseconds for all events, one call each.
    pub fn one_by_one(&self) -> u64 {
        self.measured(Program::handle_each, false)
    }

    /// The same while somebody listens to the view.
    pub fn told(&self) -> u64 {
        self.measured(Program::handle_each, true)
    }

    /// Nanoseconds for all events in large pieces.
    pub fn batched(&self) -> u64 {
        self.measured(Program::handle_pieces, false)
    }

    /// Makes sure that both ways say and show the same.
    pub fn check(&self) {
        let run = |drive: Drive| {
            let (mut node, view) = self.start();
            (drive(self, &mut node), node.value(view))
        };
        assert_eq!(run(Program::handle_each), run(Program::handle_pieces), "{}", self.name);
    }

    fn measured(&self, drive: Drive, tells: bool) -> u64 {
        let (mut node, view) = self.start();
        if tells {
            node.subscribe(view);
        }
        let watch = Watch::start();
        black_box(drive(self, &mut node));
        let shown = node.value(view);
        let took = watch.ns() as u64;
        drop(black_box(shown.expect("nothing fails")));
        took
    }

    fn handle_each(&self, node: &mut Node) -> Vec<Out> {
        let one = |(event, x): &(u32, Value)| InEvent { event: *event, at_us: None, fields: vec![x.clone()] };
        self.events.iter().flat_map(|event| node.handle(0, one(event))).collect()
    }

    fn handle_pieces(&self, node: &mut Node) -> Vec<Out> {
        let mut outs = Vec::new();
        let mut rest = &self.events[..];
        while let Some((event, _)) = rest.first() {
            // Rows of one event, as many as a caller would have at hand.
            let same = rest.iter().take(ROWS_PER_CALL).take_while(|(each, _)| each == event).count();
            let (rows, behind) = rest.split_at(same);
            let rows = rows.iter().map(|(_, x)| EventRow { at_us: None, fields: std::slice::from_ref(x) });
            let event = node.event_at(*event).expect("it is declared");
            outs.extend(node.handle_all(0, event, rows).into_iter().map(|(_, out)| out));
            rest = behind;
        }
        outs
    }

    /// Nanoseconds for what somebody would write who had only this to do.
    pub fn by_hand(&self) -> u64 {
        let watch = Watch::start();
        black_box((self.by_hand)(self));
        watch.ns() as u64
    }
}

/// Two tables by text: what is left of each ad, and how often it was shown.
fn ads_by_hand(program: &Program) -> u64 {
    let mut left: FxHashMap<&str, (u64, u64)> = FxHashMap::default();
    for (_, fields) in &program.before {
        let (Value::Text(ad), Value::Int(limit)) = (&fields[0], &fields[2]) else { unreachable!() };
        left.insert(ad, (limit.unsigned_abs(), 0));
    }
    let mut refused = 0;
    for (_, ad) in &program.events {
        let Value::Text(ad) = ad else { unreachable!() };
        match left.get_mut(&**ad) {
            Some((left, shown)) if *left > 0 => {
                *left -= 1;
                *shown += 1;
            }
            _ => refused += 1,
        }
    }
    refused
}

/// A table of ints, whatever the program does with it.
fn ints_by_hand(program: &Program) -> u64 {
    let mut table: FxHashSet<i64> = FxHashSet::default();
    for (event, x) in &program.events {
        let Value::Int(x) = x else { unreachable!() };
        match event {
            0 => table.insert(*x),
            _ => table.remove(x),
        };
    }
    table.len() as u64
}

fn record(fields: &[(&str, Type)]) -> Type {
    Type::Record(fields.iter().map(|(name, ty)| ((*name).to_string(), ty.clone())).collect())
}

/// `examples/02_ad_counter`: the live view as the compiler lowers it, and the condition. The counts are shown in any
/// case.
fn ads_program(with_live: bool, with_when: bool) -> (build::Program, ViewId) {
    let mut p = build::Program::default();
    let (text, nat) = (Type::Text, Type::Nat);
    let ad = record(&[("ad", text.clone()), ("advertiser", text.clone())]);
    let contract = record(&[("ad", text.clone()), ("limit", nat.clone())]);
    let counts = Type::Map(text.clone().into(), nat.clone().into());
    let ads = p.var("ads", Kind::OrSet, Type::Set(ad.clone().into()), None);
    let contracts = p.var("contracts", Kind::GSet, Type::Set(contract.into()), None);
    let views = p.var("views", Kind::GMap(Box::new(Kind::GCounter)), counts.clone(), None);
    let quota = p.var("quota", Kind::GMap(Box::new(Kind::BCounter)), counts.clone(), None);
    let fields = ["ad", "advertiser", "limit"].map(|name| (name.to_string(), text.clone()));
    let signed = p.event("signed", fields.to_vec());
    // The records: (ad, advertiser, at, limit) and (ad, at).
    let slots = [0, 1, 3].iter().zip(0..).map(|(slot, bound)| (*slot, Pattern::Bind(bound)));
    let pair = |left, right| expr(ExprKind::Tuple(vec![local(left), local(right)]));
    p.handle(
        signed,
        Pattern::Slots(slots.collect()),
        vec![
            add_to(ads, pair(0, 1)),
            add_to(contracts, pair(0, 2)),
            Stmt::Update(update(quota, vec![local(0)], "inc", vec![local(2)])),
        ],
    );
    let impression = p.event("impression", vec![("ad".into(), text)]);
    p.handle(
        impression,
        Pattern::Slots(vec![(0, Pattern::Bind(0))]),
        vec![Stmt::IfUpdate(
            update(quota, vec![local(0)], "spend", vec![int(1)]),
            vec![Stmt::Update(update(views, vec![local(0)], "inc", vec![int(1)]))],
            vec![build::emit("refused", local(0))],
        )],
    );
    let (of_ads, of_contracts) = (p.source(ads, 1), p.source(contracts, 1));
    let join = Op::Join { left: vec![field(local(0), 0)], right: vec![field(local(0), 0)] };
    let both = p.operator(join, vec![of_ads, of_contracts], 2);
    let counted = p.source(views, 2);
    let count = |key: Expr| Op::LeftJoin { left: vec![key], right_key: 1, default: vec![Value::Int(0)] };
    let joined = p.operator(count(field(local(0), 0)), vec![both, counted], 3);
    let limit = || field(local(1), 1);
    let left = binary(BinaryOp::Sub, limit(), local(2));
    let rest = expr(ExprKind::Tuple(vec![field(local(0), 0), field(local(0), 1), left]));
    let stages = vec![Stage::Filter(binary(BinaryOp::Lt, local(2), limit())), Stage::Map(vec![rest])];
    let open = p.fused(joined, stages);
    let active = p.operator(Op::Distinct, vec![open], 1);
    let shown = p.view("views", counts, Shape::Map, counted, var(views));
    p.show(shown);
    if with_live {
        let active = p.view("active", Type::Set(ad.into()), Shape::Set, active, var(ads));
        p.show(active);
    }
    if with_when {
        let seen = p.operator(count(field(local(0), 0)), vec![of_contracts, counted], 2);
        let full = vec![Stage::Filter(binary(BinaryOp::Ge, local(1), field(local(0), 1))), Stage::Map(vec![local(0)])];
        let full = p.fused(seen, full);
        for node in [of_contracts, counted, seen, full] {
            p.plan.graph.nodes[node.0 as usize].stability = lasp_plan::Stability::Up;
        }
        p.when("views[c.ad] >= c.limit", full, vec![build::emit("exhausted", field(local(0), 1))]);
    }
    (p, shown)
}

fn filtered(p: &mut build::Program, of: lasp_plan::VarId) -> ViewId {
    let third = binary(BinaryOp::Eq, binary(BinaryOp::Rem, local(0), int(3)), int(0));
    let twice = binary(BinaryOp::Mul, local(0), int(2));
    let view = p.elements("shown", of, vec![Stage::Filter(third), Stage::Map(vec![twice])]);
    p.show(view);
    view
}

fn gset() -> (build::Program, ViewId) {
    let mut p = build::Program::default();
    let s = p.var("s", Kind::GSet, Type::Set(Type::Int.into()), None);
    p.on("add", vec![add_to(s, local(0))]);
    let view = filtered(&mut p, s);
    (p, view)
}

fn orset() -> (build::Program, ViewId) {
    let mut p = build::Program::default();
    let s = p.set("s");
    p.on("add", vec![add_to(s, local(0))]);
    p.on("remove", vec![Stmt::Update(update(s, vec![], "remove", vec![local(0)]))]);
    let view = filtered(&mut p, s);
    (p, view)
}

fn maximum() -> (build::Program, ViewId) {
    let mut p = build::Program::default();
    let ty = Type::Option(Type::Int.into());
    let most = p.var("most", Kind::Max, ty.clone(), None);
    p.on("seen", vec![Stmt::Update(update(most, vec![], "set", vec![local(0)]))]);
    let node = p.source(most, 1);
    let view = p.view("most", ty, Shape::Scalar, node, var(most));
    (p, view)
}

fn stock() -> (build::Program, ViewId) {
    let mut p = build::Program::default();
    let stock = p.var("stock", Kind::BCounter, Type::Nat, Some(value(Value::Int(1_000_000_000))));
    let sold = p.var("sold", Kind::GMap(Box::new(Kind::GCounter)), Type::Map(Type::Int.into(), Type::Nat.into()), None);
    let counted = vec![Stmt::Update(update(sold, vec![local(0)], "inc", vec![local(0)]))];
    p.on("order", vec![Stmt::IfUpdate(update(stock, vec![], "spend", vec![local(0)]), counted, vec![])]);
    // A handler that reads what it counts, as a lookup with a default.
    let node = p.source(sold, 2);
    let whole = lookup(var(sold), int(0), Some(Value::Int(0)));
    let view = p.view("sold", Type::Map(Type::Int.into(), Type::Nat.into()), Shape::Map, node, whole);
    (p, view)
}

//! Reading variables and views: the short ways give what the long way gives.
//!
//! Every row is an expression that looks into a variable, next to the same over the whole value as a constant.

use lasp_lattice::Kind;
use lasp_plan::{CollOp, Expr, Func, Shape, Stage, Step, Type, Value};
use lasp_vm::Node;

use crate::build::{
    Program, binary, call, coll, coll_by, field, int, ints, local, lookup, rights, text, update, update_at, value, var,
    view,
};
use lasp_plan::{BinaryOp, Stmt, VarId};

fn map_of(kind: Kind) -> Kind {
    Kind::GMap(Box::new(kind))
}

/// carts: gmap<text, orset<int>> = a {1, 2}, b {}; hits: gmap<text, gmap<text, gcounter>>; best: gmap<text, max<int>>;
/// orders: ormap<text, (orset<int>, topk<int, 2>, vclock)> = o ({7}, [5, 4], {1.0: 1}), and p that was removed.
struct World {
    node: Node,
    carts: VarId,
    hits: VarId,
    best: VarId,
    orders: VarId,
}

/// An expression around the variable, or around its value.
type Look = Box<dyn Fn(Expr) -> Expr>;

fn world() -> World {
    let mut p = Program::default();
    let set = Type::Set(Type::Int.into());
    let carts = p.var("carts", map_of(Kind::OrSet), Type::Map(Type::Text.into(), set.into()), None);
    let counts = Type::Map(Type::Text.into(), Type::Nat.into());
    let nested = Type::Map(Type::Text.into(), counts.into());
    let hits = p.var("hits", map_of(map_of(Kind::GCounter)), nested, None);
    let options = Type::Map(Type::Text.into(), Type::Option(Type::Int.into()).into());
    let best = p.var("best", map_of(Kind::Max), options, None);
    let order = Kind::Product(vec![Kind::OrSet, Kind::TopK(2), Kind::VClock]);
    let list = Type::List(Type::Int.into());
    let ty = Type::Tuple(vec![Type::Set(Type::Int.into()), list, Type::Map(Type::Text.into(), Type::Nat.into())]);
    let orders = p.var("orders", Kind::OrMap(order.into()), Type::Map(Type::Text.into(), ty.into()), None);
    let part = |key, part| vec![Step::Key(text(key)), Step::Part(part)];
    let (mut node, _) = p.start();
    let stmts = [
        update(carts, vec![text("a")], "add_all", vec![value(ints(&[1, 2]))]),
        update(carts, vec![text("b")], "add_all", vec![value(ints(&[]))]),
        update(hits, vec![text("x"), text("y")], "inc", vec![int(3)]),
        update(hits, vec![text("x"), text("z")], "inc", vec![]),
        update(best, vec![text("m")], "set", vec![int(-5)]),
        update_at(orders, part("o", 0), "add", vec![int(7)]),
        update_at(orders, part("o", 1), "add", vec![int(5)]),
        update_at(orders, part("o", 1), "add", vec![int(3)]),
        update_at(orders, part("o", 1), "add", vec![int(4)]),
        update_at(orders, part("o", 2), "tick", vec![]),
        update_at(orders, part("p", 2), "tick", vec![]),
        update(orders, vec![], "remove", vec![text("p")]),
    ];
    let body: Vec<Stmt> = stmts.into_iter().map(Stmt::Update).collect();
    assert_eq!(node.update(0, &body), (vec![], None));
    World { node, carts, hits, best, orders }
}

#[test]
fn a_look_into_a_variable_is_a_look_into_its_value() {
    let World { mut node, carts, hits, best, orders } = world();
    let empty = || Some(ints(&[]));
    let no_map = || Some(Value::map(vec![]));
    let no_order = || Some(Value::tuple([ints(&[]), Value::List([].into()), Value::map(vec![])]));
    let order = move |m, key, part| field(lookup(m, text(key), no_order()), part);
    let zero = || Some(Value::Int(0));
    let rows: Vec<(VarId, Look)> = vec![
        (carts, Box::new(|m| m)),
        (carts, Box::new(move |m| lookup(m, text("a"), empty()))),
        (carts, Box::new(move |m| lookup(m, text("q"), empty()))),
        (carts, Box::new(|m| lookup(m, text("a"), None))),
        (carts, Box::new(|m| lookup(m, text("q"), None))),
        (carts, Box::new(|m| coll(CollOp::Count, m, vec![]))),
        (carts, Box::new(|m| coll(CollOp::IsEmpty, m, vec![]))),
        (carts, Box::new(|m| coll(CollOp::Contains, m, vec![text("b")]))),
        (carts, Box::new(|m| coll(CollOp::Contains, m, vec![text("q")]))),
        (carts, Box::new(move |m| coll(CollOp::Count, lookup(m, text("a"), empty()), vec![]))),
        (carts, Box::new(move |m| coll(CollOp::Count, lookup(m, text("q"), empty()), vec![]))),
        (carts, Box::new(move |m| coll(CollOp::IsEmpty, lookup(m, text("b"), empty()), vec![]))),
        (carts, Box::new(move |m| coll(CollOp::Contains, lookup(m, text("a"), empty()), vec![int(2)]))),
        (carts, Box::new(move |m| coll(CollOp::Contains, lookup(m, text("a"), empty()), vec![int(3)]))),
        (carts, Box::new(|m| coll(CollOp::Keys, m, vec![]))),
        (hits, Box::new(|m| m)),
        (hits, Box::new(move |m| lookup(lookup(m, text("x"), no_map()), text("y"), Some(Value::Int(0))))),
        (hits, Box::new(move |m| lookup(lookup(m, text("x"), no_map()), text("q"), Some(Value::Int(0))))),
        (hits, Box::new(move |m| lookup(lookup(m, text("q"), no_map()), text("y"), Some(Value::Int(0))))),
        (hits, Box::new(move |m| coll(CollOp::Count, lookup(m, text("x"), no_map()), vec![]))),
        (best, Box::new(|m| lookup(m, text("m"), Some(Value::None)))),
        (best, Box::new(|m| lookup(m, text("q"), Some(Value::None)))),
        (best, Box::new(|m| call(Func::AtLeast, vec![lookup(m, text("m"), Some(Value::None)), int(-5)]))),
        (best, Box::new(|m| call(Func::AtLeast, vec![lookup(m, text("q"), Some(Value::None)), int(-5)]))),
        (orders, Box::new(|m| m)),
        (orders, Box::new(move |m| lookup(m, text("o"), no_order()))),
        (orders, Box::new(move |m| lookup(m, text("p"), no_order()))),
        (orders, Box::new(|m| coll(CollOp::Keys, m, vec![]))),
        (orders, Box::new(move |m| coll(CollOp::Contains, order(m, "o", 0), vec![int(7)]))),
        (orders, Box::new(move |m| coll(CollOp::Contains, order(m, "p", 0), vec![int(7)]))),
        (orders, Box::new(move |m| order(m, "o", 1))),
        (orders, Box::new(move |m| coll(CollOp::Count, order(m, "o", 1), vec![]))),
        (orders, Box::new(move |m| coll(CollOp::Contains, order(m, "o", 1), vec![int(4)]))),
        (orders, Box::new(move |m| coll(CollOp::Contains, order(m, "o", 1), vec![int(3)]))),
        (orders, Box::new(move |m| lookup(order(m, "o", 2), text("1.0"), zero()))),
        (orders, Box::new(move |m| lookup(order(m, "o", 2), text("2.0"), zero()))),
        (orders, Box::new(move |m| coll(CollOp::Count, order(m, "o", 2), vec![]))),
        (orders, Box::new(move |m| coll(CollOp::Contains, order(m, "o", 2), vec![text("1.0")]))),
    ];
    for (row, (of, look)) in rows.iter().enumerate() {
        let whole = node.variable(*of).unwrap();
        let short = node.eval(&look(var(*of))).unwrap();
        let long = node.eval(&look(value(whole))).unwrap();
        assert_eq!(short, long, "row {row}");
    }
    let look = lookup(lookup(var(hits), text("x"), no_map()), text("y"), Some(Value::Int(0)));
    assert_eq!(node.eval(&look), Ok(Value::Int(3)), "and both are what was written");
    assert_eq!(node.eval(&coll(CollOp::Count, var(carts), vec![])), Ok(Value::Int(2)));
    let clock = Value::map(vec![(Value::text("1.0"), Value::Int(1))]);
    let list = Value::List([5, 4].map(Value::Int).into());
    let entry = (Value::text("o"), Value::tuple([ints(&[7]), list, clock]));
    assert_eq!(node.variable(orders), Ok(Value::map(vec![entry])));
}

#[test]
fn views_of_every_shape_are_read() {
    let mut p = Program::default();
    let s = p.set("s");
    let hits = p.var("hits", map_of(Kind::GCounter), Type::Map(Type::Text.into(), Type::Nat.into()), None);
    let tens = p.elements("tens", s, vec![Stage::Map(vec![binary(BinaryOp::Mul, local(0), int(10))])]);
    let source = p.source(hits, 2);
    let by = p.view("by", p.plan.var(hits).ty.clone(), Shape::Map, source, var(hits));
    let n = p.counter("n");
    let total = p.number("total", n);
    let (mut node, _) = p.start();
    let body = [
        update(s, vec![], "add_all", vec![value(ints(&[1, 2]))]),
        update(hits, vec![text("a")], "inc", vec![int(4)]),
        update(n, vec![], "dec", vec![int(9)]),
    ];
    node.update(0, &body.map(Stmt::Update));
    assert_eq!(node.value(tens), Ok(ints(&[10, 20])));
    assert_eq!(node.value(by), Ok(Value::map(vec![(Value::text("a"), Value::Int(4))])));
    assert_eq!(node.value(total), Ok(Value::Int(-9)));
    let rows = [
        (view(tens), ints(&[10, 20])),
        (coll(CollOp::Count, view(tens), vec![]), Value::Int(2)),
        (coll(CollOp::IsEmpty, view(tens), vec![]), Value::Bool(false)),
        (coll(CollOp::Contains, view(tens), vec![int(20)]), Value::Bool(true)),
        (coll(CollOp::Contains, view(tens), vec![int(2)]), Value::Bool(false)),
        (lookup(view(by), text("a"), None), Value::some(Value::Int(4))),
        (lookup(view(by), text("q"), None), Value::None),
        (lookup(view(by), text("a"), Some(Value::Int(0))), Value::Int(4)),
        (lookup(view(by), text("q"), Some(Value::Int(0))), Value::Int(0)),
        (coll(CollOp::Contains, view(by), vec![text("a")]), Value::Bool(true)),
        (coll(CollOp::Contains, view(by), vec![text("q")]), Value::Bool(false)),
        (coll(CollOp::Count, view(by), vec![]), Value::Int(1)),
        (binary(BinaryOp::Add, view(total), int(1)), Value::Int(-8)),
        (coll_by(CollOp::Map, view(tens), vec![], binary(BinaryOp::Add, local(50), int(1))), ints(&[11, 21])),
    ];
    for (row, (of, expected)) in rows.into_iter().enumerate() {
        assert_eq!(node.eval(&of), Ok(expected), "row {row}");
    }
}

#[test]
fn a_register_with_an_initial_value_reads_bare() {
    let mut p = Program::default();
    let bare = p.var("bare", Kind::Max, Type::Int, Some(int(3)));
    p.plan.vars[bare.0 as usize].bare = true;
    let option = p.var("option", Kind::Max, Type::Option(Type::Int.into()), Some(int(3)));
    let unset = p.var("unset", Kind::Max, Type::Option(Type::Int.into()), None);
    let seen = p.number("seen", bare);
    let (mut node, _) = p.start();
    assert_eq!(node.eval(&var(bare)), Ok(Value::Int(3)));
    assert_eq!(node.value(seen), Ok(Value::Int(3)), "in the dataflow too");
    assert_eq!(node.eval(&var(option)), Ok(Value::some(Value::Int(3))));
    assert_eq!(node.eval(&var(unset)), Ok(Value::None));
    node.update(0, &[Stmt::Update(update(bare, vec![], "set", vec![int(8)]))]);
    assert_eq!(node.value(seen), Ok(Value::Int(8)));
}

#[test]
fn rights_are_read_here() {
    let mut p = Program::default();
    let quota = p.var("quota", map_of(Kind::BCounter), Type::Map(Type::Text.into(), Type::Nat.into()), None);
    let (mut node, _) = p.start();
    node.update(0, &[Stmt::Update(update(quota, vec![text("a")], "inc", vec![int(5)]))]);
    assert_eq!(node.eval(&rights(quota, "a")), Ok(Value::Int(5)));
    assert_eq!(node.eval(&rights(quota, "q")), Ok(Value::Int(0)));
}

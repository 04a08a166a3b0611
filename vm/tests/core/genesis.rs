//! Initial values: the same for every node, counted once.

use std::sync::Arc;

use lasp_lattice::{Kind, ReplicaId, UserLattice};
use lasp_plan::{BinaryOp, Expr, Stmt, Type, Value, VarId};
use lasp_vm::{Node, Out};

use crate::build::{Program, binary, int, ints, lines, rights, text, update, value, var};

fn started(kind: Kind, ty: Type, init: Expr) -> (Node, Vec<Out>) {
    let mut p = Program::default();
    p.var("v", kind, ty, Some(init));
    p.start()
}

#[test]
fn every_kind_starts_as_written() {
    let map = |kind| Kind::GMap(Box::new(kind));
    let ormap = |kind| Kind::OrMap(Box::new(kind));
    let text_map = |ty: Type| Type::Map(Type::Text.into(), ty.into());
    let one = |of: Value| Value::map(vec![(Value::text("a"), of)]);
    let set = Type::Set(Type::Int.into());
    let option = Type::Option(Type::Int.into());
    let list = Type::List(Type::Int.into());
    let in_list = |items: &[i64]| Value::List(items.iter().copied().map(Value::Int).collect());
    let element = |rank| Value::Variant(rank, [].into());
    for (kind, ty, init, expected) in [
        (Kind::GSet, set.clone(), ints(&[1, 2]), ints(&[1, 2])),
        (Kind::OrSet, set.clone(), ints(&[1, 2]), ints(&[1, 2])),
        (Kind::OrSet, set.clone(), ints(&[]), ints(&[])),
        (Kind::GCounter, Type::Nat, Value::Int(7), Value::Int(7)),
        (Kind::PnCounter, Type::Int, Value::Int(7), Value::Int(7)),
        (Kind::PnCounter, Type::Int, Value::Int(-7), Value::Int(-7)),
        (Kind::BCounter, Type::Nat, Value::Int(7), Value::Int(7)),
        (Kind::Max, option.clone(), Value::Int(-7), Value::some(Value::Int(-7))),
        (Kind::Min, option.clone(), Value::Int(7), Value::some(Value::Int(7))),
        (Kind::Lww, option.clone(), Value::Int(7), Value::some(Value::Int(7))),
        (Kind::RwSet, set.clone(), ints(&[1, 2]), ints(&[1, 2])),
        (Kind::TwoPSet, set.clone(), ints(&[1, 2]), ints(&[1, 2])),
        (Kind::RCounter, Type::Int, Value::Int(-7), Value::Int(-7)),
        (Kind::Flag, Type::Bool, Value::Bool(true), Value::Bool(true)),
        (Kind::Flag, Type::Bool, Value::Bool(false), Value::Bool(false)),
        (Kind::EwFlag, Type::Bool, Value::Bool(true), Value::Bool(true)),
        (Kind::DwFlag, Type::Bool, Value::Bool(false), Value::Bool(false)),
        (Kind::Ivar, option.clone(), Value::Int(7), Value::some(Value::Int(7))),
        (Kind::Mv, set.clone(), Value::Int(7), ints(&[7])),
        (Kind::TopK(2), list.clone(), in_list(&[1, 3, 2]), in_list(&[3, 2])),
        (Kind::User(level()), Type::Int, element(1), element(1)),
        (
            Kind::Lex(Kind::Max.into(), Kind::User(level()).into()),
            Type::Int,
            Value::tuple([Value::Int(3), element(1)]),
            Value::tuple([Value::some(Value::Int(3)), element(1)]),
        ),
        (
            Kind::Product(vec![Kind::GCounter, Kind::OrSet, Kind::Flag]),
            Type::Int,
            Value::tuple([Value::Int(0), ints(&[4]), Value::Bool(false)]),
            Value::tuple([Value::Int(0), ints(&[4]), Value::Bool(false)]),
        ),
        (ormap(Kind::EwFlag), text_map(Type::Bool), one(Value::Bool(false)), one(Value::Bool(false))),
        (map(Kind::PnCounter), text_map(Type::Int), one(Value::Int(-1)), one(Value::Int(-1))),
        (map(Kind::PnCounter), text_map(Type::Int), one(Value::Int(0)), one(Value::Int(0))),
        (map(Kind::OrSet), text_map(set), one(ints(&[3])), one(ints(&[3]))),
        (
            map(map(Kind::Max)),
            text_map(text_map(option)),
            one(one(Value::Int(3))),
            one(one(Value::some(Value::Int(3)))),
        ),
    ] {
        let (mut node, outs) = started(kind.clone(), ty, value(init));
        assert_eq!(outs, vec![], "{kind:?}");
        assert_eq!(node.variable(VarId(0)), Ok(expected), "{kind:?}");
    }
}

/// `lattice Level { low < high }`
fn level() -> Arc<UserLattice> {
    Arc::new(UserLattice::new("Level", vec!["low".into(), "high".into()], &[(0, 1)]).expect("a chain"))
}

#[test]
fn what_cannot_be_there_is_refused() {
    let map = |kind| Kind::GMap(Box::new(kind));
    let one = |of: Value| Value::map(vec![(Value::text("a"), of)]);
    for (kind, init, message) in [
        (Kind::VClock, one(Value::Int(1)), "a vclock cannot start as [\"a\": 1]"),
        (map(Kind::Flag), one(Value::Bool(false)), "a flag cannot start as false under a key"),
        (
            map(Kind::TwoPSet),
            Value::map(vec![(Value::text("A"), ints(&[1])), (Value::text("a"), ints(&[]))]),
            "a twopset cannot start as {} under a key",
        ),
        (Kind::Product(vec![Kind::Flag]), Value::Int(1), "a product cannot start as 1"),
    ] {
        let (mut node, outs) = started(kind.clone(), Type::Int, value(init));
        assert_eq!(lines(&outs), [format!("R0701: {message}")]);
        let mut untouched = Program::default();
        untouched.var("v", kind, Type::Int, None);
        let (mut untouched, _) = untouched.start();
        assert_eq!(node.variable(VarId(0)), untouched.variable(VarId(0)), "nothing of it is left");
    }
}

#[test]
fn rights_go_to_the_one_node() {
    let mut p = Program::default();
    let init = value(Value::map(vec![(Value::text("a"), Value::Int(5))]));
    let quota = p.var(
        "quota",
        Kind::GMap(Box::new(Kind::BCounter)),
        Type::Map(Type::Text.into(), Type::Nat.into()),
        Some(init),
    );
    let (mut node, _) = p.start();
    assert_eq!(node.eval(&rights(quota, "a")), Ok(Value::Int(5)));
    let spend = |n| [Stmt::Update(update(quota, vec![text("a")], "spend", vec![int(n)]))];
    assert_eq!(node.update(0, &spend(6)).1, Some(Value::Bool(false)));
    assert_eq!(node.update(0, &spend(5)).1, Some(Value::Bool(true)));
    assert_eq!(node.update(0, &spend(1)).1, Some(Value::Bool(false)));
}

#[test]
fn the_value_does_not_depend_on_who_and_when() {
    let mut p = Program::default();
    let last = p.var("last", Kind::Lww, Type::Option(Type::Int.into()), Some(int(1)));
    let plan = Arc::new(p.plan);
    // A node whose clock stands long before genesis still overwrites the initial value.
    let (mut node, _) = Node::start(plan, ReplicaId { node: 7, incarnation: 3 }, -1_000_000);
    node.update(-1_000_000, &[Stmt::Update(update(last, vec![], "set", vec![int(2)]))]);
    assert_eq!(node.eval(&var(last)), Ok(Value::some(Value::Int(2))));
}

#[test]
fn a_value_that_fails_is_told_and_the_rest_starts() {
    let mut p = Program::default();
    let bad = p.var("bad", Kind::Max, Type::Int, Some(binary(BinaryOp::Div, int(1), int(0))));
    p.plan.vars[bad.0 as usize].bare = true;
    let good = p.var("good", Kind::GCounter, Type::Nat, Some(int(3)));
    let negative = p.var("negative", Kind::GCounter, Type::Nat, Some(int(-3)));
    let seen = p.number("seen", bad);
    let (mut node, outs) = p.start();
    assert_eq!(lines(&outs), ["R0702: 1 / 0 divides by zero", "R0701: a gcounter cannot start as -3"]);
    assert_eq!(node.eval(&var(good)), Ok(Value::Int(3)));
    assert_eq!(node.eval(&var(negative)), Ok(Value::Int(0)));
    assert_eq!(node.eval(&var(bad)).unwrap_err().code, "R0706");
    assert_eq!(node.value(seen).unwrap_err().code, "R0706");
}

//! The other forms: laziness, patterns, options, texts, what puts values together.

use lasp_plan::{Arm, BinaryOp, CollOp, Expr, ExprKind, Func, Pattern, TextPart, Type, Value};
use lasp_vm::eval::{Frame, NoWorld, bind, eval};

use crate::build::{binary, call, coll, expr, int, ints, local, lookup, text, value};

fn run(of: &Expr) -> Value {
    eval(of, &mut Frame::new(&[]), &NoWorld).unwrap()
}

fn truth(of: bool) -> Expr {
    value(Value::Bool(of))
}

fn some(n: i64) -> Value {
    Value::some(Value::Int(n))
}

/// An expression that must not be evaluated.
fn boom() -> Expr {
    binary(BinaryOp::Eq, binary(BinaryOp::Div, int(1), int(0)), int(1))
}

#[test]
fn what_is_not_needed_is_not_evaluated() {
    assert!(eval(&boom(), &mut Frame::new(&[]), &NoWorld).is_err(), "or the rest shows nothing");
    assert_eq!(run(&binary(BinaryOp::And, truth(false), boom())), Value::Bool(false));
    assert_eq!(run(&binary(BinaryOp::Or, truth(true), boom())), Value::Bool(true));
    assert_eq!(run(&binary(BinaryOp::And, truth(true), truth(false))), Value::Bool(false));
    assert_eq!(run(&binary(BinaryOp::Or, truth(false), truth(true))), Value::Bool(true));
    // (false and boom) or true: the chain goes on behind the link that was skipped.
    let chain = binary(BinaryOp::Or, binary(BinaryOp::And, truth(false), boom()), truth(true));
    assert_eq!(run(&chain), Value::Bool(true));
    let chosen = expr(ExprKind::If(truth(true).into(), int(1).into(), boom().into()));
    assert_eq!(run(&chosen), Value::Int(1));
    assert_eq!(run(&call(Func::Or, vec![value(some(3)), binary(BinaryOp::Div, int(1), int(0))])), Value::Int(3));
    assert_eq!(run(&call(Func::Or, vec![value(Value::None), int(4)])), Value::Int(4));
}

#[test]
fn comparisons_with_what_may_be_unset() {
    use BinaryOp::{Eq, Ge, Le, Lt, Ne};
    for (op, a, b, expected) in [
        (Ge, some(3), Value::Int(3), true),
        (Ge, some(2), Value::Int(3), false),
        (Ge, Value::None, Value::Int(3), false),
        (Lt, Value::None, Value::Int(3), false),
        (Ne, Value::None, Value::Int(3), false),
        (Le, Value::Int(3), some(4), true),
        (Le, Value::Int(3), Value::None, false),
        (Eq, some(3), some(3), true),
        (Eq, Value::None, Value::None, false),
    ] {
        let compare = expr(ExprKind::CompareSet(op, value(a.clone()).into(), value(b.clone()).into()));
        assert_eq!(run(&compare), Value::Bool(expected), "{a:?} {op:?} {b:?}");
    }
    for (func, a, expected) in [
        (Func::AtLeast, Value::Int(3), true),
        (Func::AtLeast, some(2), false),
        (Func::AtLeast, Value::None, false),
        (Func::AtMost, some(2), true),
        (Func::AtMost, Value::Int(4), false),
        (Func::AtMost, Value::None, false),
    ] {
        assert_eq!(run(&call(func, vec![value(a.clone()), int(3)])), Value::Bool(expected), "{func:?} {a:?}");
    }
    assert_eq!(run(&call(Func::IsSet, vec![value(some(1))])), Value::Bool(true));
    assert_eq!(run(&call(Func::IsSet, vec![value(Value::None)])), Value::Bool(false));
}

#[test]
fn values_are_compared_by_structure() {
    let pair = |a, b| Value::tuple([Value::Int(a), Value::text(b)]);
    let less = [
        (pair(1, "b"), pair(2, "a")),
        (pair(1, "a"), pair(1, "b")),
        (ints(&[1, 5]), ints(&[2])),
        (Value::None, some(i64::MIN)),
        (Value::Variant(0, [Value::Int(9)].into()), Value::Variant(1, [].into())),
        (Value::text("Z"), Value::text("a")),
    ];
    for (a, b) in less {
        assert_eq!(run(&binary(BinaryOp::Lt, value(a.clone()), value(b.clone()))), Value::Bool(true), "{a:?} {b:?}");
        assert_eq!(run(&binary(BinaryOp::Ge, value(a.clone()), value(b.clone()))), Value::Bool(false));
        assert_eq!(run(&binary(BinaryOp::Eq, value(a.clone()), value(a.clone()))), Value::Bool(true));
    }
}

#[test]
fn patterns_bind_what_fits() {
    let mut frame = Frame::new(&[]);
    let record = Value::tuple([Value::text("13"), Value::Variant(1, [Value::Int(7)].into()), some(5)]);
    let pattern = |variant, inner: Pattern| {
        Pattern::Slots(vec![
            (0, Pattern::Bind(0)),
            (1, Pattern::Variant(variant, vec![Pattern::Bind(1)])),
            (2, Pattern::Some(inner.into())),
        ])
    };
    assert!(bind(&pattern(1, Pattern::Bind(2)), &record, &mut frame));
    assert_eq!([frame.get(0), frame.get(1), frame.get(2)], [&Value::text("13"), &Value::Int(7), &Value::Int(5)]);
    assert!(!bind(&pattern(0, Pattern::Wildcard), &record, &mut frame), "another variant");
    assert!(!bind(&pattern(1, Pattern::Const(Value::Int(6))), &record, &mut frame), "another constant");
    assert!(bind(&pattern(1, Pattern::Const(Value::Int(5))), &record, &mut frame));
    assert!(!bind(&Pattern::Some(Pattern::Wildcard.into()), &Value::None, &mut frame));
}

#[test]
fn matches_take_the_first_arm_that_fits() {
    let arm = |pattern, guard, body| Arm { pattern, guard, body };
    let subject = |n| {
        let arms = vec![
            arm(Pattern::Const(Value::Int(1)), None, text("one")),
            arm(Pattern::Bind(0), Some(binary(BinaryOp::Lt, local(0), int(0))), text("negative")),
            arm(Pattern::Bind(1), None, expr(ExprKind::Text(vec![TextPart::Hole(local(1), Type::Int)]))),
        ];
        run(&expr(ExprKind::Match(int(n).into(), arms)))
    };
    assert_eq!([subject(1), subject(-4), subject(4)], [Value::text("one"), Value::text("negative"), Value::text("4")]);
    let swap = Pattern::Slots(vec![(0, Pattern::Bind(0)), (1, Pattern::Bind(1))]);
    let pair = expr(ExprKind::Tuple(vec![int(1), int(2)]));
    let body = expr(ExprKind::Tuple(vec![local(1), local(0)]));
    let swapped = expr(ExprKind::Let(swap, pair.into(), body.into()));
    assert_eq!(run(&swapped), Value::tuple([Value::Int(2), Value::Int(1)]));
}

#[test]
fn slots_lie_in_the_row_first() {
    let row = [Value::Int(10), Value::Int(20)];
    let mut frame = Frame::new(&row);
    frame.set(3, Value::Int(40));
    frame.set(2, Value::Int(30));
    let slots: Vec<&Value> = (0..4).map(|slot| frame.get(slot)).collect();
    assert_eq!(slots, [&Value::Int(10), &Value::Int(20), &Value::Int(30), &Value::Int(40)]);
}

#[test]
fn texts_have_limits() {
    let long = value(Value::text(&"a".repeat(1 << 20)));
    let code = |of: Expr| eval(&of, &mut Frame::new(&[]), &NoWorld).map_err(|failure| failure.code);
    let twenty = text("aaaaaaaaaaaaaaaaaaaa");
    assert_eq!(code(call(Func::Replace, vec![long.clone(), text("a"), twenty])), Err("R0705"));
    assert_eq!(code(call(Func::Split, vec![long.clone(), text("")])), Err("R0705"));
    assert_eq!(code(call(Func::Split, vec![long.clone(), text("a")])), Err("R0705"));
    let parts = expr(ExprKind::List(vec![long; 17]));
    assert_eq!(code(call(Func::JoinText, vec![parts, text("")])), Err("R0705"));
}

#[test]
fn the_lesser_and_the_greater() {
    let [n, f] = [|n: i64| Value::Int(n), |n: i64| Value::Float((n as f64).into())];
    for of in [n, f] {
        let args = |numbers: &[i64]| numbers.iter().map(|number| value(of(*number))).collect::<Vec<_>>();
        assert_eq!(run(&call(Func::Min, args(&[3, 2]))), of(2));
        assert_eq!(run(&call(Func::Max, args(&[3, 2]))), of(3));
        assert_eq!(run(&call(Func::Clamp, args(&[5, 1, 3]))), of(3));
        assert_eq!(run(&call(Func::Clamp, args(&[0, 1, 3]))), of(1));
        assert_eq!(run(&call(Func::Clamp, args(&[0, 3, 1]))), of(1), "bounds the wrong way round");
    }
    let float = |x: f64| Value::Float(x.into());
    assert_eq!(run(&call(Func::Max, vec![value(float(f64::NAN)), value(float(1.0))])), float(f64::NAN));
    for (func, x, expected) in [
        (Func::Round, 2.5, 3.0),
        (Func::Round, -2.5, -3.0),
        (Func::Floor, -0.5, -1.0),
        (Func::Ceil, -0.5, 0.0),
        (Func::Sqrt, 2.25, 1.5),
        (Func::Sqrt, -1.0, f64::NAN),
        (Func::Floor, f64::INFINITY, f64::INFINITY),
    ] {
        assert_eq!(run(&call(func, vec![value(float(x))])), float(expected), "{func:?} {x}");
    }
}

#[test]
fn times_from_numbers_have_an_end() {
    assert_eq!(run(&call(Func::ToTime, vec![int(-2)])), Value::Time(-2_000_000));
    let beyond = eval(&call(Func::ToTime, vec![int(i64::MAX)]), &mut Frame::new(&[]), &NoWorld);
    assert_eq!(beyond.map_err(|failure| failure.message), Err(format!("time({}) is outside time", i64::MAX)));
}

#[test]
fn texts() {
    let t = |s: &str| Value::text(s);
    let words = |words: &[&str]| Value::List(words.iter().map(|word| t(word)).collect());
    for (func, args, expected) in [
        (Func::Length, vec![t("añ€")], Value::Int(3)),
        (Func::Upper, vec![t("straße")], t("STRASSE")),
        (Func::Lower, vec![t("ÄB")], t("äb")),
        (Func::Trim, vec![t(" \ta b\n")], t("a b")),
        (Func::StartsWith, vec![t("abc"), t("ab")], Value::Bool(true)),
        (Func::StartsWith, vec![t("abc"), t("bc")], Value::Bool(false)),
        (Func::EndsWith, vec![t("abc"), t("bc")], Value::Bool(true)),
        (Func::EndsWith, vec![t("abc"), t("ab")], Value::Bool(false)),
        (Func::TextContains, vec![t("abc"), t("b")], Value::Bool(true)),
        (Func::TextContains, vec![t("abc"), t("x")], Value::Bool(false)),
        (Func::Replace, vec![t("abab"), t("ab"), t("x")], t("xx")),
        (Func::Replace, vec![t("ab"), t(""), t("x")], t("ab")),
        (Func::Split, vec![t("a,b,"), t(",")], words(&["a", "b", ""])),
        (Func::Split, vec![t(""), t(",")], words(&[""])),
        (Func::Split, vec![t("aé"), t("")], words(&["a", "é"])),
        (Func::Slice, vec![t("añ€d"), Value::Int(1), Value::Int(3)], t("ñ€")),
        (Func::Slice, vec![t("añ€d"), Value::Int(2)], t("€d")),
        (Func::Slice, vec![t("abc"), Value::Int(i64::MIN), Value::Int(i64::MAX)], t("abc")),
        (Func::Slice, vec![t("abc"), Value::Int(2), Value::Int(1)], t("")),
        (Func::JoinText, vec![words(&["a", "b"]), t("-")], t("a-b")),
        (Func::JoinText, vec![words(&[]), t("-")], t("")),
        (Func::ParseInt, vec![t("-12")], some(-12)),
        (Func::ParseInt, vec![t("9223372036854775808")], Value::None),
        (Func::ParseInt, vec![t("1 ")], Value::None),
        (Func::ParseFloat, vec![t("1.5e1")], Value::some(Value::Float(15.0.into()))),
        (Func::ParseFloat, vec![t("nan")], Value::None),
        (Func::ParseFloat, vec![t("1e999")], Value::None),
        (Func::ItemAt, vec![words(&["a", "b"]), Value::Int(1)], Value::some(t("b"))),
        (Func::ItemAt, vec![words(&["a", "b"]), Value::Int(2)], Value::None),
        (Func::ItemAt, vec![words(&["a", "b"]), Value::Int(-1)], Value::None),
    ] {
        let found = run(&call(func, args.iter().cloned().map(value).collect()));
        assert_eq!(found, expected, "{func:?} {args:?}");
    }
    let holes = expr(ExprKind::Text(vec![
        TextPart::Hole(text("x"), Type::Text),
        TextPart::Literal(": ".into()),
        TextPart::Hole(int(3), Type::Int),
        TextPart::Literal(" of ".into()),
        TextPart::Hole(value(ints(&[1, 2])), Type::Set(Type::Int.into())),
    ]));
    assert_eq!(run(&holes), t("x: 3 of {1, 2}"));
}

#[test]
fn what_is_put_together_is_canonical() {
    assert_eq!(run(&expr(ExprKind::Set(vec![int(2), int(1), int(2)]))), ints(&[1, 2]));
    let list = Value::List([Value::Int(2), Value::Int(1), Value::Int(2)].into());
    assert_eq!(run(&expr(ExprKind::List(vec![int(2), int(1), int(2)]))), list);
    let map = expr(ExprKind::Map(vec![(int(2), int(1)), (int(1), int(5)), (int(2), int(9))]));
    let built = Value::Map([(Value::Int(1), Value::Int(5)), (Value::Int(2), Value::Int(9))].into());
    assert_eq!(run(&map), built);
    assert_eq!(run(&lookup(map.clone(), int(2), None)), some(9));
    assert_eq!(run(&lookup(map.clone(), int(3), None)), Value::None);
    assert_eq!(run(&lookup(map.clone(), int(3), Some(Value::Int(0)))), Value::Int(0));
    assert_eq!(run(&coll(CollOp::Contains, map, vec![int(1)])), Value::Bool(true));
    assert_eq!(run(&expr(ExprKind::Some(int(1).into()))), some(1));
    assert_eq!(run(&expr(ExprKind::Variant(2, vec![int(1)]))), Value::Variant(2, [Value::Int(1)].into()));
}

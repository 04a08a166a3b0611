//! Numbers: each row is an operation, its sides and what comes out.

use lasp_plan::{BinaryOp, Expr, ExprKind, Float, Func, UnaryOp, Value};
use lasp_vm::eval::{Frame, NoWorld, eval};

use crate::build::{at, binary, call, expr, int, value};

const SECOND: i64 = 1_000_000;

fn run(of: &Expr) -> Result<Value, String> {
    eval(of, &mut Frame::new(&[]), &NoWorld).map_err(|failure| format!("{} {}", failure.code, failure.message))
}

fn float(x: f64) -> Value {
    Value::Float(Float::new(x))
}

fn failing(code: &str, message: &str) -> Result<Value, String> {
    Err(format!("{code} {message}"))
}

#[test]
fn ints_are_checked() {
    use BinaryOp::{Add, Div, Mul, Rem, Sub};
    let (max, min) = (i64::MAX, i64::MIN);
    let rows: &[(BinaryOp, i64, i64, Result<i64, &str>)] = &[
        (Add, 2, 3, Ok(5)),
        (Sub, 2, 3, Ok(-1)),
        (Mul, -4, 3, Ok(-12)),
        (Div, 7, 2, Ok(3)),
        (Div, -7, 2, Ok(-3)),
        (Rem, -7, 2, Ok(-1)),
        (Rem, 7, -2, Ok(1)),
        (Rem, min, -1, Ok(0)),
        (Add, max, 1, Err("R0701 9223372036854775807 + 1 is outside int")),
        (Sub, min, 1, Err("R0701 -9223372036854775808 - 1 is outside int")),
        (Mul, max, 2, Err("R0701 9223372036854775807 * 2 is outside int")),
        (Div, min, -1, Err("R0701 -9223372036854775808 / -1 is outside int")),
        (Div, 10, 0, Err("R0702 10 / 0 divides by zero")),
        (Rem, 10, 0, Err("R0702 10 % 0 divides by zero")),
    ];
    for (op, a, b, expected) in rows {
        let expected = expected.map(Value::Int).map_err(String::from);
        assert_eq!(run(&binary(*op, int(*a), int(*b))), expected, "{a} {op:?} {b}");
        // The same through the slots of a row, which is another way inside.
        let row = [Value::Int(*a), Value::Int(*b)];
        let slots = binary(*op, expr(ExprKind::Local(0)), expr(ExprKind::Local(1)));
        let found = eval(&slots, &mut Frame::new(&row), &NoWorld);
        assert_eq!(found.map_err(|failure| format!("{} {}", failure.code, failure.message)), expected);
    }
}

#[test]
fn a_failure_names_the_place_of_the_operator() {
    let sum = binary(BinaryOp::Add, int(1), at(7, binary(BinaryOp::Div, int(1), int(0))));
    let failure = eval(&at(3, sum), &mut Frame::new(&[]), &NoWorld).unwrap_err();
    assert_eq!((failure.code, failure.place.start), ("R0702", 7));
}

#[test]
fn floats_follow_ieee_but_for_nan_and_minus_zero() {
    use BinaryOp::{Add, Div, Eq, Lt, Mul, Rem, Sub};
    let nan = f64::NAN;
    for (op, a, b, expected) in [
        (Add, 0.1, 0.2, 0.1 + 0.2),
        (Sub, 1.0, 0.5, 0.5),
        (Mul, 0.0, -1.0, 0.0),
        (Div, 1.0, 0.0, f64::INFINITY),
        (Div, -1.0, 0.0, f64::NEG_INFINITY),
        (Div, 0.0, 0.0, nan),
        (Rem, 5.5, 2.0, 1.5),
    ] {
        let found = run(&binary(op, value(float(a)), value(float(b)))).unwrap();
        assert_eq!(found, float(expected), "{a} {op:?} {b}");
        assert_eq!(format!("{found:?}"), format!("{:?}", float(expected)), "to the sign of zero");
    }
    assert_eq!(run(&binary(Eq, value(float(nan)), value(float(nan)))), Ok(Value::Bool(true)));
    assert_eq!(run(&binary(Lt, value(float(f64::INFINITY)), value(float(nan)))), Ok(Value::Bool(true)));
}

#[test]
fn times_and_durations() {
    use BinaryOp::{Add, Div, Mul, Sub};
    let (time, duration) = (Value::Time, Value::Duration);
    for (op, a, b, expected) in [
        (Add, time(5), duration(SECOND), time(5 + SECOND)),
        (Add, duration(SECOND), time(5), time(5 + SECOND)),
        (Sub, time(5), duration(2), time(3)),
        (Sub, time(5), time(7), duration(-2)),
        (Add, duration(1), duration(2), duration(3)),
        (Sub, duration(1), duration(2), duration(-1)),
        (Mul, duration(3), Value::Int(4), duration(12)),
        (Mul, Value::Int(4), duration(3), duration(12)),
        (Div, duration(7), Value::Int(2), duration(3)),
    ] {
        assert_eq!(run(&binary(op, value(a.clone()), value(b.clone()))), Ok(expected), "{a:?} {op:?} {b:?}");
    }
    let end = run(&binary(Add, value(duration(i64::MAX)), value(duration(SECOND)))).unwrap_err();
    assert!(end.starts_with("R0701") && end.ends_with("+ 1s is outside duration"), "{end}");
    assert_eq!(
        run(&binary(Div, value(duration(SECOND)), int(0))),
        failing("R0702", "1s / 0 divides by zero"),
        "values are shown as the language writes them"
    );
    let time = run(&binary(Sub, value(time(i64::MIN)), value(duration(1)))).unwrap_err();
    assert!(time.starts_with("R0701") && time.ends_with("is outside time"), "{time}");
}

#[test]
fn signs() {
    let neg = |of: Value| run(&expr(ExprKind::Unary(UnaryOp::Neg, value(of).into())));
    assert_eq!(neg(Value::Int(3)), Ok(Value::Int(-3)));
    assert_eq!(neg(Value::Duration(3)), Ok(Value::Duration(-3)));
    assert_eq!(neg(float(0.0)), Ok(float(0.0)));
    assert_eq!(neg(Value::Int(i64::MIN)), failing("R0701", "-(-9223372036854775808) is outside int"));
    assert_eq!(run(&call(Func::Abs, vec![int(-3)])), Ok(Value::Int(3)));
    assert_eq!(run(&call(Func::Abs, vec![value(float(-0.5))])), Ok(float(0.5)));
    let least = run(&call(Func::Abs, vec![int(i64::MIN)]));
    assert_eq!(least, failing("R0701", "abs(-9223372036854775808) is outside int"));
    assert_eq!(run(&expr(ExprKind::Unary(UnaryOp::Not, value(Value::Bool(true)).into()))), Ok(Value::Bool(false)));
}

#[test]
fn conversions() {
    let bound = 9_223_372_036_854_775_808.0;
    for (func, of, expected) in [
        (Func::ToFloat, Value::Int(3), Ok(float(3.0))),
        (Func::ToInt, float(3.9), Ok(Value::Int(3))),
        (Func::ToInt, float(-3.9), Ok(Value::Int(-3))),
        (Func::ToInt, float(-bound), Ok(Value::Int(i64::MIN))),
        (Func::ToInt, float(bound), Err("R0701")),
        (Func::ToInt, float(f64::NAN), Err("R0701")),
        (Func::ToInt, float(f64::NEG_INFINITY), Err("R0701")),
        (Func::ToNat, Value::Int(0), Ok(Value::Int(0))),
        (Func::ToNat, Value::Int(-1), Err("R0701 -1 is outside nat")),
        (Func::ToNat, float(-0.5), Ok(Value::Int(0))),
        (Func::ToNat, float(-1.0), Err("R0701")),
    ] {
        let found = run(&call(func, vec![value(of.clone())]));
        match expected {
            Ok(expected) => assert_eq!(found, Ok(expected), "{func:?} {of:?}"),
            Err(start) => assert!(found.clone().unwrap_err().starts_with(start), "{func:?} {of:?}: {found:?}"),
        }
    }
}

#[test]
fn long_chains_take_no_stack() {
    // 2 MiB is what a thread gets; the chain would need more than that if it were descended.
    let plenty = 10_000;
    let mut sum = int(1);
    let mut or = value(Value::Bool(false));
    for _ in 1..plenty {
        sum = binary(BinaryOp::Add, sum, int(1));
        or = binary(BinaryOp::Or, or, value(Value::Bool(false)));
    }
    let mut other = int(0);
    for n in 0..plenty {
        other = expr(ExprKind::If(value(Value::Bool(false)).into(), int(n).into(), other.into()));
    }
    assert_eq!(run(&sum), Ok(Value::Int(plenty)));
    assert_eq!(run(&or), Ok(Value::Bool(false)));
    assert_eq!(run(&other), Ok(Value::Int(0)));
}

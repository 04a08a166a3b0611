//! Comparing elements of a drawn lattice: its order is partial, and an option may stand on either side.

use std::sync::Arc;

use lasp_lattice::UserLattice;
use lasp_plan::{BinaryOp, Expr, ExprKind, Value};

use crate::build::{Program, expr, value};

const PLACED: u32 = 0;
const PAID: u32 = 1;
const CANCELLED: u32 = 2;
const RETURNED: u32 = 3;

/// `placed < paid < returned, placed < cancelled < returned`
fn order() -> Arc<UserLattice> {
    let names = ["placed", "paid", "cancelled", "returned"].map(String::from).to_vec();
    Arc::new(UserLattice::new("Status", names, &[(0, 1), (1, 3), (0, 2), (2, 3)]).expect("a diamond"))
}

fn element(rank: u32) -> Value {
    Value::Variant(rank, [].into())
}

/// Which of `<`, `<=`, `>`, `>=` hold.
fn signs(left: Value, right: Value) -> String {
    let (mut node, _) = Program::default().start();
    let compare = |op| -> Expr {
        let (left, right) = (value(left.clone()).into(), value(right.clone()).into());
        expr(ExprKind::CompareDrawn(op, left, right, order()))
    };
    [("<", BinaryOp::Lt), ("<=", BinaryOp::Le), (">", BinaryOp::Gt), (">=", BinaryOp::Ge)]
        .into_iter()
        .filter(|(_, op)| node.eval(&compare(*op)) == Ok(Value::Bool(true)))
        .map(|(sign, _)| sign)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn elements_compare_by_the_drawn_order() {
    for (left, right, expected) in [
        (PLACED, PAID, "< <="),
        (PLACED, RETURNED, "< <="),
        (RETURNED, CANCELLED, "> >="),
        (PAID, PAID, "<= >="),
        (PAID, CANCELLED, ""),
        (CANCELLED, PAID, ""),
    ] {
        assert_eq!(signs(element(left), element(right)), expected, "{left} and {right}");
    }
}

#[test]
fn an_unset_option_is_below_no_element_and_below_a_set_option() {
    let some = |rank| Value::some(element(rank));
    for (left, right, expected) in [
        (some(PLACED), element(PAID), "< <="),
        (element(PAID), some(CANCELLED), ""),
        (Value::None, element(PAID), ""),
        (element(PLACED), Value::None, ""),
        (Value::None, some(PLACED), "< <="),
        (some(PLACED), Value::None, "> >="),
        (Value::None, Value::None, "<= >="),
        (some(PAID), some(CANCELLED), ""),
        (some(RETURNED), some(CANCELLED), "> >="),
    ] {
        assert_eq!(signs(left.clone(), right.clone()), expected, "{left:?} and {right:?}");
    }
}

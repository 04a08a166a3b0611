//! Comparing elements of a drawn lattice: by its order, which is partial.
//!
//! ```text
//! lattice Status { placed < paid < shipped < returned, placed < cancelled < returned }
//! paid < shipped       true
//! paid < cancelled     false, and so are `>`, `<=` and `>=`: neither is below the other
//! ```
//!
//! Invariant: `a >= b` stays true while `a` grows. Neighbours: `arith` compares everything else, elements inside other
//! values too; there it is the declared order, which is total.

use lasp_lattice::UserLattice;
use lasp_plan::{BinaryOp, Value};

use super::mismatch;

/// Compares two elements, or options of them: of an option and an element, unset is false; of two options, unset is
/// below set.
pub(super) fn compare(op: BinaryOp, left: &Value, right: &Value, order: &UserLattice) -> bool {
    let optional = |value: &Value| matches!(value, Value::None | Value::Some(_));
    let both = optional(left) && optional(right);
    match (left, right) {
        (Value::None, Value::None) => both && matches!(op, BinaryOp::Le | BinaryOp::Ge),
        (Value::None, _) => both && matches!(op, BinaryOp::Lt | BinaryOp::Le),
        (_, Value::None) => both && matches!(op, BinaryOp::Gt | BinaryOp::Ge),
        (Value::Some(left), Value::Some(right)) => compare(op, left, right, order),
        (Value::Some(left), right) => compare(op, left, right, order),
        (left, Value::Some(right)) => compare(op, left, right, order),
        (left, right) => {
            let (left, right) = (rank(left), rank(right));
            match op {
                BinaryOp::Le => order.le(left, right),
                BinaryOp::Ge => order.le(right, left),
                BinaryOp::Lt => left != right && order.le(left, right),
                BinaryOp::Gt => left != right && order.le(right, left),
                op => panic!("the evaluator does not order elements by {op:?}"),
            }
        }
    }
}

fn rank(value: &Value) -> u16 {
    match value {
        Value::Variant(rank, _) => u16::try_from(*rank).expect("a drawn lattice has few elements"),
        other => mismatch("an element of a drawn lattice", other),
    }
}

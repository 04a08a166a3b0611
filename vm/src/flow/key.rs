//! Keys: what rows are matched and grouped by.
//!
//! ```text
//! join a.ad == c.ad      left key [Local(0)]      row ("13", 5) ─► ["13"], borrowed from the row
//! join a.x + 1 == b.y    left key [Local(0) + 1]  row (41, "q") ─► [42], computed into a scratch buffer
//! ```
//!
//! Looking a key up never allocates; only a key that is new to a table is copied into it, as a [`Key`].
//!
//! Invariant: a [`Key`] hashes and compares like the slice of its values, so tables are searched by slices.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use lasp_plan::{Expr, ExprKind, Row, Value};

use super::expr;
use crate::Failure;

/// A key in a table.
#[derive(Clone, Debug)]
pub(super) enum Key {
    /// A single value, which most keys are: no allocation of its own.
    One(Value),
    /// Any number of values.
    Many(Row),
}

impl Borrow<[Value]> for Key {
    #[inline]
    fn borrow(&self) -> &[Value] {
        match self {
            Key::One(value) => std::slice::from_ref(value),
            Key::Many(values) => values,
        }
    }
}

impl From<&[Value]> for Key {
    fn from(values: &[Value]) -> Key {
        match values {
            [value] => Key::One(value.clone()),
            _ => Key::Many(values.into()),
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        Borrow::<[Value]>::borrow(self) == Borrow::<[Value]>::borrow(other)
    }
}

impl Eq for Key {}

impl Hash for Key {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        Borrow::<[Value]>::borrow(self).hash(state);
    }
}

/// How the key of a row is found.
#[derive(Clone, Debug)]
pub(super) enum KeyOf {
    /// Neighbouring columns: a part of the row itself.
    Columns(std::ops::Range<usize>),
    /// Anything else.
    Computed(Vec<Expr>),
}

impl KeyOf {
    /// The key that these expressions give.
    pub(super) fn new(exprs: &[Expr]) -> KeyOf {
        let column = |expr: &Expr| match expr.kind {
            ExprKind::Local(slot) => Some(slot as usize),
            _ => None,
        };
        let first = exprs.first().map_or(Some(0), column);
        match first {
            Some(first) if exprs.iter().enumerate().all(|(at, expr)| column(expr) == Some(first + at)) => {
                KeyOf::Columns(first..first + exprs.len())
            }
            _ => KeyOf::Computed(exprs.to_vec()),
        }
    }

    /// The key of a row; `scratch` is overwritten.
    #[inline]
    pub(super) fn of<'k>(&self, row: &'k [Value], scratch: &'k mut Vec<Value>) -> Result<&'k [Value], Failure> {
        match self {
            KeyOf::Columns(range) => Ok(&row[range.clone()]),
            KeyOf::Computed(exprs) => {
                scratch.clear();
                for expr in exprs {
                    scratch.push(expr::value(expr, row)?);
                }
                Ok(scratch)
            }
        }
    }
}

/// The columns of one row, then those of another.
#[inline]
pub(super) fn side_by_side(left: &[Value], right: &[Value]) -> Row {
    // An iterator of known length: one allocation, and nothing is moved twice.
    left.iter().chain(right).cloned().collect()
}

#[cfg(test)]
mod tests {
    use lasp_plan::Place;

    use super::*;

    #[test]
    fn neighbouring_columns_are_borrowed() {
        let local = |slot| Expr { kind: ExprKind::Local(slot), place: Place::default() };
        let row = [Value::Int(1), Value::Int(2), Value::Int(3)];
        for (slots, computed, key) in [
            (vec![], false, vec![]),
            (vec![2], false, vec![3]),
            (vec![1, 2], false, vec![2, 3]),
            (vec![1, 0], true, vec![2, 1]),
            (vec![1, 1], true, vec![2, 2]),
        ] {
            let exprs: Vec<Expr> = slots.into_iter().map(local).collect();
            let of = KeyOf::new(&exprs);
            assert_eq!(matches!(of, KeyOf::Computed(_)), computed);
            let key: Vec<Value> = key.into_iter().map(Value::Int).collect();
            assert_eq!(of.of(&row, &mut Vec::new()).unwrap(), key);
        }
    }
}

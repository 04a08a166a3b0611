//! The growth order of values: what is "back" for a value that was seen.
//!
//! ```text
//! {1, 2} ≤ {1, 2, 3}     2 ≤ 5     none ≤ 5     false ≤ true     ["a": 1] ≤ ["a": 2, "b": 0]
//! { n: 2, s: {1} } and { n: 3, s: {} }: neither, so going from one to the other is going back
//! ```
//!
//! Sets by ⊆, lists as multisets, maps and products part by part, options by unset below set; elements of a lattice
//! drawn in the program as drawn; everything else by its one order. Where the compiler claims more,
//! [`lasp_plan::Order`] does. Neighbours: `world` asks, the checker judges by the same.

use std::sync::Arc;

use lasp_lattice::{Kind, UserLattice};
use lasp_plan::format::{text_of, untyped_text_of};
use lasp_plan::{Order, Type, Value, VarPlan};

/// Which way a value must not go.
pub(super) enum Way<'q> {
    /// Down in the growth order of its type.
    Growth(Growth<'q>),
    /// Against what is claimed of it.
    Claim(Order),
}

impl Way<'_> {
    /// Whether going from `before` to `after` takes nothing back.
    pub(super) fn keeps(&self, before: &Value, after: &Value) -> bool {
        match self {
            Way::Growth(growth) => growth.keeps(before, after),
            Way::Claim(claim) => !claim.is_back(before, after),
        }
    }

    /// A value, as a program writes it as far as its type is known.
    pub(super) fn text(&self, value: &Value) -> String {
        match self {
            Way::Growth(growth) => text_of(value, growth.ty),
            Way::Claim(_) => untyped_text_of(value),
        }
    }
}

/// The order of the values of one type.
pub(super) struct Growth<'q> {
    ty: &'q Type,
    /// Those of the variables, by name.
    drawn: Vec<Arc<UserLattice>>,
}

impl<'q> Growth<'q> {
    pub(super) fn new(ty: &'q Type, vars: &[VarPlan]) -> Growth<'q> {
        let mut drawn = Vec::new();
        vars.iter().for_each(|var| collect(&var.kind, &mut drawn));
        Growth { ty, drawn }
    }

    /// Whether going from `before` to `after` takes nothing back.
    pub(super) fn keeps(&self, before: &Value, after: &Value) -> bool {
        self.below(before, after, self.ty)
    }

    fn below(&self, a: &Value, b: &Value, ty: &Type) -> bool {
        let parts = |a: &[Value], b: &[Value], types: &mut dyn Iterator<Item = &Type>| {
            a.len() == b.len() && a.iter().zip(b).zip(types).all(|((a, b), ty)| self.below(a, b, ty))
        };
        match (a, b, ty) {
            (Value::None, _, Type::Option(_)) => true,
            (Value::Some(a), Value::Some(b), Type::Option(of)) => self.below(a, b, of),
            (_, _, Type::Option(_)) => false,
            (Value::Tuple(a), Value::Tuple(b), Type::Tuple(types)) => parts(a, b, &mut types.iter()),
            (Value::Tuple(a), Value::Tuple(b), Type::Record(fields)) => {
                parts(a, b, &mut fields.iter().map(|(_, ty)| ty))
            }
            (Value::Set(a), Value::Set(b), _) => a.iter().all(|element| b.binary_search(element).is_ok()),
            (Value::List(a), Value::List(b), _) => {
                let times = |of: &[Value], element: &Value| of.iter().filter(|other| *other == element).count();
                a.iter().all(|element| times(a, element) <= times(b, element))
            }
            (Value::Map(a), Value::Map(b), Type::Map(_, of)) => a
                .iter()
                .all(|(key, before)| b.iter().any(|(other, after)| key == other && self.below(before, after, of))),
            (Value::Variant(x, _), Value::Variant(y, _), Type::Enum(declared)) => {
                match self.drawn.iter().find(|drawn| drawn.name() == declared.name) {
                    Some(drawn) => match (u16::try_from(*x), u16::try_from(*y)) {
                        (Ok(x), Ok(y)) => drawn.join(x, y) == y,
                        _ => false,
                    },
                    None => a <= b,
                }
            }
            _ => a <= b,
        }
    }
}

fn collect(kind: &Kind, found: &mut Vec<Arc<UserLattice>>) {
    if let Kind::User(drawn) = kind {
        found.push(Arc::clone(drawn));
    }
    kind.inner().into_iter().for_each(|inner| collect(inner, found));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_is_told_from_growing() {
        let int = |n| Value::Int(n);
        let set = |of: &[i64]| Value::set(of.iter().map(|n| int(*n)).collect());
        let ty = Type::Record(vec![("n".into(), Type::Int), ("s".into(), Type::Set(Box::new(Type::Int)))]);
        let growth = Growth::new(&ty, &[]);
        let record = |n, s: &[i64]| Value::tuple([int(n), set(s)]);
        assert!(growth.keeps(&record(2, &[1]), &record(2, &[1, 5])));
        assert!(!growth.keeps(&record(2, &[1]), &record(3, &[])), "an element left");
        assert!(!growth.keeps(&record(2, &[1]), &record(1, &[1])), "the number fell");
        let option = Type::Option(Box::new(Type::Int));
        let growth = Growth::new(&option, &[]);
        assert!(growth.keeps(&Value::None, &Value::some(int(-4))));
        assert!(!growth.keeps(&Value::some(int(-4)), &Value::None));
    }
}

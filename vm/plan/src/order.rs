//! What it means that a value has not gone back: part by part, as each of them is said to move.
//!
//! ```text
//! stable ↑ nat                       3 → 5 is on, 5 → 3 is back
//! an option, set ↑, content ↓        none → some(5) → some(3) is on, some(3) → none and some(3) → some(5) are back
//! a set ↑                            {1} → {1, 2} is on, {1} → {2} is back
//! ```
//!
//! The compiler says which order it claims for a place, the explorer looks for a schedule that goes against it.
//! Neighbours: `graph` has the directions.

use crate::{Stability, Value};

/// How a value is claimed to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// As one, by the order of its type.
    All(Stability),
    /// An option: whether it is set, and its content while it is.
    Option(Stability, Box<Order>),
    /// Slots of a tuple or record.
    Parts(Vec<Order>),
    /// A set, by ⊆.
    Set(Stability),
    /// A map: its keys by ⊆, and the values under the keys that stay.
    Map(Stability, Box<Order>),
}

impl Order {
    /// Whether a value that was `before` and is `now` has gone against the claim.
    #[must_use]
    pub fn is_back(&self, before: &Value, now: &Value) -> bool {
        match (self, before, now) {
            (Order::All(way), ..) => all_back(*way, before, now),
            (Order::Option(set, _), Value::Some(_), Value::None) => falls(*set),
            (Order::Option(set, _), Value::None, Value::Some(_)) => rises(*set),
            (Order::Option(_, content), Value::Some(a), Value::Some(b)) => content.is_back(a, b),
            (Order::Parts(parts), Value::Tuple(a), Value::Tuple(b)) => {
                parts.iter().zip(a.iter().zip(b.iter())).any(|(part, (a, b))| part.is_back(a, b))
            }
            (Order::Set(way), ..) => set_back(*way, before, now),
            (Order::Map(keys, value), Value::Map(a), Value::Map(b)) => {
                let key =
                    |entries: &[(Value, Value)]| -> Vec<Value> { entries.iter().map(|(key, _)| key.clone()).collect() };
                let under = |(at, a): &(Value, Value)| {
                    b.iter().find(|(key, _)| key == at).is_some_and(|(_, b)| value.is_back(a, b))
                };
                set_back(*keys, &Value::set(key(a)), &Value::set(key(b))) || a.iter().any(under)
            }
            _ => false,
        }
    }
}

/// Whether what is claimed to go this way may not fall.
fn falls(way: Stability) -> bool {
    matches!(way, Stability::Const | Stability::Up)
}

/// Whether what is claimed to go this way may not rise.
fn rises(way: Stability) -> bool {
    matches!(way, Stability::Const | Stability::Down)
}

/// Of a value that moves as one. An option that falls is set first, and so is a map's key: absent is not above.
fn all_back(way: Stability, before: &Value, now: &Value) -> bool {
    match (before, now) {
        _ if way == Stability::Eventual || before == now => false,
        (Value::Some(a), Value::Some(b)) => all_back(way, a, b),
        (Value::Some(_), Value::None) => true,
        (Value::None, _) => way == Stability::Const,
        (Value::Set(_) | Value::List(_), _) => set_back(way, before, now),
        (Value::Map(_), _) => {
            let keys = if way == Stability::Const { way } else { Stability::Up };
            Order::Map(keys, Box::new(Order::All(way))).is_back(before, now)
        }
        (Value::Tuple(a), Value::Tuple(b)) => a.iter().zip(b.iter()).any(|(a, b)| all_back(way, a, b)),
        // The order of a declared enum or a drawn lattice is not known here.
        (Value::Variant(..), _) => way == Stability::Const,
        _ => {
            if before > now {
                falls(way)
            } else {
                rises(way)
            }
        }
    }
}

fn set_back(way: Stability, before: &Value, now: &Value) -> bool {
    let (Some(a), Some(b)) = (before.elements(), now.elements()) else { return false };
    let missing = |from: &[Value], of: &[Value]| from.iter().any(|element| !of.contains(element));
    (falls(way) && missing(&a, &b)) || (rises(way) && missing(&b, &a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(of: &[i64]) -> Value {
        Value::set(of.iter().copied().map(Value::Int).collect())
    }

    fn some(n: i64) -> Value {
        Value::some(Value::Int(n))
    }

    #[test]
    fn numbers_and_truth_go_by_their_order() {
        let (up, down) = (Order::All(Stability::Up), Order::All(Stability::Down));
        assert!(up.is_back(&Value::Int(3), &Value::Int(2)) && !up.is_back(&Value::Int(2), &Value::Int(3)));
        assert!(down.is_back(&Value::Int(2), &Value::Int(3)) && !down.is_back(&Value::Int(3), &Value::Int(2)));
        assert!(up.is_back(&Value::Bool(true), &Value::Bool(false)));
        assert!(!Order::All(Stability::Eventual).is_back(&Value::Int(3), &Value::Int(2)));
        assert!(Order::All(Stability::Const).is_back(&Value::Int(2), &Value::Int(3)));
    }

    #[test]
    fn an_option_is_set_first_and_then_falls() {
        let least = Order::Option(Stability::Up, Box::new(Order::All(Stability::Down)));
        for order in [least, Order::All(Stability::Down)] {
            assert!(!order.is_back(&Value::None, &some(5)) && !order.is_back(&some(5), &some(3)));
            assert!(order.is_back(&some(3), &some(5)) && order.is_back(&some(3), &Value::None));
        }
    }

    #[test]
    fn sets_go_by_their_elements_and_maps_by_keys_and_values() {
        let up = Order::Set(Stability::Up);
        assert!(up.is_back(&set(&[1]), &set(&[2])) && !up.is_back(&set(&[1]), &set(&[1, 2])));
        assert!(Order::Set(Stability::Down).is_back(&set(&[1]), &set(&[1, 2])));
        let map = |of: &[(i64, i64)]| Value::map(of.iter().map(|(k, v)| (Value::Int(*k), Value::Int(*v))).collect());
        let order = Order::Map(Stability::Up, Box::new(Order::All(Stability::Up)));
        assert!(order.is_back(&map(&[(1, 2)]), &map(&[(1, 1)])) && order.is_back(&map(&[(1, 2)]), &map(&[(2, 2)])));
        assert!(!order.is_back(&map(&[(1, 2)]), &map(&[(1, 3), (2, 0)])));
    }
}

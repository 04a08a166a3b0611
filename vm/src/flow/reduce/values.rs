//! Groups that keep their values: least, greatest, sets, maps, sums of floats, and sketches.
//!
//! ```text
//! min over {3, 3, 8}   - 3 ─► 3    - 3 ─► 8          an ordered multiset: the extreme may go
//! set by key           ("a", 2), ("a", 1) ─► {1, 2}
//! top 2 by key         (3, "a"), (3, "b"), (8, "c") ─► ["c", "b"]    - (8, "c") ─► ["b", "a"]
//! ```
//!
//! Least and greatest cost O(log of the group) a change, the greatest n O(n) more; a set or map is one value, and
//! another one after each change, so that costs O(the group).

use lasp_plan::{Agg, Value};

use super::total::Total;
use crate::flow::ordered::Ordered;
use crate::flow::repr::Repr;
use crate::flow::rows::RowRef;
use crate::sketch::Sketch;

/// The values of a group.
#[derive(Debug)]
pub(super) enum Values {
    /// The group is gone.
    Gone,
    /// Whole numbers, and what else is ordered like one.
    Words(Repr, Ordered<i64>),
    /// Any.
    Ordered(Repr, Ordered<Value>),
    /// A sum.
    Total(Repr, Total),
    /// What is left of hashes.
    Sketch(Repr, Box<Sketch>),
}

impl Values {
    /// Those of an aggregate over arguments of a representation.
    pub(super) fn new(agg: Agg, repr: &Repr) -> Values {
        match agg {
            Agg::Sum | Agg::Avg => Values::Total(repr.clone(), Total::default()),
            Agg::Min | Agg::Max if repr.is_word() && *repr != Repr::Float => {
                Values::Words(repr.clone(), Ordered::default())
            }
            Agg::ApproxCount => Values::Sketch(repr.clone(), Box::default()),
            _ => Values::Ordered(repr.clone(), Ordered::default()),
        }
    }

    /// Takes a value in, or out with a negative weight. Returns by how much the number of kept values changed.
    pub(super) fn add(&mut self, arg: RowRef<'_>, weight: i64) -> isize {
        match self {
            Values::Gone => unreachable!("a group that is there has values"),
            Values::Words(_, values) => values.add(arg.words[0].cast_signed(), weight),
            Values::Ordered(repr, values) => values.add(repr.decode(arg.words, arg.objects), weight),
            Values::Total(repr, total) => {
                total.add(&repr.decode(arg.words, arg.objects), weight);
                0
            }
            Values::Sketch(repr, sketch) => sketch.add(&repr.decode(arg.words, arg.objects), weight),
        }
    }

    /// The aggregate over `count > 0` rows, or in words why there is none.
    pub(super) fn result(&self, agg: Agg, count: i64) -> Result<Value, String> {
        const THERE: &str = "a group with rows has values";
        match (self, agg) {
            (Values::Words(repr, values), Agg::Min) => Ok(word(repr, values.iter().next().expect(THERE))),
            (Values::Words(repr, values), _) => Ok(word(repr, values.iter().next_back().expect(THERE))),
            (Values::Ordered(_, values), Agg::Min) => Ok(values.iter().next().expect(THERE).clone()),
            (Values::Ordered(_, values), Agg::Max) => Ok(values.iter().next_back().expect(THERE).clone()),
            (Values::Ordered(_, values), Agg::Top(most)) => Ok(greatest(values, most as usize)),
            (Values::Ordered(_, values), Agg::Map) => Ok(Value::map(values.iter().map(entry).collect())),
            // Already in order and without duplicates.
            (Values::Ordered(_, values), _) => Ok(Value::Set(values.iter().cloned().collect())),
            (Values::Total(_, total), Agg::Avg) => Ok(total.mean(count.unsigned_abs())),
            (Values::Total(_, total), _) => total.sum(),
            (Values::Sketch(_, sketch), _) => Ok(Value::Int(sketch.estimate())),
            (Values::Gone, _) => unreachable!("a group that is there has values"),
        }
    }
}

fn word(repr: &Repr, n: &i64) -> Value {
    repr.word_value(n.cast_unsigned())
}

/// Of pairs of key and element, the elements of the greatest: of equal keys the greater element comes first, so the
/// answer depends on no order of arrival.
fn greatest(pairs: &Ordered<Value>, most: usize) -> Value {
    let element = |pair: &Value| match pair {
        Value::Tuple(pair) if pair.len() == 2 => pair[1].clone(),
        other => unreachable!("what has a place among others is a pair, not {other:?}"),
    };
    let mut elements = Vec::new();
    for (pair, weight) in pairs.weights().iter().rev() {
        if elements.len() == most {
            break;
        }
        // A list may hold an element several times.
        let times = usize::try_from(*weight).unwrap_or(0).min(most - elements.len());
        elements.extend(std::iter::repeat_n(element(pair), times));
    }
    Value::List(elements.into())
}

/// An entry of a map. The plan promises distinct keys; should there be several pairs of one key, the greatest counts.
fn entry(pair: &Value) -> (Value, Value) {
    match pair {
        Value::Tuple(pair) => match &**pair {
            [key, value] => (key.clone(), value.clone()),
            other => unreachable!("an entry is a pair, not {other:?}"),
        },
        other => unreachable!("an entry is a pair, not {other:?}"),
    }
}

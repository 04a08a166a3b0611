//! Values: what a row, a field or a scalar view holds at run time.
//!
//! A value is plain data, totally ordered and compared structurally; what it *means* (field names, variant names,
//! units) is in its [`Type`](crate::Type). A record is a tuple whose slots follow the sorted names of its fields, so
//! `{ limit: 300, ad: "13" }` is `Tuple(["13", 300])`.
//!
//! Invariants: sets are sorted without duplicates, maps are sorted by key; floats have one NaN and no `-0.0`. Cloning
//! is O(1): everything large is shared. Neighbours: `ty` gives meaning, `format` prints, `decode` reads from outside.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A float with a total order: NaN (one of it) is the greatest, `-0.0` does not exist.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(from = "f64", into = "f64")]
pub struct Float(f64);

impl Float {
    /// Normalises NaN and `-0.0`.
    #[must_use]
    pub fn new(x: f64) -> Float {
        if x.is_nan() {
            Float(f64::NAN)
        } else if x == 0.0 {
            Float(0.0)
        } else {
            Float(x)
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl From<f64> for Float {
    fn from(x: f64) -> Float {
        Float::new(x)
    }
}

impl From<Float> for f64 {
    fn from(x: Float) -> f64 {
        x.0
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Float) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Float {}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Float) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Float) -> std::cmp::Ordering {
        match (self.0.is_nan(), other.0.is_nan()) {
            (false, false) => self.0.total_cmp(&other.0),
            (left, right) => left.cmp(&right),
        }
    }
}

impl std::hash::Hash for Float {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// A value at run time. The order is structural; only values of one type are ever compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Value {
    /// An unset option; less than every set one.
    None,
    /// A set option.
    Some(Arc<Value>),
    /// A truth value.
    Bool(bool),
    /// `int` and `nat`.
    Int(i64),
    /// `float`.
    Float(Float),
    /// `text`, ordered by bytes.
    Text(Arc<str>),
    /// `bytes`.
    Bytes(Arc<[u8]>),
    /// `time`: microseconds since 1970-01-01T00:00:00Z.
    Time(i64),
    /// `duration`: microseconds.
    Duration(i64),
    /// A tuple, a record (slots in the order of the sorted field names) or a map entry (key, value).
    Tuple(Arc<[Value]>),
    /// A list.
    List(Arc<[Value]>),
    /// A set: sorted, without duplicates.
    Set(Arc<[Value]>),
    /// A map: sorted by key, keys distinct.
    Map(Arc<[(Value, Value)]>),
    /// An enum value: the position of its variant and its fields.
    Variant(u32, Arc<[Value]>),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    /// A tuple or record from its slots.
    #[must_use]
    pub fn tuple(slots: impl Into<Arc<[Value]>>) -> Value {
        Value::Tuple(slots.into())
    }

    /// A set option.
    #[must_use]
    pub fn some(value: Value) -> Value {
        Value::Some(Arc::new(value))
    }

    /// The empty tuple.
    #[must_use]
    pub fn unit() -> Value {
        Value::Tuple(Arc::from([]))
    }

    /// A set from elements in any order. O(n log n).
    #[must_use]
    pub fn set(mut elements: Vec<Value>) -> Value {
        elements.sort_unstable();
        elements.dedup();
        Value::Set(elements.into())
    }

    /// A map from entries in any order; of entries with one key the last wins. O(n log n).
    #[must_use]
    pub fn map(mut entries: Vec<(Value, Value)>) -> Value {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let mut kept: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
        for entry in entries {
            match kept.last_mut() {
                Some(last) if last.0 == entry.0 => *last = entry,
                _ => kept.push(entry),
            }
        }
        Value::Map(kept.into())
    }

    /// The elements of a set or list; the entries of a map as tuples.
    #[must_use]
    pub fn elements(&self) -> Option<Vec<Value>> {
        match self {
            Value::Set(elements) | Value::List(elements) => Some(elements.to_vec()),
            Value::Map(entries) => Some(entries.iter().map(|(k, v)| Value::tuple([k.clone(), v.clone()])).collect()),
            _ => None,
        }
    }
}

/// A row of a relation inside the dataflow.
pub type Row = Arc<[Value]>;

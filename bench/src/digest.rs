//! Checksums of results, the same for every system: a row has a digest, a result the wrapping sum of its rows' digests.
//!
//! A sum does not depend on order and can be kept up by changes: a row that comes adds its digest, one that goes takes
//! it away. So a sink that only sees changes and a reader that sees the whole result agree exactly when the result is
//! right (two wrong rows would have to cancel out in 64 mixed bits).
//!
//! Invariant: what Lasp reads as a value ([`of_value`]) and what Rust holds as a type ([`Digest`]) have one digest. A
//! record's fields count in the order of their names, as in [`Value`].

use compact_str::CompactString;
use lasp_plan::Value;

use lasp_gauge::mix;

/// What has a digest.
pub trait Digest {
    /// Its digest.
    fn digest(&self) -> u64;
}

/// The digest of a row of several columns, from those of its columns.
#[must_use]
pub fn pair(left: u64, right: u64) -> u64 {
    mix(left.wrapping_mul(3) ^ right.rotate_left(17))
}

/// The digest of a text: eight bytes at a time.
#[must_use]
pub fn text(text: &str) -> u64 {
    text.as_bytes().chunks(8).fold(text.len() as u64, |sum, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        mix(sum ^ u64::from_le_bytes(word))
    })
}

impl Digest for i64 {
    fn digest(&self) -> u64 {
        mix(self.cast_unsigned())
    }
}

impl Digest for u64 {
    fn digest(&self) -> u64 {
        mix(*self)
    }
}

impl Digest for CompactString {
    fn digest(&self) -> u64 {
        text(self)
    }
}

impl Digest for String {
    fn digest(&self) -> u64 {
        text(self)
    }
}

impl<A: Digest, B: Digest> Digest for (A, B) {
    fn digest(&self) -> u64 {
        pair(self.0.digest(), self.1.digest())
    }
}

impl<A: Digest, B: Digest, C: Digest> Digest for (A, B, C) {
    fn digest(&self) -> u64 {
        pair(pair(self.0.digest(), self.1.digest()), self.2.digest())
    }
}

/// The digest of one value: an element, an entry, a number.
///
/// # Panics
/// On kinds of values that no workload has as an element.
#[must_use]
pub fn of_value(value: &Value) -> u64 {
    match value {
        Value::Int(x) => x.digest(),
        Value::Bool(x) => mix(u64::from(*x)),
        Value::Text(x) => text(x),
        Value::Float(x) => mix(x.get().to_bits()),
        Value::None => mix(u64::MAX),
        Value::Some(inner) => of_value(inner),
        Value::Tuple(slots) | Value::List(slots) => slots.iter().map(of_value).reduce(pair).unwrap_or_default(),
        other => panic!("no workload has elements like {other:?}"),
    }
}

/// The checksum of a result: of a set its elements, of a map its entries; of anything else itself.
#[must_use]
pub fn of_result(value: &Value) -> u64 {
    match value {
        Value::Set(elements) => elements.iter().map(of_value).fold(0, u64::wrapping_add),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| pair(of_value(key), of_value(value))).fold(0, u64::wrapping_add)
        }
        scalar => of_value(scalar),
    }
}

/// A running checksum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum(pub u64);

impl Sum {
    /// A row has come.
    pub fn add(&mut self, row: &impl Digest) {
        self.0 = self.0.wrapping_add(row.digest());
    }

    /// A row has gone.
    pub fn take(&mut self, row: &impl Digest) {
        self.0 = self.0.wrapping_sub(row.digest());
    }

    /// A row has come (`weight` > 0 times) or gone.
    pub fn weigh(&mut self, row: &impl Digest, weight: i64) {
        self.0 = self.0.wrapping_add(row.digest().wrapping_mul(weight.cast_unsigned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;

    fn one_digest<T: Element>() {
        for word in [0, 1, 77, 1 << 40, (1 << 62) - 1] {
            let element = T::of(word);
            assert_eq!(element.digest(), of_value(&element.value()), "{element:?}");
        }
    }

    #[test]
    fn a_value_and_its_type_have_one_digest() {
        one_digest::<i64>();
        one_digest::<CompactString>();
        one_digest::<(i64, i64)>();
        assert_eq!((1_i64, 2_i64, 3_i64).digest(), of_value(&Value::tuple([1, 2, 3].map(Value::Int))));
    }

    #[test]
    fn changes_add_up_to_the_result() {
        let mut sum = Sum::default();
        (1..=4_i64).for_each(|x| sum.add(&x));
        sum.take(&2_i64);
        sum.weigh(&3_i64, -1);
        assert_eq!(sum.0, of_result(&Value::set(vec![Value::Int(4), Value::Int(1)])));
        assert_ne!(sum.0, of_result(&Value::set(vec![Value::Int(4), Value::Int(2)])));
    }
}

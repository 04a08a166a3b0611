//! Values as bytes: what states on disks and wires are made of.
//!
//! ```text
//! 7                 04 0e                 tag, zigzag number
//! "ab"              06 02 61 62           tag, length, UTF-8
//! { ad: "ab", n: 7 }   0a 02 06 02 61 62 04 0e      a record is its slots
//! ```
//!
//! A value carries its form and not its type: readers know that. The first byte of a value is its tag; numbers are
//! LEB128 in their shortest form, signed ones zigzag, floats eight bytes.
//!
//! Invariants: canonical, so equal values have equal bytes, and bytes that are read are those that would be written
//! (sets and the keys of maps strictly ascend, there is one NaN and no `-0.0`); reading is total: whatever the bytes,
//! it ends with a value or an error, having used memory and stack in proportion to them. Tags are part of the format.
//!
//! Neighbours: `lasp_lattice::codec` for states; `decode` reads what people write.

use std::sync::Arc;

use lasp_lattice::codec::{put_number, put_signed, take_byte, take_number, take_signed};
use lasp_lattice::{DecodeError, ElementCodec};

use crate::{Float, Value};

/// How deep values may lie in each other: more than any type of a program that the checker accepts, and little enough
/// for the stack of a thread.
pub const VALUE_DEPTH_MAX: u32 = 1_000;

/// Writes and reads values.
#[derive(Clone, Copy, Debug, Default)]
pub struct ValueCodec;

impl ElementCodec<Value> for ValueCodec {
    fn write(&self, value: &Value, bytes: &mut Vec<u8>) {
        match value {
            Value::None => bytes.push(0),
            Value::Some(inner) => {
                bytes.push(1);
                self.write(inner, bytes);
            }
            Value::Bool(truth) => bytes.push(2 + u8::from(*truth)),
            Value::Int(n) => signed(4, *n, bytes),
            Value::Float(x) => {
                bytes.push(5);
                bytes.extend(x.get().to_bits().to_le_bytes());
            }
            Value::Text(text) => octets(6, text.as_bytes(), bytes),
            Value::Bytes(content) => octets(7, content, bytes),
            Value::Time(t) => signed(8, *t, bytes),
            Value::Duration(d) => signed(9, *d, bytes),
            Value::Tuple(slots) => self.sequence(10, slots, bytes),
            Value::List(items) => self.sequence(11, items, bytes),
            Value::Set(items) => self.sequence(12, items, bytes),
            Value::Map(entries) => {
                bytes.push(13);
                put_number(entries.len() as u64, bytes);
                for (key, value) in entries.iter() {
                    self.write(key, bytes);
                    self.write(value, bytes);
                }
            }
            Value::Variant(variant, fields) => {
                bytes.push(14);
                put_number(u64::from(*variant), bytes);
                put_number(fields.len() as u64, bytes);
                fields.iter().for_each(|field| self.write(field, bytes));
            }
        }
    }

    fn read(&self, bytes: &mut &[u8]) -> Result<Value, DecodeError> {
        let mut input = Input { left: bytes };
        let value = input.value(VALUE_DEPTH_MAX);
        *bytes = input.left;
        value
    }
}

impl ValueCodec {
    fn sequence(self, tag: u8, items: &[Value], bytes: &mut Vec<u8>) {
        bytes.push(tag);
        put_number(items.len() as u64, bytes);
        items.iter().for_each(|item| self.write(item, bytes));
    }
}

fn signed(tag: u8, n: i64, bytes: &mut Vec<u8>) {
    bytes.push(tag);
    put_signed(n, bytes);
}

fn octets(tag: u8, content: &[u8], bytes: &mut Vec<u8>) {
    bytes.push(tag);
    put_number(content.len() as u64, bytes);
    bytes.extend(content);
}

/// What is left to read.
struct Input<'b> {
    left: &'b [u8],
}

impl<'b> Input<'b> {
    fn error(&self, reason: &'static str) -> DecodeError {
        DecodeError { reason, left: self.left.len() }
    }

    fn value(&mut self, depth: u32) -> Result<Value, DecodeError> {
        let Some(depth) = depth.checked_sub(1) else { return Err(self.error("a value is nested too deep")) };
        Ok(match take_byte(&mut self.left)? {
            0 => Value::None,
            1 => Value::Some(Arc::new(self.value(depth)?)),
            2 => Value::Bool(false),
            3 => Value::Bool(true),
            4 => Value::Int(take_signed(&mut self.left)?),
            5 => Value::Float(self.float()?),
            6 => {
                let left = self.left.len();
                let text = std::str::from_utf8(self.octets()?);
                let text = text.map_err(|_| DecodeError { reason: "a text is not UTF-8", left })?;
                Value::Text(text.into())
            }
            7 => Value::Bytes(self.octets()?.into()),
            8 => Value::Time(take_signed(&mut self.left)?),
            9 => Value::Duration(take_signed(&mut self.left)?),
            10 => Value::Tuple(self.sequence(depth)?.into()),
            11 => Value::List(self.sequence(depth)?.into()),
            12 => {
                let items = self.sequence(depth)?;
                if !items.is_sorted_by(|a, b| a < b) {
                    return Err(self.error("the elements of a set are out of order"));
                }
                Value::Set(items.into())
            }
            13 => {
                let mut entries: Vec<(Value, Value)> = Vec::new();
                for _ in 0..self.count()? {
                    let key = self.value(depth)?;
                    if entries.last().is_some_and(|(last, _)| *last >= key) {
                        return Err(self.error("the keys of a map are out of order"));
                    }
                    entries.push((key, self.value(depth)?));
                }
                Value::Map(entries.into())
            }
            14 => {
                let variant =
                    u32::try_from(take_number(&mut self.left)?).map_err(|_| self.error("a variant is out of range"))?;
                Value::Variant(variant, self.sequence(depth)?.into())
            }
            _ => return Err(self.error("a value has no such form")),
        })
    }

    /// The list grows with what is read: a count says little about the memory that its items take.
    fn sequence(&mut self, depth: u32) -> Result<Vec<Value>, DecodeError> {
        let count = self.count()?;
        (0..count).map(|_| self.value(depth)).collect()
    }

    /// How many items follow: each takes a byte at least.
    fn count(&mut self) -> Result<usize, DecodeError> {
        let n = take_number(&mut self.left)?;
        usize::try_from(n).ok().filter(|n| *n <= self.left.len()).ok_or_else(|| self.error("a count is too great"))
    }

    fn octets(&mut self) -> Result<&'b [u8], DecodeError> {
        let count = self.count()?;
        let (octets, rest) = self.left.split_at(count);
        self.left = rest;
        Ok(octets)
    }

    fn float(&mut self) -> Result<Float, DecodeError> {
        let (octets, rest) = self.left.split_first_chunk::<8>().ok_or_else(|| self.error("a float ends too early"))?;
        let bits = u64::from_le_bytes(*octets);
        let x = Float::new(f64::from_bits(bits));
        if x.get().to_bits() != bits {
            return Err(self.error("a float is not in its one form"));
        }
        self.left = rest;
        Ok(x)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        ValueCodec.write(value, &mut bytes);
        bytes
    }

    fn read(mut bytes: &[u8]) -> Result<(Value, usize), DecodeError> {
        ValueCodec.read(&mut bytes).map(|value| (value, bytes.len()))
    }

    /// Values of any form, nested a little.
    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::None),
            any::<bool>().prop_map(Value::Bool),
            prop_oneof![any::<i64>(), -2..3i64].prop_map(Value::Int),
            any::<f64>().prop_map(|x| Value::Float(Float::new(x))),
            ".{0,6}".prop_map(|text| Value::text(&text)),
            prop::collection::vec(any::<u8>(), 0..4).prop_map(|octets| Value::Bytes(octets.into())),
            any::<i64>().prop_map(Value::Time),
            any::<i64>().prop_map(Value::Duration),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let many = || prop::collection::vec(inner.clone(), 0..4);
            prop_oneof![
                inner.clone().prop_map(Value::some),
                many().prop_map(Value::tuple),
                many().prop_map(|items| Value::List(items.into())),
                many().prop_map(Value::set),
                prop::collection::vec((inner.clone(), inner.clone()), 0..4).prop_map(Value::map),
                (any::<u32>(), many()).prop_map(|(variant, fields)| Value::Variant(variant, fields.into())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(value in values(), rest in prop::collection::vec(any::<u8>(), 0..3)) {
            let mut bytes = bytes_of(&value);
            bytes.extend(&rest);
            prop_assert_eq!(read(&bytes), Ok((value, rest.len())));
        }

        #[test]
        fn garbage_is_refused_or_is_what_would_be_written(bytes in prop::collection::vec(0..20u8, 0..24)) {
            if let Ok((value, left)) = read(&bytes) {
                prop_assert_eq!(bytes_of(&value), &bytes[..bytes.len() - left]);
            }
        }

        #[test]
        fn damage_is_refused_or_is_what_would_be_written(value in values(), at in any::<prop::sample::Index>(), bit in 0..8u32) {
            let mut bytes = bytes_of(&value);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok((value, left)) = read(&bytes) {
                prop_assert_eq!(bytes_of(&value), &bytes[..bytes.len() - left]);
            }
        }

        #[test]
        fn what_is_cut_short_is_refused(value in values(), keep in any::<prop::sample::Index>()) {
            let bytes = bytes_of(&value);
            prop_assert!(read(&bytes[..keep.index(bytes.len())]).is_err());
        }
    }

    #[test]
    fn the_form_is_fixed() {
        let record = Value::tuple([Value::text("ab"), Value::Int(7)]);
        assert_eq!(bytes_of(&record), [10, 2, 6, 2, b'a', b'b', 4, 14]);
        assert_eq!(bytes_of(&Value::Variant(2, [].into())), [14, 2, 0]);
        assert_eq!(bytes_of(&Value::set(vec![Value::Bool(true), Value::Bool(false)])), [12, 2, 2, 3]);
    }

    #[test]
    fn other_forms_of_a_value_are_refused() {
        let float = |x: f64| [&[5][..], &x.to_bits().to_le_bytes()[..]].concat();
        let nan = f64::from_bits(f64::NAN.to_bits() | 1);
        let cases: &[(&[u8], &str)] = &[
            (&[4, 0x80, 0], "a longer number"),
            (&[12, 2, 3, 2], "a set out of order"),
            (&[12, 2, 2, 2], "an element twice"),
            (&[13, 2, 2, 0, 2, 0], "a key twice"),
            (&[6, 1, 0xff], "not UTF-8"),
            (&[11, 0xff, 0xff, 0xff, 0xff, 0x0f], "more items than bytes"),
            (&[7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "more octets than bytes"),
            (&float(-0.0), "negative zero"),
            (&float(nan), "another NaN"),
            (&[15], "no such form"),
            (&[], "nothing"),
        ];
        for (bytes, what) in cases {
            assert!(read(bytes).is_err(), "{what}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| [vec![1; depth], vec![0]].concat();
        assert!(read(&nested(VALUE_DEPTH_MAX as usize - 1)).is_ok());
        assert!(read(&nested(VALUE_DEPTH_MAX as usize)).is_err());
        assert!(read(&nested(1_000_000)).is_err(), "and nothing overflows");
    }
}

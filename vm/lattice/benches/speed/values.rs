//! The elements of the workloads: distinct 62-bit integers, bare and as the language has them, and texts.
//!
//! Source: `elems` of the workloads: `elems(n, seed)[i] = mix(i ^ seed << 40) >> 2`, `mix` being splitmix64's
//! finaliser.

use std::hash::Hash;
use std::sync::Arc;

use lasp_lattice::codec::{DecodeError, ElementCodec, put_number, put_signed, take_byte, take_number, take_signed};

/// splitmix64's finaliser.
pub fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A type of elements to measure with.
pub trait Sample: Clone + Eq + Ord + Hash + std::fmt::Debug {
    /// What the tables call it.
    const NAME: &'static str;

    /// From a number; distinct for distinct ones.
    fn of(n: u64) -> Self;

    /// How both sides write it.
    fn write(&self, bytes: &mut Vec<u8>);

    /// And read it.
    fn read(bytes: &mut &[u8]) -> Result<Self, DecodeError>;
}

/// `n` elements.
pub fn elems<T: Sample>(n: usize, seed: u64) -> Vec<T> {
    (0..n as u64).map(|i| T::of(mix(i ^ (seed << 40)) >> 2)).collect()
}

impl Sample for u64 {
    const NAME: &'static str = "u64";

    fn of(n: u64) -> Self {
        n
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        put_number(*self, bytes);
    }

    fn read(bytes: &mut &[u8]) -> Result<Self, DecodeError> {
        take_number(bytes)
    }
}

/// A value as the language has it: of several types, text shared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Value {
    /// A number.
    Int(i64),
    /// A text.
    Text(Arc<str>),
}

impl Sample for Value {
    const NAME: &'static str = "text";

    /// Twelve bytes.
    fn of(n: u64) -> Self {
        Value::Text(Arc::from(&format!("{n:016x}")[4..]))
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Value::Int(n) => {
                bytes.push(0);
                put_signed(*n, bytes);
            }
            Value::Text(text) => {
                bytes.push(1);
                put_number(text.len() as u64, bytes);
                bytes.extend(text.as_bytes());
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Result<Self, DecodeError> {
        if take_byte(bytes)? == 0 {
            return take_signed(bytes).map(Value::Int);
        }
        let len = take_number(bytes)? as usize;
        let error = |reason| DecodeError { reason, left: 0 };
        let (text, rest) = bytes.split_at_checked(len).ok_or_else(|| error("too short"))?;
        *bytes = rest;
        let text = std::str::from_utf8(text).map_err(|_| error("not text"))?;
        Ok(Value::Text(Arc::from(text)))
    }
}

/// The codec of a sample.
pub struct Plain;

impl<T: Sample> ElementCodec<T> for Plain {
    fn write(&self, element: &T, bytes: &mut Vec<u8>) {
        element.write(bytes);
    }

    fn read(&self, bytes: &mut &[u8]) -> Result<T, DecodeError> {
        T::read(bytes)
    }
}

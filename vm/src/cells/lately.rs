//! Where keys were found last: a hot counter is found again without hashing and comparing its key.
//!
//! ```text
//! key "ad 7" at address 0x…40 ─► place 91 ─► entry 7; its key lies at the same address: found
//! ```
//!
//! Invariant: a hint. What is remembered is believed only where the entry holds that very key.
//!
//! Neighbours: the parent asks; `lasp_lattice::gmap` finds by hash.

use std::sync::Arc;

use lasp_lattice::gmap::GMap;
use lasp_plan::Value;

/// The key of an update, hashed once for all maps of an op and only if it has to be.
pub(crate) struct Key<'k> {
    pub(crate) value: &'k Value,
    pub(crate) hash: Option<u64>,
}

impl Key<'_> {
    pub(super) fn hash(&mut self) -> u64 {
        *self.hash.get_or_insert_with(|| GMap::hash(self.value))
    }
}

/// How many entries of a map are remembered by where they were found.
pub(super) const LATELY: usize = 256;

/// Where a key would be remembered. Texts go by the place they lie at: a caller who has a million events of few keys
/// often has each key once, and then neither hashes nor compares it here.
#[inline]
pub(super) fn place_of(key: &Value) -> Option<usize> {
    let bits = match key {
        Value::Int(n) => n.cast_unsigned(),
        Value::Text(text) => text.as_ptr() as u64 >> 4,
        _ => return None,
    };
    Some((bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize % LATELY)
}

/// Whether two keys are one without looking closer.
#[inline]
pub(super) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

//! What sets hold in the workloads: integers, 12-byte texts, pairs. Every row runs with several of them.
//!
//! ```text
//! i64              int           a word                         rustc-hash
//! CompactString    text          24 bytes, text in place        foldhash
//! (i64, i64)       (int, int)    two words                      rustc-hash
//! ```
//!
//! The third column is what the hand-written side holds, the fourth what it hashes with: the fastest we know of each.

use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};

use compact_str::{CompactString, format_compact};
use hashbrown::hash_map::EntryRef;
use lasp_plan::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::Digest;

/// A table as one would ship it: no SipHash.
pub type Map<K, V> = hashbrown::HashMap<K, V, <K as Element>::Hasher>;
/// The same, without values.
pub type Set<K> = hashbrown::HashSet<K, <K as Element>::Hasher>;

/// An empty table with room.
#[must_use]
pub fn map<K: Element, V>(room: usize) -> Map<K, V> {
    Map::<K, V>::with_capacity_and_hasher(room, K::Hasher::default())
}

/// An empty set with room.
#[must_use]
pub fn set<K: Element>(room: usize) -> Set<K> {
    Set::<K>::with_capacity_and_hasher(room, K::Hasher::default())
}

/// What a table holds for a key, which is put in if it is not there. One lookup; the key is cloned only if it has to
/// be.
pub fn slot<'m, K: Element, V>(table: &'m mut Map<K, V>, key: &K, first: V) -> &'m mut V {
    match table.entry_ref(key) {
        EntryRef::Occupied(entry) => entry.into_mut(),
        EntryRef::Vacant(entry) => entry.insert_with_key(key.clone(), first),
    }
}

/// A plain type that every system can hold.
pub trait Element:
    Serialize + DeserializeOwned + Clone + Eq + Ord + Hash + Debug + Digest + Send + Sync + 'static
{
    /// The hash a fast table of it uses.
    type Hasher: BuildHasher + Default + Clone;
    /// The type's name in Lasp.
    const LASP: &'static str;
    /// What to call it in a table.
    const NAME: &'static str;
    /// The element made of a 62-bit integer; different integers give different elements.
    fn of(word: i64) -> Self;
    /// The same as a value of Lasp.
    fn value(&self) -> Value;
}

impl Element for i64 {
    type Hasher = rustc_hash::FxBuildHasher;
    const LASP: &'static str = "int";
    const NAME: &'static str = "ints";

    fn of(word: i64) -> i64 {
        word
    }

    fn value(&self) -> Value {
        Value::Int(*self)
    }
}

impl Element for CompactString {
    type Hasher = foldhash::fast::RandomState;
    const LASP: &'static str = "text";
    const NAME: &'static str = "texts";

    /// Eleven characters of 64, the least bits first so that beginnings are spread, and one of three.
    fn of(word: i64) -> CompactString {
        const DIGITS: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
        let mut bytes = [b'0'; 12];
        let mut rest = word;
        for byte in &mut bytes[..11] {
            *byte = DIGITS[(rest & 63) as usize];
            rest >>= 6;
        }
        bytes[11] = DIGITS[(word % 3).unsigned_abs() as usize];
        format_compact!("{}", String::from_utf8_lossy(&bytes))
    }

    fn value(&self) -> Value {
        Value::text(self)
    }
}

impl Element for (i64, i64) {
    type Hasher = rustc_hash::FxBuildHasher;
    const LASP: &'static str = "(int, int)";
    const NAME: &'static str = "pairs";

    fn of(word: i64) -> (i64, i64) {
        (word >> 31, word & 0x7fff_ffff)
    }

    fn value(&self) -> Value {
        Value::tuple([Value::Int(self.0), Value::Int(self.1)])
    }
}

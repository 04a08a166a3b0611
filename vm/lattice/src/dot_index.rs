//! Which key a live dot lives under: by replica, in stretches of 64 sequence numbers.
//!
//! ```text
//! 1.0   stretch 0 (#0–63)   live 0b…0110   keys [x, y]       #1 → x, #2 → y
//!       stretch 7           live 0b…0001   keys [z]          the newest, kept at hand
//! ```
//!
//! A replica's dots come in order, so nearly every insertion goes to the end of the newest stretch: a bit and a push,
//! where a tree of single dots would search and rebalance. A stretch of which nothing lives is dropped, so the space is
//! that of the live dots.
//!
//! Invariants: no stretch is empty; the newest one stands behind all the others; a stretch holds its keys in dot order.
//!
//! Neighbours: [`crate::dot_map`], whose index it is.

use std::collections::BTreeMap;

use crate::context::CausalContext;
use crate::dot::{Dot, ReplicaId};

/// Keys by live dot.
#[derive(Clone, Debug)]
pub(crate) struct DotIndex<K> {
    writers: BTreeMap<ReplicaId, Line<K>>,
}

/// The live dots of one replica.
#[derive(Clone, Debug)]
struct Line<K> {
    older: BTreeMap<u64, Stretch<K>>,
    newest: Option<(u64, Stretch<K>)>,
}

/// Of 64 neighbouring sequence numbers the live ones, and their keys.
#[derive(Clone, Debug)]
struct Stretch<K> {
    live: u64,
    keys: Vec<K>,
}

const STRETCH: u64 = 64;

impl<K> DotIndex<K> {
    pub(crate) fn new() -> Self {
        Self { writers: BTreeMap::new() }
    }

    /// The key that was there before. O(log n), and O(1) for a replica's newest dots.
    pub(crate) fn insert(&mut self, dot: Dot, key: K) -> Option<K> {
        let line = self.writers.entry(dot.replica).or_insert_with(Line::new);
        line.at(dot.seq / STRETCH).insert(dot.seq % STRETCH, key)
    }

    pub(crate) fn remove(&mut self, dot: &Dot) -> Option<K> {
        let line = self.writers.get_mut(&dot.replica)?;
        let key = line.remove(dot.seq);
        if line.older.is_empty() && line.newest.is_none() {
            self.writers.remove(&dot.replica);
        }
        key
    }

    pub(crate) fn get(&self, dot: &Dot) -> Option<&K> {
        self.writers.get(&dot.replica)?.find(dot.seq / STRETCH)?.get(dot.seq % STRETCH)
    }

    /// The dots of a context that are here, with their keys, in order. O(runs · log n + dots found).
    pub(crate) fn within<'a>(&'a self, context: &'a CausalContext) -> impl Iterator<Item = (Dot, &'a K)> {
        context.runs().flat_map(|(replica, first, last)| {
            let line = self.writers.get(&replica).filter(|line| line.greatest() >= first);
            line.into_iter()
                .flat_map(move |line| line.range(first, last))
                .map(move |(seq, key)| (Dot { replica, seq }, key))
        })
    }

    /// All dots and their keys, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Dot, &K)> {
        self.writers
            .iter()
            .flat_map(|(replica, line)| line.range(0, u64::MAX).map(|(seq, key)| (Dot { replica: *replica, seq }, key)))
    }

    /// The greatest sequence number of a replica, 0 for none.
    pub(crate) fn greatest(&self, replica: ReplicaId) -> u64 {
        self.writers.get(&replica).map_or(0, Line::greatest)
    }
}

impl<K> Line<K> {
    fn new() -> Self {
        Self { older: BTreeMap::new(), newest: None }
    }

    /// The stretch of this number, to put something in.
    fn at(&mut self, number: u64) -> &mut Stretch<K> {
        let newer = match &self.newest {
            Some((newest, _)) => *newest <= number,
            None => self.older.last_key_value().is_none_or(|(last, _)| *last < number),
        };
        if !newer {
            return self.older.entry(number).or_insert_with(Stretch::new);
        }
        if let Some((newest, stretch)) = self.newest.take_if(|(newest, _)| *newest < number) {
            self.older.insert(newest, stretch);
        }
        &mut self.newest.get_or_insert_with(|| (number, Stretch::new())).1
    }

    fn find(&self, number: u64) -> Option<&Stretch<K>> {
        match &self.newest {
            Some((newest, stretch)) if *newest == number => Some(stretch),
            _ => self.older.get(&number),
        }
    }

    fn remove(&mut self, seq: u64) -> Option<K> {
        let number = seq / STRETCH;
        if let Some((_, stretch)) = self.newest.as_mut().filter(|(newest, _)| *newest == number) {
            let key = stretch.remove(seq % STRETCH);
            self.newest.take_if(|(_, stretch)| stretch.live == 0);
            return key;
        }
        let stretch = self.older.get_mut(&number)?;
        let key = stretch.remove(seq % STRETCH);
        if stretch.live == 0 {
            self.older.remove(&number);
        }
        key
    }

    fn greatest(&self) -> u64 {
        let newest = self.newest.as_ref().map(|(number, stretch)| (number, stretch));
        let last = newest.or_else(|| self.older.last_key_value());
        last.map_or(0, |(number, stretch)| number * STRETCH + u64::from(stretch.live.ilog2()))
    }

    /// The dots `first..=last`, in order.
    fn range(&self, first: u64, last: u64) -> impl Iterator<Item = (u64, &K)> {
        let (from, to) = (first / STRETCH, last / STRETCH);
        let older = self.older.range(from..=to).map(|(number, stretch)| (*number, stretch));
        let newest = self.newest.as_ref().filter(|(number, _)| (from..=to).contains(number));
        older.chain(newest.map(|(number, stretch)| (*number, stretch))).flat_map(move |(number, stretch)| {
            let above = if number == from { u64::MAX << (first % STRETCH) } else { u64::MAX };
            let below = if number == to { u64::MAX >> (STRETCH - 1 - last % STRETCH) } else { u64::MAX };
            stretch.iter(above & below).map(move |(bit, key)| (number * STRETCH + bit, key))
        })
    }
}

impl<K> Stretch<K> {
    fn new() -> Self {
        Self { live: 0, keys: Vec::new() }
    }

    /// How many live ones stand before a place.
    fn before(&self, bit: u64) -> usize {
        (self.live & !(u64::MAX << bit)).count_ones() as usize
    }

    fn holds(&self, bit: u64) -> bool {
        self.live & (1 << bit) != 0
    }

    fn get(&self, bit: u64) -> Option<&K> {
        if self.holds(bit) { self.keys.get(self.before(bit)) } else { None }
    }

    fn insert(&mut self, bit: u64, key: K) -> Option<K> {
        let at = self.before(bit);
        if self.holds(bit) {
            return Some(std::mem::replace(&mut self.keys[at], key));
        }
        self.live |= 1 << bit;
        if at == self.keys.len() {
            self.keys.push(key);
        } else {
            self.keys.insert(at, key);
        }
        None
    }

    fn remove(&mut self, bit: u64) -> Option<K> {
        if !self.holds(bit) {
            return None;
        }
        let key = self.keys.remove(self.before(bit));
        self.live &= !(1 << bit);
        Some(key)
    }

    /// The live ones among these bits.
    fn iter(&self, among: u64) -> impl Iterator<Item = (u64, &K)> {
        let mut left = self.live & among;
        let first = self.before(u64::from(left.trailing_zeros()).min(STRETCH - 1));
        let mut keys = self.keys[first..].iter();
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let bit = u64::from(left.trailing_zeros());
            // What is wanted is a range of bits, so its keys stand side by side.
            left &= left - 1;
            keys.next().map(|key| (bit, key))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn dot(far: bool, b: bool, low: u64) -> Dot {
        let replica = ReplicaId { node: u64::from(b), incarnation: 0 };
        Dot { replica, seq: if far { u64::MAX - low } else { low } }
    }

    proptest! {
        /// Whatever comes and goes in whatever order, it is the map it stands for, and so is every part of it.
        #[test]
        fn is_a_map_in_dot_order(
            steps in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>(), 0..300u64), 0..120),
            ranges in prop::collection::vec((any::<bool>(), any::<bool>(), 0..300u64, 0..150u64), 1..5),
        ) {
            let (mut index, mut map) = (DotIndex::new(), BTreeMap::new());
            for (at, (puts, far, b, low)) in steps.into_iter().enumerate() {
                let dot = dot(far, b, low);
                if puts {
                    prop_assert_eq!(index.insert(dot, at), map.insert(dot, at));
                } else {
                    prop_assert_eq!(index.remove(&dot), map.remove(&dot));
                }
                prop_assert_eq!(index.get(&dot), map.get(&dot));
            }
            prop_assert!(index.iter().eq(map.iter().map(|(dot, at)| (*dot, at))));
            let mut context = CausalContext::new();
            for (far, b, low, len) in ranges {
                let end = dot(far, b, low);
                context.insert_run(end.replica, end.seq.saturating_sub(len).max(1), end.seq.max(1));
            }
            let within = map.iter().filter(|(dot, _)| context.contains(**dot)).map(|(dot, at)| (*dot, at));
            prop_assert!(index.within(&context).eq(within));
            for b in [false, true] {
                let replica = dot(false, b, 0).replica;
                let greatest = map.keys().filter(|dot| dot.replica == replica).map(|dot| dot.seq).max();
                prop_assert_eq!(index.greatest(replica), greatest.unwrap_or(0));
            }
        }
    }
}

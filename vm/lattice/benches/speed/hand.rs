//! The other side: an add-wins set with deltas and a counter, written by hand for one meaning and pre-sized, as one
//! would ship them.
//!
//! A dot is one word. A removal names the elements beside the dots, so no index from dots to elements is kept. Dots
//! that come in order raise a version vector; others wait in a set beside it.

use std::collections::BTreeSet;

use lasp_lattice::codec::{put_number, take_number};
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use crate::values::Sample;

type Map<K, V> = hashbrown::HashMap<K, V, FxBuildHasher>;

/// A replica in the upper 16 bits, its sequence number below.
type Dot = u64;

const SEQ_BITS: u32 = 48;

/// An add-wins set.
pub struct HandSet<T> {
    me: u64,
    live: Map<T, SmallVec<[Dot; 1]>>,
    /// By replica: every dot up to this has been seen.
    seen: [u64; 3],
    cloud: BTreeSet<Dot>,
}

/// What one replica did: the additions in the order of their dots, and what was killed.
pub struct HandDelta<T> {
    adds: Vec<(T, Dot)>,
    kills: Vec<(T, Dot)>,
}

impl<T> Default for HandDelta<T> {
    fn default() -> Self {
        Self { adds: Vec::new(), kills: Vec::new() }
    }
}

impl<T: Sample> HandSet<T> {
    pub fn new(me: u64, room: usize) -> Self {
        let live = Map::with_capacity_and_hasher(room, FxBuildHasher);
        Self { me, live, seen: [0; 3], cloud: BTreeSet::new() }
    }

    pub fn len(&self) -> usize {
        self.live.len()
    }

    pub fn add(&mut self, x: T, delta: &mut HandDelta<T>) {
        self.seen[self.me as usize] += 1;
        let dot = (self.me << SEQ_BITS) | self.seen[self.me as usize];
        let dots = self.live.entry(x.clone()).or_default();
        delta.kills.extend(dots.drain(..).map(|dot| (x.clone(), dot)));
        dots.push(dot);
        delta.adds.push((x, dot));
    }

    pub fn remove(&mut self, x: &T, delta: &mut HandDelta<T>) {
        if let Some(dots) = self.live.remove(x) {
            delta.kills.extend(dots.into_iter().map(|dot| (x.clone(), dot)));
        }
    }

    pub fn join(&mut self, delta: &HandDelta<T>) {
        for (x, dot) in &delta.adds {
            if self.see(*dot) {
                self.live.entry(x.clone()).or_default().push(*dot);
            }
        }
        for (x, dot) in &delta.kills {
            self.see(*dot);
            if let Some(dots) = self.live.get_mut(x) {
                dots.retain(|mine| mine != dot);
                if dots.is_empty() {
                    self.live.remove(x);
                }
            }
        }
    }

    /// Whether it was not seen before.
    fn see(&mut self, dot: Dot) -> bool {
        let (replica, seq) = ((dot >> SEQ_BITS) as usize, dot & ((1 << SEQ_BITS) - 1));
        let upto = &mut self.seen[replica];
        if seq <= *upto {
            return false;
        }
        if seq > *upto + 1 {
            return self.cloud.insert(dot);
        }
        *upto = seq;
        while !self.cloud.is_empty() && self.cloud.remove(&(dot + *upto + 1 - seq)) {
            *upto += 1;
        }
        true
    }
}

impl<T: Sample> HandDelta<T> {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + 10 * self.adds.len());
        // Additions of one replica are neighbours: a run each.
        for run in self.adds.chunk_by(|a, b| a.1 + 1 == b.1) {
            put_number(run.len() as u64, &mut bytes);
            put_number(run[0].1 >> SEQ_BITS, &mut bytes);
            put_number(run[0].1 & ((1 << SEQ_BITS) - 1), &mut bytes);
            run.iter().for_each(|(x, _)| x.write(&mut bytes));
        }
        bytes.push(0);
        for (x, dot) in &self.kills {
            put_number(dot >> SEQ_BITS, &mut bytes);
            put_number(dot & ((1 << SEQ_BITS) - 1), &mut bytes);
            x.write(&mut bytes);
        }
        bytes
    }

    pub fn decode(mut bytes: &[u8]) -> Self {
        let mut delta = Self::default();
        let number = |bytes: &mut &[u8]| take_number(bytes).expect("written by us");
        loop {
            let len = number(&mut bytes);
            if len == 0 {
                break;
            }
            let dot = number(&mut bytes) << SEQ_BITS | number(&mut bytes);
            delta.adds.reserve(len as usize);
            delta.adds.extend((0..len).map(|at| (T::read(&mut bytes).expect("written by us"), dot + at)));
        }
        while !bytes.is_empty() {
            let dot = number(&mut bytes) << SEQ_BITS | number(&mut bytes);
            delta.kills.push((T::read(&mut bytes).expect("written by us"), dot));
        }
        delta
    }
}

/// A counter: slots by replica, ascending, and their sum.
#[derive(Clone, Default)]
pub struct HandCounter {
    pub slots: Vec<(u64, u64)>,
    pub sum: u64,
}

impl HandCounter {
    /// The slot at a place.
    pub fn increment(&mut self, at: usize) {
        self.slots[at].1 += 1;
        self.sum += 1;
    }

    pub fn join(&mut self, other: &Self) {
        let mut at = 0;
        for (replica, theirs) in &other.slots {
            while self.slots.get(at).is_some_and(|slot| slot.0 < *replica) {
                at += 1;
            }
            match self.slots.get_mut(at) {
                Some(slot) if slot.0 == *replica => {
                    let more = theirs.saturating_sub(slot.1);
                    slot.1 += more;
                    self.sum += more;
                }
                _ => {
                    self.slots.insert(at, (*replica, *theirs));
                    self.sum += theirs;
                }
            }
        }
    }
}

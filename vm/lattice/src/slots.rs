//! One ever-growing number per replica, and their sum: the body of every counter.
//!
//! ```text
//! 1.0: 5   2.0: 3      sum 8
//! ⊔ 2.0: 4             sum 9      (the greater slot wins; the sum moves by the difference)
//! ```
//!
//! Only a replica itself raises its slot, so the greater of two readings is the later one and joining loses nothing.
//!
//! Invariants: sorted by replica; no slot is 0 (absent means 0, so equal counters are `==`); `sum` is the sum. It is kept
//! in 128 bits: 2⁶⁴ full slots fit.
//!
//! Neighbours: [`crate::gcounter`], [`crate::pncounter`], [`crate::bcounter`].
//!
//! Source: Shapiro et al., "A comprehensive study of CRDTs", RR-7506, 2011, §3.1.2; Almeida et al. 2018, §4.

use crate::dot::ReplicaId;

/// The most one slot holds: the greatest `nat` of the language. A replica that would pass it gets an error, never a wrap.
pub const SLOT_MAX: u64 = i64::MAX as u64;

/// Slots by replica with a running sum. A sorted vector, as most counters have few writers and live in big maps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Slots {
    slots: Vec<(ReplicaId, u64)>,
    sum: i128,
}

/// The before-image of a join: the slots it raised, as they were (0: absent).
#[derive(Clone, Debug)]
pub struct SlotsUndo(Vec<(ReplicaId, u64)>);

impl Slots {
    /// Whether every slot is 0.
    pub fn is_bottom(&self) -> bool {
        self.slots.is_empty()
    }

    /// The sum of all slots. O(1).
    pub fn sum(&self) -> i128 {
        self.sum
    }

    /// One replica's slot, 0 if it never wrote. O(log replicas).
    pub fn get(&self, replica: ReplicaId) -> u64 {
        self.find(replica).map_or(0, |at| self.slots[at].1)
    }

    /// The slots that are not 0, by replica.
    pub fn iter(&self) -> impl Iterator<Item = (ReplicaId, u64)> + '_ {
        self.slots.iter().copied()
    }

    /// The delta that raises one slot by `n`, `None` past [`SLOT_MAX`]. Empty for 0. O(log replicas).
    pub fn raised(&self, replica: ReplicaId, n: u64) -> Option<Self> {
        let mut delta = Self::default();
        let to = self.get(replica).checked_add(n).filter(|to| *to <= SLOT_MAX)?;
        if n > 0 {
            delta.set(replica, to);
        }
        Some(delta)
    }

    /// Slot by slot, the greater. O(slots of the delta · log replicas), plus a move of the later slots for a new writer.
    pub fn join(&mut self, delta: &Self) {
        for (replica, theirs) in delta.iter() {
            if theirs > self.get(replica) {
                self.set(replica, theirs);
            }
        }
    }

    /// The slots that joining `delta` would raise, as they are.
    pub fn before(&self, delta: &Self) -> SlotsUndo {
        let raised = delta.iter().map(|(replica, theirs)| (replica, self.get(replica), theirs));
        SlotsUndo(raised.filter(|(_, mine, theirs)| theirs > mine).map(|(replica, mine, _)| (replica, mine)).collect())
    }

    /// Puts a before-image back.
    pub fn restore(&mut self, undo: SlotsUndo) {
        for (replica, value) in undo.0 {
            self.set(replica, value);
        }
    }

    fn find(&self, replica: ReplicaId) -> Result<usize, usize> {
        self.slots.binary_search_by_key(&replica, |slot| slot.0)
    }

    fn set(&mut self, replica: ReplicaId, value: u64) {
        let old = match self.find(replica) {
            Ok(at) if value == 0 => self.slots.remove(at).1,
            Ok(at) => std::mem::replace(&mut self.slots[at].1, value),
            Err(at) => {
                if value > 0 {
                    self.slots.insert(at, (replica, value));
                }
                0
            }
        };
        self.sum += i128::from(value) - i128::from(old);
    }
}

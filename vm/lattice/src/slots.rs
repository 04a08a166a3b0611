//! One ever-growing number per replica, and their sum: the body of every counter.
//!
//! ```text
//! 1.0: 5   2.0: 3      sum 8
//! ⊔ 2.0: 4             sum 9      (the greater slot wins; the sum moves by the difference)
//! ```
//!
//! Only a replica itself raises its slot, so the greater of two readings is the later one and joining loses nothing.
//! The pieces are the slots, each alone: a slot is a number in a line, so it is never the join of two lesser ones.
//!
//! Invariants: sorted by replica; no slot is 0 (absent means 0, so equal counters are `==`) nor past [`SLOT_MAX`];
//! `sum` is the sum. It is kept in 128 bits: 2⁶⁴ full slots fit.
//!
//! Neighbours: [`crate::gcounter`], [`crate::pncounter`], [`crate::bcounter`], [`crate::vclock`].
//!
//! Source: Shapiro et al., "A comprehensive study of CRDTs", RR-7506, 2011, §3.1.2; Almeida et al. 2018, §4; Enes et
//! al. 2019, §III (the decomposition of maps from replicas to numbers).

use smallvec::SmallVec;

use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::ReplicaId;

/// The most one slot holds: the greatest `nat` of the language. A replica that would pass it gets an error, never a
/// wrap.
pub const SLOT_MAX: u64 = i64::MAX as u64;

/// Up to so many slots are looked at one after the other.
const FEW: usize = 8;

/// Slots by replica with a running sum. A sorted vector, as most counters have few writers and live in big maps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Slots {
    slots: SmallVec<[(ReplicaId, u64); 1]>,
    sum: i128,
}

/// The before-image of a join: the slots it raised, as they were (0: absent).
#[derive(Clone, Debug)]
pub struct SlotsUndo(SmallVec<[(ReplicaId, u64); 1]>);

impl SlotsUndo {
    /// Of a join that raised one slot, which was so great.
    pub(crate) fn of(replica: ReplicaId, old: u64) -> Self {
        Self(SmallVec::from_buf([(replica, old)]))
    }

    /// Of a join that raised nothing.
    pub(crate) fn nothing() -> Self {
        Self(SmallVec::new())
    }
}

/// How many slots stand before this replica's place: looked for in steps that double, as it is mostly near.
fn ahead(slots: &[(ReplicaId, u64)], replica: ReplicaId) -> usize {
    let mut step = 1;
    while slots.get(step - 1).is_some_and(|slot| slot.0 < replica) {
        step *= 2;
    }
    // All before half the last step are known to stand before it.
    let known = step / 2;
    let end = slots.len().min(step - 1).max(known);
    known + slots[known..end].partition_point(|slot| slot.0 < replica)
}

impl Slots {
    /// Whether every slot is 0. O(1).
    pub fn is_bottom(&self) -> bool {
        self.slots.is_empty()
    }

    /// The sum of all slots. O(1).
    #[inline]
    pub fn sum(&self) -> i128 {
        self.sum
    }

    /// One replica's slot, 0 if it never wrote. O(log replicas).
    #[inline]
    pub fn get(&self, replica: ReplicaId) -> u64 {
        self.find(replica).map_or(0, |at| self.slots[at].1)
    }

    /// The slots that are not 0, by replica.
    pub fn iter(&self) -> impl Iterator<Item = (ReplicaId, u64)> + '_ {
        self.slots.iter().copied()
    }

    /// The delta that raises one slot by `n`, `None` past [`SLOT_MAX`]. Empty for 0. O(log replicas).
    #[inline]
    pub fn raised(&self, replica: ReplicaId, n: u64) -> Option<Self> {
        let to = self.get(replica).checked_add(n).filter(|to| *to <= SLOT_MAX)?;
        let mut delta = Self::default();
        if n > 0 {
            delta.push(replica, to);
        }
        Some(delta)
    }

    /// Raises one slot by `n` and tells what it was, `None` past [`SLOT_MAX`]. O(log replicas).
    #[inline(always)] // The whole of an increment: a call would be a third of it.
    pub fn raise(&mut self, replica: ReplicaId, n: u64) -> Option<u64> {
        let at = self.find(replica);
        let old = at.map_or(0, |at| self.slots[at].1);
        let to = old.checked_add(n).filter(|to| *to <= SLOT_MAX)?;
        if n > 0 {
            self.set(at, replica, to);
        }
        Some(old)
    }

    /// Puts a slot back to what it was before [`Slots::raise`].
    #[inline]
    pub fn put_back(&mut self, replica: ReplicaId, old: u64) {
        if let Ok(at) = self.find(replica) {
            self.put(at, old);
            if old == 0 {
                self.slots.remove(at);
            }
        }
    }

    /// Raises one slot to at least this, which is not 0. O(log replicas).
    pub fn raise_to(&mut self, replica: ReplicaId, to: u64) {
        let at = self.find(replica);
        if at.map_or(0, |at| self.slots[at].1) < to {
            self.set(at, replica, to);
        }
    }

    #[inline]
    fn set(&mut self, at: Result<usize, usize>, replica: ReplicaId, to: u64) {
        match at {
            Ok(at) => self.put(at, to),
            Err(at) => self.open(at, replica, to),
        }
    }

    /// A slot that was not there. Apart, as it is rare.
    #[cold]
    fn open(&mut self, at: usize, replica: ReplicaId, to: u64) {
        self.slots.insert(at, (replica, to));
        self.sum += i128::from(to);
    }

    /// Slot by slot, the greater; says whether any was raised. O(slots of the delta · log of ours between two of them),
    /// plus one pass over all when there are new writers.
    pub fn join(&mut self, delta: &Self) -> bool {
        let known = self.slots.len();
        let (mut raised, mut at) = (false, 0);
        for (replica, theirs) in delta.iter() {
            // Both ascend, so the place is ahead, and mostly the next one.
            if self.slots[at..known].first().is_none_or(|slot| slot.0 != replica) {
                at += ahead(&self.slots[at..known], replica);
            }
            match self.slots[at..known].first() {
                Some(slot) if slot.0 == replica => {
                    if theirs > slot.1 {
                        self.put(at, theirs);
                        raised = true;
                    }
                    at += 1;
                }
                _ => self.push(replica, theirs),
            }
        }
        let newcomers = self.slots.len() - known;
        if newcomers == 1 {
            let place = ahead(&self.slots[..known], self.slots[known].0);
            self.slots[place..].rotate_right(1);
        } else if newcomers > 1 {
            // Two ascending runs: the sort is a merge.
            self.slots.sort_by_key(|slot| slot.0);
        }
        raised || newcomers > 0
    }

    /// The slots that joining `delta` would raise, as they are.
    pub fn before(&self, delta: &Self) -> SlotsUndo {
        SlotsUndo(self.passed_by(delta).map(|(replica, _)| (replica, self.get(replica))).collect())
    }

    /// Puts a before-image back.
    pub fn restore(&mut self, undo: SlotsUndo) {
        let mut newcomers = false;
        for (replica, value) in undo.0 {
            newcomers |= value == 0;
            if let Ok(at) = self.find(replica) {
                self.put(at, value);
            }
        }
        if newcomers {
            self.slots.retain(|slot| slot.1 > 0);
        }
    }

    /// Whether `other` has every slot at least as great. O(slots · log of the other's).
    pub fn is_below(&self, other: &Self) -> bool {
        other.passed_by(self).next().is_none()
    }

    /// Every slot alone: the irredundant join decomposition.
    pub fn decompose(&self, mut piece: impl FnMut(Self)) {
        for (replica, value) in self.iter() {
            let mut slot = Self::default();
            slot.push(replica, value);
            piece(slot);
        }
    }

    /// The slots that are greater here than in `local`. O(slots · log of the local ones).
    pub fn novel(&self, local: &Self) -> Self {
        let mut novel = Self::default();
        for (replica, value) in local.passed_by(self) {
            novel.push(replica, value);
        }
        novel
    }

    /// How many, then replica and number of each, by replica.
    pub fn write<T>(&self, out: &mut Writer<'_, T>) {
        out.count(self.slots.len());
        for (replica, value) in self.iter() {
            out.replica(replica);
            out.number(value);
        }
    }

    /// Reads what [`Slots::write`] writes, and nothing else.
    pub fn read<T>(input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut read = Self::default();
        for _ in 0..input.count()? {
            let replica = input.replica()?;
            if read.slots.last().is_some_and(|last| last.0 >= replica) {
                return Err(input.error("the slots of a counter do not ascend"));
            }
            read.push(replica, Self::read_value(input)?);
        }
        Ok(read)
    }

    /// A number as a slot may hold it: at least 1, at most [`SLOT_MAX`].
    pub(crate) fn read_value<T>(input: &mut Reader<'_, T>) -> Result<u64, DecodeError> {
        match input.number()? {
            0 => Err(input.error("a slot is 0")),
            value if value > SLOT_MAX => Err(input.error("a slot is past its range")),
            value => Ok(value),
        }
    }

    /// The other's slots that are greater than ours.
    fn passed_by<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (ReplicaId, u64)> + 'a {
        other.iter().filter(|(replica, theirs)| *theirs > self.get(*replica))
    }

    #[inline]
    fn find(&self, replica: ReplicaId) -> Result<usize, usize> {
        if let [only] = &self.slots[..]
            && only.0 == replica
        {
            return Ok(0);
        }
        if self.slots.len() > FEW {
            return self.slots.binary_search_by_key(&replica, |slot| slot.0);
        }
        match self.slots.iter().position(|slot| slot.0 >= replica) {
            Some(at) if self.slots[at].0 == replica => Ok(at),
            Some(at) => Err(at),
            None => Err(self.slots.len()),
        }
    }

    #[inline]
    fn put(&mut self, at: usize, value: u64) {
        let old = std::mem::replace(&mut self.slots[at].1, value);
        self.sum += i128::from(value) - i128::from(old);
    }

    /// A slot behind the last. The caller sees to the order.
    fn push(&mut self, replica: ReplicaId, value: u64) {
        self.slots.push((replica, value));
        self.sum += i128::from(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::ElementCodec;

    struct NoElements;

    impl ElementCodec<()> for NoElements {
        fn write(&self, _: &(), _: &mut Vec<u8>) {}

        fn read(&self, _: &mut &[u8]) -> Result<(), DecodeError> {
            Ok(())
        }
    }

    fn slots(of: &[(u64, u64)]) -> Slots {
        let mut slots = Slots::default();
        for (node, value) in of {
            slots.push(ReplicaId { node: *node, incarnation: 0 }, *value);
        }
        slots
    }

    #[test]
    fn a_join_takes_the_greater_and_can_be_undone() {
        let old = slots(&[(2, 5), (4, 7), (6, 1)]);
        let delta = slots(&[(1, 1), (2, 4), (4, 9), (5, 2), (7, 3)]);
        let (mut joined, undo) = (old.clone(), old.before(&delta));
        assert!(joined.join(&delta));
        assert_eq!(joined, slots(&[(1, 1), (2, 5), (4, 9), (5, 2), (6, 1), (7, 3)]));
        assert!(!joined.join(&delta), "a second time raises nothing");
        assert!(old.is_below(&joined) && !joined.is_below(&old));
        assert_eq!(joined.novel(&old), slots(&[(1, 1), (4, 9), (5, 2), (7, 3)]));
        joined.restore(undo);
        assert_eq!(joined, old);
    }

    #[test]
    fn a_full_slot_is_not_raised() {
        let replica = ReplicaId { node: 1, incarnation: 0 };
        assert_eq!(slots(&[(1, SLOT_MAX - 1)]).raised(replica, 1), Some(slots(&[(1, SLOT_MAX)])));
        assert_eq!(slots(&[(1, SLOT_MAX)]).raised(replica, 1), None);
        assert_eq!(slots(&[(1, 3)]).raised(replica, u64::MAX), None);
        assert_eq!(slots(&[(1, SLOT_MAX)]).raised(replica, 0), Some(Slots::default()));
    }

    #[test]
    fn only_what_would_be_written_is_read() {
        let bytes = |slots: &Slots| {
            let mut out = Writer::new(&NoElements);
            slots.write(&mut out);
            out.into_bytes()
        };
        let read = |bytes: &[u8]| Slots::read(&mut Reader::new(bytes, &NoElements));
        let fine = slots(&[(1, 1), (2, SLOT_MAX)]);
        assert_eq!(read(&bytes(&fine)), Ok(fine));
        for flawed in [&[(2, 1), (1, 1)][..], &[(1, 1), (1, 2)], &[(1, 0)], &[(1, SLOT_MAX + 1)]] {
            assert!(read(&bytes(&slots(flawed))).is_err(), "{flawed:?}");
        }
    }
}

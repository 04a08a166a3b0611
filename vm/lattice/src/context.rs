//! The causal context: the set of dots that have been seen, in little space.
//!
//! Per replica it holds the sequence numbers as maximal runs. The run that starts at 1 is that replica's entry of a
//! version vector; the runs after it are the dot cloud. When the gap is filled they grow together:
//!
//! ```text
//! 7.0: 1–41          everything up to 41 (a version vector entry)
//! 8.0: 1–3, 9–9      up to 3, and one dot from the cloud
//!      + 8.0#4 … #8  becomes 1–9
//! ```
//!
//! Runs rather than single dots in the cloud, because a delta of `clear` names thousands of neighbouring dots.
//!
//! Invariants: runs are sorted, disjoint, not adjacent and not empty; no replica has an empty list. Equal sets are
//! `==`.
//!
//! Neighbours: [`crate::past`] (a context and what it says of running sums), [`crate::dot`], `runs`.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (causal contexts and their compaction).

use smallvec::SmallVec;

use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::{Dot, ReplicaId};
use crate::runs::Runs;

/// Up to so many replicas are looked at one after the other.
const FEW: usize = 8;

/// A set of dots, compacted. A state's context says which dots it knows of; those without a value are dead.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CausalContext {
    /// By replica, ascending. Few: a delta nearly always has one, and it stands here in place.
    seen: SmallVec<[(ReplicaId, Runs); 1]>,
}

impl CausalContext {
    /// No dots.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no dot has been seen.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Whether this dot has been seen. O(log replicas + log runs).
    pub fn contains(&self, dot: Dot) -> bool {
        self.of(dot.replica).is_some_and(|runs| runs.contains(dot.seq))
    }

    /// Adds one dot. O(log replicas + log runs), and a move of the later runs when it opens a new one.
    pub fn insert(&mut self, dot: Dot) -> bool {
        self.insert_run(dot.replica, dot.seq, dot.seq)
    }

    /// Adds the dots `first..=last` of one replica and says whether any of them is new.
    pub fn insert_run(&mut self, replica: ReplicaId, first: u64, last: u64) -> bool {
        debug_assert!(first <= last, "a run of dots is not empty");
        match self.find(replica) {
            Ok(at) => self.seen[at].1.insert(first, last),
            Err(at) => {
                self.seen.insert(at, (replica, Runs::of(first, last)));
                true
            }
        }
    }

    /// The greatest sequence number seen of a replica, 0 for none.
    pub fn greatest(&self, replica: ReplicaId) -> u64 {
        self.of(replica).map_or(0, Runs::greatest)
    }

    /// The version vector entry of a replica: every dot up to it has been seen. 0 when the first has not.
    pub fn version(&self, replica: ReplicaId) -> u64 {
        self.of(replica).map_or(0, Runs::prefix)
    }

    /// Union; says whether it grew. O(runs of `other` · log of ours), and a walk over ours where `other` has many.
    pub fn join(&mut self, other: &Self) -> bool {
        let mut grew = false;
        let mut strangers = Vec::new();
        for (replica, theirs) in &other.seen {
            match self.find(*replica) {
                Ok(at) => grew |= self.seen[at].1.absorb(theirs),
                Err(_) => strangers.push((*replica, theirs.clone())),
            }
        }
        if !strangers.is_empty() {
            self.seen.extend(strangers);
            // Two ascending runs: a merge.
            self.seen.sort_by_key(|(replica, _)| *replica);
            grew = true;
        }
        grew
    }

    /// The dots of `self` that `other` has not seen. O(runs of `self` + runs of `other` that they meet).
    pub fn minus(&self, other: &Self) -> Self {
        let mut rest = Self::new();
        for (replica, runs) in &self.seen {
            let Some(theirs) = other.of(*replica) else {
                rest.seen.push((*replica, runs.clone()));
                continue;
            };
            let left = runs.minus(theirs);
            if !left.is_empty() {
                rest.seen.push((*replica, left));
            }
        }
        rest
    }

    /// Takes dots out again: only to undo a join that was never shown to anyone. O(runs of `other` · log of ours).
    pub fn forget(&mut self, other: &Self) {
        let mut emptied = false;
        for (replica, theirs) in &other.seen {
            if let Ok(at) = self.find(*replica) {
                let runs = &mut self.seen[at].1;
                runs.release(theirs);
                emptied |= runs.is_empty();
            }
        }
        if emptied {
            self.seen.retain(|(_, runs)| !runs.is_empty());
        }
    }

    /// The runs `(replica, first, last)`, in order. A whole replica is usually one run.
    pub fn runs(&self) -> impl Iterator<Item = (ReplicaId, u64, u64)> + '_ {
        self.seen.iter().flat_map(|(replica, runs)| runs.iter().map(|(first, last)| (*replica, first, last)))
    }

    /// Appends the canonical form: per replica its runs as gaps and lengths.
    pub(crate) fn write<T>(&self, out: &mut Writer<'_, T>) {
        out.count(self.seen.len());
        for (replica, runs) in &self.seen {
            out.replica(*replica);
            out.count(runs.len());
            // Between two runs lies at least one number, so a gap is written less one.
            let mut least = 1;
            for (first, last) in runs.iter() {
                out.number(first - least);
                out.number(last - first);
                least = last.saturating_add(2);
            }
        }
    }

    /// Reads what `write` writes. Allocates a run per two bytes at most, whatever the lengths of the runs say.
    pub(crate) fn read<T>(input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut seen = SmallVec::new();
        let mut above: Option<ReplicaId> = None;
        for _ in 0..input.count()? {
            let replica = input.replica()?;
            if above.is_some_and(|above| above >= replica) {
                return Err(input.error("replicas are out of order"));
            }
            above = Some(replica);
            let mut runs = Runs::new();
            let mut least = Some(1u64);
            for _ in 0..input.count()? {
                let gap = input.number()?;
                let first = least.and_then(|least| least.checked_add(gap));
                let length = input.number()?;
                let run = first.and_then(|first| Some((first, first.checked_add(length)?)));
                let (first, last) = run.ok_or_else(|| input.error("a dot is too great"))?;
                least = last.checked_add(2);
                runs.push(first, last);
            }
            if runs.is_empty() {
                return Err(input.error("a replica without dots"));
            }
            seen.push((replica, runs));
        }
        Ok(Self { seen })
    }

    /// The dots, in order.
    pub(crate) fn into_dots(self) -> impl Iterator<Item = Dot> {
        let runs: SmallVec<[(ReplicaId, u64, u64); 2]> = self.runs().collect();
        runs.into_iter().flat_map(|(replica, first, last)| (first..=last).map(move |seq| Dot { replica, seq }))
    }

    /// How many dots there are, stopping at `most`.
    pub(crate) fn len_up_to(&self, most: u64) -> u64 {
        let mut len = 0u64;
        for (_, first, last) in self.runs() {
            len = len.saturating_add((last - first).saturating_add(1));
            if len > most {
                break;
            }
        }
        len
    }

    fn of(&self, replica: ReplicaId) -> Option<&Runs> {
        self.find(replica).ok().map(|at| &self.seen[at].1)
    }

    fn find(&self, replica: ReplicaId) -> Result<usize, usize> {
        if self.seen.len() > FEW {
            return self.seen.binary_search_by_key(&replica, |(replica, _)| *replica);
        }
        match self.seen.iter().position(|seen| seen.0 >= replica) {
            Some(at) if self.seen[at].0 == replica => Ok(at),
            Some(at) => Err(at),
            None => Err(self.seen.len()),
        }
    }
}

impl FromIterator<Dot> for CausalContext {
    fn from_iter<I: IntoIterator<Item = Dot>>(dots: I) -> Self {
        let mut context = Self::new();
        // Dots mostly come in order: a run is put in as one.
        let mut run: Option<(Dot, u64)> = None;
        for dot in dots {
            match &mut run {
                Some((first, last)) if first.replica == dot.replica && last.checked_add(1) == Some(dot.seq) => {
                    *last = dot.seq;
                }
                _ => {
                    if let Some((first, last)) = run.replace((dot, dot.seq)) {
                        context.insert_run(first.replica, first.seq, last);
                    }
                }
            }
        }
        if let Some((first, last)) = run {
            context.insert_run(first.replica, first.seq, last);
        }
        context
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const A: ReplicaId = ReplicaId { node: 1, incarnation: 0 };
    const B: ReplicaId = ReplicaId { node: 1, incarnation: 1 };

    fn dots() -> impl Strategy<Value = BTreeSet<Dot>> {
        let dot = (any::<bool>(), 1..40u64).prop_map(|(b, seq)| Dot { replica: if b { B } else { A }, seq });
        prop::collection::btree_set(dot, 0..40)
    }

    fn spell_out(context: &CausalContext) -> BTreeSet<Dot> {
        context.runs().flat_map(|(replica, a, b)| (a..=b).map(move |seq| Dot { replica, seq })).collect()
    }

    fn context(dots: &BTreeSet<Dot>) -> CausalContext {
        dots.iter().copied().collect()
    }

    proptest! {
        /// A context is the set of its dots, whatever the order they came in, and has one form per set.
        #[test]
        fn is_a_set_of_dots(a in dots(), b in dots(), probe in dots()) {
            let (ca, cb) = (context(&a), context(&b));
            prop_assert_eq!(&ca, &a.iter().rev().copied().collect());
            prop_assert_eq!(spell_out(&ca), a.clone());
            let mut joined = ca.clone();
            prop_assert_eq!(joined.join(&cb), !b.is_subset(&a));
            prop_assert_eq!(&joined, &context(&(&a | &b)));
            prop_assert_eq!(ca.minus(&cb), context(&(&a - &b)));
            joined.forget(&cb.minus(&ca));
            prop_assert_eq!(&joined, &ca);
            for dot in probe {
                prop_assert_eq!(ca.contains(dot), a.contains(&dot));
            }
            for replica in [A, B] {
                let mine: BTreeSet<u64> = a.iter().filter(|dot| dot.replica == replica).map(|dot| dot.seq).collect();
                prop_assert_eq!(ca.greatest(replica), mine.last().copied().unwrap_or(0));
                prop_assert_eq!(ca.version(replica), (1..).take_while(|seq| mine.contains(seq)).count() as u64);
            }
        }
    }

    #[test]
    fn the_last_number_is_a_number_like_any_other() {
        let end = Dot { replica: A, seq: u64::MAX };
        let mut context = CausalContext::new();
        assert!(context.insert(end) && !context.insert(end));
        assert!(context.contains(end) && context.greatest(A) == u64::MAX);
        assert!(context.minus(&context.clone()).is_empty());
    }
}

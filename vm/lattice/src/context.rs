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
//! Invariants: runs are sorted, disjoint, not adjacent and not empty; no replica has an empty list. Equal sets are `==`.
//!
//! Neighbours: [`crate::dot_fun`] (dots with values and a context), [`crate::dot`].
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (causal contexts and their compaction).

use std::collections::BTreeMap;

use crate::dot::{Dot, ReplicaId};

/// A set of dots, compacted. A state's context says which dots it knows of; those without a value are dead.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct CausalContext {
    seen: BTreeMap<ReplicaId, Runs>,
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
        self.seen.get(&dot.replica).is_some_and(|runs| runs.contains(dot.seq))
    }

    /// Adds one dot. O(log replicas + log runs), and a move of the later runs when it opens a new one.
    pub fn insert(&mut self, dot: Dot) {
        self.insert_run(dot.replica, dot.seq, dot.seq);
    }

    /// Adds the dots `first..=last` of one replica.
    pub fn insert_run(&mut self, replica: ReplicaId, first: u64, last: u64) {
        debug_assert!(first <= last, "a run of dots is not empty");
        self.seen.entry(replica).or_default().insert(first, last);
    }

    /// The dot that a new event of this replica takes: one past the greatest seen, `None` when numbers are used up.
    ///
    /// Unique as long as this context holds every event the replica made, which is what incarnations ensure.
    pub fn next(&self, replica: ReplicaId) -> Option<Dot> {
        let greatest = self.seen.get(&replica).map_or(0, Runs::greatest);
        Some(Dot { replica, seq: greatest.checked_add(1)? })
    }

    /// The version vector entry of a replica: every dot up to it has been seen. 0 when the first has not.
    pub fn version(&self, replica: ReplicaId) -> u64 {
        self.seen.get(&replica).map_or(0, Runs::prefix)
    }

    /// Union. O(runs of `other` · log of ours).
    pub fn join(&mut self, other: &Self) {
        for (replica, first, last) in other.runs() {
            self.insert_run(replica, first, last);
        }
    }

    /// The dots of `self` that `other` has not seen. O(runs of `self` + runs of `other` that they meet).
    pub fn minus(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        for (replica, runs) in &self.seen {
            if let Some(theirs) = other.seen.get(replica) {
                for run in runs.0.iter() {
                    for met in theirs.meeting(run.first, run.last) {
                        rest.forget_run(*replica, met.first, met.last);
                    }
                }
            }
        }
        rest
    }

    /// Takes dots out again: only to undo a join that was never shown to anyone. O(runs of `other` · log of ours).
    pub fn forget(&mut self, other: &Self) {
        for (replica, first, last) in other.runs() {
            self.forget_run(replica, first, last);
        }
    }

    /// The runs `(replica, first, last)`, in order. A whole replica is usually one run.
    pub fn runs(&self) -> impl Iterator<Item = (ReplicaId, u64, u64)> + '_ {
        self.seen.iter().flat_map(|(replica, runs)| runs.0.iter().map(|run| (*replica, run.first, run.last)))
    }

    fn forget_run(&mut self, replica: ReplicaId, first: u64, last: u64) {
        if let Some(runs) = self.seen.get_mut(&replica) {
            runs.remove(first, last);
            if runs.0.is_empty() {
                self.seen.remove(&replica);
            }
        }
    }
}

impl FromIterator<Dot> for CausalContext {
    fn from_iter<I: IntoIterator<Item = Dot>>(dots: I) -> Self {
        let mut context = Self::new();
        for dot in dots {
            context.insert(dot);
        }
        context
    }
}

/// Sequence numbers as maximal runs, ascending.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Runs(Vec<Run>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Run {
    first: u64,
    last: u64,
}

impl Runs {
    fn contains(&self, seq: u64) -> bool {
        !self.meeting(seq, seq).is_empty()
    }

    fn greatest(&self) -> u64 {
        self.0.last().map_or(0, |run| run.last)
    }

    fn prefix(&self) -> u64 {
        self.0.first().filter(|run| run.first == 1).map_or(0, |run| run.last)
    }

    /// The runs that share a number with `first..=last`.
    fn meeting(&self, first: u64, last: u64) -> &[Run] {
        let from = self.0.partition_point(|run| run.last < first);
        let len = self.0[from..].partition_point(|run| run.first <= last);
        &self.0[from..from + len]
    }

    fn insert(&mut self, first: u64, last: u64) {
        // Neighbours one number away are taken in too, so that runs stay maximal.
        let from = self.0.partition_point(|run| run.last < first.saturating_sub(1));
        let len = self.0[from..].partition_point(|run| run.first <= last.saturating_add(1));
        match &mut self.0[from..from + len] {
            [] => self.0.insert(from, Run { first, last }),
            [only] => {
                only.first = only.first.min(first);
                only.last = only.last.max(last);
            }
            [head, .., tail] => {
                head.first = head.first.min(first);
                head.last = tail.last.max(last);
                self.0.drain(from + 1..from + len);
            }
        }
    }

    fn remove(&mut self, first: u64, last: u64) {
        let from = self.0.partition_point(|run| run.last < first);
        let len = self.0[from..].partition_point(|run| run.first <= last);
        let mut kept = Vec::new();
        for run in &self.0[from..from + len] {
            if run.first < first {
                kept.push(Run { first: run.first, last: first - 1 });
            }
            if run.last > last {
                kept.push(Run { first: last + 1, last: run.last });
            }
        }
        self.0.splice(from..from + len, kept);
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
        let dot = (any::<bool>(), 1..12u64).prop_map(|(b, seq)| Dot { replica: if b { B } else { A }, seq });
        prop::collection::btree_set(dot, 0..16)
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
            joined.join(&cb);
            prop_assert_eq!(&joined, &context(&(&a | &b)));
            prop_assert_eq!(ca.minus(&cb), context(&(&a - &b)));
            joined.forget(&cb.minus(&ca));
            prop_assert_eq!(&joined, &ca);
            for dot in probe {
                prop_assert_eq!(ca.contains(dot), a.contains(&dot));
            }
            for replica in [A, B] {
                let mine: BTreeSet<u64> = a.iter().filter(|dot| dot.replica == replica).map(|dot| dot.seq).collect();
                let next = ca.next(replica).expect("far from the end").seq;
                prop_assert_eq!(next, mine.last().map_or(1, |seq| seq + 1));
                prop_assert_eq!(ca.version(replica), (1..).take_while(|seq| mine.contains(seq)).count() as u64);
            }
        }
    }

    #[test]
    fn numbers_run_out_without_wrapping() {
        let mut context = CausalContext::new();
        context.insert(Dot { replica: A, seq: u64::MAX });
        assert!(context.contains(Dot { replica: A, seq: u64::MAX }));
        assert_eq!(context.next(A), None);
    }
}

//! Sequence numbers as maximal runs: what a replica's dots in a causal context are.
//!
//! ```text
//! 1–41, 43–43      with 42      1–43
//! ```
//!
//! Nearly always there is one run, which stands in place. There may be as many as there are live keys: the dot of a
//! running sum is not seen before the sum is closed ([`crate::past`]), so in a map of counters every key leaves a gap.
//! Then a tree takes over, as a move of all that stand behind is no cost of one update.
//!
//! Invariants: runs ascend, are not empty, and at least one number lies between two of them. Equal sets are `==`.
//!
//! Neighbour: [`crate::context`].

use std::collections::BTreeMap;

use smallvec::SmallVec;

/// A run: first, last.
pub(crate) type Run = (u64, u64);

/// Runs, ascending.
#[derive(Clone, Debug)]
pub(crate) struct Runs(Form);

#[derive(Clone, Debug)]
enum Form {
    Few(SmallVec<[Run; 1]>),
    /// The last number by the first.
    Many(BTreeMap<u64, u64>),
}

/// Up to so many runs stand side by side.
const FEW_MOST: usize = 32;

/// Down to so many a tree is kept: less than [`FEW_MOST`], so that no number that comes and goes turns all over each
/// time.
const MANY_LEAST: usize = 8;

impl Runs {
    pub(crate) fn new() -> Self {
        Self(Form::Few(SmallVec::new()))
    }

    pub(crate) fn of(first: u64, last: u64) -> Self {
        Self(Form::Few(SmallVec::from_buf([(first, last)])))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Form::Few(few) => few.len(),
            Form::Many(many) => many.len(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Run> + '_ {
        self.meeting(0, u64::MAX)
    }

    pub(crate) fn contains(&self, seq: u64) -> bool {
        if let Form::Few(few) = &self.0
            && let [only] = few[..]
        {
            return only.0 <= seq && seq <= only.1;
        }
        self.meeting(seq, seq).next().is_some()
    }

    pub(crate) fn greatest(&self) -> u64 {
        match &self.0 {
            Form::Few(few) => few.last().map_or(0, |run| run.1),
            Form::Many(many) => many.last_key_value().map_or(0, |run| *run.1),
        }
    }

    /// Up to where all is there, from 1.
    pub(crate) fn prefix(&self) -> u64 {
        self.meeting(1, 1).next().map_or(0, |run| run.1)
    }

    /// The runs that share a number with `first..=last`.
    pub(crate) fn meeting(&self, first: u64, last: u64) -> impl Iterator<Item = Run> + '_ {
        let (few, many) = match &self.0 {
            Form::Few(few) => (&few[few.partition_point(|run| run.1 < first)..], None),
            Form::Many(many) => {
                let from = many.range(..=first).next_back().filter(|run| *run.1 >= first).map_or(first, |run| *run.0);
                (&[][..], Some(many.range(from..=last)))
            }
        };
        let few = few.iter().copied().take_while(move |run| run.0 <= last);
        few.chain(many.into_iter().flatten().map(|(first, last)| (*first, *last)))
    }

    /// Says whether any of it is new. O(log runs + runs that become one), and a move of few.
    pub(crate) fn insert(&mut self, first: u64, last: u64) -> bool {
        let few = match &mut self.0 {
            Form::Few(few) => few,
            Form::Many(_) => return self.insert_many(first, last),
        };
        // Neighbours one number away are taken in too, so that runs stay maximal.
        let from = few.partition_point(|run| run.1 < first.saturating_sub(1));
        let len = few[from..].partition_point(|run| run.0 <= last.saturating_add(1));
        match &mut few[from..from + len] {
            [] => {
                few.insert(from, (first, last));
                self.spread();
            }
            [only] => {
                if only.0 <= first && last <= only.1 {
                    return false;
                }
                *only = (only.0.min(first), only.1.max(last));
            }
            [head, .., tail] => {
                *head = (head.0.min(first), tail.1.max(last));
                few.drain(from + 1..from + len);
            }
        }
        true
    }

    fn insert_many(&mut self, mut first: u64, mut last: u64) -> bool {
        let met: SmallVec<[Run; 2]> = self.meeting(first.saturating_sub(1), last.saturating_add(1)).collect();
        if met.first().is_some_and(|run| run.0 <= first && last <= run.1) {
            return false;
        }
        let Form::Many(many) = &mut self.0 else { return false };
        for run in met {
            many.remove(&run.0);
            (first, last) = (first.min(run.0), last.max(run.1));
        }
        many.insert(first, last);
        self.gather();
        true
    }

    /// Takes numbers out.
    pub(crate) fn remove(&mut self, first: u64, last: u64) {
        let met: SmallVec<[Run; 2]> = self.meeting(first, last).collect();
        let mut left: SmallVec<[Run; 2]> = SmallVec::new();
        for run in &met {
            left.extend((run.0 < first).then(|| (run.0, first - 1)));
            left.extend((run.1 > last).then(|| (last + 1, run.1)));
        }
        match &mut self.0 {
            Form::Few(few) => {
                let from = few.partition_point(|run| run.1 < first);
                few.drain(from..from + met.len());
                few.insert_many(from, left);
            }
            Form::Many(many) => {
                for run in &met {
                    many.remove(&run.0);
                }
                many.extend(left);
            }
        }
        self.spread();
        self.gather();
    }

    /// Union; says whether it grew. O(their runs · log ours).
    pub(crate) fn absorb(&mut self, theirs: &Runs) -> bool {
        theirs.iter().fold(false, |grew, run| self.insert(run.0, run.1) | grew)
    }

    /// Takes theirs out. O(their runs · log ours).
    pub(crate) fn release(&mut self, theirs: &Runs) {
        theirs.iter().for_each(|run| self.remove(run.0, run.1));
    }

    /// Those of ours that the others have not.
    pub(crate) fn minus(&self, theirs: &Runs) -> Self {
        let mut left = Self::new();
        for run in self.iter() {
            let mut first = Some(run.0);
            for met in theirs.meeting(run.0, run.1) {
                if let Some(from) = first.filter(|from| *from < met.0) {
                    left.push(from, met.0 - 1);
                }
                first = met.1.checked_add(1).filter(|next| *next <= run.1);
            }
            first.into_iter().for_each(|first| left.push(first, run.1));
        }
        left
    }

    /// A run behind all others, and not next to the last of them.
    pub(crate) fn push(&mut self, first: u64, last: u64) {
        match &mut self.0 {
            Form::Few(few) => few.push((first, last)),
            Form::Many(many) => drop(many.insert(first, last)),
        }
        self.spread();
    }

    /// Few that have become many.
    fn spread(&mut self) {
        if let Form::Few(few) = &mut self.0
            && few.len() > FEW_MOST
        {
            self.0 = Form::Many(few.drain(..).collect());
        }
    }

    /// Many that have become few.
    fn gather(&mut self) {
        if let Form::Many(many) = &mut self.0
            && many.len() < MANY_LEAST
        {
            self.0 = Form::Few(std::mem::take(many).into_iter().collect());
        }
    }
}

impl PartialEq for Runs {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Runs {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn all(runs: &Runs) -> BTreeSet<u64> {
        runs.iter().flat_map(|(first, last)| first..=last).collect()
    }

    /// Numbers with gaps between most of them, so that there are many runs.
    fn runs() -> impl Strategy<Value = Vec<(bool, u64, u64)>> {
        prop::collection::vec((prop::bool::weighted(0.8), 1..400u64, 0..3u64), 0..200)
    }

    fn made(steps: &[(bool, u64, u64)]) -> Runs {
        let mut runs = Runs::new();
        for (puts, first, more) in steps {
            if *puts {
                runs.insert(*first, first + more);
            } else {
                runs.remove(*first, first + more);
            }
        }
        runs
    }

    proptest! {
        /// Few or many, they are the set they stand for, and have one form per set.
        #[test]
        fn are_a_set_of_numbers(steps in runs(), others in runs(), probe in (1..400u64, 0..50u64)) {
            let (mut runs, mut set) = (Runs::new(), BTreeSet::new());
            for (puts, first, more) in &steps {
                let numbers: BTreeSet<u64> = (*first..=first + more).collect();
                if *puts {
                    prop_assert_eq!(runs.insert(*first, first + more), !numbers.is_subset(&set));
                    set.extend(numbers);
                } else {
                    runs.remove(*first, first + more);
                    set.retain(|n| !numbers.contains(n));
                }
            }
            prop_assert_eq!(all(&runs), set.clone());
            prop_assert!(runs.iter().zip(runs.iter().skip(1)).all(|(a, b)| a.1 + 1 < b.0), "maximal");
            prop_assert_eq!(runs.greatest(), set.last().copied().unwrap_or(0));
            prop_assert_eq!(runs.prefix(), (1..).take_while(|n| set.contains(n)).count() as u64);
            let one_by_one: Vec<(bool, u64, u64)> = set.iter().rev().map(|n| (true, *n, 0)).collect();
            prop_assert_eq!(&made(&one_by_one), &runs);
            let (first, last) = (probe.0, probe.0 + probe.1);
            let meeting = runs.iter().filter(|run| run.0 <= last && first <= run.1);
            prop_assert!(runs.meeting(first, last).eq(meeting));
            prop_assert_eq!(runs.contains(first), set.contains(&first));
            let other = made(&others);
            prop_assert_eq!(all(&runs.minus(&other)), &set - &all(&other));
            let mut both = runs.clone();
            prop_assert_eq!(both.absorb(&other), !all(&other).is_subset(&set));
            prop_assert_eq!(all(&both), &set | &all(&other));
            both.release(&other.minus(&runs));
            prop_assert_eq!(both, runs);
        }
    }
}

//! What a state has seen: a causal context, and of running sums how much of them has been taken back.
//!
//! A dot is seen or not, so a set of dots says everything about sets, registers and flags. A counter that can be reset
//! needs one thing more. Its writer adds up under one dot (a *running sum*), and a reset elsewhere takes back what it
//! has seen of the sum, not what comes later:
//!
//! ```text
//! A counts 5 under A#1             open  {A#1: 5}
//! B, having seen 3 of them, resets       cancelled {A#1: 3}
//! joined                           open  {A#1: 5, of which 3 cancelled}      reads 2
//! ```
//!
//! Someone has to remember the 3, or A#1 would count in full when it arrives late. It is remembered where the sum is,
//! or, if nothing is left of the sum, here under `cancelled`, until its writer sees that and *closes* the sum: its dot
//! joins the context like any dead dot, and the entry goes. So nothing is left of a removed counter but a note per
//! other writer, and that only until the writer next writes anything in the same variable. (Less is not possible:
//! between the reset and the writer's next word, only the note tells the seen from the unseen.)
//!
//! Invariants: a dot of a running sum is in `dots` iff the sum is closed; `cancelled` names only sums that are neither
//! closed nor open in the store beside it.
//!
//! Neighbours: [`crate::sums`] (running sums), [`crate::causal`] (a store with its past), [`crate::context`].
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (causal contexts); Weidner, Almeida, "An oblivious observed-reset
//! embeddable replicated counter", PaPoC 2022 (what a reset may take back, and why a counter cannot forget for free).

use std::collections::BTreeMap;

use crate::codec::{DecodeError, Reader, Writer};
use crate::context::CausalContext;
use crate::dot::{Dot, ReplicaId};
use crate::sums::Sum;

/// Dots seen, and sums taken back.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Past {
    pub(crate) dots: CausalContext,
    pub(crate) cancelled: BTreeMap<Dot, Sum>,
}

/// The before-image of a join.
#[derive(Debug)]
pub struct PastUndo {
    fresh: CausalContext,
    cancelled: Vec<(Dot, Option<Sum>)>,
}

impl PastUndo {
    /// Of a join that showed us this dot, or none.
    pub(crate) fn of_dot(dot: Option<Dot>) -> Self {
        Self { fresh: dot.into_iter().collect(), cancelled: Vec::new() }
    }
}

impl Past {
    /// Nothing seen.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing has been seen.
    pub fn is_empty(&self) -> bool {
        self.dots.is_empty() && self.cancelled.is_empty()
    }

    /// The dots seen: of values live or dead, and of sums that are closed.
    pub fn dots(&self) -> &CausalContext {
        &self.dots
    }

    /// How much of running sums has been taken back, where nothing is left of them.
    pub fn cancelled(&self) -> &BTreeMap<Dot, Sum> {
        &self.cancelled
    }

    /// One dot and nothing else.
    pub(crate) fn of_dot(dot: Dot) -> Self {
        Self { dots: [dot].into_iter().collect(), ..Self::default() }
    }

    /// One note and nothing else.
    pub(crate) fn of_cancelled(dot: Dot, sum: Sum) -> Self {
        Self { cancelled: BTreeMap::from([(dot, sum)]), ..Self::default() }
    }

    /// Notes that this much of a sum has been taken back.
    pub(crate) fn cancel(&mut self, dot: Dot, sum: Sum) {
        self.cancelled.entry(dot).or_default().join(sum);
    }

    /// Of a replica's sums, those whose cancelling is noted here.
    pub(crate) fn cancelled_of(&self, replica: ReplicaId) -> impl Iterator<Item = Dot> + '_ {
        self.cancelled.range(Dot { replica, seq: 0 }..=Dot { replica, seq: u64::MAX }).map(|(dot, _)| *dot)
    }

    /// Joins what another state has seen, after the stores have been joined. `open` tells which sums are open in our
    /// store now and `born` which of them were not before. Says whether anything changed.
    pub(crate) fn join(&mut self, theirs: &Past, open: impl Fn(Dot) -> bool, born: impl Iterator<Item = Dot>) -> bool {
        let mut changed = self.dots.join(&theirs.dots);
        for dot in self.cancelled_in(&theirs.dots) {
            self.cancelled.remove(&dot);
            changed = true;
        }
        for dot in born {
            self.cancelled.remove(&dot);
        }
        for (dot, sum) in &theirs.cancelled {
            if !self.dots.contains(*dot) && !open(*dot) {
                changed |= self.cancelled.entry(*dot).or_default().join(*sum);
            }
        }
        changed
    }

    /// What joining `theirs` would touch, `met` being the dots of their store.
    pub(crate) fn before(&self, theirs: &Past, met: &[Dot]) -> PastUndo {
        let mut touched = self.cancelled_in(&theirs.dots);
        touched.extend(theirs.cancelled.keys());
        touched.extend(met.iter().filter(|dot| self.cancelled.contains_key(dot)));
        let image = |dot: Dot| (dot, self.cancelled.get(&dot).copied());
        PastUndo { fresh: theirs.dots.minus(&self.dots), cancelled: touched.into_iter().map(image).collect() }
    }

    /// Puts a before-image back.
    pub(crate) fn restore(&mut self, undo: PastUndo) {
        self.dots.forget(&undo.fresh);
        for (dot, sum) in undo.cancelled {
            match sum {
                Some(sum) => drop(self.cancelled.insert(dot, sum)),
                None => drop(self.cancelled.remove(&dot)),
            }
        }
    }

    fn cancelled_in(&self, dots: &CausalContext) -> Vec<Dot> {
        let mut found = Vec::new();
        if !self.cancelled.is_empty() {
            for (replica, first, last) in dots.runs() {
                let range = Dot { replica, seq: first }..=Dot { replica, seq: last };
                found.extend(self.cancelled.range(range).map(|(dot, _)| *dot));
            }
        }
        found
    }

    pub(crate) fn write<T>(&self, out: &mut Writer<'_, T>) {
        self.dots.write(out);
        self.cancelled.keys().copied().collect::<CausalContext>().write(out);
        self.cancelled.values().for_each(|sum| sum.write(out));
    }

    pub(crate) fn read<T>(input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let dots = CausalContext::read(input)?;
        let mut cancelled = BTreeMap::new();
        for dot in input.dots()? {
            let sum = Sum::read(input)?;
            if dots.contains(dot) {
                return Err(input.error("a sum is closed and cancelled"));
            }
            cancelled.insert(dot, sum);
        }
        Ok(Self { dots, cancelled })
    }
}

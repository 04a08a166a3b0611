//! Values under dots: the paper's `DotFun⟨V⟩`, and with `V = ()` its `DotSet`.
//!
//! ```text
//! live { 1.0#3 → x }     the past beside it { 1.0#1–3 }
//!      #1 and #2 were seen and are dead; #4 has not been heard of
//! ```
//!
//! Joining keeps a dot iff both sides have it alive, or one has it and the other has never seen it. So a removal is a
//! delta with no live dots whose past names what it removes, and nothing but that (a past that claimed more would
//! kill additions still under way: Akka issue 22890).
//!
//! Invariants: every live dot is in the past beside it; a dot names one value for ever.
//!
//! Neighbours: [`crate::mv`], [`crate::ewflag`], [`crate::register`] are little more than this.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (`DotFun`).

use std::fmt::Debug;

use smallvec::SmallVec;

use crate::context::CausalContext;
use crate::dot::{Dot, ReplicaId};
use crate::dot_store::{Dots, Draft, Fate, Fates, Incoming};
use crate::few::Few;
use crate::past::Past;

/// What can stand under a dot.
pub trait Payload: Clone + Eq + Debug {
    /// Whether the dot speaks for what it stands under (an addition) or against it (a removal that wins).
    fn speaks_for(&self) -> bool {
        true
    }
}

impl Payload for () {}

impl Payload for bool {
    fn speaks_for(&self) -> bool {
        *self
    }
}

/// Values under dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DotFun<V> {
    live: Few<V>,
}

/// The before-image of a join: which dots it bore, and the values it killed.
#[derive(Debug)]
pub struct DotFunUndo<V> {
    born: SmallVec<[Dot; 1]>,
    killed: SmallVec<[(Dot, V); 1]>,
}

impl<V> DotFunUndo<V> {
    /// Of a join that bore this dot and killed these.
    pub(crate) fn new(born: Option<Dot>, killed: SmallVec<[(Dot, V); 1]>) -> Self {
        Self { born: born.into_iter().collect(), killed }
    }
}

impl<V: Payload> DotFun<V> {
    /// No dots.
    pub fn new() -> Self {
        Self { live: Few::new() }
    }

    /// One value.
    pub fn of(dot: Dot, value: V) -> Self {
        Self { live: [(dot, value)].into_iter().collect() }
    }

    /// Puts a value under a dot; false if the dot was there.
    pub fn put(&mut self, dot: Dot, value: V) -> bool {
        self.live.insert(dot, value).is_none()
    }

    /// Takes a dot out; false if it was not there.
    pub(crate) fn remove(&mut self, dot: Dot) -> bool {
        self.live.remove(dot).is_some()
    }

    /// The dots and values themselves, in dot order.
    pub(crate) fn into_values(self) -> SmallVec<[(Dot, V); 1]> {
        self.live.into_inner()
    }

    /// The live dots and their values, in dot order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Dot, &V)> + '_ {
        self.live.iter()
    }

    /// The values, in dot order.
    pub fn values(&self) -> impl Iterator<Item = &V> + '_ {
        self.live.values()
    }

    /// The live dots as runs.
    pub(crate) fn dots(&self) -> CausalContext {
        self.live.dots().collect()
    }

    /// Joins a delta and says whether anything changed.
    ///
    /// O((dots of the delta + our live dots its past names) · log n).
    pub fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates) -> bool {
        let start = fates.len();
        for (dot, value) in born_by(incoming) {
            self.live.insert(dot, value.clone());
            fates.push((Fate::Born, dot));
        }
        for dot in incoming.hit {
            if self.is_killed(*dot, incoming) {
                self.live.remove(*dot);
                fates.push((Fate::Died, *dot));
            }
        }
        fates.len() > start
    }

    /// Whether it is a live dot of ours that the delta has seen and does not hold under the same value.
    fn is_killed(&self, dot: Dot, incoming: &Incoming<'_, Self>) -> bool {
        // The values are compared as well: if two writers ever shared a dot, both sides drop it and still agree.
        let held = |dot: Dot| incoming.theirs.and_then(|theirs| theirs.live.get(dot));
        self.live.get(dot).is_some_and(|mine| held(dot) != Some(mine))
    }
}

/// The dots of the delta that we have not seen.
fn born_by<'a, V: Payload>(incoming: &Incoming<'a, DotFun<V>>) -> impl Iterator<Item = (Dot, &'a V)> {
    let ours = incoming.ours;
    incoming.theirs.into_iter().flat_map(DotFun::iter).filter(move |(dot, _)| !ours.dots.contains(*dot))
}

impl<V: Payload> Dots for DotFun<V> {
    type Undo = DotFunUndo<V>;

    fn empty_like(&self) -> Self {
        Self::new()
    }

    fn is_dead(&self) -> bool {
        self.live.is_empty()
    }

    fn shows(&self) -> bool {
        !self.live.is_empty() && self.live.values().all(V::speaks_for)
    }

    fn holds(&self, dot: Dot) -> bool {
        self.live.get(dot).is_some()
    }

    fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
        self.live.within(&past.dots, live);
    }

    fn all(&self, live: &mut Vec<Dot>) {
        live.extend(self.live.dots());
    }

    fn greatest(&self, replica: ReplicaId) -> u64 {
        self.live.last_of(replica).map_or(0, |(dot, _)| dot.seq)
    }

    fn kill(&self, draft: &mut Draft) {
        self.live.dots().for_each(|dot| draft.kill(dot));
    }

    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
        let killed = incoming.hit.iter().filter(|dot| self.is_killed(**dot, incoming));
        let killed = killed.filter_map(|dot| self.live.get(*dot).map(|value| (*dot, value.clone()))).collect();
        DotFunUndo { born: born_by(incoming).map(|(dot, _)| dot).collect(), killed }
    }

    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
        for dot in undo.born {
            if self.live.remove(dot).is_some() {
                fates.push((Fate::Died, dot));
            }
        }
        for (dot, value) in undo.killed {
            self.live.insert(dot, value);
            fates.push((Fate::Born, dot));
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self, Past)) {
        for (dot, value) in self.live.iter() {
            piece(Self::of(dot, value.clone()), Past::of_dot(dot));
        }
    }

    fn novel(&self, _: Option<&Self>, past: &Past, _: &mut Past) -> Self {
        let unseen = self.live.iter().filter(|(dot, _)| !past.dots.contains(*dot));
        Self { live: unseen.map(|(dot, value)| (dot, value.clone())).collect() }
    }

    fn fits(&self, past: &Past) -> bool {
        self.live.dots().all(|dot| past.dots.contains(dot))
    }
}

impl<V: Payload> Default for DotFun<V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_under_one_dot_still_join_the_same_way_everywhere() {
        // Never happens while incarnations are kept; a cloned disk must not make replicas differ for ever all the same.
        let dot = Dot { replica: ReplicaId { node: 1, incarnation: 0 }, seq: 1 };
        let past = Past::of_dot(dot);
        let join = |mine: bool, theirs: bool| {
            let (mut mine, theirs) = (DotFun::of(dot, mine), DotFun::of(dot, theirs));
            let incoming = Incoming { theirs: Some(&theirs), ours: &past, past: &past, hit: &[dot] };
            mine.join(&incoming, &mut Fates::new());
            mine
        };
        assert_eq!(join(true, false), join(false, true));
        assert!(join(true, false).is_dead() && !join(true, true).is_dead());
    }
}

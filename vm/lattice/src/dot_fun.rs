//! A dot store: values that live under dots, and the context that tells a dead dot from one never seen.
//!
//! ```text
//! live     { 1.0#3 → x }          context { 1.0#1–3 }
//!          #1 and #2 were seen and are dead; #4 has not been heard of
//! ```
//!
//! Joining keeps a dot iff both sides have it alive, or one has it and the other has never seen it. So a removal is a
//! delta with no live dots whose context names what it removes, and nothing but that (a context that claimed more would
//! kill additions still under way: Akka issue 22890).
//!
//! Invariants: every live dot is in the context; a dot names one value for ever.
//!
//! Neighbours: [`crate::orset`] (dot → element); the register `mv` and the flags are dot stores too.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (`DotFun`, `Causal`).

use std::collections::BTreeMap;

use crate::context::CausalContext;
use crate::dot::{Dot, ReplicaId};

/// Values under dots with their causal context: `Causal⟨DotFun⟨V⟩⟩` of the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DotFun<V> {
    live: BTreeMap<Dot, V>,
    context: CausalContext,
}

/// What became of a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is live now and was not.
    Born,
    /// It was live and is not any more.
    Died,
}

/// The before-image of a join: which dots it made known, and the values it killed.
#[derive(Clone, Debug)]
pub struct DotFunUndo<V> {
    fresh: CausalContext,
    killed: Vec<(Dot, V)>,
}

impl<V: Clone + Eq> DotFun<V> {
    /// Nothing seen.
    pub fn new() -> Self {
        Self { live: BTreeMap::new(), context: CausalContext::new() }
    }

    /// Whether nothing has been seen. (No live dots is not enough: dead ones count.)
    pub fn is_bottom(&self) -> bool {
        self.context.is_empty()
    }

    /// The live dots and their values, in dot order.
    pub fn live(&self) -> impl Iterator<Item = (Dot, &V)> + '_ {
        self.live.iter().map(|(dot, value)| (*dot, value))
    }

    /// Every dot seen, live or dead.
    pub fn context(&self) -> &CausalContext {
        &self.context
    }

    /// The dot for a new event: see [`CausalContext::next`].
    pub fn next(&self, replica: ReplicaId) -> Option<Dot> {
        self.context.next(replica)
    }

    /// While building a delta: a live dot with its value.
    pub fn put(&mut self, dot: Dot, value: V) {
        self.context.insert(dot);
        self.live.insert(dot, value);
    }

    /// While building a delta: this dot is dead.
    pub fn kill(&mut self, dot: Dot) {
        self.context.insert(dot);
        self.live.remove(&dot);
    }

    /// Joins a delta and tells of every change: births first, then deaths, so that whoever counts the dots of a value sees
    /// it vanish only if it is gone for good.
    ///
    /// O((dots and runs of the delta + our live dots its context names) · log n).
    pub fn join(&mut self, delta: &Self, mut tell: impl FnMut(Fate, Dot, &V)) {
        let killed = self.killed_by(delta);
        for (dot, value) in &delta.live {
            if !self.context.contains(*dot) {
                self.live.insert(*dot, value.clone());
                tell(Fate::Born, *dot, value);
            }
        }
        for dot in killed {
            if let Some(value) = self.live.remove(&dot) {
                tell(Fate::Died, dot, &value);
            }
        }
        self.context.join(&delta.context);
    }

    /// What joining `delta` would touch, as it is now. Same cost as the join.
    pub fn before(&self, delta: &Self) -> DotFunUndo<V> {
        let killed = self.killed_by(delta).into_iter().map(|dot| (dot, self.live[&dot].clone())).collect();
        DotFunUndo { fresh: delta.context.minus(&self.context), killed }
    }

    /// Puts a before-image back, and tells as a join does.
    pub fn restore(&mut self, undo: DotFunUndo<V>, mut tell: impl FnMut(Fate, Dot, &V)) {
        for (dot, value) in undo.killed {
            tell(Fate::Born, dot, &value);
            self.live.insert(dot, value);
        }
        for dot in self.live_in(&undo.fresh) {
            if let Some(value) = self.live.remove(&dot) {
                tell(Fate::Died, dot, &value);
            }
        }
        self.context.forget(&undo.fresh);
    }

    /// Our live dots that the delta has seen and does not hold under the same value.
    fn killed_by(&self, delta: &Self) -> Vec<Dot> {
        let mut dots = self.live_in(&delta.context);
        // The values are compared as well: if two writers ever shared a dot, both sides drop it and still agree.
        dots.retain(|dot| delta.live.get(dot) != self.live.get(dot));
        dots
    }

    fn live_in(&self, context: &CausalContext) -> Vec<Dot> {
        let mut dots = Vec::new();
        for (replica, first, last) in context.runs() {
            let range = Dot { replica, seq: first }..=Dot { replica, seq: last };
            dots.extend(self.live.range(range).map(|(dot, _)| *dot));
        }
        dots
    }
}

impl<V: Clone + Eq> Default for DotFun<V> {
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
        let holding = |value: &'static str| {
            let mut store = DotFun::new();
            store.put(dot, value);
            store
        };
        let join = |mut a: DotFun<_>, b: &DotFun<_>| {
            a.join(b, |_, _, _| {});
            a
        };
        let (a, b) = (holding("a"), holding("b"));
        let both = join(a.clone(), &b);
        assert_eq!(both, join(b.clone(), &a));
        assert_eq!(join(a.clone(), &both), both);
        assert_eq!(join(both.clone(), &b), both);
        assert_eq!(both.live().count(), 0);
    }

    #[test]
    fn births_are_told_before_deaths() {
        let dot = |seq| Dot { replica: ReplicaId { node: 1, incarnation: 0 }, seq };
        let (mut store, mut delta) = (DotFun::new(), DotFun::new());
        store.put(dot(1), "x");
        delta.kill(dot(1));
        delta.put(dot(2), "x");
        let mut told = Vec::new();
        store.join(&delta, |fate, dot, _| told.push((fate, dot.seq)));
        assert_eq!(told, [(Fate::Born, 2), (Fate::Died, 1)]);
    }
}

//! Few things under dots: a sorted vector that holds one in place.
//!
//! An element of a set nearly always has one dot, a counter one sum per writer. A tree per element would take hundreds
//! of bytes for 24; this takes no allocation until a second writer comes along.
//!
//! Invariants: sorted by dot, each dot once.
//!
//! Neighbours: [`crate::dot_fun`], [`crate::sums`].

use smallvec::SmallVec;

use crate::context::CausalContext;
use crate::dot::{Dot, ReplicaId};

/// Values by dot. Finding one is O(log n), putting one in or taking it out O(n): for few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Few<V>(SmallVec<[(Dot, V); 1]>);

impl<V> Few<V> {
    pub(crate) fn new() -> Self {
        Self(SmallVec::new())
    }

    pub(crate) fn into_inner(self) -> SmallVec<[(Dot, V); 1]> {
        self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, dot: Dot) -> Option<&V> {
        self.find(dot).ok().map(|at| &self.0[at].1)
    }

    /// The value that was there before.
    pub(crate) fn insert(&mut self, dot: Dot, value: V) -> Option<V> {
        match self.find(dot) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (dot, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, dot: Dot) -> Option<V> {
        self.find(dot).ok().map(|at| self.0.remove(at).1)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (Dot, &V)> + '_ {
        self.0.iter().map(|(dot, value)| (*dot, value))
    }

    pub(crate) fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        self.0.iter().map(|(dot, _)| *dot)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> + '_ {
        self.0.iter().map(|(_, value)| value)
    }

    /// The last of a replica's.
    pub(crate) fn last_of(&self, replica: ReplicaId) -> Option<(Dot, &V)> {
        let end = self.0.partition_point(|(dot, _)| dot.replica <= replica);
        let (dot, value) = &self.0[..end].last()?;
        (dot.replica == replica).then_some((*dot, value))
    }

    /// Adds the dots that are in a context: one by one, as they are few.
    pub(crate) fn within(&self, context: &CausalContext, found: &mut Vec<Dot>) {
        found.extend(self.dots().filter(|dot| context.contains(*dot)));
    }

    fn find(&self, dot: Dot) -> Result<usize, usize> {
        self.0.binary_search_by_key(&dot, |(dot, _)| *dot)
    }
}

impl<V> Default for Few<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> FromIterator<(Dot, V)> for Few<V> {
    fn from_iter<I: IntoIterator<Item = (Dot, V)>>(items: I) -> Self {
        let mut few = Self::new();
        for (dot, value) in items {
            few.insert(dot, value);
        }
        few
    }
}

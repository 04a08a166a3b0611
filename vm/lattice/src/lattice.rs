//! What a lattice type has to bring. One file per type implements it; the list in `list.rs` names the type; the rest
//! (dispatch, laws, ports, the type checker's table) follows from the two.
//!
//! The heart is small: a bottom, a join, and mutators that make deltas. Everything else is what an incremental engine
//! needs around it: the visible difference a join makes, and a before-image so that a handler can be undone.
//!
//! Invariants (tested for every type in the list, `tests/laws`):
//! - join is commutative, associative, idempotent and inflationary, and `x ⊔ mutate(x)` is the update's whole effect;
//! - equal states are `==`: no two forms of one value, and `bottom ⊔ delta == delta`;
//! - `restore(before(delta))` after `join(delta)` is the identity;
//! - a join reports visible-after minus visible-before, nothing else.
//!
//! Neighbours: [`crate::state`] dispatches to it; [`crate::gset`] is the smallest implementation to read.
//!
//! Source: Almeida, Shoker, Baquero 2018, §4 (δ-mutators: `m(X) = X ⊔ mδ(X)`).

use std::fmt::Debug;

use crate::change::{Leaf, PortRow, PortShape, Report};
use crate::dot::ReplicaId;
use crate::element::Element;
use crate::kind::Kind;
use crate::registry::LatticeInfo;
use crate::state::State;
use crate::update::{Answer, Call, UpdateError};

/// A join-semilattice with delta mutators over elements `T`. Deltas are states.
pub trait Lattice<T: Element>: Clone + Eq + Debug {
    /// Its row in the registry.
    const INFO: LatticeInfo;

    /// What its rows end with. Maps say [`PortRow::Keys`].
    const ROW: PortRow;

    /// The before-image of the part a join touches.
    type Undo: Debug;

    /// The least state.
    fn bottom(kind: &Kind) -> Self;

    /// Whether this is the least state: a delta that changes nothing.
    fn is_bottom(&self) -> bool;

    /// Makes the delta of an update. Unknown calls are answered by [`Call::refuse`].
    fn mutate(&self, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError>;

    /// Makes the delta of an update further down. Only maps have a further down.
    fn mutate_at(&self, kind: &Kind, key: &T, rest: &[T], call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let _ = (kind, key, rest, call);
        Err(UpdateError::NotAMap { lattice: Self::INFO.name })
    }

    /// Joins a delta and reports what became of the visible value.
    fn join<'d>(&mut self, delta: &'d Self, report: &mut Report<'_, 'd, T>);

    /// The before-image of what joining `delta` would touch.
    fn before(&self, delta: &Self) -> Self::Undo;

    /// Puts a before-image back.
    fn restore(&mut self, undo: Self::Undo);

    /// Reports the whole visible value as additions.
    fn visible<'d>(&'d self, report: &mut Report<'_, 'd, T>);

    /// The ports of a variable of this type.
    fn ports(kind: &Kind) -> Vec<PortShape> {
        let _ = kind;
        vec![PortShape { keys: 0, row: Self::ROW }]
    }

    /// Whether everything inside has the type that `kind` says.
    fn conforms(&self, kind: &Kind) -> bool {
        let _ = kind;
        true
    }

    /// Sets: whether the element is in. Maps: whether the key is there.
    fn contains(&self, element: &T) -> bool {
        let _ = element;
        false
    }

    /// Sets: how many elements. Maps: how many keys.
    fn len(&self) -> usize {
        0
    }

    /// Whether a set has no elements or a map no keys. Not the same as bottom: an emptied set may remember dots.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counters and registers: the value.
    fn leaf(&self) -> Option<Leaf<T>> {
        None
    }

    /// `bcounter`: what that replica may spend.
    fn rights(&self, replica: ReplicaId) -> Option<i128> {
        let _ = replica;
        None
    }

    /// Maps: the value under a key.
    fn get(&self, key: &T) -> Option<&State<T>> {
        let _ = key;
        None
    }

    /// Sets: the elements. Maps: the keys. In order.
    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(std::iter::empty())
    }

    /// Maps: keys and values, in key order.
    fn entries(&self) -> Box<dyn Iterator<Item = (&T, &State<T>)> + '_> {
        Box::new(std::iter::empty())
    }
}

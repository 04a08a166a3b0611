//! What a lattice type has to bring. One file per type implements it; the list in `list.rs` names the type; the rest
//! (dispatch, laws, codec tests, the catalogue, the type checker's table) follows from the two.
//!
//! The heart is small: a bottom, a join, and mutators that make deltas. Around it stands what synchronisation needs
//! (the join decomposition, and what a receiver does not know yet) and what an incremental engine needs (the visible
//! difference a join makes, and a before-image so that a handler can be undone).
//!
//! Invariants (tested for every type in the list, `tests/laws`):
//! - join is commutative, associative, idempotent and inflationary, and `x ⊔ mutate(x)` is the update's whole effect;
//! - equal states are `==` and have equal bytes: no two forms of one value, and `bottom ⊔ delta == delta`;
//! - a join reports visible-after minus visible-before, nothing else, and says whether the state changed at all;
//! - the pieces of [`Lattice::decompose`] rejoin to the whole, and none of them can be left out;
//! - `y ⊔ x.novel(y) == y ⊔ x`, and `x.novel(y)` is bottom when y knows all of x;
//! - `restore(before(delta))` after `join(delta)` is the identity;
//! - `apply` is `mutate`, `before` and `join` in one.
//!
//! Types that remove what they have seen are dot stores under a causal context; they implement
//! [`DotStore`](crate::dot_store::DotStore) and are a lattice together with their context: [`crate::causal`].
//!
//! Neighbours: [`crate::state`] dispatches to it; [`crate::gset`] is the smallest implementation to read.
//!
//! Source: Almeida, Shoker, Baquero 2018, §4 (δ-mutators: `m(X) = X ⊔ mδ(X)`); Enes, Almeida, Baquero, Leitão,
//! "Efficient synchronization of state-based CRDTs", ICDE 2019, §III (irredundant join decompositions, Δ).

use std::fmt::Debug;

use crate::change::{PortRow, PortShape, Report, Unobserved};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::reading::Reading;
use crate::registry::LatticeInfo;
use crate::update::{Answer, Applied, Call, Keep, Step, UpdateError};

/// A join-semilattice with delta mutators over elements `T`. Deltas are states.
pub trait Lattice<T: Element>: Reading<T> + Clone + Eq + Debug {
    /// Its row in the registry.
    const INFO: LatticeInfo;

    /// What its rows end with.
    const ROW: PortRow;

    /// The before-image of the part a join touches.
    type Undo: Debug;

    /// The least state.
    fn bottom(kind: &Kind) -> Self;

    /// Whether this is the least state: a delta that changes nothing. O(1).
    fn is_bottom(&self) -> bool;

    /// Makes the delta of an update. Unknown calls are answered by [`Call::refuse`].
    fn mutate(&self, kind: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError>;

    /// Makes the delta of an update further down: `path` has a step at least. Only maps and products have a further
    /// down.
    fn mutate_at(&self, kind: &Kind, path: &[Step<T>], call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let _ = (kind, path, call);
        Err(UpdateError::NoWayDown { lattice: Self::INFO.name })
    }

    /// Joins a delta, reports what became of the visible value, and says whether anything changed, metadata included.
    /// O(delta).
    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool;

    /// Makes an update and joins it, in one go: the same as [`Lattice::mutate`] (or [`Lattice::mutate_at`]),
    /// [`Lattice::before`] and [`Lattice::join`] with the delta, here and into the group. Types whose updates are many
    /// have a shorter way.
    fn apply(
        &mut self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        keep: Keep<'_, Self, Self::Undo>,
        report: &mut Report<'_, T>,
    ) -> Result<Applied, UpdateError> {
        let (delta, answer) = match path {
            [] => self.mutate(kind, call)?,
            path => self.mutate_at(kind, path, call)?,
        };
        Ok(Applied { answer, changed: self.absorb(&delta, keep, report) })
    }

    /// Joins the delta of an update made here, and keeps what is to be kept. Says whether there was anything in it.
    fn absorb(&mut self, delta: &Self, keep: Keep<'_, Self, Self::Undo>, report: &mut Report<'_, T>) -> bool {
        if delta.is_bottom() {
            return false;
        }
        if let Some(undo) = keep.undo {
            *undo = Some(self.before(delta));
        }
        self.join(delta, report);
        if let Some(group) = keep.group {
            group.join(delta, &mut Report::new(&mut Unobserved));
        }
        true
    }

    /// The before-image of what joining `delta` would touch. Same cost as the join.
    fn before(&self, delta: &Self) -> Self::Undo;

    /// Puts a before-image back.
    fn restore(&mut self, undo: Self::Undo);

    /// The irredundant join decomposition ⇓x, piece by piece: join-irreducible states whose join is this one, none of
    /// which can be left out. Bottom has none. O(n), and each piece is small.
    fn decompose(&self, piece: &mut dyn FnMut(Self));

    /// Δ(self, local): the least part of this state that brings `local` to their join. Bottom iff `self ⊑ local`.
    /// O(self · log local).
    fn novel(&self, local: &Self) -> Self;

    /// The greatest hybrid clock in here, for types that have one: what a receiver checks against its own clock.
    fn latest(&self) -> Option<Hlc> {
        None
    }

    /// Writes the canonical form: equal states, equal bytes.
    fn write(&self, out: &mut Writer<'_, T>);

    /// Reads what [`Lattice::write`] writes, and nothing else.
    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError>;

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
}

/// The ports of a map whose values are of this kind.
pub(crate) fn map_ports(values: &Kind) -> Vec<PortShape> {
    let below = values.ports().into_iter().map(|port| PortShape { keys: port.keys + 1, row: port.row });
    match values.row() {
        // The key is part of the scalar's only row, so a relation of its own would say nothing more.
        PortRow::Scalar => below.collect(),
        _ => std::iter::once(PortShape { keys: 1, row: PortRow::Keys }).chain(below).collect(),
    }
}

//! A variable of a lattice drawn in the program: one of its elements, and it only climbs.
//!
//! ```text
//! lattice Status { placed < paid < shipped < returned, placed < cancelled < returned }
//!
//! placed ⊔ paid = paid      shipped ⊔ paid = shipped      paid ⊔ cancelled = returned
//! ```
//!
//! Invariant: a rank is less than the number of elements.
//!
//! Neighbours: [`crate::drawn`] (the drawing and its table of least upper bounds); [`crate::extreme`] for a chain of
//! plain values.
//!
//! Source: Conway et al., "Logic and lattices for distributed programming", 2012, §3 (user-defined lattices).

use std::fmt;
use std::sync::Arc;

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::drawn::UserLattice;
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, Read};
use crate::update::{Answer, Arg, Call, UpdateError};

/// An element of a lattice drawn in a program. Space: a rank, and a share of the table.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    rank: u16,
    // One table for all states of a variable; `==` of two handles to it does not look inside.
    table: Arc<UserLattice>,
}

impl User {
    fn at(&self, rank: u16) -> Self {
        Self { rank, table: self.table.clone() }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table.name(), self.table.elements()[usize::from(self.rank)])
    }
}

/// The drawing of a kind.
fn table(kind: &Kind) -> &Arc<UserLattice> {
    match kind {
        Kind::User(table) => table,
        other => panic!("a drawn lattice was given the kind of a {}", other.name()),
    }
}

impl<T: Element> Lattice<T> for User {
    const INFO: LatticeInfo = LatticeInfo {
        // A lattice declared in the program; this is not a name that can be written.
        name: "lattice",
        params: &[],
        methods: &[
            MethodInfo::new("set", &[MethodParam::Rank], "moves it up to the least upper bound with this").idempotent()
        ],
        members: &[],
        read: Read::Element,
        order: Order::Grows,
        summary: "a lattice declared in the program by its elements and their order",
        which_count: "least upper bound; needs one least element (what an absent key reads); a pair without a least \
                      upper bound is a compile error naming the pair",
        source: "Conway et al. 2012, §3",
    };
    const ROW: PortRow = PortRow::Scalar;

    /// The old rank, if the join would move it.
    type Undo = Option<u16>;

    fn bottom(kind: &Kind) -> Self {
        let table = table(kind);
        Self { rank: table.least(), table: table.clone() }
    }

    fn is_bottom(&self) -> bool {
        self.rank == self.table.least()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        match (call.method, call.args) {
            ("set", [Arg::Rank(rank)]) if usize::from(*rank) < self.table.elements().len() => {
                let nothing_new = self.table.le(*rank, self.rank);
                Ok((self.at(if nothing_new { self.table.least() } else { *rank }), Answer::None))
            }
            _ => Err(call.refuse(&<Self as Lattice<T>>::INFO)),
        }
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let joined = self.table.join(self.rank, delta.rank);
        let old = std::mem::replace(&mut self.rank, joined);
        report.moved(Leaf::Rank(old), Leaf::Rank(self.rank));
        old != self.rank
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        (!self.table.le(delta.rank, self.rank)).then_some(self.rank)
    }

    fn restore(&mut self, undo: Self::Undo) {
        if let Some(old) = undo {
            self.rank = old;
        }
    }

    /// The element itself. A drawn lattice need not be distributive, and then an element has several decompositions or
    /// the pieces of one do not say which of them a receiver lacks (in M3 the top is the join of any two of three):
    /// finer pieces would save nothing, a rank being as small as a piece can be.
    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        if !Lattice::<T>::is_bottom(self) {
            piece(self.clone());
        }
    }

    /// All or nothing, for the same reason.
    fn novel(&self, local: &Self) -> Self {
        self.at(if self.table.le(self.rank, local.rank) { self.table.least() } else { self.rank })
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        out.number(u64::from(self.rank));
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let table = table(kind);
        match u16::try_from(input.number()?) {
            Ok(rank) if usize::from(rank) < table.elements().len() => Ok(Self { rank, table: table.clone() }),
            _ => Err(input.error("a rank is not of its lattice")),
        }
    }

    fn conforms(&self, kind: &Kind) -> bool {
        self.table == *table(kind)
    }
}

impl<T: Element> Reading<T> for User {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(Leaf::Rank(self.rank), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(Leaf::Rank(self.rank))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_m3_a_piece_is_the_element_itself() {
        let elements = ["o", "a", "b", "c", "i"].map(str::to_owned).to_vec();
        let m3 = UserLattice::new("M3", elements, &[(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]).unwrap();
        let kind = Kind::User(Arc::new(m3));
        let at = |rank| User { rank, ..Lattice::<()>::bottom(&kind) };
        let mut pieces = Vec::new();
        Lattice::<()>::decompose(&at(4), &mut |piece| pieces.push(piece));
        assert_eq!(pieces, [at(4)]);
        assert_eq!(Lattice::<()>::novel(&at(4), &at(1)), at(4));
        assert!(Lattice::<()>::is_bottom(&Lattice::<()>::novel(&at(1), &at(4))));
    }
}

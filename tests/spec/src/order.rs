//! A user's lattice: the order as it was drawn, and what follows from it.
//!
//! `placed < paid < shipped, placed < cancelled < shipped` is four elements and the edges (0, 1), (1, 2), (0, 3), (3,
//! 2). One element is below another iff a path of edges leads up to it; the least upper bound of some elements is the
//! one element above them all that is below every other such element. Both are found by trying everything.
//!
//! Invariants: no circles, one element below all, and every two have a least upper bound.

use std::cmp::Ordering;

use crate::seen::Seen;

/// A finite lattice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// For each element, those at or above it.
    above: Vec<Seen>,
}

impl Order {
    /// A lattice of so many elements, with its drawn edges: (lower, upper).
    ///
    /// # Panics
    /// If the drawing is not a lattice with a least element: the language refuses such a program.
    #[must_use]
    pub fn new(elements: usize, edges: &[(u16, u16)]) -> Self {
        let mut above: Vec<Seen> = (0..elements).map(|element| Seen::from([element])).collect();
        // A path has fewer edges than there are elements, so as many rounds reach all that can be reached.
        for _ in 0..elements {
            for (lower, upper) in edges {
                let further = above[usize::from(*upper)];
                above[usize::from(*lower)].union(&further);
            }
        }
        let order = Self { above };
        for a in order.elements() {
            for b in order.elements() {
                assert!(a == b || !(order.is_below(a, b) && order.is_below(b, a)), "{a} and {b} are in a circle");
                assert!(order.least_above(&[a, b]).is_some(), "{a} and {b} have no least upper bound");
            }
        }
        assert!(order.least_above(&[]).is_some(), "there is no least element");
        order
    }

    /// The least element.
    #[must_use]
    pub fn bottom(&self) -> u16 {
        self.join(&[])
    }

    /// The least upper bound of some elements; of none, the least element.
    ///
    /// # Panics
    /// If one of them is not in the lattice.
    #[must_use]
    pub fn join(&self, ranks: &[u16]) -> u16 {
        self.least_above(ranks).expect("a lattice has all least upper bounds")
    }

    /// Whether `a` is `b` or a path leads up from it to `b`.
    #[must_use]
    pub fn is_below(&self, a: u16, b: u16) -> bool {
        self.above[usize::from(a)].contains(usize::from(b))
    }

    /// Whether any two elements can be compared.
    #[must_use]
    pub fn is_chain(&self) -> bool {
        self.elements().all(|a| self.elements().all(|b| self.is_below(a, b) || self.is_below(b, a)))
    }

    /// How two elements of a chain compare.
    pub(crate) fn compare(&self, a: u16, b: u16) -> Ordering {
        match (self.is_below(a, b), self.is_below(b, a)) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => panic!("{a} and {b} cannot be compared: not a chain"),
        }
    }

    fn elements(&self) -> impl Iterator<Item = u16> + use<> {
        0..u16::try_from(self.above.len()).expect("a lattice is small")
    }

    fn least_above(&self, ranks: &[u16]) -> Option<u16> {
        let bounds: Vec<u16> =
            self.elements().filter(|bound| ranks.iter().all(|rank| self.is_below(*rank, *bound))).collect();
        bounds.iter().copied().find(|least| bounds.iter().all(|bound| self.is_below(*least, *bound)))
    }
}

//! What a lattice asks of the values it holds: to be copied, compared, ordered and printed.
//!
//! Elements of sets, values of registers and keys of maps are one type `T`, the caller's dynamic value. The order is
//! the value order of the language (`max`, iteration), so it must be total and the same on every replica.
//!
//! Neighbours: every lattice file is generic over [`Element`].

/// A value that can live in a lattice. Implemented for everything that has the parts.
///
/// `clone` is called once per stored element and per reported register value: make it cheap (a shared handle).
pub trait Element: Clone + Eq + Ord + std::hash::Hash + std::fmt::Debug {}

impl<T: Clone + Eq + Ord + std::hash::Hash + std::fmt::Debug> Element for T {}

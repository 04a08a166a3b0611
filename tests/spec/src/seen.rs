//! A set of updates: what a replica has seen.
//!
//! One bit for each update of a history, so that taking one set from another costs nothing: `{0, 2}` is `0b101`.
//!
//! Invariant: ids are below [`Seen::CAPACITY`].

use std::fmt;

/// A set of updates, by id.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen(u128);

impl Seen {
    /// How many updates a history may have.
    pub const CAPACITY: usize = 128;

    /// Nothing seen.
    #[must_use]
    pub const fn new() -> Self {
        Self(0)
    }

    /// Adds one update.
    ///
    /// # Panics
    /// If the id is past the capacity.
    pub fn insert(&mut self, id: usize) {
        assert!(id < Self::CAPACITY, "update {id}: a history has at most {} updates", Self::CAPACITY);
        self.0 |= 1 << id;
    }

    /// Adds every update of another set.
    pub fn union(&mut self, other: &Self) {
        self.0 |= other.0;
    }

    /// Whether the update has been seen.
    #[must_use]
    pub fn contains(&self, id: usize) -> bool {
        id < Self::CAPACITY && self.0 & (1 << id) != 0
    }

    /// Whether every update of this set is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether nothing has been seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// The updates, by ascending id.
    pub fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let id = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(id)
        })
    }

    /// Those that are not in the other set.
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl FromIterator<usize> for Seen {
    fn from_iter<I: IntoIterator<Item = usize>>(ids: I) -> Self {
        let mut seen = Self::new();
        ids.into_iter().for_each(|id| seen.insert(id));
        seen
    }
}

impl<const N: usize> From<[usize; N]> for Seen {
    fn from(ids: [usize; N]) -> Self {
        ids.into_iter().collect()
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

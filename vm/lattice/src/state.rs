//! The value of a variable of any kind: one enum over the lattices of the list, and dispatch to them.
//!
//! ```
//! use lasp_lattice::{Arg, Kind, Leaf, ReplicaId, Stamp, State, Unobserved};
//!
//! let kind = Kind::GMap(Box::new(Kind::GCounter));
//! let stamp = Stamp { replica: ReplicaId { node: 1, incarnation: 0 }, now_us: 0 };
//! let mut views = State::bottom(&kind);
//! let delta = views.mutate(&kind, &["ad"], "inc", &[Arg::Amount(3)], &stamp)?.delta;
//! views.join(&delta, &mut Unobserved);
//! assert_eq!(views.get(&"ad").and_then(State::leaf), Some(Leaf::Count(3)));
//! # Ok::<(), lasp_lattice::UpdateError>(())
//! ```
//!
//! Invariant: the two sides of a join are of one kind. A caller that got a state from outside asks [`State::conforms`]
//! first; from there on, a mismatch is our own mistake and panics.
//!
//! Neighbours: [`crate::Lattice`] (what each type does), `list.rs` (which types), [`crate::update`], [`crate::change`].

use crate::change::{Changes, Leaf, PortRow, Report};
use crate::dot::{ReplicaId, Stamp};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::update::{Arg, Call, Mutation, UpdateError};

macro_rules! define_state {
    (
        running { $($(#[$doc:meta])* $variant:ident $(($($param:ty),+))? : $lattice:ty),+ $(,)? }
        later { $($later:ident),+ $(,)? }
    ) => {
        /// A state of some lattice. Deltas are states. Equal values are `==`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum State<T: Element> {
            $($(#[$doc])* $variant($lattice)),+
        }

        /// The before-image of the parts a join touches: see [`State::before`].
        #[derive(Debug)]
        pub struct Undo<T: Element>(Image<T>);

        #[derive(Debug)]
        enum Image<T: Element> {
            $($variant(<$lattice as Lattice<T>>::Undo)),+
        }

        $(impl<T: Element> From<$lattice> for State<T> {
            fn from(lattice: $lattice) -> Self {
                Self::$variant(lattice)
            }
        })+

        impl<T: Element> State<T> {
            /// The least state of a kind: what a variable is before anybody writes it.
            pub fn bottom(kind: &Kind) -> Self {
                match kind {
                    $(Kind::$variant { .. } => Self::$variant(Lattice::<T>::bottom(kind))),+
                }
            }

            /// Whether this is a state of that kind, all the way down. O(keys of the maps inside).
            pub fn conforms(&self, kind: &Kind) -> bool {
                match (self, kind) {
                    $((Self::$variant(lattice), Kind::$variant { .. }) => Lattice::<T>::conforms(lattice, kind),)+
                    _ => false,
                }
            }

            /// The before-image of exactly the parts that joining `delta` would touch. Costs what the join costs.
            ///
            /// Handlers are atomic: before each join of theirs take the image, and on failure restore in reverse.
            pub fn before(&self, delta: &Self) -> Undo<T> {
                match (self, delta) {
                    $((Self::$variant(mine), Self::$variant(theirs)) => {
                        Undo(Image::$variant(Lattice::<T>::before(mine, theirs)))
                    })+
                    (mine, theirs) => mismatch(mine.name(), theirs.name()),
                }
            }

            /// Puts back what [`State::before`] saved. The state is then `==` to what it was.
            pub fn restore(&mut self, undo: Undo<T>) {
                match (self, undo.0) {
                    $((Self::$variant(mine), Image::$variant(image)) => Lattice::<T>::restore(mine, image),)+
                    (mine, _) => mismatch(mine.name(), "another"),
                }
            }

            pub(crate) fn join_into<'d>(&mut self, delta: &'d Self, report: &mut Report<'_, 'd, T>) {
                match (self, delta) {
                    $((Self::$variant(mine), Self::$variant(theirs)) => Lattice::<T>::join(mine, theirs, report),)+
                    (mine, theirs) => mismatch(mine.name(), theirs.name()),
                }
            }

            pub(crate) fn row(&self) -> PortRow {
                match self {
                    $(Self::$variant(_) => <$lattice as Lattice<T>>::ROW),+
                }
            }

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => <$lattice as Lattice<T>>::INFO.name),+
                }
            }
        }

        /// `match` on every variant with the same body.
        macro_rules! each {
            ($state:expr, $inner:ident => $body:expr) => {
                match $state {
                    $(State::$variant($inner) => $body),+
                }
            };
        }
    };
}

for_each_lattice!(define_state);

impl<T: Element> State<T> {
    /// Makes the delta of an update and does not apply it.
    ///
    /// `path` holds the keys of the maps walked through, outermost first. A map entry that is updated is there
    /// afterwards, even if the update left its value at bottom (`inc(0)`); a refused update (`Bool(false)`) writes
    /// nothing at all. O(path · log n + delta), except `orset.clear`, whose delta names every live dot.
    pub fn mutate(
        &self,
        kind: &Kind,
        path: &[T],
        method: &str,
        args: &[Arg<T>],
        stamp: &Stamp,
    ) -> Result<Mutation<T>, UpdateError> {
        self.mutate_call(kind, path, &Call { method, args, stamp })
    }

    /// Joins a delta (or a full state) and reports exactly what changed in the visible value.
    ///
    /// O(delta · log n). Joining what is already known changes and reports nothing.
    ///
    /// # Panics
    /// When `delta` is of another kind.
    pub fn join(&mut self, delta: &Self, changes: &mut dyn Changes<T>) {
        self.join_into(delta, &mut Report::new(changes));
    }

    /// Reports the whole visible value as additions: what a view fed since bottom would have received. O(n).
    pub fn visible(&self, changes: &mut dyn Changes<T>) {
        self.visible_into(&mut Report::new(changes));
    }

    /// Whether this is the least state: a delta that need not be kept or sent. O(1).
    pub fn is_bottom(&self) -> bool {
        each!(self, lattice => Lattice::<T>::is_bottom(lattice))
    }

    /// Maps: the value under a key. O(log n).
    pub fn get(&self, key: &T) -> Option<&State<T>> {
        each!(self, lattice => lattice.get(key))
    }

    /// Sets: whether the element is in. Maps: whether the key is there. O(log n).
    pub fn contains(&self, x: &T) -> bool {
        each!(self, lattice => lattice.contains(x))
    }

    /// Sets: how many elements. Maps: how many keys. Scalars: 0. O(1).
    pub fn len(&self) -> usize {
        each!(self, lattice => Lattice::<T>::len(lattice))
    }

    /// Whether a set has no elements or a map no keys. Not the same as bottom: an emptied `orset` remembers.
    pub fn is_empty(&self) -> bool {
        each!(self, lattice => Lattice::<T>::is_empty(lattice))
    }

    /// Counters and registers: the value. O(1).
    pub fn leaf(&self) -> Option<Leaf<T>> {
        each!(self, lattice => lattice.leaf())
    }

    /// `bcounter`: what may be spent at that replica, as far as known here; never negative. O(log replicas).
    pub fn rights(&self, replica: ReplicaId) -> Option<i128> {
        each!(self, lattice => Lattice::<T>::rights(lattice, replica))
    }

    /// Sets: the elements. Maps: the keys. In `Ord` order.
    pub fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        each!(self, lattice => lattice.elements())
    }

    /// Maps: keys and values, in key order.
    pub fn entries(&self) -> Box<dyn Iterator<Item = (&T, &State<T>)> + '_> {
        each!(self, lattice => lattice.entries())
    }

    pub(crate) fn mutate_call(&self, kind: &Kind, path: &[T], call: &Call<'_, T>) -> Result<Mutation<T>, UpdateError> {
        each!(self, lattice => {
            let (delta, answer) = match path.split_first() {
                None => lattice.mutate(call)?,
                Some((key, rest)) => lattice.mutate_at(kind, key, rest, call)?,
            };
            Ok(Mutation { delta: delta.into(), answer })
        })
    }

    pub(crate) fn visible_into<'d>(&'d self, report: &mut Report<'_, 'd, T>) {
        each!(self, lattice => lattice.visible(report));
    }
}

fn mismatch(mine: &str, theirs: &str) -> ! {
    panic!("joining states of two kinds: {mine} with {theirs}; states from outside are checked with `conforms` first")
}

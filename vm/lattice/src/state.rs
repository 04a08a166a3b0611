//! The value of a variable of any kind: one enum over the lattices of the list, and dispatch to them.
//!
//! ```
//! use lasp_lattice::{Arg, Kind, Leaf, Reading, ReplicaId, Stamp, State, Step, Unobserved};
//!
//! let kind = Kind::GMap(Box::new(Kind::GCounter));
//! let stamp = Stamp { replica: ReplicaId { node: 1, incarnation: 0 }, now_us: 0 };
//! let mut views = State::bottom(&kind);
//! let delta = views.mutate(&kind, &[Step::Key("ad")], "inc", &[Arg::Amount(3)], &stamp)?.delta;
//! assert!(views.join(&delta, &mut Unobserved));
//! assert!(!views.join(&delta, &mut Unobserved), "a second time changes nothing");
//! assert_eq!(views.get(&"ad").and_then(|ad| ad.leaf()), Some(Leaf::Count(3)));
//! # Ok::<(), lasp_lattice::UpdateError>(())
//! ```
//!
//! Invariant: the two sides of a join are of one kind. A caller that got a state from outside has it from
//! [`State::decode`] or asks [`State::conforms`] first; from there on, a mismatch is our own mistake and panics.
//!
//! Neighbours: [`crate::Lattice`] (what each type does), `list.rs` (which types), [`crate::update`], [`crate::change`].

use crate::change::{Changes, Leaf, PortRow, Report};
use crate::codec::{self, DecodeError, ElementCodec, Reader, Writer};
use crate::dot::{ReplicaId, Stamp};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::update::{Applied, Arg, Call, Keep, Mutation, Step, UpdateError};

macro_rules! define_state {
    ($($(#[$doc:meta])* $variant:ident $(($($param:ty),+))? : $lattice:ty),+ $(,)?) => {
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

            /// Δ(self, local): the least part of this state that brings `local` to their join; bottom iff `local` knows
            /// it all. What a node keeps of a delta it received, and what it sends on. O(self).
            pub fn novel(&self, local: &Self) -> Self {
                match (self, local) {
                    $((Self::$variant(mine), Self::$variant(theirs)) => {
                        Self::$variant(Lattice::<T>::novel(mine, theirs))
                    })+
                    (mine, theirs) => mismatch(mine.name(), theirs.name()),
                }
            }

            pub(crate) fn apply_call(
                &mut self,
                kind: &Kind,
                path: &[Step<T>],
                call: &Call<'_, T>,
                keep: Keep<'_, Self, Undo<T>>,
                report: &mut Report<'_, T>,
            ) -> Result<Applied, UpdateError> {
                match self {
                    $(Self::$variant(mine) => match keep {
                        // Apart, so that the common case has no room to make for images.
                        Keep { undo: None, group: None } => {
                            Lattice::<T>::apply(mine, kind, path, call, Keep::nothing(), report)
                        }
                        Keep { undo, group } => {
                            let group = group.map(|group| match group {
                                Self::$variant(group) => group,
                                other => mismatch(<$lattice as Lattice<T>>::INFO.name, other.name()),
                            });
                            let wrap = |image| Undo(Image::$variant(image));
                            apply_kept(mine, (kind, path, call), undo, group, wrap, report)
                        }
                    })+
                }
            }

            pub(crate) fn join_into(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
                match (self, delta) {
                    $((Self::$variant(mine), Self::$variant(theirs)) => Lattice::<T>::join(mine, theirs, report),)+
                    (mine, theirs) => mismatch(mine.name(), theirs.name()),
                }
            }

            pub(crate) fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
                Ok(match kind {
                    $(Kind::$variant { .. } => Self::$variant(Lattice::<T>::read(kind, input)?)),+
                })
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
    /// `path` holds the keys of the maps and the parts of the products walked through, outermost first. A map entry
    /// that is updated is there afterwards, even if the update left its value at bottom (`inc(0)`); a refused update
    /// (`Bool(false)`) writes nothing at all. O(path + delta); a delta that removes names what it removes.
    pub fn mutate(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        method: &str,
        args: &[Arg<T>],
        stamp: &Stamp,
    ) -> Result<Mutation<T>, UpdateError> {
        self.mutate_call(kind, path, &Call { method, args, stamp })
    }

    /// Makes an update and joins it, in one go: what [`State::mutate`], [`State::before`] and [`State::join`] do one
    /// after the other, without a delta where nobody asks for one. Most updates are a few nanoseconds of work, and a
    /// delta costs more.
    ///
    /// ```
    /// use lasp_lattice::{Answer, Call, Keep, Kind, Reading, ReplicaId, Stamp, State, Unobserved};
    ///
    /// let (kind, stamp) = (Kind::GCounter, Stamp { replica: ReplicaId { node: 1, incarnation: 0 }, now_us: 0 });
    /// let (mut state, mut group, mut undo) = (State::<()>::bottom(&kind), State::bottom(&kind), None);
    /// let inc = Call { method: "inc", args: &[], stamp: &stamp };
    /// state.apply(&kind, &[], &inc, Keep::nothing(), &mut Unobserved)?;
    /// let keep = Keep { undo: Some(&mut undo), group: Some(&mut group) };
    /// assert!(state.apply(&kind, &[], &inc, keep, &mut Unobserved)?.changed);
    /// assert_eq!(group, state, "the group holds the writer's whole slot");
    /// state.restore(undo.unwrap());
    /// assert_ne!(group, state);
    /// # Ok::<(), lasp_lattice::UpdateError>(())
    /// ```
    ///
    /// A refused update has changed nothing. Where nothing changes, `undo` is left alone.
    ///
    /// # Panics
    /// When the group is of another kind.
    pub fn apply(
        &mut self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        keep: Keep<'_, Self, Undo<T>>,
        changes: &mut dyn Changes<T>,
    ) -> Result<Applied, UpdateError> {
        self.apply_call(kind, path, call, keep, &mut Report::new(changes))
    }

    /// Joins a delta (or a full state), reports exactly what changed in the visible value, and says whether anything
    /// changed at all, metadata included.
    ///
    /// O(delta): an element is found by hash, a dot by its place. Joining what is already known changes and reports
    /// nothing.
    ///
    /// # Panics
    /// When `delta` is of another kind.
    pub fn join(&mut self, delta: &Self, changes: &mut dyn Changes<T>) -> bool {
        self.join_into(delta, &mut Report::new(changes))
    }

    /// Reports the whole visible value as additions: what a view fed since bottom would have received. O(n).
    pub fn show(&self, changes: &mut dyn Changes<T>) {
        self.visible(1, &mut Report::new(changes));
    }

    /// Whether this is the least state: a delta that need not be kept or sent. O(1).
    pub fn is_bottom(&self) -> bool {
        each!(self, lattice => Lattice::<T>::is_bottom(lattice))
    }

    /// Whether `other` knows everything this state knows. O(self · log other).
    pub fn is_below(&self, other: &Self) -> bool {
        self.novel(other).is_bottom()
    }

    /// The irredundant join decomposition: see [`Lattice::decompose`].
    pub fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        each!(self, lattice => Lattice::<T>::decompose(lattice, &mut |part| piece(part.into())));
    }

    /// The greatest hybrid clock in here, if there is any. O(values with one).
    pub fn latest(&self) -> Option<Hlc> {
        each!(self, lattice => Lattice::<T>::latest(lattice))
    }

    /// The wire and disk form: see [`crate::codec`]. Equal states of a kind have equal bytes. O(n).
    pub fn encode(&self, kind: &Kind, elements: &dyn ElementCodec<T>) -> Vec<u8> {
        codec::seal(kind, &self.encode_body(elements))
    }

    /// A state from outside. Whatever the bytes, it takes time and space in proportion to them.
    pub fn decode(kind: &Kind, bytes: &[u8], elements: &dyn ElementCodec<T>) -> Result<Self, DecodeError> {
        Self::decode_body(kind, codec::open(kind, bytes)?, elements)
    }

    /// The form without its envelope, for those who frame it themselves.
    pub fn encode_body(&self, elements: &dyn ElementCodec<T>) -> Vec<u8> {
        let mut out = Writer::new(elements);
        self.write(&mut out);
        out.into_bytes()
    }

    /// The form without its envelope. Bytes that an encoder would not have written are refused.
    pub fn decode_body(kind: &Kind, bytes: &[u8], elements: &dyn ElementCodec<T>) -> Result<Self, DecodeError> {
        let mut input = Reader::new(bytes, elements);
        let state = Self::read(kind, &mut input)?;
        input.end()?;
        Ok(state)
    }

    pub(crate) fn mutate_call(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
    ) -> Result<Mutation<T>, UpdateError> {
        each!(self, lattice => {
            let (delta, answer) = match path {
                [] => lattice.mutate(kind, call)?,
                path => lattice.mutate_at(kind, path, call)?,
            };
            Ok(Mutation { delta: delta.into(), answer })
        })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_, T>) {
        each!(self, lattice => Lattice::<T>::write(lattice, out));
    }
}

impl<T: Element> Reading<T> for State<T> {
    fn row(&self) -> PortRow {
        each!(self, lattice => Reading::<T>::row(lattice))
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        each!(self, lattice => lattice.visible(weight, report));
    }

    fn contains(&self, x: &T) -> bool {
        each!(self, lattice => lattice.contains(x))
    }

    fn len(&self) -> usize {
        each!(self, lattice => Reading::<T>::len(lattice))
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        each!(self, lattice => lattice.leaf())
    }

    fn rights(&self, replica: ReplicaId) -> Option<i128> {
        each!(self, lattice => Reading::<T>::rights(lattice, replica))
    }

    fn get(&self, key: &T) -> Option<&dyn Reading<T>> {
        each!(self, lattice => lattice.get(key))
    }

    fn part(&self, part: usize) -> Option<&dyn Reading<T>> {
        each!(self, lattice => lattice.part(part))
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        each!(self, lattice => lattice.elements())
    }

    fn entries(&self) -> Box<dyn Iterator<Item = (&T, &dyn Reading<T>)> + '_> {
        each!(self, lattice => lattice.entries())
    }
}

/// What is applied to a lattice: kind, path, call.
type Update<'u, T> = (&'u Kind, &'u [Step<T>], &'u Call<'u, T>);

/// An update of which something is kept: the image is wrapped as one of a state.
#[inline(never)]
fn apply_kept<T: Element, L: Lattice<T>>(
    lattice: &mut L,
    (kind, path, call): Update<'_, T>,
    undo: Option<&mut Option<Undo<T>>>,
    group: Option<&mut L>,
    wrap: impl FnOnce(L::Undo) -> Undo<T>,
    report: &mut Report<'_, T>,
) -> Result<Applied, UpdateError> {
    let Some(undo) = undo else {
        return lattice.apply(kind, path, call, Keep { undo: None, group }, report);
    };
    let mut image = None;
    let applied = lattice.apply(kind, path, call, Keep { undo: Some(&mut image), group }, report)?;
    if let Some(image) = image {
        *undo = Some(wrap(image));
    }
    Ok(applied)
}

fn mismatch(mine: &str, theirs: &str) -> ! {
    panic!("joining states of two kinds: {mine} with {theirs}; states from outside are checked with `conforms` first")
}

//! Dot stores: values that live under dots, without a context of their own.
//!
//! A store says what is alive. What is dead, and what has not been heard of, only the [`Past`] beside it can tell, and
//! one past serves a whole tree of stores: a map in a map in a map names a dead dot once.
//!
//! ```text
//! DotFun⟨V⟩      dot → value                  a register, a flag; DotFun⟨()⟩ is the paper's DotSet
//! DotMap⟨K, S⟩   key → store                  a set (element → dots), a map (key → presence and value)
//! Sums           dot → running sum            a counter
//! ```
//!
//! The join keeps what is alive on both sides, or on one and unknown to the other. Walking both sides would cost the
//! whole state, so it goes the other way round: from the dots that the delta names to our live ones among them (*hit*),
//! each level of a store leading its dots to the keys they live under.
//!
//! Invariants: every dot lives in one place; a value under a dot never changes (a running sum only grows).
//!
//! Neighbours: [`crate::dot_fun`], [`crate::dot_map`], [`crate::sums`]; [`crate::causal`] puts a store and its past
//! together.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (`DotSet`, `DotFun`, `DotMap`, `Causal`).

use std::fmt::Debug;

use smallvec::SmallVec;

use crate::change::{PortRow, PortShape, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::{Dot, ReplicaId};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::past::{Past, PastUndo};
use crate::reading::Reading;
use crate::registry::LatticeInfo;
use crate::sums::Sum;
use crate::update::{Answer, Call, Step, UpdateError};

/// What became of a dot in a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is live now and was not.
    Born,
    /// It was live and is not any more.
    Died,
}

/// What became of dots, in order: how the levels above keep their index.
pub type Fates = SmallVec<[(Fate, Dot); 2]>;

/// One side of a join, as a store sees it.
pub struct Incoming<'a, S> {
    /// The delta's store at this place, if it has anything here.
    pub theirs: Option<&'a S>,
    /// What we had seen before.
    pub ours: &'a Past,
    /// What the delta has seen.
    pub past: &'a Past,
    /// Our live dots that the delta's past names, ascending; some may live elsewhere.
    pub hit: &'a [Dot],
}

impl<'a, S> Incoming<'a, S> {
    /// The same for a store further down.
    pub fn to<U>(&self, theirs: Option<&'a U>) -> Incoming<'a, U> {
        Incoming { theirs, ours: self.ours, past: self.past, hit: self.hit }
    }
}

/// What stands beside a store that is updated in place: its past, and what has to follow the update.
pub struct Place<'p, S: Dots> {
    /// What has been seen. No sum is noted there as cancelled.
    pub past: &'p mut Past,
    /// The group of deltas to be sent, which knows nothing that this state does not know.
    pub group: Option<(&'p mut S, &'p mut Past)>,
    /// Where the before-image goes.
    pub undo: Option<&'p mut Option<(S::Undo, PastUndo)>>,
}

/// A delta being written: fresh dots for what it adds, and the past it has seen.
#[derive(Debug)]
pub struct Draft {
    replica: ReplicaId,
    next: Option<u64>,
    pub(crate) past: Past,
}

impl Draft {
    /// By a replica that has used its sequence numbers up to `greatest`.
    pub fn new(replica: ReplicaId, greatest: u64) -> Self {
        Self { replica, next: greatest.checked_add(1), past: Past::new() }
    }

    /// The writer.
    pub fn replica(&self) -> ReplicaId {
        self.replica
    }

    /// A dot nobody has used, for a running sum. `None` when numbers have run out.
    pub fn fresh(&mut self) -> Option<Dot> {
        let seq = self.next?;
        self.next = seq.checked_add(1);
        Some(Dot { replica: self.replica, seq })
    }

    /// A dot nobody has used, for a value. `None` when numbers have run out.
    pub fn fresh_seen(&mut self) -> Option<Dot> {
        let dot = self.fresh()?;
        self.past.dots.insert(dot);
        Some(dot)
    }

    /// This dot is dead.
    pub fn kill(&mut self, dot: Dot) {
        self.past.dots.insert(dot);
    }

    /// This much of a running sum is taken back. Its own writer closes it instead: nothing of it can be under way
    /// unseen.
    pub fn cancel(&mut self, dot: Dot, sum: Sum) {
        if dot.replica == self.replica {
            self.kill(dot);
        } else {
            self.past.cancel(dot, sum);
        }
    }
}

/// The part of a dot store that knows about dots alone.
pub trait Dots: Clone + Eq + Debug {
    /// The before-image of a join.
    type Undo: Debug;

    /// An empty store of the same shape.
    fn empty_like(&self) -> Self;

    /// Whether no dot is live.
    fn is_dead(&self) -> bool;

    /// Whether a reader sees anything: by default if any dot is live.
    fn shows(&self) -> bool {
        !self.is_dead()
    }

    /// Whether this dot is live. O(log n).
    fn holds(&self, dot: Dot) -> bool;

    /// Adds the live dots that `past` names. O(runs of `past` · log n + dots found).
    fn hit(&self, past: &Past, live: &mut Vec<Dot>);

    /// Adds all live dots. O(n).
    fn all(&self, live: &mut Vec<Dot>);

    /// The greatest sequence number of a replica's live dots, 0 for none. O(log n).
    fn greatest(&self, replica: ReplicaId) -> u64;

    /// Writes into a delta that everything live here is dead.
    fn kill(&self, draft: &mut Draft);

    /// What a join would touch.
    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo;

    /// Puts a before-image back.
    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates);

    /// Join-irreducible pieces, each with the past it needs.
    fn decompose(&self, piece: &mut dyn FnMut(Self, Past));

    /// The live part that `local`, who has seen `past`, does not know. What it does not know of cancelling goes to
    /// `news`.
    fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self;

    /// Whether this much of a sum that is open here is known to be cancelled. O(log n).
    fn has_cancelled(&self, dot: Dot, sum: Sum) -> bool {
        let _ = (dot, sum);
        false
    }

    /// Whether live dots and a past fit together, as in every state that was written by us.
    fn fits(&self, past: &Past) -> bool;
}

/// A dot store with a meaning: a lattice type whose updates can take back what they have seen.
pub trait DotStore<T: Element>: Dots + Reading<T> {
    /// Its row in the registry.
    const INFO: LatticeInfo;

    /// What its rows end with.
    const ROW: PortRow;

    /// Nothing alive.
    fn empty(kind: &Kind) -> Self;

    /// Makes the delta of an update: the live part is returned, what it has seen goes into the draft.
    fn mutate(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError>;

    /// Makes an update of the whole store and joins it, in place, if there is a short way for it. Says whether there
    /// was anything to be done; `None`, and nothing is done, where there is no short way.
    fn apply(
        &mut self,
        call: &Call<'_, T>,
        place: Place<'_, Self>,
        report: &mut Report<'_, T>,
    ) -> Option<Result<bool, UpdateError>> {
        let _ = (call, place, report);
        None
    }

    /// Joins a delta, reports what became of the visible value, and says whether anything changed.
    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool;

    /// The greatest hybrid clock in here.
    fn latest(&self) -> Option<Hlc> {
        None
    }

    /// Writes the live part.
    fn write(&self, out: &mut Writer<'_, T>);

    /// Reads the live part.
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

/// The error for a path that goes on where there is nothing further down.
pub(crate) fn end_of_path<T>(path: &[Step<T>], info: &LatticeInfo) -> Result<(), UpdateError> {
    if path.is_empty() { Ok(()) } else { Err(UpdateError::NoWayDown { lattice: info.name }) }
}

/// Passes [`Dots`] on to the one field of a newtype.
macro_rules! dots_of_inner {
    ([$($generics:tt)*] $type:ty, $inner:ty, $wrap:expr) => {
        impl<$($generics)*> $crate::dot_store::Dots for $type {
            type Undo = <$inner as $crate::dot_store::Dots>::Undo;

            fn empty_like(&self) -> Self {
                $wrap(self.0.empty_like())
            }

            fn is_dead(&self) -> bool {
                self.0.is_dead()
            }

            fn shows(&self) -> bool {
                self.0.shows()
            }

            fn holds(&self, dot: $crate::dot::Dot) -> bool {
                self.0.holds(dot)
            }

            fn hit(&self, past: &$crate::past::Past, live: &mut Vec<$crate::dot::Dot>) {
                self.0.hit(past, live);
            }

            fn all(&self, live: &mut Vec<$crate::dot::Dot>) {
                self.0.all(live);
            }

            fn greatest(&self, replica: $crate::dot::ReplicaId) -> u64 {
                self.0.greatest(replica)
            }

            fn kill(&self, draft: &mut $crate::dot_store::Draft) {
                self.0.kill(draft);
            }

            fn before(&self, incoming: &$crate::dot_store::Incoming<'_, Self>) -> Self::Undo {
                self.0.before(&incoming.to(incoming.theirs.map(|theirs| &theirs.0)))
            }

            fn restore(&mut self, undo: Self::Undo, fates: &mut $crate::dot_store::Fates) {
                self.0.restore(undo, fates);
            }

            fn decompose(&self, piece: &mut dyn FnMut(Self, $crate::past::Past)) {
                self.0.decompose(&mut |part, past| piece($wrap(part), past));
            }

            fn novel(
                &self,
                local: Option<&Self>,
                past: &$crate::past::Past,
                news: &mut $crate::past::Past,
            ) -> Self {
                $wrap(self.0.novel(local.map(|local| &local.0), past, news))
            }

            fn has_cancelled(&self, dot: $crate::dot::Dot, sum: $crate::sums::Sum) -> bool {
                self.0.has_cancelled(dot, sum)
            }

            fn fits(&self, past: &$crate::past::Past) -> bool {
                self.0.fits(past)
            }
        }
    };
}

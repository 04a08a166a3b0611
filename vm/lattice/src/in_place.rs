//! Updates in place: what most handlers do, without a delta.
//!
//! ```text
//! views["x"].inc(1)      mutate: find, copy a slot, box a map of one      join: find, compare, put
//!                        in place: find, put                              undo: the old slot
//! ```
//!
//! A delta is for others: for a neighbour, for a log. A node that nobody listens to changes its own slot of a counter,
//! its own set or register directly, and remembers just what was there.
//!
//! Invariants: an update in place leaves the state `==` to the join of what `mutate` makes, and has the same answer;
//! what `mutate` refuses is refused and has changed nothing; [`State::count_back`] and [`State::put_back`], last update
//! first, give the state back.
//! `tests/laws/in_place.rs` runs both sides on every row.
//!
//! Neighbours: [`crate::state`] (the way with deltas), [`crate::gmap`] (cells under keys).

use crate::dot::ReplicaId;
use crate::element::Element;
use crate::kind::Kind;
use crate::state::State;

/// An update that can be made in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quick {
    /// `inc` of a counter.
    Inc,
    /// `dec` of a counter.
    Dec,
    /// `spend` of a bounded counter.
    Spend,
    /// `set` of a `max` or `min`.
    Set,
    /// `enable` of a flag.
    Enable,
    /// `add` of a grow-only set.
    Add,
}

impl Quick {
    /// The way in place of a method, if there is one.
    #[must_use]
    pub fn of(kind: &Kind, method: &str) -> Option<Quick> {
        Some(match (kind, method) {
            (Kind::GCounter | Kind::PnCounter | Kind::BCounter, "inc") => Quick::Inc,
            (Kind::PnCounter, "dec") => Quick::Dec,
            (Kind::BCounter, "spend") => Quick::Spend,
            (Kind::Max | Kind::Min, "set") => Quick::Set,
            (Kind::Flag, "enable") => Quick::Enable,
            (Kind::GSet, "add") => Quick::Add,
            _ => return None,
        })
    }

    /// Whether it counts; else its argument is an element, or there is none.
    #[must_use]
    pub fn counts(self) -> bool {
        matches!(self, Quick::Inc | Quick::Dec | Quick::Spend)
    }
}

/// What an update in place has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It is refused, or there is no such way; [`State::mutate`] says why. Nothing has changed.
    Unfit,
    /// The rights are short: the answer is false. Nothing has changed.
    Short,
    /// Nothing has changed; the answer, if the method has one, is true.
    Same,
    /// The writer's slot that [`Quick`] raises was this before, 0 if it had none.
    From(u64),
}

/// What was there before an update in place of something that is no counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Back<T> {
    /// The content of a register.
    Value(Option<T>),
    /// A flag that was false.
    Lowered,
    /// A set without this element.
    Without(T),
}

impl<T: Element> State<T> {
    /// Counts in place by `n`: a counter, with [`Quick::Inc`], [`Quick::Dec`] or [`Quick::Spend`]. O(log replicas).
    #[inline]
    pub fn count(&mut self, quick: Quick, n: u64, replica: ReplicaId) -> Counted {
        match (self, quick) {
            (State::GCounter(counter), Quick::Inc) => counter.count_up(replica, n),
            (State::BCounter(counter), Quick::Spend) => counter.spend_in_place(replica, n),
            (State::PnCounter(counter), Quick::Inc | Quick::Dec) => counter.count(quick == Quick::Inc, replica, n),
            (State::BCounter(counter), Quick::Inc) => counter.make_in_place(replica, n),
            _ => Counted::Unfit,
        }
    }

    /// Takes a count back: `old` is what it came [from](Counted::From). The last one first.
    pub fn count_back(&mut self, quick: Quick, old: u64, replica: ReplicaId) {
        match self {
            State::GCounter(counter) => counter.count_back(replica, old),
            State::PnCounter(counter) => counter.count_back(quick == Quick::Inc, replica, old),
            State::BCounter(counter) => counter.count_back(quick == Quick::Inc, replica, old),
            _ => {}
        }
    }

    /// Puts something in in place, and says what was there; `None` if nothing has changed. Registers and sets take an
    /// element, flags none.
    ///
    /// # Errors
    /// [`Unfit`] if there is no such way.
    pub fn put(&mut self, quick: Quick, element: Option<&T>) -> Result<Option<Back<T>>, Unfit> {
        Ok(match (self, quick, element) {
            (State::Max(register), Quick::Set, Some(x)) => register.offer(x).map(Back::Value),
            (State::Min(register), Quick::Set, Some(x)) => register.offer(x).map(Back::Value),
            (State::Flag(flag), Quick::Enable, None) => flag.raise().then_some(Back::Lowered),
            (State::GSet(set), Quick::Add, Some(x)) => set.put_in(x).then(|| Back::Without(x.clone())),
            _ => return Err(Unfit),
        })
    }

    /// Takes that back. The last one first.
    pub fn put_back(&mut self, back: Back<T>) {
        match (self, back) {
            (State::Max(register), Back::Value(old)) => register.put_back(old),
            (State::Min(register), Back::Value(old)) => register.put_back(old),
            (State::Flag(flag), Back::Lowered) => flag.put_back(),
            (State::GSet(set), Back::Without(x)) => set.take_out(&x),
            _ => {}
        }
    }
}

/// There is no such way in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

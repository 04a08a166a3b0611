//! Updates in place: what most handlers do, without a delta.
//!
//! ```text
//! views["x"].inc(1)      mutate: find, copy a slot, box a map of one      join: find, compare, put
//!                        in place: find, put                              undo: the old slot
//! ```
//!
//! A delta is for others: for a neighbour, for a log. A node that nobody listens to changes its own slot of a counter, its
//! own set or register directly, and remembers in [`Back`] just what was there.
//!
//! Invariants: an update in place leaves the state `==` to the join of what `mutate` makes, and has the same answer;
//! what `mutate` refuses is refused and has changed nothing; [`State::take_back`], last update first, gives the state back.
//! `tests/laws/in_place.rs` runs both sides on every row.
//!
//! Neighbours: [`crate::state`] (the way with deltas), [`crate::gmap`] (cells under keys).

use crate::dot::ReplicaId;
use crate::element::Element;
use crate::kind::Kind;
use crate::state::State;
use crate::update::Answer;

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

    /// Whether its argument is a number; else it is an element, or there is none.
    #[must_use]
    pub fn takes_amount(self) -> bool {
        matches!(self, Quick::Inc | Quick::Dec | Quick::Spend)
    }
}

/// The argument.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a, T> {
    /// None.
    Nothing,
    /// A natural number.
    Amount(u64),
    /// An element.
    Element(&'a T),
}

/// What was there before an update in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Back<T> {
    /// The same: nothing has changed.
    Same,
    /// The writer's slot among those that count up (or were made), 0 if it had none.
    Up(u64),
    /// The writer's slot among those that count down (or were spent).
    Down(u64),
    /// The content of a register.
    Value(Option<T>),
    /// A flag that was false.
    Lowered,
    /// A set without this element.
    Without(T),
}

/// The update cannot be made in place: it is refused, or there is no such way. [`State::mutate`] says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

impl<T: Element> State<T> {
    /// Makes an update of this very state in place, and says what was there.
    ///
    /// # Errors
    /// When it is refused or has no way in place. Nothing has changed then.
    pub fn apply(&mut self, quick: Quick, given: Given<'_, T>, replica: ReplicaId) -> Result<(Back<T>, Answer), Unfit> {
        let done = |back| Ok((back, Answer::None));
        match (self, quick, given) {
            (State::GCounter(counter), Quick::Inc, Given::Amount(n)) => done(counter.count_up(replica, n)?),
            (State::PnCounter(counter), Quick::Inc, Given::Amount(n)) => done(counter.count_up(replica, n)?),
            (State::PnCounter(counter), Quick::Dec, Given::Amount(n)) => done(counter.count_down(replica, n)?),
            (State::BCounter(counter), Quick::Inc, Given::Amount(n)) => done(counter.make(replica, n)?),
            (State::BCounter(counter), Quick::Spend, Given::Amount(n)) => {
                let spent = counter.spend(replica, n)?;
                let answer = Answer::Bool(spent.is_some());
                Ok((spent.unwrap_or(Back::Same), answer))
            }
            (State::Max(register), Quick::Set, Given::Element(x)) => done(register.offer(x)),
            (State::Min(register), Quick::Set, Given::Element(x)) => done(register.offer(x)),
            (State::Flag(flag), Quick::Enable, Given::Nothing) => done(flag.raise()),
            (State::GSet(set), Quick::Add, Given::Element(x)) => done(set.put_in(x)),
            _ => Err(Unfit),
        }
    }

    /// Takes an update in place back: the last one first.
    pub fn take_back(&mut self, back: Back<T>, replica: ReplicaId) {
        match (self, back) {
            (State::GCounter(counter), Back::Up(old)) => counter.put_back(replica, old),
            (State::PnCounter(counter), Back::Up(old)) => counter.put_back_ups(replica, old),
            (State::PnCounter(counter), Back::Down(old)) => counter.put_back_downs(replica, old),
            (State::BCounter(counter), Back::Up(old)) => counter.put_back_made(replica, old),
            (State::BCounter(counter), Back::Down(old)) => counter.put_back_spent(replica, old),
            (State::Max(register), Back::Value(old)) => register.put_back(old),
            (State::Min(register), Back::Value(old)) => register.put_back(old),
            (State::Flag(flag), Back::Lowered) => flag.put_back(),
            (State::GSet(set), Back::Without(x)) => set.take_out(&x),
            _ => {}
        }
    }
}

//! Updates as they come from a program: a method name, its arguments, and what comes back.
//!
//! ```text
//! quota["x"].spend(3)   →   path ["x"], Call { method: "spend", args: [Amount(3)], stamp }
//!                       ←   Mutation { delta, answer: Bool(true) }, or an UpdateError
//! ```
//!
//! Invariants: making an update changes nothing; an error or a refusal (`Bool(false)`) has written nothing.
//!
//! Neighbours: [`crate::registry`] (which methods a type has), [`crate::Lattice`] (who carries them out).

use std::error::Error;
use std::fmt;

use crate::dot::{ReplicaId, Stamp};
use crate::element::Element;
use crate::registry::{LatticeInfo, MethodParam};
use crate::slots::SLOT_MAX;
use crate::state::State;

/// An argument of an update.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arg<T> {
    /// One element.
    Element(T),
    /// A set of elements, in any order; repetitions do not count.
    Elements(Vec<T>),
    /// A natural number.
    Amount(u64),
    /// Another replica.
    Node(ReplicaId),
    /// An element of a user's lattice, by its position in the declaration.
    Rank(u16),
    /// Both halves of a lexicographic pair.
    Pair(Box<[Arg<T>; 2]>),
}

/// One step on the way from a variable to the value that is updated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step<T> {
    /// To the value under a key of a map.
    Key(T),
    /// To a part of a product, by position.
    Part(usize),
}

/// What an update answers to the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Nothing.
    None,
    /// Whether it was done. `Bool(false)` has written nothing.
    Bool(bool),
}

/// An update that has been made but not applied: join the delta to apply it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation<T: Element> {
    /// What to join, here and everywhere. Bottom if nothing changed.
    pub delta: State<T>,
    /// The answer to the handler.
    pub answer: Answer,
}

/// What is to be left behind by an update that is made and joined at once, besides its effect: what somebody will ask
/// for.
#[derive(Debug)]
pub struct Keep<'k, L, U> {
    /// Where the before-image goes, if anything changes.
    pub undo: Option<&'k mut Option<U>>,
    /// What the delta is joined to: a group of deltas that are to be sent. It knows nothing that the state does not
    /// know.
    pub group: Option<&'k mut L>,
}

impl<L, U> Keep<'_, L, U> {
    /// Nothing: an update that nobody takes back and nobody hears of.
    pub fn nothing() -> Self {
        Self { undo: None, group: None }
    }
}

/// What became of an update that was made and joined at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The answer to the handler.
    pub answer: Answer,
    /// Whether there was a delta: something to be sent, even if nothing visible changed.
    pub changed: bool,
}

/// One method call on one lattice: what [`Lattice::mutate`](crate::Lattice::mutate) is given.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a, T> {
    /// The method's name.
    pub method: &'a str,
    /// Its arguments, as many as were written.
    pub args: &'a [Arg<T>],
    /// Who makes the update, and when.
    pub stamp: &'a Stamp,
}

impl<T> Call<'_, T> {
    /// The error for a call that a lattice did not recognise: no such method, or other arguments than it takes.
    pub fn refuse(&self, lattice: &LatticeInfo) -> UpdateError {
        let method = self.method.to_owned();
        match lattice.method(self.method) {
            None => UpdateError::NoSuchMethod { lattice: lattice.name, method },
            Some(info) => UpdateError::WrongArgs { lattice: lattice.name, method, takes: info.params },
        }
    }

    /// The error for a slot of the writer that would pass [`SLOT_MAX`].
    pub fn out_of_range(&self, lattice: &LatticeInfo) -> UpdateError {
        UpdateError::OutOfRange { lattice: lattice.name, method: self.method.to_owned(), replica: self.stamp.replica }
    }
}

/// Why an update was not made. Nothing has been written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateError {
    /// The lattice has no method of this name.
    NoSuchMethod {
        /// The lattice.
        lattice: &'static str,
        /// The method asked for.
        method: String,
    },
    /// The method takes other arguments.
    WrongArgs {
        /// The lattice.
        lattice: &'static str,
        /// The method.
        method: String,
        /// What it takes.
        takes: &'static [MethodParam],
    },
    /// The path goes through something that has no such place: no keys, or no such part.
    NoWayDown {
        /// The lattice that was indexed.
        lattice: &'static str,
    },
    /// An `ivar` that has another value already.
    AlreadySet {
        /// The lattice.
        lattice: &'static str,
    },
    /// A slot or a sequence number of the writer would pass its range.
    OutOfRange {
        /// The lattice.
        lattice: &'static str,
        /// The method.
        method: String,
        /// The writer whose slot is full.
        replica: ReplicaId,
    },
    /// A transfer of more rights than the writer holds.
    RightsShort {
        /// The writer.
        replica: ReplicaId,
        /// What it would have given away.
        wanted: u64,
        /// What it holds.
        held: i128,
    },
    /// The hybrid clock of a register has reached the end of time.
    ClockExhausted {
        /// The lattice.
        lattice: &'static str,
    },
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchMethod { lattice, method } => write!(f, "updating a {lattice}: it has no method `{method}`"),
            Self::WrongArgs { lattice, method, takes } => {
                let takes: Vec<String> = takes.iter().map(MethodParam::to_string).collect();
                write!(f, "calling {lattice}.{method}: it takes ({}), not these arguments", takes.join(", "))
            }
            Self::NoWayDown { lattice } => write!(f, "walking to the value to update: a {lattice} has no such place"),
            Self::AlreadySet { lattice } => {
                write!(f, "setting an {lattice}: it has another value already, and it is set once")
            }
            Self::OutOfRange { lattice, method, replica } => {
                write!(f, "calling {lattice}.{method} at replica {replica}: its slot would pass {SLOT_MAX}")
            }
            Self::RightsShort { replica, wanted, held } => {
                write!(f, "transferring {wanted} rights of a bcounter from replica {replica}: it holds {held}")
            }
            Self::ClockExhausted { lattice } => {
                write!(f, "setting a {lattice}: its clock is at the end of time, a replica with a wrong clock wrote it")
            }
        }
    }
}

impl Error for UpdateError {}

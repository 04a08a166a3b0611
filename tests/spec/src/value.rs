//! What a reader sees, and the way from a kind to the rules that say so.
//!
//! A register that nobody has set reads `Register(None)`, a set `Set({})`, a flag `Bool(false)`: nothing seen is the
//! bottom of every kind.
//!
//! Neighbours: the rules are in `sets`, `flags`, `counters`, `registers` and `maps`.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::Kind;
use crate::view::View;
use crate::{counters, flags, maps, registers, sets};

/// What a reader sees.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `gset`, `orset`, `rwset`, `twopset`, `mv`.
    Set(BTreeSet<u8>),
    /// The counters.
    Count(i128),
    /// `max`, `min`, `lww`, `ivar`: unset or a value.
    Register(Option<u8>),
    /// An `ivar` that was set to different values: all of them.
    Conflict(BTreeSet<u8>),
    /// The flags.
    Bool(bool),
    /// `topk`, greatest first.
    List(Vec<u8>),
    /// `vclock`: replicas without a tick have no entry.
    Clock(BTreeMap<usize, u64>),
    /// A user's lattice.
    Rank(u16),
    /// `lex`: both halves.
    Pair(Box<Value>, Box<Value>),
    /// `gmap`, `ormap`.
    Map(BTreeMap<u8, Value>),
    /// Tuples and records.
    Parts(Vec<Value>),
}

impl Value {
    /// Both halves of a `lex`.
    #[must_use]
    pub fn pair(first: Value, second: Value) -> Self {
        Self::Pair(Box::new(first), Box::new(second))
    }
}

/// What the updates of a place amount to.
pub(crate) fn value(kind: &Kind, view: &View) -> Value {
    match kind {
        Kind::GSet => Value::Set(sets::all(view)),
        Kind::OrSet => Value::Set(sets::add_wins(view)),
        Kind::RwSet => Value::Set(sets::remove_wins(view)),
        Kind::TwoPSet => Value::Set(sets::once(view)),
        Kind::TopK(n) => Value::List(sets::greatest(view, *n)),
        Kind::Flag => Value::Bool(flags::ever(view)),
        Kind::EwFlag => Value::Bool(flags::enable_wins(view)),
        Kind::DwFlag => Value::Bool(flags::disable_wins(view)),
        Kind::GCounter => Value::Count(counters::up(view)),
        Kind::PnCounter => Value::Count(counters::up_and_down(view)),
        Kind::RCounter => Value::Count(counters::since_reset(view)),
        Kind::BCounter => Value::Count(counters::unspent(view)),
        Kind::VClock => Value::Clock(counters::ticks(view)),
        Kind::Max | Kind::Min | Kind::Lww | Kind::Mv | Kind::Ivar | Kind::Lex(..) | Kind::User(_) => {
            registers::value(kind, view)
        }
        Kind::GMap(values) => Value::Map(maps::growing(values, view)),
        Kind::OrMap(values) => Value::Map(maps::shrinking(values, view)),
        Kind::Product(parts) => Value::Parts(maps::parts(parts, view)),
    }
}

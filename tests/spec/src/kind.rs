//! The types there are.
//!
//! `ormap<text, { items: orset<Item>, note: lww<text> }>` is `OrMap(Product([OrSet, Lww]))`: elements, keys and plain
//! values are single bytes here, since no rule looks into them beyond their order.
//!
//! Invariants, which are the language's own and asserted where they matter: below an `OrMap` there is no `BCounter`;
//! the first half of a `Lex` is totally ordered, and its second half is a register.

use crate::op::Step;
use crate::order::Order;

/// A CRDT type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `gset`: a set that only grows.
    GSet,
    /// `orset`: a set in which an add wins over a concurrent remove.
    OrSet,
    /// `rwset`: a set in which a remove wins over a concurrent add.
    RwSet,
    /// `twopset`: a set whose elements are added once and removed for good.
    TwoPSet,
    /// `gcounter`: a counter that only grows.
    GCounter,
    /// `pncounter`: a counter that goes both ways.
    PnCounter,
    /// `rcounter`: a counter that can be reset.
    RCounter,
    /// `bcounter`: a counter of rights, each spent at most once.
    BCounter,
    /// `max`: keeps the greatest.
    Max,
    /// `min`: keeps the least.
    Min,
    /// `flag`: once true, true.
    Flag,
    /// `ewflag`: a flag in which an enable wins over a concurrent disable.
    EwFlag,
    /// `dwflag`: a flag in which a disable wins over a concurrent enable.
    DwFlag,
    /// `lww`: the last write wins.
    Lww,
    /// `mv`: keeps what was written concurrently.
    Mv,
    /// `ivar`: set once.
    Ivar,
    /// `gmap`: a map whose keys stay.
    GMap(Box<Kind>),
    /// `ormap`: a map whose keys can be removed.
    OrMap(Box<Kind>),
    /// Tuples and records, by position.
    Product(Vec<Kind>),
    /// `lex`: the first half decides, the second goes with it.
    Lex(Box<Kind>, Box<Kind>),
    /// `topk`: the greatest so many.
    TopK(usize),
    /// `vclock`: a counter for each replica.
    VClock,
    /// A user's lattice.
    User(Order),
}

impl Kind {
    /// `gmap` of a kind.
    #[must_use]
    pub fn gmap(values: Kind) -> Self {
        Self::GMap(Box::new(values))
    }

    /// `ormap` of a kind.
    #[must_use]
    pub fn ormap(values: Kind) -> Self {
        Self::OrMap(Box::new(values))
    }

    /// `lex` of two kinds.
    #[must_use]
    pub fn lex(first: Kind, second: Kind) -> Self {
        Self::Lex(Box::new(first), Box::new(second))
    }

    /// Whether it may be the value of an `ormap`, to any depth. A bounded counter may not: removing its key would take
    /// back rights that somebody may have spent.
    #[must_use]
    pub fn supports_in_ormap(&self) -> bool {
        match self {
            Self::BCounter => false,
            Self::GMap(values) | Self::OrMap(values) => values.supports_in_ormap(),
            Self::Product(parts) => parts.iter().all(Self::supports_in_ormap),
            Self::Lex(first, second) => first.supports_in_ormap() && second.supports_in_ormap(),
            _ => true,
        }
    }

    /// Whether any two of its values can be compared, as the first half of a `lex` must.
    #[must_use]
    pub fn is_totally_ordered(&self) -> bool {
        match self {
            Self::Max | Self::Min => true,
            Self::User(order) => order.is_chain(),
            Self::Lex(first, second) => first.is_totally_ordered() && second.is_totally_ordered(),
            _ => false,
        }
    }

    /// Whether it is updated by setting it, as the halves of a `lex` must be.
    #[must_use]
    pub fn is_register(&self) -> bool {
        matches!(self, Self::Max | Self::Min | Self::Lww | Self::Mv | Self::Ivar | Self::Lex(..) | Self::User(_))
    }

    /// The kind at the end of a path; none if the path does not fit.
    #[must_use]
    pub fn at(&self, path: &[Step]) -> Option<&Kind> {
        let Some((step, rest)) = path.split_first() else { return Some(self) };
        match (self, step) {
            (Self::GMap(values) | Self::OrMap(values), Step::Key(_)) => values.at(rest),
            (Self::Product(parts), Step::Part(part)) => parts.get(*part)?.at(rest),
            _ => None,
        }
    }

    /// Whether its value depends on the clocks of its writes.
    pub(crate) fn tells_time(&self) -> bool {
        match self {
            Self::Lww => true,
            Self::Lex(_, second) => second.tells_time(),
            _ => false,
        }
    }
}

//! The registry: one row per lattice type of the language, for everybody who needs to know what exists.
//!
//! The laws test, the type checker, `explain` and the documentation read [`LATTICES`]; nobody keeps a list of their
//! own.
//!
//! ```
//! use lasp_lattice::{lattice, Order};
//!
//! let row = lattice("gset").unwrap();
//! assert_eq!(row.order, Order::Grows);
//! assert!(row.method("add").unwrap().idempotent);
//! ```
//!
//! Invariants: names are unique; every row has a [`Kind`](crate::Kind).
//!
//! Neighbours: `list.rs` (which rows), the type files (the rows).

use std::fmt;

use crate::lattice::Lattice;

/// What is known about a lattice type without running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatticeInfo {
    /// Its name in programs.
    pub name: &'static str,
    /// Its type parameters, in order.
    pub params: &'static [ParamKind],
    /// Its updates.
    pub methods: &'static [MethodInfo],
    /// What can be read of it by name besides its value (`quota.rights`).
    pub members: &'static [MemberInfo],
    /// What an expression sees.
    pub read: Read,
    /// How what is read moves as the state grows.
    pub order: Order,
    /// One line on what it is.
    pub summary: &'static str,
    /// Which of the updates seen so far count.
    pub which_count: &'static str,
    /// The paper and section it follows.
    pub source: &'static str,
}

impl LatticeInfo {
    /// The method of this name. O(methods).
    pub fn method(&self, name: &str) -> Option<&'static MethodInfo> {
        self.methods.iter().find(|method| method.name == name)
    }
}

/// What a type parameter stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamKind {
    /// A plain type: elements, keys, values.
    Element,
    /// Another lattice.
    Lattice,
    /// A literal number.
    Int,
}

/// An update of a lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodInfo {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [MethodParam],
    /// How many of them must be given: `inc(n = 1)` requires 0. An amount left out is 1.
    pub required: usize,
    /// Whether it answers a `bool`, as `spend` does.
    pub answers: bool,
    /// Whether doing it twice in a row, or at two nodes, shows as once: what a `when` body may do.
    pub idempotent: bool,
    /// Whether it takes back the visible effect of updates it has seen: `remove`, `clear`, `disable`, `reset`.
    pub removes: bool,
    /// One line on what it does.
    pub summary: &'static str,
}

impl MethodInfo {
    /// An update that takes all its parameters and has no special traits; the other functions add them.
    pub(crate) const fn new(name: &'static str, params: &'static [MethodParam], summary: &'static str) -> Self {
        let required = params.len();
        Self { name, params, required, answers: false, idempotent: false, removes: false, summary }
    }

    pub(crate) const fn requiring(mut self, required: usize) -> Self {
        self.required = required;
        self
    }

    pub(crate) const fn answering(mut self) -> Self {
        self.answers = true;
        self
    }

    pub(crate) const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    pub(crate) const fn removing(mut self) -> Self {
        self.removes = true;
        self
    }
}

/// What a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MethodParam {
    /// A value of the (first) element type: an element, a register's value, a key.
    Element,
    /// A set of them.
    ElementSet,
    /// A `nat`.
    Amount,
    /// A node.
    Node,
    /// Both halves of a pair.
    Pair,
    /// An element of a user's lattice.
    Rank,
}

impl fmt::Display for MethodParam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Element => "T",
            Self::ElementSet => "set<T>",
            Self::Amount => "nat",
            Self::Node => "node",
            Self::Pair => "pair",
            Self::Rank => "element",
        })
    }
}

/// Something to be read by name: `quota.rights`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberInfo {
    /// Its name.
    pub name: &'static str,
    /// What it reads as.
    pub read: Read,
    /// How it moves as the state grows.
    pub order: Order,
    /// One line on what it is.
    pub summary: &'static str,
}

/// What an expression sees of a lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Read {
    /// `set<T>`
    Set,
    /// `nat`
    Nat,
    /// `int`
    Int,
    /// `bool`
    Bool,
    /// `option<T>`
    OptionElement,
    /// A map from keys to what the inner lattice reads as.
    Map,
    /// `list<T>`
    List,
    /// A tuple or record of what the parts read as.
    Pair,
    /// A map from nodes to `nat`.
    MapCounts,
    /// An element of a lattice declared in the program.
    Element,
}

/// How what is read moves while the state grows: what makes a condition on it stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Only upwards.
    Grows,
    /// Only downwards.
    Shrinks,
    /// Each part as its own lattice says; keys only come.
    Pointwise,
    /// Either way.
    None,
}

macro_rules! define_registry {
    ($($(#[$doc:meta])* $variant:ident $(($($param:ty),+))? : $lattice:ty),+ $(,)?) => {
        /// Every lattice type of the language.
        pub const LATTICES: &[LatticeInfo] = {
            // A row does not depend on the elements.
            type T = ();
            &[$(<$lattice as Lattice<T>>::INFO),+]
        };
    };
}

for_each_lattice!(define_registry);

/// The row of this name. O(types).
pub fn lattice(name: &str) -> Option<&'static LatticeInfo> {
    LATTICES.iter().find(|lattice| lattice.name == name)
}

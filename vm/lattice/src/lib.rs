//! The CRDTs of Lasp, alone: delta-state lattices, the registry that names them, and nothing else.
//!
//! A variable is a [`State`] of some [`Kind`]. An update never changes it; it makes a *delta*, a small state of the same
//! lattice, and joining that delta (here, on a neighbour, twice, late, in any order) is the only way a state changes:
//!
//! ```
//! use lasp_lattice::{Answer, Arg, Kind, ReplicaId, Stamp, State, Unobserved};
//!
//! let kind = Kind::OrSet;
//! let here = Stamp { replica: ReplicaId { node: 1, incarnation: 0 }, now_us: 0 };
//! let there = Stamp { replica: ReplicaId { node: 2, incarnation: 0 }, now_us: 0 };
//!
//! // One replica adds 7; the other hears of it.
//! let (mut a, mut b) = (State::bottom(&kind), State::bottom(&kind));
//! let add = a.mutate(&kind, &[], "add", &[Arg::Element(7)], &here)?.delta;
//! a.join(&add, &mut Unobserved);
//! b.join(&add, &mut Unobserved);
//!
//! // Concurrently, one removes 7 and the other adds it again: the addition was not seen, so it wins.
//! let remove = a.mutate(&kind, &[], "remove", &[Arg::Element(7)], &here)?.delta;
//! let again = b.mutate(&kind, &[], "add", &[Arg::Element(7)], &there)?.delta;
//! for delta in [&again, &remove, &again] {
//!     a.join(delta, &mut Unobserved);
//! }
//! for delta in [&remove, &again] {
//!     b.join(delta, &mut Unobserved);
//! }
//! assert_eq!(a, b);
//! assert!(a.contains(&7));
//! # Ok::<(), lasp_lattice::UpdateError>(())
//! ```
//!
//! | where | what |
//! |---|---|
//! | [`registry`], `list` | one row per lattice type; the list that dispatches to those that run |
//! | [`kind`], [`state`] | the type of a variable and its value |
//! | [`update`], [`change`] | what goes in (method, arguments, answer) and what comes out (rows gained and lost) |
//! | [`lattice`](mod@lattice) | what a type has to implement |
//! | [`dot`], [`context`], [`dot_fun`], [`slots`], [`hlc`] | the parts lattices are made of |
//! | [`gset`] [`orset`] [`gcounter`] [`pncounter`] [`bcounter`] [`max`] [`min`] [`lww`] [`gmap`] | one lattice each |
//!
//! Invariants: no IO, no clock, no randomness (`clippy.toml`); no hash order can show, every collection is ordered;
//! states are canonical, so equal values of a lattice are `==`; every lattice in the list obeys the laws in `tests/laws`.
//!
//! Source: Almeida, Shoker, Baquero, "Delta state replicated data types", JPDC 111 (2018).
#![forbid(unsafe_code)]

#[macro_use]
mod list;

pub mod bcounter;
pub mod change;
pub mod context;
pub mod dot;
pub mod dot_fun;
pub mod element;
pub mod gcounter;
pub mod gmap;
pub mod gset;
pub mod hlc;
pub mod kind;
pub mod lattice;
pub mod lww;
pub mod max;
pub mod min;
pub mod orset;
mod planned;
pub mod pncounter;
pub mod registry;
pub mod slots;
pub mod state;
pub mod update;

pub use change::{Changes, Item, Leaf, PortRow, PortShape, Report, Unobserved};
pub use context::CausalContext;
pub use dot::{Dot, ReplicaId, Stamp};
pub use element::Element;
pub use hlc::Hlc;
pub use kind::{Kind, KindParam};
pub use lattice::Lattice;
pub use registry::{LATTICES, LatticeInfo, MemberInfo, MethodInfo, MethodParam, Order, ParamKind, Read, lattice};
pub use state::{State, Undo};
pub use update::{Answer, Arg, Call, Mutation, UpdateError};

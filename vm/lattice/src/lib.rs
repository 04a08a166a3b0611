//! The CRDTs of Lasp, alone: delta-state lattices, the registry that names them, and nothing else.
//!
//! A variable is a [`State`] of some [`Kind`]. An update never changes it; it makes a *delta*, a small state of the
//! same lattice, and joining that delta (here, on a neighbour, twice, late, in any order) is the only way a state
//! changes:
//!
//! ```
//! use lasp_lattice::{Arg, Kind, Reading, ReplicaId, Stamp, State, Unobserved};
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
//! | [`registry`], `list` | one row per lattice type; the list that makes kinds, states and the registry |
//! | [`kind`], [`state`], [`drawn`] | the type of a variable and its value; a lattice drawn in a program |
//! | [`update`], [`reading`], [`change`] | what goes in (method, arguments, answer), how a value is read, rows gained and lost |
//! | [`in_place`] | the common updates without a delta, for a node that nobody listens to |
//! | [`codec`] | the wire and disk form |
//! | [`lattice`](mod@lattice) | what a type has to implement |
//! | [`gset`] [`twopset`] [`topk`] | one lattice each: sets and lists |
//! | [`gcounter`] [`pncounter`] [`bcounter`] [`vclock`] | counters and clocks |
//! | [`extreme`] [`flag`] [`lww`] [`ivar`] [`user`] | `max` and `min`, flags, registers, drawn lattices |
//! | [`gmap`] [`product`] [`lex`] | lattices of lattices |
//! | [`slots`], [`hlc`] | what those are made of: a number per replica, hybrid clocks |
//! | [`dot_store`], [`causal`] | what a type that removes has to implement; such a store with what it has seen is a lattice |
//! | [`orset`] [`rwset`] [`rcounter`] [`ewflag`] [`dwflag`] [`mv`] [`ormap`] | one such store each |
//! | [`store`], [`register`], [`top`], [`removable`] | what every other type becomes inside an `ormap` |
//! | [`dot`], [`context`], [`past`], [`dot_fun`], [`dot_map`], [`sums`] | what stores are made of: dots, what has been seen, values under dots |
//! | `table`, `dot_index`, `runs`, `marks` | found by hash; live dots to keys; dots in little space; short ways |
//! | [`element`] | what is asked of elements |
//!
//! Invariants: no IO, no clock, no randomness (`clippy.toml`); no hash order can show (`table.rs`);
//! states are canonical, so equal values of a lattice are `==` and have equal bytes; every lattice in the list obeys
//! the laws in `tests/laws`. What each does with concurrent updates and what it costs is generated into
//! `docs/catalogue.md`.
//!
//! Source: Almeida, Shoker, Baquero, "Delta state replicated data types", JPDC 111 (2018).
#![forbid(unsafe_code)]

// The programs of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

#[macro_use]
mod list;
#[macro_use]
pub mod dot_store;

pub mod bcounter;
pub mod causal;
pub mod change;
pub mod codec;
pub mod context;
pub mod dot;
pub mod dot_fun;
mod dot_index;
pub mod dot_map;
pub mod drawn;
pub mod dwflag;
pub mod element;
pub mod ewflag;
pub mod extreme;
mod few;
pub mod flag;
pub mod gcounter;
pub mod gmap;
pub mod gset;
pub mod hlc;
pub mod in_place;
pub mod ivar;
mod keyed;
pub mod kind;
pub mod lattice;
pub mod lex;
pub mod lww;
mod marks;
pub mod mv;
pub mod ormap;
pub mod orset;
pub mod past;
pub mod pncounter;
pub mod product;
pub mod rcounter;
pub mod reading;
pub mod register;
pub mod registry;
pub mod removable;
mod runs;
pub mod rwset;
pub mod slots;
pub mod state;
pub mod store;
pub mod sums;
mod table;
pub mod top;
pub mod topk;
pub mod twopset;
pub mod update;
pub mod user;
pub mod vclock;

pub use change::{Changes, Item, Leaf, PortRow, PortShape, Report, Unobserved};
pub use codec::{DecodeError, ElementCodec};
pub use context::CausalContext;
pub use dot::{Dot, ReplicaId, Stamp};
pub use drawn::{LatticeFlaw, UserLattice};
pub use element::Element;
pub use hlc::{ClockAhead, DRIFT_MAX_US, Hlc, admit};
pub use in_place::{Back, Counted, Quick, Unfit};
pub use kind::{Kind, KindFlaw, KindParam};
pub use lattice::Lattice;
pub use past::Past;
pub use reading::Reading;
pub use registry::{LATTICES, LatticeInfo, MemberInfo, MethodInfo, MethodParam, Order, ParamKind, Read, lattice};
pub use state::{State, Undo};
pub use update::{Answer, Applied, Arg, Call, Keep, Mutation, Step, UpdateError};

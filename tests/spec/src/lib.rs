//! What every CRDT type means, by visibility: the value a reader sees is a function of the updates it has seen, where
//! each update knows which updates its maker had seen.
//!
//! This is the last column of the language's table of types, made executable, so that an implementation can be tested
//! against it. It knows who made which update having seen which others, and nothing about how a replica remembers that:
//! no dots, no contexts, no slots, no joins, and not a line shared with the implementation. It is written to be
//! obviously right rather than fast.
//!
//! ```
//! use lasp_spec::{Act, History, Kind, Op, Seen, Value};
//!
//! // Replica 0 adds 7; replica 1, which has seen that, removes it while replica 0 adds it again.
//! let mut history = History::new();
//! let op = |at, act| Op { at, now_us: 0, path: vec![], act };
//! let add = history.record(op(0, Act::Add(vec![7])), &Seen::new());
//! let remove = history.record(op(1, Act::Remove(vec![7])), &Seen::from([add]));
//! let again = history.record(op(0, Act::Add(vec![7])), &Seen::from([add]));
//! let all = Seen::from([add, remove, again]);
//! assert_eq!(history.value(&Kind::OrSet, &all), Value::Set([7].into()));
//! assert_eq!(history.value(&Kind::RwSet, &all), Value::Set([].into()));
//! ```
//!
//! # Which updates count
//!
//! | kind | updates | value |
//! |---|---|---|
//! | `GSet` | `Add` | all |
//! | `OrSet` | `Add`, `Remove`, `Clear` | x is in iff some add of x has been seen by no remove of x and no clear |
//! | `RwSet` | the same | x is in iff some add of x unseen by any clear exists, and every remove of x unseen by any clear has been seen by some such add |
//! | `TwoPSet` | `Add`, `Remove` | added and never removed; a remove counts even if it saw no add |
//! | `GCounter`, `PnCounter` | `Inc`, `Dec` | the sum of all |
//! | `RCounter` | `Inc`, `Dec`, `Reset` | the sum of those no reset has seen |
//! | `BCounter` | `Inc`, `Spend`, `Transfer` | made less spent, 0 if a spend is known before what it spends; see [`History::rights`] |
//! | `Max`, `Min` | `Set` | the greatest, the least |
//! | `Flag` | `Enable` | whether there is one |
//! | `EwFlag` | `Enable`, `Disable`, `Clear` | true iff some enable has been seen by no disable and no clear |
//! | `DwFlag` | the same | true iff an enable unseen by any clear exists, and every disable unseen by any clear has been seen by some such enable |
//! | `Lww` | `Set` | the write with the greatest hybrid clock, then replica index, then value |
//! | `Mv` | `Set`, `Clear` | the values no later set or clear has seen |
//! | `Ivar` | `Set` | the value if all are equal, else a conflict that shows them all |
//! | `GMap` | updates below a key | a key is there once any update below it was made; its value is that of those updates |
//! | `OrMap` | the same, `Remove`, `Clear` | an update below a key survives iff no removal of the key and no clear that the reader has seen had seen it; the map is that of the survivors, to any depth |
//! | `Product` | updates of a part | by part |
//! | `Lex` | `Set` of a pair | the greatest first half, and the second halves of just the writes that have it |
//! | `TopK` | `Add` | the greatest n distinct, greatest first |
//! | `VClock` | `Tick` | the number of ticks of each replica |
//! | `User` | `Set` | the least upper bound; the least element if there is none |
//!
//! An update that was refused is not in the history. Histories hold up to 128 updates.
//!
//! Neighbours: `history` keeps the updates and `view` picks out the ones that matter to a place; one file for each
//! family of types says what they amount to (`sets`, `flags`, `counters`, `registers`, `maps`).
#![forbid(unsafe_code)]

mod clock;
mod counters;
mod flags;
mod history;
mod kind;
mod lex;
mod maps;
mod op;
mod order;
mod registers;
mod seen;
mod sets;
mod value;
mod view;

pub use history::History;
pub use kind::Kind;
pub use op::{Act, Arg, Op, Step};
pub use order::Order;
pub use seen::Seen;
pub use value::Value;

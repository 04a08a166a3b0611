//! Small histories worked by hand: what the table of types says of each, read off by a person.
//!
//! | module | of which kinds |
//! |---|---|
//! | `sets` | `gset`, `orset`, `rwset`, `twopset`, `topk` |
//! | `flags` | `flag`, `ewflag`, `dwflag` |
//! | `counters` | `gcounter`, `pncounter`, `rcounter`, `bcounter`, `vclock` |
//! | `registers` | `max`, `min`, `mv`, `ivar`, users' lattices |
//! | `clocks` | `lww` |
//! | `lexes` | `lex` |
//! | `maps` | `gmap`, `ormap`, tuples and records |
//! | `histories` | what holds of all: seen sets, and nonsense that is refused |
//!
//! `world` lets replicas act and meet, so that a test reads as a story.

mod clocks;
mod counters;
mod flags;
mod histories;
mod lexes;
mod maps;
mod registers;
mod sets;
mod world;

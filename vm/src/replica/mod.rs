//! A replica: a node with a disk and neighbours. IO-free; disk, time and messages are passed in.
//!
//! ```text
//!              event, statements                       message of a neighbour
//!                     │                                          │ decode ─ clock ─ gap? ─ what is new
//!                     ▼                                          ▼
//!  Node: op ─► deltas ─► [disk: op] ─► shown, emitted   [disk: absorbed] ─► Node: one step ─► views, whens, watches
//!                           └──────────► kept for neighbours ◄───┘
//!                                             └─► message: all a neighbour has not acknowledged, as one group
//! ```
//!
//! - *Who writes*: a [`ReplicaId`](lasp_lattice::ReplicaId) is a node's key and an incarnation. A log that is whole and
//!   on the device it was written on goes on under its incarnation, also after a crash. Whoever cannot prove that (no
//!   log, a restored backup, a clone) writes under a fresh one, handed out by whoever supervises the nodes, and so can
//!   neither use a dot twice nor merge two histories into one counter slot.
//! - *Durable before visible*: what an op has changed and emitted, and what was new in a message, is on the disk before
//!   anything of it is shown, emitted or sent.
//! - *Atomic everywhere*: ops are kept, sent and joined whole, and a receiver that lacks what came before does not
//!   join.
//!
//! Not yet here: scopes (every node replicates every variable); op batches signed by their origin, and so `writable by`
//! at receivers (writers obey it); version vectors and what follows from them (reconnect differences, exact cuts,
//! collecting the log, the echo of the highest stamp); a horizon; chunks and caps; emits that a crash swallowed between
//! disk and outside.
//!
//! Code map: `replica` puts it together; `sync` what neighbours have; `group`, `message`, `record`, `frame` bytes;
//! `disk` the simulated disk; `escrow` how rights find those who spend; `fleet` several replicas and `traffic` between
//! them.

mod disk;
mod escrow;
mod fleet;
mod frame;
mod group;
mod message;
mod record;
#[expect(clippy::module_inception)]
mod replica;
mod sync;
mod traffic;

pub use disk::{Backup, Disk, Mark};
pub use fleet::{Clocks, Fleet, Happened, Misuse, News};
pub use frame::Damaged;
pub use group::Group;
pub use message::{Ack, Message};
pub use replica::{Identity, Received, Refusal, Replica};

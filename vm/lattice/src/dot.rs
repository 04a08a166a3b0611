//! Names of replicas, of single updates, and of the moment an update is made.
//!
//! ```text
//! replica 7.2          node 7, third incarnation
//! dot     7.2#41       the 41st event of that replica in one lattice
//! ```
//!
//! A replica that cannot prove it remembers everything it wrote takes a new incarnation, so a dot is never used twice
//! and a slot of a counter never has two writers. Everything else in this crate leans on that.
//!
//! Invariant: sequence numbers start at 1 and are dense per replica and lattice value.
//!
//! Neighbours: [`crate::context`] (sets of dots), [`crate::update`] (who makes an update).
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (dots); Preguiça et al., "Dotted version vectors", 2010, §3.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A writer: a node, and how often it had to start afresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReplicaId {
    /// The node's key.
    pub node: u64,
    /// Raised durably before the first write whenever start-up cannot prove continuity.
    pub incarnation: u32,
}

impl fmt::Display for ReplicaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.node, self.incarnation)
    }
}

/// One event of one replica: a name that is used once. Ordered by replica, then sequence number, so that the dots of a
/// replica are a range of an ordered map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dot {
    /// Whose event.
    pub replica: ReplicaId,
    /// Which one, from 1.
    pub seq: u64,
}

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.replica, self.seq)
    }
}

/// Where and when an update happens. Nothing here reads a clock: the caller passes one reading per update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The replica that makes the update.
    pub replica: ReplicaId,
    /// Its wall clock, in microseconds since 1970 UTC. It may be wrong: only `lww` looks at it.
    pub now_us: i64,
}

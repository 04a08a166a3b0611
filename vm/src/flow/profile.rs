//! What each operator has done: batches, rows, time, and what it keeps.
//!
//! ```text
//! hash join   3 batches   1,200 rows in   900 out   1,200 kept   96,000 bytes   0.4 ms
//! ```
//!
//! Counting costs an addition per visit; time is measured only while somebody has lent a clock, since the engine has
//! none of its own. Neighbour: `engine`, which visits.

use lasp_plan::NodeId;

/// The effort of one operator since it was made; time since a clock was lent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Visits.
    pub batches: u64,
    /// Rows read, of all inputs; of a source, rows pushed into it.
    pub rows_in: u64,
    /// Rows given to readers.
    pub rows_out: u64,
    /// Nanoseconds.
    pub nanos: u64,
}

/// An operator and its effort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profiled {
    /// The operator of the plan.
    pub node: NodeId,
    /// Whether this is what brings an input of it into another representation.
    pub converts: bool,
    /// What it has done.
    pub effort: Effort,
    /// Rows and failures that it keeps, those shown at it among them.
    pub rows_kept: usize,
    /// About how many bytes it keeps; what texts and nested values take is not counted.
    pub bytes_kept: usize,
}

//! Watches that what variables tell stays within the bounds that were taken for granted.
//!
//! ```text
//! when views[c.ad] * 2 + 1 >= c.limit      may be tried in batches while no entry of `views` is above 2⁶⁰
//! told ("x", 7)          within
//! told ("x", 2⁶²)        beyond: the batch is taken back, and goes one by one until that entry has gone
//! ```
//!
//! Where nothing has to be watched, this costs nothing; elsewhere it is a look at a value per row.
//!
//! Invariants: `beyond` counts the rows that are there now and out of bounds, so that what is taken back is forgotten;
//! `strayed` says whether one has been there since [`Bounds::watch`], be it for a moment.
//!
//! Neighbours: `total` finds what to watch, `batch` asks.

use lasp_plan::Value;

use super::extent::{Read, each_number};
use crate::diffs::Diff;

/// Which numbers are watched, and whether they keep within bounds.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    most: i64,
    reads: Vec<Read>,
    beyond: i64,
    strayed: bool,
}

impl Bounds {
    /// These reads, each between the negative of a number and that number.
    pub(super) fn new(most: i64, reads: Vec<Read>) -> Bounds {
        Bounds { most, reads, beyond: 0, strayed: false }
    }

    /// Hears of a row that comes or goes.
    #[inline]
    pub(super) fn hear(&mut self, diff: &Diff<'_>) {
        for read in self.reads.iter().filter(|read| (read.var, read.port) == (diff.var, diff.port)) {
            if diff.outside.is_some() || !is_within(diff.row, &read.path, self.most) {
                self.beyond = self.beyond.wrapping_add(diff.weight);
                self.strayed = true;
            }
        }
    }

    /// Whether all rows that are there are within bounds.
    pub(super) fn hold(&self) -> bool {
        self.beyond == 0
    }

    /// From now on what strays is noted.
    pub(super) fn watch(&mut self) {
        self.strayed = false;
    }

    /// Whether a row has been out of bounds meanwhile.
    pub(super) fn strayed(&self) -> bool {
        self.strayed
    }
}

/// Whether all numbers at a place in a row are small enough.
fn is_within(row: &[Value], path: &[u32], most: i64) -> bool {
    let Some((mut value, slots)) = path.split_first().and_then(|(at, rest)| Some((row.get(*at as usize)?, rest)))
    else {
        return false;
    };
    for slot in slots {
        match value {
            Value::Tuple(parts) if (*slot as usize) < parts.len() => value = &parts[*slot as usize],
            // Then all of it is asked for.
            _ => break,
        }
    }
    let mut within = true;
    each_number(value, &mut |n| within &= n.unsigned_abs() <= most.unsigned_abs());
    within
}

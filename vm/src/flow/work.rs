//! What an operator writes during one step: rows, failures, and the moment at which it must stop.
//!
//! ```text
//! operator ── emit(row, weight) ──► Work ── finish ──► the batch its readers get
//!          ── fail(failure, row) ─►      ── errors of the operator
//! ```
//!
//! Equal rows of a batch are put together only where a reader asks for it: those that keep a table do it anyway.
//!
//! Invariant: once `stopped()` says so, nothing more is kept; the operator should return, and the engine stops it for
//! good. Neighbours: `engine` makes one per visit; `rows` and `errors` are what it writes to.

use super::code::Machine;
use super::errors::Errors;
use super::rows::{RowRef, Rows};
use crate::Failure;

/// A row may be there this often at most. No honest relation comes near it; it keeps sums over all rows that fit in
/// memory within 63 bits, so that no weight ever wraps around.
const WEIGHT_MAX: i64 = 1 << 36;

/// Why an operator was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    /// It produced more rows in one step than `Limits::produced_max`.
    Produced,
    /// It keeps more rows than `Limits::rows_max`.
    Kept,
    /// They take more bytes than `Limits::bytes_max`.
    Bytes,
    /// A row would be there more than `WEIGHT_MAX` times.
    Weight,
    /// A fixed point was not found in `Limits::rounds_max` rounds.
    Rounds,
}

/// One visit of one operator.
pub(super) struct Work<'a> {
    out: &'a mut Rows,
    errors: &'a mut Errors,
    produced_max: usize,
    excess: Option<Excess>,
    consolidated: bool,
}

impl<'a> Work<'a> {
    /// A visit that fills an empty batch.
    pub(super) fn new(out: &'a mut Rows, errors: &'a mut Errors, produced_max: usize) -> Work<'a> {
        Work { out, errors, produced_max, excess: None, consolidated: false }
    }

    /// Adds a row to the output.
    #[inline]
    pub(super) fn emit(&mut self, row: RowRef<'_>, weight: i64) {
        if self.has_room() {
            self.out.push(row, weight);
        }
    }

    /// Adds two rows side by side.
    #[inline]
    pub(super) fn emit_both(&mut self, left: RowRef<'_>, right: RowRef<'_>, weight: i64) {
        if self.has_room() {
            self.out.push_both(left, right, weight);
        }
    }

    #[inline]
    fn has_room(&mut self) -> bool {
        let room = self.out.len() < self.produced_max;
        if !room {
            self.excess.get_or_insert(Excess::Produced);
        }
        room
    }

    /// Whether so many rows may be there on the way; stops the operator if not.
    pub(super) fn may_produce(&mut self, rows: usize) -> bool {
        if rows > self.produced_max {
            self.excess.get_or_insert(Excess::Produced);
        }
        rows <= self.produced_max
    }

    /// Adds what a program gives for a batch, and tells its failures.
    pub(super) fn run(&mut self, machine: &mut Machine, batch: &Rows) {
        let errors = &mut *self.errors;
        machine.run(batch, self.out, None, |failure, weight| errors.add(failure, weight));
        self.may_produce(self.out.len());
    }

    /// What a program gives for a batch, into rows beside the output, with the rows it was.
    pub(super) fn run_into(&mut self, machine: &mut Machine, batch: &Rows, out: &mut Rows, of: Option<&mut Vec<u32>>) {
        let errors = &mut *self.errors;
        machine.run(batch, out, of, |failure, weight| errors.add(failure, weight));
    }

    /// The weight of a pair of rows.
    #[inline]
    pub(super) fn product(&mut self, left: i64, right: i64) -> i64 {
        match left.checked_mul(right) {
            Some(weight) if weight.unsigned_abs() <= WEIGHT_MAX.unsigned_abs() => weight,
            _ => {
                self.excess.get_or_insert(Excess::Weight);
                0
            }
        }
    }

    /// Records a failure that is complete.
    #[cold]
    pub(super) fn fail_with(&mut self, failure: Failure, weight: i64) {
        self.errors.add(failure, weight);
    }

    /// A limit was exceeded that the operator watches itself.
    #[cold]
    pub(super) fn exceed(&mut self, excess: Excess) {
        self.excess.get_or_insert(excess);
    }

    /// Whether a limit was exceeded: what follows would be in vain.
    #[inline]
    pub(super) fn stopped(&self) -> bool {
        self.excess.is_some()
    }

    /// The operator knows that it has named no row twice.
    pub(super) fn is_consolidated(&mut self) {
        self.consolidated = true;
    }

    /// Completes the batch: each row once, if a reader wants it so.
    pub(super) fn finish(mut self, each_once: bool) -> Result<(), Excess> {
        if self.excess.is_none() && each_once && !self.consolidated && self.out.consolidate().is_err() {
            self.excess = Some(Excess::Weight);
        }
        let heavy = |weight: &i64| weight.unsigned_abs() > WEIGHT_MAX.unsigned_abs();
        if self.excess.is_none() && self.out.weights.iter().any(heavy) {
            self.excess = Some(Excess::Weight);
        }
        match self.excess {
            None => Ok(()),
            Some(excess) => {
                self.out.clear();
                Err(excess)
            }
        }
    }
}

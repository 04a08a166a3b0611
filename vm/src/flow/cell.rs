//! An operator in its place in a dataflow: what it reads, who reads it, what waits for it, and what it has cost.
//!
//! Neighbours: `engine` owns all of them and visits those that something has reached.

use lasp_plan::{NodeId, Place};

use super::errors::Errors;
use super::operator::Operator;
use super::profile::Effort;
use super::rows::{Layout, Rows};
use super::sink::Sink;
use crate::Failure;

/// With fewer new rows than this nobody asks how many bytes they take.
const WEIGHED_LEAST: usize = 1_024;

/// An operator in its place.
pub(super) struct Cell {
    /// `None` once it is halted.
    pub(super) operator: Option<Box<dyn Operator>>,
    pub(super) ports: Vec<u32>,
    pub(super) readers: Vec<u32>,
    pub(super) layout: Layout,
    /// Of a source: rows that wait for a step.
    pub(super) pending: Rows,
    /// Whether a reader wants to see each row once in a batch.
    pub(super) each_once: bool,
    pub(super) errors: Errors,
    /// The limit it exceeded itself.
    pub(super) excess: Option<Failure>,
    pub(super) sink: Option<Sink>,
    /// Which operator of the plan it is, or converts an input of.
    pub(super) node: NodeId,
    pub(super) converts: bool,
    /// How many rows it kept when their bytes were counted last.
    pub(super) weighed: usize,
    pub(super) effort: Effort,
    pub(super) detail: String,
    pub(super) place: Place,
}

impl Cell {
    /// Whether it has a failure of its own.
    pub(super) fn is_ill(&self) -> bool {
        let inside = self.operator.as_ref().and_then(|operator| operator.failure());
        self.errors.len() > 0 || self.excess.is_some() || inside.is_some()
    }

    /// How many rows and failures it keeps.
    pub(super) fn kept(&self) -> usize {
        let operator = self.operator.as_ref().map_or(0, |operator| operator.kept());
        operator + self.errors.len() + self.sink.as_ref().map_or(0, Sink::own_len)
    }

    /// About how many bytes they take. O(keys with more than a few rows).
    pub(super) fn bytes(&self) -> usize {
        let operator = self.operator.as_ref().map_or(0, |operator| operator.bytes());
        operator + self.sink.as_ref().map_or(0, Sink::bytes)
    }

    /// Whether what it keeps, so many rows, takes more bytes than these. They are counted each time when an eighth more
    /// rows have come.
    pub(super) fn is_too_heavy(&mut self, kept: usize, bytes_max: usize) -> bool {
        if kept <= self.weighed + self.weighed / 8 + WEIGHED_LEAST {
            return false;
        }
        self.weighed = kept;
        self.bytes() > bytes_max
    }
}

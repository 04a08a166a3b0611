//! A least fixed point: `let rec`.
//!
//! The body is a dataflow of its own, whose result is fed back into its port 0 until it gives nothing new:
//!
//! ```text
//!   reach = edges ∪ (reach ⋈ edges)        port 1: edges ──┬───────────► concat ─► result
//!                                          port 0: reach ──┴─► join ───────┘         │
//!                                                    ▲──────────────── new rows ─────┘
//! ```
//!
//! Each round costs what its new rows reach, no more: the joins of the body keep what they have seen. When the inputs only
//! gain rows, the rounds go on from the fixed point there is. When they lose some, a row must not stay merely because it
//! supports itself (`a → b → a` after the way to `a` has gone), so first all rows go that could be concerned, then those
//! come back that the rest still gives:
//!
//! - a body of joins, filters, maps and unions counts derivations. A row that has lost one goes, and with it whatever
//!   followed from it; of the rows that went, those with a derivation left come back. This is delete-and-rederive (Gupta,
//!   Mumick and Subrahmanian, "Maintaining Views Incrementally", SIGMOD 1993), and costs what the loss reaches;
//! - in any other body (one with `contains` or `distinct` in the cycle) a lost derivation may not show, so all rows go. So
//!   they do when an input changes from which the body takes away (`minus` of a variable).
//!
//! Invariants, between steps: `found` is what port 0 of the body holds, each row once; the body's result has the same rows.
//! Neighbours: `engine` runs the body; the compiler makes sure that more rows at port 0 never give fewer rows.

use std::collections::BTreeSet;

use hashbrown::HashSet;
use indexmap::IndexSet;
use lasp_plan::{Graph, NodeId, Op, Row};
use rustc_hash::FxBuildHasher;

use super::Limits;
use super::engine::Flow;
use super::operator::{Inputs, Operator};
use super::work::{Excess, Work};
use crate::Failure;

/// A relation that is computed from itself.
pub(super) struct Fix {
    body: Flow,
    result: NodeId,
    found: IndexSet<Row, FxBuildHasher>,
    /// By input: whether more rows there never give fewer rows.
    rising: Vec<bool>,
    /// Whether the weights of the result are numbers of derivations.
    counts: bool,
    rounds_max: usize,
    failure: Option<Failure>,
}

impl Fix {
    /// A fixed point of a body with so many inputs.
    pub(super) fn new(body: &Graph, result: NodeId, inputs: usize, limits: Limits) -> Fix {
        let falling = falling(body, result);
        let counts = |op: &Op| matches!(op, Op::Port(_) | Op::Fused(_) | Op::Concat | Op::Join { .. });
        Fix {
            body: Flow::new(body, &[result], limits),
            result,
            found: IndexSet::default(),
            rising: (1..).take(inputs).map(|port| !falling.contains(&port)).collect(),
            counts: body.nodes.iter().all(|node| counts(&node.op)),
            rounds_max: limits.rounds_max,
            failure: None,
        }
    }

    /// Hands the differences of the inputs whose weight is wanted to the body.
    fn feed(&mut self, inputs: &Inputs<'_>, wanted: impl Fn(i64) -> bool) {
        for port in 0..inputs.ports() {
            for (row, weight) in inputs.port(port).iter().filter(|(_, weight)| wanted(*weight)) {
                let number = u32::try_from(port + 1).expect("an operator has fewer inputs than numbers");
                self.body.push_port(number, row.clone(), *weight);
            }
        }
    }

    /// Takes out every row and feeds the inputs. What the body gives without any row is then its result.
    fn start_over(&mut self, inputs: &Inputs<'_>) -> Vec<Row> {
        let gone: Vec<Row> = std::mem::take(&mut self.found).into_iter().collect();
        for row in &gone {
            self.body.push_port(0, row.clone(), -1);
        }
        self.feed(inputs, |_| true);
        self.body.step();
        gone
    }

    /// Takes out every row that has lost a derivation when the inputs lost rows, and what followed from it.
    fn take_out(&mut self, inputs: &Inputs<'_>) -> Vec<Row> {
        let mut gone = Vec::new();
        self.feed(inputs, |weight| weight < 0);
        loop {
            self.body.step();
            let before = gone.len();
            for (row, weight) in self.body.changes(self.result) {
                if *weight < 0 && self.found.swap_remove(row) {
                    gone.push(row.clone());
                }
            }
            if before == gone.len() || self.body.excess().is_some() {
                return gone;
            }
            for row in &gone[before..] {
                self.body.push_port(0, row.clone(), -1);
            }
        }
    }

    /// Rounds until nothing new comes, beginning with `fresh`. The rows that came, in order.
    fn rise(&mut self, mut fresh: Vec<Row>) -> Result<Vec<Row>, Excess> {
        let mut came = Vec::new();
        for _ in 0..self.rounds_max {
            fresh.retain(|row| self.found.insert(row.clone()));
            for row in &fresh {
                self.body.push_port(0, row.clone(), 1);
            }
            came.append(&mut fresh);
            if !self.body.is_dirty() {
                return Ok(came);
            }
            self.body.step();
            if let Some(excess) = self.body.excess() {
                return Err(excess);
            }
            let more = self.body.changes(self.result).iter().filter(|(_, weight)| *weight > 0);
            fresh.extend(more.map(|(row, _)| row.clone()));
        }
        Err(Excess::Rounds)
    }
}

impl Operator for Fix {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let ports = || (0..inputs.ports()).map(|port| inputs.port(port));
        let loses = ports().any(|batch| batch.iter().any(|(_, weight)| *weight < 0));
        let turns = ports().zip(&self.rising).any(|(batch, rising)| !rising && !batch.is_empty());
        let (gone, fresh) = if turns || loses && !self.counts {
            let gone = self.start_over(inputs);
            (gone, self.body.rows(self.result).cloned().collect())
        } else {
            let gone = if loses { self.take_out(inputs) } else { Vec::new() };
            self.feed(inputs, |weight| weight > 0);
            let left = gone.iter().filter(|row| self.body.contains(self.result, row)).cloned().collect();
            (gone, left)
        };
        let came = match self.body.excess().map_or_else(|| self.rise(fresh), Err) {
            Ok(came) => came,
            Err(excess) => return work.exceed(excess),
        };
        self.failure = self.body.failure(self.result);
        // What went and came back has not changed.
        let were: HashSet<&Row, FxBuildHasher> = gone.iter().collect();
        for row in gone.iter().filter(|row| !self.found.contains(*row)) {
            work.emit(row.clone(), -1);
        }
        for row in came.iter().filter(|row| !were.contains(row)) {
            work.emit(row.clone(), 1);
        }
        work.is_consolidated();
    }

    fn kept(&self) -> usize {
        self.found.len() + self.body.kept()
    }

    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// The ports from which the result may lose rows when they gain some.
fn falling(body: &Graph, result: NodeId) -> BTreeSet<u32> {
    // By operator: the ports it reads, and those of them that it turns round.
    let mut reads: Vec<(BTreeSet<u32>, BTreeSet<u32>)> = Vec::with_capacity(body.nodes.len());
    for node in &body.nodes {
        let (mut all, mut turned) = (BTreeSet::new(), BTreeSet::new());
        if let Op::Port(port) = node.op {
            all.insert(port);
        }
        for (at, input) in node.inputs.iter().enumerate() {
            let (above, turned_above) = &reads[input.0 as usize];
            all.extend(above);
            let turns = match &node.op {
                Op::Fused(_) | Op::Distinct | Op::Concat | Op::Join { .. } | Op::Semi { keep: true, .. } => false,
                Op::LeftJoin { .. } | Op::Semi { keep: false, .. } => at == 1,
                Op::Source(..) | Op::Rows(_) | Op::Port(_) | Op::Reduce { .. } | Op::Fix { .. } => true,
            };
            turned.extend(if turns { above } else { turned_above });
        }
        reads.push((all, turned));
    }
    std::mem::take(&mut reads[result.0 as usize].1)
}

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
//! Each round costs what its new rows reach, no more: the joins of the body keep what they have seen. When the inputs
//! only gain rows, the rounds go on from the fixed point there is. When they lose some, a row must not stay merely
//! because it supports itself (`a → b → a` after the way to `a` has gone), so first all rows go that could be
//! concerned, then those come back that the rest still gives:
//!
//! - a body of joins, filters, maps and unions counts derivations. A row that has lost one goes, and with it whatever
//!   followed from it; of the rows that went, those with a derivation left come back. This is delete-and-rederive
//!   (Gupta, Mumick and Subrahmanian, "Maintaining Views Incrementally", SIGMOD 1993), and costs what the loss reaches;
//! - in any other body (one with `contains` or `distinct` in the cycle) a lost derivation may not show, so all rows go.
//!   So they do when an input changes from which the body takes away (`minus` of a variable).
//!
//! Invariants, between steps: `found` is what port 0 of the body holds, each row once; the body's result has the same
//! rows. Neighbours: `engine` runs the body; the compiler makes sure that more rows at port 0 never give fewer rows.

use std::collections::BTreeSet;

use lasp_plan::{Graph, NodeId, Op};

use super::Limits;
use super::engine::Flow;
use super::fused::Fused;
use super::key::common;
use super::operator::{Inputs, Operator};
use super::relation::Weights;
use super::repr::Repr;
use super::rows::{Layout, Rows};
use super::work::{Excess, Work};
use crate::Failure;

/// How often the representations of a relation may widen before they are taken for anything.
const WIDENINGS_MAX: usize = 8;

/// A relation that is computed from itself.
pub(super) struct Fix {
    body: Flow,
    result: NodeId,
    layout: Layout,
    /// From the result's representations to those of the relation, where they differ.
    convert: Option<Fused>,
    found: Weights,
    /// By input: whether more rows there never give fewer rows.
    rising: Vec<bool>,
    /// Whether the weights of the result are numbers of derivations.
    counts: bool,
    rounds_max: usize,
    failure: Option<Failure>,
}

impl Fix {
    /// A fixed point of a body with these inputs, of so many columns.
    pub(super) fn new(body: &Graph, result: NodeId, inputs: &[&Layout], columns: usize, limits: Limits) -> Fix {
        let falling = falling(body, result);
        let counts = |op: &Op| matches!(op, Op::Port(_) | Op::Fused(_) | Op::Concat | Op::Join { .. });
        // The relation's representations are those of its first rows, widened by what the body makes of them.
        let mut own = vec![Repr::Never; columns];
        let mut widenings = 0;
        let flow = loop {
            let ports: Vec<Vec<Repr>> =
                std::iter::once(own.clone()).chain(inputs.iter().map(|input| input.columns.clone())).collect();
            let flow = Flow::of_body(body, result, limits, &ports);
            let wider = common(&own, flow.columns(result));
            if wider == own {
                break flow;
            }
            widenings += 1;
            own = if widenings < WIDENINGS_MAX { wider } else { vec![Repr::Boxed; columns] };
        };
        let given = Layout::new(flow.columns(result).to_vec());
        let layout = Layout::new(own);
        Fix {
            body: flow,
            result,
            convert: (given != layout).then(|| Fused::convert(&given, &layout.columns)),
            found: Weights::new(layout.size()),
            layout,
            rising: (1..).take(inputs.len()).map(|port| !falling.contains(&port)).collect(),
            counts: body.nodes.iter().all(|node| counts(&node.op)),
            rounds_max: limits.rounds_max,
            failure: None,
        }
    }

    /// That of its output.
    pub(super) fn columns(&self) -> Vec<Repr> {
        self.layout.columns.clone()
    }

    /// Hands the differences of the inputs whose weight is wanted to the body.
    fn feed(&mut self, inputs: &Inputs<'_>, wanted: impl Fn(i64) -> bool) {
        for port in 0..inputs.ports() {
            for (row, weight) in inputs.port(port).iter().filter(|(_, weight)| wanted(*weight)) {
                let number = u32::try_from(port + 1).expect("an operator has fewer inputs than numbers");
                self.body.push_port(number, row, weight);
            }
        }
    }

    /// Rows of the body's result as rows of the relation.
    fn converted(&mut self, rows: Rows) -> Rows {
        match &mut self.convert {
            Some(convert) => convert.converted(&rows),
            None => rows,
        }
    }

    /// Takes out every row and feeds the inputs. What the body gives without any row is then its result.
    fn start_over(&mut self, inputs: &Inputs<'_>) -> Rows {
        let mut gone = Rows::new(self.layout.size());
        self.found.rows().for_each(|row| gone.push(row, -1));
        self.found.clear();
        for (row, _) in gone.iter() {
            self.body.push_port(0, row, -1);
        }
        self.feed(inputs, |_| true);
        self.body.step();
        gone
    }

    /// Takes out every row that has lost a derivation when the inputs lost rows, and what followed from it.
    fn take_out(&mut self, inputs: &Inputs<'_>) -> Rows {
        let mut gone = Rows::new(self.layout.size());
        self.feed(inputs, |weight| weight < 0);
        loop {
            self.body.step();
            let before = gone.len();
            let changes = self.body.net_changes(self.result);
            for (row, _) in self.converted(changes).iter().filter(|(_, weight)| *weight < 0) {
                let hash = row.hash();
                if self.found.weight(row, hash) != 0 {
                    self.found.add(row, hash, -1);
                    gone.push(row, -1);
                }
            }
            if before == gone.len() || self.body.excess().is_some() {
                return gone;
            }
            for at in before..gone.len() {
                self.body.push_port(0, gone.row(at), -1);
            }
        }
    }

    /// Rounds until nothing new comes, beginning with `fresh`. The rows that came.
    fn rise(&mut self, mut fresh: Rows) -> Result<Rows, Excess> {
        let mut came = Rows::new(self.layout.size());
        for _ in 0..self.rounds_max {
            for (row, _) in fresh.iter().filter(|(_, weight)| *weight > 0) {
                let hash = row.hash();
                if self.found.weight(row, hash) == 0 {
                    self.found.add(row, hash, 1);
                    self.body.push_port(0, row, 1);
                    came.push(row, 1);
                }
            }
            if !self.body.is_dirty() {
                return Ok(came);
            }
            self.body.step();
            if let Some(excess) = self.body.excess() {
                return Err(excess);
            }
            let changes = self.body.net_changes(self.result);
            fresh = self.converted(changes);
        }
        Err(Excess::Rounds)
    }

    /// The rows that the body gives as it is.
    fn given(&mut self) -> Rows {
        let mut rows = Rows::new(Layout::new(self.body.columns(self.result).to_vec()).size());
        self.body.each_row(self.result, |row| rows.push(row, 1));
        self.converted(rows)
    }

    /// Those of some rows that the body still gives. O(their number), unless the body's rows must be converted.
    fn still_given(&mut self, rows: &Rows) -> Rows {
        let mut left = Rows::new(self.layout.size());
        if self.convert.is_none() {
            for (row, _) in rows.iter().filter(|(row, _)| self.body.holds(self.result, *row)) {
                left.push(row, 1);
            }
        } else if !rows.is_empty() {
            let mut there = Weights::new(self.layout.size());
            for (row, _) in self.given().iter() {
                there.add(row, row.hash(), 1);
            }
            for (row, _) in rows.iter().filter(|(row, _)| there.weight(*row, row.hash()) != 0) {
                left.push(row, 1);
            }
        }
        left
    }
}

impl Operator for Fix {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let ports = || (0..inputs.ports()).map(|port| inputs.port(port));
        let loses = ports().any(|batch| batch.weights.iter().any(|weight| *weight < 0));
        let turns = ports().zip(&self.rising).any(|(batch, rising)| !rising && !batch.is_empty());
        let (gone, fresh) = if turns || loses && !self.counts {
            let gone = self.start_over(inputs);
            (gone, self.given())
        } else {
            let gone = if loses { self.take_out(inputs) } else { Rows::new(self.layout.size()) };
            self.feed(inputs, |weight| weight > 0);
            let left = self.still_given(&gone);
            (gone, left)
        };
        let came = match self.body.excess().map_or_else(|| self.rise(fresh), Err) {
            Ok(came) => came,
            Err(excess) => return work.exceed(excess),
        };
        self.failure = self.body.failure(self.result);
        // What went and came back has not changed.
        let mut were = Weights::new(self.layout.size());
        for (row, _) in gone.iter() {
            let hash = row.hash();
            were.add(row, hash, 1);
            if self.found.weight(row, hash) == 0 {
                work.emit(row, -1);
            }
        }
        for (row, _) in came.iter() {
            if were.weight(row, row.hash()) == 0 {
                work.emit(row, 1);
            }
        }
        work.is_consolidated();
    }

    fn wants_each_once(&self) -> bool {
        true
    }

    fn kept(&self) -> usize {
        self.found.len() + self.body.kept()
    }

    fn bytes(&self) -> usize {
        self.found.bytes() + self.body.bytes()
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

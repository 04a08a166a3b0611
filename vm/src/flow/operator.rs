//! What an operator is to the engine, and the list of all of them.
//!
//! To add one: a file with an [`Operator`], and a line in [`build`].

use lasp_plan::{Agg, Node, Op, Row};

use super::Limits;
use super::batch::Batch;
use super::concat::Concat;
use super::distinct::Distinct;
use super::fix::Fix;
use super::fused::Fused;
use super::join::Join;
use super::left_join::LeftJoin;
use super::reduce::{Any, Avg, Count, Entries, Max, Min, Reduce, Set, Sketched, Sum, Top};
use super::semi::Semi;
use super::source::{Constants, Source};
use super::work::Work;
use crate::Failure;

/// Turns the differences of its inputs into the difference of its output.
pub(super) trait Operator: Send {
    /// One step: reads the batches of all ports at once, writes rows and failures.
    ///
    /// Inputs are consolidated; the output need not be, unless the operator says so.
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>);

    /// How many rows it keeps. O(1).
    fn kept(&self) -> usize {
        0
    }

    /// The failure of something inside it, beside those that it has told [`Work`] of.
    fn failure(&self) -> Option<&Failure> {
        None
    }
}

/// The differences that reached an operator in this step.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    /// The outputs of all earlier operators.
    pub(super) outs: &'a [Batch],
    /// Which of them the ports read.
    pub(super) ports: &'a [u32],
}

impl<'a> Inputs<'a> {
    /// The batch at a port.
    #[inline]
    pub(super) fn port(&self, port: usize) -> &'a [(Row, i64)] {
        &self.outs[self.ports[port] as usize].rows
    }

    /// How many ports there are.
    pub(super) fn ports(&self) -> usize {
        self.ports.len()
    }
}

/// The operator of a node. The limits are for what runs inside it.
pub(super) fn build(node: &Node, limits: Limits) -> Box<dyn Operator> {
    match &node.op {
        Op::Source(..) | Op::Port(_) => Box::new(Source),
        Op::Rows(rows) => Box::new(Constants::new(rows.clone())),
        Op::Fused(stages) => Box::new(Fused::new(stages.clone())),
        Op::Distinct => Box::new(Distinct::default()),
        Op::Join { left, right } => Box::new(Join::new(left, right)),
        Op::LeftJoin { left, right_key, default } => {
            Box::new(LeftJoin::new(left, *right_key as usize, default.clone()))
        }
        Op::Semi { left, right, keep } => Box::new(Semi::new(left, right, *keep)),
        Op::Concat => Box::new(Concat),
        Op::Fix { body, result } => Box::new(Fix::new(body, *result, node.inputs.len(), limits)),
        Op::Reduce { key, agg, arg } => {
            let key = *key as usize;
            match agg {
                Agg::Count => Box::new(Reduce::<Count>::new(key, arg)),
                Agg::Sum => Box::new(Reduce::<Sum>::new(key, arg)),
                Agg::Avg => Box::new(Reduce::<Avg>::new(key, arg)),
                Agg::Min => Box::new(Reduce::<Min>::new(key, arg)),
                Agg::Max => Box::new(Reduce::<Max>::new(key, arg)),
                Agg::Any => Box::new(Reduce::<Any<false>>::new(key, arg)),
                Agg::All => Box::new(Reduce::<Any<true>>::new(key, arg)),
                Agg::Set => Box::new(Reduce::<Set>::new(key, arg)),
                Agg::Map => Box::new(Reduce::<Entries>::new(key, arg)),
                Agg::Top(most) => Box::new(Reduce::<Top>::new(key, arg).within(*most)),
                Agg::ApproxCount => Box::new(Reduce::<Sketched>::new(key, arg)),
            }
        }
    }
}

//! What an operator is to the engine, and the list of all of them.
//!
//! To add one: a file with an [`Operator`], and an arm in [`build`].

use lasp_plan::{Node, Op};

use super::Limits;
use super::concat::Concat;
use super::distinct::Distinct;
use super::fix::Fix;
use super::fused::Fused;
use super::join::Join;
use super::key::{common, reprs};
use super::left_join::LeftJoin;
use super::reduce::Reduce;
use super::relation::Weights;
use super::repr::Repr;
use super::rows::{Layout, Rows};
use super::semi::Semi;
use super::source::Constants;
use super::work::Work;
use crate::Failure;

/// Turns the differences of its inputs into the difference of its output.
pub(super) trait Operator: Send {
    /// One step: reads the batches of all ports at once, writes rows and failures.
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>);

    /// Whether the batches that it reads must name each row once.
    fn wants_each_once(&self) -> bool {
        false
    }

    /// How many rows it keeps. O(1).
    fn kept(&self) -> usize {
        0
    }

    /// About how many bytes it keeps.
    fn bytes(&self) -> usize {
        0
    }

    /// The rows of its output, if it keeps them.
    fn relation(&self) -> Option<&Weights> {
        None
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
    pub(super) outs: &'a [Rows],
    /// Which of them the ports read.
    pub(super) ports: &'a [u32],
}

impl<'a> Inputs<'a> {
    /// The batch at a port.
    #[inline]
    pub(super) fn port(&self, port: usize) -> &'a Rows {
        &self.outs[self.ports[port] as usize]
    }

    /// How many ports there are.
    pub(super) fn ports(&self) -> usize {
        self.ports.len()
    }
}

/// The representations in which an operator wants its inputs, where that is not as they come.
pub(super) fn wanted(node: &Node, inputs: &[&Layout]) -> Vec<Option<Vec<Repr>>> {
    let mut wanted = vec![None; inputs.len()];
    match &node.op {
        Op::Concat => {
            let all = inputs.iter().skip(1).fold(inputs[0].columns.clone(), |all, input| common(&all, &input.columns));
            wanted.fill(Some(all));
        }
        Op::LeftJoin { left, default, .. } => {
            let key = reprs(left, inputs[0]);
            wanted[1] = Some(LeftJoin::right_side(&key, default, inputs[1]));
        }
        _ => {}
    }
    wanted
}

/// The operator of a node that is no source, and the columns of its output. The limits are for what runs inside it.
pub(super) fn build(node: &Node, inputs: &[&Layout], limits: Limits) -> (Box<dyn Operator>, Vec<Repr>) {
    let side_by_side = |left: &[Repr], right: &[Repr]| left.iter().chain(right).cloned().collect::<Vec<_>>();
    match &node.op {
        Op::Source(..) | Op::Port(_) => unreachable!("the engine makes sources itself"),
        Op::Rows(rows) => {
            let constants = Constants::new(rows, node.columns as usize);
            let columns = constants.layout().columns.clone();
            (Box::new(constants), columns)
        }
        Op::Fused(stages) => {
            let fused = Fused::new(stages, inputs[0]);
            let columns = fused.layout().columns.clone();
            (Box::new(fused), columns)
        }
        Op::Distinct => (Box::new(Distinct::new(inputs[0].size())), inputs[0].columns.clone()),
        Op::Join { left, right } => {
            let join = Join::new([left, right], [inputs[0], inputs[1]]);
            (Box::new(join), side_by_side(&inputs[0].columns, &inputs[1].columns))
        }
        Op::LeftJoin { left, right_key, default } => {
            let right_key = *right_key as usize;
            let join = LeftJoin::new(left, default, inputs[0], inputs[1], right_key);
            (Box::new(join), side_by_side(&inputs[0].columns, &inputs[1].columns[right_key..]))
        }
        Op::Semi { left, right, keep } => {
            (Box::new(Semi::new([left, right], [inputs[0], inputs[1]], *keep)), inputs[0].columns.clone())
        }
        Op::Concat => (Box::new(Concat), inputs[0].columns.clone()),
        Op::Fix { body, result } => {
            let fix = Fix::new(body, *result, inputs, node.columns as usize, limits);
            let columns = fix.columns();
            (Box::new(fix), columns)
        }
        Op::Reduce { key, agg, arg } => {
            let reduce = Reduce::new(*key as usize, *agg, arg, inputs[0]);
            let columns = reduce.columns();
            (Box::new(reduce), columns)
        }
    }
}

//! Which conditions may wait for the end of a batch: those that never go back and cannot fail on the way.
//!
//! ```text
//! when views[c.ad] >= c.limit      grows with `views`: true in the middle, true at the end      may wait
//! when 10 / n >= 1                 fails while n is 0: that is told, and gone a moment later    may not
//! when s.contains(3)               s an orset: true for a moment                                may not
//! ```
//!
//! Invariant: saying "may not" too often costs time; too seldom, a failure or an effect would not be told. So only what
//! is listed is total.
//!
//! Neighbours: `batch`, which lets them wait; the checker, which says what never goes back.

use lasp_plan::{Agg, BinaryOp, Expr, ExprKind, Graph, NodeId, Op, Plan, Stability, Stage, UnaryOp};

/// Whether every `when` of a program may wait.
pub(super) fn whens_may_wait(plan: &Plan) -> bool {
    plan.whens.iter().all(|when| {
        let stability = plan.graph.nodes[when.node.0 as usize].stability;
        matches!(stability, Stability::Up | Stability::Const) && is_total(&plan.graph, when.node)
    })
}

/// Whether nothing that an operator is computed from can fail.
fn is_total(graph: &Graph, node: NodeId) -> bool {
    let mut seen = vec![false; graph.nodes.len()];
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if std::mem::replace(&mut seen[node.0 as usize], true) {
            continue;
        }
        let node = &graph.nodes[node.0 as usize];
        let total = match &node.op {
            Op::Source(..) | Op::Distinct | Op::Concat => true,
            // Computed once, before the first event.
            Op::Rows(_) => true,
            Op::Fused(stages) => stages.iter().all(|stage| match stage {
                Stage::Filter(of) | Stage::Extend(of) | Stage::Unnest(of) => total(of),
                Stage::Map(row) => row.iter().all(total),
            }),
            Op::Join { left, right } | Op::Semi { left, right, .. } => left.iter().chain(right).all(total),
            Op::LeftJoin { left, .. } => left.iter().all(total),
            Op::Reduce { agg, arg, .. } => match agg {
                Agg::Count => true,
                Agg::Sum | Agg::Avg => false,
                Agg::Min | Agg::Max | Agg::Any | Agg::All | Agg::Set | Agg::Map | Agg::Top(_) | Agg::ApproxCount => {
                    total(arg)
                }
            },
            Op::Fix { .. } | Op::Port(_) => false,
        };
        if !total {
            return false;
        }
        open.extend(&node.inputs);
    }
    true
}

/// Whether an expression has a value for every row.
fn total(expr: &Expr) -> bool {
    // Chains are long on their left side only; that side is a loop, as in the evaluator.
    let mut expr = expr;
    loop {
        expr = match &expr.kind {
            ExprKind::Const(_) | ExprKind::Local(_) => return true,
            ExprKind::Field(of, _) | ExprKind::Some(of) | ExprKind::Unary(UnaryOp::Not, of) => of,
            ExprKind::Binary(op, left, right) if compares(*op) && total(right) => left,
            ExprKind::CompareSet(_, left, right) | ExprKind::CompareDrawn(_, left, right, _) if total(right) => left,
            ExprKind::Tuple(parts) | ExprKind::Set(parts) | ExprKind::List(parts) | ExprKind::Variant(_, parts) => {
                return parts.iter().all(total);
            }
            ExprKind::If(condition, yes, no) if total(condition) && total(yes) => no,
            ExprKind::Let(_, value, body) if total(value) => body,
            _ => return false,
        };
    }
}

fn compares(op: BinaryOp) -> bool {
    use BinaryOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
    matches!(op, And | Or | Eq | Ne | Lt | Le | Gt | Ge)
}

//! Which conditions may wait for the end of a batch: those that never go back and cannot fail on the way.
//!
//! ```text
//! when views[c.ad] >= c.limit            grows with `views`: true in the middle, true at the end      may wait
//! when views[c.ad] * 2 + 1 >= c.limit    the same, while no entry of `views` is out of bounds         may wait
//! when 10 / n >= 1                       fails while n is 0: that is told, and gone a moment later    may not
//! when s.contains(3)                     s an orset: true for a moment                                may not
//! ```
//!
//! Which bounds are needed is searched for: the widest within which nothing fails. They are checked against all that
//! the views are told. Of a variable whose updates are told together at the end of a batch that is enough only if it
//! does not go further on the way: of a counter that only grows, say, and not of one that is counted up and down.
//!
//! Invariant: saying "may not" too often costs time; too seldom, a failure or an effect would not be told. So only what
//! is listed is total.
//!
//! Neighbours: `batch`, which lets them wait; `extent` (expressions), `bounds` (the watch); the checker, which says
//! what never goes back.

use lasp_lattice::Kind;
use lasp_plan::{Agg, Expr, Graph, NodeId, Op, Plan, Stability, Stage, Type, VarPlan};

use super::bounds::Bounds;
use super::extent::{Extent, Read, Search};

/// Bounds are powers of two with these exponents.
const EXPONENTS: std::ops::RangeInclusive<u32> = 0..=62;

/// Under which bounds every `when` of a program may wait, if there are such.
pub(super) fn whens_may_wait(plan: &Plan) -> Option<Bounds> {
    let keeps = |when: NodeId| matches!(plan.graph.nodes[when.0 as usize].stability, Stability::Up | Stability::Const);
    if !plan.whens.iter().all(|when| keeps(when.node)) {
        return None;
    }
    let under = |exponent: u32| {
        let mut search = Search { most: 1 << exponent, reads: Vec::new() };
        let total = plan.whens.iter().all(|when| is_total(&plan.graph, when.node, &mut search));
        let seen = |read: &Read| plan.vars.get(read.var.0 as usize).is_some_and(|var| is_told(var, read));
        (total && search.reads.iter().all(seen)).then(|| Bounds::new(search.most, search.reads))
    };
    // What may fail under the narrowest bound may fail under all.
    let narrowest = under(*EXPONENTS.start())?;
    Some(EXPONENTS.rev().find_map(under).unwrap_or(narrowest))
}

/// Whether what a variable tells bounds what it is in between. One that tells each of its updates does; one that is
/// updated cell by cell tells where a cell was and where it has come to.
fn is_told(var: &VarPlan, read: &Read) -> bool {
    let (cell, mut ty) = match (&var.kind, &var.ty) {
        (Kind::GMap(values), Type::Map(_, ty)) => (&**values, &**ty),
        (kind, ty) => (kind, ty),
    };
    if let Type::Option(inner) = ty {
        ty = inner;
    }
    match cell {
        Kind::PnCounter | Kind::BCounter => false,
        // A greater pair may have a lesser second part: only of numbers the order is that of their size.
        Kind::Max | Kind::Min => {
            read.path.len() == 1 && matches!(ty, Type::Int | Type::Nat | Type::Time | Type::Duration)
        }
        _ => true,
    }
}

/// Whether nothing that an operator is computed from can fail.
fn is_total(graph: &Graph, node: NodeId, search: &mut Search) -> bool {
    let mut needed = vec![false; graph.nodes.len()];
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut needed[node.0 as usize], true) {
            open.extend(&graph.nodes[node.0 as usize].inputs);
        }
    }
    let mut columns: Vec<Vec<Extent>> = Vec::with_capacity(graph.nodes.len());
    for (node, needed) in graph.nodes.iter().zip(needed) {
        let inputs: Vec<&[Extent]> = node.inputs.iter().map(|input| &*columns[input.0 as usize]).collect();
        let of = if needed { extents(&node.op, node.columns, &inputs, search) } else { Some(Vec::new()) };
        let Some(of) = of else { return false };
        columns.push(of);
    }
    true
}

/// The extents of an operator's columns; none if it may fail.
fn extents(op: &Op, columns: u32, inputs: &[&[Extent]], search: &mut Search) -> Option<Vec<Extent>> {
    let all = |exprs: &[Expr], input: &[Extent], search: &mut Search| -> Option<Vec<Extent>> {
        exprs.iter().map(|expr| search.extent(expr, &mut input.to_vec())).collect()
    };
    Some(match op {
        Op::Source(var, port) => {
            (0..columns).map(|column| Extent::Told(Read { var: *var, port: *port, path: vec![column] })).collect()
        }
        // Computed once, before the first event.
        Op::Rows(rows) => {
            let row = |row: &Vec<Expr>| all(row, &[], search).unwrap_or(vec![Extent::Unknown; row.len()]);
            rows.iter().map(row).reduce(either).unwrap_or(vec![Extent::NOTHING; columns as usize])
        }
        Op::Fused(stages) => {
            let mut row = inputs[0].to_vec();
            for stage in stages {
                match stage {
                    Stage::Filter(condition) => drop(search.extent(condition, &mut row.clone())?),
                    Stage::Map(exprs) => row = all(exprs, &row, search)?,
                    Stage::Extend(of) => {
                        let added = search.extent(of, &mut row.clone())?;
                        row.push(added);
                    }
                    Stage::Unnest(of) => {
                        search.extent(of, &mut row.clone())?;
                        row.push(Extent::Unknown);
                    }
                }
            }
            row
        }
        Op::Distinct => inputs[0].to_vec(),
        Op::Concat => inputs.iter().map(|input| input.to_vec()).reduce(either).unwrap_or_default(),
        Op::Join { left, right } => {
            all(left, inputs[0], search)?;
            all(right, inputs[1], search)?;
            [inputs[0], inputs[1]].concat()
        }
        Op::Semi { left, right, .. } => {
            all(left, inputs[0], search)?;
            all(right, inputs[1], search)?;
            inputs[0].to_vec()
        }
        Op::LeftJoin { left, right_key, default } => {
            all(left, inputs[0], search)?;
            let found = inputs[1].iter().skip(*right_key as usize).cloned();
            let appended = found.zip(default).map(|(found, default)| found.or(Extent::of(default)));
            inputs[0].iter().cloned().chain(appended).collect()
        }
        Op::Reduce { key, agg, arg } => {
            let arg = match agg {
                Agg::Sum | Agg::Avg => return None,
                Agg::Count => Extent::Unknown,
                _ => search.extent(arg, &mut inputs[0].to_vec())?,
            };
            let given = match agg {
                Agg::Min | Agg::Max => arg,
                Agg::Any | Agg::All => Extent::NOTHING,
                _ => Extent::Unknown,
            };
            inputs[0].iter().take(*key as usize).cloned().chain([given]).collect()
        }
        Op::Fix { .. } | Op::Port(_) => return None,
    })
}

/// Column by column, of the one row or the other.
fn either(left: Vec<Extent>, right: Vec<Extent>) -> Vec<Extent> {
    left.into_iter().zip(right).map(|(left, right)| left.or(right)).collect()
}

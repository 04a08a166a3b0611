//! Events in batches against events one by one: the same node otherwise, and the same outs and values.
//!
//! ```text
//! handle(add 1), handle(add 2), handle(remove 1)      handle_all(add [1, 2]), handle_all(remove [1])
//! ```
//!
//! Programs with a `when` on a condition that never goes back are the interesting ones: their batches are tried, and
//! taken back where it fires within.
//!
//! Neighbours: `run`, which calls it for some of the cases; `vm/tests/core/batches.rs` draws handlers instead of views.

use std::sync::Arc;

use lasp_lattice::ReplicaId;
use lasp_plan::{Plan, Value, VarId, ViewId};
use lasp_vm::{EventRow, InEvent, Node, Out};

use super::case::Case;
use super::run::Wrong;

/// Runs the events of a case both ways.
pub(super) fn check(case: &Case, plan: &Arc<Plan>) -> Result<(), Wrong> {
    let here = ReplicaId { node: 1, incarnation: 0 };
    let ((mut single, _), (mut batched, _)) = (Node::start(plan.clone(), here, 0), Node::start(plan.clone(), here, 0));
    let mut rest = &case.trace[..];
    while let Some((name, _)) = rest.first() {
        let same = rest.iter().take_while(|(each, _)| each == name).count();
        let (rows, behind) = rest.split_at(same);
        rest = behind;
        // A shrunk case may have lost the event.
        let Some(id) = single.event(name) else { continue };
        let position = plan.events.iter().position(|event| event.name == *name).unwrap_or_default();
        let event = |fields: &Vec<Value>| InEvent {
            event: u32::try_from(position).unwrap_or_default(),
            at_us: None,
            fields: fields.clone(),
        };
        let outs = rows.iter().enumerate().flat_map(|(row, (_, fields))| {
            let outs = single.handle(1, event(fields));
            outs.into_iter().map(move |out| (row, out)).collect::<Vec<_>>()
        });
        let expected: Vec<_> = outs.filter(|(_, out)| is_exact(out)).collect();
        let rows = rows.iter().map(|(_, fields)| EventRow { at_us: None, fields });
        let outs: Vec<_> = batched.handle_all(1, id, rows).into_iter().filter(|(_, out)| is_exact(out)).collect();
        same_as(&format!("outs of a batch of `{name}`"), &outs, &expected)?;
    }
    for id in (0..).take(plan.vars.len()).map(VarId) {
        same_as(&plan.var(id).name, batched.state(id), single.state(id))?;
    }
    for id in (0..).take(plan.views.len()).map(ViewId) {
        same_as(&plan.view(id).name, &batched.value(id), &single.value(id))?;
    }
    Ok(())
}

/// Of a view that fails and recovers within a batch nobody hears.
fn is_exact(out: &Out) -> bool {
    !matches!(out, Out::Poisoned { .. } | Out::Recovered { .. })
}

fn same_as<T: PartialEq + std::fmt::Debug>(name: &str, batched: &T, single: &T) -> Result<(), Wrong> {
    if batched == single {
        return Ok(());
    }
    let what = format!("`{name}`\n  in batches: {batched:?}\n  one by one: {single:?}");
    Err(Wrong { what, is_ours: false })
}

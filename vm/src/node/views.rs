//! The views of a node: the dataflow, and its rows read as values.
//!
//! ```text
//! differences of variables ─ push ─► Flow ─ step ─► rows at a sink ─ Shape ─► a number, a set, a map
//! ```
//!
//! A count that does not fit `int` has no row to stand in. It is kept here instead, by the row it would have been, and
//! every view that reads that variable's port is failed until it fits again.
//!
//! Invariant: reads show the last step; nothing that was pushed since. Whoever must not miss it steps first.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lasp_lattice::{ReplicaId, State};
use lasp_plan::{NodeId, Op, Plan, Row, Shape, Value, VarId, VarPlan, ViewId};

use crate::Failure;
use crate::diffs::Diff;
use crate::eval::{Fault, World};
use crate::flow::{Flow, Limits, Profiled};
use crate::vars::Vars;

/// A variable's port.
type Port = (VarId, u32);

pub(super) struct Views {
    plan: Arc<Plan>,
    flow: Flow,
    /// The ports above each operator that is read: all are sinks.
    above: BTreeMap<NodeId, BTreeSet<Port>>,
    /// Counts outside `int`, by port and row.
    outside: BTreeMap<Port, BTreeMap<Row, i128>>,
    /// Whether `outside` has changed since the last step.
    moved: bool,
    /// How many differences wait for the next step.
    waiting: usize,
    /// Whether nothing had failed after the last step: then nobody looks at `health`.
    well: bool,
    /// Why each sink has failed, once asked since the last step: finding out walks the graph.
    health: BTreeMap<NodeId, OnceCell<Option<Failure>>>,
}

impl Views {
    pub(super) fn new(plan: Arc<Plan>) -> Views {
        let whens: BTreeSet<NodeId> = plan.whens.iter().map(|when| when.node).collect();
        let read: BTreeSet<NodeId> = plan.views.iter().map(|view| view.node).collect();
        let sinks = &read | &whens;
        let mut ports: Vec<BTreeSet<Port>> = Vec::with_capacity(plan.graph.nodes.len());
        for node in &plan.graph.nodes {
            let mut own: BTreeSet<Port> = BTreeSet::new();
            if let Op::Source(var, port) = node.op {
                own.insert((var, port));
            }
            for input in &node.inputs {
                own.extend(ports[input.0 as usize].iter().copied());
            }
            ports.push(own);
        }
        let above: BTreeMap<_, _> = sinks.iter().map(|sink| (*sink, ports[sink.0 as usize].clone())).collect();
        let health = sinks.iter().map(|sink| (*sink, OnceCell::new())).collect();
        let sinks: Vec<NodeId> = sinks.into_iter().collect();
        let mut flow = Flow::of_plan(&plan, &sinks, Limits::default());
        // Of a condition nobody asks but whether it has come to be true.
        whens.difference(&read).for_each(|when| flow.forget_rows(*when));
        Views { plan, flow, above, outside: BTreeMap::new(), moved: false, waiting: 0, well: true, health }
    }

    /// The ports that some view or condition reads.
    pub(super) fn ports(&self) -> BTreeSet<Port> {
        self.above.values().flatten().copied().collect()
    }

    /// Takes a difference of an op that holds. Views show it after the next step.
    pub(super) fn push(&mut self, diff: Diff<'_>) {
        let port = (diff.var, diff.port);
        self.waiting += 1;
        self.moved |= diff.outside.is_some();
        match diff.outside {
            None => self.flow.push(diff.var, diff.port, diff.row, diff.weight),
            Some(n) if diff.weight > 0 => {
                self.outside.entry(port).or_default().insert(diff.row.into(), n);
            }
            Some(_) => {
                if let Some(counts) = self.outside.get_mut(&port) {
                    counts.remove(diff.row);
                    if counts.is_empty() {
                        self.outside.remove(&port);
                    }
                }
            }
        }
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.moved || self.flow.is_dirty()
    }

    /// How many differences wait for the next step.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(super) fn step(&mut self) {
        self.flow.step();
        (self.moved, self.waiting) = (false, 0);
        self.well = self.outside.is_empty() && self.flow.is_well();
        if !self.well {
            self.health.values_mut().for_each(|health| *health = OnceCell::new());
        }
    }

    /// From now on operators are timed by this clock.
    pub(super) fn measure(&mut self, clock: fn() -> u64) {
        self.flow.measure(clock);
    }

    /// What each operator has done.
    pub(super) fn profile(&self) -> Vec<Profiled> {
        self.flow.profile()
    }

    /// Whether nothing had failed after the last step. O(1).
    pub(super) fn are_well(&self) -> bool {
        self.well
    }

    /// The rows that came and went at an operator in the last step.
    pub(super) fn changes(&self, node: NodeId) -> &[(Row, i64)] {
        self.flow.changes(node)
    }

    /// Why an operator's rows cannot be relied on.
    pub(super) fn failure(&self, node: NodeId) -> Option<&Failure> {
        if self.well {
            return None;
        }
        self.health.get(&node)?.get_or_init(|| self.find_failure(node)).as_ref()
    }

    fn find_failure(&self, node: NodeId) -> Option<Failure> {
        for port in self.above.get(&node).into_iter().flatten() {
            if let Some(n) = self.outside.get(port).and_then(|counts| counts.values().next()) {
                let var = self.plan.var(port.0);
                return Some(Fault::Outside(*n).failure(var, var.place));
            }
        }
        self.flow.failure(node)
    }

    /// The value of a view, by its shape; its own failure if it has failed.
    pub(super) fn value(&self, id: ViewId) -> Result<Value, Failure> {
        let view = self.plan.view(id);
        if let Some(failure) = self.failure(view.node) {
            return Err(failure.clone());
        }
        let rows = || self.flow.rows(view.node).into_iter();
        match view.shape {
            Shape::Set => Ok(Value::Set(rows().filter_map(|row| row.first().cloned()).collect())),
            Shape::Map => Ok(Value::Map(rows().filter_map(|row| entry(&row)).collect())),
            Shape::Scalar => rows().next().and_then(|row| row.first().cloned()).ok_or_else(|| {
                // A variable whose initial value failed: the failure was reported when the program started.
                Failure::new("R0706", format!("`{}` has no value", view.name), view.place)
            }),
        }
    }

    /// The operator to look into, if the view has not failed and its rows are its elements.
    fn readable(&self, id: ViewId) -> Result<(NodeId, Shape), Failure> {
        let view = self.plan.view(id);
        match self.failure(view.node) {
            Some(failure) => Err(self.read_failed(id, failure.clone())),
            None => Ok((view.node, view.shape)),
        }
    }

    /// R0706: what a reader of a failed view gets.
    fn read_failed(&self, id: ViewId, cause: Failure) -> Failure {
        let message = match cause.code {
            "R0706" => cause.message,
            code => format!("`{}` has failed: {} ({code})", self.plan.view(id).name, cause.message),
        };
        Failure { code: "R0706", message, place: cause.place, row: cause.row }
    }
}

/// An entry of a map from a row of two columns.
fn entry(row: &Row) -> Option<(Value, Value)> {
    match &**row {
        [key, value] => Some((key.clone(), value.clone())),
        _ => None,
    }
}

/// The element of a view that a row stands for: an entry is a pair.
pub(super) fn element(shape: Shape, row: &Row) -> Option<Value> {
    match shape {
        Shape::Scalar | Shape::Set => row.first().cloned(),
        Shape::Map => entry(row).map(|(key, value)| Value::tuple([key, value])),
    }
}

/// The variables as they are now and the views as they were at the last step: what a handler reads.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) plan: &'a Plan,
    pub(super) vars: &'a Vars,
    pub(super) views: &'a Views,
    pub(super) replica: ReplicaId,
}

impl World for Here<'_> {
    fn var(&self, id: VarId) -> (&State<Value>, &VarPlan) {
        (self.vars.state(id), self.plan.var(id))
    }

    fn view(&self, id: ViewId) -> Result<Value, Failure> {
        self.views.value(id).map_err(|cause| self.views.read_failed(id, cause))
    }

    fn view_contains(&self, id: ViewId, item: &Value) -> Result<bool, Failure> {
        let (node, shape) = self.views.readable(id)?;
        match shape {
            Shape::Set => Ok(self.views.flow.contains(node, std::slice::from_ref(item))),
            Shape::Map => Ok(self.views.flow.lookup(node, item).is_some()),
            Shape::Scalar => Ok(match self.view(id)? {
                Value::Set(items) => items.binary_search(item).is_ok(),
                Value::Map(entries) => entries.binary_search_by(|(key, _)| key.cmp(item)).is_ok(),
                Value::List(items) => items.contains(item),
                _ => false,
            }),
        }
    }

    fn view_len(&self, id: ViewId) -> Result<usize, Failure> {
        let (node, shape) = self.views.readable(id)?;
        match shape {
            Shape::Set | Shape::Map => Ok(self.views.flow.len(node)),
            Shape::Scalar => Ok(match self.view(id)? {
                Value::Set(items) | Value::List(items) => items.len(),
                Value::Map(entries) => entries.len(),
                _ => 0,
            }),
        }
    }

    fn view_lookup(&self, id: ViewId, key: &Value) -> Result<Option<Value>, Failure> {
        let (node, shape) = self.views.readable(id)?;
        match shape {
            Shape::Map => Ok(self.views.flow.lookup(node, key).and_then(|row| row.get(1).cloned())),
            Shape::Set | Shape::Scalar => Ok(match self.view(id)? {
                Value::Map(entries) => {
                    entries.binary_search_by(|(k, _)| k.cmp(key)).ok().map(|at| entries[at].1.clone())
                }
                _ => None,
            }),
        }
    }

    fn replica(&self) -> ReplicaId {
        self.replica
    }
}

//! The scheduler: which operators a step visits, in what order, and what can be read afterwards.
//!
//! ```text
//! push ─► pending of a source, its bit set
//! step ─► while a bit is set: visit the least operator ─► its output, if any ─► set the bits of its readers
//! ```
//!
//! Operators are renumbered without those that no sink needs; numbers grow from inputs to readers, so the least set bit is
//! always one whose inputs are complete, and each operator is visited at most once in a step. Two sources of one variable
//! and port are one operator.
//!
//! Invariants:
//! - `outs[i]` is the difference of operator `i` in the step at hand, else empty; only a sink's stays until the next step,
//!   sorted, as its [`Flow::changes`];
//! - a halted operator (a limit was exceeded above or at it) is never visited, has no state and no output.

use lasp_plan::{Graph, NodeId, Op, Place, Row, Value, VarId};
use rustc_hash::FxHashMap;

use super::Limits;
use super::batch::Batch;
use super::dirty::Dirty;
use super::errors::Errors;
use super::operator::{Inputs, Operator, build};
use super::sink::Sink;
use super::work::{Excess, Work};
use crate::Failure;

/// The running dataflow of a plan.
///
/// ```
/// use lasp_plan::{Graph, Node, NodeId, Op, Place, Stability, Value, VarId};
/// use lasp_vm::flow::{Flow, Limits};
///
/// let node = |op, inputs| Node {
///     op,
///     inputs,
///     columns: 1,
///     detail: String::new(),
///     name: None,
///     stability: Stability::Eventual,
///     place: Place::default(),
/// };
/// let graph = Graph { nodes: vec![node(Op::Source(VarId(0), 0), vec![]), node(Op::Distinct, vec![NodeId(0)])] };
/// let mut flow = Flow::new(&graph, &[NodeId(1)], Limits::default());
/// flow.push(VarId(0), 0, [Value::Int(7)].into(), 1);
/// flow.step();
/// assert_eq!(flow.changes(NodeId(1)), [([Value::Int(7)].into(), 1)]);
/// assert!(flow.contains(NodeId(1), &[Value::Int(7)]));
/// ```
pub struct Flow {
    limits: Limits,
    /// Operators that some sink needs, inputs before readers.
    cells: Vec<Cell>,
    /// The difference of each in this step.
    outs: Vec<Batch>,
    /// Position in `cells` by node.
    cell_of: Vec<Option<u32>>,
    /// The operators that rows are pushed into.
    sources: FxHashMap<Inlet, u32>,
    dirty: Dirty,
    /// Sinks that changed in the last step.
    changed: Vec<u32>,
    /// Other operators that have an output in this step.
    filled: Vec<u32>,
    /// The first limit that an operator exceeded.
    excess: Option<Excess>,
}

/// Where rows are pushed into.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Inlet {
    /// A variable at one of its ports.
    Var(VarId, u32),
    /// A port of a body.
    Port(u32),
}

/// An operator in its place.
struct Cell {
    /// `None` once it is halted.
    operator: Option<Box<dyn Operator>>,
    ports: Vec<u32>,
    readers: Vec<u32>,
    /// Of a source: rows that wait for a step.
    pending: Vec<(Row, i64)>,
    errors: Errors,
    /// The limit it exceeded itself.
    excess: Option<Failure>,
    sink: Option<Sink>,
    detail: String,
    place: Place,
}

impl Flow {
    /// Prepares the operators that the sinks need; the others cost nothing. Constant rows wait for the first step.
    ///
    /// `sinks` are the operators whose relation can be read and whose changes are reported.
    ///
    /// # Panics
    /// If the graph is not in topological order, or a sink is not in it.
    #[must_use]
    pub fn new(graph: &Graph, sinks: &[NodeId], limits: Limits) -> Flow {
        let needed = needed(graph, sinks);
        let mut flow = Flow {
            limits,
            cells: Vec::new(),
            outs: Vec::new(),
            cell_of: vec![None; graph.nodes.len()],
            sources: FxHashMap::default(),
            dirty: Dirty::new(graph.nodes.len()),
            changed: Vec::new(),
            filled: Vec::new(),
            excess: None,
        };
        for (at, node) in graph.nodes.iter().enumerate().filter(|(at, _)| needed[*at]) {
            let number = u32::try_from(flow.cells.len()).expect("a plan has fewer operators than numbers");
            let inlet = match node.op {
                Op::Source(var, port) => Some(Inlet::Var(var, port)),
                Op::Port(port) => Some(Inlet::Port(port)),
                _ => None,
            };
            if let Some(inlet) = inlet {
                let number = *flow.sources.entry(inlet).or_insert(number);
                flow.cell_of[at] = Some(number);
                if (number as usize) < flow.cells.len() {
                    continue;
                }
            }
            flow.cell_of[at] = Some(number);
            let ports: Vec<u32> =
                node.inputs.iter().map(|input| flow.cell_of[input.0 as usize].expect("inputs come first")).collect();
            for port in &ports {
                let readers = &mut flow.cells[*port as usize].readers;
                if readers.last() != Some(&number) {
                    readers.push(number);
                }
            }
            if let Op::Rows(_) = node.op {
                flow.dirty.insert(number as usize);
            }
            flow.outs.push(Batch::default());
            flow.cells.push(Cell {
                operator: Some(build(node, limits)),
                ports,
                readers: Vec::new(),
                pending: Vec::new(),
                errors: Errors::default(),
                excess: None,
                sink: None,
                detail: node.detail.clone(),
                place: node.place,
            });
        }
        for sink in sinks {
            let number = flow.cell_of[sink.0 as usize].expect("a sink is needed");
            flow.cells[number as usize].sink = Some(Sink::default());
        }
        flow
    }

    /// Buffers a visible difference of a variable at one of its ports, for the next step. O(1).
    ///
    /// What is not read by any sink is ignored.
    pub fn push(&mut self, var: VarId, port: u32, row: Row, weight: i64) {
        self.push_into(Inlet::Var(var, port), row, weight);
    }

    /// The same for a port of a body.
    pub(super) fn push_port(&mut self, port: u32, row: Row, weight: i64) {
        self.push_into(Inlet::Port(port), row, weight);
    }

    fn push_into(&mut self, inlet: Inlet, row: Row, weight: i64) {
        if let Some(number) = self.sources.get(&inlet) {
            self.cells[*number as usize].pending.push((row, weight));
            self.dirty.insert(*number as usize);
        }
    }

    /// The limit that an operator exceeded, if one did: what it and its readers show is of no use any more.
    pub(super) fn excess(&self) -> Option<Excess> {
        self.excess
    }

    /// How many rows and failures all operators keep. O(operators).
    pub(super) fn kept(&self) -> usize {
        let of = |cell: &Cell| {
            let operator = cell.operator.as_ref().map_or(0, |operator| operator.kept());
            operator + cell.errors.len() + cell.sink.as_ref().map_or(0, Sink::len)
        };
        self.cells.iter().map(of).sum()
    }

    /// Whether a step would do anything.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Propagates everything that waits, in one topological pass: afterwards all sinks show the same cut.
    ///
    /// Costs as much as what the changes reach; nothing for the rest of the graph.
    pub fn step(&mut self) {
        for number in self.changed.drain(..) {
            self.outs[number as usize].clear();
        }
        while let Some(number) = self.dirty.pop_first() {
            self.visit(number);
        }
        for number in self.filled.drain(..) {
            self.outs[number as usize].clear();
        }
    }

    /// The changes of a sink in the last step: each row once, in order, with its weight.
    ///
    /// # Panics
    /// If the operator is not a sink; this holds for all readings of sinks.
    #[must_use]
    pub fn changes(&self, sink: NodeId) -> &[(Row, i64)] {
        let (number, _) = self.sink(sink);
        &self.outs[number].rows
    }

    /// The current rows of a sink, in order, each once. After a limit was exceeded they are those of the last good step.
    pub fn rows(&self, sink: NodeId) -> impl Iterator<Item = &Row> {
        self.sink(sink).1.rows()
    }

    /// Whether a sink holds a row. O(log n).
    #[must_use]
    pub fn contains(&self, sink: NodeId, row: &[Value]) -> bool {
        self.sink(sink).1.contains(row)
    }

    /// How many different rows a sink holds.
    #[must_use]
    pub fn len(&self, sink: NodeId) -> usize {
        self.sink(sink).1.len()
    }

    /// Whether a sink holds no row.
    #[must_use]
    pub fn is_empty(&self, sink: NodeId) -> bool {
        self.len(sink) == 0
    }

    /// The first row of a sink whose first column is `key`: the entry of a map. O(log n).
    #[must_use]
    pub fn lookup(&self, sink: NodeId, key: &Value) -> Option<&Row> {
        self.sink(sink).1.lookup(key)
    }

    /// Why the relation of an operator is not to be trusted: the least failure at it or at anything it reads, directly or
    /// not. `None` if it is healthy (or if no sink needs it).
    #[must_use]
    pub fn failure(&self, node: NodeId) -> Option<Failure> {
        let mut seen = vec![false; self.cells.len()];
        let mut open: Vec<u32> = self.cell_of[node.0 as usize].into_iter().collect();
        let mut least: Option<&Failure> = None;
        while let Some(number) = open.pop() {
            if std::mem::replace(&mut seen[number as usize], true) {
                continue;
            }
            let cell = &self.cells[number as usize];
            let inside = cell.operator.as_ref().and_then(|operator| operator.failure());
            least = least.into_iter().chain(cell.errors.least()).chain(&cell.excess).chain(inside).min();
            open.extend(&cell.ports);
        }
        least.cloned()
    }

    fn sink(&self, node: NodeId) -> (usize, &Sink) {
        let number = self.cell_of[node.0 as usize].map(|number| number as usize);
        let sink = number.and_then(|number| Some((number, self.cells[number].sink.as_ref()?)));
        sink.unwrap_or_else(|| panic!("operator {} is not a sink of this flow", node.0))
    }

    /// Lets one operator answer to what reached it.
    fn visit(&mut self, number: usize) {
        let cell = &mut self.cells[number];
        let (earlier, rest) = self.outs.split_at_mut(number);
        let out = &mut rest[0];
        // Only a source has something pending.
        if !cell.pending.is_empty() {
            std::mem::swap(&mut out.rows, &mut cell.pending);
        }
        let Some(operator) = &mut cell.operator else {
            return out.clear();
        };
        let mut work = Work::new(out, &mut cell.errors, self.limits.produced_max);
        operator.apply(&Inputs { outs: earlier, ports: &cell.ports }, &mut work);
        let mut result = work.finish();
        if result.is_ok() && operator.kept() + cell.errors.len() > self.limits.rows_max {
            result = Err(Excess::Kept);
        }
        if let (Ok(()), Some(sink)) = (result, &mut cell.sink) {
            let at_most = sink.len() + out.rows.len();
            if at_most > self.limits.rows_max && sink.len_after(&out.rows) > self.limits.rows_max {
                result = Err(Excess::Kept);
            } else {
                out.sort();
                sink.apply(&out.rows);
            }
        }
        match result {
            Err(excess) => self.halt(number, excess),
            Ok(()) if out.rows.is_empty() => {}
            Ok(()) => {
                let filled = if cell.sink.is_some() { &mut self.changed } else { &mut self.filled };
                filled.push(number as u32);
                for reader in &cell.readers {
                    self.dirty.insert(*reader as usize);
                }
            }
        }
    }

    /// Stops an operator that exceeded a limit and all that read it, directly or not, and gives their state back.
    #[cold]
    fn halt(&mut self, number: usize, excess: Excess) {
        self.excess.get_or_insert(excess);
        let cell = &mut self.cells[number];
        let what = if cell.detail.is_empty() { "this".to_string() } else { format!("`{}`", cell.detail) };
        let message = match excess {
            Excess::Produced => format!("{what} gives more than {} rows at once", self.limits.produced_max),
            Excess::Kept => format!("{what} needs more than {} rows to be kept", self.limits.rows_max),
            Excess::Weight => format!("{what} gives a row too many times over"),
            Excess::Rounds => {
                format!("{what} comes to no end: after {} rounds it still finds new elements", self.limits.rounds_max)
            }
        };
        cell.excess = Some(Failure::new("R0705", message, cell.place));
        let mut open = vec![number as u32];
        while let Some(number) = open.pop() {
            let cell = &mut self.cells[number as usize];
            if cell.operator.take().is_some() {
                // Failures of rows would stay for ever, now that nobody takes them back.
                cell.errors.clear();
                self.outs[number as usize] = Batch::default();
                open.extend(&cell.readers);
            }
        }
    }
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let halted = self.cells.iter().filter(|cell| cell.operator.is_none()).count();
        let mut debug = f.debug_struct("Flow");
        debug.field("operators", &self.cells.len()).field("halted", &halted).field("dirty", &self.is_dirty());
        debug.finish_non_exhaustive()
    }
}

/// Which operators the sinks need, themselves included.
fn needed(graph: &Graph, sinks: &[NodeId]) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes.len()];
    for sink in sinks {
        needed[sink.0 as usize] = true;
    }
    for (at, node) in graph.nodes.iter().enumerate().rev() {
        for input in &node.inputs {
            assert!((input.0 as usize) < at, "operator {at} reads a later one");
            if needed[at] {
                needed[input.0 as usize] = true;
            }
        }
    }
    needed
}

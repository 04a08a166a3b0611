//! The scheduler: which operators a step visits, in what order, and what can be read afterwards.
//!
//! ```text
//! push ─► pending of a source, its bit set
//! step ─► while a bit is set: visit the least operator ─► its output, if any ─► set the bits of its readers
//! ```
//!
//! Operators are renumbered without those that no sink needs; numbers grow from inputs to readers, so the least set bit
//! is always one whose inputs are complete, and each operator is visited at most once in a step. Two sources of one
//! variable and port are one operator. Where an operator wants its input in other representations than it comes in,
//! another one between the two converts it.
//!
//! Invariants:
//! - `outs[i]` is the difference of operator `i` in the step at hand, else empty; only a sink's stays until the next
//!   step, to become its [`Flow::changes`];
//! - a halted operator (a limit was exceeded above or at it) is never visited, has no state and no output.

use lasp_plan::{Graph, Node, NodeId, Op, Plan, Row, Type, Value, VarId};
use rustc_hash::FxHashMap;

use super::Limits;
use super::cell::Cell;
use super::dirty::Dirty;
use super::errors::Errors;
use super::fused::Fused;
use super::operator::{Inputs, Operator, build, wanted};
use super::ports::ports;
use super::profile::{Effort, Profiled};
use super::relation::Weights;
use super::repr::Repr;
use super::rows::{Layout, RowRef, Rows};
use super::sink::Sink;
use super::source::Source;
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
/// flow.push(VarId(0), 0, &[Value::Int(7)], 1);
/// flow.step();
/// assert_eq!(flow.changes(NodeId(1)), [([Value::Int(7)].into(), 1)]);
/// assert!(flow.contains(NodeId(1), &[Value::Int(7)]));
/// ```
pub struct Flow {
    limits: Limits,
    /// Operators that some sink needs, inputs before readers.
    cells: Vec<Cell>,
    /// The difference of each in this step.
    outs: Vec<Rows>,
    /// Position in `cells` by node.
    cell_of: Vec<Option<u32>>,
    /// The operators that rows are pushed into.
    sources: FxHashMap<Inlet, u32>,
    /// The one that was pushed into last: a variable tells many rows in a row.
    latest: Option<(Inlet, u32)>,
    dirty: Dirty,
    /// Sinks that changed in the last step.
    changed: Vec<u32>,
    /// Other operators that have an output in this step.
    filled: Vec<u32>,
    /// The first limit that an operator exceeded.
    excess: Option<Excess>,
    /// How many operators have a failure of their own.
    ill: usize,
    /// Nanoseconds since some moment, lent by who wants to know where the time goes.
    clock: Option<fn() -> u64>,
}

/// Where rows are pushed into.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Inlet {
    /// A variable at one of its ports.
    Var(VarId, u32),
    /// A port of a body.
    Port(u32),
}

/// What is known of the rows of a source: the columns of a variable's port, or of a port of a body. None: nothing.
type Columns<'a> = dyn Fn(Inlet) -> Vec<Repr> + 'a;

impl Flow {
    /// Prepares the operators that the sinks need; the others cost nothing. Constant rows wait for the first step.
    ///
    /// `sinks` are the operators whose relation can be read and whose changes are reported. Sources may hold anything.
    ///
    /// # Panics
    /// If the graph is not in topological order, or a sink is not in it.
    #[must_use]
    pub fn new(graph: &Graph, sinks: &[NodeId], limits: Limits) -> Flow {
        Flow::build(graph, sinks, limits, &|_| Vec::new())
    }

    /// The same for sources of which the types of the columns are known, so that their rows take less room and time.
    /// What is pushed must be of these types.
    #[must_use]
    pub fn typed(graph: &Graph, sinks: &[NodeId], limits: Limits, types: &dyn Fn(VarId, u32) -> Vec<Type>) -> Flow {
        let of = |inlet| match inlet {
            Inlet::Var(var, port) => types(var, port).iter().map(Repr::of).collect(),
            Inlet::Port(_) => Vec::new(),
        };
        Flow::build(graph, sinks, limits, &of)
    }

    /// The dataflow of a plan.
    #[must_use]
    pub fn of_plan(plan: &Plan, sinks: &[NodeId], limits: Limits) -> Flow {
        let vars: Vec<Vec<Vec<Repr>>> = plan.vars.iter().map(ports).collect();
        let of = |inlet| match inlet {
            Inlet::Var(var, port) => {
                let var: Option<&Vec<Vec<Repr>>> = vars.get(var.0 as usize);
                var.and_then(|ports| ports.get(port as usize)).cloned().unwrap_or_default()
            }
            Inlet::Port(_) => Vec::new(),
        };
        Flow::build(&plan.graph, sinks, limits, &of)
    }

    /// A body whose ports have these columns.
    pub(super) fn of_body(body: &Graph, result: NodeId, limits: Limits, columns: &[Vec<Repr>]) -> Flow {
        let of = |inlet| match inlet {
            Inlet::Port(port) => columns.get(port as usize).cloned().unwrap_or_default(),
            Inlet::Var(..) => Vec::new(),
        };
        Flow::build(body, &[result], limits, &of)
    }

    fn build(graph: &Graph, sinks: &[NodeId], limits: Limits, columns: &Columns<'_>) -> Flow {
        let needed = needed(graph, sinks);
        let mut flow = Flow {
            limits,
            cells: Vec::new(),
            outs: Vec::new(),
            cell_of: vec![None; graph.nodes.len()],
            sources: FxHashMap::default(),
            dirty: Dirty::new(0),
            changed: Vec::new(),
            filled: Vec::new(),
            latest: None,
            excess: None,
            ill: 0,
            clock: None,
        };
        let mut constants = Vec::new();
        for (at, node) in graph.nodes.iter().enumerate().filter(|(at, _)| needed[*at]) {
            let id = NodeId(u32::try_from(at).expect("a plan has fewer operators than numbers"));
            let inlet = match node.op {
                Op::Source(var, port) => Some(Inlet::Var(var, port)),
                Op::Port(port) => Some(Inlet::Port(port)),
                _ => None,
            };
            flow.cell_of[at] = Some(match inlet {
                Some(inlet) => match flow.sources.get(&inlet) {
                    Some(number) => *number,
                    None => {
                        let layout = Layout::new(fitting(columns(inlet), node.columns as usize));
                        let number = flow.add(Box::new(Source), Vec::new(), layout, (id, node));
                        flow.sources.insert(inlet, number);
                        number
                    }
                },
                None => flow.add_operator(id, node),
            });
            if let Op::Rows(_) = node.op {
                constants.extend(flow.cell_of[at]);
            }
        }
        flow.dirty = Dirty::new(flow.cells.len());
        constants.into_iter().for_each(|number| flow.dirty.insert(number as usize));
        for sink in sinks {
            let cell = &mut flow.cells[flow.cell_of[sink.0 as usize].expect("a sink is needed") as usize];
            let there = cell.operator.as_ref().is_some_and(|operator| operator.relation().is_some());
            cell.sink = Some(Sink::new(&cell.layout, there));
        }
        flow
    }

    /// An operator that is no source, with what converts its inputs.
    fn add_operator(&mut self, id: NodeId, node: &Node) -> u32 {
        let number = |input: &NodeId| self.cell_of[input.0 as usize].expect("inputs come first");
        let mut inputs: Vec<u32> = node.inputs.iter().map(number).collect();
        let wanted = wanted(node, &self.layouts(&inputs));
        for (input, wanted) in inputs.iter_mut().zip(wanted) {
            if let Some(wanted) = wanted.filter(|wanted| self.cells[*input as usize].layout.columns != *wanted) {
                let convert = Fused::convert(&self.cells[*input as usize].layout, &wanted);
                *input = self.add(Box::new(convert), vec![*input], Layout::new(wanted), (id, node));
                self.cells[*input as usize].converts = true;
            }
        }
        let (operator, columns) = build(node, &self.layouts(&inputs), self.limits);
        self.add(operator, inputs, Layout::new(columns), (id, node))
    }

    fn layouts(&self, numbers: &[u32]) -> Vec<&Layout> {
        numbers.iter().map(|number| &self.cells[*number as usize].layout).collect()
    }

    fn add(
        &mut self,
        operator: Box<dyn Operator>,
        ports: Vec<u32>,
        layout: Layout,
        (id, node): (NodeId, &Node),
    ) -> u32 {
        let number = u32::try_from(self.cells.len()).expect("a plan has fewer operators than numbers");
        for port in &ports {
            let cell = &mut self.cells[*port as usize];
            cell.each_once |= operator.wants_each_once();
            if cell.readers.last() != Some(&number) {
                cell.readers.push(number);
            }
        }
        self.outs.push(Rows::new(layout.size()));
        self.cells.push(Cell {
            operator: Some(operator),
            ports,
            readers: Vec::new(),
            pending: Rows::new(layout.size()),
            layout,
            each_once: false,
            errors: Errors::default(),
            excess: None,
            sink: None,
            node: id,
            converts: false,
            weighed: 0,
            effort: Effort::default(),
            detail: node.detail.clone(),
            place: node.place,
        });
        number
    }

    /// Buffers a visible difference of a variable at one of its ports, for the next step. O(1).
    ///
    /// What is not read by any sink is ignored.
    pub fn push(&mut self, var: VarId, port: u32, row: &[Value], weight: i64) {
        let inlet = Inlet::Var(var, port);
        let number = match self.latest {
            Some((latest, number)) if latest == inlet => number,
            _ => match self.sources.get(&inlet) {
                Some(number) => *number,
                None => return,
            },
        };
        self.latest = Some((inlet, number));
        let cell = &mut self.cells[number as usize];
        cell.layout.encode(row.iter(), &mut cell.pending.words, &mut cell.pending.objects);
        cell.pending.weights.push(weight);
        self.dirty.insert(number as usize);
    }

    /// The same for a port of a body, whose columns the row has.
    pub(super) fn push_port(&mut self, port: u32, row: RowRef<'_>, weight: i64) {
        if let Some(number) = self.sources.get(&Inlet::Port(port)) {
            self.cells[*number as usize].pending.push(row, weight);
            self.dirty.insert(*number as usize);
        }
    }

    /// The columns of an operator's rows.
    pub(super) fn columns(&self, node: NodeId) -> &[Repr] {
        &self.cells[self.cell_of[node.0 as usize].expect("it is needed") as usize].layout.columns
    }

    /// The limit that an operator exceeded, if one did: what it and its readers show is of no use any more.
    pub(super) fn excess(&self) -> Option<Excess> {
        self.excess
    }

    /// How many rows and failures all operators keep. O(operators).
    pub(super) fn kept(&self) -> usize {
        self.cells.iter().map(Cell::kept).sum()
    }

    /// About how many bytes all operators keep. O(operators).
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.cells.iter().map(Cell::bytes).sum()
    }

    /// From now on the time of each visit is measured by this clock: nanoseconds since some moment.
    pub fn measure(&mut self, clock: fn() -> u64) {
        self.clock = Some(clock);
    }

    /// What each operator has done, inputs before readers.
    #[must_use]
    pub fn profile(&self) -> Vec<Profiled> {
        let of = |cell: &Cell| Profiled {
            node: cell.node,
            converts: cell.converts,
            effort: cell.effort,
            rows_kept: cell.kept(),
            bytes_kept: cell.bytes(),
        };
        self.cells.iter().map(of).collect()
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
            if let Some(sink) = &mut self.cells[number as usize].sink {
                sink.begin();
            }
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
        let (number, sink) = self.sink(sink);
        if self.outs[number].is_empty() {
            return &[];
        }
        sink.changes(&self.outs[number])
    }

    /// From now on only the changes of a sink are asked for: its rows are kept only where the operator needs them
    /// itself.
    pub fn forget_rows(&mut self, sink: NodeId) {
        let number = self.sink(sink).0;
        if let Some(sink) = &mut self.cells[number].sink {
            sink.forget_rows();
        }
    }

    /// Whether a sink has changed in the last step. O(1).
    #[must_use]
    pub fn has_changed(&self, sink: NodeId) -> bool {
        !self.outs[self.sink(sink).0].is_empty()
    }

    /// The changes of a sink in the last step as they lie, each row once.
    pub(super) fn net_changes(&self, sink: NodeId) -> Rows {
        let mut once = self.outs[self.sink(sink).0].clone();
        // Weights that overflow have stopped the operator.
        let _ = once.consolidate();
        once
    }

    /// The current rows of a sink, in order, each once. O(n log n).
    #[must_use]
    pub fn rows(&self, sink: NodeId) -> Vec<Row> {
        let (number, sink) = self.sink(sink);
        sink.rows(self.relation(number))
    }

    /// Visits the rows of a sink as they lie.
    pub(super) fn each_row(&self, sink: NodeId, visit: impl FnMut(RowRef<'_>)) {
        let (number, sink) = self.sink(sink);
        sink.each(self.relation(number), visit);
    }

    /// Whether a sink holds a row.
    pub(super) fn holds(&self, sink: NodeId, row: RowRef<'_>) -> bool {
        let (number, sink) = self.sink(sink);
        sink.holds(row, self.relation(number))
    }

    /// Whether a sink holds a row. O(1).
    #[must_use]
    pub fn contains(&self, sink: NodeId, row: &[Value]) -> bool {
        let (number, sink) = self.sink(sink);
        sink.contains(row, self.relation(number))
    }

    /// How many different rows a sink holds.
    #[must_use]
    pub fn len(&self, sink: NodeId) -> usize {
        let (number, sink) = self.sink(sink);
        sink.len(self.relation(number))
    }

    /// Whether a sink holds no row.
    #[must_use]
    pub fn is_empty(&self, sink: NodeId) -> bool {
        self.len(sink) == 0
    }

    /// The first row of a sink whose first column is `key`: the entry of a map. O(1).
    #[must_use]
    pub fn lookup(&self, sink: NodeId, key: &Value) -> Option<Row> {
        let (number, sink) = self.sink(sink);
        sink.lookup(key, self.relation(number))
    }

    /// The rows that an operator keeps itself.
    fn relation(&self, number: usize) -> Option<&Weights> {
        self.cells[number].operator.as_ref().and_then(|operator| operator.relation())
    }

    /// Whether nothing has failed anywhere. O(1).
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.ill == 0
    }

    /// Why the relation of an operator is not to be trusted: the least failure at it or at anything it reads, directly
    /// or not. `None` if it is healthy (or if no sink needs it).
    #[must_use]
    pub fn failure(&self, node: NodeId) -> Option<Failure> {
        if self.is_well() {
            return None;
        }
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
        let began = self.clock.map(|clock| clock());
        let cell = &mut self.cells[number];
        let was_ill = cell.is_ill();
        let read: usize = cell.ports.iter().map(|port| self.outs[*port as usize].len()).sum();
        let read = read + cell.pending.len();
        let (earlier, rest) = self.outs.split_at_mut(number);
        let out = &mut rest[0];
        // Only a source has something pending.
        if !cell.pending.is_empty() {
            std::mem::swap(out, &mut cell.pending);
        }
        let Some(operator) = &mut cell.operator else {
            return out.clear();
        };
        let mut work = Work::new(out, &mut cell.errors, self.limits.produced_max);
        operator.apply(&Inputs { outs: earlier, ports: &cell.ports }, &mut work);
        let mut result = work.finish(cell.each_once);
        let mut kept = operator.kept() + cell.errors.len();
        if result.is_ok() && kept > self.limits.rows_max {
            result = Err(Excess::Kept);
        }
        if let (Ok(()), Some(sink)) = (result, &mut cell.sink) {
            let at_most = sink.own_len() + out.len();
            if at_most > self.limits.rows_max && sink.len_after(out) > self.limits.rows_max {
                result = Err(Excess::Kept);
            } else {
                sink.apply(out);
                kept += sink.own_len();
            }
        }
        if result.is_ok() && cell.is_too_heavy(kept, self.limits.bytes_max) {
            result = Err(Excess::Bytes);
        }
        self.ill = self.ill + usize::from(cell.is_ill()) - usize::from(was_ill);
        cell.effort.batches += 1;
        cell.effort.rows_in += read as u64;
        cell.effort.rows_out += out.len() as u64;
        if let (Some(clock), Some(began)) = (self.clock, began) {
            cell.effort.nanos += clock().saturating_sub(began);
        }
        match result {
            Err(excess) => self.halt(number, excess),
            Ok(()) if out.is_empty() => {}
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
            Excess::Bytes => format!("{what} needs more than {} bytes for the rows it keeps", self.limits.bytes_max),
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
                self.outs[number as usize].clear();
                open.extend(&cell.readers);
            }
        }
        self.ill = self.cells.iter().filter(|cell| cell.is_ill()).count();
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

/// The columns that are known, if they are as many as there are.
fn fitting(known: Vec<Repr>, columns: usize) -> Vec<Repr> {
    if known.len() == columns { known } else { vec![Repr::Boxed; columns] }
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

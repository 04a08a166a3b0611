//! Small programs for the examples: graphs node by node, relations of ints, one line per step.
//!
//! ```ignore
//! let mut program = Program::new();
//! let source = program.source(0, 2);
//! let sum = program.reduce(source, 1, Agg::Sum, local(1));
//! let mut flow = program.flow(&[sum]);
//! flow.add(0, ints([1, 3]));
//! assert_eq!(flow.step(sum), ["+(1, 3)"]);
//! ```

use lasp_plan::format::untyped_text_of;
use lasp_plan::{Agg, BinaryOp, Expr, ExprKind, Graph, Node, NodeId, Op, Place, Row, Stability, Stage, Value, VarId};
use lasp_vm::flow::{Flow, Limits};

/// A graph in the making.
#[derive(Default)]
pub struct Program {
    graph: Graph,
}

impl Program {
    pub fn new() -> Program {
        Program::default()
    }

    pub fn node(&mut self, op: Op, inputs: &[NodeId], columns: u32) -> NodeId {
        let detail = format!("operator {}", self.graph.nodes.len());
        self.graph.nodes.push(Node {
            op,
            inputs: inputs.to_vec(),
            columns,
            detail,
            name: None,
            stability: Stability::Eventual,
            place: Place::default(),
        });
        NodeId(self.graph.nodes.len() as u32 - 1)
    }

    pub fn source(&mut self, var: u32, columns: u32) -> NodeId {
        self.node(Op::Source(VarId(var), 0), &[], columns)
    }

    pub fn fused(&mut self, input: NodeId, stages: Vec<Stage>, columns: u32) -> NodeId {
        self.node(Op::Fused(stages), &[input], columns)
    }

    pub fn reduce(&mut self, input: NodeId, key: u32, agg: Agg, arg: Expr) -> NodeId {
        self.node(Op::Reduce { key, agg, arg }, &[input], key + 1)
    }

    /// A product, without keys.
    pub fn product(&mut self, left: NodeId, right: NodeId) -> NodeId {
        let columns = self.graph.nodes[left.0 as usize].columns + self.graph.nodes[right.0 as usize].columns;
        self.node(Op::Join { left: vec![], right: vec![] }, &[left, right], columns)
    }

    /// The graph, to be the body of another.
    pub fn into_graph(self) -> Graph {
        self.graph
    }

    pub fn flow(&self, sinks: &[NodeId]) -> Running {
        self.flow_within(sinks, Limits::default())
    }

    pub fn flow_within(&self, sinks: &[NodeId], limits: Limits) -> Running {
        Running { flow: Flow::new(&self.graph, sinks, limits) }
    }
}

/// A program at work.
pub struct Running {
    pub flow: Flow,
}

impl Running {
    pub fn add(&mut self, var: u32, row: Row) {
        self.flow.push(VarId(var), 0, &row, 1);
    }

    pub fn remove(&mut self, var: u32, row: Row) {
        self.flow.push(VarId(var), 0, &row, -1);
    }

    /// One step; the changes of a sink as text: `+(1, 3)`, `-(1, 2)*2`.
    pub fn step(&mut self, sink: NodeId) -> Vec<String> {
        self.flow.step();
        self.changes(sink)
    }

    pub fn changes(&self, sink: NodeId) -> Vec<String> {
        let text = |(row, weight): &(Row, i64)| {
            let times = if weight.abs() == 1 { String::new() } else { format!("*{}", weight.abs()) };
            format!("{}{}{times}", if *weight > 0 { '+' } else { '-' }, untyped_text_of(&Value::Tuple(row.clone())))
        };
        self.flow.changes(sink).iter().map(text).collect()
    }

    /// Code and message of the failure of an operator.
    pub fn failure(&self, node: NodeId) -> Option<String> {
        self.flow.failure(node).map(|failure| failure.to_string())
    }
}

pub fn ints<const N: usize>(columns: [i64; N]) -> Row {
    columns.iter().map(|n| Value::Int(*n)).collect()
}

pub fn expr(kind: ExprKind) -> Expr {
    Expr { kind, place: Place::default() }
}

pub fn local(slot: u32) -> Expr {
    expr(ExprKind::Local(slot))
}

pub fn int(n: i64) -> Expr {
    expr(ExprKind::Const(Value::Int(n)))
}

pub fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

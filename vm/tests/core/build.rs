//! Programs built by hand: the compiler's work, in a few words.
//!
//! ```text
//! let mut p = Program::default();
//! let s = p.set("s");                                  var s: orset<int>
//! p.on("put", vec![add_to(s, local(0))]);              on put({ x }) { s.add(x) }
//! let (mut node, outs) = p.start();
//! ```
//!
//! Every event has one field `x: int` unless the test says otherwise; a handler binds it to slot 0.

use std::sync::Arc;

use lasp_lattice::{Kind, ReplicaId};
use lasp_plan::{
    BinaryOp, CollOp, Emit, EventPlan, Expr, ExprKind, Func, Graph, HandlerPlan, Lambda, Node as Operator, NodeId, Op,
    Pattern, Place, Plan, Shape, ShowPlan, Stability, Stage, Step, Stmt, Type, Update, Value, VarId, VarPlan, ViewId,
    ViewPlan, WatchPlan, WhenPlan,
};
use lasp_vm::{InEvent, Node, Out};

/// The one node of every test.
pub const HERE: ReplicaId = ReplicaId { node: 1, incarnation: 0 };

pub fn place(start: u32) -> Place {
    Place { file: 0, start, end: start + 1 }
}

pub fn expr(kind: ExprKind) -> Expr {
    Expr { kind, place: Place::default() }
}

/// The same expression, written at a place of its own.
pub fn at(start: u32, of: Expr) -> Expr {
    Expr { place: place(start), ..of }
}

pub fn value(of: Value) -> Expr {
    expr(ExprKind::Const(of))
}

pub fn int(n: i64) -> Expr {
    value(Value::Int(n))
}

pub fn text(t: &str) -> Expr {
    value(Value::text(t))
}

pub fn local(slot: u32) -> Expr {
    expr(ExprKind::Local(slot))
}

pub fn var(id: VarId) -> Expr {
    expr(ExprKind::Var(id))
}

pub fn view(id: ViewId) -> Expr {
    expr(ExprKind::View(id))
}

pub fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Binary(op, left.into(), right.into()))
}

pub fn lookup(map: Expr, key: Expr, default: Option<Value>) -> Expr {
    expr(ExprKind::Lookup(map.into(), key.into(), default.map(Box::new)))
}

pub fn call(func: Func, args: Vec<Expr>) -> Expr {
    expr(ExprKind::Call(func, args))
}

pub fn coll(op: CollOp, source: Expr, args: Vec<Expr>) -> Expr {
    expr(ExprKind::Coll(op, source.into(), args, None))
}

/// With a function literal whose argument is slot 50.
pub fn coll_by(op: CollOp, source: Expr, args: Vec<Expr>, body: Expr) -> Expr {
    expr(ExprKind::Coll(op, source.into(), args, Some(Lambda { slot: 50, body: body.into() })))
}

pub fn field(of: Expr, slot: u32) -> Expr {
    expr(ExprKind::Field(of.into(), slot))
}

/// What this node may spend under a key of a map of bounded counters.
pub fn rights(of: VarId, key: &str) -> Expr {
    expr(ExprKind::Rights(lookup(var(of), text(key), Some(Value::Int(0))).into()))
}

pub fn ints(items: &[i64]) -> Value {
    Value::set(items.iter().copied().map(Value::Int).collect())
}

pub fn update(var: VarId, path: Vec<Expr>, method: &str, args: Vec<Expr>) -> Update {
    update_at(var, path.into_iter().map(Step::Key).collect(), method, args)
}

/// An update below keys and parts.
pub fn update_at(var: VarId, path: Vec<Step>, method: &str, args: Vec<Expr>) -> Update {
    Update { var, path, method: method.into(), args, place: Place::default() }
}

pub fn add_to(var: VarId, x: Expr) -> Stmt {
    Stmt::Update(update(var, vec![], "add", vec![x]))
}

/// `emit name { x: e }`, an output.
pub fn emit(name: &str, x: Expr) -> Stmt {
    emit_event(name, None, x)
}

/// `emit name { x: e }`, an event if it has a number.
pub fn emit_event(name: &str, event: Option<u32>, x: Expr) -> Stmt {
    let ty = Type::Record(vec![("x".into(), Type::Int)]);
    let value = expr(ExprKind::Tuple(vec![x]));
    Stmt::Emit(Emit { name: name.into(), event, value, ty, place: Place::default() })
}

/// A program under construction.
#[derive(Default)]
pub struct Program {
    pub plan: Plan,
}

impl Program {
    pub fn var(&mut self, name: &str, kind: Kind, ty: Type, init: Option<Expr>) -> VarId {
        let id = VarId(self.plan.vars.len() as u32);
        let (name, place) = (name.to_string(), place(1000 + id.0));
        self.plan.vars.push(VarPlan { name, kind, ty, bare: false, init, writable_by: vec![], place });
        id
    }

    /// `var name: orset<int>`
    pub fn set(&mut self, name: &str) -> VarId {
        self.var(name, Kind::OrSet, Type::Set(Type::Int.into()), None)
    }

    /// `var name: pncounter`
    pub fn counter(&mut self, name: &str) -> VarId {
        self.var(name, Kind::PnCounter, Type::Int, None)
    }

    pub fn operator(&mut self, op: Op, inputs: Vec<NodeId>, columns: u32) -> NodeId {
        let Graph { nodes } = &mut self.plan.graph;
        nodes.push(Operator {
            op,
            inputs,
            columns,
            detail: String::new(),
            name: None,
            stability: Stability::Eventual,
            place: Place::default(),
        });
        NodeId(nodes.len() as u32 - 1)
    }

    pub fn source(&mut self, var: VarId, columns: u32) -> NodeId {
        self.operator(Op::Source(var, 0), vec![], columns)
    }

    pub fn fused(&mut self, input: NodeId, stages: Vec<Stage>) -> NodeId {
        let columns = 1;
        self.operator(Op::Fused(stages), vec![input], columns)
    }

    pub fn view(&mut self, name: &str, ty: Type, shape: Shape, node: NodeId, expr: Expr) -> ViewId {
        let (name, place) = (name.to_string(), Place::default());
        self.plan.views.push(ViewPlan { name, ty, node, shape, expr, stability: Stability::Eventual, place });
        ViewId(self.plan.views.len() as u32 - 1)
    }

    /// A view that is an int variable as it is.
    pub fn number(&mut self, name: &str, of: VarId) -> ViewId {
        let node = self.source(of, 1);
        self.view(name, Type::Int, Shape::Scalar, node, var(of))
    }

    /// A view that is a set of ints, as it is or mapped (the element is slot 0 in `stages`).
    pub fn elements(&mut self, name: &str, of: VarId, stages: Vec<Stage>) -> ViewId {
        let source = self.source(of, 1);
        let node = self.fused(source, stages);
        self.view(name, Type::Set(Type::Int.into()), Shape::Set, node, var(of))
    }

    pub fn show(&mut self, view: ViewId) {
        let name = self.plan.view(view).name.clone();
        self.plan.shows.push(ShowPlan { name, view });
    }

    /// An event with a field `x: int`, handled by `body` with the field in slot 0.
    pub fn on(&mut self, name: &str, body: Vec<Stmt>) -> u32 {
        let event = self.event(name, vec![("x".into(), Type::Int)]);
        // The record is (at, x).
        self.handle(event, Pattern::Slots(vec![(1, Pattern::Bind(0))]), body);
        event
    }

    pub fn event(&mut self, name: &str, fields: Vec<(String, Type)>) -> u32 {
        self.plan.events.push(EventPlan { name: name.into(), fields });
        self.plan.events.len() as u32 - 1
    }

    pub fn handle(&mut self, event: u32, pattern: Pattern, body: Vec<Stmt>) {
        let place = place(2000 + event);
        self.plan.handlers.push(HandlerPlan { event, role: None, pattern, body, place });
    }

    /// `for x in … when condition { body }`: the element is slot 0.
    pub fn when(&mut self, condition: &str, node: NodeId, body: Vec<Stmt>) {
        let (condition, place) = (condition.to_string(), place(3000));
        self.plan.whens.push(WhenPlan {
            kind: lasp_plan::WhenKind::When,
            role: None,
            node,
            pattern: None,
            body,
            condition,
            place,
        });
    }

    /// `watch view { added(x) … removed(x) … }`: the element is slot 0.
    pub fn watch(&mut self, view: ViewId, added: Vec<Stmt>, removed: Vec<Stmt>) {
        let (added, removed) = ((Pattern::Bind(0), added), Some((Pattern::Bind(0), removed)));
        self.plan.watches.push(WatchPlan { role: None, view, added, removed, place: place(4000) });
    }

    pub fn start(self) -> (Node, Vec<Out>) {
        Node::start(Arc::new(self.plan), HERE, 0)
    }
}

/// An event with the field `x`.
pub fn event(event: u32, x: i64) -> InEvent {
    InEvent { event, at_us: None, fields: vec![Value::Int(x)] }
}

/// Outs in a line each: what a test compares.
pub fn lines(outs: &[Out]) -> Vec<String> {
    outs.iter()
        .map(|out| match out {
            Out::Emit { name, value, ty, .. } => {
                format!("{name} {}", lasp_plan::format::text_of(value, ty))
            }
            Out::Change { view, added, removed } => {
                let texts = |values: &[Value]| {
                    values.iter().map(lasp_plan::format::untyped_text_of).collect::<Vec<_>>().join(" ")
                };
                format!("view {}: +[{}] -[{}]", view.0, texts(added), texts(removed))
            }
            Out::Failed { failure } => failure.to_string(),
            Out::Poisoned { view, failure } => format!("view {} failed: {failure}", view.0),
            Out::Recovered { view, .. } => format!("view {} recovered", view.0),
        })
        .collect()
}

//! The instruction set of the Lasp VM: what the compiler emits and the vm runs.
//!
//! Values and their types, expressions, the dataflow graph, handlers: plain serialisable data, so that the vm never
//! compiles a parser and the compiler never links an engine.
#![forbid(unsafe_code)]

mod codec;
pub mod decode;
mod expr;
pub mod format;
mod graph;
mod order;
pub mod parts;
mod program;
mod ty;
mod value;

pub use codec::{VALUE_DEPTH_MAX, ValueCodec};
pub use expr::{Arm, BinaryOp, CollOp, Expr, ExprKind, Func, Lambda, Pattern, Place, TextPart, UnaryOp, VarId, ViewId};
pub use graph::{Agg, Graph, Node, NodeId, Op, Stability, Stage};
pub use order::Order;
pub use program::{
    Emit, EventPlan, FeedPlan, HandlerPlan, Plan, Shape, ShowPlan, Step, Stmt, Update, VarPlan, ViewPlan, WatchPlan,
    WhenKind, WhenPlan,
};
pub use ty::{EnumType, Type};
pub use value::{Float, Row, Value};

//! The evaluator: what an expression is worth, directly.
//!
//! It runs over rows inside the dataflow (filters, maps, keys), over the current state in handlers and the REPL, and as
//! the oracle that the dataflow is tested against:
//!
//! ```text
//! views[a.ad] < c.limit      handler, oracle: Lookup(Var views, …) reads one counter, not the map
//! n < c.limit                dataflow: the lookup has become a column; Local(2) < Field(Local(1), 1)
//! ```
//!
//! Invariants: pure, and it reads no clock and no hash order. Types have been checked, so a value of the wrong form is
//! a broken invariant and panics; what data can cause (overflow, division by zero, a count outside `int`) is a
//! [`Failure`]. Long chains (`1 + 1 + …`, `if … else if …`) take no stack; nesting does, and the parser caps it.
//!
//! Neighbours: `read` touches variables and views, `arith` numbers, `drawn` elements of
//! drawn lattices, `func` scalars, `text` and `civil` those of texts and times, `coll` collections, `fix` fixed points,
//! `pattern` binds.

mod arith;
mod civil;
mod coll;
mod drawn;
mod fix;
mod frame;
mod func;
mod pattern;
mod read;
mod text;

use lasp_lattice::{ReplicaId, State};
use lasp_plan::format::plain_of;
use lasp_plan::{BinaryOp, Expr, ExprKind, Place, TextPart, Value, VarId, VarPlan, ViewId};

use crate::Failure;

/// The longest text that a program may make: a text that doubles itself ends in an error and not in a machine without
/// memory.
const TEXT_BYTES_MAX: usize = 16 << 20;

pub(crate) use arith::{binary as infix, compare, compare_set, unary as prefix};
pub use frame::Frame;
pub(crate) use func::apply;
pub use pattern::bind;
pub(crate) use read::{Fault, leaf_row, state_value};
pub(crate) use text::fits as text_fits;

/// What an expression may read besides its frame: variables and views.
///
/// The point reads exist so that `views[ad]` and `orders.contains(x)` cost one look, not a copy of the whole.
pub trait World {
    /// The state of a variable and its declaration.
    fn var(&self, id: VarId) -> (&State<Value>, &VarPlan);

    /// The value of a view. Fails with R0706 if the view has failed.
    fn view(&self, id: ViewId) -> Result<Value, Failure>;

    /// Whether a view holds an element (of a map: a key).
    fn view_contains(&self, id: ViewId, item: &Value) -> Result<bool, Failure>;

    /// How many elements a view holds.
    fn view_len(&self, id: ViewId) -> Result<usize, Failure>;

    /// The value of a key in a view that is a map.
    fn view_lookup(&self, id: ViewId, key: &Value) -> Result<Option<Value>, Failure>;

    /// Who this node is: whose rights of a `bcounter` are meant.
    fn replica(&self) -> ReplicaId;
}

/// The world inside the dataflow: there is none, the compiler has turned every read into a column.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWorld;

impl World for NoWorld {
    fn var(&self, id: VarId) -> (&State<Value>, &VarPlan) {
        panic!("an expression inside the dataflow reads variable {}", id.0)
    }

    fn view(&self, id: ViewId) -> Result<Value, Failure> {
        panic!("an expression inside the dataflow reads view {}", id.0)
    }

    fn view_contains(&self, id: ViewId, _: &Value) -> Result<bool, Failure> {
        self.view(id).map(|_| false)
    }

    fn view_len(&self, id: ViewId) -> Result<usize, Failure> {
        self.view(id).map(|_| 0)
    }

    fn view_lookup(&self, id: ViewId, _: &Value) -> Result<Option<Value>, Failure> {
        self.view(id).map(|_| None)
    }

    fn replica(&self) -> ReplicaId {
        panic!("an expression inside the dataflow reads the rights of a node")
    }
}

/// Evaluates an expression. Slots that patterns and lambdas bind are left in the frame.
pub fn eval(expr: &Expr, frame: &mut Frame<'_>, world: &dyn World) -> Result<Value, Failure> {
    // The forms whose value is that of a part take its place in the loop: a long `else if` takes no stack.
    let mut expr = expr;
    loop {
        expr = match &expr.kind {
            ExprKind::If(condition, yes, no) => {
                if truth(&eval(condition, frame, world)?) {
                    yes
                } else {
                    no
                }
            }
            ExprKind::Let(pattern, value, body) => {
                let value = eval(value, frame, world)?;
                assert!(bind(pattern, &value, frame), "the pattern of a `let` does not fit");
                body
            }
            ExprKind::Match(subject, arms) => {
                let subject = eval(subject, frame, world)?;
                pattern::choose(arms, &subject, frame, world)?
            }
            _ => return eval_form(expr, frame, world),
        }
    }
}

/// The forms that are computed from their parts.
fn eval_form(expr: &Expr, frame: &mut Frame<'_>, world: &dyn World) -> Result<Value, Failure> {
    let place = expr.place;
    match &expr.kind {
        ExprKind::Const(value) => Ok(value.clone()),
        ExprKind::Local(slot) => Ok(frame.get(*slot).clone()),
        ExprKind::Field(of, slot) => match peek(of, frame) {
            Some(of) => Ok(slot_of(of, *slot).clone()),
            None => read::read(expr, frame, world)?.into_value(place, world),
        },
        ExprKind::Binary(op, left, right) => binary(*op, left, right, place, frame, world),
        ExprKind::Unary(op, of) => arith::unary(*op, &eval(of, frame, world)?, place),
        ExprKind::CompareSet(op, left, right) => {
            let left = eval(left, frame, world)?;
            Ok(Value::Bool(arith::compare_set(*op, &left, &eval(right, frame, world)?)))
        }
        ExprKind::Var(_) | ExprKind::View(_) | ExprKind::Lookup(..) => {
            read::read(expr, frame, world)?.into_value(place, world)
        }
        ExprKind::Rights(of) => read::read(of, frame, world)?.rights(place, world),
        ExprKind::CompareDrawn(op, left, right, order) => {
            let left = eval(left, frame, world)?;
            Ok(Value::Bool(drawn::compare(*op, &left, &eval(right, frame, world)?, order)))
        }
        ExprKind::Fix(slot, body) => fix::least(*slot, body, frame, world),
        ExprKind::Call(func, args) => func::call(*func, args, place, frame, world),
        ExprKind::Coll(op, source, args, lambda) => {
            coll::collect(*op, source, args, lambda.as_ref(), place, frame, world)
        }
        _ => build(expr, frame, world),
    }
}

/// The forms that put parts together.
fn build(expr: &Expr, frame: &mut Frame<'_>, world: &dyn World) -> Result<Value, Failure> {
    match &expr.kind {
        ExprKind::Tuple(parts) => Ok(Value::tuple(eval_all(parts, frame, world)?)),
        ExprKind::Set(parts) => Ok(Value::set(eval_all(parts, frame, world)?)),
        ExprKind::List(parts) => Ok(Value::List(eval_all(parts, frame, world)?.into())),
        ExprKind::Variant(variant, parts) => Ok(Value::Variant(*variant, eval_all(parts, frame, world)?.into())),
        ExprKind::Some(of) => Ok(Value::some(eval(of, frame, world)?)),
        ExprKind::Map(parts) => {
            let mut entries = Vec::with_capacity(parts.len());
            for (key, value) in parts {
                entries.push((eval(key, frame, world)?, eval(value, frame, world)?));
            }
            Ok(Value::map(entries))
        }
        ExprKind::Text(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    TextPart::Literal(literal) => text.push_str(literal),
                    TextPart::Hole(of, ty) => text.push_str(&plain_of(&eval(of, frame, world)?, ty)),
                }
                text_fits(text.len(), expr.place)?;
            }
            Ok(Value::text(&text))
        }
        _ => unreachable!("every other form has its arm in `eval` or `eval_form`"),
    }
}

/// Several expressions, in order.
pub(crate) fn eval_all(exprs: &[Expr], frame: &mut Frame<'_>, world: &dyn World) -> Result<Vec<Value>, Failure> {
    exprs.iter().map(|expr| eval(expr, frame, world)).collect()
}

/// An infix operator. The left spine of a chain is walked, not descended: 10,000 terms take no stack.
fn binary(
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
    place: Place,
    frame: &mut Frame<'_>,
    world: &dyn World,
) -> Result<Value, Failure> {
    if !is_long(left) {
        // The common case inside the dataflow: both sides lie there already.
        if let (Some(left), Some(right)) = (peek(left, frame), peek(right, frame)) {
            return arith::binary(op, left, right, place);
        }
        let left = eval(left, frame, world)?;
        return link(op, left, right, place, frame, world);
    }
    let mut links = vec![(op, right, place)];
    let mut first = left;
    while let ExprKind::Binary(op, left, right) = &first.kind {
        links.push((*op, right, first.place));
        first = left;
    }
    let mut value = eval(first, frame, world)?;
    while let Some((op, right, place)) = links.pop() {
        value = link(op, value, right, place, frame, world)?;
    }
    Ok(value)
}

/// Whether a left spine is worth a list of its own. Short ones, which are most, are descended: no allocation.
fn is_long(mut left: &Expr) -> bool {
    for _ in 0..16 {
        match &left.kind {
            ExprKind::Binary(_, further, _) => left = further,
            _ => return false,
        }
    }
    true
}

/// One link of a chain: `And` and `Or` leave their right side alone when the left one decides.
fn link(
    op: BinaryOp,
    left: Value,
    right: &Expr,
    place: Place,
    frame: &mut Frame<'_>,
    world: &dyn World,
) -> Result<Value, Failure> {
    match (op, &left) {
        (BinaryOp::And, Value::Bool(false)) | (BinaryOp::Or, Value::Bool(true)) => return Ok(left),
        (BinaryOp::And | BinaryOp::Or, _) => return eval(right, frame, world),
        _ => {}
    }
    match peek(right, frame) {
        Some(right) => arith::binary(op, &left, right, place),
        None => arith::binary(op, &left, &eval(right, frame, world)?, place),
    }
}

/// The value of an expression that merely names one: no copy, no reference count.
pub(crate) fn peek<'x>(expr: &'x Expr, frame: &'x Frame<'_>) -> Option<&'x Value> {
    match &expr.kind {
        ExprKind::Const(value) => Some(value),
        ExprKind::Local(slot) => Some(frame.get(*slot)),
        ExprKind::Field(of, slot) => Some(slot_of(peek(of, frame)?, *slot)),
        _ => None,
    }
}

/// A slot of a tuple or record.
pub(crate) fn slot_of(value: &Value, slot: u32) -> &Value {
    match value {
        Value::Tuple(slots) => slots.get(slot as usize).expect("the checker counts the slots of a tuple"),
        other => mismatch("a tuple or record", other),
    }
}

/// The truth value that the checker promised.
pub(crate) fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        other => mismatch("a bool", other),
    }
}

/// A value of a form that the checker excludes: a bug of ours, not of the program.
#[cold]
fn mismatch(wanted: &str, found: &Value) -> ! {
    panic!("the evaluator needs {wanted} and found {found:?}")
}

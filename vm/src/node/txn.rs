//! One atomic op: the statements of a handler, a `when`, a watch or the REPL, all of it or nothing.
//!
//! ```text
//! on order({ item, n }) {
//!   stock[item].dec(n)          delta joined, before-image kept
//!   emit ordered { item }       held back
//!   total.add(10 / n)           n = 0: R0702 ─► before-images restored last first, the emit forgotten
//! }
//! ```
//!
//! *Variables show the op's own writes, views the state at its start*: updates go into the variables at once, while
//! their differences reach the views only after [`Txn::commit`].
//!
//! Invariant: after [`Txn::abort`] every variable is `==` to what it was, and nobody has heard of the op.

use lasp_lattice::{ReplicaId, Stamp, State, Step};
use lasp_plan::{Emit, Plan, Stmt, Type, Update, Value, VarId};

use super::ids::Origin;
use super::views::{Here, Views};
use crate::Failure;
use crate::eval::{Frame, bind, eval, eval_all, truth};
use crate::vars::{Call, Diff, Journal, Vars};

/// Something emitted, with its id.
#[derive(Clone, Debug)]
pub(super) struct Emitted {
    pub(super) name: String,
    pub(super) event: Option<u32>,
    pub(super) id: String,
    pub(super) value: Value,
    pub(super) ty: Type,
}

/// An op that holds.
pub(super) struct Done {
    /// For the views.
    pub(super) diffs: Vec<Diff>,
    /// What it has joined, if somebody keeps that.
    pub(super) deltas: Vec<(VarId, State<Value>)>,
    pub(super) emits: Vec<Emitted>,
}

/// An op under way.
pub(super) struct Txn<'n> {
    plan: &'n Plan,
    vars: &'n mut Vars,
    views: &'n Views,
    stamp: Stamp,
    origin: Origin,
    journal: Journal,
    emits: Vec<Emitted>,
    /// What the last update answered, for the REPL.
    pub(super) answer: Option<bool>,
}

impl<'n> Txn<'n> {
    pub(super) fn new(plan: &'n Plan, vars: &'n mut Vars, views: &'n Views, stamp: Stamp, origin: Origin) -> Txn<'n> {
        Txn { plan, vars, views, stamp, origin, journal: Journal::default(), emits: Vec::new(), answer: None }
    }

    /// Runs statements in order. On a failure the caller aborts.
    pub(super) fn run(&mut self, body: &[Stmt], frame: &mut Frame<'_>) -> Result<(), Failure> {
        for stmt in body {
            match stmt {
                Stmt::Update(update) => {
                    self.update(update, frame)?;
                }
                Stmt::LetUpdate(pattern, update) => {
                    let answer = self.answered(update, frame)?;
                    bind(pattern, &Value::Bool(answer), frame);
                }
                Stmt::Let(pattern, expr) => {
                    let value = self.eval(expr, frame)?;
                    bind(pattern, &value, frame);
                }
                Stmt::If(condition, yes, no) => {
                    let chosen = if truth(&self.eval(condition, frame)?) { yes } else { no };
                    self.run(chosen, frame)?;
                }
                Stmt::IfUpdate(update, yes, no) => {
                    let chosen = if self.answered(update, frame)? { yes } else { no };
                    self.run(chosen, frame)?;
                }
                Stmt::For(pattern, expr, body) => {
                    // The collection is the one at this moment: the body may change the variable it came from.
                    let elements = self.eval(expr, frame)?.elements().unwrap_or_default();
                    for element in elements {
                        if bind(pattern, &element, frame) {
                            self.run(body, frame)?;
                        }
                    }
                }
                Stmt::Emit(emit) => self.emit(emit, frame)?,
            }
        }
        Ok(())
    }

    /// The op holds.
    pub(super) fn commit(self) -> Done {
        Done { diffs: self.journal.diffs, deltas: self.journal.deltas, emits: self.emits }
    }

    /// The op has never been.
    pub(super) fn abort(self) {
        self.vars.undo(self.journal);
    }

    fn eval(&self, expr: &lasp_plan::Expr, frame: &mut Frame<'_>) -> Result<Value, Failure> {
        eval(expr, frame, &self.here())
    }

    fn here(&self) -> Here<'_> {
        Here { plan: self.plan, vars: self.vars, views: self.views, replica: self.replica() }
    }

    fn replica(&self) -> ReplicaId {
        self.stamp.replica
    }

    fn update(&mut self, update: &Update, frame: &mut Frame<'_>) -> Result<Option<bool>, Failure> {
        let path = update.path.iter().map(|step| {
            Ok(match step {
                lasp_plan::Step::Key(key) => Step::Key(eval(key, frame, &self.here())?),
                lasp_plan::Step::Part(part) => Step::Part(*part as usize),
            })
        });
        let path = path.collect::<Result<Vec<_>, Failure>>()?;
        let args = eval_all(&update.args, frame, &self.here())?;
        let call = Call { var: update.var, path: &path, method: &update.method, args: &args, place: update.place };
        self.answer = self.vars.update(&call, &self.stamp, &mut self.journal)?;
        Ok(self.answer)
    }

    /// An update whose answer decides something.
    fn answered(&mut self, update: &Update, frame: &mut Frame<'_>) -> Result<bool, Failure> {
        let answer = self.update(update, frame)?;
        Ok(answer.expect("the checker lets only an update that answers stand as a condition"))
    }

    fn emit(&mut self, emit: &Emit, frame: &mut Frame<'_>) -> Result<(), Failure> {
        let value = self.eval(&emit.value, frame)?;
        let id = self.origin.id(&emit.name, self.emits.len() as u64, &value);
        self.emits.push(Emitted { name: emit.name.clone(), event: emit.event, id, value, ty: emit.ty.clone() });
        Ok(())
    }
}

//! One atomic op: the statements of a handler, a `when`, a watch or the REPL, all of it or nothing.
//!
//! ```text
//! on order({ item, n }) {
//!   stock[item].dec(n)          done, before-image kept
//!   emit ordered { item }       held back
//!   total.add(10 / n)           n = 0: R0702 ─► before-images restored last first, the emit forgotten
//! }
//! ```
//!
//! *Variables show the op's own writes, views the state at its start*: updates go into the variables at once, while
//! their differences reach the views only after [`Txn::commit`].
//!
//! Invariant: after [`Txn::abort`] every variable is `==` to what it was, and nobody has heard of the op.

use lasp_lattice::{Quick, ReplicaId, Stamp, Step};
use lasp_plan::{Emit, Expr, Plan, Type, Update, Value};

use super::code::{Code, Ready, key_of};
use super::ids::Origin;
use super::views::{Here, Views};
use crate::Failure;
use crate::cells::{Given, Key, Logged};
use crate::eval::{Frame, bind, eval, eval_all, peek, truth};
use crate::vars::{Call, Deltas, Vars};

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
    /// What it has changed, where somebody is to have it.
    pub(super) deltas: Deltas,
    pub(super) emits: Vec<Emitted>,
}

/// An op under way.
pub(super) struct Txn<'n> {
    plan: &'n Plan,
    vars: &'n mut Vars,
    views: &'n Views,
    stamp: Stamp,
    origin: Origin,
    deltas: Deltas,
    /// What the variables had logged before.
    logged: Logged,
    emits: Vec<Emitted>,
    /// What the last update answered, for the REPL.
    pub(super) answer: Option<bool>,
}

impl<'n> Txn<'n> {
    pub(super) fn new(plan: &'n Plan, vars: &'n mut Vars, views: &'n Views, stamp: Stamp, origin: Origin) -> Txn<'n> {
        let (deltas, logged) = (Deltas::new(), vars.logged());
        Txn { plan, vars, views, stamp, origin, deltas, logged, emits: Vec::new(), answer: None }
    }

    /// Runs statements in order. On a failure the caller aborts.
    pub(super) fn run(&mut self, body: &[Code], frame: &mut Frame<'_>) -> Result<(), Failure> {
        for stmt in body {
            match stmt {
                Code::Update(update) => {
                    self.update(update, frame)?;
                }
                Code::LetUpdate(pattern, update) => {
                    let answer = self.answered(update, frame)?;
                    bind(pattern, &Value::Bool(answer), frame);
                }
                Code::Let(pattern, expr) => {
                    let value = self.eval(expr, frame)?;
                    bind(pattern, &value, frame);
                }
                Code::If(condition, yes, no) => {
                    let chosen = if truth(&self.eval(condition, frame)?) { yes } else { no };
                    self.run(chosen, frame)?;
                }
                Code::IfUpdate(update, yes, no) => {
                    let chosen = if self.answered(update, frame)? { yes } else { no };
                    self.run(chosen, frame)?;
                }
                Code::For(pattern, expr, body) => {
                    // The collection is the one at this moment: the body may change the variable it came from.
                    let elements = self.eval(expr, frame)?.elements().unwrap_or_default();
                    for element in elements {
                        if bind(pattern, &element, frame) {
                            self.run(body, frame)?;
                        }
                    }
                }
                Code::Emit(emit) => self.emit(emit, frame)?,
            }
        }
        Ok(())
    }

    /// The op holds.
    pub(super) fn commit(mut self) -> Done {
        self.deltas.retain(|(_, delta)| !delta.is_bottom());
        Done { deltas: self.deltas, emits: self.emits }
    }

    /// The op has never been.
    pub(super) fn abort(self) {
        self.vars.rewind(self.logged, false, self.stamp.replica);
    }

    fn eval(&self, expr: &Expr, frame: &mut Frame<'_>) -> Result<Value, Failure> {
        eval(expr, frame, &self.here())
    }

    fn here(&self) -> Here<'_> {
        Here { plan: self.plan, vars: self.vars, views: self.views, replica: self.replica() }
    }

    fn replica(&self) -> ReplicaId {
        self.stamp.replica
    }

    fn update(&mut self, ready: &Ready, frame: &mut Frame<'_>) -> Result<Option<bool>, Failure> {
        self.answer = match ready.quick {
            Some(quick) => self.update_in_place(&ready.update, quick, frame)?,
            None => self.update_in_full(&ready.update, frame)?,
        };
        Ok(self.answer)
    }

    fn update_in_full(&mut self, update: &Update, frame: &mut Frame<'_>) -> Result<Option<bool>, Failure> {
        let path = update.path.iter().map(|step| {
            Ok(match step {
                lasp_plan::Step::Key(key) => Step::Key(eval(key, frame, &self.here())?),
                lasp_plan::Step::Part(part) => Step::Part(*part as usize),
            })
        });
        let path = path.collect::<Result<Vec<_>, Failure>>()?;
        let args = eval_all(&update.args, frame, &self.here())?;
        let call = Call { var: update.var, path: &path, method: &update.method, args: &args, place: update.place };
        self.vars.update(&call, &self.stamp, &mut self.deltas)
    }

    /// Keys and arguments that merely name a value are not copied.
    fn update_in_place(
        &mut self,
        update: &Update,
        quick: Quick,
        frame: &mut Frame<'_>,
    ) -> Result<Option<bool>, Failure> {
        let key = key_of(update);
        // What has to be computed is, in the order written; the rest cannot fail.
        let computed_key = self.computed(key, frame)?;
        let computed_arg = self.computed(update.args.first(), frame)?;
        let key = computed_key.as_ref().or_else(|| key.and_then(|key| peek(key, frame)));
        let arg = computed_arg.as_ref().or_else(|| update.args.first().and_then(|arg| peek(arg, frame)));
        let given = match arg {
            None if quick.counts() => Some(Given::Count(1)),
            None => Some(Given::Nothing),
            Some(Value::Int(n)) if quick.counts() => u64::try_from(*n).ok().map(Given::Count),
            Some(_) if quick.counts() => None,
            Some(element) => Some(Given::Put(element)),
        };
        let mut hashed = key.map(|value| Key { value, hash: None });
        let replica = self.stamp.replica;
        if let Some(given) = given
            && let Ok(answer) = self.vars.apply(update.var, hashed.as_mut(), (quick, given), replica)
        {
            return Ok((quick == Quick::Spend).then_some(answer));
        }
        let path: Vec<_> = key.into_iter().cloned().map(Step::Key).collect();
        let args: Vec<Value> = arg.into_iter().cloned().collect();
        let call = Call { var: update.var, path: &path, method: &update.method, args: &args, place: update.place };
        Err(self.vars.refusal(&call, &self.stamp))
    }

    /// The value of an expression that does not merely name one.
    fn computed(&self, expr: Option<&Expr>, frame: &mut Frame<'_>) -> Result<Option<Value>, Failure> {
        match expr {
            Some(expr) if peek(expr, frame).is_none() => self.eval(expr, frame).map(Some),
            _ => Ok(None),
        }
    }

    /// An update whose answer decides something.
    fn answered(&mut self, update: &Ready, frame: &mut Frame<'_>) -> Result<bool, Failure> {
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

//! Bodies that only update by what the event says: run without a frame and without an evaluator.
//!
//! ```text
//! if quota[ad].spend(1) { views[ad].inc(1) } else { emit refused { ad } }
//!   spend, key column 0, by 1        true: inc, key column 0, by 1        false: not lean ─► taken back, run in full
//! ```
//!
//! An update is of a single cell ([`crate::cells`]), or a call of the lattice's method with values that are there
//! already.
//!
//! What happens at nearly every event is made as short as it gets; for the rest the op starts over in full (`txn`),
//! which decides what it means. So nothing here reports, refuses or emits.
//!
//! Invariant: a lean run that comes to its end has done what the full one would have; one that does not is taken back.
//!
//! Neighbours: `code` (the same bodies in full), [`crate::cells`].

use std::borrow::Cow;
use std::hint::black_box;
use std::sync::Arc;

use lasp_lattice::gmap::GMap;
use lasp_lattice::{Answer, Arg, Call, MethodParam, Quick, Reading, Stamp};
use lasp_plan::{Expr, ExprKind, Plan, Update, Value, VarId};
use smallvec::SmallVec;

use super::code::{Code, Handler, Ready, key_of};
use crate::cells::{Given, Key};
use crate::vars::Vars;

/// With so many entries a variable no longer fits the nearer caches.
const WARM_LEAST: usize = 8_192;

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Lean {
    Update(Step),
    IfUpdate(Step, Vec<Lean>, Vec<Lean>),
    /// Whatever else there is.
    Full,
}

/// An update.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Cell(CellStep),
    Call(CallStep),
}

/// An update of a single cell.
#[derive(Clone, Debug)]
pub(super) struct CellStep {
    var: VarId,
    quick: Quick,
    key: Option<Operand>,
    arg: Argument,
}

/// An update by a method of the lattice.
#[derive(Clone, Debug)]
pub(super) struct CallStep {
    var: VarId,
    path: Vec<Way>,
    method: Box<str>,
    args: Vec<(Operand, MethodParam)>,
}

/// A step on the way down a variable.
#[derive(Clone, Debug)]
enum Way {
    Key(Operand),
    Part(usize),
}

/// A value that is there already, or a record of such.
#[derive(Clone, Debug)]
enum Operand {
    Column(usize),
    /// With its hash.
    Const(u64, Value),
    Tuple(Vec<Operand>),
}

#[derive(Clone, Debug)]
enum Argument {
    Amount(u64),
    AmountOf(usize),
    Element(Operand),
    Nothing,
}

/// The op has to be run in full.
pub(super) struct InFull;

/// The body of a handler, if it has a lean part: its first statement, at least.
pub(super) fn lean(handler: &Handler, plan: &Plan, vars: &Vars) -> Option<Vec<Lean>> {
    let columns = handler.columns()?;
    let body = block(&handler.body, &|ready| step(ready, columns, plan, vars));
    (!matches!(body.first(), None | Some(Lean::Full))).then_some(body)
}

fn block(body: &[Code], step: &dyn Fn(&Ready) -> Option<Step>) -> Vec<Lean> {
    let statement = |code: &Code| match code {
        Code::Update(of) => step(of).map(Lean::Update),
        Code::IfUpdate(of, yes, no) => step(of).map(|first| Lean::IfUpdate(first, block(yes, step), block(no, step))),
        _ => None,
    };
    body.iter().map(|code| statement(code).unwrap_or(Lean::Full)).collect()
}

fn step(of: &Ready, columns: usize, plan: &Plan, vars: &Vars) -> Option<Step> {
    match of.quick {
        Some(quick) => cell_step(&of.update, quick, columns).map(Step::Cell),
        None if vars.has_cells(of.update.var) || !vars.may_write(of.update.var) => None,
        None => call_step(&of.update, columns, plan).map(Step::Call),
    }
}

fn cell_step(update: &Update, quick: Quick, columns: usize) -> Option<CellStep> {
    let key = match key_of(update) {
        None => None,
        Some(key) => Some(operand(key, columns)?),
    };
    let arg = match update.args.first().map(|arg| operand(arg, columns)) {
        None if quick.counts() => Argument::Amount(1),
        None => Argument::Nothing,
        Some(operand) => match operand? {
            Operand::Column(at) if quick.counts() => Argument::AmountOf(at),
            Operand::Const(_, Value::Int(n)) if quick.counts() => Argument::Amount(u64::try_from(n).ok()?),
            _ if quick.counts() => return None,
            operand => Argument::Element(operand),
        },
    };
    Some(CellStep { var: update.var, quick, key, arg })
}

fn call_step(update: &Update, columns: usize, plan: &Plan) -> Option<CallStep> {
    let mut kind = &plan.var(update.var).kind;
    let mut path = Vec::with_capacity(update.path.len());
    for step in &update.path {
        path.push(match step {
            lasp_plan::Step::Key(key) => Way::Key(operand(key, columns)?),
            lasp_plan::Step::Part(part) => Way::Part(*part as usize),
        });
        kind = kind.at(&match step {
            lasp_plan::Step::Key(_) => lasp_lattice::Step::Key(()),
            lasp_plan::Step::Part(part) => lasp_lattice::Step::Part(*part as usize),
        })?;
    }
    let params = kind.info().method(&update.method)?.params;
    let arg = |(arg, param): (&Expr, &MethodParam)| {
        let simple = matches!(param, MethodParam::Element | MethodParam::Amount);
        Some((operand(arg, columns).filter(|_| simple)?, *param))
    };
    let args = update.args.iter().zip(params).map(arg).collect::<Option<Vec<_>>>()?;
    let takes_all = args.len() == update.args.len();
    takes_all.then(|| CallStep { var: update.var, path, method: update.method.as_str().into(), args })
}

fn operand(expr: &Expr, columns: usize) -> Option<Operand> {
    match &expr.kind {
        ExprKind::Const(value) => Some(Operand::Const(GMap::hash(value), value.clone())),
        ExprKind::Local(slot) if (*slot as usize) < columns => Some(Operand::Column(*slot as usize)),
        ExprKind::Tuple(parts) => {
            Some(Operand::Tuple(parts.iter().map(|part| operand(part, columns)).collect::<Option<_>>()?))
        }
        _ => None,
    }
}

/// Fetches the memory that these updates of some events will look at, where a variable is too large for the caches.
/// Only of statements that run in any case.
pub(super) fn warm<'f>(body: &[Lean], vars: &Vars, rows: impl Iterator<Item = &'f [Value]> + Clone) {
    for statement in body {
        let (Lean::Update(step) | Lean::IfUpdate(step, ..)) = statement else { return };
        let (var, column) = step.looks();
        let state = vars.state(var);
        if let Some(column) = column.filter(|_| Reading::<Value>::len(state) > WARM_LEAST) {
            // The answers say nothing: keys of a map are no elements.
            rows.clone().for_each(|fields| {
                black_box((state.contains(&fields[column]), state.get(&fields[column]).is_some()));
            });
        }
        if matches!(statement, Lean::IfUpdate(..)) {
            return;
        }
    }
}

impl Step {
    /// The variable, and the column that it is first searched for.
    fn looks(&self) -> (VarId, Option<usize>) {
        let column = |operand: &Operand| if let Operand::Column(at) = operand { Some(*at) } else { None };
        match self {
            Step::Cell(CellStep { var, key: Some(key), .. }) => (*var, column(key)),
            Step::Cell(CellStep { var, arg: Argument::Element(element), .. }) => (*var, column(element)),
            Step::Cell(CellStep { var, .. }) => (*var, None),
            Step::Call(CallStep { var, path, args, .. }) => match (path.first(), args.first()) {
                (Some(Way::Key(key)), _) => (*var, column(key)),
                (Some(Way::Part(_)), _) | (None, None) => (*var, None),
                (None, Some((element, _))) => (*var, column(element)),
            },
        }
    }
}

/// A run over the fields of one event.
pub(super) struct Run<'r> {
    vars: &'r mut Vars,
    fields: &'r [Value],
    stamp: &'r Stamp,
    /// Whether what the last update does may have to be taken back, too.
    is_tried: bool,
    /// The column that was hashed last: a handler often uses one key for several maps.
    hashed: Option<(usize, u64)>,
}

impl<'r> Run<'r> {
    /// `is_tried`: an op that holds may have to be taken back.
    pub(super) fn new(vars: &'r mut Vars, fields: &'r [Value], stamp: &'r Stamp, is_tried: bool) -> Run<'r> {
        Run { vars, fields, stamp, is_tried, hashed: None }
    }

    /// Runs bodies in order; on an error the caller takes back what was logged.
    pub(super) fn bodies(&mut self, bodies: &[Vec<Lean>]) -> Result<(), InFull> {
        let (last, before) = bodies.split_last().ok_or(InFull)?;
        before.iter().try_for_each(|body| self.block(body, true))?;
        self.block(last, self.is_tried)
    }

    /// Runs statements in order. `goes_on`: what comes behind them may fail, or else the whole op may be taken back.
    fn block(&mut self, body: &[Lean], goes_on: bool) -> Result<(), InFull> {
        for (at, statement) in body.iter().enumerate() {
            let goes_on = goes_on || at + 1 < body.len();
            match statement {
                Lean::Update(step) => {
                    self.step(step, goes_on)?;
                }
                Lean::IfUpdate(step, yes, no) => {
                    let chosen = if self.step(step, true)? { yes } else { no };
                    self.block(chosen, goes_on)?;
                }
                Lean::Full => return Err(InFull),
            }
        }
        Ok(())
    }

    /// Gives the answer, true where the method has none.
    #[inline]
    fn step(&mut self, step: &Step, goes_on: bool) -> Result<bool, InFull> {
        match step {
            Step::Cell(step) => self.cell(step),
            Step::Call(step) => self.call(step, goes_on),
        }
    }

    #[inline]
    fn cell(&mut self, step: &CellStep) -> Result<bool, InFull> {
        let fields = self.fields;
        let made;
        let mut key = match &step.key {
            None => None,
            Some(Operand::Const(hash, value)) => Some(Key { value, hash: Some(*hash) }),
            Some(Operand::Column(at)) => {
                let hash = self.hashed.filter(|(column, _)| column == at).map(|(_, hash)| hash);
                Some(Key { value: &fields[*at], hash })
            }
            Some(tuple) => {
                made = tuple.value(fields);
                Some(Key { value: &made, hash: None })
            }
        };
        let element;
        let given = match &step.arg {
            Argument::Amount(n) => Given::Count(*n),
            Argument::AmountOf(at) => match &fields[*at] {
                Value::Int(n) if *n >= 0 => Given::Count(n.unsigned_abs()),
                _ => return Err(InFull),
            },
            Argument::Element(operand) => {
                element = operand.value(fields);
                Given::Put(&element)
            }
            Argument::Nothing => Given::Nothing,
        };
        let answer = self.vars.apply(step.var, key.as_mut(), (step.quick, given), self.stamp.replica);
        if let (Some(Operand::Column(at)), Some(Key { hash: Some(hash), .. })) = (&step.key, key) {
            self.hashed = Some((*at, hash));
        }
        answer.map_err(|_| InFull)
    }

    fn call(&mut self, step: &CallStep, goes_on: bool) -> Result<bool, InFull> {
        let fields = self.fields;
        let mut path: SmallVec<[_; 1]> = SmallVec::new();
        for way in &step.path {
            path.push(match way {
                Way::Key(key) => lasp_lattice::Step::Key(key.value(fields).into_owned()),
                Way::Part(part) => lasp_lattice::Step::Part(*part),
            });
        }
        let mut args: SmallVec<[_; 1]> = SmallVec::new();
        for (operand, param) in &step.args {
            args.push(match (param, operand.value(fields)) {
                (MethodParam::Element, value) => Arg::Element(value.into_owned()),
                (MethodParam::Amount, value) => match *value {
                    Value::Int(n) => Arg::Amount(u64::try_from(n).map_err(|_| InFull)?),
                    _ => return Err(InFull),
                },
                _ => return Err(InFull),
            });
        }
        let call = Call { method: &step.method, args: &args, stamp: self.stamp };
        match self.vars.call(step.var, &path, &call, None, goes_on) {
            Ok(answer) => Ok(answer != Answer::Bool(false)),
            Err(_) => Err(InFull),
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, fields: &'v [Value]) -> Cow<'v, Value> {
        match self {
            Operand::Column(at) => Cow::Borrowed(&fields[*at]),
            Operand::Const(_, value) => Cow::Borrowed(value),
            Operand::Tuple(parts) => {
                let parts = parts.iter().map(|part| part.value(fields).into_owned());
                Cow::Owned(Value::tuple(parts.collect::<Arc<[Value]>>()))
            }
        }
    }
}

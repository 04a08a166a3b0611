//! Bodies that only count and put: run without a frame, without an evaluator, without a journal.
//!
//! ```text
//! if quota[ad].spend(1) { views[ad].inc(1) } else { emit refused { ad } }
//!   spend, key column 0, by 1        true: inc, key column 0, by 1        false: not lean ─► taken back, run in full
//! ```
//!
//! What happens at nearly every event is made as short as it gets; for the rest the op starts over in full (`txn`), which
//! decides what it means. So nothing here reports, refuses or emits.
//!
//! Invariant: a lean run that comes to its end has done what the full one would have; one that does not is taken back.
//!
//! Neighbours: `code` (the same bodies in full), [`crate::cells`].

use lasp_lattice::gmap::GMap;
use lasp_lattice::{Quick, ReplicaId};
use lasp_plan::{Expr, ExprKind, Value, VarId};

use super::code::{Code, Handler, Ready, key_of};
use crate::cells::{Given, Key};
use crate::vars::Vars;

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Lean {
    Update(Step),
    IfUpdate(Step, Vec<Lean>, Vec<Lean>),
    /// Whatever else there is.
    Full,
}

/// An update in place.
#[derive(Clone, Debug)]
pub(super) struct Step {
    var: VarId,
    quick: Quick,
    key: Option<Operand>,
    arg: Argument,
}

/// A value that is there already.
#[derive(Clone, Debug)]
enum Operand {
    Column(usize),
    /// With its hash.
    Const(u64, Value),
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
pub(super) fn lean(handler: &Handler) -> Option<Vec<Lean>> {
    let columns = handler.columns()?;
    let body = block(&handler.body, columns);
    (!matches!(body.first(), None | Some(Lean::Full))).then_some(body)
}

fn block(body: &[Code], columns: usize) -> Vec<Lean> {
    let statement = |code: &Code| match code {
        Code::Update(of) => step(of, columns).map(Lean::Update),
        Code::IfUpdate(of, yes, no) => {
            step(of, columns).map(|step| Lean::IfUpdate(step, block(yes, columns), block(no, columns)))
        }
        _ => None,
    };
    body.iter().map(|code| statement(code).unwrap_or(Lean::Full)).collect()
}

fn step(of: &Ready, columns: usize) -> Option<Step> {
    let quick = of.quick?;
    let key = match key_of(&of.update) {
        None => None,
        Some(key) => Some(operand(key, columns)?),
    };
    let arg = match of.update.args.first().map(|arg| operand(arg, columns)) {
        None if quick.counts() => Argument::Amount(1),
        None => Argument::Nothing,
        Some(operand) => match operand? {
            Operand::Column(at) if quick.counts() => Argument::AmountOf(at),
            Operand::Const(_, Value::Int(n)) if quick.counts() => Argument::Amount(u64::try_from(n).ok()?),
            _ if quick.counts() => return None,
            operand => Argument::Element(operand),
        },
    };
    Some(Step { var: of.update.var, quick, key, arg })
}

fn operand(expr: &Expr, columns: usize) -> Option<Operand> {
    match &expr.kind {
        ExprKind::Const(value) => Some(Operand::Const(GMap::hash(value), value.clone())),
        ExprKind::Local(slot) if (*slot as usize) < columns => Some(Operand::Column(*slot as usize)),
        _ => None,
    }
}

/// A run over the fields of one event.
pub(super) struct Run<'r> {
    vars: &'r mut Vars,
    fields: &'r [Value],
    replica: ReplicaId,
    /// The column that was hashed last: a handler often uses one key for several maps.
    hashed: Option<(usize, u64)>,
}

impl<'r> Run<'r> {
    pub(super) fn new(vars: &'r mut Vars, fields: &'r [Value], replica: ReplicaId) -> Run<'r> {
        Run { vars, fields, replica, hashed: None }
    }

    /// Runs statements in order; on an error the caller takes back what was logged.
    pub(super) fn block(&mut self, body: &[Lean]) -> Result<(), InFull> {
        for statement in body {
            match statement {
                Lean::Update(step) => {
                    self.step(step)?;
                }
                Lean::IfUpdate(step, yes, no) => {
                    let chosen = if self.step(step)? { yes } else { no };
                    self.block(chosen)?;
                }
                Lean::Full => return Err(InFull),
            }
        }
        Ok(())
    }

    #[inline]
    fn step(&mut self, step: &Step) -> Result<bool, InFull> {
        let fields = self.fields;
        let mut key = match &step.key {
            None => None,
            Some(Operand::Const(hash, value)) => Some(Key { value, hash: Some(*hash) }),
            Some(Operand::Column(at)) => {
                let hash = self.hashed.filter(|(column, _)| column == at).map(|(_, hash)| hash);
                Some(Key { value: &fields[*at], hash })
            }
        };
        let given = match &step.arg {
            Argument::Amount(n) => Given::Count(*n),
            Argument::AmountOf(at) => match &fields[*at] {
                Value::Int(n) if *n >= 0 => Given::Count(n.unsigned_abs()),
                _ => return Err(InFull),
            },
            Argument::Element(Operand::Const(_, value)) => Given::Put(value),
            Argument::Element(Operand::Column(at)) => Given::Put(&fields[*at]),
            Argument::Nothing => Given::Nothing,
        };
        let answer = self.vars.apply(step.var, key.as_mut(), (step.quick, given), self.replica);
        if let (Some(Operand::Column(at)), Some(Key { hash: Some(hash), .. })) = (&step.key, key) {
            self.hashed = Some((*at, hash));
        }
        answer.map_err(|_| InFull)
    }
}

//! What an expression is worth at the beginning: when every variable holds its initial value.
//!
//! ```text
//! var stock: pncounter = 5     stock >= 0     true
//! var names: gset<text>        names.all(n => n != "")     true: there is none
//! ```
//!
//! Only what invariants are made of is known here; of the rest the answer is that it is not known, never a wrong one.
//! Neighbours: `free` asks; the virtual machine has the evaluator that counts, which the compiler cannot ask.

use lasp_lattice::Read;
use lasp_plan::{BinaryOp, CollOp, Func, UnaryOp, Value};
use rustc_hash::FxHashMap;

use crate::crdt::Crdt;
use crate::hir::{Hir, HirKind, HirPattern, LocalId};
use crate::program::Program;

/// How many nodes one question may visit.
const FUEL: u32 = 20_000;

/// What a variable reads as at the beginning.
pub(crate) fn at_start(program: &Program, var: usize) -> Option<Value> {
    let def = program.vars.get(var)?;
    let init = match &def.init {
        Some(init) => Some(value(program, init)?),
        None => None,
    };
    read(&def.crdt, init, true)
}

/// The value of a closed expression at the beginning.
pub(crate) fn value(program: &Program, hir: &Hir) -> Option<Value> {
    Known { program, fuel: FUEL, locals: FxHashMap::default() }.value(hir)
}

/// What a lattice reads as that starts so. `top`: a `max` with an initial value reads bare at the top of a variable.
fn read(crdt: &Crdt, init: Option<Value>, top: bool) -> Option<Value> {
    let parts = |parts: Vec<&Crdt>, init: Option<Value>| {
        let slots = match init {
            Some(Value::Tuple(slots)) => slots.iter().cloned().map(Some).collect(),
            Some(_) => return None,
            None => vec![None; parts.len()],
        };
        let read = parts.into_iter().zip(slots).map(|(part, init)| read(part, init, false));
        read.collect::<Option<Vec<_>>>().map(Value::tuple)
    };
    match crdt {
        Crdt::Named { info, inner, .. } => Some(match (info.read, init) {
            (Read::Set, Some(content)) if crdt.method("set").is_some() => Value::set(vec![content]),
            (Read::OptionElement, Some(content)) if top && matches!(info.name, "max" | "min") => content,
            (Read::OptionElement, Some(content)) => Value::some(content),
            (Read::Set | Read::Nat | Read::Int | Read::Bool, Some(init)) => init,
            (Read::Set, None) => Value::set(Vec::new()),
            (Read::List, None) => Value::List(Vec::new().into()),
            (Read::Nat | Read::Int, None) => Value::Int(0),
            (Read::Bool, None) => Value::Bool(false),
            (Read::OptionElement, None) => Value::None,
            (Read::Map | Read::MapCounts, None) => Value::map(Vec::new()),
            (Read::Map, Some(Value::Map(entries))) => {
                let entry = |(key, init): &(Value, Value)| {
                    Some((key.clone(), read(inner.first()?, Some(init.clone()), false)?))
                };
                Value::map(entries.iter().map(entry).collect::<Option<_>>()?)
            }
            _ => return None,
        }),
        Crdt::Record(fields, _) => parts(fields.iter().map(|(_, part)| part).collect(), init),
        Crdt::Tuple(all, _) => parts(all.iter().collect(), init),
        Crdt::Drawn(..) | Crdt::Error => None,
    }
}

struct Known<'p> {
    program: &'p Program,
    fuel: u32,
    locals: FxHashMap<LocalId, Value>,
}

impl Known<'_> {
    fn value(&mut self, hir: &Hir) -> Option<Value> {
        self.fuel = self.fuel.checked_sub(1)?;
        let program = self.program;
        Some(match &hir.kind {
            HirKind::Const(value) => value.clone(),
            HirKind::Local(local) => self.locals.get(local)?.clone(),
            HirKind::Var(var) => at_start(program, *var)?,
            HirKind::View(view) => {
                // A view knows nothing of the names around who asks.
                let locals = std::mem::take(&mut self.locals);
                let value = self.value(&program.views[*view].value);
                self.locals = locals;
                value?
            }
            HirKind::Unstable(inner, _) => self.value(inner)?,
            HirKind::Field(base, name) => match self.value(base)? {
                Value::Tuple(slots) => {
                    let slot = crate::lower::field_slot(&program.holes.full(&base.ty), name);
                    slots.get(slot as usize)?.clone()
                }
                _ => return None,
            },
            HirKind::Tuple(parts) => Value::tuple(self.values(parts)?),
            HirKind::Record(fields) => {
                Value::tuple(fields.iter().map(|(_, part)| self.value(part)).collect::<Option<Vec<_>>>()?)
            }
            HirKind::Set(parts) => Value::set(self.values(parts)?),
            HirKind::List(parts) => Value::List(self.values(parts)?.into()),
            HirKind::Map(entries) => {
                let entry = |(key, value): &(Hir, Hir)| Some((self.value(key)?, self.value(value)?));
                Value::map(entries.iter().map(entry).collect::<Option<_>>()?)
            }
            HirKind::Variant(tag, parts) => Value::Variant(*tag, self.values(parts)?.into()),
            HirKind::Some(inner) => Value::some(self.value(inner)?),
            HirKind::Unary(UnaryOp::Not, inner) => Value::Bool(!self.truth(inner)?),
            HirKind::Unary(UnaryOp::Neg, inner) => match self.value(inner)? {
                Value::Int(n) => Value::Int(n.checked_neg()?),
                _ => return None,
            },
            HirKind::Binary(BinaryOp::And, a, b) => Value::Bool(self.truth(a)? && self.truth(b)?),
            HirKind::Binary(BinaryOp::Or, a, b) => Value::Bool(self.truth(a)? || self.truth(b)?),
            HirKind::Binary(op, a, b) => binary(*op, &self.value(a)?, &self.value(b)?)?,
            HirKind::CompareSet(op, a, b) => match (self.value(a)?, self.value(b)?) {
                (Value::Some(a), Value::Some(b)) => compared(*op, &a, &b)?,
                (Value::Some(a), b) if !matches!(b, Value::None) => compared(*op, &a, &b)?,
                (a, Value::Some(b)) if !matches!(a, Value::None) => compared(*op, &a, &b)?,
                (Value::None, b) if !matches!(b, Value::None | Value::Some(_)) => Value::Bool(false),
                _ => return None,
            },
            HirKind::If(condition, then, otherwise) => match self.truth(condition)? {
                true => self.value(then)?,
                false => self.value(otherwise)?,
            },
            HirKind::Call(Func::IsSet, args) => match self.values(args)?.as_slice() {
                [Value::None] => Value::Bool(false),
                [Value::Some(_)] => Value::Bool(true),
                _ => return None,
            },
            HirKind::Apply(function, args) => {
                let args = self.values(args)?;
                let function = program.fns.get(*function)?;
                let bound = function.params.iter().map(|(_, local)| *local).zip(args);
                self.locals.extend(bound);
                self.value(&function.body)?
            }
            HirKind::Coll(op, source, args, lambda) => {
                let source = self.value(source)?;
                let elements = source.elements()?;
                match (op, lambda, args.as_slice()) {
                    (CollOp::Count, None, []) => Value::Int(i64::try_from(elements.len()).ok()?),
                    (CollOp::IsEmpty, None, []) => Value::Bool(elements.is_empty()),
                    (CollOp::Keys, None, []) => match source {
                        Value::Map(entries) => Value::set(entries.iter().map(|(key, _)| key.clone()).collect()),
                        _ => return None,
                    },
                    (CollOp::Contains, None, [element]) => {
                        let element = self.value(element)?;
                        Value::Bool(match source {
                            Value::Map(entries) => entries.iter().any(|(key, _)| *key == element),
                            _ => elements.contains(&element),
                        })
                    }
                    (CollOp::All | CollOp::Any, Some(lambda), []) => {
                        let mut truths = Vec::new();
                        for element in &elements {
                            self.bind(&lambda.pattern, element)?;
                            truths.push(self.truth(&lambda.body)?);
                        }
                        let all = *op == CollOp::All;
                        Value::Bool(if all { truths.iter().all(|truth| *truth) } else { truths.contains(&true) })
                    }
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    fn truth(&mut self, hir: &Hir) -> Option<bool> {
        if let Value::Bool(truth) = self.value(hir)? { Some(truth) } else { None }
    }

    fn values(&mut self, parts: &[Hir]) -> Option<Vec<Value>> {
        parts.iter().map(|part| self.value(part)).collect()
    }

    fn bind(&mut self, pattern: &HirPattern, value: &Value) -> Option<()> {
        match (pattern, value) {
            (HirPattern::Wildcard, _) => {}
            (HirPattern::Bind(local), value) => {
                self.locals.insert(*local, value.clone());
            }
            (HirPattern::Slots(slots), Value::Tuple(parts)) => {
                for (slot, pattern) in slots {
                    self.bind(pattern, parts.get(*slot as usize)?)?;
                }
            }
            _ => return None,
        }
        Some(())
    }
}

fn binary(op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    match (op, a, b) {
        (BinaryOp::Add, Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        (BinaryOp::Sub, Value::Int(a), Value::Int(b)) => a.checked_sub(*b).map(Value::Int),
        (BinaryOp::Mul, Value::Int(a), Value::Int(b)) => a.checked_mul(*b).map(Value::Int),
        _ => compared(op, a, b),
    }
}

/// Of two values of one type. An `int` beside a `float` is not known here.
fn compared(op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    if std::mem::discriminant(a) != std::mem::discriminant(b)
        && (matches!(a, Value::Float(_)) || matches!(b, Value::Float(_)))
    {
        return None;
    }
    Some(Value::Bool(match op {
        BinaryOp::Eq => a == b,
        BinaryOp::Ne => a != b,
        BinaryOp::Lt => a < b,
        BinaryOp::Le => a <= b,
        BinaryOp::Gt => a > b,
        BinaryOp::Ge => a >= b,
        _ => return None,
    }))
}

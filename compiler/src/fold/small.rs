//! Folds tried out: a function evaluated on small values, to find a set that two orders disagree about.
//!
//! ```text
//! (acc, x) => acc * 2 + x   from 0 over {1, 2}      1 then 2 gives 4, 2 then 1 gives 5
//! ```
//!
//! The values are a handful of each type, those a person would try first in front, with the constants of the body and
//! their neighbours. What reads variables is not tried: it says nothing about the function. Neighbours: the parent
//! module makes the search; the virtual machine has the evaluator that counts, which the compiler cannot ask.

use lasp_plan::{BinaryOp, Func, UnaryOp, Value};
use rustc_hash::FxHashMap;

use crate::hir::{Hir, HirKind, HirPattern, LocalId};
use crate::program::Program;
use crate::ty::Ty;

/// How many values of one type are tried.
const VALUES_MAX: usize = 20;
/// How many nodes a search may evaluate.
const NODES_MAX: u32 = 400_000;

/// An evaluator of what reads nothing.
pub(super) struct Small<'p> {
    program: &'p Program,
    fuel: u32,
}

type Env = FxHashMap<LocalId, Value>;

impl<'p> Small<'p> {
    pub(super) fn new(program: &'p Program) -> Small<'p> {
        Small { program, fuel: NODES_MAX }
    }

    /// The value of a body for an argument; none if it fails, reads something, or takes too long.
    pub(super) fn apply(&mut self, pattern: &HirPattern, argument: &Value, body: &Hir) -> Option<Value> {
        let mut env = Env::default();
        self.fit(pattern, argument, &mut env).then(|| self.eval(body, &mut env)).flatten()
    }

    /// The value of an expression that stands alone.
    pub(super) fn alone(&mut self, hir: &Hir) -> Option<Value> {
        self.eval(hir, &mut Env::default())
    }

    fn eval(&mut self, hir: &Hir, env: &mut Env) -> Option<Value> {
        self.fuel = self.fuel.checked_sub(1)?;
        Some(match &hir.kind {
            HirKind::Const(value) => value.clone(),
            HirKind::Local(local) => env.get(local)?.clone(),
            HirKind::Unstable(inner, _) => self.eval(inner, env)?,
            HirKind::Field(base, name) => {
                let slot = crate::lower::field_slot(&self.program.holes.full(&base.ty), name) as usize;
                match self.eval(base, env)? {
                    Value::Tuple(slots) => slots.get(slot)?.clone(),
                    _ => return None,
                }
            }
            HirKind::Tuple(parts) => Value::tuple(self.all(parts, env)?),
            HirKind::Set(parts) => Value::set(self.all(parts, env)?),
            HirKind::List(parts) => Value::List(self.all(parts, env)?.into()),
            HirKind::Record(fields) => {
                Value::tuple(fields.iter().map(|(_, part)| self.eval(part, env)).collect::<Option<Vec<_>>>()?)
            }
            HirKind::Variant(tag, parts) => Value::Variant(*tag, self.all(parts, env)?.into()),
            HirKind::Some(inner) => Value::some(self.eval(inner, env)?),
            HirKind::Unary(UnaryOp::Not, inner) => Value::Bool(self.eval(inner, env)? != Value::Bool(true)),
            HirKind::Unary(UnaryOp::Neg, inner) => {
                let value = self.eval(inner, env)?;
                let zero = if let Value::Float(_) = value { Value::Float(0.0.into()) } else { Value::Int(0) };
                arithmetic(BinaryOp::Sub, &zero, &value)?
            }
            HirKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                let decides = Value::Bool(*op == BinaryOp::Or);
                let left = self.eval(a, env)?;
                if left == decides { left } else { self.eval(b, env)? }
            }
            HirKind::Binary(op, a, b) => {
                let (left, right) = (self.eval(a, env)?, self.eval(b, env)?);
                match compared(*op, &left, &right) {
                    Some(truth) => Value::Bool(truth),
                    None => arithmetic(*op, &left, &right)?,
                }
            }
            HirKind::CompareSet(op, a, b) => {
                let (left, right) = (self.eval(a, env)?, self.eval(b, env)?);
                bound(*op, &left, &right)?
            }
            HirKind::CompareDrawn(op, a, b, order) => {
                let (left, right) = (self.eval(a, env)?, self.eval(b, env)?);
                let (Value::Variant(left, _), Value::Variant(right, _)) = (left, right) else { return None };
                let (left, right) = (u16::try_from(left).ok()?, u16::try_from(right).ok()?);
                Value::Bool(match op {
                    BinaryOp::Le => order.le(left, right),
                    BinaryOp::Lt => left != right && order.le(left, right),
                    BinaryOp::Ge => order.le(right, left),
                    _ => left != right && order.le(right, left),
                })
            }
            HirKind::If(condition, then, otherwise) => {
                let taken = self.eval(condition, env)? == Value::Bool(true);
                self.eval(if taken { then } else { otherwise }, env)?
            }
            HirKind::Match(value, arms) => {
                let value = self.eval(value, env)?;
                for arm in arms {
                    if !self.fit(&arm.pattern, &value, env) {
                        continue;
                    }
                    let open = match &arm.guard {
                        Some(guard) => self.eval(guard, env)? == Value::Bool(true),
                        None => true,
                    };
                    if open {
                        return self.eval(&arm.body, env);
                    }
                }
                return None;
            }
            HirKind::Call(func, parts) => {
                let parts = self.all(parts, env)?;
                called(*func, &parts)?
            }
            HirKind::Apply(index, args) => {
                let program = self.program;
                let function = &program.fns[*index];
                let args = self.all(args, env)?;
                let mut inner: Env = function.params.iter().map(|(_, local)| *local).zip(args).collect();
                self.eval(&function.body, &mut inner)?
            }
            _ => return None,
        })
    }

    fn all(&mut self, parts: &[Hir], env: &mut Env) -> Option<Vec<Value>> {
        parts.iter().map(|part| self.eval(part, env)).collect()
    }

    fn fit(&self, pattern: &HirPattern, value: &Value, env: &mut Env) -> bool {
        match (pattern, value) {
            (HirPattern::Wildcard, _) => true,
            (HirPattern::Bind(local), _) => {
                env.insert(*local, value.clone());
                true
            }
            (HirPattern::Const(wanted), _) => wanted == value,
            (HirPattern::Slots(parts), Value::Tuple(slots)) => parts
                .iter()
                .all(|(slot, part)| slots.get(*slot as usize).is_some_and(|value| self.fit(part, value, env))),
            (HirPattern::Variant(tag, parts), Value::Variant(found, fields)) => {
                tag == found && parts.iter().zip(fields.iter()).all(|(part, value)| self.fit(part, value, env))
            }
            (HirPattern::Some(part), Value::Some(inner)) => self.fit(part, inner, env),
            (HirPattern::Both(local, part), _) => {
                env.insert(*local, value.clone());
                self.fit(part, value, env)
            }
            _ => false,
        }
    }
}

fn compared(op: BinaryOp, left: &Value, right: &Value) -> Option<bool> {
    Some(match op {
        BinaryOp::Eq => left == right,
        BinaryOp::Ne => left != right,
        BinaryOp::Lt => left < right,
        BinaryOp::Le => left <= right,
        BinaryOp::Gt => left > right,
        BinaryOp::Ge => left >= right,
        _ => return None,
    })
}

fn bound(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    let content = |value: &Value| match value {
        Value::None => None,
        Value::Some(inner) => Some(Value::clone(inner)),
        bare => Some(bare.clone()),
    };
    Some(Value::Bool(match (content(left), content(right)) {
        (Some(left), Some(right)) => compared(op, &left, &right)?,
        _ => false,
    }))
}

fn arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    if let (Value::Float(a), Value::Float(b)) = (left, right) {
        let (a, b) = (a.get(), b.get());
        return Some(Value::Float(match op {
            BinaryOp::Add => (a + b).into(),
            BinaryOp::Sub => (a - b).into(),
            BinaryOp::Mul => (a * b).into(),
            BinaryOp::Div => (a / b).into(),
            _ => return None,
        }));
    }
    let (Value::Int(a) | Value::Duration(a) | Value::Time(a)) = *left else { return None };
    let (Value::Int(b) | Value::Duration(b) | Value::Time(b)) = *right else { return None };
    let n = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => a.checked_div(b),
        BinaryOp::Rem => a.checked_rem(b),
        _ => None,
    }?;
    Some(match (left, right, op) {
        (Value::Int(_), Value::Int(_), _) => Value::Int(n),
        (Value::Time(_), Value::Time(_), _) => Value::Duration(n),
        (Value::Time(_), ..) | (_, Value::Time(_), _) => Value::Time(n),
        _ => Value::Duration(n),
    })
}

fn called(func: Func, parts: &[Value]) -> Option<Value> {
    Some(match (func, parts) {
        (Func::Or, [Value::Some(inner), _]) => Value::clone(inner),
        (Func::Or, [_, default]) => default.clone(),
        (Func::IsSet, [value]) => Value::Bool(*value != Value::None),
        (Func::AtLeast, [value, least]) => bound(BinaryOp::Ge, value, least)?,
        (Func::AtMost, [value, most]) => bound(BinaryOp::Le, value, most)?,
        (Func::Min, [a, b]) => a.min(b).clone(),
        (Func::Max, [a, b]) => a.max(b).clone(),
        (Func::Clamp, [x, low, high]) => x.max(low).min(high).clone(),
        (Func::Abs, [Value::Int(n)]) => Value::Int(n.checked_abs()?),
        (Func::ToInt | Func::ToNat, [Value::Int(n)]) if func == Func::ToInt || *n >= 0 => Value::Int(*n),
        (Func::ToFloat, [Value::Int(n)]) => Value::Float((*n as f64).into()),
        (Func::Length, [Value::Text(text)]) => Value::Int(i64::try_from(text.chars().count()).ok()?),
        _ => return None,
    })
}

/// A handful of values of a type, the plainest first. `constants` are those of the body, `used` the fields it reads:
/// the others have one value.
pub(super) fn some_of(ty: &Ty, constants: &[Value], used: &dyn Fn(&str) -> bool) -> Vec<Value> {
    let ints = |least: i64| {
        let near = constants.iter().filter_map(|value| if let Value::Int(n) = value { Some(*n) } else { None });
        let near = near.flat_map(|n| [n, n.saturating_add(1), n.saturating_sub(1)]);
        let mut ints: Vec<i64> = [1, 2, 3, 0, -1, -2, 7].into_iter().chain(near).filter(|n| *n >= least).collect();
        let mut seen = Vec::new();
        ints.retain(|n| {
            !seen.contains(n) && {
                seen.push(*n);
                true
            }
        });
        ints
    };
    let of_constants = |wanted: fn(&Value) -> bool| constants.iter().filter(move |value| wanted(value)).cloned();
    let mut values: Vec<Value> = match ty {
        Ty::Int | Ty::Var(_) => ints(i64::MIN).into_iter().map(Value::Int).collect(),
        Ty::Nat => ints(0).into_iter().map(Value::Int).collect(),
        Ty::Time => [1, 2, 3].map(|n| Value::Time(n * 1_000_000)).into(),
        Ty::Duration => {
            let seconds = [1, 2, 3, 0, -1].map(|n| Value::Duration(n * 1_000_000));
            seconds.into_iter().chain(of_constants(|value| matches!(value, Value::Duration(_)))).collect()
        }
        Ty::Float => {
            let plain = [1.0, 2.0, 0.1, 0.2, 0.3, 0.0, -1.5, 1e16].map(|x| Value::Float(x.into()));
            plain.into_iter().chain(of_constants(|value| matches!(value, Value::Float(_)))).collect()
        }
        Ty::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Ty::Text => {
            let plain = ["a", "b", "ab", ""].map(Value::text);
            plain.into_iter().chain(of_constants(|value| matches!(value, Value::Text(_)))).collect()
        }
        Ty::Option(inner) => {
            let inner = some_of(inner, constants, used).into_iter().map(Value::some);
            inner.take(VALUES_MAX - 1).chain([Value::None]).collect()
        }
        Ty::Enum(declared) => {
            let variants = (0..).zip(&declared.variants);
            let variant = |(tag, (_, fields)): (u32, &(String, Vec<Ty>))| {
                let fields: Vec<(&str, &Ty)> = fields.iter().map(|ty| ("", ty)).collect();
                let parts = combined(&fields, constants, &|_| true);
                parts.into_iter().map(move |parts| Value::Variant(tag, parts.into())).collect::<Vec<_>>()
            };
            variants.flat_map(variant).collect()
        }
        Ty::Tuple(types) => {
            let parts: Vec<(&str, &Ty)> = types.iter().map(|ty| ("", ty)).collect();
            combined(&parts, constants, &|_| true).into_iter().map(Value::tuple).collect()
        }
        Ty::Record(fields) => {
            let parts: Vec<(&str, &Ty)> = fields.iter().map(|(name, ty)| (name.as_str(), ty)).collect();
            combined(&parts, constants, used).into_iter().map(Value::tuple).collect()
        }
        Ty::Set(inner) => some_of(inner, constants, used).into_iter().map(|value| Value::set(vec![value])).collect(),
        Ty::List(inner) => {
            some_of(inner, constants, used).into_iter().map(|value| Value::List([value].into())).collect()
        }
        _ => Vec::new(),
    };
    values.truncate(VALUES_MAX);
    values
}

/// Combinations of values of the parts that matter.
fn combined(parts: &[(&str, &Ty)], constants: &[Value], used: &dyn Fn(&str) -> bool) -> Vec<Vec<Value>> {
    let matters: Vec<bool> = parts.iter().map(|(name, _)| used(name)).collect();
    let free = matters.iter().filter(|matters| **matters).count().max(1);
    let most = (1..=VALUES_MAX).rev().find(|n| n.saturating_pow(u32::try_from(free).unwrap_or(9)) <= VALUES_MAX);
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for ((_, ty), matters) in parts.iter().zip(matters) {
        let mut values = some_of(ty, constants, used);
        values.truncate(if matters { most.unwrap_or(1).max(2) } else { 1 });
        let longer = |row: &Vec<Value>| {
            let row = row.clone();
            values.iter().map(move |value| row.iter().cloned().chain([value.clone()]).collect()).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).take(4 * VALUES_MAX).collect();
    }
    rows
}

/// All values of a type, if there are at most so many.
pub(super) fn all_of(ty: &Ty, most: usize) -> Option<Vec<Value>> {
    let product = |types: &[&Ty]| {
        let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
        for ty in types {
            let values = all_of(ty, most)?;
            if rows.len().saturating_mul(values.len()) > most {
                return None;
            }
            let longer = |row: &Vec<Value>, value: &Value| row.iter().cloned().chain([value.clone()]).collect();
            rows =
                rows.iter().flat_map(|row| values.iter().map(|value| longer(row, value)).collect::<Vec<_>>()).collect();
        }
        Some(rows)
    };
    let values: Vec<Value> = match ty {
        Ty::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Ty::Option(inner) => {
            [Value::None].into_iter().chain(all_of(inner, most)?.into_iter().map(Value::some)).collect()
        }
        Ty::Tuple(_) | Ty::Record(_) => product(&ty.parts())?.into_iter().map(Value::tuple).collect(),
        Ty::Enum(declared) => {
            let mut all = Vec::new();
            for (tag, (_, fields)) in (0..).zip(&declared.variants) {
                let fields = product(&fields.iter().collect::<Vec<_>>())?;
                all.extend(fields.into_iter().map(|fields| Value::Variant(tag, fields.into())));
            }
            all
        }
        _ => return None,
    };
    (values.len() <= most).then_some(values)
}

//! What a function gives, path by path: the conditions under which a way through its body is taken, and its result.
//!
//! ```text
//! (acc, x) => if x > acc then x else acc          x - acc - 1 ≥ 0   gives  x
//!                                                 acc - x ≥ 0       gives  acc
//! ```
//!
//! Whole numbers, times and durations are sums of unknowns; what is only compared stands for a place in some order;
//! tuples, options and enums are taken apart when somebody looks into them. What the prover does not understand (`x %
//! 3`, a lookup, a text function) is an unknown that is the same wherever the same is written about the same.
//!
//! Invariants: the paths of one run exclude each other and leave nothing out; a run that needs too many gives up.
//! Failures are not results: how a sum of whole numbers leaves their range is a matter of the run, not of this page.
//! Neighbours: `compare` compares and fits patterns; `linear` says which conditions can hold together; the parent
//! module compares results.

mod compare;

use std::rc::Rc;

use lasp_plan::{BinaryOp, Func, UnaryOp, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use super::linear::{Linear, Name, may_hold};
use crate::hir::{Hir, HirKind, HirPattern, HirText, LocalId};
use crate::program::Program;
use crate::ty::Ty;

/// How many steps a proof may take: inequalities looked at and paths made. What people write takes
/// some hundreds, of about a tenth of a microsecond each.
const STEPS_MAX: u32 = 40_000;
/// How deep functions may be unfolded.
const DEPTH_MAX: u32 = 60;

/// A value that is known in part.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sym {
    /// A whole number, or a place in an order.
    Number(Linear),
    Bool(bool),
    /// A tuple or record.
    Slots(Vec<Sym>),
    None,
    Some(Box<Sym>),
    Variant(u32, Vec<Sym>),
    /// Not looked into yet: which, and its type.
    Unknown(Name, Ty),
}

/// Conditions, each ≥ 0.
pub(super) type Path = Rc<Vec<Linear>>;
/// A run that needs too much.
#[derive(Debug)]
pub(super) struct TooMuch;
/// Ways through an expression.
pub(super) type Ways<T> = Result<Vec<(Path, T)>, TooMuch>;
type Env = FxHashMap<LocalId, Sym>;

/// The prover at work on one function.
pub(super) struct Paths<'p> {
    program: &'p Program,
    /// Unknowns by what they stand for.
    names: FxHashMap<String, Name>,
    /// What unknowns that stand for numbers from a range are bounded by.
    bounds: FxHashMap<Name, (Option<i128>, Option<i128>)>,
    /// Unknowns that stand for constants of types that are only compared.
    constants: Vec<(Value, Name)>,
    /// Names that may hold what was gathered; what uses none of them is then not looked into.
    tainted: Option<FxHashSet<LocalId>>,
    steps: u32,
    depth: u32,
}

impl<'p> Paths<'p> {
    pub(super) fn new(program: &'p Program) -> Paths<'p> {
        Paths {
            program,
            names: FxHashMap::default(),
            bounds: FxHashMap::default(),
            constants: Vec::new(),
            tainted: None,
            steps: STEPS_MAX,
            depth: 0,
        }
    }

    /// Takes whatever does not use what was gathered as one unknown: fewer paths, and less is seen.
    pub(super) fn coarse(mut self, body: &Hir, pattern: &HirPattern) -> Paths<'p> {
        let mut tainted = FxHashSet::default();
        let mut taint = |pattern: &HirPattern| {
            pattern.each_bound(&mut |local| {
                tainted.insert(local);
            });
        };
        match pattern {
            HirPattern::Slots(slots) => slots.iter().filter(|(slot, _)| *slot == 0).for_each(|(_, part)| taint(part)),
            whole => taint(whole),
        }
        body.each(&mut |part| {
            if let HirKind::Match(_, arms) = &part.kind {
                arms.iter().for_each(|arm| taint(&arm.pattern));
            }
        });
        self.tainted = Some(tainted);
        self
    }

    /// Whether an expression is taken as one unknown: more than a name, and without what was gathered.
    fn is_whole_unknown(&self, hir: &Hir) -> bool {
        let Some(tainted) = &self.tainted else { return false };
        if matches!(hir.kind, HirKind::Const(_) | HirKind::Local(_) | HirKind::Field(..)) {
            return false;
        }
        let mut bound = FxHashSet::default();
        hir.each(&mut |part| {
            if let HirKind::Match(_, arms) = &part.kind {
                arms.iter().for_each(|arm| {
                    arm.pattern.each_bound(&mut |local| {
                        bound.insert(local);
                    });
                });
            }
        });
        !hir.any(&mut |part| match &part.kind {
            HirKind::Local(local) => tainted.contains(local) && !bound.contains(local),
            _ => false,
        })
    }

    /// An unknown for something known by its place and by what it uses from outside.
    fn at_its_place(&mut self, hir: &Hir, env: &Env) -> Sym {
        let mut used = Vec::new();
        hir.each(&mut |part| {
            if let HirKind::Local(local) = &part.kind
                && let Some(sym) = env.get(local)
            {
                used.push(sym);
            }
        });
        self.unknown(&format!("at {:?} {used:?}", hir.place), &hir.ty)
    }

    /// Something of this type, about which nothing is known but that `what` is always the same.
    pub(super) fn unknown(&mut self, what: &str, ty: &Ty) -> Sym {
        let next = Name::try_from(self.names.len()).unwrap_or(Name::MAX);
        let name = *self.names.entry(what.to_string()).or_insert(next);
        Sym::Unknown(name, self.program.holes.full(ty))
    }

    /// The ways through a body with these names bound.
    pub(super) fn run(&mut self, body: &Hir, pattern: &HirPattern, argument: Sym, path: &Path) -> Ways<Sym> {
        let mut all = Vec::new();
        for (path, bound) in self.fit(pattern, &argument, path)? {
            if let Some(bound) = bound {
                all.extend(self.expr(body, &bound.into_iter().collect(), &path)?);
            }
        }
        Ok(all)
    }

    /// How many steps were taken so far.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u32 {
        STEPS_MAX - self.steps
    }

    fn step(&mut self) -> Result<(), TooMuch> {
        self.steps = self.steps.checked_sub(1).ok_or(TooMuch)?;
        Ok(())
    }

    /// The path with further conditions, if it can be taken then.
    fn and(
        &mut self,
        path: &Path,
        conditions: impl IntoIterator<Item = Option<Linear>>,
    ) -> Result<Option<Path>, TooMuch> {
        self.step()?;
        let mut longer = Vec::clone(path);
        for condition in conditions {
            longer.push(condition.ok_or(TooMuch)?);
        }
        let mut all = longer.clone();
        let mut names: Vec<Name> = longer.iter().flat_map(Linear::names).collect();
        names.sort_unstable();
        names.dedup();
        for name in &names {
            if let Some((low, high)) = self.bounds.get(name) {
                let this = Linear::name(*name);
                all.extend(low.and_then(|low| this.plus(&Linear::constant(-low), 1)));
                all.extend(high.and_then(|high| Linear::constant(high).plus(&this, -1)));
            }
        }
        let known: Vec<&(Value, Name)> =
            self.constants.iter().filter(|(_, name)| names.binary_search(name).is_ok()).collect();
        for (value, name) in &known {
            for (other, greater) in &known {
                if std::mem::discriminant(value) == std::mem::discriminant(other) && value < other {
                    all.extend(gap(&Linear::name(*greater), &Linear::name(*name), 1));
                }
            }
        }
        Ok(may_hold(&all, &mut self.steps).then(|| Rc::new(longer)))
    }

    fn number(&mut self, name: Name, ty: &Ty) -> Sym {
        if *ty == Ty::Nat {
            self.bounds.insert(name, (Some(0), None));
        }
        Sym::Number(Linear::name(name))
    }

    /// An unknown with its outermost form known.
    fn opened(&mut self, sym: &Sym, path: &Path) -> Ways<Sym> {
        let Sym::Unknown(name, ty) = sym else { return Ok(vec![(path.clone(), sym.clone())]) };
        let part = |this: &mut Self, which: &str, ty: &Ty| this.unknown(&format!("{name}.{which}"), ty);
        let forms: Vec<Sym> = match ty {
            Ty::Tuple(types) => {
                let types = types.iter().enumerate();
                vec![Sym::Slots(types.map(|(at, ty)| part(self, &at.to_string(), ty)).collect())]
            }
            Ty::Record(fields) => {
                let fields = fields.iter().enumerate();
                vec![Sym::Slots(fields.map(|(at, (_, ty))| part(self, &at.to_string(), ty)).collect())]
            }
            Ty::Bool => vec![Sym::Bool(false), Sym::Bool(true)],
            Ty::Option(inner) => vec![Sym::None, Sym::Some(Box::new(part(self, "some", inner)))],
            Ty::Enum(declared) => {
                let mut forms = Vec::new();
                for (tag, (_, fields)) in (0..).zip(&declared.variants) {
                    let fields = fields.iter().enumerate();
                    let fields = fields.map(|(at, ty)| part(self, &format!("{tag}.{at}"), ty)).collect();
                    forms.push(Sym::Variant(tag, fields));
                }
                forms
            }
            ty => return Ok(vec![(path.clone(), self.number(*name, ty))]),
        };
        if let [only] = forms.as_slice() {
            return Ok(vec![(path.clone(), only.clone())]);
        }
        let greatest = i128::try_from(forms.len()).unwrap_or(i128::MAX) - 1;
        self.bounds.insert(*name, (Some(0), Some(greatest)));
        let mut ways = Vec::new();
        for (tag, form) in (0..).zip(forms) {
            let (which, this) = (Linear::name(*name), Linear::constant(tag));
            if let Some(path) = self.and(path, [gap(&which, &this, 0), gap(&this, &which, 0)])? {
                ways.push((path, form));
            }
        }
        Ok(ways)
    }

    /// A tuple or record with its slots known, which it has in one way only.
    pub(super) fn opened_slots(&mut self, sym: &Sym, path: &Path) -> Result<Sym, TooMuch> {
        self.opened(sym, path)?.pop().map(|(_, sym)| sym).ok_or(TooMuch)
    }

    fn constant(&mut self, value: &Value, ty: &Ty) -> Sym {
        match value {
            Value::Int(n) | Value::Time(n) | Value::Duration(n) => Sym::Number(Linear::constant(i128::from(*n))),
            Value::Bool(truth) => Sym::Bool(*truth),
            Value::None => Sym::None,
            Value::Some(inner) => match ty {
                Ty::Option(ty) => Sym::Some(Box::new(self.constant(inner, ty))),
                _ => self.unknown(&format!("{value:?}"), ty),
            },
            Value::Tuple(slots) => {
                let types: Vec<Ty> = ty.parts().into_iter().cloned().collect();
                let types = types.iter().chain(std::iter::repeat(&Ty::Error));
                Sym::Slots(slots.iter().zip(types).map(|(slot, ty)| self.constant(slot, ty)).collect())
            }
            Value::Variant(tag, fields) if fields.is_empty() => Sym::Variant(*tag, Vec::new()),
            other => {
                let sym = self.unknown(&format!("{other:?}"), ty);
                if let Sym::Unknown(name, _) = sym
                    && !self.constants.iter().any(|(_, known)| *known == name)
                {
                    self.constants.push((value.clone(), name));
                }
                sym
            }
        }
    }

    fn exprs(&mut self, parts: &[&Hir], env: &Env, path: &Path) -> Ways<Vec<Sym>> {
        let mut ways = vec![(path.clone(), Vec::new())];
        for part in parts {
            let mut further = Vec::new();
            for (path, before) in ways {
                for (path, sym) in self.expr(part, env, &path)? {
                    further.push((path, before.iter().cloned().chain([sym]).collect()));
                }
            }
            ways = further;
        }
        Ok(ways)
    }

    /// A value put together from parts.
    fn built(&mut self, parts: &[&Hir], env: &Env, path: &Path, form: impl Fn(Vec<Sym>) -> Sym) -> Ways<Sym> {
        Ok(self.exprs(parts, env, path)?.into_iter().map(|(path, parts)| (path, form(parts))).collect())
    }

    fn expr(&mut self, hir: &Hir, env: &Env, path: &Path) -> Ways<Sym> {
        self.step()?;
        let one = |sym| Ok(vec![(path.clone(), sym)]);
        if self.is_whole_unknown(hir) {
            return one(self.at_its_place(hir, env));
        }
        match &hir.kind {
            HirKind::Const(value) => {
                let ty = self.program.holes.full(&hir.ty);
                one(self.constant(value, &ty))
            }
            HirKind::Local(local) => match env.get(local) {
                Some(sym) => one(sym.clone()),
                None => one(self.unknown(&format!("{local:?}"), &hir.ty)),
            },
            HirKind::Var(index) | HirKind::Raw(index) => one(self.unknown(&format!("variable {index}"), &hir.ty)),
            HirKind::View(index) => one(self.unknown(&format!("view {index}"), &hir.ty)),
            HirKind::Unstable(inner, _) => self.expr(inner, env, path),
            HirKind::Field(base, name) => {
                let slot = crate::lower::field_slot(&self.program.holes.full(&base.ty), name) as usize;
                let mut ways = Vec::new();
                for (path, base) in self.expr(base, env, path)? {
                    for (path, base) in self.opened(&base, &path)? {
                        let Sym::Slots(slots) = base else { return Err(TooMuch) };
                        ways.push((path, slots.get(slot).cloned().ok_or(TooMuch)?));
                    }
                }
                Ok(ways)
            }
            HirKind::Tuple(parts) => self.built(&parts.iter().collect::<Vec<_>>(), env, path, Sym::Slots),
            HirKind::Record(fields) => {
                let parts: Vec<&Hir> = fields.iter().map(|(_, part)| part).collect();
                self.built(&parts, env, path, Sym::Slots)
            }
            HirKind::Variant(tag, parts) => {
                self.built(&parts.iter().collect::<Vec<_>>(), env, path, |parts| Sym::Variant(*tag, parts))
            }
            HirKind::Some(inner) => {
                let some = |sym| Sym::Some(Box::new(sym));
                Ok(self.expr(inner, env, path)?.into_iter().map(|(path, sym)| (path, some(sym))).collect())
            }
            HirKind::If(condition, then, otherwise) => {
                let mut ways = Vec::new();
                for (path, truth) in self.truth(condition, env, path)? {
                    ways.extend(self.expr(if truth { then } else { otherwise }, env, &path)?);
                }
                Ok(ways)
            }
            HirKind::Match(value, arms) => {
                let mut ways = Vec::new();
                for (path, value) in self.expr(value, env, path)? {
                    self.arms(&value, arms, env, &path, &mut ways)?;
                }
                Ok(ways)
            }
            HirKind::Unary(UnaryOp::Not, _)
            | HirKind::Binary(BinaryOp::And | BinaryOp::Or, ..)
            | HirKind::CompareSet(..)
            | HirKind::Call(Func::IsSet | Func::AtLeast | Func::AtMost, _) => {
                let ways = self.truth(hir, env, path)?;
                Ok(ways.into_iter().map(|(path, truth)| (path, Sym::Bool(truth))).collect())
            }
            HirKind::Binary(op, ..) if compares(*op) => {
                let ways = self.truth(hir, env, path)?;
                Ok(ways.into_iter().map(|(path, truth)| (path, Sym::Bool(truth))).collect())
            }
            HirKind::Unary(UnaryOp::Neg, _) | HirKind::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, ..)
                if matches!(self.program.holes.head(&hir.ty), Ty::Int | Ty::Nat | Ty::Time | Ty::Duration) =>
            {
                self.arithmetic(hir, env, path)
            }
            HirKind::Call(Func::Or, parts) if parts.len() == 2 => {
                let mut ways = Vec::new();
                for (path, value) in self.expr(&parts[0], env, path)? {
                    for (path, value) in self.opened(&value, &path)? {
                        match value {
                            Sym::Some(inner) => ways.push((path, *inner)),
                            _ => ways.extend(self.expr(&parts[1], env, &path)?),
                        }
                    }
                }
                Ok(ways)
            }
            HirKind::Call(func @ (Func::Min | Func::Max), parts) if parts.len() == 2 => {
                let op = if *func == Func::Min { BinaryOp::Le } else { BinaryOp::Ge };
                let mut ways = Vec::new();
                for (path, values) in self.exprs(&[&parts[0], &parts[1]], env, path)? {
                    for (path, first) in self.compare(op, &values[0], &values[1], &path)? {
                        ways.push((path, values[usize::from(!first)].clone()));
                    }
                }
                Ok(ways)
            }
            HirKind::Call(Func::ToInt | Func::ToNat, parts) if self.is_whole(&parts[0]) => {
                self.expr(&parts[0], env, path)
            }
            HirKind::Apply(index, args) => {
                if self.depth >= DEPTH_MAX {
                    return Err(TooMuch);
                }
                let program = self.program;
                let function = &program.fns[*index];
                let mut ways = Vec::new();
                for (path, args) in self.exprs(&args.iter().collect::<Vec<_>>(), env, path)? {
                    let env: Env = function.params.iter().map(|(_, local)| *local).zip(args).collect();
                    self.depth += 1;
                    let body = self.expr(&function.body, &env, &path);
                    self.depth -= 1;
                    ways.extend(body?);
                }
                Ok(ways)
            }
            _ => self.opaque(hir, env, path),
        }
    }

    fn is_whole(&self, hir: &Hir) -> bool {
        self.program.holes.head(&hir.ty).is_whole()
    }

    /// What is not understood: the same for the same parts.
    fn opaque(&mut self, hir: &Hir, env: &Env, path: &Path) -> Ways<Sym> {
        let mut parts = Vec::new();
        let form = match &hir.kind {
            // Names are bound in it: known by its place and what it uses from outside.
            HirKind::Coll(..) | HirKind::From { .. } => {
                let sym = self.at_its_place(hir, env);
                return Ok(vec![(path.clone(), sym)]);
            }
            HirKind::Unary(op, _) => format!("{op:?}"),
            HirKind::Binary(op, ..) => format!("{op:?}"),
            HirKind::CompareDrawn(op, ..) => format!("drawn {op:?}"),
            HirKind::Call(func, _) => format!("{func:?}"),
            HirKind::Text(texts) => {
                let literal = |text: &HirText| match text {
                    HirText::Literal(text) => format!("{text:?}"),
                    HirText::Hole(hole) => format!("{:?}", self.program.holes.full(&hole.ty)),
                };
                format!("text {:?}", texts.iter().map(literal).collect::<Vec<_>>())
            }
            HirKind::Set(_) => "set".to_string(),
            HirKind::List(_) => "list".to_string(),
            HirKind::Map(_) => "map".to_string(),
            HirKind::Lookup(map, _) => format!("lookup {:?}", self.program.holes.full(&map.ty)),
            _ => return Err(TooMuch),
        };
        hir.each_part(&mut |part| parts.push(part));
        let mut ways = Vec::new();
        for (path, parts) in self.exprs(&parts, env, path)? {
            ways.push((path, self.unknown(&format!("{form} {parts:?}"), &hir.ty)));
        }
        Ok(ways)
    }

    fn arithmetic(&mut self, hir: &Hir, env: &Env, path: &Path) -> Ways<Sym> {
        let mut parts = Vec::new();
        hir.each_part(&mut |part| parts.push(part));
        let mut ways = Vec::new();
        for (path, values) in self.exprs(&parts, env, path)? {
            let mut numbers = Vec::new();
            for value in &values {
                match self.opened(value, &path)?.pop() {
                    Some((_, Sym::Number(number))) => numbers.push(number),
                    _ => return Err(TooMuch),
                }
            }
            let sum = match (&hir.kind, numbers.as_slice()) {
                (HirKind::Unary(..), [n]) => n.times(-1),
                (HirKind::Binary(BinaryOp::Add, ..), [a, b]) => a.plus(b, 1),
                (HirKind::Binary(BinaryOp::Sub, ..), [a, b]) => a.plus(b, -1),
                (_, [a, b]) => match (a.value(), b.value()) {
                    (Some(times), _) => b.times(times),
                    (_, Some(times)) => a.times(times),
                    // Of two unknowns the product is one more, whichever stands first.
                    _ => {
                        let (a, b) = if a <= b { (a, b) } else { (b, a) };
                        let product = self.unknown(&format!("product {a:?} {b:?}"), &hir.ty);
                        ways.push((path, product));
                        continue;
                    }
                },
                _ => None,
            };
            ways.push((path, Sym::Number(sum.ok_or(TooMuch)?)));
        }
        Ok(ways)
    }

    fn truth(&mut self, hir: &Hir, env: &Env, path: &Path) -> Ways<bool> {
        let mut ways = Vec::new();
        match &hir.kind {
            HirKind::Unary(UnaryOp::Not, inner) => {
                return Ok(self.truth(inner, env, path)?.into_iter().map(|(path, truth)| (path, !truth)).collect());
            }
            HirKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                let decides = *op == BinaryOp::Or;
                for (path, truth) in self.truth(a, env, path)? {
                    if truth == decides {
                        ways.push((path, truth));
                    } else {
                        ways.extend(self.truth(b, env, &path)?);
                    }
                }
            }
            HirKind::Binary(op, a, b) if compares(*op) => {
                for (path, parts) in self.exprs(&[a, b], env, path)? {
                    ways.extend(self.compare(*op, &parts[0], &parts[1], &path)?);
                }
            }
            HirKind::CompareSet(op, a, b) => self.bound(*op, [a, b], env, path, &mut ways)?,
            HirKind::Call(func @ (Func::AtLeast | Func::AtMost), parts) if parts.len() == 2 => {
                let op = if *func == Func::AtLeast { BinaryOp::Ge } else { BinaryOp::Le };
                self.bound(op, [&parts[0], &parts[1]], env, path, &mut ways)?;
            }
            HirKind::Call(Func::IsSet, parts) => {
                for (path, value) in self.expr(&parts[0], env, path)? {
                    let opened = self.opened(&value, &path)?;
                    ways.extend(opened.into_iter().map(|(path, value)| (path, value != Sym::None)));
                }
            }
            _ => {
                for (path, value) in self.expr(hir, env, path)? {
                    for (path, value) in self.opened(&value, &path)? {
                        match value {
                            Sym::Bool(truth) => ways.push((path, truth)),
                            _ => return Err(TooMuch),
                        }
                    }
                }
            }
        }
        Ok(ways)
    }

    /// The path on which both are taken, if there is one.
    pub(super) fn both(&mut self, a: &Path, b: &Path) -> Result<Option<Path>, TooMuch> {
        self.and(a, b.iter().cloned().map(Some))
    }
}

fn compares(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
}

/// `a - b - least`, which is ≥ 0 where `a` is at least so much above `b`.
fn gap(a: &Linear, b: &Linear, least: i128) -> Option<Linear> {
    a.plus(b, -1)?.plus(&Linear::constant(-least), 1)
}

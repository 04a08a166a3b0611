//! Folds that are aggregates: what each element adds, told apart from what has been gathered.
//!
//! ```text
//! fold(0, (acc, x) => acc + x.price)                           sum of x.price
//! fold(0, (acc, x) => if x > acc then x else acc)              greatest x, at least 0
//! fold(0, (acc, x) => if x.paid then acc + 1 else acc)         sum of 1 over those with x.paid
//! fold((0, 0), (acc, x) => (acc.0 + 1, max(acc.1, x)))         both, part by part
//! ```
//!
//! Folding anew costs the whole group at each change. These functions are homomorphisms into a monoid (Bird, An
//! introduction to the theory of lists, 1987), and the monoids are those that the dataflow keeps up to date under
//! removal, so that is what they are lowered to. Everything else is folded anew (`fold`).
//!
//! So a fold that adds is a sum, and exact: it does not fail where the fold, element by element, would leave `int` on
//! the way and come back. What else may fail is not moved to where the fold would not have computed it. Handlers
//! compute by the same expression (`direct`), or a view and a handler might disagree.
//!
//! Invariant: the values and conditions found mention nothing of what is gathered.

use lasp_plan::{BinaryOp, CollOp, Func, Place, UnaryOp, Value};
use rustc_hash::FxHashMap;

use super::direct::{can_fail, field_slot};
use crate::hir::{Hir, HirArm, HirKind, HirLambda, HirPattern, LocalId};
use crate::program::Program;
use crate::stability::same;
use crate::ty::Ty;

/// What a fold gathers, part by part.
enum Gathered {
    /// The parts of a tuple or record.
    Parts(Vec<Gathered>),
    /// One value.
    One(Box<Part>),
}

impl Gathered {
    /// How many parts take something in: so often the elements are gone through.
    fn takes(&self) -> usize {
        match self {
            Gathered::Parts(parts) => parts.iter().map(Gathered::takes).sum(),
            Gathered::One(part) => usize::from(matches!(part.step, Step::Takes(_))),
        }
    }
}

/// What a part is at the start, and what an element does to it.
struct Part {
    init: Hir,
    step: Step,
}

/// What an element does to one part.
enum Step {
    Keeps,
    Takes(Taken),
}

/// What one part takes in.
struct Taken {
    /// `Sum`, `Max`, `Min`, `Any` or `All`.
    op: CollOp,
    /// Which elements count.
    guard: Option<Hir>,
    /// What an element brings.
    value: Hir,
}

/// The same by aggregates, if it is a fold and can be.
pub(super) fn aggregates(program: &Program, hir: &Hir) -> Option<Hir> {
    let HirKind::Coll(CollOp::Fold, source, args, Some(lambda)) = &hir.kind else { return None };
    let [init] = args.as_slice() else { return None };
    let HirPattern::Slots(slots) = &lambda.pattern else { return None };
    let part = |wanted| slots.iter().find(|(slot, _)| *slot == wanted).map(|(_, part)| part);
    let mut found = Finder { program, gathered: FxHashMap::default(), unfolded: 0 };
    found.bind(part(0).unwrap_or(&HirPattern::Wildcard), &mut Vec::new())?;
    let ty = program.holes.full(&lambda.body.ty);
    let gathered = found.parts(&ty, init.clone(), &lambda.body, &mut Vec::new())?;
    // Who takes nothing never looks at the elements, which may fail.
    if gathered.takes() == 0 || gathered.takes() > 1 && is_large(source) {
        return None;
    }
    let written = Written { source, pattern: part(1).unwrap_or(&HirPattern::Wildcard), place: hir.place };
    Some(written.whole(gathered, &ty))
}

/// What is written in place of a fold.
struct Written<'h> {
    source: &'h Hir,
    pattern: &'h HirPattern,
    place: Place,
}

impl Written<'_> {
    fn made(&self, kind: HirKind, ty: &Ty) -> Hir {
        Hir { kind, ty: ty.clone(), place: self.place }
    }

    fn whole(&self, gathered: Gathered, ty: &Ty) -> Hir {
        match (gathered, ty) {
            (Gathered::Parts(parts), Ty::Record(fields)) => {
                let part = |(part, (name, ty)): (_, &(String, Ty))| (name.clone(), self.whole(part, ty));
                self.made(HirKind::Record(parts.into_iter().zip(fields).map(part).collect()), ty)
            }
            (Gathered::Parts(parts), _) => {
                let parts = parts.into_iter().zip(ty.parts()).map(|(part, ty)| self.whole(part, ty));
                self.made(HirKind::Tuple(parts.collect()), ty)
            }
            (Gathered::One(part), _) => match part.step {
                Step::Keeps => part.init,
                Step::Takes(taken) => self.one(part.init, taken, ty),
            },
        }
    }

    fn one(&self, init: Hir, taken: Taken, ty: &Ty) -> Hir {
        let function = |body| Some(Box::new(HirLambda { pattern: self.pattern.clone(), body }));
        let source = Box::new(self.source.clone());
        let source = match taken.guard {
            None => source,
            Some(guard) => {
                let kind = HirKind::Coll(CollOp::Filter, source, Vec::new(), function(guard));
                Box::new(self.made(kind, &self.source.ty))
            }
        };
        let zero = if *ty == Ty::Duration { Value::Duration(0) } else { Value::Int(0) };
        let starts_with = |value: &Value| matches!(&init.kind, HirKind::Const(start) if start == value);
        let needs_no_start = match taken.op {
            CollOp::Sum => starts_with(&zero),
            CollOp::Any => starts_with(&Value::Bool(false)),
            CollOp::All => starts_with(&Value::Bool(true)),
            _ => false,
        };
        let args = match taken.op {
            CollOp::Sum => vec![self.made(HirKind::Const(zero), ty)],
            _ => Vec::new(),
        };
        let is_extreme = matches!(taken.op, CollOp::Max | CollOp::Min);
        let of = if is_extreme { Ty::option(taken.value.ty.clone()) } else { ty.clone() };
        let found = self.made(HirKind::Coll(taken.op, source, args, function(taken.value)), &of);
        if needs_no_start {
            return found;
        }
        let with_start = |op| HirKind::Binary(op, Box::new(init.clone()), Box::new(found.clone()));
        let kind = match taken.op {
            CollOp::Sum => with_start(BinaryOp::Add),
            CollOp::Any => with_start(BinaryOp::Or),
            CollOp::All => with_start(BinaryOp::And),
            _ => {
                let found = self.made(HirKind::Call(Func::Or, vec![found, init.clone()]), ty);
                HirKind::Call(if taken.op == CollOp::Max { Func::Max } else { Func::Min }, vec![init, found])
            }
        };
        self.made(kind, ty)
    }
}

struct Finder<'p> {
    program: &'p Program,
    /// Names of what is gathered, and of which part.
    gathered: FxHashMap<LocalId, Vec<u32>>,
    /// How many functions have been unfolded.
    unfolded: u32,
}

impl Finder<'_> {
    fn bind(&mut self, pattern: &HirPattern, path: &mut Vec<u32>) -> Option<()> {
        match pattern {
            HirPattern::Wildcard => {}
            HirPattern::Bind(local) => {
                self.gathered.insert(*local, path.clone());
            }
            HirPattern::Slots(slots) => {
                for (slot, part) in slots {
                    path.push(*slot);
                    self.bind(part, path)?;
                    path.pop();
                }
            }
            HirPattern::Both(local, inner) => {
                self.gathered.insert(*local, path.clone());
                self.bind(inner, path)?;
            }
            HirPattern::Const(_) | HirPattern::Variant(..) | HirPattern::Some(_) => return None,
        }
        Some(())
    }

    fn parts(&mut self, ty: &Ty, init: Hir, body: &Hir, path: &mut Vec<u32>) -> Option<Gathered> {
        if !matches!(ty, Ty::Tuple(_) | Ty::Record(_)) {
            let step = self.taken(body, path)?;
            return fits(ty, &init, &step).then(|| Gathered::One(Box::new(Part { init, step })));
        }
        let mut parts = Vec::new();
        for (slot, ty) in (0..).zip(ty.parts()) {
            let init = self.start(&init, slot, ty)?;
            let body = self.project(body, path, slot, ty)?;
            path.push(slot);
            parts.push(self.parts(ty, init, &body, path)?);
            path.pop();
        }
        Some(Gathered::Parts(parts))
    }

    fn start(&self, init: &Hir, slot: u32, ty: &Ty) -> Option<Hir> {
        match &init.kind {
            HirKind::Const(Value::Tuple(parts)) => {
                let part = parts.get(slot as usize)?.clone();
                Some(Hir { kind: HirKind::Const(part), ty: ty.clone(), place: init.place })
            }
            HirKind::Tuple(parts) => parts.get(slot as usize).cloned(),
            HirKind::Record(fields) => fields.get(slot as usize).map(|(_, part)| part.clone()),
            _ => None,
        }
    }

    /// The path of what is gathered that this is, if it is one.
    fn path(&self, hir: &Hir) -> Option<Vec<u32>> {
        match &hir.kind {
            HirKind::Local(local) => self.gathered.get(local).cloned(),
            HirKind::Field(base, name) => {
                let mut path = self.path(base)?;
                path.push(field_slot(&self.program.holes.full(&base.ty), name));
                Some(path)
            }
            _ => None,
        }
    }

    fn is(&self, hir: &Hir, path: &[u32]) -> bool {
        self.path(hir).is_some_and(|found| found == path)
    }

    fn mentions(&self, hir: &Hir) -> bool {
        hir.any(&mut |part| matches!(&part.kind, HirKind::Local(local) if self.gathered.contains_key(local)))
    }

    /// One part of a result that has several.
    fn project(&mut self, body: &Hir, path: &[u32], slot: u32, ty: &Ty) -> Option<Hir> {
        let made = |kind| Some(Hir { kind, ty: ty.clone(), place: body.place });
        match &body.kind {
            HirKind::Tuple(parts) => parts.get(slot as usize).cloned(),
            HirKind::Record(fields) => fields.get(slot as usize).map(|(_, part)| part.clone()),
            HirKind::If(condition, then, otherwise) => {
                let then = self.project(then, path, slot, ty)?;
                let otherwise = self.project(otherwise, path, slot, ty)?;
                made(HirKind::If(condition.clone(), Box::new(then), Box::new(otherwise)))
            }
            HirKind::Match(value, arms) => {
                let mut projected = Vec::new();
                for arm in arms {
                    projected.push(HirArm { body: self.project(&arm.body, path, slot, ty)?, ..arm.clone() });
                }
                made(HirKind::Match(value.clone(), projected))
            }
            HirKind::Apply(index, args) => {
                let unfolded = self.unfolded(*index, args)?;
                self.project(&unfolded, path, slot, ty)
            }
            _ if self.is(body, path) => match self.program.holes.full(&body.ty) {
                Ty::Record(fields) => {
                    let name = fields.get(slot as usize)?.0.clone();
                    made(HirKind::Field(Box::new(body.clone()), name))
                }
                _ => made(HirKind::Field(Box::new(body.clone()), slot.to_string())),
            },
            _ => None,
        }
    }

    /// The body of a function with its arguments in place. They must be plain, or names bound in the body might catch
    /// theirs, and not fail, or they might no longer.
    fn unfolded(&mut self, index: usize, args: &[Hir]) -> Option<Hir> {
        const UNFOLDED_MAX: u32 = 32;
        self.unfolded += 1;
        let binds = |part: &Hir| {
            matches!(
                part.kind,
                HirKind::Match(..) | HirKind::Apply(..) | HirKind::Coll(..) | HirKind::From { .. } | HirKind::Var(_)
            )
        };
        if self.unfolded > UNFOLDED_MAX
            || args.iter().any(|arg| arg.any(&mut { binds }) || can_fail(self.program, arg, 0))
        {
            return None;
        }
        let function = &self.program.fns[index];
        let params: FxHashMap<LocalId, &Hir> = function.params.iter().map(|(_, param)| *param).zip(args).collect();
        let mut body = function.body.clone();
        put_in(&mut body, &params);
        Some(body)
    }

    /// What a part takes in, or that it keeps what it has.
    fn taken(&mut self, body: &Hir, path: &[u32]) -> Option<Step> {
        if self.is(body, path) {
            return Some(Step::Keeps);
        }
        let all = |op, value: &Hir| Some(Step::Takes(Taken { op, guard: None, value: value.clone() }));
        match &body.kind {
            HirKind::If(condition, then, otherwise) => self.choice(condition, then, otherwise, path),
            HirKind::Binary(BinaryOp::Add, a, b) => {
                let (acc, value) = if self.is(a, path) { (a, b) } else { (b, a) };
                if self.is(acc, path) && !self.mentions(value) { all(CollOp::Sum, value) } else { None }
            }
            HirKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                let op = if *op == BinaryOp::Or { CollOp::Any } else { CollOp::All };
                // Behind what is gathered, it is not always computed.
                if self.is(a, path) && !self.mentions(b) && !can_fail(self.program, b, 0) {
                    all(op, b)
                } else if self.is(b, path) && !self.mentions(a) {
                    all(op, a)
                } else {
                    None
                }
            }
            HirKind::Call(func @ (Func::Min | Func::Max), args) if args.len() == 2 => {
                let op = if *func == Func::Max { CollOp::Max } else { CollOp::Min };
                let (acc, value) = if self.is(&args[0], path) { (&args[0], &args[1]) } else { (&args[1], &args[0]) };
                if self.is(acc, path) && !self.mentions(value) { all(op, value) } else { None }
            }
            HirKind::Match(value, arms) if !self.mentions(value) => {
                let mut taken = Vec::new();
                for arm in arms {
                    if arm.guard.as_ref().is_some_and(|guard| self.mentions(guard)) {
                        return None;
                    }
                    taken.push(self.taken(&arm.body, path)?);
                }
                matched(value, arms, taken, body)
            }
            HirKind::Apply(index, args) => {
                let unfolded = self.unfolded(*index, args)?;
                self.taken(&unfolded, path)
            }
            _ => None,
        }
    }

    fn choice(&mut self, condition: &Hir, then: &Hir, otherwise: &Hir, path: &[u32]) -> Option<Step> {
        if !self.mentions(condition) {
            let (then, otherwise) = (self.taken(then, path)?, self.taken(otherwise, path)?);
            return chosen(condition, then, otherwise);
        }
        match &condition.kind {
            HirKind::Unary(UnaryOp::Not, inner) => self.choice(inner, otherwise, then, path),
            HirKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                // The side that is about the element alone comes first, unless one of them might fail.
                let is_last = !self.mentions(b);
                if is_last && (can_fail(self.program, a, 0) || can_fail(self.program, b, 0)) {
                    return None;
                }
                let (first, second) = if is_last { (b, a) } else { (a, b) };
                if self.mentions(first) {
                    return None;
                }
                let inner = self.choice(second, then, otherwise, path)?;
                let (yes, no) = match op {
                    BinaryOp::And => (inner, self.taken(otherwise, path)?),
                    _ => (self.taken(then, path)?, inner),
                };
                chosen(first, yes, no)
            }
            HirKind::Binary(op @ (BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge), a, b) => {
                let upwards = matches!(op, BinaryOp::Gt | BinaryOp::Ge);
                // As `a > b`.
                let (greater, less) = if upwards { (a, b) } else { (b, a) };
                let value = if self.is(less, path) { greater } else { less };
                if self.mentions(value) {
                    return None;
                }
                let acc_is_greater = self.is(greater, path);
                if !acc_is_greater && !self.is(less, path) {
                    return None;
                }
                let keeps_then = self.is(then, path) && same(value, otherwise);
                let keeps_else = self.is(otherwise, path) && same(value, then);
                let op = match (acc_is_greater, keeps_then, keeps_else) {
                    (true, true, _) | (false, _, true) => CollOp::Max,
                    (false, true, _) | (true, _, true) => CollOp::Min,
                    _ => return None,
                };
                Some(Step::Takes(Taken { op, guard: None, value: (**value).clone() }))
            }
            _ => None,
        }
    }
}

/// Whether the aggregate over this type is what the function computes one by one.
fn fits(ty: &Ty, init: &Hir, step: &Step) -> bool {
    let Step::Takes(taken) = step else { return true };
    match taken.op {
        // With another start, the sum of the elements might be outside `int` where the result is not.
        CollOp::Sum => match (&init.kind, ty) {
            (HirKind::Const(Value::Int(0)), Ty::Int | Ty::Nat) | (HirKind::Const(Value::Duration(0)), Ty::Duration) => {
                true
            }
            (HirKind::Const(Value::Int(start)), Ty::Int | Ty::Nat) => *start > 0 && taken.value.ty == Ty::Nat,
            _ => false,
        },
        CollOp::Any | CollOp::All => *ty == Ty::Bool,
        // The start stands in two places.
        _ if !matches!(init.kind, HirKind::Const(_)) => false,
        _ => matches!(ty, Ty::Int | Ty::Nat | Ty::Text | Ty::Bool | Ty::Time | Ty::Duration),
    }
}

/// Whether what is folded had better not stand there once for each part.
fn is_large(source: &Hir) -> bool {
    let mut parts = 0;
    source.any(&mut |part| {
        parts += 1;
        parts > 64 || matches!(part.kind, HirKind::Apply(..) | HirKind::Coll(CollOp::Fold, ..))
    })
}

fn put_in(hir: &mut Hir, params: &FxHashMap<LocalId, &Hir>) {
    if let HirKind::Local(local) = &hir.kind
        && let Some(arg) = params.get(local)
    {
        *hir = (*arg).clone();
    } else {
        hir.each_part_mut(&mut |part| put_in(part, params));
    }
}

fn made(kind: HirKind, ty: &Ty, like: &Hir) -> Hir {
    Hir { kind, ty: ty.clone(), place: like.place }
}

fn truth(value: bool, like: &Hir) -> Hir {
    made(HirKind::Const(Value::Bool(value)), &Ty::Bool, like)
}

/// `if condition then … else …` of what two branches do.
fn chosen(condition: &Hir, then: Step, otherwise: Step) -> Option<Step> {
    let either = |then, otherwise, ty: &Ty| {
        let kind = HirKind::If(Box::new(condition.clone()), Box::new(then), Box::new(otherwise));
        made(kind, ty, condition)
    };
    let guard_of = |taken: &Taken| taken.guard.clone().unwrap_or_else(|| truth(true, condition));
    let only = |test: Hir, taken: Taken| {
        let guard = match taken.guard {
            None => test,
            Some(guard) => made(HirKind::Binary(BinaryOp::And, Box::new(test), Box::new(guard)), &Ty::Bool, condition),
        };
        Step::Takes(Taken { guard: Some(guard), ..taken })
    };
    Some(match (then, otherwise) {
        // The condition may fail, and so may the elements: that would be lost.
        (Step::Keeps, Step::Keeps) => return None,
        (Step::Takes(taken), Step::Keeps) => only(condition.clone(), taken),
        (Step::Keeps, Step::Takes(taken)) => {
            let not = HirKind::Unary(UnaryOp::Not, Box::new(condition.clone()));
            only(made(not, &Ty::Bool, condition), taken)
        }
        (Step::Takes(then), Step::Takes(otherwise)) if then.op == otherwise.op => {
            let guarded = then.guard.is_some() || otherwise.guard.is_some();
            let guard = guarded.then(|| either(guard_of(&then), guard_of(&otherwise), &Ty::Bool));
            let ty = wider(then.value.ty.clone(), otherwise.value.ty.clone());
            Step::Takes(Taken { op: then.op, guard, value: either(then.value, otherwise.value, &ty) })
        }
        _ => return None,
    })
}

/// A `match` of what its arms do.
fn matched(value: &Hir, arms: &[HirArm], steps: Vec<Step>, like: &Hir) -> Option<Step> {
    let taken = || {
        steps.iter().filter_map(|step| match step {
            Step::Takes(taken) => Some(taken),
            Step::Keeps => None,
        })
    };
    let op = taken().next()?.op;
    let ty = taken().map(|taken| taken.value.ty.clone()).reduce(wider)?;
    if taken().any(|taken| taken.op != op) {
        return None;
    }
    let guarded = taken().count() < arms.len() || taken().any(|taken| taken.guard.is_some());
    let (mut guards, mut values) = (Vec::new(), Vec::new());
    for (arm, step) in arms.iter().zip(steps) {
        let (guard, value) = match step {
            // Any value will do, for the guard leaves it out.
            Step::Keeps => (truth(false, like), made(HirKind::Const(some_value(&ty)?), &ty, like)),
            Step::Takes(taken) => (taken.guard.unwrap_or_else(|| truth(true, like)), taken.value),
        };
        guards.push(HirArm { body: guard, ..arm.clone() });
        values.push(HirArm { body: value, ..arm.clone() });
    }
    let of = |arms, ty: &Ty| made(HirKind::Match(Box::new(value.clone()), arms), ty, like);
    let guard = guarded.then(|| of(guards, &Ty::Bool));
    Some(Step::Takes(Taken { op, guard, value: of(values, &ty) }))
}

/// The type of either: a whole number is never negative only if both are not.
fn wider(a: Ty, b: Ty) -> Ty {
    if a == b { a } else { Ty::Int }
}

/// Some value of a type that aggregates are over.
fn some_value(ty: &Ty) -> Option<Value> {
    Some(match ty {
        Ty::Int | Ty::Nat => Value::Int(0),
        Ty::Bool => Value::Bool(false),
        Ty::Text => Value::Text("".into()),
        Ty::Time => Value::Time(0),
        Ty::Duration => Value::Duration(0),
        _ => return None,
    })
}

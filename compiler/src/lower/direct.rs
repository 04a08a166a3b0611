//! Typed tree → plan expression, one to one: for handlers, for the pure parts of rows, and for the oracle.
//!
//! Functions are unfolded here (an argument that is more than a name is computed once, in a `Let`), record fields
//! become slots, patterns get frame slots. Slots of names bound inside an expression start at [`LOCAL_BASE`];
//! [`settle`] moves them behind the columns of the row that the expression finally runs over, whose number is not known
//! before.
//!
//! Neighbours: `lower::scalar` calls this for what mentions no variable; `lower::stmts` for handlers.

use lasp_plan::{Arm, BinaryOp, CollOp, Expr, ExprKind, Func, Lambda, Pattern, Place, TextPart, Value, VarId, ViewId};
use rustc_hash::FxHashMap;

use super::monoid::aggregates;
use crate::hir::{Hir, HirKind, HirLambda, HirPattern, HirText, LocalId};
use crate::program::Program;
use crate::ty::Ty;

/// Where the slots of names bound inside an expression start, until the expression is settled.
pub(super) const LOCAL_BASE: u32 = 1 << 20;

/// Largest number of nodes a program may unfold to: functions and views are substituted where they are used, and a
/// chain of definitions that each use the last one twice doubles at every step.
const UNFOLDED_MAX: u32 = 400_000;

/// What a reference to a view becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Views {
    /// Its definition, unfolded.
    Unfold,
    /// A reference to the view that is kept up to date.
    Refer,
}

pub(super) struct Direct<'p> {
    pub program: &'p Program,
    /// What bound names stand for.
    pub env: FxHashMap<LocalId, Expr>,
    pub views: Views,
    /// The slots of the recursive views whose definition is being read.
    own: FxHashMap<usize, u32>,
    /// Views referred to, in order of first mention.
    pub referred: Vec<usize>,
    /// The next free slot.
    pub next: u32,
    fuel: u32,
}

impl<'p> Direct<'p> {
    pub fn new(program: &'p Program, views: Views) -> Direct<'p> {
        Direct {
            program,
            env: FxHashMap::default(),
            views,
            own: FxHashMap::default(),
            referred: Vec::new(),
            next: LOCAL_BASE,
            fuel: UNFOLDED_MAX,
        }
    }

    /// Whether the program unfolded beyond what is reasonable; the results are then not to be used.
    pub fn exhausted(&self) -> bool {
        self.fuel == 0
    }

    pub fn slot(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    pub fn expr(&mut self, hir: &Hir) -> Expr {
        let place = hir.place;
        if self.fuel == 0 {
            return constant(Value::None, place);
        }
        self.fuel -= 1;
        let kind = match &hir.kind {
            HirKind::Const(value) => ExprKind::Const(value.clone()),
            HirKind::Local(local) => {
                return self.env.get(local).cloned().unwrap_or_else(|| constant(Value::None, place));
            }
            HirKind::Var(index) | HirKind::Raw(index) => ExprKind::Var(VarId(position(*index))),
            HirKind::View(index) if self.own.contains_key(index) => return local(self.own[index], place),
            HirKind::View(index) => match self.views {
                Views::Unfold if self.program.views[*index].rec => return self.least(*index, place),
                Views::Unfold => {
                    let program = self.program;
                    return self.expr(&program.views[*index].value);
                }
                Views::Refer => ExprKind::View(self.refer(*index)),
            },
            HirKind::Rights(of) => ExprKind::Rights(Box::new(self.expr(of))),
            HirKind::Field(base, name) => {
                let slot = field_slot(&self.program.holes.full(&base.ty), name);
                return field(self.expr(base), slot, place);
            }
            HirKind::Tuple(parts) => ExprKind::Tuple(self.exprs(parts)),
            HirKind::Record(fields) => ExprKind::Tuple(fields.iter().map(|(_, part)| self.expr(part)).collect()),
            HirKind::Set(parts) => ExprKind::Set(self.exprs(parts)),
            HirKind::List(parts) => ExprKind::List(self.exprs(parts)),
            HirKind::Map(entries) => {
                ExprKind::Map(entries.iter().map(|(key, value)| (self.expr(key), self.expr(value))).collect())
            }
            HirKind::Variant(tag, parts) => ExprKind::Variant(*tag, self.exprs(parts)),
            HirKind::Some(inner) => ExprKind::Some(Box::new(self.expr(inner))),
            HirKind::Text(parts) => ExprKind::Text(
                parts
                    .iter()
                    .map(|part| match part {
                        HirText::Literal(text) => TextPart::Literal(text.clone()),
                        HirText::Hole(hole) => {
                            TextPart::Hole(self.expr(hole), self.program.holes.full(&hole.ty).closed())
                        }
                    })
                    .collect(),
            ),
            HirKind::Unary(op, inner) => ExprKind::Unary(*op, Box::new(self.expr(inner))),
            HirKind::Binary(op, a, b) => ExprKind::Binary(*op, Box::new(self.expr(a)), Box::new(self.expr(b))),
            HirKind::CompareSet(op, a, b) => ExprKind::CompareSet(*op, Box::new(self.expr(a)), Box::new(self.expr(b))),
            HirKind::CompareDrawn(op, a, b, order) => {
                ExprKind::CompareDrawn(*op, Box::new(self.expr(a)), Box::new(self.expr(b)), order.clone())
            }
            HirKind::If(condition, then, otherwise) => {
                ExprKind::If(Box::new(self.expr(condition)), Box::new(self.expr(then)), Box::new(self.expr(otherwise)))
            }
            HirKind::Match(value, arms) => {
                let value = Box::new(self.expr(value));
                let arms = arms
                    .iter()
                    .map(|arm| {
                        let before = self.next;
                        let pattern = self.pattern(&arm.pattern);
                        let guard = arm.guard.as_ref().map(|guard| self.expr(guard));
                        let body = self.expr(&arm.body);
                        self.next = before;
                        Arm { pattern, guard, body }
                    })
                    .collect();
                ExprKind::Match(value, arms)
            }
            HirKind::Lookup(map, key) => {
                let default = self.absent(&map.ty).map(Box::new);
                ExprKind::Lookup(Box::new(self.expr(map)), Box::new(self.expr(key)), default)
            }
            HirKind::Call(func, parts) => ExprKind::Call(*func, self.exprs(parts)),
            HirKind::Coll(op, source, args, lambda) => {
                if let Some(same) = aggregates(self.program, hir) {
                    return self.expr(&same);
                }
                let source = Box::new(self.expr(source));
                let args = self.exprs(args);
                let lambda = lambda.as_ref().map(|lambda| self.lambda(lambda));
                ExprKind::Coll(*op, source, args, lambda)
            }
            HirKind::Apply(index, args) => return self.apply(*index, args, place),
            HirKind::From { sources, filter, select } => {
                return self.from(sources, filter.as_deref(), select, place);
            }
            HirKind::Unstable(inner, _) => return self.expr(inner),
            HirKind::Error => ExprKind::Const(Value::None),
        };
        Expr { kind, place }
    }

    pub fn exprs(&mut self, parts: &[Hir]) -> Vec<Expr> {
        parts.iter().map(|part| self.expr(part)).collect()
    }

    pub fn refer(&mut self, view: usize) -> ViewId {
        let known = self.referred.iter().position(|other| *other == view);
        let index = known.unwrap_or_else(|| {
            self.referred.push(view);
            self.referred.len() - 1
        });
        ViewId(position(index))
    }

    /// What `m[k]` of an absent key reads as; none for a map whose lookups are options.
    pub fn absent(&self, map: &Ty) -> Option<Value> {
        match self.program.holes.full(map) {
            Ty::Map(_, value, true) => Some(value.bottom().unwrap_or(Value::None)),
            _ => None,
        }
    }

    /// A recursive view: its definition, with a slot for the set as found so far.
    fn least(&mut self, index: usize, place: Place) -> Expr {
        let program = self.program;
        let before = self.next;
        let slot = self.slot();
        self.own.insert(index, slot);
        let body = self.expr(&program.views[index].value);
        self.own.remove(&index);
        self.next = before;
        Expr { kind: ExprKind::Fix(slot, Box::new(body)), place }
    }

    pub fn lambda(&mut self, lambda: &HirLambda) -> Lambda {
        let before = self.next;
        let slot = self.slot();
        let body = self.with(&lambda.pattern, local(slot, lambda.body.place), |this| this.expr(&lambda.body));
        self.next = before;
        Lambda { slot, body: Box::new(body) }
    }

    /// Evaluates with the names of an irrefutable pattern bound to the parts of `value`.
    fn with(&mut self, pattern: &HirPattern, value: Expr, body: impl FnOnce(&mut Self) -> Expr) -> Expr {
        let mut lets = Vec::new();
        self.bind(pattern, value, &mut lets);
        let mut result = body(self);
        for (pattern, value) in lets.into_iter().rev() {
            let place = result.place;
            result = Expr { kind: ExprKind::Let(pattern, Box::new(value), Box::new(result)), place };
        }
        result
    }

    /// Binds the names of an irrefutable pattern to expressions; what cannot be a path of fields goes to `lets`.
    pub fn bind(&mut self, pattern: &HirPattern, value: Expr, lets: &mut Vec<(Pattern, Expr)>) {
        match pattern {
            HirPattern::Wildcard | HirPattern::Const(_) => {}
            HirPattern::Bind(local) => {
                self.env.insert(*local, value);
            }
            HirPattern::Slots(slots) => {
                for (slot, part) in slots {
                    let place = value.place;
                    self.bind(part, field(value.clone(), *slot, place), lets);
                }
            }
            HirPattern::Both(local, inner) => {
                self.env.insert(*local, value.clone());
                self.bind(inner, value, lets);
            }
            HirPattern::Variant(..) | HirPattern::Some(_) => {
                let pattern = self.pattern(pattern);
                lets.push((pattern, value));
            }
        }
    }

    /// A pattern with fresh slots; its names stand for them from here on.
    pub fn pattern(&mut self, pattern: &HirPattern) -> Pattern {
        match pattern {
            HirPattern::Wildcard => Pattern::Wildcard,
            HirPattern::Bind(bound) => {
                let slot = self.slot();
                self.env.insert(*bound, local(slot, Place::default()));
                Pattern::Bind(slot)
            }
            HirPattern::Const(value) => Pattern::Const(value.clone()),
            HirPattern::Slots(slots) => {
                Pattern::Slots(slots.iter().map(|(slot, part)| (*slot, self.pattern(part))).collect())
            }
            HirPattern::Variant(tag, parts) => {
                Pattern::Variant(*tag, parts.iter().map(|part| self.pattern(part)).collect())
            }
            HirPattern::Some(inner) => Pattern::Some(Box::new(self.pattern(inner))),
            // Only comprehensions make it, and they bind it to columns.
            HirPattern::Both(_, inner) => self.pattern(inner),
        }
    }

    fn apply(&mut self, index: usize, args: &[Hir], place: Place) -> Expr {
        let program = self.program;
        let function = &program.fns[index];
        let before = self.next;
        let mut lets = Vec::new();
        // All arguments are read before any parameter is bound: `f(f(x))` uses the same parameter twice.
        let mut bound = Vec::new();
        for arg in args {
            let value = self.expr(arg);
            if is_path(&value) {
                bound.push(value);
            } else {
                let slot = self.slot();
                lets.push((slot, value));
                bound.push(local(slot, arg.place));
            }
        }
        for ((_, param), value) in function.params.iter().zip(bound) {
            self.env.insert(*param, value);
        }
        let mut result = self.expr(&function.body);
        for (slot, value) in lets.into_iter().rev() {
            result = Expr { kind: ExprKind::Let(Pattern::Bind(slot), Box::new(value), Box::new(result)), place };
        }
        self.next = before;
        result
    }

    fn from(&mut self, sources: &[(HirPattern, Hir)], filter: Option<&Hir>, select: &Hir, place: Place) -> Expr {
        let Some(((pattern, source), rest)) = sources.split_first() else {
            let one = Expr { kind: ExprKind::Set(vec![self.expr(select)]), place };
            let Some(filter) = filter else { return one };
            let none = Expr { kind: ExprKind::Set(Vec::new()), place };
            let condition = Box::new(self.expr(filter));
            return Expr { kind: ExprKind::If(condition, Box::new(one), Box::new(none)), place };
        };
        let source = self.expr(source);
        let before = self.next;
        let slot = self.slot();
        let body = self.with(pattern, local(slot, place), |this| this.from(rest, filter, select, place));
        self.next = before;
        let lambda = Lambda { slot, body: Box::new(body) };
        Expr { kind: ExprKind::Coll(CollOp::FlatMap, Box::new(source), Vec::new(), Some(lambda)), place }
    }
}

pub(super) fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

pub(super) fn constant(value: Value, place: Place) -> Expr {
    Expr { kind: ExprKind::Const(value), place }
}

pub(super) fn local(slot: u32, place: Place) -> Expr {
    Expr { kind: ExprKind::Local(slot), place }
}

pub(super) fn tuple(parts: Vec<Expr>, place: Place) -> Expr {
    Expr { kind: ExprKind::Tuple(parts), place }
}

pub(super) fn not(expr: Expr) -> Expr {
    let place = expr.place;
    Expr { kind: ExprKind::Unary(lasp_plan::UnaryOp::Not, Box::new(expr)), place }
}

/// A slot of a tuple; of one that is being built, the part itself: the others are not computed, and cannot fail.
pub(super) fn field(base: Expr, slot: u32, place: Place) -> Expr {
    match base.kind {
        ExprKind::Tuple(mut parts) if (slot as usize) < parts.len() => parts.swap_remove(slot as usize),
        ExprKind::Let(pattern, value, body) if is_built(&body) => {
            Expr { kind: ExprKind::Let(pattern, value, Box::new(field(*body, slot, place))), place }
        }
        kind => Expr { kind: ExprKind::Field(Box::new(Expr { kind, place: base.place }), slot), place },
    }
}

/// Whether an expression puts a tuple together.
fn is_built(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Tuple(_) => true,
        ExprKind::Let(_, _, body) => is_built(body),
        _ => false,
    }
}

/// Whether an expression only names something: it may stand in several places without being computed several times.
pub(super) fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Var(_) | ExprKind::View(_) => true,
        ExprKind::Field(base, _) => is_path(base),
        ExprKind::Tuple(parts) => parts.iter().all(is_path),
        _ => false,
    }
}

pub(crate) fn field_slot(ty: &Ty, name: &str) -> u32 {
    match ty {
        Ty::Record(fields) => position(fields.iter().position(|(field, _)| field == name).unwrap_or(0)),
        _ => name.parse().unwrap_or(0),
    }
}

/// Calls `change` for each part of an expression, the inner ones first.
pub(super) fn rewrite(expr: &mut Expr, change: &mut impl FnMut(&mut Expr)) {
    match &mut expr.kind {
        ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Var(_) | ExprKind::View(_) => {}
        ExprKind::Rights(part)
        | ExprKind::Field(part, _)
        | ExprKind::Some(part)
        | ExprKind::Unary(_, part)
        | ExprKind::Fix(_, part) => {
            rewrite(part, change);
        }
        ExprKind::Tuple(parts)
        | ExprKind::Set(parts)
        | ExprKind::List(parts)
        | ExprKind::Variant(_, parts)
        | ExprKind::Call(_, parts) => parts.iter_mut().for_each(|part| rewrite(part, change)),
        ExprKind::Map(entries) => {
            for (key, value) in entries {
                rewrite(key, change);
                rewrite(value, change);
            }
        }
        ExprKind::Text(parts) => {
            for part in parts {
                if let TextPart::Hole(hole, _) = part {
                    rewrite(hole, change);
                }
            }
        }
        ExprKind::Binary(_, a, b)
        | ExprKind::CompareSet(_, a, b)
        | ExprKind::CompareDrawn(_, a, b, _)
        | ExprKind::Lookup(a, b, _)
        | ExprKind::Let(_, a, b) => {
            rewrite(a, change);
            rewrite(b, change);
        }
        ExprKind::If(a, b, c) => {
            rewrite(a, change);
            rewrite(b, change);
            rewrite(c, change);
        }
        ExprKind::Match(value, arms) => {
            rewrite(value, change);
            for arm in arms {
                if let Some(guard) = &mut arm.guard {
                    rewrite(guard, change);
                }
                rewrite(&mut arm.body, change);
            }
        }
        ExprKind::Coll(_, source, args, lambda) => {
            rewrite(source, change);
            args.iter_mut().for_each(|arg| rewrite(arg, change));
            if let Some(lambda) = lambda {
                rewrite(&mut lambda.body, change);
            }
        }
    }
    change(expr);
}

/// Moves the slots of inner names behind `width` columns.
pub(super) fn settle(mut expr: Expr, width: u32) -> Expr {
    let moved = |slot: &mut u32| {
        if *slot >= LOCAL_BASE {
            *slot = *slot - LOCAL_BASE + width;
        }
    };
    rewrite(&mut expr, &mut |part| match &mut part.kind {
        ExprKind::Local(slot) => moved(slot),
        ExprKind::Let(pattern, ..) => settle_pattern(pattern, width),
        ExprKind::Match(_, arms) => arms.iter_mut().for_each(|arm| settle_pattern(&mut arm.pattern, width)),
        ExprKind::Fix(slot, _) => moved(slot),
        ExprKind::Coll(_, _, _, Some(lambda)) => moved(&mut lambda.slot),
        _ => {}
    });
    expr
}

pub(super) fn settle_pattern(pattern: &mut Pattern, width: u32) {
    match pattern {
        Pattern::Bind(slot) if *slot >= LOCAL_BASE => *slot = *slot - LOCAL_BASE + width,
        Pattern::Wildcard | Pattern::Bind(_) | Pattern::Const(_) => {}
        Pattern::Slots(slots) => slots.iter_mut().for_each(|(_, part)| settle_pattern(part, width)),
        Pattern::Variant(_, parts) => parts.iter_mut().for_each(|part| settle_pattern(part, width)),
        Pattern::Some(inner) => settle_pattern(inner, width),
    }
}

/// Moves columns from `from` on by `by`, up or down.
pub(super) fn shift(mut expr: Expr, from: u32, by: i64) -> Expr {
    if by != 0 {
        rewrite(&mut expr, &mut |part| {
            if let ExprKind::Local(slot) = &mut part.kind
                && *slot >= from
                && *slot < LOCAL_BASE
            {
                *slot = u32::try_from(i64::from(*slot) + by).unwrap_or(*slot);
            }
        });
    }
    expr
}

/// One past the greatest column that an expression reads.
pub(super) fn columns_read(expr: &Expr) -> u32 {
    let mut most = 0;
    rewrite(&mut expr.clone(), &mut |part| {
        if let ExprKind::Local(slot) = part.kind
            && slot < LOCAL_BASE
        {
            most = most.max(slot + 1);
        }
    });
    most
}

/// Whether evaluating it can fail at run time.
pub(super) fn can_fail(program: &Program, hir: &Hir, depth: u32) -> bool {
    depth > 20
        || hir.any(&mut |part| match &part.kind {
            HirKind::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem, a, _) => {
                program.holes.head(&a.ty) != Ty::Float
            }
            HirKind::Unary(lasp_plan::UnaryOp::Neg, inner) => program.holes.head(&inner.ty) != Ty::Float,
            HirKind::Call(Func::ToInt | Func::ToNat | Func::Abs | Func::FloorTo | Func::ToTime, _) => true,
            HirKind::Coll(CollOp::Sum, ..) => true,
            HirKind::Apply(index, _) => can_fail(program, &program.fns[*index].body, depth + 1),
            _ => false,
        })
}

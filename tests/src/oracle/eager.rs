//! The legitimate differences: a part that fails, and that only one of the two ways of computing gets to.
//!
//! The tree-walking evaluator computes what it needs; the dataflow computes each *collection* once, for all its
//! elements, whoever uses it. So a view may be poisoned although nothing fails from scratch, and these are all the ways
//! (the list is the specification of the difference, and anything else is a defect):
//!
//! 1. A variable is read that holds a count outside `int` (R0701), if only under a key that is not looked up.
//! 2. A view is mentioned, if only in a branch that is not taken, and fails itself.
//! 3. A function of the elements of a collection fails, in a branch that is not taken, and it depends on nothing but
//!    that collection: `if c then s.map(x => 1 / x).count() else 0`. Protected are only parts that depend on what is
//!    tested. A side of an equality is such a part by itself, for it is the key of a join: `s.filter(x => 1 / x == k)`.
//! 4. A part depends on some sources of a query only, and the others have no elements: in
//!    `from x in a, y in b where 10 / x > y` with an empty `b` the quotients are computed. Conditions written before it
//!    protect it. This holds for conditions also where the other sources depend on the first.
//!
//! The other way round, a view is well although its recomputation fails, there are three:
//!
//! 5. The second side of a `product` or `join` that reads no variable or is put together element by element is computed
//!    where the first has elements: `a.product({1 / c})` with an empty `a`.
//!    Where a condition looks at the first only, it has elements if they satisfy it: `a.product({1 / c}).filter(_ =>
//!    false)`.
//! 6. Of the conditions of a query those that cannot fail may be tested first (`where 1 / x > 1 and x > 0`), and all of
//!    them before the sources they do not look at.
//!
//! 7. What a function does not look at is not computed, if it is a collection: `fn f(s: set<int>) -> int = 1`.
//!
//! [`candidates`] makes of each part that can fail an expression that computes it for all rows it may be computed for;
//! [`lazy`] makes of products what a query with two sources is, and puts conditions in that order.

use std::collections::BTreeSet;

use lasp_plan::{Arm, BinaryOp, CollOp, Expr, ExprKind, Func, Lambda, Pattern, UnaryOp};

use lasp_plan::parts::{parts, parts_mut};

/// Expressions whose failure excuses a poisoned view.
pub(super) fn candidates(expr: &Expr) -> Vec<Expr> {
    let mut walk = Walk::default();
    walk.visit(expr);
    walk.found
}

/// The expression as a query would compute it: second sides of products under the first, safe conditions first.
pub(super) fn lazy(expr: &Expr) -> Expr {
    let mut copy = expr.clone();
    rewrite(&mut copy, &mut { SLOTS_FROM });
    copy
}

/// A conjunction with what cannot fail in front.
fn in_order(expr: &Expr) -> Expr {
    let mut conjuncts = conjuncts(expr);
    // A stable sort: the rest keeps its order.
    conjuncts.sort_by_key(|part| contains_failing(part));
    let and = |left: Expr, right: &Expr| {
        let kind = ExprKind::Binary(BinaryOp::And, Box::new(left), Box::new(right.clone()));
        Expr { kind, place: expr.place }
    };
    let first = conjuncts[0].clone();
    conjuncts[1..].iter().fold(first, |left, right| and(left, right))
}

/// The conditions of a conjunction, in order.
fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    let (mut conjuncts, mut rest) = (Vec::new(), vec![expr]);
    while let Some(part) = rest.pop() {
        match &part.kind {
            ExprKind::Binary(BinaryOp::And, left, right) => rest.extend([&**right, &**left]),
            _ => conjuncts.push(part),
        }
    }
    conjuncts
}

fn contains_failing(expr: &Expr) -> bool {
    can_fail(expr) || parts(expr).into_iter().any(contains_failing)
}

/// Beyond every slot that a generated program uses.
const SLOTS_FROM: u32 = 5_000;

fn rewrite(expr: &mut Expr, next: &mut u32) {
    // A filtered product is a join.
    if let ExprKind::Coll(CollOp::Filter, source, _, Some(kept)) = &expr.kind
        && let ExprKind::Coll(CollOp::Product, left, right, None) = &source.kind
    {
        expr.kind = ExprKind::Coll(CollOp::Join, left.clone(), right.clone(), Some(kept.clone()));
    }
    parts_mut(expr).into_iter().for_each(|part| rewrite(part, next));
    if let ExprKind::Let(Pattern::Bind(slot), value, body) = &expr.kind
        && matches!(value.kind, ExprKind::Coll(..) | ExprKind::Set(_))
        && !free(body).contains(slot)
    {
        *expr = (**body).clone();
    }
    if let ExprKind::Binary(BinaryOp::And, ..) = expr.kind {
        *expr = in_order(expr);
        return;
    }
    let place = expr.place;
    let made = |kind| Expr { kind, place };
    let local = |slot| made(ExprKind::Local(slot));
    // A condition of a query that does not look at the last source may be tested before there is one.
    if let ExprKind::Coll(CollOp::FlatMap, _, _, Some(lambda)) = &expr.kind
        && let ExprKind::If(condition, _, otherwise) = &lambda.body.kind
        && matches!(&otherwise.kind, ExprKind::Set(none) if none.is_empty())
    {
        let early = |part: &&Expr| !free(part).contains(&lambda.slot);
        let tests: Vec<Expr> = conjuncts(condition).into_iter().filter(early).cloned().collect();
        for test in tests.into_iter().rev() {
            let none = made(ExprKind::Set(Vec::new()));
            *expr = made(ExprKind::If(Box::new(test), Box::new(expr.clone()), Box::new(none)));
        }
        return;
    }
    let ExprKind::Coll(CollOp::Product | CollOp::Join, left, args, lambda) = &expr.kind else { return };
    let (x, y) = (*next, *next + 1);
    *next += 2;
    let nothing = || made(ExprKind::Set(Vec::new()));
    let pair = made(ExprKind::Tuple(vec![local(x), local(y)]));
    let one = made(ExprKind::Set(vec![pair.clone()]));
    let kept = match lambda {
        None => one,
        Some(lambda) => {
            let chosen = made(ExprKind::If(lambda.body.clone(), Box::new(one), Box::new(nothing())));
            made(ExprKind::Let(Pattern::Bind(lambda.slot), Box::new(pair), Box::new(chosen)))
        }
    };
    let each = |source: &Expr, slot, body| {
        let lambda = Lambda { slot, body: Box::new(body) };
        made(ExprKind::Coll(CollOp::FlatMap, Box::new(source.clone()), Vec::new(), Some(lambda)))
    };
    let mut inner = each(&args[0], y, kept);
    // What does not look at the second side may be tested before there is one.
    for (part, pair) in
        lambda.iter().flat_map(|lambda| conjuncts(&lambda.body).into_iter().map(|part| (part, lambda.slot)))
    {
        if !free(part).contains(&pair) || only_side(part, pair) == Some(0) {
            let alone = made(ExprKind::Tuple(vec![local(x), local(x)]));
            let tested = made(ExprKind::If(Box::new(part.clone()), Box::new(inner), Box::new(nothing())));
            inner = made(ExprKind::Let(Pattern::Bind(pair), Box::new(alone), Box::new(tested)));
        }
    }
    *expr = each(left, x, inner);
}

/// What stands between a part and the top.
#[derive(Clone)]
enum Binder {
    /// A function of elements; of pairs, with the two sides they come from.
    Each { slot: u32, source: Expr, sides: Option<Box<[Expr; 2]>> },
    /// `let pattern = value`.
    Let(Pattern, Expr),
    /// An arm after the arms before it.
    Arm(Expr, Vec<Arm>, Pattern, Option<Expr>),
    /// Only where the condition holds.
    Guard(Expr),
}

#[derive(Default)]
struct Walk {
    binders: Vec<Binder>,
    found: Vec<Expr>,
    /// Inside the condition of a query: it is tested as soon as its names are bound, before the sources that follow.
    in_where: bool,
}

impl Walk {
    fn under(&mut self, binder: Binder, part: &Expr) {
        self.binders.push(binder);
        self.visit(part);
        self.binders.pop();
    }

    fn visit(&mut self, expr: &Expr) {
        if let ExprKind::Var(_) = expr.kind {
            self.found.push(expr.clone());
        }
        if can_fail(expr) {
            self.found.push(self.wrapped(expr, true));
        }
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Eq, left, right) => {
                for side in [left, right] {
                    self.visit(side);
                    self.as_key(side);
                }
            }
            ExprKind::If(condition, then, otherwise) => {
                self.visit(condition);
                if matches!(&otherwise.kind, ExprKind::Set(none) if none.is_empty()) {
                    let before = std::mem::replace(&mut self.in_where, true);
                    self.visit(condition);
                    self.in_where = before;
                }
                self.under(Binder::Guard((**condition).clone()), then);
                self.under(Binder::Guard(not(condition)), otherwise);
            }
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
                self.visit(left);
                let guard = if *op == BinaryOp::And { (**left).clone() } else { not(left) };
                self.under(Binder::Guard(guard), right);
            }
            ExprKind::Call(Func::Or, parts) => {
                let unset = Expr { kind: ExprKind::Call(Func::IsSet, vec![parts[0].clone()]), place: expr.place };
                self.visit(&parts[0]);
                self.under(Binder::Guard(not(&unset)), &parts[1]);
            }
            ExprKind::Match(value, arms) => {
                self.visit(value);
                for (at, arm) in arms.iter().enumerate() {
                    let binder = |guard: Option<Expr>| {
                        Binder::Arm((**value).clone(), arms[..at].to_vec(), arm.pattern.clone(), guard)
                    };
                    if let Some(guard) = &arm.guard {
                        self.under(binder(None), guard);
                    }
                    self.under(binder(arm.guard.clone()), &arm.body);
                }
            }
            // Where its own name stands, so does all of it.
            ExprKind::Fix(slot, body) => self.under(Binder::Let(Pattern::Bind(*slot), expr.clone()), body),
            ExprKind::Let(pattern, value, body) => {
                self.visit(value);
                self.under(Binder::Let(pattern.clone(), (**value).clone()), body);
            }
            ExprKind::Coll(op, source, args, lambda) => {
                self.visit(source);
                args.iter().for_each(|arg| self.visit(arg));
                let Some(lambda) = lambda else { return };
                let own = free(source);
                let mut needed = free(&lambda.body);
                needed.remove(&lambda.slot);
                if needed.is_subset(&own) {
                    self.found.push(self.wrapped(expr, false));
                    self.unguarded(expr);
                }
                // Gathered in one go: it fails as a whole.
                if *op == CollOp::Fold {
                    return;
                }
                self.under(each(*op, source, args, lambda), &lambda.body);
            }
            _ => parts(expr).into_iter().for_each(|part| self.visit(part)),
        }
    }

    /// A side of an equality about one source is a key of a join, computed for each of its elements.
    fn as_key(&mut self, side: &Expr) {
        let reads = free(side);
        let binds = |binder: &Binder| matches!(binder, Binder::Each { slot, .. } if reads.contains(slot));
        if let Some(at) = self.binders.iter().rposition(binds) {
            self.without_guards(side, at);
        }
    }

    /// The parts of a collection that is computed whatever branch is taken.
    fn unguarded(&mut self, expr: &Expr) {
        self.without_guards(expr, self.binders.len());
    }

    /// The parts of an expression, without the conditions among the first binders.
    fn without_guards(&mut self, expr: &Expr, first: usize) {
        let is_guard = |binder: &Binder| matches!(binder, Binder::Guard(_) | Binder::Arm(..));
        let (guards, mut others): (Vec<Binder>, Vec<Binder>) =
            self.binders[..first].iter().cloned().partition(is_guard);
        others.extend(self.binders[first..].iter().cloned());
        let mut reads = free(expr);
        others.iter().for_each(|binder| reads.extend(binder.slots().1));
        if guards.is_empty() || guards.iter().any(|guard| !guard.slots().0.is_disjoint(&reads)) {
            return;
        }
        let all = std::mem::replace(&mut self.binders, others);
        self.visit(expr);
        self.binders = all;
    }

    /// The part for all rows it may be computed for: with the binders it depends on and, if `guarded`, the conditions.
    fn wrapped(&self, part: &Expr, guarded: bool) -> Expr {
        let place = part.place;
        let mut needed = free(part);
        let mut kept = vec![false; self.binders.len()];
        loop {
            let before = (kept.clone(), needed.clone());
            for (at, binder) in self.binders.iter().enumerate() {
                let (binds, reads) = binder.slots();
                // A later source that depends on an earlier one restricts it, like a condition.
                let restricts = matches!(binder, Binder::Each { .. }) && !reads.is_disjoint(&needed) && !self.in_where;
                let guards = guarded && matches!(binder, Binder::Guard(_) | Binder::Arm(..));
                if !binds.is_disjoint(&needed) || guarded && (restricts || guards) {
                    kept[at] = true;
                    needed.extend(reads);
                }
            }
            if before == (kept.clone(), needed.clone()) {
                break;
            }
        }
        let mut result = Expr { kind: ExprKind::Set(vec![part.clone()]), place };
        for (binder, _) in self.binders.iter().zip(&kept).rev().filter(|(_, kept)| **kept) {
            result = binder.around(result);
        }
        result
    }
}

impl Binder {
    /// The slots it binds and those it reads.
    fn slots(&self) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let mut binds = BTreeSet::new();
        let reads = match self {
            Binder::Each { slot, source, .. } => {
                binds.insert(*slot);
                free(source)
            }
            Binder::Let(pattern, value) => {
                bound(pattern, &mut binds);
                free(value)
            }
            Binder::Arm(value, before, pattern, guard) => {
                bound(pattern, &mut binds);
                let mut reads = free(value);
                before.iter().filter_map(|arm| arm.guard.as_ref()).for_each(|guard| reads.extend(free(guard)));
                guard.iter().for_each(|guard| reads.extend(free(guard)));
                reads.retain(|slot| !binds.contains(slot));
                reads
            }
            Binder::Guard(condition) => free(condition),
        };
        (binds, reads)
    }

    fn around(&self, inner: Expr) -> Expr {
        let place = inner.place;
        let none = Expr { kind: ExprKind::Set(Vec::new()), place };
        let kind = match self {
            Binder::Each { slot, source, sides } => {
                let source = match (sides, only_side(&inner, *slot)) {
                    (Some(sides), Some(side)) => twice(&sides[side], *slot),
                    _ => source.clone(),
                };
                let lambda = Lambda { slot: *slot, body: Box::new(inner) };
                ExprKind::Coll(CollOp::FlatMap, Box::new(source), Vec::new(), Some(lambda))
            }
            Binder::Let(pattern, value) => ExprKind::Let(pattern.clone(), Box::new(value.clone()), Box::new(inner)),
            Binder::Arm(value, before, pattern, guard) => {
                let mut arms: Vec<Arm> = before.iter().map(|arm| Arm { body: none.clone(), ..arm.clone() }).collect();
                arms.push(Arm { pattern: pattern.clone(), guard: guard.clone(), body: inner });
                arms.push(Arm { pattern: Pattern::Wildcard, guard: None, body: none });
                ExprKind::Match(Box::new(value.clone()), arms)
            }
            Binder::Guard(condition) => ExprKind::If(Box::new(condition.clone()), Box::new(inner), Box::new(none)),
        };
        Expr { kind, place }
    }
}

fn each(op: CollOp, source: &Expr, args: &[Expr], lambda: &Lambda) -> Binder {
    let place = source.place;
    let coll =
        |op, args: &[Expr]| Expr { kind: ExprKind::Coll(op, Box::new(source.clone()), args.to_vec(), None), place };
    let (elements, sides) = match (op, &source.kind, args) {
        (CollOp::Each, ..) => (coll(CollOp::Values, &[]), None),
        (CollOp::Join, _, [other]) => (coll(CollOp::Product, args), Some(Box::new([source.clone(), other.clone()]))),
        (CollOp::Filter, ExprKind::Coll(CollOp::Product, left, right, _), _) => {
            (source.clone(), Some(Box::new([(**left).clone(), right[0].clone()])))
        }
        _ => (source.clone(), None),
    };
    Binder::Each { slot: lambda.slot, source: elements, sides }
}

/// The one side of a pair that an expression looks at.
fn only_side(expr: &Expr, pair: u32) -> Option<usize> {
    fn look(expr: &Expr, pair: u32, sides: &mut BTreeSet<usize>) {
        match &expr.kind {
            ExprKind::Field(of, side) if matches!(of.kind, ExprKind::Local(slot) if slot == pair) => {
                sides.insert(*side as usize);
            }
            // The pair as a whole: both sides.
            ExprKind::Local(slot) if *slot == pair => sides.extend([0, 1]),
            _ => parts(expr).into_iter().for_each(|part| look(part, pair, sides)),
        }
    }
    let mut sides = BTreeSet::new();
    look(expr, pair, &mut sides);
    if sides.len() == 1 { sides.into_iter().next() } else { None }
}

/// Pairs of each element with itself: the other side is not looked at.
fn twice(side: &Expr, slot: u32) -> Expr {
    let place = side.place;
    let element = || Expr { kind: ExprKind::Local(slot), place };
    let body = Box::new(Expr { kind: ExprKind::Tuple(vec![element(), element()]), place });
    let lambda = Lambda { slot, body };
    Expr { kind: ExprKind::Coll(CollOp::Map, Box::new(side.clone()), Vec::new(), Some(lambda)), place }
}

fn not(condition: &Expr) -> Expr {
    Expr { kind: ExprKind::Unary(UnaryOp::Not, Box::new(condition.clone())), place: condition.place }
}

fn can_fail(expr: &Expr) -> bool {
    use BinaryOp::{Add, Div, Mul, Rem, Sub};
    matches!(
        expr.kind,
        ExprKind::Binary(Add | Sub | Mul | Div | Rem, ..)
            | ExprKind::Unary(UnaryOp::Neg, _)
            | ExprKind::Call(Func::Abs | Func::ToInt | Func::ToNat | Func::FloorTo | Func::ToTime, _)
            | ExprKind::Coll(CollOp::Sum | CollOp::Fold, ..)
    )
}

/// The slots an expression reads and does not bind.
pub(super) fn free(expr: &Expr) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    if let ExprKind::Local(slot) = expr.kind {
        found.insert(slot);
    }
    parts(expr).into_iter().for_each(|part| found.extend(free(part)));
    let mut binds = BTreeSet::new();
    match &expr.kind {
        ExprKind::Coll(.., Some(lambda)) => drop(binds.insert(lambda.slot)),
        ExprKind::Fix(slot, _) => drop(binds.insert(*slot)),
        ExprKind::Let(pattern, ..) => bound(pattern, &mut binds),
        ExprKind::Match(_, arms) => arms.iter().for_each(|arm| bound(&arm.pattern, &mut binds)),
        _ => {}
    }
    // Slots are unique along a path, so what is bound here is not read from outside.
    &found - &binds
}

fn bound(pattern: &Pattern, slots: &mut BTreeSet<u32>) {
    match pattern {
        Pattern::Bind(slot) => drop(slots.insert(*slot)),
        Pattern::Slots(parts) => parts.iter().for_each(|(_, part)| bound(part, slots)),
        Pattern::Variant(_, parts) => parts.iter().for_each(|part| bound(part, slots)),
        Pattern::Some(part) => bound(part, slots),
        Pattern::Wildcard | Pattern::Const(_) => {}
    }
}

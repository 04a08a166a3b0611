//! What branches: `if`, `match`, a default for what is unset.
//!
//! ```text
//! if c then a else b      with b ≤ a always: c +, a +, b +      `if n > 3 then true else false` is stable
//!                         with a ≤ b always: c -, a +, b +
//! if x > y then x else y  the maximum: x +, y +
//! match best { some(b) => b >= 3, none => false }      set +, content +
//! ```
//!
//! That one branch is never above the other is known from their ranges, each under the condition that leads to it, from
//! their being equal, or from their form: a set is never smaller than a filtered one. Neighbours: `same`, `range`.

use lasp_plan::{BinaryOp, CollOp, Func, Place, UnaryOp, Value};

use super::Judge;
use super::moves::{Moves, What};
use super::range::Range;
use super::same::same;
use super::tones::{Leaf, Why};
use crate::hir::{Hir, HirArm, HirKind, HirPattern};
use crate::ty::Ty;

/// The outcome of a choice. `order`: whether the branch that is taken when the condition is false is never above the
/// other, and whether it is never below; ranges may tell too.
pub(super) fn chosen(
    condition: &Leaf,
    then: &Moves,
    otherwise: &Moves,
    order: (bool, bool),
    place: Place,
    why: Why,
) -> Moves {
    if condition.range.is_true() {
        return then.clone();
    }
    if condition.range.is_false() {
        return otherwise.clone();
    }
    if condition.is_const() {
        return then.either(otherwise, place);
    }
    let mut choose = |a: &Leaf, b: &Leaf, what: What| {
        let range = a.range.hull(b.range);
        let (up, down) = (what.never_above(b.range, a.range), what.never_above(a.range, b.range));
        let by_condition = match (order.0 || up, order.1 || down) {
            // Only where the ranges say that it is one and the same value: how branches are written says nothing of
            // what they are once the condition has been assumed in them.
            (true, true) if up && down => Leaf::default(),
            (true, _) if order.0 || !order.1 => condition.clone(),
            (_, true) => condition.flip(place, why),
            _ => condition.any(place, why),
        };
        what.within(by_condition.with(a).with(b), range)
    };
    // Where there is nothing on one side, what is in the result is as on the other.
    match (then.filled(), otherwise.filled()) {
        (true, false) => then.populated(&mut |members| choose(members, &otherwise.elements(place).0, What::Members)),
        (false, true) => otherwise.populated(&mut |members| choose(&then.elements(place).0, members, What::Members)),
        _ => then.zip(otherwise, place, &mut choose),
    }
}

impl Judge<'_> {
    pub(super) fn choice(&mut self, condition: &Hir, then: &Hir, otherwise: &Hir, place: Place) -> Moves {
        if let Some(extreme) = self.extreme(condition, then, otherwise) {
            return extreme;
        }
        if same(then, otherwise) {
            // Then nothing is chosen, and what the condition tells in each branch must not be taken for what holds in
            // both.
            return self.moves(then);
        }
        let tested = self.moves(condition).ordered(condition.place);
        let facts = self.facts.len();
        self.assume(condition, true);
        let a = self.moves(then);
        self.facts.truncate(facts);
        self.assume(condition, false);
        let b = self.moves(otherwise);
        self.facts.truncate(facts);
        let order = (self.never_above(otherwise, then), self.never_above(then, otherwise));
        chosen(&tested, &a, &b, order, place, Why::Choice)
    }

    /// `if x > y then x else y` and the like: a maximum or minimum of what is compared.
    fn extreme(&mut self, condition: &Hir, then: &Hir, otherwise: &Hir) -> Option<Moves> {
        let HirKind::Binary(op, a, b) = &condition.kind else { return None };
        if !matches!(op, BinaryOp::Ge | BinaryOp::Gt | BinaryOp::Le | BinaryOp::Lt) {
            return None;
        }
        let straight = same(a, then) && same(b, otherwise);
        let crossed = same(a, otherwise) && same(b, then);
        if !(straight || crossed) || super::expr::has_drawn(&self.program.holes.full(&a.ty)) {
            return None;
        }
        let greatest = matches!(op, BinaryOp::Ge | BinaryOp::Gt) == straight;
        let (left, right) = (self.moves(a).ordered(a.place), self.moves(b).ordered(b.place));
        let (x, y) = (left.range, right.range);
        let range = match greatest {
            true => Range { lo: x.lo.max(y.lo), hi: x.hi.max(y.hi) },
            false => Range { lo: x.lo.min(y.lo), hi: x.hi.min(y.hi) },
        };
        Some(Moves::Leaf(left.with(&right).within(range)))
    }

    /// Whether `low` can never be above `high`, whatever is read, by how they are written.
    fn never_above(&self, low: &Hir, high: &Hir) -> bool {
        use CollOp::{Filter, Intersect, Minus, Union};
        if same(low, high) {
            return true;
        }
        let holds = match &high.kind {
            HirKind::Binary(BinaryOp::Or, a, b) => self.never_above(low, a) || self.never_above(low, b),
            HirKind::Binary(BinaryOp::Add, a, b) => {
                (same(low, a) && self.is_nat(b)) || (same(low, b) && self.is_nat(a))
            }
            HirKind::Coll(Union, a, others, _) => {
                self.never_above(low, a) || others.iter().any(|other| self.never_above(low, other))
            }
            HirKind::Some(inner) => matches!(&low.kind, HirKind::Some(low) if self.never_above(low, inner)),
            _ => false,
        };
        holds
            || match &low.kind {
                HirKind::Const(Value::None) => true,
                HirKind::Binary(BinaryOp::And, a, b) => self.never_above(a, high) || self.never_above(b, high),
                HirKind::Binary(BinaryOp::Sub, a, b) => same(a, high) && self.is_nat(b),
                HirKind::Coll(Filter | Minus, a, _, _) => self.never_above(a, high),
                HirKind::Coll(Intersect, a, others, _) => {
                    self.never_above(a, high) || others.iter().any(|other| self.never_above(other, high))
                }
                _ => false,
            }
    }

    fn is_nat(&self, hir: &Hir) -> bool {
        self.program.holes.head(&hir.ty) == Ty::Nat
    }

    /// The first arm that fits decides; the last one fits whatever is left.
    pub(super) fn matched(&mut self, value: &Hir, arms: &[HirArm], place: Place) -> Moves {
        let moves = self.moves(value);
        let mut tested: Vec<(Leaf, Moves)> = Vec::with_capacity(arms.len());
        for (at, arm) in arms.iter().enumerate() {
            self.bind(&arm.pattern, &moves, value.place);
            let mut fits = self.fits(&arm.pattern, &moves, value);
            let facts = self.facts.len();
            if let Some(guard) = &arm.guard {
                let guarded = self.moves(guard).ordered(guard.place);
                let range = Range { lo: fits.range.lo.min(guarded.range.lo), hi: fits.range.hi.min(guarded.range.hi) };
                fits = fits.with(&guarded).within(range);
                self.assume(guard, true);
            }
            let body = self.moves(&arm.body);
            self.facts.truncate(facts);
            if at + 1 == arms.len() && arm.guard.is_none() {
                fits = Leaf::constant(Range::TRUE);
            }
            tested.push((fits, body));
        }
        let Some((_, last)) = tested.pop() else { return Moves::constant() };
        let chain = tested.into_iter().rev().zip(arms.iter().rev().skip(1)).zip(arms.iter().rev());
        chain.fold(last, |rest, (((fits, body), arm), next)| {
            // Only the next arm's text is at hand: it is all there is after the arm before the last.
            let is_last_but_one = arms.len() >= 2 && std::ptr::eq(arm, &raw const arms[arms.len() - 2]);
            let order = match is_last_but_one {
                true => (self.never_above(&next.body, &arm.body), self.never_above(&arm.body, &next.body)),
                false => (false, false),
            };
            chosen(&fits, &body, &rest, order, place, Why::Choice)
        })
    }

    /// Whether a value fits a pattern, as a truth value.
    fn fits(&self, pattern: &HirPattern, moves: &Moves, value: &Hir) -> Leaf {
        let place = value.place;
        match pattern {
            HirPattern::Wildcard | HirPattern::Bind(_) => Leaf::constant(Range::TRUE),
            HirPattern::Both(_, inner) => self.fits(inner, moves, value),
            HirPattern::Const(constant) => match (moves, constant) {
                (Moves::Opt(set, _), Value::None) => super::compare::opposite(set, place),
                // Only of the whole value the type is known, and with it that its range is one of numbers.
                (Moves::Leaf(leaf), Value::Int(_) | Value::Bool(_)) => {
                    super::compare::equals_point(leaf, Range::of_value(constant).lo, place)
                }
                _ => moves.any(place, Why::Equal).within(Range::BOOL),
            },
            HirPattern::Some(inner) => {
                let (set, content) = moves.option(place);
                let inner = self.fits(inner, &content, value);
                let range = Range {
                    lo: set.range.lo.min(inner.range.lo).max(0.0),
                    hi: set.range.hi.min(inner.range.hi).min(1.0),
                };
                set.with(&inner).within(range)
            }
            HirPattern::Slots(slots) => {
                let mut all = Leaf::constant(Range::TRUE);
                for (slot, inner) in slots {
                    let fits = self.fits(inner, &moves.part(*slot as usize, place), value);
                    let range = Range { lo: all.range.lo.min(fits.range.lo), hi: all.range.hi.min(fits.range.hi) };
                    all = all.with(&fits).within(range);
                }
                all
            }
            HirPattern::Variant(..) => moves.any(place, Why::Equal).within(Range::BOOL),
        }
    }

    /// Takes a condition, or its opposite, as given for what is judged next.
    pub(super) fn assume(&mut self, condition: &Hir, truth: bool) {
        match &condition.kind {
            HirKind::Unary(UnaryOp::Not, inner) => self.assume(inner, !truth),
            HirKind::Binary(BinaryOp::And, a, b) if truth => {
                self.assume(a, true);
                self.assume(b, true);
            }
            HirKind::Binary(BinaryOp::Or, a, b) if !truth => {
                self.assume(a, false);
                self.assume(b, false);
            }
            HirKind::Binary(op, a, b) => {
                self.assume_bound(*op, a, b, truth);
            }
            HirKind::Call(func @ (Func::AtLeast | Func::AtMost), args) => {
                if let [a, b] = args.as_slice() {
                    let op = if *func == Func::AtLeast { BinaryOp::Ge } else { BinaryOp::Le };
                    self.assume_bound(op, a, b, truth);
                }
            }
            HirKind::Local(_) | HirKind::Var(_) | HirKind::Field(..) | HirKind::Lookup(..) | HirKind::View(_) => {
                self.facts.push((condition.clone(), if truth { Range::TRUE } else { Range::FALSE }));
            }
            _ => {}
        }
    }

    fn assume_bound(&mut self, op: BinaryOp, a: &Hir, b: &Hir, truth: bool) {
        let (what, constant, op) = match (&a.kind, &b.kind) {
            (_, HirKind::Const(value)) => (a, value, op),
            (HirKind::Const(value), _) => (b, value, mirrored(op)),
            _ => return,
        };
        let bound = Range::of_value(constant);
        let ty = self.program.holes.head(&what.ty);
        if !bound.is_point() || !(ty.is_number() || ty == Ty::Bool) {
            return;
        }
        // The next whole number; of floats and truths the bound itself is as near as one can say.
        let step = if ty.is_whole() { 1.0 } else { 0.0 };
        let at = bound.lo;
        let range = match (op, truth) {
            (BinaryOp::Ge, true) | (BinaryOp::Lt, false) => Range { lo: at, ..Range::ALL },
            (BinaryOp::Gt, true) | (BinaryOp::Le, false) => Range { lo: at + step, ..Range::ALL },
            (BinaryOp::Le, true) | (BinaryOp::Gt, false) => Range { hi: at, ..Range::ALL },
            (BinaryOp::Lt, true) | (BinaryOp::Ge, false) => Range { hi: at - step, ..Range::ALL },
            (BinaryOp::Eq, true) | (BinaryOp::Ne, false) => bound,
            _ => return,
        };
        self.facts.push((what.clone(), range));
    }
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Ge => BinaryOp::Le,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Lt => BinaryOp::Gt,
        same => same,
    }
}

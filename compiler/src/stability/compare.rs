//! Comparisons and arithmetic: signs, bounds, and which side goes against.
//!
//! ```text
//! a - b          a +, b -              a * b     by the sign of the other factor
//! a >= b         a +, b -              a / k     as a, if k > 0
//! unset >= b     false: for an option, set + and content + (for `<=`: content -)
//! n == 0         - for a nat: once it has left its least value it never comes back; truth == true is +
//! ```
//!
//! Neighbours: `range` knows the signs, the parent module the rest.

use lasp_plan::{BinaryOp, Func, Place, Value};

use super::Judge;
use super::moves::Moves;
use super::range::Range;
use super::same::same;
use super::tones::{Leaf, Why};
use crate::hir::{Hir, HirKind};
use crate::ty::Ty;

impl Judge<'_> {
    pub(super) fn binary(&mut self, op: BinaryOp, a: &Hir, b: &Hir, place: Place) -> Leaf {
        if let Some(leaf) = self.past_default(op, a, b, place) {
            return leaf;
        }
        match op {
            BinaryOp::And | BinaryOp::Or => return self.connective(op, a, b),
            BinaryOp::Eq | BinaryOp::Ne => return self.equal(op, a, b, place),
            _ => {}
        }
        let (left, right) = (self.moves(a).ordered(a.place), self.moves(b).ordered(b.place));
        let (x, y) = (left.range, right.range);
        let whole = self.program.holes.head(&a.ty) != Ty::Float && self.program.holes.head(&b.ty) != Ty::Float;
        // At the infinities `+` and `-` give NaN, which is above all else: no order holds there.
        let orderly = whole || (x.is_finite() && y.is_finite());
        match op {
            BinaryOp::Add if orderly => left.with(&right).within(x.add(y, whole)),
            BinaryOp::Sub if orderly => left.with(&right.flip(place, Why::TakenAway)).within(x.add(y.neg(), whole)),
            BinaryOp::Mul if orderly => {
                let from_left = signed(&left, y, place);
                from_left.with(&signed(&right, x, place)).within(x.mul(y, whole))
            }
            BinaryOp::Div if whole || (orderly && y.is_point() && y.lo != 0.0) => self.quotient(&left, &right, place),
            BinaryOp::Ge | BinaryOp::Gt => self.less(&right, &left, op == BinaryOp::Ge, a, b, place),
            BinaryOp::Le | BinaryOp::Lt => self.less(&left, &right, op == BinaryOp::Le, a, b, place),
            _ => left.with(&right).any(place, if whole { Why::Function } else { Why::Signs }),
        }
    }

    /// `low < high`, or `<=`.
    fn less(&self, low: &Leaf, high: &Leaf, or_equal: bool, a: &Hir, b: &Hir, place: Place) -> Leaf {
        let range = match self.is_number(a) && self.is_number(b) {
            true if same(a, b) => {
                if or_equal {
                    Range::TRUE
                } else {
                    Range::FALSE
                }
            }
            true => low.range.less(high.range, or_equal),
            false => Range::BOOL,
        };
        high.with(&low.flip(place, Why::Compared)).within(range)
    }

    fn is_number(&self, hir: &Hir) -> bool {
        let ty = self.program.holes.head(&hir.ty);
        ty.is_number() || matches!(ty, Ty::Bool | Ty::Duration)
    }

    /// `and` and `or`; what stands right of `and` is reached only if the left side holds.
    fn connective(&mut self, op: BinaryOp, a: &Hir, b: &Hir) -> Leaf {
        let left = self.moves(a).ordered(a.place);
        let facts = self.facts.len();
        self.assume(a, op == BinaryOp::And);
        let right = self.moves(b).ordered(b.place);
        self.facts.truncate(facts);
        let (x, y) = (left.range, right.range);
        let range = match op {
            BinaryOp::And => Range { lo: x.lo.min(y.lo), hi: x.hi.min(y.hi) },
            _ => Range { lo: x.lo.max(y.lo), hi: x.hi.max(y.hi) },
        };
        left.with(&right).within(range)
    }

    fn equal(&mut self, op: BinaryOp, a: &Hir, b: &Hir, place: Place) -> Leaf {
        let (left, right) = (self.moves(a), self.moves(b));
        let is_equal = match same(a, b) {
            true => Leaf::constant(Range::TRUE),
            false => match (&a.kind, &b.kind) {
                (_, HirKind::Const(value)) => self.equals(&left, value, a, place),
                (HirKind::Const(value), _) => self.equals(&right, value, b, place),
                (_, HirKind::Variant(tag, parts)) if parts.is_empty() => {
                    self.equals(&left, &Value::Variant(*tag, [].into()), a, place)
                }
                (HirKind::Variant(tag, parts), _) if parts.is_empty() => {
                    self.equals(&right, &Value::Variant(*tag, [].into()), b, place)
                }
                // What is set once and for all is from then on what is asked for, or never.
                (_, HirKind::Some(inner)) if self.moves(inner).is_const() && left.option(place).1.is_const() => {
                    left.option(place).0.within(Range::BOOL)
                }
                (_, HirKind::Set(parts) | HirKind::List(parts)) if parts.is_empty() => {
                    let members = left.elements(place).0;
                    members.flip(place, Why::Empty).within(Range::BOOL)
                }
                _ => {
                    let (x, y) = (left.ordered(a.place), right.ordered(b.place));
                    if self.is_number(a) && y.range.is_point() {
                        return same_or_not(op, equals_point(&x, y.range.lo, place), place);
                    }
                    if self.is_number(a) && x.range.is_point() {
                        return same_or_not(op, equals_point(&y, x.range.lo, place), place);
                    }
                    let apart = self.is_number(a) && (x.range.hi < y.range.lo || y.range.hi < x.range.lo);
                    let range = if apart { Range::FALSE } else { Range::BOOL };
                    left.whole().with(&right.whole()).any(place, Why::Equal).within(range)
                }
            },
        };
        same_or_not(op, is_equal, place)
    }

    /// Equal to a constant. What can only leave its least value never comes back to it, and what has reached its
    /// greatest stays there.
    pub(super) fn equals(&self, moves: &Moves, value: &Value, hir: &Hir, place: Place) -> Leaf {
        let at = Range::of_value(value);
        match (moves, value) {
            (Moves::Opt(set, _), Value::None) => opposite(set, place),
            (Moves::Opt(set, content), Value::Some(wanted)) => {
                let Ty::Option(inner) = self.program.holes.head(&hir.ty) else {
                    return moves.any(place, Why::Equal).within(Range::BOOL);
                };
                // The content is asked for while it is there.
                let content = self.equals(content, wanted, &Hir { ty: *inner, ..hir.clone() }, place);
                let range = Range { lo: 0.0, hi: content.range.hi };
                set.with(&content).within(range)
            }
            (Moves::Leaf(leaf), Value::Variant(tag, _)) if self.rank(hir, *tag).is_some() => {
                match self.rank(hir, *tag) {
                    Some(Rank::Least) => leaf.flip(place, Why::Equal).within(Range::BOOL),
                    _ => leaf.clone().within(Range::BOOL),
                }
            }
            (Moves::Set(members, _), Value::Set(elements)) if elements.is_empty() => {
                members.flip(place, Why::Empty).within(Range::BOOL)
            }
            (Moves::Leaf(leaf), _) if self.is_number(hir) && at.is_point() => equals_point(leaf, at.lo, place),
            (other, _) => other.any(place, Why::Equal).within(Range::BOOL),
        }
    }

    /// Whether an element of a drawn lattice is its least one, or its greatest.
    fn rank(&self, hir: &Hir, tag: u32) -> Option<Rank> {
        let ty = self.program.holes.head(&hir.ty);
        let Ty::Enum(declared) = &ty else { return None };
        let drawn = declared.drawn.as_ref()?;
        let tag = u16::try_from(tag).ok()?;
        let all = u16::try_from(drawn.elements().len()).ok()?;
        if drawn.least() == tag {
            return Some(Rank::Least);
        }
        (0..all).all(|other| drawn.le(other, tag)).then_some(Rank::Greatest)
    }

    /// A comparison of an option with a bound. Unset is false.
    pub(super) fn compare_set(&mut self, op: BinaryOp, a: &Hir, b: &Hir, place: Place) -> Leaf {
        let is_option = |hir: &Hir| matches!(self.program.holes.head(&hir.ty), Ty::Option(_));
        let (option, bound, upward) = match (is_option(a), op) {
            (true, BinaryOp::Ge | BinaryOp::Gt) => (a, b, true),
            (true, BinaryOp::Le | BinaryOp::Lt) => (a, b, false),
            (false, BinaryOp::Le | BinaryOp::Lt) => (b, a, true),
            (false, BinaryOp::Ge | BinaryOp::Gt) => (b, a, false),
            _ => {
                let all = self.moves(a).whole().with(&self.moves(b).whole());
                return all.any(place, Why::Equal).within(Range::BOOL);
            }
        };
        let (set, content) = self.moves(option).option(option.place);
        let (content, bound) = (content.ordered(option.place), self.moves(bound).ordered(bound.place));
        let or_equal = matches!(op, BinaryOp::Ge | BinaryOp::Le);
        let (compared, range) = match upward {
            true => (content.with(&bound.flip(place, Why::Compared)), bound.range.less(content.range, or_equal)),
            false => (content.flip(place, Why::Compared).with(&bound), content.range.less(bound.range, or_equal)),
        };
        // What is never so is false whether it is set or not; what is always so is true once it is set.
        let compared = compared.within(range);
        let range = Range { lo: set.range.lo.min(compared.range.lo).max(0.0), hi: set.range.hi.min(compared.range.hi) };
        set.with(&compared).within(range)
    }

    /// `x.or(d) >= k` where `d >= k` is false: unset is false, so the default does not show. Where `d >= k` is true,
    /// the whole is `not (x < k)`.
    fn past_default(&mut self, op: BinaryOp, a: &Hir, b: &Hir, place: Place) -> Option<Leaf> {
        let defaulted = |hir: &Hir| match &hir.kind {
            HirKind::Call(Func::Or, args) => match args.as_slice() {
                [value, Hir { kind: HirKind::Const(default), .. }] => Some((value.clone(), Range::of_value(default))),
                _ => None,
            },
            _ => None,
        };
        let constant = |hir: &Hir| match &hir.kind {
            HirKind::Const(value) => Some(Range::of_value(value)).filter(|range| range.is_point()),
            _ => None,
        };
        if !matches!(op, BinaryOp::Ge | BinaryOp::Gt | BinaryOp::Le | BinaryOp::Lt) || !self.is_number(a) {
            return None;
        }
        let (is_left, default, bound) = match (defaulted(a), constant(b), constant(a), defaulted(b)) {
            (Some((_, default)), Some(bound), ..) => (true, default, bound),
            (_, _, Some(bound), Some((_, default))) => (false, default, bound),
            _ => return None,
        };
        let (low, high) = match (op, is_left) {
            (BinaryOp::Ge | BinaryOp::Gt, true) | (BinaryOp::Le | BinaryOp::Lt, false) => (bound, default),
            _ => (default, bound),
        };
        let of_default = low.less(high, matches!(op, BinaryOp::Ge | BinaryOp::Le));
        if !default.is_point() || !of_default.is_point() {
            return None;
        }
        let asked = if of_default.is_false() { op } else { negated(op) };
        let value = defaulted(if is_left { a } else { b })?.0;
        Some(match is_left {
            true => self.compare_set(asked, &value, b, place),
            false => self.compare_set(asked, a, &value, place),
        })
        .map(|leaf| {
            if of_default.is_false() { leaf } else { opposed(&leaf, if is_left { a } else { b }.place, Why::Default) }
        })
    }

    fn quotient(&self, left: &Leaf, right: &Leaf, place: Place) -> Leaf {
        let (x, y) = (left.range, right.range);
        // A quotient shrinks towards zero as its divisor grows, on either side of zero but not across it.
        let by_divisor = match (x.lo >= 0.0, x.hi <= 0.0) {
            _ if right.is_const() => Leaf::default(),
            (true, _) if y.lo >= 0.0 || y.hi < 0.0 => right.flip(place, Why::Signs),
            (_, true) if y.lo >= 0.0 || y.hi < 0.0 => right.clone(),
            _ => right.any(place, Why::Signs),
        };
        let range = if x.lo >= 0.0 && y.lo >= 0.0 { Range::NAT } else { Range::ALL };
        signed(left, y, place).with(&by_divisor).within(range)
    }
}

/// Where an element of a lattice stands, if it stands at an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rank {
    Least,
    Greatest,
}

/// A factor or dividend, by the sign of what it is multiplied or divided by.
fn signed(leaf: &Leaf, by: Range, place: Place) -> Leaf {
    if leaf.is_const() || (by.is_point() && by.lo == 0.0) {
        Leaf::default()
    } else if by.lo >= 0.0 {
        leaf.clone()
    } else if by.hi <= 0.0 {
        leaf.flip(place, Why::Signs)
    } else {
        leaf.any(place, Why::Signs)
    }
}

/// Of `==`, or of `!=`.
fn same_or_not(op: BinaryOp, is_equal: Leaf, place: Place) -> Leaf {
    if op == BinaryOp::Eq { is_equal } else { opposite(&is_equal, place) }
}

/// The comparison that holds where this one does not.
fn negated(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Ge => BinaryOp::Lt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Le => BinaryOp::Gt,
        BinaryOp::Lt => BinaryOp::Ge,
        other => other,
    }
}

/// Of the opposite truth.
pub(super) fn opposite(leaf: &Leaf, place: Place) -> Leaf {
    opposed(leaf, place, Why::Not)
}

fn opposed(leaf: &Leaf, place: Place, why: Why) -> Leaf {
    let range = Range { lo: 1.0 - leaf.range.hi.min(1.0), hi: 1.0 - leaf.range.lo.max(0.0) };
    leaf.flip(place, why).within(range)
}

/// Whether a number, or a truth as one, is this one.
pub(super) fn equals_point(leaf: &Leaf, point: f64, place: Place) -> Leaf {
    let range = leaf.range;
    if range.is_point() {
        Leaf::constant(if range.lo == point { Range::TRUE } else { Range::FALSE })
    } else if point < range.lo || point > range.hi {
        Leaf::constant(Range::FALSE)
    } else if point == range.hi {
        leaf.clone().within(Range::BOOL)
    } else if point == range.lo {
        leaf.flip(place, Why::Equal).within(Range::BOOL)
    } else {
        leaf.any(place, Why::Equal).within(Range::BOOL)
    }
}

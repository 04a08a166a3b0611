//! What is known of the size of a value, whatever is read: an interval.
//!
//! ```text
//! a nat                       0 ..            x > 3 and …            in `…`, x is 4 ..
//! true, false, any bool       1, 0, 0 .. 1    if x > 0 then x else 0    0 ..
//! {} as a collection          0 elements
//! ```
//!
//! This is what tells that `sum` of it cannot fall, that one branch of an `if` is never below the other, that a
//! condition is always true. Bounds are `f64`: whole numbers beyond 2⁵³ count as unbounded, so that no rounding can
//! make a bound tighter than the truth. A `float` with a finite bound on both sides is neither infinite nor NaN.
//!
//! Neighbours: `tones` carries it with each leaf.

use std::hash::{Hash, Hasher};

use lasp_plan::Value;

/// The whole numbers that `f64` tells apart.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// Beyond this, sums and products of floats may overflow to infinity.
const FINITE_MAX: f64 = 1e290;
/// The ends of `int`.
const INT_MAX: f64 = 9.3e18;

/// Bounds, both included; infinite where nothing is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub lo: f64,
    pub hi: f64,
}

impl Default for Range {
    fn default() -> Range {
        Range::ALL
    }
}

impl PartialEq for Range {
    fn eq(&self, other: &Range) -> bool {
        (self.lo.to_bits(), self.hi.to_bits()) == (other.lo.to_bits(), other.hi.to_bits())
    }
}

impl Eq for Range {}

impl Hash for Range {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.lo.to_bits(), self.hi.to_bits()).hash(state);
    }
}

impl Range {
    /// Nothing is known.
    pub(crate) const ALL: Range = Range { lo: f64::NEG_INFINITY, hi: f64::INFINITY };
    /// What is never negative.
    pub(crate) const NAT: Range = Range { lo: 0.0, hi: f64::INFINITY };
    /// A truth value.
    pub(crate) const BOOL: Range = Range { lo: 0.0, hi: 1.0 };
    /// What is true.
    pub(crate) const TRUE: Range = Range::point(1.0);
    /// What is false.
    pub(crate) const FALSE: Range = Range::point(0.0);

    pub(crate) const fn point(at: f64) -> Range {
        Range { lo: at, hi: at }
    }

    /// Of a constant.
    pub(crate) fn of_value(value: &Value) -> Range {
        match value {
            Value::Bool(truth) => Range::point(f64::from(u8::from(*truth))),
            #[allow(clippy::cast_precision_loss)] // What is not exact counts as unknown.
            Value::Int(n) | Value::Duration(n) if (*n as f64).abs() < EXACT_MAX => Range::point(*n as f64),
            Value::Float(x) if x.get().is_finite() => Range::point(x.get()),
            Value::Set(elements) => Range::size(elements.len()),
            Value::List(elements) => Range::size(elements.len()),
            Value::Map(entries) => Range::size(entries.len()),
            _ => Range::ALL,
        }
    }

    /// So many elements.
    #[allow(clippy::cast_precision_loss)] // No collection in a program's text is that large.
    pub(crate) fn size(elements: usize) -> Range {
        Range::point(elements as f64)
    }

    pub(crate) fn is_point(self) -> bool {
        self.lo == self.hi
    }

    pub(crate) fn is_true(self) -> bool {
        self.lo >= 1.0
    }

    pub(crate) fn is_false(self) -> bool {
        self.hi <= 0.0
    }

    pub(crate) fn is_finite(self) -> bool {
        self.lo > f64::NEG_INFINITY && self.hi < f64::INFINITY
    }

    /// Within both. Bounds that leave nothing stand for code that is never reached: then the first is kept.
    pub(crate) fn meet(self, other: Range) -> Range {
        let met = Range { lo: self.lo.max(other.lo), hi: self.hi.min(other.hi) };
        if met.lo <= met.hi { met } else { self }
    }

    /// Around both.
    pub(crate) fn hull(self, other: Range) -> Range {
        Range { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    pub(crate) fn neg(self) -> Range {
        Range { lo: 0.0 - self.hi, hi: 0.0 - self.lo }
    }

    /// `whole`: of whole numbers, where overflow is an error and not an infinity.
    pub(crate) fn add(self, other: Range, whole: bool) -> Range {
        if !whole && (!self.is_finite() || !other.is_finite()) {
            return Range::ALL;
        }
        Range { lo: self.lo + other.lo, hi: self.hi + other.hi }.sane(whole)
    }

    pub(crate) fn mul(self, other: Range, whole: bool) -> Range {
        if !whole && (!self.is_finite() || !other.is_finite()) {
            return Range::ALL;
        }
        // Nothing times anything is nothing, also where the bound of the other is not known.
        let times = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let all =
            [times(self.lo, other.lo), times(self.lo, other.hi), times(self.hi, other.lo), times(self.hi, other.hi)];
        Range {
            lo: all.into_iter().fold(f64::INFINITY, f64::min),
            hi: all.into_iter().fold(f64::NEG_INFINITY, f64::max),
        }
        .sane(whole)
    }

    /// Of a whole number as a float.
    pub(crate) fn to_float(self) -> Range {
        Range { lo: self.lo.max(-INT_MAX), hi: self.hi.min(INT_MAX) }
    }

    /// Rounded towards zero.
    pub(crate) fn truncated(self) -> Range {
        Range { lo: self.lo.trunc() + 0.0, hi: self.hi.trunc() + 0.0 }.sane(true)
    }

    /// Bounds that are still exact.
    fn sane(self, whole: bool) -> Range {
        let most = if whole { EXACT_MAX } else { FINITE_MAX };
        let (lo, hi) = (self.lo + 0.0, self.hi + 0.0);
        Range {
            lo: if lo.abs() < most { lo } else { f64::NEG_INFINITY },
            hi: if hi.abs() < most { hi } else { f64::INFINITY },
        }
    }

    /// Of `a < b` and its like: true, false or either.
    pub(crate) fn less(self, other: Range, or_equal: bool) -> Range {
        let (surely, never) = match or_equal {
            true => (self.hi <= other.lo, self.lo > other.hi),
            false => (self.hi < other.lo, self.lo >= other.hi),
        };
        match (surely, never) {
            (true, _) => Range::TRUE,
            (_, true) => Range::FALSE,
            _ => Range::BOOL,
        }
    }
}

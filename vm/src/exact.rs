//! Exact sums of floats: the accumulator behind `sum` and `avg`.
//!
//! Every finite double is a whole number of units of 2⁻¹⁰⁸⁸, so a sum of doubles is one long integer. It is kept as
//! 32-bit digits in 64-bit cells, only between the lowest and the highest digit ever touched:
//!
//! ```text
//! 1e100 + 1.0 − 1e100    cells  [ … 1 … ]  low digit 34 (units of one)   sum() = 1.0, not 0.0
//! ```
//!
//! Nothing is rounded until it is read, and then once, to nearest-even. Therefore the order of the terms cannot show,
//! and [`ExactSum::sub`] undoes [`ExactSum::add`] exactly, which is what views over removable rows need. NaN and
//! infinities are counted beside the digits, so that they can be taken back too.
//!
//! Written here because the crates that sum exactly (`xsum`) keep infinities for ever and take over 500 bytes per sum;
//! a group of prices takes about five cells. The idea is Radford Neal's small superaccumulator (arXiv 1505.05571).
//!
//! Invariant: a cell is below 2⁶² in magnitude: `room` counts how many further terms may be added before carrying.

/// How many bits below one the unit lies: 34 digits of 32 bits, 14 bits more than the least double needs.
const UNIT_BITS: u32 = 1088;
/// How far the unit lies below the least positive double, 2⁻¹⁰⁷⁴.
const SPARE_BITS: usize = 14;
/// Terms between two carries: each adds less than 2³² to a cell.
const TERMS_BETWEEN_CARRIES: u32 = 1 << 29;

/// A sum of floats without rounding.
#[derive(Clone, Debug)]
pub(crate) struct ExactSum {
    /// Position of the first cell, in digits.
    low: usize,
    /// Digits, least first; not carried, so a cell may exceed 32 bits and may be negative.
    cells: Vec<i64>,
    /// How many terms fit before the next carry.
    room: u32,
    /// How many terms there are (added less subtracted).
    terms: i64,
    /// Terms that are NaN, +∞ and −∞.
    odd: [i64; 3],
}

impl Default for ExactSum {
    fn default() -> ExactSum {
        ExactSum { low: 0, cells: Vec::new(), room: TERMS_BETWEEN_CARRIES, terms: 0, odd: [0; 3] }
    }
}

#[allow(dead_code)] // Shared by the evaluator and the dataflow; neither uses all of it.
impl ExactSum {
    /// The empty sum.
    pub(crate) fn new() -> ExactSum {
        ExactSum::default()
    }

    /// Adds a term.
    pub(crate) fn add(&mut self, x: f64) {
        self.add_times(x, 1);
    }

    /// Takes a term back.
    pub(crate) fn sub(&mut self, x: f64) {
        self.add_times(x, -1);
    }

    /// Adds a term `times` times; a negative number takes it back as often.
    pub(crate) fn add_times(&mut self, x: f64, times: i64) {
        self.terms = self.terms.wrapping_add(times);
        if !x.is_finite() {
            let which = if x.is_nan() { 0 } else { 1 + usize::from(x < 0.0) };
            self.odd[which] = self.odd[which].wrapping_add(times);
            return;
        }
        let bits = x.to_bits();
        let (exponent, fraction) = ((bits >> 52 & 0x7ff) as usize, bits & ((1 << 52) - 1));
        // A subnormal has the exponent of the least normal and no leading one.
        let (mantissa, exponent) = if exponent == 0 { (fraction, 1) } else { (fraction | 1 << 52, exponent) };
        let magnitude = u128::from(mantissa) * u128::from(times.unsigned_abs());
        self.shift_in(magnitude, (x < 0.0) != (times < 0), exponent - 1 + SPARE_BITS);
    }

    /// Adds a whole number, exactly.
    pub(crate) fn add_int(&mut self, n: i128) {
        self.terms = self.terms.wrapping_add(1);
        self.shift_in(n.unsigned_abs(), n < 0, UNIT_BITS as usize);
    }

    /// Whether no term is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms == 0
    }

    /// How many terms there are.
    pub(crate) fn terms(&self) -> i64 {
        self.terms
    }

    /// The sum, rounded once.
    pub(crate) fn sum(&self) -> f64 {
        self.odd_sum().unwrap_or_else(|| {
            let (negative, digits) = self.digits();
            signed(negative, round(&digits, self.low * 32, SPARE_BITS, false))
        })
    }

    /// The sum divided by a positive number, rounded once.
    pub(crate) fn mean(&self, count: u64) -> f64 {
        self.odd_sum().unwrap_or_else(|| {
            let (negative, digits) = self.digits();
            // Four more digits below: more than the 64 bits that dividing can cost.
            let mut quotient = vec![0; 4];
            quotient.extend(digits);
            let mut rest: u128 = 0;
            for digit in quotient.iter_mut().rev() {
                let dividend = rest << 32 | u128::from(*digit);
                *digit = (dividend / u128::from(count)) as u32;
                rest = dividend % u128::from(count);
            }
            signed(negative, round(&quotient, self.low * 32, SPARE_BITS + 128, rest != 0))
        })
    }

    /// What the infinities and NaNs among the terms make of the sum.
    fn odd_sum(&self) -> Option<f64> {
        match self.odd {
            [0, 0, 0] => None,
            [0, _, 0] => Some(f64::INFINITY),
            [0, 0, _] => Some(f64::NEG_INFINITY),
            _ => Some(f64::NAN),
        }
    }

    /// Adds `±magnitude · 2^shift` units.
    fn shift_in(&mut self, mut magnitude: u128, negative: bool, shift: usize) {
        if magnitude == 0 {
            return;
        }
        if self.room == 0 {
            self.carry();
        }
        self.room -= 1;
        let mut at = shift / 32;
        let mut low_bits = shift % 32;
        while magnitude != 0 {
            // The lowest digit takes what fits above the shift; the rest follows aligned.
            let fits = 32 - low_bits;
            let digit = ((magnitude & ((1 << fits) - 1)) as i64) << low_bits;
            let cell = self.cell(at);
            *cell += if negative { -digit } else { digit };
            magnitude >>= fits;
            (at, low_bits) = (at + 1, 0);
        }
    }

    /// The cell of a digit, which is made if needed.
    fn cell(&mut self, at: usize) -> &mut i64 {
        if self.cells.is_empty() {
            self.low = at;
        } else if at < self.low {
            let missing = self.low - at;
            self.cells.splice(0..0, std::iter::repeat_n(0, missing));
            self.low = at;
        }
        let index = at - self.low;
        if index >= self.cells.len() {
            self.cells.resize(index + 1, 0);
        }
        &mut self.cells[index]
    }

    /// Brings every cell but the last below 2³².
    fn carry(&mut self) {
        let mut carry = 0;
        let mut at = 0;
        while at < self.cells.len() || (carry != 0 && carry != -1) {
            if at == self.cells.len() {
                self.cells.push(0);
            }
            let whole = self.cells[at] + carry;
            self.cells[at] = whole & 0xffff_ffff;
            carry = whole >> 32;
            at += 1;
        }
        // A negative sum ends in a borrow: it stays in the top cell.
        if let (-1, Some(top)) = (carry, self.cells.last_mut()) {
            *top -= 1 << 32;
        }
        self.room = TERMS_BETWEEN_CARRIES;
    }

    /// Sign and magnitude, as digits from `low`.
    fn digits(&self) -> (bool, Vec<u32>) {
        let mut digits = Vec::with_capacity(self.cells.len() + 2);
        let mut carry = 0i64;
        for cell in &self.cells {
            let whole = cell + carry;
            digits.push(whole as u32);
            carry = whole >> 32;
        }
        digits.push(carry as u32);
        digits.push((carry >> 32) as u32);
        let negative = carry < 0;
        if negative {
            let mut borrow = 1u64;
            for digit in &mut digits {
                let whole = u64::from(!*digit) + borrow;
                *digit = whole as u32;
                borrow = whole >> 32;
            }
        }
        (negative, digits)
    }
}

/// The mean of whole numbers, rounded once. The count must be positive.
pub(crate) fn mean_of_ints(sum: i128, count: u64) -> f64 {
    let mut exact = ExactSum::new();
    exact.add_int(sum);
    exact.mean(count)
}

fn signed(negative: bool, magnitude: f64) -> f64 {
    if negative { -magnitude } else { magnitude }
}

/// Rounds `digits · 2^offset` units to the nearest double, ties to even. The least double is `2^spare` units; `more`
/// says that a part below the digits was cut off.
fn round(digits: &[u32], offset: usize, spare: usize, more: bool) -> f64 {
    let Some(top) = digits.iter().rposition(|d| *d != 0) else {
        return 0.0;
    };
    let bit = |at: usize| -> bool {
        at.checked_sub(offset).is_some_and(|at| digits.get(at / 32).is_some_and(|d| d >> (at % 32) & 1 == 1))
    };
    let leading = offset + top * 32 + 31 - digits[top].leading_zeros() as usize;
    // Keep 53 bits, but nothing below the least double.
    let dropped = leading.saturating_sub(52).max(spare);
    let mut mantissa = 0u64;
    for at in (dropped..=leading.max(dropped)).rev() {
        mantissa = mantissa << 1 | u64::from(bit(at));
    }
    let half = bit(dropped - 1);
    let below = more
        || digits.iter().enumerate().any(|(i, d)| {
            let start = offset + i * 32;
            let cut = dropped - 1;
            // Bits of this digit that lie under the half bit.
            *d != 0 && start < cut && (cut - start >= 32 || d & ((1u32 << (cut - start)) - 1) != 0)
        });
    if half && (below || mantissa & 1 == 1) {
        mantissa += 1;
    }
    // The leading one of the mantissa adds itself to the exponent field; below 2⁵² the double is subnormal.
    let exponent = (dropped - spare) as u64;
    if exponent >= 0x7ff {
        return f64::INFINITY;
    }
    let bits = (exponent << 52) + mantissa;
    if bits >= 0x7ff << 52 { f64::INFINITY } else { f64::from_bits(bits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(terms: &[f64]) -> f64 {
        let mut exact = ExactSum::new();
        terms.iter().for_each(|x| exact.add(*x));
        exact.sum()
    }

    /// A small generator: tests must not depend on a seed nobody sees.
    fn numbers(count: usize) -> Vec<f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                f64::from_bits(state)
            })
            .filter(|x| x.is_finite())
            .collect()
    }

    #[test]
    fn one_term_comes_back_as_it_is() {
        for x in numbers(2000) {
            assert_eq!(sum(&[x]).to_bits(), x.to_bits(), "{x:e}");
            assert_eq!(sum(&[-x]), -x);
        }
        for x in [f64::MIN_POSITIVE, f64::MAX, f64::MIN, 5e-324, -5e-324, 1.0, 0.1] {
            assert_eq!(sum(&[x]), x);
        }
        assert_eq!(sum(&[]).to_bits(), 0);
    }

    #[test]
    fn nothing_is_lost_in_between() {
        assert_eq!(sum(&[1e100, 1.0, -1e100]), 1.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[-f64::MAX, -f64::MAX]), f64::NEG_INFINITY);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1.0, 5e-324]), 1.0);
        assert_eq!(sum(&[1.0, f64::EPSILON / 2.0]), 1.0, "a tie goes to even");
        assert_eq!(sum(&[1.0, f64::EPSILON / 2.0, 5e-324]), 1.0 + f64::EPSILON, "just over the tie");
        assert_eq!(sum(&[1.0 + f64::EPSILON, f64::EPSILON / 2.0]), 1.0 + 2.0 * f64::EPSILON);
    }

    #[test]
    fn two_terms_round_like_the_processor() {
        let numbers = numbers(4000);
        for pair in numbers.chunks_exact(2) {
            let (a, b) = (pair[0], pair[1]);
            // Random exponents rarely meet; these do.
            let near = f64::from_bits(a.to_bits() ^ (b.to_bits() & ((1 << 55) - 1)));
            for other in [b, near] {
                if other.is_finite() {
                    assert_eq!(sum(&[a, other]), a + other, "{a:e} + {other:e}");
                }
            }
        }
    }

    #[test]
    fn taking_back_leaves_nothing() {
        let mut exact = ExactSum::new();
        exact.add(3.5);
        let terms = numbers(500);
        terms.iter().for_each(|x| exact.add(*x));
        for x in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            exact.add(x);
        }
        assert!(exact.sum().is_nan());
        for x in [f64::NAN, f64::NEG_INFINITY] {
            exact.sub(x);
        }
        assert_eq!(exact.sum(), f64::INFINITY);
        exact.sub(f64::INFINITY);
        terms.iter().rev().for_each(|x| exact.sub(*x));
        assert_eq!(exact.sum(), 3.5);
        assert!(!exact.is_empty());
        exact.sub(3.5);
        assert!(exact.is_empty());
        assert_eq!(exact.sum(), 0.0);
    }

    #[test]
    fn times_is_repetition() {
        let mut many = ExactSum::new();
        many.add_times(0.1, 1_000_003);
        many.add_times(-0.3, 77);
        many.add_times(0.1, -3);
        let mut one = ExactSum::new();
        (0..1_000_000).for_each(|_| one.add(0.1));
        (0..77).for_each(|_| one.sub(0.3));
        assert_eq!(many.sum(), one.sum());
        many.add_times(f64::MAX, i64::MAX);
        many.add_times(f64::MAX, -i64::MAX);
        assert_eq!(many.sum(), one.sum());
    }

    #[test]
    fn carrying_changes_nothing() {
        let mut exact = ExactSum::new();
        for x in numbers(300) {
            exact.add(x);
            exact.add(-1.5);
            let before = exact.sum();
            exact.carry();
            assert_eq!(exact.sum(), before);
        }
    }

    #[test]
    fn means_are_rounded_once() {
        assert_eq!(mean_of_ints(1, 3), 1.0 / 3.0);
        assert_eq!(mean_of_ints(-2, 3), -2.0 / 3.0);
        assert_eq!(mean_of_ints(0, 3), 0.0);
        assert_eq!(mean_of_ints(i128::from(i64::MAX) * 2, 2), i64::MAX as f64);
        // Rounding the sum first would give 2^53, an even quotient.
        assert_eq!(mean_of_ints((1 << 54) + 2, 2), 9_007_199_254_740_992.0);
        assert_eq!(mean_of_ints((1 << 54) + 3, 1 << 53), ((1u64 << 54) + 4) as f64 / (1u64 << 53) as f64);
        let mut exact = ExactSum::new();
        (0..3).for_each(|_| exact.add(0.1));
        assert_eq!(exact.mean(3), 0.1);
        let mut exact = ExactSum::new();
        exact.add(5e-324);
        assert_eq!(exact.mean(2), 0.0, "a tie at the least double goes to even");
        exact.add(1e-323);
        assert_eq!(exact.mean(2), 1e-323, "1.5 units round to 2");
        assert_eq!(exact.mean(u64::MAX), 0.0);
    }
}

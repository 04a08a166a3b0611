//! Linear inequalities over whole numbers: whether they can hold together.
//!
//! ```text
//! x - acc - 1 ≥ 0      x > acc
//! acc - x ≥ 0          acc ≥ x          eliminating acc: -1 ≥ 0, so never both
//! ```
//!
//! Fourier and Motzkin's elimination over the rationals, tightened for whole numbers: `2x - 1 ≥ 0` is `x - 1 ≥ 0`. What
//! is only ever compared (texts, floats, values nobody looks into) is put in place of a whole number: a system of
//! comparisons between names alone has a solution in one total order without ends exactly if it has one in another.
//!
//! Invariants: terms are sorted by name, no coefficient is 0. "Impossible" is only said when it is so; where numbers or
//! systems grow too large, the answer is that they may hold. Neighbours: `paths` makes the inequalities.

use std::collections::BTreeMap;

/// An unknown, by number.
pub(super) type Name = u32;

/// Systems that grow beyond this while a name is eliminated are taken to be possible.
const INEQUALITIES_MAX: usize = 160;
/// So are those with numbers beyond this.
const NUMBER_MAX: i128 = 1 << 80;

/// `Σ coefficient · name + constant`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Linear {
    terms: Vec<(Name, i128)>,
    constant: i128,
}

impl Linear {
    pub(super) fn constant(constant: i128) -> Linear {
        Linear { terms: Vec::new(), constant }
    }

    pub(super) fn name(name: Name) -> Linear {
        Linear { terms: vec![(name, 1)], constant: 0 }
    }

    /// Its value, if no name is in it.
    pub(super) fn value(&self) -> Option<i128> {
        self.terms.is_empty().then_some(self.constant)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = Name> + '_ {
        self.terms.iter().map(|(name, _)| *name)
    }

    /// `self + times · other`; none if a number grows too large.
    pub(super) fn plus(&self, other: &Linear, times: i128) -> Option<Linear> {
        let mut terms: BTreeMap<Name, i128> = self.terms.iter().copied().collect();
        for (name, coefficient) in &other.terms {
            let sum = terms.entry(*name).or_default();
            *sum = bounded(sum.checked_add(coefficient.checked_mul(times)?)?)?;
        }
        let constant = bounded(self.constant.checked_add(other.constant.checked_mul(times)?)?)?;
        Some(Linear { terms: terms.into_iter().filter(|(_, coefficient)| *coefficient != 0).collect(), constant })
    }

    pub(super) fn times(&self, times: i128) -> Option<Linear> {
        Linear::default().plus(self, times)
    }

    fn of(&self, name: Name) -> i128 {
        self.terms.iter().find(|(other, _)| *other == name).map_or(0, |(_, coefficient)| *coefficient)
    }

    /// The same condition `… ≥ 0` with the smallest numbers: the constant is rounded down.
    fn tight(mut self) -> Linear {
        let common = self.terms.iter().fold(0, |common, (_, coefficient)| divisor(common, coefficient.abs()));
        if common > 1 {
            self.terms.iter_mut().for_each(|(_, coefficient)| *coefficient /= common);
            self.constant = self.constant.div_euclid(common);
        }
        self
    }
}

fn bounded(n: i128) -> Option<i128> {
    (n.abs() < NUMBER_MAX).then_some(n)
}

fn divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// Whether all of these can be ≥ 0 together; also "yes" where that would take too long to tell. Each inequality that is
/// looked at is a step; there may be `steps` of them.
pub(super) fn may_hold(conditions: &[Linear], steps: &mut u32) -> bool {
    let mut system: BTreeMap<Vec<(Name, i128)>, i128> = BTreeMap::new();
    *steps = steps.saturating_sub(u32::try_from(conditions.len()).unwrap_or(u32::MAX));
    for condition in conditions {
        if !enter(&mut system, condition.clone()) {
            return false;
        }
    }
    loop {
        let mut counts: BTreeMap<Name, (usize, usize)> = BTreeMap::new();
        for (name, coefficient) in system.keys().flatten() {
            let (above, below) = counts.entry(*name).or_default();
            *(if *coefficient > 0 { above } else { below }) += 1;
        }
        let Some((name, _)) = counts.iter().min_by_key(|(_, (above, below))| above * below) else { return true };
        let name = *name;
        let all = std::mem::take(&mut system);
        let all = all.into_iter().map(|(terms, constant)| Linear { terms, constant });
        let (with, without): (Vec<Linear>, Vec<Linear>) = all.partition(|condition| condition.of(name) != 0);
        let (above, below): (Vec<Linear>, Vec<Linear>) = with.into_iter().partition(|condition| condition.of(name) > 0);
        system.extend(without.into_iter().map(|condition| (condition.terms, condition.constant)));
        let pairs = u32::try_from(above.len() * below.len()).unwrap_or(u32::MAX);
        *steps = steps.saturating_sub(pairs);
        if *steps == 0 {
            return true;
        }
        for lower in &above {
            for upper in &below {
                let combined = lower.times(-upper.of(name)).and_then(|scaled| scaled.plus(upper, lower.of(name)));
                let Some(combined) = combined else { return true };
                if !enter(&mut system, combined) {
                    return false;
                }
            }
        }
        if system.len() > INEQUALITIES_MAX {
            return true;
        }
    }
}

/// Adds a condition; of those about the same sum the strictest stays. False if it can never hold.
fn enter(system: &mut BTreeMap<Vec<(Name, i128)>, i128>, condition: Linear) -> bool {
    let Linear { terms, constant } = condition.tight();
    if terms.is_empty() {
        return constant >= 0;
    }
    let least = system.entry(terms).or_insert(constant);
    *least = constant.min(*least);
    true
}

#[cfg(test)]
mod tests {
    use super::{Linear, may_hold as may_hold_within};

    fn may_hold(conditions: &[Linear]) -> bool {
        may_hold_within(conditions, &mut 1_000)
    }

    /// `a·x + b·y + c ≥ 0`
    fn at_least(a: i128, b: i128, c: i128) -> Linear {
        let scaled = |name, times| Linear::name(name).times(times).expect("small");
        scaled(0, a).plus(&scaled(1, b), 1).and_then(|sum| sum.plus(&Linear::constant(c), 1)).expect("small")
    }

    #[test]
    fn impossible_is_what_no_whole_numbers_fulfil() {
        // All pairs of three conditions with small numbers, against trying it out.
        let mut seen = [0; 2];
        let numbers = [(1, 0), (0, 1), (-1, 1), (1, -1), (2, -1), (-2, 0), (-1, -1), (0, -2)];
        for (a, b) in numbers {
            for (c, d) in numbers {
                for (e, f) in numbers {
                    for constant in -2..=1 {
                        let system = [at_least(a, b, constant), at_least(c, d, -1), at_least(e, f, 1)];
                        let holds = |x: i128, y: i128| {
                            a * x + b * y + constant >= 0 && c * x + d * y >= 1 && e * x + f * y >= -1
                        };
                        let some = (-12..=12).any(|x| (-12..=12).any(|y| holds(x, y)));
                        assert!(may_hold(&system) || !some, "{system:?} was said to be impossible");
                        seen[usize::from(may_hold(&system))] += 1;
                    }
                }
            }
        }
        assert!(seen[0] > 200 && seen[1] > 200, "{seen:?}");
    }

    #[test]
    fn between_two_neighbours_there_is_no_whole_number() {
        assert!(!may_hold(&[at_least(2, 0, -1), at_least(-2, 0, 1)]));
        assert!(may_hold(&[at_least(2, 0, -1), at_least(-2, 0, 2)]));
    }
}

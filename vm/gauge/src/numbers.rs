//! The numbers that workloads are made of: fixed, spread evenly, the same on every machine.
//!
//! ```text
//! elem(0, 1), elem(1, 1), …   distinct 62-bit integers        drawn(i, 7, 10)   one of 0..10 that follows from i
//! ```
//!
//! `mix` is the finaliser of splitmix64, a bijection of 64-bit words; so `mix(i ^ seed << 40)` are distinct, and still
//! are (but for one chance in millions, which [`elems`] rules out) without their two lowest bits.
//!
//! Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.

use std::collections::BTreeSet;

/// Splitmix64's finaliser.
#[must_use]
pub fn mix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The `i`-th element of a sequence: a 62-bit integer.
#[must_use]
pub fn elem(i: usize, seed: u64) -> i64 {
    (mix(i as u64 ^ (seed << 40)) >> 2).cast_signed()
}

/// The first `n` elements of a sequence.
///
/// # Panics
/// If two are equal; then the seed is no good.
#[must_use]
pub fn elems(n: usize, seed: u64) -> Vec<i64> {
    let all: Vec<i64> = (0..n).map(|i| elem(i, seed)).collect();
    let distinct: BTreeSet<i64> = all.iter().copied().collect();
    assert_eq!(distinct.len(), n, "elements of the sequence {seed} are not distinct");
    all
}

/// One of `0..of`, by chance that is fixed by `i`.
///
/// # Panics
/// When `of` is 0.
#[must_use]
pub fn drawn(i: usize, seed: u64, of: usize) -> usize {
    #[allow(clippy::cast_possible_truncation)] // Less than `of`.
    let position = (mix(i as u64 ^ (seed << 40)) % of as u64) as usize;
    position
}

/// `0..n` shuffled (Fisher–Yates).
#[must_use]
pub fn perm(n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, drawn(i, seed, i + 1));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_what_it_was() {
        // Another sequence would make other numbers of old results.
        assert_eq!(elems(2, 1), [574_028_951_429_853_410, 1_970_677_357_558_707_057]);
        assert!(elems(10_000, 1).iter().all(|x| *x >= 0 && *x < 1 << 62));
    }

    #[test]
    fn a_permutation_has_every_position_once() {
        let mut order = perm(1_000, 3);
        assert_ne!(order, (0..1_000).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..1_000).collect::<Vec<_>>());
    }
}

//! About how many different values: HyperLogLog, in a form that can take a value back.
//!
//! A value is hashed; the first 14 bits choose one of 16,384 registers, and the place of the first 1 in the rest is its
//! *rank*. A rank of 20 in some register is a sign of about 2²⁰ values in it. The estimate is made of each register's
//! greatest rank (Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog", AofA 2007).
//!
//! ```text
//! "a"  hash 0b0…0101 001…      register 5, rank 3        cells {(5, 3): 1}
//! "b"  hash 0b0…0101 1…        register 5, rank 1        cells {(5, 1): 1, (5, 3): 1}   greatest of register 5: 3
//! ```
//!
//! Greatest ranks join by the greater, so sketches that were made apart, of sets that overlap, give that of the union:
//! that is what makes the operation `through`. A sketch that is to be merged cannot forget, but one that stays where it
//! is can: a cell counts the values that fall into it, and when the last one goes the next lower rank shows. So the
//! estimate is a function of the set as it is, in a view that is kept up to date and in one that is computed anew
//! alike.
//!
//! The estimator is Ertl's ("New cardinality estimation algorithms for HyperLogLog sketches", arXiv 1702.01284):
//! without bias from none to 10¹⁵, without tables, and made of `+`, `*` and `/` only, so that all machines agree (a
//! logarithm they may round differently). The standard error is 1.04 / √16384 = 0.81 %; below some hundred values it is
//! nearly exact.
//!
//! Invariants: the hash is BLAKE3 of the canonical bytes of a value, the same on every node and for ever. An estimate
//! never falls when a value is added. A cell is never kept at 0. Space: some cells for each register, 51 at most,
//! whatever comes.

use std::collections::BTreeMap;

use lasp_lattice::ElementCodec;
use lasp_plan::{Value, ValueCodec};

/// How many bits of a hash choose the register: 14 make an error below 1 % and 12 KB on a wire.
const REGISTER_BITS: u32 = 14;
const REGISTERS: u32 = 1 << REGISTER_BITS;
/// The greatest rank: no 1 in the other 50 bits.
const RANK_MAX: usize = 64 - REGISTER_BITS as usize + 1;
/// 1 / (2 ln 2), the limit of the constant of bias.
const ALPHA: f64 = 0.721_347_520_444_481_7;

/// A multiset of values, as far as its number of different ones needs it.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    /// By register and rank, how many values fell there.
    cells: BTreeMap<(u16, u8), i64>,
    /// How many registers have each greatest rank; 0 is of those that are empty.
    ranks: [u32; RANK_MAX + 1],
}

impl Default for Sketch {
    fn default() -> Sketch {
        let mut ranks = [0; RANK_MAX + 1];
        ranks[0] = REGISTERS;
        Sketch { cells: BTreeMap::new(), ranks }
    }
}

impl Sketch {
    /// Takes a value in.
    pub(crate) fn put(&mut self, value: &Value) {
        self.add(value, 1);
    }

    /// Takes a value in, or out with a negative weight. Returns by how much the number of cells changed. O(bytes of the
    /// value).
    pub(crate) fn add(&mut self, value: &Value, weight: i64) -> isize {
        if weight == 0 {
            return 0;
        }
        let (register, rank) = place_of(hash(value));
        let before = self.greatest(register);
        let cell = self.cells.entry((register, rank)).or_default();
        let was_empty = *cell == 0;
        *cell = cell.wrapping_add(weight);
        let is_empty = *cell == 0;
        if is_empty {
            self.cells.remove(&(register, rank));
        }
        let after = self.greatest(register);
        self.ranks[usize::from(before)] -= 1;
        self.ranks[usize::from(after)] += 1;
        isize::from(!is_empty) - isize::from(!was_empty)
    }

    /// The greatest rank in a register; 0 if it is empty. In the middle of a step a cell may be below 0.
    fn greatest(&self, register: u16) -> u8 {
        let cells = self.cells.range((register, 0)..=(register, u8::MAX)).rev();
        cells.into_iter().find(|(_, count)| **count > 0).map_or(0, |((_, rank), _)| *rank)
    }

    /// About how many different values there are.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // An estimate, below 2⁶².
    pub(crate) fn estimate(&self) -> i64 {
        if self.ranks[0] == REGISTERS {
            return 0;
        }
        // Exact, and so without an order of additions: a unit is 2⁻⁵¹, of a register with the greatest rank.
        let filled: u128 = (1..=RANK_MAX).map(|rank| u128::from(self.ranks[rank]) << (RANK_MAX - rank)).sum();
        let filled = filled as f64 / (1u64 << RANK_MAX) as f64;
        let all = f64::from(REGISTERS);
        let empty = all * sigma(f64::from(self.ranks[0]) / all);
        (ALPHA * all * all / (empty + filled)).round() as i64
    }
}

/// What empty registers count for: x + x² + 2 x⁴ + 4 x⁸ + …, for x below 1.
fn sigma(x: f64) -> f64 {
    let (mut power, mut factor, mut sum) = (x, 1.0, x);
    while power > 0.0 {
        power *= power;
        sum += power * factor;
        factor += factor;
    }
    sum
}

fn hash(value: &Value) -> u64 {
    let mut bytes = Vec::new();
    ValueCodec.write(value, &mut bytes);
    let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(&bytes).as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The register and the rank of a hash.
#[allow(clippy::cast_possible_truncation)] // 14 bits, and at most 51.
fn place_of(hash: u64) -> (u16, u8) {
    let register = hash >> (64 - REGISTER_BITS);
    let rest = hash << REGISTER_BITS;
    let rank = rest.leading_zeros().min(64 - REGISTER_BITS) + 1;
    (register as u16, rank as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(range: std::ops::Range<i64>) -> Sketch {
        let mut sketch = Sketch::default();
        for n in range {
            sketch.add(&Value::Int(n), 1);
        }
        sketch
    }

    fn greatest(sketch: &Sketch) -> Vec<u8> {
        (0..1 << REGISTER_BITS).map(|register| sketch.greatest(register)).collect()
    }

    #[test]
    fn an_estimate_is_within_the_stated_error_at_every_size_and_never_falls() {
        let mut before = 0;
        let mut sketch = Sketch::default();
        let (mut squares, mut sizes) = (0.0, 0.0);
        for n in 1..=200_000i64 {
            sketch.add(&Value::Int(n * 7919), 1);
            let estimate = sketch.estimate();
            assert!(estimate >= before, "{before} fell to {estimate} at {n}");
            before = estimate;
            let error = (estimate - n) as f64 / n as f64;
            assert!(error.abs() < 0.0325, "{estimate} of {n}");
            if n <= 100 {
                assert!((estimate - n).abs() <= 1, "{estimate} of {n}");
            }
            squares += error * error;
            sizes += 1.0;
        }
        assert!((squares / sizes).sqrt() < 0.0081 * 1.5, "{}", (squares / sizes).sqrt());
    }

    #[test]
    fn the_mean_over_many_sets_has_no_bias() {
        for size in [10i64, 1_000, 30_000, 60_000] {
            let sets = 24;
            let total: i64 = (0..sets).map(|set| numbers(set * 1_000_000..set * 1_000_000 + size).estimate()).sum();
            let mean = total as f64 / sets as f64;
            // Three times the standard error of a mean of 24.
            assert!((mean / size as f64 - 1.0).abs() < 3.0 * 0.0081 / 24f64.sqrt(), "{mean} of {size}");
        }
    }

    #[test]
    fn the_greatest_ranks_of_a_union_are_the_greater_of_both() {
        let (a, b, both) = (numbers(0..3_000), numbers(2_000..6_000), numbers(0..6_000));
        let joined: Vec<u8> = greatest(&a).into_iter().zip(greatest(&b)).map(|(a, b)| a.max(b)).collect();
        assert_eq!(joined, greatest(&both));
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace_in_any_order() {
        let mut sketch = numbers(0..5_000);
        for n in (1_000..5_000).rev() {
            sketch.add(&Value::Int(n), -1);
        }
        // In the middle of a step a row may go before it comes, and come several times.
        sketch.add(&Value::text("x"), -2);
        sketch.add(&Value::text("x"), 3);
        sketch.add(&Value::text("x"), -1);
        let kept = numbers(0..1_000);
        assert_eq!((sketch.cells, sketch.ranks), (kept.cells.clone(), kept.ranks));
        assert_eq!(numbers(0..0).estimate(), 0);
    }

    #[test]
    fn cells_are_counted() {
        let mut sketch = Sketch::default();
        let cells: isize = (0..1_000).map(|n| sketch.add(&Value::Int(n % 500), 1)).sum();
        assert_eq!(usize::try_from(cells), Ok(sketch.cells.len()));
        let cells: isize = (0..1_000).map(|n| sketch.add(&Value::Int(n % 500), -1)).sum::<isize>() + cells;
        assert_eq!((cells, sketch.cells.len()), (0, 0));
    }

    #[test]
    fn hashes_are_what_they_always_were() {
        // Part of the meaning of programs: nodes of different versions must agree. BLAKE3 of the bytes 04 0e.
        assert_eq!(hash(&Value::Int(7)).to_be_bytes(), blake3::hash(&[4, 14]).as_bytes()[..8]);
        // By a script of its own (`tests/independent/crowd.py`).
        assert_eq!(numbers(0..1_000).estimate(), 1_001);
        assert_eq!(numbers(0..100_000).estimate(), 99_434);
        assert_eq!(place_of(0), (0, 51));
        assert_eq!(place_of(u64::MAX), (16_383, 1));
        assert_eq!(place_of(0b101 << 50 | 1 << 47), (5, 3));
    }
}

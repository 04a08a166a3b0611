//! The operators still to be visited in a step, least first.
//!
//! Two levels of bits, so that finding the next of 10,000 operators reads three words, and an idle graph costs nothing:
//!
//! ```text
//! summary  …0010      bit w: word w is not 0
//! words    [0, 0b1000] ─► first = 64 + 3
//! ```
//!
//! Invariant: a summary bit is set exactly if its word is not 0.

/// A set of small numbers, cheap to take the least from.
#[derive(Clone, Debug)]
pub(super) struct Dirty {
    words: Vec<u64>,
    summary: Vec<u64>,
}

impl Dirty {
    /// The empty set of numbers below `count`.
    pub(super) fn new(count: usize) -> Dirty {
        let words = count.div_ceil(64);
        Dirty { words: vec![0; words], summary: vec![0; words.div_ceil(64)] }
    }

    /// Adds a number.
    #[inline]
    pub(super) fn insert(&mut self, number: usize) {
        let word = number / 64;
        self.words[word] |= 1 << (number % 64);
        self.summary[word / 64] |= 1 << (word % 64);
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.summary.iter().all(|word| *word == 0)
    }

    /// Takes the least number out.
    #[inline]
    pub(super) fn pop_first(&mut self) -> Option<usize> {
        let top = self.summary.iter().position(|word| *word != 0)?;
        let word = top * 64 + self.summary[top].trailing_zeros() as usize;
        let bit = self.words[word].trailing_zeros() as usize;
        self.words[word] &= self.words[word] - 1;
        if self.words[word] == 0 {
            self.summary[top] &= self.summary[top] - 1;
        }
        Some(word * 64 + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_out_in_order() {
        let mut dirty = Dirty::new(10_000);
        for number in [9_999, 0, 64, 63, 4_096, 4_095, 64] {
            dirty.insert(number);
        }
        let taken: Vec<usize> = std::iter::from_fn(|| dirty.pop_first()).collect();
        assert_eq!(taken, [0, 63, 64, 4_095, 4_096, 9_999]);
        assert!(dirty.is_empty());
        assert_eq!(Dirty::new(0).pop_first(), None);
    }
}

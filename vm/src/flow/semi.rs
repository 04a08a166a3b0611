//! Left rows whose key is, or is not, among the keys of the right side: intersection and difference.
//!
//! ```text
//! keep: true    left ("a"), ("b")   right ("a")    ─►  ("a")
//! keep: false   the same                           ─►  ("b")      right - ("a")  ─►  + ("a")
//! ```
//!
//! Of the right side only the number of rows per key is kept. Where the key is the whole left row, as in `intersect`
//! and `minus`, the weight of that row lies beside it, and nothing else is kept: a row costs one slot, whichever side
//! it is on.
//!
//! Invariant: between steps a key is there as long as it has a row on either side.

use lasp_plan::Expr;

use super::key::{KeyOf, Keys, common, reprs};
use super::multimap::Multimap;
use super::operator::{Inputs, Operator};
use super::rows::{At, Layout, RowRef};
use super::table::{Table, ahead};
use super::touched::Touched;
use super::work::Work;

/// Behind the key: the weight of the right rows, the weight of the left row if that is the key, and that it is there.
const RIGHT: usize = 0;
const LEFT: usize = 1;
const WORDS: usize = 3;

/// Left rows and the weight of the right rows, by key.
pub(super) struct Semi {
    left: KeyOf,
    right: KeyOf,
    left_keys: Keys,
    right_keys: Keys,
    keep: bool,
    key: At,
    weights: Table,
    /// The left rows, unless each is its own key.
    rows: Option<Multimap>,
    touched: Touched,
    hashes: Vec<u64>,
}

impl Semi {
    pub(super) fn new(keys: [&[Expr]; 2], layouts: [&Layout; 2], keep: bool) -> Semi {
        let key_reprs = common(&reprs(keys[0], layouts[0]), &reprs(keys[1], layouts[1]));
        let key = Layout::new(key_reprs.clone()).size();
        let left = KeyOf::new(keys[0], layouts[0], &key_reprs);
        let row = layouts[0].size();
        let own_key = matches!(left, KeyOf::Part(from, to) if from == At::default() && to == row);
        Semi {
            rows: (!own_key).then(|| Multimap::new(row, &left, key)),
            left,
            right: KeyOf::new(keys[1], layouts[1], &key_reprs),
            left_keys: Keys::new(key),
            right_keys: Keys::new(key),
            keep,
            key,
            weights: Table::by_key(key, WORDS),
            touched: Touched::new(key, At::default()),
            hashes: Vec::new(),
        }
    }
}

/// Drops a key that has no row any more.
fn sweep(weights: &mut Table, key: RowRef<'_>, hash: u64) {
    if let Some(slot) = weights.find(key, hash) {
        let kept = &weights.words(slot)[key.words.len()..];
        if kept[RIGHT] == 0 && kept[LEFT] == 0 {
            weights.remove(slot);
        }
    }
}

impl Operator for Semi {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let (left_batch, right_batch) = (inputs.port(0), inputs.port(1));
        let behind = self.key.word;
        let keyed = self.right.of(right_batch, &mut self.right_keys, work);
        keyed.hashes(&mut self.hashes);
        for nth in 0..keyed.len() {
            if let Some(next) = ahead(&self.hashes, nth) {
                self.weights.warm(next);
            }
            let (key, _, weight) = keyed.get(nth);
            let hash = self.hashes[nth];
            let (slot, _) = self.weights.entry(key, hash);
            let sum = &mut self.weights.words_mut(slot)[behind + RIGHT];
            let before = sum.cast_signed();
            *sum = before.wrapping_add(weight).cast_unsigned();
            self.touched.note(key, hash, || (before > 0).then(RowRef::default));
        }
        for nth in 0..self.touched.len() {
            let (key, was) = self.touched.get(nth);
            let hash = key.hash();
            let Some(slot) = self.weights.find(key, hash) else { continue };
            let kept = &self.weights.words(slot)[behind..];
            let present = kept[RIGHT].cast_signed() > 0;
            if present != was.is_some() {
                let sign = if present == self.keep { 1 } else { -1 };
                match &self.rows {
                    Some(rows) => rows.each(key, hash, |row, weight| work.emit(row, sign * weight)),
                    None if kept[LEFT] != 0 => work.emit(key, sign * kept[LEFT].cast_signed()),
                    None => {}
                }
                if work.stopped() {
                    return;
                }
            }
            sweep(&mut self.weights, key, hash);
        }
        self.touched.clear();
        let keyed = self.left.of(left_batch, &mut self.left_keys, work);
        keyed.hashes(&mut self.hashes);
        for nth in 0..keyed.len() {
            if let Some(next) = ahead(&self.hashes, nth) {
                self.weights.warm(next);
            }
            let (key, row, weight) = keyed.get(nth);
            let hash = self.hashes[nth];
            let present = match &mut self.rows {
                Some(rows) => {
                    rows.add(key, hash, row, weight);
                    let slot = self.weights.find(key, hash);
                    slot.is_some_and(|slot| self.weights.words(slot)[behind + RIGHT].cast_signed() > 0)
                }
                None => {
                    let (slot, _) = self.weights.entry(key, hash);
                    let kept = &mut self.weights.words_mut(slot)[behind..];
                    kept[LEFT] = kept[LEFT].cast_signed().wrapping_add(weight).cast_unsigned();
                    let (left, right) = (kept[LEFT], kept[RIGHT].cast_signed());
                    if left == 0 && right == 0 {
                        self.weights.remove(slot);
                    }
                    right > 0
                }
            };
            if present == self.keep {
                work.emit(row, weight);
            }
        }
        if left_batch.is_empty() || right_batch.is_empty() && left_batch.len() <= 1 {
            work.is_consolidated();
        }
    }

    fn kept(&self) -> usize {
        self.weights.len() + self.rows.as_ref().map_or(0, Multimap::len)
    }

    fn bytes(&self) -> usize {
        self.weights.bytes() + self.rows.as_ref().map_or(0, Multimap::bytes)
    }
}

//! Left join: each left row with the one right row of its key, or with a default.
//!
//! It is how a map is looked up for all rows at once: `views[a.ad]` appends the count, or 0 where there is none.
//!
//! ```text
//! left (a:"13")   right ("13", 4)          ─►  (a:"13", 4)
//! right - ("13", 4), + ("13", 5)           ─►  - (a:"13", 4), + (a:"13", 5)    for every left row of "13"
//! right - ("13", 5)                        ─►  - (a:"13", 5), + (a:"13", 0)
//! ```
//!
//! First the right batch is taken in as a whole, then each touched key is answered once for the left rows as they were,
//! then the left batch meets the right side as it is now.
//!
//! Invariant: the plan promises one right row per key; should there be several, the least one counts, so that the
//! result is a function of the relations all the same.

use lasp_plan::{Expr, Value};

use super::key::{KeyOf, Keys};
use super::multimap::Multimap;
use super::operator::{Inputs, Operator};
use super::repr::Repr;
use super::rows::{At, Layout, RowRef, Rows};
use super::table::ahead;
use super::touched::Touched;
use super::work::Work;

/// Both sides, by key.
pub(super) struct LeftJoin {
    key: KeyOf,
    keys: Keys,
    /// Of a right row.
    key_size: At,
    /// What is appended for a key without a right row: one row.
    default: Rows,
    left: Multimap,
    right: Multimap,
    layout: Layout,
    touched: Touched,
    hashes: Vec<u64>,
}

impl LeftJoin {
    /// The representations of the right side as it has to come: those of its key that left keys fit, and of its other
    /// columns that the default fits.
    pub(super) fn right_side(key: &[Repr], default: &[Value], right: &Layout) -> Vec<Repr> {
        let wanted = key.iter().cloned().chain(default.iter().map(Repr::of_value));
        wanted.zip(&right.columns).map(|(wanted, repr)| wanted.and(repr)).collect()
    }

    pub(super) fn new(key: &[Expr], default: &[Value], left: &Layout, right: &Layout, right_key: usize) -> LeftJoin {
        let key_size = right.at(right_key);
        let key = KeyOf::new(key, left, &right.columns[..right_key]);
        let appended = Layout::new(right.columns[right_key..].to_vec());
        let mut only = Rows::new(appended.size());
        appended.encode(default.iter(), &mut only.words, &mut only.objects);
        only.weights.push(1);
        LeftJoin {
            keys: Keys::new(key_size),
            left: Multimap::new(left.size(), &key, key_size),
            right: Multimap::of_parts(right.size(), At::default(), key_size),
            key,
            key_size,
            default: only,
            touched: Touched::new(key_size, appended.size()),
            layout: right.clone(),
            hashes: Vec::new(),
        }
    }
}

/// What is appended for a key that has a right row. Nearly always there is one; else the least one counts.
fn shown<'m>(right: &'m Multimap, layout: &Layout, from: At, key: RowRef<'_>, hash: u64) -> Option<RowRef<'m>> {
    let mut least: Option<RowRef<'m>> = None;
    right.each(key, hash, |row, weight| {
        if weight > 0 && least.is_none_or(|least| layout.compare(row, least).is_lt()) {
            least = Some(row);
        }
    });
    least.map(|row| row.part(from, layout.size()))
}

impl Operator for LeftJoin {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let (left_batch, right_batch) = (inputs.port(0), inputs.port(1));
        let (layout, key_size) = (&self.layout, self.key_size);
        let touched = &mut self.touched;
        self.right.change(right_batch, (At::default(), key_size), &mut self.hashes, |right, key, hash| {
            touched.note(key, hash, || shown(right, layout, key_size, key, hash));
        });
        for nth in 0..self.touched.len() {
            let (key, before) = self.touched.get(nth);
            let hash = key.hash();
            let now = shown(&self.right, layout, key_size, key, hash);
            let same = match (before, now) {
                (Some(before), Some(now)) => before.is(now),
                (before, now) => before.is_none() && now.is_none(),
            };
            if same {
                continue;
            }
            let default = self.default.row(0);
            self.left.each(key, hash, |left, weight| {
                work.emit_both(left, before.unwrap_or(default), -weight);
                work.emit_both(left, now.unwrap_or(default), weight);
            });
            if work.stopped() {
                return;
            }
        }
        self.touched.clear();
        let keyed = self.key.of(left_batch, &mut self.keys, work);
        keyed.hashes(&mut self.hashes);
        for nth in 0..keyed.len() {
            if let Some(next) = ahead(&self.hashes, nth) {
                self.left.warm(next);
                self.right.warm(next);
            }
            let (key, row, weight) = keyed.get(nth);
            let hash = self.hashes[nth];
            let found = shown(&self.right, layout, key_size, key, hash);
            work.emit_both(row, found.unwrap_or(self.default.row(0)), weight);
            self.left.add(key, hash, row, weight);
        }
        if right_batch.is_empty() && left_batch.len() <= 1 {
            work.is_consolidated();
        }
    }

    fn kept(&self) -> usize {
        self.left.len() + self.right.len()
    }

    fn bytes(&self) -> usize {
        self.left.bytes() + self.right.bytes()
    }
}

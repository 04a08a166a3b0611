//! Rows of variables that came and went, waiting to be told.
//!
//! ```text
//! values   x │ k  5 │ k  6        heads   (basket.0, +1) │ (views.0, −1) │ (views.0, +1)
//! ```
//!
//! They lie flat: a change of a variable is nearly always a row or two of a word or two, and an allocation for each
//! would cost more than the change.
//!
//! Invariant: order is kept. A count outside `int` that goes and one that comes under the same keys are told in that
//! order.
//!
//! Neighbours: [`crate::vars`] fills it, `node::views` hears of it, `node::batch` takes it back.

use lasp_plan::{Value, VarId};

/// One row of a variable's port that came (+1) or went (−1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Diff<'r> {
    pub(crate) var: VarId,
    pub(crate) port: u32,
    /// The keys, then the element or leaf. A count outside `int` has no value to stand there: then the keys alone.
    pub(crate) row: &'r [Value],
    pub(crate) weight: i64,
    /// The count that does not fit.
    pub(crate) outside: Option<i128>,
}

/// Rows, first to last.
#[derive(Debug, Default)]
pub(crate) struct Diffs {
    values: Vec<Value>,
    heads: Vec<Head>,
}

/// A row without its values.
#[derive(Clone, Copy, Debug)]
struct Head {
    var: VarId,
    port: u32,
    /// Where its values end; they begin where those of the row before end.
    end: usize,
    weight: i64,
    outside: Option<i128>,
}

impl Diffs {
    pub(crate) fn len(&self) -> usize {
        self.heads.len()
    }

    pub(crate) fn push(&mut self, diff: Diff<'_>) {
        let Diff { var, port, row, weight, outside } = diff;
        self.put(var, port, row.iter(), weight, outside);
    }

    /// A row of these values.
    #[inline]
    pub(crate) fn put<'v>(
        &mut self,
        var: VarId,
        port: u32,
        row: impl Iterator<Item = &'v Value>,
        weight: i64,
        outside: Option<i128>,
    ) {
        self.values.extend(row.cloned());
        self.heads.push(Head { var, port, end: self.values.len(), weight, outside });
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Diff<'_>> {
        self.heads.iter().enumerate().map(|(at, head)| {
            let from = at.checked_sub(1).map_or(0, |before| self.heads[before].end);
            let Head { var, port, end, weight, outside } = *head;
            Diff { var, port, row: &self.values[from..end], weight, outside }
        })
    }

    /// Forgets all but the first so many.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.heads.truncate(len);
        self.values.truncate(self.heads.last().map_or(0, |last| last.end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows come back as they were put in, and a shorter log is the beginning of the longer one.
    #[test]
    fn keeps_rows_of_any_width_in_order() {
        let rows: [&[i64]; 4] = [&[], &[1], &[2, 3], &[]];
        let rows: Vec<Vec<Value>> = rows.iter().map(|row| row.iter().copied().map(Value::Int).collect()).collect();
        let mut diffs = Diffs::default();
        for (at, row) in (0..).zip(&rows) {
            diffs.push(Diff { var: VarId(at), port: at, row, weight: 1, outside: Some(i128::from(at)) });
        }
        for len in (0..=rows.len()).rev() {
            diffs.truncate(len);
            let there: Vec<(u32, Vec<Value>)> = diffs.iter().map(|diff| (diff.var.0, diff.row.to_vec())).collect();
            let expected: Vec<(u32, Vec<Value>)> = (0..).zip(rows[..len].iter().cloned()).collect();
            assert_eq!(there, expected);
            let last = diffs.iter().next_back().map(|diff| diff.row.to_vec());
            assert_eq!(last, expected.last().map(|(_, row)| row.clone()));
        }
    }
}

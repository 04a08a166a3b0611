//! Where rows come from: variables and constants.
//!
//! A source has no inputs: the engine puts what was pushed into its output, as it is. Constants are evaluated once, in
//! the first step, and never change.

use std::collections::BTreeSet;

use lasp_plan::{Expr, Row};

use super::operator::{Inputs, Operator};
use super::repr::Repr;
use super::rows::{Layout, RowRef, Rows};
use super::work::Work;
use crate::Failure;
use crate::eval::{Frame, NoWorld, eval};

/// A variable at one of its ports.
pub(super) struct Source;

impl Operator for Source {
    fn apply(&mut self, _: &Inputs<'_>, _: &mut Work<'_>) {}
}

/// Constant rows, each once, however often it is written.
pub(super) struct Constants {
    layout: Layout,
    rows: Rows,
    failures: Vec<Failure>,
}

impl Constants {
    /// Evaluates the rows.
    pub(super) fn new(exprs: &[Vec<Expr>], columns: usize) -> Constants {
        let mut seen: BTreeSet<Row> = BTreeSet::new();
        // There is no row in hand that could be printed.
        let mut failures = Vec::new();
        for row in exprs {
            let values: Result<Row, _> = row.iter().map(|expr| eval(expr, &mut Frame::new(&[]), &NoWorld)).collect();
            match values {
                Ok(row) => {
                    seen.insert(row);
                }
                Err(failure) => failures.push(failure),
            }
        }
        let column = |at: usize| seen.iter().fold(Repr::Never, |repr, row| repr.and(&Repr::of_value(&row[at])));
        let layout = Layout::new((0..columns).map(column).collect());
        let mut rows = Rows::new(layout.size());
        for row in &seen {
            layout.encode(row.iter(), &mut rows.words, &mut rows.objects);
            rows.weights.push(1);
        }
        Constants { layout, rows, failures }
    }

    /// That of the rows.
    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }
}

impl Operator for Constants {
    fn apply(&mut self, _: &Inputs<'_>, work: &mut Work<'_>) {
        let rows = std::mem::take(&mut self.rows);
        rows.iter().for_each(|(row, weight): (RowRef<'_>, i64)| work.emit(row, weight));
        self.failures.drain(..).for_each(|failure| work.fail_with(failure, 1));
        work.is_consolidated();
    }
}

//! Where rows come from: variables and constants.
//!
//! A source has no inputs: the engine puts what was pushed into its output, as it is. Constants are evaluated once, in the
//! first step, and never change.

use std::collections::BTreeSet;

use lasp_plan::{Expr, Row};

use super::expr;
use super::operator::{Inputs, Operator};
use super::work::Work;

/// A variable at one of its ports.
pub(super) struct Source;

impl Operator for Source {
    fn apply(&mut self, _: &Inputs<'_>, _: &mut Work<'_>) {}
}

/// Constant rows, each once, however often it is written.
pub(super) struct Constants {
    pending: Vec<Vec<Expr>>,
}

impl Constants {
    pub(super) fn new(rows: Vec<Vec<Expr>>) -> Constants {
        Constants { pending: rows }
    }
}

impl Operator for Constants {
    fn apply(&mut self, _: &Inputs<'_>, work: &mut Work<'_>) {
        let mut seen: BTreeSet<Row> = BTreeSet::new();
        for row in std::mem::take(&mut self.pending) {
            let values: Result<Row, _> = row.iter().map(|expr| expr::value(expr, &[])).collect();
            match values {
                Ok(row) => {
                    if seen.insert(row.clone()) {
                        work.emit(row, 1);
                    }
                }
                // There is no row in hand that could be printed.
                Err(failure) => work.fail_with(failure, 1),
            }
        }
        work.is_consolidated();
    }
}

//! Keys: what rows are matched and grouped by.
//!
//! ```text
//! join a.ad == c.ad      left key [Local(0)]      row ("13", 5) ─► a part of the row
//! join a.x + 1 == b.y    left key [Local(0) + 1]  row (41, "q") ─► computed for the whole batch, kept in front of the row
//! ```

use lasp_plan::{Expr, ExprKind};

use super::code::{Compiler, Machine};
use super::repr::Repr;
use super::rows::{At, Layout, RowRef, Rows};
use super::work::Work;

/// How the key of a row is found.
#[derive(Debug)]
pub(super) enum KeyOf {
    /// Neighbouring columns.
    Part(At, At),
    /// Anything else.
    Computed(Box<Machine>),
}

/// The representations of a key.
pub(super) fn reprs(exprs: &[Expr], layout: &Layout) -> Vec<Repr> {
    let mut compiler = Compiler::over(layout);
    exprs.iter().map(|expr| compiler.value(expr).repr).collect()
}

/// Those that both keys fit.
pub(super) fn common(left: &[Repr], right: &[Repr]) -> Vec<Repr> {
    left.iter().zip(right).map(|(left, right)| left.and(right)).collect()
}

impl KeyOf {
    /// The key that these expressions give, in these representations.
    pub(super) fn new(exprs: &[Expr], layout: &Layout, key: &[Repr]) -> KeyOf {
        let column = |expr: &Expr| match expr.kind {
            ExprKind::Local(slot) => Some(slot as usize),
            _ => None,
        };
        let first = exprs.first().map_or(Some(0), column);
        if let Some(first) = first {
            let neighbours = exprs.iter().enumerate().all(|(at, expr)| column(expr) == Some(first + at));
            if neighbours && layout.columns[first..first + exprs.len()] == *key {
                return KeyOf::Part(layout.at(first), layout.at(first + exprs.len()));
            }
        }
        let mut compiler = Compiler::over(layout);
        let gives = exprs.iter().map(|expr| compiler.value(expr)).collect();
        KeyOf::Computed(Box::new(Machine::new(compiler.finish_as(gives, key))))
    }

    /// The keys of a batch.
    pub(super) fn of<'b>(&mut self, batch: &'b Rows, keys: &'b mut Keys, work: &mut Work<'_>) -> Keyed<'b> {
        match self {
            KeyOf::Part(from, to) => Keyed { batch, part: Some((*from, *to)), keys },
            KeyOf::Computed(machine) => {
                keys.rows.clear();
                keys.of.clear();
                work.run_into(machine, batch, &mut keys.rows, Some(&mut keys.of));
                Keyed { batch, part: None, keys }
            }
        }
    }
}

/// Computed keys of a batch, and of which rows they are.
#[derive(Debug, Default)]
pub(super) struct Keys {
    rows: Rows,
    of: Vec<u32>,
}

impl Keys {
    pub(super) fn new(size: At) -> Keys {
        Keys { rows: Rows::new(size), of: Vec::new() }
    }
}

/// A batch with the key of each row, those left out whose key fails.
pub(super) struct Keyed<'b> {
    batch: &'b Rows,
    part: Option<(At, At)>,
    keys: &'b Keys,
}

impl<'b> Keyed<'b> {
    pub(super) fn len(&self) -> usize {
        if self.part.is_some() { self.batch.len() } else { self.keys.of.len() }
    }

    /// Key, row and weight.
    #[inline]
    pub(super) fn get(&self, nth: usize) -> (RowRef<'b>, RowRef<'b>, i64) {
        match self.part {
            Some((from, to)) => {
                let row = self.batch.row(nth);
                (row.part(from, to), row, self.batch.weights[nth])
            }
            None => {
                let at = self.keys.of[nth] as usize;
                (self.keys.rows.row(nth), self.batch.row(at), self.batch.weights[at])
            }
        }
    }

    /// The hashes of all keys.
    pub(super) fn hashes(&self, hashes: &mut Vec<u64>) {
        hashes.clear();
        hashes.extend((0..self.len()).map(|nth| self.get(nth).0.hash()));
    }
}

//! What updates in place have changed, to be undone: of one op that fails, or of a batch that was tried.
//!
//! ```text
//! views["x"].inc(1)     Count { old: 5, cell 7, first: true }      back: the slot is 5, nobody has to hear of cell 7
//! ```
//!
//! Invariant: undone last first, a log gives back the states and what is to be told.
//!
//! Neighbours: the parent writes it; `node::txn`, `node::drive` and `node::batch` undo it.

use lasp_lattice::{Back, Quick, ReplicaId, State};
use lasp_plan::{Value, VarId};

use super::{Cells, Form};

/// Updates in place, to be undone: counts and the rest apart, since a variable has cells of one sort only. A count is made
/// for nearly every event, so its note is plain words.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(super) counts: Vec<Count>,
    pub(super) puts: Vec<Put>,
}

/// How far a log has come.
pub(crate) type Logged = (usize, usize);

/// A count in place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    /// The slot before.
    pub(super) old: u64,
    pub(super) var: VarId,
    /// The number of its cell.
    pub(super) at: u32,
    pub(super) quick: Quick,
    /// Whether it was the first of its cell since the last telling.
    pub(super) first: bool,
    /// Whether the entry is new.
    pub(super) made: bool,
}

/// Another update.
#[derive(Debug)]
pub(super) struct Put {
    pub(super) var: VarId,
    pub(super) at: u32,
    pub(super) first: bool,
    /// What was there; none: no entry.
    pub(super) back: Option<Back<Value>>,
}

impl Log {
    pub(crate) fn len(&self) -> Logged {
        (self.counts.len(), self.puts.len())
    }

    /// Forgets what came behind this point.
    pub(crate) fn truncate(&mut self, to: Logged) {
        self.counts.truncate(to.0);
        self.puts.truncate(to.1);
    }

    /// Takes back what came behind this point, last first. `told` says that the views have heard of it (and are told the
    /// opposite by the caller).
    pub(crate) fn rewind(
        &mut self,
        to: Logged,
        told: bool,
        replica: ReplicaId,
        mut cells_of: impl FnMut(VarId, &mut dyn FnMut(&mut Cells, &mut State<Value>)),
    ) {
        for count in self.counts.drain(to.0..).rev() {
            cells_of(count.var, &mut |cells, state| {
                if count.first && !told {
                    cells.unwatch();
                }
                if let Some(cell) = cells.cell(state, count.at, count.made) {
                    cell.count_back(count.quick, count.old, replica);
                }
            });
        }
        for put in self.puts.drain(to.1..).rev() {
            let Put { var, at, first, mut back } = put;
            cells_of(var, &mut |cells, state| {
                if first && !told {
                    match cells.form {
                        Form::Elements => drop(cells.added.pop()),
                        _ => cells.unwatch(),
                    }
                }
                if let (Some(cell), Some(back)) = (cells.cell(state, at, back.is_none()), back.take()) {
                    cell.put_back(back);
                }
            });
        }
    }
}

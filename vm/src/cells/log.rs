//! What updates have changed, to be undone: of one op that fails, or of a batch that was tried.
//!
//! ```text
//! views["x"].inc(1)     Count { old: 5, cell 7, first: true }      back: the slot is 5, nobody has to hear of cell 7
//! basket.add("pear")    Image { undo, diffs: 12 }                  back: the set as it was, and what waits to be told
//! ```
//!
//! Invariant: undone last first, a log gives back the states and what is to be told.
//!
//! Neighbours: the parent writes it; `node::txn`, `node::drive` and `node::batch` undo it.

use lasp_lattice::{Back, Quick, ReplicaId, State, Undo};
use lasp_plan::{Value, VarId};

use super::{Cells, Form};
use crate::diffs::Diffs;

/// Updates to be undone: counts, other cells and the rest apart, since all updates of a variable are of one sort. A
/// count is made for nearly every event, so its note is plain words.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(super) counts: Vec<Count>,
    pub(super) puts: Vec<Put>,
    images: Vec<Image>,
}

/// How far a log has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logged {
    counts: usize,
    puts: usize,
    images: usize,
}

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

/// An update of a variable without cells.
#[derive(Debug)]
struct Image {
    var: VarId,
    undo: Undo<Value>,
    /// How many rows waited to be told before it.
    diffs: usize,
}

/// Where things are taken back.
pub(crate) struct Vault<'v> {
    pub(crate) states: &'v mut [State<Value>],
    pub(crate) cells: &'v mut [Option<Cells>],
    pub(crate) diffs: &'v mut Diffs,
}

impl Log {
    pub(crate) fn len(&self) -> Logged {
        Logged { counts: self.counts.len(), puts: self.puts.len(), images: self.images.len() }
    }

    /// Notes an update that has changed a variable without cells, when so many rows waited to be told.
    pub(crate) fn image(&mut self, var: VarId, undo: Undo<Value>, diffs: usize) {
        self.images.push(Image { var, undo, diffs });
    }

    /// Forgets what came behind this point.
    pub(crate) fn truncate(&mut self, to: Logged) {
        self.counts.truncate(to.counts);
        self.puts.truncate(to.puts);
        self.images.truncate(to.images);
    }

    /// Takes back what came behind this point, last first. `told` says that the views have heard of it (and are told
    /// the opposite by the caller).
    pub(crate) fn rewind(&mut self, to: Logged, told: bool, replica: ReplicaId, vault: &mut Vault<'_>) {
        for count in self.counts.drain(to.counts..).rev() {
            let Some((cells, state)) = vault.cells(count.var) else { continue };
            if count.first && !told {
                cells.unwatch();
            }
            if let Some(cell) = cells.cell(state, count.at, count.made) {
                cell.count_back(count.quick, count.old, replica);
            }
        }
        for Put { var, at, first, back } in self.puts.drain(to.puts..).rev() {
            let Some((cells, state)) = vault.cells(var) else { continue };
            if first && !told {
                match cells.form {
                    Form::Elements => drop(cells.added.pop()),
                    _ => cells.unwatch(),
                }
            }
            if let (Some(cell), Some(back)) = (cells.cell(state, at, back.is_none()), back) {
                cell.put_back(back);
            }
        }
        for Image { var, undo, diffs } in self.images.drain(to.images..).rev() {
            vault.states[var.0 as usize].restore(undo);
            if !told {
                vault.diffs.truncate(diffs);
            }
        }
    }
}

impl Vault<'_> {
    fn cells(&mut self, var: VarId) -> Option<(&mut Cells, &mut State<Value>)> {
        let at = var.0 as usize;
        self.cells[at].as_mut().map(|cells| (cells, &mut self.states[at]))
    }
}

//! Hydro's DFIR, driven as its examples do: changes into a channel, then all that is available runs.
//!
//! It has no removals that cost the change and not the state (`persist_mut` replays everything in every tick), so a
//! machine leaves a script at the first step that takes something out. Its `fold_keyed` tells every group in every
//! tick, and its `join` goes through both sides; where a change per event is wanted the state is kept in a `scan`.

use std::cell::Cell;
use std::rc::Rc;

use crate::digest::{Digest, Sum};

/// A flow with a checksum for a sink.
pub struct Flow<T> {
    run: Box<dyn FnMut(Vec<T>)>,
    sum: Sink,
}

/// The sink.
#[derive(Clone, Default)]
pub struct Sink(Rc<Cell<Sum>>);

impl Sink {
    /// A row has come (`weight` 1) or gone (-1).
    pub fn tell(&self, row: &impl Digest, weight: i64) {
        let mut sum = self.0.get();
        sum.weigh(row, weight);
        self.0.set(sum);
    }
}

impl<T: Clone> Flow<T> {
    /// A flow that takes a batch in with `run`, and tells `sum`.
    pub fn new(sum: Sink, run: impl FnMut(Vec<T>) + 'static) -> Flow<T> {
        Flow { run: Box::new(run), sum }
    }

    /// Takes a batch in and runs what is available.
    pub fn apply(&mut self, batch: impl Iterator<Item = T>) {
        (self.run)(batch.collect());
    }

    /// The checksum of the result.
    pub fn check(&self) -> u64 {
        self.sum.0.get().0
    }
}

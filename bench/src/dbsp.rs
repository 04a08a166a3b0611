//! DBSP, driven as its examples do: a circuit on this thread, a transaction per batch.
//!
//! ```text
//! append … ─ transaction        the sink adds to a checksum as it inspects the output's changes
//! ```
//!
//! Its inputs are the plain ones (`add_input_zset`): the workloads hold each row at most once, and no operator that
//! would see to it is paid for. It takes part with integers only: its keys have to bring an archived form, which our
//! short texts do not have.

use std::cell::Cell;
use std::rc::Rc;

use dbsp::typed_batch::IndexedZSetReader;
use dbsp::utils::{Tup2, Tup3};
use dbsp::{CircuitHandle, DBData, OrdZSet, RootCircuit, Stream, ZSetHandle};

use crate::digest::{Digest, Sum, pair};

/// How many single changes a step times: each costs some hundred microseconds.
pub const SINGLES_MAX: usize = 200;

/// A collection.
pub type Collection<T> = Stream<RootCircuit, OrdZSet<T>>;

/// A circuit with a checksum for a sink.
pub struct Circuit<I> {
    circuit: CircuitHandle,
    inputs: I,
    sum: Rc<Cell<Sum>>,
}

impl<I: 'static> Circuit<I> {
    /// Builds it: inputs, and the collection that is the result.
    pub fn new<T: DBData + Digest>(build: impl FnOnce(&mut RootCircuit) -> (I, Collection<T>)) -> Circuit<I> {
        let sum = Rc::new(Cell::new(Sum::default()));
        let sink = sum.clone();
        let built = RootCircuit::build(move |circuit| {
            let (inputs, result) = build(circuit);
            result.inspect(move |batch| {
                let mut sum = sink.get();
                batch.iter().for_each(|(row, (), weight)| sum.weigh(&row, weight));
                sink.set(sum);
            });
            Ok(inputs)
        });
        let (circuit, inputs) = built.expect("the circuit is right");
        Circuit { circuit, inputs, sum }
    }

    /// Takes changes in and waits until they have reached the sink.
    pub fn apply(&mut self, put: impl FnOnce(&mut I)) {
        put(&mut self.inputs);
        self.circuit.transaction().expect("the circuit runs");
    }

    /// The checksum of the result.
    pub fn check(&self) -> u64 {
        self.sum.get().0
    }
}

/// Puts weighted rows in.
pub fn append<T: DBData>(input: &ZSetHandle<T>, rows: impl Iterator<Item = (T, i64)>) {
    let mut rows: Vec<Tup2<T, i64>> = rows.map(|(row, weight)| Tup2(row, weight)).collect();
    input.append(&mut rows);
}

impl<A: Digest, B: Digest> Digest for Tup2<A, B> {
    fn digest(&self) -> u64 {
        pair(self.0.digest(), self.1.digest())
    }
}

impl<A: Digest, B: Digest, C: Digest> Digest for Tup3<A, B, C> {
    fn digest(&self) -> u64 {
        pair(pair(self.0.digest(), self.1.digest()), self.2.digest())
    }
}

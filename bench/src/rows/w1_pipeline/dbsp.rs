//! W1 in DBSP: filter, map, distinct; integers.

use std::marker::PhantomData;

use dbsp::ZSetHandle;

use super::{Change, Pipe};
use crate::dbsp::{Circuit, SINGLES_MAX, append};
use crate::measure::Machine;

/// See the module.
pub struct Pipeline<P>(Circuit<ZSetHandle<i64>>, PhantomData<P>);

impl<P: Pipe<In = i64, Out = i64>> Pipeline<P> {
    /// An empty one.
    pub fn new() -> Pipeline<P> {
        let circuit = Circuit::new(|circuit| {
            let (source, input) = circuit.add_input_zset::<i64>();
            (input, source.filter(P::keep).map(P::map).distinct())
        });
        Pipeline(circuit, PhantomData)
    }
}

impl<P: Pipe<In = i64, Out = i64>> Machine<Change<i64>> for Pipeline<P> {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, changes: &[Change<i64>]) {
        self.0.apply(|input| append(input, changes.iter().map(|(x, comes)| (*x, if *comes { 1 } else { -1 }))));
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}

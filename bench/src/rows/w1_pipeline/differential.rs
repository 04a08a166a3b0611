//! W1 in differential dataflow: filter, map, and a threshold that makes a set of the result.

use differential_dataflow::input::Input as _;
use differential_dataflow::operators::ThresholdTotal;

use super::{Change, Pipe};
use crate::differential::{Dataflow, Input, SINGLES_MAX};
use crate::measure::Machine;

/// See the module.
pub struct Pipeline<P: Pipe>(Dataflow<Input<P::In>>);

impl<P: Pipe> Pipeline<P> {
    /// An empty one.
    pub fn new() -> Pipeline<P> {
        Pipeline(Dataflow::new(|scope| {
            let (input, source) = scope.new_collection::<P::In, isize>();
            (input, source.filter(P::keep).map(|x| P::map(&x)).distinct_total())
        }))
    }
}

impl<P: Pipe> Machine<Change<P::In>> for Pipeline<P> {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, changes: &[Change<P::In>]) {
        self.0
            .apply(|input| changes.iter().for_each(|(x, comes)| input.update(x.clone(), if *comes { 1 } else { -1 })));
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}

//! W3 in differential dataflow: a join on the empty key; where images are shared, made a set.

use differential_dataflow::input::Input as _;
use differential_dataflow::operators::ThresholdTotal;

use super::{Change, Image};
use crate::differential::{Dataflow, Inputs2};
use crate::measure::Machine;

/// See the module.
pub struct Product<I: Image>(Dataflow<Inputs2<<I as Image>::In>>);

impl<I: Image> Product<I> {
    /// Empty sets.
    pub fn new() -> Product<I> {
        Product(Dataflow::new(|scope| {
            let (in_a, a) = scope.new_collection::<I::In, isize>();
            let (in_b, b) = scope.new_collection::<I::In, isize>();
            let pairs = a.map(|x| ((), x)).arrange_by_key();
            let images = pairs.join_core(b.map(|y| ((), y)).arrange_by_key(), |(), x, y| Some(I::of(x, y)));
            ((in_a, in_b), if I::COUNTED { images.distinct_total() } else { images })
        }))
    }
}

impl<I: Image> Machine<Change<I::In>> for Product<I> {
    fn apply(&mut self, changes: &[Change<I::In>]) {
        self.0.apply(|(a, b)| {
            for (in_a, x, comes) in changes {
                let input = if *in_a { &mut *a } else { &mut *b };
                input.update(x.clone(), if *comes { 1 } else { -1 });
            }
        });
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}

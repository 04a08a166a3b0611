//! W9 in differential dataflow: `iterate` of a join, made a set in every round.

use differential_dataflow::input::Input as _;
use differential_dataflow::operators::Iterate;

use super::Change;
use crate::differential::{Dataflow, Input};
use crate::element::Element;
use crate::measure::Machine;

/// See the module.
pub struct Closure<K: Element>(Dataflow<Input<(K, K)>>);

impl<K: Element> Closure<K> {
    /// No edges.
    pub fn new() -> Closure<K> {
        Closure(Dataflow::new(|scope| {
            let (input, edges) = scope.new_collection::<(K, K), isize>();
            let reach = edges.clone().iterate(|scope, reach| {
                let edges = edges.enter(scope);
                let further = reach.map(|(x, y)| (y, x)).join_map(edges.clone(), |_, x, q| (x.clone(), q.clone()));
                further.concat(edges).distinct()
            });
            (input, reach)
        }))
    }
}

impl<K: Element> Machine<Change<K>> for Closure<K> {
    fn apply(&mut self, changes: &[Change<K>]) {
        self.0.apply(|input| {
            for (tail, head, comes) in changes {
                input.update((tail.clone(), head.clone()), if *comes { 1 } else { -1 });
            }
        });
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}

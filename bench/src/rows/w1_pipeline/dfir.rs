//! W1 in DFIR: filter, map, `unique` over all ticks. Insertions only.

// What `dfir_syntax!` expands to has unsafe blocks.
#![allow(unsafe_code)]

use dfir_rs::dfir_syntax;
use dfir_rs::util::unbounded_channel;

use super::{Change, Pipe};
use crate::dfir::{Flow, Sink};
use crate::measure::Machine;

/// See the module.
pub struct Pipeline<P: Pipe>(Flow<P::In>);

impl<P: Pipe> Pipeline<P> {
    /// An empty one.
    pub fn new() -> Pipeline<P> {
        let (send, receive) = unbounded_channel::<Vec<P::In>>();
        let sink = Sink::default();
        let told = sink.clone();
        let mut flow = dfir_syntax! {
            source_stream(receive)
                -> flatten()
                -> filter(|x: &P::In| P::keep(x))
                -> map(|x: P::In| P::map(&x))
                -> unique::<'static>()
                -> for_each(|y: P::Out| told.tell(&y, 1));
        };
        Pipeline(Flow::new(sink, move |batch| {
            send.send(batch).expect("the flow listens");
            flow.run_available_sync();
        }))
    }
}

impl<P: Pipe> Machine<Change<P::In>> for Pipeline<P> {
    const CAN_REMOVE: bool = false;

    fn apply(&mut self, changes: &[Change<P::In>]) {
        self.0.apply(changes.iter().map(|(x, _)| x.clone()));
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}

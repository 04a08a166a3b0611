//! Differential dataflow, driven as its examples do: one worker on this thread, an epoch per batch, stepped until the
//! probe has passed it.
//!
//! ```text
//! update … ─ advance_to(t) ─ flush ─ step while probe < t        the sink adds to a checksum as changes arrive
//! ```
//!
//! Inputs hold each row at most once, which the workloads guarantee, so no operator that would see to it is paid for.
//! Where times are totally ordered the cheaper operators (`count_total`, `threshold_total`) are used.

use std::cell::Cell;
use std::rc::Rc;

use differential_dataflow::input::InputSession;
use differential_dataflow::{ExchangeData, VecCollection};
use timely::WorkerConfig;
use timely::communication::allocator::Allocator;
use timely::communication::allocator::thread::Thread;
use timely::dataflow::Scope;
use timely::dataflow::operators::probe::Handle;
use timely::worker::Worker;

use crate::digest::{Digest, Sum};

/// How many single changes a step times: each costs some ten microseconds.
pub const SINGLES_MAX: usize = 2_000;

/// A collection of the outermost scope.
pub type Collection<'scope, T> = VecCollection<'scope, u64, T, isize>;

/// An input.
pub type Input<T> = InputSession<u64, T, isize>;

/// Two of one type.
pub type Inputs2<T> = (Input<T>, Input<T>);

/// One input, or several.
pub trait Inputs {
    /// All that was put in so far is before this time.
    fn advance(&mut self, time: u64);
}

impl<T: ExchangeData> Inputs for Input<T> {
    fn advance(&mut self, time: u64) {
        self.advance_to(time);
        self.flush();
    }
}

impl<A: Inputs, B: Inputs> Inputs for (A, B) {
    fn advance(&mut self, time: u64) {
        self.0.advance(time);
        self.1.advance(time);
    }
}

/// A dataflow with a checksum for a sink.
pub struct Dataflow<I: Inputs> {
    worker: Worker,
    inputs: Option<I>,
    probe: Handle<u64>,
    time: u64,
    sum: Rc<Cell<Sum>>,
}

impl<I: Inputs> Dataflow<I> {
    /// Builds it: inputs, and the collection that is the result.
    pub fn new<T: ExchangeData + Digest>(
        build: impl for<'scope> FnOnce(Scope<'scope, u64>) -> (I, Collection<'scope, T>),
    ) -> Dataflow<I> {
        let allocator = Allocator::Thread(Thread::default());
        let mut worker = Worker::new(WorkerConfig::default(), allocator, Some(std::time::Instant::now()));
        let sum = Rc::new(Cell::new(Sum::default()));
        let sink = sum.clone();
        let (inputs, probe) = worker.dataflow::<u64, _, _>(|scope| {
            let (inputs, result) = build(scope);
            let (probe, _) = result
                .inspect(move |(row, _, weight)| {
                    let mut sum = sink.get();
                    sum.weigh(row, *weight as i64);
                    sink.set(sum);
                })
                .probe();
            (inputs, probe)
        });
        Dataflow { worker, inputs: Some(inputs), probe, time: 0, sum }
    }

    /// Takes changes in and waits until they have reached the sink.
    pub fn apply(&mut self, put: impl FnOnce(&mut I)) {
        let Some(inputs) = &mut self.inputs else { return };
        put(inputs);
        self.time += 1;
        let time = self.time;
        inputs.advance(time);
        let probe = &self.probe;
        self.worker.step_while(|| probe.less_than(&time));
    }

    /// The checksum of the result.
    pub fn check(&self) -> u64 {
        self.sum.get().0
    }
}

impl<I: Inputs> Drop for Dataflow<I> {
    /// Closed inputs let the operators go; else they would hold their memory through the runs of others.
    fn drop(&mut self) {
        self.inputs = None;
        while self.worker.has_dataflows() {
            self.worker.step();
        }
    }
}

//! W6 with the crate `crdts`: operations made and applied; states merged.

use crdts::{CmRDT, CvRDT, GCounter, PNCounter};

use super::amount;
use crate::measure::Phase;
use lasp_gauge::Watch;

/// A number as small as ours, from their big one.
fn small(number: impl std::fmt::Display) -> u64 {
    number.to_string().parse().expect("it is small")
}

/// Increments of a `GCounter`.
pub fn grows(count: usize) -> Phase {
    let mut counter = GCounter::new();
    let watch = Watch::start();
    for i in 0..count {
        counter.apply(counter.inc_many(1_u32, amount(i).cast_unsigned()));
    }
    let ns = watch.ns();
    Phase::new("increment", count, ns, small(counter.read()))
}

/// Increments and decrements of a `PNCounter`.
pub fn moves(count: usize) -> Phase {
    let mut counter = PNCounter::new();
    let watch = Watch::start();
    for i in 0..count {
        counter.apply(counter.inc_many(1_u32, amount(i).cast_unsigned() * 2));
        counter.apply(counter.dec(1));
    }
    let ns = watch.ns();
    Phase::new("increment", count, ns, small(counter.read()))
}

/// Counters with these slots.
pub fn states(slots: &[Vec<u64>]) -> Vec<GCounter<u32>> {
    let state = |slots: &Vec<u64>| {
        let mut counter = GCounter::new();
        (0_u32..).zip(slots).for_each(|(writer, n)| counter.apply(counter.inc_many(writer, *n)));
        counter
    };
    slots.iter().map(state).collect()
}

/// All of them merged. A merge consumes the other, so copies are made first, outside the time.
pub fn merge(states: &[GCounter<u32>]) -> Phase {
    let others = states.to_vec();
    let watch = Watch::start();
    let mut all = GCounter::new();
    others.into_iter().for_each(|other| all.merge(other));
    let ns = watch.ns();
    Phase::new("merge", states.len() * states.len(), ns, small(all.read()))
}

//! W6: increments of one slot; merges of counters with a thousand slots, by the same writers and by half others.

use std::hint::black_box;

use lasp_lattice::{Call, Keep, Kind, Leaf, Reading, ReplicaId, Stamp, State, Unobserved};

use crate::Scale;
use crate::clock::{medians, of, timed};
use crate::hand::HandCounter;
use crate::values::mix;

const SLOTS: usize = 1_000;

pub fn run(scale: Scale) {
    println!("\nW6  counters, ns");
    println!("{:<44} {:>8} {:>8} {:>6}", "", "ours", "by hand", "ratio");
    let row = |what: &str, found: Vec<[f64; 1]>| {
        let (ours, hand) = (found[0][0], found[1][0]);
        println!("{what:<44} {ours:>8.2} {hand:>8.2} {:>6.1}", ours / hand);
    };
    for writers in [1, 8] {
        let found = medians(scale.rounds, &mut [&mut || increments(scale, writers), &mut || by_hand(scale, writers)]);
        row(&format!("increment of one slot of {writers}"), found);
    }
    for (step, what) in [(0, "same writers"), (SLOTS as u64 / 2, "half of the writers new at first")] {
        let found = medians(scale.rounds, &mut [&mut || merges(scale, step), &mut || merges_by_hand(scale, step)]);
        row(&format!("merge, per slot, {what}"), found);
    }
}

fn replica(node: u64) -> ReplicaId {
    ReplicaId { node, incarnation: 0 }
}

/// A counter with these slots, made by updates.
fn counter(slots: &[(u64, u64)]) -> State<u64> {
    let mut state = State::bottom(&Kind::GCounter);
    for (node, n) in slots {
        let stamp = Stamp { replica: replica(*node), now_us: 0 };
        let args = [lasp_lattice::Arg::Amount(*n)];
        let delta = state.mutate(&Kind::GCounter, &[], "inc", &args, &stamp).expect("there is room").delta;
        state.join(&delta, &mut Unobserved);
    }
    state
}

fn increments(scale: Scale, writers: u64) -> [f64; 1] {
    let slots: Vec<(u64, u64)> = (0..writers).map(|node| (node, 1)).collect();
    let mut state = counter(&slots);
    let stamp = Stamp { replica: replica(writers / 2), now_us: 0 };
    let (ns, ()) = timed(|| {
        for _ in 0..scale.increments {
            let inc = Call { method: "inc", args: &[], stamp: black_box(&stamp) };
            state.apply(&Kind::GCounter, &[], &inc, Keep::nothing(), &mut Unobserved).expect("there is room");
        }
    });
    assert_eq!(state.leaf(), Some(Leaf::Count(i128::from(scale.increments + writers))));
    [ns / of(scale.increments as usize)]
}

fn by_hand(scale: Scale, writers: u64) -> [f64; 1] {
    let mut state = HandCounter { slots: (0..writers).map(|node| (node, 1)).collect(), sum: writers };
    let (ns, ()) = timed(|| {
        for _ in 0..scale.increments {
            black_box(&mut state).increment(black_box(writers as usize / 2));
        }
    });
    assert_eq!(state.sum, scale.increments + writers);
    [ns / of(scale.increments as usize)]
}

/// The counters to merge: by writers 0 … 999, or every second one also by later ones.
fn counters(scale: Scale, step: u64) -> Vec<Vec<(u64, u64)>> {
    let slot = |at: u64, node: u64| (node + step * (at % 2), 1 + mix(at << 32 | node) % 1_000_000);
    (0..scale.merges as u64).map(|at| (0..SLOTS as u64).map(|node| slot(at, node)).collect()).collect()
}

fn merges(scale: Scale, step: u64) -> [f64; 1] {
    let all: Vec<State<u64>> = counters(scale, step).iter().map(|slots| counter(slots)).collect();
    let mut state = State::bottom(&Kind::GCounter);
    let (ns, _) = timed(|| all.iter().filter(|counter| state.join(counter, &mut Unobserved)).count());
    let mut hand = HandCounter::default();
    counters(scale, step).iter().for_each(|slots| hand.join(&HandCounter { slots: slots.clone(), sum: 0 }));
    assert_eq!(state.leaf(), Some(Leaf::Count(i128::from(hand.sum))));
    [ns / of(scale.merges * SLOTS)]
}

fn merges_by_hand(scale: Scale, step: u64) -> [f64; 1] {
    let all: Vec<HandCounter> = counters(scale, step).into_iter().map(|slots| HandCounter { slots, sum: 0 }).collect();
    let mut state = HandCounter::default();
    let (ns, ()) = timed(|| all.iter().for_each(|counter| state.join(counter)));
    black_box(state.sum);
    [ns / of(scale.merges * SLOTS)]
}

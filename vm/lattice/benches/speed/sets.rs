//! W5: 33,333 additions at each of three replicas until all have all; then each removes a tenth of its own.
//!
//! What is counted: making the update, keeping its delta in the group that is to be sent, writing the group, reading it
//! at both neighbours and joining it. *In memory* leaves the writing and reading out.

use lasp_lattice::{Arg, Call, Keep, Kind, Reading, ReplicaId, Stamp, State, Unobserved};

use crate::Scale;
use crate::clock::{medians, of, timed};
use crate::hand::{HandDelta, HandSet};
use crate::values::{Plain, Sample, Value, elems};

/// Of these each replica removes one.
const REMOVED: usize = 10;

pub fn run(scale: Scale) {
    println!(
        "\nW5  an orset at three replicas, {} additions each; per addition and per removal, all replicas",
        scale.adds
    );
    println!(
        "{:<6} {:<10} {:<7} | {:>8} {:>8} {:>5} | {:>8} {:>8} {:>5} | {:>7} {:>7}",
        "of", "exchange", "through", "add ns", "by hand", "ratio", "rem. ns", "by hand", "ratio", "bytes", "by hand"
    );
    both::<u64>(scale);
    both::<Value>(scale);
}

fn both<T: Sample>(scale: Scale) {
    for (every, name) in [(scale.adds, "at the end"), (1_000, "each 1000"), (1, "each one")] {
        for wire in [true, false] {
            let elements: [Vec<T>; 3] = std::array::from_fn(|at| elems(scale.adds, at as u64));
            let mut ours = || play(Ours::<T>::new(), &elements, every, wire);
            let mut hand = || play(Hand::<T>::new(3 * scale.adds), &elements, every, wire);
            let found = medians(scale.rounds, &mut [&mut ours, &mut hand]);
            let [[add, remove, bytes], [hand_add, hand_remove, hand_bytes]] = found[..] else { unreachable!() };
            let through = if wire { "bytes" } else { "memory" };
            print!("{:<6} {name:<10} {through:<7} | {add:>8.0} {hand_add:>8.0} {:>5.1} |", T::NAME, add / hand_add);
            print!(" {remove:>8.0} {hand_remove:>8.0} {:>5.1} |", remove / hand_remove);
            println!(" {bytes:>7.1} {hand_bytes:>7.1}");
        }
    }
}

/// Three replicas of a set.
trait Side<T> {
    fn add(&mut self, at: usize, x: &T);
    fn remove(&mut self, at: usize, x: &T);
    /// Hands what replica `at` has done since to the two others; tells how many bytes went to each.
    fn exchange(&mut self, at: usize, wire: bool) -> usize;
    fn len(&self, at: usize) -> usize;
}

/// Nanoseconds per addition, per removal, and bytes per addition to each neighbour.
fn play<T: Sample>(mut side: impl Side<T>, elements: &[Vec<T>; 3], every: usize, wire: bool) -> [f64; 3] {
    let n = elements[0].len();
    let (adding, bytes) = timed(|| {
        let mut bytes = 0;
        for at in 0..n {
            for (replica, elements) in elements.iter().enumerate() {
                side.add(replica, &elements[at]);
                if every == 1 {
                    bytes += side.exchange(replica, wire);
                }
            }
            if every > 1 && (at + 1) % every == 0 || at + 1 == n {
                bytes += (0..3).map(|replica| side.exchange(replica, wire)).sum::<usize>();
            }
        }
        bytes
    });
    assert!((0..3).all(|at| side.len(at) == 3 * n), "all have all");
    let gone: Vec<usize> = (0..n).step_by(REMOVED).collect();
    let (removing, ()) = timed(|| {
        for (done, at) in (1..).zip(&gone) {
            for (replica, elements) in elements.iter().enumerate() {
                side.remove(replica, &elements[*at]);
                if every == 1 {
                    side.exchange(replica, wire);
                }
            }
            if every > 1 && done % every == 0 || done == gone.len() {
                for replica in 0..3 {
                    side.exchange(replica, wire);
                }
            }
        }
    });
    assert!((0..3).all(|at| side.len(at) == 3 * (n - gone.len())), "and without what was removed");
    [adding / of(3 * n), removing / of(3 * gone.len()), of(bytes) / of(3 * n)]
}

struct Ours<T: Sample> {
    kind: Kind,
    replicas: [State<T>; 3],
    groups: [State<T>; 3],
}

impl<T: Sample> Ours<T> {
    fn new() -> Self {
        let bottom = || State::bottom(&Kind::OrSet);
        Self { kind: Kind::OrSet, replicas: [bottom(), bottom(), bottom()], groups: [bottom(), bottom(), bottom()] }
    }

    fn update(&mut self, at: usize, method: &str, x: &T) {
        let stamp = Stamp { replica: ReplicaId { node: at as u64 + 1, incarnation: 0 }, now_us: 0 };
        let call = Call { method, args: &[Arg::Element(x.clone())], stamp: &stamp };
        let keep = Keep { undo: None, group: Some(&mut self.groups[at]) };
        self.replicas[at].apply(&self.kind, &[], &call, keep, &mut Unobserved).expect("it can");
    }
}

impl<T: Sample> Side<T> for Ours<T> {
    fn add(&mut self, at: usize, x: &T) {
        self.update(at, "add", x);
    }

    fn remove(&mut self, at: usize, x: &T) {
        self.update(at, "remove", x);
    }

    fn exchange(&mut self, at: usize, wire: bool) -> usize {
        let group = std::mem::replace(&mut self.groups[at], State::bottom(&self.kind));
        if group.is_bottom() {
            return 0;
        }
        let bytes = if wire { group.encode_body(&Plain) } else { Vec::new() };
        for to in (0..3).filter(|to| *to != at) {
            if wire {
                let read = State::decode_body(&self.kind, &bytes, &Plain).expect("written by us");
                self.replicas[to].join(&read, &mut Unobserved);
            } else {
                self.replicas[to].join(&group, &mut Unobserved);
            }
        }
        bytes.len()
    }

    fn len(&self, at: usize) -> usize {
        self.replicas[at].len()
    }
}

struct Hand<T> {
    replicas: [HandSet<T>; 3],
    groups: [HandDelta<T>; 3],
}

impl<T: Sample> Hand<T> {
    fn new(room: usize) -> Self {
        let replicas = std::array::from_fn(|at| HandSet::new(at as u64, room));
        Self { replicas, groups: Default::default() }
    }
}

impl<T: Sample> Side<T> for Hand<T> {
    fn add(&mut self, at: usize, x: &T) {
        self.replicas[at].add(x.clone(), &mut self.groups[at]);
    }

    fn remove(&mut self, at: usize, x: &T) {
        self.replicas[at].remove(x, &mut self.groups[at]);
    }

    fn exchange(&mut self, at: usize, wire: bool) -> usize {
        let group = std::mem::take(&mut self.groups[at]);
        let bytes = if wire { group.encode() } else { Vec::new() };
        for to in (0..3).filter(|to| *to != at) {
            if wire {
                self.replicas[to].join(&HandDelta::decode(&bytes));
            } else {
                self.replicas[to].join(&group);
            }
        }
        bytes.len()
    }

    fn len(&self, at: usize) -> usize {
        self.replicas[at].len()
    }
}

//! W5: an OR-set at three replicas in a line, a – b – c. Each adds 33,333 elements of its own; then each takes out
//! every tenth of them.
//!
//! ```text
//! add at one of three ─► told to the neighbours after every add, every 1,000, or at the end ─► until all have all
//! ```
//!
//! A line, because there nothing has to be sent twice: two messages carry an add to everybody. Time is per add (or
//! removal) until all three have it, bytes are per add and message it is in. Messages are bytes, encoded by the sender
//! and decoded by the receiver. The result is the sum of the three replicas' checksums.
//!
//! Entrants: by hand; the replicas of Lasp, from text, with log, acknowledgements and views; `lasp-lattice` alone;
//! `crdts` by operations.

#[cfg(feature = "crdts")]
mod by_crdts;
mod by_hand;
mod by_lattice;

use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use lasp_plan::Plan;
use lasp_vm::replica::{Disk, Identity, Replica};

use super::Sizes;
use crate::digest::of_result;
use crate::element::Element;
use crate::measure::{Case, Entrant, Phase, System};
use crate::ours;
use crate::wire::{Bytes, Reader};
use lasp_gauge::Watch;
use lasp_gauge::elems;

/// Replicas in a line.
pub const REPLICAS: usize = 3;

/// What has bytes in a message.
pub trait Coded: Element {
    /// Writes it.
    fn write(&self, bytes: &mut Bytes);
    /// Reads it.
    fn read(bytes: &mut Reader<'_>) -> Self;
}

impl Coded for i64 {
    fn write(&self, bytes: &mut Bytes) {
        bytes.0.extend_from_slice(&self.to_le_bytes());
    }

    fn read(bytes: &mut Reader<'_>) -> i64 {
        let (word, rest) = bytes.0.split_first_chunk().expect("a whole number was written");
        bytes.0 = rest;
        i64::from_le_bytes(*word)
    }
}

impl Coded for CompactString {
    fn write(&self, bytes: &mut Bytes) {
        bytes.text(self);
    }

    fn read(bytes: &mut Reader<'_>) -> CompactString {
        bytes.text().into()
    }
}

/// Three replicas.
pub trait Line<T> {
    /// One of them adds an element.
    fn add(&mut self, at: usize, element: &T);
    /// One of them removes an element it sees.
    fn remove(&mut self, at: usize, element: &T);
    /// One tells another what that one lacks. Gives the bytes sent.
    fn tell(&mut self, from: usize, to: usize) -> u64;
    /// The checksums of all, summed.
    fn check(&mut self) -> u64;
}

/// Everybody tells everybody, along the line and back.
fn exchange<T>(line: &mut impl Line<T>) -> u64 {
    [(0, 1), (2, 1), (1, 0), (1, 2)].into_iter().map(|(from, to)| line.tell(from, to)).sum()
}

/// Adds and removals, with an exchange after so many of each replica.
fn run<T: Element>(mut line: impl Line<T>, elements: &[Vec<T>], every: usize) -> Vec<Phase> {
    let mut phases = Vec::new();
    for (name, count) in [("add", elements[0].len()), ("remove", elements[0].len() / 10)] {
        let watch = Watch::start();
        let mut sent = 0;
        for i in 0..count {
            for (at, own) in elements.iter().enumerate() {
                if name == "add" {
                    line.add(at, &own[i]);
                } else {
                    line.remove(at, &own[i * 10]);
                }
                if every == 1 {
                    sent += exchange(&mut line);
                }
            }
            if every > 1 && (i + 1) % every == 0 {
                sent += exchange(&mut line);
            }
        }
        sent += exchange(&mut line);
        let ns = watch.ns();
        let sent = sent / (REPLICAS as u64 - 1);
        phases.push(Phase { bytes: Some(sent), ..Phase::new(name, count * REPLICAS, ns, line.check()) });
    }
    phases
}

/// Ours, from text.
struct Replicas {
    plan: Arc<Plan>,
    replicas: Vec<Replica>,
    add: u32,
    remove: u32,
}

impl Replicas {
    fn plan(ty: &str) -> Arc<Plan> {
        ours::plan(&format!(
            "var s: orset<{ty}>
             event add {{ x: {ty} }}
             event remove {{ x: {ty} }}
             on add({{ x }}) {{ s.add(x) }}
             on remove({{ x }}) {{ s.remove(x) }}
             show s"
        ))
    }

    fn start(plan: &Arc<Plan>) -> Replicas {
        let start = |key: u64| {
            let identity = Identity { key, name: format!("n{key}"), role: None };
            let heir = |_: &lasp_plan::VarPlan| None;
            Replica::start(plan, &identity, Disk::new(key), || 0, &heir, 0).expect("an empty disk is whole").0
        };
        let replicas = (1..=REPLICAS as u64).map(start).collect();
        Replicas {
            replicas,
            add: ours::event_of(plan, "add"),
            remove: ours::event_of(plan, "remove"),
            plan: plan.clone(),
        }
    }
}

impl<T: Element> Line<T> for Replicas {
    fn add(&mut self, at: usize, element: &T) {
        self.replicas[at].handle(0, ours::event(self.add, vec![element.value()]));
    }

    fn remove(&mut self, at: usize, element: &T) {
        self.replicas[at].handle(0, ours::event(self.remove, vec![element.value()]));
    }

    fn tell(&mut self, from: usize, to: usize) -> u64 {
        let receiver = self.replicas[to].id();
        let Some(message) = self.replicas[from].message_for(receiver, false) else { return 0 };
        let bytes = message.encode(&self.plan);
        let received = self.replicas[to].receive(0, &bytes).expect("a message of this program");
        self.replicas[from].acknowledged(received.ack);
        bytes.len() as u64
    }

    fn check(&mut self) -> u64 {
        let view = ours::shown(&self.plan, "s");
        let sums = self.replicas.iter_mut().map(|replica| of_result(&replica.value(view).expect("a set is no error")));
        sums.fold(0, u64::wrapping_add)
    }
}

fn case<T: Coded>(adds: usize, every: usize) -> Case {
    let when = match every {
        1 => "told every add".to_string(),
        every if every >= adds => "told at the end".to_string(),
        every => format!("told every {every}"),
    };
    let case = Case::new("W5", format!("{when}; {}", T::NAME), adds * REPLICAS, move || {
        let all: Vec<T> = elems(adds * REPLICAS, 15).into_iter().map(T::of).collect();
        let elements: Rc<Vec<Vec<T>>> = Rc::new(all.chunks(adds).map(<[T]>::to_vec).collect());
        let plan = Replicas::plan(T::LASP);
        let of = || elements.clone();
        let (by_hand, ours, lattice) = (of(), of(), of());
        #[cfg(feature = "crdts")]
        let crdts = of();
        vec![
            Entrant::new(System::Hand, move || run(by_hand::Sets::<T>::new(adds), &by_hand, every)),
            Entrant::new(System::Lasp, move || run(Replicas::start(&plan), &ours, every)),
            Entrant::new(System::Lattice, move || run(by_lattice::Sets::<T>::new(), &lattice, every)),
            #[cfg(feature = "crdts")]
            Entrant::new(System::Crdts, move || run(by_crdts::Sets::<T>::new(), &crdts, every)),
        ]
    });
    case.once()
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let adds = sizes.choose(3_333, 33_333);
    let mut cases = Vec::new();
    for every in [1, 1_000, usize::MAX] {
        cases.push(case::<i64>(adds, every));
        cases.push(case::<CompactString>(adds, every));
    }
    cases
}

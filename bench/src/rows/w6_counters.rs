//! W6: one slot of one counter, incremented; and a thousand counters of a thousand slots, merged.
//!
//! Entrants of `increment`: a number in memory; the program of one line, event by event; `lasp-lattice` alone (a delta
//! made and joined for each); `crdts`. Time is per increment. `merge` is per slot merged.

#[cfg(feature = "crdts")]
mod by_crdts;

use std::hint::black_box;

use lasp_lattice::{Arg, Call, Keep, Kind, Leaf, Reading, ReplicaId, Stamp, State, Unobserved};
use lasp_plan::Value;

use super::Sizes;
use crate::measure::{BATCH, Case, Entrant, Phase, System};
use crate::ours::{self, Lasp};
use lasp_gauge::Watch;
use lasp_gauge::mix;

/// The counters and how they are counted up.
#[derive(Clone, Copy)]
enum Counter {
    /// `gcounter`, by what the event says.
    Grows,
    /// `pncounter`, up by twice that and down by one.
    Moves,
}

impl Counter {
    fn program(self) -> (&'static str, &'static str) {
        match self {
            Counter::Grows => ("gcounter", "c.inc(n)"),
            Counter::Moves => ("pncounter", "c.inc(n * 2) c.dec(1)"),
        }
    }

    fn by(self, n: i64) -> i64 {
        match self {
            Counter::Grows => n,
            Counter::Moves => n * 2 - 1,
        }
    }

    fn kind(self) -> Kind {
        match self {
            Counter::Grows => Kind::GCounter,
            Counter::Moves => Kind::PnCounter,
        }
    }
}

/// How much the `i`-th increment is: 1 to 4, so that nothing can be multiplied out.
fn amount(i: usize) -> i64 {
    (mix(i as u64) & 3) as i64 + 1
}

fn hand(counter: Counter, count: usize) -> Phase {
    let watch = Watch::start();
    let mut sum = 0;
    for i in 0..count {
        sum = black_box(sum + counter.by(amount(i)));
    }
    Phase::new("increment", count, watch.ns(), sum.cast_unsigned())
}

fn lasp(plan: &std::sync::Arc<lasp_plan::Plan>, count: usize) -> Phase {
    let mut lasp = Lasp::start(plan);
    let event = ours::event_of(plan, "tick");
    let watch = Watch::start();
    for from in (0..count).step_by(BATCH) {
        let batch = from..(from + BATCH).min(count);
        lasp.apply(batch.map(|i| (event, [Value::Int(amount(i))])));
    }
    let ns = watch.ns();
    let Value::Int(sum) = lasp.value() else { panic!("a counter reads as a number") };
    Phase::new("increment", count, ns, sum.cast_unsigned())
}

fn read(state: &State<i64>) -> u64 {
    match state.leaf() {
        Some(Leaf::Count(sum)) => u64::try_from(sum).expect("it is small"),
        _ => panic!("a counter reads as a number"),
    }
}

fn lattice(counter: Counter, count: usize) -> Phase {
    let (kind, stamp) = (counter.kind(), Stamp { replica: ReplicaId { node: 1, incarnation: 0 }, now_us: 0 });
    let mut state = State::<i64>::bottom(&kind);
    let mut update = |method: &str, n: i64| {
        let call = Call { method, args: &[Arg::Amount(n.cast_unsigned())], stamp: &stamp };
        state.apply(&kind, &[], &call, Keep::nothing(), &mut Unobserved).expect("it is small");
    };
    let watch = Watch::start();
    for i in 0..count {
        match counter {
            Counter::Grows => update("inc", amount(i)),
            Counter::Moves => {
                update("inc", amount(i) * 2);
                update("dec", 1);
            }
        }
    }
    let ns = watch.ns();
    Phase::new("increment", count, ns, read(&state))
}

fn increment(counter: Counter, count: usize) -> Case {
    let (ty, update) = counter.program();
    let case = Case::new("W6", format!("increment; {ty}; {update}"), count, move || {
        let plan = ours::plan(&format!(
            "var c: {ty}
             event tick {{ n: nat }}
             on tick({{ n }}) {{ {update} }}
             show c"
        ));
        vec![
            Entrant::new(System::Hand, move || vec![hand(counter, count)]),
            Entrant::new(System::Lasp, move || vec![lasp(&plan, count)]),
            Entrant::new(System::Lattice, move || vec![lattice(counter, count)]),
            #[cfg(feature = "crdts")]
            Entrant::new(System::Crdts, move || match counter {
                Counter::Grows => vec![by_crdts::grows(count)],
                Counter::Moves => vec![by_crdts::moves(count)],
            }),
        ]
    });
    case.once()
}

/// What the slot of one writer holds in the counter to be merged: about half are greater than those merged before.
fn slot(counter: usize, writer: usize) -> u64 {
    mix((counter * 4096 + writer) as u64) >> 40
}

fn merge(size: usize) -> Case {
    let case = Case::new("W6", "merge; gcounter".to_string(), size, move || {
        let slots: Vec<Vec<u64>> = (0..size).map(|at| (0..size).map(|writer| slot(at, writer)).collect()).collect();
        let replica = |writer: usize| ReplicaId { node: writer as u64 + 1, incarnation: 0 };
        let state = |slots: &Vec<u64>| {
            let mut state = State::<i64>::bottom(&Kind::GCounter);
            for (writer, n) in slots.iter().enumerate() {
                let stamp = Stamp { replica: replica(writer), now_us: 0 };
                let delta = state.mutate(&Kind::GCounter, &[], "inc", &[Arg::Amount(*n)], &stamp).expect("small").delta;
                state.join(&delta, &mut Unobserved);
            }
            state
        };
        let states: Vec<State<i64>> = slots.iter().map(state).collect();
        #[cfg(feature = "crdts")]
        let theirs = by_crdts::states(&slots);
        vec![
            Entrant::new(System::Hand, move || {
                let watch = Watch::start();
                let mut all = vec![0; size];
                for other in &slots {
                    all.iter_mut().zip(other).for_each(|(mine, theirs): (&mut u64, &u64)| *mine = (*mine).max(*theirs));
                }
                let ns = watch.ns();
                vec![Phase::new("merge", size * size, ns, all.iter().sum())]
            }),
            Entrant::new(System::Lattice, move || {
                let watch = Watch::start();
                let mut all = State::<i64>::bottom(&Kind::GCounter);
                states.iter().for_each(|state| {
                    all.join(state, &mut Unobserved);
                });
                let ns = watch.ns();
                vec![Phase::new("merge", size * size, ns, read(&all))]
            }),
            #[cfg(feature = "crdts")]
            Entrant::new(System::Crdts, move || vec![by_crdts::merge(&theirs)]),
        ]
    });
    case.once()
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let count = sizes.choose(100_000, 10_000_000);
    vec![increment(Counter::Grows, count), increment(Counter::Moves, count / 10), merge(sizes.choose(100, 1_000))]
}

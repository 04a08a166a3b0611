//! Every type against its meaning: random traces of three replicas, checked after every step.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::kinds::{Type, deep, in_gmap, in_ormap, simple};
use crate::random::{Random, cases};
use crate::replicas::{Outcome, Replicas};
use crate::trace::trace;
use crate::words::INCARNATIONS;

/// Three replicas. Two of them are incarnations of one node.
const INDEXES: [usize; 3] = [0, 1, INCARNATIONS];

#[test]
fn every_type_alone() {
    mean_what_the_specification_says(&simple(), cases());
}

#[test]
fn every_type_in_a_gmap() {
    mean_what_the_specification_says(&in_gmap(), cases());
}

#[test]
fn every_type_in_an_ormap() {
    mean_what_the_specification_says(&in_ormap(), cases());
}

#[test]
fn every_type_further_in() {
    mean_what_the_specification_says(&deep(), cases().div_ceil(10));
}

fn mean_what_the_specification_says(types: &[Type], cases: u64) {
    for of in types {
        for case in 0..cases {
            let trace = trace(&of.kind, &INDEXES, &mut Random::of(&of.name, case));
            holds(&of.name, case, trace, |trace| Replicas::new(of, &INDEXES).run(trace));
        }
    }
}

/// Panics with the shortest trace found if one fails.
pub fn holds<S: Clone + std::fmt::Debug>(name: &str, case: u64, trace: Vec<S>, run: impl Fn(&[S]) -> Outcome) {
    if let Err(failure) = caught(|| run(&trace)) {
        let (trace, failure) = quietly(|| shrunk(trace, failure, &run));
        let steps: Vec<String> = trace.iter().map(|step| format!("  {step:?}")).collect();
        panic!("{name}: after {} cases (case {case}): {failure}\n{}\n", case + 1, steps.join("\n"));
    }
}

/// Leaves out steps, many at first, for as long as the rest still fails.
fn shrunk<S: Clone>(mut trace: Vec<S>, mut failure: String, run: impl Fn(&[S]) -> Outcome) -> (Vec<S>, String) {
    let mut width = trace.len() / 2;
    while width > 0 {
        let mut at = 0;
        while at < trace.len() {
            let mut shorter = trace.clone();
            shorter.drain(at..(at + width).min(trace.len()));
            match caught(|| run(&shorter)) {
                Err(found) => (trace, failure) = (shorter, found),
                Ok(()) => at += width,
            }
        }
        width /= 2;
    }
    (trace, failure)
}

/// A panic is a failure like any other.
fn caught(run: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
    })
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Without a word about panics, of which there are many while a trace is shrunk.
fn quietly<R>(run: impl FnOnce() -> R) -> R {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                tell(panic);
            }
        }));
    });
    QUIET.set(true);
    let result = run();
    QUIET.set(false);
    result
}

#[test]
fn a_failing_trace_is_shrunk_to_the_steps_that_matter() {
    let run = |trace: &[u8]| if trace.contains(&3) && trace.contains(&7) { Err("both".into()) } else { Ok(()) };
    assert_eq!(shrunk((0..20).collect(), String::new(), run).0, [3, 7]);
    assert!(quietly(|| caught(|| panic!("a panic"))).is_err());
}

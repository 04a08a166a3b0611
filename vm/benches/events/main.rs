//! What an event costs: from the caller's hands to the variables and the views.
//!
//! ```text
//! cargo bench -p lasp-vm --bench events
//!                                    one by one   batched   by hand        by deltas, one by one
//! ad counter, 100 ads, limits             2,815       228       6.4        4,810     ns per event
//! ad counter without its when               123        80       6.4        2,511
//! maximum                                    72        29        29          343
//! spend and count, two statements            99        60       2.5        1,190
//! ```
//!
//! The last column is from the same machine before there were updates in place: every update a delta, every difference
//! a row, every event's step its own. Where a `when` listens, most of what is left is the step of the views; near the
//! end of the first row every limit is reached within a few thousand events, and each time a batch is taken back.
//!
//! Five programs, built by hand as the compiler builds them: the advertisement counter (two maps of counters, a live
//! view, a condition that never goes back), a grow-only set, a set with removals, a maximum, and a handler of two
//! statements of which the second depends on the answer of the first. Each is driven one event at a time
//! ([`Node::handle`]) and in batches ([`Node::handle_all`]), in turns, and the median of the rounds is shown, in
//! processor time of this thread.
//!
//! A word behind `--` runs only the programs whose name has it. Without `--bench` (as `cargo test` runs it) it only
//! makes sure that both ways say and show the same.

// The rest of the crate reads no clock and no file; this measures it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

#[allow(dead_code)]
#[path = "../../tests/core/build.rs"]
mod build;
mod programs;

use programs::{Program, programs};

/// How often each program is run each way; odd, so that the median is one of them.
const ROUNDS: usize = 5;

fn main() {
    if !std::env::args().any(|arg| arg == "--bench") {
        for program in programs(2_000) {
            program.check();
        }
        return;
    }
    println!(
        "{:<44} {:>9} {:>11} {:>9} {:>9} {:>9}",
        "ns per event", "events", "one by one", "told", "batched", "by hand"
    );
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    for program in programs(1_000_000).into_iter().filter(|program| is_wanted(program.name)) {
        let (mut single, mut told, mut batched, mut by_hand) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            single.push(program.few().one_by_one());
            told.push(program.few().told());
            batched.push(program.batched());
            by_hand.push(program.by_hand());
        }
        let per = |nanoseconds: Vec<u64>, program: &Program| median(nanoseconds) as f64 / program.len() as f64;
        println!(
            "{:<44} {:>9} {:>11.1} {:>9.1} {:>9.1} {:>9.1}",
            program.name,
            program.len(),
            per(single, &program.few()),
            per(told, &program.few()),
            per(batched, &program),
            per(by_hand, &program)
        );
    }
}

fn median(mut of: Vec<u64>) -> u64 {
    of.sort_unstable();
    of[of.len() / 2]
}

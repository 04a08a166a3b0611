//! How fast the lattices are: sets, maps and counters, beside code written by hand for one type and one meaning.
//!
//! ```text
//! cargo bench -p lasp-lattice --bench speed                 everything
//! cargo bench -p lasp-lattice --bench speed -- sets         W5: an orset at three replicas
//! cargo bench -p lasp-lattice --bench speed -- counters     W6: increments, merges
//! cargo bench -p lasp-lattice --bench speed -- growth       W10: one update at 1k … 1M elements
//! ```
//!
//! Times are of the thread, not of the wall; sides take turns within one run, and of each the median counts. Every row
//! is repeated with elements like those of the language (an enum with shared text).
//!
//! Without `--bench` (as `cargo test` runs it) everything runs once and small, and both sides must agree.
//!
//! Neighbours: `hand` is the other side; `sets`, `counters` and `growth` are the workloads.

// The rest of the crate reads no clock and no arguments; this measures.
#![allow(clippy::disallowed_methods)]

mod clock;
mod counters;
mod growth;
mod hand;
mod sets;
mod values;

/// How much is done.
#[derive(Clone, Copy)]
pub struct Scale {
    /// Additions at each of three replicas.
    pub adds: usize,
    /// Increments of a slot.
    pub increments: u64,
    /// Counters merged, and slots of each.
    pub merges: usize,
    /// Sizes at which one update is measured.
    pub sizes: &'static [usize],
    /// How often each is measured; odd, so that the median is one of them.
    pub rounds: usize,
}

const FULL: Scale = Scale {
    adds: 33_333,
    increments: 10_000_000,
    merges: 1_000,
    sizes: &[1_000, 10_000, 100_000, 1_000_000],
    rounds: 7,
};

const SMALL: Scale = Scale { adds: 333, increments: 100, merges: 20, sizes: &[100, 300], rounds: 1 };

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let scale = if args.iter().any(|arg| arg == "--bench") { FULL } else { SMALL };
    let named: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    for (name, run) in [("sets", sets::run as fn(Scale)), ("counters", counters::run), ("growth", growth::run)] {
        if named.is_empty() || named.iter().any(|wanted| *wanted == name) {
            run(scale);
        }
    }
}

//! The built-in micro workloads: what a change costs in an engine, for each kind of operator, on this machine.
//!
//! ```text
//! cli/bench/*.lasp ─ compile ─┐
//! workloads: n ─► script ─────┴─ play ×runs ─► times, results compared ─ medians ─► a line of the table
//! ```
//!
//! A wrong result is an error, never a fast row. Numbers are made from fixed seeds, so two runs do the same work.
//! Neighbours: `commands/bench` prints; the side-by-side benchmark in `bench/` sets the same workloads beside other
//! systems.

pub mod play;
pub mod script;
pub mod workloads;

use play::{Wrong, plan, play};
use script::{Kind, Mode, Script};
use workloads::{Scale, Workload};

/// How large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// For a look.
    Small,
    /// For numbers to publish: up to a million rows.
    Full,
    /// Of each workload these.
    These(Vec<usize>),
}

impl std::str::FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Sizes, String> {
        let number = |text: &str| text.parse::<usize>().ok().filter(|n| (2..=10_000_000).contains(n));
        match text {
            "small" => Ok(Sizes::Small),
            "full" => Ok(Sizes::Full),
            _ => {
                let numbers: Option<Vec<usize>> = text.split(',').map(number).collect();
                let help = "write `small`, `full`, or numbers from 2 to 10000000 such as `1000,50000`";
                numbers.map(Sizes::These).ok_or_else(|| help.to_string())
            }
        }
    }
}

/// A time.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was done.
    pub kind: Kind,
    /// How.
    pub mode: Mode,
    /// How often in a run.
    pub changes: usize,
    /// Nanoseconds per change: the median of the runs.
    pub ns: f64,
    /// The least of them.
    pub ns_min: f64,
    /// The greatest.
    pub ns_max: f64,
}

/// How often a script is played in one run, so that small sizes take long enough to be measured. The size of a graph
/// says little about how long its closure takes, and that is always long enough.
fn repeats(scale: Scale, n: usize) -> usize {
    if scale == Scale::Edges { 1 } else { (20_000 / n.max(1)).clamp(1, 20) }
}

/// Measures a workload at a size.
///
/// # Errors
/// When a result is wrong.
pub fn measure(workload: &Workload, n: usize, runs: usize) -> Result<Vec<Figure>, Wrong> {
    let plan = plan(workload.name, workload.text)?;
    let script = (workload.script)(n);
    let repeats = repeats(workload.scale, n);
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); script.steps.len()];
    for _ in 0..runs.max(1) {
        let mut sums = vec![0.0; script.steps.len()];
        for _ in 0..repeats {
            let played = play(&plan, &script)?;
            sums.iter_mut().zip(played).for_each(|(sum, ns)| *sum += ns);
        }
        times.iter_mut().zip(sums).for_each(|(times, sum)| times.push(sum));
    }
    Ok(figures(&script, times, repeats))
}

fn figures(script: &Script, times: Vec<Vec<f64>>, repeats: usize) -> Vec<Figure> {
    let timed = script.steps.iter().zip(times).filter(|(step, _)| step.mode != Mode::Before && !step.events.is_empty());
    let figure = |(step, mut times): (&script::Step, Vec<f64>)| {
        #[allow(clippy::cast_precision_loss)] // Some millions.
        let changes = (step.events.len() * repeats) as f64;
        times.iter_mut().for_each(|ns| *ns /= changes);
        times.sort_by(f64::total_cmp);
        let (ns_min, ns_max) = (times[0], times[times.len() - 1]);
        let ns = f64::midpoint(times[(times.len() - 1) / 2], times[times.len() / 2]);
        Figure { kind: step.kind, mode: step.mode, changes: step.events.len(), ns, ns_min, ns_max }
    };
    timed.map(figure).collect()
}

#[cfg(test)]
mod tests;

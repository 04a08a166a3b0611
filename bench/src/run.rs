//! Running cases: rounds, medians, checks, and memory in a process of its own.
//!
//! A process of its own, because the high-water mark of one that has run other systems before says nothing.

use std::process::Command;

use anyhow::{Context, bail};

use lasp_gauge::median;

use crate::measure::{Case, Entrant, Phase, System};
use crate::memory;

/// What was measured of one system in one phase.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Figure {
    /// Who.
    pub system: System,
    /// How many operations were timed per run.
    pub ops: usize,
    /// Nanoseconds per operation: the median of the runs.
    pub ns: f64,
    /// The least of them.
    pub ns_min: f64,
    /// The greatest.
    pub ns_max: f64,
    /// The median in terms of the hand-written one's.
    pub ratio: f64,
    /// Bytes sent per operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<f64>,
}

/// A line of the table.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Line {
    /// The row, as `W1`.
    pub row: String,
    /// Types and expressions.
    pub variant: String,
    /// The size.
    pub n: usize,
    /// What was done.
    pub phase: String,
    /// By system, the hand-written one first.
    pub figures: Vec<Figure>,
}

/// The memory of one run.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Memory {
    /// The row.
    pub row: &'static str,
    /// Types and expressions.
    pub variant: String,
    /// The size.
    pub n: usize,
    /// Bytes at the peak, by system.
    pub peak_bytes: Vec<(System, u64)>,
}

/// Runs a case: a line for each phase.
///
/// # Errors
/// When a result differs from the hand-written one.
pub fn run(case: &Case, runs: u32, wanted: impl Fn(System) -> bool) -> anyhow::Result<Vec<Line>> {
    let entrants: Vec<Entrant> = (case.build)().into_iter().filter(|entrant| wanted(entrant.system)).collect();
    let mut rounds: Vec<Vec<Vec<Phase>>> = vec![Vec::new(); entrants.len()];
    for _ in 0..runs {
        for (entrant, rounds) in entrants.iter().zip(&mut rounds) {
            let mut phases = (entrant.run)();
            for _ in 1..case.repeats {
                let again = (entrant.run)();
                for (phase, again) in phases.iter_mut().zip(again) {
                    phase.ops += again.ops;
                    phase.ns += again.ns;
                    phase.bytes = phase.bytes.zip(again.bytes).map(|(all, more)| all + more);
                    anyhow::ensure!(
                        phase.check == again.check,
                        "{} gives another result for `{}` every time",
                        entrant.system.name(),
                        phase.name
                    );
                }
            }
            rounds.push(phases);
        }
    }
    let hand = &rounds[0];
    let mut lines = Vec::new();
    for (at, expected) in hand[0].iter().enumerate() {
        let mut figures = Vec::new();
        for (entrant, rounds) in entrants.iter().zip(&rounds) {
            let phases = rounds.iter().map(|phases| phases.iter().find(|phase| phase.name == expected.name));
            let Some(phases) = phases.collect::<Option<Vec<&Phase>>>() else { continue };
            for phase in &phases {
                if phase.check != expected.check {
                    let (name, what) = (entrant.system.name(), &phase.name);
                    let (row, variant, n) = (case.row, &case.variant, case.n);
                    bail!(
                        "{name} gives a wrong result after `{what}` of {row} ({variant}; n = {n}): \
                         checksum {:x}, and {:x} is right",
                        phase.check,
                        expected.check
                    );
                }
            }
            #[allow(clippy::cast_precision_loss)] // Counts of operations.
            let mut each: Vec<f64> = phases.iter().map(|phase| phase.ns / phase.ops as f64).collect();
            let ns = median(&mut each);
            #[allow(clippy::cast_precision_loss)]
            let bytes = phases[0].bytes.map(|bytes| bytes as f64 / phases[0].ops as f64);
            figures.push(Figure {
                system: entrant.system,
                ops: phases[0].ops,
                ns,
                ns_min: each[0],
                ns_max: each[each.len() - 1],
                ratio: f64::NAN,
                bytes,
            });
        }
        let base = figures[0].ns;
        figures.iter_mut().for_each(|figure| figure.ratio = figure.ns / base);
        debug_assert_eq!(at, lines.len());
        let line = Line {
            row: case.row.to_string(),
            variant: case.variant.clone(),
            n: case.n,
            phase: expected.name.clone(),
            figures,
        };
        lines.push(line);
    }
    Ok(lines)
}

/// The memory these systems need for a case, each asked in a process of its own. Empty where the system does not tell.
///
/// # Errors
/// When this program cannot be run again.
pub fn memory(case: &Case, sizes: &str, systems: &[System]) -> anyhow::Result<Memory> {
    let own = std::env::current_exe().context("finding this program")?;
    let mut peak_bytes = Vec::new();
    for system in systems {
        let n = case.n.to_string();
        let output = Command::new(&own)
            .args(["--sizes", sizes, "--probe", case.row, &case.variant, &n, system.name()])
            .output()
            .context("running this program again to measure memory")?;
        let said = String::from_utf8_lossy(&output.stdout);
        if let Ok(bytes) = said.trim().parse::<u64>() {
            peak_bytes.push((*system, bytes));
        }
    }
    Ok(Memory { row: case.row, variant: case.variant.clone(), n: case.n, peak_bytes })
}

/// Bytes at the peak of one run of one system, beyond what the inputs take.
#[must_use]
pub fn probe(case: &Case, system: &str) -> Option<u64> {
    let entrants = (case.build)();
    let entrant = entrants.iter().find(|entrant| entrant.system.name() == system)?;
    let before = memory::reset_peak()?;
    std::hint::black_box((entrant.run)());
    Some(memory::peak()?.saturating_sub(before))
}

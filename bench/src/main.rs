//! Side-by-side benchmarks: one command runs every row, every system, in one process.
//!
//! ```text
//! rows ─► cases (variant × size) ─► entrants (system) ─► interleaved runs ─► medians ─► table, JSON, chart
//! ```
//!
//! Code map: `rows` what is measured, a file each; `ours` Lasp through its public API; `differential`, `dfir`, `dbsp`
//! how the others are driven; `measure` and `run` how it is timed and checked; `elems`, `element`, `digest` the
//! numbers, key types and checksums all share; `report` what comes out.
#![deny(unsafe_code)]

mod args;
#[cfg(feature = "dbsp")]
mod dbsp;
#[cfg(feature = "dfir")]
mod dfir;
#[cfg(feature = "differential")]
mod differential;
mod digest;
mod element;
mod measure;
mod memory;
mod ours;
mod report;
mod rows;
mod run;
mod wire;

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, ValueEnum};

use args::Args;
use measure::{Case, System};
use rows::ROWS;

fn main() -> ExitCode {
    let args = Args::parse();
    match work(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work(args: &Args) -> anyhow::Result<()> {
    let sizes = args.sizes.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default();
    if let Some(probe) = &args.probe {
        let wanted = |case: &Case| case.row == probe[0] && case.variant == probe[1] && case.n.to_string() == probe[2];
        let cases: Vec<Case> =
            ROWS.iter().filter(|row| row.id == probe[0]).flat_map(|row| (row.cases)(args.sizes)).collect();
        if let Some(bytes) = cases.iter().find(|case| wanted(case)).and_then(|case| run::probe(case, &probe[3])) {
            println!("{bytes}");
        }
        return Ok(());
    }
    if let (Some(earlier), Some(svg)) = (&args.draw, &args.svg) {
        let document = std::fs::read_to_string(earlier).with_context(|| format!("reading {}", earlier.display()))?;
        let lines = report::json::lines(&document).with_context(|| format!("reading {}", earlier.display()))?;
        return report::chart::draw(&lines, svg);
    }
    for name in &args.rows {
        anyhow::ensure!(
            ROWS.iter().any(|row| row.id.eq_ignore_ascii_case(name)),
            "there is no row `{name}`; see --list"
        );
    }
    for name in &args.systems {
        let known = System::ALL.map(System::name);
        anyhow::ensure!(known.contains(&name.as_str()), "there is no system `{name}`; there are {}", known.join(", "));
    }
    let is_wanted = |system: System| {
        args.systems.is_empty() || system == System::Hand || args.systems.iter().any(|name| name == system.name())
    };
    let (mut all, mut memories) = (Vec::new(), Vec::new());
    for row in ROWS {
        if !args.rows.is_empty() && !args.rows.iter().any(|name| row.id.eq_ignore_ascii_case(name)) {
            continue;
        }
        let mut cases = (row.cases)(args.sizes);
        cases.retain(|case| args.variant.as_ref().is_none_or(|part| case.variant.contains(part)));
        println!("\n{}  {}", row.id, row.title);
        let mut variants: Vec<&str> = Vec::new();
        let mut seen = BTreeSet::new();
        cases.iter().for_each(|case| {
            if seen.insert(&case.variant) {
                variants.push(&case.variant);
            }
        });
        for variant in variants {
            let mut cases: Vec<&Case> = cases.iter().filter(|case| case.variant == variant).collect();
            cases.sort_by_key(|case| case.n);
            if args.list {
                let ns: Vec<String> = cases.iter().map(|case| case.n.to_string()).collect();
                println!("  {variant}  (n = {})", ns.join(", "));
                continue;
            }
            let mut lines = Vec::new();
            for case in &cases {
                eprintln!("{} {variant}, n = {}", row.id, case.n);
                lines.extend(run::run(case, args.runs, is_wanted)?);
            }
            lines.sort_by(|a, b| a.phase.cmp(&b.phase).then(a.n.cmp(&b.n)));
            println!("\n  {variant}\n{}", report::table::figures(&lines).drawn());
            if let (false, Some(largest)) = (args.no_memory, cases.last()) {
                memories.push(run::memory(largest, &sizes, &report::table::systems(&lines))?);
            }
            all.extend(lines);
        }
    }
    if args.list {
        return Ok(());
    }
    let growth = report::table::growth(&all);
    if !growth.rows.is_empty() {
        println!("\nGrowth: how many times dearer an operation is at the largest size\n{}", growth.drawn());
    }
    if !memories.is_empty() {
        println!(
            "\nMemory at the peak, beyond the inputs, at the largest size\n{}",
            report::table::memory(&memories).drawn()
        );
    }
    if let Some(path) = &args.json {
        let document = report::json::document(&all, &memories, args.runs, &sizes)?;
        std::fs::write(path, document).with_context(|| format!("writing {}", path.display()))?;
    }
    if let Some(path) = &args.markdown {
        let page = report::markdown::page(&all, &memories);
        std::fs::write(path, page).with_context(|| format!("writing {}", path.display()))?;
    }
    if let Some(path) = &args.svg {
        report::chart::draw(&all, path)?;
    }
    Ok(())
}

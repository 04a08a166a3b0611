//! The tables on the terminal: figures, growth, memory.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table, presets};

use crate::measure::System;
use crate::run::{Line, Memory};

/// Nanoseconds, in three digits.
fn short(ns: f64) -> String {
    match ns {
        ns if ns < 9.95 => format!("{ns:.1}"),
        ns if ns < 99_950.0 => format!("{ns:.0}"),
        ns if ns < 99_950_000.0 => format!("{:.0}k", ns / 1e3),
        ns => format!("{:.0}M", ns / 1e6),
    }
}

/// How many times.
fn times(ratio: f64) -> String {
    if ratio < 99.5 { format!("{ratio:.1}×") } else { format!("{ratio:.0}×") }
}

fn empty(systems: &[System], first: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let names = systems.iter().map(|system| system.name());
    table.set_header(first.iter().copied().chain(names));
    for column in 1..first.len() + systems.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Who has a figure at all, in the order of the columns.
#[must_use]
pub fn systems(lines: &[Line]) -> Vec<System> {
    let has = |system: &System| lines.iter().any(|line| line.figures.iter().any(|figure| figure.system == *system));
    System::ALL.into_iter().filter(has).collect()
}

/// The lines of one variant: a line of the table for each phase and size.
#[must_use]
pub fn figures(lines: &[Line]) -> String {
    let systems = systems(lines);
    let mut table = empty(&systems, &["phase", "n"]);
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    for line in lines {
        let cell = |system: &System| {
            let figure = line.figures.iter().find(|figure| figure.system == *system);
            figure.map_or(String::new(), |figure| {
                let bytes = figure.bytes.map_or(String::new(), |bytes| format!(", {bytes:.1} B"));
                let ratio =
                    if *system == System::Hand { String::new() } else { format!(" ({})", times(figure.ratio)) };
                format!("{}{ratio}{bytes}", short(figure.ns))
            })
        };
        table.add_row([line.phase.clone(), line.n.to_string()].into_iter().chain(systems.iter().map(cell)));
    }
    table.to_string()
}

/// How many times dearer an operation is at the largest size than at the smallest.
#[must_use]
pub fn growth(lines: &[Line]) -> String {
    let systems = systems(lines);
    let mut table = empty(&systems, &["row, variant, phase", "from n", "to n"]);
    let mut by_phase: BTreeMap<(&str, &str, &str), Vec<&Line>> = BTreeMap::new();
    for line in lines {
        by_phase.entry((line.row, &line.variant, &line.phase)).or_default().push(line);
    }
    for ((row, variant, phase), mut lines) in by_phase {
        lines.sort_by_key(|line| line.n);
        let (first, last) = (lines[0], lines[lines.len() - 1]);
        if first.n == last.n {
            continue;
        }
        let cell = |system: &System| {
            let ns = |line: &Line| line.figures.iter().find(|figure| figure.system == *system).map(|found| found.ns);
            ns(first).zip(ns(last)).map_or(String::new(), |(first, last)| times(last / first))
        };
        let head = [format!("{row} {variant}: {phase}"), first.n.to_string(), last.n.to_string()];
        table.add_row(head.into_iter().chain(systems.iter().map(cell)));
    }
    table.to_string()
}

/// Bytes at the peak.
#[must_use]
pub fn memory(measured: &[Memory]) -> String {
    let has = |system: &System| measured.iter().any(|memory| memory.peak_bytes.iter().any(|(who, _)| who == system));
    let systems: Vec<System> = System::ALL.into_iter().filter(has).collect();
    let mut table = empty(&systems, &["row, variant", "n"]);
    for memory in measured {
        let cell = |system: &System| {
            let found = memory.peak_bytes.iter().find(|(who, _)| who == system);
            #[allow(clippy::cast_precision_loss)]
            found.map_or(String::new(), |(_, bytes)| format!("{:.1} MiB", *bytes as f64 / f64::from(1 << 20)))
        };
        let head = [format!("{} {}", memory.row, memory.variant), memory.n.to_string()];
        table.add_row(head.into_iter().chain(systems.iter().map(cell)));
    }
    table.to_string()
}

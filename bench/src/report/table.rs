//! The tables: figures, growth, memory, as cells and as text for the terminal.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table, presets};

use crate::measure::System;
use crate::run::{Figure, Line, Memory};

/// A table before it is drawn.
pub struct Cells {
    /// Its head.
    pub head: Vec<String>,
    /// How many columns are texts; the rest are numbers.
    pub texts: usize,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

impl Cells {
    fn new(systems: &[System], texts: &[&str], numbers: &[&str]) -> Cells {
        let names = systems.iter().map(|system| system.name());
        let head = texts.iter().chain(numbers).copied().chain(names).map(str::to_string).collect();
        Cells { head, texts: texts.len(), rows: Vec::new() }
    }

    /// For the terminal.
    #[must_use]
    pub fn drawn(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(&self.head);
        for column in self.texts..self.head.len() {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self.rows.iter().for_each(|row| {
            table.add_row(row);
        });
        table.to_string()
    }
}

/// Nanoseconds, in two or three digits.
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

/// Who has a figure at all, in the order of the columns.
#[must_use]
pub fn systems<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Vec<System> {
    let mut found: Vec<System> =
        lines.into_iter().flat_map(|line| line.figures.iter().map(|figure| figure.system)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn of(line: &Line, system: System) -> Option<&Figure> {
    line.figures.iter().find(|figure| figure.system == system)
}

fn figure(line: &Line, system: System) -> String {
    of(line, system).map_or(String::new(), |figure| {
        let bytes = figure.bytes.map_or(String::new(), |bytes| format!(", {bytes:.1} B"));
        let first = line.figures.first().is_some_and(|first| first.system == system);
        let ratio = if first { String::new() } else { format!(" ({})", times(figure.ratio)) };
        format!("{}{ratio}{bytes}", short(figure.ns))
    })
}

/// The lines of one variant: a line of the table for each phase and size.
#[must_use]
pub fn figures(lines: &[Line]) -> Cells {
    let systems = systems(lines);
    let mut cells = Cells::new(&systems, &["phase"], &["n"]);
    for line in lines {
        let head = [line.phase.clone(), line.n.to_string()];
        cells.rows.push(head.into_iter().chain(systems.iter().map(|system| figure(line, *system))).collect());
    }
    cells
}

/// The lines of one row, with their variants.
#[must_use]
pub fn with_variants(lines: &[&Line]) -> Cells {
    let systems = systems(lines.iter().copied());
    let mut cells = Cells::new(&systems, &["variant", "phase"], &["n"]);
    for line in lines {
        let head = [line.variant.clone(), line.phase.clone(), line.n.to_string()];
        cells.rows.push(head.into_iter().chain(systems.iter().map(|system| figure(line, *system))).collect());
    }
    cells
}

/// How many times dearer an operation is at the largest size than at the smallest.
#[must_use]
pub fn growth(lines: &[Line]) -> Cells {
    let systems = systems(lines);
    let mut cells = Cells::new(&systems, &["row, variant, phase"], &["from n", "to n"]);
    let mut by_phase: BTreeMap<(&str, &str, &str), Vec<&Line>> = BTreeMap::new();
    for line in lines {
        by_phase.entry((&line.row, &line.variant, &line.phase)).or_default().push(line);
    }
    for ((row, variant, phase), mut lines) in by_phase {
        lines.sort_by_key(|line| line.n);
        let (first, last) = (lines[0], lines[lines.len() - 1]);
        if first.n == last.n {
            continue;
        }
        let cell = |system: &System| {
            let both = of(first, *system).zip(of(last, *system));
            both.map_or(String::new(), |(first, last)| times(last.ns / first.ns))
        };
        let head = [format!("{row} {variant}: {phase}"), first.n.to_string(), last.n.to_string()];
        cells.rows.push(head.into_iter().chain(systems.iter().map(cell)).collect());
    }
    cells
}

/// Bytes at the peak.
#[must_use]
pub fn memory(measured: &[Memory]) -> Cells {
    let has = |system: &System| measured.iter().any(|memory| memory.peak_bytes.iter().any(|(who, _)| who == system));
    let systems: Vec<System> = System::ALL.into_iter().filter(has).collect();
    let mut cells = Cells::new(&systems, &["row, variant"], &["n"]);
    for memory in measured {
        let cell = |system: &System| {
            let found = memory.peak_bytes.iter().find(|(who, _)| who == system);
            #[allow(clippy::cast_precision_loss)] // Bytes of one machine.
            found.map_or(String::new(), |(_, bytes)| format!("{:.1} MiB", *bytes as f64 / f64::from(1 << 20)))
        };
        let head = [format!("{} {}", memory.row, memory.variant), memory.n.to_string()];
        cells.rows.push(head.into_iter().chain(systems.iter().map(cell)).collect());
    }
    cells
}

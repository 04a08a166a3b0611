//! The figures as Markdown, for a page like RESULTS.md: a table for each row, then growth and memory.

use std::fmt::Write;

use super::table::{self, Cells};
use crate::rows::ROWS;
use crate::run::{Line, Memory};

/// The page's tables.
#[must_use]
pub fn page(lines: &[Line], memory: &[Memory]) -> String {
    let mut page = String::new();
    for row in ROWS {
        let lines: Vec<&Line> = lines.iter().filter(|line| line.row == row.id).collect();
        if !lines.is_empty() {
            let _ = writeln!(page, "## {}: {}\n\n{}", row.id, row.title, written(&table::with_variants(&lines)));
        }
    }
    let growth = table::growth(lines);
    if !growth.rows.is_empty() {
        let _ = writeln!(page, "## Growth\n\n{}", written(&growth));
    }
    if !memory.is_empty() {
        let _ = writeln!(page, "## Memory\n\n{}", written(&table::memory(memory)));
    }
    page
}

fn written(cells: &Cells) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<String> =
        (0..cells.head.len()).map(|at| if at < cells.texts { "---" } else { "--:" }.to_string()).collect();
    line(&cells.head) + &line(&rule) + &cells.rows.iter().map(|row| line(row)).collect::<String>()
}

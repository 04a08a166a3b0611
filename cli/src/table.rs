//! Tables for people: words to the left, numbers to the right.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// A table whose columns from one on are numbers. It is as wide as it has to be: no number is broken.
#[must_use]
pub fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>, numbers_from: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head);
    for row in rows {
        table.add_row(row.into_iter().enumerate().map(|(at, text)| {
            let align = if at >= numbers_from { CellAlignment::Right } else { CellAlignment::Left };
            Cell::new(text).set_alignment(align)
        }));
    }
    table
}

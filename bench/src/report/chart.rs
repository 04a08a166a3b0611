//! The chart: a panel for each variant and phase that grows, nanoseconds by size, both logarithmic, a line per system.
//! Each shows a factor of at least [`FACTOR_LEAST`], so that what is flat looks flat.
//!
//! ```text
//! W1 ints … insert b        W1 ints … insert s
//!  │    ╱ dbsp               │ ─── differential
//!  │ ─── lasp                │ ─── lasp
//!  └────────── n             └────────── n
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use plotters::prelude::*;

use super::table::systems;
use crate::measure::System;
use crate::run::Line;

const COLUMNS: usize = 4;
const PANEL: (u32, u32) = (420, 300);
const LEGEND_HEIGHT: u32 = 40;
const FACTOR_LEAST: f64 = 100.0;

fn colour(system: System) -> RGBColor {
    match system {
        System::Hand => RGBColor(110, 110, 110),
        System::Lasp => RGBColor(214, 39, 40),
        System::Lattice => RGBColor(227, 119, 194),
        System::Differential => RGBColor(31, 119, 180),
        System::Dbsp => RGBColor(44, 160, 44),
        System::Dfir => RGBColor(148, 103, 189),
        System::Crdts => RGBColor(255, 127, 14),
    }
}

/// Draws.
///
/// # Errors
/// When the file cannot be written.
pub fn draw(lines: &[Line], path: &Path) -> anyhow::Result<()> {
    let mut panels: BTreeMap<(&str, &str, &str), Vec<&Line>> = BTreeMap::new();
    for line in lines {
        panels.entry((&line.row, &line.variant, &line.phase)).or_default().push(line);
    }
    panels.retain(|_, lines| lines.len() > 1);
    if panels.is_empty() {
        return Ok(());
    }
    let rows = panels.len().div_ceil(COLUMNS);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let size = (PANEL.0 * count(COLUMNS), PANEL.1 * count(rows) + LEGEND_HEIGHT);
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    let (head, body) = area.split_vertically(LEGEND_HEIGHT);
    let mut left = 20;
    for system in systems(lines) {
        head.draw(&Rectangle::new([(left, 14), (left + 22, 20)], colour(system).filled()))?;
        head.draw(&Text::new(system.name(), (left + 28, 10), ("sans-serif", 16)))?;
        left += 150;
    }
    head.draw(&Text::new("nanoseconds per operation by number of rows", (left + 20, 10), ("sans-serif", 16)))?;
    for (panel, ((row, variant, phase), mut lines)) in body.split_evenly((rows, COLUMNS)).iter().zip(panels) {
        lines.sort_by_key(|line| line.n);
        draw_panel(panel, &format!("{row} {variant}: {phase}"), &lines)?;
    }
    area.present().with_context(|| format!("writing {}", path.display()))
}

#[allow(clippy::cast_precision_loss)] // Sizes.
fn draw_panel(
    panel: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    title: &str,
    lines: &[&Line],
) -> anyhow::Result<()> {
    let all = || lines.iter().flat_map(|line| line.figures.iter().map(|figure| figure.ns));
    let (low, high) = (all().fold(f64::MAX, f64::min), all().fold(0.0, f64::max));
    let more = (FACTOR_LEAST / (high / low)).max(2.0).sqrt();
    let heights = low / more..high * more;
    let sizes = lines[0].n as f64..lines[lines.len() - 1].n as f64;
    let mut chart = ChartBuilder::on(panel)
        .caption(title, ("sans-serif", 11))
        .margin(8)
        .x_label_area_size(22)
        .y_label_area_size(52)
        .build_cartesian_2d(sizes.log_scale(), heights.log_scale())?;
    chart.configure_mesh().max_light_lines(0).x_labels(4).y_labels(5).draw()?;
    for system in System::ALL {
        let at = |line: &&Line| {
            line.figures.iter().find(|figure| figure.system == system).map(|figure| (line.n as f64, figure.ns))
        };
        let points: Vec<(f64, f64)> = lines.iter().filter_map(at).collect();
        chart.draw_series(LineSeries::new(points.iter().copied(), colour(system).stroke_width(2)))?;
        chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, colour(system).filled())))?;
    }
    Ok(())
}

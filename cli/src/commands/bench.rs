//! `lasp bench`: the built-in micro workloads, as a table.
//!
//! ```text
//! a thread measures ─ lines, by a channel ─► this one: progress on stderr, results on stdout, Ctrl-C
//! ```
//!
//! Measuring has a thread of its own, so that Ctrl-C is heard at once: what was measured by then is printed, and the
//! thread ends with the process. A wrong result ends it too, with exit code 1.

use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::Exit;
use crate::args::Format;
use crate::bench::play::Wrong;
use crate::bench::script::{BATCH, Kind, Mode};
use crate::bench::workloads::{WORKLOADS, Workload};
use crate::bench::{Figure, Sizes, measure};
use crate::interrupt::Interrupt;
use crate::names::{counted, grouped};
use crate::output::{BOLD, GREY, Output, PLAIN};
use crate::table::table;
use lasp_gauge::CLOCK;

/// Whether this program was built to be debugged.
const IS_DEBUG: bool = cfg!(debug_assertions);

/// The arguments of `lasp bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp bench                              all rows, small sizes: half a minute
  lasp bench join union --sizes full      two of them, up to a million rows: minutes, up to 3 GB
  lasp bench count --sizes 1000,200000    at sizes of your own
  lasp bench --json | jq -r '[.row, .n, .kind, .mode, .ns] | @tsv'

Every result is compared with one computed in plain Rust; a wrong one is an error with exit code 1, not a row.")]
pub struct Args {
    /// The rows to measure; all if none is named
    #[arg(value_name = "ROW", value_parser = names())]
    rows: Vec<String>,
    /// `small`, `full` (up to a million rows), or numbers such as `1000,50000`
    #[arg(long, value_name = "SIZES", default_value = "small")]
    sizes: Sizes,
    /// How often each is measured; the median counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    runs: u16,
    /// The same as `--format json`
    #[arg(long)]
    json: bool,
}

fn names() -> PossibleValuesParser {
    WORKLOADS.iter().map(|workload| PossibleValue::new(workload.name).help(workload.about)).collect::<Vec<_>>().into()
}

/// What was measured, and how.
#[derive(Serialize)]
struct HeadLine {
    bench: Head,
}

#[derive(Serialize)]
struct Head {
    version: &'static str,
    cores: usize,
    os: &'static str,
    arch: &'static str,
    debug: bool,
    clock: &'static str,
    runs: u16,
    batch: usize,
}

#[derive(Serialize)]
struct FigureLine {
    row: &'static str,
    n: usize,
    kind: Kind,
    mode: Mode,
    changes: usize,
    ns: f64,
    ns_min: f64,
    ns_max: f64,
}

#[derive(Serialize)]
struct InterruptedLine {
    interrupted: At,
}

#[derive(Serialize)]
struct At {
    row: &'static str,
    n: usize,
}

/// A workload at a size, measured.
struct Line {
    name: &'static str,
    n: usize,
    figures: Vec<Figure>,
}

/// What the thread that measures says.
enum Said {
    /// It is done with one.
    Done(Line),
    /// A result of one is wrong.
    Wrong(&'static str, usize, Wrong),
}

/// How measuring ended.
enum End {
    /// All was measured.
    Done,
    /// Ctrl-C, in the midst of this workload.
    Interrupted(&'static str, usize),
    /// A result of this workload is wrong.
    Wrong(&'static str, usize, Wrong),
}

impl Args {
    /// Measures.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        if self.json && !output.is_json() {
            let mut output = Output::new(Format::Json);
            let exit = self.measure_and_print(&mut output)?;
            output.flush()?;
            return Ok(exit);
        }
        self.measure_and_print(output)
    }

    fn measure_and_print(&self, output: &mut Output) -> anyhow::Result<Exit> {
        if IS_DEBUG {
            output
                .warning("this is a debug build, and its figures say little; `cargo build --release` makes the other");
        }
        let head = self.head();
        if output.is_json() {
            output.json(&HeadLine { bench: head })?;
            output.flush()?;
        } else {
            output.line(&headline(&head))?;
            output.flush()?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let measured = runtime.block_on(self.measure(output));
        // What still measures after Ctrl-C would hold up the end of the program.
        runtime.shutdown_background();
        let (lines, end) = measured?;
        if !output.is_json() && !lines.is_empty() {
            output.line(&drawn(&lines))?;
        }
        output.flush()?;
        Ok(conclude(end, lines.len(), output))
    }

    fn head(&self) -> Head {
        Head {
            version: env!("CARGO_PKG_VERSION"),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            debug: IS_DEBUG,
            clock: CLOCK,
            runs: self.runs,
            batch: BATCH,
        }
    }

    fn chosen(&self) -> Vec<(&'static Workload, usize)> {
        let is_chosen =
            |workload: &&Workload| self.rows.is_empty() || self.rows.iter().any(|name| name == workload.name);
        let of = |workload: &'static Workload| workload.scale.of(&self.sizes).into_iter().map(move |n| (workload, n));
        WORKLOADS.iter().filter(is_chosen).flat_map(of).collect()
    }

    async fn measure(&self, output: &mut Output) -> anyhow::Result<(Vec<Line>, End)> {
        let interrupt = Interrupt::listen();
        let chosen = self.chosen();
        let bar = bar(chosen.len(), output);
        let (sender, mut said) = mpsc::channel(1);
        let order: Vec<(&str, usize)> = chosen.iter().map(|(workload, n)| (workload.name, *n)).collect();
        let runs = usize::from(self.runs);
        let work = tokio::task::spawn_blocking(move || {
            for (workload, n) in chosen {
                let name = workload.name;
                let said = match measure(workload, n, runs) {
                    Ok(figures) => Said::Done(Line { name, n, figures }),
                    Err(wrong) => Said::Wrong(name, n, wrong),
                };
                // Nobody listens any more: it was interrupted, or a result was wrong.
                if sender.blocking_send(said).is_err() {
                    return;
                }
            }
        });
        let mut lines = Vec::new();
        let end = loop {
            // One behind the other: what is in hand is the first that has no line.
            let Some((name, n)) = order.get(lines.len()) else { break End::Done };
            bar.set_message(format!("{name}, n = {}", grouped(*n as u64)));
            let said = tokio::select! {
                biased;
                () = interrupt.wait() => break End::Interrupted(name, *n),
                said = said.recv() => said,
            };
            match said {
                Some(Said::Done(line)) => {
                    bar.inc(1);
                    if output.is_json() {
                        print(&line, output)?;
                    }
                    lines.push(line);
                }
                Some(Said::Wrong(name, n, wrong)) => break End::Wrong(name, n, wrong),
                None => {
                    // A thread that panicked must not look like one that came to its end.
                    if let Err(error) = work.await {
                        std::panic::resume_unwind(error.into_panic());
                    }
                    break End::Done;
                }
            }
        };
        bar.finish_and_clear();
        Ok((lines, end))
    }
}

/// Says how it ended.
fn conclude(end: End, lines: usize, output: &mut Output) -> Exit {
    match end {
        End::Done => Exit::Fine,
        End::Interrupted(row, n) => {
            if output.is_json() {
                output.note_json(&InterruptedLine { interrupted: At { row, n } });
            } else {
                let (n, lines) = (grouped(n as u64), counted(lines as u64, "line"));
                output.note(&format!("{GREY}interrupted at {row}, n = {n}; {lines} measured{PLAIN}"));
            }
            Exit::Interrupted
        }
        End::Wrong(row, n, Wrong(said)) => {
            let message = format!("`{row}` at n = {} is wrong: {said}", grouped(n as u64));
            output.error(None, &message, Some("this is a defect of lasp; please report it with this message"));
            Exit::Problems
        }
    }
}

fn bar(steps: usize, output: &mut Output) -> ProgressBar {
    if output.is_json() || !output.stderr_is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    output.set_progress(bar.clone());
    bar
}

fn print(line: &Line, output: &mut Output) -> std::io::Result<()> {
    for figure in &line.figures {
        output.json(&FigureLine {
            row: line.name,
            n: line.n,
            kind: figure.kind,
            mode: figure.mode,
            changes: figure.changes,
            ns: rounded(figure.ns),
            ns_min: rounded(figure.ns_min),
            ns_max: rounded(figure.ns_max),
        })?;
    }
    // Whoever reads waits for each.
    output.flush()
}

/// To a tenth of a nanosecond.
fn rounded(ns: f64) -> f64 {
    (ns * 10.0).round() / 10.0
}

fn headline(head: &Head) -> String {
    let cores = counted(head.cores as u64, "core");
    let build = if head.debug { "debug build" } else { "release build" };
    let runs = if head.runs == 1 { "one run".to_string() } else { format!("medians of {} runs", head.runs) };
    format!(
        "{BOLD}lasp {}{PLAIN} {GREY}on {cores}, {} {}; {build}; {}; {runs}{PLAIN}",
        head.version, head.os, head.arch, head.clock
    )
}

fn drawn(lines: &[Line]) -> String {
    let head = ["row", "what", "n", "insert b", "remove b", "insert s", "remove s"];
    let rows = lines.iter().map(|line| {
        let about = WORKLOADS.iter().find(|workload| workload.name == line.name).map_or("", |workload| workload.about);
        let of = |kind, mode| {
            let figure = line.figures.iter().find(|figure| (figure.kind, figure.mode) == (kind, mode));
            figure.map_or_else(String::new, |figure| shown(figure.ns))
        };
        vec![
            line.name.to_string(),
            about.to_string(),
            grouped(line.n as u64),
            of(Kind::Insert, Mode::Batches),
            of(Kind::Remove, Mode::Batches),
            of(Kind::Insert, Mode::Singles),
            of(Kind::Remove, Mode::Singles),
        ]
    });
    let table = table(&head, rows, 2);
    let batch = grouped(BATCH as u64);
    format!(
        "{table}\n{GREY}ns per change; b: in batches of {batch}; s: one at a time, each told to a subscriber before \
         the next{PLAIN}"
    )
}

/// Nanoseconds as a whole number.
fn shown(ns: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A time, far below 2⁵³.
    let whole = ns.round() as u64;
    grouped(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_result_is_no_success() {
        let mut output = Output::new(Format::Text).silent();
        let mut exit = |end| conclude(end, 0, &mut output);
        assert_eq!(exit(End::Wrong("union", 10, Wrong("it shows 1 row".to_string()))), Exit::Problems);
        assert_eq!(exit(End::Interrupted("union", 10)), Exit::Interrupted);
        assert_eq!(exit(End::Done), Exit::Fine);
    }
}

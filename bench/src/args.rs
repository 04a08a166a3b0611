//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::rows::Sizes;

/// Lasp beside hand-written Rust and other incremental engines, in one run.
///
/// Every row is a workload with several key types and expressions. The systems take turns; a figure is the median of
/// the runs in nanoseconds of thread CPU time per operation, and in brackets how many times the hand-written figure it
/// is. `b` is in batches of 1,000, `s` one change at a time, each propagated to the sink before the next. A result that
/// differs from the hand-written one ends the run with exit code 1.
#[derive(Debug, Parser)]
#[command(
    name = "lasp-bench",
    after_help = "\
Examples:
  cargo run --release -- --list                                     what there is to run
  cargo run --release -- --rows W1,W4                               two rows, sizes for a look
  cargo run --release -- --sizes full --json out.json --svg out.svg all rows, numbers to publish
  cargo run --release -- --rows W2 --variant 'join, 1' --systems lasp,hand-written"
)]
pub struct Args {
    /// Run only these rows
    #[arg(long, value_delimiter = ',', value_name = "ROWS")]
    pub rows: Vec<String>,
    /// Run only variants whose description contains this
    #[arg(long, value_name = "TEXT")]
    pub variant: Option<String>,
    /// Run only these systems (the hand-written one always runs: it is what the others are compared with)
    #[arg(long, value_delimiter = ',', value_name = "SYSTEMS")]
    pub systems: Vec<String>,
    /// How large
    #[arg(long, value_enum, default_value = "small")]
    pub sizes: Sizes,
    /// How many runs the medians are of
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: u32,
    /// Write the figures here
    #[arg(long, value_name = "PATH")]
    pub json: Option<PathBuf>,
    /// Write the tables here, for a page like RESULTS.md
    #[arg(long, value_name = "PATH")]
    pub markdown: Option<PathBuf>,
    /// Draw them here
    #[arg(long, value_name = "PATH")]
    pub svg: Option<PathBuf>,
    /// Draw the figures of an earlier run, as --json wrote them, and run nothing
    #[arg(long, value_name = "PATH", requires = "svg")]
    pub draw: Option<PathBuf>,
    /// Do not measure memory, which takes one more run of the largest size of each variant, in a process of its own
    #[arg(long)]
    pub no_memory: bool,
    /// List rows and variants, and run nothing
    #[arg(long)]
    pub list: bool,
    /// Used by the program itself: measure the memory of one run, given as row, variant, size and system
    #[arg(long, hide = true, num_args = 4)]
    pub probe: Option<Vec<String>>,
}

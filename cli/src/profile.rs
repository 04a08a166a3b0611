//! `--profile`: where rows, room and time went, by operator and variable. As a table it is what `lasp run` says at its
//! end; `lasp graph` writes the same figures on the drawing.
//!
//! ```text
//!  #  operator    of                  batches  rows in  rows out  kept  bytes  time
//!  3  left join   views[a.ad]             812    1,624     3,248   100  7,168  0.9 ms
//! ```
//!
//! Operators have the numbers that `lasp graph` gives them; the dearest comes first. Beside the results, on stderr, as
//! is all that is said about a run.

use std::sync::OnceLock;
use std::time::Instant;

use lasp_vm::Node;
use lasp_vm::flow::Profiled;
use serde::Serialize;

use crate::output::{BOLD, GREY, Output, PLAIN};
use crate::table::table;

/// How much of the part of the program that an operator came from a table shows.
const OF_CHARS_MAX: usize = 40;

/// Where time begins.
static START: OnceLock<Instant> = OnceLock::new();

/// Nanoseconds since the first call.
pub fn clock() -> u64 {
    let nanos = START.get_or_init(Instant::now).elapsed().as_nanos();
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

/// A profile.
#[derive(Debug, Serialize)]
pub struct Profile {
    /// The dearest comes first.
    pub operators: Vec<OperatorLine>,
    /// In the order declared.
    pub variables: Vec<VariableLine>,
}

/// What an operator did, or what stands before it and turns rows into the form it reads.
#[derive(Debug, Serialize)]
pub struct OperatorLine {
    /// As in `lasp graph`.
    pub number: u32,
    /// In the words of the field.
    pub operator: String,
    /// The part of the program it came from.
    pub of: String,
    /// Whether it only turns rows into the form that the operator of this number reads.
    #[serde(skip)]
    pub converts: bool,
    /// How often it had something to do.
    pub batches: u64,
    /// Rows that came or went at its inputs.
    pub rows_in: u64,
    /// Rows that it told its readers of.
    pub rows_out: u64,
    /// Rows that it holds to answer the next change.
    pub rows_kept: usize,
    /// Their bytes, without those of texts and nested values.
    pub bytes_kept: usize,
    /// Time.
    pub seconds: f64,
}

/// A variable.
#[derive(Debug, Serialize)]
pub struct VariableLine {
    /// As in the program.
    pub name: String,
    /// How many it takes on a disk.
    pub bytes: usize,
}

#[derive(Serialize)]
struct ProfileLine<'p> {
    profile: &'p Profile,
}

impl Profile {
    /// What a node has done so far.
    #[must_use]
    pub fn of(node: &Node) -> Profile {
        let plan = node.plan();
        let line = |profiled: Profiled| {
            let operator = &plan.graph.nodes[profiled.node.0 as usize];
            let words = operator.op.words(&plan.vars);
            #[allow(clippy::cast_precision_loss)] // Of 2⁵³ nanoseconds nobody misses one.
            let seconds = profiled.effort.nanos as f64 / 1e9;
            OperatorLine {
                number: profiled.node.0,
                operator: if profiled.converts { format!("conversion for {words}") } else { words },
                converts: profiled.converts,
                of: operator.name.clone().unwrap_or_else(|| operator.detail.clone()),
                batches: profiled.effort.batches,
                rows_in: profiled.effort.rows_in,
                rows_out: profiled.effort.rows_out,
                rows_kept: profiled.rows_kept,
                bytes_kept: profiled.bytes_kept,
                seconds,
            }
        };
        let mut operators: Vec<OperatorLine> = node.profile().into_iter().map(line).collect();
        operators.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then(a.number.cmp(&b.number)));
        let variables = (0..)
            .zip(&plan.vars)
            .map(|(at, var)| VariableLine { name: var.name.clone(), bytes: node.bytes_of(lasp_plan::VarId(at)) });
        Profile { variables: variables.collect(), operators }
    }

    /// Says it.
    pub fn print(&self, output: &mut Output) {
        if output.is_json() {
            return output.note_json(&ProfileLine { profile: self });
        }
        let head = ["#", "operator", "of", "batches", "rows in", "rows out", "kept", "bytes", "ms"];
        let rows = self.operators.iter().map(|line| {
            vec![
                line.number.to_string(),
                line.operator.clone(),
                shortened(&line.of),
                line.batches.to_string(),
                line.rows_in.to_string(),
                line.rows_out.to_string(),
                line.rows_kept.to_string(),
                line.bytes_kept.to_string(),
                format!("{:.3}", line.seconds * 1e3),
            ]
        });
        let operators = table(&head, rows, 3);
        let rows = self.variables.iter().map(|line| vec![line.name.clone(), line.bytes.to_string()]);
        let variables = table(&["variable", "bytes as stored"], rows, 1);
        output.note(&format!(
            "{BOLD}profile{PLAIN} {GREY}(numbers as in `lasp graph`; bytes without those of texts and nested values){PLAIN}\n\
             {operators}\n{variables}"
        ));
    }
}

/// A part of a program so short that a table with it fits a screen.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(OF_CHARS_MAX) {
        None => text.to_string(),
        Some((cut, _)) => format!("{}…", &text[..cut]),
    }
}

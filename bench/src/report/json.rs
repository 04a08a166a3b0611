//! The figures as one JSON document, and back.

use crate::run::{Line, Memory};

#[derive(serde::Serialize)]
struct Document<'d> {
    /// What the numbers are.
    unit: &'static str,
    /// How many runs the medians are of.
    runs: u32,
    /// Which sizes.
    sizes: &'d str,
    lines: &'d [Line],
    memory: &'d [Memory],
}

/// The document.
///
/// # Errors
/// Never: numbers and texts can be written.
pub fn document(lines: &[Line], memory: &[Memory], runs: u32, sizes: &str) -> anyhow::Result<String> {
    let unit = "nanoseconds of thread CPU time per operation";
    Ok(serde_json::to_string_pretty(&Document { unit, runs, sizes, lines, memory })?)
}

/// The figures of an earlier run.
///
/// # Errors
/// When it is no document of ours.
pub fn lines(document: &str) -> anyhow::Result<Vec<Line>> {
    #[derive(serde::Deserialize)]
    struct Figures {
        lines: Vec<Line>,
    }
    Ok(serde_json::from_str::<Figures>(document)?.lines)
}

//! The oracle: what is kept up to date by deltas is what one would compute from scratch.
//!
//! ```text
//! seed ─ generate ─► program, as text, and a trace of events
//!                      │ compile, start a node
//!                      ▼
//!          after each event, for each view:   Node::value(view)  ==  Node::eval(the view's expression over the variables)
//!                      by the dataflow ───────────┘                    └─────── by the tree-walking evaluator
//! ```
//!
//! Also: a `when` fires once for each row that its condition, recomputed, has ever held; what a watch tells replays to
//! the view's value. Failures are compared too: a view is poisoned where its recomputation fails. The few legitimate
//! differences are listed in `eager`, and recomputed as well.
//!
//! Code map: `ty`, `exp` what programs are made of; `generator`, `scalars`, `logic`, `sets`, `maps`, `ranked`, `folds`,
//! `recursion` expressions; `vars`, `reactions`, `case` whole programs; `run` the comparison, `batched` the same events
//! in batches; `eager` the differences, `gathered` folds by hand; `shrink`, `tally`.
//!
//! A wrong case is cut down and printed with its seed. See [`check`].

mod batched;
pub(crate) mod case;
mod eager;
pub(crate) mod exp;
mod folds;
mod gathered;
pub(crate) mod generator;
mod logic;
mod maps;
mod ranked;
mod reactions;
mod recursion;
pub(crate) mod rng;
mod run;
mod scalars;
mod sets;
mod shrink;
pub(crate) mod tally;
pub(crate) mod ty;
pub(crate) mod vars;

pub use tally::Tally;

/// Runs the cases of `seeds` and says what they used.
///
/// # Errors
/// The first wrong case, cut down, ready to print.
pub fn check(seeds: impl IntoIterator<Item = u64>) -> Result<Tally, String> {
    let mut tally = Tally::default();
    for seed in seeds {
        let case = case::generate(seed);
        match run::run(&case) {
            Ok(seen) => tally.count(&case, &seen),
            Err(wrong) if wrong.is_ours => {
                return Err(format!("seed {seed} does not compile:\n{}\n\n{}", wrong.what, case.program()));
            }
            Err(wrong) => return Err(report(case, wrong)),
        }
    }
    Ok(tally)
}

fn report(case: case::Case, wrong: run::Wrong) -> String {
    let seed = case.seed;
    let (small, found) = shrink::shrink(case, wrong);
    let trace = match run::plan(&small) {
        Ok(Some(plan)) => small.trace_text(&plan),
        _ => String::new(),
    };
    format!("LASP_SEED={seed}\n{}\n\n{}\ntrace\n{trace}", found.what, small.program())
}

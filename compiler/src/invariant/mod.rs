//! What must always hold: `invariant e`, free or held by rights, or refused because two nodes can break it together.
//!
//! ```text
//! invariant views >= 0                     free: true by its type
//! invariant prices.all(p => p > 0)         free: every `add` in the program is of something above 0
//! invariant stock >= 0                     E0501: two nodes that each see 1 and take 1 leave -1
//! invariant stock >= 0 by escrow           held: who lowers `stock` spends rights, which nobody has twice
//! ```
//!
//! An invariant is *free* if no update of the program breaks it alone and no join breaks it, so that nothing has to be
//! asked at run time. The argument is kept as sentences ([`InvariantRow::argument`]).
//!
//! Invariant: of what is accepted no node ever sees the opposite, under any schedule (tested by schedules).
//!
//! The parts: `linear` sums of counters and their pools of rights, `free` the argument, `elements` what may be added to
//! a set, `flowing` what is known of it, `value` what holds at the beginning, `refuse` the reports. Neighbours:
//! `stability` judges, `check::invariants` reads, `lower::escrow` makes updates with rights.

mod elements;
mod flowing;
mod free;
mod linear;
mod refuse;
mod value;

use lasp_plan::Place;

use crate::diagnostic::{Diagnostic, SourceFile};
use crate::program::{InvariantDef, Program};
use crate::stability::text_at;

use free::Breach;

pub use linear::{Bound, Pool, Term};
pub(crate) use linear::{parts_only, place_of};
pub(crate) use value::at_start;

// What has to be agreed on, in the words of `lasp check --table`.
const NONE: &str = "none";
const ESCROW: &str = "escrow";
const ONE_OWNER: &str = "one owner";

/// What there is to know about an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvariantRow {
    /// The declaration.
    pub place: Place,
    /// The condition as written.
    pub text: String,
    /// `free`, `escrow` or `refused`.
    pub verdict: &'static str,
    /// Why it always holds, a sentence each; empty if it was refused.
    pub argument: Vec<String>,
    /// The parts of it that were refused: also in the views that it names.
    pub refused: Vec<Place>,
    /// What has to be agreed on for it to hold: `none`, `escrow` or `one owner`.
    pub needs: &'static str,
}

/// Judges every invariant; what does not hold by itself is reported (E0501, E0503).
pub(crate) fn check_invariants(
    program: &Program,
    files: &[SourceFile],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<InvariantRow> {
    let mut rows = Vec::new();
    let unread = diagnostics.iter().any(|found| ["E00", "E01", "E02"].contains(&&found.code.as_str()[..3]));
    for invariant in &program.invariants {
        let text = text_at(files, invariant.condition.place);
        let before = diagnostics.len();
        let (verdict, argument, needs) = match invariant.pool {
            // What rights cannot hold was reported as it was read.
            Some(pool) if program.pools[pool].bound.terms.is_empty() => ("refused", Vec::new(), ONE_OWNER),
            Some(pool) => ("escrow", held(&program.pools[pool], &text), ESCROW),
            // What a name or a type means is not known: what follows from it is not either.
            None if unread => ("refused", Vec::new(), NONE),
            None => freely(program, files, invariant, diagnostics),
        };
        let refused = diagnostics[before..].iter().map(|found| found.primary.place).collect();
        rows.push(InvariantRow { place: invariant.place, text, verdict, argument, refused, needs });
    }
    rows
}

fn freely(
    program: &Program,
    files: &[SourceFile],
    invariant: &InvariantDef,
    diagnostics: &mut Vec<Diagnostic>,
) -> (&'static str, Vec<String>, &'static str) {
    let mut parts = Vec::new();
    free::conjuncts(program, &invariant.condition, &mut parts);
    let (mut argument, mut needs) = (Vec::new(), NONE);
    let before = diagnostics.len();
    for part in parts {
        match free::argue(program, files, part) {
            Ok(sentence) => argument.push(sentence),
            Err(breach) => {
                needs = match &breach {
                    Breach::Moves(_) => ONE_OWNER,
                    Breach::Counted(..) if needs == NONE => ESCROW,
                    Breach::Counted(..) | Breach::Element(_) | Breach::Start { .. } => needs,
                };
                diagnostics.push(refuse::report(program, files, part, &breach));
            }
        }
    }
    if diagnostics.len() > before { ("refused", Vec::new(), needs) } else { ("free", argument, NONE) }
}

/// Why rights hold a bound.
fn held(pool: &Pool, text: &str) -> Vec<String> {
    let mut argument = vec![
        format!("what is left of `{text}` is divided into rights, and every right belongs to one node"),
        "an update that uses some up spends rights of its own node in the same op, or is refused; nobody is asked"
            .into(),
        "an update that makes room gives its node the rights; no node knows too much of its own rights".into(),
    ];
    if pool.within.is_some() {
        argument.push("beyond its rights a node may go by the slack that it sees at that moment (`within`)".into());
        argument.push(format!(
            "so `{text}` is never missed by more than the number of nodes that spend × the greatest slack any of them saw; a node that lost its disk or was cloned counts again"
        ));
    }
    argument
}

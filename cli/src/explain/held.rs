//! An invariant for people: whether it holds, why, and what breaks it.
//!
//! ```text
//! invariant@4: `stock >= 0`
//!   refused, E0501: two nodes can break this together
//!
//! What breaks it
//!   `stock -= n`, shop.lasp:3
//!     moves towards the bound
//! ```
//!
//! What is read and what may be merged is left out: an invariant is never shipped. Neighbours: `page` is the page of
//! all else, and ends this one.

use lasp_compiler::diagnostic::SourceFile;
use lasp_compiler::explanation::Held;

use super::Answer;
use super::page::{at, schedule, shortened, title, wrapped};
use crate::names::listed;
use crate::output::{BOLD, CYAN, PLAIN, YELLOW};

/// The page of an invariant, but for what has to be agreed on.
#[must_use]
pub(super) fn page(answer: &Answer, held: &Held, files: &[SourceFile]) -> Vec<String> {
    let Answer { explanation, against, refused } = answer;
    let topic = &explanation.topic;
    let by_escrow = match (held.verdict, &held.within) {
        ("escrow", Some(slack)) => format!(" by escrow within {CYAN}`{}`{PLAIN}", shortened(slack)),
        ("escrow", None) => " by escrow".to_string(),
        _ => String::new(),
    };
    let mut out = vec![format!("{BOLD}{}{PLAIN}: {CYAN}`{}`{PLAIN}{by_escrow}", topic.name, shortened(&topic.text))];
    out.push(match held.verdict {
        "free" if explanation.is_trusted() => "  free, as far as the program answers for it".to_string(),
        "free" => "  free: it holds always, on every node, and nothing is asked at run time".to_string(),
        "escrow" if held.within.is_some() => {
            "  held by rights, and missed by no more than the slack allows".to_string()
        }
        "escrow" => "  held by rights: an update that would break it is refused where it is made".to_string(),
        _ => {
            let what = held.wrong.join("; ");
            format!("{YELLOW}{}{PLAIN}", wrapped(&format!("refused, {}: {what}", refused.join(", "))))
        }
    });
    if !held.argument.is_empty() {
        out.push(title(if held.within.is_some() {
            "Why it holds, and how far it may be missed"
        } else {
            "Why it always holds"
        }));
        out.extend(held.argument.iter().map(|sentence| wrapped(sentence)));
    }
    if !held.breaking.is_empty() {
        out.push(title("What breaks it"));
        for breaking in &held.breaking {
            let quoted = listed([shortened(&breaking.text).as_str()]);
            out.push(format!("  {quoted}, {}\n    {}", at(breaking.place, files), breaking.what));
        }
    }
    if let Some(against) = against {
        out.push(title("How it can become false, by updates that the types allow"));
        out.extend(schedule(against, explanation.is_trusted()));
    }
    out
}

/// Why it holds or does not, in a line.
#[must_use]
pub(super) fn because(held: &Held, is_trusted: bool) -> String {
    match held.verdict {
        "free" if is_trusted => "the program answers for it: `unstable(…)`".to_string(),
        "free" => "no update of the program makes it false, and no joining does".to_string(),
        "escrow" => "what is left of the bound is divided into rights".to_string(),
        _ => held.wrong.join("; "),
    }
}

/// The verdict in the list of all.
#[must_use]
pub(super) fn verdict(held: &Held) -> &'static str {
    if held.verdict == "escrow" { "by escrow" } else { held.verdict }
}

//! What has to be agreed on before a result can be relied on: none, escrow, one owner, seal. With one sentence why.
//!
//! ```text
//! show total            eventual is enough                       none
//! when n >= 5 { … }     n only grows: whoever sees it is right   none
//! when total >= 5 …     total goes back                          seal or one owner
//! var left: bcounter    rights are divided beforehand            escrow
//! ```
//!
//! Neighbours: see the parent module.

use lasp_plan::Stability;

use super::Reading;
use crate::crdt::Crdt;
use crate::flow::coordination_of_var;
use crate::program::{MadeFor, WhenDef};
use crate::stability::RIGHTS;

/// What has to be agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coordination {
    /// `none`, `escrow`, `one owner`, `seal or one owner`.
    pub what: &'static str,
    /// Why, in a sentence.
    pub why: String,
}

fn coordination(what: &'static str, why: impl Into<String>) -> Coordination {
    Coordination { what, why: why.into() }
}

pub(super) fn of_var(crdt: &Crdt) -> Coordination {
    match coordination_of_var(crdt) {
        "escrow" => coordination(
            "escrow",
            "what may be spent is divided beforehand: a node spends the rights it holds without asking, and never more",
        ),
        _ => coordination("none", "every node may update it at any time, and the copies merge"),
    }
}

/// `flow`: what the checker says of it as a result that is shipped.
pub(super) fn of_view(stability: Stability, reads: &[Reading], flow: &'static str, at: &str) -> Coordination {
    match stability {
        _ if reads_rights(reads) => coordination(
            "escrow",
            "rights are divided beforehand, and each node sees and spends its own without asking",
        ),
        _ if flow != "none" => coordination(
            flow,
            format!(
                "copies of it cannot be merged, and it is read at {at} alone: one node there computes it for the others"
            ),
        ),
        Stability::Const => coordination("none", "it never changes"),
        Stability::Up | Stability::Down if trusted(reads) => {
            coordination("none", "the program answers for it that this stays; nothing checks it")
        }
        Stability::Up | Stability::Down => {
            coordination("none", "what one node has seen of it every node comes to see; nobody has to be asked")
        }
        Stability::Eventual => coordination(
            "none",
            "to show and to watch it, eventual is enough: every node corrects itself. A `when` on it would need a seal, \
             or one owner",
        ),
    }
}

pub(super) fn of_when(when: &WhenDef, stability: Stability, reads: &[Reading]) -> Coordination {
    match stability {
        _ if matches!(when.made_for, Some(MadeFor::Seal(_))) => coordination(
            "one owner",
            format!(
                "the node of {} that sees the condition first seals, and all others take its value",
                when.role.as_deref().unwrap_or("the role")
            ),
        ),
        _ if when.once => {
            coordination("one owner", "`once` is done by one node, which has to be known to the others as its owner")
        }
        Stability::Const | Stability::Up if trusted(reads) => {
            coordination("none", "the program answers for it that this stays; nothing checks it")
        }
        Stability::Const | Stability::Up => coordination(
            "none",
            "once true at one node it comes true at all, and doing it at each of them is doing it once",
        ),
        Stability::Down | Stability::Eventual => coordination(
            "seal or one owner",
            "two nodes would disagree about whether it has happened: either what it reads is sealed first, \
             or one owner decides for all",
        ),
    }
}

/// Of a value that must stay: what flows into a variable, or is declared `stable`.
pub(super) fn of_lasting(stability: Stability, reads: &[Reading]) -> Coordination {
    match stability {
        _ if trusted(reads) => coordination("none", "the program answers for it that this stays; nothing checks it"),
        Stability::Const | Stability::Up | Stability::Down => coordination(
            "none",
            "what one node has seen of it, every node comes to see; relying on it twice is relying on it once",
        ),
        Stability::Eventual => coordination(
            "seal or one owner",
            "what has been relied on could be gone again: either what it reads is sealed first, or one owner decides for all",
        ),
    }
}

fn trusted(reads: &[Reading]) -> bool {
    reads.iter().any(|reading| reading.trusted)
}

pub(super) fn reads_rights(reads: &[Reading]) -> bool {
    reads.iter().any(|reading| reading.what == RIGHTS)
}

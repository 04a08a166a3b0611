//! The places other than `when` that require stability: `stable` declarations and `bind`.
//!
//! ```text
//! let total: nat stable = cart.count()      E0304: declared, and not so
//! bind seen <- cart                         E0301: what has flowed into `seen` stays there
//! bind best <- n                            `best` is a max: `n` has to grow; into a min it has to fall
//! ```
//!
//! Neighbours: `check::binds` sees to it that both sides are of one lattice; `refusal` has the words.

use lasp_plan::Stability;

use super::Judge;
use super::moves::Moves;
use super::refusal::{Need, Way, has_error, refuse};
use super::tones::Leaf;
use crate::crdt::Crdt;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::program::{BindDef, Program};
use crate::ty::Ty;

/// Reports what is declared `stable` and is not, and what flows into a variable and can go back.
pub(crate) fn check_required(program: &Program, files: &[SourceFile], diagnostics: &mut Vec<Diagnostic>) {
    let mut judge = Judge::new(program);
    for (index, view) in program.views.iter().enumerate() {
        let Some(declared) = view.stable else { continue };
        if has_error(&view.value) || judge.view(index).shown() != Stability::Eventual {
            continue;
        }
        let leaf = judge.view(index).visible(view.value.place);
        diagnostics.push(refuse(program, files, Need::Stable(&view.name, declared), &view.value, &leaf));
    }
    for bind in &program.binds {
        if has_error(&bind.value) {
            continue;
        }
        let var = &program.vars[bind.var];
        let way = way(&var.crdt);
        if flows(&mut judge, program, bind) {
            continue;
        }
        let leaf = judge.judge(&bind.value).visible(bind.value.place);
        let (set, _) = judge.judge(&bind.value).option(bind.value.place);
        // A number that falls by itself, but that may be gone.
        let mut refusal = match matches!(program.holes.head(&bind.value.ty), Ty::Option(_)) && !set.grows() {
            true => refuse(program, files, Need::Bind(&var.name, Way::Set), &bind.value, &set),
            false => refuse(program, files, Need::Bind(&var.name, way), &bind.value, &leaf),
        };
        let (other, name) = if way == Way::Up { (Stability::Down, "min") } else { (Stability::Up, "max") };
        if judge.judge(&bind.value).shown() == other {
            let goes = if way == Way::Up { "falls" } else { "grows" };
            refusal.help.insert(0, format!("what only {goes} flows into a `{name}`"));
        }
        diagnostics.push(refusal);
    }
}

/// Whether what flows into a lattice has to fall.
pub(crate) fn flows_down(crdt: &Crdt) -> bool {
    way(crdt) == Way::Down
}

/// Which way the content of a lattice goes.
fn way(crdt: &Crdt) -> Way {
    match crdt.values() {
        Some(values) => way(values),
        None if crdt.lattice_name() == "min" => Way::Down,
        None => Way::Up,
    }
}

/// Whether what flows only goes the way of the lattice.
pub(crate) fn flows(judge: &mut Judge<'_>, program: &Program, bind: &BindDef) -> bool {
    let way = way(&program.vars[bind.var].crdt);
    goes(&judge.judge(&bind.value), if way == Way::Up { Stability::Up } else { Stability::Down })
}

/// Whether the content goes this way. However it goes, nothing that has flowed may be gone: a map whose values fall may
/// lose none of its keys for that, and what is set once stays set.
fn goes(moves: &Moves, wanted: Stability) -> bool {
    let stays = |leaf: &Leaf| matches!(leaf.direction(), Stability::Const | Stability::Up);
    match moves {
        Moves::Opt(set, content) => stays(set) && goes(content, wanted),
        Moves::Map(keys, _, value) => stays(keys) && goes(value, wanted),
        // Elements that flow into a set stay there.
        Moves::Set(..) => matches!(moves.shown(), Stability::Const | Stability::Up),
        other => other.shown() == Stability::Const || other.shown() == wanted,
    }
}

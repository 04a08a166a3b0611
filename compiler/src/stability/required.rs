//! The places other than `when` that require stability: `stable` declarations and `bind`.
//!
//! ```text
//! let total: nat stable = cart.count()      E0304: declared, and not so
//! bind seen <- cart                         E0301: what has flowed into `seen` stays there
//! bind best <- n                            `best` is a max: `n` has to grow; into a min it has to fall
//! ```
//!
//! Neighbours: `check::binds` sees to it that both sides are of one lattice; `refusal` has the words.

use lasp_plan::{CollOp, Stability};

use super::Judge;
use super::refusal::{Need, Way, has_error, refuse};
use crate::crdt::Crdt;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind};
use crate::program::Program;
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
        let wanted = if way == Way::Up { Stability::Up } else { Stability::Down };
        let goes = |judge: &mut Judge<'_>, hir: &Hir, wanted| {
            let found = judge.judge(hir).shown();
            found == Stability::Const || found == wanted
        };
        // A map whose values fall may lose none of its keys for that.
        if goes(&mut judge, &bind.value, wanted)
            && keys(&bind.value).is_none_or(|keys| goes(&mut judge, &keys, Stability::Up))
        {
            continue;
        }
        let leaf = judge.judge(&bind.value).visible(bind.value.place);
        let mut refusal = refuse(program, files, Need::Bind(&var.name, way), &bind.value, &leaf);
        let (other, name) = if way == Way::Up { (Stability::Down, "min") } else { (Stability::Up, "max") };
        if judge.judge(&bind.value).shown() == other {
            let goes = if way == Way::Up { "falls" } else { "grows" };
            refusal.help.insert(0, format!("what only {goes} flows into a `{name}`"));
        }
        diagnostics.push(refusal);
    }
}

/// Which way the content of a lattice goes.
fn way(crdt: &Crdt) -> Way {
    match crdt.values() {
        Some(values) => way(values),
        None if crdt.lattice_name() == "min" => Way::Down,
        None => Way::Up,
    }
}

/// The keys of a map.
fn keys(map: &Hir) -> Option<Hir> {
    let Ty::Map(key, ..) = &map.ty else { return None };
    let kind = HirKind::Coll(CollOp::Keys, Box::new(map.clone()), Vec::new(), None);
    Some(Hir { kind, ty: Ty::Set(key.clone()), place: map.place })
}

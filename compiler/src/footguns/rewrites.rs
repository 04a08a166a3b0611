//! Corrections as data for reports whose help is code already.
//!
//! ```text
//! xs.map(x => x.price).sum()  ─►  xs.sum(x => x.price)          W0502
//! var cart: orset<Item>       ─►  var cart: gset<Item>          E0301, by its help
//! ```
//!
//! They change what the program does, so somebody has to choose them ([`Applicable::Maybe`]).
//!
//! [`Applicable::Maybe`]: crate::diagnostic::Applicable::Maybe

use lasp_plan::{CollOp, Place};

use super::{Scene, each_free};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Edit};
use crate::hir::{Hir, HirKind};

/// Adds corrections to what has been reported.
pub(super) fn offer(scene: &Scene<'_>, diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics.iter_mut() {
        match diagnostic.code {
            Code::E0301 => offer_declarations(scene, diagnostic),
            Code::W0502 => {
                let place = diagnostic.primary.place;
                let mut found = None;
                let mut look = |hir: &Hir| hir.each(&mut |part| found = found.take().or(summed(scene, part, place)));
                each_free(scene.program, &mut |hir| look(hir));
                scene.program.whens.iter().for_each(|when| look(&when.condition));
                if let Some((text, edits)) = found {
                    *diagnostic = diagnostic.clone().choice(format!("write `{text}`"), edits);
                }
            }
            _ => {}
        }
    }
}

/// The help says `var cart: gset<Item>`: then that can replace the type which a label points at.
fn offer_declarations(scene: &Scene<'_>, diagnostic: &mut Diagnostic) {
    let mut found = Vec::new();
    for var in &scene.program.vars {
        let head = format!("`var {}: ", var.name);
        let offered = diagnostic.help.iter().find_map(|help| help.split_once(&head)?.1.strip_suffix('`'));
        if let (Some(ty), true) = (offered, diagnostic.labels.iter().any(|label| label.place == var.type_place)) {
            found.push((format!("declare `{}: {ty}`", var.name), var.type_place, ty.to_string()));
        }
    }
    for (title, place, text) in found {
        *diagnostic = diagnostic.clone().choice(title, vec![Edit { place, text }]);
    }
}

/// `xs.map(f).sum()` at `place` as `xs.sum(f)`, and `m.values().sum()` as `m.sum((k, v) => v)`.
fn summed(scene: &Scene<'_>, hir: &Hir, place: Place) -> Option<(String, Vec<Edit>)> {
    let HirKind::Coll(CollOp::Sum | CollOp::Avg, lost, ..) = &hir.kind else { return None };
    let HirKind::Coll(CollOp::Map | CollOp::Values, source, ..) = &lost.kind else { return None };
    if hir.place != place {
        return None;
    }
    // Only the method form: of `sum(map(xs, f))` the parts stand in another order.
    let between = |from: &Hir, to: &Hir| Place { start: from.place.end, ..to.place };
    let (first, last) = (between(source, lost), between(lost, hir));
    let (first_text, last_text) = (scene.text(first), scene.text(last));
    let name = last_text.trim().strip_prefix('.')?.strip_suffix("()")?.trim();
    let call = if first_text.trim() == ".values()" {
        format!(".{name}((k, v) => v)")
    } else {
        first_text.trim().strip_prefix(".map(").map(|rest| format!(".{name}({rest}"))?
    };
    let text = format!("{}{call}", scene.text(source.place));
    Some((text, vec![Edit { place: Place { start: first.start, ..hir.place }, text: call }]))
}

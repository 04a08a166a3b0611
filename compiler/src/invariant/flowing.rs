//! What is known of elements that flow: of the names that `for … in`, a `when` and a `bind` take from a set or a map.
//!
//! ```text
//! bind s <- a.filter(x => x > 0)        each element of a that flows is above 0
//! invariant s.all(y => y > 0)           so this is free
//! bind s <- a                           E0501, with the first line as the way out
//! ```
//!
//! Invariant: what is known here is about the element alone, which does not change on its way; what a condition reads
//! of variables is sorted out by whom it is given to. Neighbours: `elements` proves with it, `refuse` reports.

use lasp_plan::CollOp;
use rustc_hash::FxHashMap;

use super::elements::{Claim, named, put};
use crate::diagnostic::SourceFile;
use crate::hir::{Hir, HirKind, HirPattern, LocalId};
use crate::program::{BindDef, Program};
use crate::stability::text_at;
use crate::ty::Ty;

/// How many filters and views are looked through below each other.
const DEPTH_MAX: u32 = 24;

/// What is true of each element of `source` that `pattern` names, over those names.
pub(super) fn known(program: &Program, pattern: &HirPattern, source: &Hir) -> Vec<Hir> {
    let mut found = Vec::new();
    filtered(program, pattern, source, 0, &mut found);
    found
}

fn filtered(program: &Program, pattern: &HirPattern, source: &Hir, depth: u32, found: &mut Vec<Hir>) {
    if depth > DEPTH_MAX {
        return;
    }
    match &source.kind {
        HirKind::View(view) => filtered(program, pattern, &program.views[*view].value, depth + 1, found),
        HirKind::Unstable(inner, _) => filtered(program, pattern, inner, depth + 1, found),
        HirKind::Coll(CollOp::Filter, inner, _, Some(lambda)) => {
            if let Some(names) = renamed(program, &lambda.pattern, pattern, source) {
                let mut body = lambda.body.clone();
                put(program, &mut body, &names, 0);
                found.push(body);
            }
            filtered(program, pattern, inner, depth + 1, found);
        }
        _ => {}
    }
}

/// What the names of a lambda stand for, where the same element has the names of `pattern`.
fn renamed(
    program: &Program,
    lambda: &HirPattern,
    pattern: &HirPattern,
    source: &Hir,
) -> Option<FxHashMap<LocalId, Hir>> {
    let place = source.place;
    let local = |local: LocalId| Hir { kind: HirKind::Local(local), ty: program.local_ty(local), place };
    let mut names = FxHashMap::default();
    match (lambda, pattern) {
        (_, HirPattern::Bind(whole)) => named(program, lambda, &local(*whole), &mut names)?,
        (HirPattern::Slots(asked), HirPattern::Slots(bound)) => {
            for (slot, part) in asked {
                if matches!(part, HirPattern::Wildcard) {
                    continue;
                }
                let (_, HirPattern::Bind(found)) = bound.iter().find(|(at, _)| at == slot)? else { return None };
                named(program, part, &local(*found), &mut names)?;
            }
        }
        _ => return None,
    }
    Some(names)
}

/// The `bind` with a filter in front, so that only what satisfies the claim flows; as the program would write it.
pub(super) fn with_filter(
    program: &Program,
    files: &[SourceFile],
    bind: &BindDef,
    claim: &Claim<'_>,
) -> Option<String> {
    let is_map = matches!(program.holes.head(&bind.value.ty), Ty::Map(..));
    if !is_map && !matches!(program.holes.head(&bind.value.ty), Ty::Set(_)) {
        return None;
    }
    let lambda = match claim {
        Claim::Lacks { element, .. } => {
            let name = if is_map { "(k, _) => k" } else { "x => x" };
            format!("{name} != {}", text_at(files, element.place))
        }
        Claim::Holds { lambda, truth, of, .. } => {
            let text = text_at(files, *lambda);
            let (_, written) = text.strip_suffix(')')?.split_once('(')?;
            let (names, body) = written.split_once("=>")?;
            let (names, body) = (names.trim(), body.trim());
            let names = if is_map && !of.entries { format!("({names}, _)") } else { names.to_string() };
            if *truth { format!("{names} => {body}") } else { format!("{names} => not ({body})") }
        }
    };
    let value = text_at(files, bind.value.place);
    let value = match bind.value.kind {
        HirKind::Var(_) | HirKind::View(_) | HirKind::Coll(..) | HirKind::Field(..) | HirKind::Lookup(..) => value,
        _ => format!("({value})"),
    };
    Some(format!("bind {} <- {value}.filter({lambda})", program.vars[bind.var].name))
}

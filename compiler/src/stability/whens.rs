//! What a `when` may depend on and what it may do: reports E0301 and E0302.
//!
//! The report of an unstable condition leads from the declaration that causes it to the place that needs stability, and
//! offers code that works. Neighbours: the judgement itself is in the parent module.

use lasp_lattice::Order;
use lasp_plan::{BinaryOp, CollOp, Func, Place, UnaryOp};

use super::{Judge, Moves, of_crdt};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind, HirStmt};
use crate::program::{Crdt, Program, WhenDef};
use crate::ty::Ty;

/// Reports every `when` whose condition may become false again, or whose body cannot be repeated.
pub(crate) fn check_whens(program: &Program, files: &[SourceFile], diagnostics: &mut Vec<Diagnostic>) {
    for when in &program.whens {
        check_when(program, files, when, diagnostics);
        check_body(when, &when.body, diagnostics);
    }
}

fn check_when(program: &Program, files: &[SourceFile], when: &WhenDef, diagnostics: &mut Vec<Diagnostic>) {
    let text = |place: Place| text_at(files, place);
    let mut judge = Judge::new(program);
    judge.fuel = 100_000;
    if let Some((pattern, source)) = &when.binding {
        if source.ty == Ty::Error {
            return;
        }
        let moves = judge.moves(source);
        if !matches!(Judge::gains(&moves), Moves::Const | Moves::Up) {
            let what = "`for … when` needs a collection that only grows, and this one can shrink";
            diagnostics.push(unstable(
                program,
                files,
                source,
                what,
                "so an element that was acted on can go again",
                None,
            ));
            return;
        }
        judge.bind_element(pattern, &moves);
    }
    if has_error(&when.condition) {
        return;
    }
    if !matches!(judge.moves(&when.condition), Moves::Const | Moves::Up) {
        let what = "`when` needs a condition that stays true, and this one can become false again";
        let watch = match &when.binding {
            None => format!(
                "react to every change instead:      `watch {} {{ added(_) {{ … }} }}`",
                text(when.condition.place)
            ),
            Some((_, source)) => format!(
                "react to every change instead:      `watch {}.filter(… => {}) {{ added(…) {{ … }} }}`",
                text(source.place),
                text(when.condition.place)
            ),
        };
        let label = consequence(&when.condition, &text);
        diagnostics.push(unstable(program, files, &when.condition, what, &label, Some(watch)));
    }
}

fn has_error(hir: &Hir) -> bool {
    hir.any(&mut |part| matches!(part.kind, HirKind::Error))
}

fn text_at(files: &[SourceFile], place: Place) -> String {
    let file = files.get(place.file as usize);
    let text = file.and_then(|file| file.text.get(place.start as usize..place.end as usize)).unwrap_or("…");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What can happen to a condition, in its own words.
fn consequence(condition: &Hir, text: &impl Fn(Place) -> String) -> String {
    let (op, left, right) = match &condition.kind {
        HirKind::Binary(op, left, right) | HirKind::CompareSet(op, left, right) => (*op, left, right),
        _ => return "so this can become false again, on this node or another".to_string(),
    };
    let what = match &left.kind {
        HirKind::Coll(CollOp::Count, ..) => "this count".to_string(),
        HirKind::Coll(CollOp::Sum, ..) => "this sum".to_string(),
        _ => format!("`{}`", text(left.place)),
    };
    let bound = text(right.place);
    match op {
        BinaryOp::Ge | BinaryOp::Gt => format!("so {what} can go back below {bound}, on this node or another"),
        BinaryOp::Le | BinaryOp::Lt => format!("so {what} can go past {bound}, on this node or another"),
        BinaryOp::Eq | BinaryOp::Ne => format!("so {what} can pass {bound} and move on, on this node or another"),
        _ => "so this can become false again, on this node or another".to_string(),
    }
}

/// The report of an unstable expression: from the variables that cause it to the place that needs stability.
fn unstable(
    program: &Program,
    files: &[SourceFile],
    hir: &Hir,
    message: &str,
    label: &str,
    help: Option<String>,
) -> Diagnostic {
    let mut causes: Vec<Cause> = Vec::new();
    let mut antitone: Option<(Place, String)> = None;
    let mut seen_views = Vec::new();
    causes_of(program, hir, &mut causes, &mut antitone, &mut seen_views);
    let mut diagnostic = Diagnostic::new(Code::E0301, hir.place, message).label(label);
    let unstable_vars: Vec<&Cause> =
        causes.iter().filter(|(var, ..)| innermost(&program.vars[*var].crdt).1 == Moves::Eventual).collect();
    for (var, why, _) in &unstable_vars {
        diagnostic = diagnostic.also(program.vars[*var].type_place, why.clone());
    }
    if unstable_vars.is_empty() {
        for (var, ..) in causes.iter().take(3) {
            let var = &program.vars[*var];
            diagnostic = diagnostic.also(var.type_place, format!("`{}` moves one way only", var.name));
        }
        if let Some((place, text)) = antitone {
            diagnostic = diagnostic.also(place, text);
        }
    }
    diagnostic =
        diagnostic.why("`when` fires once and cannot be undone; two nodes would disagree about whether it fired");
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    for (var, _, better) in &unstable_vars {
        if let Some((advice, from, to)) = better {
            let var = &program.vars[*var];
            let written = text_at(files, var.type_place).replacen(from, to, 1);
            diagnostic = diagnostic.help(format!("{advice:<36}`var {}: {written}`", var.name));
        }
    }
    diagnostic.help("or, if you know better, say why:    `unstable(…, because: \"…\")`")
}

/// A variable that a judgement rests on: its position, how it can go back, and the lattice that would not (advice, the
/// lattice as it is, the lattice as it could be).
type Cause = (usize, String, Option<(&'static str, &'static str, &'static str)>);

/// The lattice at the end of the maps, and how it moves.
pub(super) fn innermost(crdt: &Crdt) -> (&Crdt, Moves) {
    match crdt {
        Crdt::Named { info, inner, .. } if info.order == Order::Pointwise => match inner.first() {
            Some(inner) => innermost(inner),
            None => (crdt, Moves::Eventual),
        },
        _ => (crdt, of_crdt(crdt)),
    }
}

fn causes_of(
    program: &Program,
    hir: &Hir,
    causes: &mut Vec<Cause>,
    antitone: &mut Option<(Place, String)>,
    seen_views: &mut Vec<usize>,
) {
    match &hir.kind {
        HirKind::Var(index) if !causes.iter().any(|(var, ..)| var == index) => {
            let var = &program.vars[*index];
            let (inner, _) = innermost(&var.crdt);
            if let Crdt::Named { info, .. } = inner {
                let (why, help) = match info.name {
                    "orset" => (
                        "items can be removed from an `orset`".to_string(),
                        Some(("or make the set grow-only:", "orset", "gset")),
                    ),
                    "pncounter" => (
                        "a `pncounter` goes up and down".to_string(),
                        Some(("or, if it only counts up:", "pncounter", "gcounter")),
                    ),
                    "bcounter" => ("a `bcounter` is spent and refilled".to_string(), None),
                    "lww" => {
                        ("a later write replaces an `lww`".to_string(), Some(("or, if it only rises:", "lww", "max")))
                    }
                    name => (format!("a `{name}` can go back"), None),
                };
                causes.push((*index, why, help));
            }
        }
        HirKind::View(index) if !seen_views.contains(index) => {
            seen_views.push(*index);
            causes_of(program, &program.views[*index].value, causes, antitone, seen_views);
        }
        HirKind::Apply(index, _) if seen_views.len() < 64 => {
            seen_views.push(usize::MAX - index);
            causes_of(program, &program.fns[*index].body, causes, antitone, seen_views);
        }
        HirKind::Binary(BinaryOp::Lt | BinaryOp::Le | BinaryOp::Eq | BinaryOp::Ne, ..) if antitone.is_none() => {
            let text = "true now, and false once what grows has grown past it".to_string();
            *antitone = Some((hir.place, text));
        }
        HirKind::CompareSet(..) | HirKind::Unary(UnaryOp::Not, _) if antitone.is_none() => {
            *antitone = Some((hir.place, "turns what grows into what shrinks".to_string()));
        }
        HirKind::Call(Func::Or, _) if antitone.is_none() => {
            let text = "unset reads as the default, and the first write may be less: `.at_least(k)` is stable";
            *antitone = Some((hir.place, text.to_string()));
        }
        _ => {}
    }
    hir.each_part(&mut |part| causes_of(program, part, causes, antitone, seen_views));
}

/// A `when` may fire at several nodes and again after a restart: only what can be repeated may stand in it.
fn check_body(when: &WhenDef, body: &[HirStmt], diagnostics: &mut Vec<Diagnostic>) {
    let mut changing = |hir: &Hir| {
        if hir.any(&mut |part| matches!(part.kind, HirKind::Var(_) | HirKind::View(_))) {
            diagnostics.push(
                Diagnostic::new(Code::E0302, hir.place, "the body of a `when` reads something that changes")
                    .label("may differ from node to node")
                    .also(when.place, "fires at every node that sees the condition")
                    .why("all nodes must do the same, so that doing it twice is doing it once")
                    .help("use constants and the names bound by `for`"),
            );
        }
    };
    let mut not_idempotent = Vec::new();
    for stmt in body {
        match stmt {
            HirStmt::Emit(emit) => changing(&emit.value),
            HirStmt::Let(_, value) | HirStmt::For(_, value, _) | HirStmt::If(value, ..) => changing(value),
            HirStmt::Update(update) | HirStmt::LetUpdate(_, update) | HirStmt::IfUpdate(update, ..) => {
                update.path.iter().chain(&update.args).for_each(&mut changing);
                if !update.method.idempotent {
                    not_idempotent.push((update.place, update.method.name));
                }
            }
        }
        if let HirStmt::Emit(emit) = stmt
            && emit.event.is_some()
        {
            not_idempotent.push((emit.place, "an event"));
        }
    }
    for (place, method) in not_idempotent {
        diagnostics.push(
            Diagnostic::new(Code::E0302, place, format!("`{method}` in a `when` would be done once per node"))
                .label("counts twice when done twice")
                .also(when.place, "fires at every node that sees the condition")
                .help("use an update that can be repeated: `add`, `set`, `enable`"),
        );
    }
    for stmt in body {
        match stmt {
            HirStmt::If(_, then, otherwise) | HirStmt::IfUpdate(_, then, otherwise) => {
                check_body(when, then, diagnostics);
                check_body(when, otherwise, diagnostics);
            }
            HirStmt::For(_, _, body) => check_body(when, body, diagnostics),
            _ => {}
        }
    }
}

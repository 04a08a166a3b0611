//! Whether a condition holds by itself: true at the beginning, and neither an update nor a join makes it false.
//!
//! Tried in this order: it is true whatever the variables hold; it is true at the beginning and stays true once true;
//! it is about every element of a set and every element that is added satisfies it (`elements`); it is a bound on
//! counters that no update of the program moves towards it.
//!
//! Neighbours: `stability` judges what stays true; `refuse` reports the breach.

use lasp_plan::{BinaryOp, CollOp, Place, UnaryOp, Value};
use rustc_hash::FxHashSet;

use super::elements::{self, Claim};
use super::linear::Bound;
use super::value::value;
use crate::diagnostic::SourceFile;
use crate::hir::{Hir, HirKind, HirStmt, HirUpdate};
use crate::program::Program;
use crate::stability::{Judge, text_at};

/// What breaks a condition.
#[derive(Debug)]
pub(super) enum Breach<'p> {
    /// It does not hold at the beginning, or nobody can tell.
    Start { known: bool },
    /// These updates move a counter towards the bound.
    Counted(Bound, Vec<&'p HirUpdate>),
    /// Something may be added that does not satisfy it.
    Element(elements::Unproven<'p>),
    /// It can become false; these updates change what it reads.
    Moves(Vec<&'p HirUpdate>),
}

/// The parts of a conjunction, views looked into.
pub(super) fn conjuncts<'p>(program: &'p Program, hir: &'p Hir, parts: &mut Vec<&'p Hir>) {
    match &hir.kind {
        HirKind::Binary(BinaryOp::And, a, b) => {
            conjuncts(program, a, parts);
            conjuncts(program, b, parts);
        }
        HirKind::View(view) if is_conjunction(&program.views[*view].value) => {
            conjuncts(program, &program.views[*view].value, parts);
        }
        _ => parts.push(hir),
    }
}

fn is_conjunction(hir: &Hir) -> bool {
    matches!(hir.kind, HirKind::Binary(BinaryOp::And, ..) | HirKind::Coll(..) | HirKind::Unary(..))
}

/// Why a condition always holds, or what breaks it.
pub(super) fn argue<'p>(program: &'p Program, files: &'p [SourceFile], hir: &'p Hir) -> Result<String, Breach<'p>> {
    let text = text_at(files, hir.place);
    let mut judge = Judge::new(program);
    let leaf = judge.condition(hir);
    if leaf.range.is_true() {
        return Ok(format!("`{text}` is true whatever happens to its variables"));
    }
    let start = value(program, hir);
    if start == Some(Value::Bool(false)) {
        return Err(Breach::Start { known: true });
    }
    if leaf.grows() {
        return match start {
            Some(_) if let Some(because) = answered_for(program, hir) => Ok(format!(
                "`{text}` is true at the beginning, and the program answers for it that it stays true (`unstable`, because: {because}); nothing checks it"
            )),
            Some(_) => Ok(format!("`{text}` is true at the beginning, and once true it stays true on every node")),
            None => Err(Breach::Start { known: false }),
        };
    }
    if let Some(claim) = claim(program, hir) {
        let proofs = elements::prove(program, files, &claim).map_err(Breach::Element)?;
        return Ok(format!(
            "`{text}` is about each element by itself; joining brings only elements that some node added, and each that is added satisfies it{}",
            if proofs.is_empty() { " (none ever is)".to_string() } else { format!(": {}", proofs.join("; ")) }
        ));
    }
    if let Ok(bound) = Bound::of(program, hir) {
        let mut lowering = Vec::new();
        each_update(program, &mut |update| {
            if bound.moved_by(update).is_some_and(|by| by < 0) {
                lowering.push(update);
            }
        });
        if !lowering.is_empty() {
            return Err(Breach::Counted(bound, lowering));
        }
        return match start {
            Some(_) => {
                Ok(format!("`{text}` is true at the beginning, and no update of the program moves towards its bound"))
            }
            None => Err(Breach::Start { known: false }),
        };
    }
    let read = variables(program, hir);
    let mut moving = Vec::new();
    each_update(program, &mut |update| {
        if read.contains(&update.var) {
            moving.push(update);
        }
    });
    Err(Breach::Moves(moving))
}

/// A condition about each element of a set, or each key of a map, by itself.
fn claim<'p>(program: &'p Program, hir: &'p Hir) -> Option<Claim<'p>> {
    let (hir, truth) = match &hir.kind {
        HirKind::View(view) => return claim(program, &program.views[*view].value),
        HirKind::Unary(UnaryOp::Not, inner) => (&**inner, false),
        _ => (hir, true),
    };
    let HirKind::Coll(op, source, args, lambda) = &hir.kind else { return None };
    let whole = elements::Elements::of(program, source)?;
    match (op, lambda, args.as_slice(), truth) {
        (CollOp::All, Some(lambda), [], true) | (CollOp::Any, Some(lambda), [], false) => {
            let alone = !reads_anything(program, &lambda.body, 0);
            // From the end of the set on: `.all(p => p > 0)`.
            let written = Place { start: source.place.end, ..hir.place };
            let (pattern, body) = (&lambda.pattern, &lambda.body);
            alone.then_some(Claim::Holds { of: whole, pattern, body, truth, lambda: written })
        }
        (CollOp::Contains, None, [element], false) => {
            (!reads_anything(program, element, 0)).then_some(Claim::Lacks { of: whole, element })
        }
        _ => None,
    }
}

/// Whether the value depends on anything but names bound around it.
pub(super) fn reads_anything(program: &Program, hir: &Hir, depth: u32) -> bool {
    hir.any(&mut |part| match &part.kind {
        HirKind::Var(_) | HirKind::Raw(_) | HirKind::Rights(_) | HirKind::View(_) => true,
        HirKind::Apply(function, _) => depth > 64 || reads_anything(program, &program.fns[*function].body, depth + 1),
        _ => false,
    })
}

/// Calls `f` for every part of an expression, also in the views and functions that it names, each of those once.
fn each_reached(program: &Program, hir: &Hir, f: &mut dyn FnMut(&Hir)) {
    let (mut views, mut functions) = (FxHashSet::default(), FxHashSet::default());
    let mut rest = vec![hir];
    while let Some(hir) = rest.pop() {
        hir.each(&mut |part| {
            f(part);
            match &part.kind {
                HirKind::View(view) if views.insert(*view) => rest.push(&program.views[*view].value),
                HirKind::Apply(function, _) if functions.insert(*function) => {
                    rest.push(&program.fns[*function].body);
                }
                _ => {}
            }
        });
    }
}

fn variables(program: &Program, hir: &Hir) -> FxHashSet<usize> {
    let mut read = FxHashSet::default();
    each_reached(program, hir, &mut |part| {
        if let HirKind::Var(var) | HirKind::Raw(var) = &part.kind {
            read.insert(*var);
        }
    });
    read
}

/// What the program gives as reason where it answers for a part by `unstable(…, because: "…")`.
fn answered_for(program: &Program, hir: &Hir) -> Option<String> {
    let mut found = None;
    each_reached(program, hir, &mut |part| {
        if let HirKind::Unstable(_, because) = &part.kind {
            found.get_or_insert_with(|| because.clone());
        }
    });
    found
}

/// Calls `f` for every update of the program.
pub(super) fn each_update<'p>(program: &'p Program, f: &mut dyn FnMut(&'p HirUpdate)) {
    fn walk<'p>(body: &'p [HirStmt], f: &mut dyn FnMut(&'p HirUpdate)) {
        for stmt in body {
            match stmt {
                HirStmt::Update(update) | HirStmt::LetUpdate(_, update) => f(update),
                HirStmt::IfUpdate(update, then, otherwise) => {
                    f(update);
                    walk(then, f);
                    walk(otherwise, f);
                }
                HirStmt::If(_, then, otherwise) => {
                    walk(then, f);
                    walk(otherwise, f);
                }
                HirStmt::For(_, _, body) => walk(body, f),
                HirStmt::Let(..) | HirStmt::Emit(_) => {}
            }
        }
    }
    program.handlers.iter().for_each(|handler| walk(&handler.body, f));
    program.whens.iter().for_each(|when| walk(&when.body, f));
}

/// The place of the declaration of every variable that a condition reads.
pub(super) fn declared(program: &Program, hir: &Hir) -> Vec<(usize, Place)> {
    let read = variables(program, hir);
    (0..program.vars.len()).filter(|var| read.contains(var)).map(|var| (var, program.vars[var].type_place)).collect()
}

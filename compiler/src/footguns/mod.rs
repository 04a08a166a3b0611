//! Footguns: programs that run and probably do not do what was meant (W05…), and corrections for what was found before.
//!
//! ```text
//! if stock > 0 { stock.dec(1) }      two nodes pass the same guard            check_then_act
//! best.or(0) >= 0                    true until the first value is less       or_bound
//! views == 100                       true for a moment, if anybody looks      exactly
//! price := p   at two roles          of two writes at one time one is lost    two_writers
//! let left = …   and nobody reads    unused
//! ```
//!
//! One rule, one file. Invariants: a warning is given only where the program is otherwise right, so that one cause
//! gives one message (check-then-act and lost equals, which are about a single line, are given always); nothing is said
//! about modules, which are there for other programs. Neighbours: `stability` judges, `check` knows who is mentioned.

mod check_then_act;
mod exactly;
mod needless_guard;
mod or_bound;
mod rewrites;
mod two_writers;
mod unused;

use lasp_plan::Place;

use crate::Options;
use crate::crdt::Crdt;
use crate::diagnostic::{Diagnostic, Severity, SourceFile};
use crate::hir::{Hir, HirStep, HirStmt, HirUpdate};
use crate::program::Program;
use crate::stability::Judge;

pub(crate) use check_then_act::reads;

/// What a rule looks at.
struct Scene<'p> {
    program: &'p Program,
    files: &'p [SourceFile],
}

impl<'p> Scene<'p> {
    /// What is written at a place.
    fn text(&self, place: Place) -> &'p str {
        let file = self.files.get(place.file as usize);
        file.and_then(|file| file.text.get(place.start as usize..place.end as usize)).unwrap_or("…")
    }
}

/// Reports footguns, and adds corrections to what has been reported.
pub(crate) fn check(program: &Program, files: &[SourceFile], options: Options, diagnostics: &mut Vec<Diagnostic>) {
    let scene = Scene { program, files };
    let mut judge = Judge::new(program);
    check_then_act::check(&scene, &mut judge, diagnostics);
    needless_guard::check(&scene, diagnostics);
    if !diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        or_bound::check(&scene, diagnostics);
        exactly::check(&scene, &mut judge, diagnostics);
        two_writers::check(&scene, diagnostics);
        if !options.unfinished {
            unused::check(program, diagnostics);
        }
    }
    rewrites::offer(&scene, diagnostics);
    or_bound::offer(&scene, diagnostics);
}

/// Calls `f` for every expression that a view, a function or a body holds, conditions of `when`s left out: what is
/// wrong with those is an error of its own.
fn each_free<'p>(program: &'p Program, f: &mut impl FnMut(&'p Hir)) {
    program.views.iter().for_each(|view| f(&view.value));
    program.fns.iter().for_each(|function| f(&function.body));
    program.watches.iter().for_each(|watch| f(&watch.value));
    program.handlers.iter().for_each(|handler| each_in(&handler.body, f));
}

fn each_in<'p>(body: &'p [HirStmt], f: &mut impl FnMut(&'p Hir)) {
    let update = |update: &'p HirUpdate, f: &mut dyn FnMut(&'p Hir)| {
        update.args.iter().for_each(&mut *f);
        update.path.iter().for_each(|step| {
            if let HirStep::Key(key) = step {
                f(key)
            }
        });
    };
    for stmt in body {
        match stmt {
            HirStmt::Update(found) | HirStmt::LetUpdate(_, found) => update(found, f),
            HirStmt::Let(_, value) => f(value),
            HirStmt::If(condition, then, otherwise) => {
                f(condition);
                each_in(then, f);
                each_in(otherwise, f);
            }
            HirStmt::IfUpdate(found, then, otherwise) => {
                update(found, f);
                each_in(then, f);
                each_in(otherwise, f);
            }
            HirStmt::For(_, source, body) => {
                f(source);
                each_in(body, f);
            }
            HirStmt::Emit(emit) => f(&emit.value),
        }
    }
}

/// The lattice that is updated, and the way to it in words.
fn updated<'p>(program: &'p Program, update: &HirUpdate) -> (&'p Crdt, String) {
    let mut crdt = &program.vars[update.var].crdt;
    let mut path = String::new();
    for step in &update.path {
        let next = match step {
            HirStep::Key(_) => {
                path.push_str("[…]");
                crdt.values()
            }
            HirStep::Part(at) => {
                let at = *at as usize;
                match crdt {
                    Crdt::Record(fields, _) => fields.get(at).map(|(name, part)| {
                        path.push_str(&format!(".{name}"));
                        part
                    }),
                    Crdt::Tuple(parts, _) => {
                        path.push_str(&format!(".{at}"));
                        parts.get(at)
                    }
                    _ => None,
                }
            }
        };
        let Some(next) = next else { break };
        crdt = next;
    }
    (crdt, path)
}

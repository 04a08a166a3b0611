//! Names and types: a syntax tree becomes a [`Program`], or says why not.
//!
//! Declarations may stand in any order; a view or function is checked when it is first needed, and one that needs
//! itself is reported (E0207). Checking never stops: what is wrong gets [`Ty::Error`], which fits everything, so one
//! root cause gives one message.
//!
//! The parts: `decls` collects and checks declarations, `types` reads type expressions, `expr` and `calls` read
//! expressions, `folds` folds, `lattices` those of variables, `patterns` patterns, `paths` places in variables, `stmts`
//! handlers, `updates` updates, `seals`, `binds` and `invariants` what their names say, `tests` the test blocks.

mod binary;
mod binds;
mod calls;
mod decls;
mod expr;
mod folds;
mod greatest;
mod invariants;
mod lattices;
mod literals;
mod names;
mod paths;
mod patterns;
mod recursive;
pub(crate) mod rules;
pub(crate) mod scalars;
mod seals;
mod stmts;
mod tests;
mod types;
mod updates;

use lasp_grammar::Span;
use lasp_grammar::ast;
use lasp_plan::Place;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirKind, LocalId};
use crate::program::Program;
use crate::ty::Ty;

pub(crate) use calls::Call;

/// The largest type: far more than anybody writes, and small enough to be copied freely.
const TYPE_NODES_MAX: usize = 4_000;
/// How deep types may lie in each other: their values are written and compared with as much stack.
const TYPE_DEPTH_MAX: usize = 400;

/// A file of the program, parsed.
#[derive(Debug)]
pub(crate) struct Unit {
    /// What its names are qualified with: empty for the main file, else `windows.`.
    pub prefix: String,
    /// Its tree.
    pub tree: ast::File,
    /// Modules it may mention: local name and prefix.
    pub imports: Vec<(String, String)>,
}

/// Checks all files; the main one is the first.
pub(crate) fn check(units: &[Unit]) -> (Program, Vec<Diagnostic>) {
    let mut checker = Checker::new(units);
    checker.collect();
    checker.check_all();
    checker.check_bind_circles();
    checker.fill_pools();
    checker.report_holes();
    (checker.program, checker.diagnostics)
}

/// A declaration whose body is checked on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Waiting,
    Running,
    Done,
}

/// What a value name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decl {
    Var(usize),
    View(usize),
    Fn(usize),
}

pub(crate) struct Checker<'a> {
    units: &'a [Unit],
    program: Program,
    diagnostics: Vec<Diagnostic>,
    /// The file that is being read.
    unit: usize,
    /// Names bound around the place that is being read, innermost last.
    scopes: Vec<Vec<(String, LocalId)>>,
    values: FxHashMap<String, (Decl, Place)>,
    variants: FxHashMap<String, Vec<VariantRef>>,
    types: FxHashMap<String, types::TypeDef<'a>>,
    types_open: Vec<String>,
    roles: FxHashMap<String, Place>,
    events: FxHashMap<String, usize>,
    lattices: FxHashMap<String, lattices::LatticeDef<'a>>,
    outputs: FxHashMap<String, (Ty, Place)>,
    views: Vec<(usize, &'a ast::LetDecl, Progress)>,
    fns: Vec<(usize, &'a ast::FnDecl, Progress)>,
    /// Variables as written: file, declaration, position in the program.
    vars: Vec<(usize, &'a ast::VarDecl, usize)>,
    seals: Vec<seals::Seal<'a>>,
    /// The views and functions whose bodies are being read, each because the one before it needs it.
    reading: Vec<Decl>,
    /// Unknown names already reported, so that a misspelt declaration is one message.
    unknown: FxHashSet<String>,
    /// The conditions around the statement that is being read.
    guards: Vec<Hir>,
    /// Inside a handler: `quota[ad].rights` may be read.
    in_handler: bool,
    /// Whether what is expected of the expression being read is demanded, or only a hint from its neighbour.
    demanded: bool,
}

/// Where an enum's variant comes from.
#[derive(Clone, Debug)]
struct VariantRef {
    /// The qualified name of the type.
    ty: String,
    /// Its position.
    tag: u32,
}

impl<'a> Checker<'a> {
    fn new(units: &'a [Unit]) -> Checker<'a> {
        Checker {
            units,
            program: Program::default(),
            diagnostics: Vec::new(),
            unit: 0,
            scopes: Vec::new(),
            values: FxHashMap::default(),
            variants: FxHashMap::default(),
            types: FxHashMap::default(),
            types_open: Vec::new(),
            roles: FxHashMap::default(),
            events: FxHashMap::default(),
            lattices: FxHashMap::default(),
            outputs: FxHashMap::default(),
            views: Vec::new(),
            fns: Vec::new(),
            vars: Vec::new(),
            reading: Vec::new(),
            seals: Vec::new(),
            unknown: FxHashSet::default(),
            guards: Vec::new(),
            in_handler: false,
            demanded: false,
        }
    }

    fn at(&self, span: Span) -> Place {
        Place { file: u16::try_from(self.unit).unwrap_or(u16::MAX), start: span.start, end: span.end }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let place = self.at(span);
        self.diagnostics.push(Diagnostic::new(code, place, message));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    fn not_yet(&mut self, span: Span, what: &str) {
        let place = self.at(span);
        self.report(
            Diagnostic::new(Code::E0801, place, format!("{what} is part of the language, but not of this version"))
                .label("cannot run yet")
                .why("it is read and checked, but nothing would run it; leaving it out in silence would be wrong"),
        );
    }

    /// A node of the typed tree at a place of the current file.
    fn hir(&self, kind: HirKind, ty: Ty, span: Span) -> Hir {
        Hir { kind, ty, place: self.at(span) }
    }

    fn wrong(&self, span: Span) -> Hir {
        self.hir(HirKind::Error, Ty::Error, span)
    }

    /// Reads something that belongs to another file, outside all scopes, and comes back.
    fn elsewhere<T>(&mut self, unit: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let scopes = std::mem::take(&mut self.scopes);
        let before = std::mem::replace(&mut self.unit, unit);
        let in_handler = std::mem::replace(&mut self.in_handler, false);
        let result = read(self);
        self.scopes = scopes;
        self.unit = before;
        self.in_handler = in_handler;
        result
    }

    /// Reads with the names that `open` binds.
    fn scoped<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Vec::new());
        let result = read(self);
        self.scopes.pop();
        result
    }

    fn bind_local(&mut self, name: &str, ty: Ty) -> LocalId {
        let local = LocalId(u32::try_from(self.program.locals.len()).unwrap_or(u32::MAX));
        self.program.locals.push(ty);
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name.to_string(), local));
        }
        local
    }

    fn local(&self, name: &str) -> Option<LocalId> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.iter().rev().find(|(bound, _)| bound == name))
            .map(|(_, local)| *local)
    }

    /// The type, or [`Ty::Error`] and a report if it is larger than any program means.
    fn sized(&mut self, ty: Ty, span: Span) -> Ty {
        let is_deep = ty.is_deeper_than(TYPE_DEPTH_MAX);
        if !is_deep && ty.size(TYPE_NODES_MAX) < TYPE_NODES_MAX {
            return ty;
        }
        let diagnostic = self.error(Code::E0210, span, "this type is too large");
        diagnostic.primary.text = match is_deep {
            true => format!("more than {TYPE_DEPTH_MAX} types inside each other"),
            false => format!("more than {TYPE_NODES_MAX} parts"),
        };
        let why = match is_deep {
            true => "values are compared and written from the outside in, with so much stack",
            false => "a chain of definitions that each use the last one twice doubles at every step",
        };
        diagnostic.why = Some(why.to_string());
        Ty::Error
    }

    /// The type as far as it is known.
    fn known(&self, ty: &Ty) -> Ty {
        self.program.holes.full(ty)
    }

    fn head(&self, ty: &Ty) -> Ty {
        self.program.holes.head(ty)
    }
}

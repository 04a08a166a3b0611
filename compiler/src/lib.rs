//! Syntax tree → checked program → dataflow graph → plan. Pure: no IO, no clock, no randomness.
//!
//! ```text
//! text ─ grammar ─► tree ─ resolve + type ─► typed tree ─ stability ─► lower ─► Plan
//!                                 └────────── diagnostics, all at once ──────┘
//! ```
#![forbid(unsafe_code)]

mod check;
pub mod codes;
pub mod crdt;
pub mod diagnostic;
pub mod explanation;
pub mod flow;
mod fold;
mod footguns;
pub mod hir;
pub mod invariant;
mod lower;
pub mod operators;
pub mod program;
pub mod required;
mod sources;
mod stability;
pub mod ty;

use diagnostic::{Diagnostic, SourceFile};
use lasp_plan::Plan;
use sources::Sources;

pub use sources::syntax;

/// Where the texts of `use "file"` come from. The compiler asks; the edge reads.
pub trait Loader {
    /// The text of `path` as written in the file named `from`, and the name it is to be known by (equal names are the
    /// same file), or a sentence that says why not.
    fn load(&mut self, from: &str, path: &str) -> Result<SourceFile, String>;
}

/// A loader for programs that stand alone.
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&mut self, _from: &str, path: &str) -> Result<SourceFile, String> {
        Err(format!("`{path}` cannot be read here"))
    }
}

/// What there is to know about a declared name: a row of `lasp check --table`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NameRow {
    /// The name.
    pub name: String,
    /// `var` or `let`.
    pub kind: &'static str,
    /// Its type as a user would write it.
    #[serde(rename = "type")]
    pub ty: String,
    /// `const`, `stable ↑`, `stable ↓` or `eventual`.
    pub stability: String,
    /// `through`, `meet`, `gather` or `owned`: of a view, the whole way from the variables.
    pub flow: String,
    /// The role it is written or computed at, or `each`.
    pub at: String,
    /// `none`, `escrow` or `one owner`: what has to be agreed on.
    pub coordination: &'static str,
}

/// The result of compiling a text: everything that could be found out.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The texts read, the main one first.
    pub files: Vec<SourceFile>,
    /// All problems, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan; absent exactly when there is an error.
    pub plan: Option<Plan>,
    /// Declared variables and views.
    pub table: Vec<NameRow>,
    /// Where the program needs a result that stays; if [`Options::requirements`] asked for it, also of a program whose
    /// only errors are about that.
    pub requirements: Option<required::Requirements>,
    /// What must always hold, and why it does, in the order declared.
    pub invariants: Vec<invariant::InvariantRow>,
    /// The printed result of each pass, by name, in order: `lasp plan --stages`.
    pub stages: Vec<(&'static str, String)>,
}

/// What a compilation is for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Handlers read views by their definitions, computed from the variables when they are needed, instead of referring
    /// to views that are kept up to date: for a statement that runs against a program compiled before.
    pub unfold_views: bool,
    /// Whether [`Compiled::requirements`] is wanted.
    pub requirements: bool,
    /// The last `when` of the main file is what somebody outside waits for: reports about its condition say so.
    pub awaits: bool,
    /// The program goes on being written, or is driven from outside: that nobody reads a view or writes a variable yet
    /// is no cause for a warning.
    pub unfinished: bool,
}

/// Compiles the text of the file `name`.
///
/// ```
/// use lasp_compiler::{NoFiles, compile};
/// let compiled = compile("double.lasp", "var s: gset<int>\nlet t = s.map(x => x * 2)\nshow t", &mut NoFiles);
/// assert!(compiled.diagnostics.is_empty());
/// assert_eq!(compiled.plan.unwrap().shows[0].name, "t");
/// ```
#[must_use]
pub fn compile(name: &str, text: &str, loader: &mut dyn Loader) -> Compiled {
    compile_with(name, text, loader, Options::default())
}

/// [`compile`], with [`Options`].
#[must_use]
pub fn compile_with(name: &str, text: &str, loader: &mut dyn Loader, options: Options) -> Compiled {
    compiled(name, text, loader, options).0
}

/// With the checked program, of which the plan was made.
fn compiled(name: &str, text: &str, loader: &mut dyn Loader, options: Options) -> (Compiled, program::Program) {
    let Sources { files, units, mut diagnostics, .. } = Sources::read(name, text, loader);
    let (mut program, found) = check::check(&units);
    if options.awaits {
        program.mark_awaited();
    }
    diagnostics.extend(found);
    stability::check_whens(&program, &files, &mut diagnostics);
    stability::check_recursion(&program, &mut diagnostics);
    stability::check_required(&program, &files, &mut diagnostics);
    stability::check_sketches(&program, &files, &mut diagnostics);
    footguns::check(&program, &files, options, &mut diagnostics);
    let invariants = invariant::check_invariants(&program, &files, &mut diagnostics);
    let mut compiled = Compiled { table: table(&program), invariants, ..Compiled::default() };
    compiled.stages.push(("resolve, type, stability, flow", printed(&program, &compiled.table)));
    if options.requirements {
        compiled.requirements = required::requirements(&program, &diagnostics);
    }
    if !diagnostics.iter().any(|diagnostic| diagnostic.severity == diagnostic::Severity::Error) {
        let (plan, stages) = lower::lower(&program, &files, options);
        compiled.stages.extend(stages);
        match plan {
            Ok(plan) => compiled.plan = Some(plan),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.place, diagnostic.code));
    compiled.files = files;
    compiled.diagnostics = diagnostics;
    (compiled, program)
}

fn table(program: &program::Program) -> Vec<NameRow> {
    let mut judge = stability::Judge::new(program);
    let mut flows = flow::Flows::new(program);
    let places = flow::Places::new(program);
    let mut rows: Vec<(lasp_plan::Place, NameRow)> = Vec::new();
    for (index, var) in program.vars.iter().enumerate().filter(|(_, var)| var.hidden.is_none()) {
        let row = NameRow {
            name: var.name.clone(),
            kind: "var",
            ty: var.crdt.to_string(),
            stability: judge.var(index).shown().to_string(),
            flow: flow::Flow::Through.to_string(),
            at: flow::place_of_var(var),
            coordination: flow::coordination_of_var(&var.crdt),
        };
        rows.push((var.place, row));
    }
    for (index, view) in program.views.iter().enumerate() {
        let flow = flows.view(index);
        let at = places.of_view(index, flow);
        let row = NameRow {
            name: view.name.clone(),
            kind: "let",
            ty: program.holes.full(&view.ty).to_string(),
            stability: judge.view(index).shown().to_string(),
            flow: flow.to_string(),
            coordination: flow::coordination_of_view(flow, &at),
            at,
        };
        rows.push((view.place, row));
    }
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn printed(program: &program::Program, table: &[NameRow]) -> String {
    let line = |row: &NameRow| format!("{} {}: {}   {}, {}\n", row.kind, row.name, row.ty, row.stability, row.flow);
    let mut flows = flow::Flows::new(program);
    let whens = program.whens.iter().enumerate();
    let whens = whens.map(|(at, when)| format!("when #{at}   {}\n", flows.condition(when)));
    table.iter().map(line).chain(whens).collect()
}

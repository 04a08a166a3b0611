//! What a `when` may depend on and what it may do: reports E0301 and E0302.
//!
//! ```text
//! when cart.count() >= 5 { … }          the condition must stay true: E0301 (`refusal` words it)
//! when n >= 5 { total.inc(1) }          the body must be one that can be repeated, and the same everywhere: E0302
//! ```
//!
//! `once` and `seal` are whens too, with less to fear of their bodies. Neighbours: the judgement itself is in the parent
//! module; `required` is about the other places that need stability.

use lasp_plan::Place;

use super::Judge;
use super::refusal::{Need, has_error, refuse};
use super::sealed::implied;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind, HirStep, HirStmt, HirUpdate, LocalId};
use crate::program::{MadeFor, Program, WhenDef};
use crate::ty::Ty;

/// Reports every `when` whose condition may become false again, or whose body cannot be repeated.
pub(crate) fn check_whens(program: &Program, files: &[SourceFile], diagnostics: &mut Vec<Diagnostic>) {
    for when in &program.whens {
        check_when(program, files, when, diagnostics);
        // What is done once, by one owner, need not be repeatable; what the checker made is right as it is.
        if !when.once && when.made_for.is_none() {
            let growing = growing_names(program, when);
            let mut sealed = Vec::new();
            implied(program, &when.condition, &mut sealed);
            Body { program, when, growing, sealed, diagnostics }.check(&when.body);
        }
    }
}

/// The names that the `for` of a `when` binds to something that goes on changing.
fn growing_names(program: &Program, when: &WhenDef) -> Vec<LocalId> {
    let mut names = Vec::new();
    if let Some((pattern, source)) = &when.binding {
        let mut judge = Judge::new(program);
        let moves = judge.judge(source);
        judge.bind_element(pattern, &moves, source.place);
        pattern.each_bound(&mut |local| {
            if !judge.local(local).is_const() {
                names.push(local);
            }
        });
    }
    names
}

fn check_when(program: &Program, files: &[SourceFile], when: &WhenDef, diagnostics: &mut Vec<Diagnostic>) {
    // What flows has its own way to go, which `required` asks for.
    if let Some(MadeFor::Bind(_)) = when.made_for {
        return;
    }
    let mut judge = Judge::new(program);
    let mut source = None;
    if let Some((pattern, collection)) = &when.binding {
        if collection.ty == Ty::Error {
            return;
        }
        let moves = judge.judge(collection);
        let members = moves.members(collection.place);
        if !members.grows() {
            let need = if when.once { Need::OnceEach } else { Need::Each };
            diagnostics.push(refuse(program, files, need, collection, &members));
            return;
        }
        judge.bind_element(pattern, &moves, collection.place);
        source = Some(collection);
    }
    if has_error(&when.condition) {
        return;
    }
    let condition = judge.condition(&when.condition);
    if !condition.grows() {
        let need = match when.made_for {
            Some(MadeFor::Seal(var)) => Need::Seal(&program.vars[var].name),
            Some(MadeFor::Await) => Need::Await,
            _ if when.once && source.is_none() => Need::Once,
            _ => Need::When(source),
        };
        diagnostics.push(refuse(program, files, need, &when.condition, &condition));
    }
}

const TWICE: &str = "counts twice when done twice";

/// A `when` may fire at several nodes and again after a restart: only what can be repeated may stand in it.
struct Body<'w, 'p> {
    program: &'p Program,
    when: &'w WhenDef,
    /// Names that stand for a value that goes on changing: the value of a map's entry.
    growing: Vec<LocalId>,
    /// Variables with sealed values that are there, since the condition says so.
    sealed: Vec<usize>,
    diagnostics: &'w mut Vec<Diagnostic>,
}

impl Body<'_, '_> {
    fn check(&mut self, body: &[HirStmt]) {
        for stmt in body {
            match stmt {
                HirStmt::Emit(emit) => {
                    self.constant(&emit.value);
                    if emit.event.is_some() {
                        let event = format!("the event `{}`", emit.name);
                        self.repeated(emit.place, &event, TWICE);
                    }
                }
                HirStmt::Let(_, value) => self.constant(value),
                HirStmt::For(_, value, body) => {
                    self.constant(value);
                    self.check(body);
                }
                HirStmt::If(value, then, otherwise) => {
                    self.constant(value);
                    self.check(then);
                    self.check(otherwise);
                }
                HirStmt::Update(update) | HirStmt::LetUpdate(_, update) => self.update(update),
                HirStmt::IfUpdate(update, then, otherwise) => {
                    self.update(update);
                    self.check(then);
                    self.check(otherwise);
                }
            }
        }
    }

    fn update(&mut self, update: &HirUpdate) {
        let keys = update.path.iter().filter_map(|step| if let HirStep::Key(key) = step { Some(key) } else { None });
        keys.chain(&update.args).for_each(|part| self.constant(part));
        if !update.method.idempotent || update.method.removes {
            let reason = if update.method.removes {
                "firing later elsewhere, it would take back what came in between"
            } else {
                TWICE
            };
            self.repeated(update.place, &format!("`{}`", update.method.name), reason);
        }
    }

    fn repeated(&mut self, place: Place, what: &str, reason: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::E0302, place, format!("{what} in a `when` would be done once per node"))
                .label(reason)
                .also(self.when.place, "fires at every node that sees the condition")
                .help("use an update that can be repeated: `add`, `set`, `enable`"),
        );
    }

    fn constant(&mut self, hir: &Hir) {
        let Some(what) = self.changing(hir, 0) else { return };
        if what.starts_with("`sealed(") {
            let message = format!("the body of a `when` reads {what}, which may be unset on another node");
            let name = what.trim_matches('`');
            self.diagnostics.push(
                Diagnostic::new(Code::E0302, hir.place, message)
                    .label("may be set here and not there")
                    .also(self.when.place, "fires at every node that sees the condition")
                    .why("all nodes must do the same, so that doing it twice is doing it once")
                    .help(format!("ask for it in the condition:  `when {name}.is_set() and …`")),
            );
            return;
        }
        self.diagnostics.push(
            Diagnostic::new(Code::E0302, hir.place, format!("the body of a `when` reads {what}, which changes"))
                .label("may differ from node to node")
                .also(self.when.place, "fires at every node that sees the condition")
                .why("all nodes must do the same, so that doing it twice is doing it once")
                .help("use constants, and of what `for` binds the elements of sets and the keys of maps"),
        );
    }

    /// Whether a view is computed from sealed values and nothing else.
    fn reads_seals_only(&self, view: usize) -> bool {
        let mut any = false;
        let other = self.program.views[view].value.any(&mut |part| match &part.kind {
            HirKind::Var(var) | HirKind::Raw(var) if self.program.vars[*var].is_seal() => {
                any = true;
                false
            }
            HirKind::Var(_) | HirKind::Raw(_) | HirKind::View(_) | HirKind::Apply(..) => true,
            _ => false,
        });
        any && !other
    }

    /// What an expression reads that may differ from node to node.
    fn changing(&self, hir: &Hir, depth: u32) -> Option<String> {
        let mut found = None;
        hir.each(&mut |part| {
            let what = match &part.kind {
                HirKind::Var(index) | HirKind::Raw(index) if self.sealed.contains(index) => None,
                HirKind::Var(index) | HirKind::Raw(index) => Some(format!("`{}`", self.program.vars[*index].name)),
                HirKind::View(index) if depth < 32 && self.reads_seals_only(*index) => {
                    self.changing(&self.program.views[*index].value, depth + 1)
                }
                HirKind::View(index) if Judge::new(self.program).view(*index).is_const() => None,
                HirKind::View(index) => Some(format!("`{}`", self.program.views[*index].name)),
                HirKind::Local(local) if self.growing.contains(local) => Some("the value of a map's entry".to_string()),
                HirKind::Apply(index, _) if depth < 32 => self.changing(&self.program.fns[*index].body, depth + 1),
                _ => None,
            };
            if found.is_none() {
                found = what;
            }
        });
        found
    }
}

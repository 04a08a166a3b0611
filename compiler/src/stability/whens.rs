//! What a `when` may depend on and what it may do: reports E0301 and E0302.
//!
//! ```text
//! when cart.count() >= 5 { … }          the condition must stay true: E0301 (`refusal` words it)
//! when n >= 5 { total.inc(1) }          the body must be one that can be repeated, and the same everywhere: E0302
//! ```
//!
//! `once` and `seal` are whens too, with less to fear of their bodies. Neighbours: the judgement itself is in the
//! parent module; `required` is about the other places that need stability.

use lasp_plan::Place;

use super::Judge;
use super::refusal::{Need, has_error, refuse, text_at};
use super::sealed::implied;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Edit, SourceFile};
use crate::hir::{Hir, HirKind, HirStep, HirStmt, HirUpdate, LocalId};
use crate::program::{MadeFor, Program, WhenDef};
use crate::ty::Ty;

/// Reports every `when` whose condition may become false again, or whose body cannot be repeated.
pub(crate) fn check_whens(program: &Program, files: &[SourceFile], diagnostics: &mut Vec<Diagnostic>) {
    // Views are judged once for all of them.
    let mut judge = Judge::new(program);
    for when in &program.whens {
        let is_refused = !check_when(&mut judge, program, files, when, diagnostics);
        // What is done once, by one owner, need not be repeatable; what the checker made is right as it is.
        if !when.once && when.made_for.is_none() {
            // Elements that change in place are why the collection was refused: once is enough.
            let growing = if is_refused { Vec::new() } else { growing_names(&judge, when) };
            let mut sealed = Vec::new();
            implied(program, &when.condition, &mut sealed);
            Body { program, judge: &mut judge, files, when, growing, sealed, diagnostics }.check(&when.body);
        }
    }
}

/// The names that the `for` of a `when`, which has been judged, binds to something that goes on changing.
fn growing_names(judge: &Judge<'_>, when: &WhenDef) -> Vec<LocalId> {
    let mut names = Vec::new();
    if let Some((pattern, _)) = &when.binding {
        pattern.each_bound(&mut |local| {
            if !judge.local(local).is_const() {
                names.push(local);
            }
        });
    }
    names
}

/// Reports a collection or a condition that goes back; false if it is the collection, or if that was reported before.
fn check_when<'p>(
    judge: &mut Judge<'p>,
    program: &'p Program,
    files: &[SourceFile],
    when: &WhenDef,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    // What flows has its own way to go, which `required` asks for.
    if let Some(MadeFor::Bind(_)) = when.made_for {
        return true;
    }
    if let Some((pattern, collection)) = &when.binding {
        if collection.ty == Ty::Error {
            return false;
        }
        let moves = judge.judge(collection);
        let members = moves.members(collection.place);
        if !members.grows() {
            diagnostics.push(refuse(program, files, Need::Each(when), collection, &members));
            return false;
        }
        judge.bind_element(pattern, &moves, collection.place);
    }
    if has_error(&when.condition) {
        return true;
    }
    let condition = judge.condition(&when.condition);
    if !condition.grows() {
        let need = match when.made_for {
            Some(MadeFor::Seal(var)) => Need::Seal(&program.vars[var].name),
            Some(MadeFor::Await) => Need::Await,
            _ => Need::When(when),
        };
        diagnostics.push(refuse(program, files, need, &when.condition, &condition));
    }
    true
}

const TWICE: &str = "counts twice when done twice";
/// As much of a `when` as is quoted in one line.
const QUOTED_MAX: usize = 90;

/// What a body reads that may differ from node to node.
enum Changing<'p> {
    /// A variable or view, by name.
    Named(&'p str),
    /// A sealed value that may not be there yet, as it is asked for.
    Sealed(&'p str),
    /// What `for` binds to the value of an entry.
    Entry,
}

/// A `when` may fire at several nodes and again after a restart: only what can be repeated may stand in it.
struct Body<'w, 'p> {
    program: &'p Program,
    judge: &'w mut Judge<'p>,
    files: &'w [SourceFile],
    when: &'w WhenDef,
    /// Names that stand for a value that goes on changing: the value of a map's entry.
    growing: Vec<LocalId>,
    /// Variables with sealed values that are there, since the condition says so.
    sealed: Vec<usize>,
    diagnostics: &'w mut Vec<Diagnostic>,
}

impl<'p> Body<'_, 'p> {
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
        let first = Place { end: self.when.whole.start, ..self.when.whole };
        self.diagnostics.push(
            Diagnostic::new(Code::E0302, place, format!("{what} in a `when` would be done once per node"))
                .label(reason)
                .also(self.when.place, "fires at every node that sees the condition")
                .help(format!("let one node do it, once:           `{}`", self.once()))
                .help("or use an update that can be repeated: `add`, `set`, `enable`")
                .choice("write `once`", vec![Edit { place: first, text: "once ".to_string() }]),
        );
    }

    /// The same with `once` before it, in the words of the program.
    fn once(&self) -> String {
        let whole = text_at(self.files, self.when.whole);
        if whole.chars().count() <= QUOTED_MAX {
            return format!("once {whole}");
        }
        let head = text_at(self.files, Place { end: self.when.condition.place.end, ..self.when.whole });
        let role = self.when.role.as_ref().map_or(String::new(), |role| format!(" at {role}"));
        format!("once {head}{role} {{ … }}")
    }

    fn constant(&mut self, hir: &Hir) {
        let Some(changing) = self.changing(hir, 0) else { return };
        let what = match changing {
            Changing::Named(name) => format!("`{name}`, which changes"),
            Changing::Sealed(asked) => format!("`{asked}`, which may be unset on another node"),
            Changing::Entry => "the value of a map's entry, which changes".to_string(),
        };
        let is_sealed = matches!(changing, Changing::Sealed(_));
        let label = if is_sealed { "may be set here and not there" } else { "may differ from node to node" };
        let help = match changing {
            Changing::Sealed(asked) => format!("ask for it in the condition:  `when {asked}.is_set() and …`"),
            _ => "use constants, and of what `for` binds the elements of sets and the keys of maps".to_string(),
        };
        self.diagnostics.push(
            Diagnostic::new(Code::E0302, hir.place, format!("the body of a `when` reads {what}"))
                .label(label)
                .also(self.when.place, "fires at every node that sees the condition")
                .why("all nodes must do the same, so that doing it twice is doing it once")
                .help(help),
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
    fn changing(&mut self, hir: &Hir, depth: u32) -> Option<Changing<'p>> {
        let program = self.program;
        let mut found = None;
        hir.each(&mut |part| {
            let what = match &part.kind {
                HirKind::Var(index) | HirKind::Raw(index) if self.sealed.contains(index) => None,
                HirKind::Var(index) | HirKind::Raw(index) => {
                    let var = &program.vars[*index];
                    Some(if var.is_seal() { Changing::Sealed(&var.name) } else { Changing::Named(&var.name) })
                }
                HirKind::View(index) if depth < 32 && self.reads_seals_only(*index) => {
                    self.changing(&program.views[*index].value, depth + 1)
                }
                HirKind::View(index) if self.judge.view(*index).is_const() => None,
                HirKind::View(index) => Some(Changing::Named(&program.views[*index].name)),
                HirKind::Local(local) if self.growing.contains(local) => Some(Changing::Entry),
                HirKind::Apply(index, _) if depth < 32 => self.changing(&program.fns[*index].body, depth + 1),
                _ => None,
            };
            if found.is_none() {
                found = what;
            }
        });
        found
    }
}

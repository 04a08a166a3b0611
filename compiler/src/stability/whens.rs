//! What a `when` may depend on and what it may do: reports E0301 and E0302.
//!
//! The report of an unstable condition leads from the declaration that causes it to the place that needs stability, and
//! offers code that works. Neighbours: the judgement itself is in the parent module.

use lasp_plan::{BinaryOp, CollOp, Place};

use super::Judge;
use super::causes::{Cause, causes_of, steadier, why_back};
use super::tones::{Drift, Leaf};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind, HirStep, HirStmt, HirUpdate, LocalId};
use crate::program::{Program, WhenDef};
use crate::ty::Ty;

/// Reports every `when` whose condition may become false again, or whose body cannot be repeated.
pub(crate) fn check_whens(program: &Program, files: &[SourceFile], diagnostics: &mut Vec<Diagnostic>) {
    for when in &program.whens {
        check_when(program, files, when, diagnostics);
        // What is done once, by one owner, need not be repeatable; `once` itself is reported as not of this version.
        if !when.once {
            let growing = growing_names(program, when);
            Body { program, when, growing, diagnostics }.check(&when.body);
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
    let text = |place: Place| text_at(files, place);
    let mut judge = Judge::new(program);
    if let Some((pattern, source)) = &when.binding {
        if source.ty == Ty::Error {
            return;
        }
        let moves = judge.judge(source);
        let members = moves.members(source.place);
        if !members.grows() {
            let what = "`for … when` needs a collection that only grows, and this one can shrink";
            let label = "so an element that was acted on can go again";
            diagnostics.push(unstable(program, files, source, &members, what, label, None));
            return;
        }
        judge.bind_element(pattern, &moves, source.place);
    }
    if has_error(&when.condition) {
        return;
    }
    let condition = judge.condition(&when.condition);
    if !condition.grows() {
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
        diagnostics.push(unstable(program, files, &when.condition, &condition, what, &label, Some(watch)));
    }
}

fn has_error(hir: &Hir) -> bool {
    hir.any(&mut |part| matches!(part.kind, HirKind::Error))
}

pub(crate) fn text_at(files: &[SourceFile], place: Place) -> String {
    let file = files.get(place.file as usize);
    let text = file.and_then(|file| file.text.get(place.start as usize..place.end as usize)).unwrap_or("…");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What can happen to a condition, in its own words.
fn consequence(condition: &Hir, text: &impl Fn(Place) -> String) -> String {
    let (op, left, right) = match &condition.kind {
        HirKind::Binary(op, left, right)
        | HirKind::CompareSet(op, left, right)
        | HirKind::CompareDrawn(op, left, right, _) => (*op, left, right),
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
    leaf: &Leaf,
    message: &str,
    label: &str,
    help: Option<String>,
) -> Diagnostic {
    let causes = causes_of(program, leaf);
    let mut diagnostic = Diagnostic::new(Code::E0301, hir.place, message).label(label);
    let unstable: Vec<&Cause<'_>> = causes.iter().filter(|cause| cause.drift == Drift::Both).collect();
    for cause in &unstable {
        diagnostic = diagnostic.also(program.vars[cause.var].type_place, why_back(cause.lattice));
    }
    if unstable.is_empty() {
        for cause in causes.iter().take(3) {
            let var = &program.vars[cause.var];
            diagnostic = diagnostic.also(var.type_place, cause.drifts(&text_at(files, cause.place)));
        }
        let turn = causes.iter().find_map(|cause| cause.turn);
        if let Some(turn) = turn.filter(|turn| turn.place != hir.place) {
            diagnostic = diagnostic.also(turn.place, turn.why.text());
        }
    }
    diagnostic =
        diagnostic.why("`when` fires once and cannot be undone; two nodes would disagree about whether it fired");
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    for cause in &unstable {
        let var = &program.vars[cause.var];
        if cause.lattice.lattice_name() == "ivar" {
            diagnostic = diagnostic.help("whether it is set at all is stable:  `.is_set`");
        }
        if let Some((advice, from, to)) = steadier(cause.lattice) {
            let written = text_at(files, var.type_place).replacen(from, to, 1);
            diagnostic = diagnostic.help(format!("{advice:<36}`var {}: {written}`", var.name));
        }
    }
    diagnostic.help("or, if you know better, say why:    `unstable(…, because: \"…\")`")
}

const TWICE: &str = "counts twice when done twice";

/// A `when` may fire at several nodes and again after a restart: only what can be repeated may stand in it.
struct Body<'w, 'p> {
    program: &'p Program,
    when: &'w WhenDef,
    /// Names that stand for a value that goes on changing: the value of a map's entry.
    growing: Vec<LocalId>,
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
        self.diagnostics.push(
            Diagnostic::new(Code::E0302, hir.place, format!("the body of a `when` reads {what}, which changes"))
                .label("may differ from node to node")
                .also(self.when.place, "fires at every node that sees the condition")
                .why("all nodes must do the same, so that doing it twice is doing it once")
                .help("use constants, and of what `for` binds the elements of sets and the keys of maps"),
        );
    }

    /// What an expression reads that may differ from node to node.
    fn changing(&self, hir: &Hir, depth: u32) -> Option<String> {
        let mut found = None;
        hir.each(&mut |part| {
            let what = match &part.kind {
                HirKind::Var(index) | HirKind::Raw(index) => Some(format!("`{}`", self.program.vars[*index].name)),
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

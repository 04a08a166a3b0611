//! What a `when` may depend on and what it may do: reports E0301 and E0302.
//!
//! The report of an unstable condition leads from the declaration that causes it to the place that needs stability, and
//! offers code that works. Neighbours: the judgement itself is in the parent module.

use lasp_lattice::Order;
use lasp_plan::{BinaryOp, CollOp, Func, Place, UnaryOp};

use super::{Judge, Moves, of_crdt};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind, HirStep, HirStmt, HirUpdate, LocalId};
use crate::program::{Crdt, Program, WhenDef};
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
        judge.bind_element(pattern, &moves);
        pattern.each_bound(&mut |local| {
            if judge.local(local) != Moves::Const {
                names.push(local);
            }
        });
    }
    names
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
            let way = if innermost(&var.crdt).1 == Moves::Down { "falls" } else { "grows" };
            diagnostic = diagnostic.also(var.type_place, format!("`{}` only {way}", var.name));
        }
        if let Some((place, text)) = antitone
            && place != hir.place
        {
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
                HirKind::View(index) if Judge::new(self.program).view(*index) == Moves::Const => None,
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

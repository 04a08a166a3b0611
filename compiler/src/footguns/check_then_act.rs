//! Check-then-act: a handler that guards a counter's update by a read of the same counter (W0501).
//!
//! `if stock > 0 { stock.dec(1) }` is right on one node. On two, both can read 1, both pass, and the stock is -1:
//! nothing merges that away. Rights (escrow) are the way to hold such a bound without talking: `if stock.spend(1) { …
//! }`. Updates that can be repeated (`add`, `set`) are not reported, and neither is a guard that once true stays true;
//! in an `else` it is the opposite of the guard that must stay. What a handler's `let` has read, a guard that names it
//! reads too.

use lasp_plan::{BinaryOp, Place, Stability, Value};
use rustc_hash::FxHashSet;

use super::{Scene, updated};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Edit};
use crate::hir::{Hir, HirKind, HirPattern, HirStep, HirStmt, HirUpdate, LocalId};
use crate::program::Program;
use crate::stability::{Judge, Moves};

/// A condition under which statements run.
struct Guard<'p> {
    condition: &'p Hir,
    is_else: bool,
}

/// Reports guarded updates in all handlers.
pub(super) fn check<'p>(scene: &Scene<'p>, judge: &mut Judge<'p>, diagnostics: &mut Vec<Diagnostic>) {
    for handler in &scene.program.handlers {
        // An event is what it is.
        judge.bind(&handler.pattern, &Moves::constant(), handler.place);
        Walk { scene, judge, guards: Vec::new(), lets: Vec::new(), diagnostics }.body(&handler.body);
    }
}

struct Walk<'w, 'p> {
    scene: &'w Scene<'p>,
    judge: &'w mut Judge<'p>,
    guards: Vec<Guard<'p>>,
    /// What the names stand for that the handler has bound so far.
    lets: Vec<(LocalId, &'p Hir)>,
    diagnostics: &'w mut Vec<Diagnostic>,
}

impl<'p> Walk<'_, 'p> {
    fn body(&mut self, body: &'p [HirStmt]) {
        for stmt in body {
            match stmt {
                HirStmt::Update(update) => self.update(update),
                HirStmt::If(condition, then, otherwise) => {
                    for (body, is_else) in [(then, false), (otherwise, true)] {
                        self.guards.push(Guard { condition, is_else });
                        self.body(body);
                        self.guards.pop();
                    }
                }
                HirStmt::IfUpdate(_, then, otherwise) => {
                    self.body(then);
                    self.body(otherwise);
                }
                HirStmt::For(pattern, source, body) => {
                    let moves = self.judge.judge(source);
                    self.judge.bind_element(pattern, &moves, source.place);
                    self.remember(pattern, source);
                    self.body(body);
                }
                HirStmt::Let(pattern, value) => {
                    let moves = self.judge.judge(value);
                    self.judge.bind(pattern, &moves, value.place);
                    self.remember(pattern, value);
                }
                HirStmt::LetUpdate(..) | HirStmt::Emit(_) => {}
            }
        }
    }

    fn remember(&mut self, pattern: &HirPattern, value: &'p Hir) {
        pattern.each_bound(&mut |local| self.lets.push((local, value)));
    }

    fn update(&mut self, update: &HirUpdate) {
        if update.method.idempotent || self.scene.program.answers(update) {
            return;
        }
        let reading = Reading { program: self.scene.program, lets: &self.lets, update };
        let guard = self.guards.iter().find(|guard| {
            let stays = if guard.is_else { Stability::Down } else { Stability::Up };
            let shown = |judge: &mut Judge<'p>| judge.judge(guard.condition).shown();
            reading.reads(guard.condition)
                && !matches!(shown(self.judge), found if found == Stability::Const || found == stays)
        });
        let Some(guard) = guard else { return };
        let (var, method) = (&self.scene.program.vars[update.var].name, update.method.name);
        let place = guard.condition.place;
        let message = format!("`{var}` may have changed elsewhere when this is acted on");
        let mut diagnostic = Diagnostic::new(Code::W0501, place, message);
        diagnostic = match reading.earlier(guard.condition) {
            Some(read) => diagnostic.label("asked here").also(read, "read here"),
            None => diagnostic.label("read here"),
        };
        let diagnostic = diagnostic
            .also(update.place, format!("and `{method}` relies on it here"))
            .why("two nodes can both pass the same guard before they hear of each other");
        self.diagnostics.push(with_escrow(self.scene, update, guard, diagnostic));
    }
}

/// The same line with rights, where it can be written out.
fn with_escrow(scene: &Scene<'_>, update: &HirUpdate, guard: &Guard<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let var = &scene.program.vars[update.var];
    let (lattice, path) = updated(scene.program, update);
    let ty = scene.text(var.type_place);
    if lattice.lattice_name() != "pncounter" || update.method.name != "dec" {
        return diagnostic.help(
            "hold the bound by rights: count what is left in a `bcounter`, and ask and act in one: \
             `if left.spend(1) { … }`",
        );
    }
    let written = scene.text(update.place);
    let target = written.rfind(".dec").or(written.rfind("-=")).map(|end| written[..end].trim());
    let target = target.map_or(format!("{}{path}", var.name), str::to_string);
    let amount = update.args.first().map_or("1", |amount| scene.text(amount.place));
    let diagnostic = diagnostic.help(format!(
        "ask and act in one, with rights that are spent even offline: `if {target}.spend({amount}) {{ … }}`"
    ));
    if ty.contains("ormap") {
        return diagnostic.help("rights need keys that stay: keep the counter in a `gmap<…, bcounter>`");
    }
    if ty.matches("pncounter").count() != 1 {
        return diagnostic.help("declare the counter as a `bcounter` for that");
    }
    let ty = ty.replacen("pncounter", "bcounter", 1);
    let init = var.init.as_ref().map_or(String::new(), |init| format!(" = {}", scene.text(init.place)));
    let diagnostic = diagnostic.help(format!("and declare a counter that has rights: `var {}: {ty}{init}`", var.name));
    if !same_bound(scene, guard, &target, amount) {
        return diagnostic;
    }
    let edit = |place, text| Edit { place, text };
    diagnostic.choice(
        format!("hold `{}` by rights", var.name),
        vec![
            edit(var.type_place, ty),
            edit(guard.condition.place, format!("{target}.spend({amount})")),
            edit(update.place, String::new()),
        ],
    )
}

/// Whether the guard says what rights say: there is as much as is taken.
fn same_bound(scene: &Scene<'_>, guard: &Guard<'_>, target: &str, amount: &str) -> bool {
    let HirKind::Binary(op, read, bound) = &guard.condition.kind else { return false };
    let enough = match op {
        BinaryOp::Ge => scene.text(bound.place) == amount,
        BinaryOp::Gt => amount == "1" && matches!(bound.kind, HirKind::Const(Value::Int(0))),
        _ => false,
    };
    enough && !guard.is_else && scene.text(read.place) == target
}

/// Whether an expression reads what is updated, or something that holds it, also through views and functions.
pub(crate) fn reads(program: &Program, hir: &Hir, update: &HirUpdate) -> bool {
    Reading { program, lets: &[], update }.reads(hir)
}

/// The question whether expressions read what is updated.
struct Reading<'r, 'p> {
    program: &'p Program,
    lets: &'r [(LocalId, &'p Hir)],
    update: &'r HirUpdate,
}

/// What an expression names, and that is another expression.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Named {
    View(usize),
    Function(usize),
    Local(LocalId),
}

impl<'p> Reading<'_, 'p> {
    /// Whether an expression reads what is updated, or something that holds it, also through views, functions and
    /// names: each is looked at once, however often it is named.
    fn reads(&self, hir: &Hir) -> bool {
        let (mut seen, mut left) = (FxHashSet::default(), Vec::new());
        let mut found = self.reads_itself(hir, &mut left);
        while !found && let Some(named) = left.pop() {
            if seen.insert(named) {
                let value = match named {
                    Named::View(index) => Some(&self.program.views[index].value),
                    Named::Function(index) => Some(&self.program.fns[index].body),
                    Named::Local(local) => self.value_of(local),
                };
                found = value.is_some_and(|value| self.reads_itself(value, &mut left));
            }
        }
        found
    }

    /// Whether it reads it without a name between. Another part of the same product is as good as another variable.
    fn reads_itself(&self, hir: &Hir, named: &mut Vec<Named>) -> bool {
        let mut slots = Vec::new();
        if let Some(var) = place(self.program, hir, &mut slots) {
            let path = self.update.path.iter();
            let written = path.filter_map(|step| if let HirStep::Part(at) = step { Some(*at) } else { None });
            if var == self.update.var && written.zip(&slots).all(|(written, read)| written == *read) {
                return true;
            }
        }
        match &hir.kind {
            HirKind::View(index) => named.push(Named::View(*index)),
            HirKind::Local(local) => named.push(Named::Local(*local)),
            HirKind::Apply(index, _) => named.push(Named::Function(*index)),
            _ => {}
        }
        match &hir.kind {
            // Of a place, what leads there is no reading of the whole; its keys are.
            HirKind::Lookup(map, key) if !slots.is_empty() => {
                self.reads_itself(key, named) || self.keys_read(map, named)
            }
            HirKind::Field(base, _) if !slots.is_empty() => self.keys_read(base, named),
            _ => {
                let mut found = false;
                hir.each_part(&mut |part| found = found || self.reads_itself(part, named));
                found
            }
        }
    }

    /// Whether the keys on the way to a place read it.
    fn keys_read(&self, hir: &Hir, named: &mut Vec<Named>) -> bool {
        match &hir.kind {
            HirKind::Lookup(map, key) => self.reads_itself(key, named) || self.keys_read(map, named),
            HirKind::Field(base, _) => self.keys_read(base, named),
            _ => false,
        }
    }

    /// What the handler has bound a name to.
    fn value_of(&self, local: LocalId) -> Option<&'p Hir> {
        self.lets.iter().find(|(bound, _)| *bound == local).map(|(_, value)| *value)
    }

    /// Where what is updated was read before the guard, if the guard only names it.
    fn earlier(&self, guard: &Hir) -> Option<Place> {
        let mut found = None;
        guard.each(&mut |part| {
            if let HirKind::Local(local) = &part.kind {
                let value = self.value_of(*local).filter(|value| self.reads(value));
                found = found.or(value.map(|value| value.place));
            }
        });
        found
    }
}

/// The variable of a place, and the parts walked through, outermost first.
fn place(program: &Program, hir: &Hir, slots: &mut Vec<u32>) -> Option<usize> {
    match &hir.kind {
        HirKind::Var(var) | HirKind::Raw(var) => Some(*var),
        HirKind::Lookup(map, _) => place(program, map, slots),
        HirKind::Field(base, name) => {
            let var = place(program, base, slots)?;
            slots.push(crate::lower::field_slot(&program.holes.full(&base.ty), name));
            Some(var)
        }
        _ => None,
    }
}

//! Handlers: statements one to one, names as frame slots.
//!
//! `on impression({ ad }) { views[ad].inc(1) }` binds the event's record by a pattern from slot 0 on; a `let` takes the
//! next slots, free again at the end of its block. Neighbours: `direct` for the expressions, `escrow` for
//! updates that need rights.

use lasp_plan::{CollOp, Emit, Expr, ExprKind, HandlerPlan, Pattern, Place, Step, Stmt, UnaryOp, Update, Value, VarId};

use super::direct::{self, Direct, LOCAL_BASE, Views, position, settle, settle_pattern};
use super::escrow;
use crate::hir::{Hir, HirPattern, HirStep, HirStmt, HirUpdate};
use crate::program::{HandlerDef, Program};

pub(super) fn handler(direct: &mut Direct<'_>, handler: &HandlerDef) -> HandlerPlan {
    direct.next = LOCAL_BASE;
    let mut pattern = direct.pattern(&handler.pattern);
    settle_pattern(&mut pattern, 0);
    let body = lower_body(direct, &handler.body);
    HandlerPlan { event: position(handler.event), role: handler.role.clone(), pattern, body, place: handler.place }
}

/// The pattern and body of a `when` or `watch`, slots from `first` on.
pub(super) fn reaction(
    program: &Program,
    (pattern, body): &(HirPattern, Vec<HirStmt>),
    first: u32,
) -> (Pattern, Vec<Stmt>) {
    let mut direct = Direct::new(program, Views::Unfold);
    direct.next = LOCAL_BASE + first;
    let mut pattern = direct.pattern(pattern);
    settle_pattern(&mut pattern, 0);
    (pattern, lower_body(&mut direct, body))
}

/// The body of a `once`: what it was done for is remembered in the same op, in the hidden set `done`, so that it is
/// known wherever the state is. `element`: what its `for` has bound.
pub(super) fn only_once(done: VarId, element: Option<Expr>, body: Vec<Stmt>, place: Place) -> Vec<Stmt> {
    let expr = |kind| Expr { kind, place };
    let element = element.unwrap_or_else(|| expr(ExprKind::Const(Value::unit())));
    let known = Box::new(expr(ExprKind::Var(done)));
    let known = expr(ExprKind::Coll(CollOp::Contains, known, vec![element.clone()], None));
    let open = expr(ExprKind::Unary(UnaryOp::Not, Box::new(known)));
    let remember = Update { var: done, path: Vec::new(), method: "add".to_string(), args: vec![element], place };
    vec![Stmt::If(open, std::iter::once(Stmt::Update(remember)).chain(body).collect(), Vec::new())]
}

pub(super) fn lower_body(direct: &mut Direct<'_>, body: &[HirStmt]) -> Vec<Stmt> {
    let before = direct.next;
    let mut lowered = Vec::with_capacity(body.len());
    for stmt in body {
        match stmt {
            HirStmt::Update(read) | HirStmt::LetUpdate(_, read) | HirStmt::IfUpdate(read, ..)
                if direct.program.is_held(read) =>
            {
                held_stmt(direct, stmt, read, &mut lowered);
            }
            _ => lowered.push(lower_stmt(direct, stmt)),
        }
    }
    direct.next = before;
    lowered
}

/// An update of what an invariant holds by rights: with the rights, or not at all.
fn held_stmt(direct: &mut Direct<'_>, stmt: &HirStmt, read: &HirUpdate, lowered: &mut Vec<Stmt>) {
    let held = escrow::held(direct, read);
    lowered.extend(held.before);
    let (mut doing, mut refusing) = (held.doing, held.refusing);
    let Some(allowed) = held.allowed else {
        lowered.append(&mut doing);
        return;
    };
    match stmt {
        HirStmt::IfUpdate(_, then, otherwise) => {
            doing.extend(lower_body(direct, then));
            refusing.extend(lower_body(direct, otherwise));
            lowered.push(Stmt::If(allowed, doing, refusing));
        }
        HirStmt::LetUpdate(bound, _) => {
            let slot = direct.slot();
            let answer = settle(direct::local(slot, read.place), 0);
            let mut answered = Pattern::Bind(slot);
            settle_pattern(&mut answered, 0);
            lowered.push(Stmt::Let(answered, allowed));
            lowered.push(Stmt::If(answer.clone(), doing, refusing));
            lowered.push(Stmt::Let(pattern(direct, bound), answer));
        }
        _ => lowered.push(Stmt::If(allowed, doing, refusing)),
    }
}

pub(super) fn expr(direct: &mut Direct<'_>, hir: &Hir) -> lasp_plan::Expr {
    let expr = direct.expr(hir);
    settle(expr, 0)
}

fn pattern(direct: &mut Direct<'_>, read: &HirPattern) -> Pattern {
    let mut pattern = direct.pattern(read);
    settle_pattern(&mut pattern, 0);
    pattern
}

fn lower_stmt(direct: &mut Direct<'_>, stmt: &HirStmt) -> Stmt {
    match stmt {
        HirStmt::Update(read) => Stmt::Update(update(direct, read)),
        HirStmt::LetUpdate(bound, read) => {
            let read = update(direct, read);
            Stmt::LetUpdate(pattern(direct, bound), read)
        }
        HirStmt::Let(bound, value) => {
            let value = expr(direct, value);
            Stmt::Let(pattern(direct, bound), value)
        }
        HirStmt::If(condition, then, otherwise) => {
            let condition = expr(direct, condition);
            Stmt::If(condition, lower_body(direct, then), lower_body(direct, otherwise))
        }
        HirStmt::IfUpdate(read, then, otherwise) => {
            let read = update(direct, read);
            Stmt::IfUpdate(read, lower_body(direct, then), lower_body(direct, otherwise))
        }
        HirStmt::For(bound, source, body) => {
            let source = expr(direct, source);
            let before = direct.next;
            let bound = pattern(direct, bound);
            let body = lower_body(direct, body);
            direct.next = before;
            Stmt::For(bound, source, body)
        }
        HirStmt::Emit(emit) => {
            let ty = direct.program.holes.full(&emit.value.ty).closed();
            let value = expr(direct, &emit.value);
            Stmt::Emit(Emit { name: emit.name.clone(), event: emit.event.map(position), value, ty, place: emit.place })
        }
    }
}

pub(super) fn update(direct: &mut Direct<'_>, read: &HirUpdate) -> Update {
    Update {
        var: VarId(position(read.var)),
        path: read
            .path
            .iter()
            .map(|step| match step {
                HirStep::Key(key) => Step::Key(expr(direct, key)),
                HirStep::Part(part) => Step::Part(*part),
            })
            .collect(),
        method: read.method.name.to_string(),
        args: read.args.iter().map(|arg| expr(direct, arg)).collect(),
        place: read.place,
    }
}

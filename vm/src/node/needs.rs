//! What each event and reaction needs, found once when the program starts.
//!
//! A handler that reads a view must see every earlier event in it; one that does not may run while differences pile up:
//!
//! ```text
//! on impression({ ad }) { views[ad].inc(1) }                      reads no view: 1,024 of these make one step
//! on order(o) { if stock_left.contains(o) { … } }                 reads a view: a step comes first
//! ```
//!
//! Invariant: saying "reads a view" too often costs time; too seldom gives wrong results. Every form of an expression
//! is therefore named below; a new one does not compile until it has an answer.

use lasp_plan::{Expr, ExprKind, HandlerPlan, Plan, Step, Stmt, TextPart, Update};

use super::code::{Code, Handler, emits_events, ready};
use super::lean::{Lean, lean};
use crate::vars::Vars;

/// By position in the plan.
#[derive(Debug)]
pub(super) struct Needs {
    pub(super) events: Vec<EventNeeds>,
    /// Whether the body of a `when` reads a view.
    pub(super) whens: Vec<bool>,
    /// Whether a body of a watch does.
    pub(super) watches: Vec<bool>,
    /// Handlers, by position in the plan, made ready.
    pub(super) handlers: Vec<Handler>,
    /// Bodies of `when`s, and those of watches for what comes and what goes, made ready.
    pub(super) when_bodies: Vec<Vec<Code>>,
    pub(super) watch_bodies: Vec<[Vec<Code>; 2]>,
}

/// What an event needs.
#[derive(Debug)]
pub(super) struct EventNeeds {
    /// Its handlers of the role that is played, in the order written.
    pub(super) handlers: Vec<usize>,
    /// Whether there are handlers, and all are of other roles.
    pub(super) is_of_others: bool,
    /// Whether one of them reads a view.
    pub(super) views: bool,
    /// Whether one of them emits an event.
    pub(super) events: bool,
    /// How many fields it has.
    pub(super) fields: usize,
    /// Their bodies, if all are lean for most events. None if they are of other roles.
    pub(super) lean: Option<Vec<Vec<Lean>>>,
}

impl Needs {
    /// With the variables as they will be updated, for who plays these roles.
    pub(super) fn of(plan: &Plan, vars: &Vars, plays: impl Fn(&Option<String>) -> bool) -> Needs {
        let ready_handlers: Vec<Handler> = plan.handlers.iter().map(|of| Handler::of(plan, of, vars)).collect();
        let events = (0..plan.events.len()).map(|id| {
            let handled = |handler: &HandlerPlan| handler.event as usize == id;
            let all: Vec<usize> = (0..plan.handlers.len()).filter(|at| handled(&plan.handlers[*at])).collect();
            let own: Vec<usize> = all.iter().copied().filter(|at| plays(&plan.handlers[*at].role)).collect();
            EventNeeds {
                is_of_others: own.is_empty() && !all.is_empty(),
                views: all.iter().any(|at| block_reads(&plan.handlers[*at].body)),
                events: own.iter().any(|at| emits_events(&plan.handlers[*at].body)),
                fields: plan.events[id].fields.len(),
                lean: if own.is_empty() {
                    None
                } else {
                    own.iter().map(|at| lean(&ready_handlers[*at], plan, vars)).collect()
                },
                handlers: own,
            }
        });
        let body = |body: &[Stmt]| ready(body, plan, Some(vars));
        let removed = |watch: &lasp_plan::WatchPlan| watch.removed.as_ref().map_or_else(Vec::new, |(_, of)| body(of));
        let events = events.collect();
        Needs {
            events,
            whens: plan.whens.iter().map(|when| block_reads(&when.body)).collect(),
            watches: plan
                .watches
                .iter()
                .map(|watch| block_reads(&watch.added.1) || watch.removed.iter().any(|(_, body)| block_reads(body)))
                .collect(),
            handlers: ready_handlers,
            when_bodies: plan.whens.iter().map(|when| body(&when.body)).collect(),
            watch_bodies: plan.watches.iter().map(|watch| [body(&watch.added.1), removed(watch)]).collect(),
        }
    }
}

/// Whether a block of statements reads a view.
pub(super) fn block_reads(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        Stmt::Update(update) | Stmt::LetUpdate(_, update) => update_reads(update),
        Stmt::Let(_, expr) => reads(expr),
        Stmt::If(expr, yes, no) => reads(expr) || block_reads(yes) || block_reads(no),
        Stmt::IfUpdate(update, yes, no) => update_reads(update) || block_reads(yes) || block_reads(no),
        Stmt::For(_, expr, body) => reads(expr) || block_reads(body),
        Stmt::Emit(emit) => reads(&emit.value),
    })
}

fn update_reads(update: &Update) -> bool {
    let key = |step: &Step| if let Step::Key(key) = step { reads(key) } else { false };
    update.path.iter().any(key) || any(&update.args)
}

fn any(exprs: &[Expr]) -> bool {
    exprs.iter().any(reads)
}

/// Whether an expression reads a view.
fn reads(expr: &Expr) -> bool {
    // Chains are long on their left side only; that side is a loop, as in the evaluator.
    let mut expr = expr;
    loop {
        let rest = match &expr.kind {
            ExprKind::View(_) => return true,
            ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Var(_) => return false,
            ExprKind::Binary(_, left, right) => {
                if reads(right) {
                    return true;
                }
                left
            }
            ExprKind::If(condition, yes, no) => {
                if reads(condition) || reads(yes) {
                    return true;
                }
                no
            }
            ExprKind::CompareSet(_, left, right) | ExprKind::CompareDrawn(_, left, right, _) => {
                if reads(left) {
                    return true;
                }
                right
            }
            ExprKind::Fix(_, of)
            | ExprKind::Rights(of)
            | ExprKind::Field(of, _)
            | ExprKind::Some(of)
            | ExprKind::Unary(_, of) => of,
            ExprKind::Let(_, value, body) => {
                if reads(value) {
                    return true;
                }
                body
            }
            ExprKind::Lookup(of, key, _) => {
                if reads(key) {
                    return true;
                }
                of
            }
            ExprKind::Tuple(parts)
            | ExprKind::Set(parts)
            | ExprKind::List(parts)
            | ExprKind::Variant(_, parts)
            | ExprKind::Call(_, parts) => return any(parts),
            ExprKind::Map(entries) => return entries.iter().any(|(key, value)| reads(key) || reads(value)),
            ExprKind::Text(parts) => {
                return parts.iter().any(|part| matches!(part, TextPart::Hole(of, _) if reads(of)));
            }
            ExprKind::Match(subject, arms) => {
                return reads(subject)
                    || arms.iter().any(|arm| arm.guard.as_ref().is_some_and(reads) || reads(&arm.body));
            }
            ExprKind::Coll(_, source, args, lambda) => {
                return reads(source) || any(args) || lambda.as_ref().is_some_and(|lambda| reads(&lambda.body));
            }
        };
        expr = rest;
    }
}

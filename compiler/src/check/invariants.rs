//! `invariant`: the condition is typed, and what is held `by escrow` becomes a sum of counters with a pool of rights
//! (E0502).
//!
//! ```text
//! invariant sold <= capacity by escrow      a hidden variable `rights(capacity - sold >= 0)`, a bcounter that starts
//!                                           with what is left between the initial values and the bound
//! ```
//!
//! A pool's variable takes its position where the invariant stands, so that positions of what was declared before do
//! not change when a program grows. Invariants are read before handlers: those need to know which updates answer.
//! Neighbours: `invariant` judges those without `by escrow`; `stmts` asks for answers (E0209).

use lasp_grammar::Span;
use lasp_grammar::ast;
use lasp_plan::{BinaryOp, CollOp, Value};

use super::Checker;
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::diagnostic::Diagnostic;
use crate::footguns::reads;
use crate::hir::{Hir, HirKind, HirUpdate};
use crate::invariant::{Bound, Pool, Term, at_start};
use crate::program::{Hidden, InvariantDef, VarDef};
use crate::ty::Ty;

impl<'a> Checker<'a> {
    /// Makes room for the rights of an invariant.
    pub(super) fn enter_pool(&mut self, decl: &'a ast::InvariantDecl, span: Span) {
        if decl.by_escrow.is_none() {
            return;
        }
        let place = self.at(span);
        let rights = self.enter_rights(span);
        let debt = decl.within.as_ref().map(|_| self.enter_rights(span));
        self.program.pools.push(Pool { bound: Bound::default(), rights, debt, within: None, place });
    }

    fn enter_rights(&mut self, span: Span) -> usize {
        let place = self.at(span);
        let crdt = match lasp_lattice::lattice("bcounter") {
            Some(info) => Crdt::Named { info, elements: Vec::new(), inner: Vec::new(), sizes: Vec::new(), place },
            None => Crdt::Error,
        };
        let name = "rights".to_string();
        let hidden = Some(Hidden::Pool);
        let var =
            VarDef { name, crdt, ty: Ty::Nat, init: None, writable_by: Vec::new(), place, type_place: place, hidden };
        self.program.vars.push(var);
        self.program.vars.len() - 1
    }

    pub(super) fn check_invariant(&mut self, decl: &'a ast::InvariantDecl, span: Span) {
        let place = self.at(span);
        let condition = self.want(&decl.condition, &Ty::Bool);
        let within = decl.within.as_ref().map(|within| self.want(within, &Ty::Int));
        let pool = self.program.pools.iter().position(|pool| pool.place == place);
        let is_whole = !condition.any(&mut |part| matches!(part.kind, HirKind::Error));
        if let Some(pool) = pool.filter(|_| is_whole) {
            match Bound::of(&self.program, &condition) {
                Ok(bound) => {
                    let text = bound.text(&self.program);
                    let pool = &mut self.program.pools[pool];
                    (pool.bound, pool.within) = (bound, within);
                    self.program.vars[pool.rights].name = format!("rights({text})");
                    if let Some(debt) = pool.debt {
                        self.program.vars[debt].name = format!("debt({text})");
                    }
                }
                Err(part) => {
                    let part = part.clone();
                    self.not_linear(&part);
                }
            }
        }
        self.program.invariants.push(InvariantDef { condition, pool, place });
    }

    /// What rights cannot hold, and what to do instead.
    fn not_linear(&mut self, part: &Hir) {
        let crdt = |this: &Self, hir: &Hir| {
            crate::invariant::place_of(&this.program, hir).map(|(_, _, crdt)| crdt.lattice_name())
        };
        let (label, help) = match &part.kind {
            HirKind::Coll(CollOp::Count, ..) => (
                "the size of a collection, and sizes of unions do not add up".to_string(),
                "count beside it: `var taken: gcounter`, `invariant taken <= 40 by escrow`, and `if taken.inc() { … }` where something is added",
            ),
            HirKind::Lookup(..) => (
                "a counter under a key, and there may be any number of keys".to_string(),
                "keep what is left under each key in a `gmap<_, bcounter>`, and ask it: `if left[k].spend(1) { … }`",
            ),
            HirKind::Binary(BinaryOp::And | BinaryOp::Or, ..) => {
                ("several conditions".to_string(), "write one `invariant … by escrow` for each bound")
            }
            _ => match crdt(self, part) {
                Some("bcounter") => (
                    "a `bcounter` is never below 0 by itself".to_string(),
                    "for 0 as the bound, leave the invariant out; for another, make it a `pncounter`",
                ),
                Some("rcounter") => (
                    "a `reset` takes back counts whose rights other nodes may hold".to_string(),
                    "make it a `pncounter`, which is only counted up and down",
                ),
                _ => (
                    "not a comparison of counters".to_string(),
                    "write it with `gcounter`s, `pncounter`s and constants: `stock >= 0`, `sold <= capacity`",
                ),
            },
        };
        self.report(
            Diagnostic::new(Code::E0502, part.place, "rights can only hold a sum of counters against a constant")
                .label(label)
                .why("each node gets a share of what is left of the bound, and a share must be a number that updates use up")
                .help(help),
        );
    }

    /// What each pool starts with; a bound that does not hold at the beginning is reported (E0503).
    pub(super) fn fill_pools(&mut self) {
        for at in 0..self.program.pools.len() {
            let pool = &self.program.pools[at];
            if pool.bound.terms.is_empty() {
                continue;
            }
            let (bound, place, rights, debt) = (pool.bound.clone(), pool.place, pool.rights, pool.debt);
            let writers: Vec<&Vec<String>> =
                bound.terms.iter().map(|term| &self.program.vars[term.var].writable_by).collect();
            let mut roles: Vec<String> = Vec::new();
            if writers.iter().all(|roles| !roles.is_empty()) {
                for role in writers.into_iter().flatten() {
                    if !roles.contains(role) {
                        roles.push(role.clone());
                    }
                }
            }
            for var in [Some(rights), debt].into_iter().flatten() {
                self.program.vars[var].writable_by.clone_from(&roles);
            }
            let left = self.left_at_start(&bound);
            match left {
                Some(left) if left < 0 => self.report(false_at_start(&self.program, &bound, place, left)),
                Some(left) => {
                    let kind = HirKind::Const(Value::Int(left));
                    self.program.vars[rights].init = Some(Hir { kind, ty: Ty::Int, place });
                }
                None => {
                    self.report(
                        Diagnostic::new(
                            Code::E0503,
                            place,
                            "what is left of this bound at the beginning cannot be told",
                        )
                        .label("needs initial values that are plain numbers"),
                    );
                }
            }
        }
    }

    /// How far the initial values are above the bound.
    fn left_at_start(&self, bound: &Bound) -> Option<i64> {
        let mut left = i128::from(bound.at_least).checked_neg()?;
        for term in &bound.terms {
            let Some(Value::Int(n)) = term_at_start(&self.program, term) else { return None };
            left += i128::from(term.by) * i128::from(n);
        }
        i64::try_from(left).ok()
    }

    /// Reports an answer that nobody takes (E0209).
    pub(super) fn answer_taken(&mut self, update: &HirUpdate, span: Span) {
        if !self.program.answers(update) {
            return;
        }
        let method = update.method.name;
        let pool = self.program.lowered_by(update).next().map(|pool| pool.place);
        let term = Term { var: update.var, path: crate::invariant::parts_only(update).unwrap_or_default(), by: 1 };
        let name = if pool.is_some() { term.name(&self.program) } else { "x".to_string() };
        let guard = self.guards.iter().find(|guard| pool.is_some() && reads(&self.program, guard, update));
        let guard = guard.map(|guard| guard.place);
        let diagnostic = self.error(Code::E0209, span, format!("the answer of `{method}` is ignored"));
        diagnostic.primary.text = "it may have been refused".to_string();
        diagnostic.help.push(format!("ask it: `if {name}.{method}(…) {{ … }} else {{ … }}`"));
        if let Some(pool) = pool {
            let mut whole = diagnostic.clone().also(pool, format!("`{method}` needs rights because of this"));
            if let Some(guard) = guard {
                whole = whole.also(guard, format!("this guard is not needed: `{method}` asks for the rights itself"));
            }
            *diagnostic = whole;
        }
    }
}

fn term_at_start(program: &crate::program::Program, term: &Term) -> Option<Value> {
    term.path.iter().try_fold(at_start(program, term.var)?, |value, part| match value {
        Value::Tuple(slots) => slots.get(*part as usize).cloned(),
        _ => None,
    })
}

fn false_at_start(program: &crate::program::Program, bound: &Bound, place: lasp_plan::Place, left: i64) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::E0503, place, "this is not true at the beginning")
        .label(format!("{} too far", left.unsigned_abs()));
    for term in &bound.terms {
        if let Some(Value::Int(n)) = term_at_start(program, term) {
            let declared = program.vars[term.var].place;
            diagnostic = diagnostic.also(declared, format!("`{}` starts as {n}", term.name(program)));
        }
    }
    diagnostic
        .why("rights are what is left between the initial values and the bound, and less than nothing is left")
        .help("give an initial value that keeps it")
}

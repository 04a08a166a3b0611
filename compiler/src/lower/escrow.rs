//! Updates of what an invariant holds by rights (`invariant … by escrow`): the rights and the update are one op.
//!
//! ```text
//! invariant stock >= 0 by escrow         rights: a hidden bcounter, as large as what is left of the bound
//!
//! stock.inc(n)                    ⇒      let n = …    stock.inc(n)    rights.inc(n)
//! if stock.dec(n) { A } else { B } ⇒     let n = …    if rights.rights >= n { stock.dec(n)  rights.spend(n)  A }
//!                                                     else { rights.spend(rights.rights + 1)  B }
//! ```
//!
//! The last line asks for more than there is: it is refused, and that refusal is the answer that a REPL shows.
//!
//! `within e`: a second hidden counter, the *debt*, whose rights are what this node has spent beyond its own. What
//! counts is rights − debt, which may fall to −e; then as much as there is comes from the rights and the rest is debt.
//!
//! Invariants: the bound's sum is rights − debts at every moment, since every update of the one updates the other in
//! the same op; amounts are computed once, before anything changes. Neighbours: `invariant` says which update moves
//! which pool, `stmts` asks, the vm's `replica::escrow` moves rights to those who spend.

use lasp_plan::{BinaryOp, Expr, ExprKind, Pattern, Place, Stmt, Update, Value, VarId};

use super::direct::{Direct, constant, local, position, settle};
use super::stmts::{expr, update};
use crate::hir::HirUpdate;

/// What an update becomes.
pub(super) struct Held {
    /// What is computed before.
    pub before: Vec<Stmt>,
    /// Whether the rights are there; none if the update needs none.
    pub allowed: Option<Expr>,
    /// The update and its rights.
    pub doing: Vec<Stmt>,
    /// What is done instead.
    pub refusing: Vec<Stmt>,
}

/// The update with the rights it makes and spends.
pub(super) fn held(direct: &mut Direct<'_>, read: &HirUpdate) -> Held {
    let place = read.place;
    let program = direct.program;
    let mut held = Held { before: Vec::new(), allowed: None, doing: Vec::new(), refusing: Vec::new() };
    let mut whole = update(direct, read);
    let amount = match whole.args.pop() {
        Some(amount) => bound(direct, amount, &mut held.before),
        None => constant(Value::Int(1), place),
    };
    whole.args.push(amount.clone());
    held.doing.push(Stmt::Update(whole));
    let mut spending = Vec::new();
    for (pool, by) in program.moved_by(read) {
        let pool = &program.pools[pool];
        let rights = VarId(position(pool.rights));
        let cost = times(&amount, by.unsigned_abs(), place);
        if by > 0 {
            held.doing.push(call(rights, "inc", cost, place));
            continue;
        }
        let mine = asked(rights, place);
        let allowed = match (&pool.within, pool.debt) {
            (Some(within), Some(debt)) => {
                let debt = VarId(position(debt));
                let within = expr(direct, within);
                let mine = bound(direct, mine, &mut held.before);
                let left = binary(BinaryOp::Sub, mine.clone(), asked(debt, place), place);
                let left = binary(BinaryOp::Add, left, within, place);
                let missing = binary(BinaryOp::Sub, cost.clone(), mine.clone(), place);
                spending.push(Stmt::If(
                    binary(BinaryOp::Ge, mine.clone(), cost.clone(), place),
                    vec![call(rights, "spend", cost.clone(), place)],
                    vec![call(debt, "inc", missing, place), call(rights, "spend", mine, place)],
                ));
                binary(BinaryOp::Ge, left, cost, place)
            }
            _ => {
                spending.push(call(rights, "spend", cost.clone(), place));
                binary(BinaryOp::Ge, mine, cost, place)
            }
        };
        if held.refusing.is_empty() {
            let more = binary(BinaryOp::Add, asked(rights, place), constant(Value::Int(1), place), place);
            held.refusing.push(call(rights, "spend", more, place));
        }
        held.allowed = Some(match held.allowed {
            Some(others) => binary(BinaryOp::And, others, allowed, place),
            None => allowed,
        });
    }
    // Last, so that the last answer of the op is that of a spending.
    held.doing.append(&mut spending);
    held
}

/// Computes a value now, for all its uses.
fn bound(direct: &mut Direct<'_>, value: Expr, before: &mut Vec<Stmt>) -> Expr {
    let place = value.place;
    let name = settle(local(direct.slot(), place), 0);
    if let ExprKind::Local(slot) = name.kind {
        before.push(Stmt::Let(Pattern::Bind(slot), value));
    }
    name
}

/// What this node may spend.
fn asked(pool: VarId, place: Place) -> Expr {
    let of = Expr { kind: ExprKind::Var(pool), place };
    Expr { kind: ExprKind::Rights(Box::new(of)), place }
}

fn call(var: VarId, method: &str, amount: Expr, place: Place) -> Stmt {
    Stmt::Update(Update { var, path: Vec::new(), method: method.to_string(), args: vec![amount], place })
}

fn binary(op: BinaryOp, a: Expr, b: Expr, place: Place) -> Expr {
    Expr { kind: ExprKind::Binary(op, Box::new(a), Box::new(b)), place }
}

fn times(amount: &Expr, by: u64, place: Place) -> Expr {
    match i64::try_from(by) {
        Ok(1) => amount.clone(),
        by => {
            let by = constant(Value::Int(by.unwrap_or(i64::MAX)), place);
            binary(BinaryOp::Mul, amount.clone(), by, place)
        }
    }
}

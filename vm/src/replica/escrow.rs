//! How rights to spend find those who spend.
//!
//! ```text
//! on signed(…) at server     { quota[ad].inc(limit) }         the server holds what it makes, and never spends
//! on impression(…) at client { if quota[ad].spend(1) … }      clients spend
//!
//! server 7 rights, clients a, b   ─►   a 4, b 3               equally, the remainder to the lowest names
//! ```
//!
//! A holder whose role never spends divides what it holds among the nodes whose role does. Whether a role spends is
//! read from the handlers: per variable, and within it per part of a product (keys do not matter).
//!
//! Invariant: rights move only from the replica that calls, and never more than it holds.
//!
//! Not yet here: moving rights on demand, between those who spend; rights of incarnations that are no more.

use std::collections::{BTreeMap, BTreeSet};

use lasp_lattice::{Arg, Kind, Reading, ReplicaId, Stamp, State, Step};
use lasp_plan::{Plan, Stmt, Update, Value, VarId};

use super::group::Group;

/// A counter, or all counters at the same place of the values of a map: the variable and the parts on the way.
type Site = (VarId, Vec<Option<usize>>);

/// Which roles spend where.
#[derive(Debug, Default)]
pub(super) struct Spenders(BTreeMap<Site, BTreeSet<Option<String>>>);

impl Spenders {
    /// What the handlers of a program say.
    pub(super) fn of(plan: &Plan) -> Spenders {
        let mut spenders = Spenders::default();
        for handler in &plan.handlers {
            spenders.block(&handler.body, handler.role.as_ref());
        }
        spenders
    }

    fn block(&mut self, body: &[Stmt], role: Option<&String>) {
        for stmt in body {
            match stmt {
                Stmt::Update(update) | Stmt::LetUpdate(_, update) => self.update(update, role),
                Stmt::IfUpdate(update, yes, no) => {
                    self.update(update, role);
                    self.block(yes, role);
                    self.block(no, role);
                }
                Stmt::If(_, yes, no) => {
                    self.block(yes, role);
                    self.block(no, role);
                }
                Stmt::For(_, _, body) => self.block(body, role),
                Stmt::Let(..) | Stmt::Emit(_) => {}
            }
        }
    }

    fn update(&mut self, update: &Update, role: Option<&String>) {
        if update.method == "spend" {
            let part = |step: &lasp_plan::Step| match step {
                lasp_plan::Step::Part(part) => Some(*part as usize),
                lasp_plan::Step::Key(_) => None,
            };
            let site = (update.var, update.path.iter().map(part).collect());
            self.0.entry(site).or_default().insert(role.cloned());
        }
    }

    /// Whether a node of this role (none: all of them) spends there. A handler without a role runs everywhere.
    fn spends(roles: &BTreeSet<Option<String>>, role: Option<&String>) -> bool {
        role.is_none() || roles.contains(&None) || roles.contains(&role.cloned())
    }

    /// The transfers by which a replica of this role gives away what it never spends. `others` are the nodes it can
    /// give to, by name, with their roles.
    pub(super) fn shares(
        &self,
        plan: &Plan,
        holder: ReplicaId,
        role: Option<&String>,
        others: &[(ReplicaId, Option<String>)],
        state: impl Fn(VarId) -> State<Value>,
    ) -> Group {
        let mut group = Group::default();
        for ((var, parts), roles) in &self.0 {
            let spending = |other: &&(ReplicaId, Option<String>)| Self::spends(roles, other.1.as_ref());
            let to: Vec<ReplicaId> = others.iter().filter(spending).map(|other| other.0).collect();
            if Self::spends(roles, role) || to.is_empty() {
                continue;
            }
            let kind = &plan.var(*var).kind;
            let mut state = state(*var);
            let mut found = Vec::new();
            held(&state, parts, holder, &mut Vec::new(), &mut found);
            for (path, rights) in found {
                for (to, share) in to.iter().zip(divided(rights, to.len() as u64)) {
                    transfer(&mut state, kind, &path, holder, *to, share, *var, &mut group);
                }
            }
        }
        group
    }
}

/// Equal parts of `rights`, the first ones greater by one where it does not come out even.
fn divided(rights: u64, among: u64) -> impl Iterator<Item = u64> {
    (0..among).map(move |at| rights / among + u64::from(at < rights % among))
}

/// The counters at a place, and what `holder` holds of each.
fn held(
    at: &dyn Reading<Value>,
    parts: &[Option<usize>],
    holder: ReplicaId,
    path: &mut Vec<Step<Value>>,
    found: &mut Vec<(Vec<Step<Value>>, u64)>,
) {
    let Some((first, rest)) = parts.split_first() else {
        let rights = at.rights(holder).and_then(|rights| u64::try_from(rights).ok());
        found.extend(rights.filter(|rights| *rights > 0).map(|rights| (path.clone(), rights)));
        return;
    };
    let mut below = |step: Step<Value>, inner: &dyn Reading<Value>| {
        path.push(step);
        held(inner, rest, holder, path, found);
        path.pop();
    };
    match first {
        Some(part) => {
            if let Some(inner) = at.part(*part) {
                below(Step::Part(*part), inner);
            }
        }
        None => at.entries().for_each(|(key, inner)| below(Step::Key(key.clone()), inner)),
    }
}

#[expect(clippy::too_many_arguments)]
fn transfer(
    state: &mut State<Value>,
    kind: &Kind,
    path: &[Step<Value>],
    holder: ReplicaId,
    to: ReplicaId,
    share: u64,
    var: VarId,
    group: &mut Group,
) {
    let stamp = Stamp { replica: holder, now_us: 0 };
    let args = [Arg::Amount(share), Arg::Node(to)];
    if share == 0 {
        return;
    }
    // Refused only where a cell of the matrix is full: then the rights stay where they are.
    if let Ok(made) = state.mutate(kind, path, "transfer", &args, &stamp) {
        state.join(&made.delta, &mut lasp_lattice::Unobserved);
        group.add(var, &made.delta);
    }
}

#[cfg(test)]
mod tests {
    use super::divided;

    #[test]
    fn shares_are_equal_and_the_remainder_goes_to_the_first() {
        let of = |rights, among| divided(rights, among).collect::<Vec<u64>>();
        assert_eq!(of(7, 3), [3, 2, 2]);
        assert_eq!(of(2, 3), [1, 1, 0]);
        assert_eq!(of(6, 2), [3, 3]);
        assert_eq!(of(u64::MAX, 2), [u64::MAX / 2 + 1, u64::MAX / 2]);
    }
}

//! A delta group: what one or more whole ops have changed, as one delta per variable.
//!
//! ```text
//! op 1   s ← {x}    n ← {A: 1}
//! op 2              n ← {A: 2}
//! group  s ← {x}    n ← {A: 2}         the join, variable by variable
//! ```
//!
//! A group is kept, sent, forwarded and joined whole, so nobody ever shows half an op.
//!
//! Invariants: no delta is bottom; in bytes the variables ascend, and equal groups have equal bytes.
//!
//! Neighbours: `record` and `message` carry groups. Source: Almeida, Shoker, Baquero 2018 (delta groups).

use std::collections::BTreeMap;

use lasp_lattice::{Hlc, State, Unobserved};
use lasp_plan::{Plan, Value, ValueCodec, VarId};

use super::frame::{Damaged, Frame, Parse};

/// Deltas by variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group(BTreeMap<VarId, State<Value>>);

impl Group {
    /// The group of these deltas, in any order.
    pub fn of(deltas: impl IntoIterator<Item = (VarId, State<Value>)>) -> Group {
        let mut group = Group::default();
        for (var, delta) in deltas {
            group.add(var, &delta);
        }
        group
    }

    /// Whether it would change nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The deltas, by variable.
    pub fn deltas(&self) -> impl Iterator<Item = (VarId, &State<Value>)> {
        self.0.iter().map(|(var, delta)| (*var, delta))
    }

    /// Joins another group. O(the other · log of this one).
    pub fn join(&mut self, other: &Group) {
        other.deltas().for_each(|(var, delta)| self.add(var, delta));
    }

    /// Joins one delta.
    pub fn add(&mut self, var: VarId, delta: &State<Value>) {
        if delta.is_bottom() {
            return;
        }
        match self.0.get_mut(&var) {
            Some(mine) => drop(mine.join(delta, &mut Unobserved)),
            None => drop(self.0.insert(var, delta.clone())),
        }
    }

    /// The part that the states given do not know yet: what is worth keeping and sending on (RR: Enes, Almeida,
    /// Baquero, Leitão, ICDE 2019).
    #[must_use]
    pub fn novel<'s>(&self, state: impl Fn(VarId) -> &'s State<Value>) -> Group {
        Group::of(self.deltas().map(|(var, delta)| (var, delta.novel(state(var)))))
    }

    /// The greatest hybrid clock inside.
    pub fn latest(&self) -> Option<Hlc> {
        self.0.values().filter_map(State::latest).max()
    }

    pub(super) fn write(&self, plan: &Plan, out: &mut Frame) {
        out.number(self.0.len() as u64);
        for (var, delta) in self.deltas() {
            out.number(u64::from(var.0));
            out.bytes(&delta.encode(&plan.var(var).kind, &ValueCodec));
        }
    }

    /// Reads a group of this program: every variable is one of its own, every delta of that variable's kind.
    pub(super) fn read(plan: &Plan, input: &mut Parse<'_>) -> Result<Group, Damaged> {
        let mut group = Group::default();
        for _ in 0..input.count()? {
            let var = VarId(input.number_u32()?);
            let Some(declared) = plan.vars.get(var.0 as usize) else {
                return Err(input.error("the program has no such variable"));
            };
            if group.0.last_key_value().is_some_and(|(last, _)| *last >= var) {
                return Err(input.error("variables are out of order"));
            }
            let delta = State::decode(&declared.kind, input.bytes()?, &ValueCodec)
                .map_err(|error| Damaged(format!("`{}`: {error}", declared.name)))?;
            if delta.is_bottom() {
                return Err(input.error("a delta says nothing"));
            }
            group.0.insert(var, delta);
        }
        Ok(group)
    }
}

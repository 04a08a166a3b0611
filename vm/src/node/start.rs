//! A node among others: how it starts again, what it takes in from them, and what it hands on.
//!
//! ```text
//! Start { replica, role, memory } ─► Node ─ take_commits ─► [kept, sent]
//!                                      ▲
//!                                      └─ absorb ◄─ deltas of others, one atomic step
//! ```
//!
//! A node that remembers goes on: a `when` that has fired does not fire again, watches do not report what was there
//! before, and ops are counted on. One that starts afresh reports everything from the initial values on.
//!
//! Invariant: what is absorbed is joined whole before a view, a `when` or a watch sees any of it.
//!
//! Neighbours: [`crate::replica`], which keeps commits on a disk and brings deltas; `drive`, which makes commits.

use std::sync::Arc;

use lasp_lattice::{ReplicaId, State};
use lasp_plan::{Plan, Row, Value, VarId, VarPlan};

use super::needs::Needs;
use super::{LOCAL, Node, Out, code, genesis};

/// How a node starts.
pub struct Start<'s> {
    /// The replica it writes as. Not node 0, which is the writer of initial values.
    pub replica: ReplicaId,
    /// What programs call it.
    pub name: &'s str,
    /// The role it plays; none: all of them.
    pub role: Option<&'s str>,
    /// Who has the rights in a variable's initial value: the same answer on every node.
    pub heir: &'s dyn Fn(&VarPlan) -> Option<ReplicaId>,
    /// What it knows from before, if it has run before.
    pub memory: Option<Memory>,
    /// Whether somebody takes its commits.
    pub keeps_commits: bool,
}

/// What a node knows from before it was started.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// All that was ever joined, but for the initial values.
    pub deltas: Vec<(VarId, State<Value>)>,
    /// The rows that `when`s, by position, have fired for.
    pub fired: Vec<(u32, Row)>,
    /// How many ops this replica has done.
    pub ops: u64,
}

/// An op that holds: what has to be durable before anybody hears of it.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The number of the op at this replica, from 1. Ops that failed have numbers too.
    pub number: u64,
    /// What it has changed.
    pub deltas: Vec<(VarId, State<Value>)>,
    /// The `when` it is of, by position, and the row that has fired.
    pub fired: Option<(u32, Row)>,
    /// Whether it has emitted something.
    pub emits: bool,
}

impl Node {
    /// Starts a plan on one node of several.
    #[must_use]
    pub fn start_as(plan: Arc<Plan>, start: Start<'_>, now_us: i64) -> (Node, Vec<Out>) {
        let mut node = Node::empty(plan.clone(), start.replica, now_us);
        node.commits = start.keeps_commits.then(Vec::new);
        node.role = start.role.map(str::to_string);
        node.vars.set_role(start.role);
        node.vars.keep_deltas(start.keeps_commits);
        node.name_node(LOCAL, start.replica);
        node.name_node(start.name, start.replica);
        let own = node.role.clone();
        let plays = |role: &Option<String>| own.is_none() || role.is_none() || *role == own;
        node.reactions.assign(plays);
        node.vars.find_cells(&code::updates(&plan));
        node.needs = Arc::new(Needs::of(&plan, &node.vars, plays));
        let failures = genesis::found(&plan, &mut node.vars, start.heir);
        node.outs = failures.into_iter().map(|failure| Out::Failed { failure }).collect();
        if let Some(memory) = start.memory {
            node.ops = memory.ops;
            for (var, delta) in &memory.deltas {
                node.vars.absorb(*var, delta);
            }
            node.reactions.resume(memory.fired);
        }
        node.vars.show_all();
        let outs = node.flush();
        node.reactions.resumed();
        (node, outs)
    }

    /// Joins what others have done, as one step.
    pub fn absorb<'d>(&mut self, now_us: i64, deltas: impl Iterator<Item = (VarId, &'d State<Value>)>) -> Vec<Out> {
        (self.now_us, self.at_us) = (now_us, now_us);
        // What waits to be told of a cell is told before something else changes it.
        self.tell();
        for (var, delta) in deltas {
            self.vars.absorb(var, delta);
        }
        self.depth = 0;
        self.unstepped += 1;
        self.run_queue(false);
        std::mem::take(&mut self.outs)
    }

    /// The ops since the last call that have changed or emitted something, first to last. None if nobody said that they
    /// are taken.
    pub fn take_commits(&mut self) -> Vec<Commit> {
        let made = self.commits.as_mut().map(std::mem::take).unwrap_or_default();
        made.into_iter().filter(|made| !made.deltas.is_empty() || made.fired.is_some() || made.emits).collect()
    }

    /// The number of an op that is done outside of the node.
    pub(crate) fn take_op_number(&mut self) -> u64 {
        self.ops += 1;
        self.ops
    }

    /// The state of a variable.
    #[must_use]
    pub fn state(&self, var: VarId) -> &State<Value> {
        self.vars.state(var)
    }
}

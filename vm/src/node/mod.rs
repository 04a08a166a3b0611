//! The node core: one node that runs a program, as a state machine without IO, clock or randomness.
//!
//! ```text
//!            InEvent, now ─► Node::handle ─► Vec<Out>
//!
//!   event ─► handlers, one atomic op ─► variables ─► differences ─► step of the dataflow ─► whens, watches: more ops
//!               └─ emit of an event: queued behind ◄────────────────────────────────────────────┘
//! ```
//!
//! A step costs the same overhead for one difference as for a thousand. So where nobody needs to hear of each event by
//! itself (no `when`, no watch, no subscriber) and the event's handlers read no view, differences pile up and
//! `EVENTS_PER_STEP` events or more share one step. What can be seen is the same either way.
//!
//! Invariants:
//! - the same calls with the same times give the same outs, byte for byte;
//! - an op is atomic: after a failure no update, no emit and no difference of it is left, and the op counts as done;
//! - an op sees the variables with its own writes, and the views as of its start.
//!
//! A node that runs alone plays every role; one of several may play one ([`Start`]), and then handles, fires and writes
//! what that role does. `writable by` is enforced by the checker and where an update is made, not yet by receivers.
//!
//! Code map: `start` a node among others; `batch` many events at once; `drive` runs queued work until all is quiet;
//! `txn` one op; `react` what follows from a step; `views` the dataflow read as values; `genesis` initial values;
//! `needs`, `code`, `lean`, `total`, `extent` and `bounds` what is known in advance; `ids` ids of emits.

mod batch;
mod bounds;
mod code;
mod drive;
mod extent;
pub(crate) mod genesis;
mod ids;
mod lean;
mod needs;
mod react;
mod start;
mod total;
mod txn;
mod views;

use std::collections::VecDeque;
use std::sync::Arc;

use lasp_lattice::ReplicaId;
use lasp_plan::{Expr, Plan, Stmt, Type, Value, ValueCodec, VarId, VarPlan, ViewId};

use crate::Failure;
use crate::diffs::Diffs;
use crate::eval::Frame;
use crate::flow::Profiled;
use crate::vars::Vars;
use batch::Stride;
use drive::Queued;
use needs::Needs;
use react::Reactions;
use views::{Here, Views};

/// How many events share one step of the dataflow: enough that the step's overhead no longer shows, few enough that
/// a batch stays in the cache.
const EVENTS_PER_STEP: usize = 1024;
/// With fewer differences than this, more events may: they touch the same counters again and again.
const ROWS_PER_STEP: usize = 1024;
/// But not for ever.
const EVENTS_PER_STEP_MAX: usize = 16 * EVENTS_PER_STEP;

/// What a node that was given no other name is called in programs.
pub const LOCAL: &str = "local";

pub use batch::{EventId, EventRow};
pub use start::{Commit, Memory, Start};

/// An event from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InEvent {
    /// Which event, by position in the plan.
    pub event: u32,
    /// When it happened, if its source says so; else it happened now. Microseconds since 1970 UTC.
    pub at_us: Option<i64>,
    /// Its fields in the order declared, without `at`.
    pub fields: Vec<Value>,
}

/// What a node tells the outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Out {
    /// An output. The same id may come again (after a restart, from another node): it is the same effect.
    Emit {
        /// The output.
        name: String,
        /// 16 hex digits.
        id: String,
        /// A record, slots sorted by field name.
        value: Value,
        /// Its type.
        ty: Type,
    },
    /// A view that somebody [subscribed](Node::subscribe) to has changed. Elements of a set; entries of a map as pairs;
    /// of a scalar the new and the old value.
    Change {
        /// Which view.
        view: ViewId,
        /// What came.
        added: Vec<Value>,
        /// What went.
        removed: Vec<Value>,
    },
    /// Something failed and was undone as a whole; an event that failed counts as seen.
    Failed {
        /// Why, where, and over which event or element.
        failure: Failure,
    },
    /// A view that is shown, watched or subscribed to has failed, or fails for another reason now.
    Poisoned {
        /// Which view.
        view: ViewId,
        /// Why.
        failure: Failure,
    },
    /// It is well again.
    Recovered {
        /// Which view.
        view: ViewId,
        /// What had been wrong.
        failure: Failure,
    },
}

/// One node, running a plan.
///
/// The outs of anything that a reading call (`eval`, `value`, `subscribe`) sets off come with the next call that
/// returns some.
pub struct Node {
    plan: Arc<Plan>,
    needs: Arc<Needs>,
    replica: ReplicaId,
    vars: Vars,
    views: Views,
    reactions: Reactions,
    /// Events that wait: from outside one at a time, and those that ops emit.
    events: VecDeque<Queued>,
    outs: Vec<Out>,
    /// How many ops there have been.
    ops: u64,
    /// Events since the last step.
    unstepped: usize,
    /// How far the op in hand is from what came from outside.
    depth: u32,
    /// The depth of the deepest op whose differences wait for a step.
    deepest: u32,
    now_us: i64,
    /// When the event in hand happened.
    at_us: i64,
    /// The role it plays; none: all of them.
    role: Option<String>,
    /// Ops that hold, if somebody takes them.
    commits: Option<Vec<Commit>>,
    /// What the views were told of a batch of events, while it may turn out to have a consequence in its middle.
    trial: Option<Diffs>,
    /// How many events are tried at once.
    stride: Stride,
}

impl Node {
    /// Starts a plan: initial values, the first step, and the first `when`s and watches.
    ///
    /// `replica` must not be node 0, which is the writer of initial values.
    #[must_use]
    pub fn start(plan: Arc<Plan>, replica: ReplicaId, now_us: i64) -> (Node, Vec<Out>) {
        let heir = |_: &VarPlan| Some(replica);
        let start = Start { replica, name: LOCAL, role: None, heir: &heir, memory: None, keeps_commits: false };
        Node::start_as(plan, start, now_us)
    }

    /// Every variable at bottom, and nothing has happened.
    fn empty(plan: Arc<Plan>, replica: ReplicaId, now_us: i64) -> Node {
        debug_assert_ne!(replica.node, 0, "node 0 writes initial values");
        let views = Views::new(plan.clone());
        let vars = Vars::new(plan.clone(), &views.ports());
        Node {
            needs: Arc::new(Needs::of(&plan, &vars, |_| true)),
            replica,
            vars,
            views,
            reactions: Reactions::new(plan.clone()),
            events: VecDeque::new(),
            outs: Vec::new(),
            ops: 0,
            unstepped: 0,
            depth: 0,
            deepest: 0,
            now_us,
            at_us: now_us,
            role: None,
            commits: None,
            trial: None,
            stride: Stride::of(&plan),
            plan,
        }
    }

    /// From now on the program may name this node, as in `transfer(3, to: "server")`. A node knows itself as [`LOCAL`].
    pub fn name_node(&mut self, name: &str, id: ReplicaId) {
        self.vars.name_node(name, id);
    }

    /// Handles an event: all its handlers as one op, then everything that follows.
    pub fn handle(&mut self, now_us: i64, event: InEvent) -> Vec<Out> {
        self.now_us = now_us;
        self.unstepped += 1;
        let at_us = event.at_us.unwrap_or(now_us);
        self.events.push_back(Queued { event: event.event, at_us, fields: event.fields, depth: 0 });
        self.run_queue(false);
        std::mem::take(&mut self.outs)
    }

    /// Runs statements as one op, as if they were a handler's. The second part is the answer of the last update, if it
    /// answers.
    pub fn update(&mut self, now_us: i64, body: &[Stmt]) -> (Vec<Out>, Option<Value>) {
        (self.now_us, self.at_us) = (now_us, now_us);
        if needs::block_reads(body) {
            self.run_queue(true);
        }
        self.depth = 0;
        // They go the way of deltas, which must not meet a cell that waits to be told.
        self.tell();
        let answer = self.run_statements(body);
        self.unstepped += 1;
        self.run_queue(false);
        (std::mem::take(&mut self.outs), answer.map(Value::Bool))
    }

    /// Evaluates an expression over the state as it is now.
    ///
    /// # Errors
    /// What the expression fails with; R0706 if it reads a failed view.
    pub fn eval(&mut self, expr: &Expr) -> Result<Value, Failure> {
        self.run_queue(true);
        let here = Here { plan: &self.plan, vars: &self.vars, views: &self.views, replica: self.replica };
        crate::eval::eval(expr, &mut Frame::new(&[]), &here)
    }

    /// The current value of a view.
    ///
    /// # Errors
    /// Why the view has failed.
    pub fn value(&mut self, view: ViewId) -> Result<Value, Failure> {
        self.run_queue(true);
        self.views.value(view)
    }

    /// The current value of a variable.
    ///
    /// # Errors
    /// R0701 if it holds a count outside `int`.
    pub fn variable(&mut self, var: VarId) -> Result<Value, Failure> {
        self.vars.value(var)
    }

    /// From now on, changes of the view are reported. Its value until now is [`Node::value`].
    pub fn subscribe(&mut self, view: ViewId) {
        self.run_queue(true);
        self.reactions.subscribe(view, &self.views, &mut self.outs);
    }

    /// Brings every view up to date.
    pub fn flush(&mut self) -> Vec<Out> {
        self.run_queue(true);
        std::mem::take(&mut self.outs)
    }

    /// From now on the operators of the views are timed by this clock: nanoseconds since some moment.
    pub fn measure(&mut self, clock: fn() -> u64) {
        self.views.measure(clock);
    }

    /// What each operator of the views has done since the start, inputs before readers; times since [`Node::measure`].
    #[must_use]
    pub fn profile(&self) -> Vec<Profiled> {
        self.views.profile()
    }

    /// How many bytes a variable takes on a disk. O(its size).
    #[must_use]
    pub fn bytes_of(&self, var: VarId) -> usize {
        self.vars.state(var).encode(&self.plan.var(var).kind, &ValueCodec).len()
    }

    /// The plan it runs.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }
}

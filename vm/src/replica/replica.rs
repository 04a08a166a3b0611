//! One replica: a node, its disk, and what its neighbours have of it.
//!
//! ```text
//! start ─► handle, update ─► message_for(b) ┄┄► receive ─► ack ┄┄► acknowledged
//!   ▲                                                                  │
//!   └───────────────────────── stop: the disk alone ◄──────────────────┘
//! ```
//!
//! Invariant: nothing leaves this type (outs, messages, acks) before the disk has what it is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use lasp_lattice::{ClockAhead, ReplicaId, State, admit};
use lasp_plan::{Expr, Plan, Stmt, Value, ValueCodec, VarId, VarPlan, ViewId};

use super::disk::Disk;
use super::frame::Damaged;
use super::group::Group;
use super::message::{Ack, Message};
use super::record::{Record, Remembered};
use super::sync::{Due, Outbox};
use crate::node::Start;
use crate::{Failure, InEvent, Node, Out};

/// Who a replica is, whatever its disk says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The node's key.
    pub key: u64,
    /// What programs and people call it.
    pub name: String,
    /// The role it plays; none: all of them.
    pub role: Option<String>,
}

/// See the module.
pub struct Replica {
    plan: Arc<Plan>,
    id: ReplicaId,
    node: Node,
    disk: Disk,
    outbox: Outbox,
    /// Up to which position of theirs each neighbour is known here, with everything before.
    heard: BTreeMap<ReplicaId, u64>,
}

/// What a message has led to.
#[derive(Debug)]
pub struct Received {
    /// What follows from what was new.
    pub outs: Vec<Out>,
    /// What the sender is to be told.
    pub ack: Ack,
    /// Whether all that the message says is known here now; if not, something that came before it is missing.
    pub complete: bool,
}

/// Why a message is not joined. The sender is not told that it arrived, so it will offer it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The bytes are no message for this program.
    Damaged(Damaged),
    /// A clock in it is too far ahead of the clock here.
    ClockAhead(ClockAhead),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Damaged(damaged) => write!(f, "receiving a message: {damaged}"),
            Refusal::ClockAhead(ahead) => ahead.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

impl Replica {
    /// Starts a node from its disk.
    ///
    /// `fresh` is asked for an incarnation that this key has never had, if the disk does not prove that it may go on
    /// under its own. `heir` says who got the rights in the initial value of a variable: the same answer on every node.
    ///
    /// # Errors
    /// When the log cannot be read. The disk is then better given up as lost: what it knew is with the neighbours.
    pub fn start(
        plan: &Arc<Plan>,
        identity: &Identity,
        mut disk: Disk,
        fresh: impl FnOnce() -> u32,
        heir: &dyn Fn(&VarPlan) -> Option<ReplicaId>,
        now_us: i64,
    ) -> Result<(Replica, Vec<Out>), Damaged> {
        let mut remembered = Remembered::read(plan, &disk)?;
        let is_new = remembered.writer.is_none();
        let incarnation = match remembered.proven(&disk) {
            Some(incarnation) => incarnation,
            None => {
                let incarnation = fresh();
                let started = Record::Started { incarnation, device: disk.device() };
                disk.append(incarnation, started.encode(plan));
                remembered.memory.ops = 0;
                incarnation
            }
        };
        let id = ReplicaId { node: identity.key, incarnation };
        let memory = std::mem::take(&mut remembered.memory);
        let start = Start {
            replica: id,
            name: &identity.name,
            role: identity.role.as_deref(),
            heir,
            memory: (!is_new).then_some(memory),
            keeps_commits: true,
        };
        let (node, outs) = Node::start_as(plan.clone(), start, now_us);
        let outbox = Outbox::new(disk.log().len() as u64);
        let mut replica = Replica { plan: plan.clone(), id, node, disk, outbox, heard: remembered.heard };
        replica.persist();
        Ok((replica, outs))
    }

    /// Under which name it writes.
    #[must_use]
    pub fn id(&self) -> ReplicaId {
        self.id
    }

    /// From now on the program may name this node.
    pub fn name_node(&mut self, name: &str, id: ReplicaId) {
        self.node.name_node(name, id);
    }

    /// Handles an event.
    pub fn handle(&mut self, now_us: i64, event: InEvent) -> Vec<Out> {
        let mut outs = self.node.handle(now_us, event);
        outs.extend(self.node.flush());
        self.persist();
        outs
    }

    /// Runs statements as one op; the second part is the answer of the last update, if it answers.
    pub fn update(&mut self, now_us: i64, body: &[Stmt]) -> (Vec<Out>, Option<Value>) {
        let (mut outs, answer) = self.node.update(now_us, body);
        outs.extend(self.node.flush());
        self.persist();
        (outs, answer)
    }

    /// Writes deltas that no statement has made, as one op of this replica.
    pub(super) fn write(&mut self, now_us: i64, group: Group) -> Vec<Out> {
        let number = self.node.take_op_number();
        self.append(None, Record::Op { number, fired: None, group: group.clone() }, &group);
        self.absorb(now_us, &group)
    }

    /// The value of a view.
    ///
    /// # Errors
    /// Why the view has failed.
    pub fn value(&mut self, view: ViewId) -> Result<Value, Failure> {
        self.node.value(view)
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// What it fails with.
    pub fn eval(&mut self, expr: &Expr) -> Result<Value, Failure> {
        self.node.eval(expr)
    }

    /// The state of a variable.
    #[must_use]
    pub fn state(&self, var: VarId) -> &State<Value> {
        self.node.state(var)
    }

    /// All states in their canonical form: replicas that know the same have the same bytes.
    #[must_use]
    pub fn states_encoded(&self) -> Vec<Vec<u8>> {
        let vars = (0..).zip(&self.plan.vars);
        vars.map(|(id, var)| self.state(VarId(id)).encode(&var.kind, &ValueCodec)).collect()
    }

    /// What `neighbour` has not acknowledged, if there is anything; with `full` everything.
    #[must_use]
    pub fn message_for(&self, neighbour: ReplicaId, full: bool) -> Option<Message> {
        let upto = self.disk.log().len() as u64;
        match if full { Due::All } else { self.outbox.due(neighbour) } {
            Due::Nothing => None,
            Due::Since(base, group) => Some(Message { from: self.id, base, upto, group }),
            Due::All => {
                let vars = (0..self.plan.vars.len() as u32).map(VarId);
                let group = Group::of(vars.map(|var| (var, self.state(var).clone())));
                Some(Message { from: self.id, base: 0, upto, group })
            }
        }
    }

    /// Takes a message from outside: once, twice, late, or not for the first time.
    ///
    /// # Errors
    /// When it is not joined.
    pub fn receive(&mut self, now_us: i64, bytes: &[u8]) -> Result<Received, Refusal> {
        let message = Message::decode(&self.plan, bytes).map_err(Refusal::Damaged)?;
        admit(message.group.latest(), now_us).map_err(Refusal::ClockAhead)?;
        let heard = self.heard.get(&message.from).copied().unwrap_or(0);
        if message.base > heard {
            // Something before it is missing here. The ack says what, and the sender sends more.
            let ack = Ack { from: self.id, to: message.from, heard };
            return Ok(Received { outs: Vec::new(), ack, complete: false });
        }
        let heard = heard.max(message.upto);
        let news = message.group.novel(|var| self.node.state(var));
        let mut outs = Vec::new();
        if !news.is_empty() {
            let record = Record::Absorbed { from: message.from, upto: heard, group: news.clone() };
            self.append(Some(message.from), record, &news);
            outs = self.absorb(now_us, &news);
        }
        self.heard.insert(message.from, heard);
        Ok(Received { outs, ack: Ack { from: self.id, to: message.from, heard }, complete: true })
    }

    /// Takes the answer to a message.
    pub fn acknowledged(&mut self, ack: Ack) {
        self.outbox.acknowledged(ack, self.disk.log().len() as u64);
    }

    /// The disk as it is now.
    #[must_use]
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// The end, expected or not: only the disk is left.
    #[must_use]
    pub fn stop(self) -> Disk {
        self.disk
    }

    fn absorb(&mut self, now_us: i64, group: &Group) -> Vec<Out> {
        let mut outs = self.node.absorb(now_us, group.deltas());
        outs.extend(self.node.flush());
        self.persist();
        outs
    }

    /// Writes down what the node has done since the last time.
    fn persist(&mut self) {
        for commit in self.node.take_commits() {
            let group = Group::of(commit.deltas);
            let record = Record::Op { number: commit.number, fired: commit.fired, group: group.clone() };
            self.append(None, record, &group);
        }
    }

    fn append(&mut self, from: Option<ReplicaId>, record: Record, group: &Group) {
        let position = self.disk.append(self.id.incarnation, record.encode(&self.plan));
        if !group.is_empty() {
            self.outbox.keep(position, from, group.clone());
        }
    }
}

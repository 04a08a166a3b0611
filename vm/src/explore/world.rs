//! Replicas of the variables, and what has held where.
//!
//! ```text
//! a  states, held {}        update ─► delta joined ─► question asked again: is all that was held still there?
//! b  states, held {true}    hear   ─► states joined, what the other held is held here too
//! ```
//!
//! Invariants: `held` only grows along with the state, so a row of it that is missing is a breach. States are shared
//! until they change, so a world is copied in a few words. Neighbours: `search` and `schedule` move through worlds.

use std::collections::BTreeSet;
use std::sync::Arc;

use lasp_lattice::{Answer, ReplicaId, Stamp, State, Unobserved};
use lasp_plan::{Expr, Plan, Value, ValueCodec, VarId, VarPlan, ViewId};

use super::REPLICAS;
use super::alphabet::Alphabet;
use super::ops::{self, Op};
use super::order::Way;
use crate::Failure;
use crate::eval::{Frame, World as Reads, eval};
use crate::node::genesis;
use crate::vars::Vars;

/// A question, and what there is to do about it.
pub(super) struct Setting<'q> {
    pub(super) vars: &'q [VarPlan],
    pub(super) question: &'q Expr,
    /// Updates to try, by variable; only of those that the question reads.
    pub(super) ops: Vec<Vec<Op>>,
    /// If the question is about a value of any type: its order. Then the value is the one row, and what it must not go
    /// below.
    pub(super) way: Option<Way<'q>>,
    /// Whether [`Asked::Torn`] is asked for; else it is a failure like others.
    pub(super) torn: bool,
    start: Vec<Arc<State<Value>>>,
}

impl<'q> Setting<'q> {
    pub(super) fn new(vars: &'q [VarPlan], question: &'q Expr) -> Setting<'q> {
        let mut ops = ops::all(vars, &Alphabet::of(question));
        let mut read = BTreeSet::new();
        variables(question, &mut read);
        ops.retain(|of| of.first().is_some_and(|op| read.contains(&op.var)));
        let plan = Arc::new(Plan { vars: vars.to_vec(), ..Plan::default() });
        let mut initial = Vars::new(plan.clone(), &BTreeSet::new());
        // A variable whose initial value fails stays at its least state, as it does in a node.
        genesis::found(&plan, &mut initial, &|_| Some(id(0)));
        let start = (0..).zip(vars).map(|(at, _)| Arc::new(initial.state(VarId(at)).clone())).collect();
        Setting { vars, question, ops, way: None, torn: false, start }
    }

    /// Whether a row that was held is still there, or something above it.
    fn keeps(&self, rows: &[Value], held: &Value) -> bool {
        match &self.way {
            None => rows.binary_search(held).is_ok(),
            Some(way) => rows.iter().all(|value| way.keeps(held, value)),
        }
    }

    /// Everybody at the initial values.
    pub(super) fn start(&self) -> World {
        let replica = Replica { states: self.start.clone(), held: Arc::from([]) };
        World { replicas: std::array::from_fn(|_| replica.clone()) }
    }
}

/// The variables that an expression reads.
fn variables(expr: &Expr, found: &mut BTreeSet<usize>) {
    if let lasp_plan::ExprKind::Var(id) = expr.kind {
        found.insert(id.0 as usize);
    }
    lasp_plan::parts::parts(expr).into_iter().for_each(|part| variables(part, found));
}

/// Who the replica at a position is. Genesis is replica 0.0.
fn id(at: usize) -> ReplicaId {
    ReplicaId { node: at as u64 + 1, incarnation: 0 }
}

/// What asking the question has shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Asked {
    /// It failed: nothing is known.
    Failed,
    /// All that was held still is; `grown`: and more.
    Holds { grown: bool },
    /// This row was held and is not there any more.
    Broken(Value),
    /// This row was held, and now an `ivar` has two values and nothing can be said of it: nodes that have seen one of
    /// them disagree for ever.
    Torn(Value),
}

impl Asked {
    /// Whether something that was held is gone.
    pub(super) fn is_breach(&self) -> bool {
        matches!(self, Asked::Broken(_) | Asked::Torn(_))
    }
}

/// A replica.
#[derive(Clone)]
pub(super) struct Replica {
    states: Vec<Arc<State<Value>>>,
    /// Rows that were there at this replica or at one whose state was joined, sorted. Of a truth value: one, or none;
    /// of a value by its order: the values seen last.
    pub(super) held: Arc<[Value]>,
}

/// All replicas.
#[derive(Clone)]
pub(super) struct World {
    pub(super) replicas: [Replica; REPLICAS],
}

impl World {
    /// Makes an update at a replica; false if it changes nothing there.
    pub(super) fn update(&mut self, setting: &Setting<'_>, at: usize, op: &Op, now_us: i64) -> bool {
        self.replicas[at].update(setting, at, op, now_us)
    }

    /// Joins the state of `from` into `at`; false if it knew all of it.
    pub(super) fn hear(&mut self, at: usize, from: usize) -> bool {
        if at == from {
            return false;
        }
        let other = self.replicas[from].clone();
        let here = &mut self.replicas[at];
        let mut news = false;
        for (mine, theirs) in here.states.iter_mut().zip(&other.states) {
            if !Arc::ptr_eq(mine, theirs) && mine != theirs {
                news |= Arc::make_mut(mine).join(theirs, &mut Unobserved);
            }
        }
        if other.held.iter().any(|row| here.held.binary_search(row).is_err()) {
            let mut both: Vec<Value> = here.held.iter().chain(&*other.held).cloned().collect();
            both.sort_unstable();
            both.dedup();
            here.held = both.into();
            news = true;
        }
        news
    }

    /// Equal bytes, equal worlds.
    pub(super) fn bytes(&self, setting: &Setting<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for replica in &self.replicas {
            for state in &replica.states {
                let body = state.encode_body(&ValueCodec);
                bytes.extend((body.len() as u32).to_le_bytes());
                bytes.extend(body);
            }
            // What is held follows from the states and the question, but for what has failed since.
            bytes.push(u8::from(replica.held.is_empty()));
        }
        bytes.push(u8::try_from(setting.vars.len()).unwrap_or(u8::MAX));
        bytes
    }
}

impl Replica {
    /// Whether nothing has happened here.
    pub(super) fn is_untouched(&self, setting: &Setting<'_>) -> bool {
        self.states.iter().zip(&setting.start).all(|(state, start)| Arc::ptr_eq(state, start))
    }

    pub(super) fn update(&mut self, setting: &Setting<'_>, at: usize, op: &Op, now_us: i64) -> bool {
        let stamp = Stamp { replica: id(at), now_us };
        let state = &mut self.states[op.var];
        let kind = &setting.vars[op.var].kind;
        match state.mutate(kind, &op.path, op.method, &op.args, &stamp) {
            Ok(made) if made.answer != Answer::Bool(false) && !made.delta.is_bottom() => {
                Arc::make_mut(state).join(&made.delta, &mut Unobserved)
            }
            _ => false,
        }
    }

    /// The rows that are there: of a truth value the unit, or nothing.
    pub(super) fn rows(&self, setting: &Setting<'_>, at: usize) -> Result<Vec<Value>, Failure> {
        let here = Here { vars: setting.vars, states: &self.states, replica: id(at) };
        Ok(match eval(setting.question, &mut Frame::new(&[]), &here)? {
            value if setting.way.is_some() => vec![value],
            Value::Bool(true) => vec![Value::unit()],
            Value::Bool(false) => Vec::new(),
            rows => {
                let mut rows = rows.elements().unwrap_or_default();
                rows.sort_unstable();
                rows
            }
        })
    }

    /// Asks the question here, and holds what is there.
    pub(super) fn ask(&mut self, setting: &Setting<'_>, at: usize) -> Asked {
        let rows = match (self.rows(setting, at), self.held.first()) {
            (Ok(rows), _) => rows,
            (Err(failure), Some(held)) if setting.torn && failure.code == "R0707" => {
                return Asked::Torn(held.clone());
            }
            (Err(_), _) => return Asked::Failed,
        };
        if let Some(gone) = self.held.iter().find(|row| !setting.keeps(&rows, row)) {
            return Asked::Broken(gone.clone());
        }
        let grown = match setting.way {
            None => rows.len() > self.held.len(),
            Some(_) => *rows != *self.held,
        };
        if grown {
            self.held = rows.into();
        }
        Asked::Holds { grown }
    }
}

/// What the question reads.
struct Here<'w> {
    vars: &'w [VarPlan],
    states: &'w [Arc<State<Value>>],
    replica: ReplicaId,
}

const NO_VIEWS: &str = "views are unfolded in a question";

impl Reads for Here<'_> {
    fn var(&self, id: VarId) -> (&State<Value>, &VarPlan) {
        (&self.states[id.0 as usize], &self.vars[id.0 as usize])
    }

    fn view(&self, _: ViewId) -> Result<Value, Failure> {
        unreachable!("{NO_VIEWS}")
    }

    fn view_contains(&self, _: ViewId, _: &Value) -> Result<bool, Failure> {
        unreachable!("{NO_VIEWS}")
    }

    fn view_len(&self, _: ViewId) -> Result<usize, Failure> {
        unreachable!("{NO_VIEWS}")
    }

    fn view_lookup(&self, _: ViewId, _: &Value) -> Result<Option<Value>, Failure> {
        unreachable!("{NO_VIEWS}")
    }

    fn replica(&self) -> ReplicaId {
        self.replica
    }
}

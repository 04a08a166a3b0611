//! The variables of a node: their states, updates to them, and what an update changed.
//!
//! ```text
//! quota["x"].spend(3)
//!   evaluated     path ["x"], method spend, args [3]
//!   the lattice   made and joined at once: answer true, before-image, delta if somebody is to have it
//!   here          before-image logged; what waits to be told: row ("x", 10) goes, ("x", 7) comes
//! ```
//!
//! Where nobody takes deltas and every update of a variable changes one *cell* of it, the way is shorter still
//! ([`Vars::apply`]).
//!
//! Invariants: what an update changes is logged, and [`Vars::rewind`] takes back exactly that, last first, with the
//! rows that wait to be told of it. A refused update has changed nothing.
//!
//! Neighbours: `lasp_lattice` (what an update means), `cells` (single cells, and the log), `diffs` (what waits to be
//! told), `node::txn` and `node::lean` (who makes updates), `node::genesis` (initial values).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lasp_lattice::{
    Answer, Arg, Changes, Item, Keep, Kind, MethodParam, Quick, ReplicaId, Stamp, State, Step, Unfit, Unobserved,
    UpdateError,
};
use lasp_plan::format::untyped_text_of;
use lasp_plan::{Place, Plan, Type, Update, Value, VarId, VarPlan};

use crate::Failure;
use crate::cells::{Cells, Given, Key, Log, Logged, Vault};
use crate::diffs::{Diff, Diffs};
use crate::eval::{Fault, leaf_row, state_value};

/// An update with everything in it evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) var: VarId,
    pub(crate) path: &'a [Step<Value>],
    pub(crate) method: &'a str,
    pub(crate) args: &'a [Value],
    pub(crate) place: Place,
}

/// What an op has changed, by variable, where somebody is to have it: the join of its deltas.
pub(crate) type Deltas = Vec<(VarId, State<Value>)>;

/// All variables, by [`VarId`].
#[derive(Debug)]
pub(crate) struct Vars {
    plan: Arc<Plan>,
    states: Vec<State<Value>>,
    /// Of the variables that are updated in place.
    cells: Vec<Option<Cells>>,
    /// Updates that may have to be taken back.
    log: Log,
    /// What has changed of variables without cells, and nobody has been told.
    diffs: Diffs,
    /// How many cells wait to be told.
    touched: usize,
    /// By variable and port: whether a view reads it. Of the others no rows are made.
    read: Vec<Vec<bool>>,
    /// The nodes that can be named in a program.
    nodes: BTreeMap<String, ReplicaId>,
    /// The role of this node; none: all of them.
    role: Option<String>,
    /// Whether somebody takes the deltas of ops that hold.
    keeps_deltas: bool,
}

impl Vars {
    /// Every variable at bottom. Differences are made for the ports that views read, and for no others.
    pub(crate) fn new(plan: Arc<Plan>, read: &BTreeSet<(VarId, u32)>) -> Vars {
        let states: Vec<_> = plan.vars.iter().map(|var| State::bottom(&var.kind)).collect();
        let cells = states.iter().map(|_| None).collect();
        let ports =
            |id, var: &VarPlan| (0..).zip(var.kind.ports()).map(|(port, _)| read.contains(&(id, port))).collect();
        let read = (0..).zip(&plan.vars).map(|(id, var)| ports(VarId(id), var)).collect();
        let (nodes, log, diffs) = (BTreeMap::new(), Log::default(), Diffs::default());
        Vars { plan, states, cells, log, diffs, touched: 0, read, nodes, role: None, keeps_deltas: false }
    }

    /// From now on variables are updated in place where that is possible: `updates` are all that a program makes. Role
    /// and deltas have to be known.
    pub(crate) fn find_cells(&mut self, updates: &[&Update]) {
        for ((id, var), cells) in (0..).map(VarId).zip(&self.plan.vars).zip(&mut self.cells) {
            let own: Vec<&Update> = updates.iter().copied().filter(|update| update.var == id).collect();
            let is_read = self.read[id.0 as usize].first() == Some(&true);
            let writable = may_write(var, self.role.as_deref());
            *cells = if self.keeps_deltas || !writable { None } else { Cells::of(id, var, is_read, &own) };
        }
    }

    /// Whether this node may write a variable.
    pub(crate) fn may_write(&self, id: VarId) -> bool {
        may_write(self.plan.var(id), self.role.as_deref())
    }

    /// Whether a variable is updated cell by cell.
    pub(crate) fn has_cells(&self, id: VarId) -> bool {
        self.cells[id.0 as usize].is_some()
    }

    /// Makes an update in place and logs it. Gives the answer, true where the method has none.
    ///
    /// An error says that it is refused, for the reason that [`Vars::refusal`] gives.
    #[inline]
    pub(crate) fn apply(
        &mut self,
        id: VarId,
        key: Option<&mut Key<'_>>,
        update: (Quick, Given<'_>),
        replica: ReplicaId,
    ) -> Result<bool, Unfit> {
        let at = id.0 as usize;
        let cells = self.cells[at].as_mut().ok_or(Unfit)?;
        let touched = cells.touched();
        let answer = cells.apply(&mut self.states[at], &self.plan.vars[at].kind, key, update, replica, &mut self.log);
        self.touched += cells.touched() - touched;
        answer
    }

    /// Why an update of a cell was refused.
    pub(crate) fn refusal(&self, call: &Call<'_>, stamp: &Stamp) -> Failure {
        let args = match self.checked(call) {
            Ok(args) => args,
            Err(failure) => return failure,
        };
        let kind = &self.plan.var(call.var).kind;
        match self.state(call.var).mutate(kind, call.path, call.method, &args, stamp) {
            Err(error) => self.failed(call, &error),
            Ok(_) => unreachable!("what is refused in place is refused as a delta"),
        }
    }

    /// How much has been logged.
    pub(crate) fn logged(&self) -> Logged {
        self.log.len()
    }

    /// Forgets what was logged behind this point: it holds.
    pub(crate) fn forget(&mut self, from: Logged) {
        self.log.truncate(from);
    }

    /// Takes back what was logged behind this point, last first. `told`: the views have heard of it, and the caller
    /// tells them the opposite.
    pub(crate) fn rewind(&mut self, from: Logged, told: bool, replica: ReplicaId) {
        let mut vault = Vault { states: &mut self.states, cells: &mut self.cells, diffs: &mut self.diffs };
        self.log.rewind(from, told, replica, &mut vault);
        self.touched = self.cells.iter().flatten().map(Cells::touched).sum();
    }

    /// How many cells and rows wait to be told.
    #[inline]
    pub(crate) fn touched(&self) -> usize {
        self.touched + self.diffs.len()
    }

    /// Tells what has changed since the last time; of each cell its old row and its new one.
    pub(crate) fn tell(&mut self, tell: &mut dyn FnMut(Diff<'_>)) {
        // What another replica has done comes first: what a cell was told to be is what that left.
        self.diffs.iter().for_each(&mut *tell);
        self.diffs.truncate(0);
        if std::mem::take(&mut self.touched) == 0 {
            return;
        }
        for (cells, state) in self.cells.iter_mut().zip(&self.states) {
            if let Some(cells) = cells.as_mut().filter(|cells| cells.touched() > 0) {
                cells.tell(state, tell);
            }
        }
    }

    /// From now on a program may name this node; the last name given counts.
    pub(crate) fn name_node(&mut self, name: &str, id: ReplicaId) {
        self.nodes.insert(name.to_string(), id);
    }

    /// From now on only what this role may write is written here.
    pub(crate) fn set_role(&mut self, role: Option<&str>) {
        self.role = role.map(str::to_string);
    }

    /// Whether somebody takes the deltas of ops that hold.
    pub(crate) fn keep_deltas(&mut self, keep: bool) {
        self.keeps_deltas = keep;
    }

    /// Joins what another replica has done.
    pub(crate) fn absorb(&mut self, id: VarId, delta: &State<Value>) {
        let (bare, read) = (self.plan.var(id).bare, &self.read[id.0 as usize]);
        self.states[id.0 as usize].join(delta, &mut Collect { var: id, bare, read, diffs: &mut self.diffs });
    }

    /// The state of a variable.
    pub(crate) fn state(&self, id: VarId) -> &State<Value> {
        &self.states[id.0 as usize]
    }

    /// Makes an update, logs it, and joins its delta to what is kept. The answer is that of an answering method.
    pub(crate) fn update(
        &mut self,
        call: &Call<'_>,
        stamp: &Stamp,
        deltas: &mut Deltas,
    ) -> Result<Option<bool>, Failure> {
        let args = self.checked(call)?;
        let group = self.keeps_deltas.then(|| group_of(deltas, call.var, &self.plan));
        let update = lasp_lattice::Call { method: call.method, args: &args, stamp };
        match self.call(call.var, call.path, &update, group, true) {
            Ok(Answer::None) => Ok(None),
            Ok(Answer::Bool(done)) => Ok(Some(done)),
            Err(error) => Err(self.failed(call, &error)),
        }
    }

    /// Makes an update that is known to be allowed, and logs it if it may have to be taken back.
    #[inline]
    pub(crate) fn call(
        &mut self,
        id: VarId,
        path: &[Step<Value>],
        call: &lasp_lattice::Call<'_, Value>,
        group: Option<&mut State<Value>>,
        logs: bool,
    ) -> Result<Answer, UpdateError> {
        let (at, var, diffs) = (id.0 as usize, self.plan.var(id), self.diffs.len());
        let mut undo = None;
        let mut collect = Collect { var: id, bare: var.bare, read: &self.read[at], diffs: &mut self.diffs };
        let keep = Keep { undo: logs.then_some(&mut undo), group };
        let applied = self.states[at].apply(&var.kind, path, call, keep, &mut collect)?;
        if let Some(undo) = undo {
            self.log.image(id, undo, diffs);
        }
        Ok(applied.answer)
    }

    /// The arguments of an update that this node may make.
    fn checked(&self, call: &Call<'_>) -> Result<Vec<Arg<Value>>, Failure> {
        let var = self.plan.var(call.var);
        if let Some(role) = self.role.as_ref().filter(|_| !self.may_write(call.var)) {
            let reason = format!("it is writable by {}, and this node is a {role}", var.writable_by.join(", "));
            return Err(self.refused(call, &reason));
        }
        arguments(call, &var.kind, &self.nodes).map_err(|reason| self.refused(call, &reason))
    }

    /// What the lattice refused.
    fn failed(&self, call: &Call<'_>, error: &UpdateError) -> Failure {
        let failure = self.refused(call, &reason_of(error));
        let full = matches!(error, UpdateError::OutOfRange { .. });
        if full { Failure { code: "R0701", ..failure } } else { failure }
    }

    /// Makes an update that nobody observes and nobody undoes: genesis.
    pub(crate) fn found(&mut self, call: &Call<'_>, args: &[Arg<Value>], stamp: &Stamp) -> Result<(), Failure> {
        let kind = &self.plan.var(call.var).kind;
        let state = &mut self.states[call.var.0 as usize];
        let update = lasp_lattice::Call { method: call.method, args, stamp };
        match state.apply(kind, call.path, &update, Keep::nothing(), &mut Unobserved) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.refused(call, &reason_of(&error))),
        }
    }

    /// Takes back what genesis wrote of a variable whose initial value failed.
    pub(crate) fn reset(&mut self, id: VarId) {
        self.states[id.0 as usize] = State::bottom(&self.plan.var(id).kind);
    }

    /// Has everything told that is visible now, as rows that come, and nothing else.
    pub(crate) fn show_all(&mut self) {
        self.diffs.truncate(0);
        for (((id, state), var), read) in (0..).zip(&self.states).zip(&self.plan.vars).zip(&self.read) {
            state.show(&mut Collect { var: VarId(id), bare: var.bare, read, diffs: &mut self.diffs });
        }
    }

    /// The value of a variable as a whole.
    pub(crate) fn value(&self, id: VarId) -> Result<Value, Failure> {
        let var = self.plan.var(id);
        state_value(self.state(id), &var.kind, var.bare).map_err(|fault| fault.failure(var, var.place))
    }

    /// R0703, with the update as the program writes it.
    fn refused(&self, call: &Call<'_>, reason: &str) -> Failure {
        let mut text = self.plan.var(call.var).name.clone();
        let mut ty = Some(&self.plan.var(call.var).ty);
        for step in call.path {
            match step {
                Step::Key(key) => text.push_str(&format!("[{}]", untyped_text_of(key))),
                Step::Part(part) => text.push_str(&format!(".{}", part_name(ty, *part))),
            }
            ty = ty.and_then(|ty| part_type(ty, step));
        }
        let args: Vec<String> = call.args.iter().map(untyped_text_of).collect();
        let message = format!("`{text}.{}({})` was refused: {reason}", call.method, args.join(", "));
        Failure::new("R0703", message, call.place)
    }
}

/// Whether a role, all of them if there is none, may write a variable.
fn may_write(var: &VarPlan, role: Option<&str>) -> bool {
    role.is_none_or(|role| var.writable_by.is_empty() || var.writable_by.iter().any(|may| may == role))
}

/// What is kept of a variable's deltas.
fn group_of<'d>(deltas: &'d mut Deltas, id: VarId, plan: &Plan) -> &'d mut State<Value> {
    let at = deltas.iter().position(|(var, _)| *var == id).unwrap_or_else(|| {
        deltas.push((id, State::bottom(&plan.var(id).kind)));
        deltas.len() - 1
    });
    &mut deltas[at].1
}

/// Why the lattice refused, in the words of a program.
fn reason_of(error: &UpdateError) -> String {
    match error {
        UpdateError::OutOfRange { .. } => "the count of this node would pass the greatest int".into(),
        UpdateError::AlreadySet { .. } => "it has another value already, and an ivar is set once".into(),
        UpdateError::RightsShort { wanted, held, .. } => {
            format!("this node holds {held} rights and cannot give away {wanted}")
        }
        UpdateError::ClockExhausted { .. } => "a node whose clock is wrong has written it at the end of time".into(),
        other => other.to_string(),
    }
}

/// What a part of a product is called.
fn part_name(ty: Option<&Type>, part: usize) -> String {
    match ty {
        Some(Type::Record(fields)) => fields.get(part).map_or_else(|| part.to_string(), |(name, _)| name.clone()),
        _ => part.to_string(),
    }
}

/// The type one step down.
fn part_type<'t>(ty: &'t Type, step: &Step<Value>) -> Option<&'t Type> {
    match (ty, step) {
        (Type::Map(_, value), Step::Key(_)) => Some(value),
        (Type::Record(fields), Step::Part(part)) => fields.get(*part).map(|(_, ty)| ty),
        (Type::Tuple(parts), Step::Part(part)) => parts.get(*part),
        _ => None,
    }
}

/// The arguments as the method takes them.
fn arguments(call: &Call<'_>, kind: &Kind, nodes: &BTreeMap<String, ReplicaId>) -> Result<Vec<Arg<Value>>, String> {
    let mut kind = kind;
    for step in call.path {
        kind = kind.at(step).ok_or_else(|| format!("a {} has no such place", kind.name()))?;
    }
    let info = kind.info();
    let Some(method) = info.method(call.method) else {
        return Err(format!("a {} has no `{}`", info.name, call.method));
    };
    let params = method.params.iter().chain(std::iter::repeat(&MethodParam::Element));
    call.args.iter().zip(params).map(|(value, param)| argument(value, *param, kind, nodes)).collect()
}

/// A value as a method of a lattice takes it.
pub(crate) fn argument(
    value: &Value,
    param: MethodParam,
    kind: &Kind,
    nodes: &BTreeMap<String, ReplicaId>,
) -> Result<Arg<Value>, String> {
    let unfit = |wanted: &str| Err(format!("{} is not {wanted}", untyped_text_of(value)));
    match (param, value) {
        (MethodParam::Element, _) => Ok(Arg::Element(value.clone())),
        (MethodParam::ElementSet, _) => value.elements().map_or_else(|| unfit("a set"), |set| Ok(Arg::Elements(set))),
        (MethodParam::Amount, Value::Int(n)) => {
            u64::try_from(*n).map(Arg::Amount).map_err(|_| format!("{n} is negative"))
        }
        (MethodParam::Amount, _) => unfit("a nat"),
        (MethodParam::Rank, Value::Variant(rank, _)) => {
            u16::try_from(*rank).map_or_else(|_| unfit("an element"), |rank| Ok(Arg::Rank(rank)))
        }
        (MethodParam::Rank, _) => unfit("an element"),
        (MethodParam::Pair, Value::Tuple(halves)) => match (&**halves, &kind.inner()[..]) {
            ([first, second], [of_first, of_second]) => {
                let half = |value, kind: &Kind| argument(value, register_param(kind), kind, nodes);
                Ok(Arg::Pair(Box::new([half(first, of_first)?, half(second, of_second)?])))
            }
            _ => unfit("a pair"),
        },
        (MethodParam::Pair, _) => unfit("a pair"),
        (MethodParam::Node, Value::Text(name)) => match nodes.get(&**name) {
            Some(id) => Ok(Arg::Node(*id)),
            None => {
                let known: Vec<String> = nodes.keys().map(|name| format!("`{name}`")).collect();
                Err(format!("this node knows no node `{name}`, only {}", known.join(", ")))
            }
        },
        (MethodParam::Node, _) => unfit("a node"),
    }
}

/// What the `set` of a register takes.
fn register_param(kind: &Kind) -> MethodParam {
    let set = kind.info().method("set").and_then(|set| set.params.first());
    *set.unwrap_or(&MethodParam::Element)
}

/// Turns what a join reports into rows.
struct Collect<'a> {
    var: VarId,
    bare: bool,
    read: &'a [bool],
    diffs: &'a mut Diffs,
}

impl Changes<Value> for Collect<'_> {
    fn change(&mut self, port: usize, path: &[&Value], item: Item<'_, Value>, weight: i64) {
        if !self.read[port] {
            return;
        }
        let port = u32::try_from(port).expect("a variable has few ports");
        let leaf;
        let (last, outside) = match item {
            Item::Key => (None, None),
            Item::Element(element) => (Some(element), None),
            Item::Leaf(of) => match leaf_row(of, self.bare && path.is_empty()) {
                Ok(value) => {
                    leaf = value;
                    (Some(&leaf), None)
                }
                Err(Fault::Outside(n)) => (None, Some(n)),
                // A register that reads as its bare content has no row before it has content.
                Err(Fault::Unset | Fault::Conflict(_)) => return,
            },
        };
        self.diffs.put(self.var, port, path.iter().copied().chain(last), weight, outside);
    }
}

//! The variables of a node: their states, updates to them, and what an update changed.
//!
//! ```text
//! quota["x"].spend(3)
//!   evaluated     path ["x"], method spend, args [3]
//!   the lattice   delta, answer true
//!   here          before-image kept ─ delta joined ─► visible difference: row ("x", 10) goes, ("x", 7) comes
//! ```
//!
//! Where nobody takes deltas and every update of a variable has a way in place, [`Vars::apply`] goes that way.
//!
//! Invariants: a state changes by joins, by updates in place, and by taking either back. What [`Vars::update`] adds to a
//! [`Journal`] is exactly what [`Vars::undo`] takes back, and what [`Vars::apply`] logs what [`Vars::rewind`] does. A refused
//! update has changed nothing.
//!
//! Neighbours: `lasp_lattice` (what an update means), `cells` (updates in place), `node::txn` (who makes them),
//! `node::genesis` (initial values).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lasp_lattice::{
    Answer, Arg, Changes, Item, Kind, MethodParam, Mutation, Quick, ReplicaId, Stamp, State, Step, Undo, Unfit,
    Unobserved, UpdateError,
};
use lasp_plan::format::untyped_text_of;
use lasp_plan::{Place, Plan, Row, Type, Update, Value, VarId, VarPlan};

use crate::Failure;
use crate::cells::{Cells, Given, Key, Log, Logged, Told};
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

/// One row of a variable's port that came (+1) or went (−1).
#[derive(Clone, Debug)]
pub(crate) struct Diff {
    pub(crate) var: VarId,
    pub(crate) port: u32,
    /// The keys, then the element or leaf. A count outside `int` has no value to stand there: then the keys alone.
    pub(crate) row: Row,
    pub(crate) weight: i64,
    /// The count that does not fit.
    pub(crate) outside: Option<i128>,
}

/// What an atomic op has done so far: enough to take it back, and what to tell the views once it holds.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) undo: Vec<(VarId, Undo<Value>)>,
    pub(crate) diffs: Vec<Diff>,
    /// What has been joined, where somebody is to have it.
    pub(crate) deltas: Vec<(VarId, State<Value>)>,
}

/// All variables, by [`VarId`].
#[derive(Debug)]
pub(crate) struct Vars {
    plan: Arc<Plan>,
    states: Vec<State<Value>>,
    /// Of the variables that are updated in place.
    cells: Vec<Option<Cells>>,
    /// Updates in place that may have to be taken back.
    log: Log,
    /// How many cells wait to be told.
    touched: usize,
    /// By variable and port: whether a view reads it. Of the others no rows are made.
    read: Vec<Vec<bool>>,
    /// The nodes that can be named in a program.
    nodes: BTreeMap<String, ReplicaId>,
    /// The role of this node; none: all of them.
    role: Option<String>,
    /// Whether journals keep deltas.
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
        let (nodes, log) = (BTreeMap::new(), Log::default());
        Vars { plan, states, cells, log, touched: 0, read, nodes, role: None, keeps_deltas: false }
    }

    /// From now on variables are updated in place where that is possible: `updates` are all that a program makes. Role and
    /// deltas have to be known.
    pub(crate) fn find_cells(&mut self, updates: &[&Update]) {
        for ((id, var), cells) in (0..).map(VarId).zip(&self.plan.vars).zip(&mut self.cells) {
            let own: Vec<&Update> = updates.iter().copied().filter(|update| update.var == id).collect();
            let is_read = self.read[id.0 as usize].first() == Some(&true);
            let writable = self.role.as_ref().is_none_or(|role| may_write(var, role));
            *cells = if self.keeps_deltas || !writable { None } else { Cells::of(id, var, is_read, &own) };
        }
    }

    /// Whether a variable is updated in place.
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

    /// Why an update in place was refused.
    pub(crate) fn refusal(&self, call: &Call<'_>, stamp: &Stamp) -> Failure {
        match self.mutate(call, stamp) {
            Err(failure) => failure,
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

    /// Takes back what was logged behind this point, last first. `told`: the views have heard of it, and the caller tells
    /// them the opposite.
    pub(crate) fn rewind(&mut self, from: Logged, told: bool, replica: ReplicaId) {
        let (cells, states) = (&mut self.cells, &mut self.states);
        self.log.rewind(from, told, replica, |id, take_back| {
            if let Some(cells) = &mut cells[id.0 as usize] {
                take_back(cells, &mut states[id.0 as usize]);
            }
        });
        self.touched = self.cells.iter().flatten().map(Cells::touched).sum();
    }

    /// How many cells wait to be told.
    pub(crate) fn touched(&self) -> usize {
        self.touched
    }

    /// Tells what updates in place have changed since the last time: rows of port 0, each cell's old one and new one.
    pub(crate) fn tell(&mut self, tell: &mut dyn FnMut(VarId, Told<'_>)) {
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
    pub(crate) fn absorb(&mut self, id: VarId, delta: &State<Value>, diffs: &mut Vec<Diff>) {
        let (bare, read) = (self.plan.var(id).bare, &self.read[id.0 as usize]);
        self.states[id.0 as usize].join(delta, &mut Collect { var: id, bare, read, diffs });
    }

    /// The state of a variable.
    pub(crate) fn state(&self, id: VarId) -> &State<Value> {
        &self.states[id.0 as usize]
    }

    /// Makes an update and joins it. The answer is that of an answering method.
    pub(crate) fn update(
        &mut self,
        call: &Call<'_>,
        stamp: &Stamp,
        journal: &mut Journal,
    ) -> Result<Option<bool>, Failure> {
        let mutation = self.mutate(call, stamp)?;
        let bare = self.plan.var(call.var).bare;
        let state = &mut self.states[call.var.0 as usize];
        if !mutation.delta.is_bottom() {
            journal.undo.push((call.var, state.before(&mutation.delta)));
            let read = &self.read[call.var.0 as usize];
            let mut collect = Collect { var: call.var, bare, read, diffs: &mut journal.diffs };
            state.join(&mutation.delta, &mut collect);
            if self.keeps_deltas {
                journal.deltas.push((call.var, mutation.delta));
            }
        }
        Ok(match mutation.answer {
            Answer::None => None,
            Answer::Bool(done) => Some(done),
        })
    }

    /// Makes the delta of an update.
    fn mutate(&self, call: &Call<'_>, stamp: &Stamp) -> Result<Mutation<Value>, Failure> {
        let var = self.plan.var(call.var);
        if let Some(role) = self.role.as_ref().filter(|role| !may_write(var, role)) {
            let reason = format!("it is writable by {}, and this node is a {role}", var.writable_by.join(", "));
            return Err(self.refused(call, &reason));
        }
        let args = arguments(call, &var.kind, &self.nodes).map_err(|reason| self.refused(call, &reason))?;
        let state = &self.states[call.var.0 as usize];
        state.mutate(&var.kind, call.path, call.method, &args, stamp).map_err(|error| {
            let failure = self.refused(call, &reason_of(&error));
            let full = matches!(error, UpdateError::OutOfRange { .. });
            if full { Failure { code: "R0701", ..failure } } else { failure }
        })
    }

    /// Makes an update that nobody observes and nobody undoes: genesis.
    pub(crate) fn found(&mut self, call: &Call<'_>, args: &[Arg<Value>], stamp: &Stamp) -> Result<(), Failure> {
        let kind = &self.plan.var(call.var).kind;
        let state = &mut self.states[call.var.0 as usize];
        match state.mutate(kind, call.path, call.method, args, stamp) {
            Ok(mutation) => {
                state.join(&mutation.delta, &mut Unobserved);
                Ok(())
            }
            Err(error) => Err(self.refused(call, &reason_of(&error))),
        }
    }

    /// Takes back what genesis wrote of a variable whose initial value failed.
    pub(crate) fn reset(&mut self, id: VarId) {
        self.states[id.0 as usize] = State::bottom(&self.plan.var(id).kind);
    }

    /// Takes back what these images are of, last first.
    pub(crate) fn undo(&mut self, images: Vec<(VarId, Undo<Value>)>) {
        for (var, undo) in images.into_iter().rev() {
            self.states[var.0 as usize].restore(undo);
        }
    }

    /// Everything that is visible now, as rows that come.
    pub(crate) fn visible(&self) -> Vec<Diff> {
        let mut diffs = Vec::new();
        for (((id, state), var), read) in (0..).zip(&self.states).zip(&self.plan.vars).zip(&self.read) {
            state.show(&mut Collect { var: VarId(id), bare: var.bare, read, diffs: &mut diffs });
        }
        diffs
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

fn may_write(var: &VarPlan, role: &String) -> bool {
    var.writable_by.is_empty() || var.writable_by.contains(role)
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
    diffs: &'a mut Vec<Diff>,
}

impl Changes<Value> for Collect<'_> {
    fn change(&mut self, port: usize, path: &[&Value], item: Item<'_, Value>, weight: i64) {
        if !self.read[port] {
            return;
        }
        let (last, outside) = match item {
            Item::Key => (None, None),
            Item::Element(element) => (Some(element.clone()), None),
            Item::Leaf(leaf) => match leaf_row(leaf, self.bare && path.is_empty()) {
                Ok(value) => (Some(value), None),
                Err(Fault::Outside(n)) => (None, Some(n)),
                // A register that reads as its bare content has no row before it has content.
                Err(Fault::Unset | Fault::Conflict(_)) => return,
            },
        };
        let row: Row = path.iter().copied().cloned().chain(last).collect();
        let port = u32::try_from(port).expect("a variable has few ports");
        self.diffs.push(Diff { var: self.var, port, row, weight, outside });
    }
}

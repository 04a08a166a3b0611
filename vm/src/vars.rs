//! The variables of a node: their states, updates to them, and what an update changed.
//!
//! ```text
//! quota["x"].spend(3)
//!   evaluated     path ["x"], method spend, args [3]
//!   the lattice   delta, answer true
//!   here          before-image kept ─ delta joined ─► visible difference: row ("x", 10) goes, ("x", 7) comes
//! ```
//!
//! Invariants: a state changes by joins and by taking a before-image back, in no other way. What [`Vars::update`] adds to
//! a [`Journal`] is exactly what [`Vars::undo`] takes back. A refused update has changed nothing.
//!
//! Neighbours: `lasp_lattice` (what an update means), `node::txn` (who makes them), `node::genesis` (initial values).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lasp_lattice::{
    Answer, Arg, Changes, Item, Kind, MethodParam, ReplicaId, Stamp, State, Step, Undo, Unobserved, UpdateError,
};
use lasp_plan::format::untyped_text_of;
use lasp_plan::{Place, Plan, Row, Type, Value, VarId, VarPlan};

use crate::Failure;
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
    undo: Vec<(VarId, Undo<Value>)>,
    pub(crate) diffs: Vec<Diff>,
    /// What has been joined, where somebody is to have it.
    pub(crate) deltas: Vec<(VarId, State<Value>)>,
}

/// All variables, by [`VarId`].
#[derive(Debug)]
pub(crate) struct Vars {
    plan: Arc<Plan>,
    states: Vec<State<Value>>,
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
        let states = plan.vars.iter().map(|var| State::bottom(&var.kind)).collect();
        let ports =
            |id, var: &VarPlan| (0..).zip(var.kind.ports()).map(|(port, _)| read.contains(&(id, port))).collect();
        let read = (0..).zip(&plan.vars).map(|(id, var)| ports(VarId(id), var)).collect();
        Vars { plan, states, read, nodes: BTreeMap::new(), role: None, keeps_deltas: false }
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
        let var = self.plan.var(call.var);
        if let Some(role) = self.role.as_ref().filter(|role| !may_write(var, role)) {
            let reason = format!("it is writable by {}, and this node is a {role}", var.writable_by.join(", "));
            return Err(self.refused(call, &reason));
        }
        let args = arguments(call, &var.kind, &self.nodes).map_err(|reason| self.refused(call, &reason))?;
        let state = &mut self.states[call.var.0 as usize];
        let mutation = match state.mutate(&var.kind, call.path, call.method, &args, stamp) {
            Ok(mutation) => mutation,
            Err(error) => {
                let failure = self.refused(call, &reason_of(&error));
                let full = matches!(error, UpdateError::OutOfRange { .. });
                return Err(if full { Failure { code: "R0701", ..failure } } else { failure });
            }
        };
        if !mutation.delta.is_bottom() {
            journal.undo.push((call.var, state.before(&mutation.delta)));
            let read = &self.read[call.var.0 as usize];
            let mut collect = Collect { var: call.var, bare: var.bare, read, diffs: &mut journal.diffs };
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

    /// Takes back everything in the journal, last first.
    pub(crate) fn undo(&mut self, journal: Journal) {
        for (var, undo) in journal.undo.into_iter().rev() {
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

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

use std::collections::BTreeSet;
use std::sync::Arc;

use lasp_lattice::{
    Answer, Arg, Changes, Item, Kind, MethodParam, ReplicaId, Stamp, State, Undo, Unobserved, UpdateError,
};
use lasp_plan::format::untyped_text_of;
use lasp_plan::{Place, Plan, Row, Value, VarId, VarPlan};

use crate::Failure;
use crate::eval::{Fault, leaf_value, state_value};

/// An update with everything in it evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) var: VarId,
    pub(crate) path: &'a [Value],
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
}

/// All variables, by [`VarId`].
#[derive(Debug)]
pub(crate) struct Vars {
    plan: Arc<Plan>,
    states: Vec<State<Value>>,
    /// By variable and port: whether a view reads it. Of the others no rows are made.
    read: Vec<Vec<bool>>,
}

impl Vars {
    /// Every variable at bottom. Differences are made for the ports that views read, and for no others.
    pub(crate) fn new(plan: Arc<Plan>, read: &BTreeSet<(VarId, u32)>) -> Vars {
        let states = plan.vars.iter().map(|var| State::bottom(&var.kind)).collect();
        let ports =
            |id, var: &VarPlan| (0..).zip(var.kind.ports()).map(|(port, _)| read.contains(&(id, port))).collect();
        let read = (0..).zip(&plan.vars).map(|(id, var)| ports(VarId(id), var)).collect();
        Vars { plan, states, read }
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
        let args = arguments(call, &var.kind, stamp.replica).map_err(|reason| self.refused(call, &reason))?;
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
            state.visible(&mut Collect { var: VarId(id), bare: var.bare, read, diffs: &mut diffs });
        }
        diffs
    }

    /// What `quota[ad].rights` reads: what the replica may spend of the bounded counter at `path`.
    pub(crate) fn rights(&self, id: VarId, path: &[Value], replica: ReplicaId, place: Place) -> Result<Value, Failure> {
        let mut state = self.state(id);
        for key in path {
            match state.get(key) {
                Some(inner) => state = inner,
                // Nobody has made rights under a key that is not there.
                None => return Ok(Value::Int(0)),
            }
        }
        let rights = state.rights(replica).unwrap_or(0);
        i64::try_from(rights).map(Value::Int).map_err(|_| Fault::Outside(rights).failure(self.plan.var(id), place))
    }

    /// The value of a variable as a whole.
    pub(crate) fn value(&self, id: VarId) -> Result<Value, Failure> {
        let var = self.plan.var(id);
        state_value(self.state(id), &var.kind, var.bare).map_err(|fault| fault.failure(var, var.place))
    }

    /// R0703, with the update as the program writes it.
    fn refused(&self, call: &Call<'_>, reason: &str) -> Failure {
        let mut text = self.plan.var(call.var).name.clone();
        for key in call.path {
            text.push_str(&format!("[{}]", untyped_text_of(key)));
        }
        let args: Vec<String> = call.args.iter().map(untyped_text_of).collect();
        let message = format!("`{text}.{}({})` was refused: {reason}", call.method, args.join(", "));
        Failure::new("R0703", message, call.place)
    }
}

/// Why the lattice refused, in the words of a program.
fn reason_of(error: &UpdateError) -> String {
    match error {
        UpdateError::OutOfRange { .. } => "the count of this node would pass the greatest int".into(),
        UpdateError::RightsShort { wanted, held, .. } => {
            format!("this node holds {held} rights and cannot give away {wanted}")
        }
        UpdateError::ClockExhausted { .. } => "a node whose clock is wrong has written it at the end of time".into(),
        other => other.to_string(),
    }
}

/// The arguments as the method takes them.
fn arguments(call: &Call<'_>, kind: &Kind, here: ReplicaId) -> Result<Vec<Arg<Value>>, String> {
    let mut kind = kind;
    for _ in call.path {
        match kind {
            Kind::GMap(inner) => kind = inner,
            other => return Err(format!("a {} has no keys", other.name())),
        }
    }
    let info = kind.info();
    let Some(method) = info.method(call.method) else {
        return Err(format!("a {} has no `{}`", info.name, call.method));
    };
    let params = method.params.iter().chain(std::iter::repeat(&MethodParam::Element));
    call.args.iter().zip(params).map(|(value, param)| argument(value, *param, here)).collect()
}

fn argument(value: &Value, param: MethodParam, here: ReplicaId) -> Result<Arg<Value>, String> {
    match param {
        MethodParam::Element | MethodParam::Pair => Ok(Arg::Element(value.clone())),
        MethodParam::ElementSet => {
            value.elements().map(Arg::Elements).ok_or_else(|| format!("{} is not a set", untyped_text_of(value)))
        }
        MethodParam::Amount => match value {
            Value::Int(n) => u64::try_from(*n).map(Arg::Amount).map_err(|_| format!("{n} is negative")),
            other => Err(format!("{} is not a nat", untyped_text_of(other))),
        },
        // Nodes will be named once there are several; until then the one that runs is the one that is known.
        MethodParam::Node => match value {
            Value::Int(n) if u64::try_from(*n) == Ok(here.node) => Ok(Arg::Node(here)),
            other => Err(format!("this node knows no node {}", untyped_text_of(other))),
        },
    }
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
            Item::Leaf(leaf) => match leaf_value(leaf, self.bare && path.is_empty()) {
                Ok(value) => (Some(value), None),
                Err(Fault::Outside(n)) => (None, Some(n)),
                // A register that reads as its bare content has no row before it has content.
                Err(Fault::Unset) => return,
            },
        };
        let row: Row = path.iter().copied().cloned().chain(last).collect();
        let port = u32::try_from(port).expect("a variable has few ports");
        self.diffs.push(Diff { var: self.var, port, row, weight, outside });
    }
}

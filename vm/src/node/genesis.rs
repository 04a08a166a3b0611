//! Genesis: the initial values, the same on every node that runs the program.
//!
//! ```text
//! var s: orset<int> = {1, 2}             s.add_all({1, 2})        by replica 0.0 at time 0
//! var stock: pncounter = -3              stock.dec(3)
//! var best: gmap<text, max<int>> = ["a": 7]     best["a"].set(7)
//! var cart: { items: orset<int>, open: ewflag } = { items: {1}, open: true }
//!                                        cart.items.add_all({1}), cart.open.enable()
//! ```
//!
//! Every node makes the very same updates as the same replica, so joining two of them counts them once. Rights of a
//! bounded counter made here belong to a pool (the genesis replica) and all go to one replica, the heir; a node that
//! runs alone is its own.
//!
//! Invariant: nothing here depends on the node or the time. Who the heir is, all nodes are told alike.

use std::collections::BTreeMap;

use lasp_lattice::{Arg, Kind, ReplicaId, Stamp, Step};
use lasp_plan::format::untyped_text_of;
use lasp_plan::{Plan, Value, VarId, VarPlan};

use crate::Failure;
use crate::eval::{Frame, NoWorld, eval};
use crate::vars::{Call, Vars, argument};

/// Who writes initial values: no node has this name.
const GENESIS: Stamp = Stamp { replica: ReplicaId { node: 0, incarnation: 0 }, now_us: 0 };

/// Writes the initial values. A variable whose value fails stays at bottom and is reported.
pub(crate) fn found(plan: &Plan, vars: &mut Vars, heir: &dyn Fn(&VarPlan) -> Option<ReplicaId>) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (id, var) in (0..).zip(&plan.vars) {
        let Some(init) = &var.init else { continue };
        let written = eval(init, &mut Frame::new(&[]), &NoWorld).and_then(|value| {
            let mut seed = Seed { vars, id: VarId(id), place: init.place, path: Vec::new(), heir: heir(var) };
            seed.write(&var.kind, &value).map(drop)
        });
        if let Err(failure) = written {
            vars.reset(VarId(id));
            failures.push(failure);
        }
    }
    failures
}

/// One variable being written.
struct Seed<'a> {
    vars: &'a mut Vars,
    id: VarId,
    place: lasp_plan::Place,
    path: Vec<Step<Value>>,
    heir: Option<ReplicaId>,
}

impl Seed<'_> {
    /// Writes a value; whether that took an update at all.
    fn write(&mut self, kind: &Kind, value: &Value) -> Result<bool, Failure> {
        match (kind, value) {
            (Kind::GMap(inner) | Kind::OrMap(inner), Value::Map(entries)) => {
                for (key, value) in entries.iter() {
                    // A key is there once something under it was written.
                    let step = Step::Key(key.clone());
                    if !self.below(step.clone(), inner, value)? {
                        self.path.push(step);
                        return Err(self.unfit(inner, value));
                    }
                }
                Ok(!entries.is_empty())
            }
            (Kind::Product(kinds), Value::Tuple(values)) if kinds.len() == values.len() => {
                let mut written = false;
                for (part, (kind, value)) in kinds.iter().zip(values.iter()).enumerate() {
                    written |= self.below(Step::Part(part), kind, value)?;
                }
                Ok(written)
            }
            (Kind::GMap(_) | Kind::OrMap(_) | Kind::Product(_), value) => Err(self.unfit(kind, value)),
            (kind, value) => self.leaf(kind, value),
        }
    }

    fn below(&mut self, step: Step<Value>, kind: &Kind, value: &Value) -> Result<bool, Failure> {
        self.path.push(step);
        let written = self.write(kind, value)?;
        self.path.pop();
        Ok(written)
    }

    fn leaf(&mut self, kind: &Kind, value: &Value) -> Result<bool, Failure> {
        let info = kind.info();
        let has = |method| info.method(method).is_some();
        match value {
            Value::Set(elements) if has("add_all") => self.call("add_all", &[Arg::Elements(elements.to_vec())])?,
            Value::Set(elements) | Value::List(elements) if has("add") => {
                for element in elements.iter() {
                    self.call("add", &[Arg::Element(element.clone())])?;
                }
                return Ok(!elements.is_empty());
            }
            Value::Bool(true) if has("enable") => self.call("enable", &[])?,
            Value::Bool(false) if has("disable") => self.call("disable", &[])?,
            Value::Bool(false) if has("enable") => return Ok(false),
            Value::Int(n) if *n < 0 && has("dec") => self.call("dec", &[Arg::Amount(n.unsigned_abs())])?,
            Value::Int(n) if *n >= 0 && has("inc") => {
                let amount = Arg::Amount(n.unsigned_abs());
                self.call("inc", std::slice::from_ref(&amount))?;
                // Rights: from the pool to the heir.
                if let Some(heir) = self.heir
                    && has("transfer")
                    && *n > 0
                {
                    self.call("transfer", &[amount, Arg::Node(heir)])?;
                }
            }
            value => match info.method("set").and_then(|set| set.params.first()) {
                Some(param) => {
                    let arg = argument(value, *param, kind, &BTreeMap::new()).map_err(|_| self.unfit(kind, value))?;
                    self.call("set", &[arg])?;
                }
                None => return Err(self.unfit(kind, value)),
            },
        }
        Ok(true)
    }

    fn call(&mut self, method: &str, args: &[Arg<Value>]) -> Result<(), Failure> {
        let call = Call { var: self.id, path: &self.path, method, args: &[], place: self.place };
        self.vars.found(&call, args, &GENESIS)
    }

    fn unfit(&self, kind: &Kind, value: &Value) -> Failure {
        let keyed = self.path.iter().any(|step| matches!(step, Step::Key(_)));
        let under = if keyed { " under a key" } else { "" };
        let message = format!("a {} cannot start as {}{under}", kind.name(), untyped_text_of(value));
        Failure::new("R0701", message, self.place)
    }
}

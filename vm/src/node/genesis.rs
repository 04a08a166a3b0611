//! Genesis: the initial values, the same on every node that runs the program.
//!
//! ```text
//! var s: orset<int> = {1, 2}             s.add_all({1, 2})        by replica 0.0 at time 0
//! var stock: pncounter = -3              stock.dec(3)
//! var best: gmap<text, max<int>> = ["a": 7]     best["a"].set(7)
//! ```
//!
//! Every node makes the very same updates as the same replica, so joining two of them counts them once. Rights of a
//! bounded counter made here belong to a pool (the genesis replica) and are divided once; a single node takes them all.
//!
//! Invariant: nothing here depends on the node or the time, but for the node that takes the pool.

use lasp_lattice::{Arg, Kind, ReplicaId, Stamp};
use lasp_plan::format::untyped_text_of;
use lasp_plan::{Plan, Value, VarId};

use crate::Failure;
use crate::eval::{Frame, NoWorld, eval};
use crate::vars::{Call, Vars};

/// Who writes initial values: no node has this name.
const GENESIS: Stamp = Stamp { replica: ReplicaId { node: 0, incarnation: 0 }, now_us: 0 };

/// Writes the initial values. A variable whose value fails stays at bottom and is reported.
pub(super) fn found(plan: &Plan, vars: &mut Vars, here: ReplicaId) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (id, var) in (0..).zip(&plan.vars) {
        let Some(init) = &var.init else { continue };
        let written = eval(init, &mut Frame::new(&[]), &NoWorld).and_then(|value| {
            let mut seed = Seed { vars, id: VarId(id), place: init.place, path: Vec::new(), here };
            seed.write(&var.kind, &value)
        });
        failures.extend(written.err());
    }
    failures
}

/// One variable being written.
struct Seed<'a> {
    vars: &'a mut Vars,
    id: VarId,
    place: lasp_plan::Place,
    path: Vec<Value>,
    here: ReplicaId,
}

impl Seed<'_> {
    fn write(&mut self, kind: &Kind, value: &Value) -> Result<(), Failure> {
        if let Kind::GMap(inner) = kind {
            let Value::Map(entries) = value else { return Err(self.unfit(kind, value)) };
            for (key, value) in entries.iter() {
                self.path.push(key.clone());
                self.write(inner, value)?;
                self.path.pop();
            }
            return Ok(());
        }
        let info = kind.info();
        let has = |method| info.method(method).is_some();
        match value {
            Value::Set(elements) if has("add_all") => self.call("add_all", &[Arg::Elements(elements.to_vec())]),
            Value::Int(n) if *n < 0 && has("dec") => self.call("dec", &[Arg::Amount(n.unsigned_abs())]),
            Value::Int(n) if *n >= 0 && has("inc") => {
                let amount = Arg::Amount(n.unsigned_abs());
                self.call("inc", std::slice::from_ref(&amount))?;
                // Rights: from the pool to the one node there is.
                if has("transfer") && *n > 0 {
                    self.call("transfer", &[amount, Arg::Node(self.here)])?;
                }
                Ok(())
            }
            value if has("set") => self.call("set", &[Arg::Element(value.clone())]),
            value => Err(self.unfit(kind, value)),
        }
    }

    fn call(&mut self, method: &str, args: &[Arg<Value>]) -> Result<(), Failure> {
        let call = Call { var: self.id, path: &self.path, method, args: &[], place: self.place };
        self.vars.found(&call, args, &GENESIS)
    }

    fn unfit(&self, kind: &Kind, value: &Value) -> Failure {
        let message = format!("a {} cannot start as {}", kind.name(), untyped_text_of(value));
        Failure::new("R0701", message, self.place)
    }
}

//! Plays a script on a node: what is timed, and what is compared.
//!
//! ```text
//! compile ─ start ─► step: changes in, views up to date (timed) ─► shown, told and emitted == expected? ─► next step
//! ```
//!
//! The public API of the vm as any user has it: events in by `handle_all`, `flush`, changes out by `subscribe`. Making
//! the values and comparing results is not timed; taking them in and letting them out is.
//!
//! Invariant: a time is given only of a step after which everything was as expected.

use std::collections::BTreeMap;
use std::sync::Arc;

use lasp_compiler::{NoFiles, compile};
use lasp_lattice::ReplicaId;
use lasp_plan::{Plan, Value, ViewId};
use lasp_vm::{EventId, EventRow, Node, Out};

use super::script::{BATCH, Mode, Script, Step};
use crate::names::counted;
use lasp_gauge::{Watch, settle_allocator};

/// Something is not what it has to be: in a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong(pub String);

/// The plan of a program.
///
/// # Errors
/// When it does not compile.
pub fn plan(name: &str, text: &str) -> Result<Arc<Plan>, Wrong> {
    let compiled = compile(&format!("{name}.lasp"), text, &mut NoFiles);
    let said = compiled.diagnostics.first().map_or_else(String::new, |found| found.message.clone());
    compiled.plan.map(Arc::new).ok_or_else(|| Wrong(format!("it does not compile: {said}")))
}

struct Player {
    node: Node,
    view: ViewId,
    events: Vec<EventId>,
    /// What came out in the step in hand.
    outs: Vec<Out>,
    /// The result by the changes that were told, each row with how often it is there, once somebody listens.
    heard: Option<BTreeMap<Value, i64>>,
}

/// Plays a script from nothing. Gives the time of each step in nanoseconds.
///
/// # Errors
/// When a result is wrong.
pub fn play(plan: &Arc<Plan>, script: &Script) -> Result<Vec<f64>, Wrong> {
    let Some(show) = plan.shows.first() else { return Err(Wrong("it shows nothing".to_string())) };
    let (node, _) = Node::start(Arc::clone(plan), ReplicaId { node: 1, incarnation: 0 }, 0);
    let event = |name: &&str| {
        let at = plan.events.iter().position(|event| event.name == **name).and_then(|at| u32::try_from(at).ok());
        at.and_then(|at| node.event_at(at)).ok_or_else(|| Wrong(format!("it has no event `{name}`")))
    };
    let events = script.events.iter().map(event).collect::<Result<Vec<_>, Wrong>>()?;
    let mut player = Player { node, view: show.view, events, outs: Vec::new(), heard: None };
    script.steps.iter().map(|step| player.step(step)).collect()
}

impl Player {
    fn step(&mut self, step: &Step) -> Result<f64, Wrong> {
        if step.mode == Mode::Singles && self.heard.is_none() {
            self.node.subscribe(self.view);
            self.heard = Some(rows(&self.value()?).into_iter().map(|row| (row, 1)).collect());
        }
        let fields_each = step.fields.len().checked_div(step.events.len()).unwrap_or(0).max(1);
        let at_once = if step.mode == Mode::Singles { 1 } else { BATCH };
        settle_allocator();
        let watch = Watch::start();
        for (events, fields) in step.events.chunks(at_once).zip(step.fields.chunks(at_once * fields_each)) {
            self.apply(events, fields, fields_each);
        }
        let ns = watch.ns();
        self.check(step)?;
        Ok(ns)
    }

    // Those of a kind that follow each other are handed over together, as a caller who has a batch does.
    fn apply(&mut self, events: &[usize], fields: &[Value], fields_each: usize) {
        let mut rest = fields;
        for run in events.chunk_by(|a, b| a == b) {
            let (fields, behind) = rest.split_at(run.len() * fields_each);
            rest = behind;
            let rows = fields.chunks_exact(fields_each).map(|fields| EventRow { at_us: None, fields });
            let outs = self.node.handle_all(0, self.events[run[0]], rows);
            self.outs.extend(outs.into_iter().map(|(_, out)| out));
        }
        self.outs.extend(self.node.flush());
    }

    fn value(&mut self) -> Result<Value, Wrong> {
        self.node.value(self.view).map_err(|failure| Wrong(format!("it has failed: {}", failure.message)))
    }

    fn check(&mut self, step: &Step) -> Result<(), Wrong> {
        let mut emitted = Vec::new();
        for out in self.outs.drain(..) {
            match out {
                Out::Emit { value, .. } => emitted.push(value),
                Out::Change { added, removed, .. } => {
                    let moves = added.into_iter().map(|row| (row, 1)).chain(removed.into_iter().map(|row| (row, -1)));
                    for (row, by) in moves {
                        if let Some(heard) = &mut self.heard {
                            *heard.entry(row).or_insert(0) += by;
                        }
                    }
                }
                Out::Failed { failure } | Out::Poisoned { failure, .. } => {
                    return Err(Wrong(format!("it has failed: {}", failure.message)));
                }
                Out::Recovered { .. } => {}
            }
        }
        let shown = self.value()?;
        compare("it shows", rows(&shown), rows(&step.shown))?;
        if let Some(heard) = &mut self.heard {
            heard.retain(|_, times| *times != 0);
            if let Some((row, times)) = heard.iter().find(|(_, times)| **times != 1) {
                return Err(Wrong(format!("the changes it told leave {row:?} there {times} times")));
            }
            compare("by the changes it told there are", heard.keys().cloned().collect(), rows(&step.shown))?;
        }
        emitted.sort();
        compare("it emitted", emitted, step.emitted.clone())
    }
}

/// What changes of a value are told in: elements, entries as pairs, or the value. In order.
fn rows(value: &Value) -> Vec<Value> {
    match value {
        Value::Set(elements) => elements.to_vec(),
        Value::Map(entries) => {
            let pair = |(key, value): &(Value, Value)| Value::tuple([key.clone(), value.clone()]);
            entries.iter().map(pair).collect()
        }
        other => vec![other.clone()],
    }
}

fn compare(what: &str, found: Vec<Value>, expected: Vec<Value>) -> Result<(), Wrong> {
    if found == expected {
        return Ok(());
    }
    let at = found.iter().zip(&expected).take_while(|(found, expected)| found == expected).count();
    let at_that = |rows: &[Value]| rows.get(at).map_or_else(|| "nothing".to_string(), |row| format!("{row:?}"));
    Err(Wrong(format!(
        "{what} {}, and it has to be {}; at place {} stands {} instead of {}",
        counted(found.len() as u64, "row"),
        expected.len(),
        at + 1,
        at_that(&found),
        at_that(&expected)
    )))
}

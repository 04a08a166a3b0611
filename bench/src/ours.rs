//! Lasp, driven from outside as any user may: compiled from text, events in, changes of a view out.
//!
//! ```text
//! text ─ lasp_compiler::compile ─► plan ─ Node::start ─► Node
//!                     events ─ Node::handle_all … Node::flush ─► Out::Change ─► checksum
//! ```
//!
//! This is the one place that knows how events get in and results get out. Until somebody listens, events pile up in
//! the node and `flush` brings the views up to date once per batch; from [`Lasp::listen`] on each event reaches the
//! subscriber before the next.

use std::sync::Arc;

use lasp_compiler::{NoFiles, compile};
use lasp_lattice::ReplicaId;
use lasp_plan::{Plan, Value, ViewId};
use lasp_vm::{EventId, EventRow, InEvent, Node, Out};

use crate::digest::{of_result, of_value};

/// A running program.
pub struct Lasp {
    node: Node,
    /// What is shown: the first.
    view: ViewId,
    /// The checksum of the result by the changes the subscriber has heard of, once there is one.
    heard: Option<u64>,
    /// The events of the batch in hand, and the fields of all of them side by side.
    events: Vec<EventId>,
    fields: Vec<Value>,
}

/// The plan of a program that uses what this version may not have yet: then there is none, and stderr says why.
#[must_use]
pub fn plan_if_possible(text: &str) -> Option<Arc<Plan>> {
    let compiled = compile("bench.lasp", text, &mut NoFiles);
    // E08 is the family of what the language has and this version does not run.
    if let Some(found) = compiled.diagnostics.iter().find(|found| found.code.as_str().starts_with("E08")) {
        eprintln!("  not in this version: {}", found.message);
        return None;
    }
    Some(plan(text))
}

/// The plan of a program.
///
/// # Panics
/// When the program is not right, with what the checker says.
#[must_use]
pub fn plan(text: &str) -> Arc<Plan> {
    let compiled = compile("bench.lasp", text, &mut NoFiles);
    match compiled.plan {
        Some(plan) => Arc::new(plan),
        None => {
            let said: Vec<String> = compiled
                .diagnostics
                .iter()
                .map(|found| {
                    let place = found.primary.place;
                    let at = text.get(place.start as usize..place.end as usize).unwrap_or_default();
                    format!("{}: {} at `{at}`", found.code.as_str(), found.message)
                })
                .collect();
            panic!("{}\n{text}", said.join("\n"));
        }
    }
}

/// The position of an event in a plan.
///
/// # Panics
/// When there is none of that name.
#[must_use]
pub fn event_of(plan: &Plan, name: &str) -> u32 {
    let at = plan.events.iter().position(|event| event.name == name);
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or_else(|| panic!("the program has no event `{name}`"))
}

/// The view of what the program shows under a name.
///
/// # Panics
/// When nothing of that name is shown.
#[must_use]
pub fn shown(plan: &Plan, name: &str) -> ViewId {
    plan.shows.iter().find(|show| show.name == name).unwrap_or_else(|| panic!("`{name}` is not shown")).view
}

/// An event that happens now.
#[must_use]
pub fn event(event: u32, fields: Vec<Value>) -> InEvent {
    InEvent { event, at_us: None, fields }
}

impl Lasp {
    /// Starts a program of which the first shown name is the result.
    #[must_use]
    pub fn start(plan: &Arc<Plan>) -> Lasp {
        let view = plan.shows.first().expect("the program shows its result").view;
        let (node, _) = Node::start(plan.clone(), ReplicaId { node: 1, incarnation: 0 }, 0);
        Lasp { node, view, heard: None, events: Vec::new(), fields: Vec::new() }
    }

    /// From now on somebody hears of each change of the result.
    pub fn listen(&mut self) {
        self.node.subscribe(self.view);
        self.heard = Some(of_result(&self.value()));
    }

    /// Takes a batch in and brings the views up to date. Gives what was emitted, in order.
    ///
    /// Each event is a number and its fields; those of a kind that follow each other are handed over together, as a
    /// caller who has a batch does.
    pub fn apply<const N: usize>(&mut self, events: impl Iterator<Item = (u32, [Value; N])>) -> Vec<Value> {
        self.events.clear();
        self.fields.clear();
        for (event, fields) in events {
            self.events.push(self.node.event_at(event).expect("the program has it"));
            self.fields.extend(fields);
        }
        let mut emitted = Vec::new();
        let mut from = 0;
        for run in self.events.chunk_by(|a, b| a == b) {
            let fields = &self.fields[from * N..(from + run.len()) * N];
            let rows = fields.chunks_exact(N).map(|fields| EventRow { at_us: None, fields });
            let outs = self.node.handle_all(0, run[0], rows);
            hear(&mut self.heard, outs.into_iter().map(|(_, out)| out), &mut emitted);
            from += run.len();
        }
        let outs = self.node.flush();
        hear(&mut self.heard, outs.into_iter(), &mut emitted);
        emitted
    }

    /// The result.
    ///
    /// # Panics
    /// When it has failed.
    pub fn value(&mut self) -> Value {
        self.node.value(self.view).unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    /// The checksum of the result.
    ///
    /// # Panics
    /// When the subscriber, from the changes it heard of, has another one.
    pub fn check(&mut self) -> u64 {
        let sum = of_result(&self.value());
        assert!(self.heard.is_none_or(|heard| heard == sum), "the changes that were told do not add up to the result");
        sum
    }
}

fn hear(heard: &mut Option<u64>, outs: impl Iterator<Item = Out>, emitted: &mut Vec<Value>) {
    for out in outs {
        match out {
            Out::Change { added, removed, .. } => {
                let came = added.iter().map(of_value).fold(0, u64::wrapping_add);
                let went = removed.iter().map(of_value).fold(0, u64::wrapping_add);
                *heard = heard.map(|sum| sum.wrapping_add(came).wrapping_sub(went));
            }
            Out::Emit { value, .. } => emitted.push(value),
            wrong => panic!("{wrong:?}"),
        }
    }
}

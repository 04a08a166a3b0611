//! The drive: one piece of work after another, until all is quiet.
//!
//! ```text
//! 1  a reaction waits (when, watch)          run it
//! 2  differences wait and somebody listens   step; collect reactions
//! 3  an event waits                          run its handlers
//! 4  nothing                                 done
//! ```
//!
//! Work that follows from work carries its distance from the outside, its *depth*. Events that emit events, and `when`s
//! whose updates fire `when`s, may go on for ever; past [`DEPTH_MAX`] the program is told which one does (R0705).
//!
//! Invariant: what runs next depends on nothing but what was asked and in which order.

use lasp_lattice::Stamp;
use lasp_plan::format::{text_of, untyped_text_of};
use lasp_plan::{Place, Plan, Stmt, Type, Value};

use super::ids::Origin;
use super::react::Reaction;
use super::txn::{Done, Txn};
use super::{Commit, EVENTS_PER_STEP_MAX, Node, Out};
use crate::Failure;
use crate::eval::{Frame, bind};

/// How many ops may follow from each other: far more than any program means, and over within a second.
const DEPTH_MAX: u32 = 100_000;
/// How many events may wait at once: an event that emits two of itself must not fill the memory first.
const WAITING_MAX: usize = 1_000_000;

/// An event that waits.
#[derive(Clone, Debug)]
pub(super) struct Queued {
    pub(super) event: u32,
    pub(super) at_us: i64,
    pub(super) fields: Vec<Value>,
    pub(super) depth: u32,
}

impl Node {
    /// Works until nothing waits. `all` brings the views up to date even if nobody listens.
    pub(super) fn run_queue(&mut self, all: bool) {
        let plan = self.plan.clone();
        loop {
            if let Some((depth, reaction)) = self.reactions.queue.pop_front() {
                self.depth = depth;
                self.run_reaction(&plan, &reaction);
                continue;
            }
            let due = self.reactions.is_prompt() || self.unstepped >= EVENTS_PER_STEP_MAX;
            if due && self.views.is_dirty() {
                self.step();
                continue;
            }
            match self.events.pop_front() {
                Some(queued) => self.run_event(&plan, queued),
                None if all && self.views.is_dirty() => self.step(),
                None => break,
            }
        }
    }

    /// Statements from the REPL.
    pub(super) fn run_statements(&mut self, body: &[Stmt]) -> Option<bool> {
        let plan = self.plan.clone();
        self.op(&plan, None, |txn| txn.run(body, &mut Frame::default())).unwrap_or_else(|failure| {
            self.outs.push(Out::Failed { failure });
            None
        })
    }

    /// Lets the differences of all ops so far reach the views.
    fn step(&mut self) {
        self.views.step();
        self.unstepped = 0;
        // Reactions are one further from the outside than what they follow from.
        let depth = std::mem::take(&mut self.deepest) + 1;
        self.reactions.collect(&self.views, depth, &mut self.outs);
    }

    /// All handlers of an event, as one op.
    fn run_event(&mut self, plan: &Plan, queued: Queued) {
        let Some((event, needs)) =
            plan.events.get(queued.event as usize).zip(self.needs.events.get(queued.event as usize))
        else {
            let message = format!("there is no event number {}", queued.event);
            return self.outs.push(Out::Failed { failure: Failure::new("R0703", message, Place::default()) });
        };
        if queued.fields.len() != event.fields.len() {
            let (given, declared) = (queued.fields.len(), event.fields.len());
            let message = format!("`{}` has {declared} fields, and {given} came", event.name);
            return self.outs.push(Out::Failed { failure: Failure::new("R0703", message, Place::default()) });
        }
        let plays = |role: &Option<String>| self.role.is_none() || role.is_none() || *role == self.role;
        let handlers: Vec<_> = needs.handlers.iter().map(|at| &plan.handlers[*at]).collect();
        let is_handled = handlers.is_empty() || handlers.iter().any(|handler| plays(&handler.role));
        let handlers: Vec<_> = handlers.into_iter().filter(|handler| plays(&handler.role)).collect();
        if !is_handled {
            let message = format!("`{}` is not handled by a {}", event.name, self.role.as_deref().unwrap_or_default());
            let place = needs.handlers.first().map(|at| plan.handlers[*at].place).unwrap_or_default();
            return self.outs.push(Out::Failed { failure: Failure::new("R0703", message, place) });
        }
        if needs.views && self.views.is_dirty() {
            // Reactions come before the event, which waits again in its old place.
            self.events.push_front(queued);
            return self.step();
        }
        let slot = |field: &Option<usize>| match field {
            Some(at) => queued.fields[*at].clone(),
            None => Value::Time(queued.at_us),
        };
        let record = Value::tuple(needs.slots.iter().map(slot).collect::<Vec<_>>());
        let print = || {
            let fields = event.fields.iter().zip(&queued.fields);
            let fields: Vec<String> =
                fields.map(|((name, ty), value)| format!("{name}: {}", text_of(value, ty))).collect();
            format!("{} {{ {} }}", event.name, fields.join(", "))
        };
        (self.at_us, self.depth) = (queued.at_us, queued.depth);
        if self.depth > DEPTH_MAX {
            let message =
                format!("`{}` has led to itself {DEPTH_MAX} times over; what was left is dropped", event.name);
            let place = handlers.first().map(|handler| handler.place).unwrap_or_default();
            return self.give_up(Failure::new("R0705", message, place).over(print));
        }
        let done = self.op(plan, None, |txn| {
            for handler in handlers {
                let mut frame = Frame::default();
                if bind(&handler.pattern, &record, &mut frame) {
                    txn.run(&handler.body, &mut frame)?;
                }
            }
            Ok(())
        });
        if let Err(failure) = done {
            self.outs.push(Out::Failed { failure: failure.over(print) });
        }
    }

    fn run_reaction(&mut self, plan: &Plan, reaction: &Reaction) {
        if self.depth > DEPTH_MAX {
            let failure = self.endless(plan, reaction);
            return self.give_up(failure);
        }
        let reads_views = match reaction {
            Reaction::When(at, _) => self.needs.whens[*at],
            Reaction::Watch(at, ..) => self.needs.watches[*at],
        };
        if reads_views && self.views.is_dirty() {
            self.step();
        }
        let done = match reaction {
            Reaction::When(at, row) => {
                let when = &plan.whens[*at];
                let origin = Origin::When(when.condition.clone(), row.first().cloned());
                self.op(plan, Some(origin), |txn| {
                    let mut frame = Frame::new(row);
                    let fits = match (&when.pattern, row.first()) {
                        (Some(pattern), Some(element)) => bind(pattern, element, &mut frame),
                        _ => true,
                    };
                    if fits { txn.run(&when.body, &mut frame) } else { Ok(()) }
                })
            }
            Reaction::Watch(at, came, value) => {
                let watch = &plan.watches[*at];
                let body = if *came { Some(&watch.added) } else { watch.removed.as_ref() };
                let Some((pattern, body)) = body else { return };
                self.op(plan, None, |txn| {
                    let mut frame = Frame::default();
                    if bind(pattern, value, &mut frame) { txn.run(body, &mut frame) } else { Ok(()) }
                })
            }
        };
        match (done, reaction) {
            (Ok(_), Reaction::When(at, row)) => {
                // That it has fired holds with the op, or not at all.
                if let Some(commit) = self.commits.as_mut().and_then(|commits| commits.last_mut()) {
                    let repeats = plan.whens[*at].repeats();
                    commit.fired = u32::try_from(*at).ok().filter(|_| !repeats).map(|at| (at, row.clone()));
                }
            }
            (Ok(_), Reaction::Watch(..)) => {}
            (Err(failure), _) => self.outs.push(Out::Failed { failure: failure.over(|| element_text(plan, reaction)) }),
        }
    }

    /// One atomic op: all of it or nothing. Gives the answer of its last update.
    fn op(
        &mut self,
        plan: &Plan,
        origin: Option<Origin>,
        work: impl FnOnce(&mut Txn<'_>) -> Result<(), Failure>,
    ) -> Result<Option<bool>, Failure> {
        self.ops += 1;
        let origin = origin.unwrap_or(Origin::Op(self.replica, self.ops));
        let stamp = Stamp { replica: self.replica, now_us: self.now_us };
        let mut txn = Txn::new(plan, &mut self.vars, &self.views, stamp, origin);
        if let Err(failure) = work(&mut txn) {
            txn.abort();
            return Err(failure);
        }
        let answer = txn.answer;
        let Done { diffs, deltas, emits } = txn.commit();
        if let Some(commits) = &mut self.commits {
            commits.push(Commit { number: self.ops, deltas, fired: None, emits: !emits.is_empty() });
        }
        self.views.push(diffs);
        if self.views.is_dirty() {
            self.deepest = self.deepest.max(self.depth);
        }
        for emitted in emits {
            match emitted.event {
                None => {
                    let (name, id, value, ty) = (emitted.name, emitted.id, emitted.value, emitted.ty);
                    self.outs.push(Out::Emit { name, id, value, ty });
                }
                Some(event) => self.queue_event(plan, event, &emitted.value, &emitted.ty),
            }
        }
        Ok(answer)
    }

    /// An emitted event waits behind what waits already. It happened when what it follows from happened, unless its
    /// record says otherwise.
    fn queue_event(&mut self, plan: &Plan, event: u32, record: &Value, ty: &Type) {
        let (Type::Record(names), Value::Tuple(slots)) = (ty, record) else {
            unreachable!("an event is emitted as a record");
        };
        let slot = |name: &str| names.iter().position(|(of, _)| of == name).and_then(|at| slots.get(at));
        let declared = &plan.events[event as usize].fields;
        let fields = declared.iter().filter_map(|(name, _)| slot(name).cloned()).collect();
        let at_us = match slot("at") {
            Some(Value::Time(at)) => *at,
            _ => self.at_us,
        };
        if self.events.len() >= WAITING_MAX {
            let name = &plan.events[event as usize].name;
            let message = format!("`{name}` was emitted while {WAITING_MAX} events waited; all of them are dropped");
            return self.give_up(Failure::new("R0705", message, Place::default()));
        }
        self.events.push_back(Queued { event, at_us, fields, depth: self.depth + 1 });
    }

    /// Something goes on for ever: what is left of it is dropped.
    fn give_up(&mut self, failure: Failure) {
        self.events.clear();
        self.reactions.queue.clear();
        self.outs.push(Out::Failed { failure });
    }

    /// The failure of a reaction that follows from itself without end. A `when` is stopped for good: the next event would
    /// only set it going again.
    fn endless(&mut self, plan: &Plan, reaction: &Reaction) -> Failure {
        let (what, place) = match reaction {
            Reaction::When(at, _) => {
                self.reactions.stop(*at);
                let when = &plan.whens[*at];
                (
                    format!(
                        "`{}` has fired {DEPTH_MAX} times over from its own updates and is stopped",
                        when.words(&plan.vars)
                    ),
                    when.place,
                )
            }
            Reaction::Watch(at, ..) => {
                let watch = &plan.watches[*at];
                let name = &plan.view(watch.view).name;
                (
                    format!("`watch {name}` has led to itself {DEPTH_MAX} times over; what was left is dropped"),
                    watch.place,
                )
            }
        };
        Failure::new("R0705", what, place).over(|| element_text(plan, reaction))
    }
}

/// The element a reaction is about, printed.
fn element_text(plan: &Plan, reaction: &Reaction) -> String {
    match reaction {
        Reaction::When(_, row) => row.first().map(untyped_text_of).unwrap_or_default(),
        Reaction::Watch(at, _, value) => match &plan.view(plan.watches[*at].view).ty {
            Type::Set(ty) => text_of(value, ty),
            Type::Map(key, of) => text_of(value, &Type::Tuple(vec![Type::clone(key), Type::clone(of)])),
            Type::Bool => untyped_text_of(value),
            ty => text_of(value, ty),
        },
    }
}

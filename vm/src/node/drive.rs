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

use super::code::ready;
use super::ids::Origin;
use super::lean::{Lean, Run};
use super::needs::{EventNeeds, Needs};
use super::react::Reaction;
use super::txn::{Done, Txn};
use super::{Commit, EVENTS_PER_STEP, EVENTS_PER_STEP_MAX, Node, Out, ROWS_PER_STEP};
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
        let (plan, needs) = (self.plan.clone(), self.needs.clone());
        loop {
            if let Some((depth, reaction)) = self.reactions.queue.pop_front() {
                self.depth = depth;
                self.run_reaction(&plan, &needs, &reaction);
                continue;
            }
            if self.is_due() {
                self.step();
                continue;
            }
            match self.events.pop_front() {
                Some(queued) => self.run_event(&plan, &needs, queued),
                None if all && self.is_dirty() => self.step(),
                None => break,
            }
        }
    }

    /// Whether the views have something to hear.
    pub(super) fn is_dirty(&self) -> bool {
        self.vars.touched() > 0 || self.views.is_dirty()
    }

    /// Whether they have to hear it now.
    pub(super) fn is_due(&self) -> bool {
        let is_full = || {
            let waits_for_more = self.vars.touched() + self.views.waiting() < ROWS_PER_STEP;
            self.unstepped >= EVENTS_PER_STEP_MAX || (self.unstepped >= EVENTS_PER_STEP && !waits_for_more)
        };
        self.is_dirty() && (self.reactions.is_prompt() || is_full())
    }

    /// Statements from the REPL.
    pub(super) fn run_statements(&mut self, body: &[Stmt]) -> Option<bool> {
        let plan = self.plan.clone();
        let body = ready(body, &plan, None);
        self.op(&plan, None, |txn| txn.run(&body, &mut Frame::default())).unwrap_or_else(|failure| {
            self.outs.push(Out::Failed { failure });
            None
        })
    }

    /// Hands what has changed to the views, for their next step.
    pub(super) fn tell(&mut self) {
        let (views, trial, stride) = (&mut self.views, &mut self.trial, &mut self.stride);
        self.vars.tell(&mut |diff| {
            stride.hear(&diff);
            if let Some(told) = trial {
                told.push(diff);
            }
            views.push(diff);
        });
    }

    /// Lets the differences of all ops so far reach the views.
    pub(super) fn step(&mut self) {
        self.tell();
        self.views.step();
        self.unstepped = 0;
        // Reactions are one further from the outside than what they follow from.
        let depth = std::mem::take(&mut self.deepest) + 1;
        self.reactions.collect(&self.views, depth, &mut self.outs);
    }

    /// All handlers of an event that waited, as one op.
    fn run_event(&mut self, plan: &Plan, needs: &Needs, queued: Queued) {
        let reads_views = needs.events.get(queued.event as usize).is_some_and(|event| event.views);
        if reads_views && self.is_dirty() {
            // Reactions come before the event, which waits again in its old place.
            self.events.push_front(queued);
            return self.step();
        }
        self.depth = queued.depth;
        self.run_fields(plan, needs, queued.event, queued.at_us, &queued.fields);
    }

    /// All handlers of an event, as one op; the views are as the handlers need them.
    #[inline]
    pub(super) fn run_fields(&mut self, plan: &Plan, needs: &Needs, number: u32, at_us: i64, fields: &[Value]) {
        if let Some(EventNeeds { lean: Some(bodies), fields: count, .. }) = needs.events.get(number as usize)
            && *count == fields.len()
            && self.depth <= DEPTH_MAX
            && self.run_lean(bodies, fields)
        {
            self.at_us = at_us;
            return;
        }
        self.run_in_full(plan, needs, number, at_us, fields);
    }

    fn run_in_full(&mut self, plan: &Plan, needs: &Needs, number: u32, at_us: i64, fields: &[Value]) {
        let Some((event, of)) = plan.events.get(number as usize).zip(needs.events.get(number as usize)) else {
            let message = format!("there is no event number {number}");
            return self.outs.push(Out::Failed { failure: Failure::new("R0703", message, Place::default()) });
        };
        if fields.len() != event.fields.len() {
            let (given, declared) = (fields.len(), event.fields.len());
            let message = format!("`{}` has {declared} fields, and {given} came", event.name);
            return self.outs.push(Out::Failed { failure: Failure::new("R0703", message, Place::default()) });
        }
        if of.is_of_others {
            let message = format!("`{}` is not handled by a {}", event.name, self.role.as_deref().unwrap_or_default());
            let first = plan.handlers.iter().find(|handler| handler.event == number);
            let place = first.map(|handler| handler.place).unwrap_or_default();
            return self.outs.push(Out::Failed { failure: Failure::new("R0703", message, place) });
        }
        self.at_us = at_us;
        let print = || {
            let fields = event.fields.iter().zip(fields);
            let fields: Vec<String> =
                fields.map(|((name, ty), value)| format!("{name}: {}", text_of(value, ty))).collect();
            format!("{} {{ {} }}", event.name, fields.join(", "))
        };
        if self.depth > DEPTH_MAX {
            let message =
                format!("`{}` has led to itself {DEPTH_MAX} times over; what was left is dropped", event.name);
            let place = of.handlers.first().map(|at| plan.handlers[*at].place).unwrap_or_default();
            return self.give_up(Failure::new("R0705", message, place).over(print));
        }
        let done = self.op(plan, None, |txn| {
            for handler in of.handlers.iter().map(|at| &needs.handlers[*at]) {
                if let Some(mut frame) = handler.frame(fields, at_us) {
                    txn.run(&handler.body, &mut frame)?;
                }
            }
            Ok(())
        });
        if let Err(failure) = done {
            self.outs.push(Out::Failed { failure: failure.over(print) });
        }
    }

    /// One op by the lean bodies of its handlers; `false` if it has to be run in full, and nothing has happened.
    fn run_lean(&mut self, bodies: &[Vec<Lean>], fields: &[Value]) -> bool {
        if self.commits.is_some() {
            return false;
        }
        let logged = self.vars.logged();
        let stamp = Stamp { replica: self.replica, now_us: self.now_us };
        let mut run = Run::new(&mut self.vars, fields, &stamp, self.trial.is_some());
        if run.bodies(bodies).is_err() {
            self.vars.rewind(logged, false, self.replica);
            return false;
        }
        self.ops += 1;
        if self.trial.is_none() {
            self.vars.forget(logged);
        }
        if self.is_dirty() {
            self.deepest = self.deepest.max(self.depth);
        }
        true
    }

    fn run_reaction(&mut self, plan: &Plan, needs: &Needs, reaction: &Reaction) {
        if self.depth > DEPTH_MAX {
            let failure = self.endless(plan, reaction);
            return self.give_up(failure);
        }
        let reads_views = match reaction {
            Reaction::When(at, _) => needs.whens[*at],
            Reaction::Watch(at, ..) => needs.watches[*at],
        };
        if reads_views && self.is_dirty() {
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
                    if fits { txn.run(&needs.when_bodies[*at], &mut frame) } else { Ok(()) }
                })
            }
            Reaction::Watch(at, came, value) => {
                let watch = &plan.watches[*at];
                let [added, removed] = &needs.watch_bodies[*at];
                let pattern = if *came { Some(&watch.added.0) } else { watch.removed.as_ref().map(|of| &of.0) };
                let Some(pattern) = pattern else { return };
                let body = if *came { added } else { removed };
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
        let logged = self.vars.logged();
        let mut txn = Txn::new(plan, &mut self.vars, &self.views, stamp, origin);
        if let Err(failure) = work(&mut txn) {
            txn.abort();
            return Err(failure);
        }
        let answer = txn.answer;
        let Done { deltas, emits } = txn.commit();
        if let Some(commits) = &mut self.commits {
            commits.push(Commit { number: self.ops, deltas, fired: None, emits: !emits.is_empty() });
        }
        if self.trial.is_none() {
            self.vars.forget(logged);
        }
        if self.is_dirty() {
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

    /// The failure of a reaction that follows from itself without end. A `when` is stopped for good: the next event
    /// would only set it going again.
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

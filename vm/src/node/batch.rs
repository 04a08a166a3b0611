//! Many events at once: what a caller with a million of them pays for each is the event, not the call.
//!
//! ```text
//! node.event("impression") ─► EventId
//! node.handle_all(now, id, rows) ─► [(row, Out)]        the same outs as one call per row
//! ```
//!
//! Where a `when` listens, each event has to be followed by a step of the views before the next one, in case it fires.
//! That step costs far more than the event. If every `when` of the program is on a condition that never goes back, it
//! need not be paid: a row that comes in the middle of a batch is still there at its end. So a batch is *tried*: its
//! events run, one step follows, and if nothing fires, nothing has fired in between either. If something does, the
//! whole batch is taken back and tried again in halves, down to the very event:
//!
//! ```text
//! try 1,024 events: a `when` fires ─► take back; try 512: quiet; try 256: fires ─► take back; … ─► 1: fires, here
//! ```
//!
//! Where a condition might fail on the way, as `n * 2` does past the greatest int, numbers are watched: a batch in
//! which one leaves the bounds within which nothing fails is taken back too (`bounds`).
//!
//! Tries grow again while nothing fires, so that an event costs at most a few runs where something fires at every turn,
//! and one where it rarely does.
//!
//! Invariants: what `when`s, handlers and variables come to, and every out, is that of one event after the other; only
//! of a shown view that fails and recovers between two steps nobody hears, as without a `when`. An op that fails is
//! undone alone. What is tried leaves no trace: variables, views, outs and the number of ops are what they were.
//!
//! Neighbours: `drive` (one event), [`crate::cells`] (undoing in place), `total` (which conditions may wait),
//! `bounds` (whether they still may).

use lasp_plan::{Plan, Value};

use super::bounds::Bounds;
use super::needs::Needs;
use super::{Node, Out, lean, total};
use crate::diffs::{Diff, Diffs};

/// The most events that are tried at once: enough that a step's overhead no longer shows, few enough that what is
/// needed to take them back stays in the cache.
const TRIED_MAX: usize = 4_096;

/// So many events are looked at before they are handled.
const AHEAD: usize = 32;

/// An event of a program, found by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventId(pub(super) u32);

/// One of many events of a kind.
#[derive(Clone, Copy, Debug)]
pub struct EventRow<'r> {
    /// When it happened, if its source says so; else it happened now.
    pub at_us: Option<i64>,
    /// Its fields in the order declared, without `at`.
    pub fields: &'r [Value],
}

/// How many events are tried at once.
#[derive(Clone, Debug)]
pub(super) struct Stride {
    /// Within which bounds the program's conditions may wait for the end of a batch, if they ever may.
    bounds: Option<Bounds>,
    events: usize,
}

impl Stride {
    pub(super) fn of(plan: &Plan) -> Stride {
        let bounds = if plan.watches.is_empty() { total::whens_may_wait(plan) } else { None };
        Stride { bounds, events: 1 }
    }

    /// Hears of what the views are told.
    #[inline]
    pub(super) fn hear(&mut self, diff: &Diff<'_>) {
        if let Some(bounds) = &mut self.bounds {
            bounds.hear(diff);
        }
    }

    /// Whether conditions may wait as things are.
    fn may_try(&self) -> bool {
        self.bounds.as_ref().is_some_and(Bounds::hold)
    }
}

impl Node {
    /// An event by its name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<EventId> {
        let at = self.plan.events.iter().position(|event| event.name == name)?;
        u32::try_from(at).ok().map(EventId)
    }

    /// The event at this position of the plan.
    #[must_use]
    pub fn event_at(&self, position: u32) -> Option<EventId> {
        self.plan.events.get(position as usize).map(|_| EventId(position))
    }

    /// Handles events of a kind, as [`Node::handle`] would one after the other: each is an op of its own, and one that
    /// fails is undone alone. Outs come with the position of the row that they follow from.
    ///
    /// No allocation per event where its updates have a way in place and its handler's pattern only names fields.
    pub fn handle_all<'r>(
        &mut self,
        now_us: i64,
        event: EventId,
        rows: impl IntoIterator<Item = EventRow<'r>>,
    ) -> Vec<(usize, Out)> {
        self.now_us = now_us;
        let (plan, needs) = (self.plan.clone(), self.needs.clone());
        let mut heard = Heard::default();
        // What an earlier call set off belongs to the first row.
        heard.note(&self.outs, 0);
        if self.stride.bounds.is_some() && self.may_ever_try(&needs, event) {
            self.handle_by_trial(&plan, &needs, event, rows.into_iter(), &mut heard);
        } else {
            let mut rows = rows.into_iter();
            let (mut ahead, mut from) = (Vec::with_capacity(AHEAD), 0);
            loop {
                ahead.extend(rows.by_ref().take(AHEAD));
                if ahead.is_empty() {
                    break;
                }
                self.warm(&needs, event, &ahead);
                for (at, row) in (from..).zip(ahead.drain(..)) {
                    self.handle_row(&plan, &needs, event, row);
                    heard.note(&self.outs, at);
                    from = at + 1;
                }
            }
        }
        heard.rows.into_iter().zip(std::mem::take(&mut self.outs)).collect()
    }

    /// Fetches the memory that some events are about to change: looks that follow each other closely wait for it
    /// together.
    fn warm(&self, needs: &Needs, event: EventId, rows: &[EventRow<'_>]) {
        let of = &needs.events[event.0 as usize];
        if let Some(bodies) = of.lean.as_ref().filter(|_| rows.len() > 1) {
            let fitting = rows.iter().map(|row| row.fields).filter(|fields| fields.len() == of.fields);
            bodies.iter().for_each(|body| lean::warm(body, &self.vars, fitting.clone()));
        }
    }

    /// The same with as many events at once as can be.
    fn handle_by_trial<'r>(
        &mut self,
        plan: &Plan,
        needs: &Needs,
        event: EventId,
        mut rows: impl Iterator<Item = EventRow<'r>>,
        heard: &mut Heard,
    ) {
        let mut waiting: Vec<EventRow<'r>> = Vec::new();
        let (mut from, mut done) = (0, 0);
        loop {
            let wanted = if self.is_settled() && self.stride.may_try() { self.stride.events } else { 1 };
            if waiting.len() - done < wanted {
                waiting.drain(..std::mem::take(&mut done));
                waiting.extend(rows.by_ref().take(wanted - waiting.len()));
            }
            let tried = wanted.min(waiting.len() - done);
            if tried == 0 {
                return;
            }
            if tried > 1 {
                let rows = &waiting[done..done + tried];
                let quiet = self.try_all(plan, needs, event, (from, rows), heard);
                self.stride.events = if quiet { wanted.max((tried * 2).min(TRIED_MAX)) } else { tried / 2 };
                if !quiet {
                    continue;
                }
            } else {
                let outs = self.outs.len();
                self.handle_row(plan, needs, event, waiting[done]);
                heard.note(&self.outs, from);
                // Where something happens at every event, nothing is gained by trying two.
                self.stride.events = if self.outs.len() == outs { 2 } else { 1 };
            }
            done += tried;
            from += tried;
        }
    }

    /// One event and everything that follows.
    fn handle_row(&mut self, plan: &Plan, needs: &Needs, event: EventId, row: EventRow<'_>) {
        self.unstepped += 1;
        if self.is_due() {
            self.run_queue(false);
        }
        if needs.events[event.0 as usize].views && self.is_dirty() {
            self.step();
            self.run_queue(false);
        }
        self.depth = 0;
        self.run_fields(plan, needs, event.0, row.at_us.unwrap_or(self.now_us), row.fields);
        if !self.events.is_empty() || self.is_due() {
            self.run_queue(false);
        }
    }

    /// Whether events of this kind may be tried: only conditions that never go back listen, and the handlers neither
    /// read what a step would change nor set off other events.
    fn may_ever_try(&self, needs: &Needs, event: EventId) -> bool {
        let of = &needs.events[event.0 as usize];
        self.reactions.hears_whens_only() && self.commits.is_none() && !of.views && !of.events
    }

    /// Whether nothing waits.
    fn is_settled(&self) -> bool {
        !self.is_dirty() && self.events.is_empty()
    }

    /// Runs events and one step. If that has a consequence, takes all of it back; whether it had none.
    fn try_all(
        &mut self,
        plan: &Plan,
        needs: &Needs,
        event: EventId,
        (from, rows): (usize, &[EventRow<'_>]),
        heard: &mut Heard,
    ) -> bool {
        let (ops, outs, logged) = (self.ops, self.outs.len(), self.vars.logged());
        self.trial = Some(Diffs::default());
        self.stride.bounds.iter_mut().for_each(Bounds::watch);
        let mut at = from;
        for rows in rows.chunks(AHEAD) {
            self.warm(needs, event, rows);
            for row in rows {
                self.depth = 0;
                self.run_fields(plan, needs, event.0, row.at_us.unwrap_or(self.now_us), row.fields);
                heard.note(&self.outs, at);
                at += 1;
            }
        }
        self.tell();
        let told = self.trial.take().unwrap_or_default();
        self.views.step();
        let quiet = !self.stride.bounds.iter().any(Bounds::strayed) && self.reactions.is_quiet(&self.views);
        if quiet {
            self.vars.forget(logged);
            (self.unstepped, self.deepest) = (0, 0);
        } else {
            for diff in told.iter().rev() {
                let back = Diff { weight: -diff.weight, ..diff };
                self.stride.hear(&back);
                self.views.push(back);
            }
            self.views.step();
            self.vars.rewind(logged, true, self.replica);
            self.ops = ops;
            self.outs.truncate(outs);
            heard.rows.truncate(outs);
        }
        quiet
    }
}

/// Which row each out follows from.
#[derive(Debug, Default)]
struct Heard {
    rows: Vec<usize>,
}

impl Heard {
    /// What has come since the last time follows from this row.
    fn note(&mut self, outs: &[Out], row: usize) {
        if self.rows.len() < outs.len() {
            self.rows.resize(outs.len(), row);
        }
    }
}

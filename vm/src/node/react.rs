//! What follows from a step: `when`s that fire, watches that run, subscribers that hear.
//!
//! ```text
//! step ─► rows that came and went at a node
//!           ├─ of a `when`:  a row never seen before fires, once for ever; of a `bind`, each that comes
//!           ├─ of a watch:   removed bodies for rows gone, then added bodies for rows new
//!           └─ subscribed:   one Change for all of it
//! ```
//!
//! A failed view is no ground to act on: what changes while it has failed is held back, and what is left of it when the
//! view has recovered follows then.
//!
//! Invariants: the order is that of declaration, then of rows. A row that flickers fires no second time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use lasp_plan::{NodeId, Plan, Row, Shape, Type, Value, ViewId};
use rustc_hash::FxHashSet;

use super::Out;
use super::views::{Views, element};
use crate::Failure;

/// An op that follows from a step.
#[derive(Clone, Debug)]
pub(super) enum Reaction {
    /// A row of a `when`, by its position.
    When(usize, Row),
    /// An element that came to a watched view, or was (`false`) removed.
    Watch(usize, bool, Value),
}

/// Who listens, and what they have heard.
pub(super) struct Reactions {
    plan: Arc<Plan>,
    /// What follows, first to last, each with its depth (see `drive`).
    pub(super) queue: VecDeque<(u32, Reaction)>,
    /// Rows a `when` has fired for.
    fired: Vec<FxHashSet<Row>>,
    /// `when`s that went on for ever and were stopped.
    stopped: Vec<bool>,
    /// Watches of other roles.
    deaf: Vec<bool>,
    /// The next step brings what was known before the node stopped: no watch is told of it.
    resumes: bool,
    subscribed: BTreeSet<ViewId>,
    /// Changes at nodes that have failed.
    held: BTreeMap<NodeId, BTreeMap<Row, i64>>,
    /// Failures that were told.
    ill: BTreeMap<ViewId, Failure>,
    ill_whens: BTreeMap<usize, Failure>,
}

impl Reactions {
    pub(super) fn new(plan: Arc<Plan>) -> Reactions {
        let (whens, deaf) = (plan.whens.len(), vec![false; plan.watches.len()]);
        Reactions {
            plan,
            queue: VecDeque::new(),
            fired: vec![FxHashSet::default(); whens],
            stopped: vec![false; whens],
            deaf,
            resumes: false,
            subscribed: BTreeSet::new(),
            held: BTreeMap::new(),
            ill: BTreeMap::new(),
            ill_whens: BTreeMap::new(),
        }
    }

    /// Leaves `when`s and watches of roles that this node does not play to others.
    pub(super) fn assign(&mut self, plays: impl Fn(&Option<String>) -> bool) {
        self.stopped = self.plan.whens.iter().map(|when| !plays(&when.role)).collect();
        self.deaf = self.plan.watches.iter().map(|watch| !plays(&watch.role)).collect();
    }

    /// The node goes on from what it knew, which the next step brings.
    pub(super) fn resume(&mut self, fired: Vec<(u32, Row)>) {
        self.resumes = true;
        for (at, row) in fired {
            if let Some(rows) = self.fired.get_mut(at as usize) {
                rows.insert(row);
            }
        }
    }

    /// What it knew has come.
    pub(super) fn resumed(&mut self) {
        self.resumes = false;
    }

    /// Whether somebody wants to hear of every event's effect by itself.
    pub(super) fn is_prompt(&self) -> bool {
        !self.plan.whens.is_empty() || !self.plan.watches.is_empty() || !self.subscribed.is_empty()
    }

    /// Whether nobody but `when`s wants to hear of every event's effect by itself.
    pub(super) fn hears_whens_only(&self) -> bool {
        !self.plan.whens.is_empty() && self.plan.watches.is_empty() && self.subscribed.is_empty()
    }

    /// Whether nothing follows from the last step, where only `when`s listen: none fires, and nothing that is looked at
    /// has failed or recovered.
    pub(super) fn is_quiet(&self, views: &Views) -> bool {
        let fires = |at: usize, node| {
            let new = |(row, weight): &(Row, i64)| *weight > 0 && !self.fired[at].contains(row);
            let repeats = self.plan.whens[at].repeats();
            !self.stopped[at] && views.changes(node).iter().any(|change| new(change) || (repeats && change.1 > 0))
        };
        let ill = |at: usize, node| views.failure(node) != self.ill_whens.get(&at);
        let shown_ill = |view| views.failure(self.plan.view(view).node) != self.ill.get(&view);
        let mut whens = self.plan.whens.iter().map(|when| when.node).enumerate();
        self.held.is_empty()
            && !whens.any(|(at, node)| fires(at, node) || ill(at, node))
            && !self.plan.shows.iter().any(|show| shown_ill(show.view))
    }

    /// From now on somebody hears of the view; at once, if it has failed already.
    pub(super) fn subscribe(&mut self, view: ViewId, views: &Views, outs: &mut Vec<Out>) {
        self.subscribed.insert(view);
        self.tell_health(views, outs);
    }

    /// The `when` fires no more.
    pub(super) fn stop(&mut self, when: usize) {
        if let Some(stopped) = self.stopped.get_mut(when) {
            *stopped = true;
        }
    }

    /// Takes note of a step: reactions of this depth into the queue, news for the outside into `outs`.
    pub(super) fn collect(&mut self, views: &Views, depth: u32, outs: &mut Vec<Out>) {
        let late = self.hold(views);
        let changes = |node: NodeId| -> &[(Row, i64)] {
            match late.get(&node) {
                Some(changes) => changes,
                None => views.changes(node),
            }
        };
        let plan = self.plan.clone();
        for (at, when) in plan.whens.iter().enumerate() {
            for (row, weight) in changes(when.node) {
                let fires = *weight > 0 && !self.stopped[at];
                if fires && (when.repeats() || self.fired[at].insert(row.clone())) {
                    self.queue.push_back((depth, Reaction::When(at, row.clone())));
                }
            }
        }
        let resumes = std::mem::take(&mut self.resumes);
        for (at, watch) in plan.watches.iter().enumerate() {
            if resumes || self.deaf[at] {
                continue;
            }
            let view = plan.view(watch.view);
            let (removed, added) = watched(&view.ty, view.shape, changes(view.node));
            self.queue.extend(removed.into_iter().map(|value| (depth, Reaction::Watch(at, false, value))));
            self.queue.extend(added.into_iter().map(|value| (depth, Reaction::Watch(at, true, value))));
        }
        self.tell_health(views, outs);
        for id in &self.subscribed {
            let view = plan.view(*id);
            let (removed, added) = split(view.shape, changes(view.node));
            if !removed.is_empty() || !added.is_empty() {
                outs.push(Out::Change { view: *id, added, removed });
            }
        }
    }

    /// Puts the changes of failed nodes aside; gives those of nodes that have recovered, or are failed (none).
    fn hold(&mut self, views: &Views) -> BTreeMap<NodeId, Vec<(Row, i64)>> {
        let mut late = BTreeMap::new();
        if views.are_well() && self.held.is_empty() {
            return late;
        }
        let whens = self.plan.whens.iter().map(|when| when.node);
        let watches = self.plan.watches.iter().map(|watch| watch.view);
        let views_heard = watches.chain(self.subscribed.iter().copied()).map(|id| self.plan.view(id).node);
        let nodes: BTreeSet<NodeId> = whens.chain(views_heard).collect();
        for node in nodes {
            let failed = views.failure(node).is_some();
            if !failed && !self.held.contains_key(&node) {
                continue;
            }
            let held = self.held.entry(node).or_default();
            for (row, weight) in views.changes(node) {
                let sum = held.entry(row.clone()).or_default();
                *sum += weight;
                if *sum == 0 {
                    held.remove(row);
                }
            }
            let now = if failed { Vec::new() } else { self.held.remove(&node).into_iter().flatten().collect() };
            late.insert(node, now);
        }
        late
    }

    /// Says which views that somebody looks at have failed or recovered since they were last spoken of.
    fn tell_health(&mut self, views: &Views, outs: &mut Vec<Out>) {
        if views.are_well() && self.ill.is_empty() && self.ill_whens.is_empty() {
            return;
        }
        let shown = self.plan.shows.iter().map(|show| show.view);
        let watched = self.plan.watches.iter().map(|watch| watch.view);
        let heard: BTreeSet<ViewId> = shown.chain(watched).chain(self.subscribed.iter().copied()).collect();
        for view in heard {
            match views.failure(self.plan.view(view).node) {
                Some(failure) if self.ill.get(&view) != Some(failure) => {
                    self.ill.insert(view, failure.clone());
                    outs.push(Out::Poisoned { view, failure: failure.clone() });
                }
                Some(_) => {}
                None => {
                    if let Some(failure) = self.ill.remove(&view) {
                        outs.push(Out::Recovered { view, failure });
                    }
                }
            }
        }
        // A condition has no name to be shown under; a `when` that cannot fire is told as a failure of its own.
        for (at, when) in self.plan.whens.iter().enumerate() {
            match views.failure(when.node) {
                Some(failure) if self.ill_whens.get(&at) != Some(failure) && !self.stopped[at] => {
                    self.ill_whens.insert(at, failure.clone());
                    let message = format!("`{}` cannot be decided: {}", when.words(&self.plan.vars), failure.message);
                    outs.push(Out::Failed { failure: Failure { message, ..failure.clone() } });
                }
                Some(_) => {}
                None => {
                    self.ill_whens.remove(&at);
                }
            }
        }
    }
}

/// The elements that went and came.
fn split(shape: Shape, changes: &[(Row, i64)]) -> (Vec<Value>, Vec<Value>) {
    let side = |wanted: fn(i64) -> bool| {
        changes.iter().filter(|(_, weight)| wanted(*weight)).filter_map(|(row, _)| element(shape, row)).collect()
    };
    (side(|weight| weight < 0), side(|weight| weight > 0))
}

/// The same, as a watch sees it: a truth value is a set that holds the empty tuple while it is true; another scalar
/// changes from an old value to a new one, so its first value is no change.
fn watched(ty: &Type, shape: Shape, changes: &[(Row, i64)]) -> (Vec<Value>, Vec<Value>) {
    let (removed, added) = split(shape, changes);
    if shape != Shape::Scalar {
        return (removed, added);
    }
    if *ty == Type::Bool {
        let while_true = |values: Vec<Value>| {
            values.into_iter().filter(|value| *value == Value::Bool(true)).map(|_| Value::unit()).collect()
        };
        return (while_true(removed), while_true(added));
    }
    if removed.is_empty() || added.is_empty() { (Vec::new(), Vec::new()) } else { (removed, added) }
}

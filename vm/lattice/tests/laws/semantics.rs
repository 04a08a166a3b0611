//! Every type against its meaning: random histories on three replicas, checked after every step.
//!
//! Replicas pull from each other, by whole states or by deltas in order, so each hears of an update after all that the
//! update had seen. Beside the states runs the bookkeeping of who has seen what, and `spec` says what that amounts to.

use std::collections::BTreeSet;

use lasp_lattice::{Answer, Kind, Leaf, PortRow, State, Unobserved, UpdateError};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::generate::{causal_schedule, for_every_kind, same};
use crate::rows::{End, Row, Weighted, visible};
use crate::spec::{self, Made, Seen, Value};
use crate::world::{REPLICAS, Step, T, replica};

/// Three replicas, and who has seen what.
struct Observed<'a> {
    kind: &'a Kind,
    history: Vec<Made>,
    states: Vec<State<T>>,
    seen: Vec<BTreeSet<usize>>,
    /// Per replica the updates in the order it heard of them, with their deltas.
    logs: Vec<Vec<(usize, State<T>)>>,
}

#[test]
fn every_type_means_what_the_language_says() {
    for_every_kind(file!(), causal_schedule, |kind, schedule| {
        let mut observed = Observed {
            kind,
            history: Vec::new(),
            states: vec![State::bottom(kind); REPLICAS],
            seen: vec![BTreeSet::new(); REPLICAS],
            logs: vec![Vec::new(); REPLICAS],
        };
        let everybody_pulls = (0..REPLICAS).flat_map(|to| (0..REPLICAS).map(move |from| Step::Pull { to, from }));
        for step in schedule.into_iter().chain(everybody_pulls.clone()).chain(everybody_pulls) {
            let touched = observed.step(step)?;
            observed.agrees(touched)?;
        }
        for other in &observed.states[1..] {
            same("all have seen all", &observed.states[0], other)?;
        }
        Ok(())
    });
}

impl Observed<'_> {
    /// Carries out a step and says which replica it touched.
    fn step(&mut self, step: Step) -> Result<usize, TestCaseError> {
        match step {
            Step::Update { at, op } => {
                let mut there = Seen::of(&self.history, &self.seen[at]);
                for key in &op.path {
                    there = there.under(*key);
                }
                let short = spec::rights(&there, at) < spec::amount(&op);
                match op.made_at(&self.states[at], self.kind, at) {
                    Err(UpdateError::RightsShort { .. }) => prop_assert!(op.method == "transfer" && short),
                    Err(error) => return Err(TestCaseError::fail(format!("{op:?}: {error}"))),
                    Ok((delta, Answer::Bool(false))) => {
                        prop_assert!(short, "refused without need");
                        prop_assert!(delta.is_bottom(), "a refused update wrote something");
                    }
                    Ok((delta, _)) => {
                        prop_assert!(!short || !matches!(op.method, "spend" | "transfer"), "granted without rights");
                        self.states[at].join(&delta, &mut Unobserved);
                        let id = self.history.len();
                        self.history.push(Made { at, op, seen: self.seen[at].clone() });
                        self.seen[at].insert(id);
                        self.logs[at].push((id, delta));
                    }
                }
                Ok(at)
            }
            Step::Pull { to, from } => {
                let theirs = self.states[from].clone();
                self.states[to].join(&theirs, &mut Unobserved);
                for (id, delta) in self.logs[from].clone() {
                    self.heard(to, id, delta);
                }
                Ok(to)
            }
            Step::PullDeltas { to, from } => {
                for (id, delta) in self.logs[from].clone() {
                    self.states[to].join(&delta, &mut Unobserved);
                    self.heard(to, id, delta);
                    // Each prefix of what is pulled is a cut of its own, and must read right.
                    self.agrees(to)?;
                }
                Ok(to)
            }
            Step::Deliver { .. } => unreachable!("not in a causal schedule"),
        }
    }

    fn heard(&mut self, to: usize, id: usize, delta: State<T>) {
        if self.seen[to].insert(id) {
            self.logs[to].push((id, delta));
        }
    }

    /// Whether a replica reads as the updates it has seen say, point by point and as rows.
    fn agrees(&self, at: usize) -> TestCaseResult {
        let seen = Seen::of(&self.history, &self.seen[at]);
        let expected = spec::value(self.kind, &seen);
        same("read = spec", &read(&self.states[at], self.kind), &expected)?;
        let mut rows = Weighted::new();
        lay_out(&expected, self.kind, 0, &mut Vec::new(), &mut rows);
        same("rows = spec", &visible(&self.states[at]), &rows)?;
        if *self.kind == Kind::BCounter {
            same("rights = spec", &self.states[at].rights(replica(at)), &Some(spec::rights(&seen, at)))?;
        }
        Ok(())
    }
}

/// A state through its point reads.
fn read(state: &State<T>, kind: &Kind) -> Value {
    if let Kind::GMap(values) = kind {
        let entries = state.entries().map(|(key, value)| {
            assert_eq!(state.get(key), Some(value));
            (*key, read(value, values))
        });
        return Value::Map(entries.collect());
    }
    match state.leaf() {
        Some(Leaf::Count(n)) => Value::Count(n),
        Some(Leaf::Option(v)) => Value::Register(v),
        None => {
            let elements: Vec<T> = state.elements().copied().collect();
            assert!(elements.is_sorted() && elements.len() == state.len());
            assert!((0..8).all(|x| state.contains(&x) == elements.contains(&x)));
            Value::Set(elements.into_iter().collect())
        }
    }
}

/// A value as the rows of its ports, as `change.rs` describes them. Returns nothing; `port` is the value's first.
fn lay_out(value: &Value, kind: &Kind, port: usize, keys: &mut Vec<T>, rows: &mut Weighted) {
    let mut row = |keys: &[T], end| rows.insert(Row { port, keys: keys.to_vec(), end }, 1);
    match value {
        Value::Count(n) => drop(row(keys, End::Leaf(Leaf::Count(*n)))),
        Value::Register(v) => drop(row(keys, End::Leaf(Leaf::Option(*v)))),
        Value::Set(xs) => {
            for x in xs {
                row(keys, End::Element(*x));
            }
        }
        Value::Map(entries) => {
            let Kind::GMap(values) = kind else { unreachable!("only maps read as maps") };
            let scalars =
                values.ports().len() == 1 && values.ports()[0].row == PortRow::Scalar && values.ports()[0].keys == 0;
            for (key, value) in entries {
                keys.push(*key);
                if !scalars {
                    rows.insert(Row { port, keys: keys.clone(), end: End::Nothing }, 1);
                }
                lay_out(value, values, port + usize::from(!scalars), keys, rows);
                keys.pop();
            }
        }
    }
}

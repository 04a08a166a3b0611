//! Replicas of one variable, each with the bookkeeping of what it has seen, checked against the specification.
//!
//! A replica hears of an update only after all that the update had seen: pulls send whole states, or deltas in the
//! order they came. That is what anti-entropy gives, and what the specification is exact for.

use lasp_lattice::{Answer, DecodeError, ElementCodec, Reading, State, UpdateError};
use lasp_spec::{Act, History, Kind as Spec, Op, Seen, Step as Way};

use crate::kinds::Type;
use crate::reads::{Rows, lay_out, ports, read};
use crate::trace::{How, Step};
use crate::words::{T, call, path, replica, stamp};

/// Why a trace fails.
pub type Outcome = Result<(), String>;

/// A replica. A clone of it is an image of its disk.
#[derive(Clone)]
pub struct Replica {
    /// Its index in the specification.
    pub index: usize,
    pub state: State<T>,
    pub seen: Seen,
    /// What its reports have come to.
    rows: Rows,
    /// The updates in the order it heard of them, with their deltas.
    log: Vec<(usize, State<T>)>,
}

impl Replica {
    fn join(&mut self, delta: &State<T>) {
        self.state.join(delta, &mut self.rows);
    }

    fn heard(&mut self, id: usize, delta: &State<T>) {
        if !self.seen.contains(id) {
            self.seen.insert(id);
            self.log.push((id, delta.clone()));
        }
    }
}

/// Replicas of one variable.
pub struct Replicas<'t> {
    pub of: &'t Type,
    pub history: History,
    pub all: Vec<Replica>,
}

impl<'t> Replicas<'t> {
    pub fn new(of: &'t Type, indexes: &[usize]) -> Self {
        let bottom = State::bottom(&of.kind);
        let all = indexes.iter().map(|index| Replica {
            index: *index,
            rows: Rows::of(&bottom),
            state: bottom.clone(),
            seen: Seen::new(),
            log: Vec::new(),
        });
        assert_eq!(ports(&of.spec), of.kind.ports().len());
        Self { of, history: History::new(), all: all.collect() }
    }

    /// Runs a trace, and lets everybody hear of everything in the end.
    pub fn run(&mut self, trace: &[Step]) -> Outcome {
        trace.iter().try_for_each(|step| self.step(step))?;
        self.settle()
    }

    pub fn step(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Update(at, op) => {
                self.update(*at, op)?;
                self.agrees(*at)
            }
            Step::Pull { to, from, how } => {
                self.pull(*to, *from, *how)?;
                self.agrees(*to)
            }
        }
    }

    /// Everybody pulls from everybody; then all are equal, and their bytes.
    pub fn settle(&mut self) -> Outcome {
        for _ in 0..2 {
            for to in 0..self.all.len() {
                for from in (0..self.all.len()).filter(|from| *from != to) {
                    self.pull(to, from, How::Whole)?;
                }
            }
        }
        let kind = &self.of.kind;
        let bytes = self.all[0].state.encode(kind, &Bytes);
        for at in 0..self.all.len() {
            self.agrees(at)?;
            same("all have seen all", &self.all[at].state, &self.all[0].state)?;
            same("all have the same bytes", &self.all[at].state.encode(kind, &Bytes), &bytes)?;
        }
        same("what is written is read", &State::decode(kind, &bytes, &Bytes), &Ok(self.all[0].state.clone()))
    }

    fn update(&mut self, at: usize, op: &Op) -> Outcome {
        let (of, history, replica) = (self.of, &self.history, &mut self.all[at]);
        let refused = refuses(history, &of.spec, &replica.seen, op);
        let (method, args) = call(&op.act);
        match replica.state.mutate(&of.kind, &path(op), method, &args, &stamp(op)) {
            Err(UpdateError::RightsShort { .. }) if refused && method == "transfer" => Ok(()),
            Err(UpdateError::AlreadySet { .. }) if refused && method == "set" => Ok(()),
            Err(error) => Err(format!("{op:?}: {error}")),
            Ok(made) if made.answer == Answer::Bool(false) => {
                ensure(refused && method == "spend", || format!("{op:?} was refused without need"))?;
                ensure(made.delta.is_bottom(), || format!("{op:?} was refused and wrote {:?}", made.delta))
            }
            Ok(made) => {
                ensure(!refused, || format!("{op:?} was granted"))?;
                let answer = if method == "spend" { Answer::Bool(true) } else { Answer::None };
                same("answer", &made.answer, &answer)?;
                let id = self.history.record(op.clone(), &replica.seen);
                replica.join(&made.delta);
                replica.heard(id, &made.delta);
                Ok(())
            }
        }
    }

    fn pull(&mut self, to: usize, from: usize, how: How) -> Outcome {
        let sender = self.all[from].clone();
        match how {
            How::Whole => self.all[to].join(&sender.state),
            How::Deltas => {
                for (id, delta) in &sender.log {
                    self.all[to].join(delta);
                    if !self.all[to].seen.contains(*id) {
                        self.all[to].heard(*id, delta);
                        // Each prefix of what is pulled is a cut of its own, and must read right.
                        self.agrees(to)?;
                    }
                }
            }
            How::Group => {
                let mut group = State::bottom(&self.of.kind);
                for (_, delta) in sender.log.iter().filter(|(id, _)| !self.all[to].seen.contains(*id)) {
                    group.join(delta, &mut lasp_lattice::Unobserved);
                }
                self.all[to].join(&group);
            }
            How::Novel => {
                let novel = sender.state.novel(&self.all[to].state);
                self.all[to].join(&novel);
                ensure(sender.state.is_below(&self.all[to].state), || format!("{novel:?} is not all that is new"))?;
            }
        }
        sender.log.iter().for_each(|(id, delta)| self.all[to].heard(*id, delta));
        Ok(())
    }

    /// Whether a replica reads as the updates it has seen say: point by point, as rows, and by its reports so far.
    pub fn agrees(&self, at: usize) -> Outcome {
        let (spec, replica) = (&self.of.spec, &self.all[at]);
        let expected = self.history.value(spec, &replica.seen);
        same("read", &read(&replica.state, spec), &expected)?;
        let rows = lay_out(&expected, spec);
        same("rows", &Rows::of(&replica.state), &rows)?;
        same("reports so far", &replica.rows, &rows)?;
        self.rights(&replica.state, spec, &mut Vec::new(), &replica.seen)
    }

    /// Whether the rights of every replica read right, wherever there is a bounded counter.
    fn rights(&self, state: &dyn Reading<T>, kind: &Spec, way: &mut Vec<Way>, seen: &Seen) -> Outcome {
        match kind {
            Spec::BCounter => self.all.iter().try_for_each(|holder| {
                let expected = self.history.rights(&self.of.spec, way, seen, holder.index);
                same("rights", &state.rights(replica(holder.index)), &Some(expected))
            }),
            Spec::GMap(values) => state.entries().try_for_each(|(key, value)| {
                way.push(Way::Key(*key));
                self.rights(value, values, way, seen)?;
                way.pop();
                Ok(())
            }),
            Spec::Product(parts) => parts.iter().enumerate().try_for_each(|(at, kind)| {
                way.push(Way::Part(at));
                self.rights(state.part(at).expect("a product has its parts"), kind, way, seen)?;
                way.pop();
                Ok(())
            }),
            _ => Ok(()),
        }
    }
}

/// Whether the specification refuses an update.
fn refuses(history: &History, kind: &Spec, seen: &Seen, op: &Op) -> bool {
    match &op.act {
        Act::Spend(n) | Act::Transfer(n, _) => history.rights(kind, &op.path, seen, op.at) < i128::from(*n),
        Act::Set(value) => history.set_conflicts(kind, &op.path, seen, value),
        _ => false,
    }
}

/// An equality: says both sides when it fails.
pub fn same<V: PartialEq + std::fmt::Debug>(what: &str, found: &V, expected: &V) -> Outcome {
    ensure(found == expected, || format!("{what}:\n  found    {found:?}\n  expected {expected:?}"))
}

pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// Elements as they are.
pub struct Bytes;

impl ElementCodec<T> for Bytes {
    fn write(&self, element: &T, bytes: &mut Vec<u8>) {
        bytes.push(*element);
    }

    fn read(&self, bytes: &mut &[u8]) -> Result<T, DecodeError> {
        let (first, rest) = bytes.split_first().ok_or(DecodeError { reason: "it ends too early", left: 0 })?;
        *bytes = rest;
        Ok(*first)
    }
}

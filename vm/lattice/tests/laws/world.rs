//! Three replicas of one variable, and everything that was ever joined into them.
//!
//! A [`World`] carries out a schedule and remembers it: each delta made, each join with the state before and after and
//! what it reported. The tests then look at the record.

use lasp_lattice::{Answer, Arg, Kind, ReplicaId, Stamp, State, Unobserved, UpdateError};
use proptest::sample::Index;

use crate::rows::{Event, Recorder};

/// Elements and keys.
pub type T = u8;

pub const REPLICAS: usize = 3;

/// The id of a replica. Two of them are incarnations of one node.
pub fn replica(at: usize) -> ReplicaId {
    [(1, 0), (1, 1), (2, 0)].map(|(node, incarnation)| ReplicaId { node, incarnation })[at]
}

/// One update, as a program would write it.
#[derive(Clone, Debug)]
pub struct Op {
    pub path: Vec<T>,
    pub method: &'static str,
    pub args: Vec<Arg<T>>,
    pub now_us: i64,
}

impl Op {
    pub fn under(mut self, key: T) -> Self {
        self.path.insert(0, key);
        self
    }

    pub fn stamp(&self, at: usize) -> Stamp {
        Stamp { replica: replica(at), now_us: self.now_us }
    }

    pub fn made_at(&self, state: &State<T>, kind: &Kind, at: usize) -> Result<(State<T>, Answer), UpdateError> {
        let made = state.mutate(kind, &self.path, self.method, &self.args, &self.stamp(at))?;
        Ok((made.delta, made.answer))
    }
}

/// One step of a schedule.
#[derive(Clone, Debug)]
pub enum Step {
    Update {
        at: usize,
        op: Op,
    },
    /// `to` joins the whole state of `from`.
    Pull {
        to: usize,
        from: usize,
    },
    /// `to` joins every delta that `from` has, in the order it came there, also those it has already.
    PullDeltas {
        to: usize,
        from: usize,
    },
    /// `to` joins some delta made so far, wherever it was made.
    Deliver {
        to: usize,
        which: Index,
    },
}

/// A join that happened.
#[derive(Clone, Debug)]
pub struct Join {
    pub before: State<T>,
    pub delta: State<T>,
    pub after: State<T>,
    pub reported: Vec<Event>,
}

/// Three replicas and the record of what happened to them.
pub struct World {
    pub kind: Kind,
    pub states: Vec<State<T>>,
    /// Every delta made, in order of making.
    pub made: Vec<State<T>>,
    pub joins: Vec<Join>,
    /// Per replica, what it joined, in order.
    logs: Vec<Vec<State<T>>>,
}

impl World {
    pub fn run(kind: &Kind, schedule: &[Step]) -> Self {
        let mut world = Self {
            kind: kind.clone(),
            states: vec![State::bottom(kind); REPLICAS],
            made: Vec::new(),
            joins: Vec::new(),
            logs: vec![Vec::new(); REPLICAS],
        };
        for step in schedule {
            world.step(step);
        }
        world
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Update { at, op } => match op.made_at(&self.states[*at], &self.kind, *at) {
                Ok((delta, _)) => {
                    self.made.push(delta.clone());
                    self.join(*at, delta);
                }
                Err(UpdateError::RightsShort { .. }) => {}
                Err(error) => panic!("{op:?}: {error}"),
            },
            Step::Pull { to, from } => self.join(*to, self.states[*from].clone()),
            Step::PullDeltas { to, from } => {
                for delta in self.logs[*from].clone() {
                    self.join(*to, delta);
                }
            }
            Step::Deliver { to, which } => {
                if !self.made.is_empty() {
                    self.join(*to, self.made[which.index(self.made.len())].clone());
                }
            }
        }
    }

    fn join(&mut self, to: usize, delta: State<T>) {
        let before = self.states[to].clone();
        let mut recorder = Recorder::default();
        self.states[to].join(&delta, &mut recorder);
        let (after, reported) = (self.states[to].clone(), recorder.events);
        self.logs[to].push(delta.clone());
        self.joins.push(Join { before, delta, after, reported });
    }

    /// Every state that was ever seen: whole ones, deltas, and bottom.
    pub fn pool(&self) -> Vec<State<T>> {
        let joins = self.joins.iter().flat_map(|join| [join.before.clone(), join.delta.clone(), join.after.clone()]);
        joins.chain([State::bottom(&self.kind)]).collect()
    }
}

/// The join of two states.
pub fn joined(a: &State<T>, b: &State<T>) -> State<T> {
    let mut both = a.clone();
    both.join(b, &mut Unobserved);
    both
}

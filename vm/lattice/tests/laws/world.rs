//! Three replicas of one variable, and everything that was ever joined into them.
//!
//! A [`World`] carries out a schedule and remembers it: each update with what its maker had seen, each join with the
//! state before and after and what it reported. The laws then look at the record. States are shared, not copied: a join
//! copies the state it changes once, and nothing else.

use std::rc::Rc;

use lasp_lattice::{Answer, Arg, Kind, ReplicaId, Stamp, State, Unobserved, UpdateError};

use crate::rows::{Event, Recorder};

/// Elements and keys.
pub type T = u8;

/// A step on the way to the value that is updated.
pub type Way = lasp_lattice::Step<T>;

pub const REPLICAS: usize = 3;

/// The id of a replica. Two of them are incarnations of one node.
pub fn replica(at: usize) -> ReplicaId {
    [(1, 0), (1, 1), (2, 0)].map(|(node, incarnation)| ReplicaId { node, incarnation })[at]
}

/// One update, as a program would write it.
#[derive(Clone, Debug)]
pub struct Op {
    pub path: Vec<Way>,
    pub method: &'static str,
    pub args: Vec<Arg<T>>,
    pub now_us: i64,
}

impl Op {
    pub fn stamp(&self, at: usize) -> Stamp {
        Stamp { replica: replica(at), now_us: self.now_us }
    }

    /// The delta and the answer; the error if the update is refused.
    pub fn made_at(&self, state: &State<T>, kind: &Kind, at: usize) -> Result<(State<T>, Answer), UpdateError> {
        let made = state.mutate(kind, &self.path, self.method, &self.args, &self.stamp(at))?;
        Ok((made.delta, made.answer))
    }

    /// The delta, if the update is not refused for a reason that a program has to live with.
    pub fn delta_at(&self, state: &State<T>, kind: &Kind, at: usize) -> Option<State<T>> {
        match self.made_at(state, kind, at) {
            Ok((delta, _)) => Some(delta),
            Err(error) if is_legitimate(&error) => None,
            Err(error) => panic!("{self:?}: {error}"),
        }
    }
}

/// Whether a well-made update may be refused with this.
pub fn is_legitimate(refusal: &UpdateError) -> bool {
    matches!(refusal, UpdateError::RightsShort { .. } | UpdateError::AlreadySet { .. })
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
    /// `to` joins some delta made so far, wherever it was made: this one, modulo their number.
    Deliver {
        to: usize,
        which: usize,
    },
}

/// Which updates, by number, one bit each.
pub type Seen = u64;

/// An update that was made.
#[derive(Clone, Debug)]
pub struct Update {
    pub op: Op,
    /// What its maker had seen.
    pub seen: Seen,
    pub delta: Rc<State<T>>,
}

/// A join that happened.
#[derive(Clone, Debug)]
pub struct Join {
    pub before: Rc<State<T>>,
    pub delta: Rc<State<T>>,
    pub after: Rc<State<T>>,
    /// What `join` answered.
    pub changed: bool,
    pub reported: Vec<Event>,
}

/// Three replicas and the record of what happened to them.
pub struct World {
    pub kind: Kind,
    pub states: Vec<Rc<State<T>>>,
    /// Every update made, in order of making.
    pub made: Vec<Update>,
    pub joins: Vec<Join>,
    /// Per replica, which updates it has heard of.
    seen: Vec<Seen>,
}

impl World {
    pub fn run(kind: &Kind, schedule: &[Step]) -> Self {
        let bottom = Rc::new(State::bottom(kind));
        let mut world = Self {
            kind: kind.clone(),
            states: vec![bottom; REPLICAS],
            made: Vec::new(),
            joins: Vec::new(),
            seen: vec![0; REPLICAS],
        };
        for step in schedule {
            world.step(step);
        }
        world
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Update { at, op } => {
                if let Some(delta) = op.delta_at(&self.states[*at], &self.kind, *at) {
                    let delta = Rc::new(delta);
                    self.made.push(Update { op: op.clone(), seen: self.seen[*at], delta });
                    self.deliver(*at, self.made.len() - 1);
                }
            }
            Step::Pull { to, from } => {
                self.join(*to, self.states[*from].clone());
                self.seen[*to] |= self.seen[*from];
            }
            Step::Deliver { to, which } => {
                if !self.made.is_empty() {
                    self.deliver(*to, which % self.made.len());
                }
            }
        }
    }

    fn deliver(&mut self, to: usize, which: usize) {
        self.join(to, self.made[which].delta.clone());
        self.seen[to] |= 1 << which;
    }

    fn join(&mut self, to: usize, delta: Rc<State<T>>) {
        let before = self.states[to].clone();
        let mut after = State::clone(&before);
        let mut recorder = Recorder::default();
        let changed = after.join(&delta, &mut recorder);
        let after = Rc::new(after);
        self.states[to] = after.clone();
        self.joins.push(Join { before, delta, after, changed, reported: recorder.events });
    }

    /// Every state that was ever seen: whole ones, deltas, and bottom.
    pub fn pool(&self) -> Vec<Rc<State<T>>> {
        let joins = self.joins.iter().flat_map(|join| [join.delta.clone(), join.after.clone()]);
        joins.chain([Rc::new(State::bottom(&self.kind))]).collect()
    }

    /// Everything that anybody knows.
    pub fn whole(&self) -> State<T> {
        let [first, rest @ ..] = &self.states[..] else { unreachable!("there are replicas") };
        rest.iter().fold(State::clone(first), |all, state| joined(&all, state))
    }
}

/// The join of two states.
pub fn joined(a: &State<T>, b: &State<T>) -> State<T> {
    let mut both = a.clone();
    both.join(b, &mut Unobserved);
    both
}

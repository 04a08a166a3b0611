//! Replicas that act and meet: `world.act(0, inc(5)); world.meet(1, 0); world.act(1, Reset)`.
//!
//! Invariant: a replica that meets another has seen all the other has, so what is seen here is causally closed.

use lasp_spec::{Act, Arg, History, Kind, Op, Seen, Step, Value};

/// One variable and the replicas that update it.
pub struct World {
    pub kind: Kind,
    pub history: History,
    seen: [Seen; 4],
    clocks: [i64; 4],
}

impl World {
    pub fn of(kind: Kind) -> Self {
        Self { kind, history: History::new(), seen: [Seen::new(); 4], clocks: [0; 4] }
    }

    /// A replica updates the variable itself.
    pub fn act(&mut self, at: usize, act: Act) -> usize {
        self.act_on(at, &[], act)
    }

    /// A replica updates a place inside the variable.
    pub fn act_on(&mut self, at: usize, path: &[Step], act: Act) -> usize {
        let op = Op { at, now_us: self.clocks[at], path: path.to_vec(), act };
        let id = self.history.record(op, &self.seen[at]);
        self.seen[at].insert(id);
        id
    }

    /// A replica's wall clock is set.
    pub fn wall(&mut self, at: usize, now_us: i64) {
        self.clocks[at] = now_us;
    }

    /// A replica sees all that another has seen.
    pub fn meet(&mut self, at: usize, other: usize) {
        let others = self.seen[other];
        self.seen[at].union(&others);
    }

    pub fn seen(&self, at: usize) -> &Seen {
        &self.seen[at]
    }

    /// What a replica reads.
    pub fn read(&self, at: usize) -> Value {
        self.history.value(&self.kind, &self.seen[at])
    }

    /// What a reader of everything reads.
    pub fn all(&self) -> Value {
        self.all_as(&self.kind)
    }

    /// The same, had the variable been of another kind.
    pub fn all_as(&self, kind: &Kind) -> Value {
        self.history.value(kind, &(0..self.history.len()).collect())
    }
}

pub fn add(x: u8) -> Act {
    Act::Add(vec![x])
}

pub fn remove(x: u8) -> Act {
    Act::Remove(vec![x])
}

pub fn set(x: u8) -> Act {
    Act::Set(Arg::Element(x))
}

/// Sets both halves of a `lex` of plain values.
pub fn set_both(first: u8, second: u8) -> Act {
    Act::Set(Arg::pair(Arg::Element(first), Arg::Element(second)))
}

pub fn values<const N: usize>(elements: [u8; N]) -> Value {
    Value::Set(elements.into())
}

pub fn map<const N: usize>(entries: [(u8, Value); N]) -> Value {
    Value::Map(entries.into())
}

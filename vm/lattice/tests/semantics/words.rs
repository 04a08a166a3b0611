//! From the words of the specification to those of the lattices.

use lasp_lattice::{Arg, Leaf, ReplicaId, Stamp, Step};
use lasp_spec::{self as spec, Act, Op, Value};

/// Elements and keys.
pub type T = u8;

/// How many incarnations of a node there can be.
pub const INCARNATIONS: usize = 32;

/// The replica of an index. Indexes order as ids do, which the specification asks for.
pub fn replica(at: usize) -> ReplicaId {
    ReplicaId { node: 1 + (at / INCARNATIONS) as u64, incarnation: (at % INCARNATIONS) as u32 }
}

fn index(replica: ReplicaId) -> usize {
    (replica.node as usize - 1) * INCARNATIONS + replica.incarnation as usize
}

pub fn stamp(op: &Op) -> Stamp {
    Stamp { replica: replica(op.at), now_us: op.now_us }
}

pub fn path(op: &Op) -> Vec<Step<T>> {
    let step = |step: &spec::Step| match step {
        spec::Step::Key(key) => Step::Key(*key),
        spec::Step::Part(part) => Step::Part(*part),
    };
    op.path.iter().map(step).collect()
}

/// The method of an act, and its arguments.
pub fn call(act: &Act) -> (&'static str, Vec<Arg<T>>) {
    let amount = |n: &u64| if *n == 1 { Vec::new() } else { vec![Arg::Amount(*n)] };
    match act {
        Act::Add(xs) => of_elements("add", "add_all", xs),
        Act::Remove(xs) => of_elements("remove", "remove_all", xs),
        Act::Clear => ("clear", Vec::new()),
        Act::Inc(n) => ("inc", amount(n)),
        Act::Dec(n) => ("dec", amount(n)),
        Act::Reset => ("reset", Vec::new()),
        Act::Spend(n) => ("spend", vec![Arg::Amount(*n)]),
        Act::Transfer(n, to) => ("transfer", vec![Arg::Amount(*n), Arg::Node(replica(*to))]),
        Act::Set(value) => ("set", vec![arg(value)]),
        Act::Enable => ("enable", Vec::new()),
        Act::Disable => ("disable", Vec::new()),
        Act::Tick => ("tick", Vec::new()),
    }
}

fn of_elements(one: &'static str, all: &'static str, xs: &[T]) -> (&'static str, Vec<Arg<T>>) {
    if let [x] = xs { (one, vec![Arg::Element(*x)]) } else { (all, vec![Arg::Elements(xs.to_vec())]) }
}

fn arg(arg: &spec::Arg) -> Arg<T> {
    match arg {
        spec::Arg::Element(x) => Arg::Element(*x),
        spec::Arg::Rank(rank) => Arg::Rank(*rank),
        spec::Arg::Pair(first, second) => Arg::Pair(Box::new([self::arg(first), self::arg(second)])),
    }
}

/// A scalar as the specification says it.
pub fn value(leaf: Leaf<T>) -> Value {
    match leaf {
        Leaf::Count(n) => Value::Count(n),
        Leaf::Option(x) => Value::Register(x),
        Leaf::Bool(b) => Value::Bool(b),
        Leaf::Rank(rank) => Value::Rank(rank),
        Leaf::List(xs) => Value::List(xs),
        Leaf::Clock(counts) => Value::Clock(counts.into_iter().map(|(replica, n)| (index(replica), n)).collect()),
        Leaf::Pair(halves) => {
            let [first, second] = *halves;
            Value::pair(value(first), value(second))
        }
        Leaf::Conflict(xs) => Value::Conflict(xs.into_iter().collect()),
    }
}

/// A scalar as the lattices say it; none if it is not one.
pub fn leaf(value: &Value) -> Option<Leaf<T>> {
    Some(match value {
        Value::Count(n) => Leaf::Count(*n),
        Value::Register(x) => Leaf::Option(*x),
        Value::Conflict(xs) => Leaf::Conflict(xs.iter().copied().collect()),
        Value::Bool(b) => Leaf::Bool(*b),
        Value::List(xs) => Leaf::List(xs.clone()),
        Value::Clock(counts) => Leaf::Clock(counts.iter().map(|(at, n)| (replica(*at), *n)).collect()),
        Value::Rank(rank) => Leaf::Rank(*rank),
        Value::Pair(first, second) => Leaf::Pair(Box::new([leaf(first)?, leaf(second)?])),
        Value::Set(_) | Value::Map(_) | Value::Parts(_) => return None,
    })
}

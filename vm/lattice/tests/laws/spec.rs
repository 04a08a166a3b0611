//! What each type means, by visibility: a value is a function of the updates that have been seen.
//!
//! This is the last column of the language's table of types, made executable. It knows histories (who made which update
//! having seen which others) and nothing about dots, contexts, slots or joins; it takes from the crate only the words a
//! history is written in.
//!
//! An update that was refused is not in the history.

use std::collections::{BTreeMap, BTreeSet};

use lasp_lattice::{Arg, Kind, ReplicaId};

use crate::world::{Op, T, replica};

/// An update that was made.
#[derive(Clone, Debug)]
pub struct Made {
    pub at: usize,
    pub op: Op,
    /// The updates its replica had seen, as indexes into the history.
    pub seen: BTreeSet<usize>,
}

/// What a reader sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Set(BTreeSet<T>),
    Count(i128),
    Register(Option<T>),
    Map(BTreeMap<T, Value>),
}

/// The updates of one place in a variable (a path of keys) that a reader has seen, by index.
#[derive(Clone)]
pub struct Seen<'a> {
    updates: BTreeMap<usize, &'a Made>,
    depth: usize,
}

impl<'a> Seen<'a> {
    pub fn of(history: &'a [Made], seen: &BTreeSet<usize>) -> Self {
        Self { updates: seen.iter().map(|id| (*id, &history[*id])).collect(), depth: 0 }
    }

    /// Those below one key.
    pub fn under(&self, key: T) -> Self {
        let updates = self.updates.iter().filter(|(_, made)| made.op.path[self.depth] == key);
        Self { updates: updates.map(|(id, made)| (*id, *made)).collect(), depth: self.depth + 1 }
    }

    fn keys(&self) -> BTreeSet<T> {
        self.updates.values().map(|made| made.op.path[self.depth]).collect()
    }

    fn called<'s>(&'s self, methods: &'s [&str]) -> impl Iterator<Item = (usize, &'a Made)> + 's {
        let called = self.updates.iter().filter(move |(_, made)| methods.contains(&made.op.method));
        called.map(|(id, made)| (*id, *made))
    }

    fn elements(&self, methods: &[&str]) -> BTreeSet<T> {
        self.called(methods).flat_map(|(_, made)| elements(&made.op)).collect()
    }

    fn total(&self, method: &str) -> i128 {
        self.called(&[method]).map(|(_, made)| amount(&made.op)).sum()
    }
}

/// What the updates seen amount to.
pub fn value(kind: &Kind, seen: &Seen) -> Value {
    match kind {
        Kind::GSet => Value::Set(seen.elements(&["add", "add_all"])),
        Kind::OrSet => Value::Set(add_wins(seen)),
        Kind::GCounter => Value::Count(seen.total("inc")),
        Kind::PnCounter => Value::Count(seen.total("inc") - seen.total("dec")),
        Kind::BCounter => Value::Count(seen.total("inc") - seen.total("spend")),
        Kind::Max => Value::Register(seen.elements(&["set"]).last().copied()),
        Kind::Min => Value::Register(seen.elements(&["set"]).first().copied()),
        Kind::Lww => Value::Register(last_write(seen)),
        Kind::GMap(values) => {
            Value::Map(seen.keys().into_iter().map(|key| (key, value(values, &seen.under(key)))).collect())
        }
    }
}

/// x is in iff some add of x has been seen by no remove of x and no clear.
fn add_wins(seen: &Seen) -> BTreeSet<T> {
    let survives = |x: T, add: usize| {
        !seen.called(&["remove", "remove_all", "clear"]).any(|(_, made)| {
            let names_x = made.op.method == "clear" || elements(&made.op).contains(&x);
            names_x && made.seen.contains(&add)
        })
    };
    let adds = seen.called(&["add", "add_all"]);
    adds.flat_map(|(id, made)| elements(&made.op).into_iter().filter(move |x| survives(*x, id)).collect::<Vec<T>>())
        .collect()
}

/// Greatest hybrid clock, then replica id.
fn last_write(seen: &Seen) -> Option<T> {
    // Updates are made after those they have seen, and indexes grow with time, so one pass from the front will do.
    let mut clocks: BTreeMap<usize, (i64, u64)> = BTreeMap::new();
    let mut best: Option<((i64, u64), ReplicaId, T)> = None;
    for (id, made) in seen.called(&["set"]) {
        let known = made.seen.iter().filter_map(|id| clocks.get(id)).max();
        let clock = match known {
            Some((wall, count)) if *wall >= made.op.now_us => (*wall, count + 1),
            _ => (made.op.now_us, 0),
        };
        clocks.insert(id, clock);
        let value = *elements(&made.op).first().expect("set takes a value");
        best = best.max(Some((clock, replica(made.at), value)));
    }
    best.map(|(_, _, value)| value)
}

/// What a replica may spend of a bounded counter, going by these updates.
pub fn rights(seen: &Seen, holder: usize) -> i128 {
    let by = |method, who: usize| -> i128 {
        seen.called(&[method]).filter(|(_, made)| made.at == who).map(|(_, made)| amount(&made.op)).sum()
    };
    let transfers = seen.called(&["transfer"]);
    let given: i128 = transfers
        .filter(|(_, made)| made.op.args.contains(&Arg::Node(replica(holder))))
        .map(|(_, made)| amount(&made.op))
        .sum();
    by("inc", holder) + given - by("transfer", holder) - by("spend", holder)
}

/// The amount of a call; 1 if it was left out.
pub fn amount(op: &Op) -> i128 {
    op.args.iter().find_map(|arg| if let Arg::Amount(n) = arg { Some(i128::from(*n)) } else { None }).unwrap_or(1)
}

fn elements(op: &Op) -> BTreeSet<T> {
    let of = |arg: &Arg<T>| match arg {
        Arg::Element(x) => vec![*x],
        Arg::Elements(xs) => xs.clone(),
        Arg::Amount(_) | Arg::Node(_) => Vec::new(),
    };
    op.args.iter().flat_map(of).collect()
}

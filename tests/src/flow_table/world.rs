//! Random histories of a variable, and the state of the model that each replica reaches by them.
//!
//! Three replicas update and now and then learn all that another knows; their states have then partly overlapping
//! pasts. A state is computed from a history and the updates that were seen, so that joining two states must be the
//! state of having seen both, and what it shows must be what `lasp-spec` says.
//!
//! Invariant: what a replica has seen is causally closed.

use std::collections::{BTreeMap, BTreeSet};

use lasp_spec::{Act, Arg, History, Kind, Op, Seen, Step, Value};

use super::state::{Dot, Line, Row, Shown, Slots, State, diamond};
use crate::oracle::rng::Rng;

/// Elements, keys and amounts are below this.
const ELEMENTS: usize = 5;
/// The most updates of a history.
const UPDATES: usize = 8;

/// A source: a variable of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The types of the language.
pub enum Source {
    GSet,
    OrSet,
    RwSet,
    TwoPSet,
    Mv,
    GCounter,
    PnCounter,
    Max,
    /// With an initial value of 0.
    Max0,
    Flag,
    Lww,
    Drawn,
    CounterMap,
    MaxMap,
    RemovableMap,
}

impl Source {
    fn kind(self) -> Kind {
        match self {
            Source::GSet => Kind::GSet,
            Source::OrSet => Kind::OrSet,
            Source::RwSet => Kind::RwSet,
            Source::TwoPSet => Kind::TwoPSet,
            Source::Mv => Kind::Mv,
            Source::GCounter => Kind::GCounter,
            Source::PnCounter => Kind::PnCounter,
            Source::Max | Source::Max0 => Kind::Max,
            Source::Flag => Kind::Flag,
            Source::Lww => Kind::Lww,
            Source::Drawn => Kind::User(diamond()),
            Source::CounterMap => Kind::gmap(Kind::GCounter),
            Source::MaxMap => Kind::gmap(Kind::Max),
            Source::RemovableMap => Kind::ormap(Kind::GCounter),
        }
    }

    fn update(self, rng: &mut Rng) -> (Vec<Step>, Act) {
        let element = |rng: &mut Rng| u8::try_from(rng.below(ELEMENTS)).unwrap_or(0);
        let amount = |rng: &mut Rng| 1 + rng.below(3) as u64;
        let set = |rng: &mut Rng| Act::Set(Arg::Element(element(rng)));
        let key = |rng: &mut Rng| vec![Step::Key(element(rng) % 3)];
        match self {
            Source::GSet => (vec![], Act::Add(vec![element(rng)])),
            Source::OrSet | Source::RwSet if rng.chance(8) => (vec![], Act::Clear),
            Source::OrSet | Source::RwSet | Source::TwoPSet if rng.chance(40) => {
                (vec![], Act::Remove(vec![element(rng)]))
            }
            Source::OrSet | Source::RwSet | Source::TwoPSet => (vec![], Act::Add(vec![element(rng)])),
            Source::Mv if rng.chance(15) => (vec![], Act::Clear),
            Source::Mv | Source::Lww | Source::Max | Source::Max0 => (vec![], set(rng)),
            Source::PnCounter if rng.chance(50) => (vec![], Act::Dec(amount(rng))),
            Source::GCounter | Source::PnCounter => (vec![], Act::Inc(amount(rng))),
            Source::Flag => (vec![], Act::Enable),
            Source::Drawn => (vec![], Act::Set(Arg::Rank(u16::from(element(rng) % 4)))),
            Source::CounterMap => (key(rng), Act::Inc(amount(rng))),
            Source::MaxMap => (key(rng), set(rng)),
            Source::RemovableMap if rng.chance(30) => (vec![], Act::Remove(vec![element(rng) % 3])),
            Source::RemovableMap => (key(rng), Act::Inc(amount(rng))),
        }
    }

    /// The state of who has seen these updates; `port` tells the dots of several sources apart.
    fn state(self, port: u8, history: &History, seen: &Seen) -> State {
        let ops = || seen.iter().map(|id| (id, history.op(id)));
        let slots = |of: &dyn Fn(&Op) -> Option<u64>| {
            let mut slots = Slots::new();
            for (_, op) in ops() {
                if let Some(n) = of(op) {
                    *slots.entry(i64::try_from(op.at).unwrap_or(0)).or_default() += i64::try_from(n).unwrap_or(0);
                }
            }
            slots
        };
        let up = |op: &Op| if let Act::Inc(n) = op.act { Some(n) } else { None };
        let down = |op: &Op| if let Act::Dec(n) = op.act { Some(n) } else { None };
        let set = |op: &Op| if let Act::Set(Arg::Element(x)) = op.act { Some(i64::from(x)) } else { None };
        match self {
            Source::GCounter => State::Slots(slots(&up)),
            Source::PnCounter => State::Both(slots(&up), slots(&down)),
            Source::Max => State::Max(ops().filter_map(|(_, op)| set(op)).max()),
            Source::Max0 => State::Max(ops().filter_map(|(_, op)| set(op)).chain([0]).max()),
            Source::Flag => State::Or(ops().next().is_some()),
            Source::Lww => {
                let writes = ops().filter_map(|(id, op)| Some((i64::try_from(id).unwrap_or(0), vec![set(op)?])));
                State::Stamped(writes.max())
            }
            Source::Drawn => {
                let rank = |op: &Op| if let Act::Set(Arg::Rank(rank)) = op.act { Some(rank) } else { None };
                State::Drawn(diamond().join(&ops().filter_map(|(_, op)| rank(op)).collect::<Vec<_>>()))
            }
            Source::CounterMap | Source::MaxMap => {
                let mut map: BTreeMap<Row, State> = BTreeMap::new();
                for key in ops().map(|(_, op)| op.path[0]) {
                    let Step::Key(k) = key else { continue };
                    let here = |op: &Op| op.path[0] == key;
                    let value = if self == Source::MaxMap {
                        State::Max(ops().filter(|(_, op)| here(op)).filter_map(|(_, op)| set(op)).max())
                    } else {
                        State::Slots(slots(&|op: &Op| up(op).filter(|_| here(op))))
                    };
                    map.insert(vec![i64::from(k)], value);
                }
                State::Map(map)
            }
            _ => self.lines(port, history, seen),
        }
    }

    /// Of the types that are kept as rows.
    fn lines(self, port: u8, history: &History, seen: &Seen) -> State {
        let dot = |id: usize| -> Dot { (port, i64::try_from(id).unwrap_or(0)) };
        let mut lines = BTreeSet::new();
        let mut dead = BTreeSet::new();
        let mut line = |key: Row, label: Row, dots: BTreeSet<Dot>, negative: bool| {
            lines.insert(Line { key, label, dots, negative, needs: BTreeSet::new() });
        };
        for id in seen.iter() {
            let op = history.op(id);
            let before = history.seen_by_maker(id);
            let rows = |xs: &[u8]| -> Vec<i64> { xs.iter().map(|x| i64::from(*x)).collect() };
            match (&op.act, self) {
                (Act::Add(xs), Source::GSet) => {
                    rows(xs).into_iter().for_each(|x| line(vec![x], vec![x], BTreeSet::new(), false));
                }
                // The element is the dot.
                (Act::Add(xs), Source::TwoPSet) => {
                    rows(xs).into_iter().for_each(|x| line(vec![x], vec![x], [(port, x)].into(), false));
                }
                (Act::Remove(xs), Source::TwoPSet) => dead.extend(rows(xs).into_iter().map(|x| (port, x))),
                (Act::Add(xs), _) => {
                    for x in rows(xs) {
                        line(vec![x], vec![x], [dot(id)].into(), false);
                        // It takes away the removals it has seen.
                        let removals = before.iter().filter(
                            |other| matches!(&history.op(*other).act, Act::Remove(ys) if rows(ys).contains(&x)),
                        );
                        dead.extend(removals.filter(|_| self == Source::RwSet).map(dot));
                    }
                }
                (Act::Remove(xs), Source::RwSet) => {
                    rows(xs).into_iter().for_each(|x| line(vec![x], vec![x], [dot(id)].into(), true));
                }
                (Act::Remove(xs), Source::RemovableMap) => {
                    let below =
                        |other: &usize| matches!(history.op(*other).path.first(), Some(Step::Key(k)) if xs.contains(k));
                    dead.extend(before.iter().filter(below).map(dot));
                }
                (Act::Remove(xs), _) => {
                    let adds = |other: &usize| matches!(&history.op(*other).act, Act::Add(ys) if ys.iter().any(|y| xs.contains(y)));
                    dead.extend(before.iter().filter(adds).map(dot));
                }
                (Act::Clear, _) => dead.extend(before.iter().map(dot)),
                (Act::Set(Arg::Element(x)), _) => {
                    dead.extend(before.iter().map(dot));
                    line(vec![dot(id).1], vec![i64::from(*x)], [dot(id)].into(), false);
                }
                (Act::Inc(n), _) => {
                    let Some(Step::Key(k)) = op.path.first() else { continue };
                    let n = i64::try_from(*n).unwrap_or(0);
                    line(vec![dot(id).1], vec![i64::from(*k), n, dot(id).1], [dot(id)].into(), false);
                }
                _ => {}
            }
        }
        State::Rows { lines, dead, beside: BTreeMap::new() }
    }

    fn shown(self, value: &Value) -> Shown {
        match value {
            Value::Set(xs) => Shown::Rows(xs.iter().map(|x| vec![i64::from(*x)]).collect()),
            Value::Count(n) => Shown::Number(i64::try_from(*n).ok()),
            Value::Register(x) if self == Source::Max0 => Shown::Number(Some(x.map_or(0, i64::from))),
            Value::Register(x) => Shown::Number(x.map(i64::from)),
            Value::Bool(truth) => Shown::Truth(*truth),
            Value::Rank(rank) => Shown::Number(Some(i64::from(*rank))),
            Value::Map(map) => {
                let number = |value: &Value| self.shown(value).number();
                Shown::Rows(
                    map.iter()
                        .map(|(key, value)| [i64::from(*key)].into_iter().chain(number(value)).collect())
                        .collect(),
                )
            }
            other => panic!("{other:?} has no place in the table"),
        }
    }
}

/// What a reader of lines `(key, amount, dot)` of a removable map sees.
#[must_use]
pub fn counted(shown: &Shown) -> Shown {
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for row in shown.rows() {
        *sums.entry(row[0]).or_default() += row[1];
    }
    Shown::Rows(sums.into_iter().map(|(key, n)| vec![key, n]).collect())
}

/// A variable at three replicas.
pub struct Variable {
    source: Source,
    port: u8,
    history: History,
    seen: [Seen; 3],
}

impl Variable {
    /// A random past.
    #[must_use]
    pub(crate) fn random(source: Source, port: u8, rng: &mut Rng) -> Variable {
        let mut history = History::new();
        let mut seen = [Seen::new(); 3];
        let updates = rng.below(UPDATES + 1);
        while history.len() < updates {
            let at = rng.below(3);
            if rng.chance(25) {
                let from = seen[rng.below(3)];
                seen[at].union(&from);
            }
            let (path, act) = source.update(rng);
            // Clocks that agree with the order of the history, so that a stamp is an update's number.
            let now_us = i64::try_from(history.len()).unwrap_or(0);
            let id = history.record(Op { at, now_us, path, act }, &seen[at]);
            seen[at].insert(id);
        }
        Variable { source, port, history, seen }
    }

    /// The state of a replica, or of one that has seen what several have.
    #[must_use]
    pub fn state(&self, replicas: &[usize]) -> State {
        self.source.state(self.port, &self.history, &self.all(replicas))
    }

    /// What `lasp-spec` says is to be seen there.
    #[must_use]
    pub fn specified(&self, replicas: &[usize]) -> Shown {
        self.source.shown(&self.history.value(&self.source.kind(), &self.all(replicas)))
    }

    /// What the model shows there.
    #[must_use]
    pub fn shown(&self, replicas: &[usize]) -> Shown {
        let shown = self.state(replicas).shown();
        if self.source == Source::RemovableMap { counted(&shown) } else { shown }
    }

    fn all(&self, replicas: &[usize]) -> Seen {
        let mut all = Seen::new();
        replicas.iter().for_each(|replica| all.union(&self.seen[*replica]));
        all
    }
}

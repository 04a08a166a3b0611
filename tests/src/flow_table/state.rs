//! The lattices of the model: small, obvious, and not a line shared with the implementation.
//!
//! Rows are lines with the dots they rest on; a line is visible while none of its dots is dead, its conditions on
//! counters carried beside the rows hold, and no live line of the same key says "removed". A `gset` is lines without
//! dots, an `orset` lines with one dot each, a product lines with the dots of both sides, so that pairs are never taken
//! back, only invalidated. Nothing is pruned: that the compressed forms agree is the business of `lasp-lattice`'s own
//! laws.
//!
//! Invariant: [`State::join`] is a join: pointwise unions and greater numbers only.

use std::collections::{BTreeMap, BTreeSet};

use lasp_spec::Order;

/// A tuple of numbers.
pub type Row = Vec<i64>;
/// Source and number of an event.
pub type Dot = (u8, i64);

/// A row and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// What keeps it apart from others, whatever functions make of it.
    pub key: Row,
    /// What is visible of it.
    pub label: Row,
    /// Gone when one of these is dead.
    pub dots: BTreeSet<Dot>,
    /// It hides the lines of its key instead of showing them.
    pub negative: bool,
    /// Conditions: the counter of this key has reached the bound (or not).
    pub needs: BTreeSet<(i64, i64, bool)>,
}

/// Slots per writer, joined by the greater.
pub type Slots = BTreeMap<i64, i64>;

/// A state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // As their names say; what joins how stands in `join`.
pub enum State {
    Rows {
        lines: BTreeSet<Line>,
        dead: BTreeSet<Dot>,
        beside: BTreeMap<i64, Slots>,
    },
    Set(BTreeSet<Row>),
    /// The greatest two.
    Top(BTreeSet<Row>),
    Max(Option<i64>),
    Min(Option<i64>),
    Or(bool),
    And(bool),
    Slots(Slots),
    /// Up and down.
    Both(Slots, Slots),
    Stamped(Option<(i64, Row)>),
    Drawn(u16),
    Map(BTreeMap<Row, State>),
    Beside(Vec<State>),
}

/// What is seen of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Shown {
    Rows(BTreeSet<Row>),
    Number(Option<i64>),
    Truth(bool),
}

/// `placed < paid < sent, placed < stopped < sent`.
#[must_use]
pub fn diamond() -> Order {
    Order::new(4, &[(0, 1), (1, 3), (0, 2), (2, 3)])
}

/// The greatest two.
pub fn cut(rows: BTreeSet<Row>) -> BTreeSet<Row> {
    rows.into_iter().rev().take(2).collect()
}

fn join_slots(a: &Slots, b: &Slots) -> Slots {
    let mut all = a.clone();
    for (writer, n) in b {
        let slot = all.entry(*writer).or_insert(*n);
        *slot = (*slot).max(*n);
    }
    all
}

impl State {
    /// The least state above both.
    ///
    /// # Panics
    /// If they are not of one lattice.
    #[must_use]
    pub fn join(&self, other: &State) -> State {
        match (self, other) {
            (State::Rows { lines: a, dead: x, beside: m }, State::Rows { lines: b, dead: y, beside: n }) => {
                let mut beside = m.clone();
                for (key, slots) in n {
                    let joined = join_slots(beside.get(key).unwrap_or(&Slots::new()), slots);
                    beside.insert(*key, joined);
                }
                State::Rows { lines: a | b, dead: x | y, beside }
            }
            (State::Set(a), State::Set(b)) => State::Set(a | b),
            (State::Top(a), State::Top(b)) => State::Top(cut(a | b)),
            (State::Max(a), State::Max(b)) => State::Max(*a.max(b)),
            (State::Min(a), State::Min(b)) => State::Min(a.iter().chain(b).min().copied()),
            (State::Or(a), State::Or(b)) => State::Or(*a || *b),
            (State::And(a), State::And(b)) => State::And(*a && *b),
            (State::Slots(a), State::Slots(b)) => State::Slots(join_slots(a, b)),
            (State::Both(a, b), State::Both(c, d)) => State::Both(join_slots(a, c), join_slots(b, d)),
            (State::Stamped(a), State::Stamped(b)) => State::Stamped(a.clone().max(b.clone())),
            (State::Drawn(a), State::Drawn(b)) => State::Drawn(diamond().join(&[*a, *b])),
            (State::Map(a), State::Map(b)) => {
                let mut all = a.clone();
                for (key, state) in b {
                    let joined = all.get(key).map_or_else(|| state.clone(), |known| known.join(state));
                    all.insert(key.clone(), joined);
                }
                State::Map(all)
            }
            (State::Beside(a), State::Beside(b)) => State::Beside(a.iter().zip(b).map(|(a, b)| a.join(b)).collect()),
            _ => panic!("{self:?} and {other:?} are not of one lattice"),
        }
    }

    /// Whether the other one is above it.
    #[must_use]
    pub fn is_below(&self, other: &State) -> bool {
        self.join(other) == *other
    }

    /// What a reader sees.
    #[must_use]
    pub fn shown(&self) -> Shown {
        match self {
            State::Rows { lines, dead, beside } => {
                let lives = |line: &&Line| line.dots.is_disjoint(dead);
                let hidden: BTreeSet<&Row> =
                    lines.iter().filter(lives).filter(|line| line.negative).map(|line| &line.key).collect();
                let counted = |key: &i64| beside.get(key).map_or(0, |slots| slots.values().sum::<i64>());
                let fits =
                    |line: &&Line| line.needs.iter().all(|(key, bound, reached)| (counted(key) >= *bound) == *reached);
                let shown = lines.iter().filter(lives).filter(|line| !line.negative).filter(fits);
                Shown::Rows(shown.filter(|line| !hidden.contains(&line.key)).map(|line| line.label.clone()).collect())
            }
            State::Set(rows) | State::Top(rows) => Shown::Rows(rows.clone()),
            State::Max(n) | State::Min(n) => Shown::Number(*n),
            State::Or(truth) | State::And(truth) => Shown::Truth(*truth),
            State::Slots(slots) => Shown::Number(Some(slots.values().sum())),
            State::Both(up, down) => Shown::Number(Some(up.values().sum::<i64>() - down.values().sum::<i64>())),
            State::Stamped(write) => Shown::Number(write.as_ref().map(|(_, label)| label[0])),
            State::Drawn(rank) => Shown::Number(Some(i64::from(*rank))),
            State::Map(map) => {
                let mut rows = BTreeSet::new();
                for (key, state) in map {
                    match state.shown() {
                        Shown::Rows(inner) => rows.extend(inner.into_iter().map(|row| [key.clone(), row].concat())),
                        Shown::Number(n) => drop(rows.insert([key.clone(), n.into_iter().collect()].concat())),
                        Shown::Truth(truth) => drop(rows.insert([key.clone(), vec![i64::from(truth)]].concat())),
                    }
                }
                Shown::Rows(rows)
            }
            // Counters side by side are read as their sum.
            State::Beside(parts) => {
                let number = |part: &State| if let Shown::Number(Some(n)) = part.shown() { n } else { 0 };
                Shown::Number(Some(parts.iter().map(number).sum()))
            }
        }
    }
}

impl Shown {
    /// The rows.
    ///
    /// # Panics
    /// If it is not a set.
    #[must_use]
    pub fn rows(&self) -> &BTreeSet<Row> {
        if let Shown::Rows(rows) = self { rows } else { panic!("{self:?} is not a set") }
    }

    /// The number; `none` is unset.
    ///
    /// # Panics
    /// If it is not a number.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        if let Shown::Number(n) = self { *n } else { panic!("{self:?} is not a number") }
    }

    /// The visible value as a lattice of its own: growing, or shrinking.
    #[must_use]
    pub fn natural(self, up: bool) -> State {
        match (self, up) {
            (Shown::Rows(rows), _) => State::Set(rows),
            (Shown::Number(n), true) => State::Max(n),
            (Shown::Number(n), false) => State::Min(n),
            (Shown::Truth(truth), true) => State::Or(truth),
            (Shown::Truth(truth), false) => State::And(truth),
        }
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Shown::Rows(rows) => {
                let row = |row: &Row| {
                    let parts: Vec<String> = row.iter().map(i64::to_string).collect();
                    if parts.len() == 1 { parts[0].clone() } else { format!("({})", parts.join(", ")) }
                };
                write!(f, "{{{}}}", rows.iter().map(row).collect::<Vec<_>>().join(", "))
            }
            Shown::Number(None) => f.write_str("unset"),
            Shown::Number(Some(n)) => write!(f, "{n}"),
            Shown::Truth(truth) => write!(f, "{truth}"),
        }
    }
}

//! What a join reports, as rows; and the visible value of a state, as a multiset of the same rows.

use std::collections::BTreeMap;

use lasp_lattice::{Changes, Item, Leaf, State};

use crate::world::T;

/// A row of a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub port: usize,
    pub keys: Vec<T>,
    pub end: End,
}

/// What stands after the keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    Nothing,
    Element(T),
    Leaf(Leaf<T>),
}

/// A row that came or went.
pub type Event = (Row, i64);

/// Rows with their weights, none 0.
pub type Weighted = BTreeMap<Row, i64>;

/// Writes down every change.
#[derive(Default)]
pub struct Recorder {
    pub events: Vec<Event>,
}

impl Changes<T> for Recorder {
    fn change(&mut self, port: usize, path: &[&T], item: Item<'_, T>, weight: i64) {
        let end = match item {
            Item::Key => End::Nothing,
            Item::Element(x) => End::Element(*x),
            Item::Leaf(leaf) => End::Leaf(leaf),
        };
        self.events.push((Row { port, keys: path.iter().map(|key| **key).collect(), end }, weight));
    }
}

/// Adds up what a list of events comes to.
pub fn sum<'a>(events: impl IntoIterator<Item = &'a Event>) -> Weighted {
    let mut rows = Weighted::new();
    for (row, weight) in events {
        *rows.entry(row.clone()).or_default() += weight;
    }
    rows.retain(|_, weight| *weight != 0);
    rows
}

/// Every row of the visible value, as reported.
pub fn visible_events(state: &State<T>) -> Vec<Event> {
    let mut recorder = Recorder::default();
    state.show(&mut recorder);
    recorder.events
}

/// The visible value.
pub fn visible(state: &State<T>) -> Weighted {
    sum(&visible_events(state))
}

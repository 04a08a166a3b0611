//! A state as its readers see it: point by point, and as the rows that views are fed with.

use std::collections::BTreeMap;

use lasp_lattice::{Changes, Item, Leaf, Reading, State};
use lasp_spec::{Kind, Value};

use crate::words::{T, leaf, value};

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

/// Rows that came and went, added up; none has weight 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows(pub BTreeMap<Row, i64>);

impl Rows {
    /// Every row of the visible value.
    pub fn of(state: &State<T>) -> Self {
        let mut rows = Self::default();
        state.show(&mut rows);
        rows
    }

    fn add(&mut self, row: Row, weight: i64) {
        use std::collections::btree_map::Entry;
        match self.0.entry(row) {
            Entry::Vacant(vacant) => drop(vacant.insert(weight)),
            Entry::Occupied(mut occupied) => {
                *occupied.get_mut() += weight;
                if *occupied.get() == 0 {
                    occupied.remove();
                }
            }
        }
    }
}

impl Changes<T> for Rows {
    fn change(&mut self, port: usize, path: &[&T], item: Item<'_, T>, weight: i64) {
        let end = match item {
            Item::Key => End::Nothing,
            Item::Element(x) => End::Element(*x),
            Item::Leaf(leaf) => End::Leaf(leaf),
        };
        self.add(Row { port, keys: path.iter().map(|key| **key).collect(), end }, weight);
    }
}

/// A state through its point reads, which must agree with each other.
pub fn read(state: &dyn Reading<T>, kind: &Kind) -> Value {
    match kind {
        Kind::GMap(values) | Kind::OrMap(values) => {
            has_elements(state);
            let entries: BTreeMap<T, Value> = state.entries().map(|(key, entry)| (*key, read(entry, values))).collect();
            assert!(entries.keys().eq(state.elements()), "entries and elements differ");
            for key in 0..4 {
                let got = state.get(&key).map(|entry| read(entry, values));
                assert_eq!(got.as_ref(), entries.get(&key), "get({key}) and entries differ");
            }
            Value::Map(entries)
        }
        Kind::Product(parts) => {
            assert!(state.part(parts.len()).is_none(), "there is a part too many");
            let part = |at: usize| state.part(at).expect("every part can be read");
            Value::Parts(parts.iter().enumerate().map(|(at, kind)| read(part(at), kind)).collect())
        }
        Kind::GSet | Kind::OrSet | Kind::RwSet | Kind::TwoPSet | Kind::Mv => {
            has_elements(state);
            Value::Set(state.elements().copied().collect())
        }
        _ => value(state.leaf().expect("a scalar has a leaf")),
    }
}

fn has_elements(state: &dyn Reading<T>) {
    let elements: Vec<T> = state.elements().copied().collect();
    assert!(elements.is_sorted(), "elements out of order: {elements:?}");
    assert_eq!(elements.len(), state.len());
    assert_eq!(elements.is_empty(), state.is_empty());
    assert!((0..8).all(|x| state.contains(&x) == elements.contains(&x)), "contains and elements differ");
    assert_eq!(state.leaf(), None);
}

/// A value as the rows of its ports, as `change.rs` describes them.
pub fn lay_out(value: &Value, kind: &Kind) -> Rows {
    let mut rows = Rows::default();
    lay_out_at(value, kind, 0, &mut Vec::new(), &mut rows);
    rows
}

fn lay_out_at(value: &Value, kind: &Kind, port: usize, keys: &mut Vec<T>, rows: &mut Rows) {
    let mut row = |keys: &[T], end| rows.add(Row { port, keys: keys.to_vec(), end }, 1);
    match (value, kind) {
        (Value::Set(xs), _) => xs.iter().for_each(|x| row(keys, End::Element(*x))),
        (Value::Map(entries), Kind::GMap(values) | Kind::OrMap(values)) => {
            // The key is part of a scalar's only row.
            let below = port + usize::from(!is_scalar(values));
            for (key, value) in entries {
                keys.push(*key);
                if below > port {
                    rows.add(Row { port, keys: keys.clone(), end: End::Nothing }, 1);
                }
                lay_out_at(value, values, below, keys, rows);
                keys.pop();
            }
        }
        (Value::Parts(values), Kind::Product(kinds)) => {
            let mut port = port;
            for (value, kind) in values.iter().zip(kinds) {
                lay_out_at(value, kind, port, keys, rows);
                port += ports(kind);
            }
        }
        _ => row(keys, End::Leaf(leaf(value).unwrap_or_else(|| panic!("{value:?} is not of a {kind:?}")))),
    }
}

fn is_scalar(kind: &Kind) -> bool {
    use Kind::{GMap, GSet, Mv, OrMap, OrSet, Product, RwSet, TwoPSet};
    !matches!(kind, GSet | OrSet | RwSet | TwoPSet | Mv | GMap(_) | OrMap(_) | Product(_))
}

/// How many relations a value is seen as.
pub fn ports(kind: &Kind) -> usize {
    match kind {
        Kind::GMap(values) | Kind::OrMap(values) => ports(values) + usize::from(!is_scalar(values)),
        Kind::Product(parts) => parts.iter().map(ports).sum(),
        _ => 1,
    }
}

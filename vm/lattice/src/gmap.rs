//! Grow-only map from keys to another lattice: joins key by key.
//!
//! ```text
//! gmap<text, gcounter>
//! views["x"].inc(2)     delta { "x": {A: 2} }
//! { "x": {B: 1} } ⊔ delta  =  { "x": {A: 2, B: 1} }
//! ```
//!
//! An absent key reads as bottom, but "written and bottom" is not "never written": the keys themselves are part of the
//! value, so an update always leaves its key behind. Except a refused one (`spend` that answers false), which writes
//! nothing.
//!
//! Invariant: all values are of one kind, the map's parameter.
//!
//! Neighbours: [`crate::state`] (what the values are); [`crate::change`] (how a map's rows look).
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (maps to lattices); Conway et al. 2012, §3 (`lmap`).

use std::collections::BTreeMap;

use crate::change::{PortRow, PortShape, Report};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::registry::{LatticeInfo, Order, ParamKind, Read};
use crate::state::{State, Undo};
use crate::update::{Answer, Call, Mutation, UpdateError};

/// A map whose keys only come and whose values join. Space: the keys and the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GMap<T: Element> {
    entries: BTreeMap<T, State<T>>,
}

/// The before-image of a join: per key touched what was there, `None` for a key that was not.
#[derive(Debug)]
pub struct GMapUndo<T: Element>(Vec<(T, Option<Undo<T>>)>);

/// The kind of the values of a map.
fn values(kind: &Kind) -> &Kind {
    match kind {
        Kind::GMap(values) => values,
        other => panic!("a gmap was given the kind of a {}", other.name()),
    }
}

/// Reports from a value under `key`. A map of scalars is one relation; others have their keys first, then the values'
/// ports.
fn report_under<'d, T: Element>(
    report: &mut Report<'_, 'd, T>,
    key: &'d T,
    fresh: bool,
    value: PortRow,
    inner: impl FnOnce(&mut Report<'_, 'd, T>),
) {
    report.under(key, |report| {
        if value == PortRow::Scalar {
            inner(report);
        } else {
            if fresh {
                report.key(1);
            }
            report.skip(1, inner);
        }
    });
}

impl<T: Element> Lattice<T> for GMap<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "gmap",
        params: &[ParamKind::Element, ParamKind::Lattice],
        methods: &[],
        members: &[],
        read: Read::Map,
        order: Order::Pointwise,
        summary: "a map whose keys only come; its values are lattices",
        which_count: "pointwise",
        source: "Almeida et al. 2018, §7; Conway et al. 2012, §3",
        runs: true,
    };
    const ROW: PortRow = PortRow::Keys;

    type Undo = GMapUndo<T>;

    fn bottom(_: &Kind) -> Self {
        Self { entries: BTreeMap::new() }
    }

    fn is_bottom(&self) -> bool {
        self.entries.is_empty()
    }

    fn mutate(&self, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        Err(call.refuse(&Self::INFO))
    }

    fn mutate_at(&self, kind: &Kind, key: &T, rest: &[T], call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let values = values(kind);
        let Mutation { delta, answer } = match self.entries.get(key) {
            Some(value) => value.mutate_call(values, rest, call)?,
            None => State::bottom(values).mutate_call(values, rest, call)?,
        };
        let mut entries = BTreeMap::new();
        if answer != Answer::Bool(false) {
            entries.insert(key.clone(), delta);
        }
        Ok((Self { entries }, answer))
    }

    fn join<'d>(&mut self, delta: &'d Self, report: &mut Report<'_, 'd, T>) {
        for (key, theirs) in &delta.entries {
            match self.entries.get_mut(key) {
                Some(mine) => report_under(report, key, false, theirs.row(), |report| mine.join_into(theirs, report)),
                None => {
                    report_under(report, key, true, theirs.row(), |report| theirs.visible_into(report));
                    self.entries.insert(key.clone(), theirs.clone());
                }
            }
        }
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        let touched = delta.entries.iter();
        let image =
            |(key, theirs): (&T, &State<T>)| (key.clone(), self.entries.get(key).map(|mine| mine.before(theirs)));
        GMapUndo(touched.map(image).collect())
    }

    fn restore(&mut self, undo: Self::Undo) {
        for (key, image) in undo.0 {
            match image {
                None => {
                    self.entries.remove(&key);
                }
                Some(image) => {
                    if let Some(value) = self.entries.get_mut(&key) {
                        value.restore(image);
                    }
                }
            }
        }
    }

    fn visible<'d>(&'d self, report: &mut Report<'_, 'd, T>) {
        for (key, value) in &self.entries {
            report_under(report, key, true, value.row(), |report| value.visible_into(report));
        }
    }

    fn ports(kind: &Kind) -> Vec<PortShape> {
        let inner = values(kind).ports();
        let below = inner.iter().map(|port| PortShape { keys: port.keys + 1, row: port.row });
        match inner[..] {
            // The key is part of the scalar's only row, so a relation of its own would say nothing more.
            [PortShape { row: PortRow::Scalar, keys: 0 }] => below.collect(),
            _ => std::iter::once(PortShape { keys: 1, row: PortRow::Keys }).chain(below).collect(),
        }
    }

    fn conforms(&self, kind: &Kind) -> bool {
        let values = values(kind);
        self.entries.values().all(|value| value.conforms(values))
    }

    fn contains(&self, element: &T) -> bool {
        self.entries.contains_key(element)
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn get(&self, key: &T) -> Option<&State<T>> {
        self.entries.get(key)
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.entries.keys())
    }

    fn entries(&self) -> Box<dyn Iterator<Item = (&T, &State<T>)> + '_> {
        Box::new(self.entries.iter())
    }
}

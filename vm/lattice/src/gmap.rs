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
//! Invariants: all values are of one kind, the map's parameter; a bottom value under a key is a value, so the piece
//! `{k: ⊥}` is what a key alone is made of.
//!
//! Neighbours: [`crate::state`] (what the values are); [`crate::change`] (how a map's rows look); [`crate::ormap`] when
//! keys must go away again.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (maps to lattices); Conway et al. 2012, §3 (`lmap`).

use smallvec::SmallVec;

use crate::change::{PortRow, PortShape, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::keyed::{Keyed, hash_of};
use crate::kind::Kind;
use crate::lattice::{Lattice, map_ports};
use crate::reading::Reading;
use crate::registry::{LatticeInfo, Order, ParamKind, Read};
use crate::state::{State, Undo};
use crate::update::{Answer, Applied, Call, Keep, Mutation, Step, UpdateError};

/// A map whose keys only come and whose values join. Space: the keys and the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GMap<T: Element> {
    entries: Keyed<T, State<T>>,
}

/// The before-image of a join: per key touched what was there, `None` for a key that was not.
#[derive(Debug)]
pub struct GMapUndo<T: Element>(SmallVec<[EntryUndo<T>; 1]>);

/// A key, and what was under it.
type EntryUndo<T> = (T, Option<Box<Undo<T>>>);

impl<T: Element> GMap<T> {
    fn one(key: &T, value: State<T>) -> Self {
        Self { entries: Keyed::one(key.clone(), value) }
    }
}

/// Entries have numbers, from 0 in the order they came, which stay as long as no key is taken back: how a caller who
/// updates in place finds them and keeps notes on them.
impl<T: Element> GMap<T> {
    /// The hash of a key, the same for all maps: found once for the maps that one handler writes.
    #[inline]
    pub fn hash(key: &T) -> u64 {
        hash_of(key)
    }

    /// The number of a key's entry, by the key's [hash](GMap::hash). O(1).
    #[inline]
    pub fn position(&self, hash: u64, key: &T) -> Option<u32> {
        self.entries.find_hashed(hash, key)
    }

    /// The entry of a number.
    #[inline]
    pub fn entry(&self, at: u32) -> (&T, &State<T>) {
        self.entries.at(at)
    }

    /// The value of an entry, to be [updated in place](crate::in_place).
    #[inline]
    pub fn entry_mut(&mut self, at: u32) -> &mut State<T> {
        self.entries.at_mut(at)
    }

    /// A new entry for a key that is not there; its value is of the map's kind.
    pub fn push(&mut self, key: &T, value: State<T>) -> u32 {
        debug_assert!(self.entries.find(key).is_none(), "the key is there");
        self.entries.push(key.clone(), value)
    }

    /// Takes the entry back that came last.
    pub fn pop(&mut self) {
        if let Some((key, _)) = self.entries.last() {
            let key = key.clone();
            self.entries.remove(&key);
        }
    }
}

/// The kind of the values of a map.
fn values(kind: &Kind) -> &Kind {
    match kind {
        Kind::GMap(values) => values,
        other => panic!("a gmap was given the kind of a {}", other.name()),
    }
}

/// The error for an update of the map itself, or of a part, which it has not.
fn no_way<T: Element>(path: &[Step<T>], call: &Call<'_, T>) -> UpdateError {
    let info = &<GMap<T> as Lattice<T>>::INFO;
    if path.is_empty() { call.refuse(info) } else { UpdateError::NoWayDown { lattice: info.name } }
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
        which_count: "key by key, as L says",
        source: "Almeida et al. 2018, §7; Conway et al. 2012, §3",
    };
    const ROW: PortRow = PortRow::Keys;

    type Undo = GMapUndo<T>;

    fn bottom(_: &Kind) -> Self {
        Self { entries: Keyed::new() }
    }

    fn is_bottom(&self) -> bool {
        self.entries.is_empty()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        Err(call.refuse(&Self::INFO))
    }

    fn mutate_at(&self, kind: &Kind, path: &[Step<T>], call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let [Step::Key(key), rest @ ..] = path else { return Err(UpdateError::NoWayDown { lattice: Self::INFO.name }) };
        let (values, mine) = (values(kind), self.entries.get(key));
        let Mutation { delta, answer } = match mine {
            Some(value) => value.mutate_call(values, rest, call)?,
            None => State::bottom(values).mutate_call(values, rest, call)?,
        };
        let refused = answer == Answer::Bool(false);
        let nothing_new = mine.is_some() && delta.is_bottom();
        let delta = if refused || nothing_new { Self::bottom(kind) } else { Self::one(key, delta) };
        Ok((delta, answer))
    }

    fn apply(
        &mut self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        keep: Keep<'_, Self, Self::Undo>,
        report: &mut Report<'_, T>,
    ) -> Result<Applied, UpdateError> {
        let [Step::Key(key), rest @ ..] = path else { return Err(no_way(path, call)) };
        let Some(mine) = self.entries.get_mut(key) else {
            let (delta, answer) = self.mutate_at(kind, path, call)?;
            return Ok(Applied { answer, changed: self.absorb(&delta, keep, report) });
        };
        let values = values(kind);
        let mut image = None;
        let mut group = keep.group;
        // The key comes into the group with the first update that changes something.
        let mut first = None;
        let below = match &mut group {
            None => None,
            Some(group) => match group.entries.get_mut(key) {
                Some(value) => Some(value),
                None => Some(&mut *first.insert(State::bottom(values))),
            },
        };
        let keep_below = Keep { undo: keep.undo.is_some().then_some(&mut image), group: below };
        let mut applied = Ok(Applied { answer: Answer::None, changed: false });
        report.entry(key, 0, mine.row(), |here| applied = mine.apply_call(values, rest, call, keep_below, here));
        let applied = applied?;
        if applied.changed {
            if let (Some(undo), Some(image)) = (keep.undo, image) {
                *undo = Some(GMapUndo(SmallVec::from_buf([(key.clone(), Some(Box::new(image)))])));
            }
            if let (Some(group), Some(first)) = (group, first) {
                group.entries.push(key.clone(), first);
            }
        }
        Ok(applied)
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let mut changed = false;
        for (key, theirs) in delta.entries.iter() {
            match self.entries.get_mut(key) {
                Some(mine) => {
                    report.entry(key, 0, theirs.row(), |here| changed |= mine.join_into(theirs, here));
                }
                None => {
                    report.entry(key, 1, theirs.row(), |here| theirs.visible(1, here));
                    self.entries.push(key.clone(), theirs.clone());
                    changed = true;
                }
            }
        }
        changed
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        let image = |key: &T, theirs| self.entries.get(key).map(|mine| Box::new(mine.before(theirs)));
        GMapUndo(delta.entries.iter().map(|(key, theirs)| (key.clone(), image(key, theirs))).collect())
    }

    fn restore(&mut self, undo: Self::Undo) {
        for (key, image) in undo.0 {
            match image {
                None => {
                    self.entries.remove(&key);
                }
                Some(image) => {
                    if let Some(value) = self.entries.get_mut(&key) {
                        value.restore(*image);
                    }
                }
            }
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        for (key, value) in self.entries.iter() {
            if value.is_bottom() {
                piece(Self::one(key, value.clone()));
            } else {
                value.decompose(&mut |part| piece(Self::one(key, part)));
            }
        }
    }

    fn novel(&self, local: &Self) -> Self {
        let novel = |key: &T, mine: &State<T>| match local.entries.get(key) {
            // The key is news even if its value is bottom.
            None => Some(mine.clone()),
            Some(theirs) => Some(mine.novel(theirs)).filter(|value| !value.is_bottom()),
        };
        let mut entries = Keyed::new();
        for (key, mine) in self.entries.iter() {
            if let Some(value) = novel(key, mine) {
                entries.push(key.clone(), value);
            }
        }
        Self { entries }
    }

    fn latest(&self) -> Option<Hlc> {
        self.entries.values().filter_map(State::latest).max()
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        out.count(self.entries.len());
        for (key, value) in self.entries.iter() {
            out.element(key);
            value.write(out);
        }
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let values = values(kind);
        let mut entries = Keyed::new();
        for _ in 0..input.count()? {
            let key = input.element()?;
            if entries.last().is_some_and(|(last, _)| key <= *last) {
                return Err(input.error("the keys of a map are out of order"));
            }
            entries.push(key, State::read(values, input)?);
        }
        Ok(Self { entries })
    }

    fn ports(kind: &Kind) -> Vec<PortShape> {
        map_ports(values(kind))
    }

    fn conforms(&self, kind: &Kind) -> bool {
        let values = values(kind);
        self.entries.values().all(|value| value.conforms(values))
    }
}

impl<T: Element> Reading<T> for GMap<T> {
    fn row(&self) -> PortRow {
        PortRow::Keys
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        for (key, value) in self.entries.iter() {
            report.entry(key, weight, value.row(), |here| value.visible(weight, here));
        }
    }

    fn contains(&self, element: &T) -> bool {
        self.entries.find(element).is_some()
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn get(&self, key: &T) -> Option<&dyn Reading<T>> {
        self.entries.get(key).map(|value| value as &dyn Reading<T>)
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.entries.iter().map(|(key, _)| key))
    }

    fn entries(&self) -> Box<dyn Iterator<Item = (&T, &dyn Reading<T>)> + '_> {
        Box::new(self.entries.iter().map(|(key, value)| (key, value as &dyn Reading<T>)))
    }
}

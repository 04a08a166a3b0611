//! A dot store together with its past: a lattice whose updates can take back what they have seen.
//!
//! ```text
//! Causal { store: what is alive, past: what has been seen }
//! add x      delta ({x → {A#2}}, {A#1, A#2})      A#1, the older dot of x, is seen and not alive: dead
//! remove x   delta ({}, {A#1, A#2})
//! ```
//!
//! Invariants: live values are under dots of the past, open sums are not (they are closed by joining it); equal states
//! are `==`.
//!
//! Neighbours: [`crate::dot_store`] (what a store brings), [`crate::orset`] (the one to read first).
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (`Causal⟨S⟩ = S × CausalContext`, its join and its decomposition: Enes et
//! al. 2019, §III).

use crate::change::{Leaf, PortRow, PortShape, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::{Dot, ReplicaId};
use crate::dot_store::{DotStore, Draft, Fate, Fates, Incoming, Place};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::past::{Past, PastUndo};
use crate::reading::Reading;
use crate::registry::LatticeInfo;
use crate::update::{Answer, Applied, Call, Keep, Step, UpdateError};

/// A store and what has been seen. Space: the live values, a run of dots per replica, and a note per cancelled sum
/// whose writer has not heard of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Causal<S> {
    store: S,
    past: Past,
}

/// The before-image of a join.
#[derive(Debug)]
pub struct CausalUndo<U> {
    store: U,
    past: PastUndo,
}

impl<S> Causal<S> {
    /// What has been seen: for those who measure metadata.
    pub fn past(&self) -> &Past {
        &self.past
    }

    fn write_call<T: Element>(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
    ) -> Result<(Self, Answer), UpdateError>
    where
        S: DotStore<T>,
    {
        let here = call.stamp.replica;
        let noted = self.past.cancelled_of(here).last().map_or(0, |dot| dot.seq);
        let greatest = self.past.dots.greatest(here).max(self.store.greatest(here)).max(noted);
        let mut draft = Draft::new(here, greatest);
        let (store, answer) = self.store.mutate(kind, path, call, &mut draft)?;
        if answer == Answer::Bool(false) {
            return Ok((Self { store: self.store.empty_like(), past: Past::new() }, answer));
        }
        if !(store.is_dead() && draft.past.is_empty()) {
            // All we ever counted under these has been taken back, which only we can know: nobody needs the note any
            // more.
            self.past.cancelled_of(here).for_each(|dot| draft.kill(dot));
        }
        Ok((Self { store, past: draft.past }, answer))
    }

    fn hit<T: Element>(&self, past: &Past) -> Vec<Dot>
    where
        S: DotStore<T>,
    {
        let mut hit = Vec::new();
        self.store.hit(past, &mut hit);
        hit.sort_unstable();
        hit.dedup();
        hit
    }
}

impl<T: Element, S: DotStore<T>> Lattice<T> for Causal<S> {
    const INFO: LatticeInfo = S::INFO;
    const ROW: PortRow = S::ROW;

    type Undo = CausalUndo<S::Undo>;

    fn bottom(kind: &Kind) -> Self {
        Self { store: S::empty(kind), past: Past::new() }
    }

    fn is_bottom(&self) -> bool {
        self.past.is_empty() && self.store.is_dead()
    }

    fn mutate(&self, kind: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        self.write_call(kind, &[], call)
    }

    fn mutate_at(&self, kind: &Kind, path: &[Step<T>], call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        self.write_call(kind, path, call)
    }

    fn apply(
        &mut self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        mut keep: Keep<'_, Self, Self::Undo>,
        report: &mut Report<'_, T>,
    ) -> Result<Applied, UpdateError> {
        // Notes that are to be closed by the next update go the long way.
        if path.is_empty() && self.past.cancelled.is_empty() {
            let mut image = None;
            let group = keep.group.as_mut().map(|group| (&mut group.store, &mut group.past));
            let undo = keep.undo.is_some().then_some(&mut image);
            if let Some(changed) = self.store.apply(call, Place { past: &mut self.past, group, undo }, report) {
                if let (Some(undo), Some((store, past))) = (keep.undo, image) {
                    *undo = Some(CausalUndo { store, past });
                }
                return Ok(Applied { answer: Answer::None, changed: changed? });
            }
        }
        let (delta, answer) = self.write_call(kind, path, call)?;
        Ok(Applied { answer, changed: self.absorb(&delta, keep, report) })
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let hit = self.hit(&delta.past);
        let Self { store, past } = self;
        let incoming = Incoming { theirs: Some(&delta.store), ours: past, past: &delta.past, hit: &hit };
        let mut fates = Fates::new();
        let changed = store.join(&incoming, &mut fates, report);
        let born = fates.iter().filter(|(fate, _)| *fate == Fate::Born).map(|(_, dot)| *dot);
        past.join(&delta.past, |dot| store.holds(dot), born) | changed
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        let hit = self.hit(&delta.past);
        let incoming = Incoming { theirs: Some(&delta.store), ours: &self.past, past: &delta.past, hit: &hit };
        let mut met = Vec::new();
        if !self.past.cancelled.is_empty() {
            delta.store.all(&mut met);
        }
        CausalUndo { store: self.store.before(&incoming), past: self.past.before(&delta.past, &met) }
    }

    fn restore(&mut self, undo: Self::Undo) {
        self.store.restore(undo.store, &mut Fates::new());
        self.past.restore(undo.past);
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        self.store.decompose(&mut |store, past| piece(Self { store, past }));
        let dead = |past| Self { store: self.store.empty_like(), past };
        for (replica, first, last) in self.past.dots.runs() {
            for dot in (first..=last).map(|seq| Dot { replica, seq }).filter(|dot| !self.store.holds(*dot)) {
                piece(dead(Past::of_dot(dot)));
            }
        }
        for (dot, sum) in &self.past.cancelled {
            piece(dead(Past::of_cancelled(*dot, *sum)));
        }
    }

    fn novel(&self, local: &Self) -> Self {
        let mut past = Past { dots: self.past.dots.minus(&local.past.dots), ..Past::new() };
        let store = self.store.novel(Some(&local.store), &local.past, &mut past);
        // What is dead here and alive there: they have seen the dots and not the deaths.
        for dot in local.hit(&self.past) {
            if self.past.dots.contains(dot) && !self.store.holds(dot) {
                past.dots.insert(dot);
            }
        }
        for (dot, sum) in &self.past.cancelled {
            let noted = local.past.cancelled.get(dot).is_some_and(|known| known >= sum);
            let closed = local.past.dots.contains(*dot);
            if !noted && !closed && !local.store.has_cancelled(*dot, *sum) {
                past.cancel(*dot, *sum);
            }
        }
        Self { store, past }
    }

    fn latest(&self) -> Option<Hlc> {
        self.store.latest()
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.past.write(out);
        self.store.write(out);
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let past = Past::read(input)?;
        let store = S::read(kind, input)?;
        if !store.fits(&past) {
            return Err(input.error("a live dot and the causal context contradict each other"));
        }
        Ok(Self { store, past })
    }

    fn ports(kind: &Kind) -> Vec<PortShape> {
        S::ports(kind)
    }

    fn conforms(&self, kind: &Kind) -> bool {
        self.store.conforms(kind)
    }
}

impl<T: Element, S: DotStore<T>> Reading<T> for Causal<S> {
    fn row(&self) -> PortRow {
        self.store.row()
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        self.store.visible(weight, report);
    }

    fn contains(&self, element: &T) -> bool {
        self.store.contains(element)
    }

    fn len(&self) -> usize {
        self.store.len()
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        self.store.leaf()
    }

    fn rights(&self, replica: ReplicaId) -> Option<i128> {
        self.store.rights(replica)
    }

    fn get(&self, key: &T) -> Option<&dyn Reading<T>> {
        self.store.get(key)
    }

    fn part(&self, part: usize) -> Option<&dyn Reading<T>> {
        self.store.part(part)
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        self.store.elements()
    }

    fn entries(&self) -> Box<dyn Iterator<Item = (&T, &dyn Reading<T>)> + '_> {
        self.store.entries()
    }
}

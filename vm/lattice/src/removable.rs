//! What is left to say of types inside an `ormap`: clocks and products.
//!
//! ```text
//! vclock   running sums, read one by one
//! product  part by part, under the past they share
//! ```
//!
//! Neighbours: [`crate::store`] (the table of what becomes what), [`crate::sums`].

use crate::change::{Leaf, PortRow, PortShape, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::{Dot, ReplicaId};
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming, end_of_path};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::past::Past;
use crate::reading::Reading;
use crate::registry::LatticeInfo;
use crate::store::{Store, StoreUndo};
use crate::sums::{self, Sum, Sums};
use crate::update::{Answer, Call, Step, UpdateError};

/// A vector clock whose ticks can be taken back. Space: a running sum per writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock(Sums);

dots_of_inner!([] Clock, Sums, Clock);

impl<T: Element> DotStore<T> for Clock {
    const INFO: LatticeInfo = <crate::vclock::VClock as crate::lattice::Lattice<()>>::INFO;
    const ROW: PortRow = PortRow::Scalar;

    fn empty(_: &Kind) -> Self {
        Self(Sums::default())
    }

    fn mutate(
        &self,
        _: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        let info = &<Self as DotStore<T>>::INFO;
        end_of_path(path, info)?;
        let ("tick", []) = (call.method, call.args) else { return Err(call.refuse(info)) };
        let delta = self.0.counting(sums::Step { up: 1, down: 0 }, draft).ok_or_else(|| call.out_of_range(info))?;
        Ok((Self(delta), Answer::None))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let was = Leaf::Clock(self.0.by_replica());
        let changed = self.0.join(&incoming.to(incoming.theirs.map(|theirs| &theirs.0)), fates);
        if changed {
            report.moved(was, Leaf::Clock(self.0.by_replica()));
        }
        changed
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.0.write(out);
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        Ok(Self(Sums::read(input)?))
    }
}

impl<T: Element> Reading<T> for Clock {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(Leaf::Clock(self.0.by_replica()), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(Leaf::Clock(self.0.by_replica()))
    }
}

/// A product whose parts share a past. Space: its parts'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts<T: Element>(Vec<Part<T>>);

/// A part and how many ports it has, which is what the ports of the parts after it begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part<T: Element> {
    ports: usize,
    store: Store<T>,
}

fn kinds(kind: &Kind) -> &[Kind] {
    match kind {
        Kind::Product(parts) => parts,
        other => panic!("a product was given the kind of a {}", other.name()),
    }
}

impl<T: Element> Parts<T> {
    /// The same parts, with other stores.
    fn with(&self, store: impl FnMut(&Store<T>) -> Store<T>) -> Self {
        let stores = self.0.iter().map(|part| &part.store).map(store);
        Self(self.0.iter().zip(stores).map(|(part, store)| Part { ports: part.ports, store }).collect())
    }

    /// Part by part, with the number of its first port.
    fn at_ports(&self) -> impl Iterator<Item = (usize, &Store<T>)> + '_ {
        self.0.iter().scan(0, |port, part| {
            let first = *port;
            *port += part.ports;
            Some((first, &part.store))
        })
    }

    /// This part, and the others empty.
    fn only(&self, at: usize, store: Store<T>) -> Self {
        let mut parts = self.empty_like();
        parts.0[at].store = store;
        parts
    }
}

impl<T: Element> DotStore<T> for Parts<T> {
    const INFO: LatticeInfo = <crate::product::Product<()> as crate::lattice::Lattice<()>>::INFO;
    const ROW: PortRow = PortRow::Parts;

    fn empty(kind: &Kind) -> Self {
        Self(kinds(kind).iter().map(|kind| Part { ports: kind.ports().len(), store: Store::empty(kind) }).collect())
    }

    fn mutate(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        let [Step::Part(at), rest @ ..] = path else {
            end_of_path(path, &Self::INFO)?;
            return Err(call.refuse(&Self::INFO));
        };
        let (Some(part), Some(kind)) = (self.0.get(*at), kinds(kind).get(*at)) else {
            return Err(UpdateError::NoWayDown { lattice: Self::INFO.name });
        };
        let (store, answer) = part.store.mutate(kind, rest, call, draft)?;
        Ok((self.only(*at, store), answer))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let (mut changed, mut port) = (false, 0);
        for (at, part) in self.0.iter_mut().enumerate() {
            let theirs = incoming.theirs.map(|theirs| &theirs.0[at].store);
            report.skip(port, |report| changed |= part.store.join(&incoming.to(theirs), fates, report));
            port += part.ports;
        }
        changed
    }

    fn latest(&self) -> Option<Hlc> {
        self.0.iter().filter_map(|part| part.store.latest()).max()
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.0.iter().for_each(|part| part.store.write(out));
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut parts = Vec::new();
        for kind in kinds(kind) {
            parts.push(Part { ports: kind.ports().len(), store: Store::read(kind, input)? });
        }
        Ok(Self(parts))
    }

    fn ports(kind: &Kind) -> Vec<PortShape> {
        kinds(kind).iter().flat_map(Kind::ports).collect()
    }

    fn conforms(&self, kind: &Kind) -> bool {
        let kinds = kinds(kind);
        kinds.len() == self.0.len() && kinds.iter().zip(&self.0).all(|(kind, part)| part.store.conforms(kind))
    }
}

impl<T: Element> Dots for Parts<T> {
    type Undo = Vec<StoreUndo<T>>;

    fn empty_like(&self) -> Self {
        self.with(Store::empty_like)
    }

    fn is_dead(&self) -> bool {
        self.0.iter().all(|part| part.store.is_dead())
    }

    fn holds(&self, dot: Dot) -> bool {
        self.0.iter().any(|part| part.store.holds(dot))
    }

    fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
        self.0.iter().for_each(|part| part.store.hit(past, live));
    }

    fn all(&self, live: &mut Vec<Dot>) {
        self.0.iter().for_each(|part| part.store.all(live));
    }

    fn greatest(&self, replica: ReplicaId) -> u64 {
        self.0.iter().map(|part| part.store.greatest(replica)).max().unwrap_or(0)
    }

    fn kill(&self, draft: &mut Draft) {
        self.0.iter().for_each(|part| part.store.kill(draft));
    }

    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
        let theirs = |at: usize| incoming.theirs.map(|theirs| &theirs.0[at].store);
        self.0.iter().enumerate().map(|(at, part)| part.store.before(&incoming.to(theirs(at)))).collect()
    }

    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
        for (part, undo) in self.0.iter_mut().zip(undo) {
            part.store.restore(undo, fates);
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self, Past)) {
        for (at, part) in self.0.iter().enumerate() {
            part.store.decompose(&mut |store, past| piece(self.only(at, store), past));
        }
    }

    fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self {
        let mut at = 0;
        self.with(|store| {
            at += 1;
            store.novel(local.map(|local| &local.0[at - 1].store), past, news)
        })
    }

    fn has_cancelled(&self, dot: Dot, sum: Sum) -> bool {
        self.0.iter().any(|part| part.store.has_cancelled(dot, sum))
    }

    fn fits(&self, past: &Past) -> bool {
        self.0.iter().all(|part| part.store.fits(past))
    }
}

impl<T: Element> Reading<T> for Parts<T> {
    fn row(&self) -> PortRow {
        PortRow::Parts
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        for (port, store) in self.at_ports() {
            report.skip(port, |report| store.visible(weight, report));
        }
    }

    fn part(&self, part: usize) -> Option<&dyn Reading<T>> {
        self.0.get(part).map(|part| &part.store as &dyn Reading<T>)
    }
}

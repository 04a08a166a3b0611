//! A greatest list inside an `ormap`: every element with its dots, as in an [`orset`](crate::orset); the greatest n
//! show, and when one is taken back the next moves up.
//!
//! ```text
//! topk<2> of 9 {A#1}, 7 {B#1}, 4 {A#2}      reads [9, 7]
//! the key is removed by who has seen A#1    {7, 4}: reads [7, 4]
//! ```
//!
//! Invariant: `order` holds the elements of `all`.
//!
//! Neighbours: [`crate::topk`] (the same where nothing is taken back), [`crate::store`] (the table of what becomes
//! what).

use std::collections::BTreeSet;

use crate::change::{Changes, Item, Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::{Dot, ReplicaId};
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming};
use crate::element::Element;
use crate::kind::Kind;
use crate::orset::OrSet;
use crate::past::Past;
use crate::reading::Reading;
use crate::registry::LatticeInfo;
use crate::update::{Answer, Call, Step, UpdateError};

/// A greatest list whose elements can be taken back. Space: all elements, as any of them may come to show.
#[derive(Clone, Debug)]
pub struct Top<T: Element> {
    all: OrSet<T>,
    order: BTreeSet<T>,
    size: u64,
}

impl<T: Element> Top<T> {
    fn of(all: OrSet<T>, size: u64) -> Self {
        let order = all.in_any_order().cloned().collect();
        Self { all, order, size }
    }

    /// O(n) of the greatest n, whatever the number of elements.
    fn shown(&self) -> Leaf<T> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        Leaf::List(self.order.iter().rev().take(size).cloned().collect())
    }
}

impl<T: Element> PartialEq for Top<T> {
    /// The order follows from the elements.
    fn eq(&self, other: &Self) -> bool {
        self.size == other.size && self.all == other.all
    }
}

impl<T: Element> Eq for Top<T> {}

/// Keeps the order while elements come and go.
struct KeepOrder<'o, T>(&'o mut BTreeSet<T>);

impl<T: Element> Changes<T> for KeepOrder<'_, T> {
    fn change(&mut self, _: usize, _: &[&T], item: Item<'_, T>, weight: i64) {
        let Item::Element(x) = item else { return };
        if weight > 0 {
            self.0.insert(x.clone());
        } else {
            self.0.remove(x);
        }
    }
}

impl<T: Element> DotStore<T> for Top<T> {
    const INFO: LatticeInfo = <crate::topk::TopK<()> as crate::lattice::Lattice<()>>::INFO;
    const ROW: PortRow = PortRow::Scalar;

    fn empty(kind: &Kind) -> Self {
        let Kind::TopK(size) = kind else { panic!("a topk was given the kind of a {}", kind.name()) };
        Self::of(OrSet::empty(kind), *size)
    }

    fn mutate(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        if Self::INFO.method(call.method).is_none() {
            return Err(call.refuse(&Self::INFO));
        }
        let (all, answer) = self.all.mutate(kind, path, call, draft)?;
        Ok((Self::of(all, self.size), answer))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let was = self.shown();
        let inner = incoming.to(incoming.theirs.map(|theirs| &theirs.all));
        let changed = self.all.join(&inner, fates, &mut Report::new(&mut KeepOrder(&mut self.order)));
        if changed {
            report.moved(was, self.shown());
        }
        changed
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.all.write(out);
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        Ok(Self::of(OrSet::read(kind, input)?, Self::empty(kind).size))
    }

    fn conforms(&self, kind: &Kind) -> bool {
        *kind == Kind::TopK(self.size)
    }
}

impl<T: Element> Dots for Top<T> {
    type Undo = <OrSet<T> as Dots>::Undo;

    fn empty_like(&self) -> Self {
        Self::of(self.all.empty_like(), self.size)
    }

    fn is_dead(&self) -> bool {
        self.all.is_dead()
    }

    fn holds(&self, dot: Dot) -> bool {
        self.all.holds(dot)
    }

    fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
        self.all.hit(past, live);
    }

    fn all(&self, live: &mut Vec<Dot>) {
        self.all.all(live);
    }

    fn greatest(&self, replica: ReplicaId) -> u64 {
        self.all.greatest(replica)
    }

    fn kill(&self, draft: &mut Draft) {
        self.all.kill(draft);
    }

    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
        self.all.before(&incoming.to(incoming.theirs.map(|theirs| &theirs.all)))
    }

    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
        let touched: Vec<T> = undo.keys().cloned().collect();
        self.all.restore(undo, fates);
        for x in touched {
            if self.all.contains(&x) {
                self.order.insert(x);
            } else {
                self.order.remove(&x);
            }
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self, Past)) {
        self.all.decompose(&mut |all, past| piece(Self::of(all, self.size), past));
    }

    fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self {
        Self::of(self.all.novel(local.map(|local| &local.all), past, news), self.size)
    }

    fn fits(&self, past: &Past) -> bool {
        self.all.fits(past)
    }
}

impl<T: Element> Reading<T> for Top<T> {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.shown(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.shown())
    }
}

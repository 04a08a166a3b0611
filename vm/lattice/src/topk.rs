//! The greatest so many values.
//!
//! ```text
//! topk<int, 3>
//! [9, 7, 4] ⊔ {8, 2}  =  [9, 8, 7]      8 enters and 4 leaves; 2 would not enter and need not be sent
//! ```
//!
//! What has left never matters again: more can only come above it. So this is a lattice of small states, not a set with
//! a small answer, and replicas may differ in what they ever knew (non-uniform replication).
//!
//! Invariants: at most n values, distinct; n is the kind's and the same on both sides of a join. The value moves either
//! way as a list, although the state only grows.
//!
//! Neighbours: [`crate::extreme`], which is `n = 1`; [`crate::gset`], which forgets nothing.
//!
//! Source: Cabrita, Preguiça, "Non-uniform replication", OPODIS 2017 (the Top-K design).

use std::collections::BTreeSet;

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, UpdateError};

/// The greatest n distinct values. Space: n values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopK<T> {
    n: u64,
    items: BTreeSet<T>,
}

/// The before-image of a join.
#[derive(Debug)]
pub struct TopKUndo<T> {
    entering: Vec<T>,
    leaving: Vec<T>,
}

/// How many values are kept.
fn size(kind: &Kind) -> u64 {
    match kind {
        Kind::TopK(n) => *n,
        other => panic!("a topk was given the kind of a {}", other.name()),
    }
}

impl<T: Element> TopK<T> {
    fn free(&self) -> u64 {
        self.n - self.items.len() as u64
    }

    /// Whether `x` alone would enter.
    fn admits(&self, x: &T) -> bool {
        let above_the_least = || self.items.first().is_some_and(|least| x > least);
        (self.free() > 0 || above_the_least()) && !self.items.contains(x)
    }

    /// What of this enters `local` when the two join, the greatest first, each with what leaves for it. One after the
    /// other they take the free places, then those of the least values. O(self · log local).
    fn entering<'a>(&'a self, local: &'a Self) -> impl Iterator<Item = (&'a T, Option<&'a T>)> {
        let (mut free, mut least) = (local.free(), local.items.iter());
        self.items.iter().rev().filter(|x| !local.items.contains(x)).map_while(move |x| {
            if free > 0 {
                free -= 1;
                return Some((x, None));
            }
            least.next().filter(|leaving| *leaving < x).map(|leaving| (x, Some(leaving)))
        })
    }

    fn value(&self) -> Leaf<T> {
        Leaf::List(self.items.iter().rev().cloned().collect())
    }
}

impl<T: Element> Lattice<T> for TopK<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "topk",
        params: &[ParamKind::Element, ParamKind::Int],
        methods: &[MethodInfo::new("add", &[MethodParam::Element], "enters a value").idempotent()],
        members: &[],
        read: Read::List,
        order: Order::None,
        summary: "the greatest n values",
        which_count: "the greatest n distinct",
        source: "Cabrita, Preguiça, \"Non-uniform replication\", 2017",
    };
    const ROW: PortRow = PortRow::Scalar;

    type Undo = TopKUndo<T>;

    fn bottom(kind: &Kind) -> Self {
        Self { n: size(kind), items: BTreeSet::new() }
    }

    fn is_bottom(&self) -> bool {
        self.items.is_empty()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let ("add", [Arg::Element(x)]) = (call.method, call.args) else { return Err(call.refuse(&Self::INFO)) };
        let items = self.admits(x).then(|| x.clone()).into_iter().collect();
        Ok((Self { n: self.n, items }, Answer::None))
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        // The lists are long to copy, so first whether there is a change at all.
        if delta.entering(self).next().is_none() {
            return false;
        }
        let old = self.value();
        let fresh: Vec<T> = delta.entering(self).map(|(x, _)| x.clone()).collect();
        self.items.extend(fresh);
        while self.items.len() as u64 > self.n {
            self.items.pop_first();
        }
        report.moved(old, self.value());
        true
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        let (entering, leaving): (Vec<&T>, Vec<Option<&T>>) = delta.entering(self).unzip();
        let leaving = leaving.into_iter().flatten().cloned().collect();
        TopKUndo { entering: entering.into_iter().cloned().collect(), leaving }
    }

    fn restore(&mut self, undo: Self::Undo) {
        for x in &undo.entering {
            self.items.remove(x);
        }
        self.items.extend(undo.leaving);
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        for x in &self.items {
            piece(Self { n: self.n, items: BTreeSet::from([x.clone()]) });
        }
    }

    fn novel(&self, local: &Self) -> Self {
        Self { n: self.n, items: self.entering(local).map(|(x, _)| x.clone()).collect() }
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        out.count(self.items.len());
        for x in &self.items {
            out.element(x);
        }
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let (n, count) = (size(kind), input.count()?);
        if count as u64 > n {
            return Err(input.error("a topk has more values than it keeps"));
        }
        let mut items = BTreeSet::new();
        for _ in 0..count {
            let x = input.element()?;
            if items.last().is_some_and(|last| x <= *last) {
                return Err(input.error("the values of a topk are out of order"));
            }
            items.insert(x);
        }
        Ok(Self { n, items })
    }

    fn conforms(&self, kind: &Kind) -> bool {
        self.n == size(kind)
    }
}

impl<T: Element> Reading<T> for TopK<T> {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.value(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.value())
    }
}

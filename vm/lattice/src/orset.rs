//! Observed-remove set: an element can be removed and added again; of a concurrent removal and addition, the addition
//! wins.
//!
//! Every addition has a dot. A removal kills the dots it has seen, so an addition it has not seen survives it:
//!
//! ```text
//! A: add x          live {A#1 → x}   seen {A#1}
//! B: (heard A#1) remove x            delta: live {}, seen {A#1}
//! A: add x again    live {A#2 → x}   seen {A#1, A#2}        A#1 is replaced: one live dot per element and writer
//! joined            live {A#2 → x}   x is in
//! ```
//!
//! There are no tombstones: dead dots are the seen ones without a value, and a replica's seen dots are one run. A million
//! additions and removals of one element leave one number.
//!
//! Which updates count is exact (`tests/laws/semantics.rs`) when a replica hears of an update only after all that the
//! update had seen, which is what anti-entropy of delta intervals gives. Otherwise a removal may arrive before the
//! addition that replaced an older one of the same element, and the older one shows until that addition arrives.
//!
//! Invariants: `by_element` is the inverse of the live dots; an element is in it iff it has a live dot.
//!
//! Neighbours: [`crate::dot_fun`] does the work; [`crate::gset`] if nothing is ever removed.
//!
//! Source: Bieniusa et al., "An optimized conflict-free replicated set", 2012, §3; Almeida, Shoker, Baquero 2018, §7
//! (add-wins set); Akka issue 22890 (a removal's context is the removed dots alone).

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{PortRow, Report};
use crate::dot::Dot;
use crate::dot_fun::{DotFun, DotFunUndo, Fate};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, UpdateError};

/// An add-wins set. Space: the elements, a dot for each (one per concurrent writer), and a run of dots per replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrSet<T> {
    dots: DotFun<T>,
    by_element: BTreeMap<T, Dots>,
}

/// The live dots of one element, ascending. Nearly always one, which then costs no allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Dots {
    One(Dot),
    Several(Vec<Dot>),
}

impl<T: Element> OrSet<T> {
    fn new() -> Self {
        Self { dots: DotFun::new(), by_element: BTreeMap::new() }
    }

    fn dots_of(&self, element: &T) -> &[Dot] {
        self.by_element.get(element).map_or(&[], Dots::as_slice)
    }

    /// A fresh dot for each element, which replaces all the dots it has now.
    fn adding(&self, elements: &BTreeSet<&T>, call: &Call<'_, T>) -> Result<Self, UpdateError> {
        let mut delta = Self::new();
        let mut fresh = self.dots.next(call.stamp.replica);
        for x in elements {
            let dot = fresh.ok_or_else(|| call.out_of_range(&Self::INFO))?;
            fresh = dot.seq.checked_add(1).map(|seq| Dot { seq, ..dot });
            for old in self.dots_of(x) {
                delta.dots.kill(*old);
            }
            delta.dots.put(dot, (*x).clone());
            count(&mut delta.by_element, Fate::Born, dot, x);
        }
        Ok(delta)
    }

    fn removing<'a>(&self, elements: impl IntoIterator<Item = &'a T>) -> Self
    where
        T: 'a,
    {
        let mut delta = Self::new();
        for dot in elements.into_iter().flat_map(|x| self.dots_of(x)) {
            delta.dots.kill(*dot);
        }
        delta
    }

    fn clearing(&self) -> Self {
        let mut delta = Self::new();
        for (dot, _) in self.dots.live() {
            delta.dots.kill(dot);
        }
        delta
    }
}

impl<T: Element> Lattice<T> for OrSet<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "orset",
        params: &[ParamKind::Element],
        methods: &[
            MethodInfo::new("add", &[MethodParam::Element], "puts an element in").idempotent(),
            MethodInfo::new("add_all", &[MethodParam::ElementSet], "puts every element of a set in").idempotent(),
            MethodInfo::new("remove", &[MethodParam::Element], "takes an element out, as far as seen here")
                .idempotent()
                .removing(),
            MethodInfo::new("remove_all", &[MethodParam::ElementSet], "takes every element of a set out")
                .idempotent()
                .removing(),
            MethodInfo::new("clear", &[], "takes everything out that is seen here").idempotent().removing(),
        ],
        members: &[],
        read: Read::Set,
        order: Order::None,
        summary: "a set with removal; a concurrent addition wins over a removal",
        which_count: "x is in iff some add of x has been seen by no remove of x and no clear (add-wins)",
        source: "Bieniusa et al. 2012, §3; Almeida et al. 2018, §7",
        runs: true,
    };
    const ROW: PortRow = PortRow::Elements;

    type Undo = DotFunUndo<T>;

    fn bottom(_: &Kind) -> Self {
        Self::new()
    }

    fn is_bottom(&self) -> bool {
        self.dots.is_bottom()
    }

    fn mutate(&self, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let delta = match (call.method, call.args) {
            ("add", [Arg::Element(x)]) => self.adding(&BTreeSet::from([x]), call)?,
            ("add_all", [Arg::Elements(xs)]) => self.adding(&xs.iter().collect(), call)?,
            ("remove", [Arg::Element(x)]) => self.removing([x]),
            ("remove_all", [Arg::Elements(xs)]) => self.removing(xs),
            ("clear", []) => self.clearing(),
            _ => return Err(call.refuse(&Self::INFO)),
        };
        Ok((delta, Answer::None))
    }

    fn join<'d>(&mut self, delta: &'d Self, report: &mut Report<'_, 'd, T>) {
        let Self { dots, by_element } = self;
        dots.join(&delta.dots, |fate, dot, x| {
            if let Some(weight) = count(by_element, fate, dot, x) {
                report.element(x, weight);
            }
        });
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        self.dots.before(&delta.dots)
    }

    fn restore(&mut self, undo: Self::Undo) {
        let Self { dots, by_element } = self;
        dots.restore(undo, |fate, dot, x| {
            count(by_element, fate, dot, x);
        });
    }

    fn visible<'d>(&'d self, report: &mut Report<'_, 'd, T>) {
        for x in self.by_element.keys() {
            report.element(x, 1);
        }
    }

    fn contains(&self, element: &T) -> bool {
        self.by_element.contains_key(element)
    }

    fn len(&self) -> usize {
        self.by_element.len()
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.by_element.keys())
    }
}

/// Keeps the index in step with one dot: +1 if its element came in by it, −1 if it went.
fn count<T: Element>(by_element: &mut BTreeMap<T, Dots>, fate: Fate, dot: Dot, element: &T) -> Option<i64> {
    match (by_element.get_mut(element), fate) {
        (Some(dots), Fate::Born) => {
            dots.insert(dot);
            None
        }
        (None, Fate::Born) => {
            by_element.insert(element.clone(), Dots::One(dot));
            Some(1)
        }
        (Some(dots), Fate::Died) => dots.remove(dot).then(|| {
            by_element.remove(element);
            -1
        }),
        (None, Fate::Died) => None,
    }
}

impl Dots {
    fn as_slice(&self) -> &[Dot] {
        match self {
            Self::One(dot) => std::slice::from_ref(dot),
            Self::Several(dots) => dots,
        }
    }

    fn insert(&mut self, dot: Dot) {
        let mut dots = self.as_slice().to_vec();
        if let Err(at) = dots.binary_search(&dot) {
            dots.insert(at, dot);
            *self = Self::Several(dots);
        }
    }

    /// Whether that was the last one. A last dot is left for the caller to drop with the element.
    fn remove(&mut self, dot: Dot) -> bool {
        let mut dots = self.as_slice().to_vec();
        dots.retain(|other| *other != dot);
        match dots[..] {
            [] => return true,
            [only] => *self = Self::One(only),
            _ => *self = Self::Several(dots),
        }
        false
    }
}

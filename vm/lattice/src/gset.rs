//! Grow-only set: what was added stays.
//!
//! ```text
//! state {a, b} ⊔ delta {b, c}  =  {a, b, c}      reports +c
//! ```
//!
//! The simplest lattice, and the model for the other files. The delta of an addition is the set of the new elements; of
//! an element that is there already it is empty. The pieces of a set are its elements, each alone.
//!
//! Invariant: the state is the visible value, there is no metadata.
//!
//! Neighbours: [`crate::Lattice`]; [`crate::orset`] when things must go away again.
//!
//! Source: Shapiro et al., RR-7506, 2011, §3.3.1; Almeida, Shoker, Baquero 2018, §4.

use std::collections::BTreeSet;

use crate::change::{PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, UpdateError};

/// A set that only grows. Space: the elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GSet<T> {
    elements: BTreeSet<T>,
}

impl<T: Element> GSet<T> {
    /// `add` in place; whether it is new.
    pub(crate) fn put_in(&mut self, x: &T) -> bool {
        self.elements.insert(x.clone())
    }

    pub(crate) fn take_out(&mut self, x: &T) {
        self.elements.remove(x);
    }

    /// Those of the elements that are not here yet.
    fn adding<'a>(&self, elements: impl IntoIterator<Item = &'a T>) -> Self
    where
        T: 'a,
    {
        let fresh = elements.into_iter().filter(|x| !self.elements.contains(x));
        Self { elements: fresh.cloned().collect() }
    }
}

impl<T: Element> Lattice<T> for GSet<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "gset",
        params: &[ParamKind::Element],
        methods: &[
            MethodInfo::new("add", &[MethodParam::Element], "puts an element in").idempotent(),
            MethodInfo::new("add_all", &[MethodParam::ElementSet], "puts every element of a set in").idempotent(),
        ],
        members: &[],
        read: Read::Set,
        order: Order::Grows,
        summary: "a set that only grows",
        which_count: "all",
        source: "Shapiro et al. 2011, §3.3.1; Almeida et al. 2018, §4",
    };
    const ROW: PortRow = PortRow::Elements;

    /// The elements that were not there.
    type Undo = Vec<T>;

    fn bottom(_: &Kind) -> Self {
        Self { elements: BTreeSet::new() }
    }

    fn is_bottom(&self) -> bool {
        self.elements.is_empty()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let delta = match (call.method, call.args) {
            ("add", [Arg::Element(x)]) => self.adding([x]),
            ("add_all", [Arg::Elements(xs)]) => self.adding(xs),
            _ => return Err(call.refuse(&Self::INFO)),
        };
        Ok((delta, Answer::None))
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let known = self.elements.len();
        for x in &delta.elements {
            // Asked first: an element is cloned only when it is new.
            if !self.elements.contains(x) {
                self.elements.insert(x.clone());
                report.element(x, 1);
            }
        }
        self.elements.len() > known
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        delta.elements.iter().filter(|x| !self.elements.contains(x)).cloned().collect()
    }

    fn restore(&mut self, undo: Self::Undo) {
        for x in &undo {
            self.elements.remove(x);
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        for x in &self.elements {
            piece(Self { elements: BTreeSet::from([x.clone()]) });
        }
    }

    fn novel(&self, local: &Self) -> Self {
        local.adding(&self.elements)
    }

    /// How many, then the elements, ascending.
    fn write(&self, out: &mut Writer<'_, T>) {
        out.count(self.elements.len());
        for x in &self.elements {
            out.element(x);
        }
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut elements = BTreeSet::new();
        for _ in 0..input.count()? {
            let x = input.element()?;
            if elements.last().is_some_and(|last| *last >= x) {
                return Err(input.error("the elements of a set do not ascend"));
            }
            elements.insert(x);
        }
        Ok(Self { elements })
    }
}

impl<T: Element> Reading<T> for GSet<T> {
    fn row(&self) -> PortRow {
        Self::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        for x in &self.elements {
            report.element(x, weight);
        }
    }

    fn contains(&self, element: &T) -> bool {
        self.elements.contains(element)
    }

    fn len(&self) -> usize {
        self.elements.len()
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.elements.iter())
    }
}

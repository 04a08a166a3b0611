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

use smallvec::SmallVec;

use crate::change::{PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot_store::end_of_path;
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::table::Table;
use crate::update::{Answer, Applied, Arg, Call, Keep, Step, UpdateError};

/// A set that only grows. Space: the elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GSet<T: Element> {
    elements: Table<T, ()>,
}

impl<T: Element> GSet<T> {
    /// `add` in place; whether it is new.
    pub(crate) fn put_in(&mut self, x: &T) -> bool {
        self.elements.insert_new(x)
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
        Self { elements: fresh.map(|x| (x.clone(), ())).collect() }
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
    type Undo = SmallVec<[T; 1]>;

    fn bottom(_: &Kind) -> Self {
        Self { elements: Table::new() }
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

    fn apply(
        &mut self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        keep: Keep<'_, Self, Self::Undo>,
        report: &mut Report<'_, T>,
    ) -> Result<Applied, UpdateError> {
        end_of_path(path, &Self::INFO)?;
        let ("add", [Arg::Element(x)]) = (call.method, call.args) else {
            let (delta, answer) = self.mutate(kind, call)?;
            return Ok(Applied { answer, changed: self.absorb(&delta, keep, report) });
        };
        let changed = self.elements.insert_new(x);
        if changed {
            if let Some(undo) = keep.undo {
                *undo = Some(SmallVec::from_buf([x.clone()]));
            }
            if let Some(group) = keep.group {
                group.elements.insert_new(x);
            }
            report.element(x, 1);
        }
        Ok(Applied { answer: Answer::None, changed })
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let known = self.elements.len();
        for (x, ()) in delta.elements.iter() {
            if self.elements.insert_new(x) {
                report.element(x, 1);
            }
        }
        self.elements.len() > known
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        delta.elements.iter().map(|(x, ())| x).filter(|x| !self.elements.contains(x)).cloned().collect()
    }

    fn restore(&mut self, undo: Self::Undo) {
        for x in &undo {
            self.elements.remove(x);
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        for x in self.elements() {
            piece(Self { elements: Table::of(x.clone(), ()) });
        }
    }

    fn novel(&self, local: &Self) -> Self {
        local.adding(self.elements.iter().map(|(x, ())| x))
    }

    /// How many, then the elements, ascending.
    fn write(&self, out: &mut Writer<'_, T>) {
        out.count(self.elements.len());
        for x in self.elements() {
            out.element(x);
        }
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut elements = Table::new();
        let mut last = None;
        for _ in 0..input.count()? {
            let x = input.element()?;
            if last.is_some_and(|last| last >= x) {
                return Err(input.error("the elements of a set do not ascend"));
            }
            elements.insert(x.clone(), ());
            last = Some(x);
        }
        Ok(Self { elements })
    }
}

impl<T: Element> Reading<T> for GSet<T> {
    fn row(&self) -> PortRow {
        Self::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        for x in self.elements() {
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
        Box::new(self.elements.sorted().map(|(x, ())| x))
    }
}

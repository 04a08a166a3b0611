//! The greatest value set so far.
//!
//! ```text
//! set(3) ⊔ set(7) ⊔ set(5)  =  7
//! ```
//!
//! Unset is bottom: it reads as `none`, and any value wins over it. A `set` to a lesser value writes nothing.
//!
//! Invariant: the state is the visible value, there is no metadata.
//!
//! Neighbours: [`crate::min`], the same the other way round; [`crate::lww`] for the last value instead.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (a totally ordered set is a lattice under max); Conway et al., "Logic and
//! lattices for distributed programming", 2012, §3 (`lmax`).

use crate::change::{Leaf, PortRow, Report};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, UpdateError};

/// The greatest of the values set. Space: one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Max<T>(Option<T>);

impl<T: Element> Max<T> {
    /// Whether `value` would win over what we have.
    fn yields_to(&self, value: &T) -> bool {
        self.0.as_ref().is_none_or(|mine| value > mine)
    }

    fn yields_to_delta(&self, delta: &Self) -> bool {
        delta.0.as_ref().is_some_and(|theirs| self.yields_to(theirs))
    }
}

impl<T: Element> Lattice<T> for Max<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "max",
        params: &[ParamKind::Element],
        methods: &[
            MethodInfo::new("set", &[MethodParam::Element], "keeps the greater of this and what is there").idempotent()
        ],
        members: &[],
        read: Read::OptionElement,
        order: Order::Grows,
        summary: "the greatest value set so far",
        which_count: "all",
        source: "Almeida et al. 2018, §7; Conway et al. 2012, §3",
        runs: true,
    };
    const ROW: PortRow = PortRow::Scalar;

    /// The old value, if the join would replace it.
    type Undo = Option<Self>;

    fn bottom(_: &Kind) -> Self {
        Self(None)
    }

    fn is_bottom(&self) -> bool {
        self.0.is_none()
    }

    fn mutate(&self, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        match (call.method, call.args) {
            ("set", [Arg::Element(v)]) => Ok((Self(self.yields_to(v).then(|| v.clone())), Answer::None)),
            _ => Err(call.refuse(&Self::INFO)),
        }
    }

    fn join<'d>(&mut self, delta: &'d Self, report: &mut Report<'_, 'd, T>) {
        if self.yields_to_delta(delta) {
            let old = std::mem::replace(&mut self.0, delta.0.clone());
            report.moved(Leaf::Option(old), Leaf::Option(self.0.clone()));
        }
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        self.yields_to_delta(delta).then(|| self.clone())
    }

    fn restore(&mut self, undo: Self::Undo) {
        if let Some(old) = undo {
            *self = old;
        }
    }

    fn visible<'d>(&'d self, report: &mut Report<'_, 'd, T>) {
        report.leaf(Leaf::Option(self.0.clone()), 1);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(Leaf::Option(self.0.clone()))
    }
}

//! The greatest, or the least, value set so far: `max` and `min`.
//!
//! ```text
//! max    set(3) ⊔ set(7) ⊔ set(5)  =  7
//! min    set(3) ⊔ set(7) ⊔ set(5)  =  3
//! ```
//!
//! One lattice, looked at from either end: a [`Direction`] says which of two values wins, and the rest is the same.
//! Unset is bottom: it reads as `none`, and any value wins over it. A `set` to a value that does not win writes
//! nothing.
//!
//! Invariant: the state is the visible value, there is no metadata.
//!
//! Neighbours: [`crate::lww`] for the last value instead; [`crate::topk`] for more than one.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (a totally ordered set is a lattice under max, and under min); Conway et
//! al., "Logic and lattices for distributed programming", 2012, §3 (`lmax`, `lmin`).

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, UpdateError};

mod sealed {
    pub trait Sealed {}
}

/// Which end of the order is kept. There are two, [`Greatest`] and [`Least`].
pub trait Direction: sealed::Sealed + Copy + Eq + Hash + Debug {
    /// The row of the registry.
    const INFO: LatticeInfo;

    /// Whether a value wins over the one that is there.
    fn wins<T: Ord>(value: &T, there: &T) -> bool;
}

/// What both rows share.
const ROW: LatticeInfo = LatticeInfo {
    name: "",
    params: &[ParamKind::Element],
    methods: &[],
    members: &[],
    read: Read::OptionElement,
    order: Order::None,
    summary: "",
    which_count: "all",
    source: "Almeida et al. 2018, §7; Conway et al. 2012, §3",
};

/// `max`: the greater value wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Greatest;

impl sealed::Sealed for Greatest {}

impl Direction for Greatest {
    const INFO: LatticeInfo = LatticeInfo {
        name: "max",
        methods: &[
            MethodInfo::new("set", &[MethodParam::Element], "keeps the greater of this and what is there").idempotent()
        ],
        order: Order::Grows,
        summary: "the greatest value set so far",
        ..ROW
    };

    fn wins<T: Ord>(value: &T, there: &T) -> bool {
        value > there
    }
}

/// `min`: the lesser value wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Least;

impl sealed::Sealed for Least {}

impl Direction for Least {
    const INFO: LatticeInfo = LatticeInfo {
        name: "min",
        methods: &[
            MethodInfo::new("set", &[MethodParam::Element], "keeps the lesser of this and what is there").idempotent()
        ],
        order: Order::Shrinks,
        summary: "the least value set so far",
        ..ROW
    };

    fn wins<T: Ord>(value: &T, there: &T) -> bool {
        value < there
    }
}

/// The one of the values set that wins over the others. Space: one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extreme<T, D> {
    value: Option<T>,
    direction: PhantomData<D>,
}

impl<T: Element, D: Direction> Extreme<T, D> {
    fn of(value: Option<T>) -> Self {
        Self { value, direction: PhantomData }
    }

    /// `set` in place: what was there, if it has changed.
    pub(crate) fn offer(&mut self, value: &T) -> Option<Option<T>> {
        self.yields_to(value).then(|| self.value.replace(value.clone()))
    }

    pub(crate) fn put_back(&mut self, old: Option<T>) {
        self.value = old;
    }

    /// Whether `value` would win over what is here.
    fn yields_to(&self, value: &T) -> bool {
        self.value.as_ref().is_none_or(|there| D::wins(value, there))
    }

    /// The other's value, if it would win over ours.
    fn beaten_by<'o>(&self, other: &'o Self) -> Option<&'o T> {
        other.value.as_ref().filter(|value| self.yields_to(value))
    }

    fn read_as(&self) -> Leaf<T> {
        Leaf::Option(self.value.clone())
    }
}

impl<T: Element, D: Direction> Lattice<T> for Extreme<T, D> {
    const INFO: LatticeInfo = D::INFO;
    const ROW: PortRow = PortRow::Scalar;

    /// The old state, if the join would replace it.
    type Undo = Option<Self>;

    fn bottom(_: &Kind) -> Self {
        Self::of(None)
    }

    fn is_bottom(&self) -> bool {
        self.value.is_none()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        match (call.method, call.args) {
            ("set", [Arg::Element(v)]) => Ok((Self::of(self.yields_to(v).then(|| v.clone())), Answer::None)),
            _ => Err(call.refuse(&D::INFO)),
        }
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let Some(value) = self.beaten_by(delta) else { return false };
        let old = self.value.replace(value.clone());
        report.moved(Leaf::Option(old), self.read_as());
        true
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        self.beaten_by(delta).map(|_| self.clone())
    }

    fn restore(&mut self, undo: Self::Undo) {
        if let Some(old) = undo {
            *self = old;
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        if self.value.is_some() {
            piece(self.clone());
        }
    }

    fn novel(&self, local: &Self) -> Self {
        Self::of(local.beaten_by(self).cloned())
    }

    /// 0, or 1 and the value.
    fn write(&self, out: &mut Writer<'_, T>) {
        out.byte(u8::from(self.value.is_some()));
        if let Some(value) = &self.value {
            out.element(value);
        }
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        match input.byte()? {
            0 => Ok(Self::of(None)),
            1 => Ok(Self::of(Some(input.element()?))),
            _ => Err(input.error("a register is neither empty nor set")),
        }
    }
}

impl<T: Element, D: Direction> Reading<T> for Extreme<T, D> {
    fn row(&self) -> PortRow {
        Self::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.read_as(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.read_as())
    }
}

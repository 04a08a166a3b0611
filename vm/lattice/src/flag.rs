//! A flag that is raised once: false until somebody enables it.
//!
//! ```text
//! false ⊔ enable()  =  true      and it stays
//! ```
//!
//! The least lattice that says anything: two states, and joining is `or`. Enabling what is enabled writes nothing.
//!
//! Invariant: the state is the visible value, there is no metadata.
//!
//! Neighbours: [`crate::ewflag`] and [`crate::dwflag`] if it must go down again.
//!
//! Source: Conway et al., "Logic and lattices for distributed programming", 2012, §3 (`lbool`).

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, Order, Read};
use crate::update::{Answer, Call, UpdateError};

/// A flag that only goes up. Space: one bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flag {
    enabled: bool,
}

impl Flag {
    /// `enable` in place; whether it has changed.
    pub(crate) fn raise(&mut self) -> bool {
        !std::mem::replace(&mut self.enabled, true)
    }

    pub(crate) fn put_back(&mut self) {
        self.enabled = false;
    }
}

impl<T: Element> Lattice<T> for Flag {
    const INFO: LatticeInfo = LatticeInfo {
        name: "flag",
        params: &[],
        methods: &[MethodInfo::new("enable", &[], "makes it true").idempotent()],
        members: &[],
        read: Read::Bool,
        order: Order::Grows,
        summary: "false until somebody enables it",
        which_count: "all",
        source: "Conway et al. 2012, §3 (lbool)",
    };
    const ROW: PortRow = PortRow::Scalar;

    /// The old state.
    type Undo = Self;

    fn bottom(_: &Kind) -> Self {
        Self { enabled: false }
    }

    fn is_bottom(&self) -> bool {
        !self.enabled
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        match (call.method, call.args) {
            ("enable", []) => Ok((Self { enabled: !self.enabled }, Answer::None)),
            _ => Err(call.refuse(&<Self as Lattice<T>>::INFO)),
        }
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let old = self.enabled;
        self.enabled |= delta.enabled;
        report.moved(Leaf::Bool(old), Leaf::Bool(self.enabled));
        self.enabled != old
    }

    fn before(&self, _: &Self) -> Self::Undo {
        *self
    }

    fn restore(&mut self, undo: Self::Undo) {
        *self = undo;
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        if self.enabled {
            piece(*self);
        }
    }

    fn novel(&self, local: &Self) -> Self {
        Self { enabled: self.enabled && !local.enabled }
    }

    /// 0 or 1.
    fn write(&self, out: &mut Writer<'_, T>) {
        out.byte(u8::from(self.enabled));
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        match input.byte()? {
            byte @ (0 | 1) => Ok(Self { enabled: byte == 1 }),
            _ => Err(input.error("a flag is neither 0 nor 1")),
        }
    }
}

impl<T: Element> Reading<T> for Flag {
    fn row(&self) -> PortRow {
        <Self as Lattice<T>>::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(Leaf::Bool(self.enabled), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(Leaf::Bool(self.enabled))
    }
}

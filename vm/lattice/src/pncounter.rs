//! Counter that goes up and down: two grow-only counters, the value is their difference.
//!
//! ```text
//! A: inc(5)   ups   {A: 5}
//! B: dec(2)   downs {B: 2}          reads 3
//! ```
//!
//! Invariant: neither half ever shrinks, so two concurrent updates never undo each other.
//!
//! Neighbours: [`crate::slots`]; [`crate::bcounter`] if it must not go below zero.
//!
//! Source: Shapiro et al., RR-7506, 2011, §3.1.3; Almeida, Shoker, Baquero 2018, §4.

use crate::change::{Leaf, PortRow, Report};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, Read};
use crate::slots::{Slots, SlotsUndo};
use crate::update::{Answer, Arg, Call, UpdateError};

/// A counter that goes both ways. Space: two numbers per replica that ever wrote.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct PnCounter {
    ups: Slots,
    downs: Slots,
}

impl PnCounter {
    fn value<T>(&self) -> Leaf<T> {
        Leaf::Count(self.ups.sum() - self.downs.sum())
    }
}

impl<T: Element> Lattice<T> for PnCounter {
    const INFO: LatticeInfo = LatticeInfo {
        name: "pncounter",
        params: &[],
        methods: &[
            MethodInfo::new("inc", &[MethodParam::Amount], "counts up by n, or by 1").requiring(0),
            MethodInfo::new("dec", &[MethodParam::Amount], "counts down by n, or by 1").requiring(0),
        ],
        members: &[],
        read: Read::Int,
        order: Order::None,
        summary: "a counter that goes both ways",
        which_count: "all",
        source: "Shapiro et al. 2011, §3.1.3; Almeida et al. 2018, §4",
        runs: true,
    };
    const ROW: PortRow = PortRow::Scalar;

    /// Ups, downs.
    type Undo = (SlotsUndo, SlotsUndo);

    fn bottom(_: &Kind) -> Self {
        Self::default()
    }

    fn is_bottom(&self) -> bool {
        self.ups.is_bottom() && self.downs.is_bottom()
    }

    fn mutate(&self, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let info = &<Self as Lattice<T>>::INFO;
        let (up, n) = match (call.method, call.args) {
            ("inc", []) => (true, 1),
            ("inc", [Arg::Amount(n)]) => (true, *n),
            ("dec", []) => (false, 1),
            ("dec", [Arg::Amount(n)]) => (false, *n),
            _ => return Err(call.refuse(info)),
        };
        let half = if up { &self.ups } else { &self.downs };
        let raised = half.raised(call.stamp.replica, n).ok_or_else(|| call.out_of_range(info))?;
        let delta =
            if up { Self { ups: raised, ..Self::default() } } else { Self { downs: raised, ..Self::default() } };
        Ok((delta, Answer::None))
    }

    fn join<'d>(&mut self, delta: &'d Self, report: &mut Report<'_, 'd, T>) {
        let old = self.value();
        self.ups.join(&delta.ups);
        self.downs.join(&delta.downs);
        report.moved(old, self.value());
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        (self.ups.before(&delta.ups), self.downs.before(&delta.downs))
    }

    fn restore(&mut self, undo: Self::Undo) {
        self.ups.restore(undo.0);
        self.downs.restore(undo.1);
    }

    fn visible<'d>(&'d self, report: &mut Report<'_, 'd, T>) {
        report.leaf(self.value(), 1);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.value())
    }
}

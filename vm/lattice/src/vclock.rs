//! Vector clock: a count per replica, all of them to be seen.
//!
//! ```text
//! A: tick()   delta {A: 1}          B: tick()   delta {B: 1}
//! joined      {A: 1, B: 1}          A: tick()   {A: 2, B: 1}: later than both
//! ```
//!
//! The same state as a grow-only counter; only what is read differs: the slots and not their sum. So its one row is as
//! long as the clock, and a join that moves it costs that row twice. A join that moves nothing makes no row.
//!
//! Invariant: only a replica itself moves its entry on, so one clock is below another iff its moment was seen there.
//!
//! Neighbours: [`crate::slots`] does the work; [`crate::gcounter`] adds the slots up.
//!
//! Source: Mattern, "Virtual time and global states of distributed systems", 1988, §4.

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, Order, Read};
use crate::slots::{Slots, SlotsUndo};
use crate::update::{Answer, Call, UpdateError};

/// A vector clock. Space: a number per replica that ever ticked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VClock {
    ticks: Slots,
}

impl VClock {
    fn value<T>(&self) -> Leaf<T> {
        Leaf::Clock(self.ticks.iter().collect())
    }
}

impl<T: Element> Lattice<T> for VClock {
    const INFO: LatticeInfo = LatticeInfo {
        name: "vclock",
        params: &[],
        methods: &[MethodInfo::new("tick", &[], "moves the writer's entry on by one")],
        members: &[],
        read: Read::MapCounts,
        order: Order::Pointwise,
        summary: "a vector clock",
        which_count: "all",
        source: "Mattern, \"Virtual time and global states of distributed systems\", 1988, §4",
    };
    const ROW: PortRow = PortRow::Scalar;

    type Undo = SlotsUndo;

    fn bottom(_: &Kind) -> Self {
        Self { ticks: Slots::default() }
    }

    fn is_bottom(&self) -> bool {
        self.ticks.is_bottom()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let info = &<Self as Lattice<T>>::INFO;
        match (call.method, call.args) {
            ("tick", []) => {
                let ticks = self.ticks.raised(call.stamp.replica, 1).ok_or_else(|| call.out_of_range(info))?;
                Ok((Self { ticks }, Answer::None))
            }
            _ => Err(call.refuse(info)),
        }
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        if delta.ticks.is_below(&self.ticks) {
            return false;
        }
        report.leaf(self.value(), -1);
        self.ticks.join(&delta.ticks);
        report.leaf(self.value(), 1);
        true
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        self.ticks.before(&delta.ticks)
    }

    fn restore(&mut self, undo: Self::Undo) {
        self.ticks.restore(undo);
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        self.ticks.decompose(|ticks| piece(Self { ticks }));
    }

    fn novel(&self, local: &Self) -> Self {
        Self { ticks: self.ticks.novel(&local.ticks) }
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.ticks.write(out);
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        Ok(Self { ticks: Slots::read(input)? })
    }
}

impl<T: Element> Reading<T> for VClock {
    fn row(&self) -> PortRow {
        <Self as Lattice<T>>::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.value(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.value())
    }
}

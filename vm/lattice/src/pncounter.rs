//! Counter that goes up and down: two grow-only counters, the value is their difference.
//!
//! ```text
//! A: inc(5)   ups   {A: 5}
//! B: dec(2)   downs {B: 2}          reads 3
//! ```
//!
//! Invariant: neither half ever shrinks, so two concurrent updates never undo each other.
//!
//! Neighbours: [`crate::slots`]; [`crate::bcounter`] if it must not go below zero; [`crate::rcounter`] to start over.
//!
//! Source: Shapiro et al., RR-7506, 2011, §3.1.3; Almeida, Shoker, Baquero 2018, §4.

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::ReplicaId;
use crate::dot_store::end_of_path;
use crate::element::Element;
use crate::gcounter::raised;
use crate::in_place::Counted;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, Read};
use crate::slots::{Slots, SlotsUndo};
use crate::update::{Answer, Applied, Arg, Call, Keep, Step, UpdateError};

/// A counter that goes both ways. Space: two numbers per replica that ever wrote.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct PnCounter {
    ups: Slots,
    downs: Slots,
}

impl PnCounter {
    fn value(&self) -> i128 {
        self.ups.sum() - self.downs.sum()
    }

    fn half(&mut self, up: bool) -> &mut Slots {
        if up { &mut self.ups } else { &mut self.downs }
    }

    /// `inc` (up) or `dec` in place.
    #[inline]
    pub(crate) fn count(&mut self, up: bool, replica: ReplicaId, n: u64) -> Counted {
        raised(self.half(up), replica, n)
    }

    pub(crate) fn count_back(&mut self, up: bool, replica: ReplicaId, old: u64) {
        self.half(up).put_back(replica, old);
    }

    fn up(ups: Slots) -> Self {
        Self { ups, ..Self::default() }
    }

    fn down(downs: Slots) -> Self {
        Self { downs, ..Self::default() }
    }
}

/// Whether an update counts up, and how much.
fn step<T: Element>(call: &Call<'_, T>) -> Result<(bool, u64), UpdateError> {
    let n = match call.args {
        [] => 1,
        [Arg::Amount(n)] => *n,
        _ => return Err(call.refuse(&<PnCounter as Lattice<T>>::INFO)),
    };
    match call.method {
        "inc" => Ok((true, n)),
        "dec" => Ok((false, n)),
        _ => Err(call.refuse(&<PnCounter as Lattice<T>>::INFO)),
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

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let info = &<Self as Lattice<T>>::INFO;
        let (up, n) = step(call)?;
        let half = if up { &self.ups } else { &self.downs };
        let raised = half.raised(call.stamp.replica, n).ok_or_else(|| call.out_of_range(info))?;
        Ok((if up { Self::up(raised) } else { Self::down(raised) }, Answer::None))
    }

    fn apply(
        &mut self,
        _: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        keep: Keep<'_, Self, Self::Undo>,
        report: &mut Report<'_, T>,
    ) -> Result<Applied, UpdateError> {
        let info = &<Self as Lattice<T>>::INFO;
        end_of_path(path, info)?;
        let ((up, n), replica) = (step(call)?, call.stamp.replica);
        let was = self.value();
        let old = self.half(up).raise(replica, n).ok_or_else(|| call.out_of_range(info))?;
        if n > 0 {
            if let Some(undo) = keep.undo {
                let (image, nothing) = (SlotsUndo::of(replica, old), SlotsUndo::nothing());
                *undo = Some(if up { (image, nothing) } else { (nothing, image) });
            }
            if let Some(group) = keep.group {
                group.half(up).raise_to(replica, old + n);
            }
            report.counted(was, self.value());
        }
        Ok(Applied { answer: Answer::None, changed: n > 0 })
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let old = self.value();
        let up = self.ups.join(&delta.ups);
        let down = self.downs.join(&delta.downs);
        report.counted(old, self.value());
        up || down
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        (self.ups.before(&delta.ups), self.downs.before(&delta.downs))
    }

    fn restore(&mut self, undo: Self::Undo) {
        self.ups.restore(undo.0);
        self.downs.restore(undo.1);
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        self.ups.decompose(|ups| piece(Self::up(ups)));
        self.downs.decompose(|downs| piece(Self::down(downs)));
    }

    fn novel(&self, local: &Self) -> Self {
        Self { ups: self.ups.novel(&local.ups), downs: self.downs.novel(&local.downs) }
    }

    /// Ups, downs.
    fn write(&self, out: &mut Writer<'_, T>) {
        self.ups.write(out);
        self.downs.write(out);
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        Ok(Self { ups: Slots::read(input)?, downs: Slots::read(input)? })
    }
}

impl<T: Element> Reading<T> for PnCounter {
    fn row(&self) -> PortRow {
        <Self as Lattice<T>>::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(Leaf::Count(self.value()), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(Leaf::Count(self.value()))
    }
}

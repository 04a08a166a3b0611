//! Grow-only counter.
//!
//! ```text
//! A: inc(2)   delta {A: 2}          B: inc(1)   delta {B: 1}
//! joined      {A: 2, B: 1}          reads 3, however often either delta arrives
//! ```
//!
//! A delta holds the writer's whole slot, not the increment: joining is by maximum, so it may come twice.
//!
//! Invariant: only a replica itself raises its slot.
//!
//! Neighbours: [`crate::slots`] does the work; [`crate::pncounter`] also counts down; [`crate::vclock`] shows the
//! slots.
//!
//! Source: Shapiro et al., RR-7506, 2011, §3.1.2; Almeida, Shoker, Baquero 2018, §4.

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::ReplicaId;
use crate::dot_store::end_of_path;
use crate::element::Element;
use crate::in_place::Counted;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, Read};
use crate::slots::{Slots, SlotsUndo};
use crate::update::{Answer, Applied, Arg, Call, Keep, Step, UpdateError};

/// A counter that only goes up. Space: a number per replica that ever wrote.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GCounter {
    increments: Slots,
}

impl GCounter {
    fn value(&self) -> i128 {
        self.increments.sum()
    }

    /// `inc` in place.
    #[inline]
    pub(crate) fn count_up(&mut self, replica: ReplicaId, n: u64) -> Counted {
        raised(&mut self.increments, replica, n)
    }

    pub(crate) fn count_back(&mut self, replica: ReplicaId, old: u64) {
        self.increments.put_back(replica, old);
    }
}

/// How much an update counts up by.
fn amount<T: Element>(call: &Call<'_, T>) -> Result<u64, UpdateError> {
    match (call.method, call.args) {
        ("inc", []) => Ok(1),
        ("inc", [Arg::Amount(n)]) => Ok(*n),
        _ => Err(call.refuse(&<GCounter as Lattice<T>>::INFO)),
    }
}

/// A slot raised in place.
#[inline]
pub(crate) fn raised(slots: &mut Slots, replica: ReplicaId, n: u64) -> Counted {
    match slots.raise(replica, n) {
        None => Counted::Unfit,
        Some(_) if n == 0 => Counted::Same,
        Some(old) => Counted::From(old),
    }
}

impl<T: Element> Lattice<T> for GCounter {
    const INFO: LatticeInfo = LatticeInfo {
        name: "gcounter",
        params: &[],
        methods: &[MethodInfo::new("inc", &[MethodParam::Amount], "counts up by n, or by 1").requiring(0)],
        members: &[],
        read: Read::Nat,
        order: Order::Grows,
        summary: "a counter that only goes up",
        which_count: "all",
        source: "Shapiro et al. 2011, §3.1.2; Almeida et al. 2018, §4",
    };
    const ROW: PortRow = PortRow::Scalar;

    type Undo = SlotsUndo;

    fn bottom(_: &Kind) -> Self {
        Self { increments: Slots::default() }
    }

    fn is_bottom(&self) -> bool {
        self.increments.is_bottom()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let increments = self.increments.raised(call.stamp.replica, amount(call)?);
        let increments = increments.ok_or_else(|| call.out_of_range(&<Self as Lattice<T>>::INFO))?;
        Ok((Self { increments }, Answer::None))
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
        let (n, replica) = (amount(call)?, call.stamp.replica);
        let was = self.value();
        let old = self.increments.raise(replica, n).ok_or_else(|| call.out_of_range(info))?;
        if n > 0 {
            if let Some(undo) = keep.undo {
                *undo = Some(SlotsUndo::of(replica, old));
            }
            if let Some(group) = keep.group {
                group.increments.raise_to(replica, old + n);
            }
            report.counted(was, self.value());
        }
        Ok(Applied { answer: Answer::None, changed: n > 0 })
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let old = self.value();
        let changed = self.increments.join(&delta.increments);
        report.counted(old, self.value());
        changed
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        self.increments.before(&delta.increments)
    }

    fn restore(&mut self, undo: Self::Undo) {
        self.increments.restore(undo);
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        self.increments.decompose(|increments| piece(Self { increments }));
    }

    fn novel(&self, local: &Self) -> Self {
        Self { increments: self.increments.novel(&local.increments) }
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.increments.write(out);
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        Ok(Self { increments: Slots::read(input)? })
    }
}

impl<T: Element> Reading<T> for GCounter {
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

//! Last-writer-wins register.
//!
//! ```text
//! A (wall 100): set x       (100,0) A x
//! B (wall 40, has seen x): set y   (100,1) B y      y wins: its writer knew of x, whatever the wall clocks say
//! C (wall 90, has not):    set z   (90,0)  C z      loses to both
//! ```
//!
//! A write takes the hybrid clock of the register it saw, moved forward: causally later writes always win; concurrent
//! ones are ordered by wall clock, then counter, then replica.
//!
//! Not yet here: the bound on forward drift, see [`crate::hlc`].
//!
//! Invariants: the order of writes is total; the value itself is its last part, so that even two writes under one stamp
//! (a cloned disk) join the same way everywhere.
//!
//! Neighbours: [`crate::hlc`]; [`crate::max`] for the greatest value instead of the latest.
//!
//! Source: Shapiro et al., RR-7506, 2011, §3.2.1; Kulkarni et al. 2014, §3.

use crate::change::{Leaf, PortRow, Report};
use crate::dot::ReplicaId;
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, UpdateError};

/// A register that keeps the last write. Space: one value and its stamp.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lww<T>(Option<Write<T>>);

/// One write. Ordered by clock, then replica, then value: the greater wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Write<T> {
    clock: Hlc,
    replica: ReplicaId,
    value: T,
}

impl<T: Element> Lww<T> {
    fn value(&self) -> Leaf<T> {
        Leaf::Option(self.0.as_ref().map(|write| write.value.clone()))
    }

    fn write(&self, value: &T, call: &Call<'_, T>) -> Result<Self, UpdateError> {
        let clock = Hlc::after(self.0.as_ref().map(|write| write.clock), call.stamp.now_us)
            .ok_or(UpdateError::ClockExhausted { lattice: Self::INFO.name })?;
        Ok(Self(Some(Write { clock, replica: call.stamp.replica, value: value.clone() })))
    }
}

impl<T: Element> Lattice<T> for Lww<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "lww",
        params: &[ParamKind::Element],
        methods: &[MethodInfo::new("set", &[MethodParam::Element], "writes a value over all it has seen").idempotent()],
        members: &[],
        read: Read::OptionElement,
        order: Order::None,
        summary: "a register that keeps the last write",
        which_count: "greatest hybrid clock, then replica id; a write that has seen another wins over it whatever the wall \
                      clocks say",
        source: "Shapiro et al. 2011, §3.2.1; Kulkarni et al. 2014, §3",
        runs: true,
    };
    const ROW: PortRow = PortRow::Scalar;

    /// The old write, if the join would replace it.
    type Undo = Option<Self>;

    fn bottom(_: &Kind) -> Self {
        Self(None)
    }

    fn is_bottom(&self) -> bool {
        self.0.is_none()
    }

    fn mutate(&self, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        match (call.method, call.args) {
            ("set", [Arg::Element(v)]) => Ok((self.write(v, call)?, Answer::None)),
            _ => Err(call.refuse(&Self::INFO)),
        }
    }

    fn join<'d>(&mut self, delta: &'d Self, report: &mut Report<'_, 'd, T>) {
        if delta.0 > self.0 {
            let old = self.value();
            self.0.clone_from(&delta.0);
            report.moved(old, self.value());
        }
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        (delta.0 > self.0).then(|| self.clone())
    }

    fn restore(&mut self, undo: Self::Undo) {
        if let Some(old) = undo {
            *self = old;
        }
    }

    fn visible<'d>(&'d self, report: &mut Report<'_, 'd, T>) {
        report.leaf(self.value(), 1);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.value())
    }
}

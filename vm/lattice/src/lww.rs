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
//! A write whose clock is far ahead is kept out by the receiver, before the join: [`crate::hlc::admit`].
//!
//! Invariants: the order of writes is total; the value itself is its last part, so that even two writes under one stamp
//! (a cloned disk) join the same way everywhere.
//!
//! Neighbours: [`crate::hlc`]; [`crate::extreme`] for the greatest value instead of the latest.
//!
//! Source: Shapiro et al., RR-7506, 2011, §3.2.1; Kulkarni et al. 2014, §3.

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::ReplicaId;
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
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

    /// The delta that writes a value over what is here.
    fn writing(&self, value: &T, call: &Call<'_, T>) -> Result<Self, UpdateError> {
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
        which_count: "greatest hybrid clock, then replica id; a write that has seen another wins over it whatever the \
                      wall clocks say",
        source: "Shapiro et al. 2011, §3.2.1; Kulkarni et al. 2014, §3",
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

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        match (call.method, call.args) {
            ("set", [Arg::Element(v)]) => Ok((self.writing(v, call)?, Answer::None)),
            _ => Err(call.refuse(&Self::INFO)),
        }
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        if delta.0 <= self.0 {
            return false;
        }
        let old = self.value();
        self.0.clone_from(&delta.0);
        report.moved(old, self.value());
        true
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        (delta.0 > self.0).then(|| self.clone())
    }

    fn restore(&mut self, undo: Self::Undo) {
        if let Some(old) = undo {
            *self = old;
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        if self.0.is_some() {
            piece(self.clone());
        }
    }

    fn novel(&self, local: &Self) -> Self {
        Self(if self.0 > local.0 { self.0.clone() } else { None })
    }

    fn latest(&self) -> Option<Hlc> {
        self.0.as_ref().map(|write| write.clock)
    }

    /// 0, or 1 and the write: clock, replica, value.
    fn write(&self, out: &mut Writer<'_, T>) {
        out.byte(u8::from(self.0.is_some()));
        if let Some(Write { clock, replica, value }) = &self.0 {
            out.signed(clock.physical_us);
            out.number(u64::from(clock.logical));
            out.replica(*replica);
            out.element(value);
        }
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        match input.byte()? {
            0 => Ok(Self(None)),
            1 => {
                let physical_us = input.signed()?;
                let logical =
                    u32::try_from(input.number()?).map_err(|_| input.error("a clock's counter is too great"))?;
                let clock = Hlc { physical_us, logical };
                Ok(Self(Some(Write { clock, replica: input.replica()?, value: input.element()? })))
            }
            _ => Err(input.error("a register is neither empty nor set")),
        }
    }
}

impl<T: Element> Reading<T> for Lww<T> {
    fn row(&self) -> PortRow {
        Self::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.value(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.value())
    }
}

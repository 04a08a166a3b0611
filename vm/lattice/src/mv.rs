//! Multi-value register: keeps concurrent writes side by side, until a write that has seen them.
//!
//! ```text
//! A: set x {A#1 → x}     B: set y {B#1 → y}      joined {A#1 → x, B#1 → y}: reads {x, y}
//! C: (heard both) set z  {C#1 → z}               reads {z}
//! ```
//!
//! Neighbours: [`crate::dot_fun`] does the work; [`crate::lww`] when one of them must win.
//!
//! Source: Shapiro et al., RR-7506, 2011, §3.2.2; Almeida, Shoker, Baquero 2018, §7 (multi-value register).

use std::collections::BTreeSet;

use crate::change::{PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot_fun::{DotFun, Payload};
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming, end_of_path};
use crate::element::Element;
use crate::kind::Kind;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, Step, UpdateError};

/// The live part of a multi-value register. Space: a value and a dot per concurrent write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mv<T: Element>(DotFun<Written<T>>);

/// A value that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<T>(T);

impl<T: Element> Payload for Written<T> {}

dots_of_inner!([T: Element] Mv<T>, DotFun<Written<T>>, Mv);

impl<T: Element> Mv<T> {
    /// The values, each once. There are as many as writers that have not heard of each other.
    fn values(&self) -> BTreeSet<&T> {
        self.0.values().map(|written| &written.0).collect()
    }
}

impl<T: Element> DotStore<T> for Mv<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "mv",
        params: &[ParamKind::Element],
        methods: &[
            MethodInfo::new("set", &[MethodParam::Element], "writes a value over all it has seen")
                .idempotent()
                .removing(),
            MethodInfo::new("clear", &[], "takes back everything seen here").idempotent().removing(),
        ],
        members: &[],
        read: Read::Set,
        order: Order::None,
        summary: "a register that keeps concurrent writes side by side",
        which_count: "the values no later set or clear has seen",
        source: "Shapiro et al. 2011, §3.2.2; Almeida et al. 2018, §7",
    };
    const ROW: PortRow = PortRow::Elements;

    fn empty(_: &Kind) -> Self {
        Self(DotFun::new())
    }

    fn mutate(
        &self,
        _: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        end_of_path(path, &Self::INFO)?;
        let value = match (call.method, call.args) {
            ("set", [Arg::Element(v)]) => Some(v),
            ("clear", []) => None,
            _ => return Err(call.refuse(&Self::INFO)),
        };
        self.kill(draft);
        let mut delta = DotFun::new();
        if let Some(value) = value {
            let dot = draft.fresh_seen().ok_or_else(|| call.out_of_range(&Self::INFO))?;
            delta.put(dot, Written(value.clone()));
        }
        Ok((Self(delta), Answer::None))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let was: BTreeSet<T> = self.values().into_iter().cloned().collect();
        let changed = self.0.join(&incoming.to(incoming.theirs.map(|theirs| &theirs.0)), fates);
        if changed {
            let is = self.values();
            is.iter().filter(|v| !was.contains(**v)).for_each(|v| report.element(v, 1));
            was.iter().filter(|v| !is.contains(*v)).for_each(|v| report.element(v, -1));
        }
        changed
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.0.dots().write(out);
        self.0.values().for_each(|written| out.element(&written.0));
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut dots = DotFun::new();
        for dot in input.dots()? {
            dots.put(dot, Written(input.element()?));
        }
        Ok(Self(dots))
    }
}

impl<T: Element> Reading<T> for Mv<T> {
    fn row(&self) -> PortRow {
        Self::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        self.values().into_iter().for_each(|v| report.element(v, weight));
    }

    fn contains(&self, element: &T) -> bool {
        self.0.values().any(|written| written.0 == *element)
    }

    fn len(&self) -> usize {
        self.values().len()
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.values().into_iter())
    }
}

//! Variable that is set once.
//!
//! ```text
//! ⊥  →  {3}              reads as 3; a second set(3) changes nothing, a set(4) is an error
//!       {3} ⊔ {4}        two nodes that did not know of each other: {3, 4}, a conflict, kept for inspection
//! ```
//!
//! In the papers different values join to ⊤, an error without a memory. Here they are kept, so that the report can name
//! them; nothing else is done with them, and a conflict stays one.
//!
//! Invariants: the values are those ever set, strictly ascending; two or more of them only come from concurrent writes.
//!
//! Neighbours: [`crate::lww`] and [`crate::mv`], which have an answer to a second value.
//!
//! Source: Kuper, Newton, "LVars: lattice-based data structures for deterministic parallelism", 2013, §2.

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MemberInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, UpdateError};

/// A variable that is set once. Space: its value; after a conflict, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ivar<T> {
    // Ascending. Nearly always one, which is why it is not a tree.
    values: Vec<T>,
}

impl<T: Element> Ivar<T> {
    fn has(&self, value: &T) -> bool {
        self.values.binary_search(value).is_ok()
    }

    /// What this has and `local` has not.
    fn beyond<'a>(&'a self, local: &'a Self) -> impl Iterator<Item = &'a T> {
        self.values.iter().filter(|value| !local.has(value))
    }

    fn value(&self) -> Leaf<T> {
        match &self.values[..] {
            [] => Leaf::Option(None),
            [value] => Leaf::Option(Some(value.clone())),
            values => Leaf::Conflict(values.to_vec()),
        }
    }
}

impl<T: Element> Lattice<T> for Ivar<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "ivar",
        params: &[ParamKind::Element],
        methods: &[MethodInfo::new("set", &[MethodParam::Element], "gives it its one value").idempotent()],
        members: &[MemberInfo {
            name: "is_set",
            read: Read::Bool,
            order: Order::Grows,
            summary: "whether it has been given a value",
        }],
        read: Read::OptionElement,
        order: Order::Grows,
        summary: "a variable that is set once",
        which_count: "equal values join; different ones are a reported conflict, both kept for inspection; the value \
                      is stable only if one node may write it",
        source: "Kuper, Newton, \"LVars\", 2013, §2",
    };
    const ROW: PortRow = PortRow::Scalar;

    /// The values that were not there.
    type Undo = Vec<T>;

    fn bottom(_: &Kind) -> Self {
        Self { values: Vec::new() }
    }

    fn is_bottom(&self) -> bool {
        self.values.is_empty()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let ("set", [Arg::Element(value)]) = (call.method, call.args) else { return Err(call.refuse(&Self::INFO)) };
        let values = match &self.values[..] {
            [] => vec![value.clone()],
            // Also in a conflict: that this value was set is known already.
            _ if self.has(value) => Vec::new(),
            _ => return Err(UpdateError::AlreadySet { lattice: Self::INFO.name }),
        };
        Ok((Self { values }, Answer::None))
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let fresh: Vec<T> = delta.beyond(self).cloned().collect();
        if fresh.is_empty() {
            return false;
        }
        let old = self.value();
        self.values.extend(fresh);
        // Two ascending runs: a merge.
        self.values.sort();
        report.moved(old, self.value());
        true
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        delta.beyond(self).cloned().collect()
    }

    fn restore(&mut self, undo: Self::Undo) {
        if !undo.is_empty() {
            self.values.retain(|value| undo.binary_search(value).is_err());
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        for value in &self.values {
            piece(Self { values: vec![value.clone()] });
        }
    }

    fn novel(&self, local: &Self) -> Self {
        Self { values: self.beyond(local).cloned().collect() }
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        out.count(self.values.len());
        for value in &self.values {
            out.element(value);
        }
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut values = Vec::new();
        for _ in 0..input.count()? {
            let value = input.element()?;
            if values.last().is_some_and(|last| value <= *last) {
                return Err(input.error("the values of an ivar are out of order"));
            }
            values.push(value);
        }
        Ok(Self { values })
    }
}

impl<T: Element> Reading<T> for Ivar<T> {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.value(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.value())
    }
}

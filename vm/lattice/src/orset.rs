//! Observed-remove set: an element can be removed and added again; of a concurrent removal and addition, the addition
//! wins.
//!
//! Every addition has a dot. A removal kills the dots it has seen, so an addition it has not seen survives it:
//!
//! ```text
//! A: add x          {x → A#1}   seen {A#1}
//! B: (heard A#1) remove x       delta: {}, seen {A#1}
//! A: add x again    {x → A#2}   seen {A#1, A#2}        A#1 is replaced: one live dot per element and writer
//! joined            {x → A#2}   x is in
//! ```
//!
//! There are no tombstones: dead dots are the seen ones without a value, and a replica's seen dots are one run. A
//! million additions and removals of one element leave one number.
//!
//! Which updates count is exact (`tests/semantics`) when a replica hears of an update only after all that the
//! update had seen, which is what anti-entropy of delta intervals gives. Otherwise a removal may arrive before the
//! addition that replaced an older one of the same element, and the older one shows until that addition arrives.
//!
//! Neighbours: [`crate::dot_map`] does the work; [`crate::gset`] if nothing is ever removed, which inside an `ormap` is
//! this set without its removals.
//!
//! Source: Bieniusa et al., "An optimized conflict-free replicated set", 2012, §3; Almeida, Shoker, Baquero 2018, §7
//! (add-wins set); Akka issue 22890 (a removal's context is the removed dots alone).

use std::collections::BTreeSet;

use crate::change::{PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::context::CausalContext;
use crate::dot_fun::DotFun;
use crate::dot_map::DotMap;
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming, Place, end_of_path};
use crate::element::Element;
use crate::kind::Kind;
use crate::marks::mark;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::update::{Answer, Arg, Call, Step, UpdateError};

/// The live part of an add-wins set. Space: the elements and a dot for each, one per concurrent writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrSet<T: Element>(DotMap<T, DotFun<()>>);

dots_of_inner!([T: Element] OrSet<T>, DotMap<T, DotFun<()>>, OrSet);

impl<T: Element> OrSet<T> {
    /// A fresh dot for each element, which replaces all the dots it has now.
    fn adding<'a>(
        &self,
        elements: impl IntoIterator<Item = &'a T>,
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<Self, UpdateError>
    where
        T: 'a,
    {
        let mut delta = DotMap::new();
        for x in elements {
            self.removing([x], draft);
            let dot = draft.fresh_seen().ok_or_else(|| call.out_of_range(&Self::INFO))?;
            delta.put_value(x, dot, ());
        }
        Ok(Self(delta))
    }

    /// The elements, in an order that says nothing.
    pub(crate) fn in_any_order(&self) -> impl Iterator<Item = &T> + '_ {
        self.0.iter().map(|(x, _)| x)
    }

    fn removing<'a>(&self, elements: impl IntoIterator<Item = &'a T>, draft: &mut Draft)
    where
        T: 'a,
    {
        elements.into_iter().filter_map(|x| self.0.get(x)).for_each(|dots| dots.kill(draft));
    }
}

impl<T: Element> DotStore<T> for OrSet<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "orset",
        params: &[ParamKind::Element],
        methods: &[
            MethodInfo::new("add", &[MethodParam::Element], "puts an element in").idempotent(),
            MethodInfo::new("add_all", &[MethodParam::ElementSet], "puts every element of a set in").idempotent(),
            MethodInfo::new("remove", &[MethodParam::Element], "takes an element out, as far as seen here")
                .idempotent()
                .removing(),
            MethodInfo::new("remove_all", &[MethodParam::ElementSet], "takes every element of a set out")
                .idempotent()
                .removing(),
            MethodInfo::new("clear", &[], "takes everything out that is seen here").idempotent().removing(),
        ],
        members: &[],
        read: Read::Set,
        order: Order::None,
        summary: "a set with removal; a concurrent addition wins over a removal",
        which_count: "x is in iff some add of x has been seen by no remove of x and no clear (add-wins)",
        source: "Bieniusa et al. 2012, §3; Almeida et al. 2018, §7",
    };
    const ROW: PortRow = PortRow::Elements;

    fn empty(_: &Kind) -> Self {
        Self(DotMap::new())
    }

    fn mutate(
        &self,
        _: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        end_of_path(path, &Self::INFO)?;
        let mut delta = Self(DotMap::new());
        match (call.method, call.args) {
            ("add", [Arg::Element(x)]) => delta = self.adding([x], call, draft)?,
            ("add_all", [Arg::Elements(xs)]) => delta = self.adding(xs.iter().collect::<BTreeSet<_>>(), call, draft)?,
            ("remove", [Arg::Element(x)]) => self.removing([x], draft),
            ("remove_all", [Arg::Elements(xs)]) => self.removing(xs, draft),
            ("clear", []) => self.kill(draft),
            _ => return Err(call.refuse(&Self::INFO)),
        }
        Ok((delta, Answer::None))
    }

    fn apply(
        &mut self,
        call: &Call<'_, T>,
        place: Place<'_, Self>,
        report: &mut Report<'_, T>,
    ) -> Option<Result<bool, UpdateError>> {
        let (x, value) = match (call.method, call.args) {
            ("add", [Arg::Element(x)]) => (x, Some(())),
            ("remove", [Arg::Element(x)]) => (x, None),
            _ => return None,
        };
        let group = place.group.map(|(group, past)| (&mut group.0, past));
        let place = Place { past: place.past, group, undo: place.undo };
        Some(mark(&mut self.0, x, value, (call, &Self::INFO), place, report))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let inner = incoming.to(incoming.theirs.map(|theirs| &theirs.0));
        self.0.join(&inner, fates, &mut |x, dots, incoming, fates| {
            let was = dots.shows();
            let changed = dots.join(incoming, fates);
            match (was, dots.shows()) {
                (false, true) => report.element(x, 1),
                (true, false) => report.element(x, -1),
                _ => {}
            }
            changed
        })
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        let live = self.0.by_dot();
        live.iter().map(|(dot, ..)| *dot).collect::<CausalContext>().write(out);
        live.into_iter().for_each(|(_, x, ())| out.element(x));
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut set = DotMap::new();
        for dot in input.dots()? {
            set.put_value(&input.element()?, dot, ());
        }
        Ok(Self(set))
    }
}

impl<T: Element> Reading<T> for OrSet<T> {
    fn row(&self) -> PortRow {
        Self::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        self.elements().for_each(|x| report.element(x, weight));
    }

    fn contains(&self, element: &T) -> bool {
        self.0.get(element).is_some()
    }

    fn len(&self) -> usize {
        self.0.shown()
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.0.sorted().map(|(x, _)| x))
    }
}

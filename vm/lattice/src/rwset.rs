//! Remove-wins set: of a concurrent removal and addition, the removal wins.
//!
//! Both leave a dot on the element, an addition one that speaks for it, a removal one that speaks against. Each kills
//! the dots it has seen. An element is in iff there is a dot and none speaks against it:
//!
//! ```text
//! A: add x          {x → A#1 for}
//! B: (heard A#1) remove x     {x → B#1 against}      A: (has not heard) add x     {x → A#2 for}
//! joined            {x → A#2 for, B#1 against}       x is out
//! C: (heard all) add x        {x → C#1 for}          x is in
//! ```
//!
//! Killing what was seen loses nothing: an addition speaks for all that a removal it has seen could have hidden, and
//! who clears a dot has seen what that dot replaced.
//!
//! A removed element keeps a dot, so removal has a cost here that it does not have in an [`orset`](crate::orset): it
//! must be there to win over an addition that has not arrived. `clear` takes both sorts of dots away.
//!
//! Inside an `ormap` this is also the `twopset`, where an addition does not answer a removal.
//!
//! Neighbours: [`crate::dot_map`] does the work; [`crate::dwflag`] is the same for one truth value.
//!
//! Source: Bieniusa et al. 2012; Almeida, Shoker, Baquero 2018, §7 (remove-wins set).

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

/// The live part of a remove-wins set. Space: a dot for each element added or removed, one per concurrent writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RwSet<T: Element>(DotMap<T, DotFun<bool>>);

dots_of_inner!([T: Element] RwSet<T>, DotMap<T, DotFun<bool>>, RwSet);

impl<T: Element> RwSet<T> {
    /// A fresh dot on each element in place of those seen. `spare_removals`: those that speak against it stay.
    fn marking<'a>(
        &self,
        elements: impl IntoIterator<Item = &'a T>,
        speaks_for: bool,
        spare_removals: bool,
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<Self, UpdateError>
    where
        T: 'a,
    {
        let mut delta = DotMap::new();
        for x in elements {
            let seen = self.0.get(x).into_iter().flat_map(DotFun::iter);
            seen.filter(|(_, adds)| **adds || !spare_removals).for_each(|(dot, _)| draft.kill(dot));
            let dot = draft.fresh_seen().ok_or_else(|| call.out_of_range(&Self::INFO))?;
            delta.put_value(x, dot, speaks_for);
        }
        Ok(Self(delta))
    }
}

impl<T: Element> DotStore<T> for RwSet<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "rwset",
        params: &[ParamKind::Element],
        methods: &[
            MethodInfo::new("add", &[MethodParam::Element], "puts an element in").idempotent(),
            MethodInfo::new("add_all", &[MethodParam::ElementSet], "puts every element of a set in").idempotent(),
            MethodInfo::new("remove", &[MethodParam::Element], "takes an element out").idempotent().removing(),
            MethodInfo::new("remove_all", &[MethodParam::ElementSet], "takes every element of a set out")
                .idempotent()
                .removing(),
            MethodInfo::new("clear", &[], "takes back everything seen here").idempotent().removing(),
        ],
        members: &[],
        read: Read::Set,
        order: Order::None,
        summary: "a set with removal; a concurrent removal wins over an addition",
        which_count: "x is in iff some add of x unseen by any clear exists, and every remove of x unseen by any clear has \
                      been seen by some such add (remove-wins)",
        source: "Bieniusa et al. 2012; Almeida et al. 2018, §7",
    };
    const ROW: PortRow = PortRow::Elements;

    fn empty(_: &Kind) -> Self {
        Self(DotMap::new())
    }

    fn mutate(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        end_of_path(path, &Self::INFO)?;
        let once = matches!(kind, Kind::TwoPSet);
        let delta = match (call.method, call.args) {
            ("add", [Arg::Element(x)]) => self.marking([x], true, once, call, draft)?,
            ("add_all", [Arg::Elements(xs)]) => {
                self.marking(xs.iter().collect::<BTreeSet<_>>(), true, once, call, draft)?
            }
            ("remove", [Arg::Element(x)]) => self.marking([x], false, false, call, draft)?,
            ("remove_all", [Arg::Elements(xs)]) => {
                self.marking(xs.iter().collect::<BTreeSet<_>>(), false, false, call, draft)?
            }
            ("clear", []) => {
                self.kill(draft);
                Self(DotMap::new())
            }
            _ => return Err(call.refuse(&Self::INFO)),
        };
        Ok((delta, Answer::None))
    }

    fn apply(
        &mut self,
        call: &Call<'_, T>,
        place: Place<'_, Self>,
        report: &mut Report<'_, T>,
    ) -> Option<Result<bool, UpdateError>> {
        let (x, value) = match (call.method, call.args) {
            ("add", [Arg::Element(x)]) => (x, Some(true)),
            ("remove", [Arg::Element(x)]) => (x, Some(false)),
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
        for (_, x, speaks_for) in live {
            out.byte(u8::from(*speaks_for));
            out.element(x);
        }
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut set = DotMap::new();
        for dot in input.dots()? {
            let speaks_for = input.truth()?;
            set.put_value(&input.element()?, dot, speaks_for);
        }
        Ok(Self(set))
    }
}

impl<T: Element> Reading<T> for RwSet<T> {
    fn row(&self) -> PortRow {
        Self::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        self.elements().for_each(|x| report.element(x, weight));
    }

    fn contains(&self, element: &T) -> bool {
        self.0.get(element).is_some_and(Dots::shows)
    }

    fn len(&self) -> usize {
        self.0.shown()
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.0.sorted().filter(|(_, dots)| dots.shows()).map(|(x, _)| x))
    }
}

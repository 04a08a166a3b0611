//! Disable-wins flag: of a concurrent enabling and disabling, the disabling wins.
//!
//! ```text
//! A: enable {A#1 for}    B: (heard A#1) disable {B#1 against}, A: (has not heard) enable {A#2 for}
//! joined {A#2 for, B#1 against}: false
//! ```
//!
//! A remove-wins set of one possible element: see [`crate::rwset`] for why killing what was seen loses nothing. `clear`
//! takes both sorts of dots away, so that the flag is as if it had never been touched.
//!
//! Neighbours: [`crate::dot_fun`] does the work; [`crate::ewflag`] the other way round.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (disable-wins flag).

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot_fun::DotFun;
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming, end_of_path};
use crate::element::Element;
use crate::kind::Kind;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, Order, Read};
use crate::update::{Answer, Call, Step, UpdateError};

/// The live part of a disable-wins flag. Space: a dot per concurrent update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DwFlag(DotFun<bool>);

dots_of_inner!([] DwFlag, DotFun<bool>, DwFlag);

impl<T: Element> DotStore<T> for DwFlag {
    const INFO: LatticeInfo = LatticeInfo {
        name: "dwflag",
        params: &[],
        methods: &[
            MethodInfo::new("enable", &[], "makes it true, unless a disabling is under way").idempotent(),
            MethodInfo::new("disable", &[], "makes it false").idempotent().removing(),
            MethodInfo::new("clear", &[], "takes back everything seen here").idempotent().removing(),
        ],
        members: &[],
        read: Read::Bool,
        order: Order::None,
        summary: "a flag; a concurrent disabling wins over an enabling",
        which_count: "true iff an enable unseen by any clear exists and every disable unseen by any clear has been seen by \
                      some such enable",
        source: "Almeida et al. 2018, §7",
    };
    const ROW: PortRow = PortRow::Scalar;

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
        let info = &<Self as DotStore<T>>::INFO;
        end_of_path(path, info)?;
        let speaks_for = match (call.method, call.args) {
            ("enable", []) => Some(true),
            ("disable", []) => Some(false),
            ("clear", []) => None,
            _ => return Err(call.refuse(info)),
        };
        self.kill(draft);
        let mut delta = DotFun::new();
        if let Some(speaks_for) = speaks_for {
            delta.put(draft.fresh_seen().ok_or_else(|| call.out_of_range(info))?, speaks_for);
        }
        Ok((Self(delta), Answer::None))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let was = self.shows();
        let changed = self.0.join(&incoming.to(incoming.theirs.map(|theirs| &theirs.0)), fates);
        report.moved(Leaf::Bool(was), Leaf::Bool(self.shows()));
        changed
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.0.dots().write(out);
        self.0.values().for_each(|speaks_for| out.byte(u8::from(*speaks_for)));
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut dots = DotFun::new();
        for dot in input.dots()? {
            dots.put(dot, input.truth()?);
        }
        Ok(Self(dots))
    }
}

impl<T: Element> Reading<T> for DwFlag {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(Leaf::Bool(self.shows()), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(Leaf::Bool(self.shows()))
    }
}

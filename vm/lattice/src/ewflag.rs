//! Enable-wins flag: of a concurrent enabling and disabling, the enabling wins.
//!
//! ```text
//! A: enable {A#1}      B: (heard A#1) disable, A: (has not heard) enable {A#2}      joined {A#2}: true
//! ```
//!
//! An add-wins set of one possible element. `clear` is what `disable` is; it is there because every type that takes
//! things back has it.
//!
//! Neighbours: [`crate::dot_fun`] does the work; [`crate::dwflag`] the other way round; inside an `ormap` this is also
//! the `flag`, without its disabling.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (enable-wins flag).

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot_fun::DotFun;
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming, end_of_path};
use crate::element::Element;
use crate::kind::Kind;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, Order, Read};
use crate::update::{Answer, Call, Step, UpdateError};

/// The live part of an enable-wins flag. Space: a dot per concurrent enabling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EwFlag(DotFun<()>);

dots_of_inner!([] EwFlag, DotFun<()>, EwFlag);

impl<T: Element> DotStore<T> for EwFlag {
    const INFO: LatticeInfo = LatticeInfo {
        name: "ewflag",
        params: &[],
        methods: &[
            MethodInfo::new("enable", &[], "makes it true").idempotent(),
            MethodInfo::new("disable", &[], "makes it false, as far as seen here").idempotent().removing(),
            MethodInfo::new("clear", &[], "takes back everything seen here").idempotent().removing(),
        ],
        members: &[],
        read: Read::Bool,
        order: Order::None,
        summary: "a flag; a concurrent enabling wins over a disabling",
        which_count: "true iff some enable has been seen by no disable and no clear",
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
        let delta = match (call.method, call.args) {
            ("enable", []) => {
                self.kill(draft);
                DotFun::of(draft.fresh_seen().ok_or_else(|| call.out_of_range(info))?, ())
            }
            ("disable" | "clear", []) => {
                self.kill(draft);
                DotFun::new()
            }
            _ => return Err(call.refuse(info)),
        };
        Ok((Self(delta), Answer::None))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let was = self.shows();
        let changed = self.0.join(&incoming.to(incoming.theirs.map(|theirs| &theirs.0)), fates);
        report.moved(Leaf::Bool(was), Leaf::Bool(self.shows()));
        changed
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        out.bare_dots(self.0.iter().map(|(dot, _)| dot));
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut dots = DotFun::new();
        for dot in input.bare_dots()? {
            dots.put(dot, ());
        }
        Ok(Self(dots))
    }
}

impl<T: Element> Reading<T> for EwFlag {
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

//! Resettable counter: counts both ways; a reset takes back what it has seen and no more.
//!
//! ```text
//! A: inc(5)      B: (heard 3 of them) reset       joined: 2
//! ```
//!
//! Neighbours: [`crate::sums`] does the work and says how; [`crate::past`] says what is remembered of a reset. Inside
//! an `ormap`, where removing the key is a reset, this is also the `gcounter` and the `pncounter`.
//!
//! Source: Weidner, Almeida, "An oblivious observed-reset embeddable replicated counter", PaPoC 2022.

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming, end_of_path};
use crate::element::Element;
use crate::kind::Kind;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, Read};
use crate::sums::{self, Sums};
use crate::update::{Answer, Arg, Call, Step, UpdateError};

/// The live part of a resettable counter. Space: a running sum per writer since its last reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RCounter(Sums);

dots_of_inner!([] RCounter, Sums, RCounter);

impl<T: Element> DotStore<T> for RCounter {
    const INFO: LatticeInfo = LatticeInfo {
        name: "rcounter",
        params: &[],
        methods: &[
            MethodInfo::new("inc", &[MethodParam::Amount], "counts up by n, or by 1").requiring(0),
            MethodInfo::new("dec", &[MethodParam::Amount], "counts down by n, or by 1").requiring(0),
            MethodInfo::new("reset", &[], "takes back the counting seen here").idempotent().removing(),
        ],
        members: &[],
        read: Read::Int,
        order: Order::None,
        summary: "a counter that can be reset",
        which_count: "those no reset has seen",
        source: "Weidner, Almeida 2022",
    };
    const ROW: PortRow = PortRow::Scalar;

    fn empty(_: &Kind) -> Self {
        Self(Sums::default())
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
        let step = match (call.method, call.args) {
            ("inc", []) => sums::Step { up: 1, down: 0 },
            ("inc", [Arg::Amount(n)]) => sums::Step { up: *n, down: 0 },
            ("dec", []) => sums::Step { up: 0, down: 1 },
            ("dec", [Arg::Amount(n)]) => sums::Step { up: 0, down: *n },
            ("reset", []) => {
                self.kill(draft);
                return Ok((Self(Sums::default()), Answer::None));
            }
            _ => return Err(call.refuse(info)),
        };
        let delta = self.0.counting(step, draft).ok_or_else(|| call.out_of_range(info))?;
        Ok((Self(delta), Answer::None))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let was = Leaf::Count(self.0.value());
        let changed = self.0.join(&incoming.to(incoming.theirs.map(|theirs| &theirs.0)), fates);
        report.moved(was, Leaf::Count(self.0.value()));
        changed
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.0.write(out);
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        Ok(Self(Sums::read(input)?))
    }
}

impl<T: Element> Reading<T> for RCounter {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(Leaf::Count(self.0.value()), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(Leaf::Count(self.0.value()))
    }
}

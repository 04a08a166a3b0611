//! Two-phase set: an element comes once and goes once.
//!
//! ```text
//! never seen < in < gone       each element climbs this chain on its own
//! {a: in} ⊔ {a: gone, b: in}  =  {a: gone, b: in}      reports −a +b
//! ```
//!
//! The two grow-only sets of the original (added, removed) as one map: an element that is removed need not be
//! remembered as added too. A removal counts also where the element was never added: it then never gets in.
//!
//! Invariant: `live` is the number of elements that are in.
//!
//! Neighbours: [`crate::gset`] without removal; [`crate::orset`] where what was removed may come back.
//!
//! Source: Shapiro et al., RR-7506, 2011, §3.3.2.

use crate::change::{PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::element::Element;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::table::Table;
use crate::update::{Answer, Arg, Call, UpdateError};

/// A set whose elements come once and go once. Space: every element ever named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwoPSet<T: Element> {
    marks: Table<T, Mark>,
    live: usize,
}

/// How far an element has come. The later wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Added.
    In,
    /// Removed, for good.
    Gone,
}

impl<T: Element> TwoPSet<T> {
    fn of(marks: Table<T, Mark>) -> Self {
        let live = marks.iter().filter(|(_, mark)| **mark == Mark::In).count();
        Self { marks, live }
    }

    /// What of this is further than in `local`.
    fn beyond<'a>(&'a self, local: &'a Self) -> impl Iterator<Item = (&'a T, Mark)> {
        let marks = self.marks.iter().map(|(x, mark)| (x, *mark));
        marks.filter(|(x, mark)| local.marks.get(x) < Some(mark))
    }
}

impl<T: Element> Lattice<T> for TwoPSet<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "twopset",
        params: &[ParamKind::Element],
        methods: &[
            MethodInfo::new("add", &[MethodParam::Element], "puts an element in, unless it was removed").idempotent(),
            MethodInfo::new("remove", &[MethodParam::Element], "takes an element out for good").idempotent().removing(),
        ],
        members: &[],
        read: Read::Set,
        order: Order::None,
        summary: "a set whose elements come once and go once",
        which_count: "x is in iff it has been added and never removed, whoever had seen what",
        source: "Shapiro et al. 2011, §3.3.2",
    };
    const ROW: PortRow = PortRow::Elements;

    /// The elements the join would move on, and where they were.
    type Undo = Vec<(T, Option<Mark>)>;

    fn bottom(_: &Kind) -> Self {
        Self::of(Table::new())
    }

    fn is_bottom(&self) -> bool {
        self.marks.is_empty()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let (x, mark) = match (call.method, call.args) {
            ("add", [Arg::Element(x)]) => (x, Mark::In),
            ("remove", [Arg::Element(x)]) => (x, Mark::Gone),
            _ => return Err(call.refuse(&Self::INFO)),
        };
        let moves = self.marks.get(x) < Some(&mark);
        Ok((Self::of(moves.then(|| (x.clone(), mark)).into_iter().collect()), Answer::None))
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let mut changed = false;
        for (x, theirs) in delta.marks.iter() {
            let old = match self.marks.get_mut(x) {
                Some(mine) if *mine >= *theirs => continue,
                Some(mine) => Some(std::mem::replace(mine, *theirs)),
                None => self.marks.insert(x.clone(), *theirs),
            };
            changed = true;
            match (old, theirs) {
                (_, Mark::In) => {
                    self.live += 1;
                    report.element(x, 1);
                }
                (Some(_), Mark::Gone) => {
                    self.live -= 1;
                    report.element(x, -1);
                }
                // Removed before it ever came.
                (None, Mark::Gone) => {}
            }
        }
        changed
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        delta.beyond(self).map(|(x, _)| (x.clone(), self.marks.get(x).copied())).collect()
    }

    fn restore(&mut self, undo: Self::Undo) {
        for (x, mark) in undo {
            let now = match mark {
                Some(mark) => self.marks.insert(x, mark),
                None => self.marks.remove(&x),
            };
            self.live += usize::from(mark == Some(Mark::In));
            self.live -= usize::from(now == Some(Mark::In));
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        for (x, mark) in self.marks.sorted() {
            piece(Self::of(Table::of(x.clone(), *mark)));
        }
    }

    fn novel(&self, local: &Self) -> Self {
        Self::of(self.beyond(local).map(|(x, mark)| (x.clone(), mark)).collect())
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        out.count(self.marks.len());
        for (x, mark) in self.marks.sorted() {
            out.byte(u8::from(*mark == Mark::Gone));
            out.element(x);
        }
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut marks = Table::new();
        let mut last = None;
        for _ in 0..input.count()? {
            let mark = match input.byte()? {
                0 => Mark::In,
                1 => Mark::Gone,
                _ => return Err(input.error("an element of a twopset is neither in nor gone")),
            };
            let x = input.element()?;
            if last.is_some_and(|last| x <= last) {
                return Err(input.error("the elements of a twopset are out of order"));
            }
            marks.insert(x.clone(), mark);
            last = Some(x);
        }
        Ok(Self::of(marks))
    }
}

impl<T: Element> Reading<T> for TwoPSet<T> {
    fn row(&self) -> PortRow {
        PortRow::Elements
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        for x in self.elements() {
            report.element(x, weight);
        }
    }

    fn contains(&self, element: &T) -> bool {
        self.marks.get(element) == Some(&Mark::In)
    }

    fn len(&self) -> usize {
        self.live
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.marks.sorted().filter(|(_, mark)| **mark == Mark::In).map(|(x, _)| x))
    }
}

//! A register inside an `ormap`: the writes that may still matter, each under a dot, and what they join to.
//!
//! Outside a map a `max` can forget the lesser values. Inside one it cannot, not quite: if a removal has seen the
//! greatest write and not a lesser one, the lesser one is the value.
//!
//! ```text
//! A: set 7 {A#1 → 7}, set 3 {A#1 → 7, A#2 → 3}      reads 7
//! B: (heard A#1 only) removes the key               joined {A#2 → 3}: reads 3
//! A: set 9                                          {A#3 → 9}: who has seen it has seen the others, so they can go
//! ```
//!
//! A write replaces the writes it has seen and is not below. For an `lww`, whose later write is always the greater, one
//! dot per concurrent writer is left; for a `max` that is set to ever lesser values, one per value.
//!
//! Invariant: `value` is the join of the live writes.
//!
//! Neighbours: [`crate::store`] (which types this is for), [`crate::dot_fun`].
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (lattices as the values of a `DotFun`).

use crate::change::{Leaf, PortRow, Report, Unobserved};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::{Dot, ReplicaId};
use crate::dot_fun::{DotFun, DotFunUndo, Payload};
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming, end_of_path};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::past::Past;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, Order, Read};
use crate::state::State;
use crate::update::{Answer, Call, Step, UpdateError};

/// The live writes of a register. Space: a state and a dot for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<T: Element> {
    // Boxed, as a state takes many times the space of the other stores that may stand here.
    writes: DotFun<Box<State<T>>>,
    bottom: Box<State<T>>,
    value: Box<State<T>>,
}

impl<T: Element> Payload for Box<State<T>> {}

impl<T: Element> Register<T> {
    fn of(writes: DotFun<Box<State<T>>>, bottom: &State<T>) -> Self {
        let bottom = Box::new(bottom.clone());
        let mut register = Self { writes, value: bottom.clone(), bottom };
        register.settle();
        register
    }

    /// The value, after the writes have changed.
    fn settle(&mut self) {
        self.value.clone_from(&self.bottom);
        for write in self.writes.values() {
            self.value.join(write, &mut Unobserved);
        }
    }

    fn shown(&self) -> Leaf<T> {
        self.value.leaf().unwrap_or(Leaf::Option(None))
    }
}

impl<T: Element> DotStore<T> for Register<T> {
    // Calls come by a kind of their own, so this row is never shown.
    const INFO: LatticeInfo = LatticeInfo {
        name: "register",
        params: &[],
        methods: &[],
        members: &[],
        read: Read::OptionElement,
        order: Order::None,
        summary: "a register inside an ormap",
        which_count: "as the type says, of those no removal has seen",
        source: "Almeida et al. 2018, §7",
    };
    const ROW: PortRow = PortRow::Scalar;

    fn empty(kind: &Kind) -> Self {
        Self::of(DotFun::new(), &State::bottom(kind))
    }

    fn mutate(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        end_of_path(path, &kind.info())?;
        // What is new to the value, and what would be if nothing had been written: a write that is below the value
        // today counts when the rest is removed.
        let mut delta = self.value.mutate_call(kind, &[], call)?.delta;
        delta.join(&self.bottom.mutate_call(kind, &[], call)?.delta, &mut Unobserved);
        let mut pieces = Vec::new();
        delta.decompose(&mut |piece| pieces.push(Box::new(piece)));
        let mut writes = DotFun::new();
        for piece in pieces {
            let covered = self.writes.iter().filter(|(_, write)| write.is_below(&piece));
            covered.for_each(|(dot, _)| draft.kill(dot));
            writes.put(draft.fresh_seen().ok_or_else(|| call.out_of_range(&kind.info()))?, piece);
        }
        Ok((Self::of(writes, &self.bottom), Answer::None))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let was = self.shown();
        let changed = self.writes.join(&incoming.to(incoming.theirs.map(|theirs| &theirs.writes)), fates);
        if changed {
            self.settle();
            report.moved(was, self.shown());
        }
        changed
    }

    fn latest(&self) -> Option<Hlc> {
        self.value.latest()
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        self.writes.dots().write(out);
        self.writes.values().for_each(|write| write.write(out));
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut writes = DotFun::new();
        for dot in input.dots()? {
            let write = State::read(kind, input)?;
            if write.is_bottom() {
                return Err(input.error("a write of nothing"));
            }
            writes.put(dot, Box::new(write));
        }
        Ok(Self::of(writes, &State::bottom(kind)))
    }

    fn conforms(&self, kind: &Kind) -> bool {
        self.bottom.conforms(kind) && self.writes.values().all(|write| write.conforms(kind))
    }
}

impl<T: Element> Dots for Register<T> {
    type Undo = DotFunUndo<Box<State<T>>>;

    fn empty_like(&self) -> Self {
        Self::of(DotFun::new(), &self.bottom)
    }

    fn is_dead(&self) -> bool {
        self.writes.is_dead()
    }

    fn holds(&self, dot: Dot) -> bool {
        self.writes.holds(dot)
    }

    fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
        self.writes.hit(past, live);
    }

    fn all(&self, live: &mut Vec<Dot>) {
        self.writes.all(live);
    }

    fn greatest(&self, replica: ReplicaId) -> u64 {
        self.writes.greatest(replica)
    }

    fn kill(&self, draft: &mut Draft) {
        self.writes.kill(draft);
    }

    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
        self.writes.before(&incoming.to(incoming.theirs.map(|theirs| &theirs.writes)))
    }

    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
        self.writes.restore(undo, fates);
        self.settle();
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self, Past)) {
        self.writes.decompose(&mut |writes, past| piece(Self::of(writes, &self.bottom), past));
    }

    fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self {
        Self::of(self.writes.novel(local.map(|local| &local.writes), past, news), &self.bottom)
    }

    fn fits(&self, past: &Past) -> bool {
        self.writes.fits(past)
    }
}

impl<T: Element> Reading<T> for Register<T> {
    fn row(&self) -> PortRow {
        PortRow::Scalar
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.shown(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.shown())
    }
}

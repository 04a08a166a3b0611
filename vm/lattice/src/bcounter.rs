//! Bounded counter (escrow): it never goes below zero, on any node, online or not.
//!
//! Rights to spend belong to replicas. Whoever counts up holds the rights made; spending takes them; a transfer moves
//! them. All three are numbers that only grow and that one replica writes:
//!
//! ```text
//! A: inc(10)            made  {A: 10}
//! A: transfer(4, B)     moved {A→B: 4}       rights  A 6, B 4
//! B: spend(3)           spent {B: 3}         rights  A 6, B 1         reads 7
//! B: spend(2)           false: B holds 1. Nobody has to be asked, and nobody is.
//! ```
//!
//! A replica sees its own making, moving and spending exactly, and of what others moved to it at most too little. So it
//! never spends what is not there.
//!
//! Reading: made − spent. A replica that hears of a spending before the `inc` that paid for it (deltas out of causal
//! order) would compute less than zero for a moment; it shows 0 then, which the value has not gone below anywhere.
//!
//! The pieces are the cells of the three, each alone; a delta carries no rights of its own, only numbers to be joined.
//!
//! Not yet here: genesis rights (one pool, divided by one node), and retiring the rights of an abandoned incarnation.
//!
//! Invariants: `net` is what `moved` adds up to per replica, without zeros; `moved` has no zeros and no diagonal, and
//! no cell is past [`SLOT_MAX`].
//!
//! Neighbours: [`crate::slots`] (made, spent); [`crate::pncounter`] without a bound.
//!
//! Source: Balegas et al., "Extending eventually consistent cloud databases for enforcing numeric invariants", SRDS
//! 2015 (Bounded Counter: the rights matrix R is `made` on its diagonal and `moved` off it, U is `spent`).

use std::collections::BTreeMap;

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::ReplicaId;
use crate::element::Element;
use crate::gcounter::raised;
use crate::in_place::Counted;
use crate::kind::Kind;
use crate::lattice::Lattice;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MemberInfo, MethodInfo, MethodParam, Order, Read};
use crate::slots::{SLOT_MAX, Slots, SlotsUndo};
use crate::update::{Answer, Arg, Call, UpdateError};

/// An escrow counter. Space: two numbers per replica that wrote, one per pair that ever moved rights.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BCounter {
    made: Slots,
    spent: Slots,
    /// (from, to) → rights ever moved that way.
    moved: BTreeMap<(ReplicaId, ReplicaId), u64>,
    /// Moved in − moved out, so that rights are read without a walk over a column of the matrix.
    net: BTreeMap<ReplicaId, i128>,
}

/// The before-image of a join.
#[derive(Debug)]
pub struct BCounterUndo {
    made: SlotsUndo,
    spent: SlotsUndo,
    moved: Vec<((ReplicaId, ReplicaId), u64)>,
}

impl BCounter {
    fn value<T>(&self) -> Leaf<T> {
        Leaf::Count((self.made.sum() - self.spent.sum()).max(0))
    }

    /// What a replica may still spend. Never negative at the replica itself; of others one may know too little.
    fn held(&self, replica: ReplicaId) -> i128 {
        let net = if self.net.is_empty() { 0 } else { self.net.get(&replica).copied().unwrap_or(0) };
        let held = i128::from(self.made.get(replica)) + net - i128::from(self.spent.get(replica));
        held.max(0)
    }

    /// `inc` in place.
    #[inline]
    pub(crate) fn make_in_place(&mut self, replica: ReplicaId, n: u64) -> Counted {
        raised(&mut self.made, replica, n)
    }

    /// `spend` in place.
    #[inline]
    pub(crate) fn spend_in_place(&mut self, replica: ReplicaId, n: u64) -> Counted {
        if self.held(replica) < i128::from(n) { Counted::Short } else { raised(&mut self.spent, replica, n) }
    }

    pub(crate) fn count_back(&mut self, made: bool, replica: ReplicaId, old: u64) {
        let slots = if made { &mut self.made } else { &mut self.spent };
        slots.put_back(replica, old);
    }

    fn made(made: Slots) -> Self {
        Self { made, ..Self::default() }
    }

    fn spent(spent: Slots) -> Self {
        Self { spent, ..Self::default() }
    }

    fn moved(&self, pair: (ReplicaId, ReplicaId)) -> u64 {
        self.moved.get(&pair).copied().unwrap_or(0)
    }

    /// The other's cells of `moved` that are greater than ours.
    fn outmoved_by<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = ((ReplicaId, ReplicaId), u64)> + 'a {
        other.moved.iter().map(|(pair, theirs)| (*pair, *theirs)).filter(|(pair, theirs)| *theirs > self.moved(*pair))
    }

    fn set_moved(&mut self, pair: (ReplicaId, ReplicaId), value: u64) {
        let old = match value {
            0 => self.moved.remove(&pair),
            _ => self.moved.insert(pair, value),
        };
        let grown = i128::from(value) - i128::from(old.unwrap_or(0));
        for (replica, grown) in [(pair.0, -grown), (pair.1, grown)] {
            let net = self.net.entry(replica).or_default();
            *net += grown;
            if *net == 0 {
                self.net.remove(&replica);
            }
        }
    }

    /// `Ok(None)` when the rights are short.
    fn spending(&self, replica: ReplicaId, n: u64) -> Result<Option<Self>, ()> {
        if self.held(replica) < i128::from(n) {
            return Ok(None);
        }
        Ok(Some(Self::spent(self.spent.raised(replica, n).ok_or(())?)))
    }

    /// `None` when the cell of the matrix is full.
    fn transferring(&self, from: ReplicaId, to: ReplicaId, n: u64) -> Option<Self> {
        let mut delta = Self::default();
        // To oneself nothing moves; a cell on the diagonal would be rights made of nothing.
        if n > 0 && from != to {
            let to_be = self.moved((from, to)).checked_add(n).filter(|moved| *moved <= SLOT_MAX)?;
            delta.set_moved((from, to), to_be);
        }
        Some(delta)
    }
}

impl<T: Element> Lattice<T> for BCounter {
    const INFO: LatticeInfo = LatticeInfo {
        name: "bcounter",
        params: &[],
        methods: &[
            MethodInfo::new("inc", &[MethodParam::Amount], "counts up by n, or by 1; the rights are the writer's")
                .requiring(0),
            MethodInfo::new("spend", &[MethodParam::Amount], "counts down by n if the writer holds the rights")
                .answering(),
            MethodInfo::new(
                "transfer",
                &[MethodParam::Amount, MethodParam::Node],
                "moves n of the writer's rights to a node",
            ),
        ],
        members: &[MemberInfo {
            name: "rights",
            read: Read::Nat,
            order: Order::None,
            summary: "what may be spent here",
        }],
        read: Read::Nat,
        order: Order::None,
        summary: "a counter that never goes below zero: rights to spend are held, moved and spent",
        which_count: "all; only who holds rights may spend them (escrow), so it is never below 0 on any node, online or not",
        source: "Balegas et al. 2015, Bounded Counter",
    };
    const ROW: PortRow = PortRow::Scalar;

    type Undo = BCounterUndo;

    fn bottom(_: &Kind) -> Self {
        Self::default()
    }

    fn is_bottom(&self) -> bool {
        self.made.is_bottom() && self.spent.is_bottom() && self.moved.is_empty()
    }

    fn mutate(&self, _: &Kind, call: &Call<'_, T>) -> Result<(Self, Answer), UpdateError> {
        let info = &<Self as Lattice<T>>::INFO;
        let here = call.stamp.replica;
        match (call.method, call.args) {
            ("inc", [] | [Arg::Amount(_)]) => {
                let n = if let [Arg::Amount(n)] = call.args { *n } else { 1 };
                let made = self.made.raised(here, n).ok_or_else(|| call.out_of_range(info))?;
                Ok((Self::made(made), Answer::None))
            }
            ("spend", [Arg::Amount(n)]) => match self.spending(here, *n).map_err(|()| call.out_of_range(info))? {
                Some(delta) => Ok((delta, Answer::Bool(true))),
                None => Ok((Self::default(), Answer::Bool(false))),
            },
            ("transfer", [Arg::Amount(n), Arg::Node(to)]) => {
                let held = self.held(here);
                if held < i128::from(*n) {
                    return Err(UpdateError::RightsShort { replica: here, wanted: *n, held });
                }
                let delta = self.transferring(here, *to, *n).ok_or_else(|| call.out_of_range(info))?;
                Ok((delta, Answer::None))
            }
            _ => Err(call.refuse(info)),
        }
    }

    fn join(&mut self, delta: &Self, report: &mut Report<'_, T>) -> bool {
        let old = self.value();
        let made = self.made.join(&delta.made);
        let spent = self.spent.join(&delta.spent);
        let mut moved = false;
        for (pair, theirs) in &delta.moved {
            if *theirs > self.moved(*pair) {
                self.set_moved(*pair, *theirs);
                moved = true;
            }
        }
        report.moved(old, self.value());
        made || spent || moved
    }

    fn before(&self, delta: &Self) -> Self::Undo {
        BCounterUndo {
            made: self.made.before(&delta.made),
            spent: self.spent.before(&delta.spent),
            moved: self.outmoved_by(delta).map(|(pair, _)| (pair, self.moved(pair))).collect(),
        }
    }

    fn restore(&mut self, undo: Self::Undo) {
        self.made.restore(undo.made);
        self.spent.restore(undo.spent);
        for (pair, value) in undo.moved {
            self.set_moved(pair, value);
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self)) {
        self.made.decompose(|made| piece(Self::made(made)));
        self.spent.decompose(|spent| piece(Self::spent(spent)));
        for (pair, value) in &self.moved {
            let mut cell = Self::default();
            cell.set_moved(*pair, *value);
            piece(cell);
        }
    }

    fn novel(&self, local: &Self) -> Self {
        let mut novel =
            Self { made: self.made.novel(&local.made), spent: self.spent.novel(&local.spent), ..Self::default() };
        for (pair, value) in local.outmoved_by(self) {
            novel.set_moved(pair, value);
        }
        novel
    }

    /// Made, spent, then how many cells were moved and from, to and number of each, in that order.
    fn write(&self, out: &mut Writer<'_, T>) {
        self.made.write(out);
        self.spent.write(out);
        out.count(self.moved.len());
        for ((from, to), value) in &self.moved {
            out.replica(*from);
            out.replica(*to);
            out.number(*value);
        }
    }

    fn read(_: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut read = Self { made: Slots::read(input)?, spent: Slots::read(input)?, ..Self::default() };
        for _ in 0..input.count()? {
            let pair = (input.replica()?, input.replica()?);
            if pair.0 == pair.1 {
                return Err(input.error("rights are moved from a replica to itself"));
            }
            if read.moved.last_key_value().is_some_and(|(last, _)| *last >= pair) {
                return Err(input.error("the moves of a bcounter do not ascend"));
            }
            read.set_moved(pair, Slots::read_value(input)?);
        }
        Ok(read)
    }
}

impl<T: Element> Reading<T> for BCounter {
    fn row(&self) -> PortRow {
        <Self as Lattice<T>>::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        report.leaf(self.value(), weight);
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        Some(self.value())
    }

    fn rights(&self, replica: ReplicaId) -> Option<i128> {
        Some(self.held(replica))
    }
}

//! Running sums under dots: counters whose past can be taken back.
//!
//! A writer counts under one dot as long as nobody takes back all of it: the delta of an increment is the new total
//! under the old dot, and the greater total wins. A reset elsewhere notes how much it has seen ([`crate::past`]).
//!
//! ```text
//! A: inc(3), inc(2)     {A#1: 5}
//! B: inc(1)             {B#1: 1}
//! B, having seen A's 3, resets:   B#1 is closed (its own), A#1 is cancelled up to 3
//! joined                {A#1: 5, of which 3 cancelled}       reads 2
//! ```
//!
//! One slot per writer, whatever the number of increments; exact, as a writer's increments are one line and who has
//! seen one has seen those before it.
//!
//! Invariants: of every open sum less is cancelled than counted; `value` is what the open sums come to.
//!
//! Neighbours: [`crate::rcounter`]; counters and clocks inside an `ormap` are sums too ([`crate::store`]).
//!
//! Source: as [`crate::past`]; Almeida, Shoker, Baquero 2018, §7 (lattices as the values of a `DotFun`).

use std::collections::BTreeMap;

use crate::codec::{DecodeError, Reader, Writer};
use crate::context::CausalContext;
use crate::dot::{Dot, ReplicaId};
use crate::dot_store::{Dots, Draft, Fate, Fates, Incoming};
use crate::few::Few;
use crate::past::Past;
use crate::slots::SLOT_MAX;

/// How far a writer has counted: its increments are one line, so the longer is the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sum {
    /// How many times it counted.
    pub events: u64,
    /// What it counted up in all.
    pub ups: u64,
    /// What it counted down in all.
    pub downs: u64,
}

impl Sum {
    /// The later of the two; says whether it moved.
    pub(crate) fn join(&mut self, other: Self) -> bool {
        let later = other > *self;
        if later {
            *self = other;
        }
        later
    }

    fn net(self) -> i128 {
        i128::from(self.ups) - i128::from(self.downs)
    }

    pub(crate) fn write<T>(self, out: &mut Writer<'_, T>) {
        out.number(self.events);
        out.number(self.ups);
        out.number(self.downs);
    }

    pub(crate) fn read<T>(input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let sum = Self { events: input.number()?, ups: input.number()?, downs: input.number()? };
        if sum.events == 0 || sum.ups > SLOT_MAX || sum.downs > SLOT_MAX {
            return Err(input.error("a sum out of range"));
        }
        Ok(sum)
    }
}

/// A sum of which something counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Open {
    total: Sum,
    cancelled: Sum,
}

impl Open {
    fn net(self) -> i128 {
        self.total.net() - self.cancelled.net()
    }

    fn is_open(self) -> bool {
        self.total > self.cancelled
    }

    fn joined(self, other: Self) -> Self {
        Self { total: self.total.max(other.total), cancelled: self.cancelled.max(other.cancelled) }
    }
}

/// Running sums.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Sums {
    open: Few<Open>,
    value: i128,
}

/// The before-image of a join: the sums it touches, as they are.
#[derive(Debug)]
pub struct SumsUndo(Vec<(Dot, Option<Open>)>);

/// What an increment adds.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Up by this.
    pub up: u64,
    /// Down by this.
    pub down: u64,
}

impl Sums {
    /// What counts, in all. O(1).
    pub fn value(&self) -> i128 {
        self.value
    }

    /// What counts, per writer, without zeros, by writer. O(writers).
    pub fn by_replica(&self) -> Vec<(ReplicaId, u64)> {
        let mut counts: BTreeMap<ReplicaId, i128> = BTreeMap::new();
        for (dot, open) in self.open.iter() {
            *counts.entry(dot.replica).or_default() += open.net();
        }
        let counts = counts.into_iter().filter_map(|(replica, n)| Some((replica, u64::try_from(n).ok()?)));
        counts.filter(|(_, n)| *n > 0).collect()
    }

    /// The delta of counting. `None` when the writer's slot is full or its dots have run out.
    pub fn counting(&self, step: Step, draft: &mut Draft) -> Option<Self> {
        let mut delta = Self::default();
        if step.up == 0 && step.down == 0 {
            return Some(delta);
        }
        let replica = draft.replica();
        let (dot, before) = match self.open.last_of(replica) {
            Some((dot, open)) => (dot, open.total),
            None => (draft.fresh()?, Sum::default()),
        };
        let total = Sum {
            events: before.events.checked_add(1)?,
            ups: before.ups.checked_add(step.up).filter(|ups| *ups <= SLOT_MAX)?,
            downs: before.downs.checked_add(step.down).filter(|downs| *downs <= SLOT_MAX)?,
        };
        delta.set(dot, Some(Open { total, cancelled: Sum::default() }));
        Some(delta)
    }

    fn set(&mut self, dot: Dot, open: Option<Open>) {
        let old = match open {
            Some(open) => self.open.insert(dot, open),
            None => self.open.remove(dot),
        };
        self.value += open.map_or(0, Open::net) - old.map_or(0, Open::net);
    }

    /// What a join makes of the sums it touches.
    fn after(&self, incoming: &Incoming<'_, Self>) -> BTreeMap<Dot, Option<Open>> {
        let (ours, theirs) = (incoming.ours, incoming.past);
        let mut after = BTreeMap::new();
        for (dot, open) in incoming.theirs.into_iter().flat_map(|theirs| theirs.open.iter()) {
            if !ours.dots.contains(dot) {
                let noted = ours.cancelled.get(&dot).map(|sum| Open { total: *sum, cancelled: *sum });
                let mine = self.open.get(dot).copied().or(noted);
                let joined = mine.map_or(*open, |mine| mine.joined(*open));
                after.insert(dot, Some(joined).filter(|open| open.is_open()));
            }
        }
        for dot in incoming.hit.iter().copied() {
            if let Some(mine) = self.open.get(dot) {
                let cancelled = theirs.cancelled.get(&dot).copied().unwrap_or_default();
                let left = Open { cancelled: mine.cancelled.max(cancelled), ..*mine };
                let left = Some(left).filter(|open| open.is_open() && !theirs.dots.contains(dot));
                after.insert(dot, left);
            }
        }
        after
    }

    /// Joins a delta and says whether anything changed. O(sums of the delta and our sums that its past names · log n).
    pub fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates) -> bool {
        let mut changed = false;
        for (dot, open) in self.after(incoming) {
            let before = self.open.get(dot).copied();
            if before == open {
                continue;
            }
            changed = true;
            self.turn(dot, before, open, fates);
        }
        changed
    }

    fn turn(&mut self, dot: Dot, before: Option<Open>, after: Option<Open>, fates: &mut Fates) {
        match (before, after) {
            (None, Some(_)) => fates.push((Fate::Born, dot)),
            (Some(_), None) => fates.push((Fate::Died, dot)),
            _ => {}
        }
        self.set(dot, after);
    }

    pub(crate) fn write<T>(&self, out: &mut Writer<'_, T>) {
        self.open.dots().collect::<CausalContext>().write(out);
        for open in self.open.values() {
            open.total.write(out);
            // Mostly nothing is cancelled.
            match open.cancelled {
                none if none == Sum::default() => out.byte(0),
                some => {
                    out.byte(1);
                    some.write(out);
                }
            }
        }
    }

    pub(crate) fn read<T>(input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let mut sums = Self::default();
        for dot in input.dots()? {
            let total = Sum::read(input)?;
            let cancelled = match input.byte()? {
                0 => Sum::default(),
                1 => Sum::read(input)?,
                _ => return Err(input.error("a sum is cancelled or not")),
            };
            let open = Open { total, cancelled };
            if !open.is_open() {
                return Err(input.error("a sum of which nothing is left"));
            }
            sums.set(dot, Some(open));
        }
        Ok(sums)
    }
}

impl Dots for Sums {
    type Undo = SumsUndo;

    fn empty_like(&self) -> Self {
        Self::default()
    }

    fn is_dead(&self) -> bool {
        self.open.is_empty()
    }

    fn holds(&self, dot: Dot) -> bool {
        self.open.get(dot).is_some()
    }

    fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
        self.open.within(&past.dots, live);
        if !past.cancelled.is_empty() {
            live.extend(self.open.dots().filter(|dot| past.cancelled.contains_key(dot)));
        }
    }

    fn all(&self, live: &mut Vec<Dot>) {
        live.extend(self.open.dots());
    }

    fn greatest(&self, replica: ReplicaId) -> u64 {
        self.open.last_of(replica).map_or(0, |(dot, _)| dot.seq)
    }

    fn kill(&self, draft: &mut Draft) {
        self.open.iter().for_each(|(dot, open)| draft.cancel(dot, open.total));
    }

    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
        SumsUndo(self.after(incoming).into_keys().map(|dot| (dot, self.open.get(dot).copied())).collect())
    }

    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
        for (dot, old) in undo.0 {
            let now = self.open.get(dot).copied();
            self.turn(dot, now, old, fates);
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self, Past)) {
        for (dot, open) in self.open.iter() {
            let mut counted = Self::default();
            counted.set(dot, Some(Open { total: open.total, cancelled: Sum::default() }));
            piece(counted, Past::new());
            if open.cancelled > Sum::default() {
                piece(Self::default(), Past::of_cancelled(dot, open.cancelled));
            }
        }
    }

    fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self {
        let mut novel = Self::default();
        for (dot, open) in self.open.iter() {
            if past.dots.contains(dot) {
                continue;
            }
            let noted = past.cancelled.get(&dot).map(|sum| Open { total: *sum, cancelled: *sum });
            let nothing = Open { total: Sum::default(), cancelled: Sum::default() };
            let known = local.and_then(|local| local.open.get(dot)).copied().or(noted).unwrap_or(nothing);
            let cancelled = Some(open.cancelled).filter(|sum| *sum > known.cancelled).unwrap_or_default();
            if open.total > known.total {
                novel.set(dot, Some(Open { total: open.total, cancelled }));
            } else if cancelled > Sum::default() {
                news.cancel(dot, cancelled);
            }
        }
        novel
    }

    fn has_cancelled(&self, dot: Dot, sum: Sum) -> bool {
        self.open.get(dot).is_some_and(|open| open.cancelled >= sum)
    }

    fn fits(&self, past: &Past) -> bool {
        self.open.dots().all(|dot| !past.dots.contains(dot) && !past.cancelled.contains_key(&dot))
    }
}

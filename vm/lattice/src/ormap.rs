//! Map with removal: keys are add-wins, and a removal takes back what it has seen of the value, not more.
//!
//! Every update under a key leaves a dot that says "the key is here", and whatever the value makes of the update:
//!
//! ```text
//! A: m["x"].inc(5)     { x → here {A#1}, sums {A#2: 5} }
//! B: (heard that) m.remove("x")     seen {A#1}, A#2 cancelled up to 5
//! A: (has not heard) m["x"].inc(2)  { x → here {A#3}, sums {A#2: 7} }
//! joined               { x → here {A#3}, sums {A#2: 7, of which 5 cancelled} }       reads { x: 2 }
//! ```
//!
//! So a key that was removed and is written again starts from bottom, and what was concurrent with the removal survives
//! as the type of the value says. The whole tree of maps and values below has one past, at the top.
//!
//! Inside another `ormap` this is also the `gmap`, without its removals.
//!
//! Neighbours: [`crate::store`] (what values become here), [`crate::dot_map`] (the index that finds the key of a dot).
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (`ORMap`); Baquero, Almeida, Lerche, "The problem with embedded CRDT
//! counters and a solution", PaPoC 2016 (what goes wrong with counters in maps).

use crate::change::{PortRow, PortShape, Report, Unobserved};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::{Dot, ReplicaId};
use crate::dot_fun::{DotFun, DotFunUndo};
use crate::dot_map::DotMap;
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::lattice::map_ports;
use crate::past::Past;
use crate::reading::Reading;
use crate::registry::{LatticeInfo, MethodInfo, MethodParam, Order, ParamKind, Read};
use crate::store::{Store, StoreUndo};
use crate::sums::Sum;
use crate::update::{Answer, Arg, Call, Step, UpdateError};

/// The live part of a map with removal. Space: per key a dot for its presence (one per concurrent writer) and its
/// value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrMap<T: Element>(DotMap<T, Entry<T>>);

/// A key's dots and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<T: Element> {
    here: DotFun<()>,
    // Boxed, as it may be another map.
    value: Box<Store<T>>,
}

/// The before-image of a join.
#[derive(Debug)]
pub struct EntryUndo<T: Element> {
    here: DotFunUndo<()>,
    value: Box<StoreUndo<T>>,
}

dots_of_inner!([T: Element] OrMap<T>, DotMap<T, Entry<T>>, OrMap);

/// The kind of the values.
fn values(kind: &Kind) -> &Kind {
    match kind {
        Kind::OrMap(values) | Kind::GMap(values) => values,
        other => panic!("an ormap was given the kind of a {}", other.name()),
    }
}

impl<T: Element> OrMap<T> {
    fn updating(
        &self,
        kind: &Kind,
        key: &T,
        rest: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        let values = values(kind);
        let mut delta = DotMap::new();
        let old = self.0.get(key);
        let (value, answer) = match old {
            Some(entry) => entry.value.mutate(values, rest, call, draft)?,
            None => Store::empty(values).mutate(values, rest, call, draft)?,
        };
        if answer != Answer::Bool(false) {
            old.into_iter().for_each(|entry| entry.here.kill(draft));
            let dot = draft.fresh_seen().ok_or_else(|| call.out_of_range(&Self::INFO))?;
            delta.put(key.clone(), Entry { here: DotFun::of(dot, ()), value: Box::new(value) });
        }
        Ok((Self(delta), answer))
    }
}

impl<T: Element> DotStore<T> for OrMap<T> {
    const INFO: LatticeInfo = LatticeInfo {
        name: "ormap",
        params: &[ParamKind::Element, ParamKind::Lattice],
        methods: &[
            MethodInfo::new("remove", &[MethodParam::Element], "takes a key out with what is seen here of its value")
                .idempotent()
                .removing(),
            MethodInfo::new("clear", &[], "takes back everything seen here").idempotent().removing(),
        ],
        members: &[],
        read: Read::Map,
        order: Order::None,
        summary: "a map with removal of keys",
        which_count: "add-wins keys; a removal removes what it has seen of the value, not more",
        source: "Almeida et al. 2018, §7; Baquero et al. 2016",
    };
    const ROW: PortRow = PortRow::Keys;

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
        match (path, call.method, call.args) {
            ([Step::Key(key), rest @ ..], ..) => return self.updating(kind, key, rest, call, draft),
            ([Step::Part(_), ..], ..) => return Err(UpdateError::NoWayDown { lattice: Self::INFO.name }),
            ([], "remove", [Arg::Element(key)]) => self.0.get(key).into_iter().for_each(|entry| entry.kill(draft)),
            ([], "clear", []) => self.kill(draft),
            _ => return Err(call.refuse(&Self::INFO)),
        }
        Ok((Self(DotMap::new()), Answer::None))
    }

    fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let inner = incoming.to(incoming.theirs.map(|theirs| &theirs.0));
        self.0.join(&inner, fates, &mut |key, entry, incoming, fates| entry.join(key, incoming, fates, report))
    }

    fn latest(&self) -> Option<Hlc> {
        self.0.iter().filter_map(|(_, entry)| entry.value.latest()).max()
    }

    fn write(&self, out: &mut Writer<'_, T>) {
        out.count(self.0.count());
        for (key, entry) in self.0.sorted() {
            out.element(key);
            out.bare_dots(entry.here.iter().map(|(dot, ())| dot));
            entry.value.write(out);
        }
    }

    fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
        let values = values(kind);
        let mut map = DotMap::new();
        let mut above: Option<T> = None;
        for _ in 0..input.count()? {
            let key = input.element()?;
            if above.is_some_and(|above| above >= key) {
                return Err(input.error("keys are out of order"));
            }
            let mut here = DotFun::new();
            for dot in input.bare_dots()? {
                here.put(dot, ());
            }
            let entry = Entry { here, value: Box::new(Store::read(values, input)?) };
            if entry.is_dead() || !map.put(key.clone(), entry) {
                return Err(input.error("a key with nothing under it, or a dot in two places"));
            }
            above = Some(key);
        }
        Ok(Self(map))
    }

    fn ports(kind: &Kind) -> Vec<PortShape> {
        map_ports(values(kind))
    }

    fn conforms(&self, kind: &Kind) -> bool {
        self.0.iter().all(|(_, entry)| entry.value.conforms(values(kind)))
    }
}

impl<T: Element> Entry<T> {
    fn join(&mut self, key: &T, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
        let here = incoming.to(incoming.theirs.map(|theirs| &theirs.here));
        let below = incoming.to(incoming.theirs.map(|theirs| &*theirs.value));
        let row = self.value.row();
        let was = self.shows();
        let mut changed = self.here.join(&here, fates);
        let is = self.shows();
        if was && is {
            report.entry(key, 0, row, |report| changed |= self.value.join(&below, fates, report));
            return changed;
        }
        // The key comes or goes with all there is below it, so what changes below is not told by itself.
        if was {
            report.entry(key, -1, row, |report| self.value.visible(-1, report));
        }
        changed |= self.value.join(&below, fates, &mut Report::new(&mut Unobserved));
        if is {
            report.entry(key, 1, row, |report| self.value.visible(1, report));
        }
        changed
    }
}

impl<T: Element> Dots for Entry<T> {
    type Undo = EntryUndo<T>;

    fn empty_like(&self) -> Self {
        Self { here: DotFun::new(), value: Box::new(self.value.empty_like()) }
    }

    fn is_dead(&self) -> bool {
        self.here.is_dead() && self.value.is_dead()
    }

    fn shows(&self) -> bool {
        self.here.shows()
    }

    fn holds(&self, dot: Dot) -> bool {
        self.here.holds(dot) || self.value.holds(dot)
    }

    fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
        self.here.hit(past, live);
        self.value.hit(past, live);
    }

    fn all(&self, live: &mut Vec<Dot>) {
        self.here.all(live);
        self.value.all(live);
    }

    fn greatest(&self, replica: ReplicaId) -> u64 {
        self.here.greatest(replica).max(self.value.greatest(replica))
    }

    fn kill(&self, draft: &mut Draft) {
        self.here.kill(draft);
        self.value.kill(draft);
    }

    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
        let here = incoming.to(incoming.theirs.map(|theirs| &theirs.here));
        let below = incoming.to(incoming.theirs.map(|theirs| &*theirs.value));
        EntryUndo { here: self.here.before(&here), value: Box::new(self.value.before(&below)) }
    }

    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
        self.here.restore(undo.here, fates);
        self.value.restore(*undo.value, fates);
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self, Past)) {
        self.here.decompose(&mut |here, past| piece(Self { here, value: Box::new(self.value.empty_like()) }, past));
        self.value.decompose(&mut |value, past| piece(Self { here: DotFun::new(), value: Box::new(value) }, past));
    }

    fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self {
        let here = self.here.novel(local.map(|local| &local.here), past, news);
        let value = self.value.novel(local.map(|local| &*local.value), past, news);
        Self { here, value: Box::new(value) }
    }

    fn has_cancelled(&self, dot: Dot, sum: Sum) -> bool {
        self.value.has_cancelled(dot, sum)
    }

    fn fits(&self, past: &Past) -> bool {
        self.here.fits(past) && self.value.fits(past)
    }
}

impl<T: Element> Reading<T> for OrMap<T> {
    fn row(&self) -> PortRow {
        Self::ROW
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        for (key, value) in self.entries() {
            report.entry(key, weight, value.row(), |report| value.visible(weight, report));
        }
    }

    fn contains(&self, element: &T) -> bool {
        self.0.get(element).is_some_and(Dots::shows)
    }

    fn len(&self) -> usize {
        self.0.shown()
    }

    fn get(&self, key: &T) -> Option<&dyn Reading<T>> {
        self.0.get(key).filter(|entry| entry.shows()).map(|entry| &*entry.value as &dyn Reading<T>)
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(self.0.sorted().filter(|(_, entry)| entry.shows()).map(|(key, _)| key))
    }

    fn entries(&self) -> Box<dyn Iterator<Item = (&T, &dyn Reading<T>)> + '_> {
        let shown = self.0.sorted().filter(|(_, entry)| entry.shows());
        Box::new(shown.map(|(key, entry)| (key, &*entry.value as &dyn Reading<T>)))
    }
}

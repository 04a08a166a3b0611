//! A small delta costs what it is, not what it is joined into: the comparisons of elements, their copies and the
//! allocations of one join are counted, at a thousand elements and at a hundred thousand.

use std::cell::Cell;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use lasp_lattice::{Arg, Kind, ReplicaId, Stamp, State, Step, Unobserved};

thread_local! {
    static COMPARED: Cell<u64> = const { Cell::new(0) };
    static COPIED: Cell<u64> = const { Cell::new(0) };
}

/// An element that counts how often elements are compared and copied.
#[derive(Debug)]
struct Counted(u32);

impl Hash for Counted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        COPIED.set(COPIED.get() + 1);
        Self(self.0)
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Counted {}

impl PartialOrd for Counted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Counted {
    fn cmp(&self, other: &Self) -> Ordering {
        COMPARED.set(COMPARED.get() + 1);
        self.0.cmp(&other.0)
    }
}

/// What something costs.
#[derive(Clone, Copy, Debug)]
struct Cost {
    compared: u64,
    copied: u64,
    allocated: u64,
}

fn cost(run: impl FnOnce()) -> Cost {
    COMPARED.set(0);
    COPIED.set(0);
    let memory = allocation_counter::measure(run);
    Cost { compared: COMPARED.get(), copied: COPIED.get(), allocated: memory.bytes_total }
}

type Way = Step<Counted>;

/// An update by one of two replicas.
fn delta(state: &State<Counted>, kind: &Kind, at: u64, path: &[Way], method: &str, x: Option<u32>) -> State<Counted> {
    let stamp = Stamp { replica: ReplicaId { node: at, incarnation: 0 }, now_us: 0 };
    let args: Vec<Arg<Counted>> = x.map(|x| Arg::Element(Counted(x))).into_iter().collect();
    state.mutate(kind, path, method, &args, &stamp).expect("it can be done").delta
}

/// Some type with many elements or keys, and small deltas to it by another replica, who knows it all.
struct Large {
    kind: Kind,
    state: State<Counted>,
    deltas: Vec<State<Counted>>,
}

fn large(kind: Kind, n: u32) -> Large {
    let mut state = State::bottom(&kind);
    let inner = kind.inner().first().map(|kind| (*kind).clone());
    // A key is written by the first update of its value that needs no more than an element.
    let method = inner.as_ref().map(|inner| inner.info().methods[0]);
    let write = |state: &State<Counted>, at: u64, x: u32| match method {
        None => delta(state, &kind, at, &[], "add", Some(x)),
        Some(method) => {
            let element = (method.required > 0).then_some(1);
            delta(state, &kind, at, &[Way::Key(Counted(x))], method.name, element)
        }
    };
    for x in 0..n {
        let written = write(&state, 1, 2 * x);
        state.join(&written, &mut Unobserved);
    }
    let mut deltas = vec![write(&state, 2, n | 1), write(&state, 2, n & !1), write(&state, 1, n & !1)];
    if kind.info().method("remove").is_some() {
        deltas.push(delta(&state, &kind, 2, &[], "remove", Some(n & !1)));
    }
    // What is there already is nothing new to a type that only grows.
    deltas.retain(|delta| !delta.is_bottom());
    Large { kind, state, deltas }
}

#[test]
fn a_small_delta_costs_what_it_is() {
    // Per level of a tree of this many elements, and for a handful of looks into it.
    const COMPARED_MOST: u64 = 40;
    let composed = [Kind::GCounter, Kind::OrSet, Kind::Lww, Kind::Max];
    let maps = composed.into_iter().flat_map(|kind| [Kind::GMap(Box::new(kind.clone())), Kind::OrMap(Box::new(kind))]);
    for kind in [Kind::GSet, Kind::OrSet, Kind::RwSet, Kind::TwoPSet].into_iter().chain(maps) {
        for n in [1_000, 100_000u32] {
            let Large { kind, mut state, deltas } = large(kind.clone(), n);
            let depth = u64::from(n.ilog2());
            for delta in &deltas {
                let mut undo = None;
                let mut novel = None;
                let costs = [
                    ("novel", cost(|| novel = Some(delta.novel(&state)))),
                    ("before", cost(|| undo = Some(state.before(delta)))),
                    ("join", cost(|| assert!(state.join(delta, &mut Unobserved)))),
                    ("join again", cost(|| assert!(!state.join(delta, &mut Unobserved)))),
                    ("restore", cost(|| state.restore(undo.take().expect("taken")))),
                    ("is_bottom", cost(|| assert!(!state.is_bottom()))),
                ];
                assert!(!novel.expect("made").is_bottom());
                for (what, cost) in costs {
                    let small = cost.compared <= COMPARED_MOST * depth && cost.copied <= 24 && cost.allocated <= 16_384;
                    assert!(small, "{what} with {n} of a {kind}: {cost:?}");
                }
            }
        }
    }
}

#[test]
fn an_update_costs_what_its_delta_is() {
    for kind in [Kind::GSet, Kind::OrSet, Kind::RwSet, Kind::OrMap(Box::new(Kind::OrSet))] {
        let Large { kind, state, .. } = large(kind, 100_000);
        let path = if kind.inner().is_empty() { vec![] } else { vec![Way::Key(Counted(500))] };
        let cost = cost(|| drop(delta(&state, &kind, 2, &path, "add", Some(500))));
        assert!(cost.compared <= 40 * 17 && cost.copied <= 24 && cost.allocated <= 16_384, "{kind}: {cost:?}");
    }
}

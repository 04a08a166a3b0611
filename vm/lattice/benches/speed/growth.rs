//! W10: what one update costs as the state grows, for every type of set and map: made, its before-image taken, and
//! joined.
//!
//! The slope is what is looked at: it has to be flat but for cache misses.

use lasp_lattice::{Arg, Call, Keep, Kind, ReplicaId, Stamp, State, Step, Unobserved};

use crate::Scale;
use crate::clock::{medians, of, timed};
use crate::values::{Sample, Value, elems};

/// Updates that are measured at each size.
const UPDATES: usize = 2_000;

pub fn run(scale: Scale) {
    println!("\nW10 one update in a state of n, ns; the last column is the last by the first");
    print!("{:<22} {:<6} {:<10} |", "", "of", "");
    scale.sizes.iter().for_each(|n| print!(" {n:>9}"));
    println!(" | {:>6}", "slope");
    let map = |of: Kind| [Kind::GMap(Box::new(of.clone())), Kind::OrMap(Box::new(of))];
    let sets = [Kind::GSet, Kind::TwoPSet, Kind::OrSet, Kind::RwSet];
    let maps = [Kind::GCounter, Kind::OrSet, Kind::Lww].into_iter().flat_map(map);
    for kind in sets.into_iter().chain(maps) {
        row::<u64>(scale, &kind);
        row::<Value>(scale, &kind);
    }
}

/// Updates that write n elements or keys, and some more.
struct Writes<T> {
    kind: Kind,
    stamp: Stamp,
    elements: Vec<T>,
}

impl<T: Sample> Writes<T> {
    fn write(&self, state: &mut State<T>, x: &T) {
        let one = [Arg::Element(x.clone())];
        match &self.kind {
            Kind::GMap(inner) | Kind::OrMap(inner) => {
                let path = [Step::Key(x.clone())];
                match **inner {
                    Kind::GCounter => self.update(state, &path, "inc", &[]),
                    Kind::OrSet => self.update(state, &path, "add", &one),
                    _ => self.update(state, &path, "set", &one),
                }
            }
            _ => self.update(state, &[], "add", &one),
        }
    }

    fn remove(&self, state: &mut State<T>, x: &T) {
        self.update(state, &[], "remove", &[Arg::Element(x.clone())]);
    }

    fn update(&self, state: &mut State<T>, path: &[Step<T>], method: &str, args: &[Arg<T>]) {
        let call = Call { method, args, stamp: &self.stamp };
        let mut undo = None;
        let keep = Keep { undo: Some(&mut undo), group: None };
        state.apply(&self.kind, path, &call, keep, &mut Unobserved).expect("it can");
        std::hint::black_box(undo);
    }
}

fn row<T: Sample>(scale: Scale, kind: &Kind) {
    let removes = kind.info().method("remove").is_some();
    let what: &[&str] = if removes { &["add", "write again", "remove"] } else { &["add", "write again"] };
    let mut found: Vec<[f64; 3]> = Vec::new();
    for n in scale.sizes {
        let stamp = Stamp { replica: ReplicaId { node: 1, incarnation: 0 }, now_us: 0 };
        let writes = Writes { kind: kind.clone(), stamp, elements: elems::<T>(n + UPDATES, 7) };
        let mut state = State::bottom(kind);
        writes.elements[..*n].iter().for_each(|x| writes.write(&mut state, x));
        let fresh = &writes.elements[*n..];
        let step = (n / UPDATES).max(1);
        let old: Vec<&T> = writes.elements[..*n].iter().step_by(step).take(UPDATES).collect();
        let mut round = || {
            let mut state = state.clone();
            let (add, ()) = timed(|| fresh.iter().for_each(|x| writes.write(&mut state, x)));
            let (again, ()) = timed(|| old.iter().for_each(|x| writes.write(&mut state, x)));
            let (remove, ()) = match removes {
                true => timed(|| old.iter().for_each(|x| writes.remove(&mut state, x))),
                false => (0.0, ()),
            };
            [add / of(fresh.len()), again / of(old.len()), remove / of(old.len())]
        };
        found.extend(medians(scale.rounds.min(5), &mut [&mut round]));
    }
    for (at, what) in what.iter().enumerate() {
        print!("{:<22} {:<6} {what:<10} |", kind.to_string(), T::NAME);
        found.iter().for_each(|sizes| print!(" {:>9.0}", sizes[at]));
        println!(" | {:>6.1}", found[found.len() - 1][at] / found[0][at]);
    }
}

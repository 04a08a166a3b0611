//! W9: transitive closure of a random graph, growing and shrinking.
//!
//! ```text
//! reach = edges ∪ { (x, q) : (x, y) in reach, (y, q) in edges }
//! ```
//!
//! As many nodes as edges. Phases: `load b` of all edges in one batch, time per edge; then `remove s`: edges go one at
//! a time, and the closure is right after each. The hand-written side keeps the closure by searching from what an edge
//! can have changed: forward from its head for every node that reaches its tail.

#[cfg(feature = "differential")]
mod differential;

use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use lasp_plan::Plan;

use super::Sizes;
use crate::digest::Sum;
use crate::element::{Element, Map, Set, map, set, slot};
use crate::measure::{Case, Entrant, Machine, Mode, Script, Step, System};
use crate::ours::{self, Lasp};
use lasp_gauge::{elems, mix};

/// An edge that comes (`true`) or goes.
pub type Change<K> = (K, K, bool);

struct Hand<K: Element> {
    after: Map<K, Vec<K>>,
    before: Map<K, Vec<K>>,
    reach: Map<K, Set<K>>,
    sum: Sum,
}

impl<K: Element> Hand<K> {
    fn new(edges: usize) -> Hand<K> {
        let (after, before) = (map::<K, _>(edges), map::<K, _>(edges));
        Hand { after, before, reach: map::<K, _>(edges), sum: Sum::default() }
    }

    /// All that can be reached from a node by at least one edge.
    fn search(edges: &Map<K, Vec<K>>, from: &K) -> Set<K> {
        let mut found = set::<K>(0);
        let mut open: Vec<&K> = edges.get(from).into_iter().flatten().collect();
        while let Some(node) = open.pop() {
            if found.insert(node.clone()) {
                open.extend(edges.get(node).into_iter().flatten());
            }
        }
        found
    }

    fn put(&mut self, tail: &K, head: &K) {
        slot(&mut self.after, tail, Vec::new()).push(head.clone());
        slot(&mut self.before, head, Vec::new()).push(tail.clone());
        let mut sources = Hand::<K>::search(&self.before, tail);
        sources.insert(tail.clone());
        let (after, sum) = (&self.after, &mut self.sum);
        for source in sources {
            let reach = slot(&mut self.reach, &source, set::<K>(0));
            // Whatever was reached before has all that follows from it already.
            let mut open = vec![head];
            while let Some(node) = open.pop() {
                if reach.insert(node.clone()) {
                    sum.add(&Pair(&source, node));
                    open.extend(after.get(node).into_iter().flatten());
                }
            }
        }
    }

    fn take(&mut self, tail: &K, head: &K) {
        for (edges, from, to) in [(&mut self.after, tail, head), (&mut self.before, head, tail)] {
            if let Some(ends) = edges.get_mut(from)
                && let Some(at) = ends.iter().position(|end| end == to)
            {
                ends.swap_remove(at);
            }
        }
        let mut sources = Hand::<K>::search(&self.before, tail);
        sources.insert(tail.clone());
        for source in sources {
            let now = Hand::<K>::search(&self.after, &source);
            let reach = slot(&mut self.reach, &source, set::<K>(0));
            for gone in reach.difference(&now) {
                self.sum.take(&Pair(&source, gone));
            }
            *reach = now;
        }
    }
}

struct Pair<'k, K>(&'k K, &'k K);

impl<K: Element> crate::digest::Digest for Pair<'_, K> {
    fn digest(&self) -> u64 {
        crate::digest::pair(self.0.digest(), self.1.digest())
    }
}

impl<K: Element> Machine<Change<K>> for Hand<K> {
    fn apply(&mut self, changes: &[Change<K>]) {
        for (tail, head, comes) in changes {
            if *comes {
                self.put(tail, head);
            } else {
                self.take(tail, head);
            }
        }
    }

    fn check(&mut self) -> u64 {
        self.sum.0
    }
}

struct Ours {
    lasp: Lasp,
    add: u32,
    remove: u32,
}

impl Ours {
    fn plan(ty: &str) -> Arc<Plan> {
        ours::plan(&format!(
            "var edges: orset<({ty}, {ty})>
             event add {{ x: {ty}, y: {ty} }}
             event remove {{ x: {ty}, y: {ty} }}
             on add({{ x, y }}) {{ edges.add((x, y)) }}
             on remove({{ x, y }}) {{ edges.remove((x, y)) }}
             let rec reach = edges.union(from (x, y) in reach, (p, q) in edges where y == p select (x, q))
             show reach"
        ))
    }

    fn start(plan: &Arc<Plan>) -> Ours {
        Ours { lasp: Lasp::start(plan), add: ours::event_of(plan, "add"), remove: ours::event_of(plan, "remove") }
    }
}

impl<K: Element> Machine<Change<K>> for Ours {
    fn apply(&mut self, changes: &[Change<K>]) {
        let (add, remove) = (self.add, self.remove);
        self.lasp.apply(
            changes.iter().map(|(tail, head, comes)| (if *comes { add } else { remove }, [tail.value(), head.value()])),
        );
    }

    fn check(&mut self) -> u64 {
        self.lasp.check()
    }
}

#[allow(clippy::cast_possible_truncation)] // A position in a list.
fn edges<K: Element>(n: usize) -> Vec<(K, K)> {
    let nodes: Vec<K> = elems(n, 12).into_iter().map(K::of).collect();
    let drawn = |i: usize, seed: u64| nodes[(mix(i as u64 ^ (seed << 40)) % n as u64) as usize].clone();
    let mut seen = hashbrown::HashSet::<(K, K), foldhash::fast::RandomState>::default();
    (0..).map(|i| (drawn(i, 13), drawn(i, 14))).filter(|edge| seen.insert(edge.clone())).take(n).collect()
}

fn case<K: Element>(n: usize, removals: usize) -> Case {
    let case = Case::new("W9", format!("closure, {removals} removals; {}", K::NAME), n, move || {
        let edges = edges::<K>(n);
        let signed = |edges: &[(K, K)], comes: bool| {
            edges.iter().map(|(tail, head)| (tail.clone(), head.clone(), comes)).collect::<Vec<_>>()
        };
        let mut steps = vec![Step::new("load", Mode::Batches, signed(&edges, true))];
        if removals > 0 {
            steps.push(Step::new("remove", Mode::Singles, signed(&edges[..removals], false)).removing());
        }
        let scripts = Rc::new(vec![Script(steps)]);
        let plan = Ours::plan(K::LASP);
        vec![
            Entrant::machine(System::Hand, &scripts, move || Hand::<K>::new(n)),
            Entrant::machine(System::Lasp, &scripts, move || Ours::start(&plan)),
            #[cfg(feature = "differential")]
            Entrant::machine(System::Differential, &scripts, differential::Closure::<K>::new),
        ]
    });
    case.once()
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let large = sizes.choose(2_000, 10_000);
    let small = sizes.choose(500, 2_000);
    let removals = sizes.choose(20, 100);
    vec![
        case::<i64>(large, 0),
        case::<CompactString>(large, 0),
        case::<i64>(small, removals),
        case::<CompactString>(small, removals),
    ]
}

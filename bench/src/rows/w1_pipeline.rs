//! W1: source set → filter → map → set, counted → checksum. W1t is the same on texts.
//!
//! ```text
//! x ─► source (a set) ─► keep(x) ─► map(x) ─► result (a set; an element stays while any x gives it) ─► checksum
//! ```
//!
//! Phases: `insert b`, `remove b` (the first half, in batches), and on a full set of n rows `insert s`, `remove s`:
//! single changes, each propagated to the sink before the next. The last variant's map gives many elements one image.

#[cfg(feature = "dbsp")]
mod dbsp;
#[cfg(feature = "dfir")]
mod dfir;
#[cfg(feature = "differential")]
mod differential;

use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use lasp_plan::Plan;

use super::Sizes;
use crate::digest::Sum;
use crate::element::{Element, Map, Set, map, set};
use crate::measure::{Case, Entrant, Machine, Mode, Script, Step, System};
use crate::ours::{self, Lasp};
use lasp_gauge::elems;

/// A filter and a map, written twice: in Rust, and in Lasp.
pub trait Pipe: 'static {
    /// What goes in.
    type In: Element;
    /// What comes out.
    type Out: Element;
    /// The bodies of the filter and of the map, over `x`.
    const LASP: (&'static str, &'static str);
    /// The filter.
    fn keep(x: &Self::In) -> bool;
    /// The map.
    fn map(x: &Self::In) -> Self::Out;
    /// DBSP, where it can hold the elements.
    #[cfg(feature = "dbsp")]
    fn dbsp(_: &Rc<Vec<Script<Change<Self::In>>>>) -> Option<Entrant> {
        None
    }
}

/// Integers, as in the workload's definition.
pub struct Doubled;

impl Pipe for Doubled {
    type In = i64;
    type Out = i64;
    const LASP: (&'static str, &'static str) = ("x % 3 == 0", "x * 2");

    fn keep(x: &i64) -> bool {
        x % 3 == 0
    }

    fn map(x: &i64) -> i64 {
        x * 2
    }

    #[cfg(feature = "dbsp")]
    fn dbsp(scripts: &Rc<Vec<Script<Change<i64>>>>) -> Option<Entrant> {
        Some(Entrant::machine(System::Dbsp, scripts, dbsp::Pipeline::<Doubled>::new))
    }
}

/// Two thirds of the range of elements: a third passes.
const LIMIT: i64 = 3_074_457_345_618_258_602;

/// Integers with other expressions.
pub struct Bounded;

impl Pipe for Bounded {
    type In = i64;
    type Out = i64;
    const LASP: (&'static str, &'static str) = ("x > 3074457345618258602", "x / 2 * 3 + 1");

    fn keep(x: &i64) -> bool {
        *x > LIMIT
    }

    fn map(x: &i64) -> i64 {
        x / 2 * 3 + 1
    }

    #[cfg(feature = "dbsp")]
    fn dbsp(scripts: &Rc<Vec<Script<Change<i64>>>>) -> Option<Entrant> {
        Some(Entrant::machine(System::Dbsp, scripts, dbsp::Pipeline::<Bounded>::new))
    }
}

/// Texts: W1t.
pub struct Shouted;

impl Pipe for Shouted {
    type In = CompactString;
    type Out = CompactString;
    const LASP: (&'static str, &'static str) = ("x.ends_with(\"0\")", "\"{x}!\"");

    fn keep(x: &CompactString) -> bool {
        x.ends_with('0')
    }

    fn map(x: &CompactString) -> CompactString {
        let mut longer = x.clone();
        longer.push('!');
        longer
    }
}

/// Texts with other expressions.
pub struct Marked;

impl Pipe for Marked {
    type In = CompactString;
    type Out = CompactString;
    const LASP: (&'static str, &'static str) = ("x > \"f\"", "\"k-{x}\"");

    fn keep(x: &CompactString) -> bool {
        x.as_str() > "f"
    }

    fn map(x: &CompactString) -> CompactString {
        let mut longer = CompactString::with_capacity(x.len() + 2);
        longer.push_str("k-");
        longer.push_str(x);
        longer
    }
}

/// Pairs, of which many have one image: what removals have to count.
pub struct Folded;

impl Pipe for Folded {
    type In = (i64, i64);
    type Out = (i64, i64);
    const LASP: (&'static str, &'static str) = ("x.0 % 3 == 0", "(x.0 % 64, x.1 % 512)");

    fn keep(x: &(i64, i64)) -> bool {
        x.0 % 3 == 0
    }

    fn map(x: &(i64, i64)) -> (i64, i64) {
        (x.0 % 64, x.1 % 512)
    }
}

/// An element that comes (`true`) or goes.
pub type Change<T> = (T, bool);

/// What one would ship.
pub struct Hand<P: Pipe> {
    source: Set<P::In>,
    result: Map<P::Out, u32>,
    sum: Sum,
}

impl<P: Pipe> Hand<P> {
    /// With room for n.
    #[must_use]
    pub fn new(n: usize) -> Hand<P> {
        Hand { source: set::<P::In>(n), result: map::<P::Out, u32>(n / 3), sum: Sum::default() }
    }
}

impl<P: Pipe> Machine<Change<P::In>> for Hand<P> {
    fn apply(&mut self, changes: &[Change<P::In>]) {
        for (x, comes) in changes {
            if *comes {
                if !self.source.insert(x.clone()) || !P::keep(x) {
                    continue;
                }
                let y = P::map(x);
                let sum = &mut self.sum;
                let count = self.result.entry(y).or_insert_with_key(|y| {
                    sum.add(y);
                    0
                });
                *count += 1;
            } else {
                if !self.source.remove(x) || !P::keep(x) {
                    continue;
                }
                if let hashbrown::hash_map::Entry::Occupied(mut entry) = self.result.entry(P::map(x)) {
                    *entry.get_mut() -= 1;
                    if *entry.get() == 0 {
                        self.sum.take(entry.key());
                        entry.remove();
                    }
                }
            }
        }
    }

    fn check(&mut self) -> u64 {
        self.sum.0
    }
}

/// The program, through the public API.
pub struct Ours {
    lasp: Lasp,
    add: u32,
    remove: u32,
}

impl Ours {
    /// The program's plan: `set` is the source's type.
    #[must_use]
    pub fn plan<P: Pipe>() -> Arc<Plan> {
        let (keep, map) = P::LASP;
        let ty = P::In::LASP;
        ours::plan(&format!(
            "var source: orset<{ty}>
             event add {{ x: {ty} }}
             event remove {{ x: {ty} }}
             on add({{ x }}) {{ source.add(x) }}
             on remove({{ x }}) {{ source.remove(x) }}
             let result = source.filter(x => {keep}).map(x => {map})
             show result"
        ))
    }

    /// Starts it.
    #[must_use]
    pub fn start(plan: &Arc<Plan>) -> Ours {
        Ours { lasp: Lasp::start(plan), add: ours::event_of(plan, "add"), remove: ours::event_of(plan, "remove") }
    }
}

impl<T: Element> Machine<Change<T>> for Ours {
    fn listen(&mut self) {
        self.lasp.listen();
    }

    fn apply(&mut self, changes: &[Change<T>]) {
        let (add, remove) = (self.add, self.remove);
        let events = changes.iter().map(|(x, comes)| (if *comes { add } else { remove }, [x.value()]));
        self.lasp.apply(events);
    }

    fn check(&mut self) -> u64 {
        self.lasp.check()
    }
}

/// How many single changes are timed.
const SINGLES: usize = 10_000;

fn scripts<T: Element>(n: usize) -> Vec<Script<Change<T>>> {
    let singles = SINGLES.min(n);
    let all: Vec<T> = elems(n + singles, 1).into_iter().map(T::of).collect();
    let (full, fresh) = all.split_at(n);
    let signed = |elements: &[T], comes: bool| elements.iter().map(|x| (x.clone(), comes)).collect::<Vec<_>>();
    vec![
        Script(vec![
            Step::new("insert", Mode::Batches, signed(full, true)),
            Step::new("remove", Mode::Batches, signed(&full[..n / 2], false)).removing(),
        ]),
        Script(vec![
            Step::new("load", Mode::Before, signed(full, true)),
            Step::new("insert", Mode::Singles, signed(fresh, true)),
            Step::new("remove", Mode::Singles, signed(&full[..singles], false)).removing(),
        ]),
    ]
}

fn case<P: Pipe>(n: usize) -> Case {
    let (keep, map) = P::LASP;
    Case::new("W1", format!("{}; {keep}; {map}", P::In::NAME), n, move || {
        let scripts = Rc::new(scripts::<P::In>(n));
        let plan = Ours::plan::<P>();
        #[cfg(feature = "dbsp")]
        let dbsp = P::dbsp(&scripts);
        #[cfg(not(feature = "dbsp"))]
        let dbsp = None;
        let others = vec![
            Entrant::machine(System::Hand, &scripts, move || Hand::<P>::new(n)),
            Entrant::machine(System::Lasp, &scripts, move || Ours::start(&plan)),
            #[cfg(feature = "differential")]
            Entrant::machine(System::Differential, &scripts, differential::Pipeline::<P>::new),
            #[cfg(feature = "dfir")]
            Entrant::machine(System::Dfir, &scripts, dfir::Pipeline::<P>::new),
        ];
        others.into_iter().chain(dbsp).collect()
    })
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let sizes = sizes.growth().iter();
    sizes
        .flat_map(|&n| {
            [case::<Doubled>(n), case::<Bounded>(n), case::<Shouted>(n), case::<Marked>(n), case::<Folded>(n)]
        })
        .collect()
}
